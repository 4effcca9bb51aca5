//! What `%dispatch EXPR` shows: the special-method calls that one expression makes.
use super::common::Repr;
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DispatchSnapshot {
    /// The expression as typed.
    pub expr: String,
    /// The operator or built-in that started it: `+`, `in`, `len()`, `bool()`, `for`.
    pub operation: String,
    /// In the order of the source: left first.
    pub operands: Vec<Operand>,
    /// In the order they are tried.
    pub steps: Vec<DispatchStep>,
    pub outcome: DispatchOutcome,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Operand {
    /// As typed.
    pub expr: String,
    pub type_name: String,
    pub value: Repr,
}

/// One special method, tried or passed over.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DispatchStep {
    /// The type on which the method is looked for.
    pub type_name: String,
    /// `__add__`, `__radd__`, `__contains__` …
    pub method: String,
    /// The class of that type's MRO that defines it; `None` when there is none.
    pub defined_in: Option<String>,
    /// The arguments, self first, bounded reprs.
    pub args: Vec<String>,
    pub outcome: StepOutcome,
    /// Why this one is tried here.
    pub notes: Vec<StepNote>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    Returned(Repr),
    NotImplemented,
    /// No class of the MRO defines it.
    Missing,
    /// The class sets it to None: the operation is refused there.
    SetToNone,
    Raised { exception: String, message: String },
    /// Not tried, for the reason in the notes.
    Skipped,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepNote {
    /// The right operand's reflected method.
    Reflected,
    /// The right operand's type is a subclass that overrides the reflected method: it goes first.
    SubclassFirst,
    /// The same for a comparison, where no override is asked for.
    SubclassCompares,
    /// Both operands have the same type: the reflected method is not tried.
    SameType,
    /// The in-place method of `+=` and its like.
    InPlace,
    /// Tried because this earlier method was missing or gave NotImplemented.
    FallsBackFrom { method: String },
    /// Called again for each item, index or element; this step stands for `count` calls.
    Repeated { count: u64 },
    /// `==` and `!=` end with a comparison of identity.
    Identity,
    /// The value is turned into a bool (`not`, `in`, `if`).
    Truth,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DispatchOutcome {
    Value(Repr),
    Raised { exception: String, message: String },
}
