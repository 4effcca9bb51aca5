//! Struct sequences: tuples whose items also have names, some fields by name only (CPython `Objects/structseq.c`).
//!
//! A type is a [`Shape`]: its `TypeDef` (with [`METHODS`] and one `Def::member` row a field, made of [`item`] and
//! [`hidden`]) and its field names. [`Vm::struct_seq`] makes an instance.
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed};

/// What a struct sequence type consists of.
pub struct Shape {
    pub def: &'static TypeDef,
    /// Named fields in order: those of visible items first.
    pub fields: &'static [&'static str],
    /// Items of the tuple.
    pub visible: usize,
    /// Visible items without a name (the last ones).
    pub unnamed: usize,
}

impl Shape {
    /// Fields that are not items.
    fn hidden(&self) -> &'static [&'static str] {
        &self.fields[self.visible - self.unnamed..]
    }
    fn total(&self) -> usize {
        self.visible + self.hidden().len()
    }
}

/// Every struct sequence type that Python code may construct or replace.
fn shapes() -> impl Iterator<Item = &'static Shape> {
    super::SHAPES.iter().flat_map(|g| g.iter().copied())
}

/// Getter of visible item `I`.
pub fn item<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    let r = vm.tuple_items(a[0]).and_then(|x| x.get(I).copied()).unwrap_or(fixed::NONE);
    Ok(vm.incref(r))
}
/// Getter of hidden field `I` (counted from 0 after the visible ones).
pub fn hidden<const I: usize>(vm: &mut Vm, a: Args) -> Step {
    let r = vm.heap.extra(a[0]).and_then(|x| x.slots.get(I).copied().flatten()).unwrap_or(fixed::NONE);
    Ok(vm.incref(r))
}

/// Methods of every struct sequence type.
pub const METHODS: &[Def] = &[
    Def::new("(cls, sequence, dict={}, /)", new),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__reduce__", "(self, /)", reduce, "The type and what it is made from."),
    Def::method("__replace__", "(self, /, **changes)", replace, "Return a copy with new values for the given fields."),
];

impl Vm {
    /// The type of a shape, its class attributes set.
    pub fn struct_seq_type(&mut self, shape: &'static Shape) -> Ref {
        let ty = self.type_of_def(shape.def);
        let dict = self.type_obj(ty).dict;
        if self.dict_get_str(dict, "n_fields").is_some() {
            return ty;
        }
        let counts = [("n_sequence_fields", shape.visible), ("n_fields", shape.total()), ("n_unnamed_fields", shape.unnamed)];
        for (name, value) in counts {
            let v = self.int(value as i64);
            self.dict_set_str(dict, name, v);
        }
        let names = shape.fields[..shape.visible - shape.unnamed].iter().map(|s| self.intern(s)).collect();
        let names = self.tuple(names);
        self.dict_set_str(dict, "__match_args__", names);
        self.type_modified(ty);
        ty
    }
    /// An instance: the visible items, then the hidden fields (missing ones are None).
    pub fn struct_seq(&mut self, shape: &'static Shape, values: Vec<Owned>) -> Owned {
        let ty = self.struct_seq_type(shape);
        let mut values: Vec<Ref> = values.into_iter().map(Owned::into_raw).collect();
        values.resize(shape.total(), fixed::NONE);
        let rest = values.split_off(shape.visible);
        let o = self.heap.alloc(ty, Payload::Tuple(values.into()), 0);
        if !rest.is_empty() {
            self.heap.extra_mut(o.get()).slots = rest.into_iter().map(Some).collect();
        }
        o
    }
    fn shape_of(&self, ty: Ref) -> &'static Shape {
        let name = &self.type_obj(ty).name;
        shapes().find(|s| s.def.name == name).unwrap_or_else(|| panic!("{name} is no struct sequence type"))
    }
    fn hidden_values(&self, r: Ref) -> Vec<Ref> {
        self.heap.extra(r).map_or(vec![], |x| x.slots.iter().map(|s| s.unwrap_or(fixed::NONE)).collect())
    }
}

