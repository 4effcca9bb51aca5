//! The module `_operator`: its table. Operators on exact numbers are done at once, all others by the prelude's functions,
//! which are the operators themselves.
mod functions;
mod getters;
use super::arith::nb;
use crate::vm::Def;
use crate::vm::native::ModuleDef;
use functions::*;

macro_rules! rows {
    ($($name:literal $f:expr, $doc:literal;)*) => {
        &[$(Def::function($name, "(a, b, /)", $f, $doc)),*]
    };
}
static BINARY: &[Def] = rows! {
    "add" |vm, a| binary(vm, a, nb::ADD, "operator_add"), "Same as a + b.";
    "and_" |vm, a| binary(vm, a, nb::AND, "operator_and"), "Same as a & b.";
    "floordiv" |vm, a| binary(vm, a, nb::FLOOR_DIVIDE, "operator_floordiv"), "Same as a // b.";
    "lshift" |vm, a| binary(vm, a, nb::LSHIFT, "operator_lshift"), "Same as a << b.";
    "matmul" |vm, a| binary(vm, a, nb::MATRIX_MULTIPLY, "operator_matmul"), "Same as a @ b.";
    "mod" |vm, a| binary(vm, a, nb::REMAINDER, "operator_mod"), "Same as a % b.";
    "mul" |vm, a| binary(vm, a, nb::MULTIPLY, "operator_mul"), "Same as a * b.";
    "or_" |vm, a| binary(vm, a, nb::OR, "operator_or"), "Same as a | b.";
    "pow" |vm, a| binary(vm, a, nb::POWER, "operator_pow"), "Same as a ** b.";
    "rshift" |vm, a| binary(vm, a, nb::RSHIFT, "operator_rshift"), "Same as a >> b.";
    "sub" |vm, a| binary(vm, a, nb::SUBTRACT, "operator_sub"), "Same as a - b.";
    "truediv" |vm, a| binary(vm, a, nb::TRUE_DIVIDE, "operator_truediv"), "Same as a / b.";
    "xor" |vm, a| binary(vm, a, nb::XOR, "operator_xor"), "Same as a ^ b.";
    "iadd" |vm, a| binary(vm, a, nb::ADD, "operator_iadd"), "Same as a += b.";
    "iand" |vm, a| binary(vm, a, nb::AND, "operator_iand"), "Same as a &= b.";
    "ifloordiv" |vm, a| binary(vm, a, nb::FLOOR_DIVIDE, "operator_ifloordiv"), "Same as a //= b.";
    "ilshift" |vm, a| binary(vm, a, nb::LSHIFT, "operator_ilshift"), "Same as a <<= b.";
    "imatmul" |vm, a| binary(vm, a, nb::MATRIX_MULTIPLY, "operator_imatmul"), "Same as a @= b.";
    "imod" |vm, a| binary(vm, a, nb::REMAINDER, "operator_imod"), "Same as a %= b.";
    "imul" |vm, a| binary(vm, a, nb::MULTIPLY, "operator_imul"), "Same as a *= b.";
    "ior" |vm, a| binary(vm, a, nb::OR, "operator_ior"), "Same as a |= b.";
    "ipow" |vm, a| binary(vm, a, nb::POWER, "operator_ipow"), "Same as a **= b.";
    "irshift" |vm, a| binary(vm, a, nb::RSHIFT, "operator_irshift"), "Same as a >>= b.";
    "isub" |vm, a| binary(vm, a, nb::SUBTRACT, "operator_isub"), "Same as a -= b.";
    "itruediv" |vm, a| binary(vm, a, nb::TRUE_DIVIDE, "operator_itruediv"), "Same as a /= b.";
    "ixor" |vm, a| binary(vm, a, nb::XOR, "operator_ixor"), "Same as a ^= b.";
    "lt" compare::<0>, "Same as a < b.";
    "le" compare::<1>, "Same as a <= b.";
    "eq" compare::<2>, "Same as a == b.";
    "ne" compare::<3>, "Same as a != b.";
    "gt" compare::<4>, "Same as a > b.";
    "ge" compare::<5>, "Same as a >= b.";
    "is_" is, "Same as a is b.";
    "is_not" is_not, "Same as a is not b.";
    "contains" |vm, a| vm.tail_prelude("operator_contains", &[a[0], a[1]]), "Same as b in a (note reversed operands).";
    "concat" |vm, a| vm.tail_prelude("operator_concat", &[a[0], a[1]]), "Same as a + b, for a and b sequences.";
    "iconcat" |vm, a| vm.tail_prelude("operator_iconcat", &[a[0], a[1]]), "Same as a += b, for a and b sequences.";
    "countOf" |vm, a| vm.tail_prelude("operator_count_of", &[a[0], a[1]]), "Return the number of items in a which are, or which equal, b.";
    "indexOf" |vm, a| vm.tail_prelude("operator_index_of", &[a[0], a[1]]), "Return the first index of b in a.";
    "getitem" |vm, a| vm.tail_prelude("operator_getitem", &[a[0], a[1]]), "Same as a[b].";
    "delitem" |vm, a| vm.tail_prelude("operator_delitem", &[a[0], a[1]]), "Same as del a[b].";
    "_compare_digest" compare_digest, "Return 'a == b', without a hint in the time it takes.";
};
static OTHERS: &[Def] = &[
    Def::function("setitem", "(a, b, c, /)", |vm, a| vm.tail_prelude("operator_setitem", &[a[0], a[1], a[2]]), "Same as a[b] = c."),
    Def::function("neg", "(a, /)", neg, "Same as -a."),
    Def::function("pos", "(a, /)", pos, "Same as +a."),
    Def::function("abs", "(a, /)", abs, "Same as abs(a)."),
    Def::function("inv", "(a, /)", invert, "Same as ~a."),
    Def::function("invert", "(a, /)", invert, "Same as ~a."),
    Def::function("not_", "(a, /)", not, "Same as not a."),
    Def::function("truth", "(a, /)", truth, "Return True if a is true, False otherwise."),
    Def::function("is_none", "(a, /)", is_none, "Same as a is None."),
    Def::function("is_not_none", "(a, /)", is_not_none, "Same as a is not None."),
    Def::function("index", "(a, /)", index, "Same as a.__index__()"),
    Def::function("length_hint", "(obj, default=0, /)", length_hint, "Return an estimate of the number of items in obj."),
    Def::function("call", "(obj, /, *args, **kwargs)", call, "Same as obj(*args, **kwargs)."),
];

pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    doc: "Operator interface.\n\nThis module exports functions that correspond to the operators of the language.",
    functions: &[BINARY, OTHERS],
    types: &[&getters::ITEMGETTER, &getters::ATTRGETTER, &getters::METHODCALLER],
    init: None,
};
