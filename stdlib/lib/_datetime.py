"""Fast implementation of the datetime module."""
# The library's own `_pydatetime`, with what CPython's version in C says and does differently (Modules/_datetimemodule.c): the
# texts of its errors, attributes that are no properties, names of classes with their module. Its frames are never shown.
import _pydatetime as _py
import _told
from _pydatetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo

__all__ = ("date", "datetime", "time", "timedelta", "timezone", "tzinfo", "MINYEAR", "MAXYEAR", "UTC")

_TEXTS = {
    "result out of range": "date value out of range",
    "cannot compare naive and aware datetimes": "can't compare offset-naive and offset-aware datetimes",
    "cannot compare naive and aware times": "can't compare offset-naive and offset-aware times",
    "cannot mix naive and timezone-aware time": "can't subtract offset-naive and offset-aware datetimes",
    "timedelta # of days is too large: %d": "days=%d; must have magnitude <= 999999999",
    "tzinfo argument must be None or of a tzinfo subclass, not ": "tzinfo argument must be None or of a tzinfo subclass, not type ",
}


class _Attribute(property):
    def __set__(self, obj, value):
        raise AttributeError(f"attribute '{self.__name__}' of '{self.owner}' objects is not writable")

    def __delete__(self, obj):
        self.__set__(obj, None)


def _binding_problem(names, required, args, kwargs):
    """What is wrong with a call's arguments, in the words of the C API's parser (Python/getargs.c); None if nothing is."""
    given = len(args) + len(kwargs)
    if given > len(names):
        return f"function takes at most {len(names)} argument{'s' * (len(names) > 1)} ({given} given)"
    for i, name in enumerate(names):
        if i < len(args):
            if i < required and not hasattr(type(args[i]), "__index__"):
                return None
        elif i < required and name not in kwargs:
            return f"function missing required argument '{name}' (pos {i + 1})"
    for name in kwargs:
        if name in names[: len(args)]:
            return f"argument for function given by name ('{name}') and position ({names.index(name) + 1})"
        if name not in names:
            return f"this function got an unexpected keyword argument '{name}'"
    return None


def _constructor(cls, names, required):
    new = cls.__new__

    def __new__(cls, *args, **kwargs):
        try:
            return new(cls, *args, **kwargs)
        except TypeError:
            problem = _binding_problem(names, required, args, kwargs)
            if problem is None:
                raise
        raise TypeError(problem) from None

    __new__.__text_signature__ = None
    cls.__new__ = __new__


def _timedelta_new(cls, *args, **kwargs):
    try:
        return _new_timedelta(cls, *args, **kwargs)
    except TypeError as e:
        text = str(e)
        if not text.startswith("timedelta."):
            raise
    raise TypeError(text.removeprefix("timedelta.")) from None


def _timezone_new(cls, offset, name=timezone._Omitted):
    if not isinstance(offset, timedelta):
        raise TypeError(f"timezone() argument 1 must be datetime.timedelta, not {type(offset).__name__}")
    if name is not timezone._Omitted and not isinstance(name, str):
        raise TypeError(f"timezone() argument 2 must be str, not {type(name).__name__}")
    return _new_timezone(cls, offset, name)


def _checked_strftime(strftime):
    def checked(self, format):
        if not isinstance(format, str):
            raise TypeError(f"strftime() argument 1 must be str, not {type(format).__name__}")
        return strftime(self, format)

    checked.__name__, checked.__doc__ = "strftime", strftime.__doc__
    return checked


def _checked_timestamp(function):
    def checked(cls, timestamp, *args, **kwargs):
        if not hasattr(type(timestamp), "__float__") and not hasattr(type(timestamp), "__index__"):
            raise TypeError(f"argument must be int or float, not {type(timestamp).__name__}")
        return function(cls, timestamp, *args, **kwargs)

    checked.__name__, checked.__doc__ = function.__name__, function.__doc__
    return classmethod(checked)


def _checked_today(function):
    def today(cls, *args):
        if args:
            raise TypeError(f"{cls.__name__}.today() takes no arguments ({len(args)} given)")
        return function(cls)

    today.__doc__ = function.__doc__
    return today


def _fromordinal(cls, ordinal, /):
    if _py._index(ordinal) < 1:
        raise ValueError("ordinal must be >= 1")
    return _date_fromordinal(cls, ordinal)


def _combine(cls, date, time, tzinfo=True):
    for i, (x, wanted) in enumerate(((date, _py.date), (time, _py.time))):
        if not isinstance(x, wanted):
            raise TypeError(f"combine() argument {i + 1} must be datetime.{wanted.__name__}, not {type(x).__name__}")
    return _datetime_combine(cls, date, time, tzinfo)


def _astimezone(self, tz=None):
    _py._check_tzinfo_arg(tz)
    return _datetime_astimezone(self, tz)


def _warned(function):
    """A classmethod that warns first: at its caller, whose frame is next to the warning where this one is not seen."""
    text = next(c for c in function.__code__.co_consts if isinstance(c, str) and "deprecated" in c)

    def warned(cls, *args):
        import warnings

        warnings.warn(text, DeprecationWarning, stacklevel=1)
        seconds = args[0] if args else _py._time.time()
        return cls._fromtimestamp(seconds, True, None)

    warned.__name__, warned.__doc__ = function.__name__, function.__doc__
    return classmethod(warned)


def _iso_repr(self):
    return f"datetime.IsoCalendarDate(year={self.year}, week={self.week}, weekday={self.weekday})"


def _prepare():
    classes = (tzinfo, timedelta, date, time, datetime, timezone)
    _told.stand_for_native(classes, _TEXTS)
    _told.reword(_py._check_tzinfo_arg, _TEXTS)
    for cls in classes:
        for name, x in list(vars(cls).items()):
            if type(x) is property:
                attribute = _Attribute(x.fget, None, None, x.__doc__)
                attribute.owner = f"datetime.{cls.__name__}"
                setattr(cls, name, attribute)


_prepare()
_py._IsoCalendarDate.__repr__ = _iso_repr
_new_timedelta, _new_timezone = timedelta.__new__, timezone.__new__
_date_fromordinal = date.fromordinal.__func__
_datetime_combine, _datetime_astimezone = datetime.combine.__func__, datetime.astimezone
_DATE = ("year", "month", "day")
_TIME = ("hour", "minute", "second", "microsecond", "tzinfo", "fold")
_constructor(date, _DATE, 3)
_constructor(time, _TIME, 0)
_constructor(datetime, _DATE + _TIME, 3)
timedelta.__new__ = _timedelta_new
timezone.__new__ = _timezone_new
date.fromordinal = classmethod(_fromordinal)
date.today = classmethod(_checked_today(vars(date)["today"].__func__))
datetime.combine = classmethod(_combine)
datetime.astimezone = _astimezone
for _cls in (date, time):
    _cls.strftime = _checked_strftime(_cls.strftime)
for _cls in (date, datetime):
    _cls.fromtimestamp = _checked_timestamp(vars(_cls)["fromtimestamp"].__func__)
for _name in ("utcnow", "utcfromtimestamp"):
    setattr(datetime, _name, _warned(vars(datetime)[_name].__func__))
