"""Magics: the commands of a cell that are not Python."""
import sys

import _display
from IPython.core.error import UsageError


def refuse_shell(command):
    raise UsageError(f"there is no shell on this machine, so `!{command.strip()}` cannot run; use Python (os, pathlib, shutil) for files")


def line(shell, text):
    name, _, rest = text.strip().partition(" ")
    func = shell.magics["line"].get(name) or _LINE.get(name)
    if func is None and name in lens_names():
        return _lens(name, rest)
    if func is None:
        raise UsageError(_unknown("Line", "%", name, [*_LINE, *shell.magics["line"], *lens_names()], name in _CELL or name in shell.magics["cell"]))
    own = name in shell.magics["line"]
    return func(rest.strip()) if own else func(shell, rest.strip())


def cell(shell, text, body):
    name, _, rest = text.strip().partition(" ")
    own = shell.magics["cell"].get(name)
    if own is not None:
        return own(rest.strip(), body)
    func = _CELL.get(name)
    if func is None:
        raise UsageError(_unknown("Cell", "%%", name, [*_CELL, *shell.magics["cell"], *CELL_LENSES], name in _LINE))
    return func(shell, rest.strip(), body)


CELL_LENSES = ("growth", "heap", "refcounts")


def lens_names():
    """The machine's own commands, each with its help."""
    import pellucid

    return dict(pellucid._names())


def _lens(name, rest):
    """A lens inside of a block or function: its expressions see the names of that place."""
    import json

    import pellucid
    from IPython.display import publish_display_data

    plan = pellucid._plan(name, rest)
    if isinstance(plan, str):
        raise UsageError(plan)
    texts, extra = plan
    frame = sys._getframe()
    while frame.f_globals.get("__name__", "").partition(".")[0] == "IPython":
        frame = frame.f_back
    values = tuple([eval(text, frame.f_globals, frame.f_locals) for text in texts])
    publish_display_data(json.loads(pellucid._show(name, texts + extra, values, frame.f_globals)))


def _unknown(kind, mark, name, names, other):
    text = f"{kind} magic function `{mark}{name}` not found"
    if other:
        mark = "%%" if mark == "%" else "%"
        kind = "cell" if kind == "Line" else "line"
        return f"{text} (But {kind} magic `{mark}{name}` exists, did you mean that instead?)."
    near = _display.nearest(names, name)
    if not near:
        import difflib

        near = next(iter(difflib.get_close_matches(name, names, 1, 0.7)), None)
    return f"{text}." + (f" Did you mean `{mark}{near}`?" if near else "")


def _span(seconds):
    """A time in the unit that leaves one to three digits before the point."""
    if seconds >= 60:
        minutes, rest = divmod(int(seconds), 60)
        return f"{minutes}min {rest}s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("μs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns" if seconds > 0 else "0 ns"


def _time(shell, text, body=None):
    import time

    source = text if body is None else body
    wall, cpu = time.perf_counter(), time.process_time()
    value = shell.run_text(source)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"CPU times: user {_span(cpu)}, sys: 0 ns, total: {_span(cpu)}")
    print(f"Wall time: {_span(wall)}")
    return value


def _timeit(shell, text, body=None):
    import timeit

    words = text.split()
    number, repeat, quiet, give = 0, 7, False, False
    while words and words[0].startswith("-"):
        word = words.pop(0)
        if word[1:2] in ("n", "r"):
            value = word[2:] or (words.pop(0) if words else "")
            if not value.isdigit():
                raise UsageError(f"%timeit {word[:2]} needs a number")
            if word[1] == "n":
                number = int(value)
            else:
                repeat = max(int(value), 1)
        elif word == "-q":
            quiet = True
        elif word == "-o":
            give = True
        else:
            raise UsageError(f"option {word} not recognized ( allowed: \"n: r: q o\" )")
    statement = text
    for _ in range(len(text.split()) - len(words)):
        statement = statement.lstrip().partition(" ")[2]
    setup = "pass"
    if body is not None:
        setup, statement = statement or "pass", body
    timer = timeit.Timer(statement.strip() or "pass", setup, globals=shell.user_ns)
    if not number:
        number = 1
        while timer.timeit(number) < 0.002 and number < 10_000:
            number *= 10
    times = [t / number for t in timer.repeat(repeat, number)]
    mean = sum(times) / len(times)
    spread = (sum((t - mean) ** 2 for t in times) / len(times)) ** 0.5
    text = f"{_span(mean)} ± {_span(spread)} per loop (mean ± std. dev. of {repeat} run{'s' * (repeat != 1)}, {number:,} loop{'s' * (number != 1)} each)"
    if not quiet:
        print(text)
    return times if give else None


