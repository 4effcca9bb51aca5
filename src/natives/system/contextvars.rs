//! `_contextvars`: context variables (PEP 567). A context is a list of variables with their values, copied when a copy is
//! asked for; the thread's current context is `Thread::context`.
use crate::heap::Ref;
use crate::objects::State;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_contextvars",
    doc: "Context variables.",
    functions: &[&[Def::function("copy_context", "()", copy_context, "Return a copy of the current context.")]],
    types: &[&CONTEXT, &CONTEXT_VAR, &TOKEN],
    init: Some(init),
};

macro_rules! state {
    ($ty:ty, |$x:ident, $f:ident| $visit:expr) => {
        impl State for $ty {
            fn visit(&self, $f: &mut dyn FnMut(Ref)) {
                let $x = self;
                $visit
            }
        }
    };
}

#[derive(Clone, Default)]
struct Context {
    /// Variables and values, both owned, in order of first assignment.
    entries: Vec<(Ref, Ref)>,
    /// A `run` is inside it; what was current before.
    entered: bool,
    previous: Option<Ref>,
}
state!(Context, |x, f| {
    x.entries.iter().for_each(|(k, v)| {
        f(*k);
        f(*v)
    });
    x.previous.iter().for_each(|r| f(*r));
});

#[derive(Clone)]
struct ContextVar {
    name: Ref,
    default: Option<Ref>,
}
state!(ContextVar, |x, f| {
    f(x.name);
    x.default.iter().for_each(|r| f(*r));
});

#[derive(Clone)]
struct Token {
    var: Ref,
    context: Ref,
    old: Option<Ref>,
    used: bool,
}
state!(Token, |x, f| {
    f(x.var);
    f(x.context);
    x.old.iter().for_each(|r| f(*r));
});

const fn native(name: &'static str, doc: &'static str, size: usize, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: None,
        name,
        module: "_contextvars",
        base: t::OBJECT,
        layout: Layout::Native,
        flags: type_flags::IMMUTABLE,
        size: (size, 0),
        doc,
        defs,
    }
}
static CONTEXT: TypeDef = native("Context", "", 48, &[CONTEXT_METHODS]);
static CONTEXT_VAR: TypeDef = native("ContextVar", "", 64, &[VAR_METHODS]);
static TOKEN: TypeDef = native("Token", "What ContextVar.set() returns, for ContextVar.reset().", 48, &[TOKEN_METHODS]);
static MISSING: TypeDef = TypeDef {
    name: "Token.MISSING",
    ..native("", "", 16, &[&[Def::method("__repr__", "(self, /)", missing_repr, "Return repr(self).")]])
};

const CONTEXT_METHODS: &[Def] = &[
    Def { shown: "(cls, /, *args, **kwargs)", ..Def::new("(cls)", context_new) },
    Def::method("run", "(self, callable, /, *args, **kwargs)", context_run, "Call with this context as the current one."),
    Def::method("copy", "(self, /)", context_copy, "Return a shallow copy."),
    Def::method("get", "(self, key, default=None, /)", context_get, "The value of a variable, or the default."),
    Def::method("items", "(self, /)", context_items, "Variables with their values."),
    Def::method("keys", "(self, /)", context_keys, "The variables that have a value."),
    Def::method("values", "(self, /)", context_values, "The values."),
    Def::method("__getitem__", "(self, key, /)", context_getitem, "Return self[key]."),
    Def::method("__contains__", "(self, key, /)", context_contains, "Return bool(key in self)."),
    Def::method("__len__", "(self, /)", context_len, "Return len(self)."),
    Def::method("__iter__", "(self, /)", context_iter, "Implement iter(self)."),
    Def::method("__eq__", "(self, value, /)", context_eq, "Return self==value."),
];
const VAR_METHODS: &[Def] = &[
    Def { shown: "(cls, /, *args, **kwargs)", ..Def::new("(cls, name, /, *, default=<unrepresentable>)", var_new) },
    Def::method("get", "(self, default=<unrepresentable>, /)", var_get, "The value in the current context."),
    Def::method("set", "(self, value, /)", var_set, "Set the value in the current context; a token to undo it."),
    Def::method("reset", "(self, token, /)", var_reset, "Bring back the value from before a set()."),
    Def::member("name", var_name, "The name."),
    Def::class_method("__class_getitem__", "(cls, item, /)", generic_alias, "See PEP 585"),
    Def::method("__repr__", "(self, /)", var_repr, "Return repr(self)."),
];
const TOKEN_METHODS: &[Def] = &[
    Def::get("var", token_var, "The variable."),
    Def::get("old_value", token_old, "The value before, or Token.MISSING."),
    Def::method("__enter__", "(self, /)", token_enter, "Return the token."),
    Def::method("__exit__", "(self, type, value, traceback, /)", token_exit, "Bring back the value from before."),
    Def::class_method("__class_getitem__", "(cls, item, /)", generic_alias, "See PEP 585"),
    Def::method("__repr__", "(self, /)", token_repr, "Return repr(self)."),
];

