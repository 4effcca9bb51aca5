//! Reading ints from text: bases, prefixes, underscores; writing them.
use super::int_ops::{IntRef, IntVal};
use num_bigint::{BigInt, BigUint, Sign};
use rustpython_unicode::{Ucd, classify};
use rustpython_wtf8::Wtf8;

/// Why a text is no int.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// Not a literal of the base.
    Invalid,
    /// More digits than `sys.set_int_max_str_digits` allows: how many.
    TooManyDigits(usize),
}

/// Unicode digits become ASCII, Unicode spaces a space; anything else that is not ASCII becomes `?`, which no number holds.
pub fn to_ascii_number(s: &Wtf8) -> String {
    let convert = |p: rustpython_wtf8::CodePoint| match p.to_char() {
        Some(c) if c.is_ascii() => c,
        Some(c) if classify::is_space(c) => ' ',
        Some(_) => match Ucd::new(true).decimal(p) {
            Some(d) => (b'0' + d as u8) as char,
            None => '?',
        },
        None => '?',
    };
    s.code_points().map(convert).collect()
}

/// Whitespace of `str.strip` within ASCII.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1f')
}

/// Parses an int literal with surrounding spaces (`int(text, base)`); base 0 reads the prefix. `limit` is the largest
/// number of digits where the base is no power of two, 0 for none.
///
/// Source: CPython `Objects/longobject.c` (`PyLong_FromString`).
pub fn parse(text: &str, base: u32, limit: usize) -> Result<IntVal, ParseError> {
    let s = text.trim_matches(is_space);
    let (negative, s) = match s.as_bytes().first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    let prefix = |s: &str| match s.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => Some(16),
        Some("0o") => Some(8),
        Some("0b") => Some(2),
        _ => None,
    };
    let found = prefix(s);
    let (base, s) = match (base, found) {
        (0, Some(b)) => (b, &s[2..]),
        (0, None) => {
            // Old octal literals are refused; zeros are fine.
            if s.starts_with('0') && s.bytes().any(|c| c != b'0' && c != b'_') {
                return Err(ParseError::Invalid);
            }
            (10, s)
        }
        (b, Some(p)) if b == p => (b, &s[2..]),
        (b, _) => (b, s),
    };
    // One underscore may follow a base prefix.
    let s = if found == Some(base) && s.starts_with('_') { &s[1..] } else { s };
    digits(s, base, limit).map(|m| match m {
        IntVal::Small(i) => IntVal::Small(if negative { -i } else { i }),
        IntVal::Big(b) => IntVal::Big(if negative { -b } else { b }),
    })
}

/// Digits with single underscores between them.
fn digits(s: &str, base: u32, limit: usize) -> Result<IntVal, ParseError> {
    let mut values = Vec::with_capacity(s.len());
    let mut after_underscore = true;
    for c in s.bytes() {
        if c == b'_' {
            if after_underscore {
                return Err(ParseError::Invalid);
            }
            after_underscore = true;
            continue;
        }
        match (c as char).to_digit(base) {
            Some(d) => values.push(d as u8),
            None => return Err(ParseError::Invalid),
        }
        after_underscore = false;
    }
    if after_underscore {
        return Err(ParseError::Invalid);
    }
    if !base.is_power_of_two() && limit > 0 && values.len() > limit {
        return Err(ParseError::TooManyDigits(values.len()));
    }
    // 12 digits of base 36 fit into 63 bits.
    if values.len() <= 12 {
        return Ok(IntVal::Small(values.iter().fold(0, |n, d| n * base as i64 + *d as i64)));
    }
    let m = from_digits(&values, base);
    Ok(IntVal::Big(BigInt::from_biguint(Sign::Plus, m)))
}

/// Splits long digit strings in two, so that multiplication does the work.
fn from_digits(values: &[u8], base: u32) -> BigUint {
    if values.len() <= 2000 {
        return BigUint::from_radix_be(values, base).unwrap_or_default();
    }
    let (high, low) = values.split_at(values.len() / 2);
    from_digits(high, base) * BigUint::from(base).pow(low.len() as u32) + from_digits(low, base)
}

/// Decimal text; None when it has more digits than `limit` (0: no limit).
pub fn to_decimal(a: IntRef, limit: usize) -> Option<String> {
    match a {
        IntRef::Small(i) => Some(i.to_string()),
        IntRef::Big(b) => {
            // A digit takes more than 3.32 bits.
            if limit > 0 && b.bits() as usize > limit * 10 / 3 + 64 {
                return None;
            }
            let s = decimal(b.magnitude());
            if limit > 0 && s.len() > limit {
                return None;
            }
            Some(if b.sign() == Sign::Minus { format!("-{s}") } else { s })
        }
    }
}
fn decimal(m: &BigUint) -> String {
    const DIRECT: u64 = 20_000;
    if m.bits() <= DIRECT {
        return m.to_str_radix(10);
    }
    // Halve by a power of ten of about half the digits.
    let low_digits = (m.bits() as f64 * std::f64::consts::LOG10_2 / 2.0) as u32;
    let (high, low) = num_integer::Integer::div_rem(m, &BigUint::from(10u32).pow(low_digits));
    let (mut text, low) = (decimal(&high), decimal(&low));
    text.extend(std::iter::repeat_n('0', low_digits as usize - low.len()));
    text + &low
}

/// Text in a base that is a power of two, with `0x` and the like when `prefix` is set.
pub fn to_radix(a: IntRef, base: u32, prefix: bool) -> String {
    let b = a.to_big();
    let p = match (prefix, base) {
        (true, 2) => "0b",
        (true, 8) => "0o",
        (true, 16) => "0x",
        _ => "",
    };
    let sign = if a.is_negative() { "-" } else { "" };
    format!("{sign}{p}{}", b.magnitude().to_str_radix(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        assert_eq!(parse(" -0x_1f ", 0, 0), Ok(IntVal::Small(-31)));
        assert_eq!(parse("1__0", 10, 0), Err(ParseError::Invalid));
        assert_eq!(parse("012", 0, 0), Err(ParseError::Invalid));
        assert_eq!(parse("0_0", 0, 0), Ok(IntVal::Small(0)));
        assert_eq!(parse("0b1", 16, 0), Ok(IntVal::Small(0xb1)));
        assert_eq!(parse(&"1".repeat(11), 10, 10), Err(ParseError::TooManyDigits(11)));
        let long = "7".repeat(9001);
        let Ok(IntVal::Big(b)) = parse(&long, 10, 0) else { panic!("a large int") };
        assert_eq!(to_decimal(IntRef::Big(&b), 0), Some(long));
    }
}
