//! Splitting `bytes` and `bytearray`.
use super::super::{buffer, scan, util};
use super::{data, like, part};
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm};
use std::ops::Range;

pub static DEFS: &[Def] = &[
    Def::method("split", "(self, /, sep=None, maxsplit=-1)", split, "List of the parts between separators, from the left."),
    Def::method("rsplit", "(self, /, sep=None, maxsplit=-1)", rsplit, "List of the parts between separators, from the right."),
    Def::method("splitlines", "(self, /, keepends=False)", split_lines, "List of the lines."),
    Def::method("partition", "(self, sep, /)", |vm, a| partition(vm, a, false), "What is before the first separator, the separator, and the rest."),
    Def::method("rpartition", "(self, sep, /)", |vm, a| partition(vm, a, true), "What is before the last separator, the separator, and the rest."),
];

/// White space of bytes: ASCII's.
pub fn is_space(b: u8) -> bool {
    matches!(b, 0x09..=0x0D | b' ')
}
fn parts(vm: &mut Vm, a: Args, ranges: Vec<Range<usize>>, max: usize) -> Step {
    let items = ranges.into_iter().map(|r| part(vm, a[0], r)).collect();
    let list = vm.list(items);
    util::room_of_parts(vm, list.get(), max);
    Ok(list)
}
fn separator(vm: &mut Vm, a: &Args) -> Result<(Option<Vec<u8>>, usize), Ask> {
    let max = util::int_arg(vm, a.opt(2), -1)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let Some(sep) = a.not_none(1) else { return Ok((None, max)) };
    let sep = buffer::required(vm, sep)?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    Ok((Some(sep), max))
}
fn split(vm: &mut Vm, a: Args) -> Step {
    let (sep, max) = separator(vm, &a)?;
    let b = data(vm, a[0]);
    let ranges = match sep {
        Some(sep) => scan::split(b, &sep, max),
        None => scan::words(b.iter().enumerate().map(|(i, b)| (i, is_space(*b))), b.len(), max),
    };
    parts(vm, a, ranges, max)
}
fn rsplit(vm: &mut Vm, a: Args) -> Step {
    let (sep, max) = separator(vm, &a)?;
    let b = data(vm, a[0]);
    let ranges = match sep {
        Some(sep) => scan::rsplit(b, &sep, max),
        None => scan::rwords(b.iter().enumerate().rev().map(|(i, b)| (i, 1, is_space(*b))), max),
    };
    parts(vm, a, ranges, max)
}
fn split_lines(vm: &mut Vm, a: Args) -> Step {
    let keep = util::bool_arg(vm, a.opt(1), false)?;
    let b = data(vm, a[0]);
    let (mut ranges, mut start) = (Vec::new(), 0);
    while let Some(k) = b[start..].iter().position(|c| matches!(c, b'\n' | b'\r')) {
        let content = start + k;
        let end = content + if b[content..].starts_with(b"\r\n") { 2 } else { 1 };
        ranges.push(start..if keep { end } else { content });
        start = end;
    }
    if start < b.len() {
        ranges.push(start..b.len());
    }
    let items = ranges.into_iter().map(|r| part(vm, a[0], r)).collect();
    Ok(vm.list(items))
}
fn partition(vm: &mut Vm, a: Args, last: bool) -> Step {
    let sep = buffer::required(vm, a[1])?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let b = data(vm, a[0]);
    let len = b.len();
    let found = if last { scan::rfind(b, &sep) } else { scan::find(b, &sep) };
    let items = match found {
        Some(at) => {
            let width = sep.len();
            vec![part(vm, a[0], 0..at), like(vm, a[0], sep), part(vm, a[0], at + width..len)]
        }
        None => {
            let whole = part(vm, a[0], 0..len);
            let (e, f) = (like(vm, a[0], vec![]), like(vm, a[0], vec![]));
            if last { vec![e, f, whole] } else { vec![whole, e, f] }
        }
    };
    Ok(vm.tuple(items))
}
