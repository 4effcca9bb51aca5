//! The host's side of mounts: file operations on mounted folders and on nothing else.
//!
//! A path is first found under a mount by its text, then resolved on the host; what it resolves to must again lie in a
//! mounted folder, and that folder says whether it may be written. So a symlink may lead from one mount to another,
//! never out of them. Left out: a race with another program of the same user who swaps a folder for a symlink between
//! check and use; whoever can do that has the user's files already.
use pellucid::face::{Errno, HostChange, HostStat, Mount};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

const ENOENT: Errno = Errno(2);
const EACCES: Errno = Errno(13);
const EXDEV: Errno = Errno(18);
const EISDIR: Errno = Errno(21);
const EINVAL: Errno = Errno(22);
const EROFS: Errno = Errno(30);

#[derive(Clone, Debug)]
struct Root {
    /// The path that the program sees.
    shown: PathBuf,
    /// The same folder without symlinks.
    real: PathBuf,
    writable: bool,
}

/// The mounted folders of one session.
#[derive(Clone, Debug, Default)]
pub struct HostFs {
    roots: Vec<Root>,
}

fn errno(e: io::Error) -> Errno {
    // Errors without a number come from std's own checks of a path, such as a NUL in it.
    Errno(e.raw_os_error().unwrap_or(EINVAL.0))
}

/// An absolute path without `.` and `..`, by its text alone.
pub fn normalise(path: &Path) -> PathBuf {
    let mut out = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::ParentDir => drop(out.pop()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => {}
        }
    }
    out
}

impl HostFs {
    /// Mounts whose folder does not exist are left out: every path under them is `ENOENT`.
    pub fn new(mounts: &[Mount]) -> HostFs {
        let root = |m: &Mount| {
            let shown = normalise(Path::new(&m.path));
            Some(Root { real: shown.canonicalize().ok()?, shown, writable: m.writable })
        };
        HostFs { roots: mounts.iter().filter_map(root).collect() }
    }

    /// The host's path of a program's path, by its text.
    fn locate(&self, path: &str) -> Result<PathBuf, Errno> {
        if !path.starts_with('/') {
            return Err(ENOENT);
        }
        let wanted = normalise(Path::new(path));
        let under = |r: &&Root| wanted.starts_with(&r.shown);
        let root = self.roots.iter().filter(under).max_by_key(|r| r.shown.as_os_str().len()).ok_or(ENOENT)?;
        let rest = wanted.strip_prefix(&root.shown).map_err(|_| ENOENT)?;
        Ok(root.real.join(rest))
    }

    /// Whether a resolved path lies in a mounted folder, and if it may be written there. Where two mounts share a
    /// folder, the innermost decides, and of equal ones the writable.
    fn permission(&self, real: &Path) -> Result<bool, Errno> {
        let roots = self.roots.iter().filter(|r| real.starts_with(&r.real));
        roots.max_by_key(|r| (r.real.as_os_str().len(), r.writable)).map(|r| r.writable).ok_or(EACCES)
    }

    /// Resolves a path that exists, symlinks followed.
    fn existing(&self, path: &str) -> Result<(PathBuf, bool), Errno> {
        let real = self.locate(path)?.canonicalize().map_err(errno)?;
        let writable = self.permission(&real)?;
        Ok((real, writable))
    }

    /// Resolves the folder of a path whose last part is to be made, replaced or removed, itself not followed.
    fn entry(&self, path: &str) -> Result<PathBuf, Errno> {
        let place = self.locate(path)?;
        if self.roots.iter().any(|r| r.real == place) {
            // A mount itself cannot be removed or replaced.
            return Err(EROFS);
        }
        let (Some(folder), Some(name)) = (place.parent(), place.file_name()) else { return Err(EINVAL) };
        let folder = folder.canonicalize().map_err(errno)?;
        if !self.permission(&folder)? {
            return Err(EROFS);
        }
        Ok(folder.join(name))
    }

