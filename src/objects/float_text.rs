//! Floats as text: `repr` and the `e`, `f`, `g` presentations, exact for every precision.
//!
//! Not here: signs, width, grouping ([`super::format_spec`]). Rust's own formatting is exact and rounds half to even,
//! as CPython's `Python/dtoa.c` does; this file arranges its digits as `PyOS_double_to_string` would.

/// More digits than any `f64` has behind the point or in all: what lies beyond is zeros.
const MAX_EXACT: usize = 1100;

/// Choices of a presentation besides its letter and precision.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Style {
    /// `#`: keep the point and, for `g`, trailing zeros.
    pub alt: bool,
    /// Append `.0` where there is neither point nor exponent.
    pub dot_zero: bool,
    /// Upper-case letters (`E`, `INF`).
    pub upper: bool,
}

/// Python's `repr(float)`: the shortest text that reads back as the same number.
///
/// ```
/// # use pellucid::objects::float_text::repr;
/// assert_eq!(repr(1e16), "1e+16");
/// assert_eq!(repr(0.1), "0.1");
/// assert_eq!(repr(-0.0), "-0.0");
/// ```
pub fn repr(x: f64) -> String {
    let text = unsigned(x, 'r', 0, Style { dot_zero: true, ..Style::default() });
    signed(x, text)
}

/// A number with its sign in front; NaN never has one.
pub fn signed(x: f64, unsigned: String) -> String {
    if x.is_sign_negative() && !x.is_nan() { format!("-{unsigned}") } else { unsigned }
}

/// Text of |x|. `kind`: `e`, `f`, `g` with a precision, or `r` for the shortest digits (precision unused).
pub fn unsigned(x: f64, kind: char, precision: usize, style: Style) -> String {
    let x = x.abs();
    let text = if x.is_nan() {
        "nan".to_owned()
    } else if x.is_infinite() {
        "inf".to_owned()
    } else {
        match kind {
            'f' => fixed(x, precision, style),
            'e' => {
                let (digits, exponent) = exact_digits(x, precision + 1);
                scientific(&digits, exponent, precision + 1, style)
            }
            'g' => general(x, precision.max(1), style),
            _ => shortest(x, style),
        }
    };
    if style.upper { text.to_uppercase() } else { text }
}

/// `count` significant digits, correctly rounded, and the decimal exponent of the first.
pub fn exact_digits(x: f64, count: usize) -> (String, i32) {
    let text = format!("{:.*e}", count.clamp(1, MAX_EXACT) - 1, x);
    let (mut digits, exponent) = split_scientific(&text);
    while digits.len() < count {
        digits.push('0');
    }
    (digits, exponent)
}
/// The fewest digits that identify the number, and the decimal exponent of the first.
pub fn shortest_digits(x: f64) -> (String, i32) {
    split_scientific(&format!("{x:e}"))
}
fn split_scientific(text: &str) -> (String, i32) {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (mantissa.chars().filter(char::is_ascii_digit).collect(), exponent.parse().unwrap_or(0))
}

fn fixed(x: f64, precision: usize, style: Style) -> String {
    let exact = precision.min(MAX_EXACT);
    let mut text = format!("{x:.exact$}");
    text.extend(std::iter::repeat_n('0', precision - exact));
    finish(text, style)
}
/// Adds the point or `.0` that the style asks for; `text` has no exponent.
fn finish(mut text: String, style: Style) -> String {
    if !text.contains('.') {
        if style.dot_zero {
            text.push_str(".0");
        } else if style.alt {
            text.push('.');
        }
    }
    text
}

/// `d.ddde±XX` with at least two exponent digits; `count` digits in all (zeros are added).
fn scientific(digits: &str, exponent: i32, count: usize, style: Style) -> String {
    let mut out = digits[..1].to_owned();
    if count > 1 || digits.len() > 1 || style.alt {
        out.push('.');
        out.push_str(&digits[1..]);
        out.extend(std::iter::repeat_n('0', count.saturating_sub(digits.len())));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    out.push_str(&format!("e{sign}{:02}", exponent.abs()));
    out
}

/// Positional notation of digits whose first stands at 10^exponent.
fn positional(digits: &str, exponent: i32, style: Style) -> String {
    let point = exponent + 1;
    let text = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(-point as usize))
    } else if point as usize >= digits.len() {
        format!("{digits}{}", "0".repeat(point as usize - digits.len()))
    } else {
        format!("{}.{}", &digits[..point as usize], &digits[point as usize..])
    };
    finish(text, style)
}

fn general(x: f64, precision: usize, style: Style) -> String {
    let (mut digits, exponent) = exact_digits(x, precision);
    if !style.alt {
        let kept = digits.trim_end_matches('0').len().max(1);
        digits.truncate(kept);
    }
    // Where `.0` may be added, one digit is reserved for it.
    let limit = precision as i64 - style.dot_zero as i64;
    if exponent < -4 || i64::from(exponent) >= limit {
        return scientific(&digits, exponent, if style.alt { precision } else { 1 }, style);
    }
    positional(&digits, exponent, style)
}

fn shortest(x: f64, style: Style) -> String {
    let (digits, exponent) = shortest_digits(x);
    if (-4..16).contains(&exponent) { positional(&digits, exponent, style) } else { scientific(&digits, exponent, 1, style) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_cpythons() {
        for (x, text) in [
            (0.0, "0.0"),
            (1.0, "1.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (1e22, "1e+22"),
            (5e-324, "5e-324"),
            (123456789.125, "123456789.125"),
            (f64::MAX, "1.7976931348623157e+308"),
            (-f64::INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(repr(x), text);
        }
    }

    #[test]
    fn ties_round_to_even() {
        let plain = Style::default();
        for (x, p, text) in [(0.5, 0, "0"), (1.5, 0, "2"), (2.5, 0, "2"), (0.125, 2, "0.12"), (0.375, 2, "0.38"), (2.675, 2, "2.67")] {
            assert_eq!(unsigned(x, 'f', p, plain), text);
        }
        assert_eq!(unsigned(2.5, 'e', 0, plain), "2e+00");
        assert_eq!(unsigned(0.1, 'f', 60, plain), "0.100000000000000005551115123125782702118158340454101562500000");
    }

    #[test]
    fn general_chooses_the_notation() {
        let plain = Style::default();
        for (x, p, text) in [(100000.0, 6, "100000"), (1e6, 6, "1e+06"), (0.0001, 6, "0.0001"), (0.00001, 6, "1e-05"), (0.0, 6, "0"), (1234.5, 3, "1.23e+03")] {
            assert_eq!(unsigned(x, 'g', p, plain), text);
        }
        assert_eq!(unsigned(1.0, 'g', 6, Style { alt: true, ..plain }), "1.00000");
        assert_eq!(unsigned(1.0, 'e', 0, Style { alt: true, ..plain }), "1.e+00");
    }
}
