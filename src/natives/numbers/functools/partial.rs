//! `partial` and its `Placeholder`.
use super::super::{class_getitem, is_callable};
use crate::heap::Ref;
use crate::native_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, fixed, n, t};

/// A function with its first arguments; some of them may be placeholders, to be filled by the call's.
#[derive(Clone)]
struct Partial {
    func: Ref,
    /// A tuple, and how many placeholders are in it.
    args: Ref,
    holes: usize,
    /// A dict.
    keywords: Ref,
}
native_state!(Partial, |s, f| {
    let Partial { func, args, holes: _, keywords } = s;
    [*func, *args, *keywords].into_iter().for_each(f);
});

/// The singleton `Placeholder`, made at first use.
pub fn placeholder(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get("functools.Placeholder") {
        return *r;
    }
    let ty = vm.type_of_def(&PLACEHOLDER);
    let r = vm.alloc(ty, Payload::Unit).into_raw();
    vm.registry.insert("functools.Placeholder", r);
    r
}
fn placeholder_new(vm: &mut Vm, a: Args) -> Step {
    if vm.tuple_items(a[1]).is_some_and(|x| !x.is_empty()) || a.not_none(2).is_some() {
        return Err(vm.type_error("_PlaceholderType takes no arguments"));
    }
    let r = placeholder(vm);
    Ok(vm.incref(r))
}
fn placeholder_name(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.intern("Placeholder"))
}

fn own(vm: &Vm, r: Ref) -> Partial {
    vm.state::<Partial>(r).expect("a partial object").clone()
}
/// Arguments with their placeholders filled from `given`, and the rest of `given` behind them.
fn fill(vm: &mut Vm, args: &[Ref], given: &[Ref]) -> Vec<Ref> {
    let hole = placeholder(vm);
    let mut given = given.iter().copied();
    let mut all: Vec<Ref> = args.iter().map(|r| if *r == hole { given.next().unwrap_or(hole) } else { *r }).collect();
    all.extend(given);
    all
}
/// A dict with the entries of one and then of a `**kwargs` parameter; owned by the caller.
fn merged(vm: &mut Vm, first: Option<Ref>, more: Option<Ref>) -> Ref {
    let dict = vm.dict().into_raw();
    for source in [first, more] {
        for (k, v) in vm.kwargs_of(source) {
            vm.dict_set_name(dict, k, v);
        }
    }
    dict
}

/// `partial.__new__(cls, func, /, *args, **keywords)`; a partial of a partial becomes one.
fn new(vm: &mut Vm, a: Args) -> Step {
    let given = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let Some((mut func, given)) = given.split_first().map(|(f, rest)| (*f, rest.to_vec())) else {
        return Err(vm.type_error("type 'partial' takes at least one argument"));
    };
    if !is_callable(vm, func) {
        return Err(vm.type_error("the first argument must be callable"));
    }
    let hole = placeholder(vm);
    if given.last() == Some(&hole) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    if vm.kwargs_of(a.opt(2)).iter().any(|(_, v)| *v == hole) {
        return Err(vm.type_error("Placeholder cannot be passed as a keyword argument"));
    }
    let plain_keys = vm.state::<Partial>(func).map(|p| p.keywords).is_some_and(|k| vm.kwargs_of(Some(k)).iter().all(|(k, _)| vm.str_of(*k).is_some()));
    let plain_inner = plain_keys && vm.heap.extra(func).is_none_or(|x| x.dict.is_none());
    let (mut args, mut keywords) = (given.clone(), None);
    if plain_inner {
        let inner = own(vm, func);
        let before = vm.tuple_items(inner.args).unwrap_or_default().to_vec();
        args = fill(vm, &before, &given);
        (func, keywords) = (inner.func, Some(inner.keywords));
    }
    let keywords = merged(vm, keywords, a.opt(2));
    vm.heap.incref_raw(func);
    let holes = args.iter().filter(|r| **r == hole).count();
    let args = vm.tuple_of(&args).into_raw();
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Partial { func, args, holes, keywords }))))
}

fn call(vm: &mut Vm, a: Args) -> Step {
    let p = own(vm, a[0]);
    let given = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if given.len() < p.holes {
        return Err(vm.type_error(format!(
            "missing positional arguments in 'partial' call; expected at least {}, got {}",
            p.holes,
            given.len()
        )));
    }
    let before = vm.tuple_items(p.args).unwrap_or_default().to_vec();
    let args = fill(vm, &before, &given);
    let mut keywords = vm.kwargs_of(Some(p.keywords));
    if keywords.iter().any(|(k, _)| vm.str_of(*k).is_none()) {
        return Err(vm.type_error("keywords must be strings"));
    }
    for (k, v) in vm.kwargs_of(a.opt(2)) {
        let name = vm.lossy(k);
        match keywords.iter_mut().find(|(old, _)| vm.lossy(*old) == name) {
            Some(entry) => entry.1 = v,
            None => keywords.push((k, v)),
        }
    }
    vm.tail_call_kw(p.func, &args, &keywords)
}
fn get(vm: &mut Vm, a: Args) -> Step {
    if a[1] == fixed::NONE { Ok(vm.incref(a[0])) } else { Ok(vm.bound_method(a[0], a[1])) }
}

