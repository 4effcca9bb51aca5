//! What is wrong with a source text, in CPython's words: the plain data behind a `SyntaxError`.
use rustpython_codegen::error::{CodegenError, CodegenErrorType};
use rustpython_compiler::parser::{LexicalErrorType, ParseErrorType};
use rustpython_compiler::{CompileError, ParseError, TokenKind};

use super::layout;

/// The exception to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    SyntaxError,
    IndentationError,
    TabError,
    /// Nested too deeply for the compiler; it has no place.
    RecursionError,
}

impl ProblemKind {
    /// Name of the Python class.
    pub fn name(self) -> &'static str {
        match self {
            ProblemKind::SyntaxError => "SyntaxError",
            ProblemKind::IndentationError => "IndentationError",
            ProblemKind::TabError => "TabError",
            ProblemKind::RecursionError => "RecursionError",
        }
    }
}

/// Everything that a `SyntaxError` instance carries, and whether more input could cure it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    pub kind: ProblemKind,
    pub msg: String,
    pub filename: String,
    /// From 1. None when the whole text is refused (a null byte).
    pub lineno: Option<u32>,
    /// Column in characters, from 1.
    pub offset: Option<u32>,
    pub end_lineno: Option<u32>,
    pub end_offset: Option<u32>,
    /// The line, with its newline.
    pub text: Option<String>,
    /// The text is a beginning that more lines could complete. In CPython: `_IncompleteInputError`.
    pub incomplete: bool,
    /// Found after parsing. CPython then has no text but what the file of that name says.
    pub after_parsing: bool,
}

impl SyntaxProblem {
    /// A problem without a place.
    pub fn plain(kind: ProblemKind, msg: &str, filename: &str) -> SyntaxProblem {
        SyntaxProblem {
            kind,
            msg: msg.to_owned(),
            filename: filename.to_owned(),
            lineno: None,
            offset: None,
            end_lineno: None,
            end_offset: None,
            text: None,
            incomplete: false,
            after_parsing: false,
        }
    }

    /// A problem at a line (from 1) and columns (from 1) of a source.
    pub fn at(kind: ProblemKind, msg: &str, filename: &str, source: &str, line: u32, columns: (u32, u32)) -> SyntaxProblem {
        SyntaxProblem {
            lineno: Some(line),
            offset: Some(columns.0),
            end_lineno: Some(line),
            end_offset: Some(columns.1),
            text: line_text(source, line),
            ..SyntaxProblem::plain(kind, msg, filename)
        }
    }

    /// Translates what the compiler reports about `source`.
    pub(super) fn from_compiler(error: CompileError, source: &str, filename: &str) -> SyntaxProblem {
        let (line, column) = error.python_location();
        let end = error.python_end_location();
        let mut problem = match &error {
            CompileError::Parse(error) => from_parser(error, source, filename),
            CompileError::Codegen(error) => from_codegen(error, filename),
        };
        let number = |number: usize| u32::try_from(number).ok();
        if problem.kind != ProblemKind::RecursionError && problem.lineno.is_none() {
            problem.lineno = number(line);
            problem.offset = number(column);
            problem.end_lineno = end.and_then(|end| number(end.0));
            problem.end_offset = end.and_then(|end| number(end.1));
        }
        problem.text = problem.lineno.and_then(|line| line_text(source, line));
        problem
    }
}

/// A line of a source (from 1), ending in a newline whether the source does or not.
pub fn line_text(source: &str, line: u32) -> Option<String> {
    let index = line.checked_sub(1)? as usize;
    source.split('\n').nth(index).map(|text| format!("{text}\n"))
}

fn from_codegen(error: &CodegenError, filename: &str) -> SyntaxProblem {
    let kind = match error.error {
        CodegenErrorType::RecursionError => ProblemKind::RecursionError,
        _ => ProblemKind::SyntaxError,
    };
    let mut problem = SyntaxProblem::plain(kind, &error.error.to_string(), filename);
    problem.after_parsing = true;
    problem
}

fn from_parser(error: &ParseError, source: &str, filename: &str) -> SyntaxProblem {
    let msg = message(&error.error, error, source);
    let mut problem = SyntaxProblem::plain(kind_of(&msg), &msg, filename);
    if problem.kind == ProblemKind::IndentationError
        && let Some(found) = layout::indentation_problem(source, filename)
    {
        return found;
    }
    problem.incomplete = is_incomplete(error, &msg, source);
    problem
}

fn kind_of(msg: &str) -> ProblemKind {
    const INDENTATION: [&str; 4] =
        ["expected an indented block after", "unexpected indent", "unindent does not match", "too many levels of indentation"];
    if INDENTATION.iter().any(|start| msg.starts_with(start)) {
        ProblemKind::IndentationError
    } else {
        ProblemKind::SyntaxError
    }
}

