//! Semaphores that processes share (`sem_open`): a count, and who waits for it to rise, in order.
use super::threads::{Pending, Tid, Wait};
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{SysResult, Syscall, errno};
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Semaphore {
    pub value: i64,
    max: i64,
    /// Waiting threads, longest first.
    pub queue: VecDeque<Tid>,
}

/// All semaphores; an unlinked one lives on for those who have it open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Semaphores {
    pub table: BTreeMap<u64, Semaphore>,
    names: BTreeMap<String, u64>,
    last: u64,
}

impl Semaphores {
    fn create(&mut self, name: &str, value: i64, max: i64) -> Result<u64, i32> {
        if self.names.contains_key(name) {
            return Err(errno::EEXIST);
        }
        self.last += 1;
        self.table.insert(self.last, Semaphore { value, max, queue: VecDeque::new() });
        self.names.insert(name.to_owned(), self.last);
        Ok(self.last)
    }
    /// A thread waits no more.
    pub fn forget(&mut self, id: u64, thread: Tid) {
        if let Some(s) = self.table.get_mut(&id) {
            s.queue.retain(|t| *t != thread);
        }
    }
    /// The process is gone: what it holds stays taken, as in POSIX.
    pub fn forget_process(&mut self, pid: i32) {
        self.table.values_mut().for_each(|s| s.queue.retain(|t| t.pid != pid));
    }
}

impl Os {
    pub(super) fn semaphore_call(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let answer = self.try_semaphore(p, ctx);
        if let Syscall::SemAcquire { sem, .. } | Syscall::SemRelease { sem } = p.call {
            self.wake_for_semaphore(sem, self.now(ctx));
        }
        answer
    }
    /// Whoever waits longest is woken while there is something to take. Two releases wake one thread if it has not run between
    /// them: then it is that thread's turn to wake the next.
    pub(super) fn wake_for_semaphore(&mut self, sem: u64, now: u64) {
        let next = self.semaphores.table.get(&sem).filter(|s| s.value > 0).and_then(|s| s.queue.front().copied());
        next.into_iter().for_each(|t| self.threads.queue(t, now));
    }
    fn try_semaphore(&mut self, p: &mut Pending, ctx: &mut Ctx) -> Sys {
        let now = self.now(ctx);
        let over = p.deadline.is_some_and(|at| at <= now);
        let me = self.tid(ctx.thread);
        let sems = &mut self.semaphores;
        match &p.call {
            Syscall::SemNew { name, value, max } => Ok(SysResult::Int(sems.create(name, *value, *max)? as i64)),
            Syscall::SemOpen { name } => Ok(SysResult::Int(*sems.names.get(name).ok_or(errno::ENOENT)? as i64)),
            Syscall::SemUnlink { name } => match sems.names.remove(name) {
                Some(_) => Ok(SysResult::Done),
                None => Err(errno::ENOENT.into()),
            },
            Syscall::SemValue { sem } => Ok(SysResult::Int(sems.table.get(sem).ok_or(errno::EINVAL)?.value)),
            Syscall::SemRelease { sem } => {
                let s = sems.table.get_mut(sem).ok_or(errno::EINVAL)?;
                if s.value >= s.max {
                    return Err(errno::EOVERFLOW.into());
                }
                s.value += 1;
                Ok(SysResult::Done)
            }
            Syscall::SemAcquire { sem, blocking, .. } => {
                let s = sems.table.get_mut(sem).ok_or(errno::EINVAL)?;
                if s.value > 0 {
                    s.value -= 1;
                    s.queue.retain(|t| *t != me);
                    return Ok(SysResult::Int(1));
                }
                if !blocking || over {
                    s.queue.retain(|t| *t != me);
                    return Ok(SysResult::Int(0));
                }
                if !s.queue.contains(&me) {
                    s.queue.push_back(me);
                }
                Err(Stop::Wait(Wait::Semaphore(*sem)))
            }
            _ => Err(Os::not_simulated()),
        }
    }
}
