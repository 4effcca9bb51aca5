//! The items of a tuple: a few lie in the heap's slot itself, more in memory of their own.
use crate::heap::Ref;
use std::ops::{Deref, DerefMut};

/// How many items lie in the slot: as many as make it no larger than other payloads do.
const ROOM: usize = 5;

#[derive(Clone)]
pub enum Items {
    /// How many there are; what is behind them means nothing.
    Few(u8, [Ref; ROOM]),
    Many(Box<[Ref]>),
}

impl Deref for Items {
    type Target = [Ref];
    #[inline(always)]
    fn deref(&self) -> &[Ref] {
        match self {
            Items::Few(count, items) => &items[..*count as usize],
            Items::Many(items) => items,
        }
    }
}

impl DerefMut for Items {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [Ref] {
        match self {
            Items::Few(count, items) => &mut items[..*count as usize],
            Items::Many(items) => items,
        }
    }
}

impl From<&[Ref]> for Items {
    #[inline]
    fn from(from: &[Ref]) -> Items {
        if from.len() > ROOM {
            return Items::Many(from.into());
        }
        let mut items = [Ref::fixed(1); ROOM];
        items[..from.len()].copy_from_slice(from);
        Items::Few(from.len() as u8, items)
    }
}

impl From<Vec<Ref>> for Items {
    #[inline]
    fn from(from: Vec<Ref>) -> Items {
        if from.len() > ROOM { Items::Many(from.into_boxed_slice()) } else { Items::from(&from[..]) }
    }
}
