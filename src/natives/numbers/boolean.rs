//! The type `bool`.
use super::arith::{self, Unary, bool_binary, nb};
use super::slots::{INT, forward, reflected};
use super::warn_deprecated;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Def, Step, TypeDef, Vm, fixed, t};

/// A bitwise operator: of two bools a bool, else int's.
fn bitwise<const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    match bool_binary(vm, OP, a[0], a[1]) {
        Some(b) => Ok(b),
        None => forward::<INT, OP>(vm, a),
    }
}
fn reflected_bitwise<const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    match bool_binary(vm, OP, a[1], a[0]) {
        Some(b) => Ok(b),
        None => reflected::<INT, OP>(vm, a),
    }
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let b = match a.opt(1) {
        Some(x) => vm.truth(x)?,
        None => false,
    };
    Ok(vm.bool(b))
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.intern(if a[0] == fixed::TRUE { "True" } else { "False" }))
}
fn invert(vm: &mut Vm, a: Args) -> Step {
    warn_deprecated(
        vm,
        "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise \
         inversion of the underlying int object and is usually not what you expect from negating a bool. Use the 'not' \
         operator for boolean negation or ~int(x) if you really want the bitwise inversion of the underlying int.",
    )?;
    arith::unary(vm, Unary::Invert, a[0]).expect("a bool is an int")
}

static METHODS: &[Def] = &[
    Def::new("(cls, object=False, /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__invert__", "(self, /)", invert, "~self"),
    Def::method("__and__", "(self, value, /)", bitwise::<{ nb::AND }>, "Return self&value."),
    Def::method("__rand__", "(self, value, /)", reflected_bitwise::<{ nb::AND }>, "Return value&self."),
    Def::method("__xor__", "(self, value, /)", bitwise::<{ nb::XOR }>, "Return self^value."),
    Def::method("__rxor__", "(self, value, /)", reflected_bitwise::<{ nb::XOR }>, "Return value^self."),
    Def::method("__or__", "(self, value, /)", bitwise::<{ nb::OR }>, "Return self|value."),
    Def::method("__ror__", "(self, value, /)", reflected_bitwise::<{ nb::OR }>, "Return value|self."),
];

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::BOOL),
    name: "bool",
    module: "builtins",
    base: t::INT,
    layout: Layout::Int,
    flags: type_flags::MATCH_SELF,
    size: (24, 4),
    doc: "Returns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.",
    defs: &[METHODS],
};
