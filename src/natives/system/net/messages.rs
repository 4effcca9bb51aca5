//! `sendmsg` and `recvmsg`: several buffers at once, and open files that travel over Unix sockets (SCM_RIGHTS).
use super::address::{self, AF_UNIX};
use super::socket::{get, wait};
use super::transfer::{flags_of, size};
use crate::heap::{Owned, Ref};
use crate::vm::step::Step;
use crate::vm::syscall::{Address, SysResult, Syscall, poll};
use crate::vm::{Args, Ask, Def, Vm};

pub const METHODS: &[Def] = &[
    Def::method("sendmsg", "(self, buffers, ancdata=(), flags=0, address=None, /)", sendmsg, "Send several buffers, and ancillary data."),
    Def::method("recvmsg", "(self, bufsize, ancbufsize=0, flags=0, /)", recvmsg, "Receive bytes and ancillary data."),
    Def::method("recvmsg_into", "(self, buffers, ancbufsize=0, flags=0, /)", recvmsg_into, "Receive into several buffers, and ancillary data."),
];
pub const FUNCTIONS: &[Def] = &[
    Def::function("CMSG_LEN", "(length, /)", |vm, a| control_size(vm, a, 1), "Bytes of an ancillary item without padding at its end."),
    Def::function("CMSG_SPACE", "(length, /)", |vm, a| control_size(vm, a, 8), "Bytes of an ancillary item with padding."),
];

/// An ancillary item's head.
const HEAD: usize = 16;
const SOL_SOCKET: i32 = 1;
const SCM_RIGHTS: i32 = 1;
/// Files of one message at most (Linux's SCM_MAX_FD).
const MOST: usize = 253;

fn control_size(vm: &mut Vm, a: Args, align: usize) -> Step {
    let n = vm.index_i64(a[0])?;
    let most = i32::MAX as i64 - HEAD as i64 - if align == 1 { 0 } else { 7 };
    if !(0..=most).contains(&n) {
        let message = if align == 1 { "CMSG_LEN() argument out of range" } else { "CMSG_SPACE() argument out of range" };
        return Err(vm.overflow_error(message));
    }
    Ok(vm.int((HEAD + (n as usize).next_multiple_of(align)) as i64))
}
/// The items of an iterable as they are when the call begins: what the items' own methods do to it changes nothing.
fn fixed_items(vm: &mut Vm, iterable: Ref) -> Result<Vec<Ref>, Ask> {
    let items = vm.collect(iterable)?;
    let kept = vm.once(|vm| {
        items.iter().for_each(|r| vm.heap.incref_raw(*r));
        let owned = items.iter().map(|r| Owned::adopt(*r)).collect();
        Ok(vm.tuple(owned))
    })?;
    Ok(vm.items_of(kept).map(<[Ref]>::to_vec).unwrap_or_default())
}
/// The descriptors among the ancillary items.
fn control(vm: &mut Vm, given: Option<Ref>, family: i32) -> Result<Vec<i32>, Ask> {
    let Some(list) = given else { return Ok(vec![]) };
    let mut files = Vec::new();
    for item in fixed_items(vm, list)? {
        let Some(&[level, kind, data]) = vm.items_of(item) else {
            return Err(vm.type_error("[sendmsg() ancillary data items] must be sequence of length 3"));
        };
        let (level, kind, data) = (vm.index_i32(level)?, vm.index_i32(kind)?, vm.buffer_bytes(data)?);
        match (family, level, kind) {
            (AF_UNIX, SOL_SOCKET, SCM_RIGHTS) => files.extend(data.chunks_exact(4).map(|c| i32::from_ne_bytes(c.try_into().expect("four bytes")))),
            // Credentials are the system's to say; the rest is for the network's own layers.
            // What is for other layers is no error; credentials are the system's to say.
            (AF_UNIX, SOL_SOCKET, _) => return Err(vm.os_error(22, None, None)),
            _ => {}
        }
    }
    if files.len() > MOST {
        return Err(vm.os_error(22, None, None));
    }
    Ok(files)
}
fn sendmsg(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_some() || vm.is_int(a[1]) {
        return Err(vm.type_error("sendmsg() argument 1 must be iterable"));
    }
    let mut data = Vec::new();
    for part in fixed_items(vm, a[1])? {
        data.extend(vm.buffer_bytes(part)?);
    }
    let (fd, family) = (get(vm, a[0]).fd, get(vm, a[0]).family);
    let files = control(vm, a.opt(2), family)?;
    let flags = flags_of(vm, a.opt(3))?;
    let to = match a.not_none(4) {
        Some(r) => Some(address::parse(vm, r, family, "sendmsg")?),
        None => None,
    };
    match wait(vm, a[0], poll::OUT, || Syscall::Send { fd, data: data.clone(), to: to.clone(), flags, files: files.clone() })? {
        SysResult::Int(k) => Ok(vm.int(k)),
        other => panic!("Send answered {other:?}"),
    }
}
struct Message {
    data: Vec<u8>,
    from: Address,
    fds: Vec<i32>,
    flags: i32,
}
fn receive(vm: &mut Vm, a: Args, count: usize, function: &str) -> Result<Message, Ask> {
    let room = match a.opt(2) {
        Some(r) => size(vm, r, &format!("invalid ancillary data buffer length in {function}()"))?,
        None => 0,
    };
    if room > i32::MAX as usize {
        let message = format!("invalid ancillary data buffer length in {function}()");
        return Err(vm.value_error(message));
    }
    let (fd, flags) = (get(vm, a[0]).fd, flags_of(vm, a.opt(3))?);
    let files = room.saturating_sub(HEAD) / 4;
    match wait(vm, a[0], poll::IN, || Syscall::ReceiveMessage { fd, count, flags, files })? {
        SysResult::Message { data, from, fds, flags } => Ok(Message { data, from, fds, flags }),
        other => panic!("ReceiveMessage answered {other:?}"),
    }
}
/// Ancillary items, flags and sender, after what comes first.
fn told(vm: &mut Vm, first: Owned, m: &Message) -> Step {
    let mut items = Vec::new();
    if !m.fds.is_empty() {
        let bytes: Vec<u8> = m.fds.iter().flat_map(|fd| fd.to_ne_bytes()).collect();
        let item = vec![vm.int(SOL_SOCKET as i64), vm.int(SCM_RIGHTS as i64), vm.bytes(bytes)];
        items.push(vm.tuple(item));
    }
    let all = vec![first, vm.list(items), vm.int(m.flags as i64), address::sender(vm, &m.from)];
    Ok(vm.tuple(all))
}
fn recvmsg(vm: &mut Vm, a: Args) -> Step {
    let count = size(vm, a[1], "negative buffer size in recvmsg()")?;
    let m = receive(vm, a, count, "recvmsg")?;
    let data = vm.bytes(m.data.as_slice());
    told(vm, data, &m)
}
fn recvmsg_into(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_some() || vm.is_int(a[1]) {
        return Err(vm.type_error("recvmsg_into() argument 1 must be iterable"));
    }
    let buffers = vm.collect(a[1])?;
    let mut sizes = Vec::new();
    for b in &buffers {
        sizes.push(vm.writable_len(*b)?);
    }
    let m = receive(vm, a, sizes.iter().sum(), "recvmsg_into")?;
    let mut at = 0;
    for (b, size) in buffers.iter().zip(&sizes) {
        let end = m.data.len().min(at + size);
        if at < end {
            vm.fill_buffer(*b, &m.data[at..end])?;
        }
        at = end;
    }
    let count = vm.int(m.data.len() as i64);
    told(vm, count, &m)
}
