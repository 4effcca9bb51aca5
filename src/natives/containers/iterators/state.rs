//! How far iterators are: `__length_hint__`, and the state with which they are pickled and copied.
use crate::heap::{Owned, Ref};
use crate::natives::containers::range::range_of;
use crate::natives::containers::support::{builtin, index_or};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, t};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

fn iter_of(vm: &Vm, r: Ref) -> &Iter {
    match vm.heap.get(r) {
        Payload::Iter(i) => i,
        _ => panic!("{r:?} is no built-in iterator"),
    }
}
pub fn iter_mut(vm: &mut Vm, r: Ref) -> &mut Iter {
    match vm.heap.get_mut(r) {
        Payload::Iter(i) => i,
        _ => panic!("{r:?} is no built-in iterator"),
    }
}

/// Number of items of a built-in container.
fn length(vm: &Vm, r: Ref) -> usize {
    match vm.heap.get(r) {
        Payload::List(l) => l.len(),
        Payload::Tuple(x) => x.len(),
        Payload::Str(s) => s.len(),
        Payload::Dict(d) => d.len(),
        Payload::Set(s) => s.len(),
        _ => vm.bytes_of(r).map_or(0, <[u8]>::len),
    }
}

pub fn length_hint(vm: &mut Vm, a: Args) -> Step {
    let left = match *iter_of(vm, a[0]) {
        Iter::List { list: Some(s), at } | Iter::Tuple { tuple: Some(s), at } => length(vm, s).saturating_sub(at),
        Iter::Str { text: Some(s), at } | Iter::Bytes { source: Some(s), at } => length(vm, s).saturating_sub(at),
        Iter::ListReverse { list: Some(s), left } => if length(vm, s) < left { 0 } else { left },
        Iter::Range { left, .. } => left.max(0) as usize,
        Iter::Dict { dict: Some(d), size, left, .. } => if length(vm, d) == size { left } else { 0 },
        Iter::Set { set: Some(s), size, left, .. } => if length(vm, s) == size { left } else { 0 },
        Iter::LongRange { len, at, .. } => {
            let rest = vm.bigint_of(len).expect("an int") - vm.bigint_of(at).expect("an int");
            return Ok(vm.bigint(rest));
        }
        _ => 0,
    };
    Ok(vm.int(left as i64))
}

/// `(function, (argument,))` or with a state.
pub fn reduced(vm: &mut Vm, function: &str, arg: Owned, state: Option<Owned>) -> Step {
    let arg = vm.keep(arg);
    let state = state.map(|s| vm.keep(s));
    let f = builtin(vm, function)?;
    let args = vm.tuple_of(&[arg]);
    let f = vm.incref(f);
    let mut parts = vec![f, args];
    if let Some(s) = state {
        parts.push(vm.incref(s));
    }
    Ok(vm.tuple(parts))
}

pub fn reduce(vm: &mut Vm, a: Args) -> Step {
    let it = a[0];
    match *iter_of(vm, it) {
        Iter::List { list: Some(s), at } | Iter::Tuple { tuple: Some(s), at } => at_index(vm, "iter", s, at as i64),
        Iter::Str { text: Some(s), at } | Iter::Bytes { source: Some(s), at } => at_index(vm, "iter", s, at as i64),
        Iter::ListReverse { list: Some(s), left } => at_index(vm, "reversed", s, left as i64 - 1),
        Iter::List { list: None, .. } | Iter::ListReverse { list: None, .. } | Iter::Dict { dict: None, .. } | Iter::Set { set: None, .. } => {
            let empty = vm.list(vec![]);
            reduced(vm, "iter", empty, None)
        }
        Iter::Str { text: None, .. } => reduced(vm, "iter", Owned::adopt(fixed::EMPTY_STR), None),
        Iter::Range { next, step, left } => {
            let stop = BigInt::from(next) + BigInt::from(step) * left;
            let range = range_of(vm, next.into(), stop, step.into());
            let none = vm.none();
            reduced(vm, "iter", range, Some(none))
        }
        Iter::LongRange { start, step, len, at } => {
            let big = |r| vm.bigint_of(r).expect("an int");
            let (start, step, len, at) = (big(start), big(step), big(len), big(at));
            let range = range_of(vm, &start + &step * at, &start + &step * len, step);
            let none = vm.none();
            reduced(vm, "iter", range, Some(none))
        }
        Iter::Dict { .. } | Iter::Set { .. } => {
            let rest = remaining(vm, it)?;
            reduced(vm, "iter", rest, None)
        }
        _ => {
            let empty = vm.tuple(vec![]);
            reduced(vm, "iter", empty, None)
        }
    }
}

