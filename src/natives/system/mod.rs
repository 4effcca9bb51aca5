//! What asks the simulated operating system: files, clock, threads, sockets, and the modules about them.
pub mod common;
mod contextvars;
mod errno;
pub mod io;
mod posix;
pub mod signal;
pub mod structseq;
pub mod structseq_sys;
mod thread;
mod time;

use crate::vm::native::{ModuleDef, TypeDef};
use structseq::Shape;

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] =
    &[&contextvars::MODULE, &errno::MODULE, &io::MODULE, &posix::MODULE, &signal::MODULE, &thread::MODULE, &time::MODULE];
/// Struct sequence types, for their generic methods.
static SHAPES: &[&[&Shape]] = &[structseq_sys::SHAPES, posix::SHAPES, time::SHAPES];
