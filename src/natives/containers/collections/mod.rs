//! `_collections`: deque, defaultdict, and the helpers of Counter and namedtuple.
mod count;
mod defaultdict;
pub mod deque;
mod deque_access;
mod deque_iter;
mod ordered;
mod tuple_getter;
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Ask, Vm};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_collections",
    doc: "High performance data structures.",
    functions: &[count::DEFS],
    types: &[&deque::DEQUE, &defaultdict::DEFAULTDICT, &ordered::ORDERED_DICT, &deque_iter::FORWARD, &deque_iter::BACKWARD, &tuple_getter::TUPLE_GETTER],
    init: Some(init),
};

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    ordered::finish_type(vm);
    defaultdict::reserve_slot(vm, module)
}
