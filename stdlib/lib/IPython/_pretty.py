"""Objects as text, broken at 79 columns: groups that do not fit have each of their items on a line of its own.

The layout is IPython's: continuation lines are indented by the depth of groups, not by the column. The algorithm is
a tree of groups that is laid out from the outside in.
"""
import types

WIDTH = 79
LONGEST = 1000


class _Break:
    __slots__ = ("text",)

    def __init__(self, text):
        self.text = text


class _Group:
    __slots__ = ("indent", "parts", "width", "hard")

    def __init__(self, indent):
        self.indent = indent
        self.parts = []
        self.width = None
        self.hard = False


_NEWLINE = object()


class Printer:
    """What `_repr_pretty_` gets: the methods of IPython's printer that matter."""

    def __init__(self):
        self._root = _Group(0)
        self._open = [self._root]
        self._active = []

    def text(self, text):
        self._open[-1].parts.append(text)

    def breakable(self, sep=" "):
        self._open[-1].parts.append(_Break(sep))

    def break_(self):
        self._open[-1].parts.append(_NEWLINE)

    def begin_group(self, indent=0, open=""):
        if open:
            self.text(open)
        group = _Group(indent)
        self._open[-1].parts.append(group)
        self._open.append(group)

    def end_group(self, dedent=0, close=""):
        # The closing text belongs to the group: it must fit on the line too.
        if close:
            self.text(close)
        self._open.pop()

    def group(self, indent=0, open="", close=""):
        return _Within(self, indent, open, close)

    def indent(self, indent):
        return _Within(self, indent, "", "")

    def pretty(self, obj):
        active = self._active
        if len(active) > 200:
            self.text("...")
            return
        key = id(obj)
        cycle = key in active
        active.append(key)
        try:
            _dispatch(self, obj, cycle)
        finally:
            active.pop()

    def finish(self):
        out = []
        _lay_out(self._root, 0, 0, 0, out)
        return "".join(out)


class _Within:
    def __init__(self, printer, indent, open, close):
        self.printer, self.indent, self.open, self.close = printer, indent, open, close

    def __enter__(self):
        self.printer.begin_group(self.indent, self.open)

    def __exit__(self, *exc):
        self.printer.end_group(self.indent, self.close)


def _measure(group):
    """Width on one line; notes whether there is a line break that must be."""
    if group.width is None:
        total = 0
        for part in group.parts:
            if type(part) is str:
                total += len(part)
            elif type(part) is _Break:
                total += len(part.text)
            elif part is _NEWLINE:
                group.hard = True
            else:
                total += _measure(part)
                group.hard = group.hard or part.hard
        group.width = total
    return group.width


def _lead(parts, at, after):
    """Width of what follows without a possible break."""
    total = 0
    for part in parts[at:]:
        if type(part) is str:
            total += len(part)
        elif type(part) is _Group:
            for inner in part.parts:
                if type(inner) is not str:
                    return total
                total += len(inner)
        else:
            return total
    return total + after


def _lay_out(group, column, indent, after, out):
    """Writes a group that starts at a column; answers the column after it."""
    flat = column + _measure(group) + after <= WIDTH and not group.hard
    indent += group.indent
    parts = group.parts
    for i, part in enumerate(parts):
        if type(part) is str:
            out.append(part)
            column += len(part)
        elif type(part) is _Group:
            column = _lay_out(part, column, indent, 0 if flat else _lead(parts, i + 1, after), out)
        elif type(part) is _Break and flat:
            out.append(part.text)
            column += len(part.text)
        else:
            out.append("\n" + " " * indent)
            column = indent
    return column


def _sequence(open, close, base):
    def show(p, obj, cycle):
        if cycle:
            return p.text(open + "..." + close)
        p.begin_group(len(open), open)
        for i, x in enumerate(obj):
            if i:
                p.text(",")
                p.breakable()
            if i >= LONGEST:
                p.text("...")
                break
            p.pretty(x)
        if len(obj) == 1 and base is tuple:
            p.text(",")
        p.end_group(len(open), close)

    return show


