//! What `%frames` and `%loop` show: suspended frames and what they wait for, and an event loop with its tasks.
use super::common::Repr;
use serde::Serialize;

/// A generator or coroutine, and down from it what each waits for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FramesSnapshot {
    pub expr: String,
    /// The expression's own first.
    pub links: Vec<Link>,
    /// The chain comes back to a link that is in it.
    pub circular: bool,
}

/// One that waits for the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    pub kind: LinkKind,
    /// `__qualname__` of the code; a task's name.
    pub name: String,
    pub state: LinkState,
    /// Where the frame stands; None without a frame.
    pub at: Option<Place>,
    pub locals: Vec<(String, Option<Repr>)>,
    /// Locals left out.
    pub more: u64,
    /// The operand stack above the locals, the top last.
    pub stack: Vec<Repr>,
    /// Futures: the result or exception, once there is one.
    pub value: Option<Repr>,
    /// Futures: functions to be called when it is done.
    pub callbacks: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    pub file: String,
    pub line: u32,
    pub source: String,
    pub how: How,
}

/// How a frame waits where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Before its first instruction.
    Start,
    Yield,
    YieldFrom,
    Await,
    /// It runs.
    Runs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    Generator,
    Coroutine,
    AsyncGenerator,
    Task,
    Future,
    /// Anything else that can be iterated.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    Created,
    Suspended,
    Running,
    Closed,
    Pending,
    Finished,
    Failed,
    Cancelled,
    /// Of an iterator nothing is known.
    Unknown,
}

/// An event loop between two of its turns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoopSnapshot {
    pub class_name: String,
    pub state: LoopState,
    /// What runs at the next turn, in this order.
    pub ready: Vec<Handle>,
    /// The timer heap, as it lies: entry 0 is the first to fire.
    pub timers: Vec<Timer>,
    pub keys: Vec<Key>,
    pub tasks: Vec<TaskRow>,
    pub futures: Vec<FutureRow>,
    /// Tasks that are done, of all that are alive.
    pub done: u64,
    /// Left out: handles, timers, tasks.
    pub more: [u64; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopState {
    Running,
    Stopped,
    Closed,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Handle {
    pub what: String,
    pub cancelled: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timer {
    /// Seconds of the loop's clock.
    pub when: f64,
    pub what: String,
    pub cancelled: bool,
}

/// A file descriptor that the selector watches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Key {
    pub fd: i64,
    pub object: String,
    pub reader: Option<String>,
    pub writer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskRow {
    pub name: String,
    pub coroutine: String,
    pub state: TaskState,
    /// Its frames, outermost first.
    pub frames: Vec<TaskFrame>,
    pub waits_for: Option<Target>,
    /// Result or exception of a task that is done.
    pub value: Option<Repr>,
    pub cancel_requests: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TaskFrame {
    pub name: String,
    pub file: String,
    pub line: u32,
    pub source: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Running,
    /// Will be stepped at the next turn.
    Ready,
    Waiting,
    Finished,
    Failed,
    Cancelled,
}

/// A place in the lists of tasks or futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Task(usize),
    Future(usize),
}

/// A future that a task waits for and that is no task.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FutureRow {
    /// `future 1`, `gather 2`.
    pub name: String,
    pub state: LinkState,
    /// The tasks of a gather or task group.
    pub children: Vec<Target>,
    pub by: Option<By>,
}

/// Who will complete a future, where that can be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// An entry of the timer heap.
    Timer(usize),
    /// An entry of the ready queue.
    Ready(usize),
    /// An object that keeps it: `Queue._getters`.
    Holder(String),
}
