//! Packing and unpacking: the module's functions and `Struct`'s methods.
use super::layout::{Field, Layout, parse};
use super::{ITERATOR, STRUCT, Struct, Unpacking, error};
use crate::heap::{Owned, Ref};
use crate::natives::text::{buffer, memoryview, pack, util};
use crate::objects::Payload;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n};
use std::sync::Arc;

pub static FUNCTIONS: &[Def] = &[
    Def::function("calcsize", "(format, /)", |vm, a| { let l = layout_of(vm, a[0])?; Ok(vm.int(l.size as i64)) }, "Size of a structure in bytes."),
    Def::function("pack", "(*args)", |vm, a| { let (l, v) = leading_format(vm, a)?; pack_values(vm, &l, &v) }, "Pack values into bytes."),
    Def::function("pack_into", "(*args)", |vm, a| { let (l, v) = leading_format(vm, a)?; pack_into(vm, &l, &v) }, "Pack values into a writable buffer."),
    Def::function("unpack", "(format, buffer, /)", |vm, a| { let l = layout_of(vm, a[0])?; unpack(vm, &l, a[1]) }, "Unpack bytes into a tuple."),
    Def::function("unpack_from", "(format, /, buffer, offset=0)", |vm, a| { let l = layout_of(vm, a[0])?; unpack_from(vm, &l, a[1], a.opt(2)) }, "Unpack a part of a buffer."),
    Def::function("iter_unpack", "(format, buffer, /)", |vm, a| { let l = layout_of(vm, a[0])?; iter_unpack(vm, &l, a[1]) }, "Iterator over equal structures."),
    Def::function("_clearcache", "()", |vm, _| Ok(vm.none()), "Clear the internal cache."),
];
pub static METHODS: &[Def] = &[
    Def::new("(cls, format)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of the object in memory, in bytes."),
    Def::method("pack", "(self, *args)", |vm, a| { let (l, v) = own(vm, a); pack_values(vm, &l, &v) }, "Pack values into bytes."),
    Def::method("pack_into", "(self, *args)", |vm, a| { let (l, v) = own(vm, a); pack_into(vm, &l, &v) }, "Pack values into a writable buffer."),
    Def::method("unpack", "(self, buffer, /)", |vm, a| { let l = state(vm, a[0]).layout.clone(); unpack(vm, &l, a[1]) }, "Unpack bytes into a tuple."),
    Def::method("unpack_from", "(self, /, buffer, offset=0)", |vm, a| { let l = state(vm, a[0]).layout.clone(); unpack_from(vm, &l, a[1], a.opt(2)) }, "Unpack a part of a buffer."),
    Def::method("iter_unpack", "(self, buffer, /)", |vm, a| { let l = state(vm, a[0]).layout.clone(); iter_unpack(vm, &l, a[1]) }, "Iterator over equal structures."),
    Def::get("format", |vm, a| { let s = state(vm, a[0]).format.clone(); Ok(vm.str(s)) }, "The format text."),
    Def::get("size", |vm, a| { let k = state(vm, a[0]).layout.size; Ok(vm.int(k as i64)) }, "Size in bytes."),
];
pub static ITERATOR_METHODS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__length_hint__", "(self, /)", length_hint, "Number of structures that are left."),
];

fn state(vm: &Vm, r: Ref) -> &Struct {
    vm.state::<Struct>(r).expect("the receiver is a Struct")
}
fn format_arg(vm: &mut Vm, r: Ref) -> Result<String, Ask> {
    if let Some(b) = vm.bytes_of(r) {
        return Ok(b.iter().map(|c| *c as char).collect());
    }
    if vm.str_of(r).is_none() {
        let message = format!("Struct() argument 1 must be a str or bytes object, not {}", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    }
    let b = crate::natives::text::codec::encode(vm, crate::natives::text::codec::Codec::Ascii, r, "strict")?;
    Ok(b.into_iter().map(char::from).collect())
}
fn layout_of(vm: &mut Vm, r: Ref) -> Result<Arc<Layout>, Ask> {
    if let Some(s) = vm.state::<Struct>(r) {
        return Ok(s.layout.clone());
    }
    let format = format_arg(vm, r)?;
    match parse(format.as_bytes()) {
        Ok(l) => Ok(Arc::new(l)),
        Err(m) => Err(error(vm, m)),
    }
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let layout = layout_of(vm, a[1])?;
    let format = format_arg(vm, a[1])?;
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Struct { format, layout }))))
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let own = vm.type_of_def(&STRUCT);
    let name = if ty == own { "Struct".to_owned() } else { vm.type_name(a[0]).to_owned() };
    let shown = crate::objects::str::repr(rustpython_wtf8::Wtf8::new(state(vm, a[0]).format.as_str()));
    Ok(vm.str(format!("{name}({shown})")))
}
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let k = state(vm, a[0]).layout.fields.len();
    Ok(vm.int(64 + 32 * (k as i64 + 1)))
}
fn star(vm: &Vm, r: Option<Ref>) -> Vec<Ref> {
    r.and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec)
}
fn own(vm: &mut Vm, a: Args) -> (Arc<Layout>, Vec<Ref>) {
    (state(vm, a[0]).layout.clone(), star(vm, a.opt(1)))
}
fn leading_format(vm: &mut Vm, a: Args) -> Result<(Arc<Layout>, Vec<Ref>), Ask> {
    let mut values = star(vm, a.opt(0));
    if values.is_empty() {
        return Err(vm.type_error("missing format argument"));
    }
    let format = values.remove(0);
    Ok((layout_of(vm, format)?, values))
}

