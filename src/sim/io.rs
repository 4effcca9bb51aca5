//! Reading and writing descriptors.
use super::process::Kind;
use super::threads::Pending;
use super::{Ctx, Os, Stop, Sys, Wait};
use crate::vm::syscall::{Address, SysResult, Syscall, errno, message, open};

/// Largest file that the system holds.
const MAX_FILE: u64 = 1 << 31;

/// What became of a try to write.
enum Wrote {
    Bytes(usize),
    /// There is no room now.
    Full,
}

impl Os {
    pub(super) fn transfer(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        match &p.call {
            Syscall::Write { fd, data } => {
                let (fd, rest) = (*fd, &data[p.progress..]);
                let wrote = self.write(fd, rest, None, ctx)?;
                self.written(p, fd, wrote)
            }
            Syscall::Send { fd, data, to, flags, files } => {
                let (fd, at_once) = (*fd, flags & message::DONTWAIT != 0);
                let files: &[i32] = if p.progress == 0 { files } else { &[] };
                let wrote = match self.send(fd, &data[p.progress..], to.as_ref(), files) {
                    Ok(Some(k)) => Wrote::Bytes(k),
                    Ok(None) => Wrote::Full,
                    // What was sent before the error is told first.
                    Err(Stop::Errno(_)) if p.progress > 0 => return Ok(SysResult::Int(p.progress as i64)),
                    Err(e) => return Err(e),
                };
                match self.written(p, fd, wrote) {
                    Err(Stop::Wait(_)) if at_once && p.progress > 0 => Ok(SysResult::Int(p.progress as i64)),
                    Err(Stop::Wait(_)) if at_once => Err(errno::EAGAIN.into()),
                    other => other,
                }
            }
            Syscall::WriteAt { fd, data, offset } => match self.write(*fd, data, Some(*offset), ctx)? {
                Wrote::Bytes(k) => Ok(SysResult::Int(k as i64)),
                Wrote::Full => Err(errno::ESPIPE.into()),
            },
            Syscall::Read { fd, count } => {
                let found = self.read(*fd, *count, None, ctx)?;
                self.or_wait(*fd, found.map(SysResult::Bytes))
            }
            Syscall::ReadAt { fd, count, offset } => {
                let found = self.read(*fd, *count, Some(*offset), ctx)?;
                found.map(SysResult::Bytes).ok_or(Stop::Errno(errno::ESPIPE))
            }
            Syscall::Receive { fd, count, flags } => {
                let found = self.receive(*fd, *count, flags & message::PEEK != 0)?;
                let found = found.map(|r| {
                    self.net.orphans.extend(r.files);
                    SysResult::From(r.data, r.from.unwrap_or(Address::None))
                });
                match found {
                    None if flags & message::DONTWAIT != 0 => Err(errno::EAGAIN.into()),
                    other => self.or_wait(*fd, other),
                }
            }
            Syscall::ReceiveMessage { fd, count, flags, files } => self.receive_message(*fd, *count, *flags, *files),
            _ => Err(Os::not_simulated()),
        }
    }
    /// The result, or waiting for it, or EAGAIN where the descriptor must not wait.
    pub(super) fn or_wait(&self, fd: i32, found: Option<SysResult>) -> Sys {
        match found {
            Some(r) => Ok(r),
            None if self.file(fd)?.flags & open::NONBLOCK != 0 => Err(errno::EAGAIN.into()),
            None => Err(Stop::Wait(Wait::Io)),
        }
    }
    /// Goes on until all is written, unless the descriptor must not wait.
    fn written(&mut self, p: &mut Pending, fd: i32, wrote: Wrote) -> Sys {
        let total = match &p.call {
            Syscall::Write { data, .. } | Syscall::Send { data, .. } => data.len(),
            _ => 0,
        };
        if let Wrote::Bytes(k) = wrote {
            p.progress += k;
        }
        if p.progress >= total {
            return Ok(SysResult::Int(p.progress as i64));
        }
        match (self.file(fd)?.flags & open::NONBLOCK != 0, p.progress) {
            (true, 0) => Err(errno::EAGAIN.into()),
            (true, k) => Ok(SysResult::Int(k as i64)),
            (false, _) => Err(Stop::Wait(Wait::Io)),
        }
    }

    /// Bytes at `at` or at the position; None: it must wait.
    fn read(&mut self, fd: i32, count: usize, at: Option<u64>, ctx: &mut Ctx) -> Result<Option<Vec<u8>>, Stop> {
        let f = self.file(fd)?;
        if f.flags & open::ACCMODE == open::WRONLY {
            return Err(errno::EBADF.into());
        }
        let position = at.unwrap_or(f.position) as usize;
        let whole: &[u8] = match &f.kind {
            Kind::Memory(inode) => self.fs.tree.contents(*inode).unwrap_or(&[]),
            Kind::Library(_, data) => data,
            Kind::Host { data, .. } => data,
            Kind::Directory(_) => return Err(errno::EISDIR.into()),
            Kind::Null => &[],
            Kind::Zero => return Ok(Some(vec![0; count])),
            Kind::Random => return Ok(Some(self.random.bytes(count))),
            Kind::Stdin { .. } => return self.read_stdin(fd, count, ctx).map(Some),
            Kind::PipeReader(p) => {
                let p = *p;
                let found = self.pipes.read(p, count);
                if found.as_ref().is_some_and(|b| !b.is_empty()) {
                    self.pipe_changed(p);
                }
                return Ok(found);
            }
            Kind::Socket(_) => return Ok(self.receive(fd, count, false)?.map(|r| {
                self.net.orphans.extend(r.files);
                r.data
            })),
            Kind::Output(_) | Kind::PipeWriter(_) => return Err(errno::EBADF.into()),
            Kind::Epoll(_) | Kind::Process(_) => return Err(errno::EINVAL.into()),
        };
        let start = position.min(whole.len());
        let data = whole[start..start.saturating_add(count).min(whole.len())].to_vec();
        if at.is_none() {
            self.file_mut(fd)?.position = (position + data.len()) as u64;
        }
        Ok(Some(data))
    }
    /// A terminal in line mode: a line at a time from the front end; refused input is the end of the file.
    fn read_stdin(&mut self, fd: i32, count: usize, ctx: &mut Ctx) -> Result<Vec<u8>, Stop> {
        let empty = matches!(&self.file(fd)?.kind, Kind::Stdin { line } if line.is_empty());
        if empty && count > 0 {
            let fresh = match ctx.host.input("", false) {
                Ok(text) => (text + "\n").into_bytes(),
                Err(crate::face::InputRefused::Interrupted) => return Err(errno::EINTR.into()),
                Err(_) => return Ok(vec![]),
            };
            self.file_mut(fd)?.kind = Kind::Stdin { line: fresh };
        }
        match &mut self.file_mut(fd)?.kind {
            Kind::Stdin { line } => Ok(line.drain(..count.min(line.len())).collect()),
            _ => Ok(vec![]),
        }
    }

