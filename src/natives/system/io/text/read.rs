//! Reading text: decoding chunks, lines, iteration.
use super::super::newline::Newlines;
use super::super::stringio::Newline;
use super::super::{size_argument, unsupported};
use super::codec::Codec;
use super::{TEXT_IO_WRAPPER, get, get_mut, open};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

pub const METHODS: &[Def] = &[
    Def::method("read", "(self, size=-1, /)", read, "Read at most size characters."),
    Def::method("readline", "(self, size=-1, /)", readline, "Read a line."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
];

/// What reading changes, held aside until nothing more is asked.
struct Ahead {
    text: Wtf8Buf,
    bytes: Vec<u8>,
    tail: usize,
    held: bool,
    seen: Newlines,
    /// The stream's end was met.
    over: bool,
}

/// What is there, from where the reader stands.
fn ahead(vm: &Vm, r: Ref) -> Ahead {
    let x = get(vm, r);
    let used = super::seek::bytes_of_text(x, x.at);
    Ahead {
        text: x.text[x.at..].to_owned(),
        bytes: x.bytes[used..].to_vec(),
        tail: x.tail,
        held: x.held,
        seen: x.seen,
        over: false,
    }
}
/// Stores what was read; the first `taken` bytes of text are given out.
fn settle(vm: &mut Vm, r: Ref, a: Ahead, taken: usize) -> Wtf8Buf {
    let out = a.text[..taken].to_owned();
    let x = get_mut(vm, r);
    (x.text, x.at, x.bytes, x.tail, x.held, x.seen) = (a.text, taken, a.bytes, a.tail, a.held, a.seen);
    out
}
/// Decodes bytes that follow; `last` when they are the stream's.
fn decode(vm: &mut Vm, r: Ref, a: &mut Ahead, chunk: &[u8], last: bool) -> Result<(), Ask> {
    let x = get(vm, r);
    let (codec, policy, newline) = (x.codec, x.policy, x.newline);
    let text = match x.decoder {
        Some(d) => {
            let bytes = vm.bytes(chunk);
            let bytes = vm.keep(bytes);
            let out = vm.call_method(d, "decode", &[bytes, fixed::bool_ref(last)])?;
            match vm.str_of(out) {
                Some(s) => s.wtf8().to_owned(),
                None => {
                    let message = format!("decoder should return a string result, not '{}'", vm.dotted_type_name(out));
                    return Err(vm.type_error(message));
                }
            }
        }
        None => {
            a.bytes.extend_from_slice(chunk);
            let input = &a.bytes[a.bytes.len() - a.tail - chunk.len()..];
            match codec.decode(policy, input, last) {
                Ok((text, used)) => {
                    a.tail = input.len() - used;
                    text
                }
                Err(p) => {
                    let input = input.to_vec();
                    return Err(decode_error(vm, codec, &input, p));
                }
            }
        }
    };
    if matches!(newline, Newline::Universal | Newline::Any) {
        let (text, held) = a.seen.translate(&text, newline == Newline::Universal, a.held, last);
        a.held = held;
        a.text.push_wtf8(&text);
    } else {
        a.text.push_wtf8(&text);
    }
    Ok(())
}
fn decode_error(vm: &mut Vm, codec: Codec, input: &[u8], p: super::codec::Problem) -> Ask {
    let parts = [vm.str(codec.name()), vm.bytes(input), vm.int(p.start as i64), vm.int(p.end as i64), vm.str(p.reason)];
    let parts = parts.map(|o| vm.keep(o));
    vm.raise_call(t::UNICODE_DECODE_ERROR, &parts)
}
/// The stream to read from, what was written before sent on its way.
fn start(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let buffer = open(vm, r)?;
    let pending = get(vm, r).pending.clone();
    if !pending.is_empty() {
        let bytes = vm.bytes(pending);
        let bytes = vm.keep(bytes);
        vm.call_method(buffer, "write", &[bytes])?;
        vm.call_method(buffer, "flush", &[])?;
    }
    Ok(buffer)
}
/// One more chunk.
fn more(vm: &mut Vm, r: Ref, buffer: Ref, a: &mut Ahead) -> Result<(), Ask> {
    let size = vm.int(get(vm, r).chunk as i64);
    let size = vm.keep(size);
    let name = vm.intern("read1").into_raw();
    let f = match vm.getattr_opt(buffer, name)? {
        Some(f) => f,
        None => vm.getattr_str(buffer, "read")?,
    };
    let chunk = vm.call(f, &[size])?;
    let bytes = match vm.bytes_of(chunk) {
        Some(b) => b.to_vec(),
        None if chunk == fixed::NONE => vec![],
        None => {
            let message = format!("underlying read1() should have returned a bytes-like object, not '{}'", vm.dotted_type_name(chunk));
            return Err(vm.type_error(message));
        }
    };
    a.over = bytes.is_empty();
    decode(vm, r, a, &bytes, a.over)
}
/// Byte offset of the `count`th code point; None when there are fewer.
fn offset(text: &Wtf8, count: usize) -> Option<usize> {
    if text.is_ascii() {
        return (text.len() >= count).then_some(count);
    }
    text.code_point_indices().map(|x| x.0).chain([text.len()]).nth(count)
}
fn not_readable(vm: &mut Vm, buffer: Ref) -> Result<(), Ask> {
    // Buffers made here know it; others are asked by the read itself.
    match vm.state::<super::Buffered>(buffer) {
        Some(b) if !b.reads => Err(unsupported(vm, "not readable")),
        _ => Ok(()),
    }
}
fn read(vm: &mut Vm, a: Args) -> Step {
    let size = size_argument(vm, a.opt(1))?;
    let buffer = open(vm, a[0])?;
    not_readable(vm, buffer)?;
    if let Some(k) = size
        && vm.answers.is_empty()
    {
        let x = get_mut(vm, a[0]);
        let rest = &x.text[x.at..];
        if x.pending.is_empty()
            && let Some(end) = offset(rest, k)
        {
            let out = rest[..end].to_owned();
            x.at += end;
            return Ok(vm.str(out));
        }
    }
    start(vm, a[0])?;
    let mut h = ahead(vm, a[0]);
    let Some(k) = size else { return read_all(vm, a[0], buffer, h) };
    let end = loop {
        match offset(&h.text, k) {
            Some(end) => break end,
            None if h.over => break h.text.len(),
            None => more(vm, a[0], buffer, &mut h)?,
        }
    };
    get_mut(vm, a[0]).pending.clear();
    let out = settle(vm, a[0], h, end);
    Ok(vm.str(out))
}
fn read_all(vm: &mut Vm, r: Ref, buffer: Ref, mut h: Ahead) -> Step {
    let bytes = vm.call_method(buffer, "read", &[])?;
    let bytes = match vm.bytes_of(bytes) {
        Some(b) => b.to_vec(),
        None if bytes == fixed::NONE => vec![],
        None => {
            let message = format!("underlying read() should have returned a bytes object, not '{}'", vm.dotted_type_name(bytes));
            return Err(vm.type_error(message));
        }
    };
    decode(vm, r, &mut h, &bytes, true)?;
    let end = h.text.len();
    get_mut(vm, r).pending.clear();
    let out = settle(vm, r, h, end);
    Ok(vm.str(out))
}
/// Where the first line of a text ends (bytes); None when it goes on.
fn line_end(newline: Newline, text: &Wtf8) -> Option<usize> {
    let bytes = text.as_bytes();
    let find = |b: u8| bytes.iter().position(|x| *x == b).map(|i| i + 1);
    match newline {
        Newline::Universal | Newline::Lf => find(b'\n'),
        Newline::Cr => find(b'\r'),
        Newline::CrLf => bytes.windows(2).position(|w| w == b"\r\n").map(|i| i + 2),
        Newline::Any => {
            let i = bytes.iter().position(|b| matches!(b, b'\n' | b'\r'))?;
            Some(i + 1 + (bytes[i] == b'\r' && bytes.get(i + 1) == Some(&b'\n')) as usize)
        }
    }
}
/// The line that begins here, at most `limit` characters.
fn line(vm: &mut Vm, r: Ref, buffer: Ref, limit: Option<usize>) -> Result<Wtf8Buf, Ask> {
    let newline = get(vm, r).newline;
    let ends = |text: &Wtf8| {
        let end = line_end(newline, text);
        match limit.and_then(|k| offset(text, k)) {
            Some(most) => Some(end.map_or(most, |e| e.min(most))),
            None => end,
        }
    };
    if vm.answers.is_empty() && get(vm, r).pending.is_empty() {
        let x = get_mut(vm, r);
        if let Some(end) = ends(&x.text[x.at..]) {
            let out = x.text[x.at..x.at + end].to_owned();
            x.at += end;
            return Ok(out);
        }
    }
    start(vm, r)?;
    let mut h = ahead(vm, r);
    let end = loop {
        match ends(&h.text) {
            Some(end) => break end,
            None if h.over => break h.text.len(),
            None => more(vm, r, buffer, &mut h)?,
        }
    };
    get_mut(vm, r).pending.clear();
    Ok(settle(vm, r, h, end))
}
fn readline(vm: &mut Vm, a: Args) -> Step {
    let limit = size_argument(vm, a.opt(1))?;
    let buffer = open(vm, a[0])?;
    not_readable(vm, buffer)?;
    let out = line(vm, a[0], buffer, limit)?;
    Ok(vm.str(out))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let buffer = open(vm, a[0])?;
    if vm.ty(a[0]) != vm.type_of_def(&TEXT_IO_WRAPPER) {
        let out = vm.call_method(a[0], "readline", &[])?;
        return if vm.len(out)? == 0 { Err(vm.stop_iteration(None)) } else { Ok(vm.incref(out)) };
    }
    not_readable(vm, buffer)?;
    let out = line(vm, a[0], buffer, None)?;
    let x = get_mut(vm, a[0]);
    x.telling = out.is_empty() && x.seekable;
    if out.is_empty() {
        return Err(vm.stop_iteration(None));
    }
    Ok(vm.str(out))
}
