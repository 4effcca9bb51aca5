"""A notebook as LaTeX, for handouts where there is no browser to print with: `pdf_of` writes a PDF by XeLaTeX.

Text is set from Markdown, code with its colours, outputs as text. A picture of a lens comes from the first that there is of:
the output's own PDF or PNG (%figures pdf png), its SVG turned to PDF by rsvg-convert or inkscape, and else the lens' text,
which says all that the picture shows. Long lines are broken here, by display width, so that nothing runs over the margin.

Needs xelatex with the packages fontspec, fancyvrb, xcolor, hyperref and xeCJK (Debian: texlive-xetex, texlive-latex-recommended
and texlive-lang-chinese), and mistune 3, which nbconvert brings.
"""
from __future__ import annotations

import base64
import html
import pathlib
import re
import shutil
import subprocess
import tempfile
import unicodedata
import urllib.parse

COLUMNS = 92
SANS = ("DejaVu Sans", "Noto Sans", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans")
MONO = ("DejaVu Sans Mono", "Menlo", "Consolas", "Noto Sans Mono", "Liberation Mono")
HAN = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Zen Hei")
ESCAPES = {c: "\\" + c for c in "#$%&_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
                                              "`": r"\textasciigrave{}", "'": r"\textquotesingle{}", '"': r"\textquotedbl{}"}
COLOURS = {"Keyword": "kw", "Operator.Word": "kw", "Literal.String": "str", "Comment": "com", "Literal.Number": "num"}


def missing() -> str | None:
    """What is not here that a PDF by XeLaTeX needs, or None."""
    if not shutil.which("xelatex"):
        return "there is no xelatex"
    for package in ("fontspec.sty", "fancyvrb.sty", "xcolor.sty", "hyperref.sty", "graphicx.sty", "xeCJK.sty"):
        if not found_by_tex(package):
            return f"xelatex lacks the package {package.removesuffix('.sty')}"
    if not font_named(HAN) and not found_by_tex("FandolHei-Regular.otf"):
        return "there is no Chinese font (such as Noto Sans CJK SC)"
    if not font_named(MONO):
        return "there is no monospaced font with the needed symbols (such as DejaVu Sans Mono)"
    return None


def found_by_tex(name: str) -> bool:
    return subprocess.run(["kpsewhich", name], capture_output=True).returncode == 0


def font_named(names: tuple[str, ...]) -> str | None:
    try:
        families = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout
    except FileNotFoundError:
        return names[0] if names is not HAN else None
    known = {name.strip() for line in families.splitlines() for name in line.split(",")}
    return next((name for name in names if name in known), None)


# A line break that may stand at a paragraph's start and before a bracket.
BREAK = "\\leavevmode\\newline{}\n"
# What begins a file that \\includegraphics can read.
MAGIC = {"pdf": b"%PDF", "png": b"\x89PNG", "jpg": b"\xff\xd8"}


def url_of(url: str) -> str:
    return "".join("\\" + c if c in "#%&" else "\\string" + c if c in "~_^" else c for c in url if c not in "{}\\")


def visible(text: str) -> str:
    """Control characters, which XeLaTeX refuses, as their pictures."""
    return re.sub(r"[\x00-\x08\x0b-\x1f]", lambda m: chr(0x2400 + ord(m[0])), text).replace("\x7f", "\u2421")


def escape(text: str) -> str:
    return "".join(ESCAPES.get(c, c) for c in visible(text))


# Markdown


def inline(nodes: list[dict]) -> str:
    out = []
    for node in nodes:
        kind, inner = node["type"], inline(node.get("children", []))
        if kind == "text":
            # Quotes of running text stay as they are typed.
            text = escape(html.unescape(node["raw"]))
            out.append(text.replace(r"\textquotesingle{}", "'").replace(r"\textquotedbl{}", '"'))
        elif kind == "codespan":
            # A long name may be broken after a dot, an underscore or an opening bracket.
            code = escape(html.unescape(node["raw"]))
            out.append(r"\code{" + re.sub(r"(\\_|[.(,/=])", r"\1\\allowbreak{}", code) + "}")
        elif kind == "strong":
            out.append(rf"\textbf{{{inner}}}")
        elif kind == "emphasis":
            out.append(rf"\emph{{{inner}}}")
        elif kind == "link":
            url = node["attrs"]["url"]
            out.append(rf"\href{{{url_of(url)}}}{{{inner}}}" if url.startswith("http") else inner)
        elif kind == "linebreak":
            out.append(BREAK)
        elif kind == "softbreak":
            out.append("\n")
        elif kind == "inline_html":
            out.append(BREAK if re.match(r"<br", node["raw"]) else "")
        else:
            out.append(inner or escape(node.get("raw", "")))
    return "".join(out)


def blocks(nodes: list[dict]) -> str:
    out = []
    for node in nodes:
        kind, children = node["type"], node.get("children", [])
        if kind in ("paragraph", "block_text"):
            out.append(inline(children) + "\n\n")
        elif kind == "heading":
            command = {1: "section*", 2: "subsection*"}.get(node["attrs"]["level"], "subsubsection*")
            out.append(rf"\{command}{{{inline(children)}}}" + "\n")
        elif kind == "list":
            name = "enumerate" if node["attrs"].get("ordered") else "itemize"
            items = "".join("\\item{} " + blocks(item.get("children", [])) for item in children)
            out.append(f"\\begin{{{name}}}\n{items}\\end{{{name}}}\n")
        elif kind == "block_quote":
            out.append("\\begin{claim}\n" + blocks(children).rstrip() + "\n\\end{claim}\n")
        elif kind == "block_code":
            out.append(verbatim([(None, node["raw"].rstrip("\n"))], "code"))
        elif kind == "table":
            out.append(table(children))
        elif children:
            out.append(blocks(children))
    return "".join(out)


def table(parts: list[dict]) -> str:
    head = parts[0]["children"]
    rows = [row["children"] for part in parts[1:] for row in part["children"]]
    # Columns share the width by their longest cell, and none is narrower than an eighth.
    longest = [max(len(inline(row[i].get("children", []))) for row in [head, *rows]) for i in range(len(head))]
    parts_of = [max(n / sum(longest), 0.125) for n in longest]
    widths = [0.94 * p / sum(parts_of) for p in parts_of]
    columns = "".join(rf">{{\raggedright\arraybackslash}}p{{{w:.3f}\linewidth}}" for w in widths)
    lines = [" & ".join(rf"\textbf{{{inline(c['children'])}}}" for c in head) + r" \tabularnewline \hline"]
    lines += [" & ".join(inline(c.get("children", [])) for c in row) + r" \tabularnewline" for row in rows]
    return f"\\begin{{longtable}}{{{columns}}}\n" + "\n".join(lines) + "\n\\end{longtable}\n"


def markdown(source: str) -> str:
    import mistune

    return blocks(mistune.create_markdown(renderer=None, plugins=["table", "strikethrough"])(source))


# Code and text


def width_of(c: str) -> int:
    return 0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1


def wrapped(pieces: list[tuple[str | None, str]]) -> list[list[tuple[str | None, str]]]:
    """Lines of coloured pieces, none wider than a page; what is continued begins with an arrow."""
    lines, width = [[]], 0
    for colour, text in pieces:
        for c in visible(text):
            if c == "\n":
                lines.append([])
                width = 0
                continue
            if width + width_of(c) > COLUMNS:
                lines.append([("com", "↪ ")])
                width = 2
            if lines[-1] and lines[-1][-1][0] == colour:
                lines[-1][-1] = (colour, lines[-1][-1][1] + c)
            else:
                lines[-1].append((colour, c))
            width += width_of(c)
    return lines


def verbatim(pieces: list[tuple[str | None, str]], style: str) -> str:
    def set_piece(colour: str | None, text: str) -> str:
        text = "".join(ESCAPES[c] if c in "\\{}" else c for c in text.replace("\t", "    "))
        text = text.replace(r"\{", r"\char123{}").replace(r"\}", r"\char125{}").replace(r"\textbackslash{}", r"\char92{}")
        return rf"\textcolor{{{colour}}}{{{text}}}" if colour and text.strip() else text

    body = "\n".join("".join(set_piece(*piece) for piece in line) for line in wrapped(pieces))
    return f"\\begin{{Verbatim}}[commandchars=\\\\\\{{\\}},{STYLES[style]}]\n{body}\n\\end{{Verbatim}}\n"


STYLES = {
    "code": r"fontsize=\footnotesize,frame=leftline,framerule=2pt,framesep=6pt,rulecolor=\color{rule}",
    "out": r"fontsize=\footnotesize,xleftmargin=10pt",
    "bad": r"fontsize=\footnotesize,xleftmargin=10pt,formatcom=\color{bad}",
}


def coloured(source: str) -> list[tuple[str | None, str]]:
    from pygments.lexers import PythonLexer

    pieces = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source):
        name = str(kind).removeprefix("Token.")
        pieces.append((next((c for k, c in COLOURS.items() if name.startswith(k)), None), text))
    return pieces


