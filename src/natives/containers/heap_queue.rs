//! `_heapq`: heaps in lists. At once where the items compare without Python; else in the prelude.
//!
//! Every operation first finds the way its item takes, comparing only, and then moves the items.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, ModuleDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};

pub static MODULE: ModuleDef = ModuleDef { name: "_heapq", doc: "Heap queue algorithm (a.k.a. priority queue).", functions: &[DEFS], types: &[], init: Some(about) };

const PUSH: &str = "(heap, item, /)";
const HEAP: &str = "(heap, /)";
static DEFS: &[Def] = &[
    Def::function("heappush", PUSH, |vm, a| push(vm, a, false), "Push item onto heap, maintaining the heap invariant."),
    Def::function("heappop", HEAP, |vm, a| pop(vm, a, false), "Pop the smallest item off the heap, maintaining the heap invariant."),
    Def::function("heapify", HEAP, |vm, a| heapify(vm, a, false), "Transform list into a heap, in-place, in O(len(heap)) time."),
    Def::function("heapreplace", PUSH, |vm, a| replace(vm, a, false), "Pop and return the current smallest value, and add the new item."),
    Def::function("heappushpop", PUSH, |vm, a| push_pop(vm, a, false), "Push item on the heap, then pop and return the smallest item from the heap."),
    Def::function("heappush_max", PUSH, |vm, a| push(vm, a, true), "Push item onto max heap, maintaining the heap invariant."),
    Def::function("heappop_max", HEAP, |vm, a| pop(vm, a, true), "Maxheap variant of heappop."),
    Def::function("heapify_max", HEAP, |vm, a| heapify(vm, a, true), "Maxheap variant of heapify."),
    Def::function("heapreplace_max", PUSH, |vm, a| replace(vm, a, true), "Maxheap variant of heapreplace."),
    Def::function("heappushpop_max", PUSH, |vm, a| push_pop(vm, a, true), "Maxheap variant of heappushpop."),
];

fn about(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let Payload::Module(m) = vm.heap.get(module) else { return Ok(()) };
    let dict = m.dict;
    let text = vm.str("Heap queues: the smallest (or largest) item of a list in logarithmic time.");
    vm.dict_set_str(dict, "__about__", text);
    Ok(())
}

/// Whether `a < b`, None when Python must say so.
pub fn plain_less(vm: &Vm, a: Ref, b: Ref) -> Option<bool> {
    if let Some(x) = vm.compare_simple(a, b, Cmp::Lt) {
        return Some(x);
    }
    if vm.ty(a) != t::TUPLE || vm.ty(b) != t::TUPLE {
        return None;
    }
    let (x, y) = (vm.tuple_items(a)?, vm.tuple_items(b)?);
    for (p, q) in x.iter().zip(y) {
        if p == q {
            continue;
        }
        if !plain_equal(vm, *p, *q)? {
            return plain_less(vm, *p, *q);
        }
    }
    Some(x.len() < y.len())
}

fn plain_equal(vm: &Vm, a: Ref, b: Ref) -> Option<bool> {
    if let Some(x) = vm.compare_simple(a, b, Cmp::Eq) {
        return Some(x);
    }
    let (x, y) = (vm.tuple_items(a)?, vm.tuple_items(b)?);
    if vm.ty(a) != t::TUPLE || vm.ty(b) != t::TUPLE {
        return None;
    }
    if x.len() != y.len() {
        return Some(false);
    }
    for (p, q) in x.iter().zip(y) {
        if p != q && !plain_equal(vm, *p, *q)? {
            return Some(false);
        }
    }
    Some(true)
}

/// `a` belongs above `b`.
fn above(vm: &Vm, a: Ref, b: Ref, max: bool) -> Option<bool> {
    if max { plain_less(vm, b, a) } else { plain_less(vm, a, b) }
}

/// Moves the item at `at` towards the root as far as it belongs, not above `start`.
fn sift_down(vm: &Vm, heap: &mut [Ref], start: usize, at: usize, max: bool) -> Option<()> {
    let (item, mut at) = (heap[at], at);
    while at > start {
        let parent = (at - 1) >> 1;
        if !above(vm, item, heap[parent], max)? {
            break;
        }
        heap[at] = heap[parent];
        at = parent;
    }
    heap[at] = item;
    Some(())
}

