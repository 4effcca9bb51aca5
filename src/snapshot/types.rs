//! What `%types EXPR…` shows: objects, their classes, the metaclasses, and the two relations between them.
use serde::Serialize;

/// The graph up to `type` and `object`. Every class on the MRO of a shown class is a node, unless `hidden` counts it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypesSnapshot {
    pub nodes: Vec<TypeNode>,
    pub edges: Vec<TypeEdge>,
    /// Nodes left out to keep the picture small.
    pub hidden: u64,
}

/// An object, class or metaclass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TypeNode {
    /// What `id()` returns; edges name nodes by it.
    pub id: u64,
    /// A class's `__qualname__`; for other objects the expression as typed.
    pub name: String,
    pub role: TypeRole,
    /// A class's `__module__`, or an object's repr (bounded).
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeRole {
    /// Not a class.
    Object,
    Class,
    /// A subclass of `type`, `type` included.
    Metaclass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TypeEdge {
    /// id of the node that is an instance or a subclass.
    pub from: u64,
    /// id of its class or base.
    pub to: u64,
    pub relation: Relation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// `type(from) is to`.
    InstanceOf,
    /// `to in from.__bases__`; edges of one class come in the order of its bases.
    SubclassOf,
}
