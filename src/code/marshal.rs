//! Reads marshal data, versions 0 to 5 (CPython's `Python/marshal.c`), into plain values.
//!
//! The reader keeps its own stack of unfinished containers, so that no depth of nesting can exhaust the native stack. What
//! plain values cannot say is refused: a container that contains itself.
use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;
use rustpython_wtf8::Wtf8Buf;

use super::tree::{CodeTree, Const, is_interned_as_constant};

/// `marshal.version`.
pub const VERSION: i32 = 5;
/// Deepest nesting, CPython's `MAX_MARSHAL_STACK_DEPTH`.
pub const MAX_DEPTH: usize = 2000;

/// Bit of a type byte: the value gets the next number, by which a later `r` names it.
pub(super) const FLAG_REF: u8 = 0x80;

/// Why data cannot be read. The text is CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarshalError {
    /// `EOFError`: nothing where a value should start.
    Eof,
    /// `EOFError`: a value is cut off.
    TooShort,
    /// `ValueError`: "bad marshal data (…)".
    Bad(&'static str),
    /// `ValueError`: more than [`MAX_DEPTH`] containers in each other.
    TooDeep,
    /// `TypeError`: the end marker of a dict where a value should be.
    Null,
    /// `ValueError`: a code object while code was not allowed.
    CodeForbidden,
}

impl fmt::Display for MarshalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MarshalError::Eof => f.write_str("EOF read where object expected"),
            MarshalError::TooShort => f.write_str("marshal data too short"),
            MarshalError::Bad(what) => write!(f, "bad marshal data ({what})"),
            MarshalError::TooDeep => f.write_str("recursion limit exceeded"),
            MarshalError::Null => f.write_str("NULL object in marshal data for object"),
            MarshalError::CodeForbidden => f.write_str("unmarshalling code objects is disallowed"),
        }
    }
}

impl std::error::Error for MarshalError {}

type Result<T> = std::result::Result<T, MarshalError>;

/// Reads one value and says how many bytes it took; what follows is ignored, as `marshal.loads` does.
pub fn read(bytes: &[u8], allow_code: bool) -> Result<(Const, usize)> {
    let mut reader = Reader { bytes, at: 0, refs: Vec::new(), open: Vec::new(), allow_code };
    let value = reader.run()?;
    Ok((value, reader.at))
}

/// Reads data that holds a code object, such as a module of the standard library's blob.
pub fn read_code(bytes: &[u8]) -> Result<Arc<CodeTree>> {
    match read(bytes, true)? {
        (Const::Code(code), _) => Ok(code),
        _ => Err(MarshalError::Bad("not a code object")),
    }
}

/// A container that still waits for values.
struct Open {
    kind: Kind,
    /// How many values it takes; `usize::MAX` for a dict, which ends at a marker.
    wanted: usize,
    items: Vec<Const>,
    /// Its number, if it has one.
    slot: Option<usize>,
}

enum Kind {
    Tuple,
    List,
    Set,
    FrozenSet,
    Dict,
    Slice,
    /// With the numbers in front of the fields, and `co_firstlineno` once it was read.
    Code(Box<[i32; 6]>),
}

/// Fields of a code object that are values: eight before `co_firstlineno`, two after it.
const CODE_FIELDS: usize = 10;
const CODE_FIELDS_BEFORE_LINE: usize = 8;

/// What one type byte led to.
enum Event {
    Value(Const),
    Opened,
    EndOfDict,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    refs: Vec<Option<Const>>,
    open: Vec<Open>,
    allow_code: bool,
}

