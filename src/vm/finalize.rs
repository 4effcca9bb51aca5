//! Death that concerns Python: `__del__`, weak references and their callbacks, unfinished generators; due collections.
use super::{Vm, n, t};
use crate::heap::{Ref, flag};
use crate::objects::Payload;
use crate::objects::frame::Ret;

impl Vm {
    /// Does what the heap asked for: dead objects that need Python, and a collection that is due.
    #[cold]
    pub(super) fn attend(&mut self) {
        self.heap.attention = false;
        if self.run_next_hidden() {
            return;
        }
        if let Some(r) = self.heap.pending.pop_front() {
            self.bury(r);
            if !self.heap.pending.is_empty() {
                self.heap.attention = true;
            }
        } else if self.heap.gc.due() {
            self.collect_garbage_automatically();
        }
        if self.interrupt && self.cur.id == self.main_thread {
            self.interrupt = false;
            let e = super::Ask::Raise(self.new_exception(t::KEYBOARD_INTERRUPT, vec![]));
            self.raise_ask(e);
        }
    }
    /// Takes one dead object to its end: the finalizer by a native on top of what runs, then weak references, then the slot.
    fn bury(&mut self, r: Ref) {
        self.forget_dead(r);
        let needs_python = self.heap.flags(r) & flag::FINALIZER != 0 && self.heap.flags(r) & flag::FINALIZED == 0;
        if needs_python && self.finalizer_of(r) {
            self.heap.clear_flag(r, flag::FINALIZER);
            self.heap.set_flag(r, flag::FINALIZED);
            self.run_hidden(finalize, &[Some(r)]);
            return;
        }
        self.end_object(r);
    }
    /// What must happen at the death of objects that others have a row for: weak references, classes.
    fn forget_dead(&mut self, r: Ref) {
        match self.heap.get(r) {
            Payload::WeakRef(_) => self.forget_weakref(r),
            Payload::Type(x) => {
                for b in x.bases.clone() {
                    self.type_obj_mut(b).subclasses.retain(|c| *c != r);
                }
            }
            _ => {}
        }
    }
    /// Weak references see the death; then the object goes (unless somebody brought it back).
    fn end_object(&mut self, r: Ref) {
        if self.heap.count(r) == 1 {
            for callback in self.clear_weakrefs(r) {
                self.run_hidden(call_back, &[Some(callback.0), Some(callback.1)]);
                self.heap.decref_raw(callback.0);
                self.heap.decref_raw(callback.1);
            }
        }
        self.heap.finish_pending(r);
    }
    /// Clears the weak references to an object; gives (callback, weak reference) pairs, newest first, with counted references.
    pub fn clear_weakrefs(&mut self, r: Ref) -> Vec<(Ref, Ref)> {
        let list = self.heap.weakrefs.remove(&r).unwrap_or_default();
        self.heap.clear_flag(r, flag::WEAKREFS);
        let mut callbacks = Vec::new();
        for w in list {
            if let Payload::WeakRef(x) = self.heap.get_mut(w) {
                x.referent = None;
                if let Some(cb) = x.callback.take() {
                    self.heap.incref_raw(w);
                    callbacks.push((cb, w));
                }
            }
        }
        callbacks
    }
    fn finalizer_of(&mut self, r: Ref) -> bool {
        match self.heap.get(r) {
            Payload::Generator(g) => {
                use crate::objects::generator::GenState;
                g.state == GenState::Suspended || (g.state == GenState::Created && self.ty(r) == t::COROUTINE)
            }
            _ => self.lookup_special(r, n::__DEL__).is_some(),
        }
    }
    /// Has a native run before the next instruction, on top of what runs then; its value is dropped, and it handles its
    /// own exceptions. Never at once: a native may be running.
    pub fn run_hidden(&mut self, f: super::NativeFn, args: &[Option<Ref>]) {
        args.iter().flatten().for_each(|r| self.heap.incref_raw(*r));
        self.hidden.push_back((f, args.to_vec()));
        self.heap.attention = true;
    }
    fn run_next_hidden(&mut self) -> bool {
        let Some((f, args)) = self.hidden.pop_front() else { return false };
        self.run_native(f, &args, Ret::Discard);
        args.into_iter().flatten().for_each(|r| self.heap.decref_raw(r));
        self.heap.attention |= !self.hidden.is_empty() || !self.heap.pending.is_empty();
        true
    }
    fn collect_garbage_automatically(&mut self) {
        let full = self.heap.gc.full_due();
        self.collect_garbage(full);
    }
    /// One collection; gives how many objects were unreachable. Finalizers run afterwards, on top of what runs.
    pub fn collect_garbage(&mut self, full: bool) -> usize {
        if self.heap.gc.running {
            return 0;
        }
        self.heap.gc.running = true;
        let garbage = self.heap.find_garbage(full);
        let count = garbage.len();
        let generation = if full { 2 } else { 0 };
        self.heap.gc.stats[generation][0] += 1;
        self.heap.gc.stats[generation][1] += count as u64;
        let mut finalizable = garbage.clone();
        finalizable.retain(|r| {
            let flags = self.heap.flags(*r);
            flags & flag::FINALIZER != 0 && flags & flag::FINALIZED == 0 && self.finalizer_of(*r)
        });
        let mut callbacks = Vec::new();
        let referents: Vec<Ref> = garbage.iter().copied().filter(|r| self.heap.flags(*r) & flag::WEAKREFS != 0).collect();
        if !referents.is_empty() {
            let dying: std::collections::HashSet<Ref> = garbage.iter().copied().collect();
            for r in referents {
                callbacks.extend(self.clear_weakrefs(r).into_iter().filter(|(_, w)| !dying.contains(w)));
            }
        }
        for (cb, w) in callbacks {
            self.run_hidden(call_back, &[Some(cb), Some(w)]);
            self.heap.decref_raw(cb);
            self.heap.decref_raw(w);
        }
        if finalizable.is_empty() {
            garbage.iter().for_each(|r| self.forget_dead(*r));
            self.heap.clear_garbage(&garbage);
        } else {
            // PEP 442: finalizers run first; what they leave unreachable is freed by the next pass.
            for r in &finalizable {
                self.heap.clear_flag(*r, flag::FINALIZER);
                self.heap.set_flag(*r, flag::FINALIZED);
            }
            self.heap.return_to_old(&garbage);
            for r in finalizable.into_iter().rev() {
                self.run_hidden(finalize_only, &[Some(r)]);
            }
            self.heap.gc.look_again();
        }
        self.heap.gc.running = false;
        count
    }
}

