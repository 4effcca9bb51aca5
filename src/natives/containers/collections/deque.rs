//! `deque`: a double-ended queue, with CPython's account of its blocks of 64 items.
use crate::heap::{Owned, Ref};
use crate::natives::containers::support::*;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, t};
use std::collections::VecDeque;

/// Items in a block.
const BLOCK: i64 = 64;
/// Where the first item of a fresh deque goes within its block.
const CENTRE: i64 = 32;
/// Size of a block in bytes: 64 items and two links.
const BLOCK_BYTES: usize = 8 * (BLOCK as usize + 2);

/// State of a deque.
#[derive(Clone)]
pub struct Deque {
    pub items: VecDeque<Ref>,
    pub maxlen: Option<usize>,
    /// Position of the first item within its block.
    left: i64,
    /// Counts changes: iterators notice them.
    pub changes: u64,
}

impl State for Deque {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Deque { items, maxlen: _, left: _, changes: _ } = self;
        items.iter().for_each(|r| f(*r));
    }
}

impl Deque {
    /// Position of the first item within its block of 64.
    pub fn left_in_block(&self) -> i64 {
        self.left
    }
    fn new(maxlen: Option<usize>) -> Deque {
        Deque { items: VecDeque::new(), maxlen, left: CENTRE, changes: 0 }
    }
    /// Appends a counted item; what falls off the other end is the caller's to release.
    pub fn push_back(&mut self, r: Ref) -> Option<Ref> {
        self.items.push_back(r);
        self.changes += 1;
        if self.maxlen.is_some_and(|m| self.items.len() > m) { self.pop_front() } else { None }
    }
    pub fn push_front(&mut self, r: Ref) -> Option<Ref> {
        self.items.push_front(r);
        self.left = (self.left - 1).rem_euclid(BLOCK);
        self.changes += 1;
        if self.maxlen.is_some_and(|m| self.items.len() > m) { self.pop_back() } else { None }
    }
    pub fn pop_back(&mut self) -> Option<Ref> {
        let r = self.items.pop_back()?;
        self.changes += 1;
        self.recentre();
        Some(r)
    }
    pub fn pop_front(&mut self) -> Option<Ref> {
        let r = self.items.pop_front()?;
        self.left = (self.left + 1) % BLOCK;
        self.changes += 1;
        self.recentre();
        Some(r)
    }
    fn recentre(&mut self) {
        if self.items.is_empty() {
            self.left = CENTRE;
        }
    }
    /// Moves `n` items from the right end to the left (negative: the other way).
    pub fn rotate(&mut self, n: i64) {
        let len = self.items.len() as i64;
        if len <= 1 {
            return;
        }
        let half = len >> 1;
        let mut n = n;
        if n > half || n < -half {
            n %= len;
            if n > half {
                n -= len;
            } else if n < -half {
                n += len;
            }
        }
        if n >= 0 { self.items.rotate_right(n as usize) } else { self.items.rotate_left(-n as usize) }
        self.left = (self.left - n).rem_euclid(BLOCK);
        self.changes += 1;
    }
    /// Before an empty deque is filled from one side: its block is used from the edge on.
    fn start_at_edge(&mut self, from_left: bool) {
        if self.items.is_empty() {
            self.left = if from_left { 1 } else { BLOCK - 1 };
        }
    }
    /// Blocks in use.
    pub fn blocks(&self) -> usize {
        ((self.left as usize + self.items.len()).div_ceil(BLOCK as usize)).max(1)
    }
    pub fn take_all(&mut self) -> VecDeque<Ref> {
        self.left = CENTRE;
        self.changes += 1;
        std::mem::take(&mut self.items)
    }
}

pub static DEQUE: TypeDef = TypeDef {
    place: None,
    name: "deque",
    module: "collections",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::SEQUENCE,
    size: (216, 0),
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    defs: &[DEFS, super::deque_access::DEFS, super::deque_iter::DEQUE_DEFS],
};

