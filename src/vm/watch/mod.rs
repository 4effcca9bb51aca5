//! The program watches itself: `sys.settrace`, `sys.setprofile` and `sys.monitoring` (PEP 669).
//!
//! While nobody watches, the run loop has no trace of this. Where somebody does, `Vm::run` takes the loop's other form
//! ([`Watched`]), which looks before each instruction (`hook`) for events to tell and puts them in the thread's queue;
//! each is told by a native on top of the frame (`tell`), after which the instruction is looked at again, and then runs.
//! An exception on its way up stops in each frame to tell of it (`unwind`).
pub mod event;
mod hook;
mod jump;
pub mod lines;
mod tell;
mod unwind;

use super::{Tracer, Vm};
use crate::heap::Ref;
use crate::trace::{Lane, What};
use event::{COUNT, TOOLS};
use std::collections::{HashMap, HashSet, VecDeque};
pub(in crate::vm) use unwind::{Point, Stage};

/// Another tracer's hooks, whatever it is: so the loop that looks for events exists once.
pub trait Look {
    fn look_at_instruction(&mut self, vm: &Vm, pc: usize) -> bool;
    fn look_at_event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What);
}
impl<T: Tracer> Look for T {
    fn look_at_instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        T::ON && self.instruction(vm, pc)
    }
    fn look_at_event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What) {
        if T::ON {
            self.event(vm, at, lane, what);
        }
    }
}

/// The tracer of a run that the program watches.
pub struct Watched<'a>(pub &'a mut (dyn Look + 'a));
impl Tracer for Watched<'_> {
    const ON: bool = true;
    const PROGRAM: bool = true;
    fn instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        self.0.look_at_instruction(vm, pc)
    }
    fn event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What) {
        self.0.look_at_event(vm, at, lane, what);
    }
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// A tool of `sys.monitoring`, by number.
    Tool(u8),
    /// The function of `sys.setprofile`.
    Profile,
    /// The function of `sys.settrace` for a new frame, otherwise the frame's own.
    Trace,
}

/// One event for one listener. `frame` and `args` are counted.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub to: To,
    pub event: u8,
    /// The frame object; None for tools, which get none.
    pub frame: Option<Ref>,
    /// Number of activations below and with the frame.
    pub depth: usize,
    /// Number of the code object, and the code unit.
    pub code: u32,
    pub at: u32,
    /// What a tool is called with; for the others the third argument alone.
    pub args: Vec<Ref>,
    /// The exception that goes on its way afterwards.
    pub then: Option<Stage>,
}

/// A call of something that is no Python function, under way while its end is to be told. Counted.
#[derive(Clone, Debug)]
pub(super) struct CallOut {
    pub depth: usize,
    pub at: u32,
    pub callee: Ref,
    pub first: Option<Ref>,
}

/// What a thread knows of being watched.
#[derive(Clone, Default)]
pub struct Watch {
    pub trace: Option<Ref>,
    pub profile: Option<Ref>,
    /// Callbacks that run: nothing is told meanwhile.
    pub busy: u32,
    /// The instruction that was looked at last: activations, code unit.
    mark: Option<(usize, u32)>,
    queue: VecDeque<Told>,
    /// The events that are being told, the innermost last.
    running: Vec<Told>,
    calls: Vec<CallOut>,
    /// The exception that was just sent on its way again, with what has been told of it.
    stage: Option<Stage>,
}

impl Watch {
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Watch { trace, profile, busy: _, mark: _, queue, running, calls, stage } = self;
        [trace, profile].into_iter().flatten().for_each(|r| f(*r));
        for told in queue.iter().chain(running) {
            told.frame.iter().chain(&told.args).for_each(|r| f(*r));
            told.then.iter().for_each(|s| s.visit(f));
        }
        for call in calls {
            f(call.callee);
            call.first.iter().for_each(|r| f(*r));
        }
        stage.iter().for_each(|s| s.visit(f));
    }
}

/// The tools of `sys.monitoring`, of a process.
#[derive(Clone, Default)]
pub struct Monitoring {
    /// Some tool wants some event.
    pub active: bool,
    pub names: [Option<Ref>; TOOLS],
    pub callbacks: [[Option<Ref>; COUNT]; TOOLS],
    /// Bits of the events that each tool gets of all code, and of single code objects by their number.
    pub global: [u32; TOOLS],
    pub local: HashMap<u32, [u32; TOOLS]>,
    /// Places (tool, event, code object, code unit) that a callback has turned off.
    pub disabled: HashSet<(u8, u8, u32, u32)>,
    pub disable: Option<Ref>,
    pub missing: Option<Ref>,
}

impl Monitoring {
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Monitoring { active: _, names, callbacks, global: _, local: _, disabled: _, disable, missing } = self;
        names.iter().chain(callbacks.iter().flatten()).chain([disable, missing]).flatten().for_each(|r| f(*r));
    }
    /// The tools that get an event of a code object.
    pub fn listeners(&self, event: u8, code: u32) -> impl Iterator<Item = u8> {
        let local = self.local.get(&code).copied().unwrap_or_default();
        (0..TOOLS).filter(move |t| (self.global[*t] | local[*t]) & 1 << event != 0).map(|t| t as u8)
    }
    pub fn find_active(&mut self) {
        self.active = self.global.iter().any(|e| *e != 0) || self.local.values().flatten().any(|e| *e != 0);
    }
}

impl Vm {
    /// Whether the program is to be told of what the current thread does.
    #[inline]
    pub(super) fn is_watched(&self) -> bool {
        let tools = self.monitoring.as_ref().is_some_and(|m| m.active);
        match &self.cur.watch {
            None => tools,
            Some(w) => w.busy == 0 && (tools || w.trace.is_some() || w.profile.is_some() || !w.queue.is_empty()),
        }
    }
    pub fn watch(&mut self) -> &mut Watch {
        self.cur.watch.get_or_insert_default()
    }
    /// Whoever watches has changed: the run loop is left, and entered in the form that is right now.
    pub fn watchers_changed(&mut self) {
        self.heap.attention = true;
    }
    /// Sets or ends `sys.settrace` (borrowed).
    pub fn set_trace_function(&mut self, f: Option<Ref>) {
        f.iter().for_each(|r| self.heap.incref_raw(*r));
        let old = std::mem::replace(&mut self.watch().trace, f);
        self.replace_raw(old);
        self.watchers_changed();
    }
    /// Sets or ends `sys.setprofile` (borrowed).
    pub fn set_profile_function(&mut self, f: Option<Ref>) {
        f.iter().for_each(|r| self.heap.incref_raw(*r));
        let old = std::mem::replace(&mut self.watch().profile, f);
        self.replace_raw(old);
        self.forget_calls_out();
        self.watchers_changed();
    }
    fn forget_calls_out(&mut self) {
        for call in std::mem::take(&mut self.watch().calls) {
            self.drop_call_out(call);
        }
    }
    fn drop_call_out(&mut self, call: CallOut) {
        self.heap.decref_raw(call.callee);
        self.replace_raw(call.first);
    }
}
