//! `_interpreters` and `_interpqueues` (PEP 734): their functions are in the prelude (`_prelude_interpreters.py`), above one
//! native that asks the system. Nothing but bytes goes from one interpreter to another.
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::syscall::{InterpreterCall, InterpreterOp, SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Step, Vm, t};

const ISOLATED: &str = "Create a new interpreter and return its number.";
const CALL: &str = "(id, callable, args=None, kwargs=None, *, preserve_exc=False, restrict=False)";

pub static MODULE: ModuleDef = ModuleDef {
    name: "_interpreters",
    doc: "Interpreters of the process.",
    functions: &[&[
        Def::function("create", "(config='isolated', *, reqrefs=False)", |vm, a| prelude(vm, "interpreters_create", a, 2), ISOLATED),
        Def::function("destroy", "(id, *, restrict=False)", |vm, a| prelude(vm, "interpreters_destroy", a, 2), "End an interpreter."),
        Def::function("list_all", "(*, require_ready=False)", |vm, a| prelude(vm, "interpreters_list", a, 0), "Every interpreter's number and origin."),
        Def::function("get_current", "()", |vm, a| prelude(vm, "interpreters_current", a, 0), "Number and origin of the current interpreter."),
        Def::function("get_main", "()", |vm, a| prelude(vm, "interpreters_main", a, 0), "Number and origin of the main interpreter."),
        Def::function("is_running", "(id, *, restrict=False)", |vm, a| prelude(vm, "interpreters_is_running", a, 2), "Whether an interpreter runs something."),
        Def::function("whence", "(id)", |vm, a| prelude(vm, "interpreters_whence", a, 1), "Where an interpreter was made."),
        Def::function("incref", "(id, *, implieslink=False, restrict=False)", |vm, a| prelude(vm, "interpreters_incref", a, 1), "One reference more."),
        Def::function("decref", "(id, *, restrict=False)", |vm, a| prelude(vm, "interpreters_decref", a, 1), "One reference less."),
        Def::function("exec", "(id, code, shared=None, *, restrict=False)", |vm, a| prelude(vm, "interpreters_exec", a, 4), "Run a script, a function or a code object."),
        Def::function("run_string", "(id, script, shared=None, *, restrict=False)", |vm, a| prelude(vm, "interpreters_run_string", a, 4), "Run a script."),
        Def::function("run_func", "(id, func, shared=None, *, restrict=False)", |vm, a| prelude(vm, "interpreters_run_func", a, 4), "Run the body of a function."),
        Def::function("call", CALL, |vm, a| prelude(vm, "interpreters_call", a, 6), "Call something; give its result and what it raised."),
        Def::function("set___main___attrs", "(id, updates, *, restrict=False)", |vm, a| prelude(vm, "interpreters_set_main", a, 3), "Bind names in an interpreter's __main__."),
        Def::function("is_shareable", "(obj)", |vm, a| prelude(vm, "interpreters_is_shareable", a, 1), "Whether an object goes to another interpreter as it is."),
        Def::function("capture_exception", "(exc=None)", |vm, a| prelude(vm, "interpreters_capture", a, 1), "What another interpreter is told of an exception."),
    ]],
    types: &[],
    init: Some(init),
};

pub static QUEUES: ModuleDef = ModuleDef {
    name: "_interpqueues",
    doc: "Queues between interpreters.",
    functions: &[&[
        Def::function("create", "(maxsize, unboundop=-1, fallback=-1)", |vm, a| prelude(vm, "queues_create", a, 2), "Create a new queue and return its number."),
        Def::function("destroy", "(qid)", |vm, a| prelude(vm, "queues_destroy", a, 1), "End a queue."),
        Def::function("list_all", "()", |vm, a| prelude(vm, "queues_list", a, 0), "Every queue's number and defaults."),
        Def::function("put", "(qid, obj, unboundop=-1, fallback=-1)", |vm, a| prelude(vm, "queues_put", a, 3), "Add an object's data."),
        Def::function("get", "(qid)", |vm, a| prelude(vm, "queues_get", a, 1), "Take the next object: (obj, unboundop)."),
        Def::function("bind", "(qid)", |vm, a| prelude(vm, "queues_bind", a, 1), "One reference more."),
        Def::function("release", "(qid)", |vm, a| prelude(vm, "queues_release", a, 1), "One reference less."),
        Def::function("get_maxsize", "(qid)", |vm, a| prelude(vm, "queues_maxsize", a, 1), "How many items the queue takes."),
        Def::function("get_queue_defaults", "(qid)", |vm, a| prelude(vm, "queues_defaults", a, 1), "(unboundop, fallback) of the queue."),
        Def::function("is_full", "(qid)", |vm, a| prelude(vm, "queues_is_full", a, 1), "Whether the queue takes no more items."),
        Def::function("get_count", "(qid)", |vm, a| prelude(vm, "queues_count", a, 1), "How many items there are."),
        Def::function("_register_heap_types", "(queuetype, emptyerror, fullerror)", |vm, a| prelude(vm, "queues_register", a, 3), "The library's own types."),
    ]],
    types: &[],
    init: Some(init_queues),
};

