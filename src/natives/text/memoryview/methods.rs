//! Construction, comparison, casting and attributes of memoryview.
use super::{View, base_data, contents, is_view, live, make, view_of};
use crate::heap::Ref;
use crate::natives::text::{buffer, bytes, pack};
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, t};

pub static DEFS: &[Def] = &[
    Def::new("(cls, object)", |vm, a| view_of(vm, a[1])),
    Def::class_method("_from_flags", "(cls, object, flags)", |vm, a| view_of(vm, a[1]), "A view made with buffer request flags."),
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]]), "See PEP 585"),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__hash__", "(self, /)", hash, "Return hash(self)."),
    Def::method("__eq__", "(self, value, /)", |vm, a| equal(vm, a, true), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| equal(vm, a, false), "Return self!=value."),
    Def::method("__enter__", "(self, /)", enter, ""),
    Def::method("__exit__", "(self, /, *exc_info)", release, ""),
    Def::method("__buffer__", "(self, flags, /)", |vm, a| view_of(vm, a[0]), "A view of the contents."),
    Def::method("__release_buffer__", "(self, buffer, /)", |vm, _| Ok(vm.none()), "Release a view of the contents."),
    Def::method("release", "(self, /)", release, "Let go of the object that is viewed."),
    Def::method("toreadonly", "(self, /)", to_read_only, "A readonly view of the same memory."),
    Def::method("hex", "(self, sep=<unrepresentable>, bytes_per_sep=1)", hex, "The bytes as hexadecimal text."),
    Def::method("cast", "(self, /, format, shape=<unrepresentable>)", cast, "A view with another item format or shape."),
    Def::get("obj", |vm, a| live(vm, a[0]).map(|v| vm.incref(v.base.expect("live"))), "The object that is viewed."),
    Def::get("nbytes", |vm, a| live(vm, a[0]).map(|v| vm.int((v.count() * v.item) as i64)), "Size in bytes."),
    Def::get("readonly", |vm, a| live(vm, a[0]).map(|v| vm.bool(v.readonly)), "Whether the memory is read only."),
    Def::get("itemsize", |vm, a| live(vm, a[0]).map(|v| vm.int(v.item as i64)), "Size of an item in bytes."),
    Def::get("format", |vm, a| live(vm, a[0]).map(|v| vm.str((v.code as char).to_string())), "Item format, as in the struct module."),
    Def::get("ndim", |vm, a| live(vm, a[0]).map(|v| vm.int(v.shape.len() as i64)), "Number of dimensions."),
    Def::get("shape", |vm, a| live(vm, a[0]).map(|v| ints(vm, v.shape.iter().map(|n| *n as i64))), "Size by dimension."),
    Def::get("strides", |vm, a| live(vm, a[0]).map(|v| ints(vm, v.strides.iter().map(|n| *n as i64))), "Bytes between neighbours by dimension."),
    Def::get("suboffsets", |vm, a| live(vm, a[0]).map(|_| vm.tuple(vec![])), "Used internally for PIL-style arrays."),
    Def::get("c_contiguous", |vm, a| live(vm, a[0]).map(|v| vm.bool(v.is_contiguous())), "Whether the items lie in C order without gaps."),
    Def::get("f_contiguous", |vm, a| live(vm, a[0]).map(|v| vm.bool(v.is_contiguous() && v.shape.len() <= 1)), "Whether the items lie in Fortran order without gaps."),
    Def::get("contiguous", |vm, a| live(vm, a[0]).map(|v| vm.bool(v.is_contiguous())), "Whether the items lie without gaps."),
];

