//! Warnings that CPython's tokenizer gives about text that it accepts: invalid escapes, numbers glued to keywords.
use rustpython_compiler::TokenKind;
use rustpython_compiler::parser::{self, Mode, ParseOptions};
use ruff_text_size::Ranged;

/// A `SyntaxWarning`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxWarning {
    pub msg: String,
    /// From 1.
    pub lineno: u32,
    /// From 1, in characters: where the text begins that is warned about, and one behind its end.
    pub offset: u32,
    pub end_offset: u32,
    /// The line of the source, where CPython tells it with the warning: its tokenizer does, its compiler does not.
    pub text: Option<String>,
}

/// Warnings of the tokenizer about a source that parses, in order.
pub(super) fn tokenizer_warnings(source: &str) -> Vec<SyntaxWarning> {
    // Nothing to warn about without a backslash or a digit that touches a letter: the rule for nearly all sources.
    if !source.contains('\\') && !source.as_bytes().windows(2).any(|pair| is_glued(pair[0], pair[1])) {
        return Vec::new();
    }
    let parsed = parser::parse_unchecked(source, ParseOptions::from(Mode::Module));
    let mut warnings = Vec::new();
    let warning = |at: usize, end: usize, msg: String| {
        let begin = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = source[begin..].lines().next().unwrap_or_default();
        let column = |to: usize| source[begin..to].chars().count() as u32 + 1;
        let lineno = source[..at].matches('\n').count() as u32 + 1;
        SyntaxWarning { msg, lineno, offset: column(at), end_offset: column(end), text: Some(format!("{line}\n")) }
    };
    for token in parsed.tokens().iter() {
        let (start, end) = (token.start().to_usize(), token.end().to_usize());
        match token.kind() {
            TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                let flags = token.unwrap_string_flags();
                if !flags.is_raw_string() {
                    let found = invalid_escapes(&source[start..end], flags.is_byte_string());
                    warnings.extend(found.map(|(at, escaped, msg)| warning(start + at, start + escaped, msg)));
                }
            }
            TokenKind::Int | TokenKind::Float | TokenKind::Complex => {
                let next = source.as_bytes().get(end);
                if next.is_some_and(|next| next.is_ascii_lowercase()) {
                    let last = end - 1;
                    warnings.push(warning(last, last, format!("invalid {} literal", number_kind(&source[start..end]))));
                }
            }
            _ => {}
        }
    }
    warnings
}

fn is_glued(digit: u8, letter: u8) -> bool {
    (digit.is_ascii_hexdigit() || matches!(digit, b'.' | b'j' | b'J')) && letter.is_ascii_lowercase()
}

fn number_kind(text: &str) -> &'static str {
    match text.as_bytes() {
        [.., b'j' | b'J'] => "imaginary",
        [b'0', b'x' | b'X', ..] => "hexadecimal",
        [b'0', b'o' | b'O', ..] => "octal",
        [b'0', b'b' | b'B', ..] => "binary",
        _ => "decimal",
    }
}

/// The first invalid escape of a literal, as CPython reports one for each: where it is, the end of the
/// character behind the backslash, and the message.
fn invalid_escapes(text: &str, is_bytes: bool) -> Option<(usize, usize, String)> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            continue;
        }
        let (from, escaped) = chars.next()?;
        let end = from + escaped.len_utf8();
        let written = match escaped {
            '\n' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => continue,
            'N' | 'u' | 'U' if !is_bytes => continue,
            '0'..='7' => {
                let digits: String = text[at + 1..].chars().take(3).take_while(|c| ('0'..='7').contains(c)).collect();
                if u32::from_str_radix(&digits, 8).unwrap_or(0) <= 0o377 {
                    continue;
                }
                return Some((at, end, message(&digits, "octal escape")));
            }
            // `{{` and `}}` of an f-string behind a backslash.
            '{' | '}' => escaped.to_string(),
            other => other.to_string(),
        };
        return Some((at, end, message(&written, "escape")));
    }
    None
}

fn message(written: &str, what: &str) -> String {
    format!(
        "\"\\{written}\" is an invalid {what} sequence. Such sequences will not work in the future. \
         Did you mean \"\\\\{written}\"? A raw string is also an option."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_as_the_tokenizer_does() {
        let table: [(&str, &[(u32, &str)]); 7] = [
            ("x = '\\d'\n", &[(1, "\"\\d\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \"\\\\d\"? A raw string is also an option.")]),
            ("x = '\\n\\x41\\N{DIGIT ONE}\\\\d'\n", &[]),
            ("x = r'\\d' + rf'\\d{1}'\n", &[]),
            ("y\nx = f'a{1}\\w'\n", &[(2, "\"\\w\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \"\\\\w\"? A raw string is also an option.")]),
            ("b'\\N'\n", &[(1, "\"\\N\" is an invalid escape sequence. Such sequences will not work in the future. Did you mean \"\\\\N\"? A raw string is also an option.")]),
            ("'\\400'\n", &[(1, "\"\\400\" is an invalid octal escape sequence. Such sequences will not work in the future. Did you mean \"\\\\400\"? A raw string is also an option.")]),
            ("x = 1if 1else 2\n", &[(1, "invalid decimal literal"), (1, "invalid decimal literal")]),
        ];
        for (source, expected) in table {
            let found = tokenizer_warnings(source);
            let found: Vec<(u32, &str)> = found.iter().map(|warning| (warning.lineno, warning.msg.as_str())).collect();
            assert_eq!(found, expected, "{source:?}");
        }
    }
}