    fn write(&mut self, fd: i32, data: &[u8], at: Option<u64>, ctx: &mut Ctx) -> Result<Wrote, Stop> {
        let now = self.clock.wall(ctx.ticks);
        let f = self.file(fd)?;
        if f.flags & open::ACCMODE == open::RDONLY && !matches!(f.kind, Kind::Socket(_)) {
            return Err(errno::EBADF.into());
        }
        let (flags, position) = (f.flags, f.position);
        let place = |len: usize| at.unwrap_or(if flags & open::APPEND != 0 { len as u64 } else { position });
        let end = match &f.kind {
            Kind::Memory(inode) => {
                let inode = *inode;
                let start = place(self.fs.tree.contents(inode).map_or(0, <[u8]>::len));
                check_size(start, data.len())?;
                splice(self.fs.tree.contents_mut(inode, now).ok_or(errno::EIO)?, start as usize, data)
            }
            Kind::Host { .. } => self.write_host(fd, data, &place, ctx)?,
            Kind::Output(stream) => {
                match std::str::from_utf8(data) {
                    Ok(text) => ctx.host.write(*stream, text),
                    Err(_) => ctx.host.write_bytes(*stream, data),
                }
                return Ok(Wrote::Bytes(data.len()));
            }
            Kind::Null | Kind::Zero | Kind::Random => return Ok(Wrote::Bytes(data.len())),
            Kind::PipeWriter(p) => {
                let p = *p;
                self.pipe_changed(p);
                return match self.pipes.write(p, data) {
                    Some(0) if !data.is_empty() => Ok(Wrote::Full),
                    Some(k) => Ok(Wrote::Bytes(k)),
                    None => Err(errno::EPIPE.into()),
                };
            }
            Kind::Socket(_) => return Ok(self.send(fd, data, None, &[])?.map_or(Wrote::Full, Wrote::Bytes)),
            Kind::Epoll(_) | Kind::Process(_) => return Err(errno::EINVAL.into()),
            Kind::Library(..) | Kind::Directory(_) | Kind::Stdin { .. } | Kind::PipeReader(_) => return Err(errno::EBADF.into()),
        };
        if at.is_none() {
            self.file_mut(fd)?.position = end;
        }
        Ok(Wrote::Bytes(data.len()))
    }
    fn write_host(&mut self, fd: i32, bytes: &[u8], place: &dyn Fn(usize) -> u64, ctx: &mut Ctx) -> Result<u64, Stop> {
        let Kind::Host { path, data } = &mut self.file_mut(fd)?.kind else { return Err(errno::EBADF.into()) };
        let start = place(data.len());
        check_size(start, bytes.len())?;
        let end = splice(data, start as usize, bytes);
        ctx.host.write_file(path, data).map_err(|e| Stop::Errno(e.0))?;
        Ok(end)
    }
    /// Whether a write to a descriptor may have to wait for a reader.
    pub fn may_be_full(&self, fd: i32) -> bool {
        self.file(fd).is_ok_and(|f| matches!(f.kind, Kind::PipeWriter(_) | Kind::Socket(_)))
    }
    /// Changes the length of what a descriptor has open.
    pub(super) fn truncate(&mut self, fd: i32, size: u64, ctx: &mut Ctx) -> Result<(), Stop> {
        check_size(size, 0)?;
        let now = self.clock.wall(ctx.ticks);
        let f = self.file_mut(fd)?;
        if f.flags & open::ACCMODE == open::RDONLY {
            return Err(errno::EINVAL.into());
        }
        match &mut f.kind {
            Kind::Memory(inode) => {
                let inode = *inode;
                self.fs.tree.contents_mut(inode, now).ok_or(errno::EIO)?.resize(size as usize, 0);
            }
            Kind::Host { path, data } => {
                data.resize(size as usize, 0);
                ctx.host.write_file(path, data).map_err(|e| Stop::Errno(e.0))?;
            }
            _ => return Err(errno::EINVAL.into()),
        }
        Ok(())
    }
}

fn check_size(start: u64, len: usize) -> Result<(), Stop> {
    if start.saturating_add(len as u64) > MAX_FILE { Err(errno::EFBIG.into()) } else { Ok(()) }
}

/// Overwrites at `start`, filling a gap with zeros; where it ended.
fn splice(whole: &mut Vec<u8>, start: usize, data: &[u8]) -> u64 {
    let end = start + data.len();
    if whole.len() < end {
        whole.resize(end, 0);
    }
    whole[start..end].copy_from_slice(data);
    end as u64
}
