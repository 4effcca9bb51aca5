# What natives do in Python: the parts of the language that call back. Runs in a hidden namespace; its frames are never shown.
# Names from the machine's own module `_pellucid` (`_type_new_raw`, `_run_body`, …) are there already.


def call_bound(getter, given, args):
    return getter(*given)(*args)


def compare_bound(getter, given, args):
    try:
        compare = getter(*given)
    except AttributeError:
        return NotImplemented
    return compare(*args)


def to_list(iterable):
    out = []
    for x in iterable:
        out.append(x)
    return out


def append_all(target, iterable):
    for x in iterable:
        target.append(x)


def add_all(target, iterable):
    for x in iterable:
        target.add(x)


def update_from_mapping(target, mapping):
    for key in mapping.keys():
        target[key] = mapping[key]


def dict_of_mapping(mapping):
    out = {}
    for key in mapping.keys():
        out[key] = mapping[key]
    return out


def contains_by_iteration(container, value):
    for x in container:
        if x is value or x == value:
            return True
    return False


def unpack(iterable, count):
    out = []
    it = iter(iterable)
    for x in it:
        if len(out) == count:
            raise ValueError(f"too many values to unpack (expected {count})")
        out.append(x)
    if len(out) < count:
        raise ValueError(f"not enough values to unpack (expected {count}, got {len(out)})")
    return tuple(out)


def all_true(iterable):
    for x in iterable:
        if not x:
            return False
    return True


def any_true(iterable):
    for x in iterable:
        if x:
            return True
    return False


def sum_items(iterable, start):
    if isinstance(start, str):
        raise TypeError("sum() can't sum strings [use ''.join(seq) instead]")
    if isinstance(start, bytes):
        raise TypeError("sum() can't sum bytes [use b''.join(seq) instead]")
    if isinstance(start, bytearray):
        raise TypeError("sum() can't sum bytearray [use b''.join(seq) instead]")
    total = start
    it = iter(iterable)
    # Ints first, then floats, then whatever there is: the phases of CPython's sum.
    while type(total) is int or type(total) is float:
        state = _sum_new(total)
        for x in it:
            if not _sum_add(state, x):
                break
        else:
            return _sum_value(state)
        before = _sum_value(state)
        total = before + x
        if type(before) is float or type(total) is int:
            break
    for x in it:
        total = total + x
    return total


def _extreme(items, key, default, has_default, less, name):
    it = iter(items)
    best = None
    first = True
    best_key = None
    for x in it:
        k = x if key is None else key(x)
        if first:
            best, best_key, first = x, k, False
        elif (k < best_key) if less else (k > best_key):
            best, best_key = x, k
    if first:
        if has_default:
            return default
        raise ValueError(f"{name}() iterable argument is empty")
    return best


def max_item(items, key, default, has_default):
    return _extreme(items, key, default, has_default, False, "max")


def min_item(items, key, default, has_default):
    return _extreme(items, key, default, has_default, True, "min")


def sorted_list(iterable, key, reverse):
    out = list(iterable)
    out.sort(key=key, reverse=reverse)
    return out


def sorted_keys(mapping):
    return sorted(mapping)


def anext_plain(it):
    method = _type_lookup(type(it), "__anext__", None)
    if method is None:
        raise TypeError(f"'{type(it).__name__}' object is not an async iterator")
    return type(it).__anext__(it)


def anext_default(it, default):
    awaitable = anext_plain(it)

    async def step():
        try:
            return await awaitable
        except StopAsyncIteration:
            return default

    return step()


# --- classes -------------------------------------------------------------------------------------------------------


