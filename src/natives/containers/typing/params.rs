//! `TypeVar`, `ParamSpec` and `TypeVarTuple` as Python sees them; what needs Python is in the prelude.
use super::param::{ParamSpecPart, TypeParam};
use super::{ask_prelude, def, no_default};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, n, t};

pub static TYPEVAR: TypeDef = def(t::TYPEVAR, "TypeVar", 88, "Type variable.", &[TYPEVAR_DEFS, COMMON, VARIANCE, OR]);
pub static PARAMSPEC: TypeDef = def(t::PARAMSPEC, "ParamSpec", 64, "Parameter specification variable.", &[PARAMSPEC_DEFS, COMMON, VARIANCE, OR]);
pub static TYPEVARTUPLE: TypeDef = def(t::TYPEVARTUPLE, "TypeVarTuple", 48, "Type variable for a number of types.", &[TUPLE_DEFS, COMMON]);
pub static PARAMSPEC_ARGS: TypeDef = def(t::PARAMSPEC_ARGS, "ParamSpecArgs", 32, "The args of a ParamSpec.", &[PART_DEFS]);
pub static PARAMSPEC_KWARGS: TypeDef = def(t::PARAMSPEC_KWARGS, "ParamSpecKwargs", 32, "The kwargs of a ParamSpec.", &[PART_DEFS]);

