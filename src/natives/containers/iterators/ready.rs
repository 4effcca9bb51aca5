//! Iterators that can be stepped at once: those over built-in containers, and `enumerate`, `zip`, `reversed` over such.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::step::{Ask, Refs};
use crate::vm::{Vm, t};
use num_bigint::BigInt;

impl Vm {
    /// Whether `advance_ready` can step this iterator: no Python code runs, nothing is asked.
    pub fn is_ready_iter(&self, it: Ref) -> bool {
        let Payload::Iter(i) = self.heap.get(it) else { return false };
        match &**i {
            Iter::Enumerate { iter, .. } => self.ty(it) == t::ENUMERATE && self.is_ready_iter(*iter),
            Iter::Zip { iters, .. } => self.ty(it) == t::ZIP && iters.iter().all(|r| self.is_ready_iter(*r)),
            Iter::Reversed { seq, .. } => {
                self.ty(it) == t::REVERSED && seq.is_none_or(|s| matches!(self.ty(s), t::TUPLE | t::STR | t::BYTES))
            }
            Iter::LongRange { .. } => true,
            _ => self.is_simple_iter(it),
        }
    }
    /// One step of a ready iterator; None at the end.
    pub fn advance_ready(&mut self, it: Ref) -> Result<Option<Owned>, Ask> {
        if self.is_simple_iter(it) {
            return self.advance(it);
        }
        let Payload::Iter(i) = self.heap.get(it) else { panic!("{it:?} is no built-in iterator") };
        match &**i {
            Iter::Enumerate { iter, .. } => {
                let iter = *iter;
                match self.advance_ready(iter)? {
                    Some(value) => Ok(Some(self.number(it, value))),
                    None => Ok(None),
                }
            }
            Iter::Zip { iters, strict } => {
                let (iters, strict) = (Refs::from_slice(iters), *strict);
                self.advance_all(&iters, strict, "zip").map(|row| row.map(|items| self.tuple_raw(&items[..])))
            }
            Iter::Reversed { .. } => Ok(self.advance_reversed(it)),
            Iter::LongRange { .. } => Ok(self.advance_long_range(it)),
            _ => Ok(None),
        }
    }
    /// `(count, value)` of an `enumerate`, whose count goes up.
    pub fn number(&mut self, it: Ref, value: Owned) -> Owned {
        let Payload::Iter(i) = self.heap.get_mut(it) else { panic!("an enumerate") };
        let Iter::Enumerate { at, big, .. } = &mut **i else { panic!("an enumerate") };
        let count = match (*at, *big) {
            (n, None) if n < i64::MAX => {
                *at += 1;
                self.int(n)
            }
            (n, None) => {
                let next = self.bigint(BigInt::from(n) + 1).into_raw();
                self.set_enumerate_big(it, next);
                self.int(n)
            }
            (_, Some(big)) => {
                let next = self.bigint_of(big).expect("an int") + 1;
                let next = self.bigint(next).into_raw();
                self.set_enumerate_big(it, next);
                Owned::adopt(big)
            }
        };
        self.tuple_raw(&[count.into_raw(), value.into_raw()][..])
    }
    /// Stores the next count; the old one is given over to the caller of `number`.
    fn set_enumerate_big(&mut self, it: Ref, next: Ref) {
        if let Payload::Iter(i) = self.heap.get_mut(it)
            && let Iter::Enumerate { big, .. } = &mut **i
        {
            *big = Some(next);
        }
    }
    /// One item of each ready iterator; None when one has ended. `strict`: all must end together.
    pub fn advance_all(&mut self, iters: &[Ref], strict: bool, what: &str) -> Result<Option<Refs>, Ask> {
        let mut row = Refs::new();
        for (i, it) in iters.iter().enumerate() {
            let step = self.advance_ready(*it);
            match step {
                Ok(Some(v)) => row.push(v.into_raw()),
                other => {
                    row.into_iter().for_each(|r| self.heap.decref_raw(r));
                    let ended = other?;
                    debug_assert!(ended.is_none());
                    std::mem::forget(ended);
                    return if strict { self.strict_end(iters, i, what) } else { Ok(None) };
                }
            }
        }
        Ok(if row.is_empty() { None } else { Some(row) })
    }
    /// Iterator `i` has ended: with `strict`, earlier ones must not have given an item, nor later ones have one left.
    fn strict_end(&mut self, iters: &[Ref], i: usize, what: &str) -> Result<Option<Refs>, Ask> {
        if i > 0 {
            return Err(self.unequal_lengths(what, i, "shorter"));
        }
        for (j, it) in iters.iter().enumerate().skip(1) {
            if let Some(v) = self.advance_ready(*it)? {
                self.release(v);
                return Err(self.unequal_lengths(what, j, "longer"));
            }
        }
        Ok(None)
    }
    /// "zip() argument 2 is shorter than argument 1".
    pub fn unequal_lengths(&mut self, what: &str, i: usize, how: &str) -> Ask {
        let others = if i == 1 { " ".to_owned() } else { "s 1-".to_owned() };
        self.value_error(format!("{what}() argument {} is {how} than argument{others}{i}", i + 1))
    }
    fn advance_reversed(&mut self, it: Ref) -> Option<Owned> {
        let Payload::Iter(i) = self.heap.get_mut(it) else { return None };
        let Iter::Reversed { seq, at } = &mut **i else { return None };
        let s = (*seq)?;
        let i = *at;
        *at -= 1;
        if i < 0 {
            *seq = None;
            self.heap.decref_raw(s);
            return None;
        }
        let i = i as usize;
        match self.heap.get(s) {
            Payload::Tuple(x) => {
                let v = x[i];
                Some(self.incref(v))
            }
            Payload::Str(x) => {
                let c = x.at(i);
                Some(self.char(c))
            }
            Payload::Bytes(b) => {
                let b = b[i];
                Some(self.int(b as i64))
            }
            _ => None,
        }
    }
    fn advance_long_range(&mut self, it: Ref) -> Option<Owned> {
        let Payload::Iter(i) = self.heap.get(it) else { return None };
        let Iter::LongRange { start, step, len, at } = **i else { return None };
        let big = |r| self.bigint_of(r).expect("an int");
        let (start, step, len, index) = (big(start), big(step), big(len), big(at));
        if index >= len {
            return None;
        }
        let next = self.bigint(&index + 1).into_raw();
        if let Payload::Iter(i) = self.heap.get_mut(it)
            && let Iter::LongRange { at, .. } = &mut **i
        {
            *at = next;
        }
        self.heap.decref_raw(at);
        Some(self.bigint(start + step * index))
    }
}
