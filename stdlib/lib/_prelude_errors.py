"""Prelude of the exception types: what runs user code."""


def _exception_group_condition(matcher):
    if isinstance(matcher, type):
        if issubclass(matcher, BaseException):
            return lambda e: isinstance(e, matcher)
    elif isinstance(matcher, tuple):
        if all(isinstance(m, type) and issubclass(m, BaseException) for m in matcher):
            return lambda e: isinstance(e, matcher)
    elif callable(matcher):
        return matcher
    raise TypeError("expected an exception type, a tuple of exception types, or a callable (other than a class)")


def _exception_group_subset(group, exceptions):
    if not exceptions:
        return None
    result = group.derive(exceptions)
    if not isinstance(result, BaseExceptionGroup):
        raise TypeError("derive must return an instance of BaseExceptionGroup")
    result.__traceback__ = group.__traceback__
    result.__context__ = group.__context__
    suppress = result.__suppress_context__
    result.__cause__ = group.__cause__
    result.__suppress_context__ = suppress or group.__suppress_context__
    notes = getattr(group, "__notes__", None)
    if notes is not None and hasattr(type(notes), "__getitem__") and not isinstance(notes, (dict, set, frozenset)):
        result.__notes__ = list(notes)
    return result


def _exception_group_divide(exc, condition, want_rest):
    if condition(exc):
        return exc, None
    if not isinstance(exc, BaseExceptionGroup):
        return None, exc
    matching, rest = [], []
    for member in exc.exceptions:
        yes, no = _exception_group_divide(member, condition, want_rest)
        if yes is not None:
            matching.append(yes)
        if no is not None:
            rest.append(no)
    return (
        _exception_group_subset(exc, matching),
        _exception_group_subset(exc, rest) if want_rest else None,
    )


def exception_group_split(group, matcher):
    return _exception_group_divide(group, _exception_group_condition(matcher), True)


def exception_group_subgroup(group, matcher):
    return _exception_group_divide(group, _exception_group_condition(matcher), False)[0]


def traceback_notes(exc):
    try:
        notes = getattr(exc, "__notes__", None)
    except Exception as e:
        try:
            text = repr(e)
        except BaseException:
            text = "<__notes__ repr() failed>"
        return [f"Ignored error getting __notes__: {text}"]
    if notes is None:
        return []
    if isinstance(notes, (str, bytes)) or not isinstance(notes, (list, tuple)):
        try:
            return [repr(notes)]
        except BaseException:
            return ["<__notes__ repr() failed>"]
    return list(notes)


def traceback_dir(obj):
    try:
        try:
            names = obj.__dir__()
        except TypeError:
            names = type(obj).__dir__(obj)
        return sorted([x for x in names if isinstance(x, str)])
    except Exception:
        return None


def traceback_module_dir(name):
    try:
        return traceback_dir(__import__(name))
    except Exception:
        return None


def traceback_has(obj, name):
    try:
        return hasattr(obj, name)
    except Exception:
        return False


def sys_displayhook(value):
    import builtins
    import sys

    if value is None:
        return
    builtins._ = None
    text = repr(value)
    try:
        stdout = sys.stdout
    except AttributeError:
        stdout = None
    if stdout is None:
        raise RuntimeError("lost sys.stdout")
    try:
        stdout.write(text)
    except UnicodeEncodeError:
        data = text.encode(stdout.encoding, "backslashreplace")
        if hasattr(stdout, "buffer"):
            stdout.buffer.write(data)
        else:
            stdout.write(data.decode(stdout.encoding, "strict"))
    stdout.write("\n")
    builtins._ = value


def sys_excepthook(exctype, value, traceback):
    import pellucid
    import sys

    if not isinstance(value, BaseException):
        if getattr(sys, "stderr", None) is not None:
            sys.stderr.write(f"TypeError: print_exception(): Exception expected for value, {type(value).__name__} found\n")
        return
    if traceback is not None and value.__traceback__ is None:
        value.__traceback__ = traceback
    stderr = getattr(sys, "stderr", None)
    if stderr is None:
        return
    stderr.write(pellucid._format_exception(value))
    if hasattr(stderr, "flush"):
        stderr.flush()


