//! Items of deques: subscripts, search, comparison, concatenation.
use super::deque::{Deque, append_all, deque, deque_mut, mutated, new_like};
use crate::heap::{Owned, Ref};
use crate::natives::containers::support::*;
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};

const OTHER: &str = "(self, value, /)";
pub static DEFS: &[Def] = &[
    Def::method("__len__", "(self, /)", |vm, a| { let n = deque(vm, a[0]).items.len(); Ok(vm.int(n as i64)) }, "Return len(self)."),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::method("__setitem__", "(self, key, value, /)", setitem, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", delitem, "Delete self[key]."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("__add__", OTHER, add, "Return self+value."),
    Def::method("__mul__", OTHER, mul, "Return self*value."),
    Def::method("__rmul__", OTHER, mul, "Return value*self."),
    Def::method("__imul__", OTHER, imul, "Implement self*=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("count", "(self, value, /)", count, "Return number of occurrences of value."),
    Def::method("index", "(self, value, start=0, stop=sys.maxsize, /)", index, "Return first index of value."),
    Def::method("insert", "(self, index, value, /)", insert, "Insert value before index."),
    Def::method("remove", OTHER, remove, "Remove first occurrence of value."),
];

fn items(vm: &Vm, r: Ref) -> Vec<Ref> {
    deque(vm, r).items.iter().copied().collect()
}

/// An index as the deque takes it.
fn at(vm: &mut Vm, d: Ref, key: Ref) -> Result<usize, Ask> {
    if !vm.is_int(key) && vm.lookup_special(key, crate::vm::n::__INDEX__).is_none() {
        let message = format!("sequence index must be integer, not '{}'", vm.dotted_type_name(key));
        return Err(vm.type_error(message));
    }
    let i = index_or(vm, key, t::INDEX_ERROR)?;
    match place(i, deque(vm, d).items.len()) {
        Some(i) => Ok(i),
        None => Err(vm.index_error("deque index out of range")),
    }
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    let i = at(vm, a[0], a[1])?;
    let v = deque(vm, a[0]).items[i];
    Ok(vm.incref(v))
}

fn setitem(vm: &mut Vm, a: Args) -> Step {
    let i = at(vm, a[0], a[1])?;
    vm.heap.incref_raw(a[2]);
    let old = std::mem::replace(&mut deque_mut(vm, a[0]).items[i], a[2]);
    vm.heap.decref_raw(old);
    Ok(vm.none())
}

/// Takes out an item by turning the deque to it and back.
fn delete(vm: &mut Vm, d: Ref, i: usize) {
    let x = deque_mut(vm, d);
    x.rotate(-(i as i64));
    let gone = x.pop_front();
    x.rotate(i as i64);
    vm.replace_raw(gone);
}

fn delitem(vm: &mut Vm, a: Args) -> Step {
    let i = at(vm, a[0], a[1])?;
    delete(vm, a[0], i);
    Ok(vm.none())
}

/// Where the first equal item is; an error when the comparison changed the deque.
fn find(vm: &mut Vm, d: Ref, value: Ref, from: usize, to: usize) -> Result<Option<usize>, Ask> {
    let mut i = from;
    let len = deque(vm, d).items.len();
    while i < to {
        let Some(x) = deque(vm, d).items.get(i).copied() else { break };
        let equal = vm.eq(x, value)?;
        if deque(vm, d).items.len() != len {
            return Err(mutated(vm));
        }
        if equal {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

/// Whether a comparison with some item may run code of the program: then the prelude does the search, since a native that
/// is run again would not see a change in between.
fn asks(vm: &Vm, d: Ref, value: Ref) -> bool {
    deque(vm, d).items.iter().any(|x| *x != value && vm.compare_simple(*x, value, Cmp::Eq).is_none())
}
fn contains(vm: &mut Vm, a: Args) -> Step {
    if asks(vm, a[0], a[1]) {
        return vm.tail_prelude("deque_contains", &[a[0], a[1]]);
    }
    let found = find(vm, a[0], a[1], 0, usize::MAX)?.is_some();
    Ok(vm.bool(found))
}

fn count(vm: &mut Vm, a: Args) -> Step {
    if asks(vm, a[0], a[1]) {
        return vm.tail_prelude("deque_count", &[a[0], a[1]]);
    }
    let mut n = 0;
    for x in items(vm, a[0]) {
        n += vm.eq(x, a[1])? as i64;
    }
    Ok(vm.int(n))
}

fn index(vm: &mut Vm, a: Args) -> Step {
    let len = deque(vm, a[0]).items.len();
    let (start, stop) = search_bounds(vm, a.opt(2), a.opt(3), len)?;
    if asks(vm, a[0], a[1]) {
        let bounds = [start, stop].map(|i| vm.int(i.min(len) as i64));
        let [start, stop] = bounds.map(|i| vm.keep(i));
        return vm.tail_prelude("deque_index", &[a[0], a[1], start, stop]);
    }
    match find(vm, a[0], a[1], start, stop)? {
        Some(i) => Ok(vm.int(i as i64)),
        None => Err(vm.value_error("deque.index(x): x not in deque")),
    }
}

fn remove(vm: &mut Vm, a: Args) -> Step {
    if asks(vm, a[0], a[1]) {
        return vm.tail_prelude("deque_remove", &[a[0], a[1]]);
    }
    match find(vm, a[0], a[1], 0, usize::MAX)? {
        Some(i) => {
            delete(vm, a[0], i);
            Ok(vm.none())
        }
        None => Err(vm.value_error("deque.remove(x): x not in deque")),
    }
}

fn insert(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[1])?;
    let x = deque(vm, a[0]);
    let n = x.items.len() as i64;
    if x.maxlen.is_some_and(|m| n as usize >= m) {
        return Err(vm.index_error("deque already at its maximum size"));
    }
    vm.heap.incref_raw(a[2]);
    let x = deque_mut(vm, a[0]);
    let gone = if i >= n {
        x.push_back(a[2])
    } else if i <= -n || i == 0 {
        x.push_front(a[2])
    } else {
        x.rotate(-i);
        let gone = if i < 0 { x.push_back(a[2]) } else { x.push_front(a[2]) };
        x.rotate(i);
        gone
    };
    vm.replace_raw(gone);
    Ok(vm.none())
}

fn add(vm: &mut Vm, a: Args) -> Step {
    if vm.state::<Deque>(a[1]).is_none() {
        return Err(cannot_concatenate(vm, "deque", a[1]));
    }
    let all = [items(vm, a[0]), items(vm, a[1])].concat();
    Ok(new_like(vm, a[0], &all))
}

fn mul(vm: &mut Vm, a: Args) -> Step {
    let Some(n) = repeat_count(vm, a[1])? else { return Err(cannot_repeat(vm, a[1])) };
    let items = items(vm, a[0]);
    let all = repeated(vm, a[0], &items, n)?;
    let new: Owned = new_like(vm, a[0], &[]);
    append_all(vm, new.get(), &all, false);
    Ok(new)
}

/// The items `n` times, no more than a bounded deque can take (it keeps the last).
fn repeated(vm: &mut Vm, d: Ref, items: &[Ref], n: usize) -> Result<Vec<Ref>, Ask> {
    let times = match deque(vm, d).maxlen {
        Some(m) if !items.is_empty() => n.min(m.div_ceil(items.len()) + 1),
        _ => n,
    };
    if items.len().saturating_mul(times).saturating_mul(8) > vm.memory_limit {
        return Err(vm.memory_error());
    }
    Ok(items.repeat(times))
}

fn imul(vm: &mut Vm, a: Args) -> Step {
    let Some(n) = repeat_count(vm, a[1])? else { return Err(cannot_repeat(vm, a[1])) };
    let items = items(vm, a[0]);
    if n == 0 {
        let old = deque_mut(vm, a[0]).take_all();
        release_all(vm, old);
    } else {
        let more = repeated(vm, a[0], &items, n - 1)?;
        append_all(vm, a[0], &more, false);
    }
    Ok(vm.incref(a[0]))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.state::<Deque>(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (items(vm, a[0]), items(vm, a[1]));
    let (x, y) = (vm.list_of(&x), vm.list_of(&y));
    let (x, y) = (vm.keep(x), vm.keep(y));
    compare_sequences(vm, x, y, op)
}
