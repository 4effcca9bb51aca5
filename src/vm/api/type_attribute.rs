//! Assignment to the attributes of a class: a data descriptor of the metaclass first, then the class's own dict.
use crate::heap::Ref;
use crate::objects::class::type_flags;
use crate::vm::step::{Ask, Call};
use crate::vm::Vm;

impl Vm {
    /// `type.__setattr__`.
    pub fn type_setattr(&mut self, cls: Ref, name: Ref, value: Option<Ref>) -> Result<Option<Call>, Ask> {
        if !self.type_obj(cls).has(type_flags::HEAP) {
            let message = format!("cannot set '{}' attribute of immutable type '{}'", self.lossy(name), self.type_obj(cls).name);
            return Err(self.type_error(message));
        }
        let meta = self.ty(cls);
        if let Some(a) = self.lookup(meta, name)
            && self.is_data_descriptor(a)
        {
            return self.descriptor_set(a, cls, name, value);
        }
        let dict = self.type_obj(cls).dict;
        match value {
            Some(v) => self.dict_set_name(dict, name, v),
            None => match self.dict_del_name(dict, name) {
                Some(old) => {
                    self.type_modified(cls);
                    self.release(old);
                }
                None => return Err(self.no_attribute(cls, name)),
            },
        }
        self.type_modified(cls);
        Ok(None)
    }
}
