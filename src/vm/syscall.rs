//! The door to the simulated operating system: one closed enum of calls, one of results.

/// A call that a native makes by `vm.syscall(…)?`. A call that must wait suspends its thread, not the machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Syscall {
    /// Bytes to a file descriptor; answers how many were taken.
    Write { fd: i32, data: Vec<u8> },
    /// At most `count` bytes from a file descriptor; empty at the end.
    Read { fd: i32, count: usize },
    /// Reads and writes at an offset, which leave the position alone.
    ReadAt { fd: i32, count: usize, offset: u64 },
    WriteAt { fd: i32, data: Vec<u8>, offset: u64 },
    Open { path: String, flags: i32, mode: u32 },
    Close { fd: i32 },
    /// whence 0 start, 1 current, 2 end.
    Seek { fd: i32, offset: i64, whence: i32 },
    Truncate { fd: i32, size: u64 },
    TruncatePath { path: String, size: u64 },
    Sync { fd: i32 },
    /// `to` None: the lowest free number. `inheritable`: the copy survives exec.
    Dup { fd: i32, to: Option<i32>, inheritable: bool },
    GetBlocking { fd: i32 },
    SetBlocking { fd: i32, blocking: bool },
    GetInheritable { fd: i32 },
    SetInheritable { fd: i32, inheritable: bool },
    Stat { path: String, follow: bool },
    FStat { fd: i32 },
    ListDir { path: String },
    /// Names with file type and inode.
    ScanDir { path: String },
    /// The path behind a directory's descriptor (`fchdir`, `listdir(fd)`).
    PathOf { fd: i32 },
    MakeDir { path: String, mode: u32 },
    RemoveDir { path: String },
    Unlink { path: String },
    Rename { from: String, to: String },
    Symlink { target: String, path: String },
    Link { from: String, to: String },
    ReadLink { path: String },
    Chmod { path: String, mode: u32 },
    Utime { path: String, atime_ns: i64, mtime_ns: i64 },
    Chdir { path: String },
    GetCwd,
    /// Both ends, reading end first.
    Pipe { flags: i32 },
    Access { path: String, mode: i32 },
    IsATty { fd: i32 },
    /// Sets the mask and answers the old one.
    Umask { mask: u32 },
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
    /// A comm's message to the front end: its type, content and metadata as JSON text.
    Comm { kind: String, content: String, metadata: String, buffers: Vec<Vec<u8>> },
    /// The front end's name of the request that the cell or callback answers, as text.
    RequestId,
    /// The host's stopwatch of that number: None starts it; a text is written with the time since then, divided by a
    /// number of loops. No program learns that time: it is not the machine's.
    Stopwatch { number: u64, say: Option<(String, u64)> },
    GetPid,
    GetParentPid,
    /// How many processors the computer has.
    CpuCount,
    /// Whether threads take turns: 1, or 0 without a GIL.
    GilEnabled,
    /// A new thread, runnable at once; answers its number. The native that asked then puts it into `Vm::parked`.
    ThreadStart,
    ThreadYield,
    /// Waits for a thread's end: answers 1, or 0 when the time is over.
    ThreadJoin { thread: u32, timeout_ns: Option<u64> },
    /// Whether a thread has ended: 1 or 0.
    ThreadDone { thread: u32 },
    /// Those who join the thread take it as ended from now on.
    ThreadRelease { thread: u32 },
    /// The other threads of the process never run again.
    ThreadsFreeze,
    ThreadSelf,
    /// Take a lock: answers 1, or 0 when it would block or timed out. `timeout_ns` None waits for ever.
    LockAcquire { lock: u64, blocking: bool, timeout_ns: Option<u64> },
    /// EPERM when the lock is free.
    LockRelease { lock: u64 },
    LockNew,
    /// Whether a lock is taken: 1 or 0.
    LockTaken { lock: u64 },
    Socket { family: i32, kind: i32, proto: i32 },
    SocketPair { family: i32, kind: i32, proto: i32 },
    Bind { fd: i32, address: Address },
    Listen { fd: i32, backlog: i32 },
    /// The new connection and the peer's address.
    Accept { fd: i32 },
    Connect { fd: i32, address: Address },
    /// `flags`: [`message`]; `files`: descriptors that travel with the bytes (SCM_RIGHTS).
    Send { fd: i32, data: Vec<u8>, to: Option<Address>, flags: i32, files: Vec<i32> },
    Receive { fd: i32, count: usize, flags: i32 },
    /// The same with descriptors for at most so many of the files that have come along.
    ReceiveMessage { fd: i32, count: usize, flags: i32, files: usize },
    Shutdown { fd: i32, how: i32 },
    SocketName { fd: i32 },
    PeerName { fd: i32 },
    /// Family and type of a socket.
    SocketInfo { fd: i32 },
    GetOption { fd: i32, level: i32, name: i32 },
    SetOption { fd: i32, level: i32, name: i32, value: Vec<u8> },
    /// The addresses of a host's name; none: nobody has it.
    Resolve { name: String },
    /// The name of a host's address, if it has one.
    NameOf { address: String },
    /// A command of `%net`: answers what it has done, or refuses with a sentence.
    Configure { words: Vec<String> },
    /// A web site with these pages, by path; answers its address.
    Serve { name: String, pages: Vec<(String, SitePage)> },
    /// Waits until one of the descriptors is ready for its events (`POLLIN` …): answers the ready ones.
    Poll { fds: Vec<(i32, u32)>, timeout_ns: Option<u64> },
    EpollCreate,
    /// `op` 1 add, 2 delete, 3 modify.
    EpollControl { epoll: i32, op: i32, fd: i32, events: u32 },
    EpollWait { epoll: i32, max: usize, timeout_ns: Option<u64> },
    /// Arms (or, with 0, stops) the real-time interval timer: answers what was left and the interval.
    SetTimer { first_ns: u64, interval_ns: u64 },
    GetTimer,
    Exit { status: i32 },
    /// A copy of the process: answers the child's pid, and 0 in the child.
    Fork,
    /// A new process that runs this machine's own program with these arguments (`argv[0]` is the executable); answers its
    /// pid. `fds`: (descriptor in the child, descriptor here); `inherit`: all inheritable ones as well.
    Spawn { argv: Vec<String>, env: Vec<(String, String)>, fds: Vec<(i32, i32)>, inherit: bool, cwd: Option<String> },
    /// Waits for a child (`pid` -1: any): answers its pid and wait status; with WNOHANG (1) (0, 0) while none has ended.
    WaitPid { pid: i32, options: i32 },
    /// A signal for another process.
    Kill { pid: i32, signal: i32 },
    /// A descriptor that refers to a process and becomes readable at its end.
    PidFdOpen { pid: i32, flags: i32 },
    /// The process that such a descriptor refers to.
    PidFdProcess { fd: i32 },
    /// The signals that the thread blocks, as bits (1 << number - 1): `how` 0 adds, 1 takes away, 2 sets. Answers what they were.
    SigMask { how: i32, mask: u64 },
    /// Signals that have come while they were blocked, as bits.
    SigPending,
    /// Until a signal's handler has run.
    Pause,
    /// Shared memory of `size` bytes (0: the file's size): of a memory file, or a fresh one for fd -1. Answers its number
    /// and what is in the file.
    MapSegment { fd: i32, size: usize },
    /// What a file shows of its segment from now on (`msync`).
    StoreSegment { segment: u64, data: Vec<u8> },
    /// A semaphore that processes share; answers its number. EEXIST when there is one of that name.
    SemNew { name: String, value: i64, max: i64 },
    SemOpen { name: String },
    SemUnlink { name: String },
    /// Answers 1, or 0 when it would block or timed out.
    SemAcquire { sem: u64, blocking: bool, timeout_ns: Option<u64> },
    /// EOVERFLOW at the semaphore's largest value.
    SemRelease { sem: u64 },
    SemValue { sem: u64 },
    /// About the interpreters of the process (PEP 734) and their queues.
    Interpreter(InterpreterCall),
}

