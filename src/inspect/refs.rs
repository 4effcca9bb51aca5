//! `%refs EXPR`: every reference to an object, found by looking at all that can hold one: frames, objects, the machine.
use super::slots::{Way, slots};
use super::{Subjects, common};
use crate::heap::{IMMORTAL, Ref};
use crate::objects::Payload;
use crate::snapshot::Refcount;
use crate::snapshot::memory::{Holder, HolderKind, RefsSnapshot};
use crate::vm::thread::Activation;
use crate::vm::Vm;

/// Holders that are told.
const MOST: usize = 40;

pub fn snapshot(vm: &Vm, s: &Subjects) -> RefsSnapshot {
    let r = s.values[0];
    let mut all = holders(vm, s.namespace, r);
    if let Some(at) = s.tuple.and_then(|t| all.iter().position(|h| h.id == t.address())) {
        all.remove(at);
    }
    let own = (s.own(r) as usize).saturating_sub(usize::from(s.tuple.is_some()));
    for _ in 0..own {
        if let Some(at) = all.iter().rposition(|h| h.kind == HolderKind::Machine) {
            all.remove(at);
        }
    }
    let total = all.len() as u64;
    if common::refcount(vm, r, 0) == Refcount::Immortal {
        // The machine's own objects hold such ones by the thousand: only the program's names are told.
        all.retain(|h| matches!(h.kind, HolderKind::Name | HolderKind::Local) && !h.text.starts_with("__"));
    }
    all.truncate(MOST);
    RefsSnapshot {
        expr: s.texts[0].clone(),
        type_name: common::type_name(vm, r),
        value: common::repr(vm, r).shown(),
        refcount: common::refcount(vm, r, s.own(r)),
        holders: all,
        total,
    }
}

/// Every reference to an object, names first. Immortal objects have no end of them: only names and containers are told.
pub fn holders(vm: &Vm, namespace: Ref, r: Ref) -> Vec<Holder> {
    let mut out = Vec::new();
    in_frames(vm, r, &mut out);
    for holder in vm.heap.iter() {
        let mut count = 0;
        vm.heap.visit_children(holder, &mut |c| count += usize::from(c == r));
        if count > 0 {
            in_object(vm, namespace, holder, r, count, &mut out);
        }
    }
    for w in vm.heap.weakrefs.get(&r).into_iter().flatten() {
        out.push(Holder { kind: HolderKind::Weak, text: format!("{} (not counted)", common::type_name(vm, *w)), id: w.address() });
    }
    if vm.heap.count(r) < IMMORTAL {
        let counted = out.iter().filter(|h| h.kind != HolderKind::Weak).count();
        // The depth of the running frame's stack is not known to the unit: what is too much lies above it.
        for _ in vm.heap.count(r) as usize..counted {
            if let Some(at) = out.iter().rposition(|h| h.kind == HolderKind::Temporary) {
                out.remove(at);
            }
        }
        for _ in counted..vm.heap.count(r) as usize {
            out.push(Holder { kind: HolderKind::Machine, text: "the machine".to_owned(), id: 0 });
        }
    }
    out.sort_by_key(|h| h.kind);
    out
}

fn in_frames(vm: &Vm, r: Ref, out: &mut Vec<Holder>) {
    for thread in std::iter::once(&vm.cur).chain(&vm.parked) {
        for a in &thread.activations {
            let Activation::Py(f) = a else { continue };
            let name = vm.lossy(vm.code_obj(f.code_ref).qualname);
            let count = vm.code_obj(f.code_ref).localsplus.len();
            let words = &thread.stack[f.base as usize..f.sp as usize];
            for (i, w) in words.iter().enumerate() {
                if w.owned_ref() != Some(r) || f.hidden {
                    continue;
                }
                let holder = match vm.code_obj(f.code_ref).localsplus.get(i) {
                    Some(local) => Holder { kind: HolderKind::Local, text: format!("{} in {name}()", vm.lossy(*local)), id: 0 },
                    None => Holder { kind: HolderKind::Temporary, text: format!("a value on the stack of {name}"), id: 0 },
                };
                debug_assert!(i < count || holder.kind == HolderKind::Temporary);
                out.push(holder);
            }
        }
    }
}

