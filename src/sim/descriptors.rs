//! Calls about descriptors other than reading and writing: open, close, seek, dup, stat.
use super::fs::{Place, mode};
use super::process::Kind;
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{Stat, SysResult, Syscall, errno, open};
use std::sync::Arc;

impl Os {
    pub(super) fn descriptor_call(&mut self, call: &Syscall, ctx: &mut Ctx) -> Sys {
        match call {
            Syscall::Open { path, flags, mode } => self.open(path, *flags, *mode, ctx),
            Syscall::Close { fd } => self.close(*fd).map(|()| SysResult::Done),
            Syscall::Seek { fd, offset, whence } => self.seek(*fd, *offset, *whence),
            Syscall::Truncate { fd, size } => self.truncate(*fd, *size, ctx).map(|()| SysResult::Done),
            Syscall::TruncatePath { path, size } => {
                let SysResult::Int(fd) = self.open(path, open::WRONLY, 0, ctx)? else { return Err(errno::EIO.into()) };
                let done = self.truncate(fd as i32, *size, ctx);
                self.close(fd as i32)?;
                done.map(|()| SysResult::Done)
            }
            Syscall::Sync { fd } => match self.file(*fd)?.kind {
                Kind::Memory(_) | Kind::Host { .. } | Kind::Library(..) | Kind::Directory(_) => Ok(SysResult::Done),
                _ => Err(errno::EINVAL.into()),
            },
            Syscall::Dup { fd, to, inheritable } => Ok(SysResult::Int(self.dup(*fd, *to, *inheritable)? as i64)),
            Syscall::GetBlocking { fd } => Ok(SysResult::Int((self.file(*fd)?.flags & open::NONBLOCK == 0) as i64)),
            Syscall::SetBlocking { fd, blocking } => {
                let f = self.file_mut(*fd)?;
                f.flags = if *blocking { f.flags & !open::NONBLOCK } else { f.flags | open::NONBLOCK };
                Ok(SysResult::Done)
            }
            Syscall::GetInheritable { fd } => {
                self.file(*fd)?;
                Ok(SysResult::Int(self.process.fds[fd].inheritable as i64))
            }
            Syscall::SetInheritable { fd, inheritable } => {
                self.file(*fd)?;
                self.process.fds.get_mut(fd).expect("just found").inheritable = *inheritable;
                Ok(SysResult::Done)
            }
            Syscall::FStat { fd } => self.fstat(*fd, ctx).map(SysResult::Stat),
            Syscall::PathOf { fd } => match &self.file(*fd)?.kind {
                Kind::Directory(path) => Ok(SysResult::Text(path.clone())),
                _ => Err(errno::ENOTDIR.into()),
            },
            Syscall::Pipe { flags } => {
                let p = self.pipes.create();
                let extra = flags & open::NONBLOCK;
                let reader = self.open_file(Kind::PipeReader(p), open::RDONLY | extra);
                let writer = self.open_file(Kind::PipeWriter(p), open::WRONLY | extra);
                Ok(SysResult::Pair(reader as i64, writer as i64))
            }
            // Nothing here is a terminal: the front end shows rich output, and programs should not send it escape codes.
            Syscall::IsATty { fd } => self.file(*fd).map(|_| SysResult::Int(0)),
            _ => Err(Os::not_simulated()),
        }
    }

