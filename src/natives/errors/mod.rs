//! Exceptions, warnings, tracebacks, `sys`, syntax trees.
pub mod types;

pub use types::named::{import_error, name_error};
pub use types::os_error::{os_error, os_error2};
pub use types::unicode_error::{unicode_decode_error, unicode_encode_error};

use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = types::table::ALL;
pub static MODULES: &[&ModuleDef] = &[&PELLUCID];

/// What only this machine has.
static PELLUCID: ModuleDef = ModuleDef {
    name: "pellucid",
    doc: "What this machine has that others have not.",
    functions: &[],
    types: &[&types::table::UNSUPPORTED],
    init: None,
};
