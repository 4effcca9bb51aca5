//! The door to the simulated operating system: one closed enum of calls, one of results.

/// A call that a native makes by `vm.syscall(…)?`.
#[derive(Clone, Debug, PartialEq)]
pub enum Syscall {
    /// Bytes to a file descriptor.
    Write { fd: i32, data: Vec<u8> },
    /// At most `count` bytes from a file descriptor.
    Read { fd: i32, count: usize },
    Open { path: String, flags: i32, mode: u32 },
    Close { fd: i32 },
    /// whence 0 start, 1 current, 2 end.
    Seek { fd: i32, offset: i64, whence: i32 },
    Truncate { fd: i32, size: u64 },
    Dup { fd: i32, to: Option<i32> },
    Stat { path: String, follow: bool },
    FStat { fd: i32 },
    ListDir { path: String },
    MakeDir { path: String, mode: u32 },
    RemoveDir { path: String },
    Unlink { path: String },
    Rename { from: String, to: String },
    Symlink { target: String, path: String },
    ReadLink { path: String },
    Chmod { path: String, mode: u32 },
    Utime { path: String, atime_ns: i64, mtime_ns: i64 },
    Chdir { path: String },
    GetCwd,
    Pipe,
    Access { path: String, mode: i32 },
    IsATty { fd: i32 },
    /// Nanoseconds of the wall clock (CLOCK_REALTIME), the monotonic clock, or CPU time.
    ClockGet { clock: Clock },
    /// Virtual time passes.
    Sleep { ns: u64 },
    /// Bytes of entropy: from the session's seed.
    Random { count: usize },
    /// One line from the front end.
    Input { prompt: String, password: bool },
    /// A display for the front end: MIME bundle, metadata and transient as JSON text; `update` changes an earlier one.
    Display { data: String, metadata: String, transient: String, update: bool },
    ClearOutput { wait: bool },
    GetPid,
    /// Start a thread: the natives below put its first frame in `Vm::parked` themselves; the answer is its number.
    ThreadStart { thread: u32 },
    ThreadYield,
    /// Take a lock: answers 1, or 0 when it would block or timed out. `timeout_ns` None waits for ever.
    LockAcquire { lock: u64, blocking: bool, timeout_ns: Option<u64> },
    LockRelease { lock: u64 },
    LockNew,
    ThreadSelf,
    Exit { status: i32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Realtime,
    Monotonic,
    Process,
    Thread,
}

/// What `stat` answers; times in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    pub mode: u32,
    pub inode: u64,
    pub device: u64,
    pub links: u32,
    pub uid: u32,
    pub gid: u32,
    pub size: u64,
    pub atime_ns: i64,
    pub mtime_ns: i64,
    pub ctime_ns: i64,
}

/// The simulated system's answer.
#[derive(Clone, Debug, PartialEq)]
pub enum SysResult {
    Done,
    Int(i64),
    Bytes(Vec<u8>),
    Text(String),
    Names(Vec<String>),
    Stat(Stat),
    Pair(i64, i64),
    /// A Linux errno.
    Error(i32),
    /// `input()` refused or at its end, or interrupted.
    NoInput(crate::face::InputRefused),
}
