//! Functions of real numbers: each converts its arguments, computes, and names what is wrong with them.
use super::super::float;
use super::elementary;
use super::erf as erfs;
use super::gamma::{self as gammas, GammaError};
use crate::heap::Ref;
use crate::objects::float_text;
use crate::objects::int_ops::IntRef;
use crate::vm::{Args, Ask, Step, Vm, n, t};
use num_traits::ToPrimitive;

/// What a function can do wrong besides being undefined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inf {
    /// A finite argument with an infinite result is too large.
    Overflow,
    /// It is a pole.
    Domain,
}

fn domain(vm: &mut Vm) -> Ask {
    vm.value_error("math domain error")
}
fn range(vm: &mut Vm) -> Ask {
    vm.overflow_error("math range error")
}
/// "expected a finite input, got inf"; without a text the old "math domain error".
fn undefined(vm: &mut Vm, expected: &str, x: f64) -> Ask {
    if expected.is_empty() {
        return domain(vm);
    }
    vm.value_error(format!("expected {expected}, got {}", float_text::repr(x)))
}
fn one(vm: &mut Vm, a: Args, f: fn(f64) -> f64, inf: Inf, expected: &str) -> Step {
    let x = vm.to_f64(a[0])?;
    let r = f(x);
    if r.is_nan() && !x.is_nan() {
        return Err(undefined(vm, expected, x));
    }
    if r.is_infinite() && x.is_finite() {
        return Err(if inf == Inf::Overflow { range(vm) } else { undefined(vm, expected, x) });
    }
    Ok(vm.float(r))
}

macro_rules! functions {
    ($($name:ident = $f:expr, $inf:ident, $expected:literal;)*) => {
        $(pub fn $name(vm: &mut Vm, a: Args) -> Step {
            one(vm, a, $f, Inf::$inf, $expected)
        })*
    };
}
functions! {
    acos = f64::acos, Domain, "a number in range from -1 up to 1";
    acosh = elementary::acosh, Domain, "argument value not less than 1";
    asin = f64::asin, Domain, "a number in range from -1 up to 1";
    asinh = elementary::asinh, Domain, "";
    atan = f64::atan, Domain, "";
    atanh = elementary::atanh, Domain, "a number between -1 and 1";
    cbrt = elementary::cbrt, Domain, "";
    cos = f64::cos, Domain, "a finite input";
    cosh = f64::cosh, Overflow, "";
    erf = erfs::erf, Domain, "";
    erfc = erfs::erfc, Domain, "";
    exp = f64::exp, Overflow, "";
    exp2 = f64::exp2, Overflow, "";
    expm1 = f64::exp_m1, Overflow, "";
    fabs = f64::abs, Domain, "";
    log1p = f64::ln_1p, Domain, "argument value > -1";
    radians = |x| x * (std::f64::consts::PI / 180.0), Domain, "";
    sin = f64::sin, Domain, "a finite input";
    sinh = f64::sinh, Overflow, "";
    sqrt = f64::sqrt, Domain, "a nonnegative input";
    tan = f64::tan, Domain, "a finite input";
    tanh = f64::tanh, Domain, "";
}

/// Unchecked, as in CPython: a huge angle gives an infinity.
pub fn degrees(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    Ok(vm.float(x * (180.0 / std::f64::consts::PI)))
}

fn gamma_with(vm: &mut Vm, a: Args, f: fn(f64) -> Result<f64, GammaError>) -> Step {
    let x = vm.to_f64(a[0])?;
    match f(x) {
        Ok(r) => Ok(vm.float(r)),
        Err(GammaError::Domain) => Err(undefined(vm, "a noninteger or positive integer", x)),
        Err(GammaError::Overflow) => Err(range(vm)),
    }
}
pub fn gamma(vm: &mut Vm, a: Args) -> Step {
    gamma_with(vm, a, gammas::gamma)
}
pub fn lgamma(vm: &mut Vm, a: Args) -> Step {
    gamma_with(vm, a, gammas::lgamma)
}

