//! Attribute loads, stores and deletions; `super()`.
use super::*;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::objects::code::CodeObj;
use crate::vm::api::Found;
use crate::vm::{n, slow, t};

impl Vm {
    #[inline(never)]
    pub(in crate::vm) fn load_attr(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        if Self::attr_try(units, at, false) {
            let obj = self.peek(r, 1).get();
            self.specialize_load(units, code.names[arg >> 1], at, arg, obj);
        }
        self.load_attr_general(r, code, at, arg)
    }
    pub(super) fn load_attr_general(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg >> 1];
        let w = self.peek(r, 1);
        let obj = w.get();
        let ty = self.ty(obj);
        if self.type_obj(ty).has(type_flags::PLAIN_GETATTR | type_flags::PLAIN_GETATTRIBUTE) {
            if arg & 1 != 0 {
                if let Some(flow) = self.load_method(r, w, ty, name) {
                    return flow;
                }
            } else if let Some(v) = self.plain_attr(obj, ty, name) {
                self.cur.stack[r.sp - 1] = Word::owned(v.into_raw());
                self.drop_word(w);
                return Flow::Next;
            } else if matches!(self.heap.get(obj), Payload::Instance(_))
                && let Some(flow) = self.load_by_function(r, at, arg, name)
            {
                return flow;
            }
        }
        self.load_attr_slow(r, at, name, arg & 1 != 0)
    }
    /// An instance's attribute that a Python function gives: a property, a descriptor's `__get__`, or the class's `__getattr__`.
    fn load_by_function(&mut self, r: &mut Regs, at: usize, arg: usize, name: Ref) -> Option<Flow> {
        let w = self.peek(r, 1);
        let obj = w.get();
        let ty = self.ty(obj);
        let plain = self.type_obj(ty).has(type_flags::PLAIN_GETATTR);
        let hook = if plain { None } else { Some(self.lookup(ty, n::__GETATTR__).filter(|g| self.ty(*g) == t::FUNCTION)?) };
        let Some(found) = self.lookup(ty, name) else {
            let hook = hook?;
            if self.instance_attr(obj, name).is_some() || self.odd_dict(obj).is_some() {
                return None;
            }
            r.sp -= 1;
            self.save(r, at);
            self.call_words(Word::borrowed(hook), Words::from_slice(&[w, Word::borrowed(name)]), None, Ret::Push);
            return Some(Flow::Reload);
        };
        // The name is read again from the instruction, without its prefix.
        if hook.is_some() && arg > 0xFF {
            return None;
        }
        let (f, descriptor) = self.python_getter(obj, found, name)?;
        let mut words = Words::new();
        if descriptor {
            self.heap.incref_raw(found);
            words.push(Word::owned(found));
        }
        self.heap.incref_raw(obj);
        words.push(Word::owned(obj));
        if descriptor {
            self.heap.incref_raw(ty);
            words.push(Word::owned(ty));
        }
        let ret = if hook.is_some() { Ret::Attribute } else { Ret::Push };
        if hook.is_none() {
            r.sp -= 1;
        }
        self.save(r, at);
        self.call_words(Word::borrowed(f), words, None, ret);
        if hook.is_none() {
            self.drop_word(w);
        }
        Some(Flow::Reload)
    }
    /// The function that reads a property (false) or descriptor (true), where nothing of the instance goes before it.
    fn python_getter(&mut self, obj: Ref, found: Ref, name: Ref) -> Option<(Ref, bool)> {
        match self.heap.get(found) {
            Payload::Property(p) if self.ty(found) == t::PROPERTY => p.fget.filter(|f| self.ty(*f) == t::FUNCTION).map(|f| (f, false)),
            Payload::Instance(_) => {
                let kind = self.ty(found);
                let get = self.lookup(kind, n::__GET__).filter(|f| self.ty(*f) == t::FUNCTION)?;
                let first = self.is_data_descriptor(found) || self.instance_attr(obj, name).is_none() && self.odd_dict(obj).is_none();
                first.then_some((get, true))
            }
            _ => None,
        }
    }
    /// An instance attribute or plain class attribute, where no descriptor has to be called.
    #[inline]
    fn plain_attr(&mut self, obj: Ref, ty: Ref, name: Ref) -> Option<Owned> {
        match self.heap.get(obj) {
            Payload::Instance(_) => {}
            Payload::Module(m) => {
                let v = self.dict_get_name(m.dict, name)?;
                return Some(self.incref(v));
            }
            _ => return None,
        }
        match self.lookup(ty, name) {
            None => {}
            Some(a) => {
                match self.heap.get(a) {
                    Payload::Member(m) => {
                        let v = self.slot_values(obj)?.get(m.index as usize).copied().flatten()?;
                        return Some(self.incref(v));
                    }
                    Payload::Function(_) | Payload::Int(_) | Payload::Str(_) | Payload::Float(_) | Payload::List(_) | Payload::Dict(_) => {}
                    _ => return None,
                }
                if self.instance_attr(obj, name).is_none() {
                    if self.odd_dict(obj).is_some() {
                        return None;
                    }
                    return match self.heap.get(a) {
                        Payload::Function(_) => Some(self.bound_method(a, obj)),
                        _ => Some(self.incref(a)),
                    };
                }
            }
        }
        let v = self.instance_attr(obj, name)?;
        Some(self.incref(v))
    }
    /// A method call's load: pushes function and self instead of making a bound method.
    #[inline]
    fn load_method(&mut self, r: &mut Regs, w: Word, ty: Ref, name: Ref) -> Option<Flow> {
        let obj = w.get();
        match self.heap.get(obj) {
            Payload::Type(_) | Payload::Super(_) => return None,
            Payload::Module(_) => {
                let v = self.plain_attr(obj, ty, name)?;
                self.cur.stack[r.sp - 1] = Word::owned(v.into_raw());
                self.push_word(r, Word::NULL);
                self.drop_word(w);
                return Some(Flow::Next);
            }
            _ => {}
        }
        let f = self.lookup(ty, name)?;
        if !matches!(self.ty(f), t::FUNCTION | t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) || self.instance_attr(obj, name).is_some() || self.odd_dict(obj).is_some() {
            return None;
        }
        self.heap.incref_raw(f);
        self.cur.stack[r.sp - 1] = Word::owned(f);
        self.push_word(r, w);
        Some(Flow::Next)
    }
    #[inline(never)]
    fn load_attr_slow(&mut self, r: &mut Regs, at: usize, name: Ref, method: bool) -> Flow {
        if method {
            // callable, NULL: the NULL goes on top once the value is there.
            let w = self.pop(r);
            let obj = w.get();
            let mark = self.temps.len();
            self.cursor = 0;
            self.answers.clear();
            match self.find_attr(obj, name) {
                Ok(Found::Value(v)) => {
                    self.release_temps(mark);
                    self.push(r, v);
                    self.push_word(r, Word::NULL);
                    self.drop_word(w);
                    return Flow::Next;
                }
                Ok(Found::Call(..)) => {}
                Err(Ask::Raise(e)) => {
                    self.release_temps(mark);
                    self.drop_word(w);
                    return self.raise(Ask::Raise(e));
                }
                Err(ask) => self.forget(ask),
            }
            self.drop_answers();
            self.release_temps(mark);
            self.push_word(r, w);
            return self.slow_op(r, at, slow::getattr_for_call, 1, &[name], Ret::Unpack);
        }
        self.slow_op(r, at, slow::getattr, 1, &[name], Ret::Push)
    }
    /// Drops a request that will be made again.
    pub fn forget(&mut self, ask: Ask) {
        let mut refs = Vec::new();
        match ask {
            Ask::Need { request, .. } | Ask::Tail(request) => request.visit(&mut |r| refs.push(r)),
            Ask::Raise(e) => refs.push(e.into_raw()),
            Ask::Syscall(_) => {}
        }
        refs.into_iter().for_each(|r| self.heap.decref_raw(r));
    }
    /// Stack: value, object.
    #[inline(never)]
    pub(in crate::vm) fn store_attr_op(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        if Self::attr_try(units, at, true) {
            let obj = self.peek(r, 1).get();
            self.specialize_store(units, code.names[arg], at, obj);
        }
        self.store_attr_general(r, code, at, arg)
    }
    pub(super) fn store_attr_general(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg];
        let (value, obj) = (self.peek(r, 2), self.peek(r, 1));
        let ty = self.ty(obj.get());
        if self.type_obj(ty).has(type_flags::PLAIN_SETATTR)
            && matches!(self.heap.get(obj.get()), Payload::Instance(_))
            && self.lookup(ty, name).is_none_or(|a| matches!(self.heap.get(a), Payload::Int(_) | Payload::Str(_) | Payload::Unit))
            && self.odd_dict(obj.get()).is_none()
            && self.set_instance_attr(obj.get(), name, Some(value.get()))
        {
            r.sp -= 2;
            self.drop_word(obj);
            self.drop_word(value);
            return Flow::Next;
        }
        if self.type_obj(ty).has(type_flags::PLAIN_SETATTR)
            && let Some((f, descr)) = self.python_setter(ty, name)
        {
            let first = descr.map(|d| {
                self.heap.incref_raw(d);
                Word::owned(d)
            });
            let words = first.into_iter().chain([obj, value]).collect();
            r.sp -= 2;
            self.save(r, at);
            self.call_words(Word::borrowed(f), words, None, Ret::Discard);
            return Flow::Reload;
        }
        self.slow_op(r, at, slow::setattr, 2, &[name], Ret::Discard)
    }
    /// A property's setter, or a descriptor's `__set__` with the descriptor, where they are Python functions.
    fn python_setter(&mut self, ty: Ref, name: Ref) -> Option<(Ref, Option<Ref>)> {
        let a = self.lookup(ty, name)?;
        match self.heap.get(a) {
            Payload::Property(p) if self.ty(a) == t::PROPERTY => p.fset.filter(|f| self.ty(*f) == t::FUNCTION).map(|f| (f, None)),
            Payload::Instance(_) => {
                let kind = self.ty(a);
                let f = self.lookup(kind, n::__SET__)?;
                (self.ty(f) == t::FUNCTION).then_some((f, Some(a)))
            }
            _ => None,
        }
    }
    #[inline(never)]
    pub(in crate::vm) fn delete_attr_op(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        self.slow_op(r, at, slow::delattr, 1, &[code.names[arg]], Ret::Discard)
    }
    /// `super().method` with nothing to ask: a function with self, or a static method (`__new__`) with NULL.
    fn super_fast(&mut self, r: &mut Regs, name: Ref, method: bool) -> bool {
        let (sup, cls, w) = (self.peek(r, 3), self.peek(r, 2), self.peek(r, 1));
        let obj = w.get();
        if !method || sup.get() != t::SUPER || !self.is_type(cls.get()) || name == n::__CLASS__ {
            return false;
        }
        let through_class = self.is_type(obj) && self.is_subtype(obj, cls.get());
        let ty = if through_class { obj } else { self.ty(obj) };
        if !through_class && !self.is_subtype(ty, cls.get()) {
            return false;
        }
        let Some(f) = self.lookup_after(ty, cls.get(), name) else { return false };
        let (f, bind) = match self.heap.get(f) {
            Payload::Wrapper(g, _) if self.ty(f) == t::STATICMETHOD => (*g, false),
            Payload::Native(_) if self.ty(f) == t::BUILTIN => (f, false),
            _ if !through_class && matches!(self.ty(f), t::FUNCTION | t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) => (f, true),
            _ => return false,
        };
        self.heap.incref_raw(f);
        r.sp -= 1;
        self.cur.stack[r.sp - 2] = Word::owned(f);
        self.cur.stack[r.sp - 1] = if bind { w } else { Word::NULL };
        self.drop_word(sup);
        self.drop_word(cls);
        if !bind {
            self.drop_word(w);
        }
        true
    }
    /// Stack: super, class, self.
    #[inline(never)]
    pub(in crate::vm) fn load_super_attr(&mut self, r: &mut Regs, code: &CodeObj, at: usize, arg: usize) -> Flow {
        let name = code.names[arg >> 2];
        if self.super_fast(r, name, arg & 1 != 0) {
            return Flow::Next;
        }
        let given = crate::vm::fixed::bool_ref(arg & 2 != 0);
        if arg & 1 != 0 {
            return self.slow_op(r, at, slow::super_method, 3, &[name, given], Ret::Unpack);
        }
        self.slow_op(r, at, slow::super_attr, 3, &[name, given], Ret::Push)
    }
}
