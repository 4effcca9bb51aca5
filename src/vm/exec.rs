//! What the machine keeps of a code object to run it: a copy of its code units, in which instructions note what they have met.
//!
//! An instruction that has met operands of one kind is rewritten to its specialised form (CPython's names and numbers, PEP
//! 659), and keeps what it must know in its inline cache units. The code object itself never changes, so `dis` and
//! `co_code` show what the compiler wrote. Each note is checked before it is used (a type's version, a dict's watch
//! number, the identity of a key): losing it costs time, never a wrong answer. So it is no part of the program's state.
use super::Vm;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::code::CodeObj;
use std::sync::Arc;

/// A code object ready to run.
#[derive(Clone)]
pub struct Exec {
    /// Code units: specialised instructions and their caches.
    pub units: Box<[u16]>,
    /// Entry of the namespace where each name was found last (LOAD_NAME, STORE_NAME, STORE_GLOBAL, which have no caches).
    pub hints: Box<[u16]>,
    pub code: Arc<CodeObj>,
}

/// The code objects that have run, by [`CodeObj::number`]. A copy of it is empty: a copied interpreter meets its instructions
/// anew, which costs less than copying them.
#[derive(Default)]
pub struct Execs {
    rows: Vec<Option<Box<Exec>>>,
    made: usize,
    /// Number of rows made at which those of dead code objects are dropped.
    sweep_at: usize,
}

impl Clone for Execs {
    fn clone(&self) -> Execs {
        Execs::default()
    }
}

impl Vm {
    /// The code object at a handle.
    #[inline]
    pub fn code_obj(&self, code: Ref) -> &Arc<CodeObj> {
        match self.heap.get(code) {
            Payload::Code(c) => c,
            _ => super::values::is_no("code object", code),
        }
    }
    /// Takes the running form out of its row; [`Vm::put_exec`] puts it back when another frame runs.
    #[inline(always)]
    pub(super) fn take_exec(&mut self, number: u32, code: Ref) -> Box<Exec> {
        match self.execs.rows.get_mut(number as usize).and_then(Option::take) {
            Some(x) => x,
            None => self.make_exec(number, code),
        }
    }
    #[inline(always)]
    pub(super) fn put_exec(&mut self, number: u32, exec: Box<Exec>) {
        // Forgetting what was there (nothing) spares a check for each call.
        std::mem::forget(self.execs.rows[number as usize].replace(exec));
    }
    #[cold]
    #[inline(never)]
    fn make_exec(&mut self, number: u32, code: Ref) -> Box<Exec> {
        let code = self.code_obj(code).clone();
        let x = &mut self.execs;
        x.made += 1;
        if x.made > x.sweep_at {
            // A code object that only its row knows is dead.
            let dead = |r: &Option<Box<Exec>>| r.as_ref().is_some_and(|x| Arc::strong_count(&x.code) == 1);
            x.rows.iter_mut().filter(|r| dead(r)).for_each(|r| *r = None);
            x.made = x.rows.iter().flatten().count() + 1;
            x.sweep_at = 2 * x.made + 1000;
        }
        if x.rows.len() <= number as usize {
            x.rows.resize_with(number as usize + 1, || None);
        }
        Box::new(Exec { units: code.units.clone(), hints: vec![0; code.names.len()].into_boxed_slice(), code })
    }
}

/// One of a code object's units, names or constants. The panic of a wrong index takes no argument: nothing is kept for it.
#[inline(always)]
pub(super) fn pick<T: Copy>(row: &[T], at: usize) -> T {
    match row.get(at) {
        Some(x) => *x,
        None => beyond(),
    }
}
#[cold]
#[inline(never)]
fn beyond() -> ! {
    panic!("an instruction reaches outside its code object")
}

/// A 32-bit number in two cache units.
#[inline(always)]
pub(super) fn read_u32(units: &[u16], at: usize) -> u32 {
    match units.get(at..at + 2) {
        Some(&[low, high]) => u32::from(low) | u32::from(high) << 16,
        _ => beyond(),
    }
}
#[inline(always)]
pub(super) fn write_u32(units: &mut [u16], at: usize, x: u32) {
    units[at] = x as u16;
    units[at + 1] = (x >> 16) as u16;
}
/// Rewrites the opcode of a code unit, keeping its argument.
#[inline(always)]
pub(super) fn set_op(units: &mut [u16], at: usize, op: u8) {
    units[at] = units[at] & 0xFF00 | op as u16;
}
