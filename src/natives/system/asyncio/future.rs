//! `_asyncio.Future`: its methods, which a task shares.
use super::state::*;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};

pub static FUTURE: TypeDef = TypeDef {
    place: None,
    name: "Future",
    module: "_asyncio",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (112, 0),
    doc: "The promise of a result, for code that runs on an event loop.",
    defs: &[METHODS, SHARED, ATTRIBUTES],
};

const METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| Ok(make(vm, a[0], false))),
    Def::method("__init__", "(self, /, *, loop=None)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", |vm, a| vm.tail_prelude("asyncio_future_repr", &[a[0]]), "Return repr(self)."),
    Def::method("__del__", "(self, /)", |vm, a| vm.tail_prelude("asyncio_future_del", &[a[0]]), "Called when the instance is about to be destroyed."),
    Def::method("set_result", "(self, result, /)", set_result, "Mark the future done and set its result."),
    Def::method("set_exception", "(self, exception, /)", set_exception, "Mark the future done and set an exception."),
    Def::method("cancel", "(self, /, msg=None)", cancel, "Cancel the future and schedule callbacks."),
];
pub const SHARED: &[Def] = &[
    Def::method("__iter__", "(self, /)", super::iter::new, "Implement iter(self)."),
    Def::method("__await__", "(self, /)", super::iter::new, "Return an iterator to be used in await expression."),
    Def::method("result", "(self, /)", result, "Return the result this future represents."),
    Def::method("exception", "(self, /)", exception, "Return the exception that was set on this future."),
    Def::method("add_done_callback", "(self, fn, /, *, context=<unrepresentable>)", add_done_callback, "Add a callback to be run when the future becomes done."),
    Def::method("remove_done_callback", "(self, fn, /)", remove_done_callback, "Remove all instances of a callback; return how many there were."),
    Def::method("cancelled", "(self, /)", |vm, a| { let b = future(vm, a[0]).status == Status::Cancelled; Ok(vm.bool(b)) }, "Return True if the future was cancelled."),
    Def::method("done", "(self, /)", |vm, a| { let b = future(vm, a[0]).status != Status::Pending; Ok(vm.bool(b)) }, "Return True if the future is done."),
    Def::method("get_loop", "(self, /)", |vm, a| { let l = alive(vm, a[0])?; Ok(vm.incref(l)) }, "Return the event loop the Future is bound to."),
    Def::method("_make_cancelled_error", "(self, /)", |vm, a| cancelled_error(vm, a[0]), "Create the CancelledError to raise if the Future is cancelled."),
    Def::class_method("__class_getitem__", "(cls, object, /)", |vm, a| vm.tail_prelude("generic_alias", &[a[0], a[1]]), "See PEP 585"),
];
pub const ATTRIBUTES: &[Def] = &[
    Def::get("_state", |vm, a| { let s = future(vm, a[0]).status.name(); Ok(vm.intern(s)) }, ""),
    Def::get_set("_asyncio_future_blocking", get_blocking, set_blocking, ""),
    Def::get("_loop", |vm, a| { let r = future(vm, a[0]).event_loop; or_none(vm, r) }, ""),
    Def::get("_callbacks", callbacks, ""),
    Def::get("_result", |vm, a| { let r = future(vm, a[0]).result; or_none(vm, r) }, ""),
    Def::get("_exception", |vm, a| { let r = future(vm, a[0]).exception; or_none(vm, r) }, ""),
    Def::get_set("_log_traceback", |vm, a| { let b = future(vm, a[0]).log_traceback; Ok(vm.bool(b)) }, set_log_traceback, ""),
    Def::get("_source_traceback", |vm, a| { let r = future(vm, a[0]).source_traceback; or_none(vm, r) }, ""),
    Def::get_set("_cancel_message", |vm, a| { let r = future(vm, a[0]).cancel_message; or_none(vm, r) }, set_cancel_message, ""),
    Def::get("_cancelled_exc", |vm, a| { let r = future(vm, a[0]).cancelled_exc; or_none(vm, r) }, ""),
    Def::get("_asyncio_awaited_by", awaited_by, ""),
];

