//! Filling sets: from other sets, dicts and any iterable, in CPython's order of insertion and growth.
use super::{fill, insert, table};
use crate::heap::Ref;
use crate::natives::containers::support::ready_items;
use crate::objects::Payload;
use crate::vm::step::{Ask, Step};
use crate::vm::{Vm, t};

/// `set.update(iterable)`.
pub fn update_from(vm: &mut Vm, set: Ref, iterable: Ref) -> Step {
    if vm.set_of(iterable).is_some() || vm.ty(iterable) == t::DICT {
        merge(vm, set, iterable)?;
        return Ok(vm.none());
    }
    let is_iterator = matches!(vm.heap.get(iterable), Payload::Iter(_));
    let plain_set = !is_iterator || table(vm, set).iter().all(|(k, _)| vm.hash_simple(k).is_some());
    let items = match if plain_set { ready_items(vm, iterable)? } else { None } {
        Some(ready) => {
            let list = vm.list_raw(ready.items);
            vm.keep(list)
        }
        None => return vm.tail_prelude("set_update", &[set, iterable]),
    };
    let keys = vm.list_items(items).expect("a list").clone();
    if !keys.iter().all(|k| vm.hash_simple(*k).is_some()) {
        return vm.tail_prelude("set_update", &[set, items]);
    }
    let absent = absent_of(vm, set, &keys)?;
    for (key, hash) in absent {
        insert(vm, set, key, hash);
    }
    Ok(vm.none())
}

/// Keys that are not in the set, each once, with their hashes: all that must be asked before the set may change.
fn absent_of(vm: &mut Vm, set: Ref, keys: &[Ref]) -> Result<Vec<(Ref, i64)>, Ask> {
    let seen = vm.set();
    let seen = vm.keep(seen);
    let mut absent = Vec::new();
    for k in keys {
        let hash = vm.hash_element(*k)?;
        if vm.set_find(set, *k, hash)?.is_none() && vm.set_find(seen, *k, hash)?.is_none() {
            insert(vm, seen, *k, hash);
            absent.push((*k, hash));
        }
    }
    Ok(absent)
}

/// Keys and hashes of a set or dict.
pub fn hashed(vm: &Vm, source: Ref) -> Vec<(Ref, i64)> {
    match vm.heap.get(source) {
        Payload::Set(s) => s.iter().collect(),
        Payload::Dict(d) => d.entries().iter().filter_map(|e| e.key.map(|k| (k, e.hash))).collect(),
        _ => panic!("{source:?} is neither set nor dict"),
    }
}

/// Adds all keys of another set or of a dict.
pub fn merge(vm: &mut Vm, set: Ref, source: Ref) -> Result<(), Ask> {
    let other_len = vm.set_of(source).map(crate::objects::set::Set::len);
    if set == source || other_len == Some(0) {
        return Ok(());
    }
    if other_len.is_some() && table(vm, set).is_unused() {
        fill(vm, set, source);
        return Ok(());
    }
    let keys = hashed(vm, source);
    let mut absent = Vec::with_capacity(keys.len());
    for (k, hash) in &keys {
        if vm.set_find(set, *k, *hash)?.is_none() {
            absent.push((*k, *hash));
        }
    }
    vm.set_mut(set).reserve(keys.len());
    for (k, hash) in absent {
        insert(vm, set, k, hash);
    }
    Ok(())
}

/// A set with the elements of any iterable: itself when it is one.
pub fn as_set(vm: &mut Vm, iterable: Ref) -> Result<Ref, Ask> {
    if vm.set_of(iterable).is_some() {
        return Ok(iterable);
    }
    let new = vm.set();
    let new = vm.keep(new);
    if vm.ty(iterable) == t::DICT {
        merge(vm, new, iterable)?;
        return Ok(new);
    }
    match vm.items_simple(iterable) {
        Some(items) if items.iter().all(|k| vm.hash_simple(*k).is_some()) => {
            for (k, hash) in absent_of(vm, new, &items)? {
                insert(vm, new, k, hash);
            }
            Ok(new)
        }
        _ => vm.prelude("set_from", &[iterable]),
    }
}
