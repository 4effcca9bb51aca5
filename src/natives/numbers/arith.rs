//! Operators on numbers: what the slots of `int`, `float`, `complex` and `bool` share with the dispatch loop's slow path.
//!
//! Everything here looks at payloads only: it answers at once and asks nothing.
use crate::heap::{Owned, Ref};
use crate::objects::complex_ops::{self, Operand};
use crate::objects::int_ops::{self, Arith, ArithError, IntRef, IntVal};
use crate::objects::{Heap, Payload, float_ops};
use crate::vm::{Ask, Step, Vm, fixed, t};

/// The numbers of `BINARY_OP`'s operators (`NB_*` of CPython's `opcode.h`), without the in-place ones.
pub mod nb {
    pub const ADD: usize = 0;
    pub const AND: usize = 1;
    pub const FLOOR_DIVIDE: usize = 2;
    pub const LSHIFT: usize = 3;
    pub const MATRIX_MULTIPLY: usize = 4;
    pub const MULTIPLY: usize = 5;
    pub const REMAINDER: usize = 6;
    pub const OR: usize = 7;
    pub const POWER: usize = 8;
    pub const RSHIFT: usize = 9;
    pub const SUBTRACT: usize = 10;
    pub const TRUE_DIVIDE: usize = 11;
    pub const XOR: usize = 12;
}

/// A number's value, borrowed from the heap.
#[derive(Clone, Copy, Debug)]
pub enum Num<'a> {
    Int(IntRef<'a>),
    Float(f64),
    Complex(f64, f64),
}

/// A number's value of its own: what an operation gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    Int(IntVal),
    Float(f64),
    Complex(f64, f64),
    /// The types do not fit.
    NotImplemented,
}

/// Value of a number or of an instance of a subclass.
#[inline]
pub fn num(heap: &Heap, r: Ref) -> Option<Num<'_>> {
    match heap.get(r) {
        Payload::Int(i) => Some(Num::Int(IntRef::Small(*i))),
        Payload::BigInt(b) => Some(Num::Int(IntRef::Big(b))),
        Payload::Float(x) => Some(Num::Float(*x)),
        Payload::Complex(re, im) => Some(Num::Complex(*re, *im)),
        _ => None,
    }
}
/// Value of an int (a bool, a subclass's instance).
#[inline]
pub fn int(heap: &Heap, r: Ref) -> Option<IntRef<'_>> {
    match heap.get(r) {
        Payload::Int(i) => Some(IntRef::Small(*i)),
        Payload::BigInt(b) => Some(IntRef::Big(b)),
        _ => None,
    }
}

/// An operator on two numbers of any kinds.
pub fn binary(op: usize, a: Num, b: Num, limit: usize) -> Arith<Val> {
    match (a, b) {
        (Num::Int(x), Num::Int(y)) => int_binary(op, x, y, limit),
        (Num::Complex(..), _) | (_, Num::Complex(..)) => complex_binary(op, operand(a)?, operand(b)?),
        _ => float_binary(op, to_float(a)?, to_float(b)?),
    }
}
fn to_float(a: Num) -> Arith<f64> {
    match a {
        Num::Int(x) => x.to_f64(),
        Num::Float(x) => Ok(x),
        Num::Complex(re, _) => Ok(re),
    }
}
fn operand(a: Num) -> Arith<Operand> {
    Ok(match a {
        Num::Int(x) => Operand::Real(x.to_f64()?),
        Num::Float(x) => Operand::Real(x),
        Num::Complex(re, im) => Operand::Complex(re, im),
    })
}

