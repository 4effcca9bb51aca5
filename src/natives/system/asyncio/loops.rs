//! Which event loop runs on a thread, and which task; the tasks that are not done.
use super::state::{FutureObj, Status, add_awaited_by, discard_awaited_by, future, task_mut};
use crate::heap::Ref;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed};

pub const FUNCTIONS: &[Def] = &[
    Def::function("get_event_loop", "()", |vm, _| { let l = event_loop(vm)?; Ok(vm.incref(l)) }, "Return an asyncio event loop."),
    Def::function("get_running_loop", "()", get_running_loop, "Return the running event loop.  Raise a RuntimeError if there is none."),
    Def::function("_get_running_loop", "()", |vm, _| super::state::or_none(vm, vm.cur.event_loop), "Return the running event loop or None."),
    Def::function("_set_running_loop", "(loop, /)", set_running_loop, "Set the running event loop."),
    Def::function("_register_task", "(task)", |vm, a| register(vm, a, true), "Register a new task in asyncio as executed by loop."),
    Def::function("_register_eager_task", "(task)", |vm, a| register(vm, a, false), "Register a new task in asyncio as executed by loop."),
    Def::function("_unregister_task", "(task)", |vm, a| unregister(vm, a, true), "Unregister a task."),
    Def::function("_unregister_eager_task", "(task)", |vm, a| unregister(vm, a, false), "Unregister a task."),
    Def::function("_enter_task", "(loop, task)", enter_task, "Enter into task execution or resume suspended task."),
    Def::function("_leave_task", "(loop, task)", leave_task, "Leave task execution or suspend a task."),
    Def::function("_swap_current_task", "(loop, task)", swap_current_task, "Temporarily swap in the supplied task and return the original one (or None)."),
    Def::function("current_task", "(loop=None)", current_task, "Return a currently executed task."),
    Def::function("all_tasks", "(loop=None)", all_tasks, "Return a set of all tasks for the loop."),
    Def::function("future_add_to_awaited_by", "(fut, waiter, /)", |vm, a| { add_awaited_by(vm, a[0], a[1]); Ok(vm.none()) }, "Record that `fut` is awaited on by `waiter`."),
    Def::function("future_discard_from_awaited_by", "(fut, waiter, /)", |vm, a| { discard_awaited_by(vm, a[0], a[1]); Ok(vm.none()) }, "Record that `fut` is no longer awaited on by `waiter`."),
];

