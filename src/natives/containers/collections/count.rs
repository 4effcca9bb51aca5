//! `_count_elements`: what Counter counts with.
use crate::natives::containers::support::ready_items;
use crate::vm::native::Def;
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

pub static DEFS: &[Def] = &[Def::function("_count_elements", "(mapping, iterable, /)", count, "Count elements in the iterable, updating the mapping")];

fn count(vm: &mut Vm, a: Args) -> Step {
    let (mapping, iterable) = (a[0], a[1]);
    let ordinary = vm.dict_of(mapping).is_some() && ["get", "__setitem__"].into_iter().all(|name| {
        let name = vm.intern(name).into_raw();
        let ty = vm.ty(mapping);
        vm.lookup(ty, name) == vm.lookup(t::DICT, name)
    });
    let plain = ordinary
        && vm.dict_of(mapping).is_some_and(|d| d.iter().all(|(k, v)| vm.hash_simple(k).is_some() && vm.ty(v) == t::INT && vm.i64_of(v).is_some()));
    let Some(ready) = (if plain { ready_items(vm, iterable)? } else { None }) else {
        return vm.tail_prelude("count_elements", &[mapping, iterable]);
    };
    let items = vm.list_raw(ready.items);
    let items = vm.keep(items);
    let keys = vm.list_items(items).expect("a list").clone();
    if !keys.iter().all(|k| vm.hash_simple(*k).is_some()) {
        return vm.tail_prelude("count_elements", &[mapping, items]);
    }
    for k in keys {
        let old = vm.dict_get(mapping, k)?.and_then(|v| vm.i64_of(v)).unwrap_or(0);
        let new = vm.int(old + 1);
        let new = vm.keep(new);
        vm.dict_set(mapping, k, new)?;
    }
    Ok(vm.none())
}
