//! Facts that all lenses use: kind, bounded repr, reference count, size; none runs code of the program.
use crate::heap::{IMMORTAL, Ref};
use crate::natives::text::array::{Array, item_size};
use crate::natives::text::pack::{self, Item};
use crate::objects::Payload;
use crate::snapshot::{Kind, Refcount, Repr};
use crate::vm::api::Cmp;
use crate::vm::{Vm, fixed, n, t};

/// Characters of a repr that are kept.
const BOUND: usize = 60;
/// Containers inside containers that a repr goes into.
const DEPTH: usize = 4;

/// What sort of object it is.
pub fn kind(vm: &Vm, r: Ref) -> Kind {
    use Payload::*;
    match vm.heap.get(r) {
        Int(_) | BigInt(_) | Float(_) | Complex(..) | Str(_) | Bytes(_) => Kind::Scalar,
        Unit if [fixed::NONE, fixed::ELLIPSIS, fixed::NOT_IMPLEMENTED].contains(&r) => Kind::Scalar,
        List(_) => Kind::List,
        Tuple(_) => Kind::Tuple,
        ByteArray(_) | Range(_) => Kind::Sequence,
        Dict(_) => Kind::Dict,
        Set(_) => Kind::Set,
        Unit | Instance(_) | Exc(_) => Kind::Instance,
        Type(_) => Kind::Class,
        Function(_) | Native(_) | Method(..) | Wrapper(..) | Property(_) => Kind::Function,
        Cell(_) => Kind::Cell,
        Generator(_) => Kind::Generator,
        Module(_) => Kind::Module,
        _ if ["deque", "array"].contains(&vm.type_name(r)) => Kind::Sequence,
        _ => Kind::Other,
    }
}

/// The count without `own` references.
pub fn refcount(vm: &Vm, r: Ref, own: u64) -> Refcount {
    match vm.heap.count(r) {
        c if c >= IMMORTAL => Refcount::Immortal,
        c => Refcount::Counted((c as u64).saturating_sub(own)),
    }
}

/// `__qualname__` of a class.
pub fn class_name(vm: &Vm, class: Ref) -> String {
    vm.lossy(vm.type_obj(class).qualname)
}

/// A qualified name as it is said: without `<locals>`.
pub fn spoken(vm: &Vm, qualname: Ref) -> String {
    vm.lossy(qualname).replace("<locals>.", "")
}

/// `__qualname__` of an object's class.
pub fn type_name(vm: &Vm, r: Ref) -> String {
    class_name(vm, vm.ty(r))
}

/// The class of an MRO that defines a name, and what it is there bound to.
pub fn defined(vm: &Vm, class: Ref, name: Ref) -> Option<(Ref, Ref)> {
    vm.type_obj(class).mro.iter().find_map(|k| Some((*k, vm.dict_get_name(vm.type_obj(*k).dict, name)?)))
}

/// Whether a function found on a type is the machine's own.
pub fn is_native(vm: &Vm, f: Ref) -> bool {
    matches!(vm.heap.get(f), Payload::Native(_))
}

/// A bounded repr.
pub fn repr(vm: &Vm, r: Ref) -> Repr {
    let mut text = String::new();
    write(vm, r, DEPTH, &mut text);
    match text.char_indices().nth(BOUND) {
        Some((at, _)) => {
            text.truncate(at);
            Repr { text, cut: true }
        }
        None => Repr { text, cut: false },
    }
}

fn write(vm: &Vm, r: Ref, depth: usize, out: &mut String) {
    if out.len() > BOUND * 4 {
        return;
    }
    // A class with a `__repr__` in Python is not asked.
    let plain = defined(vm, vm.ty(r), n::__REPR__).is_none_or(|(_, f)| is_native(vm, f));
    if !plain {
        *out += &format!("<{} object>", type_name(vm, r));
        return;
    }
    match vm.heap.get(r) {
        _ if r == fixed::NONE => *out += "None",
        _ if r == fixed::TRUE => *out += "True",
        _ if r == fixed::FALSE => *out += "False",
        _ if r == fixed::ELLIPSIS => *out += "Ellipsis",
        _ if r == fixed::NOT_IMPLEMENTED => *out += "NotImplemented",
        Payload::Int(i) => *out += &i.to_string(),
        Payload::BigInt(b) => *out += &b.to_string(),
        Payload::Str(s) => *out += &crate::objects::str::repr(s.wtf8()),
        Payload::Float(x) => *out += &crate::objects::float_text::repr(*x),
        Payload::Bytes(b) => write_bytes(b, out),
        Payload::Slice(parts) => {
            *out += "slice(";
            for (i, part) in parts.iter().enumerate() {
                *out += if i > 0 { ", " } else { "" };
                write(vm, *part, depth.saturating_sub(1), out);
            }
            out.push(')');
        }
        Payload::List(_) | Payload::Tuple(_) | Payload::Set(_) | Payload::Dict(_) => write_container(vm, r, depth, out),
        _ => *out += &other(vm, r),
    }
}

fn write_bytes(bytes: &[u8], out: &mut String) {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    *out += &format!("b{quote}");
    for &c in bytes.iter().take(BOUND + 1) {
        match c {
            b'\\' => *out += "\\\\",
            b'\n' => *out += "\\n",
            b'\r' => *out += "\\r",
            b'\t' => *out += "\\t",
            c if c as char == quote => *out += &format!("\\{quote}"),
            32..=126 => out.push(c as char),
            c => *out += &format!("\\x{c:02x}"),
        }
    }
    out.push(quote);
}

