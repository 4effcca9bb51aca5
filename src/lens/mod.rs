//! Lenses: the cell commands that look into the machine.
pub mod view;
