//! Exceptions with one field or one method of their own: `StopIteration`, `SystemExit`, `KeyError`.
use super::base::{args_of, base_init, to_str};
use super::fields::{self, member};
use crate::vm::native::{Args, Def};
use crate::vm::{Step, Vm, fixed};

const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";

pub const STOP_ITERATION: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init_stop, INIT_DOC),
    member::<0>("value", "What the generator returned."),
];
pub const SYSTEM_EXIT: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init_exit, INIT_DOC),
    member::<0>("code", "The exit status."),
];
pub const KEY_ERROR: &[Def] = &[Def::method("__str__", "(self, /)", key_text, "Return str(self).")];

fn init_stop(vm: &mut Vm, a: Args) -> Step {
    let args = base_init(vm, a)?;
    fields::set(vm, a[0], 0, Some(args.first().copied().unwrap_or(fixed::NONE)));
    Ok(vm.none())
}
fn init_exit(vm: &mut Vm, a: Args) -> Step {
    let args = base_init(vm, a)?;
    let code = fields::exit_code(vm, a[0], &args);
    fields::set(vm, a[0], 0, code);
    Ok(vm.none())
}
/// The repr of the key: `KeyError('')` would otherwise print nothing.
fn key_text(vm: &mut Vm, a: Args) -> Step {
    match args_of(vm, a[0])[..] {
        [key] => {
            let r = vm.repr(key)?;
            Ok(vm.incref(r))
        }
        _ => to_str(vm, a),
    }
}
