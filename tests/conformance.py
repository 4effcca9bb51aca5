#!/usr/bin/env python3
"""CPython's own tests on our machine: those that are recorded as passing must pass, and their lists only grow.

    conformance.py                    all modules that are quick; exits 1 if a recorded test does not pass
    conformance.py --all              the slow ones too
    conformance.py test_list …        these modules
    conformance.py --update …         records what passes and was not recorded; takes nothing out of a list

The tests are those of a CPython 3.13, the one that PELLUCID_CPYTHON names or `python3.13`; without it, or without its
`test` package, nothing is checked, and the last line says so. PELLUCID names the program to check (default
target/release/pellucid).

tests/conformance/MODULE.txt is the list of a module, a test a line; its first line names the CPython and the file that it
was recorded with. Another 3.13 may have other tests: one that is not there is passed over, and where the file is another
one, a recorded test that fails is told of and counted as skipped. tests/conformance.toml says, beside what is missing,

    [private]   which tests ask for what is CPython's private matter (its C functions), and why: one that passes is a fault
    [left-out]  which tests are never begun, and why: they hang, or hang on the computer's speed

A name in these two tables may end with `*`. A module runs in one `pellucid run` that sees nothing but the tests. Time
there is simulated, so a test does the same each time, whatever else the computer does. After a crash, or where a test takes
more than --patience seconds, the module begins again without the tests already done.

Left out of the quick run for their length, and for --all: the modules of SLOW below. Most of asyncio's modules of 3.13 begin
by setting an event loop policy in a way that 3.14 has not any more: few of their tests can be recorded.
Needs Python 3.11 or newer.
"""
from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import fnmatch
import json
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import zlib

HERE = pathlib.Path(__file__).resolve().parent
MARK = b"\x1e@@"

# By chapters of the notes.
MODULES = """
    test_class test_descr test_super test_property test_isinstance test_abc test_dynamicclassattribute test_types
    test_funcattrs test_keywordonlyarg test_positional_only_arg test_scope test_decorators test_metaclass test_genericclass
    test_with test_contextlib test_contextlib_async test_exceptions test_baseexception test_raise test_augassign test_binop
    test_compare test_richcmp test_unary test_operator
    test_list test_tuple test_slice test_range test_bytes test_array test_deque test_bisect test_listcomps test_genexps
    test_enumerate test_sort test_userlist test_index
    test_dict test_dictcomps test_dictviews test_userdict test_defaultdict test_ordered_dict test_set test_setcomps
    test_hash test_copy
    test_gc test_weakref test_weakset test_sys
    test_iter test_iterlen test_generators test_generator_stop test_yield_from test_itertools
    test_socket test_select test_selectors test_socketserver
    test_thread test_threading test_threadsignals test_threading_local test_queue test_sched
    test_concurrent_futures.test_future test_concurrent_futures.test_init test_concurrent_futures.test_thread_pool
    test_concurrent_futures.test_wait test_concurrent_futures.test_as_completed test_concurrent_futures.test_shutdown
    test_fork1 test_concurrent_futures.test_process_pool test_concurrent_futures.test_deadlock
    test_multiprocessing_fork.test_processes test_multiprocessing_fork.test_threads test_multiprocessing_fork.test_manager
    test_multiprocessing_fork.test_misc
    test_coroutines test_asyncgen
    test_asyncio.test_base_events test_asyncio.test_buffered_proto test_asyncio.test_context
    test_asyncio.test_eager_task_factory test_asyncio.test_events test_asyncio.test_futures test_asyncio.test_futures2
    test_asyncio.test_locks test_asyncio.test_pep492 test_asyncio.test_protocols test_asyncio.test_queues
    test_asyncio.test_runners test_asyncio.test_selector_events test_asyncio.test_sendfile test_asyncio.test_server
    test_asyncio.test_sock_lowlevel test_asyncio.test_staggered test_asyncio.test_streams test_asyncio.test_subprocess
    test_asyncio.test_taskgroups test_asyncio.test_tasks test_asyncio.test_threads test_asyncio.test_timeouts
    test_asyncio.test_transports test_asyncio.test_unix_events test_asyncio.test_waitfor
""".split()
SLOW = set("""
    test_weakref test_socket test_queue test_concurrent_futures.test_process_pool test_concurrent_futures.test_shutdown
    test_multiprocessing_fork.test_misc
""".split())
# C modules of CPython's own tests: an empty one costs only the tests that use it, not the module.
STUBS = ["_testlimitedcapi", "_testmultiphase", "_testsinglephase"]
RESOURCES = {"test_socketserver": ["network"]}
STARTS = 12


