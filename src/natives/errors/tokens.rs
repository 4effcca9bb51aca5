//! Tokens of a source text in the terms of `tokenize`: what `_tokenize.TokenizerIter` (in the library) hands out.
//!
//! Source: CPython's `Python/Python-tokenize.c`. Numbers of kinds are those of the library's `token` module for 3.14.
use crate::code::{CompileMode, CompileOptions, compile};
use crate::natives::errors::types::syntax_error;
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Ask, Step, Vm, t};
use ruff_python_ast::PySourceType;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{ParseErrorType, parse_unchecked_source};
use ruff_text_size::Ranged;

pub static TOKENIZE: ModuleDef = ModuleDef {
    name: "_tokenize_build",
    doc: "Splits a text into tokens.",
    functions: &[&[Def::function(
        "tokens",
        "(source, extra_tokens, /)",
        tokens,
        "A list of (type, string, start, end, line), and the exception that ends it or None.",
    )]],
    types: &[],
    init: None,
};

const ENDMARKER: i64 = 0;
const NAME: i64 = 1;
const NUMBER: i64 = 2;
const STRING: i64 = 3;
const NEWLINE: i64 = 4;
const INDENT: i64 = 5;
const DEDENT: i64 = 6;
const OP: i64 = 55;
const FSTRING_START: i64 = 59;
const FSTRING_MIDDLE: i64 = 60;
const FSTRING_END: i64 = 61;
const TSTRING_START: i64 = 62;
const TSTRING_MIDDLE: i64 = 63;
const TSTRING_END: i64 = 64;
const COMMENT: i64 = 65;
const NL: i64 = 66;

/// Operators in order of their numbers, from 7; a gap is a number that is no operator.
const OPERATORS: &[&str] = &[
    "(", ")", "[", "]", ":", ",", ";", "+", "-", "*", "/", "|", "&", "<", ">", "=", ".", "%", "{", "}", "==", "!=", "<=", ">=", "~", "^",
    "<<", ">>", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//", "//=", "@", "@=", "->", "...", ":=", "!",
];
const FIRST_OPERATOR: i64 = 7;

/// One token: kind, text, start and end (line from 1, column in characters), its lines.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    kind: i64,
    text: String,
    start: (usize, usize),
    end: (usize, usize),
    line: String,
}

fn tokens(vm: &mut Vm, a: Args) -> Step {
    let source = vm.expect_str(a[0], "source")?;
    let extra = vm.truth(a[1])?;
    let (rows, error) = split(&source, extra);
    let error = match error {
        None => vm.none(),
        Some(problem) => match raise(vm, &source, problem) {
            Ask::Raise(e) => e,
            other => return Err(other),
        },
    };
    let mut items = Vec::with_capacity(rows.len());
    for r in rows {
        let start = [r.start.0, r.start.1].map(|i| vm.int(i as i64)).into();
        let end = [r.end.0, r.end.1].map(|i| vm.int(i as i64)).into();
        let (start, end) = (vm.tuple(start), vm.tuple(end));
        let row = vec![vm.int(r.kind), vm.str(r.text), start, end, vm.str(r.line)];
        items.push(vm.tuple(row));
    }
    let list = vm.list(items);
    Ok(vm.tuple(vec![list, error]))
}

/// Why the tokens end too early.
enum Problem {
    /// An open bracket at the end of the text; the number of its last line.
    Eof(usize),
    /// What the compiler says of it.
    Lexical,
}
fn raise(vm: &mut Vm, source: &str, problem: Problem) -> Ask {
    match problem {
        Problem::Eof(line) => {
            let mut p = crate::code::SyntaxProblem::plain(crate::code::ProblemKind::SyntaxError, "unexpected EOF in multi-line statement", "<string>");
            (p.lineno, p.offset) = (u32::try_from(line).ok(), Some(0));
            syntax_error::syntax_error(vm, t::SYNTAX_ERROR, &p)
        }
        Problem::Lexical => match compile(source, "<string>", CompileMode::Exec, &CompileOptions::default()) {
            Err(p) => syntax_error::from_problem(vm, &p, source, false),
            Ok(_) => vm.error(t::SYNTAX_ERROR, "invalid syntax"),
        },
    }
}

/// The tokens of a text, and why they end too early if they do.
fn split(source: &str, extra: bool) -> (Vec<Row>, Option<Problem>) {
    let parsed = parse_unchecked_source(source, PySourceType::Python);
    let lexical = parsed.errors().iter().filter(|e| matches!(e.error, ParseErrorType::Lexical(_))).map(|e| e.location.start().to_usize()).min();
    let mut s = Splitter { lines: source.split_inclusive('\n').collect(), starts: vec![], source, extra, rows: vec![], depth: 0, braces: vec![] };
    s.starts = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let mut tokens = parsed.tokens().iter().peekable();
    while let Some(token) = tokens.next() {
        if lexical.is_some_and(|at| token.range().start().to_usize() >= at || token.range().end().to_usize() > at) {
            return (s.rows, Some(Problem::Lexical));
        }
        let next = tokens.peek().map(|k| k.range().start().to_usize());
        s.add(token, next);
    }
    let last = s.lines.len();
    if s.depth > 0 {
        return (s.rows, Some(Problem::Eof(last)));
    }
    if lexical.is_some() {
        return (s.rows, Some(Problem::Lexical));
    }
    s.rows.push(Row { kind: ENDMARKER, text: String::new(), start: (last + 1, 0), end: (last + 1, 0), line: String::new() });
    (s.rows, None)
}

