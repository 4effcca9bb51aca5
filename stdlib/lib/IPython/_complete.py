"""Completions of a cell's text at the cursor."""
import builtins
import keyword
import re
import sys

from IPython import _look, _magic

_SOFT = ("match", "case", "type", "_")
_LITERALS = {"'": "", '"': "", "]": [], "}": {}}


def complete(shell, code, cursor):
    """[start, end, [[text, kind], …]] in code points."""
    before = code[:cursor]
    line = before.rsplit("\n", 1)[-1]
    found = _magics(shell, line) or _imports(line) or _keys(shell, line)
    if found is not None:
        prefix, matches = found
        return [cursor - len(prefix), cursor, matches]
    dotted = re.search(r"[\w.]*$", line).group()
    if dotted[:1].isdigit():
        return [cursor, cursor, []]
    base, dot, prefix = dotted.rpartition(".")
    if not dot:
        matches = _names(shell, prefix)
    elif base:
        obj = _look.name(shell, base)
        matches = [] if obj is _look.MISSING or not _look.is_readable(obj) else _attributes(obj, prefix)
    else:
        last = line[: len(line) - len(dotted)][-1:]
        matches = _attributes(_LITERALS[last], prefix) if last in _LITERALS else []
    return [cursor - len(prefix), cursor, matches]


def _fits(name, prefix):
    return name.startswith(prefix) and (prefix.startswith("_") or not name.startswith("_"))


def _names(shell, prefix):
    found = {}
    for name in sorted(k for k in shell.user_ns if isinstance(k, str) and _fits(k, prefix)):
        found[name] = _look.kind_of(shell.user_ns[name])
    for name in sorted(vars(builtins)):
        if _fits(name, prefix):
            found.setdefault(name, _look.kind_of(vars(builtins)[name]))
    if prefix:
        for name in keyword.kwlist:
            if name.startswith(prefix):
                found.setdefault(name, "keyword")
    return [[k, v] for k, v in found.items()]


def _attributes(obj, prefix):
    names = sorted(n for n in _look.names_of(obj) if _fits(n, prefix))
    out = []
    for name in names:
        value = _look.attribute(obj, name)
        out.append([name, "instance" if value is _look.MISSING else _look.kind_of(value)])
    return out


def _magics(shell, line):
    found = re.fullmatch(r"\s*(%%?)(\w*)", line)
    if found is None:
        return None
    mark, prefix = found.groups()
    kinds = [("%%", {**_magic._CELL, **shell.magics["cell"], **dict.fromkeys(_magic.CELL_LENSES)})]
    if mark == "%":
        kinds.insert(0, ("%", {**_magic._LINE, **shell.magics["line"], **_magic.lens_names()}))
    return mark + prefix, [[m + n, "magic"] for m, names in kinds for n in sorted(names) if n.startswith(prefix)]


def _imports(line):
    found = re.fullmatch(r"\s*from\s+([\w.]+)\s+import\s+(?:\(?\s*[\w\s,]*,\s*)?\(?(\w*)", line)
    if found is not None:
        module, prefix = found.groups()
        if module not in sys.modules:
            try:
                __import__(module)
            except Exception:
                return prefix, []
        return prefix, _attributes(sys.modules[module], prefix) + _modules(module + ".", prefix)
    found = re.fullmatch(r"\s*(?:import\s+(?:[\w.\s]+,\s*)*|from\s+)([\w.]*)", line)
    if found is None:
        return None
    base, dot, prefix = found.group(1).rpartition(".")
    return prefix, _modules(base + dot, prefix)


def _modules(base, prefix):
    import _imp

    names = {*sys.modules, *sys.builtin_module_names, *_imp._frozen_module_names()}
    tops = {n[len(base) :].partition(".")[0] for n in names if n.startswith(base)}
    return [[n, "module"] for n in sorted(tops) if n and _fits(n, prefix)]


def _keys(shell, line):
    found = re.search(r"([A-Za-z_][\w.]*)\[(['\"])([^'\"]*)$", line)
    if found is None:
        return None
    obj = _look.name(shell, found.group(1))
    if type(obj) is not dict:
        return None
    prefix = found.group(3)
    return prefix, [[k, "instance"] for k in obj if isinstance(k, str) and k.startswith(prefix)]
