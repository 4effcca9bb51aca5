//! Codecs defined by a table: `charmap_encode`, `charmap_decode`, `charmap_build`.
use super::codecs::{errors_arg, pair};
use crate::heap::Ref;
use crate::natives::text::codec::errors::{self, Replacement};
use crate::natives::text::codec::{Bad, Codec};
use crate::natives::text::str::look_up;
use crate::natives::text::{buffer, codec, util};
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, fixed};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

pub static DEFS: &[Def] = &[
    Def::function("charmap_encode", "(str, errors=None, mapping=None, /)", encode, ""),
    Def::function("charmap_decode", "(data, errors=None, mapping=None, /)", decode, ""),
    Def::function("charmap_build", "(map, /)", build, ""),
];
const UNDEFINED: &str = "character maps to <undefined>";

/// A table from a text of up to 256 characters: code point → byte.
fn build(vm: &mut Vm, a: Args) -> Step {
    util::str_arg(vm, &a, 0, "charmap_build() argument")?;
    let points: Vec<CodePoint> = util::text(vm, a[0]).code_points().collect();
    let table = vm.dict();
    for (i, c) in points.into_iter().enumerate() {
        if c.to_u32() == 0xFFFE {
            continue;
        }
        let (k, v) = (vm.int(i64::from(c.to_u32())), vm.int(i as i64));
        let (k, v) = (vm.keep(k), vm.keep(v));
        vm.dict_set(table.get(), k, v).expect("ints hash and compare at once");
    }
    Ok(table)
}
/// Bytes of one character; None when it has none.
fn encoded(vm: &mut Vm, mapping: Ref, c: CodePoint) -> Result<Option<Vec<u8>>, Ask> {
    let key = vm.int(i64::from(c.to_u32()));
    let key = vm.keep(key);
    let Some(v) = look_up(vm, mapping, key)?.filter(|v| *v != fixed::NONE) else { return Ok(None) };
    if let Some(b) = vm.bytes_of(v) {
        return Ok(Some(b.to_vec()));
    }
    if !vm.is_int(v) {
        let message = format!("character mapping must return integer, bytes or None, not {}", vm.dotted_type_name(v));
        return Err(vm.type_error(message));
    }
    match vm.i64_of(v).and_then(|i| u8::try_from(i).ok()) {
        Some(b) => Ok(Some(vec![b])),
        None => Err(vm.type_error("character mapping must be in range(256)")),
    }
}
fn encode(vm: &mut Vm, a: Args) -> Step {
    util::str_arg(vm, &a, 0, "charmap_encode() argument 1")?;
    let errors_name = errors_arg(vm, a.opt(1))?;
    let points: Vec<CodePoint> = util::text(vm, a[0]).code_points().collect();
    let mut out = Vec::new();
    let Some(mapping) = a.not_none(2) else {
        let b = codec::encode(vm, Codec::Latin1, a[0], &errors_name)?;
        let b = vm.bytes(b);
        return Ok(pair(vm, b, points.len()));
    };
    let mut at = 0;
    while at < points.len() {
        if let Some(b) = encoded(vm, mapping, points[at])? {
            out.extend(b);
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while end < points.len() && encoded(vm, mapping, points[end])?.is_none() {
            end += 1;
        }
        let bad = Bad { start: at, end, reason: UNDEFINED };
        let (replacement, next) = errors::on_encode(vm, "charmap", a[0], &bad, &errors_name)?;
        match replacement {
            Replacement::Bytes(b) => out.extend(b),
            Replacement::Text(s) => {
                for c in s {
                    match encoded(vm, mapping, c)? {
                        Some(b) => out.extend(b),
                        None => return Err(errors::encode_error(vm, "charmap", a[0], &bad)?),
                    }
                }
            }
        }
        at = next;
    }
    let b = vm.bytes(out);
    Ok(pair(vm, b, points.len()))
}

/// Text of one byte; None when it has none.
fn decoded(vm: &mut Vm, mapping: Ref, byte: u8) -> Result<Option<Wtf8Buf>, Ask> {
    if let Some(table) = vm.str_of(mapping) {
        let c = (usize::from(byte) < table.len()).then(|| table.at(byte.into())).filter(|c| c.to_u32() != 0xFFFE);
        return Ok(c.map(Wtf8Buf::from));
    }
    let key = vm.int(byte.into());
    let key = vm.keep(key);
    let Some(v) = look_up(vm, mapping, key)?.filter(|v| *v != fixed::NONE) else { return Ok(None) };
    if let Some(s) = vm.str_of(v) {
        return Ok(Some(s.wtf8().to_wtf8_buf()).filter(|s| s.code_points().next().is_none_or(|c| c.to_u32() != 0xFFFE)));
    }
    if !vm.is_int(v) {
        return Err(vm.type_error("character mapping must return integer, None or str"));
    }
    match vm.i64_of(v).and_then(util::point) {
        Some(c) if c.to_u32() == 0xFFFE => Ok(None),
        Some(c) => Ok(Some(Wtf8Buf::from(c))),
        None => Err(vm.type_error("character mapping must be in range(0x110000)")),
    }
}
fn decode(vm: &mut Vm, a: Args) -> Step {
    let data = buffer::required(vm, a[0])?;
    let errors_name = errors_arg(vm, a.opt(1))?;
    let Some(mapping) = a.not_none(2) else {
        let len = data.len();
        let (s, _) = codec::decode(vm, Codec::Latin1, data, &errors_name, true)?;
        let s = vm.str(s);
        return Ok(pair(vm, s, len));
    };
    let mut out = Wtf8Buf::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        if let Some(s) = decoded(vm, mapping, data[at])? {
            out.push_wtf8(&s);
            at += 1;
            continue;
        }
        let bad = Bad { start: at, end: at + 1, reason: UNDEFINED };
        let (replacement, next) = errors::on_decode(vm, "charmap", &data, &bad, &errors_name)?;
        replacement.into_iter().for_each(|c| out.push(c));
        at = next;
    }
    let s = vm.str(out);
    Ok(pair(vm, s, data.len()))
}
