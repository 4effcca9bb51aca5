//! The methods of `set` that change it.
use super::algebra::intersection;
use super::update::{as_set, hashed, merge, update_from};
use super::{clear, insert, search_hash, table};
use crate::heap::{Owned, Ref};
use crate::objects::set::{SetSlot, SetStep};
use crate::vm::native::{Def, NativeFn};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};

const OTHER: &str = "(self, value, /)";
const fn op(name: &'static str, f: NativeFn, doc: &'static str) -> Def {
    Def::method(name, OTHER, f, doc)
}
pub static DEFS: &[Def] = &[
    Def::method("add", "(self, object, /)", add, "Add an element to a set."),
    Def::method("clear", "(self, /)", clear_method, "Remove all elements from this set."),
    Def::method("discard", "(self, object, /)", |vm, a| remove(vm, a, false), "Remove an element from a set if it is a member."),
    Def::method("remove", "(self, object, /)", |vm, a| remove(vm, a, true), "Remove an element from a set; it must be a member."),
    Def::method("pop", "(self, /)", pop, "Remove and return an arbitrary set element."),
    Def::method("update", "(self, /, *others)", update, "Update the set, adding elements from all others."),
    Def::method("intersection_update", "(self, /, *others)", intersection_update, "Keep only elements found in all others."),
    Def::method("difference_update", "(self, /, *others)", difference_update, "Remove all elements found in others."),
    Def::method("symmetric_difference_update", "(self, other, /)", symmetric_update, "Keep only elements found in either set, but not in both."),
    op("__ior__", |vm, a| operator(vm, a, ior), "Return self|=value."),
    op("__iand__", |vm, a| operator(vm, a, iand), "Return self&=value."),
    op("__isub__", |vm, a| operator(vm, a, isub), "Return self-=value."),
    op("__ixor__", |vm, a| operator(vm, a, ixor), "Return self^=value."),
];

