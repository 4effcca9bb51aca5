//! `_thread.lock`: a lock of the simulated system behind an object.
use super::wait_arguments;
use crate::heap::Ref;
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm, t};

/// The system's number of the lock.
#[derive(Clone)]
struct Lock {
    id: u64,
}
impl State for Lock {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

pub static LOCK: TypeDef = TypeDef {
    place: None,
    name: "lock",
    module: "_thread",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::COLLECTED | type_flags::WEAK_IN_FRONT,
    size: (24, 0),
    doc: "A lock: taken by one thread at a time, released by any.",
    defs: &[METHODS],
};

const ACQUIRE_DOC: &str = "Take the lock; wait for it unless told otherwise. Whether it was taken.";
const METHODS: &[Def] = &[
    Def::new("(cls)", new),
    Def::method("acquire", "(self, /, blocking=True, timeout=-1)", acquire, ACQUIRE_DOC),
    Def::method("acquire_lock", "(self, /, blocking=True, timeout=-1)", acquire, "Obsolete name of acquire()."),
    Def::method("release", "(self, /)", release, "Free the lock."),
    Def::method("release_lock", "(self, /)", release, "Obsolete name of release()."),
    Def::method("locked", "(self, /)", locked, "Whether the lock is taken."),
    Def::method("locked_lock", "(self, /)", locked, "Obsolete name of locked()."),
    Def::method("__enter__", "(self, /)", enter, "Take the lock."),
    Def::method("__exit__", "(self, /, *exc_info)", release, "Free the lock."),
    Def::method("_at_fork_reinit", "(self, /)", reinit, "Make the lock free in a forked child."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

pub fn allocate_lock(vm: &mut Vm, _: Args) -> Step {
    let id = vm.sys_int(Syscall::LockNew)? as u64;
    let ty = vm.type_of_def(&LOCK);
    Ok(vm.opaque(ty, Lock { id }))
}
fn new(vm: &mut Vm, a: Args) -> Step {
    allocate_lock(vm, a)
}
/// The system's number of a lock object, if it is one.
pub fn number(vm: &Vm, r: Ref) -> Option<u64> {
    vm.state::<Lock>(r).map(|l| l.id)
}
fn id(vm: &Vm, r: Ref) -> u64 {
    vm.state::<Lock>(r).expect("methods of lock get a lock").id
}
fn acquire(vm: &mut Vm, a: Args) -> Step {
    let (blocking, timeout_ns) = wait_arguments(vm, a.opt(1), a.opt(2))?;
    let lock = id(vm, a[0]);
    let taken = vm.sys_int(Syscall::LockAcquire { lock, blocking, timeout_ns })?;
    Ok(vm.bool(taken != 0))
}
fn enter(vm: &mut Vm, a: Args) -> Step {
    let lock = id(vm, a[0]);
    vm.sys_int(Syscall::LockAcquire { lock, blocking: true, timeout_ns: None })?;
    Ok(vm.bool(true))
}
fn release(vm: &mut Vm, a: Args) -> Step {
    let lock = id(vm, a[0]);
    match vm.syscall(Syscall::LockRelease { lock })? {
        SysResult::Error(_) => Err(vm.runtime_error("release unlocked lock")),
        _ => Ok(vm.none()),
    }
}
fn taken(vm: &mut Vm, r: Ref) -> Result<bool, Ask> {
    let lock = id(vm, r);
    Ok(vm.sys_int(Syscall::LockTaken { lock })? != 0)
}
fn locked(vm: &mut Vm, a: Args) -> Step {
    let b = taken(vm, a[0])?;
    Ok(vm.bool(b))
}
fn reinit(vm: &mut Vm, a: Args) -> Step {
    let id = vm.sys_int(Syscall::LockNew)? as u64;
    vm.state_mut::<Lock>(a[0]).expect("methods of lock get a lock").id = id;
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let word = if taken(vm, a[0])? { "locked" } else { "unlocked" };
    Ok(vm.str(format!("<{word} _thread.lock object at {:#x}>", a[0].address())))
}
