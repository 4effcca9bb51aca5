//! The `_socket.socket` type.
use super::address::{self, AF_INET};
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{Clock, SysResult, Syscall, errno, poll};
use crate::vm::{Args, Ask, Def, Vm, fixed, n, t};

#[derive(Clone)]
pub struct Socket {
    pub fd: i32,
    pub family: i32,
    kind: i32,
    proto: i32,
    /// None: waits for ever; 0: never waits.
    pub timeout_ns: Option<u64>,
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
    defs: &[METHODS, super::transfer::METHODS, super::messages::METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, family=-1, type=-1, proto=-1, fileno=None)", init, "Open a socket."),
    Def::method("_accept", "(self, /)", accept, "Accept a connection; (descriptor, address)."),
    Def::method("bind", "(self, address, /)", bind, "Bind to an address."),
    Def::method("listen", "(self, backlog=128, /)", listen, "Accept connections from now on."),
    Def::method("connect", "(self, address, /)", connect, "Connect to an address."),
    Def::method("connect_ex", "(self, address, /)", connect_ex, "Connect; an error number instead of an exception."),
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
    Def::method("__del__", "(self, /)", finalize, "Close the descriptor."),
    Def::member("family", |vm, a| { let k = get(vm, a[0]).family; Ok(vm.int(k as i64)) }, "the socket family"),
    Def::member("type", |vm, a| { let k = get(vm, a[0]).kind; Ok(vm.int(k as i64)) }, "the socket type"),
    Def::member("proto", |vm, a| { let k = get(vm, a[0]).proto; Ok(vm.int(k as i64)) }, "the socket protocol"),
    Def::get("timeout", gettimeout, "the socket timeout"),
];