/// The prelude's function with the first `n` arguments; None for those that are not given.
fn prelude(vm: &mut Vm, name: &'static str, a: Args, n: usize) -> Step {
    let args: Vec<Ref> = (0..n).map(|i| a.opt(i).unwrap_or(crate::vm::fixed::NONE)).collect();
    vm.tail_prelude(name, &args)
}

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    const PLACE: &str = "concurrent.interpreters";
    let error = vm.make_exception_class("interpreters.error", PLACE, "InterpreterError", &[t::EXCEPTION]);
    let missing = vm.make_exception_class("interpreters.missing", PLACE, "InterpreterNotFoundError", &[error]);
    let unshared = vm.make_exception_class("interpreters.unshared", PLACE, "NotShareableError", &[t::TYPE_ERROR]);
    for (name, class) in [("InterpreterError", error), ("InterpreterNotFoundError", missing), ("NotShareableError", unshared)] {
        vm.set_borrowed(module, name, class);
    }
    for (i, name) in ["UNKNOWN", "RUNTIME", "LEGACY_CAPI", "CAPI", "XI", "STDLIB"].iter().enumerate() {
        let n = vm.int(i as i64);
        vm.set_global(module, &format!("WHENCE_{name}"), n);
    }
    Ok(())
}
fn init_queues(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let error = vm.make_exception_class("interpreters.queue", "_interpqueues", "QueueError", &[t::EXCEPTION]);
    let missing = vm.make_exception_class("interpreters.no queue", "_interpqueues", "QueueNotFoundError", &[error]);
    vm.set_borrowed(module, "QueueError", error);
    vm.set_borrowed(module, "QueueNotFoundError", missing);
    Ok(())
}

fn op(name: &str) -> InterpreterOp {
    use InterpreterOp::*;
    match name {
        "create" => Create,
        "list" => List,
        "info" => Info,
        "hold" => Hold,
        "start" => Start,
        "result" => Result,
        "done" => Done,
        "drop" => Drop,
        "queue_new" => QueueNew,
        "queue_end" => QueueEnd,
        "queue_bind" => QueueBind,
        "queue_put" => QueuePut,
        "queue_get" => QueueGet,
        "queue_info" => QueueInfo,
        "queue_list" => QueueList,
        other => panic!("the prelude asks {other:?} about interpreters"),
    }
}

/// `_interp(what, id, n, data)`: asks the system. Errors are numbers below zero.
pub fn ask(vm: &mut Vm, a: Args) -> Step {
    let what = vm.lossy(a[0]);
    if what == "current" {
        let id = vm.interpreter;
        return Ok(vm.int(id));
    }
    let mut number = |i: usize| a.opt(i).map_or(Ok(0), |r| vm.index_i64(r));
    let (id, n) = (number(1)?, number(2)?);
    let data = a.opt(3).and_then(|r| vm.bytes_of(r)).map(<[u8]>::to_vec).unwrap_or_default();
    match vm.syscall(Syscall::Interpreter(InterpreterCall { op: op(&what), id, n, data }))? {
        SysResult::Int(n) => Ok(vm.int(n)),
        SysResult::Error(e) => Ok(vm.int(-i64::from(e))),
        SysResult::Pair(a, b) => {
            let items = vec![vm.int(a), vm.int(b)];
            Ok(vm.tuple(items))
        }
        SysResult::Bytes(data) | SysResult::From(data, _) => Ok(vm.bytes(data)),
        SysResult::Ready(pairs) => {
            let mut items = Vec::new();
            for (a, b) in pairs {
                let pair = vec![vm.int(i64::from(a)), vm.int(i64::from(b))];
                items.push(vm.tuple(pair));
            }
            Ok(vm.list(items))
        }
        _ => Ok(vm.none()),
    }
}
