//! Calls of classes, iteration, exceptions, `with`, `await`, patterns, intrinsics.
use super::*;
use crate::objects::class::type_flags;
use crate::vm::native::NativeFn;
use smallvec::SmallVec;

/// `type.__call__`: (class, args, kwargs).
pub const TYPE_CALL: NativeFn = type_call;
/// An object with an unusual `__call__`: (object, args, kwargs).
pub const CALL_SPECIAL: NativeFn = call_special;

fn call_special(vm: &mut Vm, a: Args) -> Step {
    let f = vm.lookup_special(a[0], n::__CALL__).expect("checked by the caller");
    let (f, bound) = vm.bind_special(f, a[0])?;
    let mut args = if bound { vec![a[0]] } else { vec![] };
    args.extend_from_slice(vm.tuple_items(a[1]).unwrap_or(&[]));
    let kwargs = vm.kwargs_of(a.opt(2));
    vm.tail_call_kw(f, &args, &kwargs)
}

/// Makes an instance: `__new__`, then `__init__` if the result is an instance of the class.
pub fn type_call(vm: &mut Vm, a: Args) -> Step {
    let cls = a[0];
    let args: SmallVec<[Ref; 8]> = vm.tuple_items(a[1]).unwrap_or(&[]).into();
    let kwargs = vm.kwargs_of(a.opt(2));
    if cls == t::TYPE && args.len() == 1 && kwargs.is_empty() {
        let ty = vm.ty(args[0]);
        return own(vm, ty);
    }
    let Some(new) = vm.lookup(cls, n::__NEW__).filter(|_| !vm.type_obj(cls).has(type_flags::NO_NEW)) else {
        return Err(vm.cannot_create(cls));
    };
    let mut with_cls: SmallVec<[Ref; 8]> = SmallVec::from_slice(&[cls]);
    with_cls.extend_from_slice(&args);
    let obj = call_maker(vm, new, &with_cls, &kwargs)?;
    if !vm.is_a(obj, cls) {
        return own(vm, obj);
    }
    let ty = vm.ty(obj);
    let Some(init) = vm.lookup(ty, n::__INIT__) else { return own(vm, obj) };
    if vm.lookup(t::OBJECT, n::__INIT__) == Some(init) {
        return own(vm, obj);
    }
    let mut with_self: SmallVec<[Ref; 8]> = SmallVec::from_slice(&[obj]);
    with_self.extend_from_slice(&args);
    if let Payload::Native(x) = vm.heap.get(init) {
        let native = x.native;
        if !vm.has_answer() {
            let bound = vm.bind_native_args(native, &with_self, &kwargs)?;
            let f = vm.natives[native as usize].def.f;
            match f(vm, Args(&bound)) {
                Ok(done) => {
                    vm.release(done);
                    return own(vm, obj);
                }
                Err(Ask::Raise(e)) => return Err(Ask::Raise(e)),
                Err(Ask::Tail(request)) => {
                    vm.as_request(request, false)?.unwrap_or_else(|e| panic!("nothing catches {e:?}"));
                    return own(vm, obj);
                }
                // It has to ask: then as a call of its own, so that it is not run again with this one.
                Err(other) => vm.forget(other),
            }
        }
        vm.call_kw(init, &with_self, &kwargs)?;
        return own(vm, obj);
    }
    let (init, bound) = vm.bind_special(init, obj)?;
    let done = vm.call_kw(init, if bound { &with_self } else { &with_self[1..] }, &kwargs)?;
    if done != fixed::NONE {
        let message = format!("__init__() should return None, not '{}'", vm.dotted_type_name(done));
        return Err(vm.type_error(message));
    }
    own(vm, obj)
}
/// `__new__`: a native one inline (it makes a new object and changes nothing else), a Python one by a request.
fn call_maker(vm: &mut Vm, new: Ref, args: &[Ref], kwargs: &[(Ref, Ref)]) -> Result<Ref, Ask> {
    let mut new = new;
    if let Payload::Wrapper(f, _) = vm.heap.get(new)
        && vm.is_a(new, t::STATICMETHOD)
    {
        new = *f;
    } else if !matches!(vm.ty(new), t::FUNCTION | t::BUILTIN) {
        new = match vm.descriptor_get(new, None, args[0])? {
            crate::vm::api::Found::Value(v) => vm.keep(v),
            crate::vm::api::Found::Call(g, given) => vm.call(g, &given)?,
        };
    }
    if let Payload::Native(x) = vm.heap.get(new)
        && vm.natives[x.native as usize].def.kind == crate::vm::DefKind::New
    {
        let native = x.native;
        if vm.has_answer() {
            // Run again: the object lies on the tape, whichever way it was made.
            return vm.call_kw(new, args, kwargs);
        }
        let params = vm.bind_native_args(native, args, kwargs)?;
        let f = vm.natives[native as usize].def.f;
        return match f(vm, Args(&params)) {
            Ok(o) => vm.once(|_| Ok(o)),
            // A `__new__` that ends in a call (type's own, the prelude's): as a request, so that what follows can follow.
            Err(Ask::Raise(e)) => Err(Ask::Raise(e)),
            Err(Ask::Tail(request)) => Ok(vm.as_request(request, false)?.unwrap_or_else(|e| panic!("nothing catches {e:?}"))),
            Err(other) => {
                vm.forget(other);
                vm.call_kw(new, args, kwargs)
            }
        };
    }
    vm.call_kw(new, args, kwargs)
}

