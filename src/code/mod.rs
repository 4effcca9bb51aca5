//! Code: the opcode table, code objects as plain data, their tables, marshal, and the bridge from the compiler.
//!
//! Nothing here knows the heap. A [`CodeTree`] is what the compiler and the standard library's blob give; the machine turns
//! its constants into objects of its own when a module is loaded or a cell is run.
pub mod compile;
pub mod complete;
mod convert;
mod escape;
pub mod dis;
pub mod exception_table;
pub mod flags;
pub mod layout;
pub mod linetable;
pub mod marshal;
pub mod opcode;
pub mod operand;
mod placing;
pub mod problem;
pub mod segments;
pub mod source;
pub mod tree;
pub mod warn;
mod wording;
pub mod write;

pub use compile::{CompileMode, CompileOptions, Compiled, compile};
pub use problem::{ProblemKind, SyntaxProblem};
pub use tree::{CodeTree, Const, is_interned_as_constant};

#[cfg(test)]
mod tests;
