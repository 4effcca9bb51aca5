//! CPython's messages for what the parser says in its own words.
//!
//! Most errors come in CPython's words already. What is left is either known here or is what CPython has no words for
//! either: then it says "invalid syntax".
use rustpython_compiler::parser::{LexicalErrorType, ParseErrorType};
use rustpython_compiler::{ParseError, TokenKind};

use super::{escape, placing};

/// The message for an error.
pub(super) fn message(error: &ParseError, source: &str) -> String {
    let msg = first_message(error, source);
    if msg != "invalid syntax" {
        return msg;
    }
    let before = source[..error.raw_location.start().to_usize().min(source.len())].trim_end_matches([' ', '\t']);
    let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    if line.ends_with(" else") && line.contains(" if ") && !line.trim_start().starts_with("else") {
        "expected expression after 'else', but statement is given".to_owned()
    } else if line.ends_with("->") && line.trim_start().starts_with("def ") {
        "expected ':'".to_owned()
    } else if placing::innermost_bracket(source, before.len()) == Some('{') && placing::side_by_side(source, before.len()).is_some() {
        "invalid syntax. Perhaps you forgot a comma?".to_owned()
    } else {
        msg
    }
}

fn first_message(error: &ParseError, source: &str) -> String {
    let fixed = match &error.error {
        ParseErrorType::UnexpectedIndentation => "unexpected indent",
        ParseErrorType::InvalidArgumentUnpackingOrder => "iterable argument unpacking follows keyword argument unpacking",
        ParseErrorType::PositionalAfterKeywordArgument => "positional argument follows keyword argument",
        ParseErrorType::PositionalAfterKeywordUnpacking => "positional argument follows keyword argument unpacking",
        ParseErrorType::IterableUnpackingInComprehension => "iterable unpacking cannot be used in comprehension",
        ParseErrorType::UnparenthesizedGeneratorExpression => "Generator expression must be parenthesized",
        ParseErrorType::NonDefaultParamAfterDefaultParam => "parameter without a default follows parameter with a default",
        ParseErrorType::ParamAfterVarKeywordParam => "arguments cannot follow var-keyword argument",
        ParseErrorType::ExpectedKeywordParam => "named arguments must follow bare *",
        ParseErrorType::EmptyImportNames => return known_text("Expected one or more names after 'import'", error, source),
        ParseErrorType::EmptyTypeParams => "Type parameter list cannot be empty",
        ParseErrorType::InvalidMatchPatternTarget => "cannot use '_' as a target",
        ParseErrorType::ExpectedRealNumber => "real number required in complex literal",
        ParseErrorType::ExpectedImaginaryNumber => "imaginary number required in complex literal",
        ParseErrorType::ExpectedToken { expected, found } => return expected_token(*expected, *found, error, source),
        ParseErrorType::Lexical(lexical) => return lexical_message(lexical, error, source),
        ParseErrorType::OtherError(text) => return known_text(text, error, source),
        ParseErrorType::FStringError(_) | ParseErrorType::TStringError(_) => return quoted(&error.error.to_string()),
        _ if is_lone_star(error, source) => "Invalid star expression",
        _ if is_parenthesised_parameter(error, source) => return parenthesised_parameter(error, source),
        _ => "invalid syntax",
    };
    fixed.to_owned()
}

fn expected_token(expected: TokenKind, found: TokenKind, error: &ParseError, source: &str) -> String {
    let line = line_of(error, source);
    let at = error.raw_location.start().to_usize();
    let fixed = match (expected, found) {
        (TokenKind::Colon, TokenKind::Newline | TokenKind::EndOfFile) => "expected ':'",
        (TokenKind::Colon, TokenKind::Rbrace | TokenKind::Comma) if placing::innermost_bracket(source, at) == Some('{') => "':' expected after dictionary key",
        (TokenKind::Colon, _) if forces_colon(line) => "expected ':'",
        (TokenKind::Else, _) => "expected 'else' after 'if' expression",
        (TokenKind::Lpar, _) if line.contains("def ") => "expected '('",
        _ if is_parenthesised_parameter(error, source) => return parenthesised_parameter(error, source),
        _ => "invalid syntax",
    };
    fixed.to_owned()
}

