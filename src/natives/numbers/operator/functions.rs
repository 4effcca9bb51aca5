//! The functions of `_operator`.
use super::super::arith::{Unary, number_binary, number_unary};
use crate::heap::Ref;
use crate::vm::api::Cmp;
use crate::vm::{Args, Step, Vm, fixed};

/// A binary operator: of exact numbers here, else the prelude's.
pub fn binary(vm: &mut Vm, a: Args, op: usize, prelude: &str) -> Step {
    match number_binary(vm, op, a[0], a[1]) {
        Some(r) => r,
        None => vm.tail_prelude(prelude, &[a[0], a[1]]),
    }
}
fn unary(vm: &mut Vm, a: Args, op: Unary, prelude: &str) -> Step {
    match number_unary(vm, op, a[0]) {
        Some(r) => r,
        None => vm.tail_prelude(prelude, &[a[0]]),
    }
}
pub fn neg(vm: &mut Vm, a: Args) -> Step {
    unary(vm, a, Unary::Neg, "operator_neg")
}
pub fn pos(vm: &mut Vm, a: Args) -> Step {
    unary(vm, a, Unary::Pos, "operator_pos")
}
pub fn abs(vm: &mut Vm, a: Args) -> Step {
    unary(vm, a, Unary::Abs, "operator_abs")
}
pub fn invert(vm: &mut Vm, a: Args) -> Step {
    unary(vm, a, Unary::Invert, "operator_invert")
}
pub fn compare<const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    let r = vm.rich_compare(a[0], a[1], Cmp::ALL[OP])?;
    Ok(vm.incref(r))
}
pub fn is(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.bool(a[0] == a[1]))
}
pub fn is_not(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.bool(a[0] != a[1]))
}
pub fn is_none(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.bool(a[0] == fixed::NONE))
}
pub fn is_not_none(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.bool(a[0] != fixed::NONE))
}
pub fn not(vm: &mut Vm, a: Args) -> Step {
    let b = vm.truth(a[0])?;
    Ok(vm.bool(!b))
}
pub fn truth(vm: &mut Vm, a: Args) -> Step {
    let b = vm.truth(a[0])?;
    Ok(vm.bool(b))
}
pub fn index(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_ref(a[0])?;
    let v = vm.int_of(i).expect("an int");
    Ok(vm.int_val(v))
}
pub fn length_hint(vm: &mut Vm, a: Args) -> Step {
    let default = match a.opt(1) {
        Some(d) => vm.index_i64(d)?,
        None => 0,
    };
    let default = vm.int(default);
    let default = vm.keep(default);
    vm.tail_prelude("operator_length_hint", &[a[0], default])
}
pub fn call(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let kwargs = vm.kwargs_of(a.opt(2));
    vm.tail_call_kw(a[0], &args, &kwargs)
}
/// Bytes of an ASCII `str` or a bytes-like object.
fn digest(vm: &Vm, r: Ref) -> Option<Vec<u8>> {
    match vm.str_of(r) {
        Some(s) => s.as_str().map(|s| s.as_bytes().to_vec()),
        None => vm.bytes_of(r).map(<[u8]>::to_vec),
    }
}
pub fn compare_digest(vm: &mut Vm, a: Args) -> Step {
    let texts = [a[0], a[1]].map(|r| vm.str_of(r).map(|s| s.is_ascii()));
    if texts == [Some(false), Some(true)] || texts == [Some(true), Some(false)] || texts == [Some(false), Some(false)] {
        return Err(vm.type_error("comparing strings with non-ASCII characters is not supported"));
    }
    match (digest(vm, a[0]), digest(vm, a[1])) {
        (Some(x), Some(y)) if texts[0].is_some() == texts[1].is_some() => Ok(vm.bool(x == y)),
        _ => {
            let message = format!(
                "unsupported operand types(s) or combination of types: '{}' and '{}'",
                vm.dotted_type_name(a[0]),
                vm.dotted_type_name(a[1])
            );
            Err(vm.type_error(message))
        }
    }
}