pub fn get(vm: &Vm, r: Ref) -> &Socket {
    vm.state(r).expect("methods of socket get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut Socket {
    vm.state_mut(r).expect("methods of socket get one")
}
fn fresh(fd: i32, family: i32, kind: i32, proto: i32, timeout_ns: Option<u64>) -> Socket {
    Socket { fd, family, kind, proto, timeout_ns }
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
            if vm.f64_of(r).is_some() && !vm.is_int(r) {
                return Err(vm.type_error("integer argument expected, got float"));
            }
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
            vm.sys_int(Syscall::Socket { family, kind, proto: proto.max(0) })? as i32
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
pub fn wait(vm: &mut Vm, r: Ref, events: u32, call: impl Fn() -> Syscall) -> Result<SysResult, Ask> {
    let Socket { fd, timeout_ns, .. } = *get(vm, r);
    let mut deadline = None;
    loop {
        match vm.syscall_by(&call)? {
            SysResult::Error(errno::EAGAIN) if timeout_ns.is_some_and(|ns| ns > 0) => {
                let left = left(vm, timeout_ns.unwrap_or(0), &mut deadline)?;
                until_ready(vm, fd, events, left)?;
            }
            SysResult::Error(e) => return Err(vm.os_error(e, None, None)),
            other => return Ok(other),
        }
    }
}
/// What is left of a timeout that began when this was first asked.
pub fn left(vm: &mut Vm, timeout_ns: u64, deadline: &mut Option<u64>) -> Result<u64, Ask> {
    let now = vm.sys_int(Syscall::ClockGet { clock: Clock::Monotonic })? as u64;
    Ok(deadline.get_or_insert(now + timeout_ns).saturating_sub(now))
}
/// Waits for a descriptor; TimeoutError when the time is over.
pub fn until_ready(vm: &mut Vm, fd: i32, events: u32, timeout_ns: u64) -> Result<(), Ask> {
    match vm.sys(Syscall::Poll { fds: vec![(fd, events)], timeout_ns: Some(timeout_ns) }, None)? {
        SysResult::Ready(found) if found.is_empty() => Err(vm.error(t::TIMEOUT_ERROR, "timed out")),
        _ => Ok(()),
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
/// Connects as long as the timeout allows: 0, or the error's number.
fn attempt(vm: &mut Vm, a: Args, function: &str) -> Result<i32, Ask> {
    let Socket { fd, family, timeout_ns, .. } = *get(vm, a[0]);
    let address = address::parse(vm, a[1], family, function)?;
    match vm.syscall(Syscall::Connect { fd, address })? {
        SysResult::Error(errno::EINPROGRESS) if timeout_ns.is_some_and(|ns| ns > 0) => {
            let SysResult::Ready(found) = vm.sys(Syscall::Poll { fds: vec![(fd, poll::OUT)], timeout_ns }, None)? else { panic!("Poll answers events") };
            if found.is_empty() {
                return Ok(TIMED_OUT);
            }
            let SysResult::Bytes(error) = vm.sys(Syscall::GetOption { fd, level: 1, name: 4 }, None)? else { panic!("an option is bytes") };
            Ok(error.first().map_or(0, |e| *e as i32))
        }
        SysResult::Error(e) => Ok(e),
        _ => Ok(0),
    }
}
/// No error of the system: the socket's own timeout.
const TIMED_OUT: i32 = -1;
fn connect(vm: &mut Vm, a: Args) -> Step {
    match attempt(vm, a, "connect")? {
        0 => Ok(vm.none()),
        TIMED_OUT => Err(vm.error(t::TIMEOUT_ERROR, "timed out")),
        e => Err(vm.os_error(e, None, None)),
    }
}
fn connect_ex(vm: &mut Vm, a: Args) -> Step {
    match attempt(vm, a, "connect_ex")? {
        TIMED_OUT => Ok(vm.int(errno::EAGAIN as i64)),
        e => Ok(vm.int(e as i64)),
    }
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
        if let SysResult::Error(e) = vm.syscall(Syscall::Close { fd })? && e != errno::ECONNRESET {
            return Err(vm.os_error(e, None, None));
        }
        get_mut(vm, a[0]).fd = -1;
    }
    Ok(vm.none())
}
/// The end of a socket that nobody has closed: a ResourceWarning.
fn finalize(vm: &mut Vm, a: Args) -> Step {
    let fd = get(vm, a[0]).fd;
    if fd < 0 {
        return Ok(vm.none());
    }
    let shown = match vm.try_call_special(a[0], n::__REPR__, &[])? {
        Some(Ok(r)) => vm.lossy(r),
        _ => "<socket>".to_owned(),
    };
    if matches!(vm.syscall(Syscall::Close { fd })?, SysResult::Error(_)) {
        return Ok(vm.none());
    }
    crate::natives::errors::warnings::warn_from_native(vm, t::RESOURCE_WARNING, &format!("unclosed {shown}"), 1)?;
    get_mut(vm, a[0]).fd = -1;
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
    let (level, name) = (vm.index_i32(a[1])?, vm.index_i32(a[2])?);
    let size = match a.opt(3) {
        Some(r) => vm.index_i64(r)?,
        None => 0,
    };
    if !(0..=1024).contains(&size) {
        return Err(vm.error(t::OS_ERROR, "getsockopt buflen out of range"));
    }
    let fd = get(vm, a[0]).fd;
    let SysResult::Bytes(value) = vm.sys(Syscall::GetOption { fd, level, name }, None)? else { panic!("an option is bytes") };
    if size == 0 {
        let mut four = [0; 4];
        value.iter().take(4).enumerate().for_each(|(i, b)| four[i] = *b);
        return Ok(vm.int(i32::from_le_bytes(four) as i64));
    }
    Ok(vm.bytes(&value[..value.len().min(size as usize)]))
}
fn setsockopt(vm: &mut Vm, a: Args) -> Step {
    let (level, name) = (vm.index_i32(a[1])?, vm.index_i32(a[2])?);
    let value = match a.opt(4) {
        Some(r) if a[3] == fixed::NONE => vec![0; vm.index_i64(r)?.clamp(0, 1024) as usize],
        None if a[3] == fixed::NONE => return Err(vm.type_error("socket.setsockopt() requires 4 arguments when the third argument is None")),
        Some(_) => return Err(vm.type_error("socket.setsockopt() only takes 4 arguments when the third argument is None")),
        None if vm.is_int(a[3]) => vm.index_i32(a[3])?.to_le_bytes().to_vec(),
        None => vm.buffer_bytes(a[3])?,
    };
    let fd = get(vm, a[0]).fd;
    vm.sys_done(Syscall::SetOption { fd, level, name, value }, None)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let Socket { fd, family, kind, proto, .. } = *get(vm, a[0]);
    Ok(vm.str(format!("<socket object, fd={fd}, family={family}, type={kind}, proto={proto}>")))
}
