//! The type `str` and its iterators.
mod case;
mod core;
mod fields;
mod iterator;
mod pad;
mod search;
mod sequence;
mod split;
mod translate;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::t;
pub use fields::{Access, field_name_split, markup_pieces};
pub use translate::look_up;

pub static STR: TypeDef = TypeDef {
    place: Some(t::STR),
    name: "str",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Str,
    flags: type_flags::BASE | type_flags::MATCH_SELF,
    size: (64, 0),
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nText: an immutable sequence of Unicode code points.",
    defs: &[
        core::DEFS, sequence::DEFS, search::DEFS, split::DEFS, pad::DEFS, case::DEFS, translate::DEFS, fields::DEFS,
    ],
};

const ITERATOR: TypeDef = TypeDef {
    place: None,
    name: "",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::NO_NEW | type_flags::IMMUTABLE,
    size: (32, 0),
    doc: "",
    defs: &[iterator::DEFS],
};
pub static STR_ITERATOR: TypeDef = TypeDef { place: Some(t::STR_ITER), name: "str_iterator", ..ITERATOR };
pub static STR_ASCII_ITERATOR: TypeDef = TypeDef { place: Some(t::STR_ASCII_ITER), name: "str_ascii_iterator", ..ITERATOR };
pub static BYTES_ITERATOR: TypeDef = TypeDef { place: Some(t::BYTES_ITER), name: "bytes_iterator", ..ITERATOR };
pub static BYTEARRAY_ITERATOR: TypeDef = TypeDef { place: Some(t::BYTEARRAY_ITER), name: "bytearray_iterator", ..ITERATOR };
