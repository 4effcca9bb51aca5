//! Arithmetic of Python's `complex` as pure functions, with real operands kept real (C11 annex G, new in 3.14); its text.
use super::float_ops;
use super::float_text;
use super::int_ops::{Arith, ArithError, DIVISION_BY_ZERO};

/// Real and imaginary part.
pub type C = (f64, f64);

/// An operand: a real number has no imaginary part, not even a zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Operand {
    Real(f64),
    Complex(f64, f64),
}
use Operand::{Complex, Real};

impl Operand {
    pub fn parts(self) -> C {
        match self {
            Real(x) => (x, 0.0),
            Complex(re, im) => (re, im),
        }
    }
}

pub fn add(a: Operand, b: Operand) -> C {
    match (a, b) {
        (Complex(x, y), Complex(u, v)) => (x + u, y + v),
        (Complex(x, y), Real(u)) | (Real(u), Complex(x, y)) => (x + u, y),
        (Real(x), Real(u)) => (x + u, 0.0),
    }
}
pub fn sub(a: Operand, b: Operand) -> C {
    match (a, b) {
        (Complex(x, y), Complex(u, v)) => (x - u, y - v),
        (Complex(x, y), Real(u)) => (x - u, y),
        (Real(x), Complex(u, v)) => (x - u, -v),
        (Real(x), Real(u)) => (x - u, 0.0),
    }
}
pub fn mul(a: Operand, b: Operand) -> C {
    match (a, b) {
        (Complex(x, y), Complex(u, v)) => product((x, y), (u, v)),
        (Complex(x, y), Real(u)) | (Real(u), Complex(x, y)) => (x * u, y * u),
        (Real(x), Real(u)) => (x * u, 0.0),
    }
}

/// 1 with the sign of an infinity, 0 with the sign of anything else.
fn boxed(x: f64) -> f64 {
    (if x.is_infinite() { 1.0f64 } else { 0.0 }).copysign(x)
}
fn nan_to_zero(x: f64) -> f64 {
    if x.is_nan() { 0.0f64.copysign(x) } else { x }
}

/// A product; infinities that came out as NaN are recovered (C11 G.5.1).
pub fn product(mut z: C, mut w: C) -> C {
    let (ac, bd, ad, bc) = (z.0 * w.0, z.1 * w.1, z.0 * w.1, z.1 * w.0);
    let r = (ac - bd, ad + bc);
    if !(r.0.is_nan() && r.1.is_nan()) {
        return r;
    }
    let infinite = |c: C| c.0.is_infinite() || c.1.is_infinite();
    let mut recover = false;
    if infinite(z) {
        z = (boxed(z.0), boxed(z.1));
        w = (nan_to_zero(w.0), nan_to_zero(w.1));
        recover = true;
    }
    if infinite(w) {
        w = (boxed(w.0), boxed(w.1));
        z = (nan_to_zero(z.0), nan_to_zero(z.1));
        recover = true;
    }
    if !recover && [ac, bd, ad, bc].iter().any(|x| x.is_infinite()) {
        z = (nan_to_zero(z.0), nan_to_zero(z.1));
        w = (nan_to_zero(w.0), nan_to_zero(w.1));
        recover = true;
    }
    if recover { (f64::INFINITY * (z.0 * w.0 - z.1 * w.1), f64::INFINITY * (z.0 * w.1 + z.1 * w.0)) } else { r }
}

pub fn div(a: Operand, b: Operand) -> Arith<C> {
    match (a, b) {
        (_, Real(0.0)) => Err(DIVISION_BY_ZERO),
        (Complex(x, y), Real(u)) => Ok((x / u, y / u)),
        (Real(x), Real(u)) => Ok((x / u, 0.0)),
        (_, Complex(0.0, 0.0)) => Err(DIVISION_BY_ZERO),
        (Complex(x, y), Complex(u, v)) => Ok(quotient((x, y), (u, v))),
        (Real(x), Complex(u, v)) => Ok(real_quotient(x, (u, v))),
    }
}
/// Smith's algorithm: scale by the larger part of the divisor; infinities and zeros are recovered (C11 G.5.2).
fn quotient(a: C, b: C) -> C {
    let r = if b.0.abs() >= b.1.abs() {
        let ratio = b.1 / b.0;
        let denom = b.0 + b.1 * ratio;
        ((a.0 + a.1 * ratio) / denom, (a.1 - a.0 * ratio) / denom)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denom = b.0 * ratio + b.1;
        ((a.0 * ratio + a.1) / denom, (a.1 * ratio - a.0) / denom)
    } else {
        (f64::NAN, f64::NAN)
    };
    if !(r.0.is_nan() && r.1.is_nan()) {
        return r;
    }
    let finite = |c: C| c.0.is_finite() && c.1.is_finite();
    let infinite = |c: C| c.0.is_infinite() || c.1.is_infinite();
    if infinite(a) && finite(b) {
        let (x, y) = (boxed(a.0), boxed(a.1));
        (f64::INFINITY * (x * b.0 + y * b.1), f64::INFINITY * (y * b.0 - x * b.1))
    } else if infinite(b) && finite(a) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        (0.0 * (a.0 * x + a.1 * y), 0.0 * (a.1 * x - a.0 * y))
    } else {
        r
    }
}
fn real_quotient(a: f64, b: C) -> C {
    let r = if b.0.abs() >= b.1.abs() {
        let ratio = b.1 / b.0;
        let denom = b.0 + b.1 * ratio;
        (a / denom, (-a * ratio) / denom)
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let denom = b.0 * ratio + b.1;
        ((a * ratio) / denom, -a / denom)
    } else {
        (f64::NAN, f64::NAN)
    };
    if r.0.is_nan() && r.1.is_nan() && a.is_finite() && (b.0.is_infinite() || b.1.is_infinite()) {
        let (x, y) = (boxed(b.0), boxed(b.1));
        return (0.0 * (a * x), 0.0 * (-a * y));
    }
    r
}

