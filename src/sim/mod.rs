//! The simulated operating system: answers the machine's syscalls. Plain data; it touches the world only through `Host`.
//!
//! Not here: which thread the machine runs and for how long (the machine's loop). How that loop uses this module:
//! [`Os::answer`] for each syscall of the running thread; when it answers `Block`, or the thread's slice is over
//! ([`Os::preempt`]), or the thread has ended ([`Os::thread_ended`]), [`Os::pick`] says who runs next and with what result.
pub mod clock;
mod descriptors;
mod family;
pub mod fs;
pub mod interpreters;
mod io;
pub mod locks;
pub mod pipe;
pub mod policy;
pub mod epoll;
pub mod net;
pub mod poll;
pub mod process;
pub mod rand;
mod schedule;
pub mod semaphore;
pub mod segments;
mod session;
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
use net::Net;
use std::sync::Arc;
pub use threads::Tid;
use threads::{Pending, Source, Threads, Wait};
use family::Family;
use semaphore::Semaphores;

/// What an answer needs of the moment: the world, how far the machine has come, and who asks.
pub struct Ctx<'a> {
    pub host: &'a mut dyn Host,
    /// The machine's count of executed instructions (`Vm::ticks`).
    pub ticks: u64,
    /// Number of the thread that asks, within the current process.
    pub thread: u32,
}

/// The answer to a syscall.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Ready(SysResult),
    /// The thread sleeps; [`Os::pick`] brings it back with its result.
    Block(Wait),
}

