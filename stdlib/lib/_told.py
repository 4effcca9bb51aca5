"""Classes of the library in the words of CPython's versions in C."""
from _pellucid import _stands_for_native


def reword(function, texts):
    """Puts other texts into a function's code; those looked for may be wrapped over several lines there."""
    code = function.__code__
    consts = tuple(texts.get(" ".join(c.split()), texts.get(c, c)) if isinstance(c, str) else c for c in code.co_consts)
    if consts != code.co_consts:
        function.__code__ = code.replace(co_consts=consts)


def stand_for_native(classes, texts):
    """Messages name the classes with their module, and their methods say the other texts."""
    for cls in classes:
        _stands_for_native(cls)
        for x in vars(cls).values():
            function = x.__func__ if isinstance(x, (classmethod, staticmethod)) else x
            if type(function) is type(reword):
                reword(function, texts)
