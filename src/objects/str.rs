//! `str` as data: WTF-8 text (lone surrogates allowed) with its length in code points, kind and cached hash.
use rustpython_wtf8::{CodePoint, Wtf8, Wtf8Buf};
use std::cell::Cell;

/// Bytes a character would take in CPython's representation (PEP 393), which is also what `sys.getsizeof` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Ascii,
    Latin1,
    Ucs2,
    Ucs4,
}

/// Text of a `str` object. Indexing is O(1) for ASCII and O(64) otherwise, by an index of every 64th code point.
pub struct Str {
    text: Box<Wtf8>,
    chars: usize,
    kind: Kind,
    utf8: bool,
    hash: Cell<i64>,
    pub interned: Cell<bool>,
    marks: std::cell::OnceCell<Box<[u32]>>,
}

const STRIDE: usize = 64;

impl Clone for Str {
    fn clone(&self) -> Str {
        let Str { text, chars, kind, utf8, hash, interned, marks } = self;
        Str { text: text.clone(), chars: *chars, kind: *kind, utf8: *utf8, hash: hash.clone(), interned: interned.clone(), marks: marks.clone() }
    }
    /// An equal text stays where it is.
    fn clone_from(&mut self, source: &Str) {
        if self.text != source.text {
            *self = source.clone();
        } else {
            (self.hash, self.interned) = (source.hash.clone(), source.interned.clone());
        }
    }
}

impl Str {
    pub fn new(text: impl Into<Wtf8Buf>) -> Str {
        let text: Box<Wtf8> = text.into().into_box();
        if text.is_ascii() {
            let chars = text.len();
            return Str::with(text, chars, Kind::Ascii, true);
        }
        let (mut chars, mut top, mut utf8) = (0, 0, true);
        for c in text.code_points() {
            let c = c.to_u32();
            chars += 1;
            top = top.max(c);
            utf8 &= !(0xD800..0xE000).contains(&c);
        }
        let kind = match top {
            0..=0xFF => Kind::Latin1,
            0x100..=0xFFFF => Kind::Ucs2,
            _ => Kind::Ucs4,
        };
        Str::with(text, chars, kind, utf8)
    }
    fn with(text: Box<Wtf8>, chars: usize, kind: Kind, utf8: bool) -> Str {
        Str { text, chars, kind, utf8, hash: Cell::new(-1), interned: Cell::new(false), marks: Default::default() }
    }
    /// Adds text at the end of a str that nobody else can see. False where halves of a surrogate pair could meet.
    pub fn append(&mut self, other: &Str) -> bool {
        if !self.utf8 || !other.utf8 {
            return false;
        }
        let mut text = Wtf8Buf::from_box(std::mem::replace(&mut self.text, Wtf8Buf::new().into_box()));
        text.reserve_exact(other.text.len());
        text.push_wtf8(&other.text);
        *self = Str::with(text.into_box(), self.chars + other.chars, self.kind.max(other.kind), true);
        true
    }
    #[inline]
    pub fn wtf8(&self) -> &Wtf8 {
        &self.text
    }
    /// The text as UTF-8, or None when it holds a lone surrogate.
    #[inline]
    pub fn as_str(&self) -> Option<&str> {
        if self.utf8 { self.text.as_str().ok() } else { None }
    }
    pub fn lossy(&self) -> std::borrow::Cow<'_, str> {
        self.text.to_string_lossy()
    }
    /// Length in code points: Python's `len`.
    #[inline]
    pub fn len(&self) -> usize {
        self.chars
    }
    pub fn is_empty(&self) -> bool {
        self.chars == 0
    }
    pub fn kind(&self) -> Kind {
        self.kind
    }
    #[inline]
    pub fn is_ascii(&self) -> bool {
        self.kind == Kind::Ascii
    }
    /// Cached hash, −1 when not yet computed.
    #[inline]
    pub fn cached_hash(&self) -> i64 {
        self.hash.get()
    }
    /// SipHash-1-3 as CPython's with the same `PYTHONHASHSEED`.
    pub fn hash(&self) -> i64 {
        if self.hash.get() == -1 {
            self.hash.set(hash_text(self));
        }
        self.hash.get()
    }
    /// Byte offset of code point `i` (`i` ≤ len).
    pub fn offset(&self, i: usize) -> usize {
        if self.is_ascii() {
            return i;
        }
        let marks = self.marks.get_or_init(|| {
            self.text.code_point_indices().step_by(STRIDE).map(|(at, _)| at as u32).collect()
        });
        if i >= self.chars {
            return self.text.len();
        }
        let start = marks[i / STRIDE] as usize;
        let rest = &self.text[start..];
        rest.code_point_indices().nth(i % STRIDE).map_or(self.text.len(), |(at, _)| start + at)
    }
    /// Code point index of byte offset `at`, which must be a boundary.
    pub fn char_index(&self, at: usize) -> usize {
        if self.is_ascii() { at } else { self.text[..at].code_points().count() }
    }
    /// Code point `i`.
    pub fn at(&self, i: usize) -> CodePoint {
        if self.is_ascii() {
            return CodePoint::from(self.text.as_bytes()[i]);
        }
        let at = self.offset(i);
        self.text[at..].code_points().next().expect("index below the length")
    }
    /// Code points `from..to`.
    pub fn slice(&self, from: usize, to: usize) -> &Wtf8 {
        if from >= to {
            return Wtf8::new("");
        }
        &self.text[self.offset(from)..self.offset(to)]
    }
    /// `sys.getsizeof` of CPython 3.14 on a 64-bit build.
    pub fn size(&self) -> usize {
        match self.kind {
            Kind::Ascii => 40 + self.chars + 1,
            Kind::Latin1 => 56 + self.chars + 1,
            Kind::Ucs2 => 56 + 2 * (self.chars + 1),
            Kind::Ucs4 => 56 + 4 * (self.chars + 1),
        }
    }
}

