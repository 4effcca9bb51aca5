//! Stepping a task: its coroutine is resumed, and what it yields or how it ends decides when it goes on.
use super::future::add_callback;
use super::loops;
use super::state::*;
use super::task::cancel_waiter;
use crate::heap::{Owned, Ref};
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::objects::Payload;
use crate::vm::api::Found;
use crate::vm::native::TypeDef;
use crate::vm::step::Resume;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};

/// What the loop calls to step a task.
#[derive(Clone)]
struct Stepper {
    task: Ref,
    /// To be thrown into the coroutine.
    exc: Option<Ref>,
    /// The first step of an eager task, which its maker has entered.
    eager: bool,
}
opaque_state!(Stepper, |x, f| {
    f(x.task);
    x.exc.iter().for_each(|r| f(*r));
});

pub static STEP: TypeDef = TypeDef {
    place: None,
    name: "TaskStepMethWrapper",
    module: "_asyncio",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
    size: (32, 0),
    doc: "",
    defs: &[&[
        Def::method("__call__", "(self, /)", call, "Call self as a function."),
        Def::get("__self__", |vm, a| { let r = stepper_of(vm, a[0]).task; Ok(vm.incref(r)) }, ""),
    ]],
};
/// A future's callback that steps the task which waits for it.
pub const WAKEUP: Def = Def::method("task_wakeup", "(self, future, /)", wakeup, "");
const WAKEUP_KEY: &str = "asyncio.task_wakeup";

/// Only tasks themselves hand out their wake-up.
pub fn hide_wakeup(vm: &mut Vm, task_type: Ref) {
    let dict = vm.type_obj(task_type).dict;
    let name = vm.intern("task_wakeup").into_raw();
    if let Some(descr) = vm.dict_del_name(dict, name) {
        vm.registry.insert(WAKEUP_KEY, descr.into_raw());
        vm.type_modified(task_type);
    }
}
fn wakeup_of(vm: &mut Vm, me: Ref) -> Result<Ref, Ask> {
    let descr = *vm.registry.get(WAKEUP_KEY).expect("the module is there");
    let ty = vm.ty(me);
    match vm.descriptor_get(descr, Some(me), ty)? {
        Found::Value(v) => Ok(vm.keep(v)),
        Found::Call(..) => panic!("a native's descriptor binds at once"),
    }
}
pub fn stepper(vm: &mut Vm, me: Ref, exc: Option<Ref>, eager: bool) -> Owned {
    vm.heap.incref_raw(me);
    exc.iter().for_each(|r| vm.heap.incref_raw(*r));
    let ty = vm.type_of_def(&STEP);
    vm.opaque(ty, Stepper { task: me, exc, eager })
}
/// The task that a step belongs to, if the object is one.
pub fn stepped(vm: &Vm, r: Ref) -> Option<Ref> {
    vm.state::<Stepper>(r).map(|x| x.task)
}
fn stepper_of(vm: &Vm, r: Ref) -> &Stepper {
    vm.state(r).expect("a step")
}

fn call(vm: &mut Vm, a: Args) -> Step {
    let Stepper { task: me, exc, eager } = stepper_of(vm, a[0]).clone();
    let me = vm.hold(me);
    if eager {
        let outcome = resume(vm, me, fixed::NONE)?;
        let settled = settle(vm, me, outcome)?;
        return value_or_raise(vm, settled);
    }
    step(vm, me, exc)
}
/// (task, future): the future is done, the task goes on.
fn wakeup(vm: &mut Vm, a: Args) -> Step {
    let (me, done) = (a[0], a[1]);
    let exc = if is_exact(vm, done) {
        if !vm.has_answer() && future(vm, done).status == Status::Cancelled {
            super::exception_class(vm, "CancelledError")?;
        }
        vm.once(|vm| {
            discard_awaited_by(vm, done, me);
            match outcome(vm, done)? {
                Ok(_) => Ok(vm.none()),
                Err(e) => Ok(e),
            }
        })?
    } else {
        let exc = vm.prelude("asyncio_error_of", &[done])?;
        discard_awaited_by(vm, done, me);
        exc
    };
    step(vm, me, Some(exc).filter(|e| *e != fixed::NONE))
}
/// Future or Task, no subclass: nobody can have overridden anything.
fn is_exact(vm: &Vm, r: Ref) -> bool {
    vm.state::<FutureObj>(r).is_some() && !vm.type_obj(vm.ty(r)).has(type_flags::HEAP)
}

