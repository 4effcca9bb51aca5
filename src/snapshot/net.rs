//! What `%net` shows: sockets, connections, listeners, pollers, segments under way, rules and hosts.
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct NetSnapshot {
    /// Virtual nanoseconds since the session's start.
    pub now: u64,
    /// The first of them: by process and descriptor, then those that nobody has opened yet.
    pub sockets: Vec<SocketRow>,
    pub more_sockets: u64,
    /// How many sockets are in each state.
    pub states: Vec<(SocketState, u64)>,
    /// Connections between two of `sockets` or to a virtual host.
    pub connections: Vec<Connection>,
    pub more_connections: u64,
    pub listeners: Vec<Listener>,
    pub more_listeners: u64,
    pub pollers: Vec<Poller>,
    pub more_pollers: u64,
    pub flights: Vec<Flight>,
    pub more_flights: u64,
    pub rules: Vec<Rule>,
    pub hosts: Vec<Host>,
    /// Segments sent, lost by faults, connections refused, resets.
    pub counts: [u64; 4],
    /// Threads that wait for a socket, a pipe or a poller.
    pub waiting: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum SocketState {
    #[default]
    Fresh,
    Bound,
    Listens,
    /// SYN sent.
    Connecting,
    /// SYN received, the handshake is not complete.
    HalfOpen,
    /// Complete, and nobody has accepted it.
    Queued,
    Connected,
    /// It has sent its end; the other side may still send.
    SendsNoMore,
    /// The other side has sent its end.
    PeerSendsNoMore,
    /// Both ends were sent.
    Ended,
    /// Reset, or given up.
    Broken,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SocketRow {
    pub id: u32,
    /// `fd 5`, `pid 101 fd 5`; empty: it waits in a backlog.
    pub owners: Vec<String>,
    /// TCP, UDP, Unix stream …
    pub kind: String,
    pub state: SocketState,
    pub local: String,
    pub remote: String,
    pub received: Buffer,
    /// Bytes sent that the other side has not got yet.
    pub under_way: u64,
    /// Segments that wait for one before them.
    pub early: u64,
    /// The error that the next call will tell.
    pub error: Option<String>,
    /// Threads that wait for it, with the call they wait in.
    pub waiters: Vec<String>,
    /// A virtual host's program is at this end.
    pub service: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Buffer {
    pub bytes: u64,
    pub room: u64,
    /// Messages (of a stream: 1 or 0).
    pub messages: u64,
    /// The first bytes, as Python shows them.
    pub first: String,
}

/// Two ends, as socket rows, with what is under way each way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    pub left: SocketRow,
    pub right: Option<SocketRow>,
    pub to_right: Vec<Flight>,
    pub to_left: Vec<Flight>,
    /// Segments of each way that are left out.
    pub more: [u64; 2],
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listener {
    pub name: String,
    pub address: String,
    /// Remote addresses of those in the queue.
    pub queue: Vec<String>,
    pub queued: u64,
    pub backlog: u64,
    pub half_open: u64,
    /// Requests that found the queue full.
    pub overflowed: u64,
    pub waiters: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Poller {
    /// `epoll, fd 5`, `select in MainThread`, `poll object`.
    pub name: String,
    pub waiters: Vec<String>,
    pub members: Vec<Member>,
    pub count: u64,
    pub ready: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Member {
    pub fd: i32,
    pub what: String,
    /// IN, OUT …
    pub events: String,
    pub mode: Mode,
    /// What it is ready for of these now.
    pub ready: String,
    /// Its place on the ready list.
    pub listed: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Mode {
    #[default]
    Level,
    Edge,
    OneShot,
    /// Reported once, waits to be armed again.
    Disarmed,
    /// `select` and `poll`: asked anew at each call.
    Once,
}

/// A segment under way, or what a virtual host is about to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Flight {
    pub from: String,
    pub to: String,
    /// SYN, data, FIN …
    pub what: String,
    pub bytes: u64,
    pub first: String,
    /// Nanoseconds until it arrives.
    pub left: u64,
    /// The link lost it: then it is sent again.
    pub lost: bool,
    pub tries: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Rule {
    pub what: String,
    pub amount: String,
    /// Empty: every link.
    pub place: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Host {
    pub name: String,
    pub address: String,
    /// Pages that it serves; None: it is this machine.
    pub pages: Option<u64>,
    pub connections: u64,
    pub requests: u64,
}
