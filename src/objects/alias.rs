//! `list[int]` and `int | str` as data.
use super::State;
use crate::heap::Ref;
use std::any::Any;

/// `types.GenericAlias`: a class with arguments.
#[derive(Clone)]
pub struct GenericAlias {
    pub origin: Ref,
    /// A tuple.
    pub args: Ref,
    /// The type variables in `args`, a tuple found at first use.
    pub parameters: Option<Ref>,
    /// Written with a star (`*tuple[int, ...]`).
    pub starred: bool,
}

impl State for GenericAlias {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let GenericAlias { origin, args, parameters, starred: _ } = self;
        f(*origin);
        f(*args);
        parameters.iter().for_each(|r| f(*r));
    }
    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// `typing.Union`: the different members, in order.
#[derive(Clone)]
pub struct Union {
    /// A tuple of at least two.
    pub args: Ref,
    pub parameters: Option<Ref>,
}

impl State for Union {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Union { args, parameters } = self;
        f(*args);
        parameters.iter().for_each(|r| f(*r));
    }
    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
