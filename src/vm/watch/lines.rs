//! Where lines begin in a code object: at which instructions a line event may be told (PEP 626, PEP 669).
use crate::code::linetable;
use crate::code::opcode::{CACHES, decode, op};
use crate::objects::code::CodeObj;
use crate::vm::Vm;
use std::sync::Arc;

/// The lines of one code object, by code unit.
pub struct Lines {
    /// The line of each code unit; 0: it belongs to none.
    pub line: Box<[u32]>,
    /// Whether an instruction begins a line: it differs from the one before it, or something on another line jumps to it.
    pub starts: Box<[bool]>,
    /// The first instruction that events are told of: the first RESUME.
    pub first: usize,
}

/// The place of an instruction behind its EXTENDED_ARG prefixes, its opcode, its argument, and where the next one begins.
pub fn instruction_at(units: &[u16], at: usize) -> Option<(usize, u8, usize, usize)> {
    let (o, arg) = decode(units, at)?;
    let mut place = at;
    while (units[place] & 0xFF) as u8 == op::EXTENDED_ARG {
        place += 1;
    }
    Some((place, o, arg, place + 1 + CACHES[o as usize] as usize))
}

/// Where a jump leads; for FOR_ITER and SEND behind the instruction that ends the loop, which does not begin a line.
pub fn jump_target(o: u8, arg: usize, next: usize) -> Option<usize> {
    match o {
        op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE | op::JUMP_FORWARD => Some(next + arg),
        op::FOR_ITER | op::SEND => Some(next + arg + 1),
        op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT => next.checked_sub(arg),
        _ => None,
    }
}

impl Lines {
    pub fn of(code: &CodeObj) -> Lines {
        let units = &code.units;
        let mut line: Vec<u32> = linetable::positions(&code.linetable, code.firstlineno).map(|p| p.line.unwrap_or(0)).collect();
        line.resize(units.len(), 0);
        let is_resume = |i: &usize| (units[*i] & 0xFF) as u8 == op::RESUME;
        let first = (0..units.len()).find(is_resume).unwrap_or(0);
        let mut starts = vec![false; units.len()];
        let (mut at, mut current, mut jumps) = (0, 0, vec![]);
        while let Some((_, o, arg, next)) = instruction_at(units, at) {
            let silent = matches!(o, op::END_ASYNC_FOR | op::END_FOR | op::END_SEND | op::RESUME | op::POP_ITER);
            if at >= first && !silent {
                starts[at] = line[at] != current && line[at] > 0;
                current = line[at];
            }
            if let Some(target) = jump_target(o, arg, next).filter(|_| at >= first) {
                jumps.push((at, target));
            }
            at = next;
        }
        for (from, to) in jumps {
            if to < units.len() && line[to] > 0 && line[from] != line[to] {
                starts[to] = true;
            }
        }
        for h in &code.handlers {
            let target = h.target as usize;
            starts[target] |= line[target] > 0;
        }
        Lines { line: line.into(), starts: starts.into(), first }
    }
}

impl Vm {
    /// The lines of a code object, found out once.
    pub(in crate::vm) fn lines_of(&mut self, code: &Arc<CodeObj>) -> Arc<Lines> {
        self.lines.entry(code.number).or_insert_with(|| Arc::new(Lines::of(code))).clone()
    }
}
