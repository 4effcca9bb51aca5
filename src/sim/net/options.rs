//! Options of sockets: those that change what a socket does, and the others, which are kept and told.
use super::{AF_UNIX, Net, STREAM, State};
use crate::vm::syscall::errno;

const SOL_SOCKET: i32 = 1;
/// Bytes that wait at a receiver, or on their way to it, at most: Linux's default for Unix sockets and datagrams.
const BUFFER: usize = 212_992;
const SMALLEST: usize = 2_304;
const SMALLEST_SENT: usize = 4_608;
const LARGEST: usize = 425_984;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub receive_buffer: usize,
    pub send_buffer: usize,
    /// SO_LINGER: seconds.
    pub linger: Option<u32>,
    pub reuse_address: bool,
    pub reuse_port: bool,
    pub broadcast: bool,
    /// IPV6_V6ONLY.
    pub only6: bool,
    pub pass_credentials: bool,
    /// Values of the rest, by level and name.
    other: Vec<((i32, i32), Vec<u8>)>,
}

impl Options {
    pub fn new(family: i32, kind: i32) -> Options {
        let _ = (family, kind);
        Options {
            receive_buffer: BUFFER,
            send_buffer: BUFFER,
            linger: None,
            reuse_address: false,
            reuse_port: false,
            broadcast: false,
            only6: false,
            pass_credentials: false,
            other: vec![],
        }
    }
}

fn number(value: &[u8]) -> Option<i32> {
    Some(i32::from_le_bytes(value.get(..4)?.try_into().ok()?))
}
fn bytes(n: i32) -> Vec<u8> {
    n.to_le_bytes().to_vec()
}

/// Numbers that a socket has before anybody sets them, by level and name.
const DEFAULTS: &[((i32, i32), i32)] = &[
    ((0, 1), 0), ((0, 2), 64), ((0, 33), 1), ((0, 34), 1), ((41, 16), 64), ((6, 1), 0), ((6, 2), 536), ((6, 3), 0), ((6, 4), 7200),
    ((6, 5), 75), ((6, 6), 9), ((6, 7), 6), ((6, 8), 0), ((6, 9), 0), ((6, 10), 65536), ((6, 12), 1), ((6, 18), 0), ((1, 1), 0), ((1, 5), 0), ((1, 9), 0), ((1, 10), 0),
    ((1, 12), 0), ((1, 18), 1), ((1, 19), 1), ((1, 36), 0), ((1, 43), 0), ((1, 44), 0), ((41, 67), 0), ((136, 10), 0), ((136, 11), 0), ((41, 17), 1), ((41, 18), 1), ((41, 19), 1), ((41, 49), 0), ((41, 51), 0), ((41, 66), 0),
];

impl Net {
    /// `getsockopt`.
    ///
    /// # Errors
    /// ENOPROTOOPT: there is no such option.
    pub fn option(&mut self, s: u32, level: i32, name: i32) -> Result<Vec<u8>, i32> {
        let sock = self.get(s);
        let o = &sock.options;
        Ok(match (level, name) {
            (SOL_SOCKET, 2) => bytes(o.reuse_address as i32),
            (SOL_SOCKET, 3) => bytes(sock.kind),
            (SOL_SOCKET, 4) => bytes(std::mem::take(&mut sock.error)),
            (SOL_SOCKET, 6) => bytes(o.broadcast as i32),
            (SOL_SOCKET, 7) => bytes(o.send_buffer as i32),
            (SOL_SOCKET, 8) => bytes(o.receive_buffer as i32),
            (SOL_SOCKET, 13) => [bytes(o.linger.is_some() as i32), bytes(o.linger.unwrap_or(0) as i32)].concat(),
            (SOL_SOCKET, 15) => bytes(o.reuse_port as i32),
            (SOL_SOCKET, 16) => bytes(o.pass_credentials as i32),
            // The other end's process: here all are of the same user.
            (SOL_SOCKET, 17) if sock.family == AF_UNIX => [bytes(0), bytes(1000), bytes(1000)].concat(),
            (SOL_SOCKET, 20 | 21) => vec![0; 16],
            (SOL_SOCKET, 30) => bytes(matches!(sock.state, State::Listening { .. }) as i32),
            (SOL_SOCKET, 38) => bytes(match (sock.proto, sock.family, sock.kind) {
                (0, AF_UNIX, _) => 0,
                (0, _, STREAM) => 6,
                (0, ..) => 17,
                (p, ..) => p,
            }),
            (SOL_SOCKET, 39) => bytes(sock.family),
            (41, 26) => bytes(o.only6 as i32),
            key => match o.other.iter().find(|x| x.0 == key) {
                Some((_, value)) => value.clone(),
                None => match DEFAULTS.iter().find(|d| d.0 == key) {
                    Some((_, n)) => bytes(*n),
                    None => return Err(errno::ENOPROTOOPT),
                },
            },
        })
    }
    /// `setsockopt`.
    ///
    /// # Errors
    /// EINVAL: too short a value; ENOPROTOOPT: there is no such option, or it cannot be set.
    pub fn set_option(&mut self, s: u32, level: i32, name: i32, value: &[u8]) -> Result<(), i32> {
        let o = &mut self.get(s).options;
        let n = number(value);
        let size = |n: Option<i32>| n.map(|n| (n.max(0) as usize).saturating_mul(2)).ok_or(errno::EINVAL);
        match (level, name) {
            (SOL_SOCKET, 2) => o.reuse_address = n.ok_or(errno::EINVAL)? != 0,
            (SOL_SOCKET, 6) => o.broadcast = n.ok_or(errno::EINVAL)? != 0,
            // The system takes twice the size: half is for its own bookkeeping.
            (SOL_SOCKET, 7) => o.send_buffer = size(n)?.clamp(SMALLEST_SENT, LARGEST),
            (SOL_SOCKET, 8) => o.receive_buffer = size(n)?.clamp(SMALLEST, LARGEST),
            (SOL_SOCKET, 13) => {
                let on = n.ok_or(errno::EINVAL)? != 0;
                let seconds = number(value.get(4..).unwrap_or_default()).ok_or(errno::EINVAL)?;
                o.linger = on.then_some(seconds.max(0) as u32);
            }
            (SOL_SOCKET, 15) => o.reuse_port = n.ok_or(errno::EINVAL)? != 0,
            (SOL_SOCKET, 16) => o.pass_credentials = n.ok_or(errno::EINVAL)? != 0,
            (41, 26) => o.only6 = n.ok_or(errno::EINVAL)? != 0,
            (SOL_SOCKET, 3 | 4 | 17 | 30 | 38 | 39) => return Err(errno::ENOPROTOOPT),
            key => {
                if number(value).is_none() && value.len() != 1 && key.0 == SOL_SOCKET {
                    return Err(errno::EINVAL);
                }
                if key.0 == SOL_SOCKET && !(1..=82).contains(&key.1) {
                    return Err(errno::ENOPROTOOPT);
                }
                o.other.retain(|x| x.0 != key);
                o.other.push((key, value.to_vec()));
            }
        }
        Ok(())
    }
}
