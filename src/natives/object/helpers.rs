//! What the prelude needs of the machine: the hidden module `_pellucid`.
use crate::heap::Ref;
use crate::natives::containers;
use crate::vm::native::ModuleDef;
use crate::vm::step::Resume;
use crate::vm::{Args, Def, Step, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef { name: "_pellucid", doc: "The prelude's door into the machine.", functions: &[FUNCTIONS, super::type_order::HELPERS, containers::LIST_HELPERS, containers::SORT_HELPERS, crate::natives::numbers::SUM_HELPERS, containers::TYPING_HELPERS], types: &[], init: None };

static FUNCTIONS: &[Def] = &[
    Def::function("_type_new_raw", "(meta, name, bases, ns, /)", super::type_new::type_new_raw, "A class before names and hooks."),
    Def::function("_run_body", "(func, ns, /)", |vm, a| vm.run_body(a[0], a[1]), "Runs a class body."),
    Def::function("_type_lookup", "(cls, name, default, /)", type_lookup, "An attribute along the MRO, unbound."),
    Def::function("_type_dict", "(cls, /)", |vm, a| { let d = vm.type_obj(a[0]).dict; Ok(vm.incref(d)) }, "A class's own namespace."),
    Def::function("_type_modified", "(cls, /)", |vm, a| { vm.type_modified(a[0]); Ok(vm.none()) }, "After a change of a class's own namespace."),
    Def::function("_remember_source", "(filename, text, /)", |vm, a| { let (name, text) = (vm.lossy(a[0]), vm.lossy(a[1])); crate::natives::errors::render::remember(vm, &name, &text); Ok(vm.none()) }, "Keeps a text for tracebacks."),
    Def::function("_check_file_source", "(data, path, /)", check_file_source, "Refuses a program's file that is not UTF-8 and says nothing of it."),
    Def::function("_stands_for_native", "(cls, /)", |vm, a| { vm.type_obj_mut(a[0]).flags |= crate::objects::class::type_flags::STANDS_FOR_NATIVE; Ok(vm.none()) }, "Has messages give a class's name with its module."),
    Def::function("_no_base", "(cls, /)", |vm, a| { vm.type_obj_mut(a[0]).flags &= !crate::objects::class::type_flags::BASE; Ok(vm.none()) }, "Has a class refuse to be a base."),
    Def::function("_is_type", "(x, /)", |vm, a| { let b = vm.is_type(a[0]); Ok(vm.bool(b)) }, ""),
    Def::function("_real_type", "(x, /)", |vm, a| { let ty = vm.ty(a[0]); Ok(vm.incref(ty)) }, ""),
    Def::function("_has_flag", "(cls, flag, /)", |vm, a| { let f = vm.index_i64(a[1])? as u32; let b = vm.type_obj(a[0]).has(f); Ok(vm.bool(b)) }, ""),
    Def::function("_dict_version", "(dict, /)", |vm, a| { let v = vm.dict_of(a[0]).map_or(0, |d| d.version); Ok(vm.int(v as i64)) }, "Changes whenever keys are added or removed."),
    Def::function("_item_at", "(sequence, i, /)", containers::support::item_for_prelude, "(item,) of a list or tuple, () behind the last."),
    Def::function("_repr_enter", "(obj, /)", containers::support::repr_enter_for_prelude, "Begins the repr of a container."),
    Def::function("_repr_leave", "(obj, /)", containers::support::repr_leave_for_prelude, "Ends the repr of a container."),
    Def::function("_gen_ends_quietly", "(gen, /)", |vm, a| { let b = vm.generator_ends_quietly(a[0]); Ok(vm.bool(b)) }, "Whether closing it would run none of its code."),
    Def::function("_gen_call", "(gen, func, /, *args)", gen_call, "Calls on top of a generator's frame: what the call gives is the delegate's."),
    Def::function("_gen_set_running", "(gen, running, /)", gen_set_running, "Marks a generator as running, or as suspended."),
    Def::function("_gen_throw", "(gen, exc, /)", |vm, a| vm.tail_resume(a[0], Resume::Throw(a[1])), "Raises inside, without asking the delegate."),
    Def::function("_gen_send", "(gen, value, /)", |vm, a| vm.tail_resume(a[0], Resume::Send(a[1])), ""),
    Def::function("_gen_delegate", "(gen, /)", |vm, a| match vm.delegate_of(a[0]) { Some(d) => Ok(vm.incref(d)), None => Ok(vm.none()) }, ""),
    Def::function("_gen_pop_delegate", "(gen, value, /)", pop_delegate, "After a delegate's end: its result becomes what the SEND loop gives."),
    Def::function("_gen_state", "(gen, /)", |vm, a| { let s = vm.generator(a[0]).state as i64; Ok(vm.int(s)) }, "0 created, 1 suspended, 2 running, 3 closed."),
    Def::function("_gen_kill", "(gen, /)", |vm, a| { vm.kill_generator(a[0]); Ok(vm.none()) }, "Drops the frame of a generator that never began."),
    Def::function("_ag_hook", "(gen, /)", |vm, a| { let g = vm.generator(a[0]); let hook = g.finalizer.filter(|_| !g.ag_closed); Ok(vm.incref(hook.unwrap_or(fixed::NONE))) }, "What is told of the end of an async generator that nobody closed, or None."),
    Def::function("_flags_from", "(values, /)", crate::natives::errors::sys::flags_from, "`sys.flags` with other values than the usual."),
    Def::function("_awaitable_iter", "(x, /)", |vm, a| crate::vm::slow::awaitable_iter(vm, a[0]), "What `await x` walks."),
    Def::function("_cell_contents", "(cell, /)", |vm, a| match vm.cell_value(a[0]) { Some(v) => Ok(vm.incref(v)), None => Ok(vm.none()) }, ""),
    Def::function("_caller_globals", "()", caller_globals, ""),
    Def::function("_input_line", "(prompt, password, /)", input_line, "One line from the front end."),
    Def::function("_sys_modules", "()", |vm, _| { let m = vm.modules; Ok(vm.incref(m)) }, ""),
    Def::function("_thread_forget_locals", "()", crate::natives::system::thread::forget_locals, "Drops what thread-local objects have for the running thread."),
    Def::function("_thread_finalize", "()", crate::natives::system::thread::finalize, "The running thread is the only one from now on."),
    Def::function("_simple_queue_mark", "(queue, waits, /)", crate::natives::system::queue::mark, "Whether a thread waits at the gate; what it was before."),
    Def::function("_simple_queue_next", "(queue, /)", crate::natives::system::queue::next, "The next item in a tuple, or None."),
    Def::function("_interp", "(what, id=0, n=0, data=b'', /)", crate::natives::system::interpreters::ask, "Asks the system about interpreters."),
    Def::function("_set_registry", "(name, value, /)", set_registry, "Keeps a value for the process."),
    Def::function("_get_registry", "(name, /)", get_registry, ""),
    Def::function("_native_module", "(name, /)", native_module, "A native module, made at first use."),
    Def::function("_gc_collect", "(generation, /)", super::gc_module::collect_now, "One collection."),
    Def::function("_gc_finalize", "(number, /)", crate::vm::finalize_collected, "Runs one of the finalizers that a collection waits for."),
    Def::function("_gc_finish", "(generation, /)", super::gc_module::finish, "Ends a collection that waited for finalizers."),
    Def::function("_weak_referent", "(ref, /)", |vm, a| match super::weakref::referent(vm, a[0]) { Some(r) => Ok(vm.incref(r)), None => Ok(vm.none()) }, ""),
    Def::function("_exc_traceback", "(exc, tb, /)", set_traceback, "Replaces an exception's traceback."),
    Def::function("_match_kind", "(cls, /)", super::abc_module::match_kind, "Whether `match` takes it for a sequence or a mapping."),
    Def::function("_set_match_kind", "(cls, bits, /)", super::abc_module::set_match_kind, ""),
    Def::function("_frame_vars", "(frame, /)", super::code_type::frame_vars, "The variables of a function's frame as a dict."),
    Def::function("_frame_set_var", "(frame, name, value, /)", super::code_type::frame_set_var, "Stores a variable of a frame."),
    Def::function("_frame_extra", "(frame, /)", super::code_type::frame_extra, "Names that only `f_locals` knows."),
    Def::function("_set_handled", "(exc, /)", set_handled, "Replaces the exception being handled."),
    Def::function("_set_context", "(exc, context, /)", set_context, "Replaces an exception's context without a check."),
];

fn set_handled(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[0]);
    let top = vm.cur.handled.last_mut().expect("a thread has an entry");
    let old = top.replace(a[0]);
    old.iter().for_each(|e| vm.heap.decref_raw(*e));
    Ok(vm.none())
}
fn check_file_source(vm: &mut Vm, a: Args) -> Step {
    let (data, path) = (vm.bytes_of(a[0]).unwrap_or_default().to_vec(), vm.lossy(a[1]));
    match crate::code::source::decode_file(&data, &path) {
        Err(problem) if crate::code::source::foreign_encoding(&data).is_none() => Err(vm.syntax_error(&problem)),
        _ => Ok(vm.none()),
    }
}
fn type_lookup(vm: &mut Vm, a: Args) -> Step {
    let name = super::object_type::attr_name(vm, a[1])?;
    let v = vm.lookup(a[0], name).unwrap_or(a[2]);
    Ok(vm.incref(v))
}
fn pop_delegate(vm: &mut Vm, a: Args) -> Step {
    let send = crate::code::opcode::op::SEND;
    let Some(code) = vm.generator(a[0]).frame.as_ref().map(|f| f.code_ref) else { return Ok(vm.none()) };
    let units = vm.code_obj(code).clone();
    let g = vm.generator_mut(a[0]);
    let Some(f) = g.frame.as_mut() else { return Ok(vm.none()) };
    // Suspended at YIELD_VALUE inside `SEND … YIELD_VALUE RESUME JUMP_BACKWARD_NO_INTERRUPT`: go on behind the loop.
    let units = &units.units;
    let at = (0..f.pc as usize).rev().find(|i| (units[*i] & 0xFF) as u8 == send);
    if let Some(at) = at {
        let n = (units[at] >> 8) as usize;
        f.pc = (at + 2 + n) as u32;
    }
    Ok(vm.incref(a[1]))
}
fn caller_globals(vm: &mut Vm, _a: Args) -> Step {
    let found = vm.visible_frame(0).and_then(|i| match &vm.cur.activations[i] {
        crate::vm::thread::Activation::Py(f) => Some(f.globals),
        _ => None,
    });
    match found {
        Some(g) => Ok(vm.incref(g)),
        None => Ok(vm.none()),
    }
}
fn input_line(vm: &mut Vm, a: Args) -> Step {
    use crate::face::InputRefused;
    use crate::vm::syscall::{SysResult, Syscall};
    let prompt = vm.lossy(a[0]);
    match vm.syscall(Syscall::Input { prompt, password: a[1] == fixed::TRUE })? {
        SysResult::Text(s) => Ok(vm.str(s)),
        // Descriptor 0 is a pipe or a file: its lines come through `sys.stdin`.
        SysResult::Error(_) => vm.tail_prelude("read_line", &[a[0]]),
        SysResult::NoInput(InputRefused::Interrupted) => Err(crate::vm::Ask::Raise(vm.new_exception(t::KEYBOARD_INTERRUPT, vec![]))),
        SysResult::NoInput(InputRefused::NotAllowed) => {
            vm.tail_prelude("refuse_input", &[])
        }
        _ => Err(vm.error(t::EOF_ERROR, "EOF when reading a line")),
    }
}
fn leak(name: String) -> &'static str {
    // Names of registry entries are few and fixed by the prelude.
    Box::leak(name.into_boxed_str())
}
fn set_registry(vm: &mut Vm, a: Args) -> Step {
    let name = vm.lossy(a[0]);
    vm.heap.incref_raw(a[1]);
    let key = vm.registry.keys().find(|k| **k == name).copied().unwrap_or_else(|| leak(name));
    let old = vm.registry.insert(key, a[1]);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn get_registry(vm: &mut Vm, a: Args) -> Step {
    let name = vm.lossy(a[0]);
    match vm.registry.get(name.as_str()).copied() {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.none()),
    }
}
fn replace(vm: &mut Vm, exc: Ref, value: Option<Ref>, field: fn(&mut crate::objects::exception::ExcObj) -> &mut Option<Ref>) -> Step {
    value.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(field(vm.exc_mut(exc)), value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn set_traceback(vm: &mut Vm, a: Args) -> Step {
    replace(vm, a[0], a.not_none(1), |e| &mut e.traceback)
}
fn set_context(vm: &mut Vm, a: Args) -> Step {
    replace(vm, a[0], a.not_none(1), |e| &mut e.context)
}
fn native_module(vm: &mut Vm, a: Args) -> Step {
    let modules = vm.modules;
    if let Some(m) = vm.dict_get_name(modules, a[0]) {
        return Ok(vm.incref(m));
    }
    let name = vm.lossy(a[0]);
    match vm.native_module(&name) {
        Some(m) => {
            vm.dict_set_name(modules, a[0], m.get());
            Ok(m)
        }
        None => Err(vm.error(t::IMPORT_ERROR, format!("no native module {name}"))),
    }
}

fn gen_call(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[2]).unwrap_or_default().to_vec();
    Err(vm.call_through(a[0], a[1], &args))
}
fn gen_set_running(vm: &mut Vm, a: Args) -> Step {
    use crate::objects::generator::GenState;
    vm.generator_mut(a[0]).state = if a[1] == fixed::TRUE { GenState::Running } else { GenState::Suspended };
    Ok(vm.none())
}
