//! Argument helpers shared by the text and bytes natives.
use crate::heap::{Owned, Ref};
use crate::objects::list::List;
use crate::vm::{Args, Ask, Vm, fixed, n};
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

/// Text of a receiver, which the call machinery has checked to be a `str`.
pub fn text(vm: &Vm, r: Ref) -> &Wtf8 {
    vm.str_of(r).expect("the receiver is a str").wtf8()
}

/// An optional bound: None and missing give `default`.
pub fn bound_arg(vm: &mut Vm, r: Option<Ref>, default: i64) -> Result<i64, Ask> {
    let Some(r) = r.filter(|r| *r != fixed::NONE) else { return Ok(default) };
    if !vm.is_int(r) && vm.lookup_special(r, n::__INDEX__).is_none() {
        return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    vm.index_clamped(r)
}

/// start and end of a search in a sequence of length `len`; start may lie beyond the end.
pub fn search_bounds(vm: &mut Vm, start: Option<Ref>, end: Option<Ref>, len: usize) -> Result<(usize, usize), Ask> {
    let start = bound_arg(vm, start, 0)?;
    let end = bound_arg(vm, end, i64::MAX)?;
    let len = len as i64;
    let place = |x: i64| if x < 0 { (x + len).max(0) } else { x };
    Ok((place(start) as usize, place(end.max(-len)).min(len) as usize))
}

/// An index argument that may be missing.
pub fn int_arg(vm: &mut Vm, r: Option<Ref>, default: i64) -> Result<i64, Ask> {
    match r {
        Some(r) => vm.index_i64(r),
        None => Ok(default),
    }
}

/// A truth-value argument that may be missing.
pub fn bool_arg(vm: &mut Vm, r: Option<Ref>, default: bool) -> Result<bool, Ask> {
    match r {
        Some(r) => vm.truth(r),
        None => Ok(default),
    }
}

/// A `str` argument of a function, with Argument Clinic's message.
pub fn str_arg<'a>(vm: &'a mut Vm, a: &Args, i: usize, what: &str) -> Result<&'a Wtf8, Ask> {
    if vm.str_of(a[i]).is_none() {
        let message = format!("{what} must be str, not {}", vm.dotted_type_name(a[i]));
        return Err(vm.type_error(message));
    }
    Ok(text(vm, a[i]))
}

/// A fresh `str`, or the receiver itself when nothing changed and it is no subclass instance.
pub fn same_or(vm: &mut Vm, original: Ref, changed: Option<Wtf8Buf>) -> Owned {
    match changed {
        Some(s) => vm.str(s),
        None if vm.ty(original) == crate::vm::t::STR => vm.incref(original),
        None => {
            let s = text(vm, original).to_wtf8_buf();
            vm.str(s)
        }
    }
}

/// Part of a text as a new `str`.
pub fn part(vm: &mut Vm, r: Ref, range: std::ops::Range<usize>) -> Owned {
    let s = text(vm, r);
    if range.len() == s.len() {
        return same_or(vm, r, None);
    }
    let s = s[range].to_wtf8_buf();
    vm.str(s)
}

/// A result whose size could exhaust memory is refused.
pub fn check_size(vm: &mut Vm, size: Option<usize>) -> Result<usize, Ask> {
    match size {
        Some(k) if k <= vm.memory_limit => Ok(k),
        _ => Err(vm.memory_error()),
    }
}

/// A code point of any integer value; None outside Unicode.
pub fn point(i: i64) -> Option<CodePoint> {
    u32::try_from(i).ok().and_then(CodePoint::from_u32)
}

/// A list of texts.
pub fn str_list(vm: &mut Vm, parts: Vec<Wtf8Buf>) -> Owned {
    let items = parts.into_iter().map(|p| vm.str(p)).collect();
    vm.list(items)
}

/// "'X' object cannot be interpreted as an integer".
pub fn not_an_integer(vm: &mut Vm, r: Ref) -> Ask {
    let message = format!("'{}' object cannot be interpreted as an integer", vm.dotted_type_name(r));
    vm.type_error(message)
}

/// A sequence repetition count: "can't multiply sequence by non-int of type 'X'" for what is no integer.
pub fn repeat_count(vm: &mut Vm, r: Ref) -> Result<usize, Ask> {
    if !vm.is_int(r) && vm.lookup_special(r, n::__INDEX__).is_none() {
        let message = format!("can't multiply sequence by non-int of type '{}'", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    }
    let i = vm.index_ref(r)?;
    match vm.i64_of(i) {
        Some(k) => Ok(k.max(0) as usize),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", vm.dotted_type_name(r));
            Err(vm.overflow_error(message))
        }
    }
}

/// Position of an index in a sequence of length `len`; `what` as in "string index out of range".
pub fn item_index(vm: &mut Vm, key: Ref, len: usize, what: &str) -> Result<usize, Ask> {
    let i = vm.index_ref(key)?;
    let Some(i) = vm.i64_of(i) else {
        let message = format!("cannot fit '{}' into an index-sized integer", vm.dotted_type_name(key));
        return Err(vm.index_error(message));
    };
    let at = if i < 0 { i + len as i64 } else { i };
    if at < 0 || at >= len as i64 { Err(vm.index_error(format!("{what} out of range"))) } else { Ok(at as usize) }
}

/// `object[key]`, lent.
pub fn get_item(vm: &mut Vm, object: Ref, key: Ref) -> Result<Ref, Ask> {
    if vm.ty(object) == crate::vm::t::DICT {
        return match vm.dict_get(object, key)? {
            Some(v) => Ok(vm.hold(v)),
            None => Err(vm.key_error(key)),
        };
    }
    match vm.call_pure(object, n::__GETITEM__, &[key])? {
        Some(v) => Ok(v),
        None => {
            let message = format!("'{}' object is not subscriptable", vm.dotted_type_name(object));
            Err(vm.type_error(message))
        }
    }
}

/// The room of a list of parts that CPython makes for up to twelve before it knows how many there are.
pub fn room_of_parts(vm: &mut Vm, list: Ref, most: usize) {
    let l = vm.list_obj_mut(list);
    let items = std::mem::take(&mut l.items);
    *l = List::filled_from(most.saturating_add(1).min(12), items);
}
