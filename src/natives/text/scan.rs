//! Searching and splitting as pure algorithms on bytes, shared by `str` (its WTF-8) and `bytes`. All positions are byte offsets.
use memchr::memmem;
use std::ops::Range;

/// First occurrence.
pub fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::find(hay, needle)
}
/// Last occurrence.
pub fn rfind(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memmem::rfind(hay, needle)
}
/// Occurrences of a needle that is not empty, without overlap.
pub fn count(hay: &[u8], needle: &[u8]) -> usize {
    memmem::find_iter(hay, needle).count()
}

/// Pieces between separators (not empty), at most `max` splits from the left.
pub fn split(hay: &[u8], sep: &[u8], max: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for at in memmem::find_iter(hay, sep).take(max) {
        out.push(start..at);
        start = at + sep.len();
    }
    out.push(start..hay.len());
    out
}
/// Pieces between separators (not empty), at most `max` splits from the right, in order.
pub fn rsplit(hay: &[u8], sep: &[u8], max: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut end = hay.len();
    while out.len() < max
        && let Some(at) = memmem::rfind(&hay[..end], sep)
    {
        out.push(at + sep.len()..end);
        end = at;
    }
    out.push(0..end);
    out.reverse();
    out
}

/// Words between runs of white space, at most `max` splits from the left. `points`: offset of each character and whether
/// it is white space; `end`: total length.
pub fn words(points: impl Iterator<Item = (usize, bool)>, end: usize, max: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, space) in points {
        match (space, start) {
            (false, None) => {
                start = Some(at);
                if out.len() == max {
                    break;
                }
            }
            (true, Some(s)) => {
                out.push(s..at);
                start = None;
            }
            _ => {}
        }
    }
    out.extend(start.map(|s| s..end));
    out
}
/// Words from the right: `points` in reverse order, each with its offset, width and whether it is white space.
pub fn rwords(points: impl Iterator<Item = (usize, usize, bool)>, max: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut end = None;
    for (at, width, space) in points {
        match (space, end) {
            (false, None) => {
                end = Some(at + width);
                if out.len() == max {
                    break;
                }
            }
            (true, Some(e)) => {
                out.push(at + width..e);
                end = None;
            }
            _ => {}
        }
    }
    out.extend(end.map(|e| 0..e));
    out.reverse();
    out
}

/// `expandtabs` of characters of one column each; `\n` and `\r` start a new line. `points` yields each character's bytes.
pub fn expand_tabs<'a>(points: impl Iterator<Item = &'a [u8]>, size: i64, limit: usize) -> Option<Vec<u8>> {
    let (mut out, mut column) = (Vec::new(), 0i64);
    for c in points {
        match c {
            b"\t" if size > 0 => {
                let fill = size - column % size;
                if out.len() as u64 + fill as u64 > limit as u64 {
                    return None;
                }
                out.resize(out.len() + fill as usize, b' ');
                column += fill;
            }
            b"\t" => {}
            b"\n" | b"\r" => {
                out.extend_from_slice(c);
                column = 0;
            }
            _ => {
                out.extend_from_slice(c);
                column += 1;
            }
        }
    }
    Some(out)
}

/// Replaces at most `max` occurrences of a needle that is not empty; None when there is none.
pub fn replace(hay: &[u8], old: &[u8], new: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut out: Option<Vec<u8>> = None;
    let mut start = 0;
    for at in memmem::find_iter(hay, old).take(max) {
        let out = out.get_or_insert_with(|| Vec::with_capacity(hay.len()));
        out.extend_from_slice(&hay[start..at]);
        out.extend_from_slice(new);
        start = at + old.len();
    }
    let mut out = out?;
    out.extend_from_slice(&hay[start..]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spaces(s: &str) -> impl DoubleEndedIterator<Item = (usize, bool)> {
        s.bytes().map(|b| b == b' ').collect::<Vec<_>>().into_iter().enumerate()
    }
    #[test]
    fn words_keep_the_rest() {
        let s = " a  b c ";
        let cut = |r: Vec<Range<usize>>| r.into_iter().map(|r| &s[r]).collect::<Vec<_>>();
        assert_eq!(cut(words(spaces(s), s.len(), usize::MAX)), ["a", "b", "c"]);
        assert_eq!(cut(words(spaces(s), s.len(), 1)), ["a", "b c "]);
        assert_eq!(cut(words(spaces(s), s.len(), 3)), ["a", "b", "c"]);
        let back = |max| rwords(spaces(s).rev().map(|(i, b)| (i, 1, b)), max);
        assert_eq!(cut(back(1)), [" a  b", "c"]);
        assert_eq!(cut(back(9)), ["a", "b", "c"]);
    }
    #[test]
    fn splits() {
        assert_eq!(split(b"a,b,c", b",", 1), [0..1, 2..5]);
        assert_eq!(rsplit(b"a,b,c", b",", 1), [0..3, 4..5]);
        assert_eq!(replace(b"aaa", b"a", b"bc", 2).as_deref(), Some(&b"bcbca"[..]));
    }
}
