//! From the library's blob to code objects in the heap, with no tree in between: most of what an import reads is here.
//!
//! The blob is marshal data that our own build wrote: valid, and without references, so that there is one way to read it.
use super::load::Parts;
use super::{Vm, fixed};
use crate::code::is_interned_as_constant;
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::t;
use num_bigint::BigInt;
use rustpython_wtf8::Wtf8Buf;

const VALID: &str = "the blob holds valid code";

struct Blob<'a> {
    vm: &'a mut Vm,
    bytes: &'static [u8],
    hidden: bool,
    /// The file's name as it stands in the blob, and its string: all code of a module has the same one.
    filename: Option<(&'static [u8], Ref)>,
}

impl Vm {
    /// The code object of a module of the library.
    pub fn load_library(&mut self, module: &pellucid_stdlib::Module, hidden: bool) -> Owned {
        Blob { vm: self, bytes: module.code, hidden, filename: None }.value()
    }
}

impl Blob<'_> {
    fn take(&mut self, len: usize) -> &'static [u8] {
        let (taken, rest) = self.bytes.split_at_checked(len).expect(VALID);
        self.bytes = rest;
        taken
    }
    fn array<const N: usize>(&mut self) -> [u8; N] {
        self.take(N).try_into().expect("took N bytes")
    }
    fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }
    fn long(&mut self) -> i32 {
        i32::from_le_bytes(self.array())
    }
    fn size(&mut self) -> usize {
        usize::try_from(self.long()).expect(VALID)
    }
    fn float(&mut self) -> f64 {
        f64::from_le_bytes(self.array())
    }
    /// A type byte that must be this one.
    fn expect(&mut self, kind: u8) {
        let found = self.byte();
        assert!(found == kind, "{VALID}: {:?} where {:?} was due", found as char, kind as char);
    }
    /// A bytes object's contents.
    fn raw(&mut self) -> &'static [u8] {
        self.expect(b's');
        let len = self.size();
        self.take(len)
    }
    /// The contents of a string.
    fn text(&mut self) -> &'static [u8] {
        let len = match self.byte() {
            b'z' => usize::from(self.byte()),
            b'u' => self.size(),
            other => panic!("{VALID}: {:?} where a string was due", other as char),
        };
        self.take(len)
    }
    /// A name: an interned string.
    fn name(&mut self) -> Ref {
        let text = std::str::from_utf8(self.text()).expect(VALID);
        self.vm.intern(text).into_raw()
    }
    fn filename(&mut self) -> Ref {
        let before = self.bytes;
        let text = self.text();
        match self.filename {
            Some((known, r)) if known == text => r,
            _ => {
                self.bytes = before;
                let r = self.name();
                self.filename = Some((text, r));
                r
            }
        }
    }
    fn names(&mut self) -> Box<[Ref]> {
        self.expect(b'(');
        (0..self.size()).map(|_| self.name()).collect()
    }
    fn values(&mut self) -> Vec<Owned> {
        (0..self.size()).map(|_| self.value()).collect()
    }
    /// A constant.
    fn value(&mut self) -> Owned {
        match self.byte() {
            b'N' | b'S' => self.vm.none(),
            b'T' => self.vm.bool(true),
            b'F' => self.vm.bool(false),
            b'.' => Owned::adopt(fixed::ELLIPSIS),
            b'i' => {
                let i = self.long();
                self.vm.int(i64::from(i))
            }
            b'l' => self.pylong(),
            b'g' => {
                let x = self.float();
                self.vm.float(x)
            }
            b'y' => {
                let (re, im) = (self.float(), self.float());
                self.vm.complex(re, im)
            }
            b's' => {
                let len = self.size();
                let bytes = self.take(len);
                self.vm.bytes(bytes)
            }
            b'u' => self.string(),
            b'(' => {
                let items = self.values();
                self.vm.tuple(items)
            }
            b'>' => {
                let items = self.values();
                self.vm.constant_set(items, true)
            }
            b':' => {
                let parts = [0; 3].map(|_| self.value().into_raw());
                self.vm.heap.alloc(t::SLICE, Payload::Slice(Box::new(parts)), 0)
            }
            b'c' => self.code(),
            other => panic!("{VALID}: {:?} is no type of a constant", other as char),
        }
    }
    fn string(&mut self) -> Owned {
        let len = self.size();
        let bytes = self.take(len);
        match std::str::from_utf8(bytes) {
            Ok(text) if is_interned_as_constant(bytes) => self.vm.intern(text),
            Ok(text) => self.vm.str(text),
            Err(_) => self.vm.str(Wtf8Buf::from_bytes(bytes.to_vec()).expect(VALID)),
        }
    }
    /// Digits of 15 bits, the lowest first; the sign is that of their number.
    fn pylong(&mut self) -> Owned {
        let count = self.long();
        let digits: Vec<u16> = (0..count.unsigned_abs()).map(|_| u16::from_le_bytes(self.array())).collect();
        let size = digits.iter().rev().fold(BigInt::ZERO, |all, digit| (all << 15u32) + *digit);
        self.vm.bigint(if count < 0 { -size } else { size })
    }
    fn code(&mut self) -> Owned {
        let numbers = [0; 5].map(|_| self.long() as u32);
        let code = self.raw();
        self.expect(b'(');
        let consts = self.values().into_iter().map(Owned::into_raw).collect();
        let (names, localsplus, kinds) = (self.names(), self.names(), self.raw());
        let (filename, name, qualname) = (self.filename(), self.name(), self.name());
        let firstlineno = self.long();
        let (linetable, exceptiontable) = (self.raw().into(), self.raw().into());
        let parts = Parts { numbers, firstlineno, code, consts, names, localsplus, kinds: kinds.into(), filename, name, qualname, linetable, exceptiontable, hidden: self.hidden };
        self.vm.make_code(parts)
    }
}
