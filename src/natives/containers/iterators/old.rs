//! Iterators over what only has `__getitem__` or is a callable: the sequence iterator, `iter(f, sentinel)`, `reversed`.
use super::lazy::make;
use super::simple::itself;
use super::state::{iter_mut, reduced};
use crate::heap::Ref;
use crate::natives::containers::support::index_or;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, n, t};

const fn def(place: Ref, name: &'static str, flags: u32, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout: Layout::Native, flags, size: (32, 0), doc, defs }
}

static SEQUENCE: TypeDef = def(t::SEQ_ITER, "iterator", type_flags::NO_NEW, "", &[SEQUENCE_DEFS]);
static CALLABLE: TypeDef = def(t::CALLABLE_ITER, "callable_iterator", type_flags::NO_NEW, "", &[CALLABLE_DEFS]);
static REVERSED: TypeDef =
    def(t::REVERSED, "reversed", type_flags::BASE, "reversed(sequence, /)\n--\n\nThe items of a sequence, last first.", &[REVERSED_DEFS]);
pub static TYPES: &[&TypeDef] = &[&SEQUENCE, &CALLABLE, &REVERSED];

const HINT: &str = "Private method returning an estimate of len(list(it)).";
const REDUCE: &str = "Return state information for pickling.";
const SETSTATE: &str = "Set state information for unpickling.";

static SEQUENCE_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", sequence_next, "Implement next(self)."),
    Def::plain("__length_hint__", "(self, /)", sequence_hint, HINT),
    Def::plain("__reduce__", "(self, /)", sequence_reduce, REDUCE),
    Def::plain("__setstate__", "(self, state, /)", sequence_set_state, SETSTATE),
];
static CALLABLE_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", callable_next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", callable_reduce, REDUCE),
];
static REVERSED_DEFS: &[Def] = &[
    Def::new("(cls, object, /)", reversed_new),
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", reversed_next, "Implement next(self)."),
    Def::plain("__length_hint__", "(self, /)", sequence_hint, HINT),
    Def::plain("__reduce__", "(self, /)", sequence_reduce, REDUCE),
    Def::plain("__setstate__", "(self, state, /)", sequence_set_state, SETSTATE),
];

/// `seq[i]`; None when an IndexError or StopIteration says that there is no such item.
fn item(vm: &mut Vm, seq: Ref, i: i64) -> Result<Option<Ref>, Ask> {
    let i = vm.int(i);
    let i = vm.keep(i);
    match vm.try_call_special(seq, n::__GETITEM__, &[i])? {
        Some(Ok(v)) => Ok(Some(v)),
        Some(Err(e)) if vm.exc_is(e, t::INDEX_ERROR) || vm.exc_is(e, t::STOP_ITERATION) => Ok(None),
        Some(Err(e)) => Err(vm.reraise(e)),
        None => {
            let message = format!("'{}' object is not subscriptable", vm.dotted_type_name(seq));
            Err(vm.type_error(message))
        }
    }
}

/// Source and position.
fn at_of(vm: &mut Vm, it: Ref) -> (Option<Ref>, i64) {
    match iter_mut(vm, it) {
        Iter::Sequence { seq, at } | Iter::Reversed { seq, at } => (*seq, *at),
        _ => panic!("an iterator over a sequence"),
    }
}
fn set_at(vm: &mut Vm, it: Ref, to: i64) {
    if let Iter::Sequence { at, .. } | Iter::Reversed { at, .. } = iter_mut(vm, it) {
        *at = to;
    }
}
/// The end: the source is let go.
fn finish(vm: &mut Vm, it: Ref) -> Ask {
    if let Iter::Sequence { seq, .. } | Iter::Reversed { seq, .. } = iter_mut(vm, it)
        && let Some(s) = seq.take()
    {
        vm.heap.decref_raw(s);
    }
    vm.stop_iteration(None)
}

fn sequence_next(vm: &mut Vm, a: Args) -> Step {
    let (seq, at) = at_of(vm, a[0]);
    let Some(seq) = seq else { return Err(vm.stop_iteration(None)) };
    if at == i64::MAX {
        return Err(vm.overflow_error("iter index too large"));
    }
    match item(vm, seq, at)? {
        Some(v) => {
            set_at(vm, a[0], at + 1);
            Ok(vm.incref(v))
        }
        None => Err(finish(vm, a[0])),
    }
}

fn sequence_hint(vm: &mut Vm, a: Args) -> Step {
    let reverse = matches!(iter_mut(vm, a[0]), Iter::Reversed { .. });
    let (seq, at) = at_of(vm, a[0]);
    let Some(seq) = seq else { return Ok(vm.int(0)) };
    if !reverse && vm.lookup_special(seq, n::__LEN__).is_none() {
        return Ok(vm.not_implemented());
    }
    let len = vm.len(seq)?;
    let left = if !reverse { (len - at).max(0) } else if len < at + 1 { 0 } else { at + 1 };
    Ok(vm.int(left))
}

