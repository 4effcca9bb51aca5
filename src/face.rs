//! The library's public face: what a front end (the Jupyter kernel, the command line) needs, and nothing of the machine.
//!
//! A [`Session`](crate::session::Session) owns one machine. A front end gives it cells, and answers what the
//! machine asks of the outside world through [`Host`]. Everything here is plain data.
use std::collections::BTreeMap;

/// A MIME bundle: MIME type to value (a JSON string for text types and base64 images, any JSON for JSON types).
pub type Bundle = BTreeMap<String, serde_json::Value>;

/// Which of the two text streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// One displayable output of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Display {
    pub data: Bundle,
    pub metadata: Bundle,
    /// `transient` of the protocol (`display_id`), empty when there is none.
    pub transient: Bundle,
}

/// The three messages of a comm (protocol: "Custom messages").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommKind {
    Open,
    Message,
    Close,
}

impl CommKind {
    /// The kind with this message type.
    pub fn named(msg_type: &str) -> Option<CommKind> {
        [CommKind::Open, CommKind::Message, CommKind::Close].into_iter().find(|k| k.msg_type() == msg_type)
    }
    pub fn msg_type(self) -> &'static str {
        match self {
            CommKind::Open => "comm_open",
            CommKind::Message => "comm_msg",
            CommKind::Close => "comm_close",
        }
    }
}

/// A message of a comm, in either direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Comm {
    pub kind: CommKind,
    /// `comm_id`, `data`, and `target_name` when it opens.
    pub content: Bundle,
    pub metadata: Bundle,
    pub buffers: Vec<Vec<u8>>,
}

/// Why a host gave no input line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputRefused {
    /// The front end cannot ask (`allow_stdin` false, no terminal): Python sees `StdinNotImplementedError`.
    NotAllowed,
    /// End of file: Python sees `EOFError`.
    Eof,
    /// The user interrupted while the program waited: Python sees `KeyboardInterrupt`.
    Interrupted,
}

/// Error of a host file operation: an errno (Linux numbers) and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

/// What `stat` of a host file answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostStat {
    pub is_dir: bool,
    pub size: u64,
    pub mtime_ns: i64,
    pub mode: u32,
    pub inode: u64,
}

/// What the machine may ask of the world while a cell runs. The machine itself makes no host call.
///
/// Defaults refuse, so that a test host implements only what it needs.
pub trait Host {
    /// Text for stdout or stderr, in program order.
    fn write(&mut self, stream: Stream, text: &str);
    /// Bytes that are not valid UTF-8 written to a standard stream; the default replaces them.
    fn write_bytes(&mut self, stream: Stream, bytes: &[u8]) {
        self.write(stream, &String::from_utf8_lossy(bytes));
    }
    /// A display (`display_data`).
    fn display(&mut self, _display: Display) {}
    /// A change of an earlier display (`update_display_data`).
    fn update_display(&mut self, _display: Display) {}
    /// `clear_output(wait)`.
    fn clear_output(&mut self, _wait: bool) {}
    /// A comm's message to the front end.
    fn comm(&mut self, _message: Comm) {}
    /// The front end's name (`msg_id`) of the request that is being answered; empty where there is none. It differs from run
    /// to run: the machine asks only when a program does.
    fn request_id(&mut self) -> String {
        String::new()
    }
    /// Starts a stopwatch (`say` None), or writes `say`'s text and the time since then, divided by its number of loops, as
    /// a line of stdout. A host without a clock writes nothing.
    fn stopwatch(&mut self, _number: u64, _say: Option<(&str, u64)>) {}
    /// `input(prompt)`; one line without its newline.
    fn input(&mut self, _prompt: &str, _password: bool) -> Result<String, InputRefused> {
        Err(InputRefused::NotAllowed)
    }
    /// True once after the user asked to interrupt: the machine asks between slices of its budget.
    fn interrupted(&mut self) -> bool {
        false
    }
    /// Whole contents of a file under a mount.
    fn read_file(&mut self, _path: &str) -> Result<Vec<u8>, Errno> {
        Err(Errno(2))
    }
    /// Replaces a file under a writable mount.
    fn write_file(&mut self, _path: &str, _data: &[u8]) -> Result<(), Errno> {
        Err(Errno(30))
    }
    /// Names in a directory under a mount, sorted.
    fn list_dir(&mut self, _path: &str) -> Result<Vec<String>, Errno> {
        Err(Errno(2))
    }
    /// `stat` of a path under a mount.
    fn stat(&mut self, _path: &str) -> Result<HostStat, Errno> {
        Err(Errno(2))
    }
    /// Other changes under a writable mount: mkdir, unlink, rmdir, rename.
    fn change(&mut self, _change: HostChange) -> Result<(), Errno> {
        Err(Errno(30))
    }
}

/// A change of the host's file tree under a writable mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostChange {
    MakeDir(String),
    Unlink(String),
    RemoveDir(String),
    Rename(String, String),
}

/// A folder of the host that the program may see, at its own path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    pub path: String,
    pub writable: bool,
}

/// How a session is made.
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// `sys.argv`.
    pub argv: Vec<String>,
    /// What goes in front of `sys.path` (the script's folder, or "").
    pub path: Vec<String>,
    /// The program's current folder; empty: `/home/student`.
    pub cwd: String,
    pub mounts: Vec<Mount>,
    /// Seed of everything that would be entropy.
    pub seed: u64,
    /// CPython's options of a program (`-Werror`, `-X dev`, `-I`), as they were typed.
    pub options: Vec<String>,
}

/// How one cell is run.
#[derive(Clone, Debug)]
pub struct CellOptions {
    /// Shown in tracebacks as `Cell In[N]`; also `In[N]`/`Out[N]`.
    pub execution_count: u32,
    /// Nothing is displayed, nothing goes into `Out`.
    pub silent: bool,
    /// `_`, `__`, `Out` and `In` are kept.
    pub store_history: bool,
    /// name → expression; answered in [`CellResult::user_expressions`].
    pub user_expressions: BTreeMap<String, String>,
}

impl Default for CellOptions {
    fn default() -> Self {
        CellOptions { execution_count: 1, silent: false, store_history: true, user_expressions: BTreeMap::new() }
    }
}

/// A Python exception that ended a cell (or a syntax error in it).
#[derive(Clone, Debug, PartialEq)]
pub struct CellError {
    pub ename: String,
    pub evalue: String,
    /// Lines for a front end, with ANSI colours as IPython's.
    pub traceback: Vec<String>,
    /// The same as CPython prints it, without colours.
    pub plain: String,
    /// `SystemExit`'s code, when the exception is one.
    pub exit_code: Option<i32>,
}

/// How a cell ended.
#[derive(Clone, Debug, Default)]
pub struct CellResult {
    /// The value of the last expression, if it is not None.
    pub value: Option<Display>,
    pub error: Option<CellError>,
    pub user_expressions: BTreeMap<String, Result<Display, CellError>>,
    /// `payload` of the protocol (pager, set_next_input), each a JSON object.
    pub payload: Vec<serde_json::Value>,
}

/// Answer to `is_complete_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// With the indentation of the next line.
    Incomplete(String),
    Invalid,
    Unknown,
}

/// Answer to `complete_request`: the text from `start` to `end` (in Unicode code points) is to be replaced by a match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    pub start: usize,
    pub end: usize,
    pub matches: Vec<Match>,
}

/// One completion and its kind (`function`, `class`, `module`, `instance`, `keyword`, `magic`, `path`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    pub text: String,
    pub kind: String,
}
