//! Union, intersection, difference: operations that give a new set.
use super::update::{as_set, hashed, merge};
use super::{copy_of, insert, new_like, table};
use crate::heap::Ref;
use crate::vm::native::{Def, NativeFn};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};

const OTHER: &str = "(self, value, /)";
const fn op(name: &'static str, f: NativeFn, doc: &'static str) -> Def {
    Def::method(name, OTHER, f, doc)
}
pub static DEFS: &[Def] = &[
    op("__and__", |vm, a| both_sets(vm, a[0], a[1], intersection), "Return self&value."),
    op("__rand__", |vm, a| both_sets(vm, a[1], a[0], intersection), "Return value&self."),
    op("__or__", |vm, a| both_sets(vm, a[0], a[1], union), "Return self|value."),
    op("__ror__", |vm, a| both_sets(vm, a[1], a[0], union), "Return value|self."),
    op("__sub__", |vm, a| both_sets(vm, a[0], a[1], difference), "Return self-value."),
    op("__rsub__", |vm, a| both_sets(vm, a[1], a[0], difference), "Return value-self."),
    op("__xor__", |vm, a| both_sets(vm, a[0], a[1], symmetric), "Return self^value."),
    op("__rxor__", |vm, a| both_sets(vm, a[1], a[0], symmetric), "Return value^self."),
    Def::method("union", "(self, /, *others)", union_method, "Return a set with the elements of the set and all others."),
    Def::method("intersection", "(self, /, *others)", intersection_method, "Return a set with the elements common to the set and all others."),
    Def::method("difference", "(self, /, *others)", difference_method, "Return a set with the elements that are in none of the others."),
    Def::method("symmetric_difference", "(self, other, /)", symmetric_method, "Return a set with the elements in either the set or other but not both."),
];

/// An operation on a set and an iterable, giving a set (lent).
type Operation = fn(&mut Vm, Ref, Ref) -> Result<Ref, Ask>;

fn both_sets(vm: &mut Vm, a: Ref, b: Ref, f: Operation) -> Step {
    if vm.set_of(a).is_none() || vm.set_of(b).is_none() {
        return Ok(vm.not_implemented());
    }
    let r = f(vm, a, b)?;
    Ok(vm.incref(r))
}

fn union_method(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    let new = copy_of(vm, a[0]);
    for other in others {
        union_with(vm, new, other)?;
    }
    Ok(vm.incref(new))
}

fn intersection_method(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    let mut result = if others.is_empty() { copy_of(vm, a[0]) } else { a[0] };
    for other in others {
        result = intersection(vm, result, other)?;
    }
    Ok(vm.incref(result))
}

/// `a | b` of two sets.
fn union(vm: &mut Vm, a: Ref, b: Ref) -> Result<Ref, Ask> {
    let new = copy_of(vm, a);
    if a != b {
        merge(vm, new, b)?;
    }
    Ok(new)
}

/// Adds an iterable's elements to a set that is our own.
fn union_with(vm: &mut Vm, own: Ref, other: Ref) -> Result<(), Ask> {
    if vm.set_of(other).is_some() || vm.ty(other) == t::DICT {
        return merge(vm, own, other);
    }
    for k in vm.collect(other)? {
        let hash = vm.hash_element(k)?;
        if vm.set_find(own, k, hash)?.is_none() {
            insert(vm, own, k, hash);
        }
    }
    Ok(())
}

/// Elements in both: the smaller of two sets is walked, and its elements taken.
pub fn intersection(vm: &mut Vm, a: Ref, b: Ref) -> Result<Ref, Ask> {
    if a == b {
        return Ok(copy_of(vm, a));
    }
    let new = new_like(vm, a);
    let (walked, other, keys) = if vm.set_of(b).is_some() {
        let (walked, other) = if table(vm, b).len() > table(vm, a).len() { (a, b) } else { (b, a) };
        (Some(walked), other, hashed(vm, walked))
    } else {
        let mut keys = Vec::new();
        for k in vm.collect(b)? {
            keys.push((k, vm.hash(k)?));
        }
        (None, a, keys)
    };
    for (k, hash) in keys {
        let found = vm.set_find(other, k, hash)?.is_some();
        // Two sets have no duplicates; other iterables may.
        if found && (walked.is_some() || vm.set_find(new, k, hash)?.is_none()) {
            insert(vm, new, k, hash);
        }
    }
    Ok(new)
}

/// `a` without the elements of `b`.
pub fn difference(vm: &mut Vm, a: Ref, b: Ref) -> Result<Ref, Ask> {
    let size = match (vm.set_of(b), vm.dict_of(b)) {
        (Some(s), _) => Some(s.len()),
        (_, Some(d)) if vm.ty(b) == t::DICT => Some(d.len()),
        _ => None,
    };
    if size.is_none_or(|n| table(vm, a).len() >> 2 > n) {
        let new = copy_of(vm, a);
        let gone = super::in_place::keys_to_remove(vm, new, b)?;
        super::in_place::remove_keys(vm, new, gone);
        return Ok(new);
    }
    let new = new_like(vm, a);
    for (k, hash) in hashed(vm, a) {
        let found = match vm.set_of(b) {
            Some(_) => vm.set_find(b, k, hash)?.is_some(),
            None => vm.dict_find(b, k, hash)?.is_some(),
        };
        if !found {
            insert(vm, new, k, hash);
        }
    }
    Ok(new)
}

fn difference_method(vm: &mut Vm, a: Args) -> Step {
    let others = vm.tuple_items(a[1]).expect("*others").to_vec();
    let Some((first, rest)) = others.split_first() else {
        let new = copy_of(vm, a[0]);
        return Ok(vm.incref(new));
    };
    let new = difference(vm, a[0], *first)?;
    for other in rest {
        let gone = super::in_place::keys_to_remove(vm, new, *other)?;
        super::in_place::remove_keys(vm, new, gone);
    }
    Ok(vm.incref(new))
}

/// Elements in exactly one of them: a copy of the other one, from which the set's are removed or added.
pub fn symmetric(vm: &mut Vm, a: Ref, b: Ref) -> Result<Ref, Ask> {
    let new = new_like(vm, a);
    let b = as_set(vm, b)?;
    merge(vm, new, b)?;
    for (k, hash) in hashed(vm, a) {
        match vm.set_find(new, k, hash)? {
            Some(at) => {
                let old = vm.set_mut(new).remove(at);
                vm.heap.decref_raw(old);
            }
            None => insert(vm, new, k, hash),
        }
    }
    Ok(new)
}

fn symmetric_method(vm: &mut Vm, a: Args) -> Step {
    let new = symmetric(vm, a[0], a[1])?;
    Ok(vm.incref(new))
}
