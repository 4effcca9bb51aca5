//! `BufferedReader`, `BufferedWriter` and `BufferedRandom`: their state, their types, and what they have in common.
use super::{opaque_state, raw, reader, unsupported, writer};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

/// A buffer over a raw stream. At most one of the two buffers holds anything.
#[derive(Clone, Default)]
pub struct Buffered {
    pub raw: Option<Ref>,
    /// Bytes read ahead, and how many of them were given out.
    pub ahead: Vec<u8>,
    pub at: usize,
    /// Bytes to be written.
    pub pending: Vec<u8>,
    pub size: usize,
    pub reads: bool,
    pub writes: bool,
    /// `detach` was called, as opposed to never initialised.
    pub detached: bool,
}
opaque_state!(Buffered, |x, f| x.raw.iter().for_each(|r| f(*r)));

impl Buffered {
    /// Bytes read ahead that were not given out.
    pub fn rest(&self) -> &[u8] {
        &self.ahead[self.at..]
    }
}

const fn buffered(name: &'static str, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: None,
        name,
        module: "_io",
        base: t::OBJECT,
        layout: Layout::Native,
        flags: type_flags::BASE | type_flags::IMMUTABLE,
        size: (152, 0),
        doc,
        defs,
    }
}
pub static BUFFERED_READER: TypeDef = buffered("BufferedReader", "BufferedReader(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nBuffer for a readable raw stream.", &[COMMON, READER, reader::METHODS]);
pub static BUFFERED_WRITER: TypeDef = buffered("BufferedWriter", "BufferedWriter(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nBuffer for a writable raw stream.", &[COMMON, WRITER, writer::METHODS]);
pub static BUFFERED_RANDOM: TypeDef =
    buffered("BufferedRandom", "BufferedRandom(raw, buffer_size=DEFAULT_BUFFER_SIZE)\n--\n\nBuffer for a raw stream that can seek.", &[COMMON, RANDOM, reader::METHODS, writer::METHODS]);

const INIT: &str = "(self, raw, buffer_size=131072)";
const READER: &[Def] = &[Def::method("__init__", INIT, |vm, a| init(vm, a, true, false), "Wrap a raw stream.")];
const WRITER: &[Def] = &[Def::method("__init__", INIT, |vm, a| init(vm, a, false, true), "Wrap a raw stream.")];
const RANDOM: &[Def] = &[Def::method("__init__", INIT, |vm, a| init(vm, a, true, true), "Wrap a raw stream.")];

const COMMON: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("detach", "(self, /)", detach, "Flush, and give the raw stream away."),
    Def::method("flush", "(self, /)", flush, "Write what waits; give back what was read ahead."),
    Def::method("close", "(self, /)", close, "Flush and close the stream."),
    Def::method("seekable", "(self, /)", |vm, a| ask_raw(vm, a, "seekable"), ""),
    Def::method("readable", "(self, /)", readable, ""),
    Def::method("writable", "(self, /)", writable, ""),
    Def::method("fileno", "(self, /)", |vm, a| ask_raw(vm, a, "fileno"), ""),
    Def::method("isatty", "(self, /)", |vm, a| ask_raw(vm, a, "isatty"), ""),
    Def::method("_dealloc_warn", "(self, source, /)", |vm, _| Ok(vm.none()), ""),
    Def::method("seek", "(self, target, whence=0, /)", seek, "Move to a position; the new one."),
    Def::method("tell", "(self, /)", tell, "Current position."),
    Def::method("truncate", "(self, pos=None, /)", truncate, "Set the stream's size."),
    Def::member("raw", raw_member, ""),
    Def::get("closed", closed, ""),
    Def::get("name", |vm, a| { let raw = live(vm, a[0])?; vm.getattr_str(raw, "name").map(|r| vm.incref(r)) }, ""),
    Def::get("mode", |vm, a| { let raw = live(vm, a[0])?; vm.getattr_str(raw, "mode").map(|r| vm.incref(r)) }, ""),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

