//! Limits, hooks and settings that programs read and change.
use super::info;
use super::registry::{self, key};
use crate::heap::Ref;
use crate::vm::native::{Args, Def};
use crate::vm::{Step, Vm, fixed, t};

pub const FUNCTIONS: &[Def] = &[
    Def::function("getrecursionlimit", "()", getrecursionlimit, "The most calls that may be nested."),
    Def::function("setrecursionlimit", "(limit, /)", setrecursionlimit, "Set the most calls that may be nested."),
    Def::function("get_int_max_str_digits", "()", get_digits, "The most digits of an int that are converted."),
    Def::function("set_int_max_str_digits", "(maxdigits)", set_digits, "Set the most digits of an int that are converted."),
    Def::function("getswitchinterval", "()", getswitchinterval, "Seconds a thread may run before another one does."),
    Def::function("setswitchinterval", "(interval, /)", setswitchinterval, "Set the seconds a thread may run."),
    Def::function("settrace", "(function, /)", settrace, "Set the trace function of this thread."),
    Def::function("gettrace", "()", gettrace, "The trace function, or None."),
    Def::function("setprofile", "(function, /)", setprofile, "Set the profile function of this thread."),
    Def::function("getprofile", "()", getprofile, "The profile function, or None."),
    Def::function("_settraceallthreads", "(function, /)", settrace_all, "Set the trace function of all threads."),
    Def::function("_setprofileallthreads", "(function, /)", setprofile_all, "Set the profile function of all threads."),
    Def::function("set_coroutine_origin_tracking_depth", "(depth)", set_origin, "How many frames of its origin a coroutine keeps."),
    Def::function("get_coroutine_origin_tracking_depth", "()", get_origin, "How many frames of its origin a coroutine keeps."),
    Def::function("set_asyncgen_hooks", "(*args, firstiter=None, finalizer=None)", set_asyncgen_hooks, "Set the hooks of async generators."),
    Def::function("get_asyncgen_hooks", "()", get_asyncgen_hooks, "The hooks of async generators."),
    Def::function("audit", "(event, /, *args)", audit, "Tell all audit hooks of an event."),
    Def::function("addaudithook", "(hook)", addaudithook, "Add a function that is told of events."),
    Def::function("getdlopenflags", "()", getdlopenflags, "Flags for loading extension modules."),
    Def::function("setdlopenflags", "(flags, /)", setdlopenflags, "Set flags for loading extension modules."),
];

