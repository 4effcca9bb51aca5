//! Iterators over built-in containers: they step without asking.
use super::state::{length_hint, reduce, set_state};
use crate::heap::Ref;
use crate::objects::class::Layout;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};

/// `__iter__` of every iterator.
pub fn itself(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.incref(a[0]))
}

/// `__next__` of iterators that are always ready.
pub fn next(vm: &mut Vm, a: Args) -> Step {
    match vm.advance_ready(a[0])? {
        Some(v) => Ok(v),
        None => Err(vm.stop_iteration(None)),
    }
}

static BASIC: &[Def] = &[
    Def::method("__iter__", "(self, /)", itself, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::plain("__length_hint__", "(self, /)", length_hint, "Private method returning an estimate of len(list(it))."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
];
static SETTABLE: &[Def] =
    &[Def::plain("__setstate__", "(self, state, /)", set_state, "Set state information for unpickling.")];

const fn def(place: Ref, name: &'static str, size: usize, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: Some(place),
        name,
        module: "builtins",
        base: t::OBJECT,
        layout: Layout::Native,
        flags: crate::objects::class::type_flags::NO_NEW,
        size: (size, 0),
        doc: "",
        defs,
    }
}
const BOTH: &[&[Def]] = &[BASIC, SETTABLE];
const PLAIN: &[&[Def]] = &[BASIC];

static LIST: TypeDef = def(t::LIST_ITER, "list_iterator", 32, BOTH);
static LIST_REVERSE: TypeDef = def(t::LIST_REVERSE_ITER, "list_reverseiterator", 32, BOTH);
static TUPLE: TypeDef = def(t::TUPLE_ITER, "tuple_iterator", 32, BOTH);
static STR: TypeDef = def(t::STR_ITER, "str_iterator", 32, BOTH);
static STR_ASCII: TypeDef = def(t::STR_ASCII_ITER, "str_ascii_iterator", 32, BOTH);
static BYTES: TypeDef = def(t::BYTES_ITER, "bytes_iterator", 32, BOTH);
static BYTEARRAY: TypeDef = def(t::BYTEARRAY_ITER, "bytearray_iterator", 32, BOTH);
static RANGE: TypeDef = def(t::RANGE_ITER, "range_iterator", 40, BOTH);
static LONG_RANGE: TypeDef = def(t::LONGRANGE_ITER, "longrange_iterator", 40, BOTH);
static KEYS: TypeDef = def(t::DICT_KEY_ITER, "dict_keyiterator", 56, PLAIN);
static VALUES: TypeDef = def(t::DICT_VALUE_ITER, "dict_valueiterator", 56, PLAIN);
static ITEMS: TypeDef = def(t::DICT_ITEM_ITER, "dict_itemiterator", 56, PLAIN);
static REVERSE_KEYS: TypeDef = def(t::DICT_REVERSE_KEY_ITER, "dict_reversekeyiterator", 56, PLAIN);
static REVERSE_VALUES: TypeDef = def(t::DICT_REVERSE_VALUE_ITER, "dict_reversevalueiterator", 56, PLAIN);
static REVERSE_ITEMS: TypeDef = def(t::DICT_REVERSE_ITEM_ITER, "dict_reverseitemiterator", 56, PLAIN);
static SET: TypeDef = def(t::SET_ITER, "set_iterator", 48, PLAIN);

pub static TYPES: &[&TypeDef] = &[
    &LIST, &LIST_REVERSE, &TUPLE, &STR, &STR_ASCII, &BYTES, &BYTEARRAY, &RANGE, &LONG_RANGE, &KEYS, &VALUES, &ITEMS,
    &REVERSE_KEYS, &REVERSE_VALUES, &REVERSE_ITEMS, &SET,
];
