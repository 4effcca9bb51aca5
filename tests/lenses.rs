//! Runs the chapters under `tests/lenses/`: what each lens shows, word for word, and a digest of its HTML and picture.
//!
//! Each `##` heading is a fresh session; its `py` blocks are cells, run in order. The `text` block after a cell is all that
//! the cell showed: what it printed, the text form of each display and of its value, and the error's one line. Its info
//! line holds a digest of the HTML forms (the picture is inside), so that a picture cannot change unseen.
//! `UPDATE=1` rewrites the `text` blocks; `PELLUCID_GALLERY=DIR` writes a page with every picture of every chapter, to be looked at.
use pellucid::face::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pellucid::session::Session;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Keeps what a cell shows, in order.
#[derive(Default)]
struct Page {
    text: String,
    html: Vec<String>,
    /// A display was the last thing shown.
    shown: bool,
}

impl Page {
    fn show(&mut self, display: &Display) {
        if let Some(text) = display.data.get("text/plain").and_then(|v| v.as_str()) {
            self.line(text);
        }
        if let Some(html) = display.data.get("text/html").and_then(|v| v.as_str()) {
            self.html.push(html.to_owned());
        }
    }
    fn break_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
    fn line(&mut self, text: &str) {
        self.break_line();
        self.text.push_str(text);
        self.shown = true;
    }
}

impl Host for Page {
    fn write(&mut self, _: Stream, text: &str) {
        if std::mem::take(&mut self.shown) {
            self.break_line();
        }
        self.text.push_str(text);
    }
    fn display(&mut self, display: Display) {
        self.show(&display);
    }
}

/// A cell and all that it showed.
struct Shown {
    code: String,
    text: String,
    html: Vec<String>,
}

impl Shown {
    /// Of the HTML forms; empty if there are none.
    fn digest(&self) -> String {
        let mut sha = Sha256::new();
        self.html.iter().for_each(|html| sha.update(plain(html)));
        let bytes = sha.finalize();
        match self.html.is_empty() {
            true => String::new(),
            false => bytes.iter().take(4).fold(String::new(), |out, b| out + &format!("{b:02x}")),
        }
    }
}

/// The HTML with its pictures decoded and its addresses numbered: what changes nothing that is seen changes no digest.
fn plain(html: &str) -> String {
    const MARK: &str = "base64,";
    let (mut out, mut rest) = (String::new(), html);
    while let Some(at) = rest.find(MARK) {
        let (head, tail) = rest.split_at(at + MARK.len());
        let end = tail.find('"').unwrap_or(tail.len());
        out += head;
        out += &String::from_utf8_lossy(&STANDARD.decode(&tail[..end]).unwrap_or_default());
        rest = &tail[end..];
    }
    addresses(&(out + rest))
}

/// Addresses (they move with every change of the library) as `id-1`, `id-2` … in order of appearance, as wide as they were.
fn addresses(text: &str) -> String {
    let mut seen: Vec<u64> = Vec::new();
    let mut name = |value: u64, width: usize| {
        let at = seen.iter().position(|v| *v == value).unwrap_or_else(|| {
            seen.push(value);
            seen.len() - 1
        });
        format!("{:-<width$}", format!("id-{}", at + 1))
    };
    words(text, |word| match word.strip_prefix("0x7f") {
        Some(hex) if hex.len() == 10 => u64::from_str_radix(&word[2..], 16).map_or(word.to_owned(), |v| name(v, word.len())),
        None if word.len() == 15 && word.starts_with("13963") => word.parse().map_or(word.to_owned(), |v| name(v, word.len())),
        _ => word.to_owned(),
    })
}

/// Numbers of three digits and more as `#`: how many objects the library has is not the chapter's matter.
fn counts(text: &str) -> String {
    let joined = words(text, |word| if word.len() >= 3 && word.bytes().all(|b| b.is_ascii_digit()) { "#".to_owned() } else { word.to_owned() });
    let mut out = joined;
    for digit in '0'..='9' {
        out = out.replace(&format!("{digit},#"), "#");
    }
    for digit in '0'..='9' {
        out = out.replace(&format!("{digit}#"), "#");
    }
    out
}

