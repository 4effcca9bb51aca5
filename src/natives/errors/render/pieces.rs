//! Which lines of a source are shown around a line: whole logical pieces (statements, headers), as IPython does.
use ruff_python_ast::{ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};
use std::ops::Range;

/// Pieces shown before and after the one that runs.
const AROUND: usize = 2;
/// A piece with more lines is cut in its middle.
const MAX_LINES: usize = 6;

/// A line (from 1) to show, or a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Line(usize),
    Gap,
}

/// The lines to show for `lineno` in the scope `name` (a function's or class's name, `<module>`).
pub fn around(source: &str, tree: Option<&ModModule>, lineno: usize, name: &str) -> Vec<Shown> {
    let total = source.lines().count();
    let Some(tree) = tree else { return (lineno.saturating_sub(AROUND).max(1)..=(lineno + AROUND).min(total)).map(Shown::Line).collect() };
    let s = Splitter::new(source);
    let scope = if name == "<module>" { None } else { s.scope(&tree.body, lineno, name) };
    let mut pieces = Vec::new();
    s.split(&[&tree.body], 1, total + 1, &mut pieces);
    let pieces: Vec<Range<usize>> = pieces.into_iter().filter_map(|p| s.trimmed(p)).collect();
    let inside = |p: &Range<usize>| scope.as_ref().is_none_or(|x| p.start >= x.start && p.end <= x.end);
    let pieces: Vec<Range<usize>> = pieces.into_iter().filter(inside).collect();
    let Some(at) = pieces.iter().position(|p| p.contains(&lineno)) else { return vec![Shown::Line(lineno)] };
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND + 1).min(pieces.len());
    let mut out = Vec::new();
    for (i, piece) in pieces.iter().enumerate().take(to).skip(from) {
        if i != at && piece.len() > MAX_LINES {
            out.extend((piece.start..piece.start + MAX_LINES / 2).map(Shown::Line));
            out.push(Shown::Gap);
            out.extend((piece.end - (MAX_LINES - MAX_LINES / 2 - 1)..piece.end).map(Shown::Line));
        } else {
            out.extend(piece.clone().map(Shown::Line));
        }
    }
    out
}

struct Splitter<'a> {
    lines: Vec<&'a str>,
    /// Byte offset of each line.
    starts: Vec<usize>,
}
impl<'a> Splitter<'a> {
    fn new(source: &'a str) -> Splitter<'a> {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Splitter { lines: source.lines().collect(), starts }
    }
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|s| *s <= offset)
    }
    /// Lines of a node, the end exclusive.
    fn lines_of(&self, range: TextRange) -> Range<usize> {
        self.line_of(range.start().to_usize())..self.line_of(range.end().to_usize()) + 1
    }
    /// The innermost function or class of this name around a line.
    fn scope(&self, body: &[Stmt], lineno: usize, name: &str) -> Option<Range<usize>> {
        for stmt in body {
            let lines = self.lines_of(stmt.range());
            if !lines.contains(&lineno) {
                continue;
            }
            let inner = bodies(stmt).into_iter().find_map(|(_, b)| self.scope(b, lineno, name));
            let own = match stmt {
                Stmt::FunctionDef(f) => f.name.as_str() == name,
                Stmt::ClassDef(c) => c.name.as_str() == name,
                _ => false,
            };
            return inner.or(own.then_some(lines));
        }
        None
    }
    /// Cuts the lines from `start` to `end` at the statements of the bodies.
    fn split(&self, parts: &[&[Stmt]], mut start: usize, end: usize, out: &mut Vec<Range<usize>>) {
        for stmt in parts.iter().flat_map(|b| b.iter()) {
            let lines = self.lines_of(stmt.range());
            if lines.start < start {
                // Several statements on one line are one piece.
                if let Some(last) = out.last_mut() {
                    last.end = last.end.max(lines.end);
                }
                start = start.max(lines.end);
                continue;
            }
            if start < lines.start {
                out.push(start..lines.start);
            }
            self.split_statement(stmt, &lines, out);
            start = lines.end;
        }
        if start < end {
            out.push(start..end);
        }
    }
    fn split_statement(&self, stmt: &Stmt, lines: &Range<usize>, out: &mut Vec<Range<usize>>) {
        let parts = bodies(stmt);
        let mut start = lines.start;
        for (header, body) in &parts {
            // A clause (`except`, `else`) begins with its own header.
            if let Some(h) = header.map(|h| self.lines_of(h)).filter(|h| h.start > start) {
                out.push(start..h.start);
                start = h.start;
            }
            let Some(last) = body.last() else { continue };
            let end = self.lines_of(last.range()).end;
            self.split(&[body], start, end, out);
            start = start.max(end);
        }
        if start < lines.end {
            out.push(start..lines.end);
        }
    }
    /// Without blank lines at its ends; None when nothing is left.
    fn trimmed(&self, piece: Range<usize>) -> Option<Range<usize>> {
        let blank = |i: usize| self.lines.get(i - 1).is_none_or(|l| l.trim().is_empty());
        let start = piece.clone().find(|i| !blank(*i))?;
        let end = piece.rev().find(|i| !blank(*i))?;
        Some(start..end + 1)
    }
}

/// The blocks of a compound statement, each with the range of its clause when it has a node of its own.
fn bodies(stmt: &Stmt) -> Vec<(Option<TextRange>, &[Stmt])> {
    match stmt {
        Stmt::FunctionDef(s) => vec![(None, &s.body)],
        Stmt::ClassDef(s) => vec![(None, &s.body)],
        Stmt::With(s) => vec![(None, &s.body)],
        Stmt::For(s) => vec![(None, &s.body), (None, &s.orelse)],
        Stmt::While(s) => vec![(None, &s.body), (None, &s.orelse)],
        Stmt::If(s) => {
            let clauses = s.elif_else_clauses.iter().map(|c| (Some(c.range()), &c.body[..]));
            std::iter::once((None, &s.body[..])).chain(clauses).collect()
        }
        Stmt::Try(s) => {
            let handlers = s.handlers.iter().map(|h| match h {
                ruff_python_ast::ExceptHandler::ExceptHandler(h) => (Some(h.range()), &h.body[..]),
            });
            let tail = [(None, &s.orelse[..]), (None, &s.finalbody[..])];
            std::iter::once((None, &s.body[..])).chain(handlers).chain(tail).collect()
        }
        Stmt::Match(s) => s.cases.iter().map(|c| (Some(c.range()), &c.body[..])).collect(),
        _ => vec![],
    }
}
