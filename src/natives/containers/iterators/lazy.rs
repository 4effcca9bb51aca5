//! `enumerate`, `zip` and `map`.
use super::simple::itself;
use super::state::iter_mut;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Refs, Step};
use crate::vm::{Args, Vm, t};
use num_traits::ToPrimitive;

const fn def(place: Ref, name: &'static str, size: usize, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: Some(place),
        name,
        module: "builtins",
        base: t::OBJECT,
        layout: Layout::Native,
        flags: type_flags::BASE,
        size: (size, 0),
        doc,
        defs,
    }
}

static ENUMERATE: TypeDef =
    def(t::ENUMERATE, "enumerate", 56, "enumerate(iterable, start=0)\n--\n\nPairs of a running number and the items of an iterable.", &[ENUMERATE_DEFS]);
static ZIP: TypeDef = def(t::ZIP, "zip", 48, "Tuples of the items that several iterables give together.", &[ZIP_DEFS]);
static MAP: TypeDef = def(t::MAP, "map", 40, "map(function, iterable, /, *iterables, strict=False)\n--\n\nThe results of a function for the items of one or more iterables.", &[MAP_DEFS]);
pub static TYPES: &[&TypeDef] = &[&ENUMERATE, &ZIP, &MAP];

static ENUMERATE_DEFS: &[Def] = &[
    Def::new("(cls, iterable=<unrepresentable>, start=0)", enumerate_new),
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", enumerate_next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", enumerate_reduce, "Return state information for pickling."),
    Def::class_method("__class_getitem__", "(cls, object, /)", crate::natives::containers::generic_alias::class_getitem, "See PEP 585"),
];
static ZIP_DEFS: &[Def] = &[
    Def::new("(cls, /, *iterables, strict=False)", zip_new),
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", zip_next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", zip_reduce, "Return state information for pickling."),
    Def::plain("__setstate__", "(self, state, /)", set_strict, "Set state information for unpickling."),
];
static MAP_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, strict=False)", map_new),
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", map_next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", map_reduce, "Return state information for pickling."),
    Def::plain("__setstate__", "(self, state, /)", set_strict, "Set state information for unpickling."),
];

/// An object of an iterator class (or subclass).
pub fn make(vm: &mut Vm, cls: Ref, it: Iter) -> Step {
    Ok(vm.alloc(cls, Payload::Iter(Box::new(it))))
}

fn enumerate_new(vm: &mut Vm, a: Args) -> Step {
    let Some(iterable) = a.opt(1) else {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    };
    let start = match a.opt(2) {
        Some(s) => vm.index_big(s)?,
        None => 0.into(),
    };
    let iter = vm.get_iter(iterable)?;
    let (at, big) = match start.to_i64() {
        Some(i) => (i, None),
        None => (i64::MAX, Some(vm.bigint(start).into_raw())),
    };
    vm.heap.incref_raw(iter);
    make(vm, a[0], Iter::Enumerate { iter, at, big })
}

fn enumerate_next(vm: &mut Vm, a: Args) -> Step {
    let Iter::Enumerate { iter, .. } = iter_mut(vm, a[0]) else { panic!("an enumerate") };
    let iter = *iter;
    let value = if vm.is_ready_iter(iter) {
        vm.advance_ready(iter)?
    } else {
        let value = vm.next_of(iter)?;
        value.map(|v| vm.incref(v))
    };
    match value {
        Some(v) => Ok(vm.number(a[0], v)),
        None => Err(vm.stop_iteration(None)),
    }
}

fn enumerate_reduce(vm: &mut Vm, a: Args) -> Step {
    let Iter::Enumerate { iter, at, big } = *iter_mut(vm, a[0]) else { panic!("an enumerate") };
    let count = match big {
        Some(b) => vm.incref(b),
        None => vm.int(at),
    };
    let iter = vm.incref(iter);
    let args = vm.tuple(vec![iter, count]);
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}

/// Iterators of all arguments.
fn iterators(vm: &mut Vm, args: &[Ref]) -> Result<Vec<Ref>, Ask> {
    args.iter().map(|arg| vm.get_iter(*arg)).collect()
}

