//! What was executed, now and in earlier sessions: kept by a thread of its own, so that no cell waits for a disk.
//!
//! `store.rs` has the file. The thread starts with the first cell; a kernel that runs none touches no file.
mod place;
mod store;

use crate::wire::history::HistoryRequest;
pub use place::{Keep, place};
use serde_json::Value;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use store::Store;

/// Cells that may wait for the disk; beyond them the history has gaps, rather than the kernel a leak.
const WAITING: usize = 1000;
/// Longest wait for an answer. A file that another kernel has locked for longer has no answer to give.
const PATIENCE: Duration = Duration::from_secs(3);
/// Longest wait at the kernel's end for cells to be written.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A cell that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub line: u32,
    pub input: String,
    /// The text form of the cell's value.
    pub output: Option<String>,
}

enum Order {
    Add(Entry),
    Answer(HistoryRequest, SyncSender<Vec<Value>>),
    /// Answered when all before it is written.
    Flush(SyncSender<()>),
}

/// The way to the thread that keeps the history.
#[derive(Default)]
pub struct History {
    keep: Keep,
    thread: OnceLock<Option<SyncSender<Order>>>,
    /// Why the file is not used, once that is known.
    complaint: Arc<Mutex<Option<String>>>,
}

impl History {
    pub fn new(keep: Keep) -> History {
        History { keep, ..History::default() }
    }

    fn thread(&self) -> Option<&SyncSender<Order>> {
        let start = || {
            let (to, orders) = sync_channel(WAITING);
            let (keep, complaint) = (self.keep.clone(), self.complaint.clone());
            let work = move || serve(&keep, &orders, &complaint);
            // Without the thread there is no history, and everything else works.
            std::thread::Builder::new().name("history".into()).spawn(work).ok().map(|_| to)
        };
        self.thread.get_or_init(start).as_ref()
    }

    /// Does not wait.
    pub fn add(&self, entry: Entry) {
        if let Some(thread) = self.thread() {
            // Full: the disk hangs, and this cell is not kept.
            let _ = thread.try_send(Order::Add(entry));
        }
    }

    /// Entries in the order of execution, in the protocol's form. None: there is no answer in time.
    pub fn answer(&self, request: HistoryRequest) -> Option<Vec<Value>> {
        let (to, answer) = sync_channel(1);
        self.thread()?.try_send(Order::Answer(request, to)).ok()?;
        answer.recv_timeout(PATIENCE).ok()
    }

    /// Waits, not for long, until all is written.
    pub fn flush(&self) {
        let (to, done) = sync_channel(1);
        if let Some(Some(thread)) = self.thread.get()
            && thread.try_send(Order::Flush(to)).is_ok()
        {
            let _ = done.recv_timeout(LAST_WORDS);
        }
    }

    /// The sentence that says why the file is not used; once.
    pub fn complaint(&self) -> Option<String> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn serve(keep: &Keep, orders: &Receiver<Order>, complaint: &Mutex<Option<String>>) {
    let complain = |why: String| *complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    let mut store = match keep {
        Keep::Nothing => Store::in_memory(),
        Keep::File(path) => Store::open(path).or_else(|why| {
            complain(why);
            Store::in_memory()
        }),
    };
    while let Ok(order) = orders.recv() {
        let Ok(store) = &mut store else { return };
        match order {
            Order::Add(entry) => {
                if let Err(e) = store.add(&entry) {
                    complain(format!("a cell was not kept in the history: {e}"));
                }
            }
            // The asker may have stopped waiting.
            Order::Answer(request, to) => drop(to.try_send(store.answer(&request).unwrap_or_default())),
            Order::Flush(to) => drop(to.try_send(())),
        }
    }
}

/// For the fuzz test of the wire: any request has an answer, of an empty history and of one with cells.
#[cfg(test)]
pub fn fuzzed(request: &HistoryRequest) {
    let mut store = Store::in_memory().expect("memory");
    store.answer(request).expect("an answer");
    store.add(&Entry { line: 1, input: "abc".into(), output: None }).expect("room");
    store.answer(request).expect("an answer");
}
