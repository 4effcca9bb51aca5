# The session's side of a cell and of a program's end. Called by the front of the machine, never by programs.


def session_shell():
    """The notebook's state, made when the first cell runs."""
    shell = _get_registry("session.shell")
    if shell is None:
        from IPython import _session

        shell = _session.Shell(_sys_modules()["__main__"].__dict__)
        _set_registry("session.shell", shell)
    return shell


def session_ask(name, *args):
    return getattr(session_shell(), name)(*args)


def session_drive(coroutine):
    """Runs a cell's coroutine on a loop that is kept; answers (True, value) or (False, exception)."""
    try:
        import asyncio

        loop = _get_registry("session.loop")
        if loop is None or loop.is_closed():
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            _set_registry("session.loop", loop)
    except BaseException as e:
        return (False, e)
    code = coroutine.cr_code
    try:
        return (True, loop.run_until_complete(coroutine))
    except BaseException as e:
        # The loop's own frames are no part of the cell.
        tb = e.__traceback__
        while tb is not None and tb.tb_frame.f_code is not code:
            tb = tb.tb_next
        if tb is not None:
            e.__traceback__ = tb
        return (False, e)


def session_exit_code(exc):
    """What CPython's main makes of a SystemExit: (exit code, message to print or None)."""
    code = exc.code
    if code is None:
        return (0, None)
    if isinstance(code, int):
        # What is no C long counts as -1.
        return (int(code) if -(1 << 63) <= code < 1 << 63 else -1, None)
    return (1, str(code))


def session_is_importer(tb):
    return tb.tb_frame.f_code.co_filename.startswith("/usr/lib/python3.14/importlib/_bootstrap")


def session_trim(exc):
    """Takes the importer's frames out of tracebacks, as CPython's `import` does."""
    for _ in range(50):
        tb = exc.__traceback__
        while tb is not None and session_is_importer(tb):
            tb = tb.tb_next
        if tb is not None:
            if tb is not exc.__traceback__:
                exc.__traceback__ = tb
            while tb is not None:
                following = tb.tb_next
                while following is not None and session_is_importer(following):
                    following = following.tb_next
                if following is not tb.tb_next:
                    tb.tb_next = following
                tb = following
        exc = exc.__cause__ or exc.__context__
        if exc is None:
            return


def session_error(exc, program):
    """(name, text, lines for a front end, text for a terminal, exit code or None) of an uncaught exception."""
    import sys
    import pellucid

    name = _real_type(exc).__name__
    exit_code = None
    message = None
    try:
        session_trim(exc)
    except BaseException:
        pass
    try:
        text = str(exc)
    except BaseException:
        text = "<exception str() failed>"
    if isinstance(exc, SystemExit):
        try:
            exit_code, message = session_exit_code(exc)
        except BaseException:
            exit_code = 1
    try:
        plain = pellucid._format_exception(exc)
    except BaseException as e:
        plain = f"{name}: {text}\n(and while this was printed: {_real_type(e).__name__})\n"
    lines = []
    if program:
        if exit_code is not None:
            plain = "" if message is None else message + "\n"
        elif sys.excepthook is not sys.__excepthook__:
            try:
                sys.excepthook(type(exc), exc, exc.__traceback__)
                plain = ""
            except BaseException as e:
                plain = "Error in sys.excepthook:\n" + pellucid._format_exception(e) + "\nOriginal exception was:\n" + plain
    else:
        if exit_code is not None:
            lines = ["An exception has occurred, use %tb to see the full traceback.\n", f"\x1b[31m{name}\x1b[39m\x1b[31m:\x1b[39m {text}\n"]
        else:
            try:
                lines = pellucid._format_cell_exception(exc)
            except BaseException:
                lines = plain.split("\n")
    try:
        sys.last_type, sys.last_value, sys.last_exc, sys.last_traceback = type(exc), exc, exc, exc.__traceback__
    except BaseException:
        pass
    return (name, text, lines, plain, exit_code)


