//! `scandir` and `DirEntry`.
use super::paths::folder;
use super::stat;
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall};
use crate::vm::{Args, Ask, Def, Vm, t};

pub const FUNCTIONS: &[Def] = &[Def::function("scandir", "(path=None)", scandir, "An iterator of the entries of a folder.")];

#[derive(Clone)]
struct Entry {
    /// str or bytes objects.
    name: Ref,
    path: Ref,
    /// Where the system finds it.
    place: String,
    mode: u32,
    inode: u64,
}
opaque_state!(Entry, |x, f| {
    f(x.name);
    f(x.path);
});

/// The entries not given out yet, last first.
#[derive(Clone)]
struct Scan {
    left: Vec<Ref>,
}
opaque_state!(Scan, |x, f| x.left.iter().for_each(|r| f(*r)));

pub static DIR_ENTRY: TypeDef = TypeDef {
    place: None,
    name: "DirEntry",
    module: "posix",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
    size: (120, 0),
    doc: "An entry of a folder.",
    defs: &[ENTRY],
};
static SCANDIR_ITERATOR: TypeDef = TypeDef {
    place: None,
    name: "ScandirIterator",
    module: "posix",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
    size: (40, 0),
    doc: "",
    defs: &[SCAN],
};

const ENTRY: &[Def] = &[
    Def::member("name", |vm, a| { let r = entry(vm, a[0]).name; Ok(vm.incref(r)) }, "the entry's base filename"),
    Def::member("path", |vm, a| { let r = entry(vm, a[0]).path; Ok(vm.incref(r)) }, "the entry's full path name"),
    Def::method("is_dir", "(self, /, *, follow_symlinks=True)", |vm, a| is_kind(vm, a, 0o040000), "Return True if the entry is a directory."),
    Def::method("is_file", "(self, /, *, follow_symlinks=True)", |vm, a| is_kind(vm, a, 0o100000), "Return True if the entry is a file."),
    Def::method("is_symlink", "(self, /)", |vm, a| { let b = entry(vm, a[0]).mode & 0o170000 == 0o120000; Ok(vm.bool(b)) }, "Return True if the entry is a symbolic link."),
    Def::method("is_junction", "(self, /)", |vm, _| Ok(vm.bool(false)), "Return True if the entry is a junction."),
    Def::method("inode", "(self, /)", |vm, a| { let i = entry(vm, a[0]).inode; Ok(vm.int(i as i64)) }, "Return inode of the entry."),
    Def::method("stat", "(self, /, *, follow_symlinks=True)", entry_stat, "Return stat_result object for the entry."),
    Def::method("__fspath__", "(self, /)", |vm, a| { let r = entry(vm, a[0]).path; Ok(vm.incref(r)) }, "Return the path for the entry."),
    Def::class_method("__class_getitem__", "(cls, item, /)", |vm, a| vm.tail_call(t::GENERIC_ALIAS, &[a[0], a[1]]), "See PEP 585"),
    Def::method("__repr__", "(self, /)", repr, "Return repr(self)."),
];
const SCAN: &[Def] = &[
    Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
    Def::method("__next__", "(self, /)", next, "Implement next(self)."),
    Def::method("__enter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), ""),
    Def::method("__exit__", "(self, /, *args)", close, ""),
    Def::method("close", "(self, /)", close, "Close the iterator."),
];

fn entry(vm: &Vm, r: Ref) -> &Entry {
    vm.state(r).expect("methods of DirEntry get one")
}
fn scandir(vm: &mut Vm, a: Args) -> Step {
    let p = folder(vm, a.opt(0), "scandir")?;
    let SysResult::Entries(found) = vm.sys(Syscall::ScanDir { path: p.text.clone() }, Some(p.object))? else {
        panic!("ScanDir answers entries")
    };
    let join = |folder: &str, name: &str| if folder.ends_with('/') { format!("{folder}{name}") } else { format!("{folder}/{name}") };
    let mut left = Vec::with_capacity(found.len());
    for (name, mode, inode) in found.into_iter().rev() {
        let place = join(&p.text, &name);
        let shown = if p.fd.is_some() { name.clone() } else { place.clone() };
        let (name, path) = (vm.name_like(&name, p.is_bytes), vm.name_like(&shown, p.is_bytes));
        let state = Entry { name: name.into_raw(), path: path.into_raw(), place, mode, inode };
        let ty = vm.type_of_def(&DIR_ENTRY);
        left.push(vm.opaque(ty, state).into_raw());
    }
    let ty = vm.type_of_def(&SCANDIR_ITERATOR);
    Ok(vm.opaque(ty, Scan { left }))
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let scan: &mut Scan = vm.state_mut(a[0]).expect("methods of a scandir iterator get one");
    match scan.left.pop() {
        Some(r) => Ok(crate::heap::Owned::adopt(r)),
        None => Err(vm.stop_iteration(None)),
    }
}
fn close(vm: &mut Vm, a: Args) -> Step {
    let scan: &mut Scan = vm.state_mut(a[0]).expect("methods of a scandir iterator get one");
    let left = std::mem::take(&mut scan.left);
    left.into_iter().for_each(|r| vm.heap.decref_raw(r));
    Ok(vm.none())
}
fn follow(vm: &mut Vm, a: Args) -> Result<bool, Ask> {
    match a.opt(1) {
        Some(r) => vm.truth(r),
        None => Ok(true),
    }
}
fn is_kind(vm: &mut Vm, a: Args, kind: u32) -> Step {
    let follow = follow(vm, a)?;
    let e = entry(vm, a[0]).clone();
    if e.mode & 0o170000 != 0o120000 || !follow {
        return Ok(vm.bool(e.mode & 0o170000 == kind));
    }
    let found = matches!(vm.syscall(Syscall::Stat { path: e.place, follow: true })?, SysResult::Stat(s) if s.mode & 0o170000 == kind);
    Ok(vm.bool(found))
}
fn entry_stat(vm: &mut Vm, a: Args) -> Step {
    let follow = follow(vm, a)?;
    let e = entry(vm, a[0]).clone();
    match vm.sys(Syscall::Stat { path: e.place, follow }, Some(e.path))? {
        SysResult::Stat(s) => Ok(stat::result(vm, &s)),
        other => panic!("Stat answered {other:?}"),
    }
}
fn repr(vm: &mut Vm, a: Args) -> Step {
    let name = entry(vm, a[0]).name;
    let text = vm.repr(name)?;
    Ok(vm.str(format!("<DirEntry {}>", vm.lossy(text))))
}
