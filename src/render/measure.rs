//! Text measuring: cells for the text form, pixels for the picture, and the split of a text into script runs.
//!
//! The picture's font is DejaVu Sans Mono, whose every glyph advances 0.602 em; a wide (Chinese) glyph takes 1 em.
use super::scene::Size;
use super::theme;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width in terminal cells: 2 for a wide character, 0 for a combining one.
pub fn cells(text: &str) -> usize {
    text.width()
}

/// Width in thousandths of an em.
fn milli_em(text: &str) -> i64 {
    text.chars()
        .map(|c| match (is_wide(c), c.width()) {
            (true, _) => 1000,
            (false, Some(0)) => 0,
            _ => 602,
        })
        .sum()
}

/// Width in pixels in the picture's font, rounded up.
pub fn pixels(text: &str, size: Size) -> i32 {
    let tenths = milli_em(text) * i64::from(theme::font_tenths(size));
    ((tenths + 9_999) / 10_000) as i32
}

/// Which fonts a run of text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    Latin,
    Wide,
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// The text cut into runs of one script each, in order. Spaces stay with the run before them.
pub fn runs(text: &str) -> Vec<(Script, &str)> {
    let mut runs: Vec<(Script, usize, usize)> = Vec::new();
    for (at, c) in text.char_indices() {
        let script = if is_wide(c) { Script::Wide } else { Script::Latin };
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some((last, _, stop)) if *last == script || c.width() == Some(0) => *stop = end,
            _ => runs.push((script, at, end)),
        }
    }
    runs.into_iter().map(|(script, start, end)| (script, &text[start..end])).collect()
}

/// Cut to at most `limit` cells, with `…` for what is left out.
pub fn fit(text: &str, limit: usize) -> String {
    if cells(text) <= limit {
        return text.to_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if used + width + 1 > limit {
            break;
        }
        used += width;
        out.push(c);
    }
    out.push('…');
    out
}

/// One printable line: line breaks become `↵`, tabs a space, other control characters U+FFFD.
pub fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' => '↵',
            '\t' => ' ',
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Broken into lines of at most `limit` cells: at spaces, or anywhere beside a wide character.
pub fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        if !line.is_empty() && cells(&line) + cells(word.trim_end()) > limit {
            lines.push(line.trim_end().to_string());
            line.clear();
        }
        line.push_str(word);
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_string());
    }
    lines
}

/// Pieces that must not be broken. Closing punctuation stays with what it closes.
fn words(text: &str) -> Vec<&str> {
    const CLOSING: &str = "，。；：、）」》？！,.;:)]}";
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let Some(&(next_at, next)) = chars.peek() else { break };
        let breaks = (c == ' ' && next != ' ') || ((is_wide(c) || is_wide(next)) && next != ' ');
        let opening = matches!(c, '（' | '「' | '《');
        if breaks && at + c.len_utf8() == next_at && !CLOSING.contains(next) && !opening {
            out.push(&text[start..next_at]);
            start = next_at;
        }
    }
    out.push(&text[start..]);
    out
}

/// `1,200`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_split_at_a_change_of_script() {
        let got = runs("abc 中文 x");
        assert_eq!(got, vec![(Script::Latin, "abc "), (Script::Wide, "中文"), (Script::Latin, " x")]);
    }

    #[test]
    fn fit_counts_wide_characters_twice() {
        assert_eq!(fit("引用计数", 5), "引用…");
        assert_eq!(fit("abcdef", 6), "abcdef");
    }

    #[test]
    fn wrap_keeps_chinese_punctuation_with_its_word() {
        assert_eq!(wrap("一二三，四五", 7), vec!["一二", "三，四", "五"]);
        assert_eq!(wrap("one two three", 7), vec!["one two", "three"]);
    }

    #[test]
    fn thousands_groups_by_three() {
        assert_eq!(thousands(1200), "1,200");
        assert_eq!(thousands(999), "999");
    }
}
