"""Completion, inspection and help pages: what is offered, from the live object, and that asking changes nothing."""
from __future__ import annotations

from pathlib import Path

import pytest
from front_end import FrontEnd, text

SETUP = """
class A:
    "what A is"
    __slots__ = ("slot", "__dict__")
    ran = 0
    @property
    def computed(self):
        A.ran += 1
        return self
    def __getattr__(self, name):
        A.ran += 1
        raise AttributeError(name)
    def __dir__(self):
        A.ran += 1
        return []

def made(alpha, *, beta=1) -> A:
    return A()
a = A(); a.own = [1]; a.slot = "x"
d = {"one": 1, "two": {"inner": a}, 3: 4}
l = [a]
"""


def offered(f: FrontEnd, code: str) -> dict[str, str]:
    """What is offered at the end of the code, with kinds; checks the reply's two forms against each other."""
    reply = f.ask("shell", "complete_request", code=code, cursor_pos=len(code))["content"]
    typed = reply["metadata"]["_jupyter_types_experimental"]
    assert [t["text"] for t in typed] == reply["matches"]
    assert all((t["start"], t["end"]) == (reply["cursor_start"], reply["cursor_end"]) for t in typed)
    prefix = code[reply["cursor_start"]:].lstrip("%")
    assert all(m.lstrip("%").startswith(prefix) for m in reply["matches"])
    return {t["text"]: t["type"] for t in typed}


@pytest.fixture(scope="module")
def notebook(shared: list[FrontEnd]) -> FrontEnd:
    reply, _ = shared[0].run(SETUP)
    assert reply["status"] == "ok", reply
    return shared[0]


@pytest.mark.parametrize(("code", "wanted"), [
    ("a.", {"own": "instance", "slot": "instance", "computed": "property", "ran": "instance"}),
    ("a.own.", {"append": "function"}),
    ("a.slot.", {"join": "function"}),
    ("l[0].", {"own": "instance"}),
    ("d['two']['inner'].", {"own": "instance"}),
    ("A().", {"computed": "property", "slot": "property"}),
    ("made(1).", {"ran": "instance"}),
    ("''.", {"join": "function"}),
    ("print(len(a.o", {"own": "instance"}),
    ("d['", {"one": "instance", "two": "instance"}),
    ("d[", {"'one'": "instance", "3": "instance"}),
    ("d['two']['", {"inner": "instance"}),
    ("made(al", {"alpha=": "param"}),
    ("made(1, be", {"beta=": "param"}),
    ("whi", {"while": "keyword"}),
    ("matc", {"match": "keyword"}),
    ("in_this_cell = 1\nin_this", {"in_this_cell": "instance"}),
    ("import jso", {"json": "module"}),
    ("from json import du", {"dump": "function", "dumps": "function"}),
    ("import os.pa", {"path": "module"}),
    ("%ti", {"%time": "magic", "%%timeit": "magic"}),
    ("%%cap", {"%%capture": "magic"}),
    ("%hea", {"%heap": "magic", "%%heap": "magic"}),
    ("%lang ", {"en": "magic", "zh": "magic"}),
    ("%gc ", {"collect": "magic"}),
    ("%who li", {"list": "class"}),
    ("%heap mad", {"made": "function"}),
    ("%run /usr/lib/python3.14/js", {"json/": "path"}),
    ("open('/usr/lib/python3.14/jso", {"json/": "path"}),
])
def test_completions(notebook: FrontEnd, code: str, wanted: dict[str, str]) -> None:
    got = offered(notebook, code)
    assert wanted.items() <= got.items(), got


@pytest.mark.parametrize("code", ["a.computed.", "no_such.", "1.", "# whi", "made.no.", "'a.", "d[0].", "x = ]."])
def test_nothing_to_offer(notebook: FrontEnd, code: str) -> None:
    assert offered(notebook, code) == {}


def test_in_the_middle_of_a_cell(notebook: FrontEnd) -> None:
    reply = notebook.ask("shell", "complete_request", code="'𨭎'; a.ow; zip", cursor_pos=9)["content"]
    assert reply["matches"] == ["own"] and (reply["cursor_start"], reply["cursor_end"]) == (7, 9)


def test_asking_changes_nothing(fresh: FrontEnd) -> None:
    fresh.run(SETUP + "import sys\nbefore = set(sys.modules)\nplace = id(object())")
    for code in ("a.", "a.computed.", "import asy", "from wave import ", "made(", "d[", "a.own.", "open('"):
        offered(fresh, code)
    for code in ("a", "A", "made"):
        fresh.ask("shell", "inspect_request", code=code, cursor_pos=1, detail_level=1)
    assert fresh.value("(A.ran, set(sys.modules) - before)") == "(0, set())"


def test_files_of_a_mounted_folder(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/table.csv").write_text("1")
    (tmp_path / "module_there.py").write_text("")
    f = FrontEnd("--mount", str(tmp_path))
    try:
        f.run(f"import sys; sys.path.append({str(tmp_path)!r})")
        assert offered(f, f"open('{tmp_path}/da") == {"data/": "path"}
        assert offered(f, f"%run {tmp_path}/data/") == {"table.csv": "path"}
        assert offered(f, "import module_the") == {"module_there": "module"}
    finally:
        f.close()


def test_a_question_that_does_not_end_is_ended(fresh: FrontEnd) -> None:
    fresh.run("class Slow:\n    def __repr__(self):\n        while True: pass\ns = Slow(); kept = 1")
    reply = fresh.ask("shell", "inspect_request", 30, code="s", cursor_pos=1, detail_level=0)["content"]
    assert reply["status"] == "ok"
    assert fresh.value("kept") == "1"


def page(f: FrontEnd, code: str, detail: int = 0, at: int | None = None) -> dict[str, str]:
    at = len(code) if at is None else at
    reply = f.ask("shell", "inspect_request", code=code, cursor_pos=at, detail_level=detail)["content"]
    assert reply["found"] is bool(reply["data"])
    return reply["data"]


def test_inspection(notebook: FrontEnd) -> None:
    assert "what A is" in page(notebook, "A")["text/plain"]
    assert "class A:" in page(notebook, "A", 1)["text/plain"]
    made = page(notebook, "made", 1)["text/plain"]
    assert "made(alpha, *, beta=1)" in made and "def made" in made and "Docstring" not in made
    assert "made(alpha, *, beta=1)" in page(notebook, "made(1, ")["text/plain"]
    html = page(notebook, "a.own")["text/html"]
    assert html.startswith("<pre>") and "list" in html and "<div" in html, "the page, and the lens %object below it"
    assert "join" not in page(notebook, "''.join(x)", at=10) and "Concatenate" in page(notebook, "''.join", at=5)["text/plain"]
    assert "%time" in page(notebook, "%time f()", at=3)["text/plain"]
    for nothing in ("no_such_name", "a.no_such", "", "+"):
        assert page(notebook, nothing) == {}


def test_pager(notebook: FrontEnd) -> None:
    def paged(code: str) -> str:
        (payload,) = notebook.run(code)[0]["payload"]
        assert payload["source"] == "page" and payload["start"] == 0
        return payload["data"]["text/plain"]

    assert "what A is" in paged("A?") and "what A is" in paged("?A") and "class A:" in paged("A??")
    assert "Virtual" in paged("%time?") or "machine's time" in paged("%time?")
    assert "names, objects" in paged("%heap?").lower()
    assert "what A is" in paged("if True:\n    A?")
    assert text(notebook.run("no_such_thing?")[1]) == "Object `no_such_thing` not found.\n"
    assert text(notebook.run("str.*find*?")[1]) == "str.find\nstr.rfind\n"
