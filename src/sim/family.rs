//! Processes beside the current one: fork, exit, wait, kill, and the processors they run on.
use super::clock::Clock;
use super::interpreters::FIRST_KEY;
use super::locks::Locks;
use super::process::{Kind, Process};
use super::threads::{Source, Threads, Tid, Wait};
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{SysResult, Syscall, errno, open, poll};
use std::collections::BTreeMap;

/// `waitpid`: do not wait.
const WNOHANG: i32 = 1;
/// Of `waitid`: whoever waits next finds the child again.
const WNOWAIT: i32 = 0x0100_0000;
const SIGKILL: i32 = 9;
pub(super) const SIGALRM: i32 = 14;
const SIGCHLD: i32 = 17;

/// Processors of a fresh computer.
pub const CPUS: usize = 4;

/// When an interval timer is due, and its interval (ns).
type Timer = Option<(u64, u64)>;

/// A process that is not the current one.
#[derive(Clone, Debug)]
pub struct Parked {
    pub process: Process,
    clock: Clock,
    locks: Locks,
    timer: Timer,
    signals: Vec<i32>,
    /// Its machine's ticks when it last ran.
    ticks: u64,
}

/// All processes but the current one, the ended ones nobody has waited for, and the processors.
#[derive(Clone, Debug)]
pub struct Family {
    parked: BTreeMap<i32, Parked>,
    /// Ended children: parent and wait status, by pid, in the order of their numbers.
    zombies: BTreeMap<i32, (i32, i32)>,
    /// Until when each processor is busy.
    busy_until: Vec<u64>,
    /// Without a GIL: the thread that has each processor, and since when.
    holders: Vec<Option<(Tid, u64)>>,
    /// The processor of the process (without a GIL: of the thread) that runs.
    cpu: usize,
    last_pid: i32,
}

impl Default for Family {
    fn default() -> Family {
        Family { parked: BTreeMap::new(), zombies: BTreeMap::new(), busy_until: vec![0; CPUS], holders: vec![None; CPUS], cpu: 0, last_pid: 0 }
    }
}

/// A signal joins those that have come; one that waits already does not come twice (POSIX).
pub(super) fn note(signals: &mut Vec<i32>, signal: i32) {
    if !signals.contains(&signal) {
        signals.push(signal);
    }
}
/// SIGKILL and SIGSTOP, as bits.
pub(super) const NEVER_BLOCKED: u64 = 1 << (SIGKILL - 1) | 1 << 18;
/// A signal's bit in a mask.
pub(super) fn bit(signal: i32) -> u64 {
    1u64.checked_shl((signal - 1) as u32).unwrap_or(0)
}
/// Whether one of the signals is not blocked.
pub(super) fn any_open(signals: &[i32], blocked: impl FnOnce() -> u64) -> bool {
    !signals.is_empty() && {
        let blocked = blocked();
        signals.iter().any(|n| bit(*n) & blocked == 0)
    }
}
/// Whether an interval timer is due; then it is set for the next time.
pub(super) fn due(timer: &mut Timer, now: u64) -> bool {
    let Some((at, interval)) = timer.filter(|(at, _)| *at <= now) else { return false };
    *timer = (interval > 0).then(|| (at + interval.max(1), interval));
    true
}

