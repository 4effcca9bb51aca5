//! `%heap`: the objects that some names lead to, breadth first.
use super::slots::{Way, slots};
use super::{Subjects, common};
use crate::heap::Ref;
use crate::natives::errors::sys::shallow_size;
use crate::objects::Payload;
use crate::snapshot::Kind;
use crate::snapshot::heap::{HeapFrame, HeapName, HeapObject, HeapSlot, HeapSnapshot, HeapValue, SlotKey};
use crate::vm::Vm;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// References from a name to an object of the picture at most.
pub const DEPTH: usize = 6;
/// Objects of a picture at most.
pub const MOST: usize = 60;
/// References shown of one object at most.
const SLOTS: usize = 16;
/// Objects counted at most for the sentence that states the limit.
const COUNTED: usize = 100_000;

/// The picture. `tags` gives objects their short numbers and is added to.
pub fn snapshot(vm: &mut Vm, s: &Subjects, tags: &mut BTreeMap<u64, u32>) -> HeapSnapshot {
    let named: HashSet<Ref> = s.values.iter().copied().collect();
    let (shown, total) = walk(vm, &s.values, &named);
    let ids: HashSet<Ref> = shown.iter().copied().collect();
    let objects = shown.iter().map(|r| object(vm, s, *r, &ids, &named, tags)).collect();
    let names = s.texts.iter().zip(&s.values);
    let names = names.map(|(name, r)| HeapName { name: name.clone(), value: HeapValue::Ref(r.address()) }).collect();
    let frames = vec![HeapFrame { title: "<module>".to_owned(), line: None, names }];
    HeapSnapshot { frames, objects, total_objects: total as u64 }
}

/// Whether a value is written into the slot that holds it: small, immutable, and no name of the picture leads to it.
fn is_inline(vm: &Vm, r: Ref, named: &HashSet<Ref>) -> bool {
    let short = vm.str_of(r).is_none_or(|s| s.wtf8().len() <= 24);
    common::kind(vm, r) == Kind::Scalar && short && !named.contains(&r)
}

/// The objects to show, and how many there are in all.
fn walk(vm: &Vm, roots: &[Ref], named: &HashSet<Ref>) -> (Vec<Ref>, usize) {
    let mut depth: HashMap<Ref, usize> = HashMap::new();
    let (mut queue, mut shown) = (VecDeque::new(), Vec::new());
    for r in roots {
        if depth.insert(*r, 0).is_none() {
            queue.push_back(*r);
        }
    }
    while let Some(r) = queue.pop_front() {
        let at = depth[&r];
        if at <= DEPTH && shown.len() < MOST {
            shown.push(r);
        }
        for (way, child) in slots(vm, r) {
            let key = if let Way::Key(k) = way { Some(k) } else { None };
            for x in key.into_iter().chain([child]) {
                if depth.len() < COUNTED && !depth.contains_key(&x) && !is_inline(vm, x, named) {
                    depth.insert(x, at + 1);
                    queue.push_back(x);
                }
            }
        }
    }
    (shown, depth.len())
}

fn object(vm: &mut Vm, s: &Subjects, r: Ref, ids: &HashSet<Ref>, named: &HashSet<Ref>, tags: &mut BTreeMap<u64, u32>) -> HeapObject {
    let size = shallow_size(vm, r);
    let next = tags.len() as u32 + 1;
    let tag = *tags.entry(r.address()).or_insert(next);
    let all = slots(vm, r);
    let value = |x: Ref| match is_inline(vm, x, named) && !ids.contains(&x) {
        true => HeapValue::Inline(common::repr(vm, x)),
        false => HeapValue::Ref(x.address()),
    };
    let shown = all.iter().take(SLOTS).map(|(way, child)| {
        let key = match way {
            Way::Index(i) => SlotKey::Index(*i),
            Way::Attr(name) => SlotKey::Attr(name.clone()),
            Way::Key(k) => SlotKey::Key(value(*k)),
            Way::Member => SlotKey::Member,
            Way::Named(name) => SlotKey::Named(name.clone()),
        };
        HeapSlot { key, value: value(*child) }
    });
    let shown = shown.collect();
    let leaf = all.is_empty() && !matches!(common::kind(vm, r), Kind::List | Kind::Tuple | Kind::Dict | Kind::Set | Kind::Instance);
    HeapObject {
        id: r.address(),
        tag,
        type_name: common::type_name(vm, r),
        kind: common::kind(vm, r),
        value: leaf.then(|| common::repr(vm, r)),
        refcount: common::refcount(vm, r, s.own(r)),
        size,
        len: length(vm, r),
        slots: shown,
        more_slots: all.len().saturating_sub(SLOTS) as u64,
    }
}

/// `len()` of built-in containers.
fn length(vm: &Vm, r: Ref) -> Option<u64> {
    let n = match vm.heap.get(r) {
        Payload::List(_) | Payload::Tuple(_) => vm.items_of(r)?.len(),
        Payload::Dict(d) => d.len(),
        Payload::Set(s) => s.len(),
        Payload::ByteArray(b) => b.data.len(),
        _ => return None,
    };
    Some(n as u64)
}
