//! A notebook's traceback: coloured, with lines around each place, as IPython 9 shows it.
use super::frame::Sources;
use super::highlight::Highlighter;
use super::pieces::{Shown, around};
use super::report::{FrameLine, Node, Report, SyntaxPlace};
use ruff_python_ast::PySourceType;
use ruff_python_parser::parse_unchecked_source;
use std::collections::HashMap;

const WIDTH: usize = 75;
const HEAD: &str = "Traceback (most recent call last)";
const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n";

fn red(s: &str) -> String {
    format!("\x1b[31m{s}\x1b[39m")
}
fn green(s: &str) -> String {
    format!("\x1b[32m{s}\x1b[39m")
}
fn cyan(s: &str) -> String {
    format!("\x1b[36m{s}\x1b[39m")
}
fn blue(s: &str) -> String {
    format!("\x1b[34m{s}\x1b[39m")
}

/// The `traceback` list of an `error` message: a text for each frame, headings, and the exception last.
pub fn render(report: &Report, sources: Sources) -> Vec<String> {
    let Some(first) = report.nodes.first() else { return vec![] };
    if first.members.is_some() {
        let plain = super::plain::render(report, sources);
        return plain.lines().map(str::to_owned).collect();
    }
    if let Some(place) = first.syntax.as_ref().filter(|_| first.frames.is_empty()) {
        return vec![syntax(first, place)];
    }
    let mut chain = vec![(None, 0)];
    while let Some((next, is_cause)) = report.nodes[chain[chain.len() - 1].1].chained() {
        chain.last_mut().expect("not empty").0 = Some(is_cause);
        chain.push((None, next));
    }
    let mut out = vec![red(&"-".repeat(WIDTH))];
    for (link, i) in chain.into_iter().rev() {
        match link {
            Some(true) => out.push(CAUSE.to_owned()),
            Some(false) => out.push(CONTEXT.to_owned()),
            None => {}
        }
        one(&report.nodes[i], sources, &mut out);
    }
    out
}

fn one(node: &Node, sources: Sources, out: &mut Vec<String>) {
    let gap = WIDTH.saturating_sub(node.name.chars().count() + HEAD.len()).max(1);
    out.push(format!("{}{}{HEAD}", red(&node.name), " ".repeat(gap)));
    let mut files = HashMap::new();
    for f in &node.frames {
        files.entry(f.filename.as_str()).or_insert_with(|| sources(&f.filename));
    }
    for part in folded(&node.frames) {
        out.push(match part {
            Part::Frame(f) => frame(f, files.get(f.filename.as_str()).and_then(Option::as_deref)),
            Part::Skipped(text) => format!("    {}\n", red(&format!("[... skipping similar frames: {text}]"))),
        });
    }
    match &node.syntax {
        Some(place) => out.push(syntax(node, place)),
        None => out.push(format!("{}: {}", red(&node.name), node.text)),
    }
    out.extend(node.notes.iter().cloned());
}

enum Part<'a> {
    Frame(&'a FrameLine),
    Skipped(String),
}
/// Places that occur more than three times are shown the first two times and the last time of a run.
fn folded(frames: &[FrameLine]) -> Vec<Part<'_>> {
    let key = |f: &FrameLine| (f.filename.clone(), f.lineno, f.qualname.clone());
    let mut counts: HashMap<_, usize> = HashMap::new();
    for f in frames {
        *counts.entry(key(f)).or_default() += 1;
    }
    let common: Vec<bool> = frames.iter().map(|f| counts[&key(f)] > 3).collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < frames.len() {
        let len = common[at..].iter().take_while(|c| **c == common[at]).count();
        let group = &frames[at..at + len];
        if common[at] {
            fold_group(group, &mut out);
        } else {
            out.extend(group.iter().map(Part::Frame));
        }
        at += len;
    }
    out
}
fn fold_group<'a>(group: &'a [FrameLine], out: &mut Vec<Part<'a>>) {
    let same = |a: &FrameLine, b: &FrameLine| (a.lineno, &a.filename, &a.qualname) == (b.lineno, &b.filename, &b.qualname);
    let keep = |i: usize| {
        let f = &group[i];
        let before = group[..i].iter().filter(|g| same(f, g)).count();
        before < 2 || !group[i + 1..].iter().any(|g| same(f, g))
    };
    let mut skipped: Vec<(&FrameLine, usize)> = Vec::new();
    // Counting for each frame anew would be slow for deep recursion: only the first and last few can be kept.
    let edge = 64.min(group.len());
    for (i, f) in group.iter().enumerate() {
        let near_edge = i < edge || i + edge >= group.len();
        if near_edge && keep(i) {
            flush(&mut skipped, out);
            out.push(Part::Frame(f));
        } else {
            match skipped.iter_mut().find(|s| same(s.0, f)) {
                Some(s) => s.1 += 1,
                None => skipped.push((f, 1)),
            }
        }
    }
    flush(&mut skipped, out);
}
fn flush(skipped: &mut Vec<(&FrameLine, usize)>, out: &mut Vec<Part>) {
    if skipped.is_empty() {
        return;
    }
    skipped.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    let texts: Vec<String> = skipped.iter().map(|(f, n)| format!("{} at line {} ({n} times)", f.qualname, f.lineno)).collect();
    out.push(Part::Skipped(texts.join(", ")));
    skipped.clear();
}

