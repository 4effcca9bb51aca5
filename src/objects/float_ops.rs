//! Arithmetic of Python's `float` as pure functions: floor division, modulo, power, rounding, hexadecimal text, ratios.
use super::int_ops::{self, Arith, ArithError, DIVISION_BY_ZERO, IntVal};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

pub fn div(a: f64, b: f64) -> Arith<f64> {
    if b == 0.0 { Err(DIVISION_BY_ZERO) } else { Ok(a / b) }
}
/// `a % b`: the sign is that of `b`, also of a zero.
pub fn modulo(a: f64, b: f64) -> Arith<f64> {
    if b == 0.0 {
        return Err(DIVISION_BY_ZERO);
    }
    let m = a % b;
    Ok(if m == 0.0 {
        0.0f64.copysign(b)
    } else if (b < 0.0) != (m < 0.0) {
        m + b
    } else {
        m
    })
}
/// `divmod(a, b)`: the quotient is a whole number close to `a / b`, and quotient · b + remainder is close to `a`.
pub fn divmod(a: f64, b: f64) -> Arith<(f64, f64)> {
    if b == 0.0 {
        return Err(DIVISION_BY_ZERO);
    }
    let mut m = a % b;
    let mut d = (a - m) / b;
    if m == 0.0 {
        m = 0.0f64.copysign(b);
    } else if (b < 0.0) != (m < 0.0) {
        m += b;
        d -= 1.0;
    }
    let q = if d == 0.0 {
        0.0f64.copysign(a / b)
    } else {
        let f = d.floor();
        if d - f > 0.5 { f + 1.0 } else { f }
    };
    Ok((q, m))
}
pub fn floor_div(a: f64, b: f64) -> Arith<f64> {
    divmod(a, b).map(|(q, _)| q)
}

/// `a ** b`; None where the result is complex (a negative base, an exponent that is not whole).
///
/// The special cases are spelled out, as C libraries disagree about them (C99 annex F).
pub fn pow(a: f64, b: f64) -> Arith<Option<f64>> {
    let odd = b.abs() % 2.0 == 1.0;
    let value = if b == 0.0 {
        1.0
    } else if a.is_nan() {
        a
    } else if b.is_nan() {
        if a == 1.0 { 1.0 } else { b }
    } else if b.is_infinite() {
        match a.abs() {
            1.0 => 1.0,
            x if (b > 0.0) == (x > 1.0) => b.abs(),
            _ => 0.0,
        }
    } else if a.is_infinite() {
        match (b > 0.0, odd) {
            (true, true) => a,
            (true, false) => a.abs(),
            (false, true) => 0.0f64.copysign(a),
            (false, false) => 0.0,
        }
    } else if a == 0.0 {
        if b < 0.0 {
            return Err(ArithError::Zero("zero to a negative power"));
        }
        if odd { a } else { 0.0 }
    } else {
        if a < 0.0 && b != b.floor() {
            return Ok(None);
        }
        let x = if a.abs() == 1.0 { 1.0 } else { a.abs().powf(b) };
        if x.is_infinite() {
            return Err(ArithError::Range);
        }
        if a < 0.0 && odd { -x } else { x }
    };
    Ok(Some(value))
}

/// `round(x, digits)`: the nearest decimal with so many places, ties (of the exact value) to even.
pub fn round_to(x: f64, digits: i64) -> Arith<f64> {
    if !x.is_finite() || x == 0.0 || digits > 323 {
        return Ok(x);
    }
    if digits < -308 {
        return Ok(0.0 * x);
    }
    let rounded = if digits >= 0 {
        format!("{x:.*}", digits as usize).parse().unwrap_or(x)
    } else {
        round_whole(x.abs(), -digits as u32).copysign(x)
    };
    if f64::is_infinite(rounded) { Err(ArithError::Overflow("rounded value too large to represent")) } else { Ok(rounded) }
}
/// A positive number to a multiple of 10^digits.
fn round_whole(x: f64, digits: u32) -> f64 {
    let unit = BigInt::from(10).pow(digits);
    let (q, r) = int_ops::from_f64(x).into_big().div_rem(&unit);
    let twice: BigInt = r << 1usize;
    let up = twice > unit || (twice == unit && (x.fract() > 0.0 || q.is_odd()));
    ((if up { q + 1 } else { q }) * unit).to_f64().unwrap_or(f64::INFINITY)
}
/// `round(x)` as a float: ties to even.
pub fn round_even(x: f64) -> f64 {
    x.round_ties_even()
}

