//! Functions written in Rust: the built-in types' methods, `builtins`, and the modules, by subject.
//!
//! Adding one is a row in its type's or module's table; a new type or module is one line in its subject's list.
pub mod containers;
pub mod errors;
pub mod lenses;
pub mod numbers;
pub mod object;
pub mod system;
pub mod text;
use crate::vm::native::{ModuleDef, TypeDef};

/// Every built-in type with a fixed place.
pub static TYPES: &[&[&TypeDef]] = &[object::TYPES, numbers::TYPES, text::TYPES, containers::TYPES, containers::VIEWS, containers::SIMPLE, containers::LAZY, containers::OLD, containers::FILTER, containers::TYPE_PARAMS, errors::TYPES, system::TYPES];
/// Every module written in Rust.
pub static MODULES: &[&[&ModuleDef]] =
    &[object::MODULES, numbers::MODULES, text::MODULES, containers::MODULES, errors::MODULES, system::MODULES];
