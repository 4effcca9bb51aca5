//! Methods of `int` that are no operators: texts, bytes, rounding, sizes.
use super::super::arith::int;
use super::super::format_error;
use crate::heap::{Owned, Ref};
use crate::objects::int_ops::{self, IntRef, IntVal};
use crate::objects::{format_spec, int_text};
use crate::vm::api::{hash_bigint, hash_int};
use crate::vm::{Args, Ask, Step, Vm, t};

/// The receiver's value.
fn own<'a>(vm: &'a Vm, a: &Args) -> IntRef<'a> {
    int(&vm.heap, a[0]).expect("a method of int has an int as its receiver")
}

/// ValueError of the limit on decimal digits; `count` where it is known.
pub fn too_many_digits(vm: &mut Vm, count: Option<usize>) -> Ask {
    let limit = vm.int_max_str_digits;
    let found = count.map_or(String::new(), |k| format!(": value has {k} digits"));
    vm.value_error(format!(
        "Exceeds the limit ({limit} digits) for integer string conversion{found}; \
         use sys.set_int_max_str_digits() to increase the limit"
    ))
}
/// Decimal text of an int object, within the limit on digits.
pub fn decimal_text(vm: &mut Vm, r: Ref) -> Result<String, Ask> {
    let text = int(&vm.heap, r).map(|i| int_text::to_decimal(i, vm.int_max_str_digits)).expect("an int");
    text.ok_or_else(|| too_many_digits(vm, None))
}
pub fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = decimal_text(vm, a[0])?;
    Ok(vm.str(text))
}
pub fn hash(vm: &mut Vm, a: Args) -> Step {
    let h = match own(vm, &a) {
        IntRef::Small(i) => hash_int(i),
        IntRef::Big(b) => hash_bigint(b),
    };
    Ok(vm.int(h))
}
pub fn float(vm: &mut Vm, a: Args) -> Step {
    let r = own(vm, &a).to_f64();
    vm.float_result(r)
}
pub fn bit_length(vm: &mut Vm, a: Args) -> Step {
    let k = own(vm, &a).bits();
    Ok(vm.int(k as i64))
}
pub fn bit_count(vm: &mut Vm, a: Args) -> Step {
    let k = int_ops::bit_count(own(vm, &a));
    Ok(vm.int(k as i64))
}
pub fn size(vm: &mut Vm, a: Args) -> Step {
    let k = 24 + 4 * int_ops::digits30(own(vm, &a));
    Ok(vm.int(k as i64))
}
pub fn zero(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(0))
}
pub fn one(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(1))
}
pub fn is_integer(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.bool(true))
}
/// The receiver as an exact int.
fn plain(vm: &mut Vm, a: &Args) -> Owned {
    if vm.ty(a[0]) == t::INT {
        return vm.incref(a[0]);
    }
    let v = own(vm, a).to_val();
    vm.int_val(v)
}
pub fn ratio(vm: &mut Vm, a: Args) -> Step {
    let pair = vec![plain(vm, &a), vm.int(1)];
    Ok(vm.tuple(pair))
}

/// `round(i, n)`: for negative `n` the nearest multiple of 10^−n, ties to even.
pub fn round(vm: &mut Vm, a: Args) -> Step {
    let Some(digits) = a.not_none(1) else { return Ok(plain(vm, &a)) };
    let digits = vm.index_clamped(digits)?;
    if digits >= 0 {
        return Ok(plain(vm, &a));
    }
    let r = int_ops::round_to(own(vm, &a), digits.unsigned_abs(), vm.memory_limit);
    vm.int_result(r)
}

pub fn format(vm: &mut Vm, a: Args) -> Step {
    let Some(text) = vm.str_of(a[1]).map(|s| s.wtf8().to_owned()) else {
        let message = format!("__format__() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if text.is_empty() {
        let s = if vm.ty(a[0]) == t::INT { vm.repr(a[0])? } else { vm.to_str(a[0])? };
        return Ok(vm.incref(s));
    }
    let name = vm.type_name(a[0]).to_owned();
    let spec = format_spec::parse(&text, &name).map_err(|e| format_error(vm, e))?;
    if let Some(c) = spec.kind.map_or(Some('d'), |c| c.to_char())
        && matches!(c, 'd' | 'n')
    {
        decimal_text(vm, a[0])?;
    }
    let shown = spec.format_int(&own(vm, &a).to_big(), &name).map_err(|e| format_error(vm, e))?;
    Ok(vm.str(shown))
}

/// The `byteorder` argument: whether little.
fn is_little(vm: &mut Vm, order: Option<Ref>, method: &str) -> Result<bool, Ask> {
    let Some(order) = order else { return Ok(false) };
    if vm.str_of(order).is_none() {
        let message = format!("{method}() argument 'byteorder' must be str, not {}", vm.dotted_type_name(order));
        return Err(vm.type_error(message));
    }
    match vm.utf8(order) {
        Some("little") => Ok(true),
        Some("big") => Ok(false),
        _ => Err(vm.value_error("byteorder must be either 'little' or 'big'")),
    }
}
/// `int.to_bytes(length=1, byteorder='big', *, signed=False)`.
pub fn to_bytes(vm: &mut Vm, a: Args) -> Step {
    let length = match a.opt(1) {
        Some(r) => vm.index_i64(r)?,
        None => 1,
    };
    let little = is_little(vm, a.opt(2), "to_bytes")?;
    let signed = match a.opt(3) {
        Some(r) => vm.truth(r)?,
        None => false,
    };
    if length < 0 {
        return Err(vm.value_error("length argument must be non-negative"));
    }
    if length as usize > vm.memory_limit {
        return Err(vm.memory_error());
    }
    match int_ops::to_bytes(own(vm, &a), length as usize, little, signed) {
        Ok(b) => Ok(vm.bytes(b)),
        Err(e) => Err(vm.arith_error(e)),
    }
}
/// `int.from_bytes(bytes, byteorder='big', *, signed=False)`.
pub fn from_bytes(vm: &mut Vm, a: Args) -> Step {
    let little = is_little(vm, a.opt(2), "from_bytes")?;
    let signed = match a.opt(3) {
        Some(r) => vm.truth(r)?,
        None => false,
    };
    let source = match vm.bytes_of(a[1]) {
        Some(_) => a[1],
        None if vm.is_int(a[1]) || vm.str_of(a[1]).is_some() => {
            let message = format!("cannot convert '{}' object to bytes", vm.dotted_type_name(a[1]));
            return Err(vm.type_error(message));
        }
        None => vm.call(t::BYTES, &[a[1]])?,
    };
    let value: IntVal = int_ops::from_bytes(vm.bytes_of(source).unwrap_or_default(), little, signed);
    let value = vm.int_val(value);
    if a[0] == t::INT {
        return Ok(value);
    }
    let value = vm.keep(value);
    vm.tail_call(a[0], &[value])
}
