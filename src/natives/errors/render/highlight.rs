//! ANSI colours for Python source, in the style of IPython's default theme.
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

/// A colour: the codes that begin and end it.
type Style = (&'static str, &'static str);
const KEYWORD: Style = ("38;5;28;01", "39;00");
const WORD_OPERATOR: Style = ("38;5;129;01", "39;00");
const NUMBER: Style = ("32", "39");
const STRING: Style = ("33", "39");
const DOCSTRING: Style = ("33;03", "39;00");
const COMMENT: Style = ("38;5;66;03", "39;00");
const FUNCTION: Style = ("34", "39");
const CLASS: Style = ("34;01", "39;00");
const BUILTIN: Style = ("38;5;28", "39");
const EXCEPTION: Style = ("38;5;167;01", "39;00");
const ERROR: Style = ("30;43", "39;49");

/// Coloured spans of a source, in byte offsets.
pub struct Highlighter<'a> {
    source: &'a str,
    spans: Vec<(usize, usize, Style)>,
}

impl<'a> Highlighter<'a> {
    pub fn new(source: &'a str, tokens: &[Token]) -> Highlighter<'a> {
        let mut spans = Vec::new();
        let mut before = TokenKind::Newline;
        for token in tokens {
            let (kind, range) = (token.kind(), token.range());
            let (from, to) = (range.start().to_usize(), range.end().to_usize());
            if let Some(text) = source.get(from..to)
                && let Some(style) = style(kind, text, before)
            {
                spans.push((from, to, style));
            }
            if !kind.is_trivia() {
                before = kind;
            }
        }
        Highlighter { source, spans }
    }
    /// The bytes from `from` to `to` of one line, with `error` (also bytes) marked.
    pub fn line(&self, from: usize, to: usize, error: Option<(usize, usize)>) -> String {
        let (bad_from, bad_to) = error.map_or((to, to), |(a, b)| (a.clamp(from, to), b.clamp(from, to)));
        let mut out = String::new();
        self.paint(from, bad_from, &mut out);
        if bad_from < bad_to {
            push(&mut out, &self.source[bad_from..bad_to], ERROR);
        }
        self.paint(bad_to.max(bad_from), to, &mut out);
        out
    }
    fn paint(&self, from: usize, to: usize, out: &mut String) {
        let mut at = from;
        let first = self.spans.partition_point(|s| s.1 <= from);
        for (start, end, style) in self.spans[first..].iter().take_while(|s| s.0 < to) {
            let (start, end) = ((*start).max(at), (*end).min(to));
            out.push_str(&self.source[at..start]);
            push(out, &self.source[start..end], *style);
            at = end;
        }
        out.push_str(&self.source[at.min(to)..to]);
    }
}
fn push(out: &mut String, text: &str, (on, off): Style) {
    if !text.is_empty() {
        out.push_str(&format!("\x1b[{on}m{text}\x1b[{off}m"));
    }
}

fn style(kind: TokenKind, text: &str, before: TokenKind) -> Option<Style> {
    use TokenKind::*;
    Some(match kind {
        And | Or | Not | In | Is => WORD_OPERATOR,
        Int | Float | Complex => NUMBER,
        String if matches!(before, Newline | Indent | Dedent) && text.starts_with("\"\"\"") => DOCSTRING,
        String | FStringStart | FStringMiddle | FStringEnd | TStringStart | TStringMiddle | TStringEnd => STRING,
        Comment => COMMENT,
        Name if before == Def => FUNCTION,
        Name if matches!(before, Class | Import | From) => CLASS,
        Name if before == Dot => return Option::None,
        Name if is_exception(text) => EXCEPTION,
        Name if matches!(text, "self" | "cls") || BUILTINS.contains(&text) => BUILTIN,
        Name => return Option::None,
        k if k.is_keyword() => KEYWORD,
        _ => return Option::None,
    })
}
fn is_exception(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && crate::natives::errors::types::table::ALL.iter().any(|d| d.name == text)
}
const BUILTINS: &[&str] = &[
    "abs", "aiter", "all", "anext", "any", "ascii", "bin", "bool", "breakpoint", "bytearray", "bytes", "callable", "chr", "classmethod",
    "compile", "complex", "delattr", "dict", "dir", "divmod", "enumerate", "eval", "exec", "filter", "float", "format", "frozenset",
    "getattr", "globals", "hasattr", "hash", "help", "hex", "id", "input", "int", "isinstance", "issubclass", "iter", "len", "list",
    "locals", "map", "max", "memoryview", "min", "next", "object", "oct", "open", "ord", "pow", "print", "property", "range", "repr",
    "reversed", "round", "set", "setattr", "slice", "sorted", "staticmethod", "str", "sum", "super", "tuple", "type", "vars", "zip",
    "__import__",
];
