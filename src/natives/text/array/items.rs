//! `array` as a sequence: items, slices, concatenation, search.
use super::{Array, array, check_resizable, count, data_mut, item_size, make, splice};
use crate::heap::{Owned, Ref};
use crate::natives::text::{pack, util};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, n, t};
use rustpython_wtf8::CodePoint;

pub static DEFS: &[Def] = &[
    Def::method("__len__", "(self, /)", |vm, a| { let k = count(vm, a[0]); Ok(vm.int(k as i64)) }, "Return len(self)."),
    Def::method("__getitem__", "(self, key, /)", get_item, "Return self[key]."),
    Def::method("__setitem__", "(self, key, value, /)", set_item, "Set self[key] to value."),
    Def::method("__delitem__", "(self, key, /)", del_item, "Delete self[key]."),
    Def::method("__contains__", "(self, key, /)", |vm, a| { let f = find(vm, a[0], a[1], 0, usize::MAX)?; Ok(vm.bool(f.is_some())) }, "Return bool(key in self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__add__", "(self, value, /)", add, "Return self+value."),
    Def::method("__mul__", "(self, value, /)", mul, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", mul, "Return value*self."),
    Def::method("__iadd__", "(self, value, /)", iadd, "Implement self+=value."),
    Def::method("__imul__", "(self, value, /)", imul, "Implement self*=value."),
    Def::method("append", "(self, v, /)", append, "Append a value."),
    Def::method("insert", "(self, i, v, /)", insert, "Insert a value before position i."),
    Def::method("pop", "(self, i=-1, /)", pop, "Remove and return the item at i."),
    Def::method("remove", "(self, v, /)", remove, "Remove the first occurrence of a value."),
    Def::method("index", "(self, v, start=0, stop=9223372036854775807, /)", index, "Index of the first occurrence of a value."),
    Def::method("count", "(self, v, /)", count_value, "Number of occurrences of a value."),
    Def::method("reverse", "(self, /)", reverse, "Reverse the order in place."),
    Def::method("clear", "(self, /)", clear, "Remove all items."),
];

/// The object of item `i`.
pub fn item(vm: &mut Vm, r: Ref, i: usize) -> Owned {
    let x = array(vm, r);
    let (code, size) = (x.code, item_size(x.code));
    let b: Vec<u8> = x.data[i * size..(i + 1) * size].to_vec();
    if matches!(code, b'u' | b'w') {
        let c = CodePoint::from_u32(u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        return vm.char(c.unwrap_or(CodePoint::from('\u{FFFD}')));
    }
    let value = pack::read(code, &b, false);
    pack::object(vm, value)
}
/// The bytes of a value in a type code.
pub fn packed(vm: &mut Vm, code: u8, r: Ref) -> Result<Vec<u8>, Ask> {
    let mut out = Vec::new();
    match code {
        b'u' | b'w' => {
            let Some(s) = vm.str_of(r) else {
                let message = format!("array item must be a unicode character, not {}", vm.dotted_type_name(r));
                return Err(vm.type_error(message));
            };
            if s.len() != 1 {
                let message = format!("array item must be a unicode character, not a string of length {}", s.len());
                return Err(vm.type_error(message));
            }
            out.extend(s.at(0).to_u32().to_le_bytes());
        }
        b'f' | b'd' => {
            let x = vm.to_f64(r)?;
            if code == b'f' { out.extend((x as f32).to_le_bytes()) } else { out.extend(x.to_le_bytes()) }
        }
        _ => {
            let Some(i) = pack::integer(vm, r)? else { return Err(util::not_an_integer(vm, r)) };
            let (low, high) = pack::bounds(item_size(code), pack::integer_sign(code) == Some(true));
            match i {
                Some(i) if (low..=high).contains(&i) => pack::write_int(i, item_size(code), false, &mut out),
                _ => return Err(out_of_range(vm, code, i)),
            }
        }
    }
    Ok(out)
}
fn out_of_range(vm: &mut Vm, code: u8, i: Option<i128>) -> Ask {
    let big = i.is_none_or(|i| i64::try_from(i).is_err());
    let negative = i.is_some_and(|i| i < 0);
    let side = if negative { "less than minimum" } else { "greater than maximum" };
    let message = match code {
        b'q' => "int too big to convert".to_owned(),
        b'Q' if negative => "can't convert negative int to unsigned".into(),
        b'Q' => "int too big to convert".into(),
        b'I' | b'L' if negative => "can't convert negative value to unsigned int".into(),
        b'I' if i.is_some_and(|i| u64::try_from(i).is_ok()) => "unsigned int is greater than maximum".into(),
        b'I' | b'L' => "Python int too large to convert to C unsigned long".into(),
        _ if big => "Python int too large to convert to C long".into(),
        // C code first fits the next wider type.
        b'b' if i.is_some_and(|i| i16::try_from(i).is_err()) => format!("signed short integer is {side}"),
        b'H' if i.is_some_and(|i| i32::try_from(i).is_err()) => format!("signed integer is {side}"),
        b'b' => format!("signed char is {side}"),
        b'B' => format!("unsigned byte integer is {side}"),
        b'h' => format!("signed short integer is {side}"),
        b'H' => format!("unsigned short is {side}"),
        b'i' => format!("signed integer is {side}"),
        _ => "Python int too large to convert to C long".into(),
    };
    vm.overflow_error(message)
}
fn slice_of(vm: &Vm, r: Ref) -> bool {
    matches!(vm.heap.get(r), Payload::Slice(_))
}
fn position(vm: &mut Vm, r: Ref, key: Ref, what: &str) -> Result<usize, Ask> {
    if !vm.is_int(key) && vm.lookup_special(key, n::__INDEX__).is_none() {
        return Err(vm.type_error("array indices must be integers"));
    }
    let len = count(vm, r);
    util::item_index(vm, key, len, what)
}
fn get_item(vm: &mut Vm, a: Args) -> Step {
    if !slice_of(vm, a[1]) {
        let i = position(vm, a[0], a[1], "array index")?;
        return Ok(item(vm, a[0], i));
    }
    let len = count(vm, a[0]) as i64;
    let (start, stop, step) = vm.slice_bounds(a[1], len)?;
    let x = array(vm, a[0]);
    let (code, size) = (x.code, item_size(x.code));
    let mut out = Vec::new();
    for k in 0..Vm::slice_len(start, stop, step) {
        let at = (start + k * step) as usize * size;
        out.extend_from_slice(&x.data[at..at + size]);
    }
    Ok(make(vm, code, out))
}
/// The items of an array that is assigned or appended: same type code required.
fn same_kind(vm: &mut Vm, r: Ref, code: u8) -> Result<Vec<u8>, Ask> {
    let x = array(vm, r);
    if x.code != code {
        return Err(vm.type_error("bad argument type for built-in operation"));
    }
    Ok(x.data.clone())
}
fn set_item(vm: &mut Vm, a: Args) -> Step {
    let Array { code, .. } = *array(vm, a[0]);
    let size = item_size(code);
    if !slice_of(vm, a[1]) {
        let i = position(vm, a[0], a[1], "array assignment index")?;
        let b = packed(vm, code, a[2])?;
        if let Some(place) = data_mut(vm, a[0]).and_then(|d| d.get_mut(i * size..(i + 1) * size)) {
            place.copy_from_slice(&b);
        }
        return Ok(vm.none());
    }
    if !super::is_array(vm, a[2]) {
        let message = format!("can only assign array (not \"{}\") to array slice", vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    }
    let new = same_kind(vm, a[2], code)?;
    let len = count(vm, a[0]) as i64;
    let (start, stop, step) = vm.slice_bounds(a[1], len)?;
    let slots = Vm::slice_len(start, stop, step);
    if step == 1 {
        if new.len() != slots as usize * size {
            check_resizable(vm, a[0])?;
        }
        let start = start as usize * size;
        let range = start..start + slots as usize * size;
        splice(vm, a[0], range, new);
        return Ok(vm.none());
    }
    if new.len() / size != slots as usize {
        let message = format!("attempt to assign array of size {} to extended slice of size {slots}", new.len() / size);
        return Err(vm.value_error(message));
    }
    let data = data_mut(vm, a[0]).expect("an array");
    for (k, b) in new.chunks(size).enumerate() {
        let at = (start + k as i64 * step) as usize * size;
        data[at..at + size].copy_from_slice(b);
    }
    Ok(vm.none())
}
/// Removes `count` items from `start` on, `step` apart.
fn cut(vm: &mut Vm, r: Ref, start: i64, step: i64, count: i64) -> Result<(), Ask> {
    check_resizable(vm, r)?;
    if count == 0 {
        return Ok(());
    }
    let size = item_size(array(vm, r).code);
    let (first, step) = if step < 0 { (start + (count - 1) * step, -step) } else { (start, step) };
    if step == 1 || count == 1 {
        let first = first as usize * size;
        let end = first + count as usize * size;
        splice(vm, r, first..end, vec![]);
        return Ok(());
    }
    let mut rest = Vec::new();
    for (i, b) in array(vm, r).data.chunks(size).enumerate() {
        let i = i as i64 - first;
        if i < 0 || i % step != 0 || i / step >= count {
            rest.extend_from_slice(b);
        }
    }
    let all = array(vm, r).data.len();
    splice(vm, r, 0..all, rest);
    Ok(())
}
fn del_item(vm: &mut Vm, a: Args) -> Step {
    if slice_of(vm, a[1]) {
        let len = count(vm, a[0]) as i64;
        let (start, stop, step) = vm.slice_bounds(a[1], len)?;
        cut(vm, a[0], start, step, Vm::slice_len(start, stop, step))?;
    } else {
        let at = position(vm, a[0], a[1], "array assignment index")?;
        cut(vm, a[0], at as i64, 1, 1)?;
    }
    Ok(vm.none())
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[0]);
    Ok(vm.iter(t::SEQ_ITER, Iter::Sequence { seq: Some(a[0]), at: 0 }))
}
fn add(vm: &mut Vm, a: Args) -> Step {
    if !super::is_array(vm, a[1]) {
        let message = format!("can only append array (not \"{}\") to array", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let code = array(vm, a[0]).code;
    let more = same_kind(vm, a[1], code)?;
    let mut out = array(vm, a[0]).data.clone();
    out.extend(more);
    Ok(make(vm, code, out))
}
fn repeated(vm: &mut Vm, r: Ref, times: usize) -> Result<Vec<u8>, Ask> {
    let size = array(vm, r).data.len().checked_mul(times);
    util::check_size(vm, size)?;
    Ok(array(vm, r).data.repeat(times))
}
fn mul(vm: &mut Vm, a: Args) -> Step {
    let times = util::repeat_count(vm, a[1])?;
    let out = repeated(vm, a[0], times)?;
    let code = array(vm, a[0]).code;
    Ok(make(vm, code, out))
}
fn iadd(vm: &mut Vm, a: Args) -> Step {
    if !super::is_array(vm, a[1]) {
        let message = format!("can only extend array with array (not \"{}\")", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    extend_array(vm, a[0], a[1])?;
    Ok(vm.incref(a[0]))
}
/// Appends the items of another array.
pub fn extend_array(vm: &mut Vm, r: Ref, other: Ref) -> Result<(), Ask> {
    let (x, y) = (array(vm, r), array(vm, other));
    if x.code != y.code {
        return Err(vm.type_error("can only extend with array of same kind"));
    }
    let more = y.data.clone();
    extend_bytes(vm, r, more)
}
/// Appends packed items.
pub fn extend_bytes(vm: &mut Vm, r: Ref, more: Vec<u8>) -> Result<(), Ask> {
    if !more.is_empty() {
        check_resizable(vm, r)?;
    }
    let end = array(vm, r).data.len();
    splice(vm, r, end..end, more);
    Ok(())
}
fn imul(vm: &mut Vm, a: Args) -> Step {
    let times = util::repeat_count(vm, a[1])?;
    let out = repeated(vm, a[0], times)?;
    check_resizable(vm, a[0])?;
    let all = array(vm, a[0]).data.len();
    splice(vm, a[0], 0..all, out);
    Ok(vm.incref(a[0]))
}
fn append(vm: &mut Vm, a: Args) -> Step {
    let code = array(vm, a[0]).code;
    let b = packed(vm, code, a[1])?;
    extend_bytes(vm, a[0], b)?;
    Ok(vm.none())
}
fn insert(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[1])?;
    let code = array(vm, a[0]).code;
    let b = packed(vm, code, a[2])?;
    check_resizable(vm, a[0])?;
    let len = count(vm, a[0]) as i64;
    let at = if i < 0 { (i + len).max(0) } else { i.min(len) } as usize * item_size(code);
    splice(vm, a[0], at..at, b);
    Ok(vm.none())
}
fn pop(vm: &mut Vm, a: Args) -> Step {
    let i = util::int_arg(vm, a.opt(1), -1)?;
    let len = count(vm, a[0]) as i64;
    if len == 0 {
        return Err(vm.index_error("pop from empty array"));
    }
    let at = if i < 0 { i + len } else { i };
    if at < 0 || at >= len {
        return Err(vm.index_error("pop index out of range"));
    }
    let value = item(vm, a[0], at as usize);
    match cut(vm, a[0], at, 1, 1) {
        Ok(()) => Ok(value),
        Err(e) => {
            vm.release(value);
            Err(e)
        }
    }
}
/// First index of a value between two bounds.
fn find(vm: &mut Vm, r: Ref, value: Ref, start: usize, end: usize) -> Result<Option<usize>, Ask> {
    for i in start..end.min(count(vm, r)) {
        let x = item(vm, r, i);
        let x = vm.keep(x);
        if vm.eq(x, value)? {
            return Ok(Some(i));
        }
    }
    Ok(None)
}
fn remove(vm: &mut Vm, a: Args) -> Step {
    match find(vm, a[0], a[1], 0, usize::MAX)? {
        Some(at) => {
            cut(vm, a[0], at as i64, 1, 1)?;
            Ok(vm.none())
        }
        None => Err(vm.value_error("array.remove(x): x not in array")),
    }
}
fn index(vm: &mut Vm, a: Args) -> Step {
    let len = count(vm, a[0]);
    let (start, end) = util::search_bounds(vm, a.opt(2), a.opt(3), len)?;
    match find(vm, a[0], a[1], start, end)? {
        Some(at) => Ok(vm.int(at as i64)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}
fn count_value(vm: &mut Vm, a: Args) -> Step {
    let mut k = 0;
    for i in 0..count(vm, a[0]) {
        let x = item(vm, a[0], i);
        let x = vm.keep(x);
        k += vm.eq(x, a[1])? as i64;
    }
    Ok(vm.int(k))
}
fn reverse(vm: &mut Vm, a: Args) -> Step {
    let size = item_size(array(vm, a[0]).code);
    let data = data_mut(vm, a[0]).expect("an array");
    *data = data.chunks(size).rev().flat_map(<[u8]>::to_vec).collect();
    Ok(vm.none())
}
fn clear(vm: &mut Vm, a: Args) -> Step {
    check_resizable(vm, a[0])?;
    let all = array(vm, a[0]).data.len();
    splice(vm, a[0], 0..all, vec![]);
    Ok(vm.none())
}
