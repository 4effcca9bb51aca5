//! `_asyncio.Task`: a future that runs a coroutine. How it is stepped is in `step.rs`.
use super::future::{ATTRIBUTES, SHARED, questions, reset};
use super::state::*;
use super::step;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};

pub static TASK: TypeDef = TypeDef {
    place: None,
    name: "Task",
    module: "_asyncio",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (176, 0),
    doc: "A coroutine wrapped in a Future.",
    defs: &[METHODS, SHARED, ATTRIBUTES, TASK_ATTRIBUTES],
};
const METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| Ok(make(vm, a[0], true))),
    Def::method("__init__", "(self, coro, *, loop=None, name=None, context=None, eager_start=False)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", |vm, a| vm.tail_prelude("asyncio_task_repr", &[a[0]]), "Return repr(self)."),
    Def::method("__del__", "(self, /)", |vm, a| vm.tail_prelude("asyncio_task_del", &[a[0]]), "Called when the instance is about to be destroyed."),
    Def::method("set_result", "(self, result, /)", |vm, _| Err(vm.runtime_error("Task does not support set_result operation")), ""),
    Def::method("set_exception", "(self, exception, /)", |vm, _| Err(vm.runtime_error("Task does not support set_exception operation")), ""),
    Def::method("cancel", "(self, /, msg=None)", cancel, "Request that this task cancel itself."),
    Def::method("cancelling", "(self, /)", |vm, a| { let k = task(vm, a[0]).cancel_requests; Ok(vm.int(k)) }, "Return the count of the task's cancellation requests."),
    Def::method("uncancel", "(self, /)", uncancel, "Decrement the task's count of cancellation requests; return what remains."),
    Def::method("get_stack", "(self, /, *, limit=None)", get_stack, "Return the list of stack frames for this task's coroutine."),
    Def::method("print_stack", "(self, /, *, limit=None, file=None)", print_stack, "Print the stack or traceback for this task's coroutine."),
    Def::method("get_name", "(self, /)", get_name, ""),
    Def::method("set_name", "(self, value, /)", set_name, ""),
    Def::method("get_coro", "(self, /)", |vm, a| { let r = task(vm, a[0]).coro; or_none(vm, r) }, ""),
    Def::method("get_context", "(self, /)", |vm, a| { let r = task(vm, a[0]).context; or_none(vm, r) }, ""),
    step::WAKEUP,
];
const TASK_ATTRIBUTES: &[Def] = &[
    Def::get_set("_log_destroy_pending", |vm, a| { let b = task(vm, a[0]).log_destroy_pending; Ok(vm.bool(b)) }, set_log_destroy, ""),
    Def::get("_must_cancel", |vm, a| { let b = task(vm, a[0]).must_cancel; Ok(vm.bool(b)) }, ""),
    Def::get("_coro", |vm, a| { let r = task(vm, a[0]).coro; or_none(vm, r) }, ""),
    Def::get("_fut_waiter", |vm, a| { let r = task(vm, a[0]).fut_waiter; or_none(vm, r) }, ""),
];

