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
type Bound = SmallVec<[Option<Ref>; 8]>;

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
            return self.op_call_native_bound(r, at, place, None);
        };
        if receiver.is_none()
            && let Some(owner) = owner
            && self.receiver_must_be_checked(callee, native, owner, &self.cur.stack[first..r.sp])
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
    /// Whether a native that belongs to a type is called with anything but an instance of it in the first place.
    #[inline]
    fn receiver_must_be_checked(&self, callee: Ref, native: u32, owner: Ref, words: &[Word]) -> bool {
        match self.ty(callee) {
            t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER => words.first().is_none_or(|w| !self.is_a(w.get(), owner)),
            t::CLASSMETHOD_DESCRIPTOR => true,
            // `T.__new__(cls)` called by the program: its class must be checked first.
            _ => self.natives[native as usize].def.kind == DefKind::New,
        }
    }
    /// The same for a native whose arguments have to be bound: given by name, or collected in a tuple. `names` is taken over.
    #[inline(never)]
    pub(super) fn op_call_native_bound(&mut self, r: &mut Regs, at: usize, place: usize, names: Option<Ref>) -> Flow {
        let mark = self.temps.len();
        let Some((f, args)) = self.bind_in_place(r, place, names) else { return self.op_call_words(r, at, place, names) };
        names.iter().for_each(|k| self.heap.decref_raw(*k));
        let flow = self.native_in_place(r, at, place, f, &args, Ret::Push);
        self.release_temps(mark);
        flow
    }
    /// A native and its arguments, bound. None: something is wrong or unusual, which the general rules find out.
    fn bind_in_place(&mut self, r: &Regs, place: usize, names: Option<Ref>) -> Option<(NativeFn, Bound)> {
        let callee = self.cur.stack[place].get();
        let first = place + 1 + self.cur.stack[place + 1].is_null() as usize;
        let Payload::Native(x) = self.heap.get(callee) else { return None };
        let (native, receiver, owner) = (x.native, x.receiver, x.owner);
        let p = self.params(native);
        let names = names.and_then(|k| self.tuple_items(k)).unwrap_or(&[]);
        let end = r.sp - names.len();
        let words = &self.cur.stack[first..end];
        let given = words.len() + receiver.is_some() as usize;
        let unusual = given < p.receiver as usize
            || given > p.positional && p.varargs.is_none()
            || p.varkw.is_some() && !names.is_empty()
            || receiver.is_none() && owner.is_some_and(|o| self.receiver_must_be_checked(callee, native, o, words));
        if unusual {
            return None;
        }
        let mut given = receiver.into_iter().chain(words.iter().map(|w| w.get()));
        let mut args: Bound = smallvec::smallvec![None; p.names.len()];
        for (to, from) in args[..p.positional].iter_mut().zip(&mut given) {
            *to = Some(from);
        }
        for (name, w) in names.iter().zip(&self.cur.stack[end..r.sp]) {
            let text = self.utf8(*name)?;
            let i = p.posonly + p.names[p.posonly..].iter().position(|x| x == text)?;
            if Some(i) == p.varargs || args[i].is_some() {
                return None;
            }
            args[i] = Some(w.get());
        }
        if p.required.iter().zip(&args).any(|(required, a)| *required && a.is_none()) {
            return None;
        }
        if let Some(v) = p.varargs {
            let rest: SmallVec<[Ref; 8]> = given.collect();
            let rest = self.tuple_of(&rest);
            args[v] = Some(self.keep(rest));
        }
        Some((self.natives[native as usize].def.f, args))
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
