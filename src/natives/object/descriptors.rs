//! Descriptors: getset, member, property, staticmethod, classmethod, super.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::types::{GetSet, Property, Super};
use crate::vm::api::Found;
use crate::vm::native::TypeDef;
use crate::vm::{Args, Def, Step, Vm, fixed, n, t};

const fn table(place: Ref, name: &'static str, layout: Layout, flags: u32, size: (usize, usize), doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout, flags: flags | type_flags::IMMUTABLE, size, doc, defs }
}
pub static GETSET: TypeDef = table(t::GETSET, "getset_descriptor", Layout::Native, 0, (48, 0), "", &[DATA_DEFS]);
pub static MEMBER: TypeDef = table(t::MEMBER, "member_descriptor", Layout::Native, 0, (48, 0), "", &[DATA_DEFS]);
pub static PROPERTY: TypeDef = table(t::PROPERTY, "property", Layout::Property, type_flags::BASE, (64, 0), "property(fget=None, fset=None, fdel=None, doc=None)\n--\n\nProperty attribute.", &[PROPERTY_DEFS]);
pub static STATICMETHOD: TypeDef = table(t::STATICMETHOD, "staticmethod", Layout::Wrapper, type_flags::BASE, (32, 0), "staticmethod(function, /)\n--\n\nConvert a function to be a static method.", &[WRAPPER_DEFS, STATIC_DEFS]);
pub static CLASSMETHOD: TypeDef = table(t::CLASSMETHOD, "classmethod", Layout::Wrapper, type_flags::BASE, (32, 0), "classmethod(function, /)\n--\n\nConvert a function to be a class method.", &[WRAPPER_DEFS]);
pub static SUPER: TypeDef = table(t::SUPER, "super", Layout::Super, type_flags::BASE, (40, 0), "super() -> same as super(__class__, <first argument>)", &[SUPER_DEFS]);

