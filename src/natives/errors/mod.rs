//! Exceptions, warnings, tracebacks, `sys`, syntax trees.
pub mod ast;
mod opcodes;
pub mod render;
pub mod sys;
pub mod types;
pub mod warnings;

pub use types::named::{import_error, name_error};
pub use types::os_error::{os_error, os_error2};
pub use types::syntax_error::syntax_error_of;
pub use types::unicode_error::{unicode_decode_error, unicode_encode_error};

use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = types::table::ALL;
pub static MODULES: &[&ModuleDef] = &[&PELLUCID, &SUGGESTIONS, &sys::SYS, &sys::MONITORING, &sys::JIT, &warnings::WARNINGS, &ast::AST, &opcodes::OPCODE];

/// What only this machine has.
static PELLUCID: ModuleDef = ModuleDef {
    name: "pellucid",
    doc: "What this machine has that others have not.",
    functions: &[render::FUNCTIONS, super::lenses::FUNCTIONS],
    types: &[&types::table::UNSUPPORTED, super::lenses::PAGE],
    init: None,
};

static SUGGESTIONS: ModuleDef =
    ModuleDef { name: "_suggestions", doc: "Suggestions for misspelt names.", functions: &[render::SUGGESTIONS], types: &[], init: None };
