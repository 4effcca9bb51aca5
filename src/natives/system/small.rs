//! Small modules about the system: `pwd`, `grp`, `resource`, `fcntl`, `faulthandler`, `_posixsubprocess`.
use super::structseq::{METHODS, Shape, item};
use crate::heap::{Owned, Ref};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::step::Step;
use crate::vm::syscall::{Clock, SysResult, Syscall, errno};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

macro_rules! shape {
    ($shape:ident, $def:ident, $name:literal, $module:literal, [$($i:literal $field:literal),* $(,)?]) => {
        static $def: TypeDef = TypeDef {
            place: None,
            name: $name,
            module: $module,
            base: t::TUPLE,
            layout: Layout::Tuple,
            flags: type_flags::IMMUTABLE | type_flags::SEQUENCE,
            size: (32, 8),
            doc: "",
            defs: &[METHODS, &[$(Def::member($field, item::<$i>, "")),*]],
        };
        static $shape: Shape = Shape { def: &$def, fields: &[$($field),*], visible: [$($i),*].len(), unnamed: 0 };
    };
}
shape!(PASSWD, PASSWD_DEF, "struct_passwd", "pwd",
    [0 "pw_name", 1 "pw_passwd", 2 "pw_uid", 3 "pw_gid", 4 "pw_gecos", 5 "pw_dir", 6 "pw_shell"]);
shape!(GROUP, GROUP_DEF, "struct_group", "grp", [0 "gr_name", 1 "gr_passwd", 2 "gr_gid", 3 "gr_mem"]);
shape!(RUSAGE, RUSAGE_DEF, "struct_rusage", "resource", [
    0 "ru_utime", 1 "ru_stime", 2 "ru_maxrss", 3 "ru_ixrss", 4 "ru_idrss", 5 "ru_isrss", 6 "ru_minflt", 7 "ru_majflt",
    8 "ru_nswap", 9 "ru_inblock", 10 "ru_oublock", 11 "ru_msgsnd", 12 "ru_msgrcv", 13 "ru_nsignals", 14 "ru_nvcsw", 15 "ru_nivcsw",
]);
pub static SHAPES: &[&Shape] = &[&PASSWD, &GROUP, &RUSAGE];

const fn module(name: &'static str, doc: &'static str, functions: &'static [&'static [Def]], init: Option<fn(&mut Vm, Ref) -> Result<(), Ask>>) -> ModuleDef {
    ModuleDef { name, doc, functions, types: &[], init }
}
pub static PWD: ModuleDef = module("pwd", "The users of the system.", &[&[
    Def::function("getpwuid", "(uid, /)", getpwuid, "The user of a number."),
    Def::function("getpwnam", "(name, /)", getpwnam, "The user of a name."),
    Def::function("getpwall", "()", getpwall, "All users."),
]], Some(|vm, m| { let ty = vm.struct_seq_type(&PASSWD); vm.set_borrowed(m, "struct_passwd", ty); Ok(()) }));
pub static GRP: ModuleDef = module("grp", "The groups of the system.", &[&[
    Def::function("getgrgid", "(id)", getgrgid, "The group of a number."),
    Def::function("getgrnam", "(name)", getgrnam, "The group of a name."),
    Def::function("getgrall", "()", getgrall, "All groups."),
]], Some(|vm, m| { let ty = vm.struct_seq_type(&GROUP); vm.set_borrowed(m, "struct_group", ty); Ok(()) }));
pub static RESOURCE: ModuleDef = module("resource", "Resource usage and limits.", &[&[
    Def::function("getrusage", "(who, /)", getrusage, "Resource usage."),
    Def::function("getrlimit", "(resource, /)", getrlimit, "A limit: (soft, hard)."),
    Def::function("setrlimit", "(resource, limits, /)", setrlimit, "Set a limit: not supported."),
    Def::function("getpagesize", "()", |vm, _| Ok(vm.int(4096)), "Size of a page."),
]], Some(resource_init));
pub static FCNTL: ModuleDef = module("fcntl", "Control of descriptors.", &[&[
    Def::function("fcntl", "(fd, cmd, arg=0, /)", fcntl, "Perform an operation on a descriptor."),
    Def::function("flock", "(fd, operation, /)", flock, "Lock a file: there is nobody to lock out."),
    Def::function("lockf", "(fd, cmd, len=0, start=0, whence=0, /)", flock, "Lock a part of a file: there is nobody to lock out."),
    Def::function("ioctl", "(fd, request, arg=0, mutate_flag=True, /)", ioctl, "Control a device: there is none."),
]], Some(|vm, m| { vm.set_ints(m, FCNTL_NUMBERS); Ok(()) }));
pub static FAULTHANDLER: ModuleDef = module("faulthandler", "Tracebacks at a crash: the machine has no crashes to handle.", &[&[
    Def::function("enable", "(file=sys.stderr, all_threads=True, c_stack=True)", |vm, _| set_enabled(vm, true), "Enable the fault handler."),
    Def::function("disable", "()", disable, "Disable the fault handler."),
    Def::function("is_enabled", "()", |vm, _| { let b = is_enabled(vm); Ok(vm.bool(b)) }, "Whether the handler is enabled."),
    Def::function("dump_traceback_later", "(timeout, repeat=False, file=sys.stderr, exit=False)", |vm, _| Err(vm.unsupported("faulthandler.dump_traceback_later()")), "Dump the traceback after a time."),
    Def::function("cancel_dump_traceback_later", "()", |vm, _| Ok(vm.none()), "Cancel dump_traceback_later()."),
    Def::function("_sigsegv", "(release_gil=False, /)", |vm, _| die_of(vm, 11), "Raise a SIGSEGV signal."),
    Def::function("_read_null", "()", |vm, _| die_of(vm, 11), "A simple NULL dereference: SIGSEGV."),
    Def::function("_sigabrt", "()", |vm, _| die_of(vm, 6), "Raise a SIGABRT signal."),
    Def::function("_sigfpe", "()", |vm, _| die_of(vm, 8), "Raise a SIGFPE signal."),
    Def::function("dump_traceback", "(file=sys.stderr, all_threads=True)", |vm, a| { let file = a.opt(0).unwrap_or(fixed::NONE); vm.tail_prelude("faulthandler_dump", &[file]) }, "Dump the traceback of the current thread."),
]], None);
pub static POSIXSUBPROCESS: ModuleDef = module("_posixsubprocess", "Starting this machine's own program in a process of its own.", &[&[
    Def::function("fork_exec", "(*args)", |vm, a| vm.tail_prelude("fork_exec", &[a[0]]), "Spawn a fresh new child process."),
]], None);

