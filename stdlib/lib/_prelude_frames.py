# `frame.f_locals` of a function (PEP 667): a view of its variables that writes through.

_ABSENT = object()


def frame_locals(frame):
    return FrameLocalsProxy(frame)


class FrameLocalsProxy:
    __slots__ = ("_frame",)

    def __new__(cls, *args, **kwargs):
        if kwargs:
            raise TypeError("FrameLocalsProxy takes no keyword arguments")
        if len(args) != 1:
            raise TypeError(f"FrameLocalsProxy expected 1 argument, got {len(args)}")
        if type(args[0]).__name__ != "frame":
            raise TypeError(f"expect frame, not {type(args[0]).__name__}")
        self = object.__new__(cls)
        self._frame = args[0]
        return self

    def __init__(self, *args, **kwargs):
        pass

    def __getitem__(self, key):
        value = _frame_vars(self._frame).get(key, _ABSENT)
        if value is _ABSENT:
            raise KeyError(f"local variable {key!r} is not defined")
        return value

    def __setitem__(self, key, value):
        if not (isinstance(key, str) and _frame_set_var(self._frame, key, value)):
            _frame_extra(self._frame)[key] = value

    def __delitem__(self, key):
        extra = _frame_extra(self._frame)
        if key not in extra:
            if key in self:
                raise ValueError("cannot remove local variables from FrameLocalsProxy")
            raise KeyError(key)
        del extra[key]

    def __contains__(self, key):
        return key in _frame_vars(self._frame)

    def __len__(self):
        return len(_frame_vars(self._frame))

    def __iter__(self):
        return iter(list(_frame_vars(self._frame)))

    def __reversed__(self):
        return reversed(list(_frame_vars(self._frame)))

    def __repr__(self):
        return _frame_locals_repr(self._frame, _frame_vars(self._frame))

    def __eq__(self, other):
        if isinstance(other, FrameLocalsProxy):
            return self._frame is other._frame
        if isinstance(other, dict):
            return _frame_vars(self._frame) == other
        return NotImplemented

    __hash__ = None

    def __or__(self, other):
        if not isinstance(other, (dict, FrameLocalsProxy)):
            return NotImplemented
        out = _frame_vars(self._frame)
        out.update(other)
        return out

    def __ror__(self, other):
        if not isinstance(other, (dict, FrameLocalsProxy)):
            return NotImplemented
        out = dict(other)
        out.update(_frame_vars(self._frame))
        return out

    def __ior__(self, other):
        self.update(other)
        return self

    def keys(self):
        return list(_frame_vars(self._frame))

    def values(self):
        return list(_frame_vars(self._frame).values())

    def items(self):
        return list(_frame_vars(self._frame).items())

    def copy(self):
        return _frame_vars(self._frame)

    def get(self, key, default=None, /):
        return _frame_vars(self._frame).get(key, default)

    def setdefault(self, key, default=None, /):
        found = _frame_vars(self._frame)
        if key in found:
            return found[key]
        self[key] = default
        return default

    def update(self, other, /):
        if not hasattr(other, "keys"):
            other = dict(other)
        for key in other.keys():
            self[key] = other[key]

    def pop(self, key, *default):
        if len(default) > 1:
            raise TypeError(f"pop expected at most 2 arguments, got {1 + len(default)}")
        extra = _frame_extra(self._frame)
        if key in extra:
            return extra.pop(key)
        if key in self:
            raise ValueError("cannot remove local variables from FrameLocalsProxy")
        if default:
            return default[0]
        raise KeyError(key)


FrameLocalsProxy.__module__ = "builtins"
_frame_reprs = []


def _frame_locals_repr(frame, found):
    if any(f is frame for f in _frame_reprs):
        return "{...}"
    _frame_reprs.append(frame)
    try:
        return repr(found)
    finally:
        _frame_reprs.pop()
