//! Switch points finer than CPython's: the tracer that stops a run before every instruction or line.
use super::Machine;
use crate::code::linetable;
use crate::code::opcode::{decode, op};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::sim::policy::Points;
use crate::vm::thread::Activation;
use crate::vm::{Tracer, Vm};
use std::collections::HashMap;

/// Stops runs at switch points. Threads that are alone meet none.
pub(super) struct Stepper {
    points: Points,
    own_code_only: bool,
    /// Threads that have stopped and whose instruction is still to run.
    stopped: Vec<u32>,
    /// Line tables by code object, and the line each thread is on: frames, line.
    lines: HashMap<Ref, Vec<u32>>,
    at: HashMap<u32, (usize, u32)>,
}

impl Stepper {
    pub(super) fn new(points: Points, own_code_only: bool) -> Stepper {
        Stepper { points, own_code_only, stopped: vec![], lines: HashMap::new(), at: HashMap::new() }
    }
    fn is_point(&mut self, vm: &Vm, frame: &Frame, pc: usize) -> bool {
        match self.points {
            Points::Gil => false,
            Points::Bytecode => !self.own_code_only || touches_shared(vm, frame, pc),
            Points::Line => {
                let code = vm.code_obj(frame.code_ref);
                let table = self.lines.entry(frame.code_ref).or_insert_with(|| {
                    linetable::positions(&code.linetable, code.firstlineno).map(|p| p.line.unwrap_or(0)).collect()
                });
                let here = (vm.cur.activations.len(), table.get(pc).copied().unwrap_or(0));
                here.1 > 0 && self.at.insert(vm.cur.id, here) != Some(here)
            }
        }
    }
}

impl Tracer for Stepper {
    const ON: bool = true;
    fn instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        if vm.parked.is_empty() {
            return false;
        }
        let Some(Activation::Py(frame)) = vm.cur.activations.last() else { return false };
        if frame.hidden || self.own_code_only && !vm.is_own_code(frame) {
            return false;
        }
        if let Some(at) = self.stopped.iter().position(|t| *t == vm.cur.id) {
            self.stopped.swap_remove(at);
            return false;
        }
        let stop = self.is_point(vm, frame, pc);
        if stop {
            self.stopped.push(vm.cur.id);
        }
        stop
    }
}

/// Whether an instruction can see or change what other threads see: everything but work on the frame's own locals,
/// constants and stack. What lies between two such instructions cannot be told from outside, so a switch there is the
/// same as a switch before the next of them.
fn touches_shared(vm: &Vm, frame: &Frame, pc: usize) -> bool {
    let Some((o, arg)) = decode(&vm.code_obj(frame.code_ref).units, pc) else { return false };
    match o {
        op::LOAD_GLOBAL => {
            // What is found among the builtins is nobody's variable.
            let name = vm.code_obj(frame.code_ref).names[arg >> 1];
            vm.dict_get_name(frame.globals, name).is_some()
        }
        op::STORE_GLOBAL | op::DELETE_GLOBAL | op::LOAD_NAME | op::STORE_NAME | op::DELETE_NAME | op::LOAD_ATTR | op::STORE_ATTR
        | op::DELETE_ATTR | op::LOAD_SUPER_ATTR | op::LOAD_DEREF | op::STORE_DEREF | op::DELETE_DEREF | op::STORE_SUBSCR
        | op::DELETE_SUBSCR | op::BINARY_SLICE | op::STORE_SLICE | op::CALL | op::CALL_KW | op::CALL_FUNCTION_EX | op::FOR_ITER
        | op::GET_ITER | op::CONTAINS_OP | op::LIST_EXTEND | op::SET_UPDATE | op::DICT_UPDATE | op::DICT_MERGE
        | op::UNPACK_SEQUENCE | op::UNPACK_EX | op::SEND => true,
        // Arithmetic on numbers and strings is nobody else's business; on others it may be `+=` of a shared list.
        op::BINARY_OP | op::COMPARE_OP => !plain_operand(vm, frame, 2),
        op::TO_BOOL => !plain_operand(vm, frame, 1),
        _ => false,
    }
}

/// Whether the value so far down the stack is a number or a string.
fn plain_operand(vm: &Vm, frame: &Frame, down: usize) -> bool {
    let word = vm.cur.stack.get((frame.sp as usize).wrapping_sub(down)).and_then(|w| w.opt());
    let plain = |r| matches!(vm.heap.get(r), Payload::Int(_) | Payload::BigInt(_) | Payload::Float(_) | Payload::Complex(..) | Payload::Str(_));
    word.is_some_and(plain)
}

impl Machine {
    /// Whether the running thread stands in the program's own code.
    pub(super) fn in_own_code(&self) -> bool {
        matches!(self.vm.cur.activations.last(), Some(Activation::Py(f)) if !f.hidden && self.vm.is_own_code(f))
    }
}
