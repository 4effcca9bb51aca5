//! The built-in iterators as Python sees them.
mod filter;
mod lazy;
mod old;
mod ready;
mod simple;
mod state;
pub use filter::TYPES as FILTER;
pub use lazy::TYPES as LAZY;
pub use old::TYPES as OLD;
pub use simple::TYPES as SIMPLE;
