//! Functions about descriptors.
use super::super::common::PathKind;
use super::no_dir_fd;
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, open};
use crate::vm::{Args, Ask, Def, Vm, fixed};

pub const FUNCTIONS: &[Def] = &[
    Def::function("open", "(path, flags, mode=511, *, dir_fd=None)", open_file, "Open a file for low level IO."),
    Def::function("close", "(fd)", close, "Close a file descriptor."),
    Def::function("closerange", "(fd_low, fd_high, /)", closerange, "Close descriptors from low to high (exclusive)."),
    Def::function("read", "(fd, length, /)", read, "Read from a file descriptor; bytes."),
    Def::function("write", "(fd, data, /)", write, "Write bytes to a file descriptor; how many."),
    Def::function("pread", "(fd, length, offset, /)", pread, "Read at an offset."),
    Def::function("pwrite", "(fd, buffer, offset, /)", pwrite, "Write at an offset."),
    Def::function("readv", "(fd, buffers, /)", |vm, a| vm.tail_prelude("posix_readv", &[a[0], a[1]]), "Read into several buffers."),
    Def::function("writev", "(fd, buffers, /)", |vm, a| vm.tail_prelude("posix_writev", &[a[0], a[1]]), "Write several buffers."),
    Def::function("sendfile", "(out_fd, in_fd, offset, count)", sendfile, "Copy bytes of a file to a descriptor; how many."),
    Def::function("readinto", "(fd, buffer, /)", readinto, "Read into a buffer; how many bytes."),
    Def::function("lseek", "(fd, position, whence, /)", lseek, "Set the position of a file descriptor."),
    Def::function("ftruncate", "(fd, length, /)", ftruncate, "Truncate a file by its descriptor."),
    Def::function("truncate", "(path, length)", truncate, "Truncate a file."),
    Def::function("fsync", "(fd)", fsync, "Force write of a file to disk."),
    Def::function("fdatasync", "(fd)", fsync, "Force write of a file's data to disk."),
    Def::function("sync", "()", |vm, _| Ok(vm.none()), "Force write of everything to disk."),
    Def::function("dup", "(fd, /)", dup, "A duplicate of a file descriptor."),
    Def::function("dup2", "(fd, fd2, inheritable=True)", dup2, "Duplicate a descriptor to a given number."),
    Def::function("pipe", "()", |vm, _| pipe(vm, 0), "Create a pipe; (read_fd, write_fd)."),
    Def::function("pipe2", "(flags, /)", pipe2, "Create a pipe with flags."),
    Def::function("isatty", "(fd, /)", isatty, "Whether a descriptor is a terminal."),
    Def::function("get_blocking", "(fd, /)", |vm, a| truth(vm, a, |fd| Syscall::GetBlocking { fd }), "Whether a descriptor blocks."),
    Def::function("set_blocking", "(fd, blocking, /)", set_blocking, "Set whether a descriptor blocks."),
    Def::function("get_inheritable", "(fd, /)", |vm, a| truth(vm, a, |fd| Syscall::GetInheritable { fd }), "Whether a descriptor is inherited."),
    Def::function("set_inheritable", "(fd, inheritable, /)", set_inheritable, "Set whether a descriptor is inherited."),
    Def::function("fchmod", "(fd, mode)", fchmod, "Change the mode of an open file."),
    Def::function("fchdir", "(fd)", fchdir, "Change to the folder of a descriptor."),
    Def::function("device_encoding", "(fd)", device_encoding, "Encoding of a terminal; None."),
    Def::function("ttyname", "(fd, /)", ttyname, "Name of a terminal."),
];

