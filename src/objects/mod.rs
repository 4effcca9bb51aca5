//! The built-in objects as data, and the pure algorithms on them. Methods that Python sees are in `natives/`.
pub mod alias;
pub mod byte_growth;
pub mod class;
pub mod code;
pub mod complex_ops;
pub mod dict;
pub mod exception;
pub mod fixed;
pub mod float_ops;
pub mod float_text;
pub mod format_spec;
pub mod frame;
pub mod function;
pub mod generator;
pub mod instance;
pub mod int_ops;
pub mod int_text;
pub mod iter;
pub mod list;
pub mod payload;
pub mod set;
pub mod str;
pub mod tuple;
pub mod types;
pub use payload::{Payload, State};
/// The machine's heap.
pub type Heap = crate::heap::Heap<Payload>;
