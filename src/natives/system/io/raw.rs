//! What buffers ask of a raw stream: straight syscalls for an exact `FileIO`, method calls for everything else.
use super::fileio::{FILE_IO, FileIo, read_all_fd, read_fd, write_fd};
use crate::heap::Ref;
use crate::vm::syscall::Syscall;
use crate::vm::{Ask, Vm, fixed, t};

/// The descriptor when the raw stream is an exact, open FileIO.
fn plain_fd(vm: &mut Vm, raw: Ref) -> Option<i32> {
    let exact = vm.ty(raw) == vm.type_of_def(&FILE_IO);
    vm.state::<FileIo>(raw).filter(|f| exact && f.fd >= 0).map(|f| f.fd)
}
/// Whether the raw stream is closed.
pub fn is_closed(vm: &mut Vm, raw: Ref) -> Result<bool, Ask> {
    if vm.ty(raw) == vm.type_of_def(&FILE_IO) {
        return Ok(vm.state::<FileIo>(raw).is_some_and(|f| f.fd < 0));
    }
    let c = vm.getattr_str(raw, "closed")?;
    vm.truth(c)
}
/// One raw read; None when there is nothing now.
pub fn read(vm: &mut Vm, raw: Ref, count: usize) -> Result<Option<Vec<u8>>, Ask> {
    if let Some(fd) = plain_fd(vm, raw) {
        return read_fd(vm, fd, count);
    }
    // The buffer is made by a call, so that a second run of the native gets the filled one.
    let size = vm.int(count as i64);
    let size = vm.keep(size);
    let buffer = vm.call(t::BYTEARRAY, &[size])?;
    let view = vm.call(t::MEMORYVIEW, &[buffer])?;
    let got = vm.call_method(raw, "readinto", &[view])?;
    if got == fixed::NONE {
        return Ok(None);
    }
    let k = vm.index_i64(got)?;
    if k < 0 || k as usize > count {
        let message = format!("raw readinto() returned invalid length {k} (should have been between 0 and {count})");
        return Err(vm.error(t::OS_ERROR, message));
    }
    Ok(Some(vm.bytes_of(buffer).expect("a bytearray")[..k as usize].to_vec()))
}
/// Everything to the end; None when there is nothing at all now.
pub fn read_all(vm: &mut Vm, raw: Ref) -> Result<Option<Vec<u8>>, Ask> {
    if let Some(fd) = plain_fd(vm, raw) {
        return read_all_fd(vm, fd);
    }
    let got = vm.prelude("io_read_all_of", &[raw])?;
    if got == fixed::NONE {
        return Ok(None);
    }
    match vm.bytes_of(got) {
        Some(b) => Ok(Some(b.to_vec())),
        None => Err(vm.type_error("readall() should return bytes")),
    }
}
/// One raw write: how many bytes were taken, None when it would have to wait. Exceptions of the stream's come back inside.
fn write_some(vm: &mut Vm, raw: Ref, data: &[u8]) -> Result<Result<Option<usize>, Ask>, Ask> {
    if let Some(fd) = plain_fd(vm, raw) {
        return match write_fd(vm, fd, data) {
            Err(Ask::Raise(e)) => Ok(Err(Ask::Raise(e))),
            Err(other) => Err(other),
            Ok(k) => Ok(Ok(k)),
        };
    }
    let bytes = vm.bytes(data);
    let bytes = vm.keep(bytes);
    let f = vm.getattr_str(raw, "write")?;
    let got = match vm.try_call(f, &[bytes])? {
        Ok(v) => v,
        Err(e) => return Ok(Err(vm.reraise(e))),
    };
    if got == fixed::NONE {
        return Ok(Ok(None));
    }
    let k = vm.index_i64(got)?;
    if k < 0 || k as usize > data.len() {
        let message = format!("raw write() returned invalid length {k} (should have been between 0 and {})", data.len());
        return Ok(Err(vm.error(t::OS_ERROR, message)));
    }
    Ok(Ok(Some(k as usize)))
}
/// Writes all of it: how much went, and the exception that stopped it. Changes nothing of ours.
pub fn write_all(vm: &mut Vm, raw: Ref, data: &[u8]) -> Result<(usize, Option<Ask>), Ask> {
    let mut done = 0;
    while done < data.len() {
        match write_some(vm, raw, &data[done..])? {
            Ok(Some(k)) => done += k,
            Ok(None) => return Ok((done, Some(would_block(vm, 0)?))),
            Err(ask) => return Ok((done, Some(ask))),
        }
    }
    Ok((done, None))
}
/// `BlockingIOError(EAGAIN, …, written)`.
pub fn would_block(vm: &mut Vm, written: usize) -> Result<Ask, Ask> {
    let number = vm.int(11);
    let text = vm.str("write could not complete without blocking");
    let count = vm.int(written as i64);
    let args = [vm.keep(number), vm.keep(text), vm.keep(count)];
    match vm.raise_call(t::BLOCKING_IO_ERROR, &args) {
        Ask::Raise(e) => Ok(Ask::Raise(e)),
        other => Err(other),
    }
}
/// `raw.seek(offset, whence)`.
pub fn seek(vm: &mut Vm, raw: Ref, offset: i64, whence: i32) -> Result<i64, Ask> {
    if let Some(fd) = plain_fd(vm, raw) {
        return vm.sys_int(Syscall::Seek { fd, offset, whence });
    }
    let (offset, whence) = (vm.int(offset), vm.int(whence as i64));
    let args = [vm.keep(offset), vm.keep(whence)];
    let at = vm.call_method(raw, "seek", &args)?;
    position(vm, at)
}
/// `raw.tell()`.
pub fn tell(vm: &mut Vm, raw: Ref) -> Result<i64, Ask> {
    if let Some(fd) = plain_fd(vm, raw) {
        return vm.sys_int(Syscall::Seek { fd, offset: 0, whence: 1 });
    }
    let at = vm.call_method(raw, "tell", &[])?;
    position(vm, at)
}
fn position(vm: &mut Vm, at: Ref) -> Result<i64, Ask> {
    let k = vm.index_i64(at)?;
    if k < 0 {
        let message = format!("Raw stream returned invalid position {k}");
        return Err(vm.error(t::OS_ERROR, message));
    }
    Ok(k)
}
