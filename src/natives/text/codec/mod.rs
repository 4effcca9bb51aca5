//! Encoding and decoding: which codecs are native, and the loops that hand problems to error handlers.
//!
//! Pure transformations are in [`unicode`] and [`escape`]; other codecs are found through the registry, in Python.
pub mod errors;
pub mod escape;
pub mod unicode;
use crate::heap::Ref;
use crate::vm::{Ask, Vm};
use rustpython_wtf8::{CodePoint, Wtf8Buf};
use unicode::Order;

/// A stretch of the input that cannot be converted: code points when encoding, bytes when decoding.
#[derive(Debug, PartialEq, Eq)]
pub struct Bad {
    pub start: usize,
    pub end: usize,
    pub reason: &'static str,
}

/// The codecs written in Rust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Codec {
    Utf8,
    Ascii,
    Latin1,
    Utf16(Order),
    Utf32(Order),
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Codec {
    /// By any of the usual spellings.
    pub fn named(name: &str) -> Option<Codec> {
        let plain: String = name.chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect();
        Some(match plain.as_str() {
            "utf-8" | "utf8" | "u8" | "utf" => Codec::Utf8,
            "ascii" | "us-ascii" | "646" => Codec::Ascii,
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "latin" | "l1" | "8859" | "cp819" => Codec::Latin1,
            "utf-16" | "utf16" => Codec::Utf16(Order::Marked),
            "utf-16-le" | "utf-16le" => Codec::Utf16(Order::Little),
            "utf-16-be" | "utf-16be" => Codec::Utf16(Order::Big),
            "utf-32" | "utf32" => Codec::Utf32(Order::Marked),
            "utf-32-le" | "utf-32le" => Codec::Utf32(Order::Little),
            "utf-32-be" | "utf-32be" => Codec::Utf32(Order::Big),
            "unicode-escape" => Codec::UnicodeEscape,
            "raw-unicode-escape" => Codec::RawUnicodeEscape,
            _ => return None,
        })
    }
    /// Name in errors.
    pub fn label(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            Codec::Utf16(Order::Marked) => "utf-16",
            Codec::Utf16(Order::Little) => "utf-16-le",
            Codec::Utf16(Order::Big) => "utf-16-be",
            Codec::Utf32(Order::Marked) => "utf-32",
            Codec::Utf32(Order::Little) => "utf-32-le",
            Codec::Utf32(Order::Big) => "utf-32-be",
            Codec::UnicodeEscape => "unicodeescape",
            Codec::RawUnicodeEscape => "rawunicodeescape",
        }
    }
    /// Encodes from `at` on, up to the first problem.
    fn encode_run(self, s: &[CodePoint], at: usize, out: &mut Vec<u8>) -> Option<Bad> {
        match self {
            Codec::Utf8 => unicode::encode_utf8(s, at, out),
            Codec::Ascii => unicode::encode_narrow(s, at, out, 128),
            Codec::Latin1 => unicode::encode_narrow(s, at, out, 256),
            Codec::Utf16(order) => unicode::encode_utf16(s, at, out, order),
            Codec::Utf32(order) => unicode::encode_utf32(s, at, out, order),
            Codec::UnicodeEscape | Codec::RawUnicodeEscape => {
                escape::encode(s, at, out, self == Codec::RawUnicodeEscape);
                None
            }
        }
    }
    /// Decodes from `*at` on, up to the first problem, or (not `last`) up to an incomplete character.
    fn decode_run(self, b: &[u8], at: &mut usize, out: &mut Wtf8Buf, last: bool) -> Option<Bad> {
        match self {
            Codec::Utf8 => unicode::decode_utf8(b, at, out, last),
            Codec::Ascii => unicode::decode_narrow(b, at, out, 128),
            Codec::Latin1 => unicode::decode_narrow(b, at, out, 256),
            Codec::Utf16(order) => unicode::decode_utf16(b, at, out, last, order == Order::Big),
            Codec::Utf32(order) => unicode::decode_utf32(b, at, out, last, order == Order::Big),
            Codec::UnicodeEscape => escape::decode(b, at, out, last),
            Codec::RawUnicodeEscape => escape::decode_raw(b, at, out, last),
        }
    }
}

