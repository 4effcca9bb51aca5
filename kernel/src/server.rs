//! One kernel process: sockets, tasks, the session's thread, signals.
use crate::connection::Connection;
use crate::history::Keep;
use crate::panics;
use crate::session_thread::{Job, SessionThread, CatchUp};
use crate::shared::Shared;
use crate::socket::iopub::Publisher;
use crate::socket::pump::Pump;
use crate::socket::shell::Shell;
use crate::socket::{bind_router, control, heartbeat, stdin};
use crate::wire::header::Encoder;
use crate::wire::signing::Signer;
use pellucid::face::SessionOptions;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often to look whether the front end that started us is still there.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// Serves until a front end says `shutdown_request`, the process gets SIGTERM, or the parent process is gone.
pub fn serve(connection: &Connection, options: SessionOptions, keep: Keep) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| format!("cannot start: {e}"))?.block_on(run(connection, options, keep))
}

/// The sockets are all bound before anything is answered (a front end may connect to them one after the other and
/// hang on one that is late), and before the session is made: that happens in its thread meanwhile.
async fn run(c: &Connection, options: SessionOptions, keep: Keep) -> Result<(), String> {
    let shared = Arc::new(Shared::new(keep));
    watch_signals(&shared).map_err(|e| format!("cannot watch for signals: {e}"))?;
    let signer = Signer::new(&c.key);
    let username = std::env::var("USER").unwrap_or_else(|_| "kernel".into());
    let encoder = Arc::new(Encoder::new(signer.clone(), uuid::Uuid::new_v4().to_string(), username));
    let (shell_to, shell_from) = bind_router(&c.endpoint(c.shell_port)).await?;
    let (control_to, control_from) = bind_router(&c.endpoint(c.control_port)).await?;
    let (stdin_to, stdin_from) = bind_router(&c.endpoint(c.stdin_port)).await?;
    let (hb_to, hb_from) = bind_router(&c.endpoint(c.hb_port)).await?;
    let publisher = Publisher::bind(&c.endpoint(c.iopub_port), encoder.clone()).await?;

    let (jobs, for_session) = channel();
    let (sync_asker, syncs) = tokio::sync::mpsc::channel(1);
    start_session(&shared, for_session, sync_asker, options)?;
    tokio::spawn(heartbeat::run(hb_to, hb_from));
    tokio::spawn(control::run(shared.clone(), signer.clone(), control_from));
    tokio::spawn(stdin::run(shared.clone(), signer.clone(), stdin_from));
    tokio::spawn(watch_parent(shared.clone()));
    tokio::spawn(serve_shell(shared.clone(), signer, shell_from, jobs, syncs));
    let history = shared.clone();
    Pump { shared, encoder, publisher, shell: shell_to, control: control_to, stdin: stdin_to }.run().await;
    history.history.flush();
    Ok(())
}

async fn serve_shell(
    shared: Arc<Shared>,
    signer: Signer,
    from: zeromq::RouterRecvHalf,
    jobs: Sender<Job>,
    syncs: tokio::sync::mpsc::Receiver<CatchUp>,
) {
    Shell { shared, signer, from, jobs, syncs }.run().await;
}

fn start_session(
    shared: &Arc<Shared>,
    jobs: Receiver<Job>,
    syncs: tokio::sync::mpsc::Sender<CatchUp>,
    options: SessionOptions,
) -> Result<(), String> {
    panics::remember();
    let shared = shared.clone();
    // The receiver can be taken by one thread only; a second start, with a smaller stack, finds it still here.
    let jobs = Arc::new(Mutex::new(Some(jobs)));
    let work = move || {
        if let Some(jobs) = jobs.lock().ok().and_then(|mut j| j.take()) {
            SessionThread::new(shared, jobs, syncs, options).run();
        }
    };
    panics::spawn(work).map(drop).map_err(|e| format!("cannot start the session's thread: {e}"))
}

/// SIGINT interrupts the cell, as `interrupt_request` does, and never the kernel; SIGTERM ends it in good order.
fn watch_signals(shared: &Arc<Shared>) -> std::io::Result<()> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let shared = shared.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = int.recv() => shared.ask_interrupt(),
                _ = term.recv() => shared.outbox.exit(),
            }
        }
    });
    Ok(())
}

/// A front end that dies without a word leaves no orphan: Jupyter tells its process id, and we leave when it has gone.
async fn watch_parent(shared: Arc<Shared>) {
    let parent = std::os::unix::process::parent_id();
    if std::env::var("JPY_PARENT_PID").ok().and_then(|p| p.parse().ok()) != Some(parent) {
        return;
    }
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(PARENT_CHECK).await;
    }
    shared.outbox.exit();
}
