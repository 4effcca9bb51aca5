//! `errno`: names of the system's error numbers.
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::syscall::errno;
use crate::vm::{Ask, Vm};

pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    doc: "Names of the error numbers of the operating system.",
    functions: &[],
    types: &[],
    init: Some(init),
};

/// Second names of the same numbers.
const ALIASES: &[(&str, i32)] = &[("EWOULDBLOCK", 11), ("EDEADLK", 35), ("EOPNOTSUPP", 95)];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    let codes = vm.dict();
    for (name, value, _) in errno::ALL {
        let key = vm.int(*value as i64);
        let text = vm.intern(name);
        vm.dict_set(codes.get(), key.get(), text.get())?;
        vm.release(text);
        vm.set_global(module, name, key);
    }
    vm.set_global(module, "errorcode", codes);
    for (name, value) in ALIASES {
        vm.set_ints(module, &[(name, *value as i64)]);
    }
    Ok(())
}
