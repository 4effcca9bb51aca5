//! Switch points finer than CPython's: the tracer that stops a run before every instruction or line.
use super::Machine;
use crate::code::linetable;
use crate::code::opcode::{decode, op};
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::objects::iter::Iter;
use crate::sim::policy::Points;
use crate::vm::thread::Activation;
use crate::vm::{Tracer, Vm};
use std::collections::HashMap;

/// `a[k]` among the binary operations.
const SUBSCRIPT: usize = crate::code::operand::SUBSCRIPT as usize;

/// Stops runs at switch points. Threads that are alone meet none.
pub(super) struct Stepper {
    points: Points,
    own_code_only: bool,
    /// Only at instructions that touch what threads share.
    only_shared: bool,
    /// Threads that have stopped and whose instruction is still to run.
    stopped: Vec<u32>,
    /// Line tables by code object, and the line each thread is on: frames, line.
    lines: HashMap<Ref, Vec<u32>>,
    at: HashMap<u32, (usize, u32)>,
}

impl Stepper {
    pub(super) fn new(points: Points, own_code_only: bool, only_shared: bool) -> Stepper {
        Stepper { points, own_code_only, only_shared, stopped: vec![], lines: HashMap::new(), at: HashMap::new() }
    }
    fn is_point(&mut self, vm: &Vm, frame: &Frame, pc: usize) -> bool {
        match self.points {
            Points::Gil => false,
            Points::Bytecode => !self.only_shared || touches_shared(vm, frame, pc),
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
/// constants and stack, on objects that only they hold, and look-ups that find functions, classes and modules. What lies
/// between two such instructions cannot be told from outside, so a switch there is the same as a switch before the next of
/// them.
fn touches_shared(vm: &Vm, frame: &Frame, pc: usize) -> bool {
    let code = vm.code_obj(frame.code_ref);
    let Some((o, arg)) = decode(&code.units, pc) else { return false };
    let operand = |down: usize| vm.cur.stack.get((frame.sp as usize).wrapping_sub(down)).and_then(|w| w.opt());
    let shared = |down: usize| operand(down).is_none_or(|r| is_shared(vm, r));
    match o {
        // What is found among the builtins is nobody's variable.
        op::LOAD_GLOBAL => vm.dict_get_name(frame.globals, code.names[arg >> 1]).is_some_and(|v| !is_definition(vm, v)),
        op::LOAD_ATTR => operand(1).is_none_or(|r| is_shared(vm, r) && reads_attribute(vm, r, code.names[arg >> 1])),
        op::STORE_ATTR | op::DELETE_ATTR | op::UNPACK_SEQUENCE | op::UNPACK_EX | op::GET_ITER => shared(1),
        op::STORE_SUBSCR | op::DELETE_SUBSCR => shared(2),
        op::STORE_GLOBAL | op::DELETE_GLOBAL | op::LOAD_NAME | op::STORE_NAME | op::DELETE_NAME | op::LOAD_SUPER_ATTR | op::LOAD_DEREF
        | op::STORE_DEREF | op::DELETE_DEREF | op::BINARY_SLICE | op::STORE_SLICE | op::CALL_KW | op::CALL_FUNCTION_EX
        | op::CONTAINS_OP | op::LIST_EXTEND | op::SET_UPDATE | op::DICT_UPDATE | op::DICT_MERGE | op::SEND => true,
        // What is called: below it and its arguments; a function's own instructions are points of their own.
        op::CALL => operand(arg + 2).is_none_or(|f| !matches!(vm.heap.get(f), Payload::Function(_))),
        // Numbers are nobody else's, whoever counts them.
        op::FOR_ITER => operand(1).is_none_or(|r| !matches!(vm.heap.get(r), Payload::Iter(i) if matches!(**i, Iter::Range { .. })) || is_shared(vm, r)),
        op::BINARY_OP if arg == SUBSCRIPT => shared(2),
        // Arithmetic on numbers and strings is nobody else's business; on others it may be `+=` of a shared list.
        op::BINARY_OP | op::COMPARE_OP => !operand(2).is_some_and(|r| is_plain(vm, r)),
        op::TO_BOOL => !operand(1).is_some_and(|r| is_plain(vm, r)),
        _ => false,
    }
}

/// Whether others can have an object: one with a single reference belongs to the frame that works on it. (What is loaded from
/// elsewhere has the stack's reference besides.)
fn is_shared(vm: &Vm, r: Ref) -> bool {
    vm.heap.count(r) > 1
}
/// A number or a string.
fn is_plain(vm: &Vm, r: Ref) -> bool {
    matches!(vm.heap.get(r), Payload::Int(_) | Payload::BigInt(_) | Payload::Float(_) | Payload::Complex(..) | Payload::Str(_))
}
/// What programs define once and then only use.
fn is_definition(vm: &Vm, r: Ref) -> bool {
    matches!(vm.heap.get(r), Payload::Function(_) | Payload::Native(_) | Payload::Type(_) | Payload::Module(_))
}
/// Whether reading an attribute reads data: a module's function and a method of a class are none.
fn reads_attribute(vm: &Vm, r: Ref, name: Ref) -> bool {
    let along = |class: Ref| vm.type_obj(class).mro.iter().find_map(|k| vm.dict_get_name(vm.type_obj(*k).dict, name));
    let own = match vm.heap.get(r) {
        Payload::Type(_) => along(r),
        _ => vm.instance_attr(r, name),
    };
    own.or_else(|| along(vm.ty(r))).is_none_or(|v| !is_definition(vm, v))
}

impl Machine {
    /// Whether the running thread stands in the program's own code.
    pub(super) fn in_own_code(&self) -> bool {
        matches!(self.vm.cur.activations.last(), Some(Activation::Py(f)) if !f.hidden && self.vm.is_own_code(f))
    }
}
