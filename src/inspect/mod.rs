//! From the live machine to snapshots: reads objects, runs no code of the program unless a lens's own text says so.
pub mod common;
pub mod dispatch;
pub mod dispatch_trace;
pub mod heap;
pub mod lookup;
pub mod mro;
pub mod object;
pub mod slots;
pub mod types;

use crate::heap::Ref;
use crate::vm::Vm;

/// The objects a lens looks at, as the lens got them.
#[derive(Clone, Debug)]
pub struct Subjects {
    /// The expressions as typed, one a value.
    pub texts: Vec<String>,
    /// Borrowed from the lens's own tuple.
    pub values: Vec<Ref>,
    /// The namespace in which the expressions were evaluated.
    pub namespace: Ref,
    /// References that the lens itself holds for each time a value is named: taken off every count shown.
    pub own: u64,
}

impl Subjects {
    /// References to an object that are the lens's own.
    pub fn own(&self, r: Ref) -> u64 {
        self.own * self.values.iter().filter(|v| **v == r).count() as u64
    }
    /// Names of the namespace that are bound to an object, in order of binding.
    pub fn names(&self, vm: &Vm, r: Ref) -> Vec<String> {
        let Some(dict) = vm.dict_of(self.namespace) else { return vec![] };
        dict.iter().filter(|(_, v)| *v == r).map(|(k, _)| vm.lossy(k)).filter(|k| !k.starts_with('_')).collect()
    }
}
