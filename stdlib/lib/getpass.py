"""Passwords and the user's name. The front end is asked, not a terminal device: it hides what is typed."""
import sys
import warnings

from _pellucid import _input_line

__all__ = ["getpass", "getuser", "GetPassWarning"]


class GetPassWarning(UserWarning):
    """What is typed may be seen."""


def _check_echo_char(echo_char):
    if echo_char is None:
        return
    if not isinstance(echo_char, str):
        raise TypeError(f"'echo_char' must be a str or None, not {type(echo_char).__name__}")
    if len(echo_char) != 1 or not (echo_char.isprintable() and echo_char.isascii()):
        raise ValueError(f"'echo_char' must be a single printable ASCII character, got: {echo_char!r}")


def _from_stream(prompt, stream):
    warnings.warn("Can not control echo on the terminal.", GetPassWarning, stacklevel=3)
    stream = stream or sys.stderr
    print("Warning: Password input may be echoed.", file=stream)
    if prompt:
        stream.write(prompt)
        stream.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def getpass(prompt="Password: ", stream=None, *, echo_char=None):
    """A line that the front end reads without showing it."""
    _check_echo_char(echo_char)
    if sys.stdin is not sys.__stdin__:
        return _from_stream(prompt, stream)
    return _input_line(str(prompt), True)


def getuser():
    """The first of LOGNAME, USER, LNAME, USERNAME in the environment, or the account of the process."""
    import os

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if user := os.environ.get(name):
            return user
    try:
        import pwd

        return pwd.getpwuid(os.getuid())[0]
    except (ImportError, KeyError) as error:
        raise OSError("No username set in the environment") from error
