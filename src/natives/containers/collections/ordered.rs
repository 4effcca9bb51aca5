//! `OrderedDict`: a dict that can move its keys to either end, and whose iterators notice every change of its keys.
//!
//! Every dict of the machine keeps the order of its entries, so there is no second structure; what goes through other
//! methods of the object (updating, merging) is in the prelude.
use crate::heap::{Owned, Ref};
use crate::native_state;
use crate::natives::containers::dict::DICT;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, t};

pub static ORDERED_DICT: TypeDef = TypeDef {
    place: None,
    name: "OrderedDict",
    module: "collections",
    base: t::DICT,
    layout: Layout::Dict,
    flags: type_flags::BASE | type_flags::MAPPING | type_flags::MATCH_SELF,
    size: (112, 0),
    doc: "Dictionary that remembers insertion order",
    defs: &[DEFS],
};
const fn table(name: &'static str, base: Ref, size: usize, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: None, name, module: "builtins", base, layout: Layout::Native, flags: type_flags::NO_NEW, size: (size, 0), doc: "", defs }
}
pub static KEYS: TypeDef = table("odict_keys", t::DICT_KEYS, 24, &[VIEW_DEFS]);
pub static VALUES: TypeDef = table("odict_values", t::DICT_VALUES, 24, &[VIEW_DEFS]);
pub static ITEMS: TypeDef = table("odict_items", t::DICT_ITEMS, 24, &[VIEW_DEFS]);
pub static ITERATOR: TypeDef = table("odict_iterator", t::OBJECT, 64, &[ITERATOR_DEFS]);

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", update, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::class_method("fromkeys", "(cls, iterable, value=None)", fromkeys, "Create a new ordered dictionary with keys from iterable and values set to value."),
    Def::method("__iter__", "(self, /)", |vm, a| iterate(vm, a[0], KEY, false), "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", |vm, a| iterate(vm, a[0], KEY, true), "od.__reversed__() <==> reversed(od)"),
    Def::method("__repr__", "(self, /)", |vm, a| vm.tail_prelude("odict_repr", &[a[0]]), "Return repr(self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, true), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, false), "Return self!=value."),
    Def::method("__or__", OTHER, |vm, a| merged(vm, a[0], a[1], a[0]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| merged(vm, a[1], a[0], a[0]), "Return value|self."),
    Def::method("__ior__", OTHER, |vm, a| vm.tail_prelude("odict_ior", &[a[0], a[1]]), "Return self|=value."),
    Def::plain("__reduce__", "(self, /)", |vm, a| vm.tail_prelude("odict_reduce", &[a[0]]), "Return state information for pickling"),
    Def::plain("__sizeof__", "(self, /)", sizeof, "Size of object in memory, in bytes."),
    Def::plain("update", "(self, /, *args, **kwargs)", update, "Add the keys and values of a mapping or of pairs."),
    Def::plain("keys", "(self, /)", |vm, a| view(vm, a[0], &KEYS), "A view on the keys."),
    Def::plain("values", "(self, /)", |vm, a| view(vm, a[0], &VALUES), "A view on the values."),
    Def::plain("items", "(self, /)", |vm, a| view(vm, a[0], &ITEMS), "A view on the items."),
    Def::get("__dict__", crate::natives::numbers::functools::instance_namespace, ""),
    Def::plain("copy", "(self, /)", |vm, a| vm.tail_prelude("odict_copy", &[a[0]]), "A shallow copy of ordered dict."),
    Def::method("setdefault", "(self, key, default=None)", |vm, a| as_dict(vm, "setdefault", &[a[0], a[1], a.opt(2).unwrap_or(fixed::NONE)]), "The value for key, stored as default if missing."),
    Def::method("pop", "(self, key, default=<unrepresentable>)", pop, "Remove a key and return its value, or default."),
    Def::method("popitem", "(self, last=True)", popitem, "Remove and return a (key, value) pair: the last, or the first if last is false."),
    Def::method("move_to_end", "(self, key, last=True)", move_to_end, "Move an existing key to the end (or the beginning if last is false)."),
];
static VIEW_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| iterate_view(vm, a[0], false), "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", |vm, a| iterate_view(vm, a[0], true), "Return a reverse iterator over the view."),
];
static ITERATOR_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::plain("__reduce__", "(self, /)", reduce_iterator, "Return state information for pickling"),
];

