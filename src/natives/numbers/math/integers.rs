//! Functions of whole numbers: divisors, roots, counting.
use crate::heap::Ref;
use crate::vm::{Args, Ask, Step, Vm};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

fn fold(vm: &mut Vm, items: Ref, start: i64, f: fn(&BigInt, &BigInt) -> BigInt) -> Step {
    let items = vm.tuple_items(items).unwrap_or_default().to_vec();
    let mut numbers = Vec::with_capacity(items.len());
    for x in items {
        numbers.push(vm.index_big(x)?);
    }
    let r = numbers.iter().fold(BigInt::from(start), |acc, x| f(&acc, x));
    Ok(vm.bigint(r.abs()))
}
pub fn gcd(vm: &mut Vm, a: Args) -> Step {
    fold(vm, a[0], 0, |x, y| x.gcd(y))
}
pub fn lcm(vm: &mut Vm, a: Args) -> Step {
    fold(vm, a[0], 1, |x, y| x.lcm(y))
}
pub fn isqrt(vm: &mut Vm, a: Args) -> Step {
    let x = vm.index_big(a[0])?;
    if x.is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    Ok(vm.bigint(x.sqrt()))
}

/// Product of `first, first + 1, …, last`, halves first so that factors stay of similar size.
fn product(first: u64, last: u64) -> BigUint {
    if first > last {
        return BigUint::one();
    }
    if last - first < 16 {
        return (first..=last).fold(BigUint::one(), |p, i| p * i);
    }
    let middle = first + (last - first) / 2;
    product(first, middle) * product(middle + 1, last)
}
/// Refuses results that would not fit into memory.
fn room(vm: &mut Vm, factors: u64, largest_bits: u64) -> Result<(), Ask> {
    if factors as f64 * largest_bits as f64 / 8.0 > vm.memory_limit as f64 { Err(vm.memory_error()) } else { Ok(()) }
}

pub fn factorial(vm: &mut Vm, a: Args) -> Step {
    let x = vm.index_big(a[0])?;
    if x.is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    let Some(k) = x.to_u64().filter(|k| *k <= i32::MAX as u64) else {
        return Err(vm.overflow_error("factorial() argument should not exceed 2147483647"));
    };
    room(vm, k, 64 - k.leading_zeros() as u64)?;
    let p = product(1, k);
    Ok(vm.bigint(p.into()))
}

fn non_negative(vm: &mut Vm, r: Ref, name: &str) -> Result<BigInt, Ask> {
    let x = vm.index_big(r)?;
    if x.is_negative() {
        return Err(vm.value_error(format!("{name} must be a non-negative integer")));
    }
    Ok(x)
}
/// n · (n − 1) · … of `k` factors.
fn falling(n: &BigInt, k: u64) -> BigInt {
    if k <= 16 {
        return (0..k).fold(BigInt::one(), |p, i| p * (n - i));
    }
    let half = k / 2;
    falling(n, half) * falling(&(n - half), k - half)
}
pub fn perm(vm: &mut Vm, a: Args) -> Step {
    let Some(k) = a.not_none(1) else { return factorial(vm, Args(&[Some(a[0])])) };
    let n = vm.index_big(a[0])?;
    let k = vm.index_big(k)?;
    if n.is_negative() {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    if k > n {
        return Ok(vm.int(0));
    }
    let Some(k) = k.to_i64() else { return Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX))) };
    room(vm, k as u64, n.bits())?;
    Ok(vm.bigint(falling(&n, k as u64)))
}
pub fn comb(vm: &mut Vm, a: Args) -> Step {
    let (n, k) = (vm.index_big(a[0])?, a[1]);
    if n.is_negative() {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    let k = non_negative(vm, k, "k")?;
    let other = &n - &k;
    if other.is_negative() {
        return Ok(vm.int(0));
    }
    let k = k.min(other);
    if k.is_zero() {
        return Ok(vm.int(1));
    }
    let Some(k) = k.to_i64() else {
        return Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    room(vm, k as u64, n.bits())?;
    let r = falling(&n, k as u64) / BigInt::from(product(1, k as u64));
    Ok(vm.bigint(r))
}
