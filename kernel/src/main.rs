//! The command `pellucid`: the Jupyter kernel, and running Python files on the machine.
//!
//! Imports the library's public face (`pellucid::face`, `pellucid::session`) and nothing else of it.
#![forbid(unsafe_code)]
mod asking;
mod cell_host;
mod cli;
mod connection;
#[cfg(test)]
mod fuzz;
mod history;
mod host_fs;
mod interrupt;
mod kernelspec;
mod light;
mod outbox;
mod panics;
mod server;
mod session_thread;
mod shared;
mod socket;
mod usage;
mod wire;

fn main() -> std::process::ExitCode {
    cli::main()
}