/// What `__init__` has to ask: the loop, and in debug mode where it is made.
pub fn questions(vm: &mut Vm, given: Option<Ref>) -> Result<(Ref, Option<Ref>), Ask> {
    let event_loop = match given {
        Some(l) => l,
        None => super::loops::event_loop(vm)?,
    };
    let debug = vm.call_method(event_loop, "get_debug", &[])?;
    let source = if vm.truth(debug)? { Some(vm.prelude("asyncio_stack", &[])?) } else { None };
    Ok((event_loop, source))
}
/// The fields as they are at the beginning.
pub fn reset(vm: &mut Vm, r: Ref, event_loop: Ref, source: Option<Ref>) {
    let mut old = Vec::new();
    let x = future_mut(vm, r);
    let before = std::mem::replace(x, FutureObj::new(x.task.is_some()));
    crate::objects::State::visit(&before, &mut |r| old.push(r));
    put(vm, r, |x| &mut x.event_loop, Some(event_loop));
    put(vm, r, |x| &mut x.source_traceback, source);
    old.into_iter().for_each(|r| vm.heap.decref_raw(r));
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let (event_loop, source) = questions(vm, a.not_none(1))?;
    reset(vm, a[0], event_loop, source);
    mind_death(vm, a[0]);
    Ok(vm.none())
}
fn result(vm: &mut Vm, a: Args) -> Step {
    match outcome(vm, a[0])? {
        Ok(v) => Ok(vm.incref(v)),
        Err(e) => Err(Ask::Raise(e)),
    }
}
fn exception(vm: &mut Vm, a: Args) -> Step {
    match future(vm, a[0]).status {
        Status::Cancelled => Err(Ask::Raise(cancelled_error(vm, a[0])?)),
        Status::Pending => Err(super::invalid_state(vm, "Exception is not set.")),
        Status::Finished => {
            future_mut(vm, a[0]).log_traceback = false;
            mind_death(vm, a[0]);
            let e = future(vm, a[0]).exception;
            or_none(vm, e)
        }
    }
}
fn set_result(vm: &mut Vm, a: Args) -> Step {
    alive(vm, a[0])?;
    if !vm.has_answer() && future(vm, a[0]).status != Status::Pending {
        return Err(super::invalid_state(vm, "invalid state"));
    }
    let done = finish(vm, a[0], End::Result(a[1]))?;
    value_or_raise(vm, done)
}
fn set_exception(vm: &mut Vm, a: Args) -> Step {
    alive(vm, a[0])?;
    if !vm.has_answer() && future(vm, a[0]).status != Status::Pending {
        return Err(super::invalid_state(vm, "invalid state"));
    }
    let given = if vm.is_type(a[1]) { vm.call(a[1], &[])? } else { a[1] };
    if vm.exc_of(given).is_none() {
        return Err(vm.type_error("invalid exception object"));
    }
    let exc = if vm.is_a(given, t::STOP_ITERATION) { vm.once(|vm| instead_of_stop(vm, given))? } else { given };
    let done = finish(vm, a[0], End::Exception(exc))?;
    value_or_raise(vm, done)
}
/// A StopIteration would end the coroutine that awaits the future.
fn instead_of_stop(vm: &mut Vm, stop: Ref) -> Step {
    let message = "StopIteration interacts badly with generators and cannot be raised into a Future";
    let Ask::Raise(e) = vm.runtime_error(message) else { panic!("an error is raised") };
    vm.heap.incref_raw(stop);
    vm.heap.incref_raw(stop);
    let x = vm.exc_mut(e.get());
    (x.cause, x.context, x.suppress_context) = (Some(stop), Some(stop), true);
    Ok(e)
}
fn cancel(vm: &mut Vm, a: Args) -> Step {
    alive(vm, a[0])?;
    if !vm.has_answer() {
        future_mut(vm, a[0]).log_traceback = false;
        mind_death(vm, a[0]);
        if future(vm, a[0]).status != Status::Pending {
            return Ok(vm.bool(false));
        }
    }
    match finish(vm, a[0], End::Cancel(a.opt(1)))? {
        Ok(()) => Ok(vm.bool(true)),
        Err(e) => Err(vm.reraise(e)),
    }
}
/// Notes a callback, or gives it to the loop at once when the future is done.
pub fn add_callback(vm: &mut Vm, r: Ref, callback: Ref, context: Ref) -> Result<Result<(), Ref>, Ask> {
    if !vm.has_answer() && future(vm, r).status == Status::Pending {
        vm.heap.incref_raw(callback);
        vm.heap.incref_raw(context);
        future_mut(vm, r).callbacks.push((callback, context));
        return Ok(Ok(()));
    }
    let event_loop = alive(vm, r)?;
    Ok(call_soon(vm, event_loop, &[callback, r], context)?.map(|_| ()))
}
fn add_done_callback(vm: &mut Vm, a: Args) -> Step {
    alive(vm, a[0])?;
    let context = match a.opt(2).filter(|c| *c != fixed::NONE) {
        Some(c) => c,
        None => {
            let c = crate::natives::system::contextvars::copy_current(vm);
            vm.keep(c)
        }
    };
    let done = add_callback(vm, a[0], a[1], context)?;
    value_or_raise(vm, done)
}
/// The callbacks are compared as they were at the beginning; what a comparison removes is removed.
fn remove_done_callback(vm: &mut Vm, a: Args) -> Step {
    alive(vm, a[0])?;
    let list = vm.once(|vm| {
        let all: Vec<Ref> = future(vm, a[0]).callbacks.iter().flat_map(|(f, c)| [*f, *c]).collect();
        Ok(vm.tuple_of(&all))
    })?;
    let all = vm.tuple_items(list).expect("a tuple").to_vec();
    let mut equal = Vec::new();
    for pair in all.chunks(2) {
        if vm.eq(pair[0], a[1])? {
            equal.push((pair[0], pair[1]));
        }
    }
    let before = std::mem::take(&mut future_mut(vm, a[0]).callbacks);
    let total = before.len();
    let (out, stay): (Vec<_>, Vec<_>) = before.into_iter().partition(|pair| equal.contains(pair));
    let removed = total - stay.len();
    future_mut(vm, a[0]).callbacks = stay;
    for (f, c) in out {
        vm.heap.decref_raw(f);
        vm.heap.decref_raw(c);
    }
    Ok(vm.int(removed as i64))
}
fn callbacks(vm: &mut Vm, a: Args) -> Step {
    let pairs = future(vm, a[0]).callbacks.clone();
    if pairs.is_empty() {
        return Ok(vm.none());
    }
    let items = pairs.into_iter().map(|(f, c)| vm.tuple_of(&[f, c])).collect();
    Ok(vm.list(items))
}
fn awaited_by(vm: &mut Vm, a: Args) -> Step {
    let waiters = future(vm, a[0]).awaited_by.clone();
    if waiters.is_empty() {
        return Ok(vm.none());
    }
    let list = vm.list_of(&waiters);
    let list = vm.keep(list);
    vm.tail_call(t::FROZENSET, &[list])
}
fn get_blocking(vm: &mut Vm, a: Args) -> Step {
    let b = future(vm, a[0]).blocking;
    Ok(vm.bool(b))
}
fn set_blocking(vm: &mut Vm, a: Args) -> Step {
    let on = flag_value(vm, a)?;
    future_mut(vm, a[0]).blocking = on;
    Ok(vm.none())
}
fn set_log_traceback(vm: &mut Vm, a: Args) -> Step {
    if flag_value(vm, a)? {
        return Err(vm.value_error("_log_traceback can only be set to False"));
    }
    future_mut(vm, a[0]).log_traceback = false;
    mind_death(vm, a[0]);
    Ok(vm.none())
}
fn set_cancel_message(vm: &mut Vm, a: Args) -> Step {
    if a.opt(1).is_none() {
        return Err(vm.error(t::ATTRIBUTE_ERROR, "cannot delete attribute"));
    }
    put(vm, a[0], |x| &mut x.cancel_message, a.opt(1));
    Ok(vm.none())
}
