//! `_thread`: starting threads, locks, thread-local data. Waiting happens in the simulated system.
mod handle;
mod local;
mod lock;
mod rlock;
pub use lock::allocate_lock;
pub use handle::{after_fork, finalize, is_finalizing};
pub use local::forget as forget_locals;
pub use rlock::depth as rlock_depth;

use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::step::{Request, Step};
use crate::vm::syscall::Syscall;
use crate::vm::thread::Thread;
use crate::vm::{Args, Ask, Def, Vm, t};

/// The system's number of a lock or RLock, if the object is one.
pub fn lock_number(vm: &Vm, r: Ref) -> Option<u64> {
    lock::number(vm, r).or_else(|| rlock::number(vm, r))
}

/// Longest wait in seconds.
pub const TIMEOUT_MAX: f64 = 9223372036.0;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_thread",
    doc: "Primitives of threads and locks.",
    functions: &[FUNCTIONS],
    types: &[&lock::LOCK, &rlock::RLOCK, &local::LOCAL, &handle::HANDLE, &crate::natives::errors::sys::info::EXCEPT_HOOK_ARGS],
    init: Some(init),
};

const START_DOC: &str = "Start a new thread and return its identifier.";
const FUNCTIONS: &[Def] = &[
    Def::function("start_new_thread", "(function, args, kwargs={}, /)", start_new_thread, START_DOC),
    Def::function("start_new", "(function, args, kwargs={}, /)", start_new_thread, "Obsolete name of start_new_thread()."),
    Def::function(
        "start_joinable_thread",
        "(function, handle=None, daemon=True)",
        handle::start_joinable_thread,
        "Start a new thread that a handle can join.",
    ),
    Def::function("allocate_lock", "()", lock::allocate_lock, "Create a new lock."),
    Def::function("allocate", "()", lock::allocate_lock, "Obsolete name of allocate_lock()."),
    Def::function("get_ident", "()", get_ident, "Return a number that identifies the current thread."),
    Def::function("get_native_id", "()", get_native_id, "Return the system's number of the current thread."),
    Def::function("_get_main_thread_ident", "()", get_main_ident, "Identifier of the main thread."),
    Def::function("_is_main_interpreter", "()", is_main_interpreter, "Whether this is the main interpreter."),
    Def::function("daemon_threads_allowed", "()", is_main_interpreter, "Whether daemon threads are allowed."),
    Def::function("_count", "()", count, "Number of threads that run, the main thread aside."),
    Def::function("stack_size", "(size=0, /)", stack_size, "Return the thread stack size; optionally set it."),
    Def::function("exit", "()", exit, "End the current thread silently by SystemExit."),
    Def::function("exit_thread", "()", exit, "Obsolete name of exit()."),
    Def::function("interrupt_main", "(signum=2, /)", interrupt_main, "Simulate a signal in the main thread."),
    Def::function("set_name", "(name)", set_name, "Set the name of the current thread."),
    Def::function("_excepthook", "(args, /)", |vm, a| vm.tail_prelude("thread_excepthook", &[a[0]]), "Print the exception of a thread."),
    Def::function("_shutdown", "()", handle::shutdown, "Wait for all threads that are no daemons."),
    Def::function("_make_thread_handle", "(ident, /)", handle::make_thread_handle, "A handle of a running thread."),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let max = vm.float(TIMEOUT_MAX);
    vm.set_global(module, "TIMEOUT_MAX", max);
    vm.set_alias(module, "LockType", "lock");
    vm.set_borrowed(module, "error", t::RUNTIME_ERROR);
    crate::natives::errors::sys::info::except_hook_type(vm);
    for def in [&lock::LOCK, &rlock::RLOCK, &local::LOCAL, &handle::HANDLE] {
        let ty = vm.type_of_def(def);
        vm.type_obj_mut(ty).has_weakref = true;
    }
    let local = vm.type_of_def(&local::LOCAL);
    vm.type_obj_mut(local).has_dict = true;
    vm.type_modified(local);
    Ok(())
}

/// The identifier of a thread: never 0.
pub fn ident_of(thread: u32) -> i64 {
    thread as i64 + 1
}
/// The thread of an identifier.
fn thread_of(ident: i64) -> u32 {
    (ident - 1).clamp(0, u32::MAX as i64) as u32
}

