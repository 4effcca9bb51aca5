//! What the container types share: index arguments, comparison of sequences, repr of what may hold itself.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::iter::Iter;
use crate::vm::api::Cmp;
use crate::vm::step::{Ask, Step};
use crate::vm::thread::{Activation, ReprRunning};
use crate::vm::{Args, Vm, n, t};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// What a subscript is.
pub enum Key {
    Index(i64),
    Slice,
}

/// An int-like or slice subscript of a sequence; `what` begins the message ("list indices").
pub fn subscript(vm: &mut Vm, item: Ref, what: &str) -> Result<Key, Ask> {
    if let Some(i) = vm.i64_of(item) {
        return Ok(Key::Index(i));
    }
    if matches!(vm.heap.get(item), Payload::Slice(_)) {
        return Ok(Key::Slice);
    }
    if !vm.is_int(item) && vm.lookup_special(item, n::__INDEX__).is_none() {
        let message = format!("{what} must be integers or slices, not {}", vm.dotted_type_name(item));
        return Err(vm.type_error(message));
    }
    index_or(vm, item, t::INDEX_ERROR).map(Key::Index)
}

/// `operator.index` in machine range; `ty` is raised when it does not fit.
pub fn index_or(vm: &mut Vm, item: Ref, ty: Ref) -> Result<i64, Ask> {
    let i = vm.index_ref(item)?;
    match vm.i64_of(i) {
        Some(i) => Ok(i),
        None => {
            let message = format!("cannot fit '{}' into an index-sized integer", vm.dotted_type_name(item));
            Err(vm.error(ty, message))
        }
    }
}

/// Position of an index that may count from the end.
pub fn place(i: i64, len: usize) -> Option<usize> {
    let i = if i < 0 { i + len as i64 } else { i };
    if i >= 0 && (i as usize) < len { Some(i as usize) } else { None }
}

/// Bounds of `index(value, start, stop)`, clamped to the sequence.
pub fn search_bounds(vm: &mut Vm, start: Option<Ref>, stop: Option<Ref>, len: usize) -> Result<(usize, usize), Ask> {
    let clamp = |i: i64| if i < 0 { (i + len as i64).max(0) as usize } else { (i as usize).min(len) };
    let start = match start {
        Some(r) => clamp(bound(vm, r)?),
        None => 0,
    };
    let stop = match stop {
        Some(r) => clamp(bound(vm, r)?),
        None => len,
    };
    Ok((start, stop))
}
fn bound(vm: &mut Vm, r: Ref) -> Result<i64, Ask> {
    if !vm.is_int(r) && vm.lookup_special(r, n::__INDEX__).is_none() {
        return Err(vm.type_error("slice indices must be integers or have an __index__ method"));
    }
    vm.index_clamped(r)
}

/// The repetition count of `sequence * n`, or None when the operand is no int.
pub fn repeat_count(vm: &mut Vm, n: Ref) -> Result<Option<usize>, Ask> {
    if !vm.is_int(n) && vm.lookup_special(n, n::__INDEX__).is_none() {
        return Ok(None);
    }
    Ok(Some(index_or(vm, n, t::OVERFLOW_ERROR)?.max(0) as usize))
}

/// `n` times the items, counted for the new holder; MemoryError where that would be too much.
pub fn repeat(vm: &mut Vm, items: &[Ref], n: usize) -> Result<Vec<Ref>, Ask> {
    let total = items.len().saturating_mul(n);
    if total.saturating_mul(8) > vm.memory_limit {
        return Err(vm.memory_error());
    }
    let all: Vec<Ref> = std::iter::repeat_n(items, n).flatten().copied().collect();
    all.iter().for_each(|r| vm.heap.incref_raw(*r));
    Ok(all)
}

/// One operand of a comparison of sequences, by position.
fn item_at(vm: &Vm, r: Ref, i: usize) -> Option<Ref> {
    vm.items_of(r).and_then(|x| x.get(i).copied())
}

/// Whether an object is of a class that the program made.
pub fn is_users(vm: &Vm, r: Ref) -> bool {
    vm.type_obj(vm.ty(r)).has(crate::objects::class::type_flags::HEAP)
}
/// For the prelude: (list or tuple, index): the item, in a tuple; an empty one behind the last.
pub fn item_for_prelude(vm: &mut Vm, a: Args) -> Step {
    let i = vm.index_i64(a[1])? as usize;
    match item_at(vm, a[0], i) {
        Some(x) => Ok(vm.tuple_of(&[x])),
        None => Ok(vm.tuple(vec![])),
    }
}
/// For the prelude: begins the repr of a container, False when it is under way already.
pub fn repr_enter_for_prelude(vm: &mut Vm, a: Args) -> Step {
    let b = vm.repr_enter(a[0]);
    Ok(vm.bool(b))
}
pub fn repr_leave_for_prelude(vm: &mut Vm, a: Args) -> Step {
    vm.repr_leave(a[0], false);
    Ok(vm.none())
}

