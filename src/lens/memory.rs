//! What lenses remember from one to the next: settings, and where objects stood. Lives in the machine, so a fork has its own.
use super::view::heap::Places;
use crate::heap::Ref;
use crate::objects::{Payload, State};
use crate::render::{Figures, view::Lang};
use crate::vm::{Vm, t};
use std::any::Any;
use std::collections::BTreeMap;

/// Settings (`%lang`, `%figures`) and places.
#[derive(Clone, Default)]
pub struct Memory {
    pub lang: Lang,
    pub png: bool,
    pub pdf: bool,
    pub places: Places,
    /// Short numbers of objects, by id.
    pub tags: BTreeMap<u64, u32>,
}

impl Memory {
    pub fn figures(&self) -> Figures {
        Figures { png: self.png, pdf: self.pdf, lang: self.lang }
    }
}

impl State for Memory {
    fn visit(&self, _: &mut dyn FnMut(Ref)) {}
    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn is_container(&self) -> bool {
        false
    }
}

const KEY: &str = "pellucid.lenses";

/// A copy of the memory; a new one's if there is none yet.
pub fn get(vm: &Vm) -> Memory {
    vm.registry.get(KEY).and_then(|r| vm.state::<Memory>(*r)).cloned().unwrap_or_default()
}

/// Changes the memory.
pub fn update(vm: &mut Vm, change: impl FnOnce(&mut Memory)) {
    let r = match vm.registry.get(KEY) {
        Some(r) => *r,
        None => {
            let r = vm.heap.alloc(t::OBJECT, Payload::Opaque(Box::new(Memory::default())), 0).into_raw();
            vm.registry.insert(KEY, r);
            r
        }
    };
    if let Some(m) = vm.state_mut::<Memory>(r) {
        change(m);
    }
}
