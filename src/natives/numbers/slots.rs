//! Slot functions of the number types: `__add__`, `__radd__`, `__lt__` and so on, each a function for the type's table.
//!
//! A type's slot takes operands of its own rank or below (`complex` > `float` > `int`) and leaves the rest to the other.
use super::arith::{self, Num, Unary, Val, binary, num};
use crate::heap::Ref;
use crate::vm::api::Cmp;
use crate::vm::{Args, Step, Vm, fixed};

/// Ranks of the number types.
pub const INT: u8 = 0;
pub const FLOAT: u8 = 1;
pub const COMPLEX: u8 = 2;

fn rank(x: Num) -> u8 {
    match x {
        Num::Int(_) => INT,
        Num::Float(_) => FLOAT,
        Num::Complex(..) => COMPLEX,
    }
}
fn operate(vm: &mut Vm, rank_of_type: u8, op: usize, a: Ref, b: Ref) -> Step {
    let (Some(x), Some(y)) = (num(&vm.heap, a), num(&vm.heap, b)) else { return Ok(vm.not_implemented()) };
    if rank(x).max(rank(y)) > rank_of_type {
        return Ok(vm.not_implemented());
    }
    // An int subclass handed to float's slot counts as a float: its own slot came first.
    let r = match (rank_of_type, x, y) {
        (FLOAT, Num::Int(i), Num::Int(j)) => i.to_f64().and_then(|i| arith::float_binary(op, i, j.to_f64()?)),
        _ => binary(op, x, y, vm.memory_limit),
    };
    vm.number_result(r)
}

/// `type.__op__(self, value)`.
pub fn forward<const RANK: u8, const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    operate(vm, RANK, OP, a[0], a[1])
}
/// `type.__rop__(self, value)`.
pub fn reflected<const RANK: u8, const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    operate(vm, RANK, OP, a[1], a[0])
}
fn power(vm: &mut Vm, rank_of_type: u8, a: Ref, b: Ref, modulus: Option<Ref>) -> Step {
    let Some(m) = modulus.filter(|m| *m != fixed::NONE) else {
        return operate(vm, rank_of_type, arith::nb::POWER, a, b);
    };
    match (num(&vm.heap, a), num(&vm.heap, b)) {
        (Some(Num::Int(_)), Some(Num::Int(_))) if rank_of_type == INT => match arith::pow_mod(vm, a, b, m) {
            Some(r) => r,
            None => Ok(vm.not_implemented()),
        },
        (Some(x), Some(y)) if rank_of_type == FLOAT && rank(x).max(rank(y)) <= FLOAT => {
            Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"))
        }
        (Some(_), Some(_)) if rank_of_type == COMPLEX => Err(vm.value_error("complex modulo")),
        _ => Ok(vm.not_implemented()),
    }
}
pub fn pow<const RANK: u8>(vm: &mut Vm, a: Args) -> Step {
    power(vm, RANK, a[0], a[1], a.opt(2))
}
pub fn rpow<const RANK: u8>(vm: &mut Vm, a: Args) -> Step {
    power(vm, RANK, a[1], a[0], a.opt(2))
}
fn divide(vm: &mut Vm, rank_of_type: u8, a: Ref, b: Ref) -> Step {
    let fits = |vm: &Vm, r| num(&vm.heap, r).is_some_and(|x| rank(x) <= rank_of_type);
    if !fits(vm, a) || !fits(vm, b) {
        return Ok(vm.not_implemented());
    }
    match arith::divmod(vm, a, b) {
        Some(r) => r,
        None => Ok(vm.not_implemented()),
    }
}
pub fn divmod<const RANK: u8>(vm: &mut Vm, a: Args) -> Step {
    divide(vm, RANK, a[0], a[1])
}
pub fn rdivmod<const RANK: u8>(vm: &mut Vm, a: Args) -> Step {
    divide(vm, RANK, a[1], a[0])
}

