//! `%heap`: the objects that some names lead to, breadth first.
use super::slots::{Way, notes, parameters, slots};
use super::{Subjects, common, frames, locals};
use crate::heap::Ref;
use crate::natives::errors::sys::shallow_size;
use crate::objects::Payload;
use crate::objects::class::type_flags;
use crate::snapshot::{Kind, Repr};
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
    let objects = shown.iter().map(|r| {
        let size = shallow_size(vm, *r);
        HeapObject { size, ..object(vm, s, *r, &ids, &named, tags) }
    }).collect();
    HeapSnapshot { frames: s.roots(vm), objects, total_objects: total as u64 }
}

/// The same for frames that are known, of a machine that is in the middle of a run: sizes are left at 0, and what small
/// immutable values names are bound to is written beside the name.
pub fn in_frames(vm: &Vm, frames: Vec<(String, Option<u32>, Vec<(String, Ref)>)>, namespace: Ref, tags: &mut BTreeMap<u64, u32>) -> HeapSnapshot {
    let mut roots = Vec::new();
    let frames = frames.into_iter().map(|(title, line, names)| {
        let names = names.into_iter().map(|(name, r)| {
            let value = match plain(vm, r) {
                Some(text) => HeapValue::Inline(text),
                None => {
                    roots.push(r);
                    HeapValue::Ref(r.address())
                }
            };
            HeapName { name, value }
        });
        HeapFrame { title, line, names: names.collect() }
    }).collect();
    let named: HashSet<Ref> = roots.iter().copied().collect();
    let (shown, total) = walk(vm, &roots, &named);
    let ids: HashSet<Ref> = shown.iter().copied().collect();
    let s = Subjects { texts: vec![], values: roots, namespace, tuple: None, own: HashMap::new() };
    let objects = shown.iter().map(|r| object(vm, &s, *r, &ids, &named, tags)).collect();
    HeapSnapshot { frames, objects, total_objects: total as u64 }
}

/// What is written beside a name in place of an arrow: a short scalar, a function that carries nothing, a class of such.
fn plain(vm: &Vm, r: Ref) -> Option<Repr> {
    let simple = |f: Ref| match vm.heap.get(f) {
        Payload::Native(_) | Payload::Wrapper(..) | Payload::Property(_) => true,
        Payload::Function(_) => is_bare(vm, f),
        _ => false,
    };
    match vm.heap.get(r) {
        Payload::Function(_) if simple(r) => Some(signature(vm, r)),
        Payload::Type(x) if !x.has(type_flags::HEAP) || slots(vm, r).iter().all(|(_, v)| simple(*v)) => Some(Repr::whole(title(vm, r))),
        Payload::Type(_) => None,
        _ if is_inline(vm, r, r, &HashSet::new()) => Some(common::repr(vm, r)),
        _ => None,
    }
}

/// A function that carries nothing of its own: neither defaults nor cells nor attributes.
fn is_bare(vm: &Vm, r: Ref) -> bool {
    matches!(vm.heap.get(r), Payload::Function(f) if f.defaults.is_none() && f.kwdefaults.is_none() && f.closure.is_none() && f.dict.is_none())
}

/// What is written for a function that is no box of its own: `function add(x, to)`.
fn signature(vm: &Vm, r: Ref) -> Repr {
    Repr::whole(format!("{}({})", title(vm, r), parameters(vm, r)))
}

impl Subjects {
    /// The names of the picture, by frame. A text of the form `frame\tname` belongs to that frame.
    fn roots(&self, vm: &Vm) -> Vec<HeapFrame> {
        let mut out: Vec<HeapFrame> = Vec::new();
        for (text, r) in self.texts.iter().zip(&self.values) {
            // An expression that is a local's name belongs to the frame on top.
            let here = frames(vm).first().filter(|f| locals(vm, f).iter().any(|(name, v)| name == text && *v == Some(*r))).map(|f| vm.lossy(vm.code_obj(f.code_ref).qualname));
            let here = here.as_deref().unwrap_or("<module>");
            let (title, name) = text.split_once('\t').unwrap_or((here, text));
            let name = HeapName { name: name.to_owned(), value: HeapValue::Ref(r.address()) };
            match out.iter_mut().find(|f| f.title == title) {
                Some(frame) => frame.names.push(name),
                None => {
                    let line = frames(vm).iter().find(|f| vm.lossy(vm.code_obj(f.code_ref).qualname) == title).map(|f| crate::vm::load::line_of(vm.code_obj(f.code_ref), f.last));
                    out.push(HeapFrame { title: title.to_owned(), line: line.map(|l| l as u32), names: vec![name] });
                }
            }
        }
        out
    }
}

