//! `dict(…)`, `update` and `|`: merging another dict, any mapping, or pairs into a dict.
use super::copied;
use crate::heap::Ref;
use crate::natives::containers::support::ready_items;
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, n, t};

pub fn init(vm: &mut Vm, a: Args) -> Step {
    update_common(vm, a, "dict")
}
pub fn update(vm: &mut Vm, a: Args) -> Step {
    update_common(vm, a, "update")
}

fn update_common(vm: &mut Vm, a: Args, name: &str) -> Step {
    let args = vm.tuple_items(a[1]).expect("*args").to_vec();
    let kwargs = a.opt(2);
    match args[..] {
        [] => {}
        [source] if is_plain_dict(vm, source) => merge(vm, a[0], source, false)?,
        [source] => return update_from(vm, a[0], source, kwargs),
        _ => {
            let message = format!("{name} expected at most 1 argument, got {}", args.len());
            return Err(vm.type_error(message));
        }
    }
    if let Some(kw) = kwargs.filter(|kw| vm.dict_of(*kw).is_some()) {
        merge(vm, a[0], kw, false)?;
    }
    Ok(vm.none())
}

/// From what is no plain dict: a mapping with `keys()`, or pairs.
fn update_from(vm: &mut Vm, dict: Ref, source: Ref, kwargs: Option<Ref>) -> Step {
    let kw = kwargs.unwrap_or(crate::vm::fixed::NONE);
    if vm.getattr_opt(source, n::KEYS)?.is_some() {
        return vm.tail_prelude("dict_update_keys", &[dict, source, kw]);
    }
    let Some(ready) = ready_items(vm, source)? else {
        return vm.tail_prelude("dict_update_pairs", &[dict, source, kw]);
    };
    let pairs = vm.list_raw(ready.items);
    let pairs = vm.keep(pairs);
    let items = vm.list_items(pairs).expect("a list").clone();
    let plain = |vm: &Vm, r: Ref| {
        matches!(vm.ty(r), t::TUPLE | t::LIST)
            && vm.items_of(r).is_some_and(|x| x.len() == 2 && vm.hash_simple(x[0]).is_some())
    };
    if !plain_keys(vm, dict) || !items.iter().all(|r| plain(vm, *r)) {
        return vm.tail_prelude("dict_update_pairs", &[dict, pairs, kw]);
    }
    for r in items {
        let [k, v] = *vm.items_of(r).expect("a pair") else { continue };
        vm.dict_set(dict, k, v)?;
    }
    if kw != crate::vm::fixed::NONE {
        merge(vm, dict, kw, false)?;
    }
    Ok(vm.none())
}

/// Whether looking up a plain key in this dict never runs Python code.
fn plain_keys(vm: &Vm, dict: Ref) -> bool {
    let d = vm.dict_of(dict).expect("a dict");
    d.str_keys || d.iter().all(|(k, _)| vm.hash_simple(k).is_some())
}

/// Whether an object's items may be read from its table: a dict, or a subclass that iterates as dict does.
pub fn is_plain_dict(vm: &mut Vm, r: Ref) -> bool {
    if vm.dict_of(r).is_none() {
        return false;
    }
    vm.ty(r) == t::DICT || {
        let ty = vm.ty(r);
        let (own, dicts) = (vm.lookup(ty, n::__ITER__), vm.lookup(t::DICT, n::__ITER__));
        own == dicts
    }
}

/// Puts all entries of one dict into another. Asks first (where keys that are equal but not identical must be compared).
/// `keep`: a key that is there already keeps its value.
pub fn merge(vm: &mut Vm, dict: Ref, source: Ref, keep: bool) -> Result<(), Ask> {
    // Comparing keys of the program's own classes may change the other dict.
    let before = vm.once(|vm| {
        if plain_keys(vm, dict) {
            return Ok(vm.none());
        }
        let n = vm.dict_of(source).map_or(0, |d| d.len());
        Ok(vm.int(n as i64))
    })?;
    let before = vm.i64_of(before);
    let d = vm.dict_of(source).expect("a dict");
    if before.is_some_and(|n| n != d.len() as i64) {
        return Err(vm.runtime_error("dict mutated during update"));
    }
    if dict == source || d.is_empty() {
        return Ok(());
    }
    if vm.dict_of(dict).expect("a dict").is_empty() {
        let copy = d.clone();
        copy.visit(&mut |r| vm.heap.incref_raw(r));
        vm.dict_mut(dict).merge_into_empty(&copy);
        return Ok(());
    }
    let room = d.clone();
    let entries: Vec<(Ref, i64, Ref)> =
        room.entries().iter().filter_map(|e| e.key.map(|k| (k, e.hash, e.value))).collect();
    let mut found = Vec::with_capacity(entries.len());
    for (k, hash, _) in &entries {
        found.push(vm.dict_find(dict, *k, *hash)?);
    }
    for ((k, hash, v), at) in entries.iter().zip(&found) {
        if at.is_some() && !keep {
            vm.dict_store(dict, *at, *k, *hash, *v);
        }
    }
    vm.dict_mut(dict).reserve_for(&room);
    for ((k, hash, v), at) in entries.iter().zip(&found) {
        if at.is_none() {
            vm.dict_store(dict, None, *k, *hash, *v);
        }
    }
    Ok(())
}

/// `a | b`, NotImplemented unless both are dicts.
pub fn or(vm: &mut Vm, a: Ref, b: Ref) -> Step {
    if vm.dict_of(a).is_none() || vm.dict_of(b).is_none() {
        return Ok(vm.not_implemented());
    }
    let new = copied(vm, a);
    let new = vm.keep(new);
    if !is_plain_dict(vm, b) {
        return vm.tail_prelude("dict_merged", &[new, b]);
    }
    merge(vm, new, b, false)?;
    Ok(vm.incref(new))
}

pub fn ior(vm: &mut Vm, a: Args) -> Step {
    if is_plain_dict(vm, a[1]) {
        merge(vm, a[0], a[1], false)?;
        return Ok(vm.incref(a[0]));
    }
    vm.tail_prelude("dict_merged", &[a[0], a[1]])
}