static DATA_DEFS: &[Def] = &[
    Def::method("__repr__", "(self, /)", data_repr, "Return repr(self)."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::method("__set__", "(self, instance, value, /)", |vm, a| data_set(vm, a[0], a[1], Some(a[2])), "Set an attribute of instance to value."),
    Def::method("__delete__", "(self, instance, /)", |vm, a| data_set(vm, a[0], a[1], None), "Delete an attribute of instance."),
    Def::member("__objclass__", |vm, a| { let (o, _) = owner_and_name(vm, a[0]); Ok(vm.incref(o)) }, ""),
    Def::member("__name__", |vm, a| { let (_, n) = owner_and_name(vm, a[0]); Ok(vm.incref(n)) }, ""),
    Def::get("__qualname__", data_qualname, ""),
    Def::get("__doc__", |vm, a| { let d = match vm.heap.get(a[0]) { Payload::GetSet(g) => vm.natives[g.native as usize].def.doc, _ => "" }; if d.is_empty() { Ok(vm.none()) } else { Ok(vm.str(d)) } }, ""),
    Def::method("__reduce__", "(self, /)", |vm, a| vm.tail_prelude("descriptor_reduce", &[a[0]]), "Helper for pickle."),
];
fn owner_and_name(vm: &Vm, r: Ref) -> (Ref, Ref) {
    match vm.heap.get(r) {
        Payload::GetSet(g) => (g.owner, g.name),
        Payload::Member(m) => (m.owner, m.name),
        _ => panic!("{r:?} is no data descriptor"),
    }
}
fn data_repr(vm: &mut Vm, a: Args) -> Step {
    let (owner, name) = owner_and_name(vm, a[0]);
    let kind = if vm.ty(a[0]) == t::GETSET { "attribute" } else { "member" };
    let text = format!("<{kind} '{}' of '{}' objects>", vm.lossy(name), vm.type_obj(owner).name);
    Ok(vm.str(text))
}
fn data_qualname(vm: &mut Vm, a: Args) -> Step {
    let (owner, name) = owner_and_name(vm, a[0]);
    let q = vm.type_obj(owner).qualname;
    let text = format!("{}.{}", vm.lossy(q), vm.lossy(name));
    Ok(vm.str(text))
}
/// `descr.__get__(obj, owner)` of every built-in descriptor.
fn get(vm: &mut Vm, a: Args) -> Step {
    let obj = a.not_none(1);
    let ty = a.not_none(2).or(obj.map(|o| vm.ty(o))).unwrap_or(t::NONE);
    if let (Some(obj), Payload::GetSet(_) | Payload::Member(_)) = (obj, vm.heap.get(a[0])) {
        let (owner, name) = owner_and_name(vm, a[0]);
        if !vm.is_a(obj, owner) {
            return Err(wrong_object(vm, owner, name, obj));
        }
    }
    match vm.descriptor_get(a[0], obj, ty)? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn wrong_object(vm: &mut Vm, owner: Ref, name: Ref, obj: Ref) -> crate::vm::Ask {
    let message = format!(
        "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
        vm.lossy(name), vm.type_obj(owner).name, vm.dotted_type_name(obj)
    );
    vm.type_error(message)
}
fn data_set(vm: &mut Vm, descr: Ref, obj: Ref, value: Option<Ref>) -> Step {
    let (owner, name) = owner_and_name(vm, descr);
    if !vm.is_a(obj, owner) {
        return Err(wrong_object(vm, owner, name, obj));
    }
    match vm.descriptor_set(descr, obj, name, value)? {
        None => Ok(vm.none()),
        Some((f, args)) => vm.tail_call(f, &args),
    }
}

static INSTANCE_DICT: Def = Def::get_set("__dict__", get_dict, set_dict, "dictionary for instance variables");
static INSTANCE_WEAKREF: Def = Def::get("__weakref__", get_weakref, "list of weak references to the object");
/// The `__dict__` or `__weakref__` descriptor of a class that adds it.
pub fn instance_getset(vm: &mut Vm, cls: Ref, name: Ref) -> Owned {
    let def = if name == n::__DICT__ { &INSTANCE_DICT } else { &INSTANCE_WEAKREF };
    // One registration serves all classes.
    let native = match vm.natives.iter().position(|x| std::ptr::eq(x.def, def)) {
        Some(i) => i as u32,
        None => vm.register(def, def.name.to_owned()),
    };
    [cls, name].into_iter().for_each(|r| vm.heap.incref_raw(r));
    vm.heap.alloc(t::GETSET, Payload::GetSet(Box::new(GetSet { owner: cls, name, native, member: false })), 0)
}
pub fn get_dict(vm: &mut Vm, a: Args) -> Step {
    // A class that inherits the descriptor from an ordinary base shows its own namespace.
    if vm.is_type(a[0]) {
        return super::type_type::get_dict(vm, a);
    }
    match vm.instance_dict(a[0]) {
        Some(d) => Ok(vm.incref(d)),
        None => Err(vm.no_attribute(a[0], n::__DICT__)),
    }
}
pub fn set_dict(vm: &mut Vm, a: Args) -> Step {
    match vm.heap.get(a[0]) {
        Payload::Type(_) => return Err(vm.error(t::ATTRIBUTE_ERROR, "attribute '__dict__' of 'type' objects is not writable")),
        Payload::Module(_) => return Err(vm.error(t::ATTRIBUTE_ERROR, "readonly attribute")),
        _ => {}
    }
    let Some(new) = a.opt(1) else {
        if matches!(vm.heap.get(a[0]), Payload::Function(_) | Payload::Exc(_)) {
            return Err(vm.type_error("cannot delete __dict__"));
        }
        let empty = vm.dict();
        let empty = vm.keep(empty);
        return set_dict(vm, Args(&[Some(a[0]), Some(empty)]));
    };
    if vm.dict_of(new).is_none() {
        let message = format!("__dict__ must be set to a dictionary, not a '{}'", vm.dotted_type_name(new));
        return Err(vm.type_error(message));
    }
    let Some(old) = vm.instance_dict(a[0]) else { return Err(vm.no_attribute(a[0], n::__DICT__)) };
    vm.heap.incref_raw(new);
    match vm.heap.get_mut(a[0]) {
        Payload::Instance(i) => i.dict = Some(new),
        Payload::Function(f) => f.dict = Some(new),
        Payload::Exc(e) => e.dict = Some(new),
        Payload::Wrapper(_, d) => *d = Some(new),
        _ => vm.heap.extra_mut(a[0]).dict = Some(new),
    }
    vm.heap.decref_raw(old);
    Ok(vm.none())
}
fn get_weakref(vm: &mut Vm, a: Args) -> Step {
    match vm.heap.weakrefs.get(&a[0]).and_then(|l| l.first().copied()) {
        Some(w) => Ok(vm.incref(w)),
        None => Ok(vm.none()),
    }
}

static PROPERTY_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", property_new),
    Def::method("__init__", "(self, fget=None, fset=None, fdel=None, doc=None)", property_init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::method("__set__", "(self, instance, value, /)", |vm, a| property_set(vm, a[0], a[1], Some(a[2])), "Set an attribute of instance to value."),
    Def::method("__delete__", "(self, instance, /)", |vm, a| property_set(vm, a[0], a[1], None), "Delete an attribute of instance."),
    Def::plain("__set_name__", "(self, /, *args)", property_set_name, "Method to set name of a property."),
    Def::method("getter", "(self, fget, /)", |vm, a| copy(vm, a, 0), "Descriptor to obtain a copy of the property with a different getter."),
    Def::method("setter", "(self, fset, /)", |vm, a| copy(vm, a, 1), "Descriptor to obtain a copy of the property with a different setter."),
    Def::method("deleter", "(self, fdel, /)", |vm, a| copy(vm, a, 2), "Descriptor to obtain a copy of the property with a different deleter."),
    Def::member("fget", |vm, a| part(vm, a, |p| p.fget), ""),
    Def::member("fset", |vm, a| part(vm, a, |p| p.fset), ""),
    Def::member("fdel", |vm, a| part(vm, a, |p| p.fdel), ""),
    Def { set: Some(set_doc), ..Def::member("__doc__", |vm, a| part(vm, a, |p| p.doc), "") },
    Def::get_set("__name__", property_name, set_property_name, ""),
    Def::get("__isabstractmethod__", property_abstract, ""),
];
fn property(vm: &Vm, r: Ref) -> &Property {
    match vm.heap.get(r) {
        Payload::Property(p) => p,
        _ => panic!("{r:?} is no property"),
    }
}
fn property_mut(vm: &mut Vm, r: Ref) -> &mut Property {
    match vm.heap.get_mut(r) {
        Payload::Property(p) => p,
        _ => panic!("{r:?} is no property"),
    }
}
fn part(vm: &mut Vm, a: Args, field: fn(&Property) -> Option<Ref>) -> Step {
    match field(property(vm, a[0])) {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.none()),
    }
}
fn property_new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Property(Box::default())))
}
fn property_init(vm: &mut Vm, a: Args) -> Step {
    let [fget, fset, fdel, mut doc] = [1, 2, 3, 4].map(|i| a.not_none(i));
    let mut getter_doc = false;
    if doc.is_none() && let Some(g) = fget {
        doc = vm.getattr_opt(g, n::__DOC__)?.filter(|d| *d != fixed::NONE);
        getter_doc = doc.is_some();
    }
    // A subclass's instance keeps its doc in its dict or slot, which the class's __doc__ would hide otherwise.
    let own = vm.ty(a[0]) != t::PROPERTY;
    let refused = if own { store_own_doc(vm, a[0], doc.unwrap_or(fixed::NONE))? } else { None };
    if own {
        doc = None;
    }
    [fget, fset, fdel, doc].into_iter().flatten().for_each(|r| vm.heap.incref_raw(r));
    let new = Property { fget, fset, fdel, doc, name: None, getter_doc };
    let old = std::mem::replace(property_mut(vm, a[0]), new);
    let mut refs = Vec::new();
    old.visit(&mut |r| refs.push(r));
    refs.into_iter().for_each(|r| vm.heap.decref_raw(r));
    match refused {
        // A class without a place for it: only a doc that came with the getter is worth an error.
        Some(e) if getter_doc || !vm.exc_is(e, t::ATTRIBUTE_ERROR) => Err(vm.reraise(e)),
        _ => Ok(vm.none()),
    }
}
/// Sets `__doc__` of an instance of a subclass; gives the exception where that fails.
fn store_own_doc(vm: &mut Vm, obj: Ref, doc: Ref) -> Result<Option<Ref>, crate::vm::Ask> {
    match vm.store_attr(obj, n::__DOC__, Some(doc)) {
        Ok(None) => Ok(None),
        Ok(Some((f, args))) => Ok(vm.try_call(f, &args)?.err()),
        Err(crate::vm::Ask::Raise(e)) => Ok(Some(vm.keep(e))),
        Err(e) => Err(e),
    }
}
fn property_set(vm: &mut Vm, prop: Ref, obj: Ref, value: Option<Ref>) -> Step {
    let (f, args) = vm.property_set(prop, obj, value)?;
    vm.call(f, &args)?;
    Ok(vm.none())
}
fn property_set_name(vm: &mut Vm, a: Args) -> Step {
    let given = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let [_, name] = given[..] else {
        return Err(vm.type_error(format!("__set_name__() takes 2 positional arguments but {} were given", given.len())));
    };
    vm.heap.incref_raw(name);
    let old = property_mut(vm, a[0]).name.replace(name);
    vm.replace_raw(old);
    Ok(vm.none())
}
/// A copy with another getter, setter or deleter.
fn copy(vm: &mut Vm, a: Args, which: usize) -> Step {
    let p = property(vm, a[0]).clone();
    let mut parts = [p.fget, p.fset, p.fdel];
    if a[1] != fixed::NONE {
        parts[which] = Some(a[1]);
    }
    let doc = if p.getter_doc && parts[0].is_some() { None } else { p.doc };
    let args = [parts[0], parts[1], parts[2], doc].map(|r| r.unwrap_or(fixed::NONE));
    let cls = vm.ty(a[0]);
    let new = vm.call(cls, &args)?;
    if let (Some(name), Payload::Property(q)) = (p.name, vm.heap.get(new))
        && q.name.is_none()
    {
        vm.heap.incref_raw(name);
        property_mut(vm, new).name = Some(name);
    }
    Ok(vm.incref(new))
}
fn set_doc(vm: &mut Vm, a: Args) -> Step {
    a.opt(1).iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(&mut property_mut(vm, a[0]).doc, a.opt(1));
    vm.replace_raw(old);
    Ok(vm.none())
}
fn property_name(vm: &mut Vm, a: Args) -> Step {
    if let Some(name) = property(vm, a[0]).name {
        return Ok(vm.incref(name));
    }
    if let Some(g) = property(vm, a[0]).fget
        && let Some(name) = vm.getattr_opt(g, n::__NAME__)?
    {
        return Ok(vm.incref(name));
    }
    let name = n::__NAME__;
    Err(vm.no_attribute(a[0], name))
}
fn set_property_name(vm: &mut Vm, a: Args) -> Step {
    a.opt(1).iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(&mut property_mut(vm, a[0]).name, a.opt(1));
    vm.replace_raw(old);
    Ok(vm.none())
}
fn property_abstract(vm: &mut Vm, a: Args) -> Step {
    let p = property(vm, a[0]).clone();
    let mut found = false;
    for f in [p.fget, p.fset, p.fdel].into_iter().flatten() {
        if let Some(v) = vm.getattr_opt(f, n::__ISABSTRACTMETHOD__)? {
            found |= vm.truth(v)?;
        }
    }
    Ok(vm.bool(found))
}

