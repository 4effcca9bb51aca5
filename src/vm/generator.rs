//! Generators, coroutines and async generators: making, resuming, suspending, closing.
use super::frames::Regs;
use super::step::{Refs, Resume};
use super::thread::Activation;
use super::{Ask, Vm, fixed, t};
use crate::heap::{Owned, Ref, flag};
use crate::objects::Payload;
use crate::objects::code::flags;
use crate::objects::frame::{Frame, Ret, Word};
use crate::objects::generator::{GenState, Generator};

impl Vm {
    pub fn generator(&self, r: Ref) -> &Generator {
        match self.heap.get(r) {
            Payload::Generator(g) => g,
            _ => super::values::is_no("generator", r),
        }
    }
    pub fn generator_mut(&mut self, r: Ref) -> &mut Generator {
        match self.heap.get_mut(r) {
            Payload::Generator(g) => g,
            _ => super::values::is_no("generator", r),
        }
    }
    /// RETURN_GENERATOR: moves the frame on top into a new object, which is what the call returns.
    pub(super) fn make_generator(&mut self, r: &Regs, at: usize) {
        self.save(r, at);
        let Some(Activation::Py(mut frame)) = self.cur.activations.pop() else { panic!("a frame runs") };
        self.cur.depth -= 1;
        self.own_segment(frame.base as usize, frame.sp as usize);
        let stack = self.cur.stack[frame.base as usize..frame.sp as usize].to_vec();
        let ty = match self.code_obj(frame.code_ref).flags {
            f if f & flags::COROUTINE != 0 => t::COROUTINE,
            f if f & flags::ASYNC_GENERATOR != 0 => t::ASYNC_GENERATOR,
            _ => t::GENERATOR,
        };
        let Payload::Function(func) = self.heap.get(frame.func) else { panic!("a frame has a function") };
        let (name, qualname, code) = (func.name, func.qualname, frame.code_ref);
        [name, qualname, code].into_iter().for_each(|r| self.heap.incref_raw(r));
        let ret = frame.ret;
        frame.ret = Ret::Push;
        let origin = if ty == t::COROUTINE && self.cur.origin_depth > 0 { Some(self.origin().into_raw()) } else { None };
        let generator = Generator {
            state: GenState::Created,
            frame: Some(frame),
            stack,
            name,
            qualname,
            code,
            handled: None,
            origin,
            finalizer: None,
            hooks_inited: false,
            ag_running: false,
            ag_closed: false,
            frame_object: None,
        };
        let g = self.heap.alloc(ty, Payload::Generator(Box::new(generator)), flag::FINALIZER);
        self.deliver(g, ret);
    }
    /// Who makes a coroutine: (file, line, function) of the callers, the nearest first.
    #[cold]
    fn origin(&mut self) -> Owned {
        let mut rows = Vec::new();
        for depth in 0..self.cur.origin_depth {
            let Some(Activation::Py(f)) = self.visible_frame(depth).map(|i| &self.cur.activations[i]) else { break };
            let code = self.code_obj(f.code_ref);
            let (file, name, line) = (code.filename, code.name, super::load::line_of(code, f.last));
            let row = vec![self.incref(file), self.int(i64::from(line)), self.incref(name)];
            rows.push(self.tuple(row));
        }
        self.tuple(rows)
    }
    /// Borrowed words of a segment of the data stack become owned, since the frame leaves its caller's care.
    #[inline]
    fn own_segment(&mut self, from: usize, to: usize) {
        for w in &mut self.cur.stack[from..to] {
            if !w.is_null() && !w.is_owned() {
                self.heap.incref_raw(w.get());
                *w = Word::owned(w.get());
            }
        }
    }
    /// Puts a suspended generator's frame on top. `ret`: what becomes of what it yields. None: it cannot be resumed.
    fn push_generator(&mut self, g: Ref, ret: Ret) -> bool {
        let base = self.stack_top();
        let Payload::Generator(x) = self.heap.get_mut(g) else { super::values::is_no("generator", g) };
        let Some(frame) = &x.frame else { return false };
        let (code_ref, object) = (frame.code_ref, frame.object);
        x.state = GenState::Running;
        let (held, handled) = (x.stack.len(), x.handled.take());
        let code = self.code_obj(code_ref);
        let room = code.localsplus.len() + code.stacksize as usize + 8;
        self.reserve_stack(base + room);
        let Payload::Generator(x) = self.heap.get_mut(g) else { return false };
        self.cur.stack[base..base + held].copy_from_slice(&x.stack);
        x.stack.clear();
        self.heap.incref_raw(g);
        if let Some(o) = object {
            let (thread, index) = (self.cur.id, self.cur.activations.len() as u32);
            if let Payload::Frame(f) = self.heap.get_mut(o) {
                f.state = crate::objects::frame::FrameState::Running { thread, index };
            }
        }
        self.cur.depth += 1;
        self.cur.handled.push(handled);
        // Copied from where it lay to where it lies: a copy in between would wait for its own stores.
        self.cur.activations.push(Activation::Py(Frame::EMPTY));
        let (Payload::Generator(x), Some(Activation::Py(f))) = (self.heap.get_mut(g), self.cur.activations.last_mut()) else { return false };
        if let Some(frame) = &x.frame {
            *f = *frame;
        }
        x.frame = None;
        f.base = base as u32;
        f.sp = (base + held) as u32;
        f.ret = ret;
        f.generator = Some(g);
        true
    }
    /// Resumes by value; the registers of the frame below are saved already.
    pub(super) fn resume_send(&mut self, g: Ref, value: Owned, ret: Ret) {
        if let Err(e) = self.check_resumable(g, value.get(), ret) {
            self.release(value);
            match e {
                Some(Ask::Raise(e)) => self.fail(e, ret),
                Some(other) => panic!("a check raises or not: {other:?}"),
                None => {
                    let none = self.none();
                    self.end_generator(g, none, ret)
                }
            }
            return;
        }
        self.resume_ready(g, value, ret)
    }
    /// Resumes a generator that is known to be created or suspended.
    #[inline]
    pub(super) fn resume_ready(&mut self, g: Ref, value: Owned, ret: Ret) {
        if self.cur.depth >= self.recursion_limit {
            self.release(value);
            let e = self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded");
            return self.raise_ask(e);
        }
        assert!(self.push_generator(g, ret), "a created or suspended generator has a frame");
        self.push_saved(value);
    }
    /// Ok: there is a frame to resume. Err(None): it is at its end.
    fn check_resumable(&mut self, g: Ref, value: Ref, _ret: Ret) -> Result<(), Option<Ask>> {
        let what = match self.ty(g) {
            t::COROUTINE => "coroutine",
            t::ASYNC_GENERATOR => "async generator",
            _ => "generator",
        };
        match self.generator(g).state {
            GenState::Running => Err(Some(self.value_error(format!("{what} already executing")))),
            GenState::Closed if what == "coroutine" => Err(Some(self.runtime_error("cannot reuse already awaited coroutine"))),
            GenState::Closed => Err(None),
            GenState::Created if value != fixed::NONE => {
                Err(Some(self.type_error(format!("can't send non-None value to a just-started {what}"))))
            }
            _ => Ok(()),
        }
    }
    /// Resumes by raising at the yield.
    pub(super) fn resume_throw(&mut self, g: Ref, exc: Owned, ret: Ret) {
        match self.generator(g).state {
            GenState::Running => {
                self.release(exc);
                let e = self.value_error("generator already executing");
                return self.raise_ask(e);
            }
            GenState::Closed => {
                if self.ty(g) == t::COROUTINE {
                    self.release(exc);
                    let e = self.runtime_error("cannot reuse already awaited coroutine");
                    return self.raise_ask(e);
                }
                return self.fail(exc, ret);
            }
            GenState::Created => {
                // Nothing can catch it: the generator ends where it began.
                assert!(self.push_generator(g, ret), "a created generator has a frame");
                return self.unwind_thrown(exc);
            }
            GenState::Suspended => {}
        }
        assert!(self.push_generator(g, ret), "a suspended generator has a frame");
        // In place of a sent value: handlers count it.
        let none = self.none();
        self.push_saved(none);
        self.unwind_thrown(exc);
    }
    fn unwind_thrown(&mut self, exc: Owned) {
        if self.is_watched() && self.tell_throw(&exc) {
            return self.release(exc);
        }
        self.unwind(exc);
    }
    /// YIELD_VALUE: suspends the frame on top and gives the value to whoever resumed it.
    pub(super) fn suspend(&mut self, r: &Regs, at: usize, value: Owned) {
        let Some(Activation::Py(f)) = self.cur.activations.last() else { panic!("a frame runs") };
        let (from, to, ret, object) = (f.base as usize, r.sp, f.ret, f.object);
        let g = f.generator.expect("only a generator's frame yields");
        self.cur.depth -= 1;
        self.own_segment(from, to);
        let handled = self.cur.handled.pop().flatten();
        if let Some(o) = object
            && let Payload::Frame(f) = self.heap.get_mut(o)
        {
            f.state = crate::objects::frame::FrameState::Suspended { generator: g };
            f.lasti = at as u32;
        }
        let (Payload::Generator(x), Some(Activation::Py(f))) = (self.heap.get_mut(g), self.cur.activations.last()) else {
            super::values::is_no("generator", g)
        };
        x.state = GenState::Suspended;
        x.stack.extend_from_slice(&self.cur.stack[from..to]);
        // The registers go into the copy: storing them in the frame and copying that at once would wait for the stores.
        let frame = x.frame.insert(*f);
        (frame.pc, frame.sp, frame.last, frame.generator) = (r.pc as u32, r.sp as u32, at as u32, None);
        x.handled = handled;
        let below = self.cur.activations.len() - 1;
        self.cur.activations.truncate(below);
        self.heap.set_flag(g, flag::FINALIZER);
        self.heap.decref_raw(g);
        self.deliver(value, ret);
    }
    /// The frame of a generator is gone; releases the reference that the frame held.
    pub(super) fn close_generator(&mut self, g: Ref) {
        let handled = self.cur.handled.pop().flatten();
        handled.iter().for_each(|r| self.heap.decref_raw(*r));
        self.generator_mut(g).state = GenState::Closed;
        self.heap.clear_flag(g, flag::FINALIZER);
        self.heap.decref_raw(g);
    }
    /// A generator's frame returned: FOR_ITER and SEND see the end, others get StopIteration.
    pub(super) fn end_generator(&mut self, g: Ref, value: Owned, ret: Ret) {
        let is_async = self.ty(g) == t::ASYNC_GENERATOR;
        if matches!(ret, Ret::ForIter(_) | Ret::Send(_)) && !is_async && matches!(self.cur.activations.last(), Some(Activation::Py(_))) {
            if matches!(ret, Ret::ForIter(_)) && value.get() != fixed::NONE && self.is_watched() {
                if let Ask::Raise(e) = self.stop_iteration(Some(value.get())) {
                    self.tell_swallowed(e.get());
                    self.release(e);
                }
            }
            return self.end_iteration(value, ret);
        }
        let e = if is_async {
            Ask::Raise(self.new_exception(t::STOP_ASYNC_ITERATION, vec![]))
        } else {
            self.stop_iteration(Some(value.get()))
        };
        self.release(value);
        match e {
            Ask::Raise(e) => self.fail(e, ret),
            other => panic!("an exception was made: {other:?}"),
        }
    }
    /// Carries out a `Request::Resume`, whose references it takes over.
    pub(super) fn start_resume(&mut self, g: Ref, how: Resume, ret: Ret) {
        match how {
            Resume::Send(v) => self.resume_send(g, Owned::adopt(v), ret),
            Resume::Throw(e) => self.resume_throw(g, Owned::adopt(e), ret),
        }
        self.heap.decref_raw(g);
    }
    /// Whether a generator is suspended at a plain `yield` outside every `try` and `with`: what is raised there ends it. The
    /// compiler says so in the RESUME behind the yield.
    pub fn generator_ends_quietly(&self, g: Ref) -> bool {
        const OUTSIDE_HANDLERS: u16 = 4;
        let x = self.generator(g);
        let Some(f) = x.frame.as_ref().filter(|_| x.state == GenState::Suspended) else { return false };
        let unit = self.code_obj(f.code_ref).units.get(f.pc as usize).copied().unwrap_or(0);
        (unit & 0xFF) as u8 == super::dispatch::op::RESUME && (unit >> 8) & 3 == 1 && (unit >> 8) & OUTSIDE_HANDLERS != 0
    }
    /// Carries out a `Request::Through`, whose references it takes over. The generator stands at the YIELD_VALUE of a SEND
    /// loop: it goes on there with what the call returns, or behind the loop when that ends.
    pub(super) fn start_through(&mut self, g: Ref, func: Ref, args: Refs, ret: Ret) {
        if self.cur.depth >= self.recursion_limit || self.delegate_of(g).is_none() {
            [g, func].into_iter().chain(args).for_each(|r| self.heap.decref_raw(r));
            let e = self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded");
            return self.raise_ask(e);
        }
        assert!(self.push_generator(g, ret), "a suspended generator has a frame");
        self.heap.decref_raw(g);
        let f = self.top();
        f.pc = f.last;
        let (code, at) = (f.code_ref, f.last as usize);
        // SEND, its cache, YIELD_VALUE.
        let units = &self.code_obj(code).units;
        let send = at.checked_sub(2).expect("a delegating generator stands behind its SEND");
        let past = (units[send] >> 8) as u32;
        // What the call raises is raised at the SEND, as in a turn of the loop: the handler of YIELD_VALUE counts on a
        // value on the stack that is not there.
        self.top().last = send as u32;
        let words = args.into_iter().map(Word::owned).collect();
        self.call_words(Word::owned(func), words, None, Ret::Send(past));
    }
    /// What a suspended generator delegates to (`yield from`, `await`), borrowed.
    pub fn delegate_of(&self, g: Ref) -> Option<Ref> {
        let x = self.generator(g);
        if x.state != GenState::Suspended {
            return None;
        }
        let f = x.frame.as_ref()?;
        // Suspended in a SEND loop: the next instruction is RESUME with 2 (yield from) or 3 (await) in its low bits.
        let unit = *self.code_obj(f.code_ref).units.get(f.pc as usize)?;
        let (op, arg) = ((unit & 0xFF) as u8, unit >> 8);
        if op == super::dispatch::op::RESUME && arg & 3 >= 2 { x.stack.last().and_then(|w| w.opt()) } else { None }
    }
    /// Ends a generator that never began, or whose frame cannot be resumed: drops its frame.
    pub fn kill_generator(&mut self, g: Ref) {
        let x = self.generator_mut(g);
        x.state = GenState::Closed;
        let (frame, stack, handled) = (x.frame.take(), std::mem::take(&mut x.stack), x.handled.take());
        self.heap.clear_flag(g, flag::FINALIZER);
        let mut refs: Vec<Ref> = stack.iter().filter_map(|w| w.owned_ref()).collect();
        refs.extend(handled);
        if let Some(f) = frame {
            f.visit(&mut |r| refs.push(r));
            // Whoever has the frame object sees a frame that is over, with the locals that it had.
            if let Some(o) = f.object {
                let locals: Vec<Option<Ref>> = match self.heap.count(o) {
                    1 => vec![],
                    _ => stack.iter().take(self.code_obj(f.code_ref).localsplus.len()).map(|w| w.opt()).collect(),
                };
                locals.iter().flatten().for_each(|r| self.heap.incref_raw(*r));
                if let Payload::Frame(x) = self.heap.get_mut(o) {
                    x.state = crate::objects::frame::FrameState::Finished { locals };
                    x.lasti = f.last;
                }
            }
        }
        refs.into_iter().for_each(|r| self.heap.decref_raw(r));
    }
}
