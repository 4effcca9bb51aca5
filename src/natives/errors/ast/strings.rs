//! String literals, f-strings and t-strings.
use super::build::Builder;
use crate::heap::Owned;
use ruff_python_ast::{ConversionFlag, ExprFString, ExprTString, FStringPart, InterpolatedElement, InterpolatedStringElement, StringLiteral, StringLiteralValue};
use ruff_text_size::{TextRange, TextSize};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

/// Values of a string with interpolations: neighbouring texts are one Constant.
#[derive(Default)]
struct Pieces {
    values: Vec<Owned>,
    text: Wtf8Buf,
    range: Option<TextRange>,
}

impl Builder<'_> {
    pub fn text_literal(&mut self, value: &StringLiteralValue) -> Owned {
        let mut text = Wtf8Buf::new();
        for part in value.as_slice() {
            self.push_literal(part, &mut text);
        }
        self.vm.str(text)
    }
    fn push_literal(&self, part: &StringLiteral, out: &mut Wtf8Buf) {
        push_with_surrogates(&part.value, &self.source[part.range], out);
    }
    fn add_text(&self, p: &mut Pieces, value: &str, range: TextRange) {
        if !value.is_empty() {
            push_with_surrogates(value, &self.source[range], &mut p.text);
        }
        p.range = Some(p.range.map_or(range, |r| TextRange::new(r.start(), range.end())));
    }
    fn end_text(&mut self, p: &mut Pieces) {
        let (text, range) = (std::mem::take(&mut p.text), p.range.take());
        if let Some(range) = range.filter(|_| !text.is_empty()) {
            let fields = vec![("value", self.vm.str(text)), ("kind", self.none())];
            let node = self.node_at("Constant", range, fields);
            p.values.push(node);
        }
    }
    pub fn joined(&mut self, x: &ExprFString) -> Owned {
        let mut p = Pieces::default();
        for part in x.value.as_slice() {
            match part {
                FStringPart::Literal(s) => self.add_text(&mut p, &s.value, s.range),
                FStringPart::FString(f) => f.elements.iter().for_each(|e| self.element(&mut p, e, false)),
            }
        }
        self.end_text(&mut p);
        let values = self.vm.list(p.values);
        self.node_at("JoinedStr", x.range, vec![("values", values)])
    }
    pub fn template(&mut self, x: &ExprTString) -> Owned {
        let mut p = Pieces::default();
        for part in x.value.as_slice() {
            part.elements.iter().for_each(|e| self.element(&mut p, e, true));
        }
        self.end_text(&mut p);
        let values = self.vm.list(p.values);
        self.node_at("TemplateStr", x.range, vec![("values", values)])
    }
    fn element(&mut self, p: &mut Pieces, e: &InterpolatedStringElement, template: bool) {
        match e {
            InterpolatedStringElement::Literal(s) => self.add_text(p, &s.value, s.range),
            InterpolatedStringElement::Interpolation(i) => {
                if let Some(debug) = &i.debug_text {
                    let text = format!("{}{}{}", debug.leading(), debug.expression(), debug.trailing());
                    let start = i.range.start() + TextSize::from(1);
                    let range = TextRange::at(start, TextSize::try_from(text.len()).unwrap_or_default());
                    self.add_text(p, &text, range);
                }
                self.end_text(p);
                let node = self.interpolation(i, template);
                p.values.push(node);
            }
        }
    }
    fn interpolation(&mut self, i: &InterpolatedElement, template: bool) -> Owned {
        // `{x=}` shows the repr, unless a conversion or a format says otherwise.
        let conversion = match i.conversion {
            ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => 'r' as i64,
            ConversionFlag::None => -1,
            ConversionFlag::Str => 's' as i64,
            ConversionFlag::Ascii => 'a' as i64,
            ConversionFlag::Repr => 'r' as i64,
        };
        let spec = match &i.format_spec {
            None => self.none(),
            Some(spec) => {
                let mut p = Pieces::default();
                spec.elements.iter().for_each(|e| self.element(&mut p, e, false));
                self.end_text(&mut p);
                let values = self.vm.list(p.values);
                let start = spec.range.start().checked_sub(TextSize::from(1)).filter(|s| self.source[s.to_usize()..].starts_with(':'));
                let range = TextRange::new(start.unwrap_or(spec.range.start()), spec.range.end());
                self.node_at("JoinedStr", range, vec![("values", values)])
            }
        };
        let mut fields = vec![("value", self.expr(&i.expression))];
        if template {
            let text = self.expression_text(i);
            fields.push(("str", self.vm.str(text)));
        }
        fields.extend([("conversion", self.vm.int(conversion)), ("format_spec", spec)]);
        self.node_at(if template { "Interpolation" } else { "FormattedValue" }, i.range, fields)
    }
    /// The text between the braces that is the expression, as `Interpolation.expression` shows it.
    fn expression_text(&self, i: &InterpolatedElement) -> String {
        use ruff_text_size::Ranged;
        if let Some(debug) = &i.debug_text {
            return debug.expression().to_owned();
        }
        let from = i.range.start().to_usize() + 1;
        let end = i.expression.range().end().to_usize();
        // Parentheses around the expression belong to the text.
        let tail = &self.source[end..i.range.end().to_usize()];
        let more = tail.find(|c: char| !c.is_whitespace() && c != ')').unwrap_or(0);
        self.source[from..end + more].trim().to_owned()
    }
}

/// Appends a literal's value. The parser writes U+FFFD for an escaped lone surrogate: the source tells which it was.
fn push_with_surrogates(value: &str, source: &str, out: &mut Wtf8Buf) {
    const REPLACEMENT: char = '\u{fffd}';
    if !value.contains(REPLACEMENT) {
        out.push_str(value);
        return;
    }
    let mut replaced = replaced(source).into_iter();
    for c in value.chars() {
        match (c, if c == REPLACEMENT { replaced.next().flatten() } else { None }) {
            (_, Some(surrogate)) => out.push(surrogate),
            (c, None) => out.push_char(c),
        }
    }
}
/// What each U+FFFD of a value stands for: a surrogate, or itself.
fn replaced(source: &str) -> Vec<Option<CodePoint>> {
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['\\', '\u{fffd}']) {
        let tail = &rest[at..];
        if !tail.starts_with('\\') {
            out.push(None);
            rest = &tail['\u{fffd}'.len_utf8()..];
            continue;
        }
        let digits = match tail.as_bytes().get(1) {
            Some(b'u') => tail.get(2..6),
            Some(b'U') => tail.get(2..10),
            _ => None,
        };
        match digits.and_then(|d| u32::from_str_radix(d, 16).ok()) {
            Some(0xFFFD) => out.push(None),
            Some(code @ 0xD800..=0xDFFF) => out.push(CodePoint::from_u32(code)),
            _ => {}
        }
        let skip = 1 + tail[1..].chars().next().map_or(0, char::len_utf8);
        rest = &tail[skip..];
    }
    out
}
