"""The notebook's shell: history of inputs and outputs, what a cell's value is shown as, and the answers to a front end."""
import builtins
import linecache
import sys

import _display
import IPython
from IPython import _format, _habits, display as _display_module
from IPython.core.error import UsageError


class Books:
    """Where the texts and values of cells are kept: the notebook's own, or the ones that no program sees."""

    LIMIT = 10_000

    def __init__(self, ns, history, outputs):
        self.ns, self.history, self.outputs = ns, history, outputs
        self.clear()

    def clear(self):
        self.hidden, self.under = {*self.ns}, ["", "", ""]

    def note(self, code, count):
        """A cell's text."""
        history, ns = self.history, self.ns
        while len(history) < count:
            history.append("")
        ns["_i"], ns["_ii"], ns["_iii"] = history[-1], ns.get("_i", ""), ns.get("_ii", "")
        history.append(code)
        ns[f"_i{count}"] = code
        self.hidden.add(f"_i{count}")

    def remember(self, value, count):
        """The value of a cell's last expression."""
        ns, under = self.ns, self.under
        if value is self.outputs:
            return
        # Names that the user has taken are left alone.
        for name, old in zip(("_", "__", "___"), under):
            if ns.get(name) is not old:
                break
        else:
            under[:] = [value, under[0], under[1]]
            ns["_"], ns["__"], ns["___"] = under
        ns[f"_{count}"] = value
        self.hidden.add(f"_{count}")
        self.outputs[count] = value


def _aside():
    """Books for cells that are not to be stored. They are kept all the same, out of sight: so such a cell takes the same
    memory as another, and a notebook shows the same addresses and counts whether its cells are stored (JupyterLab,
    nbclient) or not (nbval)."""
    return Books({"_": "", "__": "", "___": "", "_i": "", "_ii": "", "_iii": ""}, [""], {})


class Shell:
    """What `get_ipython()` gives."""

    def __init__(self, namespace):
        self.user_ns = namespace
        self.execution_count = 1
        self.payload = []
        # The displays that %%capture keeps, while it does.
        self.captured = None
        # Modules that %run has run, so that their functions keep their globals.
        self.kept_mains = []
        self.kernel = Kernel(self)
        self.events = Events()
        self.magics = {"line": {}, "cell": {}}
        self.history, self.outputs = [""], {}
        self.books, self._aside = Books(namespace, self.history, self.outputs), _aside()
        self.cell_name = "<cell>"
        self._fill()
        IPython._shell = self
        builtins.display = _display_module.display
        builtins.get_ipython = IPython.get_ipython

    def _fill(self):
        ns = self.user_ns
        ns.update(In=self.history, Out=self.outputs, _ih=self.history, _oh=self.outputs, _dh=["/home/student"])
        ns.update({"_": "", "__": "", "___": "", "_i": "", "_ii": "", "_iii": "", "exit": _Exit(self), "quit": _Exit(self)})
        ns["get_ipython"] = IPython.get_ipython
        self.books.clear()

    @property
    def hidden(self):
        """Names of the notebook's namespace that are not the user's."""
        return self.books.hidden

    # What the machine's front asks, in the order of a cell's life.

    def begin(self, code, name, count, kept):
        """A cell starts. `kept`: 2 in the notebook's books, 1 out of sight, 0 nowhere."""
        self.execution_count, self.cell_name = count, name
        self.payload = []
        self._cell = CellInfo(code, count, kept == 2)
        if kept:
            books = self.books if kept == 2 else self._aside
            books.note(code, count if kept == 2 else len(books.history))
            # So that `inspect.getsource` finds what cells define.
            linecache.cache[name] = (len(code), None, [line + "\n" for line in code.split("\n")], name)
        self.events.trigger("pre_execute")
        self.events.trigger("pre_run_cell", self._cell)

    def finish(self, value, count, store):
        """The value of a cell's last expression: JSON text of its bundle, or None."""
        if type(value) is _Exit:
            # `exit` alone on a line means the call.
            value = value()
        if value is None:
            return None
        data, metadata = _format.bundle(value)
        if store:
            self.books.remember(value, count)
        else:
            self._aside.remember(value, len(self._aside.history) - 1)
            if len(self._aside.history) > Books.LIMIT:
                self._aside = _aside()
        if not data:
            return None
        return _display.to_json([data, metadata])

    def take_payload(self):
        """The cell is over. JSON text of the payload that it left."""
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", self._cell)
        payload, self.payload = self.payload, []
        return _display.to_json(payload) if payload else None

    def user_expression(self, text):
        """JSON text of an expression's bundle."""
        value = eval(compile(text, "<user_expressions>", "eval"), self.user_ns)
        data, metadata = _format.bundle(value)
        return _display.to_json([data, metadata])

    def line_magic(self, text):
        """A `%name rest` line; its value."""
        return _habits.line(self, text)

    def cell_magic(self, text, body):
        """A `%%name rest` cell; its value."""
        return _habits.cell(self, text, body)

    def help(self, text):
        """`name?` and `name??`."""
        from IPython import _help

        name = text.strip().strip("?").strip()
        if "*" in name:
            return _help.search(self, name)
        found = _help.page(self, name, 1 if "??" in text else 0)
        if found is None:
            print(f"Object `{name}` not found.")
        else:
            self.payload.append({"source": "page", "data": {"text/plain": found}, "start": 0})

    def complete(self, code, cursor):
        from IPython import _complete

        return _display.to_json(_complete.complete(self, code, cursor))

    def inspect(self, code, cursor, detail):
        from IPython import _help

        found = _help.inspect(self, code, cursor, detail)
        return None if found is None else _display.to_json(found)

    def comm(self, kind, content, metadata, buffers):
        """A comm's message from the front end."""
        self.kernel.comm_manager._heard(kind, content, metadata, buffers)

    def comms(self, target):
        """JSON text of the open comms: id to target. An empty target means all."""
        return _display.to_json(self.kernel._open_comms(target or None))

    # What notebooks call.

    def run_line_magic(self, name, line, _stack_depth=1):
        return _habits.line(self, f"{name} {line}".strip())

    def run_cell_magic(self, name, line, cell):
        return _habits.cell(self, f"{name} {line}".strip(), cell)

    def magic(self, text):
        return _habits.line(self, text.lstrip("%"))

    def system(self, command):
        raise UsageError(
            f"there is no shell on this machine, so `!{command.strip()}` cannot run; use Python (os, pathlib, shutil) for files"
        )

    getoutput = system

    def register_magic_function(self, func, magic_kind="line", magic_name=None):
        name = magic_name or func.__name__
        for kind in ("line", "cell"):
            if kind in magic_kind:
                self.magics[kind][name] = func

    def run_cell(self, raw_cell, store_history=False, silent=False, **kwargs):
        value = self.run_text(raw_cell)
        if value is not None and not silent:
            _display_module.display(value)

    def run_text(self, text):
        """Runs text in the user's namespace as a cell; the value of its last expression."""
        value = _display.run_cell(text, self.cell_name, self.user_ns)
        if hasattr(value, "cr_code"):
            import asyncio

            loop = asyncio.get_event_loop()
            value = loop.run_until_complete(value)
        return value

    def ev(self, text):
        return eval(text, self.user_ns)

    def ex(self, text):
        exec(text, self.user_ns)

    def push(self, variables, interactive=True):
        self.user_ns.update(variables)

    def set_next_input(self, text, replace=False):
        self.payload.append({"source": "set_next_input", "text": text, "replace": replace})

    def forget(self, value):
        """Takes an object out of `_`, `Out` and their like."""
        for name in [k for k, v in self.user_ns.items() if v is value and k.startswith("_") and k in self.hidden]:
            self.user_ns[name] = ""
        self.books.under[:] = ["" if v is value else v for v in self.books.under]
        for count in [k for k, v in self.outputs.items() if v is value]:
            del self.outputs[count]

    def reset(self, new_session=True):
        ns = self.user_ns
        for name in [k for k in ns if not (k.startswith("__") and k.endswith("__"))]:
            del ns[name]
        self.outputs.clear()
        if new_session:
            self.history[:] = [""]
        self._fill()

    def show_usage(self):
        print("Pellucid: a Python machine that can be looked into; %lsmagic lists the commands of a cell.")


