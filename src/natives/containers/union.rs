//! `typing.Union`: what `int | str` gives (PEP 604).
use super::generic_alias::type_text;
use crate::heap::Ref;
use crate::objects::alias::{GenericAlias, Union};
use crate::objects::class::Layout;
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, n, t};
use rustpython_wtf8::Wtf8Buf;

pub static UNION: TypeDef = TypeDef {
    place: Some(t::UNION),
    name: "Union",
    module: "typing",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: crate::objects::class::type_flags::NO_NEW,
    size: (56, 0),
    doc: "Represent a union type",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__or__", OTHER, |vm, a| or_name(vm, a[0], a[1], a[1]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| or_name(vm, a[1], a[0], a[1]), "Return value|self."),
    Def::method("__getitem__", "(self, key, /)", getitem, "Return self[key]."),
    Def::plain("__mro_entries__", "(self, bases, /)", mro_entries, ""),
    Def::plain("__instancecheck__", "(self, instance, /)", instance_check, ""),
    Def::plain("__subclasscheck__", "(self, cls, /)", subclass_check, ""),
    Def::class_method("__class_getitem__", "(cls, members, /)", class_getitem, "See PEP 585"),
    Def::member("__args__", |vm, a| { let r = union(vm, a[0]).args; Ok(vm.incref(r)) }, ""),
    Def::get("__name__", |vm, _| Ok(vm.intern("Union")), "Name of the type"),
    Def::get("__qualname__", |vm, _| Ok(vm.intern("Union")), "Qualified name of the type"),
    Def::get("__origin__", |vm, _| Ok(vm.incref(t::UNION)), "Always returns the type"),
    Def::get("__parameters__", |vm, a| { let p = parameters(vm, a[0])?; Ok(vm.incref(p)) }, "Type variables in the types.UnionType."),
];

fn union(vm: &Vm, r: Ref) -> Union {
    vm.state::<Union>(r).expect("a union").clone()
}
fn members(vm: &Vm, r: Ref) -> Vec<Ref> {
    vm.tuple_items(union(vm, r).args).expect("a tuple").to_vec()
}

impl Vm {
    /// The members of a union, None for other objects.
    pub fn union_members(&self, r: Ref) -> Option<Vec<Ref>> {
        let args = self.state::<Union>(r)?.args;
        self.tuple_items(args).map(<[Ref]>::to_vec)
    }
}

/// Whether `|` takes an object for a type.
fn unionable(vm: &Vm, x: Ref) -> bool {
    x == fixed::NONE || vm.is_type(x) || vm.ty(x) == t::TYPEALIAS || vm.state::<GenericAlias>(x).is_some() || vm.state::<Union>(x).is_some()
}

/// `a | b` where one is a union: the other may be the name of a type that is not there yet.
fn or_name(vm: &mut Vm, a: Ref, b: Ref, other: Ref) -> Step {
    if vm.str_of(other).is_some() { vm.tail_prelude("param_or", &[a, b]) } else { type_or(vm, a, b) }
}

/// `a | b` of types: `type.__or__` and its like.
pub fn type_or(vm: &mut Vm, a: Ref, b: Ref) -> Step {
    if !unionable(vm, a) || !unionable(vm, b) {
        return Ok(vm.not_implemented());
    }
    make(vm, &[a, b])
}

/// The union of these: flattened, each member once, None as its type; one member alone is itself.
pub fn make(vm: &mut Vm, items: &[Ref]) -> Step {
    let mut flat = Vec::new();
    for x in items {
        match vm.union_members(*x) {
            Some(members) => flat.extend(members),
            None if *x == fixed::NONE => flat.push(t::NONE),
            None => flat.push(*x),
        }
    }
    let mut unique: Vec<Ref> = Vec::new();
    for x in flat {
        let mut known = unique.contains(&x);
        for y in unique.clone() {
            known = known || (!(plain_class(vm, x) && plain_class(vm, y)) && same_member(vm, y, x)?);
        }
        if !known {
            unique.push(x);
        }
    }
    if let [one] = unique[..] {
        return Ok(vm.incref(one));
    }
    let mut unhashable = 0;
    for x in &unique {
        unhashable += u32::from(try_hash(vm, *x)?.is_none());
    }
    let args = vm.tuple_of(&unique).into_raw();
    Ok(vm.opaque(t::UNION, Union { args, unhashable }))
}

