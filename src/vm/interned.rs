//! The table of interned strings: text → its one `str` object. Nothing is ever taken out of it.
//!
//! Copies of an interpreter (a forked process, a machine of the explorer) share what was interned before; what each adds is its
//! own.
use crate::heap::Ref;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

#[derive(Clone, Default)]
pub struct Interned {
    shared: Arc<HashMap<Box<str>, Ref>>,
    /// What was added while a copy held the shared part.
    own: HashMap<Box<str>, Ref>,
}

impl Interned {
    #[inline]
    pub fn get(&self, text: &str) -> Option<Ref> {
        let found = self.shared.get(text);
        if found.is_none() && !self.own.is_empty() { self.own.get(text).copied() } else { found.copied() }
    }
    pub fn insert(&mut self, text: Box<str>, r: Ref) {
        match Arc::get_mut(&mut self.shared) {
            Some(all) => {
                all.extend(self.own.drain());
                all.insert(text, r);
            }
            None => {
                self.own.insert(text, r);
            }
        }
    }
    /// Every string.
    pub fn each(&self, f: &mut dyn FnMut(Ref)) {
        self.shared.values().chain(self.own.values()).for_each(|r| f(*r));
    }
    pub fn len(&self) -> usize {
        self.shared.len() + self.own.len()
    }
}