/// The places of one object that hold `r`, `count` in all.
fn in_object(vm: &Vm, namespace: Ref, holder: Ref, r: Ref, count: usize, out: &mut Vec<Holder>) {
    let id = holder.address();
    if holder == namespace {
        let names = vm.dict_of(namespace).into_iter().flat_map(|d| d.iter()).filter(|(_, v)| *v == r);
        return out.extend(names.map(|(k, _)| Holder { kind: HolderKind::Name, text: vm.lossy(k), id }));
    }
    let mut found = Vec::new();
    if let Payload::Generator(g) = vm.heap.get(holder) {
        let frame = g.frame.as_ref().map(|f| super::local_words(vm, f, &g.stack)).unwrap_or_default();
        found.extend(frame.into_iter().filter(|(_, v)| *v == Some(r)).map(|(name, _)| (HolderKind::Local, format!("{name} in {}", common::repr(vm, holder).shown()))));
    } else {
        let what = owner(vm, holder);
        let namespace_of_class = vm.dict_of(holder).is_some() && what.starts_with("class ");
        let places = slots(vm, holder).into_iter().flat_map(|(way, child)| {
            let key = match &way {
                Way::Key(k) if *k == r => Some((HolderKind::Container, format!("a key of {what}"))),
                _ => None,
            };
            let value = (child == r).then(|| match &way {
                Way::Key(k) if namespace_of_class => (HolderKind::Attribute, format!(".{} of {what}", vm.lossy(*k))),
                _ => place(vm, &way, &what),
            });
            key.into_iter().chain(value)
        });
        found.extend(places);
    }
    found.truncate(count);
    while found.len() < count {
        let kind = match vm.heap.get(holder) {
            Payload::Code(_) => HolderKind::Code,
            Payload::Type(_) => HolderKind::Class,
            _ if vm.ty(holder) == r => HolderKind::Class,
            _ => HolderKind::Container,
        };
        let text = match kind {
            _ if vm.ty(holder) == r => format!("the type of {}", owner(vm, holder)),
            HolderKind::Code => format!("a constant or name of {}", owner(vm, holder)),
            _ => owner(vm, holder),
        };
        found.push((kind, text));
    }
    out.extend(found.into_iter().map(|(kind, text)| Holder { kind, text, id }));
}

/// What an object is called as a holder.
pub fn owner(vm: &Vm, r: Ref) -> String {
    match vm.heap.get(r) {
        Payload::Code(c) => format!("the code of {}", vm.lossy(c.qualname)),
        Payload::Cell(_) => {
            let tuple = vm.heap.iter().find(|t| matches!(vm.heap.get(*t), Payload::Tuple(items) if items.contains(&r)));
            tuple.and_then(|t| part_of_function(vm, t)).map_or("a closure's cell".to_owned(), |f| format!("a cell of {f}"))
        }
        Payload::Dict(_) => module_of(vm, r).unwrap_or_else(|| format!("dict {}", common::repr(vm, r).shown())),
        Payload::Tuple(_) => part_of_function(vm, r).unwrap_or_else(|| format!("tuple {}", common::repr(vm, r).shown())),
        Payload::List(_) | Payload::Set(_) => format!("{} {}", common::type_name(vm, r), common::repr(vm, r).shown()),
        _ => common::repr(vm, r).shown(),
    }
}
/// A tuple that is a function's defaults or closure.
fn part_of_function(vm: &Vm, tuple: Ref) -> Option<String> {
    vm.heap.iter().find_map(|r| match vm.heap.get(r) {
        Payload::Function(f) if f.defaults == Some(tuple) => Some(format!("the defaults of {}()", vm.lossy(f.qualname))),
        Payload::Function(f) if f.closure == Some(tuple) => Some(format!("the closure of {}()", vm.lossy(f.qualname))),
        _ => None,
    })
}
/// Whether a dict is the namespace of a module, or an instance's or class's.
fn module_of(vm: &Vm, dict: Ref) -> Option<String> {
    vm.heap.iter().find_map(|r| match vm.heap.get(r) {
        Payload::Module(m) if m.dict == dict => Some(common::repr(vm, r).shown()),
        Payload::Type(x) if x.dict == dict => Some(format!("class {}", common::class_name(vm, r))),
        Payload::Instance(i) if i.dict == Some(dict) => Some(format!("the __dict__ of {}", common::repr(vm, r).shown())),
        _ => None,
    })
}
fn place(vm: &Vm, way: &Way, what: &str) -> (HolderKind, String) {
    match way {
        Way::Index(i) => (HolderKind::Container, format!("[{i}] of {what}")),
        Way::Attr(name) => (HolderKind::Attribute, format!(".{name} of {what}")),
        Way::Key(k) => (HolderKind::Container, format!("[{}] of {what}", common::repr(vm, *k).shown())),
        Way::Member => (HolderKind::Container, format!("a member of {what}")),
        Way::Named(name) if name == "cell contents" => (HolderKind::Cell, what.to_owned()),
        Way::Named(name) => (HolderKind::Attribute, format!("{name} of {what}")),
    }
}

