//! `FileIO`: a descriptor as a raw stream. Every operation is a syscall.
use super::{base::raise_if, opaque_state, size_argument, unsupported};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, errno, open};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

/// A raw file.
#[derive(Clone)]
pub struct FileIo {
    /// −1 once closed.
    pub fd: i32,
    pub mode: Mode,
    pub closefd: bool,
    /// Known after the first question.
    pub seekable: Option<bool>,
    pub block_size: i64,
}
opaque_state!(FileIo, |_x, _f| {});

/// What a mode string says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mode {
    pub readable: bool,
    pub writable: bool,
    pub created: bool,
    pub appending: bool,
    pub truncate: bool,
}
impl Mode {
    /// Parses `r`, `w`, `x`, `a` with `+` and `b`. Err: the sentence of the ValueError.
    pub fn parse(text: &str) -> Result<Mode, String> {
        let many = "Must have exactly one of create/read/write/append mode and at most one plus";
        let (mut m, mut kinds, mut plus) = (Mode::default(), 0, 0);
        for c in text.chars() {
            match c {
                'r' => m.readable = true,
                'w' => (m.writable, m.truncate) = (true, true),
                'x' => (m.writable, m.created) = (true, true),
                'a' => (m.writable, m.appending) = (true, true),
                '+' => plus += 1,
                'b' => continue,
                _ => return Err(format!("invalid mode: {text}")),
            }
            kinds += (c != '+') as i32;
        }
        if kinds != 1 || plus > 1 {
            return Err(many.into());
        }
        if plus == 1 {
            (m.readable, m.writable) = (true, true);
        }
        Ok(m)
    }
    fn flags(self) -> i32 {
        let access = match (self.readable, self.writable) {
            (true, true) => open::RDWR,
            (false, true) => open::WRONLY,
            _ => open::RDONLY,
        };
        let add = |on: bool, flag: i32| if on { flag } else { 0 };
        access
            | open::CLOEXEC
            | add(self.truncate, open::CREAT | open::TRUNC)
            | add(self.created, open::CREAT | open::EXCL)
            | add(self.appending, open::CREAT | open::APPEND)
    }
    /// `FileIO.mode`.
    pub fn text(self) -> &'static str {
        match self {
            Mode { created: true, readable: true, .. } => "xb+",
            Mode { created: true, .. } => "xb",
            Mode { appending: true, readable: true, .. } => "ab+",
            Mode { appending: true, .. } => "ab",
            Mode { readable: true, writable: true, .. } => "rb+",
            Mode { readable: true, .. } => "rb",
            _ => "wb",
        }
    }
}

pub static FILE_IO: TypeDef = TypeDef {
    place: None,
    name: "FileIO",
    module: "_io",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::BASE | type_flags::IMMUTABLE,
    size: (48, 0),
    doc: "FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nOpen a file as a raw stream of bytes.",
    defs: &[METHODS],
};

const METHODS: &[Def] = &[
    Def::new("(cls, *args, **kwargs)", new),
    Def::method("__init__", "(self, file, mode='r', closefd=True, opener=None)", init, "Open the file."),
    Def::method("read", "(self, size=-1, /)", read, "Read at most size bytes, returned as bytes."),
    Def::method("readall", "(self, /)", readall, "Read all data from the file, returned as bytes."),
    Def::method("readinto", "(self, buffer, /)", readinto, "Read into a buffer; how many bytes were read."),
    Def::method("write", "(self, b, /)", write, "Write bytes; how many were written."),
    Def::method("seek", "(self, pos, whence=0, /)", seek, "Move to a position; the new one."),
    Def::method("tell", "(self, /)", tell, "Current file position."),
    Def::method("truncate", "(self, size=None, /)", truncate, "Set the file's size."),
    Def::method("close", "(self, /)", close, "Close the file."),
    Def::method("seekable", "(self, /)", seekable, "True if file supports random-access."),
    Def::method("readable", "(self, /)", readable, "True if file was opened in a read mode."),
    Def::method("writable", "(self, /)", writable, "True if file was opened in a write mode."),
    Def::method("fileno", "(self, /)", fileno, "Return the underlying file descriptor."),
    Def::method("isatty", "(self, /)", isatty, "True if the file is connected to a TTY device."),
    Def::method("_isatty_open_only", "(self, /)", isatty, ""),
    Def::method("_dealloc_warn", "(self, object, /)", |vm, _| Ok(vm.none()), ""),
    Def::get("closed", |vm, a| { let b = get(vm, a[0]).fd < 0; Ok(vm.bool(b)) }, "True if the file is closed"),
    Def::get("closefd", |vm, a| { let b = get(vm, a[0]).closefd; Ok(vm.bool(b)) }, "True if the descriptor is closed with the file."),
    Def::get("mode", |vm, a| { let s = get(vm, a[0]).mode.text(); Ok(vm.intern(s)) }, "String giving the file mode"),
    Def::member("_blksize", |vm, a| { let k = get(vm, a[0]).block_size; Ok(vm.int(k)) }, ""),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];

