//! Numbers: `int`, `float`, `complex`, `bool`, and the modules about them; `itertools`, `_functools`, `_operator`.
pub mod arith;
mod boolean;
mod cmath;
mod complex;
mod float;
pub mod functools;
mod int;
mod itertools;
mod math;
mod operator;
mod random;
mod slots;
mod statistics;
mod sum;
pub use arith::{number_binary, number_divmod, number_unary};
use crate::objects::format_spec::FormatError;
use crate::heap::{Owned, Ref};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Answer, Args, Ask, Step, Vm, n, t};
pub use float::alloc_float;
pub use sum::HELPERS as SUM_HELPERS;
pub use int::{alloc_int, decimal_text, int_from_object};

pub static TYPES: &[&TypeDef] = &[&int::TYPE, &boolean::TYPE, &float::TYPE, &complex::TYPE];
pub static MODULES: &[&ModuleDef] = &[
    &math::MODULE,
    &cmath::MODULE,
    &random::MODULE,
    &statistics::MODULE,
    &operator::MODULE,
    &functools::MODULE,
    &itertools::MODULE,
];

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
/// Puts a value, which is taken over, into a module's namespace.
pub(crate) fn set_in_module(vm: &mut Vm, module: Ref, name: &str, value: Owned) {
    let dict = vm.instance_dict(module).expect("a module has a namespace");
    vm.dict_set_str(dict, name, value);
}
/// Whether an object can be called.
pub(crate) fn is_callable(vm: &mut Vm, r: Ref) -> bool {
    vm.lookup_special(r, n::__CALL__).is_some()
}
/// `cls[item]` of a generic class: a `types.GenericAlias`.
pub(crate) fn class_getitem(vm: &mut Vm, a: Args) -> Step {
    vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]])
}
/// `__iter__` of iterators.
pub(crate) fn itself(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.incref(a[0]))
}
/// `a + b` by all the rules; lent.
pub(crate) fn plus(vm: &mut Vm, a: Ref, b: Ref) -> Result<Ref, Ask> {
    match number_binary(vm, arith::nb::ADD, a, b) {
        Some(r) => {
            let r = r?;
            Ok(vm.keep(r))
        }
        None => vm.prelude("operator_add", &[a, b]),
    }
}

/// The next item of an iterator, lent until the native ends; None at the end. What a built-in iterator gives at once goes
/// on the tape too, as it cannot be taken twice.
pub(crate) fn next_item(vm: &mut Vm, it: Ref) -> Result<Option<Ref>, Ask> {
    if vm.cursor < vm.answers.len() || !vm.is_simple_iter(it) {
        return vm.next_of(it);
    }
    let item = vm.advance(it)?.map(Owned::into_raw);
    let answer = match item {
        Some(r) => Answer::Value(r),
        None => match vm.stop_iteration(None) {
            Ask::Raise(e) => Answer::Raised(e.into_raw()),
            _ => unreachable!("stop_iteration raises"),
        },
    };
    vm.answers.push(answer);
    vm.cursor += 1;
    Ok(item)
}
/// What was asked so far has been put into effect: the tape starts anew, as if the native had just been called. So a loop
/// that asks for each item forgets what is done, and running the native again takes up where it was.
pub(crate) fn committed(vm: &mut Vm) {
    for answer in std::mem::take(&mut vm.answers) {
        match answer {
            Answer::Value(r) | Answer::Raised(r) => vm.heap.decref_raw(r),
            Answer::Sys(_) => {}
        }
    }
    vm.cursor = 0;
}

/// `impl State`: the references a state holds, and whether it can be part of a cycle (it can unless said otherwise).
#[macro_export]
macro_rules! native_state {
    ($ty:ty, |$s:ident, $f:ident| $visit:expr) => {
        $crate::native_state!($ty, |$s, $f| $visit, true);
    };
    ($ty:ty, |$s:ident, $f:ident| $visit:expr, $container:expr) => {
        impl $crate::objects::State for $ty {
            fn visit(&self, $f: &mut dyn FnMut($crate::heap::Ref)) {
                let $s = self;
                $visit
            }
            fn is_container(&self) -> bool {
                $container
            }
        }
    };
}