/// A logarithm; ints of any size are taken apart into mantissa and exponent.
fn logarithm(vm: &mut Vm, r: Ref, f: fn(f64) -> f64) -> Result<f64, Ask> {
    if let Some(i) = super::super::arith::int(&vm.heap, r) {
        if i.is_zero() || i.is_negative() {
            return Err(vm.value_error("expected a positive input"));
        }
        return Ok(match (i.to_f64(), i) {
            (Ok(x), _) => f(x),
            (Err(_), IntRef::Big(b)) => {
                // m · 2^e with m in [½, 1): keep 64 bits and more than enough sticky ones.
                let bits = b.bits();
                let kept = bits - 1000;
                let m = (b >> kept as usize).to_f64().unwrap_or(1.0);
                let m = libm::ldexp(m, -1000);
                f(m) + f(2.0) * bits as f64
            }
            (Err(_), IntRef::Small(_)) => unreachable!("an i64 is a float's size"),
        });
    }
    let x = vm.to_f64(r)?;
    if x <= 0.0 {
        return Err(undefined(vm, "a positive input", x));
    }
    Ok(f(x))
}
pub fn log(vm: &mut Vm, a: Args) -> Step {
    let x = logarithm(vm, a[0], f64::ln)?;
    let Some(base) = a.opt(1) else { return Ok(vm.float(x)) };
    let b = logarithm(vm, base, f64::ln)?;
    if b == 0.0 { Err(vm.zero_division("division by zero")) } else { Ok(vm.float(x / b)) }
}
pub fn log2(vm: &mut Vm, a: Args) -> Step {
    let x = logarithm(vm, a[0], f64::log2)?;
    Ok(vm.float(x))
}
pub fn log10(vm: &mut Vm, a: Args) -> Step {
    let x = logarithm(vm, a[0], f64::log10)?;
    Ok(vm.float(x))
}

