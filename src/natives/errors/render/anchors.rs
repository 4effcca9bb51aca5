//! Where the carets of a traceback line change from `~` to `^` (PEP 657): the operator, the brackets.
use super::text::char_offset;
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_python_parser::{Parsed, parse_module};
use ruff_text_size::{Ranged, TextSize};

/// The `^` part, from start to end, in (line, character) of the segment; lines count from 0, the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    pub start: (usize, usize),
    pub end: (usize, usize),
}

/// The segment's lines, with the text between brackets on lines of their own as it is parsed.
struct Segment<'a> {
    lines: Vec<&'a str>,
    chars: Vec<Vec<char>>,
    wrapped: &'a str,
}

/// The anchors of an expression's text: the operator of a binary operation, the brackets of a subscript or call.
pub fn anchors(segment: &str) -> Option<Anchors> {
    // In parentheses an expression may go over several lines.
    let wrapped = format!("(\n{segment}\n)");
    let tree = parse_module(&wrapped).ok()?;
    let [Stmt::Expr(statement)] = &tree.syntax().body[..] else { return None };
    let lines: Vec<&str> = segment.lines().collect();
    let chars = lines.iter().map(|l| l.chars().collect()).collect();
    let s = Segment { lines, chars, wrapped: &wrapped };
    match &*statement.value {
        Expr::BinOp(e) => {
            let from = s.valid(s.position(e.left.end())?)?;
            let (line, col) = s.search(from, |c| !c.is_whitespace() && c != ')')?;
            let right = s.position(e.right.start())?;
            let second = s.chars[line].get(col + 1).copied();
            let two = second.is_some_and(|c| !c.is_whitespace() && !"\\#".contains(c));
            let before_right = right.0 > line || col + 1 < right.1;
            Some(Anchors { start: (line, col), end: (line, col + 1 + (two && before_right) as usize) })
        }
        Expr::Subscript(e) => s.brackets(e.value.end(), e.end(), '['),
        Expr::Call(e) => s.brackets(e.func.end(), e.end(), '('),
        _ => None,
    }
}

impl Segment<'_> {
    /// Line and character of an offset in the wrapped text.
    fn position(&self, at: TextSize) -> Option<(usize, usize)> {
        let head = self.wrapped.get(..at.to_usize())?;
        let line = head.matches('\n').count().checked_sub(1)?;
        let start = head.rfind('\n')? + 1;
        Some((line, char_offset(self.lines.get(line)?, at.to_usize() - start)))
    }
    /// The same place, or the next one where there is a character.
    fn valid(&self, (mut line, mut col): (usize, usize)) -> Option<(usize, usize)> {
        while col >= self.chars.get(line)?.len() {
            (line, col) = (line + 1, 0);
        }
        Some((line, col))
    }
    /// The first character from here that will do, comments and line continuations skipped.
    fn search(&self, from: (usize, usize), stop: impl Fn(char) -> bool) -> Option<(usize, usize)> {
        let mut at = from;
        loop {
            match self.chars[at.0][at.1] {
                '\\' | '#' => at = self.valid((at.0 + 1, 0))?,
                c if stop(c) => return Some(at),
                _ => at = self.valid((at.0, at.1 + 1))?,
            }
        }
    }
    fn brackets(&self, value_end: TextSize, end: TextSize, open: char) -> Option<Anchors> {
        let from = self.valid(self.position(value_end)?)?;
        Some(Anchors { start: self.search(from, |c| c == open)?, end: self.position(end)? })
    }
}

/// Whether the text is one `return f(…)` or `name = …(…)` whose call the columns (of the first and the last line) cover.
/// Carets under a whole statement like that would say nothing.
pub fn is_whole_call(lines: &[String], start: usize, end: usize) -> Option<bool> {
    let text = lines.join("\n");
    let tree: Parsed<ModModule> = parse_module(&text).ok()?;
    let value = match tree.syntax().body.first() {
        None => return Some(true),
        Some(Stmt::Return(s)) => s.value.as_deref().filter(|v| matches!(v, Expr::Call(c) if c.func.is_name_expr())),
        Some(Stmt::Assign(s)) if s.targets.len() == 1 && s.targets[0].is_name_expr() => {
            Some(&*s.value).filter(|v| v.is_call_expr())
        }
        Some(_) => None,
    };
    let Some(value) = value else { return Some(false) };
    let (from, to) = (value.start().to_usize(), value.end().to_usize());
    let last_start = text[..to].rfind('\n').map_or(0, |i| i + 1);
    let whole = !text[..from].contains('\n') && text[..to].matches('\n').count() + 1 == lines.len();
    Some(whole && from == start && to - last_start == end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_operators_and_brackets() {
        let found = |s: &str| anchors(s).map(|a| (a.start, a.end));
        assert_eq!(found("x / 0"), Some(((0, 2), (0, 3))));
        assert_eq!(found("(a) // (b)"), Some(((0, 4), (0, 6))));
        assert_eq!(found("x[5]['a']"), Some(((0, 4), (0, 9))));
        assert_eq!(found("f(\n  3)"), Some(((0, 1), (1, 4))));
        assert_eq!(found("a +\nb"), Some(((0, 2), (0, 3))));
        assert_eq!(found("a.b"), None);
        assert_eq!(found("x = 3"), None);
    }
}
