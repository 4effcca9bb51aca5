//! Sockets inside the machine: pairs, and streams and datagrams over the loopback and over Unix names. There is no other
//! network: an address elsewhere is unreachable (ENETUNREACH).
use super::process::Kind;
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{Address, SysResult, Syscall, errno, open};
use std::collections::{BTreeMap, VecDeque};

pub const AF_UNIX: i32 = 1;
pub const AF_INET: i32 = 2;
pub const AF_INET6: i32 = 10;
const STREAM: i32 = 1;
const DATAGRAM: i32 = 2;
/// Flags in a socket's type.
const NONBLOCK: i32 = 0o4000;
const TYPE_MASK: i32 = 0xf;
/// Bytes that wait at a receiver at most.
const BUFFER: usize = 212_992;
const FIRST_FREE_PORT: u16 = 32_768;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    pub family: i32,
    pub kind: i32,
    pub local: Address,
    pub remote: Address,
    pub state: State,
    /// Bytes that have come: one entry a message, with its sender; streams join them when read.
    pub received: VecDeque<(Vec<u8>, Address)>,
    /// The peer sends nothing more.
    pub ended: bool,
    /// This side sends nothing more.
    pub shut: bool,
    /// The peer went away without reading everything: the next read tells so.
    pub reset: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    New,
    /// Connections that wait to be accepted, and how many may.
    Listening(VecDeque<u32>, usize),
    /// The other end, while it is open.
    Connected(Option<u32>),
}

/// All sockets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sockets {
    pub table: BTreeMap<u32, Socket>,
    last: u32,
    port: u16,
}

