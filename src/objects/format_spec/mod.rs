//! The format mini-language (`format(x, spec)`): the parsed specification, and its errors.
//!
//! Source: library reference "Format Specification Mini-Language", CPython 3.14 `Python/formatter_unicode.c`.
//! Pure: text and numbers in, text out. Calling `__format__` is the machine's business.
mod layout;
mod numbers;
mod parse;
#[cfg(test)]
mod tests;
use crate::objects::float_text::Style;
pub use parse::parse;
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};

/// Where the fill goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
    Center,
    /// Between sign and digits (`=`).
    AfterSign,
}

/// A parsed specification. What was not given is None or false.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spec {
    pub fill: Option<CodePoint>,
    pub align: Option<Align>,
    /// `+`, `-` or a space.
    pub sign: Option<char>,
    /// `z`: negative zero is shown as zero.
    pub no_negative_zero: bool,
    /// `#`.
    pub alt: bool,
    /// A `0` in front of the width.
    pub zero_pad: bool,
    pub width: usize,
    /// `,` or `_` between groups of the integer part.
    pub grouping: Option<char>,
    pub precision: Option<usize>,
    /// `,` or `_` between groups behind the point (new in 3.14).
    pub frac_grouping: Option<char>,
    /// The presentation type.
    pub kind: Option<CodePoint>,
}

/// Why a specification cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// ValueError.
    Value(String),
    /// OverflowError.
    Overflow(String),
}
impl FormatError {
    pub(crate) fn value(text: impl Into<String>) -> FormatError {
        FormatError::Value(text.into())
    }
}

impl Spec {
    /// The presentation type as a plain character, `default` when none was given.
    fn kind_or(&self, default: char) -> char {
        self.kind.map_or(default, CodePoint::to_char_lossy)
    }
    /// "Unknown format code 'd' for object of type 'str'".
    pub fn unknown_code(&self, type_name: &str) -> FormatError {
        let shown = self.kind.map_or(String::new(), shown_code);
        FormatError::value(format!("Unknown format code '{shown}' for object of type '{type_name}'"))
    }
    /// Grouping is only for some presentation types.
    fn check_grouping(&self, kind: char) -> Result<(), FormatError> {
        let decimal = matches!(kind, 'd' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F' | '\0');
        let binary = matches!(kind, 'b' | 'o' | 'x' | 'X');
        let shown = || match self.kind {
            Some(c) => shown_code(c),
            None => kind.to_string(),
        };
        if let Some(g) = self.grouping
            && !(decimal || binary && g == '_')
        {
            return Err(FormatError::value(format!("Cannot specify '{g}' with '{}'.", shown())));
        }
        if let Some(g) = self.frac_grouping
            && !decimal
        {
            return Err(FormatError::value(format!("Cannot specify '{g}' with '{}'.", shown())));
        }
        Ok(())
    }
    /// Style of float digits.
    fn style(&self, upper: bool) -> Style {
        Style { alt: self.alt, dot_zero: false, upper }
    }

    /// `format(str, spec)`. `type_name` is for messages.
    pub fn format_str(&self, text: &Wtf8, type_name: &str) -> Result<Wtf8Buf, FormatError> {
        self.check_grouping(self.kind_or('s'))?;
        if self.kind_or('s') != 's' {
            return Err(self.unknown_code(type_name));
        }
        match self.sign {
            Some(' ') => return Err(FormatError::value("Space not allowed in string format specifier")),
            Some(_) => return Err(FormatError::value("Sign not allowed in string format specifier")),
            None => {}
        }
        if self.no_negative_zero {
            return Err(FormatError::value("Negative zero coercion (z) not allowed in string format specifier"));
        }
        if self.alt {
            return Err(FormatError::value("Alternate form (#) not allowed in string format specifier"));
        }
        if self.align == Some(Align::AfterSign) {
            return Err(FormatError::value("'=' alignment not allowed in string format specifier"));
        }
        let shown: Wtf8Buf = match self.precision {
            Some(p) => text.code_points().take(p).collect(),
            None => text.to_wtf8_buf(),
        };
        let count = shown.code_points().count();
        Ok(self.pad(&shown, count, Align::Left))
    }
    /// Text of `count` code points, filled up to the width.
    fn pad(&self, text: &Wtf8, count: usize, default: Align) -> Wtf8Buf {
        let missing = self.width.saturating_sub(count);
        let left = match self.align.unwrap_or(default) {
            Align::Left => 0,
            Align::Right | Align::AfterSign => missing,
            Align::Center => missing / 2,
        };
        let fill = self.fill_point();
        let mut out = Wtf8Buf::with_capacity(text.len() + missing);
        (0..left).for_each(|_| out.push(fill));
        out.push_wtf8(text);
        (left..missing).for_each(|_| out.push(fill));
        out
    }
    fn fill_point(&self) -> CodePoint {
        self.fill.unwrap_or(CodePoint::from(if self.zero_pad { '0' } else { ' ' }))
    }
    /// The alignment of a number: `0` in front of the width means "after the sign".
    fn number_align(&self) -> Align {
        self.align.unwrap_or(if self.zero_pad { Align::AfterSign } else { Align::Right })
    }
}

/// A presentation type in a message.
fn shown_code(c: CodePoint) -> String {
    let u = c.to_u32();
    if u > 32 && u < 128 { c.to_char_lossy().to_string() } else { format!("\\x{u:x}") }
}
