//! Where CPython points for an error, when that is not where the parser points.
use rustpython_compiler::parser::{self, LexicalErrorType, Mode, ParseErrorType, ParseOptions};
use rustpython_compiler::{ParseError, TokenKind};
use ruff_text_size::TextRange;

use super::{escape, layout, wording};

/// The range of bytes that CPython points at, where it differs from the parser's.
pub(super) fn range_of(error: &ParseError, msg: &str, source: &str) -> Option<(usize, usize)> {
    let (start, end) = (error.raw_location.start().to_usize(), error.raw_location.end().to_usize());
    // Where the error is reported; some are found by tokens of a wider or narrower range.
    let at = offset_of(source, error.location.line.get(), error.location.character_offset.get());
    if msg == "invalid syntax"
        && let Some(range) = token_behind(error, source, at)
    {
        return Some(range);
    }
    if msg == "invalid syntax. Perhaps you forgot a comma?"
        && !matches!(&error.error, ParseErrorType::OtherError(text) if text.contains("forgot a comma"))
        && innermost_bracket(source, at) == Some('{')
        && let Some(range) = side_by_side(source, at)
    {
        return Some(range);
    }
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
        _ if msg.starts_with("Missing parentheses in call to '") => Some((at, statement_end(source, at))),
        "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" => Some((at, operand_end(source, equals_sign(source, at)?.1)?)),
        "expression cannot contain assignment, perhaps you meant \"==\"?" => Some((start, equals_sign(source, end)?.1)),
        "cannot assign to True" | "cannot assign to False" | "cannot assign to None" if innermost_bracket(source, start) == Some('(') => {
            Some((start, equals_sign(source, end)?.1))
        }
        "iterable argument unpacking follows keyword argument unpacking" => tokens_before(source, start).last().filter(|x| x.0 == TokenKind::Comma).map(|x| (x.1.start().to_usize(), end)),
        "only single target (not tuple) can be annotated" if !source[start..].starts_with('(') => {
            let comma = comma_in(source, start, source.len())?.0;
            Some((start, start + source[start..comma].trim_end().len()))
        }
        "cannot delete starred" => Some((start, operand_end(source, start + 1)?)),
        "named arguments must follow bare *" if source[..start].trim_end().ends_with("lambda") => token_from(source, end),
        "multiple exception types must be parenthesized when using 'as'" => {
            let colon = layout::significant_tokens(source).into_iter().find(|x| x.0 == TokenKind::Colon && x.1.start().to_usize() >= start)?;
            Some((start, tokens_before(source, colon.1.start().to_usize()).last()?.1.end().to_usize()))
        }
        "':' expected after dictionary key" => {
            let last = tokens_before(source, start).last()?.1.end().to_usize();
            let at = source[..last].char_indices().next_back()?.0;
            matches!(error.error, ParseErrorType::ExpectedToken { .. }).then_some((at, last))
        }
        "cannot mix bytes and nonbytes literals" => token_from(source, end),
        "expected ':'" if source[..start].trim_end().ends_with("->") => {
            let arrow = source[..start].trim_end().len() - 2;
            Some((arrow, arrow + 2))
        }
        "f-string: expecting '}'" | "t-string: expecting '}'" if source[at..].starts_with('{') => {
            let quote = source[..at].rfind(['"', '\'']).and_then(|at| source[at..].chars().next())?;
            let end = at + source[at..].find([quote, '\n'])?;
            Some((end, end))
        }
        "f-string: lambda expressions are not allowed without parentheses" | "t-string: lambda expressions are not allowed without parentheses" => {
            Some((at, at + source[at..].find(':')? + 1))
        }
        _ if msg.ends_with("prefixes are incompatible") => Some((at, at + source[at..].find(['"', '\''])?)),
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

/// For some errors of no other name: the token behind what the parser points at.
fn token_behind(error: &ParseError, source: &str, at: usize) -> Option<(usize, usize)> {
    let (start, end) = (error.raw_location.start().to_usize(), error.raw_location.end().to_usize());
    match &error.error {
        ParseErrorType::OtherError(text) if text.contains("is an illegal expression for augmented assignment") => {
            let tokens = layout::significant_tokens(source).into_iter().map(|x| (x.1.start().to_usize(), x.1.end().to_usize()));
            let operator = tokens.into_iter().find(|x| x.0 > at && source[x.0..x.1].ends_with('='))?;
            token_from(source, operator.1)
        }
        ParseErrorType::OtherError(text) if text.starts_with("Trailing comma not allowed") => token_from(source, end),
        _ if source[start..].starts_with("not ") => token_from(source, start + 3),
        _ => None,
    }
}

/// The bracket that is open at an offset, innermost.
pub(super) fn innermost_bracket(source: &str, offset: usize) -> Option<char> {
    let mut open = Vec::new();
    for (kind, range) in tokens_before(source, offset) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open.push(source[range.start().to_usize()..].chars().next()),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => drop(open.pop()),
            _ => {}
        }
    }
    open.pop().flatten()
}