impl Sockets {
    fn create(&mut self, family: i32, kind: i32) -> Result<u32, i32> {
        if ![AF_UNIX, AF_INET, AF_INET6].contains(&family) {
            return Err(errno::EAFNOSUPPORT);
        }
        let kind = kind & TYPE_MASK;
        if kind != STREAM && kind != DATAGRAM {
            return Err(errno::ESOCKTNOSUPPORT);
        }
        self.last += 1;
        let local = match family {
            AF_INET => Address::Inet("0.0.0.0".into(), 0),
            AF_INET6 => Address::Inet6("::".into(), 0),
            _ => Address::None,
        };
        let remote = Address::None;
        let state = State::New;
        let s = Socket { family, kind, local, remote, state, received: VecDeque::new(), ended: false, shut: false, reset: false };
        self.table.insert(self.last, s);
        Ok(self.last)
    }
    fn get(&mut self, s: u32) -> &mut Socket {
        self.table.get_mut(&s).expect("an open descriptor's socket is in the table")
    }
    fn pair(&mut self, family: i32, kind: i32) -> Result<(u32, u32), i32> {
        if family != AF_UNIX {
            return Err(errno::ENOTSUP);
        }
        let (a, b) = (self.create(family, kind)?, self.create(family, kind)?);
        self.get(a).state = State::Connected(Some(b));
        self.get(b).state = State::Connected(Some(a));
        Ok((a, b))
    }
    /// The other end of a connection, while it is open.
    pub fn peer(&self, s: u32) -> Option<u32> {
        match self.table.get(&s)?.state {
            State::Connected(peer) => peer,
            _ => None,
        }
    }
    /// Ends a socket: its peer sees the end, those who wait to be accepted are refused.
    pub fn close(&mut self, s: u32) {
        let Some(gone) = self.table.remove(&s) else { return };
        match gone.state {
            State::Connected(Some(peer)) if self.table.contains_key(&peer) => {
                let p = self.get(peer);
                if p.state == State::Connected(Some(s)) {
                    p.state = State::Connected(None);
                    p.ended = true;
                    p.reset = !gone.received.is_empty();
                }
            }
            State::Listening(waiting, _) => waiting.into_iter().for_each(|w| self.close(w)),
            _ => {}
        }
    }
    fn free_port(&mut self) -> u16 {
        loop {
            self.port = if self.port < FIRST_FREE_PORT { FIRST_FREE_PORT } else { self.port.checked_add(1).unwrap_or(FIRST_FREE_PORT) };
            let port = self.port;
            if !self.table.values().any(|s| port_of(&s.local) == Some(port)) {
                return port;
            }
        }
    }
    fn bind(&mut self, s: u32, address: &Address) -> Result<(), i32> {
        check_family(self.get(s).family, address)?;
        let address = match address {
            Address::Inet(ip, 0) => Address::Inet(ip.clone(), self.free_port()),
            Address::Inet6(ip, 0) => Address::Inet6(ip.clone(), self.free_port()),
            other => other.clone(),
        };
        if !is_here(&address) {
            return Err(errno::EADDRNOTAVAIL);
        }
        if self.is_bound(s) {
            return Err(errno::EINVAL);
        }
        let kind = self.get(s).kind;
        if self.table.values().any(|o| o.kind == kind && overlaps(&o.local, &address) && !matches!(o.state, State::Connected(_))) {
            return Err(errno::EADDRINUSE);
        }
        self.get(s).local = address;
        Ok(())
    }
    fn is_bound(&mut self, s: u32) -> bool {
        let local = &self.get(s).local;
        port_of(local).is_some_and(|p| p != 0) || matches!(local, Address::Unix(_))
    }
    fn bind_if_needed(&mut self, s: u32, like: &Address) -> Result<(), i32> {
        if self.is_bound(s) {
            return Ok(());
        }
        let port = if matches!(like, Address::Inet(..) | Address::Inet6(..)) { self.free_port() } else { 0 };
        self.get(s).local = match like {
            Address::Inet(..) => Address::Inet("127.0.0.1".into(), port),
            Address::Inet6(..) => Address::Inet6("::1".into(), port),
            _ => Address::None,
        };
        Ok(())
    }
    fn listener(&self, kind: i32, address: &Address) -> Option<u32> {
        let fits = |s: &Socket| s.kind == kind && overlaps(&s.local, address) && !matches!(s.state, State::Connected(_));
        self.table.iter().find(|(_, s)| fits(s)).map(|(id, _)| *id)
    }
    fn connect(&mut self, s: u32, address: &Address) -> Result<(), i32> {
        check_family(self.get(s).family, address)?;
        let (kind, family) = (self.get(s).kind, self.get(s).family);
        if kind == STREAM && matches!(self.get(s).state, State::Connected(_)) {
            return Err(errno::EISCONN);
        }
        if !is_here(address) {
            return Err(errno::ENETUNREACH);
        }
        if kind == DATAGRAM {
            self.bind_if_needed(s, address)?;
            self.get(s).remote = address.clone();
            return Ok(());
        }
        let refused = if matches!(address, Address::Unix(_)) { errno::ENOENT } else { errno::ECONNREFUSED };
        let server = self.listener(kind, address).ok_or(refused)?;
        match &self.get(server).state {
            State::Listening(waiting, most) if waiting.len() <= *most => {}
            State::Listening(..) => return Err(errno::EAGAIN),
            _ => return Err(errno::ECONNREFUSED),
        }
        self.bind_if_needed(s, address)?;
        let other = self.create(family, kind)?;
        let client_address = self.get(s).local.clone();
        let end = self.get(other);
        (end.local, end.remote, end.state) = (address.clone(), client_address, State::Connected(Some(s)));
        let client = self.get(s);
        (client.remote, client.state) = (address.clone(), State::Connected(Some(other)));
        if let State::Listening(waiting, _) = &mut self.get(server).state {
            waiting.push_back(other);
        }
        Ok(())
    }
    /// Bytes taken; None: the receiver has no room now.
    pub fn send(&mut self, s: u32, data: &[u8], to: Option<&Address>) -> Result<Option<usize>, i32> {
        let from = self.get(s);
        if from.shut {
            return Err(errno::EPIPE);
        }
        let kind = from.kind;
        let target = match (&from.state, kind) {
            (State::Connected(Some(peer)), _) => *peer,
            (State::Connected(None), _) => return Err(errno::EPIPE),
            (_, DATAGRAM) => {
                let remote = from.remote.clone();
                let to = to.cloned().or(Some(remote).filter(|a| *a != Address::None)).ok_or(errno::EDESTADDRREQ)?;
                if !is_here(&to) {
                    return Err(errno::ENETUNREACH);
                }
                self.bind_if_needed(s, &to)?;
                match self.listener(DATAGRAM, &to) {
                    Some(t) => t,
                    None => return Ok(Some(data.len())),
                }
            }
            _ => return Err(errno::ENOTCONN),
        };
        let sender = self.get(s).local.clone();
        let receiver = self.get(target);
        let held: usize = receiver.received.iter().map(|m| m.0.len()).sum();
        let room = BUFFER.saturating_sub(held);
        let k = if kind == STREAM { room.min(data.len()) } else { data.len() };
        if (k == 0 && !data.is_empty()) || k > room {
            return Ok(None);
        }
        match receiver.received.back_mut() {
            Some(last) if kind == STREAM => last.0.extend_from_slice(&data[..k]),
            _ if k == 0 && kind == STREAM => {}
            _ => receiver.received.push_back((data[..k].to_vec(), sender)),
        }
        Ok(Some(k))
    }
    /// Bytes that have come and from where; None: nothing yet. Empty at a stream's end.
    pub fn receive(&mut self, s: u32, count: usize, peek: bool) -> Result<Option<(Vec<u8>, Address)>, i32> {
        let sock = self.get(s);
        if sock.kind == STREAM && !matches!(sock.state, State::Connected(_)) {
            return Err(errno::ENOTCONN);
        }
        let stream = sock.kind == STREAM;
        let Some((data, from)) = sock.received.front_mut() else {
            if std::mem::take(&mut sock.reset) {
                return Err(errno::ECONNRESET);
            }
            return Ok(if sock.ended { Some((vec![], sock.remote.clone())) } else { None });
        };
        let k = count.min(data.len());
        let out = (data[..k].to_vec(), from.clone());
        if !peek {
            match stream && k < data.len() {
                true => _ = data.drain(..k),
                false => _ = sock.received.pop_front(),
            }
        }
        Ok(Some(out))
    }
    fn shutdown(&mut self, s: u32, how: i32) -> Result<(), i32> {
        let State::Connected(peer) = self.get(s).state else { return Err(errno::ENOTCONN) };
        if how == 0 || how == 2 {
            self.get(s).ended = true;
        }
        if how == 1 || how == 2 {
            self.get(s).shut = true;
            if let Some(p) = peer {
                self.get(p).ended = true;
            }
        }
        Ok(())
    }
    /// Readable, writable, both directions over.
    pub fn readiness(&self, s: u32) -> (bool, bool, bool) {
        let Some(sock) = self.table.get(&s) else { return (false, false, true) };
        match &sock.state {
            State::Listening(waiting, _) => (!waiting.is_empty(), false, false),
            State::New if sock.kind == STREAM => (false, true, true),
            State::New => (!sock.received.is_empty(), true, false),
            State::Connected(peer) => {
                let room = peer.and_then(|p| self.table.get(&p)).is_none_or(|p| p.received.iter().map(|m| m.0.len()).sum::<usize>() < BUFFER);
                (!sock.received.is_empty() || sock.ended, room, sock.ended && (sock.shut || peer.is_none()))
            }
        }
    }
}