@dataclasses.dataclass
class Suite:
    """A CPython's tests: its version, and the folder `test`."""

    version: str
    folder: pathlib.Path

    def source(self, module: str) -> pathlib.Path:
        path = self.folder.joinpath(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def digest(self, module: str) -> str:
        return f"{zlib.crc32(self.source(module).read_bytes()):08x}"


@dataclasses.dataclass
class Recorded:
    """The list of one module: a first line about its origin, then the names of tests that pass, sorted."""

    origin: str
    names: set[str]

    @staticmethod
    def read(path: pathlib.Path) -> Recorded:
        if not path.exists():
            return Recorded("", set())
        first, *names = path.read_text("utf8").splitlines()
        return Recorded(first.removeprefix("# "), set(names))

    def write(self, path: pathlib.Path) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([f"# {self.origin}", *sorted(self.names)]) + "\n", "utf8")


@dataclasses.dataclass
class Outcome:
    """What the tests of one module gave, (pass | fail | skip | xfail, why) each; its trouble as a whole; its seconds of CPU."""

    module: str
    tests: dict[str, tuple[str, str]]
    trouble: str = ""
    seconds: float = 0.0


@dataclasses.dataclass
class Verdict:
    """What to say about one module: lines to print, and how many passed, failed, were passed over, and are new."""

    lines: list[str]
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    new: list[str] = dataclasses.field(default_factory=list)


def find_suite() -> tuple[Suite | None, str]:
    """The tests of the CPython to compare with, or why there are none."""
    python = os.environ.get("PELLUCID_CPYTHON", "python3.13")
    question = ("import json, os, platform, sys\ntry:\n    import test\n    where = os.path.dirname(test.__file__)\n"
                "except ImportError:\n    where = None\nprint(json.dumps([platform.python_version(), where]))")
    try:
        done = subprocess.run([python, "-I", "-c", question], capture_output=True, text=True, timeout=60)
        version, where = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None, f"no CPython 3.13 ({python}); set PELLUCID_CPYTHON"
    if not version.startswith("3.13."):
        return None, f"{python} is a CPython {version}, not 3.13; set PELLUCID_CPYTHON"
    if where is None or not (pathlib.Path(where) / "support").is_dir():
        return None, f"{python} has no package `test` (Debian: libpython3.13-testsuite)"
    return Suite(version, pathlib.Path(where).resolve()), ""


def judge(outcome: Outcome, recorded: Recorded, private: dict[str, str], same_file: bool) -> Verdict:
    """Compares what a module's tests gave with its list and with what is said to be private (`module.test` or `…*`)."""
    verdict = Verdict([])
    about = outcome.module
    for name in sorted(recorded.names):
        what, why = outcome.tests.get(name, ("", ""))
        if what == "pass":
            verdict.passed += 1
        elif not same_file:
            verdict.skipped += 1
            if what:
                verdict.lines.append(f"SKIPPED: {about}.{name}, of another file than was recorded: {what}: {why}")
        else:
            verdict.failed += 1
            verdict.lines.append(f"FAILED: {about}.{name}: {what or 'not run'}: {why or outcome.trouble}")
    for name, (what, _) in outcome.tests.items():
        pattern = matching(f"{about}.{name}", private)
        if what != "pass":
            continue
        if pattern:
            verdict.failed += 1
            verdict.lines.append(f"FAILED: {about}.{name} passes, but [private] has {pattern!r}: take it out")
        elif name not in recorded.names:
            verdict.new.append(name)
    return verdict


def matching(name: str, table: dict[str, str]) -> str | None:
    return next((p for p in table if fnmatch.fnmatchcase(name, p)), None)


