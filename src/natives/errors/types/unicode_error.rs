//! `UnicodeEncodeError`, `UnicodeDecodeError`, `UnicodeTranslateError`; and how natives raise them.
use super::base::{base_init, make, star};
use super::fields::{self, int_member, member};
use crate::heap::Ref;
use crate::vm::fixed;
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, t};

const ENCODING: usize = 0;
const OBJECT: usize = 1;
const START: usize = 2;
const END: usize = 3;
const REASON: usize = 4;

macro_rules! rows {
    ($init:path, $text:path) => {
        &[
            Def::method("__init__", "(self, /, *args, **kwargs)", $init, "Initialize self.  See help(type(self)) for accurate signature."),
            Def::method("__str__", "(self, /)", $text, "Return str(self)."),
            member::<ENCODING>("encoding", "The codec's name."),
            member::<OBJECT>("object", "What was coded."),
            int_member::<START>("start", "Index of the first culprit."),
            int_member::<END>("end", "Index after the last culprit."),
            member::<REASON>("reason", "What is wrong."),
        ]
    };
}
pub const ENCODE: &[Def] = rows!(init_encode, encode_text);
pub const DECODE: &[Def] = rows!(init_decode, decode_text);
pub const TRANSLATE: &[Def] = rows!(init_translate, translate_text);

/// `UnicodeEncodeError(encoding, object, start, end, reason)`, to raise.
pub fn unicode_encode_error(vm: &mut Vm, encoding: &str, object: Ref, start: usize, end: usize, reason: &str) -> Ask {
    coding_error(vm, t::UNICODE_ENCODE_ERROR, encoding, object, (start, end), reason)
}
/// `UnicodeDecodeError(encoding, object, start, end, reason)`, to raise; `object` is a bytes object.
pub fn unicode_decode_error(vm: &mut Vm, encoding: &str, object: Ref, start: usize, end: usize, reason: &str) -> Ask {
    coding_error(vm, t::UNICODE_DECODE_ERROR, encoding, object, (start, end), reason)
}
fn coding_error(vm: &mut Vm, ty: Ref, encoding: &str, object: Ref, (start, end): (usize, usize), reason: &str) -> Ask {
    let parts = [vm.str(encoding), vm.incref(object), vm.int(start as i64), vm.int(end as i64), vm.str(reason)];
    let parts = parts.map(|p| vm.keep(p));
    let exc = make(vm, ty, &parts);
    fields::set_all(vm, exc.get(), &parts.map(Some));
    Ask::Raise(exc)
}

fn init_encode(vm: &mut Vm, a: Args) -> Step {
    init(vm, a, true, true)
}
fn init_decode(vm: &mut Vm, a: Args) -> Step {
    init(vm, a, true, false)
}
fn init_translate(vm: &mut Vm, a: Args) -> Step {
    init(vm, a, false, true)
}
/// Arguments: encoding (where there is one), object, start, end, reason.
fn init(vm: &mut Vm, a: Args, has_encoding: bool, of_text: bool) -> Step {
    let args = star(vm, a.opt(1));
    let want = 4 + has_encoding as usize;
    if args.len() != want {
        return Err(vm.type_error(format!("function takes exactly {want} arguments ({} given)", args.len())));
    }
    let shift = has_encoding as usize;
    if has_encoding {
        need_str(vm, args[0], 1)?;
    }
    if of_text {
        need_str(vm, args[shift], shift + 1)?;
    }
    let start = vm.index_i64(args[shift + 1])?;
    let end = vm.index_i64(args[shift + 2])?;
    need_str(vm, args[shift + 3], shift + 4)?;
    let object = if of_text { args[shift] } else { bytes_object(vm, args[shift])? };
    base_init(vm, a)?;
    let (start, end) = (vm.int(start), vm.int(end));
    let (start, end) = (vm.keep(start), vm.keep(end));
    let encoding = if has_encoding { Some(args[0]) } else { None };
    fields::set_all(vm, a[0], &[encoding, Some(object), Some(start), Some(end), Some(args[shift + 3])]);
    Ok(vm.none())
}
fn need_str(vm: &mut Vm, r: Ref, position: usize) -> Result<(), Ask> {
    if vm.str_of(r).is_some() {
        return Ok(());
    }
    let message = format!("argument {position} must be str, not {}", vm.dotted_type_name(r));
    Err(vm.type_error(message))
}
/// The argument itself when it is bytes, else a copy of its buffer.
fn bytes_object(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    if vm.is_a(r, t::BYTES) {
        return Ok(r);
    }
    if let Some(b) = vm.bytes_of(r).map(<[u8]>::to_vec) {
        let b = vm.bytes(b);
        return Ok(vm.keep(b));
    }
    if vm.ty(r) == t::MEMORYVIEW {
        return vm.call(t::BYTES, &[r]);
    }
    let message = format!("a bytes-like object is required, not '{}'", vm.dotted_type_name(r));
    Err(vm.type_error(message))
}

