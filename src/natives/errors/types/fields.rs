//! The extra fields of exception types: which type has how many, reading, writing, and filling them from `args`.
//!
//! An exception that the machine raises has no fields yet: the first look at one fills them from `args` as the type's
//! `__init__` would have done.
use super::base::args_of;
use super::{os_error, syntax_error};
use crate::heap::Ref;
use crate::vm::native::{Args, Def, DefKind};
use crate::vm::{Step, Vm, fixed, t};

/// How many fields a type has, by the built-in type that brings them in.
const COUNTS: &[(Ref, usize)] = &[
    (t::ATTRIBUTE_ERROR, 2),
    (t::NAME_ERROR, 1),
    (t::STOP_ITERATION, 1),
    (t::OS_ERROR, os_error::FIELDS),
    (t::IMPORT_ERROR, 4),
    (t::SYSTEM_EXIT, 1),
    (t::SYNTAX_ERROR, syntax_error::FIELDS),
    (t::UNICODE_DECODE_ERROR, 5),
    (t::UNICODE_ENCODE_ERROR, 5),
    (t::UNICODE_TRANSLATE_ERROR, 5),
    (t::BASE_EXCEPTION_GROUP, 2),
];

/// The built-in type that gives a class its fields.
fn owner(vm: &Vm, ty: Ref) -> Option<(Ref, usize)> {
    COUNTS.iter().copied().find(|(k, _)| vm.is_subtype(ty, *k))
}
/// Number of fields of instances.
pub fn count(vm: &Vm, ty: Ref) -> usize {
    owner(vm, ty).map_or(0, |x| x.1)
}
fn fill(vm: &mut Vm, e: Ref) {
    let Some((ty, count)) = owner(vm, vm.ty(e)) else { return };
    let args = args_of(vm, e);
    let mut values: Vec<Option<Ref>> = match ty {
        t::STOP_ITERATION => vec![args.first().copied()],
        t::SYSTEM_EXIT => vec![exit_code(vm, e, &args)],
        t::IMPORT_ERROR if args.len() == 1 => vec![Some(args[0])],
        t::OS_ERROR => os_error::parsed(&args),
        t::SYNTAX_ERROR => syntax_error::parsed(vm, &args),
        _ => vec![],
    };
    values.resize(count, None);
    values.iter().flatten().for_each(|r| vm.heap.incref_raw(*r));
    vm.exc_mut(e).fields = values.into();
}
/// `SystemExit.code` from the arguments (borrowed).
pub fn exit_code(vm: &Vm, e: Ref, args: &[Ref]) -> Option<Ref> {
    match args {
        [] => None,
        [one] => Some(*one),
        _ => vm.exc_of(e).map(|x| x.args),
    }
}
/// A field's value (borrowed), None when it was never set.
pub fn get(vm: &mut Vm, e: Ref, i: usize) -> Option<Ref> {
    if vm.exc_of(e)?.fields.is_empty() {
        fill(vm, e);
    }
    vm.exc_of(e)?.fields.get(i).copied().flatten()
}
/// A field's value unless it is None.
pub fn get_some(vm: &mut Vm, e: Ref, i: usize) -> Option<Ref> {
    get(vm, e, i).filter(|r| *r != fixed::NONE)
}
/// Stores a borrowed value (None: as if never set).
pub fn set(vm: &mut Vm, e: Ref, i: usize, value: Option<Ref>) {
    if vm.exc_of(e).is_some_and(|x| x.fields.is_empty()) {
        fill(vm, e);
    }
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let fields = &mut vm.exc_mut(e).fields;
    if fields.len() <= i {
        fields.resize(i + 1, None);
    }
    let old = std::mem::replace(&mut fields[i], value);
    vm.replace_raw(old);
}
/// Stores all fields at once.
pub fn set_all(vm: &mut Vm, e: Ref, values: &[Option<Ref>]) {
    for (i, v) in values.iter().enumerate() {
        set(vm, e, i, *v);
    }
}

fn get_member<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    let r = get(vm, a[0], I).unwrap_or(fixed::NONE);
    Ok(vm.incref(r))
}
fn set_member<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    set(vm, a[0], I, a.opt(1));
    Ok(vm.none())
}
/// The row of a field that holds any object; deleting makes it None.
pub const fn member<const I: usize>(name: &'static str, doc: &'static str) -> Def {
    Def { name, sig: "(self, /)", f: get_member::<I>, set: Some(set_member::<I>), kind: DefKind::Member, doc, shown: "" }
}
fn set_int_member<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    let Some(v) = a.opt(1) else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    if !vm.is_int(v) {
        return Err(vm.type_error("an integer is required"));
    }
    if vm.i64_of(v).is_none() {
        return Err(vm.overflow_error("Python int too large to convert to C ssize_t"));
    }
    set(vm, a[0], I, Some(v));
    Ok(vm.none())
}
/// The row of a field that holds a machine int.
pub const fn int_member<const I: usize>(name: &'static str, doc: &'static str) -> Def {
    Def { name, sig: "(self, /)", f: get_member::<I>, set: Some(set_int_member::<I>), kind: DefKind::Member, doc, shown: "" }
}
/// A read-only field.
pub const fn read_only<const I: usize>(name: &'static str, doc: &'static str) -> Def {
    Def { name, sig: "(self, /)", f: get_member::<I>, set: None, kind: DefKind::Member, doc, shown: "" }
}
