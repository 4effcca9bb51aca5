//! `list` as data: its items, and the room CPython would have allocated for them.
pub mod growth;
use crate::heap::Ref;
use std::ops::{Deref, DerefMut};

/// Payload of `list`. Items are owned. Reads and writes as the vector of its items; whoever changes its length by more
/// than single appends and pops says so by one of the methods here, so that `__sizeof__` stays CPython's.
#[derive(Default)]
pub struct List {
    pub items: Vec<Ref>,
    allocated: usize,
}

impl Clone for List {
    fn clone(&self) -> List {
        List { items: self.items.clone(), allocated: self.allocated }
    }
    fn clone_from(&mut self, source: &List) {
        self.items.clone_from(&source.items);
        self.allocated = source.allocated;
    }
}

/// The room of a list whose items are taken away while it is sorted: a change in the meantime shows.
const SORTING: usize = usize::MAX;

impl List {
    /// A list whose room is exactly its size, as displays, slices and `+` make it.
    pub fn new(items: Vec<Ref>) -> List {
        List { allocated: items.len(), items }
    }
    /// Items that fit without growing. Appends and pops since the last note are accounted for here.
    pub fn allocated(&self) -> usize {
        let known = if self.allocated == SORTING { 0 } else { self.allocated };
        growth::one_by_one(known, self.items.len())
    }
    /// Follows single appends made on `items`.
    #[inline]
    pub fn note_len(&mut self) {
        let n = self.items.len();
        if self.allocated == SORTING {
            self.allocated = 0;
        }
        if n > self.allocated {
            self.allocated = growth::one_by_one(self.allocated, n);
        }
    }
    /// After filling from an iterator: room that was asked for in vain is given back.
    pub fn note_filled(&mut self) {
        self.note_len();
        let n = self.items.len();
        if n < self.allocated {
            self.allocated = growth::resize(n, self.allocated, n);
        }
    }
    /// Accounts for one operation that takes the list from `old` items to `new`; to be called beside it.
    pub fn note_resize(&mut self, old: usize, new: usize) {
        if self.allocated == SORTING {
            self.allocated = 0;
        }
        self.allocated = growth::resize(old, growth::one_by_one(self.allocated, old), new);
    }
    /// Before filling from an iterable whose length is only a hint.
    pub fn note_hint(&mut self, hint: usize) {
        let n = self.items.len();
        if self.allocated == 0 || self.allocated == SORTING {
            self.allocated = if hint > 0 { growth::exact(n + hint) } else { 0 };
        } else {
            self.note_resize(n, n + hint);
        }
    }
    /// Before `more` items of a sequence are appended at once.
    pub fn note_extend(&mut self, more: usize) {
        let n = self.items.len();
        if self.allocated == 0 && n == 0 {
            self.allocated = growth::exact(more);
        } else {
            self.note_resize(n, n + more);
        }
    }
    /// All items and the room with them are gone (`clear`).
    pub fn note_cleared(&mut self) {
        self.allocated = 0;
    }
    /// Room for exactly this many items.
    pub fn set_allocated(&mut self, allocated: usize) {
        self.allocated = allocated;
    }
    /// A list that was made with room for `first` items before it was filled one by one.
    pub fn filled_from(first: usize, items: Vec<Ref>) -> List {
        List { allocated: growth::one_by_one(first, items.len().max(first)), items }
    }
    /// Takes all items out for sorting; the list is empty meanwhile, and changes are noticed.
    pub fn begin_sort(&mut self) -> (Vec<Ref>, usize) {
        let room = self.allocated();
        self.allocated = SORTING;
        (std::mem::take(&mut self.items), room)
    }
    /// Whether nothing has changed the list since `begin_sort`.
    pub fn untouched(&self) -> bool {
        self.allocated == SORTING && self.items.is_empty()
    }
    /// `list.__sizeof__`: object and room, without the GC header.
    pub fn size(&self) -> usize {
        40 + 8 * self.allocated()
    }
}

impl Deref for List {
    type Target = Vec<Ref>;
    #[inline(always)]
    fn deref(&self) -> &Vec<Ref> {
        &self.items
    }
}
impl DerefMut for List {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<Ref> {
        &mut self.items
    }
}