    /// Errors: `ENOENT` outside of the mounts, `EACCES` for what a symlink leads out to and for devices and pipes
    /// (reading those could block the kernel), `EISDIR`.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, Errno> {
        let (real, _) = self.existing(path)?;
        let kind = std::fs::metadata(&real).map_err(errno)?;
        if kind.is_dir() {
            return Err(EISDIR);
        }
        if !kind.is_file() {
            return Err(EACCES);
        }
        std::fs::read(real).map_err(errno)
    }

    /// Makes or replaces a file. Errors: `EROFS` where the mount is read-only, and those of [`HostFs::read_file`].
    pub fn write_file(&self, path: &str, data: &[u8]) -> Result<(), Errno> {
        let target = match self.existing(path) {
            Ok((_, false)) => return Err(EROFS),
            Ok((real, true)) => real,
            Err(ENOENT) => {
                let new = self.entry(path)?;
                // A symlink to nowhere: writing would make its target, wherever that is.
                if new.is_symlink() {
                    return Err(EACCES);
                }
                new
            }
            Err(e) => return Err(e),
        };
        match std::fs::metadata(&target) {
            Ok(kind) if kind.is_dir() => Err(EISDIR),
            Ok(kind) if !kind.is_file() => Err(EACCES),
            _ => std::fs::write(target, data).map_err(errno),
        }
    }

    /// Sorted names; a name that is not UTF-8 is left out, as the program could not say it.
    pub fn list_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
        let (real, _) = self.existing(path)?;
        let entries = std::fs::read_dir(real).map_err(errno)?;
        let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
        names.sort_unstable();
        Ok(names)
    }

    pub fn stat(&self, path: &str) -> Result<HostStat, Errno> {
        let (real, _) = self.existing(path)?;
        let m = std::fs::metadata(real).map_err(errno)?;
        Ok(HostStat {
            is_dir: m.is_dir(),
            size: m.len(),
            mtime_ns: m.mtime().saturating_mul(1_000_000_000).saturating_add(m.mtime_nsec()),
            mode: m.mode(),
            inode: m.ino(),
        })
    }

    /// Errors: `EROFS`, and the host's own; a rename between mounts is the host's business (`EXDEV` if it cannot).
    pub fn change(&self, change: HostChange) -> Result<(), Errno> {
        match change {
            HostChange::MakeDir(path) => std::fs::create_dir(self.entry(&path)?).map_err(errno),
            HostChange::Unlink(path) => std::fs::remove_file(self.entry(&path)?).map_err(errno),
            HostChange::RemoveDir(path) => std::fs::remove_dir(self.entry(&path)?).map_err(errno),
            HostChange::Rename(from, to) => {
                let (from, to) = (self.entry(&from)?, self.entry(&to)?);
                // A moved symlink could point elsewhere than before if it is relative; it is still checked at each use.
                std::fs::rename(from, to).map_err(|e| e.raw_os_error().map_or(EXDEV, Errno))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    /// A folder with `ro/`, `rw/` (mounted) and `secret/` (not), removed at the end.
    struct Tree(PathBuf);

    impl Tree {
        fn new(name: &str) -> (Tree, HostFs) {
            let top = std::env::temp_dir().join(format!("pellucid-host-fs-{}-{name}", std::process::id()));
            let _ = fs::remove_dir_all(&top);
            for d in ["ro", "rw", "secret"] {
                fs::create_dir_all(top.join(d)).unwrap();
                fs::write(top.join(d).join("f"), d).unwrap();
            }
            let mount = |d: &str, writable| Mount { path: top.join(d).to_str().unwrap().into(), writable };
            let fs = HostFs::new(&[mount("ro", false), mount("rw", true), mount("none", true)]);
            (Tree(top), fs)
        }

        fn path(&self, p: &str) -> String {
            format!("{}/{p}", self.0.display())
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn only_what_is_mounted() {
        let (t, f) = Tree::new("mounted");
        assert_eq!(f.read_file(&t.path("ro/f")), Ok(b"ro".to_vec()));
        assert_eq!(f.read_file(&t.path("ro/../secret/f")), Err(ENOENT));
        assert_eq!(f.read_file(&t.path("secret/f")), Err(ENOENT));
        assert_eq!(f.read_file("ro/f"), Err(ENOENT));
        assert_eq!(f.read_file(&t.path("ro")), Err(EISDIR));
        assert_eq!(f.read_file(&t.path("none/f")), Err(ENOENT));
        assert_eq!(f.read_file(&t.path("ro/a\0b")), Err(EINVAL));
        assert_eq!(f.read_file(&t.path("ro2/f")), Err(ENOENT));
        assert_eq!(f.list_dir(&t.path("ro")), Ok(vec!["f".into()]));
        assert_eq!(f.stat(&t.path("ro/f")).unwrap().size, 2);
        assert!(f.stat(&t.path("ro")).unwrap().is_dir);
    }

    #[test]
    fn symlinks_do_not_lead_out() {
        let (t, f) = Tree::new("links");
        symlink(t.path("secret/f"), t.path("rw/out")).unwrap();
        symlink(t.path("secret"), t.path("rw/dir")).unwrap();
        symlink(t.path("ro/f"), t.path("rw/across")).unwrap();
        symlink(t.path("secret/new"), t.path("rw/dangling")).unwrap();
        assert_eq!(f.read_file(&t.path("rw/out")), Err(EACCES));
        assert_eq!(f.read_file(&t.path("rw/dir/f")), Err(EACCES));
        assert_eq!(f.list_dir(&t.path("rw/dir")), Err(EACCES));
        assert_eq!(f.write_file(&t.path("rw/out"), b"x"), Err(EACCES));
        assert_eq!(f.write_file(&t.path("rw/dir/g"), b"x"), Err(EACCES));
        assert_eq!(f.write_file(&t.path("rw/dangling"), b"x"), Err(EACCES));
        assert_eq!(f.read_file(&t.path("rw/across")), Ok(b"ro".to_vec()));
        assert_eq!(f.write_file(&t.path("rw/across"), b"x"), Err(EROFS));
        assert_eq!(f.change(HostChange::Unlink(t.path("rw/dir/f"))), Err(EACCES));
        // The link itself may go.
        assert_eq!(f.change(HostChange::Unlink(t.path("rw/out"))), Ok(()));
        assert_eq!(fs::read(t.path("secret/f")).unwrap(), b"secret");
    }

    #[test]
    fn changes_only_where_writable() {
        let (t, f) = Tree::new("changes");
        assert_eq!(f.write_file(&t.path("ro/f"), b"x"), Err(EROFS));
        assert_eq!(f.write_file(&t.path("ro/new"), b"x"), Err(EROFS));
        assert_eq!(f.change(HostChange::Unlink(t.path("ro/f"))), Err(EROFS));
        assert_eq!(f.change(HostChange::RemoveDir(t.path("rw"))), Err(EROFS));
        assert_eq!(f.write_file(&t.path("rw/new"), b"x"), Ok(()));
        assert_eq!(f.change(HostChange::MakeDir(t.path("rw/d"))), Ok(()));
        assert_eq!(f.change(HostChange::Rename(t.path("rw/new"), t.path("rw/d/moved"))), Ok(()));
        assert_eq!(f.read_file(&t.path("rw/d/moved")), Ok(b"x".to_vec()));
        assert_eq!(f.change(HostChange::Rename(t.path("rw/f"), t.path("ro/f2"))), Err(EROFS));
        assert_eq!(f.change(HostChange::RemoveDir(t.path("rw/d"))), Err(Errno(39)));
        assert_eq!(f.change(HostChange::Unlink(t.path("rw/d/moved"))), Ok(()));
        assert_eq!(f.change(HostChange::RemoveDir(t.path("rw/d"))), Ok(()));
    }
}
