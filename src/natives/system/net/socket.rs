//! The `_socket.socket` type.
use super::address::{self, AF_INET};
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, errno, poll};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

#[derive(Clone)]
pub struct Socket {
    pub fd: i32,
    family: i32,
    kind: i32,
    proto: i32,
    /// None: waits for ever; 0: never waits.
    timeout_ns: Option<u64>,
    /// Values of `setsockopt`, by level and name.
    options: Vec<((i32, i32), i64)>,
}
opaque_state!(Socket, |_x, _f| {});

pub static SOCKET: TypeDef = TypeDef {
    place: None,
    name: "socket",
    module: "_socket",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (40, 0),
    doc: "A socket: one end of a connection inside the machine.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, family=-1, type=-1, proto=-1, fileno=None)", init, "Open a socket."),
    Def::method("_accept", "(self, /)", accept, "Accept a connection; (descriptor, address)."),
    Def::method("bind", "(self, address, /)", bind, "Bind to an address."),
    Def::method("listen", "(self, backlog=128, /)", listen, "Accept connections from now on."),
    Def::method("connect", "(self, address, /)", connect, "Connect to an address."),
    Def::method("connect_ex", "(self, address, /)", connect_ex, "Connect; an error number instead of an exception."),
    Def::method("send", "(self, data, flags=0, /)", send, "Send bytes; how many were taken."),
    Def::method("sendall", "(self, data, flags=0, /)", sendall, "Send all the bytes."),
    Def::method("sendto", "(self, data, flags_or_address, address=<unrepresentable>, /)", sendto, "Send bytes to an address."),
    Def::method("recv", "(self, bufsize, flags=0, /)", recv, "Receive up to bufsize bytes."),
    Def::method("recvfrom", "(self, bufsize, flags=0, /)", recvfrom, "Receive bytes and where they came from."),
    Def::method("recv_into", "(self, buffer, nbytes=0, flags=0)", recv_into, "Receive into a buffer; how many bytes."),
    Def::method("recvfrom_into", "(self, buffer, nbytes=0, flags=0)", recvfrom_into, "Receive into a buffer; how many bytes and from where."),
    Def::method("shutdown", "(self, how, /)", shutdown, "End one or both directions."),
    Def::method("close", "(self, /)", close, "Close the socket."),
    Def::method("detach", "(self, /)", detach, "Give the descriptor away."),
    Def::method("fileno", "(self, /)", |vm, a| { let fd = get(vm, a[0]).fd; Ok(vm.int(fd as i64)) }, "The descriptor."),
    Def::method("getsockname", "(self, /)", |vm, a| name(vm, a, |fd| Syscall::SocketName { fd }), "The own address."),
    Def::method("getpeername", "(self, /)", |vm, a| name(vm, a, |fd| Syscall::PeerName { fd }), "The peer's address."),
    Def::method("getblocking", "(self, /)", getblocking, "Whether operations wait."),
    Def::method("setblocking", "(self, flag, /)", setblocking, "Set whether operations wait."),
    Def::method("gettimeout", "(self, /)", gettimeout, "The timeout in seconds, or None."),
    Def::method("settimeout", "(self, timeout, /)", settimeout, "Set the timeout in seconds, or None."),
    Def::method("getsockopt", "(self, level, option, buffersize=0, /)", getsockopt, "An option's value."),
    Def::method("setsockopt", "(self, level, option, value, optlen=<unrepresentable>, /)", setsockopt, "Set an option."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__del__", "(self, /)", |vm, a| close(vm, a), "Close the descriptor."),
    Def::member("family", |vm, a| { let k = get(vm, a[0]).family; Ok(vm.int(k as i64)) }, "the socket family"),
    Def::member("type", |vm, a| { let k = get(vm, a[0]).kind; Ok(vm.int(k as i64)) }, "the socket type"),
    Def::member("proto", |vm, a| { let k = get(vm, a[0]).proto; Ok(vm.int(k as i64)) }, "the socket protocol"),
    Def::get("timeout", gettimeout, "the socket timeout"),
];