/// The text with each word (letters and digits) changed.
fn words(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let (mut out, mut word) = (String::new(), String::new());
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        out += &change(&std::mem::take(&mut word));
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn run(cells: Vec<String>) -> Vec<Shown> {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let mut session = Session::new(SessionOptions::default());
        let run = |(number, code): (usize, String)| {
            let mut page = Page::default();
            let options = CellOptions { execution_count: number as u32 + 1, ..CellOptions::default() };
            let result = session.run_cell(&code, &options, &mut page);
            if let Some(value) = &result.value {
                page.show(value);
            }
            if let Some(error) = &result.error {
                page.line(&format!("{}: {}", error.ename, error.evalue));
            }
            Shown { code, text: page.text.trim_end().to_owned(), html: page.html }
        };
        cells.into_iter().enumerate().map(run).collect::<Vec<_>>()
    });
    thread.expect("a thread can be started").join().expect("no cell panics")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lenses")
}

/// A line of a chapter, or a fenced block with its info line.
enum Part {
    Line(String),
    Block { info: String, body: String },
}

fn parse(text: &str) -> Vec<Part> {
    let (mut parts, mut lines) = (Vec::new(), text.lines());
    while let Some(line) = lines.next() {
        parts.push(match line.strip_prefix("```") {
            Some(info) => Part::Block { info: info.to_owned(), body: lines.by_ref().take_while(|l| *l != "```").map(|l| format!("{l}\n")).collect() },
            None => Part::Line(line.to_owned()),
        });
    }
    parts
}

/// The chapter as it should be, from what the cells show now; and its sections for the gallery.
fn rewritten(parts: Vec<Part>, counting: bool) -> (String, Vec<(String, Vec<Shown>)>) {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for part in &parts {
        match part {
            Part::Line(line) if line.starts_with("## ") => sections.push((line[3..].to_owned(), Vec::new())),
            Part::Block { info, body } if info == "py" => sections.last_mut().expect("a heading comes first").1.push(body.trim_end().to_owned()),
            _ => {}
        }
    }
    let shown: Vec<(String, Vec<Shown>)> = sections.into_iter().map(|(title, cells)| (title, run(cells))).collect();
    let mut cells = shown.iter().flat_map(|(_, cells)| cells);
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Line(line) => out += &format!("{line}\n"),
            Part::Block { info, body } if info == "py" => {
                let cell = cells.next().expect("each cell was run");
                let _ = write!(out, "```py\n{body}```\n");
                if !cell.text.is_empty() {
                    let text = addresses(&cell.text);
                    let counted = if counting { counts(&text) } else { text.clone() };
                    let digest = if counted == text { cell.digest() } else { String::new() };
                    let _ = write!(out, "{}\n{counted}\n```\n", format!("```text {digest}").trim_end());
                }
            }
            Part::Block { .. } => {}
        }
    }
    (out, shown)
}

fn chapter(name: &str) {
    let path = folder().join(format!("{name}.md"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (now, sections) = rewritten(parse(&text), ["gc", "refs"].contains(&name));
    if let Ok(dir) = std::env::var("PELLUCID_GALLERY") {
        gallery(Path::new(&dir), name, &sections);
    }
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, &now).expect("the chapter can be written");
        return;
    }
    if now != text {
        let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), now.lines().collect());
        let at = old.iter().zip(&new).position(|(a, b)| a != b).unwrap_or(old.len().min(new.len()));
        let line = |lines: &[&str]| lines.get(at).copied().unwrap_or("(end)").to_owned();
        panic!("{name}.md:{}\n  was: {}\n  now: {}\nLook at the pictures (PELLUCID_GALLERY=DIR), then UPDATE=1 cargo test --test lenses {name}", at + 1, line(&old), line(&new));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// One page a chapter: code, HTML form, text form. The pictures follow the reader's light or dark scheme.
