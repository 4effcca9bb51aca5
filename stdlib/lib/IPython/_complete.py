"""Completions of a cell's text at the cursor. Runs on a copy of the machine, so that it may import and look as it likes."""
import builtins
import keyword
import re
import sys

from IPython import _habits, _look

_SOFT = ("match", "case", "type")
_OPENERS = {")": "(", "]": "[", "}": "{"}


def complete(shell, code, cursor):
    """[start, end, [[text, kind], …]] in code points."""
    before = code[:cursor]
    line = before.rsplit("\n", 1)[-1]
    found = _magics(shell, line) or _imports(line) or _keys(shell, line) or _inside_string(line)
    if found is not None:
        prefix, matches = found
        return [cursor - len(prefix), cursor, matches]
    prefix = re.search(r"\w*$", line).group()
    front = line[: len(line) - len(prefix)]
    if prefix[:1].isdigit() or front.rstrip().endswith("#"):
        matches = []
    elif front.endswith(".") and not front.endswith(".."):
        matches = _after_dot(shell, front[:-1], prefix)
    else:
        matches = _keywords_of_call(shell, before[: len(before) - len(prefix)], prefix) + _names(shell, code, prefix, cursor)
    return [cursor - len(prefix), cursor, matches]


def _fits(name, prefix):
    return name.startswith(prefix) and (prefix.startswith("_") or not name.startswith("_"))


def _after_dot(shell, front, prefix):
    text = expression_before(front)
    if text.isdigit():
        # A number with a point is being typed.
        return []
    obj = _look.expression(shell, text) if text else _look.MISSING
    return [] if obj is _look.MISSING or not _look.is_readable(obj) else _attributes(obj, prefix)


def expression_before(front):
    """The expression that a text ends with: names, attributes, calls, subscripts, literals; "" if there is none."""
    end = at = len(front.rstrip())
    while at > 0:
        last = front[at - 1]
        if last in _OPENERS:
            at = _opened_at(front, at)
            if at is None:
                return ""
            if at == 0 or not (front[at - 1].isalnum() or front[at - 1] in "_)]'\""):
                return front[at:end]
            continue
        if last in "'\"":
            start = front.rfind(last, 0, at - 1)
            if start < 0:
                return ""
            while start > 0 and front[start - 1] in "rbfRBF":
                start -= 1
            at = start
        elif last.isalnum() or last == "_":
            while at > 0 and (front[at - 1].isalnum() or front[at - 1] == "_"):
                at -= 1
        else:
            return ""
        if at > 0 and front[at - 1] == ".":
            at -= 1
        else:
            break
    return front[at:end]


def _opened_at(front, end):
    """Where the bracket is opened that the text up to `end` closes; None if it is not."""
    depth, quote = 0, ""
    for i in range(end - 1, -1, -1):
        c = front[i]
        if quote:
            quote = "" if c == quote else quote
        elif c in "'\"":
            quote = c
        elif c in ")]}":
            depth += 1
        elif c in "([{":
            depth -= 1
            if depth == 0:
                return i
    return None


def _names(shell, code, prefix, cursor):
    found = {}
    for name in sorted(k for k in shell.user_ns if isinstance(k, str) and _fits(k, prefix)):
        found[name] = _look.kind_of(shell.user_ns[name])
    for name, kind in _bound_in(code, cursor - len(prefix)):
        if _fits(name, prefix) and not keyword.iskeyword(name):
            found.setdefault(name, kind)
    for name in sorted(vars(builtins)):
        if _fits(name, prefix):
            found.setdefault(name, _look.kind_of(vars(builtins)[name]))
    if prefix:
        for name in [*keyword.kwlist, *_SOFT]:
            if name.startswith(prefix):
                found.setdefault(name, "keyword")
    return [[k, v] for k, v in found.items()]


_BINDINGS = (
    (r"\bdef\s+(\w+)", "function"),
    (r"\bclass\s+(\w+)", "class"),
    (r"\bas\s+(\w+)", "instance"),
    (r"\bfor\s+(\w+)", "instance"),
    (r"^\s*import\s+(\w+)", "module"),
    (r"(?:^|[;,(])\s*(\w+)\s*(?=(?::[^=\n]*)?=[^=])", "instance"),
    (r"[(,]\s*\*{0,2}([A-Za-z_]\w*)\s*(?=[,):=])", "instance"),
)


def _bound_in(code, at):
    """Names that the cell itself binds, as far as its text tells: it has not run."""
    out = []
    for pattern, kind in _BINDINGS:
        for found in re.finditer(pattern, code, re.M):
            if found.start(1) != at:
                out.append((found.group(1), kind))
    return sorted(set(out))


def _attributes(obj, prefix):
    names = sorted(n for n in _look.names_of(obj) if isinstance(n, str) and _fits(n, prefix))
    out = []
    for name in names:
        value = _look.attribute(obj, name)
        out.append([name, "instance" if value is _look.MISSING else _look.kind_of(value)])
    return out


