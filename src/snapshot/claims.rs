//! What `%claims` shows: the notes' statements, what became of each, and how its check ended where it was run.
use serde::Serialize;

/// Chapters in their order; one chapter, or one claim of it, where that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ClaimsSnapshot {
    pub asked: Asked,
    pub chapters: Vec<Chapter>,
    /// Checks were run.
    pub ran: bool,
    /// The user stopped the run: claims after that have no result.
    pub interrupted: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// The list of chapters.
    #[default]
    Chapters,
    Chapter,
    Claim,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Chapter {
    pub number: u32,
    /// In English and in Chinese.
    pub title: (String, String),
    pub claims: Vec<Claim>,
}

/// A statement of the notes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    pub id: String,
    /// The notes' own words.
    pub zh: String,
    /// The same in English.
    pub says: String,
    pub verdict: Verdict,
    /// What is true instead, where the statement does not hold as it stands.
    pub truth: Option<String>,
    /// A program that ends without an exception if the statement, or its correction, is true.
    pub check: String,
    pub run: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Holds,
    /// It is not so: `truth` says what is.
    Corrected,
    /// It was so in an earlier Python: `truth` says since when it is not.
    Dated,
}

/// How a check ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The exception's one line; None: it passed.
    pub error: Option<String>,
    /// The line of the check that raised it, counted from 1.
    pub line: Option<u32>,
    /// What the check printed.
    pub output: String,
}