static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, iterable=(), maxlen=None)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("append", "(self, item, /)", |vm, a| push(vm, a, false), "Add an element to the right side of the deque."),
    Def::method("appendleft", "(self, item, /)", |vm, a| push(vm, a, true), "Add an element to the left side of the deque."),
    Def::method("extend", "(self, iterable, /)", |vm, a| extend(vm, a[0], a[1], false), "Extend the right side of the deque with elements from the iterable."),
    Def::method("extendleft", "(self, iterable, /)", |vm, a| extend(vm, a[0], a[1], true), "Extend the left side of the deque with elements from the iterable."),
    Def::method("__iadd__", "(self, value, /)", iadd, "Implement self+=value."),
    Def::method("pop", "(self, /)", |vm, a| pop(vm, a, false), "Remove and return the rightmost element."),
    Def::method("popleft", "(self, /)", |vm, a| pop(vm, a, true), "Remove and return the leftmost element."),
    Def::method("clear", "(self, /)", clear, "Remove all elements from the deque."),
    Def::method("rotate", "(self, n=1, /)", rotate, "Rotate the deque n steps to the right.  If n is negative, rotates left."),
    Def::method("reverse", "(self, /)", reverse, "Reverse *IN PLACE*."),
    Def::method("copy", "(self, /)", copy, "Return a shallow copy of a deque."),
    Def::plain("__copy__", "(self, /)", copy, "Return a shallow copy of a deque."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
    Def::plain("__sizeof__", "(self, /)", size, "Return the size of the deque in memory, in bytes."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::get("maxlen", |vm, a| Ok(maxlen_object(vm, a[0])), "maximum size of a deque or None if unbounded"),
    Def::class_method("__class_getitem__", "(cls, object, /)", crate::natives::containers::generic_alias::class_getitem, "See PEP 585"),
];

pub fn deque(vm: &Vm, r: Ref) -> &Deque {
    vm.state::<Deque>(r).expect("a deque")
}
pub fn deque_mut(vm: &mut Vm, r: Ref) -> &mut Deque {
    vm.state_mut::<Deque>(r).expect("a deque")
}

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Deque::new(None)))))
}

/// A deque of a class from borrowed items, like another one.
pub fn new_like(vm: &mut Vm, like: Ref, items: &[Ref]) -> Owned {
    let (ty, maxlen) = (vm.ty(like), deque(vm, like).maxlen);
    let new = vm.alloc(ty, Payload::Opaque(Box::new(Deque::new(maxlen))));
    append_all(vm, new.get(), items, false);
    new
}

/// Appends borrowed items.
pub fn append_all(vm: &mut Vm, d: Ref, items: &[Ref], left: bool) {
    if items.is_empty() {
        return;
    }
    items.iter().for_each(|r| vm.heap.incref_raw(*r));
    let x = deque_mut(vm, d);
    x.start_at_edge(!left);
    let gone: Vec<Ref> = items.iter().filter_map(|r| if left { x.push_front(*r) } else { x.push_back(*r) }).collect();
    release_all(vm, gone);
}

fn init(vm: &mut Vm, a: Args) -> Step {
    let maxlen = match a.not_none(2) {
        None => None,
        Some(m) if !vm.is_int(m) => return Err(vm.type_error("an integer is required")),
        Some(m) => match vm.index_i64(m)? {
            m if m < 0 => return Err(vm.value_error("maxlen must be non-negative")),
            m => Some(m as usize),
        },
    };
    let x = deque_mut(vm, a[0]);
    x.maxlen = maxlen;
    let old = if x.items.is_empty() { VecDeque::new() } else { x.take_all() };
    release_all(vm, old);
    match a.opt(1) {
        Some(iterable) => extend(vm, a[0], iterable, false),
        None => Ok(vm.none()),
    }
}

fn push(vm: &mut Vm, a: Args, left: bool) -> Step {
    vm.heap.incref_raw(a[1]);
    let x = deque_mut(vm, a[0]);
    let gone = if left { x.push_front(a[1]) } else { x.push_back(a[1]) };
    vm.replace_raw(gone);
    Ok(vm.none())
}

