"""IPython's habits: names, timing, files, capture, and refusals that say why."""
from __future__ import annotations

import re

import pytest
from front_end import FrontEnd, kinds, text


def out(f: FrontEnd, code: str) -> str:
    reply, said = f.run(code)
    assert reply["status"] == "ok", reply
    return text(said)


def test_inputs_and_outputs(fresh: FrontEnd) -> None:
    for code in ("40 + 2", "'b'", "3"):
        fresh.run(code)
    assert fresh.value("(_, __, ___, _1, Out[2], In[1], _i1, len(_ih), _oh is Out)") == "(3, 'b', 42, 42, 'b', '40 + 2', '40 + 2', 4, True)"
    fresh.run("x = _i, _ii, _iii")
    assert fresh.value("x") == "('3', \"'b'\", '40 + 2')"
    fresh.run("5;")
    assert fresh.value("_") == "3"


@pytest.mark.parametrize("code", ["def f(): pass", "class C: pass", "x = 1", "f'{1}'\nimport os", "async def g(): pass"])
def test_only_an_expression_has_a_value(kernel: FrontEnd, code: str) -> None:
    assert kinds(kernel.run(code)[1]) == ["busy", "execute_input", "idle"]


def test_lines_of_a_function_that_ends_a_cell(kernel: FrontEnd) -> None:
    kernel.run("\n\ndef last():\n    return 1")
    assert kernel.value("last.__code__.co_firstlineno") == "3"


def test_time(kernel: FrontEnd) -> None:
    said = out(kernel, "import time\n%time time.sleep(90)")
    assert re.fullmatch(r"Virtual time: 1min 30s, of it processor .* \(the same at every run\)\nWall time: .* [mμn]?s\n", said), said
    _, messages = kernel.run("%time 6 * 7")
    assert [m["content"]["data"]["text/plain"] for m in messages if m["msg_type"] == "execute_result"] == ["42"]
    first = [out(kernel, "%%time\nfor i in range(1000):\n    pass").split("\n")[0] for _ in range(2)]
    assert first[0] == first[1]


def test_timeit(kernel: FrontEnd) -> None:
    said = out(kernel, "%timeit -n 100 -r 2 sum(range(10))")
    assert re.search(r"per loop, virtual time \(mean ± std. dev. of 2 runs, 100 loops each\)\nWall time, mean per loop: ", said), said
    kernel.run("result = %timeit -o -q -n 1 -r 3 1")
    assert kernel.value("(result.loops, result.repeat, len(result.timings))") == "(1, 3, 3)"
    for wrong in ("%timeit", "%timeit -n 0 1", "%timeit -x 1"):
        assert kernel.run(wrong)[0]["ename"] == "UsageError"


def test_names(fresh: FrontEnd) -> None:
    fresh.run("x = [1]; text = 'long ' * 30; _hidden = 1")
    assert out(fresh, "%who") == "text\t x\t \n"
    assert out(fresh, "%who list") == "x\t \n"
    assert fresh.value("get_ipython().run_line_magic('who_ls', 'str')") == "['text']"
    assert "x          list   n=1" in out(fresh, "%whos")
    fresh.run("%xdel x")
    assert fresh.run("x")[0]["ename"] == "NameError"
    assert fresh.run("%reset")[0]["ename"] == "StdinNotImplementedError"
    out(fresh, "%reset -f")
    assert out(fresh, "%who") == "Interactive namespace is empty.\n" and fresh.value("Out") == "{}"