/// An encoding or error handler name given as an argument.
pub fn name_arg(vm: &mut Vm, r: Option<Ref>, what: &str, default: &str) -> Result<String, Ask> {
    let Some(r) = r else { return Ok(default.to_owned()) };
    match vm.str_of(r) {
        None => {
            let message = format!("{what} must be str, not {}", vm.dotted_type_name(r));
            Err(vm.type_error(message))
        }
        Some(s) => match s.as_str() {
            Some(s) if s.contains('\0') => Err(vm.value_error("embedded null character")),
            Some(s) => Ok(s.to_owned()),
            None => Err(vm.value_error("surrogates not allowed in a name")),
        },
    }
}

/// `str.encode`: a `bytes` object, lent.
pub fn encode_str(vm: &mut Vm, s: Ref, encoding: &str, errors: &str) -> Result<Ref, Ask> {
    let Some(codec) = Codec::named(encoding) else {
        let (encoding, errors) = (vm.str(encoding), vm.str(errors));
        let (encoding, errors) = (vm.keep(encoding), vm.keep(errors));
        return vm.prelude("codecs_encode_text", &[s, encoding, errors]);
    };
    let b = encode(vm, codec, s, errors)?;
    let b = vm.bytes(b);
    Ok(vm.keep(b))
}
/// Encodes by a native codec.
pub fn encode(vm: &mut Vm, codec: Codec, s: Ref, errors: &str) -> Result<Vec<u8>, Ask> {
    let text = vm.str_of(s).expect("a str");
    let bytes = text.wtf8().as_bytes();
    let plain = match codec {
        Codec::Utf8 => text.as_str().is_some(),
        Codec::Ascii | Codec::Latin1 => text.is_ascii(),
        _ => false,
    };
    if plain {
        return Ok(bytes.to_vec());
    }
    let points: Vec<CodePoint> = text.wtf8().code_points().collect();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(bad) = codec.encode_run(&points, at, &mut out) {
        let (replacement, next) = errors::on_encode(vm, codec.label(), s, &bad, errors)?;
        match replacement {
            errors::Replacement::Bytes(b) => out.extend(b),
            errors::Replacement::Text(r) => {
                let order = codec.without_mark();
                if order.encode_run(&r, 0, &mut out).is_some() {
                    return Err(errors::encode_error(vm, codec.label(), s, &bad)?);
                }
            }
        }
        at = next;
    }
    Ok(out)
}
impl Codec {
    /// The same codec in the middle of a text: no byte order mark.
    fn without_mark(self) -> Codec {
        match self {
            Codec::Utf16(Order::Marked) => Codec::Utf16(Order::Little),
            Codec::Utf32(Order::Marked) => Codec::Utf32(Order::Little),
            other => other,
        }
    }
}

/// `bytes.decode` and `str(b, encoding)`: a `str`, lent. `object` is the buffer, for errors and other codecs.
pub fn decode_bytes(vm: &mut Vm, object: Ref, data: Vec<u8>, encoding: &str, errors: &str) -> Result<Ref, Ask> {
    let Some(codec) = Codec::named(encoding) else {
        let (encoding, errors) = (vm.str(encoding), vm.str(errors));
        let (encoding, errors) = (vm.keep(encoding), vm.keep(errors));
        return vm.prelude("codecs_decode_text", &[object, encoding, errors]);
    };
    let (s, _) = decode(vm, codec, data, errors, true)?;
    let s = vm.str(s);
    Ok(vm.keep(s))
}
/// Decodes by a native codec; the second value is how many bytes were used (all when `last`).
pub fn decode(vm: &mut Vm, codec: Codec, data: Vec<u8>, errors: &str, last: bool) -> Result<(Wtf8Buf, usize), Ask> {
    let mut at = 0;
    let codec = unicode::resolve_mark(codec, &data, &mut at);
    let data = match (codec, at) {
        (Codec::Utf8 | Codec::Ascii, 0) if codec == Codec::Utf8 || data.is_ascii() => match String::from_utf8(data) {
            Ok(s) => {
                let used = s.len();
                return Ok((s.into(), used));
            }
            Err(e) => e.into_bytes(),
        },
        _ => data,
    };
    let mut out = Wtf8Buf::with_capacity(data.len());
    while let Some(bad) = codec.decode_run(&data, &mut at, &mut out, last) {
        let (replacement, next) = errors::on_decode(vm, codec.label(), &data, &bad, errors)?;
        replacement.into_iter().for_each(|c| out.push(c));
        at = next;
    }
    Ok((out, at))
}
