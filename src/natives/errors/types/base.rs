//! `BaseException`: arguments, the chain of PEP 3134, notes (PEP 678), pickling.
use super::fields;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::exception::ExcObj;
use crate::objects::Payload;
use crate::vm::native::{Args, Def, DefKind, TypeDef};
use crate::vm::{Ask, Step, Vm, fixed, n, t};
use smallvec::SmallVec;

pub static BASE_EXCEPTION: TypeDef = TypeDef {
    place: Some(t::BASE_EXCEPTION),
    name: "BaseException",
    module: "builtins",
    base: t::OBJECT,
    layout: Layout::Exception,
    flags: type_flags::BASE,
    size: (72, 0),
    doc: "The root of all exceptions.",
    defs: &[DEFS],
};

const DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__str__", "(self, /)", to_str, "Return str(self)."),
    Def::plain("__reduce__", "(self, /)", reduce, "Class, arguments and attributes, for pickling."),
    Def::plain("__setstate__", "(self, state, /)", set_state, "Set every attribute of a dict."),
    Def::method("with_traceback", "(self, object, /)", with_traceback, "Set __traceback__ and return self."),
    Def::method("add_note", "(self, object, /)", add_note, "Add a line that is shown after the message."),
    Def::get_set("args", get_args, set_args, "The arguments of the constructor."),
    Def::get_set("__cause__", get_cause, set_cause, "The exception named in `raise ... from`."),
    Def::get_set("__context__", get_context, set_context, "The exception that was being handled."),
    Def::get_set("__traceback__", get_traceback, set_traceback, "Where the exception came through."),
    Def {
        name: "__suppress_context__",
        sig: "(self, /)",
        f: get_suppress,
        set: Some(set_suppress),
        kind: DefKind::Member,
        doc: "Whether tracebacks leave __context__ out.",
        shown: "",
    },
    Def::get_set("__dict__", get_dict, set_dict, "The attributes."),
];

