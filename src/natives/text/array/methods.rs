//! Construction, comparison, conversion and pickling of `array`.
use super::items::{extend_array, extend_bytes, item, packed};
use super::{array, code_arg, count, data_mut, item_size, make, make_as};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::byte_growth::array_room;
use crate::natives::text::{buffer, memoryview, util};
use crate::vm::api::Cmp;
use crate::vm::native::Def;
use crate::vm::{Args, Ask, Step, Vm, t};
use rustpython_wtf8::{CodePoint, Wtf8Buf};

pub static DEFS: &[Def] = &[
    Def::new("(cls, typecode, initializer=(), /)", new),
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]]), "See PEP 585"),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
    Def::method("__lt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Lt), "Return self<value."),
    Def::method("__le__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Le), "Return self<=value."),
    Def::method("__eq__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Eq), "Return self==value."),
    Def::method("__ne__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ne), "Return self!=value."),
    Def::method("__gt__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Gt), "Return self>value."),
    Def::method("__ge__", "(self, value, /)", |vm, a| compare(vm, a, Cmp::Ge), "Return self>=value."),
    Def::method("__sizeof__", "(self, /)", size_of, "Size of the array in memory, in bytes."),
    Def::method("__copy__", "(self, /)", copy, "A copy."),
    Def::method("__deepcopy__", "(self, unused, /)", copy, "A copy."),
    Def::method("__reduce_ex__", "(self, value, /)", reduce_ex, "State for pickling."),
    Def::method("__buffer__", "(self, flags, /)", |vm, a| memoryview::view_of(vm, a[0]), "A view of the contents."),
    Def::method("__release_buffer__", "(self, buffer, /)", |vm, _| Ok(vm.none()), "Release a view of the contents."),
    Def::get("typecode", |vm, a| { let c = array(vm, a[0]).code as char; Ok(vm.str(c.to_string())) }, "The type code."),
    Def::get("itemsize", |vm, a| { let k = item_size(array(vm, a[0]).code); Ok(vm.int(k as i64)) }, "Size of an item in bytes."),
    Def::method("buffer_info", "(self, /)", buffer_info, "Address and length of the contents."),
    Def::method("byteswap", "(self, /)", byte_swap, "Swap the bytes of every item."),
    Def::method("extend", "(self, bb, /)", extend, "Append the items of an iterable or array."),
    Def::method("fromlist", "(self, list, /)", from_list, "Append the items of a list."),
    Def::method("frombytes", "(self, buffer, /)", from_bytes, "Append items given as bytes."),
    Def::method("fromunicode", "(self, ustr, /)", from_unicode, "Append the characters of a text."),
    Def::method("fromfile", "(self, f, n, /)", from_file, "Append n items read from a file."),
    Def::method("tofile", "(self, f, /)", to_file, "Write the items to a file."),
    Def::method("tobytes", "(self, /)", |vm, a| { let b = array(vm, a[0]).data.clone(); Ok(vm.bytes(b)) }, "The items as bytes."),
    Def::method("tolist", "(self, /)", to_list, "The items as a list."),
    Def::method("tounicode", "(self, /)", to_unicode, "The characters as a text."),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    let code = code_arg(vm, a[1])?;
    if code == b'u' {
        crate::natives::numbers::warn_deprecated(vm, "The 'u' type code is deprecated and will be removed in Python 3.16")?;
    }
    let Some(x) = a.opt(2) else { return Ok(make_as(vm, a[0], code, vec![])) };
    let known = vm.str_of(x).is_some() || vm.state::<super::Array>(x).is_some() || matches!(vm.heap.get(x), Payload::List(_) | Payload::Tuple(_));
    let at_once = vm.bytes_of(x).is_some();
    let unicode = matches!(code, b'u' | b'w');
    let data = if let Some(s) = vm.str_of(x) {
        if !unicode {
            return Err(vm.type_error(format!("cannot use a str to initialize an array with typecode '{}'", code as char)));
        }
        s.wtf8().code_points().flat_map(|c| c.to_u32().to_le_bytes()).collect()
    } else if let Some(other) = vm.state::<super::Array>(x) {
        let (other_code, b) = (other.code, other.data.clone());
        if matches!(other_code, b'u' | b'w') && !unicode {
            let message = format!("cannot use a unicode array to initialize an array with typecode '{}'", code as char);
            return Err(vm.type_error(message));
        }
        if other_code == code { b } else { pack_items(vm, code, x)? }
    } else if let Some(b) = vm.bytes_of(x) {
        whole_items(b.len(), code).map_err(|m| vm.value_error(m))?;
        vm.bytes_of(x).expect("still bytes").to_vec()
    } else {
        pack_items(vm, code, x)?
    };
    let made = make_as(vm, a[0], code, data);
    if !known {
        // Bytes are added to an empty array; items of an iterator one by one.
        let state = vm.state_mut::<super::Array>(made.get()).expect("an array");
        let count = state.data.len() / item_size(code);
        state.allocated = if at_once { array_room(0, 0, count) } else { (0..count).fold(0, |room, n| array_room(room, n, n + 1)) };
    }
    Ok(made)
}
fn whole_items(len: usize, code: u8) -> Result<(), &'static str> {
    if len.is_multiple_of(item_size(code)) { Ok(()) } else { Err("bytes length not a multiple of item size") }
}
/// The items of an iterable, packed.
fn pack_items(vm: &mut Vm, code: u8, x: Ref) -> Result<Vec<u8>, Ask> {
    let items = match vm.state::<super::Array>(x) {
        Some(_) => (0..count(vm, x)).map(|i| { let o = item(vm, x, i); vm.keep(o) }).collect(),
        None => {
            vm.get_iter(x)?;
            vm.collect(x)?
        }
    };
    let mut out = Vec::with_capacity(items.len() * item_size(code));
    for r in items {
        out.extend(packed(vm, code, r)?);
    }
    Ok(out)
}
fn text_of(vm: &Vm, r: Ref) -> Wtf8Buf {
    array(vm, r).data.chunks_exact(4).filter_map(|b| CodePoint::from_u32(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect()
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = vm.type_name(a[0]).to_owned();
    let code = array(vm, a[0]).code;
    let shown = if array(vm, a[0]).data.is_empty() {
        format!("{name}('{}')", code as char)
    } else if matches!(code, b'u' | b'w') {
        format!("{name}('{}', {})", code as char, crate::objects::str::repr(&text_of(vm, a[0])))
    } else {
        let mut items = Vec::new();
        for i in 0..count(vm, a[0]) {
            let x = item(vm, a[0], i);
            let x = vm.keep(x);
            let s = vm.repr(x)?;
            items.push(vm.lossy(s));
        }
        format!("{name}('{}', [{}])", code as char, items.join(", "))
    };
    Ok(vm.str(shown))
}
fn compare(vm: &mut Vm, a: Args, op: Cmp) -> Step {
    if !super::is_array(vm, a[0]) || !super::is_array(vm, a[1]) {
        return Ok(vm.not_implemented());
    }
    let (m, n) = (count(vm, a[0]), count(vm, a[1]));
    if m != n && matches!(op, Cmp::Eq | Cmp::Ne) {
        return Ok(vm.bool(op == Cmp::Ne));
    }
    for i in 0..m.min(n) {
        let (x, y) = (item(vm, a[0], i), item(vm, a[1], i));
        let (x, y) = (vm.keep(x), vm.keep(y));
        if !vm.eq(x, y)? {
            return match op {
                Cmp::Eq => Ok(vm.bool(false)),
                Cmp::Ne => Ok(vm.bool(true)),
                _ => {
                    let r = vm.rich_compare(x, y, op)?;
                    Ok(vm.incref(r))
                }
            };
        }
    }
    Ok(vm.bool(op.holds(m.cmp(&n))))
}
fn size_of(vm: &mut Vm, a: Args) -> Step {
    let x = array(vm, a[0]);
    let k = x.allocated * item_size(x.code);
    Ok(vm.int(64 + k as i64))
}
fn copy(vm: &mut Vm, a: Args) -> Step {
    let x = array(vm, a[0]).clone();
    Ok(make(vm, x.code, x.data))
}
/// The machine format code of a type code (little endian), as the module's pickles use it.
fn machine_format(code: u8) -> i64 {
    match code {
        b'B' => 0,
        b'b' => 1,
        b'H' => 2,
        b'h' => 4,
        b'I' => 6,
        b'i' => 8,
        b'L' | b'Q' => 10,
        b'l' | b'q' => 12,
        b'f' => 14,
        b'd' => 16,
        _ => 20,
    }
}
fn reduce_ex(vm: &mut Vm, a: Args) -> Step {
    let proto = vm.index_i64(a[1])?;
    let code = array(vm, a[0]).code;
    let cls = vm.ty(a[0]);
    let dict = vm.heap.extra(a[0]).and_then(|x| x.dict);
    let reconstructor = vm.intern("array").into_raw();
    let module = if proto < 3 { None } else { let m = vm.modules; vm.dict_get_name(m, reconstructor) };
    let dict = match dict {
        Some(d) => vm.incref(d),
        None => vm.none(),
    };
    let cls = vm.incref(cls);
    let code_text = vm.str((code as char).to_string());
    let Some(module) = module else {
        let items = (0..count(vm, a[0])).map(|i| item(vm, a[0], i)).collect();
        let items = vm.list(items);
        let args = vm.tuple(vec![code_text, items]);
        return Ok(vm.tuple(vec![cls, args, dict]));
    };
    let parts = [vm.int(machine_format(code)), { let b = array(vm, a[0]).data.clone(); vm.bytes(b) }];
    let [format, items] = parts;
    let args = vm.tuple(vec![cls, code_text, format, items]);
    let (args, dict) = (vm.keep(args), vm.keep(dict));
    let f = vm.getattr_str(module, "_array_reconstructor")?;
    Ok(vm.tuple_of(&[f, args, dict]))
}
fn buffer_info(vm: &mut Vm, a: Args) -> Step {
    let k = count(vm, a[0]);
    let items = vec![vm.int(a[0].address() as i64), vm.int(k as i64)];
    Ok(vm.tuple(items))
}
fn byte_swap(vm: &mut Vm, a: Args) -> Step {
    let size = item_size(array(vm, a[0]).code);
    data_mut(vm, a[0]).expect("an array").chunks_mut(size).for_each(<[u8]>::reverse);
    Ok(vm.none())
}
fn extend(vm: &mut Vm, a: Args) -> Step {
    if super::is_array(vm, a[1]) {
        extend_array(vm, a[0], a[1])?;
        return Ok(vm.none());
    }
    let code = array(vm, a[0]).code;
    let more = pack_items(vm, code, a[1])?;
    extend_bytes(vm, a[0], more)?;
    Ok(vm.none())
}
fn from_list(vm: &mut Vm, a: Args) -> Step {
    if vm.list_items(a[1]).is_none() {
        return Err(vm.type_error("arg must be list"));
    }
    let code = array(vm, a[0]).code;
    let more = pack_items(vm, code, a[1])?;
    extend_bytes(vm, a[0], more)?;
    Ok(vm.none())
}
fn from_bytes(vm: &mut Vm, a: Args) -> Step {
    let b = buffer::required(vm, a[1])?;
    let code = array(vm, a[0]).code;
    whole_items(b.len(), code).map_err(|m| vm.value_error(m))?;
    extend_bytes(vm, a[0], b)?;
    Ok(vm.none())
}
fn unicode_only(vm: &mut Vm, r: Ref, name: &str) -> Result<(), Ask> {
    if matches!(array(vm, r).code, b'u' | b'w') {
        return Ok(());
    }
    Err(vm.value_error(format!("{name}() may only be called on unicode type arrays ('u' or 'w')")))
}
fn from_unicode(vm: &mut Vm, a: Args) -> Step {
    util::str_arg(vm, &a, 1, "fromunicode() argument")?;
    unicode_only(vm, a[0], "fromunicode")?;
    let more = util::text(vm, a[1]).code_points().flat_map(|c| c.to_u32().to_le_bytes()).collect();
    extend_bytes(vm, a[0], more)?;
    Ok(vm.none())
}
fn to_unicode(vm: &mut Vm, a: Args) -> Step {
    unicode_only(vm, a[0], "tounicode")?;
    let s = text_of(vm, a[0]);
    Ok(vm.str(s))
}
fn from_file(vm: &mut Vm, a: Args) -> Step {
    let k = vm.index_i64(a[2])?;
    if k < 0 {
        return Err(vm.value_error("negative count"));
    }
    let code = array(vm, a[0]).code;
    let wanted = k as usize * item_size(code);
    let size = vm.int(wanted as i64);
    let size = vm.keep(size);
    let read = vm.call_method(a[1], "read", &[size])?;
    let Some(b) = vm.bytes_of(read).map(<[u8]>::to_vec) else {
        return Err(vm.type_error("read() didn't return bytes"));
    };
    let short = b.len() != wanted;
    whole_items(b.len(), code).map_err(|m| vm.value_error(m))?;
    extend_bytes(vm, a[0], b)?;
    if short {
        return Err(vm.error(t::EOF_ERROR, "read() didn't return enough bytes"));
    }
    Ok(vm.none())
}
fn to_file(vm: &mut Vm, a: Args) -> Step {
    let b = array(vm, a[0]).data.clone();
    let b = vm.bytes(b);
    let b = vm.keep(b);
    vm.call_method(a[1], "write", &[b])?;
    Ok(vm.none())
}
fn to_list(vm: &mut Vm, a: Args) -> Step {
    let items = (0..count(vm, a[0])).map(|i| item(vm, a[0], i)).collect();
    Ok(vm.list(items))
}
