//! The virtual machine of one process: heap, types, threads' frames, and the operations of the language.
//!
//! Not here: files, sockets, clocks (`sim/` answers [`syscall::Syscall`]s), built-in functions (`natives/`).
pub mod api;
pub mod bootstrap;
mod bind;
mod call;
mod call_native;
pub mod census;
pub mod class;
mod dispatch;
pub mod exec;
mod finalize;
mod frames;
mod generator;
pub mod interned;
pub mod load;
mod load_blob;
mod ops;
mod run;
pub mod slow;
mod unwind;
pub mod native;
pub mod step;
pub mod syscall;
pub mod thread;
pub mod values;
pub mod watch;

use crate::heap::{Owned, Ref};
use crate::objects::Heap;
pub use crate::objects::fixed::{self, n, t};
pub use finalize::finalize_collected;
pub use run::{Both, NoTrace, Outcome, Tracer};
pub use native::{Args, Def, DefKind, NativeFn, TypeDef};
pub use step::{Answer, Ask, Request, Step};
use rustc_hash::FxHashMap as HashMap;
use thread::Thread;

/// One entry of the method cache: the answer holds as long as the type's version does.
#[derive(Clone, Copy)]
pub struct CacheEntry {
    pub version: u32,
    pub name: u32,
    pub found: Option<Ref>,
}

/// A queue of dead objects and one of natives ([`Vm::hidden`]), set aside.
pub type Held = (std::collections::VecDeque<Ref>, std::collections::VecDeque<(NativeFn, Vec<Option<Ref>>)>);

/// One process's interpreter. Plain data: cloning it forks the process.
#[derive(Clone)]
pub struct Vm {
    pub heap: Heap,
    /// The thread that runs; its state is moved out and in at a switch.
    pub cur: Thread,
    /// The threads that do not run now.
    pub parked: Vec<Thread>,
    /// Number of the main thread: 0, or in a forked child that of the thread that forked.
    pub main_thread: u32,
    /// Number of the interpreter in its process (PEP 734): 0 is the first one.
    pub interpreter: i64,
    /// Every native, by number: what `NativeObj::native` indexes.
    pub natives: Vec<native::Registered>,
    /// Types made from a [`TypeDef`] that has no fixed place, by module and name.
    pub native_types: HashMap<(&'static str, &'static str), Ref>,
    /// Text → the interned `str` object.
    pub interned: interned::Interned,
    /// `sys.modules`.
    pub modules: Ref,
    /// The `builtins` module's dict.
    pub builtins: Ref,
    /// The hidden module of Python helpers, once it is loaded.
    pub prelude: Option<Ref>,
    /// Named per-process values that native modules keep (`sys` hooks, codec registry): owned references.
    pub registry: HashMap<&'static str, Ref>,
    /// The code objects that have run, with their instructions' caches.
    pub execs: exec::Execs,
    /// Code objects made so far: [`crate::objects::code::CodeObj::number`].
    pub next_code: u32,
    /// Numbers given out to watched dicts ([`crate::objects::dict::Dict::watch`]).
    pub next_watch: u32,
    pub method_cache: Vec<CacheEntry>,
    pub next_version: u32,
    /// Classes whose metaclass's `mro()` gave them what none of their bases leads to. Not counted; dead ones are taken out.
    pub odd_orders: Vec<Ref>,
    /// The exception on its way up (owned), between the instruction that raised it and `unwind`.
    pub raising: Option<Ref>,
    /// What a native passes on: no new exception, so that it remembers nothing new ([`Vm::pass_on`]). Not counted.
    pub raised_again: Option<Ref>,
    /// What the running thread asks of the operating system.
    pub pending_syscall: Option<Box<syscall::Syscall>>,
    /// Natives that run before the next instruction (finalizers, callbacks of weak references), with counted arguments.
    pub hidden: std::collections::VecDeque<(NativeFn, Vec<Option<Ref>>)>,
    /// What waits until the finalizers and callbacks that run now have ended, the innermost last: dead objects, natives.
    pub held: Vec<Held>,
    /// Objects that the running native keeps until it returns.
    pub temps: Vec<Ref>,
    /// Answers that the running native has already got, and how many it has asked for again.
    pub answers: Vec<Answer>,
    pub cursor: usize,
    /// Frames for natives that wait.
    pub spare_frames: thread::SpareFrames,
    pub recursion_limit: usize,
    /// Largest number of digits in an int–str conversion (`sys.set_int_max_str_digits`).
    pub int_max_str_digits: usize,
    /// The tools of `sys.monitoring`, once one is in use.
    pub monitoring: Option<Box<watch::Monitoring>>,
    /// Where lines begin, of code objects that ran while the program watched itself.
    pub lines: HashMap<u32, std::sync::Arc<watch::lines::Lines>>,
    /// Bytes that one allocation may take at most (a guard against memory bombs).
    pub memory_limit: usize,
    /// Instructions and calls executed: the virtual clock's base.
    pub ticks: u64,
    /// What the slice under way has left of its ticks; kept where a tracer looks.
    pub ticks_left: u64,
    /// Shared memory, by segment. It is with the process that runs: the machine hands it on at a switch.
    pub segments: std::collections::BTreeMap<u64, Vec<u8>>,
    /// Native nesting of repr, eq, hash: guards the native stack.
    pub depth: usize,
    /// Requests of natives that natives are answering, one within the other: guards the native stack too.
    pub requests: usize,
}

