//! Quoted-printable (RFC 2045, section 6.7).
use super::ascii_arg;
use crate::natives::text::{buffer, util};
use crate::vm::{Args, Step, Vm};

/// Longest line, the soft line break's `=` included.
const LINE: usize = 76;

pub fn decode(vm: &mut Vm, a: Args) -> Step {
    let b = ascii_arg(vm, a[0])?;
    let header = util::bool_arg(vm, a.opt(1), false)?;
    let mut out = Vec::with_capacity(b.len());
    let digit = |i: usize| b.get(i).and_then(|c| (*c as char).to_digit(16));
    let mut at = 0;
    while at < b.len() {
        match b[at] {
            b'=' if at + 1 >= b.len() => break,
            b'=' if matches!(b[at + 1], b'\n' | b'\r') => {
                // A soft line break: everything to the end of the line goes.
                at += 1;
                while at < b.len() && b[at] != b'\n' {
                    at += 1;
                }
                at += 1;
            }
            b'=' if b[at + 1] == b'=' => {
                out.push(b'=');
                at += 2;
            }
            b'=' => match (digit(at + 1), digit(at + 2)) {
                (Some(h), Some(l)) => {
                    out.push((h << 4 | l) as u8);
                    at += 3;
                }
                _ => {
                    out.push(b'=');
                    at += 1;
                }
            },
            b'_' if header => {
                out.push(b' ');
                at += 1;
            }
            c => {
                out.push(c);
                at += 1;
            }
        }
    }
    Ok(vm.bytes(out))
}

#[derive(Clone, Copy)]
struct Options {
    tabs: bool,
    text: bool,
    header: bool,
}
/// Whether the byte at `at` must be written as `=XX`; `column` is where it would stand.
fn needs_quoting(b: &[u8], at: usize, column: usize, o: Options) -> bool {
    let c = b[at];
    let ends_line = at + 1 == b.len() || b[at + 1] == b'\n' || b[at + 1..].starts_with(b"\r\n");
    let lone_dot = c == b'.' && column == 0 && (at + 1 == b.len() || matches!(b[at + 1], b'\n' | b'\r' | 0));
    c > 126
        || c == b'='
        || o.header && c == b'_'
        || lone_dot
        || !o.text && matches!(c, b'\r' | b'\n')
        || matches!(c, b'\t' | b' ') && (at + 1 == b.len() || o.text && ends_line)
        || c < 33 && !matches!(c, b'\r' | b'\n' | b'\t' | b' ')
        || matches!(c, b'\t' | b' ') && o.tabs && !(o.header && c == b' ')
}
pub fn encode(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[0])?;
    let tabs = util::bool_arg(vm, a.opt(1), false)?;
    let text = util::bool_arg(vm, a.opt(2), true)?;
    let header = util::bool_arg(vm, a.opt(3), false)?;
    let o = Options { tabs, text, header };
    // Line ends follow the first one in the data.
    let crlf = b.iter().position(|c| *c == b'\n').is_some_and(|i| i > 0 && b[i - 1] == b'\r');
    let (mut out, mut column, mut at) = (Vec::with_capacity(b.len()), 0, 0);
    while at < b.len() {
        let c = b[at];
        let line_end = o.text && (c == b'\n' || c == b'\r' && b.get(at + 1) == Some(&b'\n'));
        if line_end {
            out.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
            at += if c == b'\r' { 2 } else { 1 };
            column = 0;
            continue;
        }
        let quoted = needs_quoting(&b, at, column, o);
        let width = if quoted { 3 } else { 1 };
        let last = at + 1 == b.len() || o.text && matches!(b[at + 1], b'\n') || b[at + 1..].starts_with(b"\r\n");
        if column + width >= LINE && !(last && column + width == LINE - 1) {
            out.extend_from_slice(if crlf { b"=\r\n" } else { b"=\n" });
            column = 0;
        }
        if quoted {
            out.extend_from_slice(format!("={c:02X}").as_bytes());
        } else {
            out.push(if o.header && c == b' ' { b'_' } else { c });
        }
        column += width;
        at += 1;
    }
    Ok(vm.bytes(out))
}
