//! What lenses remember from one to the next: settings, and where objects stood. Lives in the machine, so a fork has its own.
use super::view::heap::Places;
use crate::heap::Ref;
use crate::inspect::common;
use crate::objects::{Payload, State};
use crate::render::{Figures, view::Lang};
use crate::snapshot::memory::GcPhases;
use crate::vm::{Vm, t};
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
    /// Constants of cells, whose code has died: by id, the value's repr and the cell.
    pub constants: BTreeMap<u64, (String, String)>,
    /// A collection that `%gc collect` has told and that is under way, with the program's objects that it should free.
    pub collection: Option<(GcPhases, Vec<(u64, Ref)>)>,
}

impl Memory {
    pub fn figures(&self) -> Figures {
        Figures { png: self.png, pdf: self.pdf, lang: self.lang }
    }
}

impl State for Memory {
    fn visit(&self, _: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

const KEY: &str = "pellucid.lenses";

/// A copy of the memory; a new one's if there is none yet.
pub fn get(vm: &Vm) -> Memory {
    vm.registry.get(KEY).and_then(|r| vm.state::<Memory>(*r)).cloned().unwrap_or_default()
}

/// Constants that are remembered.
const CONSTANTS: usize = 4_000;

/// Remembers which objects are constants of a cell's code: the code dies with its run, and `is` still rests on it.
pub fn remember_constants(vm: &mut Vm, code: Ref, cell: &str) {
    let Payload::Code(c) = vm.heap.get(code) else { return };
    let plain = |r: &Ref| vm.heap.count(*r) < crate::heap::IMMORTAL && !matches!(vm.heap.get(*r), Payload::Code(_));
    let found: Vec<(u64, String)> = c.consts.iter().copied().filter(plain).map(|r| (r.address(), constant(vm, r))).collect();
    let cell = cell.trim_matches(['<', '>']);
    if !found.is_empty() {
        update(vm, |m| {
            if m.constants.len() > CONSTANTS {
                m.constants.clear();
            }
            m.constants.extend(found.into_iter().map(|(id, text)| (id, (text, cell.to_owned()))));
        });
    }
}
fn constant(vm: &Vm, r: Ref) -> String {
    format!("{} {}", vm.type_name(r), common::repr(vm, r).text)
}
/// The cell of which an object is a constant. An address that was used again shows by its value.
pub fn cell_of_constant(vm: &Vm, r: Ref) -> Option<String> {
    let id = r.address();
    let memory = vm.registry.get(KEY).and_then(|m| vm.state::<Memory>(*m))?;
    memory.constants.get(&id).filter(|(text, _)| *text == constant(vm, r)).map(|(_, cell)| cell.clone())
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
