//! Local and global variables of a frame object, wherever its frame is.
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::FrameState;
use crate::vm::Vm;
use crate::vm::thread::{Activation, Thread};

/// The frame in which an exception was raised.
pub fn last_frame(vm: &Vm, exc: Ref) -> Option<Ref> {
    let mut at = vm.exc_of(exc)?.traceback?;
    loop {
        let Payload::Traceback(tb) = vm.heap.get(at) else { return None };
        match tb.next {
            Some(next) => at = next,
            None => return Some(tb.frame),
        }
    }
}

/// Names and values (borrowed) of the local variables that have a value.
pub fn frame_locals(vm: &Vm, frame: Ref) -> Vec<(String, Ref)> {
    let Payload::Frame(f) = vm.heap.get(frame) else { return vec![] };
    if let Some(dict) = f.locals.and_then(|d| vm.dict_of(d)) {
        return dict.iter().filter_map(|(k, v)| Some((vm.utf8(k)?.to_owned(), v))).collect();
    }
    let Payload::Code(code) = vm.heap.get(f.code) else { return vec![] };
    if code.localsplus.is_empty() && code.name == crate::vm::n::MODULE_NAME {
        return names_of(vm, f.globals);
    }
    let values: Vec<Option<Ref>> = match &f.state {
        FrameState::Finished { locals } => locals.clone(),
        FrameState::Running { thread, index } => running(vm, *thread, *index as usize, code.localsplus.len()),
        FrameState::Suspended { generator } => match vm.heap.get(*generator) {
            Payload::Generator(g) => g.stack.iter().take(code.localsplus.len()).map(|w| w.opt()).collect(),
            _ => vec![],
        },
    };
    let pairs = code.localsplus.iter().zip(values);
    pairs.filter_map(|(name, v)| Some((vm.utf8(*name)?.to_owned(), uncelled(vm, v?)?))).collect()
}
fn running(vm: &Vm, thread: u32, index: usize, count: usize) -> Vec<Option<Ref>> {
    let find = |th: &Thread| match th.activations.get(index) {
        Some(Activation::Py(f)) => th.stack[f.base as usize..f.base as usize + count].iter().map(|w| w.opt()).collect(),
        _ => vec![],
    };
    if vm.cur.id == thread {
        return find(&vm.cur);
    }
    vm.parked.iter().find(|th| th.id == thread).map_or(vec![], find)
}
fn uncelled(vm: &Vm, r: Ref) -> Option<Ref> {
    match vm.heap.get(r) {
        Payload::Cell(c) => *c,
        _ => Some(r),
    }
}
fn names_of(vm: &Vm, dict: Ref) -> Vec<(String, Ref)> {
    vm.dict_of(dict).map_or(vec![], |d| d.iter().filter_map(|(k, v)| Some((vm.utf8(k)?.to_owned(), v))).collect())
}
/// Names in the frame's globals and builtins.
pub fn global_names(vm: &Vm, frame: Ref) -> Vec<String> {
    let Payload::Frame(f) = vm.heap.get(frame) else { return vec![] };
    let all = [f.globals, f.builtins].into_iter().flat_map(|d| names_of(vm, d));
    all.map(|x| x.0).collect()
}
