"""Runs inside the machine: one module of CPython's tests, with a line on standard output for each thing that happens.

`tests/conformance.py` writes a program that sets JOB (a dict: `module`, `root`, `done`, `left_out`, `stubs`, `resources`) and goes
on with this text. A report is a JSON list behind a mark that no test prints:

    ["begin", NAME]              a test begins
    ["test", NAME, WHAT, WHY]    it ended: pass, fail, skip, or xfail
    ["module", WHAT, WHY]        the module as a whole: skip or fail
    ["end"]                      all of it has run
"""
import json
import os
import sys

MARK = "\x1e@@"
PROCESS = os.getpid()
ORDER = ["pass", "skip", "xfail", "fail"]
write = os.write
dumps = json.dumps


def report(*parts):
    # Tests fork; a child that comes back here is not the one who reports. Tests also replace sys.stdout: so no print.
    if os.getpid() == PROCESS:
        write(1, ("\n" + MARK + dumps(parts) + "\n").encode())


def reason(error):
    try:
        return f"{error[0].__name__}: {error[1]}"[:300]
    except BaseException:
        return error[0].__name__


def flat(suite):
    try:
        inner = iter(suite)
    except TypeError:
        yield suite
        return
    for test in inner:
        yield from flat(test)


def load(module):
    """The module's tests by their names: the module's own name is left out, and the second of one name gets `#2`."""
    import importlib
    import unittest
    loaded = importlib.import_module("test." + module)
    named = {}
    for test in flat(unittest.TestLoader().loadTestsFromModule(loaded)):
        name = test.id().removeprefix("test.").removeprefix(module + ".")
        n = 1
        while (name if n == 1 else f"{name}#{n}") in named:
            n += 1
        named[name if n == 1 else f"{name}#{n}"] = test
    return named


def result_class(names):
    """A unittest result that reports each test once, with the worst of what its parts gave."""
    import unittest

    class Result(unittest.TestResult):
        worst = None

        def note(self, test, what, why=""):
            if id(test) not in names:               # a fixture of a class or of the module
                if what == "fail":
                    report("module", what, f"{test}: {why}")
            elif self.worst is None or ORDER.index(what) > ORDER.index(self.worst[0]):
                self.worst = (what, why)

        def startTest(self, test):
            self.worst = None
            report("begin", names[id(test)])

        def stopTest(self, test):
            report("test", names[id(test)], *(self.worst or ("pass", "")))

        def addSuccess(self, test):
            self.note(test, "pass")

        def addFailure(self, test, error):
            self.note(test, "fail", reason(error))

        addError = addFailure

        def addSkip(self, test, why):
            if not hasattr(test, "test_case"):      # what a subtest skips leaves the test as it is
                self.note(test, "skip", why)

        def addExpectedFailure(self, test, error):
            self.note(test, "xfail", reason(error))

        def addUnexpectedSuccess(self, test):
            self.note(test, "fail", "unexpected success")

        def addSubTest(self, test, subtest, error):
            if error is not None:
                self.note(test, "fail", "in a subtest: " + reason(error))

        def addDuration(self, test, elapsed):
            pass

    return Result()


def run():
    import unittest
    for stub in JOB["stubs"]:
        sys.modules.setdefault(stub, type(sys)(stub))
    try:
        import test.support
        test.support.use_resources = dict.fromkeys(JOB["resources"])
        tests = load(JOB["module"])
    except unittest.SkipTest as e:
        return report("module", "skip", str(e))
    except BaseException as e:
        return report("module", "fail", reason((type(e), e)))
    from fnmatch import fnmatchcase
    done = set(JOB["done"])
    done.update(name for name in tests for pattern in JOB["left_out"] if fnmatchcase(name, pattern))
    wanted = {name: test for name, test in tests.items() if name not in done}
    unittest.TestSuite(wanted.values()).run(result_class({id(test): name for name, test in wanted.items()}))


# multiprocessing (spawn, forkserver) loads the main file again, as __mp_main__.
if __name__ != "__mp_main__":
    # Tests that are marked as CPython's own run too, in a folder that can be written to, with only `test` from outside.
    sys.implementation.name = "cpython"
    sys.argv = [sys.argv[0]]
    sys.path.insert(0, JOB["root"])
    os.chdir("/home/student")
    run()
    report("end")
    # Threads and processes that tests leave behind are not waited for.
    os._exit(0)
