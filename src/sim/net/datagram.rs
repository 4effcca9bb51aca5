//! Datagrams: each alone, none sent again, none waits for room but a Unix one.
use super::wire::{Segment, What};
use super::{AF_INET6, AF_UNIX, DATAGRAM, Message, Net, READ, State, check_family};
use crate::vm::syscall::{Address, errno};

/// The longest datagram that UDP over IPv4 carries.
const LONGEST: usize = 65_507;

impl Net {
    pub(super) fn connect_datagram(&mut self, s: u32, address: &Address) -> Result<(), i32> {
        check_family(self.get(s).family, address)?;
        if !self.hosts.is_near(address) {
            return Err(errno::ENETUNREACH);
        }
        if let Address::Unix(_) = address {
            let target = self.bound_to(DATAGRAM, address).and_then(|t| self.table.get(&t)).ok_or(errno::ECONNREFUSED)?;
            if target.kind != DATAGRAM {
                return Err(errno::EPROTOTYPE);
            }
        }
        self.bind_if_needed(s, address)?;
        let source = match port_if_any(&self.get(s).local) {
            Some(port) => self.hosts.source_for(address, port),
            None => self.get(s).local.clone(),
        };
        let sock = self.get(s);
        (sock.remote, sock.local) = (address.clone(), source);
        Ok(())
    }
    /// Bytes taken; None: a Unix receiver has no room now.
    pub(super) fn send_datagram(&mut self, s: u32, data: &[u8], files: Vec<u32>, to: Option<&Address>) -> Result<Option<usize>, i32> {
        let sock = self.get(s);
        if sock.error != 0 {
            return Err(std::mem::take(&mut sock.error));
        }
        if sock.shut {
            return Err(errno::EPIPE);
        }
        let unix = sock.family == AF_UNIX;
        let paired = sock.state == State::Connected;
        let limit = if unix { sock.options.send_buffer } else { LONGEST };
        if data.len() > limit {
            return Err(errno::EMSGSIZE);
        }
        let family = sock.family;
        let (remote, peer) = (sock.remote.clone(), sock.peer);
        let target = match to {
            Some(a) => {
                check_family(family, a)?;
                a.clone()
            }
            None if paired => Address::None,
            None if remote == Address::None => return Err(if unix { errno::ENOTCONN } else { errno::EDESTADDRREQ }),
            None => remote,
        };
        let target = match target {
            Address::Inet(ip, p) if ip == "0.0.0.0" => Address::Inet("127.0.0.1".into(), p),
            Address::Inet6(ip, p) if ip == "::" => Address::Inet6("::1".into(), p),
            other => other,
        };
        if paired && to.is_none() {
            let peer = self.table.get(&peer.unwrap_or(0)).ok_or(errno::ECONNREFUSED)?;
            if peer.held + data.len() > peer.options.receive_buffer {
                return Ok(None);
            }
            return Ok(Some(self.dispatch(s, peer_of(self, s), Address::None, data, files)));
        }
        if matches!(&target, Address::Inet(ip, _) if ip == "255.255.255.255") && !self.get(s).options.broadcast {
            return Err(errno::EACCES);
        }
        if !self.hosts.is_near(&target) {
            return Err(errno::ENETUNREACH);
        }
        self.bind_if_needed(s, &target)?;
        if unix {
            let found = self.bound_to(DATAGRAM, &target).ok_or(errno::ECONNREFUSED)?;
            let receiver = self.get(found);
            if receiver.kind != DATAGRAM {
                return Err(errno::EPROTOTYPE);
            }
            if receiver.held + data.len() > receiver.options.receive_buffer {
                return Ok(None);
            }
        }
        Ok(Some(self.dispatch(s, None, target, data, files)))
    }
    fn dispatch(&mut self, s: u32, to: Option<u32>, target: Address, data: &[u8], files: Vec<u32>) -> usize {
        let source = match self.get(s).local.clone() {
            Address::Inet(ip, port) if ip == "0.0.0.0" => self.hosts.source_for(&target, port),
            Address::Inet6(ip, port) if ip == "::" => self.hosts.source_for(&target, port),
            other => other,
        };
        self.transmit(Segment { from: s, to, source, target, what: What::Datagram(data.to_vec(), files), number: 0, tries: 0 });
        data.len()
    }
    pub(super) fn datagram_arrives(&mut self, segment: Segment) {
        let found = match segment.to {
            Some(to) => self.table.contains_key(&to).then_some(to),
            None => self.bound_to(DATAGRAM, &segment.target),
        };
        let What::Datagram(data, files) = segment.what else { return };
        let refused = segment.to.is_none() && self.links.refuses(&segment.target);
        let Some(to) = found.filter(|_| !refused) else {
            self.orphans.extend(files);
            // The host answers that nobody is there; only a connected socket is told.
            let told = self.table.get(&segment.from).is_some_and(|s| s.family != AF_UNIX && s.remote == segment.target);
            if told {
                self.send_reset(0, segment.from, &segment.target, &segment.source);
            }
            return;
        };
        let sock = self.get(to);
        let source = match segment.source {
            Address::Inet(ip, port) if sock.family == AF_INET6 => Address::Inet6(format!("::ffff:{ip}"), port),
            other => other,
        };
        let from_elsewhere = sock.family != AF_UNIX && sock.remote != Address::None && sock.remote != source;
        if sock.ended || from_elsewhere || sock.held + data.len() > sock.options.receive_buffer {
            self.counts.lost += 1;
            self.orphans.extend(files);
            return;
        }
        sock.held += data.len();
        sock.received.push_back(Message { data, at: 0, from: source, files });
        self.touch(to, READ);
    }
}

fn peer_of(net: &Net, s: u32) -> Option<u32> {
    net.table.get(&s).and_then(|x| x.peer)
}
fn port_if_any(a: &Address) -> Option<u16> {
    match a {
        Address::Inet(ip, port) if ip == "0.0.0.0" => Some(*port),
        Address::Inet6(ip, port) if ip == "::" => Some(*port),
        _ => None,
    }
}
