//! Laying out a number: sign, prefix, grouped and padded digits, what follows them, the fill.
use super::{Align, Spec};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// The pieces of a number's text.
pub(super) struct Pieces<'a> {
    pub negative: bool,
    /// `0x` and the like.
    pub prefix: &'a str,
    /// Integer digits; empty for `inf` and `nan`.
    pub digits: &'a str,
    /// Digits behind the point, without it.
    pub fraction: &'a str,
    /// There is a point.
    pub point: bool,
    /// Exponent, `%`, `inf`, `nan`.
    pub tail: &'a str,
    /// Digits in a group.
    pub group: usize,
}

impl<'a> Pieces<'a> {
    /// Splits the unsigned text of a float.
    pub fn of_float(text: &'a str, negative: bool) -> Pieces<'a> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(digits);
        let point = rest.starts_with('.');
        let rest = if point { &rest[1..] } else { rest };
        let fraction = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (fraction, tail) = if point { rest.split_at(fraction) } else { ("", rest) };
        Pieces { negative, prefix: "", digits, fraction, point, tail, group: 3 }
    }
}

impl Spec {
    /// The sign that is shown.
    fn shown_sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        }
    }
    /// The whole number, filled up to the width.
    pub(super) fn lay_out(&self, p: &Pieces) -> Wtf8Buf {
        self.lay_out_as(p, self.fill_point(), self.number_align(), self.width)
    }
    pub(super) fn lay_out_as(&self, p: &Pieces, fill: CodePoint, align: Align, width: usize) -> Wtf8Buf {
        let sign = self.shown_sign(p.negative);
        let mut tail = String::new();
        if p.point {
            tail.push('.');
            tail.push_str(&group_fraction(p.fraction, self.frac_grouping));
        }
        tail.push_str(p.tail);
        let fixed = sign.len() + p.prefix.len() + tail.len();
        let zeros = fill.to_u32() == '0' as u32 && align == Align::AfterSign;
        let least = if zeros { width.saturating_sub(fixed) } else { 0 };
        let digits = group_digits(p.digits, self.grouping, p.group, least);
        let missing = width.saturating_sub(fixed + digits.len());
        let (before, middle) = match align {
            Align::Left => (0, 0),
            Align::Right => (missing, 0),
            Align::Center => (missing / 2, 0),
            Align::AfterSign => (0, missing),
        };
        let mut out = Wtf8Buf::with_capacity(width.max(fixed + digits.len()));
        (0..before).for_each(|_| out.push(fill));
        out.push_str(sign);
        out.push_str(p.prefix);
        (0..middle).for_each(|_| out.push(fill));
        out.push_str(&digits);
        out.push_str(&tail);
        (before + middle..missing).for_each(|_| out.push(fill));
        out
    }
}

/// Digits with separators, zero-filled from the left to at least `least` characters; never starts with a separator.
fn group_digits(digits: &str, separator: Option<char>, group: usize, least: usize) -> String {
    if digits.is_empty() {
        return String::new();
    }
    let Some(separator) = separator else {
        return format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
    };
    let mut reversed = String::with_capacity(digits.len() * 4 / 3 + 1);
    let mut left = digits.bytes().rev();
    let (mut remaining, mut least) = (digits.len(), least as i64);
    loop {
        let take = group.min(remaining.max(least.max(1) as usize));
        for _ in 0..take {
            reversed.push(left.next().map_or('0', char::from));
        }
        remaining = remaining.saturating_sub(take);
        least -= take as i64;
        if remaining == 0 && least <= 0 {
            break;
        }
        reversed.push(separator);
        least -= 1;
    }
    reversed.chars().rev().collect()
}

/// Fraction digits with a separator after every third.
fn group_fraction(digits: &str, separator: Option<char>) -> String {
    let Some(separator) = separator else { return digits.to_owned() };
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(separator);
        }
        out.push(c);
    }
    out
}