impl Vm {
    /// Exact type of an object.
    #[inline(always)]
    pub fn ty(&self, r: Ref) -> Ref {
        self.heap.ty(r)
    }
    #[inline(always)]
    pub fn incref(&mut self, r: Ref) -> Owned {
        self.heap.incref(r)
    }
    #[inline(always)]
    pub fn release(&mut self, o: Owned) {
        self.heap.release(o)
    }
    /// A thread by its number; the running one for the number of a thread that is gone.
    pub fn thread(&self, id: u32) -> &Thread {
        self.parked.iter().find(|t| t.id == id && id != self.cur.id).unwrap_or(&self.cur)
    }
    pub fn thread_mut(&mut self, id: u32) -> &mut Thread {
        match self.parked.iter().position(|t| t.id == id && id != self.cur.id) {
            Some(at) => &mut self.parked[at],
            None => &mut self.cur,
        }
    }
    /// Keeps an object alive until the running native returns, and lends it. The ordinary way to hold a temporary.
    pub fn keep(&mut self, o: Owned) -> Ref {
        let r = o.into_raw();
        self.temps.push(r);
        r
    }
    /// Keeps another reference to a borrowed object: needed when what it was borrowed from may change.
    pub fn hold(&mut self, r: Ref) -> Ref {
        self.heap.incref_raw(r);
        self.temps.push(r);
        r
    }
    /// A copy as `clone` makes it, in the memory of a heap that is not needed any more.
    pub fn copy_into(&mut self, mut heap: Heap) -> Vm {
        let own = std::mem::take(&mut self.heap);
        let mut copy = self.clone();
        heap.clone_from(&own);
        (self.heap, copy.heap) = (own, heap);
        copy
    }
    /// After a fork: only the thread that asked is in the child.
    pub fn drop_other_threads(&mut self) {
        self.main_thread = self.cur.id;
        // The parent's event loop does not run here.
        for old in [self.cur.event_loop.take(), self.cur.task.take()] {
            self.replace_raw(old);
        }
        for thread in std::mem::take(&mut self.parked) {
            self.drop_thread(&thread);
        }
    }
    /// Gives back what a thread holds that is no more.
    pub fn drop_thread(&mut self, thread: &thread::Thread) {
        let mut held = Vec::new();
        thread.visit(&mut |r| held.push(r));
        held.into_iter().for_each(|r| self.heap.decref_raw(r));
    }
    /// Ends the temporaries made since `mark`.
    pub fn release_temps(&mut self, mark: usize) {
        while self.temps.len() > mark {
            if let Some(r) = self.temps.pop() {
                self.heap.decref_raw(r);
            }
        }
    }
}
