//! The order of a class's bases: a metaclass's own `mro()`, `__bases__` as it changes. The loops that call the program's `mro()` are
//! in the prelude (`type_renew_order`, `type_set_bases`).
//!
//! Source: CPython `Objects/typeobject.c` (`mro_internal`, `type_set_bases`, `compatible_for_assignment`).
use super::type_type::UNCOLLECTED;
use super::type_new::{best_base, install_mro, solid};
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Ask, Def, Step, Vm, t};

pub static HELPERS: &[Def] = &[
    Def::function("_type_pending", "(cls, /)", |vm, a| { let b = vm.type_obj(a[0]).mro.is_empty(); Ok(vm.bool(b)) }, "Whether a class waits for its order."),
    Def::function("_type_stamp", "(cls, /)", |vm, a| { let n = vm.type_obj(a[0]).orders; Ok(vm.int(i64::from(n))) }, "How often the order was set."),
    Def::function("_type_order", "(cls, /)", |vm, a| { let mro = vm.type_obj(a[0]).mro.clone(); Ok(vm.tuple_of(&mro)) }, "The order as a tuple, empty where there is none yet."),
    Def::function("_type_set_order", "(cls, order, /)", |vm, a| { let order = vm.tuple_items(a[1]).unwrap_or_default().to_vec(); store(vm, a[0], order) }, "Sets the order."),
    Def::function("_type_check_order", "(cls, order, /)", check_order, "Refuses an order that instances could not live with."),
    Def::function("_type_register", "(cls, /)", |vm, a| { register(vm, a[0]); Ok(vm.none()) }, "Tells the bases of a subclass."),
    Def::function("_bases_begin", "(cls, bases, /)", begin, "Sets the bases; what they were and their stamp."),
    Def::function("_bases_undo", "(cls, stamp, old, base, /)", undo, "Takes them back, unless they have changed since."),
    Def::function("_bases_end", "(cls, stamp, old, /)", end, "Tells old and new bases, unless they have changed since."),
];

