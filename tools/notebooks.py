#!/usr/bin/env python3
"""The course's notebooks: executes them, checks them, makes handouts of them.

    notebooks.py execute [PATH...]     runs notebooks on the kernel, in place, and stores outputs without what is volatile
    notebooks.py check [PATH...]       claims, languages, exercises, stored form; runs nothing
    notebooks.py verify [PATH...]      executes into a temporary copy, compares byte for byte with what is stored, and checks
    notebooks.py handouts [PATH...]    pages, slides and (where Chromium or XeLaTeX is there) PDFs of the stored outputs, in handouts/

Without PATH: all of notebooks/. A chapter NN-name is notebooks/NN-name.ipynb, notebooks/zh/NN-name.ipynb (the same cells in
Chinese), notebooks/solutions/NN-name.ipynb and tests/claims/NN-name.toml.

What `check` asks of a chapter:
  - each claim is a Markdown cell with a line  > **Claim** `id`: the notes' own words  and a line  > Verdict: **holds** (or
    corrected, dated); the code cell after it asserts the claim and prints  id: verdict. A Chinese notebook may say it in
    Chinese:  > **原话** `id`：…  and  > 判定：**成立** (更正, 过时). Backslashes before underscores and stars do not count;
  - no error output but in cells tagged raises-exception; no path of this computer in an output;
  - an exercise is a cell with nbgrader metadata "solution": true and one with "grade": true. nbgrader gives no points for
    an error and for output on stderr, and all points otherwise, so a checking cell prints what is wrong to sys.stderr:
        wrong = check_1()
        print(wrong or "exercise 1: well done", file=wrong and sys.stderr)
    In the chapter each checking cell complains; in notebooks/solutions none does;
  - the Chinese notebook has the same cells, of the same kinds, in the same order;
  - no cell uses _, In or Out: outputs are stored as nbval sees them, and it runs cells without a history;
  - the stored file is what `execute` writes (nothing volatile) and smaller than 1.5 MB.

Needs Python 3.9 and nbformat; `execute` needs nbclient, `handouts` nbconvert. `check` of claims needs Python 3.11 or tomli.
"""
from __future__ import annotations

import argparse
import copy
import html
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import nbformat

import latex

KEPT_CELL_METADATA = ("nbgrader", "slideshow", "tags")
KEPT_NOTEBOOK_METADATA = ("kernelspec", "language_info", "title")
LARGEST = 1_500_000
SLOWEST_CELL, SLOWEST_NOTEBOOK = 1.0, 5.0
CLAIM = re.compile(r"^> \*\*[^*]+\*\* `([\w-]+)`\s*[:：]\s*(.*)$", re.M)
VERDICT = re.compile(r"^> [^*\n]*[:：]\s*\*\*([^*]+)\*\*", re.M)
VERDICTS = {"holds": {"holds", "成立"}, "corrected": {"corrected", "更正"}, "dated": {"dated", "过时"}}


def find_root() -> pathlib.Path:
    """The project's folder: the nearest one above the current folder, else the one that this program is in."""
    here = pathlib.Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "notebooks").is_dir() and (folder / "tests/claims").is_dir():
            return folder
    return pathlib.Path(__file__).resolve().parent.parent


ROOT = find_root()
NOTEBOOKS = ROOT / "notebooks"


def notebooks(paths: list[pathlib.Path]) -> list[pathlib.Path]:
    """The notebooks that are meant, in order."""
    if not paths:
        found = [p for d in ("", "zh", "solutions") for p in sorted((NOTEBOOKS / d).glob("[0-9]*.ipynb"))]
        if not found:
            sys.exit(f"no notebooks in {NOTEBOOKS}")
        return found
    for path in paths:
        if not path.is_file():
            sys.exit(f"{path} is not there")
    return [p.resolve() for p in paths]


