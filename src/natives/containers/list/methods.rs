//! The methods of `list` that are called by name.
use super::access::replace_range;
use super::{clear_list, extend_with, sort};
use crate::natives::containers::support::*;
use crate::vm::native::Def;
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

pub static DEFS: &[Def] = &[
    Def::method("append", "(self, object, /)", append, "Append object to the end of the list."),
    Def::method("clear", "(self, /)", clear, "Remove all items from list."),
    Def::method("copy", "(self, /)", copy, "Return a shallow copy of the list."),
    Def::method("count", "(self, value, /)", |vm, a| count_equal(vm, a[0], a[1]), "Return number of occurrences of value."),
    Def::method("extend", "(self, iterable, /)", |vm, a| extend_with(vm, a[0], a[1]), "Append every item of an iterable."),
    Def::method("index", "(self, value, start=0, stop=sys.maxsize, /)", index, "Return the first index of value."),
    Def::method("insert", "(self, index, object, /)", insert, "Insert object before index."),
    Def::method("pop", "(self, index=-1, /)", pop, "Remove and return the item at index, by default the last."),
    Def::method("remove", "(self, value, /)", remove, "Remove the first occurrence of value."),
    Def::method("reverse", "(self, /)", reverse, "Reverse the order in place."),
    Def::method("sort", "(self, /, *, key=None, reverse=False)", sort::sort, "Sort in place, equal items keeping their order."),
];

fn append(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[1]);
    let l = vm.list_obj_mut(a[0]);
    l.items.push(a[1]);
    l.note_len();
    Ok(vm.none())
}

fn clear(vm: &mut Vm, a: Args) -> Step {
    clear_list(vm, a[0]);
    Ok(vm.none())
}

fn copy(vm: &mut Vm, a: Args) -> Step {
    let items = vm.list_items(a[0]).expect("a list").clone();
    Ok(vm.list_of(&items))
}

fn index(vm: &mut Vm, a: Args) -> Step {
    let len = vm.list_items(a[0]).map_or(0, Vec::len);
    let (start, stop) = search_bounds(vm, a.opt(2), a.opt(3), len)?;
    match find_equal(vm, a[0], a[1], start, stop)? {
        Some(i) => Ok(vm.int(i as i64)),
        None => Err(vm.value_error("list.index(x): x not in list")),
    }
}

fn insert(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[1])?;
    let len = vm.list_items(a[0]).map_or(0, Vec::len);
    let i = if i < 0 { (i + len as i64).max(0) as usize } else { (i as usize).min(len) };
    vm.heap.incref_raw(a[2]);
    let l = vm.list_obj_mut(a[0]);
    l.items.insert(i, a[2]);
    l.note_len();
    Ok(vm.none())
}

fn pop(vm: &mut Vm, a: Args) -> Step {
    let i = match a.opt(1) {
        Some(i) => index_or(vm, i, t::OVERFLOW_ERROR)?,
        None => -1,
    };
    let len = vm.list_items(a[0]).map_or(0, Vec::len);
    if len == 0 {
        return Err(vm.index_error("pop from empty list"));
    }
    let Some(i) = place(i, len) else { return Err(vm.index_error("pop index out of range")) };
    let l = vm.list_obj_mut(a[0]);
    let v = l.items.remove(i);
    if l.items.is_empty() {
        l.note_cleared();
    } else {
        l.note_resize(len, len - 1);
    }
    Ok(crate::heap::Owned::adopt(v))
}

fn remove(vm: &mut Vm, a: Args) -> Step {
    match find_equal(vm, a[0], a[1], 0, usize::MAX)? {
        Some(i) => {
            replace_range(vm, a[0], i, i + 1, &[]);
            Ok(vm.none())
        }
        None => Err(vm.value_error("list.remove(x): x not in list")),
    }
}

fn reverse(vm: &mut Vm, a: Args) -> Step {
    vm.list_mut(a[0]).reverse();
    Ok(vm.none())
}
