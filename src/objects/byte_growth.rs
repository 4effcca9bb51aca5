//! How the room of a `bytearray` and of an `array` grows and shrinks: CPython's, kept as numbers so that `sys.getsizeof` agrees.
//!
//! Source: CPython `Objects/bytearrayobject.c` (`PyByteArray_Resize`), `Modules/arraymodule.c` (`array_resize`).

/// The room of a bytearray.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct ByteRoom {
    /// Bytes allocated, with the zero behind the last byte.
    pub allocated: usize,
    /// Bytes at the front that were deleted and not yet given back.
    pub offset: usize,
}

impl ByteRoom {
    /// Of one that is made at its size.
    pub fn exact(size: usize) -> ByteRoom {
        ByteRoom { allocated: if size == 0 { 0 } else { size + 1 }, offset: 0 }
    }
    /// One operation takes the bytearray from `old` bytes to `new`.
    pub fn resize(&mut self, old: usize, new: usize) {
        if old == new {
            return;
        }
        if new + self.offset < self.allocated {
            if new >= self.allocated / 2 {
                return;
            }
            self.allocated = new + 1;
        } else if new * 8 <= self.allocated * 9 {
            self.allocated = new + (new >> 3) + if new < 9 { 3 } else { 6 };
        } else {
            self.allocated = new + 1;
        }
        self.offset = 0;
    }
    /// The first `count` of `old` bytes go: the rest stays where it is.
    pub fn drop_front(&mut self, old: usize, count: usize) {
        self.offset += count;
        self.resize(old, old - count);
    }
}

/// Items that an array has room for after one operation that takes it from `old` items to `new`.
pub fn array_room(allocated: usize, old: usize, new: usize) -> usize {
    if allocated >= new && old < new + 16 && allocated > 0 {
        return allocated;
    }
    if new == 0 { 0 } else { new + (new >> 4) + if old < 8 { 3 } else { 7 } }
}
