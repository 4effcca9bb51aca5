//! The module `_codecs`: the registry, and the native codecs as functions of their own.
use super::charmap;
use crate::heap::{Owned, Ref};
use crate::natives::text::codec::unicode::{self, Order};
use crate::natives::text::codec::{self, Codec, errors, escape};
use crate::natives::text::{buffer, util};
use crate::vm::native::{Def, ModuleDef};
use crate::vm::{Args, Ask, Step, Vm, fixed, n, t};

pub static MODULE: ModuleDef = ModuleDef { name: "_codecs", doc: "", functions: &[REGISTRY, CODECS, charmap::DEFS], types: &[], init: None };

static REGISTRY: &[Def] = &[
    Def::function("register", "(search_function, /)", register, "Register a codec search function."),
    Def::function("unregister", "(search_function, /)", unregister, "Unregister a codec search function and clear the cache."),
    Def::function("lookup", "(encoding, /)", lookup, "The codec of a name: a tuple of functions."),
    Def::function("encode", "(obj, encoding='utf-8', errors='strict')", encode, "Encode an object by a registered codec."),
    Def::function("decode", "(obj, encoding='utf-8', errors='strict')", decode, "Decode an object by a registered codec."),
    Def::function("register_error", "(errors, handler, /)", register_error, "Register an error handler under a name."),
    Def::function("_unregister_error", "(errors, /)", unregister_error, "Unregister an error handler; whether there was one."),
    Def::function("lookup_error", "(name, /)", lookup_error, "The error handler of a name."),
];

macro_rules! encoder {
    ($codec:expr) => {
        |vm, a| encode_by(vm, a, $codec)
    };
}
macro_rules! decoder {
    ($codec:expr) => {
        |vm, a| decode_by(vm, a, $codec)
    };
}
const ENCODE: &str = "(str, errors=None, /)";
const DECODE: &str = "(data, errors=None, final=False, /)";
static CODECS: &[Def] = &[
    Def::function("utf_8_encode", ENCODE, encoder!(Codec::Utf8), ""),
    Def::function("utf_8_decode", DECODE, decoder!(Codec::Utf8), ""),
    Def::function("ascii_encode", ENCODE, encoder!(Codec::Ascii), ""),
    Def::function("ascii_decode", "(data, errors=None, /)", decoder!(Codec::Ascii), ""),
    Def::function("latin_1_encode", ENCODE, encoder!(Codec::Latin1), ""),
    Def::function("latin_1_decode", "(data, errors=None, /)", decoder!(Codec::Latin1), ""),
    Def::function("utf_16_encode", "(str, errors=None, byteorder=0, /)", |vm, a| ordered_encode(vm, a, Codec::Utf16), ""),
    Def::function("utf_16_le_encode", ENCODE, encoder!(Codec::Utf16(Order::Little)), ""),
    Def::function("utf_16_be_encode", ENCODE, encoder!(Codec::Utf16(Order::Big)), ""),
    Def::function("utf_16_decode", DECODE, decoder!(Codec::Utf16(Order::Marked)), ""),
    Def::function("utf_16_le_decode", DECODE, decoder!(Codec::Utf16(Order::Little)), ""),
    Def::function("utf_16_be_decode", DECODE, decoder!(Codec::Utf16(Order::Big)), ""),
    Def::function("utf_16_ex_decode", "(data, errors=None, byteorder=0, final=False, /)", |vm, a| ex_decode(vm, a, Codec::Utf16), ""),
    Def::function("utf_32_encode", "(str, errors=None, byteorder=0, /)", |vm, a| ordered_encode(vm, a, Codec::Utf32), ""),
    Def::function("utf_32_le_encode", ENCODE, encoder!(Codec::Utf32(Order::Little)), ""),
    Def::function("utf_32_be_encode", ENCODE, encoder!(Codec::Utf32(Order::Big)), ""),
    Def::function("utf_32_decode", DECODE, decoder!(Codec::Utf32(Order::Marked)), ""),
    Def::function("utf_32_le_decode", DECODE, decoder!(Codec::Utf32(Order::Little)), ""),
    Def::function("utf_32_be_decode", DECODE, decoder!(Codec::Utf32(Order::Big)), ""),
    Def::function("utf_32_ex_decode", "(data, errors=None, byteorder=0, final=False, /)", |vm, a| ex_decode(vm, a, Codec::Utf32), ""),
    Def::function("unicode_escape_encode", ENCODE, encoder!(Codec::UnicodeEscape), ""),
    Def::function("unicode_escape_decode", "(data, errors=None, final=True, /)", decoder!(Codec::UnicodeEscape), ""),
    Def::function("raw_unicode_escape_encode", ENCODE, encoder!(Codec::RawUnicodeEscape), ""),
    Def::function("raw_unicode_escape_decode", "(data, errors=None, final=True, /)", decoder!(Codec::RawUnicodeEscape), ""),
    Def::function("escape_encode", "(data, errors=None, /)", escape_encode, ""),
    Def::function("escape_decode", "(data, errors=None, /)", escape_decode, ""),
    Def::function("readbuffer_encode", "(data, errors=None, /)", read_buffer, ""),
];

