//! `str` as a sequence: indexing, slicing, concatenation, repetition, membership, `join`.
use super::super::util::{self, text};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n, t};
use rustpython_wtf8::Wtf8Buf;

pub static DEFS: &[Def] = &[
    Def::method("__getitem__", "(self, key, /)", get_item, "Return self[key]."),
    Def::method("__add__", "(self, value, /)", add, "Return self+value."),
    Def::method("__mul__", "(self, value, /)", mul, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", mul, "Return value*self."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("join", "(self, iterable, /)", join, "Concatenate any number of strings with this one between them."),
];

fn get_item(vm: &mut Vm, a: Args) -> Step {
    if matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        return slice(vm, a[0], a[1]);
    }
    if !vm.is_int(a[1]) && vm.lookup_special(a[1], n::__INDEX__).is_none() {
        let message = format!("string indices must be integers, not '{}'", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let len = vm.str_of(a[0]).expect("a str").len();
    let i = util::item_index(vm, a[1], len, "string index")?;
    let c = vm.str_of(a[0]).expect("a str").at(i);
    Ok(vm.char(c))
}
fn slice(vm: &mut Vm, r: Ref, key: Ref) -> Step {
    let len = vm.str_of(r).expect("a str").len();
    let (start, stop, step) = vm.slice_bounds(key, len as i64)?;
    if step == 1 {
        return Ok(substring(vm, r, start as usize, stop.max(start) as usize));
    }
    let count = Vm::slice_len(start, stop, step) as usize;
    let s = vm.str_of(r).expect("a str");
    let mut out = Wtf8Buf::with_capacity(count);
    if s.is_ascii() {
        let b = s.wtf8().as_bytes();
        (0..count as i64).for_each(|k| out.push_char(b[(start + k * step) as usize] as char));
    } else {
        let points: Vec<_> = s.wtf8().code_points().collect();
        (0..count as i64).for_each(|k| out.push(points[(start + k * step) as usize]));
    }
    Ok(vm.str(out))
}
/// Code points `from..to`.
pub fn substring(vm: &mut Vm, r: Ref, from: usize, to: usize) -> Owned {
    let s = vm.str_of(r).expect("a str");
    if from == 0 && to == s.len() {
        return util::same_or(vm, r, None);
    }
    let piece = s.slice(from, to).to_wtf8_buf();
    vm.str(piece)
}

fn add(vm: &mut Vm, a: Args) -> Step {
    let (Some(x), Some(y)) = (vm.str_of(a[0]), vm.str_of(a[1])) else {
        let message = format!("can only concatenate str (not \"{}\") to str", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if x.is_empty() && vm.ty(a[1]) == t::STR {
        return Ok(vm.incref(a[1]));
    }
    if y.is_empty() && vm.ty(a[0]) == t::STR {
        return Ok(vm.incref(a[0]));
    }
    let (x, y) = (x.wtf8(), y.wtf8());
    let mut out = Wtf8Buf::with_capacity(x.len() + y.len());
    out.push_wtf8(x);
    out.push_wtf8(y);
    Ok(vm.str(out))
}
fn mul(vm: &mut Vm, a: Args) -> Step {
    let count = util::repeat_count(vm, a[1])?;
    if count == 1 {
        return Ok(util::same_or(vm, a[0], None));
    }
    let size = text(vm, a[0]).len().checked_mul(count);
    let size = util::check_size(vm, size)?;
    let s = text(vm, a[0]);
    let mut out = Wtf8Buf::with_capacity(size);
    (0..if s.is_empty() { 0 } else { count }).for_each(|_| out.push_wtf8(s));
    Ok(vm.str(out))
}
fn contains(vm: &mut Vm, a: Args) -> Step {
    let Some(needle) = vm.str_of(a[1]) else {
        let message = format!("'in <string>' requires string as left operand, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    let found = text(vm, a[0]).find(needle.wtf8()).is_some();
    Ok(vm.bool(found))
}

fn join(vm: &mut Vm, a: Args) -> Step {
    let items = match vm.str_of(a[1]) {
        // Joining the characters of a text needs no iterator.
        Some(s) if vm.ty(a[1]) == t::STR => {
            let points: Vec<_> = s.wtf8().code_points().collect();
            points.into_iter().map(|c| { let c = vm.char(c); vm.keep(c) }).collect()
        }
        _ => iterable_items(vm, a[1], "can only join an iterable")?,
    };
    if let [only] = items[..]
        && vm.ty(only) == t::STR
    {
        return Ok(vm.incref(only));
    }
    let mut size = text(vm, a[0]).len() * items.len().saturating_sub(1);
    for (i, r) in items.iter().enumerate() {
        match vm.str_of(*r) {
            Some(s) => size += s.wtf8().len(),
            None => {
                let message = format!("sequence item {i}: expected str instance, {} found", vm.dotted_type_name(*r));
                return Err(vm.type_error(message));
            }
        }
    }
    let size = util::check_size(vm, Some(size))?;
    let mut out = Wtf8Buf::with_capacity(size);
    let sep = text(vm, a[0]);
    for (i, r) in items.iter().enumerate() {
        if i > 0 {
            out.push_wtf8(sep);
        }
        out.push_wtf8(text(vm, *r));
    }
    Ok(vm.str(out))
}
/// All items of an iterable; `message` when it is none.
pub fn iterable_items(vm: &mut Vm, r: Ref, message: &str) -> Result<Vec<Ref>, Ask> {
    let iterable = vm.lookup_special(r, n::__ITER__).is_some_and(|f| f != crate::vm::fixed::NONE)
        || vm.lookup_special(r, n::__GETITEM__).is_some();
    if !iterable {
        return Err(vm.type_error(message));
    }
    vm.collect(r)
}
