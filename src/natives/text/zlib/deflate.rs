//! Compression. A compressor keeps its input and compresses when it is flushed: so it is plain data that can be copied.
use crate::heap::Ref;
use crate::natives::text::modules::binascii::crc32_of;
use crate::objects::State;
use miniz_oxide::MZFlush;
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};

/// How the deflated data is framed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Frame {
    Raw,
    Zlib,
    Gzip,
    /// Decompression only: zlib or gzip, as the data says.
    Auto,
}
impl Frame {
    /// By zlib's `windowBits`.
    pub fn of(wbits: i64) -> Option<Frame> {
        match wbits {
            -15..=-8 => Some(Frame::Raw),
            0 | 8..=15 => Some(Frame::Zlib),
            24..=31 => Some(Frame::Gzip),
            32 | 40..=47 => Some(Frame::Auto),
            _ => None,
        }
    }
}

/// State of a compressor.
#[derive(Clone)]
pub struct Compressor {
    level: i64,
    frame: Frame,
    /// Input and where it was flushed.
    parts: Vec<(Vec<u8>, i64)>,
    pending: Vec<u8>,
    /// Output that was given out already.
    given: usize,
    pub finished: bool,
}
impl Compressor {
    pub fn new(level: i64, wbits: i64) -> Option<Compressor> {
        let frame = Frame::of(wbits).filter(|f| *f != Frame::Auto && wbits != 0)?;
        if !(-1..=9).contains(&level) {
            return None;
        }
        Some(Compressor { level, frame, parts: vec![], pending: vec![], given: 0, finished: false })
    }
    /// Takes input; output comes when it is flushed, but for the header of the stream.
    pub fn add(&mut self, b: Vec<u8>) -> Vec<u8> {
        self.pending.extend(b);
        if self.given > 0 {
            return vec![];
        }
        let header = self.header();
        self.given = header.len();
        header
    }
    fn header(&self) -> Vec<u8> {
        let level = if self.level < 0 { 6 } else { self.level };
        match self.frame {
            Frame::Zlib => vec![0x78, [0x01, 0x01, 0x5E, 0x5E, 0x5E, 0x5E, 0x9C, 0xDA, 0xDA, 0xDA][level as usize]],
            Frame::Gzip => vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, [4, 4, 0, 0, 0, 0, 0, 0, 0, 2][level as usize], 3],
            _ => vec![],
        }
    }
    /// Flushes as zlib's `mode` says (4 finishes); what comes out.
    pub fn flush(&mut self, mode: i64) -> Vec<u8> {
        if !(1..=4).contains(&mode) {
            return self.add(vec![]);
        }
        self.parts.push((std::mem::take(&mut self.pending), mode));
        self.finished |= mode == 4;
        let all = self.output();
        let fresh = all[self.given.min(all.len())..].to_vec();
        self.given = all.len();
        fresh
    }
    /// Everything that the parts so far compress to. Equal parts give an equal start.
    fn output(&self) -> Vec<u8> {
        let mut out = self.header();
        let level = if self.level < 0 { 6 } else { self.level as i32 };
        let mut c = CompressorOxide::new(create_comp_flags_from_zip_params(level, -15, 0));
        for (data, mode) in &self.parts {
            let flush = match mode {
                4 => MZFlush::Finish,
                3 => MZFlush::Full,
                _ => MZFlush::Sync,
            };
            deflate_part(&mut c, data, flush, &mut out);
        }
        if self.finished {
            let plain: Vec<u8> = self.parts.iter().flat_map(|(b, _)| b.iter().copied()).collect();
            match self.frame {
                Frame::Zlib => out.extend(adler32_of(&plain, 1).to_be_bytes()),
                Frame::Gzip => {
                    out.extend(crc32_of(&plain, 0).to_le_bytes());
                    out.extend((plain.len() as u32).to_le_bytes());
                }
                _ => {}
            }
        }
        out
    }
}
fn deflate_part(c: &mut CompressorOxide, mut data: &[u8], flush: MZFlush, out: &mut Vec<u8>) {
    let mut buffer = [0; 16384];
    loop {
        let r = miniz_oxide::deflate::stream::deflate(c, data, &mut buffer, flush);
        out.extend_from_slice(&buffer[..r.bytes_written]);
        data = &data[r.bytes_consumed..];
        let ended = matches!(r.status, Ok(miniz_oxide::MZStatus::StreamEnd) | Err(_));
        if ended || data.is_empty() && r.bytes_written < buffer.len() {
            break;
        }
    }
}

/// Adler-32 (RFC 1950), going on from `start`.
pub fn adler32_of(b: &[u8], start: u32) -> u32 {
    const BASE: u32 = 65521;
    let (mut x, mut y) = (start & 0xFFFF, start >> 16);
    // 5552 bytes are the most whose sums fit 32 bits.
    for chunk in b.chunks(5552) {
        for c in chunk {
            x += u32::from(*c);
            y += x;
        }
        x %= BASE;
        y %= BASE;
    }
    y << 16 | x
}
impl State for Compressor {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}
