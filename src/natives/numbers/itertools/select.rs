//! `compress`, `dropwhile`, `takewhile`, `filterfalse`, `starmap`, `accumulate`.
use super::super::{committed, next_item, plus};
use super::{drop_ref, held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed, t};

/// A function (or selectors), an iterator, and whether the predicate has been decided for good.
#[derive(Clone, Copy)]
struct Filter {
    func: Ref,
    it: Ref,
    decided: bool,
}
native_state!(Filter, |s, f| {
    let Filter { func, it, decided: _ } = s;
    [*func, *it].into_iter().for_each(f);
});
fn filter_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[2])?;
    let (func, it) = (held(vm, a[1]), held(vm, it));
    made(vm, a[0], Filter { func, it, decided: false })
}
fn own(vm: &Vm, a: &Args) -> Filter {
    *vm.state(a[0]).expect("an iterator of this module")
}
fn decide(vm: &mut Vm, a: &Args) {
    vm.state_mut::<Filter>(a[0]).expect("an iterator of this module").decided = true;
}
/// The truth of `func(item)`; of the item itself where the function is None or bool.
fn holds(vm: &mut Vm, func: Ref, item: Ref) -> Result<bool, Ask> {
    if func == fixed::NONE || func == t::BOOL {
        return vm.truth(item);
    }
    let r = vm.call(func, &[item])?;
    vm.truth(r)
}

fn dropwhile_next(vm: &mut Vm, a: Args) -> Step {
    loop {
        let Filter { func, it, decided } = own(vm, &a);
        let Some(item) = next_item(vm, it)? else { return stop(vm) };
        if decided {
            return Ok(vm.incref(item));
        }
        let r = vm.call(func, &[item])?;
        if !vm.truth(r)? {
            decide(vm, &a);
            return Ok(vm.incref(item));
        }
        committed(vm);
    }
}
pub static DROPWHILE: TypeDef = iterator_type!(
    "dropwhile", 40, "Drop items from the iterable while predicate(item) is true.",
    Def::new("(cls, predicate, iterable, /)", filter_new), dropwhile_next
);

fn takewhile_next(vm: &mut Vm, a: Args) -> Step {
    let Filter { func, it, decided } = own(vm, &a);
    if decided {
        return stop(vm);
    }
    let Some(item) = next_item(vm, it)? else { return stop(vm) };
    let r = vm.call(func, &[item])?;
    if vm.truth(r)? {
        return Ok(vm.incref(item));
    }
    decide(vm, &a);
    stop(vm)
}
pub static TAKEWHILE: TypeDef = iterator_type!(
    "takewhile", 40, "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    Def::new("(cls, predicate, iterable, /)", filter_new), takewhile_next
);

fn filterfalse_next(vm: &mut Vm, a: Args) -> Step {
    let Filter { func, it, .. } = own(vm, &a);
    loop {
        let Some(item) = next_item(vm, it)? else { return stop(vm) };
        if !holds(vm, func, item)? {
            return Ok(vm.incref(item));
        }
        committed(vm);
    }
}
pub static FILTERFALSE: TypeDef = iterator_type!(
    "filterfalse", 32, "Return those items of iterable for which function(item) is false.",
    Def::new("(cls, function, iterable, /)", filter_new), filterfalse_next
);

/// `func` is the iterator over the selectors here.
fn compress_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    let selectors = vm.get_iter(a[2])?;
    let (func, it) = (held(vm, selectors), held(vm, it));
    made(vm, a[0], Filter { func, it, decided: false })
}
fn compress_next(vm: &mut Vm, a: Args) -> Step {
    let Filter { func: selectors, it, .. } = own(vm, &a);
    loop {
        let Some(item) = next_item(vm, it)? else { return stop(vm) };
        let Some(selector) = next_item(vm, selectors)? else { return stop(vm) };
        if vm.truth(selector)? {
            return Ok(vm.incref(item));
        }
        committed(vm);
    }
}
pub static COMPRESS: TypeDef = iterator_type!(
    "compress", 32, "Return data elements corresponding to true selector elements.",
    Def::new("(cls, data, selectors)", compress_new), compress_next
);

fn starmap_next(vm: &mut Vm, a: Args) -> Step {
    let Filter { func, it, .. } = own(vm, &a);
    let Some(item) = next_item(vm, it)? else { return stop(vm) };
    let args = vm.collect(item)?;
    vm.tail_call(func, &args)
}
pub static STARMAP: TypeDef = iterator_type!(
    "starmap", 32, "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    Def::new("(cls, function, iterable, /)", filter_new), starmap_next
);

/// The source, the function (None: addition), the total so far, and the one to begin with.
#[derive(Clone, Copy)]
struct Accumulate {
    it: Ref,
    func: Option<Ref>,
    total: Option<Ref>,
    initial: Option<Ref>,
}
native_state!(Accumulate, |s, f| {
    let Accumulate { it, func, total, initial } = s;
    [&Some(*it), func, total, initial].into_iter().flatten().for_each(|r| f(*r));
});
fn accumulate_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    let it = held(vm, it);
    let func = a.not_none(2).map(|r| held(vm, r));
    let initial = a.not_none(3).map(|r| held(vm, r));
    made(vm, a[0], Accumulate { it, func, total: None, initial })
}
fn accumulate(vm: &mut Vm, r: Ref) -> &mut Accumulate {
    vm.state_mut(r).expect("an accumulate")
}
fn accumulate_next(vm: &mut Vm, a: Args) -> Step {
    let Accumulate { it, func, total, initial } = *accumulate(vm, a[0]);
    if let Some(first) = initial {
        let state = accumulate(vm, a[0]);
        (state.total, state.initial) = (Some(first), None);
        return Ok(vm.incref(first));
    }
    let Some(item) = next_item(vm, it)? else { return stop(vm) };
    let next = match (total, func) {
        (None, _) => item,
        (Some(total), None) => plus(vm, total, item)?,
        (Some(total), Some(func)) => vm.call(func, &[total, item])?,
    };
    let kept = held(vm, next);
    let old = accumulate(vm, a[0]).total.replace(kept);
    drop_ref(vm, old);
    Ok(vm.incref(next))
}
pub static ACCUMULATE: TypeDef = iterator_type!(
    "accumulate", 56, "Return series of accumulated sums (or other binary function results).",
    Def::new("(cls, iterable, func=None, *, initial=None)", accumulate_new), accumulate_next
);