/// What a crash comes to: the signal, as the system would send it.
fn die_of(vm: &mut Vm, signal: i32) -> Step {
    let pid = vm.sys_int(Syscall::GetPid)? as i32;
    vm.sys_done(Syscall::Kill { pid, signal }, None)
}
fn key_error(vm: &mut Vm, message: String) -> Ask {
    let text = vm.str(message);
    let text = vm.keep(text);
    vm.key_error(text)
}
const USERS: &[(&str, i64, &str, &str)] = &[("root", 0, "root", "/root"), ("student", 1000, "Student", "/home/student")];
fn user(vm: &mut Vm, i: usize) -> Owned {
    let (name, id, full, home) = USERS[i];
    let values = vec![vm.str(name), vm.str("x"), vm.int(id), vm.int(id), vm.str(full), vm.str(home), vm.str("/bin/sh")];
    vm.struct_seq(&PASSWD, values)
}
fn getpwuid(vm: &mut Vm, a: Args) -> Step {
    let id = vm.index_i64(a[0])?;
    match USERS.iter().position(|u| u.1 == id) {
        Some(i) => Ok(user(vm, i)),
        None => Err(key_error(vm, format!("getpwuid(): uid not found: {id}"))),
    }
}
fn getpwnam(vm: &mut Vm, a: Args) -> Step {
    let name = vm.expect_str(a[0], "getpwnam() argument")?;
    match USERS.iter().position(|u| u.0 == name) {
        Some(i) => Ok(user(vm, i)),
        None => Err(key_error(vm, format!("getpwnam(): name not found: '{name}'"))),
    }
}
fn getpwall(vm: &mut Vm, _: Args) -> Step {
    let users = (0..USERS.len()).map(|i| user(vm, i)).collect();
    Ok(vm.list(users))
}
fn group(vm: &mut Vm, i: usize) -> Owned {
    let (name, id, ..) = USERS[i];
    let values = vec![vm.str(name), vm.str("x"), vm.int(id), vm.list(vec![])];
    vm.struct_seq(&GROUP, values)
}
fn getgrgid(vm: &mut Vm, a: Args) -> Step {
    let id = vm.index_i64(a[0])?;
    match USERS.iter().position(|u| u.1 == id) {
        Some(i) => Ok(group(vm, i)),
        None => Err(key_error(vm, format!("getgrgid(): gid not found: {id}"))),
    }
}
fn getgrnam(vm: &mut Vm, a: Args) -> Step {
    let name = vm.expect_str(a[0], "getgrnam() argument 'name'")?;
    match USERS.iter().position(|u| u.0 == name) {
        Some(i) => Ok(group(vm, i)),
        None => Err(key_error(vm, format!("getgrnam(): name not found: '{name}'"))),
    }
}
fn getgrall(vm: &mut Vm, _: Args) -> Step {
    let groups = (0..USERS.len()).map(|i| group(vm, i)).collect();
    Ok(vm.list(groups))
}