fn init(vm: &mut Vm, _: Ref) -> Result<(), Ask> {
    for def in [&CONTEXT, &CONTEXT_VAR, &TOKEN] {
        let ty = vm.type_of_def(def);
        vm.type_obj_mut(ty).has_weakref = true;
        let dict = vm.type_obj(ty).dict;
        if !std::ptr::eq(def, &CONTEXT_VAR) {
            let none = vm.none();
            vm.dict_set_str(dict, "__hash__", none);
        }
        vm.type_modified(ty);
    }
    let token = vm.type_of_def(&TOKEN);
    let dict = vm.type_obj(token).dict;
    let missing = missing(vm);
    let missing = vm.incref(missing);
    vm.dict_set_str(dict, "MISSING", missing);
    vm.type_modified(token);
    Ok(())
}
fn missing(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get("Token.MISSING") {
        return *r;
    }
    let ty = vm.type_of_def(&MISSING);
    let o = vm.heap.alloc(ty, crate::objects::Payload::Unit, 0).into_raw();
    vm.registry.insert("Token.MISSING", o);
    o
}
fn missing_repr(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.str("<Token.MISSING>"))
}
fn generic_alias(vm: &mut Vm, a: Args) -> Step {
    vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]])
}

/// The thread's current context, made when there is none.
fn current(vm: &mut Vm) -> Ref {
    match vm.cur.context {
        Some(c) => c,
        None => {
            let ty = vm.type_of_def(&CONTEXT);
            let c = vm.opaque(ty, Context::default()).into_raw();
            vm.cur.context = Some(c);
            c
        }
    }
}
fn context(vm: &Vm, r: Ref) -> &Context {
    vm.state(r).expect("a context")
}
fn context_mut(vm: &mut Vm, r: Ref) -> &mut Context {
    vm.state_mut(r).expect("a context")
}
fn find(vm: &Vm, ctx: Ref, var: Ref) -> Option<Ref> {
    context(vm, ctx).entries.iter().find(|e| e.0 == var).map(|e| e.1)
}
/// Stores (Some) or removes (None) a value; borrowed.
fn store(vm: &mut Vm, ctx: Ref, var: Ref, value: Option<Ref>) {
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let entries = &mut context_mut(vm, ctx).entries;
    let at = entries.iter().position(|e| e.0 == var);
    let old = match (at, value) {
        (Some(i), Some(v)) => Some(std::mem::replace(&mut entries[i].1, v)),
        (Some(i), None) => {
            let (k, v) = entries.remove(i);
            vm.heap.decref_raw(k);
            Some(v)
        }
        (None, Some(v)) => {
            entries.push((var, v));
            vm.heap.incref_raw(var);
            None
        }
        (None, None) => None,
    };
    vm.replace_raw(old);
}

