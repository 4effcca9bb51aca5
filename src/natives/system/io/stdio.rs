//! `sys.stdin`, `sys.stdout`, `sys.stderr`, and the queue through which their text goes to the system.
//!
//! Text written to a standard stream is *logically* written at once; it lies in one queue until the machine hands it over
//! ([`take_output`]): before every syscall and at the end of each slice. So order is kept, and a line costs no syscall.
use super::buffered::{self, BUFFERED_READER, BUFFERED_WRITER};
use super::fileio::{self, Mode};
use super::{opaque_state, stringio, text};
use crate::heap::Ref;
use crate::vm::syscall::Syscall;
use crate::vm::{Args, Ask, Step, Vm, t};
use rustpython_wtf8::Wtf8;

/// Written bytes by descriptor, in order.
#[derive(Clone, Default)]
struct Queue {
    parts: Vec<(i32, Vec<u8>)>,
    bytes: usize,
}
opaque_state!(Queue, |_x, _f| {});

const QUEUE: &str = "output queue";
/// Beyond this a write asks the system, so that the queue stays small.
const MOST: usize = 1 << 16;

/// Makes the three standard streams; (stdin, stdout, stderr), lent until the native ends. For the start of the machine.
pub fn make_standard_streams(vm: &mut Vm) -> [Ref; 3] {
    if !vm.registry.contains_key(QUEUE) {
        // The queue is no object of Python's: any type will do.
        let queue = vm.opaque(t::OBJECT, Queue::default()).into_raw();
        vm.registry.insert(QUEUE, queue);
    }
    let read = Mode { readable: true, ..Default::default() };
    let write = Mode { writable: true, ..Default::default() };
    let streams = [
        (0, "<stdin>", read, &BUFFERED_READER, "strict"),
        (1, "<stdout>", write, &BUFFERED_WRITER, "strict"),
        (2, "<stderr>", write, &BUFFERED_WRITER, "backslashreplace"),
    ];
    streams.map(|(fd, name, mode, buffer, errors)| {
        let name = vm.intern(name).into_raw();
        let raw = fileio::make(vm, fd, mode, false, name);
        let buffer = buffered::make(vm, buffer, raw, super::DEFAULT_BUFFER_SIZE);
        let stream = text::make_standard(vm, buffer, fd, errors, fd == 2);
        let mode = vm.intern(if fd == 0 { "r" } else { "w" }).into_raw();
        let key = vm.intern("mode").into_raw();
        vm.set_instance_attr(stream, key, Some(mode));
        stream
    })
}

/// What was written since the last time, in order; the caller passes it to the system as `Syscall::Write`.
pub fn take_output(vm: &mut Vm) -> Vec<(i32, Vec<u8>)> {
    let Some(queue) = vm.registry.get(QUEUE).copied() else { return vec![] };
    match vm.state_mut::<Queue>(queue) {
        Some(q) if !q.parts.is_empty() => {
            q.bytes = 0;
            std::mem::take(&mut q.parts)
        }
        _ => vec![],
    }
}
/// What was written to stdout and stderr and still waits to be taken.
pub fn waiting_output(vm: &Vm) -> String {
    let queue = vm.registry.get(QUEUE).and_then(|q| vm.state::<Queue>(*q));
    let parts = queue.into_iter().flat_map(|q| &q.parts).filter(|(fd, _)| *fd == 1 || *fd == 2);
    parts.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect()
}
/// Has the current thread write bytes before its next instruction, waiting as long as it takes: for a descriptor that
/// may be full. A failure (the reader is gone) cannot be told to the program any more: it has gone on.
pub fn write_first(vm: &mut Vm, fd: i32, data: Vec<u8>) {
    let (fd, data) = (vm.int(fd as i64), vm.bytes(data));
    vm.run_hidden(write_whole, &[Some(fd.get()), Some(data.get())]);
    vm.release(fd);
    vm.release(data);
}
fn write_whole(vm: &mut Vm, a: Args) -> Step {
    let data = vm.bytes_of(a[1]).expect("bytes were queued").to_vec();
    let fd = vm.index_i32(a[0])?;
    vm.syscall(Syscall::Write { fd, data })?;
    Ok(vm.none())
}
/// Queues bytes for a descriptor; when much waits already, the system is asked instead.
pub(super) fn put(vm: &mut Vm, fd: i32, bytes: &[u8]) -> Result<(), Ask> {
    let resumed = vm.cursor < vm.answers.len();
    let queue = vm.registry.get(QUEUE).copied();
    let q = queue.and_then(|r| vm.state_mut::<Queue>(r));
    match q {
        Some(q) if q.bytes < MOST && !resumed => {
            q.bytes += bytes.len();
            match q.parts.last_mut() {
                Some((last, data)) if *last == fd => data.extend_from_slice(bytes),
                _ => q.parts.push((fd, bytes.to_vec())),
            }
            Ok(())
        }
        _ => vm.sys(Syscall::Write { fd, data: bytes.to_vec() }, None).map(|_| ()),
    }
}
/// Whether a file is exactly one of the machine's own text files.
pub fn is_text_file(vm: &mut Vm, file: Ref) -> bool {
    let ty = vm.ty(file);
    ty == vm.type_of_def(&text::TEXT_IO_WRAPPER) || ty == vm.type_of_def(&stringio::STRING_IO)
}
/// For `print`: writes text to a standard stream or an exact StringIO without a call. None: call its `write` method.
pub fn write_stdout_fast(vm: &mut Vm, file: Ref, text: &Wtf8) -> Option<Result<(), Ask>> {
    if stringio::append(vm, file, text) {
        return Some(Ok(()));
    }
    text::fast_write(vm, file, text)
}
