//! A debugger's jump: what setting `frame.f_lineno` from a trace function means.
//!
//! A jump must find the stack as the instruction it leads to expects it. So the kinds of values that lie there before each
//! instruction are found out from the code alone; a jump may take values away, never put any there.
use super::lines::{instruction_at, jump_target};
use super::{To, event};
use crate::code::linetable;
use crate::code::opcode::{self, op};
use crate::heap::{Owned, Ref};
use crate::objects::code::CodeObj;
use crate::objects::frame::Word;
use crate::vm::thread::Activation;
use crate::vm::{Ask, Vm, fixed, t};

/// What a word of the operand stack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// What a `for` loop steps.
    Iterator,
    /// An exception being handled, or the one before it.
    Exception,
    Object,
    /// No value: the place of a missing `self`.
    Null,
    /// The place of an instruction that raised, for raising again.
    Place,
}
type Kinds = Vec<Kind>;

/// The stack before each instruction; None where none can get to.
fn stacks(code: &CodeObj) -> Vec<Option<Kinds>> {
    let mut found: Vec<Option<Kinds>> = vec![None; code.units.len() + 1];
    found[0] = Some(vec![]);
    loop {
        let mut again = false;
        let mut at = 0;
        while let Some((_, o, arg, next)) = instruction_at(&code.units, at) {
            if let Some(stack) = found[at].clone() {
                again |= flow(&mut found, stack, o, arg, at, next);
            }
            at = next;
        }
        for h in &code.handlers {
            let Some(mut stack) = found[h.start as usize].clone() else { continue };
            if found[h.target as usize].is_none() {
                stack.truncate(h.depth as usize);
                stack.extend(h.lasti.then_some(Kind::Place));
                stack.push(Kind::Exception);
                found[h.target as usize] = Some(stack);
                again = true;
            }
        }
        if !again {
            return found;
        }
    }
}

/// Notes the stack where an instruction leads. True: a place was reached that has been passed already.
fn flow(found: &mut [Option<Kinds>], mut stack: Kinds, o: u8, arg: usize, at: usize, next: usize) -> bool {
    match o {
        op::RETURN_VALUE | op::RAISE_VARARGS | op::RERAISE => return false,
        op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE => {
            stack.pop();
        }
        op::GET_ITER | op::GET_AITER => {
            stack.pop();
            stack.push(Kind::Iterator);
        }
        op::FOR_ITER => {
            // Where the loop ends, END_FOR drops a value too: `jump_target` leads behind it.
            let end = next + arg;
            stack.push(Kind::Object);
            found[end] = Some(stack.clone());
        }
        op::SEND => {
            found[next + arg] = Some(stack.clone());
        }
        op::PUSH_EXC_INFO => stack.push(Kind::Exception),
        op::PUSH_NULL => stack.push(Kind::Null),
        op::LOAD_GLOBAL | op::LOAD_ATTR => {
            if o == op::LOAD_ATTR {
                stack.pop();
            }
            stack.push(Kind::Object);
            stack.extend((arg & 1 != 0).then_some(Kind::Null));
        }
        op::SWAP => {
            let top = stack.len() - 1;
            stack.swap(top, top + 1 - arg);
        }
        op::COPY => stack.push(stack[stack.len() - arg]),
        // It gives a value, and goes on with the one that is sent.
        op::YIELD_VALUE => {}
        _ => {
            let row = opcode::row(o.into()).expect("compiled code has known instructions");
            let left = stack.len().saturating_sub(row.pops.of(arg as u32) as usize);
            stack.truncate(left);
            stack.resize(left + row.pushes.of(arg as u32) as usize, Kind::Object);
        }
    }
    let mut again = false;
    if !matches!(o, op::FOR_ITER | op::SEND)
        && let Some(target) = jump_target(o, arg, next)
    {
        again = target < at && found[target].is_none();
        found[target] = Some(stack.clone());
    }
    if !matches!(o, op::JUMP_FORWARD | op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT) {
        found[next] = Some(stack);
    }
    again
}

/// Whether a stack can be cut down to another.
fn fits(from: &Kinds, to: &Kinds) -> bool {
    from.len() >= to.len()
        && from.iter().zip(to).all(|(from, to)| match to {
            Kind::Object => *from != Kind::Null,
            Kind::Null => true,
            kind => from == kind,
        })
}

fn why_not(to: Option<&Kinds>) -> &'static str {
    let Some(to) = to else { return "can't jump into an unreachable code" };
    match to.last() {
        Some(Kind::Exception) => "can't jump into an 'except' block as there's no exception",
        Some(Kind::Place) => "can't jump into a re-raising block as there's no location",
        Some(Kind::Iterator) => "can't jump into the body of a for loop",
        _ => "incompatible stacks",
    }
}

