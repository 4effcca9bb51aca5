//! The code object: 3.14 code units, constants and names as heap objects, tables for exceptions and lines.
use crate::heap::Ref;
use std::borrow::Cow;

/// One row of the exception table, in code units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handler {
    pub start: u32,
    pub end: u32,
    pub target: u32,
    pub depth: u32,
    /// Push the index of the raising instruction too.
    pub lasti: bool,
}

/// Bits of `co_flags` (CPython `Include/cpython/code.h`).
pub mod flags {
    pub const OPTIMIZED: u32 = 0x1;
    pub const NEWLOCALS: u32 = 0x2;
    pub const VARARGS: u32 = 0x4;
    pub const VARKEYWORDS: u32 = 0x8;
    pub const NESTED: u32 = 0x10;
    pub const GENERATOR: u32 = 0x20;
    pub const COROUTINE: u32 = 0x80;
    pub const ITERABLE_COROUTINE: u32 = 0x100;
    pub const ASYNC_GENERATOR: u32 = 0x200;
    pub const HAS_DOCSTRING: u32 = 0x4000000;
    pub const METHOD: u32 = 0x8000000;
}

/// Kinds of a local variable (`co_localspluskinds`).
pub mod kind {
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    pub const CELL: u8 = 0x40;
    pub const FREE: u8 = 0x80;
}

/// A code object. Immutable; shared through an `Arc`.
pub struct CodeObj {
    /// Counts the code objects of a machine: where it keeps what it needs to run this one.
    pub number: u32,
    pub units: Box<[u16]>,
    pub consts: Box<[Ref]>,
    pub names: Box<[Ref]>,
    /// Names of locals, then cells and free variables.
    pub localsplus: Box<[Ref]>,
    pub kinds: Cow<'static, [u8]>,
    pub argcount: u32,
    pub posonly: u32,
    pub kwonly: u32,
    pub stacksize: u32,
    pub flags: u32,
    /// Arguments of every kind, `*args` and `**kwargs` included.
    pub total_args: u32,
    pub name: Ref,
    pub qualname: Ref,
    pub filename: Ref,
    pub firstlineno: i32,
    /// Encoded; lent out of the library's blob where the code is the library's.
    pub linetable: Cow<'static, [u8]>,
    pub exceptiontable: Cow<'static, [u8]>,
    pub handlers: Box<[Handler]>,
    /// Frames of this code are the machine's own (the prelude): not in tracebacks, not counted.
    pub hidden: bool,
    /// Locals that are not cells, not free: co_nlocals.
    pub nlocals: u32,
    pub nfree: u32,
    /// Number of arguments of a call that needs no binding: `argcount` where a call is plain (no `*args`, `**kwargs`,
    /// keyword-only arguments, generator, cells of arguments), else more than any call has.
    pub simple_args: u32,
    /// Code unit at which a frame begins that nobody watches: behind RESUME, where that comes first.
    pub entry: u32,
}

impl CodeObj {
    /// Whether a call with positional arguments needs no more than to put them in their places.
    pub fn is_simple(&self) -> bool {
        self.simple_args == self.argcount
    }
    pub fn visit(&self, f: &mut (impl FnMut(Ref) + ?Sized)) {
        self.consts.iter().chain(&*self.names).chain(&*self.localsplus).for_each(|r| f(*r));
        f(self.name);
        f(self.qualname);
        f(self.filename);
    }
    /// The handler that covers code unit `at`.
    pub fn handler(&self, at: u32) -> Option<Handler> {
        // Rows do not overlap and are sorted by start (CPython's assembler flattens nesting).
        let i = self.handlers.partition_point(|h| h.start <= at);
        i.checked_sub(1).map(|i| self.handlers[i]).filter(|h| at < h.end)
    }
}
