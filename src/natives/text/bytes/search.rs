//! Searching and replacing in `bytes` and `bytearray`.
use super::super::{buffer, scan, util};
use super::{byte_value, data, like, part};
use crate::heap::Ref;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n};
use std::ops::Range;

pub static DEFS: &[Def] = &[
    Def::method("find", "(self, sub, start=None, end=None, /)", |vm, a| find(vm, a, false, false), "Lowest index where sub is found, or -1."),
    Def::method("rfind", "(self, sub, start=None, end=None, /)", |vm, a| find(vm, a, true, false), "Highest index where sub is found, or -1."),
    Def::method("index", "(self, sub, start=None, end=None, /)", |vm, a| find(vm, a, false, true), "Lowest index where sub is found, or ValueError."),
    Def::method("rindex", "(self, sub, start=None, end=None, /)", |vm, a| find(vm, a, true, true), "Highest index where sub is found, or ValueError."),
    Def::method("count", "(self, sub, start=None, end=None, /)", count, "Number of occurrences of sub without overlap."),
    Def::method("startswith", "(self, prefix, start=None, end=None, /)", |vm, a| tail_match(vm, a, "startswith", |h, x| h.starts_with(x)), "Whether the bytes start with a prefix."),
    Def::method("endswith", "(self, suffix, start=None, end=None, /)", |vm, a| tail_match(vm, a, "endswith", |h, x| h.ends_with(x)), "Whether the bytes end with a suffix."),
    Def::method("replace", "(self, old, new, count=-1, /)", replace, "A copy with occurrences of old replaced by new."),
    Def::method("removeprefix", "(self, prefix, /)", remove_prefix, "The bytes without the prefix, if they have it."),
    Def::method("removesuffix", "(self, suffix, /)", remove_suffix, "The bytes without the suffix, if they have it."),
];

/// What is searched for: bytes, or one byte given as an int.
fn needle(vm: &mut Vm, r: Ref) -> Result<Vec<u8>, Ask> {
    if let Some(b) = buffer::contents(vm, r) {
        return Ok(b);
    }
    if vm.is_int(r) || vm.lookup_special(r, n::__INDEX__).is_some() {
        return Ok(vec![byte_value(vm, r)?]);
    }
    let message = format!("argument should be integer or bytes-like object, not '{}'", vm.dotted_type_name(r));
    Err(vm.type_error(message))
}
fn window(vm: &mut Vm, a: &Args) -> Result<Option<Range<usize>>, Ask> {
    let len = data(vm, a[0]).len();
    let (start, end) = util::search_bounds(vm, a.opt(2), a.opt(3), len)?;
    Ok((start <= end).then_some(start..end))
}
fn find(vm: &mut Vm, a: Args, last: bool, must: bool) -> Step {
    let x = needle(vm, a[1])?;
    let range = window(vm, &a)?;
    let found = range.and_then(|r| {
        let hay = &data(vm, a[0])[r.clone()];
        let at = if last { scan::rfind(hay, &x) } else { scan::find(hay, &x) };
        at.map(|at| (r.start + at) as i64)
    });
    match found {
        None if must => Err(vm.value_error("subsection not found")),
        found => Ok(vm.int(found.unwrap_or(-1))),
    }
}
fn count(vm: &mut Vm, a: Args) -> Step {
    let x = needle(vm, a[1])?;
    let k = match window(vm, &a)? {
        None => 0,
        Some(r) if x.is_empty() => r.len() + 1,
        Some(r) => scan::count(&data(vm, a[0])[r], &x),
    };
    Ok(vm.int(k as i64))
}
fn tail_match(vm: &mut Vm, a: Args, name: &str, test: fn(&[u8], &[u8]) -> bool) -> Step {
    let range = window(vm, &a)?;
    let holds = |vm: &Vm, x: &[u8]| range.clone().is_some_and(|r| test(&data(vm, a[0])[r], x));
    if let Some(items) = vm.tuple_items(a[1]).map(<[Ref]>::to_vec) {
        for r in items {
            let x = buffer::required(vm, r)?;
            if holds(vm, &x) {
                return Ok(vm.bool(true));
            }
        }
        return Ok(vm.bool(false));
    }
    let Some(x) = buffer::contents(vm, a[1]) else {
        let message = format!("{name} first arg must be bytes or a tuple of bytes, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    let found = holds(vm, &x);
    Ok(vm.bool(found))
}
fn replace(vm: &mut Vm, a: Args) -> Step {
    let old = buffer::required(vm, a[1])?;
    let new = buffer::required(vm, a[2])?;
    let max = util::int_arg(vm, a.opt(3), -1)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let hay = data(vm, a[0]);
    let places = if old.is_empty() { hay.len() + 1 } else { scan::count(hay, &old) }.min(max);
    let size = new.len().checked_mul(places).and_then(|k| k.checked_add(hay.len()));
    util::check_size(vm, size)?;
    let hay = data(vm, a[0]);
    let out = if old.is_empty() { interleave(hay, &new, places) } else { scan::replace(hay, &old, &new, max) };
    let whole = 0..hay.len();
    match out {
        Some(b) => Ok(like(vm, a[0], b)),
        None => Ok(part(vm, a[0], whole)),
    }
}
/// `new` in front of the first `places` bytes, and at the end when there are more places than bytes.
fn interleave(hay: &[u8], new: &[u8], places: usize) -> Option<Vec<u8>> {
    if places == 0 {
        return None;
    }
    let mut out = Vec::new();
    for (i, b) in hay.iter().enumerate() {
        if i < places {
            out.extend_from_slice(new);
        }
        out.push(*b);
    }
    if places > hay.len() {
        out.extend_from_slice(new);
    }
    Some(out)
}
fn remove_prefix(vm: &mut Vm, a: Args) -> Step {
    let x = buffer::required(vm, a[1])?;
    let b = data(vm, a[0]);
    let range = if b.starts_with(&x) { x.len()..b.len() } else { 0..b.len() };
    Ok(part(vm, a[0], range))
}
fn remove_suffix(vm: &mut Vm, a: Args) -> Step {
    let x = buffer::required(vm, a[1])?;
    let b = data(vm, a[0]);
    let range = if b.ends_with(&x) { 0..b.len() - x.len() } else { 0..b.len() };
    Ok(part(vm, a[0], range))
}
