//! Elementary functions that Rust's standard library computes in its own way, as the C library does; exact double-double
//! steps; vector norms.
//!
//! All other elementary functions are `f64`'s methods, which are the platform's C library, as in CPython.
use std::f64::consts::LN_2;

/// 2^28: from here on, adding or subtracting 1 to a square changes nothing.
const LARGE: f64 = 268435456.0;

pub fn asinh(x: f64) -> f64 {
    let a = x.abs();
    if !x.is_finite() || a < 1.0 / LARGE {
        return x;
    }
    let w = if a > LARGE {
        a.ln() + LN_2
    } else if a > 2.0 {
        (2.0 * a + 1.0 / ((x * x + 1.0).sqrt() + a)).ln()
    } else {
        let square = x * x;
        (a + square / (1.0 + (1.0 + square).sqrt())).ln_1p()
    };
    w.copysign(x)
}
pub fn acosh(x: f64) -> f64 {
    if x < 1.0 || x.is_nan() {
        f64::NAN
    } else if x >= LARGE {
        if x.is_infinite() { x } else { x.ln() + LN_2 }
    } else if x == 1.0 {
        0.0
    } else if x > 2.0 {
        (2.0 * x - 1.0 / (x + (x * x - 1.0).sqrt())).ln()
    } else {
        let t = x - 1.0;
        (t + (2.0 * t + t * t).sqrt()).ln_1p()
    }
}
pub fn atanh(x: f64) -> f64 {
    let a = x.abs();
    if a < 1.0 / LARGE {
        return x;
    }
    let r = if a < 0.5 {
        let t = a + a;
        0.5 * (t + t * a / (1.0 - a)).ln_1p()
    } else if a < 1.0 {
        0.5 * ((a + a) / (1.0 - a)).ln_1p()
    } else if a == 1.0 {
        f64::INFINITY
    } else {
        return f64::NAN;
    };
    r.copysign(x)
}

/// The cube root: a polynomial for the mantissa, one step of Halley's, a factor for the exponent's remainder. Not always the
/// nearest float, but the GNU C library's.
pub fn cbrt(x: f64) -> f64 {
    const ROOT2: f64 = 1.2599210498948732;
    const ROOT4: f64 = 1.5874010519681996;
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let (m, e) = libm::frexp(x.abs());
    let coefficients = [
        0.784932344976639262,
        -1.83469277483613086,
        2.44693122563534430,
        -2.11499494167371287,
        1.50819193781584896,
        0.354895765043919860,
    ];
    let u = coefficients.iter().fold(-0.145263899385486377, |u, c| u * m + c);
    let cube = u * u * u;
    let factor = [1.0 / ROOT4, 1.0 / ROOT2, 1.0, ROOT2, ROOT4][(2 + e % 3) as usize];
    let y = u * (cube + 2.0 * m) / (2.0 * cube + m) * factor;
    libm::ldexp(y.copysign(x), e / 3)
}

/// Mantissa in [½, 1) and exponent of a finite number other than 0.
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() { (x, 0) } else { libm::frexp(x) }
}

/// A sum or product with its rounding error.
#[derive(Clone, Copy)]
pub struct Double {
    pub hi: f64,
    pub lo: f64,
}
/// The sum where |a| ≥ |b|.
pub fn fast_sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    Double { hi, lo: (a - hi) + b }
}
/// The sum of any two.
pub fn two_sum(a: f64, b: f64) -> Double {
    let hi = a + b;
    let z = hi - a;
    Double { hi, lo: (a - (hi - z)) + (b - z) }
}
pub fn two_product(a: f64, b: f64) -> Double {
    let hi = a * b;
    Double { hi, lo: a.mul_add(b, -hi) }
}

/// Euclidean length of a vector of absolute values: scaled by a power of two, summed with compensation, and its root
/// corrected once, so that the error stays below one unit in the last place.
pub fn norm(v: &mut [f64]) -> f64 {
    let max = v.iter().copied().fold(0.0f64, f64::max);
    if max.is_infinite() {
        return max;
    }
    if v.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    if max == 0.0 || v.len() <= 1 {
        return max;
    }
    let (_, exponent) = frexp(max);
    if exponent < -1023 {
        v.iter_mut().for_each(|x| *x /= f64::MIN_POSITIVE);
        return f64::MIN_POSITIVE * norm(v);
    }
    let scale = libm::ldexp(1.0, -exponent);
    let (mut sum, mut frac1, mut frac2) = (1.0, 0.0, 0.0);
    let mut add = |square: Double| {
        let s = fast_sum(sum, square.hi);
        sum = s.hi;
        frac1 += square.lo;
        frac2 += s.lo;
        sum - 1.0 + (frac1 + frac2)
    };
    let mut total = 0.0;
    for x in v.iter() {
        let x = x * scale;
        total = add(two_product(x, x));
    }
    let h = total.sqrt();
    let rest = add(two_product(-h, h));
    (h + rest / (2.0 * h)) / scale
}
