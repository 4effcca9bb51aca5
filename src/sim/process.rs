//! A process as the system sees it: its folder, its descriptors, and the table of open files that they point into.
use super::{Os, Stop};
use crate::face::Stream;
use crate::vm::syscall::errno;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Descriptors, folder and mask of a process.
#[derive(Clone, Debug)]
pub struct Process {
    /// To the scheduler; an interpreter beside a process's first one has a number of its own.
    pub pid: i32,
    /// The process that it is, or is an interpreter of.
    pub group: i32,
    /// Number of the interpreter: 0 is the first one.
    pub interpreter: i64,
    /// It ran last of its group: it has what the group shares (folder, mask, descriptors).
    pub(super) holds: bool,
    pub parent: i32,
    /// Absolute.
    pub cwd: String,
    pub umask: u32,
    pub fds: BTreeMap<i32, Slot>,
    /// No descriptor below this is free.
    lowest: i32,
}

/// One descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Key in the table of open files.
    pub file: u32,
    pub inheritable: bool,
}

/// One open file (POSIX: open file description), shared by the descriptors that `dup` made.
#[derive(Clone, Debug)]
pub struct OpenFile {
    pub kind: Kind,
    pub position: u64,
    /// Access mode, O_APPEND, O_NONBLOCK.
    pub flags: i32,
    /// Descriptors that point here.
    pub uses: u32,
}

/// What is open.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A file of the memory tree, by inode.
    Memory(u64),
    /// A file of the library: its bytes.
    Library(String, Arc<Vec<u8>>),
    /// A file under a mount: its path and its whole contents; every change is written back.
    Host { path: String, data: Vec<u8> },
    /// A folder, by absolute path.
    Directory(String),
    Null,
    Zero,
    Random,
    Stdin { line: Vec<u8> },
    Output(Stream),
    PipeReader(u32),
    PipeWriter(u32),
    Socket(u32),
    /// A poller.
    Epoll(u32),
    /// A process.
    Process(i32),
}

/// Every open file of the system.
#[derive(Clone, Debug, Default)]
pub struct Table {
    files: BTreeMap<u32, OpenFile>,
    last: u32,
}

impl Table {
    pub fn get(&self, file: u32) -> Option<&OpenFile> {
        self.files.get(&file)
    }
    /// One more descriptor points to an open file.
    pub(super) fn shared(&mut self, file: u32) {
        self.files.get_mut(&file).expect("a descriptor points to an open file").uses += 1;
    }
}

impl Process {
    pub fn new(cwd: String) -> Process {
        Process { pid: 100, group: 100, interpreter: 0, holds: true, parent: 1, cwd, umask: 0o022, fds: BTreeMap::new(), lowest: 0 }
    }
    /// Another interpreter of the same process; what they share stays here.
    pub(super) fn interpreter_beside(&self, key: i32, id: i64) -> Process {
        Process { pid: key, group: self.group, interpreter: id, holds: false, parent: self.parent, cwd: String::new(), umask: 0, fds: BTreeMap::new(), lowest: 0 }
    }
    /// What a group shares goes from one of its interpreters to another.
    pub(super) fn take_shared(&mut self, from: &mut Process) {
        std::mem::swap(&mut self.cwd, &mut from.cwd);
        std::mem::swap(&mut self.umask, &mut from.umask);
        std::mem::swap(&mut self.fds, &mut from.fds);
        std::mem::swap(&mut self.lowest, &mut from.lowest);
        (self.holds, from.holds) = (true, false);
    }
    /// The lowest free descriptor.
    pub(super) fn free(&mut self) -> i32 {
        let mut n = self.lowest;
        for (fd, _) in self.fds.range(n..) {
            if *fd != n {
                break;
            }
            n += 1;
        }
        self.lowest = n;
        n
    }
    pub(super) fn add(&mut self, fd: i32, slot: Slot) {
        self.fds.insert(fd, slot);
    }
    pub(super) fn remove(&mut self, fd: i32) -> Option<Slot> {
        self.lowest = self.lowest.min(fd.max(0));
        self.fds.remove(&fd)
    }
    /// Keeps some of the descriptors.
    pub(super) fn keep(&mut self, keep: impl Fn(i32) -> bool) {
        self.fds.retain(|fd, _| keep(*fd));
        self.lowest = 0;
    }
}

