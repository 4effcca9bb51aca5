//! Complex functions of finite arguments, without needless overflow or loss near branch points.
//!
//! Source: W. Kahan, "Branch cuts for complex elementary functions" (1987); thresholds as in CPython `Modules/cmathmodule.c`.
//! What is not finite is in [`super::special`].
use super::super::math::elementary::asinh as real_asinh;
use super::special;
use super::{Answer, Trouble};
use crate::objects::complex_ops::C;
use std::f64::consts::{E, FRAC_PI_2, LN_2, LN_10};

/// A quarter of the largest float: sums of two such still fit.
const LARGE: f64 = f64::MAX / 4.0;
/// log(LARGE).
fn log_large() -> f64 {
    LARGE.ln()
}
fn finite(z: C) -> bool {
    z.0.is_finite() && z.1.is_finite()
}
fn large(z: C) -> bool {
    z.0.abs() > LARGE || z.1.abs() > LARGE
}
/// log |z| of a large number.
fn log_of_large(z: C) -> f64 {
    (z.0 / 2.0).hypot(z.1 / 2.0).ln() + LN_2 * 2.0
}
/// An answer that is too large is an error.
fn in_range(z: C) -> Answer<C> {
    if z.0.is_infinite() || z.1.is_infinite() { Err(Trouble::Range) } else { Ok(z) }
}
/// f(z) by way of g(iz): i · conj … of the two pairs (sin, sinh), (tan, tanh), (asin, asinh), (atan, atanh).
fn turned(z: C, g: fn(C) -> Answer<C>) -> Answer<C> {
    let (re, im) = g((-z.1, z.0))?;
    Ok((im, -re))
}

pub fn acos(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::acos(z));
    }
    if large(z) {
        let l = log_of_large(z);
        let im = if z.0 < 0.0 { -l.copysign(z.1) } else { l.copysign(-z.1) };
        return Ok((z.1.abs().atan2(z.0), im));
    }
    let s1 = sqrt((1.0 - z.0, -z.1))?;
    let s2 = sqrt((1.0 + z.0, z.1))?;
    Ok((2.0 * s1.0.atan2(s2.0), real_asinh(s2.0 * s1.1 - s2.1 * s1.0)))
}
pub fn acosh(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::acosh(z));
    }
    if large(z) {
        return Ok((log_of_large(z), z.1.atan2(z.0)));
    }
    let s1 = sqrt((z.0 - 1.0, z.1))?;
    let s2 = sqrt((z.0 + 1.0, z.1))?;
    Ok((real_asinh(s1.0 * s2.0 + s1.1 * s2.1), 2.0 * s1.1.atan2(s2.0)))
}
pub fn asin(z: C) -> Answer<C> {
    turned(z, asinh)
}
pub fn asinh(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::asinh(z));
    }
    if large(z) {
        let l = log_of_large(z);
        let re = if z.1 >= 0.0 { l.copysign(z.0) } else { -l.copysign(-z.0) };
        return Ok((re, z.1.atan2(z.0.abs())));
    }
    let s1 = sqrt((1.0 + z.1, -z.0))?;
    let s2 = sqrt((1.0 - z.1, z.0))?;
    Ok((real_asinh(s1.0 * s2.1 - s2.0 * s1.1), z.1.atan2(s1.0 * s2.0 - s1.1 * s2.1)))
}
pub fn atan(z: C) -> Answer<C> {
    turned(z, atanh)
}
pub fn atanh(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::atanh(z));
    }
    if z.0.is_sign_negative() {
        let (re, im) = atanh((-z.0, -z.1))?;
        return Ok((-re, -im));
    }
    let ay = z.1.abs();
    let root = LARGE.sqrt();
    if z.0 > root || ay > root {
        let h = (z.0 / 2.0).hypot(z.1 / 2.0);
        return Ok((z.0 / 4.0 / h / h, -FRAC_PI_2.copysign(-z.1)));
    }
    if z.0 == 1.0 && ay < f64::MIN_POSITIVE.sqrt() {
        if ay == 0.0 {
            return Err(Trouble::Domain);
        }
        let re = -(ay.sqrt() / ay.hypot(2.0).sqrt()).ln();
        return Ok((re, (2.0f64.atan2(-ay) / 2.0).copysign(z.1)));
    }
    let re = (4.0 * z.0 / ((1.0 - z.0) * (1.0 - z.0) + ay * ay)).ln_1p() / 4.0;
    let im = -(-2.0 * z.1).atan2((1.0 - z.0) * (1.0 + z.0) - ay * ay) / 2.0;
    Ok((re, im))
}

