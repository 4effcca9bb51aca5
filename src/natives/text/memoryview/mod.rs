//! `memoryview`: a window on the bytes of another object, with shape, strides and item format.
//!
//! What a view looks at is always one of our own objects (bytes, bytearray, array); a view of a view looks at the same.
mod items;
mod methods;
use super::array;
use super::segment;
use crate::heap::{Owned, Ref};
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::TypeDef;
use crate::vm::{Ask, Step, Vm, t};

pub static MEMORYVIEW: TypeDef = TypeDef {
    place: Some(t::MEMORYVIEW),
    name: "memoryview",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::SEQUENCE,
    size: (144, 8),
    doc: "A view of another object's memory.",
    defs: &[methods::DEFS, items::DEFS],
};

/// State of a view.
#[derive(Clone)]
pub struct View {
    /// What is looked at (owned); None once released.
    pub base: Option<Ref>,
    pub readonly: bool,
    /// Format character of the items.
    pub code: u8,
    pub item: usize,
    /// Byte offset of the first item.
    pub offset: usize,
    pub shape: Vec<usize>,
    /// Bytes between neighbours, by dimension.
    pub strides: Vec<isize>,
}
impl State for View {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let View { base, readonly: _, code: _, item: _, offset: _, shape: _, strides: _ } = self;
        base.iter().for_each(|r| f(*r));
    }
}

impl View {
    /// Number of items.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
    /// Byte offsets of all items in C order.
    pub fn offsets(&self) -> Vec<usize> {
        let mut out = vec![self.offset as isize];
        for (n, stride) in self.shape.iter().zip(&self.strides) {
            out = out.iter().flat_map(|at| (0..*n as isize).map(move |k| at + k * stride)).collect();
        }
        out.into_iter().map(|at| at as usize).collect()
    }
    /// Strides of a C-contiguous array.
    pub fn packed(shape: &[usize], item: usize) -> Vec<isize> {
        let mut strides = vec![item as isize; shape.len()];
        for i in (0..shape.len().saturating_sub(1)).rev() {
            strides[i] = strides[i + 1] * shape[i + 1] as isize;
        }
        strides
    }
    pub fn is_contiguous(&self) -> bool {
        self.count() <= 1 || self.strides == View::packed(&self.shape, self.item)
    }
}

/// Bytes of the object a view looks at.
fn base_data(vm: &Vm, base: Ref) -> &[u8] {
    match vm.bytes_of(base) {
        Some(b) => b,
        None => array::data(vm, base).or_else(|| segment::data(vm, base)).expect("a view looks at an object that offers its bytes"),
    }
}
/// Whether an object is a memoryview.
pub fn is_view(vm: &Vm, r: Ref) -> bool {
    vm.state::<View>(r).is_some()
}
/// The view's items as bytes in C order; None for other objects and released views.
pub fn contents(vm: &Vm, r: Ref) -> Option<Vec<u8>> {
    let v = vm.state::<View>(r)?;
    let data = base_data(vm, v.base?);
    if v.is_contiguous() {
        return data.get(v.offset..v.offset + v.count() * v.item).map(<[u8]>::to_vec);
    }
    Some(v.offsets().into_iter().flat_map(|at| data[at..at + v.item].iter().copied()).collect())
}
/// Views of an object whose places are remembered.
const REMEMBERED: usize = 4;
/// Whether a live view looks at an object. Asked only where a view has been made; takes a walk over the heap where more
/// were made than are remembered.
pub fn is_viewed(vm: &Vm, base: Ref) -> bool {
    if let Payload::ByteArray(b) = vm.heap.get(base)
        && b.exports as usize == b.views.len()
    {
        // What has taken a dead view's place is another object, or a view all the same.
        return b.views.iter().any(|r| vm.state::<View>(*r).is_some_and(|v| v.base == Some(base)));
    }
    vm.heap.iter().any(|r| vm.state::<View>(r).is_some_and(|v| v.base == Some(base)))
}
/// A state that is not released.
fn live(vm: &mut Vm, r: Ref) -> Result<View, Ask> {
    match vm.state::<View>(r) {
        Some(v) if v.base.is_some() => Ok(v.clone()),
        _ => Err(vm.value_error("operation forbidden on released memoryview object")),
    }
}
/// A view object; its base becomes owned once more.
fn make(vm: &mut Vm, v: View) -> Owned {
    let base = v.base.expect("a new view looks at something");
    vm.heap.incref_raw(base);
    match vm.heap.get_mut(base) {
        Payload::ByteArray(b) => b.exports += 1,
        _ => array::mark_exported(vm, base),
    }
    let view = vm.opaque(t::MEMORYVIEW, v);
    if let Payload::ByteArray(b) = vm.heap.get_mut(base)
        && b.views.len() < REMEMBERED
    {
        b.views.push(view.get());
    }
    view
}
/// `memoryview(x)`.
pub fn view_of(vm: &mut Vm, x: Ref) -> Step {
    if is_view(vm, x) {
        let v = live(vm, x)?;
        return Ok(make(vm, v));
    }
    let (readonly, code) = match vm.heap.get(x) {
        Payload::Bytes(_) => (true, b'B'),
        Payload::ByteArray(_) => (false, b'B'),
        _ => match array::code(vm, x).or_else(|| segment::is_segment(vm, x).then_some(b'B')) {
            Some(c) => (segment::is_readonly(vm, x), c),
            None => {
                let message = format!("memoryview: a bytes-like object is required, not '{}'", vm.dotted_type_name(x));
                return Err(vm.type_error(message));
            }
        },
    };
    let item = array::item_size(code);
    let count = base_data(vm, x).len() / item;
    let v = View { base: Some(x), readonly, code, item, offset: 0, shape: vec![count], strides: vec![item as isize] };
    Ok(make(vm, v))
}
/// Overwrites bytes of what a writable buffer object holds; false when it is none or too short.
pub fn write_at(vm: &mut Vm, r: Ref, at: usize, b: &[u8]) -> bool {
    let (target, offset) = match vm.state::<View>(r) {
        Some(v) if v.readonly || !v.is_contiguous() => return false,
        Some(v) => match v.base {
            Some(base) => (base, v.offset),
            None => return false,
        },
        None => (r, 0),
    };
    let data = match vm.heap.get_mut(target) {
        Payload::ByteArray(x) => &mut x.data,
        _ => match data_mut(vm, target) {
            Some(d) => d,
            None => return false,
        },
    };
    match data.get_mut(offset + at..offset + at + b.len()) {
        Some(place) => {
            place.copy_from_slice(b);
            true
        }
        None => false,
    }
}
/// The bytes of an array or a segment of shared memory, to change.
fn data_mut(vm: &mut Vm, r: Ref) -> Option<&mut Vec<u8>> {
    if array::is_array(vm, r) { array::data_mut(vm, r) } else { segment::data_mut(vm, r) }
}
/// Whether the bytes of an object may be overwritten.
pub fn is_writable(vm: &Vm, r: Ref) -> bool {
    match vm.heap.get(r) {
        Payload::ByteArray(_) => true,
        _ => array::is_array(vm, r) || (segment::is_segment(vm, r) && !segment::is_readonly(vm, r)) || vm.state::<View>(r).is_some_and(|v| !v.readonly && v.base.is_some()),
    }
}
