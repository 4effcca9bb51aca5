//! What `%refs`, `%%refcounts`, `%%growth`, `%gc` and `%dis` show.
use super::common::{Kind, Refcount};
use serde::Serialize;

/// One reference to an object: who holds it, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holder {
    pub kind: HolderKind,
    /// `name a of <module>`, `list #3[0]`, `A.x`.
    pub text: String,
    /// The holder's id; 0 for frames and the machine.
    pub id: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HolderKind {
    Name,
    Local,
    /// A value on a frame's operand stack.
    Temporary,
    Container,
    Attribute,
    Cell,
    Class,
    Code,
    /// The machine's own tables.
    Machine,
    Weak,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RefsSnapshot {
    pub expr: String,
    pub type_name: String,
    pub value: String,
    pub refcount: Refcount,
    pub holders: Vec<Holder>,
    pub total: u64,
}

/// A cell run with the counts of some objects watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RefcountsSnapshot {
    pub names: Vec<String>,
    /// The objects watched, in the order of their first sight: `list #1`.
    pub objects: Vec<String>,
    pub rows: Vec<RefcountRow>,
    /// Rows left out.
    pub more: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RefcountRow {
    /// Frames below the cell's own.
    pub depth: u32,
    pub line: u32,
    pub source: String,
    /// By object: the count after the line; None before its birth and after its death.
    pub counts: Vec<Option<Refcount>>,
    /// What raised or lowered a count, in words: `list #1: + name b`.
    pub changes: Vec<Change>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub object: usize,
    pub what: ChangeKind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Gained(String),
    Lost(String),
    Born,
    Died,
    /// `__del__` ran.
    Finalized,
    /// Its weak references were cleared.
    WeakrefsCleared,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GrowthSnapshot {
    pub name: String,
    pub type_name: String,
    /// How the size of the container changed, one a change of its room.
    pub steps: Vec<GrowthStep>,
    pub more: u64,
    /// Items copied by all growths, items added in all.
    pub copied: u64,
    pub added: u64,
    pub length: u64,
    pub room: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GrowthStep {
    pub line: u32,
    pub length: u64,
    pub before: u64,
    pub room: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GcSnapshot {
    pub enabled: bool,
    pub threshold: [i64; 3],
    pub count: [i64; 3],
    pub young: u64,
    pub old: u64,
    pub frozen: u64,
    pub uncollectable: u64,
    /// collections, collected by generation.
    pub stats: [[u64; 3]; 3],
    pub phases: Option<GcPhases>,
}

/// A full collection, told phase by phase.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GcPhases {
    pub candidates: u64,
    /// References between candidates that phase 2 takes off.
    pub internal: u64,
    /// Candidates still above zero: held from outside.
    pub roots: u64,
    /// Candidates that those reach.
    pub reached: u64,
    pub unreachable: u64,
    /// The unreachable ones, and the user's that stay, up to a limit.
    pub objects: Vec<GcObject>,
    pub more: u64,
    /// What `gc.collect()` returned.
    pub collected: u64,
    pub finalizers: u64,
    /// Functions of `gc.callbacks`: each was called with "start" and with "stop".
    pub callbacks: u64,
    /// `gc.DEBUG_SAVEALL` is set: what is unreachable goes to `gc.garbage` in place of being freed.
    pub saved: bool,
    /// The program's objects that were unreachable and are still there: a finalizer brought them back.
    pub survivors: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GcObject {
    /// `Node #3`, with the number that the object has in `%heap`; `list [1]`.
    pub text: String,
    pub kind: Kind,
    /// An instance of a class of the program, or what one refers to; not what the library left.
    pub own: bool,
    /// It has a `__del__` that has not run.
    pub finalizer: bool,
    /// Indices of the objects of this list that it refers to, one a reference.
    pub refers: Vec<usize>,
    pub count: u64,
    pub internal: u64,
    pub unreachable: bool,
    pub referrers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisSnapshot {
    pub name: String,
    pub stacksize: u32,
    pub lines: Vec<DisLine>,
    pub more: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisLine {
    pub line: Option<u32>,
    pub source: String,
    pub instructions: Vec<DisInstruction>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DisInstruction {
    pub offset: u32,
    pub name: String,
    pub arg: String,
    /// Change of the stack's depth, and the depth after it where it is certain.
    pub effect: i32,
    /// The GIL can be given away here.
    pub switch: bool,
}
