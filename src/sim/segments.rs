//! Shared memory: which segment a file is mapped to. The bytes themselves are with the process that runs
//! ([`crate::vm::Vm::segments`]), so that a buffer over them is plain memory.
use super::process::Kind;
use super::{Ctx, Os, Sys};
use crate::vm::syscall::{SysResult, errno};
use std::collections::BTreeMap;

/// Numbers of the segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segments {
    by_inode: BTreeMap<u64, u64>,
    last: u64,
}

impl Os {
    pub(super) fn map_segment(&mut self, fd: i32, size: usize) -> Sys {
        let (inode, mut data) = match fd {
            -1 => (None, vec![]),
            fd => match &self.file(fd)?.kind {
                Kind::Memory(inode) => (Some(*inode), self.fs.tree.contents(*inode).ok_or(errno::EIO)?.to_vec()),
                Kind::Library(_, data) => (None, data.to_vec()),
                Kind::Host { data, .. } => (None, data.clone()),
                _ => return Err(errno::ENODEV.into()),
            },
        };
        let size = if size == 0 { data.len() } else { size };
        if size == 0 || (fd != -1 && size > data.len()) {
            return Err(errno::EINVAL.into());
        }
        data.resize(size, 0);
        let segments = &mut self.segments;
        let id = match inode.and_then(|i| segments.by_inode.get(&i).copied()) {
            Some(id) => id,
            None => {
                segments.last += 1;
                inode.map(|i| segments.by_inode.insert(i, segments.last));
                segments.last
            }
        };
        Ok(SysResult::Segment(id, data))
    }
    pub(super) fn store_segment(&mut self, segment: u64, data: &[u8], ctx: &Ctx) -> Sys {
        let inode = self.segments.by_inode.iter().find(|(_, id)| **id == segment).map(|(inode, _)| *inode);
        let now = self.clock.wall(ctx.ticks);
        if let Some(file) = inode.and_then(|i| self.fs.tree.contents_mut(i, now)) {
            let k = data.len().min(file.len());
            file[..k].copy_from_slice(&data[..k]);
        }
        Ok(SysResult::Done)
    }
}
