//! The shell channel: requests in their order, most of them for the session's thread.
use super::receive;
use crate::light;
use crate::session_thread::{Job, CatchUp};
use crate::shared::Shared;
use crate::socket::control;
use crate::wire::header::Request;
use crate::wire::signing::Signer;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use zeromq::RouterRecvHalf;

/// How long the socket must be silent before all that had been sent counts as received. "Run All" comes as one message
/// after the other, through a web socket and a busy server; only a failed cell's reply waits for this.
const SILENCE: Duration = Duration::from_millis(12);

pub struct Shell {
    pub shared: Arc<Shared>,
    pub signer: Signer,
    pub from: RouterRecvHalf,
    pub jobs: Sender<Job>,
    pub syncs: Receiver<CatchUp>,
}

impl Shell {
    pub async fn run(mut self) {
        loop {
            tokio::select! {
                frames = receive(&mut self.from) => self.take(&frames),
                Some(sync) = self.syncs.recv() => self.catch_up(sync).await,
            }
        }
    }

    /// Before the session's thread replies to a cell that failed, it asks that everything be read that clients had
    /// sent by then: those cells are to be aborted, and any that comes later was sent knowing of the error.
    async fn catch_up(&mut self, sync: CatchUp) {
        while let Ok(frames) = tokio::time::timeout(SILENCE, receive(&mut self.from)).await {
            self.take(&frames);
        }
        // The thread waits with a time limit of its own; it may have stopped waiting.
        let _ = sync.send(());
    }

    fn take(&mut self, frames: &[Bytes]) {
        let Some(request) = self.shared.accept("shell", frames, &self.signer) else { return };
        // Front ends older than protocol 5.4 shut down on shell.
        if control::is_urgent(&request.header.msg_type) {
            control::answer(&self.shared, &request, crate::outbox::Channel::Shell);
        } else if self.shared.queued.load(Ordering::Acquire) == 0 && light::is_light(&request.header.msg_type) {
            light::answer(&self.shared, &request, crate::outbox::Channel::Shell);
        } else {
            self.queue(request);
        }
    }

    fn queue(&self, request: Request) {
        self.shared.queued.fetch_add(1, Ordering::AcqRel);
        if light::runs_code(&request.header.msg_type) {
            self.shared.interrupt.cell_received();
        }
        if self.jobs.send(Job(request)).is_err() {
            self.shared.log("the session's thread has ended");
        }
    }
}
