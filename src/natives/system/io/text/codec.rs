//! The three codecs that text files handle themselves (UTF-8, ASCII, Latin-1) with the standard error handlers. Everything
//! else goes through the `codecs` module's incremental encoders and decoders.
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Codec {
    #[default]
    Utf8,
    Ascii,
    Latin1,
    /// An object of the `codecs` module.
    Foreign,
}

/// An error handler known here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    #[default]
    Strict,
    Ignore,
    Replace,
    SurrogateEscape,
    SurrogatePass,
    Backslash,
    XmlChar,
}

/// Why a text cannot be decoded or encoded: a range (bytes, or code points) and the reason as CPython words it.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

impl Codec {
    /// The codec of a name, if it is one of the three.
    pub fn by_name(name: &str) -> Codec {
        match name.to_ascii_lowercase().replace(['_', ' '], "-").as_str() {
            "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "ascii" | "us-ascii" | "646" => Codec::Ascii,
            "latin-1" | "latin1" | "latin" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "l1" => Codec::Latin1,
            _ => Codec::Foreign,
        }
    }
    /// Name in UnicodeDecodeError and UnicodeEncodeError.
    pub fn name(self) -> &'static str {
        match self {
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            _ => "utf-8",
        }
    }
    /// Text of bytes, and how many of them it used: an incomplete character at the end is left unless this is the end.
    pub fn decode(self, policy: Policy, bytes: &[u8], last: bool) -> Result<(Wtf8Buf, usize), Problem> {
        match self {
            Codec::Latin1 => Ok((bytes.iter().map(|b| CodePoint::from(*b as char)).collect(), bytes.len())),
            Codec::Ascii => decode_ascii(policy, bytes),
            _ => decode_utf8(policy, bytes, last),
        }
    }
    pub fn encode(self, policy: Policy, text: &Wtf8) -> Result<Vec<u8>, Problem> {
        let (most, reason) = match self {
            Codec::Ascii => (0x7F, "ordinal not in range(128)"),
            Codec::Latin1 => (0xFF, "ordinal not in range(256)"),
            _ => {
                if let Ok(s) = text.as_str() {
                    return Ok(s.as_bytes().to_vec());
                }
                (0x10FFFF, "surrogates not allowed")
            }
        };
        let wrong = |c: u32| c > most || (self == Codec::Utf8 && (0xD800..0xE000).contains(&c));
        let points: Vec<CodePoint> = text.code_points().collect();
        let (mut out, mut i) = (Vec::with_capacity(text.len()), 0);
        while i < points.len() {
            let c = points[i].to_u32();
            if !wrong(c) {
                match self {
                    Codec::Utf8 => out.extend_from_slice(Wtf8Buf::from(points[i]).as_bytes()),
                    _ => out.push(c as u8),
                }
                i += 1;
                continue;
            }
            let end = (i..points.len()).find(|j| !wrong(points[*j].to_u32())).unwrap_or(points.len());
            encode_wrong(policy, &points[i..end], &mut out).ok_or(Problem { start: i, end, reason })?;
            i = end;
        }
        Ok(out)
    }
    /// Bytes of the character at the start of `bytes`, as `decode` takes them: for counting.
    pub fn step(self, bytes: &[u8]) -> usize {
        if self != Codec::Utf8 {
            return 1;
        }
        let head = &bytes[..bytes.len().min(4)];
        match std::str::from_utf8(head) {
            Ok(s) => s.chars().next().map_or(1, char::len_utf8),
            Err(e) if e.valid_up_to() > 0 => {
                let s = std::str::from_utf8(&head[..e.valid_up_to()]).unwrap_or("?");
                s.chars().next().map_or(1, char::len_utf8)
            }
            Err(e) => e.error_len().unwrap_or(head.len()).max(1),
        }
    }
}

