//! The `gc` module: the cycle collector's face.
use crate::heap::{IMMORTAL, Ref, flag};
use crate::objects::Payload;
use crate::objects::generator::GenState;
use crate::vm::native::ModuleDef;
use crate::vm::thread::Activation;
use crate::vm::{Args, Def, Step, Vm};

pub static MODULE: ModuleDef = ModuleDef {
    name: "gc",
    doc: "This module provides access to the garbage collector for reference cycles.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(|vm, m| {
        let dict = vm.module_dict(m);
        for (name, v) in [("DEBUG_STATS", 1), ("DEBUG_COLLECTABLE", 2), ("DEBUG_UNCOLLECTABLE", 4), ("DEBUG_SAVEALL", 32), ("DEBUG_LEAK", 38)] {
            let v = vm.int(v);
            vm.dict_set_str(dict, name, v);
        }
        for name in ["garbage", "callbacks"] {
            let l = vm.list(vec![]);
            vm.heap.incref_raw(l.get());
            vm.registry.insert(if name == "garbage" { "gc.garbage" } else { "gc.callbacks" }, l.get());
            vm.dict_set_str(dict, name, l);
        }
        Ok(())
    }),
};
static FUNCTIONS: &[Def] = &[
    Def::function("enable", "()", |vm, _| { vm.heap.gc.enabled = true; Ok(vm.none()) }, "Enable automatic garbage collection."),
    Def::function("disable", "()", |vm, _| { vm.heap.gc.enabled = false; Ok(vm.none()) }, "Disable automatic garbage collection."),
    Def::function("isenabled", "()", |vm, _| { let b = vm.heap.gc.enabled; Ok(vm.bool(b)) }, "Returns true if automatic garbage collection is enabled."),
    Def::function("collect", "(generation=2)", collect, "Run the garbage collector; return the number of unreachable objects."),
    Def::function("get_count", "()", get_count, "Return a three-tuple of the current collection counts."),
    Def::function("get_threshold", "()", |vm, _| { let [a, b, c] = vm.heap.gc.threshold.map(|x| vm.int(x)); Ok(vm.tuple(vec![a, b, c])) }, "Return the current collection thresholds."),
    Def::function("set_threshold", "(threshold0, threshold1=10, threshold2=0, /)", set_threshold, "Set the collection thresholds (the collection frequency)."),
    Def::function("get_debug", "()", |vm, _| { let d = vm.heap.gc.debug; Ok(vm.int(d as i64)) }, "Get the garbage collection debugging flags."),
    Def::function("set_debug", "(flags, /)", |vm, a| { vm.heap.gc.debug = vm.index_i32(a[0])? as u32; Ok(vm.none()) }, "Set the garbage collection debugging flags."),
    Def::function("get_objects", "(generation=None)", get_objects, "Return a list of objects tracked by the collector."),
    Def::function("get_stats", "()", get_stats, "Return a list of dictionaries containing per-generation statistics."),
    Def::function("is_tracked", "(obj, /)", is_tracked, "Returns true if the object is tracked by the garbage collector."),
    Def::function("is_finalized", "(obj, /)", |vm, a| { let b = vm.heap.flags(a[0]) & flag::FINALIZED != 0; Ok(vm.bool(b)) }, "Returns true if the object has been already finalized by the GC."),
    Def::function("get_referents", "(*objs)", get_referents, "Return the list of objects that are directly referred to by 'objs'."),
    Def::function("get_referrers", "(*objs)", get_referrers, "Return the list of objects that directly refer to any of 'objs'."),
    Def::function("freeze", "()", |vm, _| { freeze(vm, true); Ok(vm.none()) }, "Freeze all current tracked objects and ignore them for future collections."),
    Def::function("unfreeze", "()", |vm, _| { freeze(vm, false); Ok(vm.none()) }, "Unfreeze all objects in the permanent generation."),
    Def::function("get_freeze_count", "()", |vm, _| { let k = vm.heap.iter().filter(|r| vm.heap.flags(*r) & flag::FROZEN != 0).count(); Ok(vm.int(k as i64)) }, "Return the number of objects in the permanent generation."),
];