def session_flush():
    import sys

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def session_end():
    """A program's end: threads, atexit's callbacks, the streams, the modules; in CPython's order (`Py_FinalizeEx`)."""
    modules = _sys_modules()
    threading = modules.get("threading")
    if threading is not None:
        try:
            threading._shutdown()
        except BaseException as e:
            import sys

            sys.unraisablehook(sys.UnraisableHookArgs((type(e), e, e.__traceback__, "Exception ignored on threading shutdown", threading)))
    atexit = modules.get("atexit")
    if atexit is not None:
        atexit._run_exitfuncs()
    session_flush()
    _thread_finalize()
    collect = _native_module("gc").collect
    collect()
    end_modules(modules, collect)
    session_flush()


def end_modules(modules, collect):
    """The program's own modules go: first as far as nobody else holds them, then what is left is emptied, the last first
    (CPython's `finalize_modules`). The library's have nothing to tell."""
    from _weakref import ref

    own = [(name, module) for name, module in modules.items() if name == "__main__" or is_of_program(module)]
    for name, module in own:
        del modules[name]
    left = [ref(module) for _, module in own if hasattr(module, "__dict__")]
    own = module = None
    collect()
    for module in reversed(left):
        module = module()
        if module is not None:
            clear_names(module.__dict__)
    module = None
    collect()


def is_of_program(module):
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and not file.startswith("/usr/lib/python3.14/")


def clear_names(namespace):
    """Private names first, then all but `__builtins__`."""
    names = [name for name in namespace if isinstance(name, str)]
    for name in names:
        if name[:1] == "_" and name[1:2] != "_":
            namespace[name] = None
    for name in names:
        if name != "__builtins__" and namespace.get(name) is not None:
            namespace[name] = None


def session_main(path):
    """Names of `__main__` that a program file has."""
    main = _sys_modules()["__main__"]
    if path is not None:
        main.__file__ = path
        main.__cached__ = None
        # Not from importlib.machinery: that brings in `warnings`, `re` and 28 more, longer than the rest of the start.
        from _frozen_importlib_external import SourceFileLoader

        main.__loader__ = SourceFileLoader("__main__", path)


def session_module(name):
    """Runs a module as `__main__`."""
    import runpy

    return runpy._run_module_as_main(name)


def process_main(argv, env):
    """The whole life of a process that was started by exec: this machine's command line, as CPython's main takes it."""
    import builtins
    import sys

    modules = _sys_modules()
    main = modules["__main__"] = type(sys)("__main__")
    main.__builtins__ = builtins
    flags, warn, xoptions, rest = command_line(argv[1:])
    environment = dict(env) if {"E", "I"}.isdisjoint(flags) else {}
    take_flags(flags, warn, xoptions, environment)
    warn[:0] = [w for w in environment.get("PYTHONWARNINGS", "").split(",") if w]
    session_site()
    path = [p for p in environment.get("PYTHONPATH", "").split(":") if p]
    sys.orig_argv = list(argv)

    def begin(argv, first):
        process_begin(argv, path if sys.flags.safe_path else [first, *path], env, warn, xoptions)
        process_streams(environment.get("PYTHONIOENCODING", ""), dict(env))

    if not rest or rest[0] == "-":
        begin(rest or [""], "")
        # A program that comes over the standard input; at a terminal there would be a prompt.
        if not sys.stdin.isatty():
            exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec"), main.__dict__)
        return
    how, value, *others = [*rest, ""] if len(rest) == 1 else rest
    if how == "-c":
        begin(["-c", *others], "")
        _remember_source("<string>", value)
        exec(compile(value, "<string>", "exec"), main.__dict__)
    elif how == "-m":
        import posix

        begin(["-m", *others], posix.getcwd())
        session_module(value)
    else:
        begin(rest, rest[0].rpartition("/")[0] or ".")
        with open_file(rest[0], {"mode": "rb"}) as file:
            source = file.read()
        session_main(rest[0])
        _check_file_source(source, rest[0])
        exec(compile(source, rest[0], "exec"), main.__dict__)


