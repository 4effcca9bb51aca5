//! The checks of a call `T.__new__(cls, …)` that a program makes itself.
//!
//! Source: CPython `Objects/typeobject.c` (`tp_new_wrapper`).
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::vm::step::Ask;
use crate::vm::{Vm, n, t};

impl Vm {
    /// `cls` must be a type derived from `ty`, and its nearest built-in base must make its instances as `ty` does.
    /// TypeError otherwise.
    pub fn check_maker(&mut self, ty: Ref, cls: Option<Ref>) -> Result<(), Ask> {
        let name = self.type_obj(ty).name.clone();
        let Some(cls) = cls else { return Err(self.type_error(format!("{name}.__new__(): not enough arguments"))) };
        if !self.is_type(cls) {
            let message = format!("{name}.__new__(X): X is not a type object ({})", self.dotted_type_name(cls));
            return Err(self.type_error(message));
        }
        if self.type_obj(cls).has(type_flags::NO_NEW) {
            return Err(self.cannot_create(cls));
        }
        let sub = self.type_obj(cls).name.clone();
        if !self.is_subtype(cls, ty) {
            return Err(self.type_error(format!("{name}.__new__({sub}): {sub} is not a subtype of {name}")));
        }
        let mut base = cls;
        while self.type_obj(base).has(type_flags::HEAP) && self.maker(base).is_none() {
            base = self.type_obj(base).base.unwrap_or(t::OBJECT);
        }
        // `object.__new__` itself says what is not safe, after it has looked at the arguments.
        if base != ty && ty != t::OBJECT && self.maker(base) != self.maker(ty) {
            let base = self.type_obj(base).name.clone();
            return Err(self.type_error(format!("{name}.__new__({sub}) is not safe, use {base}.__new__()")));
        }
        Ok(())
    }
    /// For types whose instances only the machine makes.
    pub fn cannot_create(&mut self, cls: Ref) -> Ask {
        let module = self.dict_get_name(self.type_obj(cls).dict, n::__MODULE__).map(|m| self.lossy(m)).unwrap_or_default();
        let prefix = if module.is_empty() || module == "builtins" { String::new() } else { format!("{module}.") };
        let message = format!("cannot create '{prefix}{}' instances", self.type_obj(cls).name);
        self.type_error(message)
    }
    fn maker(&mut self, ty: Ref) -> Option<u32> {
        let new = self.lookup(ty, n::__NEW__)?;
        match self.heap.get(new) {
            Payload::Native(x) => Some(x.native),
            _ => None,
        }
    }
}
