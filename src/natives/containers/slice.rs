//! `slice` as Python sees it.
use super::range::big_or;
use super::support::{compare_sequences, enclosed, joined_reprs};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::Layout;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, t};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

pub static SLICE: TypeDef = TypeDef {
    place: Some(t::SLICE),
    name: "slice",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (40, 0),
    doc: "slice(stop)\nslice(start, stop[, step])\n\nWhat a[start:stop:step] hands to the object a.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, start, stop=None, step=None, /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
    Def::method("indices", "(self, object, /)", indices, "The start, stop and step that select from a sequence of this length."),
    Def::member("start", |vm, a| part(vm, a[0], 0), ""),
    Def::member("stop", |vm, a| part(vm, a[0], 1), ""),
    Def::member("step", |vm, a| part(vm, a[0], 2), ""),
];

fn parts(vm: &Vm, r: Ref) -> [Ref; 3] {
    match vm.heap.get(r) {
        Payload::Slice(s) => **s,
        _ => panic!("{r:?} is no slice"),
    }
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let none = fixed::NONE;
    let all = match (a.opt(2), a.opt(3)) {
        (None, _) => [none, a[1], none],
        (Some(stop), step) => [a[1], stop, step.unwrap_or(none)],
    };
    all.iter().for_each(|r| vm.heap.incref_raw(*r));
    Ok(vm.heap.alloc(t::SLICE, Payload::Slice(Box::new(all)), 0))
}

fn part(vm: &mut Vm, r: Ref, which: usize) -> Step {
    let v = parts(vm, r)[which];
    Ok(vm.incref(v))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let inner = joined_reprs(vm, &parts(vm, a[0]))?;
    let text = enclosed("slice(", &inner, ")");
    Ok(vm.str(text))
}

/// The three parts as a tuple, lent: it compares and hashes as the slice does.
fn as_tuple(vm: &mut Vm, r: Ref) -> Ref {
    let tuple = vm.tuple_of(&parts(vm, r));
    vm.keep(tuple)
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let tuple = as_tuple(vm, a[0]);
    let h = vm.hash_tuple(tuple)?;
    Ok(vm.int(h))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if !matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (as_tuple(vm, a[0]), as_tuple(vm, a[1]));
    compare_sequences(vm, x, y, op)
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_of(&parts(vm, a[0]));
    let ty = vm.incref(t::SLICE);
    Ok(vm.tuple(vec![ty, args]))
}

fn indices(vm: &mut Vm, a: Args) -> Step {
    let len = vm.index_big(a[1])?;
    if len.is_negative() {
        return Err(vm.value_error("length should not be negative"));
    }
    let (start, stop, step) = big_indices(vm, a[0], &len)?;
    let all = [start, stop, step].map(|x| vm.bigint(x));
    Ok(vm.tuple(all.into()))
}

/// start, stop and step of a slice against a length of any size (CPython `_PySlice_GetLongIndices`).
pub fn big_indices(vm: &mut Vm, slice: Ref, len: &BigInt) -> Result<(BigInt, BigInt, BigInt), Ask> {
    let [start, stop, step] = parts(vm, slice);
    let step = big_or(vm, step, BigInt::one())?;
    if step.is_zero() {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let back = step.is_negative();
    let (low, high) = if back { (BigInt::from(-1), len - 1) } else { (BigInt::zero(), len.clone()) };
    let clamp = |x: BigInt| if x.is_negative() { (x + len).max(low.clone()) } else { x.min(high.clone()) };
    let (first, last) = if back { (&high, &low) } else { (&low, &high) };
    let start = if start == fixed::NONE { first.clone() } else { clamp(big_or(vm, start, BigInt::zero())?) };
    let stop = if stop == fixed::NONE { last.clone() } else { clamp(big_or(vm, stop, BigInt::zero())?) };
    Ok((start, stop, step))
}
