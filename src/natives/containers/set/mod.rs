//! `set` and `frozenset` as Python sees them.
mod algebra;
mod compare;
mod in_place;
mod update;
use super::generic_alias::class_getitem;
pub use update::hashed;
use super::support::*;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::objects::set::Set;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, n, t};

const fn def(place: Ref, name: &'static str, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: Some(place),
        name,
        module: "builtins",
        base: t::OBJECT,
        layout: Layout::Set,
        flags: type_flags::BASE | type_flags::MATCH_SELF,
        size: (200, 0),
        doc,
        defs,
    }
}
pub static SET: TypeDef =
    def(t::SET, "set", "set(iterable=(), /)\n--\n\nDifferent hashable elements, which can be added and removed.", &[SET_DEFS, COMMON, algebra::DEFS, compare::DEFS, in_place::DEFS]);
pub static FROZENSET: TypeDef =
    def(t::FROZENSET, "frozenset", "frozenset(iterable=(), /)\n--\n\nDifferent hashable elements, fixed for good.", &[FROZEN_DEFS, COMMON, algebra::DEFS, compare::DEFS]);

static SET_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", set_new),
    Def::method("__init__", "(self, /, *args, **kwargs)", set_init, "Initialize self.  See help(type(self)) for accurate signature."),
];
static FROZEN_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", frozen_new),
    Def::method("__hash__", "(self, /)", frozen_hash, "Return hash(self)."),
];
static COMMON: &[Def] = &[
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::plain("__contains__", "(self, object, /)", contains, "x.__contains__(y) <==> y in x."),
    Def::plain("__sizeof__", "(self, /)", size, "S.__sizeof__() -> size of S in memory, in bytes."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
    Def::method("copy", "(self, /)", copy, "Return a shallow copy of a set."),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585"),
];

/// The table of a set.
pub fn table(vm: &Vm, r: Ref) -> &Set {
    vm.set_of(r).expect("a set")
}

/// An empty set of the basic type that a set is of.
pub fn new_like(vm: &mut Vm, set: Ref) -> Ref {
    let ty = if vm.is_a(set, t::FROZENSET) { t::FROZENSET } else { t::SET };
    let new = vm.heap.alloc(ty, Payload::Set(Box::default()), 0);
    vm.keep(new)
}

/// Fills an empty set from another set.
pub fn fill(vm: &mut Vm, new: Ref, from: Ref) {
    let other = table(vm, from).clone();
    other.visit(&mut |r| vm.heap.incref_raw(r));
    vm.set_mut(new).fill_from(&other);
}

/// A copy of the basic type.
pub fn copy_of(vm: &mut Vm, set: Ref) -> Ref {
    let new = new_like(vm, set);
    fill(vm, new, set);
    new
}

/// Adds a borrowed key that is known to be absent.
pub fn insert(vm: &mut Vm, set: Ref, key: Ref, hash: i64) {
    vm.heap.incref_raw(key);
    vm.set_mut(set).insert_new(key, hash);
}

/// Hash of a key that is looked for: a `set` counts as the frozenset of its elements.
pub fn search_hash(vm: &mut Vm, key: Ref) -> Result<i64, Ask> {
    if vm.set_of(key).is_some() && vm.is_a(key, t::SET) {
        let ty = vm.ty(key);
        if vm.lookup(ty, n::__HASH__).is_none_or(|f| f == crate::vm::fixed::NONE) {
            return Ok(table(vm, key).frozen_hash());
        }
    }
    vm.hash_element(key)
}

fn set_new(vm: &mut Vm, a: Args) -> Step {
    if a[0] == t::SET && a.not_none(2).is_some() {
        return Err(vm.type_error("set() takes no keyword arguments"));
    }
    Ok(vm.alloc(a[0], Payload::Set(Box::default())))
}

fn set_init(vm: &mut Vm, a: Args) -> Step {
    if a.not_none(2).is_some() {
        return Err(vm.type_error("set() takes no keyword arguments"));
    }
    let args = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if args.len() > 1 {
        return Err(vm.type_error(format!("set expected at most 1 argument, got {}", args.len())));
    }
    clear(vm, a[0]);
    match args.first() {
        Some(iterable) => update::update_from(vm, a[0], *iterable),
        None => Ok(vm.none()),
    }
}

/// Removes all elements.
pub fn clear(vm: &mut Vm, set: Ref) {
    let old = vm.set_mut(set).take_all();
    release_all(vm, old);
}

fn frozen_new(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).expect("*args").to_vec();
    let own_init = vm.lookup(a[0], n::__INIT__).is_some_and(|f| vm.ty(f) == t::FUNCTION);
    if !own_init && a.not_none(2).is_some() {
        return Err(vm.type_error("frozenset() takes no keyword arguments"));
    }
    let new = match args[..] {
        [] => return Ok(vm.alloc(a[0], Payload::Set(Box::default()))),
        [x] if a[0] == t::FROZENSET && vm.ty(x) == t::FROZENSET => return Ok(vm.incref(x)),
        [x] => update::as_set(vm, x)?,
        _ => {
            let message = format!("frozenset expected at most 1 argument, got {}", args.len());
            return Err(vm.type_error(message));
        }
    };
    let set = vm.alloc(a[0], Payload::Set(Box::default()));
    if vm.set_of(args[0]).is_some() {
        fill(vm, set.get(), args[0]);
    } else {
        // A set of our own: its very table, so that the order is that of one insertion after the other.
        let body = table(vm, new).clone();
        body.visit(&mut |r| vm.heap.incref_raw(r));
        *vm.set_mut(set.get()) = body;
    }
    Ok(set)
}

fn frozen_hash(vm: &mut Vm, a: Args) -> Step {
    let set = table(vm, a[0]);
    let h = set.hash.unwrap_or_else(|| set.frozen_hash());
    vm.set_mut(a[0]).hash = Some(h);
    Ok(vm.int(h))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let exact = vm.ty(a[0]) == t::SET;
    let items: Vec<Ref> = table(vm, a[0]).iter().map(|(k, _)| k).collect();
    if items.is_empty() {
        return Ok(vm.str(format!("{name}()")));
    }
    guarded_repr(vm, a[0], &format!("{name}(...)"), |vm| {
        let inner = joined_reprs(vm, &items)?;
        Ok(if exact { enclosed("{", &inner, "}") } else { enclosed(&format!("{name}({{"), &inner, "})") })
    })
}

fn len(vm: &mut Vm, a: Args) -> Step {
    let n = table(vm, a[0]).len();
    Ok(vm.int(n as i64))
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    let size = table(vm, a[0]).len();
    Ok(iter_over(vm, t::SET_ITER, a[0], |set| Iter::Set { set, at: 0, size, left: size }))
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let hash = search_hash(vm, a[1])?;
    let found = vm.set_find(a[0], a[1], hash)?.is_some();
    Ok(vm.bool(found))
}

fn size(vm: &mut Vm, a: Args) -> Step {
    let extra = table(vm, a[0]).size() - 200;
    sized(vm, a[0], extra)
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let state = vm.call_method(a[0], "__getstate__", &[])?;
    let items: Vec<Ref> = table(vm, a[0]).iter().map(|(k, _)| k).collect();
    let list = vm.list_of(&items);
    let args = vm.tuple(vec![list]);
    let ty = vm.ty(a[0]);
    let parts: [Owned; 3] = [vm.incref(ty), args, vm.incref(state)];
    Ok(vm.tuple(parts.into()))
}

fn copy(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[0]) == t::FROZENSET {
        return Ok(vm.incref(a[0]));
    }
    let new = copy_of(vm, a[0]);
    Ok(vm.incref(new))
}
