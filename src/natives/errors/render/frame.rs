//! One frame of a traceback as CPython 3.14 prints it: file, line, source, carets; and a stack with repetitions folded.
use super::anchors::{self, Anchors};
use super::report::FrameLine;
use super::text::{char_offset, dedent, display_width, indent, source_line, split_lines};
use std::collections::BTreeSet;

/// Gives the text of a file by its name.
pub type Sources<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Frames of the same place shown before the rest is only counted.
const RECURSIVE_CUTOFF: usize = 3;

/// The frames of a traceback, one text each (a text may have several lines).
pub fn stack(frames: &[FrameLine], sources: Sources) -> Vec<String> {
    let mut out = Vec::new();
    let mut last: Option<(&str, i64, &str)> = None;
    let mut count = 0;
    for f in frames {
        let place = (f.filename.as_str(), f.lineno, f.name.as_str());
        if last != Some(place) {
            out.extend(repeated(count));
            last = Some(place);
            count = 0;
        }
        count += 1;
        if count <= RECURSIVE_CUTOFF {
            out.push(frame(f, sources));
        }
    }
    out.extend(repeated(count));
    out
}
fn repeated(count: usize) -> Option<String> {
    let more = count.checked_sub(RECURSIVE_CUTOFF).filter(|n| *n > 0)?;
    Some(format!("  [Previous line repeated {more} more time{}]\n", if more > 1 { "s" } else { "" }))
}

/// One frame, ending in a newline.
pub fn frame(f: &FrameLine, sources: Sources) -> String {
    let head = format!("  File \"{}\", line {}, in {}\n", f.filename, f.lineno, f.name);
    let source = sources(&f.filename).unwrap_or_default();
    let original: Vec<&str> = (f.lineno..=f.end_lineno).map(|n| source_line(&source, n)).collect();
    let dedented = dedent(&(original.join("\n") + "\n"));
    let Some(first) = original.first().filter(|_| !dedented.trim().is_empty()) else { return head };
    let Some(columns) = f.columns else {
        return match first.trim() {
            "" => head + "\n",
            line => format!("{head}    {line}\n"),
        };
    };
    let mut lines = split_lines(&dedented);
    lines.resize(original.len(), String::new());
    let picture = Picture::new(&original, lines, columns);
    head + &indent(&dedent(&picture.draw()), "    ")
}

/// The lines of an instruction and what is marked in them.
struct Picture {
    lines: Vec<String>,
    chars: Vec<Vec<char>>,
    /// Display columns: from in the first line, to in the last.
    from: usize,
    to: usize,
    /// The `^` part in display columns; everything marked is `^` without one.
    anchors: Option<Anchors>,
    carets: bool,
    /// Lines that are shown, from 0.
    shown: BTreeSet<usize>,
}

