//! Classes as data: the type object, and the C3 linearisation.
pub mod mro;
mod type_object;
pub use type_object::{Layout, TypeObj, type_flags};