impl Policy {
    pub fn by_name(name: &str) -> Option<Policy> {
        Some(match name {
            "strict" => Policy::Strict,
            "ignore" => Policy::Ignore,
            "replace" => Policy::Replace,
            "surrogateescape" => Policy::SurrogateEscape,
            "surrogatepass" => Policy::SurrogatePass,
            "backslashreplace" => Policy::Backslash,
            "xmlcharrefreplace" => Policy::XmlChar,
            _ => return None,
        })
    }
}

/// What replaces undecodable bytes; None: an error.
fn decode_wrong(policy: Policy, bytes: &[u8], out: &mut Wtf8Buf) -> Option<()> {
    match policy {
        Policy::Ignore => {}
        Policy::Replace => out.push_char('\u{FFFD}'),
        Policy::SurrogateEscape if bytes.iter().all(|b| *b >= 0x80) => {
            bytes.iter().for_each(|b| out.push(CodePoint::from_u32(0xDC00 + *b as u32).expect("a surrogate")));
        }
        Policy::Backslash => bytes.iter().for_each(|b| out.push_str(&format!("\\x{b:02x}"))),
        _ => return None,
    }
    Some(())
}
fn decode_ascii(policy: Policy, bytes: &[u8]) -> Result<(Wtf8Buf, usize), Problem> {
    let mut out = Wtf8Buf::with_capacity(bytes.len());
    for (i, b) in bytes.iter().enumerate() {
        if b.is_ascii() {
            out.push_char(*b as char);
        } else {
            let reason = "ordinal not in range(128)";
            decode_wrong(policy, &bytes[i..i + 1], &mut out).ok_or(Problem { start: i, end: i + 1, reason })?;
        }
    }
    Ok((out, bytes.len()))
}
fn decode_utf8(policy: Policy, bytes: &[u8], last: bool) -> Result<(Wtf8Buf, usize), Problem> {
    let mut out = Wtf8Buf::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        let e = match std::str::from_utf8(&bytes[at..]) {
            Ok(s) => {
                out.push_str(s);
                return Ok((out, bytes.len()));
            }
            Err(e) => e,
        };
        let start = at + e.valid_up_to();
        out.push_str(std::str::from_utf8(&bytes[at..start]).expect("valid up to here"));
        let rest = &bytes[start..];
        // surrogatepass takes the three bytes of a surrogate whole.
        if policy == Policy::SurrogatePass && rest.len() >= 3 && let Some(s) = Wtf8::from_bytes(&rest[..3]) {
            out.push_wtf8(s);
            at = start + 3;
            continue;
        }
        let (len, reason) = match e.error_len() {
            None if !last => return Ok((out, start)),
            None => (rest.len(), "unexpected end of data"),
            Some(n) if n == 1 && !(0xC2..=0xF4).contains(&rest[0]) => (1, "invalid start byte"),
            Some(n) => (n, "invalid continuation byte"),
        };
        decode_wrong(policy, &rest[..len], &mut out).ok_or(Problem { start, end: start + len, reason })?;
        at = start + len;
    }
}
/// What replaces unencodable characters; None: an error.
fn encode_wrong(policy: Policy, points: &[CodePoint], out: &mut Vec<u8>) -> Option<()> {
    for c in points {
        let u = c.to_u32();
        match policy {
            Policy::Ignore => {}
            Policy::Replace => out.push(b'?'),
            Policy::SurrogateEscape if (0xDC80..=0xDCFF).contains(&u) => out.push((u - 0xDC00) as u8),
            Policy::SurrogatePass if (0xD800..0xE000).contains(&u) => out.extend_from_slice(Wtf8Buf::from(*c).as_bytes()),
            Policy::Backslash => out.extend_from_slice(
                match u {
                    0..=0xFF => format!("\\x{u:02x}"),
                    0x100..=0xFFFF => format!("\\u{u:04x}"),
                    _ => format!("\\U{u:08x}"),
                }
                .as_bytes(),
            ),
            Policy::XmlChar => out.extend_from_slice(format!("&#{u};").as_bytes()),
            _ => return None,
        }
    }
    Some(())
}
