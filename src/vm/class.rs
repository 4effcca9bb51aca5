//! Changing classes: versions, derived flags, the search of `super`.
use super::api::Found;
use super::step::Ask;
use super::{Vm, n, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::TypeObj;
use crate::objects::class::type_flags::*;

impl Vm {
    /// Must follow every change of a type's namespace or bases: new versions for it and its subclasses, flags afresh.
    pub fn type_modified(&mut self, ty: Ref) {
        let mut work = vec![ty];
        let mut odd = self.odd_orders.clone();
        while let Some(ty) = work.pop() {
            self.next_version += 1;
            let version = self.next_version;
            let x = self.type_obj_mut(ty);
            let had_finalizer = x.has(FINALIZE) || x.version == 0;
            x.version = version;
            self.derive_flags(ty);
            if !had_finalizer && self.type_obj(ty).has(FINALIZE) {
                self.finalize_instances_of(ty);
            }
            work.extend_from_slice(&self.type_obj(ty).subclasses);
            // Each of them once: their orders may name each other.
            work.extend(odd.extract_if(.., |c| self.type_obj(*c).mro.contains(&ty)));
        }
    }
    /// Keeps in mind whether a change of a class in this class's order is to be told to it, which is no subclass of that one.
    pub fn note_order(&mut self, cls: Ref) {
        let expected = |c: &Ref| *c == cls || self.type_obj(cls).bases.iter().any(|b| self.type_obj(*b).mro.contains(c));
        let odd = !self.type_obj(cls).mro.iter().all(expected);
        self.odd_orders.retain(|c| *c != cls);
        if odd {
            self.odd_orders.push(cls);
        }
    }
    /// A class that has instances has got a `__del__`.
    #[cold]
    fn finalize_instances_of(&mut self, ty: Ref) {
        let instances: Vec<Ref> = self.heap.iter().filter(|r| self.ty(*r) == ty).collect();
        instances.into_iter().for_each(|r| self.heap.set_flag(r, crate::heap::flag::FINALIZER));
    }
    /// Flags that follow from the methods found along the MRO.
    fn derive_flags(&mut self, ty: Ref) {
        let native = |vm: &mut Vm, name| vm.lookup(ty, name).is_none_or(|f| vm.is_slot_of_object(f));
        let plain_attribute = native(self, n::__GETATTRIBUTE__);
        let plain_get = plain_attribute && self.lookup(ty, n::__GETATTR__).is_none();
        let plain_set = native(self, n::__SETATTR__) && native(self, n::__DELATTR__);
        let object_new = self.dict_get_name(self.type_obj(t::OBJECT).dict, n::__NEW__);
        let plain_new = object_new.is_some() && self.lookup(ty, n::__NEW__) == object_new;
        let finalize = self.lookup(ty, n::__DEL__).is_some();
        let x = self.type_obj_mut(ty);
        x.flags = if plain_attribute { x.flags | PLAIN_GETATTRIBUTE } else { x.flags & !PLAIN_GETATTRIBUTE };
        for (flag, on) in [(PLAIN_GETATTR, plain_get), (PLAIN_SETATTR, plain_set), (PLAIN_NEW, plain_new), (FINALIZE, finalize)] {
            x.flags = if on { x.flags | flag } else { x.flags & !flag };
        }
    }
    /// `__getattr__` to be called for an attribute that is nowhere: no AttributeError has to be made first.
    pub(super) fn hook_of_missing(&mut self, obj: Ref, ty: Ref, name: Ref) -> Result<Option<Found>, Ask> {
        let found = !matches!(self.heap.get(obj), Payload::Instance(_)) || self.lookup(ty, name).is_some() || self.instance_attr(obj, name).is_some() || self.odd_dict(obj).is_some();
        let Some(hook) = self.lookup(ty, n::__GETATTR__).filter(|_| !found) else { return Ok(None) };
        let (hook, args) = self.special_call(hook, obj, &[name])?;
        Ok(Some(Found::Call(hook, args)))
    }
    /// `__bases__`: always the same tuple, until others are assigned.
    pub fn bases_of(&mut self, cls: Ref) -> Owned {
        let x = self.type_obj(cls);
        if let Some(tuple) = x.bases_tuple {
            return self.incref(tuple);
        }
        let items = x.bases.clone();
        self.held_by_tuple(cls, items, TypeObj::replace_bases)
    }
    /// `__mro__`, the same way.
    pub fn mro_of(&mut self, cls: Ref) -> Owned {
        let x = self.type_obj(cls);
        if let Some(tuple) = x.mro_tuple {
            return self.incref(tuple);
        }
        let items = x.mro.clone();
        self.held_by_tuple(cls, items, TypeObj::replace_mro)
    }
    /// A tuple of these classes, which from now on holds them in the type's stead.
    fn held_by_tuple(&mut self, cls: Ref, items: Vec<Ref>, replace: fn(&mut TypeObj, Vec<Ref>, Option<Ref>) -> Vec<Ref>) -> Owned {
        let tuple = self.tuple_of(&items).into_raw();
        if !items.iter().any(|k| self.type_obj(*k).has(HEAP)) {
            self.heap.untrack(tuple);
        }
        let held = replace(self.type_obj_mut(cls), items, Some(tuple));
        held.into_iter().for_each(|r| self.heap.decref_raw(r));
        self.incref(tuple)
    }
    /// `super`'s attribute: along the MRO of the object's type, after `this`.
    pub fn super_getattr(&mut self, sup: Ref, name: Ref) -> Result<Found, Ask> {
        let Payload::Super(s) = self.heap.get(sup) else { panic!("{sup:?} is no super") };
        let s = (**s).clone();
        if let (Some(obj), Some(obj_type), Some(this)) = (s.obj, s.obj_type, s.this)
            && name != n::__CLASS__
            && let Some(found) = self.lookup_after(obj_type, this, name)
        {
            // super(C, C).method of a class object: nothing to bind to.
            let bind = if obj == obj_type { None } else { Some(obj) };
            return self.descriptor_get(found, bind, obj_type);
        }
        self.generic_getattr(sup, name).map_err(|e| self.super_error(e))
    }
    fn super_error(&mut self, e: Ask) -> Ask {
        e
    }
    /// The attribute of the first class after `this` in the MRO of `ty` (borrowed).
    pub fn lookup_after(&mut self, ty: Ref, this: Ref, name: Ref) -> Option<Ref> {
        let mro = &self.type_obj(ty).mro;
        let at = mro.iter().position(|k| *k == this)?;
        mro[at + 1..].iter().find_map(|k| self.dict_get_name(self.type_obj(*k).dict, name))
    }
}
