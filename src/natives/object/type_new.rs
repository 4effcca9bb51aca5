//! Making a class: the best base, slots, layout, MRO. Names and hooks (`__set_name__`, `__init_subclass__`) follow in the prelude.
//!
//! Source: CPython `Objects/typeobject.c` (`type_new`).
use super::type_type::linearise_bases;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, TypeObj, type_flags};
use crate::objects::types::Member;
use crate::vm::{Args, Ask, Step, Vm, fixed, n, t};

const INHERITED: u32 = type_flags::SEQUENCE | type_flags::MAPPING | type_flags::MATCH_SELF;

/// (metaclass, name, bases, namespace): the class, before names and hooks.
pub fn type_new_raw(vm: &mut Vm, a: Args) -> Step {
    let (meta, name, bases, ns) = (a[0], a[1], a[2], a[3]);
    let Some(text) = vm.utf8(name).map(str::to_owned) else {
        let message = format!("type.__new__() argument 1 must be str, not {}", vm.type_name(name));
        return Err(vm.type_error(message));
    };
    if text.contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    let Some(mut bases) = vm.tuple_items(bases).map(<[Ref]>::to_vec) else {
        let message = format!("type.__new__() argument 2 must be tuple, not {}", vm.type_name(bases));
        return Err(vm.type_error(message));
    };
    if vm.dict_of(ns).is_none() {
        let message = format!("type.__new__() argument 3 must be dict, not {}", vm.type_name(ns));
        return Err(vm.type_error(message));
    }
    if bases.is_empty() {
        bases.push(t::OBJECT);
    }
    check_bases(vm, &bases)?;
    let base = best_base(vm, &bases)?;
    let dict = copy_namespace(vm, ns);
    let plan = plan_slots(vm, &bases, base, dict, &text)?;
    let cls = build(vm, meta, &text, &bases, base, dict, &plan);
    let cls = vm.keep(cls);
    let order = resolve_mro(vm, cls, meta, &bases)?;
    install_mro(vm, cls, order);
    add_members(vm, cls, base, &plan);
    add_defaults(vm, cls, dict, name)?;
    for b in &bases {
        vm.type_obj_mut(*b).subclasses.push(cls);
    }
    vm.heap.set_flag(cls, crate::heap::flag::FINALIZER);
    vm.type_modified(cls);
    Ok(vm.incref(cls))
}

fn check_bases(vm: &mut Vm, bases: &[Ref]) -> Result<(), Ask> {
    for b in bases {
        if !vm.is_type(*b) {
            return Err(vm.type_error("bases must be types"));
        }
        if !vm.type_obj(*b).has(type_flags::BASE) {
            let message = format!("type '{}' is not an acceptable base type", vm.full_name_of_type(*b));
            return Err(vm.type_error(message));
        }
    }
    let repeated = bases.iter().enumerate().find(|(i, b)| bases[..*i].contains(b));
    if let Some((_, b)) = repeated {
        let message = format!("duplicate base class {}", vm.type_obj(*b).name);
        return Err(vm.type_error(message));
    }
    Ok(())
}
/// The class along the line of bases that last added to the layout.
fn solid(vm: &Vm, cls: Ref) -> Ref {
    let x = vm.type_obj(cls);
    match x.base {
        None => cls,
        Some(b) => {
            let y = vm.type_obj(b);
            if x.layout != y.layout || x.slots > y.slots { cls } else { solid(vm, b) }
        }
    }
}
fn best_base(vm: &mut Vm, bases: &[Ref]) -> Result<Ref, Ask> {
    let mut best = bases[0];
    let mut winner = solid(vm, best);
    for b in &bases[1..] {
        let s = solid(vm, *b);
        if vm.is_subtype(winner, s) {
            continue;
        }
        if !vm.is_subtype(s, winner) {
            return Err(vm.type_error("multiple bases have instance lay-out conflict"));
        }
        (best, winner) = (*b, s);
    }
    Ok(best)
}
fn copy_namespace(vm: &mut Vm, ns: Ref) -> Ref {
    let copy = vm.dict_of(ns).expect("checked").duplicate();
    let mut held = Vec::new();
    copy.visit(&mut |r| held.push(r));
    held.into_iter().for_each(|r| vm.heap.incref_raw(r));
    let d = vm.heap.alloc(t::DICT, Payload::Dict(Box::new(copy)), 0);
    vm.keep(d)
}

