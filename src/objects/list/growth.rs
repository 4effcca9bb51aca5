//! How a list's room grows and shrinks: CPython's over-allocation, kept as a number so that `sys.getsizeof` agrees.
//!
//! Source: CPython `Objects/listobject.c` (`list_resize`, `list_preallocate_exact`).

/// Room after growing to `newsize` by one operation from `size` items, with room for `allocated`.
///
/// A size between half the room and the room changes nothing. Otherwise about an eighth is added, unless the step is so
/// large that the new size lies nearer to that than to the old size.
pub fn resize(size: usize, allocated: usize, newsize: usize) -> usize {
    if allocated >= newsize && newsize >= allocated >> 1 {
        return allocated;
    }
    if newsize == 0 {
        return 0;
    }
    let roomy = (newsize + (newsize >> 3) + 6) & !3;
    if newsize > size && newsize - size > roomy - newsize { (newsize + 3) & !3 } else { roomy }
}

/// Room of a list that knows its size beforehand and has none yet: rounded up to two items.
pub fn exact(size: usize) -> usize {
    (size + 1) & !1
}

/// Room after `len` has been reached one item at a time (appends, pops) from a list with room for `allocated`.
pub fn one_by_one(mut allocated: usize, len: usize) -> usize {
    while allocated < len {
        allocated = resize(allocated, allocated, allocated + 1);
    }
    // Pops from half the room on: each may shrink it, or leave it as it is.
    let mut size = allocated >> 1;
    while size > len {
        size -= 1;
        allocated = resize(size + 1, allocated, size);
    }
    allocated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_give_the_well_known_steps() {
        let rooms: Vec<usize> = (1..=53).map(|n| one_by_one(0, n)).collect();
        let mut steps = rooms.clone();
        steps.dedup();
        assert_eq!(steps, [4, 8, 16, 24, 32, 40, 52, 64]);
    }

    #[test]
    fn a_large_step_is_not_over_allocated() {
        assert_eq!(resize(0, 0, 3), 8);
        assert_eq!(resize(0, 0, 100), 100);
        assert_eq!(resize(100, 100, 101), 116);
    }
}