/// One call about interpreters; what `id`, `n` and `data` are depends on what is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct InterpreterCall {
    pub op: InterpreterOp,
    pub id: i64,
    pub n: i64,
    pub data: Vec<u8>,
}

/// What is asked about interpreters. ENOENT: there is none of that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterpreterOp {
    /// A new one that begins with the task `data`; answers its number and that of the run.
    Create,
    /// Numbers, each with where it comes from.
    List,
    /// Whether `id` runs: 1 or 0.
    Info,
    /// `n` references more; answers how many there are.
    Hold,
    /// Its main thread begins the task `data`; answers the number of the run. EBUSY when it runs already.
    Start,
    /// Waits for the result of run `n` of `id`: bytes, none when the run has broken off.
    Result,
    /// The result of the run that asks is `data`; who waits gets it when the thread is done.
    Done,
    /// `id` is gone, with its threads.
    Drop,
    /// At most `id` items, `n` is what becomes of those whose interpreter ends; answers its number.
    QueueNew,
    QueueEnd,
    /// `n` references more; the last one ends the queue. Answers how many there are.
    QueueBind,
    /// EAGAIN when it is full.
    QueuePut,
    /// Bytes, or a number when the item's interpreter has ended. EAGAIN when it is empty.
    QueueGet,
    /// Bound and what becomes of items, whether it is full and how many there are.
    QueueInfo,
    QueueList,
}

