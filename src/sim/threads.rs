//! The scheduler's data: which threads of which processes can run, which wait and for what, and the timers of those that sleep.
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{SysResult, Syscall, errno};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// A thread of a process. The number is the process's own: a fork keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tid {
    pub pid: i32,
    pub thread: u32,
}

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
    /// A child process that ends.
    Child,
    /// A semaphore that is shared by processes.
    Semaphore(u64),
    /// What runs in another interpreter.
    Interpreter(i64),
    /// A queue between interpreters.
    Queue(i64),
}

/// Whose change wakes threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Socket(u32),
    Pipe(u32),
    Epoll(u32),
    /// The end of a thread.
    End(Tid),
    /// The end of a process.
    Process(i32),
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
    /// Those who join it take it as ended though it goes on (`_ThreadHandle._set_done`).
    released: bool,
    /// It never runs again, and has not ended.
    frozen: bool,
    /// Signals that it blocks, as bits.
    blocked: u64,
    /// Which of its timers is the valid one.
    timer: u64,
    /// Virtual time at which it was made runnable, by the clock of whoever did: it does not run before.
    ready_at: u64,
    /// Without a GIL: the time it had come to when it last ran.
    time: u64,
    /// Where it is on the lists of those that wait.
    sources: Vec<Source>,
    /// A call that a signal broke off: asked again, it goes on with its old deadline (PEP 475).
    broken_off: Option<Pending>,
}

/// All threads.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    entries: BTreeMap<Tid, Entry>,
    runnable: VecDeque<Tid>,
    /// Deadline, number of the timer, thread; a timer whose number is not its thread's is void.
    timers: BinaryHeap<Reverse<(u64, u64, Tid)>>,
    last_timer: u64,
    /// Who waits for which change, in the order in which they came.
    awaited: BTreeMap<Source, VecDeque<Tid>>,
    /// The last thread number given out, by process.
    last: BTreeMap<i32, u32>,
}

