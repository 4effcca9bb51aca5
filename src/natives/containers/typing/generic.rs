//! `typing.Generic`: the class itself; its two hooks are functions of the `typing` module.
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};

pub static GENERIC: TypeDef = TypeDef {
    place: Some(t::GENERIC),
    name: "Generic",
    module: "typing",
    base: t::OBJECT,
    layout: Layout::Object,
    flags: type_flags::BASE,
    size: (16, 0),
    doc: "Abstract base class for generic types.",
    defs: &[&[
        Def::class_method("__class_getitem__", "(cls, /, *args, **kwargs)", |vm, a| hook(vm, a, "generic_class_getitem"), "Parameterizes a generic class."),
        Def::class_method("__init_subclass__", "(cls, /, *args, **kwargs)", |vm, a| hook(vm, a, "generic_init_subclass"), "Function to initialize subclasses."),
    ]],
};

fn hook(vm: &mut Vm, a: Args, function: &str) -> Step {
    let kwargs = a.opt(2).unwrap_or(fixed::NONE);
    vm.tail_prelude(function, &[a[0], a[1], kwargs])
}
