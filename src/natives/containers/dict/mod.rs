//! `dict` as Python sees it.
mod methods;
mod update;
pub mod views;
use super::generic_alias::class_getitem;
use super::support::*;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, n, t};
pub use update::merge;

pub static DICT: TypeDef = TypeDef {
    place: Some(t::DICT),
    name: "dict",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Dict,
    flags: type_flags::BASE | type_flags::MAPPING | type_flags::MATCH_SELF,
    size: (48, 0),
    doc: "Values by key, in the order in which the keys came: from a mapping, from pairs, from keyword arguments.",
    defs: &[DEFS, methods::DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", update::init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", reversed, "Return a reverse iterator over the dict keys."),
    Def::plain("__contains__", "(self, key, /)", contains, "True if the dictionary has the specified key, else False."),
    Def::plain("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::method("__setitem__", "(self, key, value, /)", setitem, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", delitem, "Delete self[key]."),
    Def::plain("__sizeof__", "(self, /)", size, "Return the size of the dict in memory."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self<value."),
    Def::method("__le__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, _| Ok(vm.not_implemented()), "Return self>=value."),
    Def::method("__or__", OTHER, |vm, a| update::or(vm, a[0], a[1]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| update::or(vm, a[1], a[0]), "Return value|self."),
    Def::method("__ior__", OTHER, update::ior, "Return self|=value."),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585"),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Dict(Box::default())))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let pairs: Vec<(Ref, Ref)> = vm.dict_of(a[0]).expect("a dict").iter().collect();
    if pairs.is_empty() {
        return Ok(vm.str("{}"));
    }
    guarded_repr(vm, a[0], "{...}", |vm| {
        for (k, v) in &pairs {
            vm.hold(*k);
            vm.hold(*v);
        }
        let mut reprs = Vec::with_capacity(pairs.len());
        for (k, v) in &pairs {
            reprs.push((vm.repr(*k)?, vm.repr(*v)?));
        }
        let mut out = rustpython_wtf8::Wtf8Buf::from("{".to_owned());
        for (i, (k, v)) in reprs.into_iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            push_text(vm, &mut out, k);
            out.push_str(": ");
            push_text(vm, &mut out, v);
        }
        out.push_str("}");
        Ok(out)
    })
}

fn len(vm: &mut Vm, a: Args) -> Step {
    let n = vm.dict_of(a[0]).expect("a dict").len();
    Ok(vm.int(n as i64))
}

/// An iterator over a dict: `kind` 0 keys, 1 values, 2 items.
pub fn dict_iter(vm: &mut Vm, dict: Ref, kind: u8, reverse: bool) -> Step {
    let d = vm.dict_of(dict).expect("a dict");
    let (size, end) = (d.len(), d.entries().len());
    let ty = match (kind, reverse) {
        (0, false) => t::DICT_KEY_ITER,
        (1, false) => t::DICT_VALUE_ITER,
        (_, false) => t::DICT_ITEM_ITER,
        (0, true) => t::DICT_REVERSE_KEY_ITER,
        (1, true) => t::DICT_REVERSE_VALUE_ITER,
        (_, true) => t::DICT_REVERSE_ITEM_ITER,
    };
    let at = if reverse { end } else { 0 };
    Ok(iter_over(vm, ty, dict, |dict| Iter::Dict { dict, at, size, left: size, kind, reverse }))
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    dict_iter(vm, a[0], 0, false)
}
fn reversed(vm: &mut Vm, a: Args) -> Step {
    dict_iter(vm, a[0], 0, true)
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let found = vm.dict_get(a[0], a[1])?.is_some();
    Ok(vm.bool(found))
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    if let Some(v) = vm.dict_get(a[0], a[1])? {
        return Ok(vm.incref(v));
    }
    if vm.ty(a[0]) != t::DICT
        && let Some(f) = vm.lookup_special(a[0], n::__MISSING__)
    {
        let (f, args) = vm.special_call(f, a[0], &[a[1]])?;
        return vm.tail_call(f, &args);
    }
    Err(vm.key_error(a[1]))
}

fn setitem(vm: &mut Vm, a: Args) -> Step {
    vm.dict_set(a[0], a[1], a[2])?;
    Ok(vm.none())
}

fn delitem(vm: &mut Vm, a: Args) -> Step {
    match vm.dict_remove(a[0], a[1])? {
        Some(v) => {
            vm.release(v);
            Ok(vm.none())
        }
        None => Err(vm.key_error(a[1])),
    }
}

fn size(vm: &mut Vm, a: Args) -> Step {
    let extra = vm.dict_of(a[0]).expect("a dict").size() - 48;
    sized(vm, a[0], extra)
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.dict_of(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let equal = dicts_equal(vm, a[0], a[1])?;
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}

/// Comparing items of the program's own classes may change both dicts, and has to ask: then the entries of the start count.
fn dicts_equal(vm: &mut Vm, a: Ref, b: Ref) -> Result<bool, crate::vm::Ask> {
    // On the tape: how it ended where nothing had to be asked, else a list of the entries.
    let kept = vm.once(|vm| {
        let (x, y) = (vm.dict_of(a).expect("a dict"), vm.dict_of(b).expect("a dict"));
        if x.len() != y.len() {
            return Ok(vm.bool(false));
        }
        let entries: Vec<_> = x.entries().iter().filter_map(|e| e.key.map(|k| (k, e.hash, e.value))).collect();
        if !entries.iter().any(|(k, _, v)| is_users(vm, *k) || is_users(vm, *v))
            && let Some(equal) = vm.attempt(|vm| {
                let equal = entries_equal(vm, &entries, b)?;
                Ok(vm.bool(equal))
            })?
        {
            return Ok(equal);
        }
        let mut all = Vec::with_capacity(3 * entries.len());
        for (k, hash, v) in entries {
            all.extend([vm.incref(k), vm.int(hash), vm.incref(v)]);
        }
        Ok(vm.list(all))
    })?;
    match vm.list_items(kept).cloned() {
        Some(kept) => kept_entries_equal(vm, &kept, b),
        None => Ok(kept == crate::vm::fixed::TRUE),
    }
}

fn entries_equal(vm: &mut Vm, entries: &[(Ref, i64, Ref)], b: Ref) -> Result<bool, crate::vm::Ask> {
    for (k, hash, v) in entries {
        let Some(i) = vm.dict_find(b, *k, *hash)? else { return Ok(false) };
        let w = vm.dict_of(b).expect("a dict").value(i);
        if !vm.eq(*v, w)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a dict has these entries (key, hash, value, …); each value that was found is kept on the tape.
fn kept_entries_equal(vm: &mut Vm, kept: &[Ref], b: Ref) -> Result<bool, crate::vm::Ask> {
    for row in kept.chunks(3) {
        let (k, hash, v) = (row[0], vm.i64_of(row[1]).expect("a hash"), row[2]);
        let found = vm.dict_find(b, k, hash)?;
        // An empty tuple: it was not there.
        let found = vm.once(|vm| match found.and_then(|i| vm.dict_of(b).and_then(|d| d.entries().get(i).map(|e| e.value))) {
            Some(w) => Ok(vm.tuple_of(&[w])),
            None => Ok(vm.tuple(vec![])),
        })?;
        let Some(w) = vm.tuple_items(found).and_then(|x| x.first().copied()) else { return Ok(false) };
        if !vm.eq(v, w)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A shallow copy of any dict as an exact `dict`.
pub fn copied(vm: &mut Vm, dict: Ref) -> crate::heap::Owned {
    let d = vm.dict_of(dict).expect("a dict").duplicate();
    d.visit(&mut |r| vm.heap.incref_raw(r));
    vm.heap.alloc(t::DICT, Payload::Dict(Box::new(d)), 0)
}
