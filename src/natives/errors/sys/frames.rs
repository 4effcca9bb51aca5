//! `sys._getframe` and what else looks at the stack.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::{Args, Def};
use crate::vm::thread::Activation;
use crate::vm::{Ask, Step, Vm, fixed};

pub const FUNCTIONS: &[Def] = &[
    Def::function("_getframe", "(depth=0, /)", getframe, "The frame of the caller, or of a caller further up."),
    Def::function("_getframemodulename", "(depth=0)", getframemodulename, "The name of a caller's module, or None."),
    Def::function("_current_frames", "()", current_frames, "The topmost frame of each thread."),
    Def::function("_current_exceptions", "()", current_exceptions, "The exception that each thread handles."),
    Def::function("exc_info", "()", exc_info, "Class, value and traceback of the exception being handled."),
    Def::function("exception", "()", exception, "The exception being handled, or None."),
    Def::function("call_tracing", "(func, args, /)", call_tracing, "Call func(*args) with tracing on."),
];

fn depth_of(vm: &mut Vm, r: Option<Ref>) -> Result<usize, crate::vm::Ask> {
    let depth = r.map_or(Ok(0), |r| vm.index_i32(r))?;
    Ok(depth.max(0) as usize)
}
fn getframe(vm: &mut Vm, a: Args) -> Step {
    let depth = depth_of(vm, a.opt(0))?;
    vm.frame_at(depth)
}
fn getframemodulename(vm: &mut Vm, a: Args) -> Step {
    let depth = depth_of(vm, a.opt(0))?;
    let func = vm.cur.activations.iter().rev().filter_map(|x| match x {
        Activation::Py(f) if !f.hidden => Some(f.func),
        _ => None,
    });
    let module = func.clone().nth(depth).and_then(|f| match vm.heap.get(f) {
        Payload::Function(f) => f.module,
        _ => None,
    });
    Ok(vm.incref(module.unwrap_or(fixed::NONE)))
}
fn thread_number(vm: &mut Vm) -> Ref {
    // As `_thread.get_ident()` numbers them: never 0.
    let id = vm.int(vm.cur.id as i64 + 1);
    vm.keep(id)
}
fn current_frames(vm: &mut Vm, _: Args) -> Step {
    by_thread(vm, add_frame)
}
/// A dict that `add` has filled, looking through the eyes of each thread.
fn by_thread(vm: &mut Vm, add: fn(&mut Vm, Ref) -> Result<(), Ask>) -> Step {
    let dict = vm.dict();
    let dict = vm.keep(dict);
    add(vm, dict)?;
    for i in 0..vm.parked.len() {
        swap_thread(vm, i);
        let added = add(vm, dict);
        swap_thread(vm, i);
        added?;
    }
    Ok(vm.incref(dict))
}
/// Looks through the eyes of a parked thread, or back.
fn swap_thread(vm: &mut Vm, parked: usize) {
    std::mem::swap(&mut vm.cur, &mut vm.parked[parked]);
}
/// The current thread's topmost frame, if it is in Python code at all.
fn add_frame(vm: &mut Vm, dict: Ref) -> Result<(), Ask> {
    if vm.visible_frame(0).is_none() {
        return Ok(());
    }
    let frame = vm.frame_at(0)?;
    let frame = vm.keep(frame);
    let key = thread_number(vm);
    vm.dict_set(dict, key, frame)
}
fn current_exceptions(vm: &mut Vm, _: Args) -> Step {
    by_thread(vm, add_exception)
}
/// The exception that the current thread handles, or None.
fn add_exception(vm: &mut Vm, dict: Ref) -> Result<(), Ask> {
    let exc = vm.cur.current_exception().unwrap_or(fixed::NONE);
    let key = thread_number(vm);
    vm.dict_set(dict, key, exc)
}
fn exc_info(vm: &mut Vm, _: Args) -> Step {
    let items = match vm.cur.current_exception() {
        None => [fixed::NONE; 3],
        Some(e) => [vm.ty(e), e, vm.exc_of(e).and_then(|x| x.traceback).unwrap_or(fixed::NONE)],
    };
    Ok(vm.tuple_of(&items))
}
fn exception(vm: &mut Vm, _: Args) -> Step {
    let e = vm.cur.current_exception().unwrap_or(fixed::NONE);
    Ok(vm.incref(e))
}
fn call_tracing(vm: &mut Vm, a: Args) -> Step {
    let Some(args) = vm.tuple_items(a[1]).map(<[Ref]>::to_vec) else {
        let message = format!("call_tracing() argument 2 must be tuple, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    // The function is watched although a callback runs, and the callback goes on unwatched.
    let busy = vm.once(|vm| {
        let busy = std::mem::take(&mut vm.watch().busy);
        vm.watchers_changed();
        Ok(vm.int(busy as i64))
    })?;
    let answer = vm.try_call(a[0], &args)?;
    vm.watch().busy = vm.i64_of(busy).unwrap_or(0) as u32;
    vm.watchers_changed();
    match answer {
        Ok(v) => Ok(vm.incref(v)),
        Err(e) => Err(vm.reraise(e)),
    }
}