def build_class(func, name, bases, kwds):
    kwds = {} if kwds is None else dict(kwds)
    original = bases
    changed = None
    for i, base in enumerate(bases):
        if not isinstance(base, type):
            entries = getattr(base, "__mro_entries__", None)
            if entries is not None:
                new = entries(bases)
                if not isinstance(new, tuple):
                    raise TypeError("__mro_entries__ must return a tuple")
                if changed is None:
                    changed = list(bases[:i])
                changed.extend(new)
                continue
        if changed is not None:
            changed.append(base)
    if changed is not None:
        bases = tuple(changed)
    explicit = "metaclass" in kwds
    if explicit:
        meta = kwds.pop("metaclass")
    elif bases:
        meta = type(bases[0])
    else:
        meta = type
    if isinstance(meta, type):
        meta = _winner(meta, bases)
    prepare = getattr(meta, "__prepare__", None)
    ns = {} if prepare is None else prepare(name, bases, **kwds)
    if not hasattr(type(ns), "__getitem__"):
        who = meta.__name__ if isinstance(meta, type) else "<metaclass>"
        raise TypeError(f"{who}.__prepare__() must return a mapping, not {type(ns).__name__}")
    cell = _run_body(func, ns)
    if original is not bases and "__orig_bases__" not in ns:
        ns["__orig_bases__"] = original
    cls = meta(name, bases, ns, **kwds)
    if cell is not None and _real_type(cell).__name__ == "cell" and isinstance(cls, type):
        inside = _cell_contents(cell)
        if inside is None:
            raise RuntimeError(
                f"__class__ not set defining {name!r} as {cls!r}. Was __classcell__ propagated to type.__new__?"
            )
        if inside is not cls:
            raise TypeError(f"__class__ set to {inside!r} defining {name!r} as {cls!r}")
    return cls


def _winner(meta, bases):
    winner = meta
    for base in bases:
        m = type(base)
        if issubclass(winner, m):
            continue
        if issubclass(m, winner):
            winner = m
            continue
        raise TypeError(
            "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
        )
    return winner


def type_new(meta, name, bases, ns, kwds):
    if not isinstance(bases, tuple):
        raise TypeError(f"type.__new__() argument 2 must be tuple, not {type(bases).__name__}")
    for base in bases:
        if not _is_type(base) and hasattr(base, "__mro_entries__"):
            raise TypeError("type() doesn't support MRO entry resolution; use types.new_class()")
    winner = _winner(meta, bases)
    if winner is not meta:
        new = winner.__new__
        if new is not type.__new__:
            return new(winner, name, bases, ns, **({} if kwds is None else kwds))
        meta = winner
    cls = _type_new_raw(meta, name, bases, ns)
    if _type_pending(cls):
        type_renew_order(cls)
        _type_register(cls)
    for key, value in list(_type_dict(cls).items()):
        if not isinstance(key, str):
            warnings_warn(f"non-string key in the __dict__ of class {name}", RuntimeWarning, 1, None, ())
        setter = _type_lookup(type(value), "__set_name__", None)
        if setter is not None:
            try:
                type(value).__set_name__(value, cls, key)
            except BaseException as e:
                e.add_note(f"Error calling __set_name__ on {type(value).__name__!r} instance {key!r} in {name!r}")
                raise
    super(cls, cls).__init_subclass__(**({} if kwds is None else kwds))
    return cls


def type_renew_order(cls):
    # False where the metaclass's mro() set the order itself, by way of __bases__.
    stamp = _type_stamp(cls)
    meta = _real_type(cls)
    if meta is type:
        order = tuple(type.mro(cls))
    else:
        mro = _type_lookup(meta, "mro", None)
        bind = _type_lookup(_real_type(mro), "__get__", None)
        order = tuple((mro if bind is None else bind(mro, cls, meta))())
        _type_check_order(cls, order)
    if _type_stamp(cls) != stamp:
        return False
    _type_set_order(cls, order)
    return True


def type_renew_orders(cls, done):
    old = _type_order(cls)
    if type_renew_order(cls):
        done.append((cls, _type_stamp(cls), old))
        for sub in type.__subclasses__(cls):
            type_renew_orders(sub, done)


