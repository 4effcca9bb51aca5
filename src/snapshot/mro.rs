//! What `%mro CLASS` shows: the C3 merge, step by step.
use serde::Serialize;

/// The merge that makes `CLASS.__mro__` (Python 2.3's method resolution order, C3).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MroSnapshot {
    /// There is no such class: its bases were given.
    pub hypothetical: bool,
    /// The class whose linearisation this is.
    pub class: String,
    /// Its bases, in order.
    pub bases: Vec<String>,
    /// Each step takes one class; the last one of a failed merge takes none.
    pub steps: Vec<MergeStep>,
    pub outcome: MroOutcome,
    /// The metaclass whose own `mro()` method replaced C3's answer.
    pub overridden_by: Option<String>,
}

/// One step: the lists as they stand before it, and the heads tried, in order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MergeStep {
    /// All lists of the merge in their order, exhausted ones as empty lists.
    pub lists: Vec<MergeList>,
    pub tried: Vec<Candidate>,
}

/// One list of the merge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MergeList {
    pub source: ListSource,
    /// What is left of it; the first one is its head.
    pub items: Vec<String>,
}

/// Where a list of the merge comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ListSource {
    /// The linearisation of this base.
    Linearisation(String),
    /// The list of the bases themselves.
    Bases,
}

/// A head that was considered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    pub class: String,
    /// The index in [`MergeStep::lists`] of the list it heads.
    pub list: usize,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It stands in no list's tail.
    Taken,
    /// It stands behind the head of these lists (indices).
    Refused { in_tail_of: Vec<usize> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MroOutcome {
    /// The whole `__mro__`, the class itself first.
    Linearised(Vec<String>),
    /// No head could be taken: the `TypeError` Python raises.
    Conflict {
        /// The heads that all stand in some tail.
        heads: Vec<String>,
        message: String,
    },
    /// The merge gives this order, but no class can have these bases: the `TypeError` Python raises.
    Refused { order: Vec<String>, message: String },
}