/// CPython's message for what the parser says. Most comes in CPython's words already; what is left in the parser's own
/// words is either known here or is what CPython has no words for.
fn message(error: &ParseErrorType, whole: &ParseError, source: &str) -> String {
    let fixed = match error {
        ParseErrorType::UnexpectedIndentation => "unexpected indent",
        ParseErrorType::InvalidArgumentUnpackingOrder => "iterable argument unpacking follows keyword argument unpacking",
        ParseErrorType::PositionalAfterKeywordArgument => "positional argument follows keyword argument",
        ParseErrorType::PositionalAfterKeywordUnpacking => "positional argument follows keyword argument unpacking",
        ParseErrorType::IterableUnpackingInComprehension => "iterable unpacking cannot be used in comprehension",
        ParseErrorType::UnparenthesizedGeneratorExpression => "Generator expression must be parenthesized",
        ParseErrorType::NonDefaultParamAfterDefaultParam => "parameter without a default follows parameter with a default",
        ParseErrorType::ParamAfterVarKeywordParam => "arguments cannot follow var-keyword argument",
        ParseErrorType::ExpectedKeywordParam => "named arguments must follow bare *",
        ParseErrorType::EmptyImportNames => "Expected one or more names after 'import'",
        ParseErrorType::EmptyTypeParams => "Type parameter list cannot be empty",
        ParseErrorType::InvalidMatchPatternTarget => "cannot use '_' as a target",
        ParseErrorType::ExpectedRealNumber => "real number required in complex literal",
        ParseErrorType::ExpectedImaginaryNumber => "imaginary number required in complex literal",
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, found: TokenKind::Newline | TokenKind::EndOfFile } => "expected ':'",
        ParseErrorType::ExpectedToken { expected: TokenKind::Colon, .. } if forces_colon(whole, source) => "expected ':'",
        ParseErrorType::ExpectedToken { expected: TokenKind::In, .. } => "invalid syntax",
        ParseErrorType::ExpectedToken { expected: TokenKind::Else, .. } => "expected 'else' after 'if' expression",
        ParseErrorType::ExpectedToken { expected: TokenKind::Lpar, .. } if line_at(whole, source).contains("def ") => "expected '('",
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { tok }) if !tok.is_ascii() => {
            return format!("invalid character '{tok}' (U+{:04X})", u32::from(*tok));
        }
        ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { .. }) => "invalid syntax",
        ParseErrorType::Lexical(
            LexicalErrorType::InvalidByteLiteral | LexicalErrorType::IndentationError | LexicalErrorType::Eof,
        ) => return error.to_string(),
        ParseErrorType::Lexical(LexicalErrorType::OtherError(text)) => return text.to_string(),
        ParseErrorType::OtherError(text) => return known_text(text),
        ParseErrorType::FStringError(_) | ParseErrorType::TStringError(_) => return error.to_string(),
        ParseErrorType::Lexical(LexicalErrorType::FStringError(_) | LexicalErrorType::TStringError(_)) => return error.to_string(),
        _ => "invalid syntax",
    };
    fixed.to_owned()
}

/// Texts that the parser gives as they are. Its own begin with a capital letter, CPython's do not, with few exceptions.
fn known_text(text: &str) -> String {
    const CPYTHONS: [&str; 6] =
        ["Missing parentheses", "Generator expression", "Did you mean", "Exceeds the limit", "Type parameter", "Expected one or more names"];
    let own = match text {
        "Expected one or more exception types" => "expected one or more exception types",
        "Expected `except` or `finally` block" | "Expected `except` or `finally` after `try` block" => "expected 'except' or 'finally' block",
        _ => text,
    };
    if own.starts_with(|first: char| first.is_ascii_uppercase()) && !CPYTHONS.iter().any(|start| own.starts_with(start)) {
        return "invalid syntax".to_owned();
    }
    own.to_owned()
}

/// Whether the header in which the parser missed a colon has one in CPython's grammar that no other token can replace.
fn forces_colon(error: &ParseError, source: &str) -> bool {
    let line = line_at(error, source);
    let word = line.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    matches!(word, "def" | "else" | "try" | "finally")
}

fn line_at<'a>(error: &ParseError, source: &'a str) -> &'a str {
    source.split('\n').nth(error.location.line.to_zero_indexed()).unwrap_or("")
}

/// Whether lines after the text could make it right: an open bracket or string, a header without its block, a decorator
/// without its function, `try` without a handler, a backslash at the end.
fn is_incomplete(error: &ParseError, msg: &str, source: &str) -> bool {
    if error.is_unclosed_bracket || error.is_unclosed_string {
        return true;
    }
    if matches!(error.error, ParseErrorType::Lexical(LexicalErrorType::Eof)) || source.trim_end_matches(['\n', ' ']).ends_with('\\') {
        return true;
    }
    let tokens = layout::significant_tokens(source);
    let Some((last, range)) = tokens.last().copied() else { return false };
    let at_end = error.raw_location.start() >= range.start();
    if last == TokenKind::Colon {
        return at_end && (msg.starts_with("expected an indented block") || layout::last_header_is_match(source, &tokens));
    }
    let behind = error.raw_location.start() >= range.end();
    behind && (msg == "expected 'except' or 'finally' block" || layout::last_line_is_decorator(source, &tokens))
}
