//! The meeting point of a cell that waits in `input()` and the front end's `input_reply`.
use crate::interrupt::Interrupt;
use pellucid::face::InputRefused;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What a front end sends for end of file (control-D), as IPython's front ends do.
const END_OF_FILE: &str = "\x04";

#[derive(Default)]
struct State {
    waiting: bool,
    answer: Option<Result<String, InputRefused>>,
    /// `msg_id` of the request that waits.
    current: Option<String>,
    /// `msg_id`s of earlier requests: a late reply to one of them is not for the one that waits now.
    past: Vec<String>,
}

#[derive(Default)]
pub struct Asking {
    state: Mutex<State>,
    changed: Condvar,
}

impl Asking {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before the request is put into the outbox.
    pub fn begin(&self) {
        let mut s = self.lock();
        (s.waiting, s.answer) = (true, None);
        let last = s.current.take();
        s.past.extend(last);
        let excess = s.past.len().saturating_sub(64);
        s.past.drain(..excess);
    }

    /// Waits for the answer or for an interrupt.
    pub fn wait(&self, interrupt: &Interrupt) -> Result<String, InputRefused> {
        let mut s = self.lock();
        loop {
            if interrupt.take() {
                s.waiting = false;
                return Err(InputRefused::Interrupted);
            }
            if let Some(answer) = s.answer.take() {
                s.waiting = false;
                return answer;
            }
            s = self.changed.wait(s).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// After an interrupt was asked for: lets [`Asking::wait`] look.
    pub fn look_again(&self) {
        // Taking the lock orders this after a waiter's look at the flag, so that none misses it.
        drop(self.lock());
        self.changed.notify_all();
    }

    /// The request went out under this id.
    pub fn sent(&self, msg_id: String) {
        self.lock().current = Some(msg_id);
    }

    /// Nobody is connected to stdin under the asker's identity.
    pub fn nobody_there(&self) {
        self.give(Err(InputRefused::NotAllowed));
    }

    /// A reply. `to` is the id of the request that it answers; clients that leave it out are believed.
    pub fn answer(&self, to: Option<&str>, value: String) {
        if to.is_some_and(|id| self.lock().past.iter().any(|p| p == id)) {
            return;
        }
        self.give(if value == END_OF_FILE { Err(InputRefused::Eof) } else { Ok(value) });
    }

    fn give(&self, answer: Result<String, InputRefused>) {
        let mut s = self.lock();
        if s.waiting && s.answer.is_none() {
            s.answer = Some(answer);
        }
        drop(s);
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_answers_and_interrupts() {
        let (a, i) = (Asking::default(), Interrupt::default());
        a.answer(None, "unasked".into());
        i.cell_received();
        a.begin();
        a.sent("one".into());
        i.ask();
        assert_eq!(a.wait(&i), Err(InputRefused::Interrupted));
        a.begin();
        a.sent("two".into());
        a.answer(Some("one"), "late".into());
        a.answer(Some("two"), "right".into());
        assert_eq!(a.wait(&i), Ok("right".into()));
        a.begin();
        a.answer(None, "\x04".into());
        assert_eq!(a.wait(&i), Err(InputRefused::Eof));
        a.begin();
        a.nobody_there();
        assert_eq!(a.wait(&i), Err(InputRefused::NotAllowed));
    }
}
