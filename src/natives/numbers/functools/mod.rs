//! The module `_functools`.
mod cache;
mod key;
mod partial;
pub use partial::namespace as instance_namespace;
use super::set_in_module;
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Ask, Def, Step, Vm};
pub use partial::{TYPE as PARTIAL, full_name, shown_arguments};

/// `reduce(function, iterable, /[, initial])`.
fn reduce(vm: &mut Vm, a: Args) -> Step {
    match a.opt(2) {
        Some(initial) => vm.tail_prelude("functools_reduce", &[a[0], a[1], initial]),
        None => vm.tail_prelude("functools_reduce", &[a[0], a[1]]),
    }
}
static FUNCTIONS: &[Def] = &[
    Def::function("reduce", "(function, iterable, /, initial=<unrepresentable>)", reduce, "Apply a function of two arguments cumulatively to the items of an iterable, from left to right."),
    Def::function("cmp_to_key", "(mycmp)", key::cmp_to_key, "Convert a cmp= function into a key= function."),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let placeholder = partial::placeholder(vm);
    let placeholder = vm.incref(placeholder);
    set_in_module(vm, module, "Placeholder", placeholder);
    for def in [&partial::TYPE, &cache::TYPE] {
        let ty = vm.type_of_def(def);
        let x = vm.type_obj_mut(ty);
        (x.has_dict, x.has_weakref) = (true, true);
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_functools",
    doc: "Tools that operate on functions.",
    functions: &[FUNCTIONS],
    types: &[&partial::TYPE, &partial::PLACEHOLDER, &cache::TYPE],
    init: Some(init),
};
