//! Arithmetic of Python's `int` as pure functions: machine range first, any size when it overflows.
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An operand: an int in machine range, or a larger one borrowed from the heap.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    Small(i64),
    Big(&'a BigInt),
}

/// A result. `Big` may hold a value in machine range; making the object normalises it.
#[derive(Clone, Debug, PartialEq)]
pub enum IntVal {
    Small(i64),
    Big(BigInt),
}

/// Why an operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithError {
    /// ZeroDivisionError with this message.
    Zero(&'static str),
    /// OverflowError.
    Overflow(&'static str),
    /// OverflowError with the C library's errno and text: `(34, 'Numerical result out of range')`.
    Range,
    /// ValueError.
    Value(&'static str),
    /// The result would not fit into memory.
    Memory,
}
pub type Arith<T> = Result<T, ArithError>;

pub const DIVISION_BY_ZERO: ArithError = ArithError::Zero("division by zero");
pub const TOO_LARGE_FOR_FLOAT: ArithError = ArithError::Overflow("int too large to convert to float");

impl From<BigInt> for IntVal {
    fn from(b: BigInt) -> Self {
        IntVal::Big(b)
    }
}
impl From<i64> for IntVal {
    fn from(i: i64) -> Self {
        IntVal::Small(i)
    }
}
impl From<i128> for IntVal {
    fn from(i: i128) -> Self {
        match i64::try_from(i) {
            Ok(i) => IntVal::Small(i),
            Err(_) => IntVal::Big(BigInt::from(i)),
        }
    }
}
impl IntVal {
    pub fn into_big(self) -> BigInt {
        match self {
            IntVal::Small(i) => BigInt::from(i),
            IntVal::Big(b) => b,
        }
    }
    pub fn as_ref(&self) -> IntRef<'_> {
        match self {
            IntVal::Small(i) => IntRef::Small(*i),
            IntVal::Big(b) => IntRef::Big(b),
        }
    }
}

impl IntRef<'_> {
    pub fn to_big(self) -> BigInt {
        match self {
            IntRef::Small(i) => BigInt::from(i),
            IntRef::Big(b) => b.clone(),
        }
    }
    pub fn is_zero(self) -> bool {
        match self {
            IntRef::Small(i) => i == 0,
            IntRef::Big(b) => b.is_zero(),
        }
    }
    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(i) => i < 0,
            IntRef::Big(b) => b.is_negative(),
        }
    }
    /// `int.bit_length()`.
    pub fn bits(self) -> u64 {
        match self {
            IntRef::Small(i) => 64 - i.unsigned_abs().leading_zeros() as u64,
            IntRef::Big(b) => b.bits(),
        }
    }
    /// The nearest float, ties to even.
    pub fn to_f64(self) -> Arith<f64> {
        let x = match self {
            IntRef::Small(i) => i as f64,
            IntRef::Big(b) => b.to_f64().unwrap_or(f64::INFINITY),
        };
        if x.is_infinite() { Err(TOO_LARGE_FOR_FLOAT) } else { Ok(x) }
    }
}

/// Refuses results of more than `limit` bytes.
fn room(bits: u64, limit: usize) -> Arith<()> {
    if bits / 8 > limit as u64 { Err(ArithError::Memory) } else { Ok(()) }
}

