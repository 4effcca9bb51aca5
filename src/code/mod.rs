//! Code: the opcode table, code objects as plain data, their tables, marshal, and the bridge from the compiler.
//!
//! Nothing here knows the heap. A [`CodeTree`] is what the compiler and the standard library's blob give; the machine turns
//! its constants into objects of its own when a module is loaded or a cell is run.
pub mod exception_table;
pub mod flags;
pub mod linetable;
pub mod marshal;
pub mod opcode;
pub mod operand;
pub mod tree;
pub mod write;

pub use tree::{CodeTree, Const};
