//! Exceptions as text: [`gather`] makes a [`report::Report`] of an exception, [`plain`] and [`cell`] print it.
//!
//! Not here: Python's own `traceback` module, which is the library's and works on the same objects.
mod anchors;
pub mod cell;
pub mod frame;
pub mod gather;
mod highlight;
pub mod keywords;
pub mod locals;
mod pieces;
pub mod plain;
pub mod report;
pub mod sources;
pub mod suggest;
mod text;

pub use gather::report;
pub use report::Report;
pub use sources::{decode_by, known as known_source, line_of, remember};

use crate::vm::native::{Args, Def};
use crate::vm::{Step, Vm, t};

/// Functions of the module `pellucid` by which the machine prints exceptions.
pub const FUNCTIONS: &[Def] = &[
    Def::function("_format_exception", "(exc, /)", format_exception, "The text of an uncaught exception."),
    Def::function("_format_cell_exception", "(exc, /)", format_cell_exception, "The lines of a notebook's traceback."),
];

fn format_exception(vm: &mut Vm, a: Args) -> Step {
    let (report, sources) = gathered(vm, a)?;
    let text = plain::render(&report, &|name| sources.get(name).cloned());
    Ok(vm.str(text))
}
fn format_cell_exception(vm: &mut Vm, a: Args) -> Step {
    let (report, sources) = gathered(vm, a)?;
    let lines = cell::render(&report, &|name| sources.get(name).cloned());
    let lines = lines.into_iter().map(|l| vm.str(l)).collect();
    Ok(vm.list(lines))
}
fn gathered(vm: &mut Vm, a: Args) -> Result<(Report, std::collections::HashMap<String, String>), crate::vm::Ask> {
    if !vm.is_a(a[0], t::BASE_EXCEPTION) {
        let message = format!("Exception expected for value, {} found", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    let report = report(vm, a[0])?;
    let sources = sources::collect(vm, &report)?;
    Ok((report, sources))
}

/// Suggestions for the library's `traceback` module: `_suggestions._generate_suggestions(candidates, item)`.
pub const SUGGESTIONS: &[Def] =
    &[Def::function("_generate_suggestions", "(candidates, item, /)", generate, "The candidate nearest to a name, or None.")];

fn generate(vm: &mut Vm, a: Args) -> Step {
    let Some(item) = vm.utf8(a[1]).map(str::to_owned) else {
        return Err(vm.type_error("_generate_suggestions() argument 2 must be str"));
    };
    let Some(items) = vm.list_items(a[0]).cloned() else {
        return Err(vm.type_error("candidates must be a list"));
    };
    let mut names = Vec::with_capacity(items.len());
    for r in items {
        match vm.utf8(r).map(str::to_owned) {
            Some(s) => names.push(s),
            None => return Err(vm.type_error("all elements in 'candidates' must be strings")),
        }
    }
    match suggest::nearest(&names, &item) {
        Some(s) => Ok(vm.str(s)),
        None => Ok(vm.none()),
    }
}
