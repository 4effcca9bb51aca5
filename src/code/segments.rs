//! A cell's parts: Python, magics (`%name`, `%%name`, `!command`), and help (`name?`), found by a small scan of its layout.

/// A part of a cell, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Python text. Lines before it are blank, so that its line numbers are the cell's.
    Python(String),
    /// A magic's line with its `%` or `%%`; the rest of the cell for a cell magic.
    Magic { line: String, body: Option<String> },
    /// `name?` or `name??`.
    Help(String),
}

/// Where the scan is inside of Python's layout.
#[derive(Default)]
struct Layout {
    depth: usize,
    /// The quotes of the string that is open over the line's end.
    open: Option<&'static str>,
    continued: bool,
}

impl Layout {
    /// Whether a statement may begin at the next line.
    fn at_statement(&self) -> bool {
        self.depth == 0 && self.open.is_none() && !self.continued
    }
    fn line(&mut self, line: &str) {
        let mut rest = line;
        self.continued = false;
        while !rest.is_empty() {
            if let Some(quotes) = self.open {
                rest = self.in_string(rest, quotes);
                continue;
            }
            let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|q| rest.starts_with(q));
            if let Some(q) = quotes {
                self.open = Some(q);
                rest = &rest[q.len()..];
                continue;
            }
            let c = rest.chars().next().expect("not empty");
            match c {
                '#' => break,
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                '\\' if rest.len() == 1 => self.continued = true,
                _ => {}
            }
            rest = &rest[c.len_utf8()..];
        }
        // A string in single quotes ends with its line unless a backslash is there.
        if self.open.is_some_and(|q| q.len() == 1) && !line.ends_with('\\') {
            self.open = None;
        }
    }
    /// Goes over a string's text; what is behind it on the line.
    fn in_string<'a>(&mut self, rest: &'a str, quotes: &str) -> &'a str {
        let mut at = rest.char_indices();
        while let Some((i, c)) = at.next() {
            if c == '\\' {
                at.next();
            } else if rest[i..].starts_with(quotes) {
                self.open = None;
                return &rest[i + quotes.len()..];
            }
        }
        ""
    }
}

