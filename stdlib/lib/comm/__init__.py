"""Comms: messages of a program's own between it and the front end. The names are those of Jupyter's package `comm`."""
from comm.base_comm import BaseComm, CommManager

__all__ = ["BaseComm", "CommManager", "create_comm", "get_comm_manager"]
__version__ = "0.2.3"

_manager = CommManager()


def create_comm(*args, **kwargs):
    """A comm from this side: the front end is told of it."""
    return BaseComm(*args, **kwargs)


def get_comm_manager():
    """The one manager: it knows the targets and the open comms."""
    return _manager
