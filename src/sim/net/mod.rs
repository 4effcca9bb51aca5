//! The virtual network: sockets, the segments between them, hosts and their names. There is no other network.
//!
//! TCP is told as far as a program can notice it: the handshake, a byte stream with a window, FIN and RST, the backlog,
//! retransmission of what a faulty link loses. Unix sockets and pairs go the same way over a link without latency.
pub mod calls;
mod configure;
mod datagram;
pub mod hosts;
pub mod links;
mod options;
pub mod site;
mod stream;
pub mod wire;

use super::rand::Random;
use crate::vm::syscall::{Address, errno};
use hosts::Hosts;
use links::Links;
pub use options::Options;
use site::Service;
use std::collections::{BTreeMap, VecDeque};
use wire::{Event, Segment};

pub const AF_UNIX: i32 = 1;
pub const AF_INET: i32 = 2;
pub const AF_INET6: i32 = 10;
pub const STREAM: i32 = 1;
pub const DATAGRAM: i32 = 2;
pub const SEQPACKET: i32 = 5;
/// Flags in a socket's type.
pub const NONBLOCK: i32 = 0o4000;
const CLOEXEC: i32 = 0o2000000;
const TYPE_MASK: i32 = 0xf;
const FIRST_FREE_PORT: u16 = 32_768;
/// Readiness that has changed: to read, to write, both.
pub const READ: u32 = 0x2001 | 64;
pub const WRITE: u32 = 4 | 256;
pub const BOTH: u32 = READ | WRITE | 8 | 16;

#[derive(Clone, Debug)]
pub struct Socket {
    pub family: i32,
    pub kind: i32,
    pub proto: i32,
    pub local: Address,
    /// The local address was given or chosen.
    pub bound: bool,
    pub remote: Address,
    pub state: State,
    /// The other end of a connection; it may be closed already.
    pub peer: Option<u32>,
    /// What has come and was not read: a message each; a stream's are joined.
    pub received: VecDeque<Message>,
    /// Bytes in `received`.
    pub held: usize,
    /// Nothing more will come.
    pub ended: bool,
    /// This side sends nothing more.
    pub shut: bool,
    /// An error that the next call tells (`SO_ERROR`); 0: none.
    pub error: i32,
    /// The end of a connection attempt was told.
    told: bool,
    pub options: Options,
    /// Numbers of the next segment to send and of the next to be taken.
    sent: u64,
    expected: u64,
    /// Segments that came before one that is still missing.
    pub early: BTreeMap<u64, Segment>,
    /// Bytes sent that the other side has not taken yet.
    pub under_way: usize,
    /// A virtual host's program at this end.
    pub service: Option<Box<Service>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    New,
    Listening {
        /// Connections that wait for `accept`.
        queue: VecDeque<u32>,
        /// Connections whose handshake is not complete.
        half_open: Vec<u32>,
        backlog: usize,
        /// Connection requests that found the queue full.
        overflowed: u64,
    },
    /// SYN sent.
    Connecting,
    /// SYN received, by this listener.
    Accepting(u32),
    Connected,
    /// Reset, or given up.
    Broken,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub data: Vec<u8>,
    /// Bytes of it that were read.
    pub at: usize,
    pub from: Address,
    /// Open files that travel with it (SCM_RIGHTS).
    pub files: Vec<u32>,
}

/// The whole network.
#[derive(Clone, Debug)]
pub struct Net {
    pub table: BTreeMap<u32, Socket>,
    last: u32,
    port: u16,
    /// Sockets bound to a port, by type; accepted connections are not among them.
    ports: BTreeMap<(i32, u16), Vec<u32>>,
    /// Sockets bound to a Unix name.
    paths: BTreeMap<String, u32>,
    pub links: Links,
    pub hosts: Hosts,
    /// What happens later, by time and order.
    pub later: BTreeMap<(u64, u64), Event>,
    order: u64,
    /// Sockets whose readiness may have changed, and how.
    pub changed: Vec<(u32, u32)>,
    /// Open files of messages that nobody can read any more.
    pub orphans: Vec<u32>,
    /// Virtual time of what happens now.
    pub now: u64,
    random: Random,
    /// Segments and datagrams sent, and those lost.
    pub counts: Counts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub segments: u64,
    pub lost: u64,
    pub refused: u64,
    pub resets: u64,
}

