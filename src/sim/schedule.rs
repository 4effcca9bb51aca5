//! Who runs next: one function states the policy ([`Os::pick`]), over all threads of all processes.
use super::threads::{Source, Tid, Wait};
use super::{Ctx, Os, Pick, Stop, family};
use crate::vm::syscall::SysResult;

/// Without a GIL: times that are no further apart cannot be told from each other. A few instructions: what caches and the
/// computer's own timing make of the order is not in the clocks.
const AT_ONCE_NS: u64 = 100;
/// Without a GIL: how long a thread keeps its processor while others wait for one; a share of Linux's scheduler.
const SHARE_NS: u64 = 3_000_000;

impl Os {
    /// The running thread's slice is over: it goes to the end of the queue.
    pub fn preempt(&mut self, ctx: &Ctx) {
        let now = self.now(ctx);
        self.threads.queue(self.tid(ctx.thread), now);
    }
    /// Threads of the current process that could run now instead of the running one, in the order of the queue. Sleepers that
    /// are due are among them.
    pub fn ready(&mut self, ctx: &Ctx) -> Vec<u32> {
        let (now, pid) = (self.now(ctx), self.process.pid);
        self.threads.fire(now);
        let threads = &self.threads;
        threads.runnable().iter().filter(|t| t.pid == pid && t.thread != ctx.thread && threads.ready_at(**t) <= now).map(|t| t.thread).collect()
    }
    /// Whether there is one of them.
    pub fn anyone_ready(&mut self, ctx: &Ctx) -> bool {
        let (now, pid) = (self.now(ctx), self.process.pid);
        self.threads.fire(now);
        let threads = &self.threads;
        threads.runnable().iter().any(|t| t.pid == pid && t.thread != ctx.thread && threads.ready_at(*t) <= now)
    }
    /// A switch point of the running thread, under a policy that decides there: whether another goes on.
    pub fn at_point(&mut self, ctx: &Ctx) -> bool {
        let others = self.ready(ctx);
        let next = self.sched.at_point(ctx.thread, &others);
        if next == ctx.thread {
            return false;
        }
        self.preempt(ctx);
        self.threads.to_front(self.tid(next));
        self.chosen = Some(self.tid(next));
        true
    }
    /// How long the running thread can go on before a sleeper is due, in nanoseconds.
    pub fn until_next_timer(&mut self, ctx: &Ctx) -> Option<u64> {
        let now = self.now(ctx);
        self.next_event().map(|at| at.saturating_sub(now))
    }
    /// The running thread lets another process catch up; within its own process it is still its turn.
    pub fn step_aside(&mut self, ctx: &Ctx) {
        let now = self.now(ctx);
        self.threads.queue_first(self.tid(ctx.thread), now);
    }
    /// Whether another process can go on at an earlier time than the current one has reached.
    pub fn another_is_behind(&self, ctx: &Ctx) -> bool {
        self.earliest(ctx).is_some_and(|(at, t)| (t.pid != self.process.pid) && at < self.now(ctx))
    }
    /// Without a GIL: whether threads of the process have to come to the running one's time before it may do what others see.
    pub fn must_wait(&self, ctx: &Ctx) -> bool {
        let (now, me) = (self.now(ctx), self.tid(ctx.thread));
        self.threads.runnable().iter().any(|t| t.pid == me.pid && *t != me && self.on_cpu_at(*t).is_some_and(|at| at + AT_ONCE_NS < now))
    }
    /// Without a GIL: the running thread is about to do what others see. Whoever is behind in time goes first; among those that
    /// are at the same place, as far as their clocks can tell, it is a matter of chance. Whether another goes on.
    pub fn race(&mut self, ctx: &Ctx) -> bool {
        let (now, me) = (self.now(ctx), self.tid(ctx.thread));
        let waits = self.threads.runnable().iter().any(|t| *t != me && self.on_cpu_at(*t).is_none());
        if waits {
            self.family.take_back_cpus(now, |t, since| t == me && now >= since + SHARE_NS);
        }
        if self.must_wait(ctx) || waits && !self.family.has_cpu(me) {
            self.preempt(ctx);
            return true;
        }
        let near = |t: &&Tid| t.pid == me.pid && **t != me && self.on_cpu_at(**t).is_some_and(|at| at <= now + AT_ONCE_NS);
        let near: Vec<Tid> = self.threads.runnable().iter().filter(near).copied().collect();
        if near.is_empty() {
            return false;
        }
        match self.sched.race(near.len() + 1) {
            0 => false,
            n => {
                self.preempt(ctx);
                self.chosen = Some(near[n - 1]);
                true
            }
        }
    }
    /// A thread has ended: those who join it wake.
    pub fn thread_ended(&mut self, ctx: &Ctx) {
        let (me, now) = (self.tid(ctx.thread), self.now(ctx));
        self.threads.end(me);
        self.threads.wake_source(Source::End(me), now);
    }
    /// Takes a thread of the current process out of whatever it waits for, so that an exception can be raised in it; it
    /// becomes runnable. Whether it had been waiting.
    pub fn cancel_wait(&mut self, thread: u32, ctx: &Ctx) -> bool {
        self.leave_queues(thread, ctx);
        self.threads.cancel(self.tid(thread), self.now(ctx))
    }
    /// Whether a thread of the current process waits in a call.
    pub fn waits(&self, thread: u32) -> bool {
        self.threads.waits_for(self.tid(thread)).is_some()
    }
    /// Takes a waiting thread out of its call so that a signal's handler can run; the call goes on when it is asked again.
    pub fn break_off(&mut self, thread: u32, ctx: &Ctx) -> bool {
        self.leave_queues(thread, ctx);
        if self.sched.gil_off {
            self.clock.advance_to(self.threads.can_go_on_at(self.tid(thread)), ctx.ticks);
        }
        self.threads.break_off(self.tid(thread))
    }
    /// The running thread of the current process gives way to another of its process, unless it waits anyway.
    pub fn give_way(&mut self, ctx: &Ctx) {
        let (me, now) = (self.tid(ctx.thread), self.now(ctx));
        self.threads.set_time(me, now);
        if self.threads.waits_for(me).is_none() {
            self.threads.queue(me, now);
        }
    }
    /// The interpreter ends: the process's other threads never run again, as CPython's hang where they would take the GIL.
    pub fn freeze_other_threads(&mut self, thread: u32, ctx: &Ctx) {
        let me = self.tid(thread);
        for other in self.threads.of_process(me.pid).into_iter().filter(|t| *t != me) {
            self.leave_queues(other.thread, ctx);
            self.threads.freeze(other);
        }
        let now = self.now(ctx);
        self.family.take_back_cpus(now, |t, _| t.pid == me.pid && t != me);
    }
    /// A broken-off call will not be asked again.
    pub fn forget_broken_off(&mut self, thread: u32) {
        self.threads.forget_broken_off(self.tid(thread));
    }
    fn leave_queues(&mut self, thread: u32, ctx: &Ctx) {
        match self.threads.waits_for(self.tid(thread)) {
            Some(Wait::Lock(lock)) => {
                self.locks.forget(lock, thread);
                // It may have been the one that a release had woken.
                let next = self.locks.table.get(&lock).filter(|l| l.owner.is_none()).and_then(|l| l.queue.front().copied());
                let now = self.now(ctx);
                next.into_iter().for_each(|t| self.threads.queue(self.tid(t), now));
            }
            Some(Wait::Semaphore(id)) => {
                self.semaphores.forget(id, self.tid(thread));
                self.wake_for_semaphore(id, self.now(ctx));
            }
            _ => {}
        }
    }
    /// How many processors threads have without a GIL; None: with one.
    pub fn free_on(&self) -> Option<u64> {
        self.sched.gil_off.then(|| self.family.cpus() as u64)
    }
    /// Takes the GIL away, or brings it back. Threads that can run or wait go on no earlier than now.
    pub fn set_gil_off(&mut self, off: bool, ticks: u64) {
        if off == self.sched.gil_off {
            return;
        }
        self.sched.gil_off = off;
        self.family.free_all();
        let latest = |os: &Os, pid: i32| os.threads.of_process(pid).into_iter().map(|t| os.threads.can_go_on_at(t)).max().unwrap_or(0);
        if off {
            let here = self.clock.now(ticks);
            self.threads.not_before(|pid, family| if pid == self.process.pid { here } else { family.now(pid) }, &self.family);
        } else {
            // One clock again: that of the thread that has come furthest.
            let at = latest(self, self.process.pid);
            self.clock.advance_to(at, ticks);
        }
    }
    /// The earliest timer of a sleeper, or of a process's interval timer: when it is due.
    pub fn next_event(&mut self) -> Option<u64> {
        let sleeper = self.threads.next_timer().map(|(at, _)| at);
        let timers = self.family.timers().chain(self.timer).map(|(at, _)| at);
        timers.chain(sleeper).chain(self.net.next_due()).min()
    }
    /// Wakes everything that is due at `now`; interval timers raise SIGALRM.
    pub fn fire_timers(&mut self, now: u64, ctx: &Ctx) {
        self.threads.fire(now);
        if family::due(&mut self.timer, now) {
            self.clock.advance_to(now, ctx.ticks);
            self.raise(family::SIGALRM);
        }
        self.family.fire(now);
        self.deliver(now);
    }
    /// The current process computes: its interval timer may have become due meanwhile.
    pub fn look_at_timer(&mut self, ctx: &Ctx) {
        let now = self.now(ctx);
        if family::due(&mut self.timer, now) {
            self.raise(family::SIGALRM);
        }
    }
    /// A signal arrives for the current process.
    pub fn raise(&mut self, signal: i32) {
        family::note(&mut self.signals, signal);
    }
    /// Whether the current process has signals to take.
    pub fn has_signals(&self) -> bool {
        family::any_open(&self.signals, || self.threads.blocked_by_all(self.process.pid))
    }
    /// Signals that have come since the last time, in order; those that every thread blocks stay.
    pub fn take_signals(&mut self) -> Vec<i32> {
        let blocked = self.threads.blocked_by_all(self.process.pid);
        let (stay, come) = std::mem::take(&mut self.signals).into_iter().partition(|n| family::bit(*n) & blocked != 0);
        self.signals = stay;
        come
    }
    /// Signals of the current process that wait because they are blocked, as bits.
    pub(super) fn blocked_signals(&self) -> u64 {
        let blocked = self.threads.blocked_by_all(self.process.pid);
        self.signals.iter().map(|n| family::bit(*n) & blocked).fold(0, |a, b| a | b)
    }

