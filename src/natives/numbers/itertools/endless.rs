//! `count`, `cycle`, `repeat`.
use super::super::{committed, next_item, plus};
use super::{held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::vm::{Args, Def, Step, TypeDef, Vm, n, t};

/// Next number and step.
#[derive(Clone, Copy)]
enum Count {
    /// In steps of one, in machine range.
    Ones(i64),
    /// Anything that can be added.
    Any { next: Ref, step: Ref },
}
native_state!(Count, |s, f| match s {
    Count::Ones(_) => {}
    Count::Any { next, step } => [*next, *step].into_iter().for_each(f),
});

fn count_new(vm: &mut Vm, a: Args) -> Step {
    for r in [a.opt(1), a.opt(2)].into_iter().flatten() {
        let number = super::super::arith::num(&vm.heap, r).is_some()
            || [n::__INDEX__, n::__INT__, n::__FLOAT__].into_iter().any(|name| vm.lookup_special(r, name).is_some());
        if !number {
            return Err(vm.type_error("a number is required"));
        }
    }
    let one = a.opt(2).is_none_or(|s| vm.ty(s) == t::INT && vm.i64_of(s) == Some(1));
    let start = a.opt(1).map_or(Some(0), |s| vm.i64_of(s));
    let state = match start {
        Some(i) if one => Count::Ones(i),
        _ => {
            let (zero, step) = (vm.int(0), vm.int(1));
            let (zero, step) = (vm.keep(zero), vm.keep(step));
            Count::Any { next: held(vm, a.opt(1).unwrap_or(zero)), step: held(vm, a.opt(2).unwrap_or(step)) }
        }
    };
    made(vm, a[0], state)
}
fn count(vm: &Vm, a: &Args) -> Count {
    *vm.state(a[0]).expect("a count")
}
fn count_next(vm: &mut Vm, a: Args) -> Step {
    match count(vm, &a) {
        Count::Ones(i) if i < i64::MAX => {
            *vm.state_mut(a[0]).expect("a count") = Count::Ones(i + 1);
            Ok(vm.int(i))
        }
        Count::Ones(i) => {
            let (next, step) = (vm.bigint(num_bigint::BigInt::from(i) + 1), vm.int(1));
            *vm.state_mut(a[0]).expect("a count") = Count::Any { next: next.into_raw(), step: step.into_raw() };
            Ok(vm.int(i))
        }
        Count::Any { next, step } => {
            let after = plus(vm, next, step)?;
            let after = held(vm, after);
            *vm.state_mut(a[0]).expect("a count") = Count::Any { next: after, step };
            Ok(crate::heap::Owned::adopt(next))
        }
    }
}
fn count_repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let text = match count(vm, &a) {
        Count::Ones(i) => format!("{name}({i})"),
        Count::Any { next, step } => {
            let shown = vm.repr(next)?;
            let shown = vm.lossy(shown);
            if vm.ty(step) == t::INT && vm.i64_of(step) == Some(1) {
                format!("{name}({shown})")
            } else {
                let by = vm.repr(step)?;
                format!("{name}({shown}, {})", vm.lossy(by))
            }
        }
    };
    Ok(vm.str(text))
}
pub static COUNT: TypeDef = iterator_type!(
    "count", 40, "Return a count object whose .__next__() method returns consecutive values.",
    Def::new("(cls, start=0, step=1)", count_new), count_next,
    Def::method("__repr__", "(self, /)", count_repr, "Return repr(self).")
);

/// The source until it is exhausted; a list of what it gave; which of them is next.
#[derive(Clone, Copy)]
struct Cycle {
    it: Option<Ref>,
    saved: Ref,
    at: usize,
}
native_state!(Cycle, |s, f| {
    let Cycle { it, saved, at: _ } = s;
    it.iter().chain([saved]).for_each(|r| f(*r));
});
fn cycle_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    let it = Some(held(vm, it));
    let saved = vm.list_raw(vec![]).into_raw();
    made(vm, a[0], Cycle { it, saved, at: 0 })
}
fn cycle_next(vm: &mut Vm, a: Args) -> Step {
    let Cycle { it, saved, at } = *vm.state::<Cycle>(a[0]).expect("a cycle");
    if let Some(it) = it {
        if let Some(item) = next_item(vm, it)? {
            let kept = held(vm, item);
            vm.list_mut(saved).push(kept);
            return Ok(vm.incref(item));
        }
        vm.state_mut::<Cycle>(a[0]).expect("a cycle").it = None;
        vm.heap.decref_raw(it);
        committed(vm);
    }
    let items = vm.list_items(saved).expect("a list");
    let Some(item) = items.get(at).copied() else { return stop(vm) };
    let next = if at + 1 == items.len() { 0 } else { at + 1 };
    vm.state_mut::<Cycle>(a[0]).expect("a cycle").at = next;
    Ok(vm.incref(item))
}
pub static CYCLE: TypeDef = iterator_type!(
    "cycle", 48, "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    Def::new("(cls, iterable, /)", cycle_new), cycle_next
);

/// The object, and how often it is still given (None: for ever).
#[derive(Clone, Copy)]
struct Repeat {
    object: Ref,
    left: Option<i64>,
}
native_state!(Repeat, |s, f| f(s.object));
fn repeat_new(vm: &mut Vm, a: Args) -> Step {
    let left = a.opt(2).map(|r| vm.index_i64(r)).transpose()?.map(|k| k.max(0));
    let object = held(vm, a[1]);
    made(vm, a[0], Repeat { object, left })
}
fn repeat(vm: &Vm, a: &Args) -> Repeat {
    *vm.state(a[0]).expect("a repeat")
}
fn repeat_next(vm: &mut Vm, a: Args) -> Step {
    let Repeat { object, left } = repeat(vm, &a);
    if left == Some(0) {
        return stop(vm);
    }
    vm.state_mut::<Repeat>(a[0]).expect("a repeat").left = left.map(|k| k - 1);
    Ok(vm.incref(object))
}
fn repeat_repr(vm: &mut Vm, a: Args) -> Step {
    let Repeat { object, left } = repeat(vm, &a);
    let shown = vm.repr(object)?;
    let name = vm.type_name(a[0]).to_owned();
    let times = left.map_or(String::new(), |k| format!(", {k}"));
    let text = format!("{name}({}{times})", vm.lossy(shown));
    Ok(vm.str(text))
}
fn repeat_hint(vm: &mut Vm, a: Args) -> Step {
    match repeat(vm, &a).left {
        Some(k) => Ok(vm.int(k)),
        None => Err(vm.type_error("len() of unsized object")),
    }
}
pub static REPEAT: TypeDef = iterator_type!(
    "repeat", 32, "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  If not specified, returns the object\nendlessly.",
    Def::new("(cls, object, times=None)", repeat_new), repeat_next,
    Def::method("__repr__", "(self, /)", repeat_repr, "Return repr(self)."),
    Def::plain("__length_hint__", "(self, /)", repeat_hint, "Private method returning an estimate of len(list(it)).")
);