class Runner:
    """Runs modules of a suite on the program to check."""

    def __init__(self, program: str, suite: Suite, left_out: dict[str, str], patience: float) -> None:
        self.program = program
        self.suite = suite
        self.left_out = left_out
        self.patience = patience
        self.driver = (HERE / "conformance/driver.py").read_text("utf8")

    def module(self, module: str) -> Outcome:
        outcome = Outcome(module, {})
        for _ in range(STARTS):
            ended, running, why = self.start(module, outcome)
            if ended:
                break
            outcome.trouble = why
            if running is None:                     # not a test's doing, so the next start would go as this one
                break
            outcome.tests[running] = ("fail", why)
        return outcome

    def start(self, module: str, outcome: Outcome) -> tuple[bool, str | None, str]:
        """Runs what is not done yet: whether it came to its end, the test in which it did not, and why."""
        job = {
            "module": module,
            "root": str(self.suite.folder.parent),
            "done": list(outcome.tests),
            "left_out": [p.removeprefix(module + ".") for p in self.left_out if p.startswith(module + ".")],
            "stubs": STUBS,
            "resources": RESOURCES.get(module, []),
        }
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "tests.py")
            program.write_text(f"JOB = {job!r}\n{self.driver}", "utf8")
            with open(os.path.join(folder, "stderr"), "w+b") as errors:
                process = subprocess.Popen(
                    [self.program, "run", "--mount", str(self.suite.folder), str(program)],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd=folder,
                )
                try:
                    ended, running, late = self.listen(process, outcome)
                finally:
                    os.kill(process.pid, signal.SIGKILL)        # not yet waited for, so it is still this process's number
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
                    outcome.seconds += usage.ru_utime + usage.ru_stime
                if late:
                    return ended, running, f"no end within {self.patience:g} s"
                errors.seek(max(0, errors.tell() - 2000))
                said = errors.read().decode("utf8", "replace").strip().splitlines()
                return ended, running, f"the machine ended: {said[-1] if said else process.returncode}"

    def listen(self, process: subprocess.Popen[bytes], outcome: Outcome) -> tuple[bool, str | None, bool]:
        """Takes in the reports until the end of the output: whether all ran, the test that runs, whether it is too late."""
        assert process.stdout is not None
        running, rest = None, b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            # Only a report renews it: a test that prints for ever makes none.
            last = time.monotonic()
            while selector.select(max(0.0, last + self.patience - time.monotonic())):
                data = os.read(process.stdout.fileno(), 1 << 16)
                if not data:
                    return False, running, False
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if not line.startswith(MARK):
                        continue
                    last = time.monotonic()
                    match json.loads(line[len(MARK):]):
                        case ["begin", name]:
                            running = name
                        case ["test", name, what, why]:
                            outcome.tests[name] = (what, why)
                            running = None
                        case ["module", what, why]:
                            outcome.trouble = why
                        case ["end"]:
                            return True, None, False
        return False, running, True


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--all", action="store_true", help="the slow modules too")
    parser.add_argument("--update", action="store_true", help="record what passes and is new")
    parser.add_argument("--show", action="store_true", help="print what is not recorded and does not pass, with its reason")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--patience", type=float, default=120, metavar="SECONDS", help="without a report (default 120)")
    parser.add_argument("--lists", type=pathlib.Path, default=HERE / "conformance", metavar="FOLDER")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "conformance.toml", metavar="FILE")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    suite, why = find_suite()
    if suite is None:
        print(f"SKIPPED: CPython's own tests: {why}")
        print("conformance: 0 passed, 0 failed, 1 skipped")
        return 0
    program = os.path.abspath(os.environ.get("PELLUCID", HERE.parent / "target/release/pellucid"))
    tables = tomllib.loads(args.table.read_text("utf8"))
    private = tables.get("private", {})
    runner = Runner(program, suite, tables.get("left-out", {}), args.patience)
    modules = args.modules or [m for m in MODULES if args.all or m not in SLOW]
    if unknown := [m for m in args.modules if not suite.source(m).exists()]:
        print(f"no such modules in CPython {suite.version}: {', '.join(unknown)}", file=sys.stderr)
        return 2
    total = Verdict([])
    for module in [m for m in modules if not suite.source(m).exists()]:
        names = Recorded.read(args.lists / f"{module}.txt").names
        total.skipped += len(names)
        print(f"SKIPPED: {module}: CPython {suite.version} has no such module ({len(names)} recorded tests)")
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for outcome in pool.map(runner.module, [m for m in modules if suite.source(m).exists()]):
            path = args.lists / f"{outcome.module}.txt"
            recorded = Recorded.read(path)
            origin = f"{outcome.module} of CPython {suite.version}, file {suite.digest(outcome.module)}"
            same_file = recorded.origin.rpartition(" ")[2] == suite.digest(outcome.module)
            verdict = judge(outcome, recorded, private, same_file)
            if args.update and verdict.new:
                Recorded(origin, recorded.names | set(verdict.new)).write(path)
            if args.show:
                verdict.lines += [f"{what}: {outcome.module}.{name}: {why}" for name, (what, why) in outcome.tests.items()
                                  if what != "pass" and name not in recorded.names]
            say(outcome, verdict, args.update)
            total.passed, total.failed = total.passed + verdict.passed, total.failed + verdict.failed
            total.skipped, total.new = total.skipped + verdict.skipped, total.new + verdict.new
    if total.new and not args.update:
        print(f"{len(total.new)} tests pass that are not recorded: tests/conformance.py --update")
    print(f"conformance: {total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


def say(outcome: Outcome, verdict: Verdict, updated: bool) -> None:
    new = f", {len(verdict.new)} new{' recorded' if updated else ''}" if verdict.new else ""
    passing = sum(what == "pass" for what, _ in outcome.tests.values())
    trouble = f" [{outcome.trouble}]" if outcome.trouble else ""
    print(f"{outcome.module}: {passing} of {len(outcome.tests)} pass{new}, {outcome.seconds:.1f} s{trouble}", flush=True)
    for line in verdict.lines:
        print(line.replace("\n", " | "))
    if updated:
        for name in verdict.new:
            print(f"recorded: {outcome.module}.{name}")


if __name__ == "__main__":
    sys.exit(main())