fn context_new(vm: &mut Vm, _: Args) -> Step {
    let ty = vm.type_of_def(&CONTEXT);
    Ok(vm.opaque(ty, Context::default()))
}
fn copy_of(vm: &mut Vm, ctx: Ref) -> crate::heap::Owned {
    let entries = context(vm, ctx).entries.clone();
    for (k, v) in &entries {
        vm.heap.incref_raw(*k);
        vm.heap.incref_raw(*v);
    }
    let ty = vm.type_of_def(&CONTEXT);
    vm.opaque(ty, Context { entries, entered: false, previous: None })
}
fn copy_context(vm: &mut Vm, _: Args) -> Step {
    Ok(copy_current(vm))
}
/// A copy of the thread's current context.
pub fn copy_current(vm: &mut Vm) -> crate::heap::Owned {
    let ctx = current(vm);
    copy_of(vm, ctx)
}
fn context_copy(vm: &mut Vm, a: Args) -> Step {
    Ok(copy_of(vm, a[0]))
}
/// Enters at the first run and leaves at the second: between them lies the call, however it ends.
fn context_run(vm: &mut Vm, a: Args) -> Step {
    let (ctx, first) = (a[0], vm.answers.is_empty());
    if first {
        if context(vm, ctx).entered {
            let text = vm.repr(ctx)?;
            let message = format!("cannot enter context: {} is already entered", vm.lossy(text));
            return Err(vm.runtime_error(message));
        }
        vm.heap.incref_raw(ctx);
        let previous = vm.cur.context.replace(ctx);
        let x = context_mut(vm, ctx);
        (x.entered, x.previous) = (true, previous);
    }
    let args: smallvec::SmallVec<[Ref; 6]> = vm.tuple_items(a[2]).expect("*args is a tuple").into();
    let kwargs = vm.kwargs_of(a.opt(3));
    let outcome = vm.try_call_kw(a[1], &args, &kwargs)?;
    let x = context_mut(vm, ctx);
    x.entered = false;
    let previous = x.previous.take();
    let left = std::mem::replace(&mut vm.cur.context, previous);
    vm.replace_raw(left);
    match outcome {
        Ok(v) => Ok(vm.incref(v)),
        Err(e) => Err(vm.reraise(e)),
    }
}
fn check_key(vm: &mut Vm, key: Ref) -> Result<(), Ask> {
    if vm.state::<ContextVar>(key).is_some() {
        return Ok(());
    }
    let text = vm.repr(key)?;
    let message = format!("a ContextVar key was expected, got {}", vm.lossy(text));
    Err(vm.type_error(message))
}
fn context_get(vm: &mut Vm, a: Args) -> Step {
    check_key(vm, a[1])?;
    let r = find(vm, a[0], a[1]).or(a.opt(2)).unwrap_or(fixed::NONE);
    Ok(vm.incref(r))
}
fn context_getitem(vm: &mut Vm, a: Args) -> Step {
    check_key(vm, a[1])?;
    match find(vm, a[0], a[1]) {
        Some(r) => Ok(vm.incref(r)),
        None => Err(vm.key_error(a[1])),
    }
}
fn context_contains(vm: &mut Vm, a: Args) -> Step {
    check_key(vm, a[1])?;
    let found = find(vm, a[0], a[1]).is_some();
    Ok(vm.bool(found))
}
fn context_len(vm: &mut Vm, a: Args) -> Step {
    let k = context(vm, a[0]).entries.len();
    Ok(vm.int(k as i64))
}
fn list_of(vm: &mut Vm, ctx: Ref, part: fn(&mut Vm, (Ref, Ref)) -> crate::heap::Owned) -> Ref {
    let entries = context(vm, ctx).entries.clone();
    let items = entries.into_iter().map(|e| part(vm, e)).collect();
    let list = vm.list(items);
    vm.keep(list)
}
fn iterate(vm: &mut Vm, list: Ref) -> Step {
    let it = vm.get_iter(list)?;
    Ok(vm.incref(it))
}
fn context_iter(vm: &mut Vm, a: Args) -> Step {
    let list = list_of(vm, a[0], |vm, e| vm.incref(e.0));
    iterate(vm, list)
}
fn context_keys(vm: &mut Vm, a: Args) -> Step {
    context_iter(vm, a)
}
fn context_values(vm: &mut Vm, a: Args) -> Step {
    let list = list_of(vm, a[0], |vm, e| vm.incref(e.1));
    iterate(vm, list)
}
fn context_items(vm: &mut Vm, a: Args) -> Step {
    let list = list_of(vm, a[0], |vm, e| vm.tuple_of(&[e.0, e.1]));
    iterate(vm, list)
}
fn context_eq(vm: &mut Vm, a: Args) -> Step {
    if vm.state::<Context>(a[1]).is_none() {
        return Ok(vm.not_implemented());
    }
    let mine = context(vm, a[0]).entries.clone();
    let mut same = mine.len() == context(vm, a[1]).entries.len();
    for (k, v) in mine {
        same = same
            && match find(vm, a[1], k) {
                Some(w) => vm.eq(v, w)?,
                None => false,
            };
    }
    Ok(vm.bool(same))
}

