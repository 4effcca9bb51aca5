//! Attribute access: the look-up rules of `object`, `type` and modules, as straight code for natives and opcodes alike.
//!
//! Source: CPython `Objects/object.c` (`PyObject_GenericGetAttr`), `Objects/typeobject.c` (`type_getattro`).
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::step::{Ask, Refs, Step};
use crate::vm::{CacheEntry, Vm, fixed, n, t};
use smallvec::smallvec;

/// What an attribute look-up found.
pub enum Found {
    Value(Owned),
    /// A descriptor written in Python must be called to give the value.
    Call(Ref, Refs),
}

const CACHE_SIZE: usize = 4096;

impl Vm {
    /// The attribute of a type along its MRO (borrowed), without binding.
    #[inline]
    pub fn lookup(&mut self, ty: Ref, name: Ref) -> Option<Ref> {
        let version = self.type_obj(ty).version;
        let at = (version as usize ^ (name.raw() as usize).wrapping_mul(31)) & (CACHE_SIZE - 1);
        if let Some(e) = self.method_cache.get(at)
            && e.version == version
            && e.name == name.raw()
        {
            return e.found;
        }
        self.lookup_slow(ty, name, version, at)
    }
    #[inline(never)]
    fn lookup_slow(&mut self, ty: Ref, name: Ref, version: u32, at: usize) -> Option<Ref> {
        let found = self.type_obj(ty).mro.iter().find_map(|k| self.dict_get_name(self.type_obj(*k).dict, name));
        if self.method_cache.is_empty() {
            self.method_cache = vec![CacheEntry { version: 0, name: 0, found: None }; CACHE_SIZE];
        }
        let interned = self.str_of(name).is_some_and(|s| s.interned.get());
        if version != 0 && interned {
            self.method_cache[at] = CacheEntry { version, name: name.raw(), found };
        }
        found
    }
    /// A special method: looked up on the type, never on the instance.
    #[inline]
    pub fn lookup_special(&mut self, obj: Ref, name: Ref) -> Option<Ref> {
        let ty = self.ty(obj);
        self.lookup(ty, name)
    }
    /// A special method ready to be called: the callable, and whether the object goes in front of the arguments.
    pub fn bind_special(&mut self, f: Ref, obj: Ref) -> Result<(Ref, bool), Ask> {
        match self.ty(f) {
            t::FUNCTION | t::SLOT_WRAPPER | t::METHOD_DESCRIPTOR => Ok((f, true)),
            _ => {
                let ty = self.ty(obj);
                match self.descriptor_get(f, Some(obj), ty)? {
                    Found::Value(v) => Ok((self.keep(v), false)),
                    Found::Call(g, args) => Ok((self.call(g, &args)?, false)),
                }
            }
        }
    }
    /// Whether a class attribute overrides the instance's own: it has `__set__` or `__delete__`.
    pub fn is_data_descriptor(&mut self, r: Ref) -> bool {
        match self.heap.get(r) {
            Payload::Property(_) | Payload::Member(_) | Payload::GetSet(_) => true,
            Payload::Function(_) | Payload::Native(_) | Payload::Wrapper(..) | Payload::Int(_) | Payload::Str(_) => false,
            _ => {
                let ty = self.ty(r);
                self.lookup(ty, n::__SET__).is_some() || self.lookup(ty, n::__DELETE__).is_some()
            }
        }
    }
    /// Binds a class attribute: `descr.__get__(obj, ty)`, or the attribute itself when it is no descriptor.
    pub fn descriptor_get(&mut self, descr: Ref, obj: Option<Ref>, ty: Ref) -> Result<Found, Ask> {
        use Payload::*;
        let value = match (self.heap.get(descr), obj) {
            (Function(_), Some(obj)) => self.bound_method(descr, obj),
            (Native(nat), _) => {
                let nat = (**nat).clone();
                return Ok(Found::Value(self.bind_native(descr, nat, obj, ty)));
            }
            (Wrapper(f, _), _) if self.is_a(descr, t::STATICMETHOD) => {
                let f = *f;
                self.incref(f)
            }
            (Wrapper(f, _), _) => {
                let f = *f;
                self.bound_method(f, ty)
            }
            (Property(p), Some(obj)) => {
                return match p.fget {
                    Some(g) => Ok(Found::Call(g, smallvec![obj])),
                    None => Err(self.property_error(descr, obj, "getter")),
                };
            }
            (Member(m), Some(obj)) => {
                let (index, name) = (m.index as usize, m.name);
                match self.slot_values(obj).and_then(|s| s.get(index).copied().flatten()) {
                    Some(v) => self.incref(v),
                    None => {
                        let message = format!("'{}' object has no attribute '{}'", self.full_type_name(obj), self.lossy(name));
                        return Err(self.attribute_error(obj, name, message));
                    }
                }
            }
            (GetSet(g), Some(obj)) => {
                let f = self.natives[g.native as usize].def.f;
                return f(self, crate::vm::Args(&[Some(obj)])).map(Found::Value);
            }
            (Function(_) | Property(_) | Member(_) | GetSet(_) | Int(_) | Str(_), _) => self.incref(descr),
            _ => match self.lookup_special(descr, n::__GET__) {
                None => self.incref(descr),
                Some(g) => {
                    let (g, args) = self.special_call(g, descr, &[obj.unwrap_or(fixed::NONE), ty])?;
                    return Ok(Found::Call(g, args));
                }
            },
        };
        Ok(Found::Value(value))
    }
    pub fn bound_method(&mut self, func: Ref, obj: Ref) -> Owned {
        self.heap.incref_raw(func);
        self.heap.incref_raw(obj);
        self.heap.alloc(t::METHOD, Payload::Method(func, obj), 0)
    }
    fn bind_native(&mut self, descr: Ref, nat: crate::objects::function::NativeObj, obj: Option<Ref>, ty: Ref) -> Owned {
        let (result_ty, receiver) = match (self.ty(descr), obj) {
            (t::METHOD_DESCRIPTOR, Some(obj)) => (t::BUILTIN, obj),
            (t::SLOT_WRAPPER, Some(obj)) => (t::METHOD_WRAPPER, obj),
            (t::CLASSMETHOD_DESCRIPTOR, _) => (t::BUILTIN, ty),
            _ => return self.incref(descr),
        };
        let mut nat = nat;
        nat.receiver = Some(receiver);
        let payload = Payload::Native(Box::new(nat));
        crate::heap::Payload::visit(&payload, &mut |r| self.heap.incref_raw(r));
        self.heap.alloc(result_ty, payload, 0)
    }
    pub(super) fn property_error(&mut self, prop: Ref, obj: Ref, what: &str) -> Ask {
        let qual = self.type_obj(self.ty(obj)).qualname;
        let qual = self.lossy(qual);
        let name = match self.heap.get(prop) {
            Payload::Property(p) => p.name,
            _ => None,
        };
        let message = match name {
            Some(name) => {
                let name = self.repr_text(name);
                format!("property {name} of '{qual}' object has no {what}")
            }
            None => format!("property of '{qual}' object has no {what}"),
        };
        self.error(t::ATTRIBUTE_ERROR, message)
    }
    /// Values of `__slots__` of an object.
    pub fn slot_values(&self, obj: Ref) -> Option<&[Option<Ref>]> {
        match self.heap.get(obj) {
            Payload::Instance(i) => Some(&i.slots),
            Payload::Exc(e) => Some(&e.slots),
            _ => self.heap.extra(obj).map(|x| &x.slots[..]),
        }
    }
    pub(super) fn slot_place(&mut self, obj: Ref, index: usize) -> Option<&mut Option<Ref>> {
        if matches!(self.heap.get(obj), Payload::Instance(_)) {
            return match self.heap.get_mut(obj) {
                Payload::Instance(i) => i.slots.get_mut(index),
                _ => None,
            };
        }
        if matches!(self.heap.get(obj), Payload::Exc(_)) {
            return self.exc_mut(obj).slots.get_mut(index);
        }
        self.heap.extra_mut(obj).slots.get_mut(index)
    }
    /// "'X' object has no attribute 'y'".
    pub fn no_attribute(&mut self, obj: Ref, name: Ref) -> Ask {
        let text = if self.is_type(obj) {
            format!("type object '{}' has no attribute '{}'", self.type_obj(obj).name, self.lossy(name))
        } else if let Payload::Module(m) = self.heap.get(obj) {
            let dict = m.dict;
            match self.dict_get_name(dict, n::__NAME__).map(|r| self.lossy(r)) {
                Some(module) => format!("module '{module}' has no attribute '{}'", self.lossy(name)),
                None => format!("module has no attribute '{}'", self.lossy(name)),
            }
        } else {
            format!("'{}' object has no attribute '{}'", self.dotted_type_name(obj), self.lossy(name))
        };
        self.attribute_error(obj, name, text)
    }

