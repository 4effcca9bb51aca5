//! What a future is, and a task, which is a future with a coroutine; changing their fields.
use crate::heap::{Owned, Ref, flag};
use crate::natives::system::io::opaque_state;
use crate::objects::class::type_flags;
use crate::vm::{Args, Ask, Step, Vm, fixed, n, t};

/// Where a future stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    Pending,
    Cancelled,
    Finished,
}
impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::Cancelled => "CANCELLED",
            Status::Finished => "FINISHED",
        }
    }
}

/// State of `_asyncio.Future` and `_asyncio.Task`. All references are owned.
#[derive(Clone)]
pub struct FutureObj {
    pub status: Status,
    /// None before `__init__`.
    pub event_loop: Option<Ref>,
    /// Functions with the contexts to call them in.
    pub callbacks: Vec<(Ref, Ref)>,
    pub result: Option<Ref>,
    pub exception: Option<Ref>,
    /// The exception's traceback when it was set, until it is raised first.
    pub traceback: Option<Ref>,
    pub source_traceback: Option<Ref>,
    pub cancel_message: Option<Ref>,
    /// The CancelledError to raise, instead of a new one.
    pub cancelled_exc: Option<Ref>,
    /// Futures and tasks that wait for this one.
    pub awaited_by: Vec<Ref>,
    /// An `await` has just handed the future to its task.
    pub blocking: bool,
    /// The exception has not been asked for yet.
    pub log_traceback: bool,
    pub task: Option<Box<TaskObj>>,
}
/// What a task has besides.
#[derive(Clone)]
pub struct TaskObj {
    pub coro: Option<Ref>,
    pub context: Option<Ref>,
    /// None: `Task-` and the number.
    pub name: Option<Ref>,
    pub number: u64,
    pub fut_waiter: Option<Ref>,
    pub must_cancel: bool,
    pub log_destroy_pending: bool,
    pub cancel_requests: i64,
    /// `all_tasks()` knows it.
    pub registered: bool,
}
impl FutureObj {
    pub fn new(task: bool) -> FutureObj {
        let task = task.then(|| {
            Box::new(TaskObj {
                coro: None,
                context: None,
                name: None,
                number: 0,
                fut_waiter: None,
                must_cancel: false,
                log_destroy_pending: false,
                cancel_requests: 0,
                registered: false,
            })
        });
        FutureObj {
            status: Status::Pending,
            event_loop: None,
            callbacks: Vec::new(),
            result: None,
            exception: None,
            traceback: None,
            source_traceback: None,
            cancel_message: None,
            cancelled_exc: None,
            awaited_by: Vec::new(),
            blocking: false,
            log_traceback: false,
            task,
        }
    }
}
opaque_state!(FutureObj, |x, f| {
    let FutureObj {
        status: _,
        event_loop,
        callbacks,
        result,
        exception,
        traceback,
        source_traceback,
        cancel_message,
        cancelled_exc,
        awaited_by,
        blocking: _,
        log_traceback: _,
        task,
    } = x;
    for r in [event_loop, result, exception, traceback, source_traceback, cancel_message, cancelled_exc].into_iter().flatten() {
        f(*r);
    }
    for (callback, context) in callbacks {
        f(*callback);
        f(*context);
    }
    awaited_by.iter().for_each(|r| f(*r));
    if let Some(x) = task {
        [x.coro, x.context, x.name, x.fut_waiter].into_iter().flatten().for_each(&mut *f);
    }
});