fn sequence_reduce(vm: &mut Vm, a: Args) -> Step {
    let reverse = matches!(iter_mut(vm, a[0]), Iter::Reversed { .. });
    let (seq, at) = at_of(vm, a[0]);
    if !reverse {
        return match seq {
            Some(s) => {
                let (s, at) = (vm.incref(s), vm.int(at));
                reduced(vm, "iter", s, Some(at))
            }
            None => {
                let empty = vm.tuple(vec![]);
                reduced(vm, "iter", empty, None)
            }
        };
    }
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    match seq {
        Some(s) => {
            let (args, at) = (vm.tuple_of(&[s]), vm.int(at));
            Ok(vm.tuple(vec![ty, args, at]))
        }
        None => {
            let args = vm.tuple_of(&[fixed::EMPTY_TUPLE]);
            Ok(vm.tuple(vec![ty, args]))
        }
    }
}

fn sequence_set_state(vm: &mut Vm, a: Args) -> Step {
    let reverse = matches!(iter_mut(vm, a[0]), Iter::Reversed { .. });
    let (seq, _) = at_of(vm, a[0]);
    let state = index_or(vm, a[1], t::OVERFLOW_ERROR)?;
    let Some(seq) = seq else { return Ok(vm.none()) };
    let at = if reverse {
        let len = vm.len(seq)?;
        state.clamp(-1, (len - 1).max(-1))
    } else {
        state.max(0)
    };
    set_at(vm, a[0], at);
    Ok(vm.none())
}

fn callable_next(vm: &mut Vm, a: Args) -> Step {
    let Iter::Callable { callable, sentinel } = *iter_mut(vm, a[0]) else { panic!("a callable_iterator") };
    let (Some(f), Some(sentinel)) = (callable, sentinel) else { return Err(vm.stop_iteration(None)) };
    match vm.try_call(f, &[])? {
        Ok(v) if !vm.eq(sentinel, v)? => Ok(vm.incref(v)),
        Err(e) if !vm.exc_is(e, t::STOP_ITERATION) => Err(vm.reraise(e)),
        _ => {
            if let Iter::Callable { callable, sentinel } = iter_mut(vm, a[0]) {
                let held = [callable.take(), sentinel.take()];
                held.into_iter().flatten().for_each(|r| vm.heap.decref_raw(r));
            }
            Err(vm.stop_iteration(None))
        }
    }
}

fn callable_reduce(vm: &mut Vm, a: Args) -> Step {
    let Iter::Callable { callable, sentinel } = *iter_mut(vm, a[0]) else { panic!("a callable_iterator") };
    let (Some(f), Some(sentinel)) = (callable, sentinel) else {
        let empty = vm.tuple(vec![]);
        return reduced(vm, "iter", empty, None);
    };
    let iter = crate::natives::containers::support::builtin(vm, "iter")?;
    let args = vm.tuple_of(&[f, sentinel]);
    let iter = vm.incref(iter);
    Ok(vm.tuple(vec![iter, args]))
}

fn reversed_new(vm: &mut Vm, a: Args) -> Step {
    let (cls, seq) = (a[0], a[1]);
    let found = vm.lookup_special(seq, n::__REVERSED__);
    if let Some(f) = found
        && f != fixed::NONE
    {
        let (f, args) = vm.special_call(f, seq, &[])?;
        return vm.tail_call(f, &args);
    }
    let sequence = vm.lookup_special(seq, n::__GETITEM__).is_some() && !matches!(vm.heap.get(seq), Payload::Dict(_) | Payload::Proxy(_));
    if found.is_some() || !sequence {
        let message = format!("'{}' object is not reversible", vm.dotted_type_name(seq));
        return Err(vm.type_error(message));
    }
    let len = vm.len(seq)?;
    vm.heap.incref_raw(seq);
    make(vm, cls, Iter::Reversed { seq: Some(seq), at: len - 1 })
}

fn reversed_next(vm: &mut Vm, a: Args) -> Step {
    if vm.is_ready_iter(a[0]) {
        return match vm.advance_ready(a[0])? {
            Some(v) => Ok(v),
            None => Err(vm.stop_iteration(None)),
        };
    }
    let (seq, at) = at_of(vm, a[0]);
    let Some(seq) = seq.filter(|_| at >= 0) else { return Err(finish(vm, a[0])) };
    match item(vm, seq, at)? {
        Some(v) => {
            set_at(vm, a[0], at - 1);
            Ok(vm.incref(v))
        }
        None => Err(finish(vm, a[0])),
    }
}
