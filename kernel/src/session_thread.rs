//! The thread that owns the session: takes requests in order, runs cells, answers.
use crate::cell_host::{CellHost, FilesOnly, fitting};
use crate::history::Entry;
use crate::host_fs::HostFs;
use crate::light;
use crate::outbox::Channel;
use crate::panics::caught;
use crate::shared::Shared;
use crate::wire::comm::{CommContent, CommInfoReply, CommInfoRequest};
use crate::wire::complete::{CompleteReply, CompleteRequest, IsCompleteReply, IsCompleteRequest, cursor};
use crate::wire::execute::{ExecuteInput, ExecuteReply, ExecuteRequest, ExecuteResult};
use crate::wire::Failure;
use crate::wire::header::Request;
use crate::wire::history::{HistoryReply, HistoryRequest};
use crate::wire::inspect::{InspectReply, InspectRequest};
use crate::wire::status::ErrorMessage;
use pellucid::face::{CellError, CellOptions, CellResult, CommKind, Completeness, Completions, SessionOptions};
use pellucid::session::Session;
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::Arc;
use std::time::Duration;

/// A request of the shell channel.
pub struct Job(pub Request);

/// Sent to the shell's task to have it read all that has arrived; it answers when that is done.
pub type CatchUp = SyncSender<()>;

/// Longest wait for that answer: a client that never stops sending must not hold up the reply.
const SYNC_LIMIT: Duration = Duration::from_millis(100);

pub struct SessionThread {
    shared: Arc<Shared>,
    jobs: Receiver<Job>,
    syncs: tokio::sync::mpsc::Sender<CatchUp>,
    options: SessionOptions,
    files: HostFs,
    /// None after a panic while it was being made; each request tries again.
    session: Option<Session>,
    /// Cells stored so far.
    count: u32,
}

impl SessionThread {
    pub fn new(shared: Arc<Shared>, jobs: Receiver<Job>, syncs: tokio::sync::mpsc::Sender<CatchUp>, options: SessionOptions) -> Self {
        let files = HostFs::new(&options.mounts);
        SessionThread { shared, jobs, syncs, options, files, session: None, count: 0 }
    }

    /// Until the sockets are gone.
    pub fn run(mut self) {
        // Made now, so that it is ready (or nearly) when the first cell comes; a failure is told by that cell.
        let _ = self.session();
        while let Ok(job) = self.jobs.recv() {
            for left_over in self.one(job) {
                self.abort_or_answer(left_over);
            }
        }
    }

    /// Answers one request. Returns the requests behind a failed cell, whose cells are not to run.
    fn one(&mut self, Job(request): Job) -> Vec<Job> {
        let shared = self.shared.clone();
        let mut behind = vec![];
        match request.header.msg_type.as_str() {
            "execute_request" => {
                shared.bracket(&request.parent, || behind = self.execute(&request));
            }
            "complete_request" => shared.bracket(&request.parent, || self.complete(&request)),
            "inspect_request" => shared.bracket(&request.parent, || self.inspect(&request)),
            "is_complete_request" => shared.bracket(&request.parent, || self.is_complete(&request)),
            "history_request" => shared.bracket(&request.parent, || self.history(&request)),
            "comm_info_request" => shared.bracket(&request.parent, || self.comms(&request)),
            kind => match CommKind::named(kind) {
                Some(kind) => shared.bracket(&request.parent, || self.comm(kind, &request)),
                None => light::answer(&shared, &request, Channel::Shell),
            },
        }
        if light::runs_code(&request.header.msg_type) {
            shared.interrupt.cell_ended();
        }
        shared.queued.fetch_sub(1, Ordering::AcqRel);
        behind
    }

    fn abort_or_answer(&mut self, job: Job) {
        if job.0.header.msg_type != "execute_request" {
            self.one(job);
            return;
        }
        let (shared, parent) = (self.shared.clone(), &job.0.parent);
        shared.bracket(parent, || shared.outbox.reply(Channel::Shell, parent, &ExecuteReply::aborted()));
        shared.interrupt.cell_ended();
        shared.queued.fetch_sub(1, Ordering::AcqRel);
    }

