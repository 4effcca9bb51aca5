//! Segments under way: when each arrives, whether it is lost, and what it does at the other end.
use super::site::Action;
use super::{AF_UNIX, BOTH, DATAGRAM, Message, Net, READ, State, WRITE};
use crate::vm::syscall::{Address, errno};

/// How long TCP waits for an acknowledgement before it sends a segment again (Linux's least), doubled at each try.
const RETRY_NS: u64 = 200_000_000;
/// The same for a connection request (RFC 6298).
const SYN_RETRY_NS: u64 = 1_000_000_000;
/// Tries until a connection is given up, as Linux has them.
const SYN_TRIES: u32 = 6;
const TRIES: u32 = 15;
/// How long it takes to learn that no host has an address.
pub(super) const NO_HOST_NS: u64 = 3_000_000_000;

/// A segment of a stream, or a datagram.
#[derive(Clone, Debug)]
pub struct Segment {
    pub from: u32,
    /// The socket that it goes to; None: whoever has the address when it arrives.
    pub to: Option<u32>,
    pub source: Address,
    pub target: Address,
    pub what: What,
    /// Its place in the stream.
    pub number: u64,
    /// How often it was sent before.
    pub tries: u32,
}

#[derive(Clone, Debug)]
pub enum What {
    /// A connection request, its answer, and the client's answer to that.
    Syn,
    SynAck,
    Ack,
    Data(Vec<u8>, Vec<u32>),
    Fin,
    Rst,
    Datagram(Vec<u8>, Vec<u32>),
}

impl What {
    pub fn bytes(&self) -> &[u8] {
        match self {
            What::Data(b, _) | What::Datagram(b, _) => b,
            _ => &[],
        }
    }
}

/// What happens at a later time.
#[derive(Clone, Debug)]
pub enum Event {
    Arrives(Segment),
    /// The link lost it: its sender tries again then.
    Again(Segment),
    /// A virtual host's program goes on.
    Acts(u32, Action),
    /// A connection attempt fails.
    Fails(u32, i32),
}

