//! Interpreters beside a process's first one (PEP 734): which there are, what runs in them, and the queues between them.
//!
//! To the scheduler an interpreter is a process of its own, with a clock, locks and threads; what the system gives to a process
//! (number, parent, descriptors, folder) belongs to the group, and is with the interpreter that ran last.
use super::family::Family;
use super::threads::{Tid, Wait};
use super::{Ctx, Os, Stop, Sys};
use crate::vm::syscall::{Address, InterpreterCall, InterpreterOp, SysResult, errno};
use std::collections::{BTreeMap, VecDeque};

/// Numbers from here on are interpreters, to the scheduler; no process has one of them.
pub const FIRST_KEY: i32 = 1 << 24;
/// A thread that has found a queue empty (or full) so often, asleep before each time, waits for the queue itself, if no other
/// thread runs or sleeps. The library asks every 10 ms for ever; so a queue that nobody will ever serve is a deadlock that can be told.
const PATIENCE: u32 = 1000;
/// What becomes of an item whose interpreter has ended: it goes too.
const REMOVE: i64 = 1;
/// `whence` of an interpreter that `_interpreters` made, and of the first one.
const WHENCE_STDLIB: u32 = 5;
const WHENCE_RUNTIME: u32 = 1;

/// How often a thread has asked a queue in vain, and whether it has slept since.
#[derive(Clone, Copy, Debug, Default)]
struct Asker {
    times: u32,
    slept: bool,
}

/// All interpreters of the machine but the first ones of processes.
#[derive(Clone, Debug, Default)]
pub struct Interpreters {
    groups: BTreeMap<i32, Group>,
    last_key: i32,
    asking: BTreeMap<Tid, Asker>,
}

/// Interpreters and queues of one process.
#[derive(Clone, Debug, Default)]
struct Group {
    members: BTreeMap<i64, Member>,
    last: i64,
    last_run: i64,
    /// What ended runs have given, by run.
    results: BTreeMap<i64, Vec<u8>>,
    queues: BTreeMap<i64, Queue>,
    last_queue: i64,
}

#[derive(Clone, Debug)]
struct Member {
    key: i32,
    /// References of `Interpreter` objects.
    uses: i64,
    /// What its main thread runs.
    running: Option<i64>,
    /// The result, until the thread has left its last frame.
    finished: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct Queue {
    /// 0 or less: no bound.
    size: i64,
    unbound: i64,
    uses: i64,
    items: VecDeque<Item>,
}

#[derive(Clone, Debug)]
struct Item {
    /// None: its interpreter has ended.
    data: Option<Vec<u8>>,
    from: i64,
    unbound: i64,
}

impl Os {
    fn group(&mut self) -> &mut Group {
        self.interpreters.groups.entry(self.process.group).or_default()
    }
    /// The scheduler's number of an interpreter of the current process; None when there is none (or it is the first one).
    pub fn interpreter_key(&self, id: i64) -> Option<i32> {
        Some(self.interpreters.groups.get(&self.process.group)?.members.get(&id)?.key)
    }
    /// The scheduler's numbers of all interpreters of a process but the first.
    pub fn interpreters_of(&self, process: i32) -> Vec<i32> {
        self.interpreters.groups.get(&process).into_iter().flat_map(|g| g.members.values().map(|m| m.key)).collect()
    }
    /// Whether the main thread of an interpreter has something to run.
    pub fn interpreter_runs(&self, process: &super::process::Process) -> bool {
        self.interpreters.groups.get(&process.group).and_then(|g| g.members.get(&process.interpreter)).is_some_and(|m| m.running.is_some())
    }
    /// A process is copied: its other interpreters are not in the copy, its queues are.
    pub(super) fn fork_interpreters(&mut self, child: i32) {
        if let Some(group) = self.interpreters.groups.get(&self.process.group) {
            let copy = Group { members: BTreeMap::new(), results: BTreeMap::new(), ..group.clone() };
            self.interpreters.groups.insert(child, copy);
        }
    }
    /// An interpreter is gone, with all its threads. It is not the current one.
    pub fn drop_interpreter(&mut self, process: i32, key: i32, ctx: &Ctx) {
        let now = self.now(ctx);
        self.threads.end_process(key);
        self.semaphores.forget_process(key);
        self.family.take_back_cpus(now, |t, _| t.pid == key);
        self.family.forget(key);
        let Some(group) = self.interpreters.groups.get_mut(&process) else { return };
        let Some(id) = group.members.iter().find(|(_, m)| m.key == key).map(|(id, _)| *id) else { return };
        group.members.remove(&id);
        for queue in group.queues.values_mut() {
            queue.items.retain(|i| i.from != id || i.unbound != REMOVE);
            queue.items.iter_mut().filter(|i| i.from == id).for_each(|i| i.data = None);
        }
    }
    /// A process has ended.
    pub(super) fn forget_group(&mut self, process: i32) {
        self.interpreters.groups.remove(&process);
    }
    /// The main thread of the current process, an interpreter, has left its last frame: who waits for the result gets it.
    pub fn interpreter_idle(&mut self, ctx: &Ctx) {
        let (id, now) = (self.process.interpreter, self.now(ctx));
        let group = self.group();
        let Some(member) = group.members.get_mut(&id) else { return };
        let result = member.finished.take().unwrap_or_default();
        if let Some(run) = member.running.take() {
            group.results.insert(run, result);
            self.threads.wake_where(now, |_, w| *w == Wait::Interpreter(id));
        }
    }