fn at_index(vm: &mut Vm, function: &str, source: Ref, at: i64) -> Step {
    let (source, at) = (vm.incref(source), vm.int(at));
    reduced(vm, function, source, Some(at))
}

/// A list of what an iterator over a dict or set has left, without moving it.
fn remaining(vm: &mut Vm, it: Ref) -> Result<Owned, Ask> {
    let copy = iter_of(vm, it).clone();
    copy.visit(&mut |r| vm.heap.incref_raw(r));
    let ty = vm.ty(it);
    let copy = vm.iter(ty, copy);
    let copy = vm.keep(copy);
    let mut items = Vec::new();
    loop {
        match vm.advance(copy) {
            Ok(Some(x)) => items.push(x),
            Ok(None) => return Ok(vm.list(items)),
            Err(e) => {
                items.into_iter().for_each(|x| vm.release(x));
                return Err(e);
            }
        }
    }
}

pub fn set_state(vm: &mut Vm, a: Args) -> Step {
    let it = a[0];
    match *iter_of(vm, it) {
        Iter::Range { .. } => return set_range_state(vm, it, a[1]),
        Iter::LongRange { .. } => return set_long_range_state(vm, it, a[1]),
        _ => {}
    }
    let state = index_or(vm, a[1], t::OVERFLOW_ERROR)?;
    let len = match iter_of(vm, it) {
        Iter::List { list: s, .. } | Iter::ListReverse { list: s, .. } | Iter::Tuple { tuple: s, .. } => *s,
        Iter::Str { text: s, .. } | Iter::Bytes { source: s, .. } => *s,
        _ => None,
    }
    .map(|s| length(vm, s));
    let Some(len) = len else { return Ok(vm.none()) };
    let clamped = state.clamp(0, len as i64) as usize;
    match iter_mut(vm, it) {
        Iter::List { at, .. } | Iter::Tuple { at, .. } | Iter::Str { at, .. } | Iter::Bytes { at, .. } => *at = clamped,
        Iter::ListReverse { left, .. } => *left = (state.clamp(-1, len as i64 - 1) + 1) as usize,
        _ => {}
    }
    Ok(vm.none())
}

fn set_range_state(vm: &mut Vm, it: Ref, state: Ref) -> Step {
    let skip = index_or(vm, state, t::OVERFLOW_ERROR)?;
    if let Iter::Range { next, step, left } = iter_mut(vm, it) {
        let skip = skip.clamp(0, (*left).max(0));
        *next = next.wrapping_add(step.wrapping_mul(skip));
        *left -= skip;
    }
    Ok(vm.none())
}

fn set_long_range_state(vm: &mut Vm, it: Ref, state: Ref) -> Step {
    let Iter::LongRange { len, .. } = *iter_of(vm, it) else { return Ok(vm.none()) };
    let state = vm.index_big(state)?;
    let len = vm.bigint_of(len).expect("an int");
    let state = if state.is_negative() { BigInt::zero() } else { state.min(len) };
    let new = vm.bigint(state).into_raw();
    if let Iter::LongRange { at, .. } = iter_mut(vm, it) {
        let old = std::mem::replace(at, new);
        vm.heap.decref_raw(old);
    }
    Ok(vm.none())
}