/// (callable, NULL, iterable, kwargs or NULL): positional arguments from any iterable.
pub fn call_ex(vm: &mut Vm, a: Args) -> Step {
    let iterable = vm.lookup_special(a[2], n::__ITER__).is_some() || vm.lookup_special(a[2], n::__GETITEM__).is_some();
    if !iterable {
        let message = format!("{} argument after * must be an iterable, not {}", call_name(vm, a[0]), vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    }
    let args = vm.collect(a[2])?;
    let kwargs = vm.kwargs_of(a.opt(3));
    vm.tail_call_kw(a[0], &args, &kwargs)
}

pub fn get_iter(vm: &mut Vm, a: Args) -> Step {
    let it = vm.get_iter(a[0])?;
    own(vm, it)
}
/// The next item; StopIteration ends.
pub fn next(vm: &mut Vm, a: Args) -> Step {
    let it = a[0];
    if vm.is_simple_iter(it) {
        return match vm.advance(it)? {
            Some(v) => Ok(v),
            None => Err(vm.stop_iteration(None)),
        };
    }
    let Some(f) = vm.lookup_special(it, n::__NEXT__) else {
        let message = format!("'{}' object is not an iterator", vm.dotted_type_name(it));
        return Err(vm.type_error(message));
    };
    let (f, args) = vm.special_call(f, it, &[])?;
    vm.tail_call(f, &args)
}
/// (delegate, value).
pub fn send(vm: &mut Vm, a: Args) -> Step {
    if a[1] == fixed::NONE && vm.lookup_special(a[0], n::__NEXT__).is_some() {
        return next(vm, Args(&a.0[..1]));
    }
    let f = vm.getattr(a[0], n::SEND)?;
    vm.tail_call(f, &[a[1]])
}

/// (exception[, cause]).
pub fn raise(vm: &mut Vm, a: Args) -> Step {
    let exc = make_exception(vm, a[0])?;
    if let Some(cause) = a.opt(1) {
        let cause = if cause == fixed::NONE {
            None
        } else if vm.is_type(cause) || vm.exc_of(cause).is_some() {
            Some(make_exception(vm, cause).map_err(|e| cause_error(vm, e))?)
        } else {
            return Err(vm.type_error("exception causes must derive from BaseException"));
        };
        cause.iter().for_each(|c| vm.heap.incref_raw(*c));
        let e = vm.exc_mut(exc);
        let old = std::mem::replace(&mut e.cause, cause);
        e.suppress_context = true;
        old.iter().for_each(|c| vm.heap.decref_raw(*c));
    }
    Err(vm.reraise(exc))
}
fn cause_error(_vm: &mut Vm, e: Ask) -> Ask {
    e
}
/// An instance of what stands behind `raise`.
fn make_exception(vm: &mut Vm, x: Ref) -> Result<Ref, Ask> {
    if vm.exc_of(x).is_some() {
        return Ok(x);
    }
    if vm.is_type(x) && vm.is_subtype(x, t::BASE_EXCEPTION) {
        let e = vm.call(x, &[])?;
        if vm.exc_of(e).is_none() {
            let message = format!("calling {} should have returned an instance of BaseException, not {}", vm.repr_text(x), vm.dotted_type_name(e));
            return Err(vm.type_error(message));
        }
        return Ok(e);
    }
    Err(vm.type_error("exceptions must derive from BaseException"))
}
/// (type or tuple of types, exception).
pub fn exception_matches(vm: &mut Vm, a: Args) -> Step {
    let kinds: Vec<Ref> = match vm.tuple_items(a[0]) {
        Some(items) => items.to_vec(),
        None => vec![a[0]],
    };
    let mut found = false;
    for k in kinds {
        if !vm.is_type(k) || !vm.is_subtype(k, t::BASE_EXCEPTION) {
            return Err(vm.type_error("catching classes that do not inherit from BaseException is not allowed"));
        }
        found |= vm.is_a(a[1], k);
    }
    Ok(vm.bool(found))
}
/// (exception, type): (match, rest) in the order in which they are pushed: rest first.
pub fn group_matches(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("group_matches", &[a[0], a[1]])
}

const SPECIALS: [(Ref, &str, &str); 4] = [
    (n::__ENTER__, "__enter__", "the context manager protocol"),
    (n::__EXIT__, "__exit__", "the context manager protocol"),
    (n::__AENTER__, "__aenter__", "the asynchronous context manager protocol"),
    (n::__AEXIT__, "__aexit__", "the asynchronous context manager protocol"),
];
/// (object, which).
pub fn load_special(vm: &mut Vm, a: Args) -> Step {
    let (name, text, protocol) = SPECIALS[small(vm, a[1])];
    match vm.lookup_special(a[0], name) {
        Some(f) => {
            let (f, bound) = vm.bind_special(f, a[0])?;
            if bound { vm.method_pair(f, a[0]) } else { vm.callable_pair(f) }
        }
        None => {
            let other = if text.starts_with("__a") { [n::__ENTER__, n::__EXIT__] } else { [n::__AENTER__, n::__AEXIT__] };
            let hint = match (other.iter().all(|x| vm.lookup_special(a[0], *x).is_some()), text.starts_with("__a")) {
                (true, true) => " but it supports the context manager protocol. Did you mean to use 'with'?",
                (true, false) => " but it supports the asynchronous context manager protocol. Did you mean to use 'async with'?",
                _ => "",
            };
            let missed = if hint.is_empty() { format!(" (missed {text} method)") } else { format!(" (missed {text} method){hint}") };
            let message = format!("'{}' object does not support {protocol}{missed}", vm.full_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}
impl Vm {
    /// An object's type with its module, left out for `builtins` and `__main__` (the C API's `%T`).
    pub fn full_type_name(&self, r: Ref) -> String {
        let name = self.full_name_of_type(self.ty(r));
        name.strip_prefix("__main__.").map_or(name.clone(), str::to_owned)
    }
    /// `module.qualname` of a type, `qualname` alone for builtins: as in a class's repr.
    pub fn full_name_of_type(&self, ty: Ref) -> String {
        let x = self.type_obj(ty);
        let qual = self.lossy(x.qualname);
        match self.dict_get_name(x.dict, n::__MODULE__).map(|m| self.lossy(m)) {
            Some(m) if m != "builtins" && !m.is_empty() => format!("{m}.{qual}"),
            _ => qual,
        }
    }
}

/// (object, 0 await, 1 __aenter__, 2 __aexit__).
pub fn get_awaitable(vm: &mut Vm, a: Args) -> Step {
    let x = a[0];
    if is_iterable_coroutine(vm, x) {
        return own(vm, x);
    }
    let Some(it) = vm.call_pure(x, n::__AWAIT__, &[])? else {
        let ty = vm.type_name(x).to_owned();
        let message = match small(vm, a[1]) {
            1 => format!("'async with' received an object from __aenter__ that does not implement __await__: {ty}"),
            2 => format!("'async with' received an object from __aexit__ that does not implement __await__: {ty}"),
            _ => format!("'{ty}' object can't be awaited"),
        };
        return Err(vm.type_error(message));
    };
    if vm.ty(it) == t::COROUTINE {
        return Err(vm.type_error("__await__() returned a coroutine"));
    }
    if vm.lookup_special(it, n::__NEXT__).is_none() {
        let message = format!("__await__() returned non-iterator of type '{}'", vm.dotted_type_name(it));
        return Err(vm.type_error(message));
    }
    own(vm, it)
}
pub fn get_aiter(vm: &mut Vm, a: Args) -> Step {
    let Some(it) = vm.call_special(a[0], n::__AITER__, &[])? else {
        let message = format!("'async for' requires an object with __aiter__ method, got {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    if vm.lookup_special(it, n::__ANEXT__).is_none() {
        let message = format!("'async for' received an object from __aiter__ that does not implement __anext__: {}", vm.dotted_type_name(it));
        return Err(vm.type_error(message));
    }
    own(vm, it)
}
pub fn get_anext(vm: &mut Vm, a: Args) -> Step {
    let Some(awaitable) = vm.call_pure(a[0], n::__ANEXT__, &[])? else {
        let message = format!("'async for' requires an iterator with __anext__ method, got {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    if matches!(vm.ty(awaitable), t::COROUTINE | t::ASYNC_GEN_ASEND) || is_iterable_coroutine(vm, awaitable) {
        return own(vm, awaitable);
    }
    // What goes wrong is the cause of another exception.
    vm.tail_prelude("anext_iter", &[awaitable])
}
fn is_iterable_coroutine(vm: &Vm, x: Ref) -> bool {
    vm.ty(x) == t::GENERATOR
        && matches!(vm.heap.get(vm.generator(x).code), Payload::Code(c) if c.flags & crate::code::flags::ITERABLE_COROUTINE != 0)
}
/// What `await x` walks, for the prelude.
pub fn awaitable_iter(vm: &mut Vm, x: Ref) -> Step {
    if vm.ty(x) == t::COROUTINE {
        return own(vm, x);
    }
    get_awaitable(vm, Args(&[Some(x), fixed::small_int(0)]))
}

/// (subject, class, keyword names, positional count).
pub fn match_class(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("match_class", &[a[0], a[1], a[2], a[3]])
}
/// (subject, keys).
pub fn match_keys(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("match_keys", &[a[0], a[1]])
}
/// (value, which, namespace).
pub fn intrinsic_1(vm: &mut Vm, a: Args) -> Step {
    let name = match small(vm, a[1]) {
        1 => "print_expression",
        2 => return vm.tail_prelude("import_star", &[a[0], a[2]]),
        3 => return stop_iteration_error(vm, a[0]),
        7 => "make_typevar",
        8 => "make_paramspec",
        9 => "make_typevartuple",
        10 => "subscript_generic",
        11 => "make_typealias",
        k => panic!("intrinsic {k} is no slow one"),
    };
    vm.tail_prelude(name, &[a[0]])
}
/// PEP 479: StopIteration out of a generator becomes RuntimeError.
fn stop_iteration_error(vm: &mut Vm, exc: Ref) -> Step {
    let kind = vm.cur.top_frame().map_or(0, |f| vm.code_obj(f.code_ref).flags);
    let what = if kind & crate::code::flags::ASYNC_GENERATOR != 0 {
        "async generator"
    } else if kind & crate::code::flags::COROUTINE != 0 {
        "coroutine"
    } else {
        "generator"
    };
    let message = if vm.is_a(exc, t::STOP_ITERATION) {
        format!("{what} raised StopIteration")
    } else if vm.is_a(exc, t::STOP_ASYNC_ITERATION) && what == "async generator" {
        "async generator raised StopAsyncIteration".into()
    } else {
        return own(vm, exc);
    };
    let text = vm.str(message);
    let new = vm.new_exception(t::RUNTIME_ERROR, vec![text]);
    vm.heap.incref_raw(exc);
    vm.heap.incref_raw(exc);
    let e = vm.exc_mut(new.get());
    e.cause = Some(exc);
    e.context = Some(exc);
    e.suppress_context = true;
    Ok(new)
}
/// (first, second, which).
pub fn intrinsic_2(vm: &mut Vm, a: Args) -> Step {
    let name = match small(vm, a[2]) {
        1 => "prep_reraise_star",
        2 => "make_typevar_with_bound",
        3 => "make_typevar_with_constraints",
        4 => "set_function_type_params",
        _ => "set_typeparam_default",
    };
    vm.tail_prelude(name, &[a[0], a[1]])
}
