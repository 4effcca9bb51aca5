//! The heap: one flat arena of slots with exact reference counts. Knows nothing of Python: a payload says what it refers to.
//!
//! Not here: what a payload is (`objects/`), when finalizers run (`vm/finalize.rs`). A slot whose count falls to zero
//! is freed at once, together with what only it held, without native recursion; a slot that needs the machine to die
//! (finalizer, weak references) goes to `pending` with a count of one, and the machine takes it from there.
mod gc;
mod handle;
pub mod row;
#[cfg(test)]
mod tests;
pub use gc::GcState;
pub use handle::{FIRST_MORTAL, Owned, Ref};
use row::Row;

/// What the heap must know of what it stores.
pub trait Payload: Default {
    /// Every strong reference held, once for each time it is held.
    fn visit(&self, f: &mut dyn FnMut(Ref));
    /// `visit` without a call for each reference, for the payloads that are common.
    #[inline]
    fn visit_each(&self, mut f: impl FnMut(Ref))
    where
        Self: Sized,
    {
        self.visit(&mut f)
    }
    /// Can take part in a cycle.
    fn is_container(&self) -> bool;
    /// Holds no reference at all.
    fn is_leaf(&self) -> bool {
        !self.is_container()
    }
    /// Never changes what it refers to: where no child can be part of a cycle, neither can it.
    fn is_frozen(&self) -> bool {
        false
    }
    /// Owns no memory and refers to nothing: nothing happens when it is dropped.
    fn is_flat(&self) -> bool {
        false
    }
}

/// A count at or above this never changes.
pub const IMMORTAL: u32 = 1 << 30;

/// Bits of [`Slot::flags`].
pub mod flag {
    /// Known to the cycle collector.
    pub const TRACKED: u32 = 1;
    /// Survived a collection: lives in the old list.
    pub const OLD: u32 = 2;
    /// The type has a finalizer that has not run for this object.
    pub const FINALIZER: u32 = 4;
    /// The finalizer has run (PEP 442: it never runs twice).
    pub const FINALIZED: u32 = 8;
    /// Somebody holds a weak reference to it.
    pub const WEAKREFS: u32 = 16;
    /// Has a row in [`Heap::extras`].
    pub const EXTRA: u32 = 32;
    /// Waits in [`Heap::pending`].
    pub const PENDING: u32 = 64;
    /// Set aside by `gc.freeze()`.
    pub const FROZEN: u32 = 128;
    /// Met already while a list is cleaned of doubles; clear outside of that.
    pub const SEEN: u32 = 256;
}

/// One object's place.
pub struct Slot<P> {
    pub(crate) rc: u32,
    pub(crate) flags: u32,
    pub(crate) ty: Ref,
    pub payload: P,
}

impl<P: Clone> Clone for Slot<P> {
    fn clone(&self) -> Self {
        Slot { rc: self.rc, flags: self.flags, ty: self.ty, payload: self.payload.clone() }
    }
    fn clone_from(&mut self, source: &Self) {
        (self.rc, self.flags, self.ty) = (source.rc, source.flags, source.ty);
        self.payload.clone_from(&source.payload);
    }
}

impl<P> row::Item for Slot<P> {
    const OUTSIDE: &'static str = "a handle points outside the arena";
}

/// What an instance of a subclass of a built-in type has besides the built-in's payload.
#[derive(Clone, Default)]
pub struct Extra {
    pub dict: Option<Ref>,
    pub slots: Vec<Option<Ref>>,
}

/// The arena. Slot 0 is never used, so that a handle is never zero.
pub struct Heap<P> {
    pub(crate) slots: Row<Slot<P>>,
    free: Vec<u32>,
    /// Objects whose last reference went away but whose death is the machine's business.
    pub pending: std::collections::VecDeque<Ref>,
    /// Set whenever the machine must look at the heap before its next instruction (`pending`, a due collection).
    pub attention: bool,
    pub gc: GcState,
    extras: rustc_hash::FxHashMap<Ref, Extra>,
    /// Weak reference objects of each referent, newest first, not counted.
    pub weakrefs: rustc_hash::FxHashMap<Ref, Vec<Ref>>,
    live: usize,
    /// Room for the list of what is to be freed; empty between two deaths.
    work: Vec<Ref>,
}