fn ints(vm: &mut Vm, values: impl Iterator<Item = i64>) -> crate::heap::Owned {
    let items = values.map(|i| vm.int(i)).collect();
    vm.tuple(items)
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let released = vm.state::<View>(a[0]).is_none_or(|v| v.base.is_none());
    let text = format!("<{}memory at {:#x}>", if released { "released " } else { "" }, a[0].address());
    Ok(vm.str(text))
}
fn hash(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    if !v.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !matches!(v.code, b'B' | b'b' | b'c') {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    let h = crate::objects::str::hash_bytes(&contents(vm, a[0]).expect("live"));
    Ok(vm.int(h))
}
/// Shape and unpacked items of a buffer; None when it is none.
fn values(vm: &Vm, r: Ref) -> Option<(Vec<usize>, Vec<pack::Item>)> {
    let (code, item, shape) = match vm.state::<View>(r) {
        Some(v) => (v.code, v.item, v.shape.clone()),
        None => {
            let code = super::super::array::code(vm, r).unwrap_or(b'B');
            let item = super::super::array::item_size(code);
            (code, item, vec![buffer::contents(vm, r)?.len() / item])
        }
    };
    let b = buffer::contents(vm, r)?;
    Some((shape, b.chunks_exact(item).map(|c| pack::read(code, c, false)).collect()))
}
fn number(item: pack::Item) -> Option<(i128, f64)> {
    match item {
        pack::Item::Int(i) => Some((i.into(), f64::NAN)),
        pack::Item::Unsigned(u) => Some((u.into(), f64::NAN)),
        pack::Item::Bool(b) => Some((b.into(), f64::NAN)),
        pack::Item::Float(x) => Some((if x.fract() == 0.0 { x as i128 } else { i128::MIN }, x)),
        _ => None,
    }
}
fn same(x: pack::Item, y: pack::Item) -> bool {
    use pack::Item::Float;
    match (x, y) {
        (Float(x), Float(y)) => x == y,
        _ => match (number(x), number(y)) {
            (Some((i, _)), Some((j, _))) => i == j && i != i128::MIN,
            _ => x == y,
        },
    }
}
fn equal(vm: &mut Vm, a: Args, wanted: bool) -> Step {
    if a[0] == a[1] {
        return Ok(vm.bool(wanted));
    }
    let holds = match (values(vm, a[0]), values(vm, a[1])) {
        (Some((s, x)), Some((t, y))) => s == t && x.len() == y.len() && x.into_iter().zip(y).all(|(x, y)| same(x, y)),
        _ if is_view(vm, a[1]) => false,
        (None, _) => false,
        _ => return Ok(vm.not_implemented()),
    };
    Ok(vm.bool(holds == wanted))
}
fn enter(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    Ok(vm.incref(a[0]))
}
fn release(vm: &mut Vm, a: Args) -> Step {
    let old = vm.state_mut::<View>(a[0]).and_then(|v| v.base.take());
    vm.replace_raw(old);
    Ok(vm.none())
}
fn to_read_only(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    Ok(make(vm, View { readonly: true, ..v }))
}
fn hex(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    let sep = bytes::hex_args(vm, a.opt(1), a.opt(2))?;
    let s = bytes::to_hex(&contents(vm, a[0]).expect("live"), sep);
    Ok(vm.str(s))
}
/// The character of a native format such as `B` or `@i`.
fn format_code(vm: &mut Vm, r: Ref) -> Result<(u8, usize), Ask> {
    let Some(s) = vm.utf8(r) else {
        return Err(vm.type_error("memoryview: format argument must be a string"));
    };
    let s = s.strip_prefix('@').unwrap_or(s);
    if let [c] = s.as_bytes()
        && let Some(size) = pack::native_size(*c)
        && !matches!(c, b'x' | b's' | b'p' | b'F' | b'D')
    {
        return Ok((*c, size));
    }
    Err(vm.value_error("memoryview: destination format must be a native single character format prefixed with an optional '@'"))
}
fn cast(vm: &mut Vm, a: Args) -> Step {
    let v = live(vm, a[0])?;
    let (code, item) = format_code(vm, a[1])?;
    if !v.is_contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let byte = |c: u8| matches!(c, b'B' | b'b' | b'c');
    if !byte(code) && !byte(v.code) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let size = v.count() * v.item;
    if size % item != 0 {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let mut shape = vec![size / item];
    if let Some(r) = a.opt(2) {
        let Some(dims) = vm.items_of(r).map(<[Ref]>::to_vec) else {
            return Err(vm.type_error("shape must be a list or a tuple"));
        };
        shape.clear();
        for d in dims {
            let k = vm.index_i64(d)?;
            if k <= 0 {
                return Err(vm.value_error("memoryview.cast(): elements of shape must be integers > 0"));
            }
            shape.push(k as usize);
        }
        if shape.iter().product::<usize>() * item != size {
            return Err(vm.type_error("memoryview: product(shape) * itemsize != buffer size"));
        }
    }
    let strides = View::packed(&shape, item);
    debug_assert!(v.offset + size <= base_data(vm, v.base.expect("live")).len());
    Ok(make(vm, View { code, item, shape, strides, ..v }))
}
