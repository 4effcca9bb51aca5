//! `int(x)`, `int(text, base)`: what can become an int, and how.
use super::super::warn_deprecated;
use super::too_many_digits;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::int_ops::IntVal;
use crate::objects::int_text::{self, ParseError};
use crate::vm::{Args, Ask, Step, Vm, n, t};
use num_traits::ToPrimitive;

/// `int.__new__(cls, x=0, /, base=10)`.
pub fn new(vm: &mut Vm, a: Args) -> Step {
    let value = match (a.opt(1), a.opt(2)) {
        (None, None) => return Ok(alloc_int(vm, a[0], IntVal::Small(0))),
        (None, Some(_)) => return Err(vm.type_error("int() missing string argument")),
        (Some(x), None) => {
            let i = int_from_object(vm, x)?;
            if a[0] == t::INT {
                return Ok(vm.incref(i));
            }
            vm.int_of(i).expect("an int")
        }
        (Some(x), Some(base)) => from_text(vm, x, base)?,
    };
    Ok(alloc_int(vm, a[0], value))
}

/// An int object of a class that is `int` or derived from it.
pub fn alloc_int(vm: &mut Vm, cls: Ref, value: IntVal) -> Owned {
    if cls == t::INT {
        return vm.int_val(value);
    }
    let payload = match value {
        IntVal::Small(i) => Payload::Int(i),
        IntVal::Big(b) => match b.to_i64() {
            Some(i) => Payload::Int(i),
            None => Payload::BigInt(Box::new(b)),
        },
    };
    vm.alloc(cls, payload)
}

/// `int(x)` as an exact int object, lent (CPython `PyNumber_Long`).
pub fn int_from_object(vm: &mut Vm, x: Ref) -> Result<Ref, Ask> {
    if vm.ty(x) == t::INT {
        return Ok(x);
    }
    for name in [n::__INT__, n::__INDEX__] {
        let Some(i) = vm.call_pure(x, name, &[])? else { continue };
        if !vm.is_int(i) {
            let method = if name == n::__INT__ { "__int__" } else { "__index__" };
            let message = format!("{method} returned non-int (type {})", vm.dotted_type_name(i));
            return Err(vm.type_error(message));
        }
        return exact(vm, i, if name == n::__INT__ { "__int__" } else { "__index__" });
    }
    if vm.str_of(x).is_some() || vm.bytes_of(x).is_some() {
        let value = parse_text(vm, x, 10)?;
        let i = vm.int_val(value);
        return Ok(vm.keep(i));
    }
    let message = format!("int() argument must be a string, a bytes-like object or a real number, not '{}'", vm.dotted_type_name(x));
    Err(vm.type_error(message))
}
/// What `__int__` gave, as an exact int; a subclass's instance is deprecated.
fn exact(vm: &mut Vm, i: Ref, method: &str) -> Result<Ref, Ask> {
    if vm.ty(i) == t::INT {
        return Ok(i);
    }
    let message = format!(
        "{method} returned non-int (type {}).  The ability to return an instance of a strict subclass of int is \
         deprecated, and may not be supported in a future version of Python.",
        vm.dotted_type_name(i)
    );
    warn_deprecated(vm, &message)?;
    let value = vm.int_of(i).expect("an int");
    let i = vm.int_val(value);
    Ok(vm.keep(i))
}

/// `int(text, base)` with an explicit base.
fn from_text(vm: &mut Vm, x: Ref, base: Ref) -> Result<IntVal, Ask> {
    let base = vm.index_clamped(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    if vm.str_of(x).is_none() && vm.bytes_of(x).is_none() {
        return Err(vm.type_error("int() can't convert non-string with explicit base"));
    }
    parse_text(vm, x, base as u32)
}

/// Parses a `str`, `bytes` or `bytearray` as an int.
pub fn parse_text(vm: &mut Vm, x: Ref, base: u32) -> Result<IntVal, Ask> {
    let text = number_text(vm, x).expect("str or bytes");
    match int_text::parse(&text, base, vm.int_max_str_digits) {
        Ok(v) => Ok(v),
        Err(ParseError::TooManyDigits(k)) => Err(too_many_digits(vm, Some(k))),
        Err(ParseError::Invalid) => {
            let shown = vm.repr(x)?;
            let shown: String = vm.lossy(shown).chars().take(200).collect();
            Err(vm.value_error(format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

/// The ASCII text of a number literal in a `str`, `bytes` or `bytearray`.
pub fn number_text(vm: &Vm, x: Ref) -> Option<String> {
    if let Some(s) = vm.str_of(x) {
        return Some(int_text::to_ascii_number(s.wtf8()));
    }
    let ascii = |b: &u8| if b.is_ascii() { *b as char } else { '?' };
    vm.bytes_of(x).map(|b| b.iter().map(ascii).collect())
}