/// Texts of encoding and reason, start and end; None for an instance that was never initialised.
struct Parts {
    encoding: String,
    reason: String,
    start: i64,
    end: i64,
    object: Ref,
}
fn parts(vm: &mut Vm, e: Ref, bytes: bool) -> Result<Option<Parts>, Ask> {
    // Whether it was there at the beginning: the texts below are the program's, and may change it.
    let had = vm.once(|vm| {
        let had = fields::get(vm, e, OBJECT).is_some();
        Ok(vm.bool(had))
    })?;
    if had != fixed::TRUE {
        return Ok(None);
    }
    let mut texts = [String::new(), String::new()];
    for (slot, i) in texts.iter_mut().zip([ENCODING, REASON]) {
        if let Some(r) = fields::get(vm, e, i) {
            let s = vm.to_str(r)?;
            *slot = vm.lossy(s);
        }
    }
    let object = match fields::get(vm, e, OBJECT) {
        Some(r) if if bytes { vm.bytes_of(r).is_some() } else { vm.str_of(r).is_some() } => r,
        Some(_) => return Err(vm.type_error(format!("UnicodeError 'object' attribute must be a {}", if bytes { "bytes" } else { "string" }))),
        None => return Err(vm.type_error("UnicodeError 'object' attribute is not set")),
    };
    let number = |vm: &mut Vm, i| fields::get(vm, e, i).and_then(|r| vm.i64_of(r)).unwrap_or(0);
    let (start, end) = (number(vm, START), number(vm, END));
    let [encoding, reason] = texts;
    Ok(Some(Parts { encoding, reason, start, end, object }))
}
/// The one character of a text that is to blame, escaped as CPython does.
fn one_char(vm: &Vm, p: &Parts) -> Option<String> {
    let s = vm.str_of(p.object)?;
    let at = usize::try_from(p.start).ok().filter(|at| *at < s.len() && p.end == p.start + 1)?;
    let c = s.at(at).to_u32();
    Some(match c {
        0..=0xFF => format!("\\x{c:02x}"),
        0x100..=0xFFFF => format!("\\u{c:04x}"),
        _ => format!("\\U{c:08x}"),
    })
}
fn encode_text(vm: &mut Vm, a: Args) -> Step {
    let Some(p) = parts(vm, a[0], false)? else { return Ok(vm.str("")) };
    let (encoding, reason) = (&p.encoding, &p.reason);
    let text = match one_char(vm, &p) {
        Some(c) => format!("'{encoding}' codec can't encode character '{c}' in position {}: {reason}", p.start),
        None => format!("'{encoding}' codec can't encode characters in position {}-{}: {reason}", p.start, p.end - 1),
    };
    Ok(vm.str(text))
}
fn translate_text(vm: &mut Vm, a: Args) -> Step {
    let Some(p) = parts(vm, a[0], false)? else { return Ok(vm.str("")) };
    let text = match one_char(vm, &p) {
        Some(c) => format!("can't translate character '{c}' in position {}: {}", p.start, p.reason),
        None => format!("can't translate characters in position {}-{}: {}", p.start, p.end - 1, p.reason),
    };
    Ok(vm.str(text))
}
fn decode_text(vm: &mut Vm, a: Args) -> Step {
    let Some(p) = parts(vm, a[0], true)? else { return Ok(vm.str("")) };
    let (encoding, reason) = (&p.encoding, &p.reason);
    let byte = usize::try_from(p.start).ok().filter(|_| p.end == p.start + 1);
    let byte = byte.and_then(|i| vm.bytes_of(p.object)?.get(i).copied());
    let text = match byte {
        Some(b) => format!("'{encoding}' codec can't decode byte 0x{b:02x} in position {}: {reason}", p.start),
        None => format!("'{encoding}' codec can't decode bytes in position {}-{}: {reason}", p.start, p.end - 1),
    };
    Ok(vm.str(text))
}