/// Whether a value is written into the slot of `holder`: small, immutable, and no name of the picture leads to it.
fn is_inline(vm: &Vm, holder: Ref, r: Ref, named: &HashSet<Ref>) -> bool {
    let short = vm.str_of(r).is_none_or(|s| s.wtf8().len() <= 24);
    let plain = match vm.heap.get(r) {
        Payload::Native(_) | Payload::Module(_) => true,
        // A method that carries nothing of its own, a class of the machine's. A function that is data is an object like others.
        Payload::Function(_) => vm.is_type(holder) && is_bare(vm, r),
        Payload::Wrapper(..) | Payload::Property(_) => true,
        Payload::Type(x) => !x.has(type_flags::HEAP),
        Payload::Tuple(items) => items.is_empty(),
        _ => common::kind(vm, r) == Kind::Scalar && short,
    };
    plain && !named.contains(&r)
}

/// The title of an object's box: its type, and the name of a function, class or generator.
fn title(vm: &Vm, r: Ref) -> String {
    let ty = common::type_name(vm, r);
    match vm.heap.get(r) {
        Payload::Function(f) => format!("{ty} {}", vm.lossy(f.name)),
        Payload::Type(_) => format!("class {}", common::class_name(vm, r)),
        Payload::Generator(g) => format!("{ty} {}", vm.lossy(g.name)),
        Payload::Method(..) => "bound method".to_owned(),
        _ => ty,
    }
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
    // Objects that are drawn come before those that are only counted.
    let (mut counted, mut done) = (VecDeque::new(), HashSet::new());
    while let Some(r) = queue.pop_front().or_else(|| counted.pop_front()) {
        if !done.insert(r) {
            continue;
        }
        let at = depth[&r];
        let drawn = at <= DEPTH && shown.len() < MOST;
        if drawn {
            shown.push(r);
        }
        // Behind what is not drawn, and in slots that are not drawn, objects are only counted.
        for (number, (way, child)) in slots(vm, r).into_iter().enumerate() {
            let at = if drawn && number < SLOTS { at } else { DEPTH };
            let key = if let Way::Key(k) = way { Some(k) } else { None };
            for x in key.into_iter().chain([child]) {
                if depth.len() < COUNTED && !depth.contains_key(&x) && !is_inline(vm, r, x, named) {
                    depth.insert(x, at + 1);
                    if at < DEPTH { queue.push_back(x) } else { counted.push_back(x) }
                }
                // Reached again by a slot that is drawn.
                else if at < DEPTH && depth.get(&x).is_some_and(|d| *d > DEPTH) {
                    depth.insert(x, at + 1);
                    queue.push_back(x);
                }
            }
        }
    }
    (shown, depth.len())
}

/// An object of the picture; its size is not asked for.
fn object(vm: &Vm, s: &Subjects, r: Ref, ids: &HashSet<Ref>, named: &HashSet<Ref>, tags: &mut BTreeMap<u64, u32>) -> HeapObject {
    let next = tags.len() as u32 + 1;
    let tag = *tags.entry(r.address()).or_insert(next);
    let all = slots(vm, r);
    let mut told = notes(vm, r);
    // What a weak reference leads to, by its number where it has one.
    if let (Payload::WeakRef(w), Some(note)) = (vm.heap.get(r), told.first_mut())
        && let Some((x, tag)) = w.referent.filter(|x| ids.contains(x)).and_then(|x| Some((x, tags.get(&x.address())?)))
    {
        note.1 = format!("{} #{tag}", title(vm, x));
    }
    let silent = told.is_empty();
    let value = |x: Ref| match is_inline(vm, r, x, named) && !ids.contains(&x) {
        true if matches!(vm.heap.get(x), Payload::Function(_)) => HeapValue::Inline(signature(vm, x)),
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
    let told = told.into_iter().map(|(key, text)| HeapSlot { key: SlotKey::Named(key.to_owned()), value: HeapValue::Inline(Repr::whole(text)) });
    let shown = told.chain(shown).collect();
    // A function's name stands in its title.
    let named_by_title = matches!(vm.heap.get(r), Payload::Function(_));
    let leaf = all.is_empty() && silent && !named_by_title && !matches!(common::kind(vm, r), Kind::List | Kind::Tuple | Kind::Dict | Kind::Set | Kind::Instance);
    HeapObject {
        id: r.address(),
        tag,
        type_name: title(vm, r),
        kind: common::kind(vm, r),
        value: leaf.then(|| common::repr(vm, r)),
        refcount: common::refcount(vm, r, s.own(r)),
        size: 0,
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
