//! Equality, ordering, hashing and truth.
//!
//! Source: CPython `Objects/object.c` (`do_richcompare`), language reference 3.3.1.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::str::hash_bytes;
use crate::vm::step::Ask;
use crate::vm::{Args, Vm, fixed, n, t};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::cmp::Ordering;

/// The six comparisons, in `COMPARE_OP`'s order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cmp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl Cmp {
    pub const ALL: [Cmp; 6] = [Cmp::Lt, Cmp::Le, Cmp::Eq, Cmp::Ne, Cmp::Gt, Cmp::Ge];
    pub fn special(self) -> Ref {
        [n::__LT__, n::__LE__, n::__EQ__, n::__NE__, n::__GT__, n::__GE__][self as usize]
    }
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
    pub fn swapped(self) -> Cmp {
        [Cmp::Gt, Cmp::Ge, Cmp::Eq, Cmp::Ne, Cmp::Lt, Cmp::Le][self as usize]
    }
    #[inline]
    pub fn holds(self, o: Ordering) -> bool {
        match self {
            Cmp::Lt => o.is_lt(),
            Cmp::Le => o.is_le(),
            Cmp::Eq => o.is_eq(),
            Cmp::Ne => o.is_ne(),
            Cmp::Gt => o.is_gt(),
            Cmp::Ge => o.is_ge(),
        }
    }
}

/// Native nesting allowed for repr, eq and hash of nested containers, as CPython's recursion guard.
const MAX_NATIVE_DEPTH: usize = 2000;

