#!/usr/bin/env python3
"""Measures Pellucid and writes the tables of docs/performance.md.

    tests/run.sh                                     # once: makes target/test-venv
    target/test-venv/bin/python benches/tables.py    # about five minutes; --quick for one round

Programs: those of benches/programs/, each in a process of its own; the interpreters take turns in each round, the shortest CPU
time (user and system, seconds) counts. Kernel and lenses: one kernel, spoken to through jupyter_client, as a front end does.
CPython is PELLUCID_CPYTHON or python3.13 on the PATH; without one its columns are empty.
"""
import argparse
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

ROOT = Path(__file__).resolve().parent.parent
OURS = os.environ.get("PELLUCID", str(ROOT / "target/release/pellucid"))
CPYTHON = os.environ.get("PELLUCID_CPYTHON") or shutil.which("python3.13")

TIME = "/usr/bin/time" if os.path.exists("/usr/bin/time") else None


def cost(command):
    """CPU seconds and peak resident MiB of a command, which must succeed. A child of ours would begin with our own size: the peak
    is what GNU time tells of its child; without it there is none (infinite)."""
    with tempfile.NamedTemporaryFile("r") as peak:
        measured = [TIME, "-f", "%M", "-o", peak.name, *command] if TIME else command
        process = subprocess.Popen(measured, stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}")
        return used.ru_utime + used.ru_stime, int(peak.read().split()[-1]) / 1024 if TIME else math.inf


def mib(size):
    return f"{size:.0f}" if math.isfinite(size) else ""


def best(commands, rounds):
    """The least time and memory of each command; they take turns."""
    found = [(math.inf, math.inf)] * len(commands)
    for _ in range(rounds):
        for i, command in enumerate(commands):
            found[i] = tuple(map(min, found[i], cost(command)))
    return found


def beside(arguments, rounds):
    """Our and CPython's cost of a command line, and the ratio of the times."""
    commands = [[OURS, "run", *arguments]] + ([[CPYTHON, *arguments]] if CPYTHON else [])
    ours, *other = best(commands, rounds)
    if not other:
        return [f"{ours[0]:.3f}", "", "", mib(ours[1]), ""], None
    ratio = ours[0] / other[0][0]
    return [f"{ours[0]:.3f}", f"{other[0][0]:.3f}", f"{ratio:.2f}", mib(ours[1]), mib(other[0][1])], ratio


def table(head, rows):
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(x) for x in line) + " |" for line in lines) + "\n"


class Kernel:
    """One kernel and a client of it."""

    def __init__(self, folder):
        self.file, _ = write_connection_file(str(folder / "kernel.json"))
        begin = time.perf_counter()
        environment = {**os.environ, "PELLUCID_HISTORY": "none"}
        self.process = subprocess.Popen([OURS, "kernel", "-f", self.file], env=environment)
        self.client = BlockingKernelClient(connection_file=self.file)
        self.client.load_connection_file()
        self.client.start_channels()
        self.client.kernel_info(reply=True, timeout=20)
        self.ready = time.perf_counter() - begin
        self.client.wait_for_ready(timeout=20)

    def run(self, code):
        """Seconds until a cell is idle, and the bytes of what it shows."""
        seen = []

        def note(message):
            if message["msg_type"] == "error":
                sys.exit("\n".join(message["content"]["traceback"]))
            seen.append(len(json.dumps(message["content"])))

        begin = time.perf_counter()
        self.client.execute_interactive(code, output_hook=note, timeout=120)
        return time.perf_counter() - begin, sum(seen)

    def ask(self, name, *arguments):
        begin = time.perf_counter()
        getattr(self.client, name)(*arguments, reply=True, timeout=20)
        return time.perf_counter() - begin

    def end(self):
        self.client.shutdown(reply=True, timeout=20)
        self.process.wait(20)


def ms(seconds):
    return f"{seconds * 1e3:.2f}"


def programs(rounds):
    rows, logs = [], []
    for program in sorted((ROOT / "benches/programs").glob("*.py")):
        row, ratio = beside([str(program)], rounds)
        rows.append([program.stem, *row])
        logs += [math.log(ratio)] if ratio else []
    mean = f"\nGeometric mean of the ratios: **{math.exp(statistics.mean(logs)):.2f}**.\n" if logs else ""
    return table(["program", "ours, s", "CPython, s", "ratio", "ours, MiB", "CPython, MiB"], rows) + mean


def starts(rounds):
    rows = [[f"`-c {code!r}`", *beside(["-c", code], rounds * 3)[0]] for code in ["pass", "import asyncio", "import dataclasses, json, re"]]
    return table(["command line", "ours, s", "CPython, s", "ratio", "ours, MiB", "CPython, MiB"], rows)


NAMES = "for i in range(1000): globals()[f'name_{i}'] = [i]"