def _user_names(shell):
    ns = shell.user_ns
    return sorted(k for k in ns if k not in shell.hidden and not k.startswith("_"))


def _who(shell, text):
    wanted = text.split()
    names = [k for k in _user_names(shell) if not wanted or type(shell.user_ns[k]).__name__ in wanted]
    if not names:
        print("Interactive namespace is empty." if not wanted else "No variables match your requested type.")
        return
    out = ""
    for i, name in enumerate(names):
        out += name + "\t "
        if i % 9 == 8:
            out += "\n"
    print(out.rstrip("\n"))


def _who_ls(shell, text):
    wanted = text.split()
    return [k for k in _user_names(shell) if not wanted or type(shell.user_ns[k]).__name__ in wanted]


def _whos(shell, text):
    names = _who_ls(shell, text)
    if not names:
        print("Interactive namespace is empty.")
        return
    kinds = [type(shell.user_ns[k]).__name__ for k in names]
    wide, wider = max(8, *map(len, names)), max(4, *map(len, kinds))
    print("Variable".ljust(wide) + "   " + "Type".ljust(wider) + "   Data/Info")
    print("-" * (wide + wider + 6 + 10))
    for name, kind in zip(names, kinds):
        value = shell.user_ns[name]
        if isinstance(value, (list, dict, tuple, set, frozenset)):
            info = f"n={len(value)}"
        else:
            try:
                info = str(value).replace("\n", "\\n")
            except Exception as e:
                info = f"<str() raised {type(e).__name__}>"
            if len(info) > 50:
                info = info[:18] + "<...>" + info[-18:]
        print(name.ljust(wide) + "   " + kind.ljust(wider) + "   " + info)


def _reset(shell, text):
    options = text.split()
    if "-f" not in options and input("Once deleted, variables cannot be recovered. Proceed (y/[n])?  ").strip().lower() not in ("y", "yes"):
        print("Nothing done.")
        return
    shell.reset(new_session="-s" not in options)


def _pwd(shell, text):
    import os

    return os.getcwd()


def _cd(shell, text):
    import os

    os.chdir(text.strip("'\"") or "/home/student")
    print(os.getcwd())


def _ls(shell, text):
    import os

    print("  ".join(sorted(n for n in os.listdir(text or ".") if not n.startswith("."))))


def _lsmagic(shell, text):
    lines = sorted({*_LINE, *shell.magics["line"]})
    cells = sorted({*_CELL, *shell.magics["cell"]})
    print("Available line magics:\n" + "  ".join("%" + n for n in lines))
    print("\nAvailable cell magics:\n" + "  ".join("%%" + n for n in cells))


def _refusing(reason):
    def refuse(shell, text, body=None):
        raise UsageError(reason)

    return refuse


def _history(shell, text):
    for code in shell.history[1:]:
        print(code)


def _tb(shell, text):
    import pellucid

    exc = getattr(sys, "last_exc", None)
    if exc is None:
        raise UsageError("no traceback: nothing has failed yet")
    print("\n".join(pellucid._format_cell_exception(exc)))


def _run(shell, text):
    path, *argv = text.split()
    with open(path, encoding="utf-8") as file:
        source = file.read()
    old, name = sys.argv, shell.user_ns.get("__name__")
    sys.argv = [path, *argv]
    try:
        exec(compile(source, path, "exec"), shell.user_ns)
    finally:
        sys.argv = old
        shell.user_ns["__name__"] = name


def _load(shell, text):
    with open(text, encoding="utf-8") as file:
        shell.set_next_input(f"# %load {text}\n" + file.read(), replace=True)


def _quiet(shell, text):
    return None