pub fn cos(z: C) -> Answer<C> {
    cosh((-z.1, z.0))
}
pub fn cosh(z: C) -> Answer<C> {
    if !finite(z) {
        return special::cosh(z);
    }
    let (sin, cos) = (z.1.sin(), z.1.cos());
    in_range(if z.0.abs() > log_large() {
        let x = z.0 - 1.0f64.copysign(z.0);
        (cos * x.cosh() * E, sin * x.sinh() * E)
    } else {
        (cos * z.0.cosh(), sin * z.0.sinh())
    })
}
pub fn sin(z: C) -> Answer<C> {
    turned(z, sinh)
}
pub fn sinh(z: C) -> Answer<C> {
    if !finite(z) {
        return special::sinh(z);
    }
    let (sin, cos) = (z.1.sin(), z.1.cos());
    in_range(if z.0.abs() > log_large() {
        let x = z.0 - 1.0f64.copysign(z.0);
        (cos * x.sinh() * E, sin * x.cosh() * E)
    } else {
        (cos * z.0.sinh(), sin * z.0.cosh())
    })
}
pub fn tan(z: C) -> Answer<C> {
    turned(z, tanh)
}
pub fn tanh(z: C) -> Answer<C> {
    if !finite(z) {
        return special::tanh(z);
    }
    if z.0.abs() > log_large() {
        let im = 4.0 * z.1.sin() * z.1.cos() * (-2.0 * z.0.abs()).exp();
        return Ok((1.0f64.copysign(z.0), im));
    }
    let (tx, ty, cx) = (z.0.tanh(), z.1.tan(), 1.0 / z.0.cosh());
    let t = tx * ty;
    let denom = 1.0 + t * t;
    Ok((tx * (1.0 + ty * ty) / denom, ((ty / denom) * cx) * cx))
}
pub fn exp(z: C) -> Answer<C> {
    if !finite(z) {
        return special::exp(z);
    }
    let (sin, cos) = (z.1.sin(), z.1.cos());
    in_range(if z.0 > log_large() {
        let l = (z.0 - 1.0).exp();
        (l * cos * E, l * sin * E)
    } else {
        let l = z.0.exp();
        (l * cos, l * sin)
    })
}

pub fn log(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::log(z));
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let re = if large(z) {
        (ax / 2.0).hypot(ay / 2.0).ln() + LN_2
    } else if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        if ax == 0.0 && ay == 0.0 {
            return Err(Trouble::Domain);
        }
        // Subnormal: scale up by 2^53.
        libm::ldexp(ax, 53).hypot(libm::ldexp(ay, 53)).ln() - 53.0 * LN_2
    } else {
        let h = ax.hypot(ay);
        if (0.71..=1.73).contains(&h) {
            let (most, least) = (ax.max(ay), ax.min(ay));
            ((most - 1.0) * (most + 1.0) + least * least).ln_1p() / 2.0
        } else {
            h.ln()
        }
    };
    Ok((re, z.1.atan2(z.0)))
}
pub fn log10(z: C) -> Answer<C> {
    let (re, im) = log(z)?;
    Ok((re / LN_10, im / LN_10))
}

pub fn sqrt(z: C) -> Answer<C> {
    if !finite(z) {
        return Ok(special::sqrt(z));
    }
    if z.0 == 0.0 && z.1 == 0.0 {
        return Ok((0.0, z.1));
    }
    let (ax, ay) = (z.0.abs(), z.1.abs());
    let s = if ax < f64::MIN_POSITIVE && ay < f64::MIN_POSITIVE {
        let ax = libm::ldexp(ax, 53);
        libm::ldexp((ax + ax.hypot(libm::ldexp(ay, 53))).sqrt(), -27)
    } else {
        let ax = ax / 8.0;
        2.0 * (ax + ax.hypot(ay / 8.0)).sqrt()
    };
    let d = ay / (2.0 * s);
    Ok(if z.0 >= 0.0 { (s, d.copysign(z.1)) } else { (d, s.copysign(z.1)) })
}

/// Polar to rectangular coordinates.
pub fn rect(r: f64, phi: f64) -> Answer<C> {
    if !r.is_finite() || !phi.is_finite() {
        return special::rect(r, phi);
    }
    if phi == 0.0 {
        // Keeps the sign of a zero.
        return Ok((r, r * phi));
    }
    Ok((r * phi.cos(), r * phi.sin()))
}
