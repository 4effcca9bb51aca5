//! Where CPython points for an error, when that is not where the parser points.
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseErrorType, ParseOptions};
use rustpython_compiler::{ParseError, TokenKind};
use ruff_text_size::TextRange;

use super::{escape, layout, wording};

/// The range of bytes that CPython points at, where it differs from the parser's.
pub(super) fn range_of(error: &ParseError, msg: &str, source: &str) -> Option<(usize, usize)> {
    let (start, end) = (error.raw_location.start().to_usize(), error.raw_location.end().to_usize());
    match msg {
        "unexpected indent" => {
            let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
            let white = source[line_start..].len() - source[line_start..].trim_start_matches([' ', '\t']).len();
            Some((line_start + white.max(1) - 1, line_start + white))
        }
        "expected 'else' after 'if' expression" => {
            let before = tokens_before(source, start);
            let last = before.last()?.1.end().to_usize();
            Some((operand_start(&before)?, last))
        }
        "invalid syntax. Perhaps you forgot a comma?" if matches!(error.error, ParseErrorType::OtherError(_)) => {
            let before = tokens_before(source, start);
            // Only a lone literal or name is pointed at where its neighbour on the left belongs to the range.
            let single = before.last().is_some_and(|(kind, _)| matches!(kind, TokenKind::Int | TokenKind::Float | TokenKind::String | TokenKind::Name));
            if single && source[start..end].starts_with(|c: char| c.is_ascii_digit()) { Some((operand_start(&before)?, end)) } else { None }
        }
        "positional argument follows keyword argument" | "positional argument follows keyword argument unpacking" => {
            let next = end + source[end..].len() - source[end..].trim_start().len();
            source[next..].chars().next().map(|c| (next, next + c.len_utf8()))
        }
        "/ must be ahead of *" => wording::slash_after_star(error, source).map(|at| (at, at + 1)),
        "Invalid star expression" if source[start..].starts_with('*') => Some((start + 1, start + 2)),
        "Invalid star expression" => Some((start, end)),
        "f-string: expecting a valid expression after '{'" if source[start..].starts_with('{') => Some((start + 1, start + 2)),
        "* argument may appear only once" => Some((start, start + 1)),
        _ if msg.starts_with("unterminated") => {
            let at = offset_of(source, error.location.line.get(), error.location.character_offset.get());
            let token = source[..at].trim_end_matches(['r', 'R', 'b', 'B', 'f', 'F', 'u', 'U', 't', 'T']).len();
            Some((token, token))
        }
        _ if matches!(error.error, ParseErrorType::UnparenthesizedTupleExpression) => comma_in(source, start, end),
        _ => match &error.error {
            ParseErrorType::Lexical(LexicalErrorType::IndentationError | LexicalErrorType::Eof) => None,
            ParseErrorType::Lexical(_) if msg.starts_with("(unicode error)") || msg.starts_with("(value error)") => {
                escape::undecodable(error, source).map(|found| (found.start, found.end))
            }
            _ => None,
        },
    }
}

/// For an open bracket: where the parser stopped, if that is on the bracket's own line and a token stands there.
/// CPython reports the bracket only when it could read on past its line.
pub(super) fn stop_on_line_of_bracket(error: &ParseError, source: &str) -> Option<(usize, usize)> {
    let parsed = parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
    let first = parsed.errors().first()?;
    let (start, end) = (first.location.start().to_usize(), first.location.end().to_usize());
    let bracket = offset_of(source, error.location.line.get(), error.location.character_offset.get());
    let stopped = matches!(first.error, ParseErrorType::ExpectedToken { .. } | ParseErrorType::ExpectedExpression | ParseErrorType::OtherError(_));
    let same_line = start > bracket && !source[bracket..start].contains('\n');
    let at_token = source.get(start..).and_then(|rest| rest.chars().next()).is_some_and(|c| !c.is_whitespace() && c != '#');
    let goes_on = source[end.max(start)..].trim_end().contains('\n');
    (stopped && same_line && at_token && goes_on && end > start).then_some((start, end))
}

fn tokens_before(source: &str, offset: usize) -> Vec<(TokenKind, TextRange)> {
    let mut tokens = layout::significant_tokens(source);
    tokens.retain(|(_, range)| range.end().to_usize() <= offset);
    tokens
}

/// Where the expression starts that ends with the last of these tokens: behind the nearest separator at its own level.
fn operand_start(tokens: &[(TokenKind, TextRange)]) -> Option<usize> {
    let mut level = 0u32;
    let mut start = None;
    for (kind, range) in tokens.iter().rev() {
        match kind {
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level += 1,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace if level == 0 => break,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level -= 1,
            _ if level == 0 && separates(*kind) => break,
            _ => {}
        }
        start = Some(range.start().to_usize());
    }
    start
}

fn separates(kind: TokenKind) -> bool {
    use TokenKind::{And, Await, ColonEqual, Comma, Colon, Equal, If, In, Is, Not, Or, PlusEqual, Semi};
    matches!(kind, Comma | Colon | Equal | Semi | PlusEqual | ColonEqual)
        || kind.is_keyword() && !matches!(kind, And | Or | Not | In | Is | Await | If | TokenKind::None | TokenKind::True | TokenKind::False)
}

/// The first comma of a tuple's own.
fn comma_in(source: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let mut level = 0;
    for (kind, range) in layout::significant_tokens(source) {
        let at = range.start().to_usize();
        if at < start || at >= end {
            continue;
        }
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level -= 1,
            TokenKind::Comma if level == 0 => return Some((at, at + 1)),
            _ => {}
        }
    }
    None
}

/// Byte offset of a line and a column in characters, both from 1.
fn offset_of(source: &str, line: usize, column: usize) -> usize {
    let line_start: usize = source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let text = &source[line_start..];
    line_start + text.char_indices().nth(column.saturating_sub(1)).map_or(text.len(), |(at, _)| at)
}