impl Net {
    pub(super) fn at(&mut self, due: u64, event: Event) {
        self.order += 1;
        self.later.insert((due, self.order), event);
    }
    /// When the next event is due.
    pub fn next_due(&self) -> Option<u64> {
        self.later.first_key_value().map(|(k, _)| k.0)
    }
    /// Lets the next event happen if it is due; when it was.
    pub fn happen(&mut self, now: u64) -> Option<u64> {
        let (&(due, order), _) = self.later.first_key_value().filter(|(k, _)| k.0 <= now)?;
        let event = self.later.remove(&(due, order)).expect("just seen");
        self.now = due;
        match event {
            // A partition that has come meanwhile loses what is under way.
            Event::Arrives(segment) if self.links.cuts(&segment.source, &segment.target) => self.lose(segment, 0),
            Event::Arrives(segment) => self.arrive(segment),
            Event::Again(segment) => self.try_again(segment),
            Event::Acts(s, action) => self.act(s, action),
            Event::Fails(s, error) => self.fail(s, error),
        }
        Some(due)
    }
    /// Sends a segment: at once where the link costs nothing and nothing is before it.
    pub(super) fn transmit(&mut self, segment: Segment) {
        self.counts.segments += 1;
        let link = self.links.between(&segment.source, &segment.target);
        let Some(link) = link else { return self.arrive(segment) };
        if link.cut || (link.drop > 0 && self.random.next() % 1_000_000 < link.drop as u64) {
            return self.lose(segment, link.latency);
        }
        let size = segment.what.bytes().len() as u64 + 40;
        let mut due = self.now;
        if link.bandwidth > 0 {
            due = self.links.busy(&segment.source, &segment.target, due, size.saturating_mul(1_000_000_000) / link.bandwidth);
        }
        due += link.latency;
        if link.delay > 0 {
            due += self.random.next() % (link.delay + 1);
        }
        self.at(due, Event::Arrives(segment));
    }
    fn lose(&mut self, segment: Segment, latency: u64) {
        self.counts.lost += 1;
        let (wait, tries) = match segment.what {
            What::Datagram(..) => {
                if let What::Datagram(_, files) = segment.what {
                    self.orphans.extend(files);
                }
                return;
            }
            // An acknowledgement or a reset is not sent again of itself: here it is, with the data's clock.
            What::Syn | What::SynAck => (SYN_RETRY_NS, SYN_TRIES),
            _ => (RETRY_NS + 2 * latency, TRIES),
        };
        let due = self.now + (wait << segment.tries.min(9));
        if segment.tries >= tries {
            return self.at(due, Event::Fails(segment.from, errno::ETIMEDOUT));
        }
        self.at(due, Event::Again(segment));
    }
    fn try_again(&mut self, mut segment: Segment) {
        let connecting = matches!(segment.what, What::Syn);
        // Whoever asked for the connection may have given up.
        if connecting && self.table.get(&segment.from).is_none_or(|s| s.state != State::Connecting) {
            return;
        }
        segment.tries += 1;
        self.transmit(segment);
    }
    /// A connection fails with an error.
    pub(super) fn fail(&mut self, s: u32, error: i32) {
        let Some(sock) = self.table.get_mut(&s) else { return };
        sock.error = error;
        match sock.state {
            State::Connecting => {
                sock.state = State::New;
                sock.remote = Address::None;
            }
            _ => {
                (sock.ended, sock.shut, sock.state) = (true, true, State::Broken);
                sock.under_way = 0;
            }
        }
        self.touch(s, BOTH);
    }
    fn arrive(&mut self, segment: Segment) {
        match segment.what {
            What::Syn => self.syn_arrives(segment),
            What::Datagram(..) => self.datagram_arrives(segment),
            What::Rst => self.reset_arrives(&segment),
            _ => {
                let to = segment.to.expect("a segment of a connection has its goal");
                if !self.table.contains_key(&to) {
                    if let What::Data(_, files) = &segment.what {
                        self.orphans.extend(files);
                    }
                    // A handshake's last segment that the bytes behind it have overtaken: they have been answered.
                    if matches!(segment.what, What::Ack) && self.table.get(&segment.from).is_none_or(|s| s.sent > 0) {
                        return;
                    }
                    self.counts.resets += 1;
                    // Nobody is there any more: who sends learns so. The end of a stream asks for no answer.
                    if !matches!(segment.what, What::Fin) {
                        self.send_reset(to, segment.from, &segment.target, &segment.source);
                    }
                    return;
                }
                match segment.what {
                    What::SynAck => self.answer_arrives(to, &segment),
                    What::Ack => self.established(to),
                    _ => self.in_order(to, segment),
                }
            }
        }
    }
    /// Takes a stream's segments in their order; one that is too early waits.
    fn in_order(&mut self, to: u32, segment: Segment) {
        let sock = self.get(to);
        if segment.number != sock.expected {
            sock.early.insert(segment.number, segment);
            return;
        }
        let mut next = Some(segment);
        while let Some(segment) = next {
            self.accept_segment(to, segment);
            let Some(sock) = self.table.get_mut(&to) else { return };
            sock.expected += 1;
            next = sock.early.remove(&sock.expected);
        }
    }
    fn accept_segment(&mut self, to: u32, segment: Segment) {
        match segment.what {
            What::Data(data, files) => {
                if let Some(from) = self.table.get_mut(&segment.from) {
                    from.under_way = from.under_way.saturating_sub(data.len());
                }
                self.established(to);
                if self.get(to).service.is_some() {
                    return self.serve(to, &data);
                }
                let sock = self.get(to);
                if sock.ended {
                    // It does not read any more (SHUT_RD): the bytes are thrown away.
                    self.orphans.extend(files);
                    return;
                }
                sock.held += data.len();
                let joins = sock.kind == super::STREAM && files.is_empty();
                match sock.received.back_mut() {
                    Some(last) if joins && last.files.is_empty() => last.data.extend_from_slice(&data),
                    _ => sock.received.push_back(Message { data, at: 0, from: Address::None, files }),
                }
                self.touch(to, READ);
            }
            What::Fin => {
                self.established(to);
                self.get(to).ended = true;
                self.touch(to, READ | 16);
                self.client_ended(to);
            }
            _ => unreachable!("only data and the end have a place in the stream"),
        }
    }
    fn reset_arrives(&mut self, segment: &Segment) {
        let Some(to) = segment.to.filter(|t| self.table.contains_key(t)) else { return };
        self.counts.resets += 1;
        let sock = self.get(to);
        if sock.state == State::Connecting {
            self.counts.refused += 1;
            return self.fail(to, errno::ECONNREFUSED);
        }
        if sock.kind == DATAGRAM && sock.family != AF_UNIX {
            sock.error = errno::ECONNREFUSED;
            return self.touch(to, BOTH);
        }
        if let State::Accepting(listener) = sock.state {
            if let Some(State::Listening { half_open, .. }) = self.table.get_mut(&listener).map(|l| &mut l.state) {
                half_open.retain(|x| *x != to);
            }
            return self.close(to);
        }
        if sock.service.is_some() {
            _ = self.table.remove(&to);
            return;
        }
        let unix = sock.family == AF_UNIX;
        // A stream that had come to its end: only writing tells (EPIPE).
        let error = if sock.ended && !unix { errno::EPIPE } else { errno::ECONNRESET };
        if sock.peer.is_some() && sock.state == State::Connected {
            self.fail(to, error);
        }
    }
    pub(super) fn send_reset(&mut self, from: u32, to: u32, source: &Address, target: &Address) {
        self.transmit(Segment { from, to: Some(to), source: source.clone(), target: target.clone(), what: What::Rst, number: 0, tries: 0 });
    }
    pub(super) fn send_end(&mut self, from: u32, to: u32, number: u64, source: &Address, target: &Address) {
        self.transmit(Segment { from, to: Some(to), source: source.clone(), target: target.clone(), what: What::Fin, number, tries: 0 });
    }
    /// A reader has made room: who sends may go on.
    pub(super) fn room_made(&mut self, s: u32, was_full: bool) {
        let Some(peer) = self.peer(s) else { return };
        if self.get(peer).service.is_some() {
            return self.pump(peer);
        }
        if was_full {
            self.touch(peer, WRITE);
        }
    }
}
