//! Running a thread: the loop over its activations, within a budget.
use super::Vm;
use super::syscall::Syscall;
use super::thread::Activation;
use crate::heap::Owned;

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
    /// Before each instruction of a visible Python frame.
    /// `pc`: its code unit; the frame's own `pc` may be behind.
    fn instruction(&mut self, _vm: &Vm, _pc: usize) {}
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
                    self.interpret(tracer, budget);
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
