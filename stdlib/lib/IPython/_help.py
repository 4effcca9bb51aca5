"""Help pages: signature, docstring, source, and what the machine knows of the object under the cursor."""
import re

from IPython import _habits, _look


def _at_cursor(code, cursor):
    """The dotted name at the cursor, else the function whose arguments the cursor is in."""
    line_start = code.rfind("\n", 0, cursor) + 1
    found = re.match(r"\s*(%%?\w+)", code[line_start:])
    if found is not None and cursor - line_start <= found.end():
        return found.group(1)
    for found in re.finditer(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", code):
        if found.start() <= cursor <= found.end():
            # Only up to the part that the cursor is in.
            end = code.find(".", cursor, found.end())
            return _with_receiver(code, found.start(), code[found.start() : found.end() if end < 0 else end])
    depth = 0
    for i in range(min(cursor, len(code)) - 1, -1, -1):
        if code[i] in ")]}":
            depth += 1
        elif code[i] in "([{":
            if depth == 0 and code[i] == "(":
                from IPython._complete import expression_before

                return expression_before(code[:i]) or None
            depth -= 1
    return None


def _with_receiver(code, start, name):
    """The name with what stands in front of its dot: `x[0].name`, `"".join`."""
    if code[start - 1 : start] != ".":
        return name
    from IPython._complete import expression_before

    before = expression_before(code[: start - 1].rsplit("\n", 1)[-1])
    return f"{before}.{name}" if before else name


def inspect(shell, code, cursor, detail):
    """The bundle for `inspect_request`, or None: the page, and as HTML the page and the lens %object below it."""
    name = _at_cursor(code, cursor)
    if name is None:
        return None
    text = page(shell, name, detail)
    if text is None:
        return None
    import html

    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    below = "" if name.startswith("%") else _lens(shell, name)
    return {"text/plain": text, "text/html": f"<pre>{html.escape(plain)}</pre>{below}"}


def _lens(shell, name):
    """HTML of `%object NAME`, or "" where there is no such object."""
    import json

    import pellucid

    obj = _look.expression(shell, name)
    if obj is _look.MISSING or isinstance(obj, _look.Instance):
        return ""
    try:
        return json.loads(pellucid._show("object", (name,), (obj,), shell.user_ns)).get("text/html", "")
    except Exception:
        return ""


def search(shell, pattern):
    """`PATTERN?`: prints the names that match, `*` for any letters."""
    import builtins

    base, dot, last = pattern.rpartition(".")
    if "*" in base:
        names = []
    elif dot:
        obj = _look.name(shell, base)
        names = [] if obj is _look.MISSING else [f"{base}.{n}" for n in _look.names_of(obj) if isinstance(n, str)]
    else:
        names = {*(k for k in shell.user_ns if isinstance(k, str)), *vars(builtins)}
    wanted = re.compile(re.escape(last).replace(r"\*", ".*"))
    hidden = not last.startswith("_")
    found = sorted(n for n in names if wanted.fullmatch(part := n.rpartition(".")[2]) and not (hidden and part.startswith("_")))
    print("\n".join(found) if found else f"No name matches `{pattern}`.")


def _field(title, text):
    gap = "\n" if "\n" in text else " " * max(1, 14 - len(title))
    return f"\x1b[31m{title}:\x1b[39m{gap}{text}"


def page(shell, name, detail):
    """The page about a name, or None when nothing has it."""
    if name.startswith("%"):
        sentence = _habits.help_of(shell, name)
        return None if sentence is None else _field("Docstring", sentence)
    obj = _look.expression(shell, name)
    if isinstance(obj, _look.Instance):
        obj = obj.cls
    return None if obj is _look.MISSING else describe(shell, obj, name, detail)


def _signature(obj, name):
    import inspect

    try:
        return name.rsplit(".", 1)[-1] + str(inspect.signature(obj))
    except Exception:
        return None


def _doc(obj):
    import inspect

    try:
        return inspect.getdoc(obj)
    except Exception:
        return None


def source_of(obj, history):
    """The source text, or None. A class of a cell is found by the line that the class itself remembers."""
    import inspect

    try:
        return inspect.getsource(obj)
    except Exception:
        pass
    first = _look.namespace_of(obj).get("__firstlineno__") if isinstance(obj, type) else None
    if type(first) is not int or obj.__module__ != "__main__":
        return None
    for code in reversed(history):
        lines = code.split("\n")[first - 1 :]
        block = "\n".join(lines) + "\n"
        if re.match(rf"\s*(?:@.*\n\s*)*class\s+{obj.__name__}\b", block):
            return "".join(inspect.getblock(block.splitlines(keepends=True)))
    return None


def describe(shell, obj, name, detail):
    import inspect

    fields = []
    is_class = isinstance(obj, type)
    is_code = is_class or inspect.isroutine(obj)
    if callable(obj):
        signature = _signature(obj, name)
        if signature is not None:
            fields.append(_field("Init signature" if is_class else "Signature", signature))
    if not is_code:
        fields.append(_field("Type", type(obj).__name__))
        try:
            text = repr(obj)
        except Exception as e:
            text = f"<repr() raised {type(e).__name__}>"
        fields.append(_field("String form", text if len(text) < 200 else text[:200] + "..."))
        if hasattr(type(obj), "__len__"):
            try:
                fields.append(_field("Length", str(len(obj))))
            except Exception:
                pass
    source = source_of(obj, shell.history) if detail > 0 and (is_code or inspect.ismodule(obj)) else None
    if source is not None:
        fields.append(_field("Source", "\n" + source.rstrip("\n")))
    else:
        fields.append(_field("Docstring", _doc(obj) or "<no docstring>"))
    try:
        fields.append(_field("File", inspect.getfile(obj)))
    except Exception:
        pass
    if is_code:
        fields.append(_field("Type", type(obj).__name__))
    if is_class:
        try:
            below = ", ".join(sorted(c.__name__ for c in type.__subclasses__(obj)))
            if below and detail > 0:
                fields.append(_field("Subclasses", below))
        except Exception:
            pass
    return "\n".join(fields)
