//! The module `sys`: tables of its functions, and its attributes.
//!
//! What a session decides (`argv`, `path`, the streams) is set to what suits an empty one, and changed by the session.
mod frames;
pub mod info;
mod jit;
mod monitoring;
pub mod names;
mod objects;
pub mod registry;
mod settings;
pub use settings::switch_interval_ns;
pub mod structseq;

use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::native::ModuleDef;
use crate::vm::{Ask, Vm, t};

pub static SYS: ModuleDef = ModuleDef {
    name: "sys",
    doc: "The interpreter's own variables and functions.",
    functions: &[objects::FUNCTIONS, settings::FUNCTIONS, frames::FUNCTIONS],
    types: &[],
    init: Some(init),
};
pub use jit::JIT;
pub use monitoring::MONITORING;
pub use objects::shallow_size;

const VERSION: &str = "3.14.0 (pellucid, Oct  7 2025, 12:00:00) [Rust]";
const COPYRIGHT: &str = "Copyright (c) the authors of Pellucid.\n\nThe standard library: Copyright (c) 2001 Python Software Foundation.\nAll Rights \
                         Reserved.";
/// 3.14.0 final.
const HEX_VERSION: i64 = 0x030e_00f0;

/// Attributes that are plain texts.
const TEXTS: &[(&str, &str)] = &[
    ("version", VERSION),
    ("copyright", COPYRIGHT),
    ("platform", "linux"),
    ("byteorder", "little"),
    ("executable", "/usr/bin/pellucid"),
    ("_base_executable", "/usr/bin/pellucid"),
    ("prefix", "/usr"),
    ("exec_prefix", "/usr"),
    ("base_prefix", "/usr"),
    ("base_exec_prefix", "/usr"),
    ("_stdlib_dir", "/usr/lib/python3.14"),
    ("platlibdir", "lib"),
    ("abiflags", ""),
    ("_framework", ""),
    ("float_repr_style", "short"),
];
const NUMBERS: &[(&str, i64)] = &[("maxsize", i64::MAX), ("maxunicode", 0x10FFFF), ("hexversion", HEX_VERSION), ("api_version", 1013)];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let dict = vm.module_dict(module);
    for (name, text) in TEXTS {
        let text = vm.str(*text);
        vm.dict_set_str(dict, name, text);
    }
    for (name, number) in NUMBERS {
        let number = vm.int(*number);
        vm.dict_set_str(dict, name, number);
    }
    let yes = vm.bool(true);
    vm.dict_set_str(dict, "dont_write_bytecode", yes);
    for name in ["pycache_prefix", "_home"] {
        let none = vm.none();
        vm.dict_set_str(dict, name, none);
    }
    for name in ["path_importer_cache", "_xoptions"] {
        let d = vm.dict();
        vm.dict_set_str(dict, name, d);
    }
    for name in ["warnoptions", "meta_path", "path_hooks"] {
        let l = vm.list(vec![]);
        vm.dict_set_str(dict, name, l);
    }
    let modules = vm.incref(vm.modules);
    vm.dict_set_str(dict, "modules", modules);
    for (name, module) in [("monitoring", &MONITORING), ("_jit", &JIT)] {
        if let Some(made) = vm.native_module(module.name) {
            vm.dict_set_str(dict, name, made);
        }
    }
    init_structures(vm, dict);
    init_lists(vm, dict);
    for (hook, kept) in [
        ("displayhook", "__displayhook__"),
        ("excepthook", "__excepthook__"),
        ("unraisablehook", "__unraisablehook__"),
        ("breakpointhook", "__breakpointhook__"),
    ] {
        if let Some(f) = vm.dict_get_str(dict, hook) {
            let f = vm.incref(f);
            vm.dict_set_str(dict, kept, f);
        }
    }
    Ok(())
}
/// For the prelude: (dict of names and ints) the `sys.flags` of an interpreter that was started with options.
pub fn flags_from(vm: &mut Vm, a: crate::vm::Args) -> crate::vm::Step {
    let pairs: Vec<(Ref, Ref)> = vm.dict_of(a[0]).map_or(vec![], |d| d.iter().collect());
    let given: Vec<(String, i64)> = pairs.into_iter().map(|(k, v)| (vm.lossy(k), vm.i64_of(v).unwrap_or(0))).collect();
    Ok(info::flags_with(vm, &given))
}
fn init_structures(vm: &mut Vm, dict: Ref) {
    let made: [(&str, fn(&mut Vm) -> Owned); 7] = [
        ("version_info", info::version_info),
        ("flags", info::flags),
        ("float_info", info::float_info),
        ("int_info", info::int_info),
        ("hash_info", info::hash_info),
        ("thread_info", info::thread_info),
        ("implementation", implementation),
    ];
    for (name, f) in made {
        let value = f(vm);
        vm.dict_set_str(dict, name, value);
    }
    let ty = info::unraisable_type(vm);
    let ty = vm.incref(ty);
    vm.dict_set_str(dict, "UnraisableHookArgs", ty);
    let git = ["Pellucid", "", ""].map(|s| vm.str(s)).into();
    let git = vm.tuple(git);
    vm.dict_set_str(dict, "_git", git);
}
/// A `types.SimpleNamespace`.
fn namespace(vm: &mut Vm, fields: Vec<(&str, Owned)>) -> Owned {
    let ns = vm.alloc(t::NAMESPACE, Payload::Instance(Box::default()));
    let dict = vm.dict();
    for (name, value) in fields {
        vm.dict_set_str(dict.get(), name, value);
    }
    if let Some(i) = vm.instance_mut(ns.get()) {
        i.dict = Some(dict.into_raw());
    }
    ns
}
fn implementation(vm: &mut Vm) -> Owned {
    let fields = vec![
        ("name", vm.str("pellucid")),
        ("cache_tag", vm.str("cpython-314")),
        ("version", info::version_info(vm)),
        ("hexversion", vm.int(HEX_VERSION)),
        ("_multiarch", vm.str("x86_64-linux-gnu")),
        ("supports_isolated_interpreters", vm.bool(false)),
    ];
    namespace(vm, fields)
}
fn init_lists(vm: &mut Vm, dict: Ref) {
    for (name, texts) in [("argv", &[""][..]), ("orig_argv", &["pellucid"]), ("path", &["/usr/lib/python3.14"])] {
        let items = texts.iter().map(|s| vm.str(*s)).collect();
        let list = vm.list(items);
        vm.dict_set_str(dict, name, list);
    }
    let mut builtin: Vec<&str> = crate::natives::MODULES.iter().flat_map(|g| g.iter()).map(|m| m.name).filter(|n| !n.contains('.')).collect();
    builtin.sort_unstable();
    builtin.dedup();
    let items = builtin.into_iter().map(|s| vm.intern(s)).collect();
    let tuple = vm.tuple(items);
    vm.dict_set_str(dict, "builtin_module_names", tuple);
    let set = vm.alloc(t::FROZENSET, Payload::Set(Box::default()));
    for name in names::STDLIB {
        let name = vm.intern(name);
        let hash = vm.str_of(name.get()).map_or(0, |s| s.hash());
        vm.set_mut(set.get()).insert_new(name.into_raw(), hash);
    }
    vm.dict_set_str(dict, "stdlib_module_names", set);
}
