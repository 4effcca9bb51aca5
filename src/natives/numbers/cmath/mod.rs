//! The module `cmath`: its table; arguments and errors.
mod functions;
mod special;
use super::complex::to_complex;
use super::math::real_tolerances;
use super::set_in_module;
use crate::heap::Ref;
use crate::objects::complex_ops::{self, C, Operand};
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Ask, Def, Step, Vm};

/// Why there is no value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    Domain,
    Range,
}
type Answer<T> = Result<T, Trouble>;

fn trouble(vm: &mut Vm, e: Trouble) -> Ask {
    match e {
        Trouble::Domain => vm.value_error("math domain error"),
        Trouble::Range => vm.overflow_error("math range error"),
    }
}
fn one(vm: &mut Vm, a: Args, f: fn(C) -> Answer<C>) -> Step {
    let z = to_complex(vm, a[0])?;
    match f(z) {
        Ok((re, im)) => Ok(vm.complex(re, im)),
        Err(e) => Err(trouble(vm, e)),
    }
}
macro_rules! functions {
    ($($name:ident)*) => {
        $(fn $name(vm: &mut Vm, a: Args) -> Step {
            one(vm, a, functions::$name)
        })*
    };
}
functions! { acos acosh asin asinh atan atanh cos cosh exp log10 sin sinh sqrt tan tanh }

fn log(vm: &mut Vm, a: Args) -> Step {
    let z = to_complex(vm, a[0])?;
    let base = a.opt(1).map(|b| to_complex(vm, b)).transpose()?;
    let answer = functions::log(z).and_then(|x| match base {
        None => Ok(x),
        Some(b) => {
            let y = functions::log(b)?;
            complex_ops::div(Operand::Complex(x.0, x.1), Operand::Complex(y.0, y.1)).map_err(|_| Trouble::Domain)
        }
    });
    match answer {
        Ok((re, im)) => Ok(vm.complex(re, im)),
        Err(e) => Err(trouble(vm, e)),
    }
}
fn phase(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = to_complex(vm, a[0])?;
    Ok(vm.float(im.atan2(re)))
}
fn polar(vm: &mut Vm, a: Args) -> Step {
    let z = to_complex(vm, a[0])?;
    let Ok(r) = complex_ops::abs(z) else { return Err(trouble(vm, Trouble::Range)) };
    let pair = vec![vm.float(r), vm.float(z.1.atan2(z.0))];
    Ok(vm.tuple(pair))
}
fn rect(vm: &mut Vm, a: Args) -> Step {
    let (r, phi) = (vm.to_f64(a[0])?, vm.to_f64(a[1])?);
    match functions::rect(r, phi) {
        Ok((re, im)) => Ok(vm.complex(re, im)),
        Err(e) => Err(trouble(vm, e)),
    }
}
fn isfinite(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = to_complex(vm, a[0])?;
    Ok(vm.bool(re.is_finite() && im.is_finite()))
}
fn isinf(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = to_complex(vm, a[0])?;
    Ok(vm.bool(re.is_infinite() || im.is_infinite()))
}
fn isnan(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = to_complex(vm, a[0])?;
    Ok(vm.bool(re.is_nan() || im.is_nan()))
}
fn isclose(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = (to_complex(vm, a[0])?, to_complex(vm, a[1])?);
    let (rel, abs) = real_tolerances(vm, &a)?;
    let infinite = |z: C| z.0.is_infinite() || z.1.is_infinite();
    if x == y {
        return Ok(vm.bool(true));
    }
    if infinite(x) || infinite(y) {
        return Ok(vm.bool(false));
    }
    let size = |z: C| z.0.hypot(z.1);
    let diff = size((x.0 - y.0, x.1 - y.1));
    Ok(vm.bool(diff <= rel * size(y) || diff <= rel * size(x) || diff <= abs))
}

static FUNCTIONS: &[Def] = &[
    Def::function("acos", "(z, /)", acos, "Return the arc cosine of z."),
    Def::function("acosh", "(z, /)", acosh, "Return the inverse hyperbolic cosine of z."),
    Def::function("asin", "(z, /)", asin, "Return the arc sine of z."),
    Def::function("asinh", "(z, /)", asinh, "Return the inverse hyperbolic sine of z."),
    Def::function("atan", "(z, /)", atan, "Return the arc tangent of z."),
    Def::function("atanh", "(z, /)", atanh, "Return the inverse hyperbolic tangent of z."),
    Def::function("cos", "(z, /)", cos, "Return the cosine of z."),
    Def::function("cosh", "(z, /)", cosh, "Return the hyperbolic cosine of z."),
    Def::function("exp", "(z, /)", exp, "Return the exponential value e**z."),
    Def::function("isclose", "(a, b, *, rel_tol=1e-09, abs_tol=0.0)", isclose, "Determine whether two complex numbers are close in value."),
    Def::function("isfinite", "(z, /)", isfinite, "Return True if both the real and imaginary parts of z are finite."),
    Def::function("isinf", "(z, /)", isinf, "Return True if a part of z is infinite."),
    Def::function("isnan", "(z, /)", isnan, "Return True if a part of z is not a number."),
    Def::function("log", "(z, base=<unrepresentable>, /)", log, "Return the logarithm of z to the given base, the natural one by default."),
    Def::function("log10", "(z, /)", log10, "Return the base-10 logarithm of z."),
    Def::function("phase", "(z, /)", phase, "Return the argument, also known as the phase angle, of a complex."),
    Def::function("polar", "(z, /)", polar, "Convert a complex from rectangular coordinates to polar coordinates."),
    Def::function("rect", "(r, phi, /)", rect, "Convert from polar coordinates to rectangular coordinates."),
    Def::function("sin", "(z, /)", sin, "Return the sine of z."),
    Def::function("sinh", "(z, /)", sinh, "Return the hyperbolic sine of z."),
    Def::function("sqrt", "(z, /)", sqrt, "Return the square root of z."),
    Def::function("tan", "(z, /)", tan, "Return the tangent of z."),
    Def::function("tanh", "(z, /)", tanh, "Return the hyperbolic tangent of z."),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    use std::f64::consts::{E, PI, TAU};
    for (name, x) in [("pi", PI), ("e", E), ("tau", TAU), ("inf", f64::INFINITY), ("nan", f64::NAN)] {
        let x = vm.float(x);
        set_in_module(vm, module, name, x);
    }
    for (name, x) in [("infj", f64::INFINITY), ("nanj", f64::NAN)] {
        let z = vm.complex(0.0, x);
        set_in_module(vm, module, name, z);
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "cmath",
    doc: "This module provides access to mathematical functions for complex\nnumbers.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(init),
};
