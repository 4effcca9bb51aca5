//! Per-process values of `sys` that are no attributes: hooks, trace functions, intervals.
use crate::heap::{Owned, Ref};
use crate::vm::{Vm, fixed};

/// Names in the machine's registry.
pub mod key {
    pub const AUDIT: &str = "sys.audit";
    pub const SWITCH_INTERVAL: &str = "sys.switchinterval";
    pub const DLOPEN_FLAGS: &str = "sys.dlopenflags";
}

/// A kept value (borrowed).
pub fn get(vm: &Vm, key: &str) -> Option<Ref> {
    vm.registry.get(key).copied()
}
/// A kept value or None, as a new reference.
pub fn get_or_none(vm: &mut Vm, key: &str) -> Owned {
    let r = get(vm, key).unwrap_or(fixed::NONE);
    vm.incref(r)
}
/// Keeps a borrowed value; None forgets it.
pub fn put(vm: &mut Vm, key: &'static str, value: Ref) {
    let old = if value == fixed::NONE {
        vm.registry.remove(key)
    } else {
        vm.heap.incref_raw(value);
        vm.registry.insert(key, value)
    };
    vm.replace_raw(old);
}
