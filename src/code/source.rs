//! From the bytes of a source file to its text: byte-order mark, encoding cookie (PEP 263), line ends.
use std::borrow::Cow;

use super::problem::{ProblemKind, SyntaxProblem};

/// Text of a source given as bytes. UTF-8 is the default; a cookie may name ASCII or Latin-1 as well.
///
/// # Errors
/// The problem that CPython's tokenizer raises: an unknown encoding, one that contradicts the byte-order mark, bytes
/// that are not in the encoding.
pub fn decode_source(bytes: &[u8], filename: &str) -> Result<String, SyntaxProblem> {
    let (body, marked) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(body) => (body, true),
        None => (bytes, false),
    };
    let unplaced = |msg: &str| SyntaxProblem { lineno: Some(0), ..SyntaxProblem::plain(ProblemKind::SyntaxError, msg, filename) };
    let cookie = encoding_cookie(body);
    let encoding = cookie.as_deref().map_or(Some(Encoding::Utf8), Encoding::named);
    match encoding {
        None => Err(unplaced(&format!("unknown encoding: {}", cookie.unwrap_or_default()))),
        // With a mark, the cookie has to be UTF-8's own name.
        Some(Encoding::Utf8) if marked && cookie.as_deref().is_some_and(|name| !is_utf8_name(name)) => {
            let msg = format!("encoding problem: {} with BOM", cookie.unwrap_or_default());
            Err(SyntaxProblem { lineno: Some(1), offset: Some(0), ..SyntaxProblem::plain(ProblemKind::SyntaxError, &msg, filename) })
        }
        Some(Encoding::Utf8) => match std::str::from_utf8(body) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(not_utf8(body, error, filename)),
        },
        Some(other) if marked => Err(unplaced(&format!("encoding problem: {} with BOM", other.name()))),
        Some(Encoding::Latin1) => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
        Some(Encoding::Ascii) => match body.iter().position(|byte| !byte.is_ascii()) {
            None => Ok(body.iter().map(|byte| char::from(*byte)).collect()),
            Some(at) => {
                let byte = body[at];
                Err(unplaced(&format!("'ascii' codec can't decode byte {byte:#04x} in position {at}: ordinal not in range(128)")))
            }
        },
    }
}

/// The encoding that a cookie names and [`decode_source`] does not know.
pub fn foreign_encoding(bytes: &[u8]) -> Option<String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return None;
    }
    encoding_cookie(bytes).filter(|name| Encoding::named(name).is_none())
}

/// Like [`decode_source`], for a program's file: without a cookie, what is not UTF-8 is refused by another message.
///
/// # Errors
/// As [`decode_source`].
pub fn decode_file(bytes: &[u8], path: &str) -> Result<String, SyntaxProblem> {
    if let (Err(error), None) = (std::str::from_utf8(bytes), encoding_cookie(bytes)) {
        let at = error.valid_up_to();
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let msg = format!(
            "Non-UTF-8 code starting with '\\x{:02x}' in file {path} on line {line}, but no encoding declared; \
             see https://peps.python.org/pep-0263/ for details",
            bytes[at]
        );
        return Err(SyntaxProblem::plain(ProblemKind::SyntaxError, &msg, path));
    }
    decode_source(bytes, path)
}

/// The text with every line end as `\n`, as Python's parser sees it.
pub fn universal_newlines(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

/// The encoding that a comment in the first two lines names; the second counts only if the first is blank or a comment.
pub fn encoding_cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let text: &[u8] = line.trim_ascii();
        if let Some(comment) = text.strip_prefix(b"#") {
            if let Some(name) = cookie_in(comment) {
                return Some(name);
            }
        } else if !text.is_empty() {
            return None;
        }
    }
    None
}

/// `coding[:=][ \t]*([-\w.]+)` anywhere in a comment.
fn cookie_in(comment: &[u8]) -> Option<String> {
    let word = b"coding";
    for at in 0..comment.len().saturating_sub(word.len()) {
        let Some(rest) = comment[at..].strip_prefix(word) else { continue };
        let Some(rest) = rest.strip_prefix(b":").or_else(|| rest.strip_prefix(b"=")) else { continue };
        let rest = rest.trim_ascii_start();
        let len = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)).count();
        if len > 0 {
            return Some(rest[..len].iter().map(|byte| char::from(*byte)).collect());
        }
    }
    None
}

/// `utf-8`, in whatever case and with underscores, alone or before a dash.
fn is_utf8_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    name == "utf-8" || name.starts_with("utf-8-")
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Ascii,
    Latin1,
}

impl Encoding {
    fn named(name: &str) -> Option<Encoding> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let is = |known: &[&str]| known.iter().any(|known| name == *known || name.strip_prefix(known).is_some_and(|rest| rest.starts_with('-')));
        if is(&["utf-8", "utf8"]) {
            Some(Encoding::Utf8)
        } else if is(&["latin-1", "iso-8859-1", "iso-latin-1", "latin1", "l1"]) {
            Some(Encoding::Latin1)
        } else if is(&["ascii", "us-ascii"]) {
            Some(Encoding::Ascii)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Ascii => "ascii",
            Encoding::Latin1 => "iso-8859-1",
        }
    }
}

fn not_utf8(bytes: &[u8], error: std::str::Utf8Error, filename: &str) -> SyntaxProblem {
    let at = error.valid_up_to();
    let byte = bytes[at];
    let reason = match error.error_len() {
        None => "unexpected end of data",
        Some(_) if matches!(byte, 0xC2..=0xF4) => "invalid continuation byte",
        Some(_) => "invalid start byte",
    };
    let line_start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
    let column = String::from_utf8_lossy(&bytes[line_start..at]).chars().count() as u32 + 1;
    let msg = format!("(unicode error) 'utf-8' codec can't decode byte {byte:#04x} in position {}: {reason}", at - line_start);
    let source = String::from_utf8_lossy(bytes);
    SyntaxProblem::at(ProblemKind::SyntaxError, &msg, filename, &source, line, (column, column + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_by_mark_and_cookie() {
        let text = |bytes: &[u8]| decode_source(bytes, "<s>").map_err(|problem| problem.msg);
        assert_eq!(text("x = 'é'".as_bytes()), Ok("x = 'é'".to_owned()));
        assert_eq!(text(b"\xef\xbb\xbfx"), Ok("x".to_owned()));
        assert_eq!(text(b"# coding: latin-1\n'\xe9'"), Ok("# coding: latin-1\n'é'".to_owned()));
        assert_eq!(text(b"#!x\n# -*- coding: utf8 -*-\n\xc3\xa9"), Ok("#!x\n# -*- coding: utf8 -*-\né".to_owned()));
        assert_eq!(text(b"x\n# coding: foo"), Ok("x\n# coding: foo".to_owned()));
        assert_eq!(text(b"# coding: foo\nx"), Err("unknown encoding: foo".to_owned()));
        assert_eq!(text(b"\xef\xbb\xbf# coding: latin-1\n"), Err("encoding problem: iso-8859-1 with BOM".to_owned()));
        let ascii = "'ascii' codec can't decode byte 0xe9 in position 17: ordinal not in range(128)";
        assert_eq!(text(b"# coding: ascii\n'\xe9'"), Err(ascii.to_owned()));
        let utf8 = "(unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte";
        assert_eq!(text(b"x\n\xff"), Err(utf8.to_owned()));
        assert_eq!(universal_newlines("a\r\nb\rc\n"), "a\nb\nc\n");
    }
}