impl Net {
    pub fn new(seed: u64) -> Net {
        Net {
            table: BTreeMap::new(),
            last: 0,
            port: 0,
            ports: BTreeMap::new(),
            paths: BTreeMap::new(),
            links: Links::default(),
            hosts: Hosts::default(),
            later: BTreeMap::new(),
            order: 0,
            changed: Vec::new(),
            orphans: Vec::new(),
            now: 0,
            random: Random::new(seed),
            counts: Counts::default(),
        }
    }
    pub(super) fn create(&mut self, family: i32, kind: i32, proto: i32) -> Result<u32, i32> {
        if ![AF_UNIX, AF_INET, AF_INET6].contains(&family) {
            return Err(errno::EAFNOSUPPORT);
        }
        let kind = kind & TYPE_MASK;
        match (family, kind, proto) {
            (AF_UNIX, STREAM | DATAGRAM | SEQPACKET, 0) => {}
            (AF_INET | AF_INET6, STREAM, 0 | 6) => {}
            // UDP-Lite is UDP where no bit is ever wrong.
            (AF_INET | AF_INET6, DATAGRAM, 0 | 17 | 136) => {}
            (AF_INET | AF_INET6, 3, _) => return Err(errno::EPERM),
            (_, STREAM | DATAGRAM, _) => return Err(errno::EPROTONOSUPPORT),
            _ => return Err(errno::ESOCKTNOSUPPORT),
        }
        self.last += 1;
        let local = match family {
            AF_INET => Address::Inet("0.0.0.0".into(), 0),
            AF_INET6 => Address::Inet6("::".into(), 0),
            _ => Address::None,
        };
        let socket = Socket {
            family,
            kind,
            proto,
            local,
            bound: false,
            remote: Address::None,
            state: State::New,
            peer: None,
            received: VecDeque::new(),
            held: 0,
            ended: false,
            shut: false,
            error: 0,
            told: false,
            options: Options::new(family, kind),
            sent: 0,
            expected: 0,
            early: BTreeMap::new(),
            under_way: 0,
            service: None,
        };
        self.table.insert(self.last, socket);
        Ok(self.last)
    }
    pub(super) fn get(&mut self, s: u32) -> &mut Socket {
        self.table.get_mut(&s).expect("an open descriptor's socket is in the table")
    }
    pub(super) fn pair(&mut self, family: i32, kind: i32, proto: i32) -> Result<(u32, u32), i32> {
        if family != AF_UNIX {
            return Err(if [AF_INET, AF_INET6].contains(&family) { errno::ENOTSUP } else { errno::EAFNOSUPPORT });
        }
        let (a, b) = (self.create(family, kind, proto)?, self.create(family, kind, proto)?);
        for (one, other) in [(a, b), (b, a)] {
            let s = self.get(one);
            (s.state, s.peer) = (State::Connected, Some(other));
        }
        Ok((a, b))
    }
    /// The other end of a connection, while it is open.
    pub fn peer(&self, s: u32) -> Option<u32> {
        self.table.get(&s)?.peer.filter(|p| self.table.contains_key(p))
    }
    pub(super) fn touch(&mut self, s: u32, how: u32) {
        self.changed.push((s, how));
    }

