//! The struct sequences of `sys`: version, flags, what ints, floats and hashes are made of.
use super::structseq::{METHODS, NEW, closed, describe, field, make, open};
use crate::heap::Owned;
use crate::vm::native::{Args, Def, TypeDef};
use crate::vm::{Step, Vm};

macro_rules! fields {
    ($names:ident, $rows:ident, $($i:literal $name:literal $doc:literal),* $(,)?) => {
        const $names: &[&str] = &[$($name),*];
        const $rows: &[Def] = &[$(field::<$i>($name, $doc)),*];
    };
}

fields! { VERSION_NAMES, VERSION,
    0 "major" "Major release number.", 1 "minor" "Minor release number.", 2 "micro" "Patch release number.",
    3 "releaselevel" "'alpha', 'beta', 'candidate' or 'final'.", 4 "serial" "Serial release number.",
}
fields! { FLAG_NAMES, FLAGS,
    0 "debug" "-d", 1 "inspect" "-i", 2 "interactive" "-i", 3 "optimize" "-O or -OO", 4 "dont_write_bytecode" "-B", 5 "no_user_site" "-s",
    6 "no_site" "-S", 7 "ignore_environment" "-E", 8 "verbose" "-v", 9 "bytes_warning" "-b", 10 "quiet" "-q",
    11 "hash_randomization" "-R", 12 "isolated" "-I", 13 "dev_mode" "-X dev", 14 "utf8_mode" "-X utf8",
    15 "warn_default_encoding" "-X warn_default_encoding", 16 "safe_path" "-P", 17 "int_max_str_digits" "-X int_max_str_digits",
}
fields! { FLOAT_NAMES, FLOAT,
    0 "max" "Largest finite float.", 1 "max_exp" "Its binary exponent.", 2 "max_10_exp" "Its decimal exponent.",
    3 "min" "Smallest positive normal float.", 4 "min_exp" "Its binary exponent.", 5 "min_10_exp" "Its decimal exponent.",
    6 "dig" "Decimal digits that survive.", 7 "mant_dig" "Binary digits of the mantissa.",
    8 "epsilon" "Distance from 1 to the next float.", 9 "radix" "Radix of the exponent.", 10 "rounds" "Rounding mode.",
}
fields! { INT_NAMES, INT,
    0 "bits_per_digit" "Bits of a digit.", 1 "sizeof_digit" "Bytes of a digit.",
    2 "default_max_str_digits" "Default limit of conversions.", 3 "str_digits_check_threshold" "Least limit of conversions.",
}
fields! { HASH_NAMES, HASH,
    0 "width" "Bits of a hash.", 1 "modulus" "The prime of numeric hashes.", 2 "inf" "Hash of infinity.", 3 "nan" "Not used.",
    4 "imag" "Factor of the imaginary part.", 5 "algorithm" "Algorithm for texts.", 6 "hash_bits" "Its output in bits.",
    7 "seed_bits" "Its key in bits.", 8 "cutoff" "Longest text hashed otherwise.",
}
fields! { THREAD_NAMES, THREAD,
    0 "name" "Thread library.", 1 "lock" "Kind of locks.", 2 "version" "Version of the library.",
}
fields! { HOOK_NAMES, HOOKS,
    0 "firstiter" "Called when an async generator starts.", 1 "finalizer" "Called when one is to be finalized.",
}
fields! { UNRAISABLE_NAMES, UNRAISABLE,
    0 "exc_type" "Class of the exception.", 1 "exc_value" "The exception.", 2 "exc_traceback" "Its traceback.",
    3 "err_msg" "What could not be done.", 4 "object" "The object in question.",
}

fields! { EXCEPT_HOOK_NAMES, EXCEPT_HOOK,
    0 "exc_type" "Exception type", 1 "exc_value" "Exception value", 2 "exc_traceback" "Exception traceback", 3 "thread" "Thread",
}

/// Fields of `sys.flags` that are attributes only: no free threading, no context-aware warnings.
const HIDDEN_FLAGS: &[Def] = &[
    Def::member("gil", one, "-X gil"),
    Def::member("thread_inherit_context", zero, "-X thread_inherit_context"),
    Def::member("context_aware_warnings", zero, "-X context_aware_warnings"),
];
fn one(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(1))
}
fn zero(vm: &mut Vm, _: Args) -> Step {
    Ok(vm.int(0))
}