const ZERO_POWER: ArithError = ArithError::Zero("zero to a negative or complex power");

/// `a ** b`: by repeated squaring for small whole exponents, else in polar form.
pub fn pow(a: C, b: C) -> Arith<C> {
    let r = if b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0 { power_whole(a, b.0 as i32)? } else { power(a, b)? };
    if r.0.is_infinite() || r.1.is_infinite() {
        return Err(ArithError::Overflow("complex exponentiation"));
    }
    Ok(r)
}
fn power_whole(a: C, n: i32) -> Arith<C> {
    let (mut r, mut p, mut left) = ((1.0, 0.0), a, n.unsigned_abs());
    while left > 0 {
        if left & 1 == 1 {
            r = product(r, p);
        }
        left >>= 1;
        p = product(p, p);
    }
    match n {
        1.. => Ok(r),
        _ if r == (0.0, 0.0) => Err(ZERO_POWER),
        _ => Ok(quotient((1.0, 0.0), r)),
    }
}
fn power(a: C, b: C) -> Arith<C> {
    if b == (0.0, 0.0) {
        return Ok((1.0, 0.0));
    }
    if a == (0.0, 0.0) {
        return if b.1 != 0.0 || b.0 < 0.0 { Err(ZERO_POWER) } else { Ok((0.0, 0.0)) };
    }
    let size = a.0.hypot(a.1);
    let angle = a.1.atan2(a.0);
    let mut len = size.powf(b.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        len *= (-angle * b.1).exp();
        phase += b.1 * size.ln();
    }
    Ok((len * phase.cos(), len * phase.sin()))
}

pub fn abs(z: C) -> Arith<f64> {
    let x = z.0.hypot(z.1);
    if x.is_infinite() && z.0.is_finite() && z.1.is_finite() {
        return Err(ArithError::Overflow("absolute value too large"));
    }
    Ok(x)
}

/// `repr(complex)`.
pub fn repr(z: C) -> String {
    let part = |x: f64| float_text::signed(x, float_text::unsigned(x, 'r', 0, float_text::Style::default()));
    if z.0 == 0.0 && z.0.is_sign_positive() {
        return format!("{}j", part(z.1));
    }
    let im = part(z.1);
    let plus = if im.starts_with('-') { "" } else { "+" };
    format!("({}{plus}{im}j)", part(z.0))
}

/// Reads `a+bj`, `bj`, `a`, with optional spaces and one pair of parentheses around; None when it is no complex number.
pub fn parse(text: &str) -> Option<C> {
    let space = super::int_text::is_space;
    let mut s = text.trim_matches(space);
    if let Some(inner) = s.strip_prefix('(') {
        s = inner.strip_suffix(')')?.trim_matches(space);
    }
    let s = float_ops::without_underscores(s)?;
    let Some(body) = s.strip_suffix(['j', 'J']) else { return Some((float_ops::parse_plain(&s)?, 0.0)) };
    // Where the imaginary part starts: the last sign that is not an exponent's.
    let b = body.as_bytes();
    let exponent_sign = |i: usize| i >= 2 && matches!(b[i - 1], b'e' | b'E') && (b[i - 2].is_ascii_digit() || b[i - 2] == b'.');
    let split = (1..b.len()).rev().find(|i| matches!(b[*i], b'+' | b'-') && !exponent_sign(*i)).unwrap_or(0);
    let (re, im) = body.split_at(split);
    let im = match im {
        "" | "+" => 1.0,
        "-" => -1.0,
        _ => float_ops::parse_plain(im)?,
    };
    Some((if re.is_empty() { 0.0 } else { float_ops::parse_plain(re)? }, im))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (s, want) in [
            ("1+2j", Some((1.0, 2.0))),
            (" ( -1e-3-j ) ", Some((-1e-3, -1.0))),
            ("j", Some((0.0, 1.0))),
            ("-2.5", Some((-2.5, 0.0))),
            ("1e5j", Some((0.0, 1e5))),
            ("1+2", None),
            ("1+-2j", None),
            ("1 + 2j", None),
            ("", None),
            ("(1", None),
        ] {
            assert_eq!(parse(s), want, "{s}");
        }
        assert_eq!(repr((-0.0, 2.0)), "(-0+2j)");
        assert_eq!(repr((0.0, -0.0)), "-0j");
        assert_eq!(repr((1.5, f64::NAN)), "(1.5+nanj)");
    }
    #[test]
    fn arithmetic() {
        assert_eq!(pow((1.0, 2.0), (2.0, 0.0)), Ok((-3.0, 4.0)));
        assert_eq!(div(Real(1.0), Complex(0.0, 1.0)), Ok((0.0, -1.0)));
        assert!(div(Complex(1.0, 1.0), Real(0.0)).is_err());
        assert_eq!(product((f64::INFINITY, f64::NAN), (1.0, 0.0)).0, f64::INFINITY);
    }
}
