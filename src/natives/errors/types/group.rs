//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654). Splitting runs user code, so it is in the prelude.
use super::base::{base_init, make, star};
use super::fields::{self, read_only};
use crate::heap::Ref;
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, n, t};

pub const MESSAGE: usize = 0;
pub const EXCEPTIONS: usize = 1;

pub const DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__str__", "(self, /)", text, "Return str(self)."),
    Def::plain("derive", "(self, excs, /)", derive, "A group with the same message."),
    Def::plain("split", "(self, matcher, /)", split, "What matches and the rest, each a group or None."),
    Def::plain("subgroup", "(self, matcher, /)", subgroup, "What matches, as a group or None."),
    Def::class_method("__class_getitem__", "(cls, item, /)", class_getitem, "See PEP 585"),
    read_only::<MESSAGE>("message", "The message."),
    read_only::<EXCEPTIONS>("exceptions", "The tuple of exceptions."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let args = star(vm, a.opt(1));
    let [message, given] = args[..] else {
        return Err(vm.type_error(format!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)", args.len())));
    };
    if vm.str_of(message).is_none() {
        let message = format!("BaseExceptionGroup.__new__() argument 1 must be str, not {}", vm.dotted_type_name(message));
        return Err(vm.type_error(message));
    }
    if !is_sequence(vm, given) {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = vm.collect(given)?;
    if items.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let cls = class_for(vm, a[0], &items)?;
    let exc = make(vm, cls, &args);
    let tuple = vm.tuple_of(&items);
    fields::set_all(vm, exc.get(), &[Some(message), Some(tuple.get())]);
    vm.release(tuple);
    Ok(exc)
}
fn is_sequence(vm: &mut Vm, r: Ref) -> bool {
    vm.dict_of(r).is_none() && vm.set_of(r).is_none() && vm.lookup_special(r, n::__GETITEM__).is_some()
}
/// The class that the members allow: a group of plain `Exception`s is an `ExceptionGroup`.
fn class_for(vm: &mut Vm, cls: Ref, items: &[Ref]) -> Result<Ref, Ask> {
    if let Some(i) = items.iter().position(|e| vm.exc_of(*e).is_none()) {
        return Err(vm.value_error(format!("Item {i} of second argument (exceptions) is not an exception")));
    }
    let plain = items.iter().all(|e| vm.is_a(*e, t::EXCEPTION));
    match cls {
        t::BASE_EXCEPTION_GROUP if plain => Ok(t::EXCEPTION_GROUP),
        t::EXCEPTION_GROUP if !plain => Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup")),
        _ if !plain && vm.is_subtype(cls, t::EXCEPTION) => {
            let message = format!("Cannot nest BaseExceptions in '{}'", vm.type_obj(cls).name);
            Err(vm.type_error(message))
        }
        _ => Ok(cls),
    }
}
fn init(vm: &mut Vm, a: Args) -> Step {
    base_init(vm, a)?;
    Ok(vm.none())
}
fn text(vm: &mut Vm, a: Args) -> Step {
    let count = fields::get(vm, a[0], EXCEPTIONS).and_then(|x| vm.tuple_items(x)).map_or(0, <[Ref]>::len);
    let message = fields::get(vm, a[0], MESSAGE).and_then(|m| vm.str_of(m));
    let mut out = message.map_or_else(Default::default, |m| m.wtf8().to_owned());
    out.push_str(&format!(" ({count} sub-exception{})", if count == 1 { "" } else { "s" }));
    Ok(vm.str(out))
}
fn derive(vm: &mut Vm, a: Args) -> Step {
    let message = match fields::get(vm, a[0], MESSAGE) {
        Some(m) => m,
        None => crate::vm::fixed::EMPTY_STR,
    };
    vm.tail_call(t::BASE_EXCEPTION_GROUP, &[message, a[1]])
}
fn split(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("exception_group_split", &[a[0], a[1]])
}
fn subgroup(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("exception_group_subgroup", &[a[0], a[1]])
}
fn class_getitem(vm: &mut Vm, a: Args) -> Step {
    vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]])
}
