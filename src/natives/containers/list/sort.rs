//! Sorting: at once in Rust where all keys are plain numbers, strings or tuples of them; else by the prelude's merge sort.
//!
//! While Python code compares or computes keys the list is empty, and a change to it is an error (CPython `list_sort_impl`).
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};
use std::cmp::Ordering;

/// Helpers of the prelude's sort.
pub static HELPERS: &[Def] = &[
    Def::function("_order_of", "(keys, reverse, /)", order_of, "The stable order of plain keys as indices, or None."),
    Def::function("_take_items", "(list, /)", take_items, "Take all items out for sorting: (items, room)."),
    Def::function("_put_back", "(list, items, room, /)", put_back, "End a sort; whether the list was left alone."),
];

pub fn sort(vm: &mut Vm, a: Args) -> Step {
    let reverse = match a.opt(2) {
        Some(r) => vm.truth(r)?,
        None => false,
    };
    let reverse_ref = fixed::bool_ref(reverse);
    if let Some(key) = a.not_none(1) {
        return vm.tail_prelude("list_sort_key", &[a[0], key, reverse_ref]);
    }
    let items = vm.list_items(a[0]).expect("a list").clone();
    if !all_plain(vm, &items) {
        return vm.tail_prelude("list_sort", &[a[0], reverse_ref]);
    }
    let sorted = stable_order(vm, &items, reverse).into_iter().map(|i| items[i]).collect();
    *vm.list_mut(a[0]) = sorted;
    Ok(vm.none())
}

/// Kinds of keys that can be ordered with each other without Python.
#[derive(PartialEq, Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
    Tuple,
}

fn kind(vm: &Vm, r: Ref) -> Option<Kind> {
    match vm.ty(r) {
        t::INT | t::BOOL => Some(Kind::Number),
        t::FLOAT if vm.f64_of(r).is_some_and(|x| !x.is_nan()) => Some(Kind::Number),
        t::STR => Some(Kind::Text),
        t::BYTES => Some(Kind::Bytes),
        t::TUPLE => Some(Kind::Tuple),
        _ => None,
    }
}

/// Whether every two of these can be compared without Python and without an error.
pub fn all_plain(vm: &Vm, items: &[Ref]) -> bool {
    let Some(first) = items.first() else { return true };
    let Some(k) = kind(vm, *first) else { return false };
    if !items.iter().all(|r| kind(vm, *r) == Some(k)) {
        return false;
    }
    if k != Kind::Tuple {
        return true;
    }
    // Column by column; a tuple that is a prefix of another is smaller, so columns may be shorter.
    let widest = items.iter().filter_map(|r| vm.tuple_items(*r)).map(<[Ref]>::len).max().unwrap_or(0);
    (0..widest).all(|c| {
        let column: Vec<Ref> =
            items.iter().filter_map(|r| vm.tuple_items(*r).and_then(|x| x.get(c).copied())).collect();
        let flat = column.iter().all(|r| kind(vm, *r).is_some_and(|k| k != Kind::Tuple));
        flat && all_plain(vm, &column) || column.iter().all(|r| *r == fixed::NONE)
    })
}

/// Order of two plain keys.
pub fn order(vm: &Vm, a: Ref, b: Ref) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (vm.heap.get(a), vm.heap.get(b)) {
        (Payload::Int(x), Payload::Int(y)) => x.cmp(y),
        (Payload::Float(x), Payload::Float(y)) => x.partial_cmp(y).unwrap_or(Ordering::Equal),
        (Payload::Str(x), Payload::Str(y)) => x.wtf8().cmp(y.wtf8()),
        (Payload::Tuple(x), Payload::Tuple(y)) => {
            x.iter().zip(y.iter()).map(|(p, q)| order(vm, *p, *q)).find(|o| o.is_ne()).unwrap_or(x.len().cmp(&y.len()))
        }
        _ if vm.compare_simple(a, b, Cmp::Lt) == Some(true) => Ordering::Less,
        _ if vm.compare_simple(a, b, Cmp::Gt) == Some(true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Indices in sorted order; equal keys keep theirs, with `reverse` too.
fn stable_order(vm: &Vm, keys: &[Ref], reverse: bool) -> Vec<usize> {
    let mut places: Vec<usize> = (0..keys.len()).collect();
    if reverse {
        places.sort_by(|i, j| order(vm, keys[*j], keys[*i]));
    } else {
        places.sort_by(|i, j| order(vm, keys[*i], keys[*j]));
    }
    places
}

fn order_of(vm: &mut Vm, a: Args) -> Step {
    let keys = vm.list_items(a[0]).expect("a list of keys").clone();
    if !all_plain(vm, &keys) {
        return Ok(vm.none());
    }
    let places = stable_order(vm, &keys, a[1] == fixed::TRUE);
    let places = places.into_iter().map(|i| vm.int(i as i64)).collect();
    Ok(vm.list(places))
}

fn take_items(vm: &mut Vm, a: Args) -> Step {
    let (items, room) = vm.list_obj_mut(a[0]).begin_sort();
    let (items, room) = (vm.list_raw(items), vm.int(room as i64));
    Ok(vm.tuple(vec![items, room]))
}

fn put_back(vm: &mut Vm, a: Args) -> Step {
    let room = vm.i64_of(a[2]).expect("what take_items gave") as usize;
    let items = vm.list_items(a[1]).expect("a list").clone();
    items.iter().for_each(|r| vm.heap.incref_raw(*r));
    let l = vm.list_obj_mut(a[0]);
    let untouched = l.untouched();
    let old = std::mem::replace(&mut l.items, items);
    l.set_allocated(room);
    crate::natives::containers::support::release_all(vm, old);
    Ok(vm.bool(untouched))
}
