//! `TypeAliasType`: what `type X = ...` makes (PEP 695).
use super::param::TypeAlias;
use super::params::set_module;
use super::{ask_prelude, def};
use crate::heap::Ref;
use crate::natives::containers::generic_alias;
use crate::natives::containers::union::type_or;
use crate::objects::Payload;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};

pub static TYPEALIAS: TypeDef = def(t::TYPEALIAS, "TypeAliasType", 64, "Type alias.", &[DEFS]);

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__repr__", "(self, /)", |vm, a| { let r = alias(vm, a[0]).name; Ok(vm.incref(r)) }, "Return repr(self)."),
    Def::plain("__reduce__", "(self, /)", |vm, a| { let r = alias(vm, a[0]).name; Ok(vm.incref(r)) }, ""),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::method("__iter__", "(self, /)", |vm, a| vm.tail_prelude("typevartuple_iter", &[a[0]]), "Implement iter(self)."),
    Def::method("__or__", OTHER, |vm, a| type_or(vm, a[0], a[1]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| type_or(vm, a[1], a[0]), "Return value|self."),
    Def::member("__name__", |vm, a| { let r = alias(vm, a[0]).name; Ok(vm.incref(r)) }, ""),
    Def::get("__value__", value, ""),
    Def::get("__type_params__", |vm, a| { let r = alias(vm, a[0]).type_params.unwrap_or(fixed::EMPTY_TUPLE); Ok(vm.incref(r)) }, ""),
    Def::get("__parameters__", |vm, a| ask_prelude(vm, "type_alias_parameters", a), ""),
    Def::get("evaluate_value", |vm, a| ask_prelude(vm, "type_alias_evaluator", a), ""),
];

fn alias(vm: &Vm, r: Ref) -> TypeAlias {
    vm.state::<TypeAlias>(r).expect("a type alias").clone()
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let kwargs = a.opt(2).unwrap_or(fixed::NONE);
    vm.tail_prelude("type_alias_new", &[a[1], kwargs])
}

/// (name, params or None, value, evaluator or None, module)
pub fn make(vm: &mut Vm, a: Args) -> Step {
    let mut own = |r: Ref| {
        vm.heap.incref_raw(r);
        r
    };
    let evaluate = a.not_none(3).map(&mut own);
    let state = TypeAlias {
        name: own(a[0]),
        type_params: a.not_none(1).map(&mut own),
        value: if evaluate.is_some() { None } else { Some(own(a[2])) },
        evaluate,
    };
    let new = vm.alloc(t::TYPEALIAS, Payload::Opaque(Box::new(state)));
    set_module(vm, new.get(), a[4]);
    Ok(new)
}

/// Given, or what the evaluator gives; kept by the prelude, which is asked each time.
fn value(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    let v = match x.evaluate {
        Some(_) => vm.prelude("type_alias_value", &[a[0]])?,
        None => x.value.unwrap_or(fixed::NONE),
    };
    Ok(vm.incref(v))
}
pub fn known_value(vm: &mut Vm, a: Args) -> Step {
    Ok(match alias(vm, a[0]).value {
        Some(v) => vm.tuple_of(&[v]),
        None => vm.tuple(vec![]),
    })
}
pub fn set_value(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[1]);
    let old = vm.state_mut::<TypeAlias>(a[0]).expect("a type alias").value.replace(a[1]);
    vm.replace_raw(old);
    Ok(vm.none())
}
pub fn evaluator(vm: &mut Vm, a: Args) -> Step {
    let f = alias(vm, a[0]).evaluate.unwrap_or(fixed::NONE);
    Ok(vm.incref(f))
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    if alias(vm, a[0]).type_params.is_none_or(|p| p == fixed::EMPTY_TUPLE) {
        return Err(vm.type_error("Only generic type aliases are subscriptable"));
    }
    Ok(generic_alias::make(vm, t::GENERIC_ALIAS, a[0], a[1], false))
}
