//! Weak references: `weakref.ref`, the module `_weakref`; proxies are in the prelude.
use crate::heap::{Owned, Ref, flag};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::types::WeakRef;
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};

pub static TYPE: TypeDef = TypeDef {
    place: Some(t::WEAKREF),
    name: "ReferenceType",
    module: "weakref",
    base: t::OBJECT,
    layout: Layout::WeakRef,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (64, 0),
    doc: "",
    defs: &[DEFS],
};
static DEFS: &[Def] = &[
    Def { shown: "(cls, /, *args, **kwargs)", ..Def::new("(cls, object, callback=None, /, *args, **kwargs)", new) },
    Def::method("__init__", "(self, object, callback=None, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__call__", "(self, /)", call, "Call self as a function."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", "(self, value, /)", |vm, a| compare(vm, a, false), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| compare(vm, a, true), "Return self!=value."),
    Def::get("__callback__", callback, ""),
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_prelude("generic_alias", &[a[0], a[1]]), "See PEP 585"),
];
pub static MODULE: ModuleDef = ModuleDef {
    name: "_weakref",
    doc: "Weak-reference support module.",
    functions: &[FUNCTIONS],
    types: &[&TYPE],
    init: Some(|vm, m| {
        let dict = vm.module_dict(m);
        let o = vm.incref(t::WEAKREF);
        vm.dict_set_str(dict, "ref", o);
        for (name, ty) in [("ProxyType", t::WEAK_PROXY), ("CallableProxyType", t::CALLABLE_PROXY)] {
            let ty = if vm.prelude.is_some() { vm.prelude_function(name) } else { ty };
            let o = vm.incref(ty);
            vm.dict_set_str(dict, name, o);
        }
        Ok(())
    }),
};
static FUNCTIONS: &[Def] = &[
    Def::function("getweakrefcount", "(object, /)", |vm, a| { let k = list(vm, a[0]).len(); Ok(vm.int(k as i64)) }, "Return the number of weak references to 'object'."),
    Def::function("getweakrefs", "(object, /)", |vm, a| { let l = list(vm, a[0]); Ok(vm.list_of(&l)) }, "Return a list of all weak reference objects pointing to 'object'."),
    Def::function("_remove_dead_weakref", "(dct, key, /)", remove_dead, "Atomically remove key from dict if it points to a dead weakref."),
    Def::function("proxy", "(object, callback=None, /)", |vm, a| vm.tail_prelude("weak_proxy", &[a[0], a.opt(1).unwrap_or(fixed::NONE)]), "Create a proxy object that weakly references 'object'."),
];