impl Threads {
    /// Numbers of the threads that can run, in the order of the queue; the running one is not among them.
    pub fn runnable(&self) -> &VecDeque<Tid> {
        &self.runnable
    }
    /// Who waits for what, by thread number.
    pub fn waiting(&self) -> Vec<(Tid, Wait)> {
        self.entries.iter().filter_map(|(id, e)| e.pending.as_ref().map(|p| (*id, p.wait))).collect()
    }
    pub fn waits_for(&self, thread: Tid) -> Option<Wait> {
        self.entries.get(&thread)?.pending.as_ref().map(|p| p.wait)
    }
    /// A new thread of the parent's process, runnable at `now`; its number.
    pub(super) fn start(&mut self, parent: Tid, now: u64) -> u32 {
        let of_process = Tid { pid: parent.pid, thread: 0 }..=Tid { pid: parent.pid, thread: u32::MAX };
        let known = self.entries.range(of_process).next_back().map_or(0, |(t, _)| t.thread);
        let last = self.last.entry(parent.pid).or_default();
        *last = (*last).max(parent.thread).max(known) + 1;
        let thread = Tid { pid: parent.pid, thread: *last };
        let blocked = self.blocked(parent);
        self.entries.entry(thread).or_default().blocked = blocked;
        self.queue(thread, now);
        thread.thread
    }
    /// Makes a thread runnable, at the end of the queue.
    pub(super) fn queue(&mut self, thread: Tid, now: u64) {
        if self.becomes_runnable(thread, now) {
            self.runnable.push_back(thread);
        }
    }
    /// Makes a thread runnable, before all others.
    pub(super) fn queue_first(&mut self, thread: Tid, now: u64) {
        if self.becomes_runnable(thread, now) {
            self.runnable.push_front(thread);
        }
    }
    /// Marks it; false when it is in the queue already, or has ended.
    fn becomes_runnable(&mut self, thread: Tid, now: u64) -> bool {
        let e = self.entries.entry(thread).or_default();
        let new = !e.queued && !e.ended && !e.frozen;
        if new {
            e.queued = true;
            e.ready_at = now;
        }
        new
    }
    /// Puts a thread that can run before all others.
    pub(super) fn to_front(&mut self, thread: Tid) {
        if let Some(at) = self.runnable.iter().position(|t| *t == thread) {
            self.runnable.remove(at);
            self.runnable.push_front(thread);
        }
    }
    /// Since when it can run; of a running thread, since when it could.
    pub fn ready_at(&self, thread: Tid) -> u64 {
        self.entries.get(&thread).map_or(0, |e| e.ready_at)
    }
    /// Without a GIL: the earliest time at which it can go on.
    pub fn can_go_on_at(&self, thread: Tid) -> u64 {
        self.entries.get(&thread).map_or(0, |e| e.time.max(e.ready_at))
    }
    pub(super) fn set_time(&mut self, thread: Tid, now: u64) {
        self.entries.entry(thread).or_default().time = now;
    }
    /// No thread goes on before its process's time.
    pub(super) fn not_before(&mut self, now: impl Fn(i32, &super::Family) -> u64, family: &super::Family) {
        self.entries.iter_mut().for_each(|(t, e)| e.time = e.time.max(now(t.pid, family)));
    }
    pub(super) fn is_queued(&self, thread: Tid) -> bool {
        self.entries.get(&thread).is_some_and(|e| e.queued)
    }
    /// Forgets every thread of a process.
    pub(super) fn end_process(&mut self, pid: i32) {
        self.runnable.retain(|t| t.pid != pid);
        self.entries.retain(|t, _| t.pid != pid);
        for list in self.awaited.values_mut() {
            list.retain(|t| t.pid != pid);
        }
        self.awaited.retain(|_, list| !list.is_empty());
        self.last.remove(&pid);
    }
    pub(super) fn unqueue(&mut self, thread: Tid) {
        if std::mem::take(&mut self.entries.entry(thread).or_default().queued) {
            match self.runnable.front() == Some(&thread) {
                true => _ = self.runnable.pop_front(),
                false => self.runnable.retain(|t| *t != thread),
            }
        }
    }
    /// `sources`: whose change wakes it.
    pub(super) fn block(&mut self, thread: Tid, pending: Pending, now: u64, sources: Vec<Source>) {
        for source in &sources {
            self.awaited.entry(*source).or_default().push_back(thread);
        }
        let e = self.entries.entry(thread).or_default();
        if let Some(at) = pending.deadline {
            self.last_timer += 1;
            e.timer = self.last_timer;
            self.timers.push(Reverse((at, e.timer, thread)));
        }
        let turn = pending.wait == Wait::Yield;
        e.pending = Some(pending);
        e.sources = sources;
        if turn {
            self.queue(thread, now);
        }
    }
    /// Puts back a call that was tried in vain; its timer still runs.
    pub(super) fn block_again(&mut self, thread: Tid, pending: Pending, sources: Vec<Source>) {
        self.block(thread, pending, 0, sources);
    }
    pub(super) fn take_pending(&mut self, thread: Tid) -> Option<Pending> {
        let e = self.entries.get_mut(&thread)?;
        e.timer = 0;
        for source in std::mem::take(&mut e.sources) {
            if let Some(list) = self.awaited.get_mut(&source) {
                match list.front() == Some(&thread) {
                    true => _ = list.pop_front(),
                    false => list.retain(|t| *t != thread),
                }
                if list.is_empty() {
                    self.awaited.remove(&source);
                }
            }
        }
        e.pending.take()
    }
    /// Threads that wait for this change, each with the call that it waits in.
    pub fn awaiting(&self, source: Source) -> Vec<(Tid, &'static str)> {
        let list = self.awaited.get(&source).into_iter().flatten();
        list.filter_map(|t| Some((*t, call_name(&self.entries.get(t)?.pending.as_ref()?.call)))).collect()
    }
    /// Every call that waits.
    pub fn calls(&self) -> impl Iterator<Item = (Tid, &Syscall)> {
        self.entries.iter().filter_map(|(t, e)| e.pending.as_ref().map(|p| (*t, &p.call)))
    }
    /// Makes every thread runnable that waits for this change.
    pub(super) fn wake_source(&mut self, source: Source, now: u64) {
        let Some(list) = self.awaited.get(&source) else { return };
        for thread in list.clone() {
            self.queue(thread, now);
        }
    }
    pub(super) fn cancel(&mut self, thread: Tid, now: u64) -> bool {
        let waited = self.take_pending(thread).is_some();
        if waited {
            self.queue(thread, now);
        }
        waited
    }
    /// Takes a waiting thread out of its call for a signal's handler; whether it had waited.
    pub(super) fn break_off(&mut self, thread: Tid) -> bool {
        self.unqueue(thread);
        let Some(mut pending) = self.take_pending(thread) else { return false };
        pending.first = false;
        self.entries.entry(thread).or_default().broken_off = Some(pending);
        true
    }
    pub(super) fn forget_broken_off(&mut self, thread: Tid) {
        self.entries.entry(thread).or_default().broken_off = None;
    }
    /// The call that was broken off, when it is asked again.
    pub(super) fn broken_off(&mut self, thread: Tid, call: &Syscall) -> Option<Pending> {
        self.entries.get_mut(&thread)?.broken_off.take_if(|p| p.call == *call)
    }
    pub(super) fn end(&mut self, thread: Tid) {
        self.unqueue(thread);
        self.take_pending(thread);
        let e = self.entries.entry(thread).or_default();
        e.ended = true;
    }
    /// The threads of a process, in the order of their numbers.
    pub(super) fn of_process(&self, pid: i32) -> Vec<Tid> {
        self.entries.range(Tid { pid, thread: 0 }..=Tid { pid, thread: u32::MAX }).map(|(t, _)| *t).collect()
    }
    /// Signals that a thread blocks.
    pub(super) fn blocked(&self, thread: Tid) -> u64 {
        self.entries.get(&thread).map_or(0, |e| e.blocked)
    }
    pub(super) fn block_signals(&mut self, thread: Tid, mask: u64) {
        self.entries.entry(thread).or_default().blocked = mask;
    }
    /// Signals that no thread of a process takes.
    pub(super) fn blocked_by_all(&self, pid: i32) -> u64 {
        let all = self.entries.range(Tid { pid, thread: 0 }..=Tid { pid, thread: u32::MAX });
        all.filter(|(_, e)| !e.ended && !e.frozen).map(|(_, e)| e.blocked).reduce(|a, b| a & b).unwrap_or(0)
    }
    pub(super) fn freeze(&mut self, thread: Tid) {
        self.unqueue(thread);
        self.take_pending(thread);
        self.entries.entry(thread).or_default().frozen = true;
    }
    pub(super) fn release_joiners(&mut self, thread: Tid, now: u64) {
        self.entries.entry(thread).or_default().released = true;
        self.wake_where(now, |t, w| t.pid == thread.pid && *w == Wait::Join(thread.thread));
    }
    /// Whether it has ended, as far as those are concerned who join it.
    fn joinable(&self, thread: Tid) -> bool {
        self.entries.get(&thread).is_some_and(|e| e.ended || e.released)
    }
    pub fn ended(&self, thread: Tid) -> bool {
        self.entries.get(&thread).is_some_and(|e| e.ended)
    }
    /// Makes every thread runnable whose wait fits.
    pub(super) fn wake_where(&mut self, now: u64, fits: impl Fn(Tid, &Wait) -> bool) {
        let found: Vec<Tid> = self.waiting().into_iter().filter(|(t, w)| fits(*t, w)).map(|(id, _)| id).collect();
        found.into_iter().for_each(|id| self.queue(id, now));
    }
    pub(super) fn next_timer(&mut self) -> Option<(u64, Tid)> {
        while let Some(Reverse((at, number, thread))) = self.timers.peek().copied() {
            if self.entries.get(&thread).is_some_and(|e| e.timer == number && e.pending.is_some()) {
                return Some((at, thread));
            }
            self.timers.pop();
        }
        None
    }
    /// Makes runnable whoever's timer is due at `now`.
    pub(super) fn fire(&mut self, now: u64) {
        while let Some((at, thread)) = self.next_timer() {
            if at > now {
                return;
            }
            self.timers.pop();
            self.queue(thread, at);
        }
    }
}

