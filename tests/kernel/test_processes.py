"""Processes of cells: pools and processes over functions that no file defines, and what a fork prints."""
from __future__ import annotations

import pytest
from front_end import FrontEnd, text

DEFINITIONS = "import multiprocessing as mp, os\nK = 10\ndef times_k(x): return x * K"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_a_pool_finds_a_cells_function(kernel: FrontEnd, method: str) -> None:
    kernel.run(DEFINITIONS)
    reply, said = kernel.run(f"with mp.get_context({method!r}).Pool(2) as p: print(p.map(times_k, range(3)))", seconds=30)
    assert reply["status"] == "ok" and text(said) == "[0, 10, 20]\n"


def test_an_executor_finds_a_cells_function(kernel: FrontEnd) -> None:
    kernel.run(DEFINITIONS)
    code = "from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(2) as ex: print(list(ex.map(times_k, range(3))))"
    reply, said = kernel.run(code, seconds=30)
    assert reply["status"] == "ok" and text(said) == "[0, 10, 20]\n"


def test_a_fork_in_a_cell(kernel: FrontEnd) -> None:
    _, said = kernel.run("import os\nif os.fork() == 0:\n    print('child')\n    os._exit(0)\nos.wait()\nprint('parent')")
    assert text(said) == "child\nparent\n"
    assert kernel.run("1")[0]["status"] == "ok"


def test_a_deadlock_is_told(kernel: FrontEnd) -> None:
    reply, _ = kernel.run("import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()")
    assert reply["ename"] == "RuntimeError" and reply["evalue"].startswith("deadlock: every thread waits")
    assert kernel.run("1")[0]["status"] == "ok"
