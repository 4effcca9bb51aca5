//! Small text tools of the renderers: dedent, indent, display width, offsets.
use unicode_width::UnicodeWidthChar;

/// Like `textwrap.dedent`: blank lines become empty, the margin common to all others goes.
pub fn dedent(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let filled = || lines.iter().copied().filter(|l| !is_blank(l));
    // Of the least and the greatest line, the common prefix is common to all.
    let (low, high) = (filled().min().unwrap_or(""), filled().max().unwrap_or(""));
    let same = low.chars().zip(high.chars()).take_while(|(a, b)| a == b && (*a == ' ' || *a == '\t')).count();
    let cut: Vec<&str> = lines.iter().map(|l| if is_blank(l) { "" } else { &l[same..] }).collect();
    cut.join("\n")
}
fn is_blank(line: &str) -> bool {
    line.chars().all(char::is_whitespace)
}

/// Puts a prefix before every line, also before blank ones; keeps newlines.
pub fn indent(text: &str, prefix: &str) -> String {
    text.split_inclusive('\n').map(|line| format!("{prefix}{line}")).collect()
}

/// Columns that the first `chars` characters take on a terminal.
pub fn display_width(line: &[char], chars: usize) -> usize {
    line.iter().take(chars).map(|c| if c.width() == Some(2) { 2 } else { 1 }).sum::<usize>() + chars.saturating_sub(line.len())
}

/// Characters in the first `bytes` bytes; a character cut in half counts.
pub fn char_offset(line: &str, bytes: usize) -> usize {
    match line.get(..bytes) {
        Some(head) => head.chars().count(),
        None if bytes >= line.len() => line.chars().count(),
        None => line.char_indices().take_while(|(i, _)| *i < bytes).count(),
    }
}

/// A line of a source (from 1) without its end, trailing white space removed; empty when there is none.
pub fn source_line(source: &str, lineno: i64) -> &str {
    match usize::try_from(lineno) {
        Ok(n) if n >= 1 => source.split('\n').nth(n - 1).unwrap_or("").trim_end(),
        _ => "",
    }
}

/// The lines of a text without their newlines; a newline at the end begins no further line.
pub fn split_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dedent_keeps_the_difference() {
        assert_eq!(dedent("    a\n      b\n\n    c\n"), "a\n  b\n\nc\n");
        assert_eq!(dedent("a\n  b"), "a\n  b");
        assert_eq!(dedent("   \n\t"), "\n");
    }
    #[test]
    fn offsets_count_characters() {
        assert_eq!([char_offset("aé b", 3), char_offset("aé b", 2), char_offset("ab", 9)], [2, 2, 2]);
        assert_eq!(display_width(&"a漢b".chars().collect::<Vec<_>>(), 2), 3);
    }
}
