//! Pattern matching (PEP 634).
use super::*;
use crate::vm::{fixed, slow};

impl Vm {
    /// Whether the subject is a sequence or a mapping by its type's flag; the subject stays.
    #[inline(never)]
    pub(in crate::vm) fn match_kind(&mut self, r: &mut Regs, flag: u32) -> Flow {
        let x = self.peek(r, 1).get();
        let b = self.type_obj(self.ty(x)).has(flag);
        self.push_word(r, Word::owned(fixed::bool_ref(b)));
        Flow::Next
    }
    /// Stack: subject, class, names; leaves the tuple of attributes or None.
    #[inline(never)]
    pub(in crate::vm) fn match_class(&mut self, r: &mut Regs, at: usize, count: usize) -> Flow {
        let count = fixed::small_int(count as i64).unwrap_or(fixed::NONE);
        self.slow_op(r, at, slow::match_class, 3, &[count], Ret::Push)
    }
    /// Stack: subject, keys; pushes the tuple of values or None.
    #[inline(never)]
    pub(in crate::vm) fn match_keys(&mut self, r: &mut Regs, at: usize) -> Flow {
        let (subject, keys) = (self.peek(r, 2).get(), self.peek(r, 1).get());
        self.save(r, at);
        self.slow_with(Words::from_slice(&[Word::borrowed(subject), Word::borrowed(keys)]), slow::match_keys, &[], Ret::Push)
    }
}
