//! `complex(x)`, `complex(real, imag)`: what can become a complex number.
use super::super::{int, warn_deprecated};
use crate::heap::{Owned, Ref};
use crate::objects::complex_ops::{self, C};
use crate::objects::Payload;
use crate::vm::{Args, Ask, Step, Vm, n, t};

/// `complex.__new__(cls, real=0, imag=0)`.
pub fn new(vm: &mut Vm, a: Args) -> Step {
    let z = match (a.opt(1), a.opt(2)) {
        (None, None) => (0.0, 0.0),
        (Some(x), None) if vm.ty(x) == t::COMPLEX && a[0] == t::COMPLEX => return Ok(vm.incref(x)),
        (Some(x), None) if vm.str_of(x).is_some() => from_text(vm, x)?,
        (Some(x), None) => match convert(vm, x)? {
            Some((z, _)) => z,
            None => {
                let message = format!("complex() argument must be a string or a number, not {}", vm.dotted_type_name(x));
                return Err(vm.type_error(message));
            }
        },
        (re, im) => from_parts(vm, re, im)?,
    };
    Ok(alloc_complex(vm, a[0], z))
}
fn alloc_complex(vm: &mut Vm, cls: Ref, z: C) -> Owned {
    if cls == t::COMPLEX { vm.complex(z.0, z.1) } else { vm.alloc(cls, Payload::Complex(z.0, z.1)) }
}
fn from_text(vm: &mut Vm, x: Ref) -> Result<C, Ask> {
    let text = int::number_text(vm, x).expect("a str");
    complex_ops::parse(&text).ok_or_else(|| vm.value_error("complex() arg is a malformed string"))
}
/// Both parts; a complex part is deprecated and spills over into the other.
fn from_parts(vm: &mut Vm, re: Option<Ref>, im: Option<Ref>) -> Result<C, Ask> {
    let re = re.map(|x| part(vm, x, "real")).transpose()?.unwrap_or(((0.0, 0.0), false));
    let im = im.map(|x| part(vm, x, "imag")).transpose()?.unwrap_or(((0.0, 0.0), false));
    let (mut x, mut y) = (re.0.0, im.0.0);
    if im.1 {
        x -= im.0.1;
    }
    if re.1 {
        y += re.0.1;
    }
    Ok((x, y))
}
fn part(vm: &mut Vm, x: Ref, name: &str) -> Result<(C, bool), Ask> {
    let message = format!("complex() argument '{name}' must be a real number, not {}", vm.dotted_type_name(x));
    // `__complex__` counts for the real part only.
    let special = name == "real" || matches!(vm.heap.get(x), Payload::Complex(..));
    let found = if special { convert(vm, x)? } else { real(vm, x)?.map(|x| ((x, 0.0), false)) };
    match found {
        Some((z, true)) => {
            warn_deprecated(vm, &message)?;
            Ok((z, true))
        }
        Some(found) => Ok(found),
        None => Err(vm.type_error(message)),
    }
}

/// Any number as a complex one, and whether it was complex; None when it is no number.
fn convert(vm: &mut Vm, x: Ref) -> Result<Option<(C, bool)>, Ask> {
    if vm.ty(x) != t::COMPLEX
        && let Some(z) = vm.call_pure(x, n::__COMPLEX__, &[])?
    {
        let Payload::Complex(re, im) = *vm.heap.get(z) else {
            let message = format!("{}.__complex__() must return a complex, not {}", vm.dotted_type_name(x), vm.dotted_type_name(z));
            return Err(vm.type_error(message));
        };
        if vm.ty(z) != t::COMPLEX {
            let message = format!(
                "{}.__complex__() must return a complex, not {}.  The ability to return an instance of a strict subclass \
                 of complex is deprecated, and may not be supported in a future version of Python.",
                vm.dotted_type_name(x),
                vm.dotted_type_name(z)
            );
            warn_deprecated(vm, &message)?;
        }
        return Ok(Some(((re, im), true)));
    }
    if let Payload::Complex(re, im) = *vm.heap.get(x) {
        return Ok(Some(((re, im), true)));
    }
    Ok(real(vm, x)?.map(|x| ((x, 0.0), false)))
}
fn real(vm: &mut Vm, x: Ref) -> Result<Option<f64>, Ask> {
    let has = vm.lookup_special(x, n::__FLOAT__).is_some() || vm.lookup_special(x, n::__INDEX__).is_some();
    if has { vm.to_f64(x).map(Some) } else { Ok(None) }
}

/// A complex argument of `cmath`; TypeError "must be real number, not X".
pub fn to_complex(vm: &mut Vm, x: Ref) -> Result<C, Ask> {
    match convert(vm, x)? {
        Some((z, _)) => Ok(z),
        None => vm.to_f64(x).map(|x| (x, 0.0)),
    }
}

/// `complex.from_number(number)`.
pub fn from_number(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[1]) == t::COMPLEX && a[0] == t::COMPLEX {
        return Ok(vm.incref(a[1]));
    }
    let z = to_complex(vm, a[1])?;
    let z = vm.complex(z.0, z.1);
    if a[0] == t::COMPLEX {
        return Ok(z);
    }
    let z = vm.keep(z);
    vm.tail_call(a[0], &[z])
}
