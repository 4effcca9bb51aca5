//! Calls about paths: stat, listing, and every change of the tree.
use super::tree::Node;
use super::{Fs, Place, USER, Walked, mode};
use crate::face::{Host, HostChange};
use crate::sim::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{SysResult, Syscall, errno};

impl Os {
    pub(in crate::sim) fn path_call(&mut self, call: &Syscall, ctx: &mut Ctx) -> Sys {
        let now = self.clock.wall(ctx.ticks);
        let host = &mut *ctx.host;
        let cwd = self.process.cwd.clone();
        let fs = &mut self.fs;
        match call {
            Syscall::GetCwd => return Ok(SysResult::Text(cwd)),
            Syscall::Umask { mask } => {
                let old = std::mem::replace(&mut self.process.umask, mask & 0o777);
                return Ok(SysResult::Int(old as i64));
            }
            Syscall::Stat { path, follow } => {
                let place = fs.find(path, &cwd, *follow, host)?;
                return Ok(SysResult::Stat(fs.stat(&place, host)?));
            }
            Syscall::ListDir { path } => {
                let place = fs.find(path, &cwd, true, host)?;
                return Ok(SysResult::Names(fs.list(&place, host)?));
            }
            Syscall::ScanDir { path } => return fs.scan(path, &cwd, host),
            Syscall::ReadLink { path } => return fs.read_link(path, &cwd, host),
            Syscall::Chdir { path } => {
                let walked = fs.walk(path, &cwd, true, host)?;
                let place = walked.found.ok_or(errno::ENOENT)?;
                if fs.stat(&place, host)?.mode & mode::TYPE != mode::DIR {
                    return Err(errno::ENOTDIR.into());
                }
                self.process.cwd = walked.path;
            }
            Syscall::Access { path, mode } => {
                let place = fs.find(path, &cwd, true, host)?;
                let stat = fs.stat(&place, host)?;
                fs.permit(&place, &stat, mode & 2 != 0, mode & 4 != 0)?;
                if mode & 1 != 0 && stat.mode & 0o111 == 0 {
                    return Err(errno::EACCES.into());
                }
            }
            Syscall::MakeDir { path, mode } => fs.make_dir(path, &cwd, mode & !self.process.umask & 0o1777, now, host)?,
            Syscall::RemoveDir { path } => fs.remove_dir(path, &cwd, now, host)?,
            Syscall::Unlink { path } => fs.unlink(path, &cwd, now, host)?,
            Syscall::Rename { from, to } => fs.rename(from, to, &cwd, now, host)?,
            Syscall::Symlink { target, path } => {
                let folder = fs.free_name(path, &cwd, host)?;
                let (inode, name) = in_memory(&folder)?;
                fs.tree.add(inode, &name, Node::Symlink(target.clone()), 0o777, USER, now)?;
            }
            Syscall::Link { from, to } => {
                let Place::Inode(inode) = fs.find(from, &cwd, false, host)? else { return Err(errno::EXDEV.into()) };
                if fs.tree.entries(inode).is_some() {
                    return Err(errno::EPERM.into());
                }
                let folder = fs.free_name(to, &cwd, host)?;
                let (parent, name) = in_memory(&folder)?;
                fs.tree.link(parent, &name, inode, now)?;
            }
            Syscall::Chmod { path, mode } => {
                if let Some(inode) = fs.owned_inode(path, &cwd, host)? {
                    fs.tree.set_mode(inode, *mode, now);
                }
            }
            Syscall::Utime { path, atime_ns, mtime_ns } => {
                if let Some(inode) = fs.owned_inode(path, &cwd, host)? {
                    fs.tree.set_times(inode, *atime_ns, *mtime_ns, now);
                }
            }
            _ => return Err(Os::not_simulated()),
        }
        Ok(SysResult::Done)
    }
}

/// The folder in memory that a change is to go to.
fn in_memory(at: &Walked) -> Result<(u64, String), Stop> {
    match &at.parent {
        Place::Inode(inode) => Ok((*inode, at.name.clone())),
        _ => Err(errno::EPERM.into()),
    }
}