impl Reader<'_> {
    fn run(&mut self) -> Result<Const> {
        loop {
            let mut value = match self.start()? {
                Event::Value(value) => Some(value),
                Event::Opened => None,
                Event::EndOfDict => Some(self.close()?),
            };
            // A finished value goes into the innermost container, which may be finished by that in turn.
            loop {
                if let Some(value) = value.take() {
                    match self.open.last_mut() {
                        None => return Ok(value),
                        Some(container) => container.items.push(value),
                    }
                }
                let Some(container) = self.open.last() else { break };
                if container.items.len() < container.wanted {
                    break;
                }
                value = Some(self.close()?);
            }
            self.read_line_of_code()?;
        }
    }

    /// Reads a type byte and, for a value without parts, the value.
    fn start(&mut self) -> Result<Event> {
        let byte = *self.bytes.get(self.at).ok_or(MarshalError::Eof)?;
        self.at += 1;
        let slot = (byte & FLAG_REF != 0 && byte & !FLAG_REF != b'r').then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let (kind, wanted) = match byte & !FLAG_REF {
            b'0' => return self.end_marker(),
            b'(' => (Kind::Tuple, self.size("tuple")?),
            b')' => (Kind::Tuple, usize::from(self.take(1)?[0])),
            b'[' => (Kind::List, self.size("list")?),
            b'<' => (Kind::Set, self.size("set")?),
            b'>' => (Kind::FrozenSet, self.size("set")?),
            b'{' => (Kind::Dict, usize::MAX),
            b':' => (Kind::Slice, 3),
            b'c' => (self.code_head()?, CODE_FIELDS),
            other => {
                let value = self.atom(other)?;
                if let Some(slot) = slot {
                    self.refs[slot] = Some(value.clone());
                }
                return Ok(Event::Value(value));
            }
        };
        if self.open.len() >= MAX_DEPTH {
            return Err(MarshalError::TooDeep);
        }
        // A false size must not ask for memory that the data cannot fill.
        let room = wanted.min(self.bytes.len() - self.at);
        self.open.push(Open { kind, wanted, items: Vec::with_capacity(room), slot });
        Ok(Event::Opened)
    }

    fn end_marker(&self) -> Result<Event> {
        match self.open.last() {
            Some(Open { kind: Kind::Dict, .. }) => Ok(Event::EndOfDict),
            _ => Err(MarshalError::Null),
        }
    }

    fn code_head(&mut self) -> Result<Kind> {
        if !self.allow_code {
            return Err(MarshalError::CodeForbidden);
        }
        let mut numbers = Box::new([0; 6]);
        for number in &mut numbers[..5] {
            *number = self.long()?;
        }
        Ok(Kind::Code(numbers))
    }

    /// `co_firstlineno` stands as a bare number between the fields that are values.
    fn read_line_of_code(&mut self) -> Result<()> {
        let due = matches!(self.open.last(), Some(Open { kind: Kind::Code(_), items, .. }) if items.len() == CODE_FIELDS_BEFORE_LINE);
        if !due {
            return Ok(());
        }
        let line = self.long()?;
        if let Some(Open { kind: Kind::Code(numbers), .. }) = self.open.last_mut() {
            numbers[5] = line;
        }
        Ok(())
    }

    /// Finishes the innermost container.
    fn close(&mut self) -> Result<Const> {
        let Open { kind, mut items, slot, .. } = self.open.pop().expect("only called with an open container");
        let value = match kind {
            Kind::Tuple => Const::Tuple(items),
            Kind::List => Const::List(items),
            Kind::Set => Const::Set(items),
            Kind::FrozenSet => Const::FrozenSet(items),
            Kind::Dict => {
                let mut pairs = Vec::with_capacity(items.len() / 2);
                let mut values = items.into_iter();
                // A key whose value is missing is dropped, as CPython does.
                while let (Some(key), Some(value)) = (values.next(), values.next()) {
                    pairs.push((key, value));
                }
                Const::Dict(pairs)
            }
            Kind::Slice => {
                let parts = [items.remove(0), items.remove(0), items.remove(0)];
                Const::Slice(Box::new(parts))
            }
            Kind::Code(numbers) => Const::Code(Arc::new(code_tree(&numbers, items)?)),
        };
        if let Some(slot) = slot {
            self.refs[slot] = Some(value.clone());
        }
        Ok(value)
    }

    /// A value without parts.
    fn atom(&mut self, kind: u8) -> Result<Const> {
        Ok(match kind {
            b'N' => Const::None,
            b'T' => Const::True,
            b'F' => Const::False,
            b'.' => Const::Ellipsis,
            b'S' => Const::StopIteration,
            b'i' => Const::Int(self.long()?.into()),
            b'I' => Const::Int(i64::from_le_bytes(self.array()?)),
            b'l' => self.pylong()?,
            b'g' => Const::Float(f64::from_le_bytes(self.array()?)),
            b'f' => Const::Float(self.float_text()?),
            b'y' => Const::Complex(f64::from_le_bytes(self.array()?), f64::from_le_bytes(self.array()?)),
            b'x' => Const::Complex(self.float_text()?, self.float_text()?),
            b's' => {
                let len = self.size("bytes object")?;
                Const::Bytes(self.take(len)?.to_vec())
            }
            b'u' | b't' => {
                let len = self.size("string")?;
                self.text(len, kind == b't')?
            }
            b'a' | b'A' => {
                let len = self.size("string")?;
                self.text(len, kind == b'A')?
            }
            b'z' | b'Z' => {
                let len = usize::from(self.take(1)?[0]);
                self.text(len, kind == b'Z')?
            }
            b'r' => {
                let number = self.long()?;
                let found = usize::try_from(number).ok().and_then(|number| self.refs.get(number)).cloned().flatten();
                found.ok_or(MarshalError::Bad("invalid reference"))?
            }
            _ => return Err(MarshalError::Bad("unknown type code")),
        })
    }

    fn take(&mut self, len: usize) -> Result<&[u8]> {
        let taken = self.bytes[self.at..].get(..len).ok_or(MarshalError::TooShort)?;
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("took N bytes"))
    }

    fn long(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    fn size(&mut self, of: &'static str) -> Result<usize> {
        usize::try_from(self.long()?).map_err(|_| {
            MarshalError::Bad(match of {
                "tuple" => "tuple size out of range",
                "list" => "list size out of range",
                "set" => "set size out of range",
                "string" => "string size out of range",
                _ => "bytes object size out of range",
            })
        })
    }

    fn text(&mut self, len: usize, interned: bool) -> Result<Const> {
        let bytes = self.take(len)?.to_vec();
        let text = Wtf8Buf::from_bytes(bytes).map_err(|_| MarshalError::Bad("invalid UTF-8 in a string"))?;
        Ok(Const::Str(text, interned))
    }

    fn float_text(&mut self) -> Result<f64> {
        let len = usize::from(self.take(1)?[0]);
        let text = std::str::from_utf8(self.take(len)?).ok();
        text.and_then(|text| text.parse().ok()).ok_or(MarshalError::Bad("malformed float"))
    }

    /// Digits of 15 bits, the lowest first; the sign is that of their number.
    fn pylong(&mut self) -> Result<Const> {
        let count = self.long()?;
        if count == 0 {
            return Ok(Const::Int(0));
        }
        if count == i32::MIN {
            return Err(MarshalError::Bad("long size out of range"));
        }
        let mut digits = Vec::with_capacity(self.bytes.len().min(count.unsigned_abs() as usize));
        for _ in 0..count.unsigned_abs() {
            let digit = u16::from_le_bytes(self.array()?);
            if digit > 0x7FFF {
                return Err(MarshalError::Bad("digit out of range in long"));
            }
            digits.push(digit);
        }
        if digits.last() == Some(&0) {
            return Err(MarshalError::Bad("unnormalized long data"));
        }
        let sign = if count < 0 { num_bigint::Sign::Minus } else { num_bigint::Sign::Plus };
        let value = BigInt::from_bytes_le(sign, &pack_digits(&digits));
        Ok(i64::try_from(&value).map_or_else(|_| Const::BigInt(value), Const::Int))
    }
}

