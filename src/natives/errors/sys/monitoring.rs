//! `sys.monitoring` (PEP 669): its constants and its tools' names. Events are refused, since the machine sends none.
use super::namespace;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::{Ask, Step, Vm, fixed, t};

pub static MONITORING: ModuleDef = ModuleDef {
    name: "sys.monitoring",
    doc: "Events of running code, for tools.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(init),
};

const FUNCTIONS: &[Def] = &[
    Def::function("use_tool_id", "(tool_id, name, /)", use_tool_id, "Take a tool's number."),
    Def::function("clear_tool_id", "(tool_id, /)", clear_tool_id, "Drop a tool's events."),
    Def::function("free_tool_id", "(tool_id, /)", free_tool_id, "Give a tool's number back."),
    Def::function("get_tool", "(tool_id, /)", get_tool, "The name of a tool, or None."),
    Def::function("register_callback", "(tool_id, event, func, /)", register_callback, "Set a callback."),
    Def::function("get_events", "(tool_id, /)", get_events, "Events that a tool gets."),
    Def::function("set_events", "(tool_id, event_set, /)", set_events, "Set the events that a tool gets."),
    Def::function("get_local_events", "(tool_id, code, /)", get_events, "Events that a tool gets of a code object."),
    Def::function("set_local_events", "(tool_id, code, event_set, /)", set_local_events, "Set the events of a code object."),
    Def::function("restart_events", "()", restart_events, "Send disabled events again."),
    Def::function("_all_events", "()", all_events, "Events by name."),
];

/// Events in order of their bits.
const EVENTS: &[&str] = &[
    "PY_START", "PY_RESUME", "PY_RETURN", "PY_YIELD", "CALL", "LINE", "INSTRUCTION", "JUMP", "BRANCH_LEFT", "BRANCH_RIGHT",
    "STOP_ITERATION", "RAISE", "EXCEPTION_HANDLED", "PY_UNWIND", "PY_THROW", "RERAISE", "C_RETURN", "C_RAISE", "BRANCH",
];
const TOOLS: &[&str] = &["sys.tool0", "sys.tool1", "sys.tool2", "sys.tool3", "sys.tool4", "sys.tool5"];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let dict = vm.module_dict(module);
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        let id = vm.int(id);
        vm.dict_set_str(dict, name, id);
    }
    for name in ["DISABLE", "MISSING"] {
        let mark = vm.alloc(t::OBJECT, Payload::Unit);
        vm.dict_set_str(dict, name, mark);
    }
    let mut events = vec![("NO_EVENTS", vm.int(0))];
    for (i, name) in EVENTS.iter().enumerate() {
        events.push((name, vm.int(1 << i)));
    }
    let events = namespace(vm, events);
    vm.dict_set_str(dict, "events", events);
    Ok(())
}
fn tool(vm: &mut Vm, r: Ref) -> Result<&'static str, Ask> {
    let id = vm.index_i32(r)?;
    match usize::try_from(id).ok().and_then(|i| TOOLS.get(i)) {
        Some(key) => Ok(key),
        None => Err(vm.value_error(format!("invalid tool {id} (must be between 0 and 5)"))),
    }
}
/// The key of a tool that is in use.
fn used(vm: &mut Vm, r: Ref) -> Result<&'static str, Ask> {
    let key = tool(vm, r)?;
    if vm.registry.contains_key(key) {
        return Ok(key);
    }
    let id = vm.index_i32(r)?;
    Err(vm.value_error(format!("tool {id} is not in use")))
}
fn use_tool_id(vm: &mut Vm, a: Args) -> Step {
    let key = tool(vm, a[0])?;
    if vm.str_of(a[1]).is_none() {
        return Err(vm.value_error("tool name must be a str"));
    }
    if vm.registry.contains_key(key) {
        let id = vm.index_i32(a[0])?;
        return Err(vm.value_error(format!("tool {id} is already in use")));
    }
    super::registry::put(vm, key, a[1]);
    Ok(vm.none())
}
fn clear_tool_id(vm: &mut Vm, a: Args) -> Step {
    tool(vm, a[0])?;
    Ok(vm.none())
}
fn free_tool_id(vm: &mut Vm, a: Args) -> Step {
    let key = tool(vm, a[0])?;
    super::registry::put(vm, key, fixed::NONE);
    Ok(vm.none())
}
fn get_tool(vm: &mut Vm, a: Args) -> Step {
    let key = tool(vm, a[0])?;
    Ok(super::registry::get_or_none(vm, key))
}
fn register_callback(vm: &mut Vm, a: Args) -> Step {
    tool(vm, a[0])?;
    if a[2] == fixed::NONE {
        return Ok(vm.none());
    }
    Err(vm.unsupported("sys.monitoring"))
}
fn get_events(vm: &mut Vm, a: Args) -> Step {
    used(vm, a[0])?;
    Ok(vm.int(0))
}
fn set_events(vm: &mut Vm, a: Args) -> Step {
    used(vm, a[0])?;
    refuse_unless_zero(vm, a[1])
}
fn set_local_events(vm: &mut Vm, a: Args) -> Step {
    used(vm, a[0])?;
    refuse_unless_zero(vm, a[2])
}
fn refuse_unless_zero(vm: &mut Vm, events: Ref) -> Step {
    match vm.index_i64(events)? {
        0 => Ok(vm.none()),
        _ => Err(vm.unsupported("sys.monitoring")),
    }
}
fn restart_events(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.none())
}
fn all_events(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.dict())
}
