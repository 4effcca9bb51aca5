//! `bytes` and `bytearray` as sequences: indexing, concatenation, repetition, membership, `join`.
use super::super::util;
use super::super::{buffer, scan};
use super::{byte_value, data, like, part};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::Def;
use crate::vm::{Args, Step, Vm, n};

pub static DEFS: &[Def] = &[
    Def::method("__getitem__", "(self, key, /)", get_item, "Return self[key]."),
    Def::method("__add__", "(self, value, /)", add, "Return self+value."),
    Def::method("__mul__", "(self, value, /)", mul, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", mul, "Return value*self."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("join", "(self, iterable_of_bytes, /)", join, "Concatenate any number of bytes objects with this one between them."),
];

/// `(what an index error names, what a type error names)`.
fn names(vm: &Vm, r: Ref) -> (&'static str, &'static str) {
    match vm.heap.get(r) {
        Payload::ByteArray(_) => ("bytearray index", "bytearray"),
        _ => ("index", "byte"),
    }
}
fn get_item(vm: &mut Vm, a: Args) -> Step {
    let len = data(vm, a[0]).len();
    if matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        let (start, stop, step) = vm.slice_bounds(a[1], len as i64)?;
        if step == 1 {
            return Ok(part(vm, a[0], start as usize..stop.max(start) as usize));
        }
        let b = data(vm, a[0]);
        let picked: Vec<u8> = (0..Vm::slice_len(start, stop, step)).map(|k| b[(start + k * step) as usize]).collect();
        return Ok(like(vm, a[0], picked));
    }
    let (index, noun) = names(vm, a[0]);
    if !vm.is_int(a[1]) && vm.lookup_special(a[1], n::__INDEX__).is_none() {
        let message = format!("{noun} indices must be integers or slices, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let i = util::item_index(vm, a[1], len, index)?;
    let b = data(vm, a[0])[i];
    Ok(vm.int(i64::from(b)))
}
fn add(vm: &mut Vm, a: Args) -> Step {
    let Some(y) = buffer::contents(vm, a[1]) else {
        let message = format!("can't concat {} to {}", vm.dotted_type_name(a[1]), vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    let mut out = data(vm, a[0]).to_vec();
    out.extend(y);
    Ok(like(vm, a[0], out))
}
fn mul(vm: &mut Vm, a: Args) -> Step {
    let count = util::repeat_count(vm, a[1])?;
    if count == 1 {
        let whole = 0..data(vm, a[0]).len();
        return Ok(part(vm, a[0], whole));
    }
    let size = data(vm, a[0]).len().checked_mul(count);
    util::check_size(vm, size)?;
    let out = data(vm, a[0]).repeat(count);
    Ok(like(vm, a[0], out))
}
fn contains(vm: &mut Vm, a: Args) -> Step {
    if vm.is_int(a[1]) || vm.lookup_special(a[1], n::__INDEX__).is_some() {
        let b = byte_value(vm, a[1])?;
        let found = data(vm, a[0]).contains(&b);
        return Ok(vm.bool(found));
    }
    let needle = buffer::required(vm, a[1])?;
    let found = scan::find(data(vm, a[0]), &needle).is_some();
    Ok(vm.bool(found))
}
fn join(vm: &mut Vm, a: Args) -> Step {
    let iterable = vm.lookup_special(a[1], n::__ITER__).is_some() || vm.lookup_special(a[1], n::__GETITEM__).is_some();
    if !iterable {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = vm.collect(a[1])?;
    let mut out = Vec::new();
    for (i, r) in items.iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(data(vm, a[0]));
        }
        match vm.bytes_of(*r) {
            Some(b) => out.extend_from_slice(b),
            None => match buffer::contents(vm, *r) {
                Some(b) => out.extend(b),
                None => {
                    let message = format!("sequence item {i}: expected a bytes-like object, {} found", vm.dotted_type_name(*r));
                    return Err(vm.type_error(message));
                }
            },
        }
    }
    Ok(like(vm, a[0], out))
}
