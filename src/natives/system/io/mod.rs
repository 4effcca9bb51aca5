//! `_io`: files, buffers, text, and the abstract bases that `io` builds on.
mod base;
mod buffered;
mod bytesio;
mod fileio;
mod newline;
mod open;
mod raw;
mod reader;
mod rwpair;
mod stdio;
mod stringio;
mod text;
mod writer;
pub use stdio::{is_text_file, make_standard_streams, take_output, waiting_output, write_first, write_stdout_fast};

use crate::heap::Ref;
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Ask, Def, Vm, t};

/// Buffer size of files (CPython 3.14).
pub const DEFAULT_BUFFER_SIZE: usize = 131_072;

pub static MODULE: ModuleDef = ModuleDef {
    name: "_io",
    doc: "Streams: raw files, buffers and text.",
    functions: &[FUNCTIONS],
    types: TYPES,
    init: Some(init),
};

static TYPES: &[&TypeDef] = &[
    &base::IO_BASE,
    &base::RAW_IO_BASE,
    &base::BUFFERED_IO_BASE,
    &base::TEXT_IO_BASE,
    &fileio::FILE_IO,
    &bytesio::BYTES_IO,
    &stringio::STRING_IO,
    &buffered::BUFFERED_READER,
    &buffered::BUFFERED_WRITER,
    &buffered::BUFFERED_RANDOM,
    &rwpair::BUFFERED_RW_PAIR,
    &text::TEXT_IO_WRAPPER,
    &newline::INCREMENTAL_NEWLINE_DECODER,
];

const OPEN_SIG: &str =
    "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)";
const FUNCTIONS: &[Def] = &[
    Def::function("open", OPEN_SIG, open::open, "Open file and return a stream.  Raise OSError upon failure."),
    Def::function("open_code", "(path)", open::open_code, "Open a file of code for reading."),
    Def::function("text_encoding", "(encoding, stacklevel=2, /)", open::text_encoding, "The encoding to use for an argument."),
];

/// Each type's base, where that has no fixed place.
const BASES: &[(&TypeDef, &TypeDef)] = &[
    (&base::RAW_IO_BASE, &base::IO_BASE),
    (&base::BUFFERED_IO_BASE, &base::IO_BASE),
    (&base::TEXT_IO_BASE, &base::IO_BASE),
    (&fileio::FILE_IO, &base::RAW_IO_BASE),
    (&bytesio::BYTES_IO, &base::BUFFERED_IO_BASE),
    (&buffered::BUFFERED_READER, &base::BUFFERED_IO_BASE),
    (&buffered::BUFFERED_WRITER, &base::BUFFERED_IO_BASE),
    (&buffered::BUFFERED_RANDOM, &base::BUFFERED_IO_BASE),
    (&rwpair::BUFFERED_RW_PAIR, &base::BUFFERED_IO_BASE),
    (&stringio::STRING_IO, &base::TEXT_IO_BASE),
    (&text::TEXT_IO_WRAPPER, &base::TEXT_IO_BASE),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    prepare_types(vm);
    vm.set_ints(module, &[("DEFAULT_BUFFER_SIZE", DEFAULT_BUFFER_SIZE as i64)]);
    vm.set_borrowed(module, "BlockingIOError", t::BLOCKING_IO_ERROR);
    let unsupported = unsupported_type(vm);
    vm.set_borrowed(module, "UnsupportedOperation", unsupported);
    // `open` of builtins is the same object.
    let (builtins, dict) = (vm.builtins, vm.module_dict(module));
    let open = vm.dict_get_str(dict, "open").expect("the module's own function");
    if vm.dict_get_str(builtins, "open").is_some_and(|r| vm.ty(r) == t::BUILTIN) {
        let open = vm.incref(open);
        vm.dict_set_str(builtins, "open", open);
    }
    Ok(())
}
/// Makes the types with their bases; idempotent.
fn prepare_types(vm: &mut Vm) {
    if vm.registry.contains_key("io types") {
        return;
    }
    vm.registry.insert("io types", crate::vm::fixed::NONE);
    for def in TYPES {
        let ty = vm.type_of_def(def);
        if !std::ptr::eq(*def, &newline::INCREMENTAL_NEWLINE_DECODER) {
            let x = vm.type_obj_mut(ty);
            (x.has_dict, x.has_weakref) = (true, true);
        }
    }
    for (def, base) in BASES {
        let (ty, base) = (vm.type_of_def(def), vm.type_of_def(base));
        vm.rebase(ty, base);
    }
}
fn unsupported_type(vm: &mut Vm) -> Ref {
    vm.make_exception_class("io.UnsupportedOperation", "io", "UnsupportedOperation", &[t::OS_ERROR, t::VALUE_ERROR])
}
/// `io.UnsupportedOperation(message)`.
fn unsupported(vm: &mut Vm, message: &str) -> Ask {
    let ty = unsupported_type(vm);
    let text = vm.str(message);
    let text = vm.keep(text);
    vm.raise_call(ty, &[text])
}
fn closed_file(vm: &mut Vm) -> Ask {
    vm.value_error("I/O operation on closed file")
}
/// A size argument: missing, None and negative mean all.
fn size_argument(vm: &mut Vm, given: Option<Ref>) -> Result<Option<usize>, Ask> {
    match given.filter(|r| *r != crate::vm::fixed::NONE) {
        None => Ok(None),
        Some(r) => {
            if !vm.is_int(r) && vm.lookup_special(r, crate::vm::n::__INDEX__).is_none() {
                let message = format!("argument should be integer or None, not '{}'", vm.dotted_type_name(r));
                return Err(vm.type_error(message));
            }
            let k = vm.index_i64(r)?;
            Ok(usize::try_from(k).ok())
        }
    }
}

macro_rules! opaque_state {
    ($ty:ty, |$x:ident, $f:ident| $visit:expr) => {
        impl crate::objects::State for $ty {
            fn visit(&self, $f: &mut dyn FnMut(crate::heap::Ref)) {
                let $x = self;
                $visit
            }
        }
    };
}
pub(crate) use opaque_state;