impl<P: Clone> Clone for Heap<P> {
    fn clone(&self) -> Self {
        let Heap { slots, free, pending, attention, gc, extras, weakrefs, live, work } = self;
        Heap {
            slots: slots.clone(),
            free: free.clone(),
            pending: pending.clone(),
            attention: *attention,
            gc: gc.clone(),
            extras: extras.clone(),
            weakrefs: weakrefs.clone(),
            live: *live,
            work: work.clone(),
        }
    }
    /// The memory of an older copy is used again: that is two thirds of the time.
    fn clone_from(&mut self, source: &Self) {
        let Heap { slots, free, pending, attention, gc, extras, weakrefs, live, work } = source;
        self.slots.clone_from(slots);
        self.free.clone_from(free);
        self.pending.clone_from(pending);
        self.attention = *attention;
        self.gc.clone_from(gc);
        self.extras.clone_from(extras);
        self.weakrefs.clone_from(weakrefs);
        self.live = *live;
        self.work.clone_from(work);
    }
}

impl<P: Payload> Default for Heap<P> {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Payload> Heap<P> {
    pub fn new() -> Self {
        let filler = Slot { rc: IMMORTAL, flags: 0, ty: Ref::fixed(1), payload: P::default() };
        Heap {
            slots: vec![filler].into(),
            free: Vec::new(),
            pending: Default::default(),
            attention: false,
            gc: GcState::default(),
            extras: Default::default(),
            weakrefs: Default::default(),
            live: 0,
            work: Vec::new(),
        }
    }

    /// A new object with one reference. `flags`: [`flag::FINALIZER`] when its type has a finalizer.
    #[inline]
    pub fn alloc(&mut self, ty: Ref, payload: P, flags: u32) -> Owned {
        let container = payload.is_container();
        if ty.raw() >= FIRST_MORTAL {
            self.incref_raw(ty);
        }
        self.live += 1;
        let slot = Slot { rc: 1, flags, ty, payload };
        let r = self.place(slot);
        if container {
            self.track(r);
        }
        Owned::adopt(r)
    }
    /// A new object whose references never change, of an immortal type: the collector hears of it only where a child could
    /// be part of a cycle (CPython's `PyTuple_FromArray`).
    #[inline]
    pub fn alloc_frozen(&mut self, ty: Ref, payload: P) -> Owned {
        debug_assert!(ty.raw() < FIRST_MORTAL && payload.is_frozen(), "alloc_frozen is for tuples");
        let mut cyclic = false;
        payload.visit_each(|c| cyclic |= self.is_collectable(c));
        self.live += 1;
        let r = self.place(Slot { rc: 1, flags: 0, ty, payload });
        if cyclic {
            self.track(r);
        }
        Owned::adopt(r)
    }
    /// Whether an object's kind is one that the collector follows, be it tracked now or not.
    #[inline]
    pub(super) fn is_collectable(&self, r: Ref) -> bool {
        let s = &self.slots[r.index()];
        s.payload.is_container() || s.ty.raw() >= FIRST_MORTAL
    }
    /// A new object of an immortal type, which holds no reference.
    #[inline]
    pub fn alloc_leaf(&mut self, ty: Ref, payload: P) -> Owned {
        debug_assert!(ty.raw() < FIRST_MORTAL && !payload.is_container(), "alloc_leaf is for scalars");
        self.live += 1;
        Owned::adopt(self.place(Slot { rc: 1, flags: 0, ty, payload }))
    }
    /// The same for a payload that is flat, where the call itself would cost as much.
    #[inline(always)]
    pub fn alloc_flat(&mut self, ty: Ref, payload: P) -> Owned {
        debug_assert!(payload.is_flat(), "alloc_flat is for what owns no memory");
        match self.free.pop() {
            Some(i) => {
                self.live += 1;
                let s = &mut self.slots[i as usize];
                debug_assert!(s.payload.is_flat(), "a free slot is empty");
                (s.rc, s.flags, s.ty) = (1, 0, ty);
                // An empty slot has nothing to drop.
                std::mem::forget(std::mem::replace(&mut s.payload, payload));
                Owned::adopt(Ref::fixed(i))
            }
            None => self.alloc_at_end(ty, payload),
        }
    }
    #[cold]
    #[inline(never)]
    fn alloc_at_end(&mut self, ty: Ref, payload: P) -> Owned {
        self.alloc_leaf(ty, payload)
    }
    #[inline(always)]
    fn place(&mut self, slot: Slot<P>) -> Ref {
        match self.free.pop() {
            Some(i) => {
                let old = std::mem::replace(&mut self.slots[i as usize], slot);
                debug_assert!(old.payload.is_flat(), "a free slot is empty");
                // An empty slot has nothing to drop.
                std::mem::forget(old);
                Ref::fixed(i)
            }
            None => {
                self.slots.push(slot);
                Ref::fixed(self.slots.len() as u32 - 1)
            }
        }
    }

