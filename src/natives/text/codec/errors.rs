//! Error handlers of codecs: the built-in ones, and those that Python registered.
use super::super::format::backslash;
use super::Bad;
use crate::heap::Ref;
use crate::vm::{Ask, Vm, fixed, t};
use rustpython_wtf8::CodePoint;

/// What an encoding error handler puts in the place of the problem.
pub enum Replacement {
    Bytes(Vec<u8>),
    Text(Vec<CodePoint>),
}

/// A UnicodeEncodeError for this problem, to be raised.
pub fn encode_error(vm: &mut Vm, label: &str, s: Ref, bad: &Bad) -> Result<Ask, Ask> {
    let e = unicode_error(vm, t::UNICODE_ENCODE_ERROR, label, s, bad)?;
    Ok(vm.reraise(e))
}
fn unicode_error(vm: &mut Vm, ty: Ref, label: &str, object: Ref, bad: &Bad) -> Result<Ref, Ask> {
    let parts = [vm.str(label), vm.int(bad.start as i64), vm.int(bad.end as i64), vm.str(bad.reason)];
    let [label, start, end, reason] = parts.map(|o| vm.keep(o));
    vm.call(ty, &[label, object, start, end, reason])
}

fn points(s: &str) -> Vec<CodePoint> {
    s.chars().map(CodePoint::from).collect()
}

/// Handles code points `bad` of the `str` `s`: the replacement and where to go on.
pub fn on_encode(vm: &mut Vm, label: &str, s: Ref, bad: &Bad, errors: &str) -> Result<(Replacement, usize), Ask> {
    let text = vm.str_of(s).expect("a str");
    let span: Vec<CodePoint> = (bad.start..bad.end).map(|i| text.at(i)).collect();
    let replacement = match errors {
        "ignore" => Replacement::Text(vec![]),
        "replace" => Replacement::Text(points(&"?".repeat(span.len()))),
        "backslashreplace" => Replacement::Text(points(&span.iter().map(|c| backslash(c.to_u32())).collect::<String>())),
        "xmlcharrefreplace" => Replacement::Text(points(&span.iter().map(|c| format!("&#{};", c.to_u32())).collect::<String>())),
        "namereplace" => Replacement::Text(points(&span.iter().map(|c| named(*c)).collect::<String>())),
        "surrogateescape" if span.iter().all(|c| (0xDC80..=0xDCFF).contains(&c.to_u32())) => {
            Replacement::Bytes(span.iter().map(|c| (c.to_u32() - 0xDC00) as u8).collect())
        }
        "surrogatepass" => match passed(label, &span) {
            Some(b) => Replacement::Bytes(b),
            None => return Err(encode_error(vm, label, s, bad)?),
        },
        "strict" | "surrogateescape" => return Err(encode_error(vm, label, s, bad)?),
        _ => return registered_encode(vm, label, s, bad, errors),
    };
    Ok((replacement, bad.end))
}
fn named(c: CodePoint) -> String {
    match c.to_char().and_then(rustpython_unicode::character_name) {
        Some(name) => format!("\\N{{{name}}}"),
        None => backslash(c.to_u32()),
    }
}
/// Surrogates as a UTF would encode them if it could.
fn passed(label: &str, span: &[CodePoint]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for c in span {
        let u = c.to_u32();
        if !(0xD800..0xE000).contains(&u) {
            return None;
        }
        match label {
            "utf-8" => out.extend([0xE0 | (u >> 12) as u8, 0x80 | (u >> 6 & 0x3F) as u8, 0x80 | (u & 0x3F) as u8]),
            "utf-16" | "utf-16-le" => out.extend((u as u16).to_le_bytes()),
            "utf-16-be" => out.extend((u as u16).to_be_bytes()),
            "utf-32" | "utf-32-le" => out.extend(u.to_le_bytes()),
            "utf-32-be" => out.extend(u.to_be_bytes()),
            _ => return None,
        }
    }
    Some(out)
}

