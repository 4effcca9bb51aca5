//! What an opcode does when its operands are not simple: natives, since they may have to ask Python.
mod access;
mod build;
mod control;
mod operators;
pub(super) use access::*;
pub use access::super_type;
pub(super) use build::*;
pub(super) use control::*;
pub use build::convert;
pub use control::{awaitable_iter, next, type_call};
pub(super) use operators::*;
use super::{Args, Ask, Step, Vm, fixed, n, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;

/// The closest of the known names, by CPython's rule for suggestions, if any is close enough.
pub fn nearest(name: &str, known: &[String]) -> Option<String> {
    let length = name.chars().count();
    known
        .iter()
        .filter(|k| k.as_str() != name)
        .map(|k| (distance(name, k), k))
        .filter(|(d, k)| *d <= (length + k.chars().count() + 3) * MOVE_COST / 6)
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k.clone())
}

const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
/// Edit distance; a change of case alone counts half (CPython `Python/suggestions.c`).
fn distance(a: &str, b: &str) -> usize {
    let change_cost = |x: char, y: char| match () {
        _ if x == y => 0,
        _ if x.to_lowercase().eq(y.to_lowercase()) => CASE_COST,
        _ => MOVE_COST,
    };
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).map(|i| i * MOVE_COST).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (i + 1) * MOVE_COST;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + change_cost(*x, *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + MOVE_COST).min(row[j + 1] + MOVE_COST);
        }
    }
    row[b.len()]
}

/// Runs a special method: a native one inline, a Python one by a request. NotImplemented counts as none.
pub(super) fn special(vm: &mut Vm, obj: Ref, name: Ref, args: &[Ref]) -> Result<Option<Ref>, Ask> {
    let r = vm.call_pure(obj, name, args)?;
    Ok(r.filter(|r| *r != fixed::NOT_IMPLEMENTED))
}

pub(super) fn own(vm: &mut Vm, r: Ref) -> Step {
    Ok(vm.incref(r))
}

pub(super) fn small(vm: &Vm, r: Ref) -> usize {
    vm.i64_of(r).unwrap_or(0) as usize
}



pub(super) fn tuple_from(vm: &mut Vm, items: Vec<Ref>) -> Owned {
    vm.tuple_of(&items)
}