def type_set_bases(cls, bases):
    stamp, old, base = _bases_begin(cls, bases)
    done = []
    try:
        type_renew_orders(cls, done)
    except BaseException:
        for changed, order_stamp, order in done:
            if _type_stamp(changed) == order_stamp:
                _type_set_order(changed, order)
        _bases_undo(cls, stamp, old, base)
        raise
    _bases_end(cls, stamp, old)


def type_annotations(cls):
    d = _type_dict(cls)
    found = d.get("__annotations__")
    if found is None:
        found = d.get("__annotations_cache__")
    if found is not None:
        if hasattr(type(found), "__get__"):
            return found.__get__(None, cls)
        return found
    if not _has_flag(cls, 2):
        raise AttributeError(f"type object '{cls.__name__}' has no attribute '__annotations__'")
    annotate = cls.__annotate__
    if annotate is None:
        result = {}
    else:
        result = annotate(1)
        if not isinstance(result, dict):
            raise TypeError(f"__annotate__ returned non-dict of type '{type(result).__name__}'")
    d["__annotations_cache__"] = result
    _type_modified(cls)
    return result


def module_annotations(module):
    d = module.__dict__
    if "__annotations__" in d:
        return d["__annotations__"]
    annotate = d.get("__annotate__")
    result = {} if annotate is None else annotate(1)
    d["__annotations__"] = result
    return result


def object_dir(obj):
    names = {}
    d = getattr(obj, "__dict__", None)
    if isinstance(d, dict):
        names.update(d)
    cls = getattr(obj, "__class__", None)
    if cls is not None:
        _merge_class(names, cls)
    return list(names)


def _merge_class(names, cls):
    d = getattr(cls, "__dict__", None)
    if d is not None:
        for key in d:
            names[key] = None
    for base in getattr(cls, "__bases__", ()):
        _merge_class(names, base)


def type_dir(cls):
    names = {}
    _merge_class(names, cls)
    return list(names)


def module_dir(module):
    d = module.__dict__
    if not isinstance(d, dict):
        raise TypeError("<module>.__dict__ is not a dictionary")
    custom = d.get("__dir__")
    if custom is not None:
        return custom()
    return list(d)


def dir_of(obj):
    if _type_lookup(type(obj), "__dir__", None) is None:
        raise TypeError("object does not provide __dir__")
    return sorted(type(obj).__dir__(obj) if not _is_type(obj) or type(obj) is not type else type_dir(obj))


def module_repr(module):
    d = module.__dict__
    spec = d.get("__spec__")
    if spec is not None:
        origin = getattr(spec, "origin", None)
        if origin == "built-in" or origin == "frozen":
            file = d.get("__file__")
            if origin == "frozen" and file is not None:
                return f"<module {spec.name!r} from {file!r}>"
            return f"<module {spec.name!r} ({origin})>"
        if getattr(spec, "has_location", False):
            return f"<module {spec.name!r} from {origin!r}>"
    name = d.get("__name__", "?")
    file = d.get("__file__")
    if file is not None:
        return f"<module {name!r} from {file!r}>"
    if spec is None and name in ("sys", "builtins"):
        return f"<module {name!r} (built-in)>"
    return f"<module {name!r}>"


def object_getstate(obj):
    d = getattr(obj, "__dict__", None)
    slots = _slot_names(type(obj))
    state = None if not d else d
    if slots:
        values = {}
        for name in slots:
            try:
                values[name] = getattr(obj, name)
            except AttributeError:
                pass
        if values:
            state = (state, values)
    return state


def _slot_names(cls):
    names = _type_dict(cls).get("__slotnames__")
    if names is None and hasattr(cls, "__slots__"):
        import copyreg

        names = copyreg._slotnames(cls)
        if names is not None and not isinstance(names, list):
            raise TypeError("copyreg._slotnames didn't return a list or None")
    if names is not None and not isinstance(names, list):
        raise TypeError(f"{cls.__name__}.__slotnames__ should be a list or None, not {type(names).__name__}")
    return list(names or ())


def object_reduce(obj):
    import copyreg

    return copyreg._reduce_ex(obj, 0)


