//! Running the matcher on our strings: which characters it sees, from where to where, and what it found.
use super::pattern::Pattern;
use crate::heap::{Owned, Ref};
use crate::natives::text::buffer;
use crate::objects::str::Kind;
use crate::vm::{Ask, Vm, t};
use rustpython_sre_engine::{Request, State, StrDrive, StringCursor};
use std::sync::Arc;

/// The characters of a subject, ready for the matcher.
#[derive(Clone)]
pub enum Units {
    /// ASCII text or bytes: read where they are.
    InPlace,
    /// One byte a character: Latin-1 text, and bytes of other buffers.
    Narrow(Arc<[u8]>),
    /// Four little-endian bytes a character.
    Wide(Arc<[u8]>),
}

/// What is searched: the object, its characters, and their number.
#[derive(Clone)]
pub struct Subject {
    pub string: Ref,
    pub units: Units,
    pub len: usize,
}

impl Subject {
    /// Checks that the pattern fits the object, and makes it ready.
    pub fn new(vm: &mut Vm, pattern: Ref, string: Ref) -> Result<Subject, Ask> {
        let bytes_pattern = vm.state::<Pattern>(pattern).expect("a pattern").bytes;
        let subject = if let Some(s) = vm.str_of(string) {
            let units = match s.kind() {
                Kind::Ascii => Units::InPlace,
                Kind::Latin1 => Units::Narrow(s.wtf8().code_points().map(|c| c.to_u32() as u8).collect()),
                _ => Units::Wide(s.wtf8().code_points().flat_map(|c| c.to_u32().to_le_bytes()).collect()),
            };
            Subject { string, units, len: s.len() }
        } else if vm.is_a(string, t::BYTES) {
            Subject { string, units: Units::InPlace, len: vm.bytes_of(string).map_or(0, <[u8]>::len) }
        } else if let Some(b) = buffer::contents(vm, string) {
            Subject { string, len: b.len(), units: Units::Narrow(b.into()) }
        } else {
            let message = format!("expected string or bytes-like object, got '{}'", vm.dotted_type_name(string));
            return Err(vm.type_error(message));
        };
        let is_str = vm.str_of(string).is_some();
        match bytes_pattern {
            Some(true) if is_str => Err(vm.type_error("cannot use a bytes pattern on a string-like object")),
            Some(false) if !is_str => Err(vm.type_error("cannot use a string pattern on a bytes-like object")),
            _ => Ok(subject),
        }
    }
}

/// How to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Search,
    Match,
    FullMatch,
}

/// A match: group 0 first; −1 marks groups that took no part.
#[derive(Clone, Debug)]
pub struct Found {
    pub spans: Vec<(i64, i64)>,
    /// Number of the group that closed last, or −1.
    pub last_index: i64,
}
impl Found {
    pub fn start(&self) -> usize {
        self.spans[0].0 as usize
    }
    pub fn end(&self) -> usize {
        self.spans[0].1 as usize
    }
}

/// Looks for the pattern between two positions; `advance`: an empty match at the start does not count.
pub fn run(vm: &Vm, pattern: Ref, subject: &Subject, range: (usize, usize), mode: Mode, advance: bool) -> Option<Found> {
    let p = vm.state::<Pattern>(pattern).expect("a pattern");
    match &subject.units {
        Units::InPlace => {
            let bytes = match vm.str_of(subject.string) {
                Some(s) => s.wtf8().as_bytes(),
                None => vm.bytes_of(subject.string).expect("bytes"),
            };
            drive(p, bytes, range, mode, advance)
        }
        Units::Narrow(b) => drive(p, &b[..], range, mode, advance),
        Units::Wide(b) => drive(p, Wide(b), range, mode, advance),
    }
}
fn drive<S: StrDrive>(p: &Pattern, s: S, (start, end): (usize, usize), mode: Mode, advance: bool) -> Option<Found> {
    let mut request = Request::new(s, start, end, &p.code, mode == Mode::FullMatch);
    request.must_advance = advance;
    let mut state = State::default();
    let found = if mode == Mode::Search { state.search(request) } else { state.py_match(&request) };
    if !found {
        return None;
    }
    let mut spans = vec![(state.start as i64, state.cursor.position as i64)];
    for g in 0..p.groups {
        let (from, to) = state.marks.get(g);
        let span = if from.is_some() && to.is_some() { (from.map_or(0, |x| x) as i64, to.map_or(0, |x| x) as i64) } else { (-1, -1) };
        spans.push(span);
    }
    Some(Found { spans, last_index: state.marks.last_index() as i64 })
}

/// Characters of four bytes each. Positions are character numbers; the cursor's memory place is moved by the crate's own
/// byte driver, which is what it offers to others.
#[derive(Clone, Copy)]
struct Wide<'a>(&'a [u8]);

type Bytes<'a> = &'a [u8];

/// Moves the place by whole characters and sets the position that belongs to it.
fn moved(cursor: &mut StringCursor, to: usize, step: impl FnOnce(&mut StringCursor)) {
    step(cursor);
    cursor.position = to;
}
impl StrDrive for Wide<'_> {
    fn count(&self) -> usize {
        self.0.len() / 4
    }
    fn create_cursor(&self, n: usize) -> StringCursor {
        let mut cursor = <Bytes as StrDrive>::create_cursor(&self.0, 4 * n);
        cursor.position = n;
        cursor
    }
    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }
    fn advance(cursor: &mut StringCursor) -> u32 {
        let c = Self::peek(cursor);
        Self::skip(cursor, 1);
        c
    }
    fn peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        let mut value = 0;
        for shift in [0, 8, 16, 24] {
            value |= <Bytes as StrDrive>::peek(&at) << shift;
            if shift < 24 {
                <Bytes as StrDrive>::skip(&mut at, 1);
            }
        }
        value
    }
    fn skip(cursor: &mut StringCursor, n: usize) {
        let to = cursor.position + n;
        moved(cursor, to, |c| <Bytes as StrDrive>::skip(c, 4 * n));
    }
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        Self::back_skip(cursor, 1);
        Self::peek(cursor)
    }
    fn back_peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        Self::back_advance(&mut at)
    }
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        let to = cursor.position - n;
        // The byte driver subtracts from the position as well.
        cursor.position = 4 * n;
        moved(cursor, to, |c| <Bytes as StrDrive>::back_skip(c, 4 * n));
    }
}

/// Part of a subject as a new object: `str`, or `bytes` for every buffer.
pub fn slice(vm: &mut Vm, string: Ref, from: usize, to: usize) -> Owned {
    if let Some(s) = vm.str_of(string) {
        if from == 0 && to == s.len() && vm.ty(string) == t::STR {
            return vm.incref(string);
        }
        let piece = s.slice(from.min(s.len()), to.min(s.len())).to_wtf8_buf();
        return vm.str(piece);
    }
    if vm.ty(string) == t::BYTES && from == 0 && vm.bytes_of(string).is_some_and(|b| b.len() == to) {
        return vm.incref(string);
    }
    let piece = match vm.bytes_of(string) {
        Some(b) => b.get(from..to.min(b.len())).unwrap_or(&[]).to_vec(),
        None => buffer::contents(vm, string).map_or(vec![], |b| b.get(from..to.min(b.len())).unwrap_or(&[]).to_vec()),
    };
    vm.bytes(piece)
}
/// A group of a match; `missing` when it took no part.
pub fn group(vm: &mut Vm, string: Ref, span: (i64, i64), missing: Ref) -> Owned {
    if span.0 < 0 { vm.incref(missing) } else { slice(vm, string, span.0 as usize, span.1 as usize) }
}
