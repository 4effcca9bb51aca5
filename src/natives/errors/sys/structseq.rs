//! Struct sequences: tuples with named fields (`sys.flags`, `sys.version_info`), as in CPython's `Objects/structseq.c`.
//!
//! A type is a [`TypeDef`] over `tuple` with [`METHODS`] and one [`field`] row a field; [`describe`] tells it its field names.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{Args, Def, DefKind, TypeDef};
use crate::vm::{Ask, Step, Vm, fixed, n, t};

/// A definition of a struct sequence type that programs cannot make instances of.
pub const fn closed(name: &'static str, module: &'static str, defs: &'static [&'static [Def]], doc: &'static str) -> TypeDef {
    TypeDef { place: None, name, module, base: t::TUPLE, layout: Layout::Tuple, flags: type_flags::NO_NEW | type_flags::SEQUENCE, size: (32, 8), doc, defs }
}
/// The same of one that is called with a sequence.
pub const fn open(name: &'static str, module: &'static str, defs: &'static [&'static [Def]], doc: &'static str) -> TypeDef {
    TypeDef { place: None, name, module, base: t::TUPLE, layout: Layout::Tuple, flags: type_flags::SEQUENCE, size: (32, 8), doc, defs }
}

/// Methods of every struct sequence.
pub const METHODS: &[Def] = &[
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::plain("__reduce__", "(self, /)", reduce, "Class and items, for pickling."),
    Def::plain("__replace__", "(self, /, **changes)", replace, "Return a copy with new values for the specified fields."),
];
/// `__new__` of the open ones.
pub const NEW: &[Def] = &[Def::new("(cls, sequence, dict=None)", new)];

fn get_item<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    let r = vm.tuple_items(a[0]).and_then(|x| x.get(I).copied()).unwrap_or(fixed::NONE);
    Ok(vm.incref(r))
}
/// The row of the field at index `I`.
pub const fn field<const I: usize>(name: &'static str, doc: &'static str) -> Def {
    Def { name, sig: "(self, /)", f: get_item::<I>, set: None, kind: DefKind::Member, doc, shown: "" }
}

/// The type of a definition, with `n_fields` and its like in place. `hidden` fields are attributes only.
pub fn describe(vm: &mut Vm, def: &'static TypeDef, names: &[&str], hidden: usize) -> Ref {
    let ty = vm.type_of_def(def);
    let dict = vm.type_obj(ty).dict;
    if vm.dict_get_str(dict, "n_fields").is_some() {
        return ty;
    }
    let texts = names.iter().map(|s| vm.intern(s)).collect();
    let names_tuple = vm.tuple(texts);
    vm.dict_set_str(dict, "__match_args__", names_tuple);
    for (name, value) in [("n_sequence_fields", names.len()), ("n_fields", names.len() + hidden), ("n_unnamed_fields", 0)] {
        let value = vm.int(value as i64);
        vm.dict_set_str(dict, name, value);
    }
    vm.type_modified(ty);
    ty
}
/// An instance with these values, which are taken over.
pub fn make(vm: &mut Vm, ty: Ref, values: Vec<Owned>) -> Owned {
    let items: Vec<Ref> = values.into_iter().map(Owned::into_raw).collect();
    vm.alloc(ty, Payload::Tuple(items.into()))
}

/// Name as in messages: with the module unless that is `builtins`.
fn title(vm: &mut Vm, ty: Ref) -> String {
    let module = vm.lookup(ty, n::__MODULE__).map_or(String::new(), |m| vm.lossy(m));
    let name = vm.type_obj(ty).name.clone();
    if module.is_empty() || module == "builtins" { name } else { format!("{module}.{name}") }
}
fn field_names(vm: &mut Vm, ty: Ref) -> Vec<Ref> {
    let names = vm.lookup(ty, n::__MATCH_ARGS__);
    names.and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let (names, items) = (field_names(vm, ty), vm.tuple_items(a[0]).map_or(vec![], <[Ref]>::to_vec));
    let mut parts = Vec::new();
    for (name, item) in names.iter().zip(items) {
        let text = vm.repr(item)?;
        parts.push(format!("{}={}", vm.lossy(*name), vm.lossy(text)));
    }
    let text = format!("{}({})", title(vm, ty), parts.join(", "));
    Ok(vm.str(text))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[0]).map_or(vec![], <[Ref]>::to_vec);
    let (tuple, dict) = (vm.tuple_of(&items), vm.dict());
    let args = vm.tuple(vec![tuple, dict]);
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}
fn replace(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let names = field_names(vm, ty);
    let mut items = vm.tuple_items(a[0]).map_or(vec![], <[Ref]>::to_vec);
    for (k, v) in vm.kwargs_of(a.opt(1)) {
        match names.iter().position(|x| vm.str_of(*x) == vm.str_of(k)) {
            Some(i) => items[i] = v,
            None => {
                let name = vm.repr_text(k);
                return Err(vm.type_error(format!("Got unexpected field name(s): [{name}]")));
            }
        }
    }
    items.iter().for_each(|r| vm.heap.incref_raw(*r));
    Ok(vm.alloc(ty, Payload::Tuple(items.into())))
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let items = vm.collect(a[1])?;
    let want = field_names(vm, a[0]).len();
    if items.len() != want {
        return Err(wrong_count(vm, a[0], want, items.len()));
    }
    items.iter().for_each(|r| vm.heap.incref_raw(*r));
    Ok(vm.alloc(a[0], Payload::Tuple(items.into())))
}
fn wrong_count(vm: &mut Vm, ty: Ref, want: usize, given: usize) -> Ask {
    let message = format!("{}() takes a {want}-sequence ({given}-sequence given)", title(vm, ty));
    vm.type_error(message)
}
