//! Conversions natives need: index, float, length, text of arguments.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::step::Ask;
use crate::vm::{Vm, n, t};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

impl Vm {
    /// `operator.index(x)`: an int object.
    pub fn index_ref(&mut self, r: Ref) -> Result<Ref, Ask> {
        if self.is_int(r) {
            return Ok(r);
        }
        let Some(i) = self.call_pure(r, n::__INDEX__, &[])? else {
            let message = format!("'{}' object cannot be interpreted as an integer", self.dotted_type_name(r));
            return Err(self.type_error(message));
        };
        if !self.is_int(i) {
            let message = format!("__index__ returned non-int (type {})", self.dotted_type_name(i));
            return Err(self.type_error(message));
        }
        if self.ty(i) != t::INT {
            let message = format!(
                "__index__ returned non-int (type {}).  The ability to return an instance of a strict subclass of int is \
                 deprecated, and may not be supported in a future version of Python.",
                self.dotted_type_name(i)
            );
            let message = self.str(message);
            let message = self.keep(message);
            self.prelude("numbers_warn_deprecated", &[message])?;
        }
        Ok(i)
    }
    pub fn index_big(&mut self, r: Ref) -> Result<BigInt, Ask> {
        let i = self.index_ref(r)?;
        Ok(self.bigint_of(i).expect("an int"))
    }
    /// An index in machine range; OverflowError "Python int too large to convert to C ssize_t".
    pub fn index_i64(&mut self, r: Ref) -> Result<i64, Ask> {
        let i = self.index_ref(r)?;
        match self.i64_of(i) {
            Some(i) => Ok(i),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }
    /// An index clamped to machine range: for slices and search bounds.
    pub fn index_clamped(&mut self, r: Ref) -> Result<i64, Ask> {
        let i = self.index_big(r)?;
        Ok(i.to_i64().unwrap_or(if i.sign() == num_bigint::Sign::Minus { i64::MIN } else { i64::MAX }))
    }
    /// A C int argument.
    pub fn index_i32(&mut self, r: Ref) -> Result<i32, Ask> {
        let i = self.index_ref(r)?;
        match self.i64_of(i).and_then(|i| i32::try_from(i).ok()) {
            Some(i) => Ok(i),
            None => Err(self.overflow_error("Python int too large to convert to C int")),
        }
    }
    /// `float(x)` for number arguments: float, `__float__`, `__index__`.
    pub fn to_f64(&mut self, r: Ref) -> Result<f64, Ask> {
        if let Some(x) = self.f64_of(r) {
            return Ok(x);
        }
        if self.is_int(r) {
            return self.int_to_f64(r);
        }
        if let Some(x) = self.call_pure(r, n::__FLOAT__, &[])? {
            return match self.f64_of(x) {
                Some(v) => Ok(v),
                None => {
                    let message = format!("{}.__float__ returned non-float (type {})", self.dotted_type_name(r), self.dotted_type_name(x));
                    Err(self.type_error(message))
                }
            };
        }
        if self.lookup_special(r, n::__INDEX__).is_some() {
            let i = self.index_ref(r)?;
            return self.int_to_f64(i);
        }
        let message = format!("must be real number, not {}", self.dotted_type_name(r));
        Err(self.type_error(message))
    }
    /// An int as a float, correctly rounded; OverflowError when too large.
    pub fn int_to_f64(&mut self, r: Ref) -> Result<f64, Ask> {
        let x = match self.heap.get(r) {
            Payload::Int(i) => *i as f64,
            Payload::BigInt(b) => b.to_f64().unwrap_or(f64::INFINITY),
            _ => panic!("{r:?} is no int"),
        };
        if x.is_infinite() { Err(self.overflow_error("int too large to convert to float")) } else { Ok(x) }
    }
    /// `len(x)` where the type has it.
    pub fn len_opt(&mut self, r: Ref) -> Result<Option<i64>, Ask> {
        use Payload::*;
        let ty = self.ty(r);
        let simple = match self.heap.get(r) {
            Str(s) if ty == t::STR => Some(s.len()),
            List(l) if ty == t::LIST => Some(l.len()),
            Tuple(x) if ty == t::TUPLE => Some(x.len()),
            Dict(d) if ty == t::DICT => Some(d.len()),
            Set(s) if ty == t::SET => Some(s.len()),
            Bytes(b) if ty == t::BYTES => Some(b.len()),
            _ => None,
        };
        if let Some(k) = simple {
            return Ok(Some(k as i64));
        }
        let Some(k) = self.call_pure(r, n::__LEN__, &[])? else { return Ok(None) };
        if !self.is_int(k) && self.lookup_special(k, n::__INDEX__).is_none() {
            let message = format!("'{}' object cannot be interpreted as an integer", self.dotted_type_name(k));
            return Err(self.type_error(message));
        }
        let k = self.index_big(k)?;
        if k.sign() == num_bigint::Sign::Minus {
            return Err(self.value_error("__len__() should return >= 0"));
        }
        match k.to_i64() {
            Some(k) => Ok(Some(k)),
            None => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
        }
    }
    /// `len(x)`.
    pub fn len(&mut self, r: Ref) -> Result<i64, Ask> {
        match self.len_opt(r)? {
            Some(k) => Ok(k),
            None => {
                let message = format!("object of type '{}' has no len()", self.dotted_type_name(r));
                Err(self.type_error(message))
            }
        }
    }
    /// The text of an argument that must be a `str`: `what` as in "open() argument 'mode'".
    pub fn expect_str(&mut self, r: Ref, what: &str) -> Result<String, Ask> {
        match self.str_of(r) {
            Some(s) => Ok(s.lossy().into_owned()),
            None => {
                let message = format!("{what} must be str, not {}", self.dotted_type_name(r));
                Err(self.type_error(message))
            }
        }
    }
    /// start, stop, step of a slice object against a length, as `slice.indices` in machine ints.
    pub fn slice_bounds(&mut self, slice: Ref, len: i64) -> Result<(i64, i64, i64), Ask> {
        let Payload::Slice(s) = self.heap.get(slice) else { panic!("{slice:?} is no slice") };
        let [start, stop, step] = **s;
        let none = crate::vm::fixed::NONE;
        let step = if step == none { 1 } else { self.slice_index(step)? };
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let step = step.max(-i64::MAX);
        let (low, high) = if step < 0 { (-1, len - 1) } else { (0, len) };
        let clamp = |x: i64| if x < 0 { x.saturating_add(len).max(low) } else { x.min(high) };
        let start = if start == none { if step < 0 { high } else { low } } else { clamp(self.slice_index(start)?) };
        let stop = if stop == none { if step < 0 { low } else { high } } else { clamp(self.slice_index(stop)?) };
        Ok((start, stop, step))
    }
    fn slice_index(&mut self, r: Ref) -> Result<i64, Ask> {
        if !self.is_int(r) && self.lookup_special(r, n::__INDEX__).is_none() {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.index_clamped(r)
    }
    /// Number of items of a slice with these bounds.
    pub fn slice_len(start: i64, stop: i64, step: i64) -> i64 {
        if step > 0 {
            if start < stop { (stop - start - 1) / step + 1 } else { 0 }
        } else if start > stop {
            (start - stop - 1) / (-step) + 1
        } else {
            0
        }
    }
}
