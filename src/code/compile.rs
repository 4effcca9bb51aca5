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

/// Levels of the syntax tree that the compiler walks. More is a `RecursionError`, as in CPython, where the number depends
/// on the native stack.
const RECURSION_LIMIT: usize = 3000;
/// Native stack for compiling: enough for [`RECURSION_LIMIT`] levels, and to drop the deepest tree that the parser makes. Only touched
/// pages cost memory.
const STACK: usize = 512 << 20;

/// Compiles a text.
///
/// # Errors
/// What Python raises as SyntaxError or one of its subclasses, or RecursionError.
pub fn compile(source: &str, filename: &str, mode: CompileMode, options: &CompileOptions) -> Result<Compiled, SyntaxProblem> {
    if source.contains('\0') {
        return Err(SyntaxProblem::plain(ProblemKind::SyntaxError, "source code string cannot contain null bytes", filename));
    }
    let source = universal_newlines(source);
    on_large_stack(|| compile_here(&source, filename, mode, options))
}

/// Runs a task that recurses over a syntax tree on a stack of its own.
pub(super) fn on_large_stack<T>(task: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, task)
}

/// The problem that nesting or indentation is before there is a tree.
pub(super) fn refused_at_sight(source: &str, filename: &str) -> Option<SyntaxProblem> {
    if layout::nests_too_deeply(source) {
        let msg = "maximum recursion depth exceeded during compilation";
        return Some(SyntaxProblem::plain(ProblemKind::RecursionError, msg, filename));
    }
    if layout::is_indented_far(source) { layout::indentation_problem(source, filename) } else { None }
}

fn compile_here(source: &str, filename: &str, mode: CompileMode, options: &CompileOptions) -> Result<Compiled, SyntaxProblem> {
    if let Some(problem) = refused_at_sight(source, filename) {
        return Err(problem);
    }
    let mut warnings = Vec::new();
    let mut collect = |location: rustpython_compiler_core::SourceLocation, msg: String| {
        warnings.push(SyntaxWarning { msg, lineno: location.line.get() as u32 });
        Ok(())
    };
    // Leading blanks are part of an expression's layout for the parser, not for `eval`.
    let text = if mode == CompileMode::Eval { source.trim_start_matches([' ', '\t']) } else { source };
    let opts = compiler_options(options);
    let compiled = rustpython_compiler::compile_with_syntax_warning_handler(text, compiler_mode(mode), filename, opts, &mut collect);
    let code = compiled.map_err(|error| {
        let error = match mode {
            // Some messages depend on the mode; a cell's are a module's.
            CompileMode::Cell => rustpython_compiler::compile(text, Mode::Exec, filename, compiler_options(options)).err().unwrap_or(error),
            _ => error,
        };
        SyntaxProblem::from_compiler(error, text, filename)
    })?;
    let mut all = tokenizer_warnings(text);
    all.append(&mut warnings);
    all.sort_by_key(|warning| warning.lineno);
    Ok(Compiled { code: Arc::new(convert::code_tree(&code)), warnings: all })
}

fn compiler_mode(mode: CompileMode) -> Mode {
    match mode {
        CompileMode::Exec => Mode::Exec,
        CompileMode::Eval => Mode::Eval,
        CompileMode::Single => Mode::Single,
        CompileMode::Cell => Mode::BlockExpr,
    }
}

fn compiler_options(options: &CompileOptions) -> CompileOpts {
    CompileOpts {
        optimize: options.optimize,
        debug_ranges: true,
        int_max_str_digits: options.int_max_str_digits,
        allow_top_level_await: options.top_level_await,
        future_features: CodeFlags::from_bits_truncate(options.future & FUTURE_MASK),
        dont_imply_dedent: options.dont_imply_dedent,
        recursion_limit: RECURSION_LIMIT,
    }
}
