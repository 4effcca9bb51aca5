//! What the sockets' tasks and the session's thread share.
use crate::asking::Asking;
use crate::history::{History, Keep};
use crate::interrupt::Interrupt;
use crate::outbox::Outbox;
use crate::wire::header::{Parent, Rejected, Request, decode};
use crate::wire::signing::Signer;
use crate::wire::status::Status;
use bytes::Bytes;
use std::sync::atomic::AtomicUsize;
use std::sync::Arc;

#[derive(Default)]
pub struct Shared {
    pub outbox: Outbox,
    pub interrupt: Interrupt,
    pub asking: Asking,
    pub history: History,
    /// Requests handed to the session's thread and not yet answered.
    pub queued: AtomicUsize,
    /// `PELLUCID_LOG` is set.
    pub verbose: bool,
}

impl Shared {
    pub fn new(keep: Keep) -> Shared {
        let verbose = std::env::var_os("PELLUCID_LOG").is_some();
        Shared { verbose, history: History::new(keep), ..Shared::default() }
    }

    /// One line on stderr, when logging is on.
    pub fn log(&self, line: &str) {
        if self.verbose {
            eprintln!("pellucid: {line}");
        }
    }

    /// The request in these frames; None, with a line in the log, when they are none that we may trust.
    pub fn accept(&self, channel: &str, frames: &[Bytes], signer: &Signer) -> Option<Request> {
        match decode(frames, signer) {
            Ok(request) => Some(request),
            Err(why) => {
                // A wrong key is what a user must hear of without asking: nothing else would explain the silence.
                if self.verbose || why == Rejected::BadSignature {
                    eprintln!("pellucid: {channel}: dropped a message: {why}");
                }
                None
            }
        }
    }

    /// Asks the running cell to stop; nothing when none runs.
    pub fn ask_interrupt(&self) {
        if self.interrupt.ask() {
            self.asking.look_again();
        }
    }

    /// Publishes `busy`, does the work, publishes `idle`.
    pub fn bracket(&self, parent: &Arc<Parent>, work: impl FnOnce()) {
        self.outbox.publish(Some(parent), &Status { execution_state: "busy" });
        work();
        self.outbox.publish(Some(parent), &Status { execution_state: "idle" });
    }
}
