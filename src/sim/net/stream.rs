//! Streams: the handshake, the backlog, bytes with a window, both ways of ending.
use super::wire::{Event, NO_HOST_NS, Segment, What};
use super::{AF_INET6, AF_UNIX, BOTH, DATAGRAM, Net, READ, SEQPACKET, STREAM, State, check_family};
use crate::vm::syscall::{Address, errno};
use std::collections::VecDeque;

/// Bytes of a segment at most, where a link is not free: an Ethernet frame's.
const SEGMENT: usize = 1_460;

/// What has come, for `recv` and its kin.
#[derive(Debug, Default)]
pub struct Received {
    pub data: Vec<u8>,
    pub from: Option<Address>,
    pub files: Vec<u32>,
    /// The message was longer than what was asked for.
    pub cut: bool,
}

/// How a connection attempt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    Done,
    Begun,
    /// A Unix listener's queue is full.
    Full,
}

impl Net {
    pub(super) fn listen(&mut self, s: u32, backlog: i32) -> Result<(), i32> {
        let sock = self.get(s);
        if sock.kind == DATAGRAM {
            return Err(errno::ENOTSUP);
        }
        let most = backlog.clamp(0, 4096) as usize;
        match &mut sock.state {
            State::Listening { backlog, .. } => {
                *backlog = most;
                return Ok(());
            }
            State::New => {}
            _ => return Err(errno::EINVAL),
        }
        if sock.family == AF_UNIX && !sock.bound {
            return Err(errno::EINVAL);
        }
        let like = sock.local.clone();
        if !sock.bound {
            let port = self.free_port()?;
            let address = match like {
                Address::Inet6(ip, _) => Address::Inet6(ip, port),
                Address::Inet(ip, _) => Address::Inet(ip, port),
                other => other,
            };
            self.take(s, address);
        }
        self.get(s).state = State::Listening { queue: VecDeque::new(), half_open: vec![], backlog: most, overflowed: 0 };
        Ok(())
    }
    /// Begins to connect, or tells how an earlier beginning ended.
    pub(super) fn connect(&mut self, s: u32, address: &Address) -> Result<Attempt, i32> {
        let sock = self.get(s);
        let (kind, family) = (sock.kind, sock.family);
        if kind == DATAGRAM {
            return self.connect_datagram(s, address).map(|()| Attempt::Done);
        }
        match sock.state {
            State::Connecting => return Err(errno::EALREADY),
            State::Connected if !sock.told => {
                sock.told = true;
                return Ok(Attempt::Done);
            }
            State::Connected | State::Broken => return Err(errno::EISCONN),
            State::Listening { .. } => return Err(if family == AF_UNIX { errno::EINVAL } else { errno::EISCONN }),
            _ => {}
        }
        check_family(family, address)?;
        if sock.error != 0 {
            return Err(std::mem::take(&mut sock.error));
        }
        // An any-address means this machine.
        let address = match address {
            Address::Inet(ip, p) if ip == "0.0.0.0" => &Address::Inet("127.0.0.1".into(), *p),
            Address::Inet6(ip, p) if ip == "::" => &Address::Inet6("::1".into(), *p),
            other => other,
        };
        if !self.hosts.is_near(address) {
            return Err(errno::ENETUNREACH);
        }
        if family == AF_UNIX {
            let server = self.bound_to(kind, address).and_then(|l| self.table.get(&l)).ok_or(errno::ECONNREFUSED)?;
            if server.kind != kind {
                return Err(errno::EPROTOTYPE);
            }
            match &server.state {
                State::Listening { queue, backlog, .. } if queue.len() > *backlog => return Ok(Attempt::Full),
                State::Listening { .. } => {}
                _ => return Err(errno::ECONNREFUSED),
            }
        }
        self.bind_if_needed(s, address)?;
        let sock = self.get(s);
        (sock.state, sock.remote) = (State::Connecting, address.clone());
        (sock.sent, sock.expected, sock.told) = (0, 0, false);
        (sock.ended, sock.shut) = (false, false);
        let source = sock.local.clone();
        if !self.hosts.is_known(address) {
            self.at(self.now + NO_HOST_NS, Event::Fails(s, errno::EHOSTUNREACH));
            return Ok(Attempt::Begun);
        }
        self.transmit(Segment { from: s, to: None, source, target: address.clone(), what: What::Syn, number: 0, tries: 0 });
        // How it went is asked afterwards: over TCP even the loopback's answer comes after the call (EINPROGRESS).
        Ok(Attempt::Begun)
    }
    /// Whether a connection attempt is over, and how.
    pub(super) fn attempt_over(&mut self, s: u32) -> Result<Attempt, i32> {
        let sock = self.get(s);
        match sock.state {
            State::Connecting => Ok(Attempt::Begun),
            State::Connected => {
                sock.told = true;
                Ok(Attempt::Done)
            }
            _ => Err(match std::mem::take(&mut sock.error) {
                0 => errno::ECONNABORTED,
                e => e,
            }),
        }
    }
    /// A connection request reaches a host.
    pub(super) fn syn_arrives(&mut self, segment: Segment) {
        let (client, target) = (segment.from, segment.target.clone());
        if self.table.get(&client).is_none_or(|s| s.state != State::Connecting) {
            return;
        }
        let (family, kind) = (self.get(client).family, self.get(client).kind);
        if self.links.refuses(&target) {
            return self.send_reset(0, client, &target, &segment.source);
        }
        if let Some(service) = self.hosts.service(&target) {
            let end = self.other_end(client, family, kind, &segment);
            self.get(end).service = Some(Box::new(service));
            return self.answer(end, client, &segment);
        }
        let Some(listener) = self.bound_to(kind, &target) else {
            return self.send_reset(0, client, &target, &segment.source);
        };
        let family = self.get(listener).family;
        match &mut self.get(listener).state {
            State::Listening { queue, half_open, backlog, overflowed } => {
                if queue.len() + half_open.len() > *backlog {
                    // The queue is full: the request is dropped, and the client asks again after a second.
                    *overflowed += 1;
                    let due = self.now + (1_000_000_000 << segment.tries.min(9));
                    return match segment.tries >= 6 {
                        true => self.at(due, Event::Fails(client, errno::ETIMEDOUT)),
                        false => self.at(due, Event::Again(segment)),
                    };
                }
            }
            _ => return self.send_reset(0, client, &target, &segment.source),
        }
        let end = self.other_end(client, family, kind, &segment);
        self.get(end).state = State::Accepting(listener);
        if let State::Listening { half_open, .. } = &mut self.get(listener).state {
            half_open.push(end);
        }
        self.answer(end, client, &segment);
    }
    /// The server's end of a new connection.
    fn other_end(&mut self, client: u32, family: i32, kind: i32, request: &Segment) -> u32 {
        let end = self.create(family, kind, 0).expect("a family that the listener has");
        let as_listener_says = |a: &Address| match a {
            Address::Inet(ip, port) if family == AF_INET6 => Address::Inet6(format!("::ffff:{ip}"), *port),
            other => other.clone(),
        };
        let (local, remote) = (as_listener_says(&request.target), as_listener_says(&request.source));
        let sock = self.get(end);
        (sock.local, sock.bound, sock.remote) = (local, true, remote);
        (sock.state, sock.peer, sock.told) = (State::Connected, Some(client), true);
        end
    }
    fn answer(&mut self, end: u32, client: u32, request: &Segment) {
        let (source, target) = (request.target.clone(), request.source.clone());
        self.transmit(Segment { from: end, to: Some(client), source, target, what: What::SynAck, number: 0, tries: 0 });
    }
    /// The server's answer reaches the client: for it the connection is there.
    pub(super) fn answer_arrives(&mut self, client: u32, segment: &Segment) {
        let sock = self.get(client);
        if sock.state != State::Connecting {
            return self.send_reset(client, segment.from, &segment.target, &segment.source);
        }
        (sock.state, sock.peer) = (State::Connected, Some(segment.from));
        self.touch(client, BOTH);
        let (source, target) = (segment.target.clone(), segment.source.clone());
        self.transmit(Segment { from: client, to: Some(segment.from), source, target, what: What::Ack, number: 0, tries: 0 });
    }
    /// The handshake is complete for the server as well: the connection can be accepted.
    pub(super) fn established(&mut self, end: u32) {
        let State::Accepting(listener) = self.get(end).state else { return };
        self.get(end).state = State::Connected;
        if let Some(State::Listening { queue, half_open, .. }) = self.table.get_mut(&listener).map(|l| &mut l.state) {
            half_open.retain(|x| *x != end);
            queue.push_back(end);
            self.touch(listener, READ);
        }
    }
    /// The next connection of a listener; None: there is none now.
    pub(super) fn accept(&mut self, s: u32) -> Result<Option<u32>, i32> {
        let sock = self.get(s);
        if sock.kind == DATAGRAM {
            return Err(errno::ENOTSUP);
        }
        let State::Listening { queue, .. } = &mut sock.state else { return Err(errno::EINVAL) };
        let found = queue.pop_front();
        if found.is_some() {
            self.touch(s, super::WRITE);
        }
        Ok(found)
    }

