//! Stripping and padding of `str`.
use super::super::scan;
use super::super::util::{self, text};
use super::split::is_space;
use crate::heap::Ref;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

pub static DEFS: &[Def] = &[
    Def::method("strip", "(self, chars=None, /)", |vm, a| strip(vm, a, "strip", true, true), "Without leading and trailing white space, or the given characters."),
    Def::method("lstrip", "(self, chars=None, /)", |vm, a| strip(vm, a, "lstrip", true, false), "Without leading white space, or the given characters."),
    Def::method("rstrip", "(self, chars=None, /)", |vm, a| strip(vm, a, "rstrip", false, true), "Without trailing white space, or the given characters."),
    Def::method("ljust", "(self, width, fillchar=' ', /)", |vm, a| justify(vm, a, |_, _| 0), "Left-justified in a field of this width."),
    Def::method("rjust", "(self, width, fillchar=' ', /)", |vm, a| justify(vm, a, |missing, _| missing), "Right-justified in a field of this width."),
    // An odd space goes to the left exactly when the width is odd.
    Def::method("center", "(self, width, fillchar=' ', /)", |vm, a| justify(vm, a, |m, w| m / 2 + (m & w & 1)), "Centred in a field of this width."),
    Def::method("zfill", "(self, width, /)", zfill, "Padded on the left with zeros, behind a sign."),
    Def::method("expandtabs", "(self, /, tabsize=8)", expand_tabs, "With tabs expanded to spaces."),
];

fn strip(vm: &mut Vm, a: Args, name: &str, left: bool, right: bool) -> Step {
    let s = text(vm, a[0]);
    let chars: Option<Vec<CodePoint>> = match a.not_none(1) {
        None => None,
        Some(r) => match vm.str_of(r) {
            Some(c) => Some(c.wtf8().code_points().collect()),
            None => return Err(vm.type_error(format!("{name} arg must be None or str"))),
        },
    };
    let drop = |c: CodePoint| match &chars {
        Some(set) => set.contains(&c),
        None => is_space(c),
    };
    let start = if left { s.code_point_indices().find(|(_, c)| !drop(*c)).map_or(s.len(), |(at, _)| at) } else { 0 };
    let rest = &s[start..];
    let end = if right {
        rest.code_point_indices().rev().find(|(_, c)| !drop(*c)).map_or(start, |(at, c)| start + at + c.len_wtf8())
    } else {
        s.len()
    };
    Ok(util::part(vm, a[0], start..end))
}

fn fill_arg(vm: &mut Vm, r: Option<Ref>) -> Result<CodePoint, Ask> {
    let Some(r) = r else { return Ok(CodePoint::from(' ')) };
    let Some(s) = vm.str_of(r) else {
        let message = format!("The fill character must be a unicode character, not {}", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    };
    if s.len() != 1 {
        return Err(vm.type_error("The fill character must be exactly one character long"));
    }
    Ok(s.at(0))
}
/// `left` gives the fill in front from the missing characters and the width.
fn justify(vm: &mut Vm, a: Args, left: fn(usize, usize) -> usize) -> Step {
    let width = vm.index_i64(a[1])?.max(0) as usize;
    let fill = fill_arg(vm, a.opt(2))?;
    let missing = width.saturating_sub(vm.str_of(a[0]).expect("a str").len());
    if missing == 0 {
        return Ok(util::same_or(vm, a[0], None));
    }
    util::check_size(vm, Some(width))?;
    let before = left(missing, width);
    let mut out = Wtf8Buf::with_capacity(width);
    (0..before).for_each(|_| out.push(fill));
    out.push_wtf8(text(vm, a[0]));
    (before..missing).for_each(|_| out.push(fill));
    Ok(vm.str(out))
}
fn zfill(vm: &mut Vm, a: Args) -> Step {
    let width = vm.index_i64(a[1])?.max(0) as usize;
    let missing = width.saturating_sub(vm.str_of(a[0]).expect("a str").len());
    if missing == 0 {
        return Ok(util::same_or(vm, a[0], None));
    }
    util::check_size(vm, Some(width))?;
    let s = text(vm, a[0]);
    let sign = s.as_bytes().first().is_some_and(|c| matches!(c, b'+' | b'-')) as usize;
    let mut out = s[..sign].to_wtf8_buf();
    (0..missing).for_each(|_| out.push_char('0'));
    out.push_wtf8(&s[sign..]);
    Ok(vm.str(out))
}
fn expand_tabs(vm: &mut Vm, a: Args) -> Step {
    let size = match a.opt(1) {
        Some(r) => i64::from(vm.index_i32(r)?),
        None => 8,
    };
    let limit = vm.memory_limit;
    let s = text(vm, a[0]);
    if !s.as_bytes().contains(&b'\t') {
        return Ok(util::same_or(vm, a[0], None));
    }
    let points = s.code_point_indices().map(|(at, c)| &s.as_bytes()[at..at + c.len_wtf8()]);
    match scan::expand_tabs(points, size, limit).and_then(|b| Wtf8Buf::from_bytes(b).ok()) {
        Some(out) => Ok(vm.str(out)),
        None => Err(vm.overflow_error("new string is too long")),
    }
}