fn write_container(vm: &Vm, r: Ref, depth: usize, out: &mut String) {
    let (open, close) = match vm.heap.get(r) {
        Payload::List(_) => ("[", "]"),
        Payload::Tuple(_) => ("(", ")"),
        Payload::Set(s) if s.is_empty() => return *out += &format!("{}()", vm.type_name(r)),
        Payload::Set(_) if vm.is_a(r, t::FROZENSET) => ("frozenset({", "})"),
        _ => ("{", "}"),
    };
    *out += open;
    if depth == 0 {
        *out += "...";
    } else if let Some(dict) = vm.dict_of(r) {
        for (i, (k, v)) in dict.iter().take(BOUND).enumerate() {
            *out += if i > 0 { ", " } else { "" };
            write(vm, k, depth - 1, out);
            *out += ": ";
            write(vm, v, depth - 1, out);
        }
    } else {
        let items: Vec<Ref> = match vm.set_of(r) {
            Some(s) => s.iter().map(|(k, _)| k).take(BOUND).collect(),
            None => vm.items_of(r).unwrap_or_default().iter().copied().take(BOUND).collect(),
        };
        for (i, x) in items.iter().enumerate() {
            *out += if i > 0 { ", " } else { "" };
            write(vm, *x, depth - 1, out);
        }
        if items.len() == 1 && matches!(vm.heap.get(r), Payload::Tuple(_)) {
            out.push(',');
        }
    }
    *out += close;
}

/// Objects without a literal: what they are, without their address.
fn other(vm: &Vm, r: Ref) -> String {
    match vm.heap.get(r) {
        Payload::Type(x) => {
            let module = vm.dict_get_name(x.dict, n::__MODULE__).filter(|m| vm.str_of(*m).is_some()).map(|m| vm.lossy(m));
            let module = module.filter(|m| m != "builtins").map(|m| m + ".").unwrap_or_default();
            format!("<class '{module}{}'>", class_name(vm, r))
        }
        Payload::Code(c) => format!("<code object {}>", vm.lossy(c.qualname)),
        Payload::Generator(g) => format!("<{} {}>", vm.type_name(r), vm.lossy(g.qualname)),
        Payload::Member(m) => format!("<member '{}' of '{}'>", vm.lossy(m.name), class_name(vm, m.owner)),
        Payload::Function(f) => format!("<function {}>", vm.lossy(f.qualname)),
        Payload::Native(f) => format!("<{} {}>", vm.type_name(r), vm.natives[f.native as usize].title),
        Payload::Method(f, _) => match vm.heap.get(*f) {
            Payload::Function(x) => format!("<bound method {}>", vm.lossy(x.qualname)),
            _ => "<bound method>".to_owned(),
        },
        Payload::Module(m) => match vm.dict_get_name(m.dict, n::__NAME__) {
            Some(name) => format!("<module '{}'>", vm.lossy(name)),
            None => "<module>".to_owned(),
        },
        Payload::Range(x) => {
            let [a, b, c] = [x.start, x.stop, x.step].map(|r| repr(vm, r).text);
            if c == "1" { format!("range({a}, {b})") } else { format!("range({a}, {b}, {c})") }
        }
        Payload::Wrapper(f, _) => match vm.heap.get(*f) {
            Payload::Function(x) => format!("<{} {}>", type_name(vm, r), vm.lossy(x.qualname)),
            _ => format!("<{} object>", type_name(vm, r)),
        },
        _ => match vm.state::<Array>(r) {
            Some(a) => array(a),
            None => format!("<{} object>", type_name(vm, r)),
        },
    }
}

/// `array('i', [1, 2, 3])`, as far as a repr goes.
fn array(a: &Array) -> String {
    let code = a.code as char;
    let items = a.data.chunks_exact(item_size(a.code)).take(BOUND);
    if matches!(code, 'u' | 'w') {
        let text: String = items.filter_map(|b| char::from_u32(u32::from_le_bytes(b.try_into().ok()?))).collect();
        return if text.is_empty() { format!("array('{code}')") } else { format!("array('{code}', '{text}')") };
    }
    let item = |b: &[u8]| match pack::read(a.code, b, false) {
        Item::Int(i) => i.to_string(),
        Item::Unsigned(u) => u.to_string(),
        Item::Float(x) => crate::objects::float_text::repr(x),
        other => panic!("{other:?} is in no array"),
    };
    let list: Vec<String> = items.map(item).collect();
    if list.is_empty() { format!("array('{code}')") } else { format!("array('{code}', [{}])", list.join(", ")) }
}

/// `a == b` where no code of the program is needed to answer.
pub fn equal(vm: &Vm, a: Ref, b: Ref) -> Option<bool> {
    equal_within(vm, a, b, 20)
}

fn equal_within(vm: &Vm, a: Ref, b: Ref, depth: usize) -> Option<bool> {
    if let Some(x) = vm.compare_simple(a, b, Cmp::Eq) {
        return Some(x);
    }
    let native = |r| defined(vm, vm.ty(r), n::__EQ__).is_some_and(|(_, f)| is_native(vm, f));
    if !native(a) || !native(b) || depth == 0 {
        return None;
    }
    match (vm.heap.get(a), vm.heap.get(b)) {
        _ if a == b => Some(true),
        (Payload::List(_), Payload::List(_)) | (Payload::Tuple(_), Payload::Tuple(_)) => {
            let (x, y) = (vm.items_of(a)?, vm.items_of(b)?);
            if x.len() != y.len() {
                return Some(false);
            }
            for (p, q) in x.iter().zip(y) {
                if p != q && !equal_within(vm, *p, *q, depth - 1)? {
                    return Some(false);
                }
            }
            Some(true)
        }
        (Payload::Instance(_) | Payload::Type(_) | Payload::Function(_), _) => Some(false),
        _ => None,
    }
}
