//! `set` and `frozenset` as data: CPython's open-addressing table with linear probes, so that order is CPython's.
//!
//! Source: CPython `Objects/setobject.c`.
use crate::heap::Ref;

const LINEAR_PROBES: usize = 9;
const PERTURB_SHIFT: u32 = 5;

/// One slot: free, a dummy left by a removal, or an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetSlot {
    Free,
    Dummy,
    Used { key: Ref, hash: i64 },
}

/// A set's table. Keys are owned.
#[derive(Clone)]
pub struct Set {
    table: Vec<SetSlot>,
    used: usize,
    /// Used and dummy slots.
    fill: usize,
    /// `frozenset`'s cached hash.
    pub hash: Option<i64>,
    /// Where `pop` looks next.
    finger: usize,
    /// Changes with every insertion and removal.
    pub version: u32,
}

impl Default for Set {
    fn default() -> Self {
        Set { table: vec![SetSlot::Free; 8], used: 0, fill: 0, hash: None, finger: 0, version: 0 }
    }
}

/// Where a search stands.
pub struct SetProbe {
    i: usize,
    perturb: u64,
    /// Slots still to look at in this run of neighbours.
    run: usize,
    at: usize,
}

/// One step of a search.
pub enum SetStep {
    Absent,
    Identical(usize),
    /// Equal hash, another object.
    Candidate(usize, Ref),
}

