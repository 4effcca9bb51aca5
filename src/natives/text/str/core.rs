//! `str` as an object: construction, repr, hash, comparison, pickling, encoding, formatting operators.
use super::super::codec;
use super::super::util::text;
use super::super::{buffer, format, percent};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::objects::str::Str;
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, fixed, t};

pub static DEFS: &[Def] = &[
    Def::new("(cls, object='', encoding='utf-8', errors='strict')", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", str, "Return str(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__lt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__mod__", "(self, value, /)", modulo, "Return self%value."),
    Def::method("__rmod__", "(self, value, /)", rmod, "Return value%self."),
    Def::method("__format__", "(self, format_spec, /)", format_method, "Return the text laid out as the specification says."),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of the object in memory, in bytes."),
    Def::method("__getnewargs__", "(self, /)", get_new_args, ""),
    Def::method("encode", "(self, /, encoding='utf-8', errors='strict')", encode, "Encode the text to bytes."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    let value = match (a.opt(1), a.opt(2).or(a.opt(3))) {
        (None, _) => fixed::EMPTY_STR,
        (Some(x), None) => vm.to_str(x)?,
        (Some(x), Some(_)) => decoded(vm, x, a.opt(2), a.opt(3))?,
    };
    if cls == t::STR {
        return Ok(vm.incref(value));
    }
    let copy = Str::new(text(vm, value).to_wtf8_buf());
    Ok(vm.alloc(cls, Payload::Str(Box::new(copy))))
}
fn decoded(vm: &mut Vm, x: Ref, encoding: Option<Ref>, errors: Option<Ref>) -> Result<Ref, Ask> {
    let encoding = codec::name_arg(vm, encoding, "str() argument 'encoding'", "utf-8")?;
    let errors = codec::name_arg(vm, errors, "str() argument 'errors'", "strict")?;
    if vm.str_of(x).is_some() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    let Some(data) = buffer::contents(vm, x) else {
        let message = format!("decoding to str: need a bytes-like object, {} found", vm.dotted_type_name(x));
        return Err(vm.type_error(message));
    };
    codec::decode_bytes(vm, x, data, &encoding, &errors)
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let s = crate::objects::str::repr(text(vm, a[0]));
    Ok(vm.str(s))
}
fn str(vm: &mut Vm, a: Args) -> Step {
    Ok(super::super::util::same_or(vm, a[0], None))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let h = vm.str_of(a[0]).expect("a str").hash();
    Ok(vm.int(h))
}
fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    match (vm.str_of(a[0]), vm.str_of(a[1])) {
        // WTF-8 sorts like the code points it encodes.
        (Some(x), Some(y)) => Ok(vm.bool(op.holds(x.wtf8().as_bytes().cmp(y.wtf8().as_bytes())))),
        _ => Ok(vm.not_implemented()),
    }
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    let ascii = vm.ty(a[0]) == t::STR && vm.str_of(a[0]).is_some_and(Str::is_ascii);
    vm.heap.incref_raw(a[0]);
    Ok(vm.iter(if ascii { t::STR_ASCII_ITER } else { t::STR_ITER }, Iter::Str { text: Some(a[0]), at: 0 }))
}
fn len(vm: &mut Vm, a: Args) -> Step {
    let k = vm.str_of(a[0]).expect("a str").len();
    Ok(vm.int(k as i64))
}
fn modulo(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[0]).is_none() {
        return Ok(vm.not_implemented());
    }
    let s = percent::format_str(vm, a[0], a[1])?;
    Ok(vm.str(s))
}
fn rmod(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let s = percent::format_str(vm, a[1], a[0])?;
    Ok(vm.str(s))
}
fn format_method(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        let message = format!("__format__() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    if text(vm, a[1]).is_empty() {
        return str(vm, a);
    }
    let name = vm.type_name(a[0]).to_owned();
    let result = crate::objects::format_spec::parse(text(vm, a[1]), &name).and_then(|s| s.format_str(text(vm, a[0]), &name));
    format::finish(vm, result)
}
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let s = vm.str_of(a[0]).expect("a str");
    let exact = vm.ty(a[0]) == t::STR;
    if exact && s.len() == 1 && s.kind() == crate::objects::str::Kind::Latin1 {
        // One-letter strings are shared and carry their UTF-8 along.
        let size = s.size() + s.wtf8().len() + 1;
        return Ok(vm.int(size as i64));
    }
    // A subclass instance keeps its characters in a block of their own.
    let size = if exact { s.size() } else { 64 + (s.len() + 1) * char_width(s) };
    Ok(vm.int(size as i64))
}
fn char_width(s: &Str) -> usize {
    use crate::objects::str::Kind;
    match s.kind() {
        Kind::Ascii | Kind::Latin1 => 1,
        Kind::Ucs2 => 2,
        Kind::Ucs4 => 4,
    }
}
fn get_new_args(vm: &mut Vm, a: Args) -> Step {
    let copy = text(vm, a[0]).to_wtf8_buf();
    let copy = vm.str(copy);
    Ok(vm.tuple(vec![copy]))
}
fn encode(vm: &mut Vm, a: Args) -> Step {
    let encoding = codec::name_arg(vm, a.opt(1), "encode() argument 'encoding'", "utf-8")?;
    let errors = codec::name_arg(vm, a.opt(2), "encode() argument 'errors'", "strict")?;
    let r = codec::encode_str(vm, a[0], &encoding, &errors)?;
    Ok(vm.incref(r))
}