def sys_unraisablehook(unraisable):
    import pellucid
    import sys

    stderr = getattr(sys, "stderr", None)
    if stderr is None:
        return
    message = unraisable.err_msg
    if unraisable.object is not None:
        try:
            text = repr(unraisable.object)
        except Exception:
            text = "<object repr() failed>"
        stderr.write(f"{message or 'Exception ignored in'}: {text}\n")
    elif message is not None:
        stderr.write(f"{message}:\n")
    if unraisable.exc_value is not None:
        stderr.write(pellucid._format_exception(unraisable.exc_value))
    stderr.flush()


def call_breakpointhook(args, kwargs):
    import sys

    try:
        hook = sys.breakpointhook
    except AttributeError:
        raise RuntimeError("lost sys.breakpointhook") from None
    return hook(*args, **kwargs)


def sys_breakpointhook(args, kwargs):
    import os

    name = os.environ.get("PYTHONBREAKPOINT")
    if name == "0":
        return None
    if not name:
        name = "pdb.set_trace"
    module, _, function = name.rpartition(".")
    try:
        hook = getattr(__import__(module or "builtins", fromlist=[function]), function)
    except (ImportError, AttributeError):
        import warnings

        warnings.warn(f'Ignoring unimportable $PYTHONBREAKPOINT: "{name}"', RuntimeWarning, stacklevel=3)
        return None
    return hook(*args, **kwargs)


def warnings_warn(message, category, stacklevel, source, skip_file_prefixes):
    import warnings

    warnings.warn(message, category, stacklevel, source, skip_file_prefixes=skip_file_prefixes)


def warnings_warn_explicit(args, kwargs):
    import warnings

    warnings.warn_explicit(*args, **kwargs)


def warnings_of_source(found, filename):
    """Warns of what the compiler found; where a filter makes an error of it, it is a SyntaxError at that place."""
    import warnings

    for message, lineno, offset, end_offset, text in found:
        try:
            warnings.warn_explicit(message, SyntaxWarning, filename, lineno)
            continue
        except SyntaxWarning:
            pass
        if text is None:
            import linecache

            text = linecache.getline(filename, lineno) or None
        message = message.replace(" Such sequences will not work in the future.", "")
        raise SyntaxError(message, (filename, lineno, offset, text, lineno, end_offset))


def parse_ast(source, filename, mode, flags):
    """What compile() gives for PyCF_ONLY_AST: the tree of a source text (str or bytes)."""
    import _ast
    import _ast_build

    flags = flags or 0
    if isinstance(source, _ast.AST):
        return source
    if not isinstance(source, (str, bytes)):
        source = _ast_text(source)
    filename = filename.decode() if isinstance(filename, bytes) else str(filename)
    incomplete = bool(flags & _ast.PyCF_ALLOW_INCOMPLETE_INPUT)
    return _ast_build.parse(source, filename, mode, _ast._CLASSES, _ast._SINGLETONS, incomplete)


def _ast_text(source):
    try:
        return bytes(memoryview(source))
    except TypeError:
        raise TypeError("compile() arg 1 must be a string, bytes or AST object") from None


def compile_ast(tree, filename, mode, flags, optimize):
    """compile() of a syntax tree, by way of a source text. Lines are those of that text."""
    import _ast

    if not isinstance(tree, _ast.AST):
        return compile(_ast_text(tree), filename, mode, flags, True, optimize)
    return compile(_ast_source(tree, mode), filename, mode, flags, True, optimize)


def _ast_source(tree, mode):
    import ast

    wanted = {"exec": ast.Module, "eval": ast.Expression, "single": ast.Interactive}[mode]
    if not isinstance(tree, wanted):
        raise TypeError(f"expected {wanted.__name__} node, got {type(tree).__name__}")
    for node in ast.walk(tree):
        for name in (*node._attributes[:2], *node._fields):
            if not hasattr(node, name):
                raise TypeError(f'required field "{name}" missing from {type(node).__name__}')
    return ast.unparse(ast.Module(tree.body, []) if mode == "single" else tree)


