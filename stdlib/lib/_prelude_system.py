# Helpers in Python of the natives in src/natives/system: loops over other people's methods, and what must run between
# a call and its end. Hidden from tracebacks.

def thread_run(function, args, kwargs):
    try:
        function(*args, **kwargs)
    except SystemExit:
        pass
    except BaseException as e:
        import sys
        text = f"Exception ignored in thread started by {function!r}"
        sys.unraisablehook(sys.UnraisableHookArgs((type(e), e, e.__traceback__, text, None)))
    finally:
        function = args = kwargs = None
        _thread_forget_locals()

def thread_excepthook(args):
    import _thread
    import sys

    if not isinstance(args, _thread._ExceptHookArgs):
        raise TypeError("_thread._excepthook argument type must be ExceptHookArgs")
    if args.exc_type is SystemExit:
        return
    thread = args.thread
    file = getattr(sys, "stderr", None)
    if file is None:
        file = None if thread is None else thread._stderr
        if file is None:
            return
    name = _thread.get_ident() if thread is None else thread.name
    print(f"Exception in thread {name}:", file=file, flush=True)
    import traceback

    traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback, file=file)
    file.flush()

def simple_queue_get(queue, gate, timeout, empty):
    """Waits at the gate for an item: the first who waits takes the gate, and what is put then opens it."""
    from time import monotonic

    end = None if timeout is None else monotonic() + timeout
    while True:
        found = _simple_queue_next(queue)
        if found is not None:
            if _simple_queue_mark(queue, False):
                gate.release()
            return found[0]
        left = -1 if end is None else max(end - monotonic(), 0)
        if not gate.acquire(True, left):
            raise empty
        _simple_queue_mark(queue, True)

def import_lock():
    lock = _get_registry("import.lock")
    if lock is None:
        import _thread

        lock = _thread.RLock()
        _set_registry("import.lock", lock)
    return lock

def import_lock_acquire():
    import_lock().acquire()

def import_lock_release():
    lock = import_lock()
    if not lock._is_owned():
        raise RuntimeError("not holding the import lock")
    lock.release()

def thread_local_first(self, init, args, kwargs, how, name, value):
    init(self, *args, **kwargs)
    if how == 0:
        return getattr(self, name)
    if how == 1:
        setattr(self, name, value)
    else:
        delattr(self, name)

def io_fill(buffer, data):
    view = memoryview(buffer).cast('B')
    view[:len(data)] = data

def io_finalize(stream):
    try:
        if stream.closed:
            return
    except BaseException:
        return
    try:
        stream.close()
    except Exception:
        pass

def io_buffered_close(stream, below):
    try:
        stream.flush()
    finally:
        below.close()

def io_readline(stream, size):
    if size is None:
        size = -1
    size = size.__index__()
    peek = getattr(stream, 'peek', None)
    line = bytearray()
    while size < 0 or len(line) < size:
        count = 1
        if peek is not None:
            ahead = peek(1)
            if not isinstance(ahead, bytes):
                raise OSError(f"peek() should have returned a bytes object, not '{type(ahead).__name__}'")
            if ahead:
                end = ahead.find(b'\n') + 1
                count = end or len(ahead)
                if size >= 0:
                    count = min(count, size - len(line))
        got = stream.read(count)
        if not isinstance(got, bytes):
            raise OSError(f"read() should have returned a bytes object, not '{type(got).__name__}'")
        if not got:
            break
        line += got
        if line.endswith(b'\n'):
            break
    return bytes(line)

def io_readlines(stream, hint):
    if hint is None or hint <= 0:
        return list(stream)
    total = 0
    lines = []
    for line in stream:
        lines.append(line)
        total += len(line)
        if total >= hint:
            break
    return lines

def io_writelines(stream, lines):
    if stream.closed:
        raise ValueError("I/O operation on closed file.")
    for line in lines:
        stream.write(line)

def io_bytes_writelines(stream, lines):
    for line in lines:
        stream.write(line)

def io_raw_read(stream, size):
    if size is None:
        size = -1
    if size < 0:
        return stream.readall()
    buffer = bytearray(size.__index__())
    count = stream.readinto(buffer)
    if count is None:
        return None
    return bytes(buffer[:count])

def io_raw_readall(stream):
    parts = []
    while True:
        data = stream.read(131072)
        if not data:
            break
        if not isinstance(data, bytes):
            raise TypeError("read() should return bytes")
        parts.append(data)
    if parts:
        return b''.join(parts)
    return data

def io_read_all_of(raw):
    readall = getattr(raw, 'readall', None)
    if readall is not None:
        return readall()
    return io_raw_readall(raw)

def io_into(read, buffer):
    view = memoryview(buffer).cast('B')
    data = read(len(view))
    count = len(data)
    if count > len(view):
        raise ValueError(f"read() returned too much data: {len(view)} bytes requested, {count} returned")
    view[:count] = data
    return count

def io_buffered_readinto(stream, buffer):
    return io_into(stream.read, buffer)

def io_buffered_readinto1(stream, buffer):
    return io_into(stream.read1, buffer)

def io_codec(encoding, errors):
    import codecs
    info = codecs.lookup(encoding)
    if not info._is_text_encoding:
        raise LookupError(f"{encoding!r} is not a text encoding; use codecs.open() to handle arbitrary codecs")
    codecs.lookup_error(errors)
    return info.incrementalencoder(errors), info.incrementaldecoder(errors)

