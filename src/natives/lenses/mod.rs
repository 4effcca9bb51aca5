//! The lenses as functions of the module `pellucid`, and the one native behind every cell command.
use crate::heap::Ref;
use crate::inspect::lookup::Access;
use crate::inspect::{Subjects, dispatch, heap, lookup, mro, object, types};
use crate::lens::memory::{self, Memory};
use crate::lens::view;
use crate::objects::class::Layout;
use crate::objects::{Payload, State};
use crate::render::{self, View};
use crate::vm::native::{Args, Def, TypeDef};
use crate::vm::{Ask, Step, Vm, t};
use serde_json::Value;
use std::any::Any;

/// Functions of `pellucid`.
pub const FUNCTIONS: &[Def] = &[
    Def::function("heap", "(*values)", |vm, a| lens(vm, "heap", a[0], &[]), "Names, objects and the references between them."),
    Def::function("object", "(value, other=<unrepresentable>, /)", object_lens, "The facts of an object, or two compared by identity."),
    Def::function("types", "(*values)", |vm, a| lens(vm, "types", a[0], &[]), "Objects, their classes and metaclasses."),
    Def::function("mro", "(*classes)", |vm, a| lens(vm, "mro", a[0], &[]), "The C3 merge of a class, step by step."),
    Def::function("lookup", "(obj, name, /)", lookup_lens, "Every place that an attribute access searches."),
    Def::function("dispatch", "(operation, /, *operands)", dispatch_lens, "The special methods that an operation tries."),
    Def::function("_show", "(lens, texts, values, namespace, /)", show, "A lens's forms, as JSON."),
];

/// References that a value has because a lens holds it: one, that of the tuple of values.
const OWN: u64 = 1;

/// What a lens gives to a program: a page in all its forms.
#[derive(Clone)]
struct Page {
    bundle: crate::face::Bundle,
}
impl State for Page {
    fn visit(&self, _: &mut dyn FnMut(Ref)) {}
    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn is_container(&self) -> bool {
        false
    }
}

static PAGE: TypeDef = TypeDef {
    place: None,
    name: "Lens",
    module: "pellucid",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: crate::objects::class::type_flags::NO_NEW,
    size: (16, 0),
    doc: "What a lens shows.",
    defs: &[&[
        Def::method("__repr__", "(self, /)", page_repr, "The text form."),
        Def::plain("_repr_mimebundle_", "(self, /, include=None, exclude=None)", page_bundle, "All forms by MIME type."),
    ]],
};

fn page_repr(vm: &mut Vm, a: Args) -> Step {
    let page = vm.state::<Page>(a[0]).and_then(|p| p.bundle.get("text/plain")).and_then(Value::as_str);
    let text = page.unwrap_or_default().to_owned();
    Ok(vm.str(text))
}
fn page_bundle(vm: &mut Vm, a: Args) -> Step {
    let bundle = vm.state::<Page>(a[0]).map(|p| p.bundle.clone()).unwrap_or_default();
    let dict = vm.dict();
    let d = dict.get();
    for (mime, value) in bundle {
        let value = to_python(vm, &value);
        vm.dict_set_str(d, &mime, value);
    }
    Ok(dict)
}
/// A JSON value as a Python object.
fn to_python(vm: &mut Vm, value: &Value) -> crate::heap::Owned {
    match value {
        Value::Null => vm.none(),
        Value::Bool(b) => vm.bool(*b),
        Value::Number(n) => match n.as_i64() {
            Some(i) => vm.int(i),
            None => vm.float(n.as_f64().unwrap_or_default()),
        },
        Value::String(s) => vm.str(s.as_str()),
        Value::Array(items) => {
            let items = items.iter().map(|v| to_python(vm, v)).collect();
            vm.list(items)
        }
        Value::Object(map) => {
            let dict = vm.dict();
            for (k, v) in map {
                let v = to_python(vm, v);
                vm.dict_set_str(dict.get(), k, v);
            }
            dict
        }
    }
}