/// `float.as_integer_ratio()` of a finite number.
pub fn ratio(x: f64) -> (IntVal, IntVal) {
    if x == 0.0 {
        return (IntVal::Small(0), IntVal::Small(1));
    }
    let (mut m, mut e) = decode(x.abs());
    let zeros = m.trailing_zeros();
    m >>= zeros;
    e += zeros as i64;
    let (num, den) = match e {
        0.. => (BigInt::from(m) << e as usize, BigInt::from(1)),
        _ => (BigInt::from(m), BigInt::from(1) << (-e) as usize),
    };
    (IntVal::Big(if x < 0.0 { -num } else { num }), IntVal::Big(den))
}
/// A positive number as mantissa · 2^exponent.
pub fn decode(x: f64) -> (u64, i64) {
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    if field == 0 { (fraction, -1074) } else { (fraction | 1 << 52, field - 1075) }
}

/// `float.hex()` of a finite number.
pub fn hex(x: f64) -> String {
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = x.to_bits();
    let (field, fraction) = ((bits >> 52 & 0x7ff) as i64, bits & ((1 << 52) - 1));
    let (lead, exponent) = if field == 0 { (0, -1022) } else { (1, field - 1023) };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// What is wrong with a hexadecimal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HexError {
    Invalid,
    TooLarge,
}

/// `float.fromhex()`; surrounding spaces are allowed.
pub fn from_hex(text: &str) -> Result<f64, HexError> {
    let s = text.trim_matches(super::int_text::is_space).to_ascii_lowercase();
    let (negative, s) = match s.as_bytes().first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, &s[..]),
    };
    let x = match s {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ => hex_magnitude(s.strip_prefix("0x").unwrap_or(s))?,
    };
    Ok(if negative { -x } else { x })
}
fn hex_magnitude(s: &str) -> Result<f64, HexError> {
    let (mantissa, exponent) = match s.split_once('p') {
        Some((m, e)) => (m, hex_exponent(e)?),
        None => (s, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(HexError::Invalid);
    }
    let (mut m, mut dropped, mut sticky) = (0u128, 0i64, false);
    for c in whole.chars().chain(fraction.chars()) {
        let d = c.to_digit(16).ok_or(HexError::Invalid)?;
        if m >> 120 == 0 {
            m = m << 4 | d as u128;
        } else {
            dropped += 1;
            sticky |= d != 0;
        }
    }
    if m == 0 {
        return Ok(0.0);
    }
    let e = exponent.saturating_add(4 * (dropped - fraction.len() as i64));
    round_scaled(m, e, sticky).ok_or(HexError::TooLarge)
}
/// A decimal exponent of any length, clamped to what cannot matter.
fn hex_exponent(s: &str) -> Result<i64, HexError> {
    let (negative, digits) = match s.as_bytes().first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(HexError::Invalid);
    }
    let e = digits.parse().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Ok(if negative { -e } else { e })
}

/// The float nearest to `m · 2^e` (a little more when `sticky`), ties to even; None when it is too large.
pub fn round_scaled(m: u128, e: i64, sticky: bool) -> Option<f64> {
    let bits = 128 - m.leading_zeros() as i64;
    if m == 0 || bits.saturating_add(e) < -1076 {
        return Some(0.0);
    }
    if bits.saturating_add(e) > 1025 {
        return None;
    }
    let extra = (bits - 53).max(-1074 - e).max(0) as u32;
    let mut kept = if extra >= 128 { 0 } else { m >> extra };
    if extra > 0 {
        let (half, rest) = if extra > 128 {
            (u128::MAX, 0)
        } else {
            (1u128 << (extra - 1), if extra == 128 { m } else { m & ((1 << extra) - 1) })
        };
        if rest > half || rest == half && (sticky || kept & 1 == 1) {
            kept += 1;
        }
    }
    let x = int_ops::scale(kept as u64 as f64, e + extra as i64);
    if x.is_infinite() { None } else { Some(x) }
}

