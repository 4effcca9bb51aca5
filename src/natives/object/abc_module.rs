//! The module `_abc` (PEP 3119). Its functions ask hooks of the program at every step, so their bodies are in the prelude.
use crate::heap::Ref;
use crate::objects::class::type_flags;
use crate::vm::native::ModuleDef;
use crate::vm::{Args, Def, Step, Vm};

pub static MODULE: ModuleDef = ModuleDef { name: "_abc", doc: "What abstract base classes are made of.", functions: &[FUNCTIONS], types: &[], init: None };

static FUNCTIONS: &[Def] = &[
    Def::function("get_cache_token", "()", |vm, _| vm.tail_prelude("abc_cache_token", &[]), "A number that changes with every registration."),
    Def::function("_abc_init", "(self, /)", |vm, a| vm.tail_prelude("abc_init", &[a[0]]), "Find the abstract methods of a new class."),
    Def::function("_abc_register", "(self, subclass, /)", |vm, a| vm.tail_prelude("abc_register", &[a[0], a[1]]), "Make a class a virtual subclass."),
    Def::function("_abc_instancecheck", "(self, instance, /)", |vm, a| vm.tail_prelude("abc_instancecheck", &[a[0], a[1]]), "What isinstance() asks an abstract class."),
    Def::function("_abc_subclasscheck", "(self, subclass, /)", |vm, a| vm.tail_prelude("abc_subclasscheck", &[a[0], a[1]]), "What issubclass() asks an abstract class."),
    Def::function("_get_dump", "(self, /)", |vm, a| vm.tail_prelude("abc_get_dump", &[a[0]]), "Registry, caches and their version."),
    Def::function("_reset_registry", "(self, /)", |vm, a| vm.tail_prelude("abc_reset_registry", &[a[0]]), "Forget the virtual subclasses."),
    Def::function("_reset_caches", "(self, /)", |vm, a| vm.tail_prelude("abc_reset_caches", &[a[0]]), "Forget all known answers."),
];

const KINDS: u32 = type_flags::SEQUENCE | type_flags::MAPPING;
/// CPython's bits of a type for `match`: those that `__abc_tpflags__` holds.
const SEQUENCE_BIT: i64 = 1 << 5;
const MAPPING_BIT: i64 = 1 << 6;

/// For the prelude: whether `match` takes a class for a sequence or a mapping, in CPython's bits.
pub fn match_kind(vm: &mut Vm, a: Args) -> Step {
    let bits = if vm.is_type(a[0]) { kind_bits(vm, a[0]) } else { 0 };
    Ok(vm.int(bits))
}
fn kind_bits(vm: &Vm, cls: Ref) -> i64 {
    let x = vm.type_obj(cls);
    let bit = |flag, bit| if x.has(flag) { bit } else { 0 };
    bit(type_flags::SEQUENCE, SEQUENCE_BIT) | bit(type_flags::MAPPING, MAPPING_BIT)
}
/// For the prelude: (class, bits).
pub fn set_match_kind(vm: &mut Vm, a: Args) -> Step {
    let bits = vm.index_i64(a[1])?;
    let flag = |bit, flag| if bits & bit != 0 { flag } else { 0 };
    let new = flag(SEQUENCE_BIT, type_flags::SEQUENCE) | flag(MAPPING_BIT, type_flags::MAPPING);
    if new != 0 {
        let x = vm.type_obj_mut(a[0]);
        x.flags = x.flags & !KINDS | new;
    }
    Ok(vm.none())
}
