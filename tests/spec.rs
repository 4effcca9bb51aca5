//! Runs the chapters under `tests/spec/`: each `##` heading is a test on a fresh machine, whose cells are tried with the
//! collector off, automatic and eager, and once more on the CPython that is on this computer.
//!
//! In a section: `py` blocks are cells, run in order; the `out` block after a cell is its exact standard output, an `err`
//! block the last line of its traceback. A line `oracle = "none: reason"` says why CPython is not asked. `UPDATE=1`
//! rewrites the `out` and `err` blocks from what the machine prints. `PELLUCID_CPYTHON` names the CPython to ask.
mod support;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use support::{Collector, cell_results};

/// What one cell printed, and how it failed.
type Shown = support::Shown;

enum Item {
    Line(String),
    Block { lang: String, body: String },
}

struct Section {
    title: String,
    cells: Vec<String>,
    expected: Vec<Shown>,
    ask_oracle: bool,
}

fn parse(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("```") {
            Some(lang) => {
                let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
                let body = body.iter().map(|l| format!("{l}\n")).collect();
                items.push(Item::Block { lang: lang.to_owned(), body });
            }
            None => items.push(Item::Line(line.to_owned())),
        }
    }
    items
}

fn sections(items: &[Item]) -> Vec<Section> {
    let mut found: Vec<Section> = Vec::new();
    for item in items {
        match item {
            Item::Line(l) if l.starts_with("## ") => {
                found.push(Section { title: l[3..].to_owned(), cells: vec![], expected: vec![], ask_oracle: true });
            }
            Item::Line(l) => {
                if let (Some(s), true) = (found.last_mut(), l.starts_with("oracle = \"none: ")) {
                    s.ask_oracle = false;
                }
            }
            Item::Block { lang, body } => {
                let Some(s) = found.last_mut() else { panic!("a block before the first heading") };
                match lang.as_str() {
                    "py" => {
                        s.cells.push(body.clone());
                        s.expected.push(Shown::default());
                    }
                    "out" => s.expected.last_mut().expect("a cell before its output").out = body.clone(),
                    "err" => s.expected.last_mut().expect("a cell before its error").err = body.trim_end().to_owned(),
                    other => panic!("{}: no such block: {other}", s.title),
                }
            }
        }
    }
    found
}

/// The chapter with its `out` and `err` blocks replaced.
fn rewritten(items: &[Item], mut shown: impl Iterator<Item = Shown>) -> String {
    let mut text = String::new();
    for item in items {
        match item {
            Item::Line(l) => text.push_str(&format!("{l}\n")),
            Item::Block { lang, .. } if lang == "out" || lang == "err" => {}
            Item::Block { lang, body } => {
                text.push_str(&format!("```{lang}\n{body}```\n"));
                if lang == "py" {
                    let s = shown.next().expect("a result for each cell");
                    let newline = if s.out.is_empty() || s.out.ends_with('\n') { "" } else { "\n" };
                    if !s.out.is_empty() {
                        text.push_str(&format!("```out\n{}{newline}```\n", s.out));
                    }
                    if !s.err.is_empty() {
                        text.push_str(&format!("```err\n{}\n```\n", s.err));
                    }
                }
            }
        }
    }
    text
}

/// The CPython to compare with: what `PELLUCID_CPYTHON` names, or `python3.13`.
fn oracle() -> Option<PathBuf> {
    let named = std::env::var_os("PELLUCID_CPYTHON").map(PathBuf::from);
    let candidate = named.unwrap_or_else(|| "python3.13".into());
    let asked = Command::new(&candidate).args(["-c", "import sys; print(sys.implementation.name)"]).output();
    match asked {
        Ok(o) if o.status.success() && o.stdout.starts_with(b"cpython") => Some(candidate),
        _ => {
            eprintln!("SKIPPED: no CPython to compare with ({}); set PELLUCID_CPYTHON", candidate.display());
            None
        }
    }
}

/// What CPython shows for the cells: run one after the other in one `__main__`.
fn asked(python: &Path, cells: &[String]) -> Result<Vec<Shown>, String> {
    const DRIVER: &str = include_str!("spec/oracle.py");
    let mut child = Command::new(python)
        .args(["-s", "-X", "utf8", "-c", DRIVER])
        .env("PYTHONHASHSEED", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| e.to_string())?;
    let input = serde_json::to_vec(cells).expect("text");
    child.stdin.take().expect("piped").write_all(&input).map_err(|e| e.to_string())?;
    let done = child.wait_with_output().map_err(|e| e.to_string())?;
    let rows: Vec<(String, String)> = serde_json::from_slice(&done.stdout).map_err(|e| format!("CPython said: {e}"))?;
    Ok(rows.into_iter().map(|(out, err)| Shown { out, err }).collect())
}

fn compare(whose: &str, section: &Section, got: &[Shown], wrong: &mut Vec<String>) {
    for (i, (want, have)) in section.expected.iter().zip(got).enumerate() {
        // A block ends with a newline, whether or not the output does.
        let same_out = want.out == have.out || want.out.strip_suffix('\n') == Some(have.out.as_str());
        if !same_out || want.err != have.err {
            wrong.push(format!(
                "## {} (cell {}), {whose}\n--- written\n{}{}\n--- shown\n{}{}\n",
                section.title,
                i + 1,
                want.out,
                want.err,
                have.out,
                have.err
            ));
        }
    }
}

/// Runs one chapter; panics with all that differs.
fn chapter(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec").join(format!("{name}.md"));
    let text = std::fs::read_to_string(&path).expect("the chapter");
    let items = parse(&text);
    let mut all = sections(&items);
    if std::env::var_os("UPDATE").is_some() {
        let shown = all.iter().flat_map(|s| cell_results(&s.cells, Collector::Auto));
        let new = rewritten(&items, shown);
        std::fs::write(&path, &new).expect("a writable chapter");
        all = sections(&parse(&new));
    }
    let python = oracle();
    let mut wrong = Vec::new();
    for section in &all {
        for collector in [Collector::Auto, Collector::Never, Collector::Eager] {
            let got = cell_results(&section.cells, collector);
            compare(&format!("collector {collector:?}"), section, &got, &mut wrong);
        }
        if let (Some(python), true) = (&python, section.ask_oracle) {
            match asked(python, &section.cells) {
                Ok(got) => compare("CPython", section, &got, &mut wrong),
                Err(e) => wrong.push(format!("## {}: {e}", section.title)),
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} sections' runs differ\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

macro_rules! chapters {
    ($($name:ident)*) => {
        const CHAPTERS: &[&str] = &[$(stringify!($name)),*];
        $(#[test]
        fn $name() {
            chapter(stringify!($name));
        })*
    };
}
chapters! { objects special_methods classes functions generators exceptions statements containers processes interpreters asyncio sizes refcounts threads sockets watching numbers texts library programs toolbox }

#[test]
fn every_chapter_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    for entry in std::fs::read_dir(folder).expect("the chapters") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if path.extension().is_some_and(|e| e == "md") {
            assert!(CHAPTERS.contains(&stem.as_str()), "{stem}.md is not in the list of chapters");
        }
    }
}
