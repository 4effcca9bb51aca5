//! `_typing`: type variables, type aliases and `Generic`, which the `typing` module takes from here.
mod alias_type;
mod generic;
mod param;
mod params;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};
pub use params::HELPERS;

pub static TYPES: &[&TypeDef] = &[
    &params::TYPEVAR, &params::PARAMSPEC, &params::PARAMSPEC_ARGS, &params::PARAMSPEC_KWARGS, &params::TYPEVARTUPLE,
    &alias_type::TYPEALIAS, &generic::GENERIC,
];

pub static MODULE: ModuleDef = ModuleDef {
    name: "_typing",
    doc: "Primitives and accelerators for the typing module.",
    functions: &[&[Def::function("_idfunc", "(x, /)", |vm, a| Ok(vm.incref(a[0])), "")]],
    types: &[
        &params::TYPEVAR, &params::PARAMSPEC, &params::PARAMSPEC_ARGS, &params::PARAMSPEC_KWARGS, &params::TYPEVARTUPLE,
        &alias_type::TYPEALIAS, &generic::GENERIC, &super::union::UNION,
    ],
    init: Some(add_no_default),
};

/// The type of `typing.NoDefault`, which has one instance.
static NO_DEFAULT_TYPE: TypeDef = TypeDef {
    place: None,
    name: "NoDefaultType",
    module: "typing",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE,
    size: (16, 0),
    doc: "The type of the NoDefault singleton.",
    defs: &[&[
        Def::new("(cls)", |vm, _| { let r = no_default(vm); Ok(vm.incref(r)) }),
        Def::method("__repr__", "(self, /)", |vm, _| Ok(vm.str("typing.NoDefault")), "Return repr(self)."),
        Def::plain("__reduce__", "(self, /)", |vm, _| Ok(vm.intern("NoDefault")), ""),
    ]],
};

/// `typing.NoDefault` (borrowed).
pub fn no_default(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get("typing.NoDefault") {
        return *r;
    }
    let ty = vm.type_of_def(&NO_DEFAULT_TYPE);
    let r = vm.heap.alloc(ty, crate::objects::Payload::Unit, 0).into_raw();
    vm.heap.make_immortal(r);
    vm.registry.insert("typing.NoDefault", r);
    r
}

fn add_no_default(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let r = no_default(vm);
    let crate::objects::Payload::Module(m) = vm.heap.get(module) else { return Ok(()) };
    let dict = m.dict;
    let r = vm.incref(r);
    vm.dict_set_str(dict, "NoDefault", r);
    Ok(())
}

/// A type with a fixed place that belongs to the `typing` module.
const fn def(place: Ref, name: &'static str, size: usize, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "typing", base: t::OBJECT, layout: Layout::Native, flags: type_flags::IMMUTABLE, size: (size, 0), doc, defs }
}

/// A prelude function with the receiver alone.
fn ask_prelude(vm: &mut Vm, name: &str, a: Args) -> Step {
    let r = vm.prelude(name, &[a[0]])?;
    Ok(vm.incref(r))
}
