//! Lenses: the cell commands that look into the machine.
pub mod claims;
pub mod explore;
pub mod memory;
mod net;
mod parse;
mod run;
mod sched;
mod step;
mod timeline;
pub mod view;
mod watch;
mod watched;

pub use run::{is_cell_lens, names, plan, run_magic};
pub use watch::{display, begin, end};
