//! Modules about text and binary data whose contents fit one file or two each.
pub mod binascii;
pub mod charmap;
pub mod codecs;
pub mod string;
pub mod structs;
pub mod unicodedata;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::Vm;

/// Adds an attribute to a module that is being made.
pub fn put(vm: &mut Vm, module: Ref, name: &str, value: Owned) {
    let Payload::Module(m) = vm.heap.get(module) else { panic!("{module:?} is no module") };
    let dict = m.dict;
    vm.dict_set_str(dict, name, value);
}
