//! `_thread._ThreadHandle`: joining a thread, and the list of those that the program's end must wait for.
use super::{ident_of, start, thread_of};
use crate::heap::Ref;
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::Syscall;
use crate::vm::{Args, Ask, Def, Vm, t};

#[derive(Clone, Default)]
struct Handle {
    /// The thread, once it is started.
    thread: Option<u32>,
    /// Its end is known.
    done: bool,
}
impl State for Handle {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

pub static HANDLE: TypeDef = TypeDef {
    place: None,
    name: "_ThreadHandle",
    module: "_thread",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE,
    size: (24, 0),
    doc: "Handle of a thread that can be joined.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls)", new),
    Def::get("ident", ident, "Identifier of the thread, 0 before it is started."),
    Def::method("join", "(self, timeout=None, /)", join, "Wait for the thread's end."),
    Def::method("is_done", "(self, /)", is_done, "Whether the thread has ended."),
    Def::method("_set_done", "(self, /)", set_done, "Take the thread as ended."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

const JOINABLE: &str = "joinable threads";

fn new(vm: &mut Vm, _: Args) -> Step {
    let ty = vm.type_of_def(&HANDLE);
    Ok(vm.opaque(ty, Handle::default()))
}
fn get(vm: &mut Vm, r: Ref) -> &mut Handle {
    vm.state_mut(r).expect("methods of a thread handle get one")
}
fn ident(vm: &mut Vm, a: Args) -> Step {
    let ident = get(vm, a[0]).thread.map_or(0, ident_of);
    Ok(vm.int(ident))
}
fn join(vm: &mut Vm, a: Args) -> Step {
    let timeout_ns = match a.not_none(1) {
        Some(r) => Some(vm.timeout_ns(r)?.max(0) as u64),
        None => None,
    };
    let handle = get(vm, a[0]).clone();
    let Some(thread) = handle.thread else { return Err(vm.runtime_error("thread not started")) };
    if handle.done && vm.answers.is_empty() {
        return Ok(vm.none());
    }
    if thread == vm.cur.id {
        return Err(vm.runtime_error("Cannot join current thread"));
    }
    if is_finalizing(vm) {
        // Nobody else runs any more: it has ended already, or never will.
        if vm.sys_int(Syscall::ThreadDone { thread })? == 0 {
            return Err(vm.error(t::PYTHON_FINALIZATION_ERROR, "cannot join thread at Python shutdown"));
        }
        get(vm, a[0]).done = true;
    } else if vm.sys_int(Syscall::ThreadJoin { thread, timeout_ns })? != 0 {
        get(vm, a[0]).done = true;
    }
    Ok(vm.none())
}
fn is_done(vm: &mut Vm, a: Args) -> Step {
    let handle = get(vm, a[0]).clone();
    let done = match handle.thread {
        _ if handle.done => true,
        Some(thread) => vm.sys_int(Syscall::ThreadDone { thread })? != 0,
        None => false,
    };
    Ok(vm.bool(done))
}
fn set_done(vm: &mut Vm, a: Args) -> Step {
    let Some(thread) = get(vm, a[0]).thread else { return Err(vm.runtime_error("thread not started")) };
    vm.sys(Syscall::ThreadRelease { thread }, None)?;
    get(vm, a[0]).done = true;
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let ident = get(vm, a[0]).thread.map_or(0, ident_of);
    Ok(vm.str(format!("<_thread._ThreadHandle object: ident={ident}>")))
}

pub fn make_thread_handle(vm: &mut Vm, a: Args) -> Step {
    let ident = vm.index_i64(a[0])?;
    let ty = vm.type_of_def(&HANDLE);
    Ok(vm.opaque(ty, Handle { thread: Some(thread_of(ident)), done: false }))
}

pub fn start_joinable_thread(vm: &mut Vm, a: Args) -> Step {
    if !vm.is_callable(a[0]) {
        return Err(vm.type_error("thread function must be callable"));
    }
    check_not_finalizing(vm)?;
    let daemon = match a.opt(2) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let handle = match a.not_none(1) {
        Some(h) if vm.state::<Handle>(h).is_none() => return Err(vm.type_error("'handle' must be a _ThreadHandle")),
        Some(h) if vm.state::<Handle>(h).is_some_and(|h| h.thread.is_some()) => {
            return Err(vm.runtime_error("thread already started"));
        }
        Some(h) => vm.hold(h),
        None => {
            let h = new(vm, Args(&[]))?;
            vm.keep(h)
        }
    };
    let function = a[0];
    let id = start(vm, |vm| {
        let run = vm.prelude_function("thread_run");
        let (args, kwargs) = (vm.tuple_of(&[]), vm.dict());
        let (args, kwargs) = (vm.keep(args), vm.keep(kwargs));
        vm.call_request(run, &[function, args, kwargs], &[])
    })?;
    get(vm, handle).thread = Some(id);
    if !daemon {
        let list = joinable(vm);
        vm.heap.incref_raw(handle);
        vm.list_mut(list).push(handle);
    }
    Ok(vm.incref(handle))
}
/// Whether the interpreter is past the point where threads may run.
pub fn is_finalizing(vm: &Vm) -> bool {
    vm.registry.contains_key("finalizing")
}
pub(super) fn check_not_finalizing(vm: &mut Vm) -> Result<(), Ask> {
    match is_finalizing(vm) {
        true => Err(vm.error(t::PYTHON_FINALIZATION_ERROR, "can't create new thread at interpreter shutdown")),
        false => Ok(()),
    }
}
/// From now on the running thread is the only one that runs.
pub fn finalize(vm: &mut Vm, _: Args) -> Step {
    vm.sys(Syscall::ThreadsFreeze, None)?;
    let old = vm.registry.insert("finalizing", crate::vm::fixed::TRUE);
    vm.replace_raw(old);
    Ok(vm.none())
}
/// Handles of the threads that are no daemons.
fn joinable(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get(JOINABLE) {
        return *r;
    }
    let list = vm.list(vec![]).into_raw();
    vm.registry.insert(JOINABLE, list);
    list
}
/// Waits for every thread that is no daemon, those that start meanwhile included.
/// A few at a time: it runs again from its start for each.
pub fn shutdown(vm: &mut Vm, _: Args) -> Step {
    const AT_ONCE: usize = 16;
    let list = joinable(vm);
    let first = vm.once(|vm| {
        let handles: Vec<Ref> = vm.list_items(list).map_or(vec![], |l| l.iter().take(AT_ONCE).copied().collect());
        Ok(vm.list_of(&handles))
    })?;
    let handles = vm.list_items(first).cloned().unwrap_or_default();
    for handle in &handles {
        if let Some(thread) = get(vm, *handle).thread.filter(|x| *x != vm.cur.id) {
            vm.sys_int(Syscall::ThreadJoin { thread, timeout_ns: None })?;
        }
    }
    if handles.is_empty() {
        return forget_all(vm, list);
    }
    let gone: Vec<Ref> = vm.list_mut(list).extract_if(.., |r| handles.contains(r)).collect();
    gone.into_iter().for_each(|r| vm.heap.decref_raw(r));
    let module = vm.native_module("_thread").expect("a module of the machine");
    let dict = vm.module_dict(module.get());
    vm.release(module);
    match vm.dict_get_str(dict, "_shutdown") {
        Some(again) => vm.tail_call(again, &[]),
        None => Ok(vm.none()),
    }
}
/// In a forked child, whose only thread is the running one: the others have ended, and the end of the process waits for none
/// of them.
pub fn after_fork(vm: &mut Vm) {
    let me = vm.cur.id;
    let all: Vec<Ref> = vm.heap.iter().filter(|r| vm.state::<Handle>(*r).is_some()).collect();
    for r in all {
        let handle = get(vm, r);
        handle.done |= handle.thread.is_some_and(|t| t != me);
    }
    if let Some(list) = vm.registry.get(JOINABLE).copied() {
        let none = forget_all(vm, list);
        none.into_iter().for_each(|o| vm.release(o));
    }
}
fn forget_all(vm: &mut Vm, list: Ref) -> Result<crate::heap::Owned, Ask> {
    let old = std::mem::take(vm.list_mut(list));
    old.into_iter().for_each(|r| vm.heap.decref_raw(r));
    Ok(vm.none())
}
