//! `xxsubtype`: CPython's example of built-in types derived from others, a list and a dict with a number of their own.
//!
//! Source: CPython `Modules/xxsubtype.c`. Its `bench()` is not there: it measures C.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "xxsubtype",
    doc: "Examples of subtyping builtin types from C.",
    functions: &[],
    types: &[&SPAMLIST, &SPAMDICT],
    init: Some(reserve_slots),
};
const FLAGS: u32 = type_flags::BASE | type_flags::MATCH_SELF;

const fn table(name: &'static str, base: Ref, layout: Layout, kind: u32, size: usize, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: None, name, module: "xxsubtype", base, layout, flags: FLAGS | kind, size: (size, 0), doc, defs }
}
pub static SPAMLIST: TypeDef = table("spamlist", t::LIST, Layout::List, type_flags::SEQUENCE, 48, "A list with a state.", &[STATE, LIST]);
pub static SPAMDICT: TypeDef = table("spamdict", t::DICT, Layout::Dict, type_flags::MAPPING, 56, "A dict with a state.", &[STATE, DICT]);
static STATE: &[Def] = &[
    Def::plain("getstate", "(self, /)", state, "getstate() -> state"),
    Def::plain("setstate", "(self, state, /)", set_state, "setstate(state)"),
];
static LIST: &[Def] = &[
    Def::class_method("classmeth", "(cls, /, *args, **kwargs)", |vm, a| given(vm, a[0], a[1], a.opt(2)), "classmeth(*args, **kw)"),
    Def::static_method("staticmeth", "(*args, **kwargs)", |vm, a| given(vm, fixed::NONE, a[0], a.opt(1)), "staticmeth(*args, **kw)"),
    Def::get("state", state, "an int variable for demonstration purposes"),
];
static DICT: &[Def] = &[Def { set: Some(set_state), ..Def::member("state", state, "an int variable for demonstration purposes") }];

/// Instances, those of subclasses too, have the state in front of their `__slots__`.
fn reserve_slots(vm: &mut Vm, _module: Ref) -> Result<(), Ask> {
    for def in [&SPAMLIST, &SPAMDICT] {
        let ty = vm.type_of_def(def);
        vm.type_obj_mut(ty).slots = 1;
    }
    Ok(())
}
fn given(vm: &mut Vm, cls: Ref, args: Ref, kwargs: Option<Ref>) -> Step {
    Ok(vm.tuple_of(&[cls, args, kwargs.unwrap_or(fixed::NONE)]))
}
fn state(vm: &mut Vm, a: Args) -> Step {
    match vm.heap.extra(a[0]).and_then(|x| x.slots.first().copied().flatten()) {
        Some(n) => Ok(vm.incref(n)),
        None => Ok(vm.int(0)),
    }
}
fn set_state(vm: &mut Vm, a: Args) -> Step {
    let Some(value) = a.opt(1) else { return Err(vm.type_error("can't delete numeric/char attribute")) };
    let new = i64::from(vm.index_i32(value)?);
    let new = vm.int(new).into_raw();
    let slots = &mut vm.heap.extra_mut(a[0]).slots;
    if slots.is_empty() {
        slots.push(None);
    }
    let old = slots[0].replace(new);
    vm.replace_raw(old);
    Ok(vm.none())
}
