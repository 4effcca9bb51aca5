//! Functions about paths that change the tree or ask about it.
use super::super::common::{PathArg, PathKind};
use super::no_dir_fd;
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm, fixed};

const TWO: &str = "(src, dst, *, src_dir_fd=None, dst_dir_fd=None)";
pub const FUNCTIONS: &[Def] = &[
    Def::function("listdir", "(path=None)", listdir, "Names of the entries of a folder."),
    Def::function("mkdir", "(path, mode=511, *, dir_fd=None)", mkdir, "Create a directory."),
    Def::function("rmdir", "(path, *, dir_fd=None)", rmdir, "Remove a directory."),
    Def::function("unlink", "(path, *, dir_fd=None)", unlink, "Remove a file (same as remove())."),
    Def::function("remove", "(path, *, dir_fd=None)", remove, "Remove a file (same as unlink())."),
    Def::function("rename", TWO, |vm, a| rename(vm, a, "rename"), "Rename a file or directory."),
    Def::function("replace", TWO, |vm, a| rename(vm, a, "replace"), "Rename a file or directory, overwriting the destination."),
    Def::function("link", "(src, dst, *, src_dir_fd=None, dst_dir_fd=None, follow_symlinks=True)", link, "Create a hard link to a file."),
    Def::function("symlink", "(src, dst, target_is_directory=False, *, dir_fd=None)", symlink, "Create a symbolic link pointing to src named dst."),
    Def::function("readlink", "(path, *, dir_fd=None)", readlink, "Where a symbolic link points to."),
    Def::function("chmod", "(path, mode, *, dir_fd=None, follow_symlinks=True)", chmod, "Change the access permissions of a file."),
    Def::function("chown", "(path, uid, gid, *, dir_fd=None, follow_symlinks=True)", chown, "Change the owner of a file."),
    Def::function("utime", "(path, times=None, *, ns=<unrepresentable>, dir_fd=None, follow_symlinks=True)", utime, "Set the access and modified time of path."),
    Def::function("access", "(path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True)", access, "Whether a path may be used so."),
    Def::function("getcwd", "()", getcwd, "The current working directory."),
    Def::function("getcwdb", "()", getcwdb, "The current working directory as bytes."),
    Def::function("chdir", "(path)", chdir, "Change the current working directory."),
    Def::function("umask", "(mask, /)", umask, "Set the file mode creation mask; the old one."),
    Def::function("fspath", "(path)", fspath, "The file system path of an object."),
    Def::function("_path_normpath", "(path)", normpath, "Normalize a path."),
    Def::function("_path_splitroot_ex", "(path)", splitroot, "Split a path into drive, root and rest."),
];