fn collect(vm: &mut Vm, a: Args) -> Step {
    let generation = match a.opt(0) {
        Some(g) => vm.index_i32(g)?,
        None => 2,
    };
    if !(0..=2).contains(&generation) {
        return Err(vm.value_error("invalid generation"));
    }
    let name = collector(vm);
    vm.tail_prelude(name, &[crate::vm::fixed::small_int(generation as i64).expect("small")])
}
/// The prelude's function that collects: with `gc.DEBUG_STATS` it tells of it.
pub fn collector(vm: &Vm) -> &'static str {
    const DEBUG_STATS: u32 = 1;
    if vm.heap.gc.debug & DEBUG_STATS != 0 { "gc_collect_loudly" } else { "gc_collect" }
}
/// The collection itself, between the callbacks that the prelude runs; None when finalizers must run first.
pub fn collect_now(vm: &mut Vm, a: Args) -> Step {
    let generation = vm.index_i64(a[0])? as usize;
    match vm.start_collection(generation) {
        Some(count) => Ok(vm.int(count as i64)),
        None => Ok(vm.none()),
    }
}
/// The end of a collection whose finalizers have run.
pub fn finish(vm: &mut Vm, a: Args) -> Step {
    let generation = vm.index_i64(a[0])? as usize;
    let count = vm.finish_collection(generation);
    Ok(vm.int(count as i64))
}
/// Lists, dicts and sets are tracked from their start, though this machine waits until they hold what can be part of a cycle.
fn is_tracked(vm: &mut Vm, a: Args) -> Step {
    use crate::objects::Payload::{Dict, List, Set};
    let b = vm.heap.flags(a[0]) & flag::TRACKED != 0 || matches!(vm.heap.get(a[0]), List(_) | Dict(_) | Set(_));
    Ok(vm.bool(b))
}
fn get_count(vm: &mut Vm, _a: Args) -> Step {
    let [a, b, c] = vm.heap.gc.count.map(|x| vm.int(x));
    Ok(vm.tuple(vec![a, b, c]))
}
fn set_threshold(vm: &mut Vm, a: Args) -> Step {
    let mut new = vm.heap.gc.threshold;
    for (i, place) in new.iter_mut().enumerate() {
        if let Some(x) = a.opt(i) {
            *place = vm.index_i32(x)? as i64;
        }
    }
    vm.heap.gc.threshold = new;
    Ok(vm.none())
}
fn tracked(vm: &Vm) -> Vec<Ref> {
    vm.heap.iter().filter(|r| vm.heap.flags(*r) & flag::TRACKED != 0 && vm.heap.count(*r) < IMMORTAL).collect()
}
fn get_objects(vm: &mut Vm, a: Args) -> Step {
    let list = match a.not_none(0) {
        None => tracked(vm),
        Some(g) => match vm.index_i32(g)? {
            g @ 0..=2 => vm.heap.generation(g as usize),
            g => {
                let message = if g < 0 { "generation parameter cannot be negative".into() } else { format!("generation parameter must be less than the number of available generations (3)") };
                return Err(vm.value_error(message));
            }
        },
    };
    Ok(vm.list_of(&list))
}
fn get_stats(vm: &mut Vm, _a: Args) -> Step {
    let stats = vm.heap.gc.stats;
    let rows = stats
        .into_iter()
        .map(|row| {
            let d = vm.dict();
            for (name, v) in ["collections", "collected", "uncollectable"].into_iter().zip(row) {
                let v = vm.int(v as i64);
                vm.dict_set_str(d.get(), name, v);
            }
            d
        })
        .collect();
    Ok(vm.list(rows))
}
/// What the frame of a running generator refers to: it lies on its thread's stack, and belongs to the generator.
fn running_frame(vm: &Vm, r: Ref) -> Vec<Ref> {
    let is_running = matches!(vm.heap.get(r), Payload::Generator(g) if g.state == GenState::Running);
    let threads = std::iter::once(&vm.cur).chain(&vm.parked).filter(|_| is_running);
    for thread in threads {
        let of_it = |a: &Activation| matches!(a, Activation::Py(f) if f.generator == Some(r));
        if let Some(Activation::Py(f)) = thread.activations.iter().find(|a| of_it(a)) {
            let mut out = Vec::new();
            f.visit(&mut |c| out.push(c));
            out.retain(|c| *c != r);
            out.extend(thread.stack[f.base as usize..f.sp as usize].iter().filter_map(|w| w.opt()));
            return out;
        }
    }
    Vec::new()
}
fn get_referents(vm: &mut Vm, a: Args) -> Step {
    let mut out = Vec::new();
    for r in vm.tuple_items(a[0]).unwrap_or(&[]).to_vec() {
        vm.heap.visit_children(r, &mut |c| out.push(c));
        let running = running_frame(vm, r);
        // The type of a built-in's instance is no referent in CPython: only classes made in Python are counted ones.
        if vm.heap.count(vm.ty(r)) >= IMMORTAL {
            out.pop();
        }
        out.extend(running);
    }
    Ok(vm.list_of(&out))
}
fn get_referrers(vm: &mut Vm, a: Args) -> Step {
    let wanted = vm.tuple_items(a[0]).unwrap_or(&[]).to_vec();
    let mut out = Vec::new();
    for r in tracked(vm) {
        let mut hit = false;
        vm.heap.visit_children(r, &mut |c| hit |= wanted.contains(&c));
        hit |= running_frame(vm, r).iter().any(|c| wanted.contains(c));
        if hit && r != a[0] {
            out.push(r);
        }
    }
    Ok(vm.list_of(&out))
}
fn freeze(vm: &mut Vm, on: bool) {
    for r in tracked(vm) {
        if on {
            vm.heap.set_flag(r, flag::FROZEN);
        } else {
            vm.heap.clear_flag(r, flag::FROZEN);
        }
    }
}
