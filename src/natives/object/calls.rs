//! `type.__call__` as a method: the machine's own rule, with the arguments spelled out.
use crate::vm::{Args, Step, Vm};

pub fn type_call(vm: &mut Vm, a: Args) -> Step {
    crate::vm::slow::type_call(vm, a)
}