def io_encoded_length(text, encoding, errors):
    encoding = {'utf-16': 'utf-16-le', 'utf-32': 'utf-32-le', 'utf-8-sig': 'utf-8'}.get(encoding, encoding)
    return len(text.encode(encoding, errors))

def io_warn(message, category):
    import warnings
    warnings.warn(message, category, 1)

def posix_readv(fd, buffers):
    import posix
    total = 0
    for buffer in buffers:
        view = memoryview(buffer).cast('B')
        data = posix.read(fd, len(view))
        view[:len(data)] = data
        total += len(data)
        if len(data) < len(view):
            break
    return total

def posix_writev(fd, buffers):
    import posix
    return posix.write(fd, b''.join(buffers))

def time_strptime(string, format):
    import _strptime
    return _strptime._strptime_time(string, format)

def atexit_run(entries):
    while entries:
        function, args, kwargs = entries.pop()
        try:
            function(*args, **kwargs)
        except BaseException as e:
            import sys
            text = f"Exception ignored in atexit callback {function!r}"
            sys.unraisablehook(sys.UnraisableHookArgs((type(e), e, e.__traceback__, text, None)))

def faulthandler_dump(file):
    import sys
    if file is None:
        file = sys.stderr
    frame = sys._getframe(1)
    print("Current thread's stack (most recent call first):", file=file)
    while frame is not None:
        print(f'  File "{frame.f_code.co_filename}", line {frame.f_lineno} in {frame.f_code.co_name}', file=file)
        frame = frame.f_back


def os_fork():
    """fork, with the functions that were registered for it (CPython `PyOS_BeforeFork` and its kin)."""
    import _thread
    import posix

    for f in reversed(_get_registry("fork.before") or ()):
        fork_hook(f)
    threads = _thread._count()
    # An import that is under way ends first: the child has no thread that could end it.
    import_lock_acquire()
    pid = posix._fork()
    import_lock_release()
    if pid == 0:
        for f in _get_registry("fork.after_in_child") or ():
            fork_hook(f)
        return 0
    for f in _get_registry("fork.after_in_parent") or ():
        fork_hook(f)
    if threads:
        import warnings

        text = f"This process (pid={posix.getpid()}) is multi-threaded, use of fork() may lead to deadlocks in the child."
        warnings.warn(text, DeprecationWarning, stacklevel=1)
    return pid


def fork_hook(f):
    try:
        f()
    except BaseException as e:
        report_unraisable(e, "calling fork hook", f)


def fork_exec(args):
    """`_posixsubprocess.fork_exec`: the only program there is, is this machine's own."""
    import errno
    import posix

    (argv, executables, close_fds, pass_fds, cwd, env, p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite,
     errpipe_read, errpipe_write, *_, preexec_fn) = args

    def text(x):
        x = posix.fspath(x)
        return x if isinstance(x, str) else x.decode("utf-8", "surrogateescape")

    programs = [text(e) for e in executables]
    own = ("pellucid", "python", "python3", "python3.14")
    if not any(p.rpartition("/")[2] in own for p in programs):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", text(argv[0]))
    if preexec_fn is not None:
        import pellucid

        raise pellucid.Unsupported("preexec_fn: code between fork and exec")
    if env is None:
        import os

        env = [os.fsencode(k) + b"=" + os.fsencode(v) for k, v in os.environ.items()]
    pairs = [tuple(text(e).partition("=")[::2]) for e in env]
    fds = [(child, here) for child, here in enumerate((p2cread, c2pwrite, errwrite)) if here != -1]
    taken = {child for child, _ in fds}
    fds += [(fd, fd) for fd in (0, 1, 2) if fd not in taken and is_open(fd)]
    fds += [(fd, fd) for fd in map(int, pass_fds) if fd != errpipe_write and fd > 2]
    cells = notebook_cells()
    if cells:
        import json

        # What a front end's namespace is made of has no file that the new process could import.
        pairs = [p for p in pairs if p[0] != "PELLUCID_CELLS"] + [("PELLUCID_CELLS", json.dumps(cells))]
    argv = [text(a) for a in argv]
    if argv[1:2] == ["run"]:
        del argv[1]
    return posix._spawn(argv, pairs, fds, not close_fds, None if cwd is None else text(cwd))


def notebook_cells():
    """Sources of the cells that have run, in order; empty for a program."""
    main = _sys_modules().get("__main__")
    shell = _get_registry("session.shell")
    if shell is None or hasattr(main, "__file__"):
        return []
    return [cell for cell in shell.sources if cell.strip()]


def define_cells(cells, namespace):
    """Gives a new process the definitions of a notebook: imports, functions, classes, literal constants; nothing is called
    but what these statements call themselves."""
    import ast

    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for number, cell in enumerate(cells, 1):
        try:
            tree = ast.parse(cell)
        except (SyntaxError, ValueError):
            # Magics: no Python.
            continue
        for statement in tree.body:
            if isinstance(statement, kept) or is_constant(statement):
                module = ast.Module([statement], [])
                try:
                    exec(compile(module, f"<cell {number}>", "exec"), namespace)
                except Exception:
                    # It failed in its cell as well, or needs what was computed there: whoever uses it will be told.
                    pass


def is_constant(statement):
    import ast

    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    if isinstance(statement.value, ast.Lambda):
        return True
    try:
        ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def is_open(fd):
    import posix

    try:
        posix.fstat(fd)
    except OSError:
        return False
    return True
