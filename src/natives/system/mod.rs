//! What asks the simulated operating system: files, clock, threads, sockets, and the modules about them.
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[];
