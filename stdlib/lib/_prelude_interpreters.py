# Interpreters of a process (PEP 734): `_interpreters`, `_interpqueues`, and what an interpreter's main thread does with a task.
# An object goes from one interpreter to another as a tree of tuples, marshalled:
#   ("v", value)  None, bool, int, float, str, bytes        ("t", items)  a tuple of such
#   ("q", id)     a queue                                   ("f", code)   a function that needs nothing but its code
#   ("p", bytes, file, cells)  a pickle, and where `__main__` comes from       ("m", bytes)  a memoryview of them

def interpreters_create(config, reqrefs):
    if config is not None and not isinstance(config, str) and not hasattr(config, "gil"):
        raise TypeError(f"config must be a str, a namespace or None, got {type(config).__name__}")
    import os
    import sys

    if isinstance(config, str) and config not in ("isolated", "legacy", "empty", "default", ""):
        raise ValueError(f"unsupported config name '{config}'")
    if config == "legacy" or getattr(config, "gil", "own") == "shared":
        import pellucid

        raise pellucid.Unsupported("an interpreter that shares the GIL of another")
    path = [p for p in sys.path if p != "/usr/lib/python3.14"]
    id, run = _interp("create", 0, 0, interpreter_dumps(("begin", list(sys.argv), path, dict(os.environ))))
    interpreter_result(id, run)
    return id


def interpreter_dumps(value):
    return _native_module("marshal").dumps(value)


def interpreter_result(id, run):
    """What a run has given: its kind and what belongs to it."""
    data = _interp("result", id, run)
    if not data:
        raise _native_module("_interpreters").InterpreterError("the interpreter's run was broken off")
    return _native_module("marshal").loads(data)


def interpreter_number(id):
    if not hasattr(type(id), "__index__"):
        raise TypeError(f"interpreter ID must be an int, got {type(id).__name__}")
    number = id.__index__()
    if number < 0:
        raise ValueError(f"interpreter ID must be a non-negative int, got {id!r}")
    if number >= 1 << 63:
        raise OverflowError("int too big to convert")
    return number


def interpreter_missing(id):
    return _native_module("_interpreters").InterpreterNotFoundError(f"unrecognized interpreter ID {id}")


def interpreter_known(id, restrict=False, verb="access"):
    """The number of an interpreter that there is; `restrict`: one that the library has made."""
    id = interpreter_number(id)
    if id == 0:
        if restrict:
            raise _native_module("_interpreters").InterpreterError(f"cannot {verb} unrecognized interpreter 0")
    elif _interp("info", id) < 0:
        raise interpreter_missing(id)
    return id


def interpreters_list():
    return _interp("list")


def interpreters_current():
    id = _interp("current")
    return id, interpreter_whence(id)


def interpreters_main():
    return 0, interpreter_whence(0)


def interpreters_is_running(id, restrict):
    id = interpreter_known(id, restrict, "check if running for")
    return id == 0 or _interp("info", id) == 1


def interpreters_whence(id):
    return interpreter_whence(interpreter_known(id))


def interpreter_whence(id):
    module = _native_module("_interpreters")
    return module.WHENCE_STDLIB if id else module.WHENCE_RUNTIME


def interpreters_incref(id):
    id = interpreter_known(id)
    if id:
        _interp("hold", id, 1)


def interpreters_decref(id):
    id = interpreter_known(id)
    if id and _interp("hold", id, -1) == 0 and _interp("info", id) == 0 and id != _interp("current"):
        interpreter_end(id)


def interpreters_destroy(id, restrict):
    id = interpreter_known(id, restrict, "destroy")
    error = _native_module("_interpreters").InterpreterError
    if id == _interp("current"):
        raise error("cannot destroy the current interpreter")
    if id == 0:
        raise error("cannot destroy the main interpreter")
    if _interp("info", id) == 1:
        raise error("interpreter running")
    interpreter_end(id)


def interpreter_end(id):
    """Ends an interpreter as a program ends, then drops it."""
    run = _interp("start", id, 0, interpreter_dumps(("end",)))
    if run < 0:
        raise _native_module("_interpreters").InterpreterError("interpreter running")
    interpreter_result(id, run)
    _interp("drop", id)


