"""Looking into another process (CPython's module of this name reads its memory). Here the shapes of the answers are there, which
`asyncio.tools` works with; reading the memory of another process of this machine is not supported, and says so."""
from collections import namedtuple as _namedtuple

import pellucid as _pellucid

FrameInfo = _namedtuple("FrameInfo", ["filename", "lineno", "funcname"])
CoroInfo = _namedtuple("CoroInfo", ["call_stack", "task_name"])
TaskInfo = _namedtuple("TaskInfo", ["task_id", "task_name", "coroutine_stack", "awaited_by"])
ThreadInfo = _namedtuple("ThreadInfo", ["thread_id", "frame_list"])
AwaitedInfo = _namedtuple("AwaitedInfo", ["thread_id", "awaited_by"])


class RemoteUnwinder:
    """The stacks and tasks of another process."""

    def __init__(self, pid, *, all_threads=False, only_active_thread=False, debug=False):
        raise _pellucid.Unsupported(f"the memory of process {pid} (its stacks and tasks): reading another process's memory")