/// The bytes of all values.
fn packed(vm: &mut Vm, l: &Layout, values: &[Ref], name: &str) -> Result<Vec<u8>, Ask> {
    if values.len() != l.values {
        return Err(error(vm, format!("{name} expected {} items for packing (got {})", l.values, values.len())));
    }
    let size = util::check_size(vm, Some(l.size))?;
    let mut out = Vec::with_capacity(size);
    let mut values = values.iter();
    for f in &l.fields {
        out.resize(f.at, 0);
        for _ in 0..f.count {
            let v = *values.next().expect("counted");
            let end = out.len() + f.size;
            pack_one(vm, l, f, v, &mut out)?;
            out.resize(end, 0);
        }
    }
    out.resize(l.size, 0);
    Ok(out)
}
fn pack_one(vm: &mut Vm, l: &Layout, f: &Field, v: Ref, out: &mut Vec<u8>) -> Result<(), Ask> {
    match f.code {
        b's' | b'p' => {
            let Some(b) = vm.bytes_of(v) else {
                return Err(error(vm, format!("argument for '{}' must be a bytes object", f.code as char)));
            };
            if f.code == b's' {
                out.extend_from_slice(&b[..b.len().min(f.size)]);
            } else if f.size > 0 {
                let n = b.len().min(f.size - 1);
                out.push(n.min(255) as u8);
                out.extend_from_slice(&b[..n]);
            }
        }
        b'c' => match vm.bytes_of(v) {
            Some([c]) => out.push(*c),
            _ => return Err(error(vm, "char format requires a bytes object of length 1")),
        },
        b'?' => out.push(vm.truth(v)? as u8),
        b'e' | b'f' | b'd' => {
            let mut x = real(vm, v)?;
            if l.native && f.code == b'f' {
                // Native mode is C's cast: too large becomes infinite.
                x = f64::from(x as f32);
            }
            if pack::write_float(f.code, x, l.big, out).is_none() {
                if vm.is_int(v) {
                    return Err(error(vm, "int too large to convert"));
                }
                return Err(vm.overflow_error(format!("float too large to pack with {} format", f.code as char)));
            }
        }
        b'F' | b'D' => {
            let (re, im) = match *vm.heap.get(v) {
                Payload::Complex(re, im) => (re, im),
                _ => (real(vm, v)?, 0.0),
            };
            for x in [re, im] {
                if pack::write_float(f.code, x, l.big, out).is_none() {
                    return Err(vm.overflow_error("complex too large to pack with F format"));
                }
            }
        }
        _ => pack_int(vm, l, f, v, out)?,
    }
    Ok(())
}
fn real(vm: &mut Vm, v: Ref) -> Result<f64, Ask> {
    let number = vm.f64_of(v).is_some() || vm.is_int(v)
        || vm.lookup_special(v, n::__FLOAT__).is_some() || vm.lookup_special(v, n::__INDEX__).is_some();
    if !number {
        return Err(error(vm, "required argument is not a float"));
    }
    vm.to_f64(v)
}
fn pack_int(vm: &mut Vm, l: &Layout, f: &Field, v: Ref, out: &mut Vec<u8>) -> Result<(), Ask> {
    let signed = pack::integer_sign(f.code) == Some(true);
    let Some(i) = pack::integer(vm, v)? else { return Err(error(vm, "required argument is not an integer")) };
    let (low, high) = pack::bounds(f.size, signed);
    // Pointers may be given as negative numbers too.
    let floor = if f.code == b'P' { -(high / 2) - 1 } else { low };
    match i {
        Some(i) if (floor..=high).contains(&i) => pack::write_int(i, f.size, l.big, out),
        _ if f.code == b'P' => return Err(error(vm, "int too large to convert")),
        _ => return Err(error(vm, format!("'{}' format requires {low} <= number <= {high}", f.code as char))),
    }
    Ok(())
}
fn pack_values(vm: &mut Vm, l: &Layout, values: &[Ref]) -> Step {
    let b = packed(vm, l, values, "pack")?;
    Ok(vm.bytes(b))
}
/// The place of a structure in a buffer; `verbs` as in ("pack_into", "packing").
fn place(vm: &mut Vm, l: &Layout, offset: i64, len: usize, verbs: (&str, &str)) -> Result<usize, Ask> {
    let (name, verb) = verbs;
    let size = l.size as i64;
    if offset < 0 {
        if offset + size > 0 {
            let text = if verb == "packing" { "no space to pack" } else { "not enough data to unpack" };
            return Err(error(vm, format!("{text} {size} bytes at offset {offset}")));
        }
        if offset + (len as i64) < 0 {
            return Err(error(vm, format!("offset {offset} out of range for {len}-byte buffer")));
        }
    }
    let at = if offset < 0 { offset + len as i64 } else { offset };
    if (len as i64) - at < size {
        let need = i128::from(size) + i128::from(at);
        return Err(error(vm, format!(
            "{name} requires a buffer of at least {need} bytes for {verb} {size} bytes at offset {at} (actual buffer size is {len})"
        )));
    }
    Ok(at as usize)
}
fn pack_into(vm: &mut Vm, l: &Layout, values: &[Ref]) -> Step {
    let [target, offset, values @ ..] = values else {
        let what = if values.is_empty() { "buffer" } else { "offset" };
        return Err(error(vm, format!("pack_into expected {what} argument")));
    };
    if !memoryview::is_writable(vm, *target) {
        let message = format!("argument must be read-write bytes-like object, not {}", vm.dotted_type_name(*target));
        return Err(vm.type_error(message));
    }
    if values.len() != l.values {
        return Err(error(vm, format!("pack_into expected {} items for packing (got {})", l.values, values.len())));
    }
    let offset = vm.index_i64(*offset)?;
    let len = buffer::required(vm, *target)?.len();
    let at = place(vm, l, offset, len, ("pack_into", "packing"))?;
    let b = packed(vm, l, values, "pack_into")?;
    memoryview::write_at(vm, *target, at, &b);
    Ok(vm.none())
}

