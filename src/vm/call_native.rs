//! Calls of natives and built-in types whose arguments need no binding: run in place, the stack of words as their arguments.
use super::call::Words;
use super::frames::Regs;
use super::native::{Args, Arity, DefKind, NativeFn};
use super::run::Flow;
use super::step::Ask;
use super::{Vm, n, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::objects::frame::{Ret, Word};
use smallvec::SmallVec;

/// A native and its arity.
type Direct = (NativeFn, Arity);
type Bound = SmallVec<[Option<Ref>; 6]>;

impl Vm {
    /// CALL of a native whose arguments need no binding.
    pub(super) fn op_call_native(&mut self, r: &mut Regs, at: usize, place: usize) -> Flow {
        let callee = self.cur.stack[place].get();
        let first = place + 1 + self.cur.stack[place + 1].is_null() as usize;
        let Payload::Native(x) = self.heap.get(callee) else { panic!("{callee:?} is no native") };
        let (native, receiver, owner) = (x.native, x.receiver, x.owner);
        let given = r.sp - first + receiver.is_some() as usize;
        let row = &self.natives[native as usize];
        let f = row.def.f;
        let Some(arity) = row.arity.filter(|a| a.takes(given)) else {
            if row.params.is_none() {
                self.params(native);
            }
            return self.op_call_words(r, at, place, None);
        };
        if receiver.is_none()
            && let Some(owner) = owner
            && match self.ty(callee) {
                t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER => given == 0 || !self.is_a(self.cur.stack[first].get(), owner),
                t::CLASSMETHOD_DESCRIPTOR => true,
                // `T.__new__(cls)` called by the program: its class must be checked first.
                _ => row.def.kind == DefKind::New,
            }
        {
            return self.op_call_words(r, at, place, None);
        }
        let (own, total) = (receiver.is_some() as usize, arity.total as usize);
        let mut few = [None; 6];
        let mut many = SmallVec::<[Option<Ref>; 6]>::new();
        let args = if total <= few.len() {
            &mut few[..total]
        } else {
            many.resize(total, None);
            &mut many[..]
        };
        if own == 1 {
            args[0] = receiver;
        }
        args[own..].iter_mut().zip(&self.cur.stack[first..r.sp]).for_each(|(a, w)| *a = w.opt());
        self.native_in_place(r, at, place, f, args, Ret::Push)
    }
    /// Runs a native whose arguments are among the words from `place` to the top; they are dropped, and
    /// its value is pushed (`Ret::Push`) or dropped (`Ret::Discard`).
    #[inline]
    pub(super) fn native_in_place(&mut self, r: &mut Regs, at: usize, place: usize, f: NativeFn, args: &[Option<Ref>], ret: Ret) -> Flow {
        let (sp, mark) = (r.sp, self.temps.len());
        r.sp = place;
        self.save(r, at);
        self.cursor = 0;
        if !self.answers.is_empty() {
            self.answers.clear();
        }
        match f(self, Args(args)) {
            Ok(v) => {
                self.release_temps(mark);
                if !self.answers.is_empty() {
                    self.drop_answers();
                }
                for i in place..sp {
                    let w = self.cur.stack[i];
                    self.drop_word(w);
                }
                if ret == Ret::Discard {
                    self.release(v);
                    return Flow::Next;
                }
                self.cur.stack[place] = Word::owned(v.into_raw());
                r.sp = place + 1;
                Flow::Next
            }
            Err(e) => {
                // What it asks for will use the stack from `place` on.
                let words = Words::from_slice(&self.cur.stack[place..sp]);
                self.native_asked(f, args, ret, e, mark);
                words.into_iter().for_each(|w| self.drop_word(w));
                Flow::Reload
            }
        }
    }
    /// A native that takes so many arguments without binding: its code and how many parameters it has.
    fn direct(&mut self, r: Ref, given: usize) -> Option<(NativeFn, Arity)> {
        let Payload::Native(x) = self.heap.get(r) else { return None };
        let native = x.native;
        if self.natives[native as usize].params.is_none() {
            self.params(native);
        }
        let row = &self.natives[native as usize];
        row.arity.filter(|a| a.takes(given)).map(|a| (row.def.f, a))
    }
    /// CALL of a type whose `__new__` and `__init__` are natives: the two in place, the rest by the general rules.
    pub(super) fn op_call_type(&mut self, r: &mut Regs, at: usize, place: usize) -> Flow {
        let cls = self.cur.stack[place].get();
        let given = r.sp - place - 1;
        if cls == t::TYPE && given == 2 {
            let w = self.cur.stack[r.sp - 1];
            let ty = self.ty(w.get());
            self.heap.incref_raw(ty);
            self.cur.stack[place] = Word::owned(ty);
            r.sp = place + 1;
            self.drop_word(w);
            return Flow::Next;
        }
        let Some((new, init)) = self.direct_maker(cls, given) else { return self.op_call_words(r, at, place, None) };
        let (sp, mark) = (r.sp, self.temps.len());
        r.sp = place;
        self.save(r, at);
        self.cursor = 0;
        self.answers.clear();
        let mut args: Bound = SmallVec::new();
        args.push(Some(cls));
        args.extend(self.cur.stack[place + 2..sp].iter().map(|w| Some(w.get())));
        let made = self.make_in_place(args, cls, new, init);
        self.release_temps(mark);
        if !self.answers.is_empty() {
            self.drop_answers();
        }
        match made {
            Ok(v) => {
                for i in place..sp {
                    let w = self.cur.stack[i];
                    self.drop_word(w);
                }
                self.cur.stack[place] = Word::owned(v.into_raw());
                r.sp = place + 1;
                Flow::Next
            }
            Err(Ask::Raise(e)) => {
                self.depth = 0;
                for i in place..sp {
                    let w = self.cur.stack[i];
                    self.drop_word(w);
                }
                self.raise(Ask::Raise(e))
            }
            // It has to ask, which is the general rules' business: nothing has changed so far.
            Err(ask) => {
                self.depth = 0;
                self.forget(ask);
                r.sp = sp;
                self.op_call_words(r, at, place, None)
            }
        }
    }
    /// The native `__new__` and `__init__` (None: `object`'s) of a type that takes so many arguments, the class included,
    /// without binding.
    fn direct_maker(&mut self, cls: Ref, given: usize) -> Option<(Direct, Option<Direct>)> {
        if self.ty(cls) != t::TYPE || cls == t::TYPE || self.type_obj(cls).has(type_flags::NO_NEW) {
            return None;
        }
        let new = self.lookup(cls, n::__NEW__).map(|f| if let Payload::Wrapper(f, _) = self.heap.get(f) { *f } else { f })?;
        if !matches!(self.heap.get(new), Payload::Native(x) if self.natives[x.native as usize].def.kind == DefKind::New) {
            return None;
        }
        let new = self.direct(new, given)?;
        match self.lookup(cls, n::__INIT__) {
            Some(f) if Some(f) != self.lookup(t::OBJECT, n::__INIT__) => Some((new, Some(self.direct(f, given)?))),
            _ => Some((new, None)),
        }
    }
    /// Calls a type by its natives, if nothing has to be asked; `args` begin with the class. None: by the general rules.
    pub(super) fn call_type_direct(&mut self, cls: Ref, words: &[Word]) -> Option<Result<Owned, Ask>> {
        let (new, init) = self.direct_maker(cls, words.len() + 1)?;
        let mark = self.temps.len();
        self.cursor = 0;
        self.answers.clear();
        let mut args: Bound = SmallVec::new();
        args.push(Some(cls));
        args.extend(words.iter().map(|w| Some(w.get())));
        let made = self.make_in_place(args, cls, new, init);
        self.release_temps(mark);
        if !self.answers.is_empty() {
            self.drop_answers();
        }
        match made {
            Ok(v) => Some(Ok(v)),
            Err(ask) => {
                self.depth = 0;
                if let Ask::Raise(e) = ask {
                    return Some(Err(Ask::Raise(e)));
                }
                self.forget(ask);
                None
            }
        }
    }
    fn make_in_place(&mut self, mut args: Bound, cls: Ref, new: Direct, init: Option<Direct>) -> Result<Owned, Ask> {
        let given = args.len();
        args.resize(new.1.total as usize, None);
        let obj = new.0(self, Args(&args))?;
        let Some((init, arity)) = init.filter(|_| self.is_a(obj.get(), cls)) else { return Ok(obj) };
        args[0] = Some(obj.get());
        args.truncate(given);
        args.resize(arity.total as usize, None);
        match init(self, Args(&args)) {
            Ok(done) => {
                self.release(done);
                Ok(obj)
            }
            Err(e) => {
                self.release(obj);
                Err(e)
            }
        }
    }
}
