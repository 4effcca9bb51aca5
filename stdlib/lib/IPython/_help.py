"""Help pages: signature, docstring, type of the object under the cursor."""
import re

from IPython import _look, _magic


def _at_cursor(code, cursor):
    """The dotted name at the cursor, else the function whose arguments the cursor is in."""
    for found in re.finditer(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", code):
        if found.start() <= cursor <= found.end():
            # Only up to the part that the cursor is in.
            end = code.find(".", cursor, found.end())
            return code[found.start() : found.end() if end < 0 else end]
    depth = 0
    for i in range(min(cursor, len(code)) - 1, -1, -1):
        if code[i] in ")]}":
            depth += 1
        elif code[i] in "([{":
            if depth == 0 and code[i] == "(":
                found = re.search(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$", code[:i])
                return found.group() if found else None
            depth -= 1
    return None


def inspect(shell, code, cursor, detail):
    """The bundle for `inspect_request`, or None."""
    name = _at_cursor(code, cursor)
    if name is None:
        return None
    text = page(shell, name, detail)
    if text is None:
        return None
    import html

    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return {"text/plain": text, "text/html": f"<pre>{html.escape(plain)}</pre>"}


def _field(title, text):
    gap = "\n" if "\n" in text else " " * max(1, 11 - len(title))
    return f"\x1b[31m{title}:\x1b[39m{gap}{text}"


def page(shell, name, detail):
    """The page about a name, or None when nothing has it."""
    if name.startswith("%"):
        bare = name.lstrip("%")
        func = _magic._LINE.get(bare) or _magic._CELL.get(bare)
        if bare in (lenses := _magic.lens_names()):
            return _field("Docstring", lenses[bare])
        return None if func is None else _field("Docstring", func.__doc__ or f"the magic {name}")
    obj = _look.name(shell, name)
    return None if obj is _look.MISSING else describe(obj, name, detail)


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


def describe(obj, name, detail):
    import inspect

    fields = []
    is_class = isinstance(obj, type)
    if callable(obj):
        signature = _signature(obj, name)
        if signature is not None:
            fields.append(_field("Init signature" if is_class else "Signature", signature))
    else:
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
    source = None
    if detail > 0 and callable(obj):
        try:
            source = inspect.getsource(obj)
        except Exception:
            source = None
    if source is not None:
        fields.append(_field("Source", "\n" + source.rstrip("\n")))
    else:
        fields.append(_field("Docstring", _doc(obj) or "<no docstring>"))
    try:
        fields.append(_field("File", inspect.getfile(obj)))
    except Exception:
        pass
    if callable(obj):
        fields.append(_field("Type", type(obj).__name__))
    return "\n".join(fields)