pub fn int_binary(op: usize, a: IntRef, b: IntRef, limit: usize) -> Arith<Val> {
    Ok(Val::Int(match op {
        nb::ADD => int_ops::add(a, b),
        nb::SUBTRACT => int_ops::sub(a, b),
        nb::MULTIPLY => int_ops::mul(a, b, limit)?,
        nb::FLOOR_DIVIDE => int_ops::floor_div(a, b)?,
        nb::REMAINDER => int_ops::modulo(a, b)?,
        nb::AND => int_ops::and(a, b),
        nb::OR => int_ops::or(a, b),
        nb::XOR => int_ops::xor(a, b),
        nb::LSHIFT => int_ops::lshift(a, b, limit)?,
        nb::RSHIFT => int_ops::rshift(a, b)?,
        nb::POWER if b.is_negative() => return float_binary(op, a.to_f64()?, b.to_f64()?),
        nb::POWER => int_ops::pow(a, b, limit)?,
        nb::TRUE_DIVIDE => return int_ops::true_div(a, b).map(Val::Float),
        _ => return Ok(Val::NotImplemented),
    }))
}
pub fn float_binary(op: usize, a: f64, b: f64) -> Arith<Val> {
    Ok(Val::Float(match op {
        nb::ADD => a + b,
        nb::SUBTRACT => a - b,
        nb::MULTIPLY => a * b,
        nb::TRUE_DIVIDE => float_ops::div(a, b)?,
        nb::FLOOR_DIVIDE => float_ops::floor_div(a, b)?,
        nb::REMAINDER => float_ops::modulo(a, b)?,
        nb::POWER => match float_ops::pow(a, b)? {
            Some(x) => x,
            None => return complex_binary(op, Operand::Real(a), Operand::Real(b)),
        },
        _ => return Ok(Val::NotImplemented),
    }))
}
fn complex_binary(op: usize, a: Operand, b: Operand) -> Arith<Val> {
    let (re, im) = match op {
        nb::ADD => complex_ops::add(a, b),
        nb::SUBTRACT => complex_ops::sub(a, b),
        nb::MULTIPLY => complex_ops::mul(a, b),
        nb::TRUE_DIVIDE => complex_ops::div(a, b)?,
        nb::POWER => complex_ops::pow(a.parts(), b.parts())?,
        _ => return Ok(Val::NotImplemented),
    };
    Ok(Val::Complex(re, im))
}

/// The operators of one operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unary {
    Neg,
    Pos,
    Invert,
    Abs,
}

/// Making objects of results, raising errors.
impl Vm {
    pub fn int_val(&mut self, v: IntVal) -> Owned {
        match v {
            IntVal::Small(i) => self.int(i),
            IntVal::Big(b) => self.bigint(b),
        }
    }
    pub fn number_val(&mut self, v: Val) -> Owned {
        match v {
            Val::Int(i) => self.int_val(i),
            Val::Float(x) => self.float(x),
            Val::Complex(re, im) => self.complex(re, im),
            Val::NotImplemented => self.not_implemented(),
        }
    }
    pub fn arith_error(&mut self, e: ArithError) -> Ask {
        match e {
            ArithError::Zero(m) => self.zero_division(m),
            ArithError::Overflow(m) => self.overflow_error(m),
            ArithError::Value(m) => self.value_error(m),
            ArithError::Memory => self.memory_error(),
            ArithError::Range => {
                let (code, text) = (self.int(34), self.str("Numerical result out of range"));
                Ask::Raise(self.new_exception(t::OVERFLOW_ERROR, vec![code, text]))
            }
        }
    }
    pub fn number_result(&mut self, r: Arith<Val>) -> Step {
        match r {
            Ok(v) => Ok(self.number_val(v)),
            Err(e) => Err(self.arith_error(e)),
        }
    }
    pub fn int_result(&mut self, r: Arith<IntVal>) -> Step {
        match r {
            Ok(v) => Ok(self.int_val(v)),
            Err(e) => Err(self.arith_error(e)),
        }
    }
    pub fn float_result(&mut self, r: Arith<f64>) -> Step {
        match r {
            Ok(x) => Ok(self.float(x)),
            Err(e) => Err(self.arith_error(e)),
        }
    }
    /// An int's value as its own.
    pub fn int_of(&self, r: Ref) -> Option<IntVal> {
        int(&self.heap, r).map(IntRef::to_val)
    }
}

fn exact_number(vm: &Vm, r: Ref) -> bool {
    matches!(vm.ty(r), t::INT | t::FLOAT | t::BOOL | t::COMPLEX)
}

