//! Signals: how the machine brings them to a process's main thread.
use super::{Machine, asks};
use crate::face::Host;
use crate::natives::system::signal::{self, Action};
use crate::vm::Tracer;

const SIGINT: i32 = 2;

impl Machine {
    /// Ctrl-C, or the front end's interrupt: SIGINT for every process. It comes between two instructions: a call that has its
    /// answer returns first (a lock that has been acquired has an owner who will release it).
    pub(super) fn look_for_interrupt(&mut self, host: &mut dyn Host) {
        self.interrupted |= host.interrupted();
        if self.interrupted && !self.main_thread_is_answered() {
            self.interrupted = false;
            self.os.raise_everywhere(SIGINT);
        }
    }
    /// Whether the current process's main thread has yet to take the answer to its last call.
    fn main_thread_is_answered(&self) -> bool {
        let main = self.vm.main_thread;
        let thread = std::iter::once(&self.vm.cur).chain(&self.vm.parked).find(|t| t.id == main);
        thread.is_some_and(|t| t.has_answer()) && !self.os.waits(main)
    }
    /// Sees to the current process's signals; true when its main thread is in place to run a handler.
    pub(super) fn take_signals<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host) -> bool {
        if !self.os.has_signals() {
            return false;
        }
        let mut handled = false;
        for n in self.os.take_signals() {
            match signal::action_of(&mut self.vm, n) {
                Action::Ignore => {}
                Action::Default if !signal::is_fatal(n) => {}
                Action::Default if self.pid != self.main => {
                    self.end_process(tracer, n, host);
                    return true;
                }
                Action::Handler | Action::Default => {
                    self.wake_main_thread(host);
                    signal::run_handler(&mut self.vm, n);
                    handled = true;
                }
            }
        }
        handled
    }
    /// Brings the current process's main thread in, out of the call it may wait in.
    pub(super) fn wake_main_thread(&mut self, host: &mut dyn Host) {
        let ctx = asks(&self.vm, host);
        let main = self.vm.main_thread;
        if self.vm.cur.id != main {
            self.os.give_way(&ctx);
        }
        self.os.break_off(main, &ctx);
        self.bring(main);
    }
}