/// The registered handler of this name.
fn handler(vm: &mut Vm, errors: &str) -> Result<Ref, Ask> {
    let registry = vm.registry.get("codecs.errors").copied();
    let found = registry.and_then(|d| vm.dict_get_str(d, errors));
    match found {
        Some(f) => Ok(f),
        None => Err(vm.error(t::LOOKUP_ERROR, format!("unknown error handler name '{errors}'"))),
    }
}
/// Replacement and position that a handler's result holds.
fn result_pair(vm: &mut Vm, r: Ref, message: &str) -> Result<(Ref, Ref), Ask> {
    match vm.tuple_items(r) {
        Some([x, pos]) if vm.is_int(*pos) => Ok((*x, *pos)),
        _ => Err(vm.type_error(message)),
    }
}
fn position(vm: &mut Vm, pos: Ref, len: usize) -> Result<usize, Ask> {
    let p = vm.index_i64(pos)?;
    let q = if p < 0 { p + len as i64 } else { p };
    if q < 0 || q > len as i64 {
        return Err(vm.index_error(format!("position {p} from error handler out of bounds")));
    }
    Ok(q as usize)
}
fn registered_encode(vm: &mut Vm, label: &str, s: Ref, bad: &Bad, errors: &str) -> Result<(Replacement, usize), Ask> {
    const MESSAGE: &str = "encoding error handler must return (str/bytes, int) tuple";
    let f = handler(vm, errors)?;
    let e = unicode_error(vm, t::UNICODE_ENCODE_ERROR, label, s, bad)?;
    let r = vm.call(f, &[e])?;
    let (x, pos) = result_pair(vm, r, MESSAGE)?;
    let len = vm.str_of(s).expect("a str").len();
    let next = position(vm, pos, len)?;
    if let Some(b) = vm.bytes_of(x) {
        return Ok((Replacement::Bytes(b.to_vec()), next));
    }
    match vm.str_of(x) {
        Some(x) => Ok((Replacement::Text(x.wtf8().code_points().collect()), next)),
        None => Err(vm.type_error(MESSAGE)),
    }
}

/// Handles the bytes `bad` of `data`: the replacement and where to go on.
pub fn on_decode(vm: &mut Vm, label: &str, data: &[u8], bad: &Bad, errors: &str) -> Result<(Vec<CodePoint>, usize), Ask> {
    let span = &data[bad.start..bad.end];
    let point = |u: u32| CodePoint::from_u32(u).expect("in Unicode's range");
    match errors {
        "ignore" => return Ok((vec![], bad.end)),
        "replace" => return Ok((points("\u{FFFD}"), bad.end)),
        "backslashreplace" => return Ok((points(&span.iter().map(|b| format!("\\x{b:02x}")).collect::<String>()), bad.end)),
        "surrogateescape" => {
            let escaped: Vec<_> = span.iter().take_while(|b| **b >= 0x80).map(|b| point(0xDC00 + u32::from(*b))).collect();
            if !escaped.is_empty() {
                let next = bad.start + escaped.len();
                return Ok((escaped, next));
            }
        }
        "surrogatepass" => {
            if let Some((c, width)) = surrogate_at(label, &data[bad.start..]) {
                return Ok((vec![point(c)], bad.start + width));
            }
        }
        "strict" => {}
        _ => return registered_decode(vm, label, data, bad, errors),
    }
    let object = vm.bytes(data);
    let object = vm.keep(object);
    let e = unicode_error(vm, t::UNICODE_DECODE_ERROR, label, object, bad)?;
    Err(vm.reraise(e))
}
/// A surrogate encoded at the start, and its width in bytes.
fn surrogate_at(label: &str, b: &[u8]) -> Option<(u32, usize)> {
    let (u, width) = match (label, b) {
        ("utf-8", [x @ 0xED, y @ 0x80..=0xBF, z @ 0x80..=0xBF, ..]) => {
            ((u32::from(*x) & 15) << 12 | (u32::from(*y) & 63) << 6 | u32::from(*z) & 63, 3)
        }
        ("utf-16-le", [x, y, ..]) => (u32::from(u16::from_le_bytes([*x, *y])), 2),
        ("utf-16-be", [x, y, ..]) => (u32::from(u16::from_be_bytes([*x, *y])), 2),
        ("utf-32-le", [x, y, z, w, ..]) => (u32::from_le_bytes([*x, *y, *z, *w]), 4),
        ("utf-32-be", [x, y, z, w, ..]) => (u32::from_be_bytes([*x, *y, *z, *w]), 4),
        _ => return None,
    };
    (0xD800..0xE000).contains(&u).then_some((u, width))
}
fn registered_decode(vm: &mut Vm, label: &str, data: &[u8], bad: &Bad, errors: &str) -> Result<(Vec<CodePoint>, usize), Ask> {
    const MESSAGE: &str = "decoding error handler must return (str, int) tuple";
    let f = handler(vm, errors)?;
    let object = vm.bytes(data);
    let object = vm.keep(object);
    let e = unicode_error(vm, t::UNICODE_DECODE_ERROR, label, object, bad)?;
    let r = vm.call(f, &[e])?;
    let (x, pos) = result_pair(vm, r, MESSAGE)?;
    let next = position(vm, pos, data.len())?;
    match vm.str_of(x) {
        Some(x) => Ok((x.wtf8().code_points().collect(), next)),
        None => Err(vm.type_error(MESSAGE)),
    }
}

/// The registry of handlers, made when first needed.
pub fn registry(vm: &mut Vm) -> Ref {
    if let Some(d) = vm.registry.get("codecs.errors") {
        return *d;
    }
    let d = vm.dict().into_raw();
    vm.registry.insert("codecs.errors", d);
    debug_assert!(d != fixed::NONE);
    d
}