pub fn add(a: IntRef, b: IntRef) -> IntVal {
    use IntRef::*;
    match (a, b) {
        (Small(x), Small(y)) => match x.checked_add(y) {
            Some(z) => IntVal::Small(z),
            None => (x as i128 + y as i128).into(),
        },
        (Big(x), Big(y)) => (x + y).into(),
        (Big(x), Small(y)) | (Small(y), Big(x)) => (x + y).into(),
    }
}
pub fn sub(a: IntRef, b: IntRef) -> IntVal {
    use IntRef::*;
    match (a, b) {
        (Small(x), Small(y)) => match x.checked_sub(y) {
            Some(z) => IntVal::Small(z),
            None => (x as i128 - y as i128).into(),
        },
        (Big(x), Big(y)) => (x - y).into(),
        (Big(x), Small(y)) => (x - y).into(),
        (Small(x), Big(y)) => (x - y).into(),
    }
}
pub fn mul(a: IntRef, b: IntRef, limit: usize) -> Arith<IntVal> {
    use IntRef::*;
    if let (Small(x), Small(y)) = (a, b) {
        return Ok(match x.checked_mul(y) {
            Some(z) => IntVal::Small(z),
            None => (x as i128 * y as i128).into(),
        });
    }
    room(a.bits() + b.bits(), limit)?;
    Ok(match (a, b) {
        (Big(x), Big(y)) => (x * y).into(),
        (Big(x), Small(y)) | (Small(y), Big(x)) => (x * y).into(),
        (Small(x), Small(y)) => (x as i128 * y as i128).into(),
    })
}
/// `a // b`.
pub fn floor_div(a: IntRef, b: IntRef) -> Arith<IntVal> {
    if b.is_zero() {
        return Err(DIVISION_BY_ZERO);
    }
    Ok(match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) if y != -1 => IntVal::Small(Integer::div_floor(&x, &y)),
        (_, IntRef::Small(-1)) => neg(a),
        _ => a.to_big().div_floor(&b.to_big()).into(),
    })
}
/// `a % b`: the sign is that of `b`.
pub fn modulo(a: IntRef, b: IntRef) -> Arith<IntVal> {
    if b.is_zero() {
        return Err(DIVISION_BY_ZERO);
    }
    Ok(match (a, b) {
        (_, IntRef::Small(-1)) => IntVal::Small(0),
        (IntRef::Small(x), IntRef::Small(y)) => IntVal::Small(Integer::mod_floor(&x, &y)),
        _ => a.to_big().mod_floor(&b.to_big()).into(),
    })
}
/// `divmod(a, b)`.
pub fn divmod(a: IntRef, b: IntRef) -> Arith<(IntVal, IntVal)> {
    if b.is_zero() {
        return Err(DIVISION_BY_ZERO);
    }
    Ok(match (a, b) {
        (_, IntRef::Small(-1)) => (neg(a), IntVal::Small(0)),
        (IntRef::Small(x), IntRef::Small(y)) => {
            let (q, r) = Integer::div_mod_floor(&x, &y);
            (q.into(), r.into())
        }
        _ => {
            let (q, r) = a.to_big().div_mod_floor(&b.to_big());
            (q.into(), r.into())
        }
    })
}

const EXACT: u64 = 1 << 53;

/// `a / b`, correctly rounded whatever the sizes.
pub fn true_div(a: IntRef, b: IntRef) -> Arith<f64> {
    if b.is_zero() {
        return Err(DIVISION_BY_ZERO);
    }
    if let (IntRef::Small(x), IntRef::Small(y)) = (a, b)
        && x.unsigned_abs() <= EXACT
        && y.unsigned_abs() <= EXACT
    {
        return Ok(x as f64 / y as f64);
    }
    if a.is_zero() {
        return Ok(if b.is_negative() { -0.0 } else { 0.0 });
    }
    let negative = a.is_negative() != b.is_negative();
    let x = ratio_to_f64(a.to_big().magnitude(), b.to_big().magnitude());
    match x {
        None => Err(ArithError::Overflow("integer division result too large for a float")),
        Some(x) => Ok(if negative { -x } else { x }),
    }
}

/// The float nearest to `a / b`, ties to even; None when it is too large. Both are positive.
///
/// A quotient of two or three bits more than a float holds is rounded once, with a sticky bit for what was cut off;
/// near the bottom of the range it is taken with as many bits fewer as the subnormal numbers have.
pub fn ratio_to_f64(a: &BigUint, b: &BigUint) -> Option<f64> {
    let diff = a.bits() as i64 - b.bits() as i64;
    if diff > 1024 {
        return None;
    }
    if diff < -1080 {
        return Some(0.0);
    }
    // The quotient's exponent of its last place.
    let shift = diff.max(-1021) - 55;
    let (num, den) = if shift <= 0 { (a << (-shift) as usize, b.clone()) } else { (a.clone(), b << shift as usize) };
    let (q, r) = num.div_rem(&den);
    let q = q.to_u128()?;
    let bits = 128 - q.leading_zeros() as i64;
    let extra = (bits - 53).max(-1074 - shift).max(0) as u32;
    let half = if extra == 0 { 0 } else { 1u128 << (extra - 1) };
    let rest = q & ((1u128 << extra) - 1);
    let mut m = q >> extra;
    let above = rest > half || (rest == half && (!r.is_zero() || m & 1 == 1));
    if extra > 0 && above {
        m += 1;
    }
    let x = scale(m as u64 as f64, shift + extra as i64);
    if x.is_infinite() { None } else { Some(x) }
}

/// `x · 2^e`, exact where the result is a float.
pub fn scale(x: f64, e: i64) -> f64 {
    libm::ldexp(x, e.clamp(-5000, 5000) as i32)
}

