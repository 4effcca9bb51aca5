//! Functions and methods: Python's, and those written in Rust with their bound and unbound forms.
use crate::code::flags;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::function::{Function, NativeObj};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, DefKind, Step, Vm, fixed, n, t};

const fn simple(place: Ref, name: &'static str, size: (usize, usize), doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef { place: Some(place), name, module: "builtins", base: t::OBJECT, layout: Layout::Native, flags: type_flags::IMMUTABLE, size, doc, defs }
}
pub static FUNCTION: TypeDef = simple(t::FUNCTION, "function", (152, 0), "Create a function object.", &[FUNCTION_DEFS]);
pub static METHOD: TypeDef = simple(t::METHOD, "method", (48, 0), "Create a bound instance method object.", &[METHOD_DEFS]);
pub static BUILTIN: TypeDef = simple(t::BUILTIN, "builtin_function_or_method", (56, 0), "", &[NATIVE_DEFS, SELF_DEFS]);
pub static METHOD_DESCRIPTOR: TypeDef = simple(t::METHOD_DESCRIPTOR, "method_descriptor", (56, 0), "", &[NATIVE_DEFS, OWNER_DEFS]);
pub static SLOT_WRAPPER: TypeDef = simple(t::SLOT_WRAPPER, "wrapper_descriptor", (56, 0), "", &[NATIVE_DEFS, OWNER_DEFS]);
pub static METHOD_WRAPPER: TypeDef = simple(t::METHOD_WRAPPER, "method-wrapper", (32, 0), "", &[NATIVE_DEFS, SELF_DEFS, OWNER_ONLY]);
pub static CLASSMETHOD_DESCRIPTOR: TypeDef = simple(t::CLASSMETHOD_DESCRIPTOR, "classmethod_descriptor", (56, 0), "", &[NATIVE_DEFS, OWNER_DEFS]);