impl PartialEq for Str {
    fn eq(&self, other: &Str) -> bool {
        self.text.as_bytes() == other.text.as_bytes()
    }
}

/// Hash of the bytes CPython would store: 1, 2 or 4 a code point, little endian.
fn hash_text(s: &Str) -> i64 {
    let bytes: std::borrow::Cow<[u8]> = match s.kind {
        Kind::Ascii => s.text.as_bytes().into(),
        Kind::Latin1 => s.text.code_points().map(|c| c.to_u32() as u8).collect::<Vec<_>>().into(),
        Kind::Ucs2 => s.text.code_points().flat_map(|c| (c.to_u32() as u16).to_le_bytes()).collect::<Vec<_>>().into(),
        Kind::Ucs4 => s.text.code_points().flat_map(|c| c.to_u32().to_le_bytes()).collect::<Vec<_>>().into(),
    };
    hash_bytes(&bytes)
}

/// The key of string hashes, both halves: fixed for the life of this program, so that it is no state of a machine.
static HASH_KEY: std::sync::OnceLock<(u64, u64)> = std::sync::OnceLock::new();

/// Chooses the key of string hashes as CPython does for `PYTHONHASHSEED=seed`; without a call it is that of seed 0. Must come
/// before the first machine; whether it did.
pub fn set_hash_seed(seed: u32) -> bool {
    // A linear congruential generator gives the bytes of the key (CPython's `Python/bootstrap_hash.c`).
    let mut state = seed;
    let mut half = || {
        let bytes = std::array::from_fn(|_| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16) as u8
        });
        u64::from_le_bytes(bytes)
    };
    let key = if seed == 0 { (0, 0) } else { (half(), half()) };
    *HASH_KEY.get_or_init(|| key) == key
}
/// Whether string hashes depend on a seed other than 0: `sys.flags.hash_randomization`.
pub fn is_hash_seeded() -> bool {
    *HASH_KEY.get_or_init(|| (0, 0)) != (0, 0)
}

/// SipHash-1-3 with the key of [`set_hash_seed`]; empty input is 0 and −1 becomes −2.
pub fn hash_bytes(bytes: &[u8]) -> i64 {
    use std::hash::Hasher;
    if bytes.is_empty() {
        return 0;
    }
    let (first, second) = *HASH_KEY.get_or_init(|| (0, 0));
    let mut h = siphasher::sip::SipHasher13::new_with_keys(first, second);
    h.write(bytes);
    let h = h.finish() as i64;
    if h == -1 { -2 } else { h }
}

/// Python's repr of a text: quotes chosen, what is not printable escaped.
pub fn repr(s: &Wtf8) -> String {
    let single = s.code_points().any(|c| c.to_u32() == '\'' as u32);
    let double = s.code_points().any(|c| c.to_u32() == '"' as u32);
    let quote = if single && !double { '"' } else { '\'' };
    let mut out = String::with_capacity(s.len() + 2);
    out.push(quote);
    for c in s.code_points() {
        let u = c.to_u32();
        match (u, c.to_char()) {
            (0x0A, _) => out.push_str("\\n"),
            (0x0D, _) => out.push_str("\\r"),
            (0x09, _) => out.push_str("\\t"),
            (0x5C, _) => out.push_str("\\\\"),
            (_, Some(ch)) if ch == quote => {
                out.push('\\');
                out.push(ch)
            }
            (0x20..=0x7E, Some(ch)) => out.push(ch),
            (_, Some(ch)) if u >= 0xA0 && is_printable(ch) => out.push(ch),
            (0..=0xFF, _) => out.push_str(&format!("\\x{u:02x}")),
            (0x100..=0xFFFF, _) => out.push_str(&format!("\\u{u:04x}")),
            _ => out.push_str(&format!("\\U{u:08x}")),
        }
    }
    out.push(quote);
    out
}

/// `str.isprintable` of one character: not in Unicode categories Cc, Cf, Cs, Co, Cn, Zl, Zp, Zs (space excepted).
pub fn is_printable(c: char) -> bool {
    rustpython_unicode::classify::is_printable(c)
}
