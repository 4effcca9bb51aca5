//! `types.SimpleNamespace`.
use super::support::{enclosed, guarded_repr, push_text};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::api::Cmp;
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, t};
use rustpython_wtf8::Wtf8Buf;

pub static NAMESPACE: TypeDef = TypeDef {
    place: Some(t::NAMESPACE),
    name: "SimpleNamespace",
    module: "types",
    base: t::OBJECT,
    layout: Layout::Object,
    flags: type_flags::BASE,
    size: (24, 0),
    doc: "SimpleNamespace(mapping_or_iterable=(), /, **kwargs)\n--\n\nAn object whose attributes are the items of a mapping and the keyword arguments.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__eq__", OTHER, |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", OTHER, |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__lt__", OTHER, |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", OTHER, |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__gt__", OTHER, |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", OTHER, |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
    Def::plain("__replace__", "(self, /, **changes)", replace, "Return a copy of the namespace object with new values for the specified attributes."),
    Def::get("__dict__", |vm, a| { let d = dict(vm, a[0]); Ok(vm.incref(d)) }, ""),
];

/// The attributes, as the object's dict.
fn dict(vm: &mut Vm, r: Ref) -> Ref {
    vm.instance_dict(r).expect("a SimpleNamespace has a dict")
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let new = vm.alloc(a[0], Payload::Instance(Box::default()));
    Ok(new)
}

fn init(vm: &mut Vm, a: Args) -> Step {
    let kwargs = a.opt(2).filter(|k| vm.dict_of(*k).is_some());
    let given = a.opt(1).and_then(|args| vm.tuple_items(args)).unwrap_or(&[]);
    if given.len() > 1 {
        let message = format!("{} expected at most 1 argument, got {}", vm.type_name(a[0]), given.len());
        return Err(vm.type_error(message));
    }
    if let Some(source) = given.first().copied() {
        let source = match vm.ty(source) {
            t::DICT => source,
            _ => vm.prelude("dict_from", &[source])?,
        };
        let keys: Vec<Ref> = vm.dict_of(source).expect("a dict").iter().map(|(k, _)| k).collect();
        if !keys.iter().all(|k| vm.str_of(*k).is_some()) {
            return Err(vm.type_error("keywords must be strings"));
        }
        let own = dict(vm, a[0]);
        super::dict::merge(vm, own, source, false)?;
    }
    if let Some(kw) = kwargs {
        let own = dict(vm, a[0]);
        super::dict::merge(vm, own, kw, false)?;
    }
    Ok(vm.none())
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = if vm.ty(a[0]) == t::NAMESPACE { "namespace".to_owned() } else { vm.type_name(a[0]).to_owned() };
    let d = dict(vm, a[0]);
    let pairs: Vec<(Ref, Ref)> = vm.dict_of(d).expect("a dict").iter().filter(|(k, _)| vm.str_of(*k).is_some_and(|s| !s.is_empty())).collect();
    guarded_repr(vm, a[0], &format!("{name}(...)"), |vm| {
        let mut text = Wtf8Buf::new();
        for (i, (k, v)) in pairs.into_iter().enumerate() {
            let v = vm.repr(v)?;
            if i > 0 {
                text.push_str(", ");
            }
            push_text(vm, &mut text, k);
            text.push_str("=");
            push_text(vm, &mut text, v);
        }
        Ok(enclosed(&format!("{name}("), &text, ")"))
    })
}

fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if !vm.is_a(a[1], t::NAMESPACE) {
        return Ok(vm.not_implemented());
    }
    let (x, y) = (dict(vm, a[0]), dict(vm, a[1]));
    let r = vm.rich_compare(x, y, op)?;
    Ok(vm.incref(r))
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let d = dict(vm, a[0]);
    let parts = vec![vm.incref(ty), vm.tuple(vec![]), vm.incref(d)];
    Ok(vm.tuple(parts))
}

fn replace(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let new = vm.call(ty, &[])?;
    if !vm.is_a(new, t::NAMESPACE) {
        let full = crate::natives::numbers::functools::full_name(vm, a[0]);
        let got = crate::natives::numbers::functools::full_name(vm, new);
        return Err(vm.type_error(format!("expect types.SimpleNamespace type, but {full}() returned '{got}' object")));
    }
    let (own, target) = (dict(vm, a[0]), dict(vm, new));
    super::dict::merge(vm, target, own, false)?;
    if let Some(changes) = a.opt(1).filter(|c| vm.dict_of(*c).is_some()) {
        super::dict::merge(vm, target, changes, false)?;
    }
    Ok(vm.incref(new))
}
