//! Splitting `str`.
use super::super::scan;
use super::super::util::{self, text};
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm};
use rustpython_wtf8::{CodePoint, Wtf8};
use std::ops::Range;

pub static DEFS: &[Def] = &[
    Def::method("split", "(self, /, sep=None, maxsplit=-1)", split, "List of the parts between separators, from the left."),
    Def::method("rsplit", "(self, /, sep=None, maxsplit=-1)", rsplit, "List of the parts between separators, from the right."),
    Def::method("splitlines", "(self, /, keepends=False)", split_lines, "List of the lines."),
    Def::method("partition", "(self, sep, /)", partition, "What is before the first separator, the separator, and the rest."),
    Def::method("rpartition", "(self, sep, /)", rpartition, "What is before the last separator, the separator, and the rest."),
];

/// White space as `str.isspace` knows it.
pub fn is_space(c: CodePoint) -> bool {
    match c.to_u32() {
        0x09..=0x0D | 0x1C..=0x20 => true,
        0x21..=0x7F => false,
        _ => c.is_char_and(rustpython_unicode::classify::is_space),
    }
}

/// The list of the parts. CPython makes it with room for the most parts that there may be, up to twelve.
fn parts(vm: &mut Vm, a: Args, ranges: Vec<Range<usize>>, max: usize) -> Step {
    let len = text(vm, a[0]).code_points().count();
    let most = match (max, a.not_none(1)) {
        (usize::MAX, None) => (len.max(1) - 1) / 2 + 1,
        (usize::MAX, Some(sep)) => len / text(vm, sep).code_points().count() + 1,
        _ => max,
    };
    let items = ranges.into_iter().map(|r| util::part(vm, a[0], r)).collect();
    let list = vm.list(items);
    util::room_of_parts(vm, list.get(), most);
    Ok(list)
}
fn separator(vm: &mut Vm, a: &Args) -> Result<(bool, usize), Ask> {
    let max = util::int_arg(vm, a.opt(2), -1)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let Some(sep) = a.not_none(1) else { return Ok((false, max)) };
    match vm.str_of(sep) {
        None => {
            let message = format!("must be str or None, not {}", vm.dotted_type_name(sep));
            Err(vm.type_error(message))
        }
        Some(s) if s.is_empty() => Err(vm.value_error("empty separator")),
        Some(_) => Ok((true, max)),
    }
}
fn split(vm: &mut Vm, a: Args) -> Step {
    let (given, max) = separator(vm, &a)?;
    let s = text(vm, a[0]);
    let ranges = if given {
        scan::split(s.as_bytes(), text(vm, a[1]).as_bytes(), max)
    } else {
        scan::words(s.code_point_indices().map(|(at, c)| (at, is_space(c))), s.len(), max)
    };
    parts(vm, a, ranges, max)
}
fn rsplit(vm: &mut Vm, a: Args) -> Step {
    let (given, max) = separator(vm, &a)?;
    let s = text(vm, a[0]);
    let ranges = if given {
        scan::rsplit(s.as_bytes(), text(vm, a[1]).as_bytes(), max)
    } else {
        scan::rwords(s.code_point_indices().rev().map(|(at, c)| (at, c.len_wtf8(), is_space(c))), max)
    };
    parts(vm, a, ranges, max)
}

/// The line boundaries of `str.splitlines`.
pub fn is_line_break(c: u32) -> bool {
    matches!(c, 0x0A..=0x0D | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}
/// Byte ranges of lines: the content's end, and the end with the line break.
pub fn lines(s: &Wtf8) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut points = s.code_point_indices().peekable();
    while let Some((at, c)) = points.next() {
        if !is_line_break(c.to_u32()) {
            continue;
        }
        let mut end = at + c.len_wtf8();
        if c.to_u32() == 0x0D && points.peek().is_some_and(|(_, c)| c.to_u32() == 0x0A) {
            points.next();
            end += 1;
        }
        out.push((start, at, end));
        start = end;
    }
    if start < s.len() {
        out.push((start, s.len(), s.len()));
    }
    out
}
fn split_lines(vm: &mut Vm, a: Args) -> Step {
    let keep = util::bool_arg(vm, a.opt(1), false)?;
    let ranges: Vec<Range<usize>> = lines(text(vm, a[0])).into_iter().map(|(from, content, end)| from..if keep { end } else { content }).collect();
    let items = ranges.into_iter().map(|r| util::part(vm, a[0], r)).collect();
    Ok(vm.list(items))
}

fn partition(vm: &mut Vm, a: Args) -> Step {
    partition_at(vm, a, false)
}
fn rpartition(vm: &mut Vm, a: Args) -> Step {
    partition_at(vm, a, true)
}
fn partition_at(vm: &mut Vm, a: Args, last: bool) -> Step {
    let Some(width) = vm.str_of(a[1]).map(|s| s.wtf8().len()) else {
        let message = format!("must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if width == 0 {
        return Err(vm.value_error("empty separator"));
    }
    let (s, x) = (text(vm, a[0]), text(vm, a[1]));
    let len = s.len();
    let found = if last { s.rfind(x) } else { s.find(x) };
    let items = match found {
        Some(at) => {
            let before = util::part(vm, a[0], 0..at);
            let middle = vm.incref(a[1]);
            vec![before, middle, util::part(vm, a[0], at + width..len)]
        }
        None => {
            let whole = util::same_or(vm, a[0], None);
            let (e, f) = (vm.str(""), vm.str(""));
            if last { vec![e, f, whole] } else { vec![whole, e, f] }
        }
    };
    Ok(vm.tuple(items))
}