def interpreter_run(id, task):
    """Runs a task there and waits: the running thread goes on when its main thread is done."""
    if id == 0 or id == _interp("current"):
        raise _native_module("_interpreters").InterpreterError("interpreter already running")
    run = _interp("start", id, 0, interpreter_dumps(task))
    if run == -2:
        raise interpreter_missing(id)
    if run < 0:
        raise _native_module("_interpreters").InterpreterError("interpreter already running")
    kind, *rest = interpreter_result(id, run)
    if kind == "unshared":
        raise _native_module("_interpreters").NotShareableError(rest[0])
    return kind, rest


def interpreters_exec(id, code, shared, restrict, name="exec"):
    id = interpreter_known(id, restrict, "exec code for")
    names = interpreter_names(shared)
    if isinstance(code, str):
        code = compile(code, "<script>", "exec", dont_inherit=True)
    elif isinstance(code, type(interpreters_exec)):
        if code.__defaults__ or code.__kwdefaults__ or code.__code__.co_argcount or code.__code__.co_kwonlyargcount or code.__code__.co_flags & 0x0C:
            raise ValueError("func has arguments")
        reason = interpreter_state_of(code)
        if reason:
            raise ValueError(reason)
        code = code.__code__
    elif isinstance(code, type(interpreters_exec.__code__)):
        if code.co_argcount or code.co_kwonlyargcount or code.co_flags & 0x0C:
            raise ValueError("code has arguments")
        if code.co_freevars:
            raise ValueError("closures not supported")
    else:
        raise TypeError(f"{name}() argument 2 must be a string, a function, or a code object, not {type(code).__name__}")
    kind, rest = interpreter_run(id, ("exec", names, code))
    return interpreter_excinfo(rest[0]) if kind == "raised" else None


def interpreters_run_string(id, script, shared, restrict):
    if not isinstance(script, str):
        raise TypeError(f"run_string() argument 2 must be a string, not {type(script).__name__}")
    return interpreters_exec(id, script, shared, restrict, "run_string")


def interpreters_run_func(id, func, shared, restrict):
    if isinstance(func, str) or not hasattr(func, "__code__") and not hasattr(func, "co_code"):
        raise TypeError(f"run_func() argument 2 must be a function, not {type(func).__name__}")
    return interpreters_exec(id, func, shared, restrict, "run_func")


def interpreters_call(id, callable_, args, kwargs, preserve_exc, restrict):
    id = interpreter_known(id, restrict, "make a call in")
    if not callable(callable_):
        raise TypeError(f"expected a callable, got {callable_!r}")
    if args is not None and not isinstance(args, tuple):
        raise TypeError(f"expected a tuple, got {type(args).__name__}")
    function = interpreter_pack(callable_)
    args = interpreter_pack(args or ())
    kwargs = interpreter_pack(kwargs) if kwargs else None
    kind, rest = interpreter_run(id, ("call", function, args, kwargs))
    if kind == "raised":
        return None, interpreter_excinfo(rest[0])
    return interpreter_unpack(rest[0]), None


def interpreters_set_main(id, updates, restrict):
    id = interpreter_known(id, restrict, "update __main__ for")
    if not isinstance(updates, dict):
        raise TypeError(f"set___main___attrs() argument 2 must be dict, not {type(updates).__name__}")
    names = interpreter_names(updates)
    if names:
        interpreter_run(id, ("exec", names, None))


def interpreter_names(shared):
    """What is to be bound in a `__main__`: only what needs no pickle."""
    names = []
    for name, value in (shared or {}).items():
        if not isinstance(name, str):
            raise TypeError(f"expected a str as a name, got {name!r}")
        names.append((name, interpreter_pack(value, False)))
    return names


def interpreters_is_shareable(obj):
    return type(obj) in (type(None), bool, int, float, str, bytes, tuple, memoryview) or interpreter_is_queue(obj)


def interpreter_is_queue(obj):
    types = _get_registry("interpreters.queue types")
    return types is not None and type(obj) is types[0]


