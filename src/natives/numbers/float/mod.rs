//! The type `float`: its table and its methods.
mod new;
use super::arith::nb;
use super::format_error;
use super::slots::{self, FLOAT, compare, forward, reflected};
use crate::comparison_rows;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::float_ops::{self, HexError};
use crate::objects::int_ops;
use crate::objects::{float_text, format_spec};
use crate::vm::api::hash_double;
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, t};
pub use new::alloc_float;

/// The receiver's value.
fn own(vm: &Vm, a: &Args) -> f64 {
    vm.f64_of(a[0]).expect("a method of float has a float as its receiver")
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = float_text::repr(own(vm, &a));
    Ok(vm.str(text))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    let h = if x.is_nan() { Vm::hash_address(a[0]) } else { hash_double(x) };
    Ok(vm.int(h))
}
/// The integral part as an int; infinities and NaN are refused.
pub fn whole(vm: &mut Vm, x: f64) -> Step {
    if x.is_nan() {
        return Err(vm.value_error("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(vm.overflow_error("cannot convert float infinity to integer"));
    }
    Ok(vm.int_val(int_ops::from_f64(x)))
}
fn trunc(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    whole(vm, x)
}
fn floor(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a).floor();
    whole(vm, x)
}
fn ceil(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a).ceil();
    whole(vm, x)
}
fn round(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    match a.not_none(1) {
        None => whole(vm, x.round_ties_even()),
        Some(digits) => {
            let digits = vm.index_clamped(digits)?;
            vm.float_result(float_ops::round_to(x, digits))
        }
    }
}
fn ratio(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    if x.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if x.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    let (num, den) = float_ops::ratio(x);
    let pair = vec![vm.int_val(num), vm.int_val(den)];
    Ok(vm.tuple(pair))
}
fn hex(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    let text = if x.is_finite() { float_ops::hex(x) } else { float_text::repr(x) };
    Ok(vm.str(text))
}
fn from_hex(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        let message = format!("fromhex() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    let x = match vm.utf8(a[1]).map_or(Err(HexError::Invalid), float_ops::from_hex) {
        Ok(x) => x,
        Err(HexError::Invalid) => return Err(vm.value_error("invalid hexadecimal floating-point string")),
        Err(HexError::TooLarge) => return Err(vm.overflow_error("hexadecimal value too large to represent as a float")),
    };
    of_class(vm, a[0], x)
}
/// A float, or what a subclass makes of it.
fn of_class(vm: &mut Vm, cls: Ref, x: f64) -> Step {
    let x = vm.float(x);
    if cls == t::FLOAT {
        return Ok(x);
    }
    let x = vm.keep(x);
    vm.tail_call(cls, &[x])
}
fn from_number(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[1]) == t::FLOAT && a[0] == t::FLOAT {
        return Ok(vm.incref(a[1]));
    }
    let x = vm.to_f64(a[1])?;
    of_class(vm, a[0], x)
}
fn is_integer(vm: &mut Vm, a: Args) -> Step {
    let x = own(vm, &a);
    Ok(vm.bool(x.is_finite() && x.floor() == x))
}
fn imag(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.float(0.0))
}
fn getformat(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        let message = format!("__getformat__() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    match vm.utf8(a[1]) {
        Some("double" | "float") => Ok(vm.str("IEEE, little-endian")),
        _ => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
    }
}
fn format(vm: &mut Vm, a: Args) -> Step {
    let Some(text) = vm.str_of(a[1]).map(|s| s.wtf8().to_owned()) else {
        let message = format!("__format__() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if text.is_empty() {
        let s = if vm.ty(a[0]) == t::FLOAT { vm.repr(a[0])? } else { vm.to_str(a[0])? };
        return Ok(vm.incref(s));
    }
    let (x, name) = (own(vm, &a), vm.type_name(a[0]).to_owned());
    let shown = format_spec::parse(&text, &name).and_then(|s| s.format_float(x, &name));
    match shown {
        Ok(s) => Ok(vm.str(s)),
        Err(e) => Err(format_error(vm, e)),
    }
}

static COMPARISONS: &[Def] = &comparison_rows!(compare, FLOAT);

static ARITHMETIC: &[Def] = &[
    Def::method("__add__", "(self, value, /)", forward::<FLOAT, { nb::ADD }>, "Return self+value."),
    Def::method("__radd__", "(self, value, /)", reflected::<FLOAT, { nb::ADD }>, "Return value+self."),
    Def::method("__sub__", "(self, value, /)", forward::<FLOAT, { nb::SUBTRACT }>, "Return self-value."),
    Def::method("__rsub__", "(self, value, /)", reflected::<FLOAT, { nb::SUBTRACT }>, "Return value-self."),
    Def::method("__mul__", "(self, value, /)", forward::<FLOAT, { nb::MULTIPLY }>, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", reflected::<FLOAT, { nb::MULTIPLY }>, "Return value*self."),
    Def::method("__mod__", "(self, value, /)", forward::<FLOAT, { nb::REMAINDER }>, "Return self%value."),
    Def::method("__rmod__", "(self, value, /)", reflected::<FLOAT, { nb::REMAINDER }>, "Return value%self."),
    Def::method("__divmod__", "(self, value, /)", slots::divmod::<FLOAT>, "Return divmod(self, value)."),
    Def::method("__rdivmod__", "(self, value, /)", slots::rdivmod::<FLOAT>, "Return divmod(value, self)."),
    Def::method("__pow__", "(self, value, mod=None, /)", slots::pow::<FLOAT>, "Return pow(self, value, mod)."),
    Def::method("__rpow__", "(self, value, mod=None, /)", slots::rpow::<FLOAT>, "Return pow(value, self, mod)."),
    Def::method("__neg__", "(self, /)", slots::neg, "-self"),
    Def::method("__pos__", "(self, /)", slots::pos, "+self"),
    Def::method("__abs__", "(self, /)", slots::abs, "abs(self)"),
    Def::method("__bool__", "(self, /)", slots::truth, "True if self else False"),
    Def::method("__int__", "(self, /)", trunc, "int(self)"),
    Def::method("__float__", "(self, /)", slots::plain, "float(self)"),
    Def::method("__floordiv__", "(self, value, /)", forward::<FLOAT, { nb::FLOOR_DIVIDE }>, "Return self//value."),
    Def::method("__rfloordiv__", "(self, value, /)", reflected::<FLOAT, { nb::FLOOR_DIVIDE }>, "Return value//self."),
    Def::method("__truediv__", "(self, value, /)", forward::<FLOAT, { nb::TRUE_DIVIDE }>, "Return self/value."),
    Def::method("__rtruediv__", "(self, value, /)", reflected::<FLOAT, { nb::TRUE_DIVIDE }>, "Return value/self."),
];

static METHODS: &[Def] = &[
    Def::new("(cls, x=0, /)", new::new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::class_method("from_number", "(cls, number, /)", from_number, "Convert real number to a floating-point number."),
    Def::method("conjugate", "(self, /)", slots::plain, "Return self, the complex conjugate of any float."),
    Def::plain("__trunc__", "(self, /)", trunc, "Return the Integral closest to x between 0 and x."),
    Def::plain("__floor__", "(self, /)", floor, "Return the floor as an Integral."),
    Def::plain("__ceil__", "(self, /)", ceil, "Return the ceiling as an Integral."),
    Def::plain("__round__", "(self, ndigits=None, /)", round, "Return the Integral closest to x, rounding half toward even."),
    Def::method("as_integer_ratio", "(self, /)", ratio, "Return a pair of integers, whose ratio is exactly equal to the original float."),
    Def::class_method("fromhex", "(cls, string, /)", from_hex, "Create a floating-point number from a hexadecimal string."),
    Def::method("hex", "(self, /)", hex, "Return a hexadecimal representation of a floating-point number."),
    Def::method("is_integer", "(self, /)", is_integer, "Return True if the float is an integer."),
    Def::plain("__getnewargs__", "(self, /)", slots::newargs, ""),
    Def::class_method("__getformat__", "(cls, typestr, /)", getformat, "How this machine stores C doubles and floats."),
    Def::plain("__format__", "(self, format_spec, /)", format, "Formats the float according to format_spec."),
    Def::get("real", slots::plain, "the real part of a complex number"),
    Def::get("imag", imag, "the imaginary part of a complex number"),
];

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::FLOAT),
    name: "float",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Float,
    flags: type_flags::BASE | type_flags::MATCH_SELF,
    size: (24, 0),
    doc: "Convert a string or number to a floating-point number, if possible.",
    defs: &[METHODS, COMPARISONS, ARITHMETIC],
};

/// A float argument given as a text: the parsed number, or None.
pub fn text_value(vm: &Vm, x: Ref) -> Option<f64> {
    super::int::number_text(vm, x).and_then(|s| float_ops::parse(&s))
}
/// ValueError for a text that is no float.
fn bad_text(vm: &mut Vm, x: Ref) -> Ask {
    match vm.repr(x) {
        Ok(shown) => {
            let message = format!("could not convert string to float: {}", vm.lossy(shown));
            vm.value_error(message)
        }
        Err(e) => e,
    }
}
