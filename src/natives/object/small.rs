//! Small types: None, Ellipsis, NotImplemented, cells, modules.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::api::Cmp;
use crate::vm::native::TypeDef;
use crate::vm::{Args, Def, Step, Vm, fixed, n, t};

const fn table(place: Ref, name: &'static str, layout: Layout, flags: u32, size: (usize, usize), doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout, flags: flags | type_flags::IMMUTABLE, size, doc, defs }
}
pub static NONE: TypeDef = table(t::NONE, "NoneType", Layout::Native, 0, (16, 0), "NoneType()\n--\n\nThe type of the None singleton.", &[NONE_DEFS]);
pub static ELLIPSIS: TypeDef = table(t::ELLIPSIS, "ellipsis", Layout::Native, 0, (16, 0), "ellipsis()\n--\n\nThe type of the Ellipsis singleton.", &[ELLIPSIS_DEFS]);
pub static NOTIMPLEMENTED: TypeDef = table(t::NOTIMPLEMENTED, "NotImplementedType", Layout::Native, 0, (16, 0), "NotImplementedType()\n--\n\nThe type of the NotImplemented singleton.", &[NOTIMPLEMENTED_DEFS]);
pub static CELL: TypeDef = table(t::CELL, "cell", Layout::Native, 0, (24, 0), "Create a new cell object.", &[CELL_DEFS]);
pub static MODULE: TypeDef = table(t::MODULE, "module", Layout::Module, type_flags::BASE, (56, 0), "module(name, doc=None)\n--\n\nCreate a module object.", &[MODULE_DEFS]);

fn no_arguments(vm: &mut Vm, a: Args, name: &str, value: Ref) -> Step {
    if vm.tuple_items(a[1]).is_some_and(|x| !x.is_empty()) || a.opt(2).is_some() {
        return Err(vm.type_error(format!("{name} takes no arguments")));
    }
    Ok(vm.incref(value))
}
static NONE_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| no_arguments(vm, a, "NoneType", fixed::NONE)),
    Def::method("__repr__", "(self, /)", |vm, _| Ok(vm.intern("None")), "Return repr(self)."),
    Def::method("__bool__", "(self, /)", |vm, _| Ok(vm.bool(false)), "True if self else False"),
    Def::method("__hash__", "(self, /)", |vm, _| Ok(vm.int(0xfca8_6420)), "Return hash(self)."),
    Def::method("__eq__", "(self, value, /)", |vm, a| if a[0] == a[1] { Ok(vm.bool(true)) } else { Ok(vm.not_implemented()) }, "Return self==value."),
];
static ELLIPSIS_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| no_arguments(vm, a, "EllipsisType", fixed::ELLIPSIS)),
    Def::method("__repr__", "(self, /)", |vm, _| Ok(vm.intern("Ellipsis")), "Return repr(self)."),
    Def::method("__reduce__", "(self, /)", |vm, _| Ok(vm.intern("Ellipsis")), "Helper for pickle."),
];
static NOTIMPLEMENTED_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| no_arguments(vm, a, "NotImplementedType", fixed::NOT_IMPLEMENTED)),
    Def::method("__repr__", "(self, /)", |vm, _| Ok(vm.intern("NotImplemented")), "Return repr(self)."),
    Def::method("__bool__", "(self, /)", |vm, _| Err(vm.type_error("NotImplemented should not be used in a boolean context")), "True if self else False"),
    Def::method("__reduce__", "(self, /)", |vm, _| Ok(vm.intern("NotImplemented")), "Helper for pickle."),
];
static CELL_DEFS: &[Def] = &[
    Def::new("(cls, contents=None, /)", cell_new),
    Def::method("__repr__", "(self, /)", cell_repr, "Return repr(self)."),
    Def::method("__eq__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__gt__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", "(self, value, /)", |vm, a| cell_compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::get_set("cell_contents", cell_get, cell_set, ""),
];
fn cell_new(vm: &mut Vm, a: Args) -> Step {
    a.opt(1).iter().for_each(|r| vm.heap.incref_raw(*r));
    Ok(vm.heap.alloc(t::CELL, Payload::Cell(a.opt(1)), 0))
}
fn cell_repr(vm: &mut Vm, a: Args) -> Step {
    let inside = match vm.cell_value(a[0]) {
        Some(v) => format!("{} object at {:#x}", vm.dotted_type_name(v), v.address()),
        None => "empty".into(),
    };
    let text = format!("<cell at {:#x}: {inside}>", a[0].address());
    Ok(vm.str(text))
}
/// By their contents; an empty cell comes before a full one.
fn cell_compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.ty(a[1]) != t::CELL {
        return Ok(vm.not_implemented());
    }
    match (vm.cell_value(a[0]), vm.cell_value(a[1])) {
        (Some(x), Some(y)) => {
            let r = vm.rich_compare(x, y, op)?;
            Ok(vm.incref(r))
        }
        (x, y) => Ok(vm.bool(op.holds(x.is_some().cmp(&y.is_some())))),
    }
}
fn cell_get(vm: &mut Vm, a: Args) -> Step {
    match vm.cell_value(a[0]) {
        Some(v) => Ok(vm.incref(v)),
        None => Err(vm.value_error("cell is empty")),
    }
}
fn cell_set(vm: &mut Vm, a: Args) -> Step {
    a.opt(1).iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = vm.set_cell(a[0], a.opt(1));
    vm.replace_raw(old);
    Ok(vm.none())
}

