//! `stat` and its results.
use super::super::common::PathKind;
use super::super::structseq::{METHODS, Shape, hidden, item};
use super::no_dir_fd;
use crate::heap::Ref;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{Stat, SysResult, Syscall};
use crate::vm::{Args, Def, Vm, t};
use num_bigint::BigInt;

const FLAGS: u32 = type_flags::IMMUTABLE | type_flags::SEQUENCE;

static STAT_DEF: TypeDef = TypeDef {
    place: None,
    name: "stat_result",
    module: "os",
    base: t::TUPLE,
    layout: Layout::Tuple,
    flags: FLAGS,
    size: (32, 8),
    doc: "Result of stat(), fstat() and lstat().",
    defs: &[METHODS, &[
        Def::member("st_mode", item::<0>, "protection bits"),
        Def::member("st_ino", item::<1>, "inode"),
        Def::member("st_dev", item::<2>, "device"),
        Def::member("st_nlink", item::<3>, "number of hard links"),
        Def::member("st_uid", item::<4>, "user ID of owner"),
        Def::member("st_gid", item::<5>, "group ID of owner"),
        Def::member("st_size", item::<6>, "total size, in bytes"),
        Def::member("st_atime", hidden::<0>, "time of last access"),
        Def::member("st_mtime", hidden::<1>, "time of last modification"),
        Def::member("st_ctime", hidden::<2>, "time of last change"),
        Def::member("st_atime_ns", hidden::<3>, "time of last access in nanoseconds"),
        Def::member("st_mtime_ns", hidden::<4>, "time of last modification in nanoseconds"),
        Def::member("st_ctime_ns", hidden::<5>, "time of last change in nanoseconds"),
        Def::member("st_blksize", hidden::<6>, "blocksize for filesystem I/O"),
        Def::member("st_blocks", hidden::<7>, "number of blocks allocated"),
        Def::member("st_rdev", hidden::<8>, "device type (if inode device)"),
    ]],
};
pub static STAT_RESULT: Shape = Shape {
    def: &STAT_DEF,
    fields: &[
        "st_mode", "st_ino", "st_dev", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime", "st_mtime", "st_ctime",
        "st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_blksize", "st_blocks", "st_rdev",
    ],
    visible: 10,
    unnamed: 3,
};

static STATVFS_DEF: TypeDef = TypeDef {
    place: None,
    name: "statvfs_result",
    module: "os",
    base: t::TUPLE,
    layout: Layout::Tuple,
    flags: FLAGS,
    size: (32, 8),
    doc: "Result of statvfs() and fstatvfs().",
    defs: &[METHODS, &[
        Def::member("f_bsize", item::<0>, ""),
        Def::member("f_frsize", item::<1>, ""),
        Def::member("f_blocks", item::<2>, ""),
        Def::member("f_bfree", item::<3>, ""),
        Def::member("f_bavail", item::<4>, ""),
        Def::member("f_files", item::<5>, ""),
        Def::member("f_ffree", item::<6>, ""),
        Def::member("f_favail", item::<7>, ""),
        Def::member("f_flag", item::<8>, ""),
        Def::member("f_namemax", item::<9>, ""),
        Def::member("f_fsid", hidden::<0>, ""),
    ]],
};
pub static STATVFS_RESULT: Shape = Shape {
    def: &STATVFS_DEF,
    fields: &[
        "f_bsize", "f_frsize", "f_blocks", "f_bfree", "f_bavail", "f_files", "f_ffree", "f_favail", "f_flag", "f_namemax",
        "f_fsid",
    ],
    visible: 10,
    unnamed: 0,
};

pub const FUNCTIONS: &[Def] = &[
    Def::function("stat", "(path, *, dir_fd=None, follow_symlinks=True)", stat, "Perform a stat system call on a path."),
    Def::function("lstat", "(path, *, dir_fd=None)", lstat, "Like stat(), but of a symbolic link itself."),
    Def::function("fstat", "(fd)", fstat, "Perform a stat system call on a file descriptor."),
    Def::function("statvfs", "(path)", statvfs, "Limits of the file system of a path."),
];

/// `os.stat_result` of the system's answer.
pub fn result(vm: &mut Vm, s: &Stat) -> crate::heap::Owned {
    let plain = [s.mode as i64, s.inode as i64, s.device as i64, s.links as i64, s.uid as i64, s.gid as i64, s.size as i64];
    let times = [s.atime_ns, s.mtime_ns, s.ctime_ns];
    let mut values: Vec<_> = plain.iter().map(|x| vm.int(*x)).collect();
    values.extend(times.iter().map(|ns| vm.int(ns.div_euclid(1_000_000_000))));
    for ns in times {
        let seconds = ns.div_euclid(1_000_000_000) as f64 + 1e-9 * ns.rem_euclid(1_000_000_000) as f64;
        values.push(vm.float(seconds));
    }
    values.extend(times.iter().map(|ns| vm.bigint(BigInt::from(*ns))));
    values.extend([4096, s.size.div_ceil(512) as i64, 0].map(|x| vm.int(x)));
    vm.struct_seq(&STAT_RESULT, values)
}
fn answer(vm: &mut Vm, call: Syscall, path: Option<Ref>) -> Step {
    match vm.sys(call, path)? {
        SysResult::Stat(s) => Ok(result(vm, &s)),
        other => panic!("a stat answered {other:?}"),
    }
}
/// stat of a path or descriptor.
fn of(vm: &mut Vm, given: Ref, function: &str, kind: PathKind, follow: bool) -> Step {
    let p = vm.path_arg(Some(given), function, "path", kind)?;
    match p.fd {
        Some(fd) => answer(vm, Syscall::FStat { fd }, None),
        None => answer(vm, Syscall::Stat { path: p.text, follow }, Some(p.object)),
    }
}
fn stat(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    let follow = match a.opt(2) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    of(vm, a[0], "stat", PathKind::OrFd, follow)
}
fn lstat(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    of(vm, a[0], "lstat", PathKind::Path, false)
}
fn fstat(vm: &mut Vm, a: Args) -> Step {
    let fd = vm.index_i32(a[0])?;
    answer(vm, Syscall::FStat { fd }, None)
}
/// The simulated disk: 4 GiB, half of it free.
fn statvfs(vm: &mut Vm, a: Args) -> Step {
    let p = vm.path_arg(Some(a[0]), "statvfs", "path", PathKind::OrFd)?;
    let call = match p.fd {
        Some(fd) => Syscall::FStat { fd },
        None => Syscall::Stat { path: p.text, follow: true },
    };
    vm.sys(call, Some(p.object)).map(|_| ())?;
    let values = [4096, 4096, 1 << 20, 1 << 19, 1 << 19, 1 << 16, 1 << 15, 1 << 15, 0, 255, 1].map(|x| vm.int(x));
    Ok(vm.struct_seq(&STATVFS_RESULT, values.into_iter().collect()))
}
