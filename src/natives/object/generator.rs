//! Generators and coroutines as Python sees them; `async_generator.rs` has the third kind.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::generator::GenState;
use crate::objects::Payload;
use crate::vm::native::TypeDef;
use crate::vm::step::Resume;
use crate::vm::{Args, Def, Step, Vm, fixed, t};

const fn table(place: Ref, name: &'static str, size: (usize, usize), defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout: Layout::Native, flags: type_flags::IMMUTABLE, size, doc: "", defs }
}
pub static GENERATOR: TypeDef = table(t::GENERATOR, "generator", (152, 8), &[GENERATOR_DEFS, ITER_DEFS, NAMES, NAME_DEFS, GI_DEFS]);
pub static COROUTINE: TypeDef = table(t::COROUTINE, "coroutine", (152, 8), &[COROUTINE_DEFS, COROUTINE_NAMES, NAME_DEFS, CR_DEFS]);
pub static COROUTINE_WRAPPER: TypeDef = table(t::COROUTINE_WRAPPER, "coroutine_wrapper", (24, 0), &[WRAPPER_DEFS]);

/// Docstrings name the kind.
macro_rules! resume_defs {
    ($what:literal) => {
        &[
            Def::method("send", "(self, arg, /)", |vm, a| vm.tail_resume(a[0], Resume::Send(a[1])), concat!("Send 'arg' into ", $what, "; return what is yielded next or raise StopIteration.")),
            Def::method("throw", "(self, type, value=None, traceback=None, /)", throw, concat!("Raise an exception in ", $what, "; return what is yielded next or raise StopIteration.")),
            Def::method("close", "(self, /)", |vm, a| vm.tail_prelude("generator_close", &[a[0]]), concat!("Raise GeneratorExit inside ", $what, ".")),
            Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
            Def::method("__del__", "(self, /)", |vm, a| vm.tail_prelude("finalize_generator", &[a[0]]), ""),
        ]
    };
}
static GENERATOR_DEFS: &[Def] = resume_defs!("generator");
static COROUTINE_DEFS: &[Def] = resume_defs!("coroutine");
static ITER_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", |vm, a| vm.tail_resume(a[0], Resume::Send(fixed::NONE)), "Implement next(self)."),
];
macro_rules! name_defs {
    ($what:literal) => {
        &[
            Def::get_set("__name__", |vm, a| { let x = vm.generator(a[0]).name; Ok(vm.incref(x)) }, |vm, a| set_text(vm, a, false), concat!("name of the ", $what)),
            Def::get_set("__qualname__", |vm, a| { let x = vm.generator(a[0]).qualname; Ok(vm.incref(x)) }, |vm, a| set_text(vm, a, true), concat!("qualified name of the ", $what)),
        ]
    };
}
static NAMES: &[Def] = name_defs!("generator");
static COROUTINE_NAMES: &[Def] = name_defs!("coroutine");
pub(super) static ASYNC_NAMES: &[Def] = name_defs!("async generator");
pub(super) static NAME_DEFS: &[Def] = &[
    Def::method("__sizeof__", "(self, /)", sizeof, "Size of object in memory, in bytes."),
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_prelude("generic_alias", &[a[0], a[1]]), "See PEP 585"),
];
static GI_DEFS: &[Def] = &[
    Def::get("gi_frame", frame, ""),
    Def::get("gi_running", running, ""),
    Def::get("gi_yieldfrom", delegate, "object being iterated by yield from, or None"),
    Def::get("gi_suspended", suspended, ""),
    Def::get("gi_code", code, ""),
];
static CR_DEFS: &[Def] = &[
    Def::method("__await__", "(self, /)", wrapper, "Return an iterator to be used in await expression."),
    Def::get("cr_frame", frame, ""),
    Def::get("cr_running", running, ""),
    Def::get("cr_await", delegate, "object being awaited on, or None"),
    Def::get("cr_suspended", suspended, ""),
    Def::get("cr_code", code, ""),
    Def::get("cr_origin", |vm, a| match vm.generator(a[0]).origin { Some(x) => Ok(vm.incref(x)), None => Ok(vm.none()) }, ""),
];
static WRAPPER_DEFS: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", |vm, a| { let c = inner(vm, a[0]); vm.tail_resume(c, Resume::Send(fixed::NONE)) }, "Implement next(self)."),
    Def::method("send", "(self, arg, /)", |vm, a| { let c = inner(vm, a[0]); vm.tail_resume(c, Resume::Send(a[1])) }, "Send a value."),
    Def::method("throw", "(self, type, value=None, traceback=None, /)", |vm, a| { let c = inner(vm, a[0]); throw(vm, Args(&[Some(c), a.opt(1), a.opt(2), a.opt(3)])) }, "Raise an exception."),
    Def::method("close", "(self, /)", |vm, a| { let c = inner(vm, a[0]); vm.tail_prelude("generator_close", &[c]) }, "Raise GeneratorExit."),
];
fn inner(vm: &Vm, r: Ref) -> Ref {
    match vm.heap.get(r) {
        Payload::Proxy(c) => *c,
        _ => panic!("{r:?} wraps no coroutine"),
    }
}
fn wrapper(vm: &mut Vm, a: Args) -> Step {
    vm.heap.incref_raw(a[0]);
    Ok(vm.heap.alloc(t::COROUTINE_WRAPPER, Payload::Proxy(a[0]), 0))
}
fn throw(vm: &mut Vm, a: Args) -> Step {
    let [v, tb] = [2, 3].map(|i| a.opt(i).unwrap_or(fixed::NONE));
    vm.tail_prelude("generator_throw", &[a[0], a[1], v, tb])
}
pub(super) fn repr(vm: &mut Vm, a: Args) -> Step {
    let q = vm.generator(a[0]).qualname;
    let text = format!("<{} object {} at {:#x}>", vm.dotted_type_name(a[0]), vm.lossy(q), a[0].address());
    Ok(vm.str(text))
}
fn set_text(vm: &mut Vm, a: Args, qual: bool) -> Step {
    let Some(v) = a.opt(1).filter(|v| vm.str_of(*v).is_some()) else {
        let name = if qual { "__qualname__" } else { "__name__" };
        return Err(vm.type_error(format!("{name} must be set to a string object")));
    };
    vm.heap.incref_raw(v);
    let g = vm.generator_mut(a[0]);
    let old = std::mem::replace(if qual { &mut g.qualname } else { &mut g.name }, v);
    vm.heap.decref_raw(old);
    Ok(vm.none())
}
fn sizeof(vm: &mut Vm, a: Args) -> Step {
    let c = super::code_type::code(vm, vm.generator(a[0]).code);
    Ok(vm.int(152 + 8 * (c.localsplus.len() as i64 + c.stacksize as i64)))
}
pub(super) fn frame(vm: &mut Vm, a: Args) -> Step {
    match vm.generator_frame_object(a[0]) {
        Some(f) => Ok(vm.incref(f)),
        None => Ok(vm.none()),
    }
}
fn running(vm: &mut Vm, a: Args) -> Step {
    let b = vm.generator(a[0]).state == GenState::Running;
    Ok(vm.bool(b))
}
pub(super) fn suspended(vm: &mut Vm, a: Args) -> Step {
    let b = vm.generator(a[0]).state == GenState::Suspended;
    Ok(vm.bool(b))
}
pub(super) fn delegate(vm: &mut Vm, a: Args) -> Step {
    match vm.delegate_of(a[0]) {
        Some(r) => Ok(vm.incref(r)),
        None => Ok(vm.none()),
    }
}
pub(super) fn code(vm: &mut Vm, a: Args) -> Step {
    let c = vm.generator(a[0]).code;
    Ok(vm.incref(c))
}
