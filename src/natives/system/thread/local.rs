//! `_thread._local`: an object whose `__dict__` is another one in every thread.
//!
//! The dict of the thread that looked last is the instance's own; the others wait in the state.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::api::Found;
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, n, t};
use std::collections::BTreeMap;

#[derive(Clone)]
struct Local {
    /// Arguments for `__init__` in each new thread.
    args: Ref,
    kwargs: Option<Ref>,
    /// Whose dict the instance has now.
    current: u32,
    /// Dicts of the other threads.
    others: BTreeMap<u32, Ref>,
}
/// [`Local::current`] when the thread whose dict the instance had is gone.
const NOBODY: u32 = u32::MAX;

impl State for Local {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        let Local { args, kwargs, current: _, others } = self;
        f(*args);
        kwargs.iter().for_each(|r| f(*r));
        others.values().for_each(|r| f(*r));
    }
}

pub static LOCAL: TypeDef = TypeDef {
    place: None,
    name: "_local",
    module: "_thread",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (56, 0),
    doc: "Thread-local data.",
    defs: &[METHODS],
};

// Plain methods, so that the machine's fast paths for attributes leave instances alone.
const METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **kw)", new),
    Def::plain("__getattribute__", "(self, name, /)", getattribute, "Return getattr(self, name)."),
    Def::plain("__setattr__", "(self, name, value, /)", setattr, "Implement setattr(self, name, value)."),
    Def::plain("__delattr__", "(self, name, /)", delattr, "Implement delattr(self, name)."),
    Def::get("__dict__", dict, "The attributes of this thread."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let kwargs = a.not_none(2).filter(|d| vm.dict_of(*d).is_some_and(|d| !d.is_empty()));
    let given = vm.tuple_items(a[1]).is_some_and(|x| !x.is_empty()) || kwargs.is_some();
    let init = vm.lookup(a[0], n::__INIT__);
    let plain = init.is_some() && init == vm.lookup(t::OBJECT, n::__INIT__);
    if given && plain {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    vm.heap.incref_raw(a[1]);
    kwargs.iter().for_each(|r| vm.heap.incref_raw(*r));
    let state = Local { args: a[1], kwargs, current: vm.cur.id, others: BTreeMap::new() };
    let o = vm.alloc(a[0], Payload::Opaque(Box::new(state)));
    let dict = vm.dict().into_raw();
    vm.heap.extra_mut(o.get()).dict = Some(dict);
    vm.cur.locals.push(o.get());
    Ok(o)
}
/// Brings this thread's dict in; false when the thread has none yet.
fn switch(vm: &mut Vm, r: Ref) -> bool {
    let me = vm.cur.id;
    let x = vm.state::<Local>(r).expect("methods of _local get one");
    if x.current == me {
        return true;
    }
    let before = x.current;
    let Some(mine) = vm.state_mut::<Local>(r).expect("a _local").others.remove(&me) else { return false };
    install(vm, r, before, mine);
    true
}
fn install(vm: &mut Vm, r: Ref, before: u32, mine: Ref) {
    let me = vm.cur.id;
    let old = vm.heap.extra_mut(r).dict.replace(mine);
    let x = vm.state_mut::<Local>(r).expect("a _local");
    x.current = me;
    if let Some(old) = old {
        x.others.insert(before, old);
    }
}
/// A first look in a thread: an empty dict, and `__init__` again where the class has one; then the look itself.
fn first(vm: &mut Vm, r: Ref, name: Ref, value: Option<Option<Ref>>) -> Result<Option<Step>, Ask> {
    if switch(vm, r) {
        return Ok(None);
    }
    let before = vm.state::<Local>(r).expect("a _local").current;
    let mine = vm.dict().into_raw();
    vm.cur.locals.push(r);
    install(vm, r, before, mine);
    let ty = vm.ty(r);
    let init = vm.lookup(ty, n::__INIT__);
    if init == vm.lookup(t::OBJECT, n::__INIT__) {
        return Ok(None);
    }
    let init = init.expect("every class has __init__");
    let x = vm.state::<Local>(r).expect("a _local").clone();
    let kwargs = x.kwargs.unwrap_or_else(|| {
        let d = vm.dict();
        vm.keep(d)
    });
    let how = vm.int(match value {
        None => 0,
        Some(Some(_)) => 1,
        Some(None) => 2,
    });
    let how = vm.keep(how);
    let value = value.flatten().unwrap_or(crate::vm::fixed::NONE);
    Ok(Some(vm.tail_prelude("thread_local_first", &[r, init, x.args, kwargs, how, name, value])))
}
fn getattribute(vm: &mut Vm, a: Args) -> Step {
    if let Some(step) = first(vm, a[0], a[1], None)? {
        return step;
    }
    match vm.generic_getattr(a[0], a[1])? {
        Found::Value(v) => Ok(v),
        Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
fn store(vm: &mut Vm, a: Args, value: Option<Ref>) -> Step {
    if vm.eq(a[1], n::__DICT__)? {
        let message = format!("'{}' object attribute '__dict__' is read-only", vm.dotted_type_name(a[0]));
        return Err(vm.attribute_error(a[0], a[1], message));
    }
    if vm.str_of(a[1]).is_none() {
        let message = format!("attribute name must be string, not '{}'", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    if let Some(step) = first(vm, a[0], a[1], Some(value))? {
        return step;
    }
    match vm.generic_setattr(a[0], a[1], value)? {
        None => Ok(vm.none()),
        Some((f, args)) => vm.tail_call(f, &args),
    }
}
fn setattr(vm: &mut Vm, a: Args) -> Step {
    store(vm, a, Some(a[2]))
}
fn delattr(vm: &mut Vm, a: Args) -> Step {
    store(vm, a, None)
}
/// For the prelude: the running thread ends, and with it its dicts. The list is of objects that are not counted: what has
/// died meanwhile is no `_local` any more, or one that this thread has nothing in.
pub fn forget(vm: &mut Vm, _: Args) -> Step {
    let me = vm.cur.id;
    for r in std::mem::take(&mut vm.cur.locals) {
        if !vm.heap.is_live(r) || vm.state::<Local>(r).is_none() {
            continue;
        }
        let x = vm.state_mut::<Local>(r).expect("just seen");
        let mine = if x.current == me {
            x.current = NOBODY;
            vm.heap.extra_mut(r).dict.take()
        } else {
            x.others.remove(&me)
        };
        mine.into_iter().for_each(|d| vm.heap.decref_raw(d));
    }
    Ok(vm.none())
}
fn dict(vm: &mut Vm, a: Args) -> Step {
    if let Some(step) = first(vm, a[0], n::__DICT__, None)? {
        return step;
    }
    let d = vm.instance_dict(a[0]).expect("instances of _local have a dict");
    Ok(vm.incref(d))
}
