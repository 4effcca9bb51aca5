//! `islice`, `batched`.
use super::super::{committed, next_item};
use super::{held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed, n};

/// The source until the end is reached; how many items were taken, and the index of the next one to give.
#[derive(Clone, Copy)]
struct Slice {
    it: Option<Ref>,
    taken: i64,
    next: i64,
    stop: Option<i64>,
    step: i64,
}
native_state!(Slice, |s, f| s.it.iter().for_each(|r| f(*r)));

/// A bound: None, or an index that is not negative.
fn bound(vm: &mut Vm, r: Option<Ref>, message: &str) -> Result<Option<i64>, Ask> {
    let Some(r) = r.filter(|r| *r != fixed::NONE) else { return Ok(None) };
    let indexable = vm.lookup_special(r, n::__INDEX__).is_some();
    let value = if indexable {
        let i = vm.index_ref(r)?;
        vm.i64_of(i).filter(|i| *i >= 0)
    } else {
        None
    };
    match value {
        Some(i) => Ok(Some(i)),
        None => Err(vm.value_error(message)),
    }
}
fn islice_new(vm: &mut Vm, a: Args) -> Step {
    const STOP: &str = "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const BOTH: &str = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
    const STEP: &str = "Step for islice() must be a positive integer or None.";
    let args = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if a.not_none(2).is_some() {
        return Err(vm.type_error("islice() takes no keyword arguments"));
    }
    let (start, end, step) = match args[..] {
        [] | [_] => return Err(vm.type_error(format!("islice expected at least 2 arguments, got {}", args.len()))),
        [_, end] => (None, bound(vm, Some(end), STOP)?, None),
        [_, start, end] | [_, start, end, _] => {
            let end = bound(vm, Some(end), STOP)?;
            let start = bound(vm, Some(start), BOTH)?;
            (start, end, bound(vm, args.get(3).copied(), STEP)?)
        }
        _ => return Err(vm.type_error(format!("islice expected at most 4 arguments, got {}", args.len()))),
    };
    if step == Some(0) {
        return Err(vm.value_error(STEP));
    }
    let it = vm.get_iter(args[0])?;
    let it = Some(held(vm, it));
    made(vm, a[0], Slice { it, taken: 0, next: start.unwrap_or(0), stop: end, step: step.unwrap_or(1) })
}
fn islice(vm: &mut Vm, r: Ref) -> &mut Slice {
    vm.state_mut(r).expect("an islice")
}
/// The end: the source is let go.
fn islice_end(vm: &mut Vm, r: Ref) -> Step {
    if let Some(it) = islice(vm, r).it.take() {
        vm.heap.decref_raw(it);
    }
    stop(vm)
}
fn islice_next(vm: &mut Vm, a: Args) -> Step {
    loop {
        let Slice { it, taken, next, stop: end, step } = *islice(vm, a[0]);
        let Some(it) = it else { return stop(vm) };
        if taken >= next && end.is_some_and(|end| taken >= end) {
            return islice_end(vm, a[0]);
        }
        let Some(item) = next_item(vm, it)? else { return islice_end(vm, a[0]) };
        islice(vm, a[0]).taken += 1;
        if taken >= next {
            let after = next.saturating_add(step);
            islice(vm, a[0]).next = end.map_or(after, |end| after.min(end));
            return Ok(vm.incref(item));
        }
        committed(vm);
    }
}
pub static ISLICE: TypeDef = iterator_type!(
    "islice", 56, "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object\n\nReturn an iterator over a slice of an iterable's items.",
    Def::new("(cls, /, *args, **kwargs)", islice_new), islice_next
);

/// The source until its end, and how many of its items make a batch.
#[derive(Clone, Copy)]
struct Batched {
    it: Option<Ref>,
    size: i64,
    strict: bool,
}
native_state!(Batched, |s, f| s.it.iter().for_each(|r| f(*r)));
fn batched_new(vm: &mut Vm, a: Args) -> Step {
    let size = vm.index_i64(a[2])?;
    let strict = a.opt(3).map(|r| vm.truth(r)).transpose()?.unwrap_or(false);
    if size < 1 {
        return Err(vm.value_error("n must be at least one"));
    }
    let it = vm.get_iter(a[1])?;
    let it = Some(held(vm, it));
    made(vm, a[0], Batched { it, size, strict })
}
fn batched_next(vm: &mut Vm, a: Args) -> Step {
    let Batched { it, size, strict } = *vm.state::<Batched>(a[0]).expect("a batched");
    let Some(it) = it else { return stop(vm) };
    let items = take(vm, it, size)?;
    if (items.len() as i64) < size {
        vm.state_mut::<Batched>(a[0]).expect("a batched").it = None;
        vm.heap.decref_raw(it);
        if items.is_empty() {
            return stop(vm);
        }
        if strict {
            return Err(vm.value_error("batched(): incomplete batch"));
        }
    }
    Ok(vm.tuple_of(&items))
}
/// At most so many items of an iterator, lent; one request for all of a user's iterator.
fn take(vm: &mut Vm, it: Ref, size: i64) -> Result<Vec<Ref>, Ask> {
    if vm.is_simple_iter(it) {
        let mut items = Vec::new();
        while (items.len() as i64) < size {
            match vm.advance(it)? {
                Some(item) => items.push(vm.keep(item)),
                None => break,
            }
        }
        return Ok(items);
    }
    let count = vm.int(size);
    let count = vm.keep(count);
    let list = vm.prelude("itertools_take", &[it, count])?;
    Ok(vm.list_items(list).expect("the prelude's itertools_take gives a list").clone())
}
pub static BATCHED: TypeDef = iterator_type!(
    "batched", 40, "Batch data into tuples of length n. The last batch may be shorter than n, unless strict is true.",
    Def::new("(cls, iterable, n, *, strict=False)", batched_new), batched_next
);
