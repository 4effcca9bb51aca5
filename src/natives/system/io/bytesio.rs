//! `BytesIO`: a stream over bytes in memory. They live in a bytearray object, so that `getbuffer()` can lend them.
use super::{opaque_state, size_argument};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::objects::types::ByteArray;
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, t};

#[derive(Clone, Default)]
struct BytesIo {
    /// The bytearray; None once closed.
    buffer: Option<Ref>,
    at: usize,
}
opaque_state!(BytesIo, |x, f| x.buffer.iter().for_each(|r| f(*r)));

pub static BYTES_IO: TypeDef = TypeDef {
    place: None,
    name: "BytesIO",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (64, 0),
    doc: "BytesIO(initial_bytes=b'')\n--\n\nBuffered I/O implementation using an in-memory bytes buffer.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, initial_bytes=b'')", init, "Start with these bytes."),
    Def::method("readable", "(self, /)", yes, ""),
    Def::method("seekable", "(self, /)", yes, ""),
    Def::method("writable", "(self, /)", yes, ""),
    Def::method("isatty", "(self, /)", isatty, ""),
    Def::method("flush", "(self, /)", flush, ""),
    Def::method("close", "(self, /)", close, "Give up the bytes."),
    Def::method("tell", "(self, /)", tell, "Current position."),
    Def::method("seek", "(self, pos, whence=0, /)", seek, "Move to a position; the new one."),
    Def::method("truncate", "(self, size=None, /)", truncate, "Cut off at size or the position."),
    Def::method("read", "(self, size=-1, /)", read, "Read at most size bytes."),
    Def::method("read1", "(self, size=-1, /)", read, "Read at most size bytes."),
    Def::method("readinto", "(self, buffer, /)", readinto, "Read into a buffer; how many bytes were read."),
    Def::method("readline", "(self, size=-1, /)", readline, "Read a line."),
    Def::method("readlines", "(self, size=None, /)", readlines, "List of lines."),
    Def::method("write", "(self, b, /)", write, "Write bytes; how many."),
    Def::method("writelines", "(self, lines, /)", |vm, a| vm.tail_prelude("io_bytes_writelines", &[a[0], a[1]]), "Write each of some byte strings."),
    Def::method("getvalue", "(self, /)", getvalue, "All the bytes."),
    Def::method("getbuffer", "(self, /)", getbuffer, "A memoryview of the bytes."),
    Def::method("__iter__", "(self, /)", iter, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__getstate__", "(self, /)", getstate, ""),
    Def::method("__setstate__", "(self, state, /)", setstate, ""),
    Def::method("__sizeof__", "(self, /)", sizeof, "Size in bytes."),
    Def::get("closed", |vm, a| { let b = get(vm, a[0]).buffer.is_none(); Ok(vm.bool(b)) }, "True if the file is closed."),
];