def name_of(path: pathlib.Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


# What is stored


def strip(nb: nbformat.NotebookNode) -> None:
    """Takes out whatever may differ between two runs."""
    nb.metadata = {k: nb.metadata[k] for k in KEPT_NOTEBOOK_METADATA if k in nb.metadata}
    nb.metadata["kernelspec"] = {"display_name": "Pellucid", "language": "python", "name": "pellucid"}
    nb.metadata["language_info"] = {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"}
    count = 0
    for cell in nb.cells:
        cell.metadata = {k: cell.metadata[k] for k in KEPT_CELL_METADATA if cell.metadata.get(k)}
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        outputs = []
        for output in cell.outputs:
            last = outputs[-1] if outputs else None
            if output.output_type == "stream" and last and last.output_type == "stream" and last.name == output.name:
                last.text += output.text
                continue
            if "execution_count" in output:
                output.execution_count = count
            outputs.append(output)
        cell.outputs = outputs
    nb.nbformat, nb.nbformat_minor = 4, 5


def text_of(nb: nbformat.NotebookNode) -> str:
    return nbformat.writes(nbformat.from_dict(nb), version=4) + "\n"


def execute(path: pathlib.Path, kernel: str) -> tuple[str, str | None]:
    """The text of the executed notebook, and a complaint."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    class Client(NotebookClient):
        seconds: dict = {}

        async def async_execute_cell(self, cell, index, **kwargs):
            begun = time.monotonic()
            try:
                return await super().async_execute_cell(cell, index, **kwargs)
            finally:
                if cell.cell_type == "code":
                    self.seconds[cell.id] = time.monotonic() - begun

    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = Client(nb, kernel_name=kernel, timeout=60, record_timing=False, resources={"metadata": {"path": str(path.parent)}})
    client.seconds, complaint = {}, None
    start = time.monotonic()
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as e:
        complaint = str(e).strip()
    took = time.monotonic() - start
    notes = [f"slow: cell {name} took {s:.1f} s" for name, s in client.seconds.items() if s > SLOWEST_CELL]
    strip(nb)
    print(f"{name_of(path)}: {took:.1f} s" + "".join(f"\n    note: {s}" for s in notes)
          + (f"\n    note: slow, {took:.1f} s in all" if took > SLOWEST_NOTEBOOK else ""), flush=True)
    return text_of(nb), complaint


def difference(stored: str, now: str) -> str:
    """Where two notebooks differ, in words."""
    a, b = nbformat.reads(stored, as_version=4), nbformat.reads(now, as_version=4)
    for x, y in zip(a.cells, b.cells):
        if x != y:
            for line, other in zip(str(x.get("outputs")).split("\\n"), str(y.get("outputs")).split("\\n")):
                if line != other:
                    at = next((i for i, (p, q) in enumerate(zip(line, other)) if p != q), 0)
                    cut = slice(max(0, at - 60), at + 120)
                    return f"cell {x.id}: stored …{line[cut]!r}, now …{other[cut]!r}"
            return f"cell {x.id} differs"
    return "the metadata or the form differ"


# Checks


def claims_of(chapter: str) -> list[dict]:
    path = ROOT / "tests/claims" / f"{chapter}.toml"
    if not path.exists():
        return []
    try:
        import tomllib
    except ImportError:
        import tomli as tomllib
    return tomllib.loads(path.read_text("utf8"))["claim"]


def printed(cell: nbformat.NotebookNode, stream: str = "stdout") -> str:
    return "".join(o.text for o in cell.get("outputs", []) if o.output_type == "stream" and o.name == stream)


def failed(cell: nbformat.NotebookNode) -> bool:
    return any(o.output_type == "error" for o in cell.get("outputs", []))


def plain(text: str) -> str:
    """Without what Markdown needs: backslashes, and spaces, which a line break may be."""
    return re.sub(r"\s+", "", text.replace("\\", ""))


def check_claims(nb: nbformat.NotebookNode, claims: list[dict]) -> list[str]:
    found = {}
    for i, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            for m in CLAIM.finditer(cell.source):
                after = nb.cells[i + 1] if i + 1 < len(nb.cells) else None
                found[m[1]] = (m[2], VERDICT.search(cell.source), after)
    wrong = [f"claim {name} is in no list" for name in found if name not in {c["id"] for c in claims}]
    for claim in claims:
        name, verdict = claim["id"], claim["verdict"]
        if name not in found:
            wrong.append(f"claim {name} is missing")
            continue
        words, said, cell = found[name]
        if plain(words) != plain(claim["zh"]):
            wrong.append(f"claim {name} does not quote the notes: {words!r}, expected {claim['zh']!r}")
        if not said or said[1] not in VERDICTS[verdict]:
            wrong.append(f"claim {name}: the verdict should be {verdict}, not {said and said[1]}")
        if cell is None or cell.cell_type != "code" or "assert" not in cell.source:
            wrong.append(f"claim {name}: no code cell with an assert follows it")
        elif failed(cell):
            wrong.append(f"claim {name}: its cell {cell.id} failed")
        elif not any(re.search(rf"^{re.escape(name)}\s*[:：]\s*{v}\b", printed(cell), re.M) for v in VERDICTS[verdict]):
            wrong.append(f"claim {name}: its cell {cell.id} does not print `{name}: {verdict}`")
    return wrong


def check_exercises(nb: nbformat.NotebookNode, solved: bool) -> list[str]:
    wrong, seen, solutions, grades = [], set(), 0, 0
    for cell in nb.cells:
        meta = cell.metadata.get("nbgrader")
        if not meta:
            continue
        lacking = [k for k in ("grade", "grade_id", "locked", "schema_version", "solution", "task") if k not in meta]
        if lacking:
            wrong.append(f"cell {cell.id}: nbgrader metadata without {', '.join(lacking)}")
            continue
        if meta["grade_id"] in seen or not meta["grade_id"]:
            wrong.append(f"cell {cell.id}: the grade_id {meta['grade_id']!r} is there twice or empty")
        seen.add(meta["grade_id"])
        solutions += meta["solution"]
        if meta["grade"]:
            grades += 1
            if "points" not in meta:
                wrong.append(f"cell {cell.id}: a checking cell without points")
            complains = failed(cell) or bool(printed(cell, "stderr"))
            if complains and solved:
                wrong.append(f"cell {cell.id}: the solution does not pass: {printed(cell, 'stderr').strip()}")
            elif not complains and not solved:
                wrong.append(f"cell {cell.id}: nbgrader would give points for the unsolved exercise; print what is wrong to sys.stderr")
    if solutions < 3 or grades < 3:
        wrong.append(f"{solutions} exercises to solve and {grades} checking cells; there should be three of each")
    return wrong


def check(path: pathlib.Path) -> list[str]:
    """What is wrong with a stored notebook."""
    text = path.read_text("utf8")
    nb = nbformat.reads(text, as_version=4)
    wrong = []
    try:
        nbformat.validate(nb)
    except nbformat.ValidationError as e:
        wrong.append(f"not a valid notebook: {str(e).splitlines()[0]}")
    if len(text.encode()) > LARGEST:
        wrong.append(f"{len(text.encode()) / 1e6:.1f} MB, more than {LARGEST / 1e6} MB")
    clean = copy.deepcopy(nb)
    strip(clean)
    if text_of(clean) != text:
        wrong.append("not as `notebooks.py execute` stores it (volatile metadata, or another form)")
    host = {str(ROOT), os.path.expanduser("~")} - {"/"}
    for cell in nb.cells:
        if cell.cell_type == "code":
            raises = "raises-exception" in cell.metadata.get("tags", [])
            if failed(cell) and not raises:
                wrong.append(f"cell {cell.id} failed")
            elif raises and not failed(cell) and "nbgrader" not in cell.metadata:
                wrong.append(f"cell {cell.id} is tagged raises-exception but raised nothing")
            if any(h in str(cell.outputs) for h in host):
                wrong.append(f"cell {cell.id}: its output has a path of this computer")
            if re.search(r"\b(In|Out)\[|^_\d*$|^\s*_[.\[]", cell.source, re.M):
                wrong.append(f"cell {cell.id} uses _, In or Out")
    folder = path.parent.name
    chapter = path.stem
    claims = claims_of(chapter)
    if folder == "solutions":
        wrong += check_exercises(nb, solved=True)
    elif claims:
        wrong += check_claims(nb, claims)
        wrong += check_exercises(nb, solved=False)
    if folder == "zh":
        other = path.parent.parent / path.name
        if not other.exists():
            wrong.append(f"there is no {name_of(other)}")
        else:
            kinds = lambda n: [c.cell_type for c in n.cells]  # noqa: E731
            mine, theirs = kinds(nb), kinds(nbformat.read(other, as_version=4))
            if mine != theirs:
                at = next((i for i, (a, b) in enumerate(zip(mine, theirs)) if a != b), min(len(mine), len(theirs)))
                wrong.append(f"{len(mine)} cells here, {len(theirs)} in English; they part at cell {at + 1}")
    return wrong


def missing() -> list[str]:
    """The notebooks that a complete course has and this one has not."""
    chapters = sorted(p.stem for p in (ROOT / "tests/claims").glob("[0-9]*.toml"))
    wanted = ["00-tour.ipynb"] + [f"{d}{c}.ipynb" for c in chapters for d in ("", "zh/", "solutions/")]
    return [f"notebooks/{w}" for w in wanted if not (NOTEBOOKS / w).exists()]


# Handouts


KEEP = re.compile(r"\*\*(Keep|记住)")


def slides_of(nb: nbformat.NotebookNode) -> None:
    """Marks the cells that begin a slide: text after code, a new thought after a sentence to keep, and a cell that fills one."""
    before = None
    for cell in nb.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        text = cell.cell_type == "markdown"
        begins = (
            before is None or kind in ("slide", "subslide")
            or text and not KEEP.match(cell.source) and (before.cell_type == "code" or KEEP.match(before.source))
            or text and cell.source.startswith("#")
            or cell.metadata.get("tall")
        )
        cell.metadata["begins_slide"] = bool(begins)
        before = cell


def mark_tall(nb: nbformat.NotebookNode) -> None:
    """Marks the code cells that, with their outputs, are too high to be kept in one piece on a printed A4 page, by their lines
    and pictures: else half the pages would be empty."""
    line, with_picture, without, wide = 4.7, 140, 90, 190
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        high, pictures = line * sum(1 + len(s) // 95 for s in cell.source.splitlines()), 0
        for output in cell.outputs:
            page = output.get("data", {}).get("text/html", "")
            for m in re.finditer(r'<img [^>]*?width="(\d+)" height="(\d+)"', page):
                width, height = (int(n) * 25.4 / 96 * 0.85 for n in m.groups())
                high += height * min(1, wide / width) + 3 * line
                pictures += 1
            if not page:
                text = output.get("text") or output.get("data", {}).get("text/plain", "") or "\n".join(output.get("traceback", []))
                high += line * sum(1 + len(s) // 95 for s in text.splitlines())
        cell.metadata["tall"] = high > (with_picture if pictures else without)


def browser() -> str | None:
    for name in (os.environ.get("CHROME"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
                 "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"):
        if name and shutil.which(name):
            return shutil.which(name)
    return None


def print_page(program: str, page: pathlib.Path, pdf: pathlib.Path) -> str | None:
    """Prints an HTML file by Chromium; why it did not, or None."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            program, "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--disable-component-update", f"--user-data-dir={profile}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")
        pdf.unlink(missing_ok=True)
        try:
            done = subprocess.run([*command, page.as_uri()], capture_output=True, timeout=180)
        except subprocess.TimeoutExpired:
            return "no end within 180 s"
    return None if pdf.exists() else done.stderr.decode("utf8", "replace").strip()[-400:]


def title_of(nb: nbformat.NotebookNode) -> str:
    for cell in nb.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("# "):
            return cell.source.splitlines()[0][2:].replace("\\", "").replace("`", "").strip()
    return "Pellucid"


def handouts(paths: list[pathlib.Path], out: pathlib.Path, pdf: bool) -> int:
    from nbconvert import HTMLExporter

    templates = str(NOTEBOOKS / "template")
    page, deck = (
        HTMLExporter(template_name=name, extra_template_basedirs=[templates], exclude_anchor_links=True)
        for name in ("pellucid", "pellucid-slides")
    )
    program = browser() if pdf else None
    lacking = None if program else latex.missing()
    if pdf and not program:
        print("no Chromium found (set CHROME to its path)" + (
            "; PDFs are made by XeLaTeX" if not lacking else
            f", and {lacking}. Pages and slides are complete; for PDFs install one of the two, or print the pages from a browser"))
    rows: dict[str, dict[str, tuple[str, str, bool]]] = {}
    bad = 0
    for path in paths:
        nb = nbformat.read(path, as_version=4)
        folder = path.parent.name if path.parent.name in ("zh", "solutions") else ""
        if folder == "solutions":
            continue
        target = out / folder
        target.mkdir(parents=True, exist_ok=True)
        stem, title = path.stem, title_of(nb)
        nb.metadata["title"] = title
        nb.metadata["lang"] = "zh-Hans" if folder == "zh" else "en"
        nb.metadata["stem"] = stem
        mark_tall(nb)
        written = target / f"{stem}.html"
        written.write_text(page.from_notebook_node(nb)[0], "utf8")
        slides_of(nb)
        (target / f"{stem}.slides.html").write_text(deck.from_notebook_node(nb)[0], "utf8")
        has_pdf = False
        if pdf and not (program is None and lacking):
            made = target / f"{stem}.pdf"
            why = print_page(program, written, made) if program else latex.pdf_of(nb, made)
            if why is not None and program and not latex.missing():
                print(f"{name_of(path)}: Chromium did not print it ({why}); XeLaTeX does")
                why = latex.pdf_of(nb, made)
            has_pdf = why is None
            if why is not None:
                bad += 1
                print(f"no PDF of {name_of(path)}: {why}")
        for made in (written, target / f"{stem}.slides.html"):
            links = re.findall(r"""<(?:script|link|img|iframe)[^>]*\s(?:src|href)=["']((?:https?:)?//[^"']+)""", made.read_text("utf8"))
            if links:
                bad += 1
                print(f"{made} needs the network: {links[0]}")
        rows.setdefault(stem, {})[folder] = (title, f"{folder}/{stem}" if folder else stem, has_pdf)
        print(f"{name_of(path)}: {target / stem}.html, .slides.html" + (", .pdf" if has_pdf else ""), flush=True)
    out.mkdir(parents=True, exist_ok=True)
    (out / "index.html").write_text(index(rows), "utf8")
    print(f"{out / 'index.html'}: {sum(map(len, rows.values()))} handouts")
    return 1 if bad else 0


def index(rows: dict[str, dict[str, tuple[str, str, bool]]]) -> str:
    body = []
    for stem in sorted(rows):
        cells = []
        for folder in ("", "zh"):
            if folder not in rows[stem]:
                cells.append("<td></td>")
                continue
            title, base, has_pdf = rows[stem][folder]
            page, slides, paper = ("网页", "幻灯片", "PDF") if folder else ("page", "slides", "PDF")
            links = [f'<a href="{base}.html">{page}</a>', f'<a href="{base}.slides.html">{slides}</a>']
            links += [f'<a href="{base}.pdf">{paper}</a>'] if has_pdf else []
            lang = ' lang="zh-Hans"' if folder else ""
            cells.append(f'<td{lang}><a class="t" href="{base}.html">{html.escape(title)}</a><br><small>{" · ".join(links)}</small></td>')
        body.append(f"<tr>{''.join(cells)}</tr>")
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Pellucid: handouts</title><style>
body{{font:17px/1.55 "DejaVu Sans","Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:60em;margin:2.5em auto;padding:0 1.2em;color:#1b2128;background:#fff}}
table{{border-collapse:collapse;width:100%}} td{{padding:.7em 1em .7em 0;border-top:1px solid #d5dae0;vertical-align:top;width:50%}}
a{{color:#0b4a92}} a.t{{text-decoration:none;font-weight:600}} small{{color:#5a6570}}
</style></head><body><h1>Pellucid: handouts</h1>
<p>Each chapter as a page to read, as slides (arrow keys; print them for one slide a sheet) and as a PDF. Everything works without a network.</p>
<p lang="zh-Hans">每章都有网页、幻灯片（用方向键翻页）和 PDF，都不需要联网。</p>
<table>{''.join(body)}</table></body></html>
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("execute", "check", "verify", "handouts"))
    parser.add_argument("paths", nargs="*", type=pathlib.Path, metavar="PATH")
    parser.add_argument("--kernel", default="pellucid", help="name of the kernelspec (default: pellucid)")
    parser.add_argument("--root", type=pathlib.Path, help="the project's folder (default: the one around the current folder)")
    parser.add_argument("--output", type=pathlib.Path, help="folder for handouts (default: handouts in the project's folder)")
    parser.add_argument("--no-pdf", action="store_true", help="handouts without PDFs")
    o = parser.parse_intermixed_args()
    if o.root:
        global ROOT, NOTEBOOKS
        ROOT = o.root.resolve()
        NOTEBOOKS = ROOT / "notebooks"

    chosen = notebooks(o.paths)
    if o.action == "handouts":
        return handouts(chosen, (o.output or ROOT / "handouts").resolve(), not o.no_pdf)

    good = bad = 0
    if o.action in ("execute", "verify"):
        for path in chosen:
            text, complaint = execute(path, o.kernel)
            if complaint is None and o.action == "execute":
                path.write_text(text, "utf8")
            elif complaint is None and text != path.read_text("utf8"):
                complaint = f"differs from what is stored: {difference(path.read_text('utf8'), text)}"
            if complaint is not None:
                print(f"FAILED: {name_of(path)}: {complaint}", flush=True)
            good, bad = good + (complaint is None), bad + (complaint is not None)
    if o.action in ("check", "verify"):
        for path in chosen:
            wrong = check(path)
            for w in wrong:
                print(f"FAILED: {name_of(path)}: {w}")
            good, bad = good + (not wrong), bad + bool(wrong)
        for path in [] if o.paths else missing():
            print(f"FAILED: {path} is missing")
            bad += 1
    print(f"notebooks: {good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
