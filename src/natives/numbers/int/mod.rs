//! The type `int`: its table.
mod methods;
mod new;
use super::arith::nb;
use super::slots::{self, INT, compare, forward, reflected};
use crate::comparison_rows;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Def, TypeDef, t};
pub use methods::{decimal_text, too_many_digits};
pub use new::{alloc_int, int_from_object, number_text};

static COMPARISONS: &[Def] = &comparison_rows!(compare, INT);

static ARITHMETIC: &[Def] = &[
    Def::method("__add__", "(self, value, /)", forward::<INT, { nb::ADD }>, "Return self+value."),
    Def::method("__radd__", "(self, value, /)", reflected::<INT, { nb::ADD }>, "Return value+self."),
    Def::method("__sub__", "(self, value, /)", forward::<INT, { nb::SUBTRACT }>, "Return self-value."),
    Def::method("__rsub__", "(self, value, /)", reflected::<INT, { nb::SUBTRACT }>, "Return value-self."),
    Def::method("__mul__", "(self, value, /)", forward::<INT, { nb::MULTIPLY }>, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", reflected::<INT, { nb::MULTIPLY }>, "Return value*self."),
    Def::method("__mod__", "(self, value, /)", forward::<INT, { nb::REMAINDER }>, "Return self%value."),
    Def::method("__rmod__", "(self, value, /)", reflected::<INT, { nb::REMAINDER }>, "Return value%self."),
    Def::method("__divmod__", "(self, value, /)", slots::divmod::<INT>, "Return divmod(self, value)."),
    Def::method("__rdivmod__", "(self, value, /)", slots::rdivmod::<INT>, "Return divmod(value, self)."),
    Def::method("__pow__", "(self, value, mod=None, /)", slots::pow::<INT>, "Return pow(self, value, mod)."),
    Def::method("__rpow__", "(self, value, mod=None, /)", slots::rpow::<INT>, "Return pow(value, self, mod)."),
    Def::method("__neg__", "(self, /)", slots::neg, "-self"),
    Def::method("__pos__", "(self, /)", slots::pos, "+self"),
    Def::method("__abs__", "(self, /)", slots::abs, "abs(self)"),
    Def::method("__bool__", "(self, /)", slots::truth, "True if self else False"),
    Def::method("__invert__", "(self, /)", slots::invert, "~self"),
    Def::method("__lshift__", "(self, value, /)", forward::<INT, { nb::LSHIFT }>, "Return self<<value."),
    Def::method("__rlshift__", "(self, value, /)", reflected::<INT, { nb::LSHIFT }>, "Return value<<self."),
    Def::method("__rshift__", "(self, value, /)", forward::<INT, { nb::RSHIFT }>, "Return self>>value."),
    Def::method("__rrshift__", "(self, value, /)", reflected::<INT, { nb::RSHIFT }>, "Return value>>self."),
    Def::method("__and__", "(self, value, /)", forward::<INT, { nb::AND }>, "Return self&value."),
    Def::method("__rand__", "(self, value, /)", reflected::<INT, { nb::AND }>, "Return value&self."),
    Def::method("__xor__", "(self, value, /)", forward::<INT, { nb::XOR }>, "Return self^value."),
    Def::method("__rxor__", "(self, value, /)", reflected::<INT, { nb::XOR }>, "Return value^self."),
    Def::method("__or__", "(self, value, /)", forward::<INT, { nb::OR }>, "Return self|value."),
    Def::method("__ror__", "(self, value, /)", reflected::<INT, { nb::OR }>, "Return value|self."),
    Def::method("__int__", "(self, /)", slots::plain, "int(self)"),
    Def::method("__float__", "(self, /)", methods::float, "float(self)"),
    Def::method("__floordiv__", "(self, value, /)", forward::<INT, { nb::FLOOR_DIVIDE }>, "Return self//value."),
    Def::method("__rfloordiv__", "(self, value, /)", reflected::<INT, { nb::FLOOR_DIVIDE }>, "Return value//self."),
    Def::method("__truediv__", "(self, value, /)", forward::<INT, { nb::TRUE_DIVIDE }>, "Return self/value."),
    Def::method("__rtruediv__", "(self, value, /)", reflected::<INT, { nb::TRUE_DIVIDE }>, "Return value/self."),
    Def::method("__index__", "(self, /)", slots::plain, "Return self converted to an integer, if self is suitable for use as an index into a list."),
];

static METHODS: &[Def] = &[
    Def::new("(cls, x=0, /, base=10)", new::new),
    Def::method("__repr__", "(self, /)", methods::repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", methods::hash, "Return hash(self)."),
    Def::method("conjugate", "(self, /)", slots::plain, "Returns self, the complex conjugate of any int."),
    Def::method("bit_length", "(self, /)", methods::bit_length, "Number of bits necessary to represent self in binary."),
    Def::method("bit_count", "(self, /)", methods::bit_count, "Number of ones in the binary representation of the absolute value of self."),
    Def::method(
        "to_bytes",
        "(self, /, length=1, byteorder='big', *, signed=False)",
        methods::to_bytes,
        "Return an array of bytes representing an integer.",
    ),
    Def::class_method(
        "from_bytes",
        "(cls, /, bytes, byteorder='big', *, signed=False)",
        methods::from_bytes,
        "Return the integer represented by the given array of bytes.",
    ),
    Def::method("as_integer_ratio", "(self, /)", methods::ratio, "Return a pair of integers, whose ratio is equal to the original int."),
    Def::plain("__trunc__", "(self, /)", slots::plain, "Truncating an Integral returns itself."),
    Def::plain("__floor__", "(self, /)", slots::plain, "Flooring an Integral returns itself."),
    Def::plain("__ceil__", "(self, /)", slots::plain, "Ceiling of an Integral returns itself."),
    Def::plain("__round__", "(self, ndigits=None, /)", methods::round, "Rounding an Integral, to a multiple of a power of ten when ndigits is negative."),
    Def::plain("__getnewargs__", "(self, /)", slots::newargs, ""),
    Def::plain("__format__", "(self, format_spec, /)", methods::format, "Convert to a string according to format_spec."),
    Def::plain("__sizeof__", "(self, /)", methods::size, "Returns size in memory, in bytes."),
    Def::method("is_integer", "(self, /)", methods::is_integer, "Returns True. Exists for duck type compatibility with float.is_integer."),
    Def::get("real", slots::plain, "the real part of a complex number"),
    Def::get("imag", methods::zero, "the imaginary part of a complex number"),
    Def::get("numerator", slots::plain, "the numerator of a rational number in lowest terms"),
    Def::get("denominator", methods::one, "the denominator of a rational number in lowest terms"),
];

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::INT),
    name: "int",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Int,
    flags: type_flags::BASE | type_flags::MATCH_SELF,
    size: (24, 4),
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nMake an integer of a number (cutting off what is behind the point) or of a literal.\nBase 0 reads the base from the literal's prefix.",
    defs: &[METHODS, COMPARISONS, ARITHMETIC],
};
