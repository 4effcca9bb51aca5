//! Calls: which callable it is, binding arguments to a Python function's parameters, running natives.
use super::frames::Regs;
use super::native::{Args, NativeFn};
use super::run::Flow;
use super::step::{Answer, Ask, Request};
use super::thread::{Activation, NativeFrame};
use super::{Vm, n, slow, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::type_flags::*;
use crate::objects::code::{CodeObj, flags};
use crate::objects::frame::{Ret, Word};
use crate::objects::instance::Instance;
use smallvec::SmallVec;

/// Most requests of natives that are answered by natives at once, one within the other.
const MAX_NESTED_REQUESTS: usize = 2000;

/// Words of a call, owned by the call.
pub(super) type Words = SmallVec<[Word; 8]>;

impl Vm {
    pub(super) fn drop_word(&mut self, w: Word) {
        if let Some(r) = w.owned_ref() {
            self.heap.decref_raw(r);
        }
    }
    pub(super) fn own_word(&mut self, w: Word) -> Ref {
        if !w.is_owned() {
            self.heap.incref_raw(w.get());
        }
        w.get()
    }

    /// CALL: the callable at `sp - oparg - 2`, self or NULL above it, then the arguments.
    #[inline]
    pub(super) fn op_call(&mut self, r: &mut Regs, at: usize, nargs: usize) -> Flow {
        let place = r.sp - nargs - 2;
        let callee = self.cur.stack[place];
        let self_word = self.cur.stack[place + 1];
        if let Payload::Function(f) = self.heap.get(callee.get())
            && let Payload::Code(c) = self.heap.get(f.code)
        {
            let first = place + 1 + self_word.is_null() as usize;
            if c.simple && c.argcount as usize == r.sp - first && self.cur.depth < self.recursion_limit {
                let (code_ref, code) = (f.code, c.clone());
                let func = self.own_word(callee);
                let sp = r.sp;
                r.sp = place;
                self.save(r, at);
                self.enter_in_place(func, code_ref, code, first, sp, Ret::Push);
                return Flow::Reload;
            }
        }
        self.op_call_other(r, at, nargs, place)
    }
    /// Arguments lie where the callee's locals begin: only the other locals must be cleared.
    #[inline]
    fn enter_in_place(&mut self, func: Ref, code_ref: Ref, code: std::sync::Arc<CodeObj>, first: usize, sp: usize, ret: Ret) {
        let end = first + code.localsplus.len();
        self.push_frame(func, code_ref, code, first, ret);
        self.cur.stack[sp.min(end)..end].fill(Word::NULL);
    }
    #[inline(never)]
    fn op_call_other(&mut self, r: &mut Regs, at: usize, nargs: usize, place: usize) -> Flow {
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
                self.op_call(r, at, nargs)
            }
            Payload::Type(x) if self_word.is_null() && x.has(PLAIN_NEW) && self.ty(callee.get()) == t::TYPE && x.has(HEAP) => {
                match self.op_construct(r, at, place) {
                    Some(flow) => flow,
                    None => self.op_call_words(r, at, place, None),
                }
            }
            _ => self.op_call_words(r, at, place, None),
        }
    }
    /// A Python class with `object.__new__` and a simple Python `__init__`: the instance is made here and `__init__` entered.
    fn op_construct(&mut self, r: &mut Regs, at: usize, place: usize) -> Option<Flow> {
        let cls = self.cur.stack[place].get();
        let init = self.lookup(cls, n::__INIT__)?;
        let x = self.type_obj(cls);
        if x.has(ABSTRACT) || x.layout != crate::objects::class::Layout::Object {
            return None;
        }
        let Payload::Function(f) = self.heap.get(init) else { return None };
        let code_ref = f.code;
        let Payload::Code(c) = self.heap.get(code_ref) else { return None };
        if !c.simple || c.argcount as usize != r.sp - place - 1 || self.cur.depth >= self.recursion_limit {
            return None;
        }
        let code = c.clone();
        let instance = self.new_instance(cls).into_raw();
        self.heap.incref_raw(instance);
        let cls_word = std::mem::replace(&mut self.cur.stack[place], Word::owned(instance));
        self.cur.stack[place + 1] = Word::owned(instance);
        self.heap.incref_raw(init);
        let sp = r.sp;
        r.sp = place + 1;
        self.save(r, at);
        self.enter_in_place(init, code_ref, code, place + 1, sp, Ret::Init);
        self.drop_word(cls_word);
        Some(Flow::Reload)
    }
    /// A bare instance of a class with `object`'s layout.
    pub fn new_instance(&mut self, cls: Ref) -> Owned {
        let x = self.type_obj(cls);
        let (slots, keys) = (x.slots as usize, x.keys.len());
        let instance = Instance { values: Vec::with_capacity(keys), dict: None, slots: vec![None; slots] };
        self.alloc(cls, Payload::Instance(Box::new(instance)))
    }
    /// Takes callable and arguments off the stack and calls by the general rules.
    pub(super) fn op_call_words(&mut self, r: &mut Regs, at: usize, place: usize, kwnames: Option<Ref>) -> Flow {
        let callee = self.cur.stack[place];
        let skip = self.cur.stack[place + 1].is_null() as usize;
        let words: Words = self.cur.stack[place + 1 + skip..r.sp].iter().copied().collect();
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
        let (code_ref, code) = self.code_of(func);
        let base = self.stack_top();
        let count = code.localsplus.len();
        self.push_frame(func, code_ref, code, base, ret);
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
            let message = format!("'{}' object is not callable", self.type_name(obj));
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
        if !matches!(self.ty(descr), t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) {
            return match x.owner {
                Some(owner) if self.natives[x.native as usize].def.kind == super::DefKind::New => self.check_maker(owner, args.first().copied()),
                _ => Ok(()),
            };
        }
        let (Some(owner), native) = (x.owner, x.native) else { return Ok(()) };
        let name = self.natives[native as usize].def.name;
        let owner_name = self.type_obj(owner).name.clone();
        match args.first() {
            None if self.ty(descr) == t::SLOT_WRAPPER => {
                Err(self.type_error(format!("descriptor '{name}' of '{owner_name}' object needs an argument")))
            }
            None => Err(self.type_error(format!("unbound method {owner_name}.{name}() needs an argument"))),
            Some(x) if !self.is_a(*x, owner) => {
                let got = self.type_name(*x).to_owned();
                let verb = if self.ty(descr) == t::SLOT_WRAPPER { "requires" } else { "for" };
                Err(self.type_error(if verb == "requires" {
                    format!("descriptor '{name}' requires a '{owner_name}' object but received a '{got}'")
                } else {
                    format!("descriptor '{name}' for '{owner_name}' objects doesn't apply to a '{got}' object")
                }))
            }
            _ => Ok(()),
        }
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
    fn native_asked(&mut self, f: NativeFn, args: &[Option<Ref>], ret: Ret, ask: Ask, mark: usize) {
        self.depth = 0;
        let waiting = |vm: &mut Vm, catch| {
            args.iter().flatten().for_each(|r| vm.heap.incref_raw(*r));
            let answers = std::mem::take(&mut vm.answers);
            let frame = NativeFrame { f, args: args.to_vec(), answers, ret, catch };
            vm.cur.activations.push(Activation::Native(Box::new(frame)));
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
    fn drop_answers(&mut self) {
        for a in std::mem::take(&mut self.answers) {
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
        self.answers = std::mem::take(&mut x.answers);
        self.cursor = 0;
        let mark = self.temps.len();
        let step = f(self, Args(&args));
        let answers = std::mem::take(&mut self.answers);
        self.depth = 0;
        let Some(Activation::Native(x)) = self.cur.activations.last_mut() else { panic!("a native pushes nothing") };
        x.args = args;
        x.answers = answers;
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
        let (code_ref, code) = self.code_of(func);
        let base = self.stack_top();
        self.reserve_stack(base + code.localsplus.len() + code.stacksize as usize + 8);
        let mut locals: SmallVec<[Word; 16]> = smallvec::smallvec![Word::NULL; code.localsplus.len()];
        let bound = if code.simple && kwnames.is_none() && words.len() == code.argcount as usize {
            locals[..words.len()].copy_from_slice(&words);
            Ok(())
        } else {
            self.bind_python(func, &code, &words, kwnames, &mut locals)
        };
        kwnames.iter().for_each(|r| self.heap.decref_raw(*r));
        if let Err(e) = bound {
            locals.into_iter().for_each(|w| self.drop_word(w));
            self.drop_word(callee);
            return self.raise_ask(e);
        }
        self.cur.stack[base..base + locals.len()].copy_from_slice(&locals);
        let func = self.own_word(callee);
        self.push_frame(func, code_ref, code, base, ret);
    }
    /// Puts every word into `locals`, or drops it and says what is wrong (CPython `initialize_locals`).
    fn bind_python(&mut self, func: Ref, code: &CodeObj, words: &Words, kwnames: Option<Ref>, locals: &mut [Word]) -> Result<(), Ask> {
        let names: Vec<Ref> = kwnames.and_then(|k| self.tuple_items(k)).unwrap_or(&[]).to_vec();
        let positional = words.len() - names.len();
        let (argcount, kwonly) = (code.argcount as usize, code.kwonly as usize);
        let total = argcount + kwonly;
        let (has_args, has_kw) = (code.flags & flags::VARARGS != 0, code.flags & flags::VARKEYWORDS != 0);
        let taken = positional.min(argcount);
        locals[..taken].copy_from_slice(&words[..taken]);
        let extra: Vec<Ref> = words[taken..positional].iter().map(|w| self.own_word(*w)).collect();
        let surplus = extra.len();
        let rest = self.tuple_raw(extra);
        if has_args {
            locals[total] = Word::owned(rest.into_raw());
        } else {
            self.release(rest);
        }
        let kwdict = if has_kw {
            let d = self.dict().into_raw();
            locals[total + has_args as usize] = Word::owned(d);
            Some(d)
        } else {
            None
        };
        let mut problem = None;
        for (name, w) in names.iter().zip(&words[positional..]) {
            let result = if problem.is_none() { self.bind_keyword(func, code, *name, *w, locals, kwdict) } else { Err(None) };
            if let Err(e) = result {
                self.drop_word(*w);
                problem = problem.or(e);
            }
        }
        if let Some(e) = problem {
            return Err(e);
        }
        if surplus > 0 && !has_args {
            return Err(self.too_many_positional(func, code, positional, locals));
        }
        self.fill_defaults(func, code, taken, locals)
    }
    /// On Err the word is still the caller's.
    fn bind_keyword(&mut self, func: Ref, code: &CodeObj, name: Ref, w: Word, locals: &mut [Word], kwdict: Option<Ref>) -> Result<(), Option<Ask>> {
        let (posonly, total) = (code.posonly as usize, (code.argcount + code.kwonly) as usize);
        let params = &code.localsplus[..total];
        let same = |vm: &Vm, a: Ref| a == name || matches!((vm.str_of(a), vm.str_of(name)), (Some(x), Some(y)) if x == y);
        match (posonly..total).find(|i| same(self, params[*i])) {
            Some(i) if locals[i].is_null() => {
                locals[i] = w;
                Ok(())
            }
            Some(_) => {
                let message = format!("{}() got multiple values for argument '{}'", self.qualname_of(func), self.lossy(name));
                Err(Some(self.type_error(message)))
            }
            None => match kwdict {
                Some(d) => {
                    self.dict_set_name(d, name, w.get());
                    self.drop_word(w);
                    Ok(())
                }
                None => Err(Some(self.unexpected_keyword(func, code, name))),
            },
        }
    }
    fn unexpected_keyword(&mut self, func: Ref, code: &CodeObj, name: Ref) -> Ask {
        let (qual, text) = (self.qualname_of(func), self.lossy(name));
        let posonly: Vec<String> = code.localsplus[..code.posonly as usize].iter().map(|r| self.lossy(*r)).collect();
        if posonly.contains(&text) {
            return self.type_error(format!(
                "{qual}() got some positional-only arguments passed as keyword arguments: '{text}'"
            ));
        }
        let known: Vec<String> = code.localsplus[code.posonly as usize..(code.argcount + code.kwonly) as usize].iter().map(|r| self.lossy(*r)).collect();
        let hint = super::slow::nearest(&text, &known).map_or(String::new(), |s| format!(". Did you mean '{s}'?"));
        self.type_error(format!("{qual}() got an unexpected keyword argument '{text}'{hint}"))
    }
    pub fn qualname_of(&self, func: Ref) -> String {
        match self.heap.get(func) {
            Payload::Function(f) => self.lossy(f.qualname),
            _ => String::new(),
        }
    }
    fn too_many_positional(&mut self, func: Ref, code: &CodeObj, given: usize, locals: &[Word]) -> Ask {
        let qual = self.qualname_of(func);
        let argcount = code.argcount as usize;
        let defaults = self.defaults_of(func).len();
        let takes = if defaults > 0 { format!("from {} to {argcount}", argcount - defaults) } else { argcount.to_string() };
        let kwonly_given = (argcount..argcount + code.kwonly as usize).filter(|i| !locals[*i].is_null()).count();
        let plural = if argcount == 1 && defaults == 0 { "" } else { "s" };
        let were = if given == 1 && kwonly_given == 0 { "was" } else { "were" };
        let kw = if kwonly_given > 0 {
            let s = if given == 1 { "" } else { "s" };
            let ks = if kwonly_given == 1 { "" } else { "s" };
            format!(" positional argument{s} (and {kwonly_given} keyword-only argument{ks})")
        } else {
            String::new()
        };
        self.type_error(format!("{qual}() takes {takes} positional argument{plural} but {given}{kw} {were} given"))
    }
    fn defaults_of(&self, func: Ref) -> &[Ref] {
        match self.heap.get(func) {
            Payload::Function(f) => f.defaults.and_then(|d| self.tuple_items(d)).unwrap_or(&[]),
            _ => &[],
        }
    }
    fn fill_defaults(&mut self, func: Ref, code: &CodeObj, given: usize, locals: &mut [Word]) -> Result<(), Ask> {
        let argcount = code.argcount as usize;
        let defaults: SmallVec<[Ref; 8]> = self.defaults_of(func).iter().copied().collect();
        let first_default = argcount.saturating_sub(defaults.len());
        let missing: Vec<usize> = (given.min(first_default)..first_default).filter(|i| locals[*i].is_null()).collect();
        if !missing.is_empty() {
            return Err(self.missing_arguments(func, code, &missing, "positional"));
        }
        for i in first_default..argcount {
            if locals[i].is_null() {
                let d = defaults[i - first_default];
                self.heap.incref_raw(d);
                locals[i] = Word::owned(d);
            }
        }
        if code.kwonly == 0 {
            return Ok(());
        }
        let kwdefaults = match self.heap.get(func) {
            Payload::Function(f) => f.kwdefaults,
            _ => None,
        };
        let mut missing = Vec::new();
        for i in argcount..argcount + code.kwonly as usize {
            if locals[i].is_null() {
                match kwdefaults.and_then(|d| self.dict_get_name(d, code.localsplus[i])) {
                    Some(d) => {
                        self.heap.incref_raw(d);
                        locals[i] = Word::owned(d);
                    }
                    None => missing.push(i),
                }
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(self.missing_arguments(func, code, &missing, "keyword-only")) }
    }
    fn missing_arguments(&mut self, func: Ref, code: &CodeObj, missing: &[usize], kind: &str) -> Ask {
        let names: Vec<String> = missing.iter().map(|i| format!("'{}'", self.lossy(code.localsplus[*i]))).collect();
        let list = match names.len() {
            1 => names[0].clone(),
            2 => format!("{} and {}", names[0], names[1]),
            k => format!("{}, and {}", names[..k - 1].join(", "), names[k - 1]),
        };
        let s = if names.len() == 1 { "" } else { "s" };
        let message = format!("{}() missing {} required {kind} argument{s}: {list}", self.qualname_of(func), names.len());
        self.type_error(message)
    }
    /// Adds an answer to the native on top: for the machine's own wiring.
    pub fn push_answer(&mut self, a: Answer) {
        if let Some(Activation::Native(x)) = self.cur.activations.last_mut() {
            x.answers.push(a);
        }
    }
}
