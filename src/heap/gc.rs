//! The cycle collector: generations, and the three phases (copy counts, subtract internal references, find what is reachable).
//!
//! Algorithm: CPython `Python/gc.c`. The collector only finds the unreachable objects; finalizers and weak reference
//! callbacks are the machine's (`vm/finalize.rs`), which then calls [`Heap::clear_garbage`].
use super::*;

/// Added to the copied count of a candidate that nothing has reached yet; counts are below [`IMMORTAL`].
const UNREACHED: u32 = 1 << 31;

/// Counters and lists of the collector.
#[derive(Clone)]
pub struct GcState {
    pub enabled: bool,
    /// Thresholds: young objects before a young collection, young collections before a full one, unused (0 in 3.14).
    pub threshold: [i64; 3],
    /// Objects tracked since the last collection, minus those that died; young collections since the last full one.
    pub count: [i64; 3],
    pub(super) young: Vec<Ref>,
    pub(super) old: Vec<Ref>,
    /// Where generation 1 begins in `old`: what has survived one collection.
    middle: usize,
    /// Length of `young` at which its stale entries are dropped: twice what was left the last time.
    compact_at: usize,
    /// Objects that were old after the last full collection: the next waits until a quarter as many have been added.
    settled: usize,
    /// Phase 1's copies of the counts, by slot; all zero between two collections.
    counts: Vec<u32>,
    /// Collections, objects collected and uncollectable, by generation: `gc.get_stats()`.
    pub stats: [[u64; 3]; 3],
    pub debug: u32,
    /// A collection is going on: none starts inside it.
    pub running: bool,
    /// Collect at every allocation that may (a test mode).
    pub stress: bool,
}

impl Default for GcState {
    fn default() -> Self {
        GcState {
            enabled: true,
            threshold: [2000, 10, 0],
            count: [0; 3],
            young: Vec::new(),
            old: Vec::new(),
            middle: 0,
            compact_at: 16_000,
            settled: 0,
            counts: Vec::new(),
            stats: [[0; 3]; 3],
            debug: 0,
            running: false,
            stress: false,
        }
    }
}

impl GcState {
    pub(super) fn forget(&mut self, flags: u32) {
        if flags & flag::OLD == 0 && self.count[0] > 0 {
            self.count[0] -= 1;
        }
    }
    /// Whether an automatic collection looks at the old objects too: enough young ones have been done, and the old have
    /// grown by a quarter, so that the work stays linear in what is allocated.
    pub fn full_due(&self) -> bool {
        self.count[1] >= self.threshold[1] && (self.old.len() - self.old.len().min(self.settled)) * 4 > self.settled
    }
    /// Finalizers have run: the next automatic collection is a full one, which frees what they left.
    pub fn look_again(&mut self) {
        self.count[1] = self.threshold[1];
        self.settled = 0;
    }
    /// Whether a collection is due.
    pub fn due(&self) -> bool {
        self.enabled && !self.running && self.threshold[0] > 0 && (self.count[0] > self.threshold[0] || self.stress)
    }
}

impl<P: Payload> Heap<P> {
    /// Makes an object known to the collector.
    #[inline]
    pub fn track(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        if s.flags & flag::TRACKED != 0 {
            return;
        }
        s.flags |= flag::TRACKED;
        self.gc.young.push(r);
        self.gc.count[0] += 1;
        if self.gc.count[0] > self.gc.threshold[0] || self.gc.stress {
            self.gc_due();
        }
    }
    #[cold]
    fn gc_due(&mut self) {
        if self.gc.young.len() > self.gc.compact_at {
            self.compact_young();
        }
        if self.gc.due() {
            self.attention = true;
        }
    }
    /// Drops stale entries when the list grows although objects die young.
    fn compact_young(&mut self) {
        let mut young = std::mem::take(&mut self.gc.young);
        self.keep_current(&mut young, false);
        self.gc.compact_at = 16_000.max(2 * young.len());
        self.gc.young = young;
    }
    pub fn untrack(&mut self, r: Ref) {
        let s = &mut self.slots[r.index()];
        if s.flags & flag::TRACKED != 0 {
            let flags = s.flags;
            s.flags &= !(flag::TRACKED | flag::OLD);
            self.gc.forget(flags);
        }
    }

    /// Keeps the entries that are alive, tracked and of the wanted age, each once: the last, since those before it are of
    /// objects that had the place earlier.
    fn keep_current(&mut self, list: &mut Vec<Ref>, old: bool) {
        let slots = &mut self.slots;
        list.reverse();
        list.retain(|r| {
            let s = &mut slots[r.index()];
            let wanted = flag::TRACKED | if old { flag::OLD } else { 0 };
            let mask = flag::TRACKED | flag::OLD | flag::FROZEN | flag::SEEN;
            let keep = s.rc != 0 && s.rc < IMMORTAL && s.flags & mask == wanted;
            if keep {
                s.flags |= flag::SEEN;
            }
            keep
        });
        list.reverse();
        list.iter().for_each(|r| slots[r.index()].flags &= !flag::SEEN);
    }

