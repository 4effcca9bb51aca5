//! What natives may ask of the machine, in straight code: `vm.eq(a, b)?`, `vm.call(f, &[x])?`, `vm.getattr(o, name)?`.
//!
//! Each either answers at once (exact built-in types) or carries a request out of the native; see `step`.
mod ask;
pub use attribute::Found;
pub use compare::{Cmp, hash_bigint, hash_double, hash_int};
mod attribute;
mod type_attribute;
mod compare;
mod convert;
mod dicts;
mod errors;
mod iterate;
mod maker;
pub mod params;
mod represent;
mod store;
