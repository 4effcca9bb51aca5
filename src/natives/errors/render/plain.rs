//! The text of an uncaught exception, character for character as CPython 3.14 prints it.
use super::frame::{Sources, stack};
use super::report::{Node, Report, SyntaxPlace};
use super::text::indent;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// The whole text, with everything chained.
pub fn render(report: &Report, sources: Sources) -> String {
    let mut p = Printer { report, sources, out: String::new(), depth: 0, need_close: false };
    if !report.nodes.is_empty() {
        p.chain(0);
    }
    p.out
}
/// The last lines alone: class, message, notes; for a syntax error its place too.
pub fn exception_only(node: &Node) -> String {
    let mut out = match &node.syntax {
        Some(s) => syntax_error(node, s),
        None if node.text.is_empty() => format!("{}\n", node.type_text()),
        None => format!("{}: {}\n", node.type_text(), node.text),
    };
    for note in &node.notes {
        out.push_str(note);
        out.push('\n');
    }
    out
}

struct Printer<'a> {
    report: &'a Report,
    sources: Sources<'a>,
    out: String,
    /// Nesting of exception groups.
    depth: usize,
    need_close: bool,
}

impl Printer<'_> {
    fn margin(&self) -> String {
        " ".repeat(2 * self.depth)
    }
    fn emit(&mut self, text: &str) {
        self.emit_with(text, '|');
    }
    fn emit_with(&mut self, text: &str, margin: char) {
        let prefix = if self.depth > 0 { format!("{}{margin} ", self.margin()) } else { String::new() };
        self.out.push_str(&indent(text, &prefix));
    }
    /// An exception after those it is chained to.
    fn chain(&mut self, node: usize) {
        let mut todo = Vec::new();
        let mut next = Some(node);
        while let Some(i) = next {
            let chained = self.report.nodes[i].chained();
            todo.push((chained.map(|c| c.1), i));
            next = chained.map(|c| c.0);
        }
        for (link, i) in todo.into_iter().rev() {
            match link {
                Some(true) => self.emit(CAUSE),
                Some(false) => self.emit(CONTEXT),
                None => {}
            }
            self.one(i);
        }
    }
    fn one(&mut self, i: usize) {
        let report = self.report;
        let node = &report.nodes[i];
        match &node.members {
            None => self.body(node, "Traceback (most recent call last):\n", '|'),
            Some(_) if self.depth > MAX_GROUP_DEPTH => self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n")),
            Some(members) => self.group(node, members),
        }
    }
    fn body(&mut self, node: &Node, head: &str, margin: char) {
        if !node.frames.is_empty() {
            self.emit_with(head, margin);
            for text in stack(&node.frames, self.sources) {
                self.emit(&text);
            }
        }
        self.emit(&exception_only(node));
    }
    fn group(&mut self, node: &Node, members: &[usize]) {
        let top = self.depth == 0;
        self.depth += top as usize;
        self.body(node, "Exception Group Traceback (most recent call last):\n", if top { '+' } else { '|' });
        let shown = members.len().min(MAX_GROUP_WIDTH + 1);
        self.need_close = false;
        for (i, member) in members.iter().enumerate().take(shown) {
            let last = i + 1 == shown;
            self.need_close |= last;
            let cut = i >= MAX_GROUP_WIDTH;
            let title = if cut { "...".to_owned() } else { (i + 1).to_string() };
            let corner = if i == 0 { "+-" } else { "  " };
            self.out.push_str(&format!("{}{corner}+---------------- {title} ----------------\n", self.margin()));
            self.depth += 1;
            if cut {
                let rest = members.len() - MAX_GROUP_WIDTH;
                self.emit(&format!("and {rest} more exception{}\n", if rest > 1 { "s" } else { "" }));
            } else {
                self.chain(*member);
            }
            if last && self.need_close {
                self.out.push_str(&format!("{}+------------------------------------\n", self.margin()));
                self.need_close = false;
            }
            self.depth -= 1;
        }
        if top {
            self.depth = 0;
        }
    }
}

