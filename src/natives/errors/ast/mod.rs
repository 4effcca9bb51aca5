//! Syntax trees as Python objects: `ast.parse` and `compile(…, PyCF_ONLY_AST)`.
//!
//! The node classes are Python's own (`_ast.py` of the library); here the parser's tree becomes instances of them.
//! Not here: type comments and `func_type`, which are refused.
mod build;
mod expr;
mod pattern;
mod stmt;
mod strings;

use crate::code::{CompileMode, CompileOptions, compile};
use crate::natives::errors::types::syntax_error;
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Ask, Step, Vm, t};
use build::Builder;
use ruff_python_parser::{Mode, ParseOptions, parse};

pub static AST: ModuleDef = ModuleDef {
    name: "_ast_build",
    doc: "Makes syntax trees.",
    functions: &[&[Def::function(
        "parse",
        "(source, filename, mode, classes, singletons, incomplete, /)",
        parse_native,
        "The tree of a text, of the given node classes.",
    )]],
    types: &[],
    init: None,
};

/// `parse(source: str | bytes, filename: str, mode: str, classes: dict, singletons: dict, incomplete: bool)`.
fn parse_native(vm: &mut Vm, a: Args) -> Step {
    let filename = vm.expect_str(a[1], "filename")?;
    let source = match vm.bytes_of(a[0]).map(<[u8]>::to_vec) {
        None => vm.expect_str(a[0], "source")?,
        Some(bytes) => match crate::code::source::decode_source(&bytes, &filename) {
            Ok(text) => text,
            Err(problem) => return Err(syntax_error::from_problem(vm, &problem, "", false)),
        },
    };
    let mode = vm.expect_str(a[2], "mode")?;
    if source.contains('\0') {
        return Err(vm.error(t::SYNTAX_ERROR, "source code string cannot contain null bytes"));
    }
    let source = source.strip_prefix('\u{feff}').unwrap_or(&source).replace("\r\n", "\n").replace('\r', "\n");
    let (parse_as, compile_as) = match mode.as_str() {
        "eval" => (Mode::Expression, CompileMode::Eval),
        "exec" => (Mode::Module, CompileMode::Exec),
        "single" => (Mode::Module, CompileMode::Single),
        "func_type" => return Err(vm.unsupported("compile() mode 'func_type'")),
        _ => return Err(vm.value_error("compile() mode must be 'exec', 'eval', 'single' or 'func_type'")),
    };
    let incomplete = vm.truth(a[5])?;
    let result = stacker::grow(STACK, || {
        let parsed = parse(&source, ParseOptions::from(parse_as)).map_err(|_| ())?;
        Ok(Builder::new(vm, &source, a[3], a[4]).module(parsed.syntax(), mode == "single"))
    });
    match result {
        Ok(tree) => Ok(tree),
        Err(()) => Err(refused(vm, &source, &filename, compile_as, incomplete)),
    }
}
/// Native stack for walking a tree; only touched pages cost memory.
const STACK: usize = 256 << 20;

/// The exception for a text that is not Python, in the compiler's words.
fn refused(vm: &mut Vm, source: &str, filename: &str, mode: CompileMode, incomplete: bool) -> Ask {
    match compile(source, filename, mode, &CompileOptions { top_level_await: true, ..Default::default() }) {
        Err(problem) => syntax_error::from_problem(vm, &problem, source, incomplete),
        Ok(_) => vm.error(t::SYNTAX_ERROR, "invalid syntax"),
    }
}
