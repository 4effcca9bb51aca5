//! `atexit`: functions to call at the program's end, last first.
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::step::Step;
use crate::vm::{Args, Def, Vm, fixed};

pub static MODULE: ModuleDef = ModuleDef {
    name: "atexit",
    doc: "Functions to call at the end of the program.",
    functions: &[&[
        Def::function("register", "(func, /, *args, **kwargs)", register, "Call func(*args, **kwargs) at the end."),
        Def::function("unregister", "(func, /)", unregister, "Forget all calls of a function."),
        Def::function("_run_exitfuncs", "()", run, "Run all registered exit functions."),
        Def::function("_clear", "()", clear, "Forget all registered exit functions."),
        Def::function("_ncallbacks", "()", count, "How many functions are registered."),
    ]],
    types: &[],
    init: None,
};

/// The list of (function, args, kwargs).
fn list(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get("atexit") {
        return *r;
    }
    let list = vm.list(vec![]).into_raw();
    vm.registry.insert("atexit", list);
    list
}
fn register(vm: &mut Vm, a: Args) -> Step {
    if !vm.is_callable(a[0]) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let kwargs = match a.not_none(2) {
        Some(d) => vm.hold(d),
        None => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    let entry = vm.tuple_of(&[a[0], a[1], kwargs]).into_raw();
    let list = list(vm);
    vm.list_mut(list).push(entry);
    Ok(vm.incref(a[0]))
}
fn unregister(vm: &mut Vm, a: Args) -> Step {
    let list = list(vm);
    let mut keep = Vec::new();
    let entries = vm.list_items(list).expect("a list").clone();
    for e in entries {
        let func = vm.tuple_items(e).expect("an entry")[0];
        keep.push(!vm.eq(func, a[0])?);
    }
    let mut at = 0;
    let old = std::mem::take(vm.list_mut(list));
    for e in old {
        if keep.get(at).copied().unwrap_or(true) {
            vm.list_mut(list).push(e);
        } else {
            vm.heap.decref_raw(e);
        }
        at += 1;
    }
    Ok(vm.none())
}
fn run(vm: &mut Vm, _: Args) -> Step {
    let list = list(vm);
    vm.tail_prelude("atexit_run", &[list])
}
fn clear(vm: &mut Vm, _: Args) -> Step {
    let list = list(vm);
    let old = std::mem::take(vm.list_mut(list));
    old.into_iter().for_each(|r| vm.heap.decref_raw(r));
    Ok(vm.incref(fixed::NONE))
}
fn count(vm: &mut Vm, _: Args) -> Step {
    let list = list(vm);
    let k = vm.list_items(list).map_or(0, Vec::len);
    Ok(vm.int(k as i64))
}
