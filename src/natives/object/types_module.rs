//! The module `_types`: names for built-in types that no built-in name leads to, which the library's `types` takes over.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::t;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_types",
    doc: "Define names for built-in types.",
    functions: &[],
    types: &[],
    init: Some(|vm, m| {
        let dict = vm.module_dict(m);
        for (name, ty) in NAMES {
            let ty = vm.incref(*ty);
            vm.dict_set_str(dict, name, ty);
        }
        let capsule = vm.type_of_def(&CAPSULE);
        let capsule = vm.incref(capsule);
        vm.dict_set_str(dict, "CapsuleType", capsule);
        Ok(())
    }),
};

/// As `Modules/_typesmodule.c` has them.
const NAMES: &[(&str, Ref)] = &[
    ("AsyncGeneratorType", t::ASYNC_GENERATOR),
    ("BuiltinFunctionType", t::BUILTIN),
    ("BuiltinMethodType", t::BUILTIN),
    ("CellType", t::CELL),
    ("ClassMethodDescriptorType", t::CLASSMETHOD_DESCRIPTOR),
    ("CodeType", t::CODE),
    ("CoroutineType", t::COROUTINE),
    ("EllipsisType", t::ELLIPSIS),
    ("FrameType", t::FRAME),
    ("FunctionType", t::FUNCTION),
    ("GeneratorType", t::GENERATOR),
    ("GenericAlias", t::GENERIC_ALIAS),
    ("GetSetDescriptorType", t::GETSET),
    ("LambdaType", t::FUNCTION),
    ("MappingProxyType", t::PROXY),
    ("MemberDescriptorType", t::MEMBER),
    ("MethodDescriptorType", t::METHOD_DESCRIPTOR),
    ("MethodType", t::METHOD),
    ("MethodWrapperType", t::METHOD_WRAPPER),
    ("ModuleType", t::MODULE),
    ("NoneType", t::NONE),
    ("NotImplementedType", t::NOTIMPLEMENTED),
    ("SimpleNamespace", t::NAMESPACE),
    ("TracebackType", t::TRACEBACK),
    ("UnionType", t::UNION),
    ("WrapperDescriptorType", t::SLOT_WRAPPER),
];

/// Of objects that hand C functions from one extension module to another: there are none here.
static CAPSULE: TypeDef = TypeDef {
    place: None,
    name: "PyCapsule",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW | type_flags::IMMUTABLE,
    size: (40, 0),
    doc: "What one extension module in C hands to another.",
    defs: &[],
};
