//! `list` as Python sees it.
mod access;
pub use access::taken;
mod methods;
pub mod sort;
use super::generic_alias::class_getitem;
use super::support::*;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::iter::Iter;
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, t};

pub static LIST: TypeDef = TypeDef {
    place: Some(t::LIST),
    name: "list",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::List,
    flags: type_flags::BASE | type_flags::SEQUENCE | type_flags::MATCH_SELF,
    size: (40, 0),
    doc: "list(iterable=(), /)\n--\n\nA sequence that can be changed: the items of an iterable, or nothing.",
    defs: &[DEFS, methods::DEFS, access::DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, iterable=(), /)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__len__", "(self, /)", len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", reversed, "Return a reverse iterator over the list."),
    Def::plain("__sizeof__", "(self, /)", size, "Return the size of the list in memory, in bytes."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("__add__", OTHER, add, "Return self+value."),
    Def::method("__mul__", OTHER, mul, "Return self*value."),
    Def::method("__rmul__", OTHER, mul, "Return value*self."),
    Def::method("__iadd__", OTHER, iadd, "Implement self+=value."),
    Def::method("__imul__", OTHER, imul, "Implement self*=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585"),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    if a[0] == t::LIST && a.not_none(2).is_some() {
        return Err(vm.type_error("list() takes no keyword arguments"));
    }
    Ok(vm.alloc(a[0], Payload::List(Box::default())))
}

fn init(vm: &mut Vm, a: Args) -> Step {
    clear_list(vm, a[0]);
    match a.opt(1) {
        Some(iterable) => extend_with(vm, a[0], iterable),
        None => Ok(vm.none()),
    }
}

/// Empties a list and lets its room go.
pub fn clear_list(vm: &mut Vm, list: Ref) {
    let l = vm.list_obj_mut(list);
    let old = std::mem::take(&mut l.items);
    l.note_cleared();
    release_all(vm, old);
}

/// `list.extend`: at once when no Python code is needed, else in the prelude, item by item.
pub fn extend_with(vm: &mut Vm, list: Ref, iterable: Ref) -> Step {
    match ready_items(vm, iterable)? {
        Some(ready) => {
            let sequence = matches!(vm.heap.get(iterable), Payload::List(_) | Payload::Tuple(_));
            append_ready(vm, list, ready, sequence);
            Ok(vm.none())
        }
        None => vm.tail_prelude("list_extend", &[list, iterable]),
    }
}

/// Appends counted items, with CPython's account of the room.
/// `sequence`: they are a list's or tuple's, for which an empty list makes exact room.
fn append_ready(vm: &mut Vm, list: Ref, ready: Ready, sequence: bool) {
    let l = vm.list_obj_mut(list);
    let more = ready.items.len();
    if ready.sized {
        if more > 0 {
            let old = l.items.len();
            if sequence { l.note_extend(more) } else { l.note_resize(old, old + more) }
            l.items.extend(ready.items);
        }
        return;
    }
    l.note_hint(more);
    l.items.extend(ready.items);
    l.note_filled();
}

/// What the prelude's `list.extend` tells of the room.
pub static HELPERS: &[Def] = &[
    Def::function("_list_hint", "(list, hint, /)", hint, "Before filling from an iterator."),
    Def::function("_list_trim", "(list, /)", trim_native, "After filling from an iterator."),
];

fn hint(vm: &mut Vm, a: Args) -> Step {
    let hint = vm.index_clamped(a[1])?.max(0) as usize;
    vm.list_obj_mut(a[0]).note_hint(hint);
    Ok(vm.none())
}
fn trim_native(vm: &mut Vm, a: Args) -> Step {
    vm.list_obj_mut(a[0]).note_filled();
    Ok(vm.none())
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let items = vm.list_items(a[0]).expect("a list").clone();
    if items.is_empty() {
        return Ok(vm.str("[]"));
    }
    if items.iter().any(|r| is_users(vm, *r)) {
        // Their reprs may change the list.
        return vm.tail_prelude("list_repr", &[a[0]]);
    }
    guarded_repr(vm, a[0], "[...]", |vm| {
        let inner = joined_reprs(vm, &items)?;
        Ok(enclosed("[", &inner, "]"))
    })
}

fn len(vm: &mut Vm, a: Args) -> Step {
    let n = vm.list_items(a[0]).map_or(0, Vec::len);
    Ok(vm.int(n as i64))
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    Ok(iter_over(vm, t::LIST_ITER, a[0], |list| Iter::List { list, at: 0 }))
}

fn reversed(vm: &mut Vm, a: Args) -> Step {
    let left = vm.list_items(a[0]).map_or(0, Vec::len);
    Ok(iter_over(vm, t::LIST_REVERSE_ITER, a[0], |list| Iter::ListReverse { list, left }))
}

fn size(vm: &mut Vm, a: Args) -> Step {
    let extra = vm.list_obj_mut(a[0]).size() - 40;
    sized(vm, a[0], extra)
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let found = find_equal(vm, a[0], a[1], 0, usize::MAX)?;
    Ok(vm.bool(found.is_some()))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.list_items(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    compare_sequences(vm, a[0], a[1], op)
}

fn add(vm: &mut Vm, a: Args) -> Step {
    let Some(more) = vm.list_items(a[1]) else { return Err(cannot_concatenate(vm, "list", a[1])) };
    let all = [&vm.list_items(a[0]).expect("a list")[..], &more[..]].concat();
    Ok(vm.list_of(&all))
}

fn mul(vm: &mut Vm, a: Args) -> Step {
    let Some(n) = repeat_count(vm, a[1])? else { return Err(cannot_repeat(vm, a[1])) };
    let items = vm.list_items(a[0]).expect("a list").clone();
    let items = repeat(vm, &items, n)?;
    Ok(vm.list_raw(items))
}

fn iadd(vm: &mut Vm, a: Args) -> Step {
    match ready_items(vm, a[1])? {
        Some(ready) => {
            let sequence = matches!(vm.heap.get(a[1]), Payload::List(_) | Payload::Tuple(_));
            append_ready(vm, a[0], ready, sequence);
            Ok(vm.incref(a[0]))
        }
        None => vm.tail_prelude("list_iadd", &[a[0], a[1]]),
    }
}

fn imul(vm: &mut Vm, a: Args) -> Step {
    let Some(n) = repeat_count(vm, a[1])? else { return Err(cannot_repeat(vm, a[1])) };
    let items = vm.list_items(a[0]).expect("a list").clone();
    if n == 0 {
        clear_list(vm, a[0]);
    } else if n > 1 && !items.is_empty() {
        let more = repeat(vm, &items, n - 1)?;
        let l = vm.list_obj_mut(a[0]);
        l.note_resize(items.len(), items.len() * n);
        l.items.extend(more);
    }
    Ok(vm.incref(a[0]))
}

impl Vm {
    /// Takes the items of any iterable as a list of its own, as `list(iterable)` does; counted.
    pub fn list_from(&mut self, iterable: Ref) -> Result<Ref, Ask> {
        let items = self.collect(iterable)?;
        let list = self.list_of(&items);
        Ok(self.keep(list))
    }
}
