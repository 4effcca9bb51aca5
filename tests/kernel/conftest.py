"""Fixtures: `kernel` is a running kernel shared by the tests of a file, `fresh` one of its own."""
from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from front_end import FrontEnd


# What tests execute is no part of the user's history; kernels of other clients (nbclient) inherit this.
os.environ["PELLUCID_HISTORY"] = "none"


def started() -> FrontEnd:
    front_end = FrontEnd()
    front_end.ask("shell", "kernel_info_request", seconds=30)
    # The sockets connect in any order: what is published before the subscription has arrived is not for us.
    front_end.until("iopub", lambda m: m["msg_type"] == "iopub_welcome")
    return front_end


@pytest.fixture
def fresh() -> Iterator[FrontEnd]:
    front_end = started()
    yield front_end
    front_end.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[list[FrontEnd]]:
    holder = [started()]
    yield holder
    holder[0].close()


@pytest.fixture
def kernel(shared: list[FrontEnd]) -> FrontEnd:
    """Started again if an earlier test ended it, so that one failure does not become many."""
    if shared[0].process.poll() is not None:
        shared[0].close()
        shared[0] = started()
    return shared[0]
