//! Questions about a source text that its tokens answer: indentation, nesting, how the last line looks.
use rustpython_compiler::TokenKind;
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseErrorType, ParseOptions};
use ruff_text_size::{Ranged, TextRange};

use super::problem::{ProblemKind, SyntaxProblem};

/// Deepest indentation, CPython's `MAXINDENT`.
const MAX_INDENT: usize = 100;
/// Operators of one expression that can stand inside each other. The parser makes a level of its tree of each; more than
/// this is refused before a tree is made. CPython's limit depends on the native stack and is of this order.
const MAX_CHAIN: u32 = 40_000;
/// Open brackets, CPython's `MAXLEVEL`.
const MAX_BRACKETS: usize = 200;
/// Lambdas directly inside each other. The compiler's time grows with the cube of their number.
const MAX_LAMBDAS: u32 = 200;

/// Native stack for work on the tree of a flat text, and what each level of nesting adds. Only touched pages cost memory.
const STACK: usize = 16 << 20;
const STACK_PER_LEVEL: usize = 24 << 10;
/// Beyond the compiler's own limit a tree is only dropped, which takes less.
const STACK_PER_DROPPED_LEVEL: usize = 2 << 10;
/// Levels of the syntax tree that the compiler walks. More is a `RecursionError`, as in CPython, where the number depends
/// on the native stack.
pub(super) const RECURSION_LIMIT: usize = 3000;

/// Runs a task that recurses over the tree of `source` on a stack that is large enough for it; None when none would be.
pub(super) fn on_large_stack<T>(source: &str, task: impl FnOnce() -> T) -> Option<T> {
    let levels = nesting(source)? as usize;
    let walked = levels.min(RECURSION_LIMIT);
    let stack = STACK + walked * STACK_PER_LEVEL + (levels - walked) * STACK_PER_DROPPED_LEVEL;
    Some(stacker::grow(stack, task))
}

/// All tokens of a source, also of a wrong one; none of one that nests too deeply to be parsed.
pub(super) fn tokens(source: &str) -> Vec<(TokenKind, TextRange)> {
    let collect = || {
        let parsed = parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
        parsed.tokens().iter().map(|token| (token.kind(), token.range())).collect()
    };
    on_large_stack(source, collect).unwrap_or_default()
}

/// The first character outside ASCII that begins no token (a full-width colon, a curly quote), and where it is.
pub(super) fn foreign_character(source: &str) -> Option<(usize, char)> {
    let find = || {
        let parsed = parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
        parsed.errors().iter().find_map(|e| match e.error {
            ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if !tok.is_ascii() => Some((e.location.start().to_usize(), tok)),
            _ => None,
        })
    };
    if source.is_ascii() { None } else { on_large_stack(source, find).flatten() }
}

/// The tokens without line ends, comments and indentation.
pub(super) fn significant_tokens(source: &str) -> Vec<(TokenKind, TextRange)> {
    let mut tokens = tokens(source);
    tokens.retain(|(kind, _)| !is_layout(*kind));
    tokens
}

fn is_layout(kind: TokenKind) -> bool {
    use TokenKind::{Comment, Dedent, EndOfFile, Indent, Newline, NonLogicalNewline};
    matches!(kind, Comment | Dedent | EndOfFile | Indent | Newline | NonLogicalNewline)
}

/// Significant tokens of the last line that has any.
fn last_line<'a>(source: &str, significant: &'a [(TokenKind, TextRange)]) -> &'a [(TokenKind, TextRange)] {
    let Some((_, last)) = significant.last() else { return &[] };
    let line_start = source[..last.start().to_usize()].rfind('\n').map_or(0, |newline| newline + 1);
    let first = significant.partition_point(|(_, range)| range.start().to_usize() < line_start);
    &significant[first..]
}

pub(super) fn last_line_is_decorator(source: &str, significant: &[(TokenKind, TextRange)]) -> bool {
    matches!(last_line(source, significant), [(TokenKind::At, _), ..])
}

/// `match x:` without a case yet: the parser complains about the missing case, not about a missing block.
pub(super) fn last_header_is_match(source: &str, significant: &[(TokenKind, TextRange)]) -> bool {
    matches!(last_line(source, significant), [(TokenKind::Match, _), ..])
}

/// Whether the text ends in the colon of a header: no bracket is open there, and it is no lambda's or slice's.
pub(super) fn last_is_header(source: &str) -> bool {
    let significant = significant_tokens(source);
    let mut open = 0u32;
    for (kind, _) in &significant {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => open = open.saturating_sub(1),
            _ => {}
        }
    }
    open == 0 && matches!(significant.last(), Some((TokenKind::Colon, _)))
}