fn store(vm: &mut Vm, cls: Ref, order: Vec<Ref>) -> Step {
    install_mro(vm, cls, order);
    vm.note_order(cls);
    vm.type_modified(cls);
    Ok(vm.none())
}
fn check_order(vm: &mut Vm, a: Args) -> Step {
    let order = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if order.is_empty() {
        return Err(vm.type_error("type MRO must not be empty"));
    }
    let own = solid(vm, a[0]);
    for base in order {
        if !vm.is_type(base) {
            let message = format!("mro() returned a non-class ('{}')", vm.dotted_type_name(base));
            return Err(vm.type_error(message));
        }
        let needed = solid(vm, base);
        if !vm.is_subtype(own, needed) {
            let message = format!("mro() returned base with unsuitable layout ('{}')", vm.full_name_of_type(base));
            return Err(vm.type_error(message));
        }
    }
    Ok(vm.none())
}
/// Adds a class to its bases' subclasses.
pub fn register(vm: &mut Vm, cls: Ref) {
    for base in vm.type_obj(cls).bases.clone() {
        let known = &mut vm.type_obj_mut(base).subclasses;
        if !known.contains(&cls) {
            known.push(cls);
        }
    }
}
/// Whether `cls` is among the bases that `sub` has now, though its order may be an older one.
fn along_bases(vm: &Vm, sub: Ref, cls: Ref) -> bool {
    std::iter::successors(Some(sub), |at| vm.type_obj(*at).base).any(|at| at == cls)
}
fn begin(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    let Some(bases) = vm.tuple_items(a[1]).map(<[Ref]>::to_vec) else {
        let message = format!("can only assign tuple to {}.__bases__, not {}", vm.type_obj(cls).name, vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    if bases.is_empty() {
        let message = format!("can only assign non-empty tuple to {}.__bases__, not ()", vm.type_obj(cls).name);
        return Err(vm.type_error(message));
    }
    for base in &bases {
        if !vm.is_type(*base) {
            let message = format!("{}.__bases__ must be tuple of classes, not '{}'", vm.type_obj(cls).name, vm.dotted_type_name(*base));
            return Err(vm.type_error(message));
        }
        if vm.is_subtype(*base, cls) || along_bases(vm, *base, cls) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = best_base(vm, &bases)?;
    let old_base = vm.type_obj(cls).base.unwrap_or(t::OBJECT);
    same_layout(vm, old_base, base, "__bases__")?;
    let old = vm.bases_of(cls);
    let old = vm.keep(old);
    set(vm, cls, a[1], base);
    let stamp = vm.int(i64::from(vm.type_obj(cls).rebased));
    let stamp = vm.keep(stamp);
    Ok(vm.tuple_of(&[stamp, old, old_base]))
}
fn set(vm: &mut Vm, cls: Ref, bases: Ref, base: Ref) {
    [bases, base].iter().for_each(|r| vm.heap.incref_raw(*r));
    let items = vm.tuple_items(bases).unwrap_or_default().to_vec();
    let x = vm.type_obj_mut(cls);
    x.rebased += 1;
    let old = x.replace_bases(items, Some(bases));
    let old_base = x.base.replace(base);
    old.into_iter().chain(old_base).for_each(|r| vm.heap.decref_raw(r));
}
fn unchanged(vm: &mut Vm, a: &Args) -> bool {
    vm.i64_of(a[1]) == Some(i64::from(vm.type_obj(a[0]).rebased))
}
fn undo(vm: &mut Vm, a: Args) -> Step {
    if unchanged(vm, &a) {
        set(vm, a[0], a[2], a[3]);
    }
    Ok(vm.none())
}
fn end(vm: &mut Vm, a: Args) -> Step {
    if unchanged(vm, &a) {
        for base in vm.tuple_items(a[2]).unwrap_or_default().to_vec() {
            vm.type_obj_mut(base).subclasses.retain(|c| *c != a[0]);
        }
        register(vm, a[0]);
        vm.type_modified(a[0]);
    }
    Ok(vm.none())
}

/// What a class adds to its base's instances: names of slots, a `__dict__`, weak references.
fn added(vm: &Vm, cls: Ref) -> (&[String], bool, bool) {
    let x = vm.type_obj(cls);
    let base = vm.type_obj(x.base.unwrap_or(t::OBJECT));
    // Modules can be weakly referenced, though their own type does not say so here.
    let weakref = x.has_weakref && !base.has_weakref && x.layout != Layout::Module;
    (&x.own_slots, x.has_dict && !base.has_dict, weakref)
}
/// The class along the line of bases that last added anything to instances.
fn last_to_add(vm: &Vm, cls: Ref) -> Ref {
    let mut at = cls;
    while vm.type_obj(at).has(type_flags::HEAP)
        && let Some(base) = vm.type_obj(at).base
        && added(vm, at) == (&[], false, false)
    {
        at = base;
    }
    at
}
/// Refuses `attribute` of an instance or class made for `old` where `new` lays its instances out otherwise.
///
/// # Errors
/// TypeError.
pub fn same_layout(vm: &mut Vm, old: Ref, new: Ref, attribute: &str) -> Result<(), Ask> {
    let (x, y) = (last_to_add(vm, old), last_to_add(vm, new));
    let heap = |c| vm.type_obj(c).has(type_flags::HEAP);
    let alike = x == y || heap(x) && heap(y) && vm.type_obj(x).base == vm.type_obj(y).base && added(vm, x) == added(vm, y);
    if alike {
        return Ok(());
    }
    // CPython frees what its collector knows of in another way.
    let collected = |c: Ref| heap(c) || !UNCOLLECTED.contains(&c);
    let what = if collected(x) == collected(y) { "object layout" } else { "deallocator" };
    let message = format!("{attribute} assignment: '{}' {what} differs from '{}'", vm.type_obj(new).name, vm.type_obj(old).name);
    Err(vm.type_error(message))
}
