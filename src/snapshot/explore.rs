//! What `%%explore` shows: passes over schedules, and the outcomes that they found.
use super::timeline::TimelineSnapshot;
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExploreSnapshot {
    pub passes: Vec<ExplorePass>,
    /// The most frequent first.
    pub outcomes: Vec<ExploreOutcome>,
    pub interrupted: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExplorePass {
    /// `gil`, `bytecode`, `line`.
    pub points: String,
    /// `preemptions 2`, `random 7`, `pct 3 7`.
    pub strategy: String,
    pub runs: u64,
    /// Every schedule within the bound was run.
    pub complete: bool,
    /// The most decisions in one run.
    pub decisions: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ExploreOutcome {
    /// What `%replay` calls it.
    pub name: String,
    pub kind: OutcomeKind,
    /// In words: what was printed, the value, the exception.
    pub text: String,
    /// Schedules that led to it, by pass.
    pub counts: Vec<u64>,
    pub preemptions: u32,
    pub switches: u32,
    /// Its simplest schedule, step by step; the first few outcomes have it.
    pub steps: Option<TimelineSnapshot>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    #[default]
    Ends,
    Raises,
    Deadlock,
    Endless,
}