/// Who runs next, in the process that [`Os::process`] is then.
#[derive(Debug, PartialEq)]
pub enum Pick {
    /// This thread; with the result of the syscall it had blocked in, or None when it was only preempted.
    Run(u32, Option<SysResult>),
    /// The current process has signals to take ([`Os::take_signals`]).
    Signal,
    /// Nobody can ever run again: who waits for what.
    Deadlock(Vec<(Tid, Wait)>),
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
    /// The current process's clock: processes run side by side, each with a time of its own.
    pub clock: Clock,
    pub fs: Fs,
    /// The current process; the others are in `family`.
    pub process: Process,
    pub family: Family,
    pub table: Table,
    pub pipes: Pipes,
    pub net: Net,
    pub epolls: epoll::Epolls,
    /// Locks of the current process.
    pub locks: Locks,
    pub semaphores: Semaphores,
    pub interpreters: interpreters::Interpreters,
    pub segments: segments::Segments,
    pub threads: Threads,
    /// Settings of the schedule.
    pub sched: policy::Sched,
    /// The next thread is chosen already: by the decision at a switch point.
    chosen: Option<Tid>,
    pub random: Random,
    /// Signals that have come and were not yet taken.
    signals: Vec<i32>,
    /// The interval timer: when it is due, and its interval (ns).
    timer: Option<(u64, u64)>,
    /// What a blocked reader, writer or poller may wait for that has changed, and how (bits of `poll`).
    changed: Vec<(Source, u32)>,
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
            family: Family::default(),
            table: Table::default(),
            pipes: Pipes::default(),
            net: Net::new(options.seed),
            epolls: Default::default(),
            locks: Locks::default(),
            semaphores: Semaphores::default(),
            interpreters: Default::default(),
            segments: Default::default(),
            threads: Threads::default(),
            sched: Default::default(),
            chosen: None,
            random: Random::new(options.seed),
            signals: Vec::new(),
            timer: None,
            changed: Vec::new(),
            exit: None,
        };
        os.open_standard_streams();
        os
    }

    /// Answers a syscall of `ctx.thread`.
    pub fn answer(&mut self, call: Syscall, ctx: &mut Ctx) -> Answer {
        // A lock is memory of the process: the system is called only to wait, and to wake one that waits.
        let free = match &call {
            Syscall::LockAcquire { lock, .. } => !self.locks.taken(*lock),
            Syscall::LockRelease { lock } => !self.locks.awaited(*lock),
            Syscall::LockNew | Syscall::LockTaken { .. } => true,
            _ => false,
        };
        self.clock.charge(if free { clock::LOCK_NS } else { clock::SYSCALL_NS });
        let me = self.tid(ctx.thread);
        if !matches!(call, Syscall::Interpreter(_)) {
            self.asks_something_else(me, matches!(call, Syscall::Sleep { .. }));
        }
        let mut pending = self.threads.broken_off(me, &call).unwrap_or_else(|| {
            let deadline = call.timeout_ns().map(|ns| self.now(ctx).saturating_add(ns));
            Pending { call, deadline, progress: 0, wait: Wait::Sleep, first: true }
        });
        let answer = match self.attempt(&mut pending, ctx) {
            Ok(r) => Answer::Ready(r),
            Err(Stop::Errno(e)) => Answer::Ready(SysResult::Error(e)),
            Err(Stop::Wait(wait)) => {
                pending.wait = wait;
                let sources = self.sources(me, &pending);
                self.threads.block(me, pending, self.now(ctx), sources);
                Answer::Block(wait)
            }
        };
        self.wake_io(self.now(ctx));
        answer
    }
    /// Virtual nanoseconds since the start.
    pub fn now(&self, ctx: &Ctx) -> u64 {
        self.clock.now(ctx.ticks)
    }
    pub(crate) fn tid(&self, thread: u32) -> Tid {
        Tid { pid: self.process.pid, thread }
    }
    /// Whose change or end makes it worth trying a call again.
    fn sources(&self, me: Tid, p: &Pending) -> Vec<Source> {
        match p.wait {
            Wait::Io => self.sources_of(&p.call),
            Wait::Join(thread) => vec![Source::End(Tid { pid: me.pid, thread })],
            _ => vec![],
        }
    }

    /// Tries a call once: done, failed, or it must wait.
    fn attempt(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        self.deliver(self.now(ctx));
        let (changed, sockets, progress) = (self.changed.len(), self.net.changed.len(), p.progress);
        let outcome = self.carry_out(p, ctx);
        if matches!(outcome, Err(Stop::Wait(_))) && p.progress == progress {
            // Who must wait has changed nothing: two that wait must not wake each other for ever.
            self.changed.truncate(changed);
            self.net.changed.truncate(sockets);
        }
        outcome
    }
    fn carry_out(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        use Syscall::*;
        match &p.call {
            Write { .. } | Read { .. } | ReadAt { .. } | WriteAt { .. } | Send { .. } | Receive { .. } | ReceiveMessage { .. } => self.transfer(p, ctx),
            Open { .. } | Close { .. } | Seek { .. } | Truncate { .. } | TruncatePath { .. } | Sync { .. } | Dup { .. }
            | GetBlocking { .. } | SetBlocking { .. } | GetInheritable { .. } | SetInheritable { .. } | FStat { .. }
            | PathOf { .. } | Pipe { .. } | IsATty { .. } => self.descriptor_call(&p.call, ctx),
            Stat { .. } | ListDir { .. } | ScanDir { .. } | MakeDir { .. } | RemoveDir { .. } | Unlink { .. } | Rename { .. }
            | Symlink { .. } | Link { .. } | ReadLink { .. } | Chmod { .. } | Utime { .. } | Chdir { .. } | GetCwd
            | Access { .. } | Umask { .. } => self.path_call(&p.call, ctx),
            Socket { .. } | SocketPair { .. } | Bind { .. } | Listen { .. } | Accept { .. } | Connect { .. } | Shutdown { .. }
            | SocketName { .. } | PeerName { .. } | SocketInfo { .. } | GetOption { .. } | SetOption { .. } | Resolve { .. } | NameOf { .. }
            | Configure { .. } | Serve { .. } => self.socket_call(p, ctx),
            Poll { .. } | EpollCreate | EpollControl { .. } | EpollWait { .. } => self.poll_call(p, ctx),
            MapSegment { fd, size } => self.map_segment(*fd, *size),
            StoreSegment { segment, data } => self.store_segment(*segment, data, ctx),
            Interpreter(call) => self.interpreter_call(call, ctx),
            Fork | Spawn { .. } | WaitPid { .. } | Kill { .. } | PidFdOpen { .. } | PidFdProcess { .. } => self.family_call(&p.call, ctx),
            SemNew { .. } | SemOpen { .. } | SemUnlink { .. } | SemAcquire { .. } | SemRelease { .. } | SemValue { .. } => {
                self.semaphore_call(p, ctx)
            }
            SigMask { .. } | SigPending | Pause | ThreadStart | ThreadYield | ThreadJoin { .. } | ThreadDone { .. } | ThreadRelease { .. } | ThreadsFreeze | ThreadSelf | LockAcquire { .. }
            | LockRelease { .. } | LockNew | LockTaken { .. } | Sleep { .. } => self.thread_call(p, ctx),
            ClockGet { .. } | Random { .. } | Input { .. } | Display { .. } | ClearOutput { .. } | Comm { .. } | RequestId | Stopwatch { .. } | GetPid | GetParentPid | CpuCount | GilEnabled
            | SetTimer { .. } | GetTimer | Exit { .. } => self.session_call(&p.call, ctx),
        }
    }

    /// ENOSYS for what is not simulated.
    pub(crate) fn not_simulated() -> Stop {
        Stop::Errno(errno::ENOSYS)
    }
}