def interpreter_pack(obj, full=True):
    """The tree that stands for an object; `full`: functions go as code, and everything else as a pickle."""
    kind = type(obj)
    if kind is int and not -(1 << 63) <= obj < 1 << 63:
        if not full:
            raise OverflowError("try sending as bytes")
    elif kind in (type(None), bool, int, float, str, bytes):
        return "v", obj
    elif kind is tuple:
        return "t", tuple([interpreter_pack(x, full) for x in obj])
    elif interpreter_is_queue(obj):
        return "q", obj._id
    elif kind is memoryview:
        if obj.readonly and obj.contiguous and obj.format == "B" and obj.ndim == 1:
            return "m", obj.tobytes()
        import pellucid

        raise pellucid.Unsupported("a memoryview of changeable memory, shared by interpreters")
    if full:
        if kind is type(interpreter_pack) and not interpreter_state_of(obj):
            return "f", obj.__code__
        import pickle

        try:
            data = pickle.dumps(obj)
        except Exception as e:
            cause = e
        else:
            file, cells = None, ()
            if b"__main__" in data:
                file, cells = getattr(_sys_modules().get("__main__"), "__file__", None), notebook_cells()
            return "p", data, file, tuple(cells)
    else:
        cause = None
    unshared = _native_module("_interpreters").NotShareableError
    raise unshared(f"{obj} does not support cross-interpreter data") from cause


def interpreter_unpack(tree):
    kind, value, *rest = tree
    if kind == "t":
        return tuple([interpreter_unpack(x) for x in value])
    if kind == "f":
        return type(interpreter_unpack)(value, _sys_modules()["__main__"].__dict__)
    if kind == "m":
        return memoryview(value)
    if kind == "q":
        from concurrent.interpreters import Queue

        return Queue(value)
    if kind == "p":
        return interpreter_unpickle(value, *rest)
    return value


def interpreter_unpickle(data, file, cells):
    import pickle

    try:
        return pickle.loads(data)
    except AttributeError:
        if not file and not cells:
            raise
    # Something of the sender's `__main__`: its definitions come from its file or from the cells that have run.
    main = _sys_modules()["__main__"].__dict__
    made = _get_registry("interpreters.main")
    if made is None or made[0] != (file, cells):
        if file:
            import runpy

            names = runpy.run_path(file, run_name="<fake __main__>")
        else:
            names = {"__name__": "__main__", "__builtins__": main["__builtins__"]}
            define_cells(cells, names)
        made = (file, cells), names
        _set_registry("interpreters.main", made)
    added = [name for name in made[1] if name not in main]
    for name in added:
        main[name] = made[1][name]
    try:
        return pickle.loads(data)
    finally:
        for name in added:
            main.pop(name, None)


def interpreter_state_of(function):
    """Why a function needs more than its code; None when it does not."""
    if function.__defaults__ or function.__kwdefaults__:
        return "defaults not supported"
    if function.__closure__:
        return "closures not supported"
    return interpreter_code_state(function.__code__, function.__globals__, vars(_native_module("builtins")))


def interpreter_code_state(code, names, builtins):
    import opcode

    loads = opcode.opmap["LOAD_GLOBAL"]
    stores = opcode.opmap["STORE_GLOBAL"], opcode.opmap["DELETE_GLOBAL"]
    units, extended = code.co_code, 0
    for i in range(0, len(units), 2):
        op, arg = units[i], units[i + 1] | extended
        extended = arg << 8 if op == opcode.EXTENDED_ARG else 0
        if op in stores:
            return "globals not supported"
        if op == loads:
            name = code.co_names[arg >> 1]
            if name in names or name not in builtins:
                return "globals not supported"
    for const in code.co_consts:
        if isinstance(const, type(code)):
            reason = interpreter_code_state(const, names, builtins)
            if reason:
                return reason


def interpreters_capture(exc):
    if exc is None:
        import sys

        exc = sys.exception()
        if exc is None:
            raise RuntimeError("No active exception to reraise")
    return interpreter_excinfo(interpreter_raised(exc))


def interpreter_raised(exc):
    """What is told of an exception: type, message, one line, the whole display."""
    import traceback

    kind = type(exc)
    try:
        message = str(exc)
    except Exception:
        message = None
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__"):
        name = f"{kind.__module__}.{name}"
    shown = "".join(traceback.TracebackException.from_exception(exc).format()).removesuffix("\n")
    line = f"{name}: {message}" if message else name
    return kind.__name__, kind.__qualname__, kind.__module__, message, line, shown


