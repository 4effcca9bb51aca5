//! Subscripts of lists: items and slices, read, assigned and deleted.
use crate::heap::Ref;
use crate::natives::containers::support::*;
use crate::vm::native::Def;
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm};

pub static DEFS: &[Def] = &[
    Def::plain("__getitem__", "(self, index, /)", getitem, "Return self[index]."),
    Def::method("__setitem__", "(self, key, value, /)", setitem, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", delitem, "Delete self[key]."),
];

fn items(vm: &Vm, list: Ref) -> &Vec<Ref> {
    vm.list_items(list).expect("a list")
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    match subscript(vm, a[1], "list indices")? {
        Key::Index(i) => match place(i, items(vm, a[0]).len()) {
            Some(i) => {
                let v = items(vm, a[0])[i];
                Ok(vm.incref(v))
            }
            None => Err(vm.index_error("list index out of range")),
        },
        Key::Slice => {
            let len = items(vm, a[0]).len() as i64;
            let (start, stop, step) = vm.slice_bounds(a[1], len)?;
            let taken = taken(items(vm, a[0]), start, stop, step);
            Ok(vm.list_of(&taken))
        }
    }
}

/// The items of a slice with adjusted bounds.
pub fn taken(items: &[Ref], start: i64, stop: i64, step: i64) -> Vec<Ref> {
    let n = Vm::slice_len(start, stop, step);
    (0..n).filter_map(|i| items.get((start + i * step) as usize).copied()).collect()
}

fn setitem(vm: &mut Vm, a: Args) -> Step {
    match subscript(vm, a[1], "list indices")? {
        Key::Index(i) => {
            let Some(i) = place(i, items(vm, a[0]).len()) else {
                return Err(vm.index_error("list assignment index out of range"));
            };
            vm.heap.incref_raw(a[2]);
            let old = std::mem::replace(&mut vm.list_mut(a[0])[i], a[2]);
            vm.heap.decref_raw(old);
        }
        Key::Slice => set_slice(vm, a[0], a[1], a[2])?,
    }
    Ok(vm.none())
}

fn set_slice(vm: &mut Vm, list: Ref, slice: Ref, value: Ref) -> Result<(), Ask> {
    if !iterable(vm, value) {
        return Err(vm.type_error("must assign iterable to extended slice"));
    }
    let new = vm.collect(value)?;
    let len = items(vm, list).len() as i64;
    let (start, stop, step) = vm.slice_bounds(slice, len)?;
    if step == 1 {
        let stop = stop.max(start);
        replace_range(vm, list, start as usize, stop as usize, &new);
        return Ok(());
    }
    let n = Vm::slice_len(start, stop, step);
    if new.len() as i64 != n {
        let message = format!("attempt to assign sequence of size {} to extended slice of size {n}", new.len());
        return Err(vm.value_error(message));
    }
    new.iter().for_each(|r| vm.heap.incref_raw(*r));
    let l = vm.list_mut(list);
    let old: Vec<Ref> =
        new.iter().enumerate().map(|(i, v)| std::mem::replace(&mut l[(start + i as i64 * step) as usize], *v)).collect();
    release_all(vm, old);
    Ok(())
}

fn iterable(vm: &mut Vm, r: Ref) -> bool {
    use crate::vm::n;
    vm.lookup_special(r, n::__ITER__).is_some() || vm.lookup_special(r, n::__GETITEM__).is_some()
}

/// Puts borrowed items in the place of `start..stop`.
pub fn replace_range(vm: &mut Vm, list: Ref, start: usize, stop: usize, new: &[Ref]) {
    new.iter().for_each(|r| vm.heap.incref_raw(*r));
    let l = vm.list_obj_mut(list);
    let old_len = l.items.len();
    let new_len = old_len - (stop - start) + new.len();
    let old: Vec<Ref> = l.items.splice(start..stop, new.iter().copied()).collect();
    if new_len == 0 {
        l.note_cleared();
    } else if new_len != old_len {
        l.note_resize(old_len, new_len);
    }
    release_all(vm, old);
}

fn delitem(vm: &mut Vm, a: Args) -> Step {
    match subscript(vm, a[1], "list indices")? {
        Key::Index(i) => {
            let Some(i) = place(i, items(vm, a[0]).len()) else {
                return Err(vm.index_error("list assignment index out of range"));
            };
            replace_range(vm, a[0], i, i + 1, &[]);
        }
        Key::Slice => {
            let len = items(vm, a[0]).len() as i64;
            let (start, stop, step) = vm.slice_bounds(a[1], len)?;
            if step == 1 {
                replace_range(vm, a[0], start as usize, stop.max(start) as usize, &[]);
            } else {
                delete_stepped(vm, a[0], start, stop, step);
            }
        }
    }
    Ok(vm.none())
}

fn delete_stepped(vm: &mut Vm, list: Ref, start: i64, stop: i64, step: i64) {
    let n = Vm::slice_len(start, stop, step);
    if n == 0 {
        return;
    }
    let (first, step) = if step > 0 { (start, step) } else { (start + (n - 1) * step, -step) };
    let gone = |i: usize| i as i64 >= first && (i as i64 - first) % step == 0 && (i as i64 - first) / step < n;
    let l = vm.list_obj_mut(list);
    let old_len = l.items.len();
    let (mut kept, mut old) = (Vec::with_capacity(old_len - n as usize), Vec::with_capacity(n as usize));
    for (i, r) in l.items.iter().enumerate() {
        if gone(i) { old.push(*r) } else { kept.push(*r) }
    }
    l.items = kept;
    l.note_resize(old_len, old_len - n as usize);
    release_all(vm, old);
}