/// A binary operator (numbered as in [`nb`]) on exact `int`, `bool`, `float`, `complex` objects of any mix, without a
/// look-up. None when an operand is something else or the operator is not theirs.
pub fn number_binary(vm: &mut Vm, op: usize, a: Ref, b: Ref) -> Option<Step> {
    if !exact_number(vm, a) || !exact_number(vm, b) {
        return None;
    }
    if let Some(r) = bool_binary(vm, op, a, b) {
        return Some(Ok(r));
    }
    let result = binary(op, num(&vm.heap, a)?, num(&vm.heap, b)?, vm.memory_limit);
    match result {
        Ok(Val::NotImplemented) => None,
        r => Some(vm.number_result(r)),
    }
}
/// `&`, `|`, `^` of two bools give a bool.
pub fn bool_binary(vm: &Vm, op: usize, a: Ref, b: Ref) -> Option<Owned> {
    if vm.ty(a) != t::BOOL || vm.ty(b) != t::BOOL {
        return None;
    }
    let (x, y) = (a == fixed::TRUE, b == fixed::TRUE);
    match op {
        nb::AND => Some(vm.bool(x & y)),
        nb::OR => Some(vm.bool(x | y)),
        nb::XOR => Some(vm.bool(x ^ y)),
        _ => None,
    }
}

/// A unary operator on an exact number; None for anything else (`~True` too: it warns).
pub fn number_unary(vm: &mut Vm, op: Unary, a: Ref) -> Option<Step> {
    if !exact_number(vm, a) || (op == Unary::Invert && vm.ty(a) == t::BOOL) {
        return None;
    }
    unary(vm, op, a)
}
/// A unary operator on a number or an instance of a subclass; the result is of the built-in type.
pub fn unary(vm: &mut Vm, op: Unary, a: Ref) -> Option<Step> {
    let v = match (op, num(&vm.heap, a)?) {
        (Unary::Neg, Num::Int(x)) => Val::Int(int_ops::neg(x)),
        (Unary::Neg, Num::Float(x)) => Val::Float(-x),
        (Unary::Neg, Num::Complex(re, im)) => Val::Complex(-re, -im),
        (Unary::Pos, _) if matches!(vm.ty(a), t::INT | t::FLOAT | t::COMPLEX) => return Some(Ok(vm.incref(a))),
        (Unary::Pos, Num::Int(x)) => Val::Int(x.to_val()),
        (Unary::Pos, Num::Float(x)) => Val::Float(x),
        (Unary::Pos, Num::Complex(re, im)) => Val::Complex(re, im),
        (Unary::Abs, Num::Int(x)) => Val::Int(int_ops::abs(x)),
        (Unary::Abs, Num::Float(x)) => Val::Float(x.abs()),
        (Unary::Abs, Num::Complex(re, im)) => {
            let r = complex_ops::abs((re, im));
            return Some(vm.float_result(r));
        }
        (Unary::Invert, Num::Int(x)) => Val::Int(int_ops::invert(x)),
        (Unary::Invert, _) => return None,
    };
    Some(Ok(vm.number_val(v)))
}

/// `divmod(a, b)` of exact ints and floats; None for anything else.
pub fn number_divmod(vm: &mut Vm, a: Ref, b: Ref) -> Option<Step> {
    if exact_number(vm, a) && exact_number(vm, b) { divmod(vm, a, b) } else { None }
}
/// `divmod` of ints and floats, subclasses included.
pub fn divmod(vm: &mut Vm, a: Ref, b: Ref) -> Option<Step> {
    let r = match (num(&vm.heap, a)?, num(&vm.heap, b)?) {
        (Num::Complex(..), _) | (_, Num::Complex(..)) => return None,
        (Num::Int(x), Num::Int(y)) => int_ops::divmod(x, y).map(|(q, r)| (Val::Int(q), Val::Int(r))),
        (x, y) => to_float(x).and_then(|x| float_ops::divmod(x, to_float(y)?)).map(|(q, r)| (Val::Float(q), Val::Float(r))),
    };
    Some(match r {
        Ok((q, r)) => {
            let pair = vec![vm.number_val(q), vm.number_val(r)];
            Ok(vm.tuple(pair))
        }
        Err(e) => Err(vm.arith_error(e)),
    })
}

/// `pow(a, b, m)` of ints, subclasses included; None when one is no int.
pub fn pow_mod(vm: &mut Vm, a: Ref, b: Ref, m: Ref) -> Option<Step> {
    let r = int_ops::pow_mod(int(&vm.heap, a)?, int(&vm.heap, b)?, int(&vm.heap, m)?);
    Some(vm.int_result(r))
}