/// The number in a cell's file name: `Cell In[3]`, `<cell 3>`.
fn cell_number(filename: &str) -> Option<&str> {
    let inner = filename.strip_prefix("Cell In[").and_then(|s| s.strip_suffix(']'));
    inner.or_else(|| filename.strip_prefix("<cell ").and_then(|s| s.strip_suffix('>')))
}
fn place(filename: &str, lineno: i64) -> String {
    match cell_number(filename) {
        Some(n) => format!("{}{}{}{}", cyan("Cell"), cyan(" "), green(&format!("In[{n}]")), green(&format!(", line {lineno}"))),
        None => format!("{}{}", cyan("File "), green(&format!("{filename}:{lineno}"))),
    }
}
fn frame(f: &FrameLine, source: Option<&str>) -> String {
    let mut out = place(&f.filename, f.lineno);
    if f.name != "<module>" {
        out += &format!(", in {}{}", cyan(&f.qualname), blue(&format!("({})", f.parameters.join(", "))));
    }
    out.push('\n');
    if let Some(source) = source {
        out += &lines(f, source);
    }
    out
}
/// The source around the place, the running line with an arrow.
fn lines(f: &FrameLine, source: &str) -> String {
    let parsed = parse_unchecked_source(source, PySourceType::Python);
    let tree = parsed.errors().is_empty().then(|| parsed.syntax());
    let lineno = usize::try_from(f.lineno).unwrap_or(0);
    let starts: Vec<usize> = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let range = |n: usize| starts.get(n - 1).map(|s| (*s, *s + source[*s..].find('\n').unwrap_or(source.len() - s)));
    if lineno == 0 || range(lineno).is_none() {
        return String::new();
    }
    let shown = around(source, tree, lineno, &f.name);
    let painter = Highlighter::new(source, parsed.tokens());
    let text = |n: usize| range(n).map_or("", |(a, b)| &source[a..b]);
    let width = |l: &str| l.len() - l.trim_start().len();
    let numbers = shown.iter().filter_map(|s| if let Shown::Line(n) = s { Some(*n) } else { None });
    let margin = numbers.filter(|n| !text(*n).trim().is_empty()).map(|n| width(text(n))).min().unwrap_or(0);
    let error = error_range(f, source, &starts);
    let mut out = String::new();
    for s in shown {
        let Shown::Line(n) = s else {
            out += &green("   (...)");
            continue;
        };
        let Some((from, to)) = range(n) else { continue };
        let from = (from + margin).min(to);
        let head = if n == lineno { arrow(n) } else { green(&format!("{n:>7}")) };
        out += &format!("{head} {}\n", painter.line(from, to, error));
    }
    out
}
fn arrow(n: usize) -> String {
    let digits = n.to_string();
    let dashes = "-".repeat(7usize.saturating_sub(digits.len() + 2));
    format!("{}{}", green(&format!("{dashes}> ")), green(&digits))
}
/// Bytes of the running expression; None for whole statements (`raise`), which are not marked.
fn error_range(f: &FrameLine, source: &str, starts: &[usize]) -> Option<(usize, usize)> {
    let (col, end_col) = f.columns?;
    let from = starts.get(usize::try_from(f.lineno).ok()?.checked_sub(1)?)? + col;
    let to = starts.get(usize::try_from(f.end_lineno).ok()?.checked_sub(1)?)? + end_col;
    let text = source.get(from..to)?;
    let statement = ["raise", "assert", "import", "from", "del", "return"].iter().any(|k| text.split_whitespace().next() == Some(k));
    (!statement && !text.is_empty()).then_some((from, to))
}

fn syntax(node: &Node, s: &SyntaxPlace) -> String {
    let mut out = String::new();
    if let (Some(line), Some(file)) = (s.lineno, &s.filename) {
        out += &format!("  {}\n", place(file, line));
    }
    if let Some(text) = &s.text {
        let stripped = text.trim();
        out += &format!("{}{}\n", red("    "), red(stripped));
        let indent = text.chars().take_while(|c| c.is_whitespace()).count() as i64;
        if let Some(at) = s.offset.and_then(|o| usize::try_from(o - 1 - indent).ok()) {
            let before: String = stripped.chars().take(at).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
            let pad = " ".repeat(at.saturating_sub(before.chars().count()));
            out += &format!("    {before}{pad}^\n");
        }
    }
    out + &format!("{}{} {}\n", red(&node.name), red(":"), s.msg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_with_its_lines() {
        let f = FrameLine {
            filename: "Cell In[2]".into(),
            lineno: 2,
            end_lineno: 2,
            columns: Some((0, 3)),
            name: "<module>".into(),
            ..Default::default()
        };
        let node = Node { name: "ZeroDivisionError".into(), text: "division by zero".into(), frames: vec![f], ..Default::default() };
        let text = render(&Report { nodes: vec![node] }, &|_| Some("a = 1\ng()\nb = 2\n".into()));
        assert_eq!(text[1], "\x1b[31mZeroDivisionError\x1b[39m                         Traceback (most recent call last)");
        let want = "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[2]\x1b[39m\x1b[32m, line 2\x1b[39m\n\x1b[32m      1\x1b[39m a = \
                    \x1b[32m1\x1b[39m\n\x1b[32m----> \x1b[39m\x1b[32m2\x1b[39m \x1b[30;43mg()\x1b[39;49m\n\x1b[32m      3\x1b[39m b = \
                    \x1b[32m2\x1b[39m\n";
        assert_eq!(text[2], want);
        assert_eq!(text[3], "\x1b[31mZeroDivisionError\x1b[39m: division by zero");
    }
    #[test]
    fn deep_recursion_is_folded() {
        let r = |lineno| FrameLine { filename: "f".into(), lineno, end_lineno: lineno, name: "r".into(), qualname: "r".into(), ..Default::default() };
        let frames: Vec<FrameLine> = std::iter::once(r(9)).chain(std::iter::repeat_n(r(2), 900)).collect();
        assert_eq!(folded(&frames).len(), 5);
    }
}