    fn execute(&mut self, request: &Request) -> Vec<Job> {
        let shared = self.shared.clone();
        let asked: ExecuteRequest = match serde_json::from_slice(&request.content) {
            Ok(asked) => asked,
            Err(e) => {
                light::bad_content(&shared, request, Channel::Shell, "execute_reply", &e);
                return vec![];
            }
        };
        let parent = &request.parent;
        let store = asked.store_history && !asked.silent;
        let count = self.count + 1;
        self.count += u32::from(store);
        if !asked.silent {
            shared.outbox.publish(Some(parent), &ExecuteInput { code: &asked.code, execution_count: count });
        }
        let mut result = self.run_cell(request, &asked, count);
        result.value = result.value.map(fitting);
        if store {
            let text = result.value.as_ref().and_then(|v| v.data.get("text/plain")).and_then(Value::as_str);
            shared.history.add(Entry { line: count, input: asked.code.clone(), output: text.map(str::to_owned) });
        }
        if let (Some(value), false) = (&result.value, asked.silent) {
            shared.outbox.publish(Some(parent), &ExecuteResult::new(count, value));
        }
        if let (Some(error), false) = (&result.error, asked.silent) {
            shared.outbox.publish(Some(parent), &ErrorMessage::from(error));
        }
        let behind = if result.error.is_some() && asked.stop_on_error { self.all_behind() } else { vec![] };
        shared.outbox.reply(Channel::Shell, parent, &ExecuteReply::new(count, result));
        behind
    }

    fn run_cell(&mut self, request: &Request, asked: &ExecuteRequest, count: u32) -> CellResult {
        let options = CellOptions {
            execution_count: count,
            silent: asked.silent,
            store_history: asked.store_history && !asked.silent,
            user_expressions: asked.user_expressions.clone(),
        };
        let mut files = self.files.clone();
        let shared = self.shared.clone();
        let ran = self.session().and_then(|session| {
            let mut host = CellHost::new(&shared, &request.parent, asked.allow_stdin, &mut files);
            caught(|| session.run_cell(&asked.code, &options, &mut host))
        });
        ran.unwrap_or_else(|sentence| {
            self.session = None;
            CellResult { error: Some(bug(&sentence)), ..CellResult::default() }
        })
    }

    /// The session, made if there is none; else the sentence with which making it failed.
    fn session(&mut self) -> Result<&mut Session, String> {
        if self.session.is_none() {
            let options = self.options.clone();
            self.session = Some(caught(|| Session::new(options))?);
        }
        self.session.as_mut().ok_or_else(|| "there is no session".into())
    }

    /// A question that runs no cell. After a panic: the default answer, and a new session for what comes next.
    fn ask<T: Default>(&mut self, question: impl FnOnce(&mut Session) -> T) -> T {
        self.session().and_then(|session| caught(|| question(session))).unwrap_or_else(|sentence| {
            eprintln!("pellucid: internal error: {sentence}; the session starts anew");
            self.session = None;
            T::default()
        })
    }

    /// All requests that clients sent before they could know of the error.
    fn all_behind(&self) -> Vec<Job> {
        let (done, wait) = sync_channel(1);
        if self.syncs.blocking_send(done).is_ok() {
            // An error is the time limit: then what is here is what there is.
            let _ = wait.recv_timeout(SYNC_LIMIT);
        }
        self.jobs.try_iter().collect()
    }

    fn complete(&mut self, request: &Request) {
        match serde_json::from_slice::<CompleteRequest>(&request.content) {
            Ok(asked) => {
                let at = cursor(&asked.code, asked.cursor_pos);
                let mut files = FilesOnly(self.files.clone());
                let found: Completions = self.ask(|s| s.complete(&asked.code, at, &mut files));
                self.shared.outbox.reply(Channel::Shell, &request.parent, &CompleteReply::from(found));
            }
            Err(e) => light::bad_content(&self.shared, request, Channel::Shell, "complete_reply", &e),
        }
    }

