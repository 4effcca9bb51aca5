//! `BufferedRWPair`: a reader and a writer as one stream.
use super::buffered::{BUFFERED_READER, BUFFERED_WRITER};
use super::{opaque_state, unsupported};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

#[derive(Clone, Default)]
struct Pair {
    reader: Option<Ref>,
    writer: Option<Ref>,
}
opaque_state!(Pair, |x, f| x.reader.iter().chain(&x.writer).for_each(|r| f(*r)));

pub static BUFFERED_RW_PAIR: TypeDef = TypeDef {
    place: None,
    name: "BufferedRWPair",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (48, 0),
    doc: "A buffered reader and writer object together.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, reader, writer, buffer_size=131072, /)", init, "Wrap two raw streams."),
    Def::method("read", "(self, size=-1, /)", |vm, a| forward(vm, a, true, "read"), ""),
    Def::method("peek", "(self, size=0, /)", |vm, a| forward(vm, a, true, "peek"), ""),
    Def::method("read1", "(self, size=-1, /)", |vm, a| forward(vm, a, true, "read1"), ""),
    Def::method("readinto", "(self, buffer, /)", |vm, a| forward(vm, a, true, "readinto"), ""),
    Def::method("readinto1", "(self, buffer, /)", |vm, a| forward(vm, a, true, "readinto1"), ""),
    Def::method("readable", "(self, /)", |vm, a| forward(vm, a, true, "readable"), ""),
    Def::method("write", "(self, buffer, /)", |vm, a| forward(vm, a, false, "write"), ""),
    Def::method("flush", "(self, /)", |vm, a| forward(vm, a, false, "flush"), ""),
    Def::method("writable", "(self, /)", |vm, a| forward(vm, a, false, "writable"), ""),
    Def::method("close", "(self, /)", close, ""),
    Def::method("isatty", "(self, /)", isatty, ""),
    Def::get("closed", closed, ""),
];

fn new(vm: &mut Vm, a: Args) -> Step {
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Pair::default()))))
}
fn init(vm: &mut Vm, a: Args) -> Step {
    for (stream, method, message) in [
        (a[1], "readable", "File or stream is not readable."),
        (a[2], "writable", "File or stream is not writable."),
    ] {
        if vm.call_method(stream, method, &[])? != fixed::TRUE {
            return Err(unsupported(vm, message));
        }
    }
    let size: Vec<Ref> = a.opt(3).into_iter().collect();
    let (reader, writer) = (vm.type_of_def(&BUFFERED_READER), vm.type_of_def(&BUFFERED_WRITER));
    let reader = vm.call(reader, &[&[a[1]][..], &size].concat())?;
    let writer = vm.call(writer, &[&[a[2]][..], &size].concat())?;
    vm.heap.incref_raw(reader);
    vm.heap.incref_raw(writer);
    let pair: &mut Pair = vm.state_mut(a[0]).expect("methods of BufferedRWPair get one");
    let old = std::mem::replace(pair, Pair { reader: Some(reader), writer: Some(writer) });
    vm.replace_raw(old.reader);
    vm.replace_raw(old.writer);
    Ok(vm.none())
}
fn side(vm: &mut Vm, r: Ref, reader: bool) -> Result<Ref, Ask> {
    let pair: &Pair = vm.state(r).expect("methods of BufferedRWPair get one");
    match if reader { pair.reader } else { pair.writer } {
        Some(s) => Ok(s),
        None => Err(vm.value_error("I/O operation on uninitialized object")),
    }
}
fn forward(vm: &mut Vm, a: Args, reader: bool, method: &str) -> Step {
    let stream = side(vm, a[0], reader)?;
    let f = vm.getattr_str(stream, method)?;
    let args: Vec<Ref> = a.opt(1).into_iter().collect();
    vm.tail_call(f, &args)
}
/// Closes both; the writer's exception wins.
fn close(vm: &mut Vm, a: Args) -> Step {
    let (writer, reader) = (side(vm, a[0], false)?, side(vm, a[0], true)?);
    let f = vm.getattr_str(writer, "close")?;
    let first = vm.try_call(f, &[])?;
    vm.call_method(reader, "close", &[])?;
    match first {
        Ok(_) => Ok(vm.none()),
        Err(e) => Err(vm.reraise(e)),
    }
}
fn isatty(vm: &mut Vm, a: Args) -> Step {
    let writer = side(vm, a[0], false)?;
    let r = vm.call_method(writer, "isatty", &[])?;
    if r != fixed::FALSE {
        return Ok(vm.incref(r));
    }
    forward(vm, a, true, "isatty")
}
fn closed(vm: &mut Vm, a: Args) -> Step {
    let writer = side(vm, a[0], false)?;
    let r = vm.getattr_str(writer, "closed")?;
    Ok(vm.incref(r))
}
