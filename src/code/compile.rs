//! From source text to a code object: the one door to the compiler.
use std::sync::Arc;

use rustpython_compiler::{CompileOpts, Mode};
use rustpython_compiler_core::bytecode::CodeFlags;

use super::flags::FUTURE_MASK;
use super::problem::{ProblemKind, SyntaxProblem};
use super::source::universal_newlines;
use super::tree::CodeTree;
use super::warn::{SyntaxWarning, tokenizer_warnings};
use super::{convert, layout};

/// What a text is compiled as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompileMode {
    /// A module: returns None.
    Exec,
    /// One expression: returns its value.
    Eval,
    /// One interactive statement: expression statements are printed by `sys.displayhook`.
    Single,
    /// A notebook cell: a module that returns the value of its last statement if that is an expression, else None.
    Cell,
}

/// How a text is compiled.
#[derive(Clone, Copy, Debug)]
pub struct CompileOptions {
    /// 0; 1 leaves out assertions and `__debug__`, 2 docstrings too.
    pub optimize: u8,
    /// `CO_FUTURE_…` bits in force without an import; other bits are ignored.
    pub future: u32,
    /// `await` outside of functions makes the code a coroutine.
    pub top_level_await: bool,
    /// `PyCF_DONT_IMPLY_DEDENT`: in [`CompileMode::Single`] a block must be ended by a newline.
    pub dont_imply_dedent: bool,
    /// `sys.get_int_max_str_digits()`, 0 for no limit.
    pub int_max_str_digits: usize,
}

impl Default for CompileOptions {
    fn default() -> Self {
        CompileOptions { optimize: 0, future: 0, top_level_await: false, dont_imply_dedent: false, int_max_str_digits: 4300 }
    }
}

/// A code object and what there is to warn about, in order of lines.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub code: Arc<CodeTree>,
    pub warnings: Vec<SyntaxWarning>,
}

/// Compiles a text.
///
/// # Errors
/// What Python raises as SyntaxError or one of its subclasses, or RecursionError.
pub fn compile(source: &str, filename: &str, mode: CompileMode, options: &CompileOptions) -> Result<Compiled, SyntaxProblem> {
    if source.contains('\0') {
        return Err(SyntaxProblem::plain(ProblemKind::SyntaxError, "source code string cannot contain null bytes", filename));
    }
    let source = universal_newlines(source);
    if layout::is_indented_far(&source)
        && let Some(problem) = layout::indentation_problem(&source, filename)
    {
        return Err(problem);
    }
    layout::on_large_stack(&source, || compile_here(&source, filename, mode, options)).unwrap_or_else(|| {
        let msg = "maximum recursion depth exceeded during compilation";
        Err(SyntaxProblem::plain(ProblemKind::RecursionError, msg, filename))
    })
}

fn compile_here(source: &str, filename: &str, mode: CompileMode, options: &CompileOptions) -> Result<Compiled, SyntaxProblem> {
    let mut warnings = Vec::new();
    let mut collect = |location: rustpython_compiler_core::SourceLocation, msg: String| {
        let offset = location.character_offset.get() as u32;
        warnings.push(SyntaxWarning { msg, lineno: location.line.get() as u32, offset, end_offset: offset, text: None });
        Ok(())
    };
    // Leading blanks are part of an expression's layout for the parser, not for `eval`.
    let text = if mode == CompileMode::Eval { source.trim_start_matches([' ', '\t']) } else { source };
    let opts = compiler_options(options);
    let compiled = rustpython_compiler::compile_with_syntax_warning_handler(text, compiler_mode(mode, text), filename, opts, &mut collect);
    let code = compiled.map_err(|error| {
        let error = match mode {
            // Some messages depend on the mode; a cell's are a module's.
            CompileMode::Cell => rustpython_compiler::compile(text, Mode::Exec, filename, compiler_options(options)).err().unwrap_or(error),
            _ => error,
        };
        let mut problem = SyntaxProblem::from_compiler(error, text, filename);
        if matches!(mode, CompileMode::Eval | CompileMode::Single) && !text.ends_with('\n') {
            problem.in_unended_text(text);
        }
        problem
    })?;
    let mut all = tokenizer_warnings(text);
    all.append(&mut warnings);
    all.sort_by_key(|warning| warning.lineno);
    Ok(Compiled { code: Arc::new(convert::code_tree(&code)), warnings: all })
}

fn compiler_mode(mode: CompileMode, text: &str) -> Mode {
    match mode {
        CompileMode::Exec => Mode::Exec,
        CompileMode::Eval => Mode::Eval,
        CompileMode::Single => Mode::Single,
        CompileMode::Cell if ends_in_expression(text) => Mode::BlockExpr,
        CompileMode::Cell => Mode::Exec,
    }
}

/// Whether a cell has a value: its last statement is an expression. (The compiler's mode for that would give the value
/// of a last `def` or `class` too.)
fn ends_in_expression(text: &str) -> bool {
    ruff_python_parser::parse_module(text).is_ok_and(|m| m.syntax().body.last().is_some_and(|s| s.is_expr_stmt()))
}

fn compiler_options(options: &CompileOptions) -> CompileOpts {
    CompileOpts {
        optimize: options.optimize,
        debug_ranges: true,
        int_max_str_digits: options.int_max_str_digits,
        allow_top_level_await: options.top_level_await,
        future_features: CodeFlags::from_bits_truncate(options.future & FUTURE_MASK),
        dont_imply_dedent: options.dont_imply_dedent,
        recursion_limit: layout::RECURSION_LIMIT,
    }
}
