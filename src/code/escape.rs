//! Escapes in string literals that cannot be decoded, in the words of CPython's `unicodeescape` codec.
use rustpython_compiler::{ParseError, TokenKind};

use super::layout;

/// A literal that cannot be decoded: the message, and the bytes of the source where the literal stands.
pub(super) struct Undecodable {
    pub msg: String,
    pub start: usize,
    pub end: usize,
}

/// What is wrong with the literal in which the parser found an escape that it cannot decode.
pub(super) fn undecodable(error: &ParseError, source: &str) -> Option<Undecodable> {
    let at = error.raw_location.start().to_usize();
    let token = layout::tokens(source).into_iter().find(|(kind, range)| {
        let text = matches!(kind, TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle | TokenKind::Unknown);
        text && range.start().to_usize() <= at && at <= range.end().to_usize()
    });
    let (kind, range) = token?;
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let literal = &source[start..end];
    let quote = if kind == TokenKind::String { literal.find(['\'', '"'])? } else { 0 };
    let is_bytes = literal[..quote].contains(['b', 'B']);
    let quotes = if kind != TokenKind::String {
        0
    } else if literal[quote..].starts_with("'''") || literal[quote..].starts_with("\"\"\"") {
        3
    } else {
        1
    };
    let body = literal.get(quote + quotes..literal.len().saturating_sub(quotes))?;
    let msg = if is_bytes { bad_bytes(body)? } else { bad_text(body)? };
    Some(Undecodable { msg, start, end })
}

/// The first `\x` of a bytes literal without two digits.
fn bad_bytes(body: &str) -> Option<String> {
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with('x') && hex_digits(&escape[1..], 2) < 2 {
            return Some(format!("(value error) invalid \\x escape at position {}", body.len() - rest.len() + at));
        }
        let skipped = escape.chars().next()?.len_utf8();
        rest = &escape[skipped..];
    }
    None
}

/// The first escape of a text literal that cannot be decoded. Positions count a character outside ASCII as ten, the length of
/// the escape that CPython puts in its place before it decodes.
fn bad_text(body: &str) -> Option<String> {
    let mut position = 0;
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            position += width(c);
            continue;
        }
        let (_, kind) = chars.next()?;
        let rest = &body[at + 1 + kind.len_utf8()..];
        let wanted = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let found = hex_digits(rest, wanted);
        let reason = if found < wanted {
            format!("truncated \\{kind}{} escape", "X".repeat(wanted))
        } else if kind == 'U' && u32::from_str_radix(&rest[..8], 16).is_ok_and(|code| code > 0x10_FFFF) {
            "illegal Unicode character".to_owned()
        } else if kind == 'N' && unicode_name_is_unknown(rest) {
            let last = position + 2 + rest.find('}')?;
            return Some(undecodable_text(position, last, "unknown Unicode character name"));
        } else {
            position += 1 + width(kind);
            continue;
        };
        return Some(undecodable_text(position, position + 1 + found, &reason));
    }
    None
}

fn undecodable_text(first: usize, last: usize, reason: &str) -> String {
    format!("(unicode error) 'unicodeescape' codec can't decode bytes in position {first}-{last}: {reason}")
}

fn width(c: char) -> usize {
    if c.is_ascii() { 1 } else { 10 }
}

fn hex_digits(text: &str, at_most: usize) -> usize {
    text.bytes().take(at_most).take_while(u8::is_ascii_hexdigit).count()
}

/// Whether `{NAME}` names no character: the parser knows the names, so it is asked with this one alone.
fn unicode_name_is_unknown(rest: &str) -> bool {
    let Some(end) = rest.strip_prefix('{').and_then(|name| name.find('}')) else { return false };
    rustpython_compiler::parser::parse_expression(&format!("'\\N{}'", &rest[..end + 2])).is_err()
}