def _set(open, close, base):
    def show(p, obj, cycle):
        if cycle:
            return p.text(open + "..." + close)
        if not obj:
            return p.text(base.__name__ + "()")
        try:
            items = sorted(obj) if len(obj) <= LONGEST else list(obj)
        except Exception:
            items = list(obj)
        p.begin_group(len(open), open)
        for i, x in enumerate(items):
            if i:
                p.text(",")
                p.breakable()
            if i >= LONGEST:
                p.text("...")
                break
            p.pretty(x)
        p.end_group(len(open), close)

    return show


def _dict(p, obj, cycle):
    if cycle:
        return p.text("{...}")
    p.begin_group(1, "{")
    for i, (key, value) in enumerate(obj.items()):
        if i:
            p.text(",")
            p.breakable()
        if i >= LONGEST:
            p.text("...")
            break
        p.pretty(key)
        p.text(": ")
        p.pretty(value)
    p.end_group(1, "}")


def _full_name(obj):
    name = getattr(obj, "__qualname__", None) or obj.__name__
    module = getattr(obj, "__module__", None)
    return name if module in (None, "builtins", "exceptions") else f"{module}.{name}"


def _function(p, obj, cycle):
    name = _full_name(obj)
    try:
        import inspect

        name += str(inspect.signature(obj))
    except Exception:
        pass
    p.text(f"<function {name}>")


def _class(p, obj, cycle):
    if type(obj).__repr__ is not type.__repr__:
        return _plain(p, obj, cycle)
    try:
        p.text(_full_name(obj))
    except Exception:
        _plain(p, obj, cycle)


def _plain(p, obj, cycle):
    for i, line in enumerate(repr(obj).split("\n")):
        if i:
            p.break_()
        p.text(line)


def _call(name, *args):
    """`name(a, b)` with its arguments broken if they must."""

    def show(p, obj, cycle):
        title = type(obj).__name__
        if cycle:
            return p.text(title + "(...)")
        p.begin_group(len(title) + 1, title + "(")
        for i, arg in enumerate(args):
            value = arg(obj)
            if value is None and i:
                continue
            if i:
                p.text(",")
                p.breakable()
            p.pretty(value)
        p.end_group(len(title) + 1, ")")

    return show


_PRINTERS = {
    list: _sequence("[", "]", list),
    tuple: _sequence("(", ")", tuple),
    set: _set("{", "}", set),
    frozenset: _set("frozenset({", "})", frozenset),
    dict: _dict,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    type: _class,
}
_BY_NAME = {
    ("collections", "defaultdict"): _call("defaultdict", lambda d: d.default_factory, lambda d: dict(d)),
    ("collections", "Counter"): _call("Counter", lambda d: dict(d.most_common())),
    ("collections", "deque"): _call("deque", lambda d: list(d), lambda d: None),
}


def _dispatch(p, obj, cycle):
    kind = type(obj)
    own = getattr(kind, "_repr_pretty_", None) if kind is not type else None
    if own is not None and callable(own) and not isinstance(obj, type):
        return own(obj, p, cycle)
    for cls in kind.__mro__:
        printer = _PRINTERS.get(cls)
        if printer is not None:
            if cls is not kind and cls is not type and kind.__repr__ is not cls.__repr__:
                break
            return printer(p, obj, cycle)
        if cls.__module__ == "collections":
            printer = _BY_NAME.get((cls.__module__, cls.__name__))
            if printer is not None and kind is cls:
                return printer(p, obj, cycle)
        if "__repr__" in cls.__dict__:
            break
    _plain(p, obj, cycle)


def pretty(obj):
    """The text/plain of an object."""
    kind = type(obj)
    if kind is int or kind is float or kind is str or kind is bool or obj is None:
        return repr(obj)
    p = Printer()
    p.pretty(obj)
    return p.finish()
