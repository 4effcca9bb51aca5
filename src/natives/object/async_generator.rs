//! Async generators as Python sees them: their methods, what these give to be awaited, the thread's hooks.
//!
//! Source: PEP 525, CPython `Objects/genobject.c`.
use super::generator::{ASYNC_NAMES, NAME_DEFS, code, delegate, frame, repr, suspended};
use crate::heap::{Ref, flag};
use crate::native_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::generator::GenState;
use crate::vm::native::TypeDef;
use crate::vm::step::{Ask, Resume};
use crate::vm::{Args, Def, Step, Vm, fixed, t};

const fn table(place: Ref, name: &'static str, size: (usize, usize), defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout: Layout::Native, flags: type_flags::IMMUTABLE, size, doc: "", defs }
}
pub static ASYNC_GENERATOR: TypeDef = table(t::ASYNC_GENERATOR, "async_generator", (152, 8), &[ASYNC_NAMES, NAME_DEFS, DEFS]);
pub static ASEND: TypeDef = table(t::ASYNC_GEN_ASEND, "async_generator_asend", (40, 0), &[TURN_DEFS, ASEND_DEFS]);
pub static ATHROW: TypeDef = table(t::ASYNC_GEN_ATHROW, "async_generator_athrow", (40, 0), &[TURN_DEFS, ATHROW_DEFS]);

static DEFS: &[Def] = &[
    Def::method("__aiter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Return an awaitable, that resolves in asynchronous iterator."),
    Def::method("__anext__", "(self, /)", |vm, a| turn_of(vm, t::ASYNC_GEN_ASEND, a[0], Some(fixed::NONE)), "Return a value or raise StopAsyncIteration."),
    Def::method("asend", "(self, value, /)", |vm, a| turn_of(vm, t::ASYNC_GEN_ASEND, a[0], Some(a[1])), "Send a value in, as an awaitable."),
    Def::method("athrow", "(self, type, value=None, traceback=None, /)", athrow, "Raise an exception inside, as an awaitable."),
    Def::method("aclose", "(self, /)", |vm, a| turn_of(vm, t::ASYNC_GEN_ATHROW, a[0], None), "Raise GeneratorExit inside, as an awaitable."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__del__", "(self, /)", |vm, a| vm.tail_prelude("finalize_generator", &[a[0]]), ""),
    Def::get("ag_frame", frame, ""),
    Def::get("ag_running", |vm, a| { let b = vm.generator(a[0]).ag_running; Ok(vm.bool(b)) }, ""),
    Def::get("ag_await", delegate, "object being awaited on, or None"),
    Def::get("ag_suspended", suspended, ""),
    Def::get("ag_code", code, ""),
];
static TURN_DEFS: &[Def] = &[
    Def::method("__await__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Return an iterator to be used in await expression."),
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("close", "(self, /)", close, "Raise GeneratorExit inside the coroutine."),
    Def::method("__del__", "(self, /)", unawaited, ""),
];
static ASEND_DEFS: &[Def] = &[
    Def::method("__next__", "(self, /)", |vm, a| asend_send(vm, a[0], fixed::NONE), "Implement next(self)."),
    Def::method("send", "(self, arg, /)", |vm, a| asend_send(vm, a[0], a[1]), "Send a value into the coroutine."),
    Def::method("throw", "(self, type, value=None, traceback=None, /)", asend_throw, "Raise an exception in the coroutine."),
];
static ATHROW_DEFS: &[Def] = &[
    Def::method("__next__", "(self, /)", |vm, a| athrow_send(vm, a[0], fixed::NONE), "Implement next(self)."),
    Def::method("send", "(self, arg, /)", |vm, a| athrow_send(vm, a[0], a[1]), "Send a value into the coroutine."),
    Def::method("throw", "(self, type, value=None, traceback=None, /)", athrow_throw, "Raise an exception in the coroutine."),
];

/// Where the awaitable of one turn stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Never awaited: its death is told.
    Fresh,
    /// The generator runs or awaits for it.
    Begun,
    /// Not to be awaited again.
    Over,
}
/// One turn of an async generator, to be awaited.
#[derive(Clone, Copy)]
struct Turn {
    generator: Ref,
    /// `asend`: the value; `athrow`: the tuple of its arguments; `aclose`: nothing.
    given: Option<Ref>,
    stage: Stage,
}
native_state!(Turn, |s, f| {
    let Turn { generator, given, stage: _ } = s;
    f(*generator);
    given.iter().for_each(|r| f(*r));
});

const ASEND_AGAIN: &str = "cannot reuse already awaited __anext__()/asend()";
const ATHROW_AGAIN: &str = "cannot reuse already awaited aclose()/athrow()";

