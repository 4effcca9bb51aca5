//! Readiness of descriptors: `poll` and `select` look at all of them at each call; `epoll` (in `epoll.rs`) is told.
use super::process::{Kind, OpenFile};
use super::threads::{Pending, Source};
use super::{Ctx, Os, Stop, Sys, Wait, pipe};
use crate::vm::syscall::{SysResult, Syscall, open, poll};

/// Reported though nobody asked.
pub(super) const ALWAYS: u32 = poll::ERR | poll::HUP | poll::NVAL;

impl Os {
    /// What a descriptor of the current process is ready for.
    pub fn readiness(&self, fd: i32) -> u32 {
        self.file(fd).map_or(poll::NVAL, |f| self.ready_for(f))
    }
    /// What an open file is ready for.
    pub fn ready_for(&self, f: &OpenFile) -> u32 {
        let bits = |pairs: &[(bool, u32)]| pairs.iter().filter(|p| p.0).fold(0, |all, p| all | p.1);
        let (read, write) = (poll::IN | poll::RDNORM, poll::OUT | poll::WRNORM);
        match &f.kind {
            Kind::PipeReader(p) => match self.pipes.table.get(p) {
                Some(p) => bits(&[(!p.data.is_empty(), read), (!p.writer, poll::HUP)]),
                None => poll::HUP,
            },
            Kind::PipeWriter(p) => match self.pipes.table.get(p) {
                Some(p) => bits(&[(p.data.len() + pipe::ATOMIC <= pipe::CAPACITY, write), (!p.reader, poll::ERR)]),
                None => poll::ERR,
            },
            Kind::Socket(s) => self.net.readiness(*s),
            Kind::Epoll(e) => bits(&[(self.epoll_is_ready(*e), read)]),
            Kind::Process(pid) => bits(&[(!self.is_running(*pid), read), (!self.is_known(*pid), poll::HUP)]),
            Kind::Output(_) => write,
            Kind::Stdin { .. } => read,
            _ => match f.flags & open::ACCMODE {
                open::RDONLY => read,
                open::WRONLY => write,
                _ => read | write,
            },
        }
    }
    pub(super) fn poll_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let over = p.deadline.is_some_and(|at| at <= self.now(ctx));
        let ready = match &p.call {
            Syscall::Poll { fds, .. } => {
                let found = fds.iter().map(|(fd, events)| (*fd, self.readiness(*fd) & (events | ALWAYS)));
                found.filter(|(_, e)| *e != 0).collect::<Vec<_>>()
            }
            Syscall::EpollWait { epoll, max, .. } => self.epoll_wait(*epoll, *max)?,
            Syscall::EpollCreate => return Ok(SysResult::Int(self.epoll_create() as i64)),
            Syscall::EpollControl { epoll, op, fd, events } => return self.epoll_control(*epoll, *op, *fd, *events),
            _ => return Err(Os::not_simulated()),
        };
        if !ready.is_empty() || over {
            return Ok(SysResult::Ready(ready));
        }
        Err(Stop::Wait(Wait::Io))
    }
    /// Where the readiness of an open file comes from; None: it never changes.
    pub(super) fn source_of(kind: &Kind) -> Option<Source> {
        match kind {
            Kind::PipeReader(p) | Kind::PipeWriter(p) => Some(Source::Pipe(*p)),
            Kind::Socket(s) => Some(Source::Socket(*s)),
            Kind::Epoll(e) => Some(Source::Epoll(*e)),
            Kind::Process(pid) => Some(Source::Process(*pid)),
            _ => None,
        }
    }
    /// Whose change makes it worth trying a call again.
    pub(super) fn sources_of(&self, call: &Syscall) -> Vec<Source> {
        let of = |fd: &i32| self.file(*fd).ok().and_then(|f| Os::source_of(&f.kind));
        let mut out: Vec<Source> = match call {
            Syscall::Poll { fds, .. } => fds.iter().filter_map(|(fd, _)| of(fd)).collect(),
            Syscall::EpollWait { epoll, .. } => of(epoll).into_iter().collect(),
            Syscall::Read { fd, .. } | Syscall::Write { fd, .. } | Syscall::Send { fd, .. } | Syscall::Receive { fd, .. } | Syscall::ReceiveMessage { fd, .. }
            | Syscall::Accept { fd } | Syscall::Connect { fd, .. } => of(fd).into_iter().collect(),
            _ => vec![],
        };
        out.extend(self.also_waits_for(call));
        out.sort();
        out.dedup();
        out
    }
    /// A pipe has changed.
    pub(super) fn pipe_changed(&mut self, pipe: u32) {
        self.changed.push((Source::Pipe(pipe), u32::MAX));
    }
    /// Wakes who waits for what has changed, and tells the pollers.
    pub(super) fn wake_io(&mut self, now: u64) {
        loop {
            let sockets = self.net.changed.drain(..).map(|(s, how)| (Source::Socket(s), how));
            let changed: Vec<(Source, u32)> = self.changed.drain(..).chain(sockets).collect();
            if changed.is_empty() {
                return self.drop_orphans();
            }
            for (source, how) in changed {
                self.tell_pollers(source, how);
                self.threads.wake_source(source, now);
            }
        }
    }
    /// Lets happen what is due on the network; each event at its own time.
    pub(super) fn deliver(&mut self, now: u64) {
        while let Some(at) = self.net.happen(now) {
            self.wake_io(at);
        }
        self.net.now = now;
    }
}