    /// The tracked objects of generation 0, 1 or 2, oldest first.
    pub fn generation(&mut self, generation: usize) -> Vec<Ref> {
        let middle = self.gc.middle.min(self.gc.old.len());
        let mut list = match generation {
            0 => self.gc.young.clone(),
            1 => self.gc.old[middle..].to_vec(),
            _ => self.gc.old[..middle].to_vec(),
        };
        self.keep_current(&mut list, generation != 0);
        list
    }

    /// Finds the unreachable objects up to a generation, in list order; survivors go to the next.
    ///
    /// Phase 1 copies each candidate's count; phase 2 subtracts what candidates hold of each other; phase 3 walks from
    /// those still above zero (held from outside) and takes back all they reach. The rest is garbage. The copies lie close
    /// together and say by [`UNREACHED`] which objects are candidates, so that a child's slot need not be touched.
    pub fn find_garbage(&mut self, generation: usize) -> Vec<Ref> {
        let middle = self.gc.middle.min(self.gc.old.len());
        let mut candidates = match generation {
            0 => Vec::new(),
            1 => self.gc.old.split_off(middle),
            _ => std::mem::take(&mut self.gc.old),
        };
        self.keep_current(&mut candidates, true);
        let mut young = std::mem::take(&mut self.gc.young);
        self.keep_current(&mut young, false);
        candidates.append(&mut young);
        self.gc.young = young;
        let (keep, garbage) = self.split_by_reach(candidates, 0);
        self.age(keep, generation);
        garbage
    }
    /// Those of `candidates` (each once) that are reachable from outside, and the rest, both in list order. `known` references
    /// to each are not counted: those of a list that the collector itself holds.
    pub fn split_by_reach(&mut self, candidates: Vec<Ref>, known: u32) -> (Vec<Ref>, Vec<Ref>) {
        let mut counts = std::mem::take(&mut self.gc.counts);
        counts.resize(self.slots.len(), 0);
        for r in &candidates {
            counts[r.index()] = UNREACHED | self.slots[r.index()].rc.saturating_sub(known);
        }
        for r in &candidates {
            self.each_child(*r, |c| {
                let count = &mut counts[c.index()];
                if *count > UNREACHED {
                    *count -= 1;
                }
            });
        }
        let mut reached: Vec<Ref> = candidates.iter().copied().filter(|r| counts[r.index()] > UNREACHED).collect();
        reached.iter().for_each(|r| counts[r.index()] = 0);
        while let Some(r) = reached.pop() {
            self.each_child(r, |c| {
                let count = &mut counts[c.index()];
                if *count != 0 {
                    *count = 0;
                    reached.push(c);
                }
            });
        }
        let (keep, garbage): (Vec<Ref>, Vec<Ref>) = candidates.into_iter().partition(|r| counts[r.index()] == 0);
        garbage.iter().for_each(|r| counts[r.index()] = 0);
        self.gc.counts = counts;
        (keep, garbage)
    }

    /// Whether a survivor can never be part of a cycle: a tuple of what is no container, or of such tuples.
    fn is_acyclic(&self, r: Ref) -> bool {
        let s = &self.slots[r.index()];
        let mut acyclic = s.payload.is_frozen() && s.ty.raw() < FIRST_MORTAL;
        if acyclic {
            s.payload.visit_each(|c| {
                let child = &self.slots[c.index()];
                acyclic &= !self.is_collectable(c) || child.payload.is_frozen() && child.ty == s.ty && child.flags & flag::TRACKED == 0;
            });
        }
        acyclic
    }
    /// The survivors become old; those that can be part of no cycle are forgotten.
    fn age(&mut self, mut keep: Vec<Ref>, generation: usize) {
        keep.retain(|r| {
            let acyclic = self.is_acyclic(*r);
            if acyclic {
                self.clear_flag(*r, flag::TRACKED | flag::OLD);
            } else {
                self.set_flag(*r, flag::OLD);
            }
            !acyclic
        });
        self.gc.young.clear();
        self.gc.count[..=generation].fill(0);
        if let Some(next) = self.gc.count.get_mut(generation + 1) {
            *next += 1;
        }
        if generation == 2 {
            self.gc.settled = keep.len();
        }
        self.gc.old.extend(keep);
        if generation > 0 {
            self.gc.middle = self.gc.old.len();
        }
    }

    /// Garbage that turned out to be reachable again (resurrected, or only a weak reference's callback saw it).
    pub fn return_to_old(&mut self, list: &[Ref]) {
        for r in list {
            if self.is_live(*r) {
                self.set_flag(*r, flag::OLD);
                self.gc.old.push(*r);
            }
        }
    }

    /// Frees unreachable objects by emptying each; what outside objects they held lose a reference.
    pub fn clear_garbage(&mut self, garbage: &[Ref]) {
        for r in garbage {
            self.incref_raw(*r);
        }
        let mut held = Vec::new();
        for r in garbage {
            let s = &mut self.slots[r.index()];
            s.flags &= !(flag::FINALIZER | flag::WEAKREFS);
            let payload = std::mem::take(&mut s.payload);
            payload.visit_each(|c| held.push(c));
            if let Some(x) = self.extras.get_mut(r) {
                held.extend(x.dict.take());
                held.extend(x.slots.iter_mut().filter_map(Option::take));
            }
            for h in held.drain(..) {
                self.decref_raw(h);
            }
        }
        for r in garbage {
            self.decref_raw(*r);
        }
    }
}
