//! Searching and replacing in `str`.
use super::super::scan;
use super::super::util::{self, str_arg, text};
use crate::heap::Ref;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm};
use std::ops::Range;

pub static DEFS: &[Def] = &[
    Def::method("find", "(self, sub, start=None, end=None, /)", find, "Lowest index where sub is found, or -1."),
    Def::method("rfind", "(self, sub, start=None, end=None, /)", rfind, "Highest index where sub is found, or -1."),
    Def::method("index", "(self, sub, start=None, end=None, /)", index, "Lowest index where sub is found, or ValueError."),
    Def::method("rindex", "(self, sub, start=None, end=None, /)", rindex, "Highest index where sub is found, or ValueError."),
    Def::method("count", "(self, sub, start=None, end=None, /)", count, "Number of occurrences of sub without overlap."),
    Def::method("startswith", "(self, prefix, start=None, end=None, /)", starts_with, "Whether the text starts with a prefix."),
    Def::method("endswith", "(self, suffix, start=None, end=None, /)", ends_with, "Whether the text ends with a suffix."),
    Def::method("replace", "(self, old, new, /, count=-1)", replace, "A copy with occurrences of old replaced by new."),
    Def::method("removeprefix", "(self, prefix, /)", remove_prefix, "The text without the prefix, if it has it."),
    Def::method("removesuffix", "(self, suffix, /)", remove_suffix, "The text without the suffix, if it has it."),
];

/// Byte range of the searched part, and its first code point's index; None when start lies beyond the end.
fn window(vm: &mut Vm, a: &Args) -> Result<Option<(Range<usize>, usize)>, Ask> {
    let len = vm.str_of(a[0]).expect("a str").len();
    let (start, end) = util::search_bounds(vm, a.opt(2), a.opt(3), len)?;
    if start > end {
        return Ok(None);
    }
    let s = vm.str_of(a[0]).expect("a str");
    Ok(Some((s.offset(start)..s.offset(end), start)))
}
fn locate(vm: &mut Vm, a: Args, name: &str, last: bool) -> Result<Option<usize>, Ask> {
    str_arg(vm, &a, 1, &format!("{name}() argument 1"))?;
    let Some((range, start)) = window(vm, &a)? else { return Ok(None) };
    let s = vm.str_of(a[0]).expect("a str");
    let hay = &s.wtf8()[range];
    let needle = text(vm, a[1]);
    let found = if last { scan::rfind(hay.as_bytes(), needle.as_bytes()) } else { scan::find(hay.as_bytes(), needle.as_bytes()) };
    Ok(found.map(|at| start + if s.is_ascii() { at } else { hay[..at].code_points().count() }))
}
fn found_or_minus(vm: &mut Vm, found: Option<usize>) -> Step {
    Ok(vm.int(found.map_or(-1, |i| i as i64)))
}
fn found_or_error(vm: &mut Vm, found: Option<usize>) -> Step {
    match found {
        Some(i) => Ok(vm.int(i as i64)),
        None => Err(vm.value_error("substring not found")),
    }
}
fn find(vm: &mut Vm, a: Args) -> Step {
    let found = locate(vm, a, "find", false)?;
    found_or_minus(vm, found)
}
fn rfind(vm: &mut Vm, a: Args) -> Step {
    let found = locate(vm, a, "rfind", true)?;
    found_or_minus(vm, found)
}
fn index(vm: &mut Vm, a: Args) -> Step {
    let found = locate(vm, a, "index", false)?;
    found_or_error(vm, found)
}
fn rindex(vm: &mut Vm, a: Args) -> Step {
    let found = locate(vm, a, "rindex", true)?;
    found_or_error(vm, found)
}
fn count(vm: &mut Vm, a: Args) -> Step {
    str_arg(vm, &a, 1, "count() argument 1")?;
    let k = match window(vm, &a)? {
        None => 0,
        Some((range, _)) => {
            let (hay, needle) = (&text(vm, a[0])[range], text(vm, a[1]));
            if needle.is_empty() { hay.code_points().count() + 1 } else { scan::count(hay.as_bytes(), needle.as_bytes()) }
        }
    };
    Ok(vm.int(k as i64))
}

fn starts_with(vm: &mut Vm, a: Args) -> Step {
    tail_match(vm, a, "startswith", |hay, x| hay.starts_with(x))
}
fn ends_with(vm: &mut Vm, a: Args) -> Step {
    tail_match(vm, a, "endswith", |hay, x| hay.ends_with(x))
}
fn tail_match(vm: &mut Vm, a: Args, name: &str, test: fn(&[u8], &[u8]) -> bool) -> Step {
    let range = window(vm, &a)?;
    let candidates: Vec<Ref> = match vm.tuple_items(a[1]) {
        Some(items) => items.to_vec(),
        None => vec![a[1]],
    };
    let in_tuple = vm.tuple_items(a[1]).is_some();
    for r in candidates {
        let Some(x) = vm.str_of(r) else {
            let message = if in_tuple {
                format!("tuple for {name} must only contain str, not {}", vm.dotted_type_name(r))
            } else {
                format!("{name} first arg must be str or a tuple of str, not {}", vm.dotted_type_name(r))
            };
            return Err(vm.type_error(message));
        };
        if let Some((range, _)) = &range
            && test(text(vm, a[0])[range.clone()].as_bytes(), x.wtf8().as_bytes())
        {
            return Ok(vm.bool(true));
        }
    }
    Ok(vm.bool(false))
}

fn replace(vm: &mut Vm, a: Args) -> Step {
    str_arg(vm, &a, 1, "replace() argument 1")?;
    str_arg(vm, &a, 2, "replace() argument 2")?;
    let max = util::int_arg(vm, a.opt(3), -1)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let (hay, old, new) = (text(vm, a[0]), text(vm, a[1]), text(vm, a[2]));
    let places = if old.is_empty() { vm.str_of(a[0]).expect("a str").len() + 1 } else { scan::count(hay.as_bytes(), old.as_bytes()) };
    let places = places.min(max);
    if places == 0 {
        return Ok(util::same_or(vm, a[0], None));
    }
    let size = new.len().checked_mul(places).and_then(|k| k.checked_add(hay.len()));
    util::check_size(vm, size)?;
    let (hay, old, new) = (text(vm, a[0]), text(vm, a[1]), text(vm, a[2]));
    let out = hay.replacen(old, new, places);
    Ok(vm.str(out))
}
fn remove_prefix(vm: &mut Vm, a: Args) -> Step {
    str_arg(vm, &a, 1, "removeprefix() argument")?;
    let (s, x) = (text(vm, a[0]), text(vm, a[1]));
    let range = if s.as_bytes().starts_with(x.as_bytes()) { x.len()..s.len() } else { 0..s.len() };
    Ok(util::part(vm, a[0], range))
}
fn remove_suffix(vm: &mut Vm, a: Args) -> Step {
    str_arg(vm, &a, 1, "removesuffix() argument")?;
    let (s, x) = (text(vm, a[0]), text(vm, a[1]));
    let range = if s.as_bytes().ends_with(x.as_bytes()) { 0..s.len() - x.len() } else { 0..s.len() };
    Ok(util::part(vm, a[0], range))
}
