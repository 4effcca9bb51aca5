//! What asks the simulated operating system: files, clock, threads, sockets, and the modules about them.
mod atexit;
pub mod asyncio;
pub mod common;
mod contextvars;
mod errno;
pub mod interpreters;
pub mod io;
mod locale;
pub mod multiprocessing;
pub mod net;
mod posix;
pub mod queue;
pub mod signal;
mod small;
pub mod structseq;
pub mod structseq_sys;
pub mod thread;
mod time;

use crate::vm::native::{ModuleDef, TypeDef};
pub use io::{make_standard_streams, take_output, waiting_output, write_first, write_stdout_fast};
use structseq::Shape;

pub static TYPES: &[&TypeDef] = &[];
pub static MODULES: &[&ModuleDef] = &[
    &asyncio::MODULE,
    &atexit::MODULE,
    &contextvars::MODULE,
    &errno::MODULE,
    &interpreters::MODULE,
    &interpreters::QUEUES,
    &io::MODULE,
    &locale::MODULE,
    &multiprocessing::MODULE,
    &net::MODULE,
    &net::select::MODULE,
    &posix::MODULE,
    &queue::MODULE,
    &signal::MODULE,
    &small::FAULTHANDLER,
    &small::FCNTL,
    &small::GRP,
    &small::POSIXSUBPROCESS,
    &small::PWD,
    &small::RESOURCE,
    &thread::MODULE,
    &time::MODULE,
];
/// Struct sequence types, for their generic methods.
static SHAPES: &[&[&Shape]] = &[structseq_sys::SHAPES, posix::SHAPES, small::SHAPES, time::SHAPES];