    /// Builds an immortal object at the next index; used for the fixed objects while a machine starts.
    pub fn alloc_fixed(&mut self, ty: Ref, payload: P) -> Ref {
        assert!(self.free.is_empty(), "fixed objects come before any object dies");
        self.live += 1;
        self.slots.push(Slot { rc: IMMORTAL, flags: 0, ty, payload });
        Ref::fixed(self.slots.len() as u32 - 1)
    }

    #[inline(always)]
    pub fn slot(&self, r: Ref) -> &Slot<P> {
        self.slot_at(r.index())
    }
    /// The slot at an index of the arena.
    #[inline(always)]
    pub fn slot_at(&self, index: usize) -> &Slot<P> {
        &self.slots[index]
    }
    #[inline(always)]
    pub fn slot_at_mut(&mut self, index: usize) -> &mut Slot<P> {
        &mut self.slots[index]
    }
    #[inline(always)]
    pub fn get(&self, r: Ref) -> &P {
        &self.slots[r.index()].payload
    }
    #[inline(always)]
    pub fn get_mut(&mut self, r: Ref) -> &mut P {
        &mut self.slots[r.index()].payload
    }
    #[inline(always)]
    pub fn ty(&self, r: Ref) -> Ref {
        self.slots[r.index()].ty
    }
    /// Changes the type (`__class__` assignment); moves the reference to the type.
    pub fn set_ty(&mut self, r: Ref, ty: Ref) {
        self.incref_raw(ty);
        let old = std::mem::replace(&mut self.slots[r.index()].ty, ty);
        self.decref_raw(old);
    }
    #[inline(always)]
    pub fn flags(&self, r: Ref) -> u32 {
        self.slots[r.index()].flags
    }
    pub fn set_flag(&mut self, r: Ref, bits: u32) {
        self.slots[r.index()].flags |= bits;
    }
    pub fn clear_flag(&mut self, r: Ref, bits: u32) {
        self.slots[r.index()].flags &= !bits;
    }
    /// The stored count; at or above [`IMMORTAL`] it never changes.
    #[inline(always)]
    pub fn count(&self, r: Ref) -> u32 {
        self.slots[r.index()].rc
    }
    pub fn make_immortal(&mut self, r: Ref) {
        self.slots[r.index()].rc = IMMORTAL;
        self.untrack(r);
    }
    pub fn is_live(&self, r: Ref) -> bool {
        self.slots.get(r.index()).is_some_and(|s| s.rc != 0)
    }
    /// How many objects are alive.
    pub fn live(&self) -> usize {
        self.live
    }
    /// Every live object in address order.
    pub fn iter(&self) -> impl Iterator<Item = Ref> + '_ {
        (1..self.slots.len() as u32).map(Ref::fixed).filter(|&r| self.slots[r.index()].rc != 0)
    }