/// Instances have a `__dict__` and weak references.
pub fn finish_type(vm: &mut Vm) {
    let ty = vm.type_of_def(&ORDERED_DICT);
    let x = vm.type_obj_mut(ty);
    (x.has_dict, x.has_weakref) = (true, true);
}

/// A method of `dict` itself.
fn as_dict(vm: &mut Vm, name: &str, args: &[Ref]) -> Step {
    let def = DICT.defs.iter().flat_map(|d| d.iter()).find(|d| d.name == name).expect("dict has the method");
    let args: Vec<Option<Ref>> = args.iter().map(|r| Some(*r)).collect();
    (def.f)(vm, Args(&args))
}
fn update(vm: &mut Vm, a: Args) -> Step {
    let kwargs = a.opt(2).unwrap_or(fixed::NONE);
    vm.tail_prelude("odict_update", &[a[0], a[1], kwargs])
}
fn fromkeys(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("dict_fromkeys", &[a[0], a[1], a.opt(2).unwrap_or(fixed::NONE)])
}
fn compare(vm: &mut Vm, a: Args, equal: bool) -> Step {
    if vm.dict_of(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let ty = vm.type_of_def(&ORDERED_DICT);
    let ordered = fixed::bool_ref(vm.is_a(a[1], ty));
    vm.tail_prelude("odict_compare", &[a[0], a[1], ordered, fixed::bool_ref(equal)])
}
fn merged(vm: &mut Vm, left: Ref, right: Ref, like: Ref) -> Step {
    if vm.dict_of(left).is_none() || vm.dict_of(right).is_none() {
        return Ok(vm.not_implemented());
    }
    vm.tail_prelude("odict_merged", &[vm.ty(like), left, right])
}
/// The dict's own, a node for each key, and a place for each slot of the table.
fn sizeof(vm: &mut Vm, a: Args) -> Step {
    let d = vm.dict_of(a[0]).expect("a dict");
    let slots = if d.slots() > 1 { d.slots() } else { 0 };
    let basic = vm.type_obj(vm.ty(a[0])).basicsize;
    let size = d.size() - 48 + basic + 8 * slots + 32 * d.len();
    Ok(vm.int(size as i64))
}
fn pop(vm: &mut Vm, a: Args) -> Step {
    match a.opt(2) {
        Some(default) => as_dict(vm, "pop", &[a[0], a[1], default]),
        None => {
            let def = DICT.defs.iter().flat_map(|d| d.iter()).find(|d| d.name == "pop").expect("dict has it");
            (def.f)(vm, Args(&[Some(a[0]), Some(a[1]), None]))
        }
    }
}
fn popitem(vm: &mut Vm, a: Args) -> Step {
    let last = a.opt(1).map_or(Ok(true), |r| vm.truth(r))?;
    let d = vm.dict_of(a[0]).expect("a dict");
    let place = if last { d.last() } else { d.first() };
    let Some(place) = place else {
        let message = vm.str("dictionary is empty");
        let message = vm.keep(message);
        return Err(vm.key_error(message));
    };
    let (key, value) = (d.entries()[place].key.expect("live"), d.entries()[place].value);
    let pair = vm.tuple_of(&[key, value]);
    let (key, value) = vm.dict_mut(a[0]).remove(place);
    vm.heap.decref_raw(key);
    vm.heap.decref_raw(value);
    Ok(pair)
}
fn move_to_end(vm: &mut Vm, a: Args) -> Step {
    let last = a.opt(2).map_or(Ok(true), |r| vm.truth(r))?;
    let hash = vm.hash_key(a[1])?;
    let Some(place) = vm.dict_find(a[0], a[1], hash)? else { return Err(vm.key_error(a[1])) };
    let d = vm.dict_mut(a[0]);
    if last && d.last() != Some(place) {
        let (key, value) = d.remove(place);
        d.insert_new(key, hash, value);
    } else if !last && d.first() != Some(place) {
        d.move_to_front(place);
    }
    Ok(vm.none())
}

fn view(vm: &mut Vm, dict: Ref, def: &'static TypeDef) -> Step {
    let ty = vm.type_of_def(def);
    vm.heap.incref_raw(dict);
    Ok(vm.alloc(ty, Payload::View(dict)))
}
fn iterate_view(vm: &mut Vm, view: Ref, reverse: bool) -> Step {
    let Payload::View(dict) = *vm.heap.get(view) else { panic!("{view:?} is no view") };
    let kind = if vm.is_a(view, t::DICT_KEYS) {
        KEY
    } else if vm.is_a(view, t::DICT_VALUES) {
        VALUE
    } else {
        ITEM
    };
    iterate(vm, dict, kind, reverse)
}

const KEY: u8 = 0;
const VALUE: u8 = 1;
const ITEM: u8 = 2;
/// Where an iterator stands: the entry to give next, in a dict whose keys are still those of `version`.
#[derive(Clone, Copy)]
struct Walk {
    dict: Option<Ref>,
    version: u32,
    at: Option<usize>,
    kind: u8,
    reverse: bool,
}
native_state!(Walk, |s, f| s.dict.iter().for_each(|r| f(*r)));

fn live(vm: &Vm, dict: Ref, from: usize, reverse: bool) -> Option<usize> {
    let entries = vm.dict_of(dict)?.entries();
    let is_live = |i: &usize| entries[*i].key.is_some();
    if reverse { (0..from.min(entries.len())).rev().find(is_live) } else { (from..entries.len()).find(is_live) }
}
fn iterate(vm: &mut Vm, dict: Ref, kind: u8, reverse: bool) -> Step {
    vm.heap.incref_raw(dict);
    let d = vm.dict_of(dict).expect("a dict");
    let (version, at) = (d.version, if reverse { d.last() } else { d.first() });
    let ty = vm.type_of_def(&ITERATOR);
    Ok(vm.opaque(ty, Walk { dict: Some(dict), version, at, kind, reverse }))
}
fn walk(vm: &Vm, r: Ref) -> Walk {
    *vm.state::<Walk>(r).expect("an odict_iterator")
}
/// What stands at the iterator's place, and the place behind it; None at the end, where it lets go of the dict.
fn step(vm: &mut Vm, s: Walk) -> Result<Option<(Owned, Option<usize>)>, Ask> {
    let (Some(dict), Some(at)) = (s.dict, s.at) else { return Ok(None) };
    let d = vm.dict_of(dict).expect("a dict");
    if d.version != s.version {
        return Err(vm.runtime_error("OrderedDict mutated during iteration"));
    }
    let e = d.entries()[at];
    let (key, value) = (e.key.expect("live"), e.value);
    let item = match s.kind {
        KEY => vm.incref(key),
        VALUE => vm.incref(value),
        _ => vm.tuple_of(&[key, value]),
    };
    let next = live(vm, dict, if s.reverse { at } else { at + 1 }, s.reverse);
    Ok(Some((item, next)))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let s = walk(vm, a[0]);
    match step(vm, s) {
        Ok(Some((item, next))) => {
            vm.state_mut::<Walk>(a[0]).expect("an odict_iterator").at = next;
            Ok(item)
        }
        ended => {
            let dict = vm.state_mut::<Walk>(a[0]).expect("an odict_iterator").dict.take();
            vm.replace_raw(dict);
            Err(match ended {
                Err(e) => e,
                _ => vm.stop_iteration(None),
            })
        }
    }
}
/// `iter` of a list of what is left; the iterator itself goes on.
fn reduce_iterator(vm: &mut Vm, a: Args) -> Step {
    let mut s = walk(vm, a[0]);
    let mut left = vec![];
    while let Some((item, next)) = step(vm, s)? {
        left.push(item);
        s.at = next;
    }
    let list = vm.list(left);
    let args = vm.tuple(vec![list]);
    let iter = vm.dict_get_str(vm.builtins, "iter").unwrap_or(fixed::NONE);
    let iter = vm.incref(iter);
    Ok(vm.tuple(vec![iter, args]))
}