const OTHER: &str = "(self, value, /)";
static COMMON: &[Def] = &[
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::plain("__reduce__", "(self, /)", |vm, a| { let r = param(vm, a[0]).name; Ok(vm.incref(r)) }, ""),
    Def::plain("__mro_entries__", "(self, bases, /)", cannot_subclass, ""),
    Def::plain("__typing_subst__", "(self, arg, /)", |vm, a| vm.tail_prelude("param_subst", &[a[0], a[1]]), ""),
    Def::plain("__typing_prepare_subst__", "(self, alias, args, /)", |vm, a| vm.tail_prelude("param_prepare_subst", &[a[0], a[1], a[2]]), ""),
    Def::method("has_default", "(self, /)", has_default, ""),
    Def::member("__name__", |vm, a| { let r = param(vm, a[0]).name; Ok(vm.incref(r)) }, ""),
    Def::get("__default__", default, "The default value for this type variable."),
    Def::get("evaluate_default", |vm, a| ask_prelude(vm, "param_evaluate_default", a), ""),
];
static VARIANCE: &[Def] = &[
    Def::member("__covariant__", |vm, a| { let b = param(vm, a[0]).covariant; Ok(vm.bool(b)) }, ""),
    Def::member("__contravariant__", |vm, a| { let b = param(vm, a[0]).contravariant; Ok(vm.bool(b)) }, ""),
    Def::member("__infer_variance__", |vm, a| { let b = param(vm, a[0]).infer_variance; Ok(vm.bool(b)) }, ""),
    Def::get("__bound__", bound, ""),
];
static OR: &[Def] = &[
    Def::method("__or__", OTHER, |vm, a| vm.tail_prelude("param_or", &[a[0], a[1]]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| vm.tail_prelude("param_or", &[a[1], a[0]]), "Return value|self."),
];
static TYPEVAR_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| construct(vm, a, "typevar_new")),
    Def::get("__constraints__", constraints, ""),
    Def::get("evaluate_bound", |vm, a| ask_prelude(vm, "param_evaluate_bound", a), ""),
    Def::get("evaluate_constraints", |vm, a| ask_prelude(vm, "param_evaluate_constraints", a), ""),
];
static PARAMSPEC_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| construct(vm, a, "paramspec_new")),
    Def::get("args", |vm, a| part(vm, t::PARAMSPEC_ARGS, a[0]), "Represents positional arguments."),
    Def::get("kwargs", |vm, a| part(vm, t::PARAMSPEC_KWARGS, a[0]), "Represents keyword arguments."),
];
static TUPLE_DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", |vm, a| construct(vm, a, "typevartuple_new")),
    Def::method("__iter__", "(self, /)", |vm, a| vm.tail_prelude("typevartuple_iter", &[a[0]]), "Implement iter(self)."),
];
static PART_DEFS: &[Def] = &[
    Def::new("(cls, origin)", |vm, a| part(vm, a[0], a[1])),
    Def::method("__repr__", "(self, /)", part_repr, "Return repr(self)."),
    Def::method("__eq__", OTHER, |vm, a| part_compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| part_compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::plain("__mro_entries__", "(self, bases, /)", cannot_subclass, ""),
    Def::member("__origin__", |vm, a| { let r = part_of(vm, a[0]); Ok(vm.incref(r)) }, ""),
];

/// What the prelude needs to make and fill type variables.
pub static HELPERS: &[Def] = &[
    Def::function("_make_param", "(kind, name, bound, constraints, default, flags, module, /)", make, "A new type variable."),
    Def::function("_set_evaluators", "(param, bound, constraints, default, /)", set_evaluators, "Functions that give parts of a type variable when asked."),
    Def::function("_get_evaluators", "(param, /)", get_evaluators, ""),
    Def::function("_get_part", "(param, which, /)", get_part, ""),
    Def::function("_set_part", "(param, which, value, /)", set_part, ""),
    Def::function("_alias_value", "(alias, /)", super::alias_type::known_value, "The value of a type alias in a tuple, empty when it has not been evaluated."),
    Def::function("_set_alias_value", "(alias, value, /)", super::alias_type::set_value, ""),
    Def::function("_alias_evaluator", "(alias, /)", super::alias_type::evaluator, ""),
    Def::function("_make_type_alias", "(name, params, value, evaluate, module, /)", super::alias_type::make, "A new type alias."),
    Def::function("_type_or", "(a, b, /)", |vm, a| crate::natives::containers::union::type_or(vm, a[0], a[1]), "a | b of types."),
    Def::function("_generic_alias", "(origin, args, /)", |vm, a| Ok(crate::natives::containers::generic_alias::make(vm, t::GENERIC_ALIAS, a[0], a[1], false)), "origin[args]."),
    Def::function("_no_default", "()", |vm, _| { let r = no_default(vm); Ok(vm.incref(r)) }, "typing.NoDefault."),
];

fn param(vm: &Vm, r: Ref) -> TypeParam {
    vm.state::<TypeParam>(r).expect("a type variable").clone()
}

fn construct(vm: &mut Vm, a: Args, function: &str) -> Step {
    let kwargs = a.opt(2).unwrap_or(fixed::NONE);
    vm.tail_prelude(function, &[a[1], kwargs])
}

/// Gives an object a dict of its own with its `__module__`.
pub fn set_module(vm: &mut Vm, obj: Ref, module: Ref) {
    if module == fixed::NONE {
        return;
    }
    let dict = vm.dict();
    vm.dict_set_name(dict.get(), n::__MODULE__, module);
    vm.heap.extra_mut(obj).dict = Some(dict.into_raw());
}

fn make(vm: &mut Vm, a: Args) -> Step {
    let kind = vm.i64_of(a[0]).expect("the prelude's number of the kind");
    let ty = [t::TYPEVAR, t::PARAMSPEC, t::TYPEVARTUPLE][kind as usize];
    let flags = vm.i64_of(a[5]).expect("the prelude's bits of variance");
    let mut own = |r: Ref| {
        vm.heap.incref_raw(r);
        r
    };
    let state = TypeParam {
        name: own(a[1]),
        bound: a.not_none(2).map(&mut own),
        evaluate_bound: None,
        constraints: a.not_none(3).map(&mut own),
        evaluate_constraints: None,
        default: a.not_none(4).map(&mut own),
        evaluate_default: None,
        covariant: flags & 1 != 0,
        contravariant: flags & 2 != 0,
        infer_variance: flags & 4 != 0,
    };
    let new = vm.alloc(ty, Payload::Opaque(Box::new(state)));
    set_module(vm, new.get(), a[6]);
    Ok(new)
}

fn set_evaluators(vm: &mut Vm, a: Args) -> Step {
    for i in 1..4 {
        let Some(f) = a.not_none(i) else { continue };
        vm.heap.incref_raw(f);
        let p = vm.state_mut::<TypeParam>(a[0]).expect("a type variable");
        let place = match i {
            1 => &mut p.evaluate_bound,
            2 => &mut p.evaluate_constraints,
            _ => &mut p.evaluate_default,
        };
        let old = place.replace(f);
        vm.replace_raw(old);
        if i == 3 {
            let old = vm.state_mut::<TypeParam>(a[0]).expect("a type variable").default.take();
            vm.replace_raw(old);
        }
    }
    Ok(vm.incref(a[0]))
}

fn get_evaluators(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    let parts = [p.evaluate_bound, p.evaluate_constraints, p.evaluate_default].map(|r| r.unwrap_or(fixed::NONE));
    Ok(vm.tuple_of(&parts))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    let plain = p.infer_variance || vm.ty(a[0]) == t::TYPEVARTUPLE;
    let sign = match (plain, p.covariant, p.contravariant) {
        (true, ..) => "",
        (_, true, _) => "+",
        (_, _, true) => "-",
        _ => "~",
    };
    let text = format!("{sign}{}", vm.lossy(p.name));
    Ok(vm.str(text))
}

fn cannot_subclass(vm: &mut Vm, a: Args) -> Step {
    let message = format!("Cannot subclass an instance of {}", vm.dotted_type_name(a[0]));
    Err(vm.type_error(message))
}

/// A part that was given, or that its evaluator gives. The prelude keeps what was evaluated and is asked each time, because
/// a native that is run again must ask the same questions.
fn evaluated(vm: &mut Vm, r: Ref, which: i64, known: Option<Ref>, evaluate: Option<Ref>, otherwise: Ref) -> Step {
    let v = match evaluate {
        Some(_) => {
            let which = fixed::small_int(which).expect("cached");
            vm.prelude("param_part", &[r, which])?
        }
        None => known.unwrap_or(otherwise),
    };
    Ok(vm.incref(v))
}

/// (param, which): what has been evaluated, in a tuple of one; an empty one when nothing has.
fn get_part(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    let v = [p.bound, p.constraints, p.default][vm.i64_of(a[1]).expect("the number of a part") as usize];
    Ok(match v {
        Some(v) => vm.tuple_of(&[v]),
        None => vm.tuple(vec![]),
    })
}
fn set_part(vm: &mut Vm, a: Args) -> Step {
    let which = vm.i64_of(a[1]).expect("the number of a part");
    vm.heap.incref_raw(a[2]);
    let p = vm.state_mut::<TypeParam>(a[0]).expect("a type variable");
    let place = match which {
        0 => &mut p.bound,
        1 => &mut p.constraints,
        _ => &mut p.default,
    };
    let old = place.replace(a[2]);
    vm.replace_raw(old);
    Ok(vm.none())
}

fn bound(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    evaluated(vm, a[0], 0, p.bound, p.evaluate_bound, fixed::NONE)
}
fn constraints(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    evaluated(vm, a[0], 1, p.constraints, p.evaluate_constraints, fixed::EMPTY_TUPLE)
}
fn default(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    let missing = no_default(vm);
    evaluated(vm, a[0], 2, p.default, p.evaluate_default, missing)
}
fn has_default(vm: &mut Vm, a: Args) -> Step {
    let p = param(vm, a[0]);
    let missing = no_default(vm);
    let has = p.evaluate_default.is_some() || p.default.is_some_and(|d| d != missing);
    Ok(vm.bool(has))
}

fn part(vm: &mut Vm, ty: Ref, origin: Ref) -> Step {
    vm.heap.incref_raw(origin);
    let new: Owned = vm.alloc(ty, Payload::Opaque(Box::new(ParamSpecPart(origin))));
    Ok(new)
}
fn part_of(vm: &Vm, r: Ref) -> Ref {
    vm.state::<ParamSpecPart>(r).expect("a part of a ParamSpec").0
}
fn part_repr(vm: &mut Vm, a: Args) -> Step {
    let origin = part_of(vm, a[0]);
    let end = if vm.ty(a[0]) == t::PARAMSPEC_ARGS { "args" } else { "kwargs" };
    let name = match vm.state::<TypeParam>(origin).map(|p| p.name) {
        Some(name) => name,
        None => vm.repr(origin)?,
    };
    let text = format!("{}.{end}", vm.lossy(name));
    Ok(vm.str(text))
}
fn part_compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.ty(a[0]) != vm.ty(a[1]) {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (part_of(vm, a[0]), part_of(vm, a[1]));
    let equal = vm.eq(x, y)?;
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}
