//! `float(x)`: what can become a float.
use super::super::warn_deprecated;
use super::{bad_text, text_value};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::{Args, Ask, Step, Vm, n, t};

/// `float.__new__(cls, x=0, /)`.
pub fn new(vm: &mut Vm, a: Args) -> Step {
    let x = match a.opt(1) {
        None => 0.0,
        Some(x) if vm.ty(x) == t::FLOAT && a[0] == t::FLOAT => return Ok(vm.incref(x)),
        Some(x) => from_object(vm, x)?,
    };
    Ok(alloc_float(vm, a[0], x))
}
/// A float object of a class that is `float` or derived from it.
pub fn alloc_float(vm: &mut Vm, cls: Ref, x: f64) -> Owned {
    if cls == t::FLOAT { vm.float(x) } else { vm.alloc(cls, Payload::Float(x)) }
}

/// `float(x)` (CPython `PyNumber_Float`).
fn from_object(vm: &mut Vm, x: Ref) -> Result<f64, Ask> {
    if vm.ty(x) == t::FLOAT {
        return Ok(vm.f64_of(x).expect("a float"));
    }
    if let Some(y) = vm.call_pure(x, n::__FLOAT__, &[])? {
        let Some(value) = vm.f64_of(y) else {
            let message = format!("{}.__float__ returned non-float (type {})", vm.dotted_type_name(x), vm.dotted_type_name(y));
            return Err(vm.type_error(message));
        };
        if vm.ty(y) != t::FLOAT {
            let message = format!(
                "{}.__float__ returned non-float (type {}).  The ability to return an instance of a strict subclass of \
                 float is deprecated, and may not be supported in a future version of Python.",
                vm.dotted_type_name(x),
                vm.dotted_type_name(y)
            );
            warn_deprecated(vm, &message)?;
        }
        return Ok(value);
    }
    if vm.lookup_special(x, n::__INDEX__).is_some() {
        let i = vm.index_ref(x)?;
        return vm.int_to_f64(i);
    }
    if vm.str_of(x).is_some() || vm.bytes_of(x).is_some() {
        return text_value(vm, x).ok_or_else(|| bad_text(vm, x));
    }
    let message = format!("float() argument must be a string or a real number, not '{}'", vm.dotted_type_name(x));
    Err(vm.type_error(message))
}
