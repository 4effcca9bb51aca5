//! The simulated file tree: in memory, with the standard library's sources read-only under it and the host's mounts at
//! their own paths. Paths are resolved here, component by component (POSIX 4.16), symbolic links included.
mod calls;
pub mod tree;

use super::clock::EPOCH_NS;
use crate::face::{Errno, Host, HostChange};
use crate::vm::syscall::{Stat, errno};
use std::collections::VecDeque;
use std::sync::Arc;
use tree::{Node, ROOT, Tree};

/// Bits of `st_mode`.
pub mod mode {
    pub const TYPE: u32 = 0o170000;
    pub const FILE: u32 = 0o100000;
    pub const DIR: u32 = 0o040000;
    pub const LINK: u32 = 0o120000;
    pub const CHAR: u32 = 0o020000;
    pub const FIFO: u32 = 0o010000;
    pub const SOCK: u32 = 0o140000;
}

/// Who the program is.
pub const USER: u32 = 1000;
/// Where the standard library's sources appear.
pub const LIBRARY_ROOT: &str = "/usr/lib/python3.14";
const MAX_LINKS: usize = 40;
const NAME_MAX: usize = 255;
const PATH_MAX: usize = 4096;

/// The standard library's sources. Paths are relative to its root (`json/decoder.py`); the root itself is "".
pub trait Library: Send + Sync {
    /// Contents of a file.
    fn find(&self, path: &str) -> Option<Vec<u8>>;
    /// Names in a folder, sorted; None when it is no folder.
    fn list(&self, path: &str) -> Option<Vec<String>>;
}

/// A library without files.
pub struct NoLibrary;
impl Library for NoLibrary {
    fn find(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
    fn list(&self, path: &str) -> Option<Vec<String>> {
        path.is_empty().then(Vec::new)
    }
}

/// An existing thing in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Inode(u64),
    /// Path in the library.
    Library(String),
    Host {
        path: String,
        writable: bool,
    },
}

/// The end of a walk along a path.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The folder of the last component.
    pub parent: Place,
    /// The last component; empty for the root.
    pub name: String,
    pub found: Option<Place>,
    /// Absolute, without links, `.` and `..`.
    pub path: String,
    /// The path ended in a slash.
    pub folder_wanted: bool,
}

/// The file tree of a system.
#[derive(Clone)]
pub struct Fs {
    pub tree: Tree,
    pub library: Arc<dyn Library>,
}

impl Fs {
    pub fn new(library: Arc<dyn Library>) -> Fs {
        let mut fs = Fs { tree: Tree::default(), library };
        for (path, mode, uid) in [
            ("/home", 0o755, 0),
            ("/home/student", 0o755, USER),
            ("/tmp", 0o1777, 0),
            // Where `tempfile` finds room when a program lies in the host's /tmp, which is shown read-only then.
            ("/var/tmp", 0o1777, 0),
            ("/usr", 0o755, 0),
            ("/usr/bin", 0o755, 0),
            ("/usr/lib", 0o755, 0),
            ("/dev", 0o755, 0),
            ("/dev/shm", 0o1777, 0),
            ("/etc", 0o755, 0),
        ] {
            fs.make_folders(path, mode, uid);
        }
        let (folder, name) = LIBRARY_ROOT.rsplit_once('/').expect("an absolute path");
        let folder = fs.make_folders(folder, 0o755, 0);
        fs.add(folder, name, Node::Library, 0o555);
        let bin = fs.make_folders("/usr/bin", 0o755, 0);
        let text = "This is the machine itself. It is no file that could be run from within.\n";
        fs.add(bin, "pellucid", Node::File(text.into()), 0o755);
        let dev = fs.make_folders("/dev", 0o755, 0);
        for name in ["null", "zero", "random", "urandom", "stdin", "stdout", "stderr"] {
            fs.add(dev, name, Node::Device(name), 0o666);
        }
        let etc = fs.make_folders("/etc", 0o755, 0);
        let text = "root:x:0:0:root:/root:/bin/sh\nstudent:x:1000:1000:Student:/home/student:/bin/sh\n";
        fs.add(etc, "passwd", Node::File(text.into()), 0o644);
        fs
    }
    fn add(&mut self, folder: u64, name: &str, node: Node, mode: u32) -> u64 {
        self.tree.add(folder, name, node, mode, 0, EPOCH_NS).expect("a folder of the fresh tree")
    }
    /// The folder at an absolute path in memory, made with its parents where missing.
    fn make_folders(&mut self, path: &str, mode: u32, uid: u32) -> u64 {
        let mut at = ROOT;
        for name in path.split('/').filter(|s| !s.is_empty()) {
            at = match self.tree.entries(at).and_then(|e| e.get(name)) {
                Some(inode) => *inode,
                None => {
                    let folder = Node::Folder(Default::default());
                    self.tree.add(at, name, folder, mode, uid, EPOCH_NS).expect("the path leads through folders")
                }
            };
        }
        at
    }
    /// Shows a folder of the host at its own path.
    pub fn mount(&mut self, path: &str, writable: bool) {
        let path = path.trim_end_matches('/');
        let Some((folder, name)) = path.rsplit_once('/') else { return };
        if name.is_empty() {
            return;
        }
        let folder = self.make_folders(folder, 0o755, 0);
        let node = Node::Mount { path: path.to_owned(), writable };
        let _ = self.tree.add(folder, name, node, if writable { 0o755 } else { 0o555 }, USER, EPOCH_NS);
    }

