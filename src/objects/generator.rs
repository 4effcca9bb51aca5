//! Generators, coroutines and async generators: a suspended frame with its piece of the data stack.
use super::frame::{Frame, Word};
use super::types::visit_all;
use crate::heap::Ref;

/// Where a generator stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GenState {
    /// Has a frame at its first instruction.
    Created,
    /// Has a frame at a yield.
    Suspended,
    /// Its frame is on a thread's stack.
    Running,
    /// No frame any more.
    Closed,
}

/// Payload of `generator`, `coroutine` and `async_generator`.
#[derive(Clone)]
pub struct Generator {
    pub state: GenState,
    /// The frame while created or suspended.
    pub frame: Option<Frame>,
    /// Locals and operand stack while created or suspended; empty (with its room) while it runs.
    pub stack: Vec<Word>,
    pub name: Ref,
    pub qualname: Ref,
    pub code: Ref,
    /// The exception being handled inside, while suspended.
    pub handled: Option<Ref>,
    /// Coroutines: `cr_origin`.
    pub origin: Option<Ref>,
    /// Async generators: firstiter hook called, finalizer, running `asend`/`athrow`, closed.
    pub finalizer: Option<Ref>,
    pub hooks_inited: bool,
    pub ag_running: bool,
    pub ag_closed: bool,
    /// The frame object of the closed frame, if Python held it.
    pub frame_object: Option<Ref>,
}
impl Generator {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        let Generator { state: _, frame, stack, name, qualname, code, handled, origin, finalizer, .. } = self;
        if let Some(frame) = frame {
            frame.visit(f);
        }
        stack.iter().filter_map(|w| w.owned_ref()).for_each(&mut *f);
        visit_all([Some(*name), Some(*qualname), Some(*code), *handled, *origin, *finalizer, self.frame_object], f);
    }
}