impl Set {
    pub fn len(&self) -> usize {
        self.used
    }
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }
    pub fn slots(&self) -> &[SetSlot] {
        &self.table
    }
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        self.iter().for_each(|(k, _)| f(k));
    }
    /// Keys and hashes in table order, which is the order Python sees.
    pub fn iter(&self) -> impl Iterator<Item = (Ref, i64)> + '_ {
        self.table.iter().filter_map(|s| match s {
            SetSlot::Used { key, hash } => Some((*key, *hash)),
            _ => None,
        })
    }
    fn mask(&self) -> usize {
        self.table.len() - 1
    }
    pub fn probe(&self, hash: i64) -> SetProbe {
        let i = hash as usize & self.mask();
        SetProbe { i, perturb: hash as u64, run: self.run(i), at: i }
    }
    fn run(&self, i: usize) -> usize {
        if i + LINEAR_PROBES <= self.mask() { LINEAR_PROBES } else { 0 }
    }
    fn advance(&self, p: &mut SetProbe) {
        if p.run > 0 {
            p.run -= 1;
            p.at += 1;
            return;
        }
        p.perturb >>= PERTURB_SHIFT;
        p.i = p.i.wrapping_mul(5).wrapping_add(1).wrapping_add(p.perturb as usize) & self.mask();
        p.at = p.i;
        p.run = self.run(p.i);
    }
    /// Goes on to the next slot that decides anything; after an unequal `Candidate`, call again.
    pub fn step(&self, p: &mut SetProbe, key: Ref, hash: i64) -> SetStep {
        loop {
            match self.table[p.at] {
                SetSlot::Free => return SetStep::Absent,
                SetSlot::Used { key: k, hash: h } if h == hash => {
                    let at = p.at;
                    if k == key {
                        return SetStep::Identical(at);
                    }
                    self.advance(p);
                    return SetStep::Candidate(at, k);
                }
                _ => self.advance(p),
            }
        }
    }
    /// Adds a key that a search has shown to be absent; it is now owned by the table.
    pub fn insert_new(&mut self, key: Ref, hash: i64) {
        self.version = self.version.wrapping_add(1);
        self.used += 1;
        if self.place(key, hash) {
            return;
        }
        self.fill += 1;
        if self.fill * 5 >= self.mask() * 3 {
            let grow = if self.used > 50_000 { self.used * 2 } else { self.used * 4 };
            self.resize(grow);
        }
    }
    /// Puts an entry into the last dummy before the first free slot of its probe sequence, or into that free slot.
    /// Whether a dummy was reused.
    fn place(&mut self, key: Ref, hash: i64) -> bool {
        let (mut p, mut dummy) = (self.probe(hash), None);
        loop {
            match self.table[p.at] {
                SetSlot::Free => break,
                SetSlot::Dummy => dummy = Some(p.at),
                SetSlot::Used { .. } => {}
            }
            self.advance(&mut p);
        }
        self.table[dummy.unwrap_or(p.at)] = SetSlot::Used { key, hash };
        dummy.is_some()
    }
    /// The smallest power of two above `least`, at least 8.
    fn resize(&mut self, least: usize) {
        let mut size = 8;
        while size <= least {
            size <<= 1;
        }
        let old = std::mem::replace(&mut self.table, vec![SetSlot::Free; size]);
        for s in old {
            if let SetSlot::Used { key, hash } = s {
                self.place(key, hash);
            }
        }
        self.fill = self.used;
    }
    /// Makes room for `more` entries, as `set.update` of another set or of a dict does.
    pub fn reserve(&mut self, more: usize) {
        if (self.fill + more) * 5 >= self.mask() * 3 {
            self.resize((self.used + more) * 2);
        }
    }
    /// Into an empty set: the entries of another set, duplicates impossible. A table of the same size without dummies is
    /// copied slot by slot; otherwise the entries are placed afresh. The caller counts the keys.
    pub fn fill_from(&mut self, other: &Set) {
        debug_assert!(self.used == 0, "only an empty set is filled so");
        self.version = self.version.wrapping_add(1);
        self.reserve(other.used);
        if self.table.len() == other.table.len() && other.fill == other.used {
            self.table.clone_from(&other.table);
        } else {
            other.iter().for_each(|(key, hash)| _ = self.place(key, hash));
        }
        self.fill = other.used;
        self.used = other.used;
    }
    /// Whether neither entries nor dummies are there.
    pub fn is_unused(&self) -> bool {
        self.fill == 0
    }
    /// Rebuilds the table when more than a quarter of it are dummies, as removing many at once does.
    pub fn sweep_dummies(&mut self) {
        if self.fill - self.used > self.mask() / 4 {
            self.resize(if self.used > 50_000 { self.used * 2 } else { self.used * 4 });
        }
    }
    /// Exchanges the contents, as in-place intersection does; `pop`'s place stays with its set.
    pub fn swap_body(&mut self, other: &mut Set) {
        std::mem::swap(self, other);
        std::mem::swap(&mut self.finger, &mut other.finger);
        self.version = other.version.wrapping_add(1);
    }
    /// `hash(frozenset)`: independent of order (CPython `frozenset_hash`).
    pub fn frozen_hash(&self) -> i64 {
        let shuffle = |h: i64| ((h as u64 ^ 89_869_747) ^ ((h as u64) << 16)).wrapping_mul(3_644_798_167);
        let mut hash = self.iter().fold(0, |acc, (_, h)| acc ^ shuffle(h));
        hash ^= (self.used as u64 + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
        if hash == u64::MAX { 590_923_713 } else { hash as i64 }
    }
    /// Takes the entry at a slot out; the key is the caller's to release.
    pub fn remove(&mut self, at: usize) -> Ref {
        self.version = self.version.wrapping_add(1);
        match std::mem::replace(&mut self.table[at], SetSlot::Dummy) {
            SetSlot::Used { key, .. } => {
                self.used -= 1;
                key
            }
            _ => unreachable!("removal of a slot that holds no entry"),
        }
    }
    /// The slot `pop` takes.
    pub fn pop_slot(&mut self) -> Option<usize> {
        if self.used == 0 {
            return None;
        }
        let mut i = self.finger & self.mask();
        while !matches!(self.table[i], SetSlot::Used { .. }) {
            i = (i + 1) & self.mask();
        }
        self.finger = i + 1;
        Some(i)
    }
    /// Empties the set; the keys are the caller's to release.
    pub fn take_all(&mut self) -> Vec<Ref> {
        let (version, finger) = (self.version, self.finger);
        let old = std::mem::take(self);
        self.version = version.wrapping_add(1);
        self.finger = finger;
        old.iter().map(|(k, _)| k).collect()
    }
    /// `sys.getsizeof` without the GC header: the object with its small table, and a separate table when there is one.
    pub fn size(&self) -> usize {
        if self.table.len() == 8 { 200 } else { 200 + 16 * self.table.len() }
    }
}