fn zip_new(vm: &mut Vm, a: Args) -> Step {
    let strict = match a.opt(2) {
        Some(s) => vm.truth(s)?,
        None => false,
    };
    let args = vm.tuple_items(a[1]).expect("*iterables").to_vec();
    let iters = iterators(vm, &args)?;
    iters.iter().for_each(|r| vm.heap.incref_raw(*r));
    make(vm, a[0], Iter::Zip { iters, strict })
}

/// One item of each iterator, asked for one after the other; None when one has ended (with `strict`, all must).
fn ask_all(vm: &mut Vm, iters: &[Ref], strict: bool, what: &str) -> Result<Option<Refs>, Ask> {
    if iters.iter().all(|r| vm.is_ready_iter(*r)) {
        let row = vm.advance_all(iters, strict, what)?;
        if let Some(items) = &row {
            vm.temps.extend_from_slice(items);
        }
        return Ok(row);
    }
    let mut row = Refs::new();
    for (i, it) in iters.iter().enumerate() {
        match vm.next_of(*it)? {
            Some(v) => row.push(v),
            None if strict && i > 0 => return Err(vm.unequal_lengths(what, i, "shorter")),
            None if strict => {
                for (j, it) in iters.iter().enumerate().skip(1) {
                    if vm.next_of(*it)?.is_some() {
                        return Err(vm.unequal_lengths(what, j, "longer"));
                    }
                }
                return Ok(None);
            }
            None => return Ok(None),
        }
    }
    Ok(if row.is_empty() { None } else { Some(row) })
}

fn zip_next(vm: &mut Vm, a: Args) -> Step {
    let Iter::Zip { iters, strict } = iter_mut(vm, a[0]) else { panic!("a zip") };
    let (iters, strict) = (Refs::from_slice(iters), *strict);
    match ask_all(vm, &iters, strict, "zip")? {
        Some(row) => Ok(vm.tuple_of(&row)),
        None => Err(vm.stop_iteration(None)),
    }
}

fn zip_reduce(vm: &mut Vm, a: Args) -> Step {
    let Iter::Zip { iters, strict } = iter_mut(vm, a[0]) else { panic!("a zip") };
    let (iters, strict) = (Refs::from_slice(iters), *strict);
    reduce_with_strict(vm, a[0], &iters, strict)
}
fn reduce_with_strict(vm: &mut Vm, it: Ref, args: &[Ref], strict: bool) -> Step {
    let ty = vm.ty(it);
    let (ty, args) = (vm.incref(ty), vm.tuple_of(args));
    let mut parts = vec![ty, args];
    if strict {
        parts.push(vm.bool(true));
    }
    Ok(vm.tuple(parts))
}
fn set_strict(vm: &mut Vm, a: Args) -> Step {
    let on = vm.truth(a[1])?;
    if let Iter::Zip { strict, .. } | Iter::Map { strict, .. } = iter_mut(vm, a[0]) {
        *strict = on;
    }
    Ok(vm.none())
}

fn map_new(vm: &mut Vm, a: Args) -> Step {
    let strict = match a.opt(2) {
        Some(s) => vm.truth(s)?,
        None => false,
    };
    let args = vm.tuple_items(a[1]).expect("*args").to_vec();
    if args.len() < 2 {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let iters = iterators(vm, &args[1..])?;
    iters.iter().for_each(|r| vm.heap.incref_raw(*r));
    vm.heap.incref_raw(args[0]);
    make(vm, a[0], Iter::Map { func: args[0], iters, strict })
}

fn map_next(vm: &mut Vm, a: Args) -> Step {
    let Iter::Map { func, iters, strict } = iter_mut(vm, a[0]) else { panic!("a map") };
    let (func, iters, strict) = (*func, Refs::from_slice(iters), *strict);
    match ask_all(vm, &iters, strict, "map")? {
        Some(row) => vm.tail_call(func, &row),
        None => Err(vm.stop_iteration(None)),
    }
}

fn map_reduce(vm: &mut Vm, a: Args) -> Step {
    let Iter::Map { func, iters, strict } = iter_mut(vm, a[0]) else { panic!("a map") };
    let (args, strict) = ([&[*func], &iters[..]].concat(), *strict);
    reduce_with_strict(vm, a[0], &args, strict)
}
