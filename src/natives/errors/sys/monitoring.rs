//! `sys.monitoring` (PEP 669): tools, their events and callbacks. `vm/watch/` sends the events.
use super::namespace;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::native::{Args, Def, ModuleDef};
use crate::vm::watch::Monitoring;
use crate::vm::watch::event::{self, COUNT, NAMES, TOOLS};
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
    Def::function("clear_tool_id", "(tool_id, /)", clear_tool_id, "Drop a tool's events and callbacks."),
    Def::function("free_tool_id", "(tool_id, /)", free_tool_id, "Give a tool's number back."),
    Def::function("get_tool", "(tool_id, /)", get_tool, "The name of a tool, or None."),
    Def::function("register_callback", "(tool_id, event, func, /)", register_callback, "Set a callback, and give the one before."),
    Def::function("get_events", "(tool_id, /)", get_events, "Events that a tool gets of all code."),
    Def::function("set_events", "(tool_id, event_set, /)", set_events, "Set the events that a tool gets of all code."),
    Def::function("get_local_events", "(tool_id, code, /)", get_local_events, "Events that a tool gets of a code object."),
    Def::function("set_local_events", "(tool_id, code, event_set, /)", set_local_events, "Set the events of a code object."),
    Def::function("restart_events", "()", restart_events, "Send disabled events again."),
    Def::function("_all_events", "()", all_events, "Events by name."),
];

