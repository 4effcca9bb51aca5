//! What `%layout EXPR` and `%probe CONTAINER KEY` show: an object's memory, block by block.
use serde::Serialize;

/// The memory of one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayoutSnapshot {
    /// The expression as typed.
    pub expr: String,
    pub type_name: String,
    /// `sys.getsizeof`: the blocks add up to it.
    pub size: u64,
    /// Items, characters or digits that are in use, and how many there is room for, where that means anything.
    pub used: Option<u64>,
    pub room: Option<u64>,
    pub blocks: Vec<Block>,
    pub facts: Vec<Fact>,
}

/// A piece of memory with cells of one width.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Block {
    pub part: Part,
    pub bytes: u64,
    /// Cells in all; `cells` holds the first of them.
    pub count: u64,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The collector's two links, in front of the object.
    GcHeader,
    /// Pointers to `__dict__` and weak references, in front of the object.
    InFront,
    /// Count, type and the type's own fields.
    Header,
    /// Pointers to items.
    Items,
    /// The index table of a dict.
    Index,
    /// Hash, key and value of a dict's entries (for `str` keys: key and value).
    Entries,
    /// The header of a dict's table.
    KeysHeader,
    /// A set's table.
    SetTable,
    Characters,
    Bytes,
    Digits,
    /// Values of `__slots__`.
    Slots,
    /// Values of attributes, inline in the object; counted with the instance's `__dict__`, not in its size.
    InlineValues,
    /// Values of an instance's dict, whose keys are the class's.
    SharedValues,
    /// Items of one type, packed.
    PackedItems,
    /// A deque's block of 64 items.
    DequeBlock,
    /// What the blocks above don't explain.
    Rest,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// An index, or a field's name.
    pub over: String,
    pub text: String,
    pub state: CellState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    Header,
    Used,
    Free,
    Dummy,
    /// Looked at in this step of a search.
    Step(u32),
    /// The step that ended the search.
    Last(u32),
}

/// A fact in a word and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "fact")]
pub enum Fact {
    /// The list grows at the next append, to this room.
    GrowsTo { room: u64 },
    /// The table is rebuilt when this many entries have been added.
    GrowsAfter { more: u64 },
    /// Bytes a character.
    CharWidth { bytes: u64 },
    /// The value of an int from its digits of 30 bits, least first.
    DigitSum { text: String },
    /// Keys of a dict are all str: entries need no hash of their own.
    StrKeys,
    MixedKeys,
    /// Attribute names are kept once by the class, instances hold values only.
    SharedKeys { names: u64 },
    HasDict,
    NoDict,
}

/// A search in a dict or set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeSnapshot {
    pub container: String,
    pub type_name: String,
    pub key: String,
    pub hash: i64,
    pub mask: u64,
    pub slots: u64,
    pub used: u64,
    pub steps: Vec<ProbeStep>,
    pub found: Option<String>,
    /// The table around the steps.
    pub cells: Vec<Cell>,
    /// Entries of a dict, the one found marked.
    pub entries: Vec<Cell>,
    pub more_entries: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeStep {
    pub slot: u64,
    /// What is left of the hash that is mixed in.
    pub perturb: u64,
    /// A set's linear step to the neighbour.
    pub linear: bool,
    pub found: ProbeFound,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeFound {
    Free,
    Dummy,
    /// Another hash: passed without comparing.
    OtherHash { key: String },
    /// The very object.
    Identical { key: String },
    /// Equal hash: `==` was asked.
    Equal { key: String },
    Unequal { key: String },
    /// Equal hash, and `==` would run the program's own `__eq__`.
    NotAsked { key: String },
}
