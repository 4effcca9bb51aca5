//! The machine: interpreters, simulated operating system, and the loop that runs threads. The wiring of all layers below.
mod interpreters;
mod points;
mod processes;
mod record;
mod signals;

use crate::face::{Host, SessionOptions};
use crate::heap::Owned;
use crate::objects::Heap;
use crate::sim::clock::NS_PER_TICK;
use crate::sim::fs::Library;
use crate::sim::policy::Points;
use crate::sim::threads::Wait;
use crate::sim::{Answer, Ctx, Os, Pick, Tid};
use crate::trace::{Lane, What, Why};
use crate::vm::syscall::{InterpreterOp, Syscall};
use crate::vm::thread::Thread;
use crate::vm::{Both, NoTrace, Outcome, Request, Tracer, Vm, t};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use points::Stepper;
use record::Doing;

/// Ticks between two looks at the world: interrupts, timers, other processes.
const SLICE: u64 = 20_000;

/// What a limited run may use: calls and backward jumps, and looks of the machine at the world (one at each switch point).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fuel {
    pub ticks: u64,
    pub slices: u64,
}

/// One simulated computer. Plain data: a clone is a snapshot.
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
    /// Says a deadlock in words: who waits for what. A layer above that can read the program's names may set a better one.
    pub explain: fn(&Machine, &[(Tid, Wait)]) -> String,
    /// What lenses keep beside the machine; a copy of the machine has none of it.
    pub attic: Attic,
    /// What a run may still use, if it is limited.
    pub fuel: Option<Fuel>,
    /// Without a GIL: threads that have let others come as far in time; for them nothing has happened.
    aside: BTreeSet<Lane>,
    /// The user has interrupted, and the main thread has yet to take the answer of its last call.
    interrupted: bool,
    /// What blocked threads had asked, while a tracer looks.
    doing: BTreeMap<Lane, Doing>,
}

