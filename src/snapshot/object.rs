//! What `%object EXPR` shows: one object (or two compared with `is`), and why `is` says what it says.
use super::common::{Kind, Refcount, Repr};
use serde::Serialize;

/// `%object a` has only `subject`; `%object a, b` has `other` and `comparison` too.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObjectSnapshot {
    pub subject: ObjectFacts,
    pub other: Option<ObjectFacts>,
    pub comparison: Option<Comparison>,
}

/// The facts of one object.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObjectFacts {
    /// The expression as typed.
    pub expr: String,
    /// What `id()` returns.
    pub id: u64,
    /// `type(x).__qualname__`.
    pub type_name: String,
    pub kind: Kind,
    pub value: Repr,
    pub refcount: Refcount,
    /// `sys.getsizeof(x)`, in bytes.
    pub size: u64,
    /// Every name that is bound to it, innermost frame first.
    pub names: Vec<NameBinding>,
    /// What this object's identity rests on, strongest reason first; empty: an ordinary object.
    pub because: Vec<Because>,
}

/// One name and where it lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameBinding {
    /// The frame or namespace, as in a traceback: `<module>`, `f`, `builtins`.
    pub scope: String,
    pub name: String,
}

/// The answer to `a is b` and `a == b`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// `a is b`.
    pub same: bool,
    /// `a == b`; `None` when asking would run the program's own `__eq__`.
    pub equal: Option<bool>,
    pub because: Vec<Because>,
}

/// Why two expressions give one object, or two; or why this value has one object only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Because {
    /// An int from −5 to 256: made once, at start-up.
    SmallIntCache,
    /// A str in the table of interned strings (identifiers, `sys.intern`).
    InternedStr,
    /// A str of one character below U+0100, or a bytes object of length one: made once.
    SingleCharacter,
    /// `''`, `b''`, `()`, `frozenset()`: one object each.
    EmptySingleton,
    /// None, True, False, Ellipsis, NotImplemented.
    Singleton,
    /// Both come from one entry of `co_consts` of one code object.
    SameConstant {
        /// `co_qualname` of that code object.
        code: String,
    },
    /// Equal constants, but of code objects that were compiled apart (two cells, two functions).
    ConstantsOfTwoCodes { first: String, second: String },
    /// One object was bound to both: an assignment copies no object.
    SameObject,
    /// Each was made by an evaluation of its own, with no cache between.
    Distinct,
    /// A class, module or function: made once, when its statement ran.
    MadeOnce,
    /// The value was computed when the program ran, so no constant or cache was shared.
    ComputedAtRuntime,
    /// The first object had died before the second was made: its address was used again.
    AddressReused,
}