impl Syscall {
    /// How long the call waits at most; None: for ever, or it never waits.
    pub fn timeout_ns(&self) -> Option<u64> {
        match self {
            Syscall::Sleep { ns } => Some(*ns),
            Syscall::ThreadJoin { timeout_ns, .. }
            | Syscall::LockAcquire { timeout_ns, .. }
            | Syscall::SemAcquire { timeout_ns, .. }
            | Syscall::Poll { timeout_ns, .. }
            | Syscall::EpollWait { timeout_ns, .. } => *timeout_ns,
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Realtime,
    Monotonic,
    Process,
    Thread,
}

/// Where a socket is, or is to go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// Unnamed (socket pairs, unbound sockets).
    None,
    /// Dotted IPv4 text and port.
    Inet(String, u16),
    Inet6(String, u16),
    Unix(String),
}

/// A page of a virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePage {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// How long the host takes; the largest number: for ever.
    pub delay_ns: u64,
    /// The connection is reset after so many bytes of the body.
    pub cut: Option<usize>,
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
    /// name, `st_mode` of the entry itself, inode.
    Entries(Vec<(String, u32, u64)>),
    Stat(Stat),
    Pair(i64, i64),
    /// A number (descriptor) and an address.
    At(i64, Address),
    /// Bytes and where they came from.
    From(Vec<u8>, Address),
    /// Bytes, their sender, descriptors of files that came along, and flags ([`message`]).
    Message { data: Vec<u8>, from: Address, fds: Vec<i32>, flags: i32 },
    /// A sentence that says why not.
    Refused(String),
    /// Descriptors with their ready events.
    Ready(Vec<(i32, u32)>),
    /// A segment's number, and the contents of the file it is of.
    Segment(u64, Vec<u8>),
    /// A Linux errno.
    Error(i32),
    /// `input()` refused or at its end, or interrupted.
    NoInput(crate::face::InputRefused),
}

/// Events of `Poll`, `EpollWait` and `select`, as Linux numbers them.
pub mod poll {
    pub const IN: u32 = 1;
    pub const PRI: u32 = 2;
    pub const OUT: u32 = 4;
    pub const ERR: u32 = 8;
    pub const HUP: u32 = 16;
    pub const NVAL: u32 = 32;
    pub const RDNORM: u32 = 64;
    pub const WRNORM: u32 = 256;
    /// The other side sends no more.
    pub const RDHUP: u32 = 0x2000;
    /// Of `epoll`: report once, then wait to be armed; report changes only.
    pub const ONESHOT: u32 = 1 << 30;
    pub const ET: u32 = 1 << 31;
}

/// Flags of `Send` and `Receive`, as Linux numbers them.
pub mod message {
    pub const PEEK: i32 = 2;
    pub const CTRUNC: i32 = 8;
    pub const TRUNC: i32 = 0x20;
    pub const DONTWAIT: i32 = 0x40;
    pub const WAITALL: i32 = 0x100;
}

