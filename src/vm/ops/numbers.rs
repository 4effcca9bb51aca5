//! Specialised arithmetic, comparisons, subscripts and loops: operands of one kind, checked before use.
use super::nb::{ADD, MULTIPLY, SUBSCR, SUBTRACT};
use super::operators::{exact_quotient, float_result};
use super::*;
use crate::code::opcode::{caches_of, op, special};
use crate::objects::Payload;
use crate::objects::generator::GenState;
use crate::objects::iter::Iter;
use crate::vm::api::Cmp;
use crate::vm::exec::{pick, set_op};
use crate::vm::{fixed, t};

impl Vm {
    /// Whether the object dies with this word: its place may be used for the result.
    #[inline(always)]
    fn dies(&self, w: Word) -> bool {
        w.is_owned() && self.word_slot(w).rc == 1
    }
    /// The form of a general BINARY_OP that meets these operands.
    #[inline]
    pub(super) fn binary_form(&self, arg: usize, x: Ref, y: Ref) -> Option<u8> {
        let kind = if arg >= nb::FIRST_INPLACE && arg != SUBSCR { arg - nb::FIRST_INPLACE } else { arg };
        match (kind, self.ty(x), self.ty(y)) {
            (ADD, t::INT, t::INT) => Some(special::BINARY_OP_ADD_INT),
            (SUBTRACT, t::INT, t::INT) => Some(special::BINARY_OP_SUBTRACT_INT),
            (MULTIPLY, t::INT, t::INT) => Some(special::BINARY_OP_MULTIPLY_INT),
            (ADD, t::FLOAT, t::FLOAT) => Some(special::BINARY_OP_ADD_FLOAT),
            (SUBTRACT, t::FLOAT, t::FLOAT) => Some(special::BINARY_OP_SUBTRACT_FLOAT),
            (MULTIPLY, t::FLOAT, t::FLOAT) => Some(special::BINARY_OP_MULTIPLY_FLOAT),
            (SUBSCR, t::LIST, t::INT) => Some(special::BINARY_OP_SUBSCR_LIST_INT),
            (SUBSCR, t::TUPLE, t::INT) => Some(special::BINARY_OP_SUBSCR_TUPLE_INT),
            (SUBSCR, t::DICT, _) => Some(special::BINARY_OP_SUBSCR_DICT),
            (kind, t::INT | t::FLOAT, t::INT | t::FLOAT) if kind != SUBSCR => Some(special::BINARY_OP_EXTEND),
            _ => None,
        }
    }
    /// Other operators on ints and floats, mixed or not.
    #[inline(never)]
    pub(in crate::vm) fn number_op(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (self.word_slot(a), self.word_slot(b));
        let kind = if arg >= nb::FIRST_INPLACE { arg - nb::FIRST_INPLACE } else { arg };
        let number = |ty| ty == t::INT || ty == t::FLOAT;
        if number(x.ty) && number(y.ty) {
            let v = match (&x.payload, &y.payload) {
                (Payload::Float(x), Payload::Float(y)) => float_result(kind, *x, *y),
                (Payload::Float(x), Payload::Int(y)) => float_result(kind, *x, *y as f64),
                (Payload::Int(x), Payload::Float(y)) => float_result(kind, *x as f64, *y),
                (Payload::Int(x), Payload::Int(y)) if kind == nb::TRUE_DIVIDE => exact_quotient(*x, *y),
                _ => None,
            };
            if let Some(v) = v {
                self.put_float(r, a, b, v);
                return Flow::Next;
            }
            if let Some(v) = self.binary_fast(arg, a.get(), b.get()) {
                r.sp -= 1;
                self.cur.stack[r.sp - 1] = Word::owned(v.into_raw());
                self.drop_word(a);
                self.drop_word(b);
                return Flow::Next;
            }
        }
        set_op(units, at, op::BINARY_OP);
        self.binary_op(r, units, at, arg)
    }
    #[inline(always)]
    fn binary_miss(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        apart(r, |r| self.binary_miss_apart(r, units, at, arg))
    }
    #[cold]
    #[inline(never)]
    fn binary_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        set_op(units, at, op::BINARY_OP);
        let flow = self.binary_op(r, units, at, arg);
        self.settled(r, at, flow)
    }
    #[inline(always)]
    pub(in crate::vm) fn int_op<const OP: usize>(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (self.word_slot(a), self.word_slot(b));
        if x.ty == t::INT
            && y.ty == t::INT
            && let (Payload::Int(i), Payload::Int(j)) = (&x.payload, &y.payload)
            && let Some(v) = int_result::<OP>(*i, *j)
        {
            r.sp -= 1;
            if let Some(small) = fixed::small_int(v) {
                self.cur.stack[r.sp - 1] = Word::fixed(small);
                self.drop_word(a);
                self.drop_word(b);
                return Flow::Next;
            }
            let (place, other) = if self.dies(a) { (a, b) } else { (b, a) };
            if self.dies(place)
                && let Payload::Int(p) = self.heap.get_mut(place.get())
            {
                *p = v;
                self.cur.stack[r.sp - 1] = place;
                self.drop_word(other);
                return Flow::Next;
            }
            let v = self.heap.alloc_flat(t::INT, Payload::Int(v));
            self.cur.stack[r.sp - 1] = Word::owned(v.into_raw());
            self.drop_word(a);
            self.drop_word(b);
            return Flow::Next;
        }
        self.binary_miss(r, units, at, arg)
    }
    #[inline(always)]
    pub(in crate::vm) fn float_op<const OP: usize>(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (self.word_slot(a), self.word_slot(b));
        if x.ty == t::FLOAT
            && y.ty == t::FLOAT
            && let (Payload::Float(i), Payload::Float(j)) = (&x.payload, &y.payload)
        {
            let v = match OP {
                ADD => i + j,
                SUBTRACT => i - j,
                _ => i * j,
            };
            self.put_float(r, a, b, v);
            return Flow::Next;
        }
        self.binary_miss(r, units, at, arg)
    }
    /// Replaces two operands by a float, in the place of one of them if it dies.
    #[inline(always)]
    pub(super) fn put_float(&mut self, r: &mut Regs, a: Word, b: Word, v: f64) {
        r.sp -= 1;
        let place = if self.becomes(a, v) {
            self.drop_word(b);
            a
        } else if self.becomes(b, v) {
            self.drop_word(a);
            b
        } else {
            let v = self.heap.alloc_flat(t::FLOAT, Payload::Float(v));
            self.drop_word(a);
            self.drop_word(b);
            Word::owned(v.into_raw())
        };
        self.cur.stack[r.sp - 1] = place;
    }
    /// Whether a float that dies with this word has taken the value.
    #[inline(always)]
    fn becomes(&mut self, w: Word, v: f64) -> bool {
        if !w.is_owned() {
            return false;
        }
        let s = self.heap.slot_at_mut(w.index());
        if s.rc == 1
            && s.ty == t::FLOAT
            && let Payload::Float(p) = &mut s.payload
        {
            *p = v;
            return true;
        }
        false
    }
    /// `items[i]` of an exact list, or with `TUPLE` of an exact tuple.
    #[inline(always)]
    pub(in crate::vm) fn subscript_int<const TUPLE: bool>(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let s = self.word_slot(a);
        let items = match &s.payload {
            Payload::List(items) if !TUPLE && s.ty == t::LIST => &items[..],
            Payload::Tuple(items) if TUPLE && s.ty == t::TUPLE => &items[..],
            _ => return self.binary_miss(r, units, at, arg),
        };
        if let Payload::Int(i) = &self.word_slot(b).payload
            && let Some(v) = items.get(*i as usize).copied()
        {
            return self.put_item(r, a, b, v);
        }
        self.binary_miss(r, units, at, arg)
    }
    /// `d[key]` of an exact dict.
    #[inline(never)]
    pub(in crate::vm) fn subscript_dict(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        if self.ty(a.get()) != t::DICT {
            return self.binary_miss(r, units, at, arg);
        }
        match self.dict_simple_get(a.get(), b.get()) {
            Some(v) => self.put_item(r, a, b, v),
            None => self.binary_general(r, units, at, arg),
        }
    }
    #[inline(always)]
    fn put_item(&mut self, r: &mut Regs, a: Word, b: Word, v: Ref) -> Flow {
        self.heap.incref_raw(v);
        r.sp -= 1;
        self.cur.stack[r.sp - 1] = Word::owned(v);
        self.drop_word(a);
        self.drop_word(b);
        Flow::Next
    }

    /// LOAD_SMALL_INT together with the specialised instruction behind it that takes the int as its right operand. False:
    /// that is none of these, or meets something else than it expects, and nothing has changed.
    #[inline(always)]
    pub(super) fn with_small_int(&mut self, r: &mut Regs, units: &[u16], i: i64) -> bool {
        let next = pick(units, r.pc);
        match (next & 0xFF) as u8 {
            special::BINARY_OP_ADD_INT => self.add_small(r, i),
            special::BINARY_OP_SUBTRACT_INT => self.add_small(r, -i),
            special::BINARY_OP_SUBSCR_LIST_INT => self.item_at(r, i as usize),
            special::COMPARE_OP_INT => {
                let a = self.peek(r, 1);
                let x = self.word_slot(a);
                let Payload::Int(j) = x.payload else { return false };
                if x.ty != t::INT {
                    return false;
                }
                r.pc += 1 + const { caches_of(op::COMPARE_OP) };
                r.sp -= 1;
                self.test(r, units, outcome((next >> 8) as usize, j < i, j == i, j > i), false);
                self.drop_word(a);
                true
            }
            _ => false,
        }
    }
    #[inline(always)]
    fn add_small(&mut self, r: &mut Regs, i: i64) -> bool {
        let a = self.peek(r, 1);
        let x = self.word_slot(a);
        let Payload::Int(j) = x.payload else { return false };
        let Some(v) = j.checked_add(i).filter(|_| x.ty == t::INT) else { return false };
        r.pc += 1 + const { caches_of(op::BINARY_OP) };
        if let Some(small) = fixed::small_int(v) {
            self.cur.stack[r.sp - 1] = Word::fixed(small);
            self.drop_word(a);
        } else if self.dies(a)
            && let Payload::Int(p) = self.heap.get_mut(a.get())
        {
            *p = v;
        } else {
            let v = self.heap.alloc_flat(t::INT, Payload::Int(v));
            self.cur.stack[r.sp - 1] = Word::owned(v.into_raw());
            self.drop_word(a);
        }
        true
    }
    #[inline(always)]
    fn item_at(&mut self, r: &mut Regs, i: usize) -> bool {
        let a = self.peek(r, 1);
        let x = self.word_slot(a);
        let Payload::List(items) = &x.payload else { return false };
        let Some(v) = items.get(i).copied().filter(|_| x.ty == t::LIST) else { return false };
        r.pc += 1 + const { caches_of(op::BINARY_OP) };
        self.heap.incref_raw(v);
        self.cur.stack[r.sp - 1] = Word::owned(v);
        self.drop_word(a);
        true
    }

    #[inline]
    pub(super) fn compare_form(&self, x: Ref, y: Ref) -> Option<u8> {
        match (self.ty(x), self.ty(y)) {
            (t::INT, t::INT) => Some(special::COMPARE_OP_INT),
            (t::FLOAT, t::FLOAT) => Some(special::COMPARE_OP_FLOAT),
            _ => None,
        }
    }
    #[inline(always)]
    fn compare_miss(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        apart(r, |r| self.compare_miss_apart(r, units, at, arg))
    }
    #[cold]
    #[inline(never)]
    fn compare_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize) -> Flow {
        set_op(units, at, op::COMPARE_OP);
        let flow = self.compare_op(r, units, at, arg);
        self.settled(r, at, flow)
    }
    #[inline(always)]
    pub(in crate::vm) fn compare_ints(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize, watched: bool) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (self.word_slot(a), self.word_slot(b));
        if x.ty == t::INT
            && y.ty == t::INT
            && let (Payload::Int(i), Payload::Int(j)) = (&x.payload, &y.payload)
        {
            let holds = outcome(arg, i < j, i == j, i > j);
            return self.put_test(r, units, (a, b), holds, watched);
        }
        self.compare_miss(r, units, at, arg)
    }
    #[inline(always)]
    pub(in crate::vm) fn compare_float_pair(&mut self, r: &mut Regs, units: &mut [u16], at: usize, arg: usize, watched: bool) -> Flow {
        let (a, b) = (self.peek(r, 2), self.peek(r, 1));
        let (x, y) = (self.word_slot(a), self.word_slot(b));
        if x.ty == t::FLOAT
            && y.ty == t::FLOAT
            && let (Payload::Float(i), Payload::Float(j)) = (&x.payload, &y.payload)
        {
            let holds = match Cmp::ALL[arg >> 5] {
                Cmp::Lt => i < j,
                Cmp::Le => i <= j,
                Cmp::Eq => i == j,
                Cmp::Ne => i != j,
                Cmp::Gt => i > j,
                Cmp::Ge => i >= j,
            };
            return self.put_test(r, units, (a, b), holds, watched);
        }
        self.compare_miss(r, units, at, arg)
    }
    #[inline(always)]
    fn put_test(&mut self, r: &mut Regs, units: &[u16], (a, b): (Word, Word), holds: bool, watched: bool) -> Flow {
        r.sp -= 2;
        self.test(r, units, holds, watched);
        self.drop_word(a);
        self.drop_word(b);
        Flow::Next
    }

    pub(super) fn iter_form(&self, it: Ref) -> Option<u8> {
        match self.heap.get(it) {
            Payload::Iter(i) => match **i {
                Iter::Range { .. } => Some(special::FOR_ITER_RANGE),
                Iter::List { .. } => Some(special::FOR_ITER_LIST),
                _ => None,
            },
            Payload::Generator(_) if self.ty(it) == t::GENERATOR => Some(special::FOR_ITER_GEN),
            _ => None,
        }
    }
    #[inline(always)]
    fn iter_miss(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize) -> Flow {
        apart(r, |r| self.iter_miss_apart(r, units, at, n))
    }
    #[cold]
    #[inline(never)]
    fn iter_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize) -> Flow {
        set_op(units, at, op::FOR_ITER);
        let flow = self.for_iter(r, units, at, n);
        self.settled(r, at, flow)
    }
    #[inline(always)]
    pub(in crate::vm) fn for_iter_range(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize, watched: bool) -> Flow {
        let it = self.peek(r, 1).get();
        let Payload::Iter(i) = self.heap.get_mut(it) else { return self.iter_miss(r, units, at, n) };
        let Iter::Range { next, step, left } = &mut **i else { return self.iter_miss(r, units, at, n) };
        if *left <= 0 {
            r.pc += n + 1;
            return Flow::Next;
        }
        let v = *next;
        *left -= 1;
        *next = next.wrapping_add(*step);
        let v = match fixed::small_int(v) {
            Some(small) => small,
            None => self.heap.alloc_flat(t::INT, Payload::Int(v)).into_raw(),
        };
        self.put_next(r, units, v, watched);
        Flow::Next
    }
    /// Pushes the next item of a loop; or, where the next instruction stores it in a local, carries that out too.
    #[inline(always)]
    fn put_next(&mut self, r: &mut Regs, units: &[u16], v: Ref, watched: bool) {
        let next = pick(units, r.pc);
        if watched || (next & 0xFF) as u8 != op::STORE_FAST {
            return self.push_word(r, Word::owned(v));
        }
        r.pc += 1;
        let old = std::mem::replace(&mut self.cur.stack[r.base + (next >> 8) as usize], Word::owned(v));
        self.drop_word(old);
    }
    #[inline(always)]
    pub(in crate::vm) fn for_iter_list(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize, watched: bool) -> Flow {
        let it = self.peek(r, 1).get();
        if let Payload::Iter(i) = self.heap.get_mut(it)
            && let Iter::List { list: Some(list), at: place } = &mut **i
        {
            let (list, index) = (*list, *place);
            *place += 1;
            if let Payload::List(items) = self.heap.get(list)
                && let Some(v) = items.get(index)
            {
                let v = *v;
                self.heap.incref_raw(v);
                self.put_next(r, units, v, watched);
                return Flow::Next;
            }
            if let Payload::Iter(i) = self.heap.get_mut(it)
                && let Iter::List { at: place, .. } = &mut **i
            {
                *place = index;
            }
        }
        self.iter_miss(r, units, at, n)
    }
    #[inline(never)]
    pub(in crate::vm) fn for_iter_generator(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize) -> Flow {
        let it = self.peek(r, 1).get();
        if let Payload::Generator(g) = self.heap.get(it)
            && matches!(g.state, GenState::Suspended | GenState::Created)
            && self.ty(it) == t::GENERATOR
        {
            self.save(r, at);
            let none = self.none();
            self.resume_ready(it, none, Ret::ForIter(n as u32 + 1));
            return Flow::Reload;
        }
        self.iter_miss(r, units, at, n)
    }
}

#[inline(always)]
fn int_result<const OP: usize>(i: i64, j: i64) -> Option<i64> {
    match OP {
        ADD => i.checked_add(j),
        SUBTRACT => i.checked_sub(j),
        _ => i.checked_mul(j),
    }
}

/// Whether a comparison holds: the low bits of COMPARE_OP's argument name the outcomes that make it true.
#[inline(always)]
fn outcome(arg: usize, less: bool, equal: bool, greater: bool) -> bool {
    const LESS: usize = 2;
    const GREATER: usize = 4;
    const EQUAL: usize = 8;
    arg & LESS != 0 && less || arg & EQUAL != 0 && equal || arg & GREATER != 0 && greater
}
