//! Pipes: a bounded queue of bytes between two ends.
use std::collections::{BTreeMap, VecDeque};

/// Bytes a pipe holds, as on Linux.
pub const CAPACITY: usize = 65536;
/// Writes up to this size are taken whole or not at all.
pub const ATOMIC: usize = 4096;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipe {
    pub data: VecDeque<u8>,
    pub reader: bool,
    pub writer: bool,
}

/// All pipes with an open end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipes {
    pub table: BTreeMap<u32, Pipe>,
    last: u32,
}

impl Pipes {
    pub fn create(&mut self) -> u32 {
        self.last += 1;
        self.table.insert(self.last, Pipe { data: VecDeque::new(), reader: true, writer: true });
        self.last
    }
    pub fn close_reader(&mut self, pipe: u32) {
        self.ended(pipe, |p| p.reader = false);
    }
    pub fn close_writer(&mut self, pipe: u32) {
        self.ended(pipe, |p| p.writer = false);
    }
    fn ended(&mut self, pipe: u32, end: impl Fn(&mut Pipe)) {
        if let Some(p) = self.table.get_mut(&pipe) {
            end(p);
            if !p.reader && !p.writer {
                self.table.remove(&pipe);
            }
        }
    }
    /// Bytes that can be read now; None: nothing yet, but there may be. Empty: the end.
    pub fn read(&mut self, pipe: u32, count: usize) -> Option<Vec<u8>> {
        let p = self.table.get_mut(&pipe)?;
        if p.data.is_empty() && p.writer && count > 0 {
            return None;
        }
        let k = count.min(p.data.len());
        Some(p.data.drain(..k).collect())
    }
    /// How many bytes were taken; None when nobody can read any more.
    pub fn write(&mut self, pipe: u32, data: &[u8]) -> Option<usize> {
        let p = self.table.get_mut(&pipe).filter(|p| p.reader)?;
        let room = CAPACITY - p.data.len();
        let k = if data.len() <= ATOMIC && room < data.len() { 0 } else { room.min(data.len()) };
        p.data.extend(&data[..k]);
        Some(k)
    }
}
