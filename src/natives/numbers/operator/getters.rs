//! `itemgetter`, `attrgetter`, `methodcaller`.
use super::super::functools::{PARTIAL, full_name, shown_arguments};
use crate::heap::Ref;
use crate::native_state;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::{Args, Ask, Def, Step, TypeDef, Vm, t};

/// The keys of an `itemgetter`, the dotted names of an `attrgetter`: a tuple.
#[derive(Clone)]
struct Getter {
    items: Ref,
}
native_state!(Getter, |s, f| f(s.items));

/// What a `methodcaller` calls: name, a tuple, a dict.
#[derive(Clone)]
struct Caller {
    name: Ref,
    args: Ref,
    keywords: Option<Ref>,
}
native_state!(Caller, |s, f| {
    let Caller { name, args, keywords } = s;
    [*name, *args].into_iter().chain(*keywords).for_each(f);
});

/// The one object that a getter is called with.
fn only_argument(vm: &mut Vm, a: &Args, name: &str) -> Result<Ref, Ask> {
    let args = vm.tuple_items(a[1]).unwrap_or_default();
    if a.not_none(2).is_some() {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    match args[..] {
        [only] => Ok(only),
        _ => {
            let got = args.len();
            Err(vm.type_error(format!("{name} expected 1 argument, got {got}")))
        }
    }
}
fn at_least_one(vm: &mut Vm, a: &Args, name: &str) -> Result<Vec<Ref>, Ask> {
    let items = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    if a.not_none(2).is_some() {
        return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
    }
    if items.is_empty() {
        return Err(vm.type_error(format!("{name} expected 1 argument, got 0")));
    }
    Ok(items)
}
fn getter(vm: &mut Vm, cls: Ref, items: &[Ref]) -> Step {
    let items = vm.tuple_of(items).into_raw();
    Ok(vm.alloc(cls, Payload::Opaque(Box::new(Getter { items }))))
}
fn items(vm: &Vm, a: &Args) -> Vec<Ref> {
    let items = vm.state::<Getter>(a[0]).expect("a getter").items;
    vm.tuple_items(items).unwrap_or_default().to_vec()
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let items = items(vm, &a);
    let shown = shown_arguments(vm, &items, &[])?;
    let text = format!("{}({})", full_name(vm, a[0]), shown.trim_start_matches(", "));
    Ok(vm.str(text))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let items = items(vm, &a);
    let ty = vm.ty(a[0]);
    let pair = vec![vm.incref(ty), vm.tuple_of(&items)];
    Ok(vm.tuple(pair))
}

fn itemgetter(vm: &mut Vm, a: Args) -> Step {
    let items = at_least_one(vm, &a, "itemgetter")?;
    getter(vm, a[0], &items)
}
fn get_items(vm: &mut Vm, a: Args) -> Step {
    let object = only_argument(vm, &a, "itemgetter")?;
    match items(vm, &a)[..] {
        [only] => {
            // The commonest case needs no call: a small index into a tuple or list.
            if let Some(r) = plain_item(vm, object, only) {
                return Ok(vm.incref(r));
            }
            vm.tail_prelude("operator_getitem", &[object, only])
        }
        _ => {
            let keys = vm.state::<Getter>(a[0]).expect("a getter").items;
            vm.tail_prelude("operator_getitems", &[object, keys])
        }
    }
}
fn plain_item(vm: &Vm, object: Ref, key: Ref) -> Option<Ref> {
    if !matches!(vm.ty(object), t::TUPLE | t::LIST) || vm.ty(key) != t::INT {
        return None;
    }
    let items = vm.items_of(object)?;
    let i = vm.i64_of(key)?;
    let i = if i < 0 { i + items.len() as i64 } else { i };
    items.get(usize::try_from(i).ok()?).copied()
}

fn attrgetter(vm: &mut Vm, a: Args) -> Step {
    let names = at_least_one(vm, &a, "attrgetter")?;
    if names.iter().any(|r| vm.str_of(*r).is_none()) {
        return Err(vm.type_error("attribute name must be a string"));
    }
    getter(vm, a[0], &names)
}
/// One dotted name, followed from the object.
fn follow(vm: &mut Vm, object: Ref, dotted: Ref) -> Result<Ref, Ask> {
    let path = vm.lossy(dotted);
    let mut at = object;
    for name in path.split('.') {
        let name = vm.intern(name).into_raw();
        at = vm.getattr(at, name)?;
    }
    Ok(at)
}
fn get_attributes(vm: &mut Vm, a: Args) -> Step {
    let object = only_argument(vm, &a, "attrgetter")?;
    let names = items(vm, &a);
    if let [only] = names[..] {
        let r = follow(vm, object, only)?;
        return Ok(vm.incref(r));
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.push(follow(vm, object, name)?);
    }
    Ok(vm.tuple_of(&found))
}

fn methodcaller(vm: &mut Vm, a: Args) -> Step {
    let given = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let Some((name, args)) = given.split_first() else {
        return Err(vm.type_error("methodcaller needs at least one argument, the method name"));
    };
    if vm.str_of(*name).is_none() {
        return Err(vm.type_error("method name must be a string"));
    }
    let args = vm.tuple_of(args).into_raw();
    let keywords = a.not_none(2);
    [Some(*name), keywords].into_iter().flatten().for_each(|r| vm.heap.incref_raw(r));
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Caller { name: *name, args, keywords }))))
}
fn caller(vm: &Vm, a: &Args) -> Caller {
    vm.state::<Caller>(a[0]).expect("a methodcaller").clone()
}
fn call_method(vm: &mut Vm, a: Args) -> Step {
    let object = only_argument(vm, &a, "methodcaller")?;
    let c = caller(vm, &a);
    let f = vm.getattr(object, c.name)?;
    let args = vm.tuple_items(c.args).unwrap_or_default().to_vec();
    let keywords = vm.kwargs_of(c.keywords);
    vm.tail_call_kw(f, &args, &keywords)
}
fn caller_repr(vm: &mut Vm, a: Args) -> Step {
    let c = caller(vm, &a);
    let mut args = vec![c.name];
    args.extend_from_slice(vm.tuple_items(c.args).unwrap_or_default());
    let keywords = vm.kwargs_of(c.keywords);
    let shown = shown_arguments(vm, &args, &keywords)?;
    let text = format!("{}({})", full_name(vm, a[0]), shown.trim_start_matches(", "));
    Ok(vm.str(text))
}
/// Keyword arguments are carried by a `partial` of the class.
fn caller_reduce(vm: &mut Vm, a: Args) -> Step {
    let c = caller(vm, &a);
    let ty = vm.ty(a[0]);
    let args = vm.tuple_items(c.args).unwrap_or_default().to_vec();
    let keywords = vm.kwargs_of(c.keywords);
    if keywords.is_empty() {
        let mut all = vec![c.name];
        all.extend(args);
        let pair = vec![vm.incref(ty), vm.tuple_of(&all)];
        return Ok(vm.tuple(pair));
    }
    let partial = vm.type_of_def(&PARTIAL);
    let made = vm.call_kw(partial, &[ty, c.name], &keywords)?;
    let pair = vec![vm.incref(made), vm.tuple_of(&args)];
    Ok(vm.tuple(pair))
}

