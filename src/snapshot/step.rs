//! What `%%step` shows: the steps of a run, each with the state after it.
use super::heap::HeapSnapshot;
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StepsSnapshot {
    /// The cell's lines, the command's own left blank.
    pub source: Vec<String>,
    pub steps: Vec<Step>,
    /// Steps that the run had in all.
    pub total: u64,
    /// The states, each used by one step or several in a row. Left out of the JSON form: the pictures show them.
    #[serde(skip)]
    pub states: Vec<HeapSnapshot>,
}

impl StepsSnapshot {
    /// The same without its steps.
    pub fn clone_head(&self) -> StepsSnapshot {
        StepsSnapshot { source: self.source.clone(), total: self.total, steps: vec![], states: vec![] }
    }
}

/// What one line did until another began, or until a call left it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// Among all steps of the run, from 1.
    pub number: u64,
    pub line: u32,
    /// Frames below.
    pub depth: u32,
    /// The function's qualified name, or `<module>`.
    pub function: String,
    /// The machine's number of the thread, where it is not the main one.
    pub thread: Option<u32>,
    /// A frame begins: of a function, a class body, a generator.
    pub enters: bool,
    /// A generator's frame goes on.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub resumes: bool,
    pub end: End,
    /// An expression inside of the line, with its value.
    pub expression: Option<(String, String)>,
    /// `x: 1 → 2`, `xs[0] = 5`, `del y`.
    pub changes: Vec<String>,
    /// What was written while it ran.
    pub printed: String,
    /// Index into [`StepsSnapshot::states`].
    pub state: usize,
    /// The loops it is in, outermost first: a number for the loop's run, and the turn.
    #[serde(skip)]
    pub loops: Vec<(u32, u64)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Another line begins.
    #[default]
    Next,
    Returns(String),
    Yields(String),
    /// The exception, and the functions whose frames it ends.
    Raises(String, Vec<String>),
}
