//! Storing and deleting attributes by all the rules.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::step::{Ask, Call, Refs, Step};
use crate::vm::{Vm, n};

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
}
