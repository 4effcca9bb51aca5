//! `list[int]` and `int | str` as data.
use super::State;
use crate::heap::Ref;

/// `types.GenericAlias`: a class with arguments.
#[derive(Clone)]
pub struct GenericAlias {
    pub origin: Ref,
    /// A tuple.
    pub args: Ref,
    /// Written with a star (`*tuple[int, ...]`).
    pub starred: bool,
}

impl State for GenericAlias {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let GenericAlias { origin, args, starred: _ } = self;
        f(*origin);
        f(*args);
    }
}

/// `typing.Union`: the different members, in order.
#[derive(Clone)]
pub struct Union {
    /// Members that had no hash when it was made.
    pub unhashable: u32,
    /// A tuple of at least two.
    pub args: Ref,
}

impl State for Union {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Union { args, unhashable: _ } = self;
        f(*args);
    }
}
