//! The module `_opcode`: what `dis` and `opcode` ask about instructions, from the table of `code/opcode.rs`.
use crate::code::opcode::{Opcode, row};
use crate::code::operand;
use crate::heap::Owned;
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Ask, Step, Vm, fixed};

pub static OPCODE: ModuleDef = ModuleDef {
    name: "_opcode",
    doc: "Properties of instructions.",
    functions: &[&[
        Def::function("stack_effect", "(opcode, oparg=None, /, *, jump=None)", stack_effect, "Change of the stack's depth."),
        Def::function("is_valid", "(opcode)", is_valid, "Whether there is such an instruction."),
        Def::function("has_arg", "(opcode)", has_arg, "Whether it has an argument."),
        Def::function("has_const", "(opcode)", has_const, "Whether its argument is an index of a constant."),
        Def::function("has_name", "(opcode)", has_name, "Whether its argument is an index of a name."),
        Def::function("has_jump", "(opcode)", has_jump, "Whether it jumps."),
        Def::function("has_free", "(opcode)", has_free, "Whether its argument is an index of a cell."),
        Def::function("has_local", "(opcode)", has_local, "Whether its argument is an index of a local variable."),
        Def::function("has_exc", "(opcode)", has_exc, "Whether it sets up a handler."),
        Def::function("get_specialization_stats", "()", none, "Statistics of specialisation: there are none."),
        Def::function("get_nb_ops", "()", nb_ops, "Names and symbols of BINARY_OP's arguments."),
        Def::function("get_intrinsic1_descs", "()", intrinsics1, "Names of CALL_INTRINSIC_1's arguments."),
        Def::function("get_intrinsic2_descs", "()", intrinsics2, "Names of CALL_INTRINSIC_2's arguments."),
        Def::function("get_special_method_names", "()", special_methods, "Names of LOAD_SPECIAL's arguments."),
        Def::function("get_executor", "(code, offset)", get_executor, "Optimised code at an offset: there is none."),
    ]],
    types: &[],
    init: Some(init),
};

fn init(vm: &mut Vm, module: crate::heap::Ref) -> Result<(), Ask> {
    let dict = vm.module_dict(module);
    let yes = vm.bool(true);
    vm.dict_set_str(dict, "ENABLE_SPECIALIZATION", yes);
    let no = vm.bool(false);
    vm.dict_set_str(dict, "ENABLE_SPECIALIZATION_FT", no);
    Ok(())
}
fn opcode(vm: &mut Vm, a: Args) -> Result<Option<&'static Opcode>, Ask> {
    let number = vm.index_i32(a[0])?;
    Ok(u16::try_from(number).ok().and_then(row))
}
fn stack_effect(vm: &mut Vm, a: Args) -> Step {
    let row = opcode(vm, a)?;
    let arg = a.not_none(1).map_or(Ok(0), |r| vm.index_i32(r))?;
    if !matches!(a.opt(2), None | Some(fixed::NONE | fixed::TRUE | fixed::FALSE)) {
        return Err(vm.value_error("stack_effect: jump must be False, True or None"));
    }
    match (row, u32::try_from(arg)) {
        (Some(row), Ok(arg)) => Ok(vm.int(row.stack_effect(arg) as i64)),
        _ => Err(vm.value_error("invalid opcode or oparg")),
    }
}
/// Whether the opcode exists and has a property.
fn ask(vm: &mut Vm, a: Args, has: fn(&Opcode) -> bool) -> Step {
    let row = opcode(vm, a)?;
    Ok(vm.bool(row.is_some_and(has)))
}
fn is_valid(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, |_| true)
}
fn has_arg(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_arg)
}
fn has_const(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_const)
}
fn has_name(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_name)
}
fn has_jump(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_jump)
}
fn has_free(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_free)
}
fn has_local(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_local)
}
fn has_exc(vm: &mut Vm, a: Args) -> Step {
    ask(vm, a, Opcode::has_exc)
}
fn none(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.none())
}
fn names(vm: &mut Vm, texts: &[&str]) -> Owned {
    let items = texts.iter().map(|s| vm.str(*s)).collect();
    vm.list(items)
}
fn nb_ops(vm: &mut Vm, _: Args) -> Step {
    let mut items = Vec::new();
    for (name, symbol) in operand::BINARY_OPS {
        let pair = vec![vm.str(name), vm.str(symbol)];
        items.push(vm.tuple(pair));
    }
    Ok(vm.list(items))
}
fn intrinsics1(vm: &mut Vm, _: Args) -> Step {
    Ok(names(vm, &operand::INTRINSICS_1))
}
fn intrinsics2(vm: &mut Vm, _: Args) -> Step {
    Ok(names(vm, &operand::INTRINSICS_2))
}
fn special_methods(vm: &mut Vm, _: Args) -> Step {
    Ok(names(vm, &operand::SPECIAL_METHODS))
}
fn get_executor(vm: &mut Vm, _: Args) -> Step {
    Err(vm.error(crate::vm::t::RUNTIME_ERROR, "Executors are not available in this build"))
}