fn object_lens(vm: &mut Vm, a: Args) -> Step {
    let values: Vec<Ref> = [Some(a[0]), a.opt(1)].into_iter().flatten().collect();
    page(vm, "object", values, &[], 0)
}
fn lookup_lens(vm: &mut Vm, a: Args) -> Step {
    let Some(name) = vm.utf8(a[1]).map(str::to_owned) else {
        return Err(vm.type_error("lookup() takes an object and the attribute's name, a str"));
    };
    page(vm, "lookup", vec![a[0]], &[&name, "get"], 0)
}
fn dispatch_lens(vm: &mut Vm, a: Args) -> Step {
    let Some(symbol) = vm.utf8(a[0]).map(str::to_owned) else {
        return Err(vm.type_error("dispatch() takes an operation such as '+' or 'len()', then its operands"));
    };
    let values = vm.tuple_items(a[1]).unwrap_or_default().to_vec();
    let expr = format!("{symbol} on {}", values.len());
    page(vm, "dispatch", values, &[&expr, &symbol], OWN)
}
fn lens(vm: &mut Vm, name: &str, tuple: Ref, extra: &[&str]) -> Step {
    let values = vm.tuple_items(tuple).unwrap_or_default().to_vec();
    page(vm, name, values, extra, OWN)
}

/// A page for a program: expressions are named by the names bound to their values.
fn page(vm: &mut Vm, lens: &str, values: Vec<Ref>, extra: &[&str], own: u64) -> Step {
    let namespace = vm.cur.top_frame().map_or(vm.builtins, |f| f.globals);
    let mut s = Subjects { texts: vec![], values, namespace, own };
    let texts = s.values.iter().map(|r| match s.names(vm, *r).into_iter().next() {
        Some(name) => name,
        None => crate::inspect::common::repr(vm, *r).shown(),
    });
    s.texts = texts.collect();
    let extra: Vec<String> = extra.iter().map(|x| x.to_string()).collect();
    let view = make(vm, lens, &s, &extra)?;
    let bundle = render::bundle(&view, &memory::get(vm).figures());
    let ty = vm.type_of_def(&PAGE);
    Ok(vm.alloc(ty, Payload::Opaque(Box::new(Page { bundle }))))
}

/// `texts`: first the expressions, one a value, then what the lens needs besides.
fn show(vm: &mut Vm, a: Args) -> Step {
    let lens = vm.lossy(a[0]);
    let mut texts: Vec<String> = vm.tuple_items(a[1]).unwrap_or_default().iter().map(|r| vm.lossy(*r)).collect();
    let values = vm.tuple_items(a[2]).unwrap_or_default().to_vec();
    let extra = texts.split_off(values.len().min(texts.len()));
    let s = Subjects { texts, values, namespace: a[3], own: OWN };
    let view = make(vm, &lens, &s, &extra)?;
    let bundle = render::bundle(&view, &memory::get(vm).figures());
    let text = serde_json::to_string(&bundle).unwrap_or_default();
    Ok(vm.str(text))
}

/// The view of a lens.
fn make(vm: &mut Vm, lens: &str, s: &Subjects, extra: &[String]) -> Result<View, Ask> {
    let memory = memory::get(vm);
    let lang = memory.lang;
    let few = |vm: &mut Vm, least: usize| match s.values.len() < least {
        true => Err(vm.type_error(format!("%{lens} needs {least} expression(s)"))),
        false => Ok(()),
    };
    Ok(match lens {
        "object" => {
            few(vm, 1)?;
            view::object::view(&object::snapshot(vm, s), lang)
        }
        "types" => {
            few(vm, 1)?;
            view::types::view(&types::snapshot(vm, s), lang)
        }
        "mro" => {
            few(vm, 1)?;
            let snapshot = mro::snapshot(vm, s).map_err(|text| vm.type_error(text))?;
            view::mro::view(&snapshot, lang)
        }
        "lookup" => {
            let access = match (extra[1].as_str(), s.values.get(1)) {
                ("set", Some(v)) => Access::Set(*v),
                ("delete", _) => Access::Delete,
                _ => Access::Get,
            };
            view::lookup::view(&lookup::snapshot(vm, s, &extra[0], access)?, lang)
        }
        "dispatch" => {
            let Some(operation) = dispatch::operation(&extra[1]) else {
                return Err(vm.value_error(format!("dispatch() knows no operation {:?}", extra[1])));
            };
            let two = matches!(operation, dispatch::Operation::Binary(..) | dispatch::Operation::Compare(..) | dispatch::Operation::In | dispatch::Operation::NotIn | dispatch::Operation::Subscript);
            few(vm, if two { 2 } else { 1 })?;
            view::dispatch::view(&dispatch::snapshot(vm, s, &extra[0], &extra[1], operation)?, lang)
        }
        "heap" => {
            let Memory { mut places, mut tags, .. } = memory;
            let snapshot = heap::snapshot(vm, s, &mut tags);
            let view = view::heap::view_in(&snapshot, lang, &mut places);
            memory::update(vm, |m| {
                m.places = places;
                m.tags = tags;
            });
            view
        }
        other => return Err(vm.value_error(format!("there is no lens %{other}"))),
    })
}
