//! Positions of text streams: byte positions of the stream below, counted back over what was decoded ahead.
use super::super::stringio::Newline;
use super::super::unsupported;
use super::codec::{Codec, Policy};
use super::{TextIo, get, get_mut, open};
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, t};

pub const METHODS: &[Def] = &[
    Def::method("seek", "(self, cookie, whence=0, /)", seek, "Move to a position that tell() gave, or to an end."),
    Def::method("tell", "(self, /)", tell, "Current position, for seek()."),
    Def::method("truncate", "(self, pos=None, /)", truncate, "Set the stream's size."),
];

/// How many of the stream's bytes gave the first `upto` bytes of its text.
pub fn bytes_of_text(x: &TextIo, upto: usize) -> usize {
    if x.codec == Codec::Foreign || upto == 0 {
        return 0;
    }
    let translates = matches!(x.newline, Newline::Universal | Newline::Any);
    let returns = translates && x.bytes.contains(&b'\r');
    if !returns && x.policy == Policy::Strict {
        return if x.codec == Codec::Latin1 { x.text[..upto].code_points().count() } else { upto };
    }
    let (mut made, mut used) = (0, 0);
    while made < upto && used < x.bytes.len() {
        let rest = &x.bytes[used..];
        if returns && rest[0] == b'\r' {
            let pair = rest.get(1) == Some(&b'\n');
            used += 1 + pair as usize;
            made += if pair && x.newline == Newline::Any { 2 } else { 1 };
            continue;
        }
        let step = x.codec.step(rest).min(rest.len());
        made += x.codec.decode(x.policy, &rest[..step], true).map_or(0, |d| d.0.len());
        used += step;
    }
    used
}

fn need_seekable(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    if get(vm, r).seekable { Ok(()) } else { Err(unsupported(vm, "underlying stream is not seekable")) }
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    let buffer = open(vm, a[0])?;
    need_seekable(vm, a[0])?;
    if !get(vm, a[0]).telling {
        return Err(vm.error(t::OS_ERROR, "telling position disabled by next() call"));
    }
    if !get(vm, a[0]).pending.is_empty() || !vm.answers.is_empty() {
        vm.call_method(a[0], "flush", &[])?;
    }
    let at = vm.call_method(buffer, "tell", &[])?;
    let at = vm.index_i64(at)?;
    let x = get(vm, a[0]);
    if x.codec != Codec::Foreign {
        let ahead = x.bytes.len() - bytes_of_text(x, x.at);
        return Ok(vm.int(at - ahead as i64));
    }
    let rest = x.text[x.at..].to_owned();
    if rest.is_empty() {
        return Ok(vm.int(at));
    }
    let (encoding, errors) = (x.encoding.clone(), x.errors.clone());
    let parts = [vm.str(rest), vm.str(encoding), vm.str(errors)];
    let parts = parts.map(|o| vm.keep(o));
    let ahead = vm.prelude("io_encoded_length", &parts)?;
    let ahead = vm.index_i64(ahead)?;
    Ok(vm.int(at - ahead))
}
fn seek(vm: &mut Vm, a: Args) -> Step {
    let whence = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    let buffer = open(vm, a[0])?;
    need_seekable(vm, a[0])?;
    let cookie = vm.index_i64(a[1])?;
    let cookie = match whence {
        0 if cookie < 0 => {
            let message = format!("negative seek position {cookie}");
            return Err(vm.value_error(message));
        }
        0 => cookie,
        1 if cookie != 0 => return Err(unsupported(vm, "can't do nonzero cur-relative seeks")),
        1 => {
            let at = vm.call_method(a[0], "tell", &[])?;
            vm.index_i64(at)?
        }
        2 if cookie != 0 => return Err(unsupported(vm, "can't do nonzero end-relative seeks")),
        2 => 0,
        _ => {
            let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
            return Err(vm.value_error(message));
        }
    };
    vm.call_method(a[0], "flush", &[])?;
    let (target, how) = (vm.int(cookie), vm.int(if whence == 2 { 2 } else { 0 }));
    let args = [vm.keep(target), vm.keep(how)];
    let at = vm.call_method(buffer, "seek", &args)?;
    let x = get(vm, a[0]);
    for codec in [x.decoder, x.encoder].into_iter().flatten() {
        vm.call_method(codec, "reset", &[])?;
    }
    if whence != 2
        && cookie != 0
        && let Some(e) = get(vm, a[0]).encoder
    {
        // Not at the start: no byte order mark again.
        let zero = vm.int(0);
        let zero = vm.keep(zero);
        vm.call_method(e, "setstate", &[zero])?;
    }
    let x = get_mut(vm, a[0]);
    x.forget_read();
    x.telling = x.seekable;
    Ok(vm.incref(at))
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    let buffer = open(vm, a[0])?;
    vm.call_method(a[0], "flush", &[])?;
    let f = vm.getattr_str(buffer, "truncate")?;
    let args: Vec<Ref> = a.not_none(1).into_iter().collect();
    vm.tail_call(f, &args)
}
