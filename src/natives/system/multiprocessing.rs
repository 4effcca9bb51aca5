//! `_multiprocessing`: semaphores that processes share (CPython `Modules/_multiprocessing/semaphore.c`).
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, errno};
use crate::vm::{Args, Ask, Def, Vm, t};

const RECURSIVE_MUTEX: i32 = 0;
/// Largest value of a semaphore on Linux.
const SEM_VALUE_MAX: i64 = 2_147_483_647;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_multiprocessing",
    doc: "What multiprocessing needs of the system.",
    functions: &[&[Def::function("sem_unlink", "(name, /)", sem_unlink, "Take a semaphore's name away.")]],
    types: &[&SEM_LOCK],
    init: Some(init),
};

/// A semaphore of the system, and how this process uses it. A fork copies this side of it.
#[derive(Clone)]
struct SemLock {
    /// The system's number.
    sem: u64,
    kind: i32,
    max: i64,
    name: Option<String>,
    /// How often it is held, and by which thread last.
    count: i64,
    holder: u32,
}
impl State for SemLock {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

static SEM_LOCK: TypeDef = TypeDef {
    place: None,
    name: "SemLock",
    module: "_multiprocessing",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (48, 0),
    doc: "Semaphore/Mutex type.",
    defs: &[METHODS],
};

/// The system's number of a semaphore object, if it is one.
pub fn semaphore_number(vm: &Vm, r: Ref) -> Option<u64> {
    vm.state::<SemLock>(r).map(|s| s.sem)
}

const METHODS: &[Def] = &[
    Def::new("(cls, kind, value, maxvalue, name, unlink)", new),
    Def::class_method("_rebuild", "(cls, handle, kind, maxvalue, name, /)", rebuild, "A semaphore that another process made."),
    Def::method("acquire", "(self, /, block=True, timeout=None)", acquire, "Acquire the semaphore/lock."),
    Def::method("release", "(self, /)", release, "Release the semaphore/lock."),
    Def::method("__enter__", "(self, /)", enter, "Enter the semaphore/lock."),
    Def::method("__exit__", "(self, exc_type=None, exc_value=None, exc_tb=None, /)", release, "Exit the semaphore/lock."),
    Def::method("_count", "(self, /)", |vm, a| { let c = get(vm, a[0]).count; Ok(vm.int(c)) }, "How often this process holds it."),
    Def::method("_is_mine", "(self, /)", |vm, a| { let b = is_mine(vm, a[0]); Ok(vm.bool(b)) }, "Whether this thread holds it."),
    Def::method("_get_value", "(self, /)", |vm, a| { let v = value(vm, a[0])?; Ok(vm.int(v)) }, "The semaphore's value."),
    Def::method("_is_zero", "(self, /)", |vm, a| { let v = value(vm, a[0])?; Ok(vm.bool(v == 0)) }, "Whether the value is zero."),
    Def::method("_after_fork", "(self, /)", after_fork, "A forked child holds nothing."),
    Def::member("handle", |vm, a| { let v = get(vm, a[0]).sem; Ok(vm.int(v as i64)) }, ""),
    Def::member("kind", |vm, a| { let v = get(vm, a[0]).kind; Ok(vm.int(v as i64)) }, ""),
    Def::member("maxvalue", |vm, a| { let v = get(vm, a[0]).max; Ok(vm.int(v)) }, ""),
    Def::member("name", name, ""),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let ty = vm.type_of_def(&SEM_LOCK);
    let max = vm.int(SEM_VALUE_MAX);
    let dict = vm.type_obj(ty).dict;
    vm.dict_set_str(dict, "SEM_VALUE_MAX", max);
    vm.type_modified(ty);
    let flags = vm.dict();
    for name in ["HAVE_SEM_OPEN", "HAVE_SEM_TIMEDWAIT"] {
        let one = vm.int(1);
        vm.dict_set_str(flags.get(), name, one);
    }
    vm.set_global(module, "flags", flags);
    Ok(())
}
fn get(vm: &Vm, r: Ref) -> &SemLock {
    vm.state(r).expect("methods of SemLock get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut SemLock {
    vm.state_mut(r).expect("methods of SemLock get one")
}
fn is_mine(vm: &Vm, r: Ref) -> bool {
    let x = get(vm, r);
    x.count > 0 && x.holder == vm.cur.id
}
fn value(vm: &mut Vm, r: Ref) -> Result<i64, Ask> {
    let sem = get(vm, r).sem;
    vm.sys_int(Syscall::SemValue { sem })
}
fn name(vm: &mut Vm, a: Args) -> Step {
    match get(vm, a[0]).name.clone() {
        Some(s) => Ok(vm.str(s)),
        None => Ok(vm.none()),
    }
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let (kind, value, max) = (vm.index_i32(a[1])?, vm.index_i64(a[2])?, vm.index_i64(a[3])?);
    let name = vm.expect_str(a[4], "SemLock() argument 4").map(|_| vm.lossy(a[4]))?;
    let unlink = vm.truth(a[5])?;
    if !(0..=1).contains(&kind) {
        return Err(vm.value_error("unrecognized kind"));
    }
    let sem = vm.sys_int(Syscall::SemNew { name: name.clone(), value, max })? as u64;
    if unlink {
        vm.sys_done(Syscall::SemUnlink { name: name.clone() }, None).map(|done| vm.release(done))?;
    }
    let state = SemLock { sem, kind, max, name: (!unlink).then_some(name), count: 0, holder: 0 };
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(state))))
}
fn rebuild(vm: &mut Vm, a: Args) -> Step {
    let (handle, kind, max) = (vm.index_i64(a[1])?, vm.index_i32(a[2])?, vm.index_i64(a[3])?);
    let (sem, name) = match a.not_none(4) {
        Some(r) => {
            let name = vm.lossy(r);
            (vm.sys_int(Syscall::SemOpen { name: name.clone() })? as u64, Some(name))
        }
        None => (handle as u64, None),
    };
    let state = SemLock { sem, kind, max, name, count: 0, holder: 0 };
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(state))))
}
fn acquire(vm: &mut Vm, a: Args) -> Step {
    let blocking = match a.opt(1) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let timeout_ns = match a.not_none(2) {
        Some(r) => Some(vm.timeout_ns(r)?.max(0) as u64),
        None => None,
    };
    take(vm, a[0], blocking, timeout_ns)
}
fn enter(vm: &mut Vm, a: Args) -> Step {
    take(vm, a[0], true, None)
}
fn take(vm: &mut Vm, r: Ref, blocking: bool, timeout_ns: Option<u64>) -> Step {
    if get(vm, r).kind == RECURSIVE_MUTEX && is_mine(vm, r) && vm.answers.is_empty() {
        get_mut(vm, r).count += 1;
        return Ok(vm.bool(true));
    }
    let sem = get(vm, r).sem;
    let taken = vm.sys_int(Syscall::SemAcquire { sem, blocking, timeout_ns })? != 0;
    if taken {
        let me = vm.cur.id;
        let x = get_mut(vm, r);
        (x.count, x.holder) = (x.count + 1, me);
    }
    Ok(vm.bool(taken))
}
fn release(vm: &mut Vm, a: Args) -> Step {
    let first = vm.answers.is_empty();
    if get(vm, a[0]).kind == RECURSIVE_MUTEX && first {
        if !is_mine(vm, a[0]) {
            return Err(vm.error(t::ASSERTION_ERROR, "attempt to release recursive lock not owned by thread"));
        }
        if get(vm, a[0]).count > 1 {
            get_mut(vm, a[0]).count -= 1;
            return Ok(vm.none());
        }
    }
    let sem = get(vm, a[0]).sem;
    // This side first: whoever gets it at once must not be overwritten.
    if first {
        get_mut(vm, a[0]).count -= 1;
    }
    match vm.syscall(Syscall::SemRelease { sem })? {
        SysResult::Error(errno::EOVERFLOW) => {
            get_mut(vm, a[0]).count += 1;
            Err(vm.value_error("semaphore or lock released too many times"))
        }
        SysResult::Error(e) => Err(vm.os_error(e, None, None)),
        _ => Ok(vm.none()),
    }
}
fn after_fork(vm: &mut Vm, a: Args) -> Step {
    get_mut(vm, a[0]).count = 0;
    Ok(vm.none())
}
fn sem_unlink(vm: &mut Vm, a: Args) -> Step {
    let name = vm.expect_str(a[0], "sem_unlink() argument 1").map(|_| vm.lossy(a[0]))?;
    vm.sys_done(Syscall::SemUnlink { name }, None)
}
