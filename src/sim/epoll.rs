//! `epoll`: an interest set that is kept between calls, and a ready list that changes of its members fill.
//! Level-triggered: who is still ready stays on the list. Edge-triggered (EPOLLET): once for each change.
use super::poll::ALWAYS;
use super::process::Kind;
use super::threads::Source;
use super::{Os, Stop, Sys};
use crate::vm::syscall::{SysResult, errno, open, poll};
use std::collections::{BTreeMap, VecDeque};

/// A descriptor and the open file that it was when it was registered.
pub type Key = (i32, u32);

/// One member of an interest set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    pub events: u32,
    /// EPOLLONESHOT: it was reported and waits to be armed again.
    pub disarmed: bool,
    /// Its number on the ready list, while it is on it.
    pub listed: Option<u64>,
    source: Option<Source>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Epoll {
    pub watched: BTreeMap<Key, Watch>,
    /// Members that have changed, in order; whether they are ready is looked at when somebody asks.
    pub ready: VecDeque<(Key, u64)>,
    /// The last number given out: an entry with another number than its member's is void.
    last: u64,
}

impl Epoll {
    /// Members on the ready list, in its order.
    pub fn listed(&self) -> impl Iterator<Item = (&Key, &Watch)> {
        self.ready.iter().filter_map(|(key, number)| Some((key, self.watched.get(key).filter(|w| w.listed == Some(*number))?)))
    }
}

/// All pollers, and who is told of what.
#[derive(Clone, Debug, Default)]
pub struct Epolls {
    pub table: BTreeMap<u32, Epoll>,
    told: BTreeMap<Source, Vec<(u32, Key)>>,
    last: u32,
}

impl Epolls {
    fn list(&mut self, epoll: u32, key: Key) -> bool {
        let Some(e) = self.table.get_mut(&epoll) else { return false };
        match e.watched.get_mut(&key) {
            Some(w) if w.listed.is_none() && !w.disarmed => {
                e.last += 1;
                w.listed = Some(e.last);
                e.ready.push_back((key, e.last));
                true
            }
            _ => false,
        }
    }
    fn forget(&mut self, epoll: u32, key: Key) {
        let Some(e) = self.table.get_mut(&epoll) else { return };
        let Some(watch) = e.watched.remove(&key) else { return };
        self.unhook(watch.source, epoll, key);
    }
    fn unhook(&mut self, source: Option<Source>, epoll: u32, key: Key) {
        let Some(source) = source else { return };
        if let Some(list) = self.told.get_mut(&source) {
            list.retain(|x| *x != (epoll, key));
            if list.is_empty() {
                self.told.remove(&source);
            }
        }
    }
}

