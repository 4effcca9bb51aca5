//! Requests: call Python, resume a generator, ask the operating system; and the tape of answers.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::step::{Answer, Ask, Call, Refs, Request, Resume, Step};
use crate::vm::syscall::{SysResult, Syscall};
use super::Found;
use crate::vm::{Vm, t};
use smallvec::smallvec;

impl Vm {
    /// The next answer on the tape.
    fn next_answer(&mut self) -> Option<Answer> {
        let a = self.answers.get(self.cursor).cloned();
        self.cursor += a.is_some() as usize;
        a
    }
    /// Whether the next request has been answered already: the native is being run again and has come this far before.
    pub fn has_answer(&self) -> bool {
        self.cursor < self.answers.len()
    }
    fn request(&mut self, make: impl FnOnce(&mut Vm) -> Request, catch: bool) -> Result<Result<Ref, Ref>, Ask> {
        match self.next_answer() {
            Some(Answer::Value(r)) => Ok(Ok(r)),
            Some(Answer::Raised(r)) => Ok(Err(r)),
            Some(Answer::Sys(_)) => panic!("a native asked for a call where it had asked for a syscall: it must ask first and change last"),
            None => {
                let request = Box::new(make(self));
                Err(Ask::Need { request, catch })
            }
        }
    }
    /// The tail request of a native that was run inline, as a question of the native that ran it.
    pub(super) fn tail_as_question(&mut self, request: Request) -> Result<Ref, Ask> {
        match self.next_answer() {
            Some(Answer::Value(r)) => {
                self.discard(request);
                Ok(r)
            }
            Some(other) => panic!("{other:?} came back to a native that does not catch"),
            None => Err(Ask::Need { request: Box::new(request), catch: false }),
        }
    }
    /// Gives back what a request holds that will not be made.
    fn discard(&mut self, request: Request) {
        let mut held = Vec::new();
        request.visit(&mut |r| held.push(r));
        held.into_iter().for_each(|r| self.heap.decref_raw(r));
    }
    /// Makes an object that must be the same one when the native is run again, because a request will name it
    /// (the instance whose `__init__` is called): it goes onto the tape like an answer.
    pub fn once(&mut self, make: impl FnOnce(&mut Vm) -> Step) -> Result<Ref, Ask> {
        match self.next_answer() {
            Some(Answer::Value(r)) => Ok(r),
            Some(other) => panic!("a native made an object where it had got {other:?}: it must ask first and change last"),
            None => {
                let r = make(self)?.into_raw();
                self.answers.push(Answer::Value(r));
                self.cursor += 1;
                Ok(r)
            }
        }
    }
    /// Runs what changes nothing and asks nothing as a rule: its value, or None when it has to ask after all. Nothing of the
    /// attempt is on the tape, so only its outcome may be noted there (by the `once` that it is part of).
    pub fn attempt(&mut self, f: impl FnOnce(&mut Vm) -> Step) -> Result<Option<crate::heap::Owned>, Ask> {
        debug_assert!(!self.has_answer(), "an attempt is made once");
        let mark = self.answers.len();
        let result = f(self);
        self.drop_answers_from(mark);
        self.cursor = mark;
        match result {
            Ok(v) => Ok(Some(v)),
            Err(Ask::Raise(e)) => Err(Ask::Raise(e)),
            Err(other) => {
                self.forget(other);
                Ok(None)
            }
        }
    }
    /// The value of a native that was run inline, lent: where it ended in a request, that is asked for as any other.
    pub fn inline_value(&mut self, step: Step) -> Result<Ref, Ask> {
        match step {
            Ok(v) => Ok(self.keep(v)),
            Err(Ask::Tail(request)) => Ok(self.as_request(request, false)?.unwrap_or_else(|e| panic!("nothing catches {e:?}"))),
            Err(e) => Err(e),
        }
    }
    /// Turns a request that an inline native ended in into one of the running native.
    pub fn as_request(&mut self, request: Box<Request>, catch: bool) -> Result<Result<Ref, Ref>, Ask> {
        if self.has_answer() {
            self.forget(Ask::Tail(request));
            return self.request(|_| unreachable!("there is an answer"), catch);
        }
        Err(Ask::Need { request, catch })
    }
    /// The request to call on top of a generator's frame ([`Request::Through`]), with borrowed arguments.
    pub fn call_through(&mut self, generator: Ref, func: Ref, args: &[Ref]) -> Ask {
        [generator, func].iter().chain(args).for_each(|r| self.heap.incref_raw(*r));
        Ask::Tail(Box::new(Request::Through { generator, func, args: args.into() }))
    }
    /// A call request with borrowed arguments.
    pub fn call_request(&mut self, func: Ref, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Request {
        self.heap.incref_raw(func);
        let mut all = Refs::from_slice(args);
        all.extend(kwargs.iter().map(|(_, v)| *v));
        all.iter().for_each(|r| self.heap.incref_raw(*r));
        let kwnames = if kwargs.is_empty() {
            None
        } else {
            let names: Vec<Ref> = kwargs.iter().map(|(k, _)| *k).collect();
            Some(self.tuple_of(&names).into_raw())
        };
        Request::Call { func, args: all, kwnames }
    }
    /// Calls any callable; the result is lent until the native returns.
    pub fn call(&mut self, func: Ref, args: &[Ref]) -> Result<Ref, Ask> {
        self.call_kw(func, args, &[])
    }
    pub fn call_kw(&mut self, func: Ref, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Result<Ref, Ask> {
        let r = self.request(|vm| vm.call_request(func, args, kwargs), false)?;
        Ok(r.unwrap_or_else(|e| panic!("an exception {e:?} came back to a native that does not catch")))
    }
    /// Like `call`; an exception is handed to the native instead of ending it.
    pub fn try_call(&mut self, func: Ref, args: &[Ref]) -> Result<Result<Ref, Ref>, Ask> {
        self.request(|vm| vm.call_request(func, args, &[]), true)
    }
    /// Like `try_call`, with keyword arguments.
    pub fn try_call_kw(&mut self, func: Ref, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Result<Result<Ref, Ref>, Ask> {
        self.request(|vm| vm.call_request(func, args, kwargs), true)
    }
    /// Resumes a generator-like object; the exception that ends it (StopIteration with its value) is handed over.
    pub fn try_resume(&mut self, generator: Ref, how: Resume) -> Result<Result<Ref, Ref>, Ask> {
        self.request(
            |vm| {
                vm.heap.incref_raw(generator);
                match &how {
                    Resume::Send(r) | Resume::Throw(r) => vm.heap.incref_raw(*r),
                }
                Request::Resume { generator, how }
            },
            true,
        )
    }
    /// Ends the native with a call whose value becomes its own: `return vm.tail_call(f, &[x])`.
    pub fn tail_call(&mut self, func: Ref, args: &[Ref]) -> Step {
        let request = self.call_request(func, args, &[]);
        Err(Ask::Tail(Box::new(request)))
    }
    pub fn tail_call_kw(&mut self, func: Ref, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Step {
        let request = self.call_request(func, args, kwargs);
        Err(Ask::Tail(Box::new(request)))
    }
    /// Calls a function of the prelude (`stdlib/lib/_prelude.py`) as the native's own value.
    pub fn tail_prelude(&mut self, name: &str, args: &[Ref]) -> Step {
        let f = self.prelude_function(name);
        self.tail_call(f, args)
    }
    /// Calls a function of the prelude and goes on with its value.
    pub fn prelude(&mut self, name: &str, args: &[Ref]) -> Result<Ref, Ask> {
        let f = self.prelude_function(name);
        self.call(f, args)
    }
    /// The prelude's function of this name (borrowed).
    pub fn prelude_function(&mut self, name: &str) -> Ref {
        let dict = self.prelude.expect("the prelude is loaded before any native needs it");
        self.dict_get_str(dict, name).unwrap_or_else(|| panic!("the prelude has no function {name}"))
    }
    /// What to call for a special method found on the type, and with what. Where a `__get__` of the program binds it, which may
    /// put another method in its own place (as unittest.mock's does), binding and calling are one question.
    pub fn special_call(&mut self, f: Ref, obj: Ref, args: &[Ref]) -> Result<Call, Ask> {
        self.special_call_by("call_bound", f, obj, args)
    }
    /// The same, with the function of the prelude that binds and calls.
    pub(super) fn special_call_by(&mut self, binder: &str, f: Ref, obj: Ref, args: &[Ref]) -> Result<Call, Ask> {
        if matches!(self.ty(f), t::FUNCTION | t::SLOT_WRAPPER | t::METHOD_DESCRIPTOR) {
            return Ok((f, [obj].iter().chain(args).copied().collect()));
        }
        let ty = self.ty(obj);
        Ok(match self.descriptor_get(f, Some(obj), ty)? {
            Found::Value(v) => (self.keep(v), args.into()),
            Found::Call(getter, given) => {
                let (given, args) = (self.tuple_of(&given), self.tuple_of(args));
                let (given, args) = (self.keep(given), self.keep(args));
                (self.prelude_function(binder), smallvec![getter, given, args])
            }
        })
    }
    /// Calls a special method found on the type: None when the type has none.
    pub fn call_special(&mut self, obj: Ref, name: Ref, args: &[Ref]) -> Result<Option<Ref>, Ask> {
        match self.lookup_special(obj, name) {
            None => Ok(None),
            Some(f) => {
                let (f, all) = self.special_call(f, obj, args)?;
                self.call(f, &all).map(Some)
            }
        }
    }
    /// Like `call_special`, with exceptions as answers.
    pub fn try_call_special(&mut self, obj: Ref, name: Ref, args: &[Ref]) -> Result<Option<Result<Ref, Ref>>, Ask> {
        match self.lookup_special(obj, name) {
            None => Ok(None),
            Some(f) => {
                let (f, all) = self.special_call(f, obj, args)?;
                self.try_call(f, &all).map(Some)
            }
        }
    }
    /// Calls a method by attribute look-up on the instance.
    pub fn call_method(&mut self, obj: Ref, name: &str, args: &[Ref]) -> Result<Ref, Ask> {
        let name = self.intern(name).into_raw();
        if let Some(f) = self.method_in_python(obj, name) {
            let mut all: Refs = Refs::from_slice(&[obj]);
            all.extend_from_slice(args);
            return self.call(f, &all);
        }
        let f = self.getattr(obj, name)?;
        self.call(f, args)
    }
    /// The function of the class that reading the attribute of an instance would bind, where no other rule comes before:
    /// to call it with the instance in front is the same, without the method object.
    pub fn method_in_python(&mut self, obj: Ref, name: Ref) -> Option<Ref> {
        let ty = self.ty(obj);
        if !matches!(self.heap.get(obj), Payload::Instance(_)) || !self.type_obj(ty).has(type_flags::PLAIN_GETATTR) {
            return None;
        }
        let f = self.lookup(ty, name).filter(|f| self.ty(*f) == t::FUNCTION)?;
        (self.instance_attr(obj, name).is_none() && self.odd_dict(obj).is_none()).then_some(f)
    }
    /// Resumes a generator-like object as the native's own value.
    pub fn tail_resume(&mut self, generator: Ref, how: Resume) -> Step {
        self.heap.incref_raw(generator);
        match &how {
            Resume::Send(r) | Resume::Throw(r) => self.heap.incref_raw(*r),
        }
        Err(Ask::Tail(Box::new(Request::Resume { generator, how })))
    }
    /// The same for a call that is worth making only when it is asked.
    pub fn syscall_by(&mut self, call: impl FnOnce() -> Syscall) -> Result<SysResult, Ask> {
        match self.next_answer() {
            Some(Answer::Sys(r)) => Ok(r),
            Some(_) => panic!("a native asked for a syscall where it had asked for a call: it must ask first and change last"),
            None => Err(Ask::Syscall(Box::new(call()))),
        }
    }
    /// Asks the simulated operating system; `Error` results come back as values.
    pub fn syscall(&mut self, call: Syscall) -> Result<SysResult, Ask> {
        match self.next_answer() {
            Some(Answer::Sys(r)) => Ok(r),
            Some(_) => panic!("a native asked for a syscall where it had asked for a call: it must ask first and change last"),
            None => Err(Ask::Syscall(Box::new(call))),
        }
    }
    /// Whether a caught exception is an instance of a type.
    pub fn exc_is(&self, exc: Ref, ty: Ref) -> bool {
        self.is_a(exc, ty)
    }
    /// Raises a caught exception again.
    pub fn reraise(&mut self, exc: Ref) -> Ask {
        Ask::Raise(self.incref(exc))
    }
    /// Passes on an exception that comes out of what the native resumed: it remembers nothing that it did not remember there.
    pub fn pass_on(&mut self, exc: Ref) -> Ask {
        self.raised_again = Some(exc);
        Ask::Raise(self.incref(exc))
    }
    /// Whether an object is one of the three generator types.
    pub fn is_generator_like(&self, r: Ref) -> bool {
        matches!(self.ty(r), t::GENERATOR | t::COROUTINE | t::ASYNC_GENERATOR)
    }
}
