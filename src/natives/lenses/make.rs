//! From a lens's name and values to its view.
use crate::inspect::lookup::Access;
use crate::inspect::{Subjects, dis, dispatch, event_loop, everything, gc, heap, layout, lookup, mro, object, probe, refs, suspended, types};
use crate::lens::memory::{self, Memory};
use crate::lens::view;
use crate::natives::object::gc_collector;
use crate::render::View;
use crate::snapshot::memory::{GcPhases, GcSnapshot};
use crate::vm::{Ask, Vm};

/// The view of a lens.
pub(super) fn make(vm: &mut Vm, lens: &str, s: &Subjects, extra: &[String]) -> Result<View, Ask> {
    let memory = memory::get(vm);
    let lang = memory.lang;
    let few = |vm: &mut Vm, least: usize| match s.values.len() < least {
        true => Err(vm.type_error(format!("%{lens} needs {least} expression(s)"))),
        false => Ok(()),
    };
    Ok(match lens {
        "object" => {
            few(vm, 1)?;
            view::object::view(&object::snapshot(vm, s, &memory::cell_of_constant), lang)
        }
        "types" => {
            few(vm, 1)?;
            view::types::view(&types::snapshot(vm, s), lang)
        }
        "mro" => {
            few(vm, 1)?;
            let snapshot = mro::snapshot(vm, s).map_err(|text| vm.type_error(text))?;
            view::mro::view(&snapshot, lang)
        }
        "lookup" => {
            let access = match (extra[1].as_str(), s.values.get(1)) {
                ("set", Some(v)) => Access::Set(*v),
                ("delete", _) => Access::Delete,
                _ => Access::Get,
            };
            view::lookup::view(&lookup::snapshot(vm, s, &extra[0], access)?, lang)
        }
        "dispatch" => {
            let Some(operation) = dispatch::operation(&extra[1]) else {
                return Err(vm.value_error(format!("dispatch() knows no operation {:?}", extra[1])));
            };
            few(vm, operands(&extra[1], operation))?;
            view::dispatch::view(&dispatch::snapshot(vm, s, &extra[0], &extra[1], operation)?, lang)
        }
        "heap" => {
            let Memory { mut places, mut tags, .. } = memory;
            let named;
            let s = if s.values.is_empty() { named = everything(vm, s.namespace); &named } else { s };
            let snapshot = heap::snapshot(vm, s, &mut tags);
            let view = view::heap::view_in(&snapshot, lang, &mut places);
            memory::update(vm, |m| {
                m.places = places;
                m.tags = tags;
            });
            view
        }
        "layout" => {
            few(vm, 1)?;
            view::layout::view(&layout::snapshot(vm, s), lang)
        }
        "probe" => {
            few(vm, 2)?;
            view::probe::view(&probe::snapshot(vm, s)?, lang)
        }
        "refs" => {
            few(vm, 1)?;
            view::refs::view(&refs::snapshot(vm, s), lang)
        }
        "gc" => view::gc::view(&collector(vm, s, extra.first().is_some_and(|x| x == "collect"))?, lang),
        "frames" => {
            few(vm, 1)?;
            view::frames::view(&suspended::snapshot(vm, s)?, lang)
        }
        "loop" => view::event_loop::view(&event_loop::snapshot(vm, s)?, lang),
        "dis" => {
            few(vm, 1)?;
            view::dis::view(&dis::snapshot(vm, s)?, lang)
        }
        other => return Err(vm.value_error(format!("there is no lens %{other}"))),
    })
}

/// The collector's state. A collection is told first and carried out then, by `gc.collect()` itself: finalizers and
/// `gc.callbacks` run as they always do.
fn collector(vm: &mut Vm, s: &Subjects, collect: bool) -> Result<GcSnapshot, Ask> {
    if !collect {
        return Ok(gc::snapshot(vm, None));
    }
    let Memory { collection, mut tags, .. } = memory::get(vm);
    if collection.is_none() {
        let told = gc::phases(vm, s.namespace, &mut tags);
        memory::update(vm, |m| (m.collection, m.tags) = (Some(told), tags));
    }
    let full = crate::vm::fixed::small_int(2).expect("small");
    let collect = gc_collector(vm);
    let count = vm.prelude(collect, &[full])?;
    let collected = vm.index_i64(count)? as u64;
    let mut told = None;
    memory::update(vm, |m| told = m.collection.take());
    let phases = told.map(|(phases, dead)| GcPhases { collected, survivors: gc::survivors(vm, &dead), ..phases });
    Ok(gc::snapshot(vm, phases))
}

/// Operands that an operation needs at least.
fn operands(symbol: &str, operation: dispatch::Operation) -> usize {
    use dispatch::Operation::*;
    match operation {
        CallWith => 3,
        Unary(_) if symbol == "[]=" => 3,
        Binary(..) | Compare(..) | InPlace(..) | In | NotIn | Subscript => 2,
        Unary(_) if symbol == "del []" => 2,
        _ => 1,
    }
}
