//! Decompression: the frame's header and trailer here, DEFLATE by the crate.
use super::deflate::{Frame, adler32_of};
use crate::heap::Ref;
use crate::natives::text::modules::binascii::crc32_of;
use crate::objects::State;
use miniz_oxide::inflate::stream::{InflateState, inflate};
use miniz_oxide::{DataFormat, MZFlush, MZStatus};

/// Which part of the stream is being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Header,
    Body,
    Trailer,
}
/// State of a decompressor.
#[derive(Clone)]
pub struct Decompressor {
    frame: Frame,
    stage: Stage,
    inflate: InflateState,
    /// Input that is not a whole header or trailer yet.
    held: Vec<u8>,
    adler: u32,
    crc: u32,
    size: u32,
    pub eof: bool,
    /// Data behind the end.
    pub unused: Vec<u8>,
    /// Input left over because the output limit was reached.
    pub tail: Vec<u8>,
}
impl Decompressor {
    pub fn new(wbits: i64) -> Option<Decompressor> {
        let frame = Frame::of(wbits)?;
        let stage = if frame == Frame::Raw { Stage::Body } else { Stage::Header };
        let inflate = InflateState::new(DataFormat::Raw);
        Some(Decompressor { frame, stage, inflate, held: vec![], adler: 1, crc: 0, size: 0, eof: false, unused: vec![], tail: vec![] })
    }
    /// Takes input, gives at most `limit` bytes; the error is zlib's message.
    pub fn feed(&mut self, input: &[u8], limit: usize) -> Result<Vec<u8>, &'static str> {
        let mut input: Vec<u8> = std::mem::take(&mut self.held).into_iter().chain(input.iter().copied()).collect();
        let mut out = Vec::new();
        self.tail.clear();
        if self.eof {
            self.unused.extend(input);
            return Ok(out);
        }
        if self.stage == Stage::Header {
            match self.header(&input)? {
                Some(used) => {
                    input.drain(..used);
                    self.stage = Stage::Body;
                }
                None => {
                    self.held = input;
                    return Ok(out);
                }
            }
        }
        if self.stage == Stage::Body {
            let used = self.body(&input, limit, &mut out)?;
            input.drain(..used);
        }
        match self.stage {
            Stage::Trailer => self.trailer(input)?,
            _ => self.tail = input,
        }
        Ok(out)
    }
    /// Length of the header; None when more input is needed.
    fn header(&mut self, b: &[u8]) -> Result<Option<usize>, &'static str> {
        const BAD: &str = "incorrect header check";
        let [first, second, ..] = b else { return Ok(None) };
        let gzip = (*first, *second) == (0x1F, 0x8B);
        if self.frame == Frame::Auto {
            self.frame = if gzip { Frame::Gzip } else { Frame::Zlib };
        }
        if self.frame == Frame::Zlib {
            if (u32::from(*first) << 8 | u32::from(*second)) % 31 != 0 {
                return Err(BAD);
            }
            if first & 15 != 8 {
                return Err("unknown compression method");
            }
            return if second & 0x20 != 0 { Err("need dictionary") } else { Ok(Some(2)) };
        }
        if !gzip {
            return Err(BAD);
        }
        let (Some(method), Some(flags)) = (b.get(2), b.get(3)) else { return Ok(None) };
        if *method != 8 {
            return Err("unknown compression method");
        }
        Ok(gzip_header(b, *flags))
    }
    fn body(&mut self, input: &[u8], limit: usize, out: &mut Vec<u8>) -> Result<usize, &'static str> {
        let mut used = 0;
        let mut buffer = [0; 16384];
        while out.len() < limit {
            let room = buffer.len().min(limit - out.len());
            let r = inflate(&mut self.inflate, &input[used..], &mut buffer[..room], MZFlush::None);
            used += r.bytes_consumed;
            let fresh = &buffer[..r.bytes_written];
            out.extend_from_slice(fresh);
            match self.frame {
                Frame::Gzip => self.crc = crc32_of(fresh, self.crc),
                Frame::Zlib => self.adler = adler32_of(fresh, self.adler),
                _ => {}
            }
            self.size = self.size.wrapping_add(fresh.len() as u32);
            match r.status {
                Ok(MZStatus::StreamEnd) => {
                    self.stage = Stage::Trailer;
                    break;
                }
                Err(miniz_oxide::MZError::Data) => return Err("invalid block type"),
                _ if r.bytes_written == 0 && r.bytes_consumed == 0 => break,
                _ => {}
            }
        }
        Ok(used)
    }
    fn trailer(&mut self, input: Vec<u8>) -> Result<(), &'static str> {
        let size = match self.frame {
            Frame::Zlib => 4,
            Frame::Gzip => 8,
            _ => 0,
        };
        if input.len() < size {
            self.held = input;
            return Ok(());
        }
        let word = |i: usize| [input[i], input[i + 1], input[i + 2], input[i + 3]];
        match self.frame {
            Frame::Zlib if u32::from_be_bytes(word(0)) != self.adler => return Err("incorrect data check"),
            Frame::Gzip if u32::from_le_bytes(word(0)) != self.crc => return Err("incorrect data check"),
            Frame::Gzip if u32::from_le_bytes(word(4)) != self.size => return Err("incorrect length check"),
            _ => {}
        }
        self.eof = true;
        self.unused = input[size..].to_vec();
        Ok(())
    }
}
/// Length of a gzip header (RFC 1952); None when it is not all there.
fn gzip_header(b: &[u8], flags: u8) -> Option<usize> {
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(u16::from_le_bytes([*b.get(10)?, *b.get(11)?]));
    }
    for bit in [8, 16] {
        if flags & bit != 0 {
            at += b.get(at..)?.iter().position(|c| *c == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (b.len() >= at).then_some(at)
}
impl State for Decompressor {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

/// State of `_ZlibDecompressor`, which keeps the input that it has not consumed.
#[derive(Clone)]
pub struct Reader {
    pub inner: Decompressor,
    pub needs_input: bool,
}
impl Reader {
    /// Takes input, gives at most `limit` bytes; the error is zlib's message.
    pub fn feed(&mut self, data: &[u8], limit: usize) -> Result<Vec<u8>, &'static str> {
        let mut input = std::mem::take(&mut self.inner.tail);
        input.extend_from_slice(data);
        let out = self.inner.feed(&input, limit)?;
        self.needs_input = !self.inner.eof && self.inner.tail.is_empty() && out.len() < limit;
        Ok(out)
    }
}
impl State for Reader {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}