impl Os {
    /// Where bytes that are written to (or read from) a descriptor go (or came from), if it is a pipe or a connection.
    pub fn channel(&self, fd: i32, receives: bool) -> Option<crate::trace::Channel> {
        use crate::trace::Channel;
        match self.file(fd).ok()?.kind {
            Kind::PipeReader(p) | Kind::PipeWriter(p) => Some(Channel::Pipe(p)),
            Kind::Socket(s) if receives => Some(Channel::Socket(s)),
            Kind::Socket(s) => self.net.peer(s).map(Channel::Socket),
            _ => None,
        }
    }
    /// What a descriptor of a process is, in a word or two.
    pub fn what_is_open(&self, p: &Process, fd: i32) -> String {
        let Some(file) = p.fds.get(&fd).and_then(|s| self.table.files.get(&s.file)) else { return "closed".to_owned() };
        match &file.kind {
            Kind::Memory(_) => "file".to_owned(),
            Kind::Library(path, _) | Kind::Host { path, .. } | Kind::Directory(path) => path.clone(),
            Kind::Null => "/dev/null".to_owned(),
            Kind::Zero => "/dev/zero".to_owned(),
            Kind::Random => "/dev/urandom".to_owned(),
            Kind::Stdin { .. } => "stdin".to_owned(),
            Kind::Output(Stream::Stdout) => "stdout".to_owned(),
            Kind::Output(Stream::Stderr) => "stderr".to_owned(),
            Kind::PipeReader(n) => format!("pipe {n}, reading end"),
            Kind::PipeWriter(n) => format!("pipe {n}, writing end"),
            Kind::Socket(n) => format!("socket {n}"),
            Kind::Epoll(n) => format!("epoll {n}"),
            Kind::Process(pid) => format!("process {pid}"),
        }
    }
    pub(super) fn open_standard_streams(&mut self) {
        for (kind, flags) in [(Kind::Stdin { line: vec![] }, 0), (Kind::Output(Stream::Stdout), 1), (Kind::Output(Stream::Stderr), 1)] {
            let fd = self.open_file(kind, flags);
            self.process.fds.get_mut(&fd).expect("just opened").inheritable = true;
        }
    }
    /// A new open file at the lowest free descriptor, not inheritable (PEP 446).
    pub(super) fn open_file(&mut self, kind: Kind, flags: i32) -> i32 {
        self.table.last += 1;
        let file = self.table.last;
        self.table.files.insert(file, OpenFile { kind, position: 0, flags, uses: 1 });
        let fd = self.process.free();
        self.process.add(fd, Slot { file, inheritable: false });
        fd
    }
    pub(super) fn file(&self, fd: i32) -> Result<&OpenFile, Stop> {
        let slot = self.process.fds.get(&fd).ok_or(Stop::Errno(errno::EBADF))?;
        Ok(&self.table.files[&slot.file])
    }
    pub(super) fn file_mut(&mut self, fd: i32) -> Result<&mut OpenFile, Stop> {
        let slot = self.process.fds.get(&fd).ok_or(Stop::Errno(errno::EBADF))?;
        Ok(self.table.files.get_mut(&slot.file).expect("a descriptor points to an open file"))
    }
    /// Another descriptor for the same open file.
    pub(super) fn dup(&mut self, fd: i32, to: Option<i32>, inheritable: bool) -> Result<i32, Stop> {
        let slot = *self.process.fds.get(&fd).ok_or(Stop::Errno(errno::EBADF))?;
        let to = match to {
            Some(n) if n < 0 => return Err(Stop::Errno(errno::EBADF)),
            Some(n) if n == fd => return Ok(n),
            Some(n) => {
                let _ = self.close(n);
                n
            }
            None => self.process.free(),
        };
        self.table.files.get_mut(&slot.file).expect("a descriptor points to an open file").uses += 1;
        self.process.add(to, Slot { file: slot.file, inheritable });
        Ok(to)
    }
    /// Ends a descriptor; the last one of an open file ends that too.
    pub(super) fn close(&mut self, fd: i32) -> Result<(), Stop> {
        let slot = self.process.remove(fd).ok_or(Stop::Errno(errno::EBADF))?;
        self.release_file(slot.file);
        Ok(())
    }
    /// One descriptor (or message) less holds an open file; the last one ends it.
    pub(super) fn release_file(&mut self, file: u32) {
        let f = self.table.files.get_mut(&file).expect("a descriptor points to an open file");
        f.uses -= 1;
        if f.uses > 0 {
            return;
        }
        let f = self.table.files.remove(&file).expect("just seen");
        if let Some(source) = Os::source_of(&f.kind) {
            self.forget_watched(source, file);
            // Who waits in a call on it is told.
            self.changed.push((source, u32::MAX));
        }
        match f.kind {
            Kind::Memory(inode) => self.fs.tree.closed(inode),
            Kind::PipeReader(p) => self.pipes.close_reader(p),
            Kind::PipeWriter(p) => self.pipes.close_writer(p),
            Kind::Socket(s) => self.net.close(s),
            Kind::Epoll(e) => self.forget_epoll(e),
            _ => {}
        }
    }
}
