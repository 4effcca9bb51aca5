//! The struct sequence types of `sys`: `flags`, `version_info`, `float_info` and so on. `sys` fills them.
use super::structseq::{METHODS, Shape, item};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::{Def, t};

macro_rules! sys_shape {
    ($shape:ident, $def:ident, $name:literal, $doc:literal, $flags:expr, [$($i:literal $field:literal),* $(,)?]) => {
        static $def: TypeDef = TypeDef {
            place: None,
            name: $name,
            module: "sys",
            base: t::TUPLE,
            layout: Layout::Tuple,
            flags: $flags,
            size: (32, 8),
            doc: $doc,
            defs: &[METHODS, &[$(Def::member($field, item::<$i>, "")),*]],
        };
        pub static $shape: Shape = Shape { def: &$def, fields: &[$($field),*], visible: [$($i),*].len(), unnamed: 0 };
    };
}

const CLOSED: u32 = type_flags::IMMUTABLE | type_flags::NO_NEW | type_flags::SEQUENCE;
const OPEN: u32 = type_flags::IMMUTABLE | type_flags::SEQUENCE;

sys_shape!(FLAGS, FLAGS_DEF, "flags", "Flags of the command line and the environment.", CLOSED, [
    0 "debug", 1 "inspect", 2 "interactive", 3 "optimize", 4 "dont_write_bytecode", 5 "no_user_site", 6 "no_site",
    7 "ignore_environment", 8 "verbose", 9 "bytes_warning", 10 "quiet", 11 "hash_randomization", 12 "isolated",
    13 "dev_mode", 14 "utf8_mode", 15 "warn_default_encoding", 16 "safe_path", 17 "int_max_str_digits"
]);
sys_shape!(VERSION_INFO, VERSION_INFO_DEF, "version_info", "Version of the language.", CLOSED, [
    0 "major", 1 "minor", 2 "micro", 3 "releaselevel", 4 "serial"
]);
sys_shape!(FLOAT_INFO, FLOAT_INFO_DEF, "float_info", "Limits and precision of float.", OPEN, [
    0 "max", 1 "max_exp", 2 "max_10_exp", 3 "min", 4 "min_exp", 5 "min_10_exp", 6 "dig", 7 "mant_dig", 8 "epsilon",
    9 "radix", 10 "rounds"
]);
sys_shape!(INT_INFO, INT_INFO_DEF, "int_info", "How ints are represented.", OPEN, [
    0 "bits_per_digit", 1 "sizeof_digit", 2 "default_max_str_digits", 3 "str_digits_check_threshold"
]);
sys_shape!(HASH_INFO, HASH_INFO_DEF, "hash_info", "Parameters of hashing.", OPEN, [
    0 "width", 1 "modulus", 2 "inf", 3 "nan", 4 "imag", 5 "algorithm", 6 "hash_bits", 7 "seed_bits", 8 "cutoff"
]);
sys_shape!(THREAD_INFO, THREAD_INFO_DEF, "thread_info", "How threads are implemented.", OPEN, [
    0 "name", 1 "lock", 2 "version"
]);
sys_shape!(ASYNCGEN_HOOKS, ASYNCGEN_HOOKS_DEF, "asyncgen_hooks", "Hooks of asynchronous generators.", OPEN, [
    0 "firstiter", 1 "finalizer"
]);
sys_shape!(UNRAISABLE_ARGS, UNRAISABLE_ARGS_DEF, "UnraisableHookArgs", "What sys.unraisablehook is given.", OPEN, [
    0 "exc_type", 1 "exc_value", 2 "exc_traceback", 3 "err_msg", 4 "object"
]);

pub static SHAPES: &[&Shape] =
    &[&FLAGS, &VERSION_INFO, &FLOAT_INFO, &INT_INFO, &HASH_INFO, &THREAD_INFO, &ASYNCGEN_HOOKS, &UNRAISABLE_ARGS];
