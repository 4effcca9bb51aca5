//! The log of a run: what threads and processes did, when, and where in the program. A leaf: plain data, no handles.
//!
//! Written by the machine at its door to the system (`machine/record.rs`), read by lenses. Times are virtual nanoseconds.
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A thread of a process, or a task of asyncio that runs on one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Lane {
    pub pid: i32,
    pub thread: u32,
    /// Tasks are numbered from 1 as they are seen; 0: the thread itself.
    pub task: u32,
}

/// What threads wait for each other at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Thing {
    /// A lock of a process.
    Lock(i32, u64),
    /// A semaphore that processes share.
    Semaphore(u64),
}

/// Where bytes go from one to another: a pipe or one direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Channel {
    Pipe(u32),
    /// The socket at which the bytes arrive.
    Socket(u32),
}

/// Why a thread that could go on does not run any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Why {
    /// It has held the GIL for the switch interval, and another waits for it.
    Interval,
    /// The schedule says so.
    Policy,
    /// Another process is behind in time.
    Aside,
    /// Without a GIL: others have the processors.
    Processor,
}

/// What a blocked thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Waiting {
    Sleep,
    For(Thing),
    /// The end of a thread of its process.
    Thread(u32),
    Io,
    /// A child process that ends.
    Child,
    /// What runs in another interpreter, by number.
    Interpreter(i64),
    /// A queue between interpreters, by number.
    Queue(i64),
    /// Its next turn.
    Turn,
}

/// How a lane began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Birth {
    Thread,
    Fork,
    Spawn,
    Task,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub enum Awaited {
    Sleep,
    Io,
    /// Another task, or a group of them.
    Task,
    Future,
    /// Its next turn.
    Turn,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum Ending {
    Finished,
    Failed,
    Cancelled,
}

/// A turn of an event loop: it has waited, and is about to run what is ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Turn {
    pub number: u64,
    /// For how long it was ready to wait, in nanoseconds; None: as long as it takes.
    pub timeout: Option<u64>,
    /// Descriptors that had become ready.
    pub events: u64,
    /// Callbacks that it will run.
    pub callbacks: u64,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub enum What {
    /// Another lane begins.
    Starts(Lane, Birth),
    /// It gets the GIL (in a process of one thread: a processor). Since when it could have run.
    Runs { ready: u64 },
    /// It gives the GIL up though it could go on.
    Stops(Why),
    /// It gives the GIL up and waits.
    Waits(Waiting),
    Ends,
    Takes(Thing),
    /// It did not get what it asked for.
    Misses(Thing),
    Releases(Thing),
    Sends(Channel, usize),
    Receives(Channel, usize),
    Prints(String),
    /// A shared name's value.
    Reads { name: String, value: String },
    Writes { name: String, value: String },
    /// A task goes on.
    Steps,
    /// A task gives way, until what it waits for is there.
    Awaits(Awaited, String),
    /// Another task may go on; what of the loop's did it, where no task did.
    Wakes(Lane, String),
    Settles(Ending, String),
    TurnBegins(u64),
    Turns(Turn),
}

/// Where in the program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Place {
    pub function: Arc<str>,
    pub file: Arc<str>,
    pub line: u32,
    /// Frames of the program below this one.
    pub depth: u32,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Event {
    pub at: u64,
    pub lane: Lane,
    pub what: What,
    /// Index into [`Log::places`].
    pub place: Option<u32>,
}

/// An append-only log with a limit.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub events: Vec<Event>,
    pub places: Vec<Place>,
    /// Names of lanes and things, as they were found while they lived.
    pub lanes: BTreeMap<Lane, String>,
    pub things: BTreeMap<Thing, String>,
    /// Events that came after the limit.
    pub lost: u64,
    known: FxHashMap<Place, u32>,
}

/// Events that a log keeps.
pub const LIMIT: usize = 200_000;

impl Log {
    pub fn note(&mut self, at: u64, lane: Lane, what: What, place: Option<Place>) {
        if self.events.len() >= LIMIT {
            self.lost += 1;
            return;
        }
        let place = place.map(|p| self.place(p));
        self.events.push(Event { at, lane, what, place });
    }
    fn place(&mut self, p: Place) -> u32 {
        if let Some(known) = self.known.get(&p) {
            return *known;
        }
        let number = self.places.len() as u32;
        self.places.push(p.clone());
        self.known.insert(p, number);
        number
    }
}
