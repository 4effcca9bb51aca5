//! `TextIOWrapper`: text over a buffer. State, construction and attributes; reading, writing and seeking have their files.
mod codec;
mod read;
mod seek;
mod write;
pub use write::fast_write;

use super::buffered::Buffered;
use super::newline::Newlines;
use super::stringio::Newline;
use super::{opaque_state, raw};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};
use codec::{Codec, Policy};
use rustpython_wtf8::Wtf8Buf;

/// A text stream.
#[derive(Clone, Default)]
pub struct TextIo {
    buffer: Option<Ref>,
    detached: bool,
    encoding: String,
    errors: String,
    codec: Codec,
    policy: Policy,
    encoder: Option<Ref>,
    decoder: Option<Ref>,
    newline: Newline,
    line_buffering: bool,
    write_through: bool,
    chunk: usize,
    seekable: bool,
    /// False while the stream is iterated over.
    telling: bool,
    /// Decoded text, and how much of it (bytes) was given out.
    text: Wtf8Buf,
    at: usize,
    /// The bytes that `text` came from, with those not decoded yet at the end; empty for foreign codecs.
    bytes: Vec<u8>,
    /// How many of `bytes` are not decoded yet.
    tail: usize,
    /// A `\r` waits for what follows.
    held: bool,
    seen: Newlines,
    /// Encoded text that the buffer has not got yet.
    pending: Vec<u8>,
    /// A standard stream: its descriptor, to which text goes without a syscall for each line.
    direct: Option<i32>,
}
opaque_state!(TextIo, |x, f| x.buffer.iter().chain(&x.encoder).chain(&x.decoder).for_each(|r| f(*r)));

pub static TEXT_IO_WRAPPER: TypeDef = TypeDef {
    place: None,
    name: "TextIOWrapper",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (200, 0),
    doc: "TextIOWrapper(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)\n--\n\nCharacter and line based layer over a BufferedIOBase object, buffer.",
    defs: &[METHODS, read::METHODS, write::METHODS, seek::METHODS],
};

const INIT: &str =
    "(self, buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)";
const RECONFIGURE: &str =
    "(self, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)";
const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", INIT, init, "Wrap a buffer."),
    Def::method("reconfigure", RECONFIGURE, reconfigure, "Change the text layer's settings."),
    Def::method("detach", "(self, /)", detach, "Flush, and give the buffer away."),
    Def::method("close", "(self, /)", close, "Flush and close the stream."),
    Def::method("fileno", "(self, /)", |vm, a| forward(vm, a, "fileno"), ""),
    Def::method("seekable", "(self, /)", |vm, a| forward(vm, a, "seekable"), ""),
    Def::method("readable", "(self, /)", |vm, a| forward(vm, a, "readable"), ""),
    Def::method("writable", "(self, /)", |vm, a| forward(vm, a, "writable"), ""),
    Def::method("isatty", "(self, /)", |vm, a| forward(vm, a, "isatty"), ""),
    Def::member("encoding", |vm, a| { let s = get(vm, a[0]).encoding.clone(); Ok(vm.str(s)) }, ""),
    Def::get("errors", |vm, a| { let s = get(vm, a[0]).errors.clone(); Ok(vm.str(s)) }, ""),
    Def::member("buffer", |vm, a| { let r = get(vm, a[0]).buffer.unwrap_or(fixed::NONE); Ok(vm.incref(r)) }, ""),
    Def::member("line_buffering", |vm, a| { let b = get(vm, a[0]).line_buffering; Ok(vm.bool(b)) }, ""),
    Def::member("write_through", |vm, a| { let b = get(vm, a[0]).write_through; Ok(vm.bool(b)) }, ""),
    Def::get("newlines", |vm, a| { let seen = get(vm, a[0]).seen; Ok(seen.object(vm)) }, ""),
    Def::get("name", |vm, a| { let b = live(vm, a[0])?; vm.getattr_str(b, "name").map(|r| vm.incref(r)) }, ""),
    Def::get("closed", |vm, a| { let b = live(vm, a[0])?; let c = buffer_closed(vm, b)?; Ok(vm.bool(c)) }, ""),
    Def::get_set("_CHUNK_SIZE", |vm, a| { let k = get(vm, a[0]).chunk; Ok(vm.int(k as i64)) }, set_chunk, ""),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