def kernel(folder):
    k = Kernel(folder)
    trips = [k.run("1")[0] for _ in range(200)]
    lines = k.run("for _ in range(20000): print('x' * 40)")[0]
    k.run(NAMES)
    complete = [k.ask("complete", "name_99", 7) for _ in range(100)]
    inspect = [k.ask("inspect", "name_99", 7) for _ in range(100)]
    k.end()
    rows = [
        ["start of the process to kernel_info (once)", ms(k.ready), ""],
        ["a cell `1`, to idle", *spread(trips)],
        ["20,000 lines of 40 characters, to idle (once)", ms(lines), ""],
        ["completion among 1,000 names", *spread(complete)],
        ["inspection among 1,000 names", *spread(inspect)],
    ]
    return table(["what", "median, ms", "95th percentile, ms"], rows)


def spread(seconds):
    return ms(statistics.median(seconds)), ms(statistics.quantiles(seconds, n=20)[-1])


LENSES = [
    ("`%%timeline`, about {n} events of threads", "%%timeline\nimport threading\nlock = threading.Lock()\nn = 0\ndef work():\n    global n\n    for _ in range({n} // 20):\n        with lock:\n            n += 1\nall = [threading.Thread(target=work) for _ in range(4)]\nfor t in all: t.start()\nfor t in all: t.join()"),
    ("`%%timeline`, half of {n} steps of tasks", "%%timeline\nimport asyncio\nasync def one():\n    for _ in range(100): await asyncio.sleep(0)\n_ = await asyncio.gather(*(one() for _ in range({n} // 200)))"),
    ("`%heap` of {n} objects", "objects = [[i] for i in range({n})]\n%heap objects"),
    ("`%layout` of a dict of {n}", "d = dict.fromkeys(range({n}))\n%layout d"),
    ("`%gc` over {n} lists", "objects = [[i] for i in range({n})]\n%gc"),
]


def lenses(folder):
    rows = []
    for words, code in LENSES:
        for n in (1000, 10_000, 100_000):
            k = Kernel(folder)
            seconds, size = k.run(code.replace("{n}", str(n)))
            k.end()
            rows.append([words.replace("{n}", f"{n:,}"), ms(seconds), f"{size / 1000:.0f}"])
    return table(["cell", "to idle, ms", "message, kB"], rows)


GROWTH = {
    "appends to a list": "l = []\nfor i in range({n}): l.append(i)",
    "inserts into a dict": "d = {}\nfor i in range({n}): d[str(i)] = i",
    "instances alive": "class C:\n    def __init__(s, i): s.i = i\nl = [C(i) for i in range({n})]",
    "cycles dropped": "for i in range({n}):\n    x = []\n    x.append(x)",
    "coroutines asleep": "import asyncio\nasync def main(): await asyncio.gather(*(asyncio.sleep(1) for _ in range({n})))\nasyncio.run(main())",
}


def growth(rounds):
    rows = []
    for words, code in GROWTH.items():
        found = [best([[OURS, "run", "-c", code.replace("{n}", str(n))]], rounds)[0] for n in (100, 1_000, 10_000, 100_000)]
        rows.append([words, *(f"{s:.3f} s{mib(m) and f', {mib(m)} MiB'}" for s, m in found)])
    return table(["work", "100", "1,000", "10,000", "100,000"], rows)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="one round each")
    options.add_argument("--output", type=Path, default=ROOT / "docs/performance.md")
    given = options.parse_args()
    rounds = 1 if given.quick else 5
    folder = ROOT / "target"
    load = os.getloadavg()[0]
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    parts = [
        "# How fast it is, measured\n",
        f"Written by `benches/tables.py` ({rounds} rounds) on {os.cpu_count()} processors ({cpu}), load average {load:.1f} at the start. "
        "Times of shared machines differ by a tenth and more from run to run: compare ratios, which come from one run.\n",
        "## Programs\n",
        "The programs of `benches/programs/`. CPU time of the whole process, the start included; a ratio of 2.00 means twice CPython's time.\n",
        programs(rounds),
        "## Start\n",
        "The library's code is read out of the program file straight into the heap; what a program does not import costs nothing.\n",
        starts(rounds),
        "## The kernel\n",
        "One kernel, spoken to as a front end does. Completion and inspection look at a copy of the session.\n",
        kernel(folder),
        "## Lenses as the work grows\n",
        "Time from sending the cell to idle, with the program's own run; size of the messages with the picture in them. Above a stated "
        "number of events, objects or entries a picture is folded: its size stops growing.\n",
        lenses(folder),
        "## Programs as the work grows\n",
        "CPU time and peak memory of the whole process: linear but for the start, and for a dict's doublings.\n",
        growth(rounds),
    ]
    given.output.write_text("\n".join(parts), encoding="utf-8")
    print(f"wrote {given.output}")


if __name__ == "__main__":
    main()
