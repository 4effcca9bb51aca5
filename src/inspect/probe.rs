//! `%probe CONTAINER KEY`: the slots that a search in a dict or set looks at. Asks no `__eq__` of the program.
use super::layout::{CELLS, entry_cell, index_cell, set_cell};
use super::{Subjects, common};
use crate::heap::Ref;
use crate::objects::set::SetSlot;
use crate::snapshot::layout::{Cell, CellState, ProbeFound, ProbeSnapshot, ProbeStep};
use crate::vm::{Ask, Vm};

/// Steps that are told; a search in a table of this machine needs a handful.
const STEPS: usize = 40;
/// Neighbours that a set looks at before it jumps.
const LINEAR: usize = 9;
const PERTURB_SHIFT: u32 = 5;

/// # Errors
/// The container is neither a dict nor a set, or the key cannot be hashed.
pub fn snapshot(vm: &mut Vm, s: &Subjects) -> Result<ProbeSnapshot, Ask> {
    let (container, key) = (s.values[0], s.values[1]);
    let (dict, set) = (vm.dict_of(container).is_some(), vm.set_of(container).is_some());
    if !dict && !set {
        return Err(vm.type_error(format!("%probe looks into a dict or a set; `{}` is an object of type {}", s.texts[0], common::type_name(vm, container))));
    }
    let hash = vm.hash(key)?;
    let vm = &*vm;
    let slots = if dict { vm.dict_of(container).map_or(0, |d| d.slots()) } else { vm.set_of(container).map_or(0, |s| s.slots().len()) };
    let (steps, found) = if slots == 0 { (vec![], None) } else if dict { in_dict(vm, container, key, hash) } else { in_set(vm, container, key, hash) };
    let mut out = ProbeSnapshot {
        container: s.texts[0].clone(),
        type_name: common::type_name(vm, container),
        key: common::repr(vm, key).shown(),
        hash,
        mask: slots.saturating_sub(1) as u64,
        slots: slots as u64,
        used: vm.dict_of(container).map(|d| d.len()).or(vm.set_of(container).map(|s| s.len())).unwrap_or(0) as u64,
        steps,
        found: None,
        cells: vec![],
        entries: vec![],
        more_entries: 0,
    };
    out.cells = table(vm, container, slots, &out.steps);
    if let (Some(d), Some(at)) = (vm.dict_of(container), found) {
        out.found = d.entries().get(at).map(|e| common::repr(vm, e.value).shown());
    } else if found.is_some() {
        out.found = Some(out.key.clone());
    }
    if let Some(d) = vm.dict_of(container) {
        let all = d.entries().len();
        out.entries = (0..all.min(CELLS / 2)).map(|i| entry_cell(vm, d, i)).collect();
        if let Some(c) = found.and_then(|at| out.entries.get_mut(at)) {
            c.state = CellState::Last(out.steps.len() as u32);
        }
        out.more_entries = (all - out.entries.len()) as u64;
    }
    Ok(out)
}

/// The table, or of a large one the places near to the steps, each step marked.
fn table(vm: &Vm, container: Ref, slots: usize, steps: &[ProbeStep]) -> Vec<Cell> {
    let near = |i: usize| steps.iter().any(|s| (s.slot as usize).abs_diff(i) <= 1);
    let shown = (0..slots).filter(|i| slots <= CELLS || near(*i));
    let cell = |i: usize| match vm.dict_of(container) {
        Some(d) => index_cell(d, i),
        None => set_cell(vm, vm.set_of(container).expect("a set"), i),
    };
    let mut out: Vec<Cell> = shown.map(cell).collect();
    for (number, step) in steps.iter().enumerate() {
        let state = if number + 1 == steps.len() { CellState::Last(number as u32 + 1) } else { CellState::Step(number as u32 + 1) };
        if let Some(c) = out.iter_mut().find(|c| c.over == step.slot.to_string()) {
            c.state = state;
        }
    }
    out
}

/// What a search finds at an entry; whether it ends there.
fn compare(vm: &Vm, key: Ref, hash: i64, k: Ref, h: i64) -> (ProbeFound, bool) {
    let text = common::repr(vm, k).shown();
    if k == key {
        return (ProbeFound::Identical { key: text }, true);
    }
    if h != hash {
        return (ProbeFound::OtherHash { key: text }, false);
    }
    match common::equal(vm, k, key) {
        Some(true) => (ProbeFound::Equal { key: text }, true),
        Some(false) => (ProbeFound::Unequal { key: text }, false),
        None => (ProbeFound::NotAsked { key: text }, true),
    }
}

fn in_dict(vm: &Vm, dict: Ref, key: Ref, hash: i64) -> (Vec<ProbeStep>, Option<usize>) {
    let Some(d) = vm.dict_of(dict) else { return (vec![], None) };
    let mask = d.slots() - 1;
    let (mut slot, mut perturb, mut steps) = (hash as usize & mask, hash as u64, Vec::new());
    while steps.len() < STEPS {
        let (found, ends, entry) = match d.slot(slot) {
            -1 => (ProbeFound::Free, true, None),
            -2 => (ProbeFound::Dummy, false, None),
            at => {
                let e = &d.entries()[at as usize];
                match e.key {
                    Some(k) => {
                        let (found, ends) = compare(vm, key, hash, k, e.hash);
                        let hit = matches!(found, ProbeFound::Identical { .. } | ProbeFound::Equal { .. });
                        (found, ends, hit.then_some(at as usize))
                    }
                    None => (ProbeFound::Dummy, false, None),
                }
            }
        };
        steps.push(ProbeStep { slot: slot as u64, perturb, linear: false, found });
        if ends {
            return (steps, entry);
        }
        perturb >>= PERTURB_SHIFT;
        slot = slot.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1) & mask;
    }
    (steps, None)
}

fn in_set(vm: &Vm, set: Ref, key: Ref, hash: i64) -> (Vec<ProbeStep>, Option<usize>) {
    let Some(table) = vm.set_of(set).map(|s| s.slots()) else { return (vec![], None) };
    let mask = table.len() - 1;
    let (mut first, mut perturb, mut steps) = (hash as usize & mask, hash as u64, Vec::new());
    loop {
        let run = if first + LINEAR <= mask { LINEAR } else { 0 };
        for at in first..=first + run {
            let (found, ends) = match table[at] {
                SetSlot::Free => (ProbeFound::Free, true),
                SetSlot::Dummy => (ProbeFound::Dummy, false),
                SetSlot::Used { key: k, hash: h } => compare(vm, key, hash, k, h),
            };
            let hit = matches!(found, ProbeFound::Identical { .. } | ProbeFound::Equal { .. });
            steps.push(ProbeStep { slot: at as u64, perturb, linear: at > first, found });
            if ends || steps.len() >= STEPS {
                return (steps, hit.then_some(at));
            }
        }
        perturb >>= PERTURB_SHIFT;
        first = first.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & mask;
    }
}