    fn place_of(&self, inode: u64) -> Place {
        match &self.tree.get(inode).node {
            Node::Library => Place::Library(String::new()),
            Node::Mount { path, writable } => Place::Host { path: path.clone(), writable: *writable },
            _ => Place::Inode(inode),
        }
    }
    /// An entry of a folder.
    fn child(&self, folder: &Place, name: &str, host: &mut dyn Host) -> Result<Option<Place>, i32> {
        match folder {
            Place::Inode(inode) => match self.tree.entries(*inode) {
                Some(entries) => Ok(entries.get(name).map(|i| self.place_of(*i))),
                None => Err(errno::ENOTDIR),
            },
            Place::Library(at) => {
                let path = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
                if self.library.list(&path).is_some() || self.library.find(&path).is_some() {
                    return Ok(Some(Place::Library(path)));
                }
                if self.library.list(at).is_none() { Err(errno::ENOTDIR) } else { Ok(None) }
            }
            Place::Host { path, writable } => {
                let path = format!("{path}/{name}");
                match host.stat(&path) {
                    Ok(_) => Ok(Some(Place::Host { path, writable: *writable })),
                    Err(Errno(errno::ENOENT)) => Ok(None),
                    Err(Errno(e)) => Err(e),
                }
            }
        }
    }
    /// Walks a path; ENOENT when a folder on the way is missing. A missing last component is `found: None`.
    pub fn walk(&self, path: &str, cwd: &str, follow: bool, host: &mut dyn Host) -> Result<Walked, i32> {
        if path.is_empty() {
            return Err(errno::ENOENT);
        }
        if path.len() > PATH_MAX {
            return Err(errno::ENAMETOOLONG);
        }
        let whole = if path.starts_with('/') { path.to_owned() } else { format!("{cwd}/{path}") };
        let folder_wanted = path.ends_with('/');
        let mut todo: VecDeque<String> = split(&whole).collect();
        let mut trail: Vec<(String, Place)> = vec![(String::new(), Place::Inode(ROOT))];
        let mut links = 0;
        while let Some(name) = todo.pop_front() {
            if name == ".." {
                trail.truncate(trail.len().saturating_sub(1).max(1));
                continue;
            }
            if name.len() > NAME_MAX {
                return Err(errno::ENAMETOOLONG);
            }
            let here = trail.last().expect("the root stays").1.clone();
            let last = todo.is_empty();
            let Some(place) = self.child(&here, &name, host)? else {
                if last {
                    let path = join(&trail, &name);
                    return Ok(Walked { parent: here, name, found: None, path, folder_wanted });
                }
                return Err(errno::ENOENT);
            };
            if let Place::Inode(inode) = place
                && let Node::Symlink(target) = &self.tree.get(inode).node
                && (follow || !last || folder_wanted)
            {
                links += 1;
                if links > MAX_LINKS {
                    return Err(errno::ELOOP);
                }
                if target.starts_with('/') {
                    trail.truncate(1);
                }
                split(target).rev().for_each(|s| todo.push_front(s));
                continue;
            }
            trail.push((name, place));
        }
        let (name, found) = trail.pop().expect("the root stays");
        let parent = trail.last().map_or(Place::Inode(ROOT), |x| x.1.clone());
        let path = if trail.is_empty() { "/".into() } else { join(&trail, &name) };
        Ok(Walked { parent, name, found: Some(found), path, folder_wanted })
    }
    /// The existing thing at a path.
    pub fn find(&self, path: &str, cwd: &str, follow: bool, host: &mut dyn Host) -> Result<Place, i32> {
        let walked = self.walk(path, cwd, follow, host)?;
        let place = walked.found.ok_or(errno::ENOENT)?;
        if walked.folder_wanted && self.stat(&place, host)?.mode & mode::TYPE != mode::DIR {
            return Err(errno::ENOTDIR);
        }
        Ok(place)
    }
    pub fn stat(&self, place: &Place, host: &mut dyn Host) -> Result<Stat, i32> {
        match place {
            Place::Inode(inode) => Ok(self.tree.stat(*inode)),
            Place::Library(path) => {
                let (kind, size) = match self.library.list(path) {
                    Some(_) => (mode::DIR | 0o555, 4096),
                    None => (mode::FILE | 0o444, self.library.find(path).ok_or(errno::ENOENT)?.len()),
                };
                let inode = (1 << 48) | (crate::objects::str::hash_bytes(path.as_bytes()) as u64 >> 16);
                let (t, links) = (EPOCH_NS, 1);
                let times = Stat { atime_ns: t, mtime_ns: t, ctime_ns: t, ..Default::default() };
                Ok(Stat { mode: kind, inode, device: 2, links, size: size as u64, ..times })
            }
            Place::Host { path, .. } => {
                let s = host.stat(path).map_err(|e| e.0)?;
                let kind = if s.is_dir { mode::DIR } else { mode::FILE };
                Ok(Stat {
                    mode: kind | s.mode & 0o7777,
                    inode: s.inode,
                    device: 3,
                    links: 1,
                    uid: USER,
                    gid: USER,
                    size: s.size,
                    atime_ns: s.mtime_ns,
                    mtime_ns: s.mtime_ns,
                    ctime_ns: s.mtime_ns,
                })
            }
        }
    }
    /// EACCES or EROFS when the user may not read or write there.
    pub fn permit(&self, place: &Place, stat: &Stat, write: bool, read: bool) -> Result<(), i32> {
        match place {
            Place::Library(_) if write => return Err(errno::EROFS),
            Place::Host { writable: false, .. } if write => return Err(errno::EROFS),
            Place::Library(_) | Place::Host { .. } => return Ok(()),
            Place::Inode(_) => {}
        }
        let bits = if stat.uid == USER { stat.mode >> 6 } else { stat.mode };
        if (write && bits & 2 == 0) || (read && bits & 4 == 0) { Err(errno::EACCES) } else { Ok(()) }
    }
    /// Whether entries of a folder may be added or removed.
    pub fn permit_change(&self, folder: &Place, host: &mut dyn Host) -> Result<(), i32> {
        let stat = self.stat(folder, host)?;
        self.permit(folder, &stat, true, false)
    }
    /// A new empty file where a walk found nothing.
    pub fn create(&mut self, at: &Walked, mode: u32, now: i64, host: &mut dyn Host) -> Result<Place, i32> {
        self.permit_change(&at.parent, host)?;
        match &at.parent {
            Place::Inode(folder) => Ok(Place::Inode(self.tree.add(*folder, &at.name, Node::File(vec![]), mode, USER, now)?)),
            Place::Library(_) => Err(errno::EROFS),
            Place::Host { path, writable } => {
                let path = format!("{path}/{}", at.name);
                host.write_file(&path, &[]).map_err(|e| e.0)?;
                Ok(Place::Host { path, writable: *writable })
            }
        }
    }
    /// A change under a mount.
    pub(super) fn change_host(change: HostChange, host: &mut dyn Host) -> Result<(), i32> {
        host.change(change).map_err(|e| e.0)
    }
}

fn split(path: &str) -> impl DoubleEndedIterator<Item = String> + '_ {
    path.split('/').filter(|s| !s.is_empty() && *s != ".").map(str::to_owned)
}

fn join(trail: &[(String, Place)], name: &str) -> String {
    let mut out: String = trail.iter().skip(1).map(|(n, _)| format!("/{n}")).collect();
    out.push('/');
    out.push_str(name);
    out
}
