//! What several snapshots share: an object's kind, its reference count, a bounded repr.
use serde::Serialize;

/// What sort of object it is: decides how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// int, float, complex, bool, str, bytes, None, Ellipsis, NotImplemented.
    Scalar,
    List,
    Tuple,
    /// deque, array, bytearray, range: other sequences.
    Sequence,
    Dict,
    /// set and frozenset.
    Set,
    /// An instance of a class written in Python.
    Instance,
    Class,
    /// Python function, bound method, built-in, staticmethod, classmethod, property.
    Function,
    /// A closure cell.
    Cell,
    /// Generator, coroutine, async generator.
    Generator,
    Module,
    Other,
}

/// A reference count as `sys.getrefcount` means it, without the extra reference of the call itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refcount {
    Counted(u64),
    /// PEP 683: never counted, never freed.
    Immortal,
}

/// A repr of bounded length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Repr {
    pub text: String,
    /// The text was cut at the bound; views add the ellipsis.
    pub cut: bool,
}

impl Repr {
    /// A repr that is whole.
    pub fn whole(text: impl Into<String>) -> Repr {
        Repr { text: text.into(), cut: false }
    }

    /// The text, with `…` where it was cut.
    pub fn shown(&self) -> String {
        if self.cut { format!("{}…", self.text) } else { self.text.clone() }
    }
}