impl Family {
    /// An interpreter that begins at that time, with nothing to run yet.
    pub(super) fn add_interpreter(&mut self, process: Process, now: u64) {
        let mut clock = Clock::default();
        clock.advance_to(now, 0);
        let pid = process.pid;
        self.parked.insert(pid, Parked { process, clock, locks: Locks::default(), timer: None, signals: Vec::new(), ticks: 0 });
    }
    pub(super) fn forget(&mut self, key: i32) {
        self.parked.remove(&key);
    }
    /// Whether there is no process beside the current one.
    pub(super) fn is_alone(&self) -> bool {
        self.parked.is_empty()
    }
    pub(super) fn timers(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.parked.values().filter_map(|p| p.timer)
    }
    pub(super) fn fire(&mut self, now: u64) {
        for p in self.parked.values_mut() {
            if due(&mut p.timer, now) {
                p.clock.advance_to(now, p.ticks);
                note(&mut p.signals, SIGALRM);
            }
        }
    }
    pub(super) fn signalled(&self, threads: &Threads) -> Option<i32> {
        self.parked.iter().find(|(pid, p)| any_open(&p.signals, || threads.blocked_by_all(**pid))).map(|(pid, _)| *pid)
    }
    /// How far a parked process has come.
    pub(super) fn now(&self, pid: i32) -> u64 {
        self.parked.get(&pid).map_or(0, |p| p.clock.now(p.ticks))
    }
    /// The running process gives up its processor.
    pub(super) fn leave_cpu(&mut self, now: u64) {
        self.busy_until[self.cpu] = now;
    }
    /// Nobody has a processor.
    pub(super) fn free_all(&mut self) {
        self.holders = vec![None; self.busy_until.len()];
    }
    /// Whether a thread has a processor.
    pub(super) fn has_cpu(&self, t: Tid) -> bool {
        self.holders.iter().flatten().any(|(holder, _)| *holder == t)
    }
    /// When the first of the processors that nobody has became free; None: all are taken.
    pub(super) fn free_since(&self) -> Option<u64> {
        (0..self.cpus()).filter(|i| self.holders[*i].is_none()).map(|i| self.busy_until[i]).min()
    }
    /// A thread gets a processor, or keeps the one it has: when it starts there.
    pub(super) fn give_cpu(&mut self, t: Tid, at: u64) -> u64 {
        if self.has_cpu(t) {
            return at;
        }
        let open = || (0..self.cpus()).filter(|i| self.holders[*i].is_none());
        let last = open().filter(|i| self.busy_until[*i] <= at).max_by_key(|i| self.busy_until[*i]);
        let Some(cpu) = last.or_else(|| open().min_by_key(|i| self.busy_until[*i])) else { return at };
        let start = at.max(self.busy_until[cpu]);
        self.holders[cpu] = Some((t, start));
        start
    }
    /// Threads that wait, have ended or have had their share lose their processors.
    pub(super) fn take_back_cpus(&mut self, now: u64, from: impl Fn(Tid, u64) -> bool) {
        for (holder, busy) in self.holders.iter_mut().zip(&mut self.busy_until) {
            if holder.take_if(|(t, since)| from(*t, *since)).is_some() {
                *busy = now;
            }
        }
    }
    /// How many processors there are.
    pub fn cpus(&self) -> usize {
        self.busy_until.len()
    }
    /// From now on there are so many processors, at least one.
    pub fn set_cpus(&mut self, cpus: usize) {
        let free = self.busy_until.iter().copied().min().unwrap_or(0);
        self.busy_until.resize(cpus.max(1), free);
        self.free_all();
        self.cpu = self.cpu.min(cpus.max(1) - 1);
    }
    /// A processor for what is ready at `at`: the one that became free last before that, otherwise the first that will be.
    /// When it starts there.
    pub(super) fn take_cpu(&mut self, at: u64) -> u64 {
        let free = (0..self.cpus()).filter(|i| self.busy_until[*i] <= at).max_by_key(|i| self.busy_until[*i]);
        let first = || (0..self.cpus()).min_by_key(|i| self.busy_until[*i]).expect("there is a processor");
        self.cpu = free.unwrap_or_else(first);
        let start = at.max(self.busy_until[self.cpu]);
        self.busy_until[self.cpu] = start;
        start
    }
}

