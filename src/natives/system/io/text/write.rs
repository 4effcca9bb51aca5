//! Writing text: encoding, line buffering, flushing; and the short way of the standard streams.
use super::super::stringio::Newline;
use super::super::{stdio, unsupported};
use super::codec::Codec;
use super::{Buffered, TEXT_IO_WRAPPER, get, get_mut, open};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, t};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

pub const METHODS: &[Def] = &[
    Def::method("write", "(self, text, /)", write, "Write text; how many characters."),
    Def::method("flush", "(self, /)", flush, "Pass on everything that was written."),
];

/// Writes to an exact standard stream whose buffer is empty without a call. None: the ordinary way is needed.
pub fn fast_write(vm: &mut Vm, r: Ref, text: &Wtf8) -> Option<Result<(), Ask>> {
    let x = vm.state::<super::TextIo>(r)?;
    let (fd, buffer) = (x.direct?, x.buffer?);
    let simple = x.codec == Codec::Utf8 && x.pending.is_empty() && x.newline == Newline::Lf;
    let bytes = text.as_str().ok()?.as_bytes();
    let b = vm.state::<Buffered>(buffer)?;
    if !simple || !b.pending.is_empty() || vm.ty(r) != vm.type_of_def(&TEXT_IO_WRAPPER) {
        return None;
    }
    let raw = vm.state::<Buffered>(buffer)?.raw?;
    if vm.state::<super::super::fileio::FileIo>(raw)?.fd != fd {
        return None;
    }
    Some(stdio::put(vm, fd, bytes))
}

fn write(vm: &mut Vm, a: Args) -> Step {
    let Some(s) = vm.str_of(a[1]) else {
        let message = format!("write() argument must be str, not {}", vm.dotted_type_name(a[1]));
        return Err(vm.type_error(message));
    };
    let (count, text) = (s.len() as i64, s.wtf8().to_owned());
    let buffer = open(vm, a[0])?;
    if let Some(done) = fast_write(vm, a[0], &text) {
        done?;
        return Ok(vm.int(count));
    }
    if vm.state::<Buffered>(buffer).is_some_and(|b| !b.writes) {
        return Err(unsupported(vm, "not writable"));
    }
    let x = get(vm, a[0]);
    let ends_line = x.line_buffering && text.as_bytes().iter().any(|b| matches!(b, b'\n' | b'\r'));
    let (through, chunk, mut pending) = (x.write_through, x.chunk, x.pending.clone());
    let bytes = encode(vm, a[0], &text)?;
    pending.extend_from_slice(&bytes);
    let moved = pending.len() > chunk || ends_line || through;
    let mut failed = None;
    if moved {
        let data = vm.bytes(&pending[..]);
        let data = vm.keep(data);
        vm.call_method(buffer, "write", &[data])?;
        if ends_line {
            let f = vm.getattr_str(buffer, "flush")?;
            failed = vm.try_call(f, &[])?.err();
        }
    }
    let decoder = get(vm, a[0]).decoder.filter(|_| !get(vm, a[0]).text.is_empty());
    if let Some(d) = decoder {
        vm.call_method(d, "reset", &[])?;
    }
    let x = get_mut(vm, a[0]);
    x.pending = if moved { vec![] } else { pending };
    // What was read ahead is void: the position has moved.
    x.forget_read();
    match failed {
        Some(e) => Err(vm.reraise(e)),
        None => Ok(vm.int(count)),
    }
}
impl super::TextIo {
    /// Drops what was decoded ahead.
    pub(super) fn forget_read(&mut self) {
        self.text = Wtf8Buf::new();
        self.bytes = vec![];
        (self.at, self.tail, self.held) = (0, 0, false);
    }
}
fn encode(vm: &mut Vm, r: Ref, text: &Wtf8) -> Result<Vec<u8>, Ask> {
    let x = get(vm, r);
    let (codec, policy, newline, encoder) = (x.codec, x.policy, x.newline, x.encoder);
    let ending = match newline {
        Newline::Cr => Some("\r"),
        Newline::CrLf => Some("\r\n"),
        _ => None,
    };
    let text = match ending {
        Some(e) if text.as_bytes().contains(&b'\n') => text.replace(Wtf8::new("\n"), Wtf8::new(e)),
        _ => text.to_owned(),
    };
    if let Some(e) = encoder {
        let s = vm.str(text);
        let s = vm.keep(s);
        let out = vm.call_method(e, "encode", &[s])?;
        return match vm.bytes_of(out) {
            Some(b) => Ok(b.to_vec()),
            None => {
                let message = format!("encoder should return a bytes object, not '{}'", vm.dotted_type_name(out));
                Err(vm.type_error(message))
            }
        };
    }
    match codec.encode(policy, &text) {
        Ok(b) => Ok(b),
        Err(p) => {
            let parts = [vm.str(codec.name()), vm.str(text), vm.int(p.start as i64), vm.int(p.end as i64), vm.str(p.reason)];
            let parts = parts.map(|o| vm.keep(o));
            Err(vm.raise_call(t::UNICODE_ENCODE_ERROR, &parts))
        }
    }
}
fn flush(vm: &mut Vm, a: Args) -> Step {
    let buffer = open(vm, a[0])?;
    let pending = get(vm, a[0]).pending.clone();
    if !pending.is_empty() {
        let data = vm.bytes(pending);
        let data = vm.keep(data);
        vm.call_method(buffer, "write", &[data])?;
        let f = vm.getattr_str(buffer, "flush")?;
        let done = vm.try_call(f, &[])?;
        get_mut(vm, a[0]).pending.clear();
        return match done {
            Ok(_) => Ok(vm.none()),
            Err(e) => Err(vm.reraise(e)),
        };
    }
    let x = get_mut(vm, a[0]);
    x.telling = x.seekable;
    let nothing = vm.state::<Buffered>(buffer).is_some_and(|b| b.pending.is_empty() && b.rest().is_empty() && b.writes);
    if nothing {
        return Ok(vm.none());
    }
    let f = vm.getattr_str(buffer, "flush")?;
    vm.tail_call(f, &[])
}
