//! `range` as Python sees it: arithmetic in machine ints where all of start, step and length fit, else in big ints.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::objects::types::Range;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, n, t};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

pub static RANGE: TypeDef = TypeDef {
    place: Some(t::RANGE),
    name: "range",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::SEQUENCE,
    size: (48, 0),
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nThe integers from start (inclusive) to stop (exclusive) by step.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, start, stop=None, step=None, /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__bool__", "(self, /)", truth, "True if self else False"),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", reversed, "Return a reverse iterator."),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self<value."),
    Def::method("__le__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self>=value."),
    Def::plain("__reduce__", "(self, /)", reduce, ""),
    Def::method("count", "(self, value, /)", count, "rangeobject.count(value) -> integer -- return number of occurrences of value"),
    Def::method("index", "(self, value, /)", index, "rangeobject.index(value) -> integer -- return index of value."),
    Def::member("start", |vm, a| part(vm, a[0], 0), ""),
    Def::member("stop", |vm, a| part(vm, a[0], 1), ""),
    Def::member("step", |vm, a| part(vm, a[0], 2), ""),
];

fn range_ref(vm: &Vm, r: Ref) -> &Range {
    match vm.heap.get(r) {
        Payload::Range(x) => x,
        _ => panic!("{r:?} is no range"),
    }
}

/// start, step and length in full.
fn parts(vm: &Vm, r: Ref) -> (BigInt, BigInt, BigInt) {
    let x = range_ref(vm, r);
    let big = |r| vm.bigint_of(r).expect("an int");
    let (start, stop, step) = (big(x.start), big(x.stop), big(x.step));
    let len = length(&start, &stop, &step);
    (start, step, len)
}

fn length(start: &BigInt, stop: &BigInt, step: &BigInt) -> BigInt {
    let span = if step.is_positive() { stop - start } else { start - stop };
    if span.is_positive() { (span - 1) / step.abs() + 1 } else { BigInt::zero() }
}

/// A new range object.
pub fn range_of(vm: &mut Vm, start: BigInt, stop: BigInt, step: BigInt) -> Owned {
    let len = length(&start, &stop, &step);
    let small = match (start.to_i64(), step.to_i64(), len.to_i64(), stop.to_i64()) {
        (Some(a), Some(s), Some(k), Some(_)) => Some((a, s, k)),
        _ => None,
    };
    let parts = [vm.bigint(start), vm.bigint(stop), vm.bigint(step)];
    made(vm, parts, small)
}
/// `small`: start, step and length, where they fit.
fn made(vm: &mut Vm, parts: [Owned; 3], small: Option<(i64, i64, i64)>) -> Owned {
    let [start, stop, step] = parts.map(Owned::into_raw);
    vm.heap.alloc(t::RANGE, Payload::Range(Box::new(Range { start, stop, step, small })), 0)
}

/// A range of exact ints that fit, with a length that fits.
fn small_range(vm: &mut Vm, a: Args) -> Option<Owned> {
    let int = |r: Ref| if vm.ty(r) == t::INT { vm.i64_of(r) } else { None };
    let (start, stop) = match a.opt(2) {
        Some(stop) => (int(a[1])?, int(stop)?),
        None => (0, int(a[1])?),
    };
    let step = a.opt(3).map_or(Some(1), int)?;
    let (span, stride) = match step {
        1.. => (i128::from(stop) - i128::from(start), u128::from(step.unsigned_abs())),
        0 => return None,
        _ => (i128::from(start) - i128::from(stop), u128::from(step.unsigned_abs())),
    };
    let len = match u128::try_from(span) {
        Ok(span @ 1..) if stride == 1 => i64::try_from(span).ok()?,
        Ok(span @ 1..) => i64::try_from((span - 1) / stride + 1).ok()?,
        _ => 0,
    };
    let parts = [vm.int(start), vm.int(stop), vm.int(step)];
    Some(made(vm, parts, Some((start, step, len))))
}

