"""The check of CPython's own tests (tests/conformance.py), on a small suite of its own."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from front_end import executable

CHECK = Path(__file__).parents[1] / "conformance.py"
TESTS = '''
import os, unittest
class T(unittest.TestCase):
    def test_good(self): pass
    def test_other(self): self.subTest(n=1)
    def test_bad(self): self.assertEqual(1, 2)
    def test_skipped(self): self.skipTest("not today")
    def test_a_crash(self): os._exit(3)
    @unittest.expectedFailure
    def test_known(self): self.fail()
'''


class Suite:
    """A folder with a `test` package, lists and a table, and a program that answers as its CPython."""

    def __init__(self, folder: Path, version: str = "3.13.0") -> None:
        self.folder = folder
        (folder / "lib/test/support").mkdir(parents=True)
        (folder / "lib/test/__init__.py").touch()
        (folder / "lib/test/support/__init__.py").touch()
        (folder / "lib/test/test_small.py").write_text(TESTS)
        (folder / "lists").mkdir()
        (folder / "table.toml").touch()
        self.python = folder / "python"
        self.python.write_text(f"#!/bin/sh\necho '[\"{version}\", \"{folder}/lib/test\"]'\n")
        self.python.chmod(0o755)

    def check(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, CHECK, "--lists", self.folder / "lists", "--table", self.folder / "table.toml", *args, "test_small"],
            capture_output=True, text=True, timeout=60,
            env=os.environ | {"PELLUCID_CPYTHON": str(self.python), "PELLUCID": executable()},
        )

    @property
    def list(self) -> Path:
        return self.folder / "lists/test_small.txt"


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    return Suite(tmp_path)


def test_what_passes_is_recorded_once(suite: Suite) -> None:
    out = suite.check()
    assert out.returncode == 0 and "2 tests pass that are not recorded" in out.stdout and not suite.list.exists()
    out = suite.check("--update")
    assert out.returncode == 0, out.stdout + out.stderr
    first, *names = suite.list.read_text().splitlines()
    assert first.startswith("# test_small of CPython 3.13.0, file ") and names == ["T.test_good", "T.test_other"]
    out = suite.check()
    assert out.returncode == 0 and out.stdout.endswith("conformance: 2 passed, 0 failed, 0 skipped\n")


@pytest.mark.parametrize("name", ["test_bad", "test_skipped", "test_a_crash", "test_known", "test_that_is_not_there"])
def test_a_recorded_test_that_does_not_pass(suite: Suite, name: str) -> None:
    suite.check("--update")
    suite.list.write_text(f"{suite.list.read_text()}T.{name}\n")
    out = suite.check("--update")
    assert out.returncode == 1 and f"FAILED: test_small.T.{name}: " in out.stdout
    assert out.stdout.endswith("conformance: 2 passed, 1 failed, 0 skipped\n")
    assert f"T.{name}" in suite.list.read_text(), "lists only grow"


def test_another_file_is_told_of(suite: Suite) -> None:
    suite.list.write_text("# test_small of CPython 3.13.9, file 00000000\nT.test_bad\nT.test_good\nT.test_gone\n")
    out = suite.check()
    assert out.returncode == 0 and "SKIPPED: test_small.T.test_bad, of another file" in out.stdout
    assert out.stdout.endswith("conformance: 1 passed, 0 failed, 2 skipped\n")


def test_what_is_private_must_not_pass(suite: Suite) -> None:
    (suite.folder / "table.toml").write_text('[private]\n"test_small.T.test_b*" = "C"\n"test_small.T.test_goo*" = "C"\n')
    out = suite.check()
    assert out.returncode == 1 and "FAILED: test_small.T.test_good passes, but [private]" in out.stdout
    assert out.stdout.endswith("conformance: 0 passed, 1 failed, 0 skipped\n")


def test_what_is_left_out_is_not_begun(suite: Suite) -> None:
    (suite.folder / "table.toml").write_text('[left-out]\n"test_small.T.test_a_cr*" = "It crashes"\n')
    assert "2 of 5 pass" in suite.check().stdout
    assert "2 of 6 pass" in Suite(suite.folder / "again").check().stdout


def test_without_the_suite(tmp_path: Path) -> None:
    out = Suite(tmp_path, "3.12.1").check()
    assert out.returncode == 0 and "is a CPython 3.12.1" in out.stdout
    assert out.stdout.endswith("conformance: 0 passed, 0 failed, 1 skipped\n")
