//! `repr`, `str` and `format` of anything, for natives.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::step::Ask;
use crate::vm::{Vm, fixed, n, t};

impl Vm {
    /// `repr(x)`: a `str` object, lent.
    pub fn repr(&mut self, r: Ref) -> Result<Ref, Ask> {
        let Some(s) = self.call_pure(r, n::__REPR__, &[])? else {
            let text = format!("<{} object at {:#x}>", self.dotted_type_name(r), r.address());
            let s = self.str(text);
            return Ok(self.keep(s));
        };
        if self.str_of(s).is_none() {
            let message = format!("__repr__ returned non-string (type {})", self.dotted_type_name(s));
            return Err(self.type_error(message));
        }
        Ok(s)
    }
    /// `str(x)`: a `str` object, lent.
    pub fn to_str(&mut self, r: Ref) -> Result<Ref, Ask> {
        if self.ty(r) == t::STR {
            return Ok(r);
        }
        match self.call_pure(r, n::__STR__, &[])? {
            Some(s) if self.str_of(s).is_some() => Ok(s),
            Some(s) => {
                let message = format!("__str__ returned non-string (type {})", self.dotted_type_name(s));
                Err(self.type_error(message))
            }
            None => self.repr(r),
        }
    }
    /// `format(x, spec)`: a `str` object, lent.
    pub fn format(&mut self, r: Ref, spec: Ref) -> Result<Ref, Ask> {
        if self.ty(r) == t::STR && spec == fixed::EMPTY_STR {
            return Ok(r);
        }
        match self.call_pure(r, n::__FORMAT__, &[spec])? {
            Some(s) if self.str_of(s).is_some() => Ok(s),
            Some(s) => {
                let message = format!("__format__ must return a str, not {}", self.dotted_type_name(s));
                Err(self.type_error(message))
            }
            None => {
                let message = format!("Type {} doesn't define __format__", self.dotted_type_name(r));
                Err(self.type_error(message))
            }
        }
    }
    /// Repr of a `str`, for messages; other objects give an empty text.
    pub fn repr_text(&self, r: Ref) -> String {
        match self.heap.get(r) {
            Payload::Str(s) => crate::objects::str::repr(s.wtf8()),
            Payload::Int(i) => i.to_string(),
            _ => format!("<{} object at {:#x}>", self.dotted_type_name(r), r.address()),
        }
    }
}
