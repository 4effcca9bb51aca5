//! What a log tells of asyncio: tasks made, stepped, waiting, woken and ended, and the turns of the event loop.
//!
//! A task that runs is the thread's (`Thread::task`). All that makes one go on passes the loop's `_call_soon`, whose frame
//! says which task, and the frames below it who asked. A turn is a frame of `_run_once`.
use super::futures::{self, Future, attr, behind, has_class, read, task_of_callback};
use super::sites::Sites;
use super::suspended::{frame_of, outcome};
use super::common;
use crate::code::opcode::{decode, op};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::snapshot::suspended::LinkState;
use crate::trace::{Awaited, Birth, Ending, Lane, Place, Turn, What};
use crate::vm::thread::Activation;
use crate::vm::{Vm, fixed};
use rustc_hash::FxHashMap as HashMap;

/// Coroutines between a task and what it waits for.
const CHAIN: usize = 40;

/// Functions of asyncio that are known by their frames.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Function {
    RunOnce,
    CallSoon,
    ProcessEvents,
    Other,
}

/// Whether a task is one of those with which `asyncio.run` ends its loop: nothing of the program's.
fn ends_the_loop(vm: &Vm, f: &Future) -> bool {
    match f.coroutine.map(|c| vm.heap.get(c)) {
        Some(Payload::Generator(g)) => vm.utf8(g.qualname).is_some_and(|name| name.starts_with("BaseEventLoop.shutdown_")),
        _ => false,
    }
}

/// What has been seen so far.
#[derive(Default)]
pub struct Tasks {
    functions: HashMap<Ref, Function>,
    /// By object: the lane, and the task's own number (an address is used again).
    lanes: HashMap<Ref, (Lane, u64)>,
    /// The task that runs, by thread.
    current: HashMap<u32, Ref>,
    made: u32,
    turns: u64,
    /// Descriptors that are ready in the turn under way.
    events: u64,
}

/// An event in the making: whose it is, what, and where.
pub type Told = (Lane, What, Option<Place>);

impl Tasks {
    /// Before an instruction: what has happened since the one before. Names of new lanes go to `names`.
    pub fn look(&mut self, vm: &Vm, thread: Lane, pc: usize, names: &mut Vec<(Lane, String)>, sites: &mut Sites) -> Vec<Told> {
        if vm.cur.event_loop.is_none() && self.lanes.is_empty() {
            return vec![];
        }
        let mut out = Vec::new();
        if self.current.get(&thread.thread).copied() != vm.cur.task {
            self.changed(vm, thread, names, sites, &mut out);
        }
        if let Some(Activation::Py(frame)) = vm.cur.activations.last()
            && let Some((o, arg)) = decode(&vm.code_obj(frame.code_ref).units, pc)
            && (o == op::RESUME && arg & 3 == 0 || o == op::STORE_FAST)
        {
            self.function(vm, frame, thread, (o, arg), names, &mut out);
        }
        out
    }
    /// Another task runs than at the last look, or none.
    fn changed(&mut self, vm: &Vm, thread: Lane, names: &mut Vec<(Lane, String)>, sites: &mut Sites, out: &mut Vec<Told>) {
        let before = match vm.cur.task {
            Some(new) => self.current.insert(thread.thread, new),
            None => self.current.remove(&thread.thread),
        };
        if let Some((lane, _)) = before.and_then(|r| self.lanes.get(&r)).copied()
            && let Some(old) = before.filter(|r| vm.heap.is_live(*r)).and_then(|r| read(vm, r))
        {
            let what = match old.state {
                LinkState::Pending => {
                    let (kind, label) = awaits(vm, &old);
                    What::Awaits(kind, label)
                }
                state => {
                    self.lanes.remove(&old.object);
                    What::Settles(ending(state), old.value.map(|v| outcome(vm, v, state).shown()).unwrap_or_default())
                }
            };
            out.push((lane, what, place(lane.pid, vm, sites, &old)));
        }
        if let Some(new) = vm.cur.task.and_then(|r| read(vm, r)).filter(|f| !ends_the_loop(vm, f)) {
            let lane = self.lane(vm, thread, &new, names);
            out.push((lane, What::Steps, place(lane.pid, vm, sites, &new)));
        }
    }
    fn known(&self, f: &Future) -> Option<Lane> {
        self.lanes.get(&f.object).filter(|(_, number)| *number == f.number).map(|(lane, _)| *lane)
    }
    fn lane(&mut self, vm: &Vm, thread: Lane, f: &Future, names: &mut Vec<(Lane, String)>) -> Lane {
        if let Some(lane) = self.known(f) {
            return lane;
        }
        self.made += 1;
        let lane = Lane { task: self.made, ..thread };
        self.lanes.insert(f.object, (lane, f.number));
        let coroutine = match f.coroutine.map(|c| vm.heap.get(c)) {
            Some(Payload::Generator(g)) => vm.lossy(g.name),
            _ => String::new(),
        };
        let plain = f.name.starts_with("Task-") && !coroutine.is_empty();
        names.push((lane, if plain { format!("{} {coroutine}", f.name) } else { f.name.clone() }));
        lane
    }
    /// A function of asyncio begins, or stores a local.
    fn function(&mut self, vm: &Vm, frame: &Frame, thread: Lane, (o, arg): (u8, usize), names: &mut Vec<(Lane, String)>, out: &mut Vec<Told>) {
        let function = *self.functions.entry(frame.code_ref).or_insert_with(|| which(vm, frame.code_ref));
        let local = |name: &str| super::local(vm, frame, name);
        match (function, o) {
            (Function::Other, _) => {}
            (Function::RunOnce, op::RESUME) => {
                self.turns += 1;
                self.events = 0;
                out.push((thread, What::TurnBegins(self.turns), None));
            }
            (Function::ProcessEvents, op::RESUME) => {
                self.events = local("event_list").and_then(|l| vm.items_of(l)).map_or(0, |l| l.len() as u64);
            }
            (Function::RunOnce, _) if vm.utf8(vm.code_obj(frame.code_ref).localsplus[arg]) == Some("ntodo") => {
                let operand = vm.cur.stack.get((frame.sp as usize).wrapping_sub(1)).and_then(|w| w.opt());
                let callbacks = operand.and_then(|r| vm.i64_of(r)).unwrap_or(0).max(0) as u64;
                let timeout = local("timeout").and_then(|r| vm.f64_of(r).or(vm.i64_of(r).map(|i| i as f64)));
                let timeout = timeout.map(|s| (s * 1e9).round().max(0.0) as u64);
                out.push((thread, What::Turns(Turn { number: self.turns, timeout, events: self.events, callbacks }), None));
            }
            (Function::CallSoon, op::RESUME) => {
                let Some(f) = local("callback").and_then(|c| task_of_callback(vm, c)).and_then(|r| read(vm, r)) else { return };
                if ends_the_loop(vm, &f) {
                    return;
                }
                let me = vm.cur.task.and_then(|r| self.lanes.get(&r)).map_or(thread, |(lane, _)| *lane);
                if self.known(&f).is_none() {
                    let lane = self.lane(vm, thread, &f, names);
                    return out.push((me, What::Starts(lane, Birth::Task), None));
                }
                let lane = self.lane(vm, thread, &f, names);
                // What it runs again by itself (`sleep(0)`) is told when it gives way.
                if lane != me {
                    out.push((me, What::Wakes(lane, if me.task == 0 { self.callback(vm) } else { String::new() }), None));
                }
            }
            _ => {}
        }
    }
    /// The callback that the loop runs now, in words.
    fn callback(&self, vm: &Vm) -> String {
        let frames = vm.cur.activations.iter().rev().filter_map(|a| match a {
            Activation::Py(f) => Some(f),
            Activation::Native(_) => None,
        });
        let turn = frames.into_iter().find(|f| self.functions.get(&f.code_ref) == Some(&Function::RunOnce));
        let handle = turn.and_then(|f| super::local(vm, f, "handle"));
        let Some(f) = handle.and_then(|h| attr(vm, h, "_callback")).filter(|f| *f != fixed::NONE) else { return String::new() };
        if has_class(vm, handle.unwrap_or(f), "asyncio.events", "TimerHandle") {
            return "timer".to_owned();
        }
        let function = match vm.heap.get(f) {
            Payload::Method(g, _) => *g,
            _ => f,
        };
        match vm.heap.get(function) {
            Payload::Function(x) => vm.lossy(x.name),
            _ => String::new(),
        }
    }
}

