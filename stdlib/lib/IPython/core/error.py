"""Errors of the shell that programs may catch by name."""


class IPythonCoreError(Exception):
    """Any error of the shell itself."""


class TryNext(IPythonCoreError):
    """A handler passes the matter on."""


class UsageError(IPythonCoreError):
    """A magic was used wrongly."""


class StdinNotImplementedError(IPythonCoreError, NotImplementedError):
    """A line was asked for, but the front end takes no input."""
