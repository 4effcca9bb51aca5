//! Calls with keywords and unpacking, returns.
use super::*;
use crate::vm::thread::Activation;

impl Vm {
    /// Stack: callable, self or NULL, arguments, tuple of keyword names.
    #[inline(never)]
    pub(in crate::vm) fn op_call_kw(&mut self, r: &mut Regs, at: usize, nargs: usize) -> Flow {
        let names = self.pop_owned(r).into_raw();
        let place = r.sp - nargs - 2;
        if let Some(flow) = self.op_construct(r, at, place, Some(names)) {
            return flow;
        }
        self.op_call_words(r, at, place, Some(names))
    }
    /// Stack: callable, NULL, tuple or any iterable, dict or NULL.
    #[inline(never)]
    pub(in crate::vm) fn op_call_ex(&mut self, r: &mut Regs, at: usize) -> Flow {
        let args = self.peek(r, 2).get();
        if self.tuple_items(args).is_none() {
            let kwargs = self.pop(r);
            let iterable = self.pop(r);
            let (null, callee) = (self.pop(r), self.pop(r));
            self.save(r, at);
            let words = Words::from_slice(&[callee, null, iterable, kwargs]);
            return self.slow_with(words, crate::vm::slow::call_ex, &[], Ret::Push);
        }
        let kwargs = self.pop(r);
        let args = self.pop(r);
        self.pop(r);
        let callee = self.pop(r);
        let mut words: Words = self.tuple_items(args.get()).expect("checked").iter().map(|x| Word::owned(*x)).collect();
        words.iter().for_each(|w| self.heap.incref_raw(w.get()));
        let mut names = None;
        if let Some(d) = kwargs.opt() {
            let pairs: Vec<(Ref, Ref)> = self.dict_of(d).map_or(vec![], |d| d.iter().collect());
            if !pairs.is_empty() {
                let keys: Vec<Ref> = pairs.iter().map(|(k, _)| *k).collect();
                pairs.iter().for_each(|(_, v)| {
                    self.heap.incref_raw(*v);
                    words.push(Word::owned(*v))
                });
                names = Some(self.tuple_of(&keys).into_raw());
            }
        }
        self.drop_word(kwargs);
        self.drop_word(args);
        self.save(r, at);
        self.call_words(callee, words, names, Ret::Push);
        Flow::Reload
    }
    #[inline(always)]
    pub(in crate::vm) fn return_value(&mut self, r: &mut Regs, at: usize) -> Flow {
        let value = self.pop_owned(r);
        let Some(Activation::Py(f)) = self.cur.activations.last() else { panic!("a frame returns") };
        let (code_ref, func) = (f.code_ref, f.func);
        let plain = f.ret == Ret::Push && f.object.is_none() && f.locals.is_none() && f.generator.is_none();
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
        if let Some(Activation::Py(f)) = self.cur.activations.last_mut() {
            self.cur.stack[f.sp as usize] = Word::owned(value.into_raw());
            f.sp += 1;
            return Flow::Reload;
        }
        self.returned(value, Ret::Push, None)
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
