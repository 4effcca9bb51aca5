//! What `%locks` and `%ps` show.
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LocksSnapshot {
    pub locks: Vec<LockRow>,
    pub waiters: Vec<WaitRow>,
    /// Names of the threads of a cycle, each waiting for the next; empty: there is none.
    pub cycle: Vec<String>,
    /// Locks that were left out.
    pub more: u64,
}

/// A lock, or an object of `threading` or `queue` that has one inside.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LockRow {
    pub name: String,
    pub kind: String,
    /// `free`, `taken`, `taken twice`, `value 2`, `3 items`.
    pub state: String,
    pub holder: Option<String>,
    /// Threads that wait for the lock itself.
    pub queue: Vec<String>,
    /// Threads that wait to be notified (a Condition's second layer).
    pub notified: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WaitRow {
    pub thread: String,
    pub waits_for: String,
    pub held_by: Option<String>,
    pub line: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProcessesSnapshot {
    pub processes: Vec<ProcessRow>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ProcessRow {
    pub pid: i32,
    pub parent: i32,
    pub name: String,
    /// What its threads do, or how it ended.
    pub state: String,
    pub threads: u64,
    pub fds: Vec<String>,
    pub objects: u64,
    /// Virtual nanoseconds since the session's start.
    pub time: u64,
}
