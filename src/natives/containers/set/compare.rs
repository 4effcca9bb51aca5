//! Subsets, supersets, disjoint sets, equality.
use super::algebra::intersection;
use super::table;
use super::update::hashed;
use crate::heap::Ref;
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm};

const OTHER: &str = "(self, value, /)";
pub static DEFS: &[Def] = &[
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("issubset", "(self, other, /)", issubset, "Report whether another set contains this set."),
    Def::method("issuperset", "(self, other, /)", issuperset, "Report whether this set contains another set."),
    Def::method("isdisjoint", "(self, other, /)", isdisjoint, "Return True if two sets have a null intersection."),
];

/// Whether every element of `a` is in `b`.
fn subset(vm: &mut Vm, a: Ref, b: Ref) -> Result<bool, Ask> {
    if table(vm, a).len() > table(vm, b).len() {
        return Ok(false);
    }
    for (k, hash) in hashed(vm, a) {
        if vm.set_find(b, k, hash)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    let (x, y) = (a[0], a[1]);
    if vm.set_of(y).is_none() {
        return Ok(vm.not_implemented());
    }
    let (n, m) = (table(vm, x).len(), table(vm, y).len());
    let different = match (table(vm, x).hash, table(vm, y).hash) {
        (Some(p), Some(q)) => p != q,
        _ => false,
    };
    let holds = match op {
        Cmp::Eq | Cmp::Ne => (n == m && !different && subset(vm, x, y)?) == (op == Cmp::Eq),
        Cmp::Lt => n < m && subset(vm, x, y)?,
        Cmp::Le => subset(vm, x, y)?,
        Cmp::Gt => n > m && subset(vm, y, x)?,
        Cmp::Ge => subset(vm, y, x)?,
    };
    Ok(vm.bool(holds))
}

fn issubset(vm: &mut Vm, a: Args) -> Step {
    let holds = if vm.set_of(a[1]).is_some() {
        subset(vm, a[0], a[1])?
    } else {
        let common = intersection(vm, a[0], a[1])?;
        table(vm, common).len() == table(vm, a[0]).len()
    };
    Ok(vm.bool(holds))
}

fn issuperset(vm: &mut Vm, a: Args) -> Step {
    if vm.set_of(a[1]).is_some() {
        let holds = subset(vm, a[1], a[0])?;
        return Ok(vm.bool(holds));
    }
    for k in vm.collect(a[1])? {
        if !vm.set_contains(a[0], k)? {
            return Ok(vm.bool(false));
        }
    }
    Ok(vm.bool(true))
}

fn isdisjoint(vm: &mut Vm, a: Args) -> Step {
    let (x, y) = (a[0], a[1]);
    if x == y {
        let empty = table(vm, x).is_empty();
        return Ok(vm.bool(empty));
    }
    if vm.set_of(y).is_none() {
        for k in vm.collect(y)? {
            if vm.set_contains(x, k)? {
                return Ok(vm.bool(false));
            }
        }
        return Ok(vm.bool(true));
    }
    let (walked, other) = if table(vm, y).len() > table(vm, x).len() { (x, y) } else { (y, x) };
    for (k, hash) in hashed(vm, walked) {
        if vm.set_find(other, k, hash)?.is_some() {
            return Ok(vm.bool(false));
        }
    }
    Ok(vm.bool(true))
}