impl Os {
    /// The thread that holds a lock of a process.
    pub fn lock_owner(&self, pid: i32, lock: u64) -> Option<u32> {
        self.locks_of(pid)?.table.get(&lock)?.owner
    }
    /// The locks of a process.
    pub fn locks_of(&self, pid: i32) -> Option<&Locks> {
        if pid == self.process.pid { Some(&self.locks) } else { self.family.parked.get(&pid).map(|p| &p.locks) }
    }
    /// Every process: the current one first, then the others in the order of their numbers.
    pub fn processes(&self) -> Vec<&Process> {
        std::iter::once(&self.process).chain(self.family.parked.values().map(|p| &p.process)).collect()
    }
    /// Children that have ended and that nobody has waited for: pid, parent, wait status.
    pub fn zombies(&self) -> Vec<(i32, i32, i32)> {
        self.family.zombies.iter().map(|(pid, (parent, status))| (*pid, *parent, *status)).collect()
    }
    /// How far a process has come in time.
    pub fn time_of(&self, pid: i32, ticks: u64) -> u64 {
        if pid == self.process.pid { self.clock.now(ticks) } else { self.family.now(pid) }
    }
    /// A signal for every process, as the terminal's interrupt key sends it.
    pub fn raise_everywhere(&mut self, signal: i32) {
        let idle = |os: &Os, p: &Process| p.interpreter != 0 && !os.interpreter_runs(p);
        let deaf: Vec<i32> = self.family.parked.values().filter(|p| idle(self, &p.process)).map(|p| p.process.pid).collect();
        if !idle(self, &self.process) {
            self.raise(signal);
        }
        self.family.parked.values_mut().filter(|p| !deaf.contains(&p.process.pid)).for_each(|p| note(&mut p.signals, signal));
    }
    /// Makes another process the current one; `ctx.ticks` is then its own.
    pub fn switch_to(&mut self, pid: i32, ctx: &mut Ctx) {
        if pid == self.process.pid {
            return;
        }
        let next = self.family.parked.remove(&pid).expect("a thread that can run is of a process that lives");
        let old = self.replace_current(next, ctx);
        self.family.parked.insert(old.process.pid, old);
        self.take_shared();
    }
    /// What the current interpreter's group shares comes to it, from the one that ran last.
    fn take_shared(&mut self) {
        if self.process.holds {
            return;
        }
        let group = self.process.group;
        let last = self.family.parked.values_mut().find(|p| p.process.group == group && p.process.holds);
        self.process.take_shared(&mut last.expect("one of a group holds what it shares").process);
    }
    fn replace_current(&mut self, next: Parked, ctx: &mut Ctx) -> Parked {
        let Parked { process, clock, locks, timer, signals, ticks } = next;
        Parked {
            process: std::mem::replace(&mut self.process, process),
            clock: std::mem::replace(&mut self.clock, clock),
            locks: std::mem::replace(&mut self.locks, locks),
            timer: std::mem::replace(&mut self.timer, timer),
            signals: std::mem::replace(&mut self.signals, signals),
            ticks: std::mem::replace(&mut ctx.ticks, ticks),
        }
    }
    /// A child of the current process with the same open files; it begins now. `keep`: which descriptors it gets.
    fn child(&mut self, ctx: &Ctx, keep: impl Fn(i32) -> bool, ticks: u64) -> i32 {
        self.family.last_pid = self.family.last_pid.max(self.process.pid) + 1;
        let pid = self.family.last_pid;
        let mut process = self.process.clone();
        (process.pid, process.group, process.interpreter) = (pid, pid, 0);
        process.parent = self.process.group;
        process.keep(keep);
        for slot in process.fds.values() {
            self.table.shared(slot.file);
        }
        let mut clock = Clock::default();
        clock.advance_to(self.now(ctx), ticks);
        let parked = Parked { process, clock, locks: self.locks.clone(), timer: None, signals: Vec::new(), ticks };
        self.family.parked.insert(pid, parked);
        pid
    }
    /// `fork`: the child's only thread has the number of the one that asked, and can run at once.
    fn fork(&mut self, ctx: &Ctx) -> Sys {
        let pid = self.child(ctx, |_| true, ctx.ticks);
        self.fork_interpreters(pid);
        self.threads.queue(Tid { pid, thread: ctx.thread }, self.now(ctx));
        self.threads.block_signals(Tid { pid, thread: ctx.thread }, self.threads.blocked(self.tid(ctx.thread)));
        Ok(SysResult::Int(pid as i64))
    }
    /// A process with a machine of its own. `fds`: (descriptor in the child, descriptor here).
    fn spawn(&mut self, fds: &[(i32, i32)], inherit: bool, cwd: &Option<String>, ctx: &Ctx) -> Sys {
        if fds.iter().any(|(_, from)| !self.process.fds.contains_key(from)) {
            return Err(errno::EBADF.into());
        }
        let inherited: Vec<i32> = self.process.fds.iter().filter(|(_, s)| inherit && s.inheritable).map(|(fd, _)| *fd).collect();
        let replaced = |fd: i32| fds.iter().any(|(to, _)| *to == fd);
        let pid = self.child(ctx, |fd| inherited.contains(&fd) && !replaced(fd), 0);
        for (to, from) in fds {
            let mut slot = self.process.fds[from];
            slot.inheritable = true;
            self.table.shared(slot.file);
            let child = self.family.parked.get_mut(&pid).expect("just made");
            child.process.add(*to, slot);
        }
        let child = self.family.parked.get_mut(&pid).expect("just made");
        child.locks = Locks::default();
        if let Some(cwd) = cwd {
            child.process.cwd = cwd.clone();
        }
        self.threads.queue(Tid { pid, thread: 0 }, self.now(ctx));
        self.threads.block_signals(Tid { pid, thread: 0 }, self.threads.blocked(self.tid(ctx.thread)));
        Ok(SysResult::Int(pid as i64))
    }
    /// The current process ends with a wait status; another one becomes current. The caller drops its machine.
    pub fn end_process(&mut self, status: i32, ctx: &mut Ctx) {
        let now = self.now(ctx);
        self.family.leave_cpu(now);
        let ending = self.process.pid;
        self.family.take_back_cpus(now, |t, _| t.pid == ending);
        let (pid, parent) = (self.process.pid, self.process.parent);
        let fds: Vec<i32> = self.process.fds.keys().copied().collect();
        for fd in fds {
            let _ = self.close(fd);
        }
        self.threads.end_process(pid);
        self.changed.push((Source::Process(pid), poll::IN));
        self.semaphores.forget_process(pid);
        self.wake_io(now);
        // Children without a parent belong to the system, which waits for none of them.
        self.family.parked.values_mut().filter(|p| p.process.parent == pid).for_each(|p| p.process.parent = 1);
        self.family.zombies.retain(|_, (of, _)| *of != pid);
        if let Some(p) = self.family.parked.get_mut(&parent) {
            self.family.zombies.insert(pid, (parent, status));
            note(&mut p.signals, SIGCHLD);
            self.threads.wake_where(now, |t, w| (t.pid == parent || t.pid >= FIRST_KEY) && *w == Wait::Child);
        }
        let next = *self.family.parked.keys().next().expect("the first process is never ended");
        let next = self.family.parked.remove(&next).expect("just seen");
        self.replace_current(next, ctx);
        self.take_shared();
        self.forget_group(pid);
    }
    pub(super) fn family_call(&mut self, call: &Syscall, ctx: &mut Ctx) -> Sys {
        match call {
            Syscall::Fork => self.fork(ctx),
            Syscall::Spawn { fds, inherit, cwd, .. } => self.spawn(fds, *inherit, cwd, ctx),
            Syscall::WaitPid { pid, options } => self.wait_pid(*pid, *options),
            Syscall::Kill { pid, signal } => self.kill(*pid, *signal, ctx),
            Syscall::PidFdOpen { pid, flags } => {
                if *pid <= 0 || flags & !open::NONBLOCK != 0 {
                    return Err(errno::EINVAL.into());
                }
                if !self.is_known(*pid) {
                    return Err(errno::ESRCH.into());
                }
                Ok(SysResult::Int(self.open_file(Kind::Process(*pid), open::RDWR | flags) as i64))
            }
            Syscall::PidFdProcess { fd } => match self.file(*fd)?.kind {
                Kind::Process(pid) => Ok(SysResult::Int(pid as i64)),
                _ => Err(errno::EBADF.into()),
            },
            _ => Err(Os::not_simulated()),
        }
    }
    /// Whether a process has not ended.
    pub(super) fn is_running(&self, pid: i32) -> bool {
        pid == self.process.pid || self.family.parked.contains_key(&pid)
    }
    /// Whether there is a process of this number, one that ended included until somebody has waited for it.
    pub(super) fn is_known(&self, pid: i32) -> bool {
        self.is_running(pid) || self.family.zombies.contains_key(&pid)
    }
    fn wait_pid(&mut self, pid: i32, options: i32) -> Sys {
        let me = self.process.group;
        let wanted = |child: i32| pid <= 0 || child == pid;
        let ended = self.family.zombies.iter().find(|(child, (parent, _))| *parent == me && wanted(**child));
        if let Some((child, (_, status))) = ended.map(|(c, z)| (*c, *z)) {
            if options & WNOWAIT == 0 {
                self.family.zombies.remove(&child);
            }
            return Ok(SysResult::Pair(child as i64, status as i64));
        }
        if !self.family.parked.values().any(|p| p.process.parent == me && p.process.interpreter == 0 && wanted(p.process.pid)) {
            return Err(errno::ECHILD.into());
        }
        if options & WNOHANG != 0 { Ok(SysResult::Pair(0, 0)) } else { Err(Stop::Wait(Wait::Child)) }
    }
    /// A signal for this process or another: SIGKILL ends it at once, the rest is for its own machine to take.
    fn kill(&mut self, pid: i32, signal: i32, ctx: &mut Ctx) -> Sys {
        if pid == 0 || pid == self.process.pid {
            if signal != 0 {
                self.raise(signal);
            }
            return Ok(SysResult::Done);
        }
        let zombie = self.family.zombies.contains_key(&pid);
        let Some(p) = self.family.parked.get_mut(&pid) else {
            return if zombie { Ok(SysResult::Done) } else { Err(errno::ESRCH.into()) };
        };
        if signal == SIGKILL {
            p.signals = vec![SIGKILL];
        } else if signal != 0 {
            note(&mut p.signals, signal);
        }
        // It takes the signal no earlier than it was sent.
        let (now, ticks) = (self.clock.now(ctx.ticks), p.ticks);
        p.clock.advance_to(now, ticks);
        Ok(SysResult::Done)
    }
}
