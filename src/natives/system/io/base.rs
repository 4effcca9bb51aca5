//! The abstract bases `_IOBase`, `_RawIOBase`, `_BufferedIOBase` and `_TextIOBase`: what every stream can do in terms of a
//! few methods. Loops over other people's methods are in the prelude.
use super::{closed_file, unsupported};
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

const fn abstract_base(name: &'static str, doc: &'static str, defs: &'static [&'static [Def]]) -> TypeDef {
    TypeDef {
        place: None,
        name,
        module: "_io",
        base: t::OBJECT,
        layout: Layout::Object,
        flags: type_flags::BASE | type_flags::IMMUTABLE,
        size: (32, 0),
        doc,
        defs,
    }
}
pub static IO_BASE: TypeDef = abstract_base("_IOBase", "The abstract base class for all I/O classes.", &[BASE]);
pub static RAW_IO_BASE: TypeDef = abstract_base("_RawIOBase", "Base class for raw binary I/O.", &[RAW]);
pub static BUFFERED_IO_BASE: TypeDef = abstract_base("_BufferedIOBase", "Base class for buffered binary I/O.", &[BUFFERED]);
pub static TEXT_IO_BASE: TypeDef = abstract_base("_TextIOBase", "Base class for text I/O.", &[TEXT]);

const BASE: &[Def] = &[
    Def::method("seek", "(self, offset, whence=0, /)", |vm, _| Err(unsupported(vm, "seek")), "Change the stream position."),
    Def::method("tell", "(self, /)", tell, "Return current stream position."),
    Def::method("truncate", "(self, size=None, /)", |vm, _| Err(unsupported(vm, "truncate")), "Truncate the stream."),
    Def::method("flush", "(self, /)", flush, "Flush write buffers, if applicable."),
    Def::method("close", "(self, /)", close, "Flush and close the stream; a second time does nothing."),
    Def::get("closed", closed, ""),
    Def::method("seekable", "(self, /)", no, "Return whether the stream supports random access."),
    Def::method("readable", "(self, /)", no, "Return whether the stream was opened for reading."),
    Def::method("writable", "(self, /)", no, "Return whether the stream was opened for writing."),
    Def::method("_checkClosed", "(self, /, msg=None)", check_closed_method, ""),
    Def::method("_checkSeekable", "(self, /, msg=None)", |vm, a| check(vm, a[0], "seekable", "File or stream is not seekable."), ""),
    Def::method("_checkReadable", "(self, /, msg=None)", |vm, a| check(vm, a[0], "readable", "File or stream is not readable."), ""),
    Def::method("_checkWritable", "(self, /, msg=None)", |vm, a| check(vm, a[0], "writable", "File or stream is not writable."), ""),
    Def::method("fileno", "(self, /)", |vm, _| Err(unsupported(vm, "fileno")), "Return the descriptor, if there is one."),
    Def::method("isatty", "(self, /)", isatty, "Return whether this is an interactive stream."),
    Def::method("__enter__", "(self, /)", enter, ""),
    Def::method("__exit__", "(self, /, *args)", exit, ""),
    Def::method("__iter__", "(self, /)", enter, "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__del__", "(self, /)", |vm, a| vm.tail_prelude("io_finalize", &[a[0]]), "Called when the instance is about to be destroyed."),
    Def::method("readline", "(self, size=-1, /)", readline, "Read and return a line from the stream."),
    Def::method("readlines", "(self, hint=-1, /)", readlines, "Return a list of lines from the stream."),
    Def::method("writelines", "(self, lines, /)", |vm, a| vm.tail_prelude("io_writelines", &[a[0], a[1]]), "Write a list of lines to stream."),
];
const RAW: &[Def] = &[
    Def::method("read", "(self, size=-1, /)", raw_read, "Read bytes by way of readinto()."),
    Def::method("readall", "(self, /)", |vm, a| vm.tail_prelude("io_raw_readall", &[a[0]]), "Read until EOF."),
    Def::method("readinto", "(self, buffer, /)", not_implemented, ""),
    Def::method("write", "(self, b, /)", not_implemented, ""),
];
const BUFFERED: &[Def] = &[
    Def::method("detach", "(self, /)", |vm, _| Err(unsupported(vm, "detach")), "Separate the raw stream from the buffer."),
    Def::method("read", "(self, size=-1, /)", |vm, _| Err(unsupported(vm, "read")), "Read and return up to size bytes."),
    Def::method("read1", "(self, size=-1, /)", |vm, _| Err(unsupported(vm, "read1")), "Read with at most one raw read."),
    Def::method("readinto", "(self, buffer, /)", |vm, a| vm.tail_prelude("io_buffered_readinto", &[a[0], a[1]]), "Read into a buffer."),
    Def::method("readinto1", "(self, buffer, /)", |vm, a| vm.tail_prelude("io_buffered_readinto1", &[a[0], a[1]]), "Read into a buffer with at most one raw read."),
    Def::method("write", "(self, b, /)", |vm, _| Err(unsupported(vm, "write")), "Write buffer b to the stream."),
];
const TEXT: &[Def] = &[
    Def::method("detach", "(self, /)", |vm, _| Err(unsupported(vm, "detach")), "Separate the buffer from the text layer."),
    Def::method("read", "(self, size=-1, /)", |vm, _| Err(unsupported(vm, "read")), "Read at most size characters."),
    Def::method("readline", "(self, size=-1, /)", |vm, _| Err(unsupported(vm, "readline")), "Read until newline or EOF."),
    Def::method("write", "(self, s, /)", |vm, _| Err(unsupported(vm, "write")), "Write string s to stream."),
    Def::get("encoding", |vm, _| Ok(vm.none()), "Encoding of the text stream."),
    Def::get("newlines", |vm, _| Ok(vm.none()), "Line endings translated so far."),
    Def::get("errors", |vm, _| Ok(vm.none()), "The error setting of the decoder or encoder."),
];