struct Splitter<'a> {
    source: &'a str,
    lines: Vec<&'a str>,
    starts: Vec<usize>,
    extra: bool,
    rows: Vec<Row>,
    /// Open brackets.
    depth: usize,
    /// Inside an interpolation: the bracket depth at which it began.
    braces: Vec<usize>,
}

impl Splitter<'_> {
    fn place(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|s| *s <= at);
        (line, self.source[self.starts[line - 1]..at].chars().count())
    }
    fn text_of_lines(&self, from: usize, to: usize) -> String {
        (from..=to).filter_map(|n| self.lines.get(n - 1).copied()).collect()
    }
    fn push(&mut self, kind: i64, text: &str, start: (usize, usize), end: (usize, usize)) {
        let line = self.text_of_lines(start.0, end.0);
        self.rows.push(Row { kind, text: text.to_owned(), start, end, line });
    }
    fn add(&mut self, token: &Token, next: Option<usize>) {
        use TokenKind::*;
        let (from, to) = (token.range().start().to_usize(), token.range().end().to_usize());
        let (start, end) = (self.place(from), self.place(to));
        let text = &self.source[from..to];
        match token.kind() {
            EndOfFile => {}
            Newline | NonLogicalNewline => {
                let kind = if token.kind() == Newline { NEWLINE } else { NL };
                if self.extra || kind == NEWLINE {
                    // Behind a text without a last newline the token is empty but one column wide.
                    self.push(kind, text, start, (start.0, start.1 + 1));
                }
            }
            Comment if self.extra => self.push(COMMENT, text, start, end),
            Comment => {}
            Indent => self.push(INDENT, text, start, end),
            Dedent => {
                let at = next.filter(|n| *n < self.source.len()).map_or((self.lines.len() + 1, 0), |n| self.place(n));
                self.push(DEDENT, "", at, at);
            }
            FStringMiddle | TStringMiddle => {
                let kind = if token.kind() == FStringMiddle { FSTRING_MIDDLE } else { TSTRING_MIDDLE };
                self.middle(kind, text, start, end);
            }
            kind => {
                self.track(kind);
                let number = self.number(kind, text);
                self.push(number, text, start, end);
            }
        }
    }
    /// A doubled brace is one character of the text; the second one lies outside of the token.
    fn middle(&mut self, kind: i64, text: &str, start: (usize, usize), end: (usize, usize)) {
        if !text.ends_with("{{") && !text.ends_with("}}") && !text.contains("{{") && !text.contains("}}") {
            return self.push(kind, text, start, end);
        }
        let (mut rest, mut at) = (text, start);
        while let Some(i) = [rest.find("{{"), rest.find("}}")].into_iter().flatten().min() {
            let part = &rest[..i + 1];
            let stop = advance(at, part);
            self.push(kind, part, at, stop);
            at = (stop.0, stop.1 + 1);
            rest = &rest[i + 2..];
        }
        if !rest.is_empty() {
            let stop = advance(at, rest);
            self.push(kind, rest, at, stop);
        }
    }
    fn track(&mut self, kind: TokenKind) {
        use TokenKind::*;
        match kind {
            Lpar | Lsqb => self.depth += 1,
            Rpar | Rsqb => self.depth = self.depth.saturating_sub(1),
            Lbrace => {
                self.braces.push(self.depth);
                self.depth += 1;
            }
            Rbrace => {
                self.braces.pop();
                self.depth = self.depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    fn number(&self, kind: TokenKind, text: &str) -> i64 {
        use TokenKind::*;
        match kind {
            Int | Float | Complex => NUMBER,
            String => STRING,
            FStringStart => FSTRING_START,
            FStringEnd => FSTRING_END,
            TStringStart => TSTRING_START,
            TStringEnd => TSTRING_END,
            Name => NAME,
            k if k.is_keyword() => NAME,
            _ if self.extra => OP,
            _ => OPERATORS.iter().position(|o| *o == text).map_or(OP, |i| FIRST_OPERATOR + i as i64),
        }
    }
}
/// The place behind a text that begins at a place.
fn advance(at: (usize, usize), text: &str) -> (usize, usize) {
    match text.rfind('\n') {
        None => (at.0, at.1 + text.chars().count()),
        Some(i) => (at.0 + text.matches('\n').count(), text[i + 1..].chars().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_comments() {
        let (rows, error) = split("if x:\n  # c\n  y\n\nz", true);
        assert!(error.is_none());
        let kinds: Vec<i64> = rows.iter().map(|r| r.kind).collect();
        assert_eq!(kinds, [NAME, NAME, OP, NEWLINE, COMMENT, NL, INDENT, NAME, NEWLINE, NL, DEDENT, NAME, NEWLINE, ENDMARKER]);
        assert_eq!((rows[10].start, rows[10].line.as_str()), ((5, 0), "z"));
        assert_eq!((rows[12].text.as_str(), rows[12].end), ("", (5, 2)));
        assert_eq!(rows[13].start, (6, 0));
    }
    #[test]
    fn open_brackets_end_too_early() {
        assert!(matches!(split("(1", true).1, Some(Problem::Eof(1) | Problem::Lexical)));
    }
}
