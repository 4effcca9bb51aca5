//! Values and exceptions on their way between activations: delivery, handlers, tracebacks.
use super::thread::Activation;
use super::watch::Point;
use super::{Answer, Vm, fixed, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::frame::{Ret, Word};
use crate::objects::types::Traceback;

impl Vm {
    /// Gives a value to the activation on top as its callee's `ret` says.
    pub(super) fn deliver(&mut self, value: Owned, ret: Ret) {
        if ret == Ret::Discard {
            return self.release(value);
        }
        match self.cur.activations.last_mut() {
            None => self.cur.outcome = Some(Ok(value.into_raw())),
            Some(Activation::Native(n)) => n.answers.push(Answer::Value(value.into_raw())),
            Some(Activation::Py(_)) => match ret {
                Ret::Push | Ret::ForIter(_) | Ret::Send(_) => self.push_saved(value),
                Ret::Discard => panic!("handled above"),
                Ret::Init => self.check_init(value),
                Ret::Unpack => self.push_unpacked(value),
                Ret::Operator(what) => self.deliver_operator(value, what),
                Ret::Attribute => {
                    let at = self.top().sp as usize - 1;
                    let object = std::mem::replace(&mut self.cur.stack[at], Word::owned(value.into_raw()));
                    self.drop_word(object);
                }
            },
        }
    }
    pub(super) fn push_saved(&mut self, value: Owned) {
        let f = self.top();
        let sp = f.sp as usize;
        f.sp += 1;
        self.cur.stack[sp] = Word::owned(value.into_raw());
    }
    fn push_unpacked(&mut self, value: Owned) {
        let items = self.tuple_items(value.get()).expect("Unpack delivers a tuple").to_vec();
        for r in items.into_iter().rev() {
            if r == super::slow::NULL_MARKER {
                let f = self.top();
                let sp = f.sp as usize;
                f.sp += 1;
                self.cur.stack[sp] = Word::NULL;
            } else {
                let o = self.incref(r);
                self.push_saved(o);
            }
        }
        self.release(value);
    }
    fn check_init(&mut self, value: Owned) {
        if value.get() == fixed::NONE {
            return;
        }
        let message = format!("__init__() should return None, not '{}'", self.dotted_type_name(value.get()));
        self.release(value);
        let e = self.type_error(message);
        self.raise_ask(e);
    }
    /// Starts unwinding with the exception of an `Ask::Raise`.
    pub(super) fn raise_ask(&mut self, e: super::Ask) {
        match e {
            super::Ask::Raise(e) => self.unwind(e),
            other => panic!("only an exception can be raised, not {other:?}"),
        }
    }
    /// What ended with an exception gives it to the activation on top; `ret` was where its value would have gone.
    pub(super) fn fail(&mut self, exc: Owned, ret: Ret) {
        if matches!(ret, Ret::ForIter(_) | Ret::Send(_))
            && matches!(self.cur.activations.last(), Some(Activation::Py(_)))
            && self.is_a(exc.get(), t::STOP_ITERATION)
        {
            let value = self.exc_of(exc.get()).and_then(|e| e.fields.first().copied().flatten()).unwrap_or(fixed::NONE);
            let value = self.incref(value);
            self.release(exc);
            self.end_iteration(value, ret);
            return;
        }
        if ret == Ret::Attribute && self.is_a(exc.get(), t::ATTRIBUTE_ERROR) {
            return self.ask_getattr(exc);
        }
        self.unwind(exc);
    }
    /// The iterator that FOR_ITER or SEND asked is at its end with this result.
    pub(super) fn end_iteration(&mut self, value: Owned, ret: Ret) {
        match ret {
            Ret::ForIter(n) => {
                self.release(value);
                self.top().pc += n;
            }
            Ret::Send(n) => {
                self.push_saved(value);
                self.top().pc += n;
            }
            _ => panic!("only FOR_ITER and SEND end an iteration"),
        }
    }
    /// PEP 3134: a new exception remembers the one being handled.
    fn chain(&mut self, exc: Ref) {
        let again = self.raised_again.take() == Some(exc);
        let Some(current) = self.cur.current_exception() else { return };
        if again || current == exc || self.exc_of(exc).is_none_or(|e| e.context.is_some()) {
            return;
        }
        // Never a cycle of contexts: cut the chain where it would come back to `exc`. A program may have made a cycle
        // without `exc` itself; `slow` goes half as fast, and is met in one (Floyd).
        let (mut at, mut slow, mut steps) = (current, current, 0);
        while let Some(next) = self.exc_of(at).and_then(|e| e.context) {
            if next == exc {
                self.exc_mut(at).context = None;
                self.heap.decref_raw(next);
                break;
            }
            at = next;
            if at == slow {
                break;
            }
            steps += 1;
            if steps % 2 == 0 {
                slow = self.exc_of(slow).and_then(|e| e.context).unwrap_or(slow);
            }
        }
        self.heap.incref_raw(current);
        self.exc_mut(exc).context = Some(current);
    }
    /// Goes up from the top activation until something handles the exception.
    pub(super) fn unwind(&mut self, exc: Owned) {
        match self.take_stage() {
            None => {
                self.chain(exc.get());
                self.unwind_from(exc, true, None, None)
            }
            Some(seen) => {
                if seen.new {
                    self.chain(exc.get());
                }
                self.unwind_from(exc, seen.new, seen.ended, Some(seen.point))
            }
        }
    }
    /// Like `unwind`, for an exception that is raised again: its traceback has the frame on top already.
    pub(super) fn unwind_chained(&mut self, exc: Owned) {
        self.unwind_from(exc, false, None, None)
    }
    /// Like `unwind_chained`; for who looks at the frame on top later, it was at `last`.
    pub(super) fn unwind_from_within(&mut self, exc: Owned, last: u32) {
        self.unwind_from(exc, false, Some(last), None)
    }
    /// `report`: the frame on top gets a traceback entry. `seen`: what it has been told, where the program watches itself.
    fn unwind_from(&mut self, exc: Owned, mut report: bool, mut ended: Option<u32>, mut seen: Option<Point>) {
        loop {
            let ret = match self.cur.activations.last_mut() {
                None => {
                    self.cur.outcome = Some(Err(exc.into_raw()));
                    return;
                }
                Some(Activation::Native(n)) => {
                    if n.catch {
                        n.catch = false;
                        n.answers.push(Answer::Raised(exc.into_raw()));
                        return;
                    }
                    self.drop_native()
                }
                Some(Activation::Py(_)) => {
                    let index = self.cur.activations.len() - 1;
                    let first = std::mem::replace(&mut report, true);
                    if first {
                        self.add_traceback(exc.get(), index);
                    }
                    let shown = ended.take();
                    let watched = self.is_watched();
                    let seen = seen.take();
                    if watched && seen < Some(Point::Raised) && self.tell_raise(&exc, shown, !first) {
                        self.release(exc);
                        return;
                    }
                    if seen != Some(Point::Unwound) && self.enter_handler(&exc, shown) {
                        if watched {
                            self.tell_handled(exc.get());
                        }
                        self.release(exc);
                        return;
                    }
                    if watched && seen != Some(Point::Unwound) && self.tell_unwind(&exc, shown) {
                        self.release(exc);
                        return;
                    }
                    if let Some(last) = shown {
                        self.top().last = last;
                    }
                    if self.is_a(exc.get(), t::ATTRIBUTE_ERROR) {
                        self.name_missing_attribute(exc.get());
                    }
                    let (ret, generator) = self.pop_frame();
                    if let Some(g) = generator {
                        self.close_generator(g);
                    }
                    ret
                }
            };
            if matches!(ret, Ret::ForIter(_) | Ret::Send(_)) && self.is_a(exc.get(), t::STOP_ITERATION) {
                if self.is_watched() && matches!(self.cur.activations.last(), Some(Activation::Py(_))) {
                    self.tell_swallowed(exc.get());
                }
                return self.fail(exc, ret);
            }
            if ret == Ret::Attribute && self.is_a(exc.get(), t::ATTRIBUTE_ERROR) {
                return self.ask_getattr(exc);
            }
        }
    }
    /// An AttributeError that leaves a function which looked an attribute up for LOAD_ATTR (`__getattr__`, a property's
    /// getter …) is told which attribute of which object was wanted, unless it knows already.
    fn name_missing_attribute(&mut self, exc: Ref) {
        let depth = self.cur.activations.len();
        let (Activation::Py(f), Some(Activation::Py(caller))) = (&self.cur.activations[depth - 1], depth.checked_sub(2).map(|i| &self.cur.activations[i]))
        else {
            return;
        };
        let (f, caller) = (*f, *caller);
        let units = &self.code_obj(caller.code_ref).units;
        let Some((_, crate::code::opcode::op::LOAD_ATTR, arg, _)) = super::watch::lines::instruction_at(units, caller.last as usize) else { return };
        let getter = self.code_obj(f.code_ref);
        // `__get__(self, obj, type)` has the object second, the others first; arguments that inner functions use are in cells.
        let place = if getter.argcount == 3 { 1 } else { 0 };
        if getter.argcount == 0 || f.generator.is_some() || !matches!(f.ret, Ret::Push | Ret::Attribute) {
            return;
        }
        let Some(obj) = self.cur.stack[f.base as usize + place].opt() else { return };
        let obj = match self.heap.get(obj) {
            Payload::Cell(inside) => *inside,
            _ => Some(obj),
        };
        let name = self.code_obj(caller.code_ref).names[arg >> 1];
        let Some(obj) = obj.filter(|_| self.exc_of(exc).is_some_and(|e| e.fields.iter().all(Option::is_none))) else { return };
        self.heap.incref_raw(name);
        self.heap.incref_raw(obj);
        self.exc_mut(exc).fields = smallvec::SmallVec::from_slice(&[Some(name), Some(obj)]);
    }
    /// The frame on top stands at a LOAD_ATTR, its object on top of the stack: what was found there raised AttributeError.
    fn ask_getattr(&mut self, exc: Owned) {
        let f = *self.top();
        let unit = self.code_obj(f.code_ref).units[f.last as usize];
        let name = self.code_obj(f.code_ref).names[(unit >> 9) as usize];
        let at = f.sp as usize - 1;
        let object = self.cur.stack[at];
        let hook = self.lookup(self.ty(object.get()), super::n::__GETATTR__).filter(|g| self.ty(*g) == t::FUNCTION);
        let Some(hook) = hook else { return self.unwind(exc) };
        self.release(exc);
        self.top().sp -= 1;
        self.call_words(Word::borrowed(hook), super::call::Words::from_slice(&[object, Word::borrowed(name)]), None, Ret::Push);
    }
    /// Ends the native on top: gives back what it holds.
    pub(super) fn drop_native(&mut self) -> Ret {
        let Some(Activation::Native(n)) = self.cur.activations.pop() else { panic!("no native to drop") };
        let ret = n.ret;
        n.visit(&mut |r| self.heap.decref_raw(r));
        self.spare_frames.keep(n);
        ret
    }
    /// Jumps to the handler of the frame on top, if one covers the raising instruction.
    fn enter_handler(&mut self, exc: &Owned, shown: Option<u32>) -> bool {
        let f = *self.top();
        let code = self.code_obj(f.code_ref);
        let Some(h) = code.handler(f.last) else { return false };
        let keep = f.base as usize + code.localsplus.len() + h.depth as usize;
        let (top, last) = (f.sp as usize, shown.unwrap_or(f.last));
        self.top().pc = h.target;
        for i in (keep..top).rev() {
            if let Some(r) = std::mem::replace(&mut self.cur.stack[i], Word::NULL).owned_ref() {
                self.heap.decref_raw(r);
            }
        }
        self.top().sp = keep as u32;
        if h.lasti {
            let i = self.int(last as i64);
            self.push_saved(i);
        }
        let e = self.incref(exc.get());
        self.push_saved(e);
        true
    }
    /// Whether a file is the import system's own: like CPython, tracebacks leave its frames out.
    fn is_importer(&self, filename: Ref) -> bool {
        let name = self.utf8(filename).and_then(|name| name.strip_prefix(pellucid_stdlib::PREFIX));
        name.is_some_and(|name| name.starts_with("importlib/_bootstrap"))
    }
    /// A traceback entry for the frame, unless the frame is hidden.
    fn add_traceback(&mut self, exc: Ref, index: usize) {
        let Activation::Py(f) = &self.cur.activations[index] else { return };
        if f.hidden || self.is_importer(self.code_obj(f.code_ref).filename) {
            return;
        }
        let last = f.last;
        let frame = self.frame_object(index);
        self.heap.incref_raw(frame);
        let next = self.exc_mut(exc).traceback.take();
        let tb = Traceback { frame, next, lasti: last as i32 * 2, lineno: None };
        let tb = self.heap.alloc(t::TRACEBACK, Payload::Traceback(Box::new(tb)), 0);
        self.exc_mut(exc).traceback = Some(tb.into_raw());
    }
    /// `tb_lineno` of a traceback entry.
    pub fn traceback_line(&self, tb: &Traceback) -> i32 {
        let line = || match self.heap.get(tb.frame) {
            Payload::Frame(f) => super::load::line_of(self.code_obj(f.code), tb.lasti as u32 / 2),
            _ => 0,
        };
        tb.lineno.unwrap_or_else(line)
    }
    /// Ends the native on top, which waits for an answer that can never come, with a RuntimeError.
    pub fn fail_top(&mut self, message: &str) {
        let ret = self.drop_native();
        match self.runtime_error(message) {
            super::Ask::Raise(e) => self.fail(e, ret),
            other => panic!("an exception was made: {other:?}"),
        }
    }
}