/// The state of a FileIO (or an instance of a subclass).
fn get(vm: &Vm, r: Ref) -> &FileIo {
    vm.state(r).expect("methods of FileIO get one")
}
fn get_mut(vm: &mut Vm, r: Ref) -> &mut FileIo {
    vm.state_mut(r).expect("methods of FileIO get one")
}
/// The descriptor of an open file; ValueError otherwise.
fn fd(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    let fd = get(vm, r).fd;
    raise_if(vm, fd < 0)?;
    Ok(fd)
}
/// A FileIO object made by the machine itself, for a descriptor that is open.
pub fn make(vm: &mut Vm, fd: i32, mode: Mode, closefd: bool, name: Ref) -> Ref {
    super::prepare_types(vm);
    let ty = vm.type_of_def(&FILE_IO);
    let state = FileIo { fd, mode, closefd, seekable: None, block_size: 4096 };
    let o = vm.opaque(ty, state);
    let r = vm.keep(o);
    let key = vm.intern("name").into_raw();
    vm.set_instance_attr(r, key, Some(name));
    r
}

fn new(vm: &mut Vm, a: Args) -> Step {
    let state = FileIo { fd: -1, mode: Mode::default(), closefd: true, seekable: None, block_size: 0 };
    Ok(vm.alloc(a[0], Payload::Opaque(Box::new(state))))
}

fn init(vm: &mut Vm, a: Args) -> Step {
    let (file, mode) = (a[1], a.opt(2));
    let closefd = match a.opt(3) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    let text = match mode {
        Some(m) => vm.expect_str(m, "FileIO() argument 'mode'")?,
        None => "r".into(),
    };
    let old = get(vm, a[0]).clone();
    if old.fd >= 0 && old.closefd && vm.answers.is_empty() {
        // A second __init__ closes what the first opened.
        get_mut(vm, a[0]).closefd = false;
    }
    let mode = match Mode::parse(&text) {
        Ok(m) => m,
        Err(message) => return Err(vm.value_error(message)),
    };
    let given = if vm.is_int(file) { Some(vm.index_i32(file)?) } else { None };
    if given.is_some_and(|fd| fd < 0) {
        return Err(vm.value_error("negative file descriptor"));
    }
    let fd = match given {
        Some(fd) => fd,
        None if !closefd => return Err(vm.value_error("Cannot use closefd=False with file name")),
        None => open_path(vm, file, mode, a.not_none(4))?,
    };
    let stat = match vm.syscall(Syscall::FStat { fd })? {
        SysResult::Stat(s) => s,
        SysResult::Error(e) => return Err(vm.os_error(e, Some(file), None)),
        other => panic!("FStat answered {other:?}"),
    };
    if stat.mode & 0o170000 == 0o040000 {
        if given.is_none() {
            vm.syscall(Syscall::Close { fd })?;
        }
        return Err(vm.os_error(errno::EISDIR, Some(file), None));
    }
    if mode.appending {
        // Fails on pipes, which does not matter.
        vm.syscall(Syscall::Seek { fd, offset: 0, whence: 2 })?;
    }
    *get_mut(vm, a[0]) = FileIo { fd, mode, closefd, seekable: None, block_size: 4096 };
    let key = vm.intern("name").into_raw();
    vm.set_instance_attr(a[0], key, Some(file));
    Ok(vm.none())
}
fn open_path(vm: &mut Vm, file: Ref, mode: Mode, opener: Option<Ref>) -> Result<i32, Ask> {
    let Some(object) = vm.as_path(file)? else {
        let message = format!("expected str, bytes or os.PathLike object, not {}", vm.dotted_type_name(file));
        return Err(vm.type_error(message));
    };
    let path = vm.path_text(object);
    if path.contains('\0') {
        return Err(vm.value_error("embedded null byte"));
    }
    let Some(opener) = opener else {
        let call = Syscall::Open { path, flags: mode.flags(), mode: 0o666 };
        return match vm.sys(call, Some(object))? {
            SysResult::Int(fd) => Ok(fd as i32),
            other => panic!("Open answered {other:?}"),
        };
    };
    let flags = vm.int(mode.flags() as i64);
    let flags = vm.keep(flags);
    let fd = vm.call(opener, &[file, flags])?;
    if !vm.is_int(fd) {
        return Err(vm.type_error("expected integer from opener"));
    }
    let fd = vm.index_i32(fd)?;
    if fd < 0 {
        let message = format!("opener returned {fd}");
        return Err(vm.value_error(message));
    }
    Ok(fd)
}