struct Plan {
    members: Vec<Ref>,
    dict: bool,
    weakref: bool,
}
fn plan_slots(vm: &mut Vm, bases: &[Ref], base: Ref, dict: Ref, class: &str) -> Result<Plan, Ask> {
    let base_dict = bases.iter().any(|b| vm.type_obj(*b).has_dict);
    let base_weak = bases.iter().any(|b| vm.type_obj(*b).has_weakref);
    let Some(slots) = vm.dict_get_name(dict, n::__SLOTS__) else {
        let may_dict = true;
        return Ok(Plan { members: vec![], dict: may_dict, weakref: true });
    };
    let names = if vm.str_of(slots).is_some() { vec![slots] } else { vm.collect(slots)? };
    let (mut members, mut has_dict, mut has_weak) = (Vec::new(), base_dict, base_weak);
    if !names.is_empty() && vm.type_obj(base).itemsize > 0 && !matches!(vm.type_obj(base).layout, Layout::Type) {
        let message = format!("nonempty __slots__ not supported for subtype of '{}'", vm.type_obj(base).name);
        return Err(vm.type_error(message));
    }
    for s in names {
        let Some(text) = vm.utf8(s).map(str::to_owned) else {
            let message = format!("__slots__ items must be strings, not '{}'", vm.type_name(s));
            return Err(vm.type_error(message));
        };
        if !is_identifier(&text) {
            return Err(vm.type_error("__slots__ must be identifiers"));
        }
        match text.as_str() {
            "__dict__" if has_dict => return Err(vm.type_error("__dict__ slot disallowed: we already got one")),
            "__dict__" => has_dict = true,
            "__weakref__" if has_weak && bases.iter().any(|b| vm.type_obj(*b).has_weakref && vm.type_obj(*b).has(type_flags::HEAP)) => return Err(vm.type_error("__weakref__ slot disallowed: we already got one")),
            "__weakref__" => has_weak = true,
            _ => {
                let mangled = vm.intern(&mangle(class, &text)).into_raw();
                let special = matches!(text.as_str(), "__qualname__" | "__classcell__" | "__classdictcell__");
                if vm.dict_find_name(dict, mangled).is_some() && !special {
                    let message = format!("'{text}' in __slots__ conflicts with class variable");
                    return Err(vm.value_error(message));
                }
                members.push(mangled);
            }
        }
    }
    members.sort_by_key(|r| vm.lossy(*r));
    Ok(Plan { members, dict: has_dict, weakref: has_weak })
}
fn is_identifier(s: &str) -> bool {
    let mut chars = s.chars();
    chars.next().is_some_and(|c| c == '_' || rustpython_unicode::identifier::is_xid_start(c))
        && chars.all(|c| rustpython_unicode::identifier::is_xid_continue(c))
}
/// Private names get the class's name in front.
fn mangle(class: &str, name: &str) -> String {
    let class = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') || class.is_empty() {
        return name.to_owned();
    }
    format!("_{class}{name}")
}

