//! The simulated operating system: answers the machine's syscalls. Plain data; it touches the world only through `Host`.
//!
//! Not here: which thread the machine runs and for how long (the machine's loop). How that loop uses this module:
//! [`Os::answer`] for each syscall of the running thread; when it answers `Block`, or the thread's slice is over
//! ([`Os::preempt`]), or the thread has ended ([`Os::thread_ended`]), [`Os::pick`] says who runs next and with what result.
pub mod clock;
mod descriptors;
pub mod fs;
mod io;
pub mod locks;
pub mod pipe;
pub mod poll;
pub mod process;
pub mod rand;
mod session;
pub mod socket;
#[cfg(test)]
mod tests;
pub mod threads;

use crate::face::{Host, SessionOptions};
use crate::vm::syscall::{SysResult, Syscall, errno};
use clock::Clock;
use fs::{Fs, Library};
use locks::Locks;
use pipe::Pipes;
use process::{Process, Table};
use rand::Random;
use socket::Sockets;
use std::sync::Arc;
use threads::{Pending, Threads, Wait};

/// What an answer needs of the moment: the world, how far the machine has come, and who asks.
pub struct Ctx<'a> {
    pub host: &'a mut dyn Host,
    /// The machine's count of executed instructions (`Vm::ticks`).
    pub ticks: u64,
    /// Number of the thread that asks.
    pub thread: u32,
}

/// The answer to a syscall.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Ready(SysResult),
    /// The thread sleeps; [`Os::pick`] brings it back with its result.
    Block(Wait),
}

/// Who runs next.
#[derive(Debug, PartialEq)]
pub enum Pick {
    /// This thread; with the result of the syscall it had blocked in, or None when it was only preempted.
    Run(u32, Option<SysResult>),
    /// A signal is due ([`Os::take_signals`]) while every thread waits.
    Signal,
    /// Nobody can ever run again: who waits for what.
    Deadlock(Vec<(u32, Wait)>),
}

/// Why a call has no result yet, or an error.
pub(crate) enum Stop {
    Errno(i32),
    Wait(Wait),
}
impl From<i32> for Stop {
    fn from(e: i32) -> Stop {
        Stop::Errno(e)
    }
}
pub(crate) type Sys = Result<SysResult, Stop>;

/// The whole system of one session.
#[derive(Clone)]
pub struct Os {
    pub clock: Clock,
    pub fs: Fs,
    pub process: Process,
    pub(crate) table: Table,
    pub pipes: Pipes,
    pub sockets: Sockets,
    pub locks: Locks,
    pub threads: Threads,
    pub random: Random,
    /// Signals that have come and were not yet taken.
    signals: Vec<i32>,
    /// The interval timer: when it is due, and its interval (ns).
    timer: Option<(u64, u64)>,
    /// Something a blocked reader, writer or poller may wait for has changed.
    pub(crate) io_changed: bool,
    /// Set by `Exit`.
    pub exit: Option<i32>,
}

impl Os {
    /// A fresh system. `library` serves the standard library's sources.
    pub fn new(options: &SessionOptions, library: Arc<dyn Library>) -> Os {
        let mut fs = Fs::new(library);
        for m in &options.mounts {
            fs.mount(&m.path, m.writable);
        }
        let cwd = if options.cwd.is_empty() { "/home/student".to_owned() } else { options.cwd.clone() };
        let mut os = Os {
            clock: Clock::default(),
            fs,
            process: Process::new(cwd),
            table: Table::default(),
            pipes: Pipes::default(),
            sockets: Sockets::default(),
            locks: Locks::default(),
            threads: Threads::default(),
            random: Random::new(options.seed),
            signals: Vec::new(),
            timer: None,
            io_changed: false,
            exit: None,
        };
        os.open_standard_streams();
        os
    }

    /// Answers a syscall of `ctx.thread`.
    pub fn answer(&mut self, call: Syscall, ctx: &mut Ctx) -> Answer {
        self.clock.charge_syscall();
        let deadline = call.timeout_ns().map(|ns| self.now(ctx).saturating_add(ns));
        let mut pending = Pending { call, deadline, progress: 0, wait: Wait::Sleep, first: true };
        let answer = match self.attempt(&mut pending, ctx) {
            Ok(r) => Answer::Ready(r),
            Err(Stop::Errno(e)) => Answer::Ready(SysResult::Error(e)),
            Err(Stop::Wait(wait)) => {
                pending.wait = wait;
                self.threads.block(ctx.thread, pending);
                Answer::Block(wait)
            }
        };
        self.wake_io();
        answer
    }
    /// Virtual nanoseconds since the start.
    pub fn now(&self, ctx: &Ctx) -> u64 {
        self.clock.now(ctx.ticks)
    }
    fn wake_io(&mut self) {
        if std::mem::take(&mut self.io_changed) {
            self.threads.wake_where(|w| *w == Wait::Io);
        }
    }

