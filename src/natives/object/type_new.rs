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
    let (meta, name, mut given, ns) = (a[0], a[1], a[2], a[3]);
    let Some(text) = vm.utf8(name).map(str::to_owned) else {
        let message = format!("type.__new__() argument 1 must be str, not {}", vm.dotted_type_name(name));
        return Err(vm.type_error(message));
    };
    if text.contains('\0') {
        return Err(vm.value_error("type name must not contain null characters"));
    }
    let Some(mut bases) = vm.tuple_items(given).map(<[Ref]>::to_vec) else {
        let message = format!("type.__new__() argument 2 must be tuple, not {}", vm.dotted_type_name(given));
        return Err(vm.type_error(message));
    };
    if vm.dict_of(ns).is_none() {
        let message = format!("type.__new__() argument 3 must be dict, not {}", vm.dotted_type_name(ns));
        return Err(vm.type_error(message));
    }
    if bases.is_empty() {
        bases.push(t::OBJECT);
        let tuple = vm.tuple_of(&bases);
        given = vm.keep(tuple);
    }
    let base = best_base(vm, &bases)?;
    let dict = copy_namespace(vm, ns);
    let plan = plan_slots(vm, &bases, base, dict, &text)?;
    let cls = build(vm, meta, &text, given, base, dict, &plan);
    let cls = vm.keep(cls);
    add_defaults(vm, cls, dict)?;
    add_members(vm, cls, base, &plan);
    add_missing(vm, dict);
    vm.heap.set_flag(cls, crate::heap::flag::FINALIZER);
    // A metaclass's own mro() is called by the prelude: until then the class has no order.
    if !own_mro(vm, meta) {
        let order = linearise_bases(vm, cls, &bases)?;
        install_mro(vm, cls, order);
        super::type_order::register(vm, cls);
    }
    vm.type_modified(cls);
    Ok(vm.incref(cls))
}
/// Whether a metaclass has an `mro()` other than type's.
fn own_mro(vm: &mut Vm, meta: Ref) -> bool {
    let name = vm.intern("mro").into_raw();
    meta != t::TYPE && vm.lookup(meta, name).is_some_and(|f| vm.ty(f) != t::METHOD_DESCRIPTOR)
}

/// The class along the line of bases that last added to the layout.
pub fn solid(vm: &Vm, cls: Ref) -> Ref {
    let x = vm.type_obj(cls);
    match x.base {
        None => cls,
        Some(b) => {
            let y = vm.type_obj(b);
            if x.layout != y.layout || x.slots > y.slots { cls } else { solid(vm, b) }
        }
    }
}
/// The base whose layout a class with these bases takes, or why there can be no such class: CPython's sentence.
fn choose_base(vm: &Vm, bases: &[Ref]) -> Result<Ref, String> {
    for b in bases {
        if !vm.is_type(*b) {
            return Err("bases must be types".to_owned());
        }
        if !vm.type_obj(*b).has(type_flags::BASE) {
            return Err(format!("type '{}' is not an acceptable base type", vm.full_name_of_type(*b)));
        }
    }
    if let Some((_, b)) = bases.iter().enumerate().find(|(i, b)| bases[..*i].contains(b)) {
        return Err(format!("duplicate base class {}", vm.type_obj(*b).name));
    }
    let mut best = bases[0];
    let mut winner = solid(vm, best);
    for b in &bases[1..] {
        let s = solid(vm, *b);
        if vm.is_subtype(winner, s) {
            continue;
        }
        if !vm.is_subtype(s, winner) {
            return Err("multiple bases have instance lay-out conflict".to_owned());
        }
        (best, winner) = (*b, s);
    }
    Ok(best)
}
/// Why no class can have these bases, whatever its method resolution order would be.
pub fn refusal(vm: &Vm, bases: &[Ref]) -> Option<String> {
    choose_base(vm, bases).err()
}
pub fn best_base(vm: &mut Vm, bases: &[Ref]) -> Result<Ref, Ask> {
    choose_base(vm, bases).map_err(|message| vm.type_error(message))
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
            let message = format!("__slots__ items must be strings, not '{}'", vm.dotted_type_name(s));
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

fn build(vm: &mut Vm, meta: Ref, name: &str, tuple: Ref, base: Ref, dict: Ref, plan: &Plan) -> crate::heap::Owned {
    let bases = vm.tuple_items(tuple).unwrap_or_default().to_vec();
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
    // Built-in classes are part of no cycle, so neither is a plain tuple of them.
    if vm.ty(tuple) == t::TUPLE && !bases.iter().any(|b| vm.type_obj(*b).has(type_flags::HEAP)) {
        vm.heap.untrack(tuple);
    }
    [qualname, base, dict, tuple].iter().for_each(|r| vm.heap.incref_raw(*r));
    let x = TypeObj {
        name: name.into(),
        qualname,
        base: Some(base),
        bases,
        mro: vec![],
        bases_tuple: Some(tuple),
        mro_tuple: None,
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
        own_slots: plan.members.iter().map(|r| vm.lossy(*r)).collect(),
        orders: 0,
        rebased: 0,
        basicsize,
        itemsize,
    };
    vm.alloc(meta, Payload::Type(Box::new(x)))
}
pub fn install_mro(vm: &mut Vm, cls: Ref, order: Vec<Ref>) {
    let tuple = if order.is_empty() { None } else { Some(vm.tuple_of(&order).into_raw()) };
    let x = vm.type_obj_mut(cls);
    x.orders += 1;
    let old = x.replace_mro(order, tuple);
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
fn add_defaults(vm: &mut Vm, cls: Ref, dict: Ref) -> Result<(), Ask> {
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
            let message = format!("type __qualname__ must be a str, not {}", vm.dotted_type_name(q));
            return Err(vm.type_error(message));
        }
        if let Some(old) = vm.dict_del_name(dict, n::__QUALNAME__) {
            vm.release(old);
        }
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
    for name in [n::__CLASSCELL__, n::__CLASSDICTCELL__] {
        let Some(cell) = vm.dict_del_name(dict, name) else { continue };
        let cell = vm.keep(cell);
        if vm.ty(cell) != t::CELL {
            let message = format!("type __classcell__ must be a nonlocal cell, not <class '{}'>", vm.dotted_type_name(cell));
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
/// What every class has under its own name: a doc, and with `__eq__` alone no hash.
fn add_missing(vm: &mut Vm, dict: Ref) {
    if vm.dict_get_name(dict, n::__DOC__).is_none() {
        vm.dict_set_name(dict, n::__DOC__, fixed::NONE);
    }
    if vm.dict_get_name(dict, n::__EQ__).is_some() && vm.dict_get_name(dict, n::__HASH__).is_none() {
        vm.dict_set_name(dict, n::__HASH__, fixed::NONE);
    }
}
