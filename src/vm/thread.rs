//! A thread of the machine: its activations, data stack and exception state. No native stack is part of it.
use super::native::NativeFn;
use super::step::{Answer, Request};
use crate::heap::Ref;
use crate::heap::row::Row;
use crate::objects::frame::{Frame, Ret, Word};
use smallvec::SmallVec;

/// One activation.
#[derive(Clone)]
pub enum Activation {
    /// A Python frame.
    Py(Frame),
    /// A native that waits for an answer; run again when the answer is there.
    Native(Box<NativeFrame>),
}

/// A native that asked for something. `args` and `answers` are owned.
#[derive(Clone)]
pub struct NativeFrame {
    pub f: NativeFn,
    pub args: NativeArgs,
    pub answers: Vec<Answer>,
    /// What becomes of its value.
    pub ret: Ret,
    /// The pending request's exception is an answer.
    pub catch: bool,
}

pub type NativeArgs = SmallVec<[Option<Ref>; 4]>;

/// Native frames that have ended, kept for the next ones: most natives that ask do so in a loop. No part of the program's state.
#[derive(Default)]
pub struct SpareFrames(Vec<Box<NativeFrame>>);

impl Clone for SpareFrames {
    fn clone(&self) -> Self {
        SpareFrames::default()
    }
}

impl SpareFrames {
    const MOST: usize = 16;
    /// Keeps a frame, whose references have been given back.
    pub fn keep(&mut self, mut frame: Box<NativeFrame>) {
        if self.0.len() < SpareFrames::MOST {
            frame.args.clear();
            frame.answers.clear();
            self.0.push(frame);
        }
    }
    /// A frame with these arguments and answers; the answers' room is exchanged.
    pub fn make(&mut self, f: NativeFn, args: &[Option<Ref>], answers: &mut Vec<Answer>, ret: Ret, catch: bool) -> Box<NativeFrame> {
        let Some(mut frame) = self.0.pop() else {
            return Box::new(NativeFrame { f, args: args.into(), answers: std::mem::take(answers), ret, catch });
        };
        (frame.f, frame.ret, frame.catch) = (f, ret, catch);
        frame.args.extend_from_slice(args);
        std::mem::swap(&mut frame.answers, answers);
        frame
    }
}

/// All that a thread is.
#[derive(Clone, Default)]
pub struct Thread {
    pub id: u32,
    pub activations: Vec<Activation>,
    /// Locals and operand stacks of all its Python frames.
    pub stack: Row<Word>,
    /// The exception being handled: one entry for the thread and one for each generator it is inside of.
    pub handled: Vec<Option<Ref>>,
    /// Python frames on the stack that count towards the recursion limit.
    pub depth: usize,
    /// How the thread's first call ended, once it has.
    pub outcome: Option<Result<Ref, Ref>>,
    /// Values of the thread that natives keep (context, thread-local dicts): owned.
    pub context: Option<Ref>,
    /// The event loop that runs on the thread, and the task that it runs: owned.
    pub event_loop: Option<Ref>,
    pub task: Option<Ref>,
    /// What is told of an async generator's first turn, and of the end of one that nobody closed: owned.
    pub async_hooks: [Option<Ref>; 2],
    /// How many frames of its origin a new coroutine notes.
    pub origin_depth: usize,
    /// The request with which a new thread begins.
    pub start: Option<Request>,
    /// Trace and profile function, and what is being told to them; none before the first.
    pub watch: Option<Box<super::watch::Watch>>,
    /// What it asks of the system as soon as it goes on: others had to come first.
    pub asks: Option<Box<super::syscall::Syscall>>,
    /// Thread-local objects that may have a dict for this thread: not counted, may have died.
    pub locals: Vec<Ref>,
    /// Containers whose `repr` is under way: how a container that holds itself is noticed.
    pub reprs: Vec<ReprRunning>,
}

/// A `repr` under way. The object is not counted: an entry left behind by an exception is swept by the next `repr`.
#[derive(Clone, Copy, Debug)]
pub struct ReprRunning {
    pub obj: Ref,
    /// Python frames below it.
    pub frames: usize,
    /// The native has asked for something and will be run again from its start.
    pub suspended: bool,
}

impl Thread {
    /// Whether it has been given an answer by the system that its native has yet to take.
    pub fn has_answer(&self) -> bool {
        matches!(self.activations.last(), Some(Activation::Native(n)) if matches!(n.answers.last(), Some(super::Answer::Sys(_))))
    }
    pub fn new(id: u32) -> Thread {
        Thread { id, handled: vec![None], ..Default::default() }
    }
    /// The topmost Python frame.
    pub fn top_frame(&self) -> Option<&Frame> {
        self.activations.iter().rev().find_map(|a| match a {
            Activation::Py(f) => Some(f),
            Activation::Native(_) => None,
        })
    }
    /// The exception that `sys.exception()` gives.
    pub fn current_exception(&self) -> Option<Ref> {
        self.handled.iter().rev().find_map(|h| *h)
    }
    /// Every reference the thread holds.
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Thread { id: _, activations, stack: _, handled, depth: _, outcome, context, event_loop, task, async_hooks, origin_depth: _, start, watch, asks: _, locals: _, reprs: _ } = self;
        for a in activations {
            match a {
                Activation::Py(frame) => {
                    frame.visit(f);
                    let words = &self.stack[frame.base as usize..frame.sp as usize];
                    words.iter().filter_map(|w| w.owned_ref()).for_each(&mut *f);
                }
                Activation::Native(n) => n.visit(f),
            }
        }
        handled.iter().flatten().for_each(|r| f(*r));
        match outcome {
            Some(Ok(r) | Err(r)) => f(*r),
            None => {}
        }
        [context, event_loop, task].into_iter().chain(async_hooks).flatten().for_each(|r| f(*r));
        if let Some(request) = start {
            request.visit(f);
        }
        watch.iter().for_each(|w| w.visit(f));
    }
}

impl NativeFrame {
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        self.args.iter().flatten().for_each(|r| f(*r));
        for a in &self.answers {
            match a {
                Answer::Value(r) | Answer::Raised(r) => f(*r),
                Answer::Sys(_) => {}
            }
        }
    }
}

impl Request {
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        use super::step::Resume;
        match self {
            Request::Call { func, args, kwnames } => {
                f(*func);
                args.iter().for_each(|r| f(*r));
                kwnames.iter().for_each(|r| f(*r));
            }
            Request::Through { generator, func, args } => [generator, func].into_iter().chain(args.iter()).for_each(|r| f(*r)),
            Request::Body { func, namespace } => {
                f(*func);
                f(*namespace);
            }
            Request::Resume { generator, how } => {
                f(*generator);
                match how {
                    Resume::Send(r) | Resume::Throw(r) => f(*r),
                }
            }
        }
    }
}
