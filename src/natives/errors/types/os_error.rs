//! `OSError` and its subclasses (PEP 3151): the errno decides the class; and how natives raise one.
use super::base::{args_of, base_init, make, no_keywords, put_args, reduced, star, to_str};
use super::errno::{self, strerror};
use super::fields::{self, member};
use crate::heap::{Owned, Ref};
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, fixed, n, t};
use num_traits::ToPrimitive;

/// errno, strerror, filename, filename2, characters written.
pub const FIELDS: usize = 5;
const ERRNO: usize = 0;
const STRERROR: usize = 1;
const FILENAME: usize = 2;
const FILENAME2: usize = 3;
const WRITTEN: usize = 4;

pub const DEFS: &[Def] = &[
    Def::new("(cls, /, *args, **kwargs)", new),
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__str__", "(self, /)", text, "Return str(self)."),
    Def::plain("__reduce__", "(self, /)", reduce, "Class, arguments and attributes, for pickling."),
    member::<ERRNO>("errno", "The error's number."),
    member::<STRERROR>("strerror", "The error's text."),
    member::<FILENAME>("filename", "The file in question."),
    member::<FILENAME2>("filename2", "The second file in question."),
    Def::get_set("characters_written", get_written, set_written, "How much a blocked write had written."),
];

/// `OSError(errno, strerror(errno)[, filename])` of the right subclass, to raise. `filename` is borrowed.
pub fn os_error(vm: &mut Vm, errno: i32, filename: Option<Ref>) -> Ask {
    os_error2(vm, errno, filename, None)
}
/// Like [`os_error`], of an operation on two files.
pub fn os_error2(vm: &mut Vm, errno: i32, filename: Option<Ref>, filename2: Option<Ref>) -> Ask {
    let number = vm.int(errno as i64);
    let text = vm.str(strerror(errno));
    let (number, text) = (vm.keep(number), vm.keep(text));
    let cls = errno::class_of(errno as i64).unwrap_or(t::OS_ERROR);
    let exc = make(vm, cls, &[number, text]);
    fields::set_all(vm, exc.get(), &[Some(number), Some(text), filename, filename2]);
    Ask::Raise(exc)
}

/// Fields (borrowed) that two to five arguments give.
pub fn parsed(args: &[Ref]) -> Vec<Option<Ref>> {
    if !(2..=5).contains(&args.len()) {
        return vec![];
    }
    let some = |i: usize| args.get(i).copied().filter(|r| *r != fixed::NONE);
    let filename = some(2);
    vec![Some(args[0]), Some(args[1]), filename, filename.and(some(4))]
}
/// A subclass with its own `__init__` but not its own `__new__` is filled in by `__init__`.
fn filled_by_init(vm: &mut Vm, cls: Ref) -> bool {
    let own_init = vm.lookup(cls, n::__INIT__) != vm.lookup(t::OS_ERROR, n::__INIT__);
    own_init && vm.lookup(cls, n::__NEW__) == vm.lookup(t::OS_ERROR, n::__NEW__)
}
fn new(vm: &mut Vm, a: Args) -> Step {
    let (mut cls, args) = (a[0], star(vm, a.opt(1)));
    if filled_by_init(vm, cls) {
        return Ok(make(vm, cls, &[]));
    }
    no_keywords(vm, cls, a.opt(2))?;
    if cls == t::OS_ERROR && (2..=5).contains(&args.len()) {
        cls = vm.i64_of(args[0]).and_then(errno::class_of).unwrap_or(cls);
    }
    let written = written_argument(vm, cls, &args)?;
    let exc = make(vm, cls, &args);
    fill(vm, exc.get(), &args, written);
    Ok(exc)
}
/// `BlockingIOError`'s third argument, when it is a number.
fn written_argument(vm: &mut Vm, cls: Ref, args: &[Ref]) -> Result<Option<Ref>, Ask> {
    let Some(third) = args.get(2).filter(|_| cls == t::BLOCKING_IO_ERROR && args.len() <= 5) else { return Ok(None) };
    let is_number = vm.is_int(*third) || vm.f64_of(*third).is_some() || vm.lookup_special(*third, n::__INDEX__).is_some();
    if !is_number {
        return Ok(None);
    }
    let i = vm.index_big(*third)?;
    match i.to_i64() {
        Some(i) => {
            let i = vm.int(i);
            Ok(Some(vm.keep(i)))
        }
        None => Err(vm.value_error("cannot fit 'int' into an index-sized integer")),
    }
}
fn fill(vm: &mut Vm, e: Ref, args: &[Ref], written: Option<Ref>) {
    let mut values = parsed(args);
    values.resize(FIELDS, None);
    if written.is_some() {
        (values[FILENAME], values[FILENAME2], values[WRITTEN]) = (None, None, written);
    }
    if values[FILENAME].is_some() {
        // The file names are attributes only: `args` stays a pair, as it was before Python 2.2.
        let pair = vm.tuple_of(&args[..2]);
        put_args(vm, e, pair.get());
        vm.release(pair);
    }
    fields::set_all(vm, e, &values);
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let cls = vm.ty(a[0]);
    if !filled_by_init(vm, cls) {
        return Ok(vm.none());
    }
    let args = star(vm, a.opt(1));
    let written = written_argument(vm, cls, &args)?;
    let args = base_init(vm, a)?;
    fill(vm, a[0], &args, written);
    Ok(vm.none())
}

