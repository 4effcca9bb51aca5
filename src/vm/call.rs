//! Calls: which callable it is, binding arguments to a Python function's parameters, running natives.
use super::frames::Regs;
use super::native::{Args, NativeFn};
use super::run::Flow;
use super::step::{Answer, Ask, Request};
use super::thread::Activation;
use super::{Vm, fixed, n, slow, t};
use crate::heap::{Owned, Ref, Slot};
use crate::objects::Payload;
use crate::objects::class::type_flags::*;
use crate::objects::frame::{Frame, Ret, Word};
use crate::objects::instance::Instance;
use smallvec::SmallVec;

/// Most requests of natives that are answered by natives at once, one within the other.
const MAX_NESTED_REQUESTS: usize = 2000;

/// Words of a call, owned by the call.
pub(super) type Words = SmallVec<[Word; 8]>;

impl Vm {
    #[inline(always)]
    pub(super) fn drop_word(&mut self, w: Word) {
        if let Some(r) = w.owned_ref() {
            self.heap.decref_raw(r);
        }
    }
    #[inline(always)]
    pub(super) fn own_word(&mut self, w: Word) -> Ref {
        let r = w.get();
        if w.is_owned() {
            return r;
        }
        if r.raw() >= fixed::END {
            self.heap.incref_raw(r);
        }
        r
    }
    /// The slot of a word's object.
    #[inline(always)]
    pub(super) fn word_slot(&self, w: Word) -> &Slot<Payload> {
        self.heap.slot_at(w.index())
    }

