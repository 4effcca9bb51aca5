//! Numbers: `int`, `float`, `complex`, `bool`, and the modules about them.
pub mod arith;
mod boolean;
mod complex;
mod float;
mod int;
mod slots;
pub use arith::{number_binary, number_divmod, number_unary};
use crate::objects::format_spec::FormatError;
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Ask, Vm};
pub use float::alloc_float;
pub use int::{alloc_int, decimal_text, int_from_object};

pub static TYPES: &[&TypeDef] = &[&int::TYPE, &boolean::TYPE, &float::TYPE, &complex::TYPE];
pub static MODULES: &[&ModuleDef] = &[];

/// Emits a DeprecationWarning at the running Python line.
pub(crate) fn warn_deprecated(vm: &mut Vm, message: &str) -> Result<(), Ask> {
    let text = vm.str(message);
    let text = vm.keep(text);
    vm.prelude("numbers_warn_deprecated", &[text])?;
    Ok(())
}
/// The exception of a bad format specification.
pub(crate) fn format_error(vm: &mut Vm, e: FormatError) -> Ask {
    match e {
        FormatError::Value(m) => vm.value_error(m),
        FormatError::Overflow(m) => vm.overflow_error(m),
    }
}