    fn open(&mut self, path: &str, flags: i32, mode: u32, ctx: &mut Ctx) -> Sys {
        let now = self.clock.wall(ctx.ticks);
        let writes = flags & open::ACCMODE != open::RDONLY;
        let follow = flags & (open::NOFOLLOW | open::EXCL) == 0;
        let walked = self.fs.walk(path, &self.process.cwd, follow, ctx.host)?;
        let place = match walked.found {
            Some(_) if flags & open::CREAT != 0 && flags & open::EXCL != 0 => return Err(errno::EEXIST.into()),
            Some(place) => place,
            None if flags & open::CREAT == 0 => return Err(errno::ENOENT.into()),
            None if walked.folder_wanted => return Err(errno::EISDIR.into()),
            None => self.fs.create(&walked, mode & !self.process.umask & 0o7777, now, ctx.host)?,
        };
        let stat = self.fs.stat(&place, ctx.host)?;
        let is_dir = stat.mode & mode::TYPE == mode::DIR;
        if is_dir && writes {
            return Err(errno::EISDIR.into());
        }
        if !is_dir && (flags & open::DIRECTORY != 0 || walked.folder_wanted) {
            return Err(errno::ENOTDIR.into());
        }
        if stat.mode & mode::TYPE == mode::LINK {
            return Err(errno::ELOOP.into());
        }
        self.fs.permit(&place, &stat, writes, flags & open::ACCMODE != open::WRONLY)?;
        if let Place::Inode(inode) = place
            && let Some(n) = ["stdin", "stdout", "stderr"].iter().position(|name| self.fs.tree.device(inode) == Some(name))
        {
            // What the process has there, be it a pipe or a file.
            return match self.dup(n as i32, None, false) {
                Ok(fd) => Ok(SysResult::Int(fd as i64)),
                Err(_) => Err(errno::ENOENT.into()),
            };
        }
        let kind = self.opened(place, is_dir, walked.path, ctx)?;
        let fd = self.open_file(kind, flags & (open::ACCMODE | open::APPEND | open::NONBLOCK));
        if let Kind::Memory(inode) = self.file(fd)?.kind {
            self.fs.tree.opened(inode);
        }
        if flags & open::TRUNC != 0 && writes && stat.mode & mode::TYPE == mode::FILE {
            self.truncate(fd, 0, ctx)?;
        }
        Ok(SysResult::Int(fd as i64))
    }
    fn opened(&mut self, place: Place, is_dir: bool, path: String, ctx: &mut Ctx) -> Result<Kind, Stop> {
        if is_dir {
            return Ok(Kind::Directory(path));
        }
        Ok(match place {
            Place::Inode(inode) => match self.fs.tree.device(inode) {
                Some("null") => Kind::Null,
                Some("zero") => Kind::Zero,
                Some("urandom" | "random") => Kind::Random,
                Some(_) => return Err(errno::ENXIO.into()),
                None => Kind::Memory(inode),
            },
            Place::Library(p) => {
                let data = self.fs.library.find(&p).ok_or(errno::ENOENT)?;
                Kind::Library(p, Arc::new(data))
            }
            Place::Host { path, .. } => {
                let data = ctx.host.read_file(&path).map_err(|e| Stop::Errno(e.0))?;
                Kind::Host { path, data }
            }
        })
    }

    fn seek(&mut self, fd: i32, offset: i64, whence: i32) -> Sys {
        let f = self.file(fd)?;
        let size = match &f.kind {
            Kind::Memory(inode) => self.fs.tree.contents(*inode).map_or(0, <[u8]>::len),
            Kind::Library(_, data) => data.len(),
            Kind::Host { data, .. } => data.len(),
            Kind::Null | Kind::Zero | Kind::Random => return Ok(SysResult::Int(0)),
            Kind::Directory(_) => 0,
            _ => return Err(errno::ESPIPE.into()),
        };
        let base = match whence {
            0 => 0,
            1 => f.position as i64,
            2 => size as i64,
            _ => return Err(errno::EINVAL.into()),
        };
        let at = base.checked_add(offset).filter(|x| *x >= 0).ok_or(errno::EINVAL)?;
        self.file_mut(fd)?.position = at as u64;
        Ok(SysResult::Int(at))
    }

    fn fstat(&mut self, fd: i32, ctx: &mut Ctx) -> Result<Stat, Stop> {
        let f = self.file(fd)?;
        let other = |mode: u32, inode: u64| Stat { mode, inode, device: 12, links: 1, uid: 1000, gid: 1000, ..Default::default() };
        let place = match &f.kind {
            Kind::Memory(inode) => Place::Inode(*inode),
            Kind::Library(path, _) => Place::Library(path.clone()),
            Kind::Host { path, .. } => Place::Host { path: path.clone(), writable: false },
            Kind::Directory(path) => {
                let path = path.clone();
                return match self.fs.walk(&path, "/", true, ctx.host)?.found {
                    Some(place) => Ok(self.fs.stat(&place, ctx.host)?),
                    None => Err(errno::ENOENT.into()),
                };
            }
            Kind::Null | Kind::Zero | Kind::Random => return Ok(other(mode::CHAR | 0o666, 1 << 40)),
            // Output goes to a pipe of the front end.
            Kind::Stdin { .. } | Kind::Output(_) => return Ok(other(mode::FIFO | 0o600, (1 << 40) + fd as u64)),
            Kind::PipeReader(p) | Kind::PipeWriter(p) => return Ok(other(mode::FIFO | 0o600, (2 << 40) + *p as u64)),
            Kind::Socket(s) => return Ok(other(mode::SOCK | 0o777, (3 << 40) + *s as u64)),
            Kind::Epoll(e) => return Ok(other(0o600, (4 << 40) + *e as u64)),
            Kind::Process(pid) => return Ok(other(0o700, (5 << 40) + *pid as u64)),
        };
        Ok(self.fs.stat(&place, ctx.host)?)
    }
}
