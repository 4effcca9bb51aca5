//! `%gc`: the collector's counters; `%gc collect`: a full collection told phase by phase, then carried out.
use super::refs::owner;
use super::{common, everything};
use crate::heap::{Ref, flag};
use crate::snapshot::memory::{GcObject, GcPhases, GcSnapshot};
use crate::vm::{Vm, n};
use std::collections::{HashMap, HashSet};

/// Objects of a collection that are told one by one.
const MOST: usize = 24;

pub fn snapshot(vm: &mut Vm, collect: bool, namespace: Ref) -> GcSnapshot {
    let phases = collect.then(|| phases(vm, namespace));
    let (young, old) = (vm.heap.generation(0).len() as u64, vm.heap.generation(2).len() as u64);
    let frozen = vm.heap.iter().filter(|r| vm.heap.flags(*r) & flag::FROZEN != 0).count() as u64;
    let garbage = vm.registry.get("gc.garbage").and_then(|l| vm.items_of(*l)).map_or(0, <[Ref]>::len) as u64;
    let gc = &vm.heap.gc;
    GcSnapshot { enabled: gc.enabled, threshold: gc.threshold, count: gc.count, young, old, frozen, uncollectable: garbage, stats: gc.stats, phases }
}

/// The three phases on a copy of the counts, as the collector does them; then the collection itself.
fn phases(vm: &mut Vm, namespace: Ref) -> GcPhases {
    let mut list = vm.heap.generation(2);
    list.extend(vm.heap.generation(0));
    // By slot, as the collector keeps them: a place for each object of the heap.
    let room = vm.heap.iter().map(|r| r.raw() as usize + 1).max().unwrap_or(0);
    let (mut candidate, mut internal, mut seen) = (vec![false; room], vec![0u64; room], vec![false; room]);
    list.iter().for_each(|r| candidate[r.raw() as usize] = true);
    for r in &list {
        vm.heap.visit_children(*r, &mut |c| {
            if candidate[c.raw() as usize] {
                internal[c.raw() as usize] += 1;
            }
        });
    }
    let inside = |r: &Ref| internal[r.raw() as usize];
    let outside = |r: &Ref| u64::from(vm.heap.count(*r)).saturating_sub(inside(r));
    let roots: Vec<Ref> = list.iter().copied().filter(|r| outside(r) > 0).collect();
    roots.iter().for_each(|r| seen[r.raw() as usize] = true);
    let mut todo = roots.clone();
    while let Some(r) = todo.pop() {
        vm.heap.visit_children(r, &mut |c| {
            let at = c.raw() as usize;
            if candidate[at] && !std::mem::replace(&mut seen[at], true) {
                todo.push(c);
            }
        });
    }
    let seen = |r: &Ref| seen[r.raw() as usize];
    let mut dead: Vec<Ref> = list.iter().copied().filter(|r| !seen(r)).collect();
    // The program's own objects are told first; the library leaves some too.
    dead.sort_by_key(|r| vm.dict_get_name(vm.type_obj(vm.ty(*r)).dict, n::__MODULE__).is_none_or(|m| vm.utf8(m) != Some("__main__")));
    let mine: HashSet<Ref> = everything(vm, namespace).values.into_iter().collect();
    let stays = list.iter().copied().filter(|r| seen(r) && mine.contains(r)).take(MOST / 3);
    let told: Vec<Ref> = dead.iter().copied().take(MOST).chain(stays).collect();
    let text = |r: Ref| owner(vm, r);
    let mut by: HashMap<Ref, Vec<Ref>> = told.iter().map(|r| (*r, vec![])).collect();
    for r in &list {
        vm.heap.visit_children(*r, &mut |c| {
            if let Some(holders) = by.get_mut(&c).filter(|h| h.len() < 3) {
                holders.push(*r);
            }
        });
    }
    let objects = told.iter().map(|r| GcObject {
        text: text(*r),
        count: u64::from(vm.heap.count(*r)),
        internal: inside(r),
        unreachable: !seen(r),
        referrers: by.get(r).into_iter().flatten().map(|x| text(*x)).collect(),
    });
    let objects: Vec<GcObject> = objects.collect();
    let has_del = |r: &&Ref| common::defined(vm, vm.ty(**r), n::__DEL__).is_some() && vm.heap.flags(**r) & flag::FINALIZED == 0;
    let finalizers = dead.iter().filter(has_del).count() as u64;
    let (count, more) = (dead.len() as u64, dead.len().saturating_sub(MOST) as u64);
    let (all, internal, roots) = (list.len() as u64, internal.iter().sum(), roots.len() as u64);
    let reached = all - roots - count;
    let collected = vm.collect_garbage(true) as u64;
    GcPhases { candidates: all, internal, roots, reached, unreachable: count, objects, more, collected, finalizers }
}
