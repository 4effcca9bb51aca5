//! The built-in iterators as Python sees them.
mod filter;
mod lazy;
mod old;
mod ready;
mod simple;
mod state;
use crate::vm::native::TypeDef;

pub static TYPES: &[&[&TypeDef]] = &[simple::TYPES, lazy::TYPES, old::TYPES, filter::TYPES];
