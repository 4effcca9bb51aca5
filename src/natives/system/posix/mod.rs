//! `posix`: what `os` is made of. What the simulated system cannot do is absent or refuses.
mod children;
mod environment;
mod files;
mod paths;
mod process;
mod scandir;
pub mod stat;

pub use children::leave;

use super::structseq::Shape;
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Ask, Vm, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "posix",
    doc: "Access to the functions of the operating system.",
    functions: &[files::FUNCTIONS, paths::FUNCTIONS, stat::FUNCTIONS, scandir::FUNCTIONS, process::FUNCTIONS, children::FUNCTIONS, environment::FUNCTIONS],
    types: &[&scandir::DIR_ENTRY],
    init: Some(init),
};

pub static SHAPES: &[&Shape] = &[&stat::STAT_RESULT, &process::UNAME_RESULT, &process::TIMES_RESULT, &process::WAITID_RESULT, &process::TERMINAL_SIZE, &stat::STATVFS_RESULT];

/// Functions that take descriptors or do not follow links: what `os.supports_*` is built from.
const HAVE: &[&str] = &["HAVE_FCHDIR", "HAVE_FCHMOD", "HAVE_FDOPENDIR", "HAVE_FTRUNCATE", "HAVE_FUTIMENS", "HAVE_LSTAT"];

const CONSTANTS: &[(&str, i64)] = &[
    ("F_OK", 0), ("R_OK", 4), ("W_OK", 2), ("X_OK", 1),
    ("O_RDONLY", 0), ("O_WRONLY", 1), ("O_RDWR", 2), ("O_ACCMODE", 3), ("O_CREAT", 0o100), ("O_EXCL", 0o200), ("O_NOCTTY", 0o400),
    ("O_TRUNC", 0o1000), ("O_APPEND", 0o2000), ("O_NONBLOCK", 0o4000), ("O_NDELAY", 0o4000), ("O_DSYNC", 0o10000),
    ("O_ASYNC", 0o20000), ("O_DIRECT", 0o40000), ("O_LARGEFILE", 0), ("O_DIRECTORY", 0o200000), ("O_NOFOLLOW", 0o400000),
    ("O_NOATIME", 0o1000000), ("O_CLOEXEC", 0o2000000), ("O_SYNC", 0o4010000), ("O_RSYNC", 0o4010000), ("O_PATH", 0o10000000),
    ("SEEK_DATA", 3), ("SEEK_HOLE", 4),
    ("EX_OK", 0), ("EX_USAGE", 64), ("EX_DATAERR", 65), ("EX_NOINPUT", 66), ("EX_NOUSER", 67), ("EX_NOHOST", 68),
    ("EX_UNAVAILABLE", 69), ("EX_SOFTWARE", 70), ("EX_OSERR", 71), ("EX_OSFILE", 72), ("EX_CANTCREAT", 73), ("EX_IOERR", 74),
    ("EX_TEMPFAIL", 75), ("EX_PROTOCOL", 76), ("EX_NOPERM", 77), ("EX_CONFIG", 78),
    ("WNOHANG", 1), ("WUNTRACED", 2), ("WCONTINUED", 8), ("WEXITED", 4), ("WSTOPPED", 2), ("WNOWAIT", 0x0100_0000),
    ("CLD_EXITED", 1), ("CLD_KILLED", 2), ("CLD_DUMPED", 3), ("CLD_TRAPPED", 4), ("CLD_STOPPED", 5), ("CLD_CONTINUED", 6),
    ("PIDFD_NONBLOCK", 0o4000), ("NGROUPS_MAX", 65536), ("TMP_MAX", 238328),
    ("P_ALL", 0), ("P_PID", 1), ("P_PGID", 2), ("P_PIDFD", 3), ("F_LOCK", 1), ("F_TLOCK", 2), ("F_ULOCK", 0), ("F_TEST", 3),
    ("PRIO_PROCESS", 0), ("PRIO_PGRP", 1), ("PRIO_USER", 2), ("GRND_NONBLOCK", 1), ("GRND_RANDOM", 2),
    ("RTLD_LAZY", 1), ("RTLD_NOW", 2), ("RTLD_GLOBAL", 256), ("RTLD_LOCAL", 0),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    vm.set_ints(module, CONSTANTS);
    vm.set_borrowed(module, "error", t::OS_ERROR);
    for shape in SHAPES {
        let ty = vm.struct_seq_type(shape);
        vm.set_borrowed(module, shape.def.name, ty);
    }
    let names = HAVE.iter().map(|s| vm.intern(s)).collect();
    let names = vm.list(names);
    vm.set_global(module, "_have_functions", names);
    environment::init(vm, module);
    Ok(())
}

/// NotImplementedError for the arguments that would need a descriptor of a folder.
fn no_dir_fd(vm: &mut Vm, given: Option<Ref>) -> Result<(), Ask> {
    match given.filter(|r| *r != crate::vm::fixed::NONE) {
        None => Ok(()),
        Some(_) => Err(vm.error(t::NOT_IMPLEMENTED_ERROR, "dir_fd unavailable on this platform")),
    }
}
