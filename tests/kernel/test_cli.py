"""The command line: help, run, install, honest refusals."""
from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from front_end import executable


def pellucid(*args: str, cwd: Path | None = None, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([executable(), *args], input=stdin, capture_output=True, text=True, cwd=cwd, timeout=60,
                          env=os.environ | env)


def test_help_and_version() -> None:
    for args in ((), ("--help",), ("run", "--help")):
        out = pellucid(*args)
        assert out.returncode == 0 and "pellucid run" in out.stdout
    assert "3.14" in pellucid("--version").stdout


@pytest.mark.parametrize("args", [("dance",), ("run",), ("run", "-z"), ("kernel",), ("install", "--nowhere"), ("install", "--name", "python3")])
def test_wrong_use(args: tuple[str, ...]) -> None:
    out = pellucid(*args)
    assert out.returncode == 2 and out.stderr.startswith("pellucid: ") and not out.stdout


def test_explore_needs_a_file() -> None:
    out = pellucid("explore", "/no/such/x.py")
    assert out.returncode == 1 and "No such file" in out.stderr


def test_files_that_are_not_there() -> None:
    assert pellucid("run", "/no/such/file.py").returncode == 1
    assert pellucid("kernel", "-f", "/no/such/file.json").returncode == 1
    assert pellucid("run", "--mount", "/no/such/folder", "-c", "1").returncode == 2


def test_install(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for _ in range(2):
        out = pellucid("install", "--prefix", str(tmp_path), "--name", "mine", "--mount", "data:rw", cwd=tmp_path)
        assert out.returncode == 0, out.stderr
    folder = tmp_path / "share/jupyter/kernels/mine"
    spec = json.loads((folder / "kernel.json").read_text())
    assert spec["argv"][1:4] == ["kernel", "-f", "{connection_file}"] and os.path.isabs(spec["argv"][0])
    assert spec["argv"][4:] == ["--mount", f"{tmp_path}/data:rw"]
    assert spec["language"] == "python" and spec["interrupt_mode"] == "message"
    for logo, size in (("logo-32x32.png", 32), ("logo-64x64.png", 64)):
        head = (folder / logo).read_bytes()[:24]
        assert head.startswith(b"\x89PNG") and int.from_bytes(head[16:20], "big") == size
    assert b"<svg" in (folder / "logo-svg.svg").read_bytes()


def test_install_for_the_user(tmp_path: Path) -> None:
    out = pellucid("install", "--user", JUPYTER_DATA_DIR=str(tmp_path / "j"))
    assert out.returncode == 0 and (tmp_path / "j/kernels/pellucid/kernel.json").exists()
    out = pellucid("install", "--sys-prefix", VIRTUAL_ENV=str(tmp_path / "v"))
    assert out.returncode == 0 and (tmp_path / "v/share/jupyter/kernels/pellucid/kernel.json").exists()


def test_run_a_file(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("answer = 42\n")
    (tmp_path / "main.py").write_text("import sys, helper\nprint(helper.answer, sys.argv[1:], __name__)\n")
    out = pellucid("run", str(tmp_path / "main.py"), "one", "--two", cwd=Path("/"))
    assert (out.returncode, out.stdout, out.stderr) == (0, "42 ['one', '--two'] __main__\n", "")


def test_a_file_starts_as_cpython_starts_it(tmp_path: Path) -> None:
    """Tracebacks and `__file__` have the whole path, `argv` what was typed; no module and no garbage but the start's own."""
    (tmp_path / "x.py").write_text(
        "import gc, sys\nprint(gc.collect(), sys.argv, __file__, 're' in sys.modules, type(__loader__).__name__)\n1 / 0\n")
    out = pellucid("run", "x.py", cwd=tmp_path)
    assert out.stdout == f"0 ['x.py'] {tmp_path}/x.py False SourceFileLoader\n"
    assert f'File "{tmp_path}/x.py", line 3, in <module>' in out.stderr


def test_options_of_the_interpreter() -> None:
    code = "import sys, warnings; print(sys.warnoptions, sys._xoptions, sys.flags.isolated); warnings.warn('w')"
    out = pellucid("run", "-W", "error", "-Xfoo=1", "-I", "-c", code)
    assert out.returncode == 1 and out.stdout == "['error'] {'foo': '1'} 1\n" and out.stderr.endswith("UserWarning: w\n")
    out = pellucid("run", "-Wignore", "-c", code)
    assert (out.returncode, out.stderr) == (0, "")
    # What would have no effect is refused.
    for option in ("-O", "-bb", "-W"):
        assert pellucid("run", option).returncode == 2


def test_run_in_other_ways() -> None:
    assert pellucid("run", "-c", "import sys; print(sys.argv)", "a").stdout == "['-c', 'a']\n"
    assert pellucid("run", "-", stdin="print(6 * 7)\n").stdout == "42\n"
    assert pellucid("run", "-m", "this").stdout.startswith("The Zen of Python")


@pytest.mark.parametrize(("code", "status"), [
    ("import sys; sys.exit()", 0), ("import sys; sys.exit(3)", 3), ("raise SystemExit(-1)", 255), ("1/0", 1),
])
def test_exit_codes(code: str, status: int) -> None:
    out = pellucid("run", "-c", f"print('said')\n{code}")
    assert out.returncode == status and out.stdout == "said\n"
    assert ("ZeroDivisionError" in out.stderr.splitlines()[-1]) if code == "1/0" else out.stderr == ""


def test_exit_with_a_message() -> None:
    out = pellucid("run", "-c", "import sys; sys.exit('no more')")
    assert (out.returncode, out.stderr) == (1, "no more\n")


def test_syntax_error() -> None:
    out = pellucid("run", "-c", "1 +")
    assert out.returncode == 1 and "SyntaxError" in out.stderr.splitlines()[-1]


def test_input_and_end_of_file() -> None:
    assert pellucid("run", "-c", "print(input('? ')[::-1])", stdin="abc\n").stdout == "? cba\n"
    out = pellucid("run", "-c", "input()")
    assert out.returncode == 1 and "EOFError" in out.stderr


def test_mounts(tmp_path: Path) -> None:
    for name in ("seen", "out", "unseen"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.txt").write_text(name)
    mounts = ("--mount", str(tmp_path / "seen"), "--mount", f"{tmp_path}/out:rw")
    run = lambda code: pellucid("run", *mounts, "-c", code, cwd=tmp_path / "seen")  # noqa: E731
    assert run(f"print(open('{tmp_path}/seen/f.txt').read())").stdout == "seen\n"
    assert "FileNotFoundError" in run(f"open('{tmp_path}/unseen/f.txt')").stderr
    assert "OSError" in run(f"open('{tmp_path}/seen/f.txt', 'w')").stderr
    out = run(f"with open('{tmp_path}/out/g.txt', 'w') as f: f.write('made')")
    assert out.returncode == 0, out.stderr
    assert (tmp_path / "out/g.txt").read_text() == "made"
    assert (tmp_path / "seen/f.txt").read_text() == "seen"


def test_a_reader_that_goes_away() -> None:
    command = f"{executable()} run -c 'for i in range(1000000): print(i)' | head -n 1"
    out = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert out.stdout == "0\n"