fn operator(vm: &mut Vm, a: Args, f: fn(&mut Vm, Ref, Ref) -> Result<(), Ask>) -> Step {
    if vm.set_of(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    f(vm, a[0], a[1])?;
    Ok(vm.incref(a[0]))
}

fn ior(vm: &mut Vm, set: Ref, other: Ref) -> Result<(), Ask> {
    merge(vm, set, other)
}
fn iand(vm: &mut Vm, set: Ref, other: Ref) -> Result<(), Ask> {
    let new = intersection(vm, set, other)?;
    swap(vm, set, new);
    Ok(())
}
fn isub(vm: &mut Vm, set: Ref, other: Ref) -> Result<(), Ask> {
    let gone = keys_to_remove(vm, set, other)?;
    remove_keys(vm, set, gone);
    Ok(())
}
fn ixor(vm: &mut Vm, set: Ref, other: Ref) -> Result<(), Ask> {
    if set == other {
        clear(vm, set);
        return Ok(());
    }
    let keys = hashed(vm, other);
    let mut found = Vec::with_capacity(keys.len());
    for (k, hash) in &keys {
        let at = vm.set_find(set, *k, *hash)?;
        found.push(at.and_then(|at| own_key(vm, set, at)));
    }
    for ((k, hash), own) in keys.into_iter().zip(found) {
        match own {
            Some(own) => remove_keys(vm, set, Removal { keys: vec![own], sweep: false }),
            None => insert(vm, set, k, hash),
        }
    }
    Ok(())
}

/// Exchanges the bodies of a set and of a new set of our own.
fn swap(vm: &mut Vm, set: Ref, new: Ref) {
    let mut body = std::mem::take(vm.set_mut(new));
    vm.set_mut(set).swap_body(&mut body);
    *vm.set_mut(new) = body;
}

/// Keys of a set that are to go, found before anything changes.
pub struct Removal {
    keys: Vec<(Ref, i64)>,
    sweep: bool,
}

/// The set's own keys that an iterable has too, in the iterable's order.
pub fn keys_to_remove(vm: &mut Vm, set: Ref, other: Ref) -> Result<Removal, Ask> {
    if set == other {
        return Ok(Removal { keys: hashed(vm, set), sweep: true });
    }
    let is_set = vm.set_of(other).is_some();
    let candidates = if vm.ty(other) == t::DICT {
        hashed(vm, other)
    } else if is_set {
        // A much larger set is first cut down to what both have.
        let other = if table(vm, other).len() >> 3 > table(vm, set).len() { intersection(vm, set, other)? } else { other };
        hashed(vm, other)
    } else {
        let mut keys = Vec::new();
        for k in vm.collect(other)? {
            keys.push((k, vm.hash_element(k)?));
        }
        keys
    };
    let mut keys = Vec::new();
    for (k, hash) in candidates {
        if let Some(at) = vm.set_find(set, k, hash)? {
            keys.extend(own_key(vm, set, at));
        }
    }
    Ok(Removal { keys, sweep: true })
}

/// Key and hash in a slot.
fn own_key(vm: &Vm, set: Ref, at: usize) -> Option<(Ref, i64)> {
    match table(vm, set).slots()[at] {
        SetSlot::Used { key, hash } => Some((key, hash)),
        _ => None,
    }
}

/// Removes keys that are the set's own objects, each found by identity; repeated ones only once.
pub fn remove_keys(vm: &mut Vm, set: Ref, removal: Removal) {
    for (k, _) in &removal.keys {
        vm.hold(*k);
    }
    for (k, hash) in removal.keys {
        let at = identical(vm, set, k, hash);
        if let Some(at) = at {
            let old = vm.set_mut(set).remove(at);
            vm.heap.decref_raw(old);
        }
    }
    if removal.sweep {
        vm.set_mut(set).sweep_dummies();
    }
}

/// Slot of the very object.
fn identical(vm: &Vm, set: Ref, key: Ref, hash: i64) -> Option<usize> {
    let s = table(vm, set);
    let mut p = s.probe(hash);
    loop {
        match s.step(&mut p, key, hash) {
            SetStep::Absent => return None,
            SetStep::Identical(at) => return Some(at),
            SetStep::Candidate(..) => {}
        }
    }
}

fn add(vm: &mut Vm, a: Args) -> Step {
    vm.set_add(a[0], a[1])?;
    Ok(vm.none())
}

fn clear_method(vm: &mut Vm, a: Args) -> Step {
    clear(vm, a[0]);
    Ok(vm.none())
}

fn remove(vm: &mut Vm, a: Args, must: bool) -> Step {
    let hash = search_hash(vm, a[1])?;
    match vm.set_find(a[0], a[1], hash)? {
        Some(at) => {
            let old = vm.set_mut(a[0]).remove(at);
            vm.heap.decref_raw(old);
            Ok(vm.none())
        }
        None if must => Err(vm.key_error(a[1])),
        None => Ok(vm.none()),
    }
}

fn pop(vm: &mut Vm, a: Args) -> Step {
    match vm.set_mut(a[0]).pop_slot() {
        Some(at) => Ok(Owned::adopt(vm.set_mut(a[0]).remove(at))),
        None => Err(vm.error(t::KEY_ERROR, "pop from an empty set")),
    }
}

fn update(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    match others[..] {
        [] => Ok(vm.none()),
        [other] => update_from(vm, a[0], other),
        _ => vm.tail_prelude("set_update_many", &[a[0], a[1]]),
    }
}

fn intersection_update(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    let mut new = if others.is_empty() { super::copy_of(vm, a[0]) } else { a[0] };
    for other in others {
        new = intersection(vm, new, other)?;
    }
    swap(vm, a[0], new);
    Ok(vm.none())
}

fn difference_update(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    match others[..] {
        [] => {}
        [other] => isub(vm, a[0], other)?,
        _ => return vm.tail_prelude("set_difference_many", &[a[0], a[1]]),
    }
    Ok(vm.none())
}

fn symmetric_update(vm: &mut Vm, a: Args) -> Step {
    let other = as_set(vm, a[1])?;
    ixor(vm, a[0], other)?;
    Ok(vm.none())
}
