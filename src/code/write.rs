//! Writes plain values as marshal data, versions 0 to 5 (CPython's `Python/marshal.c`).
//!
//! From version 3 on an interned string is written once and named by its number after that. CPython does so with every
//! object that has more than one reference; plain values have none to count, so such data is longer here and reads the same.
use std::collections::HashMap;
use std::fmt;

use num_bigint::BigInt;
use rustpython_wtf8::Wtf8;

use super::marshal::{FLAG_REF, MAX_DEPTH};
use super::tree::{CodeTree, Const};

/// Why a value cannot be written. All are `ValueError` in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// A slice before version 5, or a size over 2³¹−1.
    Unmarshallable,
    TooDeep,
    CodeForbidden,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WriteError::Unmarshallable => "unmarshallable object",
            WriteError::TooDeep => "object too deeply nested to marshal",
            WriteError::CodeForbidden => "marshalling code objects is disallowed",
        })
    }
}

impl std::error::Error for WriteError {}

type Result<T> = std::result::Result<T, WriteError>;

/// `marshal.dumps(value, version, allow_code=…)`.
pub fn write(value: &Const, version: i32, allow_code: bool) -> Result<Vec<u8>> {
    let mut writer = Writer { out: Vec::new(), version, allow_code, interned: HashMap::new() };
    writer.run(value)?;
    Ok(writer.out)
}

