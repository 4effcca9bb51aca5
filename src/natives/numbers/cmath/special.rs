//! Complex functions of infinities and NaNs.
//!
//! Source: C11 annex G.6, with CPython's choice of signs where the standard leaves them open.
use super::{Answer, Trouble};
use crate::objects::complex_ops::C;
use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// The angle of (x, +∞), or of (±∞, x) mirrored.
fn angle_to_infinity(re: f64) -> f64 {
    if re.is_nan() {
        NAN
    } else if re == INF {
        FRAC_PI_4
    } else if re == -INF {
        3.0 * FRAC_PI_4
    } else {
        FRAC_PI_2
    }
}
fn signed_inf(x: f64) -> f64 {
    INF.copysign(x)
}

pub fn acos((re, im): C) -> C {
    if im.is_infinite() {
        (angle_to_infinity(re), signed_inf(-im))
    } else if re.is_infinite() {
        if im.is_nan() { (NAN, INF) } else { (if re < 0.0 { PI } else { 0.0 }, signed_inf(-im)) }
    } else if re == 0.0 {
        (FRAC_PI_2, NAN)
    } else {
        (NAN, NAN)
    }
}
pub fn acosh((re, im): C) -> C {
    if im.is_infinite() {
        (INF, angle_to_infinity(re).copysign(im))
    } else if re.is_infinite() {
        let angle: f64 = if re < 0.0 { PI } else { 0.0 };
        (INF, if im.is_nan() { NAN } else { angle.copysign(im) })
    } else if re == 0.0 {
        (NAN, FRAC_PI_2)
    } else {
        (NAN, NAN)
    }
}
pub fn asinh((re, im): C) -> C {
    if im.is_infinite() {
        if re.is_nan() {
            return (INF, NAN);
        }
        let angle = if re.is_infinite() { FRAC_PI_4 } else { FRAC_PI_2 };
        (signed_inf(re), angle.copysign(im))
    } else if re.is_infinite() {
        (re, if im.is_nan() { NAN } else { 0.0f64.copysign(im) })
    } else if re.is_nan() && im == 0.0 {
        (NAN, im)
    } else {
        (NAN, NAN)
    }
}
pub fn atanh((re, im): C) -> C {
    let zero = if re.is_nan() { 0.0 } else { 0.0f64.copysign(re) };
    if im.is_infinite() {
        (zero, FRAC_PI_2.copysign(im))
    } else if re.is_infinite() {
        (zero, if im.is_nan() { NAN } else { FRAC_PI_2.copysign(im) })
    } else if re == 0.0 {
        (re, NAN)
    } else {
        (NAN, NAN)
    }
}
pub fn sqrt((re, im): C) -> C {
    if im.is_infinite() {
        (INF, im)
    } else if re == -INF {
        if im.is_nan() { (NAN, INF) } else { (0.0, signed_inf(im)) }
    } else if re == INF {
        (INF, if im.is_nan() { NAN } else { 0.0f64.copysign(im) })
    } else {
        (NAN, NAN)
    }
}
pub fn log((re, im): C) -> C {
    if re == 0.0 && im.is_nan() { (NAN, NAN) } else { acosh((re, im)) }
}

/// An infinite imaginary part has no sine or cosine.
fn check(trouble: bool, z: C) -> Answer<C> {
    if trouble { Err(Trouble::Domain) } else { Ok(z) }
}
pub fn cosh((re, im): C) -> Answer<C> {
    if re.is_infinite() && im.is_finite() && im != 0.0 {
        let (x, y) = (signed_inf(im.cos()), signed_inf(im.sin()));
        return Ok((x, if re > 0.0 { y } else { -y }));
    }
    let z = if re.is_infinite() {
        (INF, if im == 0.0 { im.copysign(im * re.signum()) } else { NAN })
    } else if re == 0.0 || (re.is_nan() && im == 0.0) {
        (NAN, 0.0)
    } else {
        (NAN, NAN)
    };
    check(im.is_infinite() && !re.is_nan(), z)
}
pub fn sinh((re, im): C) -> Answer<C> {
    if re.is_infinite() && im.is_finite() && im != 0.0 {
        let (x, y) = (signed_inf(im.cos()), signed_inf(im.sin()));
        return Ok((if re > 0.0 { x } else { -x }, y));
    }
    let z = if re.is_infinite() {
        if im == 0.0 { (re, im) } else { (INF, NAN) }
    } else if re == 0.0 {
        (0.0, NAN)
    } else if re.is_nan() && im == 0.0 {
        (NAN, im)
    } else {
        (NAN, NAN)
    };
    check(im.is_infinite() && !re.is_nan(), z)
}
pub fn tanh((re, im): C) -> Answer<C> {
    let z = if re.is_infinite() {
        let zero = if im.is_finite() && im != 0.0 {
            0.0f64.copysign(2.0 * im.sin() * im.cos())
        } else if im == 0.0 {
            im
        } else {
            0.0
        };
        (re.signum(), zero)
    } else if re == 0.0 {
        (re, NAN)
    } else if re.is_nan() && im == 0.0 {
        (NAN, im)
    } else {
        (NAN, NAN)
    };
    check(im.is_infinite() && re.is_finite(), z)
}
pub fn exp((re, im): C) -> Answer<C> {
    if re.is_infinite() && im.is_finite() && im != 0.0 {
        let size: f64 = if re > 0.0 { INF } else { 0.0 };
        return Ok((size.copysign(im.cos()), size.copysign(im.sin())));
    }
    let z = if re == -INF {
        (0.0, if im == 0.0 { im } else { 0.0 })
    } else if re == INF {
        (INF, if im == 0.0 { im } else { NAN })
    } else if re.is_nan() && im == 0.0 {
        (NAN, im)
    } else {
        (NAN, NAN)
    };
    check(im.is_infinite() && (re.is_finite() || re == INF), z)
}
pub fn rect(r: f64, phi: f64) -> Answer<C> {
    if r.is_infinite() && phi.is_finite() && phi != 0.0 {
        let (x, y) = (signed_inf(phi.cos()), signed_inf(phi.sin()));
        return Ok(if r > 0.0 { (x, y) } else { (-x, -y) });
    }
    let z = if r.is_infinite() {
        if phi == 0.0 { (r, phi.copysign(phi * r.signum())) } else { (INF, NAN) }
    } else if r == 0.0 {
        (0.0, 0.0)
    } else if r.is_nan() && phi == 0.0 {
        (NAN, 0.0)
    } else {
        (NAN, NAN)
    };
    check(r != 0.0 && !r.is_nan() && phi.is_infinite(), z)
}
