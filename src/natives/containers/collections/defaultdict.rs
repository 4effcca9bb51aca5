//! `defaultdict`: a dict that makes missing values. The factory is the object's first slot.
use crate::heap::{Owned, Ref};
use crate::natives::containers::dict::DICT;
use crate::natives::containers::support::{guarded_repr, push_text};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::{Ask, Step};
use crate::vm::{Args, Vm, fixed, n, t};
use rustpython_wtf8::Wtf8Buf;

pub static DEFAULTDICT: TypeDef = TypeDef {
    place: None,
    name: "defaultdict",
    module: "collections",
    base: t::DICT,
    layout: Layout::Dict,
    flags: type_flags::BASE | type_flags::MAPPING | type_flags::MATCH_SELF,
    size: (56, 0),
    doc: "A dict whose default factory is called for a missing key.",
    defs: &[DEFS],
};

const OTHER: &str = "(self, value, /)";
static DEFS: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::plain("__missing__", "(self, key, /)", missing, "Called by __getitem__ for missing keys."),
    Def::plain("copy", "(self, /)", copy, "a shallow copy of D."),
    Def::plain("__copy__", "(self, /)", copy, "a shallow copy of D."),
    Def::plain("__reduce__", "(self, /)", reduce, "Return state information for pickling."),
    Def::method("__or__", OTHER, |vm, a| or(vm, a[0], a[1], a[0]), "Return self|value."),
    Def::method("__ror__", OTHER, |vm, a| or(vm, a[1], a[0], a[0]), "Return value|self."),
    Def::get_set("default_factory", get_factory, set_factory, "Factory for default value called by __missing__()."),
];

/// Instances, those of subclasses too, have one slot before those of `__slots__`.
pub fn reserve_slot(vm: &mut Vm, _module: Ref) -> Result<(), Ask> {
    let ty = vm.type_of_def(&DEFAULTDICT);
    vm.type_obj_mut(ty).slots = 1;
    Ok(())
}

fn factory(vm: &Vm, r: Ref) -> Option<Ref> {
    vm.heap.extra(r).and_then(|x| x.slots.first().copied().flatten()).filter(|f| *f != fixed::NONE)
}

fn store_factory(vm: &mut Vm, r: Ref, f: Option<Ref>) {
    f.iter().for_each(|f| vm.heap.incref_raw(*f));
    let slots = &mut vm.heap.extra_mut(r).slots;
    if slots.is_empty() {
        slots.push(None);
    }
    let old = std::mem::replace(&mut slots[0], f);
    vm.replace_raw(old);
}

fn get_factory(vm: &mut Vm, a: Args) -> Step {
    let f = factory(vm, a[0]).unwrap_or(fixed::NONE);
    Ok(vm.incref(f))
}
fn set_factory(vm: &mut Vm, a: Args) -> Step {
    store_factory(vm, a[0], a.opt(1));
    Ok(vm.none())
}

fn init(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).expect("*args").to_vec();
    let f = args.first().copied().filter(|f| *f != fixed::NONE);
    if let Some(f) = f
        && vm.lookup_special(f, n::__CALL__).is_none()
        && !vm.is_type(f)
        && !matches!(vm.ty(f), t::FUNCTION | t::BUILTIN | t::METHOD)
    {
        return Err(vm.type_error("first argument must be callable or None"));
    }
    store_factory(vm, a[0], f);
    let rest = vm.tuple_of(args.get(1..).unwrap_or(&[]));
    let rest = vm.keep(rest);
    let dict_init = DICT.defs.iter().flat_map(|d| d.iter()).find(|d| d.name == "__init__").expect("dict has one");
    (dict_init.f)(vm, Args(&[Some(a[0]), Some(rest), a.opt(2)]))
}

fn missing(vm: &mut Vm, a: Args) -> Step {
    let Some(f) = factory(vm, a[0]) else { return Err(vm.key_error(a[1])) };
    let value = vm.call(f, &[])?;
    // The factory may have set the key itself: that value stays.
    let hash = vm.hash(a[1])?;
    if let Some(at) = vm.dict_find(a[0], a[1], hash)? {
        let kept = vm.dict_of(a[0]).expect("a dict").entries()[at].value;
        return Ok(vm.incref(kept));
    }
    vm.dict_store(a[0], None, a[1], hash, value);
    Ok(vm.incref(value))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let f = factory(vm, a[0]).unwrap_or(fixed::NONE);
    let mut text = Wtf8Buf::from(format!("{name}("));
    if f == fixed::NONE {
        text.push_str("None");
    } else {
        // A factory that holds the dict itself (a bound method) would come back here.
        let shown = guarded_repr(vm, f, "...", |vm| {
            let shown = vm.repr(f)?;
            let mut out = Wtf8Buf::new();
            push_text(vm, &mut out, shown);
            Ok(out)
        })?;
        let shown = vm.keep(shown);
        push_text(vm, &mut text, shown);
    }
    text.push_str(", ");
    let dict_repr = DICT.defs.iter().flat_map(|d| d.iter()).find(|d| d.name == "__repr__").expect("dict has one");
    let inner = (dict_repr.f)(vm, Args(&[Some(a[0])]))?;
    let inner = vm.keep(inner);
    push_text(vm, &mut text, inner);
    text.push_str(")");
    Ok(vm.str(text))
}

fn copy(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let f = factory(vm, a[0]).unwrap_or(fixed::NONE);
    vm.tail_call(ty, &[f, a[0]])
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let items = vm.call_method(a[0], "items", &[])?;
    let it = vm.get_iter(items)?;
    let args = match factory(vm, a[0]) {
        Some(f) => vm.tuple_of(&[f]),
        None => vm.tuple(vec![]),
    };
    let ty = vm.ty(a[0]);
    let parts: Vec<Owned> = vec![vm.incref(ty), args, vm.none(), vm.none(), vm.incref(it)];
    Ok(vm.tuple(parts))
}

/// `left | right` with the class and factory of `like`.
fn or(vm: &mut Vm, left: Ref, right: Ref, like: Ref) -> Step {
    if vm.dict_of(left).is_none() || vm.dict_of(right).is_none() {
        return Ok(vm.not_implemented());
    }
    let ty = vm.ty(like);
    let f = factory(vm, like).unwrap_or(fixed::NONE);
    let new = vm.call(ty, &[f, left])?;
    vm.tail_prelude("dict_merged", &[new, right])
}