/// The running loop, or the policy's.
pub fn event_loop(vm: &mut Vm) -> Result<Ref, Ask> {
    match vm.cur.event_loop {
        Some(l) => Ok(l),
        None => vm.prelude("asyncio_event_loop", &[]),
    }
}
fn get_running_loop(vm: &mut Vm, _: Args) -> Step {
    match vm.cur.event_loop {
        Some(l) => Ok(vm.incref(l)),
        None => Err(vm.runtime_error("no running event loop")),
    }
}
fn set_running_loop(vm: &mut Vm, a: Args) -> Step {
    let new = Some(a[0]).filter(|l| *l != fixed::NONE);
    new.iter().for_each(|l| vm.heap.incref_raw(*l));
    let old = std::mem::replace(&mut vm.cur.event_loop, new);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn set_task(vm: &mut Vm, task: Option<Ref>) -> Option<Ref> {
    task.iter().for_each(|r| vm.heap.incref_raw(*r));
    std::mem::replace(&mut vm.cur.task, task)
}
fn not_running(vm: &mut Vm, event_loop: Ref) -> Ask {
    match vm.repr(event_loop) {
        Ok(text) => {
            let message = format!("loop {} is not the running loop", vm.lossy(text));
            vm.runtime_error(message)
        }
        Err(e) => e,
    }
}
/// Makes a task the current one; the caller has seen that there is none, and that its loop runs.
pub fn enter(vm: &mut Vm, task: Ref) {
    let old = set_task(vm, Some(task));
    vm.replace_raw(old);
}
/// Why a task cannot be entered.
fn enter_problem(vm: &mut Vm, event_loop: Ref, task: Ref) -> Option<Ask> {
    if vm.cur.event_loop != Some(event_loop) {
        return Some(not_running(vm, event_loop));
    }
    let other = vm.cur.task?;
    let mut text = |r: Ref| vm.repr(r).map(|t| vm.lossy(t));
    let message = match (text(task), text(other)) {
        (Ok(task), Ok(other)) => format!("Cannot enter into task {task} while another task {other} is being executed."),
        (Err(e), _) | (_, Err(e)) => return Some(e),
    };
    Some(vm.runtime_error(message))
}
fn enter_task(vm: &mut Vm, a: Args) -> Step {
    if let Some(e) = enter_problem(vm, a[0], a[1]) {
        return Err(e);
    }
    enter(vm, a[1]);
    Ok(vm.none())
}
fn leave_task(vm: &mut Vm, a: Args) -> Step {
    if vm.cur.event_loop != Some(a[0]) {
        return Err(not_running(vm, a[0]));
    }
    if vm.cur.task != Some(a[1]) {
        let task = vm.repr(a[1])?;
        let current = vm.repr(vm.cur.task.unwrap_or(fixed::NONE))?;
        let message = format!("Invalid attempt to leave task {} while task {} is entered.", vm.lossy(task), vm.lossy(current));
        return Err(vm.runtime_error(message));
    }
    leave(vm);
    Ok(vm.none())
}
pub fn leave(vm: &mut Vm) {
    let old = vm.cur.task.take();
    vm.replace_raw(old);
}
fn swap_current_task(vm: &mut Vm, a: Args) -> Step {
    if vm.cur.event_loop != Some(a[0]) {
        return Err(not_running(vm, a[0]));
    }
    let old = set_task(vm, Some(a[1]).filter(|r| *r != fixed::NONE));
    Ok(match old {
        Some(r) => crate::heap::Owned::adopt(r),
        None => vm.none(),
    })
}
/// The task that was current before, given back by the caller's next swap (owned).
pub fn swap(vm: &mut Vm, task: Option<Ref>) -> Option<Ref> {
    set_task(vm, task)
}
fn current_task(vm: &mut Vm, a: Args) -> Step {
    let event_loop = match a.not_none(0).or(vm.cur.event_loop) {
        Some(l) => l,
        None => return Err(vm.runtime_error("no running event loop")),
    };
    let of = |x: &crate::vm::thread::Thread| (x.event_loop == Some(event_loop)).then_some(x.task);
    let found = of(&vm.cur).or_else(|| vm.parked.iter().find_map(of)).flatten();
    super::state::or_none(vm, found)
}
/// A task of ours carries a mark; others are in sets that the prelude keeps.
fn register(vm: &mut Vm, a: Args, scheduled: bool) -> Step {
    if vm.state::<FutureObj>(a[0]).is_some_and(|x| x.task.is_some()) {
        task_mut(vm, a[0]).registered = true;
        return Ok(vm.none());
    }
    vm.tail_prelude(if scheduled { "asyncio_register" } else { "asyncio_register_eager" }, &[a[0]])
}
fn unregister(vm: &mut Vm, a: Args, scheduled: bool) -> Step {
    if vm.state::<FutureObj>(a[0]).is_some_and(|x| x.task.is_some()) {
        task_mut(vm, a[0]).registered = false;
        return Ok(vm.none());
    }
    vm.tail_prelude(if scheduled { "asyncio_unregister" } else { "asyncio_unregister_eager" }, &[a[0]])
}
/// Tasks are found by looking at all objects: a list of them would cost each task something, and this is seldom asked.
pub fn all_tasks(vm: &mut Vm, a: Args) -> Step {
    let event_loop = match a.not_none(0).or(vm.cur.event_loop) {
        Some(l) => l,
        None => return Err(vm.runtime_error("no running event loop")),
    };
    let ours = |r: &Ref| {
        vm.state::<FutureObj>(*r).is_some_and(|x| {
            x.task.as_ref().is_some_and(|k| k.registered) && x.status == Status::Pending && x.event_loop == Some(event_loop)
        })
    };
    let dead = |r: &Ref| vm.heap.pending.contains(r);
    let found: Vec<Ref> = vm.heap.iter().filter(ours).filter(|r| !dead(r)).collect();
    debug_assert!(found.iter().all(|r| future(vm, *r).task.is_some()));
    let list = vm.list_of(&found);
    let list = vm.keep(list);
    vm.tail_prelude("asyncio_all_tasks", &[event_loop, list])
}