fn lexical_message(lexical: &LexicalErrorType, error: &ParseError, source: &str) -> String {
    match lexical {
        LexicalErrorType::UnrecognizedToken { tok } if tok.is_ascii() => "invalid syntax".to_owned(),
        LexicalErrorType::UnrecognizedToken { tok } => {
            invalid_character(*tok)
        }
        LexicalErrorType::InvalidByteLiteral | LexicalErrorType::IndentationError | LexicalErrorType::Eof => error.error.to_string(),
        LexicalErrorType::OtherError(text) => text.to_string(),
        LexicalErrorType::FStringError(_) | LexicalErrorType::TStringError(_) => quoted(&error.error.to_string()),
        _ => escape::undecodable(error, source).map_or_else(|| "invalid syntax".to_owned(), |found| found.msg),
    }
}

/// Texts that the parser gives as they are. Its own begin with a capital letter, CPython's do not, with few exceptions.
fn known_text(text: &str, error: &ParseError, source: &str) -> String {
    const CPYTHONS: [&str; 8] = [
        "Missing parentheses", "Generator expression", "Did you mean", "Exceeds the limit", "Type parameter", "Expected one or more names",
        "Invalid star expression", "Lambda expression parameters",
    ];
    let fixed = match text {
        "Expected one or more exception types" => "expected one or more exception types",
        "Expected `except` or `finally` block" | "Expected `except` or `finally` after `try` block" => "expected 'except' or 'finally' block",
        "Cannot have both 'except' and 'except*' on the same 'try'" => "cannot have both 'except' and 'except*' on the same 'try'",
        "Multiple exception types must be parenthesized when using `as`" => "multiple exception types must be parenthesized when using 'as'",
        "Only one '*' parameter allowed" | "Only one '*' separator allowed" => "* argument may appear only once",
        "Keyword-only parameter separator not allowed after '*' parameter" => "* argument may appear only once",
        "Only one '**' parameter allowed" => "arguments cannot follow var-keyword argument",
        // CPython says so only where a parameter follows.
        "Position-only parameter separator not allowed as first parameter"
            if rest_of_line(error, source)[1..].trim_start().starts_with([')', ':']) =>
        {
            "invalid syntax"
        }
        "Position-only parameter separator not allowed as first parameter" => "at least one argument must precede /",
        "named arguments must follow bare *" if slash_after_star(error, source).is_some() => "/ must be ahead of *",
        "Only one '/' separator allowed" => "/ may appear only once",
        "'/' parameter must appear before '*' parameter" => "/ must be ahead of *",
        "Boolean 'not' expression cannot be used here" => "'not' after an operator must be parenthesized",
        "Positional patterns cannot follow keyword patterns" => "positional patterns follow keyword patterns",
        "Only single target (not list) can be annotated" => "only single target (not list) can be annotated",
        "Only single target (not tuple) can be annotated" => "only single target (not tuple) can be annotated",
        "Bytes literal cannot be mixed with non-bytes literals" => "cannot mix bytes and nonbytes literals",
        "Trailing comma not allowed" if line_of(error, source).trim_start().starts_with("from ") => {
            "trailing comma not allowed without surrounding parentheses"
        }
        // CPython says so only where the line ends behind `import`.
        "Expected one or more names after 'import'" if !rest_of_line(error, source).trim().is_empty() => "invalid syntax",
        "invalid syntax. Maybe you meant '==' or ':=' instead of '='?" if starts_with_literal(error, source) => {
            "cannot assign to literal here. Maybe you meant '==' instead of '='?"
        }
        "invalid syntax" if is_lone_star(error, source) => "Invalid star expression",
        "Cannot mix t-string literals with string or bytes literals" => "cannot mix t-string literals with string or bytes literals",
        // The target is one that can be assigned to: what follows the operator is what is wrong.
        "'name' is an illegal expression for augmented assignment"
        | "'attribute' is an illegal expression for augmented assignment"
        | "'subscript' is an illegal expression for augmented assignment" => "invalid syntax",
        _ if text.starts_with("unterminated triple-quoted") => return with_last_line(text, source),
        _ if is_plain_assignment(text, error, source) => return format!("{text} here. Maybe you meant '==' instead of '='?"),
        _ if is_parenthesised_parameter(error, source) => return parenthesised_parameter(error, source),
        _ => text,
    };
    if fixed.starts_with(|first: char| first.is_ascii_uppercase()) && !CPYTHONS.iter().any(|start| fixed.starts_with(start)) {
        return "invalid syntax".to_owned();
    }
    fixed.to_owned()
}

