//! `_bisect`: places in sorted sequences. At once for lists whose items compare without Python; else in the prelude.
use super::heap_queue::plain_less;
use super::support::index_or;
use crate::heap::Ref;
use crate::vm::native::{Def, ModuleDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef { name: "_bisect", doc: "Bisection algorithms.", functions: &[DEFS], types: &[], init: None };

const SIG: &str = "(a, x, lo=0, hi=None, *, key=None)";
static DEFS: &[Def] = &[
    Def::function("bisect_right", SIG, |vm, a| find(vm, a, true), "The place behind all items that are not greater than x."),
    Def::function("bisect", SIG, |vm, a| find(vm, a, true), "The same as bisect_right."),
    Def::function("bisect_left", SIG, |vm, a| find(vm, a, false), "The place before all items that are not less than x."),
    Def::function("insort_right", SIG, |vm, a| insort(vm, a, true), "Insert x behind all items that are not greater."),
    Def::function("insort", SIG, |vm, a| insort(vm, a, true), "The same as insort_right."),
    Def::function("insort_left", SIG, |vm, a| insort(vm, a, false), "Insert x before all items that are not less."),
];

/// The place in a list, None when Python must compare.
fn place(vm: &mut Vm, a: Args, right: bool) -> Result<Option<usize>, Ask> {
    let lo = match a.opt(2) {
        Some(lo) => index_or(vm, lo, t::OVERFLOW_ERROR)?,
        None => 0,
    };
    if lo < 0 {
        return Err(vm.value_error("lo must be non-negative"));
    }
    if a.not_none(4).is_some() || vm.ty(a[0]) != t::LIST {
        return Ok(None);
    }
    let len = vm.list_items(a[0]).map_or(0, Vec::len);
    let hi = match a.not_none(3) {
        Some(hi) => match index_or(vm, hi, t::OVERFLOW_ERROR)? {
            hi if hi < 0 => len,
            hi => hi as usize,
        },
        None => len,
    };
    let (mut lo, mut hi) = (lo as usize, hi);
    let items = vm.list_items(a[0]).expect("a list");
    while lo < hi {
        let middle = lo + (hi - lo) / 2;
        let Some(item) = items.get(middle).copied() else { return Err(vm.index_error("list index out of range")) };
        let less = if right { plain_less(vm, a[1], item) } else { plain_less(vm, item, a[1]) };
        match less {
            None => return Ok(None),
            Some(less) if less == right => hi = middle,
            Some(_) => lo = middle + 1,
        }
    }
    Ok(Some(lo))
}

fn slow(vm: &mut Vm, a: Args, name: &str) -> Step {
    let zero = fixed::small_int(0).expect("cached");
    let part = |i: usize| a.opt(i).unwrap_or(fixed::NONE);
    let args: [Ref; 5] = [a[0], a[1], a.opt(2).unwrap_or(zero), part(3), part(4)];
    vm.tail_prelude(name, &args)
}

fn find(vm: &mut Vm, a: Args, right: bool) -> Step {
    match place(vm, a, right)? {
        Some(i) => Ok(vm.int(i as i64)),
        None => slow(vm, a, if right { "bisect_right" } else { "bisect_left" }),
    }
}

fn insort(vm: &mut Vm, a: Args, right: bool) -> Step {
    let Some(i) = place(vm, a, right)? else {
        return slow(vm, a, if right { "insort_right" } else { "insort_left" });
    };
    vm.heap.incref_raw(a[1]);
    let l = vm.list_obj_mut(a[0]);
    let i = i.min(l.items.len());
    l.items.insert(i, a[1]);
    l.note_len();
    Ok(vm.none())
}
