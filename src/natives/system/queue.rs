//! `_queue`: the queue without a bound (CPython `Modules/_queuemodule.c`). A `put` is one step, so it may come at any moment,
//! out of a finalizer or a signal's handler too.
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::syscall::Syscall;
use crate::vm::{Args, Def, Step, Vm, fixed, t};
use std::collections::VecDeque;

#[derive(Clone)]
struct SimpleQueue {
    items: VecDeque<Ref>,
    /// A lock: who waits for an item holds it or waits for it.
    gate: Ref,
    /// The lock's number in the system.
    lock: u64,
    /// A thread has taken the gate, and waits at it for the next item.
    taken: bool,
}
opaque_state!(SimpleQueue, |x, f| {
    x.items.iter().for_each(|r| f(*r));
    f(x.gate)
});

static SIMPLE_QUEUE: TypeDef = TypeDef {
    place: None,
    name: "SimpleQueue",
    module: "_queue",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::COLLECTED | type_flags::WEAK_IN_FRONT,
    size: (72, 0),
    doc: "Simple, unbounded, reentrant FIFO queue.",
    defs: &[METHODS],
};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_queue",
    doc: "The queue without a bound.",
    functions: &[],
    types: &[&SIMPLE_QUEUE],
    init: Some(|vm, module| {
        let ty = vm.type_of_def(&SIMPLE_QUEUE);
        vm.type_obj_mut(ty).has_weakref = true;
        let error = empty_class(vm);
        vm.set_borrowed(module, "Empty", error);
        Ok(())
    }),
};

const METHODS: &[Def] = &[
    Def::new("(cls)", new),
    Def::method("put", "(self, item, block=True, timeout=None)", put, "Put the item on the queue: it never waits."),
    Def::method("put_nowait", "(self, item)", put, "Put the item on the queue."),
    Def::method("get", "(self, block=True, timeout=None)", get, "Remove and return an item; wait for one if told to."),
    Def::method("get_nowait", "(self)", get_nowait, "Remove and return an item, or raise Empty."),
    Def::method("empty", "(self)", |vm, a| { let b = state(vm, a[0]).items.is_empty(); Ok(vm.bool(b)) }, "Whether the queue is empty now."),
    Def::method("qsize", "(self)", |vm, a| { let n = state(vm, a[0]).items.len(); Ok(vm.int(n as i64)) }, "How many items there are now."),
    Def::class_method("__class_getitem__", "(cls, object, /)", crate::natives::containers::generic_alias::class_getitem, "See PEP 585"),
];

fn empty_class(vm: &mut Vm) -> Ref {
    vm.make_exception_class("_queue.Empty", "_queue", "Empty", &[t::EXCEPTION])
}
fn state(vm: &mut Vm, r: Ref) -> &mut SimpleQueue {
    vm.state_mut(r).expect("methods of SimpleQueue get one")
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let gate = super::thread::allocate_lock(vm, Args(&[]))?;
    let lock = super::thread::lock_number(vm, gate.get()).expect("just made");
    let x = SimpleQueue { items: VecDeque::new(), gate: gate.into_raw(), lock, taken: false };
    Ok(vm.alloc(a[0], crate::objects::Payload::Opaque(Box::new(x))))
}
fn put(vm: &mut Vm, a: Args) -> Step {
    if !vm.answers.is_empty() {
        // The gate is open: all is done.
        return Ok(vm.none());
    }
    vm.heap.incref_raw(a[1]);
    let x = state(vm, a[0]);
    x.items.push_back(a[1]);
    if std::mem::take(&mut x.taken) {
        let lock = x.lock;
        vm.sys(Syscall::LockRelease { lock }, None)?;
    }
    Ok(vm.none())
}
fn empty(vm: &mut Vm) -> Step {
    let class = empty_class(vm);
    Err(vm.raise_call(class, &[]))
}
fn get_nowait(vm: &mut Vm, a: Args) -> Step {
    take(vm, a[0])
}
/// An item, if there is one.
fn take(vm: &mut Vm, r: Ref) -> Step {
    match state(vm, r).items.pop_front() {
        Some(item) => Ok(crate::heap::Owned::adopt(item)),
        None => empty(vm),
    }
}
fn get(vm: &mut Vm, a: Args) -> Step {
    let block = match a.opt(1) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let timeout = match a.not_none(2).filter(|_| block) {
        Some(r) if vm.timeout_ns(r)? < 0 => return Err(vm.value_error("'timeout' must be a non-negative number")),
        Some(r) => r,
        None => fixed::NONE,
    };
    if !block || !state(vm, a[0]).items.is_empty() {
        return take(vm, a[0]);
    }
    let gate = state(vm, a[0]).gate;
    let class = empty_class(vm);
    vm.tail_prelude("simple_queue_get", &[a[0], gate, timeout, class])
}

/// For the prelude: (queue, waits) tells whether a thread that has the gate waits there; whether one did before.
pub fn mark(vm: &mut Vm, a: Args) -> Step {
    let waits = vm.truth(a[1])?;
    let before = std::mem::replace(&mut state(vm, a[0]).taken, waits);
    Ok(vm.bool(before))
}
/// For the prelude: the next item in a tuple, or None.
pub fn next(vm: &mut Vm, a: Args) -> Step {
    match state(vm, a[0]).items.pop_front() {
        Some(item) => Ok(vm.tuple(vec![crate::heap::Owned::adopt(item)])),
        None => Ok(vm.none()),
    }
}