fn get(vm: &Vm, r: Ref) -> &TextIo {
    vm.state(r).expect("methods of TextIOWrapper get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut TextIo {
    vm.state_mut(r).expect("methods of TextIOWrapper get one")
}
/// The buffer; ValueError when there is none.
fn live(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let x = get(vm, r);
    match (x.buffer, x.detached) {
        (Some(b), _) => Ok(b),
        (None, true) => Err(vm.value_error("underlying buffer has been detached")),
        (None, false) => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}
fn buffer_closed(vm: &mut Vm, buffer: Ref) -> Result<bool, Ask> {
    if let Some(raw) = vm.state::<Buffered>(buffer).and_then(|b| b.raw) {
        return raw::is_closed(vm, raw);
    }
    let c = vm.getattr_str(buffer, "closed")?;
    vm.truth(c)
}
/// The buffer of an open stream.
fn open(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let b = live(vm, r)?;
    if buffer_closed(vm, b)? { Err(vm.value_error("I/O operation on closed file.")) } else { Ok(b) }
}
fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(TextIo::default()))))
}

/// What `encoding` and `errors` mean: display name, codec, policy, and encoder and decoder objects of foreign codecs.
struct Setting {
    encoding: String,
    errors: String,
    codec: Codec,
    policy: Policy,
    encoder: Option<Ref>,
    decoder: Option<Ref>,
}
fn setting(vm: &mut Vm, encoding: Option<Ref>, errors: Option<Ref>) -> Result<Setting, Ask> {
    let encoding = match encoding {
        Some(r) => vm.expect_str(r, "TextIOWrapper() argument 'encoding'")?,
        None => "locale".into(),
    };
    let encoding = if encoding == "locale" { "UTF-8".to_owned() } else { encoding };
    let errors = match errors {
        Some(r) => vm.expect_str(r, "TextIOWrapper() argument 'errors'")?,
        None => "strict".into(),
    };
    if encoding.contains('\0') || errors.contains('\0') {
        return Err(vm.value_error("embedded null character"));
    }
    let codec = Codec::by_name(&encoding);
    let (codec, policy) = match Policy::by_name(&errors) {
        Some(p) => (codec, p),
        None => (Codec::Foreign, Policy::Strict),
    };
    let (mut encoder, mut decoder) = (None, None);
    if codec == Codec::Foreign {
        let (name, how) = (vm.str(encoding.as_str()), vm.str(errors.as_str()));
        let (name, how) = (vm.keep(name), vm.keep(how));
        let pair = vm.prelude("io_codec", &[name, how])?;
        let items = vm.tuple_items(pair).expect("io_codec gives a pair").to_vec();
        (encoder, decoder) = (Some(items[0]), Some(items[1]));
    }
    Ok(Setting { encoding, errors, codec, policy, encoder, decoder })
}
/// Puts a setting into the state.
fn apply(vm: &mut Vm, r: Ref, s: Setting) {
    s.encoder.iter().chain(&s.decoder).for_each(|o| vm.heap.incref_raw(*o));
    let x = get_mut(vm, r);
    let old = [std::mem::replace(&mut x.encoder, s.encoder), std::mem::replace(&mut x.decoder, s.decoder)];
    (x.encoding, x.errors, x.codec, x.policy) = (s.encoding, s.errors, s.codec, s.policy);
    old.into_iter().for_each(|o| vm.replace_raw(o));
}
fn flag(vm: &mut Vm, given: Option<Ref>) -> Result<bool, Ask> {
    match given {
        Some(r) => vm.truth(r),
        None => Ok(false),
    }
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let newline = Newline::from_object(vm, a.opt(4), false)?;
    let (line_buffering, write_through) = (flag(vm, a.opt(5))?, flag(vm, a.opt(6))?);
    let s = setting(vm, a.not_none(2), a.not_none(3))?;
    let seekable = vm.call_method(a[1], "seekable", &[])?;
    let seekable = vm.truth(seekable)?;
    vm.heap.incref_raw(a[1]);
    let fresh = TextIo {
        buffer: Some(a[1]),
        newline,
        line_buffering,
        write_through,
        chunk: 8192,
        seekable,
        telling: seekable,
        ..Default::default()
    };
    let old = std::mem::replace(get_mut(vm, a[0]), fresh);
    old.buffer.iter().chain(&old.encoder).chain(&old.decoder).for_each(|r| vm.heap.decref_raw(*r));
    apply(vm, a[0], s);
    Ok(vm.none())
}
/// A standard stream over a buffer: UTF-8, its descriptor known.
pub fn make_standard(vm: &mut Vm, buffer: Ref, fd: i32, errors: &str, line_buffering: bool) -> Ref {
    super::prepare_types(vm);
    let ty = vm.type_of_def(&TEXT_IO_WRAPPER);
    vm.heap.incref_raw(buffer);
    let state = TextIo {
        buffer: Some(buffer),
        encoding: "utf-8".into(),
        errors: errors.into(),
        policy: Policy::by_name(errors).expect("a standard handler"),
        line_buffering,
        chunk: 8192,
        newline: if fd == 0 { Newline::Universal } else { Newline::Lf },
        direct: (fd != 0).then_some(fd),
        ..Default::default()
    };
    let o = vm.opaque(ty, state);
    vm.keep(o)
}
fn forward(vm: &mut Vm, a: Args, method: &str) -> Step {
    let b = live(vm, a[0])?;
    let f = vm.getattr_str(b, method)?;
    vm.tail_call(f, &[])
}
fn detach(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    vm.call_method(a[0], "flush", &[])?;
    let x = get_mut(vm, a[0]);
    x.detached = true;
    let b = x.buffer.take().expect("the stream is live");
    Ok(crate::heap::Owned::adopt(b))
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let b = live(vm, a[0])?;
    if vm.answers.is_empty() && buffer_closed(vm, b)? {
        return Ok(vm.none());
    }
    vm.tail_prelude("io_buffered_close", &[a[0], b])
}
fn reconfigure(vm: &mut Vm, a: Args) -> Step {
    let (encoding, errors) = (a.not_none(1), a.not_none(2));
    let codec_changes = encoding.is_some() || errors.is_some() || a.opt(3).is_some();
    let read_something = { let x = get(vm, a[0]); !x.text.is_empty() || !x.bytes.is_empty() };
    if codec_changes && read_something && vm.answers.is_empty() {
        let message = "It is not possible to set the encoding or newline of stream after the first read";
        return Err(super::unsupported(vm, message));
    }
    let newline = match a.opt(3) {
        Some(r) => Some(Newline::from_object(vm, Some(r), false)?),
        None => None,
    };
    let line_buffering = match a.not_none(4) {
        Some(r) => vm.truth(r)?,
        None => get(vm, a[0]).line_buffering,
    };
    let write_through = match a.not_none(5) {
        Some(r) => vm.truth(r)?,
        None => get(vm, a[0]).write_through,
    };
    let fresh = if encoding.is_some() || errors.is_some() {
        let old = get(vm, a[0]);
        let (old_encoding, old_errors) = (old.encoding.clone(), old.errors.clone());
        let (old_encoding, old_errors) = (vm.str(old_encoding), vm.str(old_errors));
        let (old_encoding, old_errors) = (vm.keep(old_encoding), vm.keep(old_errors));
        // A new encoding without errors means strict.
        let errors = errors.or(if encoding.is_some() { None } else { Some(old_errors) });
        Some(setting(vm, encoding.or(Some(old_encoding)), errors)?)
    } else {
        None
    };
    vm.call_method(a[0], "flush", &[])?;
    if let Some(s) = fresh {
        apply(vm, a[0], s);
    }
    let x = get_mut(vm, a[0]);
    (x.line_buffering, x.write_through) = (line_buffering, write_through);
    if let Some(n) = newline {
        x.newline = n;
    }
    Ok(vm.none())
}
fn set_chunk(vm: &mut Vm, a: Args) -> Step {
    let Some(value) = a.opt(1) else { return Err(vm.error(t::ATTRIBUTE_ERROR, "cannot delete attribute")) };
    let k = vm.index_i64(value)?;
    if k <= 0 {
        return Err(vm.value_error("a strictly positive integer is required"));
    }
    get_mut(vm, a[0]).chunk = k as usize;
    Ok(vm.none())
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    let module = if vm.ty(a[0]) == vm.type_of_def(&TEXT_IO_WRAPPER) { "_io." } else { "" };
    let mut text = format!("<{module}{}", vm.type_name(a[0]));
    for key in ["name", "mode"] {
        let name = vm.intern(key).into_raw();
        if let Some(v) = vm.getattr_opt(a[0], name)? {
            let v = vm.repr(v)?;
            text.push_str(&format!(" {key}={}", vm.lossy(v)));
        }
    }
    text.push_str(&format!(" encoding='{}'>", get(vm, a[0]).encoding));
    Ok(vm.str(text))
}