def _capture(shell, text, body):
    import io
    from contextlib import redirect_stderr, redirect_stdout

    words = [w for w in text.split() if not w.startswith("-")]
    out, err = io.StringIO(), io.StringIO()
    outer, shell.captured = shell.captured, []
    try:
        with redirect_stdout(out), redirect_stderr(err):
            value = shell.run_text(_as_python(body))
            if value is not None:
                from IPython.display import display

                display(value)
        outputs = shell.captured
    finally:
        shell.captured = outer
    if words:
        shell.user_ns[words[0]] = Captured(out.getvalue(), err.getvalue(), outputs)


def _as_python(text):
    """The text with its lines of magics as the calls that they stand for; Python as it is."""
    import re

    try:
        compile(text, "<cell>", "exec")
        return text
    except SyntaxError:
        found = re.compile(r"^(\s*)%(\w+)[ \t]*(.*)$", re.M)
        return found.sub(lambda m: f"{m[1]}get_ipython().run_line_magic({m[2]!r}, {m[3]!r})", text)


class RichOutput:
    """A display that %%capture has kept."""

    def __init__(self, data, metadata=None, transient=None):
        self.data, self.metadata, self.transient = data, metadata or {}, transient or {}

    def _repr_mimebundle_(self, include=None, exclude=None):
        return self.data, self.metadata

    def __repr__(self):
        return self.data.get("text/plain", "<RichOutput>")

    def display(self):
        from IPython.display import publish_display_data

        publish_display_data(self.data, self.metadata)


class Captured:
    """What a cell under %%capture wrote."""

    def __init__(self, stdout, stderr, outputs=()):
        self.stdout, self.stderr, self.outputs = stdout, stderr, list(outputs)

    def __str__(self):
        return self.stdout

    def show(self):
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for output in self.outputs:
            output.display()

    __call__ = show


def _write_file(shell, text, body):
    words = text.split()
    append = bool(words) and words[0] in ("-a", "--append")
    path = words[-1] if len(words) > append else None
    if path is None:
        raise UsageError("%%writefile needs a file's name")
    import os

    there = os.path.exists(path)
    with open(path, "a" if append else "w", encoding="utf-8") as file:
        file.write(body)
    print(("Appending to " if append else "Overwriting ") + path if there else "Writing " + path)


def _shown(mime):
    def show(shell, text, body):
        from IPython.display import publish_display_data

        publish_display_data({mime: body, "text/plain": "<IPython.core.display object>"})

    return show


def _help(shell, text):
    shell.help(text + "?")


_SHELLS = _refusing("there is no shell on this machine; use Python (os, pathlib, shutil) for files")
_LINE = {
    "time": _time, "timeit": _timeit, "who": _who, "who_ls": _who_ls, "whos": _whos, "reset": _reset, "pwd": _pwd, "cd": _cd,
    "ls": _ls, "lsmagic": _lsmagic, "history": _history, "hist": _history, "tb": _tb, "run": _run, "load": _load,
    "pinfo": _help, "colors": _quiet, "xmode": _quiet, "autosave": _quiet, "precision": _quiet,
    "matplotlib": _refusing("matplotlib is not available on this machine: it needs extension modules in C"),
    "pylab": _refusing("matplotlib is not available on this machine: it needs extension modules in C"),
    "pip": _refusing("packages cannot be installed on this machine: it has no network; pure-Python modules can be copied beside the notebook"),
    "conda": _refusing("packages cannot be installed on this machine: it has no network"),
    "debug": _refusing("%debug is not available: go back to the failing moment with a lens instead"),
    "system": _SHELLS, "sx": _SHELLS,
    "load_ext": _refusing("extensions of IPython cannot be loaded on this machine"),
}
_CELL = {
    "time": _time, "timeit": _timeit, "capture": _capture, "writefile": _write_file, "html": _shown("text/html"),
    "HTML": _shown("text/html"), "markdown": _shown("text/markdown"), "latex": _shown("text/latex"), "svg": _shown("image/svg+xml"),
    "javascript": _shown("application/javascript"), "js": _shown("application/javascript"),
    "bash": _SHELLS, "sh": _SHELLS, "script": _SHELLS, "system": _SHELLS, "sx": _SHELLS,
}
NAMES = (_LINE, _CELL)
