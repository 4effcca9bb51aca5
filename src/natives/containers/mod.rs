//! Containers and iterators, and the modules about them.
pub mod collections;
mod dict;
pub mod generic_alias;
mod heap_queue;
mod iterators;
mod bisect;
mod list;
mod namespace;
mod proxy;
mod range;
mod set;
mod slice;
pub mod support;
mod tuple;
mod typing;
mod union;
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[
    &list::LIST, &tuple::TUPLE, &dict::DICT, &set::SET, &set::FROZENSET, &range::RANGE, &slice::SLICE, &proxy::PROXY,
    &namespace::NAMESPACE, &generic_alias::GENERIC_ALIAS, &union::UNION,
];
/// More types, by subject.
pub use dict::views::TYPES as VIEWS;
pub use iterators::{FILTER, LAZY, OLD, SIMPLE};
pub use typing::TYPES as TYPE_PARAMS;
pub static MODULES: &[&ModuleDef] = &[&collections::MODULE, &heap_queue::MODULE, &bisect::MODULE, &typing::MODULE];

/// What the prelude's parts about containers need: functions of the hidden module `_pellucid`.
pub use list::HELPERS as LIST_HELPERS;
pub use list::sort::HELPERS as SORT_HELPERS;
pub use typing::HELPERS as TYPING_HELPERS;
