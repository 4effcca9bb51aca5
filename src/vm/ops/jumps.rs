//! Jumps, tests, loops.
use super::*;
use crate::code::opcode::{caches_of, op};
use crate::objects::Payload;
use crate::vm::exec::pick;
use crate::vm::{fixed, n as names, slow, t};
use crate::objects::generator::GenState;
use crate::objects::iter::Iter;
use crate::vm::step::Refs;

/// Jumps on from where the registers are, or goes on behind the mark of a branch that is not taken.
#[inline(always)]
fn jump_if(r: &mut Regs, units: &[u16], n: usize, jumps: bool, watched: bool) {
    if jumps {
        r.pc += n;
    } else if !watched {
        r.pc += ((pick(units, r.pc) & 0xFF) as u8 == op::NOT_TAKEN) as usize;
    }
}

impl Vm {
    #[inline(always)]
    pub(in crate::vm) fn nothing(&mut self, _r: &mut Regs) -> Flow {
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn jump(&mut self, r: &mut Regs, n: usize) -> Flow {
        r.pc += n;
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn jump_backward(&mut self, r: &mut Regs, at: usize, n: usize, budget: &mut u64) -> Flow {
        r.pc -= n;
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            self.save(r, at);
            return Flow::Reload;
        }
        Flow::Next
    }
    pub(in crate::vm) fn jump_back_quietly(&mut self, r: &mut Regs, n: usize) -> Flow {
        r.pc -= n;
        Flow::Next
    }
    /// Pushes the outcome of a test; or, where the next instruction is a jump that takes it, carries that out too. Each
    /// instruction by itself where somebody watches.
    #[inline(always)]
    pub(super) fn test(&mut self, r: &mut Regs, units: &[u16], holds: bool, watched: bool) {
        let next = pick(units, r.pc);
        let (o, n) = ((next & 0xFF) as u8, (next >> 8) as usize);
        if watched || o != op::POP_JUMP_IF_FALSE && o != op::POP_JUMP_IF_TRUE {
            return self.push_word(r, Word::fixed(fixed::bool_ref(holds)));
        }
        r.pc += 1 + const { caches_of(op::POP_JUMP_IF_FALSE) };
        jump_if(r, units, n, holds == (o == op::POP_JUMP_IF_TRUE), watched);
    }
    /// The compiler puts TO_BOOL or a bool-giving comparison in front: the top is a bool.
    #[inline(always)]
    pub(in crate::vm) fn pop_jump_if(&mut self, r: &mut Regs, units: &[u16], n: usize, want: bool, watched: bool) -> Flow {
        let w = self.pop(r);
        jump_if(r, units, n, (w.lent() == Word::fixed(fixed::TRUE)) == want, watched);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn pop_jump_if_none(&mut self, r: &mut Regs, units: &[u16], n: usize, want: bool, watched: bool) -> Flow {
        let w = self.pop(r);
        jump_if(r, units, n, (w.lent() == Word::fixed(fixed::NONE)) == want, watched);
        self.drop_word(w);
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn to_bool(&mut self, r: &mut Regs, units: &[u16], at: usize, watched: bool) -> Flow {
        let w = self.peek(r, 1);
        let x = w.lent();
        if x == Word::fixed(fixed::TRUE) || x == Word::fixed(fixed::FALSE) {
            r.sp -= 1;
            self.test(r, units, x == Word::fixed(fixed::TRUE), watched);
            return Flow::Next;
        }
        apart(r, |r| {
            let flow = self.to_bool_other(r, at, w);
            self.settled(r, at, flow)
        })
    }
    #[inline(never)]
    fn to_bool_other(&mut self, r: &mut Regs, at: usize, w: Word) -> Flow {
        match self.truth_simple(w.get()) {
            Some(b) => {
                self.cur.stack[r.sp - 1] = Word::fixed(fixed::bool_ref(b));
                self.drop_word(w);
                Flow::Next
            }
            None => self.slow_op(r, at, slow::truth, 1, &[], Ret::Push),
        }
    }
    #[inline(always)]
    pub(in crate::vm) fn unary_not(&mut self, r: &mut Regs) -> Flow {
        let w = self.pop(r);
        self.push_word(r, Word::fixed(fixed::bool_ref(w.get() != fixed::TRUE)));
        Flow::Next
    }
    #[inline(always)]
    pub(in crate::vm) fn is_op(&mut self, r: &mut Regs, units: &[u16], invert: usize, watched: bool) -> Flow {
        let b = self.pop(r);
        let a = self.pop(r);
        self.test(r, units, (a.lent() == b.lent()) != (invert == 1), watched);
        self.drop_word(b);
        self.drop_word(a);
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn get_iter_op(&mut self, r: &mut Regs, at: usize) -> Flow {
        let x = self.peek(r, 1).get();
        match self.heap.get(x) {
            Payload::Generator(_) if self.ty(x) == t::GENERATOR => Flow::Next,
            Payload::Iter(_) => Flow::Next,
            Payload::List(_) if self.ty(x) == t::LIST => self.iterate(r, t::LIST_ITER, |x| Iter::List { list: Some(x), at: 0 }),
            Payload::Tuple(_) if self.ty(x) == t::TUPLE => self.iterate(r, t::TUPLE_ITER, |x| Iter::Tuple { tuple: Some(x), at: 0 }),
            Payload::Range(range) if let Some((next, step, left)) = range.small => {
                let w = self.pop(r);
                let it = self.iter(t::RANGE_ITER, Iter::Range { next, step, left });
                self.drop_word(w);
                self.push(r, it)
            }
            _ => self.slow_op(r, at, slow::get_iter, 1, &[], Ret::Push),
        }
    }
    /// Replaces a container by an iterator that takes over the reference to it.
    fn iterate(&mut self, r: &mut Regs, ty: Ref, make: impl FnOnce(Ref) -> Iter) -> Flow {
        let x = self.pop_owned(r).into_raw();
        let it = self.iter(ty, make(x));
        self.push(r, it)
    }
    /// FOR_ITER: pushes the next item; at the end jumps behind END_FOR.
    #[inline(never)]
    pub(in crate::vm) fn for_iter(&mut self, r: &mut Regs, units: &mut [u16], at: usize, n: usize) -> Flow {
        let it = self.peek(r, 1).get();
        if let Some(form) = self.iter_form(it) {
            crate::vm::exec::set_op(units, at, form);
        }
        match self.heap.get(it) {
            Payload::Iter(_) if self.is_simple_iter(it) => match self.advance(it) {
                Ok(Some(v)) => self.push(r, v),
                Ok(None) => {
                    r.pc += n + 1;
                    Flow::Next
                }
                Err(e) => self.raise(e),
            },
            Payload::Generator(g) if self.ty(it) == t::GENERATOR => match g.state {
                GenState::Closed => {
                    r.pc += n + 1;
                    Flow::Next
                }
                _ => {
                    self.save(r, at);
                    let none = self.none();
                    self.resume_send(it, none, Ret::ForIter(n as u32 + 1));
                    Flow::Reload
                }
            },
            Payload::Iter(_) if self.is_ready_iter(it) => {
                self.save(r, at);
                match self.advance_ready(it) {
                    Ok(Some(v)) => self.push(r, v),
                    Ok(None) => {
                        r.pc += n + 1;
                        Flow::Next
                    }
                    Err(e) => self.raise(e),
                }
            }
            Payload::Iter(i) if let Iter::Map { func, iters, strict: false } = &**i && self.ty(it) == t::MAP => {
                let (func, iters) = (*func, Refs::from_slice(iters));
                if iters.iter().all(|x| self.is_ready_iter(*x)) {
                    return self.map_next(r, at, n, func, &iters);
                }
                self.next_by_type(r, at, n, it)
            }
            _ => self.next_by_type(r, at, n, it),
        }
    }
    /// The next item of a `map` over ready iterators: the function's value.
    fn map_next(&mut self, r: &mut Regs, at: usize, n: usize, func: Ref, iters: &[Ref]) -> Flow {
        self.save(r, at);
        match self.advance_all(iters, false, "map") {
            Ok(Some(row)) => {
                self.heap.incref_raw(func);
                let words = row.into_iter().map(Word::owned).collect();
                self.call_words(Word::owned(func), words, None, Ret::ForIter(n as u32 + 1));
                Flow::Reload
            }
            Ok(None) => {
                r.pc += n + 1;
                Flow::Next
            }
            Err(e) => self.raise(e),
        }
    }
    /// The next item by the type's `__next__`: a native one in place, a Python one entered.
    fn next_by_type(&mut self, r: &mut Regs, at: usize, n: usize, it: Ref) -> Flow {
        let ret = Ret::ForIter(n as u32 + 1);
        let ty = self.ty(it);
        self.save(r, at);
        let Some(f) = self.lookup(ty, names::__NEXT__) else {
            return self.slow_with(Words::from_slice(&[Word::borrowed(it)]), slow::next, &[], ret);
        };
        match self.heap.get(f) {
            Payload::Function(_) => {
                self.heap.incref_raw(it);
                self.call_words(Word::borrowed(f), Words::from_slice(&[Word::owned(it)]), None, ret);
                Flow::Reload
            }
            Payload::Native(x) if self.ty(f) == t::SLOT_WRAPPER => {
                let f = self.natives[x.native as usize].def.f;
                self.next_in_place(r, f, it, n)
            }
            _ => self.slow_with(Words::from_slice(&[Word::borrowed(it)]), slow::next, &[], ret),
        }
    }
    fn next_in_place(&mut self, r: &mut Regs, f: NativeFn, it: Ref, n: usize) -> Flow {
        let mark = self.temps.len();
        self.cursor = 0;
        self.answers.clear();
        let args = [Some(it)];
        match f(self, crate::vm::Args(&args)) {
            Ok(v) => {
                self.release_temps(mark);
                if !self.answers.is_empty() {
                    self.drop_answers();
                }
                self.push(r, v)
            }
            Err(e) => {
                self.native_asked(f, &args, Ret::ForIter(n as u32 + 1), e, mark);
                Flow::Reload
            }
        }
    }
}
