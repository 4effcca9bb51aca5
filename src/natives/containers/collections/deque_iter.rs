//! Iterators over deques, forwards and backwards.
use super::deque::{Deque, deque, mutated};
use crate::heap::Ref;
use crate::natives::containers::support::index_or;
use crate::objects::class::Layout;
use crate::objects::{Payload, State};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

/// State of a deque's iterator; the deque is let go at the end.
#[derive(Clone)]
struct DequeIter {
    deque: Option<Ref>,
    /// Items given so far.
    given: usize,
    left: usize,
    /// Count of changes at the start.
    changes: u64,
    reverse: bool,
}

impl State for DequeIter {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        self.deque.iter().for_each(|r| f(*r));
    }
}

const fn def(name: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: None, name, module: "_collections", base: t::OBJECT, layout: Layout::Native, flags: 0, size: (56, 0), doc: "", defs }
}
pub static FORWARD: TypeDef = def("_deque_iterator", &[DEFS, &[Def::new("(cls, deque, index=0, /)", |vm, a| new(vm, a, false))]]);
pub static BACKWARD: TypeDef = def("_deque_reverse_iterator", &[DEFS, &[Def::new("(cls, deque, index=0, /)", |vm, a| new(vm, a, true))]]);

static DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::plain("__length_hint__", "(self, /)", hint, "Private method returning an estimate of len(list(it))."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
];

/// The methods of `deque` that make iterators.
pub static DEQUE_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| make(vm, a[0], false, 0), "Implement iter(self)."),
    Def::plain("__reversed__", "(self, /)", |vm, a| make(vm, a[0], true, 0), "Return a reverse iterator over the deque."),
];

fn make(vm: &mut Vm, d: Ref, reverse: bool, given: usize) -> Step {
    let ty = vm.type_of_def(if reverse { &BACKWARD } else { &FORWARD });
    let x = deque(vm, d);
    let (left, changes) = (x.items.len().saturating_sub(given), x.changes);
    vm.heap.incref_raw(d);
    let state = DequeIter { deque: Some(d), given, left, changes, reverse };
    Ok(vm.alloc(ty, Payload::Opaque(Box::new(state))))
}

fn new(vm: &mut Vm, a: Args, reverse: bool) -> Step {
    if vm.state::<Deque>(a[1]).is_none() {
        let message = format!("{}() argument 1 must be collections.deque, not {}", if reverse { BACKWARD.name } else { FORWARD.name }, vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let given = match a.opt(2) {
        Some(i) => index_or(vm, i, t::OVERFLOW_ERROR)?.max(0) as usize,
        None => 0,
    };
    make(vm, a[1], reverse, given)
}

fn state(vm: &mut Vm, r: Ref) -> &mut DequeIter {
    vm.state_mut::<DequeIter>(r).expect("a deque iterator")
}

fn next(vm: &mut Vm, a: Args) -> Step {
    let it = state(vm, a[0]).clone();
    let Some(d) = it.deque else { return Err(vm.stop_iteration(None)) };
    if deque(vm, d).changes != it.changes {
        state(vm, a[0]).left = 0;
        return Err(mutated(vm));
    }
    let items = &deque(vm, d).items;
    let at = if it.reverse { items.len().checked_sub(it.given + 1) } else { Some(it.given) };
    match at.filter(|_| it.left > 0).and_then(|i| items.get(i).copied()) {
        Some(v) => {
            let s = state(vm, a[0]);
            s.given += 1;
            s.left -= 1;
            Ok(vm.incref(v))
        }
        None => Err(vm.stop_iteration(None)),
    }
}

fn hint(vm: &mut Vm, a: Args) -> Step {
    let left = state(vm, a[0]).left;
    Ok(vm.int(left as i64))
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let it = state(vm, a[0]).clone();
    let d = it.deque.expect("kept until the iterator dies");
    let given = vm.int(it.given as i64);
    let d = vm.incref(d);
    let args = vm.tuple(vec![d, given]);
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}