fn step(vm: &mut Vm, me: Ref, exc: Option<Ref>) -> Step {
    let event_loop = alive(vm, me)?;
    if !entered(vm) {
        if future(vm, me).status != Status::Pending {
            return vm.tail_prelude("asyncio_step_done", &[me, exc.unwrap_or(fixed::NONE)]);
        }
        if vm.cur.event_loop != Some(event_loop) || vm.cur.task.is_some() {
            return vm.tail_prelude("asyncio_cannot_enter", &[event_loop, me]);
        }
        if task(vm, me).must_cancel {
            super::exception_class(vm, "CancelledError")?;
        }
    }
    let thrown = vm.once(|vm| begin(vm, me, exc))?;
    let settled = match resume(vm, me, thrown) {
        Ok(outcome) => settle(vm, me, outcome),
        Err(e) => Err(e),
    };
    match settled {
        Err(Ask::Raise(e)) => {
            loops::leave(vm);
            Err(Ask::Raise(e))
        }
        Err(ask) => Err(ask),
        Ok(settled) => {
            loops::leave(vm);
            value_or_raise(vm, settled)
        }
    }
}
/// Whether the task has been entered already: [`begin`]'s note is on the tape.
fn entered(vm: &Vm) -> bool {
    vm.has_answer()
}
/// The task becomes the current one; gives what to throw, or None.
fn begin(vm: &mut Vm, me: Ref, exc: Option<Ref>) -> Step {
    let mut thrown = exc.map(|e| vm.incref(e));
    if task(vm, me).must_cancel {
        let class = super::exception_class(vm, "CancelledError")?;
        if !exc.is_some_and(|e| vm.is_a(e, class)) {
            let new = cancelled_error(vm, me)?;
            if let Some(old) = thrown.replace(new) {
                vm.release(old);
            }
        }
        task_mut(vm, me).must_cancel = false;
    }
    put_task(vm, me, |x| &mut x.fut_waiter, None);
    loops::enter(vm, me);
    Ok(match thrown {
        Some(e) => e,
        None => vm.none(),
    })
}
/// What the coroutine yields, or the exception that ends it.
fn resume(vm: &mut Vm, me: Ref, thrown: Ref) -> Result<Result<Ref, Ref>, Ask> {
    let coro = task(vm, me).coro.unwrap_or(fixed::NONE);
    let native = matches!(vm.ty(coro), t::COROUTINE | t::GENERATOR);
    match (thrown == fixed::NONE, native) {
        (true, true) => vm.try_resume(coro, Resume::Send(fixed::NONE)),
        (true, false) => {
            let f = vm.prelude_function("asyncio_send");
            vm.try_call(f, &[coro])
        }
        (false, _) => {
            let f = vm.prelude_function("asyncio_throw");
            vm.try_call(f, &[coro, thrown])
        }
    }
}
/// What becomes of the task after a step.
fn settle(vm: &mut Vm, me: Ref, outcome: Result<Ref, Ref>) -> Result<Result<(), Ref>, Ask> {
    match outcome {
        Ok(yielded) => wait(vm, me, yielded),
        Err(e) => end(vm, me, e),
    }
}
fn end(vm: &mut Vm, me: Ref, e: Ref) -> Result<Result<(), Ref>, Ask> {
    if vm.is_a(e, t::STOP_ITERATION) {
        let value = vm.exc_of(e).and_then(|x| x.fields.first().copied().flatten()).unwrap_or(fixed::NONE);
        let cancelled = vm.once(|vm| {
            // Cancelled right before the coroutine's end.
            let b = std::mem::take(&mut task_mut(vm, me).must_cancel);
            Ok(vm.bool(b))
        })?;
        if cancelled == fixed::bool_ref(true) {
            let message = future(vm, me).cancel_message;
            return finish(vm, me, End::Cancel(message));
        }
        return finish(vm, me, End::Result(value));
    }
    let cancelled = super::exception_class(vm, "CancelledError")?;
    if vm.is_a(e, cancelled) {
        if !vm.has_answer() {
            put(vm, me, |x| &mut x.cancelled_exc, Some(e));
        }
        return finish(vm, me, End::Cancel(None));
    }
    let done = finish(vm, me, End::Exception(e))?;
    if vm.is_a(e, t::KEYBOARD_INTERRUPT) || vm.is_a(e, t::SYSTEM_EXIT) {
        return Ok(Err(e));
    }
    Ok(done)
}
fn again(vm: &mut Vm, me: Ref, exc: Option<Ref>) -> Result<Result<(), Ref>, Ask> {
    let event_loop = alive(vm, me)?;
    let context = task(vm, me).context.unwrap_or(fixed::NONE);
    let next = stepper(vm, me, exc, false);
    let next = vm.keep(next);
    Ok(call_soon(vm, event_loop, &[next], context)?.map(|_| ()))
}
fn wait(vm: &mut Vm, me: Ref, yielded: Ref) -> Result<Result<(), Ref>, Ask> {
    if yielded == fixed::NONE {
        return again(vm, me, None);
    }
    let plain = vm.once(|vm| {
        let plain = is_exact(vm, yielded) && yielded != me && {
            let x = future(vm, yielded);
            x.blocking && x.event_loop == future(vm, me).event_loop
        };
        if plain {
            future_mut(vm, yielded).blocking = false;
            add_awaited_by(vm, yielded, me);
        }
        Ok(vm.bool(plain))
    })?;
    let callback = wakeup_of(vm, me)?;
    if plain == fixed::bool_ref(true) {
        let context = task(vm, me).context.unwrap_or(fixed::NONE);
        if let Err(e) = add_callback(vm, yielded, callback, context)? {
            return Ok(Err(e));
        }
    } else {
        let f = vm.prelude_function("asyncio_wait_for_other");
        match vm.try_call(f, &[me, yielded, callback])? {
            Err(e) => return Ok(Err(e)),
            Ok(fixed::NONE) => {}
            Ok(problem) => return again(vm, me, Some(problem)),
        }
        vm.once(|vm| {
            add_awaited_by(vm, yielded, me);
            Ok(vm.none())
        })?;
    }
    let cancel = vm.once(|vm| {
        put_task(vm, me, |x| &mut x.fut_waiter, Some(yielded));
        let b = task(vm, me).must_cancel;
        Ok(vm.bool(b))
    })?;
    if cancel == fixed::bool_ref(true) {
        let message = future(vm, me).cancel_message;
        if cancel_waiter(vm, yielded, message)? {
            task_mut(vm, me).must_cancel = false;
        }
    }
    Ok(Ok(()))
}
/// The first step of an eager task, at once.
pub fn start_eagerly(vm: &mut Vm, me: Ref, first: Ref, context: Ref) -> Step {
    let event_loop = alive(vm, me)?;
    if !vm.has_answer() && vm.cur.event_loop != Some(event_loop) {
        return Err(vm.runtime_error("the loop of an eager task is not the running loop"));
    }
    let before = vm.once(|vm| {
        task_mut(vm, me).registered = true;
        Ok(match loops::swap(vm, Some(me)) {
            Some(r) => Owned::adopt(r),
            None => vm.none(),
        })
    })?;
    let run = vm.getattr_str(context, "run")?;
    let outcome = vm.try_call(run, &[first])?;
    let left = loops::swap(vm, Some(before).filter(|r| *r != fixed::NONE));
    vm.replace_raw(left);
    if future(vm, me).status != Status::Pending {
        put_task(vm, me, |x| &mut x.coro, None);
    }
    debug_assert!(matches!(vm.heap.get(me), Payload::Opaque(_)));
    match outcome {
        Ok(_) => Ok(vm.none()),
        Err(e) => Err(vm.reraise(e)),
    }
}