/// An instance of an exception class with these (borrowed) args; its fields are there and not set.
pub fn make(vm: &mut Vm, cls: Ref, args: &[Ref]) -> crate::heap::Owned {
    let args = vm.tuple_of(args).into_raw();
    let slots = vec![None; vm.type_obj(cls).slots as usize];
    let fields = SmallVec::from_elem(None, fields::count(vm, cls));
    let exc = ExcObj { args, cause: None, context: None, suppress_context: false, traceback: None, dict: None, fields, slots };
    vm.alloc(cls, Payload::Exc(Box::new(exc)))
}
/// The tuple of a `*args` parameter as items.
pub fn star(vm: &Vm, r: Option<Ref>) -> Vec<Ref> {
    r.and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec)
}
/// Items of `args`.
pub fn args_of(vm: &Vm, e: Ref) -> Vec<Ref> {
    vm.exc_of(e).and_then(|x| vm.tuple_items(x.args)).map_or(vec![], <[Ref]>::to_vec)
}
/// Replaces `args` by a tuple, which is borrowed.
pub fn put_args(vm: &mut Vm, e: Ref, args: Ref) {
    vm.heap.incref_raw(args);
    let old = std::mem::replace(&mut vm.exc_mut(e).args, args);
    vm.heap.decref_raw(old);
}
/// "X() takes no keyword arguments" when there are some.
pub fn no_keywords(vm: &mut Vm, ty: Ref, kwargs: Option<Ref>) -> Result<(), Ask> {
    if vm.kwargs_of(kwargs).is_empty() {
        return Ok(());
    }
    let message = format!("{}() takes no keyword arguments", vm.type_obj(ty).name);
    Err(vm.type_error(message))
}
/// What every `__init__` does first: keywords refused, args stored.
pub fn base_init(vm: &mut Vm, a: Args) -> Result<Vec<Ref>, Ask> {
    let ty = vm.ty(a[0]);
    no_keywords(vm, ty, a.opt(2))?;
    Ok(store_args(vm, a))
}
/// Stores the `*args` of an `__init__`.
pub fn store_args(vm: &mut Vm, a: Args) -> Vec<Ref> {
    put_args(vm, a[0], a.opt(1).unwrap_or(fixed::EMPTY_TUPLE));
    star(vm, a.opt(1))
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let args = star(vm, a.opt(1));
    Ok(make(vm, a[0], &args))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    base_init(vm, a)?;
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let args = args_of(vm, a[0]);
    let tuple = vm.exc_of(a[0]).expect("an exception").args;
    let inner = match args[..] {
        [one] => vm.repr(one)?,
        _ => vm.repr(tuple)?,
    };
    let mut text = rustpython_wtf8::Wtf8Buf::from(vm.type_name(a[0]));
    let inner = vm.str_of(inner).expect("a repr").wtf8();
    if args.len() == 1 {
        text.push_str("(");
        text.push_wtf8(inner);
        text.push_str(")");
    } else {
        text.push_wtf8(inner);
    }
    Ok(vm.str(text))
}
/// `str` of an exception by its args alone.
pub fn to_str(vm: &mut Vm, a: Args) -> Step {
    let tuple = vm.exc_of(a[0]).expect("an exception").args;
    let text = match vm.tuple_items(tuple) {
        Some([]) | None => return Ok(vm.str("")),
        Some([one]) => {
            let one = *one;
            vm.to_str(one)?
        }
        Some(_) => vm.to_str(tuple)?,
    };
    Ok(vm.incref(text))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let x = vm.exc_of(a[0]).expect("an exception");
    let (args, dict) = (x.args, x.dict);
    Ok(reduced(vm, a[0], args, dict))
}
/// `(type, args)` or `(type, args, state)`.
pub fn reduced(vm: &mut Vm, e: Ref, args: Ref, state: Option<Ref>) -> crate::heap::Owned {
    let mut items = vec![vm.ty(e), args];
    items.extend(state);
    vm.tuple_of(&items)
}
fn set_state(vm: &mut Vm, a: Args) -> Step {
    if a[1] == fixed::NONE {
        return Ok(vm.none());
    }
    let Some(d) = vm.dict_of(a[1]) else { return Err(vm.type_error("state is not a dictionary")) };
    let pairs: Vec<(Ref, Ref)> = d.iter().collect();
    for (k, v) in pairs {
        // Setting twice the same is harmless, so this may be run again after a request.
        if let Some((f, args)) = vm.store_attr(a[0], k, Some(v))? {
            vm.call(f, &args)?;
        }
    }
    Ok(vm.none())
}
fn with_traceback(vm: &mut Vm, a: Args) -> Step {
    let done = set_traceback(vm, Args(&[Some(a[0]), Some(a[1])]))?;
    vm.release(done);
    Ok(vm.incref(a[0]))
}
fn add_note(vm: &mut Vm, a: Args) -> Step {
    if vm.str_of(a[1]).is_none() {
        let message = format!("add_note() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    }
    match vm.getattr_opt(a[0], n::__NOTES__)? {
        None => {
            let list = vm.list_of(&[a[1]]);
            let list = vm.keep(list);
            vm.tail_setattr(a[0], n::__NOTES__, Some(list))
        }
        Some(list) if vm.list_items(list).is_some() => {
            vm.heap.incref_raw(a[1]);
            vm.list_mut(list).push(a[1]);
            Ok(vm.none())
        }
        Some(_) => Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
}

fn get_args(vm: &mut Vm, a: Args) -> Step {
    let args = vm.exc_of(a[0]).expect("an exception").args;
    Ok(vm.incref(args))
}
fn set_args(vm: &mut Vm, a: Args) -> Step {
    let Some(value) = a.opt(1) else { return Err(vm.type_error("args may not be deleted")) };
    if vm.ty(value) == t::TUPLE {
        put_args(vm, a[0], value);
        return Ok(vm.none());
    }
    let items = vm.collect(value)?;
    let tuple = vm.tuple_of(&items);
    put_args(vm, a[0], tuple.get());
    vm.release(tuple);
    Ok(vm.none())
}
fn lend(vm: &mut Vm, r: Option<Ref>) -> Step {
    Ok(vm.incref(r.unwrap_or(fixed::NONE)))
}
fn get_cause(vm: &mut Vm, a: Args) -> Step {
    let r = vm.exc_of(a[0]).expect("an exception").cause;
    lend(vm, r)
}
fn get_context(vm: &mut Vm, a: Args) -> Step {
    let r = vm.exc_of(a[0]).expect("an exception").context;
    lend(vm, r)
}
fn get_traceback(vm: &mut Vm, a: Args) -> Step {
    let r = vm.exc_of(a[0]).expect("an exception").traceback;
    lend(vm, r)
}
/// The value of a chain attribute: None, or an exception.
fn chained(vm: &mut Vm, value: Option<Ref>, what: &str) -> Result<Option<Ref>, Ask> {
    match value {
        None => Err(vm.type_error(format!("__{what}__ may not be deleted"))),
        Some(fixed::NONE) => Ok(None),
        Some(v) if vm.exc_of(v).is_some() => Ok(Some(v)),
        Some(_) => Err(vm.type_error(format!("exception {what} must be None or derive from BaseException"))),
    }
}
fn set_cause(vm: &mut Vm, a: Args) -> Step {
    let value = chained(vm, a.opt(1), "cause")?;
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let x = vm.exc_mut(a[0]);
    x.suppress_context = true;
    let old = std::mem::replace(&mut x.cause, value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn set_context(vm: &mut Vm, a: Args) -> Step {
    let value = chained(vm, a.opt(1), "context")?;
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let old = std::mem::replace(&mut vm.exc_mut(a[0]).context, value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn set_traceback(vm: &mut Vm, a: Args) -> Step {
    let value = match a.opt(1) {
        None => return Err(vm.type_error("__traceback__ may not be deleted")),
        Some(fixed::NONE) => None,
        Some(v) if vm.ty(v) == t::TRACEBACK => Some(v),
        Some(_) => return Err(vm.type_error("__traceback__ must be a traceback or None")),
    };
    value.iter().for_each(|v| vm.heap.incref_raw(*v));
    let old = std::mem::replace(&mut vm.exc_mut(a[0]).traceback, value);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn get_suppress(vm: &mut Vm, a: Args) -> Step {
    let b = vm.exc_of(a[0]).expect("an exception").suppress_context;
    Ok(vm.bool(b))
}
fn set_suppress(vm: &mut Vm, a: Args) -> Step {
    let b = match a.opt(1) {
        None => return Err(vm.type_error("can't delete numeric/char attribute")),
        Some(fixed::TRUE) => true,
        Some(fixed::FALSE) => false,
        Some(_) => return Err(vm.type_error("attribute value type must be bool")),
    };
    vm.exc_mut(a[0]).suppress_context = b;
    Ok(vm.none())
}
fn get_dict(vm: &mut Vm, a: Args) -> Step {
    match vm.instance_dict(a[0]) {
        Some(d) => Ok(vm.incref(d)),
        None => Ok(vm.dict()),
    }
}
fn set_dict(vm: &mut Vm, a: Args) -> Step {
    let Some(value) = a.opt(1) else { return Err(vm.type_error("cannot delete __dict__")) };
    if vm.dict_of(value).is_none() {
        let message = format!("__dict__ must be set to a dictionary, not a '{}'", vm.dotted_type_name(value));
        return Err(vm.type_error(message));
    }
    vm.heap.incref_raw(value);
    let old = vm.exc_mut(a[0]).dict.replace(value);
    vm.replace_raw(old);
    Ok(vm.none())
}
