"""Python halves of the natives about numbers, itertools, functools and operator: loops over user objects."""


def numbers_warn_deprecated(message):
    import warnings
    warnings.warn(message, DeprecationWarning, stacklevel=2)