fn list(vm: &Vm, r: Ref) -> Vec<Ref> {
    vm.heap.weakrefs.get(&r).cloned().unwrap_or_default()
}
/// Whether objects of its type can be weakly referenced.
fn referencable(vm: &Vm, r: Ref) -> bool {
    let ty = vm.ty(r);
    let x = vm.type_obj(ty);
    if x.has(type_flags::HEAP) {
        return x.has_weakref;
    }
    match vm.heap.get(r) {
        Payload::Function(_) | Payload::Native(_) | Payload::Method(..) | Payload::Type(_) | Payload::Module(_) => true,
        Payload::Generator(_) | Payload::Code(_) | Payload::Set(_) | Payload::Opaque(_) => true,
        _ => x.has_weakref,
    }
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let (cls, obj) = (a[0], a[1]);
    if cls == t::WEAKREF {
        if a.not_none(4).is_some() {
            return Err(vm.type_error("ReferenceType() takes no keyword arguments"));
        }
        let extra = a.opt(3).and_then(|x| vm.tuple_items(x)).map_or(0, <[Ref]>::len);
        if extra > 0 {
            return Err(vm.type_error(format!("ReferenceType expected at most 2 arguments, got {}", extra + 2)));
        }
    }
    if !referencable(vm, obj) {
        let message = format!("cannot create weak reference to '{}' object", vm.dotted_type_name(obj));
        return Err(vm.type_error(message));
    }
    let callback = a.not_none(2);
    if callback.is_none() && cls == t::WEAKREF {
        // One plain reference serves all.
        let plain = list(vm, obj).into_iter().find(|w| {
            vm.ty(*w) == t::WEAKREF && matches!(vm.heap.get(*w), Payload::WeakRef(x) if x.callback.is_none())
        });
        if let Some(w) = plain {
            return Ok(vm.incref(w));
        }
    }
    Ok(make(vm, cls, obj, callback))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let extra = a.opt(3).and_then(|x| vm.tuple_items(x)).map_or(0, <[Ref]>::len);
    if extra > 0 {
        return Err(vm.type_error(format!("__init__ expected at most 2 arguments, got {}", extra + 2)));
    }
    Ok(vm.none())
}
fn make(vm: &mut Vm, cls: Ref, obj: Ref, callback: Option<Ref>) -> Owned {
    callback.iter().for_each(|r| vm.heap.incref_raw(*r));
    let w = vm.alloc(cls, Payload::WeakRef(Box::new(WeakRef { referent: Some(obj), callback, hash: None })));
    let first = vm.heap.weakrefs.get(&obj).and_then(|rows| rows.first().copied());
    let plain_first = first.is_some_and(|r| vm.ty(r) == t::WEAKREF && matches!(vm.heap.get(r), Payload::WeakRef(x) if x.callback.is_none()));
    let rows = vm.heap.weakrefs.entry(obj).or_default();
    // Plain references stay in front, as in CPython; others go before earlier ones.
    let plain = callback.is_none() && cls == t::WEAKREF;
    let at = if plain || !plain_first { 0 } else { 1 };
    rows.insert(at, w.get());
    vm.heap.set_flag(obj, flag::WEAKREFS);
    // When the reference itself dies it must leave the row.
    vm.heap.set_flag(w.get(), flag::FINALIZER);
    w
}
pub fn referent(vm: &Vm, w: Ref) -> Option<Ref> {
    match vm.heap.get(w) {
        // Between its last reference and its finalizer an object is gone; the finalizer itself may see it.
        Payload::WeakRef(x) => x.referent.filter(|r| vm.heap.flags(*r) & (flag::PENDING | flag::FINALIZED) != flag::PENDING),
        _ => None,
    }
}
fn call(vm: &mut Vm, a: Args) -> Step {
    match referent(vm, a[0]) {
        Some(r) => Ok(vm.incref(r)),
        None => Ok(vm.none()),
    }
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let text = match referent(vm, a[0]) {
        None => format!("<weakref at {:#x}; dead>", a[0].address()),
        Some(r) => {
            let r = vm.hold(r);
            let name = vm.prelude("weakref_name", &[r])?;
            let name = if vm.str_of(name).is_some() { format!(" ({})", vm.lossy(name)) } else { String::new() };
            format!("<weakref at {:#x}; to '{}' at {:#x}{name}>", a[0].address(), crate::natives::numbers::functools::full_name(vm, r), r.address())
        }
    };
    Ok(vm.str(text))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let known = match vm.heap.get(a[0]) {
        Payload::WeakRef(x) => x.hash,
        _ => None,
    };
    // On the tape, since this runs inside other natives: one that is run again must meet what it met before, though the hash
    // has been noted since.
    let known = vm.once(|vm| match known {
        Some(h) => Ok(vm.int(h)),
        None => Ok(vm.none()),
    })?;
    if known != fixed::NONE {
        return Ok(vm.incref(known));
    }
    let Some(r) = referent(vm, a[0]) else { return Err(vm.type_error("weak object has gone away")) };
    let h = vm.hash(r)?;
    if let Payload::WeakRef(x) = vm.heap.get_mut(a[0]) {
        x.hash = Some(h);
    }
    Ok(vm.int(h))
}
fn compare(vm: &mut Vm, a: Args, invert: bool) -> Step {
    if !vm.is_a(a[1], t::WEAKREF) {
        return Ok(vm.not_implemented());
    }
    let same = match (referent(vm, a[0]), referent(vm, a[1])) {
        (Some(x), Some(y)) => {
            let (x, y) = (vm.hold(x), vm.hold(y));
            let same = vm.rich_compare(x, y, crate::vm::api::Cmp::Eq)?;
            vm.truth(same)?
        }
        _ => a[0] == a[1],
    };
    Ok(vm.bool(same != invert))
}
fn callback(vm: &mut Vm, a: Args) -> Step {
    match vm.heap.get(a[0]) {
        Payload::WeakRef(x) => match x.callback {
            Some(c) => Ok(vm.incref(c)),
            None => Ok(vm.none()),
        },
        _ => Ok(vm.none()),
    }
}
fn remove_dead(vm: &mut Vm, a: Args) -> Step {
    let hash = vm.hash(a[1])?;
    if let Some(i) = vm.dict_find(a[0], a[1], hash)? {
        let w = vm.dict_of(a[0]).expect("a dict").value(i);
        if referent(vm, w).is_none() {
            let old = vm.dict_take(a[0], i);
            vm.release(old);
        }
    }
    Ok(vm.none())
}
impl Vm {
    /// A dying weak reference leaves its referent's row.
    pub fn forget_weakref(&mut self, w: Ref) {
        let Payload::WeakRef(x) = self.heap.get(w) else { return };
        let Some(obj) = x.referent else { return };
        let empty = match self.heap.weakrefs.get_mut(&obj) {
            Some(rows) => {
                rows.retain(|r| *r != w);
                rows.is_empty()
            }
            None => false,
        };
        if empty {
            self.heap.weakrefs.remove(&obj);
            self.heap.clear_flag(obj, flag::WEAKREFS);
        }
    }
    /// Errors of a use of a dead proxy.
    pub fn dead_proxy(&mut self) -> Ask {
        self.error(t::REFERENCE_ERROR, "weakly-referenced object no longer exists")
    }
}