impl Picture {
    fn new(original: &[&str], lines: Vec<String>, columns: (usize, usize)) -> Picture {
        let (first, last) = (original[0], original[original.len() - 1]);
        let margin = first.chars().count().saturating_sub(lines[0].chars().count());
        let start = char_offset(first, columns.0).saturating_sub(margin);
        let end = char_offset(last, columns.1).saturating_sub(margin);
        let chars: Vec<Vec<char>> = lines.iter().map(|l| l.chars().collect()).collect();
        let found = anchors::anchors(&segment(&chars, start, end));
        let carets = should_show(&lines, &chars, (start, end), found.is_some());
        let at = chars.len() - 1;
        let (from, to) = (display_width(&chars[0], start), display_width(&chars[at], end));
        let mut shown = BTreeSet::from([0, at]);
        let anchors = found.map(|a| shift(a, start, &chars));
        for a in anchors.iter() {
            for line in [a.start.0, a.end.0] {
                shown.extend((line.saturating_sub(1)..=line + 1).filter(|l| *l <= at));
            }
        }
        Picture { lines, chars, from, to, anchors, carets, shown }
    }
    fn draw(&self) -> String {
        let mut out = String::new();
        let mut before = None;
        for &line in &self.shown {
            match before.map_or(1, |b| line - b) {
                2 => self.draw_line(line - 1, &mut out),
                gap if gap > 2 => out.push_str(&format!("...<{} lines>...\n", gap - 1)),
                _ => {}
            }
            self.draw_line(line, &mut out);
            before = Some(line);
        }
        out
    }
    fn draw_line(&self, line: usize, out: &mut String) {
        out.push_str(&self.lines[line]);
        out.push('\n');
        if !self.carets {
            return;
        }
        let chars = &self.chars[line];
        let blank = chars.iter().take_while(|c| c.is_whitespace()).count();
        let last = self.chars.len() - 1;
        let end = if line == last { self.to } else { display_width(chars, chars.len()) };
        out.extend((0..end).map(|col| match &self.anchors {
            _ if col < blank || (line == 0 && col < self.from) => ' ',
            Some(a) if (line, col) >= a.start && (line, col) < a.end => '^',
            Some(_) => '~',
            None => '^',
        }));
        out.push('\n');
    }
}
/// Anchors of the segment as display columns of the lines.
fn shift(a: Anchors, start: usize, chars: &[Vec<char>]) -> Anchors {
    let place = |(line, col): (usize, usize)| {
        let col = if line == 0 { col + start } else { col };
        (line, display_width(&chars[line], col))
    };
    Anchors { start: place(a.start), end: place(a.end) }
}
/// The instruction's own text.
fn segment(chars: &[Vec<char>], start: usize, end: usize) -> String {
    let text: Vec<String> = chars.iter().map(|l| l.iter().collect()).collect();
    let all: Vec<char> = text.join("\n").chars().collect();
    let tail = chars[chars.len() - 1].len().saturating_sub(end);
    let stop = all.len().saturating_sub(tail);
    all.get(start..stop).map_or(String::new(), |s| s.iter().collect())
}
/// Carets are left out where they would cover everything there is.
fn should_show(lines: &[String], chars: &[Vec<char>], (start, end): (usize, usize), anchored: bool) -> bool {
    if anchors::is_whole_call(lines, start, end) == Some(true) {
        return false;
    }
    let (first, last) = (&chars[0], &chars[chars.len() - 1]);
    let more = |part: &[char]| part.iter().any(|c| !c.is_whitespace());
    anchored || more(&first[..start.min(first.len())]) || more(&last[end.min(last.len())..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(source: &str, lineno: i64, end_lineno: i64, columns: Option<(usize, usize)>) -> String {
        let f = FrameLine { filename: "f.py".into(), lineno, end_lineno, columns, name: "g".into(), ..Default::default() };
        let text = frame(&f, &|_| Some(source.to_owned()));
        text.strip_prefix(&format!("  File \"f.py\", line {lineno}, in g\n")).expect("the head").to_owned()
    }
    #[test]
    fn marks_the_operator() {
        assert_eq!(shown("def f(x):\n    return x / 0\n", 2, 2, Some((11, 16))), "    return x / 0\n           ~~^~~\n");
        assert_eq!(shown("y = x[5]['a']\n", 1, 1, Some((4, 13))), "    y = x[5]['a']\n        ~~~~^^^^^\n");
    }
    #[test]
    fn leaves_carets_out_under_whole_lines() {
        assert_eq!(shown("g()\n", 1, 1, Some((0, 3))), "    g()\n    ~^^\n");
        assert_eq!(shown("    return f(1)\n", 1, 1, Some((11, 15))), "    return f(1)\n");
        assert_eq!(shown("raise E\n", 1, 1, Some((0, 7))), "    raise E\n");
    }
    #[test]
    fn shortens_long_instructions() {
        let source = "f(\n  1,\n  2,\n  3,\n  4,\n)\n";
        let text = shown(source, 1, 6, Some((0, 1)));
        assert_eq!(text, "    f(\n    ~^\n      1,\n      ^^\n    ...<2 lines>...\n      4,\n      ^^\n    )\n    ^\n");
    }
    #[test]
    fn folds_repetitions() {
        let f = FrameLine { filename: "f".into(), lineno: 1, end_lineno: 1, name: "r".into(), ..Default::default() };
        let text = stack(&vec![f; 6], &|_| None);
        assert_eq!(text.len(), 4);
        assert_eq!(text[3], "  [Previous line repeated 3 more times]\n");
    }
}
