//! The module `array`: its state, and what the buffer protocol needs of it.
mod items;
mod methods;
use crate::heap::{Owned, Ref};
use crate::objects::byte_growth::array_room;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::{Def, ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Step, Vm, t};

pub static ARRAY: TypeDef = TypeDef {
    place: None,
    name: "array",
    module: "array",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::SEQUENCE | type_flags::COLLECTED,
    size: (64, 0),
    doc: "array(typecode [, initializer]) -> array\n\nNumbers or characters of one type, stored compactly.",
    defs: &[methods::DEFS, items::DEFS],
};
pub static MODULE: ModuleDef = ModuleDef {
    name: "array",
    doc: "Arrays of basic values: characters, integers, floating-point numbers.",
    functions: &[FUNCTIONS],
    types: &[&ARRAY],
    init: Some(init),
};
static FUNCTIONS: &[Def] = &[Def::function(
    "_array_reconstructor",
    "(arraytype, typecode, mformat_code, items, /)",
    reconstruct,
    "For unpickling.",
)];
fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let Payload::Module(m) = vm.heap.get(module) else { return Ok(()) };
    let dict = m.dict;
    let codes = vm.str(CODES);
    vm.dict_set_str(dict, "typecodes", codes);
    let ty = vm.type_of_def(&ARRAY);
    let ty = vm.incref(ty);
    vm.dict_set_str(dict, "ArrayType", ty);
    Ok(())
}
const CODES: &str = "bBuwhHiIlLqQfd";

/// State of an array: items as bytes in native order.
#[derive(Clone)]
pub struct Array {
    pub code: u8,
    pub data: Vec<u8>,
    /// A view was made at some time; whether one is left is found by looking.
    pub exported: bool,
    /// Items that there is room for.
    pub allocated: usize,
}
impl Array {
    fn new(code: u8, data: Vec<u8>) -> Array {
        Array { allocated: data.len() / item_size(code), code, data, exported: false }
    }
}
impl State for Array {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

/// Size of an item of a type code or memoryview format.
pub fn item_size(code: u8) -> usize {
    if matches!(code, b'u' | b'w') { 4 } else { super::pack::native_size(code).unwrap_or(1) }
}
pub fn is_array(vm: &Vm, r: Ref) -> bool {
    vm.state::<Array>(r).is_some()
}
pub fn code(vm: &Vm, r: Ref) -> Option<u8> {
    vm.state::<Array>(r).map(|x| x.code)
}
pub fn data(vm: &Vm, r: Ref) -> Option<&[u8]> {
    vm.state::<Array>(r).map(|x| &x.data[..])
}
pub fn data_mut(vm: &mut Vm, r: Ref) -> Option<&mut Vec<u8>> {
    vm.state_mut::<Array>(r).map(|x| &mut x.data)
}
pub fn contents(vm: &Vm, r: Ref) -> Option<Vec<u8>> {
    data(vm, r).map(<[u8]>::to_vec)
}
pub fn mark_exported(vm: &mut Vm, r: Ref) {
    if let Some(x) = vm.state_mut::<Array>(r) {
        x.exported = true;
    }
}
/// Replaces a range of bytes (whole items), in one step.
fn splice(vm: &mut Vm, r: Ref, range: std::ops::Range<usize>, new: Vec<u8>) {
    let x = vm.state_mut::<Array>(r).expect("an array");
    let size = item_size(x.code);
    let old = x.data.len() / size;
    let change = range.len() != new.len();
    x.data.splice(range, new);
    if change {
        x.allocated = array_room(x.allocated, old, x.data.len() / size);
    }
}
/// Must come before every change of the length.
fn check_resizable(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    if !vm.state::<Array>(r).is_some_and(|x| x.exported) {
        return Ok(());
    }
    if super::memoryview::is_viewed(vm, r) {
        return Err(vm.error(t::BUFFER_ERROR, "cannot resize an array that is exporting buffers"));
    }
    if let Some(x) = vm.state_mut::<Array>(r) {
        x.exported = false;
    }
    Ok(())
}
fn array(vm: &Vm, r: Ref) -> &Array {
    vm.state::<Array>(r).expect("the receiver is an array")
}
fn count(vm: &Vm, r: Ref) -> usize {
    let x = array(vm, r);
    x.data.len() / item_size(x.code)
}
/// A new array of the exact type.
fn make(vm: &mut Vm, code: u8, data: Vec<u8>) -> Owned {
    let ty = vm.type_of_def(&ARRAY);
    vm.opaque(ty, Array::new(code, data))
}
fn make_as(vm: &mut Vm, cls: Ref, code: u8, data: Vec<u8>) -> Owned {
    vm.alloc(cls, Payload::Opaque(Box::new(Array::new(code, data))))
}
/// A type code argument.
fn code_arg(vm: &mut Vm, r: Ref) -> Result<u8, Ask> {
    let Some(s) = vm.str_of(r) else {
        let message = format!("array() argument 1 must be a unicode character, not {}", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    };
    if s.len() != 1 {
        let message = format!("array() argument 1 must be a unicode character, not a string of length {}", s.len());
        return Err(vm.type_error(message));
    }
    match s.as_str().and_then(|s| s.chars().next()).filter(|c| CODES.contains(*c)) {
        Some(c) => Ok(c as u8),
        None => Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)")),
    }
}
fn reconstruct(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("array_reconstruct", &[a[0], a[1], a[2], a[3]])
}
