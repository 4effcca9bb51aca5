//! `str.maketrans` and `str.translate`.
use super::super::util::{self, text};
use crate::heap::Ref;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, fixed, n, t};
use rustpython_wtf8::{CodePoint, Wtf8Buf};
use std::collections::HashMap;

pub static DEFS: &[Def] = &[
    Def::static_method("maketrans", "(x, y=None, z=None, /)", make_trans, "A translation table for str.translate()."),
    Def::method("translate", "(self, table, /)", translate, "Each character replaced by what the table has for its code point."),
];

fn make_trans(vm: &mut Vm, a: Args) -> Step {
    let table = vm.dict();
    let filled = match a.opt(1) {
        Some(y) => from_texts(vm, table.get(), a[0], y, a.opt(2)),
        None => from_dict(vm, table.get(), a[0]),
    };
    match filled {
        Ok(()) => Ok(table),
        Err(e) => {
            vm.release(table);
            Err(e)
        }
    }
}
fn put(vm: &mut Vm, table: Ref, key: CodePoint, value: Ref) -> Result<(), Ask> {
    let key = vm.int(i64::from(key.to_u32()));
    let key = vm.keep(key);
    vm.dict_set(table, key, value)
}
fn from_texts(vm: &mut Vm, table: Ref, x: Ref, y: Ref, z: Option<Ref>) -> Result<(), Ask> {
    if vm.str_of(y).is_none() {
        let message = format!("maketrans() argument 2 must be str, not {}", vm.dotted_type_name(y));
        return Err(vm.type_error(message));
    }
    if let Some(z) = z
        && vm.str_of(z).is_none()
    {
        let message = format!("maketrans() argument 3 must be str, not {}", vm.dotted_type_name(z));
        return Err(vm.type_error(message));
    }
    let Some(from) = vm.str_of(x) else {
        return Err(vm.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    let from: Vec<CodePoint> = from.wtf8().code_points().collect();
    let to: Vec<CodePoint> = text(vm, y).code_points().collect();
    if from.len() != to.len() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (f, g) in from.into_iter().zip(to) {
        let value = vm.int(i64::from(g.to_u32()));
        let value = vm.keep(value);
        put(vm, table, f, value)?;
    }
    let gone: Vec<CodePoint> = z.map_or(vec![], |z| text(vm, z).code_points().collect());
    for c in gone {
        put(vm, table, c, fixed::NONE)?;
    }
    Ok(())
}
fn from_dict(vm: &mut Vm, table: Ref, x: Ref) -> Result<(), Ask> {
    let Some(d) = vm.dict_of(x).filter(|_| vm.ty(x) == t::DICT) else {
        return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
    };
    let pairs: Vec<(Ref, Ref)> = d.iter().collect();
    for (k, v) in pairs {
        match vm.str_of(k) {
            Some(s) if s.len() == 1 => {
                let c = s.at(0);
                put(vm, table, c, v)?;
            }
            Some(_) => return Err(vm.value_error("string keys in translate table must be of length 1")),
            None if vm.is_int(k) => vm.dict_set(table, k, v)?,
            None => return Err(vm.type_error("keys in translate table must be strings or integers")),
        }
    }
    Ok(())
}

/// What a table says of one character: None keeps it.
fn mapping(vm: &mut Vm, table: Ref, c: CodePoint) -> Result<Option<Wtf8Buf>, Ask> {
    let key = vm.int(i64::from(c.to_u32()));
    let key = vm.keep(key);
    let Some(v) = look_up(vm, table, key)? else { return Ok(None) };
    if v == fixed::NONE {
        return Ok(Some(Wtf8Buf::new()));
    }
    if let Some(s) = vm.str_of(v) {
        return Ok(Some(s.wtf8().to_wtf8_buf()));
    }
    if !vm.is_int(v) {
        return Err(vm.type_error("character mapping must return integer, None or str"));
    }
    match vm.i64_of(v).and_then(util::point) {
        Some(c) => Ok(Some(Wtf8Buf::from(c))),
        None => Err(vm.value_error("character mapping must be in range(0x110000)")),
    }
}
/// `table[key]`; None when that raises LookupError.
pub fn look_up(vm: &mut Vm, table: Ref, key: Ref) -> Result<Option<Ref>, Ask> {
    if vm.ty(table) == t::DICT {
        return vm.dict_get(table, key);
    }
    let Some(f) = vm.lookup_special(table, n::__GETITEM__) else {
        let message = format!("'{}' object is not subscriptable", vm.dotted_type_name(table));
        return Err(vm.type_error(message));
    };
    if vm.ty(f) == t::SLOT_WRAPPER || vm.ty(f) == t::METHOD_DESCRIPTOR {
        return match vm.call_pure(table, n::__GETITEM__, &[key]) {
            Err(Ask::Raise(e)) if vm.is_a(e.get(), t::LOOKUP_ERROR) => {
                vm.release(e);
                Ok(None)
            }
            other => other,
        };
    }
    match vm.try_call_special(table, n::__GETITEM__, &[key])? {
        Some(Ok(v)) => Ok(Some(v)),
        Some(Err(e)) if vm.exc_is(e, t::LOOKUP_ERROR) => Ok(None),
        Some(Err(e)) => Err(vm.reraise(e)),
        None => Ok(None),
    }
}
fn translate(vm: &mut Vm, a: Args) -> Step {
    let points: Vec<CodePoint> = text(vm, a[0]).code_points().collect();
    let mut known: HashMap<u32, Option<Wtf8Buf>> = HashMap::new();
    let mut out = Wtf8Buf::with_capacity(points.len());
    for c in points {
        if !known.contains_key(&c.to_u32()) {
            let m = mapping(vm, a[1], c)?;
            known.insert(c.to_u32(), m);
        }
        match &known[&c.to_u32()] {
            Some(s) => out.push_wtf8(s),
            None => out.push(c),
        }
    }
    Ok(vm.str(out))
}
