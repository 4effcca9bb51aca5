//! Lenses: the cell commands that look into the machine.
pub mod memory;
mod parse;
mod run;
pub mod view;

pub use run::{names, run_magic};
