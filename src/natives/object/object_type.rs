//! `object`: the base of every class.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::Payload;
use crate::vm::api::Found;
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, n, t};

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::OBJECT),
    name: "object",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Object,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (16, 0),
    doc: "object()\n--\n\nThe base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n",
    defs: &[DEFS],
};

static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", str, "Return str(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", "(self, value, /)", eq, "Return self==value."),
    Def::method("__ne__", "(self, value, /)", ne, "Return self!=value."),
    Def::method("__lt__", "(self, value, /)", unordered, "Return self<value."),
    Def::method("__le__", "(self, value, /)", unordered, "Return self<=value."),
    Def::method("__gt__", "(self, value, /)", unordered, "Return self>value."),
    Def::method("__ge__", "(self, value, /)", unordered, "Return self>=value."),
    Def::method("__getattribute__", "(self, name, /)", getattribute, "Return getattr(self, name)."),
    Def::method("__setattr__", "(self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    Def::method("__delattr__", "(self, name, /)", delattr, "Implement delattr(self, name)."),
    Def::method("__format__", "(self, format_spec, /)", format, "Default object formatter."),
    Def::method("__sizeof__", "(self, /)", sizeof, "Size of object in memory, in bytes."),
    Def::method("__dir__", "(self, /)", dir, "Default dir() implementation."),
    Def::method("__reduce__", "(self, /)", reduce, "Helper for pickle."),
    Def::method("__reduce_ex__", "(self, protocol, /)", reduce_ex, "Helper for pickle."),
    Def::method("__getstate__", "(self, /)", getstate, "Helper for pickle."),
    Def::class_method("__init_subclass__", "(cls, /)", nothing, "Called when a class is subclassed; the default does nothing."),
    Def::class_method("__subclasshook__", "(cls, subclass, /)", not_implemented, "Lets an abstract class say what counts as a subclass."),
    Def::get_set("__class__", get_class, set_class, "the object's class"),
];

/// `object.__new__`: arguments are refused unless `__init__` takes them.
fn new(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    if !vm.is_type(cls) {
        let message = format!("object.__new__(X): X is not a type object ({})", vm.dotted_type_name(cls));
        return Err(vm.type_error(message));
    }
    let excess = vm.tuple_items(a[1]).is_some_and(|x| !x.is_empty()) || a.opt(2).is_some();
    if excess {
        let own_new = vm.lookup(t::OBJECT, n::__NEW__);
        let own_init = vm.lookup(t::OBJECT, n::__INIT__);
        if vm.lookup(cls, n::__NEW__) != own_new {
            return Err(vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if vm.lookup(cls, n::__INIT__) == own_init {
            let message = format!("{}() takes no arguments", vm.type_obj(cls).name);
            return Err(vm.type_error(message));
        }
    }
    if vm.type_obj(cls).has(type_flags::ABSTRACT) {
        return abstract_error(vm, cls);
    }
    match vm.type_obj(cls).layout {
        Layout::Object if cls == t::OBJECT => Ok(vm.heap.alloc(t::OBJECT, Payload::Unit, 0)),
        Layout::Object => Ok(vm.new_instance(cls)),
        _ => {
            let base = native_base(vm, cls);
            let base = vm.type_obj(base).name.clone();
            Err(vm.type_error(format!("object.__new__({0}) is not safe, use {base}.__new__()", vm.type_obj(cls).name)))
        }
    }
}
fn maker_is_native(vm: &mut Vm, cls: Ref) -> bool {
    vm.lookup(cls, n::__NEW__).is_some_and(|f| matches!(vm.heap.get(f), Payload::Native(_)))
}
/// The class that a message names: the nearest that makes its instances natively.
fn native_base(vm: &mut Vm, cls: Ref) -> Ref {
    let mut at = cls;
    while vm.type_obj(at).has(type_flags::HEAP) && !maker_is_native(vm, at) {
        at = vm.type_obj(at).base.unwrap_or(t::OBJECT);
    }
    at
}
fn abstract_error(vm: &mut Vm, cls: Ref) -> Step {
    let names = vm.getattr(cls, n::__ABSTRACTMETHODS__)?;
    let mut names: Vec<String> = vm.collect(names)?.into_iter().map(|r| vm.lossy(r)).collect();
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    let list: Vec<String> = names.iter().map(|s| format!("'{s}'")).collect();
    let message = format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} {}",
        vm.type_obj(cls).name,
        list.join(", ")
    );
    Err(vm.type_error(message))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let excess = vm.tuple_items(a[1]).is_some_and(|x| !x.is_empty()) || a.opt(2).is_some();
    if excess {
        let ty = vm.ty(a[0]);
        let own_init = vm.lookup(t::OBJECT, n::__INIT__);
        if vm.lookup(ty, n::__INIT__) != own_init {
            return Err(vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)"));
        }
        let own_new = vm.lookup(t::OBJECT, n::__NEW__);
        if vm.lookup(ty, n::__NEW__) == own_new {
            let message = format!("{}.__init__() takes exactly one argument (the instance to initialize)", vm.dotted_type_name(a[0]));
            return Err(vm.type_error(message));
        }
    }
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = format!("<{} object at {:#x}>", vm.full_name_of_type(vm.ty(a[0])), a[0].address());
    Ok(vm.str(text))
}
fn str(vm: &mut Vm, a: Args) -> Step {
    let s = vm.repr(a[0])?;
    Ok(vm.incref(s))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.int(Vm::hash_address(a[0])))
}
fn eq(vm: &mut Vm, a: Args) -> Step {
    if a[0] == a[1] { Ok(vm.bool(true)) } else { Ok(vm.not_implemented()) }
}
/// The opposite of `__eq__`, unless that is NotImplemented.
fn ne(vm: &mut Vm, a: Args) -> Step {
    let r = vm.call_pure(a[0], n::__EQ__, &[a[1]])?;
    match r {
        Some(r) if r != fixed::NOT_IMPLEMENTED => {
            let b = vm.truth(r)?;
            Ok(vm.bool(!b))
        }
        _ => Ok(vm.not_implemented()),
    }
}
fn unordered(vm: &mut Vm, _a: Args) -> Step {
    Ok(vm.not_implemented())
}
/// The attribute name of an access: an interned str.
pub fn attr_name(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    if vm.str_of(r).is_none() {
        let message = format!("attribute name must be string, not '{}'", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    }
    Ok(vm.intern_ref(r))
}
pub fn getattribute(vm: &mut Vm, a: Args) -> Step {
    let name = attr_name(vm, a[1])?;
    match vm.native_getattr(a[0], name)? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn store(vm: &mut Vm, obj: Ref, name: Ref, value: Option<Ref>) -> Step {
    let name = attr_name(vm, name)?;
    match vm.generic_setattr(obj, name, value)? {
        None => Ok(vm.none()),
        Some((f, args)) => vm.tail_call(f, &args),
    }
}
fn setattr(vm: &mut Vm, a: Args) -> Step {
    if vm.is_type(a[0]) {
        let message = format!("can't apply this __setattr__ to {} object", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    store(vm, a[0], a[1], Some(a[2]))
}
fn delattr(vm: &mut Vm, a: Args) -> Step {
    if vm.is_type(a[0]) {
        let message = format!("can't apply this __delattr__ to {} object", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    store(vm, a[0], a[1], None)
}
fn format(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none_or(|s| !s.is_empty()) {
        let message = format!("unsupported format string passed to {}.__format__", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    let s = vm.to_str(a[0])?;
    Ok(vm.incref(s))
}
fn sizeof(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let x = vm.type_obj(ty);
    let mut size = x.basicsize;
    if x.itemsize > 0 {
        let len = vm.len_opt(a[0])?.unwrap_or(0).unsigned_abs() as usize;
        size += len * vm.type_obj(ty).itemsize;
    }
    Ok(vm.int(size as i64))
}
fn dir(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("object_dir", &[a[0]])
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("object_reduce", &[a[0]])
}
fn reduce_ex(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("object_reduce_ex", &[a[0], a[1]])
}
fn getstate(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("object_getstate", &[a[0]])
}
fn nothing(vm: &mut Vm, _a: Args) -> Step {
    Ok(vm.none())
}
fn not_implemented(vm: &mut Vm, _a: Args) -> Step {
    Ok(vm.not_implemented())
}
fn get_class(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    Ok(vm.incref(ty))
}
/// `__class__` may be assigned between classes made by class statements whose instances look alike.
fn set_class(vm: &mut Vm, a: Args) -> Step {
    let Some(new) = a.opt(1) else { return Err(vm.type_error("can't delete __class__ attribute")) };
    if !vm.is_type(new) {
        let message = format!("__class__ must be set to a class, not '{}' object", vm.dotted_type_name(new));
        return Err(vm.type_error(message));
    }
    let old = vm.ty(a[0]);
    let module_like = vm.is_subtype(new, t::MODULE) && vm.is_subtype(old, t::MODULE);
    let heap = vm.type_obj(new).has(type_flags::HEAP) && vm.type_obj(old).has(type_flags::HEAP);
    if !heap && !module_like {
        return Err(vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses"));
    }
    super::type_order::same_layout(vm, old, new, "__class__")?;
    // Inline values are laid out by the old class's keys: move them to a real dict first.
    if matches!(vm.heap.get(a[0]), Payload::Instance(_)) {
        let _ = vm.instance_dict(a[0]);
    }
    vm.heap.set_ty(a[0], new);
    Ok(vm.none())
}