pub fn future(vm: &Vm, r: Ref) -> &FutureObj {
    vm.state(r).expect("methods of Future get one")
}
pub fn future_mut(vm: &mut Vm, r: Ref) -> &mut FutureObj {
    vm.state_mut(r).expect("methods of Future get one")
}
pub fn task(vm: &Vm, r: Ref) -> &TaskObj {
    future(vm, r).task.as_deref().expect("methods of Task get one")
}
pub fn task_mut(vm: &mut Vm, r: Ref) -> &mut TaskObj {
    future_mut(vm, r).task.as_deref_mut().expect("methods of Task get one")
}
/// Stores a borrowed object into a field, and releases what was there.
pub fn put(vm: &mut Vm, r: Ref, field: fn(&mut FutureObj) -> &mut Option<Ref>, value: Option<Ref>) {
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let old = std::mem::replace(field(future_mut(vm, r)), value);
    vm.replace_raw(old);
}
pub fn put_task(vm: &mut Vm, r: Ref, field: fn(&mut TaskObj) -> &mut Option<Ref>, value: Option<Ref>) {
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let old = std::mem::replace(field(task_mut(vm, r)), value);
    vm.replace_raw(old);
}
/// An optional field as Python sees it.
pub fn or_none(vm: &mut Vm, r: Option<Ref>) -> Step {
    Ok(match r {
        Some(r) => vm.incref(r),
        None => vm.none(),
    })
}
/// The loop of an initialised future.
pub fn alive(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    match future(vm, r).event_loop {
        Some(l) => Ok(l),
        None => Err(vm.runtime_error("Future object is not initialized.")),
    }
}
/// Whether the death of a future concerns anybody: only then its `__del__` has to run. One written in Python always has.
pub fn mind_death(vm: &mut Vm, r: Ref) {
    let del = vm.lookup_special(r, n::__DEL__);
    if del.is_none_or(|f| vm.ty(f) != t::SLOT_WRAPPER) {
        return;
    }
    let x = future(vm, r);
    let lost = x.task.as_ref().is_some_and(|k| x.status == Status::Pending && k.log_destroy_pending);
    if x.log_traceback || lost {
        vm.heap.set_flag(r, flag::FINALIZER);
    } else {
        vm.heap.clear_flag(r, flag::FINALIZER);
    }
}
/// A new object of a class, not initialised.
pub fn make(vm: &mut Vm, cls: Ref, is_task: bool) -> Owned {
    let o = vm.alloc(cls, crate::objects::Payload::Opaque(Box::new(FutureObj::new(is_task))));
    if vm.type_obj(cls).has(type_flags::FINALIZE) {
        mind_death(vm, o.get());
    }
    o
}

/// How a future ends.
#[derive(Clone, Copy)]
pub enum End {
    Result(Ref),
    Exception(Ref),
    /// With the message.
    Cancel(Option<Ref>),
}
/// Ends a pending future; its callbacks go to the loop. An exception of the loop's is handed over.
pub fn finish(vm: &mut Vm, r: Ref, end: End) -> Result<Result<(), Ref>, Ask> {
    let callbacks = vm.once(|vm| {
        match end {
            End::Result(v) => {
                put(vm, r, |x| &mut x.result, Some(v));
                future_mut(vm, r).status = Status::Finished;
            }
            End::Exception(e) => {
                let traceback = vm.exc_of(e).and_then(|e| e.traceback);
                put(vm, r, |x| &mut x.exception, Some(e));
                put(vm, r, |x| &mut x.traceback, traceback);
                let x = future_mut(vm, r);
                (x.status, x.log_traceback) = (Status::Finished, true);
            }
            End::Cancel(message) => {
                put(vm, r, |x| &mut x.cancel_message, message);
                future_mut(vm, r).status = Status::Cancelled;
            }
        }
        if let Some(k) = &mut future_mut(vm, r).task {
            k.registered = false;
        }
        mind_death(vm, r);
        let pairs = std::mem::take(&mut future_mut(vm, r).callbacks);
        Ok(vm.tuple_raw(pairs.into_iter().flat_map(|(f, c)| [f, c]).collect::<Vec<_>>()))
    })?;
    schedule(vm, r, callbacks)
}
/// Callbacks that are handed over one by one; more are a loop in Python.
const FEW: usize = 8;