def test_files(fresh: FrontEnd) -> None:
    assert fresh.value("get_ipython().run_line_magic('pwd', '')") == "'/home/student'"
    assert out(fresh, "%cd /tmp") == "/tmp\n" and out(fresh, "%cd -") == "/home/student\n"
    program = "import sys\nprint(sys.argv, __name__)\nkept = 5\ndef f(): return kept\nsys.exit(3)\n"
    assert out(fresh, "%%writefile p.py\n" + program) == "Writing p.py\n"
    assert out(fresh, "%%writefile -a p.py\nnever = 1") == "Appending to p.py\n"
    assert out(fresh, "%ls") == "p.py\n"
    reply, said = fresh.run("%run p.py one 'two three'")
    assert text(said) == "['p.py', 'one', 'two three'] __main__\n" and text(said, "stderr") == "p.py ended with exit code 3\n"
    assert fresh.value("f()") == "5" and fresh.value("__name__") == "'__main__'"
    (payload,) = fresh.run("%load p.py")[0]["payload"]
    assert payload["source"] == "set_next_input" and payload["replace"] and program in payload["text"]
    for wrong in ("%run no_such.py", "%load /etc/hostname", "%cd /no/such", "%%writefile\nx", "%run"):
        assert fresh.run(wrong)[0]["ename"] == "UsageError"


def test_capture(kernel: FrontEnd) -> None:
    code = "%%capture kept\nimport sys\nprint('o'); print('e', file=sys.stderr)\n%pwd\ndisplay(1)\n2"
    assert kinds(kernel.run(code)[1]) == ["busy", "execute_input", "idle"]
    assert kernel.value("kept.stdout, kept.stderr, [o.data['text/plain'] for o in kept.outputs]") == r"('o\n', 'e\n', ['1', '2'])"
    assert kinds(kernel.run("kept.show()")[1]) == ["busy", "execute_input", "stream", "display_data", "display_data", "idle"]
    kernel.run("%%capture kept\nprint('x'); 1/0")
    assert kernel.value("kept.stdout") == r"'x\n'"


def test_commands_anywhere(kernel: FrontEnd) -> None:
    assert out(kernel, "if True:\n    %cd /tmp\n") == "/tmp\n"
    assert out(kernel, "folder = %pwd\nprint(folder)") == "/tmp\n"
    assert out(kernel, "print('a')\n%cd /home/student\nprint('b')") == "a\n/home/student\nb\n"
    assert "display_data" in kinds(kernel.run("%%time\nx = []\n%object x")[1])


REFUSED = ["!ls", "x = !ls", "%env", "%matplotlib inline", "%pip install x", "%conda list", "%debug", "%load_ext x", "%%bash\nls",
           "%autoreload 2", "%system ls", "if True:\n    !ls"]


@pytest.mark.parametrize("code", REFUSED)
def test_refusals_say_why(kernel: FrontEnd, code: str) -> None:
    error = kernel.run(code)[0]
    assert error["ename"] == "UsageError" and len(error["evalue"].split()) > 5 and "not found" not in error["evalue"], error


def test_lsmagic_has_lenses_and_habits(kernel: FrontEnd) -> None:
    said = out(kernel, "%lsmagic")
    assert all(name in said for name in ("%heap", "%%growth", "%timeit", "%%capture", "%settings", "%lang", "Not on this machine", "%matplotlib"))


def test_own_magics_and_the_shell(kernel: FrontEnd) -> None:
    kernel.run("from IPython.core.magic import register_line_magic\n@register_line_magic\ndef twice(line):\n    'doubles'\n    return line * 2")
    assert kernel.value("get_ipython().run_line_magic('twice', 'ab')") == "'abab'"
    assert "This notebook's own: %twice" in out(kernel, "%lsmagic")
    assert out(kernel, "seen = []\nget_ipython().events.register('post_run_cell', lambda info: seen.append(info.raw_cell))") == ""
    kernel.run("1 + 1")
    assert "'1 + 1'" in kernel.value("seen")


def test_help_and_what_else_site_adds(kernel: FrontEnd) -> None:
    assert out(kernel, "help(len)").startswith("Help on built-in function len in module builtins:\n\nlen(obj, /)\n")
    assert kernel.value("help") == "Type help() for interactive help, or help(object) for help about object."
    assert "Python" in kernel.value("copyright")


def test_exit(kernel: FrontEnd) -> None:
    for code in ("exit", "quit()"):
        reply, said = kernel.run(code)
        assert reply["payload"] == [{"source": "ask_exit", "keepkernel": False}] and "execute_result" not in kinds(said)
