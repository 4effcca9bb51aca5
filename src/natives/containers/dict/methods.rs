//! The methods of `dict` that are called by name.
use super::update;
use crate::heap::{Owned, Ref};
use crate::natives::containers::dict::copied;
use crate::objects::Payload;
use crate::vm::native::Def;
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};

pub static DEFS: &[Def] = &[
    Def::method("get", "(self, key, default=None, /)", get, "Return the value for key, or default."),
    Def::method("setdefault", "(self, key, default=None, /)", setdefault, "Return the value for key, stored as default if missing."),
    Def::method("pop", "(self, key, default=<unrepresentable>, /)", pop, "Remove a key and return its value, or default."),
    Def::method("popitem", "(self, /)", popitem, "Remove and return the last (key, value) pair."),
    Def::method("keys", "(self, /)", |vm, a| view(vm, a[0], t::DICT_KEYS), "Return a set-like object providing a view on the dict's keys."),
    Def::method("items", "(self, /)", |vm, a| view(vm, a[0], t::DICT_ITEMS), "Return a set-like object providing a view on the dict's items."),
    Def::method("values", "(self, /)", |vm, a| view(vm, a[0], t::DICT_VALUES), "Return an object providing a view on the dict's values."),
    Def::method("update", "(self, /, *args, **kwargs)", update::update, "Store the pairs of a mapping or iterable, then the keyword arguments."),
    Def::method("clear", "(self, /)", clear, "Remove all items from the dict."),
    Def::method("copy", "(self, /)", |vm, a| Ok(copied(vm, a[0])), "Return a shallow copy of the dict."),
    Def::class_method("fromkeys", "(cls, iterable, value=None, /)", fromkeys, "Create a dict with keys from iterable and all values set to value."),
];

fn get(vm: &mut Vm, a: Args) -> Step {
    let v = vm.dict_get(a[0], a[1])?.or(a.opt(2)).unwrap_or(fixed::NONE);
    Ok(vm.incref(v))
}

fn setdefault(vm: &mut Vm, a: Args) -> Step {
    let hash = vm.hash_key(a[1])?;
    if let Some(i) = vm.dict_find(a[0], a[1], hash)? {
        let v = vm.dict_of(a[0]).expect("a dict").value(i);
        return Ok(vm.incref(v));
    }
    let v = a.opt(2).unwrap_or(fixed::NONE);
    vm.dict_store(a[0], None, a[1], hash, v);
    Ok(vm.incref(v))
}

fn pop(vm: &mut Vm, a: Args) -> Step {
    let found = if vm.dict_of(a[0]).expect("a dict").is_empty() { None } else { vm.dict_remove(a[0], a[1])? };
    match (found, a.opt(2)) {
        (Some(v), _) => Ok(v),
        (None, Some(default)) => Ok(vm.incref(default)),
        (None, None) => Err(vm.key_error(a[1])),
    }
}

fn popitem(vm: &mut Vm, a: Args) -> Step {
    let d = vm.dict_mut(a[0]);
    let Some(i) = d.last() else { return Err(vm.error(t::KEY_ERROR, "popitem(): dictionary is empty")) };
    let (k, v) = d.remove(i);
    d.truncate_dead();
    Ok(vm.tuple(vec![Owned::adopt(k), Owned::adopt(v)]))
}

fn view(vm: &mut Vm, dict: Ref, ty: Ref) -> Step {
    vm.heap.incref_raw(dict);
    Ok(vm.heap.alloc(ty, Payload::View(dict), 0))
}

fn clear(vm: &mut Vm, a: Args) -> Step {
    clear_dict(vm, a[0]);
    Ok(vm.none())
}

/// Empties a dict.
pub fn clear_dict(vm: &mut Vm, dict: Ref) {
    let old = vm.dict_mut(dict).take_all();
    for e in old {
        e.key.iter().for_each(|k| vm.heap.decref_raw(*k));
        vm.heap.decref_raw(e.value);
    }
}

/// From a dict or set, whose hashes are known.
fn fromkeys_hashed(vm: &mut Vm, source: Ref, value: Ref) -> Step {
    let keys = crate::natives::containers::set::hashed(vm, source);
    let dict = vm.dict();
    let dict = vm.keep(dict);
    let strings = vm.dict_of(source).is_some_and(|d| d.str_keys);
    vm.dict_mut(dict).presize(keys.len(), strings);
    for (k, hash) in keys {
        let at = vm.dict_find(dict, k, hash)?;
        vm.dict_store(dict, at, k, hash, value);
    }
    Ok(vm.incref(dict))
}
fn fromkeys(vm: &mut Vm, a: Args) -> Step {
    let (cls, iterable, value) = (a[0], a[1], a.opt(2).unwrap_or(fixed::NONE));
    if cls == t::DICT && matches!(vm.ty(iterable), t::DICT | t::SET | t::FROZENSET) {
        return fromkeys_hashed(vm, iterable, value);
    }
    let simple = vm.items_simple(iterable).filter(|items| items.iter().all(|k| vm.hash_simple(*k).is_some()));
    let (Some(items), true) = (simple, cls == t::DICT) else {
        return vm.tail_prelude("dict_fromkeys", &[cls, iterable, value]);
    };
    let dict = vm.dict();
    let dict = vm.keep(dict);
    for k in items {
        vm.dict_set(dict, k, value)?;
    }
    Ok(vm.incref(dict))
}