    /// The next thread. Policy: every process has a clock of its own, and so has every thread of a process without a GIL.
    /// There are [`CPUS`](super::family::CPUS) processors, or as many as `%sched cpus` says; who has come least far in time
    /// goes first, on a processor that is free at that time. Within a process its threads take turns as
    /// [`Sched`](super::policy::Sched) says: first come, first served, as waiting threads of CPython under its GIL, unless a
    /// policy is set. When all wait, time jumps to the next timer.
    pub fn pick(&mut self, ctx: &mut Ctx) -> Pick {
        let now = self.now(ctx);
        let me = self.tid(ctx.thread);
        if !self.sched.gil_off {
            self.family.leave_cpu(now);
        } else if !self.threads.is_queued(me) {
            self.family.take_back_cpus(now, |t, _| t == me);
        }
        self.threads.set_time(me, now);
        let mut chosen = self.chosen.take();
        loop {
            if let Some(pid) = self.signalled() {
                self.switch_to(pid, ctx);
                return Pick::Signal;
            }
            let next = match chosen {
                Some(t) if self.sched.gil_off && self.threads.is_queued(t) => Some((self.at(t, ctx), t)),
                _ => self.earliest(ctx),
            };
            match (next, self.next_event()) {
                (None, None) => return Pick::Deadlock(self.threads.waiting()),
                (next, Some(at)) if next.is_none_or(|(t, _)| at <= t) => self.fire_timers(at, ctx),
                (None, Some(_)) => unreachable!("the arm before took it"),
                (Some((at, first)), _) => {
                    let thread = if chosen.take().is_some() { first } else { self.choose(at, first) };
                    let at = if self.sched.gil_off { self.at(thread, ctx) } else { at };
                    self.switch_to(thread.pid, ctx);
                    if let Some(result) = self.resume_at(thread.thread, at, ctx) {
                        let start = match self.sched.gil_off {
                            true => self.family.give_cpu(thread, at),
                            false => self.family.take_cpu(at),
                        };
                        self.clock.advance_to(start, ctx.ticks);
                        return Pick::Run(thread.thread, result);
                    }
                }
            }
        }
    }
    /// Among the threads of the first one's process that could run at `at`: the one that the policy chooses.
    fn choose(&mut self, at: u64, first: Tid) -> Tid {
        if !self.sched.decides_at_points() {
            return first;
        }
        let threads = &self.threads;
        let can = threads.runnable().iter().filter(|t| t.pid == first.pid && threads.ready_at(**t) <= at);
        let ready: Vec<u32> = can.map(|t| t.thread).collect();
        Tid { pid: first.pid, thread: self.sched.next(&ready) }
    }
    /// A process with signals to take, the current one first.
    fn signalled(&self) -> Option<i32> {
        if self.has_signals() { Some(self.process.pid) } else { self.family.signalled(&self.threads) }
    }
    /// The runnable thread whose process can go on first, and when.
    fn earliest(&self, ctx: &Ctx) -> Option<(u64, Tid)> {
        if !self.sched.gil_off && self.family.is_alone() {
            let t = *self.threads.runnable().front()?;
            return Some((self.now(ctx).max(self.threads.ready_at(t)), t));
        }
        let mut best: Option<(u64, Tid)> = None;
        let mut seen: Vec<i32> = Vec::new();
        for t in self.threads.runnable() {
            if !self.sched.gil_off && seen.contains(&t.pid) {
                continue;
            }
            seen.push(t.pid);
            let at = match self.on_cpu_at(*t) {
                None if self.sched.gil_off => continue,
                _ => self.at(*t, ctx),
            };
            if best.is_none_or(|(b, _)| at < b) {
                best = Some((at, *t));
            }
        }
        best
    }
    /// When a thread that can run would go on: at its own time without a GIL, otherwise at its process's.
    fn at(&self, t: Tid, ctx: &Ctx) -> u64 {
        if self.sched.gil_off {
            return self.on_cpu_at(t).unwrap_or_else(|| self.threads.can_go_on_at(t));
        }
        let local = if t.pid == self.process.pid { self.now(ctx) } else { self.family.now(t.pid) };
        local.max(self.threads.ready_at(t))
    }
    /// Without a GIL: when a thread that can run would go on, on the processor it has or on one that is free; None: others have
    /// them all.
    fn on_cpu_at(&self, t: Tid) -> Option<u64> {
        let own = self.threads.can_go_on_at(t);
        if self.family.has_cpu(t) { Some(own) } else { self.family.free_since().map(|free| own.max(free)) }
    }
    /// The running thread's clock comes to `at`; without a GIL it is another thread's.
    fn come_to(&mut self, at: u64, ctx: &Ctx) {
        if self.sched.gil_off {
            self.clock.set_to(at, ctx.ticks);
        } else {
            self.clock.advance_to(at, ctx.ticks);
        }
    }
    /// Lets this thread of the current process go on at `at` if it can; None when its call must still wait.
    fn resume_at(&mut self, thread: u32, at: u64, ctx: &mut Ctx) -> Option<Option<SysResult>> {
        let tid = self.tid(thread);
        self.threads.unqueue(tid);
        let Some(mut pending) = self.threads.take_pending(tid) else {
            self.come_to(at, ctx);
            return Some(None);
        };
        let asker = std::mem::replace(&mut ctx.thread, thread);
        pending.first = false;
        let before = self.clock;
        self.come_to(at, ctx);
        let outcome = self.attempt(&mut pending, ctx);
        self.wake_io(self.now(ctx));
        ctx.thread = asker;
        match outcome {
            Ok(r) => Some(Some(r)),
            Err(Stop::Errno(e)) => Some(Some(SysResult::Error(e))),
            Err(Stop::Wait(wait)) => {
                // Woken in vain: for this process no time has passed.
                self.clock = before;
                pending.wait = wait;
                let sources = self.sources(tid, &pending);
                self.threads.block_again(tid, pending, sources);
                None
            }
        }
    }
}
