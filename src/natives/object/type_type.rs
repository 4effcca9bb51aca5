//! `type`: the class of classes.
use super::object_type::attr_name;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, mro, type_flags};
use crate::vm::api::Found;
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, n, t};

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::TYPE),
    name: "type",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Type,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (928, 40),
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    defs: &[DEFS],
};

static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__getattribute__", "(self, name, /)", getattribute, "Return getattr(self, name)."),
    Def::method("__setattr__", "(self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    Def::method("__delattr__", "(self, name, /)", delattr, "Implement delattr(self, name)."),
    Def::method("__or__", "(self, value, /)", or, "Return self|value."),
    Def::method("__ror__", "(self, value, /)", ror, "Return value|self."),
    Def::method("mro", "(self, /)", mro_method, "Return a type's method resolution order."),
    Def::method("__subclasses__", "(self, /)", subclasses, "Return a list of immediate subclasses."),
    Def::method("__instancecheck__", "(self, instance, /)", instancecheck, "Check if an object is an instance."),
    Def::method("__subclasscheck__", "(self, subclass, /)", subclasscheck, "Check if a class is a subclass."),
    Def::method("__dir__", "(self, /)", dir, "Specialized __dir__ implementation for types."),
    Def::method("__sizeof__", "(self, /)", sizeof, "Return memory consumption of the type object."),
    Def::class_method("__prepare__", "(cls, /, *args, **kwargs)", prepare, "Create the namespace for the class statement"),
    Def::get_set("__name__", get_name, set_name, ""),
    Def::get_set("__qualname__", get_qualname, set_qualname, ""),
    Def::get_set("__module__", get_module, set_module, ""),
    Def::get_set("__bases__", get_bases, set_bases, ""),
    Def::get("__base__", get_base, ""),
    Def::get("__mro__", get_mro, ""),
    Def::get("__dict__", get_dict, ""),
    Def::get_set("__doc__", get_doc, set_doc, ""),
    Def::get_set("__abstractmethods__", get_abstract, set_abstract, ""),
    Def::get("__basicsize__", |vm, a| Ok(vm.int(vm.type_obj(a[0]).basicsize as i64)), ""),
    Def::get("__itemsize__", |vm, a| Ok(vm.int(vm.type_obj(a[0]).itemsize as i64)), ""),
    Def::get("__flags__", get_flags, ""),
    Def::get("__dictoffset__", |vm, a| Ok(vm.int(if vm.type_obj(a[0]).has_dict { -1 } else { 0 })), ""),
    Def::get("__weakrefoffset__", |vm, a| Ok(vm.int(if vm.type_obj(a[0]).has_weakref { -32 } else { 0 })), ""),
    Def::get("__text_signature__", get_text_signature, ""),
    Def::get_set("__annotations__", get_annotations, set_annotations, ""),
    Def::get_set("__annotate__", get_annotate, set_annotate, ""),
    Def::get_set("__type_params__", get_type_params, set_type_params, ""),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let args: Vec<Ref> = vm.tuple_items(a[1]).unwrap_or(&[]).to_vec();
    if args.len() != 3 {
        let message = format!("type.__new__() takes exactly 3 arguments ({} given)", args.len());
        let message = if a[0] == t::TYPE { "type() takes 1 or 3 arguments".to_owned() } else { message };
        return Err(vm.type_error(message));
    }
    let kwargs = a.opt(2).unwrap_or(fixed::NONE);
    vm.tail_prelude("type_new", &[a[0], args[0], args[1], args[2], kwargs])
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let count = vm.tuple_items(a[1]).map_or(0, |x| x.len());
    if count != 1 && count != 3 {
        return Err(vm.type_error("type.__init__() takes 1 or 3 arguments"));
    }
    Ok(vm.none())
}
fn call(vm: &mut Vm, a: Args) -> Step {
    super::calls::type_call(vm, a)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = format!("<class '{}'>", vm.full_name_of_type(a[0]));
    Ok(vm.str(text))
}
fn getattribute(vm: &mut Vm, a: Args) -> Step {
    let name = attr_name(vm, a[1])?;
    match vm.type_getattr(a[0], name)? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn store(vm: &mut Vm, cls: Ref, name: Ref, value: Option<Ref>) -> Step {
    let name = attr_name(vm, name)?;
    match vm.type_setattr(cls, name, value)? {
        None => Ok(vm.none()),
        Some((f, args)) => vm.tail_call(f, &args),
    }
}
fn setattr(vm: &mut Vm, a: Args) -> Step {
    store(vm, a[0], a[1], Some(a[2]))
}
fn delattr(vm: &mut Vm, a: Args) -> Step {
    store(vm, a[0], a[1], None)
}
fn or(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("make_union", &[a[0], a[1]])
}
fn ror(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("make_union", &[a[1], a[0]])
}
fn mro_method(vm: &mut Vm, a: Args) -> Step {
    let order = linearise(vm, a[0])?;
    Ok(vm.list_of(&order))
}
/// C3 of a class by its bases as they are now.
pub fn linearise(vm: &mut Vm, cls: Ref) -> Result<Vec<Ref>, Ask> {
    let bases = vm.type_obj(cls).bases.clone();
    linearise_bases(vm, cls, &bases)
}
pub fn linearise_bases(vm: &mut Vm, cls: Ref, bases: &[Ref]) -> Result<Vec<Ref>, Ask> {
    if let Some(base) = bases.iter().find(|b| vm.type_obj(**b).mro.is_empty()) {
        let message = format!("Cannot extend an incomplete type '{}'", vm.full_name_of_type(*base));
        return Err(vm.type_error(message));
    }
    let mut lists: Vec<Vec<Ref>> = bases.iter().map(|b| vm.type_obj(*b).mro.clone()).collect();
    lists.push(bases.to_vec());
    match mro::merge(lists, None) {
        Ok(rest) => Ok([cls].into_iter().chain(rest).collect()),
        Err(heads) => {
            let names: Vec<String> = heads.iter().map(|h| vm.type_obj(*h).name.clone()).collect();
            Err(vm.type_error(format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            )))
        }
    }
}
fn subclasses(vm: &mut Vm, a: Args) -> Step {
    let list = vm.type_obj(a[0]).subclasses.clone();
    Ok(vm.list_of(&list))
}
fn instancecheck(vm: &mut Vm, a: Args) -> Step {
    let b = vm.real_isinstance(a[1], a[0])?;
    Ok(vm.bool(b))
}
fn subclasscheck(vm: &mut Vm, a: Args) -> Step {
    let b = vm.real_issubclass(a[1], a[0])?;
    Ok(vm.bool(b))
}
fn dir(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("type_dir", &[a[0]])
}
fn sizeof(vm: &mut Vm, a: Args) -> Step {
    // A class made by a class statement carries its slots and, when its instances share keys, their table.
    let x = vm.type_obj(a[0]);
    let shares = x.has_dict && matches!(x.layout, Layout::Object);
    Ok(vm.int(match x.has(type_flags::HEAP) {
        true => 936 + if shares { 768 } else { 0 },
        false => 416,
    }))
}
fn prepare(vm: &mut Vm, _a: Args) -> Step {
    Ok(vm.dict())
}

