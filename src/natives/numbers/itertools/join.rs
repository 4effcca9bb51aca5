//! `chain`, `zip_longest`, `pairwise`.
use super::super::{class_getitem, committed, next_item};
use super::{drop_ref, held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed};

/// An iterator over the iterables that are left, and one over the current one.
#[derive(Clone, Copy)]
struct Chain {
    source: Option<Ref>,
    active: Option<Ref>,
}
native_state!(Chain, |s, f| {
    let Chain { source, active } = s;
    source.iter().chain(active).for_each(|r| f(*r));
});
fn chain_new(vm: &mut Vm, a: Args) -> Step {
    let source = vm.get_iter(a[1])?;
    let source = Some(held(vm, source));
    made(vm, a[0], Chain { source, active: None })
}
fn chain(vm: &mut Vm, r: Ref) -> &mut Chain {
    vm.state_mut(r).expect("a chain")
}
fn chain_next(vm: &mut Vm, a: Args) -> Step {
    loop {
        let Chain { source, active } = *chain(vm, a[0]);
        if let Some(it) = active {
            if let Some(item) = next_item(vm, it)? {
                return Ok(vm.incref(item));
            }
            chain(vm, a[0]).active = None;
            vm.heap.decref_raw(it);
            committed(vm);
            continue;
        }
        let Some(source) = source else { return stop(vm) };
        let next = match next_item(vm, source)? {
            Some(iterable) => vm.get_iter(iterable),
            None => Err(vm.stop_iteration(None)),
        };
        match next {
            Ok(it) => {
                let it = held(vm, it);
                chain(vm, a[0]).active = Some(it);
                committed(vm);
            }
            // The end, or an item that is not iterable: there is nothing after it.
            Err(Ask::Raise(e)) => {
                chain(vm, a[0]).source = None;
                vm.heap.decref_raw(source);
                return Err(Ask::Raise(e));
            }
            Err(ask) => return Err(ask),
        }
    }
}
pub static CHAIN: TypeDef = iterator_type!(
    "chain", 32, "Return a chain object whose .__next__() method returns elements from the first iterable until it is exhausted, then elements from the next, until all of the iterables are exhausted.",
    Def::new("(cls, /, *iterables)", chain_new), chain_next,
    Def::class_method("from_iterable", "(cls, iterable, /)", chain_new, "Alternative chain() constructor taking a single iterable argument that evaluates lazily."),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585")
);

/// The iterators, None for an exhausted one; empty when all are.
#[derive(Clone)]
struct ZipLongest {
    iters: Vec<Option<Ref>>,
    fill: Ref,
}
native_state!(ZipLongest, |s, f| {
    let ZipLongest { iters, fill } = s;
    iters.iter().flatten().chain([fill]).for_each(|r| f(*r));
});
fn zip_new(vm: &mut Vm, a: Args) -> Step {
    let iterables = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let mut iters = Vec::with_capacity(iterables.len());
    for x in iterables {
        iters.push(vm.get_iter(x)?);
    }
    let iters = iters.into_iter().map(|it| Some(held(vm, it))).collect();
    let fill = held(vm, a.opt(2).unwrap_or(fixed::NONE));
    made(vm, a[0], ZipLongest { iters, fill })
}
fn zip_next(vm: &mut Vm, a: Args) -> Step {
    let ZipLongest { iters, fill } = vm.state::<ZipLongest>(a[0]).expect("a zip_longest").clone();
    let mut active = iters.iter().flatten().count();
    let mut row = Vec::with_capacity(iters.len());
    let mut ended = Vec::new();
    for (i, it) in iters.iter().enumerate() {
        let item = match it {
            Some(it) => next_item(vm, *it)?,
            None => None,
        };
        if item.is_none() && it.is_some() {
            active -= 1;
            ended.push(i);
        }
        row.push(item.unwrap_or(fill));
        if active == 0 {
            break;
        }
    }
    let row = if active == 0 { None } else { Some(vm.tuple_of(&row)) };
    for i in ended {
        let old = vm.state_mut::<ZipLongest>(a[0]).expect("a zip_longest").iters[i].take();
        drop_ref(vm, old);
    }
    match row {
        Some(row) => Ok(row),
        None => stop(vm),
    }
}
pub static ZIP_LONGEST: TypeDef = iterator_type!(
    "zip_longest", 56, "Return a zip_longest object whose .__next__() method returns a tuple where the i-th element comes from the i-th iterable argument.",
    Def::new("(cls, /, *iterables, fillvalue=None)", zip_new), zip_next
);

/// The iterator, and the item before the next one.
#[derive(Clone, Copy)]
struct Pairwise {
    it: Option<Ref>,
    old: Option<Ref>,
}
native_state!(Pairwise, |s, f| {
    let Pairwise { it, old } = s;
    it.iter().chain(old).for_each(|r| f(*r));
});
fn pairwise_new(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[1])?;
    let it = Some(held(vm, it));
    made(vm, a[0], Pairwise { it, old: None })
}
fn pairwise(vm: &mut Vm, r: Ref) -> &mut Pairwise {
    vm.state_mut(r).expect("a pairwise")
}
fn pairwise_next(vm: &mut Vm, a: Args) -> Step {
    let Pairwise { mut it, mut old } = *pairwise(vm, a[0]);
    if vm.has_answer() || it.is_some_and(|x| !vm.is_ready_iter(x)) {
        // The source may ask this very object for the next pair: this call goes on with what it began with.
        let began = vm.once(|vm| Ok(vm.tuple_of(&it.into_iter().chain(old).collect::<Vec<_>>())))?;
        let began = vm.tuple_items(began).expect("a tuple");
        (it, old) = (began.first().copied(), began.get(1).copied());
    }
    let Some(it) = it else { return stop(vm) };
    let Some(item) = next_item(vm, it)? else {
        let Pairwise { it, old } = std::mem::replace(pairwise(vm, a[0]), Pairwise { it: None, old: None });
        drop_ref(vm, it);
        drop_ref(vm, old);
        return stop(vm);
    };
    let kept = held(vm, item);
    let Some(old) = old else {
        let before = pairwise(vm, a[0]).old.replace(kept);
        drop_ref(vm, before);
        committed(vm);
        return pairwise_next(vm, a);
    };
    let pair = vm.tuple_of(&[old, item]);
    let before = pairwise(vm, a[0]).old.replace(kept);
    drop_ref(vm, before);
    Ok(pair)
}
pub static PAIRWISE: TypeDef = iterator_type!(
    "pairwise", 40, "Return an iterator of overlapping pairs taken from the input iterator.",
    Def::new("(cls, iterable, /)", pairwise_new), pairwise_next
);