/// The code unit that a jump to a line leads to, and the height of the stack there.
fn landing(code: &CodeObj, at: usize, line: i64) -> Result<(usize, usize, Kinds), String> {
    let starts: Vec<(usize, i64)> = {
        let mut last = None;
        let runs = linetable::lines(&code.linetable, code.firstlineno);
        runs.into_iter()
            .filter_map(|(start, _, line)| {
                let new = line.filter(|_| line != last)?;
                last = line;
                Some((start as usize / 2, i64::from(new)))
            })
            .collect()
    };
    let Some(wanted) = starts.iter().map(|s| s.1).filter(|l| *l >= line).min() else {
        return Err(format!("line {line} comes after the current code block"));
    };
    let stacks = stacks(code);
    let Some(here) = &stacks[at] else { return Err("can't jump from unreachable code".into()) };
    let (mut best, mut reason) = (None::<(usize, &Kinds)>, "cannot find bytecode for specified line");
    for (unit, _) in starts.iter().filter(|s| s.1 == wanted) {
        match &stacks[*unit] {
            Some(stack) if fits(here, stack) => {
                if best.is_none_or(|(_, b)| (stack.len(), stack) > (b.len(), b)) {
                    best = Some((*unit, stack));
                }
            }
            stack => reason = why_not(stack.as_ref()),
        }
    }
    match best {
        Some((unit, stack)) => Ok((unit, stack.len(), here.clone())),
        None => Err(reason.into()),
    }
}

impl Vm {
    /// The frame (an activation's index) that may jump: the one whose `line` event is being told to a trace function.
    fn jumping_frame(&mut self, frame: Ref) -> Result<usize, &'static str> {
        const OUTSIDE: &str = "f_lineno can only be set in a trace function";
        let Some(told) = self.watch().running.last() else { return Err(OUTSIDE) };
        if told.to != To::Trace || told.frame != Some(frame) {
            return Err(OUTSIDE);
        }
        match told.event {
            event::LINE => Ok(told.depth - 1),
            event::PY_START => Err("can't jump from the 'call' event of a new frame"),
            _ => Err("can only jump from a 'line' trace event"),
        }
    }
    /// `frame.f_lineno = line`.
    ///
    /// # Errors
    /// ValueError where there is nothing to jump to, or where the stack does not allow it.
    pub fn jump_to_line(&mut self, frame: Ref, line: i64) -> Result<(), Ask> {
        let index = match self.jumping_frame(frame) {
            Ok(index) => index,
            Err(message) => return Err(self.value_error(message)),
        };
        let Activation::Py(f) = &self.cur.activations[index] else { panic!("a frame object's activation is a Python frame") };
        let f = *f;
        let code = self.code_obj(f.code_ref).clone();
        if line < i64::from(code.firstlineno) {
            return Err(self.value_error(format!("line {line} comes before the current code block")));
        }
        let bottom = f.base as usize + code.localsplus.len();
        let (unit, height, kinds) = match landing(&code, f.last as usize, line) {
            Ok(found) => found,
            Err(message) => return Err(self.value_error(message)),
        };
        if f.sp as usize - bottom != kinds.len() {
            return Err(self.unsupported("a jump from here"));
        }
        let unbound: Vec<usize> = (f.base as usize..bottom).filter(|i| self.cur.stack[*i].is_null()).collect();
        if !unbound.is_empty() {
            let plural = if unbound.len() == 1 { "" } else { "s" };
            let message = format!("assigning None to {} unbound local{plural}", unbound.len());
            crate::natives::errors::warnings::warn_from_native(self, t::RUNTIME_WARNING, &message, 1)?;
        }
        for i in unbound {
            self.cur.stack[i] = Word::owned(fixed::NONE);
        }
        for i in (height..kinds.len()).rev() {
            let word = std::mem::replace(&mut self.cur.stack[bottom + i], Word::NULL);
            match kinds[i] {
                Kind::Exception => {
                    let before = Owned::adopt(self.own_word(word));
                    self.handle_again(before);
                }
                _ => word.owned_ref().into_iter().for_each(|r| self.heap.decref_raw(r)),
            }
        }
        let Activation::Py(f) = &mut self.cur.activations[index] else { panic!("a frame stays where it is") };
        f.sp = (bottom + height) as u32;
        f.pc = unit as u32;
        self.watch().mark = None;
        self.drop_events_at(index + 1);
        Ok(())
    }
}