/// Flags of `Open` and `Pipe`, as Linux (x86-64) numbers them.
pub mod open {
    pub const RDONLY: i32 = 0;
    pub const WRONLY: i32 = 1;
    pub const RDWR: i32 = 2;
    pub const ACCMODE: i32 = 3;
    pub const CREAT: i32 = 0o100;
    pub const EXCL: i32 = 0o200;
    pub const TRUNC: i32 = 0o1000;
    pub const APPEND: i32 = 0o2000;
    pub const NONBLOCK: i32 = 0o4000;
    pub const DIRECTORY: i32 = 0o200000;
    pub const NOFOLLOW: i32 = 0o400000;
    pub const CLOEXEC: i32 = 0o2000000;
    pub const TMPFILE: i32 = 0o20200000;
}

macro_rules! errnos {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        /// Linux error numbers.
        pub mod errno {
            $(pub const $name: i32 = $value;)*
            /// Name, number and text of each.
            pub const ALL: &[(&str, i32, &str)] = &[$((stringify!($name), $value, $text)),*];
            /// `strerror`.
            pub fn text(n: i32) -> String {
                match ALL.iter().find(|e| e.1 == n) {
                    Some(e) => e.2.into(),
                    None => format!("Unknown error {n}"),
                }
            }
        }
    };
}

