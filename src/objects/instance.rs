//! An instance of a Python class: attribute values inline in the order of the class's shared keys, or in a dict once asked for.
use crate::heap::Ref;
use smallvec::SmallVec;

/// Payload of instances of classes whose layout is `object`'s.
#[derive(Clone, Default)]
pub struct Instance {
    /// Values by index in the class's [`super::class::TypeObj::keys`]; unused once `dict` is there.
    pub values: SmallVec<[Option<Ref>; 6]>,
    /// The real dict, made when `__dict__` is asked for or the keys outgrow the class's.
    pub dict: Option<Ref>,
    /// Values of `__slots__`, by member index.
    pub slots: Box<[Option<Ref>]>,
}

impl Instance {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Instance { values, dict, slots } = self;
        values.iter().flatten().for_each(|r| f(*r));
        dict.iter().for_each(|r| f(*r));
        slots.iter().flatten().for_each(|r| f(*r));
    }
}
