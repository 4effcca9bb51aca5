//! Constants and code objects as plain data, without a heap.
use std::sync::Arc;

use num_bigint::BigInt;
use rustpython_wtf8::Wtf8Buf;

use super::flags::{VARARGS, VARKEYWORDS, kind};

/// A value that marshal can carry. `List`, `Dict` and `Set` never stand in compiled code.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    None,
    True,
    False,
    Ellipsis,
    StopIteration,
    Int(i64),
    /// An int that does not fit `Int`.
    BigInt(BigInt),
    Float(f64),
    Complex(f64, f64),
    /// Text, and whether Python interns it (equal interned strings are one object).
    Str(Wtf8Buf, bool),
    Bytes(Vec<u8>),
    Tuple(Vec<Const>),
    FrozenSet(Vec<Const>),
    /// start, stop, step
    Slice(Box<[Const; 3]>),
    Code(Arc<CodeTree>),
    List(Vec<Const>),
    Dict(Vec<(Const, Const)>),
    Set(Vec<Const>),
}

/// A code object. Fields are CPython's of the same name with `co_` in front.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodeTree {
    pub argcount: u32,
    pub posonlyargcount: u32,
    pub kwonlyargcount: u32,
    pub stacksize: u32,
    pub flags: u32,
    /// Code units, two bytes each: opcode, argument.
    pub code: Vec<u8>,
    pub consts: Vec<Const>,
    pub names: Vec<String>,
    /// Names of the fast locals: parameters and locals, then cells that are not parameters, then free variables.
    pub localsplusnames: Vec<String>,
    /// [`kind`] bits, one for each of `localsplusnames`.
    pub localspluskinds: Vec<u8>,
    pub filename: String,
    pub name: String,
    pub qualname: String,
    pub firstlineno: i32,
    /// Encoded; see [`linetable`](super::linetable).
    pub linetable: Vec<u8>,
    /// Encoded; see [`exception_table`](super::exception_table).
    pub exceptiontable: Vec<u8>,
}

impl CodeTree {
    /// `co_varnames`: parameters and locals, those in cells included.
    pub fn varnames(&self) -> impl Iterator<Item = &str> {
        self.of_kind(kind::LOCAL)
    }

    /// `co_cellvars`: variables that inner functions use, parameters among them.
    pub fn cellvars(&self) -> impl Iterator<Item = &str> {
        self.of_kind(kind::CELL)
    }

    /// `co_freevars`: variables of outer functions that this one uses.
    pub fn freevars(&self) -> impl Iterator<Item = &str> {
        self.of_kind(kind::FREE)
    }

    /// `co_nlocals`.
    pub fn nlocals(&self) -> usize {
        self.varnames().count()
    }

    /// Fast locals that parameters fill: positional, keyword-only, then `*args` and `**kwargs`.
    pub fn parameters(&self) -> usize {
        let stars = u32::from(self.flags & VARARGS != 0) + u32::from(self.flags & VARKEYWORDS != 0);
        (self.argcount + self.kwonlyargcount + stars) as usize
    }

    /// The docstring, where the flags say that there is one.
    pub fn docstring(&self) -> Option<&Wtf8Buf> {
        match self.consts.first() {
            Some(Const::Str(text, _)) if self.flags & super::flags::HAS_DOCSTRING != 0 => Some(text),
            _ => None,
        }
    }

    /// Number of code units.
    pub fn units(&self) -> usize {
        self.code.len() / 2
    }

    /// This code object and all inside it, outermost first.
    pub fn walk(&self, visit: &mut impl FnMut(&CodeTree)) {
        visit(self);
        for constant in &self.consts {
            if let Const::Code(inner) = constant {
                inner.walk(visit);
            }
        }
    }

    fn of_kind(&self, bits: u8) -> impl Iterator<Item = &str> {
        let kinds = self.localspluskinds.iter();
        self.localsplusnames.iter().zip(kinds).filter(move |(_, kind)| **kind & bits != 0).map(|(name, _)| name.as_str())
    }
}

/// Whether CPython interns a constant string with this text when it makes a code object: ASCII letters, digits and `_` only.
pub fn is_interned_as_constant(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}