pub fn extend(vm: &mut Vm, d: Ref, iterable: Ref, left: bool) -> Step {
    let items = match vm.state::<Deque>(iterable) {
        Some(x) if iterable == d => Some(x.items.iter().copied().collect::<Vec<Ref>>()),
        _ => match ready_items(vm, iterable)? {
            Some(ready) => {
                vm.temps.extend_from_slice(&ready.items);
                Some(ready.items)
            }
            None => None,
        },
    };
    match items {
        Some(items) => {
            append_all(vm, d, &items, left);
            Ok(vm.none())
        }
        None => vm.tail_prelude(if left { "deque_extendleft" } else { "deque_extend" }, &[d, iterable]),
    }
}

fn iadd(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("deque_iadd", &[a[0], a[1]])
}

fn pop(vm: &mut Vm, a: Args, left: bool) -> Step {
    let x = deque_mut(vm, a[0]);
    match if left { x.pop_front() } else { x.pop_back() } {
        Some(r) => Ok(Owned::adopt(r)),
        None => Err(vm.index_error("pop from an empty deque")),
    }
}

fn clear(vm: &mut Vm, a: Args) -> Step {
    let old = deque_mut(vm, a[0]).take_all();
    release_all(vm, old);
    Ok(vm.none())
}

fn rotate(vm: &mut Vm, a: Args) -> Step {
    let n = match a.opt(1) {
        Some(n) => vm.index_i64(n)?,
        None => 1,
    };
    deque_mut(vm, a[0]).rotate(n);
    Ok(vm.none())
}

fn reverse(vm: &mut Vm, a: Args) -> Step {
    deque_mut(vm, a[0]).items.make_contiguous().reverse();
    Ok(vm.none())
}

fn copy(vm: &mut Vm, a: Args) -> Step {
    let exact = vm.type_of_def(&DEQUE);
    if vm.ty(a[0]) == exact {
        let items: Vec<Ref> = deque(vm, a[0]).items.iter().copied().collect();
        return Ok(new_like(vm, a[0], &items));
    }
    let ty = vm.ty(a[0]);
    match deque(vm, a[0]).maxlen {
        None => vm.tail_call(ty, &[a[0]]),
        Some(_) => {
            let maxlen = maxlen_object(vm, a[0]);
            let maxlen = vm.keep(maxlen);
            vm.tail_call(ty, &[a[0], maxlen])
        }
    }
}

fn maxlen_object(vm: &mut Vm, r: Ref) -> Owned {
    match deque(vm, r).maxlen {
        Some(m) => vm.int(m as i64),
        None => vm.none(),
    }
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let state = vm.call_method(a[0], "__getstate__", &[])?;
    let it = vm.get_iter(a[0])?;
    let ty = vm.ty(a[0]);
    let args = match deque(vm, a[0]).maxlen {
        None => vm.tuple(vec![]),
        Some(m) => {
            let m = vm.int(m as i64);
            vm.tuple(vec![Owned::adopt(fixed::EMPTY_TUPLE), m])
        }
    };
    let parts = vec![vm.incref(ty), args, vm.incref(state), vm.incref(it)];
    Ok(vm.tuple(parts))
}

fn size(vm: &mut Vm, a: Args) -> Step {
    let blocks = deque(vm, a[0]).blocks();
    sized(vm, a[0], blocks * BLOCK_BYTES)
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let x = deque(vm, a[0]);
    let (items, maxlen) = (x.items.iter().copied().collect::<Vec<Ref>>(), x.maxlen);
    guarded_repr(vm, a[0], "[...]", |vm| {
        let inner = joined_reprs(vm, &items)?;
        let end = maxlen.map_or("])".to_owned(), |m| format!("], maxlen={m})"));
        Ok(enclosed(&format!("{name}(["), &inner, &end))
    })
}

/// "deque mutated during iteration".
pub fn mutated(vm: &mut Vm) -> Ask {
    vm.runtime_error("deque mutated during iteration")
}