/// Bytes that one call of `sendfile` copies at most.
const AT_ONCE: usize = 1 << 20;
/// `offset` None: from the file's position, which moves.
fn sendfile(vm: &mut Vm, a: Args) -> Step {
    let (out, from, count) = (fd(vm, a[0])?, fd(vm, a[1])?, size(vm, a[3])?);
    let moves = a[2] == fixed::NONE;
    let start = if moves { vm.sys_int(Syscall::Seek { fd: from, offset: 0, whence: 1 })? } else { vm.index_i64(a[2])? };
    let Ok(offset) = u64::try_from(start) else { return Err(vm.os_error(22, None, None)) };
    let data = match vm.syscall(Syscall::ReadAt { fd: from, count: count.min(AT_ONCE), offset })? {
        SysResult::Bytes(data) => data,
        // What has no offsets cannot be sent this way.
        SysResult::Error(29) => return Err(vm.os_error(22, None, None)),
        SysResult::Error(e) => return Err(vm.os_error(e, None, None)),
        other => panic!("ReadAt answered {other:?}"),
    };
    let sent = if data.is_empty() { 0 } else { vm.sys_int(Syscall::Write { fd: out, data })? };
    if moves {
        vm.sys_int(Syscall::Seek { fd: from, offset: start + sent, whence: 0 })?;
    }
    Ok(vm.int(sent))
}
fn fd(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    vm.index_i32(r)
}
fn size(vm: &mut Vm, r: Ref) -> Result<usize, Ask> {
    let k = vm.index_i64(r)?;
    match usize::try_from(k) {
        Ok(k) => Ok(k),
        Err(_) => Err(vm.os_error(22, None, None)),
    }
}
fn bytes(vm: &mut Vm, r: SysResult) -> Step {
    match r {
        SysResult::Bytes(b) => Ok(vm.bytes(b)),
        SysResult::From(b, _) => Ok(vm.bytes(b)),
        other => panic!("a read answered {other:?}"),
    }
}
fn truth(vm: &mut Vm, a: Args, call: fn(i32) -> Syscall) -> Step {
    let fd = fd(vm, a[0])?;
    let b = vm.sys_int(call(fd))? != 0;
    Ok(vm.bool(b))
}
fn open_file(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(3))?;
    let p = vm.path_arg(Some(a[0]), "open", "path", PathKind::Path)?;
    let flags = vm.index_i32(a[1])?;
    let mode = match a.opt(2) {
        Some(r) => vm.index_i32(r)? as u32,
        None => 0o777,
    };
    match vm.sys(Syscall::Open { path: p.text, flags: flags | open::CLOEXEC, mode }, Some(p.object))? {
        SysResult::Int(fd) => Ok(vm.int(fd)),
        other => panic!("Open answered {other:?}"),
    }
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    vm.sys_done(Syscall::Close { fd }, None)
}
fn closerange(vm: &mut Vm, a: Args) -> Step {
    let (low, high) = (fd(vm, a[0])?, fd(vm, a[1])?);
    for fd in low.max(0)..high.min(4096) {
        vm.syscall(Syscall::Close { fd })?;
    }
    Ok(vm.none())
}
fn read(vm: &mut Vm, a: Args) -> Step {
    let (fd, count) = (fd(vm, a[0])?, size(vm, a[1])?);
    let r = vm.sys(Syscall::Read { fd, count }, None)?;
    bytes(vm, r)
}
fn readinto(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let count = vm.writable_len(a[1])?;
    let SysResult::Bytes(data) = vm.sys(Syscall::Read { fd, count }, None)? else { panic!("a read answers bytes") };
    vm.fill_buffer(a[1], &data)?;
    Ok(vm.int(data.len() as i64))
}
fn write(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let data = vm.buffer_bytes(a[1])?;
    let k = vm.sys_int(Syscall::Write { fd, data })?;
    Ok(vm.int(k))
}
fn offset(vm: &mut Vm, r: Ref) -> Result<u64, Ask> {
    size(vm, r).map(|k| k as u64)
}
fn pread(vm: &mut Vm, a: Args) -> Step {
    let (fd, count, offset) = (fd(vm, a[0])?, size(vm, a[1])?, offset(vm, a[2])?);
    let r = vm.sys(Syscall::ReadAt { fd, count, offset }, None)?;
    bytes(vm, r)
}
fn pwrite(vm: &mut Vm, a: Args) -> Step {
    let (fd, data, offset) = (fd(vm, a[0])?, vm.buffer_bytes(a[1])?, offset(vm, a[2])?);
    let k = vm.sys_int(Syscall::WriteAt { fd, data, offset })?;
    Ok(vm.int(k))
}
fn lseek(vm: &mut Vm, a: Args) -> Step {
    let (fd, offset, whence) = (fd(vm, a[0])?, vm.index_i64(a[1])?, vm.index_i32(a[2])?);
    let at = vm.sys_int(Syscall::Seek { fd, offset, whence })?;
    Ok(vm.int(at))
}
fn ftruncate(vm: &mut Vm, a: Args) -> Step {
    let (fd, size) = (fd(vm, a[0])?, offset(vm, a[1])?);
    vm.sys_done(Syscall::Truncate { fd, size }, None)
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    let p = vm.path_arg(Some(a[0]), "truncate", "path", PathKind::OrFd)?;
    let size = offset(vm, a[1])?;
    match p.fd {
        Some(fd) => vm.sys_done(Syscall::Truncate { fd, size }, None),
        None => vm.sys_done(Syscall::TruncatePath { path: p.text, size }, Some(p.object)),
    }
}
/// A descriptor, or an object with `fileno()`.
fn file_descriptor(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    if vm.is_int(r) {
        return fd(vm, r);
    }
    let name = vm.intern("fileno").into_raw();
    let Some(f) = vm.getattr_opt(r, name)? else {
        return Err(vm.type_error("argument must be an int, or have a fileno() method."));
    };
    let n = vm.call(f, &[])?;
    if !vm.is_int(n) {
        return Err(vm.type_error("fileno() returned a non-integer"));
    }
    fd(vm, n)
}
fn fsync(vm: &mut Vm, a: Args) -> Step {
    let fd = file_descriptor(vm, a[0])?;
    vm.sys_done(Syscall::Sync { fd }, None)
}
fn dup(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let n = vm.sys_int(Syscall::Dup { fd, to: None, inheritable: false })?;
    Ok(vm.int(n))
}
fn dup2(vm: &mut Vm, a: Args) -> Step {
    let (fd, to) = (fd(vm, a[0])?, fd(vm, a[1])?);
    let inheritable = match a.opt(2) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let n = vm.sys_int(Syscall::Dup { fd, to: Some(to), inheritable })?;
    Ok(vm.int(n))
}
fn pipe(vm: &mut Vm, flags: i32) -> Step {
    let SysResult::Pair(r, w) = vm.sys(Syscall::Pipe { flags }, None)? else { panic!("Pipe answers a pair") };
    let ends = vec![vm.int(r), vm.int(w)];
    Ok(vm.tuple(ends))
}
fn pipe2(vm: &mut Vm, a: Args) -> Step {
    let flags = vm.index_i32(a[0])?;
    pipe(vm, flags)
}
fn isatty(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let b = matches!(vm.syscall(Syscall::IsATty { fd })?, SysResult::Int(1));
    Ok(vm.bool(b))
}
fn set_blocking(vm: &mut Vm, a: Args) -> Step {
    let (fd, blocking) = (fd(vm, a[0])?, vm.truth(a[1])?);
    vm.sys_done(Syscall::SetBlocking { fd, blocking }, None)
}
fn set_inheritable(vm: &mut Vm, a: Args) -> Step {
    let (fd, inheritable) = (fd(vm, a[0])?, vm.truth(a[1])?);
    vm.sys_done(Syscall::SetInheritable { fd, inheritable }, None)
}
/// The simulated system keeps modes by path only: EPERM for files whose path is not known.
fn fchmod(vm: &mut Vm, a: Args) -> Step {
    let (fd, mode) = (file_descriptor(vm, a[0])?, vm.index_i32(a[1])? as u32);
    let SysResult::Text(path) = vm.sys(Syscall::PathOf { fd }, None)? else { panic!("PathOf answers text") };
    vm.sys_done(Syscall::Chmod { path, mode }, None)
}
fn fchdir(vm: &mut Vm, a: Args) -> Step {
    let fd = file_descriptor(vm, a[0])?;
    let SysResult::Text(path) = vm.sys(Syscall::PathOf { fd }, None)? else { panic!("PathOf answers text") };
    vm.sys_done(Syscall::Chdir { path }, None)
}
fn device_encoding(vm: &mut Vm, a: Args) -> Step {
    fd(vm, a[0])?;
    Ok(vm.incref(fixed::NONE))
}
fn ttyname(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    vm.sys_int(Syscall::IsATty { fd })?;
    Err(vm.os_error(25, None, None))
}
