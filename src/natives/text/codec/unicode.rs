//! ASCII, Latin-1, UTF-8, UTF-16 and UTF-32 as pure functions. Each runs from a position up to the first problem.
use super::{Bad, Codec};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// Byte order; `Marked`: a byte order mark says it, and stands in front when encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Marked,
    Little,
    Big,
}

fn is_surrogate(c: CodePoint) -> bool {
    (0xD800..0xE000).contains(&c.to_u32())
}
/// End of the run of code points from `at` that satisfy a test.
fn run_end(s: &[CodePoint], at: usize, test: impl Fn(CodePoint) -> bool) -> usize {
    s[at..].iter().position(|c| !test(*c)).map_or(s.len(), |k| at + k)
}
const SURROGATES: &str = "surrogates not allowed";

pub fn encode_utf8(s: &[CodePoint], at: usize, out: &mut Vec<u8>) -> Option<Bad> {
    for (i, c) in s.iter().enumerate().skip(at) {
        match c.to_char() {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None => return Some(Bad { start: i, end: run_end(s, i, is_surrogate), reason: SURROGATES }),
        }
    }
    None
}
/// ASCII (`limit` 128) and Latin-1 (`limit` 256).
pub fn encode_narrow(s: &[CodePoint], at: usize, out: &mut Vec<u8>, limit: u32) -> Option<Bad> {
    for (i, c) in s.iter().enumerate().skip(at) {
        if c.to_u32() >= limit {
            let end = run_end(s, i, |c| c.to_u32() >= limit);
            return Some(Bad { start: i, end, reason: narrow_reason(limit) });
        }
        out.push(c.to_u32() as u8);
    }
    None
}
fn narrow_reason(limit: u32) -> &'static str {
    if limit == 128 { "ordinal not in range(128)" } else { "ordinal not in range(256)" }
}
fn put16(out: &mut Vec<u8>, u: u16, order: Order) {
    out.extend(if order == Order::Big { u.to_be_bytes() } else { u.to_le_bytes() });
}
fn put32(out: &mut Vec<u8>, u: u32, order: Order) {
    out.extend(if order == Order::Big { u.to_be_bytes() } else { u.to_le_bytes() });
}
pub fn encode_utf16(s: &[CodePoint], at: usize, out: &mut Vec<u8>, order: Order) -> Option<Bad> {
    if order == Order::Marked && at == 0 && out.is_empty() {
        put16(out, 0xFEFF, order);
    }
    for (i, c) in s.iter().enumerate().skip(at) {
        match c.to_char() {
            Some(c) => c.encode_utf16(&mut [0; 2]).iter().for_each(|u| put16(out, *u, order)),
            None => return Some(Bad { start: i, end: run_end(s, i, is_surrogate), reason: SURROGATES }),
        }
    }
    None
}
pub fn encode_utf32(s: &[CodePoint], at: usize, out: &mut Vec<u8>, order: Order) -> Option<Bad> {
    if order == Order::Marked && at == 0 && out.is_empty() {
        put32(out, 0xFEFF, order);
    }
    for (i, c) in s.iter().enumerate().skip(at) {
        if is_surrogate(*c) {
            return Some(Bad { start: i, end: run_end(s, i, is_surrogate), reason: SURROGATES });
        }
        put32(out, c.to_u32(), order);
    }
    None
}

pub fn decode_utf8(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool) -> Option<Bad> {
    let rest = &b[*at..];
    let (good, error) = match std::str::from_utf8(rest) {
        Ok(s) => {
            out.push_str(s);
            *at = b.len();
            return None;
        }
        Err(e) => (e.valid_up_to(), e.error_len()),
    };
    out.push_str(std::str::from_utf8(&rest[..good]).expect("checked just now"));
    *at += good;
    let start = *at;
    match error {
        None if !last => None,
        None => Some(Bad { start, end: b.len(), reason: "unexpected end of data" }),
        Some(len) => {
            let reason = if matches!(b[start], 0xC2..=0xF4) { "invalid continuation byte" } else { "invalid start byte" };
            Some(Bad { start, end: start + len, reason })
        }
    }
}
pub fn decode_narrow(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, limit: u32) -> Option<Bad> {
    while let Some(c) = b.get(*at) {
        if u32::from(*c) >= limit {
            return Some(Bad { start: *at, end: *at + 1, reason: narrow_reason(limit) });
        }
        out.push_char(*c as char);
        *at += 1;
    }
    None
}

/// For a marked order: reads the mark and tells the order (little when there is none).
pub fn resolve_mark(codec: Codec, b: &[u8], at: &mut usize) -> Codec {
    match codec {
        Codec::Utf16(Order::Marked) => {
            let mark = b.get(..2);
            *at = if matches!(mark, Some([0xFF, 0xFE] | [0xFE, 0xFF])) { 2 } else { 0 };
            Codec::Utf16(if mark == Some(&[0xFE, 0xFF]) { Order::Big } else { Order::Little })
        }
        Codec::Utf32(Order::Marked) => {
            let mark = b.get(..4);
            *at = if matches!(mark, Some([0xFF, 0xFE, 0, 0] | [0, 0, 0xFE, 0xFF])) { 4 } else { 0 };
            Codec::Utf32(if mark == Some(&[0, 0, 0xFE, 0xFF]) { Order::Big } else { Order::Little })
        }
        other => other,
    }
}

pub fn decode_utf16(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool, big: bool) -> Option<Bad> {
    let unit = |i: usize| {
        let pair = b.get(i..i + 2)?;
        let pair = [pair[0], pair[1]];
        Some(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) })
    };
    while *at < b.len() {
        let start = *at;
        let Some(u) = unit(start) else {
            return last.then_some(Bad { start, end: b.len(), reason: "truncated data" });
        };
        match u {
            0xD800..=0xDBFF => match unit(start + 2) {
                Some(v @ 0xDC00..=0xDFFF) => {
                    let c = 0x1_0000 + ((u32::from(u) & 0x3FF) << 10) + (u32::from(v) & 0x3FF);
                    out.push_char(char::from_u32(c).expect("a surrogate pair makes a character"));
                    *at += 4;
                }
                Some(_) => return Some(Bad { start, end: start + 2, reason: "illegal UTF-16 surrogate" }),
                None => return last.then_some(Bad { start, end: b.len(), reason: "unexpected end of data" }),
            },
            0xDC00..=0xDFFF => return Some(Bad { start, end: start + 2, reason: "illegal encoding" }),
            _ => {
                out.push(CodePoint::from_u32(u32::from(u)).expect("16 bits are a code point"));
                *at += 2;
            }
        }
    }
    None
}
pub fn decode_utf32(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool, big: bool) -> Option<Bad> {
    while *at < b.len() {
        let start = *at;
        let Some(four) = b.get(start..start + 4) else {
            return last.then_some(Bad { start, end: b.len(), reason: "truncated data" });
        };
        let four = [four[0], four[1], four[2], four[3]];
        let u = if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) };
        match CodePoint::from_u32(u) {
            None => return Some(Bad { start, end: start + 4, reason: "code point not in range(0x110000)" }),
            Some(c) if is_surrogate(c) => {
                return Some(Bad { start, end: start + 4, reason: "code point in surrogate code point range(0xd800, 0xe000)" });
            }
            Some(c) => out.push(c),
        }
        *at += 4;
    }
    None
}