def without_ansi(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


# Outputs


class Figures:
    """The picture files of one document, written into its folder."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.count = folder, 0

    def of(self, data: dict) -> list[str]:
        """The names of the files with an output's picture: several where it is cut into sheets, none where there is none."""
        for kind, ending in (("application/pdf", "pdf"), ("image/png", "png"), ("image/jpeg", "jpg")):
            content = base64.b64decode(data.get(kind, ""))
            if content.startswith(MAGIC[ending]):
                return [self.write(content, ending)]
        svgs = [data["image/svg+xml"]] if "image/svg+xml" in data else []
        for m in re.finditer(r'src="data:image/svg\+xml(;base64)?[^,"]*,([^"]*)"', "" if svgs else data.get("text/html", "")):
            svgs.append(base64.b64decode(m[2]).decode("utf8") if m[1] else urllib.parse.unquote(html.unescape(m[2])))
        made = [self.converted(svg) for svg in svgs]
        return [] if None in made else made

    def write(self, content: bytes, ending: str) -> str:
        self.count += 1
        path = self.folder / f"figure{self.count}.{ending}"
        path.write_bytes(content)
        return path.name

    def converted(self, svg: str) -> str | None:
        name = self.write(svg.encode("utf8"), "svg")
        made = self.folder / (name + ".pdf")
        for command in (["rsvg-convert", "-f", "pdf", "-o", made.name, name], ["inkscape", f"--export-filename={made.name}", name]):
            if shutil.which(command[0]):
                subprocess.run(command, cwd=self.folder, capture_output=True, timeout=60)
                if made.exists():
                    return made.name
        return None


def output(o: dict, figures: Figures) -> str:
    if o["output_type"] == "stream":
        return verbatim([(None, without_ansi(o["text"]).rstrip("\n"))], "bad" if o["name"] == "stderr" else "out")
    if o["output_type"] == "error":
        return verbatim([(None, without_ansi("\n".join(o["traceback"])).rstrip("\n"))], "bad")
    data = o.get("data", {})
    text = without_ansi(data.get("text/plain", ""))
    names = figures.of(data)
    if not names:
        return markdown(data["text/markdown"]) if "text/markdown" in data else verbatim([(None, text.rstrip("\n"))], "out")
    notes = [re.sub(r"<[^>]*>", "", p) for p in re.findall(r"<p [^>]*font-style:italic[^>]*>(.*?)</p>", data.get("text/html", ""))]
    head = re.sub(r"`([^`]*)`", lambda m: "\ue000" + m[1] + "\ue001", text.splitlines()[0] if text else "")
    head = escape(head).replace("\ue000", r"\texttt{").replace("\ue001", "}")
    below = "".join("\\par{\\small\\itshape " + escape(html.unescape(note)) + "}\n" for note in notes)
    first, *others = names
    sheets = "".join(f"\\par\\lens{{{name}}}\n" for name in others)
    end = f"\\end{{minipage}}\n{sheets}{below}" if others else f"{below}\\end{{minipage}}"
    return f"\\par\\begin{{minipage}}{{\\linewidth}}\\textbf{{{head}}}\\par\\medskip\n\\lens{{{first}}}{end}\\medskip\n\n"


# Documents


PREAMBLE = r"""\documentclass[a4paper,10pt]{article}
\usepackage[margin=17mm,bottom=20mm]{geometry}
\usepackage{fontspec,xcolor,graphicx,fancyvrb,longtable,array}
\usepackage{xeCJK}
\setmainfont[Ligatures=TeXOff]{%(sans)s}\setsansfont[Ligatures=TeXOff]{%(sans)s}\setmonofont[Scale=0.94]{%(mono)s}
\setCJKmainfont{%(han)s}\setCJKsansfont{%(han)s}\setCJKmonofont{%(han)s}
\xeCJKDeclareCharClass{Default}{"2190 -> "27FF}
%(quotes)s
\usepackage[hidelinks]{hyperref}
\definecolor{kw}{HTML}{0B4A92}\definecolor{str}{HTML}{7A3E00}\definecolor{com}{HTML}{5A6570}\definecolor{num}{HTML}{12552A}
\definecolor{rule}{HTML}{0B4A92}\definecolor{bad}{HTML}{8C1D18}
\newcommand{\code}[1]{\texttt{\small #1}}
\newenvironment{claim}{\begin{list}{}{\leftmargin=1.5em\rightmargin=1em}\item\relax}{\end{list}}
\newsavebox{\figurebox}
\newcommand{\lens}[1]{\sbox{\figurebox}{\includegraphics[scale=0.64]{#1}}%%
  \ifdim\wd\figurebox>\linewidth\includegraphics[width=\linewidth,height=0.85\textheight,keepaspectratio]{#1}%%
  \else\ifdim\ht\figurebox>0.85\textheight\includegraphics[height=0.85\textheight]{#1}\else\usebox{\figurebox}\fi\fi}
%% A cell begins on a new page when it and the first lines of its output would not fit on this one.
\newcommand{\need}[1]{\par\dimen0=\pagegoal\advance\dimen0 by -\pagetotal\ifdim\pagetotal>0.5\textheight\ifdim\dimen0<#1\newpage\fi\fi}
\setlength{\parindent}{0pt}\setlength{\parskip}{5pt plus 2pt}\linespread{1.1}\emergencystretch=3em\sloppy
\begin{document}
"""


def document(nb: dict, figures: Figures) -> str:
    han = font_named(HAN) or "FandolHei-Regular.otf"
    # In English the dots and quotes are those of the Latin font; in Chinese they are as wide as a character.
    quotes = "" if nb["metadata"].get("lang", "en").startswith("zh") else r'\xeCJKDeclareCharClass{Default}{"2010 -> "2027, "00B7}'
    out = [PREAMBLE % {"sans": font_named(SANS) or font_named(MONO), "mono": font_named(MONO), "han": han, "quotes": quotes}]
    for cell in nb["cells"]:
        if cell["cell_type"] == "markdown":
            out.append(markdown(cell["source"]))
        elif cell["cell_type"] == "code":
            room = min(cell["source"].count("\n") + 7, 24) * 12
            out.append(f"\\need{{{room}pt}}\n" + verbatim(coloured(cell["source"]), "code"))
            out += [output(o, figures) for o in cell["outputs"]]
    return "\n".join(out) + "\n\\end{document}\n"


def pdf_of(nb: dict, pdf: pathlib.Path) -> str | None:
    """Writes the PDF; why not, or None."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "page.tex").write_text(document(nb, Figures(folder)), "utf8")
        command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "page.tex"]
        try:
            # The second time for the widths of tables.
            done = [subprocess.run(command, cwd=folder, capture_output=True, timeout=180) for _ in range(2)][-1]
        except subprocess.TimeoutExpired:
            return "xelatex did not end within 180 s"
        log = (folder / "page.log").read_text("utf8", "replace") if (folder / "page.log").exists() else ""
        if done.returncode or not (folder / "page.pdf").exists():
            return "xelatex: " + " ".join(re.findall(r"^! .*(?:\n.*){0,3}", log, re.M)[:1]).replace("\n", " ")
        pdf.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "page.pdf", pdf)
        lost = sorted(set(re.findall(r"Missing character: There is no (\S+)", log)))
        if lost:
            print(f"note: {pdf.name} lacks glyphs for {' '.join(lost)}")
    return None
