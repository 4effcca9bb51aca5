//! What `%%timeline` shows: lanes with their states over virtual time, who held which lock, messages, and the steps in order.
use serde::Serialize;

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TimelineSnapshot {
    /// Virtual nanoseconds.
    pub from: u64,
    pub to: u64,
    pub lanes: Vec<TimelineLane>,
    pub things: Vec<TimelineThing>,
    pub arrows: Vec<TimelineArrow>,
    pub steps: Vec<TimelineStep>,
    /// Turns of event loops.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<TimelineTurn>,
    /// A task waited as a thread does, and its loop stood still: lane, line, from, to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<(usize, u32, u64, u64)>,
    /// How often a lane gave way, by reason.
    pub switches: Vec<(SwitchReason, u64)>,
    pub lost_updates: Vec<LostUpdate>,
    /// Events beyond the log's limit.
    pub lost: u64,
    /// Reads and writes were told only up to some number.
    pub accesses_cut: bool,
    /// There was no GIL, and there were so many processors for the threads; None: a GIL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub free_on: Option<u64>,
}

impl TimelineSnapshot {
    /// Some: there was no GIL, but so many processors; who could run waited for one of them.
    pub fn run_free(&mut self, free_on: Option<u64>) {
        self.free_on = free_on;
        let waits = self.lanes.iter_mut().flat_map(|l| &mut l.segments).filter(|x| x.state == LaneState::Ready);
        waits.filter(|_| free_on.is_some()).for_each(|x| x.label = "CPU".to_owned());
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TimelineLane {
    pub name: String,
    pub pid: i32,
    pub segments: Vec<TimelineSegment>,
    pub ended: bool,
    /// A task of asyncio: how it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskEnd>,
    /// How often it ran.
    pub runs: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskEnd {
    #[default]
    Pending,
    Finished(String),
    Failed(String),
    Cancelled,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TimelineTurn {
    pub lane: usize,
    pub number: u64,
    pub from: u64,
    /// When it had waited; callbacks run from here on.
    pub ran: u64,
    pub to: u64,
    pub timeout: Option<u64>,
    pub events: u64,
    pub callbacks: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineSegment {
    pub from: u64,
    pub to: u64,
    pub state: LaneState,
    /// What it waits for, in the program's words.
    pub label: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LaneState {
    Runs,
    /// Could run; waits for the GIL.
    Ready,
    Asleep,
    /// Waits for a lock, a semaphore.
    Blocked,
    Io,
    /// Waits for the end of a thread or a child process.
    Joins,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchReason {
    Interval,
    Policy,
    Processor,
    Sleep,
    Lock,
    Io,
    Join,
    Turn,
    End,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TimelineThing {
    pub name: String,
    /// From, to, lane.
    pub held: Vec<(u64, u64, usize)>,
    /// The longest queue before it.
    pub most_waiting: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineArrow {
    pub from: (usize, u64),
    pub to: (usize, u64),
    pub label: String,
}

/// One line of the text form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimelineStep {
    pub at: u64,
    pub lane: usize,
    pub line: u32,
    pub depth: u32,
    pub what: StepKind,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Starts(String),
    /// Nanoseconds it has waited for the GIL.
    Runs(u64),
    Switches(SwitchReason, String),
    Ends,
    Takes(String),
    Misses(String),
    Releases(String),
    Sends(u64, String),
    Receives(u64, String),
    Prints(String),
    Reads(String, String),
    Writes(String, String),
    /// A task gives way: what it waits for.
    Awaits(Awaited, String),
    /// The task, and what of the loop's did it.
    Wakes(String, String),
    Settles(TaskEnd),
    /// Number, timeout, descriptors, callbacks.
    Turns(u64, Option<u64>, u64, u64),
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    Sleep,
    Io,
    Task,
    Future,
    Turn,
}

/// A write on top of another's that the writer had not seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LostUpdate {
    pub name: String,
    pub writer: usize,
    pub over: usize,
    /// What the writer had read.
    pub read: String,
}