/// Reads a float's text: spaces around it, underscores between digits, `inf` and `nan`; None when it is none.
pub fn parse(text: &str) -> Option<f64> {
    let s = text.trim_matches(super::int_text::is_space);
    parse_plain(&without_underscores(s)?)
}
/// Drops underscores, each of which must stand between two digits.
pub fn without_underscores(s: &str) -> Option<String> {
    if !s.contains('_') {
        return Some(s.to_owned());
    }
    let b = s.as_bytes();
    let between = |i: usize| i > 0 && i + 1 < b.len() && b[i - 1].is_ascii_digit() && b[i + 1].is_ascii_digit();
    (0..b.len()).all(|i| b[i] != b'_' || between(i)).then(|| s.replace('_', ""))
}
/// Reads a float without spaces or underscores.
pub fn parse_plain(s: &str) -> Option<f64> {
    let (negative, rest) = match s.as_bytes().first()? {
        b'-' => (true, &s[1..]),
        b'+' => (false, &s[1..]),
        _ => (false, s),
    };
    let starts_well = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let word = rest.to_ascii_lowercase();
    let x = match word.as_str() {
        "inf" | "infinity" => f64::INFINITY,
        "nan" => f64::NAN,
        _ if starts_well => rest.parse().ok()?,
        _ => return None,
    };
    Some(if negative { -x } else { x })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_have_the_divisors_sign() {
        assert_eq!(modulo(-7.5, 2.0), Ok(0.5));
        assert_eq!(modulo(7.5, -2.0), Ok(-0.5));
        assert_eq!(divmod(-7.5, 2.0), Ok((-4.0, 0.5)));
        assert_eq!(floor_div(1.0, 0.1), Ok(9.0));
        assert!(modulo(-0.0, 3.0).is_ok_and(|x| x == 0.0 && x.is_sign_positive()));
    }
    #[test]
    fn rounding() {
        for (x, n, want) in [(2.675, 2, 2.67), (0.5, 0, 0.0), (1234.5, -2, 1200.0), (50.0, -2, 0.0), (150.0, -2, 200.0), (50.5, -2, 100.0)] {
            assert_eq!(round_to(x, n), Ok(want), "{x} {n}");
        }
        assert!(round_to(1.7e308, -308).is_err());
    }
    #[test]
    fn hexadecimal() {
        assert_eq!(hex(-0.1), "-0x1.999999999999ap-4");
        assert_eq!(hex(5e-324), "0x0.0000000000001p-1022");
        assert_eq!(from_hex(" -0x1.999999999999ap-4 "), Ok(-0.1));
        assert_eq!(from_hex("0x.8p1"), Ok(1.0));
        assert_eq!(from_hex("0x1p1024"), Err(HexError::TooLarge));
        assert_eq!(from_hex("0x1p-1075"), Ok(0.0));
        assert_eq!(from_hex("0x1.00000000000001p-1075"), Ok(5e-324));
        assert_eq!(from_hex("0x1.fffffffffffff8p1023"), Err(HexError::TooLarge));
        assert_eq!(from_hex("0x1.00000000000008p0"), Ok(1.0));
        assert_eq!(from_hex("0x1.000000000000080000000000000000000001p0"), Ok(1.0000000000000002));
        assert_eq!(from_hex("0x"), Err(HexError::Invalid));
    }
    #[test]
    fn texts() {
        assert_eq!(parse(" 1_000.5e-1 "), Some(100.05));
        assert_eq!(parse("1_.0"), None);
        assert_eq!(parse("-Infinity"), Some(f64::NEG_INFINITY));
        assert_eq!(parse("e5"), None);
        assert_eq!(parse("1e"), None);
    }
}
