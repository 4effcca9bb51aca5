//! `%net`: the virtual network's sockets, queues and segments.
use super::deadlock::name_of;
use super::pollers;
use crate::machine::Machine;
use crate::sim::net::links::ip_of;
use crate::sim::net::wire::{Event, Segment, What};
use crate::sim::net::{AF_INET6, AF_UNIX, DATAGRAM, SEQPACKET, Socket, State};
use crate::sim::net::site::Action;
use crate::sim::threads::Source;
use crate::snapshot::net::*;
use crate::vm::syscall::{Address, errno};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of each list.
const SOCKETS: usize = 24;
const CONNECTIONS: usize = 8;
const LISTENERS: usize = 8;
const FLIGHTS: usize = 10;
/// Segments each way of one connection.
const LANE: usize = 4;
const QUEUE: usize = 16;
/// Bytes of a buffer that are shown.
const BYTES: usize = 24;

pub fn snapshot(machine: &Machine) -> NetSnapshot {
    let reader = Reader::new(machine);
    let net = &machine.os.net;
    let own: Vec<(&u32, &Socket)> = net.table.iter().filter(|(_, s)| s.service.is_none()).collect();
    let mut order: Vec<u32> = own.iter().map(|(id, _)| **id).collect();
    order.sort_by_key(|id| (reader.owners.get(id).and_then(|o| o.first().copied()).unwrap_or((i32::MAX, 0)), *id));
    let mut states: BTreeMap<SocketState, u64> = BTreeMap::new();
    own.iter().for_each(|(id, s)| *states.entry(reader.state(**id, s)).or_default() += 1);
    let connected: Vec<u32> = order.iter().copied().filter(|id| reader.leads(*id)).collect();
    let listening: Vec<u32> = order.iter().copied().filter(|id| matches!(net.table[id].state, State::Listening { .. })).collect();
    let under_way = net.later.values().filter(|e| sender(e).is_some()).count();
    let flights: Vec<Flight> = net.later.iter().filter_map(|((due, _), e)| reader.flight(*due, e)).take(FLIGHTS).collect();
    let (pollers, more_pollers) = pollers::all(machine, &reader.names);
    let more = |all: usize, shown: usize| all.saturating_sub(shown) as u64;
    NetSnapshot {
        now: reader.now,
        more_sockets: more(order.len(), SOCKETS),
        sockets: order.iter().take(SOCKETS).map(|id| reader.row(*id)).collect(),
        states: states.into_iter().collect(),
        more_connections: more(connected.len(), CONNECTIONS),
        connections: connected.iter().take(CONNECTIONS).map(|id| reader.connection(*id)).collect(),
        more_listeners: more(listening.len(), LISTENERS),
        listeners: listening.iter().take(LISTENERS).map(|id| reader.listener(*id)).collect(),
        pollers,
        more_pollers,
        more_flights: more(under_way, FLIGHTS),
        flights,
        rules: net.links.rules.iter().map(|r| Rule { what: r.name().to_owned(), amount: r.amount(), place: r.place() }).collect(),
        hosts: reader.hosts(),
        counts: [net.counts.segments, net.counts.lost, net.counts.refused, net.counts.resets],
        waiting: machine.os.threads.waiting().iter().filter(|(_, w)| *w == crate::sim::threads::Wait::Io).count() as u64,
    }
}

struct Reader<'a> {
    machine: &'a Machine,
    now: u64,
    /// Process and descriptor of each socket's holders.
    owners: BTreeMap<u32, Vec<(i32, i32)>>,
    /// Connections that wait for `accept`.
    queued: BTreeSet<u32>,
    /// How each socket is called.
    names: BTreeMap<u32, String>,
}

/// A descriptor of a process; the first process's go without its number.
pub fn descriptor(machine: &Machine, pid: i32, fd: i32) -> String {
    if pid == machine.main_process() { format!("fd {fd}") } else { format!("pid {pid} fd {fd}") }
}
pub fn address(a: &Address) -> String {
    match a {
        Address::None => String::new(),
        Address::Inet(ip, port) => format!("{ip}:{port}"),
        Address::Inet6(ip, port) => format!("[{ip}]:{port}"),
        Address::Unix(path) => path.replace('\0', "@"),
    }
}
fn preview(bytes: impl Iterator<Item = u8>, whole: usize) -> String {
    let shown: Vec<u8> = bytes.take(BYTES).collect();
    let text: String = shown.iter().flat_map(|b| std::ascii::escape_default(*b)).map(char::from).collect();
    let more = if whole > shown.len() { "…" } else { "" };
    if whole == 0 { String::new() } else { format!("b'{}'{more}", text.replace("\\\"", "\"")) }
}
fn kind(s: &Socket) -> &'static str {
    match (s.family, s.kind) {
        (AF_UNIX, DATAGRAM) => "Unix datagram",
        (AF_UNIX, SEQPACKET) => "Unix seqpacket",
        (AF_UNIX, _) => "Unix stream",
        (AF_INET6, DATAGRAM) => "UDP, IPv6",
        (AF_INET6, _) => "TCP, IPv6",
        (_, DATAGRAM) => "UDP",
        _ => "TCP",
    }
}