fn build(vm: &mut Vm, meta: Ref, name: &str, bases: &[Ref], base: Ref, dict: Ref, plan: &Plan) -> crate::heap::Owned {
    let b = vm.type_obj(base);
    let layout = b.layout;
    let slots = b.slots + plan.members.len() as u32;
    let inherited = b.flags & INHERITED;
    let (mut basicsize, itemsize) = (b.basicsize, b.itemsize);
    basicsize += 8 * plan.members.len();
    let flags = type_flags::HEAP | type_flags::BASE | inherited | bases.iter().fold(0, |f, b| f | vm.type_obj(*b).flags & INHERITED);
    let qualname = match vm.dict_get_name(dict, n::__QUALNAME__) {
        Some(q) => q,
        None => vm.intern(name).into_raw(),
    };
    [qualname, base, dict].iter().chain(bases).for_each(|r| vm.heap.incref_raw(*r));
    let x = TypeObj {
        name: name.into(),
        qualname,
        base: Some(base),
        bases: bases.to_vec(),
        mro: vec![],
        dict,
        subclasses: vec![],
        flags,
        layout,
        version: 0,
        keys: vec![],
        usable_keys: Vm::SHARED_KEYS_MAX as u8,
        has_dict: plan.dict,
        has_weakref: plan.weakref,
        slots,
        basicsize,
        itemsize,
    };
    vm.alloc(meta, Payload::Type(Box::new(x)))
}
/// The metaclass's `mro()`, C3 unless overridden.
fn resolve_mro(vm: &mut Vm, cls: Ref, meta: Ref, bases: &[Ref]) -> Result<Vec<Ref>, Ask> {
    let own = vm.intern("mro").into_raw();
    if meta == t::TYPE || vm.lookup(meta, own).is_none_or(|f| vm.ty(f) == t::METHOD_DESCRIPTOR) {
        return linearise_bases(vm, cls, bases);
    }
    // A custom mro() sees a class with the ordinary order, as CPython's sees a half-made one.
    let order = linearise_bases(vm, cls, bases)?;
    install_mro(vm, cls, order);
    vm.type_modified(cls);
    let f = vm.lookup(meta, own).expect("checked");
    let (f, bound) = vm.bind_special(f, cls)?;
    let result = vm.call(f, if bound { std::slice::from_ref(&cls) } else { &[] })?;
    let items = vm.collect(result)?;
    if let Some(bad) = items.iter().find(|r| !vm.is_type(**r)) {
        let message = format!("mro() returned a non-class ('{}')", vm.type_name(*bad));
        return Err(vm.type_error(message));
    }
    Ok(items)
}
fn install_mro(vm: &mut Vm, cls: Ref, order: Vec<Ref>) {
    order.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(&mut vm.type_obj_mut(cls).mro, order);
    old.into_iter().for_each(|r| vm.heap.decref_raw(r));
}
fn add_members(vm: &mut Vm, cls: Ref, base: Ref, plan: &Plan) {
    let first = vm.type_obj(base).slots;
    let dict = vm.type_obj(cls).dict;
    for (i, name) in plan.members.iter().enumerate() {
        vm.heap.incref_raw(cls);
        vm.heap.incref_raw(*name);
        let m = Member { owner: cls, name: *name, index: first + i as u32 };
        let m = vm.heap.alloc(t::MEMBER, Payload::Member(Box::new(m)), 0);
        vm.dict_set_name(dict, *name, m.get());
        vm.release(m);
    }
    // Classes that add a dict or weak references show descriptors for them, as CPython's do.
    let base = vm.type_obj(base);
    let (add_dict, add_weak) = (plan.dict && !base.has_dict, plan.weakref && !base.has_weakref);
    for (add, name) in [(add_dict, n::__DICT__), (add_weak, n::__WEAKREF__)] {
        if add {
            let d = super::descriptors::instance_getset(vm, cls, name);
            vm.dict_set_name(dict, name, d.get());
            vm.release(d);
        }
    }
}
fn add_defaults(vm: &mut Vm, cls: Ref, dict: Ref, name: Ref) -> Result<(), Ask> {
    let _ = name;
    if vm.dict_get_name(dict, n::__MODULE__).is_none()
        && let Some(f) = vm.cur.activations.iter().rev().find_map(|a| match a {
            crate::vm::thread::Activation::Py(f) if !f.hidden => Some(f.globals),
            _ => None,
        })
        && let Some(m) = vm.dict_get_name(f, n::__NAME__)
    {
        vm.dict_set_name(dict, n::__MODULE__, m);
    }
    if let Some(q) = vm.dict_get_name(dict, n::__QUALNAME__) {
        if vm.str_of(q).is_none() {
            let message = format!("type __qualname__ must be a str, not {}", vm.type_name(q));
            return Err(vm.type_error(message));
        }
        if let Some(old) = vm.dict_del_name(dict, n::__QUALNAME__) {
            vm.release(old);
        }
    }
    if vm.dict_get_name(dict, n::__DOC__).is_none() {
        vm.dict_set_name(dict, n::__DOC__, fixed::NONE);
    }
    for (name, wrapper) in [(n::__NEW__, t::STATICMETHOD), (n::__INIT_SUBCLASS__, t::CLASSMETHOD), (n::__CLASS_GETITEM__, t::CLASSMETHOD)] {
        if let Some(f) = vm.dict_get_name(dict, name)
            && vm.ty(f) == t::FUNCTION
        {
            vm.heap.incref_raw(f);
            let w = vm.heap.alloc(wrapper, Payload::Wrapper(f, None), 0);
            vm.dict_set_name(dict, name, w.get());
            vm.release(w);
        }
    }
    if vm.dict_get_name(dict, n::__EQ__).is_some() && vm.dict_get_name(dict, n::__HASH__).is_none() {
        vm.dict_set_name(dict, n::__HASH__, fixed::NONE);
    }
    for name in [n::__CLASSCELL__, n::__CLASSDICTCELL__] {
        let Some(cell) = vm.dict_del_name(dict, name) else { continue };
        let cell = vm.keep(cell);
        if vm.ty(cell) != t::CELL {
            let message = format!("type __classcell__ must be a nonlocal cell, not <class '{}'>", vm.type_name(cell));
            return Err(vm.type_error(message));
        }
        let value = if name == n::__CLASSCELL__ { cls } else { dict };
        vm.heap.incref_raw(value);
        if let Some(old) = vm.set_cell(cell, Some(value)) {
            vm.heap.decref_raw(old);
        }
    }
    Ok(())
}

