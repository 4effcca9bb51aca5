//! Is a cell ready to run? The rule of a console: a statement that is whole runs, a block goes on until a blank line.
use super::compile::{CompileMode, CompileOptions, compile};
use super::layout;
use super::source::universal_newlines;

/// Answer about a text typed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// More lines are needed; the white space that the next should start with.
    Incomplete(String),
    /// No further line can make it right.
    Invalid,
}

/// Judges a text as IPython does, except that `else:` without an `if` is invalid at once.
///
/// A block is complete only when its last line is blank; that is what lets a console user type a second statement into it.
pub fn is_complete(source: &str) -> Completeness {
    let source = universal_newlines(source);
    let options = CompileOptions { top_level_await: true, ..CompileOptions::default() };
    match compile(&source, "<cell>", CompileMode::Cell, &options) {
        Ok(_) => {
            let last = source.rsplit('\n').next().unwrap_or("");
            let block = if last.trim().is_empty() { String::new() } else { layout::open_indentation(&source) };
            if block.is_empty() { Completeness::Complete } else { Completeness::Incomplete(block) }
        }
        Err(problem) if problem.incomplete => Completeness::Incomplete(next_indentation(&source)),
        Err(_) => Completeness::Invalid,
    }
}

/// The indentation of the last line with text, and four more behind a header.
fn next_indentation(source: &str) -> String {
    let line = source.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("");
    let white = &line[..line.len() - line.trim_start().len()];
    let waits_for_block = layout::last_is_header(source);
    // A header over several lines is indented as its first line is.
    let white = if waits_for_block { layout::open_indentation(source) } else { white.to_owned() };
    if waits_for_block { white + "    " } else { white }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(source: &str) -> String {
        match is_complete(source) {
            Completeness::Complete => "complete".to_owned(),
            Completeness::Invalid => "invalid".to_owned(),
            Completeness::Incomplete(white) => format!("{:?}", white),
        }
    }

    /// Answers of IPython 9.18, except where its indentation is a number of blanks for a tab.
    #[test]
    fn judges_as_ipython_does() {
        let table = [
            ("x = 5 +", "invalid"), ("@foo", "\"\""), ("@foo\n", "\"\""), ("try:\n  x", "\"  \""), ("try:\n  x\n", "\"  \""),
            ("if x:", "\"    \""), ("if x:\n", "\"    \""), ("if x:\n  y", "\"  \""), ("if x:\n  y\n", "complete"),
            ("if x:\n  if y:\n    z", "\"    \""), ("if x:\n  if y:\n    z\n\n", "complete"), ("(", "\"\""), ("x = [1,", "\"\""),
            ("f(a,\n  b", "\"  \""), ("'abc", "invalid"), ("'''abc", "\"\""), ("f'{", "\"\""), ("f'''{", "\"\""), ("x \\", "\"\""),
            ("x \\\n", "\"\""), ("def f(): pass", "complete"), ("class A:\n  x=1\n  ", "complete"), ("a b", "invalid"), ("else:", "invalid"),
            ("x = (1))", "invalid"), ("for i in range(3):\n  print(i)\n", "complete"), ("async def f():", "\"    \""), ("a if b", "invalid"),
            ("[x for", "\"\""), ("return 1", "invalid"), ("", "complete"), ("\n\n", "complete"), ("#c", "complete"), ("if 1: x", "complete"),
            ("if 1:\n x\nelse:", "\"    \""), ("if 1:\n x\nelse", "invalid"), ("match x:", "\"    \""), ("match x:\n case 1:", "\"     \""),
            ("x = '''a\nb'''", "complete"), ("def f():\n  '''doc", "\"  \""), ("a = 1;", "complete"), ("if x: (\n", "\"\""), ("f(\n)", "complete"),
            ("$", "invalid"), ("def f(", "\"\""), ("def f():\n  pass", "\"  \""), ("x\ny", "complete"), ("if x:\n  y\nz", "complete"),
            ("if x:\n    # c", "\"    \""), ("x = {\n 'a': 1", "\" \""), ("def f(a,\n      b):", "\"    \""), ("if x:\n\ty", "\"\\t\""),
            ("await f()", "complete"), ("async with a:\n  b\n", "complete"), ("try:\n pass\nx=1", "invalid"), ("@foo x", "invalid"),
            ("lambda:", "invalid"), ("x = {1:", "\"\""), ("a\0b", "invalid"),
        ];
        let wrong: Vec<String> = table
            .iter()
            .filter(|(source, expected)| answer(source) != *expected)
            .map(|(source, expected)| format!("{source:?}: {} instead of {expected}", answer(source)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
