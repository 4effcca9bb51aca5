//! Construction, repr, comparison, hash, iteration and formatting of `bytes` and `bytearray`.
use super::super::{buffer, codec, percent, util};
use super::{data, like};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n, t};

pub static BYTES_DEFS: &[Def] = &[
    Def::new("(cls, source=b'', encoding='utf-8', errors='strict')", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", repr, "Return str(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__bytes__", "(self, /)", bytes_method, "Convert this value to exact type bytes."),
    Def::method("__getnewargs__", "(self, /)", get_new_args, ""),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of the object in memory, in bytes."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
];
/// Methods of both types.
pub static DEFS: &[Def] = &[
    Def::method("__lt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__mod__", "(self, value, /)", modulo, "Return self%value."),
    Def::method("__rmod__", "(self, value, /)", rmod, "Return value%self."),
    Def::method("__buffer__", "(self, flags, /)", buffer_method, "A view of the contents."),
    Def::method("decode", "(self, /, encoding='utf-8', errors='strict')", decode, "Decode the bytes to text."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    if let (true, Some(x), None, None) = (cls == t::BYTES, a.opt(1), a.opt(2), a.opt(3))
        && vm.ty(x) == t::BYTES
    {
        return Ok(vm.incref(x));
    }
    let b = source_bytes(vm, a, "bytes")?;
    if cls == t::BYTES { Ok(vm.bytes(b)) } else { Ok(vm.alloc(cls, Payload::Bytes(b.into_boxed_slice()))) }
}
/// The contents that a constructor's arguments (class, source, encoding, errors) describe.
pub fn source_bytes(vm: &mut Vm, a: Args, type_name: &str) -> Result<Vec<u8>, Ask> {
    let (encoding, errors) = (a.opt(2), a.opt(3));
    let Some(x) = a.opt(1) else {
        return match (encoding, errors) {
            (Some(_), _) => Err(vm.type_error("encoding without a string argument")),
            (_, Some(_)) => Err(vm.type_error("errors without a string argument")),
            _ => Ok(vec![]),
        };
    };
    let encoding_name = codec::name_arg(vm, encoding, &format!("{type_name}() argument 'encoding'"), "utf-8")?;
    let errors_name = codec::name_arg(vm, errors, &format!("{type_name}() argument 'errors'"), "strict")?;
    let converts = type_name == "bytes" && encoding.is_none() && errors.is_none() && vm.ty(x) != t::STR;
    if converts && vm.str_of(x).is_some() && vm.lookup_special(x, n::__BYTES__).is_some() {
        return from_object(vm, x, type_name);
    }
    if vm.str_of(x).is_some() {
        if encoding.is_none() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let b = codec::encode_str(vm, x, &encoding_name, &errors_name)?;
        return Ok(vm.bytes_of(b).map_or(vec![], <[u8]>::to_vec));
    }
    match (encoding, errors) {
        (Some(_), _) => return Err(vm.type_error("encoding without a string argument")),
        (_, Some(_)) => return Err(vm.type_error("errors without a string argument")),
        _ => {}
    }
    from_object(vm, x, type_name)
}
fn from_object(vm: &mut Vm, x: Ref, type_name: &str) -> Result<Vec<u8>, Ask> {
    if type_name == "bytes"
        && !matches!(vm.ty(x), t::BYTES | t::BYTEARRAY | t::MEMORYVIEW)
        && let Some(b) = vm.call_pure(x, n::__BYTES__, &[])?
    {
        return match vm.bytes_of(b) {
            Some(b) => Ok(b.to_vec()),
            None => {
                let message = format!("__bytes__ returned non-bytes (type {})", vm.dotted_type_name(b));
                Err(vm.type_error(message))
            }
        };
    }
    if buffer::is_bytes_like(vm, x) {
        return buffer::required(vm, x);
    }
    if vm.is_int(x) || vm.lookup_special(x, n::__INDEX__).is_some() {
        let i = vm.index_ref(x)?;
        return match vm.i64_of(i) {
            None => {
                let message = format!("cannot fit '{}' into an index-sized integer", vm.dotted_type_name(x));
                Err(vm.overflow_error(message))
            }
            Some(k) if k < 0 => Err(vm.value_error("negative count")),
            Some(k) => Ok(vec![0; util::check_size(vm, Some(k as usize))?]),
        };
    }
    let iterable = vm.lookup_special(x, n::__ITER__).is_some() || vm.lookup_special(x, n::__GETITEM__).is_some();
    if !iterable {
        let message = format!("cannot convert '{}' object to {type_name}", vm.dotted_type_name(x));
        return Err(vm.type_error(message));
    }
    let what = if type_name == "bytes" { "bytes" } else { "byte" };
    if type_name == "bytes" && vm.ty(x) == t::LIST && vm.list_items(x).is_some_and(|l| l.iter().any(|r| !vm.is_int(*r))) {
        // `__index__` of an item may change the list.
        let made = vm.prelude("bytes_of_list", &[x])?;
        return Ok(vm.bytes_of(made).map_or(vec![], <[u8]>::to_vec));
    }
    let items = vm.collect(x)?;
    collect_bytes(vm, &items, what)
}
/// Ints as bytes; `what` as in "bytes must be in range(0, 256)".
pub fn collect_bytes(vm: &mut Vm, items: &[Ref], what: &str) -> Result<Vec<u8>, Ask> {
    let mut out = Vec::with_capacity(items.len());
    for r in items {
        let i = vm.index_ref(*r)?;
        match vm.i64_of(i).and_then(|i| u8::try_from(i).ok()) {
            Some(b) => out.push(b),
            None => return Err(vm.value_error(format!("{what} must be in range(0, 256)"))),
        }
    }
    Ok(out)
}

/// The repr of bytes: `b'…'`. A bytearray's escapes single quotes always.
pub fn byte_repr(b: &[u8], bytearray: bool) -> String {
    let quote = if b.contains(&b'\'') && !b.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = String::with_capacity(b.len() + 3);
    out.push('b');
    out.push(quote as char);
    for c in b {
        match c {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\\' => out.push_str("\\\\"),
            c if *c == quote || bytearray && *c == b'\'' => {
                out.push('\\');
                out.push(*c as char)
            }
            0x20..=0x7E => out.push(*c as char),
            _ => out.push_str(&format!("\\x{c:02x}")),
        }
    }
    out.push(quote as char);
    out
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let s = byte_repr(data(vm, a[0]), false);
    Ok(vm.str(s))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let h = crate::objects::str::hash_bytes(data(vm, a[0]));
    Ok(vm.int(h))
}
fn bytes_method(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[0]) == t::BYTES {
        return Ok(vm.incref(a[0]));
    }
    let b = data(vm, a[0]).to_vec();
    Ok(vm.bytes(b))
}
fn get_new_args(vm: &mut Vm, a: Args) -> Step {
    let b = data(vm, a[0]).to_vec();
    let b = vm.bytes(b);
    Ok(vm.tuple(vec![b]))
}
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let k = data(vm, a[0]).len();
    Ok(vm.int(33 + k as i64))
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[0]);
    Ok(vm.iter(t::BYTES_ITER, Iter::Bytes { source: Some(a[0]), at: 0 }))
}
/// `bytes` compares with bytes only; `bytearray` with every buffer.
fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    let other = match (vm.heap.get(a[0]), vm.heap.get(a[1])) {
        (Payload::Bytes(x), Payload::Bytes(y)) => return Ok(vm.bool(op.holds(x.cmp(y)))),
        (Payload::ByteArray(_), _) => buffer::contents(vm, a[1]),
        _ => None,
    };
    match other {
        Some(y) => {
            let holds = op.holds(data(vm, a[0]).cmp(&y[..]));
            Ok(vm.bool(holds))
        }
        None => Ok(vm.not_implemented()),
    }
}
fn len(vm: &mut Vm, a: Args) -> Step {
    let k = data(vm, a[0]).len();
    Ok(vm.int(k as i64))
}
fn modulo(vm: &mut Vm, a: Args) -> Step {
    if vm.bytes_of(a[0]).is_none() {
        return Ok(vm.not_implemented());
    }
    let fmt = data(vm, a[0]).to_vec();
    let b = percent::format_bytes(vm, &fmt, a[1])?;
    Ok(like(vm, a[0], b))
}
fn rmod(vm: &mut Vm, a: Args) -> Step {
    if vm.bytes_of(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let fmt = data(vm, a[1]).to_vec();
    let b = percent::format_bytes(vm, &fmt, a[0])?;
    Ok(like(vm, a[1], b))
}
fn buffer_method(vm: &mut Vm, a: Args) -> Step {
    super::super::memoryview::view_of(vm, a[0])
}
fn decode(vm: &mut Vm, a: Args) -> Step {
    let encoding = codec::name_arg(vm, a.opt(1), "decode() argument 'encoding'", "utf-8")?;
    let errors = codec::name_arg(vm, a.opt(2), "decode() argument 'errors'", "strict")?;
    let b = data(vm, a[0]).to_vec();
    let s = codec::decode_bytes(vm, a[0], b, &encoding, &errors)?;
    Ok(vm.incref(s))
}