    /// Ends a socket. What was not read makes it a reset, as does a lingering time of 0 (SO_LINGER).
    pub fn close(&mut self, s: u32) {
        let Some(gone) = self.table.remove(&s) else { return };
        self.forget_bound(s, &gone);
        self.orphans.extend(gone.received.iter().flat_map(|m| m.files.iter().copied()));
        match gone.state {
            State::Listening { queue, half_open, .. } => queue.into_iter().chain(half_open).for_each(|w| self.abort(w)),
            State::Connected | State::Accepting(_) if gone.kind != DATAGRAM => {
                let Some(peer) = gone.peer else { return };
                if gone.held > 0 || gone.options.linger == Some(0) {
                    self.send_reset(s, peer, &gone.local, &gone.remote);
                } else if !gone.shut {
                    self.send_end(s, peer, gone.sent, &gone.local, &gone.remote);
                }
            }
            _ => {}
        }
        if gone.family == AF_UNIX && let Some(peer) = gone.peer.filter(|p| self.table.contains_key(p)) {
            self.touch(peer, BOTH);
        }
    }
    fn abort(&mut self, s: u32) {
        if let Some(sock) = self.table.get_mut(&s) {
            sock.options.linger = Some(0);
            self.close(s);
        }
    }
    fn forget_bound(&mut self, s: u32, gone: &Socket) {
        match &gone.local {
            Address::Unix(path) if self.paths.get(path) == Some(&s) => _ = self.paths.remove(path),
            other => {
                if let Some(port) = port_of(other) && let Some(list) = self.ports.get_mut(&(gone.kind, port)) {
                    list.retain(|x| *x != s);
                    if list.is_empty() {
                        self.ports.remove(&(gone.kind, port));
                    }
                }
            }
        }
    }
    fn free_port(&mut self) -> Result<u16, i32> {
        for _ in 0..=u16::MAX - FIRST_FREE_PORT {
            self.port = if self.port < FIRST_FREE_PORT { FIRST_FREE_PORT } else { self.port.checked_add(1).unwrap_or(FIRST_FREE_PORT) };
            if !self.ports.contains_key(&(STREAM, self.port)) && !self.ports.contains_key(&(DATAGRAM, self.port)) {
                return Ok(self.port);
            }
        }
        Err(errno::EADDRNOTAVAIL)
    }
    pub(super) fn bind(&mut self, s: u32, address: &Address) -> Result<(), i32> {
        check_family(self.get(s).family, address)?;
        if self.get(s).bound {
            return Err(errno::EINVAL);
        }
        let address = match address {
            Address::Inet(ip, 0) => Address::Inet(ip.clone(), self.free_port()?),
            Address::Inet6(ip, 0) => Address::Inet6(ip.clone(), self.free_port()?),
            other => other.clone(),
        };
        if !self.hosts.is_here(&address) {
            return Err(errno::EADDRNOTAVAIL);
        }
        if self.in_use(s, &address) {
            return Err(errno::EADDRINUSE);
        }
        self.take(s, address);
        Ok(())
    }
    fn in_use(&mut self, s: u32, address: &Address) -> bool {
        let (kind, mine) = (self.get(s).kind, self.get(s).options.clone());
        let Some(port) = port_of(address) else {
            // A name with a file is taken while the file is there, which the caller has seen to.
            return matches!(address, Address::Unix(p) if p.starts_with('\0') && self.paths.contains_key(p));
        };
        let others = self.ports.get(&(kind, port)).into_iter().flatten().filter_map(|o| self.table.get(o));
        let shares = |o: &Socket| {
            let waits = matches!(o.state, State::Listening { .. });
            (mine.reuse_port && o.options.reuse_port) || (mine.reuse_address && o.options.reuse_address && (kind == DATAGRAM || !waits))
        };
        others.into_iter().any(|o| meets(o, address, mine.only6) && !shares(o))
    }
    /// The socket has this address from now on.
    fn take(&mut self, s: u32, address: Address) {
        let sock = self.get(s);
        (sock.local, sock.bound) = (address.clone(), true);
        let kind = sock.kind;
        match &address {
            Address::Unix(path) => _ = self.paths.insert(path.clone(), s),
            other => {
                if let Some(port) = port_of(other) {
                    self.ports.entry((kind, port)).or_default().push(s);
                }
            }
        }
    }
    /// A local address that fits where it sends to, unless there is one.
    fn bind_if_needed(&mut self, s: u32, to: &Address) -> Result<(), i32> {
        if self.get(s).bound {
            let any = matches!(&self.get(s).local, Address::Inet(ip, _) if ip == "0.0.0.0") || matches!(&self.get(s).local, Address::Inet6(ip, _) if ip == "::");
            if any && self.get(s).kind != DATAGRAM {
                let port = port_of(&self.get(s).local).unwrap_or(0);
                self.get(s).local = self.hosts.source_for(to, port);
            }
            return Ok(());
        }
        let port = if matches!(to, Address::Inet(..) | Address::Inet6(..)) { self.free_port()? } else { return Ok(()) };
        let address = self.hosts.source_for(to, port);
        self.take(s, address);
        Ok(())
    }
    /// The listener or datagram socket that an address means: an exact address goes before an any-address.
    pub(super) fn bound_to(&self, kind: i32, address: &Address) -> Option<u32> {
        let Some(port) = port_of(address) else {
            return match address {
                Address::Unix(path) => self.paths.get(path).copied(),
                _ => None,
            };
        };
        let fits = |id: &&u32| {
            self.table.get(id).is_some_and(|s| {
                (kind == DATAGRAM || matches!(s.state, State::Listening { .. })) && meets(s, address, false)
            })
        };
        let exact = |id: &&u32| self.table.get(id).is_some_and(|s| s.local == *address);
        let list = self.ports.get(&(kind, port))?;
        list.iter().filter(fits).find(exact).or_else(|| list.iter().find(fits)).copied()
    }
    /// What a socket is ready for, in the bits of `poll`.
    pub fn readiness(&self, s: u32) -> u32 {
        let Some(sock) = self.table.get(&s) else { return 16 };
        let mut bits = match &sock.state {
            State::Listening { queue, .. } => return if queue.is_empty() { 0 } else { READ & !0x2000 },
            State::New if sock.kind != DATAGRAM => WRITE | 16,
            State::Connecting | State::Accepting(_) => 0,
            _ if sock.shut || sock.error != 0 || self.room(s) > 0 => WRITE,
            _ => 0,
        };
        if !sock.received.is_empty() {
            bits |= READ & !0x2000;
        }
        if sock.ended {
            bits |= READ;
        }
        let gone = sock.family == AF_UNIX && sock.kind != DATAGRAM && sock.state == State::Connected && self.peer(s).is_none();
        if sock.ended && (sock.shut || gone) {
            bits |= 16;
        }
        if sock.error != 0 {
            bits |= 8 | READ & !0x2000 | WRITE;
        }
        bits
    }
}

pub fn port_of(a: &Address) -> Option<u16> {
    match a {
        Address::Inet(_, p) | Address::Inet6(_, p) => Some(*p),
        _ => None,
    }
}
/// Whether a bound socket is what an address means: an any-address means all of its family, and `::` IPv4 as well
/// unless the socket (or the one that asks) is for IPv6 only.
fn meets(s: &Socket, wanted: &Address, only6: bool) -> bool {
    match (&s.local, wanted) {
        (Address::Inet(a, _), Address::Inet(b, _)) => a == b || a == "0.0.0.0" || b == "0.0.0.0",
        (Address::Inet6(a, _), Address::Inet6(b, _)) => a == b || a == "::" || b == "::",
        (Address::Inet6(a, _), Address::Inet(..)) => a == "::" && !s.options.only6,
        (Address::Inet(..), Address::Inet6(b, _)) => b == "::" && !only6,
        _ => false,
    }
}
fn check_family(family: i32, address: &Address) -> Result<(), i32> {
    match (family, address) {
        (AF_INET, Address::Inet(..)) | (AF_INET6, Address::Inet6(..)) | (AF_UNIX, Address::Unix(_)) => Ok(()),
        _ => Err(errno::EAFNOSUPPORT),
    }
}