def group_matches(exc, types):
    """`except*`: the part of an exception that matches, as a group, and the rest. While the clause runs, the match is handled."""
    match, rest = _group_matches(exc, types)
    if match is not None:
        _set_handled(match)
    return match, rest


def _group_matches(exc, types):
    if exc is None:
        return None, None
    for t in types if isinstance(types, tuple) else (types,):
        if not isinstance(t, type) or not issubclass(t, BaseException):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
        if issubclass(t, BaseExceptionGroup):
            raise TypeError("catching ExceptionGroup with except* is not allowed. Use except instead.")
    if isinstance(exc, types):
        if isinstance(exc, BaseExceptionGroup):
            return exc, None
        group = BaseExceptionGroup("", (exc,))
        group.__traceback__ = exc.__traceback__
        return group, None
    if not isinstance(exc, BaseExceptionGroup):
        return None, exc
    pair = exc.split(types)
    if not isinstance(pair, tuple):
        raise TypeError(f"{type(exc).__name__}.split must return a tuple, not {type(pair).__name__}")
    if len(pair) < 2:
        raise TypeError(f"{type(exc).__name__}.split must return a 2-tuple, got tuple of size {len(pair)}")
    return pair[0], pair[1]


def _prep_reraise_star(orig, excs):
    """What remains to be raised behind the handlers of an `except*`: new exceptions and the unhandled part of `orig`."""
    excs = [e for e in excs if e is not None]
    if not excs:
        return None
    if not isinstance(orig, BaseExceptionGroup):
        # A naked exception was wrapped: at most one handler ran.
        return excs[0]
    raised = [e for e in excs if not _exception_group_part(e, orig)]
    unhandled = _exception_group_project(orig, [e for e in excs if _exception_group_part(e, orig)])
    if not raised:
        return unhandled
    if unhandled is not None:
        raised.append(unhandled)
    return raised[0] if len(raised) == 1 else BaseExceptionGroup("", raised)


def _exception_group_part(exc, orig):
    return (
        isinstance(exc, BaseExceptionGroup)
        and getattr(exc, "__notes__", None) == getattr(orig, "__notes__", None)
        and exc.__traceback__ is orig.__traceback__
        and exc.__cause__ is orig.__cause__
        and exc.__context__ is orig.__context__
    )


def _exception_group_leaves(exc, ids):
    if isinstance(exc, BaseExceptionGroup):
        for e in exc.exceptions:
            _exception_group_leaves(e, ids)
    else:
        ids.add(id(exc))


def _exception_group_project(orig, parts):
    """The group `orig` with only those leaves that are in the parts."""
    ids = set()
    for part in parts:
        _exception_group_leaves(part, ids)
    return _exception_group_divide(orig, lambda e: id(e) in ids, False)[0]


def current_frame():
    import sys

    try:
        return sys._getframe(0)
    except ValueError:
        return None


def report_unraisable(exc, what, obj):
    """Gives an exception that can go nowhere to `sys.unraisablehook`."""
    try:
        text = repr(obj)
    except Exception:
        text = "<object repr() failed>"
    report_ignored(exc, f"{what} {text}")


def report_ignored(exc, what):
    import sys

    hook = getattr(sys, "unraisablehook", None)
    if hook is None:
        return
    message = f"Exception ignored while {what}"
    if exc.__traceback__ is None:
        # It was raised by no Python code: where it happened is what the program is doing.
        frame = current_frame()
        if frame is not None:
            import types

            exc.__traceback__ = types.TracebackType(None, frame, frame.f_lasti, frame.f_lineno)
    args = sys.UnraisableHookArgs((type(exc), exc, exc.__traceback__, message, None))
    try:
        hook(args)
    except Exception as e:
        failed = sys.UnraisableHookArgs((type(e), e, e.__traceback__, "Exception ignored in sys.unraisablehook", hook))
        sys.__unraisablehook__(failed)
