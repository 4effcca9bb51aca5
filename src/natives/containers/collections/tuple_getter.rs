//! `_tuplegetter`: the descriptor of a namedtuple's field.
use crate::heap::{Owned, Ref};
use crate::natives::containers::support::index_or;
use crate::objects::class::Layout;
use crate::objects::{Payload, State};
use crate::vm::native::{Def, TypeDef};
use crate::vm::step::Step;
use crate::vm::{Args, Vm, fixed, t};

/// Index of the field, and its doc.
#[derive(Clone)]
struct TupleGetter {
    index: i64,
    doc: Ref,
}

impl State for TupleGetter {
    fn visit(&self, f: &mut dyn FnMut(Ref)) {
        f(self.doc)
    }
}

pub static TUPLE_GETTER: TypeDef = TypeDef {
    place: None,
    name: "_tuplegetter",
    module: "_collections",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (32, 0),
    doc: "",
    defs: &[&[
        Def::new("(cls, index, doc, /)", new),
        Def::method("__get__", "(self, instance, owner=None, /)", get, "Return an attribute of instance, which is of type owner."),
        Def::method("__set__", "(self, instance, value, /)", |vm, _| Err(vm.error(t::ATTRIBUTE_ERROR, "can't set attribute")), "Set an attribute of instance to value."),
        Def::method("__delete__", "(self, instance, /)", |vm, _| Err(vm.error(t::ATTRIBUTE_ERROR, "can't delete attribute")), "Delete an attribute of instance."),
        Def::plain("__reduce__", "(self, /)", reduce, ""),
        Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
        Def::get_set("__doc__", doc, set_doc, ""),
    ]],
};

fn getter(vm: &Vm, r: Ref) -> TupleGetter {
    vm.state::<TupleGetter>(r).expect("a _tuplegetter").clone()
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let index = index_or(vm, a[1], t::OVERFLOW_ERROR)?;
    vm.heap.incref_raw(a[2]);
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(TupleGetter { index, doc: a[2] }))))
}

fn get(vm: &mut Vm, a: Args) -> Step {
    let index = getter(vm, a[0]).index;
    if a[1] == fixed::NONE {
        return Ok(vm.incref(a[0]));
    }
    let Some(items) = vm.tuple_items(a[1]) else {
        let message = format!("descriptor for index '{index}' for tuple subclasses doesn't apply to '{}' object", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    match items.get(index as usize).copied() {
        Some(v) => Ok(vm.incref(v)),
        None => Err(vm.index_error("tuple index out of range")),
    }
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let x = getter(vm, a[0]);
    let (index, doc) = (vm.int(x.index), vm.incref(x.doc));
    let args = vm.tuple(vec![index, doc]);
    let ty = vm.ty(a[0]);
    let ty: Owned = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let x = getter(vm, a[0]);
    let doc = vm.repr(x.doc)?;
    let text = format!("_tuplegetter({}, {})", x.index, vm.lossy(doc));
    Ok(vm.str(text))
}

fn doc(vm: &mut Vm, a: Args) -> Step {
    let d = getter(vm, a[0]).doc;
    Ok(vm.incref(d))
}
fn set_doc(vm: &mut Vm, a: Args) -> Step {
    let d = a.opt(1).unwrap_or(fixed::NONE);
    vm.heap.incref_raw(d);
    let old = std::mem::replace(&mut vm.state_mut::<TupleGetter>(a[0]).expect("a _tuplegetter").doc, d);
    vm.heap.decref_raw(old);
    Ok(vm.none())
}
