//! `select`: `select()`, `poll` and `epoll` objects.
use super::{constants, epoll};
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, poll};
use crate::vm::{Args, Ask, Def, Vm, t};
use std::collections::BTreeMap;

pub static MODULE: ModuleDef = ModuleDef {
    name: "select",
    doc: "Waiting for descriptors to become ready.",
    functions: &[&[
        Def::function("select", "(rlist, wlist, xlist, timeout=None, /)", select, "Wait until one or more descriptors are ready."),
        Def::function("poll", "()", make_poll, "A polling object."),
    ]],
    types: &[&epoll::EPOLL],
    init: Some(init),
};

#[derive(Clone, Default)]
struct Poll {
    fds: BTreeMap<i32, u32>,
}
opaque_state!(Poll, |_x, _f| {});

static POLL: TypeDef = TypeDef {
    place: None,
    name: "poll",
    module: "select",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
    size: (48, 0),
    doc: "",
    defs: &[&[
        Def::method("register", "(self, fd, eventmask=7, /)", register, "Watch a descriptor."),
        Def::method("modify", "(self, fd, eventmask, /)", modify, "Change what a descriptor is watched for."),
        Def::method("unregister", "(self, fd, /)", unregister, "Stop watching a descriptor."),
        Def::method("poll", "(self, timeout=None, /)", poll_poll, "Wait; (descriptor, events) of those that are ready."),
    ]],
};

/// The interest set of a `poll` object; None: it is none.
pub fn watched_by(vm: &Vm, r: Ref) -> Option<&BTreeMap<i32, u32>> {
    vm.state::<Poll>(r).map(|p| &p.fds)
}
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    vm.set_ints(module, constants::SELECT);
    vm.set_borrowed(module, "error", t::OS_ERROR);
    Ok(())
}

/// The descriptor of an int or of an object with `fileno()`.
pub fn descriptor(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    let n = if vm.is_int(r) {
        r
    } else {
        let name = vm.intern("fileno").into_raw();
        let Some(f) = vm.getattr_opt(r, name)? else {
            return Err(vm.type_error("argument must be an int, or have a fileno() method."));
        };
        let n = vm.call(f, &[])?;
        if !vm.is_int(n) {
            return Err(vm.type_error("fileno() returned a non-integer"));
        }
        n
    };
    let fd = vm.index_i32(n)?;
    if fd < 0 {
        let message = format!("file descriptor cannot be a negative integer ({fd})");
        return Err(vm.value_error(message));
    }
    Ok(fd)
}
fn watched(vm: &mut Vm, list: Ref) -> Result<Vec<(Ref, i32)>, Ask> {
    let mut out = Vec::new();
    for r in vm.collect(list)? {
        out.push((r, descriptor(vm, r)?));
    }
    Ok(out)
}
fn select(vm: &mut Vm, a: Args) -> Step {
    let timeout_ns = match a.not_none(3) {
        Some(r) => {
            let ns = vm.timeout_ns(r)?;
            if ns < 0 {
                return Err(vm.value_error("timeout must be non-negative"));
            }
            Some(ns as u64)
        }
        None => None,
    };
    let (readers, writers, others) = (watched(vm, a[0])?, watched(vm, a[1])?, watched(vm, a[2])?);
    // FD_SETSIZE: select's table of bits has no place for more.
    if [&readers, &writers, &others].into_iter().flatten().any(|(_, fd)| *fd >= 1024) {
        return Err(vm.value_error("filedescriptor out of range in select()"));
    }
    let mut fds: BTreeMap<i32, u32> = BTreeMap::new();
    for (list, events) in [(&readers, poll::IN), (&writers, poll::OUT), (&others, poll::PRI)] {
        list.iter().for_each(|(_, fd)| *fds.entry(*fd).or_default() |= events);
    }
    let fds: Vec<(i32, u32)> = fds.into_iter().collect();
    let SysResult::Ready(ready) = vm.sys(Syscall::Poll { fds, timeout_ns }, None)? else { panic!("Poll answers events") };
    if ready.iter().any(|(_, e)| e & poll::NVAL != 0) {
        return Err(vm.os_error(9, None, None));
    }
    let events = |fd: i32| ready.iter().find(|r| r.0 == fd).map_or(0, |r| r.1);
    let mut lists = Vec::new();
    for (list, mask) in [(readers, poll::IN | poll::HUP | poll::ERR), (writers, poll::OUT | poll::ERR), (others, poll::PRI)] {
        let found: Vec<Ref> = list.into_iter().filter(|(_, fd)| events(*fd) & mask != 0).map(|x| x.0).collect();
        lists.push(vm.list_of(&found));
    }
    Ok(vm.tuple(lists))
}
fn make_poll(vm: &mut Vm, _: Args) -> Step {
    let ty = vm.type_of_def(&POLL);
    Ok(vm.opaque(ty, Poll::default()))
}
fn get(vm: &mut Vm, r: Ref) -> &mut Poll {
    vm.state_mut(r).expect("methods of poll get one")
}
fn mask(vm: &mut Vm, given: Option<Ref>, default: u32) -> Result<u32, Ask> {
    match given {
        Some(r) => Ok(vm.index_i64(r)? as u32),
        None => Ok(default),
    }
}
fn register(vm: &mut Vm, a: Args) -> Step {
    let (fd, events) = (descriptor(vm, a[1])?, mask(vm, a.opt(2), 7)?);
    get(vm, a[0]).fds.insert(fd, events);
    Ok(vm.none())
}
fn modify(vm: &mut Vm, a: Args) -> Step {
    let (fd, events) = (descriptor(vm, a[1])?, mask(vm, a.opt(2), 7)?);
    match get(vm, a[0]).fds.get_mut(&fd) {
        Some(e) => *e = events,
        None => return Err(vm.os_error(2, None, None)),
    }
    Ok(vm.none())
}
fn unregister(vm: &mut Vm, a: Args) -> Step {
    let fd = descriptor(vm, a[1])?;
    if get(vm, a[0]).fds.remove(&fd).is_none() {
        let key = vm.int(fd as i64);
        let key = vm.keep(key);
        return Err(vm.key_error(key));
    }
    Ok(vm.none())
}
/// Milliseconds as nanoseconds; None and negative wait for ever.
fn milliseconds(vm: &mut Vm, given: Option<Ref>) -> Result<Option<u64>, Ask> {
    match given.filter(|r| *r != crate::vm::fixed::NONE) {
        Some(r) => {
            let ms = vm.to_f64(r)?;
            Ok((ms >= 0.0).then(|| (ms * 1e6).ceil() as u64))
        }
        None => Ok(None),
    }
}
fn poll_poll(vm: &mut Vm, a: Args) -> Step {
    let timeout_ns = milliseconds(vm, a.opt(1))?;
    let fds = get(vm, a[0]).fds.iter().map(|(fd, e)| (*fd, *e)).collect();
    let SysResult::Ready(ready) = vm.sys(Syscall::Poll { fds, timeout_ns }, None)? else { panic!("Poll answers events") };
    pairs(vm, ready)
}
/// List of (descriptor, events).
pub fn pairs(vm: &mut Vm, ready: Vec<(i32, u32)>) -> Step {
    let mut rows = Vec::with_capacity(ready.len());
    for (fd, events) in ready {
        let row = vec![vm.int(fd as i64), vm.int(events as i64)];
        rows.push(vm.tuple(row));
    }
    Ok(vm.list(rows))
}
