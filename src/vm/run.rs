//! Running a thread: the loop over its activations, within a budget.
use super::Vm;
use super::syscall::Syscall;
use super::thread::Activation;
use super::watch::Watched;
use crate::heap::Owned;
use crate::trace::{Lane, What};

/// Why `run` came back.
#[derive(Debug)]
pub enum Outcome {
    /// The thread's first call ended: its value or its exception.
    Finished(Result<Owned, Owned>),
    /// The thread waits for the operating system's answer; see [`Vm::answer_syscall`].
    Syscall(Box<Syscall>),
    /// The budget is used up; run again to go on.
    Budget,
}

/// Hooks of the running machine. With [`NoTrace`] they compile away.
pub trait Tracer {
    /// False: no hook is ever called.
    const ON: bool;
    /// The program itself is to be told of events (`watch/`).
    const PROGRAM: bool = false;
    /// Before each instruction of a Python frame. `pc`: its code unit; the frame's own `pc` may be behind.
    /// Whether the run is to stop before it ([`Outcome::Budget`]); it is asked again when the run goes on.
    fn instruction(&mut self, _vm: &Vm, _pc: usize) -> bool {
        false
    }
    /// Something happened at the door to the system, to the thread that runs (`vm.cur`), at a virtual time in nanoseconds.
    fn event(&mut self, _vm: &Vm, _at: u64, _lane: Lane, _what: What) {}
    /// Another thread goes on that was only waiting for others to come as far in time: where there is no GIL, for it nothing has
    /// happened. Its time in nanoseconds.
    fn goes_on(&mut self, _at: u64, _lane: Lane) {}
}

/// Two that watch the same run.
pub struct Both<'a, A, B>(pub &'a mut A, pub &'a mut B);
impl<A: Tracer, B: Tracer> Tracer for Both<'_, A, B> {
    const ON: bool = A::ON || B::ON;
    fn instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        // The first decides whether the instruction runs at all: the second sees only those that do.
        self.0.instruction(vm, pc) || self.1.instruction(vm, pc)
    }
    fn event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What) {
        self.0.event(vm, at, lane, what.clone());
        self.1.event(vm, at, lane, what);
    }
    fn goes_on(&mut self, at: u64, lane: Lane) {
        self.0.goes_on(at, lane);
        self.1.goes_on(at, lane);
    }
}

/// Nobody looks.
pub struct NoTrace;
impl Tracer for NoTrace {
    const ON: bool = false;
}

/// What one instruction did to the thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flow {
    /// Go on with the next instruction.
    Next,
    /// The activation on top changed, or its registers were saved and changed.
    Reload,
    /// `Vm::raising` holds an exception.
    Raise,
    /// The tracer wants the run to stop before the instruction.
    Stop,
}

impl Vm {
    /// Runs the current thread until it ends, asks the operating system, or has used `budget` (units: calls and
    /// backward jumps). A pure function of the machine's state.
    pub fn run<T: Tracer>(&mut self, tracer: &mut T, budget: &mut u64) -> Outcome {
        loop {
            if let Some(call) = self.pending_syscall.take() {
                return Outcome::Syscall(call);
            }
            if self.heap.attention {
                self.attend();
            }
            match self.cur.activations.last() {
                None => {
                    let outcome = self.cur.outcome.take().expect("a thread without activations has ended");
                    return Outcome::Finished(outcome.map(Owned::adopt).map_err(Owned::adopt));
                }
                Some(Activation::Native(_)) => self.rerun_native(),
                Some(Activation::Py(_)) => {
                    if *budget == 0 {
                        return Outcome::Budget;
                    }
                    let stop = if self.is_watched() { self.interpret(&mut Watched(tracer), budget) } else { self.interpret(tracer, budget) };
                    if stop {
                        return Outcome::Budget;
                    }
                }
            }
        }
    }
    /// Gives the answer that the native on top waits for.
    pub fn answer_syscall(&mut self, result: super::syscall::SysResult) {
        match self.cur.activations.last_mut() {
            Some(Activation::Native(n)) => n.answers.push(super::Answer::Sys(result)),
            _ => panic!("an answer came for a thread whose top activation is no native"),
        }
    }
}
