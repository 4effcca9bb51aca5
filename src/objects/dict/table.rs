//! The dict's table: power-of-two index slots, entries in insertion order, CPython's probe sequence and resize rule.
//!
//! Equality that needs Python is the caller's: [`Dict::step`] hands out candidates. Source: CPython `Objects/dictobject.c`.
use crate::heap::Ref;

/// One key and value; `key` is None once deleted.
#[derive(Clone, Copy)]
pub struct Entry {
    pub hash: i64,
    pub key: Option<Ref>,
    pub value: Ref,
}

const FREE: i32 = -1;
const DUMMY: i32 = -2;
const PERTURB_SHIFT: u32 = 5;

/// Where a search stands.
#[derive(Clone, Copy)]
pub struct Probe {
    pub slot: usize,
    perturb: u64,
    pub steps: u32,
}

/// One step of a search.
pub enum Step {
    /// The key is not there.
    Absent,
    /// The very object is at this entry.
    Identical(usize),
    /// Equal hash, another object: compare, and go on if unequal.
    Candidate(usize, Ref),
}

/// A dict's table. References in entries are owned.
pub struct Dict {
    /// log2 of the number of index slots; 0 for the empty dict that has no table yet.
    log2: u8,
    index: Box<[i32]>,
    entries: Vec<Entry>,
    used: usize,
    /// Entries that may still be added before the table grows.
    usable: isize,
    /// Changes whenever keys are added or removed.
    pub version: u32,
    /// A number by which an instruction knows this dict with these keys: given out by the machine, 0 (none) from the next
    /// change of the keys on. A copy has it too, as long as it has the same keys.
    pub watch: u32,
    /// Every key ever put in is a str (`sys.getsizeof` differs, and equality never needs Python).
    pub str_keys: bool,
    /// Of a dict made for an instance, as long as its names are those that the class shares: the places for values that CPython
    /// allocates in place of a table (the table here is the machine's own). 0: CPython has a table too.
    shared: u8,
    /// No live entry comes before this one: so the first is found at once where many have been removed from the front.
    front: usize,
}

impl Clone for Dict {
    fn clone(&self) -> Dict {
        Dict { index: self.index.clone(), entries: self.entries.clone(), ..*self }
    }
    fn clone_from(&mut self, source: &Dict) {
        let (mut index, mut entries) = (std::mem::take(&mut self.index), std::mem::take(&mut self.entries));
        index.clone_from(&source.index);
        entries.clone_from(&source.entries);
        *self = Dict { index, entries, ..*source };
    }
}

impl Default for Dict {
    fn default() -> Self {
        Dict::new()
    }
}

/// Entries that fit 2^log2 slots: two thirds.
const fn usable(log2: u8) -> isize {
    ((2usize << log2) / 3) as isize
}

/// log2 of the index slots for a wanted number of them (CPython `calculate_log2_keysize`).
fn log2_for(slots: usize) -> u8 {
    let x = ((slots | 8) - 1) | 7;
    (usize::BITS - x.leading_zeros()) as u8
}

/// log2 of the index slots for a number of entries known beforehand (CPython `estimate_log2_keysize`).
fn estimate(n: usize) -> u8 {
    log2_for((n * 3).div_ceil(2))
}

