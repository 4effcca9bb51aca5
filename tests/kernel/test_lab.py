"""A real JupyterLab in a real browser: run all, interrupt, restart, completion, inspection, input, an untrusted notebook.

Needs jupyterlab and playwright beside the tests and a Chromium ($CHROMIUM, or /usr/bin/chromium). With $PELLUCID_SHOTS
set to a folder, a picture of each step is kept there.
"""
from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from front_end import executable, free_ports

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
MISSING = [m for m in ("jupyterlab", "playwright") if importlib.util.find_spec(m) is None]
if not Path(CHROMIUM).exists():
    MISSING.append(CHROMIUM)
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not here: {', '.join(MISSING)}")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
PROMPTS = """n => { const p = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')].map(e => e.textContent.trim());
  return p.length >= n && p.slice(0, n).every(t => /^\\[\\d+\\]:$/.test(t)) }"""


# With ipywidgets beside the tests, the kernel sees these two packages.
WIDGETS = ("ipywidgets", "traitlets") if importlib.util.find_spec("ipywidgets") else ()


class Lab:
    """One JupyterLab server with a folder of its own, and one browser page."""

    def __init__(self, folder: Path, page: Any) -> None:
        self.page, self.root = page, folder / "root"
        self.root.mkdir()
        (port,), self.token = free_ports(1), secrets.token_hex(8)
        mounts = [o for n in WIDGETS for o in ("--mount", str(Path(importlib.util.find_spec(n).origin).parent))]
        subprocess.run([executable(), "install", "--prefix", str(folder / "prefix"), *mounts], check=True, capture_output=True)
        settings = folder / "settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
        env = os.environ | {f"JUPYTER_{n}_DIR": f"{folder}/{n}" for n in ("CONFIG", "DATA", "RUNTIME")} | {
            "JUPYTER_PATH": f"{folder}/prefix/share/jupyter", "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "ws"), "PELLUCID_HISTORY": "none"}
        self.log = (folder / "server.log").open("w+")
        self.server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
             "--ServerApp.port_retries=0", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}",
             "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly"],
            env=env, stdout=self.log, stderr=subprocess.STDOUT)
        self.base = f"http://127.0.0.1:{port}"
        for _ in range(600):
            try:
                self.api("/api/status")
                break
            except OSError:
                assert self.server.poll() is None, (folder / "server.log").read_text()
                time.sleep(0.1)

    def api(self, path: str) -> Any:
        request = urllib.request.Request(self.base + path, headers={"Authorization": "token " + self.token})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def open(self, name: str, *cells: str | dict) -> None:
        """Writes a notebook and shows it, its kernel idle. A dict is a whole cell, with outputs."""
        made = [c if isinstance(c, dict) else code_cell(c) for c in cells]
        for i, cell in enumerate(made):
            cell["id"] = f"c{i}"
        kernel = {"name": "pellucid", "display_name": "Pellucid (Python 3.14)", "language": "python"}
        text = json.dumps({"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
        (self.root / name).write_text(text)
        self.page.goto(f"{self.base}/lab/tree/{name}?token={self.token}&reset", wait_until="domcontentloaded")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Notebook", timeout=120_000)
        self.idle()

    def idle(self) -> None:
        self.page.get_by_text(re.compile(r"\| Idle$")).first.wait_for(timeout=60_000)

    def menu(self, menu: str, item: str) -> None:
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_text(item, exact=True).first.click()

    def run_all(self, cells: int | None = None) -> None:
        self.menu("Run", "Run All Cells")
        if cells is not None:
            self.page.wait_for_function(PROMPTS, arg=cells, timeout=60_000)

    def outputs(self) -> list[str]:
        return self.page.eval_on_selector_all(".jp-Notebook .jp-CodeCell", "cs => cs.map(c => [...c.querySelectorAll('.jp-OutputArea-output')].map(o => o.innerText.trim()).join('\\n'))")

    def cell(self, i: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(i)

    def shot(self, name: str) -> None:
        if folder := os.environ.get("PELLUCID_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{folder}/{name}.png")


def code_cell(source: str, outputs: list[dict] | None = None) -> dict:
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": outputs or [], "execution_count": 1 if outputs else None}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        lab = Lab(tmp_path_factory.mktemp("lab"), browser.new_page(viewport={"width": 1280, "height": 1000}))
        yield lab
        browser.close()
        lab.server.terminate()
        lab.server.wait(20)


def test_run_all(lab: Lab) -> None:
    lab.open("run.ipynb", "print('first')", "a = [1]\nb = [a, a]\n%heap b", "6 * 7", "1/0", "print('never')")
    lab.run_all()
    lab.page.get_by_text("ZeroDivisionError").first.wait_for(timeout=60_000)
    lab.idle()
    got = lab.outputs()
    assert got[0] == "first" and "42" in got[2] and "division by zero" in got[3] and got[4] == ""
    assert lab.cell(1).locator(".jp-OutputArea-output img, .jp-OutputArea-output svg").count() >= 1
    lab.shot("1-run-all")


def test_interrupt(lab: Lab) -> None:
    lab.open("interrupt.ipynb", "kept = 7\nprint('begun')\nwhile True: pass", "kept")
    lab.run_all()
    lab.page.get_by_text("begun").first.wait_for(timeout=60_000)
    lab.menu("Kernel", "Interrupt Kernel")
    lab.page.get_by_text("KeyboardInterrupt").first.wait_for(timeout=30_000)
    lab.cell(1).click()
    lab.page.keyboard.press("Shift+Enter")
    lab.cell(1).get_by_text("7", exact=True).last.wait_for(timeout=30_000)
    lab.shot("2-interrupt")


def test_restart(lab: Lab) -> None:
    lab.open("restart.ipynb", "n = globals().get('n', 0) + 1\nprint('run', n)", "_")
    for _ in range(2):
        lab.run_all(2)
    assert lab.outputs()[0] == "run 2"
    lab.menu("Kernel", "Restart Kernel…")
    lab.page.locator(".jp-Dialog button.jp-mod-accept").click()
    lab.idle()
    lab.run_all(2)
    lab.cell(0).get_by_text("run 1").wait_for(timeout=30_000)
    lab.shot("3-restart")


def test_completion_and_inspection(lab: Lab) -> None:
    lab.open("ask.ipynb", "class Pot:\n    'holds tea'\n    def pour(self, cups=1):\n        'Pours some.'\npot = Pot()", "")
    lab.run_all(1)
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.type("pot.")
    lab.page.keyboard.press("Tab")
    # Lab's own completer offers words of the notebook too; ours come with their kind.
    item = lab.page.locator(".jp-Completer-item").filter(has_text="pour").filter(has_text="function")
    item.wait_for(timeout=30_000)
    lab.shot("4-completion")
    item.click()
    lab.page.wait_for_function("() => document.querySelectorAll('.jp-CodeCell')[1].querySelector('.cm-content').innerText.includes('pot.pour')", timeout=30_000)
    lab.page.keyboard.type("(")
    lab.page.keyboard.press("Shift+Tab")
    tip = lab.page.locator(".jp-Tooltip")
    tip.wait_for(timeout=30_000)
    assert "pour(cups=1)" in tip.inner_text() and "Pours some." in tip.inner_text()
    lab.shot("5-inspection")
    lab.page.keyboard.press("Escape")


def test_input(lab: Lab) -> None:
    lab.open("input.ipynb", "name = input('who? ')\nprint('hello', name)")
    lab.run_all()
    box = lab.page.locator(".jp-Stdin-input")
    box.wait_for(timeout=30_000)
    lab.shot("6-input")
    box.fill("Ada")
    box.press("Enter")
    lab.page.get_by_text("hello Ada").wait_for(timeout=30_000)


def test_an_untrusted_notebook(lab: Lab, tmp_path: Path) -> None:
    """Outputs that came with a file that this Jupyter has not signed: the lens's picture is there, no markup leaks."""
    from front_end import FrontEnd

    f = FrontEnd()
    f.run("a = [1]\nb = [a, a]")
    _, said = f.run("%heap b")
    (data,) = [m["content"]["data"] for m in said if m["msg_type"] == "execute_result"]
    f.close()
    out = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
    lab.open("untrusted.ipynb", code_cell("%heap b", [out]))
    lab.page.locator(".jp-OutputArea-output img").first.wait_for(timeout=30_000)
    loaded = "() => [...document.querySelectorAll('.jp-OutputArea-output img')].every(i => i.complete && i.naturalWidth > 20)"
    lab.page.wait_for_function(loaded, timeout=30_000)
    shown = lab.outputs()[0]
    assert "<" not in shown and "style" not in shown and "viewBox" not in shown, shown
    lab.shot("7-untrusted")


@pytest.mark.skipif(not WIDGETS, reason="ipywidgets is not installed beside the tests")
def test_a_slider_moves_the_programs_value(lab: Lab) -> None:
    folder = Path(importlib.util.find_spec("ipywidgets").origin).parents[1]
    lab.open("widget.ipynb", f"import sys; sys.path.append({str(folder)!r})\nimport ipywidgets as w\nimport pellucid",
             "a = []\nout = w.Output()\n\ndef look(change):\n    a[:] = range(change['new'])\n    with out:\n        out.clear_output(wait=True)\n        display(pellucid.layout(a))\n\n"
             "s = w.IntSlider(value=3, max=9)\ns.observe(look, 'value')\nw.VBox([s, out])")
    lab.run_all(2)
    handle = lab.page.locator(".widget-slider .noUi-handle").first
    handle.wait_for(timeout=60_000)
    handle.focus()
    lab.page.keyboard.press("ArrowRight")
    lab.page.wait_for_timeout(1000)
    lab.shot("8-widget")
    lab.page.locator(".jp-OutputArea .jp-OutputArea .jp-OutputArea-output").first.wait_for(timeout=30_000)
    assert "4" in lab.page.locator(".widget-readout").first.inner_text()
    lab.shot("9-widget-with-a-lens")