fn init(vm: &mut Vm, a: Args) -> Step {
    let (me, coro) = (a[0], a[1]);
    let (event_loop, source) = questions(vm, a.not_none(2))?;
    let is_coroutine = vm.ty(coro) == t::COROUTINE || {
        let answer = vm.prelude("asyncio_iscoroutine", &[coro])?;
        vm.truth(answer)?
    };
    if !is_coroutine {
        let shown = vm.repr(coro)?;
        let message = format!("a coroutine was expected, got {}", vm.lossy(shown));
        reset(vm, me, event_loop, source);
        mind_death(vm, me);
        return Err(vm.type_error(message));
    }
    let name = match a.not_none(3) {
        Some(x) if vm.ty(x) == t::STR => Some(x),
        Some(x) => Some(vm.to_str(x)?),
        None => None,
    };
    let eager = match a.opt(5) {
        Some(x) if vm.truth(x)? => {
            let running = vm.call_method(event_loop, "is_running", &[])?;
            vm.truth(running)?
        }
        _ => false,
    };
    let stepper = vm.once(|vm| {
        reset(vm, me, event_loop, source);
        fill(vm, me, coro, name, a.not_none(4));
        Ok(step::stepper(vm, me, None, eager))
    })?;
    let context = task(vm, me).context.expect("filled");
    if eager {
        return step::start_eagerly(vm, me, stepper, context);
    }
    match call_soon(vm, event_loop, &[stepper], context)? {
        Ok(_) => {
            task_mut(vm, me).registered = true;
            Ok(vm.none())
        }
        Err(e) => Err(vm.reraise(e)),
    }
}
fn fill(vm: &mut Vm, me: Ref, coro: Ref, name: Option<Ref>, context: Option<Ref>) {
    let context = match context {
        Some(c) => vm.incref(c),
        None => crate::natives::system::contextvars::copy_current(vm),
    };
    put_task(vm, me, |x| &mut x.coro, Some(coro));
    put_task(vm, me, |x| &mut x.context, Some(context.get()));
    vm.release(context);
    put_task(vm, me, |x| &mut x.name, name);
    if name.is_none() {
        task_mut(vm, me).number = next_number(vm);
    }
    task_mut(vm, me).log_destroy_pending = true;
    mind_death(vm, me);
}
fn next_number(vm: &mut Vm) -> u64 {
    const KEY: &str = "asyncio.tasks named";
    let number = vm.registry.get(KEY).and_then(|r| vm.i64_of(*r)).unwrap_or(0) + 1;
    let new = vm.int(number).into_raw();
    let old = vm.registry.insert(KEY, new);
    vm.replace_raw(old);
    number as u64
}
fn cancel(vm: &mut Vm, a: Args) -> Step {
    let me = a[0];
    alive(vm, me)?;
    if !vm.has_answer() {
        future_mut(vm, me).log_traceback = false;
        mind_death(vm, me);
        if future(vm, me).status != Status::Pending {
            return Ok(vm.bool(false));
        }
        task_mut(vm, me).cancel_requests += 1;
    }
    // The future that it waits for may be another one when the native is run again.
    let waiter = vm.once(|vm| {
        let w = task(vm, me).fut_waiter;
        or_none(vm, w)
    })?;
    if waiter != fixed::NONE && cancel_waiter(vm, waiter, a.opt(1))? {
        return Ok(vm.bool(true));
    }
    task_mut(vm, me).must_cancel = true;
    put(vm, me, |x| &mut x.cancel_message, a.opt(1));
    Ok(vm.bool(true))
}
/// `future.cancel(msg=…)`, and whether it did.
pub fn cancel_waiter(vm: &mut Vm, waiter: Ref, message: Option<Ref>) -> Result<bool, Ask> {
    let f = vm.getattr_str(waiter, "cancel")?;
    let key = vm.intern("msg").into_raw();
    let answer = vm.call_kw(f, &[], &[(key, message.unwrap_or(fixed::NONE))])?;
    vm.truth(answer)
}
fn uncancel(vm: &mut Vm, a: Args) -> Step {
    let x = task_mut(vm, a[0]);
    if x.cancel_requests > 0 {
        x.cancel_requests -= 1;
        if x.cancel_requests == 0 {
            x.must_cancel = false;
        }
    }
    let left = x.cancel_requests;
    Ok(vm.int(left))
}
fn get_stack(vm: &mut Vm, a: Args) -> Step {
    let limit = a.opt(1).unwrap_or(fixed::NONE);
    vm.tail_prelude("asyncio_get_stack", &[a[0], limit])
}
fn print_stack(vm: &mut Vm, a: Args) -> Step {
    let [limit, file] = [1, 2].map(|i| a.opt(i).unwrap_or(fixed::NONE));
    vm.tail_prelude("asyncio_print_stack", &[a[0], limit, file])
}
fn get_name(vm: &mut Vm, a: Args) -> Step {
    let x = task(vm, a[0]);
    match x.name {
        Some(r) => Ok(vm.incref(r)),
        None if x.coro.is_none() && x.number == 0 => Ok(vm.none()),
        None => {
            let text = format!("Task-{}", x.number);
            let o = vm.str(text);
            put_task(vm, a[0], |x| &mut x.name, Some(o.get()));
            Ok(o)
        }
    }
}
fn set_name(vm: &mut Vm, a: Args) -> Step {
    let name = if vm.ty(a[1]) == t::STR { a[1] } else { vm.to_str(a[1])? };
    put_task(vm, a[0], |x| &mut x.name, Some(name));
    Ok(vm.none())
}
fn set_log_destroy(vm: &mut Vm, a: Args) -> Step {
    let on = flag_value(vm, a)?;
    task_mut(vm, a[0]).log_destroy_pending = on;
    mind_death(vm, a[0]);
    Ok(vm.none())
}