/// Bytes of one read; None when there is nothing now and the descriptor does not wait.
pub fn read_fd(vm: &mut Vm, fd: i32, count: usize) -> Result<Option<Vec<u8>>, Ask> {
    match vm.syscall(Syscall::Read { fd, count })? {
        SysResult::Bytes(b) => Ok(Some(b)),
        SysResult::Error(errno::EAGAIN) => Ok(None),
        SysResult::Error(e) => Err(vm.os_error(e, None, None)),
        other => panic!("Read answered {other:?}"),
    }
}
/// How many bytes one write took; None when it would have to wait.
pub fn write_fd(vm: &mut Vm, fd: i32, data: &[u8]) -> Result<Option<usize>, Ask> {
    match vm.syscall(Syscall::Write { fd, data: data.to_vec() })? {
        SysResult::Int(k) => Ok(Some(k as usize)),
        SysResult::Error(errno::EAGAIN) => Ok(None),
        SysResult::Error(e) => Err(vm.os_error(e, None, None)),
        other => panic!("Write answered {other:?}"),
    }
}
/// Most bytes of one read of everything.
const READ_ALL: usize = 1 << 24;
/// Everything to the end; None when there is nothing at all now.
pub fn read_all_fd(vm: &mut Vm, fd: i32) -> Result<Option<Vec<u8>>, Ask> {
    let mut all = Vec::new();
    loop {
        match read_fd(vm, fd, READ_ALL)? {
            Some(b) if b.is_empty() => return Ok(Some(all)),
            Some(b) => all.extend_from_slice(&b),
            None if all.is_empty() => return Ok(None),
            None => return Ok(Some(all)),
        }
    }
}
fn bytes_or_none(vm: &mut Vm, found: Option<Vec<u8>>) -> Step {
    Ok(match found {
        Some(b) => vm.bytes(b),
        None => vm.none(),
    })
}
fn readable_fd(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    let fd = fd(vm, r)?;
    if get(vm, r).mode.readable { Ok(fd) } else { Err(unsupported(vm, "File not open for reading")) }
}
fn read(vm: &mut Vm, a: Args) -> Step {
    let fd = readable_fd(vm, a[0])?;
    let found = match size_argument(vm, a.opt(1))? {
        Some(k) => read_fd(vm, fd, k)?,
        None => {
            let f = vm.getattr_str(a[0], "readall")?;
            return vm.tail_call(f, &[]);
        }
    };
    bytes_or_none(vm, found)
}
fn readall(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let found = read_all_fd(vm, fd)?;
    bytes_or_none(vm, found)
}
fn readinto(vm: &mut Vm, a: Args) -> Step {
    let fd = readable_fd(vm, a[0])?;
    let count = vm.writable_len(a[1])?;
    match read_fd(vm, fd, count)? {
        Some(b) => {
            vm.fill_buffer(a[1], &b)?;
            Ok(vm.int(b.len() as i64))
        }
        None => Ok(vm.none()),
    }
}
fn write(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    if !get(vm, a[0]).mode.writable {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let data = vm.buffer_bytes(a[1])?;
    Ok(match write_fd(vm, fd, &data)? {
        Some(k) => vm.int(k as i64),
        None => vm.none(),
    })
}
fn seek(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    if vm.f64_of(a[1]).is_some() {
        return Err(vm.type_error("'float' object cannot be interpreted as an integer"));
    }
    let offset = vm.index_i64(a[1])?;
    let whence = match a.opt(2) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    let at = vm.sys_int(Syscall::Seek { fd, offset, whence })?;
    Ok(vm.int(at))
}
fn tell(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let at = vm.sys_int(Syscall::Seek { fd, offset: 0, whence: 1 })?;
    Ok(vm.int(at))
}
fn truncate(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    if !get(vm, a[0]).mode.writable {
        return Err(unsupported(vm, "File not open for writing"));
    }
    let size = match a.not_none(1) {
        Some(r) => vm.index_i64(r)?,
        None => vm.sys_int(Syscall::Seek { fd, offset: 0, whence: 1 })?,
    };
    if size < 0 {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    vm.sys(Syscall::Truncate { fd, size: size as u64 }, None)?;
    Ok(vm.int(size))
}
/// Runs the base's `close` (which flushes once), then closes the descriptor, whatever the flush did.
fn close(vm: &mut Vm, a: Args) -> Step {
    let FileIo { fd, closefd, .. } = get(vm, a[0]).clone();
    let base = vm.type_of_def(&super::base::RAW_IO_BASE);
    let name = vm.intern("close").into_raw();
    let f = vm.lookup(base, name).expect("the base has close");
    let flushed = vm.try_call(f, &[a[0]])?;
    let closed = if fd >= 0 && closefd { Some(vm.syscall(Syscall::Close { fd })?) } else { None };
    get_mut(vm, a[0]).fd = -1;
    if let Err(e) = flushed {
        return Err(vm.reraise(e));
    }
    match closed {
        Some(SysResult::Error(e)) => Err(vm.os_error(e, None, None)),
        _ => Ok(vm.none()),
    }
}
fn seekable(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    if let Some(known) = get(vm, a[0]).seekable {
        return Ok(vm.bool(known));
    }
    let found = !matches!(vm.syscall(Syscall::Seek { fd, offset: 0, whence: 1 })?, SysResult::Error(_));
    get_mut(vm, a[0]).seekable = Some(found);
    Ok(vm.bool(found))
}
fn readable(vm: &mut Vm, a: Args) -> Step {
    fd(vm, a[0])?;
    let b = get(vm, a[0]).mode.readable;
    Ok(vm.bool(b))
}
fn writable(vm: &mut Vm, a: Args) -> Step {
    fd(vm, a[0])?;
    let b = get(vm, a[0]).mode.writable;
    Ok(vm.bool(b))
}
fn fileno(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    Ok(vm.int(fd as i64))
}
fn isatty(vm: &mut Vm, a: Args) -> Step {
    let fd = fd(vm, a[0])?;
    let b = vm.sys_int(Syscall::IsATty { fd })? != 0;
    Ok(vm.bool(b))
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let FileIo { fd, mode, closefd, .. } = get(vm, a[0]).clone();
    let module = if vm.ty(a[0]) == vm.type_of_def(&FILE_IO) { "_io." } else { "" };
    let ty = format!("{module}{}", vm.type_name(a[0]));
    if fd < 0 {
        return Ok(vm.str(format!("<{ty} [closed]>")));
    }
    let closefd = if closefd { "True" } else { "False" };
    let key = vm.intern("name").into_raw();
    let name = match vm.getattr_opt(a[0], key)? {
        Some(name) if name != fixed::NONE => {
            let text = vm.repr(name)?;
            format!("name={}", vm.lossy(text))
        }
        _ => format!("fd={fd}"),
    };
    Ok(vm.str(format!("<{ty} {name} mode='{}' closefd={closefd}>", mode.text())))
}
