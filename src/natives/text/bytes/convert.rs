//! Hexadecimal text, translation tables.
use super::super::buffer;
use super::{data, like};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, t};

pub static DEFS: &[Def] = &[
    Def::method("hex", "(self, sep=<unrepresentable>, bytes_per_sep=1)", hex, "Text of two hexadecimal digits for each byte."),
    Def::class_method("fromhex", "(cls, string, /)", from_hex_method, "Bytes from hexadecimal text; white space is skipped."),
    Def::static_method("maketrans", "(frm, to, /)", make_trans, "A translation table for translate()."),
    Def::method("translate", "(self, table, /, delete=b'')", translate, "Each byte replaced by what the table has for it."),
];

/// Arguments of a `hex` method: separator and group size.
pub fn hex_args(vm: &mut Vm, sep: Option<Ref>, per: Option<Ref>) -> Result<Option<(u8, i64)>, Ask> {
    let per = match per {
        Some(r) => i64::from(vm.index_i32(r)?),
        None => 1,
    };
    let Some(sep) = sep else { return Ok(None) };
    let len = match (vm.str_of(sep), vm.bytes_of(sep)) {
        (Some(s), _) => s.len(),
        (_, Some(b)) => b.len(),
        _ => return Err(vm.type_error("sep must be str or bytes.")),
    };
    if len != 1 {
        return Err(vm.value_error("sep must be length 1."));
    }
    let c = vm.str_of(sep).map_or_else(|| vm.bytes_of(sep).map_or(0, |b| u32::from(b[0])), |s| s.at(0).to_u32());
    if c >= 128 {
        return Err(vm.value_error("sep must be ASCII."));
    }
    Ok(if per == 0 { None } else { Some((c as u8, per)) })
}
/// Hexadecimal digits, with a separator after each group: counted from the right for positive, from the left for negative sizes.
pub fn to_hex(b: &[u8], sep: Option<(u8, i64)>) -> String {
    let mut out = String::with_capacity(b.len() * 2);
    for (i, c) in b.iter().enumerate() {
        if let Some((sep, per)) = sep
            && i > 0
        {
            let position = if per > 0 { b.len() - i } else { i } as u64;
            if position.is_multiple_of(per.unsigned_abs()) {
                out.push(sep as char);
            }
        }
        out.push_str(&format!("{c:02x}"));
    }
    out
}
fn hex(vm: &mut Vm, a: Args) -> Step {
    let sep = hex_args(vm, a.opt(1), a.opt(2))?;
    let s = to_hex(data(vm, a[0]), sep);
    Ok(vm.str(s))
}

/// Bytes of hexadecimal text; the error is a message's end: the offending position, or None for an odd count.
pub fn from_hex(s: &[u8]) -> Result<Vec<u8>, Option<usize>> {
    let mut out = Vec::with_capacity(s.len() / 2);
    let digit = |i: usize| s.get(i).and_then(|c| (*c as char).to_digit(16));
    let mut at = 0;
    while at < s.len() {
        if super::split::is_space(s[at]) {
            at += 1;
            continue;
        }
        let high = digit(at).ok_or(Some(at))?;
        let low = digit(at + 1).ok_or(if at + 1 < s.len() { Some(at + 1) } else { None })?;
        out.push((high << 4 | low) as u8);
        at += 2;
    }
    Ok(out)
}
fn from_hex_method(vm: &mut Vm, a: Args) -> Step {
    let text: Vec<u8> = match vm.str_of(a[1]) {
        // Anything that is not ASCII is no digit; one byte for each character keeps positions right.
        Some(s) => s.wtf8().code_points().map(|c| c.to_u32().min(255) as u8).collect(),
        None => match buffer::contents(vm, a[1]) {
            Some(b) => b,
            None => {
                let message = format!("fromhex() argument must be str or bytes-like, not {}", vm.dotted_type_name(a[1]));
                return Err(vm.type_error(message));
            }
        },
    };
    match from_hex(&text) {
        Err(Some(at)) => Err(vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {at}"))),
        Err(None) => Err(vm.value_error("fromhex() arg must contain an even number of hexadecimal digits")),
        Ok(b) if a[0] == t::BYTES => Ok(vm.bytes(b)),
        Ok(b) if a[0] == t::BYTEARRAY => Ok(super::new_bytearray(vm, b)),
        Ok(b) => {
            let b = vm.bytes(b);
            let b = vm.keep(b);
            vm.tail_call(a[0], &[b])
        }
    }
}

fn make_trans(vm: &mut Vm, a: Args) -> Step {
    let from = buffer::required(vm, a[0])?;
    let to = buffer::required(vm, a[1])?;
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (f, g) in from.into_iter().zip(to) {
        table[f as usize] = g;
    }
    Ok(vm.bytes(table))
}
fn translate(vm: &mut Vm, a: Args) -> Step {
    let table = match a.not_none(1) {
        Some(r) => Some(buffer::required(vm, r)?),
        None => None,
    };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let delete = match a.opt(2) {
        Some(r) => buffer::required(vm, r)?,
        None => vec![],
    };
    let out: Vec<u8> = data(vm, a[0])
        .iter()
        .filter(|b| !delete.contains(b))
        .map(|b| table.as_ref().map_or(*b, |t| t[*b as usize]))
        .collect();
    if out == data(vm, a[0]) && matches!(vm.heap.get(a[0]), Payload::Bytes(_)) {
        return Ok(super::part(vm, a[0], 0..out.len()));
    }
    Ok(like(vm, a[0], out))
}
