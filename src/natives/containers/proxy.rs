//! `mappingproxy`: a read-only look at a mapping.
use super::support::{enclosed, push_text};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, n, t};
use rustpython_wtf8::Wtf8Buf;

pub static PROXY: TypeDef = TypeDef {
    place: Some(t::PROXY),
    name: "mappingproxy",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::MAPPING,
    size: (24, 0),
    doc: "A read-only proxy of a mapping.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, mapping)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", str, "Return str(self)."),
    Def::method("__len__", "(self, /)", |vm, a| special(vm, a, n::__LEN__), "Return len(self)."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::plain("__reversed__", "(self, /)", |vm, a| method(vm, a, "__reversed__"), "D.__reversed__() -> reverse iterator"),
    Def::method("__getitem__", "(self, key, /)", |vm, a| special(vm, a, n::__GETITEM__), "Return self[key]."),
    Def::method("__contains__", "(self, key, /)", contains, "Return bool(key in self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("__or__", OTHER, |vm, a| or(vm, a[0], a[1]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| or(vm, a[1], a[0]), "Return value|self."),
    Def::method("__ior__", OTHER, ior, "Return self|=value."),
    Def::method("get", "(self, key, default=None, /)", get, "Return the value for key if key is in the mapping, else default."),
    Def::method("keys", "(self, /)", |vm, a| method(vm, a, "keys"), "a set-like object providing a view on D's keys"),
    Def::method("values", "(self, /)", |vm, a| method(vm, a, "values"), "an object providing a view on D's values"),
    Def::method("items", "(self, /)", |vm, a| method(vm, a, "items"), "a set-like object providing a view on D's items"),
    Def::method("copy", "(self, /)", |vm, a| method(vm, a, "copy"), "a shallow copy of D"),
    Def::class_method("__class_getitem__", "(cls, object, /)", super::generic_alias::class_getitem, "See PEP 585"),
];

fn mapping(vm: &Vm, r: Ref) -> Ref {
    match vm.heap.get(r) {
        Payload::Proxy(m) => *m,
        _ => r,
    }
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let m = a[1];
    let is_mapping = vm.lookup_special(m, n::__GETITEM__).is_some() && vm.items_of(m).is_none();
    if !is_mapping {
        let message = format!("mappingproxy() argument must be a mapping, not {}", vm.dotted_type_name(m));
        return Err(vm.type_error(message));
    }
    vm.heap.incref_raw(m);
    Ok(vm.heap.alloc(t::PROXY, Payload::Proxy(m), 0))
}

/// A special method of the mapping with the same further arguments.
fn special(vm: &mut Vm, a: Args, name: Ref) -> Step {
    let m = mapping(vm, a[0]);
    let rest: Vec<Ref> = a.0[1..].iter().flatten().copied().collect();
    match vm.call_pure(m, name, &rest)? {
        Some(v) => Ok(vm.incref(v)),
        None => {
            let message = format!("object of type '{}' has no {}", vm.dotted_type_name(m), vm.lossy(name));
            Err(vm.type_error(message))
        }
    }
}

/// A named method of the mapping.
fn method(vm: &mut Vm, a: Args, name: &str) -> Step {
    let m = mapping(vm, a[0]);
    let f = vm.getattr_str(m, name)?;
    vm.tail_call(f, &[])
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let m = mapping(vm, a[0]);
    let inner = vm.repr(m)?;
    let mut text = Wtf8Buf::new();
    push_text(vm, &mut text, inner);
    let text = enclosed("mappingproxy(", &text, ")");
    Ok(vm.str(text))
}

fn str(vm: &mut Vm, a: Args) -> Step {
    let m = mapping(vm, a[0]);
    let s = vm.to_str(m)?;
    Ok(vm.incref(s))
}

fn iter(vm: &mut Vm, a: Args) -> Step {
    let m = mapping(vm, a[0]);
    let it = vm.get_iter(m)?;
    Ok(vm.incref(it))
}

fn hash(vm: &mut Vm, a: Args) -> Step {
    let m = mapping(vm, a[0]);
    let h = vm.hash(m)?;
    Ok(vm.int(h))
}

fn contains(vm: &mut Vm, a: Args) -> Step {
    let m = mapping(vm, a[0]);
    if vm.ty(m) == t::DICT {
        let found = vm.dict_get(m, a[1])?.is_some();
        return Ok(vm.bool(found));
    }
    vm.tail_prelude("value_in", &[a[1], m])
}

fn get(vm: &mut Vm, a: Args) -> Step {
    let (m, default) = (mapping(vm, a[0]), a.opt(2).unwrap_or(fixed::NONE));
    if vm.ty(m) == t::DICT {
        let v = vm.dict_get(m, a[1])?.unwrap_or(default);
        return Ok(vm.incref(v));
    }
    let f = vm.getattr(m, n::GET)?;
    vm.tail_call(f, &[a[1], default])
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    let m = mapping(vm, a[0]);
    let r = vm.rich_compare(m, a[1], op)?;
    Ok(vm.incref(r))
}

fn or(vm: &mut Vm, a: Ref, b: Ref) -> Step {
    let (x, y) = (mapping(vm, a), mapping(vm, b));
    vm.tail_prelude("value_or", &[x, y])
}

fn ior(vm: &mut Vm, a: Args) -> Step {
    let message = format!("'|=' is not supported by {}; use '|' instead", vm.dotted_type_name(a[0]));
    Err(vm.type_error(message))
}
