//! `_asyncio`: Future and Task, and which loop and task run on a thread. The Python versions stay beside them
//! (`asyncio.futures._PyFuture`, `asyncio.tasks._PyTask`), and do the same.
mod future;
mod iter;
mod loops;
mod state;
mod step;
mod task;

use crate::heap::Ref;
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::{Ask, Vm};
pub use iter::FutureIter;
pub use state::{FutureObj, Status};
pub use step::stepped;

static TYPES: &[&TypeDef] = &[&future::FUTURE, &task::TASK, &iter::FUTURE_ITER, &step::STEP];

pub static MODULE: ModuleDef = ModuleDef {
    name: "_asyncio",
    doc: "Accelerator module for asyncio",
    functions: &[loops::FUNCTIONS],
    types: &[&future::FUTURE, &task::TASK],
    init: Some(init),
};

fn init(vm: &mut Vm, _: Ref) -> Result<(), Ask> {
    for def in TYPES {
        let ty = vm.type_of_def(def);
        vm.type_obj_mut(ty).has_weakref = true;
    }
    let (future, task) = (vm.type_of_def(&future::FUTURE), vm.type_of_def(&task::TASK));
    vm.rebase(task, future);
    step::hide_wakeup(vm, task);
    Ok(())
}

/// `asyncio.exceptions.NAME`.
fn exception_class(vm: &mut Vm, name: &str) -> Result<Ref, Ask> {
    if let Some(module) = vm.dict_get_str(vm.modules, "asyncio.exceptions")
        && matches!(vm.heap.get(module), crate::objects::Payload::Module(_))
        && let dict = vm.module_dict(module)
        && let Some(class) = vm.dict_get_str(dict, name)
    {
        return Ok(class);
    }
    let name = vm.intern(name);
    let name = vm.keep(name);
    vm.prelude("asyncio_exception", &[name])
}
fn invalid_state(vm: &mut Vm, message: &str) -> Ask {
    match exception_class(vm, "InvalidStateError") {
        Ok(class) => vm.error(class, message),
        Err(e) => e,
    }
}