def object_reduce_ex(obj, protocol):
    reduce = type(obj).__reduce__
    if reduce is not object.__reduce__:
        return obj.__reduce__()
    import copyreg

    if protocol < 2:
        return copyreg._reduce_ex(obj, protocol)
    cls = type(obj)
    new_ex = getattr(cls, "__getnewargs_ex__", None)
    new_args = getattr(cls, "__getnewargs__", None)
    kwargs = {}
    if new_ex is not None:
        found = obj.__getnewargs_ex__()
        if not isinstance(found, tuple):
            raise TypeError(f"__getnewargs_ex__ should return a tuple, not '{type(found).__name__}'")
        if len(found) != 2:
            raise ValueError(f"__getnewargs_ex__ should return a tuple of length 2, not {len(found)}")
        args, kwargs = found
        if not isinstance(args, tuple):
            raise TypeError(f"first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '{type(args).__name__}'")
        if not isinstance(kwargs, dict):
            raise TypeError(f"second item of the tuple returned by __getnewargs_ex__ must be a dict, not '{type(kwargs).__name__}'")
    elif new_args is not None:
        args = obj.__getnewargs__()
        if not isinstance(args, tuple):
            raise TypeError(f"__getnewargs__ should return a tuple, not '{type(args).__name__}'")
    else:
        args = ()
    if new_ex is None and new_args is None and cls.__basicsize__ > 0 and getattr(cls, "__itemsize__", 0) and not isinstance(obj, (type, int, tuple, bytes)):
        raise TypeError(f"cannot pickle {cls.__name__!r} object")
    if not _has_flag(cls, 2) and cls.__reduce_ex__ is object.__reduce_ex__ and cls is not object and not isinstance(obj, (BaseException,)):
        if cls.__new__ is object.__new__ or not isinstance(obj, (int, float, str, bytes, tuple, list, dict, set, frozenset, bytearray, complex)):
            raise TypeError(f"cannot pickle {cls.__name__!r} object")
    state = obj.__getstate__()
    listitems = iter(obj) if isinstance(obj, list) else None
    dictitems = iter(obj.items()) if isinstance(obj, dict) else None
    if kwargs:
        return copyreg.__newobj_ex__, (cls, args, kwargs), state, listitems, dictitems
    return copyreg.__newobj__, (cls, *args), state, listitems, dictitems


def method_reduce(m):
    return getattr, (m.__self__, m.__func__.__name__)


def native_reduce(f):
    owner = f.__self__ if hasattr(f, "__self__") else getattr(f, "__objclass__", None)
    if owner is None or type(owner).__name__ == "module":
        return f.__name__
    return getattr, (owner, f.__name__)


def descriptor_reduce(d):
    return getattr, (d.__objclass__, d.__name__)


# --- exceptions ----------------------------------------------------------------------------------------------------


# --- imports -------------------------------------------------------------------------------------------------------


_bootstrap = None  # What imports, whatever becomes of `sys.modules` later.


def import_module(name, globals, fromlist, level):
    global _bootstrap
    bootstrap = _bootstrap
    if bootstrap is None:
        bootstrap = _sys_modules().get("_frozen_importlib")
        if bootstrap is None or not hasattr(bootstrap, "__import__"):
            # Before the importers are there: native modules only.
            return _native_module(name)
        _bootstrap = bootstrap
    if name == "genericpath" and "os" not in _sys_modules():
        # It and `posixpath` import each other by way of `os`, which CPython has imported before any program begins.
        bootstrap.__import__("os")
    return bootstrap.__import__(name, globals, None, fromlist, level)