    /// One more reference.
    #[inline(always)]
    pub fn incref(&mut self, r: Ref) -> Owned {
        self.incref_raw(r);
        Owned::adopt(r)
    }
    /// One more reference that is stored at once in a place that [`Payload::visit`] reports.
    #[inline(always)]
    pub fn incref_raw(&mut self, r: Ref) {
        self.incref_at(r.index());
    }
    /// One more reference to the object at an index of the arena, like [`Heap::incref_raw`].
    #[inline(always)]
    pub fn incref_at(&mut self, index: usize) {
        let s = &mut self.slots[index];
        debug_assert!(s.rc != 0, "stale handle {index}: the object is dead");
        if s.rc < IMMORTAL {
            s.rc += 1;
        }
    }
    /// Gives a reference back.
    #[inline(always)]
    pub fn release(&mut self, o: Owned) {
        self.decref_raw(o.into_raw());
    }
    /// Gives back a reference that was stored.
    #[inline(always)]
    pub fn decref_raw(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        debug_assert!(s.rc != 0, "stale handle {r:?}: the object is dead");
        if s.rc < IMMORTAL {
            s.rc -= 1;
            if s.rc == 0 {
                self.last_reference_gone(r);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn defer_death(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        s.rc = 1;
        s.flags |= flag::PENDING;
        self.pending.push_back(r);
        self.attention = true;
    }

    #[inline(never)]
    fn last_reference_gone(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        if s.flags == 0 && s.ty.raw() < FIRST_MORTAL && s.payload.is_flat() {
            // A number, nearly always: nothing happens but that its place is free.
            std::mem::forget(std::mem::take(&mut s.payload));
            self.free.push(r.index() as u32);
            self.live -= 1;
            return;
        }
        self.die(r)
    }
    #[inline(never)]
    fn die(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        if s.flags & (flag::FINALIZER | flag::WEAKREFS) != 0 {
            return self.defer_death(r);
        }
        if s.payload.is_leaf() && s.flags & flag::EXTRA == 0 {
            let ty = s.ty;
            let old = std::mem::take(&mut s.payload);
            if old.is_flat() {
                std::mem::forget(old);
            } else {
                drop(old);
            }
            self.free.push(r.index() as u32);
            self.live -= 1;
            if ty.raw() >= FIRST_MORTAL {
                self.decref_raw(ty);
            }
            return;
        }
        self.destroy(r);
    }

    /// Frees an object that has a single reference and nothing beside its payload, and gives what it held to the caller:
    /// the references in it are now the caller's. None, and nothing has changed, where its death would be noticed.
    #[inline]
    pub fn take_last(&mut self, r: Ref) -> Option<P> {
        let s = &mut self.slots[r.index()];
        let noticed = flag::FINALIZER | flag::WEAKREFS | flag::EXTRA | flag::PENDING;
        if s.rc != 1 || s.flags & noticed != 0 || s.ty.raw() >= FIRST_MORTAL {
            return None;
        }
        let flags = std::mem::take(&mut s.flags);
        s.rc = 0;
        let payload = std::mem::take(&mut s.payload);
        if flags & flag::TRACKED != 0 {
            self.gc.forget(flags);
        }
        self.free.push(r.index() as u32);
        self.live -= 1;
        Some(payload)
    }
    /// Frees an object whose count is zero, and all that only it held, depth first, in the order of `visit`.
    fn destroy(&mut self, r: Ref) {
        let mut work = std::mem::take(&mut self.work);
        self.free_slot(r, &mut work);
        while let Some(child) = work.pop() {
            let s = &mut self.slots[child.index()];
            if s.rc >= IMMORTAL {
                continue;
            }
            s.rc -= 1;
            if s.rc == 0 {
                if s.flags & (flag::FINALIZER | flag::WEAKREFS) != 0 {
                    self.defer_death(child);
                } else {
                    self.free_slot(child, &mut work);
                }
            }
        }
        self.work = work;
    }

    /// Returns the slot to the free list; what it held goes onto `work` so that the first visited is popped first.
    fn free_slot(&mut self, r: Ref, work: &mut Vec<Ref>) {
        let start = work.len();
        let s = &mut self.slots[r.index()];
        let payload = std::mem::take(&mut s.payload);
        let (flags, ty) = (s.flags, s.ty);
        s.rc = 0;
        s.flags = 0;
        payload.visit_each(|c| work.push(c));
        if flags & flag::EXTRA != 0
            && let Some(x) = self.extras.remove(&r)
        {
            work.extend(x.dict);
            work.extend(x.slots.into_iter().flatten());
        }
        if ty.raw() >= FIRST_MORTAL {
            work.push(ty);
        }
        work[start..].reverse();
        if flags & flag::TRACKED != 0 {
            self.gc.forget(flags);
        }
        self.free.push(r.index() as u32);
        self.live -= 1;
    }

    /// Ends an object that the machine took from `pending`: gives back the queue's reference; a resurrected one lives on.
    pub fn finish_pending(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        s.flags &= !(flag::PENDING | flag::FINALIZER);
        s.rc -= 1;
        if s.rc == 0 {
            s.flags &= !flag::WEAKREFS;
            self.destroy(r);
        }
    }

    /// Every strong reference that `r` holds, its type's included.
    pub fn visit_children(&self, r: Ref, f: &mut dyn FnMut(Ref)) {
        self.each_child(r, f)
    }
    /// The same, without a call for each reference.
    #[inline]
    fn each_child(&self, r: Ref, mut f: impl FnMut(Ref)) {
        let s = &self.slots[r.index()];
        s.payload.visit_each(&mut f);
        if s.flags & flag::EXTRA != 0
            && let Some(x) = self.extras.get(&r)
        {
            x.dict.into_iter().for_each(&mut f);
            x.slots.iter().flatten().for_each(|c| f(*c));
        }
        f(s.ty);
    }

    pub fn extra(&self, r: Ref) -> Option<&Extra> {
        if self.slots[r.index()].flags & flag::EXTRA == 0 { None } else { self.extras.get(&r) }
    }
    /// The extra of `r`, made empty if it has none.
    pub fn extra_mut(&mut self, r: Ref) -> &mut Extra {
        if self.slots[r.index()].flags & flag::EXTRA == 0 {
            self.set_flag(r, flag::EXTRA);
            self.track(r);
        }
        self.extras.entry(r).or_default()
    }
}