impl Machine {
    /// A machine with everything imported that every program has; asks nothing of the host.
    pub fn new(options: &SessionOptions) -> Machine {
        let os = Os::new(options, Arc::new(StandardLibrary));
        let pid = os.process.pid;
        Machine { vm: Machine::interpreter(), os, others: BTreeMap::new(), pid, main: pid, turn: 0, draining: false, explain: plain_deadlock, attic: Attic::default(), fuel: None, aside: BTreeSet::new(), interrupted: false, doing: BTreeMap::new() }
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
        let sched = &self.os.sched;
        let meets_points = sched.gil_off || sched.decides_at_points();
        if sched.points() == Points::Gil || !meets_points {
            return self.run_all(request, tracer, host);
        }
        let only_shared = sched.own_code_only || sched.is_free();
        let mut stepper = Stepper::new(sched.points(), sched.own_code_only, only_shared);
        self.run_all(request, &mut Both(&mut stepper, tracer), host)
    }
    fn run_all<T: Tracer>(&mut self, request: Request, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let main = self.vm.cur.id;
        // What was noted under an earlier tracer may have been answered since.
        self.doing.clear();
        self.interrupted = false;
        if !self.os.sched.recording {
            self.os.sched.begin();
        }
        self.vm.start(request);
        self.tell(tracer, || What::Runs { ready: 0 });
        loop {
            if self.is_out_of_fuel() {
                return Err(self.vm.new_exception(t::KEYBOARD_INTERRUPT, vec![]));
            }
            let outcome = self.slice(tracer, host);
            if let Outcome::Finished(r) = outcome {
                if self.pid == self.main && self.vm.cur.id == main {
                    self.attic.spare = None;
                    return r;
                }
                self.thread_finished(tracer, r, host);
            } else {
                self.go_on(tracer, outcome, host);
            }
        }
    }
    /// Runs the current thread for a slice.
    fn slice<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host) -> Outcome {
        self.look_for_interrupt(host);
        self.take_signals(tracer, host);
        let slice = self.slice_ticks(host);
        let mut budget = slice;
        let outcome = self.vm.run(tracer, &mut budget);
        self.vm.ticks += slice - budget;
        self.turn = self.turn.saturating_sub(slice - budget);
        if let Some(fuel) = &mut self.fuel {
            fuel.ticks = fuel.ticks.saturating_sub(slice - budget);
            fuel.slices = fuel.slices.saturating_sub(1);
        }
        self.hand_over_output(tracer, host, outcome)
    }
    /// Whether a limited run has used up what it had: it stops where it is, whatever the program does against it, and its machine
    /// is good for nothing more.
    pub fn is_out_of_fuel(&self) -> bool {
        self.fuel.is_some_and(|f| f.ticks == 0 || f.slices == 0)
    }
    /// For how long the current thread may run before the scheduler must be asked. The switch interval counts from when
    /// another thread waits for the GIL, so it does not begin while nobody does.
    fn slice_ticks(&mut self, host: &mut dyn Host) -> u64 {
        if self.interrupted {
            return 1;
        }
        if self.vm.parked.is_empty() {
            self.turn = self.interval();
            return SLICE;
        }
        let ctx = asks(&self.vm, host);
        if self.os.sched.decides_at_points() {
            return if self.os.sched.points() == Points::Gil { 1 } else { SLICE };
        }
        if self.os.sched.gil_off {
            return SLICE;
        }
        if !self.os.anyone_ready(&ctx) {
            self.turn = self.interval();
            let until = self.os.until_next_timer(&ctx).map_or(SLICE, |ns| ns.div_ceil(NS_PER_TICK));
            return until.clamp(1, SLICE);
        }
        self.turn.clamp(1, SLICE)
    }
    /// The switch interval, in ticks.
    fn interval(&self) -> u64 {
        crate::natives::errors::sys::switch_interval_ns(&self.vm) / NS_PER_TICK
    }
    /// Answers what the current thread asks, or lets another go on.
    fn go_on<T: Tracer>(&mut self, tracer: &mut T, outcome: Outcome, host: &mut dyn Host) {
        match outcome {
            Outcome::Finished(_) => unreachable!("the caller has seen to it"),
            Outcome::Syscall(call) => match *call {
                Syscall::Fork => self.fork(tracer, host),
                Syscall::Spawn { .. } => self.spawn(tracer, *call, host),
                Syscall::Interpreter(ask) if matches!(ask.op, InterpreterOp::Create | InterpreterOp::Start | InterpreterOp::Drop) => {
                    self.interpreter_asks(tracer, ask, host);
                }
                Syscall::Exit { status } if self.os.process.group != self.main => self.end_process(tracer, (status & 0xFF) << 8, host),
                // What others see happens in the order of time: the thread asks when they have come as far.
                call if self.os.sched.is_free() && self.os.must_wait(&asks(&self.vm, host)) => {
                    self.vm.cur.asks = Some(Box::new(call));
                    self.give_way(tracer, true, host);
                }
                call => {
                    let doing = if T::ON { self.doing(&call) } else { Doing::Other };
                    match self.os.answer(call, &mut asks(&self.vm, host)) {
                        Answer::Ready(r) => {
                            self.tell_answer(tracer, doing, &r);
                            self.vm.answer_syscall(r);
                            self.give_way(tracer, false, host);
                        }
                        Answer::Block(wait) => {
                            self.tell_wait(tracer, doing, wait);
                            self.switch(tracer, host);
                        }
                    }
                }
            },
            Outcome::Budget => {
                self.os.look_at_timer(&asks(&self.vm, host));
                self.give_way(tracer, true, host);
            }
        }
    }
    /// Lets others go on: a thread of the same process when the turn is over or the policy says so at a switch point, a
    /// process that is behind in time at once.
    fn give_way<T: Tracer>(&mut self, tracer: &mut T, point: bool, host: &mut dyn Host) {
        let ctx = asks(&self.vm, host);
        let why = if self.must_switch(point, &ctx) {
            match () {
                _ if self.os.sched.gil_off => Why::Aside,
                _ if self.os.sched.decides_at_points() => Why::Policy,
                _ => Why::Interval,
            }
        } else if !self.others.is_empty() && self.os.another_is_behind(&ctx) {
            self.os.step_aside(&ctx);
            Why::Aside
        } else {
            return;
        };
        if self.os.sched.gil_off {
            self.aside.insert(self.lane());
        } else {
            self.tell_stop(tracer, why);
        }
        self.switch(tracer, host);
    }
    /// Whether the running thread must give way to another of its process, which is then in the queue.
    fn must_switch(&mut self, point: bool, ctx: &Ctx) -> bool {
        if self.vm.parked.is_empty() {
            return false;
        }
        if self.os.sched.decides_at_points() {
            let here = point && (!self.os.sched.own_code_only || self.in_own_code());
            return here && self.os.at_point(ctx);
        }
        if self.os.sched.gil_off {
            return point && self.os.race(ctx);
        }
        let over = self.turn == 0 && self.os.anyone_ready(ctx);
        if over {
            self.os.preempt(ctx);
        }
        over
    }

    /// Passes on what was written to the standard streams since the last time, in order. What goes to a pipe may have to
    /// wait: then the thread writes it first, and asks what it was about to ask afterwards.
    fn hand_over_output<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host, outcome: Outcome) -> Outcome {
        let mut first = false;
        for (fd, data) in crate::natives::system::take_output(&mut self.vm) {
            self.tell_output(tracer, fd, &data);
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
    fn switch<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host) {
        let before = self.lane();
        loop {
            let mut ctx = asks(&self.vm, host);
            match self.os.pick(&mut ctx) {
                Pick::Run(thread, result) => {
                    self.follow();
                    self.bring(thread);
                    if before != self.lane() {
                        self.turn = self.interval();
                    }
                    self.tell_run(tracer, before, result.as_ref());
                    if let Some(r) = result {
                        self.vm.answer_syscall(r);
                    }
                    return;
                }
                Pick::Signal => {
                    self.follow();
                    if self.take_signals(tracer, host) {
                        return;
                    }
                }
                Pick::Deadlock(waiting) => {
                    let message = if self.draining { String::new() } else { (self.explain)(self, &waiting) };
                    self.follow_to(self.main, host);
                    if self.draining {
                        self.draining = false;
                        return;
                    }
                    self.wake_main_thread(host);
                    self.os.forget_broken_off(self.vm.main_thread);
                    self.vm.fail_top(&message);
                    return;
                }
            }
        }
    }
    /// The interpreter of a process.
    pub fn interpreter_of(&self, pid: i32) -> Option<&Vm> {
        if pid == self.pid { Some(&self.vm) } else { self.others.get(&pid) }
    }
    /// The process that the session's cells run in.
    pub fn main_process(&self) -> i32 {
        self.main
    }
    /// Makes a thread of the current process the current one.
    fn bring(&mut self, thread: u32) {
        if self.vm.cur.id != thread {
            let at = self.vm.parked.iter().position(|t| t.id == thread).expect("the scheduler knows the machine's threads");
            let next = self.vm.parked.swap_remove(at);
            let old: Thread = std::mem::replace(&mut self.vm.cur, next);
            if old.outcome.is_some() || !old.activations.is_empty() || old.id == self.vm.main_thread {
                self.vm.parked.push(old);
            } else {
                self.vm.drop_thread(&old);
            }
        }
        if let Some(start) = self.vm.cur.start.take() {
            self.vm.start(start);
        }
        if let Some(call) = self.vm.cur.asks.take() {
            self.vm.pending_syscall = Some(call);
        }
    }
}

fn plain_deadlock(machine: &Machine, waiting: &[(Tid, Wait)]) -> String {
    let process = |t: &Tid| if t.pid == machine.main { String::new() } else { format!(" of process {}", t.pid) };
    let list: Vec<String> = waiting.iter().map(|(t, w)| format!("thread {}{} waits for {w:?}", t.thread, process(t))).collect();
    format!("deadlock: every thread waits ({})", list.join("; "))
}

/// What is kept beside a machine and is no part of it: a place for one thing of any type, and the heap of a process that has
/// ended, whose memory the next one uses.
#[derive(Default)]
pub struct Attic {
    pub kept: Option<Box<dyn std::any::Any + Send>>,
    pub spare: Option<Heap>,
}
impl Clone for Attic {
    fn clone(&self) -> Attic {
        Attic::default()
    }
}

impl Machine {
    /// A copy as `clone` makes it, in the memory of a machine that is not needed any more.
    pub fn copy_onto(&mut self, old: Machine) -> Machine {
        let own = std::mem::take(&mut self.vm.heap);
        let mut copy = self.clone();
        self.vm.heap = own;
        let mut heap = old.vm.heap;
        heap.clone_from(&self.vm.heap);
        copy.vm.heap = heap;
        copy
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
