//! Storing and deleting attributes by all the rules.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::step::{Ask, Call, Refs, Step};
use crate::vm::{Vm, n, t};

impl Vm {
    /// The native store of an object's layout.
    pub fn native_setattr(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> Result<Option<Call>, Ask> {
        match self.heap.get(obj) {
            Payload::Type(_) => self.type_setattr(obj, name, value),
            _ => self.generic_setattr(obj, name, value),
        }
    }
    /// `obj.name = value` or `del obj.name` by all the rules.
    pub fn store_attr(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> Result<Option<Call>, Ask> {
        let ty = self.ty(obj);
        if self.type_obj(ty).has(type_flags::PLAIN_SETATTR) {
            return self.native_setattr(obj, name, value);
        }
        let special = if value.is_some() { n::__SETATTR__ } else { n::__DELATTR__ };
        match self.lookup(ty, special) {
            Some(f) if !self.is_slot_of_object(f) => {
                let given: Refs = std::iter::once(name).chain(value).collect();
                self.special_call(f, obj, &given).map(Some)
            }
            _ => self.native_setattr(obj, name, value),
        }
    }
    /// `setattr(obj, name, value)` for natives (value None deletes); the last thing a native does.
    pub fn tail_setattr(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> Step {
        match self.store_attr(obj, name, value)? {
            None => {}
            // What it gives is nobody's business.
            Some((f, args)) => {
                self.call(f, &args)?;
            }
        }
        Ok(self.none())
    }
    /// `object.__setattr__` (value None: `__delattr__`): returns a call that a Python descriptor needs.
    pub fn generic_setattr(&mut self, obj: Ref, name: Ref, value: Option<Ref>) -> Result<Option<Call>, Ask> {
        let ty = self.ty(obj);
        let attr = self.lookup(ty, name);
        if let Some(a) = attr
            && self.is_data_descriptor(a)
        {
            return self.descriptor_set(a, obj, name, value);
        }
        let done = match (self.odd_dict(obj), value) {
            // A key that is no str may claim to be the name.
            (Some(d), Some(v)) => {
                self.dict_set(d, name, v)?;
                true
            }
            (Some(d), None) => match self.dict_remove(d, name)? {
                Some(old) => {
                    self.release(old);
                    true
                }
                None => false,
            },
            (None, _) => self.set_instance_attr(obj, name, value),
        };
        if done { Ok(None) } else { Err(self.cannot_set(obj, name, value, attr)) }
    }
    fn cannot_set(&mut self, obj: Ref, name: Ref, value: Option<Ref>, attr: Option<Ref>) -> Ask {
        let (ty, text) = (self.type_name(obj).to_owned(), self.lossy(name));
        let has_dict = self.type_obj(self.ty(obj)).has_dict;
        let message = match (attr, value, has_dict) {
            (None, Some(_), false) => format!("'{ty}' object has no attribute '{text}' and no __dict__ for setting new attributes"),
            (Some(_), _, false) => format!("'{ty}' object attribute '{text}' is read-only"),
            _ => return self.no_attribute(obj, name),
        };
        self.attribute_error(obj, name, message)
    }
    /// What to call for setting or deleting through a property, and with what.
    pub fn property_set(&mut self, property: Ref, obj: Ref, value: Option<Ref>) -> Result<Call, Ask> {
        let Payload::Property(p) = self.heap.get(property) else { panic!("{property:?} is no property") };
        let (f, what) = if value.is_some() { (p.fset, "setter") } else { (p.fdel, "deleter") };
        let Some(f) = f else { return Err(self.property_error(property, obj, what)) };
        Ok((f, [obj].into_iter().chain(value).collect()))
    }
    /// Sets or deletes through a data descriptor.
    pub fn descriptor_set(&mut self, descr: Ref, obj: Ref, name: Ref, value: Option<Ref>) -> Result<Option<Call>, Ask> {
        match self.heap.get(descr) {
            // A subclass may have a `__set__` of its own.
            Payload::Property(_) if self.ty(descr) == t::PROPERTY => self.property_set(descr, obj, value).map(Some),
            Payload::Member(m) => {
                let index = m.index as usize;
                let old = match self.slot_place(obj, index) {
                    Some(place) => std::mem::replace(place, value),
                    None => return Err(self.no_attribute(obj, name)),
                };
                value.iter().for_each(|v| self.heap.incref_raw(*v));
                match old {
                    Some(old) => self.heap.decref_raw(old),
                    None if value.is_none() => return Err(self.no_attribute(obj, name)),
                    None => {}
                }
                Ok(None)
            }
            Payload::GetSet(g) => {
                let (set, member) = (self.natives[g.native as usize].def.set, g.member);
                let Some(set) = set else {
                    let (ty, name) = (self.type_name(obj).to_owned(), self.lossy(name));
                    let message = if member { "readonly attribute".into() } else { format!("attribute '{name}' of '{ty}' objects is not writable") };
                    return Err(self.error(t::ATTRIBUTE_ERROR, message));
                };
                let done = set(self, crate::vm::Args(&[Some(obj), value]))?;
                self.release(done);
                Ok(None)
            }
            _ => {
                let special = if value.is_some() { n::__SET__ } else { n::__DELETE__ };
                let Some(f) = self.lookup_special(descr, special) else {
                    let what = if value.is_some() { "__set__" } else { "__delete__" };
                    return Err(self.error(t::ATTRIBUTE_ERROR, what));
                };
                let given: Refs = std::iter::once(obj).chain(value).collect();
                self.special_call(f, descr, &given).map(Some)
            }
        }
    }
}