class Kernel:
    """What programs use of IPython's kernel object: the comms, and the request that is being answered."""

    def __init__(self, shell):
        self.shell = shell

    @property
    def comm_manager(self):
        import comm

        return comm.get_comm_manager()

    def get_parent(self, channel="shell"):
        """The request that is being answered, as far as widgets ask for it: its `msg_id`, another at every run."""
        return {"header": {"msg_id": _display.request_id()}}

    def _open_comms(self, target):
        if "comm" not in sys.modules:
            return {}
        return {c.comm_id: c.target_name for c in self.comm_manager.comms.values() if target in (None, c.target_name)}


class Events:
    """Callbacks around cells: `register("post_run_cell", f)`, with the names and arguments of IPython."""

    NAMES = ("pre_execute", "pre_run_cell", "post_execute", "post_run_cell")

    def __init__(self):
        self.callbacks = {name: [] for name in self.NAMES}

    def register(self, event, function):
        if event not in self.callbacks:
            raise KeyError(f"{event!r}: the events are {', '.join(self.NAMES)}")
        if function not in self.callbacks[event]:
            self.callbacks[event].append(function)

    def unregister(self, event, function):
        if function not in self.callbacks[event]:
            raise ValueError(f"Function {function!r} is not registered as a {event} callback")
        self.callbacks[event].remove(function)

    def trigger(self, event, *args):
        for function in self.callbacks[event][:]:
            try:
                function(*args)
            except Exception as e:
                print(f"Error in callback {function!r} (for {event}):", file=sys.stderr)
                _format.complain(e)


class CellInfo:
    """What `pre_run_cell` and `post_run_cell` are told of a cell."""

    def __init__(self, raw_cell, execution_count, store_history):
        self.raw_cell, self.execution_count, self.store_history = raw_cell, execution_count, store_history

    @property
    def info(self):
        # IPython tells the end of a cell with its result, which has the cell as `info`.
        return self


class _Exit:
    """`exit` and `quit`: calling either asks the front end to end the session."""

    def __init__(self, shell):
        self._shell = shell

    def __repr__(self):
        return "<IPython.core.autocall.ZMQExitAutocall>"

    def __call__(self, keep_kernel=False):
        self._shell.payload.append({"source": "ask_exit", "keepkernel": bool(keep_kernel)})
