//! The machine: interpreters, simulated operating system, and the loop that runs threads. The wiring of all layers below.
mod processes;
mod signals;

use crate::face::{Host, SessionOptions};
use crate::heap::Owned;
use crate::sim::clock::NS_PER_TICK;
use crate::sim::fs::Library;
use crate::sim::{Answer, Ctx, Os, Pick};
use crate::vm::syscall::Syscall;
use crate::vm::thread::Thread;
use crate::vm::{NoTrace, Outcome, Request, Tracer, Vm};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ticks between two looks at the world: interrupts, timers, other processes.
const SLICE: u64 = 20_000;

/// One simulated computer. Plain data.
#[derive(Clone)]
pub struct Machine {
    /// The interpreter of the current process ([`Os::process`]).
    pub vm: Vm,
    pub os: Os,
    /// Interpreters of the other processes, by pid.
    others: BTreeMap<i32, Vm>,
    /// The process whose interpreter `vm` is.
    pid: i32,
    /// The process that the session's cells run in.
    main: i32,
    /// Ticks that the current thread may still run while others of its process wait for the GIL.
    turn: u64,
    /// The session's request is done: the other processes go on as long as they can ([`Machine::finish_processes`]).
    draining: bool,
}

impl Machine {
    /// A machine with everything imported that every program has; asks nothing of the host.
    pub fn new(options: &SessionOptions) -> Machine {
        let os = Os::new(options, Arc::new(StandardLibrary));
        let pid = os.process.pid;
        Machine { vm: Machine::interpreter(), os, others: BTreeMap::new(), pid, main: pid, turn: 0, draining: false }
    }
    fn interpreter() -> Vm {
        let mut vm = Vm::new();
        vm.load_prelude();
        vm.install_streams();
        vm
    }

    /// Whether there is but one thread and one process.
    pub fn is_alone(&self) -> bool {
        self.vm.parked.is_empty() && self.others.is_empty()
    }