/// An object kept for the process, made when first needed.
fn kept(vm: &mut Vm, name: &'static str, make: fn(&mut Vm) -> Owned) -> Ref {
    if let Some(r) = vm.registry.get(name) {
        return *r;
    }
    let r = make(vm).into_raw();
    vm.registry.insert(name, r);
    r
}
fn search_path(vm: &mut Vm) -> Ref {
    kept(vm, "codecs.path", |vm| vm.list(vec![]))
}
fn cache(vm: &mut Vm) -> Ref {
    kept(vm, "codecs.cache", Vm::dict)
}
fn register(vm: &mut Vm, a: Args) -> Step {
    if vm.lookup_special(a[0], n::__CALL__).is_none() {
        return Err(vm.type_error("argument must be callable"));
    }
    let path = search_path(vm);
    vm.heap.incref_raw(a[0]);
    vm.list_mut(path).push(a[0]);
    Ok(vm.none())
}
fn unregister(vm: &mut Vm, a: Args) -> Step {
    let (path, cache) = (search_path(vm), cache(vm));
    if let Some(i) = vm.list_items(path).and_then(|l| l.iter().position(|r| *r == a[0])) {
        let gone = vm.list_mut(path).remove(i);
        let pairs: Vec<Ref> = vm.dict_of(cache).map_or(vec![], |d| d.iter().map(|(k, _)| k).collect());
        for k in pairs {
            if let Some(v) = vm.dict_del_name(cache, k) {
                vm.release(v);
            }
        }
        vm.heap.decref_raw(gone);
    }
    Ok(vm.none())
}
/// Lower case; whatever is neither letter, digit nor point becomes one underscore.
fn normalized(name: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() || c == '.' {
            if gap && !out.is_empty() {
                out.push('_');
            }
            gap = false;
            out.push(c.to_ascii_lowercase());
        } else {
            gap = true;
        }
    }
    out
}
fn lookup(vm: &mut Vm, a: Args) -> Step {
    let name = codec::name_arg(vm, a.opt(0), "lookup() argument", "")?;
    let key = vm.str(normalized(&name));
    let key = vm.keep(key);
    let cache = cache(vm);
    if let Some(found) = vm.dict_get_name(cache, key) {
        return Ok(vm.incref(found));
    }
    let path = search_path(vm);
    vm.tail_prelude("codecs_search", &[a[0], key, path, cache])
}
/// Encoding and errors of (obj, encoding, errors).
fn names(vm: &mut Vm, a: &Args, function: &str) -> Result<(String, String), Ask> {
    let encoding = codec::name_arg(vm, a.opt(1), &format!("{function}() argument 'encoding'"), "utf-8")?;
    let errors = codec::name_arg(vm, a.opt(2), &format!("{function}() argument 'errors'"), "strict")?;
    Ok((encoding, errors))
}
fn encode(vm: &mut Vm, a: Args) -> Step {
    let (encoding, errors) = names(vm, &a, "encode")?;
    if let (Some(c), true) = (Codec::named(&encoding), vm.str_of(a[0]).is_some()) {
        let b = codec::encode(vm, c, a[0], &errors)?;
        return Ok(vm.bytes(b));
    }
    let (encoding, errors) = (vm.str(encoding), vm.str(errors));
    let (encoding, errors) = (vm.keep(encoding), vm.keep(errors));
    vm.tail_prelude("codecs_encode", &[a[0], encoding, errors])
}
fn decode(vm: &mut Vm, a: Args) -> Step {
    let (encoding, errors) = names(vm, &a, "decode")?;
    if let (Some(c), Some(b)) = (Codec::named(&encoding), buffer::contents(vm, a[0])) {
        let (s, _) = codec::decode(vm, c, b, &errors, true)?;
        return Ok(vm.str(s));
    }
    let (encoding, errors) = (vm.str(encoding), vm.str(errors));
    let (encoding, errors) = (vm.keep(encoding), vm.keep(errors));
    vm.tail_prelude("codecs_decode", &[a[0], encoding, errors])
}