def import_from(module, name):
    package = getattr(module, "__name__", None)
    if isinstance(package, str):
        found = _sys_modules().get(f"{package}.{name}")
        if found is not None:
            return found
    shown = package if isinstance(package, str) else "<unknown module name>"
    spec = getattr(module, "__spec__", None)
    origin = getattr(module, "__file__", None)
    if origin is None and spec is not None and getattr(spec, "has_location", False):
        origin = spec.origin
    if spec is not None and getattr(spec, "_initializing", False):
        where = f" ({origin})" if origin is not None else ""
        message = f"cannot import name {name!r} from partially initialized module {shown!r} (most likely due to a circular import){where}"
    elif origin is None:
        message = f"cannot import name {name!r} from {shown!r} (unknown location)"
    else:
        message = f"cannot import name {name!r} from {shown!r} ({origin})"
    raise ImportError(message, name=shown if isinstance(package, str) else None, path=origin, name_from=name)


def import_star(module, ns):
    d = getattr(module, "__dict__", None)
    names = getattr(module, "__all__", None)
    skip = names is None
    if skip:
        names = list(d)
    for name in names:
        if not isinstance(name, str):
            where = "Key" if skip else "Item"
            what = "__dict__" if skip else "__all__"
            raise TypeError(f"{where} in {module.__name__}.{what} must be str, not {type(name).__name__}")
        if skip and name.startswith("_"):
            continue
        ns[name] = getattr(module, name)


# --- generators ----------------------------------------------------------------------------------------------------


def _exception_from(kind, value, tb):
    if isinstance(kind, BaseException):
        if value is not None:
            raise TypeError("instance exception may not have a separate value")
        exc = kind
    elif isinstance(kind, type) and issubclass(kind, BaseException):
        # What goes wrong in making it is thrown in its place.
        try:
            if value is None:
                exc = kind()
            elif isinstance(value, kind):
                exc = value
            elif isinstance(value, tuple):
                exc = kind(*value)
            else:
                exc = kind(value)
            if not isinstance(exc, BaseException):
                exc = TypeError(f"calling {kind!r} should have returned an instance of BaseException, not {type(exc).__name__}")
        except BaseException as e:
            exc = e
    else:
        raise TypeError(f"exceptions must be classes or instances deriving from BaseException, not {type(kind).__name__}")
    if tb is not None:
        if type(tb).__name__ != "traceback":
            raise TypeError("throw() third argument must be a traceback object")
        exc = exc.with_traceback(tb)
    return exc


def generator_throw(gen, kind, value, tb):
    if value is not None or tb is not None:
        import warnings

        message = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead."
        warnings.warn(message, DeprecationWarning, stacklevel=1)
    return _throw_into(gen, _exception_from(kind, value, tb), True)


def _throw_into(gen, exc, closes):
    delegate = _gen_delegate(gen)
    if delegate is None:
        return _gen_throw(gen, exc)
    if closes and isinstance(exc, GeneratorExit):
        _gen_set_running(gen, True)
        try:
            _close_delegate(delegate)
        except BaseException as e:
            exc = e
        finally:
            _gen_set_running(gen, False)
        return _gen_throw(gen, exc)
    # The delegate's method runs on top of the generator's own frame.
    if type(delegate).__name__ in ("generator", "coroutine"):
        return _gen_call(gen, _throw_into, delegate, exc, closes)
    method = getattr(delegate, "throw", None)
    if method is None:
        return _gen_throw(gen, exc)
    return _gen_call(gen, method, exc)


def _gen_send_after(gen, value):
    _gen_pop_delegate(gen, value)
    return _gen_send(gen, value)


def _close_delegate(delegate):
    if type(delegate).__name__ in ("generator", "coroutine"):
        generator_close(delegate)
        return
    try:
        method = getattr(delegate, "close", None)
    except BaseException as e:
        report_unraisable(e, "closing generator", delegate)
        return
    if method is not None:
        method()


def generator_close(gen):
    state = _gen_state(gen)
    if state == 0:
        _gen_kill(gen)
        return None
    if state == 3:
        return None
    if _gen_ends_quietly(gen):
        # Nothing could handle GeneratorExit: the generator ends where it stands.
        _gen_kill(gen)
        return None
    kind = type(gen).__name__.replace("_", " ")
    try:
        _throw_into(gen, GeneratorExit(), True)
    except StopIteration as e:
        return e.value
    except (GeneratorExit, StopAsyncIteration):
        return None
    raise RuntimeError(f"{kind} ignored GeneratorExit")


