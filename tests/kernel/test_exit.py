"""How a kernel ends: shutdown on control and shell, with all said before; SIGTERM; a parent that is gone."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from front_end import FrontEnd, executable, kinds, text


@pytest.mark.parametrize("channel", ["control", "shell"])
@pytest.mark.parametrize("restart", [False, True])
def test_shutdown(fresh: FrontEnd, channel: str, restart: bool) -> None:
    msg_id = fresh.send(channel, "shutdown_request", restart=restart)
    reply = fresh.reply(msg_id, channel)["content"]
    assert reply == {"status": "ok", "restart": restart}
    assert fresh.process.wait(5) == 0
    assert kinds(fresh.published(msg_id)) == ["busy", "shutdown_reply", "idle"]


def test_the_reply_is_never_lost() -> None:
    for _ in range(10):
        f = FrontEnd(subscribe_early=False)
        try:
            f.ask("shell", "kernel_info_request")
            f.ask("control", "shutdown_request", restart=False, seconds=5)
            assert f.process.wait(5) == 0
        finally:
            f.close()


def test_output_is_flushed_before_exit(fresh: FrontEnd) -> None:
    msg_id = fresh.execute("print('x' * 1000000)")
    # Not through reply(): that would read IOPub meanwhile, and its messages are to be still under way.
    assert fresh.sockets["shell"].poll(10_000)
    end = fresh.send("control", "shutdown_request", restart=False)
    assert fresh.process.wait(5) == 0
    fresh.reply(end, "control")
    assert len(text(fresh.published(msg_id))) == 1_000_001


@pytest.mark.parametrize("code", ["while True: pass", "input()"])
def test_shutdown_while_a_cell_runs(fresh: FrontEnd, code: str) -> None:
    msg_id = fresh.execute(code, allow_stdin=True)
    fresh.until("iopub", lambda m: m["parent_header"].get("msg_id") == msg_id)
    assert fresh.ask("control", "shutdown_request", restart=True)["content"]["status"] == "ok"
    assert fresh.process.wait(5) == 0


def test_sigterm(fresh: FrontEnd) -> None:
    fresh.process.send_signal(signal.SIGTERM)
    assert fresh.process.wait(5) == 0


def test_a_kernel_does_not_outlive_its_front_end(tmp_path) -> None:
    """The front end is a child process here that starts a kernel and dies without a word."""
    script = (
        "import os, subprocess, sys, json; sys.path.insert(0, sys.argv[2]);"
        "os.environ['JPY_PARENT_PID'] = str(os.getpid());"
        "from front_end import FrontEnd; f = FrontEnd(); f.ask('shell', 'kernel_info_request');"
        "print(f.process.pid, flush=True); os._exit(0)"
    )
    env = os.environ | {"PELLUCID": executable(), "TMPDIR": str(tmp_path)}
    here = os.path.dirname(__file__)
    done = subprocess.run([sys.executable, "-c", script, "-", here], capture_output=True, text=True, env=env, timeout=30)
    pid = int(done.stdout)
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat") as f:
                if f.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
        except FileNotFoundError:
            return
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the kernel still runs")
