//! Handles to objects: a borrowed one is `Copy`, an owned one must be stored, returned or released.
use std::num::NonZeroU32;

/// A borrowed handle: valid as long as somebody else owns a reference. Says nothing about ownership when stored:
/// a payload's fields are `Ref` and owned by convention, which the census checks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref(NonZeroU32);

impl Ref {
    /// The handle of arena index `i` (from 1).
    pub const fn fixed(i: u32) -> Ref {
        match NonZeroU32::new(i) {
            Some(n) => Ref(n),
            None => panic!("arena index 0 is never an object"),
        }
    }
    #[inline(always)]
    pub const fn index(self) -> usize {
        self.0.get() as usize
    }
    #[inline(always)]
    pub const fn raw(self) -> u32 {
        self.0.get()
    }
    /// Pointer-like address shown by `id()` and `repr`: stable from run to run.
    pub const fn address(self) -> u64 {
        0x7f00_0000_0000 + (self.0.get() as u64) * 0x30
    }
}

impl std::fmt::Debug for Ref {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// One counted reference. Linear: store it (`into_raw`), return it, or release it. In debug builds dropping one panics.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub struct Owned(Ref);

impl Owned {
    /// Takes over a reference that was counted already.
    #[inline(always)]
    pub fn adopt(r: Ref) -> Owned {
        Owned(r)
    }
    /// The handle, borrowed.
    #[inline(always)]
    pub fn get(&self) -> Ref {
        self.0
    }
    /// The handle, to be stored: the reference is now the holder's.
    #[inline(always)]
    pub fn into_raw(self) -> Ref {
        let r = self.0;
        std::mem::forget(self);
        r
    }
}

/// Objects below this index are made at start and never die: an uncounted reference to one is no leak.
pub const FIRST_MORTAL: u32 = 1100;

#[cfg(debug_assertions)]
impl Drop for Owned {
    fn drop(&mut self) {
        if !std::thread::panicking() && self.0.raw() >= FIRST_MORTAL {
            panic!("an owned reference to {:?} was dropped: release it, store it or return it", self.0);
        }
    }
}
