//! Telling: the native on top of a frame that calls a listener, and what its answer means.
use super::{Stage, To, Told, event};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::frame::Ret;
use crate::vm::{Args, Ask, Step, Vm, fixed};

impl Vm {
    /// Tells the first event of the queue. True: the run loop looks at the thread anew.
    pub(super) fn tell_next(&mut self) -> bool {
        let Some(told) = self.watch().queue.pop_front() else { return false };
        match self.listener(&told) {
            Some(_) => {
                let w = self.watch();
                w.busy += 1;
                w.running.push(told);
                self.run_native(tell, &[], Ret::Discard);
            }
            // It has gone since.
            None => {
                if let Some(stage) = self.drop_told(told) {
                    self.send_on(stage);
                }
            }
        }
        true
    }
    /// The function that an event is for, as things are now (borrowed).
    fn listener(&self, told: &Told) -> Option<Ref> {
        let w = self.cur.watch.as_ref()?;
        match told.to {
            To::Tool(tool) => self.monitoring.as_ref().and_then(|m| m.callbacks[tool as usize][told.event as usize]),
            To::Profile => w.profile,
            To::Trace => match (told.event, told.frame.map(|f| self.heap.get(f))) {
                (event::PY_START | event::PY_RESUME | event::PY_THROW, _) => w.trace,
                (_, Some(Payload::Frame(f))) => w.trace.and(f.trace),
                _ => None,
            },
        }
    }
    /// Gives back what an event held; its stage is the caller's.
    pub(super) fn drop_told(&mut self, told: Told) -> Option<Stage> {
        self.replace_raw(told.frame);
        told.args.into_iter().for_each(|r| self.heap.decref_raw(r));
        told.then
    }
    pub(super) fn drop_queue(&mut self) {
        self.drop_events(|_| true);
    }
    /// Forgets events of frames that are no more.
    pub(super) fn drop_stale_events(&mut self, depth: usize) {
        if self.watch().queue.iter().any(|x| x.depth > depth) {
            self.drop_events(|x| x.depth > depth);
        }
    }
    /// Forgets what is still to be told of the frame of this depth: it goes on elsewhere.
    pub(super) fn drop_events_at(&mut self, depth: usize) {
        self.drop_events(|x| x.depth == depth);
    }
    fn drop_events(&mut self, which: impl Fn(&Told) -> bool) {
        for told in std::mem::take(&mut self.watch().queue) {
            if !which(&told) {
                self.watch().queue.push_back(told);
            } else if let Some(stage) = self.drop_told(told) {
                self.heap.decref_raw(stage.exc);
            }
        }
    }
    /// An exception of which the frame on top has been told goes on.
    fn send_on(&mut self, stage: Stage) {
        let exc = stage.exc;
        self.heap.incref_raw(exc);
        self.watch().stage = Some(stage);
        self.unwind(Owned::adopt(exc));
    }
    /// What a listener gave back.
    fn heed(&mut self, told: &Told, answer: Result<Ref, Ref>) -> Result<(), Ask> {
        match (told.to, answer) {
            (To::Trace, Ok(f)) => {
                if f != fixed::NONE && let Some(frame) = told.frame {
                    self.set_frame_trace(frame, Some(f));
                }
            }
            (To::Trace, Err(_)) => {
                self.set_trace_function(None);
                told.frame.iter().for_each(|f| self.set_frame_trace(*f, None));
            }
            (To::Profile, Err(_)) => self.set_profile_function(None),
            (To::Tool(tool), Ok(v)) if self.monitoring.as_ref().is_some_and(|m| m.disable == Some(v)) => return self.turn_off(told, tool),
            _ => {}
        }
        Ok(())
    }
    fn turn_off(&mut self, told: &Told, tool: u8) -> Result<(), Ask> {
        if event::can_be_disabled(told.event) {
            if let Some(m) = self.monitoring.as_mut() {
                m.disabled.insert((tool, told.event, told.code, told.at));
            }
            return Ok(());
        }
        let old = self.monitoring.as_mut().and_then(|m| m.callbacks[tool as usize][told.event as usize].take());
        self.replace_raw(old);
        Err(self.value_error(format!("Cannot disable {} events. Callback removed.", event::NAMES[told.event as usize])))
    }
    fn set_frame_trace(&mut self, frame: Ref, f: Option<Ref>) {
        f.iter().for_each(|r| self.heap.incref_raw(*r));
        let old = match self.heap.get_mut(frame) {
            Payload::Frame(x) => std::mem::replace(&mut x.trace, f),
            _ => f,
        };
        self.replace_raw(old);
    }
}

/// Calls the listener of the innermost event that is being told.
fn tell(vm: &mut Vm, _: Args) -> Step {
    let told = vm.watch().running.last().expect("an event is being told").clone();
    let answer = match vm.listener(&told) {
        Some(f) => {
            let f = vm.hold(f);
            let args = match (told.to, told.frame) {
                (To::Tool(_), _) | (_, None) => told.args.clone(),
                (_, Some(frame)) => {
                    let name = vm.intern(event::old_name(told.event));
                    vec![frame, vm.keep(name), told.args[0]]
                }
            };
            vm.try_call(f, &args)?
        }
        // Only when it is run again: it has been called, and has ended itself.
        None => vm.try_call(fixed::NONE, &[])?,
    };
    let w = vm.watch();
    w.running.pop();
    w.busy = w.busy.saturating_sub(1);
    let heeded = vm.heed(&told, answer);
    let failed = match (heeded, answer) {
        (Err(e), _) => Some(e),
        (_, Err(e)) => Some(vm.reraise(e)),
        _ => None,
    };
    let stage = vm.drop_told(told);
    match (failed, stage) {
        (None, None) => Ok(vm.none()),
        (None, Some(stage)) => {
            let exc = stage.exc;
            vm.heap.incref_raw(exc);
            vm.watch().stage = Some(stage);
            Err(Ask::Raise(Owned::adopt(exc)))
        }
        // A listener's own exception takes the place of the one that it was told of.
        (Some(e), stage) => {
            vm.drop_queue();
            if let (Some(stage), Ask::Raise(new)) = (stage, &e) {
                vm.replace_stage(stage, new.get());
            }
            Err(e)
        }
    }
}