/// What Python calls a call that can wait for I/O.
fn call_name(call: &Syscall) -> &'static str {
    match call {
        Syscall::Accept { .. } => "accept",
        Syscall::Connect { .. } => "connect",
        Syscall::Send { .. } => "send",
        Syscall::Receive { .. } | Syscall::ReceiveMessage { .. } => "recv",
        Syscall::Read { .. } => "read",
        Syscall::Write { .. } => "write",
        Syscall::Poll { .. } => "select",
        Syscall::EpollWait { .. } => "epoll",
        _ => "waits",
    }
}

impl Os {
    pub(super) fn thread_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let (now, pid) = (self.now(ctx), self.process.pid);
        let me = |thread| Tid { pid, thread };
        let over = p.deadline.is_some_and(|at| at <= now);
        let flag = |b: bool| Ok(SysResult::Int(b as i64));
        match p.call {
            Syscall::ThreadStart => Ok(SysResult::Int(self.threads.start(me(ctx.thread), now) as i64)),
            Syscall::ThreadYield if p.first => Err(Stop::Wait(Wait::Yield)),
            // sleep(0) still gives up the turn, as sched_yield does.
            Syscall::Sleep { ns: 0 } if p.first => Err(Stop::Wait(Wait::Yield)),
            Syscall::ThreadYield => Ok(SysResult::Done),
            Syscall::Sleep { .. } if over => Ok(SysResult::Done),
            Syscall::Sleep { .. } => Err(Stop::Wait(Wait::Sleep)),
            Syscall::SigMask { how, mask } => {
                let old = self.threads.blocked(me(ctx.thread));
                let new = match how {
                    0 => old | mask,
                    1 => old & !mask,
                    2 => mask,
                    _ => return Err(errno::EINVAL.into()),
                };
                self.threads.block_signals(me(ctx.thread), new & !super::family::NEVER_BLOCKED);
                Ok(SysResult::Int(old as i64))
            }
            Syscall::SigPending => Ok(SysResult::Int(self.blocked_signals() as i64)),
            // A handler has run: that is what it waited for.
            Syscall::Pause if !p.first => Ok(SysResult::Done),
            Syscall::Pause => Err(Stop::Wait(Wait::Sleep)),
            Syscall::ThreadSelf => Ok(SysResult::Int(ctx.thread as i64)),
            Syscall::ThreadDone { thread } => flag(self.threads.ended(me(thread))),
            Syscall::ThreadRelease { thread } => {
                self.threads.release_joiners(me(thread), now);
                Ok(SysResult::Done)
            }
            Syscall::ThreadsFreeze => {
                self.freeze_other_threads(ctx.thread, ctx);
                Ok(SysResult::Done)
            }
            Syscall::ThreadJoin { thread, .. } => {
                if self.threads.joinable(me(thread)) {
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
                    next.into_iter().for_each(|t| self.threads.queue(me(t), now));
                    Ok(SysResult::Done)
                }
                Err(()) => Err(errno::EPERM.into()),
            },
            _ => Err(Os::not_simulated()),
        }
    }
}
