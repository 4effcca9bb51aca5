"""Prelude of the exception types: what runs user code."""


def _exception_group_condition(matcher):
    if isinstance(matcher, type):
        if issubclass(matcher, BaseException):
            return lambda e: isinstance(e, matcher)
    elif isinstance(matcher, tuple):
        if all(isinstance(m, type) and issubclass(m, BaseException) for m in matcher):
            return lambda e: isinstance(e, matcher)
    elif callable(matcher):
        return matcher
    raise TypeError("expected an exception type, a tuple of exception types, or a callable (other than a class)")


def _exception_group_subset(group, exceptions):
    if not exceptions:
        return None
    result = group.derive(exceptions)
    if not isinstance(result, BaseExceptionGroup):
        raise TypeError("derive must return an instance of BaseExceptionGroup")
    result.__traceback__ = group.__traceback__
    result.__context__ = group.__context__
    suppress = result.__suppress_context__
    result.__cause__ = group.__cause__
    result.__suppress_context__ = suppress or group.__suppress_context__
    notes = getattr(group, "__notes__", None)
    if notes is not None and hasattr(type(notes), "__getitem__") and not isinstance(notes, (dict, set, frozenset)):
        result.__notes__ = list(notes)
    return result


def _exception_group_divide(exc, condition, want_rest):
    if condition(exc):
        return exc, None
    if not isinstance(exc, BaseExceptionGroup):
        return None, exc
    matching, rest = [], []
    for member in exc.exceptions:
        yes, no = _exception_group_divide(member, condition, want_rest)
        if yes is not None:
            matching.append(yes)
        if no is not None:
            rest.append(no)
    return (
        _exception_group_subset(exc, matching),
        _exception_group_subset(exc, rest) if want_rest else None,
    )


def exception_group_split(group, matcher):
    return _exception_group_divide(group, _exception_group_condition(matcher), True)


def exception_group_subgroup(group, matcher):
    return _exception_group_divide(group, _exception_group_condition(matcher), False)[0]
