//! The type `complex`: its table and its methods.
mod new;
use super::arith::nb;
use super::format_error;
use super::slots::{self, COMPLEX, compare_complex, forward, reflected};
use crate::comparison_rows;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, complex_ops, format_spec};
use crate::vm::api::hash_double;
use crate::vm::{Args, Def, Step, TypeDef, Vm, t};
pub use new::to_complex;

/// The receiver's parts.
fn own(vm: &Vm, a: &Args) -> (f64, f64) {
    match vm.heap.get(a[0]) {
        Payload::Complex(re, im) => (*re, *im),
        _ => panic!("a method of complex has a complex as its receiver"),
    }
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = complex_ops::repr(own(vm, &a));
    Ok(vm.str(text))
}
/// The hash of an equal float where the imaginary part is 0.
fn hash(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = own(vm, &a);
    let part = |x: f64| if x.is_nan() { Vm::hash_address(a[0]) } else { hash_double(x) };
    let h = part(re).wrapping_add(part(im).wrapping_mul(1_000_003));
    Ok(vm.int(if h == -1 { -2 } else { h }))
}
fn conjugate(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = own(vm, &a);
    Ok(vm.complex(re, -im))
}
fn newargs(vm: &mut Vm, a: Args) -> Step {
    let (re, im) = own(vm, &a);
    let pair = vec![vm.float(re), vm.float(im)];
    Ok(vm.tuple(pair))
}
fn real(vm: &mut Vm, a: Args) -> Step {
    let (re, _) = own(vm, &a);
    Ok(vm.float(re))
}
fn imag(vm: &mut Vm, a: Args) -> Step {
    let (_, im) = own(vm, &a);
    Ok(vm.float(im))
}
fn format(vm: &mut Vm, a: Args) -> Step {
    let Some(text) = vm.str_of(a[1]).map(|s| s.wtf8().to_owned()) else {
        let message = format!("__format__() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if text.is_empty() {
        let s = if vm.ty(a[0]) == t::COMPLEX { vm.repr(a[0])? } else { vm.to_str(a[0])? };
        return Ok(vm.incref(s));
    }
    let ((re, im), name) = (own(vm, &a), vm.type_name(a[0]).to_owned());
    let shown = format_spec::parse(&text, &name).and_then(|s| s.format_complex(re, im, &name));
    match shown {
        Ok(s) => Ok(vm.str(s)),
        Err(e) => Err(format_error(vm, e)),
    }
}

static COMPARISONS: &[Def] = &comparison_rows!(compare_complex);

static METHODS: &[Def] = &[
    Def::new("(cls, real=0, imag=0)", new::new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__add__", "(self, value, /)", forward::<COMPLEX, { nb::ADD }>, "Return self+value."),
    Def::method("__radd__", "(self, value, /)", reflected::<COMPLEX, { nb::ADD }>, "Return value+self."),
    Def::method("__sub__", "(self, value, /)", forward::<COMPLEX, { nb::SUBTRACT }>, "Return self-value."),
    Def::method("__rsub__", "(self, value, /)", reflected::<COMPLEX, { nb::SUBTRACT }>, "Return value-self."),
    Def::method("__mul__", "(self, value, /)", forward::<COMPLEX, { nb::MULTIPLY }>, "Return self*value."),
    Def::method("__rmul__", "(self, value, /)", reflected::<COMPLEX, { nb::MULTIPLY }>, "Return value*self."),
    Def::method("__pow__", "(self, value, mod=None, /)", slots::pow::<COMPLEX>, "Return pow(self, value, mod)."),
    Def::method("__rpow__", "(self, value, mod=None, /)", slots::rpow::<COMPLEX>, "Return pow(value, self, mod)."),
    Def::method("__neg__", "(self, /)", slots::neg, "-self"),
    Def::method("__pos__", "(self, /)", slots::pos, "+self"),
    Def::method("__abs__", "(self, /)", slots::abs, "abs(self)"),
    Def::method("__bool__", "(self, /)", slots::truth, "True if self else False"),
    Def::method("__truediv__", "(self, value, /)", forward::<COMPLEX, { nb::TRUE_DIVIDE }>, "Return self/value."),
    Def::method("__rtruediv__", "(self, value, /)", reflected::<COMPLEX, { nb::TRUE_DIVIDE }>, "Return value/self."),
    Def::class_method("from_number", "(cls, number, /)", new::from_number, "Convert number to a complex floating-point number."),
    Def::method("conjugate", "(self, /)", conjugate, "Return the complex conjugate of its argument."),
    Def::plain("__complex__", "(self, /)", slots::plain, "Convert this value to exact type complex."),
    Def::plain("__getnewargs__", "(self, /)", newargs, ""),
    Def::plain("__format__", "(self, format_spec, /)", format, "Convert to a string according to format_spec."),
    Def::member("real", real, "the real part of a complex number"),
    Def::member("imag", imag, "the imaginary part of a complex number"),
];

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::COMPLEX),
    name: "complex",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Complex,
    flags: type_flags::BASE,
    size: (32, 0),
    doc: "Create a complex number from a string or numbers.\n\nA single string is parsed, a single number converted; real and imag are the two parts.",
    defs: &[METHODS, COMPARISONS],
};
