//! Stripping and padding of `bytes` and `bytearray`.
use super::super::{buffer, scan, util};
use super::split::is_space;
use super::{data, like, part};
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, t};

pub static DEFS: &[Def] = &[
    Def::method("strip", "(self, bytes=None, /)", |vm, a| strip(vm, a, true, true), "Without leading and trailing ASCII white space, or the given bytes."),
    Def::method("lstrip", "(self, bytes=None, /)", |vm, a| strip(vm, a, true, false), "Without leading ASCII white space, or the given bytes."),
    Def::method("rstrip", "(self, bytes=None, /)", |vm, a| strip(vm, a, false, true), "Without trailing ASCII white space, or the given bytes."),
    Def::method("ljust", "(self, width, fillchar=b' ', /)", |vm, a| justify(vm, a, "ljust", |_, _| 0), "Left-justified in a field of this width."),
    Def::method("rjust", "(self, width, fillchar=b' ', /)", |vm, a| justify(vm, a, "rjust", |missing, _| missing), "Right-justified in a field of this width."),
    Def::method("center", "(self, width, fillchar=b' ', /)", |vm, a| justify(vm, a, "center", |m, w| m / 2 + (m & w & 1)), "Centred in a field of this width."),
    Def::method("zfill", "(self, width, /)", zfill, "Padded on the left with zeros, behind a sign."),
    Def::method("expandtabs", "(self, /, tabsize=8)", expand_tabs, "With tabs expanded to spaces."),
];

fn strip(vm: &mut Vm, a: Args, left: bool, right: bool) -> Step {
    let chars = match a.not_none(1) {
        Some(r) => Some(buffer::required(vm, r)?),
        None => None,
    };
    let drop = |b: &u8| chars.as_ref().map_or(is_space(*b), |set| set.contains(b));
    let b = data(vm, a[0]);
    let start = if left { b.iter().position(|c| !drop(c)).unwrap_or(b.len()) } else { 0 };
    let end = if right { b[start..].iter().rposition(|c| !drop(c)).map_or(start, |k| start + k + 1) } else { b.len() };
    Ok(part(vm, a[0], start..end))
}
fn fill_arg(vm: &mut Vm, a: &Args, name: &str) -> Result<u8, Ask> {
    let Some(r) = a.opt(2) else { return Ok(b' ') };
    let message = match vm.bytes_of(r) {
        Some([c]) => return Ok(*c),
        Some(b) => {
            let kind = if vm.is_a(r, t::BYTES) { "bytes" } else { "bytearray" };
            format!("{name}(): argument 2 must be a byte string of length 1, not a {kind} object of length {}", b.len())
        }
        None => format!("{name}() argument 2 must be a byte string of length 1, not {}", vm.dotted_type_name(r)),
    };
    Err(vm.type_error(message))
}
fn justify(vm: &mut Vm, a: Args, name: &str, left: fn(usize, usize) -> usize) -> Step {
    let width = vm.index_i64(a[1])?.max(0) as usize;
    let fill = fill_arg(vm, &a, name)?;
    let len = data(vm, a[0]).len();
    let missing = width.saturating_sub(len);
    if missing == 0 {
        return Ok(part(vm, a[0], 0..len));
    }
    util::check_size(vm, Some(width))?;
    let before = left(missing, width);
    let mut out = vec![fill; before];
    out.extend_from_slice(data(vm, a[0]));
    out.resize(width, fill);
    Ok(like(vm, a[0], out))
}
fn zfill(vm: &mut Vm, a: Args) -> Step {
    let width = vm.index_i64(a[1])?.max(0) as usize;
    let len = data(vm, a[0]).len();
    let missing = width.saturating_sub(len);
    if missing == 0 {
        return Ok(part(vm, a[0], 0..len));
    }
    util::check_size(vm, Some(width))?;
    let b = data(vm, a[0]);
    let sign = matches!(b.first(), Some(b'+' | b'-')) as usize;
    let mut out = b[..sign].to_vec();
    out.resize(sign + missing, b'0');
    out.extend_from_slice(&b[sign..]);
    Ok(like(vm, a[0], out))
}
fn expand_tabs(vm: &mut Vm, a: Args) -> Step {
    let size = match a.opt(1) {
        Some(r) => i64::from(vm.index_i32(r)?),
        None => 8,
    };
    let limit = vm.memory_limit;
    match scan::expand_tabs(data(vm, a[0]).chunks(1), size, limit) {
        Some(b) => Ok(like(vm, a[0], b)),
        None => Err(vm.overflow_error("result too long")),
    }
}
