//! `dict` as data: a compact table (index slots beside an array of entries in insertion order).
mod table;
pub use table::{Dict, Entry, Probe, Step};
