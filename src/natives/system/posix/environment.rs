//! The environment: a dict of bytes at the start, and changes that only this process could see.
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::{Args, Ask, Def, Vm};

pub const FUNCTIONS: &[Def] = &[
    Def::function("putenv", "(name, value, /)", putenv, "Change or add an environment variable."),
    Def::function("unsetenv", "(name, /)", unsetenv, "Delete an environment variable."),
    Def::function("_create_environ", "()", |vm, _| Ok(fresh(vm)), "Create the environment dictionary."),
];

const START: &[(&str, &str)] = &[
    ("HOME", "/home/student"),
    ("LANG", "C.UTF-8"),
    ("LOGNAME", "student"),
    ("PATH", "/usr/bin"),
    ("USER", "student"),
];

pub fn init(vm: &mut Vm, module: Ref) {
    let d = fresh(vm);
    vm.set_global(module, "environ", d);
}
fn fresh(vm: &mut Vm) -> crate::heap::Owned {
    let d = vm.dict();
    for (name, value) in START {
        let (k, v) = (vm.bytes(name.as_bytes()), vm.bytes(value.as_bytes()));
        vm.dict_set(d.get(), k.get(), v.get()).unwrap_or_else(|e| panic!("bytes keys ask nothing: {e:?}"));
        vm.release(k);
        vm.release(v);
    }
    d
}
fn check(vm: &mut Vm, r: Ref, what: &str) -> Result<String, Ask> {
    let Some(p) = vm.as_path(r)? else {
        let message = format!("expected str, bytes or os.PathLike object, not {}", vm.dotted_type_name(r));
        return Err(vm.type_error(message));
    };
    let text = vm.path_text(p);
    if text.contains('\0') {
        return Err(vm.value_error("embedded null byte"));
    }
    if what == "name" && (text.contains('=') || text.is_empty()) {
        return Err(vm.value_error("illegal environment variable name"));
    }
    Ok(text)
}
/// No other program ever sees the environment: checking is all there is to do.
fn putenv(vm: &mut Vm, a: Args) -> Step {
    check(vm, a[0], "name")?;
    check(vm, a[1], "value")?;
    Ok(vm.none())
}
fn unsetenv(vm: &mut Vm, a: Args) -> Step {
    check(vm, a[0], "name")?;
    Ok(vm.none())
}