fn schedule(vm: &mut Vm, r: Ref, callbacks: Ref) -> Result<Result<(), Ref>, Ask> {
    if callbacks == fixed::EMPTY_TUPLE {
        return Ok(Ok(()));
    }
    let event_loop = future(vm, r).event_loop.expect("a future with callbacks has a loop");
    let pairs = vm.tuple_items(callbacks).expect("a tuple").to_vec();
    if pairs.len() > 2 * FEW {
        let f = vm.prelude_function("asyncio_schedule");
        return Ok(vm.try_call(f, &[event_loop, r, callbacks])?.map(|_| ()));
    }
    for pair in pairs.chunks(2) {
        if let Err(e) = call_soon(vm, event_loop, &[pair[0], r], pair[1])? {
            return Ok(Err(e));
        }
    }
    Ok(Ok(()))
}
/// `event_loop.call_soon(*args, context=context)`.
pub fn call_soon(vm: &mut Vm, event_loop: Ref, args: &[Ref], context: Ref) -> Result<Result<Ref, Ref>, Ask> {
    let [name, keyword] = ["call_soon", "context"].map(|text| vm.intern(text).into_raw());
    if let Some(f) = vm.method_in_python(event_loop, name) {
        let mut all: smallvec::SmallVec<[Ref; 4]> = smallvec::smallvec![event_loop];
        all.extend_from_slice(args);
        return vm.try_call_kw(f, &all, &[(keyword, context)]);
    }
    let f = vm.getattr(event_loop, name)?;
    vm.try_call_kw(f, args, &[(keyword, context)])
}
/// An exception handed over, raised.
pub fn value_or_raise(vm: &mut Vm, r: Result<(), Ref>) -> Step {
    match r {
        Ok(()) => Ok(vm.none()),
        Err(e) => Err(vm.reraise(e)),
    }
}
/// The CancelledError of a cancelled future: the one that was kept, or a new one.
pub fn cancelled_error(vm: &mut Vm, r: Ref) -> Step {
    let class = super::exception_class(vm, "CancelledError")?;
    if let Some(e) = future_mut(vm, r).cancelled_exc.take() {
        return Ok(Owned::adopt(e));
    }
    let args = match future(vm, r).cancel_message.filter(|m| *m != fixed::NONE) {
        Some(m) => vec![vm.incref(m)],
        None => vec![],
    };
    Ok(vm.new_exception(class, args))
}
/// What awaiting a future that is done gives: its result, or the exception to raise (owned). Asks nothing once asyncio is imported.
pub fn outcome(vm: &mut Vm, r: Ref) -> Result<Result<Ref, Owned>, Ask> {
    match future(vm, r).status {
        Status::Cancelled => Ok(Err(cancelled_error(vm, r)?)),
        Status::Pending => {
            let class = super::exception_class(vm, "InvalidStateError")?;
            let Ask::Raise(e) = vm.error(class, "Result is not set.") else { panic!("an error is raised") };
            Ok(Err(e))
        }
        Status::Finished => {
            future_mut(vm, r).log_traceback = false;
            mind_death(vm, r);
            let Some(e) = future(vm, r).exception else { return Ok(Ok(future(vm, r).result.unwrap_or(fixed::NONE))) };
            let traceback = future_mut(vm, r).traceback.take();
            let old = std::mem::replace(&mut vm.exc_mut(e).traceback, traceback);
            vm.replace_raw(old);
            Ok(Err(vm.incref(e)))
        }
    }
}
/// Notes that `waiter` waits for `r`.
pub fn add_awaited_by(vm: &mut Vm, r: Ref, waiter: Ref) {
    if vm.state::<FutureObj>(r).is_some() && vm.state::<FutureObj>(waiter).is_some() && !future(vm, r).awaited_by.contains(&waiter) {
        vm.heap.incref_raw(waiter);
        future_mut(vm, r).awaited_by.push(waiter);
    }
}
pub fn discard_awaited_by(vm: &mut Vm, r: Ref, waiter: Ref) {
    let Some(x) = vm.state_mut::<FutureObj>(r) else { return };
    if let Some(at) = x.awaited_by.iter().position(|w| *w == waiter) {
        x.awaited_by.remove(at);
        vm.heap.decref_raw(waiter);
    }
}
/// A flag's setter: (self, value).
pub fn flag_value(vm: &mut Vm, a: Args) -> Result<bool, Ask> {
    match a.opt(1) {
        Some(v) => vm.truth(v),
        None => Err(vm.error(t::ATTRIBUTE_ERROR, "cannot delete attribute")),
    }
}