impl<'a> Reader<'a> {
    fn new(machine: &'a Machine) -> Reader<'a> {
        let mut owners: BTreeMap<u32, Vec<(i32, i32)>> = BTreeMap::new();
        for p in machine.os.processes() {
            for (fd, slot) in &p.fds {
                if let Some(crate::sim::process::Kind::Socket(s)) = machine.os.table.get(slot.file).map(|f| &f.kind) {
                    owners.entry(*s).or_default().push((p.pid, *fd));
                }
            }
        }
        owners.values_mut().for_each(|o| o.sort_by_key(|(pid, fd)| (*pid != machine.main_process(), *pid, *fd)));
        let first = |id: &u32, o: &Vec<(i32, i32)>| (*id, descriptor(machine, o[0].0, o[0].1));
        let names = owners.iter().map(|(id, o)| first(id, o)).collect();
        let queues = machine.os.net.table.values().filter_map(|s| if let State::Listening { queue, .. } = &s.state { Some(queue) } else { None });
        let queued = queues.flatten().copied().collect();
        Reader { machine, queued, now: machine.os.time_of(machine.os.process.pid, machine.vm.ticks), owners, names }
    }
    fn state(&self, id: u32, s: &Socket) -> SocketState {
        match &s.state {
            State::New if s.kind == DATAGRAM && s.remote != Address::None => SocketState::Connected,
            State::New if s.bound => SocketState::Bound,
            State::New => SocketState::Fresh,
            State::Listening { .. } => SocketState::Listens,
            State::Connecting => SocketState::Connecting,
            State::Accepting(_) => SocketState::HalfOpen,
            State::Broken => SocketState::Broken,
            State::Connected => match (s.shut, s.ended) {
                (true, true) => SocketState::Ended,
                (true, false) => SocketState::SendsNoMore,
                (false, true) => SocketState::PeerSendsNoMore,
                (false, false) if s.bound && s.service.is_none() && self.queued.contains(&id) => SocketState::Queued,
                (false, false) => SocketState::Connected,
            },
        }
    }
    fn waiters(&self, source: Source) -> Vec<String> {
        self.machine.os.threads.awaiting(source).into_iter().map(|(t, call)| format!("{} ({call})", name_of(self.machine, t))).collect()
    }
    fn host(&self, a: &Address) -> Option<String> {
        let ip = ip_of(a).filter(|ip| ip.starts_with("10."))?;
        self.machine.os.net.hosts.name_of(ip).filter(|n| n != "pellucid")
    }
    /// An address with its host's name, if it is a virtual host's.
    fn address(&self, a: &Address) -> String {
        match (self.host(a), crate::sim::net::port_of(a)) {
            (Some(name), Some(port)) => format!("{name}:{port}"),
            _ => address(a),
        }
    }
    fn row(&self, id: u32) -> SocketRow {
        let s = &self.machine.os.net.table[&id];
        let first = s.received.front().map(|m| m.data[m.at..].iter().copied());
        let named = |(pid, fd): &(i32, i32)| descriptor(self.machine, *pid, *fd);
        SocketRow {
            id,
            owners: self.owners.get(&id).map(|o| o.iter().map(named).collect()).unwrap_or_default(),
            kind: kind(s).to_owned(),
            state: self.state(id, s),
            local: self.address(&s.local),
            remote: self.address(&s.remote),
            received: Buffer {
                bytes: s.held as u64,
                room: s.options.receive_buffer as u64,
                messages: s.received.len() as u64,
                first: first.map(|b| { let whole = b.len(); preview(b, whole.max(if s.kind == crate::sim::net::STREAM { s.held } else { whole })) }).unwrap_or_default(),
            },
            under_way: s.under_way as u64,
            early: s.early.len() as u64,
            error: (s.error != 0).then(|| errno::ALL.iter().find(|e| e.1 == s.error).map_or_else(|| s.error.to_string(), |e| e.0.to_owned())),
            waiters: self.waiters(Source::Socket(id)),
            service: s.service.as_ref().map(|_| self.host(&s.local).unwrap_or_else(|| "a virtual host".to_owned())),
        }
    }
    /// Whether a connection is told from this end: by the end that asked for it, of a pair the first.
    fn leads(&self, id: u32) -> bool {
        let s = &self.machine.os.net.table[&id];
        match (&s.state, s.peer) {
            (State::Connecting, _) => true,
            (State::Connected | State::Broken, Some(peer)) => id < peer || !self.machine.os.net.table.contains_key(&peer),
            _ => false,
        }
    }
    fn connection(&self, id: u32) -> Connection {
        let net = &self.machine.os.net;
        let peer = net.peer(id).or_else(|| net.table.iter().find(|(_, s)| s.peer == Some(id)).map(|(p, _)| *p));
        let told = |from: u32| net.later.iter().filter(|(_, e)| sender(e) == Some(from)).filter_map(|((due, _), e)| self.flight(*due, e)).collect::<Vec<_>>();
        let (mut to_right, mut to_left) = (told(id), peer.map(told).unwrap_or_default());
        let more = [&to_right, &to_left].map(|l| l.len().saturating_sub(LANE) as u64);
        to_right.truncate(LANE);
        to_left.truncate(LANE);
        Connection { left: self.row(id), right: peer.map(|p| self.row(p)), to_right, to_left, more }
    }
    fn listener(&self, id: u32) -> Listener {
        let s = &self.machine.os.net.table[&id];
        let State::Listening { queue, half_open, backlog, overflowed } = &s.state else { return Listener::default() };
        Listener {
            name: self.names.get(&id).cloned().unwrap_or_default(),
            address: self.address(&s.local),
            queue: queue.iter().take(QUEUE).filter_map(|q| self.machine.os.net.table.get(q)).map(|q| self.address(&q.remote)).collect(),
            queued: queue.len() as u64,
            // The system takes one more than it is told.
            backlog: *backlog as u64 + 1,
            half_open: half_open.len() as u64,
            overflowed: *overflowed,
            waiters: self.waiters(Source::Socket(id)),
        }
    }
    fn flight(&self, due: u64, event: &Event) -> Option<Flight> {
        let left = due.saturating_sub(self.now);
        match event {
            Event::Arrives(s) => Some(self.segment(s, left, false)),
            Event::Again(s) => Some(self.segment(s, left, true)),
            Event::Acts(s, Action::Send(bytes)) => {
                let end = self.machine.os.net.table.get(s)?;
                let first = preview(bytes.iter().copied(), bytes.len());
                Some(Flight { from: self.address(&end.local), to: self.address(&end.remote), what: "answer".to_owned(), bytes: bytes.len() as u64, first, left, ..Default::default() })
            }
            Event::Acts(..) | Event::Fails(..) => None,
        }
    }
    fn segment(&self, s: &Segment, left: u64, lost: bool) -> Flight {
        let what = match &s.what {
            What::Syn => "SYN",
            What::SynAck => "SYN+ACK",
            What::Ack => "ACK",
            What::Data(..) => "data",
            What::Fin => "FIN",
            What::Rst => "RST",
            What::Datagram(..) => "datagram",
        };
        let bytes = s.what.bytes();
        let first = preview(bytes.iter().copied(), bytes.len());
        Flight { from: self.address(&s.source), to: self.address(&s.target), what: what.to_owned(), bytes: bytes.len() as u64, first, left, lost, tries: s.tries }
    }
    fn hosts(&self) -> Vec<Host> {
        let net = &self.machine.os.net;
        let mut used: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for s in net.table.values() {
            if let (Some(service), Some(ip)) = (&s.service, ip_of(&s.local)) {
                let entry = used.entry(ip.to_owned()).or_default();
                *entry = (entry.0 + 1, entry.1 + service.requests);
            }
        }
        let mut out: Vec<Host> = net.hosts.names.iter().map(|(name, ip)| {
            let (connections, requests) = used.remove(ip).unwrap_or_default();
            Host { name: name.clone(), address: ip.clone(), pages: net.hosts.site(ip).map(|s| s.size() as u64), connections, requests }
        }).collect();
        for (ip, (connections, requests)) in used {
            let name = net.hosts.name_of(&ip).unwrap_or_default();
            out.push(Host { name, pages: net.hosts.site(&ip).map(|s| s.size() as u64), address: ip, connections, requests });
        }
        out
    }
}
fn sender(event: &Event) -> Option<u32> {
    match event {
        Event::Arrives(s) | Event::Again(s) => Some(s.from),
        Event::Acts(s, Action::Send(_)) => Some(*s),
        _ => None,
    }
}