fn new(vm: &mut Vm, a: Args) -> Step {
    if let Some(range) = small_range(vm, a) {
        return Ok(range);
    }
    let first = vm.index_big(a[1])?;
    let (start, stop) = match a.opt(2) {
        Some(stop) => (first, vm.index_big(stop)?),
        None => (BigInt::zero(), first),
    };
    let step = match a.opt(3) {
        Some(step) => vm.index_big(step)?,
        None => BigInt::one(),
    };
    if step.is_zero() {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(range_of(vm, start, stop, step))
}

fn part(vm: &mut Vm, r: Ref, which: usize) -> Step {
    let x = range_ref(vm, r);
    let v = [x.start, x.stop, x.step][which];
    Ok(vm.incref(v))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let x = range_ref(vm, a[0]).clone();
    let big = |r| vm.bigint_of(r).expect("an int");
    let text = if vm.i64_of(x.step) == Some(1) {
        format!("range({}, {})", big(x.start), big(x.stop))
    } else {
        format!("range({}, {}, {})", big(x.start), big(x.stop), big(x.step))
    };
    Ok(vm.str(text))
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let (start, step, len) = parts(vm, a[0]);
    let one = len.is_one();
    let none = fixed::NONE;
    let (start, step) = if len.is_zero() { (None, None) } else { (Some(start), if one { None } else { Some(step) }) };
    let mut items = vec![vm.bigint(len)];
    for x in [start, step] {
        items.push(match x {
            Some(x) => vm.bigint(x),
            None => Owned::adopt(none),
        });
    }
    let tuple = vm.tuple(items);
    let tuple = vm.keep(tuple);
    let h = vm.hash_tuple(tuple)?;
    Ok(vm.int(h))
}

fn truth(vm: &mut Vm, a: Args) -> Step {
    let some = !parts(vm, a[0]).2.is_zero();
    Ok(vm.bool(some))
}

fn len(vm: &mut Vm, a: Args) -> Step {
    if let Some((_, _, len)) = range_ref(vm, a[0]).small {
        return Ok(vm.int(len));
    }
    match parts(vm, a[0]).2.to_i64() {
        Some(len) => Ok(vm.int(len)),
        None => Err(vm.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    if let Some((next, step, left)) = range_ref(vm, a[0]).small {
        return Ok(vm.iter(t::RANGE_ITER, Iter::Range { next, step, left }));
    }
    let (start, step, len) = parts(vm, a[0]);
    Ok(long_iter(vm, start, step, len))
}

fn long_iter(vm: &mut Vm, start: BigInt, step: BigInt, len: BigInt) -> Owned {
    let [start, step, len, at] = [start, step, len, BigInt::zero()].map(|x| vm.bigint(x).into_raw());
    vm.iter(t::LONGRANGE_ITER, Iter::LongRange { start, step, len, at })
}

fn reversed(vm: &mut Vm, a: Args) -> Step {
    if let Some((start, step, left)) = range_ref(vm, a[0]).small
        && let Some(back) = step.checked_neg()
    {
        let next = start.wrapping_add(step.wrapping_mul(left.wrapping_sub(1)));
        return Ok(vm.iter(t::RANGE_ITER, Iter::Range { next, step: back, left }));
    }
    let (start, step, len) = parts(vm, a[0]);
    Ok(long_iter(vm, &start + &step * (&len - 1), -step, len))
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    if matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        return slice(vm, a[0], a[1]);
    }
    if !vm.is_int(a[1]) && vm.lookup_special(a[1], n::__INDEX__).is_none() {
        let message = format!("range indices must be integers or slices, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let i = vm.index_big(a[1])?;
    let (start, step, len) = parts(vm, a[0]);
    let i = if i.is_negative() { i + &len } else { i };
    if i.is_negative() || i >= len {
        return Err(vm.index_error("range object index out of range"));
    }
    Ok(vm.bigint(start + step * i))
}

fn slice(vm: &mut Vm, range: Ref, slice: Ref) -> Step {
    let (start, step, len) = parts(vm, range);
    let (from, to, by) = super::slice::big_indices(vm, slice, &len)?;
    Ok(range_of(vm, &start + &step * from, &start + &step * to, step * by))
}

/// Position of an int in a range.
fn position(vm: &Vm, range: Ref, x: &BigInt) -> Option<BigInt> {
    let (start, step, len) = parts(vm, range);
    let (q, rest) = (x - start).div_rem(&step);
    if rest.is_zero() && !q.is_negative() && q < len { Some(q) } else { None }
}

/// Whether a value takes part as an int; other objects are searched for one by one.
fn plain_int(vm: &Vm, r: Ref) -> bool {
    matches!(vm.ty(r), t::INT | t::BOOL)
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    if plain_int(vm, a[1]) {
        let x = vm.bigint_of(a[1]).expect("an int");
        let found = position(vm, a[0], &x).is_some();
        return Ok(vm.bool(found));
    }
    vm.tail_prelude("iter_contains", &[a[0], a[1]])
}

fn count(vm: &mut Vm, a: Args) -> Step {
    if plain_int(vm, a[1]) {
        let x = vm.bigint_of(a[1]).expect("an int");
        let found = position(vm, a[0], &x).is_some();
        return Ok(vm.int(found as i64));
    }
    vm.tail_prelude("iter_count", &[a[0], a[1]])
}

fn index(vm: &mut Vm, a: Args) -> Step {
    if !plain_int(vm, a[1]) {
        return vm.tail_prelude("range_index", &[a[0], a[1]]);
    }
    let x = vm.bigint_of(a[1]).expect("an int");
    match position(vm, a[0], &x) {
        Some(i) => Ok(vm.bigint(i)),
        None => Err(vm.value_error(format!("{x} is not in range"))),
    }
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if !matches!(vm.heap.get(a[1]), Payload::Range(_)) {
        return Ok(vm.not_implemented());
    }
    let ((s1, p1, n1), (s2, p2, n2)) = (parts(vm, a[0]), parts(vm, a[1]));
    let equal = n1 == n2 && (n1.is_zero() || s1 == s2 && (n1.is_one() || p1 == p2));
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let x = range_ref(vm, a[0]).clone();
    let args = vm.tuple_of(&[x.start, x.stop, x.step]);
    let ty = vm.incref(t::RANGE);
    Ok(vm.tuple(vec![ty, args]))
}

/// An index argument of any size, or the default.
pub fn big_or(vm: &mut Vm, r: Ref, default: BigInt) -> Result<BigInt, Ask> {
    if r == fixed::NONE { Ok(default) } else { index_big_of_slice(vm, r) }
}
fn index_big_of_slice(vm: &mut Vm, r: Ref) -> Result<BigInt, Ask> {
    if !vm.is_int(r) && vm.lookup_special(r, n::__INDEX__).is_none() {
        return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    vm.index_big(r)
}
