//! Numbers: `int`, `float`, `complex`, `bool`, and the modules about them.
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[];