    /// Tries a call once: done, failed, or it must wait.
    fn attempt(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        use Syscall::*;
        match &p.call {
            Write { .. } | Read { .. } | ReadAt { .. } | WriteAt { .. } | Send { .. } | Receive { .. } => self.transfer(p, ctx),
            Open { .. } | Close { .. } | Seek { .. } | Truncate { .. } | TruncatePath { .. } | Sync { .. } | Dup { .. }
            | GetBlocking { .. } | SetBlocking { .. } | GetInheritable { .. } | SetInheritable { .. } | FStat { .. }
            | PathOf { .. } | Pipe { .. } | IsATty { .. } => self.descriptor_call(&p.call, ctx),
            Stat { .. } | ListDir { .. } | ScanDir { .. } | MakeDir { .. } | RemoveDir { .. } | Unlink { .. } | Rename { .. }
            | Symlink { .. } | Link { .. } | ReadLink { .. } | Chmod { .. } | Utime { .. } | Chdir { .. } | GetCwd
            | Access { .. } | Umask { .. } => self.path_call(&p.call, ctx),
            Socket { .. } | SocketPair { .. } | Bind { .. } | Listen { .. } | Accept { .. } | Connect { .. } | Shutdown { .. }
            | SocketName { .. } | PeerName { .. } | SocketInfo { .. } => self.socket_call(&p.call, p.first),
            Poll { .. } | EpollCreate | EpollControl { .. } | EpollWait { .. } => self.poll_call(p, ctx),
            ThreadStart | ThreadYield | ThreadJoin { .. } | ThreadDone { .. } | ThreadSelf | LockAcquire { .. }
            | LockRelease { .. } | LockNew | LockTaken { .. } | Sleep { .. } => self.thread_call(p, ctx),
            ClockGet { .. } | Random { .. } | Input { .. } | Display { .. } | ClearOutput { .. } | GetPid | GetParentPid
            | SetTimer { .. } | GetTimer | Exit { .. } => self.session_call(&p.call, ctx),
        }
    }

    /// The running thread's slice is over: it goes to the end of the queue.
    pub fn preempt(&mut self, thread: u32) {
        self.threads.queue(thread);
    }
    /// A thread has ended: those who join it wake.
    pub fn thread_ended(&mut self, thread: u32) {
        self.threads.end(thread);
        self.threads.wake_where(|w| *w == Wait::Join(thread));
    }
    /// Takes a thread out of whatever it waits for, so that an exception can be raised in it; it becomes runnable.
    /// Whether it had been waiting.
    pub fn cancel_wait(&mut self, thread: u32) -> bool {
        if let Some(Wait::Lock(lock)) = self.threads.waits_for(thread) {
            self.locks.forget(lock, thread);
            // It may have been the one that a release had woken.
            let next = self.locks.table.get(&lock).filter(|l| l.owner.is_none()).and_then(|l| l.queue.front().copied());
            next.into_iter().for_each(|t| self.threads.queue(t));
        }
        self.threads.cancel(thread)
    }
    /// The earliest timer: when, and whose. The interval timer of signals counts as thread 0's.
    pub fn next_event(&mut self) -> Option<(u64, u32)> {
        let sleeper = self.threads.next_timer();
        let signal = self.timer.map(|(at, _)| (at, 0));
        sleeper.into_iter().chain(signal).min()
    }
    /// Wakes everything that is due at `now`.
    pub fn fire_timers(&mut self, now: u64) {
        self.threads.fire(now);
        if let Some((at, interval)) = self.timer
            && at <= now
        {
            self.timer = (interval > 0).then(|| (at + interval.max(1), interval));
            self.raise(14);
        }
    }
    /// A signal arrives (`kill`, a timer).
    pub fn raise(&mut self, signal: i32) {
        if !self.signals.contains(&signal) {
            self.signals.push(signal);
        }
    }
    /// Signals that have come since the last time, in order.
    pub fn take_signals(&mut self) -> Vec<i32> {
        std::mem::take(&mut self.signals)
    }

    /// The next thread: first in the queue whose call is done; when all wait, time jumps to the next timer.
    /// Policy: first come, first served, as waiting threads of CPython under its GIL on an otherwise idle system.
    pub fn pick(&mut self, ctx: &mut Ctx) -> Pick {
        loop {
            self.fire_timers(self.now(ctx));
            if !self.signals.is_empty() && self.threads.runnable().is_empty() {
                return Pick::Signal;
            }
            while let Some(thread) = self.threads.pop() {
                if let Some(result) = self.resume(thread, ctx) {
                    return Pick::Run(thread, result);
                }
            }
            match self.next_event() {
                Some((at, _)) => self.clock.advance_to(at, ctx.ticks),
                None => return Pick::Deadlock(self.threads.waiting()),
            }
        }
    }
    /// Lets this thread run now if it can (a schedule chosen from outside); None when its call must still wait.
    pub fn resume(&mut self, thread: u32, ctx: &mut Ctx) -> Option<Option<SysResult>> {
        self.threads.unqueue(thread);
        let Some(mut pending) = self.threads.take_pending(thread) else { return Some(None) };
        let asker = std::mem::replace(&mut ctx.thread, thread);
        pending.first = false;
        let outcome = self.attempt(&mut pending, ctx);
        ctx.thread = asker;
        let result = match outcome {
            Ok(r) => Some(Some(r)),
            Err(Stop::Errno(e)) => Some(Some(SysResult::Error(e))),
            Err(Stop::Wait(wait)) => {
                pending.wait = wait;
                self.threads.block(thread, pending);
                None
            }
        };
        self.wake_io();
        result
    }
    /// ENOSYS for what is not simulated.
    pub(crate) fn not_simulated() -> Stop {
        Stop::Errno(errno::ENOSYS)
    }
}