fn getrecursionlimit(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(vm.recursion_limit as i64))
}
fn setrecursionlimit(vm: &mut Vm, a: Args) -> Step {
    let limit = vm.index_i32(a[0])?;
    if limit < 1 {
        return Err(vm.value_error("recursion limit must be greater or equal than 1"));
    }
    let depth = vm.cur.depth;
    if depth >= limit as usize {
        let message = format!("cannot set the recursion limit to {limit} at the recursion depth {depth}: the limit is too low");
        return Err(vm.error(t::RECURSION_ERROR, message));
    }
    vm.recursion_limit = limit as usize;
    Ok(vm.none())
}
fn get_digits(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(vm.int_max_str_digits as i64))
}
fn set_digits(vm: &mut Vm, a: Args) -> Step {
    const LEAST: i32 = 640;
    let digits = vm.index_i32(a[0])?;
    if digits != 0 && digits < LEAST {
        return Err(vm.value_error(format!("maxdigits must be 0 or larger than {LEAST}")));
    }
    vm.int_max_str_digits = digits as usize;
    Ok(vm.none())
}
/// Nanoseconds that a thread may run while others wait for the GIL.
pub fn switch_interval_ns(vm: &Vm) -> u64 {
    vm.registry.get(key::SWITCH_INTERVAL).and_then(|r| vm.f64_of(*r)).map_or(5_000_000, |s| (s * 1e9) as u64)
}
fn getswitchinterval(vm: &mut Vm, _: Args) -> Step {
    match registry::get(vm, key::SWITCH_INTERVAL) {
        Some(r) => Ok(vm.incref(r)),
        None => Ok(vm.float(0.005)),
    }
}
fn setswitchinterval(vm: &mut Vm, a: Args) -> Step {
    let seconds = vm.to_f64(a[0])?;
    if seconds <= 0.0 {
        return Err(vm.value_error("switch interval must be strictly positive"));
    }
    let x = vm.float(seconds);
    let x = vm.keep(x);
    registry::put(vm, key::SWITCH_INTERVAL, x);
    Ok(vm.none())
}
fn settrace(vm: &mut Vm, a: Args) -> Step {
    vm.set_trace_function(a.not_none(0));
    Ok(vm.none())
}
fn gettrace(vm: &mut Vm, _: Args) -> Step {
    let f = vm.cur.watch.as_ref().and_then(|w| w.trace).unwrap_or(fixed::NONE);
    Ok(vm.incref(f))
}
fn setprofile(vm: &mut Vm, a: Args) -> Step {
    vm.set_profile_function(a.not_none(0));
    Ok(vm.none())
}
fn getprofile(vm: &mut Vm, _: Args) -> Step {
    let f = vm.cur.watch.as_ref().and_then(|w| w.profile).unwrap_or(fixed::NONE);
    Ok(vm.incref(f))
}
fn settrace_all(vm: &mut Vm, a: Args) -> Step {
    in_all_threads(vm, |vm| vm.set_trace_function(a.not_none(0)));
    Ok(vm.none())
}
fn setprofile_all(vm: &mut Vm, a: Args) -> Step {
    in_all_threads(vm, |vm| vm.set_profile_function(a.not_none(0)));
    Ok(vm.none())
}
fn in_all_threads(vm: &mut Vm, act: impl Fn(&mut Vm)) {
    act(vm);
    for i in 0..vm.parked.len() {
        std::mem::swap(&mut vm.cur, &mut vm.parked[i]);
        act(vm);
        std::mem::swap(&mut vm.cur, &mut vm.parked[i]);
    }
}
fn set_origin(vm: &mut Vm, a: Args) -> Step {
    let depth = vm.index_i32(a[0])?;
    if depth < 0 {
        return Err(vm.value_error("depth must be >= 0"));
    }
    vm.cur.origin_depth = depth as usize;
    Ok(vm.none())
}
fn get_origin(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(vm.cur.origin_depth as i64))
}
fn set_asyncgen_hooks(vm: &mut Vm, a: Args) -> Step {
    let positional = super::super::types::base::star(vm, a.opt(0));
    let given: [Option<Ref>; 2] = std::array::from_fn(|i| a.opt(i + 1).or(positional.get(i).copied()));
    // The finalizer is checked first, as in CPython.
    for (value, name) in [(given[1], "finalizer"), (given[0], "firstiter")] {
        if let Some(v) = value.filter(|v| *v != fixed::NONE)
            && vm.lookup_special(v, crate::vm::n::__CALL__).is_none()
        {
            let message = format!("callable {name} expected, got {}", vm.dotted_type_name(v));
            return Err(vm.type_error(message));
        }
    }
    for (i, value) in given.into_iter().enumerate() {
        if let Some(v) = value {
            let hook = Some(v).filter(|v| *v != fixed::NONE);
            hook.iter().for_each(|r| vm.heap.incref_raw(*r));
            let old = std::mem::replace(&mut vm.cur.async_hooks[i], hook);
            vm.replace_raw(old);
        }
    }
    Ok(vm.none())
}
fn get_asyncgen_hooks(vm: &mut Vm, _: Args) -> Step {
    let [first, last] = vm.cur.async_hooks.map(|hook| vm.incref(hook.unwrap_or(fixed::NONE)));
    Ok(info::asyncgen_hooks(vm, first, last))
}
fn hooks(vm: &Vm) -> Vec<Ref> {
    registry::get(vm, key::AUDIT).and_then(|l| vm.list_items(l)).cloned().unwrap_or_default()
}
fn audit(vm: &mut Vm, a: Args) -> Step {
    if hooks(vm).is_empty() {
        return Ok(vm.none());
    }
    if vm.str_of(a[0]).is_none() {
        let message = format!("expected str for argument 'event', not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    let args = a.opt(1).unwrap_or(fixed::EMPTY_TUPLE);
    for hook in hooks(vm) {
        vm.call(hook, &[a[0], args])?;
    }
    Ok(vm.none())
}
fn addaudithook(vm: &mut Vm, a: Args) -> Step {
    let event = vm.str("sys.addaudithook");
    let event = vm.keep(event);
    for hook in hooks(vm) {
        match vm.try_call(hook, &[event, fixed::EMPTY_TUPLE])? {
            // A hook may refuse further hooks: silently, when it raises RuntimeError.
            Err(e) if vm.exc_is(e, t::RUNTIME_ERROR) => return Ok(vm.none()),
            Err(e) => return Err(vm.reraise(e)),
            Ok(_) => {}
        }
    }
    match registry::get(vm, key::AUDIT) {
        Some(list) => {
            vm.heap.incref_raw(a[0]);
            vm.list_mut(list).push(a[0]);
        }
        None => {
            let list = vm.list_of(&[a[0]]);
            let list = vm.keep(list);
            registry::put(vm, key::AUDIT, list);
        }
    }
    Ok(vm.none())
}
fn getdlopenflags(vm: &mut Vm, _: Args) -> Step {
    match registry::get(vm, key::DLOPEN_FLAGS) {
        Some(r) => Ok(vm.incref(r)),
        None => Ok(vm.int(2)),
    }
}
fn setdlopenflags(vm: &mut Vm, a: Args) -> Step {
    let flags = vm.index_ref(a[0])?;
    registry::put(vm, key::DLOPEN_FLAGS, flags);
    Ok(vm.none())
}