    /// The name of an object's type as C code knows it: with the module where a built-in type has another than `builtins`.
    pub fn dotted_type_name(&self, obj: Ref) -> String {
        let x = self.type_obj(self.ty(obj));
        let module = if x.has(type_flags::HEAP) && !x.has(type_flags::STANDS_FOR_NATIVE) { None } else { self.dict_get_name(x.dict, n::__MODULE__).and_then(|m| self.utf8(m)) };
        match module {
            Some(m) if m != "builtins" => format!("{m}.{}", x.name),
            _ => x.name.clone(),
        }
    }
    /// An attribute held by the instance itself (borrowed).
    #[inline]
    pub fn instance_attr(&self, obj: Ref, name: Ref) -> Option<Ref> {
        match self.heap.get(obj) {
            Payload::Instance(i) => match i.dict {
                Some(d) => self.dict_get_name(d, name),
                None => {
                    let at = self.type_obj(self.ty(obj)).key_at(name)?;
                    i.values.get(at).copied().flatten()
                }
            },
            Payload::Module(m) => self.dict_get_name(m.dict, name),
            Payload::Function(f) => self.dict_get_name(f.dict?, name),
            Payload::Exc(e) => self.dict_get_name(e.dict?, name),
            Payload::Wrapper(_, d) => self.dict_get_name((*d)?, name),
            _ => self.dict_get_name(self.heap.extra(obj)?.dict?, name),
        }
    }
    /// The instance's dict, made if the type allows one.
    pub fn instance_dict(&mut self, obj: Ref) -> Option<Ref> {
        let has = self.type_obj(self.ty(obj)).has_dict;
        match self.heap.get(obj) {
            Payload::Module(m) => return Some(m.dict),
            Payload::Instance(i) if i.dict.is_some() => return i.dict,
            Payload::Function(f) if f.dict.is_some() => return f.dict,
            Payload::Exc(e) if e.dict.is_some() => return e.dict,
            Payload::Wrapper(_, Some(d)) => return Some(*d),
            Payload::Type(_) => return None,
            _ => {}
        }
        if let Some(d) = self.heap.extra(obj).and_then(|x| x.dict) {
            return Some(d);
        }
        if !has {
            return None;
        }
        let dict = self.dict().into_raw();
        let values = match self.heap.get_mut(obj) {
            Payload::Instance(i) => {
                i.dict = Some(dict);
                std::mem::take(&mut i.values)
            }
            Payload::Function(f) => {
                f.dict = Some(dict);
                Default::default()
            }
            Payload::Exc(e) => {
                e.dict = Some(dict);
                Default::default()
            }
            Payload::Wrapper(_, d) => {
                *d = Some(dict);
                Default::default()
            }
            _ => {
                self.heap.extra_mut(obj).dict = Some(dict);
                Default::default()
            }
        };
        self.move_inline_values(obj, dict, values);
        Some(dict)
    }
    fn move_inline_values(&mut self, obj: Ref, dict: Ref, values: smallvec::SmallVec<[Option<Ref>; 6]>) {
        let ty = self.ty(obj);
        if matches!(self.heap.get(obj), Payload::Instance(_)) {
            let places = self.type_obj(ty).keys.len() as u8 + self.type_obj(ty).usable_keys;
            self.dict_mut(dict).share_keys(places);
        }
        for (i, v) in values.into_iter().enumerate() {
            if let Some(v) = v {
                let key = self.type_obj(ty).keys[i];
                self.dict_set_name(dict, key, v);
                self.heap.decref_raw(v);
            }
        }
    }
    /// Stores (Some) or deletes (None) an attribute in the instance itself; false when there is no place or nothing to delete.
    pub fn set_instance_attr(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> bool {
        if let Payload::Instance(i) = self.heap.get(obj)
            && i.dict.is_none()
        {
            return self.set_inline(obj, name, value);
        }
        let Some(dict) = self.instance_dict(obj) else { return false };
        match value {
            Some(v) => {
                self.dict_set_name(dict, name, v);
                true
            }
            None => match self.dict_del_name(dict, name) {
                Some(old) => {
                    self.release(old);
                    true
                }
                None => false,
            },
        }
    }
    /// Most keys that instances of a class share (PEP 412); an instance with more gets a dict of its own.
    pub const SHARED_KEYS_MAX: usize = 30;
    fn set_inline(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> bool {
        let ty = self.ty(obj);
        if !self.type_obj(ty).has_dict {
            return false;
        }
        let at = match (self.type_obj(ty).key_at(name), value) {
            (Some(i), _) => i,
            (None, None) => return false,
            (None, Some(_)) => {
                let interned = self.str_of(name).is_some_and(|s| s.interned.get());
                let (count, usable) = (self.type_obj(ty).keys.len(), self.type_obj(ty).usable_keys);
                if usable == 0 || !interned {
                    let _ = self.instance_dict(obj);
                    return self.set_instance_attr(obj, name, value);
                }
                self.heap.incref_raw(name);
                let x = self.type_obj_mut(ty);
                x.keys.push(name);
                x.usable_keys = x.usable_keys.saturating_sub(1);
                if self.lookup(ty, name).is_some() {
                    // From now on instances may hide the class's attribute: what instructions noted no longer holds.
                    self.next_version += 1;
                    self.type_obj_mut(ty).version = self.next_version;
                }
                count
            }
        };
        // Values must stand in insertion order for `__dict__`: filling a gap out of order, or deleting, needs a real dict.
        let Some(i) = self.instance_mut(obj) else { return false };
        let present = i.values.get(at).copied().flatten().is_some();
        let later = i.values.iter().skip(at + 1).any(Option::is_some);
        if (value.is_none() && present) || (value.is_some() && !present && later) {
            let _ = self.instance_dict(obj);
            return self.set_instance_attr(obj, name, value);
        }
        if value.is_none() {
            return false;
        }
        if i.values.len() <= at {
            i.values.resize(at + 1, None);
        }
        let old = std::mem::replace(&mut i.values[at], value);
        value.iter().for_each(|v| self.heap.incref_raw(*v));
        old.iter().for_each(|v| self.heap.decref_raw(*v));
        true
    }

    /// Whether a class attribute is read instead of the instance's own: it has `__set__` or `__delete__`, and `__get__`.
    fn reads_first(&mut self, r: Ref) -> bool {
        self.is_data_descriptor(r)
            && (matches!(self.heap.get(r), Payload::Property(_) | Payload::Member(_) | Payload::GetSet(_))
                || self.lookup_special(r, n::__GET__).is_some())
    }
    /// `object.__getattribute__`.
    pub fn generic_getattr(&mut self, obj: Ref, name: Ref) -> Result<Found, Ask> {
        let ty = self.ty(obj);
        let attr = self.lookup(ty, name);
        if let Some(a) = attr
            && self.reads_first(a)
        {
            return self.descriptor_get(a, Some(obj), ty);
        }
        if let Some(v) = self.instance_attr(obj, name) {
            return Ok(Found::Value(self.incref(v)));
        }
        let mut attr = attr;
        if let Some(d) = self.odd_dict(obj) {
            // A key that is no str may claim to be the name: its `__eq__` is asked, and may change the class.
            let held = self.once(|vm| Ok(vm.tuple_of(attr.as_slice())))?;
            if let Some(v) = self.dict_get(d, name)? {
                return Ok(Found::Value(self.incref(v)));
            }
            attr = self.tuple_items(held).and_then(|x| x.first().copied());
        }
        match attr {
            Some(a) => self.descriptor_get(a, Some(obj), ty),
            None => Err(self.no_attribute(obj, name)),
        }
    }
    /// An instance's dict that has keys which are no str.
    pub fn odd_dict(&self, obj: Ref) -> Option<Ref> {
        let Payload::Instance(i) = self.heap.get(obj) else { return None };
        i.dict.filter(|d| self.dict_of(*d).is_some_and(|d| !d.str_keys))
    }
    /// `type.__getattribute__`.
    pub fn type_getattr(&mut self, cls: Ref, name: Ref) -> Result<Found, Ask> {
        let meta = self.ty(cls);
        let meta_attr = self.lookup(meta, name);
        if let Some(a) = meta_attr
            && self.reads_first(a)
        {
            return self.descriptor_get(a, Some(cls), meta);
        }
        if let Some(a) = self.lookup(cls, name) {
            return self.descriptor_get(a, None, cls);
        }
        match meta_attr {
            Some(a) => self.descriptor_get(a, Some(cls), meta),
            None => Err(self.no_attribute(cls, name)),
        }
    }
    /// `module.__getattribute__`: with the module's own `__getattr__` (PEP 562).
    fn module_getattr(&mut self, module: Ref, name: Ref) -> Result<Found, Ask> {
        let ty = self.ty(module);
        let known = self.lookup(ty, name).is_some() || self.instance_attr(module, name).is_some();
        if !known && let Some(f) = self.instance_attr(module, n::__GETATTR__) {
            return Ok(Found::Call(f, smallvec![name]));
        }
        self.generic_getattr(module, name)
    }
    /// The native look-up of an object's layout, `__getattribute__` and `__getattr__` of classes left aside.
    pub fn native_getattr(&mut self, obj: Ref, name: Ref) -> Result<Found, Ask> {
        match self.heap.get(obj) {
            Payload::Type(_) => self.type_getattr(obj, name),
            Payload::Module(_) => self.module_getattr(obj, name),
            Payload::Super(_) => self.super_getattr(obj, name),
            Payload::Opaque(_) => self.opaque_getattr(obj, name),
            Payload::Method(f, _) => {
                // A method's attributes: its type's own, then its function's.
                let (f, ty) = (*f, self.ty(obj));
                match self.lookup(ty, name) {
                    Some(d) => self.descriptor_get(d, Some(obj), ty),
                    None => self.find_attr(f, name),
                }
            }
            _ => self.generic_getattr(obj, name),
        }
    }
    /// A generic alias has few attributes of its own; all others are its class's.
    fn opaque_getattr(&mut self, obj: Ref, name: Ref) -> Result<Found, Ask> {
        const OWN: &[&str] = &[
            "__class__", "__origin__", "__args__", "__unpacked__", "__parameters__", "__typing_unpacked_tuple_args__",
            "__mro_entries__", "__reduce_ex__", "__reduce__", "__bases__", "__copy__", "__deepcopy__",
        ];
        if let Some(origin) = self.state::<crate::objects::alias::GenericAlias>(obj).map(|x| x.origin)
            && self.utf8(name).is_some_and(|s| !OWN.contains(&s))
        {
            return self.find_attr(origin, name);
        }
        self.generic_getattr(obj, name)
    }
    /// `obj.name` by all the rules.
    pub fn find_attr(&mut self, obj: Ref, name: Ref) -> Result<Found, Ask> {
        let ty = self.ty(obj);
        if self.type_obj(ty).has(type_flags::PLAIN_GETATTR) {
            return self.native_getattr(obj, name);
        }
        let Some(f) = self.lookup(ty, n::__GETATTRIBUTE__) else { return self.native_getattr(obj, name) };
        let native = self.is_slot_of_object(f);
        if native && let Some(hook) = self.hook_of_missing(obj, ty, name)? {
            return Ok(hook);
        }
        let first = if native {
            match self.native_getattr(obj, name) {
                Ok(Found::Call(g, args)) => self.try_call(g, &args)?,
                Ok(Found::Value(v)) => return Ok(Found::Value(v)),
                Err(Ask::Raise(e)) => Err(self.keep(e)),
                Err(Ask::Tail(request)) => self.as_request(request, true)?,
                Err(other) => return Err(other),
            }
        } else {
            let (f, args) = self.special_call(f, obj, &[name])?;
            if self.lookup(ty, n::__GETATTR__).is_none() {
                return Ok(Found::Call(f, args));
            }
            self.try_call(f, &args)?
        };
        match first {
            Ok(v) => Ok(Found::Value(self.incref(v))),
            Err(e) if self.exc_is(e, t::ATTRIBUTE_ERROR) => match self.lookup(ty, n::__GETATTR__) {
                Some(g) => {
                    let (g, args) = self.special_call(g, obj, &[name])?;
                    Ok(Found::Call(g, args))
                }
                None => Err(self.reraise(e)),
            },
            Err(e) => Err(self.reraise(e)),
        }
    }
    /// Whether a `__getattribute__` or `__setattr__` found on a type is a native one.
    pub fn is_slot_of_object(&self, f: Ref) -> bool {
        match self.heap.get(f) {
            // Another of its operations may stand under that name: `__setattr__ = dict.__setitem__`.
            Payload::Native(x) if self.ty(f) == t::SLOT_WRAPPER => {
                matches!(self.natives[x.native as usize].def.name, "__getattribute__" | "__setattr__" | "__delattr__")
            }
            _ => false,
        }
    }
    /// `obj.name` for natives: lent until the native returns.
    pub fn getattr(&mut self, obj: Ref, name: Ref) -> Result<Ref, Ask> {
        match self.find_attr(obj, name) {
            Ok(Found::Value(v)) => Ok(self.keep(v)),
            Ok(Found::Call(f, args)) => self.call(f, &args),
            Err(e) => self.inline_value(Err(e)),
        }
    }
    /// `obj.name`, as a native's own value.
    pub fn tail_getattr(&mut self, obj: Ref, name: Ref) -> Step {
        match self.find_attr(obj, name)? {
            Found::Value(v) => Ok(v),
            Found::Call(f, args) => self.tail_call(f, &args),
        }
    }
    /// `getattr(obj, name, None)` where only a missing attribute counts as missing.
    pub fn getattr_opt(&mut self, obj: Ref, name: Ref) -> Result<Option<Ref>, Ask> {
        let found = match self.find_attr(obj, name) {
            Ok(Found::Value(v)) => return Ok(Some(self.keep(v))),
            Ok(Found::Call(f, args)) => self.try_call(f, &args)?,
            Err(Ask::Raise(e)) => Err(self.keep(e)),
            Err(Ask::Tail(request)) => self.as_request(request, true)?,
            Err(other) => return Err(other),
        };
        match found {
            Ok(v) => Ok(Some(v)),
            Err(e) if self.exc_is(e, t::ATTRIBUTE_ERROR) => Ok(None),
            Err(e) => Err(self.reraise(e)),
        }
    }
    /// By text.
    pub fn getattr_str(&mut self, obj: Ref, name: &str) -> Result<Ref, Ask> {
        let name = self.intern(name).into_raw();
        self.getattr(obj, name)
    }
}
