#!/usr/bin/env python3
"""Tries every claim of the notes (tests/claims/*.toml) on an interpreter or through a Jupyter kernel.

    claims.py --cmd 'target/release/pellucid run'     each check as a file, in a process of its own
    claims.py --kernel pellucid                       each check as a cell, in a kernel of its own
    claims.py --cmd python3.13                        the yardstick: all of them hold there

Prints what fails, then a line per chapter, then `claims: H / T`; exits 1 unless H is T.
Needs Python 3.11 or newer; --kernel needs jupyter_client.
"""
from __future__ import annotations

import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile
import tomllib

CHAPTERS = pathlib.Path(__file__).resolve().parent / "claims"


def by_command(command: list[str], check: str, timeout: float) -> str | None:
    """Why the check fails as a program, or None."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "claim.py"
        program.write_text(check, "utf8")
        try:
            done = subprocess.run(
                [*command, str(program)], capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            return f"no end within {timeout:g} s"
        except OSError as e:
            sys.exit(f"cannot start {command[0]}: {e}")
    if done.returncode == 0:
        return None
    said = done.stderr.decode("utf8", "replace").strip().splitlines()
    return said[-1] if said else f"exit {done.returncode}"


def by_kernel(name: str, check: str, timeout: float) -> str | None:
    """Why the check fails as a cell, or None."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name=name, startup_timeout=timeout)
    errors: list[str] = []

    def on_output(message: dict) -> None:
        if message["msg_type"] == "error":
            errors.append(f"{message['content']['ename']}: {message['content']['evalue']}")

    try:
        reply = client.execute_interactive(check, timeout=timeout, output_hook=on_output, allow_stdin=False)
        if reply["content"]["status"] == "ok":
            return None
        return errors[0] if errors else "an error without a message"
    except TimeoutError:
        return f"no reply within {timeout:g} s"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--cmd", help="command line of an interpreter, to which the file's name is added")
    where.add_argument("--kernel", help="name of an installed kernelspec")
    parser.add_argument("--only", default="", help="part of a chapter's file name or of a claim's id")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for one check")
    parser.add_argument("--not-yet", type=pathlib.Path, help="file of claim ids that are known not to hold yet: not counted, but an error if one holds")
    o = parser.parse_args()

    lines = o.not_yet.read_text("utf8").splitlines() if o.not_yet else []
    waiting = {line.split("#")[0].strip() for line in lines} - {""}
    rows, grown = [], []
    for chapter in sorted(CHAPTERS.glob("*.toml")):
        claims = tomllib.loads(chapter.read_text("utf8"))["claim"]
        claims = [c for c in claims if o.only in chapter.stem or o.only in c["id"]]
        held = 0
        for c in claims:
            if o.cmd:
                why = by_command(shlex.split(o.cmd), c["check"], o.timeout)
            else:
                why = by_kernel(o.kernel, c["check"], o.timeout)
            if c["id"] in waiting:
                if why is None:
                    grown.append(c["id"])
            elif why is None:
                held += 1
            else:
                print(f"FAIL {c['id']}: {why}", flush=True)
        if claims:
            rows.append((chapter.stem, held, sum(c["id"] not in waiting for c in claims)))
    for name, held, of in rows:
        print(f"{name:28} {held:3} / {of}")
    held, of = sum(r[1] for r in rows), sum(r[2] for r in rows)
    for name in grown:
        print(f"HOLDS after all: {name}: take it out of {o.not_yet}")
    if waiting:
        print(f"not yet: {len(waiting)}")
    print(f"claims: {held} / {of + len(grown)}")
    return 0 if held == of and of and not grown else 1


if __name__ == "__main__":
    sys.exit(main())