def start_flags(letters, xoptions, environment):
    """`sys.flags` after the options of the command line and the variables that stand for some of them."""
    isolated = "I" in letters
    given = {
        "debug": "d" in letters,
        "inspect": "i" in letters or bool(environment.get("PYTHONINSPECT")),
        "interactive": "i" in letters,
        "no_user_site": isolated or "s" in letters or bool(environment.get("PYTHONNOUSERSITE")),
        "no_site": "S" in letters,
        "ignore_environment": isolated or "E" in letters,
        "verbose": "v" in letters or bool(environment.get("PYTHONVERBOSE")),
        "bytes_warning": letters.count("b"),
        "quiet": "q" in letters,
        "isolated": isolated,
        "dev_mode": "dev" in xoptions or bool(environment.get("PYTHONDEVMODE")),
        "utf8_mode": xoptions.get("utf8", environment.get("PYTHONUTF8")) in (True, "1"),
        "warn_default_encoding": "warn_default_encoding" in xoptions or bool(environment.get("PYTHONWARNDEFAULTENCODING")),
        "safe_path": isolated or "P" in letters or bool(environment.get("PYTHONSAFEPATH")),
    }
    return _flags_from({name: int(value) for name, value in given.items() if value})


def command_line(rest):
    """The interpreter's own options: letters, filters of warnings, -X options; and what is left."""
    flags, warn, xoptions = [], [], {}
    while rest and rest[0].startswith("-") and rest[0] not in ("-c", "-m", "-"):
        option, *rest = rest
        if option[:2] in ("-W", "-X"):
            value = option[2:]
            if not value and rest:
                value, *rest = rest
            if option[1] == "W":
                warn.append(value)
            else:
                name, given, value = value.partition("=")
                xoptions[name] = value if given else True
        elif not option.startswith("--"):
            letters, c, _ = option[1:].partition("c")
            flags.extend(letters)
            if c:
                rest = ["-c", *rest]
    return flags, warn, xoptions, rest


def process_begin(argv, path, env, warn, xoptions):
    start_session(argv, path)
    process_environment(env)
    take_options(warn, xoptions)


def take_options(warn, xoptions):
    """`-W` and `-X`, in a session that has started."""
    import sys

    sys._xoptions.update(xoptions)
    if warn:
        sys.warnoptions.extend(warn)
        import warnings

        warnings._processoptions(warn)


def take_flags(letters, warn, xoptions, environment):
    """`sys.flags`; the development mode warns of more."""
    import sys

    sys.flags = start_flags(letters, xoptions, environment)
    if sys.flags.dev_mode:
        warn.insert(0, "default")


def session_options(options):
    """The interpreter's options in front of a program that `pellucid run` begins."""
    letters, warn, xoptions, _ = command_line(options)
    take_flags(letters, warn, xoptions, {})
    take_options(warn, xoptions)


def process_streams(given, env):
    """`PYTHONIOENCODING`, and the C locale's standard streams, which let every byte through."""
    import sys

    encoding, _, errors = given.partition(":")
    locale = env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG")
    errors = errors or ("strict" if encoding or locale not in ("C", "POSIX") else "surrogateescape")
    if encoding or errors != "strict":
        encoding = encoding or "utf-8"
        sys.stdin.reconfigure(encoding=encoding, errors=errors)
        sys.stdout.reconfigure(encoding=encoding, errors=errors)
        sys.stderr.reconfigure(encoding=encoding, errors="backslashreplace")


def process_environment(env):
    import os

    os.environ.clear()
    os.environ.update(env)
    cells = os.environ.pop("PELLUCID_CELLS", None)
    if cells:
        import json

        define_cells(json.loads(cells), _sys_modules()["__main__"].__dict__)


def process_end(exc):
    """What CPython does when a process's main thread is done; ends in `_exit`."""
    import posix
    import sys

    code = 0
    if exc is not None:
        name, text, lines, plain, code = session_error(exc, True)
        if code is None:
            code = 1
        if plain:
            sys.stderr.write(plain)
    try:
        session_end()
    except BaseException as e:
        sys.stderr.write(session_error(e, True)[3])
        code = 120
    posix._exit(code & 0xFF)