pub static VERSION_INFO: TypeDef = closed("version_info", "sys", &[VERSION, METHODS], "The version as a tuple.");
pub static FLAGS_TYPE: TypeDef = closed("flags", "sys", &[FLAGS, HIDDEN_FLAGS, METHODS], "How the interpreter was started.");
pub static FLOAT_INFO: TypeDef = open("float_info", "sys", &[NEW, FLOAT, METHODS], "What floats are made of.");
pub static INT_INFO: TypeDef = open("int_info", "sys", &[NEW, INT, METHODS], "What ints are made of.");
pub static HASH_INFO: TypeDef = open("hash_info", "sys", &[NEW, HASH, METHODS], "How things are hashed.");
pub static THREAD_INFO: TypeDef = open("thread_info", "sys", &[NEW, THREAD, METHODS], "How threads are made.");
pub static ASYNCGEN_HOOKS: TypeDef = open("asyncgen_hooks", "builtins", &[NEW, HOOKS, METHODS], "Hooks of async generators.");
pub static UNRAISABLE_ARGS: TypeDef = open("UnraisableHookArgs", "sys", &[NEW, UNRAISABLE, METHODS], "What sys.unraisablehook gets.");

pub static EXCEPT_HOOK_ARGS: TypeDef = open("_ExceptHookArgs", "_thread", &[NEW, EXCEPT_HOOK, METHODS], "Type used to pass arguments to threading.excepthook.");

pub fn version_info(vm: &mut Vm) -> Owned {
    let ty = describe(vm, &VERSION_INFO, VERSION_NAMES, 0);
    let values = vec![vm.int(3), vm.int(14), vm.int(0), vm.str("final"), vm.int(0)];
    make(vm, ty, values)
}
pub fn flags(vm: &mut Vm) -> Owned {
    flags_with(vm, &[])
}
/// The flags of an interpreter that was started with options: (name, value).
pub fn flags_with(vm: &mut Vm, given: &[(String, i64)]) -> Owned {
    let ty = describe(vm, &FLAGS_TYPE, FLAG_NAMES, HIDDEN_FLAGS.len());
    let mut values = Vec::new();
    for name in FLAG_NAMES {
        let given = given.iter().find(|(n, _)| n == name).map(|(_, v)| *v);
        values.push(match *name {
            "dev_mode" | "safe_path" if given.is_some() => vm.bool(given != Some(0)),
            _ if given.is_some() => vm.int(given.unwrap_or(0)),
            "dev_mode" | "safe_path" => vm.bool(false),
            "dont_write_bytecode" => vm.int(1),
            "hash_randomization" => vm.int(i64::from(crate::objects::str::is_hash_seeded())),
            "int_max_str_digits" => vm.int(4300),
            _ => vm.int(0),
        });
    }
    make(vm, ty, values)
}
pub fn float_info(vm: &mut Vm) -> Owned {
    let ty = describe(vm, &FLOAT_INFO, FLOAT_NAMES, 0);
    let mut values = vec![vm.float(f64::MAX), vm.int(1024), vm.int(308), vm.float(f64::MIN_POSITIVE), vm.int(-1021), vm.int(-307)];
    values.extend([vm.int(15), vm.int(53), vm.float(f64::EPSILON), vm.int(2), vm.int(1)]);
    make(vm, ty, values)
}
pub fn int_info(vm: &mut Vm) -> Owned {
    let ty = describe(vm, &INT_INFO, INT_NAMES, 0);
    let values = [30, 4, 4300, 640].map(|i| vm.int(i)).into();
    make(vm, ty, values)
}
pub fn hash_info(vm: &mut Vm) -> Owned {
    let ty = describe(vm, &HASH_INFO, HASH_NAMES, 0);
    let mut values: Vec<Owned> = [64, (1 << 61) - 1, 314159, 0, 1000003].map(|i| vm.int(i)).into();
    values.push(vm.str("siphash13"));
    values.extend([64, 128, 0].map(|i| vm.int(i)));
    make(vm, ty, values)
}
pub fn thread_info(vm: &mut Vm) -> Owned {
    let ty = describe(vm, &THREAD_INFO, THREAD_NAMES, 0);
    let values = vec![vm.str("pthread"), vm.str("semaphore"), vm.none()];
    make(vm, ty, values)
}
pub fn asyncgen_hooks(vm: &mut Vm, firstiter: Owned, finalizer: Owned) -> Owned {
    let ty = describe(vm, &ASYNCGEN_HOOKS, HOOK_NAMES, 0);
    make(vm, ty, vec![firstiter, finalizer])
}
/// Makes the type of the argument of `threading.excepthook`.
pub fn except_hook_type(vm: &mut Vm) -> crate::heap::Ref {
    describe(vm, &EXCEPT_HOOK_ARGS, EXCEPT_HOOK_NAMES, 0)
}
/// Makes the type of the argument of `sys.unraisablehook`.
pub fn unraisable_type(vm: &mut Vm) -> crate::heap::Ref {
    describe(vm, &UNRAISABLE_ARGS, UNRAISABLE_NAMES, 0)
}