impl Vm {
    /// Calls a special method that changes nothing (`__eq__`, `__repr__`, `__len__` …): native ones are run inline.
    pub fn call_pure(&mut self, obj: Ref, name: Ref, args: &[Ref]) -> Result<Option<Ref>, Ask> {
        let Some(f) = self.lookup_special(obj, name) else { return Ok(None) };
        if self.ty(f) == t::SLOT_WRAPPER || self.ty(f) == t::METHOD_DESCRIPTOR {
            let (native, owner) = match self.heap.get(f) {
                Payload::Native(x) => (x.native, x.owner),
                _ => panic!("a slot wrapper holds a native"),
            };
            if owner.is_some_and(|owner| !self.is_a(obj, owner)) {
                self.check_receiver(f, &[obj])?;
            }
            let mut all: smallvec::SmallVec<[Option<Ref>; 4]> = smallvec::smallvec![Some(obj)];
            all.extend(args.iter().map(|r| Some(*r)));
            self.enter_nested()?;
            let result = (self.natives[native as usize].def.f)(self, Args(&all));
            self.depth -= 1;
            return match result {
                // A native that ends with a call of its own: for us the call is a question like any other.
                Err(Ask::Tail(request)) => self.tail_as_question(*request).map(Some),
                result => result.map(|v| Some(self.keep(v))),
            };
        }
        if f == fixed::NONE {
            // These three have messages of their own for what is blocked.
            if matches!(name, n::__HASH__ | n::__ITER__ | n::__CONTAINS__) {
                return Ok(None);
            }
            return Err(self.type_error("'NoneType' object is not callable"));
        }
        if !Cmp::ALL.iter().any(|c| c.special() == name) {
            let (f, all) = self.special_call(f, obj, args)?;
            return self.call(f, &all).map(Some);
        }
        // A comparison that cannot be bound is one that is not there (`slot_tp_richcompare`).
        match self.special_call_by("compare_bound", f, obj, args) {
            Err(Ask::Raise(e)) if self.exc_is(e.get(), t::ATTRIBUTE_ERROR) => {
                self.release(e);
                Ok(Some(fixed::NOT_IMPLEMENTED))
            }
            bound => {
                let (f, all) = bound?;
                self.call(f, &all).map(Some)
            }
        }
    }
    /// Guards the native stack where natives nest (repr, eq, hash of deep containers).
    pub fn enter_nested(&mut self) -> Result<(), Ask> {
        if self.depth >= MAX_NATIVE_DEPTH {
            return Err(self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded"));
        }
        self.depth += 1;
        Ok(())
    }
    /// Comparison of exact built-in scalars; None when the rule is not this simple.
    #[inline]
    pub fn compare_simple(&self, a: Ref, b: Ref, op: Cmp) -> Option<bool> {
        use Payload::*;
        match (self.heap.get(a), self.heap.get(b)) {
            (Int(x), Int(y)) if self.plain_number(a) && self.plain_number(b) => Some(op.holds(x.cmp(y))),
            (Str(x), Str(y)) if self.ty(a) == t::STR && self.ty(b) == t::STR => Some(match op {
                Cmp::Eq => x == y,
                Cmp::Ne => x != y,
                _ => op.holds(x.wtf8().cmp(y.wtf8())),
            }),
            (Float(x), Float(y)) if self.ty(a) == t::FLOAT && self.ty(b) == t::FLOAT => Some(compare_floats(*x, *y, op)),
            (Int(_) | BigInt(_) | Float(_), Int(_) | BigInt(_) | Float(_)) if self.plain_number(a) && self.plain_number(b) => {
                self.compare_numbers(a, b, op)
            }
            (Bytes(x), Bytes(y)) if self.ty(a) == t::BYTES && self.ty(b) == t::BYTES => Some(op.holds(x.cmp(y))),
            (Unit, Unit) if matches!(op, Cmp::Eq | Cmp::Ne) && self.ty(a) == t::NONE => Some((a == b) == (op == Cmp::Eq)),
            _ => None,
        }
    }
    fn plain_number(&self, r: Ref) -> bool {
        matches!(self.ty(r), t::INT | t::BOOL | t::FLOAT)
    }
    /// Exact comparison of ints and floats of any size.
    pub fn compare_numbers(&self, a: Ref, b: Ref, op: Cmp) -> Option<bool> {
        match (self.f64_of(a), self.f64_of(b)) {
            (Some(x), Some(y)) => Some(compare_floats(x, y, op)),
            (None, None) => Some(op.holds(self.bigint_of(a)?.cmp(&self.bigint_of(b)?))),
            (Some(x), None) => Some(compare_float_int(x, &self.bigint_of(b)?, op)),
            (None, Some(y)) => Some(compare_float_int(y, &self.bigint_of(a)?, op.swapped())),
        }
    }
    /// Equality as containers use it: identity first.
    pub fn eq(&mut self, a: Ref, b: Ref) -> Result<bool, Ask> {
        if a == b {
            return Ok(true);
        }
        if let Some(x) = self.compare_simple(a, b, Cmp::Eq) {
            return Ok(x);
        }
        let r = self.rich_compare(a, b, Cmp::Eq)?;
        self.truth(r)
    }
    /// `a < b` as a bool.
    pub fn lt(&mut self, a: Ref, b: Ref) -> Result<bool, Ask> {
        let r = self.rich_compare(a, b, Cmp::Lt)?;
        self.truth(r)
    }
    /// A rich comparison by all the rules; the result is lent.
    pub fn rich_compare(&mut self, a: Ref, b: Ref, op: Cmp) -> Result<Ref, Ask> {
        if let Some(x) = self.compare_simple(a, b, op) {
            return Ok(fixed::bool_ref(x));
        }
        let (ta, tb) = (self.ty(a), self.ty(b));
        let reflected_first = ta != tb && self.is_subtype(tb, ta) && self.lookup(tb, op.swapped().special()).is_some();
        if reflected_first && let Some(r) = self.try_compare(b, a, op.swapped())? {
            return Ok(r);
        }
        if let Some(r) = self.try_compare(a, b, op)? {
            return Ok(r);
        }
        if !reflected_first && let Some(r) = self.try_compare(b, a, op.swapped())? {
            return Ok(r);
        }
        match op {
            Cmp::Eq => Ok(fixed::bool_ref(a == b)),
            Cmp::Ne => Ok(fixed::bool_ref(a != b)),
            _ => {
                let message = format!(
                    "'{}' not supported between instances of '{}' and '{}'",
                    op.symbol(),
                    self.dotted_type_name(a),
                    self.dotted_type_name(b)
                );
                Err(self.type_error(message))
            }
        }
    }
    fn try_compare(&mut self, a: Ref, b: Ref, op: Cmp) -> Result<Option<Ref>, Ask> {
        let r = self.call_pure(a, op.special(), &[b])?;
        Ok(r.filter(|r| *r != fixed::NOT_IMPLEMENTED))
    }

    /// `hash(x)`.
    #[inline]
    pub fn hash(&mut self, r: Ref) -> Result<i64, Ask> {
        match self.hash_simple(r) {
            Some(h) => Ok(h),
            None => self.hash_slow(r),
        }
    }
    /// Hash of exact built-in scalars.
    #[inline]
    pub fn hash_simple(&self, r: Ref) -> Option<i64> {
        let ty = self.ty(r);
        match self.heap.get(r) {
            Payload::Str(s) if ty == t::STR => Some(s.hash()),
            Payload::Int(i) if ty == t::INT || ty == t::BOOL => Some(hash_int(*i)),
            Payload::BigInt(b) if ty == t::INT => Some(hash_bigint(b)),
            Payload::Float(x) if ty == t::FLOAT => Some(hash_float(*x, r)),
            Payload::Bytes(b) if ty == t::BYTES => Some(hash_bytes(b)),
            Payload::Unit if ty == t::NONE => Some(0xfca8_6420),
            _ => None,
        }
    }
    fn hash_slow(&mut self, r: Ref) -> Result<i64, Ask> {
        if self.ty(r) == t::TUPLE {
            return self.hash_tuple(r);
        }
        let result = self.call_pure(r, n::__HASH__, &[])?;
        let Some(h) = result else {
            let message = format!("unhashable type: '{}'", self.dotted_type_name(r));
            return Err(self.type_error(message));
        };
        self.hash_result(h)
    }
    /// What a `__hash__` returned, as a hash.
    pub fn hash_result(&mut self, h: Ref) -> Result<i64, Ask> {
        match self.heap.get(h) {
            Payload::Int(i) => Ok(if *i == -1 { -2 } else { *i }),
            Payload::BigInt(b) => Ok(hash_bigint(b)),
            _ => Err(self.type_error("__hash__ method should return an integer")),
        }
    }
    /// xxHash-based tuple hash (CPython `Objects/tupleobject.c`).
    pub fn hash_tuple(&mut self, r: Ref) -> Result<i64, Ask> {
        const P1: u64 = 11400714785074694791;
        const P2: u64 = 14029467366897019727;
        const P5: u64 = 2870177450012600261;
        let items = self.tuple_items(r).expect("a tuple").to_vec();
        let mut acc = P5;
        self.enter_nested()?;
        for x in &items {
            let lane = match self.hash(*x) {
                Ok(h) => h as u64,
                Err(e) => {
                    self.depth -= 1;
                    return Err(e);
                }
            };
            acc = acc.wrapping_add(lane.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
        }
        self.depth -= 1;
        acc = acc.wrapping_add(items.len() as u64 ^ (P5 ^ 3527539));
        Ok(if acc == u64::MAX { 1546275796 } else { acc as i64 })
    }
    /// Hash by address: `object.__hash__`.
    pub fn hash_address(r: Ref) -> i64 {
        (r.address() as i64).rotate_right(4)
    }

    /// Truth value: `__bool__`, then `__len__`, else true.
    #[inline]
    pub fn truth(&mut self, r: Ref) -> Result<bool, Ask> {
        match r {
            fixed::TRUE => return Ok(true),
            fixed::FALSE | fixed::NONE => return Ok(false),
            _ => {}
        }
        match self.truth_simple(r) {
            Some(b) => Ok(b),
            None => self.truth_slow(r),
        }
    }
    /// Truth of exact built-in types.
    #[inline]
    pub fn truth_simple(&self, r: Ref) -> Option<bool> {
        use Payload::*;
        let ty = self.ty(r);
        match self.heap.get(r) {
            Int(i) if ty == t::INT || ty == t::BOOL => Some(*i != 0),
            Str(s) if ty == t::STR => Some(!s.is_empty()),
            List(l) if ty == t::LIST => Some(!l.is_empty()),
            Dict(d) if ty == t::DICT => Some(!d.is_empty()),
            Tuple(x) if ty == t::TUPLE => Some(!x.is_empty()),
            Set(s) if ty == t::SET || ty == t::FROZENSET => Some(!s.is_empty()),
            Float(x) if ty == t::FLOAT => Some(*x != 0.0),
            BigInt(_) if ty == t::INT => Some(true),
            Bytes(b) if ty == t::BYTES => Some(!b.is_empty()),
            Unit if r == fixed::NONE => Some(false),
            Function(_) | Native(_) | Method(..) | Code(_) | Module(_) => Some(true),
            _ => None,
        }
    }
    fn truth_slow(&mut self, r: Ref) -> Result<bool, Ask> {
        if let Some(b) = self.call_pure(r, n::__BOOL__, &[])? {
            return match b {
                fixed::TRUE => Ok(true),
                fixed::FALSE => Ok(false),
                _ => {
                    let message = format!("__bool__ should return bool, returned {}", self.dotted_type_name(b));
                    Err(self.type_error(message))
                }
            };
        }
        match self.len_opt(r)? {
            Some(k) => Ok(k != 0),
            None => Ok(true),
        }
    }
}

fn compare_floats(x: f64, y: f64, op: Cmp) -> bool {
    match x.partial_cmp(&y) {
        Some(o) => op.holds(o),
        None => op == Cmp::Ne,
    }
}

/// Compares a float with an int exactly.
fn compare_float_int(x: f64, i: &BigInt, op: Cmp) -> bool {
    if x.is_nan() {
        return op == Cmp::Ne;
    }
    if x.is_infinite() {
        return op.holds(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let whole = num_traits::FromPrimitive::from_f64(x.trunc()).unwrap_or_else(|| BigInt::from(0));
    let order = BigInt::cmp(&whole, i).then(x.fract().partial_cmp(&0.0).unwrap_or(Ordering::Equal));
    op.holds(order)
}

const MODULUS: i64 = (1 << 61) - 1;

/// Hash of an int: its value modulo 2^61 − 1, −1 becoming −2.
pub fn hash_int(i: i64) -> i64 {
    let size = i.unsigned_abs();
    let size = if size < MODULUS as u64 { size } else { size % MODULUS as u64 };
    let h = if i < 0 { -(size as i64) } else { size as i64 };
    if h == -1 { -2 } else { h }
}
pub fn hash_bigint(b: &BigInt) -> i64 {
    let h = (b.abs() % MODULUS).to_i64().unwrap_or(0);
    let h = if b.is_negative() { -h } else { h };
    if h == -1 { -2 } else { h }
}
/// Hash of a float (CPython `_Py_HashDouble`): equal to the hash of an equal int or fraction; NaN by address.
pub fn hash_float(x: f64, r: Ref) -> i64 {
    if x.is_nan() {
        return Vm::hash_address(r);
    }
    hash_double(x)
}
/// Hash of a float that is no NaN.
pub fn hash_double(x: f64) -> i64 {
    if x.is_infinite() {
        return if x > 0.0 { 314159 } else { -314159 };
    }
    if x == 0.0 {
        return 0;
    }
    let bits = x.abs().to_bits();
    let raw_exp = (bits >> 52) as i64;
    let mantissa = if raw_exp == 0 { (bits & ((1 << 52) - 1)) << 1 } else { (bits & ((1 << 52) - 1)) | (1 << 52) };
    // x = mantissa · 2^(raw_exp − 1075); 2^61 ≡ 1, so multiplying by a power of two rotates 61 bits.
    let shift = (raw_exp - 1075).rem_euclid(61) as u32;
    let m = mantissa % MODULUS as u64;
    let rotated = if shift == 0 { m } else { ((m << shift) & MODULUS as u64) | (m >> (61 - shift)) };
    let h = (rotated % MODULUS as u64) as i64;
    let h = if x < 0.0 { -h } else { h };
    if h == -1 { -2 } else { h }
}
