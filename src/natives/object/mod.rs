//! `object`, `type`, functions, descriptors, modules, generators; `builtins` and `sys`.
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[];