fn which(vm: &Vm, code: Ref) -> Function {
    let c = vm.code_obj(code);
    if !vm.lossy(c.filename).contains("asyncio") {
        return Function::Other;
    }
    match vm.lossy(c.qualname).as_str() {
        "BaseEventLoop._run_once" => Function::RunOnce,
        "BaseEventLoop._call_soon" => Function::CallSoon,
        "BaseSelectorEventLoop._process_events" => Function::ProcessEvents,
        _ => Function::Other,
    }
}

fn ending(state: LinkState) -> Ending {
    match state {
        LinkState::Failed => Ending::Failed,
        LinkState::Cancelled => Ending::Cancelled,
        _ => Ending::Finished,
    }
}

/// The frames of a task's coroutine, outermost first, with the generator that each belongs to.
fn chain<'a>(vm: &'a Vm, f: &Future) -> Vec<&'a Frame> {
    let (mut out, mut at) = (Vec::new(), f.coroutine);
    while let Some(r) = at.filter(|_| out.len() < CHAIN) {
        if !matches!(vm.heap.get(r), Payload::Generator(_)) {
            at = behind(vm, r).filter(|r| matches!(vm.heap.get(*r), Payload::Generator(_)));
            continue;
        }
        if let Some((frame, _)) = frame_of(vm, r).filter(|(f, _)| !f.hidden) {
            out.push(frame);
        }
        at = vm.delegate_of(r);
    }
    out
}

/// What a task waits for: the innermost coroutine of the library that it waits in, or the future itself.
fn awaits(vm: &Vm, f: &Future) -> (Awaited, String) {
    let Some(waiter) = f.waiter.and_then(|w| futures::read(vm, w)) else { return (Awaited::Turn, String::new()) };
    if waiter.is_task {
        return (Awaited::Task, waiter.name);
    }
    if attr(vm, waiter.object, "_children").is_some() {
        return (Awaited::Task, "gather".to_owned());
    }
    let inner = chain(vm, f).last().map(|frame| (vm.is_own_code(frame), vm.code_obj(frame.code_ref)));
    let Some((false, code)) = inner else { return (Awaited::Future, common::type_name(vm, waiter.object)) };
    let (name, file) = (vm.lossy(code.qualname), vm.lossy(code.filename));
    let kind = match () {
        _ if name == "sleep" && file.ends_with("tasks.py") => Awaited::Sleep,
        _ if ["streams.py", "selector_events.py"].iter().any(|x| file.ends_with(x)) => Awaited::Io,
        _ => Awaited::Future,
    };
    (kind, name)
}

/// Where a task's coroutine stands in the program.
fn place(pid: i32, vm: &Vm, sites: &mut Sites, f: &Future) -> Option<Place> {
    let own: Vec<&Frame> = chain(vm, f).into_iter().filter(|f| vm.is_own_code(f)).collect();
    let (frame, below) = own.split_last()?;
    Some(sites.place(pid, vm, frame, below.len()))
}