/// `a << b`; a shift that no memory could hold is refused at once.
pub fn lshift(a: IntRef, b: IntRef, limit: usize) -> Arith<IntVal> {
    if b.is_negative() {
        return Err(ArithError::Value("negative shift count"));
    }
    if a.is_zero() {
        return Ok(IntVal::Small(0));
    }
    let IntRef::Small(n) = b else { return Err(ArithError::Overflow("too many digits in integer")) };
    if let IntRef::Small(x) = a
        && n < 63
        && a.bits() + (n as u64) < 63
    {
        return Ok(IntVal::Small(x << n));
    }
    room(a.bits().saturating_add(n as u64), limit)?;
    Ok((a.to_big() << n as usize).into())
}
/// `a >> b`, rounding down.
pub fn rshift(a: IntRef, b: IntRef) -> Arith<IntVal> {
    if b.is_negative() {
        return Err(ArithError::Value("negative shift count"));
    }
    let all_gone = IntVal::Small(if a.is_negative() { -1 } else { 0 });
    let IntRef::Small(n) = b else { return Ok(all_gone) };
    Ok(match a {
        IntRef::Small(x) => IntVal::Small(x >> n.min(63)),
        IntRef::Big(x) if (n as u64) < x.bits() => (x >> n as usize).into(),
        IntRef::Big(_) => all_gone,
    })
}
pub fn and(a: IntRef, b: IntRef) -> IntVal {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => IntVal::Small(x & y),
        _ => (a.to_big() & b.to_big()).into(),
    }
}
pub fn or(a: IntRef, b: IntRef) -> IntVal {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => IntVal::Small(x | y),
        _ => (a.to_big() | b.to_big()).into(),
    }
}
pub fn xor(a: IntRef, b: IntRef) -> IntVal {
    match (a, b) {
        (IntRef::Small(x), IntRef::Small(y)) => IntVal::Small(x ^ y),
        _ => (a.to_big() ^ b.to_big()).into(),
    }
}
pub fn neg(a: IntRef) -> IntVal {
    match a {
        IntRef::Small(x) => (-(x as i128)).into(),
        IntRef::Big(x) => (-x).into(),
    }
}
pub fn abs(a: IntRef) -> IntVal {
    if a.is_negative() { neg(a) } else { a.to_val() }
}
impl IntRef<'_> {
    pub fn to_val(self) -> IntVal {
        match self {
            IntRef::Small(x) => IntVal::Small(x),
            IntRef::Big(x) => IntVal::Big(x.clone()),
        }
    }
}
pub fn invert(a: IntRef) -> IntVal {
    match a {
        IntRef::Small(x) => IntVal::Small(!x),
        IntRef::Big(x) => (!x).into(),
    }
}

/// `a ** b` for `b ≥ 0`.
pub fn pow(a: IntRef, b: IntRef, limit: usize) -> Arith<IntVal> {
    let exponent = match b {
        IntRef::Small(n) => n as u64,
        IntRef::Big(_) => u64::MAX,
    };
    let odd = exponent & 1 == 1 && (matches!(b, IntRef::Small(_)) || matches!(b, IntRef::Big(x) if x.is_odd()));
    match a {
        _ if exponent == 0 => return Ok(IntVal::Small(1)),
        IntRef::Small(0) => return Ok(IntVal::Small(0)),
        IntRef::Small(1) => return Ok(IntVal::Small(1)),
        IntRef::Small(-1) => return Ok(IntVal::Small(if odd { -1 } else { 1 })),
        IntRef::Small(x) if exponent < 64 => {
            if let Some(z) = x.checked_pow(exponent as u32) {
                return Ok(IntVal::Small(z));
            }
        }
        _ => {}
    }
    // The result has at least (bits − 1)·exponent bits.
    room((a.bits() - 1).saturating_mul(exponent), limit)?;
    Ok(num_traits::pow::Pow::pow(a.to_big(), exponent).into())
}

/// `pow(a, b, m)`; the result has the sign of `m`.
pub fn pow_mod(a: IntRef, b: IntRef, m: IntRef) -> Arith<IntVal> {
    if m.is_zero() {
        return Err(ArithError::Value("pow() 3rd argument cannot be 0"));
    }
    let m = m.to_big();
    let mut base = a.to_big();
    let mut exponent = b.to_big();
    if exponent.is_negative() {
        let inverse = base.mod_floor(&m.abs()).modinv(&m.abs());
        base = match inverse {
            Some(i) => i,
            None if m.abs().is_one() => BigInt::zero(),
            None => return Err(ArithError::Value("base is not invertible for the given modulus")),
        };
        exponent = -exponent;
    }
    if m.abs().is_one() {
        return Ok(IntVal::Small(0));
    }
    Ok(base.modpow(&exponent, &m).into())
}

/// `round(a, -digits)`: the nearest multiple of 10^digits, ties to even.
pub fn round_to(a: IntRef, digits: u64, limit: usize) -> Arith<IntVal> {
    // 10^digits is more than twice |a|: the nearest multiple is 0.
    if digits > a.bits() / 3 + 2 {
        return Ok(IntVal::Small(0));
    }
    let unit = pow(IntRef::Small(10), IntRef::Small(digits as i64), limit)?.into_big();
    let (q, r) = a.to_big().div_mod_floor(&unit);
    let twice: BigInt = &r << 1usize;
    let up = twice > unit || (twice == unit && q.is_odd());
    Ok((if up { (q + 1) * unit } else { q * unit }).into())
}