fn var(vm: &Vm, r: Ref) -> &ContextVar {
    vm.state(r).expect("methods of ContextVar get one")
}
fn var_new(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        return Err(vm.type_error("context variable name must be a str"));
    }
    vm.heap.incref_raw(a[1]);
    a.opt(2).iter().for_each(|r| vm.heap.incref_raw(*r));
    let ty = vm.type_of_def(&CONTEXT_VAR);
    Ok(vm.opaque(ty, ContextVar { name: a[1], default: a.opt(2) }))
}
fn var_get(vm: &mut Vm, a: Args) -> Step {
    let found = vm.cur.context.and_then(|c| find(vm, c, a[0]));
    match found.or(a.opt(1)).or(var(vm, a[0]).default) {
        Some(r) => Ok(vm.incref(r)),
        None => {
            let exc = vm.incref(a[0]);
            Err(Ask::Raise(vm.new_exception(t::LOOKUP_ERROR, vec![exc])))
        }
    }
}
fn var_set(vm: &mut Vm, a: Args) -> Step {
    let ctx = current(vm);
    let old = find(vm, ctx, a[0]);
    old.iter().for_each(|r| vm.heap.incref_raw(*r));
    vm.heap.incref_raw(ctx);
    vm.heap.incref_raw(a[0]);
    store(vm, ctx, a[0], Some(a[1]));
    let ty = vm.type_of_def(&TOKEN);
    Ok(vm.opaque(ty, Token { var: a[0], context: ctx, old, used: false }))
}
fn var_reset(vm: &mut Vm, a: Args) -> Step {
    let Some(token) = vm.state::<Token>(a[1]).cloned() else {
        let message = format!("expected an instance of Token, got {}", {
            let text = vm.repr(a[1])?;
            vm.lossy(text)
        });
        return Err(vm.type_error(message));
    };
    let problem = match () {
        _ if token.used => Some((t::RUNTIME_ERROR, "has already been used once")),
        _ if token.var != a[0] => Some((t::VALUE_ERROR, "was created by a different ContextVar")),
        _ if vm.cur.context != Some(token.context) => Some((t::VALUE_ERROR, "was created in a different Context")),
        _ => None,
    };
    if let Some((ty, what)) = problem {
        let text = vm.repr(a[1])?;
        let message = format!("{} {what}", vm.lossy(text));
        return Err(vm.error(ty, message));
    }
    vm.state_mut::<Token>(a[1]).expect("a token").used = true;
    store(vm, token.context, a[0], token.old);
    Ok(vm.none())
}
fn var_name(vm: &mut Vm, a: Args) -> Step {
    let r = var(vm, a[0]).name;
    Ok(vm.incref(r))
}
fn var_repr(vm: &mut Vm, a: Args) -> Step {
    let ContextVar { name, default } = var(vm, a[0]).clone();
    let mut text = format!("<ContextVar name={}", vm.repr_text(name));
    if let Some(d) = default {
        let d = vm.repr(d)?;
        text.push_str(&format!(" default={}", vm.lossy(d)));
    }
    text.push_str(&format!(" at {:#x}>", a[0].address()));
    Ok(vm.str(text))
}

fn token(vm: &Vm, r: Ref) -> &Token {
    vm.state(r).expect("methods of Token get one")
}
fn token_var(vm: &mut Vm, a: Args) -> Step {
    let r = token(vm, a[0]).var;
    Ok(vm.incref(r))
}
fn token_old(vm: &mut Vm, a: Args) -> Step {
    let r = match token(vm, a[0]).old {
        Some(r) => r,
        None => missing(vm),
    };
    Ok(vm.incref(r))
}
fn token_enter(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.incref(a[0]))
}
fn token_exit(vm: &mut Vm, a: Args) -> Step {
    let var = token(vm, a[0]).var;
    var_reset(vm, Args(&[Some(var), Some(a[0])]))
}
fn token_repr(vm: &mut Vm, a: Args) -> Step {
    let Token { var, used, .. } = token(vm, a[0]).clone();
    let var = vm.repr(var)?;
    let used = if used { " used" } else { "" };
    Ok(vm.str(format!("<Token{used} var={} at {:#x}>", vm.lossy(var), a[0].address())))
}
