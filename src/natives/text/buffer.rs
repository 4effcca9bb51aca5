//! The buffer protocol in one place: the bytes of any bytes-like object.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::{Ask, Vm};

/// A copy of the contents of a bytes-like object, None for others.
pub fn contents(vm: &Vm, r: Ref) -> Option<Vec<u8>> {
    match vm.heap.get(r) {
        Payload::Bytes(b) => Some(b.to_vec()),
        Payload::ByteArray(b) => Some(b.data.clone()),
        Payload::Opaque(_) => super::memoryview::contents(vm, r).or_else(|| super::array::contents(vm, r)).or_else(|| super::segment::data(vm, r).map(<[u8]>::to_vec)),
        _ => None,
    }
}
/// Whether an object offers its bytes.
pub fn is_bytes_like(vm: &Vm, r: Ref) -> bool {
    match vm.heap.get(r) {
        Payload::Bytes(_) | Payload::ByteArray(_) => true,
        Payload::Opaque(_) => super::memoryview::is_view(vm, r) || super::array::is_array(vm, r) || super::segment::is_segment(vm, r),
        _ => false,
    }
}
/// The bytes of an argument: "a bytes-like object is required, not 'X'".
pub fn required(vm: &mut Vm, r: Ref) -> Result<Vec<u8>, Ask> {
    if let Some(b) = contents(vm, r) {
        return Ok(b);
    }
    if super::memoryview::is_view(vm, r) {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    }
    let message = format!("a bytes-like object is required, not '{}'", vm.dotted_type_name(r));
    Err(vm.type_error(message))
}