/// The value a class's own namespace has under a name.
fn own(vm: &Vm, cls: Ref, name: Ref) -> Option<Ref> {
    // What `type` has under such a name is the attribute of all classes, not its own.
    vm.dict_get_name(vm.type_obj(cls).dict, name).filter(|v| cls != t::TYPE || vm.ty(*v) != t::GETSET)
}
fn check_mutable(vm: &mut Vm, cls: Ref, name: &str) -> Result<(), Ask> {
    if vm.type_obj(cls).has(type_flags::HEAP) {
        return Ok(());
    }
    let message = format!("cannot set '{name}' attribute of immutable type '{}'", vm.type_obj(cls).name);
    Err(vm.type_error(message))
}
/// For attributes that may be set, and not deleted.
fn check_kept(vm: &mut Vm, a: &Args, name: &str) -> Result<(), Ask> {
    check_mutable(vm, a[0], name)?;
    if a.opt(1).is_some() {
        return Ok(());
    }
    let message = format!("cannot delete '{name}' attribute of immutable type '{}'", vm.type_obj(a[0]).name);
    Err(vm.type_error(message))
}
fn set_own(vm: &mut Vm, cls: Ref, key: Ref, value: Option<Ref>, name: &str) -> Step {
    check_mutable(vm, cls, name)?;
    let dict = vm.type_obj(cls).dict;
    match value {
        Some(v) => vm.dict_set_name(dict, key, v),
        None => {
            if let Some(old) = vm.dict_del_name(dict, key) {
                vm.release(old);
            }
        }
    }
    vm.type_modified(cls);
    Ok(vm.none())
}
fn get_name(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_obj(a[0]).name.clone();
    Ok(vm.intern(&name))
}
fn set_name(vm: &mut Vm, a: Args) -> Step {
    check_kept(vm, &a, "__name__")?;
    let v = a[1];
    let Some(text) = vm.utf8(v).map(str::to_owned) else {
        let message = format!("can only assign string to {}.__name__, not '{}'", vm.type_obj(a[0]).name, vm.dotted_type_name(v));
        return Err(vm.type_error(message));
    };
    if text.contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    vm.type_obj_mut(a[0]).name = text;
    Ok(vm.none())
}
fn get_qualname(vm: &mut Vm, a: Args) -> Step {
    let q = vm.type_obj(a[0]).qualname;
    Ok(vm.incref(q))
}
fn set_qualname(vm: &mut Vm, a: Args) -> Step {
    check_kept(vm, &a, "__qualname__")?;
    let v = a[1];
    if vm.str_of(v).is_none() {
        let message = format!("can only assign string to {}.__qualname__, not '{}'", vm.type_obj(a[0]).name, vm.dotted_type_name(v));
        return Err(vm.type_error(message));
    }
    vm.heap.incref_raw(v);
    let old = std::mem::replace(&mut vm.type_obj_mut(a[0]).qualname, v);
    vm.heap.decref_raw(old);
    Ok(vm.none())
}
fn get_module(vm: &mut Vm, a: Args) -> Step {
    match own(vm, a[0], n::__MODULE__) {
        Some(v) if !matches!(vm.heap.get(v), Payload::GetSet(_)) => Ok(vm.incref(v)),
        None if vm.type_obj(a[0]).has(type_flags::HEAP) => Err(vm.no_attribute(a[0], n::__MODULE__)),
        _ => Ok(vm.intern("builtins")),
    }
}
fn set_module(vm: &mut Vm, a: Args) -> Step {
    check_kept(vm, &a, "__module__")?;
    set_own(vm, a[0], n::__MODULE__, a.opt(1), "__module__")
}
fn get_bases(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.bases_of(a[0]))
}
fn set_bases(vm: &mut Vm, a: Args) -> Step {
    check_kept(vm, &a, "__bases__")?;
    vm.tail_prelude("type_set_bases", &[a[0], a[1]])
}
fn get_base(vm: &mut Vm, a: Args) -> Step {
    match vm.type_obj(a[0]).base {
        Some(b) => Ok(vm.incref(b)),
        None => Ok(vm.none()),
    }
}
fn get_mro(vm: &mut Vm, a: Args) -> Step {
    // A class whose metaclass's mro() is still running has none.
    if vm.type_obj(a[0]).mro.is_empty() { Ok(vm.none()) } else { Ok(vm.mro_of(a[0])) }
}
pub fn get_dict(vm: &mut Vm, a: Args) -> Step {
    let d = vm.type_obj(a[0]).dict;
    vm.heap.incref_raw(d);
    Ok(vm.heap.alloc(t::PROXY, Payload::Proxy(d), 0))
}
fn get_doc(vm: &mut Vm, a: Args) -> Step {
    if a[0] == t::TYPE {
        return Ok(vm.str("type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type"));
    }
    // Its namespace may hold the descriptor of its instances' documentation.
    if let Some(d) = vm.definition(a[0]).filter(|d| !d.doc.is_empty()) {
        return Ok(vm.str(d.documentation()));
    }
    let Some(doc) = own(vm, a[0], n::__DOC__) else { return Ok(vm.none()) };
    match vm.descriptor_get(doc, None, a[0])? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn set_doc(vm: &mut Vm, a: Args) -> Step {
    check_kept(vm, &a, "__doc__")?;
    set_own(vm, a[0], n::__DOC__, a.opt(1), "__doc__")
}
fn get_abstract(vm: &mut Vm, a: Args) -> Step {
    match own(vm, a[0], n::__ABSTRACTMETHODS__) {
        Some(v) if a[0] != t::TYPE => Ok(vm.incref(v)),
        _ => {
            let name = n::__ABSTRACTMETHODS__;
            Err(vm.no_attribute(a[0], name))
        }
    }
}
fn set_abstract(vm: &mut Vm, a: Args) -> Step {
    let on = match a.opt(1) {
        Some(v) => vm.truth(v)?,
        None if own(vm, a[0], n::__ABSTRACTMETHODS__).is_none() => return Err(vm.no_attribute(a[0], n::__ABSTRACTMETHODS__)),
        None => false,
    };
    let done = set_own(vm, a[0], n::__ABSTRACTMETHODS__, a.opt(1), "__abstractmethods__")?;
    let x = vm.type_obj_mut(a[0]);
    x.flags = if on { x.flags | type_flags::ABSTRACT } else { x.flags & !type_flags::ABSTRACT };
    Ok(done)
}
/// `Py_TPFLAGS_*` as far as this machine has them.
/// Built-in types whose objects the collector does not know.
pub const UNCOLLECTED: &[Ref] =
    &[t::OBJECT, t::INT, t::BOOL, t::FLOAT, t::COMPLEX, t::STR, t::BYTES, t::BYTEARRAY, t::NONE, t::RANGE, t::RANGE_ITER, t::CODE];
impl Vm {
    /// The first class along the bases that is no class statement's.
    pub fn native_base(&self, cls: Ref) -> Ref {
        let mut at = cls;
        while self.type_obj(at).has(type_flags::HEAP) {
            at = self.type_obj(at).base.unwrap_or(t::OBJECT);
        }
        at
    }
}
fn get_flags(vm: &mut Vm, a: Args) -> Step {
    let x = vm.type_obj(a[0]);
    let mut bits: i64 = 1 << 12;
    let rows = [
        (type_flags::HEAP, 9), (type_flags::BASE, 10), (type_flags::ABSTRACT, 20), (type_flags::SEQUENCE, 5),
        (type_flags::MAPPING, 6), (type_flags::MATCH_SELF, 22), (type_flags::NO_NEW, 7),
    ];
    for (flag, bit) in rows {
        bits |= i64::from(x.has(flag)) << bit;
    }
    // Made at run time in CPython too, though it is no class of a program: `copyreg` looks for the last that is not.
    bits |= i64::from(a[0] == t::GENERIC) << 9;
    let heap = x.has(type_flags::HEAP);
    // Static, immutable; or made by a class statement: known to the collector, with a dict and weak references in front.
    bits |= if heap { 1 << 14 } else { 1 << 8 | 1 << 1 | i64::from(!UNCOLLECTED.contains(&a[0])) << 14 };
    let native = vm.native_base(a[0]);
    let (x, base) = (vm.type_obj(a[0]), vm.type_obj(native));
    let (dict, weakref) = (heap && x.has_dict && !base.has_dict, heap && x.has_weakref && !base.has_weakref);
    let fixed_size = !matches!(native, t::INT | t::TUPLE | t::BYTES | t::TYPE);
    bits |= i64::from(dict) << 4 | i64::from(weakref && fixed_size) << 3 | i64::from(dict && native == t::OBJECT && x.slots == 0) << 2;
    for (base, bit) in [(t::INT, 24), (t::LIST, 25), (t::TUPLE, 26), (t::BYTES, 27), (t::STR, 28), (t::DICT, 29), (t::BASE_EXCEPTION, 30), (t::TYPE, 31)] {
        bits |= i64::from(vm.is_subtype(a[0], base)) << bit;
    }
    Ok(vm.int(bits))
}
/// The arguments that a built-in class takes: those at the head of its documentation; where that begins with calls in prose
/// ("int([x]) -> integer") none, as in CPython; otherwise what its `__new__` reads.
fn get_text_signature(vm: &mut Vm, a: Args) -> Step {
    let def = vm.definition(a[0]);
    if let Some(told) = def.and_then(TypeDef::signature) {
        return Ok(vm.str(told));
    }
    let prose = def.is_some_and(|d| d.doc.strip_prefix(d.name).is_some_and(|x| x.starts_with('(')));
    if let Some(new) = own(vm, a[0], n::__NEW__).filter(|_| !prose)
        && let Payload::Native(x) = vm.heap.get(new)
    {
        let def = vm.natives[x.native as usize].def;
        let sig = if def.shown.is_empty() { def.sig } else { def.shown };
        let sig = sig.replacen("cls, /, ", "", 1).replacen("cls, ", "", 1).replacen("(cls)", "()", 1);
        return if sig == "(*args, **kwargs)" { Ok(vm.none()) } else { Ok(vm.str(sig)) };
    }
    Ok(vm.none())
}
fn get_annotations(vm: &mut Vm, a: Args) -> Step {
    if a[0] == t::TYPE {
        return Err(vm.no_attribute(a[0], n::__ANNOTATIONS__));
    }
    vm.tail_prelude("type_annotations", &[a[0]])
}
fn set_annotations(vm: &mut Vm, a: Args) -> Step {
    check_mutable(vm, a[0], "__annotations__")?;
    let dict = vm.type_obj(a[0]).dict;
    let key = if own(vm, a[0], n::__ANNOTATIONS__).is_some() { n::__ANNOTATIONS__ } else { n::__ANNOTATIONS_CACHE__ };
    match a.opt(1) {
        Some(v) => vm.dict_set_name(dict, key, v),
        None => match vm.dict_del_name(dict, key) {
            Some(old) => vm.release(old),
            None => return Err(vm.no_attribute(a[0], n::__ANNOTATIONS__)),
        },
    }
    if let Some(old) = vm.dict_del_name(dict, n::__ANNOTATE_FUNC__) {
        vm.release(old);
    }
    vm.type_modified(a[0]);
    Ok(vm.none())
}
fn get_annotate(vm: &mut Vm, a: Args) -> Step {
    if !vm.type_obj(a[0]).has(type_flags::HEAP) {
        let name = n::__ANNOTATE__;
        return Err(vm.no_attribute(a[0], name));
    }
    match own(vm, a[0], n::__ANNOTATE_FUNC__).or_else(|| own(vm, a[0], n::__ANNOTATE__)) {
        Some(f) => Ok(vm.incref(f)),
        None => Ok(vm.none()),
    }
}
fn set_annotate(vm: &mut Vm, a: Args) -> Step {
    let Some(v) = a.opt(1) else { return Err(vm.type_error("cannot delete __annotate__ attribute")) };
    if v != fixed::NONE && vm.lookup_special(v, n::__CALL__).is_none() {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    let done = set_own(vm, a[0], n::__ANNOTATE_FUNC__, Some(v), "__annotate__")?;
    let dict = vm.type_obj(a[0]).dict;
    if let Some(old) = vm.dict_del_name(dict, n::__ANNOTATIONS_CACHE__) {
        vm.release(old);
    }
    Ok(done)
}
fn get_type_params(vm: &mut Vm, a: Args) -> Step {
    match own(vm, a[0], n::__TYPE_PARAMS__) {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.tuple_of(&[])),
    }
}
fn set_type_params(vm: &mut Vm, a: Args) -> Step {
    set_own(vm, a[0], n::__TYPE_PARAMS__, a.opt(1), "__type_params__")
}
