//! Methods of the iterators over `str`, `bytes` and `bytearray`.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::native::Def;
use crate::vm::{Args, Step, Vm, fixed, t};

pub static DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__length_hint__", "(self, /)", length_hint, "Number of items that are left."),
    Def::method("__reduce__", "(self, /)", reduce, "State for pickling."),
    Def::method("__setstate__", "(self, state, /)", set_state, "Set the position."),
];

/// What is walked (None at the end) and the position.
fn state(vm: &Vm, it: Ref) -> (Option<Ref>, usize) {
    match vm.heap.get(it) {
        Payload::Iter(i) => match **i {
            Iter::Str { text, at } => (text, at),
            Iter::Bytes { source, at } => (source, at),
            _ => panic!("{it:?} is no iterator over text"),
        },
        _ => panic!("{it:?} is no iterator"),
    }
}
fn length(vm: &Vm, source: Ref) -> usize {
    match vm.heap.get(source) {
        Payload::Str(s) => s.len(),
        _ => vm.bytes_of(source).map_or(0, <[u8]>::len),
    }
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.incref(a[0]))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    match vm.advance(a[0])? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(None)),
    }
}
fn length_hint(vm: &mut Vm, a: Args) -> Step {
    let (source, at) = state(vm, a[0]);
    let left = source.map_or(0, |s| length(vm, s).saturating_sub(at));
    Ok(vm.int(left as i64))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let (source, at) = state(vm, a[0]);
    let builtins = vm.builtins;
    let iter = vm.dict_get_str(builtins, "iter").unwrap_or(fixed::NONE);
    let iter = vm.incref(iter);
    match source {
        Some(s) => {
            let args = vm.tuple_of(&[s]);
            let at = vm.int(at as i64);
            Ok(vm.tuple(vec![iter, args, at]))
        }
        None => {
            let empty = if vm.ty(a[0]) == t::STR_ITER || vm.ty(a[0]) == t::STR_ASCII_ITER { fixed::EMPTY_STR } else { fixed::EMPTY_TUPLE };
            let args = vm.tuple_of(&[empty]);
            Ok(vm.tuple(vec![iter, args]))
        }
    }
}
fn set_state(vm: &mut Vm, a: Args) -> Step {
    if !vm.is_int(a[1]) {
        return Err(vm.type_error("an integer is required"));
    }
    let to = vm.index_i64(a[1])?;
    let len = state(vm, a[0]).0.map_or(0, |s| length(vm, s));
    if let Payload::Iter(i) = vm.heap.get_mut(a[0])
        && let Iter::Str { at, .. } | Iter::Bytes { at, .. } = &mut **i
    {
        *at = to.clamp(0, len as i64) as usize;
    }
    Ok(vm.none())
}