impl Fs {
    /// Names in a folder, sorted.
    pub fn list(&self, place: &Place, host: &mut dyn Host) -> Result<Vec<String>, i32> {
        match place {
            Place::Inode(inode) => {
                let entries = self.tree.entries(*inode).ok_or(errno::ENOTDIR)?;
                self.permit(place, &self.tree.stat(*inode), false, true)?;
                Ok(entries.keys().cloned().collect())
            }
            Place::Library(path) => self.library.list(path).ok_or(errno::ENOTDIR),
            Place::Host { path, .. } => host.list_dir(path).map_err(|e| e.0),
        }
    }
    fn scan(&self, path: &str, cwd: &str, host: &mut dyn Host) -> Sys {
        let folder = self.find(path, cwd, true, host)?;
        let mut out = Vec::new();
        for name in self.list(&folder, host)? {
            if let Some(place) = self.child(&folder, &name, host)? {
                let stat = self.stat(&place, host)?;
                out.push((name, stat.mode, stat.inode));
            }
        }
        Ok(SysResult::Entries(out))
    }
    fn read_link(&self, path: &str, cwd: &str, host: &mut dyn Host) -> Sys {
        match self.find(path, cwd, false, host)? {
            Place::Inode(inode) => match &self.tree.get(inode).node {
                Node::Symlink(target) => Ok(SysResult::Text(target.clone())),
                _ => Err(errno::EINVAL.into()),
            },
            _ => Err(errno::EINVAL.into()),
        }
    }
    /// The user's own inode at a path: for chmod and utime. None in a writable mount, which keeps modes and times as they are
    /// without a word, like Linux's vfat with `quiet`: `shutil.copy` goes on.
    fn owned_inode(&self, path: &str, cwd: &str, host: &mut dyn Host) -> Result<Option<u64>, i32> {
        let place = self.find(path, cwd, true, host)?;
        match &place {
            Place::Inode(inode) if self.tree.get(*inode).uid == USER => Ok(Some(*inode)),
            Place::Inode(_) => Err(errno::EPERM),
            Place::Host { .. } => self.permit_change(&place, host).map(|()| None),
            Place::Library(_) => Err(errno::EROFS),
        }
    }
    /// A place where something new may be made.
    fn free_name(&self, path: &str, cwd: &str, host: &mut dyn Host) -> Result<Walked, i32> {
        let walked = self.walk(path, cwd, false, host)?;
        if walked.found.is_some() {
            return Err(errno::EEXIST);
        }
        self.permit_change(&walked.parent, host)?;
        Ok(walked)
    }
    pub(in crate::sim) fn make_socket(&mut self, path: &str, cwd: &str, now: i64, host: &mut dyn Host) -> Result<(), i32> {
        let at = self.free_name(path, cwd, host)?;
        let Place::Inode(folder) = at.parent else { return Err(errno::EPERM) };
        self.tree.add(folder, &at.name, Node::Socket, 0o755, USER, now).map(|_| ())
    }
    fn make_dir(&mut self, path: &str, cwd: &str, mode: u32, now: i64, host: &mut dyn Host) -> Result<(), i32> {
        let at = self.free_name(path, cwd, host)?;
        match &at.parent {
            Place::Inode(folder) => {
                self.tree.add(*folder, &at.name, Node::Folder(Default::default()), mode, USER, now).map(|_| ())
            }
            Place::Library(_) => Err(errno::EROFS),
            Place::Host { path, .. } => Fs::change_host(HostChange::MakeDir(format!("{path}/{}", at.name)), host),
        }
    }
    fn remove_dir(&mut self, path: &str, cwd: &str, now: i64, host: &mut dyn Host) -> Result<(), i32> {
        let last = path.trim_end_matches('/').rsplit('/').next();
        if last == Some(".") {
            return Err(errno::EINVAL);
        }
        let at = self.walk(path, cwd, false, host)?;
        let place = at.found.clone().ok_or(errno::ENOENT)?;
        if self.stat(&place, host)?.mode & mode::TYPE != mode::DIR {
            return Err(errno::ENOTDIR);
        }
        self.permit_change(&at.parent, host)?;
        if !self.list(&place, host)?.is_empty() {
            return Err(errno::ENOTEMPTY);
        }
        match (&at.parent, place) {
            (Place::Inode(folder), Place::Inode(_)) => self.tree.remove(*folder, &at.name, now),
            (Place::Host { .. }, Place::Host { path, .. }) => Fs::change_host(HostChange::RemoveDir(path), host),
            _ => Err(errno::EBUSY),
        }
    }
    fn unlink(&mut self, path: &str, cwd: &str, now: i64, host: &mut dyn Host) -> Result<(), i32> {
        let at = self.walk(path, cwd, false, host)?;
        let place = at.found.clone().ok_or(errno::ENOENT)?;
        if self.stat(&place, host)?.mode & mode::TYPE == mode::DIR {
            return Err(errno::EISDIR);
        }
        self.permit_change(&at.parent, host)?;
        match (&at.parent, place) {
            (Place::Inode(folder), Place::Inode(_)) => self.tree.remove(*folder, &at.name, now),
            (Place::Host { .. }, Place::Host { path, .. }) => Fs::change_host(HostChange::Unlink(path), host),
            _ => Err(errno::EROFS),
        }
    }
    fn rename(&mut self, from: &str, to: &str, cwd: &str, now: i64, host: &mut dyn Host) -> Result<(), i32> {
        let source = self.walk(from, cwd, false, host)?;
        let place = source.found.clone().ok_or(errno::ENOENT)?;
        let target = self.walk(to, cwd, false, host)?;
        self.permit_change(&source.parent, host)?;
        self.permit_change(&target.parent, host)?;
        let is_dir = self.stat(&place, host)?.mode & mode::TYPE == mode::DIR;
        if is_dir && (target.path.clone() + "/").starts_with(&(source.path.clone() + "/")) && target.path != source.path {
            return Err(errno::EINVAL);
        }
        if let Some(old) = &target.found {
            if *old == place {
                return Ok(());
            }
            let old_is_dir = self.stat(old, host)?.mode & mode::TYPE == mode::DIR;
            match (is_dir, old_is_dir) {
                (true, false) => return Err(errno::ENOTDIR),
                (false, true) => return Err(errno::EISDIR),
                (true, true) if !self.list(old, host)?.is_empty() => return Err(errno::ENOTEMPTY),
                _ => {}
            }
        }
        match (&source.parent, &target.parent, place) {
            (Place::Inode(a), Place::Inode(b), Place::Inode(_)) => {
                self.tree.rename((*a, &source.name), (*b, &target.name), now)
            }
            (Place::Host { .. }, Place::Host { path: folder, .. }, Place::Host { path, .. }) => {
                Fs::change_host(HostChange::Rename(path, format!("{folder}/{}", target.name)), host)
            }
            _ => Err(errno::EXDEV),
        }
    }
}
