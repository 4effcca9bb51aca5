//! The types `bytes` and `bytearray`. Methods that both have are written once and answer in the receiver's type.
mod bytearray;
mod case;
mod convert;
mod core;
mod pad;
mod search;
mod sequence;
mod split;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::types::ByteArray;
use crate::vm::native::TypeDef;
use crate::vm::{Ask, Vm, t};
pub use core::byte_repr;
pub use convert::{from_hex, hex_args, to_hex};

pub static BYTES: TypeDef = TypeDef {
    place: Some(t::BYTES),
    name: "bytes",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Bytes,
    flags: type_flags::BASE | type_flags::MATCH_SELF,
    size: (33, 1),
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> bytes\nbytes(int) -> bytes of that many zeros\nbytes() -> empty bytes\n\nAn immutable sequence of bytes.",
    defs: &[core::BYTES_DEFS, core::DEFS, sequence::DEFS, search::DEFS, split::DEFS, pad::DEFS, case::DEFS, convert::DEFS],
};
pub static BYTEARRAY: TypeDef = TypeDef {
    place: Some(t::BYTEARRAY),
    name: "bytearray",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::ByteArray,
    flags: type_flags::BASE | type_flags::MATCH_SELF,
    size: (56, 0),
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> bytearray\nbytearray(int) -> bytearray of that many zeros\nbytearray() -> empty bytearray\n\nA mutable sequence of bytes.",
    defs: &[
        bytearray::DEFS, core::DEFS, sequence::DEFS, search::DEFS, split::DEFS, pad::DEFS, case::DEFS, convert::DEFS,
    ],
};

/// The receiver's contents.
pub(super) fn data(vm: &Vm, r: Ref) -> &[u8] {
    vm.bytes_of(r).expect("the receiver is bytes or a bytearray")
}
/// New bytes of the receiver's kind: `bytearray` for bytearrays, else `bytes`.
pub(super) fn like(vm: &mut Vm, receiver: Ref, b: impl Into<Vec<u8>>) -> Owned {
    match vm.heap.get(receiver) {
        Payload::ByteArray(_) => new_bytearray(vm, b.into()),
        _ => vm.bytes(b),
    }
}
pub(super) fn new_bytearray(vm: &mut Vm, data: Vec<u8>) -> Owned {
    vm.heap.alloc(t::BYTEARRAY, Payload::ByteArray(Box::new(ByteArray::new(data))), 0)
}
/// A part of the receiver: exact `bytes` answer themselves when it is the whole.
pub(super) fn part(vm: &mut Vm, r: Ref, range: std::ops::Range<usize>) -> Owned {
    if vm.ty(r) == t::BYTES && range.len() == data(vm, r).len() {
        return vm.incref(r);
    }
    let b = data(vm, r)[range].to_vec();
    like(vm, r, b)
}
/// A byte's value from an int object: "byte must be in range(0, 256)".
pub(super) fn byte_value(vm: &mut Vm, r: Ref) -> Result<u8, Ask> {
    let i = vm.index_ref(r)?;
    match vm.i64_of(i).and_then(|i| u8::try_from(i).ok()) {
        Some(b) => Ok(b),
        None => Err(vm.value_error("byte must be in range(0, 256)")),
    }
}