/// Rich comparison of two lists or two tuples (CPython `list_richcompare`).
pub fn compare_sequences(vm: &mut Vm, a: Ref, b: Ref, op: Cmp) -> Step {
    let len = |vm: &Vm, r| vm.items_of(r).map_or(0, <[Ref]>::len);
    if len(vm, a) != len(vm, b) && matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(vm.bool(op == Cmp::Ne));
    }
    let mut i = 0;
    while let (Some(x), Some(y)) = (item_at(vm, a, i), item_at(vm, b, i)) {
        if i == 0 && x != y && [x, y].into_iter().any(|r| is_users(vm, r)) {
            // The comparison of such items may change the lists: a loop in Python sees that as CPython's does.
            let op = vm.int(Cmp::ALL.iter().position(|x| *x == op).expect("one of the six") as i64);
            let op = vm.keep(op);
            return vm.tail_prelude("sequence_compare", &[a, b, op]);
        }
        if !vm.eq(x, y)? {
            return match op {
                Cmp::Eq => Ok(vm.bool(false)),
                Cmp::Ne => Ok(vm.bool(true)),
                _ => {
                    let r = vm.rich_compare(x, y, op)?;
                    Ok(vm.incref(r))
                }
            };
        }
        i += 1;
    }
    let holds = op.holds(len(vm, a).cmp(&len(vm, b)));
    Ok(vm.bool(holds))
}

