//! Attribute access, namespaces, imports, `super()`.
use super::*;

/// (object, name).
pub fn getattr(vm: &mut Vm, a: Args) -> Step {
    vm.tail_getattr(a[0], a[1])
}
/// (object, name): a pair whose items are pushed in reverse: NULL cannot be in a tuple, so the callable is called as a method
/// of nothing by way of a bound pair (callable, marker).
pub fn getattr_for_call(vm: &mut Vm, a: Args) -> Step {
    let v = vm.getattr(a[0], a[1])?;
    vm.callable_pair(v)
}
impl Vm {
    /// The tuple that `Ret::Unpack` spreads into `callable, NULL`: the second word is the marker for NULL.
    pub(in crate::vm) fn callable_pair(&mut self, f: Ref) -> Step {
        // Items are pushed last first, so the callable stands last.
        Ok(self.tuple_of(&[NULL_MARKER, f]))
    }
    /// The same for `function, self`.
    pub(in crate::vm) fn method_pair(&mut self, f: Ref, obj: Ref) -> Step {
        Ok(self.tuple_of(&[obj, f]))
    }
}
/// Stands for NULL in a tuple that `Ret::Unpack` spreads: the `NotImplementedType` type object, which no program has as self there.
pub const NULL_MARKER: Ref = t::ASYNC_GEN_WRAPPED;

/// (value, object, name).
pub fn setattr(vm: &mut Vm, a: Args) -> Step {
    vm.tail_setattr(a[1], a[2], Some(a[0]))
}
/// (object, name).
pub fn delattr(vm: &mut Vm, a: Args) -> Step {
    vm.tail_setattr(a[0], a[1], None)
}

fn make_super(vm: &mut Vm, this: Ref, obj: Ref) -> Result<Ref, Ask> {
    let obj_type = super_type(vm, this, obj)?;
    [this, obj, obj_type].into_iter().for_each(|r| vm.heap.incref_raw(r));
    let s = crate::objects::types::Super { this: Some(this), obj: Some(obj), obj_type: Some(obj_type) };
    let s = vm.heap.alloc(t::SUPER, Payload::Super(Box::new(s)), 0);
    Ok(vm.keep(s))
}
/// The type whose MRO `super(this, obj)` searches.
pub fn super_type(vm: &mut Vm, this: Ref, obj: Ref) -> Result<Ref, Ask> {
    if !vm.is_type(this) {
        let message = format!("super() argument 1 must be a type, not {}", vm.dotted_type_name(this));
        return Err(vm.type_error(message));
    }
    // A metaclass's mro() may leave the class itself out.
    let left_out = |vm: &Vm| obj == this && !vm.type_obj(obj).mro.is_empty() && !vm.type_obj(obj).mro.contains(&obj);
    if vm.is_type(obj) && vm.is_subtype(obj, this) && !left_out(vm) {
        return Ok(obj);
    }
    let ty = vm.ty(obj);
    if vm.is_subtype(ty, this) {
        return Ok(ty);
    }
    // A proxy may claim another class.
    if let Some(cls) = vm.getattr_opt(obj, n::__CLASS__)?
        && vm.is_type(cls)
        && vm.is_subtype(cls, this)
    {
        return Ok(cls);
    }
    let what = if vm.is_type(obj) { format!("type {}", vm.type_obj(obj).name) } else { format!("instance of {}", vm.dotted_type_name(obj)) };
    let this = &vm.type_obj(this).name;
    let message = format!("super(type, obj): obj ({what}) is not an instance or subtype of type ({this}).");
    Err(vm.type_error(message))
}
fn super_value(vm: &mut Vm, a: Args) -> Result<Ref, Ask> {
    if a[0] == t::SUPER {
        let s = make_super(vm, a[1], a[2])?;
        return vm.getattr(s, a[3]);
    }
    // The name `super` was rebound: call whatever it is.
    let s = if a[4] == fixed::TRUE { vm.call(a[0], &[a[1], a[2]])? } else { vm.call(a[0], &[])? };
    vm.getattr(s, a[3])
}
/// (super, class, self, name, whether the call has the two as its arguments).
pub fn super_attr(vm: &mut Vm, a: Args) -> Step {
    let v = super_value(vm, a)?;
    own(vm, v)
}
pub fn super_method(vm: &mut Vm, a: Args) -> Step {
    if a[0] == t::SUPER {
        let obj_type = super_type(vm, a[1], a[2])?;
        if obj_type != a[2]
            && let Some(f) = vm.lookup_after(obj_type, a[1], a[3])
            && matches!(vm.ty(f), t::FUNCTION | t::METHOD_DESCRIPTOR | t::SLOT_WRAPPER)
        {
            return vm.method_pair(f, a[2]);
        }
    }
    let v = super_value(vm, a)?;
    vm.callable_pair(v)
}

/// (namespace, name, globals, builtins[, cell]).
pub fn load_from_namespace(vm: &mut Vm, a: Args) -> Step {
    let (ns, name, globals, builtins) = (a[0], a[1], a[2], a[3]);
    let getitem = vm.getattr(ns, n::__GETITEM__)?;
    match vm.try_call(getitem, &[name])? {
        Ok(v) => return own(vm, v),
        Err(e) if vm.exc_is(e, t::KEY_ERROR) => {}
        Err(e) => return Err(vm.reraise(e)),
    }
    if let Some(cell) = a.not_none(4)
        && let Payload::Cell(c) = vm.heap.get(cell)
    {
        return match *c {
            Some(v) => own(vm, v),
            None => {
                let message = format!("cannot access free variable '{}' where it is not associated with a value in enclosing scope", vm.lossy(name));
                Err(vm.name_error(t::NAME_ERROR, name, message))
            }
        };
    }
    if globals != ns && vm.ty(globals) != t::DICT {
        // A dict's subclass may have `__missing__`.
        let getitem = vm.getattr(globals, n::__GETITEM__)?;
        match vm.try_call(getitem, &[name])? {
            Ok(v) => return own(vm, v),
            Err(e) if vm.exc_is(e, t::KEY_ERROR) => {}
            Err(e) => return Err(vm.reraise(e)),
        }
    }
    match vm.dict_get_name(globals, name).or_else(|| vm.dict_get_name(builtins, name)) {
        Some(v) => own(vm, v),
        None => {
            let message = format!("name '{}' is not defined", vm.lossy(name));
            Err(vm.name_error(t::NAME_ERROR, name, message))
        }
    }
}
/// The same, ready to be called.
pub fn load_global_for_call(vm: &mut Vm, a: Args) -> Step {
    let v = load_from_namespace(vm, a)?;
    let v = vm.keep(v);
    vm.callable_pair(v)
}
/// (value, namespace, name).
pub fn store_in_namespace(vm: &mut Vm, a: Args) -> Step {
    store_subscr(vm, Args(&[Some(a[0]), Some(a[1]), Some(a[2])]))
}

/// (level, fromlist, name, globals, locals, builtins).
pub fn import_name(vm: &mut Vm, a: Args) -> Step {
    let (level, fromlist, name, globals, locals) = (a[0], a[1], a[2], a[3], a[4]);
    let f = vm.dict_get_name(a[5], n::__IMPORT__);
    let Some(f) = f else { return Err(vm.error(t::IMPORT_ERROR, "__import__ not found")) };
    vm.tail_call(f, &[name, globals, locals, fromlist, level])
}
/// (module, name).
pub fn import_from(vm: &mut Vm, a: Args) -> Step {
    if let Some(v) = vm.getattr_opt(a[0], a[1])? {
        return own(vm, v);
    }
    vm.tail_prelude("import_from", &[a[0], a[1]])
}
