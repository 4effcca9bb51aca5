"""Decorators by which a notebook defines magics of its own."""


def _register(kind, func, name):
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.register_magic_function(func, kind, name)
    return func


def _decorator(kind):
    def decorate(arg):
        if callable(arg):
            return _register(kind, arg, arg.__name__)
        return lambda func: _register(kind, func, arg)

    return decorate


register_line_magic = _decorator("line")
register_cell_magic = _decorator("cell")
register_line_cell_magic = _decorator("line_cell")