/// Whether the last statement is followed by `;`, which tells a notebook not to show its value.
pub fn ends_in_semicolon(source: &str) -> bool {
    significant_tokens(source).last().is_some_and(|(kind, _)| *kind == TokenKind::Semi)
}

/// White space in front of the innermost block that the source's last statement stands in; empty at the top level.
pub fn open_indentation(source: &str) -> String {
    let mut open: Vec<&str> = Vec::new();
    let tokens = tokens(source);
    let last = tokens.iter().rposition(|(kind, _)| !is_layout(*kind)).unwrap_or(0);
    for (kind, range) in &tokens[..last] {
        match kind {
            TokenKind::Indent => open.push(&source[range.start().to_usize()..range.end().to_usize()]),
            TokenKind::Dedent => {
                open.pop();
            }
            _ => {}
        }
    }
    open.last().copied().unwrap_or("").to_owned()
}

/// The first line whose indentation is wrong by CPython's tokenizer: a TabError, an unindent to nowhere, too many levels.
/// An indented line that should not be is the parser's business.
pub(super) fn indentation_problem(source: &str, filename: &str) -> Option<SyntaxProblem> {
    // Columns with tabs to every eighth and with tabs as one: the two must order all lines alike.
    let mut levels = vec![(0u32, 0u32)];
    let tab = "inconsistent use of tabs and spaces in indentation";
    for (line, white) in logical_lines(source) {
        let here = columns(white);
        let problem = |kind, msg, offset| Some(SyntaxProblem::at(kind, msg, filename, source, line, (offset, offset)));
        let top = *levels.last().expect("the first level stays");
        if here.0 > top.0 {
            if here.1 <= top.1 {
                return problem(ProblemKind::TabError, tab, 1);
            }
            levels.push(here);
            if levels.len() > MAX_INDENT {
                return problem(ProblemKind::IndentationError, "too many levels of indentation", 1);
            }
            continue;
        }
        while levels.last().is_some_and(|level| level.0 > here.0) {
            levels.pop();
        }
        let level = *levels.last().expect("the first level, column 0, is never to the right of a line");
        if level.0 != here.0 {
            let end = super::problem::line_text(source, line).map_or(1, |text| text.chars().count() as u32);
            return problem(ProblemKind::IndentationError, "unindent does not match any outer indentation level", end);
        }
        if level.1 != here.1 {
            return problem(ProblemKind::TabError, tab, 1);
        }
    }
    None
}

