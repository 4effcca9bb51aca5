//! Raising, handling, `with`.
use super::*;
use crate::vm::{fixed, slow, t};

impl Vm {
    /// 0: raise again; 1: exception; 2: exception, cause.
    #[inline(never)]
    pub(in crate::vm) fn raise_varargs(&mut self, r: &mut Regs, at: usize, count: usize) -> Flow {
        if count == 0 {
            let Some(e) = self.cur.current_exception() else {
                let e = self.runtime_error("No active exception to reraise");
                return self.raise(e);
            };
            self.heap.incref_raw(e);
            self.save(r, at);
            self.unwind_chained(Owned::adopt(e));
            return Flow::Reload;
        }
        self.raised_again = None;
        if count == 1 && self.exc_of(self.peek(r, 1).get()).is_some() {
            let e = self.pop_owned(r);
            self.raising = Some(e.into_raw());
            return Flow::Raise;
        }
        self.slow_op(r, at, slow::raise, count, &[], Ret::Discard)
    }
    /// Stack: [index of the raising instruction,] exception.
    #[inline(never)]
    pub(in crate::vm) fn reraise_op(&mut self, r: &mut Regs, at: usize, depth: usize) -> Flow {
        let e = self.pop_owned(r);
        self.save(r, at);
        // The index under the exception is that of the first raise: where a frame that ends here was, for who looks at it later.
        if depth > 0
            && let Some(first) = self.cur.stack[r.sp - depth].opt().and_then(|x| self.i64_of(x))
        {
            self.unwind_from_within(e, first as u32);
            return Flow::Reload;
        }
        self.unwind_chained(e);
        Flow::Reload
    }
    #[inline(never)]
    pub(in crate::vm) fn push_exc_info(&mut self, r: &mut Regs) -> Flow {
        let e = self.pop_owned(r);
        let top = self.cur.handled.last_mut().expect("a thread has an entry");
        let old = top.replace(e.get());
        self.push_word(r, Word::owned(old.unwrap_or(fixed::NONE)));
        self.heap.incref_raw(e.get());
        self.push(r, e)
    }
    #[inline(never)]
    pub(in crate::vm) fn pop_except(&mut self, r: &mut Regs) -> Flow {
        let before = self.pop_owned(r);
        self.handle_again(before);
        Flow::Next
    }
    /// The end of a handler: what was handled before it (None: nothing) is handled again.
    pub(in crate::vm) fn handle_again(&mut self, before: Owned) {
        let restored = if before.get() == fixed::NONE { None } else { Some(before.get()) };
        let top = self.cur.handled.last_mut().expect("a thread has an entry");
        let current = std::mem::replace(top, restored);
        current.iter().for_each(|e| self.heap.decref_raw(*e));
        match restored {
            Some(_) => _ = before.into_raw(),
            None => self.release(before),
        }
    }
    /// Stack: exception, type or tuple of types.
    #[inline(never)]
    pub(in crate::vm) fn check_exc_match(&mut self, r: &mut Regs, at: usize) -> Flow {
        let (exc, ty) = (self.peek(r, 2).get(), self.peek(r, 1));
        if self.is_type(ty.get()) && self.is_subtype(ty.get(), t::BASE_EXCEPTION) {
            let b = self.is_a(exc, ty.get());
            r.sp -= 1;
            self.push_word(r, Word::owned(fixed::bool_ref(b)));
            self.drop_word(ty);
            return Flow::Next;
        }
        self.slow_op(r, at, slow::exception_matches, 1, &[exc], Ret::Push)
    }
    /// Stack: exception, type; leaves rest and match.
    #[inline(never)]
    pub(in crate::vm) fn check_eg_match(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::group_matches, 2, &[], Ret::Unpack)
    }
    /// Replaces the object by a special method ready to be called: function and self, or bound method and NULL.
    #[inline(never)]
    pub(in crate::vm) fn load_special(&mut self, r: &mut Regs, at: usize, which: usize) -> Flow {
        let which = fixed::small_int(which as i64).expect("small");
        self.slow_op(r, at, slow::load_special, 1, &[which], Ret::Unpack)
    }
    /// Stack: exit function, its self or NULL, instruction index, previous exception, exception.
    #[inline(never)]
    pub(in crate::vm) fn with_except_start(&mut self, r: &mut Regs, at: usize) -> Flow {
        let exc = self.peek(r, 1).get();
        let (exit, exit_self) = (self.peek(r, 5), self.peek(r, 4));
        let ty = self.ty(exc);
        let tb = self.exc_of(exc).and_then(|e| e.traceback).unwrap_or(fixed::NONE);
        let mut words = Words::new();
        if !exit_self.is_null() {
            words.push(exit_self);
        }
        words.extend([Word::owned(ty), Word::owned(exc), Word::owned(tb)]);
        words.iter_mut().for_each(|w| {
            self.heap.incref_raw(w.get());
            *w = Word::owned(w.get());
        });
        self.heap.incref_raw(exit.get());
        self.save(r, at);
        self.call_words(Word::owned(exit.get()), words, None, Ret::Push);
        Flow::Reload
    }
}
