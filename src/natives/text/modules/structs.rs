//! The module `_struct`: C structures as bytes.
mod functions;
mod layout;
use crate::heap::Ref;
use crate::objects::State;
use crate::objects::class::{Layout as TypeLayout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Ask, Vm, t};
use layout::Layout;
use std::sync::Arc;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_struct",
    doc: "Functions to convert between Python values and C structs, as bytes objects.",
    functions: &[functions::FUNCTIONS],
    types: &[&STRUCT, &ERROR],
    init: None,
};
static ERROR: TypeDef = TypeDef {
    place: None,
    name: "error",
    module: "struct",
    base: t::EXCEPTION,
    layout: TypeLayout::Exception,
    flags: type_flags::BASE,
    size: (72, 0),
    doc: "",
    defs: &[],
};
static STRUCT: TypeDef = TypeDef {
    place: None,
    name: "Struct",
    module: "_struct",
    base: t::OBJECT,
    layout: TypeLayout::Native,
    flags: type_flags::BASE,
    size: (64, 0),
    doc: "A compiled format.",
    defs: &[functions::METHODS],
};
static ITERATOR: TypeDef = TypeDef {
    place: None,
    name: "unpack_iterator",
    module: "_struct",
    base: t::OBJECT,
    layout: TypeLayout::Native,
    flags: type_flags::NO_NEW,
    size: (40, 0),
    doc: "",
    defs: &[functions::ITERATOR_METHODS],
};

/// State of `Struct`.
#[derive(Clone)]
pub struct Struct {
    pub format: String,
    pub layout: Arc<Layout>,
}
/// State of `iter_unpack`: the data and how far it is.
#[derive(Clone)]
pub struct Unpacking {
    layout: Arc<Layout>,
    data: Arc<[u8]>,
    at: usize,
}
macro_rules! plain_state {
    ($ty:ty) => {
        impl State for $ty {
            fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
            fn is_container(&self) -> bool {
                false
            }
        }
    };
}
plain_state!(Struct);
plain_state!(Unpacking);

/// `struct.error`.
fn error(vm: &mut Vm, message: impl Into<String>) -> Ask {
    let ty = vm.type_of_def(&ERROR);
    vm.error(ty, message)
}