static FUNCTION_DEFS: &[Def] = &[
    Def::new("(cls, /, code, globals, name=None, argdefs=None, closure=None, kwdefaults=None)", function_new),
    Def::method("__repr__", "(self, /)", function_repr, "Return repr(self)."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
    Def::get_set("__code__", |vm, a| read(vm, a[0], |f| Some(f.code)), set_code, ""),
    Def::get_set("__defaults__", |vm, a| read(vm, a[0], |f| f.defaults), set_defaults, ""),
    Def::get_set("__kwdefaults__", |vm, a| read(vm, a[0], |f| f.kwdefaults), set_kwdefaults, ""),
    Def::get_set("__name__", |vm, a| read(vm, a[0], |f| Some(f.name)), |vm, a| set_text(vm, a, "__name__", |f| &mut f.name), ""),
    Def::get_set("__qualname__", |vm, a| read(vm, a[0], |f| Some(f.qualname)), |vm, a| set_text(vm, a, "__qualname__", |f| &mut f.qualname), ""),
    Def::get_set("__annotations__", annotations, set_annotations, ""),
    Def::get_set("__annotate__", |vm, a| read(vm, a[0], |f| f.annotate), set_annotate, ""),
    Def::get_set("__type_params__", type_params, set_type_params, ""),
    Def::get_set("__dict__", super::descriptors::get_dict, super::descriptors::set_dict, ""),
    Def::get_set("__doc__", |vm, a| read(vm, a[0], |f| Some(f.doc)), set_doc, ""),
    Def::get_set("__module__", |vm, a| read(vm, a[0], |f| f.module), set_module, ""),
    Def::member("__closure__", |vm, a| read(vm, a[0], |f| f.closure), ""),
    Def::member("__globals__", |vm, a| read(vm, a[0], |f| Some(f.globals)), ""),
    Def::member("__builtins__", |vm, a| read(vm, a[0], |f| Some(f.builtins)), ""),
];

pub fn func(vm: &Vm, r: Ref) -> &Function {
    match vm.heap.get(r) {
        Payload::Function(f) => f,
        _ => panic!("{r:?} is no function"),
    }
}
fn func_mut(vm: &mut Vm, r: Ref) -> &mut Function {
    match vm.heap.get_mut(r) {
        Payload::Function(f) => f,
        _ => panic!("{r:?} is no function"),
    }
}
fn read(vm: &mut Vm, r: Ref, field: fn(&Function) -> Option<Ref>) -> Step {
    match field(func(vm, r)) {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.none()),
    }
}
fn put(vm: &mut Vm, r: Ref, value: Option<Ref>, field: fn(&mut Function) -> &mut Option<Ref>) -> Step {
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let old = std::mem::replace(field(func_mut(vm, r)), value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn put_required(vm: &mut Vm, r: Ref, value: Ref, field: fn(&mut Function) -> &mut Ref) -> Step {
    vm.heap.incref_raw(value);
    let old = std::mem::replace(field(func_mut(vm, r)), value);
    vm.heap.decref_raw(old);
    Ok(vm.none())
}
fn set_text(vm: &mut Vm, a: Args, name: &str, field: fn(&mut Function) -> &mut Ref) -> Step {
    match a.opt(1) {
        Some(v) if vm.str_of(v).is_some() => put_required(vm, a[0], v, field),
        _ => Err(vm.type_error(format!("{name} must be set to a string object"))),
    }
}
fn set_code(vm: &mut Vm, a: Args) -> Step {
    let Some(v) = a.opt(1).filter(|v| vm.ty(*v) == t::CODE) else {
        return Err(vm.type_error("__code__ must be set to a code object"));
    };
    let free = |vm: &Vm, r| match vm.heap.get(r) {
        Payload::Code(c) => c.nfree as usize,
        _ => 0,
    };
    let have = func(vm, a[0]).closure.and_then(|c| vm.tuple_items(c)).map_or(0, |c| c.len());
    let want = free(vm, v);
    if have != want {
        let name = vm.lossy(func(vm, a[0]).name);
        return Err(vm.value_error(format!("{name}() requires a code object with {have} free vars, not {want}")));
    }
    let kind = |vm: &Vm, r| match vm.heap.get(r) {
        Payload::Code(c) => c.flags & (flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR),
        _ => 0,
    };
    if kind(vm, func(vm, a[0]).code) != kind(vm, v) {
        let message = "Assigning a code object of non-matching type is deprecated (e.g., from a generator to a plain function)";
        crate::natives::errors::warnings::warn_from_native(vm, t::DEPRECATION_WARNING, message, 1)?;
    }
    put_required(vm, a[0], v, |f| &mut f.code)
}
fn set_defaults(vm: &mut Vm, a: Args) -> Step {
    match a.not_none(1) {
        Some(v) if vm.tuple_items(v).is_none() => Err(vm.type_error("__defaults__ must be set to a tuple object")),
        v => put(vm, a[0], v, |f| &mut f.defaults),
    }
}
fn set_kwdefaults(vm: &mut Vm, a: Args) -> Step {
    match a.not_none(1) {
        Some(v) if vm.dict_of(v).is_none() => Err(vm.type_error("__kwdefaults__ must be set to a dict object")),
        v => put(vm, a[0], v, |f| &mut f.kwdefaults),
    }
}
fn annotations(vm: &mut Vm, a: Args) -> Step {
    if let Some(d) = func(vm, a[0]).annotations {
        if let Some(items) = vm.tuple_items(d).map(<[Ref]>::to_vec) {
            let dict = vm.dict();
            for kv in items.chunks(2) {
                vm.dict_set_name(dict.get(), kv[0], kv[1]);
            }
            let r = dict.get();
            put(vm, a[0], Some(r), |f| &mut f.annotations).map(|o| vm.release(o))?;
            return Ok(dict);
        }
        return Ok(vm.incref(d));
    }
    let d = match func(vm, a[0]).annotate {
        Some(f) if f != fixed::NONE => {
            let one = fixed::small_int(1).expect("cached");
            let d = vm.call(f, &[one])?;
            if vm.dict_of(d).is_none() {
                let message = format!("__annotate__() must return a dict, not {}", vm.dotted_type_name(d));
                return Err(vm.type_error(message));
            }
            d
        }
        _ => {
            let d = vm.dict();
            vm.keep(d)
        }
    };
    put(vm, a[0], Some(d), |f| &mut f.annotations).map(|o| vm.release(o))?;
    Ok(vm.incref(d))
}
fn set_annotations(vm: &mut Vm, a: Args) -> Step {
    match a.not_none(1) {
        Some(v) if vm.dict_of(v).is_none() => Err(vm.type_error("__annotations__ must be set to a dict object")),
        v => {
            put(vm, a[0], None, |f| &mut f.annotate).map(|o| vm.release(o))?;
            put(vm, a[0], v, |f| &mut f.annotations)
        }
    }
}
fn set_annotate(vm: &mut Vm, a: Args) -> Step {
    let Some(v) = a.opt(1) else { return Err(vm.type_error("__annotate__ cannot be deleted")) };
    if v != fixed::NONE && vm.lookup_special(v, n::__CALL__).is_none() {
        return Err(vm.type_error("__annotate__ must be callable or None"));
    }
    if v != fixed::NONE {
        put(vm, a[0], None, |f| &mut f.annotations).map(|o| vm.release(o))?;
    }
    put(vm, a[0], Some(v), |f| &mut f.annotate)
}
fn type_params(vm: &mut Vm, a: Args) -> Step {
    match func(vm, a[0]).type_params {
        Some(v) => Ok(vm.incref(v)),
        None => Ok(vm.tuple_of(&[])),
    }
}
fn set_type_params(vm: &mut Vm, a: Args) -> Step {
    match a.opt(1) {
        Some(v) if vm.tuple_items(v).is_some() => put(vm, a[0], Some(v), |f| &mut f.type_params),
        _ => Err(vm.type_error("__type_params__ must be set to a tuple")),
    }
}
fn set_doc(vm: &mut Vm, a: Args) -> Step {
    put_required(vm, a[0], a.opt(1).unwrap_or(fixed::NONE), |f| &mut f.doc)
}
fn set_module(vm: &mut Vm, a: Args) -> Step {
    put(vm, a[0], a.opt(1), |f| &mut f.module)
}
fn function_new(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[1]) != t::CODE {
        let message = format!("function() argument 'code' must be code, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    if vm.dict_of(a[2]).is_none() {
        let message = format!("function() argument 'globals' must be dict, not {}", vm.dotted_type_name(a[2]));
        return Err(vm.type_error(message));
    }
    if a.not_none(4).is_some_and(|d| vm.tuple_items(d).is_none()) {
        return Err(vm.type_error("arg 4 (defaults) must be None or tuple"));
    }
    if a.not_none(6).is_some_and(|d| vm.dict_of(d).is_none()) {
        return Err(vm.type_error("arg 6 (kwdefaults) must be None or dict"));
    }
    let Payload::Code(c) = vm.heap.get(a[1]) else { unreachable!("checked") };
    let nfree = c.nfree as usize;
    let cells = a.not_none(5).and_then(|c| vm.tuple_items(c)).map(<[Ref]>::to_vec);
    match &cells {
        None if nfree > 0 => return Err(vm.type_error("arg 5 (closure) must be tuple")),
        Some(c) if c.len() != nfree => {
            let name = vm.lossy(match vm.heap.get(a[1]) { Payload::Code(c) => c.name, _ => fixed::EMPTY_STR });
            let message = format!("{name} requires closure of length {nfree}, not {}", c.len());
            return Err(vm.value_error(message));
        }
        Some(c) => {
            if let Some(bad) = c.iter().find(|r| vm.ty(**r) != t::CELL) {
                let message = format!("arg 5 (closure) expected cell, found {}", vm.dotted_type_name(*bad));
                return Err(vm.type_error(message));
            }
        }
        None => {}
    }
    // Globals without `__builtins__`: those of the running frame.
    let builtins = match vm.dict_get_name(a[2], n::__BUILTINS__) {
        Some(b) => match vm.heap.get(b) {
            Payload::Module(m) => m.dict,
            _ => b,
        },
        None => vm.cur.top_frame().map_or(vm.builtins, |f| f.builtins),
    };
    vm.heap.incref_raw(a[1]);
    let f = vm.new_function(a[1], a[2], builtins);
    let r = vm.keep(f);
    if let Some(name) = a.not_none(3) {
        put_required(vm, r, name, |f| &mut f.name).map(|o| vm.release(o))?;
    }
    put(vm, r, a.not_none(4), |f| &mut f.defaults).map(|o| vm.release(o))?;
    put(vm, r, a.not_none(5).filter(|_| nfree > 0), |f| &mut f.closure).map(|o| vm.release(o))?;
    put(vm, r, a.not_none(6), |f| &mut f.kwdefaults).map(|o| vm.release(o))?;
    Ok(vm.incref(r))
}
fn function_repr(vm: &mut Vm, a: Args) -> Step {
    let text = format!("<function {} at {:#x}>", vm.qualname_of(a[0]), a[0].address());
    Ok(vm.str(text))
}
/// `f.__call__(*args, **kwargs)`: the same call.
fn call(vm: &mut Vm, a: Args) -> Step {
    let args = vm.tuple_items(a[1]).unwrap_or(&[]).to_vec();
    let kwargs = vm.kwargs_of(a.opt(2));
    vm.tail_call_kw(a[0], &args, &kwargs)
}
fn get(vm: &mut Vm, a: Args) -> Step {
    match a.not_none(1) {
        Some(obj) => Ok(vm.bound_method(a[0], obj)),
        None => Ok(vm.incref(a[0])),
    }
}

static METHOD_DEFS: &[Def] = &[
    Def::new("(cls, function, instance, /)", method_new),
    Def::method("__repr__", "(self, /)", method_repr, "Return repr(self)."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__eq__", "(self, value, /)", method_eq, "Return self==value."),
    Def::method("__hash__", "(self, /)", method_hash, "Return hash(self)."),
    Def::method("__get__", "(self, instance, owner=None, /)", |vm, a| Ok(vm.incref(a[0])), "Return an attribute of instance, which is of type owner."),
    Def::method("__getattribute__", "(self, name, /)", super::object_type::getattribute, "Return getattr(self, name)."),
    Def::method("__reduce__", "(self, /)", |vm, a| vm.tail_prelude("method_reduce", &[a[0]]), "Helper for pickle."),
    Def::member("__func__", |vm, a| { let (f, _) = parts(vm, a[0]); Ok(vm.incref(f)) }, "the function (or other callable) implementing a method"),
    Def::member("__self__", |vm, a| { let (_, s) = parts(vm, a[0]); Ok(vm.incref(s)) }, "the instance to which a method is bound"),
    Def::get("__doc__", |vm, a| { let (f, _) = parts(vm, a[0]); vm.tail_getattr(f, n::__DOC__) }, ""),
];
fn parts(vm: &Vm, r: Ref) -> (Ref, Ref) {
    match vm.heap.get(r) {
        Payload::Method(f, s) => (*f, *s),
        _ => panic!("{r:?} is no method"),
    }
}
fn method_new(vm: &mut Vm, a: Args) -> Step {
    if vm.lookup_special(a[1], n::__CALL__).is_none() {
        return Err(vm.type_error("first argument must be callable"));
    }
    if a[2] == fixed::NONE {
        return Err(vm.type_error("instance must not be None"));
    }
    Ok(vm.bound_method(a[1], a[2]))
}
fn method_repr(vm: &mut Vm, a: Args) -> Step {
    let (f, s) = parts(vm, a[0]);
    let mut name = String::from("?");
    for attr in [n::__QUALNAME__, n::__NAME__] {
        if let Some(q) = vm.getattr_opt(f, attr)?.filter(|q| vm.str_of(*q).is_some()) {
            name = vm.lossy(q);
            break;
        }
    }
    let s = vm.repr(s)?;
    let text = format!("<bound method {name} of {}>", vm.lossy(s));
    Ok(vm.str(text))
}
fn method_eq(vm: &mut Vm, a: Args) -> Step {
    let (Payload::Method(f, s), Payload::Method(g, u)) = (vm.heap.get(a[0]), vm.heap.get(a[1])) else {
        return Ok(vm.not_implemented());
    };
    let (f, s, g, u) = (*f, *s, *g, *u);
    let same = s == u && vm.eq(f, g)?;
    Ok(vm.bool(same))
}
fn method_hash(vm: &mut Vm, a: Args) -> Step {
    let (f, s) = parts(vm, a[0]);
    let h = Vm::hash_address(s) ^ vm.hash(f)?;
    Ok(vm.int(if h == -1 { -2 } else { h }))
}
static NATIVE_DEFS: &[Def] = &[
    Def::method("__repr__", "(self, /)", native_repr, "Return repr(self)."),
    Def::method("__call__", "(self, /, *args, **kwargs)", call, "Call self as a function."),
    Def::method("__eq__", "(self, value, /)", native_eq, "Return self==value."),
    Def::method("__hash__", "(self, /)", native_hash, "Return hash(self)."),
    Def::method("__reduce__", "(self, /)", native_reduce, "Helper for pickle."),
    Def::get("__name__", |vm, a| { let s = def(vm, a[0]).name; Ok(vm.intern(s)) }, ""),
    Def::get("__qualname__", native_qualname, ""),
    Def::get("__doc__", |vm, a| { let s = def(vm, a[0]).doc; if s.is_empty() { Ok(vm.none()) } else { Ok(vm.str(s)) } }, ""),
    Def::get("__text_signature__", native_signature, ""),
];
static SELF_DEFS: &[Def] = &[Def::get("__self__", native_self, ""), Def::get_set("__module__", native_module, |vm, _| Ok(vm.none()), "")];
static OWNER_DEFS: &[Def] = &[
    Def::member("__objclass__", native_owner, ""),
    Def::method("__get__", "(self, instance, owner=None, /)", native_get, "Return an attribute of instance, which is of type owner."),
];
static OWNER_ONLY: &[Def] = &[Def::get("__objclass__", native_owner, "")];

fn native(vm: &Vm, r: Ref) -> &NativeObj {
    match vm.heap.get(r) {
        Payload::Native(x) => x,
        _ => panic!("{r:?} is no native function"),
    }
}
fn def(vm: &Vm, r: Ref) -> &'static Def {
    vm.natives[native(vm, r).native as usize].def
}
fn native_repr(vm: &mut Vm, a: Args) -> Step {
    let (x, d) = (native(vm, a[0]).clone(), def(vm, a[0]));
    let owner = x.owner.map(|o| vm.type_obj(o).name.clone()).unwrap_or_default();
    let text = match (vm.ty(a[0]), x.receiver) {
        (t::BUILTIN, _) if d.kind == DefKind::New => {
            let ty = x.owner.map_or(0, |o| o.address());
            format!("<built-in method __new__ of type object at {ty:#x}>")
        }
        (t::BUILTIN, Some(obj)) if vm.ty(obj) != t::MODULE => {
            format!("<built-in method {} of {} object at {:#x}>", d.name, vm.dotted_type_name(obj), obj.address())
        }
        (t::BUILTIN, _) => format!("<built-in function {}>", d.name),
        (t::METHOD_WRAPPER, Some(obj)) => {
            format!("<method-wrapper '{}' of {} object at {:#x}>", d.name, vm.dotted_type_name(obj), obj.address())
        }
        (t::SLOT_WRAPPER, _) => format!("<slot wrapper '{}' of '{owner}' objects>", d.name),
        _ => format!("<method '{}' of '{owner}' objects>", d.name),
    };
    Ok(vm.str(text))
}
fn native_eq(vm: &mut Vm, a: Args) -> Step {
    let (Payload::Native(x), Payload::Native(y)) = (vm.heap.get(a[0]), vm.heap.get(a[1])) else { return Ok(vm.not_implemented()) };
    let same = x.native == y.native && x.receiver == y.receiver && vm.ty(a[0]) == vm.ty(a[1]);
    Ok(vm.bool(same))
}
fn native_hash(vm: &mut Vm, a: Args) -> Step {
    let x = native(vm, a[0]);
    let h = (x.native as i64 + 1) * 1_000_003 ^ x.receiver.map_or(0, Vm::hash_address);
    Ok(vm.int(if h == -1 { -2 } else { h }))
}
fn native_reduce(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("native_reduce", &[a[0]])
}
fn native_qualname(vm: &mut Vm, a: Args) -> Step {
    let x = native(vm, a[0]).clone();
    let name = def(vm, a[0]).name;
    let text = match (x.owner, x.receiver) {
        (_, Some(obj)) if vm.is_type(obj) => format!("{}.{name}", vm.lossy(vm.type_obj(obj).qualname)),
        (Some(o), _) => format!("{}.{name}", vm.type_obj(o).name),
        (None, Some(obj)) if vm.ty(obj) != t::MODULE => format!("{}.{name}", vm.type_name(obj)),
        _ if def(vm, a[0]).kind == DefKind::New => vm.natives[x.native as usize].title.to_string(),
        _ => name.to_owned(),
    };
    Ok(vm.str(text))
}
/// The signature with its receiver as `$self`, as CPython writes it.
fn native_signature(vm: &mut Vm, a: Args) -> Step {
    let d = def(vm, a[0]);
    let given = if d.shown.is_empty() || d.kind == DefKind::New { d.sig } else { d.shown };
    let sig = match d.kind {
        DefKind::Function | DefKind::StaticMethod => given.to_owned(),
        _ => given.replacen("(self", "($self", 1).replacen("(cls", "($type", 1),
    };
    let _: Option<Ask> = None;
    Ok(vm.str(sig))
}
fn native_self(vm: &mut Vm, a: Args) -> Step {
    let x = native(vm, a[0]).clone();
    if let Some(r) = x.receiver {
        return Ok(vm.incref(r));
    }
    if let Some(owner) = x.owner.filter(|_| def(vm, a[0]).kind == DefKind::New) {
        return Ok(vm.incref(owner));
    }
    let modules = vm.modules;
    match x.module.and_then(|m| vm.dict_get_name(modules, m)) {
        Some(m) => Ok(vm.incref(m)),
        None => Ok(vm.none()),
    }
}
fn native_module(vm: &mut Vm, a: Args) -> Step {
    match native(vm, a[0]).module {
        Some(m) => Ok(vm.incref(m)),
        None => Ok(vm.none()),
    }
}
fn native_owner(vm: &mut Vm, a: Args) -> Step {
    match native(vm, a[0]).owner {
        Some(o) => Ok(vm.incref(o)),
        None => Ok(vm.none()),
    }
}
fn native_get(vm: &mut Vm, a: Args) -> Step {
    let obj = a.not_none(1);
    if vm.ty(a[0]) == t::CLASSMETHOD_DESCRIPTOR
        && let Some(cls) = a.not_none(2).or(obj.map(|o| vm.ty(o)))
    {
        vm.check_class_argument(a[0], Some(cls))?;
    }
    if let (Some(obj), Some(owner)) = (obj, native(vm, a[0]).owner)
        && vm.ty(a[0]) != t::CLASSMETHOD_DESCRIPTOR
        && !vm.is_a(obj, owner)
    {
        let message = format!(
            "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
            def(vm, a[0]).name, vm.type_obj(owner).name, vm.dotted_type_name(obj)
        );
        return Err(vm.type_error(message));
    }
    let ty = match (a.not_none(2), obj) {
        (Some(ty), _) => ty,
        (None, Some(obj)) => vm.ty(obj),
        (None, None) => return Err(vm.type_error("__get__(None, None) is invalid")),
    };
    match vm.descriptor_get(a[0], obj, ty)? {
        crate::vm::api::Found::Value(v) => Ok(v),
        crate::vm::api::Found::Call(f, args) => vm.tail_call(f, &args),
    }
}