    /// CALL: the callable at `sp - oparg - 2`, self or NULL above it, then the arguments.
    #[inline(always)]
    pub(super) fn op_call(&mut self, r: &mut Regs, at: usize, nargs: usize, watched: bool) -> Flow {
        let place = r.sp - nargs - 2;
        let first = place + 1 + self.cur.stack[place + 1].is_null() as usize;
        if self.enter_simple(r, at, self.cur.stack[place], first, place, (Ret::Push, watched)) {
            return Flow::Reload;
        }
        super::ops::apart(r, |r| self.op_call_other(r, at, nargs, place, watched))
    }
    /// Enters a Python function that takes just these arguments, from `first` up to the top of the stack, where they lie;
    /// the caller's stack then ends at `place`. False: the call is not that simple, and nothing has changed. Where nobody
    /// watches, the frame begins behind its RESUME.
    #[inline(always)]
    pub(super) fn enter_simple(&mut self, r: &mut Regs, at: usize, callee: Word, first: usize, place: usize, (ret, watched): (Ret, bool)) -> bool {
        let Payload::Function(f) = &self.word_slot(callee).payload else { return false };
        let Payload::Code(c) = self.heap.get(f.code) else { return false };
        if c.simple_args as usize != r.sp - first || self.cur.depth >= self.recursion_limit {
            return false;
        }
        let end = first + c.localsplus.len();
        let room = end + c.stacksize as usize + 8;
        let (code_ref, exec, hidden, globals, builtins) = (f.code, c.number, c.hidden, f.globals, f.builtins);
        let entry = if watched { 0 } else { c.entry };
        self.heap.incref_raw(code_ref);
        self.own_word(callee);
        let sp = r.sp;
        r.sp = place;
        self.save(r, at);
        self.reserve_stack(room);
        for w in &mut self.cur.stack[sp.min(end)..end] {
            *w = Word::NULL;
        }
        self.cur.depth += 1;
        // Written field by field where it lies: a frame made elsewhere and copied waits for its own stores.
        self.cur.activations.push(Activation::Py(Frame::EMPTY));
        let f = self.top();
        f.code_ref = code_ref;
        f.exec = exec;
        f.func = callee.get();
        f.globals = globals;
        f.builtins = builtins;
        f.base = first as u32;
        f.sp = end as u32;
        f.pc = entry;
        f.ret = ret;
        f.hidden = hidden;
        true
    }
    /// Enters a Python function whose arguments lie from `first` up to the top of the stack, with defaults and names as
    /// they come. False: by the general rules; nothing has changed.
    pub(super) fn enter_bound(&mut self, r: &mut Regs, at: usize, callee: Word, first: usize, place: usize, kwnames: Option<Ref>, ret: Ret) -> bool {
        if self.cur.depth >= self.recursion_limit || !self.place_arguments(callee.get(), first, r.sp - first, kwnames) {
            return false;
        }
        r.sp = place;
        self.save(r, at);
        kwnames.iter().for_each(|k| self.heap.decref_raw(*k));
        let func = self.own_word(callee);
        self.push_frame(func, first, ret);
        true
    }
    #[inline(never)]
    fn op_call_other(&mut self, r: &mut Regs, at: usize, nargs: usize, place: usize, watched: bool) -> Flow {
        let callee = self.cur.stack[place];
        let self_word = self.cur.stack[place + 1];
        match self.heap.get(callee.get()) {
            Payload::Method(f, s) if self_word.is_null() => {
                let (f, s) = (*f, *s);
                self.heap.incref_raw(f);
                self.heap.incref_raw(s);
                self.cur.stack[place] = Word::owned(f);
                self.cur.stack[place + 1] = Word::owned(s);
                self.drop_word(callee);
                self.op_call(r, at, nargs, watched)
            }
            Payload::Type(_) if self_word.is_null() => match self.op_construct(r, at, place, None) {
                Some(flow) => flow,
                None => self.op_call_type(r, at, place),
            },
            Payload::Native(_) => self.op_call_native(r, at, place),
            Payload::Function(_) => {
                let first = place + 1 + self_word.is_null() as usize;
                if self.enter_bound(r, at, callee, first, place, None, Ret::Push) {
                    return Flow::Reload;
                }
                self.op_call_words(r, at, place, None)
            }
            _ => self.op_call_words(r, at, place, None),
        }
    }
    /// A call with the names of its last arguments, which are taken over; the callable at `place`, as for CALL.
    pub(super) fn op_call_named(&mut self, r: &mut Regs, at: usize, place: usize, names: Ref) -> Flow {
        let (callee, self_word) = (self.cur.stack[place], self.cur.stack[place + 1]);
        match self.heap.get(callee.get()) {
            Payload::Method(f, s) if self_word.is_null() => {
                let (f, s) = (*f, *s);
                self.heap.incref_raw(f);
                self.heap.incref_raw(s);
                self.cur.stack[place] = Word::owned(f);
                self.cur.stack[place + 1] = Word::owned(s);
                self.drop_word(callee);
                self.op_call_named(r, at, place, names)
            }
            Payload::Function(_) => {
                let first = place + 1 + self_word.is_null() as usize;
                if self.enter_bound(r, at, callee, first, place, Some(names), Ret::Push) {
                    return Flow::Reload;
                }
                self.op_call_words(r, at, place, Some(names))
            }
            Payload::Native(_) => self.op_call_native_bound(r, at, place, Some(names)),
            Payload::Type(_) => match self.op_construct(r, at, place, Some(names)) {
                Some(flow) => flow,
                None => self.op_call_words(r, at, place, Some(names)),
            },
            _ => self.op_call_words(r, at, place, Some(names)),
        }
    }
    /// A Python class with `object.__new__` and a Python `__init__`: the instance is made here and `__init__` entered.
    pub(super) fn op_construct(&mut self, r: &mut Regs, at: usize, place: usize, kwnames: Option<Ref>) -> Option<Flow> {
        let cls = self.cur.stack[place].get();
        let Payload::Type(x) = self.heap.get(cls) else { return None };
        let plain = x.has(PLAIN_NEW) && x.has(HEAP) && !x.has(ABSTRACT) && x.layout == crate::objects::class::Layout::Object;
        if !plain || !self.cur.stack[place + 1].is_null() || !self.calls_as_type(cls) {
            return None;
        }
        let init = self.lookup(cls, n::__INIT__)?;
        if self.ty(init) != t::FUNCTION || self.cur.depth >= self.recursion_limit {
            return None;
        }
        let instance = self.new_instance(cls).into_raw();
        self.heap.incref_raw(instance);
        let cls_word = std::mem::replace(&mut self.cur.stack[place], Word::owned(instance));
        self.cur.stack[place + 1] = Word::owned(instance);
        let (f, first) = (Word::borrowed(init), place + 1);
        let entered = kwnames.is_none() && self.enter_simple(r, at, f, first, first, (Ret::Init, true))
            || self.enter_bound(r, at, f, first, first, kwnames, Ret::Init);
        if !entered {
            let words = Words::from_slice(&self.cur.stack[place + 1..r.sp]);
            r.sp = place + 1;
            self.save(r, at);
            self.call_python(Word::borrowed(init), words, kwnames, Ret::Init);
        }
        self.drop_word(cls_word);
        Some(Flow::Reload)
    }
    /// A bare instance of a class with `object`'s layout.
    pub fn new_instance(&mut self, cls: Ref) -> Owned {
        let x = self.type_obj(cls);
        let (slots, keys) = (x.slots as usize, x.keys.len());
        if x.usable_keys > 1 {
            self.type_obj_mut(cls).usable_keys -= 1;
        }
        let instance = Instance { values: SmallVec::with_capacity(keys), dict: None, slots: vec![None; slots].into_boxed_slice() };
        self.alloc(cls, Payload::Instance(Box::new(instance)))
    }
    /// Takes callable and arguments off the stack and calls by the general rules.
    pub(super) fn op_call_words(&mut self, r: &mut Regs, at: usize, place: usize, kwnames: Option<Ref>) -> Flow {
        let callee = self.cur.stack[place];
        let skip = self.cur.stack[place + 1].is_null() as usize;
        let words = Words::from_slice(&self.cur.stack[place + 1 + skip..r.sp]);
        r.sp = place;
        self.save(r, at);
        self.call_words(callee, words, kwnames, Ret::Push);
        Flow::Reload
    }
    /// Carries out a request, whose references it takes over. Natives that ask natives nest on the machine's own stack.
    pub(super) fn start_request(&mut self, request: Request, ret: Ret) {
        if self.requests >= MAX_NESTED_REQUESTS {
            request.visit(&mut |r| self.heap.decref_raw(r));
            let e = self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded while calling a Python object");
            return self.raise_ask(e);
        }
        self.requests += 1;
        self.start_nested_request(request, ret);
        self.requests -= 1;
    }
    fn start_nested_request(&mut self, request: Request, ret: Ret) {
        match request {
            Request::Call { func, args, kwnames } => {
                let words = args.into_iter().map(Word::owned).collect();
                self.call_words(Word::owned(func), words, kwnames, ret)
            }
            Request::Resume { generator, how } => self.start_resume(generator, how, ret),
            Request::Through { generator, func, args } => self.start_through(generator, func, args, ret),
            Request::Body { func, namespace } => self.start_body(func, namespace, ret),
        }
    }
    fn start_body(&mut self, func: Ref, namespace: Ref, ret: Ret) {
        if self.cur.depth >= self.recursion_limit {
            self.heap.decref_raw(func);
            self.heap.decref_raw(namespace);
            let e = self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded");
            return self.raise_ask(e);
        }
        let base = self.stack_top();
        let count = self.code_of(func).1.localsplus.len();
        self.push_frame(func, base, ret);
        self.cur.stack[base..base + count].fill(Word::NULL);
        self.top().locals = Some(namespace);
    }
    /// Calls anything. Takes over all words; the result goes where `ret` says.
    pub(super) fn call_words(&mut self, callee: Word, mut words: Words, kwnames: Option<Ref>, ret: Ret) {
        match self.heap.get(callee.get()) {
            Payload::Function(_) => self.call_python(callee, words, kwnames, ret),
            Payload::Method(..) => {
                let mut callee = callee;
                while let Payload::Method(f, s) = self.heap.get(callee.get()) {
                    let (f, s) = (*f, *s);
                    self.heap.incref_raw(f);
                    self.heap.incref_raw(s);
                    words.insert(0, Word::owned(s));
                    self.drop_word(callee);
                    callee = Word::owned(f);
                }
                self.call_words(callee, words, kwnames, ret)
            }
            Payload::Native(x) => {
                let (native, receiver) = (x.native, x.receiver);
                self.call_native(callee, native, receiver, words, kwnames, ret)
            }
            Payload::Type(_) => {
                if kwnames.is_none()
                    && let Some(made) = self.call_type_direct(callee.get(), &words)
                {
                    self.drop_call(callee, words, None);
                    return match made {
                        Ok(v) => self.deliver(v, ret),
                        Err(Ask::Raise(e)) => self.fail(e, ret),
                        Err(other) => panic!("a direct call asks nothing: {other:?}"),
                    };
                }
                if self.calls_as_type(callee.get()) {
                    self.call_slow(slow::TYPE_CALL, callee, words, kwnames, ret)
                } else {
                    self.call_object(callee, words, kwnames, ret)
                }
            }
            _ => self.call_object(callee, words, kwnames, ret),
        }
    }
    fn calls_as_type(&mut self, cls: Ref) -> bool {
        let meta = self.ty(cls);
        meta == t::TYPE || self.lookup(meta, n::__CALL__).is_some_and(|f| self.ty(f) == t::SLOT_WRAPPER)
    }
    /// An object whose type has `__call__`.
    fn call_object(&mut self, callee: Word, mut words: Words, kwnames: Option<Ref>, ret: Ret) {
        let obj = callee.get();
        let Some(f) = self.lookup_special(obj, n::__CALL__) else {
            let message = format!("'{}' object is not callable", self.dotted_type_name(obj));
            self.drop_call(callee, words, kwnames);
            let e = self.type_error(message);
            return self.raise_ask(e);
        };
        match self.ty(f) {
            t::FUNCTION | t::SLOT_WRAPPER | t::METHOD_DESCRIPTOR => {
                words.insert(0, callee);
                self.heap.incref_raw(f);
                self.call_words(Word::owned(f), words, kwnames, ret)
            }
            _ => self.call_slow(slow::CALL_SPECIAL, callee, words, kwnames, ret),
        }
    }
    fn drop_call(&mut self, callee: Word, words: Words, kwnames: Option<Ref>) {
        words.into_iter().for_each(|w| self.drop_word(w));
        self.drop_word(callee);
        kwnames.iter().for_each(|r| self.heap.decref_raw(*r));
    }
    /// Splits words into positional arguments and (name, value) pairs.
    fn split_keywords(&self, words: &Words, kwnames: Option<Ref>) -> (SmallVec<[Ref; 8]>, SmallVec<[(Ref, Ref); 4]>) {
        let names = kwnames.and_then(|k| self.tuple_items(k)).unwrap_or(&[]);
        let positional = words.len() - names.len();
        let args = words[..positional].iter().map(|w| w.get()).collect();
        let pairs = names.iter().zip(&words[positional..]).map(|(k, w)| (*k, w.get())).collect();
        (args, pairs)
    }
    /// A slow native with (callee, args tuple, kwargs dict or None).
    fn call_slow(&mut self, row: NativeFn, callee: Word, words: Words, kwnames: Option<Ref>, ret: Ret) {
        let (args, pairs) = self.split_keywords(&words, kwnames);
        let tuple = self.tuple_of(&args).into_raw();
        let dict = if pairs.is_empty() {
            None
        } else {
            let d = self.dict().into_raw();
            pairs.iter().for_each(|(k, v)| self.dict_set_name(d, *k, *v));
            Some(d)
        };
        let callee_ref = callee.get();
        self.run_native(row, &[Some(callee_ref), Some(tuple), dict], ret);
        self.heap.decref_raw(tuple);
        dict.iter().for_each(|d| self.heap.decref_raw(*d));
        self.drop_call(callee, words, kwnames);
    }
    #[inline]
    fn call_native(&mut self, callee: Word, native: u32, receiver: Option<Ref>, words: Words, kwnames: Option<Ref>, ret: Ret) {
        let mark = self.temps.len();
        let (mut args, pairs) = self.split_keywords(&words, kwnames);
        if let Some(x) = receiver {
            args.insert(0, x);
        } else if let Err(e) = self.check_receiver(callee.get(), &args) {
            self.drop_call(callee, words, kwnames);
            return self.raise_ask(e);
        }
        match self.bind_native_args(native, &args, &pairs) {
            Ok(bound) => {
                let f = self.natives[native as usize].def.f;
                self.run_native(f, &bound, ret);
                self.release_temps(mark);
                self.drop_call(callee, words, kwnames);
            }
            Err(e) => {
                self.release_temps(mark);
                self.drop_call(callee, words, kwnames);
                self.raise_ask(e);
            }
        }
    }
    /// An unbound method's first argument must be an instance of the type that defines it.
    pub fn check_receiver(&mut self, descr: Ref, args: &[Ref]) -> Result<(), Ask> {
        let Payload::Native(x) = self.heap.get(descr) else { return Ok(()) };
        if self.ty(descr) == t::CLASSMETHOD_DESCRIPTOR && x.receiver.is_none() {
            return self.check_class_argument(descr, args.first().copied());
        }
        if !matches!(self.ty(descr), t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) {
            return match x.owner {
                Some(owner) if self.natives[x.native as usize].def.kind == super::DefKind::New => self.check_maker(owner, args.first().copied()),
                _ => Ok(()),
            };
        }
        let (Some(owner), native) = (x.owner, x.native) else { return Ok(()) };
        if args.first().is_some_and(|x| self.is_a(*x, owner)) {
            return Ok(());
        }
        let name = self.natives[native as usize].def.name;
        let owner_name = self.type_obj(owner).name.clone();
        match args.first() {
            None if self.ty(descr) == t::SLOT_WRAPPER => {
                Err(self.type_error(format!("descriptor '{name}' of '{owner_name}' object needs an argument")))
            }
            None => Err(self.type_error(format!("unbound method {owner_name}.{name}() needs an argument"))),
            Some(x) => {
                let got = self.dotted_type_name(*x).to_owned();
                let verb = if self.ty(descr) == t::SLOT_WRAPPER { "requires" } else { "for" };
                Err(self.type_error(if verb == "requires" {
                    format!("descriptor '{name}' requires a '{owner_name}' object but received a '{got}'")
                } else {
                    format!("descriptor '{name}' for '{owner_name}' objects doesn't apply to a '{got}' object")
                }))
            }
        }
    }

