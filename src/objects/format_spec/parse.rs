//! Parsing a format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]`.
use super::{Align, FormatError, Spec};
use rustpython_wtf8::{CodePoint, Wtf8};

/// Reads a specification. `type_name` (of the object to be formatted) is for messages.
pub fn parse<T: AsRef<Wtf8> + ?Sized>(text: &T, type_name: &str) -> Result<Spec, FormatError> {
    let text = text.as_ref();
    let points: Vec<CodePoint> = text.code_points().collect();
    let mut p = Parser { points: &points, at: 0 };
    let mut spec = Spec::default();
    p.alignment(&mut spec);
    if let Some(c @ ('+' | '-' | ' ')) = p.peek() {
        spec.sign = Some(c);
        p.at += 1;
    }
    spec.no_negative_zero = p.eat('z');
    spec.alt = p.eat('#');
    spec.zero_pad = spec.fill.is_none() && p.eat('0');
    spec.width = p.number()?.unwrap_or(0);
    spec.grouping = p.grouping()?;
    if p.eat('.') {
        spec.precision = p.number()?;
        spec.frac_grouping = p.grouping()?;
        if spec.precision.is_none() && spec.frac_grouping.is_none() {
            return Err(FormatError::value("Format specifier missing precision"));
        }
    }
    if points.len() - p.at > 1 {
        let shown = text.to_string_lossy();
        return Err(FormatError::value(format!("Invalid format specifier '{shown}' for object of type '{type_name}'")));
    }
    spec.kind = points.get(p.at).copied();
    Ok(spec)
}

struct Parser<'a> {
    points: &'a [CodePoint],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.points.get(self.at).and_then(|c| c.to_char())
    }
    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        self.at += found as usize;
        found
    }
    /// A fill stands only in front of an alignment.
    fn alignment(&mut self, spec: &mut Spec) {
        if let Some(align) = self.points.get(1).and_then(|c| alignment(*c)) {
            spec.fill = Some(self.points[0]);
            spec.align = Some(align);
            self.at = 2;
        } else if let Some(align) = self.points.first().and_then(|c| alignment(*c)) {
            spec.align = Some(align);
            self.at = 1;
        }
    }
    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let mut value = None;
        while let Some(d) = self.points.get(self.at).copied().and_then(decimal) {
            let next = value.unwrap_or(0u64).checked_mul(10).and_then(|v| v.checked_add(d)).filter(|v| *v <= i64::MAX as u64);
            value = Some(next.ok_or_else(|| FormatError::value("Too many decimal digits in format string"))?);
            self.at += 1;
        }
        Ok(value.map(|v| v as usize))
    }
    fn grouping(&mut self) -> Result<Option<char>, FormatError> {
        let mut found = None;
        for c in [',', '_'] {
            if self.eat(c) {
                if found.is_some() {
                    return Err(FormatError::value("Cannot specify both ',' and '_'."));
                }
                found = Some(c);
            }
        }
        match (found, self.peek()) {
            (Some('_'), Some(',')) => Err(FormatError::value("Cannot specify both ',' and '_'.")),
            (Some(c), Some(d)) if c == d => Err(FormatError::value(format!("Cannot specify '{c}' with '{c}'."))),
            _ => Ok(found),
        }
    }
}

fn alignment(c: CodePoint) -> Option<Align> {
    match c.to_char()? {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}
/// Any Unicode decimal digit counts, as in CPython.
fn decimal(c: CodePoint) -> Option<u64> {
    match c.to_char()? {
        d @ '0'..='9' => Some(d as u64 - '0' as u64),
        d if d.is_ascii() => None,
        _ => rustpython_unicode::Ucd::new(true).decimal(c),
    }
}
