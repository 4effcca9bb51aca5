//! Exceptions, warnings, tracebacks, `sys`, syntax trees.
pub mod ast;
mod opcodes;
pub mod render;
pub mod sys;
pub mod types;
pub mod warnings;

pub use types::named::{import_error, name_error};
pub use types::os_error::{os_error, os_error2};
pub use types::syntax_error::{from_problem as syntax_error_from, syntax_error_of};
pub use types::unicode_error::{unicode_decode_error, unicode_encode_error};

use crate::heap::Ref;
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Ask, Vm};

pub static TYPES: &[&TypeDef] = types::table::ALL;
pub static MODULES: &[&ModuleDef] = &[&PELLUCID, &SUGGESTIONS, &sys::SYS, &sys::MONITORING, &sys::JIT, &warnings::WARNINGS, &ast::AST, &opcodes::OPCODE];

/// What only this machine has.
static PELLUCID: ModuleDef = ModuleDef {
    name: "pellucid",
    doc: "What this machine has that others have not.",
    functions: &[render::FUNCTIONS, super::lenses::FUNCTIONS, super::system::net::virtual_net::FUNCTIONS],
    types: &[&types::table::UNSUPPORTED, super::lenses::PAGE],
    init: Some(is_package),
};
/// Its submodules are files of the library.
fn is_package(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let path = vm.str("/usr/lib/python3.14/pellucid");
    let path = vm.list(vec![path]);
    vm.set_global(module, "__path__", path);
    Ok(())
}

static SUGGESTIONS: ModuleDef =
    ModuleDef { name: "_suggestions", doc: "Suggestions for misspelt names.", functions: &[render::SUGGESTIONS], types: &[], init: None };
