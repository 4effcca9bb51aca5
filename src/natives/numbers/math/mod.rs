//! The module `math`: its table.
pub mod elementary;
mod erf;
mod gamma;
mod integers;
mod real;
mod sums;
pub use real::tolerances as real_tolerances;
use super::set_in_module;
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Ask, Def, Vm};

static REAL: &[Def] = &[
    Def::function("acos", "(x, /)", real::acos, "Return the arc cosine (measured in radians) of x."),
    Def::function("acosh", "(x, /)", real::acosh, "Return the inverse hyperbolic cosine of x."),
    Def::function("asin", "(x, /)", real::asin, "Return the arc sine (measured in radians) of x."),
    Def::function("asinh", "(x, /)", real::asinh, "Return the inverse hyperbolic sine of x."),
    Def::function("atan", "(x, /)", real::atan, "Return the arc tangent (measured in radians) of x."),
    Def::function("atan2", "(y, x, /)", real::atan2, "Return the arc tangent of y/x, in the quadrant of the point (x, y)."),
    Def::function("atanh", "(x, /)", real::atanh, "Return the inverse hyperbolic tangent of x."),
    Def::function("cbrt", "(x, /)", real::cbrt, "Return the cube root of x."),
    Def::function("ceil", "(x, /)", real::ceil, "Return the smallest integer that is not below x."),
    Def::function("copysign", "(x, y, /)", real::copysign, "Return the magnitude of x with the sign of y."),
    Def::function("cos", "(x, /)", real::cos, "Return the cosine of x (measured in radians)."),
    Def::function("cosh", "(x, /)", real::cosh, "Return the hyperbolic cosine of x."),
    Def::function("degrees", "(x, /)", real::degrees, "Convert angle x from radians to degrees."),
    Def::function("erf", "(x, /)", real::erf, "Error function at x."),
    Def::function("erfc", "(x, /)", real::erfc, "Complementary error function at x."),
    Def::function("exp", "(x, /)", real::exp, "Return e raised to the power of x."),
    Def::function("exp2", "(x, /)", real::exp2, "Return 2 raised to the power of x."),
    Def::function("expm1", "(x, /)", real::expm1, "Return exp(x)-1, accurate also for small x."),
    Def::function("fabs", "(x, /)", real::fabs, "Return the absolute value of the float x."),
    Def::function("floor", "(x, /)", real::floor, "Return the largest integer that is not above x."),
    Def::function("fma", "(x, y, z, /)", real::fma, "Return x * y + z, rounded once."),
    Def::function("fmod", "(x, y, /)", real::fmod, "Return the remainder of x / y with the sign of x."),
    Def::function("frexp", "(x, /)", real::frexp, "Return mantissa m and exponent e with x == m * 2.**e."),
    Def::function("gamma", "(x, /)", real::gamma, "Gamma function at x."),
    Def::function("isclose", "(a, b, *, rel_tol=1e-09, abs_tol=0.0)", real::isclose, "Determine whether two numbers are close in value."),
    Def::function("isfinite", "(x, /)", real::isfinite, "Return True if x is neither an infinity nor a NaN."),
    Def::function("isinf", "(x, /)", real::isinf, "Return True if x is an infinity."),
    Def::function("isnan", "(x, /)", real::isnan, "Return True if x is a NaN."),
    Def::function("ldexp", "(x, i, /)", real::ldexp, "Return x * (2**i)."),
    Def::function("lgamma", "(x, /)", real::lgamma, "Natural logarithm of the absolute value of the gamma function at x."),
    Def::function("log", "(x, base=math.e, /)", real::log, "Return the logarithm of x to the given base, the natural one by default."),
    Def::function("log10", "(x, /)", real::log10, "Return the base 10 logarithm of x."),
    Def::function("log1p", "(x, /)", real::log1p, "Return the natural logarithm of 1+x, accurate also for small x."),
    Def::function("log2", "(x, /)", real::log2, "Return the base 2 logarithm of x."),
    Def::function("modf", "(x, /)", real::modf, "Return the fractional and the whole part of x, both with its sign."),
    Def::function("nextafter", "(x, y, /, *, steps=None)", real::nextafter, "Return the float so many steps from x towards y."),
    Def::function("pow", "(x, y, /)", real::pow, "Return x**y (x to the power of y) in floats."),
    Def::function("radians", "(x, /)", real::radians, "Convert angle x from degrees to radians."),
    Def::function("remainder", "(x, y, /)", real::remainder, "Return x minus the multiple of y that is nearest to it."),
    Def::function("sin", "(x, /)", real::sin, "Return the sine of x (measured in radians)."),
    Def::function("sinh", "(x, /)", real::sinh, "Return the hyperbolic sine of x."),
    Def::function("sqrt", "(x, /)", real::sqrt, "Return the square root of x."),
    Def::function("tan", "(x, /)", real::tan, "Return the tangent of x (measured in radians)."),
    Def::function("tanh", "(x, /)", real::tanh, "Return the hyperbolic tangent of x."),
    Def::function("trunc", "(x, /)", real::trunc, "Cut off what is behind the point: x.__trunc__()."),
    Def::function("ulp", "(x, /)", real::ulp, "Return the value of the least significant bit of x."),
];

static INTEGERS_AND_SUMS: &[Def] = &[
    Def::function("comb", "(n, k, /)", integers::comb, "Number of ways to choose k of n things, without order or repetition."),
    Def::function("dist", "(p, q, /)", sums::dist, "Return the Euclidean distance between two points."),
    Def::function("factorial", "(n, /)", integers::factorial, "Return n factorial."),
    Def::function("fsum", "(seq, /)", sums::fsum, "Return the exact sum of the floats of an iterable, rounded once."),
    Def::function("gcd", "(*integers)", integers::gcd, "Greatest Common Divisor."),
    Def::function("hypot", "(*coordinates)", sums::hypot, "Euclidean length of a vector."),
    Def::function("isqrt", "(n, /)", integers::isqrt, "Return the integer part of the square root of n."),
    Def::function("lcm", "(*integers)", integers::lcm, "Least Common Multiple."),
    Def::function("perm", "(n, k=None, /)", integers::perm, "Number of ways to choose k of n things with order and without repetition."),
    Def::function("prod", "(iterable, /, *, start=1)", sums::prod, "Return the product of the elements of an iterable."),
    Def::function("sumprod", "(p, q, /)", sums::sumprod, "Return the sum of products of values from two iterables."),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let constants =
        [("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("tau", std::f64::consts::TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)];
    for (name, x) in constants {
        let x = vm.float(x);
        set_in_module(vm, module, name, x);
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "math",
    doc: "This module provides access to the mathematical functions\ndefined by the C standard.",
    functions: &[REAL, INTEGERS_AND_SUMS],
    types: &[],
    init: Some(init),
};
