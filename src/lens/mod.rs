//! Lenses: the cell commands that look into the machine.
pub mod view;

use crate::face::{Display, Host};
use crate::heap::Ref;
use crate::machine::Machine;

/// Runs the lens that a magic line names; None when it names none.
pub fn run_magic(_machine: &mut Machine, _namespace: Ref, _line: &str, _body: Option<&str>, _host: &mut dyn Host) -> Option<Result<Display, String>> {
    None
}