errnos! {
    EPERM = 1, "Operation not permitted";
    ENOENT = 2, "No such file or directory";
    ESRCH = 3, "No such process";
    EINTR = 4, "Interrupted system call";
    EIO = 5, "Input/output error";
    ENXIO = 6, "No such device or address";
    E2BIG = 7, "Argument list too long";
    ENOEXEC = 8, "Exec format error";
    EBADF = 9, "Bad file descriptor";
    ECHILD = 10, "No child processes";
    EAGAIN = 11, "Resource temporarily unavailable";
    ENOMEM = 12, "Cannot allocate memory";
    EACCES = 13, "Permission denied";
    EFAULT = 14, "Bad address";
    ENOTBLK = 15, "Block device required";
    EBUSY = 16, "Device or resource busy";
    EEXIST = 17, "File exists";
    EXDEV = 18, "Invalid cross-device link";
    ENODEV = 19, "No such device";
    ENOTDIR = 20, "Not a directory";
    EISDIR = 21, "Is a directory";
    EINVAL = 22, "Invalid argument";
    ENFILE = 23, "Too many open files in system";
    EMFILE = 24, "Too many open files";
    ENOTTY = 25, "Inappropriate ioctl for device";
    ETXTBSY = 26, "Text file busy";
    EFBIG = 27, "File too large";
    ENOSPC = 28, "No space left on device";
    ESPIPE = 29, "Illegal seek";
    EROFS = 30, "Read-only file system";
    EMLINK = 31, "Too many links";
    EPIPE = 32, "Broken pipe";
    EDOM = 33, "Numerical argument out of domain";
    ERANGE = 34, "Numerical result out of range";
    EDEADLOCK = 35, "Resource deadlock avoided";
    ENAMETOOLONG = 36, "File name too long";
    ENOLCK = 37, "No locks available";
    ENOSYS = 38, "Function not implemented";
    ENOTEMPTY = 39, "Directory not empty";
    ELOOP = 40, "Too many levels of symbolic links";
    ENOMSG = 42, "No message of desired type";
    EIDRM = 43, "Identifier removed";
    ECHRNG = 44, "Channel number out of range";
    EL2NSYNC = 45, "Level 2 not synchronized";
    EL3HLT = 46, "Level 3 halted";
    EL3RST = 47, "Level 3 reset";
    ELNRNG = 48, "Link number out of range";
    EUNATCH = 49, "Protocol driver not attached";
    ENOCSI = 50, "No CSI structure available";
    EL2HLT = 51, "Level 2 halted";
    EBADE = 52, "Invalid exchange";
    EBADR = 53, "Invalid request descriptor";
    EXFULL = 54, "Exchange full";
    ENOANO = 55, "No anode";
    EBADRQC = 56, "Invalid request code";
    EBADSLT = 57, "Invalid slot";
    EBFONT = 59, "Bad font file format";
    ENOSTR = 60, "Device not a stream";
    ENODATA = 61, "No data available";
    ETIME = 62, "Timer expired";
    ENOSR = 63, "Out of streams resources";
    ENONET = 64, "Machine is not on the network";
    ENOPKG = 65, "Package not installed";
    EREMOTE = 66, "Object is remote";
    ENOLINK = 67, "Link has been severed";
    EADV = 68, "Advertise error";
    ESRMNT = 69, "Srmount error";
    ECOMM = 70, "Communication error on send";
    EPROTO = 71, "Protocol error";
    EMULTIHOP = 72, "Multihop attempted";
    EDOTDOT = 73, "RFS specific error";
    EBADMSG = 74, "Bad message";
    EOVERFLOW = 75, "Value too large for defined data type";
    ENOTUNIQ = 76, "Name not unique on network";
    EBADFD = 77, "File descriptor in bad state";
    EREMCHG = 78, "Remote address changed";
    ELIBACC = 79, "Can not access a needed shared library";
    ELIBBAD = 80, "Accessing a corrupted shared library";
    ELIBSCN = 81, ".lib section in a.out corrupted";
    ELIBMAX = 82, "Attempting to link in too many shared libraries";
    ELIBEXEC = 83, "Cannot exec a shared library directly";
    EILSEQ = 84, "Invalid or incomplete multibyte or wide character";
    ERESTART = 85, "Interrupted system call should be restarted";
    ESTRPIPE = 86, "Streams pipe error";
    EUSERS = 87, "Too many users";
    ENOTSOCK = 88, "Socket operation on non-socket";
    EDESTADDRREQ = 89, "Destination address required";
    EMSGSIZE = 90, "Message too long";
    EPROTOTYPE = 91, "Protocol wrong type for socket";
    ENOPROTOOPT = 92, "Protocol not available";
    EPROTONOSUPPORT = 93, "Protocol not supported";
    ESOCKTNOSUPPORT = 94, "Socket type not supported";
    ENOTSUP = 95, "Operation not supported";
    EPFNOSUPPORT = 96, "Protocol family not supported";
    EAFNOSUPPORT = 97, "Address family not supported by protocol";
    EADDRINUSE = 98, "Address already in use";
    EADDRNOTAVAIL = 99, "Cannot assign requested address";
    ENETDOWN = 100, "Network is down";
    ENETUNREACH = 101, "Network is unreachable";
    ENETRESET = 102, "Network dropped connection on reset";
    ECONNABORTED = 103, "Software caused connection abort";
    ECONNRESET = 104, "Connection reset by peer";
    ENOBUFS = 105, "No buffer space available";
    EISCONN = 106, "Transport endpoint is already connected";
    ENOTCONN = 107, "Transport endpoint is not connected";
    ESHUTDOWN = 108, "Cannot send after transport endpoint shutdown";
    ETOOMANYREFS = 109, "Too many references: cannot splice";
    ETIMEDOUT = 110, "Connection timed out";
    ECONNREFUSED = 111, "Connection refused";
    EHOSTDOWN = 112, "Host is down";
    EHOSTUNREACH = 113, "No route to host";
    EALREADY = 114, "Operation already in progress";
    EINPROGRESS = 115, "Operation now in progress";
    ESTALE = 116, "Stale file handle";
    EUCLEAN = 117, "Structure needs cleaning";
    ENOTNAM = 118, "Not a XENIX named type file";
    ENAVAIL = 119, "No XENIX semaphores available";
    EISNAM = 120, "Is a named type file";
    EREMOTEIO = 121, "Remote I/O error";
    EDQUOT = 122, "Disk quota exceeded";
    ENOMEDIUM = 123, "No medium found";
    EMEDIUMTYPE = 124, "Wrong medium type";
    ECANCELED = 125, "Operation canceled";
    ENOKEY = 126, "Required key not available";
    EKEYEXPIRED = 127, "Key has expired";
    EKEYREVOKED = 128, "Key has been revoked";
    EKEYREJECTED = 129, "Key was rejected by service";
    EOWNERDEAD = 130, "Owner died";
    ENOTRECOVERABLE = 131, "State not recoverable";
    ERFKILL = 132, "Operation not possible due to RF-kill";
}
