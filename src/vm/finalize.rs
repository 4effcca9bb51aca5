//! Death that concerns Python: `__del__`, weak references and their callbacks, unfinished generators; due collections.
use super::{Vm, n, t};
use crate::heap::{Ref, flag};
use crate::objects::Payload;
use crate::objects::frame::Ret;
use rustc_hash::FxHashSet as HashSet;

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
    }
    /// Takes one dead object to its end: the finalizer by a native on top of what runs, then weak references, then the slot.
    fn bury(&mut self, r: Ref) {
        self.forget_dead(r);
        let needs_python = self.heap.flags(r) & flag::FINALIZER != 0 && self.heap.flags(r) & flag::FINALIZED == 0;
        if needs_python && self.finalizer_of(r) {
            self.heap.clear_flag(r, flag::FINALIZER);
            self.heap.set_flag(r, flag::FINALIZED);
            if matches!(self.heap.get(r), Payload::Generator(_)) {
                // Weak references to generators are told before their code runs, those to other objects after `__del__`.
                self.call_back_weakrefs(r);
            }
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
                self.odd_orders.retain(|c| *c != r);
            }
            _ => {}
        }
    }
    /// Weak references see the death; then the object goes (unless somebody brought it back).
    fn end_object(&mut self, r: Ref) {
        if self.heap.count(r) == 1 {
            self.call_back_weakrefs(r);
        }
        self.heap.finish_pending(r);
    }
    fn call_back_weakrefs(&mut self, r: Ref) {
        for callback in self.clear_weakrefs(r, &Default::default()) {
            self.run_hidden(call_back, &[Some(callback.0), Some(callback.1)]);
            self.heap.decref_raw(callback.0);
            self.heap.decref_raw(callback.1);
        }
    }
    /// Clears the weak references to an object; gives (callback, weak reference) pairs, newest first, with counted references.
    /// The weak references that are `dying` themselves do not call back, and keep what they hold.
    pub fn clear_weakrefs(&mut self, r: Ref, dying: &HashSet<Ref>) -> Vec<(Ref, Ref)> {
        let list = self.heap.weakrefs.remove(&r).unwrap_or_default();
        self.heap.clear_flag(r, flag::WEAKREFS);
        let mut callbacks = Vec::new();
        for w in list {
            if let Payload::WeakRef(x) = self.heap.get_mut(w) {
                x.referent = None;
                if !dying.contains(&w)
                    && let Some(cb) = x.callback.take()
                {
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
        let waits = [finalize as super::NativeFn, finalize_only, call_back].iter().any(|g| std::ptr::fn_addr_eq(*g, f));
        if waits {
            // What waits already comes after this one, not inside it: the stack must not grow with the queue. What dies
            // while it runs is new, and is seen to at once.
            self.held.push((std::mem::take(&mut self.heap.pending), std::mem::take(&mut self.hidden)));
        }
        self.run_native(f, &args, Ret::Discard);
        args.into_iter().flatten().for_each(|r| self.heap.decref_raw(r));
        self.heap.attention |= !self.hidden.is_empty() || !self.heap.pending.is_empty();
        true
    }
    /// The end of a finalizer or callback: what had waited for it comes after what it has left.
    fn release_held(&mut self) {
        if let Some((mut pending, mut hidden)) = self.held.pop() {
            // What is left now is little and comes first; what waits may be much, and stays where it is.
            self.heap.pending.drain(..).rev().for_each(|r| pending.push_front(r));
            self.hidden.drain(..).rev().for_each(|x| hidden.push_front(x));
            (self.heap.pending, self.hidden) = (pending, hidden);
            self.heap.attention = true;
        }
    }
    fn collect_garbage_automatically(&mut self) {
        let generation = if self.heap.gc.full_due() { 2 } else { 0 };
        self.collect_garbage(generation);
    }
    /// One collection; gives how many objects were unreachable. Finalizers run afterwards, on top of what runs.
    pub fn collect_garbage(&mut self, generation: usize) -> usize {
        if self.heap.gc.running {
            return 0;
        }
        self.heap.gc.running = true;
        let (garbage, finalizable) = self.begin_collection(generation);
        let count = garbage.len();
        self.heap.gc.stats[generation][1] += count as u64;
        if finalizable.is_empty() {
            self.end_garbage(&garbage);
        } else {
            // PEP 442: finalizers run first; what they leave unreachable is freed by the next pass.
            self.heap.return_to_old(&garbage);
            for r in finalizable {
                self.run_hidden(finalize_only, &[Some(r)]);
            }
            self.heap.gc.look_again();
        }
        self.heap.gc.running = false;
        count
    }
    /// Finds the garbage, clears its weak references and marks those that have a finalizer: (garbage, to be finalized).
    fn begin_collection(&mut self, generation: usize) -> (Vec<Ref>, Vec<Ref>) {
        let garbage = self.heap.find_garbage(generation);
        self.heap.gc.stats[generation][0] += 1;
        let mut finalizable = garbage.clone();
        finalizable.retain(|r| {
            let flags = self.heap.flags(*r);
            flags & flag::FINALIZER != 0 && flags & flag::FINALIZED == 0 && self.finalizer_of(*r)
        });
        let mut callbacks = Vec::new();
        let referents: Vec<Ref> = garbage.iter().copied().filter(|r| self.heap.flags(*r) & flag::WEAKREFS != 0).collect();
        if !referents.is_empty() {
            let dying: HashSet<Ref> = garbage.iter().copied().collect();
            for r in referents {
                callbacks.extend(self.clear_weakrefs(r, &dying));
            }
            for (cb, w) in callbacks {
                self.run_hidden(call_back, &[Some(cb), Some(w)]);
                self.heap.decref_raw(cb);
                self.heap.decref_raw(w);
            }
        }
        for r in &finalizable {
            self.heap.clear_flag(*r, flag::FINALIZER);
            self.heap.set_flag(*r, flag::FINALIZED);
        }
        (garbage, finalizable)
    }
    /// Frees garbage, or with `gc.DEBUG_SAVEALL` keeps it in `gc.garbage`.
    fn end_garbage(&mut self, garbage: &[Ref]) {
        const SAVE_ALL: u32 = 32;
        if self.heap.gc.debug & SAVE_ALL != 0
            && let Some(saved) = self.registry.get("gc.garbage").copied()
        {
            garbage.iter().for_each(|r| self.heap.incref_raw(*r));
            self.list_mut(saved).extend_from_slice(garbage);
            self.heap.return_to_old(garbage);
            return;
        }
        garbage.iter().for_each(|r| self.forget_dead(*r));
        self.heap.clear_garbage(garbage);
    }

    /// The first half of `gc.collect()`: how many objects were freed when no finalizer has to run first. Otherwise None: the
    /// finalizers of [`Vm::collected_finalizable`] run, and [`Vm::finish_collection`] ends it.
    pub fn start_collection(&mut self, generation: usize) -> Option<usize> {
        if self.heap.gc.running {
            return Some(0);
        }
        self.heap.gc.running = true;
        let (garbage, finalizable) = self.begin_collection(generation);
        if finalizable.is_empty() {
            self.end_garbage(&garbage);
            self.heap.gc.stats[generation][1] += garbage.len() as u64;
            self.heap.gc.running = false;
            return Some(garbage.len());
        }
        for (key, list) in [(GARBAGE, &garbage), (FINALIZABLE, &finalizable)] {
            let list = self.list_of(list);
            self.heap.untrack(list.get());
            let old = self.registry.insert(key, list.into_raw());
            self.replace_raw(old);
        }
        None
    }
    /// The object number `i` whose finalizer `gc.collect()` runs (borrowed).
    pub fn collected_finalizable(&self, i: usize) -> Option<Ref> {
        let list = self.registry.get(FINALIZABLE)?;
        self.list_items(*list)?.get(i).copied()
    }
    /// The second half of `gc.collect()`: frees what the finalizers did not bring back, and gives how many that were.
    pub fn finish_collection(&mut self, generation: usize) -> usize {
        let old = self.registry.remove(FINALIZABLE);
        self.replace_raw(old);
        let Some(list) = self.registry.remove(GARBAGE) else { return 0 };
        let all = self.list_items(list).expect("a list").clone();
        let (back, garbage) = self.heap.split_by_reach(all, 1);
        self.heap.return_to_old(&back);
        self.end_garbage(&garbage);
        self.heap.decref_raw(list);
        self.heap.gc.stats[generation][1] += garbage.len() as u64;
        self.heap.gc.running = false;
        garbage.len()
    }
}

/// Where a collection that waits for finalizers keeps its lists.
const GARBAGE: &str = "gc.round";
const FINALIZABLE: &str = "gc.finalizable";

/// (callback, weak reference).
fn call_back(vm: &mut Vm, a: super::Args) -> super::Step {
    if let Err(e) = vm.try_call(a[0], &[a[1]])? {
        vm.report_unraisable(e, "calling weakref callback", a[0])?;
    }
    vm.release_held();
    Ok(vm.none())
}
/// (object): runs its finalizer and ends it.
fn finalize(vm: &mut Vm, a: super::Args) -> super::Step {
    run_and_report(vm, a[0])?;
    vm.release_held();
    // The queue's reference: given back once, when all is answered.
    vm.heap.pending.push_front(a[0]);
    vm.heap.attention = true;
    Ok(vm.none())
}
/// For the prelude: (number) runs one of the finalizers of `gc.collect()`; False behind the last.
pub fn finalize_collected(vm: &mut Vm, a: super::Args) -> super::Step {
    let i = vm.index_i64(a[0])? as usize;
    let Some(r) = vm.collected_finalizable(i) else { return Ok(vm.bool(false)) };
    let r = vm.hold(r);
    let done = finalize_only(vm, super::Args(&[Some(r)]))?;
    vm.release(done);
    Ok(vm.bool(true))
}
fn finalize_only(vm: &mut Vm, a: super::Args) -> super::Step {
    run_and_report(vm, a[0])?;
    vm.release_held();
    Ok(vm.none())
}
fn run_and_report(vm: &mut Vm, r: Ref) -> Result<(), super::Ask> {
    if let Err(e) = run_finalizer(vm, r)? {
        match vm.lookup_special(r, n::__DEL__).filter(|_| !matches!(vm.heap.get(r), Payload::Generator(_))) {
            Some(del) => vm.report_unraisable(e, "calling deallocator", del)?,
            None => vm.report_unraisable(e, "closing generator", r)?,
        }
    }
    Ok(())
}
fn run_finalizer(vm: &mut Vm, r: Ref) -> Result<Result<Ref, Ref>, super::Ask> {
    if matches!(vm.heap.get(r), Payload::Generator(_)) {
        let f = vm.prelude_function("finalize_generator");
        return vm.try_call(f, &[r]);
    }
    // The finalizer may give its object another class.
    let f = vm.once(|vm| {
        let f = vm.lookup_special(r, n::__DEL__).expect("checked");
        Ok(vm.incref(f))
    })?;
    let (f, args) = vm.special_call(f, r, &[])?;
    vm.try_call(f, &args)
}
impl Vm {
    /// An exception that cannot go anywhere, for `sys.unraisablehook`: "Exception ignored while" doing `what` with an object.
    pub fn report_unraisable(&mut self, exc: Ref, what: &str, object: Ref) -> Result<(), super::Ask> {
        let what = self.str(what);
        let what = self.keep(what);
        self.prelude("report_unraisable", &[exc, what, object]).map(|_| ())
    }
}
