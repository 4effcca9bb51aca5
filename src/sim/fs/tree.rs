//! The inode tree in memory.
use super::mode;
use crate::vm::syscall::{Stat, errno};
use std::collections::BTreeMap;

/// What an inode is.
#[derive(Clone, Debug)]
pub enum Node {
    File(Vec<u8>),
    /// Name to inode, in name order.
    Folder(BTreeMap<String, u64>),
    Symlink(String),
    Device(&'static str),
    /// The name of a socket of the Unix domain.
    Socket,
    /// Root of the library's folder.
    Library,
    /// Root of a mount: the host's path.
    Mount { path: String, writable: bool },
}

#[derive(Clone, Debug)]
pub struct Inode {
    pub node: Node,
    /// Permission bits.
    pub mode: u32,
    pub uid: u32,
    pub links: u32,
    /// Open files that hold it.
    pub opens: u32,
    pub atime: i64,
    pub mtime: i64,
    pub ctime: i64,
}

/// All inodes; 1 is the root.
#[derive(Clone, Debug)]
pub struct Tree {
    pub inodes: BTreeMap<u64, Inode>,
    last: u64,
}

pub const ROOT: u64 = 1;

impl Default for Tree {
    fn default() -> Tree {
        let mut t = Tree { inodes: BTreeMap::new(), last: 0 };
        t.new_inode(Node::Folder(BTreeMap::new()), 0o755, 0, crate::sim::clock::EPOCH_NS);
        t
    }
}

impl Tree {
    fn new_inode(&mut self, node: Node, mode: u32, uid: u32, now: i64) -> u64 {
        self.last += 1;
        let links = if matches!(node, Node::Folder(_) | Node::Library | Node::Mount { .. }) { 2 } else { 1 };
        self.inodes.insert(self.last, Inode { node, mode, uid, links, opens: 0, atime: now, mtime: now, ctime: now });
        self.last
    }
    pub fn get(&self, inode: u64) -> &Inode {
        &self.inodes[&inode]
    }
    fn get_mut(&mut self, inode: u64) -> &mut Inode {
        self.inodes.get_mut(&inode).expect("a place names a live inode")
    }
    pub fn entries(&self, folder: u64) -> Option<&BTreeMap<String, u64>> {
        match &self.inodes.get(&folder)?.node {
            Node::Folder(e) => Some(e),
            _ => None,
        }
    }
    fn entries_mut(&mut self, folder: u64) -> Option<&mut BTreeMap<String, u64>> {
        match &mut self.get_mut(folder).node {
            Node::Folder(e) => Some(e),
            _ => None,
        }
    }
    pub fn contents(&self, inode: u64) -> Option<&[u8]> {
        match &self.inodes.get(&inode)?.node {
            Node::File(data) => Some(data),
            _ => None,
        }
    }
    /// A file's bytes, to be changed at `now`.
    pub fn contents_mut(&mut self, inode: u64, now: i64) -> Option<&mut Vec<u8>> {
        let i = self.inodes.get_mut(&inode)?;
        (i.mtime, i.ctime) = (now, now);
        match &mut i.node {
            Node::File(data) => Some(data),
            _ => None,
        }
    }
    pub fn device(&self, inode: u64) -> Option<&'static str> {
        match self.inodes.get(&inode)?.node {
            Node::Device(name) => Some(name),
            _ => None,
        }
    }
    /// Adds a fresh inode under a name that is free.
    pub fn add(&mut self, folder: u64, name: &str, node: Node, mode: u32, uid: u32, now: i64) -> Result<u64, i32> {
        let is_folder = matches!(node, Node::Folder(_));
        let inode = self.new_inode(node, mode, uid, now);
        self.entries_mut(folder).ok_or(errno::ENOTDIR)?.insert(name.into(), inode);
        self.touch(folder, now);
        self.get_mut(folder).links += is_folder as u32;
        Ok(inode)
    }
    /// Another name for an inode.
    pub fn link(&mut self, folder: u64, name: &str, inode: u64, now: i64) -> Result<(), i32> {
        self.entries_mut(folder).ok_or(errno::ENOTDIR)?.insert(name.into(), inode);
        let i = self.get_mut(inode);
        i.links += 1;
        i.ctime = now;
        self.touch(folder, now);
        Ok(())
    }
    fn touch(&mut self, inode: u64, now: i64) {
        let i = self.get_mut(inode);
        (i.mtime, i.ctime) = (now, now);
    }
    /// Takes a name away; the inode lives on while it has other names or is open.
    pub fn remove(&mut self, folder: u64, name: &str, now: i64) -> Result<(), i32> {
        let inode = self.entries_mut(folder).ok_or(errno::ENOTDIR)?.remove(name).ok_or(errno::ENOENT)?;
        self.touch(folder, now);
        let i = self.get_mut(inode);
        let is_folder = matches!(i.node, Node::Folder(_));
        i.links = if is_folder { 0 } else { i.links - 1 };
        i.ctime = now;
        if is_folder {
            self.get_mut(folder).links -= 1;
        }
        self.reap(inode);
        Ok(())
    }
    /// Moves a name, replacing what was there.
    pub fn rename(&mut self, from: (u64, &str), to: (u64, &str), now: i64) -> Result<(), i32> {
        let inode = *self.entries(from.0).and_then(|e| e.get(from.1)).ok_or(errno::ENOENT)?;
        if self.entries(to.0).is_some_and(|e| e.contains_key(to.1)) {
            self.remove(to.0, to.1, now)?;
        }
        self.entries_mut(from.0).ok_or(errno::ENOTDIR)?.remove(from.1);
        self.entries_mut(to.0).ok_or(errno::ENOTDIR)?.insert(to.1.into(), inode);
        if self.entries(inode).is_some() {
            self.get_mut(from.0).links -= 1;
            self.get_mut(to.0).links += 1;
        }
        self.touch(from.0, now);
        self.touch(to.0, now);
        Ok(())
    }
    pub fn opened(&mut self, inode: u64) {
        self.get_mut(inode).opens += 1;
    }
    pub fn closed(&mut self, inode: u64) {
        self.get_mut(inode).opens -= 1;
        self.reap(inode);
    }
    fn reap(&mut self, inode: u64) {
        let i = self.get(inode);
        if i.links == 0 && i.opens == 0 {
            self.inodes.remove(&inode);
        }
    }
    pub fn set_mode(&mut self, inode: u64, mode: u32, now: i64) {
        let i = self.get_mut(inode);
        i.mode = mode & 0o7777;
        i.ctime = now;
    }
    pub fn set_times(&mut self, inode: u64, atime: i64, mtime: i64, now: i64) {
        let i = self.get_mut(inode);
        (i.atime, i.mtime, i.ctime) = (atime, mtime, now);
    }
    pub fn stat(&self, inode: u64) -> Stat {
        let i = self.get(inode);
        let (kind, size) = match &i.node {
            Node::File(data) => (mode::FILE, data.len()),
            Node::Folder(_) | Node::Library | Node::Mount { .. } => (mode::DIR, 4096),
            Node::Symlink(target) => (mode::LINK, target.len()),
            Node::Device(_) => (mode::CHAR, 0),
            Node::Socket => (mode::SOCK, 0),
        };
        Stat {
            mode: kind | i.mode,
            inode,
            device: 1,
            links: i.links,
            uid: i.uid,
            gid: i.uid,
            size: size as u64,
            atime_ns: i.atime,
            mtime_ns: i.mtime,
            ctime_ns: i.ctime,
        }
    }
}
