"""Habits about what a cell shows: `%%capture`, cells in other languages, `%tb`."""
import sys

from IPython._habits.table import habit
from IPython.core.error import UsageError


@habit("capture", line=False, cell=True, argument=("--no-stdout", "--no-stderr", "--no-display"))
def capture(shell, text, body=None):
    """%%capture [NAME] [--no-stdout] [--no-stderr] [--no-display]: runs the cell and keeps what it writes and displays."""
    import contextlib
    import io

    words = text.split()
    names = [w for w in words if not w.startswith("-")]
    wrong = [w for w in words if w.startswith("-") and w not in ("--no-stdout", "--no-stderr", "--no-display")]
    if wrong or len(names) > 1:
        raise UsageError(f"%%capture takes one name, --no-stdout, --no-stderr and --no-display; it got `{text}`")
    out, err = io.StringIO(), io.StringIO()
    outer, outputs = shell.captured, []
    if "--no-display" not in words:
        shell.captured = outputs
    try:
        with contextlib.ExitStack() as stack:
            if "--no-stdout" not in words:
                stack.enter_context(contextlib.redirect_stdout(out))
            if "--no-stderr" not in words:
                stack.enter_context(contextlib.redirect_stderr(err))
            value = shell.run_text(body)
            if value is not None:
                from IPython.display import display

                display(value)
    finally:
        shell.captured = outer
        if names:
            shell.user_ns[names[0]] = Captured(out.getvalue(), err.getvalue(), outputs)


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


def _language(mime, what, *names):
    def show(shell, text, body=None):
        from IPython.display import publish_display_data

        publish_display_data({mime: body, "text/plain": "<IPython.core.display object>"})

    show.__doc__ = f"%%{names[0]}: shows the cell's text as {what}."
    habit(*names, line=False, cell=True, argument=())(show)


_language("text/html", "HTML", "html", "HTML")
_language("text/markdown", "Markdown", "markdown")
_language("text/latex", "LaTeX", "latex")
_language("image/svg+xml", "an SVG picture", "svg", "SVG")
_language("application/javascript", "JavaScript, if the front end runs it", "javascript", "js")


@habit("tb", argument=())
def tb(shell, text):
    """%tb: the last traceback once more."""
    import pellucid

    exc = getattr(sys, "last_exc", None)
    if exc is None:
        raise UsageError("no traceback: nothing has failed yet")
    print("\n".join(pellucid._format_cell_exception(exc)))


@habit("colors", "xmode", "autosave", "precision", "pprint", "automagic", "doctest_mode", "logstop", argument=())
def quiet(shell, text):
    """%colors, %xmode, %autosave, %precision, %pprint, %automagic: taken, and without effect."""
