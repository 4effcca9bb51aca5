//! The system's calls on sockets.
use super::stream::{Attempt, Received};
use super::{CLOEXEC, DATAGRAM, NONBLOCK, Net, State};
use crate::sim::process::{Kind, Slot};
use crate::sim::threads::{Pending, Source};
use crate::sim::{Ctx, Os, Stop, Sys, Wait};
use crate::vm::syscall::{Address, SysResult, Syscall, errno, message, open};

impl Os {
    pub(in crate::sim) fn socket_of(&self, fd: i32) -> Result<u32, Stop> {
        match self.file(fd)?.kind {
            Kind::Socket(s) => Ok(s),
            _ => Err(errno::ENOTSOCK.into()),
        }
    }
    fn open_socket(&mut self, socket: u32, kind: i32) -> i64 {
        let fd = self.open_file(Kind::Socket(socket), open::RDWR | kind & NONBLOCK);
        let _ = CLOEXEC;
        fd as i64
    }
    /// The file that stands for a socket of the Unix domain.
    fn name_socket(&mut self, path: &str, ctx: &mut Ctx) -> Result<(), Stop> {
        if !is_in_tree(path) {
            return Ok(());
        }
        let now = self.clock.wall(ctx.ticks);
        let cwd = self.process.cwd.clone();
        self.fs.make_socket(path, &cwd, now, ctx.host).map_err(|e| Stop::Errno(if e == errno::EEXIST { errno::EADDRINUSE } else { e }))
    }
    pub(in crate::sim) fn socket_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        match &p.call {
            Syscall::Socket { family, kind, proto } => {
                let s = self.net.create(*family, *kind, *proto)?;
                Ok(SysResult::Int(self.open_socket(s, *kind)))
            }
            Syscall::SocketPair { family, kind, proto } => {
                let (a, b) = self.net.pair(*family, *kind, *proto)?;
                Ok(SysResult::Pair(self.open_socket(a, *kind), self.open_socket(b, *kind)))
            }
            Syscall::Bind { fd, address } => {
                let s = self.socket_of(*fd)?;
                if let Address::Unix(path) = address {
                    if self.net.get(s).bound {
                        return Err(errno::EINVAL.into());
                    }
                    if path.is_empty() {
                        // The system chooses an abstract name.
                        let name = format!("\0{:05x}", s);
                        self.net.bind(s, &Address::Unix(name))?;
                        return Ok(SysResult::Done);
                    }
                    self.name_socket(path, ctx)?;
                }
                self.net.bind(s, address)?;
                Ok(SysResult::Done)
            }
            Syscall::Listen { fd, backlog } => {
                let s = self.socket_of(*fd)?;
                self.net.listen(s, *backlog)?;
                Ok(SysResult::Done)
            }
            Syscall::Accept { fd } => self.accept(*fd),
            Syscall::Connect { .. } => self.connect(p, ctx),
            Syscall::Shutdown { fd, how } => {
                let s = self.socket_of(*fd)?;
                self.net.shutdown(s, *how)?;
                Ok(SysResult::Done)
            }
            Syscall::SocketName { fd } => {
                let s = self.socket_of(*fd)?;
                Ok(SysResult::At(0, self.net.get(s).local.clone()))
            }
            Syscall::PeerName { fd } => {
                let s = self.socket_of(*fd)?;
                let sock = self.net.get(s);
                let connected = match sock.kind {
                    DATAGRAM => sock.state == State::Connected || sock.remote != Address::None,
                    _ => sock.state == State::Connected,
                };
                if connected { Ok(SysResult::At(0, sock.remote.clone())) } else { Err(errno::ENOTCONN.into()) }
            }
            Syscall::SocketInfo { fd } => {
                let s = self.socket_of(*fd)?;
                let sock = self.net.get(s);
                Ok(SysResult::Pair(sock.family as i64, sock.kind as i64))
            }
            Syscall::GetOption { fd, level, name } => {
                let s = self.socket_of(*fd)?;
                Ok(SysResult::Bytes(self.net.option(s, *level, *name)?))
            }
            Syscall::SetOption { fd, level, name, value } => {
                let s = self.socket_of(*fd)?;
                self.net.set_option(s, *level, *name, value)?;
                Ok(SysResult::Done)
            }
            Syscall::Resolve { name } => Ok(SysResult::Names(self.net.hosts.resolve(name))),
            Syscall::NameOf { address } => Ok(SysResult::Names(self.net.hosts.name_of(address).into_iter().collect())),
            Syscall::Configure { words } => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                Ok(match self.net.configure(&words) {
                    Ok(text) => SysResult::Text(text),
                    Err(text) => SysResult::Refused(text),
                })
            }
            Syscall::Serve { name, pages } => {
                let site = super::site::Site::new(name, pages.clone());
                Ok(SysResult::Text(self.net.hosts.serve(site)))
            }
            _ => Err(Os::not_simulated()),
        }
    }
    fn connect(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let Syscall::Connect { fd, address } = &p.call else { return Err(Os::not_simulated()) };
        let (fd, s) = (*fd, self.socket_of(*fd)?);
        if p.progress > 0 {
            return match self.net.attempt_over(s)? {
                Attempt::Done => Ok(SysResult::Done),
                _ => Err(Stop::Wait(Wait::Io)),
            };
        }
        if let Address::Unix(path) = address
            && is_in_tree(path)
        {
            self.fs.find(path, &self.process.cwd, true, ctx.host)?;
        }
        match self.net.connect(s, address)? {
            Attempt::Done => Ok(SysResult::Done),
            Attempt::Full => self.or_wait(fd, None),
            Attempt::Begun if self.file(fd)?.flags & open::NONBLOCK != 0 && !matches!(address, Address::Unix(_)) => Err(errno::EINPROGRESS.into()),
            Attempt::Begun => {
                p.progress = 1;
                match self.net.attempt_over(s)? {
                    Attempt::Done => Ok(SysResult::Done),
                    _ => Err(Stop::Wait(Wait::Io)),
                }
            }
        }
    }
    fn accept(&mut self, fd: i32) -> Sys {
        let s = self.socket_of(fd)?;
        let found = self.net.accept(s)?;
        let result = found.map(|c| {
            let from = self.net.get(c).remote.clone();
            SysResult::At(self.open_socket(c, 0), from)
        });
        self.or_wait(fd, result)
    }

    /// Bytes for a socket; None: it must wait. `files`: descriptors that travel with them, once.
    pub(in crate::sim) fn send(&mut self, fd: i32, data: &[u8], to: Option<&Address>, files: &[i32]) -> Result<Option<usize>, Stop> {
        let s = self.socket_of(fd)?;
        let mut ids = Vec::new();
        for f in files {
            ids.push(self.process.fds.get(f).ok_or(Stop::Errno(errno::EBADF))?.file);
        }
        let sock = self.net.get(s);
        let taken = match sock.kind {
            DATAGRAM => {
                if to.is_some() && sock.state == State::Connected {
                    return Err(errno::EISCONN.into());
                }
                self.net.send_datagram(s, data, ids.clone(), to)?
            }
            _ => {
                let unix = matches!(to, Some(Address::Unix(_)));
                if unix {
                    return Err(if sock.state == State::Connected { errno::EISCONN } else { errno::ENOTSUP }.into());
                }
                self.net.send_stream(s, data, ids.clone())?
            }
        };
        if taken.is_some() {
            ids.into_iter().for_each(|f| self.table.shared(f));
        }
        Ok(taken)
    }
    /// What has come for a socket; None: it must wait.
    pub(in crate::sim) fn receive(&mut self, fd: i32, count: usize, peek: bool) -> Result<Option<Received>, Stop> {
        let s = self.socket_of(fd)?;
        Ok(self.net.receive(s, count, peek)?)
    }
    /// `recvmsg`: bytes, and descriptors for at most `most` of the files that came with them.
    pub(in crate::sim) fn receive_message(&mut self, fd: i32, count: usize, flags: i32, most: usize) -> Sys {
        let found = self.receive(fd, count, flags & message::PEEK != 0)?;
        let result = found.map(|r| {
            let mut told = if r.cut { message::TRUNC } else { 0 };
            let mut fds = Vec::new();
            for file in r.files {
                if fds.len() < most {
                    let n = self.process.free();
                    self.process.add(n, Slot { file, inheritable: false });
                    fds.push(n);
                } else {
                    told |= message::CTRUNC;
                    self.net.orphans.push(file);
                }
            }
            SysResult::Message { data: r.data, from: r.from.unwrap_or(Address::None), fds, flags: told }
        });
        match result {
            None if flags & message::DONTWAIT != 0 => Err(errno::EAGAIN.into()),
            other => self.or_wait(fd, other),
        }
    }
    /// Open files whose message nobody can read any more are closed.
    pub(in crate::sim) fn drop_orphans(&mut self) {
        while let Some(file) = self.net.orphans.pop() {
            self.release_file(file);
        }
    }
    /// What a call on a socket waits for beside the socket itself.
    pub(in crate::sim) fn also_waits_for(&self, call: &Syscall) -> Option<Source> {
        let (fd, to) = match call {
            Syscall::Connect { fd, address } => (*fd, Some(address)),
            Syscall::Send { fd, to, .. } => (*fd, to.as_ref()),
            Syscall::Write { fd, .. } => (*fd, None),
            _ => return None,
        };
        let s = self.socket_of(fd).ok()?;
        let sock = self.net.table.get(&s)?;
        let target = to.unwrap_or(&sock.remote);
        if let Some(peer) = sock.peer.filter(|_| sock.kind == DATAGRAM) {
            return Some(Source::Socket(peer));
        }
        matches!(target, Address::Unix(_)).then(|| self.net.bound_to(sock.kind, target).map(Source::Socket))?
    }
}

impl Net {
    /// Whether nothing happens on it, now or later.
    pub fn is_quiet(&self) -> bool {
        self.later.is_empty()
    }
}

/// Whether a Unix address has a file: the unnamed and the abstract ones have none.
fn is_in_tree(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('\0')
}
