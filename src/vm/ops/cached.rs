//! Specialised loads and stores of attributes: what was found before is in the instruction's cache units.
//!
//! LOAD_ATTR's nine units: version of the type (two), index or binding, object (two), …, count of misses. STORE_ATTR's
//! four: version (two), index, count of misses. A type's version changes with it and its bases, so a found object is alive.
use super::*;
use crate::code::opcode::{op, special};
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::objects::code::CodeObj;
use crate::vm::exec::{pick, read_u32, set_op, write_u32};
use crate::vm::{n, t};

/// Misses after which an instruction gives its form up, and executions after which it tries again.
const MISSES: u16 = 16;
const PAUSE: u16 = 64;
const LOAD_COUNT: usize = 9;
const STORE_COUNT: usize = 4;
/// The binding in unit 3: the object as it is, or a class method's function with the class.
const PLAIN: u16 = 0;
const WITH_CLASS: u16 = 1;

impl Vm {
    /// Whether a general LOAD_ATTR should look for its form now.
    #[inline(always)]
    pub(super) fn attr_try(units: &mut [u16], at: usize, store: bool) -> bool {
        let count = at + if store { STORE_COUNT } else { LOAD_COUNT };
        if units[count] == 0 {
            return true;
        }
        units[count] -= 1;
        false
    }
    #[inline(always)]
    fn load_miss(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        apart(r, |r| self.load_miss_apart(r, units, code, at, arg))
    }
    #[cold]
    #[inline(never)]
    fn load_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        units[at + LOAD_COUNT] += 1;
        if units[at + LOAD_COUNT] > MISSES {
            units[at + LOAD_COUNT] = PAUSE;
            set_op(units, at, op::LOAD_ATTR);
        }
        let flow = self.load_attr_general(r, code, at, arg);
        self.settled(r, at, flow)
    }
    #[inline(always)]
    fn store_miss(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        apart(r, |r| self.store_miss_apart(r, units, code, at, arg))
    }
    #[cold]
    #[inline(never)]
    fn store_miss_apart(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        units[at + STORE_COUNT] += 1;
        if units[at + STORE_COUNT] > MISSES {
            units[at + STORE_COUNT] = PAUSE;
            set_op(units, at, op::STORE_ATTR);
        }
        self.store_attr_general(r, code, at, arg)
    }
    /// Replaces the object on top by a borrowed attribute.
    #[inline(always)]
    fn put_attr(&mut self, r: &mut Regs, w: Word, v: Ref, method: bool) -> Flow {
        self.heap.incref_raw(v);
        self.cur.stack[r.sp - 1] = Word::owned(v);
        if method {
            self.push_word(r, Word::NULL);
        }
        self.drop_word(w);
        Flow::Next
    }
    #[inline(always)]
    fn type_is(&self, ty: Ref, units: &[u16], at: usize) -> bool {
        self.type_obj(ty).version == read_u32(units, at + 1)
    }

    #[inline(always)]
    pub(in crate::vm) fn load_attr_value(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && i.dict.is_none()
            && self.type_is(s.ty, units, at)
            && let Some(Some(v)) = i.values.get(pick(units, at + 3) as usize)
        {
            let v = *v;
            return self.put_attr(r, w, v, arg & 1 != 0);
        }
        self.load_miss(r, units, code, at, arg)
    }
    /// An instance that has a real dict: the entry where the name was found.
    #[inline(never)]
    pub(in crate::vm) fn load_attr_hint(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && let Some(dict) = i.dict
            && self.type_is(s.ty, units, at)
            && let Payload::Dict(d) = self.heap.get(dict)
            && let Some(v) = d.value_at(pick(units, at + 3) as usize, pick(&code.names, arg >> 1))
        {
            return self.put_attr(r, w, v, arg & 1 != 0);
        }
        self.load_miss(r, units, code, at, arg)
    }
    #[inline]
    pub(in crate::vm) fn load_attr_slot(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && self.type_is(s.ty, units, at)
            && let Some(Some(v)) = i.slots.get(pick(units, at + 3) as usize)
        {
            let v = *v;
            return self.put_attr(r, w, v, arg & 1 != 0);
        }
        self.load_miss(r, units, code, at, arg)
    }
    /// A method of an instance whose inline values cannot hide it: the name is none of the class's keys.
    #[inline(always)]
    pub(in crate::vm) fn load_attr_method(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && i.dict.is_none()
            && self.type_is(s.ty, units, at)
        {
            return self.put_method(r, w, Ref::fixed(read_u32(units, at + 4)));
        }
        self.load_miss(r, units, code, at, arg)
    }
    /// A method of an object without attributes of its own.
    #[inline(always)]
    pub(in crate::vm) fn load_attr_method_no_dict(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        if self.type_is(self.word_slot(w).ty, units, at) {
            return self.put_method(r, w, Ref::fixed(read_u32(units, at + 4)));
        }
        self.load_miss(r, units, code, at, arg)
    }
    #[inline(always)]
    fn put_method(&mut self, r: &mut Regs, w: Word, f: Ref) -> Flow {
        self.heap.incref_raw(f);
        self.cur.stack[r.sp - 1] = Word::owned(f);
        self.push_word(r, w);
        Flow::Next
    }
    /// A class attribute read through an instance, which is no descriptor, or a static or class method.
    #[inline(never)]
    pub(in crate::vm) fn load_attr_of_type(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && i.dict.is_none()
            && self.type_is(s.ty, units, at)
        {
            let (v, ty) = (Ref::fixed(read_u32(units, at + 4)), s.ty);
            return self.put_of_type(r, w, v, ty, units[at + 3], arg);
        }
        self.load_miss(r, units, code, at, arg)
    }
    #[inline]
    fn put_of_type(&mut self, r: &mut Regs, w: Word, v: Ref, ty: Ref, binding: u16, arg: usize) -> Flow {
        if binding == WITH_CLASS {
            self.heap.incref_raw(v);
            self.heap.incref_raw(ty);
            self.cur.stack[r.sp - 1] = Word::owned(v);
            self.push_word(r, Word::owned(ty));
            self.drop_word(w);
            return Flow::Next;
        }
        self.put_attr(r, w, v, arg & 1 != 0)
    }
    /// An attribute of a class whose metaclass is `type`.
    #[inline(never)]
    pub(in crate::vm) fn load_attr_class(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Type(x) = &s.payload
            && s.ty == t::TYPE
            && x.version == read_u32(units, at + 1)
        {
            return self.put_of_type(r, w, Ref::fixed(read_u32(units, at + 4)), w.get(), units[at + 3], arg);
        }
        self.load_miss(r, units, code, at, arg)
    }
    #[inline(never)]
    pub(in crate::vm) fn load_attr_module(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let w = self.peek(r, 1);
        let s = self.word_slot(w);
        if let Payload::Module(m) = &s.payload
            && s.ty == t::MODULE
            && let Payload::Dict(d) = self.heap.get(m.dict)
            && let Some(v) = d.value_at(pick(units, at + 3) as usize, pick(&code.names, arg >> 1))
        {
            return self.put_attr(r, w, v, arg & 1 != 0);
        }
        self.load_miss(r, units, code, at, arg)
    }
    /// A property whose getter is a plain Python function: entered with the object as its argument.
    #[inline(never)]
    pub(in crate::vm) fn load_attr_property(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize, watched: bool) -> Flow {
        let w = self.peek(r, 1);
        if self.type_is(self.word_slot(w).ty, units, at) {
            let f = Ref::fixed(read_u32(units, at + 4));
            if self.enter_simple(r, at, Word::borrowed(f), r.sp - 1, r.sp - 1, (Ret::Push, watched)) {
                return Flow::Reload;
            }
        }
        self.load_miss(r, units, code, at, arg)
    }

    /// Looks for the form of a general LOAD_ATTR that meets this object, and notes it.
    #[inline(never)]
    pub(super) fn specialize_load(&mut self, units: &mut [u16], name: Ref, at: usize, arg: usize, obj: Ref) {
        match self.load_form(units, name, at, arg, obj) {
            Some(form) => set_op(units, at, form),
            None => units[at + LOAD_COUNT] = PAUSE,
        }
    }
    fn load_form(&mut self, units: &mut [u16], name: Ref, at: usize, arg: usize, obj: Ref) -> Option<u8> {
        let ty = self.ty(obj);
        if !self.type_obj(ty).has(type_flags::PLAIN_GETATTRIBUTE) || !self.str_of(name)?.interned.get() {
            return None;
        }
        let method = arg & 1 != 0;
        write_u32(units, at + 1, self.type_obj(ty).version);
        match self.heap.get(obj) {
            Payload::Module(m) => {
                let dict = m.dict;
                if ty != t::MODULE || self.lookup(ty, name).is_some() {
                    return None;
                }
                units[at + 3] = u16::try_from(self.dict_find_name(dict, name)?).ok()?;
                Some(special::LOAD_ATTR_MODULE)
            }
            Payload::Type(x) => {
                write_u32(units, at + 1, x.version);
                if ty != t::TYPE || self.lookup(ty, name).is_some() {
                    return None;
                }
                let a = self.lookup(obj, name)?;
                self.note_of_type(units, at, a, method, true)?;
                Some(special::LOAD_ATTR_CLASS)
            }
            Payload::Instance(_) => self.instance_form(units, name, at, method, obj),
            Payload::Super(_) => None,
            _ => {
                let f = self.lookup(ty, name)?;
                if !method || self.type_obj(ty).has_dict || !matches!(self.ty(f), t::FUNCTION | t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) {
                    return None;
                }
                write_u32(units, at + 4, f.raw());
                Some(special::LOAD_ATTR_METHOD_NO_DICT)
            }
        }
    }
    fn instance_form(&mut self, units: &mut [u16], name: Ref, at: usize, method: bool, obj: Ref) -> Option<u8> {
        let ty = self.ty(obj);
        let attr = self.lookup(ty, name);
        if let Some(a) = attr {
            match self.heap.get(a) {
                Payload::Member(m) => {
                    units[at + 3] = u16::try_from(m.index).ok()?;
                    return Some(special::LOAD_ATTR_SLOT);
                }
                // An AttributeError of the getter goes to `__getattr__` where there is one.
                Payload::Property(p) if !method && self.ty(a) == t::PROPERTY && self.type_obj(ty).has(type_flags::PLAIN_GETATTR) => {
                    let f = p.fget?;
                    write_u32(units, at + 4, f.raw());
                    return matches!(self.heap.get(f), Payload::Function(_)).then_some(special::LOAD_ATTR_PROPERTY);
                }
                _ => {}
            }
            if self.is_data_descriptor(a) {
                return None;
            }
        }
        let Payload::Instance(i) = self.heap.get(obj) else { return None };
        let (dict, key) = (i.dict, self.type_obj(ty).key_at(name));
        if self.instance_attr(obj, name).is_some() {
            // Class attributes that the instance's own hides may become data descriptors only where their type can change.
            if attr.is_some_and(|a| self.type_obj(self.ty(a)).has(type_flags::HEAP)) {
                return None;
            }
            return match dict {
                Some(d) => {
                    units[at + 3] = u16::try_from(self.dict_find_name(d, name)?).ok()?;
                    Some(special::LOAD_ATTR_WITH_HINT)
                }
                None => {
                    units[at + 3] = u16::try_from(key?).ok()?;
                    Some(special::LOAD_ATTR_INSTANCE_VALUE)
                }
            };
        }
        if dict.is_some() || key.is_some() {
            return None;
        }
        let a = attr?;
        if method && self.ty(a) == t::FUNCTION {
            write_u32(units, at + 4, a.raw());
            return Some(special::LOAD_ATTR_METHOD_WITH_VALUES);
        }
        self.note_of_type(units, at, a, method, false)?;
        Some(special::LOAD_ATTR_NONDESCRIPTOR_WITH_VALUES)
    }
    /// Notes a class attribute that binds to nothing, or a static or class method.
    fn note_of_type(&mut self, units: &mut [u16], at: usize, a: Ref, method: bool, through_class: bool) -> Option<()> {
        let ty = self.ty(a);
        let may_bind = self.type_obj(ty).has(type_flags::HEAP) || self.lookup(ty, n::__GET__).is_some();
        let (value, binding) = match self.heap.get(a) {
            Payload::Function(_) if through_class => (a, PLAIN),
            Payload::Native(_) if matches!(ty, t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER) && through_class => (a, PLAIN),
            Payload::Native(_) if ty == t::BUILTIN => (a, PLAIN),
            Payload::Wrapper(f, _) if ty == t::STATICMETHOD => (*f, PLAIN),
            Payload::Wrapper(f, _) if ty == t::CLASSMETHOD && method => (*f, WITH_CLASS),
            Payload::Type(_) if ty == t::TYPE => (a, PLAIN),
            _ if may_bind => return None,
            _ => (a, PLAIN),
        };
        units[at + 3] = binding;
        write_u32(units, at + 4, value.raw());
        Some(())
    }

    /// Stack: value, object. The value replaces one that is there, or is the next of the class's keys.
    #[inline(always)]
    pub(in crate::vm) fn store_attr_value(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let (value, w) = (self.peek(r, 2), self.peek(r, 1));
        let index = pick(units, at + 3) as usize;
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && i.dict.is_none()
            && (i.values.len() == index || matches!(i.values.get(index), Some(Some(_))))
            && self.type_is(s.ty, units, at)
        {
            r.sp -= 2;
            let v = self.own_word(value);
            let Payload::Instance(i) = self.heap.get_mut(w.get()) else { return Flow::Next };
            match i.values.get_mut(index) {
                Some(place) => {
                    let old = place.replace(v);
                    if let Some(old) = old {
                        self.heap.decref_raw(old);
                    }
                }
                None => i.values.push(Some(v)),
            }
            self.drop_word(w);
            return Flow::Next;
        }
        self.store_miss(r, units, code, at, arg)
    }
    #[inline]
    pub(in crate::vm) fn store_attr_slot(&mut self, r: &mut Regs, units: &mut [u16], code: &CodeObj, at: usize, arg: usize) -> Flow {
        let (value, w) = (self.peek(r, 2), self.peek(r, 1));
        let index = pick(units, at + 3) as usize;
        let s = self.word_slot(w);
        if let Payload::Instance(i) = &s.payload
            && i.slots.len() > index
            && self.type_is(s.ty, units, at)
        {
            r.sp -= 2;
            let v = self.own_word(value);
            let Payload::Instance(i) = self.heap.get_mut(w.get()) else { return Flow::Next };
            if let Some(old) = i.slots[index].replace(v) {
                self.heap.decref_raw(old);
            }
            self.drop_word(w);
            return Flow::Next;
        }
        self.store_miss(r, units, code, at, arg)
    }
    #[inline(never)]
    pub(super) fn specialize_store(&mut self, units: &mut [u16], name: Ref, at: usize, obj: Ref) {
        match self.store_form(units, name, at, obj) {
            Some(form) => set_op(units, at, form),
            None => units[at + STORE_COUNT] = PAUSE,
        }
    }
    fn store_form(&mut self, units: &mut [u16], name: Ref, at: usize, obj: Ref) -> Option<u8> {
        let ty = self.ty(obj);
        if !self.type_obj(ty).has(type_flags::PLAIN_SETATTR) || !matches!(self.heap.get(obj), Payload::Instance(_)) {
            return None;
        }
        write_u32(units, at + 1, self.type_obj(ty).version);
        if let Some(a) = self.lookup(ty, name) {
            if let Payload::Member(m) = self.heap.get(a) {
                units[at + 3] = u16::try_from(m.index).ok()?;
                return Some(special::STORE_ATTR_SLOT);
            }
            if self.type_obj(self.ty(a)).has(type_flags::HEAP) || self.is_data_descriptor(a) {
                return None;
            }
        }
        if !self.type_obj(ty).has_dict {
            return None;
        }
        units[at + 3] = u16::try_from(self.type_obj(ty).key_at(name)?).ok()?;
        Some(special::STORE_ATTR_INSTANCE_VALUE)
    }
}
