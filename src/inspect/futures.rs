//! Futures and tasks as lenses read them, whether they are the machine's or written in Python; what an awaitable stands for.
use super::common;
use crate::heap::Ref;
use crate::natives::object::turned_by;
use crate::natives::system::asyncio::{FutureIter, FutureObj, Status, stepped};
use crate::objects::Payload;
use crate::snapshot::suspended::LinkState;
use crate::vm::{Vm, fixed, n};

/// What is the same in both kinds.
pub struct Future {
    pub object: Ref,
    pub is_task: bool,
    /// A task's name.
    pub name: String,
    pub state: LinkState,
    /// Result or exception.
    pub value: Option<Ref>,
    pub coroutine: Option<Ref>,
    pub waiter: Option<Ref>,
    pub event_loop: Option<Ref>,
    pub callbacks: u64,
    pub cancel_requests: u64,
    /// Tasks that nobody has named are numbered in the order of their making.
    pub number: u64,
}

/// An attribute, of the instance, its slots or its classes; nothing of the program runs.
pub fn attr(vm: &Vm, r: Ref, name: &str) -> Option<Ref> {
    let name = vm.interned.get(name)?;
    if let Some(v) = vm.instance_attr(r, name) {
        return Some(v);
    }
    let (_, v) = common::defined(vm, vm.ty(r), name)?;
    match vm.heap.get(v) {
        Payload::Member(m) => vm.slot_values(r)?.get(m.index as usize).copied().flatten(),
        _ => Some(v),
    }
}
/// Whether a class of this name and module is among an object's classes.
pub fn has_class(vm: &Vm, r: Ref, module: &str, name: &str) -> bool {
    let named = |class: &Ref| {
        vm.type_obj(*class).name == name && vm.dict_get_name(vm.type_obj(*class).dict, n::__MODULE__).and_then(|m| vm.utf8(m)) == Some(module)
    };
    vm.type_obj(vm.ty(r)).mro.iter().any(named)
}
fn some(r: Ref) -> Option<Ref> {
    Some(r).filter(|r| *r != fixed::NONE)
}

/// The future that an object is.
pub fn read(vm: &Vm, r: Ref) -> Option<Future> {
    if let Some(x) = vm.state::<FutureObj>(r) {
        let state = match x.status {
            Status::Pending => LinkState::Pending,
            Status::Cancelled => LinkState::Cancelled,
            Status::Finished if x.exception.is_some() => LinkState::Failed,
            Status::Finished => LinkState::Finished,
        };
        let task = x.task.as_deref();
        let name = task.map_or(String::new(), |k| k.name.map_or_else(|| format!("Task-{}", k.number), |name| vm.lossy(name)));
        return Some(Future {
            object: r,
            is_task: task.is_some(),
            name,
            state,
            value: x.exception.or(x.result),
            coroutine: task.and_then(|k| k.coro),
            waiter: task.and_then(|k| k.fut_waiter),
            event_loop: x.event_loop,
            callbacks: x.callbacks.len() as u64,
            cancel_requests: task.map_or(0, |k| k.cancel_requests.max(0) as u64),
            number: task.map_or(0, |k| k.number),
        });
    }
    if !matches!(vm.heap.get(r), Payload::Instance(_)) || !has_class(vm, r, "asyncio.futures", "Future") {
        return None;
    }
    let get = |name: &str| attr(vm, r, name).and_then(some);
    let exception = get("_exception");
    let state = match get("_state").map(|s| vm.lossy(s)).as_deref() {
        Some("CANCELLED") => LinkState::Cancelled,
        Some("FINISHED") if exception.is_some() => LinkState::Failed,
        Some("FINISHED") => LinkState::Finished,
        _ => LinkState::Pending,
    };
    Some(Future {
        object: r,
        is_task: has_class(vm, r, "asyncio.tasks", "Task"),
        name: get("_name").map(|s| vm.lossy(s)).unwrap_or_default(),
        state,
        value: exception.or(attr(vm, r, "_result")).filter(|_| state != LinkState::Pending && state != LinkState::Cancelled),
        coroutine: get("_coro"),
        waiter: get("_fut_waiter"),
        event_loop: get("_loop"),
        callbacks: get("_callbacks").and_then(|l| vm.items_of(l)).map_or(0, <[Ref]>::len) as u64,
        cancel_requests: get("_num_cancels_requested").and_then(|k| vm.i64_of(k)).unwrap_or(0).max(0) as u64,
        number: 0,
    })
}
/// What an awaitable that is only a form of another stands for: a coroutine's wrapper, a future's iterator, `__anext__` and
/// `asend` of an async generator, the generator of a future written in Python.
pub fn behind(vm: &Vm, r: Ref) -> Option<Ref> {
    if let Some(x) = vm.state::<FutureIter>(r) {
        return x.future;
    }
    match vm.heap.get(r) {
        Payload::Proxy(c) if matches!(vm.heap.get(*c), Payload::Generator(_)) => Some(*c),
        Payload::Generator(g) if vm.lossy(g.qualname) == "Future.__await__" => {
            let frame = g.frame.as_ref()?;
            let me = super::local_words(vm, frame, &g.stack).into_iter().find(|(name, _)| name == "self")?.1?;
            read(vm, me).map(|f| f.object)
        }
        _ => turned_by(vm, r),
    }
}
/// The task that a callback steps or wakes.
pub fn task_of_callback(vm: &Vm, r: Ref) -> Option<Ref> {
    if let Some(task) = stepped(vm, r) {
        return Some(task);
    }
    let me = match vm.heap.get(r) {
        Payload::Method(_, me) => *me,
        Payload::Native(x) => x.receiver?,
        _ => return None,
    };
    read(vm, me).filter(|f| f.is_task).map(|f| f.object)
}