    pub(super) fn interpreter_call(&mut self, call: &InterpreterCall, ctx: &mut Ctx) -> Sys {
        use InterpreterOp::*;
        match call.op {
            Create | List | Info | Hold | Start | Result | Done => self.interpreter_op(call, ctx),
            Drop => Err(Os::not_simulated()),
            QueueNew | QueueEnd | QueueBind | QueuePut | QueueGet | QueueInfo | QueueList => self.queue_op(call, ctx),
        }
    }
    fn interpreter_op(&mut self, call: &InterpreterCall, ctx: &mut Ctx) -> Sys {
        let InterpreterCall { op, id, n, data } = call;
        let now = self.now(ctx);
        match op {
            InterpreterOp::Create => {
                let (id, key) = self.new_interpreter(ctx);
                let run = self.begin_run(id, key, now);
                return Ok(SysResult::Pair(id, run));
            }
            InterpreterOp::List => {
                let first = (0, WHENCE_RUNTIME);
                let all = self.group().members.keys().map(|id| (*id as i32, WHENCE_STDLIB));
                return Ok(SysResult::Ready(std::iter::once(first).chain(all).collect()));
            }
            _ => {}
        }
        if *op == InterpreterOp::Done {
            let me = self.process.interpreter;
            self.group().members.get_mut(&me).ok_or(errno::ENOENT)?.finished = Some(data.clone());
            return Ok(SysResult::Done);
        }
        let group = self.group();
        if *op == InterpreterOp::Result {
            return group.results.remove(n).map(SysResult::Bytes).ok_or(Stop::Wait(Wait::Interpreter(*id)));
        }
        let member = group.members.get_mut(id).ok_or(errno::ENOENT)?;
        match op {
            InterpreterOp::Info => Ok(SysResult::Int(i64::from(member.running.is_some()))),
            InterpreterOp::Hold => {
                member.uses += n;
                Ok(SysResult::Int(member.uses))
            }
            _ if member.running.is_some() => Err(errno::EBUSY.into()),
            _ => {
                let key = member.key;
                Ok(SysResult::Int(self.begin_run(*id, key, now)))
            }
        }
    }
    fn new_interpreter(&mut self, ctx: &Ctx) -> (i64, i32) {
        let now = self.now(ctx);
        self.interpreters.last_key += 1;
        let key = FIRST_KEY + self.interpreters.last_key;
        let group = self.group();
        group.last += 1;
        let id = group.last;
        group.members.insert(id, Member { key, uses: 0, running: None, finished: None });
        let process = self.process.interpreter_beside(key, id);
        Family::add_interpreter(&mut self.family, process, now);
        (id, key)
    }
    fn begin_run(&mut self, id: i64, key: i32, now: u64) -> i64 {
        let group = self.group();
        group.last_run += 1;
        let run = group.last_run;
        group.members.get_mut(&id).expect("the caller has looked").running = Some(run);
        self.threads.queue(Tid { pid: key, thread: 0 }, now);
        run
    }

