//! What only `bytearray` has: construction and change in place.
//!
//! A bytearray that is looked at by a memoryview cannot change its length. `exports` says that a view was made at some
//! time; whether one is still there is found by looking, because a view that dies runs no code.
use super::super::{buffer, memoryview, util};
use super::core::{byte_repr, collect_bytes, source_bytes};
use super::{byte_value, data, new_bytearray};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::objects::byte_growth::ByteRoom;
use crate::objects::types::ByteArray;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n, t};

pub static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, source=b'', encoding='utf-8', errors='strict')", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", repr, "Return str(self)."),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of the object in memory, in bytes."),
    Def::method("__alloc__", "(self, /)", alloc, "Number of bytes allocated."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__setitem__", "(self, key, value, /)", set_item, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", del_item, "Delete self[key]."),
    Def::method("__iadd__", "(self, value, /)", iadd, "Implement self+=value."),
    Def::method("__imul__", "(self, value, /)", imul, "Implement self*=value."),
    Def::method("__release_buffer__", "(self, buffer, /)", release_buffer, "Release a view of the contents."),
    Def::method("__reduce__", "(self, /)", reduce, "State for pickling."),
    Def::method("__reduce_ex__", "(self, proto=0, /)", reduce_ex, "State for pickling."),
    Def::method("append", "(self, item, /)", append, "Append one byte."),
    Def::method("clear", "(self, /)", clear, "Remove all bytes."),
    Def::method("copy", "(self, /)", copy, "A copy."),
    Def::method("extend", "(self, iterable_of_ints, /)", extend, "Append all the bytes of an iterable or buffer."),
    Def::method("insert", "(self, index, item, /)", insert, "Insert one byte before the index."),
    Def::method("pop", "(self, index=-1, /)", pop, "Remove and return the byte at the index."),
    Def::method("remove", "(self, value, /)", remove, "Remove the first occurrence of a byte."),
    Def::method("resize", "(self, size, /)", resize, "Change the length; new bytes are zero."),
    Def::method("reverse", "(self, /)", reverse, "Reverse the order in place."),
];

/// The contents, to be changed.
fn data_mut(vm: &mut Vm, r: Ref) -> &mut Vec<u8> {
    match vm.heap.get_mut(r) {
        Payload::ByteArray(b) => &mut b.data,
        _ => panic!("{r:?} is no bytearray"),
    }
}
/// Must come before every change of the length.
fn check_resizable(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    let exports = match vm.heap.get(r) {
        Payload::ByteArray(b) => b.exports,
        _ => 0,
    };
    if exports == 0 {
        return Ok(());
    }
    if memoryview::is_viewed(vm, r) {
        return Err(vm.error(t::BUFFER_ERROR, "Existing exports of data: object cannot be re-sized"));
    }
    if let Payload::ByteArray(b) = vm.heap.get_mut(r) {
        b.exports = 0;
        b.views.clear();
    }
    Ok(())
}
/// Replaces a range, changing the length if need be.
fn splice(vm: &mut Vm, r: Ref, range: std::ops::Range<usize>, new: Vec<u8>) -> Result<(), Ask> {
    if range.len() != new.len() {
        check_resizable(vm, r)?;
    }
    let (old, cut, added) = (data(vm, r).len(), range.len(), new.len());
    let at_front = range.start == 0;
    data_mut(vm, r).splice(range, new);
    let room = room_mut(vm, r);
    if at_front && added < cut { room.drop_front(old, cut - added) } else { room.resize(old, old - cut + added) }
    Ok(())
}
/// The room, to be told of each change of the length.
fn room_mut(vm: &mut Vm, r: Ref) -> &mut ByteRoom {
    match vm.heap.get_mut(r) {
        Payload::ByteArray(b) => &mut b.room,
        _ => panic!("{r:?} is no bytearray"),
    }
}
/// Gives it other contents in one step.
fn replace(vm: &mut Vm, r: Ref, new: Vec<u8>) {
    let (old, size) = (data(vm, r).len(), new.len());
    *data_mut(vm, r) = new;
    room_mut(vm, r).resize(old, size);
}

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::ByteArray(Box::new(ByteArray::default()))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let b = source_bytes(vm, a, "bytearray")?;
    if !data(vm, a[0]).is_empty() || !b.is_empty() {
        check_resizable(vm, a[0])?;
    }
    replace(vm, a[0], vec![]);
    replace(vm, a[0], b);
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let s = format!("{}({})", vm.type_name(a[0]), byte_repr(data(vm, a[0]), true));
    Ok(vm.str(s))
}
fn allocated(vm: &Vm, r: Ref) -> i64 {
    match vm.heap.get(r) {
        Payload::ByteArray(b) => b.room.allocated as i64,
        _ => 0,
    }
}
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let k = allocated(vm, a[0]);
    let basic = vm.type_obj(vm.ty(a[0])).basicsize as i64;
    Ok(vm.int(basic + k))
}
fn alloc(vm: &mut Vm, a: Args) -> Step {
    let k = allocated(vm, a[0]);
    Ok(vm.int(k))
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[0]);
    Ok(vm.iter(t::BYTEARRAY_ITER, Iter::Bytes { source: Some(a[0]), at: 0 }))
}
fn release_buffer(vm: &mut Vm, _a: Args) -> Step {
    Ok(vm.none())
}