fn port_of(a: &Address) -> Option<u16> {
    match a {
        Address::Inet(_, p) | Address::Inet6(_, p) => Some(*p),
        _ => None,
    }
}
/// Whether an address is this machine's own.
fn is_here(a: &Address) -> bool {
    match a {
        Address::Inet(ip, _) => ip.starts_with("127.") || ip == "0.0.0.0",
        Address::Inet6(ip, _) => ip == "::1" || ip == "::",
        Address::Unix(_) => true,
        Address::None => false,
    }
}
/// Whether something bound to `bound` is what `wanted` means: any-addresses match every address of the machine.
fn overlaps(bound: &Address, wanted: &Address) -> bool {
    match (bound, wanted) {
        (Address::Inet(a, p), Address::Inet(b, q)) => p == q && *p != 0 && (a == b || a == "0.0.0.0" || b == "0.0.0.0"),
        (Address::Inet6(a, p), Address::Inet6(b, q)) => p == q && *p != 0 && (a == b || a == "::" || b == "::"),
        (Address::Unix(a), Address::Unix(b)) => a == b,
        _ => false,
    }
}
fn check_family(family: i32, address: &Address) -> Result<(), i32> {
    match (family, address) {
        (AF_INET, Address::Inet(..)) | (AF_INET6, Address::Inet6(..)) | (AF_UNIX, Address::Unix(_)) => Ok(()),
        _ => Err(errno::EAFNOSUPPORT),
    }
}

