"""Handouts without a browser: the LaTeX that a notebook becomes, and the PDF where there is XeLaTeX."""
import base64
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import latex  # noqa: E402

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'


def image():
    return '<img src="data:image/svg+xml;base64,' + base64.b64encode(SVG.encode()).decode() + '"/>'


def notebook(*outputs):
    markdown = {"cell_type": "markdown", "source": "# 100 % & more_than #1\n\n`a_b{c}` 引用计数 ~ ^ \\ $x$\n\n| a | b |\n|---|---|\n| 1 | 2 |"}
    code = {"cell_type": "code", "source": "x = '\\\\end{Verbatim}'  # 50 %", "outputs": list(outputs)}
    return {"metadata": {}, "cells": [markdown, code]}


def shown(html, text="`x` is 1\nmore"):
    return {"output_type": "display_data", "data": {"text/html": html, "text/plain": text}}


def test_special_characters_are_text(tmp_path):
    stream = {"output_type": "stream", "name": "stdout", "text": "\\input{/etc/passwd} {}\x1b[31mred\x1b[0m"}
    tex = latex.document(notebook(stream), latex.Figures(tmp_path))
    assert r"100 \% \& more\_than \#1" in tex
    assert r"\char92{}end\char123{}Verbatim\char125{}" in tex
    assert r"\char92{}input\char123{}/etc/passwd\char125{}" in tex
    assert "\x1b" not in tex


def test_every_sheet_of_a_picture_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(latex.Figures, "converted", lambda self, svg: self.write(svg.encode(), "pdf"))
    tex = latex.document(notebook(shown(image() + image())), latex.Figures(tmp_path))
    assert r"\lens{figure1.pdf}" in tex and r"\lens{figure2.pdf}" in tex
    assert r"\textbf{\texttt{x} is 1}" in tex


def test_without_a_converter_the_text_stands_for_the_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(latex.Figures, "converted", lambda self, svg: None)
    tex = latex.document(notebook(shown(image())), latex.Figures(tmp_path))
    assert r"\lens{f" not in tex and "`x` is 1\nmore" in tex


HARD = "x\\\n[1] y\n\n<br>z\n\n- [foo] bar\n\n[me](http://a.b/~me/x_y?a=1&b#c)\n\n| a |\n|---|\n| [2pt] |\n"


@pytest.mark.skipif(latex.missing() is not None, reason=f"no PDF by XeLaTeX: {latex.missing()}")
def test_a_pdf_is_made(tmp_path):
    made = tmp_path / "out" / "page.pdf"
    bytes_in_text = {"output_type": "stream", "name": "stdout", "text": "\x00\x08\x0c\x7f [x]"}
    broken = {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "a picture"}}
    nb = notebook(shown(image() + image()), bytes_in_text, broken)
    nb["cells"].append({"cell_type": "markdown", "source": HARD})
    assert latex.pdf_of(nb, made) is None
    assert made.read_bytes().startswith(b"%PDF")
