//! What a tracer is told at the door to the system: which thread asks what, waits, goes on, and why.
use super::Machine;
use crate::sim::threads::Wait;
use crate::sim::Tid;
use crate::trace::{Birth, Channel, Lane, Thing, Waiting, What, Why};
use crate::vm::Tracer;
use crate::vm::syscall::{SysResult, Syscall};

/// A call as far as a log tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Take(Thing),
    Release(Thing),
    Send(Channel),
    Receive(Channel),
    Start,
    Other,
}


impl Machine {
    pub(super) fn lane(&self) -> Lane {
        Lane { pid: self.pid, thread: self.vm.cur.id, task: 0 }
    }
    /// Tells a tracer; costs nothing where nobody looks.
    pub(super) fn tell<T: Tracer>(&self, tracer: &mut T, what: impl FnOnce() -> What) {
        if T::ON {
            tracer.event(&self.vm, self.os.clock.now(self.vm.ticks), self.lane(), what());
        }
    }
    pub(super) fn doing(&self, call: &Syscall) -> Doing {
        let channel = |fd: i32, receives: bool| self.os.channel(fd, receives);
        match call {
            Syscall::LockAcquire { lock, .. } => Doing::Take(Thing::Lock(self.pid, *lock)),
            Syscall::LockRelease { lock } => Doing::Release(Thing::Lock(self.pid, *lock)),
            Syscall::SemAcquire { sem, .. } => Doing::Take(Thing::Semaphore(*sem)),
            Syscall::SemRelease { sem } => Doing::Release(Thing::Semaphore(*sem)),
            Syscall::Write { fd, .. } | Syscall::Send { fd, .. } => channel(*fd, false).map_or(Doing::Other, Doing::Send),
            Syscall::Read { fd, .. } | Syscall::Receive { fd, .. } | Syscall::ReceiveMessage { fd, .. } => channel(*fd, true).map_or(Doing::Other, Doing::Receive),
            Syscall::ThreadStart => Doing::Start,
            _ => Doing::Other,
        }
    }
    /// A call has been answered.
    pub(super) fn tell_answer<T: Tracer>(&self, tracer: &mut T, doing: Doing, result: &SysResult) {
        let what = match (doing, result) {
            (Doing::Take(thing), SysResult::Int(0)) => What::Misses(thing),
            (Doing::Take(thing), SysResult::Int(_)) => What::Takes(thing),
            (Doing::Release(thing), SysResult::Done) => What::Releases(thing),
            (Doing::Send(channel), SysResult::Int(n)) if *n > 0 => What::Sends(channel, *n as usize),
            (Doing::Receive(channel), SysResult::Bytes(b)) if !b.is_empty() => What::Receives(channel, b.len()),
            (Doing::Receive(channel), SysResult::Message { data, .. }) if !data.is_empty() => What::Receives(channel, data.len()),
            (Doing::Receive(channel), SysResult::From(b, _)) if !b.is_empty() => What::Receives(channel, b.len()),
            (Doing::Start, SysResult::Int(n)) => What::Starts(Lane { pid: self.pid, thread: *n as u32, task: 0 }, Birth::Thread),
            _ => return,
        };
        self.tell(tracer, || what);
    }
    /// A call must wait.
    pub(super) fn tell_wait<T: Tracer>(&mut self, tracer: &mut T, doing: Doing, wait: Wait) {
        if !T::ON {
            return;
        }
        self.doing.insert(self.lane(), doing);
        let waiting = self.waiting(self.pid, wait);
        self.tell(tracer, || What::Waits(waiting));
    }
    fn waiting(&self, pid: i32, wait: Wait) -> Waiting {
        match wait {
            Wait::Sleep => Waiting::Sleep,
            Wait::Lock(lock) => Waiting::For(Thing::Lock(pid, lock)),
            Wait::Semaphore(sem) => Waiting::For(Thing::Semaphore(sem)),
            Wait::Join(thread) => Waiting::Thread(thread),
            Wait::Io => Waiting::Io,
            Wait::Yield => Waiting::Turn,
            Wait::Child => Waiting::Child,
            Wait::Interpreter(id) => Waiting::Interpreter(id),
            Wait::Queue(id) => Waiting::Queue(id),
        }
    }
    /// The scheduler's choice runs: with the answer of the call that it had waited in.
    pub(super) fn tell_run<T: Tracer>(&mut self, tracer: &mut T, before: Lane, answer: Option<&SysResult>) {
        let lane = self.lane();
        let aside = self.aside.remove(&lane) && answer.is_none();
        if !T::ON {
            return;
        }
        if aside {
            // It has come no further than where it stopped, unless it had to wait for a processor.
            let (now, stopped) = (self.os.clock.now(self.vm.ticks), self.os.threads.can_go_on_at(Tid { pid: lane.pid, thread: lane.thread }));
            if now <= stopped {
                return tracer.goes_on(now, lane);
            }
            tracer.event(&self.vm, stopped, lane, What::Stops(Why::Processor));
        }
        if lane != before || answer.is_some() {
            let ready = self.os.threads.ready_at(Tid { pid: lane.pid, thread: lane.thread });
            self.tell(tracer, || What::Runs { ready });
        }
        if let (Some(doing), Some(answer)) = (self.doing.remove(&lane), answer) {
            self.tell_answer(tracer, doing, answer);
        }
    }
    /// The running thread gives way.
    pub(super) fn tell_stop<T: Tracer>(&self, tracer: &mut T, why: Why) {
        self.tell(tracer, || What::Stops(why));
    }
    /// What was written to the standard streams.
    pub(super) fn tell_output<T: Tracer>(&self, tracer: &mut T, fd: i32, data: &[u8]) {
        if T::ON && (fd == 1 || fd == 2) {
            self.tell(tracer, || What::Prints(String::from_utf8_lossy(data).into_owned()));
        }
    }
    pub(super) fn tell_birth<T: Tracer>(&self, tracer: &mut T, pid: i32, birth: Birth) {
        let thread = if birth == Birth::Fork { self.vm.cur.id } else { 0 };
        self.tell(tracer, || What::Starts(Lane { pid, thread, task: 0 }, birth));
    }
}