fn get(vm: &Vm, r: Ref) -> &Socket {
    vm.state(r).expect("methods of socket get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut Socket {
    vm.state_mut(r).expect("methods of socket get one")
}
fn fresh(fd: i32, family: i32, kind: i32, proto: i32, timeout_ns: Option<u64>) -> Socket {
    Socket { fd, family, kind, proto, timeout_ns, options: vec![] }
}
/// A socket object for an open descriptor.
pub fn make(vm: &mut Vm, fd: i32, family: i32, kind: i32, proto: i32) -> crate::heap::Owned {
    let ty = vm.type_of_def(&SOCKET);
    let timeout = default_timeout(vm);
    vm.opaque(ty, fresh(fd, family, kind & 0xf, proto, timeout))
}
/// `setdefaulttimeout`'s value.
pub fn default_timeout(vm: &Vm) -> Option<u64> {
    let r = vm.registry.get("socket default timeout")?;
    vm.i64_of(*r).and_then(|ns| u64::try_from(ns).ok())
}
fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(fresh(-1, -1, 0, 0, None)))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let mut n = [-1; 3];
    for (i, slot) in n.iter_mut().enumerate() {
        if let Some(r) = a.opt(i + 1) {
            *slot = vm.index_i32(r)?;
        }
    }
    let [mut family, mut kind, proto] = n;
    let fd = match a.not_none(4) {
        Some(r) => {
            let fd = vm.index_i32(r)?;
            if fd < 0 {
                return Err(vm.value_error("negative file descriptor"));
            }
            let SysResult::Pair(f, k) = vm.sys(Syscall::SocketInfo { fd }, None)? else { panic!("SocketInfo answers a pair") };
            family = if family == -1 { f as i32 } else { family };
            kind = if kind == -1 { k as i32 } else { kind };
            fd
        }
        None => {
            family = if family == -1 { AF_INET } else { family };
            kind = if kind == -1 { 1 } else { kind };
            vm.sys_int(Syscall::Socket { family, kind })? as i32
        }
    };
    let nonblocking = kind & 0o4000 != 0;
    let timeout = if nonblocking { Some(0) } else { default_timeout(vm) };
    if timeout.is_some() && !nonblocking {
        vm.sys(Syscall::SetBlocking { fd, blocking: false }, None)?;
    }
    *get_mut(vm, a[0]) = fresh(fd, family, kind & 0xf, proto.max(0), timeout);
    Ok(vm.none())
}
/// Makes a call, waiting for `events` as long as the timeout allows.
fn wait(vm: &mut Vm, r: Ref, events: u32, call: impl Fn() -> Syscall) -> Result<SysResult, Ask> {
    let Socket { fd, timeout_ns, .. } = *get(vm, r);
    loop {
        match vm.syscall(call())? {
            SysResult::Error(errno::EAGAIN) if timeout_ns.is_some_and(|ns| ns > 0) => {
                match vm.sys(Syscall::Poll { fds: vec![(fd, events)], timeout_ns }, None)? {
                    SysResult::Ready(found) if found.is_empty() => return Err(vm.error(t::TIMEOUT_ERROR, "timed out")),
                    _ => {}
                }
            }
            SysResult::Error(e) => return Err(vm.os_error(e, None, None)),
            other => return Ok(other),
        }
    }
}
fn accept(vm: &mut Vm, a: Args) -> Step {
    let fd = get(vm, a[0]).fd;
    let SysResult::At(new, from) = wait(vm, a[0], poll::IN, || Syscall::Accept { fd })? else { panic!("Accept answers a descriptor") };
    let items = vec![vm.int(new), address::object(vm, &from)];
    Ok(vm.tuple(items))
}
fn bind(vm: &mut Vm, a: Args) -> Step {
    let Socket { fd, family, .. } = *get(vm, a[0]);
    let address = address::parse(vm, a[1], family, "bind")?;
    vm.sys_done(Syscall::Bind { fd, address }, None)
}
fn listen(vm: &mut Vm, a: Args) -> Step {
    let backlog = match a.opt(1) {
        Some(r) => vm.index_i32(r)?,
        None => 128,
    };
    let fd = get(vm, a[0]).fd;
    vm.sys_done(Syscall::Listen { fd, backlog }, None)
}
fn connect(vm: &mut Vm, a: Args) -> Step {
    let Socket { fd, family, .. } = *get(vm, a[0]);
    let address = address::parse(vm, a[1], family, "connect")?;
    wait(vm, a[0], poll::OUT, || Syscall::Connect { fd, address: address.clone() })?;
    Ok(vm.none())
}
fn connect_ex(vm: &mut Vm, a: Args) -> Step {
    let Socket { fd, family, .. } = *get(vm, a[0]);
    let address = address::parse(vm, a[1], family, "connect_ex")?;
    match vm.syscall(Syscall::Connect { fd, address })? {
        SysResult::Error(e) => Ok(vm.int(e as i64)),
        _ => Ok(vm.int(0)),
    }
}
fn check_flags(vm: &mut Vm, given: Option<Ref>) -> Result<bool, Ask> {
    match given {
        Some(r) => {
            let flags = vm.index_i32(r)?;
            Ok(flags & 2 != 0)
        }
        None => Ok(false),
    }
}
fn send(vm: &mut Vm, a: Args) -> Step {
    let data = vm.buffer_bytes(a[1])?;
    check_flags(vm, a.opt(2))?;
    let fd = get(vm, a[0]).fd;
    match wait(vm, a[0], poll::OUT, || Syscall::Send { fd, data: data.clone(), to: None })? {
        SysResult::Int(k) => Ok(vm.int(k)),
        other => panic!("Send answered {other:?}"),
    }
}
fn sendall(vm: &mut Vm, a: Args) -> Step {
    let data = vm.buffer_bytes(a[1])?;
    check_flags(vm, a.opt(2))?;
    let fd = get(vm, a[0]).fd;
    let mut done = 0;
    while done < data.len() {
        match wait(vm, a[0], poll::OUT, || Syscall::Send { fd, data: data[done..].to_vec(), to: None })? {
            SysResult::Int(k) => done += k as usize,
            other => panic!("Send answered {other:?}"),
        }
    }
    Ok(vm.none())
}
fn sendto(vm: &mut Vm, a: Args) -> Step {
    let data = vm.buffer_bytes(a[1])?;
    let Socket { fd, family, .. } = *get(vm, a[0]);
    let to = address::parse(vm, a.opt(3).unwrap_or(a[2]), family, "sendto")?;
    match wait(vm, a[0], poll::OUT, || Syscall::Send { fd, data: data.clone(), to: Some(to.clone()) })? {
        SysResult::Int(k) => Ok(vm.int(k)),
        other => panic!("Send answered {other:?}"),
    }
}
fn receive(vm: &mut Vm, r: Ref, count: usize, flags: Option<Ref>) -> Result<(Vec<u8>, crate::vm::syscall::Address), Ask> {
    let peek = check_flags(vm, flags)?;
    let fd = get(vm, r).fd;
    match wait(vm, r, poll::IN, || Syscall::Receive { fd, count, peek })? {
        SysResult::From(data, from) => Ok((data, from)),
        other => panic!("Receive answered {other:?}"),
    }
}
fn size(vm: &mut Vm, r: Ref, function: &str) -> Result<usize, Ask> {
    let k = vm.index_i64(r)?;
    match usize::try_from(k) {
        Ok(k) => Ok(k),
        Err(_) => {
            let message = format!("negative buffersize in {function}");
            Err(vm.value_error(message))
        }
    }
}
fn recv(vm: &mut Vm, a: Args) -> Step {
    let count = size(vm, a[1], "recv")?;
    let (data, _) = receive(vm, a[0], count, a.opt(2))?;
    Ok(vm.bytes(data))
}
fn recvfrom(vm: &mut Vm, a: Args) -> Step {
    let count = size(vm, a[1], "recvfrom")?;
    let (data, from) = receive(vm, a[0], count, a.opt(2))?;
    let items = vec![vm.bytes(data), address::object(vm, &from)];
    Ok(vm.tuple(items))
}
fn into(vm: &mut Vm, a: Args, function: &str) -> Result<(i64, crate::vm::syscall::Address), Ask> {
    let room = vm.writable_len(a[1])?;
    let count = match a.opt(2) {
        Some(r) => size(vm, r, function)?,
        None => 0,
    };
    if count > room {
        let message = format!("nbytes is greater than the length of the buffer in {function}()");
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
    let items = vec![vm.int(k), address::object(vm, &from)];
    Ok(vm.tuple(items))
}
fn shutdown(vm: &mut Vm, a: Args) -> Step {
    let how = vm.index_i32(a[1])?;
    let fd = get(vm, a[0]).fd;
    vm.sys_done(Syscall::Shutdown { fd, how }, None)
}
/// Closing twice does nothing; a reset connection is no error.
fn close(vm: &mut Vm, a: Args) -> Step {
    let fd = get(vm, a[0]).fd;
    if fd >= 0 {
        vm.syscall(Syscall::Close { fd })?;
        get_mut(vm, a[0]).fd = -1;
    }
    Ok(vm.none())
}
fn detach(vm: &mut Vm, a: Args) -> Step {
    let fd = std::mem::replace(&mut get_mut(vm, a[0]).fd, -1);
    Ok(vm.int(fd as i64))
}
fn name(vm: &mut Vm, a: Args, call: fn(i32) -> Syscall) -> Step {
    let fd = get(vm, a[0]).fd;
    match vm.sys(call(fd), None)? {
        SysResult::At(_, address) => Ok(address::object(vm, &address)),
        other => panic!("a name answered {other:?}"),
    }
}
fn getblocking(vm: &mut Vm, a: Args) -> Step {
    let b = get(vm, a[0]).timeout_ns != Some(0);
    Ok(vm.bool(b))
}
fn set_timeout(vm: &mut Vm, r: Ref, timeout_ns: Option<u64>) -> Step {
    let fd = get(vm, r).fd;
    vm.sys(Syscall::SetBlocking { fd, blocking: timeout_ns.is_none() }, None)?;
    get_mut(vm, r).timeout_ns = timeout_ns;
    Ok(vm.none())
}
fn setblocking(vm: &mut Vm, a: Args) -> Step {
    let blocking = vm.truth(a[1])?;
    set_timeout(vm, a[0], if blocking { None } else { Some(0) })
}
fn settimeout(vm: &mut Vm, a: Args) -> Step {
    let timeout = match a.not_none(1) {
        Some(r) => Some(vm.timeout_ns(r)?),
        None => None,
    };
    if timeout.is_some_and(|ns| ns < 0) {
        return Err(vm.value_error("Timeout value out of range"));
    }
    set_timeout(vm, a[0], timeout.map(|ns| ns as u64))
}
fn gettimeout(vm: &mut Vm, a: Args) -> Step {
    match get(vm, a[0]).timeout_ns {
        Some(ns) => Ok(vm.float(ns as f64 / 1e9)),
        None => Ok(vm.none()),
    }
}
fn getsockopt(vm: &mut Vm, a: Args) -> Step {
    let key = (vm.index_i32(a[1])?, vm.index_i32(a[2])?);
    let s = get(vm, a[0]);
    let value = match key {
        (1, 3) => s.kind as i64,
        (1, 4) => 0,
        (1, 38) => s.proto as i64,
        (1, 39) => s.family as i64,
        _ => s.options.iter().find(|o| o.0 == key).map_or(0, |o| o.1),
    };
    match a.opt(3) {
        Some(r) if vm.index_i64(r)? > 0 => {
            let k = vm.index_i64(r)?.min(8) as usize;
            Ok(vm.bytes(&value.to_le_bytes()[..k]))
        }
        _ => Ok(vm.int(value)),
    }
}
fn setsockopt(vm: &mut Vm, a: Args) -> Step {
    let key = (vm.index_i32(a[1])?, vm.index_i32(a[2])?);
    let value = match vm.bytes_of(a[3]) {
        Some(b) => b.iter().take(8).rev().fold(0i64, |all, b| all << 8 | *b as i64),
        None if a[3] == fixed::NONE => 0,
        None => vm.index_i32(a[3])? as i64,
    };
    let options = &mut get_mut(vm, a[0]).options;
    options.retain(|o| o.0 != key);
    options.push((key, value));
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let Socket { fd, family, kind, proto, .. } = *get(vm, a[0]);
    Ok(vm.str(format!("<socket object, fd={fd}, family={family}, type={kind}, proto={proto}>")))
}
