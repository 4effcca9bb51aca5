"""C decimal arithmetic module"""
# The library's own `_pydecimal`, with what CPython's version in C says differently (Modules/_decimal/_decimal.c): a signal's
# text is the list of its conditions, and the texts of other errors. Its frames are never shown.
import _pydecimal as _py
import _told
from _pydecimal import *
from _pydecimal import __all__, __libmpdec_version__, __version__

_TEXTS = {
    "Cannot hash a signaling NaN value.": "Cannot hash a signaling NaN value",
    "Cannot convert signaling NaN to float": "cannot convert signaling NaN to float",
    "Cannot convert NaN to integer": "cannot convert NaN to integer",
    "Cannot convert infinity to integer": "cannot convert Infinity to integer",
    "argument must be int or float.": "argument must be int or float",
    "Second argument to round should be integral": "optional arg must be an integer",
    "Invalid tuple size in creation of Decimal from list or tuple.  The list or tuple should have exactly three elements.":
        "argument must be a sequence of length 3",
    "The second value in the tuple must be composed of integers in the range 0 through 9.":
        "coefficient must be a tuple of digits",
    "Invalid sign.  The first value in the tuple should be an integer; either 0 for a positive number or 1 for a negative number.":
        "sign must be an integer with the value 0 or 1",
    "The third value in the tuple must be an integer, or one of the strings 'F', 'n', 'N'.":
        "string argument in the third position must be 'F', 'n' or 'N'",
}
# The order in which a context's repr names them.
_ORDER = [Clamped, InvalidOperation, DivisionByZero, Inexact, FloatOperation, Overflow, Rounded, Subnormal, Underflow]
_RANGES = {
    "prec": "valid range for prec is [1, MAX_PREC]",
    "Emin": "valid range for Emin is [MIN_EMIN, 0]",
    "Emax": "valid range for Emax is [0, MAX_EMAX]",
    "capitals": "valid values for capitals are 0 or 1",
    "clamp": "valid values for clamp are 0 or 1",
}
_ROUNDINGS = (
    "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n"
    "   ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]"
)


def _unsupported(x):
    return TypeError(f"conversion from {type(x).__name__} to Decimal is not supported")


def _decimal_new(cls, value="0", context=None):
    if not isinstance(value, (str, int, Decimal, float, tuple, list, _py._WorkRep)):
        raise _unsupported(value)
    if context is not None and not isinstance(context, Context):
        raise TypeError("optional argument must be a context")
    return _new_decimal(cls, value, context)


def _convert(other, raiseit=False, allow_float=False):
    if isinstance(other, Decimal):
        return other
    converted = _convert_plainly(other, False, allow_float)
    if raiseit and converted is NotImplemented:
        raise _unsupported(other)
    return converted


def _raise_error(self, condition, explanation=None, *args):
    error = _py._condition_map.get(condition, condition)
    if error in self._ignored_flags:
        return error().handle(self, *args)
    self.flags[error] = True
    if not self.traps[error]:
        return condition().handle(self, *args)
    raise error([condition])


def _divmod(self, other, context=None):
    other = _py._convert_other(other)
    if other is NotImplemented:
        return other
    if self and not other and not self._isinfinity() and not self._isnan() and not other._isnan():
        context = getcontext() if context is None else context
        if context.traps[DivisionByZero] and context.traps[InvalidOperation]:
            context.flags[InvalidOperation] = context.flags[DivisionByZero] = True
            raise InvalidOperation([InvalidOperation, DivisionByZero])
    return _decimal_divmod(self, other, context)


def _parse_format(format_spec, _localeconv=None):
    try:
        return _parse_format_plainly(format_spec, _localeconv)
    except ValueError:
        pass
    raise ValueError("invalid format string")


def _context_init(self, *args, **kwargs):
    _init_context(self, *args, **kwargs)
    for signals in (self.flags, self.traps):
        if type(signals[InvalidOperation]) is not bool:
            signals.update([(signal, bool(on)) for signal, on in signals.items()])


def _check_integer(self, name, value, vmin, vmax):
    if not isinstance(value, int):
        raise TypeError(f"'{type(value).__name__}' object cannot be interpreted as an integer")
    try:
        return _check_integer_plainly(self, name, value, vmin, vmax)
    except ValueError:
        pass
    raise ValueError(_RANGES[name])


def _context_setattr(self, name, value):
    if name == "rounding" and value not in _py._rounding_modes:
        raise TypeError(_ROUNDINGS)
    return _set_context(self, name, value)


def _context_repr(self):
    names = [", ".join(s.__name__ for s in _ORDER if signals[s]) for signals in (self.flags, self.traps)]
    return (
        f"Context(prec={self.prec}, rounding={self.rounding}, Emin={self.Emin}, Emax={self.Emax}, "
        f"capitals={self.capitals}, clamp={self.clamp}, flags=[{names[0]}], traps=[{names[1]}])"
    )


_told.stand_for_native((Decimal, Context), _TEXTS)
_new_decimal, _decimal_divmod = Decimal.__new__, Decimal.__divmod__
_init_context, _set_context, _check_integer_plainly = Context.__init__, Context.__setattr__, Context._set_integer_check
_convert_plainly, _parse_format_plainly = _py._convert_other, _py._parse_format_specifier
Decimal.__new__, Decimal.__divmod__ = _decimal_new, _divmod
Context.__init__, Context.__repr__, Context.__setattr__ = _context_init, _context_repr, _context_setattr
Context._raise_error, Context._set_integer_check = _raise_error, _check_integer
_py._convert_other, _py._parse_format_specifier = _convert, _parse_format
for _context in (DefaultContext, BasicContext, ExtendedContext):
    for _signals in (_context.flags, _context.traps):
        _signals.update({signal: bool(on) for signal, on in _signals.items()})
