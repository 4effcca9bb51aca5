//! `sum` over an iterator that runs Python: the running total, so that the prelude's loop takes one call an item.
//!
//! Ints are added exactly; floats by Neumaier's compensated sum, as CPython since 3.12 (`Python/bltinmodule.c`).
use crate::heap::{Owned, Ref};
use crate::objects::class::Layout;
use crate::objects::{Payload, State};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Def, Step, Vm, fixed, t};
use num_bigint::BigInt;

/// What has been added up so far.
#[derive(Clone)]
enum Total {
    /// A sum beyond `i64`, and the part of it that is still within.
    Int(BigInt, i64),
    /// The sum and the error of its roundings.
    Float(f64, f64),
}

impl State for Total {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

static TOTAL: TypeDef = TypeDef {
    place: None,
    name: "_total",
    module: "_pellucid",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (16, 0),
    doc: "The running total of a sum.",
    defs: &[],
};

pub static HELPERS: &[Def] = &[
    Def::function("_sum_new", "(start, /)", new, "The running total of a sum that begins with an int or a float."),
    Def::function("_sum_add", "(total, x, /)", add, "Adds an exact int or float; False: it must be added by the general rules."),
    Def::function("_sum_value", "(total, /)", value, "The total so far."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let total = match vm.f64_of(a[0]) {
        Some(x) => Total::Float(x, 0.0),
        None => Total::Int(vm.bigint_of(a[0]).expect("an int or a float"), 0),
    };
    let ty = vm.type_of_def(&TOTAL);
    Ok(vm.opaque(ty, total))
}

fn add(vm: &mut Vm, a: Args) -> Step {
    let x = match vm.heap.get(a[1]) {
        Payload::Int(i) if matches!(vm.ty(a[1]), t::INT | t::BOOL) => Err(*i),
        Payload::Float(x) if vm.ty(a[1]) == t::FLOAT => Ok(*x),
        _ => return Ok(Owned::adopt(fixed::FALSE)),
    };
    let total = vm.state_mut::<Total>(a[0]).expect("a running total");
    let taken = match (&mut *total, x) {
        (Total::Int(sum, part), Err(i)) => {
            match part.checked_add(i) {
                Some(p) => *part = p,
                None => {
                    *sum += *part;
                    *part = i;
                }
            }
            true
        }
        // The first float joins the ints by an ordinary addition.
        (Total::Int(sum, part), Ok(x)) if sum.bits() == 0 && part.unsigned_abs() <= 1 << 53 => {
            *total = Total::Float(*part as f64 + x, 0.0);
            true
        }
        (Total::Int(..), Ok(_)) => false,
        (Total::Float(sum, low), x) => {
            let x = x.unwrap_or_else(|i| i as f64);
            let t = *sum + x;
            *low += if sum.abs() >= x.abs() { (*sum - t) + x } else { (x - t) + *sum };
            *sum = t;
            true
        }
    };
    Ok(vm.bool(taken))
}

fn value(vm: &mut Vm, a: Args) -> Step {
    match vm.state::<Total>(a[0]).expect("a running total").clone() {
        Total::Int(sum, part) => Ok(vm.bigint(sum + part)),
        Total::Float(sum, low) => Ok(vm.float(if low != 0.0 && low.is_finite() { sum + low } else { sum })),
    }
}