fn text(vm: &mut Vm, a: Args) -> Step {
    let (errno, strerror) = (fields::get(vm, a[0], ERRNO), fields::get(vm, a[0], STRERROR));
    let (file, file2) = (fields::get(vm, a[0], FILENAME), fields::get(vm, a[0], FILENAME2));
    if file.is_none() && (errno.is_none() || strerror.is_none()) {
        return to_str(vm, a);
    }
    let errno = vm.to_str(errno.unwrap_or(fixed::NONE))?;
    let strerror = vm.to_str(strerror.unwrap_or(fixed::NONE))?;
    let mut parts = vec![("[Errno ", errno), ("] ", strerror)];
    for (sep, file) in [(": ", file), (" -> ", file2)] {
        if let Some(file) = file {
            parts.push((sep, vm.repr(file)?));
        }
    }
    let mut out = rustpython_wtf8::Wtf8Buf::new();
    for (sep, part) in parts {
        out.push_str(sep);
        out.push_wtf8(vm.str_of(part).expect("a str").wtf8());
    }
    Ok(vm.str(out))
}
fn reduce(vm: &mut Vm, a: Args) -> Step {
    let args = args_of(vm, a[0]);
    let (file, file2) = (fields::get(vm, a[0], FILENAME), fields::get(vm, a[0], FILENAME2));
    let tuple: Owned = match (args.len(), file, file2) {
        (2, Some(f), None) => vm.tuple_of(&[args[0], args[1], f]),
        (2, Some(f), Some(g)) => vm.tuple_of(&[args[0], args[1], f, fixed::NONE, g]),
        _ => vm.tuple_of(&args),
    };
    let dict = vm.exc_of(a[0]).and_then(|x| x.dict);
    let out = reduced(vm, a[0], tuple.get(), dict);
    vm.release(tuple);
    Ok(out)
}
fn get_written(vm: &mut Vm, a: Args) -> Step {
    match fields::get(vm, a[0], WRITTEN) {
        Some(r) => Ok(vm.incref(r)),
        None => Err(vm.error(t::ATTRIBUTE_ERROR, "characters_written")),
    }
}
fn set_written(vm: &mut Vm, a: Args) -> Step {
    match a.opt(1) {
        None if fields::get(vm, a[0], WRITTEN).is_none() => return Err(vm.error(t::ATTRIBUTE_ERROR, "characters_written")),
        None => fields::set(vm, a[0], WRITTEN, None),
        Some(v) => {
            let i = vm.index_big(v)?;
            let Some(i) = i.to_i64() else { return Err(vm.value_error("cannot fit 'int' into an index-sized integer")) };
            let i = vm.int(i);
            fields::set(vm, a[0], WRITTEN, Some(i.get()));
            vm.release(i);
        }
    }
    Ok(vm.none())
}
