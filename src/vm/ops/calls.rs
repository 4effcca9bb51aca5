//! Calls with keywords and unpacking, returns.
use super::*;
use crate::vm::thread::Activation;
use smallvec::SmallVec;

impl Vm {
    /// Stack: callable, self or NULL, arguments, tuple of keyword names.
    #[inline(never)]
    pub(in crate::vm) fn op_call_kw(&mut self, r: &mut Regs, at: usize, nargs: usize) -> Flow {
        let names = self.pop_owned(r).into_raw();
        let place = r.sp - nargs - 2;
        self.op_call_named(r, at, place, names)
    }
    /// Stack: callable, NULL, tuple or any iterable, dict or NULL.
    #[inline(never)]
    pub(in crate::vm) fn op_call_ex(&mut self, r: &mut Regs, at: usize) -> Flow {
        let args = self.peek(r, 2).get();
        if self.ty(args) != crate::vm::t::TUPLE {
            let kwargs = self.pop(r);
            let iterable = self.pop(r);
            let (null, callee) = (self.pop(r), self.pop(r));
            self.save(r, at);
            let words = Words::from_slice(&[callee, null, iterable, kwargs]);
            return self.slow_with(words, crate::vm::slow::call_ex, &[], Ret::Push);
        }
        // From here on as CALL or CALL_KW: the arguments are put where these find them.
        let kwargs = self.pop(r);
        let args = self.pop(r);
        let place = r.sp - 2;
        let named = kwargs.opt().and_then(|d| self.dict_of(d)).map_or(0, |d| d.len());
        let count = self.tuple_items(args.get()).map_or(0, <[Ref]>::len);
        self.reserve_stack(r.sp + count + named + 8);
        for i in 0..count {
            let item = self.tuple_items(args.get()).expect("checked")[i];
            self.heap.incref_raw(item);
            self.cur.stack[r.sp] = Word::owned(item);
            r.sp += 1;
        }
        if named == 0 {
            self.drop_word(kwargs);
            self.drop_word(args);
            return self.op_call(r, at, count, true);
        }
        let pairs: SmallVec<[(Ref, Ref); 8]> = self.dict_of(kwargs.get()).map_or(SmallVec::new(), |d| d.iter().collect());
        let keys: SmallVec<[Ref; 8]> = pairs.iter().map(|(k, _)| *k).collect();
        let names = self.tuple_of(&keys).into_raw();
        for (_, v) in pairs {
            self.heap.incref_raw(v);
            self.cur.stack[r.sp] = Word::owned(v);
            r.sp += 1;
        }
        self.drop_word(kwargs);
        self.drop_word(args);
        self.op_call_named(r, at, place, names)
    }
    #[inline(always)]
    pub(in crate::vm) fn return_value(&mut self, r: &mut Regs, at: usize) -> Flow {
        let value = self.pop_owned(r);
        let Some(Activation::Py(f)) = self.cur.activations.last() else { panic!("a frame returns") };
        let (code_ref, func, ret) = (f.code_ref, f.func, f.ret);
        let plain = f.object.is_none() && f.locals.is_none() && f.generator.is_none();
        if !plain {
            let copy = *r;
            return self.return_other(&copy, at, value);
        }
        self.cur.depth -= 1;
        // As `pop_frame`, with what is known here.
        for i in (r.base..r.sp).rev() {
            let w = self.cur.stack[i];
            self.drop_word(w);
        }
        self.heap.decref_raw(code_ref);
        self.heap.decref_raw(func);
        // A Python frame owns no memory.
        std::mem::forget(self.cur.activations.pop());
        if ret == Ret::Push
            && let Some(Activation::Py(f)) = self.cur.activations.last_mut()
        {
            self.cur.stack[f.sp as usize] = Word::owned(value.into_raw());
            f.sp += 1;
            return Flow::Reload;
        }
        self.returned(value, ret, None)
    }
    #[inline(never)]
    fn return_other(&mut self, r: &Regs, at: usize, value: Owned) -> Flow {
        self.save(r, at);
        let (ret, generator) = self.pop_frame();
        self.returned(value, ret, generator)
    }
    #[inline(never)]
    fn returned(&mut self, value: Owned, ret: Ret, generator: Option<Ref>) -> Flow {
        if let Some(g) = generator {
            self.heap.incref_raw(g);
            self.close_generator(g);
            self.end_generator(g, value, ret);
            self.heap.decref_raw(g);
            return Flow::Reload;
        }
        self.deliver(value, ret);
        Flow::Reload
    }
    #[inline(always)]
    pub(in crate::vm) fn resume(&mut self, _r: &mut Regs, _at: usize) -> Flow {
        Flow::Next
    }
}
