//! Who runs next: one function states the policy ([`Os::pick`]), over all threads of all processes.
use super::threads::{Source, Tid, Wait};
use super::{Ctx, Os, Pick, Stop, family};
use crate::vm::syscall::SysResult;

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
        self.chosen = true;
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
        self.earliest(ctx).is_some_and(|(at, t)| t.pid != self.process.pid && at < self.now(ctx))
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
    /// Takes a waiting thread out of its call so that a signal's handler can run; the call goes on when it is asked again.
    pub fn break_off(&mut self, thread: u32, ctx: &Ctx) -> bool {
        self.leave_queues(thread, ctx);
        self.threads.break_off(self.tid(thread))
    }
    /// The running thread of the current process gives way to another of its process, unless it waits anyway.
    pub fn give_way(&mut self, ctx: &Ctx) {
        let (me, now) = (self.tid(ctx.thread), self.now(ctx));
        if self.threads.waits_for(me).is_none() {
            self.threads.queue(me, now);
        }
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
            Some(Wait::Semaphore(id)) => self.semaphores.forget(id, self.tid(thread)),
            _ => {}
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
        !self.signals.is_empty()
    }
    /// Signals that have come since the last time, in order.
    pub fn take_signals(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.signals)
    }

    /// The next thread. Policy: every process has a clock of its own and there are [`CPUS`](crate::vm::syscall::CPUS)
    /// processors; the process that has come least far in time goes first, on the processor that has been free longest,
    /// and within a process its threads take turns as [`Sched`](super::policy::Sched) says: first come, first served, as
    /// waiting threads of CPython under its GIL, unless a policy is set. When all wait, time jumps to the next timer.
    pub fn pick(&mut self, ctx: &mut Ctx) -> Pick {
        let now = self.now(ctx);
        self.family.leave_cpu(now);
        let mut chosen = std::mem::take(&mut self.chosen);
        loop {
            if let Some(pid) = self.signalled() {
                self.switch_to(pid, ctx);
                return Pick::Signal;
            }
            let next = self.earliest(ctx);
            match (next, self.next_event()) {
                (None, None) => return Pick::Deadlock(self.threads.waiting()),
                (next, Some(at)) if next.is_none_or(|(t, _)| at <= t) => self.fire_timers(at, ctx),
                (None, Some(_)) => unreachable!("the arm before took it"),
                (Some((at, first)), _) => {
                    let thread = if std::mem::take(&mut chosen) { first } else { self.choose(at, first) };
                    self.switch_to(thread.pid, ctx);
                    if let Some(result) = self.resume_at(thread.thread, at, ctx) {
                        let start = self.family.take_cpu(at);
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
        if self.has_signals() { Some(self.process.pid) } else { self.family.signalled() }
    }
    /// The runnable thread whose process can go on first, and when.
    fn earliest(&self, ctx: &Ctx) -> Option<(u64, Tid)> {
        if self.family.is_alone() {
            let t = *self.threads.runnable().front()?;
            return Some((self.now(ctx).max(self.threads.ready_at(t)), t));
        }
        let mut best: Option<(u64, Tid)> = None;
        let mut seen: Vec<i32> = Vec::new();
        for t in self.threads.runnable() {
            if seen.contains(&t.pid) {
                continue;
            }
            seen.push(t.pid);
            let local = if t.pid == self.process.pid { self.now(ctx) } else { self.family.now(t.pid) };
            let at = local.max(self.threads.ready_at(*t));
            if best.is_none_or(|(b, _)| at < b) {
                best = Some((at, *t));
            }
        }
        best
    }
    /// Lets this thread of the current process go on at `at` if it can; None when its call must still wait.
    fn resume_at(&mut self, thread: u32, at: u64, ctx: &mut Ctx) -> Option<Option<SysResult>> {
        let tid = self.tid(thread);
        self.threads.unqueue(tid);
        let Some(mut pending) = self.threads.take_pending(tid) else {
            self.clock.advance_to(at, ctx.ticks);
            return Some(None);
        };
        let asker = std::mem::replace(&mut ctx.thread, thread);
        pending.first = false;
        let before = self.clock;
        self.clock.advance_to(at, ctx.ticks);
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
