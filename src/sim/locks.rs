//! Locks of `_thread`: who holds each and who waits for it, in order.
//!
//! A released lock is free: the first waiter is woken and tries again, and a thread that runs may take it before (barging),
//! as with CPython's parking-lot mutexes within their first millisecond.
use std::collections::{BTreeMap, VecDeque};

/// A lock that is held or waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The thread that took it; any thread may release it.
    pub owner: Option<u32>,
    /// Waiting threads, longest first.
    pub queue: VecDeque<u32>,
}

/// All locks that are held or waited for; a free lock without waiters needs no entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    pub table: BTreeMap<u64, Lock>,
    last: u64,
}

impl Locks {
    /// A new lock's number.
    pub fn create(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
    pub fn taken(&self, lock: u64) -> bool {
        self.table.get(&lock).is_some_and(|l| l.owner.is_some())
    }
    /// Whether a thread waits for it.
    pub fn awaited(&self, lock: u64) -> bool {
        self.table.get(&lock).is_some_and(|l| !l.queue.is_empty())
    }
    /// Takes a free lock; false when it is held.
    pub fn take(&mut self, lock: u64, thread: u32) -> bool {
        let l = self.table.entry(lock).or_default();
        if l.owner.is_some() {
            return false;
        }
        l.owner = Some(thread);
        l.queue.retain(|t| *t != thread);
        true
    }
    /// Puts a thread into the queue once; one that was woken in vain keeps its place.
    pub fn wait(&mut self, lock: u64, thread: u32) {
        let l = self.table.entry(lock).or_default();
        if !l.queue.contains(&thread) {
            l.queue.push_back(thread);
        }
    }
    /// The thread does not wait any more.
    pub fn forget(&mut self, lock: u64, thread: u32) {
        if let Some(l) = self.table.get_mut(&lock) {
            l.queue.retain(|t| *t != thread);
        }
        self.tidy(lock);
    }
    /// Frees a held lock; the thread to wake. Err when it is not held.
    pub fn release(&mut self, lock: u64) -> Result<Option<u32>, ()> {
        let l = self.table.get_mut(&lock).filter(|l| l.owner.is_some()).ok_or(())?;
        l.owner = None;
        let next = l.queue.front().copied();
        self.tidy(lock);
        Ok(next)
    }
    fn tidy(&mut self, lock: u64) {
        if self.table.get(&lock).is_some_and(|l| l.owner.is_none() && l.queue.is_empty()) {
            self.table.remove(&lock);
        }
    }
}
