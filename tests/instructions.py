#!/usr/bin/env python3
"""Counts the instructions that a few programs take, under valgrind, and holds them against recorded ceilings.

    tests/instructions.py PELLUCID             # checks; exits 1 where a program takes more than its ceiling
    tests/instructions.py PELLUCID --update    # records ceilings: the counts and a tenth

A count depends on the build, not on the machine's load: a slip of the interpreter shows here where a clock would not tell it
from noise. The ceilings are those of the release build with its profile (tools/setup.sh).
"""
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
CEILINGS = HERE / "instructions.txt"
PROGRAMS = HERE.parent / "benches" / "programs"
SPARE = 1.10


def count(command):
    """Instructions of a command that succeeds, or None with a sentence on stderr."""
    out = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], capture_output=True, text=True)
    if out.returncode:
        print(f"{command[-1]}: exit code {out.returncode}\n{out.stderr[-500:]}", file=sys.stderr)
        return None
    found = re.search(r"refs:\s+([\d,]+)", out.stderr)
    return int(found[1].replace(",", "")) if found else None


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    if shutil.which("valgrind") is None:
        print("SKIPPED: no valgrind on this machine, instructions are not counted")
        print("instructions: 0 passed, 0 failed, 1 skipped")
        return
    commands = {"start": ["run", "-c", "pass"], "imports": ["run", "-c", "import asyncio"]}
    commands |= {p.stem: ["run", str(p)] for p in sorted(PROGRAMS.glob("*.py"))}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        counts = dict(zip(commands, workers.map(lambda arguments: count([sys.argv[1], *arguments]), commands.values())))
    if "--update" in sys.argv:
        CEILINGS.write_text("".join(f"{name} {round(n * SPARE / 1e6)}\n" for name, n in counts.items() if n))
        return print(f"wrote {CEILINGS}")
    ceilings = dict(line.split() for line in CEILINGS.read_text().splitlines())
    failed = 0
    for name, n in counts.items():
        most = int(ceilings.get(name, 0))
        good = n is not None and n <= most * 1e6
        failed += not good
        print(f"{name:12} {(n or 0) / 1e6:8.0f} of at most {most:6} million{'' if good else '   FAILED'}")
    print(f"instructions: {len(counts) - failed} passed, {failed} failed, 0 skipped")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