/// `cls.__bases__ = bases`.
pub fn set_bases(vm: &mut Vm, cls: Ref, bases: Ref) -> Step {
    let Some(bases) = vm.tuple_items(bases).map(<[Ref]>::to_vec) else {
        let message = format!("can only assign tuple to {}.__bases__, not {}", vm.type_obj(cls).name, vm.type_name(bases));
        return Err(vm.type_error(message));
    };
    if bases.is_empty() {
        let message = format!("can only assign non-empty tuple to {}.__bases__, not ()", vm.type_obj(cls).name);
        return Err(vm.type_error(message));
    }
    check_bases(vm, &bases)?;
    if bases.iter().any(|b| vm.is_subtype(*b, cls)) {
        return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
    }
    let base = best_base(vm, &bases)?;
    let old_base = vm.type_obj(cls).base.unwrap_or(t::OBJECT);
    if solid(vm, base) != solid(vm, old_base) {
        let message = format!("__bases__ assignment: '{}' object layout differs from '{}'", vm.type_obj(base).name, vm.type_obj(old_base).name);
        return Err(vm.type_error(message));
    }
    let order = linearise_bases(vm, cls, &bases)?;
    let old = std::mem::replace(&mut vm.type_obj_mut(cls).bases, bases.clone());
    for b in &old {
        vm.type_obj_mut(*b).subclasses.retain(|c| *c != cls);
    }
    for b in &bases {
        vm.heap.incref_raw(*b);
        vm.type_obj_mut(*b).subclasses.push(cls);
    }
    vm.heap.incref_raw(base);
    vm.type_obj_mut(cls).base = Some(base);
    install_mro(vm, cls, order);
    vm.type_modified(cls);
    relinearise_subclasses(vm, cls)?;
    old.into_iter().chain([old_base]).for_each(|b| vm.heap.decref_raw(b));
    Ok(vm.none())
}
fn relinearise_subclasses(vm: &mut Vm, cls: Ref) -> Result<(), Ask> {
    for sub in vm.type_obj(cls).subclasses.clone() {
        let bases = vm.type_obj(sub).bases.clone();
        let order = linearise_bases(vm, sub, &bases)?;
        install_mro(vm, sub, order);
        vm.type_modified(sub);
        relinearise_subclasses(vm, sub)?;
    }
    Ok(())
}
