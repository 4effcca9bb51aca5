//! What is wrong with a source text, in CPython's words: the plain data behind a `SyntaxError`.
use rustpython_codegen::error::{CodegenError, CodegenErrorType};
use rustpython_compiler::parser::{LexicalErrorType, ParseErrorType};
use rustpython_compiler::{CompileError, ParseError, TokenKind};

use super::{layout, placing, wording};

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
        let mut problem = match &error {
            CompileError::Parse(error) => from_parser(error, source, filename),
            CompileError::Codegen(error) => from_codegen(error, filename),
        };
        if problem.kind != ProblemKind::RecursionError && problem.lineno.is_none() {
            let number = |number: usize| u32::try_from(number).ok();
            let ((line, column), end) = (error.python_location(), error.python_end_location());
            problem.lineno = number(line);
            problem.offset = number(column);
            problem.end_lineno = end.and_then(|end| number(end.0));
            problem.end_offset = end.and_then(|end| number(end.1));
        }
        if problem.msg.ends_with("was never closed") {
            // The bracket alone: the range has no end.
            problem.end_offset = Some(0);
        }
        problem.text = problem.lineno.and_then(|line| line_text(source, line));
        problem
    }

    /// An expression or interactive statement keeps its last line as it is, without a newline; what is missing behind it is
    /// looked for at no column.
    pub(super) fn in_unended_text(&mut self, text: &str) {
        if text.is_empty() {
            (self.lineno, self.offset, self.end_lineno, self.end_offset) = (Some(0), Some(0), Some(0), Some(0));
            self.text = Some(String::new());
            return;
        }
        let last = text.matches('\n').count() as u32 + 1;
        if self.lineno != Some(last) {
            return;
        }
        let line = self.text.take().map(|t| t.trim_end_matches('\n').to_owned()).unwrap_or_default();
        if self.msg == "invalid syntax" && self.offset.is_some_and(|at| at as usize > line.chars().count()) {
            (self.offset, self.end_offset) = (Some(0), Some(0));
        }
        self.text = Some(line);
    }

    /// Moves the problem to a range of bytes of the source.
    pub(super) fn place(&mut self, source: &str, start: usize, end: usize) {
        let at = |offset: usize| {
            let line_start = source[..offset].rfind('\n').map_or(0, |newline| newline + 1);
            let line = source[..offset].matches('\n').count() as u32 + 1;
            (Some(line), Some(source[line_start..offset].chars().count() as u32 + 1))
        };
        (self.lineno, self.offset) = at(start);
        (self.end_lineno, self.end_offset) = at(end);
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
    if let Some((at, c)) = layout::foreign_character(source).filter(|(at, _)| error.is_unclosed_bracket || *at < error.raw_location.start().to_usize()) {
        // The tokenizer meets it before the parser can meet its own problem.
        let mut problem = SyntaxProblem::plain(ProblemKind::SyntaxError, &wording::invalid_character(c), filename);
        problem.place(source, at, at);
        return problem;
    }
    let msg = wording::message(error, source);
    let mut problem = SyntaxProblem::plain(kind_of(&msg), &msg, filename);
    if problem.kind == ProblemKind::IndentationError
        && let Some(found) = layout::indentation_problem(source, filename)
    {
        return found;
    }
    if error.is_unclosed_bracket
        && let Some(offset) = placing::stop_on_line_of_bracket(error, source)
    {
        problem.msg = "invalid syntax".to_owned();
        problem.place(source, offset.0, offset.1);
        return problem;
    }
    problem.incomplete = is_incomplete(error, &msg, source);
    if let Some((start, end)) = placing::range_of(error, &msg, source) {
        problem.place(source, start, end);
    }
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
