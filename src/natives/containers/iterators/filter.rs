//! `filter`.
use super::lazy::make;
use super::simple::itself;
use super::state::iter_mut;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};

static FILTER: TypeDef = TypeDef {
    place: Some(t::FILTER),
    name: "filter",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (32, 0),
    doc: "The items of an iterable for which a function holds, or the true ones.",
    defs: &[DEFS],
};
pub static TYPES: &[&TypeDef] = &[&FILTER];

static DEFS: &[Def] = &[
    Def::new("(cls, function, iterable, /)", new),
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let iter = vm.get_iter(a[2])?;
    vm.heap.incref_raw(iter);
    vm.heap.incref_raw(a[1]);
    make(vm, a[0], Iter::Filter { func: a[1], iter })
}

fn next(vm: &mut Vm, a: Args) -> Step {
    let Iter::Filter { func, iter } = *iter_mut(vm, a[0]) else { panic!("a filter") };
    let truths = func == fixed::NONE || func == t::BOOL;
    while truths && vm.is_ready_iter(iter) {
        let Some(v) = vm.advance_ready(iter)? else { return Err(vm.stop_iteration(None)) };
        match vm.truth_simple(v.get()) {
            Some(true) => return Ok(v),
            Some(false) => vm.release(v),
            None if matches!(v.get(), fixed::NONE) => vm.release(v),
            None => {
                // Its truth needs Python, and the iterator has moved: the prelude goes on from here.
                let v = vm.keep(v);
                return vm.tail_prelude("filter_from", &[iter, v]);
            }
        }
    }
    vm.tail_prelude(if truths { "filter_true" } else { "filter_next" }, &[func, iter])
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let Iter::Filter { func, iter } = *iter_mut(vm, a[0]) else { panic!("a filter") };
    let args = vm.tuple_of(&[func, iter]);
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}