/// Starts `func(*args, **kwargs)` in a new thread; its number. Asks first, then adds the thread.
pub(super) fn start(vm: &mut Vm, request: impl FnOnce(&mut Vm) -> Request) -> Result<u32, Ask> {
    let id = vm.sys_int(Syscall::ThreadStart)? as u32;
    let request = request(vm);
    let mut thread = Thread::new(id);
    thread.start = Some(request);
    vm.parked.push(thread);
    Ok(id)
}

fn start_new_thread(vm: &mut Vm, a: Args) -> Step {
    if !vm.is_callable(a[0]) {
        return Err(vm.type_error("first arg must be callable"));
    }
    if vm.tuple_items(a[1]).is_none() {
        return Err(vm.type_error("2nd arg must be a tuple"));
    }
    let kwargs = match a.opt(2) {
        Some(d) if vm.dict_of(d).is_none() => return Err(vm.type_error("optional 3rd arg must be a dictionary")),
        Some(d) => d,
        None => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    handle::check_not_finalizing(vm)?;
    let id = start(vm, |vm| {
        let run = vm.prelude_function("thread_run");
        vm.call_request(run, &[a[0], a[1], kwargs], &[])
    })?;
    Ok(vm.int(ident_of(id)))
}

impl Vm {
    /// `callable(x)`.
    pub(crate) fn is_callable(&mut self, r: Ref) -> bool {
        self.lookup_special(r, crate::vm::n::__CALL__).is_some()
    }
}

fn get_ident(vm: &mut Vm, _: Args) -> Step {
    let id = vm.cur.id;
    Ok(vm.int(ident_of(id)))
}
fn get_native_id(vm: &mut Vm, _: Args) -> Step {
    let pid = vm.sys_int(Syscall::GetPid)?;
    let id = vm.cur.id as i64;
    Ok(vm.int(pid + id))
}
fn get_main_ident(vm: &mut Vm, _: Args) -> Step {
    let main = vm.main_thread;
    Ok(vm.int(ident_of(main)))
}
fn is_main_interpreter(vm: &mut Vm, _: Args) -> Step {
    let first = vm.interpreter == 0;
    Ok(vm.bool(first))
}
fn count(vm: &mut Vm, _: Args) -> Step {
    let main = vm.main_thread;
    let others = vm.parked.iter().filter(|x| x.id != main && x.outcome.is_none()).count();
    let me = (vm.cur.id != main) as usize;
    Ok(vm.int((others + me) as i64))
}
/// The machine's threads have no native stack: the size is only remembered.
fn stack_size(vm: &mut Vm, a: Args) -> Step {
    let size = match a.opt(0) {
        Some(r) => vm.index_i64(r)?,
        None => 0,
    };
    if size < 0 {
        return Err(vm.value_error("size must be 0 or a positive value"));
    }
    if size != 0 && size < 32768 {
        let message = format!("size not valid: {size} bytes");
        return Err(vm.value_error(message));
    }
    let old = vm.registry.get("thread stack size").copied().unwrap_or(crate::vm::fixed::FALSE);
    let old = vm.i64_of(old).unwrap_or(0);
    if a.opt(0).is_some() {
        let new = vm.int(size).into_raw();
        let before = vm.registry.insert("thread stack size", new);
        vm.replace_raw(before);
    }
    Ok(vm.int(old))
}
fn exit(vm: &mut Vm, _: Args) -> Step {
    Err(Ask::Raise(vm.new_exception(t::SYSTEM_EXIT, vec![])))
}
fn interrupt_main(vm: &mut Vm, a: Args) -> Step {
    let signal = match a.opt(0) {
        Some(r) => vm.index_i32(r)?,
        None => 2,
    };
    if !(1..=64).contains(&signal) {
        return Err(vm.value_error("signal number out of range"));
    }
    super::signal::simulate(vm, signal)
}
fn set_name(vm: &mut Vm, a: Args) -> Step {
    vm.expect_str(a[0], "set_name() argument 'name'")?;
    Ok(vm.none())
}

/// `blocking` and `timeout` of an `acquire`: what the system is to be asked.
fn wait_arguments(vm: &mut Vm, blocking: Option<Ref>, timeout: Option<Ref>) -> Result<(bool, Option<u64>), Ask> {
    let blocking = match blocking {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let Some(timeout) = timeout else { return Ok((blocking, None)) };
    let ns = vm.timeout_ns(timeout)?;
    let unset = ns == -1_000_000_000;
    if !blocking && !unset {
        return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
    }
    if ns < 0 && !unset {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if ns as f64 > TIMEOUT_MAX * 1e9 {
        return Err(vm.overflow_error("timeout value is too large"));
    }
    Ok((blocking, if unset { None } else { Some(ns as u64) }))
}