def _keywords_of_call(shell, before, prefix):
    """`name=` of the parameters of the call that the cursor is in."""
    depth, at = 0, None
    for i in range(len(before) - 1, -1, -1):
        c = before[i]
        if c in ")]}":
            depth += 1
        elif c in "([{":
            if depth == 0:
                at = i
                break
            depth -= 1
    if at is None or before[at] != "(" or not before.rstrip().endswith(("(", ",")):
        return []
    text = expression_before(before[:at])
    obj = _look.expression(shell, text) if text else _look.MISSING
    if obj is _look.MISSING or isinstance(obj, _look.Instance) or not callable(obj):
        return []
    try:
        import inspect

        parameters = inspect.signature(obj).parameters.values()
    except Exception:
        return []
    kinds = ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
    names = [p.name for p in parameters if p.kind.name in kinds and p.name != "self"]
    return [[n + "=", "param"] for n in names if n.startswith(prefix)]


def _magics(shell, line):
    found = re.fullmatch(r"\s*(%%?)(\w*)", line)
    if found is not None:
        mark, prefix = found.groups()
        marks = ["%", "%%"] if mark == "%" else ["%%"]
        return mark + prefix, [[m + n, "magic"] for m in marks for n in sorted(_habits.offered(shell, m)) if n.startswith(prefix)]
    found = re.fullmatch(r"\s*%%?(\w+)[ \t](?:.*[ \t])?(\S*)", line)
    if found is None:
        return None
    name, prefix = found.groups()
    wanted = _habits.words_of(name)
    if wanted == "file":
        return _files(prefix.lstrip("'\""))
    if wanted == "type":
        kinds = {type(v).__name__ for k, v in shell.user_ns.items() if isinstance(k, str) and k not in shell.hidden}
        return prefix, [[k, "class"] for k in sorted(kinds) if k.startswith(prefix)]
    if wanted == "name":
        return prefix, [[k, _look.kind_of(v)] for k, v in shell.user_ns.items() if isinstance(k, str) and _fits(k, prefix)]
    if isinstance(wanted, tuple):
        return prefix, [[w, "magic"] for w in wanted if w.startswith(prefix)]
    return None


def _imports(line):
    found = re.fullmatch(r"\s*from\s+([\w.]+)\s+import\s+(?:\(?\s*[\w\s,]*,\s*)?\(?(\w*)", line)
    if found is not None:
        module, prefix = found.groups()
        if module not in sys.modules:
            try:
                __import__(module)
            except Exception:
                return prefix, []
        names = dict(_attributes(sys.modules[module], prefix))
        for name, kind in _modules(module + ".", prefix):
            names.setdefault(name, kind)
        return prefix, [[k, v] for k, v in sorted(names.items())]
    found = re.fullmatch(r"\s*(?:import\s+(?:[\w.\s]+,\s*)*|from\s+)([\w.]*)", line)
    if found is None:
        return None
    base, dot, prefix = found.group(1).rpartition(".")
    return prefix, _modules(base + dot, prefix)


def _modules(base, prefix):
    import _imp
    import os

    names = {*sys.modules, *sys.builtin_module_names, *_imp._frozen_module_names()}
    tops = {n[len(base) :].partition(".")[0] for n in names if n.startswith(base)}
    if not base:
        for folder in sys.path:
            try:
                found = os.listdir(folder or ".")
            except OSError:
                continue
            tops.update(n[:-3] for n in found if n.endswith(".py"))
            tops.update(n for n in found if n.isidentifier() and os.path.isfile(os.path.join(folder or ".", n, "__init__.py")))
    return [[n, "module"] for n in sorted(tops) if n.isidentifier() and _fits(n, prefix)]


def _keys(shell, line):
    """Keys of a dict, behind `[`."""
    found = re.search(r"\[\s*((['\"]?)([^'\"\[\]]*))$", line)
    if found is None:
        return None
    text = expression_before(line[: found.start()])
    obj = _look.expression(shell, text) if text else _look.MISSING
    if not isinstance(obj, dict) or type(obj).__getitem__ is not dict.__getitem__:
        return None
    typed, quote, prefix = found.groups()
    keys = [k for k in dict.keys(obj) if type(k) in (str, int, float, bool, bytes)]
    if quote:
        return prefix, [[k, "instance"] for k in keys if type(k) is str and k.startswith(prefix)]
    matches = [[repr(k), "instance"] for k in keys if repr(k).startswith(typed)]
    return (typed, matches) if matches else None


def _inside_string(line):
    """Files and folders, where the cursor is inside of a string."""
    quote, start = "", 0
    for i, c in enumerate(line):
        if quote:
            quote = "" if c == quote else quote
        elif c == "#":
            return None
        elif c in "'\"":
            quote, start = c, i + 1
    return _files(line[start:]) if quote else None


def _files(text):
    """The last part of a path, and what its folder has that begins so."""
    import os

    folder, slash, prefix = text.rpartition("/")
    try:
        names = sorted(os.listdir(os.path.expanduser(folder + slash or ".")))
    except (OSError, ValueError):
        return prefix, []
    names = [n for n in names if n.startswith(prefix) and (prefix.startswith(".") or not n.startswith("."))]
    place = os.path.expanduser(folder + slash)
    return prefix, [[n + "/" * os.path.isdir(place + n), "path"] for n in names]