/// Where in a sequence the first equal item is.
pub fn find_equal(vm: &mut Vm, seq: Ref, value: Ref, from: usize, to: usize) -> Result<Option<usize>, Ask> {
    let mut i = from;
    while i < to
        && let Some(x) = item_at(vm, seq, i)
    {
        if vm.eq(x, value)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

/// How many items are equal.
pub fn count_equal(vm: &mut Vm, seq: Ref, value: Ref) -> Step {
    let (mut i, mut count) = (0, 0);
    while let Some(x) = item_at(vm, seq, i) {
        count += vm.eq(x, value)? as i64;
        i += 1;
    }
    Ok(vm.int(count))
}

impl Vm {
    /// Begins the repr of a container; false when it is already under way further out (`Py_ReprEnter`).
    ///
    /// A native that asks is run again from its start: its own entry, left as suspended, is then taken up again. It is
    /// told from a repr further in by the number of Python frames.
    pub fn repr_enter(&mut self, obj: Ref) -> bool {
        let frames = self.cur.activations.iter().filter(|a| matches!(a, Activation::Py(_))).count();
        let fresh = self.answers.is_empty();
        self.cur.reprs.retain(|e| e.frames < frames || (e.frames == frames && !(e.suspended && fresh)));
        match self.cur.reprs.iter_mut().find(|e| e.obj == obj) {
            Some(e) if e.frames == frames && e.suspended => {
                e.suspended = false;
                true
            }
            Some(_) => false,
            None => {
                self.cur.reprs.push(ReprRunning { obj, frames, suspended: false });
                true
            }
        }
    }
    /// Ends what `repr_enter` began, or marks it as waiting for an answer.
    pub fn repr_leave(&mut self, obj: Ref, suspended: bool) {
        if let Some(i) = self.cur.reprs.iter().rposition(|e| e.obj == obj) {
            if suspended {
                self.cur.reprs[i].suspended = true;
            } else {
                self.cur.reprs.remove(i);
            }
        }
    }
}

/// The repr of a container: `placeholder` when it is met inside its own repr.
pub fn guarded_repr(vm: &mut Vm, obj: Ref, placeholder: &str, f: impl FnOnce(&mut Vm) -> Result<Wtf8Buf, Ask>) -> Step {
    if !vm.repr_enter(obj) {
        return Ok(vm.str(placeholder));
    }
    let result = f(vm);
    let suspended = matches!(result, Err(Ask::Need { .. } | Ask::Syscall(_)));
    vm.repr_leave(obj, suspended);
    result.map(|text| vm.str(text))
}

/// Reprs of items, separated by ", ".
pub fn joined_reprs(vm: &mut Vm, items: &[Ref]) -> Result<Wtf8Buf, Ask> {
    let mut reprs = Vec::with_capacity(items.len());
    for r in items {
        vm.hold(*r);
    }
    for r in items {
        reprs.push(vm.repr(*r)?);
    }
    let mut out = Wtf8Buf::new();
    for (i, r) in reprs.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        push_text(vm, &mut out, r);
    }
    Ok(out)
}

/// Appends the text of a `str` object.
pub fn push_text(vm: &Vm, out: &mut Wtf8Buf, r: Ref) {
    if let Some(s) = vm.str_of(r) {
        out.push_wtf8(s.wtf8());
    }
}

/// A text between two others.
pub fn enclosed(open: &str, inner: &Wtf8, close: &str) -> Wtf8Buf {
    let mut out = Wtf8Buf::from(open.to_owned());
    out.push_wtf8(inner);
    out.push_str(close);
    out
}

/// Items that are there without running Python, each counted for the caller, and how CPython would have found their number.
pub struct Ready {
    pub items: Vec<Ref>,
    /// The number was known for certain (list, tuple, set, dict, its views), not from a length hint.
    pub sized: bool,
}

/// The items of an iterable when no Python code is needed; None otherwise. Iterators are consumed, so this must come after
/// everything that asks.
pub fn ready_items(vm: &mut Vm, r: Ref) -> Result<Option<Ready>, Ask> {
    let counted = |vm: &mut Vm, items: Vec<Ref>| {
        items.iter().for_each(|x| vm.heap.incref_raw(*x));
        Ok(Some(Ready { items, sized: true }))
    };
    if let Some(items) = vm.items_simple(r) {
        return counted(vm, items);
    }
    let ty = vm.ty(r);
    match vm.heap.get(r) {
        Payload::View(d) if matches!(ty, t::DICT_KEYS | t::DICT_VALUES | t::DICT_ITEMS) && vm.ty(*d) == t::DICT => {
            let pairs: Vec<(Ref, Ref)> = vm.dict_of(*d).map_or(vec![], |d| d.iter().collect());
            let items: Vec<Ref> = match ty {
                t::DICT_KEYS => pairs.iter().map(|p| p.0).collect(),
                t::DICT_VALUES => pairs.iter().map(|p| p.1).collect(),
                _ => {
                    let items = pairs.iter().map(|(k, v)| vm.tuple_of(&[*k, *v]).into_raw()).collect();
                    return Ok(Some(Ready { items, sized: true }));
                }
            };
            counted(vm, items)
        }
        Payload::Range(_) | Payload::Str(_) | Payload::Bytes(_) | Payload::ByteArray(_)
            if matches!(ty, t::RANGE | t::STR | t::BYTES | t::BYTEARRAY) =>
        {
            let Some(it) = vm.call_pure(r, n::__ITER__, &[])? else { return Ok(None) };
            drain(vm, it)
        }
        Payload::Iter(_) => drain(vm, r),
        _ => Ok(None),
    }
}

/// All that is left of an iterator that needs no Python.
fn drain(vm: &mut Vm, it: Ref) -> Result<Option<Ready>, Ask> {
    if !vm.is_ready_iter(it) {
        return Ok(None);
    }
    let mut items = Vec::new();
    loop {
        match vm.advance_ready(it) {
            Ok(Some(x)) => items.push(x.into_raw()),
            Ok(None) => return Ok(Some(Ready { items, sized: false })),
            Err(e) => {
                items.into_iter().for_each(|x| vm.heap.decref_raw(x));
                return Err(e);
            }
        }
        if items.len().saturating_mul(8) > vm.memory_limit {
            items.into_iter().for_each(|x| vm.heap.decref_raw(x));
            return Err(vm.memory_error());
        }
    }
}

/// Releases references that were counted.
pub fn release_all(vm: &mut Vm, items: impl IntoIterator<Item = Ref>) {
    items.into_iter().for_each(|r| vm.heap.decref_raw(r));
}

/// A new iterator over a borrowed object.
pub fn iter_over(vm: &mut Vm, ty: Ref, source: Ref, make: impl FnOnce(Option<Ref>) -> Iter) -> Owned {
    vm.heap.incref_raw(source);
    vm.iter(ty, make(Some(source)))
}

/// `__sizeof__` of an object whose room is that of its type plus this many bytes.
pub fn sized(vm: &mut Vm, obj: Ref, extra: usize) -> Step {
    let basic = vm.type_obj(vm.ty(obj)).basicsize;
    Ok(vm.int((basic + extra) as i64))
}

/// "can only concatenate list (not "tuple") to list".
pub fn cannot_concatenate(vm: &mut Vm, what: &str, other: Ref) -> Ask {
    let message = format!("can only concatenate {what} (not \"{}\") to {what}", vm.dotted_type_name(other));
    vm.type_error(message)
}

/// "can't multiply sequence by non-int of type 'float'".
pub fn cannot_repeat(vm: &mut Vm, other: Ref) -> Ask {
    let message = format!("can't multiply sequence by non-int of type '{}'", vm.dotted_type_name(other));
    vm.type_error(message)
}

/// A built-in function for `__reduce__` (`iter`, `reversed`), borrowed.
pub fn builtin(vm: &mut Vm, name: &str) -> Result<Ref, Ask> {
    let dict = vm.builtins;
    match vm.dict_get_str(dict, name) {
        Some(f) => Ok(f),
        None => Err(vm.error(t::ATTRIBUTE_ERROR, name)),
    }
}


