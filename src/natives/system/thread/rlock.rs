//! `_thread.RLock`: a lock that its owner may take again. Nesting is counted here, waiting happens in the system.
use super::{ident_of, thread_of, wait_arguments};
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::Syscall;
use crate::vm::{Args, Ask, Def, Vm, t};

#[derive(Clone)]
struct RLock {
    id: u64,
    owner: Option<u32>,
    count: u64,
}
impl State for RLock {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

pub static RLOCK: TypeDef = TypeDef {
    place: None,
    name: "RLock",
    module: "_thread",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE | type_flags::COLLECTED | type_flags::WEAK_IN_FRONT,
    size: (40, 0),
    doc: "A lock that the thread that holds it may take again.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("acquire", "(self, /, blocking=True, timeout=-1)", acquire, "Take the lock, or go one level deeper."),
    Def::method("release", "(self, /)", release, "Go one level up; free the lock at the last."),
    Def::method("locked", "(self, /)", locked, "Whether any thread holds the lock."),
    Def::method("_is_owned", "(self, /)", is_owned, "Whether this thread holds the lock."),
    Def::method("_recursion_count", "(self, /)", recursion_count, "How often this thread has taken the lock."),
    Def::method("_acquire_restore", "(self, state, /)", acquire_restore, "Take the lock at a saved depth."),
    Def::method("_release_save", "(self, /)", release_save, "Free the lock whatever its depth; the depth to restore."),
    Def::method("__enter__", "(self, /)", enter, "Take the lock."),
    Def::method("__exit__", "(self, /, *exc_info)", release, "Free the lock."),
    Def::method("_at_fork_reinit", "(self, /)", reinit, "Make the lock free in a forked child."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let id = vm.sys_int(Syscall::LockNew)? as u64;
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(RLock { id, owner: None, count: 0 }))))
}
/// The system's number of an RLock object, if it is one.
pub fn number(vm: &Vm, r: Ref) -> Option<u64> {
    vm.state::<RLock>(r).map(|l| l.id)
}
/// How often its owner has taken it.
pub fn depth(vm: &Vm, r: Ref) -> Option<u64> {
    vm.state::<RLock>(r).map(|l| l.count)
}
fn get(vm: &Vm, r: Ref) -> &RLock {
    vm.state(r).expect("methods of RLock get an RLock")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut RLock {
    vm.state_mut(r).expect("methods of RLock get an RLock")
}
/// Takes the lock `count` deep; whether it was taken.
fn take(vm: &mut Vm, r: Ref, blocking: bool, timeout_ns: Option<u64>, count: u64) -> Result<bool, Ask> {
    let me = vm.cur.id;
    if get(vm, r).owner == Some(me) && vm.answers.is_empty() {
        get_mut(vm, r).count += count;
        return Ok(true);
    }
    let lock = get(vm, r).id;
    if vm.sys_int(Syscall::LockAcquire { lock, blocking, timeout_ns })? == 0 {
        return Ok(false);
    }
    let x = get_mut(vm, r);
    (x.owner, x.count) = (Some(me), count);
    Ok(true)
}
fn acquire(vm: &mut Vm, a: Args) -> Step {
    let (blocking, timeout) = wait_arguments(vm, a.opt(1), a.opt(2))?;
    let taken = take(vm, a[0], blocking, timeout, 1)?;
    Ok(vm.bool(taken))
}
fn enter(vm: &mut Vm, a: Args) -> Step {
    take(vm, a[0], true, None, 1)?;
    Ok(vm.bool(true))
}
fn check_owner(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    // A native that is run again with the system's answer has passed this before.
    if get(vm, r).owner == Some(vm.cur.id) || !vm.answers.is_empty() {
        return Ok(());
    }
    Err(vm.runtime_error("cannot release un-acquired lock"))
}
/// Frees the lock in the system; this side is cleared first, so that a thread that gets it at once is not overwritten.
fn free(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    let lock = get(vm, r).id;
    if vm.answers.is_empty() {
        let x = get_mut(vm, r);
        (x.owner, x.count) = (None, 0);
    }
    vm.sys(Syscall::LockRelease { lock }, None).map(|_| ())
}
fn release(vm: &mut Vm, a: Args) -> Step {
    check_owner(vm, a[0])?;
    if vm.answers.is_empty() && get(vm, a[0]).count > 1 {
        get_mut(vm, a[0]).count -= 1;
    } else {
        free(vm, a[0])?;
    }
    Ok(vm.none())
}
fn release_save(vm: &mut Vm, a: Args) -> Step {
    check_owner(vm, a[0])?;
    // The depth is needed after the lock is free: it waits in the registry's stead, the tape's first answer.
    let depth = get(vm, a[0]).count as i64;
    let depth = vm.int(depth);
    let depth = vm.keep(depth);
    let depth = vm.call(t::INT, &[depth])?;
    let lock = get(vm, a[0]).id;
    vm.sys(Syscall::LockRelease { lock }, None)?;
    let me = vm.cur.id;
    if get(vm, a[0]).owner == Some(me) {
        let x = get_mut(vm, a[0]);
        (x.owner, x.count) = (None, 0);
    }
    let depth = vm.incref(depth);
    let owner = vm.int(ident_of(me));
    Ok(vm.tuple(vec![depth, owner]))
}
fn acquire_restore(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[1]).map(|x| x.to_vec()).unwrap_or_default();
    let (Some(count), Some(owner)) = (items.first(), items.get(1)) else {
        return Err(vm.type_error("_acquire_restore() needs a tuple of 2 items"));
    };
    let (count, owner) = (vm.index_i64(*count)?, vm.index_i64(*owner)?);
    let lock = get(vm, a[0]).id;
    vm.sys_int(Syscall::LockAcquire { lock, blocking: true, timeout_ns: None })?;
    let x = get_mut(vm, a[0]);
    (x.owner, x.count) = (Some(thread_of(owner)), count as u64);
    Ok(vm.none())
}
fn locked(vm: &mut Vm, a: Args) -> Step {
    let b = get(vm, a[0]).owner.is_some();
    Ok(vm.bool(b))
}
fn is_owned(vm: &mut Vm, a: Args) -> Step {
    let b = get(vm, a[0]).owner == Some(vm.cur.id);
    Ok(vm.bool(b))
}
fn recursion_count(vm: &mut Vm, a: Args) -> Step {
    let x = get(vm, a[0]);
    let count = if x.owner == Some(vm.cur.id) { x.count as i64 } else { 0 };
    Ok(vm.int(count))
}
fn reinit(vm: &mut Vm, a: Args) -> Step {
    let id = vm.sys_int(Syscall::LockNew)? as u64;
    *get_mut(vm, a[0]) = RLock { id, owner: None, count: 0 };
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let RLock { owner, count, .. } = *get(vm, a[0]);
    let word = if owner.is_some() { "locked" } else { "unlocked" };
    let owner = owner.map_or(0, ident_of);
    let ty = vm.type_name(a[0]).to_owned();
    let name = if vm.ty(a[0]) == vm.type_of_def(&RLOCK) { format!("_thread.{ty}") } else { ty };
    Ok(vm.str(format!("<{word} {name} object owner={owner} count={count} at {:#x}>", a[0].address())))
}