fn path(vm: &mut Vm, r: Ref, function: &str) -> Result<PathArg, Ask> {
    vm.path_arg(Some(r), function, "path", PathKind::Path)
}
/// The folder of an argument that may be a descriptor: its path, and whether it was one.
pub fn folder(vm: &mut Vm, given: Option<Ref>, function: &str) -> Result<PathArg, Ask> {
    let mut p = vm.path_arg(given, function, "path", PathKind::OrFdOrNone)?;
    if let Some(fd) = p.fd {
        match vm.sys(Syscall::PathOf { fd }, Some(p.object))? {
            SysResult::Text(text) => p.text = text,
            other => panic!("PathOf answered {other:?}"),
        }
    }
    Ok(p)
}
fn listdir(vm: &mut Vm, a: Args) -> Step {
    let p = folder(vm, a.opt(0), "listdir")?;
    let SysResult::Names(names) = vm.sys(Syscall::ListDir { path: p.text }, Some(p.object))? else { panic!("names") };
    let names = names.iter().map(|s| vm.name_like(s, p.is_bytes)).collect();
    Ok(vm.list(names))
}
fn mkdir(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(2))?;
    let p = path(vm, a[0], "mkdir")?;
    let mode = match a.opt(1) {
        Some(r) => vm.index_i32(r)? as u32,
        None => 0o777,
    };
    vm.sys_done(Syscall::MakeDir { path: p.text, mode }, Some(p.object))
}
fn rmdir(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    let p = path(vm, a[0], "rmdir")?;
    vm.sys_done(Syscall::RemoveDir { path: p.text }, Some(p.object))
}
fn unlink(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    let p = path(vm, a[0], "unlink")?;
    vm.sys_done(Syscall::Unlink { path: p.text }, Some(p.object))
}
fn remove(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    let p = path(vm, a[0], "remove")?;
    vm.sys_done(Syscall::Unlink { path: p.text }, Some(p.object))
}
/// A call with two paths, both named by the OSError.
fn two(vm: &mut Vm, call: Syscall, a: &PathArg, b: &PathArg) -> Step {
    match vm.syscall(call)? {
        SysResult::Error(e) => Err(vm.os_error(e, Some(a.object), Some(b.object))),
        _ => Ok(vm.none()),
    }
}
fn pair(vm: &mut Vm, a: Args, function: &str) -> Result<(PathArg, PathArg), Ask> {
    let from = vm.path_arg(Some(a[0]), function, "src", PathKind::Path)?;
    let to = vm.path_arg(Some(a[1]), function, "dst", PathKind::Path)?;
    Ok((from, to))
}
fn rename(vm: &mut Vm, a: Args, function: &str) -> Step {
    no_dir_fd(vm, a.opt(2))?;
    no_dir_fd(vm, a.opt(3))?;
    let (from, to) = pair(vm, a, function)?;
    two(vm, Syscall::Rename { from: from.text.clone(), to: to.text.clone() }, &from, &to)
}
fn link(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(2))?;
    no_dir_fd(vm, a.opt(3))?;
    let (from, to) = pair(vm, a, "link")?;
    two(vm, Syscall::Link { from: from.text.clone(), to: to.text.clone() }, &from, &to)
}
fn symlink(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(3))?;
    let (target, at) = pair(vm, a, "symlink")?;
    two(vm, Syscall::Symlink { target: target.text.clone(), path: at.text.clone() }, &target, &at)
}
fn readlink(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(1))?;
    let p = path(vm, a[0], "readlink")?;
    let SysResult::Text(text) = vm.sys(Syscall::ReadLink { path: p.text }, Some(p.object))? else { panic!("text") };
    Ok(vm.name_like(&text, p.is_bytes))
}
fn chmod(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(2))?;
    let mut p = vm.path_arg(Some(a[0]), "chmod", "path", PathKind::OrFd)?;
    let mode = vm.index_i32(a[1])? as u32;
    if let Some(fd) = p.fd {
        let SysResult::Text(text) = vm.sys(Syscall::PathOf { fd }, None)? else { panic!("text") };
        p.text = text;
    }
    vm.sys_done(Syscall::Chmod { path: p.text, mode }, Some(p.object))
}
/// Only to oneself: there is one user.
fn chown(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(3))?;
    let p = vm.path_arg(Some(a[0]), "chown", "path", PathKind::OrFd)?;
    let (uid, gid) = (vm.index_i64(a[1])?, vm.index_i64(a[2])?);
    let call = match p.fd {
        Some(fd) => Syscall::FStat { fd },
        None => Syscall::Stat { path: p.text, follow: true },
    };
    vm.sys(call, Some(p.object))?;
    if ![-1, 1000].contains(&uid) || ![-1, 1000].contains(&gid) {
        return Err(vm.os_error(1, Some(p.object), None));
    }
    Ok(vm.none())
}
/// A time in seconds as nanoseconds, rounded down.
fn seconds(vm: &mut Vm, r: Ref) -> Result<i64, Ask> {
    match vm.f64_of(r) {
        Some(x) => Ok(x.floor() as i64 * 1_000_000_000 + ((x - x.floor()) * 1e9).round() as i64),
        None => Ok(vm.index_i64(r)?.saturating_mul(1_000_000_000)),
    }
}
fn times(vm: &mut Vm, a: Args) -> Result<(i64, i64), Ask> {
    let (times, ns) = (a.not_none(1), a.opt(2));
    let pair = |vm: &mut Vm, r: Ref| vm.tuple_items(r).filter(|x| x.len() == 2).map(|x| (x[0], x[1]));
    match (times, ns) {
        (Some(_), Some(_)) => Err(vm.value_error("utime: you may specify either 'times' or 'ns' but not both")),
        (Some(r), None) => match pair(vm, r) {
            Some((x, y)) => Ok((seconds(vm, x)?, seconds(vm, y)?)),
            None => Err(vm.type_error("utime: 'times' must be either a tuple of two ints or None")),
        },
        (None, Some(r)) => match pair(vm, r) {
            Some((x, y)) => Ok((vm.index_i64(x)?, vm.index_i64(y)?)),
            None => Err(vm.type_error("utime: 'ns' must be a tuple of two ints")),
        },
        (None, None) => {
            let now = vm.sys_int(Syscall::ClockGet { clock: crate::vm::syscall::Clock::Realtime })?;
            Ok((now, now))
        }
    }
}
fn utime(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(3))?;
    let mut p = vm.path_arg(Some(a[0]), "utime", "path", PathKind::OrFd)?;
    let (atime_ns, mtime_ns) = times(vm, a)?;
    if let Some(fd) = p.fd {
        let SysResult::Text(text) = vm.sys(Syscall::PathOf { fd }, None)? else { panic!("text") };
        p.text = text;
    }
    vm.sys_done(Syscall::Utime { path: p.text, atime_ns, mtime_ns }, Some(p.object))
}
fn access(vm: &mut Vm, a: Args) -> Step {
    no_dir_fd(vm, a.opt(2))?;
    let p = path(vm, a[0], "access")?;
    let mode = vm.index_i32(a[1])?;
    let ok = !matches!(vm.syscall(Syscall::Access { path: p.text, mode })?, SysResult::Error(_));
    Ok(vm.bool(ok))
}
fn cwd(vm: &mut Vm) -> Result<String, Ask> {
    match vm.sys(Syscall::GetCwd, None)? {
        SysResult::Text(text) => Ok(text),
        other => panic!("GetCwd answered {other:?}"),
    }
}
fn getcwd(vm: &mut Vm, _: Args) -> Step {
    let text = cwd(vm)?;
    Ok(vm.str(text))
}
fn getcwdb(vm: &mut Vm, _: Args) -> Step {
    let text = cwd(vm)?;
    Ok(vm.bytes(text))
}
fn chdir(vm: &mut Vm, a: Args) -> Step {
    let p = vm.path_arg(Some(a[0]), "chdir", "path", PathKind::OrFd)?;
    let path = match p.fd {
        Some(fd) => match vm.sys(Syscall::PathOf { fd }, Some(p.object))? {
            SysResult::Text(text) => text,
            other => panic!("PathOf answered {other:?}"),
        },
        None => p.text,
    };
    vm.sys_done(Syscall::Chdir { path }, Some(p.object))
}
fn umask(vm: &mut Vm, a: Args) -> Step {
    let mask = vm.index_i32(a[0])? as u32;
    let old = vm.sys_int(Syscall::Umask { mask })?;
    Ok(vm.int(old))
}
fn fspath(vm: &mut Vm, a: Args) -> Step {
    match vm.as_path(a[0])? {
        Some(p) => Ok(vm.incref(p)),
        None => {
            let message = format!("expected str, bytes or os.PathLike object, not {}", vm.dotted_type_name(a[0]));
            Err(vm.type_error(message))
        }
    }
}
/// `posixpath.normpath` (POSIX keeps exactly two leading slashes).
fn normpath(vm: &mut Vm, a: Args) -> Step {
    let object = match vm.as_path(a[0])? {
        Some(p) => p,
        None => fixed::EMPTY_STR,
    };
    let is_bytes = vm.bytes_of(object).is_some();
    let text = match vm.bytes_of(object) {
        Some(b) => b.to_vec(),
        None => vm.str_of(object).map_or(vec![], |s| s.wtf8().as_bytes().to_vec()),
    };
    let root: &[u8] = match &text[..] {
        [b'/', b'/', b'/', ..] => b"/",
        [b'/', b'/', ..] => b"//",
        [b'/', ..] => b"/",
        _ => b"",
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in text.split(|b| *b == b'/') {
        match part {
            b"" | b"." => {}
            b".." if root.is_empty() && parts.last().is_none_or(|p| *p == b"..") => parts.push(part),
            b".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend_from_slice(&parts.join(&b"/"[..]));
    if out.is_empty() {
        out.push(b'.');
    }
    give(vm, out, is_bytes)
}
fn give(vm: &mut Vm, out: Vec<u8>, is_bytes: bool) -> Step {
    if is_bytes {
        return Ok(vm.bytes(out));
    }
    let text = rustpython_wtf8::Wtf8Buf::from_bytes(out).unwrap_or_default();
    Ok(vm.str(text))
}
fn splitroot(vm: &mut Vm, a: Args) -> Step {
    let object = match vm.as_path(a[0])? {
        Some(p) => p,
        None => fixed::EMPTY_STR,
    };
    let is_bytes = vm.bytes_of(object).is_some();
    let text = match vm.bytes_of(object) {
        Some(b) => b.to_vec(),
        None => vm.str_of(object).map_or(vec![], |s| s.wtf8().as_bytes().to_vec()),
    };
    let root = match &text[..] {
        [b'/', b'/', b'/', ..] => 1,
        [b'/', b'/', ..] => 2,
        [b'/', ..] => 1,
        _ => 0,
    };
    let parts = [vec![], text[..root].to_vec(), text[root..].to_vec()];
    let mut items = Vec::new();
    for p in parts {
        items.push(give(vm, p, is_bytes)?);
    }
    Ok(vm.tuple(items))
}
