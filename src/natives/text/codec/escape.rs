//! `unicode_escape`, `raw_unicode_escape` and the escapes of bytes literals, as pure functions.
use super::super::format::backslash;
use super::Bad;
use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// Encodes with escapes; `raw` escapes only what Latin-1 lacks.
pub fn encode(s: &[CodePoint], at: usize, out: &mut Vec<u8>, raw: bool) {
    for c in &s[at..] {
        let u = c.to_u32();
        match u {
            _ if raw => match u {
                0..=0xFF => out.push(u as u8),
                _ => out.extend(backslash(u).bytes()),
            },
            0x5C => out.extend(b"\\\\"),
            0x09 => out.extend(b"\\t"),
            0x0A => out.extend(b"\\n"),
            0x0D => out.extend(b"\\r"),
            0x20..=0x7E => out.push(u as u8),
            _ => out.extend(backslash(u).bytes()),
        }
    }
}

/// The character of a one-letter escape.
fn simple(c: u8) -> Option<u8> {
    Some(match c {
        b'\\' | b'\'' | b'"' => c,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => 10,
        b'r' => 13,
        b't' => 9,
        b'v' => 11,
        _ => return None,
    })
}
/// Value of up to three octal digits, and how many there are.
fn octal(b: &[u8]) -> (u32, usize) {
    let n = b.iter().take(3).take_while(|c| matches!(c, b'0'..=b'7')).count();
    (b[..n].iter().fold(0, |v, c| v * 8 + u32::from(c - b'0')), n)
}
fn hex(b: &[u8], width: usize) -> Result<u32, usize> {
    let n = b.iter().take(width).take_while(|c| c.is_ascii_hexdigit()).count();
    if n < width {
        return Err(n);
    }
    Ok(b[..n].iter().fold(0, |v, c| v << 4 | (*c as char).to_digit(16).unwrap_or(0)))
}

/// `unicode_escape`.
pub fn decode(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool) -> Option<Bad> {
    while let Some(&c) = b.get(*at) {
        let start = *at;
        if c != b'\\' {
            out.push_char(c as char);
            *at += 1;
            continue;
        }
        let Some(&e) = b.get(start + 1) else {
            return last.then_some(Bad { start, end: start + 1, reason: "\\ at end of string" });
        };
        let rest = &b[start + 2..];
        match e {
            b'\n' => *at += 2,
            b'0'..=b'7' => {
                let (v, n) = octal(&b[start + 1..]);
                out.push(CodePoint::from_u32(v).expect("three octal digits"));
                *at += 1 + n;
            }
            b'x' | b'u' | b'U' => {
                let (width, reason) = width_of(e);
                match hex(rest, width) {
                    Ok(v) => match CodePoint::from_u32(v) {
                        Some(c) => {
                            out.push(c);
                            *at += 2 + width;
                        }
                        None => return Some(Bad { start, end: start + 2 + width, reason: "illegal Unicode character" }),
                    },
                    Err(n) if !last && n == rest.len() => return None,
                    Err(n) => return Some(Bad { start, end: start + 2 + n, reason }),
                }
            }
            b'N' => match name(rest) {
                Ok((s, used)) => {
                    out.push_str(&s);
                    *at += 2 + used;
                }
                Err(_) if !last && !rest.contains(&b'}') => return None,
                Err((used, reason)) => return Some(Bad { start, end: start + 2 + used, reason }),
            },
            _ => {
                match simple(e) {
                    Some(c) => out.push_char(c as char),
                    None => {
                        out.push_char('\\');
                        out.push_char(e as char);
                    }
                }
                *at += 2;
            }
        }
    }
    None
}
fn width_of(e: u8) -> (usize, &'static str) {
    match e {
        b'x' => (2, "truncated \\xXX escape"),
        b'u' => (4, "truncated \\uXXXX escape"),
        _ => (8, "truncated \\UXXXXXXXX escape"),
    }
}
/// `{NAME}` behind `\N`: its text and length.
fn name(b: &[u8]) -> Result<(String, usize), (usize, &'static str)> {
    const MALFORMED: &str = "malformed \\N character escape";
    if b.first() != Some(&b'{') {
        return Err((0, MALFORMED));
    }
    let Some(end) = b.iter().position(|c| *c == b'}') else { return Err((b.len(), MALFORMED)) };
    let found = std::str::from_utf8(&b[1..end]).ok().and_then(rustpython_unicode::lookup_name);
    match found {
        Some(rustpython_unicode::LookupResult::Character(c)) => Ok((c.to_string(), end + 1)),
        _ if end == 1 => Err((end + 1, MALFORMED)),
        _ => Err((end + 1, "unknown Unicode character name")),
    }
}

/// `raw_unicode_escape`: only `\u` and `\U` are escapes, after an odd number of backslashes.
pub fn decode_raw(b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool) -> Option<Bad> {
    while let Some(&c) = b.get(*at) {
        let start = *at;
        let escape = b.get(start + 1).copied().filter(|e| c == b'\\' && matches!(e, b'u' | b'U'));
        let Some(e) = escape else {
            if c == b'\\' && start + 1 == b.len() && !last {
                return None;
            }
            out.push_char(c as char);
            *at += 1;
            if c == b'\\' && b.get(start + 1) == Some(&b'\\') {
                out.push_char('\\');
                *at += 1;
            }
            continue;
        };
        let (width, reason) = width_of(e);
        match hex(&b[start + 2..], width) {
            Ok(v) => match CodePoint::from_u32(v) {
                Some(c) => {
                    out.push(c);
                    *at += 2 + width;
                }
                None => return Some(Bad { start, end: start + 2 + width, reason: "\\Uxxxxxxxx out of range" }),
            },
            Err(n) if !last && start + 2 + n == b.len() => return None,
            Err(n) => return Some(Bad { start, end: start + 2 + n, reason }),
        }
    }
    None
}

/// `codecs.escape_decode`: the escapes of bytes literals. `handle` says what `\x` without two digits becomes, or the error.
pub fn decode_bytes(b: &[u8], errors: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(b.len());
    let mut at = 0;
    while at < b.len() {
        if b[at] != b'\\' {
            out.push(b[at]);
            at += 1;
            continue;
        }
        let Some(&e) = b.get(at + 1) else { return Err("Trailing \\ in string".into()) };
        match e {
            b'\n' => at += 2,
            b'0'..=b'7' => {
                let (v, n) = octal(&b[at + 1..]);
                out.push(v as u8);
                at += 1 + n;
            }
            b'x' => match (hex(&b[at + 2..], 2), errors) {
                (Ok(v), _) => {
                    out.push(v as u8);
                    at += 4;
                }
                (Err(n), "ignore" | "replace") => {
                    out.extend(if errors == "replace" { &b"?"[..] } else { b"" });
                    at += 2 + n;
                }
                (Err(_), "strict") => return Err(format!("invalid \\x escape at position {at}")),
                _ => return Err(format!("decoding error; unknown error handling code: {errors}")),
            },
            _ => {
                match simple(e) {
                    Some(c) => out.push(c),
                    None => out.extend([b'\\', e]),
                }
                at += 2;
            }
        }
    }
    Ok(out)
}