/// A class that is equal to itself only: its metaclass does not say otherwise.
fn plain_class(vm: &mut Vm, x: Ref) -> bool {
    if !vm.is_type(x) {
        return false;
    }
    let meta = vm.ty(x);
    meta == t::TYPE || vm.lookup(meta, n::__EQ__) == vm.lookup(t::OBJECT, n::__EQ__)
}
/// The hash, or None for what has none; a metaclass may say so.
fn try_hash(vm: &mut Vm, x: Ref) -> Result<Option<i64>, Ask> {
    if vm.is_type(x) && vm.ty(x) != t::TYPE {
        let hash = vm.try_call_special(x, n::__HASH__, &[])?;
        return Ok(hash.and_then(Result::ok).and_then(|h| vm.i64_of(h)));
    }
    match vm.hash(x) {
        Ok(h) => Ok(Some(h)),
        Err(Ask::Raise(e)) => {
            vm.release(e);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}
/// Equal as elements of a set would be: by hash and equality, or by equality alone when unhashable.
fn same_member(vm: &mut Vm, a: Ref, b: Ref) -> Result<bool, Ask> {
    Ok(try_hash(vm, a)? == try_hash(vm, b)? && vm.eq(a, b)?)
}

fn class_getitem(vm: &mut Vm, a: Args) -> Step {
    let items = match vm.tuple_items(a[1]) {
        Some([]) => return Err(vm.type_error("Cannot take a Union of no types.")),
        Some(items) => items.to_vec(),
        None => vec![a[1]],
    };
    if items.iter().all(|x| unionable(vm, *x)) {
        return make(vm, &items);
    }
    // Strings become forward references, and what is no type is refused, as the typing module says.
    let checked = vm.prelude("union_checked", &[a[1]])?;
    let items = vm.tuple_items(checked).expect("a tuple").to_vec();
    make(vm, &items)
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let mut out = Wtf8Buf::new();
    for (i, x) in members(vm, a[0]).into_iter().enumerate() {
        if i > 0 {
            out.push_str(" | ");
        }
        if x == t::NONE {
            out.push_str("None");
        } else {
            type_text(vm, x, &mut out)?;
        }
    }
    Ok(vm.str(out))
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let set = vm.set();
    let set = vm.keep(set);
    for x in members(vm, a[0]) {
        let hash = vm.hash(x)?;
        super::set::insert(vm, set, x, hash);
    }
    let unhashable = union(vm, a[0]).unhashable;
    if unhashable > 0 {
        let s = if unhashable == 1 { "" } else { "s" };
        return Err(vm.type_error(format!("union contains {unhashable} unhashable element{s}")));
    }
    let h = super::set::table(vm, set).frozen_hash();
    Ok(vm.int(h))
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    let Some(others) = vm.union_members(a[1]) else { return Ok(vm.not_implemented()) };
    let own = members(vm, a[0]);
    let mut equal = own.len() == others.len();
    for x in &own {
        let mut found = others.contains(x);
        for y in &others {
            found = found || (!(plain_class(vm, *x) && plain_class(vm, *y)) && same_member(vm, *x, *y)?);
        }
        equal &= found;
    }
    Ok(vm.bool(equal == (op == Cmp::Eq)))
}

fn parameters(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let args = union(vm, r).args;
    vm.prelude("alias_parameters", &[args])
}

fn getitem(vm: &mut Vm, a: Args) -> Step {
    let parameters = parameters(vm, a[0])?;
    let args = union(vm, a[0]).args;
    let new = vm.prelude("alias_substitute", &[a[0], args, parameters, a[1]])?;
    let items = vm.tuple_items(new).expect("a tuple").to_vec();
    make(vm, &items)
}

fn mro_entries(vm: &mut Vm, a: Args) -> Step {
    let text = vm.repr(a[0])?;
    let message = format!("Cannot subclass {}", vm.lossy(text));
    Err(vm.type_error(message))
}

fn instance_check(vm: &mut Vm, a: Args) -> Step {
    for cls in members(vm, a[0]) {
        if vm.isinstance(a[1], cls)? {
            return Ok(vm.bool(true));
        }
    }
    Ok(vm.bool(false))
}

fn subclass_check(vm: &mut Vm, a: Args) -> Step {
    for cls in members(vm, a[0]) {
        if vm.issubclass(a[1], cls)? {
            return Ok(vm.bool(true));
        }
    }
    Ok(vm.bool(false))
}
