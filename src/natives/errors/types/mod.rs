//! The exception types: one table ([`table`]), and a file for each family with fields or methods of its own.
pub mod base;
pub mod errno;
pub mod fields;
pub mod group;
pub mod named;
pub mod os_error;
pub mod single;
pub mod syntax_error;
pub mod table;
pub mod unicode_error;
