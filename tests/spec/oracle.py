"""Runs cells (a JSON list on stdin) in one fresh __main__; prints a JSON list of [stdout, last line of the traceback]."""
import contextlib
import io
import json
import sys
import traceback
import types

results = []
module = sys.modules["__main__"] = types.ModuleType("__main__")
for cell in json.load(sys.stdin):
    out, error = io.StringIO(), ""
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(cell, "<cell>", "exec"), module.__dict__)
        except BaseException as e:
            error = "".join(traceback.format_exception(e)).rstrip().splitlines()[-1]
    results.append([out.getvalue(), error])
json.dump(results, sys.stdout)
