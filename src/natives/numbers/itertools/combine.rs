//! `product`, `permutations`, `combinations`, `combinations_with_replacement`: counters over pools of items.
use super::{held, iterator_type, made, stop};
use crate::heap::Ref;
use crate::native_state;
use crate::objects::Payload;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm};

/// Pools (tuples) and the index in each; `done` before the first item is a product with an empty pool.
#[derive(Clone)]
struct Product {
    pools: Vec<Ref>,
    indices: Vec<usize>,
    started: bool,
    done: bool,
    /// The tuple given last: given again, with other items, when nobody else holds it.
    result: Option<Ref>,
}
native_state!(Product, |s, f| s.pools.iter().chain(&s.result).for_each(|r| f(*r)));

/// The items of an iterable as a tuple, lent.
fn pool(vm: &mut Vm, iterable: Ref) -> Result<Ref, Ask> {
    let items = vm.collect(iterable)?;
    let pool = vm.tuple_of(&items);
    Ok(vm.keep(pool))
}
fn len(vm: &Vm, pool: Ref) -> usize {
    vm.tuple_items(pool).map_or(0, <[Ref]>::len)
}
/// Indices for so many items; MemoryError where they would not fit.
fn room(vm: &mut Vm, count: usize) -> Result<(), Ask> {
    if count > vm.memory_limit / 8 { Err(vm.memory_error()) } else { Ok(()) }
}

fn product_new(vm: &mut Vm, a: Args) -> Step {
    let iterables = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let repeat = a.opt(2).map(|r| vm.index_i64(r)).transpose()?.unwrap_or(1);
    if repeat < 0 {
        return Err(vm.value_error("repeat argument cannot be negative"));
    }
    let count = iterables.len().saturating_mul(repeat as usize);
    if count > vm.memory_limit / 8 {
        return Err(vm.overflow_error("repeat argument too large"));
    }
    let mut once = Vec::with_capacity(iterables.len());
    for x in iterables {
        once.push(pool(vm, x)?);
    }
    let pools: Vec<Ref> = once.iter().copied().cycle().take(count).collect();
    pools.iter().for_each(|r| vm.heap.incref_raw(*r));
    let done = pools.iter().any(|p| len(vm, *p) == 0);
    made(vm, a[0], Product { indices: vec![0; pools.len()], pools, started: false, done, result: None })
}
fn product_next(vm: &mut Vm, a: Args) -> Step {
    let mut s = std::mem::replace(vm.state_mut::<Product>(a[0]).expect("a product"), EMPTY_PRODUCT);
    if !s.done && s.started {
        // Count up from the right.
        let mut i = s.pools.len();
        loop {
            if i == 0 {
                s.done = true;
                break;
            }
            i -= 1;
            s.indices[i] += 1;
            if s.indices[i] < len(vm, s.pools[i]) {
                break;
            }
            s.indices[i] = 0;
        }
    }
    s.started = true;
    let row: Option<Vec<Ref>> = (!s.done).then(|| {
        let item = |(p, i): (&Ref, &usize)| vm.tuple_items(*p).expect("a pool")[*i];
        s.pools.iter().zip(&s.indices).map(item).collect()
    });
    let last = s.result.take();
    *vm.state_mut(a[0]).expect("a product") = s;
    let (given, kept) = give(vm, row, last);
    vm.state_mut::<Product>(a[0]).expect("a product").result = kept;
    given
}
const EMPTY_PRODUCT: Product = Product { pools: vec![], indices: vec![], started: true, done: true, result: None };
/// What the iterator gives, and the reference that it keeps of it. The tuple given last becomes the next when only the
/// iterator holds it still.
fn give(vm: &mut Vm, row: Option<Vec<Ref>>, last: Option<Ref>) -> (Step, Option<Ref>) {
    let Some(row) = row else {
        vm.replace_raw(last);
        return (stop(vm), None);
    };
    if let Some(tuple) = last.filter(|r| vm.heap.count(*r) == 1 && vm.tuple_items(*r).is_some_and(|x| x.len() == row.len())) {
        row.iter().for_each(|r| vm.heap.incref_raw(*r));
        let old = match vm.heap.get_mut(tuple) {
            Payload::Tuple(items) => std::mem::replace(items, row.into()),
            _ => panic!("{tuple:?} is no tuple"),
        };
        old.iter().for_each(|r| vm.heap.decref_raw(*r));
        vm.heap.track(tuple);
        return (Ok(vm.incref(tuple)), Some(tuple));
    }
    vm.replace_raw(last);
    let tuple = vm.tuple_of(&row);
    let kept = Some(tuple.get()).filter(|_| !row.is_empty());
    kept.iter().for_each(|r| vm.heap.incref_raw(*r));
    (Ok(tuple), kept)
}
fn product_size(vm: &mut Vm, a: Args) -> Step {
    let k = vm.state::<Product>(a[0]).expect("a product").pools.len();
    Ok(vm.int(48 + 8 * k as i64))
}
pub static PRODUCT: TypeDef = iterator_type!(
    "product", 48, "Cartesian product of input iterables.  Equivalent to nested for-loops.",
    Def::new("(cls, /, *iterables, repeat=1)", product_new), product_next,
    Def::plain("__sizeof__", "(self, /)", product_size, "Returns size in memory, in bytes.")
);

/// A pool and the indices of the items given last; the counters of `permutations`.
#[derive(Clone)]
struct Choice {
    pool: Ref,
    indices: Vec<usize>,
    cycles: Vec<usize>,
    /// Items in a result.
    size: usize,
    started: bool,
    done: bool,
    result: Option<Ref>,
}
native_state!(Choice, |s, f| [s.pool].iter().chain(&s.result).for_each(|r| f(*r)));

