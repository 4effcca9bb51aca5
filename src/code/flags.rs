//! Bits of `co_flags` and of `co_localspluskinds`, by CPython 3.14's `Include/cpython/code.h` and `pycore_code.h`.

/// Names are fast locals, not keys of a mapping.
pub const OPTIMIZED: u32 = 0x1;
/// A call makes new locals.
pub const NEWLOCALS: u32 = 0x2;
/// There is a `*args` parameter.
pub const VARARGS: u32 = 0x4;
/// There is a `**kwargs` parameter.
pub const VARKEYWORDS: u32 = 0x8;
/// The function stands in another function.
pub const NESTED: u32 = 0x10;
pub const GENERATOR: u32 = 0x20;
pub const COROUTINE: u32 = 0x80;
/// A generator made awaitable by `types.coroutine`.
pub const ITERABLE_COROUTINE: u32 = 0x100;
pub const ASYNC_GENERATOR: u32 = 0x200;
pub const FUTURE_DIVISION: u32 = 0x20000;
pub const FUTURE_ABSOLUTE_IMPORT: u32 = 0x40000;
pub const FUTURE_WITH_STATEMENT: u32 = 0x80000;
pub const FUTURE_PRINT_FUNCTION: u32 = 0x100000;
pub const FUTURE_UNICODE_LITERALS: u32 = 0x200000;
pub const FUTURE_BARRY_AS_BDFL: u32 = 0x400000;
pub const FUTURE_GENERATOR_STOP: u32 = 0x800000;
pub const FUTURE_ANNOTATIONS: u32 = 0x1000000;
/// The first constant is the docstring.
pub const HAS_DOCSTRING: u32 = 0x4000000;
/// The function stands in a class body.
pub const METHOD: u32 = 0x8000000;

/// Flags of `compile()` that a program hands on from its own code object: the `__future__` features.
pub const FUTURE_MASK: u32 = FUTURE_DIVISION
    | FUTURE_ABSOLUTE_IMPORT
    | FUTURE_WITH_STATEMENT
    | FUTURE_PRINT_FUNCTION
    | FUTURE_UNICODE_LITERALS
    | FUTURE_BARRY_AS_BDFL
    | FUTURE_GENERATOR_STOP
    | FUTURE_ANNOTATIONS;

/// Flags of `compile()` that are not code flags.
pub const PYCF_SOURCE_IS_UTF8: u32 = 0x100;
pub const PYCF_DONT_IMPLY_DEDENT: u32 = 0x200;
pub const PYCF_ONLY_AST: u32 = 0x400;
pub const PYCF_IGNORE_COOKIE: u32 = 0x800;
pub const PYCF_TYPE_COMMENTS: u32 = 0x1000;
pub const PYCF_ALLOW_TOP_LEVEL_AWAIT: u32 = 0x2000;
pub const PYCF_ALLOW_INCOMPLETE_INPUT: u32 = 0x4000;
pub const PYCF_OPTIMIZED_AST: u32 = 0x8000 | PYCF_ONLY_AST;

/// Kinds of a fast local, bits that can stand together.
pub mod kind {
    /// A parameter that can be given by position.
    pub const ARG_POS: u8 = 0x02;
    /// A parameter that can be given by keyword.
    pub const ARG_KW: u8 = 0x04;
    /// `*args` or `**kwargs`.
    pub const ARG_VAR: u8 = 0x08;
    /// Not shown by `locals()`: the variable of an inlined comprehension.
    pub const HIDDEN: u8 = 0x10;
    pub const LOCAL: u8 = 0x20;
    /// Lives in a cell because an inner function uses it.
    pub const CELL: u8 = 0x40;
    /// A cell that comes from the closure.
    pub const FREE: u8 = 0x80;
}

/// Names of the set bits as `dis.code_info` lists them.
pub fn names(flags: u32) -> String {
    const NAMES: [(u32, &str); 11] = [
        (OPTIMIZED, "OPTIMIZED"),
        (NEWLOCALS, "NEWLOCALS"),
        (VARARGS, "VARARGS"),
        (VARKEYWORDS, "VARKEYWORDS"),
        (NESTED, "NESTED"),
        (GENERATOR, "GENERATOR"),
        (COROUTINE, "COROUTINE"),
        (ITERABLE_COROUTINE, "ITERABLE_COROUTINE"),
        (ASYNC_GENERATOR, "ASYNC_GENERATOR"),
        (HAS_DOCSTRING, "HAS_DOCSTRING"),
        (METHOD, "METHOD"),
    ];
    if flags == 0 {
        return "0x0".to_owned();
    }
    let one = |bit: u32| NAMES.iter().find(|(flag, _)| *flag == bit).map_or_else(|| format!("{bit:#x}"), |(_, name)| (*name).to_owned());
    let set: Vec<String> = (0..32).map(|shift| 1 << shift).filter(|bit| flags & bit != 0).map(one).collect();
    set.join(", ")
}
