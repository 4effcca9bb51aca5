//! `dict_keys`, `dict_values`, `dict_items`.
use super::dict_iter;
use crate::heap::Ref;
use crate::natives::containers::support::{enclosed, guarded_repr, joined_reprs};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, NativeFn, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

const fn def(place: Ref, name: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: Some(place),
        name,
        module: "builtins",
        base: t::OBJECT,
        layout: Layout::Native,
        flags: type_flags::NO_NEW,
        size: (24, 0),
        doc: "",
        defs,
    }
}
static KEYS: TypeDef = def(t::DICT_KEYS, "dict_keys", &[COMMON, SET_LIKE]);
static ITEMS: TypeDef = def(t::DICT_ITEMS, "dict_items", &[COMMON, SET_LIKE]);
static VALUES: TypeDef = def(t::DICT_VALUES, "dict_values", &[COMMON]);
pub static TYPES: &[&TypeDef] = &[&KEYS, &ITEMS, &VALUES];

static COMMON: &[Def] = &[
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", |vm, a| iterate(vm, a[0], false), "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", |vm, a| iterate(vm, a[0], true), "Return a reverse iterator over the view."),
    Def::get("mapping", mapping, "dictionary that this view refers to"),
];

const OTHER: &str = "(self, value, /)";
const fn op(name: &'static str, f: NativeFn, doc: &'static str) -> Def {
    Def::method(name, OTHER, f, doc)
}
static SET_LIKE: &[Def] = &[
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    op("__and__", |vm, a| vm.tail_prelude("view_and", &[a[0], a[1]]), "Return self&value."),
    op("__rand__", |vm, a| vm.tail_prelude("view_and", &[a[1], a[0]]), "Return value&self."),
    op("__or__", |vm, a| vm.tail_prelude("view_or", &[a[0], a[1]]), "Return self|value."),
    op("__ror__", |vm, a| vm.tail_prelude("view_or", &[a[1], a[0]]), "Return value|self."),
    op("__sub__", |vm, a| vm.tail_prelude("view_sub", &[a[0], a[1]]), "Return self-value."),
    op("__rsub__", |vm, a| vm.tail_prelude("view_sub", &[a[1], a[0]]), "Return value-self."),
    op("__xor__", |vm, a| vm.tail_prelude("view_xor", &[a[0], a[1]]), "Return self^value."),
    op("__rxor__", |vm, a| vm.tail_prelude("view_xor", &[a[1], a[0]]), "Return value^self."),
    op("__eq__", |vm, a| compare(vm, a, "view_eq"), "Return self==value."),
    op("__ne__", |vm, a| compare(vm, a, "view_ne"), "Return self!=value."),
    op("__lt__", |vm, a| compare(vm, a, "view_lt"), "Return self<value."),
    op("__le__", |vm, a| compare(vm, a, "view_le"), "Return self<=value."),
    op("__gt__", |vm, a| compare(vm, a, "view_gt"), "Return self>value."),
    op("__ge__", |vm, a| compare(vm, a, "view_ge"), "Return self>=value."),
    Def::method(
        "isdisjoint",
        "(self, other, /)",
        |vm, a| vm.tail_prelude("view_isdisjoint", &[a[0], a[1]]),
        "Return True if the view and the given iterable have a null intersection.",
    ),
];

fn dict_of(vm: &Vm, view: Ref) -> Ref {
    match vm.heap.get(view) {
        Payload::View(d) => *d,
        _ => panic!("{view:?} is no view"),
    }
}

/// 0: keys, 1: values, 2: items; of an `OrderedDict`'s views too.
fn kind_of(vm: &Vm, view: Ref) -> u8 {
    [t::DICT_KEYS, t::DICT_VALUES].iter().position(|ty| vm.is_a(view, *ty)).unwrap_or(2) as u8
}
fn iterate(vm: &mut Vm, view: Ref, reverse: bool) -> Step {
    let kind = kind_of(vm, view);
    dict_iter(vm, dict_of(vm, view), kind, reverse)
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let kind = kind_of(vm, a[0]);
    let pairs: Vec<(Ref, Ref)> = vm.dict_of(dict_of(vm, a[0])).expect("a dict").iter().collect();
    guarded_repr(vm, a[0], "...", |vm| {
        let mut items = Vec::with_capacity(pairs.len());
        for (k, v) in pairs {
            items.push(match kind {
                0 => k,
                1 => v,
                _ => {
                    let pair = vm.tuple_of(&[k, v]);
                    vm.keep(pair)
                }
            });
        }
        let inner = joined_reprs(vm, &items)?;
        Ok(enclosed(&format!("{name}(["), &inner, "])"))
    })
}

fn len(vm: &mut Vm, a: Args) -> Step {
    let n = vm.dict_of(dict_of(vm, a[0])).expect("a dict").len();
    Ok(vm.int(n as i64))
}

fn mapping(vm: &mut Vm, a: Args) -> Step {
    let d = dict_of(vm, a[0]);
    vm.heap.incref_raw(d);
    Ok(vm.heap.alloc(t::PROXY, Payload::Proxy(d), 0))
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let dict = dict_of(vm, a[0]);
    if kind_of(vm, a[0]) == 0 {
        let found = vm.dict_get(dict, a[1])?.is_some();
        return Ok(vm.bool(found));
    }
    let Some(&[k, v]) = vm.tuple_items(a[1]) else { return Ok(vm.bool(false)) };
    match vm.dict_get(dict, k)? {
        Some(found) => {
            vm.hold(found);
            let equal = vm.eq(found, v)?;
            Ok(vm.bool(equal))
        }
        None => Ok(vm.bool(false)),
    }
}

fn compare(vm: &mut Vm, a: Args, function: &str) -> Step {
    let set_like = vm.set_of(a[1]).is_some() || [t::DICT_KEYS, t::DICT_ITEMS].iter().any(|ty| vm.is_a(a[1], *ty));
    if !set_like {
        return Ok(vm.not_implemented());
    }
    vm.tail_prelude(function, &[a[0], a[1]])
}