/// Moves the item at `start` to a leaf, the better child always moving up, and then back up to its place.
fn sift_up(vm: &Vm, heap: &mut [Ref], start: usize, max: bool) -> Option<()> {
    let (item, mut at, end) = (heap[start], start, heap.len());
    while 2 * at + 1 < end {
        let mut child = 2 * at + 1;
        if child + 1 < end && !above(vm, heap[child], heap[child + 1], max)? {
            child += 1;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
    sift_down(vm, heap, start, at, max)
}

fn heap_list(vm: &mut Vm, r: Ref, name: &str) -> Result<(), Ask> {
    if vm.list_items(r).is_some() {
        return Ok(());
    }
    let one = matches!(name.trim_end_matches("_max"), "heapify" | "heappop");
    let message = format!("{name}() argument{} must be list, not {}", if one { "" } else { " 1" }, vm.dotted_type_name(r));
    Err(vm.type_error(message))
}

fn named(base: &str, max: bool) -> String {
    if max { format!("{base}_max") } else { base.to_owned() }
}

/// The prelude's function for what Python must compare.
fn slow(vm: &mut Vm, base: &str, max: bool, args: &[Ref]) -> Step {
    vm.tail_prelude(&named(base, max), args)
}

fn push(vm: &mut Vm, a: Args, max: bool) -> Step {
    heap_list(vm, a[0], &named("heappush", max))?;
    let l = vm.list_items(a[0]).expect("a list");
    // The way up is short: only the ancestors are looked at.
    let mut at = l.len();
    let mut way = vec![at];
    while at > 0 {
        let parent = (at - 1) >> 1;
        match above(vm, a[1], l[parent], max) {
            Some(true) => way.push(parent),
            Some(false) => break,
            None => return slow(vm, "heappush", max, &[a[0], a[1]]),
        }
        at = parent;
    }
    vm.heap.incref_raw(a[1]);
    let l = vm.list_obj_mut(a[0]);
    l.items.push(a[1]);
    l.note_len();
    for w in way.windows(2) {
        l.items.swap(w[0], w[1]);
    }
    Ok(vm.none())
}

/// The way of an item from the root: places whose items move up one by one, and last the item's own.
fn way_down(vm: &Vm, heap: &[Ref], item: Ref, max: bool) -> Option<Vec<usize>> {
    let (mut at, mut way) = (0, vec![0]);
    while 2 * at + 1 < heap.len() {
        let mut child = 2 * at + 1;
        if child + 1 < heap.len() && !above(vm, heap[child], heap[child + 1], max)? {
            child += 1;
        }
        way.push(child);
        at = child;
    }
    // From the leaf back up, as far as the item belongs above what has moved.
    while way.len() > 1 && above(vm, item, heap[way[way.len() - 1]], max)? {
        way.pop();
    }
    Some(way)
}

/// Moves the items along a way, and the item to its end; gives the former root.
fn walk(heap: &mut [Ref], way: &[usize], item: Ref) -> Ref {
    let top = heap[0];
    for w in way.windows(2) {
        heap[w[0]] = heap[w[1]];
    }
    heap[way[way.len() - 1]] = item;
    top
}

fn pop(vm: &mut Vm, a: Args, max: bool) -> Step {
    heap_list(vm, a[0], &named("heappop", max))?;
    let heap = vm.list_items(a[0]).expect("a list");
    let Some((last, rest)) = heap.split_last() else { return Err(vm.index_error("index out of range")) };
    let (last, old_len) = (*last, heap.len());
    let way = if rest.is_empty() { Some(vec![]) } else { way_down(vm, rest, last, max) };
    let Some(way) = way else { return slow(vm, "heappop", max, &[a[0]]) };
    let l = vm.list_obj_mut(a[0]);
    l.items.pop();
    let top = if old_len == 1 {
        l.note_cleared();
        last
    } else {
        l.note_resize(old_len, old_len - 1);
        walk(&mut l.items, &way, last)
    };
    Ok(Owned::adopt(top))
}

fn heapify(vm: &mut Vm, a: Args, max: bool) -> Step {
    heap_list(vm, a[0], &named("heapify", max))?;
    let mut heap = vm.list_items(a[0]).expect("a list").clone();
    for i in (0..heap.len() / 2).rev() {
        if sift_up(vm, &mut heap, i, max).is_none() {
            return slow(vm, "heapify", max, &[a[0]]);
        }
    }
    *vm.list_mut(a[0]) = heap;
    Ok(vm.none())
}

/// Puts an item in the place of the top, which is given out.
fn exchange(vm: &mut Vm, list: Ref, item: Ref, max: bool) -> Option<Owned> {
    let way = way_down(vm, vm.list_items(list)?, item, max)?;
    vm.heap.incref_raw(item);
    Some(Owned::adopt(walk(vm.list_mut(list), &way, item)))
}

fn replace(vm: &mut Vm, a: Args, max: bool) -> Step {
    heap_list(vm, a[0], &named("heapreplace", max))?;
    if vm.list_items(a[0]).is_some_and(Vec::is_empty) {
        return Err(vm.index_error("index out of range"));
    }
    match exchange(vm, a[0], a[1], max) {
        Some(top) => Ok(top),
        None => slow(vm, "heapreplace", max, &[a[0], a[1]]),
    }
}

fn push_pop(vm: &mut Vm, a: Args, max: bool) -> Step {
    heap_list(vm, a[0], &named("heappushpop", max))?;
    let Some(top) = vm.list_items(a[0]).and_then(|l| l.first().copied()) else { return Ok(vm.incref(a[1])) };
    match above(vm, top, a[1], max) {
        Some(false) => return Ok(vm.incref(a[1])),
        Some(true) => {
            if let Some(top) = exchange(vm, a[0], a[1], max) {
                return Ok(top);
            }
        }
        None => {}
    }
    slow(vm, "heappushpop", max, &[a[0], a[1]])
}
