//! `isinstance` and `issubclass`: by the MRO, by `__class__`, by the hooks of abstract classes (PEP 3119).
use crate::heap::Ref;
use crate::vm::{Ask, Vm, n, t};

/// Levels of `__bases__` that objects which are no types may claim.
const DEEPEST: usize = 1000;

impl Vm {
    /// Without hooks: what `type.__instancecheck__` does.
    pub fn real_isinstance(&mut self, obj: Ref, cls: Ref) -> Result<bool, Ask> {
        if self.is_type(cls) {
            if self.is_a(obj, cls) {
                return Ok(true);
            }
            if matches!(self.heap.get(obj), crate::objects::Payload::Int(_) | crate::objects::Payload::Str(_)) {
                return Ok(false);
            }
            let claimed = self.getattr_opt(obj, n::__CLASS__)?;
            return Ok(claimed.is_some_and(|c| c != self.ty(obj) && self.is_type(c) && self.is_subtype(c, cls)));
        }
        self.check_class(cls, "isinstance() arg 2 must be a type, a tuple of types, or a union")?;
        match self.getattr_opt(obj, n::__CLASS__)? {
            Some(c) => self.abstract_issubclass(c, cls),
            None => Ok(false),
        }
    }
    /// Without hooks: what `type.__subclasscheck__` does.
    pub fn real_issubclass(&mut self, sub: Ref, cls: Ref) -> Result<bool, Ask> {
        if self.is_type(sub) && self.is_type(cls) {
            return Ok(self.is_subtype(sub, cls));
        }
        self.check_class(sub, "issubclass() arg 1 must be a class")?;
        self.check_class(cls, "issubclass() arg 2 must be a class, a tuple of classes, or a union")?;
        self.abstract_issubclass(sub, cls)
    }
    /// An object that is no type counts as a class if it has a tuple of `__bases__`.
    fn check_class(&mut self, x: Ref, message: &str) -> Result<(), Ask> {
        if self.is_type(x) {
            return Ok(());
        }
        match self.getattr_opt(x, n::__BASES__)? {
            Some(b) if self.tuple_items(b).is_some() => Ok(()),
            _ => Err(self.type_error(message)),
        }
    }
    fn abstract_issubclass(&mut self, sub: Ref, cls: Ref) -> Result<bool, Ask> {
        let mut work = vec![(sub, 0)];
        while let Some((c, depth)) = work.pop() {
            if c == cls {
                return Ok(true);
            }
            if depth > DEEPEST {
                return Err(self.error(t::RECURSION_ERROR, "maximum recursion depth exceeded in __issubclass__"));
            }
            if let Some(b) = self.getattr_opt(c, n::__BASES__)?
                && let Some(items) = self.tuple_items(b)
            {
                // A single base is followed without a level more, as CPython does.
                let depth = depth + usize::from(items.len() > 1);
                work.extend(items.iter().rev().map(|b| (*b, depth)));
            }
        }
        Ok(false)
    }
    /// `isinstance(obj, cls)`.
    pub fn isinstance(&mut self, obj: Ref, cls: Ref) -> Result<bool, Ask> {
        if self.ty(obj) == cls {
            return Ok(true);
        }
        self.check_by_hook(obj, cls, n::__INSTANCECHECK__)
    }
    /// `issubclass(sub, cls)`.
    pub fn issubclass(&mut self, sub: Ref, cls: Ref) -> Result<bool, Ask> {
        self.check_by_hook(sub, cls, n::__SUBCLASSCHECK__)
    }
    fn check_by_hook(&mut self, x: Ref, cls: Ref, hook: Ref) -> Result<bool, Ask> {
        if self.ty(cls) == t::TYPE {
            return if hook == n::__INSTANCECHECK__ { self.real_isinstance(x, cls) } else { self.real_issubclass(x, cls) };
        }
        if let Some(items) = self.tuple_items(cls).map(<[Ref]>::to_vec) {
            self.enter_nested()?;
            for c in items {
                if self.check_by_hook(x, c, hook)? {
                    self.depth -= 1;
                    return Ok(true);
                }
            }
            self.depth -= 1;
            return Ok(false);
        }
        match self.call_pure(cls, hook, &[x])? {
            Some(r) => self.truth(r),
            None if hook == n::__INSTANCECHECK__ => self.real_isinstance(x, cls),
            None => self.real_issubclass(x, cls),
        }
    }
}
