//! The machine: interpreter, simulated operating system, and the loop that runs threads. The wiring of all layers below.
use crate::face::{Host, SessionOptions};
use crate::heap::Owned;
use crate::sim::fs::Library;
use crate::sim::{Answer, Ctx, Os, Pick};
use crate::vm::thread::Thread;
use crate::vm::{NoTrace, Outcome, Request, Tracer, Vm};
use std::sync::Arc;

/// Calls and backward jumps between two looks at the world (interrupts) and the scheduler.
const SLICE: u64 = 20_000;

/// One simulated computer with one process. Plain data.
pub struct Machine {
    pub vm: Vm,
    pub os: Os,
}

impl Machine {
    /// A machine with everything imported that every program has; asks nothing of the host.
    pub fn new(options: &SessionOptions) -> Machine {
        let mut vm = Vm::new();
        vm.load_prelude();
        vm.install_streams();
        Machine { vm, os: Os::new(options, Arc::new(StandardLibrary)) }
    }

    /// Carries out a request on the main thread, which must be idle, letting other threads run as the scheduler says.
    pub fn run(&mut self, request: Request, host: &mut dyn Host) -> Result<Owned, Owned> {
        self.run_traced(request, &mut NoTrace, host)
    }
    /// The same, watched by a tracer.
    pub fn run_traced<T: Tracer>(&mut self, request: Request, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let main = self.vm.cur.id;
        self.vm.start(request);
        loop {
            if host.interrupted() {
                self.vm.interrupt = true;
                self.vm.heap.attention = true;
            }
            let mut budget = SLICE;
            let outcome = self.vm.run(tracer, &mut budget);
            self.vm.ticks += SLICE - budget;
            self.hand_over_output(host);
            let thread = self.vm.cur.id;
            match outcome {
                Outcome::Finished(r) if thread == main => return r,
                Outcome::Finished(r) => {
                    let (Ok(o) | Err(o)) = r;
                    self.vm.release(o);
                    self.os.thread_ended(thread);
                    self.switch(host);
                }
                Outcome::Syscall(call) => {
                    let mut ctx = Ctx { host, ticks: self.vm.ticks, thread };
                    match self.os.answer(*call, &mut ctx) {
                        Answer::Ready(r) => self.vm.answer_syscall(r),
                        Answer::Block(_) => self.switch(host),
                    }
                }
                Outcome::Budget if self.vm.parked.is_empty() => {}
                Outcome::Budget => {
                    self.os.preempt(thread);
                    self.switch(host);
                }
            }
        }
    }

    /// Passes on what was written to the standard streams since the last time, in order.
    fn hand_over_output(&mut self, host: &mut dyn Host) {
        for (fd, data) in crate::natives::system::io::take_output(&mut self.vm) {
            let mut ctx = Ctx { host, ticks: self.vm.ticks, thread: self.vm.cur.id };
            // A failure (a closed descriptor) cannot be told to the program any more: it has gone on.
            let _ = self.os.answer(crate::vm::syscall::Syscall::Write { fd, data }, &mut ctx);
        }
    }

    /// Lets the scheduler choose, and puts that thread's state in place.
    fn switch(&mut self, host: &mut dyn Host) {
        loop {
            let mut ctx = Ctx { host, ticks: self.vm.ticks, thread: self.vm.cur.id };
            match self.os.pick(&mut ctx) {
                Pick::Run(thread, result) => {
                    self.bring(thread);
                    if let Some(r) = result {
                        self.vm.answer_syscall(r);
                    }
                    return;
                }
                Pick::Signal => {
                    self.vm.interrupt |= self.os.take_signals().contains(&2);
                    self.vm.heap.attention = true;
                }
                Pick::Deadlock(waiting) => {
                    let main = waiting.iter().map(|(t, _)| *t).min().unwrap_or(0);
                    let list: Vec<String> = waiting.iter().map(|(t, w)| format!("thread {t} waits for {w:?}")).collect();
                    self.os.cancel_wait(main);
                    self.bring(main);
                    self.vm.fail_top(&format!("deadlock: every thread waits ({})", list.join("; ")));
                    return;
                }
            }
        }
    }
    /// Makes a thread the current one.
    fn bring(&mut self, thread: u32) {
        if self.vm.cur.id == thread {
            return;
        }
        let at = self.vm.parked.iter().position(|t| t.id == thread).expect("the scheduler knows the machine's threads");
        let next = self.vm.parked.swap_remove(at);
        let old: Thread = std::mem::replace(&mut self.vm.cur, next);
        if old.outcome.is_some() || !old.activations.is_empty() || old.id == 0 {
            self.vm.parked.push(old);
        }
        if let Some(start) = self.vm.cur.start.take() {
            self.vm.start(start);
        }
    }
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