/// Joins digits of 15 bits, the lowest first, to little-endian bytes.
fn pack_digits(digits: &[u16]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(digits.len() * 2);
    let (mut bits, mut held) = (0u32, 0u32);
    for digit in digits {
        bits |= u32::from(*digit) << held;
        held += 15;
        while held >= 8 {
            bytes.push(bits as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    bytes.push(bits as u8);
    bytes
}

/// Puts a code object together from its numbers and its ten values, in marshal's order.
fn code_tree(numbers: &[i32; 6], fields: Vec<Const>) -> Result<CodeTree> {
    let unsigned = |index: usize| u32::try_from(numbers[index]).map_err(|_| MarshalError::Bad("negative number in a code object"));
    let mut fields = fields.into_iter();
    let mut field = || fields.next().expect("a closed code object has all its fields");
    let code = bytes(field())?;
    let mut consts = tuple(field())?;
    consts.iter_mut().for_each(intern);
    Ok(CodeTree {
        argcount: unsigned(0)?,
        posonlyargcount: unsigned(1)?,
        kwonlyargcount: unsigned(2)?,
        stacksize: unsigned(3)?,
        flags: unsigned(4)?,
        code,
        consts,
        names: strings(field())?,
        localsplusnames: strings(field())?,
        localspluskinds: bytes(field())?,
        filename: string(field())?,
        name: string(field())?,
        qualname: string(field())?,
        firstlineno: numbers[5],
        linetable: bytes(field())?,
        exceptiontable: bytes(field())?,
    })
}

/// Marks the strings that CPython interns when it makes a code object (`intern_constants`), in tuples and frozensets too.
pub(super) fn intern(constant: &mut Const) {
    match constant {
        Const::Str(text, interned) if is_interned_as_constant(text.as_bytes()) => *interned = true,
        Const::Tuple(items) | Const::FrozenSet(items) => items.iter_mut().for_each(intern),
        _ => {}
    }
}

fn bytes(field: Const) -> Result<Vec<u8>> {
    match field {
        Const::Bytes(bytes) => Ok(bytes),
        _ => Err(MarshalError::Bad("bytes expected in a code object")),
    }
}

fn tuple(field: Const) -> Result<Vec<Const>> {
    match field {
        Const::Tuple(items) => Ok(items),
        _ => Err(MarshalError::Bad("tuple expected in a code object")),
    }
}

fn string(field: Const) -> Result<String> {
    match field {
        Const::Str(text, _) => text.into_string().map_err(|_| MarshalError::Bad("a name is not Unicode")),
        _ => Err(MarshalError::Bad("string expected in a code object")),
    }
}

fn strings(field: Const) -> Result<Vec<String>> {
    tuple(field)?.into_iter().map(string).collect()
}

#[cfg(test)]
mod tests {
    use super::super::write::write;
    use super::*;

    fn loads(bytes: &[u8]) -> Result<Const> {
        read(bytes, true).map(|(value, _)| value)
    }

    fn text(text: &str, interned: bool) -> Const {
        Const::Str(Wtf8Buf::from(text), interned)
    }

    #[test]
    fn reads_what_cpython_writes() {
        // marshal.dumps(…) of CPython 3.13.
        assert_eq!(loads(b"\xe9\x05\x00\x00\x00"), Ok(Const::Int(5)));
        assert_eq!(loads(b"\xec\x02\x00\x00\x00\x00\x00\x00\x00"), Err(MarshalError::Bad("unnormalized long data")));
        assert_eq!(loads(b"l\x03\x00\x00\x00\x00\x00\x00\x00\x04\x00"), Ok(Const::Int(1 << 32)));
        assert_eq!(loads(b"l\xfd\xff\xff\xff\x00\x00\x00\x00\x04\x00"), Ok(Const::Int(-(1 << 32))));
        assert_eq!(loads(b"g\x00\x00\x00\x00\x00\x00\xf8?"), Ok(Const::Float(1.5)));
        assert_eq!(loads(b"\xdb\x02\x00\x00\x00\xda\x01ar\x01\x00\x00\x00"), Ok(Const::List(vec![text("a", true), text("a", true)])));
        assert_eq!(loads(b"\xfb\xda\x01ki\x01\x00\x00\x000"), Ok(Const::Dict(vec![(text("k", true), Const::Int(1))])));
        assert_eq!(loads(b"\xa9\x00"), Ok(Const::Tuple(vec![])));
        assert_eq!(loads(b"u\x03\x00\x00\x00\xed\xa0\x80").map(|value| matches!(value, Const::Str(_, false))), Ok(true));
    }

    #[test]
    fn says_what_is_wrong() {
        let table: [(&[u8], MarshalError); 8] = [
            (b"", MarshalError::Eof),
            (b"i\x01", MarshalError::TooShort),
            (b"(\x01\x00\x00\x00", MarshalError::Eof),
            (b"(\xff\xff\xff\xff", MarshalError::Bad("tuple size out of range")),
            (b"0", MarshalError::Null),
            (b"r\x00\x00\x00\x00", MarshalError::Bad("invalid reference")),
            (b"\xdb\x01\x00\x00\x00r\x00\x00\x00\x00", MarshalError::Bad("invalid reference")),
            (b"?", MarshalError::Bad("unknown type code")),
        ];
        for (bytes, error) in table {
            assert_eq!(loads(bytes), Err(error), "{bytes:?}");
        }
        let deep = |depth: usize| [b")\x01".repeat(depth), b"N".to_vec()].concat();
        assert!(loads(&deep(MAX_DEPTH)).is_ok());
        assert_eq!(loads(&deep(MAX_DEPTH + 1)), Err(MarshalError::TooDeep));
        assert_eq!(read(b"c", false), Err(MarshalError::CodeForbidden));
    }

    #[test]
    fn round_trips_every_module_of_the_library() {
        for module in pellucid_stdlib::modules() {
            let code = read_code(module.code).unwrap_or_else(|error| panic!("{}: {error}", module.name));
            assert_eq!(code.filename, module.filename());
            assert_eq!(code.name, "<module>");
            let constant = Const::Code(code);
            for version in [2, 5] {
                let Ok(bytes) = write(&constant, version, true) else {
                    assert!(version < 5, "{}", module.name);
                    continue;
                };
                let again = loads(&bytes).unwrap_or_else(|error| panic!("{} {version}: {error}", module.name));
                // NaN is not equal to itself; what is written from both is.
                assert!(again == constant || write(&again, version, true) == Ok(bytes), "{} {version}", module.name);
            }
        }
    }
}
