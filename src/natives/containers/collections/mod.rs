//! `_collections`: deque, defaultdict, and the helpers of Counter and namedtuple.
mod count;
mod defaultdict;
pub mod deque;
mod deque_access;
mod deque_iter;
mod tuple_getter;
use crate::vm::native::ModuleDef;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    doc: "High performance data structures.",
    functions: &[count::DEFS],
    types: &[&deque::DEQUE, &defaultdict::DEFAULTDICT, &deque_iter::FORWARD, &deque_iter::BACKWARD, &tuple_getter::TUPLE_GETTER],
    init: Some(defaultdict::reserve_slot),
};
