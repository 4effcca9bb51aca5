"""IPython's habits: `%name` and `%%name` that are no lenses. `table.py` has the table, the other files its entries."""
import sys

import _display
from IPython._habits import files, names, refusals, shown, timing
from IPython._habits.table import TABLE
from IPython.core.error import UsageError


def lens_names():
    """The machine's own commands, each with its help."""
    import pellucid

    return dict(pellucid._names())


def _lenses(mark):
    """Lenses that may stand behind `%` (a line) or `%%` (a cell that they watch): their help says so."""
    import re

    return [n for n, help in lens_names().items() if re.search(rf"(?<!%){mark}{n}\b", help)]


def line(shell, text):
    """Carries out `%name rest`."""
    name, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if name.endswith("?"):
        return shell.help("%" + name)
    own = shell.magics["line"].get(name)
    if own is not None:
        return own(rest)
    entry = TABLE.get(name)
    if entry is not None and entry.line:
        return entry.run(shell, rest)
    if name in lens_names():
        return _lens(name, rest)
    known = [*(n for n, e in TABLE.items() if e.line), *shell.magics["line"], *lens_names()]
    raise UsageError(_unknown("Line", "%", name, known, entry is not None or name in shell.magics["cell"]))


def cell(shell, text, body):
    """Carries out `%%name rest` with the text below it."""
    name, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if name.endswith("?"):
        return shell.help("%%" + name)
    own = shell.magics["cell"].get(name)
    if own is not None:
        return own(rest, body)
    entry = TABLE.get(name)
    if entry is not None and entry.cell:
        return entry.run(shell, rest, body)
    known = [*(n for n, e in TABLE.items() if e.cell), *shell.magics["cell"], *_lenses("%%")]
    raise UsageError(_unknown("Cell", "%%", name, known, entry is not None))


def help_of(shell, text):
    """The help of `%name` or `%%name`, or None."""
    name = text.lstrip("%")
    for kind in ("line", "cell"):
        if name in shell.magics[kind]:
            return shell.magics[kind][name].__doc__ or f"%{name}: a command that this notebook has defined."
    lenses = lens_names()
    if name in lenses:
        return lenses[name]
    return TABLE[name].help if name in TABLE else None


def offered(shell, mark):
    """Names that may stand behind `%` or `%%`."""
    if mark == "%":
        return {*(n for n, e in TABLE.items() if e.line), *shell.magics["line"], *_lenses("%")}
    return {*(n for n, e in TABLE.items() if e.cell), *shell.magics["cell"], *_lenses("%%")}


def words_of(name):
    """What completion offers as a command's argument: "code", "file", "type", "name", or a tuple of words."""
    if name in TABLE:
        return TABLE[name].argument
    import re

    # The words in small letters that a lens's help has behind its name: `%gc collect`.
    found = re.findall(rf"%{name} ([a-z][a-z ]*)", lens_names().get(name, ""))
    return tuple(dict.fromkeys(" ".join(found).split())) or "code"


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