pub fn get(vm: &Vm, r: Ref) -> &Buffered {
    vm.state(r).expect("methods of a buffer get one")
}
pub fn get_mut(vm: &mut Vm, r: Ref) -> &mut Buffered {
    vm.state_mut(r).expect("methods of a buffer get one")
}
/// The raw stream; ValueError when there is none.
pub fn live(vm: &mut Vm, r: Ref) -> Result<Ref, Ask> {
    let x = get(vm, r);
    match (x.raw, x.detached) {
        (Some(raw), _) => Ok(raw),
        (None, true) => Err(vm.value_error("raw stream has been detached")),
        (None, false) => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}
/// The raw stream of an open buffer; ValueError `message` when it is closed.
pub fn open(vm: &mut Vm, r: Ref, message: &str) -> Result<Ref, Ask> {
    let raw = live(vm, r)?;
    if raw::is_closed(vm, raw)? { Err(vm.value_error(message)) } else { Ok(raw) }
}
/// A buffer made by the machine itself.
pub fn make(vm: &mut Vm, def: &'static TypeDef, raw: Ref, size: usize) -> Ref {
    super::prepare_types(vm);
    let ty = vm.type_of_def(def);
    vm.heap.incref_raw(raw);
    let reads = !std::ptr::eq(def, &BUFFERED_WRITER);
    let writes = !std::ptr::eq(def, &BUFFERED_READER);
    let o = vm.opaque(ty, Buffered { raw: Some(raw), size, reads, writes, ..Default::default() });
    vm.keep(o)
}

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Buffered::default()))))
}
fn init(vm: &mut Vm, a: Args, reads: bool, writes: bool) -> Step {
    let size = match a.opt(2) {
        Some(r) => vm.index_i64(r)?,
        None => super::DEFAULT_BUFFER_SIZE as i64,
    };
    let mut checks = vec![];
    if reads && writes {
        checks.push(("seekable", "File or stream is not seekable."));
    }
    if reads {
        checks.push(("readable", "File or stream is not readable."));
    }
    if writes {
        checks.push(("writable", "File or stream is not writable."));
    }
    for (method, message) in checks {
        if vm.call_method(a[1], method, &[])? != fixed::TRUE {
            return Err(unsupported(vm, message));
        }
    }
    if size <= 0 {
        return Err(vm.value_error("buffer size must be strictly positive"));
    }
    vm.heap.incref_raw(a[1]);
    let fresh = Buffered { raw: Some(a[1]), size: size as usize, reads, writes, ..Default::default() };
    let old = std::mem::replace(get_mut(vm, a[0]), fresh);
    vm.replace_raw(old.raw);
    Ok(vm.none())
}
fn ask_raw(vm: &mut Vm, a: Args, method: &str) -> Step {
    let raw = live(vm, a[0])?;
    let f = vm.getattr_str(raw, method)?;
    vm.tail_call(f, &[])
}
fn readable(vm: &mut Vm, a: Args) -> Step {
    if get(vm, a[0]).reads || get(vm, a[0]).raw.is_none() {
        return ask_raw(vm, a, "readable");
    }
    super::base::check_closed(vm, a[0])?;
    Ok(vm.bool(false))
}
fn writable(vm: &mut Vm, a: Args) -> Step {
    if get(vm, a[0]).writes || get(vm, a[0]).raw.is_none() {
        return ask_raw(vm, a, "writable");
    }
    super::base::check_closed(vm, a[0])?;
    Ok(vm.bool(false))
}
fn raw_member(vm: &mut Vm, a: Args) -> Step {
    match get(vm, a[0]).raw {
        Some(r) => Ok(vm.incref(r)),
        None => Ok(vm.none()),
    }
}
fn closed(vm: &mut Vm, a: Args) -> Step {
    let raw = live(vm, a[0])?;
    let b = raw::is_closed(vm, raw)?;
    Ok(vm.bool(b))
}
fn detach(vm: &mut Vm, a: Args) -> Step {
    live(vm, a[0])?;
    vm.call_method(a[0], "flush", &[])?;
    let x = get_mut(vm, a[0]);
    x.detached = true;
    let raw = x.raw.take();
    Ok(crate::heap::Owned::adopt(raw.expect("the stream is live")))
}
/// Moves the raw stream back to where the reader is; forgets what was read ahead.
pub fn give_back(vm: &mut Vm, r: Ref, raw: Ref) -> Result<(), Ask> {
    let unread = get(vm, r).rest().len() as i64;
    if unread > 0 {
        raw::seek(vm, raw, -unread, 1)?;
    }
    Ok(())
}
pub fn forget_ahead(vm: &mut Vm, r: Ref) {
    let x = get_mut(vm, r);
    x.ahead.clear();
    x.at = 0;
}
fn flush(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "flush of closed file")?;
    if !get(vm, a[0]).writes {
        let f = vm.getattr_str(raw, "flush")?;
        return vm.tail_call(f, &[]);
    }
    let (unread, pending) = (get(vm, a[0]).rest().len(), get(vm, a[0]).pending.clone());
    if unread > 0 {
        give_back(vm, a[0], raw)?;
        forget_ahead(vm, a[0]);
        return Ok(vm.none());
    }
    let (done, failed) = raw::write_all(vm, raw, &pending)?;
    get_mut(vm, a[0]).pending.drain(..done);
    match failed {
        Some(ask) => Err(ask),
        None => Ok(vm.none()),
    }
}
/// Flushes and closes the raw stream even when the flush fails; the flush's exception wins.
fn close(vm: &mut Vm, a: Args) -> Step {
    let raw = live(vm, a[0])?;
    if vm.answers.is_empty() && raw::is_closed(vm, raw)? {
        return Ok(vm.none());
    }
    vm.tail_prelude("io_buffered_close", &[a[0], raw])
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    let raw = live(vm, a[0])?;
    let at = raw::tell(vm, raw)?;
    let x = get(vm, a[0]);
    let at = at - x.rest().len() as i64 + x.pending.len() as i64;
    Ok(vm.int(at))
}
fn seek(vm: &mut Vm, a: Args) -> Step {
    let whence = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    if !(0..=2).contains(&whence) {
        let message = format!("whence value {whence} unsupported");
        return Err(vm.value_error(message));
    }
    let raw = open(vm, a[0], "seek of closed file")?;
    let target = vm.index_i64(a[1])?;
    let pending = get(vm, a[0]).pending.clone();
    let (done, failed) = raw::write_all(vm, raw, &pending)?;
    if let Some(ask) = failed {
        get_mut(vm, a[0]).pending.drain(..done);
        return Err(ask);
    }
    let target = if whence == 1 { target - get(vm, a[0]).rest().len() as i64 } else { target };
    let at = raw::seek(vm, raw, target, whence)?;
    get_mut(vm, a[0]).pending.clear();
    forget_ahead(vm, a[0]);
    Ok(vm.int(at))
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    let raw = open(vm, a[0], "truncate of closed file")?;
    if !get(vm, a[0]).writes {
        return Err(unsupported(vm, "truncate"));
    }
    vm.call_method(a[0], "flush", &[])?;
    let size = match a.not_none(1) {
        Some(r) => r,
        None => vm.call_method(a[0], "tell", &[])?,
    };
    let f = vm.getattr_str(raw, "truncate")?;
    vm.tail_call(f, &[size])
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let ty = vm.ty(a[0]);
    let native = [&BUFFERED_READER, &BUFFERED_WRITER, &BUFFERED_RANDOM].into_iter().any(|d| vm.type_of_def(d) == ty);
    let ty = format!("{}{}", if native { "_io." } else { "" }, vm.type_name(a[0]));
    let key = vm.intern("name").into_raw();
    let name = match get(vm, a[0]).raw {
        Some(_) => vm.getattr_opt(a[0], key)?,
        None => None,
    };
    Ok(match name {
        Some(n) => {
            let text = vm.repr(n)?;
            vm.str(format!("<{ty} name={}>", vm.lossy(text)))
        }
        None => vm.str(format!("<{ty}>")),
    })
}