/// The `r` of a constructor.
fn result_size(vm: &mut Vm, r: Ref) -> Result<usize, Ask> {
    let r = vm.index_i64(r)?;
    if r < 0 {
        return Err(vm.value_error("r must be non-negative"));
    }
    Ok(r as usize)
}
/// One step of a counter over `n` items: false at the end.
type Advance = fn(&mut Choice, usize) -> bool;
fn choice_next(vm: &mut Vm, a: Args, advance: Advance) -> Step {
    let pool = vm.state::<Choice>(a[0]).expect("an iterator of this module").pool;
    let count = len(vm, pool);
    let s = vm.state_mut::<Choice>(a[0]).expect("an iterator of this module");
    if s.started && !s.done {
        s.done = !advance(s, count);
    }
    s.started = true;
    let chosen = (!s.done).then(|| s.indices[..s.size].to_vec());
    let row = chosen.map(|c| {
        let items = vm.tuple_items(pool).expect("a pool");
        c.iter().map(|i| items[*i]).collect()
    });
    let last = vm.state_mut::<Choice>(a[0]).expect("an iterator of this module").result.take();
    let (given, kept) = give(vm, row, last);
    vm.state_mut::<Choice>(a[0]).expect("an iterator of this module").result = kept;
    given
}

fn permutations_new(vm: &mut Vm, a: Args) -> Step {
    let pool = pool(vm, a[1])?;
    let count = len(vm, pool);
    let size = match a.not_none(2) {
        None => count,
        Some(r) if !vm.is_int(r) => return Err(vm.type_error("Expected int as r")),
        Some(r) => result_size(vm, r)?,
    };
    room(vm, size)?;
    let cycles = (0..size.min(count)).map(|i| count - i).collect();
    let pool = held(vm, pool);
    made(vm, a[0], Choice { pool, indices: (0..count).collect(), cycles, size, started: false, done: size > count, result: None })
}
/// Rotates from the right: each position runs through what is behind it.
fn next_permutation(s: &mut Choice, count: usize) -> bool {
    for i in (0..s.size).rev() {
        s.cycles[i] -= 1;
        if s.cycles[i] == 0 {
            s.indices[i..].rotate_left(1);
            s.cycles[i] = count - i;
        } else {
            let j = count - s.cycles[i];
            s.indices.swap(i, j);
            return true;
        }
    }
    false
}
fn permutations_next(vm: &mut Vm, a: Args) -> Step {
    choice_next(vm, a, next_permutation)
}
fn permutations_size(vm: &mut Vm, a: Args) -> Step {
    let s = vm.state::<Choice>(a[0]).expect("a permutations");
    let k = s.indices.len() + s.size;
    Ok(vm.int(64 + 8 * k as i64))
}
pub static PERMUTATIONS: TypeDef = iterator_type!(
    "permutations", 64, "Return successive r-length permutations of elements in the iterable.",
    Def::new("(cls, iterable, r=None)", permutations_new), permutations_next,
    Def::plain("__sizeof__", "(self, /)", permutations_size, "Returns size in memory, in bytes.")
);

fn combinations_new(vm: &mut Vm, a: Args) -> Step {
    let pool = pool(vm, a[1])?;
    let size = result_size(vm, a[2])?;
    room(vm, size)?;
    let pool = held(vm, pool);
    let done = size > len(vm, pool);
    made(vm, a[0], Choice { pool, indices: (0..size).collect(), cycles: vec![], size, started: false, done, result: None })
}
fn next_combination(s: &mut Choice, count: usize) -> bool {
    let Some(i) = (0..s.size).rev().find(|i| s.indices[*i] != i + count - s.size) else { return false };
    s.indices[i] += 1;
    for j in i + 1..s.size {
        s.indices[j] = s.indices[j - 1] + 1;
    }
    true
}
fn combinations_next(vm: &mut Vm, a: Args) -> Step {
    choice_next(vm, a, next_combination)
}
fn combinations_size(vm: &mut Vm, a: Args) -> Step {
    let k = vm.state::<Choice>(a[0]).expect("a combinations").size;
    Ok(vm.int(56 + 8 * k as i64))
}
pub static COMBINATIONS: TypeDef = iterator_type!(
    "combinations", 56, "Return successive r-length combinations of elements in the iterable.",
    Def::new("(cls, iterable, r)", combinations_new), combinations_next,
    Def::plain("__sizeof__", "(self, /)", combinations_size, "Returns size in memory, in bytes.")
);

fn replacement_new(vm: &mut Vm, a: Args) -> Step {
    let pool = pool(vm, a[1])?;
    let size = result_size(vm, a[2])?;
    room(vm, size)?;
    let pool = held(vm, pool);
    let done = len(vm, pool) == 0 && size > 0;
    made(vm, a[0], Choice { pool, indices: vec![0; size], cycles: vec![], size, started: false, done, result: None })
}
fn next_with_replacement(s: &mut Choice, count: usize) -> bool {
    let Some(i) = (0..s.size).rev().find(|i| s.indices[*i] != count - 1) else { return false };
    let next = s.indices[i] + 1;
    s.indices[i..].fill(next);
    true
}
fn replacement_next(vm: &mut Vm, a: Args) -> Step {
    choice_next(vm, a, next_with_replacement)
}
pub static COMBINATIONS_WITH_REPLACEMENT: TypeDef = iterator_type!(
    "combinations_with_replacement", 56, "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.",
    Def::new("(cls, iterable, r)", replacement_new), replacement_next,
    Def::plain("__sizeof__", "(self, /)", combinations_size, "Returns size in memory, in bytes.")
);
