//! `select.epoll`: the system's poller behind an object.
use super::select::{descriptor, pairs};
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm, t};

/// The poller's descriptor, −1 once closed.
#[derive(Clone)]
struct Epoll {
    fd: i32,
}
opaque_state!(Epoll, |_x, _f| {});

pub static EPOLL: TypeDef = TypeDef {
    place: None,
    name: "epoll",
    module: "select",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE,
    size: (24, 0),
    doc: "Watch descriptors for events.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, sizehint=-1, flags=0)", new),
    Def::method("register", "(self, fd, eventmask=7)", register, "Watch a descriptor."),
    Def::method("modify", "(self, fd, eventmask)", modify, "Change what a descriptor is watched for."),
    Def::method("unregister", "(self, fd)", unregister, "Stop watching a descriptor."),
    Def::method("poll", "(self, timeout=None, maxevents=-1)", poll, "Wait; (descriptor, events) of those that are ready."),
    Def::method("close", "(self, /)", close, "Close the poller."),
    Def::method("fileno", "(self, /)", |vm, a| { let fd = open(vm, a[0])?; Ok(vm.int(fd as i64)) }, "The poller's descriptor."),
    Def::class_method("fromfd", "(cls, fd, /)", fromfd, "A poller of an open descriptor."),
    Def::get("closed", |vm, a| { let b = get(vm, a[0]).fd < 0; Ok(vm.bool(b)) }, "True if the epoll handler is closed"),
    Def::method("__enter__", "(self, /)", |vm, a| { open(vm, a[0])?; Ok(vm.incref(a[0])) }, ""),
    Def::method("__exit__", "(self, exc_type=None, exc_value=None, exc_tb=None, /)", close, ""),
    Def::method("__del__", "(self, /)", close, "Close the descriptor."),
];

fn get(vm: &mut Vm, r: Ref) -> &mut Epoll {
    vm.state_mut(r).expect("methods of epoll get one")
}
fn open(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    let fd = get(vm, r).fd;
    if fd < 0 { Err(vm.value_error("I/O operation on closed epoll object")) } else { Ok(fd) }
}
fn new(vm: &mut Vm, _: Args) -> Step {
    let fd = vm.sys_int(Syscall::EpollCreate)? as i32;
    let ty = vm.type_of_def(&EPOLL);
    Ok(vm.opaque(ty, Epoll { fd }))
}
fn fromfd(vm: &mut Vm, a: Args) -> Step {
    let fd = vm.index_i32(a[1])?;
    let ty = vm.type_of_def(&EPOLL);
    Ok(vm.opaque(ty, Epoll { fd }))
}
fn control(vm: &mut Vm, a: Args, op: i32, events: Option<Ref>) -> Step {
    let epoll = open(vm, a[0])?;
    let fd = descriptor(vm, a[1])?;
    let events = match events {
        Some(r) => vm.index_i64(r)? as u32,
        None => 7,
    };
    vm.sys_done(Syscall::EpollControl { epoll, op, fd, events }, None)
}
fn register(vm: &mut Vm, a: Args) -> Step {
    control(vm, a, 1, a.opt(2))
}
fn unregister(vm: &mut Vm, a: Args) -> Step {
    control(vm, a, 2, None)
}
fn modify(vm: &mut Vm, a: Args) -> Step {
    control(vm, a, 3, a.opt(2))
}
fn poll(vm: &mut Vm, a: Args) -> Step {
    let epoll = open(vm, a[0])?;
    let timeout_ns = match a.not_none(1) {
        Some(r) => {
            let seconds = vm.to_f64(r)?;
            (seconds >= 0.0).then(|| (seconds * 1e9).ceil() as u64)
        }
        None => None,
    };
    let max = match a.opt(2) {
        Some(r) => vm.index_i64(r)?,
        None => -1,
    };
    if max == 0 || max < -1 {
        let message = format!("maxevents must be greater than 0, got {max}");
        return Err(vm.value_error(message));
    }
    let max = usize::try_from(max).unwrap_or(1023);
    let SysResult::Ready(ready) = vm.sys(Syscall::EpollWait { epoll, max, timeout_ns }, None)? else {
        panic!("EpollWait answers events")
    };
    pairs(vm, ready)
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let fd = get(vm, a[0]).fd;
    if fd >= 0 {
        vm.syscall(Syscall::Close { fd })?;
        get(vm, a[0]).fd = -1;
    }
    Ok(vm.none())
}
