//! Binary and unary operators, comparisons, subscripts.
use super::*;
use crate::code::opcode::{caches_of, op};
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::exec::set_op;
use crate::objects::class::type_flags;
use crate::vm::step::Answer;
use crate::vm::thread::Activation;
use crate::vm::{fixed, n, slow, t};

/// BINARY_OP arguments with fast paths.
pub(in crate::vm) mod nb {
    pub const ADD: usize = 0;
    pub const FLOOR_DIVIDE: usize = 2;
    pub const MULTIPLY: usize = 5;
    pub const REMAINDER: usize = 6;
    pub const POWER: usize = 8;
    pub const SUBTRACT: usize = 10;
    pub const TRUE_DIVIDE: usize = 11;
    pub const FIRST_INPLACE: usize = 13;
    pub const SUBSCR: usize = 26;
}

impl Vm {
    #[inline(never)]
    pub(in crate::vm) fn binary_op(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (a.get(), b.get());
        if let Some(form) = self.binary_form(arg, x, y) {
            set_op(units, at, form);
        }
        self.binary_general(r, units, at, arg)
    }
    #[inline]
    pub(super) fn binary_general(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (a.get(), b.get());
        if let Some(v) = self.binary_fast(arg, x, y) {
            r.sp -= 2;
            self.push(r, v);
            self.drop_word(a);
            self.drop_word(b);
            return Flow::Next;
        }
        if (arg == nb::ADD || arg == nb::ADD + nb::FIRST_INPLACE) && self.append_in_place(r, units, at) {
            return Flow::Next;
        }
        if let Some(f) = self.python_operator(arg, x, y) {
            return self.enter_operator(r, at, f, arg as u32);
        }
        let number = fixed::small_int(arg as i64).expect("small");
        self.slow_op(r, at, slow::binary_op, 2, &[number], Ret::Push)
    }
    /// `s += t` where `s` is a local variable that alone holds its str and is about to be bound anew: the str itself grows,
    /// so that a loop which builds a text takes time in proportion to its length.
    fn append_in_place(&mut self, r: &mut Regs, units: &[u16], at: usize) -> bool {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (a.get(), b.get());
        let next = units.get(at + 1 + caches_of(op::BINARY_OP)).copied().unwrap_or(0);
        let place = r.base + (next >> 8) as usize;
        let stored = (next & 0xFF) as u8 == op::STORE_FAST && self.cur.stack[place].owned_ref() == Some(x);
        if !stored || a.is_owned() || self.heap.count(x) != 1 || self.ty(x) != t::STR || self.ty(y) != t::STR {
            return false;
        }
        let Some(added) = self.str_of(y).cloned() else { return false };
        let Payload::Str(s) = self.heap.get_mut(x) else { return false };
        if s.interned.get() || !s.append(&added) {
            return false;
        }
        r.sp -= 2;
        // The variable's reference goes to the value that is stored next.
        let word = std::mem::replace(&mut self.cur.stack[place], Word::NULL);
        self.cur.stack[r.sp] = word;
        r.sp += 1;
        self.drop_word(b);
        true
    }
    /// The left operand's method in Python, where the rules ask it first.
    fn python_operator(&mut self, arg: usize, x: Ref, y: Ref) -> Option<Ref> {
        let (tx, ty) = (self.ty(x), self.ty(y));
        if !self.type_obj(tx).has(type_flags::HEAP) || (tx != ty && self.is_subtype(ty, tx)) {
            return None;
        }
        let name = if arg == nb::SUBSCR {
            n::__GETITEM__
        } else if arg >= nb::FIRST_INPLACE {
            let (in_place, plain, _) = slow::OPERATORS[arg - nb::FIRST_INPLACE];
            if self.lookup(tx, in_place).is_some() { in_place } else { plain }
        } else {
            slow::OPERATORS[arg].1
        };
        self.lookup(tx, name).filter(|f| self.ty(*f) == t::FUNCTION)
    }
    /// Calls a special method with the two operands, which stay on the stack until its value is there.
    fn enter_operator(&mut self, r: &mut Regs, at: usize, f: Ref, what: u32) -> Flow {
        let words = [2, 1].map(|i| Word::borrowed(self.peek(r, i).get()));
        // A frame has room for some words more than it says.
        let sp = r.sp;
        self.cur.stack[sp..sp + 2].copy_from_slice(&words);
        r.sp += 2;
        if self.enter_simple(r, at, Word::borrowed(f), sp, sp, (Ret::Operator(what), true)) {
            return Flow::Reload;
        }
        r.sp = sp;
        let words = Words::from_slice(&words);
        self.save(r, at);
        self.call_words(Word::borrowed(f), words, None, Ret::Operator(what));
        Flow::Reload
    }
    /// The value of a special method of two operands. Where it decides nothing, the general rules go on from there: the
    /// native finds the method's answer on its tape.
    pub(in crate::vm) fn deliver_operator(&mut self, value: Owned, what: u32) {
        let sp = self.top().sp as usize;
        let (a, b) = (self.cur.stack[sp - 2], self.cur.stack[sp - 1]);
        let compare = what & Ret::COMPARE != 0;
        let arg = what & (Ret::COMPARE - 1);
        let subscript = !compare && arg as usize == nb::SUBSCR;
        let is_bool = value.get() == fixed::TRUE || value.get() == fixed::FALSE;
        let done = subscript || value.get() != fixed::NOT_IMPLEMENTED && (!compare || arg & 16 == 0 || is_bool);
        if done {
            self.top().sp -= 1;
            self.cur.stack[sp - 2] = Word::owned(value.into_raw());
            self.drop_word(b);
            self.drop_word(a);
            return;
        }
        self.top().sp -= 2;
        let f: NativeFn = match (compare, arg & 16 != 0) {
            (true, true) => slow::compare_bool,
            (true, false) => slow::compare,
            _ => slow::binary_op,
        };
        let number = fixed::small_int(if compare { arg as i64 >> 5 } else { arg as i64 }).expect("small");
        let (x, y) = (self.own_word(a), self.own_word(b));
        let mut answers = vec![Answer::Value(value.into_raw())];
        let frame = self.spare_frames.make(f, &[Some(x), Some(y), Some(number)], &mut answers, Ret::Push, false);
        self.cur.activations.push(Activation::Native(frame));
    }
    /// Exact ints, floats, and subscripts of exact built-in containers.
    #[inline(always)]
    pub(super) fn binary_fast(&mut self, arg: usize, x: Ref, y: Ref) -> Option<Owned> {
        if arg == nb::SUBSCR {
            return self.subscript_fast(x, y);
        }
        let op = if arg >= nb::FIRST_INPLACE { arg - nb::FIRST_INPLACE } else { arg };
        match (self.heap.get(x), self.heap.get(y)) {
            (Payload::Int(a), Payload::Int(b)) if self.ty(x) == t::INT && self.ty(y) == t::INT => {
                let (a, b) = (*a, *b);
                if op == nb::TRUE_DIVIDE {
                    return exact_quotient(a, b).map(|v| self.float(v));
                }
                let v = match op {
                    nb::ADD => a.checked_add(b)?,
                    nb::SUBTRACT => a.checked_sub(b)?,
                    nb::MULTIPLY => a.checked_mul(b)?,
                    nb::FLOOR_DIVIDE if b > 0 => a.div_euclid(b),
                    nb::REMAINDER if b > 0 => a.rem_euclid(b),
                    1 => a & b,
                    7 => a | b,
                    12 => a ^ b,
                    9 if (0..64).contains(&b) => a >> b,
                    3 if (0..32).contains(&b) && a.unsigned_abs() < 1 << 31 => a << b,
                    _ => return None,
                };
                Some(self.int(v))
            }
            (Payload::Float(a), Payload::Float(b)) if self.ty(x) == t::FLOAT && self.ty(y) == t::FLOAT => {
                let (a, b) = (*a, *b);
                let v = float_result(op, a, b)?;
                Some(self.float(v))
            }
            (Payload::Float(a), Payload::Int(b)) if self.ty(x) == t::FLOAT && self.ty(y) == t::INT => {
                let (a, b) = (*a, *b);
                let v = float_result(op, a, b as f64)?;
                Some(self.float(v))
            }
            (Payload::Int(a), Payload::Float(b)) if self.ty(x) == t::INT && self.ty(y) == t::FLOAT => {
                let (a, b) = (*a, *b);
                let v = float_result(op, a as f64, b)?;
                Some(self.float(v))
            }
            _ => None,
        }
    }
    #[inline]
    fn subscript_fast(&mut self, x: Ref, y: Ref) -> Option<Owned> {
        let found = match self.heap.get(x) {
            Payload::List(_) | Payload::Tuple(_) if matches!(self.ty(x), t::LIST | t::TUPLE) => {
                let items = self.items_of(x)?;
                let i = self.i64_of(y)?;
                let i = if i < 0 { i + items.len() as i64 } else { i };
                *items.get(usize::try_from(i).ok()?)?
            }
            Payload::Dict(_) if self.ty(x) == t::DICT => self.dict_simple_get(x, y)?,
            Payload::Str(s) if self.ty(x) == t::STR => {
                let i = self.i64_of(y)?;
                let i = if i < 0 { i + s.len() as i64 } else { i };
                let i = usize::try_from(i).ok().filter(|i| *i < s.len())?;
                let c = s.at(i);
                return Some(self.char(c));
            }
            _ => return None,
        };
        Some(self.incref(found))
    }
    /// Value of a key of simple type in a dict whose candidates are simple too.
    #[inline]
    pub(in crate::vm) fn dict_simple_get(&self, dict: Ref, key: Ref) -> Option<Ref> {
        self.dict_simple_find(dict, key).flatten().map(|i| self.dict_of(dict).expect("a dict").value(i))
    }
    /// Entry of a simple key; None when equality would have to ask.
    #[inline]
    pub(in crate::vm) fn dict_simple_find(&self, dict: Ref, key: Ref) -> Option<Option<usize>> {
        use crate::objects::dict::Step;
        let hash = self.hash_simple(key)?;
        let d = self.dict_of(dict)?;
        let mut p = d.probe(hash);
        loop {
            match d.step(&mut p, key, hash) {
                Step::Absent => return Some(None),
                Step::Identical(i) => return Some(Some(i)),
                Step::Candidate(i, k) => match self.compare_simple(k, key, Cmp::Eq) {
                    Some(true) => return Some(Some(i)),
                    Some(false) => {}
                    None => return None,
                },
            }
        }
    }
    /// Stores a borrowed value under a key for which nothing has to be asked; false, and nothing has changed, for another one.
    pub(in crate::vm) fn dict_simple_store(&mut self, dict: Ref, key: Ref, value: Ref) -> bool {
        let Some(found) = self.dict_simple_find(dict, key) else { return false };
        let hash = self.hash_simple(key).expect("just hashed");
        self.dict_store(dict, found, key, hash, value);
        true
    }
    #[inline(never)]
    pub(in crate::vm) fn compare_op(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let op = Cmp::ALL[arg >> 5];
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        if let Some(form) = self.compare_form(a.get(), b.get()) {
            set_op(units, at, form);
        }
        if let Some(v) = self.compare_simple(a.get(), b.get(), op) {
            r.sp -= 2;
            self.push_word(r, Word::fixed(fixed::bool_ref(v)));
            self.drop_word(a);
            self.drop_word(b);
            return Flow::Next;
        }
        if let Some(f) = self.python_comparison(op, a.get(), b.get()) {
            return self.enter_operator(r, at, f, arg as u32 | Ret::COMPARE);
        }
        let f = if arg & 16 != 0 { slow::compare_bool } else { slow::compare };
        let number = fixed::small_int(arg as i64 >> 5).expect("small");
        self.slow_op(r, at, f, 2, &[number], Ret::Push)
    }
    fn python_comparison(&mut self, op: Cmp, x: Ref, y: Ref) -> Option<Ref> {
        let (tx, ty) = (self.ty(x), self.ty(y));
        if !self.type_obj(tx).has(type_flags::HEAP) || (tx != ty && self.is_subtype(ty, tx)) {
            return None;
        }
        self.lookup(tx, op.special()).filter(|f| self.ty(*f) == t::FUNCTION)
    }
    /// Whether a key of simple type is in a set whose candidates are simple too, and its hash; None when equality would have to ask.
    pub(in crate::vm) fn set_simple_find(&self, set: Ref, key: Ref) -> Option<(bool, i64)> {
        use crate::objects::set::SetStep;
        let hash = self.hash_simple(key)?;
        let s = self.set_of(set)?;
        let mut p = s.probe(hash);
        loop {
            match s.step(&mut p, key, hash) {
                SetStep::Absent => return Some((false, hash)),
                SetStep::Identical(_) => return Some((true, hash)),
                SetStep::Candidate(_, k) => match self.compare_simple(k, key, Cmp::Eq) {
                    Some(true) => return Some((true, hash)),
                    Some(false) => {}
                    None => return None,
                },
            }
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn unary(&mut self, r: &mut Regs, at: usize, which: i64) -> Flow {
        let w = self.peek(r, 1);
        let fast = match (self.heap.get(w.get()), which) {
            (Payload::Int(i), 0) if self.ty(w.get()) == t::INT => i.checked_neg(),
            (Payload::Int(i), 1) if self.ty(w.get()) == t::INT => Some(!*i),
            _ => None,
        };
        if let Some(i) = fast {
            r.sp -= 1;
            let v = self.int(i);
            self.drop_word(w);
            return self.push(r, v);
        }
        let number = fixed::small_int(which).expect("small");
        self.slow_op(r, at, slow::unary, 1, &[number], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn contains_op(&mut self, r: &mut Regs, units: &[u16], at: usize, invert: usize, watched: bool) -> Flow {
        let (key, container) = (self.peek(r, 2), self.peek(r, 1));
        if self.ty(container.get()) == t::DICT
            && let Some(found) = self.dict_simple_find(container.get(), key.get())
        {
            r.sp -= 2;
            self.test(r, units, found.is_some() != (invert == 1), watched);
            self.drop_word(key);
            self.drop_word(container);
            return Flow::Next;
        }
        if matches!(self.ty(container.get()), t::SET | t::FROZENSET)
            && let Some((found, _)) = self.set_simple_find(container.get(), key.get())
        {
            r.sp -= 2;
            self.test(r, units, found != (invert == 1), watched);
            self.drop_word(key);
            self.drop_word(container);
            return Flow::Next;
        }
        let number = fixed::small_int(invert as i64).expect("small");
        self.slow_op(r, at, slow::contains, 2, &[number], Ret::Push)
    }
    /// Stack: value, container, key.
    #[inline(always)]
    pub(in crate::vm) fn store_subscr(&mut self, r: &mut Regs, at: usize) -> Flow {
        let (value, container, key) = (self.peek(r, 3), self.peek(r, 2), self.peek(r, 1));
        if let Payload::Int(i) = self.word_slot(key).payload
            && let s = self.heap.slot_at_mut(container.index())
            && s.ty == t::LIST
            && let Payload::List(list) = &mut s.payload
            && let Some(place) = list.items.get_mut(i as usize)
        {
            r.sp -= 3;
            let old = std::mem::replace(place, value.get());
            self.own_word(value);
            self.heap.decref_raw(old);
            self.drop_word(container);
            self.drop_word(key);
            return Flow::Next;
        }
        apart(r, |r| self.store_subscr_other(r, at))
    }
    #[inline(never)]
    fn store_subscr_other(&mut self, r: &mut Regs, at: usize) -> Flow {
        let (value, container, key) = (self.peek(r, 3), self.peek(r, 2), self.peek(r, 1));
        if self.store_subscr_fast(value.get(), container.get(), key.get()) {
            r.sp -= 3;
            [value, container, key].into_iter().for_each(|w| self.drop_word(w));
            return Flow::Next;
        }
        self.slow_op(r, at, slow::store_subscr, 3, &[], Ret::Discard)
    }
    fn store_subscr_fast(&mut self, value: Ref, container: Ref, key: Ref) -> bool {
        match self.ty(container) {
            t::DICT => self.dict_simple_store(container, key, value),
            t::LIST => {
                let Some(i) = self.i64_of(key) else { return false };
                let len = self.list_items(container).map_or(0, |l| l.len() as i64);
                let i = if i < 0 { i + len } else { i };
                if i < 0 || i >= len {
                    return false;
                }
                self.heap.incref_raw(value);
                let old = std::mem::replace(&mut self.list_mut(container)[i as usize], value);
                self.heap.decref_raw(old);
                true
            }
            _ => false,
        }
    }
    /// Stack: container, key.
    #[inline(never)]
    pub(in crate::vm) fn delete_subscr(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::delete_subscr, 2, &[], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn binary_slice(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::binary_slice, 3, &[], Ret::Push)
    }
    /// Stack: value, container, start, stop.
    #[inline(never)]
    pub(in crate::vm) fn store_slice(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::store_slice, 4, &[], Ret::Discard)
    }
    #[inline(never)]
    pub(in crate::vm) fn get_len(&mut self, r: &mut Regs, at: usize) -> Flow {
        let w = self.peek(r, 1);
        let words = Words::from_slice(&[Word::borrowed(w.get())]);
        self.save(r, at);
        self.slow_with(words, slow::len, &[], Ret::Push)
    }
}

/// The quotient of ints that are floats exactly.
#[inline(always)]
pub(super) fn exact_quotient(a: i64, b: i64) -> Option<f64> {
    const EXACT: u64 = 1 << 53;
    (b != 0 && a.unsigned_abs() <= EXACT && b.unsigned_abs() <= EXACT).then(|| a as f64 / b as f64)
}

#[inline(always)]
pub(super) fn float_result(op: usize, a: f64, b: f64) -> Option<f64> {
    Some(match op {
        nb::ADD => a + b,
        nb::SUBTRACT => a - b,
        nb::MULTIPLY => a * b,
        nb::TRUE_DIVIDE if b != 0.0 => a / b,
        // The rest is errors, complex results and special cases.
        nb::POWER if a > 0.0 && a.is_finite() && b.is_finite() => crate::objects::float_ops::pow(a, b).ok()??,
        _ => return None,
    })
}