fn gallery(dir: &Path, name: &str, sections: &[(String, Vec<Shown>)]) {
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>%{name}</title><style>:root{{color-scheme:light dark}}body{{font:14px/1.5 sans-serif;max-width:1100px;margin:24px auto;padding:0 16px}}\
         pre{{font:13px/1.4 'DejaVu Sans Mono',monospace;padding:8px;background:#8881;overflow-x:auto}}</style><h1>%{name}</h1>"
    );
    for (title, cells) in sections {
        let _ = write!(page, "<h2>{}</h2>", escape(title));
        for cell in cells {
            let _ = write!(page, "<pre>{}</pre>{}", escape(&cell.code), cell.html.concat());
            if !cell.text.is_empty() {
                let _ = write!(page, "<details {}><summary>text</summary><pre>{}</pre></details>", if cell.html.is_empty() { "open" } else { "" }, escape(&cell.text));
            }
        }
    }
    std::fs::create_dir_all(dir).expect("the gallery's folder can be made");
    std::fs::write(dir.join(format!("{name}.html")), page).expect("the gallery can be written");
}

/// The page that leads to the chapters.
fn index(dir: &Path) {
    let mut names: Vec<String> = std::fs::read_dir(folder()).expect("the chapters are there").filter_map(|e| e.ok()?.path().file_stem().map(|s| s.to_string_lossy().into_owned())).collect();
    names.sort();
    let links: String = names.iter().map(|n| format!("<li><a href=\"{n}.html\">{n}</a>")).collect();
    std::fs::create_dir_all(dir).expect("the gallery's folder can be made");
    std::fs::write(dir.join("index.html"), format!("<!doctype html><meta charset=utf-8><title>Lenses</title><h1>Every lens on its examples</h1><ul>{links}</ul>")).expect("the gallery can be written");
}

macro_rules! chapters {
    ($($name:ident)*) => { $(#[test] fn $name() { chapter(stringify!($name)); })* };
}
chapters! { build claims step object types mro lookup dispatch heap usage layout probe refs gc dis growth refcounts heapcell frames event_loop programs timeline explore locks net }

#[test]
fn a_lens_leaves_no_trace() {
    let lenses = [
        "%object x", "%object x, y", "%types x", "%mro C", "%lookup c.m", "%lookup c.x = 3", "%dispatch x + y", "%dispatch x += [1]", "%dispatch f(1, *x, k=2)", "%heap x c d",
        "%heap", "%layout d", "%probe d, 'a'", "%refs x", "%gc", "%dis f", "%object nowhere", "%heap x nowhere", "%dispatch 1 + x", "%probe x, 1",
        "%%refcounts x\nz = x\ndel z", "%%growth g\ng = []\ng.append(1)", "%%heap x\nq = [x]\ndel q", "%%heap nowhere\npass", "%%refcounts x\n1 / 0", "%%growth g\n(", "%%step\nz = [x]\nfor i in z: pass\ndel z, i", "%%step --expr\nlen(x) + 1", "%claims obj-none-single", "if True:\n    %heap x",
        "import pellucid; pellucid.heap(x, c); pellucid.object(x); pellucid.refs(x); pellucid.layout(x);",
    ];
    let work = move || {
        let mut session = Session::new(SessionOptions::default());
        let mut page = Page::default();
        let mut run = |session: &mut Session, code: &str| {
            page.text.clear();
            session.run_cell(code, &CellOptions { store_history: false, ..CellOptions::default() }, &mut page);
            page.text.clone()
        };
        run(&mut session, "import sys, json, difflib, pellucid, IPython.display\nx = [1]; y = [2]\nclass C:\n    def m(self): pass\nc = C(); c.x = x\nd = {'a': x}\ndef f(*a, **k): return a\n");
        let counts = "print([sys.getrefcount(o) for o in (y, c, d, f, C)], len(x) - 1)";
        let before = run(&mut session, counts);
        // What the library's imports leave is not the lenses' doing.
        let known = session.census();
        for lens in lenses {
            run(&mut session, lens);
            // What `%dispatch x += [1]` does is the operation itself.
            run(&mut session, "del x[1:]");
            assert_eq!(run(&mut session, counts), before, "{lens}");
            let found: Vec<String> = session.census().into_iter().filter(|m| !known.contains(m)).collect();
            assert_eq!(found, Vec::<String>::new(), "{lens}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(work);
    thread.expect("a thread can be started").join().expect("no lens leaves a trace");
}

#[test]
fn every_chapter_is_run() {
    let run = include_str!("lenses.rs");
    if let Ok(dir) = std::env::var("PELLUCID_GALLERY") {
        index(Path::new(&dir));
    }
    let list = run.lines().find_map(|l| l.strip_prefix("chapters! { ")).unwrap_or_default();
    for entry in std::fs::read_dir(folder()).expect("the chapters are there") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|e| e == "md") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            assert!(list.split(' ').any(|l| l == name), "{name}.md is not in the list of chapters");
        }
    }
}