const LIMITS: &[(&str, i64)] = &[
    ("RLIMIT_CPU", 0), ("RLIMIT_FSIZE", 1), ("RLIMIT_DATA", 2), ("RLIMIT_STACK", 3), ("RLIMIT_CORE", 4), ("RLIMIT_RSS", 5),
    ("RLIMIT_NPROC", 6), ("RLIMIT_NOFILE", 7), ("RLIMIT_MEMLOCK", 8), ("RLIMIT_AS", 9), ("RUSAGE_SELF", 0),
    ("RUSAGE_CHILDREN", -1), ("RUSAGE_THREAD", 1), ("RLIM_INFINITY", -1),
];
fn resource_init(vm: &mut Vm, m: Ref) -> Result<(), Ask> {
    vm.set_ints(m, LIMITS);
    vm.set_borrowed(m, "error", t::OS_ERROR);
    let ty = vm.struct_seq_type(&RUSAGE);
    vm.set_borrowed(m, "struct_rusage", ty);
    Ok(())
}
fn getrusage(vm: &mut Vm, a: Args) -> Step {
    let who = vm.index_i32(a[0])?;
    if !(-1..=1).contains(&who) {
        return Err(vm.value_error("invalid who parameter"));
    }
    let cpu = if who == -1 { 0 } else { vm.sys_int(Syscall::ClockGet { clock: Clock::Process })? };
    let mut values = vec![vm.float(cpu as f64 / 1e9), vm.float(0.0)];
    values.extend((0..14).map(|_| vm.int(0)));
    Ok(vm.struct_seq(&RUSAGE, values))
}
fn getrlimit(vm: &mut Vm, a: Args) -> Step {
    let which = vm.index_i32(a[0])?;
    if !(0..16).contains(&which) {
        return Err(vm.value_error("invalid resource specified"));
    }
    // Linux's: 8 MiB of stack unless a program asks for more, 1024 open files.
    let (soft, hard) = match which {
        3 => (8 << 20, -1),
        7 => (1024, 1024),
        _ => (-1, -1),
    };
    let items = vec![vm.int(soft), vm.int(hard)];
    Ok(vm.tuple(items))
}
fn setrlimit(vm: &mut Vm, a: Args) -> Step {
    vm.index_i32(a[0])?;
    Err(vm.unsupported("resource.setrlimit()"))
}

const FCNTL_NUMBERS: &[(&str, i64)] = &[
    ("F_DUPFD", 0), ("F_GETFD", 1), ("F_SETFD", 2), ("F_GETFL", 3), ("F_SETFL", 4), ("F_GETLK", 5), ("F_SETLK", 6),
    ("F_SETLKW", 7), ("F_DUPFD_CLOEXEC", 1030), ("FD_CLOEXEC", 1), ("LOCK_SH", 1), ("LOCK_EX", 2), ("LOCK_NB", 4),
    ("LOCK_UN", 8), ("F_RDLCK", 0), ("F_WRLCK", 1), ("F_UNLCK", 2),
];
fn fcntl(vm: &mut Vm, a: Args) -> Step {
    let fd = super::net::select::descriptor(vm, a[0])?;
    let cmd = vm.index_i32(a[1])?;
    let arg = match a.opt(2) {
        Some(r) if vm.is_int(r) => vm.index_i64(r)?,
        _ => 0,
    };
    let value = match cmd {
        0 | 1030 => vm.sys_int(Syscall::Dup { fd, to: None, inheritable: cmd == 0 })?,
        1 => (vm.sys_int(Syscall::GetInheritable { fd })? == 0) as i64,
        2 => vm.sys_int(Syscall::SetInheritable { fd, inheritable: arg & 1 == 0 })?,
        3 => if vm.sys_int(Syscall::GetBlocking { fd })? == 0 { 0o4002 } else { 2 },
        4 => vm.sys_int(Syscall::SetBlocking { fd, blocking: arg & 0o4000 == 0 })?,
        _ => return Err(vm.os_error(errno::EINVAL, None, None)),
    };
    Ok(vm.int(value))
}
fn flock(vm: &mut Vm, a: Args) -> Step {
    let fd = super::net::select::descriptor(vm, a[0])?;
    vm.index_i32(a[1])?;
    vm.sys(Syscall::FStat { fd }, None)?;
    Ok(vm.none())
}
fn ioctl(vm: &mut Vm, a: Args) -> Step {
    let fd = super::net::select::descriptor(vm, a[0])?;
    match vm.sys(Syscall::FStat { fd }, None)? {
        SysResult::Stat(_) => Err(vm.os_error(errno::ENOTTY, None, None)),
        other => panic!("FStat answered {other:?}"),
    }
}
fn is_enabled(vm: &Vm) -> bool {
    vm.registry.get("faulthandler") == Some(&fixed::TRUE)
}
fn set_enabled(vm: &mut Vm, on: bool) -> Step {
    vm.registry.insert("faulthandler", fixed::bool_ref(on));
    Ok(vm.none())
}
fn disable(vm: &mut Vm, _: Args) -> Step {
    let before = is_enabled(vm);
    let done = set_enabled(vm, false)?;
    vm.release(done);
    Ok(vm.bool(before))
}
