//! `types.GenericAlias`: what `list[int]` gives (PEP 585).
use super::support::{enclosed, push_text};
use super::union::type_or;
use crate::heap::{Owned, Ref};
use crate::objects::alias::GenericAlias;
use crate::objects::class::{Layout, type_flags};
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, n, t};
use rustpython_wtf8::Wtf8Buf;

pub static GENERIC_ALIAS: TypeDef = TypeDef {
    place: Some(t::GENERIC_ALIAS),
    name: "GenericAlias",
    module: "types",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE,
    size: (64, 0),
    doc: "Represent a PEP 585 generic type",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, origin, args, /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__getattribute__", "(self, name, /)", |vm, a| vm.tail_getattr(a[0], a[1]), "Return getattr(self, name)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__or__", OTHER, |vm, a| type_or(vm, a[0], a[1]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| type_or(vm, a[1], a[0]), "Return value|self."),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::plain("__mro_entries__", "(self, bases, /)", mro_entries, ""),
    Def::plain("__instancecheck__", "(self, instance, /)", |vm, _| refuse(vm, "isinstance"), ""),
    Def::plain("__subclasscheck__", "(self, cls, /)", |vm, _| refuse(vm, "issubclass"), ""),
    Def::plain("__reduce__", "(self, /)", reduce, ""),
    Def::plain("__dir__", "(self, /)", |vm, a| vm.tail_prelude("alias_dir", &[a[0]]), ""),
    Def::member("__origin__", |vm, a| { let r = alias(vm, a[0]).origin; Ok(vm.incref(r)) }, ""),
    Def::member("__args__", |vm, a| { let r = alias(vm, a[0]).args; Ok(vm.incref(r)) }, ""),
    Def::member("__unpacked__", |vm, a| { let b = alias(vm, a[0]).starred; Ok(vm.bool(b)) }, ""),
    Def::get("__parameters__", |vm, a| { let p = parameters(vm, a[0])?; Ok(vm.incref(p)) }, "Type variables in the GenericAlias."),
    Def::get("__typing_unpacked_tuple_args__", unpacked_args, ""),
];

fn alias(vm: &Vm, r: Ref) -> GenericAlias {
    vm.state::<GenericAlias>(r).expect("a generic alias").clone()
}

/// `origin[args]`; arguments that are no tuple become one of them.
pub fn make(vm: &mut Vm, cls: Ref, origin: Ref, args: Ref, starred: bool) -> Owned {
    let args = if vm.tuple_items(args).is_some() { vm.incref(args) } else { vm.tuple_of(&[args]) }.into_raw();
    vm.heap.incref_raw(origin);
    let state = GenericAlias { origin, args, starred };
    vm.alloc(cls, crate::objects::Payload::Opaque(Box::new(state)))
}

/// `__class_getitem__` of every generic built-in class.
pub fn class_getitem(vm: &mut Vm, a: Args) -> Step {
    Ok(make(vm, t::GENERIC_ALIAS, a[0], a[1], false))
}

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(make(vm, a[0], a[1], a[2], false))
}

/// The alias's type variables, as the prelude finds them. They are not kept: a native that is run again must ask again.
fn parameters(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let args = alias(vm, r).args;
    vm.prelude("alias_parameters", &[args])
}

/// How a type is written in the repr of an alias or union (CPython `_Py_typing_type_repr`).
pub fn type_text(vm: &mut Vm, x: Ref, out: &mut Wtf8Buf) -> Result<(), Ask> {
    if x == fixed::ELLIPSIS {
        out.push_str("...");
        return Ok(());
    }
    let generic = vm.getattr_opt(x, n::__ORIGIN__)?.is_some() && vm.getattr_opt(x, n::__ARGS__)?.is_some();
    if !generic
        && let Some(qualname) = vm.getattr_opt(x, n::__QUALNAME__)?
        && let Some(module) = vm.getattr_opt(x, n::__MODULE__)?.filter(|m| *m != fixed::NONE)
    {
        let (qualname, module) = (vm.to_str(qualname)?, vm.to_str(module)?);
        if vm.utf8(module) != Some("builtins") {
            push_text(vm, out, module);
            out.push_str(".");
        }
        push_text(vm, out, qualname);
        return Ok(());
    }
    let text = vm.repr(x)?;
    push_text(vm, out, text);
    Ok(())
}