/// (callback, weak reference).
fn call_back(vm: &mut Vm, a: super::Args) -> super::Step {
    match vm.try_call(a[0], &[a[1]])? {
        Ok(_) => Ok(vm.none()),
        Err(e) => {
            vm.report_unraisable(e, "calling weakref callback", a[0])?;
            Ok(vm.none())
        }
    }
}
/// (object): runs its finalizer and ends it.
fn finalize(vm: &mut Vm, a: super::Args) -> super::Step {
    let done = finalize_only(vm, a)?;
    vm.release(done);
    // The queue's reference: given back once, when all is answered.
    vm.heap.pending.push_back(a[0]);
    vm.heap.attention = true;
    Ok(vm.none())
}
fn finalize_only(vm: &mut Vm, a: super::Args) -> super::Step {
    if let Err(e) = run_finalizer(vm, a[0])? {
        match vm.lookup_special(a[0], n::__DEL__) {
            Some(del) => vm.report_unraisable(e, "calling deallocator", del)?,
            None => vm.report_unraisable(e, "closing generator", a[0])?,
        }
    }
    Ok(vm.none())
}
fn run_finalizer(vm: &mut Vm, r: Ref) -> Result<Result<Ref, Ref>, super::Ask> {
    if matches!(vm.heap.get(r), Payload::Generator(_)) {
        let f = vm.prelude_function("finalize_generator");
        return vm.try_call(f, &[r]);
    }
    let f = vm.lookup_special(r, n::__DEL__).expect("checked");
    let (f, bound) = vm.bind_special(f, r)?;
    let args = [r];
    vm.try_call(f, if bound { &args[..] } else { &[] })
}
impl Vm {
    /// An exception that cannot go anywhere, for `sys.unraisablehook`: "Exception ignored while" doing `what` with an object.
    pub fn report_unraisable(&mut self, exc: Ref, what: &str, object: Ref) -> Result<(), super::Ask> {
        let what = self.str(what);
        let what = self.keep(what);
        self.prelude("report_unraisable", &[exc, what, object]).map(|_| ())
    }
}
