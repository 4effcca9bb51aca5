//! The scheduler's data: which threads can run, which wait and for what, and the timers of those that sleep.
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{SysResult, Syscall, errno};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// What a blocked thread waits for (its deadline, if any, aside).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Only for its deadline.
    Sleep,
    Lock(u64),
    /// The end of a thread.
    Join(u32),
    /// A descriptor that becomes ready.
    Io,
    /// Its turn.
    Yield,
}

/// A call that has not finished: tried again whenever what it waits for may have come.
#[derive(Clone, Debug)]
pub struct Pending {
    pub call: Syscall,
    /// Virtual time at which it gives up.
    pub deadline: Option<u64>,
    /// Bytes already transferred.
    pub progress: usize,
    pub wait: Wait,
    /// This is the first try.
    pub first: bool,
}

/// One thread as the scheduler sees it.
#[derive(Clone, Debug, Default)]
struct Entry {
    pending: Option<Pending>,
    queued: bool,
    ended: bool,
    /// Which of its timers is the valid one.
    timer: u64,
}

/// All threads.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    entries: BTreeMap<u32, Entry>,
    runnable: VecDeque<u32>,
    /// Deadline, number of the timer, thread; a timer whose number is not its thread's is void.
    timers: BinaryHeap<Reverse<(u64, u64, u32)>>,
    last_timer: u64,
    last: u32,
}

impl Threads {
    /// Numbers of the threads that can run, in the order of the queue; the running one is not among them.
    pub fn runnable(&self) -> &VecDeque<u32> {
        &self.runnable
    }
    /// Whether no other thread exists that has not ended.
    pub fn alone(&self, thread: u32) -> bool {
        self.entries.iter().all(|(id, e)| *id == thread || e.ended)
    }
    /// Who waits for what, by thread number.
    pub fn waiting(&self) -> Vec<(u32, Wait)> {
        self.entries.iter().filter_map(|(id, e)| e.pending.as_ref().map(|p| (*id, p.wait))).collect()
    }
    pub fn waits_for(&self, thread: u32) -> Option<Wait> {
        self.entries.get(&thread)?.pending.as_ref().map(|p| p.wait)
    }
    pub(super) fn start(&mut self, parent: u32) -> u32 {
        self.last = self.last.max(parent).max(self.entries.keys().last().copied().unwrap_or(0)) + 1;
        self.queue(self.last);
        self.last
    }
    pub(super) fn queue(&mut self, thread: u32) {
        let e = self.entries.entry(thread).or_default();
        if !e.queued && !e.ended {
            e.queued = true;
            self.runnable.push_back(thread);
        }
    }
    pub(super) fn pop(&mut self) -> Option<u32> {
        let thread = self.runnable.pop_front()?;
        self.entries.entry(thread).or_default().queued = false;
        Some(thread)
    }
    pub(super) fn unqueue(&mut self, thread: u32) {
        if std::mem::take(&mut self.entries.entry(thread).or_default().queued) {
            self.runnable.retain(|t| *t != thread);
        }
    }
    pub(super) fn block(&mut self, thread: u32, pending: Pending) {
        let e = self.entries.entry(thread).or_default();
        if let Some(at) = pending.deadline {
            self.last_timer += 1;
            e.timer = self.last_timer;
            self.timers.push(Reverse((at, e.timer, thread)));
        }
        let turn = pending.wait == Wait::Yield;
        e.pending = Some(pending);
        if turn {
            self.queue(thread);
        }
    }
    pub(super) fn take_pending(&mut self, thread: u32) -> Option<Pending> {
        let e = self.entries.get_mut(&thread)?;
        e.timer = 0;
        e.pending.take()
    }
    pub(super) fn cancel(&mut self, thread: u32) -> bool {
        let waited = self.take_pending(thread).is_some();
        if waited {
            self.queue(thread);
        }
        waited
    }
    pub(super) fn end(&mut self, thread: u32) {
        self.unqueue(thread);
        let e = self.entries.entry(thread).or_default();
        e.ended = true;
        e.pending = None;
    }
    pub fn ended(&self, thread: u32) -> bool {
        self.entries.get(&thread).is_some_and(|e| e.ended)
    }
    /// Makes every thread runnable whose wait fits.
    pub(super) fn wake_where(&mut self, fits: impl Fn(&Wait) -> bool) {
        let found: Vec<u32> = self.waiting().into_iter().filter(|(_, w)| fits(w)).map(|(id, _)| id).collect();
        found.into_iter().for_each(|id| self.queue(id));
    }
    pub(super) fn next_timer(&mut self) -> Option<(u64, u32)> {
        while let Some(Reverse((at, number, thread))) = self.timers.peek().copied() {
            if self.entries.get(&thread).is_some_and(|e| e.timer == number && e.pending.is_some()) {
                return Some((at, thread));
            }
            self.timers.pop();
        }
        None
    }
    pub(super) fn fire(&mut self, now: u64) {
        while let Some((at, thread)) = self.next_timer() {
            if at > now {
                return;
            }
            self.timers.pop();
            self.queue(thread);
        }
    }
}

impl Os {
    pub(super) fn thread_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let over = p.deadline.is_some_and(|at| at <= self.now(ctx));
        let flag = |b: bool| Ok(SysResult::Int(b as i64));
        match p.call {
            Syscall::ThreadStart => Ok(SysResult::Int(self.threads.start(ctx.thread) as i64)),
            Syscall::ThreadYield if p.first => Err(Stop::Wait(Wait::Yield)),
            // sleep(0) still gives up the turn, as sched_yield does.
            Syscall::Sleep { ns: 0 } if p.first => Err(Stop::Wait(Wait::Yield)),
            Syscall::ThreadYield => Ok(SysResult::Done),
            Syscall::Sleep { .. } if over => Ok(SysResult::Done),
            Syscall::Sleep { .. } => Err(Stop::Wait(Wait::Sleep)),
            Syscall::ThreadSelf => Ok(SysResult::Int(ctx.thread as i64)),
            Syscall::ThreadDone { thread } => flag(self.threads.ended(thread)),
            Syscall::ThreadJoin { thread, .. } => {
                if self.threads.ended(thread) {
                    return flag(true);
                }
                if over { flag(false) } else { Err(Stop::Wait(Wait::Join(thread))) }
            }
            Syscall::LockNew => Ok(SysResult::Int(self.locks.create() as i64)),
            Syscall::LockTaken { lock } => flag(self.locks.taken(lock)),
            Syscall::LockAcquire { lock, blocking, .. } => {
                if self.locks.take(lock, ctx.thread) {
                    return flag(true);
                }
                if !blocking || over {
                    self.locks.forget(lock, ctx.thread);
                    return flag(false);
                }
                self.locks.wait(lock, ctx.thread);
                Err(Stop::Wait(Wait::Lock(lock)))
            }
            Syscall::LockRelease { lock } => match self.locks.release(lock) {
                Ok(next) => {
                    next.into_iter().for_each(|t| self.threads.queue(t));
                    Ok(SysResult::Done)
                }
                Err(()) => Err(errno::EPERM.into()),
            },
            _ => Err(Os::not_simulated()),
        }
    }
}