    fn inspect(&mut self, request: &Request) {
        match serde_json::from_slice::<InspectRequest>(&request.content) {
            Ok(asked) => {
                let at = cursor(&asked.code, asked.cursor_pos);
                let mut files = FilesOnly(self.files.clone());
                let found = self.ask(|s| s.inspect(&asked.code, at, asked.detail_level, &mut files));
                self.shared.outbox.reply(Channel::Shell, &request.parent, &InspectReply::from(found));
            }
            Err(e) => light::bad_content(&self.shared, request, Channel::Shell, "inspect_reply", &e),
        }
    }

    /// Not by the shell's task: the file may be locked for a while, and the control channel is answered meanwhile.
    fn history(&self, request: &Request) {
        let (shared, parent) = (&self.shared, &request.parent);
        let asked = match serde_json::from_slice::<HistoryRequest>(&request.content) {
            Ok(asked) => asked,
            Err(e) => return light::bad_content(shared, request, Channel::Shell, "history_reply", &e),
        };
        match shared.history.answer(asked) {
            Some(found) => shared.outbox.reply(Channel::Shell, parent, &HistoryReply::new(found)),
            None => {
                let no = Failure::new("HistoryUnavailable", "the history file did not answer in time");
                shared.outbox.reply_as(Channel::Shell, parent, "history_reply", serde_json::to_vec(&no).unwrap_or_default());
            }
        }
        if let Some(why) = shared.history.complaint() {
            eprintln!("pellucid: {why}");
        }
    }

    /// A comm's message: a handler of the program's may run, and what it shows belongs to this message.
    fn comm(&mut self, kind: CommKind, request: &Request) {
        let asked: CommContent = match serde_json::from_slice(&request.content) {
            Ok(asked) => asked,
            Err(e) => return self.shared.log(&format!("ignored a {}: {e}", kind.msg_type())),
        };
        let message = asked.message(kind, &request.metadata, request.buffers.iter().map(|b| b.to_vec()).collect());
        let (shared, mut files) = (self.shared.clone(), self.files.clone());
        self.ask(|session| {
            let mut host = CellHost::new(&shared, &request.parent, false, &mut files);
            session.comm(&message, &mut host);
        });
    }

    fn comms(&mut self, request: &Request) {
        let asked: CommInfoRequest = serde_json::from_slice(&request.content).unwrap_or_default();
        let mut files = FilesOnly(self.files.clone());
        let open = self.ask(|s| s.comms(asked.target_name.as_deref(), &mut files));
        self.shared.outbox.reply(Channel::Shell, &request.parent, &CommInfoReply::from(open));
    }

    fn is_complete(&mut self, request: &Request) {
        match serde_json::from_slice::<IsCompleteRequest>(&request.content) {
            Ok(asked) => {
                let answer = self.ask(|s| Some(s.is_complete(&asked.code))).unwrap_or(Completeness::Unknown);
                self.shared.outbox.reply(Channel::Shell, &request.parent, &IsCompleteReply::from(answer));
            }
            Err(e) => light::bad_content(&self.shared, request, Channel::Shell, "is_complete_reply", &e),
        }
    }
}

/// What a cell shows that ran into a bug of ours.
fn bug(sentence: &str) -> CellError {
    let ename = "PellucidBug";
    let lines = [
        format!("\x1b[31m{ename}\x1b[0m: {sentence}"),
        "This is a bug of Pellucid, not of your program: please report it with the cell that shows it.".into(),
        "The kernel stays up. The session starts anew: the names that earlier cells defined are gone.".into(),
    ];
    CellError {
        ename: ename.into(),
        evalue: sentence.into(),
        plain: format!("{ename}: {sentence}\n"),
        traceback: lines.to_vec(),
        exit_code: None,
    }
}
