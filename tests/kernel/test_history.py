"""History: tail, range and search; the file that sessions share, and the switch that keeps none."""
from __future__ import annotations

import time
from pathlib import Path

from front_end import FrontEnd, executable


def ask(f: FrontEnd, **content: object) -> list:
    return f.ask("shell", "history_request", **({"output": False, "raw": True} | content))["content"]["history"]


def finish(f: FrontEnd) -> None:
    f.ask("control", "shutdown_request", restart=False)
    assert f.process.wait(5) == 0
    f.close()


def test_one_session(fresh: FrontEnd) -> None:
    for code in ("a = 1", "6 * 7", "a = 1"):
        fresh.run(code)
    fresh.run("hidden = 1", store_history=False)
    tail = ask(fresh, hist_access_type="tail", n=2)
    assert [entry[2] for entry in tail] == ["6 * 7", "a = 1"]
    session = tail[0][0]
    assert ask(fresh, hist_access_type="range", session=session, start=2, stop=3, output=True) == [[session, 2, ["6 * 7", "42"]]]
    assert len(ask(fresh, hist_access_type="range", session=0, start=1, stop=3)) == 2
    assert len(ask(fresh, hist_access_type="search", pattern="a ?*")) == 2
    assert len(ask(fresh, hist_access_type="search", pattern="a*", unique=True)) == 1
    assert len(ask(fresh, hist_access_type="search", pattern="*", n=1)) == 1


def test_sessions_share_a_file(tmp_path: Path) -> None:
    file = tmp_path / "state/pellucid/history.sqlite"
    for code in ("x = 'é 𨭎'", "second = 2"):
        f = FrontEnd(PELLUCID_HISTORY="", XDG_STATE_HOME=str(tmp_path / "state"))
        f.run(code)
        finish(f)
    assert file.stat().st_mode & 0o777 == 0o600
    f = FrontEnd("--history", str(file))
    try:
        assert [e[2] for e in ask(f, hist_access_type="tail", n=5)] == ["x = 'é 𨭎'", "second = 2"]
        f.run("third")
        assert [e[2] for e in ask(f, hist_access_type="range", session=-1, start=1, stop=9)] == ["second = 2"]
        assert [e[1:] for e in ask(f, hist_access_type="search", pattern="x*")] == [[1, "x = 'é 𨭎'"]]
    finally:
        f.close()


def test_two_kernels_at_once(tmp_path: Path) -> None:
    file = str(tmp_path / "h.sqlite")
    both = [FrontEnd("--history", file) for _ in range(2)]
    ids = [[f.execute(f"'{i}.{n}'") for n in range(50)] for i, f in enumerate(both)]
    for f, sent in zip(both, ids, strict=True):
        assert all(f.reply(i)["content"]["status"] == "ok" for i in sent)
    for f in both:
        finish(f)
    f = FrontEnd("--history", file)
    try:
        kept = [e[2] for e in ask(f, hist_access_type="search", pattern="*")]
        assert sorted(kept) == sorted(f"'{i}.{n}'" for i in range(2) for n in range(50))
    finally:
        f.close()


def test_none_is_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    for options, said in ((("--history", "none"), ""), ((), "none")):
        f = FrontEnd(*options, PELLUCID_HISTORY=said, XDG_STATE_HOME=str(state))
        f.run("secret = 1")
        assert len(ask(f, hist_access_type="tail", n=5)) == 1, "the session itself is remembered"
        finish(f)
    assert not state.exists()


def test_a_damaged_file(tmp_path: Path) -> None:
    file = tmp_path / "h.sqlite"
    file.write_bytes(b"no database at all, but long enough to look at " * 40)
    before = file.read_bytes()
    f = FrontEnd("--history", str(file))
    f.run("a = 1")
    assert [e[2] for e in ask(f, hist_access_type="tail", n=5)] == ["a = 1"]
    f.ask("control", "shutdown_request", restart=False)
    assert f.process.wait(5) == 0 and "move it away" in f.process.stderr.read()
    f.close()
    assert file.read_bytes() == before


def test_a_cell_does_not_wait_for_a_locked_file(tmp_path: Path) -> None:
    import sqlite3

    file = str(tmp_path / "h.sqlite")
    f = FrontEnd("--history", file)
    try:
        f.run("first")
        ask(f, hist_access_type="tail", n=1)
        with sqlite3.connect(file) as other:
            other.execute("BEGIN EXCLUSIVE")
            start = time.monotonic()
            f.run("second")
            assert time.monotonic() - start < 1
            other.rollback()
        assert [e[2] for e in ask(f, hist_access_type="tail", n=5)] == ["first", "second"]
    finally:
        f.close()


def test_install_with_a_switch(tmp_path: Path) -> None:
    import json
    import subprocess

    done = subprocess.run([executable(), "install", "--prefix", str(tmp_path), "--history", "none"], capture_output=True, check=True)
    spec = json.loads((tmp_path / "share/jupyter/kernels/pellucid/kernel.json").read_text())
    assert spec["argv"][-2:] == ["--history", "none"], done