static MODULE_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", module_new),
    Def::method("__init__", "(self, name, doc=None)", module_init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", module_repr, "Return repr(self)."),
    Def::method("__getattribute__", "(self, name, /)", module_getattribute, "Return getattr(self, name)."),
    Def::method("__dir__", "(self, /)", |vm, a| vm.tail_prelude("module_dir", &[a[0]]), "__dir__() -> list"),
    Def::get("__dict__", super::descriptors::get_dict, ""),
    Def::get_set("__annotations__", |vm, a| vm.tail_prelude("module_annotations", &[a[0]]), set_annotations, ""),
    Def::get_set("__annotate__", get_annotate, set_annotate, ""),
];
fn module_new(vm: &mut Vm, a: Args) -> Step {
    let dict = vm.dict().into_raw();
    Ok(vm.alloc(a[0], Payload::Module(Box::new(crate::objects::types::Module { dict }))))
}
fn module_init(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        let message = format!("module() argument 'name' must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let dict = vm.module_dict(a[0]);
    vm.dict_set_name(dict, n::__NAME__, a[1]);
    vm.dict_set_name(dict, n::__DOC__, a.opt(2).unwrap_or(fixed::NONE));
    for name in [n::__PACKAGE__, n::__LOADER__, n::__SPEC__] {
        vm.dict_set_name(dict, name, fixed::NONE);
    }
    Ok(vm.none())
}
fn module_repr(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("module_repr", &[a[0]])
}
fn module_getattribute(vm: &mut Vm, a: Args) -> Step {
    let name = super::object_type::attr_name(vm, a[1])?;
    match vm.native_getattr(a[0], name)? {
        crate::vm::api::Found::Value(v) => Ok(v),
        crate::vm::api::Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn set_annotations(vm: &mut Vm, a: Args) -> Step {
    let dict = vm.module_dict(a[0]);
    match a.opt(1) {
        Some(v) => vm.dict_set_name(dict, n::__ANNOTATIONS__, v),
        None => match vm.dict_del_name(dict, n::__ANNOTATIONS__) {
            Some(old) => vm.release(old),
            None => {
                let name = n::__ANNOTATIONS__;
                return Err(vm.no_attribute(a[0], name));
            }
        },
    }
    if let Some(old) = vm.dict_del_name(dict, n::__ANNOTATE__) {
        vm.release(old);
    }
    Ok(vm.none())
}
fn get_annotate(vm: &mut Vm, a: Args) -> Step {
    let dict = vm.module_dict(a[0]);
    match vm.dict_get_name(dict, n::__ANNOTATE__) {
        Some(f) => Ok(vm.incref(f)),
        None => Ok(vm.none()),
    }
}
fn set_annotate(vm: &mut Vm, a: Args) -> Step {
    let Some(v) = a.opt(1) else { return Err(vm.type_error("cannot delete __annotate__ attribute")) };
    if v != fixed::NONE && vm.lookup_special(v, n::__CALL__).is_none() {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    let dict = vm.module_dict(a[0]);
    vm.dict_set_name(dict, n::__ANNOTATE__, v);
    Ok(vm.none())
}
