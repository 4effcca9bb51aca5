//! Programs on fresh machines, for the tests that need nothing but what a program prints.
use pellucid::face::{CellOptions, Host, SessionOptions, Stream};
use pellucid::session::Session;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// When the cycle collector runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collector {
    Never,
    Auto,
    /// At every allocation of a container.
    Eager,
}

/// What one cell printed, and the last line of its traceback.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub out: String,
    pub err: String,
}

/// Keeps what is written; interrupts a program that does not end.
#[derive(Default)]
pub struct Page {
    pub out: String,
    pub err: String,
    looks: usize,
}

/// Slices of the machine's budget before a cell is interrupted.
const PATIENCE: usize = 20_000;

impl Host for Page {
    fn write(&mut self, stream: Stream, text: &str) {
        match stream {
            Stream::Stdout => self.out.push_str(text),
            Stream::Stderr => self.err.push_str(text),
        }
    }
    fn interrupted(&mut self) -> bool {
        self.looks += 1;
        self.looks.is_multiple_of(PATIENCE)
    }
}

/// Runs work on a thread with room for debug builds; a panic or no end within three minutes is the answer's `Err`.
pub fn guarded<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let (send, receive) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(move || {
        // The receiver may have given up.
        let _ = send.send(work());
    });
    let thread = thread.map_err(|e| e.to_string())?;
    match receive.recv_timeout(Duration::from_secs(180)) {
        Ok(v) => Ok(v),
        Err(RecvTimeoutError::Timeout) => Err("no end within three minutes".into()),
        Err(RecvTimeoutError::Disconnected) => Err(match thread.join() {
            Err(p) => match (p.downcast_ref::<String>(), p.downcast_ref::<&str>()) {
                (Some(s), _) => format!("panic: {s}"),
                (None, Some(s)) => format!("panic: {s}"),
                (None, None) => "panic".into(),
            },
            Ok(()) => "the thread ended without an answer".into(),
        }),
    }
}

/// A session that has started.
pub fn session(host: &mut Page, collector: Collector) -> Session {
    let mut s = Session::new(SessionOptions::default());
    s.run_cell("", &CellOptions::default(), host);
    let gc = &mut s.machine_mut().vm.heap.gc;
    match collector {
        Collector::Never => gc.enabled = false,
        Collector::Auto => {}
        Collector::Eager => gc.stress = true,
    }
    s
}

/// What the cells show on a fresh machine, one after the other.
pub fn cell_results(cells: &[String], collector: Collector) -> Vec<Shown> {
    let (owned, count) = (cells.to_vec(), cells.len());
    let results = guarded(move || {
        let mut page = Page::default();
        let mut session = session(&mut page, collector);
        let run = |cell: &String| {
            page.out.clear();
            page.err.clear();
            let r = session.run_cell(cell, &CellOptions::default(), &mut page);
            let err = r.error.map(|e| e.plain.trim_end().lines().last().unwrap_or_default().to_owned());
            Shown { out: std::mem::take(&mut page.out), err: err.unwrap_or_default() }
        };
        owned.iter().map(run).collect::<Vec<_>>()
    });
    results.unwrap_or_else(|e| vec![Shown { out: String::new(), err: format!("PellucidBug: {e}") }; count])
}