fn register_error(vm: &mut Vm, a: Args) -> Step {
    let name = codec::name_arg(vm, a.opt(0), "register_error() argument 1", "")?;
    if vm.lookup_special(a[1], n::__CALL__).is_none() {
        return Err(vm.type_error("handler must be callable"));
    }
    let d = errors::registry(vm);
    let f = vm.incref(a[1]);
    vm.dict_set_str(d, &name, f);
    Ok(vm.none())
}
const BUILT_IN: [(&str, &str); 8] = [
    ("strict", "strict_errors"),
    ("ignore", "ignore_errors"),
    ("replace", "replace_errors"),
    ("xmlcharrefreplace", "xmlcharrefreplace_errors"),
    ("backslashreplace", "backslashreplace_errors"),
    ("namereplace", "namereplace_errors"),
    ("surrogateescape", "surrogateescape"),
    ("surrogatepass", "surrogatepass"),
];
fn unregister_error(vm: &mut Vm, a: Args) -> Step {
    let name = codec::name_arg(vm, a.opt(0), "_unregister_error() argument", "")?;
    if BUILT_IN.iter().any(|(n, _)| *n == name) {
        return Err(vm.value_error(format!("cannot un-register built-in error handler '{name}'")));
    }
    let d = errors::registry(vm);
    let found = vm.dict_del_name(d, a[0]);
    let had = found.is_some();
    if let Some(f) = found {
        vm.release(f);
    }
    Ok(vm.bool(had))
}
fn lookup_error(vm: &mut Vm, a: Args) -> Step {
    let name = codec::name_arg(vm, a.opt(0), "lookup_error() argument", "")?;
    let d = errors::registry(vm);
    if let Some(f) = vm.dict_get_str(d, &name) {
        return Ok(vm.incref(f));
    }
    match BUILT_IN.iter().find(|(n, _)| *n == name) {
        Some((_, function)) => {
            let f = vm.prelude_function(function);
            Ok(vm.incref(f))
        }
        None => Err(vm.error(t::LOOKUP_ERROR, format!("unknown error handler name '{name}'"))),
    }
}