/// Whether a line is `name?`, `?name` or with two marks; the text without indentation. `*` stands for any letters of a name.
fn is_help(line: &str) -> bool {
    let marked = line.ends_with('?') || line.starts_with('?');
    let name = line.trim_matches('?').trim();
    let plain = |c: char| c.is_alphanumeric() || "_.%*".contains(c);
    marked && !name.is_empty() && name.chars().all(plain) && line.matches('?').count() <= 2
}
fn is_magic(line: &str) -> bool {
    let after = line.trim_start_matches('%');
    (1..=2).contains(&(line.len() - after.len())) && after.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
/// Targets and command of `name = %magic` and `name = !command`, which no Python statement looks like.
fn assigned(line: &str) -> Option<(&str, &str)> {
    let (targets, value) = line.split_once('=')?;
    let plain = |c: char| c.is_alphanumeric() || "_., ".contains(c);
    let value = value.trim_start();
    let is_command = value.starts_with('!') || value.starts_with('%') && !value.starts_with("%%") && is_magic(value);
    (is_command && targets.chars().all(plain) && !targets.trim().is_empty()).then_some((targets.trim_end(), value))
}
fn is_special(line: &str) -> bool {
    is_magic(line) || line.starts_with('!') || is_help(line) || assigned(line).is_some()
}
/// A command of one line as the call that it stands for.
fn as_call(line: &str) -> String {
    if let Some((targets, value)) = assigned(line) {
        return match value.strip_prefix('!') {
            Some(command) => format!("{targets} = get_ipython().getoutput({})", quoted(command)),
            None => format!("{targets} = {}", as_call(value)),
        };
    }
    if is_help(line) {
        return format!("get_ipython().help({})", quoted(line));
    }
    if let Some(command) = line.strip_prefix('!') {
        return format!("get_ipython().system({})", quoted(command));
    }
    let (name, rest) = line[1..].split_once(' ').unwrap_or((&line[1..], ""));
    format!("get_ipython().run_line_magic({}, {})", quoted(name), quoted(rest))
}

/// Parts a cell. A cell without magics is one part, its text untouched.
pub fn segments(code: &str) -> Vec<Segment> {
    let first = code.trim_start();
    if let Some(after) = first.strip_prefix("%%")
        && is_magic(first.lines().next().unwrap_or_default())
    {
        let (line, body) = after.split_once('\n').unwrap_or((after, ""));
        return vec![Segment::Magic { line: format!("%%{}", line.trim_end()), body: Some(body.to_owned()) }];
    }
    if !code.contains(['%', '!', '?']) {
        return vec![Segment::Python(code.to_owned())];
    }
    let mut out = Vec::new();
    let (mut text, mut has_text, mut number) = (String::new(), false, 0);
    let mut layout = Layout::default();
    for line in code.split('\n') {
        let bare = line.trim();
        let special = layout.at_statement() && is_special(bare);
        if special && line.starts_with(bare) && assigned(bare).is_none() {
            if has_text {
                out.push(Segment::Python(std::mem::take(&mut text)));
            }
            out.push(match bare {
                help if is_help(help) => Segment::Help(help.to_owned()),
                command if command.starts_with('!') => Segment::Magic { line: format!("%system {}", &command[1..]), body: None },
                magic => Segment::Magic { line: magic.to_owned(), body: None },
            });
            text = "\n".repeat(number + 1);
            has_text = false;
        } else {
            if special {
                text += &line[..line.len() - line.trim_start().len()];
                text += &as_call(bare);
            } else {
                text += line;
                layout.line(line);
            }
            text.push('\n');
            has_text |= !bare.is_empty() && !bare.starts_with('#');
        }
        number += 1;
    }
    if out.is_empty() && text.strip_suffix('\n') == Some(code) {
        return vec![Segment::Python(code.to_owned())];
    }
    if has_text || out.is_empty() {
        out.push(Segment::Python(text));
    }
    out
}

/// The text with each command as the call that it stands for: for code that runs as one piece (`%%time`).
pub fn as_python(code: &str) -> String {
    let mut layout = Layout::default();
    let lines = code.split('\n').map(|line| {
        let bare = line.trim();
        if layout.at_statement() && is_special(bare) {
            return format!("{}{}", &line[..line.len() - line.trim_start().len()], as_call(bare));
        }
        layout.line(line);
        line.to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text with its magics as comments: for questions about its layout.
pub fn without_magics(code: &str) -> String {
    match &segments(code)[..] {
        [Segment::Python(text)] if text.trim_end() == code.trim_end() => code.to_owned(),
        parts => match parts.last() {
            Some(Segment::Python(text)) => text.strip_suffix('\n').unwrap_or(text).to_owned(),
            _ => String::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magic(line: &str) -> Segment {
        Segment::Magic { line: line.into(), body: None }
    }

    #[test]
    fn parts_of_cells() {
        let python = |s: &str| Segment::Python(s.into());
        assert_eq!(segments("a = 1\nb"), [python("a = 1\nb")]);
        assert_eq!(segments("x = 7 \\\n% 3"), [python("x = 7 \\\n% 3")]);
        assert_eq!(segments("x = (7\n%time)"), [python("x = (7\n%time)")]);
        assert_eq!(segments("'''\n%time\n'''"), [python("'''\n%time\n'''")]);
        assert_eq!(segments("a\n%who\nb"), [python("a\n"), magic("%who"), python("\n\nb\n")]);
        assert_eq!(segments("!ls -l"), [magic("%system ls -l")]);
        assert_eq!(segments("str.join?"), [Segment::Help("str.join?".into())]);
        assert_eq!(segments("if x:\n    %time f()"), [python("if x:\n    get_ipython().run_line_magic('time', 'f()')\n")]);
        assert_eq!(segments("x = %timeit -o f()"), [python("x = get_ipython().run_line_magic('timeit', '-o f()')\n")]);
        assert_eq!(segments("a.b, c = !ls"), [python("a.b, c = get_ipython().getoutput('ls')\n")]);
        assert_eq!(segments("x == '%s' % y"), [python("x == '%s' % y")]);
        assert_eq!(segments("str.*find*?"), [Segment::Help("str.*find*?".into())]);
        assert_eq!(
            as_python("if x:\n  %who\nl = [\n%who\n]\nx?"),
            "if x:\n  get_ipython().run_line_magic('who', '')\nl = [\n%who\n]\nget_ipython().help('x?')"
        );
        assert_eq!(segments("\n%%time\nf()"), [Segment::Magic { line: "%%time".into(), body: Some("f()".into()) }]);
    }
}
