//! `sys._jit`: this machine has no compiler to machine code, and says so.
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Step, Vm};

pub static JIT: ModuleDef =
    ModuleDef { name: "sys._jit", doc: "Whether code is compiled to machine code while it runs.", functions: &[FUNCTIONS], types: &[], init: None };

const FUNCTIONS: &[Def] = &[
    Def::function("is_available", "()", no, "Whether this build has such a compiler."),
    Def::function("is_enabled", "()", no, "Whether the compiler is switched on."),
    Def::function("is_active", "()", no, "Whether the caller's frame runs machine code."),
];

fn no(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.bool(false))
}
