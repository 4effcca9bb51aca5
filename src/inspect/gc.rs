//! `%gc`: the collector's counters; `%gc collect`: a full collection told phase by phase, before it is carried out.
use super::refs::owner;
use super::{common, everything};
use crate::heap::{Ref, flag};
use crate::snapshot::Kind;
use crate::snapshot::memory::{GcObject, GcPhases, GcSnapshot};
use crate::objects::Payload;
use crate::vm::{Vm, n};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Objects of a collection that are told one by one.
const MOST: usize = 24;
/// `gc.DEBUG_SAVEALL`.
const SAVE_ALL: u32 = 32;

/// The counters as they are now, with what [`phases`] had told and the collection's result.
pub fn snapshot(vm: &mut Vm, phases: Option<GcPhases>) -> GcSnapshot {
    let (young, old) = (vm.heap.generation(0).len() as u64, (vm.heap.generation(2).len() + vm.heap.generation(1).len()) as u64);
    let frozen = vm.heap.iter().filter(|r| vm.heap.flags(*r) & flag::FROZEN != 0).count() as u64;
    let garbage = vm.registry.get("gc.garbage").and_then(|l| vm.items_of(*l)).map_or(0, <[Ref]>::len) as u64;
    let gc = &vm.heap.gc;
    GcSnapshot { enabled: gc.enabled, threshold: gc.threshold, count: gc.count, young, old, frozen, uncollectable: garbage, stats: gc.stats, phases }
}

/// What a full collection would find now: the three phases on a copy of the counts, as the collector does them. `tags` gives
/// objects their short numbers. With it, the unreachable objects of the program's own classes, by id and type.
pub fn phases(vm: &mut Vm, namespace: Ref, tags: &mut BTreeMap<u64, u32>) -> (GcPhases, Vec<(u64, Ref)>) {
    let mut list = vm.heap.generation(2);
    list.extend(vm.heap.generation(1));
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
    let mut own: HashSet<Ref> = dead.iter().copied().filter(|r| is_of_program(vm, *r)).collect();
    for r in own.clone() {
        vm.heap.visit_children(r, &mut |c| _ = own.insert(c));
    }
    // A cycle of built-in containers is the program's too.
    let data = |r: &Ref| matches!(common::kind(vm, *r), Kind::List | Kind::Dict | Kind::Instance) && is_cyclic(vm, *r);
    own.extend(dead.iter().copied().filter(data));
    dead.sort_by_key(|r| (!is_of_program(vm, *r), !own.contains(r)));
    let mine: HashSet<Ref> = everything(vm, namespace).values.into_iter().collect();
    let mut stays: Vec<Ref> = list.iter().copied().filter(|r| seen(r) && (mine.contains(r) || *r == namespace)).collect();
    // Data before code: what holds it, then classes and functions.
    stays.sort_by_key(|r| (*r != namespace, matches!(vm.heap.get(*r), Payload::Type(_) | Payload::Function(_))));
    let told: Vec<Ref> = dead.iter().copied().take(MOST).chain(stays.into_iter().take(MOST / 3)).collect();
    let names: Vec<String> = told.iter().map(|r| label(vm, *r, namespace, tags)).collect();
    let place: HashMap<Ref, usize> = told.iter().enumerate().map(|(i, r)| (*r, i)).collect();
    let mut by: HashMap<Ref, Vec<Ref>> = told.iter().map(|r| (*r, vec![])).collect();
    // Few of the many references lead to one that is told: a mark by slot is looked at first.
    let mut marked = vec![false; room];
    told.iter().for_each(|r| marked[r.raw() as usize] = true);
    for r in &list {
        vm.heap.visit_children(*r, &mut |c| {
            if marked[c.raw() as usize] && let Some(holders) = by.get_mut(&c).filter(|h| h.len() < 3) {
                holders.push(*r);
            }
        });
    }
    let has_del = |r: &Ref| common::defined(vm, vm.ty(*r), n::__DEL__).is_some() && vm.heap.flags(*r) & flag::FINALIZED == 0;
    let text = |r: &Ref| place.get(r).map_or_else(|| owner(vm, *r), |i| names[*i].clone());
    let objects = told.iter().enumerate().map(|(i, r)| {
        let mut refers = Vec::new();
        vm.heap.visit_children(*r, &mut |c| refers.extend(place.get(&c)));
        GcObject {
            text: names[i].clone(),
            kind: common::kind(vm, *r),
            own: own.contains(r),
            finalizer: has_del(r),
            refers,
            count: u64::from(vm.heap.count(*r)),
            internal: inside(r),
            unreachable: !seen(r),
            referrers: by.get(r).into_iter().flatten().map(text).collect(),
        }
    });
    let objects: Vec<GcObject> = objects.collect();
    let finalizers = dead.iter().filter(|r| has_del(r)).count() as u64;
    let own = dead.iter().filter(|r| is_of_program(vm, **r)).map(|r| (r.address(), vm.ty(*r))).collect();
    let (count, more) = (dead.len() as u64, dead.len().saturating_sub(MOST) as u64);
    let (all, internal, roots) = (list.len() as u64, internal.iter().sum(), roots.len() as u64);
    let callbacks = vm.registry.get("gc.callbacks").and_then(|l| vm.items_of(*l)).map_or(0, <[Ref]>::len) as u64;
    let saved = vm.heap.gc.debug & SAVE_ALL != 0;
    let reached = all - roots - count;
    let phases = GcPhases { candidates: all, internal, roots, reached, unreachable: count, objects, more, collected: 0, finalizers, callbacks, saved, survivors: 0 };
    (phases, own)
}

/// How many of those that [`phases`] gave are still there. An object made at a dead one's address has another finalizer's mark.
pub fn survivors(vm: &Vm, dead: &[(u64, Ref)]) -> u64 {
    let dead: HashMap<u64, Ref> = dead.iter().copied().collect();
    if dead.is_empty() {
        return 0;
    }
    vm.heap.iter().filter(|r| dead.get(&r.address()).is_some_and(|ty| vm.ty(*r) == *ty)).count() as u64
}

/// A container that holds itself.
fn is_cyclic(vm: &Vm, r: Ref) -> bool {
    let mut found = false;
    vm.heap.visit_children(r, &mut |c| found |= c == r);
    found
}

/// An instance of a class of the program.
fn is_of_program(vm: &Vm, r: Ref) -> bool {
    vm.dict_get_name(vm.type_obj(vm.ty(r)).dict, n::__MODULE__).is_some_and(|m| vm.utf8(m) == Some("__main__"))
}

/// What an object is called; those that nothing tells apart have the number that `%heap` gives them.
fn label(vm: &Vm, r: Ref, namespace: Ref, tags: &mut BTreeMap<u64, u32>) -> String {
    if r == namespace {
        return "the module's names".to_owned();
    }
    if let Payload::Type(_) = vm.heap.get(r) {
        return format!("class {}", common::class_name(vm, r));
    }
    let text = owner(vm, r);
    // A class's own dict is called after the class.
    if text.starts_with("class ") && matches!(vm.heap.get(r), Payload::Dict(_)) {
        return format!("the __dict__ of {text}");
    }
    match text.strip_prefix('<').and_then(|t| t.strip_suffix(" object>")) {
        Some(name) => {
            let next = tags.len() as u32 + 1;
            format!("{name} #{}", tags.entry(r.address()).or_insert(next))
        }
        None => text,
    }
}