impl Os {
    fn socket_of(&self, fd: i32) -> Result<u32, super::Stop> {
        match self.file(fd)?.kind {
            Kind::Socket(s) => Ok(s),
            _ => Err(errno::ENOTSOCK.into()),
        }
    }
    fn open_socket(&mut self, socket: u32, kind: i32) -> i64 {
        self.open_file(Kind::Socket(socket), open::RDWR | kind & NONBLOCK) as i64
    }
    /// The file that stands for a socket of the Unix domain.
    fn name_socket(&mut self, path: &str, ctx: &mut Ctx) -> Result<(), Stop> {
        if !is_in_tree(path) {
            return Ok(());
        }
        let now = self.clock.wall(ctx.ticks);
        let cwd = self.process.cwd.clone();
        self.fs.make_socket(path, &cwd, now, ctx.host).map_err(|e| Stop::Errno(if e == errno::EEXIST { errno::EADDRINUSE } else { e }))
    }
    pub(super) fn socket_call(&mut self, call: &Syscall, first: bool, ctx: &mut Ctx) -> Sys {
        match call {
            Syscall::Socket { family, kind } => {
                let s = self.sockets.create(*family, *kind)?;
                return Ok(SysResult::Int(self.open_socket(s, *kind)));
            }
            Syscall::SocketPair { family, kind } => {
                let (a, b) = self.sockets.pair(*family, *kind)?;
                return Ok(SysResult::Pair(self.open_socket(a, *kind), self.open_socket(b, *kind)));
            }
            Syscall::Bind { fd, address } => {
                let s = self.socket_of(*fd)?;
                if let Address::Unix(path) = address {
                    self.name_socket(path, ctx)?;
                }
                self.sockets.bind(s, address)?;
            }
            Syscall::Listen { fd, backlog } => {
                let s = self.socket_of(*fd)?;
                let sock = self.sockets.get(s);
                if sock.kind != STREAM {
                    return Err(errno::ENOTSUP.into());
                }
                let most = (*backlog).max(0) as usize;
                match &mut sock.state {
                    State::Listening(_, old) => *old = most,
                    State::New => sock.state = State::Listening(VecDeque::new(), most),
                    State::Connected(_) => return Err(errno::EINVAL.into()),
                }
                let like = self.sockets.get(s).local.clone();
                self.sockets.bind_if_needed(s, &like)?;
            }
            Syscall::Accept { fd } => return self.accept(*fd),
            Syscall::Connect { fd, address } => {
                let s = self.socket_of(*fd)?;
                self.io_changed = true;
                if let Address::Unix(path) = address
                    && is_in_tree(path)
                {
                    self.fs.find(path, &self.process.cwd, true, ctx.host)?;
                }
                match self.sockets.connect(s, address) {
                    Err(errno::EAGAIN) => return self.or_wait(*fd, None),
                    Err(errno::EISCONN) if !first => {}
                    other => other?,
                }
            }
            Syscall::Shutdown { fd, how } => {
                let s = self.socket_of(*fd)?;
                self.io_changed = true;
                self.sockets.shutdown(s, *how)?;
            }
            Syscall::SocketName { fd } => {
                let s = self.socket_of(*fd)?;
                return Ok(SysResult::At(0, self.sockets.get(s).local.clone()));
            }
            Syscall::PeerName { fd } => {
                let s = self.socket_of(*fd)?;
                let sock = self.sockets.get(s);
                let connected = matches!(sock.state, State::Connected(Some(_))) || sock.remote != Address::None;
                return if connected { Ok(SysResult::At(0, sock.remote.clone())) } else { Err(errno::ENOTCONN.into()) };
            }
            Syscall::SocketInfo { fd } => {
                let s = self.socket_of(*fd)?;
                let sock = self.sockets.get(s);
                return Ok(SysResult::Pair(sock.family as i64, sock.kind as i64));
            }
            _ => return Err(Os::not_simulated()),
        }
        Ok(SysResult::Done)
    }
    fn accept(&mut self, fd: i32) -> Sys {
        let s = self.socket_of(fd)?;
        let State::Listening(waiting, _) = &mut self.sockets.get(s).state else { return Err(errno::EINVAL.into()) };
        let found = waiting.pop_front();
        let result = found.map(|c| {
            self.io_changed = true;
            let from = self.sockets.get(c).remote.clone();
            SysResult::At(self.open_socket(c, 0), from)
        });
        self.or_wait(fd, result)
    }
}

/// Whether a Unix address has a file: the unnamed and the abstract ones have none.
fn is_in_tree(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('\0')
}
