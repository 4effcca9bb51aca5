//! `cmp_to_key`: objects that compare by an old-style comparison function.
use crate::heap::Ref;
use crate::native_state;
use crate::objects::class::Layout;
use crate::vm::api::Cmp;
use crate::vm::{Args, Def, Step, TypeDef, Vm, t};

/// The comparison function, and the object wrapped; none in what `cmp_to_key` itself gives.
#[derive(Clone)]
struct Key {
    compare: Ref,
    object: Option<Ref>,
}
native_state!(Key, |s, f| {
    let Key { compare, object } = s;
    f(*compare);
    object.iter().for_each(|r| f(*r));
});

fn make(vm: &mut Vm, compare: Ref, object: Option<Ref>) -> Step {
    vm.heap.incref_raw(compare);
    object.iter().for_each(|r| vm.heap.incref_raw(*r));
    let ty = vm.type_of_def(&TYPE);
    Ok(vm.opaque(ty, Key { compare, object }))
}
pub fn cmp_to_key(vm: &mut Vm, a: Args) -> Step {
    make(vm, a[0], None)
}
fn call(vm: &mut Vm, a: Args) -> Step {
    let compare = vm.state::<Key>(a[0]).expect("a KeyWrapper").compare;
    make(vm, compare, Some(a[1]))
}
fn object(vm: &mut Vm, a: Args) -> Step {
    let object = vm.state::<Key>(a[0]).expect("a KeyWrapper").object;
    Ok(object.map_or(vm.none(), |r| vm.incref(r)))
}
fn set_object(vm: &mut Vm, a: Args) -> Step {
    let new = a.opt(1);
    new.iter().for_each(|r| vm.heap.incref_raw(*r));
    let old = std::mem::replace(&mut vm.state_mut::<Key>(a[0]).expect("a KeyWrapper").object, new);
    vm.replace_raw(old);
    Ok(vm.none())
}
fn compare<const OP: usize>(vm: &mut Vm, a: Args) -> Step {
    let Some(Key { compare, object: x }) = vm.state::<Key>(a[0]).cloned() else { return Ok(vm.not_implemented()) };
    let Some(Key { object: y, .. }) = vm.state::<Key>(a[1]).cloned() else {
        return Err(vm.type_error("other argument must be K instance"));
    };
    let (Some(x), Some(y)) = (x, y) else {
        return Err(vm.error(t::ATTRIBUTE_ERROR, "object"));
    };
    let order = vm.call(compare, &[x, y])?;
    let zero = vm.int(0);
    let zero = vm.keep(zero);
    let r = vm.rich_compare(order, zero, Cmp::ALL[OP])?;
    Ok(vm.incref(r))
}

static COMPARISONS: &[Def] = &crate::comparison_rows!(compare);
static METHODS: &[Def] = &[
    Def::method("__call__", "(self, /, obj)", call, "Call self as a function."),
    Def::get_set("obj", object, set_object, "Value wrapped by a key function."),
];
pub static TYPE: TypeDef = TypeDef {
    place: None,
    name: "KeyWrapper",
    module: "functools",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: 0,
    size: (32, 0),
    doc: "",
    defs: &[METHODS, COMPARISONS],
};
