//! What a lens gives to a program: an object with all forms of the view, shown by a notebook like any rich value.
use crate::heap::Ref;
use crate::objects::class::Layout;
use crate::objects::State;
use crate::vm::native::{Args, Def, TypeDef};
use crate::vm::{Step, Vm, t};
use serde_json::Value;

/// What a lens gives to a program: a page in all its forms.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) bundle: crate::face::Bundle,
}
impl State for Page {
    fn visit(&self, _: &mut dyn FnMut(Ref)) {}
    fn is_container(&self) -> bool {
        false
    }
}

pub(super) static PAGE: TypeDef = TypeDef {
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

