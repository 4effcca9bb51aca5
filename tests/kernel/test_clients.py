"""Real clients: nbclient, papermill with parameters, nbval, and `jupyter console` in a terminal."""
from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from front_end import executable


def needs(module: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(importlib.util.find_spec(module) is None, reason=f"{module} is not installed beside the tests")


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """An environment in which Jupyter knows the kernel under test, and nothing of the user's."""
    with tempfile.TemporaryDirectory(prefix="clients-") as prefix:
        subprocess.run([executable(), "install", "--prefix", prefix], check=True, capture_output=True)
        own = {f"JUPYTER_{n}_DIR": f"{prefix}/{n}" for n in ("CONFIG", "DATA", "RUNTIME")}
        yield os.environ | own | {"JUPYTER_PATH": f"{prefix}/share/jupyter", "PELLUCID_HISTORY": "none", "PYTHONWARNINGS": "ignore"}


def notebook(path: Path, *cells: tuple[str, list[str]]) -> Path:
    made = [{"cell_type": "code", "id": f"c{i}", "metadata": {"tags": tags}, "source": code, "outputs": [], "execution_count": None}
            for i, (code, tags) in enumerate(cells)]
    kernel = {"name": "pellucid", "display_name": "Pellucid", "language": "python"}
    path.write_text(json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def call(env: dict[str, str], *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *map(str, args)], env=env, capture_output=True, text=True, timeout=180)


def outputs(path: Path) -> list[list[dict]]:
    return [c["outputs"] for c in json.loads(path.read_text())["cells"] if c["cell_type"] == "code"]


@needs("nbclient")
def test_nbclient(env: dict[str, str], tmp_path: Path) -> None:
    made = notebook(tmp_path / "n.ipynb", ("a = [1]\n%heap a", []), ("import asyncio\nawait asyncio.sleep(5)\nprint('slept')", []),
                    ("1/0", ["raises-exception"]), ("a", []))
    done = call(env, "-m", "jupyter", "execute", made, "--inplace")
    assert done.returncode == 0, done.stderr
    heap, slept, failed, value = outputs(made)
    assert "image/svg+xml" in heap[0]["data"] or "text/html" in heap[0]["data"]
    assert slept[0]["text"] in ("slept\n", ["slept\n"]) and failed[0]["ename"] == "ZeroDivisionError"
    assert value[0]["data"]["text/plain"] in ("[1]", ["[1]"])


@needs("papermill")
def test_papermill(env: dict[str, str], tmp_path: Path) -> None:
    made = notebook(tmp_path / "in.ipynb", ("n = 1\nwords = []", ["parameters"]), ("print(n * 2, words)", []))
    out = tmp_path / "out.ipynb"
    done = call(env, "-m", "papermill", made, out, "-p", "n", "21", "-y", "words: [a, 'é']", "--no-progress-bar")
    assert done.returncode == 0, done.stderr
    assert "".join(outputs(out)[-1][0]["text"]) == "42 ['a', 'é']\n"
    broken = notebook(tmp_path / "broken.ipynb", ("1/0", []), ("print('never')", []))
    done = call(env, "-m", "papermill", broken, out, "--no-progress-bar")
    assert done.returncode != 0 and "ZeroDivisionError" in done.stderr


@needs("nbval")
def test_nbval(env: dict[str, str], tmp_path: Path) -> None:
    """A notebook that has been executed gives the same when it is again: values, displays, lenses, tracebacks."""
    made = notebook(tmp_path / "n.ipynb", ("a = [1]\nb = [a, a]\n%heap b", []), ("print(id(a), hash('x'), {'b', 'a'})", []),
                    ("%%refcounts a\nc = a\ndel c", []), ("import time, random\ntime.time(), random.random()", []), ("1/0", ["raises-exception"]))
    assert call(env, "-m", "jupyter", "execute", made, "--inplace").returncode == 0
    done = call(env, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", "--rootdir", tmp_path, made)
    assert done.returncode == 0 and "5 passed" in done.stdout, done.stdout


@needs("jupyter_console")
@needs("pexpect")
def test_console_in_a_terminal(env: dict[str, str]) -> None:
    import pexpect

    console = pexpect.spawn(sys.executable, ["-m", "jupyter", "console", "--kernel", "pellucid", "--simple-prompt"],
                            env=env, encoding="utf-8", timeout=60, dimensions=(40, 120))
    try:
        def say(line: str, *wanted: str) -> None:
            console.sendline(line)
            for text in wanted:
                console.expect_exact(text)

        console.expect_exact("clear enough to see through")
        console.expect_exact("In [1]:")
        say("6 * 7", "42", "In [2]:")
        say("def f(x): return x * 2", "In [3]:")
        say("f(_)", "84", "In [4]:")
        say("1/0", "ZeroDivisionError", "division by zero", "In [5]:")
        say("name = input('who? ')", "who?")
        say("Ada", "In [6]:")
        say("print(name * 2)", "AdaAda", "In [7]:")
        say("while True: pass", "while True: pass")
        time.sleep(1)
        console.sendintr()
        console.expect_exact("KeyboardInterrupt")
        console.expect_exact("In [8]:")
        say("a = [1]", "In [9]:")
        say("%heap a", "list", "In [10]:")
        console.sendline("exit")
        console.expect(pexpect.EOF)
    finally:
        console.close(force=True)