fn two(vm: &mut Vm, a: &Args) -> Result<(f64, f64), Ask> {
    Ok((vm.to_f64(a[0])?, vm.to_f64(a[1])?))
}
pub fn atan2(vm: &mut Vm, a: Args) -> Step {
    let (y, x) = two(vm, &a)?;
    Ok(vm.float(y.atan2(x)))
}
pub fn copysign(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    Ok(vm.float(x.copysign(y)))
}
pub fn fmod(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    if y.is_infinite() && x.is_finite() {
        return Ok(vm.float(x));
    }
    let r = x % y;
    if r.is_nan() && !x.is_nan() && !y.is_nan() { Err(domain(vm)) } else { Ok(vm.float(r)) }
}
/// The IEEE 754 remainder.
pub fn remainder(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    if x.is_nan() || y.is_nan() {
        return Ok(vm.float(if x.is_nan() { x } else { y }));
    }
    if x.is_infinite() || y == 0.0 {
        return Err(domain(vm));
    }
    Ok(vm.float(if y.is_infinite() { x } else { libm::remainder(x, y) }))
}
/// `pow` of floats only, with C99's special cases.
pub fn pow(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    let odd = y.abs() % 2.0 == 1.0;
    let r = if x.is_nan() {
        if y == 0.0 { 1.0 } else { x }
    } else if y.is_nan() {
        if x == 1.0 { 1.0 } else { y }
    } else if x.is_infinite() {
        match y {
            0.0 => 1.0,
            _ if y > 0.0 => if odd { x } else { x.abs() },
            _ => if odd { 0.0f64.copysign(x) } else { 0.0 },
        }
    } else if y.is_infinite() {
        match x.abs() {
            1.0 => 1.0,
            m if (y > 0.0) == (m > 1.0) => y.abs(),
            _ => 0.0,
        }
    } else {
        let r = x.powf(y);
        if r.is_nan() || (r.is_infinite() && x == 0.0) {
            return Err(domain(vm));
        }
        if r.is_infinite() {
            return Err(range(vm));
        }
        r
    };
    Ok(vm.float(r))
}
pub fn fma(vm: &mut Vm, a: Args) -> Step {
    let (x, y, z) = (vm.to_f64(a[0])?, vm.to_f64(a[1])?, vm.to_f64(a[2])?);
    let r = x.mul_add(y, z);
    if r.is_nan() && ![x, y, z].iter().any(|v| v.is_nan()) {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if r.is_infinite() && [x, y, z].iter().all(|v| v.is_finite()) {
        return Err(vm.overflow_error("overflow in fma"));
    }
    Ok(vm.float(r))
}

/// `ceil` and `floor`: the object's own method first.
fn rounded(vm: &mut Vm, x: Ref, special: Ref, f: fn(f64) -> f64) -> Step {
    if vm.ty(x) != t::FLOAT && let Some(r) = vm.call_pure(x, special, &[])? {
        return Ok(vm.incref(r));
    }
    let x = vm.to_f64(x)?;
    float::whole(vm, f(x))
}
pub fn ceil(vm: &mut Vm, a: Args) -> Step {
    rounded(vm, a[0], n::__CEIL__, f64::ceil)
}
pub fn floor(vm: &mut Vm, a: Args) -> Step {
    rounded(vm, a[0], n::__FLOOR__, f64::floor)
}
pub fn trunc(vm: &mut Vm, a: Args) -> Step {
    match vm.call_pure(a[0], n::__TRUNC__, &[])? {
        Some(r) => Ok(vm.incref(r)),
        None => {
            let message = format!("type {} doesn't define __trunc__ method", vm.dotted_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}

pub fn frexp(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    let (m, e) = elementary::frexp(x);
    let pair = vec![vm.float(m), vm.int(e as i64)];
    Ok(vm.tuple(pair))
}
pub fn modf(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    let fraction = if x.is_infinite() { 0.0 } else { x - x.trunc() };
    let pair = vec![vm.float(fraction.copysign(x)), vm.float(x.trunc())];
    Ok(vm.tuple(pair))
}
pub fn ldexp(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    if !vm.is_int(a[1]) {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    }
    let e = vm.index_clamped(a[1])?;
    if x == 0.0 || !x.is_finite() {
        return Ok(vm.float(x));
    }
    let r = libm::ldexp(x, e.clamp(i32::MIN as i64, i32::MAX as i64) as i32);
    if r.is_infinite() { Err(range(vm)) } else { Ok(vm.float(r)) }
}

pub fn isfinite(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    Ok(vm.bool(x.is_finite()))
}
pub fn isinf(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    Ok(vm.bool(x.is_infinite()))
}
pub fn isnan(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?;
    Ok(vm.bool(x.is_nan()))
}
/// The tolerances of `isclose` in `math` and `cmath`: relative, absolute.
pub fn tolerances(vm: &mut Vm, a: &Args) -> Result<(f64, f64), Ask> {
    let rel = a.opt(2).map(|r| vm.to_f64(r)).transpose()?.unwrap_or(1e-9);
    let abs = a.opt(3).map(|r| vm.to_f64(r)).transpose()?.unwrap_or(0.0);
    if rel < 0.0 || abs < 0.0 { Err(vm.value_error("tolerances must be non-negative")) } else { Ok((rel, abs)) }
}
pub fn isclose(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    let (rel, abs) = tolerances(vm, &a)?;
    if x == y {
        return Ok(vm.bool(true));
    }
    if x.is_infinite() || y.is_infinite() {
        return Ok(vm.bool(false));
    }
    let diff = (y - x).abs();
    Ok(vm.bool(diff <= (rel * y).abs() || diff <= (rel * x).abs() || diff <= abs))
}

/// Position of a number among all floats: neighbours differ by one.
fn ordinal(x: f64) -> i128 {
    let magnitude = (x.to_bits() & (u64::MAX >> 1)) as i128;
    if x.is_sign_negative() { -magnitude } else { magnitude }
}
/// The float `steps` from `x` towards `y`, not beyond it.
fn step_towards(x: f64, y: f64, steps: u64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == y || steps == 0 {
        return if steps == 0 { x } else { y };
    }
    let (from, to) = (ordinal(x), ordinal(y));
    if (to - from).unsigned_abs() <= steps as u128 {
        return y;
    }
    let at = if to > from { from + steps as i128 } else { from - steps as i128 };
    let magnitude = f64::from_bits(at.unsigned_abs() as u64);
    // Stepping down to zero keeps the sign of where it came from.
    let negative = if at == 0 { x.is_sign_negative() } else { at < 0 };
    if negative { -magnitude } else { magnitude }
}
pub fn nextafter(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = two(vm, &a)?;
    let steps = match a.not_none(2) {
        None => 1,
        Some(r) => {
            let steps = vm.index_big(r)?;
            if steps.sign() == num_bigint::Sign::Minus {
                return Err(vm.value_error("steps must be a non-negative integer"));
            }
            steps.to_u64().unwrap_or(u64::MAX)
        }
    };
    Ok(vm.float(step_towards(x, y, steps)))
}
pub fn ulp(vm: &mut Vm, a: Args) -> Step {
    let x = vm.to_f64(a[0])?.abs();
    let r = if !x.is_finite() {
        x
    } else if x == f64::MAX {
        x - step_towards(x, 0.0, 1)
    } else {
        step_towards(x, f64::INFINITY, 1) - x
    };
    Ok(vm.float(r))
}
