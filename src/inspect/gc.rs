//! `%gc`: the collector's counters; `%gc collect`: a full collection told phase by phase, then carried out.
use super::common;
use super::refs::owner;
use crate::natives::lenses::everything;
use crate::heap::{Ref, flag};
use crate::snapshot::memory::{GcObject, GcPhases, GcSnapshot};
use crate::vm::Vm;
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
    let candidates: HashSet<Ref> = list.iter().copied().collect();
    let mut internal: HashMap<Ref, u64> = HashMap::new();
    let mut by: HashMap<Ref, Vec<Ref>> = HashMap::new();
    for r in &list {
        vm.heap.visit_children(*r, &mut |c| {
            if candidates.contains(&c) {
                *internal.entry(c).or_default() += 1;
                by.entry(c).or_default().push(*r);
            }
        });
    }
    let inside = |r: &Ref| internal.get(r).copied().unwrap_or(0);
    let outside = |r: &Ref| u64::from(vm.heap.count(*r)).saturating_sub(inside(r));
    let roots: Vec<Ref> = list.iter().copied().filter(|r| outside(r) > 0).collect();
    let mut seen: HashSet<Ref> = roots.iter().copied().collect();
    let mut todo = roots.clone();
    while let Some(r) = todo.pop() {
        vm.heap.visit_children(r, &mut |c| {
            if candidates.contains(&c) && seen.insert(c) {
                todo.push(c);
            }
        });
    }
    let mut dead: Vec<Ref> = list.iter().copied().filter(|r| !seen.contains(r)).collect();
    // The program's own objects are told first; the library leaves some too.
    dead.sort_by_key(|r| !common::repr(vm, vm.ty(*r)).text.contains("__main__"));
    let mine: HashSet<Ref> = everything(vm, namespace).values.into_iter().collect();
    let stays = list.iter().copied().filter(|r| seen.contains(r) && mine.contains(r)).take(MOST / 3);
    let told: Vec<Ref> = dead.iter().copied().take(MOST).chain(stays).collect();
    let text = |r: Ref| owner(vm, r);
    let objects = told.iter().map(|r| GcObject {
        text: text(*r),
        count: u64::from(vm.heap.count(*r)),
        internal: inside(r),
        unreachable: !seen.contains(r),
        referrers: by.get(r).into_iter().flatten().take(3).map(|x| text(*x)).collect(),
    });
    let objects: Vec<GcObject> = objects.collect();
    let finalizers = dead.iter().filter(|r| vm.heap.flags(**r) & flag::FINALIZER != 0 && vm.heap.flags(**r) & flag::FINALIZED == 0).count() as u64;
    let (count, more) = (dead.len() as u64, dead.len().saturating_sub(MOST) as u64);
    let (all, internal, roots, reached) = (list.len() as u64, internal.values().sum(), roots.len() as u64, (seen.len() - roots.len()) as u64);
    let collected = vm.collect_garbage(true) as u64;
    GcPhases { candidates: all, internal, roots, reached, unreachable: count, objects, more, collected, finalizers }
}