/// A float's integral part; it must be finite.
pub fn from_f64(x: f64) -> IntVal {
    if x.abs() < 9.0e18 {
        return IntVal::Small(x as i64);
    }
    num_traits::FromPrimitive::from_f64(x.trunc()).map_or(IntVal::Small(0), IntVal::Big)
}

/// Digits of base 2^30 that CPython stores, at least one.
pub fn digits30(a: IntRef) -> usize {
    (a.bits() as usize).div_ceil(30).max(1)
}

/// Number of one bits of the absolute value.
pub fn bit_count(a: IntRef) -> u64 {
    match a {
        IntRef::Small(x) => x.unsigned_abs().count_ones() as u64,
        IntRef::Big(x) => x.magnitude().count_ones(),
    }
}

/// `int.to_bytes`: `length` bytes of two's complement, or of the magnitude when unsigned.
pub fn to_bytes(a: IntRef, length: usize, little: bool, signed: bool) -> Arith<Vec<u8>> {
    if !signed && a.is_negative() {
        return Err(ArithError::Overflow("can't convert negative int to unsigned"));
    }
    let big = a.to_big();
    let mut bytes = if signed { big.to_signed_bytes_le() } else { big.to_bytes_le().1 };
    if big.is_zero() {
        bytes.clear();
    }
    // num-bigint gives at least one byte; one that says no more than the sign is not needed.
    if bytes.len() > length {
        let needed = if signed && !big.is_zero() { (signed_bits(&big) as usize).div_ceil(8) } else { bytes.len() };
        if needed > length {
            return Err(ArithError::Overflow("int too big to convert"));
        }
        bytes.truncate(length);
    }
    bytes.resize(length, if big.is_negative() { 0xff } else { 0 });
    if !little {
        bytes.reverse();
    }
    Ok(bytes)
}
/// Bits of the shortest two's complement form.
fn signed_bits(b: &BigInt) -> u64 {
    match b.sign() {
        Sign::Minus => (b + 1i32).bits() + 1,
        _ => b.bits() + 1,
    }
}
/// `int.from_bytes`.
pub fn from_bytes(bytes: &[u8], little: bool, signed: bool) -> IntVal {
    match (signed, little) {
        (true, true) => BigInt::from_signed_bytes_le(bytes).into(),
        (true, false) => BigInt::from_signed_bytes_be(bytes).into(),
        (false, true) => BigInt::from_bytes_le(Sign::Plus, bytes).into(),
        (false, false) => BigInt::from_bytes_be(Sign::Plus, bytes).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use IntRef::Small;

    #[test]
    fn division_rounds_down_and_exactly() {
        assert_eq!(floor_div(Small(-7), Small(2)), Ok(IntVal::Small(-4)));
        assert_eq!(modulo(Small(-7), Small(2)), Ok(IntVal::Small(1)));
        assert_eq!(floor_div(Small(i64::MIN), Small(-1)).map(IntVal::into_big), Ok(BigInt::from(1i128 << 63)));
        let big = BigInt::from(10).pow(400);
        assert_eq!(true_div(IntRef::Big(&big), IntRef::Big(&(&big * 3))), Ok(1.0 / 3.0));
        assert_eq!(true_div(Small(1), IntRef::Big(&(BigInt::one() << 1074usize))), Ok(5e-324));
        assert_eq!(true_div(Small(1), IntRef::Big(&(BigInt::one() << 1075usize))), Ok(0.0));
        assert_eq!(true_div(Small(3), IntRef::Big(&(BigInt::one() << 1076usize))), Ok(5e-324));
    }
    #[test]
    fn powers_modulo() {
        assert_eq!(pow_mod(Small(3), Small(-1), Small(7)).map(IntVal::into_big), Ok(BigInt::from(5)));
        assert_eq!(pow_mod(Small(3), Small(5), Small(-7)).map(IntVal::into_big), Ok(BigInt::from(-2)));
        assert_eq!(pow(Small(10), Small(1 << 40), 1 << 30), Err(ArithError::Memory));
    }
    #[test]
    fn bytes_of_both_signs() {
        assert_eq!(to_bytes(Small(-128), 1, true, true), Ok(vec![0x80]));
        assert_eq!(to_bytes(Small(128), 1, true, true), Err(ArithError::Overflow("int too big to convert")));
        assert_eq!(to_bytes(Small(255), 2, false, false), Ok(vec![0, 255]));
        assert_eq!(to_bytes(Small(0), 0, false, false), Ok(vec![]));
    }
}