def finalize_generator(gen):
    kind = type(gen).__name__
    if kind == "coroutine" and _gen_state(gen) == 0:
        _tell_unawaited(gen)
        _gen_kill(gen)
        return None
    hook = _ag_hook(gen) if kind == "async_generator" and _gen_state(gen) != 3 else None
    if hook is None:
        return generator_close(gen)
    try:
        hook(gen)
    except BaseException as e:
        report_unraisable(e, "finalizing generator", gen)


def _tell_unawaited(coro):
    try:
        import warnings

        warnings._warn_unawaited_coroutine(coro)
        return
    except BaseException as e:
        report_unraisable(e, "finalizing coroutine", coro)
        if isinstance(e, RuntimeWarning):
            return
    try:
        warnings.warn(f"coroutine '{coro.__qualname__}' was never awaited", RuntimeWarning, source=coro)
    except BaseException as e:
        report_unraisable(e, "finalizing coroutine", coro)


def frame_clear_created(gen):
    finalize_generator(gen)
    _gen_kill(gen)


# --- asynchronous generators ---------------------------------------------------------------------------------------


def async_gen_throw(gen, kind, value, tb, closes):
    return _throw_into(gen, _exception_from(kind, value, tb), closes)


def async_turn_close(turn):
    try:
        turn.throw(GeneratorExit)
    except (StopIteration, StopAsyncIteration, GeneratorExit):
        return None
    raise RuntimeError("coroutine ignored GeneratorExit")


def async_turn_unawaited(gen, method):
    try:
        import warnings

        message = f"coroutine method {method!r} of {gen.__qualname__!r} was never awaited"
        warnings.warn(message, RuntimeWarning, source=gen)
    except BaseException as e:
        report_unraisable(e, "finalizing async generator", gen)


def anext_iter(awaitable):
    try:
        return _awaitable_iter(awaitable)
    except BaseException as e:
        name = type(awaitable).__name__
        raise TypeError(f"'async for' received an invalid object from __anext__: {name}") from e


# --- patterns ------------------------------------------------------------------------------------------------------


def match_class(subject, cls, names, count):
    if not _is_type(cls):
        raise TypeError("called match pattern must be a class")
    if not isinstance(subject, cls):
        return None
    values = []
    seen = set()
    if count:
        match_self = False
        fields = getattr(cls, "__match_args__", None)
        if fields is None:
            fields = ()
            match_self = _has_flag(cls, 64)
        elif type(fields) is not tuple:
            raise TypeError(f"{cls.__name__}.__match_args__ must be a tuple (got {type(fields).__name__})")
        allowed = 1 if match_self else len(fields)
        if allowed < count:
            plural = "" if allowed == 1 else "s"
            raise TypeError(f"{cls.__name__}() accepts {allowed} positional sub-pattern{plural} ({count} given)")
        if match_self:
            values.append(subject)
        else:
            for field in fields[:count]:
                if not isinstance(field, str):
                    raise TypeError(f"__match_args__ elements must be strings (got {type(field).__name__})")
                if field in seen:
                    raise TypeError(f"{cls.__name__}() got multiple sub-patterns for attribute {field!r}")
                seen.add(field)
                try:
                    values.append(getattr(subject, field))
                except AttributeError:
                    return None
    for name in names:
        if name in seen:
            raise TypeError(f"{cls.__name__}() got multiple sub-patterns for attribute {name!r}")
        seen.add(name)
        try:
            values.append(getattr(subject, name))
        except AttributeError:
            return None
    return tuple(values)


_MISSING = object()


def match_keys(subject, keys):
    values = []
    seen = set()
    get = subject.get
    for key in keys:
        if key in seen:
            raise ValueError(f"mapping pattern checks duplicate key ({key!r})")
        seen.add(key)
        value = get(key, _MISSING)
        if value is _MISSING:
            return None
        values.append(value)
    return tuple(values)


