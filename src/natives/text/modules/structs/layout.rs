//! A parsed structure format: items, their sizes and places.
use crate::natives::text::pack;

/// One item, or a run of equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub code: u8,
    /// Byte offset.
    pub at: usize,
    /// Bytes of one value; of the whole text for `s` and `p`.
    pub size: usize,
    /// Values; 1 for `s` and `p`, 0 for padding.
    pub count: usize,
}
/// A structure's layout.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pub fields: Vec<Field>,
    pub size: usize,
    /// Values that it takes or gives.
    pub values: usize,
    pub big: bool,
    /// Native sizes and alignment.
    pub native: bool,
}

/// Parses a format such as `<3sH`; the error is `struct.error`'s message.
pub fn parse(format: &[u8]) -> Result<Layout, &'static str> {
    let (order, rest) = match format.split_first() {
        Some((c @ (b'<' | b'>' | b'=' | b'!' | b'@'), rest)) => (*c, rest),
        _ => (b'@', format),
    };
    let native = order == b'@';
    let mut out = Layout { big: matches!(order, b'>' | b'!'), native, ..Layout::default() };
    let mut count: Option<usize> = None;
    for c in rest {
        match c {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C if count.is_none() => {}
            b'0'..=b'9' => {
                let next = count.unwrap_or(0).checked_mul(10).and_then(|v| v.checked_add(usize::from(c - b'0')));
                count = Some(next.filter(|v| *v <= isize::MAX as usize).ok_or(TOO_LONG)?);
            }
            _ => {
                add(&mut out, *c, count.take().unwrap_or(1))?;
            }
        }
    }
    if count.is_some() {
        return Err("repeat count given without format specifier");
    }
    Ok(out)
}
const TOO_LONG: &str = "total struct size too long";

fn add(out: &mut Layout, code: u8, count: usize) -> Result<(), &'static str> {
    let size = if out.native { pack::native_size(code) } else { pack::standard_size(code) };
    let size = size.ok_or("bad char in struct format")?;
    let mut at = out.size;
    if out.native {
        at = at.next_multiple_of(pack::native_align(code));
    }
    let total = size.checked_mul(count).and_then(|k| k.checked_add(at)).filter(|k| *k <= isize::MAX as usize).ok_or(TOO_LONG)?;
    let field = match code {
        b'x' => Field { code, at, size: count, count: 0 },
        b's' | b'p' => Field { code, at, size: count, count: 1 },
        _ => Field { code, at, size, count },
    };
    out.values += field.count;
    out.size = total;
    if field.count > 0 {
        out.fields.push(field);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_mode_aligns() {
        assert_eq!(parse(b"bi").unwrap().size, 8);
        assert_eq!(parse(b"<bi").unwrap().size, 5);
        assert_eq!(parse(b"b0q").unwrap().size, 8);
        assert_eq!(parse(b"3s2H").unwrap().values, 3);
        assert_eq!(parse(b"<n").unwrap_err(), "bad char in struct format");
    }
}
