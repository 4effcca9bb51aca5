//! Exceptions as data: `args`, the chain (PEP 3134), the traceback, and the extra fields of some types.
use super::types::visit_all;
use crate::heap::Ref;
use smallvec::SmallVec;

/// Every exception instance.
#[derive(Clone)]
pub struct ExcObj {
    pub args: Ref,
    pub cause: Option<Ref>,
    pub context: Option<Ref>,
    pub suppress_context: bool,
    pub traceback: Option<Ref>,
    pub dict: Option<Ref>,
    /// Fields of the type (`OSError.errno`, `StopIteration.value`), in the order of its table in `natives/exceptions`.
    pub fields: SmallVec<[Option<Ref>; 2]>,
    /// `__slots__` of a subclass.
    pub slots: Vec<Option<Ref>>,
}
impl ExcObj {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let ExcObj { args, cause, context, suppress_context: _, traceback, dict, fields, slots } = self;
        visit_all([Some(*args), *cause, *context, *traceback, *dict], f);
        fields.iter().flatten().for_each(|r| f(*r));
        slots.iter().flatten().for_each(|r| f(*r));
    }
}
