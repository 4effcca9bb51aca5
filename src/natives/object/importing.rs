//! Imports: `__import__` with a fast path, and `_imp` with the compiled standard library as frozen modules.
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Ask, Def, Step, Vm, fixed, n, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(|vm, m| {
        let dict = vm.module_dict(m);
        let text = vm.str("default");
        vm.dict_set_str(dict, "check_hash_based_pycs", text);
        let token = vm.int(3627);
        vm.dict_set_str(dict, "pyc_magic_number_token", token);
        Ok(())
    }),
};
static FUNCTIONS: &[Def] = &[
    Def::function("lock_held", "()", |vm, _| Ok(vm.bool(false)), "Return True if the import lock is currently held."),
    Def::function("acquire_lock", "()", |vm, _| vm.tail_prelude("import_lock_acquire", &[]), "Acquires the interpreter's import lock."),
    Def::function("release_lock", "()", |vm, _| vm.tail_prelude("import_lock_release", &[]), "Release the interpreter's import lock."),
    Def::function("is_builtin", "(name, /)", |vm, a| { let k = vm.lossy(a[0]); let b = is_native(&k); Ok(vm.int(b as i64)) }, "Returns True if the module name corresponds to a built-in module."),
    Def::function("is_frozen", "(name, /)", |vm, a| { let k = vm.lossy(a[0]); Ok(vm.bool(library(&k).is_some())) }, "Returns True if the module name corresponds to a frozen module."),
    Def::function("is_frozen_package", "(name, /)", |vm, a| { let m = frozen(vm, a[0])?; Ok(vm.bool(m.is_package)) }, "Returns True if the module name is of a frozen package."),
    Def::function("find_frozen", "(name, /, *, withdata=False)", find_frozen, "Return info about the corresponding frozen module (if there is one) or None."),
    Def::function("get_frozen_object", "(name, data=None, /)", get_frozen, "Create a code object for a frozen module."),
    Def::function("init_frozen", "(name, /)", |vm, _| Ok(vm.none()), "Initializes a frozen module."),
    Def::function("create_builtin", "(spec, /)", create_builtin, "Create an extension module."),
    Def::function("exec_builtin", "(mod, /)", |vm, _| Ok(vm.int(0)), "Initialize a built-in module."),
    Def::function("exec_dynamic", "(mod, /)", |vm, _| Ok(vm.int(0)), "Initialize an extension module."),
    Def::function("create_dynamic", "(spec, file=None, /)", |vm, _| Err(vm.unsupported("an extension module in C")), "Create an extension module."),
    Def::function("extension_suffixes", "()", |vm, _| Ok(vm.list(vec![])), "Returns the list of file suffixes used to identify extension modules."),
    Def::function("source_hash", "(key, source)", |vm, a| { let b = vm.bytes_of(a[1]).map(<[u8]>::to_vec).unwrap_or_default(); let h = crate::objects::str::hash_bytes(&b); Ok(vm.bytes(h.to_le_bytes().to_vec())) }, ""),
    Def::function("_fix_co_filename", "(code, path, /)", |vm, _| Ok(vm.none()), "Changes code.co_filename to specify the passed-in file path."),
    Def::function("_frozen_module_names", "()", frozen_names, "Returns the list of available frozen modules."),
    Def::function("_override_frozen_modules_for_tests", "(override, /)", |vm, _| Ok(vm.none()), ""),
    Def::function("_override_multi_interp_extensions_check", "(override, /)", |vm, _| Ok(vm.int(0)), ""),
];

/// A module of the compiled library; the importers go by two names.
fn library(name: &str) -> Option<pellucid_stdlib::Module> {
    pellucid_stdlib::find(match name {
        "_frozen_importlib" => "importlib._bootstrap",
        "_frozen_importlib_external" => "importlib._bootstrap_external",
        name => name,
    })
}
/// Modules of the compiled library that natives replace are the natives.
fn is_native(name: &str) -> bool {
    Vm::native_module_def(name).is_some()
}
/// Modules in Python that stand where CPython has one in C: their frames are as invisible as a C function's.
fn stands_for_native(module: &pellucid_stdlib::Module) -> bool {
    matches!(module.name, "_pydatetime" | "_datetime" | "_pydecimal" | "_decimal" | "_json" | "_pickle" | "_csv" | "_hashlib" | "_told")
}
fn frozen(vm: &mut Vm, name: Ref) -> Result<pellucid_stdlib::Module, Ask> {
    let text = vm.lossy(name);
    match library(&text) {
        Some(m) => Ok(m),
        None => {
            let message = format!("No such frozen object named {text}");
            Err(vm.error(t::IMPORT_ERROR, message))
        }
    }
}
fn find_frozen(vm: &mut Vm, a: Args) -> Step {
    let text = vm.lossy(a[0]);
    let Some(m) = library(&text) else { return Ok(vm.none()) };
    let parts = vec![vm.none(), vm.bool(m.is_package), vm.str(m.name)];
    Ok(vm.tuple(parts))
}
fn get_frozen(vm: &mut Vm, a: Args) -> Step {
    let m = frozen(vm, a[0])?;
    let hidden = stands_for_native(&m);
    Ok(vm.load_library(&m, hidden))
}
fn frozen_names(vm: &mut Vm, _a: Args) -> Step {
    let names = pellucid_stdlib::names().map(|s| vm.str(s)).collect();
    Ok(vm.list(names))
}
fn create_builtin(vm: &mut Vm, a: Args) -> Step {
    let name = vm.getattr(a[0], n::NAME)?;
    let text = vm.lossy(name);
    let modules = vm.modules;
    if matches!(text.as_str(), "sys" | "builtins")
        && let Some(m) = vm.dict_get_name(modules, name)
    {
        return Ok(vm.incref(m));
    }
    match vm.native_module(&text) {
        Some(m) => Ok(m),
        None => Ok(vm.none()),
    }
}
/// `__import__`: an absolute import of a module that is there already needs no Python.
pub fn import(vm: &mut Vm, a: Args) -> Step {
    let (name, fromlist) = (a[0], a.opt(3).unwrap_or(fixed::EMPTY_TUPLE));
    let level = match a.opt(4) {
        Some(l) => vm.index_i64(l)?,
        None => 0,
    };
    if vm.str_of(name).is_none() {
        return Err(vm.type_error("module name must be a string"));
    }
    let modules = vm.modules;
    let empty = fromlist == fixed::NONE || vm.items_of(fromlist).is_some_and(|x| x.is_empty());
    if level == 0 && empty && let Some(m) = vm.dict_get_name(modules, name)
        && m != fixed::NONE
        && !still_loading(vm, m)
    {
        let text = vm.lossy(name);
        let Some((top, _)) = text.split_once('.') else { return Ok(vm.incref(m)) };
        if let Some(m) = vm.dict_get_str(modules, top) {
            return Ok(vm.incref(m));
        }
    }
    let globals = a.opt(1).unwrap_or(fixed::NONE);
    let level = vm.int(level);
    let level = vm.keep(level);
    vm.tail_prelude("import_module", &[name, globals, fromlist, level])
}
/// `module.__spec__._initializing`.
fn still_loading(vm: &mut Vm, module: Ref) -> bool {
    let spec = vm.instance_attr(module, n::__SPEC__);
    spec.and_then(|s| vm.instance_attr(s, n::_INITIALIZING)).is_some_and(|x| x == fixed::TRUE)
}