/// Two expressions side by side, the second of which begins at an offset: from the start of the one to the end of the other.
pub(super) fn two_operands(source: &str, offset: usize) -> Option<(usize, usize)> {
    let before = tokens_before(source, offset);
    let ends = |kind: TokenKind| matches!(kind, TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::String | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace);
    let (kind, range) = layout::significant_tokens(source).into_iter().find(|x| x.1.start().to_usize() >= offset)?;
    let begins = matches!(kind, TokenKind::Name | TokenKind::Int | TokenKind::Float | TokenKind::String);
    if !before.last().is_some_and(|x| ends(x.0)) || !begins {
        return None;
    }
    Some((operand_start(&before)?, operand_end(source, range.start().to_usize())?))
}

/// The range of the first two expressions with nothing between them whose second begins at or behind an offset, on its line.
pub(super) fn side_by_side(source: &str, offset: usize) -> Option<(usize, usize)> {
    let line_end = offset + source[offset..].find('\n').unwrap_or(source.len() - offset);
    let tokens = layout::significant_tokens(source);
    let begins: Vec<usize> = tokens.iter().map(|x| x.1.start().to_usize()).filter(|at| (offset..line_end).contains(at)).collect();
    begins.into_iter().find_map(|at| two_operands(source, at))
}

/// Where the expression ends that begins at or behind an offset: before the nearest separator at its own level.
fn operand_end(source: &str, offset: usize) -> Option<usize> {
    let mut level = 0u32;
    let mut end = None;
    for (kind, range) in layout::tokens(source) {
        if range.start().to_usize() < offset {
            continue;
        }
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => level += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace if level == 0 => break,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => level -= 1,
            TokenKind::Newline | TokenKind::EndOfFile | TokenKind::Comment => break,
            TokenKind::And | TokenKind::Or | TokenKind::If if level == 0 => break,
            _ if level == 0 && separates(kind) => break,
            _ => {}
        }
        end = Some(range.end().to_usize());
    }
    end
}

/// Where the statement ends that an offset is in.
fn statement_end(source: &str, offset: usize) -> usize {
    let tokens = layout::tokens(source);
    let behind = tokens.iter().skip_while(|x| x.1.start().to_usize() < offset);
    let own = behind.take_while(|x| !matches!(x.0, TokenKind::Newline | TokenKind::Semi | TokenKind::EndOfFile | TokenKind::Comment));
    own.last().map_or(offset, |x| x.1.end().to_usize())
}

/// The next `=` at or behind an offset.
fn equals_sign(source: &str, offset: usize) -> Option<(usize, usize)> {
    let found = layout::significant_tokens(source).into_iter().find(|x| x.0 == TokenKind::Equal && x.1.start().to_usize() >= offset)?;
    Some((found.1.start().to_usize(), found.1.end().to_usize()))
}

/// The next token at or behind an offset; the end of a line is one.
fn token_from(source: &str, offset: usize) -> Option<(usize, usize)> {
    let at = offset + source[offset..].len() - source[offset..].trim_start_matches([' ', '\t', '\\']).len();
    let found = layout::significant_tokens(source).into_iter().find(|x| x.1.start().to_usize() == at);
    Some(found.map_or((at, (at + 1).min(source.len())), |x| (at, x.1.end().to_usize())))
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
