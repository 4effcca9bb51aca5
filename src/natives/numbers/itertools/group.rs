//! `groupby` and the iterators over its groups, which share its source.
use super::super::{committed, next_item};
use super::{drop_ref, held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed};

/// The source; the key of the group that was given out; the item read last and its key; the group that may still read.
#[derive(Clone, Copy)]
struct GroupBy {
    it: Ref,
    keyfunc: Option<Ref>,
    target: Option<Ref>,
    key: Option<Ref>,
    value: Option<Ref>,
    /// Not counted: only compared with.
    group: Option<Ref>,
}
native_state!(GroupBy, |s, f| {
    let GroupBy { it, keyfunc, target, key, value, group: _ } = s;
    [&Some(*it), keyfunc, target, key, value].into_iter().flatten().for_each(|r| f(*r));
});
/// A group: its groupby and its key.
#[derive(Clone, Copy)]
struct Group {
    parent: Ref,
    key: Ref,
}
native_state!(Group, |s, f| {
    let Group { parent, key } = s;
    [*parent, *key].into_iter().for_each(f);
});

fn groupby_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    let it = held(vm, it);
    let keyfunc = a.not_none(2).map(|r| held(vm, r));
    made(vm, a[0], GroupBy { it, keyfunc, target: None, key: None, value: None, group: None })
}
fn groupby(vm: &mut Vm, r: Ref) -> &mut GroupBy {
    vm.state_mut(r).expect("a groupby")
}
/// Reads one item and its key; false at the end.
fn read(vm: &mut Vm, parent: Ref) -> Result<bool, Ask> {
    let GroupBy { it, keyfunc, .. } = *groupby(vm, parent);
    let Some(item) = next_item(vm, it)? else { return Ok(false) };
    let key = match keyfunc {
        Some(f) => vm.call(f, &[item])?,
        None => item,
    };
    let (item, key) = (held(vm, item), held(vm, key));
    let g = groupby(vm, parent);
    let old = [g.value.replace(item), g.key.replace(key)];
    old.into_iter().for_each(|r| drop_ref(vm, r));
    committed(vm);
    Ok(true)
}
fn groupby_next(vm: &mut Vm, a: Args) -> Step {
    groupby(vm, a[0]).group = None;
    // Skip what is left of the group given out before. The keys' own comparison may read on in this very object: this call
    // goes on with what it began with, which is the first thing on the tape of each round.
    loop {
        let GroupBy { key, target, .. } = *groupby(vm, a[0]);
        let began = vm.once(|vm| Ok(vm.tuple_of(&key.into_iter().chain(target.filter(|_| key.is_some())).collect::<Vec<_>>())))?;
        match vm.tuple_items(began).expect("a tuple").to_vec()[..] {
            [_] => break,
            [key, target] if !vm.eq(target, key)? => break,
            _ => {}
        }
        if !read(vm, a[0])? {
            return stop(vm);
        }
    }
    let key = groupby(vm, a[0]).key.expect("an item was read");
    let target = held(vm, key);
    let old = groupby(vm, a[0]).target.replace(target);
    drop_ref(vm, old);
    let group = new_group(vm, a[0], key);
    let pair = vec![vm.incref(key), group];
    Ok(vm.tuple(pair))
}
fn new_group(vm: &mut Vm, parent: Ref, key: Ref) -> crate::heap::Owned {
    let state = Group { parent: held(vm, parent), key: held(vm, key) };
    let ty = vm.type_of_def(&GROUPER);
    let group = vm.opaque(ty, state);
    groupby(vm, parent).group = Some(group.get());
    group
}
pub static GROUPBY: TypeDef = iterator_type!(
    "groupby", 72, "make an iterator that returns consecutive keys and groups from the iterable",
    Def::new("(cls, iterable, key=None)", groupby_new), groupby_next
);

fn group_new(vm: &mut Vm, a: Args) -> Step {
    if vm.state::<GroupBy>(a[1]).is_none() {
        let message = format!("_grouper() argument 1 must be itertools.groupby, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    Ok(new_group(vm, a[1], a[2]))
}
fn group_next(vm: &mut Vm, a: Args) -> Step {
    let Group { parent, key: target } = *vm.state::<Group>(a[0]).expect("a group");
    if groupby(vm, parent).group != Some(a[0]) {
        return stop(vm);
    }
    // As in `groupby_next`: whether an item was there when the call began, and the key that it began to compare.
    let there = groupby(vm, parent).value.is_some();
    let there = vm.once(|vm| Ok(vm.bool(there)))?;
    if there == fixed::FALSE {
        return if read(vm, parent)? { group_next(vm, a) } else { stop(vm) };
    }
    let key = groupby(vm, parent).key.unwrap_or(fixed::NONE);
    let key = vm.once(|vm| Ok(vm.incref(key)))?;
    let same = vm.eq(target, key)?;
    if !same {
        return stop(vm);
    }
    let g = groupby(vm, parent);
    let (value, key) = (g.value.take(), g.key.take());
    drop_ref(vm, key);
    match value {
        Some(v) => Ok(crate::heap::Owned::adopt(v)),
        None => stop(vm),
    }
}
pub static GROUPER: TypeDef =
    iterator_type!("_grouper", 32, "", Def::new("(cls, parent, tgtkey, /)", group_new), group_next);