/// Whether a line is indented so far that the number of levels should be counted.
pub(super) fn is_indented_far(source: &str) -> bool {
    source.split('\n').any(|line| line.len() > MAX_INDENT && line.as_bytes()[..MAX_INDENT].iter().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// Number (from 1) and leading white space of each line that starts a logical line.
fn logical_lines(source: &str) -> Vec<(u32, &str)> {
    let (mut lines, mut at_start) = (Vec::new(), true);
    let (mut line, mut counted) = (1u32, 0usize);
    for (kind, range) in tokens(source) {
        if kind == TokenKind::Newline {
            at_start = true;
        } else if at_start && !is_layout(kind) {
            let token = range.start().to_usize();
            let start = source[..token].rfind('\n').map_or(0, |newline| newline + 1);
            let text = &source[start..];
            let white = text.len() - text.trim_start_matches([' ', '\t', '\x0c']).len();
            line += source[counted..start].matches('\n').count() as u32;
            counted = start;
            lines.push((line, &text[..white]));
            at_start = false;
        }
    }
    lines
}

fn columns(white: &str) -> (u32, u32) {
    white.chars().fold((0, 0), |(wide, narrow), c| match c {
        '\t' => ((wide / 8 + 1) * 8, narrow + 1),
        '\x0c' => (0, 0),
        _ => (wide + 1, narrow + 1),
    })
}

/// An upper bound for how deep the syntax tree of a source is, without making it; None when that is too deep to make it.
///
/// Counts what can nest (operators, attributes, calls, `lambda`) since the last separator, at each open bracket; what is
/// side by side, such as the items of a list, does not add up.
pub(super) fn nesting(source: &str) -> Option<u32> {
    let mut lexer = parser::lexer::lex(source, Mode::Module);
    let mut levels = vec![Level::default()];
    let (mut total, mut most, mut indented) = (0u32, 0u32, 0u32);
    loop {
        let kind = lexer.next_token();
        let depth = levels.len();
        let level = levels.last_mut().expect("the outermost level stays");
        match kind {
            TokenKind::EndOfFile => return Some(most),
            TokenKind::Indent => indented += 1,
            TokenKind::Dedent => indented = indented.saturating_sub(1),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                level.chain += 1;
                total += 1;
                levels.push(Level::default());
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if depth > 1 => {
                total -= level.all();
                levels.pop();
            }
            TokenKind::Newline | TokenKind::Semi => total -= level.clear(),
            // The colon behind a lambda's parameters is none of the lambda's end.
            TokenKind::Colon if level.parameters > 0 => level.parameters -= 1,
            TokenKind::Comma if level.parameters > 0 => {}
            TokenKind::Comma | TokenKind::Colon => total -= level.clear(),
            TokenKind::Lambda => {
                level.lambdas += 1;
                level.parameters += 1;
                total += 1;
            }
            _ if can_nest(kind) => {
                level.chain += 1;
                total += 1;
            }
            _ => {}
        }
        most = most.max(total + 2 * indented);
        if total > MAX_CHAIN || levels.last().is_some_and(|level| level.lambdas > MAX_LAMBDAS) {
            // So many brackets the compiler refuses at sight.
            return (levels.len() > MAX_BRACKETS).then_some(most);
        }
    }
}

/// Counts at one open bracket, since the last separator.
#[derive(Clone, Copy, Default)]
struct Level {
    chain: u32,
    lambdas: u32,
    /// Lambdas whose colon is still to come: a comma belongs to their parameters.
    parameters: u32,
}

impl Level {
    fn all(&self) -> u32 {
        self.chain + self.lambdas
    }

    /// Starts anew and says how much was counted.
    fn clear(&mut self) -> u32 {
        std::mem::take(self).all()
    }
}

fn can_nest(kind: TokenKind) -> bool {
    kind.is_operator() && !matches!(kind, TokenKind::Equal | TokenKind::Rarrow)
        || matches!(kind, TokenKind::Not | TokenKind::And | TokenKind::Or | TokenKind::If | TokenKind::Else | TokenKind::Await | TokenKind::Dot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn judges_indentation_as_the_tokenizer_does() {
        let table = [
            ("if x:\n  y\n", None),
            ("if x:\n    y\n  z\n", Some((ProblemKind::IndentationError, 3))),
            ("def f():\n\tx\n        y\n", Some((ProblemKind::TabError, 3))),
            ("def f():\n        x\n\ty\n", Some((ProblemKind::TabError, 3))),
            ("x = (1,\n   2)\n'''\n  a'''\n  # c\ny\n", None),
        ];
        for (source, expected) in table {
            let found = indentation_problem(source, "<s>").map(|problem| (problem.kind, problem.lineno.unwrap_or(0)));
            assert_eq!(found, expected, "{source:?}");
        }
        let deep: String = (0..101).map(|level| format!("{}if 1:\n", " ".repeat(level))).collect();
        assert!(is_indented_far(&format!("{deep}{}x", " ".repeat(101))));
        assert!(indentation_problem(&deep, "<s>").is_some_and(|problem| problem.msg.starts_with("too many levels")));
    }

    #[test]
    fn measures_nesting_not_size() {
        let times = |text: &str| text.repeat(50_000);
        for deep in ["1+", "-", "not ", "a.", "x()", "lambda a, b: "] {
            assert_eq!(nesting(&format!("a{}", times(deep))), None, "{deep}");
        }
        for flat in ["a+b\n", "a.b; ", "f(1), ", "[1+2, 3], ", "lambda a, b: 1, ", "{1: 2}, "] {
            let depth = nesting(&times(flat));
            assert!(depth.is_some_and(|depth| depth < 20), "{flat} {depth:?}");
        }
        assert_eq!(nesting("f(a + b * c)"), Some(3));
    }

    #[test]
    fn finds_the_open_block() {
        let table = [("x", ""), ("if x:\n  y", "  "), ("if x:\n  if y:\n    z\n", "    "), ("if x:\n\ty\nz", ""), ("", "")];
        for (source, indentation) in table {
            assert_eq!(open_indentation(source), indentation, "{source:?}");
        }
        assert!(ends_in_semicolon("a; b;  # c\n") && !ends_in_semicolon("a; b") && !ends_in_semicolon("'a;'"));
    }
}