/// The async generator whose turn an awaitable is, if it is one.
pub fn turned_by(vm: &Vm, r: Ref) -> Option<Ref> {
    vm.state::<Turn>(r).map(|turn| turn.generator)
}
fn turn(vm: &Vm, r: Ref) -> Turn {
    *vm.state(r).expect("its methods get one")
}
fn go_to(vm: &mut Vm, r: Ref, stage: Stage) {
    vm.state_mut::<Turn>(r).expect("its methods get one").stage = stage;
    // Only one that was never awaited has something to say at its death.
    vm.heap.clear_flag(r, flag::FINALIZER);
}
/// The awaitable; the thread's first hook hears of a generator that begins, its second is kept for the end.
fn turn_of(vm: &mut Vm, ty: Ref, generator: Ref, given: Option<Ref>) -> Step {
    let hook = vm.once(|vm| {
        if vm.generator(generator).hooks_inited {
            return Ok(vm.none());
        }
        let [first, last] = vm.cur.async_hooks;
        last.iter().for_each(|r| vm.heap.incref_raw(*r));
        let g = vm.generator_mut(generator);
        g.hooks_inited = true;
        let old = std::mem::replace(&mut g.finalizer, last);
        vm.replace_raw(old);
        Ok(vm.incref(first.unwrap_or(fixed::NONE)))
    })?;
    if hook != fixed::NONE {
        vm.call(hook, &[generator])?;
    }
    [Some(generator), given].into_iter().flatten().for_each(|r| vm.heap.incref_raw(r));
    Ok(vm.opaque(ty, Turn { generator, given, stage: Stage::Fresh }))
}
fn athrow(vm: &mut Vm, a: Args) -> Step {
    warn_of_three(vm, &a, "athrow")?;
    let [v, tb] = [2, 3].map(|i| a.opt(i).unwrap_or(fixed::NONE));
    let given = vm.tuple_of(&[a[1], v, tb]);
    let given = vm.keep(given);
    turn_of(vm, t::ASYNC_GEN_ATHROW, a[0], Some(given))
}
/// An exception given as type, value and traceback is the old way.
fn warn_of_three(vm: &mut Vm, a: &Args, method: &str) -> Result<(), Ask> {
    if a.opt(2).is_none() {
        return Ok(());
    }
    let message = format!("the (type, exc, tb) signature of {method}() is deprecated, use the single-arg signature instead.");
    crate::natives::errors::warnings::warn_from_native(vm, t::DEPRECATION_WARNING, &message, 1)
}
/// The method of the generator that has made a turn.
fn method_of(vm: &Vm, me: Ref) -> &'static str {
    match (vm.ty(me), turn(vm, me).given) {
        (t::ASYNC_GEN_ASEND, _) => "asend",
        (_, None) => "aclose",
        _ => "athrow",
    }
}
fn already_running(vm: &mut Vm, me: Ref) -> Ask {
    let method = method_of(vm, me);
    let what = if method == "asend" { "anext" } else { method };
    vm.runtime_error(format!("{what}(): asynchronous generator is already running"))
}
/// Begins the turn, unless another one is under way. Asks nothing.
fn begin(vm: &mut Vm, me: Ref) -> Result<(), Ask> {
    let generator = turn(vm, me).generator;
    if vm.generator(generator).ag_running {
        go_to(vm, me, Stage::Over);
        return Err(already_running(vm, me));
    }
    go_to(vm, me, Stage::Begun);
    vm.generator_mut(generator).ag_running = true;
    Ok(())
}
fn end(vm: &mut Vm, me: Ref) {
    let generator = turn(vm, me).generator;
    vm.generator_mut(generator).ag_running = false;
    go_to(vm, me, Stage::Over);
}
/// What an async generator yielded itself, as opposed to what it awaits.
fn yielded(vm: &Vm, r: Ref) -> Option<Ref> {
    match vm.heap.get(r) {
        Payload::Proxy(x) if vm.ty(r) == t::ASYNC_GEN_WRAPPED => Some(*x),
        _ => None,
    }
}
fn is_end(vm: &Vm, e: Ref) -> bool {
    vm.exc_is(e, t::STOP_ASYNC_ITERATION) || vm.exc_is(e, t::GENERATOR_EXIT)
}
/// What a turn gives when the generator has yielded, awaited or ended.
fn turned(vm: &mut Vm, me: Ref, answer: Result<Ref, Ref>) -> Step {
    match answer {
        Ok(v) => match yielded(vm, v) {
            Some(x) => {
                end(vm, me);
                Err(vm.stop_iteration(Some(x)))
            }
            None => Ok(vm.incref(v)),
        },
        Err(e) => {
            end(vm, me);
            if is_end(vm, e) {
                let generator = turn(vm, me).generator;
                vm.generator_mut(generator).ag_closed = true;
            }
            Err(vm.pass_on(e))
        }
    }
}
/// The same for `aclose()`, of which the generator must make an end.
fn closed(vm: &mut Vm, me: Ref, answer: Result<Ref, Ref>) -> Step {
    match answer {
        Ok(v) if yielded(vm, v).is_some() => {
            end(vm, me);
            Err(vm.runtime_error("async generator ignored GeneratorExit"))
        }
        Ok(v) => Ok(vm.incref(v)),
        Err(e) => {
            end(vm, me);
            Err(if is_end(vm, e) { vm.stop_iteration(None) } else { vm.pass_on(e) })
        }
    }
}
/// Raises inside. `closes`: GeneratorExit closes what the generator awaits, instead of being thrown into it.
fn throw_in(vm: &mut Vm, generator: Ref, what: [Ref; 3], closes: bool) -> Result<Result<Ref, Ref>, Ask> {
    let [kind, value, traceback] = what;
    if vm.exc_of(kind).is_some() && value == fixed::NONE && traceback == fixed::NONE && vm.delegate_of(generator).is_none() {
        return vm.try_resume(generator, Resume::Throw(kind));
    }
    let f = vm.prelude_function("async_gen_throw");
    vm.try_call(f, &[generator, kind, value, traceback, fixed::bool_ref(closes)])
}
fn asend_send(vm: &mut Vm, me: Ref, value: Ref) -> Step {
    let value = vm.once(|vm| {
        let Turn { generator, given, stage } = turn(vm, me);
        match stage {
            Stage::Over => return Err(vm.runtime_error(ASEND_AGAIN)),
            Stage::Fresh => begin(vm, me)?,
            Stage::Begun => vm.generator_mut(generator).ag_running = true,
        }
        let first = given.filter(|_| stage == Stage::Fresh && value == fixed::NONE);
        Ok(vm.incref(first.unwrap_or(value)))
    })?;
    let answer = vm.try_resume(turn(vm, me).generator, Resume::Send(value))?;
    turned(vm, me, answer)
}
/// The arguments of `throw`, with the warning where there are three.
fn thrown(vm: &mut Vm, a: Args) -> Result<[Ref; 3], Ask> {
    warn_of_three(vm, &a, "throw")?;
    Ok([1, 2, 3].map(|i| a.opt(i).unwrap_or(fixed::NONE)))
}
fn begin_throw(vm: &mut Vm, me: Ref, again: &str) -> Result<(), Ask> {
    vm.once(|vm| {
        match turn(vm, me).stage {
            Stage::Over => return Err(vm.runtime_error(again)),
            Stage::Fresh => begin(vm, me)?,
            Stage::Begun => {}
        }
        Ok(vm.none())
    })?;
    Ok(())
}
fn asend_throw(vm: &mut Vm, a: Args) -> Step {
    begin_throw(vm, a[0], ASEND_AGAIN)?;
    let what = thrown(vm, a)?;
    let answer = throw_in(vm, turn(vm, a[0]).generator, what, true)?;
    turned(vm, a[0], answer)
}
fn athrow_send(vm: &mut Vm, me: Ref, value: Ref) -> Step {
    let first = vm.once(|vm| {
        let Turn { generator, given, stage } = turn(vm, me);
        if stage == Stage::Over {
            return Err(vm.runtime_error(ATHROW_AGAIN));
        }
        if vm.generator(generator).state == GenState::Closed {
            go_to(vm, me, Stage::Over);
            return Err(vm.stop_iteration(None));
        }
        if stage == Stage::Begun {
            return Ok(vm.bool(false));
        }
        if vm.generator(generator).ag_closed && !vm.generator(generator).ag_running {
            go_to(vm, me, Stage::Over);
            return Err(Ask::Raise(vm.new_exception(t::STOP_ASYNC_ITERATION, vec![])));
        }
        if value != fixed::NONE && !vm.generator(generator).ag_running {
            return Err(vm.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        begin(vm, me)?;
        vm.generator_mut(generator).ag_closed |= given.is_none();
        Ok(vm.bool(true))
    })?;
    let Turn { generator, given, .. } = turn(vm, me);
    let answer = match given {
        _ if first == fixed::FALSE => vm.try_resume(generator, Resume::Send(value))?,
        Some(given) => {
            let what = vm.tuple_items(given).expect("three arguments");
            let what = [what[0], what[1], what[2]];
            throw_in(vm, generator, what, false)?
        }
        None => {
            let exit = vm.once(|vm| Ok(vm.new_exception(t::GENERATOR_EXIT, vec![])))?;
            throw_in(vm, generator, [exit, fixed::NONE, fixed::NONE], false)?
        }
    };
    if given.is_some() { turned(vm, me, answer) } else { closed(vm, me, answer) }
}
fn athrow_throw(vm: &mut Vm, a: Args) -> Step {
    begin_throw(vm, a[0], ATHROW_AGAIN)?;
    let what = thrown(vm, a)?;
    let Turn { generator, given, .. } = turn(vm, a[0]);
    let answer = throw_in(vm, generator, what, true)?;
    if given.is_some() { turned(vm, a[0], answer) } else { closed(vm, a[0], answer) }
}
fn close(vm: &mut Vm, a: Args) -> Step {
    if turn(vm, a[0]).stage == Stage::Over {
        return Ok(vm.none());
    }
    vm.tail_prelude("async_turn_close", &[a[0]])
}
/// The death of a turn that nobody awaited.
fn unawaited(vm: &mut Vm, a: Args) -> Step {
    let Turn { generator, stage, .. } = turn(vm, a[0]);
    if stage != Stage::Fresh {
        return Ok(vm.none());
    }
    let name = vm.str(method_of(vm, a[0]));
    let name = vm.keep(name);
    vm.tail_prelude("async_turn_unawaited", &[generator, name])
}
