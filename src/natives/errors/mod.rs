//! Exceptions, warnings, tracebacks.
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[];
