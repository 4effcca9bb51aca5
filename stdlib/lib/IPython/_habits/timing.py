"""`%time` and `%timeit`: the machine's own time, the same at every run, and beside it what the host's clock says.

The host writes its time itself (`_display.stopwatch`): no program learns it, so that none can depend on it.
"""
import _display
from IPython._habits.table import habit
from IPython.core.error import UsageError

_watches = 0


def start_watch():
    global _watches
    _watches += 1
    _display.stopwatch(_watches, None, 1)
    return _watches


def span(seconds):
    """A time in the unit that leaves one to three digits before the point."""
    if seconds >= 60:
        minutes, rest = divmod(int(seconds), 60)
        return f"{minutes}min {rest}s"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("μs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns" if seconds > 0 else "0 ns"


@habit("time", cell=True)
def time(shell, text, body=None):
    """%time STATEMENT, %%time: runs it once; says the machine's time, of it processor time, and this computer's."""
    import sys
    import time

    source = text if body is None else body
    watch = start_watch()
    begun, cpu = time.perf_counter(), time.process_time()
    value = shell.run_text(source)
    cpu, passed = time.process_time() - cpu, time.perf_counter() - begun
    print(f"Virtual time: {span(passed)}, of it processor {span(cpu)} (the same at every run)")
    sys.stdout.flush()
    _display.stopwatch(watch, "Wall time: ", 1)
    return value


def _options(text):
    """(number, repeat, quiet, give, statement) of %timeit's line."""
    words, number, repeat, flags = text, 0, 7, set()
    while words.startswith("-"):
        word, _, words = words.partition(" ")
        words = words.lstrip()
        letter, value = word[1:2], word[2:]
        if letter in ("n", "r"):
            if not value:
                value, _, words = words.partition(" ")
                words = words.lstrip()
            if not value.isdigit() or int(value) < 1:
                raise UsageError(f"%timeit -{letter} takes a number above 0; it got `{value}`")
            number, repeat = (int(value), repeat) if letter == "n" else (number, int(value))
        elif letter in ("q", "o") and not value:
            flags.add(letter)
        else:
            raise UsageError(f"option {word} not recognized ( allowed: \"n: r: q o\" )")
    return number, repeat, "q" in flags, "o" in flags, words


class TimeitResult:
    """What `%timeit -o` gives: seconds of the machine's time for one loop, run by run."""

    def __init__(self, loops, repeat, timings):
        self.loops, self.repeat, self.timings = loops, repeat, timings
        self.best, self.worst, self.average = min(timings), max(timings), sum(timings) / len(timings)
        self.stdev = (sum((t - self.average) ** 2 for t in timings) / len(timings)) ** 0.5

    def __str__(self):
        runs, loops = "s" * (self.repeat != 1), "s" * (self.loops != 1)
        return (
            f"{span(self.average)} ± {span(self.stdev)} per loop, virtual time "
            f"(mean ± std. dev. of {self.repeat} run{runs}, {self.loops:,} loop{loops} each)"
        )

    def __repr__(self):
        return f"<TimeitResult : {self}>"


@habit("timeit", cell=True)
def timeit(shell, text, body=None):
    """%timeit [-n LOOPS] [-r RUNS] [-q] [-o] STATEMENT, %%timeit SETUP: the time of one loop, by the machine's clock and
    by this computer's."""
    import sys
    import timeit

    number, repeat, quiet, give, statement = _options(text)
    setup = "pass"
    if body is not None:
        setup, statement = statement or "pass", body
    if not statement.strip():
        raise UsageError("%timeit needs a statement: %timeit sum(range(100))")
    timer = timeit.Timer(_display.as_python(statement.strip()), setup, globals=shell.user_ns)
    if not number:
        number = 1
        while timer.timeit(number) < 0.002 and number < 10_000:
            number *= 10
    watch = start_watch()
    result = TimeitResult(number, repeat, [t / number for t in timer.repeat(repeat, number)])
    if not quiet:
        print(result)
        sys.stdout.flush()
        _display.stopwatch(watch, "Wall time, mean per loop: ", number * repeat)
    return result if give else None