impl Os {
    pub(super) fn epoll_create(&mut self) -> i32 {
        self.epolls.last += 1;
        let e = self.epolls.last;
        self.epolls.table.insert(e, Epoll::default());
        self.open_file(Kind::Epoll(e), open::RDWR)
    }
    fn epoll_of(&self, fd: i32) -> Result<u32, Stop> {
        match self.file(fd)?.kind {
            Kind::Epoll(e) => Ok(e),
            _ => Err(errno::EINVAL.into()),
        }
    }
    /// What a member is ready for of what it is watched for.
    pub fn watch_is_ready(&self, key: Key, watch: &Watch) -> u32 {
        let now = self.table.get(key.1).map_or(0, |f| self.ready_for(f));
        if watch.disarmed { 0 } else { now & (watch.events | ALWAYS) & !poll::NVAL }
    }
    pub(super) fn epoll_is_ready(&self, e: u32) -> bool {
        let Some(e) = self.epolls.table.get(&e) else { return false };
        e.listed().any(|(k, w)| self.watch_is_ready(*k, w) != 0)
    }
    /// Members that are ready, at most `max`; those that stay ready go to the end of the list, so that all get their turn.
    pub(super) fn epoll_wait(&mut self, fd: i32, max: usize) -> Result<Vec<(i32, u32)>, Stop> {
        let id = self.epoll_of(fd)?;
        let Some(e) = self.epolls.table.get_mut(&id) else { return Ok(vec![]) };
        let list = std::mem::take(&mut e.ready);
        let (mut out, mut kept, mut again) = (Vec::new(), VecDeque::new(), VecDeque::new());
        for (key, number) in list {
            if out.len() >= max {
                kept.push_back((key, number));
                continue;
            }
            if self.epolls.table[&id].watched.get(&key).is_none_or(|w| w.listed != Some(number)) {
                continue;
            }
            let found = self.epolls.table[&id].watched.get(&key).map_or(0, |w| self.watch_is_ready(key, w));
            let Some(w) = self.epolls.table.get_mut(&id).and_then(|e| e.watched.get_mut(&key)) else { continue };
            if found != 0 {
                out.push((key.0, found));
            }
            if found != 0 && w.events & poll::ONESHOT != 0 {
                (w.disarmed, w.listed) = (true, None);
            } else if found != 0 && w.events & poll::ET == 0 {
                again.push_back((key, number));
            } else {
                w.listed = None;
            }
        }
        kept.append(&mut again);
        self.epolls.table.get_mut(&id).expect("just seen").ready = kept;
        Ok(out)
    }
    pub(super) fn epoll_control(&mut self, epoll: i32, op: i32, fd: i32, events: u32) -> Sys {
        let target = self.file(fd)?;
        if fd == epoll {
            return Err(errno::EINVAL.into());
        }
        let (source, fixed) = (Os::source_of(&target.kind), matches!(target.kind, Kind::Memory(_) | Kind::Library(..) | Kind::Host { .. } | Kind::Directory(_)));
        if fixed {
            return Err(errno::EPERM.into());
        }
        let key = (fd, self.process.fds[&fd].file);
        let id = self.epoll_of(epoll)?;
        let known = self.epolls.table.get(&id).is_some_and(|e| e.watched.contains_key(&key));
        match (op, known) {
            (1, true) => return Err(errno::EEXIST.into()),
            (2 | 3, false) => return Err(errno::ENOENT.into()),
            (2, true) => {
                self.epolls.forget(id, key);
                return Ok(SysResult::Done);
            }
            (1 | 3, _) => {}
            _ => return Err(errno::EINVAL.into()),
        }
        let e = self.epolls.table.get_mut(&id).expect("an open poller is in the table");
        match e.watched.get_mut(&key) {
            Some(w) => (w.events, w.disarmed) = (events, false),
            None => {
                e.watched.insert(key, Watch { events, disarmed: false, listed: None, source });
                if let Some(source) = source {
                    self.epolls.told.entry(source).or_default().push((id, key));
                }
            }
        }
        let ready = self.epolls.table.get(&id).and_then(|e| e.watched.get(&key)).is_some_and(|w| self.watch_is_ready(key, w) != 0);
        if ready && self.epolls.list(id, key) {
            self.changed.push((Source::Epoll(id), poll::IN));
        }
        Ok(SysResult::Done)
    }
    /// A change of a source puts the members that watch for it on their ready lists.
    pub(super) fn tell_pollers(&mut self, source: Source, how: u32) {
        let Some(list) = self.epolls.told.get(&source) else { return };
        for (epoll, key) in list.clone() {
            let wanted = self.epolls.table.get(&epoll).and_then(|e| e.watched.get(&key)).is_some_and(|w| (w.events | ALWAYS) & how != 0);
            if wanted && self.epolls.list(epoll, key) {
                self.changed.push((Source::Epoll(epoll), poll::IN));
            }
        }
    }
    /// An open file is gone: no poller watches it any more.
    pub(super) fn forget_watched(&mut self, source: Source, file: u32) {
        let Some(list) = self.epolls.told.get(&source) else { return };
        for (epoll, key) in list.clone() {
            if key.1 == file {
                self.epolls.forget(epoll, key);
            }
        }
    }
    /// A poller is closed.
    pub(super) fn forget_epoll(&mut self, e: u32) {
        let Some(gone) = self.epolls.table.remove(&e) else { return };
        for (key, watch) in gone.watched {
            self.epolls.unhook(watch.source, e, key);
        }
    }
}
