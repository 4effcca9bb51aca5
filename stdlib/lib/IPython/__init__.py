"""The part of IPython that notebooks use: displays and the shell's habits, on this machine's kernel."""

version_info = (9, 0, 0, "")
__version__ = "9.0.0"

_shell = None


def get_ipython():
    """The running shell, or None outside of a notebook."""
    return _shell