    /// A class method that is called unbound takes its class as the first argument.
    pub fn check_class_argument(&mut self, descr: Ref, cls: Option<Ref>) -> Result<(), Ask> {
        let Payload::Native(x) = self.heap.get(descr) else { return Ok(()) };
        let (Some(owner), name) = (x.owner, self.natives[x.native as usize].def.name) else { return Ok(()) };
        let of = self.full_name_of_type(owner);
        let message = match cls {
            None => format!("descriptor '{name}' of '{of}' object needs an argument"),
            Some(c) if !self.is_type(c) => format!("descriptor '{name}' for type '{of}' needs a type, not a '{}' as arg 2", self.full_type_name(c)),
            Some(c) if !self.is_subtype(c, owner) => {
                format!("descriptor '{name}' requires a subtype of '{of}' but received '{}'", self.full_name_of_type(c))
            }
            Some(_) => return Ok(()),
        };
        Err(self.type_error(message))
    }

    /// Runs a native for the first time, with borrowed arguments. Its value goes where `ret` says.
    #[inline]
    pub(super) fn run_native(&mut self, f: NativeFn, args: &[Option<Ref>], ret: Ret) {
        let mark = self.temps.len();
        self.cursor = 0;
        self.answers.clear();
        let step = f(self, Args(args));
        match step {
            Ok(v) => {
                self.release_temps(mark);
                if !self.answers.is_empty() {
                    self.drop_answers();
                }
                self.deliver(v, ret);
            }
            Err(e) => self.native_asked(f, args, ret, e, mark),
        }
    }
    #[inline(never)]
    pub(super) fn native_asked(&mut self, f: NativeFn, args: &[Option<Ref>], ret: Ret, ask: Ask, mark: usize) {
        self.depth = 0;
        let waiting = |vm: &mut Vm, catch| {
            args.iter().flatten().for_each(|r| vm.heap.incref_raw(*r));
            let frame = vm.spare_frames.make(f, args, &mut vm.answers, ret, catch);
            vm.cur.activations.push(Activation::Native(frame));
        };
        match ask {
            Ask::Raise(e) => {
                self.release_temps(mark);
                self.drop_answers();
                self.fail(e, ret)
            }
            Ask::Tail(request) => {
                self.release_temps(mark);
                self.drop_answers();
                self.start_request(*request, ret)
            }
            Ask::Need { request, catch } => {
                waiting(self, catch);
                self.release_temps(mark);
                self.start_request(*request, Ret::Push)
            }
            Ask::Syscall(call) => {
                waiting(self, false);
                self.release_temps(mark);
                self.pending_syscall = Some(call);
            }
        }
    }
    /// Releases what a native that ended at its first run had made `once`.
    pub(super) fn drop_answers(&mut self) {
        self.drop_answers_from(0);
    }
    /// The same of what the tape has from there on.
    pub(super) fn drop_answers_from(&mut self, from: usize) {
        for a in self.answers.drain(from..) {
            if let Answer::Value(r) | Answer::Raised(r) = a {
                self.heap.decref_raw(r);
            }
        }
    }
    /// Runs the native on top again, with the answers that it has got.
    pub(super) fn rerun_native(&mut self) {
        let Some(Activation::Native(x)) = self.cur.activations.last_mut() else { panic!("no native on top") };
        x.catch = false;
        let (f, args, ret) = (x.f, std::mem::take(&mut x.args), x.ret);
        std::mem::swap(&mut self.answers, &mut x.answers);
        self.cursor = 0;
        let mark = self.temps.len();
        let step = f(self, Args(&args));
        self.depth = 0;
        let Some(Activation::Native(x)) = self.cur.activations.last_mut() else { panic!("a native pushes nothing") };
        x.args = args;
        std::mem::swap(&mut self.answers, &mut x.answers);
        match step {
            Err(Ask::Need { request, catch }) => {
                x.catch = catch;
                self.release_temps(mark);
                self.start_request(*request, Ret::Push);
            }
            Err(Ask::Syscall(call)) => {
                self.release_temps(mark);
                self.pending_syscall = Some(call);
            }
            Err(Ask::Tail(request)) => {
                self.release_temps(mark);
                self.drop_native();
                self.start_request(*request, ret);
            }
            Err(Ask::Raise(e)) => {
                self.release_temps(mark);
                self.drop_native();
                self.fail(e, ret);
            }
            Ok(v) => {
                self.release_temps(mark);
                self.drop_native();
                self.deliver(v, ret);
            }
        }
    }