    fn queue_op(&mut self, call: &InterpreterCall, ctx: &mut Ctx) -> Sys {
        let InterpreterCall { op, id, n, data } = call;
        let (now, me, from) = (self.now(ctx), self.tid(ctx.thread), self.process.interpreter);
        let tired = self.interpreters.asking.get(&me).is_some_and(|a| a.times >= PATIENCE && a.slept);
        let patient = tired && self.threads.runnable().iter().all(|t| *t == me) && self.threads.next_timer().is_none();
        let group = self.group();
        match op {
            InterpreterOp::QueueNew => {
                group.last_queue += 1;
                let new = group.last_queue;
                group.queues.insert(new, Queue { size: *id, unbound: *n, uses: 0, items: VecDeque::new() });
                return Ok(SysResult::Int(new));
            }
            InterpreterOp::QueueList => {
                return Ok(SysResult::Ready(group.queues.iter().map(|(id, q)| (*id as i32, q.unbound as u32)).collect()));
            }
            _ => {}
        }
        let queue = group.queues.get_mut(id).ok_or(errno::ENOENT)?;
        let full = queue.size > 0 && queue.items.len() as i64 >= queue.size;
        let answer = match op {
            InterpreterOp::QueueInfo => {
                let count = queue.items.len() as u32;
                return Ok(SysResult::Ready(vec![(queue.size as i32, queue.unbound as u32), (i32::from(full), count)]));
            }
            InterpreterOp::QueueBind => {
                queue.uses += n;
                let left = queue.uses;
                if left <= 0 {
                    group.queues.remove(id);
                }
                SysResult::Int(left)
            }
            InterpreterOp::QueueEnd => {
                group.queues.remove(id);
                SysResult::Done
            }
            InterpreterOp::QueuePut if full && patient => return Err(Stop::Wait(Wait::Queue(*id))),
            InterpreterOp::QueuePut if full => return self.asked_in_vain(me),
            InterpreterOp::QueuePut => {
                let unbound = if *n < 0 { queue.unbound } else { *n };
                queue.items.push_back(Item { data: Some(data.clone()), from, unbound });
                SysResult::Done
            }
            _ => match queue.items.pop_front() {
                Some(Item { data: Some(data), .. }) => SysResult::From(data, Address::None),
                Some(Item { unbound, .. }) => SysResult::Int(unbound),
                None if patient => return Err(Stop::Wait(Wait::Queue(*id))),
                None => return self.asked_in_vain(me),
            },
        };
        self.interpreters.asking.remove(&me);
        self.threads.wake_where(now, |_, w| *w == Wait::Queue(*id));
        Ok(answer)
    }
    fn asked_in_vain(&mut self, me: Tid) -> Sys {
        let asker = self.interpreters.asking.entry(me).or_default();
        *asker = Asker { times: if asker.slept { asker.times + 1 } else { 1 }, slept: false };
        Err(errno::EAGAIN.into())
    }
    /// A thread asks for something else than a queue: unless that is sleep, it is not only waiting.
    pub(super) fn asks_something_else(&mut self, me: Tid, sleep: bool) {
        if self.interpreters.asking.is_empty() {
            return;
        }
        match self.interpreters.asking.get_mut(&me) {
            Some(asker) if sleep => asker.slept = true,
            _ => {
                self.interpreters.asking.remove(&me);
            }
        }
    }
}
