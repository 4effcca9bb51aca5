//! Formatting ints, floats and complex numbers by a specification.
use super::layout::Pieces;
use super::{Align, FormatError, Spec};
use crate::objects::float_text;
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

impl Spec {
    /// `format(int, spec)`; `type_name` is `int`, `bool` or a subclass, for messages.
    pub fn format_int(&self, value: &BigInt, type_name: &str) -> Result<Wtf8Buf, FormatError> {
        let kind = self.kind_or('d');
        self.check_grouping(kind)?;
        match kind {
            'b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n' => self.format_integral(value, kind),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => match value.to_f64() {
                Some(x) if x.is_finite() => self.format_float(x, type_name),
                _ => Err(FormatError::Overflow("int too large to convert to float".into())),
            },
            _ => Err(self.unknown_code(type_name)),
        }
    }
    fn format_integral(&self, value: &BigInt, kind: char) -> Result<Wtf8Buf, FormatError> {
        if self.precision.is_some() {
            return Err(FormatError::value("Precision not allowed in integer format specifier"));
        }
        if self.no_negative_zero {
            return Err(FormatError::value("Negative zero coercion (z) not allowed in integer format specifier"));
        }
        if kind == 'c' {
            return self.format_character(value);
        }
        let (radix, prefix) = match kind {
            'b' => (2, "0b"),
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        let mut digits = value.abs().to_str_radix(radix);
        if kind == 'X' {
            digits.make_ascii_uppercase();
        }
        let prefix = if self.alt { prefix } else { "" };
        let group = if radix == 10 { 3 } else { 4 };
        let pieces = Pieces { negative: value.is_negative(), prefix, digits: &digits, fraction: "", point: false, tail: "", group };
        Ok(self.lay_out(&pieces))
    }
    fn format_character(&self, value: &BigInt) -> Result<Wtf8Buf, FormatError> {
        if self.sign.is_some() {
            return Err(FormatError::value("Sign not allowed with integer format specifier 'c'"));
        }
        if self.alt {
            return Err(FormatError::value("Alternate form (#) not allowed with integer format specifier 'c'"));
        }
        let c = value.to_u32().and_then(CodePoint::from_u32);
        let c = c.ok_or_else(|| FormatError::Overflow("%c arg not in range(0x110000)".into()))?;
        let spec = Spec { align: Some(self.number_align()), ..self.clone() };
        Ok(spec.pad(&Wtf8Buf::from(c), 1, Align::Right))
    }

    /// `format(float, spec)`; `type_name` is for messages.
    pub fn format_float(&self, x: f64, type_name: &str) -> Result<Wtf8Buf, FormatError> {
        let kind = self.kind_or('\0');
        self.check_grouping(kind)?;
        let percent = kind == '%';
        let (letter, default) = match kind {
            '\0' => (if self.precision.is_some() { 'g' } else { 'r' }, 0),
            'e' | 'E' => ('e', 6),
            'f' | 'F' | '%' => ('f', 6),
            'g' | 'G' | 'n' => ('g', 6),
            _ => return Err(self.unknown_code(type_name)),
        };
        let x = if percent { x * 100.0 } else { x };
        let mut style = self.style(kind.is_ascii_uppercase());
        style.dot_zero = kind == '\0';
        let precision = checked_precision(self.precision.unwrap_or(default))?;
        let mut text = float_text::unsigned(x, letter, precision, style);
        let negative = self.shows_minus(x, &text);
        if percent {
            text.push('%');
        }
        Ok(self.lay_out(&Pieces::of_float(&text, negative)))
    }
    /// A minus is shown for negative numbers, with `z` only when a digit other than zero is.
    fn shows_minus(&self, x: f64, text: &str) -> bool {
        let zero = self.no_negative_zero && x.is_finite() && !mantissa(text).contains(|c| matches!(c, '1'..='9'));
        x.is_sign_negative() && !x.is_nan() && !zero
    }

    /// `format(complex, spec)`; `type_name` is for messages.
    pub fn format_complex(&self, re: f64, im: f64, type_name: &str) -> Result<Wtf8Buf, FormatError> {
        let kind = self.kind_or('\0');
        self.check_grouping(kind)?;
        let (letter, default) = match kind {
            '\0' => (if self.precision.is_some() { 'g' } else { 'r' }, 0),
            'e' | 'E' => ('e', 6),
            'f' | 'F' => ('f', 6),
            'g' | 'G' | 'n' => ('g', 6),
            _ => return Err(self.unknown_code(type_name)),
        };
        if self.zero_pad || self.fill == Some(CodePoint::from('0')) {
            return Err(FormatError::value("Zero padding is not allowed in complex format specifier"));
        }
        if self.align == Some(Align::AfterSign) {
            return Err(FormatError::value("'=' alignment flag is not allowed in complex format specifier"));
        }
        let style = self.style(kind.is_ascii_uppercase());
        let precision = checked_precision(self.precision.unwrap_or(default))?;
        let part = |x: f64, sign: Option<char>| {
            let text = float_text::unsigned(x, letter, precision, style);
            let spec = Spec { sign, ..self.clone() };
            let pieces = Pieces::of_float(&text, self.shows_minus(x, &text));
            spec.lay_out_as(&pieces, CodePoint::from(' '), Align::Left, 0)
        };
        let only_imaginary = kind == '\0' && re == 0.0 && re.is_sign_positive();
        let mut out = Wtf8Buf::new();
        if only_imaginary {
            out.push_wtf8(&part(im, self.sign));
        } else {
            out.push_wtf8(&part(re, self.sign));
            out.push_wtf8(&part(im, Some('+')));
        }
        out.push_char('j');
        if kind == '\0' && !only_imaginary {
            let inner = out;
            out = Wtf8Buf::from("(");
            out.push_wtf8(&inner);
            out.push_char(')');
        }
        let count = out.len();
        Ok(self.pad(&out, count, Align::Right))
    }
}

fn mantissa(text: &str) -> &str {
    text.split(['e', 'E']).next().unwrap_or(text)
}

/// C's `int` bounds a precision.
fn checked_precision(p: usize) -> Result<usize, FormatError> {
    if p > i32::MAX as usize { Err(FormatError::value("precision too big")) } else { Ok(p) }
}