/// What is still to be written, on an explicit stack: nesting must not exhaust the native one.
enum Task<'a> {
    /// With the number of containers around it.
    Value(&'a Const, usize),
    Long(i32),
    Bytes(&'a [u8]),
    Name(&'a str),
    Names(&'a [String]),
    Tuple(&'a [Const], usize),
    EndOfDict,
}

struct Writer<'a> {
    out: Vec<u8>,
    version: i32,
    allow_code: bool,
    /// Numbers of the interned strings that were written.
    interned: HashMap<&'a [u8], u32>,
}

impl<'a> Writer<'a> {
    fn run(&mut self, value: &'a Const) -> Result<()> {
        let mut tasks = vec![Task::Value(value, 0)];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Value(value, depth) => self.value(value, depth, &mut tasks)?,
                Task::Long(number) => self.long(number),
                Task::Bytes(bytes) => self.bytes(bytes)?,
                Task::Name(name) => self.text(Wtf8::new(name), true)?,
                Task::Names(names) => {
                    self.tuple_head(names.len())?;
                    for name in names {
                        self.text(Wtf8::new(name.as_str()), true)?;
                    }
                }
                Task::Tuple(items, depth) => {
                    self.tuple_head(items.len())?;
                    push_all(&mut tasks, items, depth);
                }
                Task::EndOfDict => self.out.push(b'0'),
            }
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Const, depth: usize, tasks: &mut Vec<Task<'a>>) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let inner = depth + 1;
        match value {
            Const::None => self.out.push(b'N'),
            Const::True => self.out.push(b'T'),
            Const::False => self.out.push(b'F'),
            Const::Ellipsis => self.out.push(b'.'),
            Const::StopIteration => self.out.push(b'S'),
            Const::Int(number) => match i32::try_from(*number) {
                Ok(small) => {
                    self.out.push(b'i');
                    self.long(small);
                }
                Err(_) => self.pylong(&BigInt::from(*number))?,
            },
            Const::BigInt(number) => self.pylong(number)?,
            Const::Float(number) => self.floats(b'g', b'f', &[*number]),
            Const::Complex(real, imaginary) => self.floats(b'y', b'x', &[*real, *imaginary]),
            Const::Str(text, interned) => self.text(text, *interned)?,
            Const::Bytes(bytes) => self.bytes(bytes)?,
            Const::Tuple(items) => {
                self.tuple_head(items.len())?;
                push_all(tasks, items, inner);
            }
            Const::List(items) => self.container(b'[', items, inner, tasks)?,
            Const::Set(items) => self.container(b'<', items, inner, tasks)?,
            Const::FrozenSet(items) => self.container(b'>', items, inner, tasks)?,
            Const::Dict(pairs) => {
                self.out.push(b'{');
                tasks.push(Task::EndOfDict);
                for (key, value) in pairs.iter().rev() {
                    tasks.push(Task::Value(value, inner));
                    tasks.push(Task::Value(key, inner));
                }
            }
            Const::Slice(_) if self.version < 5 => return Err(WriteError::Unmarshallable),
            Const::Slice(parts) => {
                self.out.push(b':');
                push_all(tasks, &**parts, inner);
            }
            Const::Code(code) => self.code(code, inner, tasks)?,
        }
        Ok(())
    }

    fn code(&mut self, code: &'a CodeTree, depth: usize, tasks: &mut Vec<Task<'a>>) -> Result<()> {
        if !self.allow_code {
            return Err(WriteError::CodeForbidden);
        }
        self.out.push(b'c');
        for number in [code.argcount, code.posonlyargcount, code.kwonlyargcount, code.stacksize, code.flags] {
            self.long(number as i32);
        }
        // The last of them is written first.
        tasks.extend([
            Task::Bytes(&code.exceptiontable),
            Task::Bytes(&code.linetable),
            Task::Long(code.firstlineno),
            Task::Name(&code.qualname),
            Task::Name(&code.name),
            Task::Name(&code.filename),
            Task::Bytes(&code.localspluskinds),
            Task::Names(&code.localsplusnames),
            Task::Names(&code.names),
            Task::Tuple(&code.consts, depth),
            Task::Bytes(&code.code),
        ]);
        Ok(())
    }

    fn container(&mut self, kind: u8, items: &'a [Const], depth: usize, tasks: &mut Vec<Task<'a>>) -> Result<()> {
        self.out.push(kind);
        self.size(items.len())?;
        push_all(tasks, items, depth);
        Ok(())
    }

    fn tuple_head(&mut self, len: usize) -> Result<()> {
        match u8::try_from(len) {
            Ok(small) if self.version >= 4 => self.out.extend([b')', small]),
            _ => {
                self.out.push(b'(');
                self.size(len)?;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &'a Wtf8, interned: bool) -> Result<()> {
        let bytes = text.as_bytes();
        let mut flag = 0;
        if interned && self.version >= 3 {
            if let Some(number) = self.interned.get(bytes) {
                self.out.push(b'r');
                self.out.extend(number.to_le_bytes());
                return Ok(());
            }
            self.interned.insert(bytes, self.interned.len() as u32);
            flag = FLAG_REF;
        }
        let interned = interned && self.version >= 1;
        let short = u8::try_from(bytes.len());
        match (self.version >= 4 && bytes.is_ascii(), short) {
            (true, Ok(len)) => self.out.extend([flag | if interned { b'Z' } else { b'z' }, len]),
            (true, Err(_)) => {
                self.out.push(flag | if interned { b'A' } else { b'a' });
                self.size(bytes.len())?;
            }
            (false, _) => {
                self.out.push(flag | if interned { b't' } else { b'u' });
                self.size(bytes.len())?;
            }
        }
        self.out.extend(bytes);
        Ok(())
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.push(b's');
        self.size(bytes.len())?;
        self.out.extend(bytes);
        Ok(())
    }

    /// Eight bytes each, or decimal text before version 2.
    fn floats(&mut self, binary: u8, text: u8, numbers: &[f64]) {
        self.out.push(if self.version > 1 { binary } else { text });
        for number in numbers {
            if self.version > 1 {
                self.out.extend(number.to_le_bytes());
            } else {
                let decimal = rustpython_literal::float::to_string(*number);
                self.out.push(decimal.len() as u8);
                self.out.extend(decimal.as_bytes());
            }
        }
    }

    /// Digits of 15 bits, the lowest first; a negative number has a negative count of them.
    fn pylong(&mut self, number: &BigInt) -> Result<()> {
        let mut digits = Vec::new();
        let (mut bits, mut held) = (0u32, 0u32);
        for byte in number.magnitude().to_bytes_le() {
            bits |= u32::from(byte) << held;
            held += 8;
            if held >= 15 {
                digits.push((bits & 0x7FFF) as u16);
                bits >>= 15;
                held -= 15;
            }
        }
        digits.push(bits as u16);
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let count = i32::try_from(digits.len()).map_err(|_| WriteError::Unmarshallable)?;
        self.out.push(b'l');
        self.long(if number.sign() == num_bigint::Sign::Minus { -count } else { count });
        self.out.extend(digits.iter().flat_map(|digit| digit.to_le_bytes()));
        Ok(())
    }

    fn size(&mut self, size: usize) -> Result<()> {
        self.long(i32::try_from(size).map_err(|_| WriteError::Unmarshallable)?);
        Ok(())
    }

    fn long(&mut self, number: i32) {
        self.out.extend(number.to_le_bytes());
    }
}

fn push_all<'a>(tasks: &mut Vec<Task<'a>>, items: &'a [Const], depth: usize) {
    tasks.extend(items.iter().rev().map(|item| Task::Value(item, depth)));
}

#[cfg(test)]
mod tests {
    use super::super::marshal::read;
    use super::*;
    use rustpython_wtf8::Wtf8Buf;

    fn round_trip(value: &Const) {
        for version in 0..=5 {
            let bytes = write(value, version, true).expect("no slice, no depth: writable in every version");
            let (again, len) = read(&bytes, true).expect("what was written can be read");
            let interning_lost = version < 1 && matches!(value, Const::Str(_, true));
            assert!(len == bytes.len() && (again == *value || interning_lost), "{value:?} {version} {again:?}");
        }
    }

    #[test]
    fn numbers_round_trip_at_every_edge() {
        for shift in 0..63 {
            for number in [(1i64 << shift) - 1, 1 << shift, -(1 << shift), -(1 << shift) - 1] {
                round_trip(&Const::Int(number));
            }
        }
        round_trip(&Const::Int(i64::MIN));
        for shift in [64u32, 74, 75, 76, 1000] {
            round_trip(&Const::BigInt((BigInt::from(1) << shift) - 1));
            round_trip(&Const::BigInt(-(BigInt::from(1) << shift)));
        }
        for number in [0.0, -0.0, 1.5, 0.1, 1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY] {
            round_trip(&Const::Float(number));
            round_trip(&Const::Complex(number, -number));
        }
    }

    #[test]
    fn containers_round_trip() {
        let text = |text: &str, interned| Const::Str(Wtf8Buf::from(text), interned);
        let pair = || vec![Const::Int(1), Const::Tuple(vec![Const::None, Const::Ellipsis])];
        round_trip(&Const::List(pair()));
        round_trip(&Const::Set(pair()));
        round_trip(&Const::FrozenSet(pair()));
        round_trip(&Const::Dict(vec![(text("ä", false), Const::True), (Const::StopIteration, Const::False)]));
        round_trip(&Const::Tuple(vec![Const::None; 300]));
        round_trip(&text(&"x".repeat(300), true));
        round_trip(&Const::Bytes(vec![0, 255]));
    }

    #[test]
    fn refuses_what_it_must() {
        let slice = Const::Slice(Box::new([Const::None, Const::Int(1), Const::None]));
        assert_eq!(write(&slice, 4, true), Err(WriteError::Unmarshallable));
        assert_eq!(write(&slice, 5, true).and_then(|bytes| Ok(read(&bytes, true).map(|found| found.0))), Ok(Ok(slice)));
        assert_eq!(write(&Const::Code(Default::default()), 5, false), Err(WriteError::CodeForbidden));
        let deep = |depth| (0..depth).fold(Const::None, |inner, _| Const::List(vec![inner]));
        assert!(write(&deep(MAX_DEPTH), 5, true).is_ok());
        assert_eq!(write(&deep(MAX_DEPTH + 1), 5, true), Err(WriteError::TooDeep));
    }
}
