//! Exceptions about a name: `AttributeError`, `NameError`, `ImportError`; keyword arguments become fields.
use super::base::{reduced, star, store_args, to_str};
use super::fields::{self, member};
use crate::heap::{Owned, Ref};
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, t};

const INIT_DOC: &str = "Initialize self.  See help(type(self)) for accurate signature.";
const REDUCE_DOC: &str = "Class, arguments and attributes, for pickling.";

pub const ATTRIBUTE: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init_attribute, INIT_DOC),
    Def::plain("__getstate__", "(self, /)", attribute_state, "Attributes, for pickling."),
    Def::plain("__reduce__", "(self, /)", reduce_attribute, REDUCE_DOC),
    member::<0>("name", "The attribute's name."),
    member::<1>("obj", "The object that lacks it."),
];
pub const NAME: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init_name, INIT_DOC),
    member::<0>("name", "The name."),
];
pub const IMPORT: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init_import, INIT_DOC),
    Def::method("__str__", "(self, /)", import_text, "Return str(self)."),
    Def::plain("__reduce__", "(self, /)", reduce_import, REDUCE_DOC),
    member::<0>("msg", "What is wrong."),
    member::<1>("name", "The module's name."),
    member::<2>("path", "The module's file."),
    member::<3>("name_from", "The name that was to be taken from the module."),
];

/// `NameError(message)` with its `name` set, to raise.
pub fn name_error(vm: &mut Vm, ty: Ref, name: Ref, message: impl Into<String>) -> Ask {
    let text = vm.str(message.into());
    let exc = vm.new_exception(ty, vec![text]);
    fields::set(vm, exc.get(), 0, Some(name));
    Ask::Raise(exc)
}
/// `ImportError` (or a subclass) with its fields set, to raise.
pub fn import_error(vm: &mut Vm, ty: Ref, message: impl Into<String>, name: Option<Ref>, path: Option<Ref>, name_from: Option<Ref>) -> Ask {
    let text = vm.str(message.into());
    let msg = vm.hold(text.get());
    let exc = vm.new_exception(ty, vec![text]);
    fields::set_all(vm, exc.get(), &[Some(msg), name, path, name_from]);
    Ask::Raise(exc)
}

/// Values of the allowed keywords; anything else is refused.
fn keywords<const N: usize>(vm: &mut Vm, kwargs: Option<Ref>, title: &str, names: [&str; N]) -> Result<[Option<Ref>; N], Ask> {
    let mut out = [None; N];
    for (k, v) in vm.kwargs_of(kwargs) {
        let text = vm.lossy(k);
        match names.iter().position(|x| *x == text) {
            Some(i) => out[i] = Some(v),
            None => return Err(vm.type_error(format!("{title}() got an unexpected keyword argument '{text}'"))),
        }
    }
    Ok(out)
}
fn init_attribute(vm: &mut Vm, a: Args) -> Step {
    let values = keywords(vm, a.opt(2), "AttributeError", ["name", "obj"])?;
    store_args(vm, a);
    fields::set_all(vm, a[0], &values);
    Ok(vm.none())
}
fn init_name(vm: &mut Vm, a: Args) -> Step {
    let values = keywords(vm, a.opt(2), "NameError", ["name"])?;
    store_args(vm, a);
    fields::set_all(vm, a[0], &values);
    Ok(vm.none())
}
fn init_import(vm: &mut Vm, a: Args) -> Step {
    let [name, path, from] = keywords(vm, a.opt(2), "ImportError", ["name", "path", "name_from"])?;
    store_args(vm, a);
    let msg = match star(vm, a.opt(1))[..] {
        [one] => Some(one),
        _ => None,
    };
    fields::set_all(vm, a[0], &[msg, name, path, from]);
    Ok(vm.none())
}
fn import_text(vm: &mut Vm, a: Args) -> Step {
    match fields::get(vm, a[0], 0) {
        Some(msg) if vm.ty(msg) == t::STR => Ok(vm.incref(msg)),
        _ => to_str(vm, a),
    }
}

/// A copy of the attributes with these added; None when there would be nothing.
fn state_with(vm: &mut Vm, e: Ref, extra: &[(&str, Option<Ref>)]) -> Option<Owned> {
    let dict = vm.exc_of(e)?.dict;
    if dict.is_none() && extra.iter().all(|x| x.1.is_none()) {
        return None;
    }
    let state = vm.dict();
    let pairs: Vec<(Ref, Ref)> = dict.and_then(|d| vm.dict_of(d)).map_or(vec![], |d| d.iter().collect());
    for (k, v) in pairs {
        if vm.str_of(k).is_some() {
            vm.dict_set_name(state.get(), k, v);
        }
    }
    for (name, value) in extra {
        if let Some(v) = value {
            let v = vm.incref(*v);
            vm.dict_set_str(state.get(), name, v);
        }
    }
    Some(state)
}
fn attribute_state(vm: &mut Vm, a: Args) -> Step {
    // `obj` is left out: it may be anything, so it may not be picklable.
    let (name, args) = (fields::get(vm, a[0], 0), vm.exc_of(a[0]).map(|x| x.args));
    match state_with(vm, a[0], &[("name", name), ("args", args)]) {
        Some(d) => Ok(d),
        None => Ok(vm.none()),
    }
}
fn reduce_attribute(vm: &mut Vm, a: Args) -> Step {
    let state = attribute_state(vm, a)?;
    let args = vm.exc_of(a[0]).expect("an exception").args;
    let out = reduced(vm, a[0], args, Some(state.get()));
    vm.release(state);
    Ok(out)
}
fn reduce_import(vm: &mut Vm, a: Args) -> Step {
    let [name, path, from] = [1, 2, 3].map(|i| fields::get(vm, a[0], i));
    let state = state_with(vm, a[0], &[("name", name), ("path", path), ("name_from", from)]);
    let args = vm.exc_of(a[0]).expect("an exception").args;
    let out = reduced(vm, a[0], args, state.as_ref().map(Owned::get));
    if let Some(s) = state {
        vm.release(s);
    }
    Ok(out)
}