static WRAPPER_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", wrapper_new),
    Def::method("__init__", "(self, function, /)", wrapper_init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::method("__repr__", "(self, /)", wrapper_repr, "Return repr(self)."),
    Def::member("__func__", |vm, a| { let f = wrapped(vm, a[0]); Ok(vm.incref(f)) }, ""),
    Def::member("__wrapped__", |vm, a| { let f = wrapped(vm, a[0]); Ok(vm.incref(f)) }, ""),
    Def::get_set("__dict__", get_dict, set_dict, ""),
    Def::get_set("__annotations__", |vm, a| wrapped_attr(vm, a, "__annotations__"), |vm, a| set_wrapped_attr(vm, a, "__annotations__"), ""),
    Def::get_set("__annotate__", |vm, a| wrapped_attr(vm, a, "__annotate__"), |vm, a| set_wrapped_attr(vm, a, "__annotate__"), ""),
    Def::get("__isabstractmethod__", wrapper_abstract, ""),
];
static STATIC_DEFS: &[Def] = &[Def::method("__call__", "(self, /, *args, **kwargs)", static_call, "Call self as a function.")];
fn wrapped(vm: &Vm, r: Ref) -> Ref {
    match vm.heap.get(r) {
        Payload::Wrapper(f, _) => *f,
        _ => panic!("{r:?} wraps nothing"),
    }
}
fn wrapper_new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Wrapper(fixed::NONE, None)))
}
/// Takes over name, doc and so on of the function, as functools.wraps does.
fn wrapper_init(vm: &mut Vm, a: Args) -> Step {
    let mut copied = Vec::new();
    for name in [n::__MODULE__, n::__NAME__, n::__QUALNAME__, n::__DOC__] {
        if let Some(v) = vm.getattr_opt(a[1], name)? {
            copied.push((name, v));
        }
    }
    vm.heap.incref_raw(a[1]);
    let old = match vm.heap.get_mut(a[0]) {
        Payload::Wrapper(f, _) => std::mem::replace(f, a[1]),
        _ => panic!("a wrapper was made"),
    };
    vm.heap.decref_raw(old);
    for (name, v) in copied {
        vm.set_instance_attr(a[0], name, Some(v));
    }
    Ok(vm.none())
}
/// An attribute of the function that is asked for when it is wanted, and kept from then on.
fn wrapped_attr(vm: &mut Vm, a: Args, name: &str) -> Step {
    let name = vm.intern(name).into_raw();
    if let Some(v) = vm.instance_attr(a[0], name) {
        return Ok(vm.incref(v));
    }
    let f = wrapped(vm, a[0]);
    let v = vm.getattr(f, name)?;
    vm.set_instance_attr(a[0], name, Some(v));
    Ok(vm.incref(v))
}
fn set_wrapped_attr(vm: &mut Vm, a: Args, name: &str) -> Step {
    let name = vm.intern(name).into_raw();
    if !vm.set_instance_attr(a[0], name, a.opt(1)) {
        return Err(vm.no_attribute(a[0], name));
    }
    Ok(vm.none())
}
fn wrapper_repr(vm: &mut Vm, a: Args) -> Step {
    let f = wrapped(vm, a[0]);
    let r = vm.repr(f)?;
    let kind = if vm.is_a(a[0], t::STATICMETHOD) { "staticmethod" } else { "classmethod" };
    let text = format!("<{kind}({})>", vm.lossy(r));
    Ok(vm.str(text))
}
fn wrapper_abstract(vm: &mut Vm, a: Args) -> Step {
    let f = wrapped(vm, a[0]);
    let found = match vm.getattr_opt(f, n::__ISABSTRACTMETHOD__)? {
        Some(v) => vm.truth(v)?,
        None => false,
    };
    Ok(vm.bool(found))
}
fn static_call(vm: &mut Vm, a: Args) -> Step {
    let f = wrapped(vm, a[0]);
    let args = vm.tuple_items(a[1]).unwrap_or(&[]).to_vec();
    let kwargs = vm.kwargs_of(a.opt(2));
    vm.tail_call_kw(f, &args, &kwargs)
}

