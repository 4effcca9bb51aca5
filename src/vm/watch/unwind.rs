//! Exceptions on their way up through a watched thread: each frame tells of them before it looks for a handler, and
//! before it ends.
use super::hook::Here;
use super::{To, event};
use crate::heap::{Owned, Ref};
use crate::vm::{Ask, Vm, fixed};

/// How far the telling has come in the frame on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::vm) enum Point {
    /// It was thrown into a generator.
    Thrown,
    /// It was raised here.
    Raised,
    /// The frame is left.
    Unwound,
}

/// An exception (counted) between two steps of its way.
#[derive(Clone, Debug)]
pub(in crate::vm) struct Stage {
    pub exc: Ref,
    pub point: Point,
    /// Where the frame was, for who looks at it later.
    pub ended: Option<u32>,
    /// A listener's own exception, in place of the one that it was told of.
    pub new: bool,
}
impl Stage {
    pub fn visit(&self, f: &mut dyn FnMut(Ref)) {
        f(self.exc);
    }
}

/// What the frame on top has been told already of an exception that begins to go up.
#[derive(Clone, Copy)]
pub(in crate::vm) struct Seen {
    pub point: Point,
    pub ended: Option<u32>,
    /// The frame has no traceback entry yet.
    pub new: bool,
}

impl Vm {
    /// What the frame on top has been told already of the exception that begins to go up.
    #[inline]
    pub(in crate::vm) fn take_stage(&mut self) -> Option<Seen> {
        let stage = self.cur.watch.as_mut()?.stage.take()?;
        self.heap.decref_raw(stage.exc);
        Some(Seen { point: stage.point, ended: stage.ended, new: stage.new || stage.point == Point::Thrown })
    }
    pub(super) fn replace_stage(&mut self, stage: Stage, new: Ref) {
        self.heap.incref_raw(new);
        self.heap.decref_raw(stage.exc);
        self.watch().stage = Some(Stage { exc: new, new: true, ..stage });
    }
    fn here(&mut self) -> Option<Here> {
        let depth = self.cur.activations.len();
        let f = self.top();
        let (hidden, code_ref, at) = (f.hidden, f.code_ref, f.last as usize);
        if hidden { None } else { Some(Here { code_ref, code: self.code_obj(code_ref).clone(), depth, at }) }
    }
    /// Tells of an exception raised in the frame on top. True: it goes on when that is done, and is with who is told.
    pub(in crate::vm) fn tell_raise(&mut self, exc: &Owned, ended: Option<u32>, again: bool) -> bool {
        let Some(here) = self.here() else { return false };
        self.drop_queue();
        self.queue_call_end(&here, event::C_RAISE);
        self.queue_exception(&here, if again { event::RERAISE } else { event::RAISE }, exc.get());
        self.tell_on_the_way(exc, Point::Raised, ended)
    }
    /// Tells that an exception ends the frame on top.
    pub(in crate::vm) fn tell_unwind(&mut self, exc: &Owned, ended: Option<u32>) -> bool {
        let Some(here) = self.here() else { return false };
        self.queue_tools(&here, event::PY_UNWIND, 2 * here.at as i64, &[exc.get()]);
        self.queue_frame_event(&here, event::PY_UNWIND, fixed::NONE, false);
        if let Some(last) = ended {
            self.top().last = last;
        }
        self.tell_on_the_way(exc, Point::Unwound, ended)
    }
    /// Tells that an exception is thrown into the generator whose frame is on top.
    pub(in crate::vm) fn tell_throw(&mut self, exc: &Owned) -> bool {
        let Some(here) = self.here() else { return false };
        self.queue_tools(&here, event::PY_THROW, 2 * here.at as i64, &[exc.get()]);
        self.queue_frame_event(&here, event::PY_THROW, fixed::NONE, true);
        self.tell_on_the_way(exc, Point::Thrown, None)
    }
    /// Tells that the frame on top handles an exception, before its next instruction.
    pub(in crate::vm) fn tell_handled(&mut self, exc: Ref) {
        if let Some(here) = self.here() {
            let target = 2 * self.top().pc as i64;
            self.queue_tools(&here, event::EXCEPTION_HANDLED, target, &[exc]);
        }
    }
    /// The iterator of a `for` loop has ended with an exception that the loop swallows: told before the next instruction.
    pub(in crate::vm) fn tell_swallowed(&mut self, exc: Ref) {
        if let Some(here) = self.here() {
            self.queue_exception(&here, event::RAISE, exc);
        }
    }
    /// What a generator's end is to those who hear of StopIteration, though nobody raises it.
    pub(super) fn queue_artificial_end(&mut self, here: &Here, value: Ref) {
        if let Ask::Raise(exc) = self.stop_iteration(Some(value)) {
            self.queue_tools(here, event::STOP_ITERATION, 2 * here.at as i64, &[exc.get()]);
            self.queue_traced_exception(here, event::STOP_ITERATION, exc.get());
            self.release(exc);
        }
    }
    fn queue_exception(&mut self, here: &Here, event: u8, exc: Ref) {
        self.queue_tools(here, event, 2 * here.at as i64, &[exc]);
        if event == event::RAISE {
            self.queue_traced_exception(here, event, exc);
        }
    }
    fn queue_traced_exception(&mut self, here: &Here, event: u8, exc: Ref) {
        if self.traces_frame(here) {
            let tb = self.exc_of(exc).and_then(|e| e.traceback).unwrap_or(fixed::NONE);
            let ty = self.ty(exc);
            let arg = self.tuple_of(&[ty, exc, tb]);
            self.queue_old(here, To::Trace, event, arg.get());
            self.release(arg);
        }
    }
    /// Tells what is in the queue; the last of it sends the exception on.
    fn tell_on_the_way(&mut self, exc: &Owned, point: Point, ended: Option<u32>) -> bool {
        let Some(last) = self.watch().queue.back_mut() else { return false };
        last.then = Some(Stage { exc: exc.get(), point, ended, new: false });
        // Should the loop look at the frame before all is told, it must find it where it is.
        let f = self.top();
        f.pc = f.last;
        self.heap.incref_raw(exc.get());
        self.tell_next()
    }
}
