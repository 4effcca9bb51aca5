//! `_mmap.Segment`: shared memory as a buffer; the module `mmap` (Python) is built on it.
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::objects::{Payload, State};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Def, Step, Vm, t};

pub static MODULE: ModuleDef =
    ModuleDef { name: "_mmap", doc: "Shared memory.", functions: &[], types: &[&SEGMENT], init: None };

static SEGMENT: TypeDef = TypeDef {
    place: None,
    name: "Segment",
    module: "_mmap",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::DICT | type_flags::WEAKREF,
    size: (48, 0),
    doc: "Bytes that processes share.",
    defs: &[&[
        Def::new("(cls, fd, size, readonly=False, private=False, /)", new),
        Def::method("_store", "(self, /)", store, "Let the file show what is in memory."),
    ]],
};

/// A segment of shared memory; its bytes are in [`Vm::segments`].
#[derive(Clone)]
struct Segment {
    id: u64,
    readonly: bool,
}
impl State for Segment {
    fn visit(&self, _f: &mut dyn FnMut(Ref)) {}
}

pub fn is_segment(vm: &Vm, r: Ref) -> bool {
    vm.state::<Segment>(r).is_some()
}
pub fn is_readonly(vm: &Vm, r: Ref) -> bool {
    vm.state::<Segment>(r).is_some_and(|s| s.readonly)
}
pub fn data(vm: &Vm, r: Ref) -> Option<&[u8]> {
    vm.segments.get(&vm.state::<Segment>(r)?.id).map(|d| &d[..])
}
pub fn data_mut(vm: &mut Vm, r: Ref) -> Option<&mut Vec<u8>> {
    let s = vm.state::<Segment>(r).filter(|s| !s.readonly)?.id;
    vm.segments.get_mut(&s)
}
/// A private mapping is a segment of its own with the file's contents.
fn new(vm: &mut Vm, a: Args) -> Step {
    let (fd, size) = (vm.index_i32(a[1])?, vm.index_i64(a[2])?);
    let readonly = a.opt(3).map_or(Ok(false), |r| vm.truth(r))?;
    let private = a.opt(4).map_or(Ok(false), |r| vm.truth(r))?;
    let size = usize::try_from(size).map_err(|_| vm.overflow_error("memory mapped length must be positive"))?;
    let SysResult::Segment(mut id, data) = vm.sys(Syscall::MapSegment { fd, size }, None)? else { panic!("MapSegment answers a segment") };
    if private {
        let SysResult::Segment(own, _) = vm.sys(Syscall::MapSegment { fd: -1, size: data.len() }, None)? else {
            panic!("MapSegment answers a segment")
        };
        id = own;
    }
    let bytes = vm.segments.entry(id).or_insert_with(Vec::new);
    if bytes.len() < data.len() {
        let from = bytes.len();
        bytes.extend_from_slice(&data[from..]);
    }
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(Segment { id, readonly }))))
}
fn store(vm: &mut Vm, a: Args) -> Step {
    let segment = vm.state::<Segment>(a[0]).expect("methods of Segment get one").id;
    let data = vm.segments.get(&segment).cloned().unwrap_or_default();
    vm.sys_done(Syscall::StoreSegment { segment, data }, None)
}
