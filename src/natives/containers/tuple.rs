//! `tuple` as Python sees it.
use super::generic_alias::class_getitem;
use super::list::taken;
use super::support::*;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

pub static TUPLE: TypeDef = TypeDef {
    place: Some(t::TUPLE),
    name: "tuple",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Tuple,
    flags: type_flags::BASE | type_flags::SEQUENCE | type_flags::MATCH_SELF,
    size: (32, 8),
    doc: "A sequence that cannot be changed: the items of an iterable, or nothing.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, iterable=(), /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("__add__", OTHER, add, "Return self+value."),
    Def::method("__mul__", OTHER, mul, "Return self*value."),
    Def::method("__rmul__", OTHER, mul, "Return value*self."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::plain("__sizeof__", "(self, /)", size, "Size of object in memory, in bytes."),
    Def::plain("__getnewargs__", "(self, /)", getnewargs, ""),
    Def::method("index", "(self, value, start=0, stop=sys.maxsize, /)", index, "Return the first index of value."),
    Def::method("count", "(self, value, /)", |vm, a| count_equal(vm, a[0], a[1]), "Return number of occurrences of value."),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585"),
];

fn items(vm: &Vm, r: Ref) -> &[Ref] {
    vm.tuple_items(r).expect("a tuple")
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    let Some(iterable) = a.opt(1) else { return make(vm, cls, vec![]) };
    if cls == t::TUPLE && vm.ty(iterable) == t::TUPLE {
        return Ok(vm.incref(iterable));
    }
    let items = match ready_items(vm, iterable)? {
        Some(ready) => ready.items,
        None => {
            let items = vm.collect(iterable)?;
            items.iter().for_each(|r| vm.heap.incref_raw(*r));
            items
        }
    };
    make(vm, cls, items)
}

/// A tuple of a class from counted items.
fn make(vm: &mut Vm, cls: Ref, items: Vec<Ref>) -> Step {
    if cls == t::TUPLE {
        return Ok(vm.tuple_raw(items));
    }
    Ok(vm.alloc(cls, Payload::Tuple(items.into())))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let items = items(vm, a[0]).to_vec();
    if items.is_empty() {
        return Ok(vm.str("()"));
    }
    guarded_repr(vm, a[0], "(...)", |vm| {
        let inner = joined_reprs(vm, &items)?;
        Ok(enclosed("(", &inner, if items.len() == 1 { ",)" } else { ")" }))
    })
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let h = vm.hash_tuple(a[0])?;
    Ok(vm.int(h))
}

fn len(vm: &mut Vm, a: Args) -> Step {
    let n = items(vm, a[0]).len();
    Ok(vm.int(n as i64))
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    Ok(iter_over(vm, t::TUPLE_ITER, a[0], |tuple| Iter::Tuple { tuple, at: 0 }))
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    match subscript(vm, a[1], "tuple indices")? {
        Key::Index(i) => match place(i, items(vm, a[0]).len()) {
            Some(i) => {
                let v = items(vm, a[0])[i];
                Ok(vm.incref(v))
            }
            None => Err(vm.index_error("tuple index out of range")),
        },
        Key::Slice => {
            let len = items(vm, a[0]).len() as i64;
            let (start, stop, step) = vm.slice_bounds(a[1], len)?;
            if (start, stop, step) == (0, len, 1) && vm.ty(a[0]) == t::TUPLE {
                return Ok(vm.incref(a[0]));
            }
            let taken = taken(items(vm, a[0]), start, stop, step);
            Ok(vm.tuple_of(&taken))
        }
    }
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let found = find_equal(vm, a[0], a[1], 0, usize::MAX)?;
    Ok(vm.bool(found.is_some()))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.tuple_items(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    compare_sequences(vm, a[0], a[1], op)
}

fn add(vm: &mut Vm, a: Args) -> Step {
    let Some(more) = vm.tuple_items(a[1]) else { return Err(cannot_concatenate(vm, "tuple", a[1])) };
    if items(vm, a[0]).is_empty() && vm.ty(a[1]) == t::TUPLE {
        return Ok(vm.incref(a[1]));
    }
    if more.is_empty() && vm.ty(a[0]) == t::TUPLE {
        return Ok(vm.incref(a[0]));
    }
    let all = [items(vm, a[0]), more].concat();
    Ok(vm.tuple_of(&all))
}

fn mul(vm: &mut Vm, a: Args) -> Step {
    let Some(n) = repeat_count(vm, a[1])? else { return Err(cannot_repeat(vm, a[1])) };
    if (n == 1 || items(vm, a[0]).is_empty()) && vm.ty(a[0]) == t::TUPLE {
        return Ok(vm.incref(a[0]));
    }
    let items = items(vm, a[0]).to_vec();
    let items = repeat(vm, &items, n)?;
    Ok(vm.tuple_raw(items))
}

fn size(vm: &mut Vm, a: Args) -> Step {
    let n = items(vm, a[0]).len();
    sized(vm, a[0], 8 * n)
}

fn getnewargs(vm: &mut Vm, a: Args) -> Step {
    let items = items(vm, a[0]).to_vec();
    let inner = vm.tuple_of(&items);
    Ok(vm.tuple(vec![inner]))
}

fn index(vm: &mut Vm, a: Args) -> Step {
    let len = items(vm, a[0]).len();
    let (start, stop) = search_bounds(vm, a.opt(2), a.opt(3), len)?;
    match find_equal(vm, a[0], a[1], start, stop)? {
        Some(i) => Ok(vm.int(i as i64)),
        None => Err(vm.value_error("tuple.index(x): x not in tuple")),
    }
}