fn one(vm: &mut Vm, op: Unary, a: Ref) -> Step {
    match arith::unary(vm, op, a) {
        Some(r) => r,
        None => Ok(vm.not_implemented()),
    }
}
pub fn neg(vm: &mut Vm, a: Args) -> Step {
    one(vm, Unary::Neg, a[0])
}
pub fn pos(vm: &mut Vm, a: Args) -> Step {
    one(vm, Unary::Pos, a[0])
}
pub fn abs(vm: &mut Vm, a: Args) -> Step {
    one(vm, Unary::Abs, a[0])
}
pub fn invert(vm: &mut Vm, a: Args) -> Step {
    one(vm, Unary::Invert, a[0])
}
/// `__bool__`.
pub fn truth(vm: &mut Vm, a: Args) -> Step {
    let zero = match num(&vm.heap, a[0]) {
        Some(Num::Int(x)) => x.is_zero(),
        Some(Num::Float(x)) => x == 0.0,
        Some(Num::Complex(re, im)) => re == 0.0 && im == 0.0,
        None => false,
    };
    Ok(vm.bool(!zero))
}

/// `__lt__` … of `int` and `float`: `OP` is the index of the comparison in [`Cmp::ALL`].
pub fn compare<const RANK: u8, const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    let op = Cmp::ALL[OP];
    let fits = |vm: &Vm, r| num(&vm.heap, r).is_some_and(|x| rank(x) <= RANK);
    if !fits(vm, a[0]) || !fits(vm, a[1]) {
        return Ok(vm.not_implemented());
    }
    match vm.compare_numbers(a[0], a[1], op) {
        Some(b) => Ok(vm.bool(b)),
        None => Ok(vm.not_implemented()),
    }
}
/// Comparisons of `complex`: only equality.
pub fn compare_complex<const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    let op = Cmp::ALL[OP];
    if !matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(vm.not_implemented());
    }
    let Some(Num::Complex(re, im)) = num(&vm.heap, a[0]) else { return Ok(vm.not_implemented()) };
    let equal = match num(&vm.heap, a[1]) {
        Some(Num::Complex(u, v)) => re == u && im == v,
        Some(Num::Float(u)) => im == 0.0 && re == u,
        Some(Num::Int(i)) => im == 0.0 && re.is_finite() && re.fract() == 0.0 && same_int(re, i),
        None => return Ok(vm.not_implemented()),
    };
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}
fn same_int(x: f64, i: crate::objects::int_ops::IntRef) -> bool {
    crate::objects::int_ops::from_f64(x).into_big() == i.to_big()
}

/// The receiver as an object of the built-in type itself: `__int__` of an int, `__pos__`, `conjugate`.
pub fn plain(vm: &mut Vm, a: Args) -> Step {
    one(vm, Unary::Pos, a[0])
}
/// `(plain value,)`: what `__getnewargs__` gives for int and float.
pub fn newargs(vm: &mut Vm, a: Args) -> Step {
    let v = match num(&vm.heap, a[0]) {
        Some(Num::Int(x)) => Val::Int(x.to_val()),
        Some(Num::Float(x)) => Val::Float(x),
        _ => Val::NotImplemented,
    };
    let v = vm.number_val(v);
    Ok(vm.tuple(vec![v]))
}

/// Rows of a type's table for the six comparisons.
#[macro_export]
macro_rules! comparison_rows {
    ($f:ident $(, $rank:expr)?) => {
        [
            Def::method("__lt__", "(self, value, /)", $f::<$({ $rank },)? 0>, "Return self<value."),
            Def::method("__le__", "(self, value, /)", $f::<$({ $rank },)? 1>, "Return self<=value."),
            Def::method("__eq__", "(self, value, /)", $f::<$({ $rank },)? 2>, "Return self==value."),
            Def::method("__ne__", "(self, value, /)", $f::<$({ $rank },)? 3>, "Return self!=value."),
            Def::method("__gt__", "(self, value, /)", $f::<$({ $rank },)? 4>, "Return self>value."),
            Def::method("__ge__", "(self, value, /)", $f::<$({ $rank },)? 5>, "Return self>=value."),
        ]
    };
}
