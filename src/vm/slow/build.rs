//! Building and unpacking containers; formatting.
use super::*;

/// (items…).
pub fn build_set(vm: &mut Vm, a: Args) -> Step {
    let hashes = a.0.iter().flatten().map(|r| vm.hash_element(*r)).collect::<Result<Vec<_>, _>>()?;
    let set = vm.set();
    let set = vm.keep(set);
    for (item, hash) in a.0.iter().flatten().zip(hashes) {
        if vm.set_find(set, *item, hash)?.is_none() {
            vm.heap.incref_raw(*item);
            vm.set_mut(set).insert_new(*item, hash);
        }
    }
    own(vm, set)
}
/// (key, value, …).
pub fn build_map(vm: &mut Vm, a: Args) -> Step {
    let dict = vm.dict();
    let dict = vm.keep(dict);
    for kv in a.0.chunks(2) {
        if let [Some(k), Some(v)] = kv {
            vm.dict_set(dict, *k, *v)?;
        }
    }
    own(vm, dict)
}
/// (value, set).
pub fn set_add(vm: &mut Vm, a: Args) -> Step {
    vm.set_add(a[1], a[0])?;
    Ok(vm.none())
}
/// (key, value, dict).
pub fn map_add(vm: &mut Vm, a: Args) -> Step {
    vm.dict_set(a[2], a[0], a[1])?;
    Ok(vm.none())
}
/// (iterable, list).
pub fn list_extend(vm: &mut Vm, a: Args) -> Step {
    if let Some(items) = vm.items_simple(a[0]) {
        vm.extend_list(a[1], &items);
        return Ok(vm.none());
    }
    let iterable = vm.lookup_special(a[0], n::__ITER__).is_some_and(|f| f != fixed::NONE) || vm.lookup_special(a[0], n::__GETITEM__).is_some();
    if !iterable {
        let message = format!("Value after * must be an iterable, not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    vm.tail_prelude("list_extend", &[a[1], a[0]])
}
/// (iterable, set).
pub fn set_update(vm: &mut Vm, a: Args) -> Step {
    vm.call_method(a[1], "update", &[a[0]])?;
    Ok(vm.none())
}
/// (mapping, dict, -).
pub fn dict_update(vm: &mut Vm, a: Args) -> Step {
    if vm.ty(a[0]) == t::DICT {
        copy_entries(vm, a[0], a[1])?;
        return Ok(vm.none());
    }
    let keys = vm.intern("keys").into_raw();
    if vm.getattr_opt(a[0], keys)?.is_none() {
        let message = format!("'{}' object is not a mapping", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    }
    vm.tail_prelude("update_from_mapping", &[a[1], a[0]])
}
fn copy_entries(vm: &mut Vm, from: Ref, to: Ref) -> Result<(), Ask> {
    let entries: Vec<(Ref, Ref)> = vm.dict_of(from).map_or(vec![], |d| d.iter().collect());
    for (k, v) in entries {
        vm.dict_set(to, k, v)?;
    }
    Ok(())
}
/// (mapping, dict, function): a key that is there already, or is no str, is an error of the call.
pub fn dict_merge(vm: &mut Vm, a: Args) -> Step {
    let func = a[2];
    if vm.ty(a[0]) != t::DICT {
        let keys = vm.intern("keys").into_raw();
        if vm.getattr_opt(a[0], keys)?.is_none() {
            let message = format!("{} argument after ** must be a mapping, not {}", call_name(vm, func), vm.dotted_type_name(a[0]));
            return Err(vm.type_error(message));
        }
        let copy = vm.prelude("dict_of_mapping", &[a[0]])?;
        return merge(vm, copy, a[1], func);
    }
    merge(vm, a[0], a[1], func)
}
fn merge(vm: &mut Vm, from: Ref, to: Ref, func: Ref) -> Step {
    let entries: Vec<(Ref, Ref)> = vm.dict_of(from).map_or(vec![], |d| d.iter().collect());
    for (k, _) in &entries {
        if vm.str_of(*k).is_none() {
            let message = "keywords must be strings";
            return Err(vm.type_error(message));
        }
        if vm.dict_find_name(to, *k).is_some() {
            let message = format!("{} got multiple values for keyword argument '{}'", call_name(vm, func), vm.lossy(*k));
            return Err(vm.type_error(message));
        }
    }
    for (k, v) in entries {
        vm.dict_set_name(to, k, v);
    }
    Ok(vm.none())
}
/// How messages about a call name the callable: `__main__.f()`.
pub fn call_name(vm: &mut Vm, func: Ref) -> String {
    match vm.heap.get(func) {
        Payload::Function(f) => {
            let module = f.module.filter(|m| *m != fixed::NONE).map(|m| vm.lossy(m));
            let qual = vm.lossy(f.qualname);
            match module {
                Some(m) if m != "builtins" => format!("{m}.{qual}()"),
                _ => format!("{qual}()"),
            }
        }
        Payload::Method(f, _) => {
            let f = *f;
            call_name(vm, f)
        }
        Payload::Native(x) => {
            let native = x.native;
            vm.call_title(native)
        }
        Payload::Type(x) => {
            let (name, module) = (x.name.clone(), x.dict);
            match vm.dict_get_name(module, n::__MODULE__).map(|m| vm.lossy(m)) {
                Some(m) if m != "builtins" => format!("{m}.{name}()"),
                _ => format!("{name}()"),
            }
        }
        _ => format!("{} object", vm.dotted_type_name(func)),
    }
}
/// (iterable, count): a tuple of exactly so many items.
pub fn unpack(vm: &mut Vm, a: Args) -> Step {
    let count = small(vm, a[1]);
    if let Some(items) = vm.items_simple(a[0]) {
        return match items.len() {
            k if k == count => Ok(tuple_from(vm, items)),
            k if k < count => Err(vm.value_error(format!("not enough values to unpack (expected {count}, got {k})"))),
            k => Err(vm.value_error(format!("too many values to unpack (expected {count}, got {k})"))),
        };
    }
    check_iterable(vm, a[0])?;
    vm.tail_prelude("unpack", &[a[0], a[1]])
}
fn check_iterable(vm: &mut Vm, x: Ref) -> Result<(), Ask> {
    if vm.lookup_special(x, n::__ITER__).is_none() && vm.lookup_special(x, n::__GETITEM__).is_none() {
        let message = format!("cannot unpack non-iterable {} object", vm.dotted_type_name(x));
        return Err(vm.type_error(message));
    }
    Ok(())
}
/// (iterable, before, after): the items before the star, the list, the items after it.
pub fn unpack_star(vm: &mut Vm, a: Args) -> Step {
    check_iterable(vm, a[0])?;
    let items = vm.collect(a[0])?;
    let (before, after) = (small(vm, a[1]), small(vm, a[2]));
    if items.len() < before + after {
        let message = format!("not enough values to unpack (expected at least {}, got {})", before + after, items.len());
        return Err(vm.value_error(message));
    }
    let middle = vm.list_of(&items[before..items.len() - after]);
    let mut out: Vec<Ref> = items[..before].to_vec();
    out.push(vm.keep(middle));
    out.extend_from_slice(&items[items.len() - after..]);
    Ok(tuple_from(vm, out))
}
/// (value, 1 str, 2 repr, 3 ascii).
pub fn convert_value(vm: &mut Vm, a: Args) -> Step {
    let v = match small(vm, a[1]) {
        1 => vm.to_str(a[0])?,
        2 => vm.repr(a[0])?,
        _ => {
            let r = vm.repr(a[0])?;
            let text = ascii(&vm.str_of(r).expect("a str").clone());
            let o = vm.str(text);
            vm.keep(o)
        }
    };
    own(vm, v)
}
/// Escapes what is not ASCII, as `ascii()` does.
pub fn ascii(s: &crate::objects::str::Str) -> String {
    s.wtf8()
        .code_points()
        .map(|c| match c.to_u32() {
            u @ 0..=0x7F => char::from(u as u8).to_string(),
            u @ 0x80..=0xFF => format!("\\x{u:02x}"),
            u @ 0x100..=0xFFFF => format!("\\u{u:04x}"),
            u => format!("\\U{u:08x}"),
        })
        .collect()
}
/// (value, specification).
pub fn format(vm: &mut Vm, a: Args) -> Step {
    let v = vm.format(a[0], a[1])?;
    own(vm, v)
}
/// (strings, interpolations).
pub fn build_template(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("make_template", &[a[0], a[1]])
}
/// (value, expression, format specification, conversion).
pub fn build_interpolation(vm: &mut Vm, a: Args) -> Step {
    vm.tail_prelude("make_interpolation", &[a[0], a[1], a[2], a[3]])
}
/// `ascii(x)` and its kin, for builtins.
pub fn convert(vm: &mut Vm, x: Ref, which: i64) -> Step {
    convert_value(vm, Args(&[Some(x), fixed::small_int(which)]))
}