fn get(vm: &Vm, r: Ref) -> &BytesIo {
    vm.state(r).expect("methods of BytesIO get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut BytesIo {
    vm.state_mut(r).expect("methods of BytesIO get one")
}
fn buffer(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    match get(vm, r).buffer {
        Some(b) => Ok(b),
        None => Err(vm.value_error("I/O operation on closed file.")),
    }
}
fn data(vm: &Vm, buffer: Ref) -> &[u8] {
    vm.bytes_of(buffer).expect("the buffer of a BytesIO is a bytearray")
}
/// The bytes, to be resized: BufferError while a view looks at them.
fn data_mut(vm: &mut Vm, buffer: Ref) -> Result<&mut Vec<u8>, Ask> {
    // A nonzero count says that a view was made once; whether one still lives must be looked up.
    let marked = matches!(vm.heap.get(buffer), Payload::ByteArray(b) if b.exports > 0);
    if marked && crate::natives::text::memoryview::is_viewed(vm, buffer) {
        return Err(vm.error(t::BUFFER_ERROR, "Existing exports of data: object cannot be re-sized"));
    }
    match vm.heap.get_mut(buffer) {
        Payload::ByteArray(b) => {
            b.exports = 0;
            b.views.clear();
            Ok(&mut b.data)
        }
        _ => panic!("the buffer of a BytesIO is a bytearray"),
    }
}
fn fresh(vm: &mut Vm, bytes: Vec<u8>) -> Ref {
    let payload = Payload::ByteArray(Box::new(ByteArray::new(bytes)));
    vm.heap.alloc(t::BYTEARRAY, payload, 0).into_raw()
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let buffer = fresh(vm, vec![]);
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(BytesIo { buffer: Some(buffer), at: 0 }))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let bytes = match a.not_none(1) {
        Some(r) => vm.buffer_bytes(r)?,
        None => vec![],
    };
    let buffer = fresh(vm, bytes);
    let old = std::mem::replace(get_mut(vm, a[0]), BytesIo { buffer: Some(buffer), at: 0 });
    vm.replace_raw(old.buffer);
    Ok(vm.none())
}
fn yes(vm: &mut Vm, a: Args) -> Step {
    buffer(vm, a[0])?;
    Ok(vm.bool(true))
}
fn isatty(vm: &mut Vm, a: Args) -> Step {
    buffer(vm, a[0])?;
    Ok(vm.bool(false))
}
fn flush(vm: &mut Vm, a: Args) -> Step {
    buffer(vm, a[0])?;
    Ok(vm.none())
}
fn close(vm: &mut Vm, a: Args) -> Step {
    if let Some(b) = get(vm, a[0]).buffer {
        data_mut(vm, b)?;
    }
    let old = get_mut(vm, a[0]).buffer.take();
    vm.replace_raw(old);
    Ok(vm.none())
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    buffer(vm, a[0])?;
    let at = get(vm, a[0]).at;
    Ok(vm.int(at as i64))
}
fn seek(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let pos = vm.index_i64(a[1])?;
    let whence = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    if pos < 0 && whence == 0 {
        let message = format!("negative seek value {pos}");
        return Err(vm.value_error(message));
    }
    let base = match whence {
        0 => 0,
        1 => get(vm, a[0]).at as i64,
        2 => data(vm, b).len() as i64,
        _ => {
            let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.value_error(message));
        }
    };
    let Some(at) = base.checked_add(pos) else { return Err(vm.overflow_error("new position too large")) };
    let at = at.max(0);
    get_mut(vm, a[0]).at = at as usize;
    Ok(vm.int(at))
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let size = match a.not_none(1) {
        Some(r) => vm.index_i64(r)?,
        None => get(vm, a[0]).at as i64,
    };
    if size < 0 {
        let message = format!("negative size value {size}");
        return Err(vm.value_error(message));
    }
    data_mut(vm, b)?.truncate(size as usize);
    Ok(vm.int(size))
}
/// Takes up to `count` bytes.
fn take(vm: &mut Vm, r: Ref, buffer: Ref, count: usize) -> Vec<u8> {
    let at = get(vm, r).at;
    let all = data(vm, buffer);
    let start = at.min(all.len());
    let out = all[start..start.saturating_add(count).min(all.len())].to_vec();
    get_mut(vm, r).at += out.len();
    out
}
fn read(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let count = size_argument(vm, a.opt(1))?.unwrap_or(usize::MAX);
    let out = take(vm, a[0], b, count);
    Ok(vm.bytes(out))
}
fn readinto(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let count = vm.writable_len(a[1])?;
    let at = get(vm, a[0]).at;
    let all = data(vm, b);
    let start = at.min(all.len());
    let out = all[start..start.saturating_add(count).min(all.len())].to_vec();
    vm.fill_buffer(a[1], &out)?;
    get_mut(vm, a[0]).at = at + out.len();
    Ok(vm.int(out.len() as i64))
}
fn line_len(vm: &Vm, r: Ref, buffer: Ref, limit: usize) -> usize {
    let all = data(vm, buffer);
    let rest = &all[get(vm, r).at.min(all.len())..];
    let rest = &rest[..limit.min(rest.len())];
    rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1)
}
fn readline(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let limit = size_argument(vm, a.opt(1))?.unwrap_or(usize::MAX);
    let k = line_len(vm, a[0], b, limit);
    let out = take(vm, a[0], b, k);
    Ok(vm.bytes(out))
}
fn readlines(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let limit = size_argument(vm, a.opt(1))?.filter(|k| *k > 0).unwrap_or(usize::MAX);
    let (mut lines, mut total) = (vec![], 0);
    loop {
        let k = line_len(vm, a[0], b, usize::MAX);
        if k == 0 || total >= limit {
            break;
        }
        total += k;
        let out = take(vm, a[0], b, k);
        lines.push(vm.bytes(out));
    }
    Ok(vm.list(lines))
}
fn write(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let bytes = vm.buffer_bytes(a[1])?;
    let at = get(vm, a[0]).at;
    if bytes.is_empty() {
        return Ok(vm.int(0));
    }
    let all = data_mut(vm, b)?;
    let end = at + bytes.len();
    if all.len() < end {
        all.resize(end, 0);
    }
    all[at..end].copy_from_slice(&bytes);
    get_mut(vm, a[0]).at = end;
    Ok(vm.int(bytes.len() as i64))
}
fn getvalue(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let all = data(vm, b).to_vec();
    Ok(vm.bytes(all))
}
fn getbuffer(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    vm.tail_call(t::MEMORYVIEW, &[b])
}
fn iter(vm: &mut Vm, a: Args) -> Step {
    buffer(vm, a[0])?;
    Ok(vm.incref(a[0]))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let k = line_len(vm, a[0], b, usize::MAX);
    if k == 0 {
        return Err(vm.stop_iteration(None));
    }
    let out = take(vm, a[0], b, k);
    Ok(vm.bytes(out))
}
/// (bytes, position, attributes): what pickle keeps.
fn getstate(vm: &mut Vm, a: Args) -> Step {
    let b = buffer(vm, a[0])?;
    let all = data(vm, b).to_vec();
    let at = get(vm, a[0]).at as i64;
    let (all, at) = (vm.bytes(all), vm.int(at));
    let dict = match vm.heap.extra(a[0]).and_then(|x| x.dict) {
        Some(d) => vm.incref(d),
        None => vm.none(),
    };
    Ok(vm.tuple(vec![all, at, dict]))
}
fn setstate(vm: &mut Vm, a: Args) -> Step {
    let items = vm.tuple_items(a[1]).map(<[Ref]>::to_vec).unwrap_or_default();
    let [bytes, at, dict] = items[..] else {
        let message = format!("{}.__setstate__ argument should be 3-tuple, got {}", vm.dotted_type_name(a[0]), vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    let bytes = vm.buffer_bytes(bytes)?;
    let at = vm.index_i64(at)?.max(0) as usize;
    let buffer = fresh(vm, bytes);
    let old = std::mem::replace(get_mut(vm, a[0]), BytesIo { buffer: Some(buffer), at });
    vm.replace_raw(old.buffer);
    if let Some(entries) = vm.dict_of(dict).map(|d| d.iter().collect::<Vec<_>>()) {
        for (k, v) in entries {
            vm.set_instance_attr(a[0], k, Some(v));
        }
    }
    Ok(vm.none())
}
fn sizeof(vm: &mut Vm, a: Args) -> Step {
    let held = get(vm, a[0]).buffer.map_or(0, |b| data(vm, b).len());
    Ok(vm.int(64 + if held > 0 { held as i64 + 33 } else { 0 }))
}