impl Dict {
    pub fn new() -> Dict {
        Dict { log2: 0, index: Box::new([]), entries: Vec::new(), used: 0, usable: 0, version: 0, watch: 0, str_keys: true, shared: 0, front: 0 }
    }
    /// A dict made for `n` entries, as displays make it: a table from six entries on.
    pub fn with_capacity(n: usize) -> Dict {
        let mut d = Dict::new();
        if n > usable(3) as usize {
            d.rebuild(estimate(n));
        }
        d
    }
    /// Makes a table for `n` entries at once, not smaller than the present one (`dict.fromkeys` of a dict or set).
    pub fn presize(&mut self, n: usize, str_keys: bool) {
        self.str_keys &= str_keys;
        self.rebuild(estimate(n).max(self.log2));
    }
    /// Before the entries of another dict are merged in: one growth for all of them when they would not fit.
    pub fn reserve_for(&mut self, other: &Dict) {
        let capacity = if self.index.is_empty() { 0 } else { usable(self.log2) };
        if capacity < other.used as isize {
            self.str_keys &= other.str_keys;
            self.rebuild(estimate(self.used + other.used));
        }
    }
    /// Whether a merge of this dict into an empty one copies the table as it stands.
    pub fn is_compact(&self) -> bool {
        self.shared == 0 && self.used == self.entries.len() && (self.log2 == 3 || usable(self.log2.saturating_sub(1)) < self.used as isize)
    }
    /// Before a new key is inserted: a table of `str` keys is rebuilt for the first other one.
    pub fn note_key(&mut self, is_str: bool) {
        if !is_str && self.str_keys {
            self.str_keys = false;
            self.shared = 0;
            if !self.index.is_empty() {
                self.grow();
            }
        }
    }
    #[inline]
    pub fn len(&self) -> usize {
        self.used
    }
    pub fn is_empty(&self) -> bool {
        self.used == 0
    }
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        for e in &self.entries {
            if let Some(k) = e.key {
                f(k);
                f(e.value);
            }
        }
    }
    /// Entries with deleted ones among them: positions are what iterators count.
    #[inline]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
    /// Live keys and values in insertion order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Ref, Ref)> + '_ {
        self.entries.iter().filter_map(|e| e.key.map(|k| (k, e.value)))
    }
    /// Number of index slots (0 before the first insertion).
    pub fn slots(&self) -> usize {
        self.index.len()
    }
    /// Entry number in an index slot: −1 free, −2 a deleted entry's mark.
    pub fn slot(&self, i: usize) -> i32 {
        self.index[i]
    }

    #[inline]
    pub fn probe(&self, hash: i64) -> Probe {
        Probe { slot: hash as usize & self.index.len().wrapping_sub(1), perturb: hash as u64, steps: 0 }
    }
    #[inline]
    fn next(&self, p: &mut Probe) {
        p.perturb >>= PERTURB_SHIFT;
        p.slot = (p.slot.wrapping_mul(5).wrapping_add(p.perturb as usize).wrapping_add(1)) & (self.index.len() - 1);
        p.steps += 1;
    }
    /// Goes on to the next slot that decides anything; after a `Candidate` that was unequal, call again.
    #[inline]
    pub fn step(&self, p: &mut Probe, key: Ref, hash: i64) -> Step {
        if self.index.is_empty() {
            return Step::Absent;
        }
        loop {
            let i = self.index[p.slot];
            if i == FREE {
                return Step::Absent;
            }
            if i >= 0 {
                let e = &self.entries[i as usize];
                if e.key == Some(key) {
                    return Step::Identical(i as usize);
                }
                if e.hash == hash
                    && let Some(k) = e.key
                {
                    self.next(p);
                    return Step::Candidate(i as usize, k);
                }
            }
            self.next(p);
        }
    }
    #[inline]
    pub fn value(&self, entry: usize) -> Ref {
        self.entries[entry].value
    }
    /// The value of an entry that is still this very key's: how an instruction checks where it found a name before.
    #[inline(always)]
    pub fn value_at(&self, entry: usize, key: Ref) -> Option<Ref> {
        self.entries.get(entry).filter(|e| e.key == Some(key)).map(|e| e.value)
    }
    /// Puts another value into an entry; the old one is the caller's to release.
    pub fn replace(&mut self, entry: usize, value: Ref) -> Ref {
        std::mem::replace(&mut self.entries[entry].value, value)
    }
    /// Adds a key that a search has shown to be absent. Key and value are now owned by the table.
    pub fn insert_new(&mut self, key: Ref, hash: i64, value: Ref) {
        if self.shared > 0 && self.entries.len() >= self.shared as usize {
            self.shared = 0;
            self.grow();
        }
        if self.usable <= 0 {
            self.grow();
        }
        let mut p = self.probe(hash);
        while self.index[p.slot] >= 0 {
            self.next(&mut p);
        }
        // A dummy slot may be reused; CPython looks for the first slot that is not in use.
        self.index[p.slot] = self.entries.len() as i32;
        self.entries.push(Entry { hash, key: Some(key), value });
        self.used += 1;
        self.usable -= 1;
        self.version = self.version.wrapping_add(1);
        self.watch = 0;
    }
    /// Takes an entry out; key and value are the caller's to release.
    pub fn remove(&mut self, entry: usize) -> (Ref, Ref) {
        let e = self.entries[entry];
        let mut p = self.probe(e.hash);
        while self.index[p.slot] != entry as i32 {
            self.next(&mut p);
        }
        self.index[p.slot] = DUMMY;
        self.entries[entry].key = None;
        self.used -= 1;
        if entry == self.front {
            self.front += 1;
        }
        self.version = self.version.wrapping_add(1);
        self.watch = 0;
        (e.key.expect("a live entry"), e.value)
    }
    /// The first live entry.
    pub fn first(&self) -> Option<usize> {
        (self.front..self.entries.len()).find(|i| self.entries[*i].key.is_some())
    }
    /// Makes an entry the first one; takes time in proportion to the dict.
    pub fn move_to_front(&mut self, entry: usize) {
        let e = self.entries.remove(entry);
        self.entries.insert(0, e);
        self.version = self.version.wrapping_add(1);
        self.rebuild(self.log2);
    }
    /// The last live entry (`popitem`).
    pub fn last(&self) -> Option<usize> {
        self.entries.iter().rposition(|e| e.key.is_some())
    }
    /// Empties the dict; what it held is the caller's to release.
    pub fn take_all(&mut self) -> Vec<Entry> {
        let version = self.version;
        let old = std::mem::take(self);
        self.version = version.wrapping_add(1);
        old.entries.into_iter().filter(|e| e.key.is_some()).collect()
    }
    /// CPython grows to three times the used entries; the first table has eight slots.
    fn grow(&mut self) {
        self.rebuild(if self.index.is_empty() { 3 } else { log2_for(self.used * 3) });
    }
    /// Drops dead entries behind the last live one, as `popitem` does.
    pub fn truncate_dead(&mut self) {
        let live = self.last().map_or(0, |i| i + 1);
        self.entries.truncate(live);
        self.front = self.front.min(live);
    }
    fn rebuild(&mut self, log2: u8) {
        self.watch = 0;
        self.front = 0;
        self.entries.retain(|e| e.key.is_some());
        self.log2 = log2;
        self.index = vec![FREE; 1 << log2].into_boxed_slice();
        self.usable = usable(log2) - self.used as isize;
        self.entries.reserve_exact(self.usable.max(0) as usize);
        for i in 0..self.entries.len() {
            let mut p = self.probe(self.entries[i].hash);
            while self.index[p.slot] != FREE {
                self.next(&mut p);
            }
            self.index[p.slot] = i as i32;
        }
    }
    /// A copy whose references the caller counts. CPython copies the table as it is when it is at least two thirds full.
    pub fn duplicate(&self) -> Dict {
        if self.used == 0 {
            return Dict::new();
        }
        if self.shared > 0 || self.used >= self.entries.len() * 2 / 3 {
            return self.clone();
        }
        let mut d = Dict::new();
        d.merge_into_empty(self);
        d
    }
    /// Into an empty dict: all entries of another, as `dict.update` does. The caller counts the references.
    pub fn merge_into_empty(&mut self, other: &Dict) {
        debug_assert!(self.used == 0, "only an empty dict is filled so");
        let version = self.version.wrapping_add(1);
        if other.used == 0 {
            return;
        }
        if other.is_compact() {
            *self = other.clone();
        } else {
            self.reserve_for(other);
            for e in other.entries.iter() {
                if let Some(k) = e.key {
                    self.note_key(other.str_keys);
                    self.insert_new(k, e.hash, e.value);
                }
            }
        }
        self.version = version;
    }
    /// The dict of an instance, still empty: CPython gives it this many places for values, and the class has the keys.
    pub fn share_keys(&mut self, places: u8) {
        self.shared = places;
    }
    /// Places for values, when the keys are the class's.
    pub fn shared(&self) -> Option<usize> {
        (self.shared > 0).then_some(self.shared as usize)
    }
    /// `sys.getsizeof` of CPython 3.14 without the GC header: object, keys header, index bytes, entries.
    pub fn size(&self) -> usize {
        if let Some(places) = self.shared() {
            return 48 + 8 * places;
        }
        if self.index.is_empty() {
            return 48;
        }
        let width = match self.log2 {
            0..=7 => 1,
            8..=15 => 2,
            16..=31 => 4,
            _ => 8,
        };
        let entry = if self.str_keys { 16 } else { 24 };
        48 + 32 + (width << self.log2) + entry * usable(self.log2) as usize
    }
}
