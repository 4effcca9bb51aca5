//! Generators, `yield from`, `await`, asynchronous iteration; intrinsics.
use super::*;
use crate::code::flags;
use crate::objects::Payload;
use crate::objects::code::CodeObj;
use crate::vm::{fixed, slow, t};

impl Vm {
    #[inline(never)]
    pub(in crate::vm) fn return_generator(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.make_generator(r, at);
        Flow::Reload
    }
    #[inline(never)]
    pub(in crate::vm) fn yield_value(&mut self, r: &mut Regs, at: usize) -> Flow {
        let v = self.pop_owned(r);
        self.suspend(r, at, v);
        Flow::Reload
    }
    /// Stack: delegate, value. Sends the value; what the delegate yields replaces it, its result jumps to END_SEND.
    #[inline(never)]
    pub(in crate::vm) fn send_op(&mut self, r: &mut Regs, at: usize, n: usize) -> Flow {
        let value = self.pop(r);
        let delegate = self.peek(r, 1).get();
        self.save(r, at);
        if matches!(self.ty(delegate), t::GENERATOR | t::COROUTINE) {
            let value = Owned::adopt(self.own_word(value));
            self.resume_send(delegate, value, Ret::Send(n as u32));
            return Flow::Reload;
        }
        let words = Words::from_slice(&[Word::borrowed(delegate), value]);
        self.slow_with(words, slow::send, &[], Ret::Send(n as u32))
    }
    /// Stack: delegate, result.
    #[inline(never)]
    pub(in crate::vm) fn end_send(&mut self, r: &mut Regs) -> Flow {
        let result = self.pop(r);
        let delegate = self.pop(r);
        self.push_word(r, result);
        self.drop_word(delegate);
        Flow::Next
    }
    /// Stack: delegate, last sent value, exception.
    #[inline(never)]
    pub(in crate::vm) fn cleanup_throw(&mut self, r: &mut Regs, at: usize) -> Flow {
        let exc = self.peek(r, 1).get();
        if !self.is_a(exc, t::STOP_ITERATION) {
            let e = self.pop_owned(r);
            self.save(r, at);
            self.unwind_chained(e);
            return Flow::Reload;
        }
        let value = self.exc_of(exc).and_then(|e| e.fields.first().copied().flatten()).unwrap_or(fixed::NONE);
        self.heap.incref_raw(value);
        for _ in 0..3 {
            self.pop_top(r);
        }
        self.push_word(r, Word::owned(fixed::NONE));
        self.push_word(r, Word::owned(value));
        Flow::Next
    }
    #[inline(never)]
    pub(in crate::vm) fn get_yield_from_iter(&mut self, r: &mut Regs, at: usize, code: &CodeObj) -> Flow {
        let x = self.peek(r, 1).get();
        match self.ty(x) {
            t::COROUTINE if code.flags & (flags::COROUTINE | flags::ITERABLE_COROUTINE) == 0 => {
                let e = self.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator");
                self.raise(e)
            }
            t::COROUTINE | t::GENERATOR => Flow::Next,
            _ => self.slow_op(r, at, slow::get_iter, 1, &[], Ret::Push),
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn get_awaitable(&mut self, r: &mut Regs, at: usize, how: usize) -> Flow {
        let x = self.peek(r, 1).get();
        if self.ty(x) == t::COROUTINE {
            if self.delegate_of(x).is_some() {
                let e = self.runtime_error("coroutine is being awaited already");
                return self.raise(e);
            }
            return Flow::Next;
        }
        let how = fixed::small_int(how as i64).expect("small");
        self.slow_op(r, at, slow::get_awaitable, 1, &[how], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn get_aiter(&mut self, r: &mut Regs, at: usize) -> Flow {
        self.slow_op(r, at, slow::get_aiter, 1, &[], Ret::Push)
    }
    #[inline(never)]
    pub(in crate::vm) fn get_anext(&mut self, r: &mut Regs, at: usize) -> Flow {
        let it = self.peek(r, 1).get();
        self.save(r, at);
        self.slow_with(Words::from_slice(&[Word::borrowed(it)]), slow::get_anext, &[], Ret::Push)
    }
    /// Stack: asynchronous iterator, exception: StopAsyncIteration ends the loop, another goes on.
    #[inline(never)]
    pub(in crate::vm) fn end_async_for(&mut self, r: &mut Regs, at: usize) -> Flow {
        let e = self.pop_owned(r);
        if self.is_a(e.get(), t::STOP_ASYNC_ITERATION) {
            self.release(e);
            return self.pop_top(r);
        }
        self.save(r, at);
        self.unwind_chained(e);
        Flow::Reload
    }
    #[inline(never)]
    pub(in crate::vm) fn intrinsic_1(&mut self, r: &mut Regs, at: usize, which: usize) -> Flow {
        match which {
            5 => self.unary(r, at, 2),
            6 => {
                let w = self.pop(r);
                let items = self.list_items(w.get()).cloned().unwrap_or_default();
                let v = self.tuple_of(&items);
                self.drop_word(w);
                self.push(r, v)
            }
            4 => {
                let v = self.pop_owned(r).into_raw();
                let w = self.heap.alloc(t::ASYNC_GEN_WRAPPED, Payload::Proxy(v), 0);
                self.push(r, w)
            }
            _ => {
                let f = self.top();
                let ns = f.locals.unwrap_or(f.globals);
                let number = fixed::small_int(which as i64).expect("small");
                self.slow_op(r, at, slow::intrinsic_1, 1, &[number, ns], Ret::Push)
            }
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn intrinsic_2(&mut self, r: &mut Regs, at: usize, which: usize) -> Flow {
        let number = fixed::small_int(which as i64).expect("small");
        self.slow_op(r, at, slow::intrinsic_2, 2, &[number], Ret::Push)
    }
}