    /// Bytes that a sender may send now.
    pub fn room(&self, s: u32) -> usize {
        let Some(sock) = self.table.get(&s) else { return 0 };
        let Some(peer) = sock.peer.and_then(|p| self.table.get(&p)) else { return sock.options.send_buffer.saturating_sub(sock.under_way) };
        sock.options.send_buffer.min(peer.options.receive_buffer).saturating_sub(peer.held + sock.under_way)
    }
    /// Bytes taken of a stream's; None: there is no room now.
    ///
    /// # Errors
    /// EPIPE, ECONNRESET and what else the socket's state says.
    pub(super) fn send_stream(&mut self, s: u32, data: &[u8], files: Vec<u32>) -> Result<Option<usize>, i32> {
        let sock = self.get(s);
        if sock.error != 0 && sock.state != State::Connecting {
            return Err(std::mem::take(&mut sock.error));
        }
        let unix = sock.family == AF_UNIX;
        if sock.shut {
            return Err(errno::EPIPE);
        }
        match sock.state {
            State::Connecting => return Ok(None),
            State::Connected | State::Accepting(_) => {}
            _ => return Err(if unix { errno::ENOTCONN } else { errno::EPIPE }),
        }
        let (peer, kind, source, target) = (sock.peer.expect("a connection has two ends"), sock.kind, sock.local.clone(), sock.remote.clone());
        if unix && self.table.get(&peer).is_none_or(|p| p.ended) {
            return Err(errno::EPIPE);
        }
        let room = self.room(s);
        let k = if kind == STREAM { room.min(data.len()) } else { data.len() };
        if kind == SEQPACKET && k > self.get(s).options.send_buffer {
            return Err(errno::EMSGSIZE);
        }
        if (k == 0 && !data.is_empty()) || (kind == SEQPACKET && k > room) {
            return Ok(None);
        }
        if k == 0 && kind == STREAM {
            return Ok(Some(0));
        }
        let size = if self.links.between(&source, &target).is_some() { SEGMENT } else { k.max(1) };
        let mut files = Some(files);
        let pieces: Vec<&[u8]> = if k == 0 { vec![&[]] } else { data[..k].chunks(size).collect() };
        for piece in pieces {
            let Some(sock) = self.table.get_mut(&s) else { break };
            sock.under_way += piece.len();
            let number = sock.sent;
            sock.sent += 1;
            let what = What::Data(piece.to_vec(), files.take().unwrap_or_default());
            self.transmit(Segment { from: s, to: Some(peer), source: source.clone(), target: target.clone(), what, number, tries: 0 });
        }
        Ok(Some(k))
    }
    /// What has come; None: nothing yet. Empty at a stream's end.
    pub(super) fn receive(&mut self, s: u32, count: usize, peek: bool) -> Result<Option<Received>, i32> {
        let sock = self.get(s);
        let stream = sock.kind == STREAM;
        let Some(first) = sock.received.front_mut() else {
            if sock.error != 0 && !(sock.ended && sock.error == errno::EPIPE) {
                return Err(std::mem::take(&mut sock.error));
            }
            return match sock.state {
                State::New | State::Listening { .. } if sock.kind != DATAGRAM && !sock.ended => Err(errno::ENOTCONN),
                _ if sock.ended => Ok(Some(Received::default())),
                _ => Ok(None),
            };
        };
        if stream && count == 0 {
            return Ok(Some(Received::default()));
        }
        let left = &first.data[first.at..];
        let k = count.min(left.len());
        let mut out = Received { data: left[..k].to_vec(), cut: !stream && k < left.len(), ..Default::default() };
        if !stream {
            out.from = Some(first.from.clone());
        }
        if peek {
            return Ok(Some(out));
        }
        out.files = std::mem::take(&mut first.files);
        let whole = left.len();
        let was_full = self.sender_is_stuck(s);
        let sock = self.get(s);
        let first = sock.received.front_mut().expect("just seen");
        if stream && k < whole {
            first.at += k;
            sock.held -= k;
        } else {
            sock.held -= whole;
            sock.received.pop_front();
        }
        // A stream's next pieces too, unless files travel with them.
        while stream && out.data.len() < count && out.files.is_empty() {
            let Some(next) = sock.received.front_mut().filter(|m| m.files.is_empty()) else { break };
            let k = (count - out.data.len()).min(next.data.len() - next.at);
            out.data.extend_from_slice(&next.data[next.at..next.at + k]);
            next.at += k;
            sock.held -= k;
            if next.at == next.data.len() {
                sock.received.pop_front();
            }
        }
        if sock.peer.is_some() {
            self.room_made(s, was_full);
        } else if was_full {
            self.touch(s, super::WRITE);
        }
        Ok(Some(out))
    }
    /// Whether whoever sends to a socket finds no room.
    fn sender_is_stuck(&mut self, s: u32) -> bool {
        match self.peer(s) {
            Some(peer) => self.room(peer) == 0 || self.get(s).kind != STREAM,
            None => self.get(s).kind != STREAM,
        }
    }
    pub(super) fn shutdown(&mut self, s: u32, how: i32) -> Result<(), i32> {
        if !(0..=2).contains(&how) {
            return Err(errno::EINVAL);
        }
        let sock = self.get(s);
        let connected = match sock.kind {
            DATAGRAM => sock.remote != Address::None || sock.peer.is_some(),
            _ => matches!(sock.state, State::Connected | State::Accepting(_)),
        };
        if !connected {
            // A listener can be shut down: nobody connects any more, and who waits in accept is told.
            if matches!(sock.state, State::Listening { .. }) && sock.family != AF_UNIX && how != 1 {
                sock.state = State::New;
                self.touch(s, BOTH);
                return Ok(());
            }
            return Err(errno::ENOTCONN);
        }
        if how != 1 {
            sock.ended = true;
        }
        if how != 0 && !sock.shut {
            sock.shut = true;
            let number = sock.sent;
            sock.sent += 1;
            let (peer, source, target, kind) = (sock.peer, sock.local.clone(), sock.remote.clone(), sock.kind);
            if let Some(peer) = peer && kind != DATAGRAM {
                self.send_end(s, peer, number, &source, &target);
            }
        }
        if let Some(peer) = self.peer(s) {
            self.touch(peer, BOTH);
        }
        self.touch(s, BOTH);
        Ok(())
    }
}
