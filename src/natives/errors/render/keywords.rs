//! "invalid syntax. Did you mean 'while'?": tries keywords in the place of misspelt names (new in 3.14).
use super::report::SyntaxPlace;
use super::suggest;
use super::text::dedent;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{parse_module, parse_unchecked_source};
use ruff_text_size::Ranged;

/// `keyword.kwlist`.
pub const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];
/// Texts longer than this are not tried.
const MAX_SOURCE: usize = 1024;
const MAX_NAMES: usize = 10;

/// Changes message and place when one keyword in the place of a name makes the text right.
pub fn mend(place: &mut SyntaxPlace, source: Option<&str>) {
    if place.msg != "invalid syntax" && !place.msg.contains("Perhaps you forgot a comma") {
        return;
    }
    let Some(text) = source.or(place.text.as_deref()).map(str::to_owned) else { return };
    let end = if source.is_some() { place.lineno.unwrap_or(0).max(0) as usize } else { 1 };
    let first_line = if source.is_some() { 1 } else { place.lineno.unwrap_or(1) };
    let head: Vec<&str> = text.lines().take(end).collect();
    let code = dedent(&head.join("\n"));
    if code.len() > MAX_SOURCE {
        return;
    }
    let keywords: Vec<String> = KEYWORDS.iter().map(|k| k.to_string()).collect();
    let tokens = parse_unchecked_source(&code, ruff_python_ast::PySourceType::Python);
    let names = tokens.tokens().iter().filter(|k| k.kind() == TokenKind::Name).take(MAX_NAMES);
    for token in names {
        let range = token.range();
        let (from, to) = (range.start().to_usize(), range.end().to_usize());
        for keyword in candidates(&keywords, &code[from..to]) {
            let tried = format!("{}{keyword}{}", &code[..from], &code[to..]);
            if is_right_so_far(&tried) {
                found(place, first_line, &code, (from, to), &keyword);
                return;
            }
        }
    }
}
/// At most three keywords that are like a word: the nearest by edits, then the most similar ones.
fn candidates(keywords: &[String], word: &str) -> Vec<String> {
    let mut out: Vec<String> = suggest::nearest(keywords, word).map(str::to_owned).into_iter().collect();
    let mut similar: Vec<(f64, &String)> = keywords.iter().map(|k| (similarity(k, word), k)).filter(|x| x.0 >= 0.5).collect();
    similar.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(a.1)));
    out.extend(similar.into_iter().take(3).map(|x| x.1.clone()));
    out.truncate(3);
    out.retain(|k| k != word);
    out
}
/// `difflib`'s ratio: twice the matched characters by all characters.
fn similarity(a: &str, b: &str) -> f64 {
    2.0 * matched(a.as_bytes(), b.as_bytes()) as f64 / (a.len() + b.len()) as f64
}
/// Characters in the longest common block and, left and right of it, in theirs.
fn matched(a: &[u8], b: &[u8]) -> usize {
    let (mut at, mut best) = ((0, 0), 0);
    for i in 0..a.len() {
        for j in 0..b.len() {
            let len = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            if len > best {
                (at, best) = ((i, j), len);
            }
        }
    }
    if best == 0 {
        return 0;
    }
    best + matched(&a[..at.0], &b[..at.1]) + matched(&a[at.0 + best..], &b[at.1 + best..])
}
/// Whether a text is Python, or the beginning of it.
fn is_right_so_far(code: &str) -> bool {
    // A header alone lacks only its block.
    let open = code.trim_end();
    let whole = if open.ends_with(':') {
        let indent: String = open.lines().last().unwrap_or("").chars().take_while(|c| c.is_whitespace()).collect();
        format!("{open}\n{indent} pass\n")
    } else {
        code.to_owned()
    };
    parse_module(&whole).is_ok()
}
fn found(place: &mut SyntaxPlace, first_line: i64, code: &str, (from, to): (usize, usize), keyword: &str) {
    let start = code[..from].rfind('\n').map_or(0, |i| i + 1);
    let line = code[start..].lines().next().unwrap_or("");
    let column = |at: usize| code[start..at].chars().count() as i64 + 1;
    place.text = Some(line.to_owned());
    place.offset = Some(column(from));
    place.end_offset = Some(column(to));
    let number = first_line + code[..from].matches('\n').count() as i64;
    place.lineno = Some(number);
    place.end_lineno = Some(number);
    place.msg = format!("invalid syntax. Did you mean '{keyword}'?");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_keyword_is_named() {
        let mut place = SyntaxPlace { msg: "invalid syntax".into(), lineno: Some(1), ..Default::default() };
        mend(&mut place, Some("whille True:\n    pass\n"));
        assert_eq!(place.msg, "invalid syntax. Did you mean 'while'?");
        assert_eq!((place.offset, place.end_offset), (Some(1), Some(7)));
    }
}
