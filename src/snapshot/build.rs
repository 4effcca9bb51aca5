//! What `%%build` shows: for each class that a cell makes, the hooks that ran, in their order, with what each got and gave.
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct BuildSnapshot {
    /// In the order in which their making began.
    pub classes: Vec<ClassBuild>,
    /// Classes beyond the limit.
    pub more: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClassBuild {
    pub name: String,
    /// Of the statement, or of the call that made it.
    pub line: u32,
    /// False: made by a call of `type` or of a metaclass.
    pub statement: bool,
    /// As given, before `__mro_entries__`.
    pub bases: Vec<String>,
    pub keywords: Vec<(String, String)>,
    pub steps: Vec<BuildStep>,
    /// Steps beyond the limit.
    pub more: u64,
    pub outcome: BuildOutcome,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildOutcome {
    /// What the name is bound to, and the class's MRO.
    Made { value: String, mro: Vec<String>, name: Option<String> },
    Raised(String),
    /// The run ended in the middle.
    #[default]
    Unfinished,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuildStep {
    /// Steps that it happened inside of.
    pub depth: u32,
    pub hook: Hook,
    /// The function that ran: `Meta.__new__`.
    pub who: String,
    pub args: Vec<String>,
    /// Where the function begins, 0 in a file that is no cell; None: the machine's own.
    pub line: Option<u32>,
    pub result: StepResult,
    /// Names that were bound meanwhile: in the body's namespace, in the class.
    pub names: Vec<NameBound>,
    /// Names that the new class has not from the namespace.
    pub dropped: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NameBound {
    pub name: String,
    /// None: deleted.
    pub value: Option<String>,
    /// 0: not by a line of the body.
    pub line: u32,
}

impl NameBound {
    /// A name that the compiler and the machine leave in every class.
    pub fn is_housekeeping(&self) -> bool {
        matches!(self.name.as_str(), "__module__" | "__qualname__" | "__firstlineno__" | "__static_attributes__" | "__classcell__" | "__classdictcell__" | "__annotations_cache__")
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepResult {
    #[default]
    Open,
    Returned(String),
    Raised(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    MroEntries,
    Metaclass(Why),
    Prepare,
    Body,
    /// The metaclass is called.
    Call,
    /// `__call__` of the metaclass's class, `__new__`, `__init__`.
    MetaMethod,
    TypeNew,
    SetName,
    InitSubclass,
    Decorator,
    /// The statement's name.
    Bound,
}

/// Why a metaclass is the one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Keyword,
    /// `type(base)` of this base.
    OfBase(String),
    /// There are no bases.
    Default,
    /// This one was given or came first; a base's class is derived from it.
    Derived { first: String, base: String },
}