/// Name of the flag that the base's own `close` leaves in the instance.
const CLOSED_FLAG: &str = "__IOBase_closed";

fn no(vm: &mut Vm, a: Args) -> Step {
    check_closed(vm, a[0])?;
    Ok(vm.bool(false))
}
fn not_implemented(vm: &mut Vm, _: Args) -> Step {
    Err(Ask::Raise(vm.new_exception(t::NOT_IMPLEMENTED_ERROR, vec![])))
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    let (zero, one) = (vm.int(0), vm.int(1));
    let (zero, one) = (vm.keep(zero), vm.keep(one));
    let at = vm.call_method(a[0], "seek", &[zero, one])?;
    Ok(vm.incref(at))
}
fn base_closed(vm: &mut Vm, r: Ref) -> bool {
    let name = vm.intern(CLOSED_FLAG).into_raw();
    vm.instance_attr(r, name).is_some()
}
fn closed(vm: &mut Vm, a: Args) -> Step {
    let b = base_closed(vm, a[0]);
    Ok(vm.bool(b))
}
fn flush(vm: &mut Vm, a: Args) -> Step {
    if base_closed(vm, a[0]) {
        return Err(vm.value_error("I/O operation on closed file."));
    }
    Ok(vm.none())
}
/// Flushes once and remembers that the stream is closed, whatever the flush did.
fn close(vm: &mut Vm, a: Args) -> Step {
    if base_closed(vm, a[0]) {
        return Ok(vm.none());
    }
    let f = vm.getattr_str(a[0], "flush")?;
    let outcome = vm.try_call(f, &[])?;
    let name = vm.intern(CLOSED_FLAG).into_raw();
    vm.set_instance_attr(a[0], name, Some(fixed::TRUE));
    match outcome {
        Ok(_) => Ok(vm.none()),
        Err(e) => Err(vm.reraise(e)),
    }
}
/// ValueError when the stream's own `closed` says so.
pub fn check_closed(vm: &mut Vm, r: Ref) -> Result<(), Ask> {
    let c = vm.getattr_str(r, "closed")?;
    if vm.truth(c)? { Err(vm.value_error("I/O operation on closed file.")) } else { Ok(()) }
}
fn check_closed_method(vm: &mut Vm, a: Args) -> Step {
    check_closed(vm, a[0])?;
    Ok(vm.none())
}
/// UnsupportedOperation unless `self.what()` is True.
fn check(vm: &mut Vm, r: Ref, what: &str, message: &str) -> Step {
    let answer = vm.call_method(r, what, &[])?;
    if answer != fixed::TRUE {
        return Err(unsupported(vm, message));
    }
    Ok(vm.incref(answer))
}
fn isatty(vm: &mut Vm, a: Args) -> Step {
    check_closed(vm, a[0])?;
    Ok(vm.bool(false))
}
fn enter(vm: &mut Vm, a: Args) -> Step {
    check_closed(vm, a[0])?;
    Ok(vm.incref(a[0]))
}
fn exit(vm: &mut Vm, a: Args) -> Step {
    let f = vm.getattr_str(a[0], "close")?;
    vm.tail_call(f, &[])
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let line = vm.call_method(a[0], "readline", &[])?;
    if vm.len(line)? == 0 {
        return Err(vm.stop_iteration(None));
    }
    Ok(vm.incref(line))
}
fn default(vm: &mut Vm, given: Option<Ref>) -> Ref {
    given.unwrap_or_else(|| {
        let r = vm.int(-1);
        vm.keep(r)
    })
}
fn readline(vm: &mut Vm, a: Args) -> Step {
    let size = default(vm, a.opt(1));
    vm.tail_prelude("io_readline", &[a[0], size])
}
fn readlines(vm: &mut Vm, a: Args) -> Step {
    let hint = default(vm, a.opt(1));
    vm.tail_prelude("io_readlines", &[a[0], hint])
}
fn raw_read(vm: &mut Vm, a: Args) -> Step {
    let size = default(vm, a.opt(1));
    vm.tail_prelude("io_raw_read", &[a[0], size])
}
/// For streams with their own idea of being closed.
pub fn raise_if(vm: &mut Vm, is_closed: bool) -> Result<(), Ask> {
    if is_closed { Err(closed_file(vm)) } else { Ok(()) }
}