/// Module and name of an object's class.
pub fn full_name(vm: &mut Vm, r: Ref) -> String {
    let ty = vm.ty(r);
    let name = vm.lossy(vm.type_obj(ty).qualname);
    match vm.dict_get_name(vm.type_obj(ty).dict, n::__MODULE__) {
        Some(m) if vm.utf8(m) != Some("builtins") => format!("{}.{name}", vm.lossy(m)),
        _ => name,
    }
}
/// Arguments as a call shows them: `1, x=2`; each begins with `, `.
pub fn shown_arguments(vm: &mut Vm, args: &[Ref], keywords: &[(Ref, Ref)]) -> Result<String, Ask> {
    let mut text = String::new();
    for r in args {
        let s = vm.repr(*r)?;
        text += &format!(", {}", vm.lossy(s));
    }
    for (k, v) in keywords {
        let (k, v) = (vm.to_str(*k)?, vm.repr(*v)?);
        text += &format!(", {}={}", vm.lossy(k), vm.lossy(v));
    }
    Ok(text)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let p = own(vm, a[0]);
    let func = vm.repr(p.func)?;
    let args = vm.tuple_items(p.args).unwrap_or_default().to_vec();
    let keywords = vm.kwargs_of(Some(p.keywords));
    let shown = shown_arguments(vm, &args, &keywords)?;
    let text = format!("{}({}{shown})", full_name(vm, a[0]), vm.lossy(func));
    Ok(vm.str(text))
}

fn func(vm: &mut Vm, a: Args) -> Step {
    let r = own(vm, a[0]).func;
    Ok(vm.incref(r))
}
fn args(vm: &mut Vm, a: Args) -> Step {
    let r = own(vm, a[0]).args;
    Ok(vm.incref(r))
}
fn keywords(vm: &mut Vm, a: Args) -> Step {
    let r = own(vm, a[0]).keywords;
    Ok(vm.incref(r))
}
/// `__dict__` of a native type's instance.
pub fn namespace(vm: &mut Vm, a: Args) -> Step {
    match vm.instance_dict(a[0]) {
        Some(d) => Ok(vm.incref(d)),
        None => Err(vm.attribute_error(a[0], n::__DICT__, "no __dict__")),
    }
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let p = own(vm, a[0]);
    let dict = vm.heap.extra(a[0]).and_then(|x| x.dict).unwrap_or(fixed::NONE);
    let ty = vm.ty(a[0]);
    let (class, made_of) = (vm.incref(ty), vm.tuple_of(&[p.func]));
    let state = vm.tuple_of(&[p.func, p.args, p.keywords, dict]);
    Ok(vm.tuple(vec![class, made_of, state]))
}
fn setstate(vm: &mut Vm, a: Args) -> Step {
    let state = vm.tuple_items(a[1]).map(<[Ref]>::to_vec);
    let parts = match state.as_deref() {
        Some([func, args, kw, dict]) if is_callable(vm, *func) && vm.tuple_items(*args).is_some() => {
            if *kw == fixed::NONE || vm.dict_of(*kw).is_some() { Some((*func, *args, *kw, *dict)) } else { None }
        }
        _ => None,
    };
    let Some((func, args, kw, dict)) = parts else { return Err(vm.type_error("invalid partial state")) };
    let hole = placeholder(vm);
    let items = vm.tuple_items(args).unwrap_or_default().to_vec();
    if items.last() == Some(&hole) {
        return Err(vm.type_error("trailing Placeholders are not allowed"));
    }
    let keywords = merged(vm, Some(kw), None);
    let args = vm.tuple_of(&items).into_raw();
    vm.heap.incref_raw(func);
    let holes = items.iter().filter(|r| **r == hole).count();
    let old = std::mem::replace(vm.state_mut(a[0]).expect("a partial object"), Partial { func, args, holes, keywords });
    [old.func, old.args, old.keywords].into_iter().for_each(|r| vm.heap.decref_raw(r));
    if dict != fixed::NONE {
        for (k, v) in vm.kwargs_of(Some(dict)) {
            vm.set_instance_attr(a[0], k, Some(v));
        }
    }
    Ok(vm.none())
}

static METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **keywords)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::plain("__reduce__", "(self, /)", reduce, ""),
    Def::plain("__setstate__", "(self, state, /)", setstate, ""),
    Def::class_method("__class_getitem__", "(cls, object, /)", class_getitem, "See PEP 585"),
    Def::member("func", func, "function object to use in future partial calls"),
    Def::member("args", args, "tuple of arguments to future partial calls"),
    Def::member("keywords", keywords, "dictionary of keyword arguments to future partial calls"),
    Def::get("__dict__", namespace, ""),
];
pub static TYPE: TypeDef = TypeDef {
    place: None,
    name: "partial",
    module: "functools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (80, 0),
    doc: "Create a new function with partial application of the given arguments and keywords.",
    defs: &[METHODS],
};

static PLACEHOLDER_METHODS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", placeholder_new),
    Def::method("__repr__", "(self, /)", placeholder_name, "Return repr(self)."),
    Def::plain("__reduce__", "(self, /)", placeholder_name, ""),
];
pub static PLACEHOLDER: TypeDef = TypeDef {
    place: None,
    name: "_PlaceholderType",
    module: "functools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (16, 0),
    doc: "The type of the Placeholder singleton.\n\nUsed as a placeholder for partial arguments.",
    defs: &[PLACEHOLDER_METHODS],
};