macro_rules! getter_type {
    ($name:literal, $shown:literal, $new:ident, $call:ident, $repr:ident, $reduce:ident, $size:literal, $doc:literal) => {
        TypeDef {
            place: None,
            name: $name,
            module: "operator",
            base: t::OBJECT,
            layout: Layout::Native,
            flags: type_flags::BASE,
            size: ($size, 0),
            doc: $doc,
            defs: &[&[
                Def { shown: $shown, ..Def::new("(cls, /, *args, **kwargs)", $new) },
                Def::method("__repr__", "(self, /)", $repr, "Return repr(self)."),
                Def { shown: "(self, obj, /)", ..Def::method("__call__", "(self, /, *args, **kwargs)", $call, "Call self as a function.") },
                Def::plain("__reduce__", "(self, /)", $reduce, "Return state information for pickling"),
            ]],
        }
    };
}
pub static ITEMGETTER: TypeDef = getter_type!(
    "itemgetter", "(item, /, *items)", itemgetter, get_items, repr, reduce, 48,
    "Return a callable object that fetches the given item(s) from its operand."
);
pub static ATTRGETTER: TypeDef = getter_type!(
    "attrgetter", "(attr, /, *attrs)", attrgetter, get_attributes, repr, reduce, 40,
    "Return a callable object that fetches the given attribute(s) from its operand."
);
pub static METHODCALLER: TypeDef = getter_type!(
    "methodcaller", "(name, /, *args, **kwargs)", methodcaller, call_method, caller_repr, caller_reduce, 64,
    "Return a callable object that calls the given method on its operand."
);
