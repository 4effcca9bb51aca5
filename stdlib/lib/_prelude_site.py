# What the module `site` adds to the built-in names; a notebook's `exit` and `quit` stand in front of those here. Classes of our own:
# those of `_sitebuiltins` read files of an installation, and bring in `os`, which would double the time that a program needs to start.
def session_site():
    import builtins
    import sys

    if sys.flags.no_site:
        return

    class Quitter:
        def __init__(self, name):
            self.name, self.eof = name, "Ctrl-D (i.e. EOF)"

        def __repr__(self):
            return f"Use {self.name}() or {self.eof} to exit"

        def __call__(self, code=None):
            try:
                sys.stdin.close()
            except Exception:
                pass
            raise SystemExit(code)

    class _Printer:
        def __init__(self, text):
            self.text = text

        def __repr__(self):
            return self.text

        def __call__(self):
            print(self.text)

    class _Helper:
        def __repr__(self):
            return "Type help() for interactive help, or help(object) for help about object."

        def __call__(self, *args, **kwargs):
            import pydoc

            return pydoc.help(*args, **kwargs)

    for kind in (Quitter, _Printer, _Helper):
        kind.__module__, kind.__qualname__ = "_sitebuiltins", kind.__name__
    builtins.quit, builtins.exit, builtins.help = Quitter("quit"), Quitter("exit"), _Helper()
    builtins.copyright = _Printer(sys.copyright)
    builtins.credits = _Printer("Pellucid stands on the work of everybody who made Python. See www.python.org for more.")
    builtins.license = _Printer("See https://docs.python.org/3/license.html")