def interpreter_excinfo(told):
    import sys

    space = type(sys.implementation)
    name, qualname, module, message, line, shown = told
    kind = space(__name__=name, __qualname__=qualname, __module__=module)
    return space(type=kind, msg=message, formatted=line, errdisplay=shown)


def interpreter_task(data):
    """The life of an interpreter's main thread for one task; what it gives waits in the system."""
    task = _native_module("marshal").loads(data)
    try:
        result = interpreter_do(*task)
    except BaseException as e:
        result = "raised", interpreter_raised(e)
    if task[0] != "begin":
        session_flush()
    _interp("done", 0, 0, interpreter_dumps(result))


def interpreter_do(kind, *rest):
    if kind == "begin":
        argv, path, environment = rest
        interpreter_begin(argv, path, environment)
        return "done",
    if kind == "end":
        session_end()
        return "done",
    main = _sys_modules()["__main__"].__dict__
    if kind == "exec":
        names, code = rest
        for name, tree in names:
            main[name] = interpreter_unpack(tree)
        if code is not None:
            exec(code, main)
        return "done",
    try:
        function, args, kwargs = [tree and interpreter_unpack(tree) for tree in rest]
    except Exception as e:
        return "unshared", f"object could not be unpickled: {type(e).__name__}: {e}"
    result = function(*args, **(kwargs or {}))
    try:
        return "value", interpreter_pack(result)
    except _native_module("_interpreters").NotShareableError as e:
        return "unshared", str(e)


def interpreter_begin(argv, path, environment):
    import builtins
    import sys

    modules = _sys_modules()
    main = modules["__main__"] = type(sys)("__main__")
    main.__builtins__ = builtins
    session_site()
    process_begin(argv, path, environment, [], {})


def queue_answer(answer, qid):
    """The answer, unless it says that there is no such queue."""
    if answer == -2:
        raise _native_module("_interpqueues").QueueNotFoundError(f"queue {qid} not found")
    return answer


def queue_number(qid):
    if not isinstance(qid, int):
        raise TypeError(f"queue ID must be an int, got {type(qid).__name__}")
    if qid < 0:
        raise ValueError(f"queue ID must be a non-negative int, got {qid!r}")
    return qid


def queues_register(queue, empty, full):
    _set_registry("interpreters.queue types", (queue, empty, full))


def queues_create(maxsize, unbound):
    unbound = 3 if unbound is None or unbound == -1 else unbound
    if unbound not in (1, 2, 3):
        raise ValueError(f"unsupported unboundop {unbound}")
    return _interp("queue_new", maxsize, unbound)


def queues_asked(what, qid, n=0):
    return queue_answer(_interp(what, queue_number(qid), n), qid)


def queues_destroy(qid):
    queues_asked("queue_end", qid)


def queues_list():
    return [(qid, unbound, 2) for qid, unbound in _interp("queue_list")]


def queues_put(qid, obj, unbound):
    unbound = -1 if unbound is None else unbound
    if unbound not in (-1, 1, 2, 3):
        raise ValueError(f"unsupported unboundop {unbound}")
    data = interpreter_dumps(interpreter_pack(obj))
    if (answer := _interp("queue_put", queue_number(qid), unbound, data)) is not None:
        queue_answer(answer, qid)
        raise _get_registry("interpreters.queue types")[2](f"queue {qid} is full")


def queues_get(qid):
    answer = _interp("queue_get", queue_number(qid))
    if isinstance(answer, bytes):
        return interpreter_unpack(_native_module("marshal").loads(answer)), None
    if answer < 0:
        queue_answer(answer, qid)
        raise _get_registry("interpreters.queue types")[1](f"queue {qid} is empty")
    return None, answer


def queues_bind(qid):
    queues_asked("queue_bind", qid, 1)


def queues_release(qid):
    queues_asked("queue_bind", qid, -1)


def queues_maxsize(qid):
    return queues_asked("queue_info", qid)[0][0]


def queues_defaults(qid):
    return queues_asked("queue_info", qid)[0][1], 2


def queues_is_full(qid):
    return bool(queues_asked("queue_info", qid)[1][0])


def queues_count(qid):
    return queues_asked("queue_info", qid)[1][1]