fn title(shape: &Shape) -> String {
    format!("{}.{}", shape.def.module, shape.def.name)
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let shape = vm.shape_of(a[0]);
    let values = match vm.items_of(a[1]) {
        Some(items) => items.to_vec(),
        None => {
            if vm.lookup_special(a[1], crate::vm::n::__ITER__).is_none() && vm.lookup_special(a[1], crate::vm::n::__GETITEM__).is_none() {
                return Err(vm.type_error("constructor requires a sequence"));
            }
            vm.collect(a[1])?
        }
    };
    if let Some(d) = a.opt(2)
        && vm.dict_of(d).is_none()
    {
        let message = format!("{}() takes a dict as second arg, if any", title(shape));
        return Err(vm.type_error(message));
    }
    let (min, max, len) = (shape.visible, shape.total(), values.len());
    if len < min || len > max {
        let bound = if min == max { format!("a {min}") } else if len < min { format!("an at least {min}") } else { format!("an at most {max}") };
        let message = format!("{}() takes {bound}-sequence ({len}-sequence given)", title(shape));
        return Err(vm.type_error(message));
    }
    let extra = a.opt(2).and_then(|d| vm.dict_of(d)).map_or(0, |d| d.len());
    let (mut all, mut used) = (values.clone(), 0);
    for name in shape.hidden().iter().skip(len - min) {
        let found = a.opt(2).and_then(|d| vm.dict_get_str(d, name));
        used += found.is_some() as usize;
        all.push(found.unwrap_or(fixed::NONE));
    }
    if used < extra {
        let message = format!("{}() got duplicate or unexpected field name(s)", title(shape));
        return Err(vm.type_error(message));
    }
    let all = all.into_iter().map(|r| vm.incref(r)).collect();
    Ok(vm.struct_seq(shape, all))
}

fn repr(vm: &mut Vm, a: Args) -> Step {
    let shape = vm.shape_of(vm.ty(a[0]));
    let items = vm.tuple_items(a[0]).expect("a struct sequence is a tuple").to_vec();
    let mut parts = Vec::with_capacity(items.len());
    for (i, r) in items.into_iter().enumerate() {
        let text = vm.repr(r)?;
        parts.push(format!("{}={}", shape.fields[i], vm.lossy(text)));
    }
    Ok(vm.str(format!("{}({})", title(shape), parts.join(", "))))
}

fn reduce(vm: &mut Vm, a: Args) -> Step {
    let shape = vm.shape_of(vm.ty(a[0]));
    let items = vm.tuple_items(a[0]).expect("a struct sequence is a tuple").to_vec();
    let items = vm.tuple_of(&items);
    let dict = vm.dict();
    for (name, value) in shape.hidden().iter().zip(vm.hidden_values(a[0])) {
        let value = vm.incref(value);
        vm.dict_set_str(dict.get(), name, value);
    }
    let args = vm.tuple(vec![items, dict]);
    let ty = vm.ty(a[0]);
    let ty = vm.incref(ty);
    Ok(vm.tuple(vec![ty, args]))
}

fn replace(vm: &mut Vm, a: Args) -> Step {
    let shape = vm.shape_of(vm.ty(a[0]));
    if shape.unnamed > 0 {
        let message = format!("__replace__() is not supported for {} because it has unnamed field(s)", title(shape));
        return Err(vm.type_error(message));
    }
    let mut values = vm.tuple_items(a[0]).expect("a struct sequence is a tuple").to_vec();
    values.extend(vm.hidden_values(a[0]));
    let mut wrong = Vec::new();
    for (key, value) in vm.kwargs_of(a.opt(1)) {
        let name = vm.lossy(key);
        match shape.fields.iter().position(|f| *f == name) {
            Some(i) => values[i] = value,
            None => wrong.push(format!("'{name}'")),
        }
    }
    if !wrong.is_empty() {
        return Err(unexpected(vm, &wrong));
    }
    let values = values.into_iter().map(|r| vm.incref(r)).collect();
    Ok(vm.struct_seq(shape, values))
}

fn unexpected(vm: &mut Vm, names: &[String]) -> Ask {
    let message = format!("Got unexpected field name(s): [{}]", names.join(", "));
    vm.type_error(message)
}
