//! Built-in iterators. Each variant names what it walks and how far it is; None as the source means exhausted.
use crate::heap::Ref;

/// Payload of the iterator types.
#[derive(Clone)]
pub enum Iter {
    /// list_iterator.
    List { list: Option<Ref>, at: usize },
    /// list_reverseiterator: items left.
    ListReverse { list: Option<Ref>, left: usize },
    Tuple { tuple: Option<Ref>, at: usize },
    /// str_iterator, by code point.
    Str { text: Option<Ref>, at: usize },
    /// bytes_iterator, bytearray_iterator.
    Bytes { source: Option<Ref>, at: usize },
    /// range_iterator in machine range: next value, step, values left.
    Range { next: i64, step: i64, left: i64 },
    /// longrange_iterator: start, step, length as int objects and index.
    LongRange { start: Ref, step: Ref, len: Ref, at: Ref },
    /// dict_keyiterator and so on: the dict, next entry index, size at the start; `kind` 0 keys, 1 values, 2 items.
    Dict { dict: Option<Ref>, at: usize, size: usize, left: usize, kind: u8, reverse: bool },
    Set { set: Option<Ref>, at: usize, size: usize, left: usize },
    /// The old protocol: `__getitem__` from 0.
    Sequence { seq: Option<Ref>, at: i64 },
    /// `iter(callable, sentinel)`.
    Callable { callable: Option<Ref>, sentinel: Option<Ref> },
    /// `reversed(sequence)`.
    Reversed { seq: Option<Ref>, at: i64 },
    Enumerate { iter: Ref, at: i64, big: Option<Ref> },
    Zip { iters: Vec<Ref>, strict: bool },
    Map { func: Ref, iters: Vec<Ref>, strict: bool },
    Filter { func: Ref, iter: Ref },
}

impl Iter {
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        use Iter::*;
        let mut opt = |r: &Option<Ref>| {
            if let Some(r) = r {
                f(*r)
            }
        };
        match self {
            List { list: s, .. } | ListReverse { list: s, .. } | Tuple { tuple: s, .. } | Str { text: s, .. } => opt(s),
            Bytes { source: s, .. } | Dict { dict: s, .. } | Set { set: s, .. } => opt(s),
            Sequence { seq: s, .. } | Reversed { seq: s, .. } => opt(s),
            Callable { callable, sentinel } => {
                opt(callable);
                opt(sentinel)
            }
            Range { .. } => {}
            LongRange { start, step, len, at } => [start, step, len, at].into_iter().for_each(|r| f(*r)),
            Enumerate { iter, big, at: _ } => {
                opt(&Some(*iter));
                opt(big)
            }
            Zip { iters, strict: _ } => iters.iter().for_each(|r| f(*r)),
            Map { func, iters, strict: _ } => {
                f(*func);
                iters.iter().for_each(|r| f(*r))
            }
            Filter { func, iter } => {
                f(*func);
                f(*iter)
            }
        }
    }
}