static SUPER_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| Ok(vm.alloc(a[0], Payload::Super(Box::default())))),
    Def::method("__init__", "(self, type=None, object=None, /)", super_init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", super_repr, "Return repr(self)."),
    Def::method("__getattribute__", "(self, name, /)", super_getattribute, "Return getattr(self, name)."),
    Def::method("__get__", "(self, instance, owner=None, /)", super_get, "Return an attribute of instance, which is of type owner."),
    Def::member("__thisclass__", |vm, a| super_part(vm, a, |s| s.this), "the class invoking super()"),
    Def::member("__self__", |vm, a| super_part(vm, a, |s| s.obj), "the instance invoking super(); may be None"),
    Def::member("__self_class__", |vm, a| super_part(vm, a, |s| s.obj_type), "the type of the instance invoking super(); may be None"),
];
fn super_of(vm: &Vm, r: Ref) -> Super {
    match vm.heap.get(r) {
        Payload::Super(s) => (**s).clone(),
        _ => panic!("{r:?} is no super"),
    }
}
fn super_part(vm: &mut Vm, a: Args, field: fn(&Super) -> Option<Ref>) -> Step {
    match field(&super_of(vm, a[0])) {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.none()),
    }
}
/// Without arguments: the class cell and first argument of the calling function.
fn super_init(vm: &mut Vm, a: Args) -> Step {
    let (this, obj) = match a.opt(1) {
        Some(this) => (this, a.not_none(2)),
        None => {
            let (this, obj) = super_from_frame(vm)?;
            (this, Some(obj))
        }
    };
    if !vm.is_type(this) {
        let message = format!("super() argument 1 must be a type, not {}", vm.dotted_type_name(this));
        return Err(vm.type_error(message));
    }
    let obj_type = match obj {
        Some(o) => Some(crate::vm::slow::super_type(vm, this, o)?),
        None => None,
    };
    [Some(this), obj, obj_type].into_iter().flatten().for_each(|r| vm.heap.incref_raw(r));
    if let Payload::Super(s) = vm.heap.get_mut(a[0]) {
        let old = std::mem::replace(&mut **s, Super { this: Some(this), obj, obj_type });
        [old.this, old.obj, old.obj_type].into_iter().for_each(|r| vm.replace_raw(r));
    }
    Ok(vm.none())
}
fn super_from_frame(vm: &mut Vm) -> Result<(Ref, Ref), crate::vm::Ask> {
    let Some(f) = vm.cur.top_frame() else { return Err(vm.runtime_error("super(): no current frame")) };
    let (code, base) = (vm.code_obj(f.code_ref).clone(), f.base as usize);
    if code.argcount == 0 {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    let in_cell = code.kinds[0] & crate::code::flags::kind::CELL != 0;
    let first = vm.cur.stack[base].opt().map(|r| if in_cell && vm.ty(r) == t::CELL { vm.cell_value(r) } else { Some(r) });
    let Some(Some(obj)) = first else { return Err(vm.runtime_error("super(): arg[0] deleted")) };
    let place = code.localsplus.iter().position(|x| *x == n::__CLASS__);
    let Some(cell) = place.and_then(|i| vm.cur.stack[base + i].opt()) else {
        return Err(vm.runtime_error("super(): __class__ cell not found"));
    };
    match vm.cell_value(cell) {
        Some(this) => Ok((this, obj)),
        None => Err(vm.runtime_error("super(): empty __class__ cell")),
    }
}
fn super_repr(vm: &mut Vm, a: Args) -> Step {
    let s = super_of(vm, a[0]);
    let this = s.this.map_or("NULL".into(), |r| vm.type_obj(r).name.clone());
    let text = match s.obj_type {
        Some(o) => format!("<super: <class '{this}'>, <{} object>>", vm.type_obj(o).name),
        None => format!("<super: <class '{this}'>, NULL>"),
    };
    Ok(vm.str(text))
}
fn super_getattribute(vm: &mut Vm, a: Args) -> Step {
    let name = super::object_type::attr_name(vm, a[1])?;
    match vm.super_getattr(a[0], name)? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn super_get(vm: &mut Vm, a: Args) -> Step {
    let s = super_of(vm, a[0]);
    match (a.not_none(1), s.obj, s.this) {
        (Some(obj), None, Some(this)) => {
            let cls = vm.ty(a[0]);
            vm.tail_call(cls, &[this, obj])
        }
        _ => Ok(vm.incref(a[0])),
    }
}
