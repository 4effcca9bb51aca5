//! `object`, `type`, functions, descriptors, modules, generators; `builtins` and the machine's own helpers.
mod abc_module;
mod async_generator;
mod builtins;
mod calls;
pub mod instance_check;
mod code_type;
mod descriptors;
mod display;
mod function;
mod gc_module;
mod generator;
mod helpers;
mod importing;
pub mod marshal_module;
mod object_type;
mod small;
mod type_new;
pub use async_generator::turned_by;
pub use gc_module::collector as gc_collector;
pub use type_new::refusal;
mod type_order;
mod type_type;
mod types_module;
pub mod weakref;
mod xxsubtype;
use crate::vm::native::{ModuleDef, TypeDef};

pub static TYPES: &[&TypeDef] = &[
    &object_type::TYPE,
    &type_type::TYPE,
    &function::FUNCTION,
    &function::METHOD,
    &function::BUILTIN,
    &function::METHOD_DESCRIPTOR,
    &function::SLOT_WRAPPER,
    &function::METHOD_WRAPPER,
    &function::CLASSMETHOD_DESCRIPTOR,
    &descriptors::GETSET,
    &descriptors::MEMBER,
    &descriptors::PROPERTY,
    &descriptors::STATICMETHOD,
    &descriptors::CLASSMETHOD,
    &descriptors::SUPER,
    &small::NONE,
    &small::ELLIPSIS,
    &small::NOTIMPLEMENTED,
    &small::CELL,
    &small::MODULE,
    &code_type::CODE,
    &code_type::FRAME,
    &code_type::TRACEBACK,
    &weakref::TYPE,
    &generator::GENERATOR,
    &generator::COROUTINE,
    &generator::COROUTINE_WRAPPER,
    &async_generator::ASYNC_GENERATOR,
    &async_generator::ASEND,
    &async_generator::ATHROW,
    &xxsubtype::SPAMLIST,
    &xxsubtype::SPAMDICT,
];
pub static MODULES: &[&ModuleDef] = &[&abc_module::MODULE, &builtins::MODULE, &display::MODULE, &gc_module::MODULE, &helpers::MODULE, &importing::MODULE, &marshal_module::MODULE, &types_module::MODULE, &weakref::MODULE, &xxsubtype::MODULE];

/// Types that are names in `builtins`, exceptions aside.
pub const IN_BUILTINS: &[&str] = &[
    "object", "type", "int", "bool", "float", "complex", "str", "bytes", "bytearray", "tuple", "list", "dict", "set",
    "frozenset", "slice", "range", "property", "staticmethod", "classmethod", "super", "reversed", "enumerate", "zip",
    "map", "filter", "memoryview",
];