/// The `errors` argument of a codec function: None means strict.
pub fn errors_arg(vm: &mut Vm, r: Option<Ref>) -> Result<String, Ask> {
    codec::name_arg(vm, r.filter(|r| *r != fixed::NONE), "argument 2", "strict")
}
/// `(value, consumed)`.
pub fn pair(vm: &mut Vm, value: Owned, consumed: usize) -> Owned {
    let consumed = vm.int(consumed as i64);
    vm.tuple(vec![value, consumed])
}
fn encode_by(vm: &mut Vm, a: Args, codec: Codec) -> Step {
    if vm.str_of(a[0]).is_none() {
        let name = codec.label().replace('-', "_");
        let message = format!("{name}_encode() argument 1 must be str, not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    let errors = errors_arg(vm, a.opt(1))?;
    let len = vm.str_of(a[0]).expect("checked").len();
    let b = codec::encode(vm, codec, a[0], &errors)?;
    let b = vm.bytes(b);
    Ok(pair(vm, b, len))
}
fn order_arg(vm: &mut Vm, r: Option<Ref>) -> Result<Order, Ask> {
    Ok(match util::int_arg(vm, r, 0)? {
        0 => Order::Marked,
        i if i < 0 => Order::Little,
        _ => Order::Big,
    })
}
fn ordered_encode(vm: &mut Vm, a: Args, codec: fn(Order) -> Codec) -> Step {
    let order = order_arg(vm, a.opt(2))?;
    encode_by(vm, a, codec(order))
}
fn data_arg(vm: &mut Vm, r: Ref) -> Result<Vec<u8>, Ask> {
    match vm.str_of(r) {
        // The escape codecs take text as its UTF-8.
        Some(s) => Ok(s.wtf8().as_bytes().to_vec()),
        None => buffer::required(vm, r),
    }
}
fn decode_by(vm: &mut Vm, a: Args, codec: Codec) -> Step {
    let escapes = matches!(codec, Codec::UnicodeEscape | Codec::RawUnicodeEscape);
    let data = if escapes { data_arg(vm, a[0])? } else { buffer::required(vm, a[0])? };
    let errors = errors_arg(vm, a.opt(1))?;
    let last = util::bool_arg(vm, a.opt(2), escapes)?;
    let (s, used) = codec::decode(vm, codec, data, &errors, last)?;
    let s = vm.str(s);
    Ok(pair(vm, s, used))
}
fn ex_decode(vm: &mut Vm, a: Args, codec: fn(Order) -> Codec) -> Step {
    let data = buffer::required(vm, a[0])?;
    let errors = errors_arg(vm, a.opt(1))?;
    let order = order_arg(vm, a.opt(2))?;
    let last = util::bool_arg(vm, a.opt(3), false)?;
    let mut mark = 0;
    let resolved = unicode::resolve_mark(codec(order), &data, &mut mark);
    let (s, used) = codec::decode(vm, codec(order), data, &errors, last)?;
    let found = match (order, resolved) {
        (Order::Marked, _) if mark == 0 => 0,
        (_, Codec::Utf16(Order::Big) | Codec::Utf32(Order::Big)) => 1,
        _ => -1,
    };
    let parts = vec![vm.str(s), vm.int(used as i64), vm.int(found)];
    Ok(vm.tuple(parts))
}
fn escape_encode(vm: &mut Vm, a: Args) -> Step {
    let Some(b) = vm.bytes_of(a[0]).map(<[u8]>::to_vec) else {
        let message = format!("escape_encode() argument 1 must be bytes, not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    let mut out = Vec::with_capacity(b.len());
    for c in &b {
        match c {
            b'\\' => out.extend(b"\\\\"),
            b'\'' => out.extend(b"\\'"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            0x20..=0x7E => out.push(*c),
            _ => out.extend(format!("\\x{c:02x}").bytes()),
        }
    }
    let out = vm.bytes(out);
    Ok(pair(vm, out, b.len()))
}
fn escape_decode(vm: &mut Vm, a: Args) -> Step {
    let b = data_arg(vm, a[0])?;
    let errors = errors_arg(vm, a.opt(1))?;
    match escape::decode_bytes(&b, &errors) {
        Ok(out) => {
            let out = vm.bytes(out);
            Ok(pair(vm, out, b.len()))
        }
        Err(message) => Err(vm.value_error(message)),
    }
}
fn read_buffer(vm: &mut Vm, a: Args) -> Step {
    let b = data_arg(vm, a[0])?;
    let len = b.len();
    let b = vm.bytes(b);
    Ok(pair(vm, b, len))
}
