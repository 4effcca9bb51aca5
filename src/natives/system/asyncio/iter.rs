//! What awaiting a future iterates: it hands the future to the task, and afterwards gives its result.
use super::state::{Status, future, future_mut, outcome};
use crate::heap::Ref;
use crate::natives::system::io::opaque_state;
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::{Args, Ask, Def, Step, Vm, t};

#[derive(Clone)]
pub struct FutureIter {
    /// None once it has ended.
    pub future: Option<Ref>,
}
opaque_state!(FutureIter, |x, f| x.future.iter().for_each(|r| f(*r)));

pub static FUTURE_ITER: TypeDef = TypeDef {
    place: None,
    name: "FutureIter",
    module: "_asyncio",
    base: t::OBJECT,
    layout: Layout::Native,
    flags: type_flags::IMMUTABLE | type_flags::NO_NEW,
    size: (24, 0),
    doc: "",
    defs: &[&[
        Def::method("__iter__", "(self, /)", |vm, a| Ok(vm.incref(a[0])), "Implement iter(self)."),
        Def::method("__next__", "(self, /)", next, "Implement next(self)."),
        Def::method("send", "(self, object, /)", next, "Go on."),
        Def::method("throw", "(self, type, value=None, traceback=None, /)", throw, "Raise an exception here."),
        Def::method("close", "(self, /)", |vm, a| { end(vm, a[0]); Ok(vm.none()) }, "End it."),
    ]],
};

pub fn new(vm: &mut Vm, a: Args) -> Step {
    super::state::alive(vm, a[0])?;
    vm.heap.incref_raw(a[0]);
    let ty = vm.type_of_def(&FUTURE_ITER);
    Ok(vm.opaque(ty, FutureIter { future: Some(a[0]) }))
}
fn end(vm: &mut Vm, r: Ref) {
    let old = vm.state_mut::<FutureIter>(r).and_then(|x| x.future.take());
    vm.replace_raw(old);
}
fn next(vm: &mut Vm, a: Args) -> Step {
    let Some(f) = vm.state::<FutureIter>(a[0]).and_then(|x| x.future) else { return Err(vm.stop_iteration(None)) };
    if future(vm, f).status == Status::Pending {
        if future(vm, f).blocking {
            return Err(vm.runtime_error("await wasn't used with future"));
        }
        future_mut(vm, f).blocking = true;
        return Ok(vm.incref(f));
    }
    let ended = outcome(vm, f)?;
    let ask = match ended {
        Ok(v) => vm.stop_iteration(Some(v)),
        Err(e) => Ask::Raise(e),
    };
    end(vm, a[0]);
    Err(ask)
}
fn throw(vm: &mut Vm, a: Args) -> Step {
    end(vm, a[0]);
    let given = [1, 2, 3].map(|i| a.opt(i).unwrap_or(crate::vm::fixed::NONE));
    vm.tail_prelude("asyncio_iter_throw", &given)
}
