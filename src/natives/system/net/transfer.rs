//! `send`, `recv` and their kin of socket objects.
use super::address;
use super::socket::{Socket, get, left, until_ready, wait};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::syscall::{Address, SysResult, Syscall, errno, message, poll};
use crate::vm::{Args, Ask, Def, Vm};

pub const METHODS: &[Def] = &[
    Def::method("send", "(self, data, flags=0, /)", send, "Send bytes; how many were taken."),
    Def::method("sendall", "(self, data, flags=0, /)", sendall, "Send all the bytes."),
    Def::method("sendto", "(self, *args)", sendto, "Send bytes to an address."),
    Def::method("recv", "(self, bufsize, flags=0, /)", recv, "Receive up to bufsize bytes."),
    Def::method("recvfrom", "(self, bufsize, flags=0, /)", recvfrom, "Receive bytes and where they came from."),
    Def::method("recv_into", "(self, buffer, nbytes=0, flags=0)", recv_into, "Receive into a buffer; how many bytes."),
    Def::method("recvfrom_into", "(self, buffer, nbytes=0, flags=0)", recvfrom_into, "Receive into a buffer; how many bytes and from where."),
];

pub fn flags_of(vm: &mut Vm, given: Option<Ref>) -> Result<i32, Ask> {
    given.map_or(Ok(0), |r| vm.index_i32(r))
}
fn sent(vm: &mut Vm, r: Ref, data: &[u8], flags: i32, to: Option<&Address>) -> Result<usize, Ask> {
    let fd = get(vm, r).fd;
    match wait(vm, r, poll::OUT, || Syscall::Send { fd, data: data.to_vec(), to: to.cloned(), flags, files: vec![] })? {
        SysResult::Int(k) => Ok(k as usize),
        other => panic!("Send answered {other:?}"),
    }
}
fn send(vm: &mut Vm, a: Args) -> Step {
    let data = vm.buffer_bytes(a[1])?;
    let flags = flags_of(vm, a.opt(2))?;
    let k = sent(vm, a[0], &data, flags, None)?;
    Ok(vm.int(k as i64))
}
/// All of the bytes within one timeout.
fn sendall(vm: &mut Vm, a: Args) -> Step {
    let data = vm.buffer_bytes(a[1])?;
    let flags = flags_of(vm, a.opt(2))?;
    let Socket { fd, timeout_ns, .. } = *get(vm, a[0]);
    let (mut done, mut deadline) = (0, None);
    while done < data.len() {
        match vm.syscall_by(|| Syscall::Send { fd, data: data[done..].to_vec(), to: None, flags, files: vec![] })? {
            SysResult::Int(k) => done += k as usize,
            SysResult::Error(errno::EAGAIN) if timeout_ns.is_some_and(|ns| ns > 0) => {
                let left = left(vm, timeout_ns.unwrap_or(0), &mut deadline)?;
                until_ready(vm, fd, poll::OUT, left)?;
            }
            SysResult::Error(e) => return Err(vm.os_error(e, None, None)),
            other => panic!("Send answered {other:?}"),
        }
    }
    Ok(vm.none())
}
/// `sendto(data, address)` or `sendto(data, flags, address)`.
fn sendto(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).map(<[Ref]>::to_vec).unwrap_or_default();
    let (data, flags, to) = match args[..] {
        [data, to] => (vm.buffer_bytes(data)?, 0, to),
        [data, flags, to] => {
            let data = vm.buffer_bytes(data)?;
            (data, vm.index_i32(flags)?, to)
        }
        _ => {
            let message = format!("sendto() takes 2 or 3 arguments ({} given)", args.len());
            return Err(vm.type_error(message));
        }
    };
    let family = get(vm, a[0]).family;
    let to = address::parse(vm, to, family, "sendto")?;
    let k = sent(vm, a[0], &data, flags, Some(&to))?;
    Ok(vm.int(k as i64))
}

fn receive(vm: &mut Vm, r: Ref, count: usize, flags: Option<Ref>) -> Result<(Vec<u8>, Address), Ask> {
    let flags = flags_of(vm, flags)?;
    let fd = get(vm, r).fd;
    let mut all: Vec<u8> = Vec::new();
    loop {
        let left = count - all.len();
        let SysResult::From(data, from) = wait(vm, r, poll::IN, || Syscall::Receive { fd, count: left, flags })? else { panic!("Receive answers bytes") };
        let over = data.is_empty() || flags & message::WAITALL == 0 || flags & message::PEEK != 0;
        all.extend(data);
        if over || all.len() >= count || from != Address::None {
            return Ok((all, from));
        }
    }
}
pub fn size(vm: &mut Vm, r: Ref, what: &str) -> Result<usize, Ask> {
    let k = vm.index_i64(r)?;
    match usize::try_from(k) {
        Ok(k) => Ok(k),
        Err(_) => Err(vm.value_error(what)),
    }
}
fn recv(vm: &mut Vm, a: Args) -> Step {
    let count = size(vm, a[1], "negative buffersize in recv")?;
    let (data, _) = receive(vm, a[0], count, a.opt(2))?;
    Ok(vm.bytes(data))
}
fn recvfrom(vm: &mut Vm, a: Args) -> Step {
    let count = size(vm, a[1], "negative buffersize in recvfrom")?;
    let (data, from) = receive(vm, a[0], count, a.opt(2))?;
    let items = vec![vm.bytes(data), address::sender(vm, &from)];
    Ok(vm.tuple(items))
}
fn into(vm: &mut Vm, a: Args, function: &str) -> Result<(i64, Address), Ask> {
    let room = vm.writable_len(a[1])?;
    let count = match a.opt(2) {
        Some(r) => size(vm, r, &format!("negative buffersize in {function}"))?,
        None => 0,
    };
    if count > room {
        let message = if function == "recv_into" { "buffer too small for requested bytes" } else { "nbytes is greater than the length of the buffer" };
        return Err(vm.value_error(message));
    }
    let count = if count == 0 { room } else { count };
    let (data, from) = receive(vm, a[0], count, a.opt(3))?;
    vm.fill_buffer(a[1], &data)?;
    Ok((data.len() as i64, from))
}
fn recv_into(vm: &mut Vm, a: Args) -> Step {
    let (k, _) = into(vm, a, "recv_into")?;
    Ok(vm.int(k))
}
fn recvfrom_into(vm: &mut Vm, a: Args) -> Step {
    let (k, from) = into(vm, a, "recvfrom_into")?;
    let items = vec![vm.int(k), address::sender(vm, &from)];
    Ok(vm.tuple(items))
}