fn quoted(text: &str) -> String {
    text.replace('`', "'")
}

/// CPython counts a line that is not there after the last newline as the line before it.
fn with_last_line(text: &str, source: &str) -> String {
    match text.rsplit_once("at line ") {
        Some((start, _)) => format!("{start}at line {})", source.lines().count().max(1)),
        None => text.to_owned(),
    }
}

/// Whether "cannot assign to X" is about the whole left side of `X = …`: CPython then supposes that `==` was meant.
fn is_plain_assignment(text: &str, error: &ParseError, source: &str) -> bool {
    const TARGETS: [&str; 9] = [
        "function call", "literal", "list comprehension", "set comprehension", "dict comprehension", "named expression",
        "await expression", "dict literal", "f-string expression",
    ];
    let Some(target) = text.strip_prefix("cannot assign to ") else { return false };
    let line = line_of(error, source);
    let column = error.location.character_offset.to_zero_indexed();
    let before: String = line.chars().take(column).collect();
    TARGETS.contains(&target) && before.trim_matches([' ', '\t', '(']).is_empty() && line.replace(":=", "").matches('=').count() == 1
}

/// Python 2's `def f(a, (b, c))`: a bracket where a parameter should be.
fn is_parenthesised_parameter(error: &ParseError, source: &str) -> bool {
    let start = error.raw_location.start().to_usize();
    let here = source.get(start..).unwrap_or("");
    let before = line_of(error, source);
    here.starts_with('(') && (before.contains("def ") || before.contains("lambda")) && {
        let earlier = source[..start].trim_end();
        earlier.ends_with(['(', ',']) || earlier.ends_with("lambda")
    }
}

fn parenthesised_parameter(error: &ParseError, source: &str) -> String {
    let start = error.raw_location.start().to_usize();
    let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let what = if source[line_start..start].contains("lambda") { "Lambda expression" } else { "Function" };
    format!("{what} parameters cannot be parenthesized")
}

/// Byte offset of a `/` among the parameters behind the bare `*` that an error is about, when a name stands between them.
pub(super) fn slash_after_star(error: &ParseError, source: &str) -> Option<usize> {
    let start = error.raw_location.start().to_usize();
    let parameters = source.get(start..)?.split([')', ':', '\n']).next()?;
    parameters.find('/').map(|at| start + at)
}

/// `f(*)` or `a[*]`: a star with nothing behind it.
fn is_lone_star(error: &ParseError, source: &str) -> bool {
    let start = error.raw_location.start().to_usize();
    let (before, here) = (source.get(..start).unwrap_or(""), source.get(start..).unwrap_or(""));
    let star_here = here.strip_prefix('*').is_some_and(|rest| rest.starts_with([')', ']', ':', ',']));
    let star_before = before.ends_with('*') && !before.ends_with("**") && here.starts_with([')', ']', ':', ',']);
    let bracket = before.trim_end_matches('*').trim_end().ends_with(['(', '[', ',']);
    bracket && (star_here || star_before) && !line_of(error, source).contains("def ")
}

fn starts_with_literal(error: &ParseError, source: &str) -> bool {
    let start = error.raw_location.start().to_usize();
    source.get(start..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '\'' || c == '"'))
}

/// Whether the header in which the parser missed a colon has one in CPython's grammar that no other token can replace.
fn forces_colon(line: &str) -> bool {
    let word = line.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    matches!(word, "def" | "else" | "try" | "finally")
}

fn line_of<'a>(error: &ParseError, source: &'a str) -> &'a str {
    source.split('\n').nth(error.location.line.to_zero_indexed()).unwrap_or("")
}

fn rest_of_line<'a>(error: &ParseError, source: &'a str) -> &'a str {
    let start = error.raw_location.start().to_usize();
    source.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or("")
}

/// A character that begins no token.
pub(super) fn invalid_character(tok: char) -> String {
    let code = u32::from(tok);
    if !tok.is_whitespace() && !tok.is_control() {
        format!("invalid character '{tok}' (U+{code:04X})")
    } else {
        format!("invalid non-printable character U+{code:04X}")
    }
}
