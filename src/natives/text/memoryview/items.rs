//! Items of a memoryview: reading, writing, slicing, lists.
use super::{View, base_data, contents, live, make, write_at};
use crate::heap::{Owned, Ref};
use crate::natives::text::{buffer, pack};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n, t};

pub static DEFS: &[Def] = &[
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__getitem__", "(self, key, /)", get_item, "Return self[key]."),
    Def::method("__setitem__", "(self, key, value, /)", set_item, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", del_item, "Delete self[key]."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("tolist", "(self, /)", to_list, "The items as a list; nested lists for more dimensions."),
    Def::method("tobytes", "(self, /, order='C')", to_bytes, "The items as bytes."),
    Def::method("count", "(self, value, /)", count, "Number of items that equal the value."),
    Def::method("index", "(self, value, start=0, stop=9223372036854775807, /)", index, "First index of the value."),
];

fn len(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    match v.shape.first() {
        Some(n) => Ok(vm.int(*n as i64)),
        None => Err(vm.type_error("0-dim memory has no length")),
    }
}
/// The item at a byte offset of the base.
fn item(vm: &mut Vm, v: &View, at: usize) -> Owned {
    let base = v.base.expect("live");
    let b = base_data(vm, base)[at..at + v.item].to_vec();
    if v.code == b'w' || v.code == b'u' {
        let c = rustpython_wtf8::CodePoint::from_u32(u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        return vm.char(c.unwrap_or(rustpython_wtf8::CodePoint::from('\u{FFFD}')));
    }
    let x = pack::read(v.code, &b, false);
    pack::object(vm, x)
}
/// Offset of an item by its indices, one a dimension.
fn place(vm: &mut Vm, v: &View, keys: &[Ref]) -> Result<usize, Ask> {
    let mut at = v.offset as isize;
    for (d, key) in keys.iter().enumerate() {
        let i = vm.index_ref(*key)?;
        let Some(i) = vm.i64_of(i) else {
            return Err(vm.index_error("cannot fit 'int' into an index-sized integer"));
        };
        let size = v.shape[d] as i64;
        let k = if i < 0 { i + size } else { i };
        if k < 0 || k >= size {
            return Err(vm.index_error(format!("index out of bounds on dimension {}", d + 1)));
        }
        at += k as isize * v.strides[d];
    }
    Ok(at as usize)
}
fn sliced(vm: &mut Vm, v: &View, key: Ref) -> Result<View, Ask> {
    let (start, stop, step) = vm.slice_bounds(key, v.shape[0] as i64)?;
    let count = Vm::slice_len(start, stop, step);
    let mut out = v.clone();
    out.shape[0] = count as usize;
    if count > 0 {
        out.offset = (v.offset as isize + start as isize * v.strides[0]) as usize;
    }
    out.strides[0] = v.strides[0] * step as isize;
    Ok(out)
}
enum Key {
    Item(usize),
    Slice(View),
}
fn resolve(vm: &mut Vm, v: &View, key: Ref) -> Result<Key, Ask> {
    let ndim = v.shape.len();
    if let Some(keys) = vm.tuple_items(key).map(<[Ref]>::to_vec) {
        let slices = keys.iter().any(|k| matches!(vm.heap.get(*k), Payload::Slice(_)));
        if slices {
            return Err(vm.error(t::NOT_IMPLEMENTED_ERROR, "multi-dimensional slicing is not implemented"));
        }
        if keys.len() > ndim {
            return Err(vm.type_error(format!("cannot index {ndim}-dimension view with {}-element tuple", keys.len())));
        }
        if keys.len() < ndim {
            return Err(vm.error(t::NOT_IMPLEMENTED_ERROR, "sub-views are not implemented"));
        }
        return place(vm, v, &keys).map(Key::Item);
    }
    if matches!(vm.heap.get(key), Payload::Slice(_)) && ndim == 1 {
        return sliced(vm, v, key).map(Key::Slice);
    }
    if vm.is_int(key) || vm.lookup_special(key, n::__INDEX__).is_some() {
        if ndim > 1 {
            return Err(vm.error(t::NOT_IMPLEMENTED_ERROR, "multi-dimensional sub-views are not implemented"));
        }
        if ndim == 0 {
            return Err(vm.type_error("invalid indexing of 0-dim memory"));
        }
        return place(vm, v, &[key]).map(Key::Item);
    }
    Err(vm.type_error("memoryview: invalid slice key"))
}
fn get_item(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    match resolve(vm, &v, a[1])? {
        Key::Item(at) => Ok(item(vm, &v, at)),
        Key::Slice(s) => Ok(make(vm, s)),
    }
}

/// The bytes of a value in a format.
fn packed(vm: &mut Vm, code: u8, size: usize, value: Ref) -> Result<Vec<u8>, Ask> {
    let invalid_type = |vm: &mut Vm| Err(vm.type_error(format!("memoryview: invalid type for format '{}'", code as char)));
    let invalid_value = |vm: &mut Vm| Err(vm.value_error(format!("memoryview: invalid value for format '{}'", code as char)));
    let mut out = Vec::new();
    match code {
        b'?' => out.push(vm.truth(value)? as u8),
        b'c' => match vm.bytes_of(value).map(<[u8]>::to_vec) {
            Some(b) if b.len() == 1 => out = b,
            Some(_) => return invalid_value(vm),
            None => return invalid_type(vm),
        },
        b'f' | b'd' | b'e' => {
            let number = vm.f64_of(value).is_some() || vm.is_int(value) || vm.lookup_special(value, n::__FLOAT__).is_some();
            if !number {
                return invalid_type(vm);
            }
            let x = vm.to_f64(value)?;
            if pack::write_float(code, x, false, &mut out).is_none() {
                return invalid_value(vm);
            }
        }
        _ => {
            let Some(signed) = pack::integer_sign(code) else { return invalid_type(vm) };
            let Some(i) = pack::integer(vm, value)? else { return invalid_type(vm) };
            let (low, high) = pack::bounds(size, signed);
            match i {
                Some(i) if (low..=high).contains(&i) => pack::write_int(i, size, false, &mut out),
                _ => return invalid_value(vm),
            }
        }
    }
    Ok(out)
}
fn set_item(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    if v.readonly {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let base = v.base.expect("live");
    match resolve(vm, &v, a[1])? {
        Key::Item(at) => {
            let b = packed(vm, v.code, v.item, a[2])?;
            write_at(vm, base, at, &b);
        }
        Key::Slice(s) => {
            let b = buffer::required(vm, a[2])?;
            let code = vm.state::<View>(a[2]).map_or_else(|| super::super::array::code(vm, a[2]).unwrap_or(b'B'), |x| x.code);
            if b.len() != s.count() * s.item || code != s.code {
                return Err(vm.value_error("memoryview assignment: lvalue and rvalue have different structures"));
            }
            for (k, at) in s.offsets().into_iter().enumerate() {
                write_at(vm, base, at, &b[k * s.item..(k + 1) * s.item]);
            }
        }
    }
    Ok(vm.none())
}
fn del_item(vm: &mut Vm, _a: Args) -> Step {
    Err(vm.type_error("cannot delete memory"))
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    if v.shape.len() != 1 {
        let what = if v.shape.is_empty() { "invalid indexing of 0-dim memory" } else { "multi-dimensional sub-views are not implemented" };
        return Err(vm.error(if v.shape.is_empty() { t::TYPE_ERROR } else { t::NOT_IMPLEMENTED_ERROR }, what));
    }
    vm.heap.incref_raw(a[0]);
    Ok(vm.iter(t::SEQ_ITER, Iter::Sequence { seq: Some(a[0]), at: 0 }))
}
/// Items as lists, nested by dimension.
fn nested(vm: &mut Vm, v: &View, dimension: usize, at: isize) -> Owned {
    if dimension == v.shape.len() {
        return item(vm, v, at as usize);
    }
    let items = (0..v.shape[dimension] as isize).map(|k| nested(vm, v, dimension + 1, at + k * v.strides[dimension])).collect();
    vm.list(items)
}
fn to_list(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    Ok(nested(vm, &v, 0, v.offset as isize))
}
fn to_bytes(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    if let Some(order) = a.not_none(1)
        && !matches!(vm.utf8(order), Some("C" | "F" | "A"))
    {
        return Err(vm.value_error("order must be 'C', 'F' or 'A'"));
    }
    let b = contents(vm, a[0]).expect("live");
    Ok(vm.bytes(b))
}
fn count(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    let mut k = 0;
    for at in v.offsets() {
        let x = item(vm, &v, at);
        let x = vm.keep(x);
        k += vm.eq(x, a[1])? as i64;
    }
    Ok(vm.int(k))
}
fn index(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    let (start, end) = super::super::util::search_bounds(vm, a.opt(2), a.opt(3), v.count())?;
    let offsets = v.offsets();
    for i in start..end.max(start) {
        let x = item(vm, &v, offsets[i]);
        let x = vm.keep(x);
        if vm.eq(x, a[1])? {
            return Ok(vm.int(i as i64));
        }
    }
    Err(vm.value_error("memoryview.index(x): x not found"))
}
