//! The wire of ZeroMQ (ZMTP 3.0, RFC 23) as far as a publisher needs it: greeting, handshake without security, frames.
//!
//! Left out: other mechanisms than NULL (Jupyter's connection files carry no CURVE key that front ends would use).
use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const MORE: u8 = 1;
const LONG: u8 = 2;
const COMMAND: u8 = 4;
/// A subscriber has no business sending more than this in a frame.
const MAX_FRAME: u64 = 1 << 20;

/// What a subscriber sends after the handshake.
#[derive(Debug, PartialEq, Eq)]
pub enum FromSubscriber {
    Subscribe(Bytes),
    Unsubscribe(Bytes),
    /// A heartbeat of ZMTP 3.1 with its context, to be sent back in a PONG.
    Ping(Bytes),
    Other,
}

/// An error of the peer or of the transport: the connection is of no use any more.
#[derive(Debug)]
pub struct Broken;

impl From<std::io::Error> for Broken {
    fn from(_: std::io::Error) -> Broken {
        Broken
    }
}

/// Greets a peer that connected, and checks that it is a subscriber.
pub async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(io: &mut S) -> Result<(), Broken> {
    let mut greeting = [0u8; 64];
    greeting[0] = 0xff;
    greeting[9] = 0x7f;
    greeting[10] = 3;
    greeting[12..16].copy_from_slice(b"NULL");
    io.write_all(&greeting).await?;
    let mut theirs = [0u8; 64];
    io.read_exact(&mut theirs).await?;
    let signature = theirs[0] == 0xff && theirs[9] & 1 == 1;
    if !signature || theirs[10] < 3 || &theirs[12..17] != b"NULL\0" {
        return Err(Broken);
    }
    io.write_all(&command(b"READY", &property(b"Socket-Type", b"XPUB"))).await?;
    let (flags, body) = read_frame(io).await?;
    let ready = body.strip_prefix(b"\x05READY").filter(|_| flags & COMMAND != 0).ok_or(Broken)?;
    match find_property(ready, b"Socket-Type") {
        Some(b"SUB" | b"XSUB") => Ok(()),
        _ => Err(Broken),
    }
}

fn property(name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut out = vec![name.len() as u8];
    out.extend_from_slice(name);
    out.extend_from_slice(&(value.len() as u32).to_be_bytes());
    out.extend_from_slice(value);
    out
}

fn find_property<'a>(mut rest: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    while let Some((&n, after)) = rest.split_first() {
        let (name, after) = after.split_at_checked(n as usize)?;
        let (size, after) = after.split_first_chunk::<4>()?;
        let (value, after) = after.split_at_checked(u32::from_be_bytes(*size) as usize)?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
    None
}

/// A command frame.
pub fn command(name: &[u8], data: &[u8]) -> Bytes {
    let mut body = vec![name.len() as u8];
    body.extend_from_slice(name);
    body.extend_from_slice(data);
    let mut out = BytesMut::new();
    put_frame(&mut out, COMMAND, &body);
    out.freeze()
}

fn put_frame(out: &mut BytesMut, flags: u8, body: &[u8]) {
    match u8::try_from(body.len()) {
        Ok(n) => out.put_slice(&[flags, n]),
        Err(_) => {
            out.put_u8(flags | LONG);
            out.put_u64(body.len() as u64);
        }
    }
    out.put_slice(body);
}

/// A message of several frames as it goes over the wire.
pub fn encode(frames: &[Bytes]) -> Bytes {
    let mut out = BytesMut::with_capacity(frames.iter().map(|f| f.len() + 9).sum());
    for (i, frame) in frames.iter().enumerate() {
        put_frame(&mut out, if i + 1 < frames.len() { MORE } else { 0 }, frame);
    }
    out.freeze()
}

async fn read_frame<R: AsyncRead + Unpin>(io: &mut R) -> Result<(u8, Bytes), Broken> {
    let flags = io.read_u8().await?;
    let size = if flags & LONG != 0 { io.read_u64().await? } else { u64::from(io.read_u8().await?) };
    if size > MAX_FRAME {
        return Err(Broken);
    }
    let mut body = vec![0; size as usize];
    io.read_exact(&mut body).await?;
    Ok((flags, body.into()))
}

/// The next thing that a subscriber says. Not cancel-safe: a frame may have been read half.
pub async fn read_subscriber<R: AsyncRead + Unpin>(io: &mut R) -> Result<FromSubscriber, Broken> {
    let (flags, body) = read_frame(io).await?;
    if flags & COMMAND != 0 {
        // ZMTP 3.1 subscribes by command; a ping is its name, two bytes of time to live, then the context.
        return Ok(if body.starts_with(b"\x09SUBSCRIBE") {
            FromSubscriber::Subscribe(body.slice(10..))
        } else if body.starts_with(b"\x06CANCEL") {
            FromSubscriber::Unsubscribe(body.slice(7..))
        } else if body.starts_with(b"\x04PING") && body.len() >= 7 {
            FromSubscriber::Ping(body.slice(7..))
        } else {
            FromSubscriber::Other
        });
    }
    Ok(match body.first() {
        Some(1) => FromSubscriber::Subscribe(body.slice(1..)),
        Some(0) => FromSubscriber::Unsubscribe(body.slice(1..)),
        _ => FromSubscriber::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames() {
        let long = Bytes::from(vec![7u8; 300]);
        let wire = encode(&[Bytes::from_static(b"t"), long]);
        assert_eq!(&wire[..3], &[1, 1, b't']);
        assert_eq!(&wire[3..12], &[2, 0, 0, 0, 0, 0, 0, 1, 44]);
        assert_eq!(wire.len(), 12 + 300);
    }

    #[test]
    fn properties() {
        let mut two = property(b"Identity", b"");
        two.extend(property(b"Socket-Type", b"SUB"));
        assert_eq!(find_property(&two, b"socket-type"), Some(&b"SUB"[..]));
        assert_eq!(find_property(&two[..two.len() - 1], b"socket-type"), None);
        assert_eq!(find_property(b"\xff", b"x"), None);
    }

    #[tokio::test]
    async fn what_subscribers_say() {
        let ping = command(b"PING", b"\0\x0actx");
        let mut wire = BytesMut::new();
        put_frame(&mut wire, 0, b"\x01top");
        put_frame(&mut wire, COMMAND, b"\x06CANCELtop");
        wire.extend_from_slice(&ping);
        put_frame(&mut wire, 0, b"");
        let mut io = &wire[..];
        assert_eq!(read_subscriber(&mut io).await.unwrap(), FromSubscriber::Subscribe(Bytes::from_static(b"top")));
        assert_eq!(read_subscriber(&mut io).await.unwrap(), FromSubscriber::Unsubscribe(Bytes::from_static(b"top")));
        assert_eq!(read_subscriber(&mut io).await.unwrap(), FromSubscriber::Ping(Bytes::from_static(b"ctx")));
        assert_eq!(read_subscriber(&mut io).await.unwrap(), FromSubscriber::Other);
        assert!(read_subscriber(&mut io).await.is_err());
    }
}
