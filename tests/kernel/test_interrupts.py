"""Interrupts by message and by signal, in every state; the stdin channel; control while a cell runs."""
from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from front_end import FrontEnd

LOOP = "while True:\n    pass"


def by_message(kernel: FrontEnd) -> None:
    assert kernel.ask("control", "interrupt_request")["content"]["status"] == "ok"


def by_signal(kernel: FrontEnd) -> None:
    os.kill(kernel.process.pid, signal.SIGINT)


both = pytest.mark.parametrize("interrupt", [by_message, by_signal])


def running(kernel: FrontEnd, code: str, **changes: object) -> str:
    msg_id = kernel.execute(code, **changes)
    kernel.until("iopub", lambda m: m["parent_header"].get("msg_id") == msg_id)
    time.sleep(0.1)
    return msg_id


@both
def test_busy(kernel: FrontEnd, interrupt: Callable[[FrontEnd], None]) -> None:
    kernel.run("kept = 7")
    msg_id, queued = running(kernel, LOOP), kernel.execute("kept = 8")
    interrupt(kernel)
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    assert kernel.reply(queued)["content"]["status"] == "aborted"
    assert kernel.value("kept") == "7"


@both
def test_idle(kernel: FrontEnd, interrupt: Callable[[FrontEnd], None]) -> None:
    for _ in range(3):
        interrupt(kernel)
    time.sleep(0.1)
    assert kernel.run("1")[0]["status"] == "ok"


@both
def test_right_behind_the_cell(kernel: FrontEnd, interrupt: Callable[[FrontEnd], None]) -> None:
    """The cell may not have begun when the interrupt comes; it must stop all the same."""
    msg_id = kernel.execute(LOOP)
    kernel.until("iopub", lambda m: m["parent_header"].get("msg_id") == msg_id)
    interrupt(kernel)
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"


@both
def test_waiting_for_input(kernel: FrontEnd, interrupt: Callable[[FrontEnd], None]) -> None:
    msg_id = running(kernel, "input('never answered ')", allow_stdin=True)
    asked = kernel.until("stdin", lambda m: m["parent_header"].get("msg_id") == msg_id)
    interrupt(kernel)
    assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
    # An answer that comes too late is not the answer to the next question.
    later = running(kernel, "said = input('again ')", allow_stdin=True)
    kernel.until("stdin", lambda m: m["parent_header"].get("msg_id") == later)
    late = kernel.session.msg("input_reply", content={"value": "late"}, parent=asked)
    kernel.session.send(kernel.sockets["stdin"], late)
    kernel.session.send(kernel.sockets["stdin"], "input_reply", {"value": "in time"})
    assert kernel.reply(later)["content"]["status"] == "ok"
    assert kernel.value("said") == "'in time'"


@pytest.mark.parametrize("password", [False, True])
def test_input(kernel: FrontEnd, password: bool) -> None:
    ask = "import getpass; said = getpass.getpass('who? ')" if password else "print('before'); said = input('who? ')"
    msg_id = kernel.execute(ask, allow_stdin=True)
    request = kernel.until("stdin", lambda m: m["parent_header"].get("msg_id") == msg_id)
    assert request["msg_type"] == "input_request" and request["content"] == {"prompt": "who? ", "password": password}
    kernel.session.send(kernel.sockets["stdin"], kernel.session.msg("input_reply", content={"value": "é 𨭎"}, parent=request))
    assert kernel.reply(msg_id)["content"]["status"] == "ok"
    assert kernel.value("said") == "'é 𨭎'"


def test_input_not_allowed(kernel: FrontEnd) -> None:
    reply, _ = kernel.run("input('x')")
    assert reply["status"] == "error" and reply["ename"] == "StdinNotImplementedError"


def test_end_of_file(kernel: FrontEnd) -> None:
    msg_id = kernel.execute("input()", allow_stdin=True)
    kernel.until("stdin", lambda m: m["parent_header"].get("msg_id") == msg_id)
    kernel.session.send(kernel.sockets["stdin"], "input_reply", {"value": "\x04"})
    assert kernel.reply(msg_id)["content"]["ename"] == "EOFError"


def test_control_is_answered_while_a_cell_runs(kernel: FrontEnd) -> None:
    msg_id = running(kernel, LOOP)
    start = time.monotonic()
    for request in ("kernel_info_request", "usage_request"):
        kernel.ask("control", request)
    took = time.monotonic() - start
    by_message(kernel)
    kernel.reply(msg_id)
    assert took < 0.5, f"{took:.2f} s"


def test_shell_requests_wait_for_the_cell(kernel: FrontEnd) -> None:
    """A kernel_info on shell behind a running cell would otherwise say `idle` in the middle of it."""
    msg_id = running(kernel, LOOP)
    info = kernel.send("shell", "kernel_info_request")
    kernel.pump(0.2)
    assert not [m for m in kernel.kept["shell"] if m["parent_header"].get("msg_id") == info]
    by_message(kernel)
    kernel.reply(msg_id)
    assert kernel.reply(info)["content"]["status"] == "ok"


def test_no_lock_is_lost(kernel: FrontEnd) -> None:
    """An interrupt comes between two instructions: never after a lock was acquired and before its `with` has begun."""
    kernel.run("import threading\nlock = threading.Lock()")
    for _ in range(20):
        msg_id = kernel.execute("while True:\n    with lock:\n        pass")
        kernel.until("iopub", lambda m: m["parent_header"].get("msg_id") == msg_id)
        by_message(kernel)
        assert kernel.reply(msg_id)["content"]["ename"] == "KeyboardInterrupt"
        assert kernel.value("lock.locked()") == "False"