fn item_text(vm: &mut Vm, x: Ref, out: &mut Wtf8Buf) -> Result<(), Ask> {
    if vm.ty(x) != t::LIST {
        return type_text(vm, x, out);
    }
    out.push_str("[");
    for (i, y) in vm.items_of(x).expect("a list").to_vec().into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        type_text(vm, y, out)?;
    }
    out.push_str("]");
    Ok(())
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    let mut out = Wtf8Buf::from(if x.starred { "*" } else { "" }.to_owned());
    type_text(vm, x.origin, &mut out)?;
    let mut inner = Wtf8Buf::new();
    let args = vm.tuple_items(x.args).expect("a tuple").to_vec();
    for (i, y) in args.iter().enumerate() {
        if i > 0 {
            inner.push_str(", ");
        }
        item_text(vm, *y, &mut inner)?;
    }
    if args.is_empty() {
        inner.push_str("()");
    }
    out.push_wtf8(&enclosed("[", &inner, "]"));
    Ok(vm.str(out))
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    let h = vm.hash(x.origin)? ^ vm.hash(x.args)?;
    Ok(vm.int(if h == -1 { -2 } else { h }))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if vm.state::<GenericAlias>(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (alias(vm, a[0]), alias(vm, a[1]));
    let equal = x.starred == y.starred && vm.eq(x.origin, y.origin)? && vm.eq(x.args, y.args)?;
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}

/// Calls the class and tells the instance the alias, where it can be told.
fn call(vm: &mut Vm, a: Args) -> Step {
    let origin = alias(vm, a[0]).origin;
    let args = vm.tuple_items(a[1]).expect("*args").to_vec();
    let kwargs = vm.kwargs_of(a.opt(2));
    let new = vm.call_kw(origin, &args, &kwargs)?;
    let stored = match vm.store_attr(new, n::__ORIG_CLASS__, Some(a[0])) {
        Ok(Some((f, args))) => vm.try_call(f, &args)?.err(),
        Ok(None) => None,
        Err(Ask::Raise(e)) => Some(vm.keep(e)),
        Err(other) => return Err(other),
    };
    match stored {
        Some(e) if !vm.exc_is(e, t::ATTRIBUTE_ERROR) && !vm.exc_is(e, t::TYPE_ERROR) => Err(vm.reraise(e)),
        _ => Ok(vm.incref(new)),
    }
}

/// `*alias`: one starred copy.
fn iter(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    let ty = vm.ty(a[0]);
    let starred = make(vm, ty, x.origin, x.args, true);
    let tuple = vm.tuple(vec![starred]);
    let tuple = vm.keep(tuple);
    let it = vm.get_iter(tuple)?;
    Ok(vm.incref(it))
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    let parameters = parameters(vm, a[0])?;
    let x = alias(vm, a[0]);
    let args = vm.prelude("alias_substitute", &[a[0], x.args, parameters, a[1]])?;
    let ty = vm.ty(a[0]);
    Ok(make(vm, ty, x.origin, args, x.starred))
}

fn mro_entries(vm: &mut Vm, a: Args) -> Step {
    let origin = alias(vm, a[0]).origin;
    Ok(vm.tuple_of(&[origin]))
}

fn refuse(vm: &mut Vm, what: &str) -> Step {
    Err(vm.type_error(format!("{what}() argument 2 cannot be a parameterized generic")))
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    if x.starred {
        let plain = make(vm, t::GENERIC_ALIAS, x.origin, x.args, false);
        let plain = vm.keep(plain);
        let it = vm.get_iter(plain)?;
        let next = super::support::builtin(vm, "next")?;
        let args = vm.tuple_of(&[it]);
        let next = vm.incref(next);
        return Ok(vm.tuple(vec![next, args]));
    }
    let args = vm.tuple_of(&[x.origin, x.args]);
    let ty = vm.incref(t::GENERIC_ALIAS);
    Ok(vm.tuple(vec![ty, args]))
}

/// The arguments of `*tuple[...]`, for substitution; None otherwise.
fn unpacked_args(vm: &mut Vm, a: Args) -> Step {
    let x = alias(vm, a[0]);
    if x.starred && x.origin == t::TUPLE {
        return Ok(vm.incref(x.args));
    }
    Ok(vm.none())
}