    /// Carries out a request on the main thread, which must be idle, letting other threads and processes run as the
    /// scheduler says.
    pub fn run(&mut self, request: Request, host: &mut dyn Host) -> Result<Owned, Owned> {
        self.run_traced(request, &mut NoTrace, host)
    }
    /// The same, watched by a tracer.
    pub fn run_traced<T: Tracer>(&mut self, request: Request, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let main = self.vm.cur.id;
        self.vm.start(request);
        loop {
            let outcome = self.slice(tracer, host);
            if let Outcome::Finished(r) = outcome {
                if self.pid == self.main && self.vm.cur.id == main {
                    return r;
                }
                self.thread_finished(r, host);
            } else {
                self.go_on(outcome, host);
            }
        }
    }
    /// Runs the current thread for a slice.
    fn slice<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host) -> Outcome {
        if host.interrupted() {
            self.interrupt();
        }
        self.take_signals(host);
        let slice = if self.vm.parked.is_empty() { SLICE } else { self.turn.clamp(1, SLICE) };
        let mut budget = slice;
        let outcome = self.vm.run(tracer, &mut budget);
        self.vm.ticks += slice - budget;
        self.turn = self.turn.saturating_sub(slice - budget);
        self.hand_over_output(host, outcome)
    }
    /// Answers what the current thread asks, or lets another go on.
    fn go_on(&mut self, outcome: Outcome, host: &mut dyn Host) {
        let mut ctx = asks(&self.vm, host);
        match outcome {
            Outcome::Finished(_) => unreachable!("the caller has seen to it"),
            Outcome::Syscall(call) => match *call {
                Syscall::Fork => self.fork(host),
                Syscall::Spawn { .. } => self.spawn(*call, host),
                Syscall::Exit { status } if self.pid != self.main => self.end_process((status & 0xFF) << 8, host),
                call => match self.os.answer(call, &mut ctx) {
                    Answer::Ready(r) => {
                        self.vm.answer_syscall(r);
                        self.give_way(host);
                    }
                    Answer::Block(_) => self.switch(host),
                },
            },
            Outcome::Budget => {
                self.os.look_at_timer(&ctx);
                self.give_way(host);
            }
        }
    }
    /// Lets others go on: a thread of the same process when the turn is over, a process that is behind in time at once.
    fn give_way(&mut self, host: &mut dyn Host) {
        let ctx = asks(&self.vm, host);
        if !self.vm.parked.is_empty() && self.turn == 0 {
            self.os.preempt(&ctx);
        } else if !self.others.is_empty() && self.os.another_is_behind(&ctx) {
            self.os.step_aside(&ctx);
        } else {
            return;
        }
        self.switch(host);
    }

    /// Passes on what was written to the standard streams since the last time, in order. What goes to a pipe may have to
    /// wait: then the thread writes it first, and asks what it was about to ask afterwards.
    fn hand_over_output(&mut self, host: &mut dyn Host, outcome: Outcome) -> Outcome {
        let mut first = false;
        for (fd, data) in crate::natives::system::take_output(&mut self.vm) {
            first |= self.os.may_be_full(fd);
            if first {
                crate::natives::system::write_first(&mut self.vm, fd, data);
            } else {
                // A failure (a closed descriptor) cannot be told to the program any more: it has gone on.
                let _ = self.os.answer(Syscall::Write { fd, data }, &mut asks(&self.vm, host));
            }
        }
        match outcome {
            Outcome::Syscall(_) if first => Outcome::Budget,
            outcome => outcome,
        }
    }

    /// Lets the scheduler choose, and puts that thread's state in place.
    fn switch(&mut self, host: &mut dyn Host) {
        loop {
            let mut ctx = asks(&self.vm, host);
            match self.os.pick(&mut ctx) {
                Pick::Run(thread, result) => {
                    let before = (self.pid, self.vm.cur.id);
                    self.follow();
                    self.bring(thread);
                    if before != (self.pid, thread) {
                        self.turn = crate::natives::errors::sys::switch_interval_ns(&self.vm) / NS_PER_TICK;
                    }
                    if let Some(r) = result {
                        self.vm.answer_syscall(r);
                    }
                    return;
                }
                Pick::Signal => {
                    self.follow();
                    if self.take_signals(host) {
                        return;
                    }
                }
                Pick::Deadlock(waiting) => {
                    let list: Vec<String> = waiting.iter().map(|(t, w)| self.told(t, w)).collect();
                    self.follow_to(self.main, host);
                    if self.draining {
                        self.draining = false;
                        return;
                    }
                    self.wake_main_thread(host);
                    self.os.forget_broken_off(self.vm.main_thread);
                    self.vm.fail_top(&format!("deadlock: every thread waits ({})", list.join("; ")));
                    return;
                }
            }
        }
    }
    fn told(&self, t: &crate::sim::Tid, wait: &crate::sim::threads::Wait) -> String {
        let process = if t.pid == self.main { String::new() } else { format!(" of process {}", t.pid) };
        format!("thread {}{process} waits for {wait:?}", t.thread)
    }
    /// Makes a thread of the current process the current one.
    fn bring(&mut self, thread: u32) {
        if self.vm.cur.id != thread {
            let at = self.vm.parked.iter().position(|t| t.id == thread).expect("the scheduler knows the machine's threads");
            let next = self.vm.parked.swap_remove(at);
            let old: Thread = std::mem::replace(&mut self.vm.cur, next);
            if old.outcome.is_some() || !old.activations.is_empty() || old.id == self.vm.main_thread {
                self.vm.parked.push(old);
            }
        }
        if let Some(start) = self.vm.cur.start.take() {
            self.vm.start(start);
        }
    }
}

/// The moment of a call: the current thread of an interpreter asks.
fn asks<'a>(vm: &Vm, host: &'a mut dyn Host) -> Ctx<'a> {
    Ctx { host, ticks: vm.ticks, thread: vm.cur.id }
}

/// The embedded library as the file system shows it.
struct StandardLibrary;
impl Library for StandardLibrary {
    fn find(&self, path: &str) -> Option<Vec<u8>> {
        pellucid_stdlib::find_path(path).map(|m| m.source().into_owned().into_bytes())
    }
    fn list(&self, path: &str) -> Option<Vec<String>> {
        pellucid_stdlib::list_dir(path).map(|l| l.into_iter().map(|(n, _)| n.to_owned()).collect())
    }
}
