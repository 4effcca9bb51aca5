//! The terminal as a program's world: standard streams, the keyboard, the mounts.
use crate::host_fs::HostFs;
use pellucid::face::{Display, Errno, Host, HostChange, HostStat, InputRefused, Stream};
use std::io::{BufWriter, IsTerminal, Stdout, Write, stdin, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// As CPython exits when its standard output cannot be flushed.
const BROKEN_PIPE: i32 = 120;
const INTERRUPTED: i32 = 130;
/// How often a program that waits for the keyboard looks for control-C.
const LOOK: Duration = Duration::from_millis(20);

/// How long text for a standard output that is no terminal may wait for more.
const PATIENCE: Duration = Duration::from_millis(50);

type Line = std::io::Result<Option<String>>;

pub struct Terminal {
    out: BufWriter<Stdout>,
    /// When the oldest text that is not out yet came.
    waiting: Option<Instant>,
    /// Standard output is a terminal: each line is shown as it ends.
    by_line: bool,
    interrupted: Arc<AtomicBool>,
    /// Lines typed, once something asked for one.
    lines: Option<Receiver<Line>>,
    files: HostFs,
}

impl Terminal {
    pub fn new(files: HostFs) -> Terminal {
        let interrupted = Arc::new(AtomicBool::new(false));
        watch_interrupts(interrupted.clone());
        let by_line = stdout().is_terminal();
        Terminal { out: BufWriter::with_capacity(64 << 10, stdout()), waiting: None, by_line, interrupted, lines: None, files }
    }

    /// All output is out.
    pub fn finish(&mut self) {
        self.waiting = None;
        let flushed = self.out.flush();
        self.check(flushed);
    }

    /// Text for stderr, behind everything written so far.
    pub fn complain(&mut self, text: &str) {
        self.finish();
        // Nothing is left to tell it to if stderr is gone.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }

    /// A reader that went away (`| head`) ends the program.
    fn check(&self, written: std::io::Result<()>) {
        if written.is_err() {
            std::process::exit(BROKEN_PIPE);
        }
    }

    fn raw(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stderr {
            self.finish();
            let _ = std::io::stderr().write_all(bytes);
            return;
        }
        let written = self.out.write_all(bytes);
        self.check(written);
        self.waiting.get_or_insert_with(Instant::now);
        if self.by_line && bytes.contains(&b'\n') {
            self.finish();
        }
    }
}

/// Control-C sets the flag; a second one, while the first has not been seen, ends the process.
fn watch_interrupts(flag: Arc<AtomicBool>) {
    let watch = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if flag.swap(true, Ordering::AcqRel) {
                    std::process::exit(INTERRUPTED);
                }
            }
        });
    };
    // Without this thread control-C ends the process at once, which is no harm.
    drop(std::thread::Builder::new().name("signals".into()).spawn(watch));
}

/// Reads lines in a thread, so that the program can be interrupted while it waits for one.
fn read_lines() -> Receiver<Line> {
    let (to, lines) = channel();
    let read = move || {
        loop {
            let mut line = String::new();
            let got = stdin().read_line(&mut line);
            let end = !matches!(got, Ok(1..));
            let line = got.map(|n| (n > 0).then(|| line.strip_suffix('\n').unwrap_or(&line).to_owned()));
            if to.send(line).is_err() || end {
                return;
            }
        }
    };
    // If it cannot start, the sender is dropped, which reads as end of file.
    drop(std::thread::Builder::new().name("keyboard".into()).spawn(read));
    lines
}

/// While it lives the terminal, if there is one, does not show what is typed.
struct Quiet;

impl Quiet {
    fn start() -> Quiet {
        stty("-echo");
        Quiet
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        stty("echo");
        // The line's end was not shown either.
        if stdin().is_terminal() {
            println!();
        }
    }
}

fn stty(mode: &str) {
    if stdin().is_terminal() {
        // Without stty the password is read all the same, only seen.
        let _ = std::process::Command::new("stty").arg(mode).status();
    }
}

impl Host for Terminal {
    fn write(&mut self, stream: Stream, text: &str) {
        self.raw(stream, text.as_bytes());
    }

    fn write_bytes(&mut self, stream: Stream, bytes: &[u8]) {
        self.raw(stream, bytes);
    }

    /// A terminal shows the text form.
    fn display(&mut self, display: Display) {
        if let Some(text) = display.data.get("text/plain").and_then(|t| t.as_str()) {
            self.write(Stream::Stdout, text);
            self.write(Stream::Stdout, "\n");
        }
    }

    fn update_display(&mut self, display: Display) {
        self.display(display);
    }

    fn input(&mut self, prompt: &str, password: bool) -> Result<String, InputRefused> {
        self.write(Stream::Stdout, prompt);
        self.finish();
        let _quiet = password.then(Quiet::start);
        let lines = self.lines.get_or_insert_with(read_lines);
        loop {
            match lines.recv_timeout(LOOK) {
                Ok(Ok(Some(line))) => return Ok(line),
                Ok(_) | Err(RecvTimeoutError::Disconnected) => return Err(InputRefused::Eof),
                Err(RecvTimeoutError::Timeout) if self.interrupted.swap(false, Ordering::AcqRel) => {
                    return Err(InputRefused::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Asked while a program runs, so that here is the place to let text out that has waited.
    fn interrupted(&mut self) -> bool {
        if self.waiting.is_some_and(|since| since.elapsed() > PATIENCE) {
            self.finish();
        }
        self.interrupted.load(Ordering::Acquire) && self.interrupted.swap(false, Ordering::AcqRel)
    }

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.files.read_file(path)
    }

    fn write_file(&mut self, path: &str, data: &[u8]) -> Result<(), Errno> {
        self.files.write_file(path, data)
    }

    fn list_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        self.files.list_dir(path)
    }

    fn stat(&mut self, path: &str) -> Result<HostStat, Errno> {
        self.files.stat(path)
    }

    fn change(&mut self, change: HostChange) -> Result<(), Errno> {
        self.files.change(change)
    }
}