const CALL_ENDS: u32 = 1 << event::C_RETURN | 1 << event::C_RAISE;
const CALLS: u32 = CALL_ENDS | 1 << event::CALL;
const BOTH_BRANCHES: u32 = 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT;
/// Events of a place in the code: those that a single code object can be watched for.
const LOCAL: u32 = (1 << event::RAISE) - 1;

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let dict = vm.module_dict(module);
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        let id = vm.int(id);
        vm.dict_set_str(dict, name, id);
    }
    let [disable, missing] = ["DISABLE", "MISSING"].map(|name| {
        let mark = vm.alloc(t::OBJECT, Payload::Unit);
        let r = mark.get();
        vm.dict_set_str(dict, name, mark);
        vm.heap.incref_raw(r);
        Some(r)
    });
    vm.monitoring = Some(Box::new(Monitoring { disable, missing, ..Default::default() }));
    let mut events = vec![("NO_EVENTS", vm.int(0))];
    for (i, name) in NAMES.iter().enumerate() {
        events.push((name, vm.int(1 << i)));
    }
    let events = namespace(vm, events);
    vm.dict_set_str(dict, "events", events);
    Ok(())
}
fn state(vm: &mut Vm) -> &mut Monitoring {
    vm.monitoring.as_mut().expect("the module has been made")
}
fn tool(vm: &mut Vm, r: Ref) -> Result<usize, Ask> {
    let id = vm.index_i32(r)?;
    match usize::try_from(id) {
        Ok(i) if i < TOOLS => Ok(i),
        _ => Err(vm.value_error(format!("invalid tool {id} (must be between 0 and 5)"))),
    }
}
/// A tool that is in use.
fn used(vm: &mut Vm, r: Ref) -> Result<usize, Ask> {
    let tool = tool(vm, r)?;
    if state(vm).names[tool].is_some() {
        return Ok(tool);
    }
    Err(vm.value_error(format!("tool {tool} is not in use")))
}
fn use_tool_id(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    if vm.str_of(a[1]).is_none() {
        return Err(vm.value_error("tool name must be a str"));
    }
    if state(vm).names[tool].is_some() {
        return Err(vm.value_error(format!("tool {tool} is already in use")));
    }
    vm.heap.incref_raw(a[1]);
    state(vm).names[tool] = Some(a[1]);
    Ok(vm.none())
}
fn forget(vm: &mut Vm, tool: usize) {
    let m = state(vm);
    let callbacks = std::mem::take(&mut m.callbacks[tool]);
    m.global[tool] = 0;
    m.local.values_mut().for_each(|x| x[tool] = 0);
    m.disabled.retain(|x| x.0 as usize != tool);
    callbacks.into_iter().for_each(|f| vm.replace_raw(f));
    changed(vm);
}
fn changed(vm: &mut Vm) {
    state(vm).find_active();
    vm.watchers_changed();
}
fn clear_tool_id(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    if state(vm).names[tool].is_some() {
        forget(vm, tool);
    }
    Ok(vm.none())
}
fn free_tool_id(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    if state(vm).names[tool].is_some() {
        forget(vm, tool);
        let name = state(vm).names[tool].take();
        vm.replace_raw(name);
    }
    Ok(vm.none())
}
fn get_tool(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    let name = state(vm).names[tool].unwrap_or(fixed::NONE);
    Ok(vm.incref(name))
}
fn register_callback(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    let bits = vm.index_i64(a[1])?;
    if bits <= 0 || bits.count_ones() != 1 {
        return Err(vm.value_error("The callback can only be set for one event at a time"));
    }
    let event = bits.trailing_zeros() as usize;
    if event >= COUNT {
        return Err(vm.value_error(format!("invalid event {bits}")));
    }
    // The one event of old is the two of today.
    let events = if event == event::BRANCH as usize { vec![event, event::BRANCH_LEFT as usize, event::BRANCH_RIGHT as usize] } else { vec![event] };
    let mut before = None;
    for e in events {
        let new = a.not_none(2);
        new.iter().for_each(|r| vm.heap.incref_raw(*r));
        let old = std::mem::replace(&mut state(vm).callbacks[tool][e], new);
        match before {
            None => before = Some(old),
            Some(_) => vm.replace_raw(old),
        }
    }
    match before.flatten() {
        Some(old) => Ok(crate::heap::Owned::adopt(old)),
        None => Ok(vm.none()),
    }
}
fn get_events(vm: &mut Vm, a: Args) -> Step {
    let tool = tool(vm, a[0])?;
    let bits = state(vm).global[tool];
    Ok(vm.int(bits as i64))
}
fn code_number(vm: &mut Vm, r: Ref) -> Result<u32, Ask> {
    match vm.heap.get(r) {
        Payload::Code(c) => Ok(c.number),
        _ => Err(vm.type_error("code must be a code object")),
    }
}
fn get_local_events(vm: &mut Vm, a: Args) -> Step {
    let code = code_number(vm, a[1])?;
    let tool = tool(vm, a[0])?;
    let bits = state(vm).local.get(&code).map_or(0, |x| x[tool]);
    Ok(vm.int(bits as i64))
}
/// A set of events as it is kept: ends of calls go with the calls.
fn event_set(vm: &mut Vm, r: Ref, what: &str) -> Result<u32, Ask> {
    let bits = vm.index_i64(r)?;
    if bits < 0 || bits >= 1 << COUNT {
        return Err(vm.value_error(format!("invalid {what} 0x{:x}", bits as u32)));
    }
    let mut bits = bits as u32;
    if bits & CALL_ENDS != 0 && bits & CALLS != CALLS {
        return Err(vm.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    bits &= !CALL_ENDS;
    if bits & 1 << event::BRANCH != 0 {
        bits = bits & !(1 << event::BRANCH) | BOTH_BRANCHES;
    }
    Ok(bits)
}
fn set_events(vm: &mut Vm, a: Args) -> Step {
    let tool_id = tool(vm, a[0])?;
    let bits = event_set(vm, a[1], "event set")?;
    used(vm, a[0])?;
    state(vm).global[tool_id] = bits;
    changed(vm);
    Ok(vm.none())
}
fn set_local_events(vm: &mut Vm, a: Args) -> Step {
    let tool_id = tool(vm, a[0])?;
    let code = code_number(vm, a[1])?;
    let bits = event_set(vm, a[2], "local event set")?;
    if bits & !LOCAL != 0 {
        return Err(vm.value_error(format!("invalid local event set 0x{bits:x}")));
    }
    used(vm, a[0])?;
    state(vm).local.entry(code).or_default()[tool_id] = bits;
    changed(vm);
    Ok(vm.none())
}
fn restart_events(vm: &mut Vm, _: Args) -> Step {
    state(vm).disabled.clear();
    Ok(vm.none())
}
fn all_events(vm: &mut Vm, _: Args) -> Step {
    let dict = vm.dict();
    for (i, name) in NAMES.iter().enumerate() {
        let tools = (0..TOOLS).filter(|x| state(vm).global[*x] & 1 << i != 0).fold(0, |sum, x| sum | 1 << x);
        if tools != 0 {
            let tools = vm.int(tools);
            vm.dict_set_str(dict.get(), name, tools);
        }
    }
    Ok(dict)
}
