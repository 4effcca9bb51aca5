//! The module `itertools`: its table.
//!
//! An iterator is a native type with a Rust state. Its `__next__` takes items by [`super::next_item`], and a loop in it calls
//! [`super::committed`] once a round is in effect.
mod combine;
mod endless;
mod group;
mod join;
mod select;
mod slice;
mod tee;
use crate::heap::Ref;
use crate::objects::{Payload, State};
use crate::vm::native::ModuleDef;
use crate::vm::{Def, Step, Vm};

/// An instance of an iterator's class, or of a subclass.
fn made(vm: &mut Vm, cls: Ref, state: impl State) -> Step {
    Ok(vm.alloc(cls, Payload::Opaque(Box::new(state))))
}
/// The end of an iterator.
fn stop(vm: &mut Vm) -> Step {
    Err(vm.stop_iteration(None))
}
/// A reference for a state to hold.
fn held(vm: &mut Vm, r: Ref) -> Ref {
    vm.heap.incref_raw(r);
    r
}
/// Lets go of what a state held.
fn drop_ref(vm: &mut Vm, r: Option<Ref>) {
    if let Some(r) = r {
        vm.heap.decref_raw(r);
    }
}

/// A type of this module: name, `__basicsize__`, doc, table.
macro_rules! iterator_type {
    ($name:literal, $size:literal, $doc:literal, $new:expr, $next:expr $(, $more:expr)*) => {
        $crate::vm::TypeDef {
            place: None,
            name: $name,
            module: "itertools",
            base: $crate::vm::t::OBJECT,
            layout: $crate::objects::class::Layout::Native,
            flags: $crate::objects::class::type_flags::BASE,
            size: ($size, 0),
            doc: $doc,
            defs: &[&[
                $new,
                $crate::vm::Def::method("__iter__", "(self, /)", $crate::natives::numbers::itself, "Implement iter(self)."),
                $crate::vm::Def::method("__next__", "(self, /)", $next, "Implement next(self)."),
                $($more),*
            ]],
        }
    };
}
use iterator_type;

static FUNCTIONS: &[Def] = &[Def::function("tee", "(iterable, n=2, /)", tee::tee, "Returns a tuple of n independent iterators.")];

pub static MODULE: ModuleDef = ModuleDef {
    name: "itertools",
    doc: "Functional tools for creating and using iterators.",
    functions: &[FUNCTIONS],
    types: &[
        &endless::COUNT,
        &endless::CYCLE,
        &endless::REPEAT,
        &join::CHAIN,
        &join::ZIP_LONGEST,
        &join::PAIRWISE,
        &select::COMPRESS,
        &select::DROPWHILE,
        &select::TAKEWHILE,
        &select::FILTERFALSE,
        &select::STARMAP,
        &select::ACCUMULATE,
        &slice::ISLICE,
        &slice::BATCHED,
        &group::GROUPBY,
        &group::GROUPER,
        &tee::TEE,
        &tee::TEE_DATA,
        &combine::PRODUCT,
        &combine::PERMUTATIONS,
        &combine::COMBINATIONS,
        &combine::COMBINATIONS_WITH_REPLACEMENT,
    ],
    init: None,
};