fn syntax_error(node: &Node, s: &SyntaxPlace) -> String {
    let mut out = String::new();
    let mut suffix = String::new();
    match (s.lineno, &s.filename) {
        (Some(line), file) => out.push_str(&format!("  File \"{}\", line {line}\n", file.as_deref().unwrap_or("<string>"))),
        (None, Some(file)) => suffix = format!(" ({file})"),
        (None, None) => {}
    }
    if let Some(text) = &s.text {
        out.push_str(&syntax_lines(text, s));
    }
    out + &format!("{}: {}{suffix}\n", node.type_text(), s.msg)
}
/// The line of a syntax error with carets under it.
fn syntax_lines(text: &str, s: &SyntaxPlace) -> String {
    let right = text.trim_end_matches('\n');
    let left: Vec<char> = right.trim_start_matches([' ', '\n', '\x0c']).chars().collect();
    let shown: String = left.iter().collect();
    let Some((from, to)) = syntax_columns(text, right, s) else { return format!("    {shown}\n") };
    let spaces = right.chars().count() as i64 - left.len() as i64;
    let (from, to) = (from - 1 - spaces, to - 1 - spaces);
    let Ok(start) = usize::try_from(from) else { return format!("    {shown}\n") };
    // Tabs before the carets stay tabs, so that the carets stand under what they mean.
    let before = left.iter().take(start).map(|c| if c.is_whitespace() { *c } else { ' ' });
    let carets = "^".repeat((to - from).max(0) as usize);
    format!("    {shown}\n    {}{carets}\n", before.collect::<String>())
}
/// First and last column (from 1, the end exclusive), corrected as CPython does.
fn syntax_columns(text: &str, right: &str, s: &SyntaxPlace) -> Option<(i64, i64)> {
    let mut from = s.offset?;
    let (whole, end_of_line) = (text.chars().count() as i64, right.chars().count() as i64 + 1);
    let mut to = match s.end_offset {
        _ if s.lineno != s.end_lineno => end_of_line,
        Some(end) if end != 0 => end,
        _ => from,
    };
    if !text.is_empty() && from > whole {
        from = end_of_line;
    }
    if !text.is_empty() && to > whole {
        to = end_of_line;
    }
    if from >= to || to < 0 {
        to = from + 1;
    }
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(qualname: &str, text: &str) -> Node {
        Node { qualname: qualname.into(), name: qualname.into(), text: text.into(), ..Default::default() }
    }
    #[test]
    fn chains_and_notes() {
        let mut first = node("ValueError", "v");
        first.cause = Some(1);
        first.notes = vec!["a note".into()];
        let report = Report { nodes: vec![first, node("KeyError", "'k'")] };
        let text = render(&report, &|_| None);
        assert_eq!(text, format!("KeyError: 'k'\n{CAUSE}ValueError: v\na note\n"));
    }
    #[test]
    fn groups_are_boxed() {
        let mut g = node("ExceptionGroup", "eg (2 sub-exceptions)");
        g.members = Some(vec![1, 2]);
        let report = Report { nodes: vec![g, node("ValueError", "1"), node("TypeError", "2")] };
        let want = "  | ExceptionGroup: eg (2 sub-exceptions)\n  +-+---------------- 1 ----------------\n    | ValueError: 1\n    \
                    +---------------- 2 ----------------\n    | TypeError: 2\n    +------------------------------------\n";
        assert_eq!(render(&report, &|_| None), want);
    }
    #[test]
    fn syntax_errors_show_their_place() {
        let mut n = node("SyntaxError", "");
        n.syntax = Some(SyntaxPlace {
            filename: Some("x.py".into()),
            msg: "invalid syntax".into(),
            lineno: Some(1),
            offset: Some(6),
            end_lineno: Some(1),
            end_offset: Some(7),
            text: Some("  1 +\n".into()),
        });
        let text = exception_only(&n);
        assert_eq!(text, "  File \"x.py\", line 1\n    1 +\n       ^\nSyntaxError: invalid syntax\n");
    }
}
