"""The Jupyter project's own conformance suite, with all of its optional parts for a Python kernel switched on."""
from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator

import jupyter_kernel_test as suite
import pytest
from front_end import executable


@pytest.fixture(scope="module", autouse=True)
def kernelspec() -> Iterator[None]:
    """Makes the kernel known to this process only."""
    with tempfile.TemporaryDirectory(prefix="kernelspec-") as prefix:
        subprocess.run([executable(), "install", "--prefix", prefix], check=True, capture_output=True)
        before = os.environ.get("JUPYTER_PATH")
        os.environ["JUPYTER_PATH"] = f"{prefix}/share/jupyter"
        yield
        if before is None:
            del os.environ["JUPYTER_PATH"]
        else:
            os.environ["JUPYTER_PATH"] = before


class TestSuite(suite.KernelTests):
    kernel_name = "pellucid"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys\nprint('oh', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": {"zip"}}]
    complete_code_samples = ["1", "print('hello')", "def f(x):\n    return x * 2\n\n"]
    incomplete_code_samples = ["print('''hello", "def f(x):\n    x * 2"]
    invalid_code_samples = ["import = 7q", "1 +* 2"]
    code_page_something = "zip?"
    code_generate_error = "raise ValueError('on purpose')"
    code_execute_result = [{"code": "1 + 2 + 3", "result": "6"}, {"code": "[n * n for n in range(1, 4)]", "result": "[1, 4, 9]"}]
    code_display_data = [
        {"code": "from IPython.display import HTML, display; display(HTML('<b>b</b>'))", "mime": "text/html"},
        {"code": "from IPython.display import Math, display; display(Math('x^2'))", "mime": "text/latex"},
    ]
    code_history_pattern = "1?+*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"


class TestWelcome(suite.IopubWelcomeTests):
    kernel_name = "pellucid"
    support_iopub_welcome = True


# pytest would collect the bases too, under their own kernel's name.
del suite
