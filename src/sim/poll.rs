//! Readiness of descriptors: `poll`, `select` and `epoll` (level-triggered).
use super::process::Kind;
use super::threads::Pending;
use super::{Ctx, Os, Stop, Sys, Wait, pipe};
use crate::vm::syscall::{SysResult, Syscall, errno, open, poll};
use std::collections::BTreeMap;

/// Reported though nobody asked.
const ALWAYS: u32 = poll::ERR | poll::HUP | poll::NVAL;
const ONESHOT: u32 = 1 << 30;

impl Os {
    /// What a descriptor is ready for.
    pub fn readiness(&self, fd: i32) -> u32 {
        let Ok(f) = self.file(fd) else { return poll::NVAL };
        let bits = |pairs: &[(bool, u32)]| pairs.iter().filter(|p| p.0).fold(0, |all, p| all | p.1);
        match &f.kind {
            Kind::PipeReader(p) => match self.pipes.table.get(p) {
                Some(p) => bits(&[(!p.data.is_empty(), poll::IN), (!p.writer, poll::HUP)]),
                None => poll::HUP,
            },
            Kind::PipeWriter(p) => match self.pipes.table.get(p) {
                Some(p) => bits(&[(p.data.len() + pipe::ATOMIC <= pipe::CAPACITY, poll::OUT), (!p.reader, poll::ERR)]),
                None => poll::ERR,
            },
            Kind::Socket(s) => {
                let (read, write, over) = self.sockets.readiness(*s);
                bits(&[(read, poll::IN), (write, poll::OUT), (over, poll::HUP)])
            }
            Kind::Epoll(watched) => bits(&[(!self.epoll_ready(watched).is_empty(), poll::IN)]),
            Kind::Output(_) => poll::OUT,
            Kind::Stdin { .. } => poll::IN,
            _ => match f.flags & open::ACCMODE {
                open::RDONLY => poll::IN,
                open::WRONLY => poll::OUT,
                _ => poll::IN | poll::OUT,
            },
        }
    }
    fn epoll_ready(&self, watched: &BTreeMap<i32, u32>) -> Vec<(i32, u32)> {
        let ready = |(fd, events): (&i32, &u32)| {
            let now = self.readiness(*fd);
            let found = now & (events | ALWAYS) & !poll::NVAL;
            (*events & !ONESHOT != 0 && found != 0).then_some((*fd, found))
        };
        watched.iter().filter_map(ready).collect()
    }
    pub(super) fn poll_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let over = p.deadline.is_some_and(|at| at <= self.now(ctx));
        let ready = match &p.call {
            Syscall::Poll { fds, .. } => {
                let found = fds.iter().map(|(fd, events)| (*fd, self.readiness(*fd) & (events | ALWAYS)));
                found.filter(|(_, e)| *e != 0).collect::<Vec<_>>()
            }
            Syscall::EpollWait { epoll, max, .. } => {
                let Kind::Epoll(watched) = &self.file(*epoll)?.kind else { return Err(errno::EINVAL.into()) };
                let mut found = self.epoll_ready(watched);
                found.truncate(*max);
                self.disarm(*epoll, &found)?;
                found
            }
            Syscall::EpollCreate => return Ok(SysResult::Int(self.open_file(Kind::Epoll(BTreeMap::new()), open::RDWR) as i64)),
            Syscall::EpollControl { epoll, op, fd, events } => return self.epoll_control(*epoll, *op, *fd, *events),
            _ => return Err(Os::not_simulated()),
        };
        if !ready.is_empty() || over {
            return Ok(SysResult::Ready(ready));
        }
        Err(Stop::Wait(Wait::Io))
    }
    fn disarm(&mut self, epoll: i32, reported: &[(i32, u32)]) -> Result<(), Stop> {
        if let Kind::Epoll(watched) = &mut self.file_mut(epoll)?.kind {
            for (fd, _) in reported {
                if let Some(e) = watched.get_mut(fd).filter(|e| **e & ONESHOT != 0) {
                    *e = ONESHOT;
                }
            }
        }
        Ok(())
    }
    fn epoll_control(&mut self, epoll: i32, op: i32, fd: i32, events: u32) -> Sys {
        let target = self.file(fd)?;
        if fd == epoll {
            return Err(errno::EINVAL.into());
        }
        if matches!(target.kind, Kind::Memory(_) | Kind::Library(..) | Kind::Host { .. } | Kind::Directory(_)) {
            return Err(errno::EPERM.into());
        }
        self.io_changed = true;
        let Kind::Epoll(watched) = &mut self.file_mut(epoll)?.kind else { return Err(errno::EINVAL.into()) };
        match (op, watched.contains_key(&fd)) {
            (1, true) => return Err(errno::EEXIST.into()),
            (2 | 3, false) => return Err(errno::ENOENT.into()),
            (2, true) => _ = watched.remove(&fd),
            (1 | 3, _) => _ = watched.insert(fd, events),
            _ => return Err(errno::EINVAL.into()),
        }
        Ok(SysResult::Done)
    }
}
