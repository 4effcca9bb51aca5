//! What `%lookup EXPR.attr` shows: every place searched, in order, and the rule that decided.
use super::common::Repr;
use serde::Serialize;

/// One attribute access, traced (`object.__getattribute__`, `type.__getattribute__`, `__setattr__`, `__delattr__`).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LookupSnapshot {
    /// The receiver's expression as typed, without `.attr`.
    pub receiver: String,
    pub receiver_type: String,
    pub receiver_is: Receiver,
    pub attr: String,
    pub action: Action,
    /// In the order they are searched; places that were never reached may follow, as [`Verdict::NotReached`].
    pub places: Vec<Place>,
    pub rule: Rule,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    Instance,
    Class,
    Module,
    /// A `super()` object: the search starts behind a class of the MRO.
    Super,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Get,
    Set { value: Repr },
    Delete,
}

/// One place of the search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub kind: PlaceKind,
    pub found: Option<Found>,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// `type(x).__mro__[index]`'s namespace. For a class as receiver: its metaclass's MRO.
    TypeMro { index: usize, class: String },
    /// `x.__dict__`, or the inline values that stand for it.
    InstanceDict,
    /// The class has no `__dict__` for its instances (`__slots__`).
    NoInstanceDict,
    /// A class as receiver: `x.__mro__[index]`'s namespace.
    OwnMro { index: usize, class: String },
    /// A module's namespace.
    ModuleDict,
    /// A class's own `__getattribute__`, which replaces the whole search.
    GetattributeHook { class: String },
    /// `__getattr__`, asked last.
    GetattrHook { class: String },
    /// A module's `__getattr__` (PEP 562).
    ModuleGetattr,
    /// A class's own `__setattr__`.
    SetattrHook { class: String },
    /// A class's own `__delattr__`.
    DelattrHook { class: String },
}

/// What a place held under that name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    pub value: Repr,
    /// The type of what was found (`function`, `property`, `int`).
    pub type_name: String,
    pub kind: FoundKind,
    /// Which of the descriptor methods its type defines.
    pub has_get: bool,
    pub has_set: bool,
    pub has_delete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundKind {
    /// Its type defines `__set__` or `__delete__`.
    DataDescriptor,
    /// Its type defines `__get__` only.
    NonDataDescriptor,
    /// No descriptor.
    Plain,
    /// A hook method that is called.
    Hook,
}

/// What finding (or not finding) it there meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing under that name.
    Absent,
    /// Found, but no data descriptor: kept while the instance is searched.
    Kept,
    /// This one decided.
    Decides,
    /// Kept before, and an earlier rule has won since.
    Shadowed,
    /// The search had ended.
    NotReached,
}

/// The rule that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A data descriptor on the type comes before the instance: its `__get__` is called.
    DataDescriptor,
    InstanceDict,
    /// A descriptor without `__set__` on the type: its `__get__` is called, since the instance had none.
    NonDataDescriptor,
    /// A plain value on the type.
    ClassAttribute,
    /// Class as receiver: a data descriptor on the metaclass.
    MetaclassDataDescriptor,
    /// Class as receiver: found on its own MRO (its `__get__(None, cls)` is called if it has one).
    OwnMro,
    /// Class as receiver: found on the metaclass after its own MRO.
    MetaclassAttribute,
    ModuleDict,
    ModuleGetattr,
    /// The class's own `__getattribute__` answered.
    GetattributeHook,
    /// `__getattr__` answered.
    GetattrHook,
    /// Assignment: the data descriptor's `__set__`.
    DescriptorSet,
    /// Assignment: into the instance's namespace.
    InstanceSet,
    /// Assignment: the class's own `__setattr__`.
    SetattrHook,
    /// `del`: the data descriptor's `__delete__`.
    DescriptorDelete,
    /// `del`: out of the instance's namespace.
    InstanceDelete,
    /// `del`: the class's own `__delattr__`.
    DelattrHook,
    /// A data descriptor without the method that was needed.
    ReadOnly,
    /// No descriptor and no namespace to write to.
    NoNamespace,
    NotFound,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Value(Repr),
    /// An assignment or `del` that worked.
    Done,
    Raised { exception: String, message: String },
}
