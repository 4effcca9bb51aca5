//! Sums, products and lengths of many numbers.
use super::super::arith::{self, Num, Val, nb, num, number_binary};
use super::elementary::{self, two_product, two_sum};
use crate::heap::Ref;
use crate::objects::int_ops::{self, IntVal};
use crate::vm::{Args, Ask, Step, Vm, t};

/// Floats of any iterable.
fn floats(vm: &mut Vm, items: &[Ref]) -> Result<Vec<f64>, Ask> {
    let mut out = Vec::with_capacity(items.len());
    for x in items {
        out.push(vm.to_f64(*x)?);
    }
    Ok(out)
}
pub fn hypot(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[0]).unwrap_or_default().to_vec();
    let mut v = floats(vm, &items)?;
    v.iter_mut().for_each(|x| *x = x.abs());
    Ok(vm.float(elementary::norm(&mut v)))
}
pub fn dist(vm: &mut Vm, a: Args) -> Step {
    let (p, q) = (vm.collect(a[0])?, vm.collect(a[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let (p, q) = (floats(vm, &p)?, floats(vm, &q)?);
    let mut v: Vec<f64> = p.iter().zip(&q).map(|(x, y)| (x - y).abs()).collect();
    Ok(vm.float(elementary::norm(&mut v)))
}

/// Adds floats without any error until the last rounding (J. Shewchuk's partial sums).
#[derive(Default)]
struct ExactSum {
    /// Sums that do not overlap, in increasing size.
    partials: Vec<f64>,
    /// Sum of the infinities and NaNs, and of the infinities alone.
    special: f64,
    infinities: f64,
}
impl ExactSum {
    /// False when an intermediate sum is too large.
    fn add(&mut self, value: f64) -> bool {
        let mut x = value;
        let mut kept = 0;
        for i in 0..self.partials.len() {
            let mut y = self.partials[i];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let hi = x + y;
            let lo = y - (hi - x);
            if lo != 0.0 {
                self.partials[kept] = lo;
                kept += 1;
            }
            x = hi;
        }
        self.partials.truncate(kept);
        if x.is_finite() {
            if x != 0.0 {
                self.partials.push(x);
            }
            return true;
        }
        if value.is_finite() {
            return false;
        }
        if value.is_infinite() {
            self.infinities += value;
        }
        self.special += value;
        self.partials.clear();
        true
    }
    /// The sum, rounded half to even over all partials.
    fn total(mut self) -> f64 {
        let Some(mut hi) = self.partials.pop() else { return 0.0 };
        let mut lo = 0.0;
        while let Some(y) = self.partials.pop() {
            let x = hi;
            hi = x + y;
            lo = y - (hi - x);
            if lo != 0.0 {
                break;
            }
        }
        // A tie is decided by what is below.
        if let Some(next) = self.partials.last()
            && ((lo < 0.0 && *next < 0.0) || (lo > 0.0 && *next > 0.0))
        {
            let y = lo * 2.0;
            let x = hi + y;
            if y == x - hi {
                hi = x;
            }
        }
        hi
    }
}
pub fn fsum(vm: &mut Vm, a: Args) -> Step {
    let items = vm.collect(a[0])?;
    let mut sum = ExactSum::default();
    for x in floats(vm, &items)? {
        if !sum.add(x) {
            return Err(vm.overflow_error("intermediate overflow in fsum"));
        }
    }
    if sum.special != 0.0 {
        if sum.infinities.is_nan() {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return Ok(vm.float(sum.special));
    }
    Ok(vm.float(sum.total()))
}

pub fn prod(vm: &mut Vm, a: Args) -> Step {
    let items = vm.collect(a[0])?;
    let one = vm.int(1);
    let one = vm.keep(one);
    let mut total = a.opt(1).unwrap_or(one);
    for (i, x) in items.iter().enumerate() {
        match number_binary(vm, nb::MULTIPLY, total, *x) {
            Some(r) => {
                let r = r?;
                total = vm.keep(r);
            }
            None => {
                let rest = vm.list_of(&items[i..]);
                let rest = vm.keep(rest);
                return vm.tail_prelude("math_prod", &[total, rest]);
            }
        }
    }
    Ok(vm.incref(total))
}

/// A sum in three floats, the errors of the first in the others.
#[derive(Clone, Copy, Default)]
struct Triple {
    hi: f64,
    lo: f64,
    tiny: f64,
}
impl Triple {
    fn add_product(self, x: f64, y: f64) -> Triple {
        let p = two_product(x, y);
        let s = two_sum(self.hi, p.hi);
        let r1 = two_sum(self.lo, p.lo);
        let r2 = two_sum(r1.hi, s.lo);
        Triple { hi: s.hi, lo: r2.hi, tiny: self.tiny + r1.lo + r2.lo }
    }
    fn total(self) -> f64 {
        let last = two_sum(self.lo, self.hi);
        self.tiny + last.lo + last.hi
    }
}

/// `sumprod`: ints exactly, then floats with extended precision, then whatever else by its own operators; as in CPython
/// a step from one kind to the next is final.
pub fn sumprod(vm: &mut Vm, a: Args) -> Step {
    let (p, q) = (vm.collect(a[0])?, vm.collect(a[1])?);
    if p.len() != q.len() {
        return Err(vm.value_error("Inputs are not the same length"));
    }
    let mut i = 0;
    let mut ints = IntVal::Small(0);
    while i < p.len() && vm.ty(p[i]) == t::INT && vm.ty(q[i]) == t::INT {
        let (Some(x), Some(y)) = (arith::int(&vm.heap, p[i]), arith::int(&vm.heap, q[i])) else { break };
        let term = int_ops::mul(x, y, vm.memory_limit).map_err(|e| vm.arith_error(e))?;
        ints = int_ops::add(ints.as_ref(), term.as_ref());
        i += 1;
    }
    let (mut sum, start) = (Triple::default(), i);
    while i < p.len() {
        let Some((x, y)) = float_pair(vm, p[i], q[i]) else { break };
        let next = sum.add_product(x, y);
        if !next.hi.is_finite() {
            break;
        }
        sum = next;
        i += 1;
    }
    let mut total = Val::Int(ints);
    if i > start {
        let r = match total {
            Val::Int(ref x) => arith::binary(nb::ADD, Num::Int(x.as_ref()), Num::Float(sum.total()), vm.memory_limit),
            _ => unreachable!("the total is an int so far"),
        };
        total = r.map_err(|e| vm.arith_error(e))?;
    }
    let total = vm.number_val(total);
    if i == p.len() {
        return Ok(total);
    }
    let (p, q) = (vm.list_of(&p[i..]), vm.list_of(&q[i..]));
    let args = [vm.keep(total), vm.keep(p), vm.keep(q)];
    vm.tail_prelude("math_sumprod", &args)
}
/// Two floats, or a float and an int or bool.
fn float_pair(vm: &Vm, p: Ref, q: Ref) -> Option<(f64, f64)> {
    if vm.ty(p) != t::FLOAT && vm.ty(q) != t::FLOAT {
        return None;
    }
    let value = |r: Ref| match num(&vm.heap, r)? {
        Num::Float(x) if vm.ty(r) == t::FLOAT => Some(x),
        Num::Int(i) if matches!(vm.ty(r), t::INT | t::BOOL) => i.to_f64().ok(),
        _ => None,
    };
    Some((value(p)?, value(q)?))
}