    /// Calls a Python function with any arguments.
    fn call_python(&mut self, callee: Word, words: Words, kwnames: Option<Ref>, ret: Ret) {
        if self.cur.depth >= self.recursion_limit {
            self.drop_call(callee, words, kwnames);
            let e = self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded");
            return self.raise_ask(e);
        }
        let func = callee.get();
        let base = self.stack_top();
        self.reserve_stack(base + words.len());
        self.cur.stack[base..base + words.len()].copy_from_slice(&words);
        if self.place_arguments(func, base, words.len(), kwnames) {
            kwnames.iter().for_each(|r| self.heap.decref_raw(*r));
            let func = self.own_word(callee);
            return self.push_frame(func, base, ret);
        }
        let (_, code) = self.code_of(func);
        self.reserve_stack(base + code.localsplus.len() + code.stacksize as usize + 8);
        let mut locals: SmallVec<[Word; 16]> = smallvec::smallvec![Word::NULL; code.localsplus.len()];
        let bound = self.bind_python(func, &code, &words, kwnames, &mut locals);
        kwnames.iter().for_each(|r| self.heap.decref_raw(*r));
        if let Err(e) = bound {
            locals.into_iter().for_each(|w| self.drop_word(w));
            self.drop_word(callee);
            return self.raise_ask(e);
        }
        self.cur.stack[base..base + locals.len()].copy_from_slice(&locals);
        let func = self.own_word(callee);
        self.push_frame(func, base, ret);
    }
    /// Adds an answer to the native on top: for the machine's own wiring.
    pub fn push_answer(&mut self, a: Answer) {
        if let Some(Activation::Native(x)) = self.cur.activations.last_mut() {
            x.answers.push(a);
        }
    }
}