/// The values of one structure.
fn unpacked(vm: &mut Vm, l: &Layout, b: &[u8]) -> Owned {
    let mut out = Vec::with_capacity(l.values);
    for f in &l.fields {
        for k in 0..f.count {
            let at = f.at + k * f.size;
            let b = &b[at..at + f.size];
            out.push(match f.code {
                b's' => vm.bytes(b),
                b'p' => {
                    let n = b.first().map_or(0, |n| usize::from(*n)).min(b.len().saturating_sub(1));
                    vm.bytes(b.get(1..1 + n).unwrap_or(&[]))
                }
                code => {
                    let item = pack::read(code, b, l.big);
                    pack::object(vm, item)
                }
            });
        }
    }
    vm.tuple(out)
}
fn unpack(vm: &mut Vm, l: &Layout, r: Ref) -> Step {
    let b = buffer::required(vm, r)?;
    if b.len() != l.size {
        return Err(error(vm, format!("unpack requires a buffer of {} bytes", l.size)));
    }
    Ok(unpacked(vm, l, &b))
}
fn unpack_from(vm: &mut Vm, l: &Layout, r: Ref, offset: Option<Ref>) -> Step {
    let b = buffer::required(vm, r)?;
    let offset = util::int_arg(vm, offset, 0)?;
    let at = place(vm, l, offset, b.len(), ("unpack_from", "unpacking"))?;
    Ok(unpacked(vm, l, &b[at..at + l.size]))
}
fn iter_unpack(vm: &mut Vm, l: &Arc<Layout>, r: Ref) -> Step {
    if l.size == 0 {
        return Err(error(vm, "cannot iteratively unpack with a struct of length 0"));
    }
    let b = buffer::required(vm, r)?;
    if b.len() % l.size != 0 {
        return Err(error(vm, format!("iterative unpacking requires a buffer of a multiple of {} bytes", l.size)));
    }
    let ty = vm.type_of_def(&ITERATOR);
    Ok(vm.opaque(ty, Unpacking { layout: l.clone(), data: b.into(), at: 0 }))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let s = vm.state::<Unpacking>(a[0]).expect("an unpack_iterator").clone();
    let end = s.at + s.layout.size;
    let Some(b) = s.data.get(s.at..end) else { return Err(vm.stop_iteration(None)) };
    let value = unpacked(vm, &s.layout, b);
    if let Some(s) = vm.state_mut::<Unpacking>(a[0]) {
        s.at = end;
    }
    Ok(value)
}
fn length_hint(vm: &mut Vm, a: Args) -> Step {
    let s = vm.state::<Unpacking>(a[0]).expect("an unpack_iterator");
    let k = (s.data.len() - s.at) / s.layout.size;
    Ok(vm.int(k as i64))
}
