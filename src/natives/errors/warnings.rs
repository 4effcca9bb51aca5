//! Warnings: the module `_warnings`, and how natives warn. The rules are those of the library's `warnings` module.
//!
//! Only `warn` and `warn_explicit` are here, so that `warnings` takes everything from its Python version.
use crate::code::warn::SyntaxWarning;
use crate::heap::{Owned, Ref};
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Ask, Step, Vm, fixed};

pub static WARNINGS: ModuleDef = ModuleDef {
    name: "_warnings",
    doc: "What the machine needs of warnings.",
    functions: &[&[
        Def::function(
            "warn",
            "(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())",
            warn,
            "Issue a warning, or maybe ignore it or raise an exception.",
        ),
        Def::function("warn_explicit", "(*args, **kwargs)", warn_explicit, "Issue a warning of a given place."),
    ]],
    types: &[],
    init: None,
};

/// Warns as `warnings.warn(message, category, stacklevel)` does in the running Python function; may raise.
pub fn warn_from_native(vm: &mut Vm, category: Ref, message: &str, stacklevel: i64) -> Result<(), Ask> {
    let (message, level) = (vm.str(message), vm.int(stacklevel));
    let (message, level) = (vm.keep(message), vm.keep(level));
    vm.prelude("warnings_warn", &[message, category, level, fixed::NONE, fixed::EMPTY_TUPLE])?;
    Ok(())
}
/// Warns of what the compiler found in a text, at the text's own lines; a filter may make a SyntaxError of it.
pub fn warn_of_source(vm: &mut Vm, found: &[SyntaxWarning], filename: &str) -> Result<(), Ask> {
    if found.is_empty() {
        return Ok(());
    }
    let (rows, name) = (source_warnings(vm, found), vm.str(filename));
    let (rows, name) = (vm.keep(rows), vm.keep(name));
    vm.prelude("warnings_of_source", &[rows, name])?;
    Ok(())
}
/// What the prelude's `warnings_of_source` takes: a list of (message, line, offset, end of it, text of the line or None).
pub fn source_warnings(vm: &mut Vm, found: &[SyntaxWarning]) -> Owned {
    let rows = found
        .iter()
        .map(|warning| {
            let text = match &warning.text {
                Some(text) => vm.str(text.as_str()),
                None => vm.none(),
            };
            let numbers = [warning.lineno, warning.offset, warning.end_offset].map(|n| vm.int(i64::from(n)));
            let [line, offset, end] = numbers;
            let row = vec![vm.str(warning.msg.as_str()), line, offset, end, text];
            vm.tuple(row)
        })
        .collect();
    vm.list(rows)
}
fn warn(vm: &mut Vm, a: Args) -> Step {
    let level = match a.opt(2) {
        Some(r) => r,
        None => {
            let one = vm.int(1);
            vm.keep(one)
        }
    };
    let (category, source) = (a.opt(1).unwrap_or(fixed::NONE), a.opt(3).unwrap_or(fixed::NONE));
    vm.tail_prelude("warnings_warn", &[a[0], category, level, source, a.opt(4).unwrap_or(fixed::EMPTY_TUPLE)])
}
fn warn_explicit(vm: &mut Vm, a: Args) -> Step {
    let kwargs = match a.opt(1) {
        Some(d) => d,
        None => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    vm.tail_prelude("warnings_warn_explicit", &[a.opt(0).unwrap_or(fixed::EMPTY_TUPLE), kwargs])
}
