//! What every `__format__` ends with, and `ascii()`.
use crate::heap::Ref;
use crate::objects::format_spec::FormatError;
use crate::vm::{Ask, Step, Vm};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// A formatted text as a `str`, or its error as an exception.
pub fn finish(vm: &mut Vm, result: Result<Wtf8Buf, FormatError>) -> Step {
    match result {
        Ok(s) => Ok(vm.str(s)),
        Err(e) => Err(error(vm, e)),
    }
}
/// The exception of a format error.
pub fn error(vm: &mut Vm, e: FormatError) -> Ask {
    match e {
        FormatError::Value(m) => vm.value_error(m),
        FormatError::Overflow(m) => vm.overflow_error(m),
    }
}

/// `ascii(x)`: a `str`, lent.
pub fn ascii(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let shown = vm.repr(r)?;
    let s = vm.str_of(shown).expect("repr gives a str");
    if s.is_ascii() {
        return Ok(shown);
    }
    let escaped = escape_non_ascii(s.wtf8());
    let s = vm.str(escaped);
    Ok(vm.keep(s))
}
/// Non-ASCII characters as `\x`, `\u` and `\U` escapes.
pub fn escape_non_ascii(s: &Wtf8) -> String {
    let mut out = String::with_capacity(s.len());
    for c in s.code_points() {
        match c.to_u32() {
            u @ 0..=0x7F => out.push(u as u8 as char),
            u => out.push_str(&backslash(u)),
        }
    }
    out
}
/// The escape of one code point.
pub fn backslash(u: u32) -> String {
    match u {
        0..=0xFF => format!("\\x{u:02x}"),
        0x100..=0xFFFF => format!("\\u{u:04x}"),
        _ => format!("\\U{u:08x}"),
    }
}