# --- the rest ------------------------------------------------------------------------------------------------------


def print_expression(value):
    import sys

    hook = getattr(sys, "displayhook", None)
    if hook is None:
        raise RuntimeError("lost sys.displayhook")
    hook(value)


def print_parts(file, values, sep, end, flush):
    write = file.write
    for i, value in enumerate(values):
        if i:
            write(sep)
        write(str(value))
    write(end)
    if flush:
        file.flush()


def print_text(file, text, flush):
    file.write(text)
    if flush:
        file.flush()


def read_input(prompt):
    import sys

    stdout = sys.stdout
    if stdout is not None and hasattr(stdout, "flush"):
        stdout.flush()
    stdin = sys.stdin
    if stdin is None:
        raise RuntimeError("input(): lost sys.stdin")
    if stdin is not sys.__stdin__:
        return read_line(prompt)
    return _input_line(prompt, False)


def read_line(prompt):
    """A line of `sys.stdin`, as `input()` gives it where no front end is to be asked."""
    import sys

    if prompt:
        sys.stdout.write(prompt)
        sys.stdout.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line[:-1] if line.endswith("\n") else line


def refuse_input():
    from IPython.core.error import StdinNotImplementedError

    raise StdinNotImplementedError("input() was called, but this front end does not support input requests.")


def open_file(file, kwargs):
    import io

    return io.open(file, **kwargs)


def subscript_generic(params):
    import typing

    return typing.Generic[tuple([typing.Unpack[p] if isinstance(p, typing.TypeVarTuple) else p for p in params])]


def prep_reraise_star(orig, excs):
    return _prep_reraise_star(orig, excs)


def start_session(argv, path):
    """Installs the importers as CPython's start does, then `sys`'s paths and streams."""
    import sys
    import _imp

    modules = _sys_modules()
    bootstrap = type(sys)("_frozen_importlib")
    bootstrap.__origname__ = "importlib._bootstrap"
    modules["_frozen_importlib"] = bootstrap
    exec(_imp.get_frozen_object("importlib._bootstrap"), bootstrap.__dict__)
    bootstrap._install(sys, _imp)
    bootstrap._install_external_importers()
    sys.argv = argv
    sys.path[:] = [*path, "/usr/lib/python3.14"]
    main = modules["__main__"]
    main.__loader__ = bootstrap.BuiltinImporter
    main.__spec__ = None


def marshal_load(file):
    import marshal

    return marshal.loads(file.read())


def marshal_dump(value, file):
    import marshal

    return file.write(marshal.dumps(value))


def _gc_run(generation):
    found = _gc_collect(generation)
    if found is None:
        i = 0
        while _gc_finalize(i):
            i += 1
        found = _gc_finish(generation)
    return found


def gc_collect_loudly(generation):
    import gc
    import sys
    import time

    sizes = [len(gc.get_objects(generation=i)) for i in range(3)]
    sys.stderr.write(f"gc: collecting generation {generation}...\n")
    sys.stderr.write(f"gc: objects in each generation: {sizes[0]} {sizes[1]} {sizes[2]}\n")
    sys.stderr.write(f"gc: objects in permanent generation: {gc.get_freeze_count()}\n")
    began = time.perf_counter()
    found = gc_collect(generation)
    sys.stderr.write(f"gc: done, {found} unreachable, 0 uncollectable, {time.perf_counter() - began:.4f}s elapsed\n")
    return found


def gc_collect(generation):
    callbacks = _get_registry("gc.callbacks")
    if not callbacks:
        return _gc_run(generation)
    info = {"generation": generation, "collected": 0, "uncollectable": 0}
    _gc_call_back(callbacks, "start", info)
    found = _gc_run(generation)
    info["collected"] = found
    _gc_call_back(callbacks, "stop", info)
    return found


def _gc_call_back(callbacks, phase, info):
    for f in list(callbacks):
        try:
            f(phase, dict(info))
        except BaseException as e:
            report_unraisable(e, "Exception ignored while calling GC callback", f)
