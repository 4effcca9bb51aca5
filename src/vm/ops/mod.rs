//! The opcodes, by subject. Each takes the registers; `at` is the code unit of the instruction, for those that may raise or call.
mod attributes;
mod build;
mod cached;
mod calls;
mod exceptions;
mod generators;
mod jumps;
mod matching;
mod names;
mod numbers;
mod operators;
pub(super) use operators::nb;
mod stack;
use super::call::Words;
use super::frames::Regs;
use super::native::NativeFn;
use super::run::Flow;
use super::step::Ask;
use super::Vm;
use crate::heap::{Owned, Ref};
use crate::objects::frame::{Ret, Word};

/// Carries out what is not part of the dispatch function on a copy of the registers: those of a loop whose address a call has
/// seen would lie in memory on the way that does not call as well.
#[inline(always)]
pub(super) fn apart(r: &mut Regs, f: impl FnOnce(&mut Regs) -> Flow) -> Flow {
    let mut copy = *r;
    let flow = f(&mut copy);
    *r = copy;
    flow
}

impl Vm {
    #[inline(always)]
    pub(super) fn push_word(&mut self, r: &mut Regs, w: Word) {
        self.cur.stack[r.sp] = w;
        r.sp += 1;
    }
    #[inline(always)]
    pub(super) fn push(&mut self, r: &mut Regs, o: Owned) -> Flow {
        self.push_word(r, Word::owned(o.into_raw()));
        Flow::Next
    }
    #[inline(always)]
    pub(super) fn pop(&mut self, r: &mut Regs) -> Word {
        r.sp -= 1;
        self.cur.stack[r.sp]
    }
    #[inline(always)]
    pub(super) fn peek(&self, r: &Regs, depth: usize) -> Word {
        self.cur.stack[r.sp - depth]
    }
    /// Takes a word as an owned reference.
    #[inline(always)]
    pub(super) fn pop_owned(&mut self, r: &mut Regs) -> Owned {
        let w = self.pop(r);
        Owned::adopt(self.own_word(w))
    }
    /// What the dispatch loop must know after an instruction that need not look at [`crate::heap::Heap::attention`] by itself.
    pub(super) fn settled(&mut self, r: &Regs, at: usize, flow: Flow) -> Flow {
        if flow == Flow::Next && self.heap.attention {
            self.save(r, at);
            return Flow::Reload;
        }
        flow
    }
    /// Sets the exception on its way.
    pub(super) fn raise(&mut self, e: Ask) -> Flow {
        match e {
            Ask::Raise(e) => self.raising = Some(e.into_raw()),
            other => panic!("an opcode raises, it does not ask: {other:?}"),
        }
        Flow::Raise
    }
    /// Pops `count` words and runs a slow native with them (and `extra` constants); its value goes where `ret` says.
    #[inline(never)]
    pub(super) fn slow_op(&mut self, r: &mut Regs, at: usize, f: NativeFn, count: usize, extra: &[Ref], ret: Ret) -> Flow {
        if ret == Ret::Push || ret == Ret::Discard {
            let place = r.sp - count;
            let words = &self.cur.stack[place..r.sp];
            let mut few = [None; 8];
            let Some(args) = few.get_mut(..count + extra.len()) else {
                let args: Vec<Option<Ref>> = words.iter().map(|w| w.opt()).chain(extra.iter().map(|r| Some(*r))).collect();
                return self.native_in_place(r, at, place, f, &args, ret);
            };
            args.iter_mut().zip(words).for_each(|(a, w)| *a = w.opt());
            args[count..].iter_mut().zip(extra).for_each(|(a, x)| *a = Some(*x));
            return self.native_in_place(r, at, place, f, args, ret);
        }
        let words = Words::from_slice(&self.cur.stack[r.sp - count..r.sp]);
        r.sp -= count;
        self.save(r, at);
        self.slow_with(words, f, extra, ret)
    }
    /// Like `slow_op` with words that were popped already.
    pub(super) fn slow_with(&mut self, words: Words, f: NativeFn, extra: &[Ref], ret: Ret) -> Flow {
        let mut args: smallvec::SmallVec<[Option<Ref>; 8]> = words.iter().map(|w| w.opt()).collect();
        args.extend(extra.iter().map(|r| Some(*r)));
        self.run_native(f, &args, ret);
        words.into_iter().for_each(|w| self.drop_word(w));
        Flow::Reload
    }
}
