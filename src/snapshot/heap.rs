//! What `%heap EXPR…` shows: frames with names, objects, and the references between them.
use super::common::{Kind, Refcount, Repr};
use serde::Serialize;

/// A part of the heap, reached from some names. Objects come in the order in which a walk from the frames finds them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct HeapSnapshot {
    /// Outermost frame first.
    pub frames: Vec<HeapFrame>,
    pub objects: Vec<HeapObject>,
    /// How many objects could be reached in all; more than `objects.len()` when the picture is a part.
    pub total_objects: u64,
}

/// A frame (or another root, such as the expressions of the command) and its names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeapFrame {
    /// `<module>`, `f`, or the command's own words.
    pub title: String,
    /// The line it stands at, when it is a running frame.
    pub line: Option<u32>,
    pub names: Vec<HeapName>,
}

/// A sticky note: a name and what it is bound to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeapName {
    pub name: String,
    pub value: HeapValue,
}

/// One end of a reference.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeapValue {
    /// An arrow to an object: its [`HeapObject::id`]. An id that is not in the picture is drawn as "…".
    Ref(u64),
    /// Written in place of an arrow (small immutable values, when the lens was asked to keep the picture small).
    Inline(Repr),
    /// A name or cell that is bound to nothing.
    Unbound,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeapObject {
    /// What `id()` returns.
    pub id: u64,
    /// A short number that it keeps from picture to picture, shown as `#3`.
    pub tag: u32,
    pub type_name: String,
    pub kind: Kind,
    /// For scalars and objects without slots: the value.
    pub value: Option<Repr>,
    pub refcount: Refcount,
    /// `sys.getsizeof`, in bytes.
    pub size: u64,
    /// `len()` where it has one.
    pub len: Option<u64>,
    /// What it refers to, in its own order.
    pub slots: Vec<HeapSlot>,
    /// Slots left out of `slots`.
    pub more_slots: u64,
}

/// One reference that an object holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeapSlot {
    pub key: SlotKey,
    pub value: HeapValue,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKey {
    /// An index of a sequence.
    Index(u64),
    /// An attribute of an instance, class, module; a local of a generator.
    Attr(String),
    /// A dict's key: an arrow of its own when it is a `Ref`.
    Key(HeapValue),
    /// An element of a set.
    Member,
    /// What is not reachable by an attribute or index, in words: `cell contents`, `__closure__[0]`, `weakref`.
    Named(String),
}
