//! A vector that is looked into for nearly everything: the arena's slots, a thread's data stack.
use std::ops::{Deref, DerefMut, Index, IndexMut};
use std::slice::SliceIndex;

/// What stands in a [`Row`].
pub trait Item {
    /// What an index outside of the row is told as.
    const OUTSIDE: &'static str;
}

/// A `Vec` whose panic takes no argument, so that no register and no word of the native stack is kept for it.
#[derive(Debug)]
pub struct Row<T>(Vec<T>);

#[cold]
#[inline(never)]
fn outside<T: Item>() -> ! {
    panic!("{}", T::OUTSIDE)
}
impl<T> Default for Row<T> {
    fn default() -> Self {
        Row(Vec::new())
    }
}
impl<T> From<Vec<T>> for Row<T> {
    fn from(items: Vec<T>) -> Self {
        Row(items)
    }
}
impl<T: Clone> Clone for Row<T> {
    fn clone(&self) -> Self {
        Row(self.0.clone())
    }
    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}
impl<T: Item, I: SliceIndex<[T]>> Index<I> for Row<T> {
    type Output = I::Output;
    #[inline(always)]
    fn index(&self, i: I) -> &I::Output {
        match self.0.get(i) {
            Some(x) => x,
            None => outside::<T>(),
        }
    }
}
impl<T: Item, I: SliceIndex<[T]>> IndexMut<I> for Row<T> {
    #[inline(always)]
    fn index_mut(&mut self, i: I) -> &mut I::Output {
        match self.0.get_mut(i) {
            Some(x) => x,
            None => outside::<T>(),
        }
    }
}
impl<T> Deref for Row<T> {
    type Target = Vec<T>;
    #[inline(always)]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}
impl<T> DerefMut for Row<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}