/// Position of an index, or TypeError for what is no index.
fn position(vm: &mut Vm, r: Ref, key: Ref) -> Result<usize, Ask> {
    if !vm.is_int(key) && vm.lookup_special(key, n::__INDEX__).is_none() {
        let message = format!("bytearray indices must be integers or slices, not {}", vm.dotted_type_name(key));
        return Err(vm.type_error(message));
    }
    let len = data(vm, r).len();
    util::item_index(vm, key, len, "bytearray index")
}
/// What is assigned to a slice.
fn slice_value(vm: &mut Vm, value: Ref) -> Result<Vec<u8>, Ask> {
    if let Some(b) = buffer::contents(vm, value) {
        return Ok(b);
    }
    let iterable = vm.lookup_special(value, n::__ITER__).is_some() && vm.str_of(value).is_none();
    if !iterable || vm.is_int(value) {
        return Err(vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    let items = vm.collect(value)?;
    collect_bytes(vm, &items, "byte")
}
fn set_item(vm: &mut Vm, a: Args) -> Step {
    if !matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        let value = a[2];
        let i = position(vm, a[0], a[1])?;
        let b = byte_value(vm, value)?;
        match data_mut(vm, a[0]).get_mut(i) {
            Some(place) => *place = b,
            None => return Err(vm.index_error("bytearray index out of range")),
        }
        return Ok(vm.none());
    }
    let value = slice_value(vm, a[2])?;
    let len = data(vm, a[0]).len() as i64;
    let (start, stop, step) = vm.slice_bounds(a[1], len)?;
    if step == 1 {
        let start = start as usize;
        splice(vm, a[0], start..(stop.max(0) as usize).max(start), value)?;
        return Ok(vm.none());
    }
    let count = Vm::slice_len(start, stop, step);
    if value.is_empty() {
        delete_slice(vm, a[0], start, step, count)?;
        return Ok(vm.none());
    }
    if value.len() as i64 != count {
        let message = format!("attempt to assign bytes of size {} to extended slice of size {count}", value.len());
        return Err(vm.value_error(message));
    }
    let b = data_mut(vm, a[0]);
    value.into_iter().enumerate().for_each(|(k, v)| b[(start + k as i64 * step) as usize] = v);
    Ok(vm.none())
}
fn delete_slice(vm: &mut Vm, r: Ref, start: i64, step: i64, count: i64) -> Result<(), Ask> {
    if count == 0 {
        return Ok(());
    }
    if step == 1 {
        return splice(vm, r, start as usize..(start + count) as usize, vec![]);
    }
    check_resizable(vm, r)?;
    // From the lowest place on, whatever the direction.
    let (first, step) = if step < 0 { (start + (count - 1) * step, -step) } else { (start, step) };
    let mut i = -1;
    let old = data(vm, r).len();
    data_mut(vm, r).retain(|_| {
        i += 1;
        i < first || (i - first) % step != 0 || (i - first) / step >= count
    });
    room_mut(vm, r).resize(old, old - count as usize);
    Ok(())
}
fn del_item(vm: &mut Vm, a: Args) -> Step {
    if matches!(vm.heap.get(a[1]), Payload::Slice(_)) {
        let len = data(vm, a[0]).len() as i64;
        let (start, stop, step) = vm.slice_bounds(a[1], len)?;
        delete_slice(vm, a[0], start, step, Vm::slice_len(start, stop, step))?;
    } else {
        let i = position(vm, a[0], a[1])?;
        splice(vm, a[0], i..i + 1, vec![])?;
    }
    Ok(vm.none())
}
fn iadd(vm: &mut Vm, a: Args) -> Step {
    let Some(b) = buffer::contents(vm, a[1]) else {
        let message = format!("can't concat {} to {}", vm.dotted_type_name(a[1]), vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    let end = data(vm, a[0]).len();
    splice(vm, a[0], end..end, b)?;
    Ok(vm.incref(a[0]))
}
fn imul(vm: &mut Vm, a: Args) -> Step {
    let count = util::repeat_count(vm, a[1])?;
    let size = data(vm, a[0]).len().checked_mul(count);
    let size = util::check_size(vm, size)?;
    if size != data(vm, a[0]).len() {
        check_resizable(vm, a[0])?;
    }
    let out = data(vm, a[0]).repeat(count);
    replace(vm, a[0], out);
    Ok(vm.incref(a[0]))
}

fn state_of(vm: &mut Vm, r: Ref, proto: i64) -> Step {
    let state = vm.call_method(r, "__getstate__", &[])?;
    let b = data(vm, r).to_vec();
    let args = if proto < 3 {
        let text = vm.str(b.iter().map(|c| *c as char).collect::<String>());
        let codec = vm.str("latin-1");
        vm.tuple(vec![text, codec])
    } else {
        let b = vm.bytes(b);
        vm.tuple(vec![b])
    };
    let cls = vm.ty(r);
    let cls = vm.incref(cls);
    let state = vm.incref(state);
    Ok(vm.tuple(vec![cls, args, state]))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    state_of(vm, a[0], 2)
}
fn reduce_ex(vm: &mut Vm, a: Args) -> Step {
    let proto = util::int_arg(vm, a.opt(1), 0)?;
    state_of(vm, a[0], proto)
}

fn append(vm: &mut Vm, a: Args) -> Step {
    let b = byte_value(vm, a[1])?;
    check_resizable(vm, a[0])?;
    let old = data(vm, a[0]).len();
    data_mut(vm, a[0]).push(b);
    room_mut(vm, a[0]).resize(old, old + 1);
    Ok(vm.none())
}
fn clear(vm: &mut Vm, a: Args) -> Step {
    check_resizable(vm, a[0])?;
    replace(vm, a[0], vec![]);
    Ok(vm.none())
}
fn copy(vm: &mut Vm, a: Args) -> Step {
    let b = data(vm, a[0]).to_vec();
    Ok(new_bytearray(vm, b))
}
fn extend(vm: &mut Vm, a: Args) -> Step {
    let b = match buffer::contents(vm, a[1]) {
        Some(b) => b,
        None if vm.str_of(a[1]).is_some() => {
            return Err(vm.type_error("expected iterable of integers; got: 'str'"));
        }
        None => {
            if vm.lookup_special(a[1], n::__ITER__).is_none() && vm.lookup_special(a[1], n::__GETITEM__).is_none() {
                let message = format!("can't extend bytearray with {}", vm.dotted_type_name(a[1]));
                return Err(vm.type_error(message));
            }
            let items = vm.collect(a[1])?;
            collect_bytes(vm, &items, "byte")?
        }
    };
    let end = data(vm, a[0]).len();
    splice(vm, a[0], end..end, b)?;
    Ok(vm.none())
}
fn insert(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[1])?;
    let b = byte_value(vm, a[2])?;
    let len = data(vm, a[0]).len() as i64;
    let at = if i < 0 { (i + len).max(0) } else { i.min(len) } as usize;
    splice(vm, a[0], at..at, vec![b])?;
    Ok(vm.none())
}
fn pop(vm: &mut Vm, a: Args) -> Step {
    let i = util::int_arg(vm, a.opt(1), -1)?;
    let len = data(vm, a[0]).len() as i64;
    if len == 0 {
        return Err(vm.index_error("pop from empty bytearray"));
    }
    let at = if i < 0 { i + len } else { i };
    if at < 0 || at >= len {
        return Err(vm.index_error("pop index out of range"));
    }
    check_resizable(vm, a[0])?;
    let b = data_mut(vm, a[0]).remove(at as usize);
    room_mut(vm, a[0]).resize(len as usize, len as usize - 1);
    Ok(vm.int(i64::from(b)))
}
fn remove(vm: &mut Vm, a: Args) -> Step {
    let b = byte_value(vm, a[1])?;
    let Some(at) = data(vm, a[0]).iter().position(|c| *c == b) else {
        return Err(vm.value_error("value not found in bytearray"));
    };
    check_resizable(vm, a[0])?;
    let old = data(vm, a[0]).len();
    data_mut(vm, a[0]).remove(at);
    room_mut(vm, a[0]).resize(old, old - 1);
    Ok(vm.none())
}
fn resize(vm: &mut Vm, a: Args) -> Step {
    let size = vm.index_i64(a[1])?;
    if size < 0 {
        return Err(vm.value_error(format!("Can only resize to positive sizes, got {size}")));
    }
    let size = util::check_size(vm, Some(size as usize))?;
    if size != data(vm, a[0]).len() {
        check_resizable(vm, a[0])?;
    }
    let old = data(vm, a[0]).len();
    data_mut(vm, a[0]).resize(size, 0);
    room_mut(vm, a[0]).resize(old, size);
    Ok(vm.none())
}
fn reverse(vm: &mut Vm, a: Args) -> Step {
    data_mut(vm, a[0]).reverse();
    Ok(vm.none())
}
