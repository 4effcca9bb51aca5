//! Before each instruction of a watched run: what there is to tell of it.
use super::lines::{Lines, instruction_at, jump_target};
use super::{CallOut, To, Told, event};
use crate::code::opcode::op;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::objects::code::CodeObj;
use crate::vm::api::Found;
use crate::vm::frames::Regs;
use crate::vm::{Vm, fixed, t};
use std::sync::Arc;

/// The frame on top at one instruction.
pub(super) struct Here {
    pub code_ref: Ref,
    pub code: Arc<CodeObj>,
    pub depth: usize,
    pub at: usize,
}

impl Vm {
    /// Tells of the instruction at `at` what is still to be told. True: something else runs first, and the instruction is to
    /// be looked at again.
    pub(in crate::vm) fn before_instruction(&mut self, r: &Regs, at: usize) -> bool {
        let depth = self.cur.activations.len();
        let f = self.top();
        let (prev, hidden, code_ref) = (f.last as usize, f.hidden, f.code_ref);
        self.save(r, at);
        if hidden {
            return false;
        }
        self.drop_stale_events(depth);
        if self.watch().queue.front().is_some_and(|x| x.depth == depth) {
            return self.tell_next();
        }
        let here = Here { code_ref, code: self.code_obj(code_ref).clone(), depth, at };
        if self.watch().mark != Some((depth, at as u32)) {
            self.watch().mark = Some((depth, at as u32));
            self.queue_events(&here, prev);
            if self.watch().queue.front().is_some_and(|x| x.depth == depth) {
                return self.tell_next();
            }
        }
        self.note_call(&here);
        false
    }
    fn queue_events(&mut self, here: &Here, prev: usize) {
        self.queue_call_end(here, event::C_RETURN);
        let lines = self.lines_of(&here.code);
        if here.at < lines.first {
            return;
        }
        let Some((_, o, arg, next)) = instruction_at(&here.code.units, here.at) else { return };
        if lines.starts[here.at] && (lines.line[prev] != lines.line[here.at] || (here.code.units[prev] & 0xFF) as u8 == op::RESUME) {
            self.queue_line(here, lines.line[here.at]);
        }
        self.queue_plain(here, event::INSTRUCTION);
        let top = |vm: &Vm, down: usize| vm.top_words(down);
        match o {
            op::RESUME => self.queue_plain(here, if arg & 3 == 0 { event::PY_START } else { event::PY_RESUME }),
            op::RETURN_VALUE => self.queue_value(here, event::PY_RETURN, top(self, 1)),
            op::YIELD_VALUE => self.queue_value(here, event::PY_YIELD, top(self, 1)),
            op::CALL | op::CALL_KW | op::CALL_FUNCTION_EX => self.queue_call(here),
            op::JUMP_FORWARD | op::JUMP_BACKWARD => {
                if let Some(to) = jump_target(o, arg, next) {
                    self.queue_jump(here, &lines, event::JUMP, here.at, to);
                }
            }
            op::POP_JUMP_IF_FALSE | op::POP_JUMP_IF_TRUE | op::POP_JUMP_IF_NONE | op::POP_JUMP_IF_NOT_NONE => {
                let value = top(self, 1);
                let jumps = match o {
                    op::POP_JUMP_IF_FALSE => value == Some(fixed::FALSE),
                    op::POP_JUMP_IF_TRUE => value == Some(fixed::TRUE),
                    op::POP_JUMP_IF_NONE => value == Some(fixed::NONE),
                    _ => value != Some(fixed::NONE),
                };
                if jumps {
                    self.queue_jump(here, &lines, event::BRANCH_RIGHT, here.at, next + arg);
                }
            }
            // A generator that this frame delegated to has ended.
            op::END_SEND if top(self, 2).is_some_and(|g| matches!(self.ty(g), t::GENERATOR | t::COROUTINE)) => {
                if let Some(value) = top(self, 1) {
                    self.queue_artificial_end(here, value);
                }
            }
            op::NOT_TAKEN => self.queue_jump(here, &lines, event::BRANCH_LEFT, prev, next),
            op::POP_ITER | op::END_ASYNC_FOR => self.queue_jump(here, &lines, event::BRANCH_RIGHT, prev, next),
            _ => {}
        }
    }
    /// A word of the operand stack, so many below its end.
    pub(super) fn top_words(&self, down: usize) -> Option<Ref> {
        let sp = self.cur.top_frame()?.sp as usize;
        self.cur.stack.get(sp.checked_sub(down)?)?.opt()
    }
    /// The tools that get this event here.
    pub(super) fn tools_for(&self, here: &Here, event: u8) -> Vec<u8> {
        let Some(m) = self.monitoring.as_ref().filter(|m| m.active) else { return vec![] };
        let number = here.code.number;
        m.listeners(event, number).filter(|tool| !m.disabled.contains(&(*tool, event, number, here.at as u32))).collect()
    }
    /// Has all tools told; `args` behind code object and offset (or, for a line, behind the code object) are borrowed.
    pub(super) fn queue_tools(&mut self, here: &Here, event: u8, first: i64, args: &[Ref]) {
        for tool in self.tools_for(here, event) {
            self.heap.incref_raw(here.code_ref);
            args.iter().for_each(|r| self.heap.incref_raw(*r));
            let mut all = vec![here.code_ref, self.int(first).into_raw()];
            all.extend(args);
            let told = Told { to: To::Tool(tool), event, frame: None, depth: here.depth, code: here.code.number, at: here.at as u32, args: all, then: None };
            self.watch().queue.push_back(told);
        }
    }
    /// Has the trace or profile function told, with a borrowed argument.
    pub(super) fn queue_old(&mut self, here: &Here, to: To, event: u8, arg: Ref) {
        let frame = self.frame_object(here.depth - 1);
        self.heap.incref_raw(frame);
        self.heap.incref_raw(arg);
        let told = Told { to, event, frame: Some(frame), depth: here.depth, code: here.code.number, at: here.at as u32, args: vec![arg], then: None };
        self.watch().queue.push_back(told);
    }
    /// Whether the frame on top has a trace function of its own that is in force.
    pub(super) fn traces_frame(&mut self, here: &Here) -> bool {
        if self.watch().trace.is_none() {
            return false;
        }
        let frame = self.frame_object(here.depth - 1);
        matches!(self.heap.get(frame), Payload::Frame(f) if f.trace.is_some())
    }
    fn offset(here: &Here) -> i64 {
        2 * here.at as i64
    }
    /// Events without a value: starts of functions, instructions.
    fn queue_plain(&mut self, here: &Here, event: u8) {
        self.queue_tools(here, event, Self::offset(here), &[]);
        if event == event::INSTRUCTION {
            if self.traces_frame(here) && self.frame_wants(here, true) {
                self.queue_old(here, To::Trace, event, fixed::NONE);
            }
            return;
        }
        self.queue_frame_event(here, event, fixed::NONE, true);
    }
    /// Tells profile and trace function of a frame that begins or ends.
    pub(super) fn queue_frame_event(&mut self, here: &Here, event: u8, arg: Ref, begins: bool) {
        if self.watch().profile.is_some() {
            self.queue_old(here, To::Profile, event, arg);
        }
        let traced = if begins { self.watch().trace.is_some() } else { self.traces_frame(here) };
        if traced {
            self.queue_old(here, To::Trace, event, arg);
        }
    }
    fn queue_value(&mut self, here: &Here, event: u8, value: Option<Ref>) {
        let value = value.expect("a frame that returns has a value");
        self.queue_tools(here, event, Self::offset(here), &[value]);
        self.queue_frame_event(here, event, value, false);
    }
    /// `f_trace_lines` or `f_trace_opcodes`.
    fn frame_wants(&mut self, here: &Here, opcodes: bool) -> bool {
        let frame = self.frame_object(here.depth - 1);
        matches!(self.heap.get(frame), Payload::Frame(f) if if opcodes { f.trace_opcodes } else { f.trace_lines })
    }
    fn queue_line(&mut self, here: &Here, line: u32) {
        self.queue_tools(here, event::LINE, line as i64, &[]);
        if self.traces_frame(here) && self.frame_wants(here, false) {
            self.queue_old(here, To::Trace, event::LINE, fixed::NONE);
        }
    }
    fn queue_jump(&mut self, here: &Here, lines: &Lines, event: u8, from: usize, to: usize) {
        let target = self.int(2 * to as i64);
        self.queue_tools(here, event, 2 * from as i64, &[target.get()]);
        self.release(target);
        // A loop on one line: each round is a line to a trace function.
        let same_line = event == event::JUMP && to < from && lines.line[from] == lines.line[to];
        if same_line && self.traces_frame(here) && self.frame_wants(here, false) {
            self.queue_old(here, To::Trace, event, fixed::NONE);
        }
    }
    /// What is called by the instruction, a method taken apart, and its first argument.
    fn callee(&self, here: &Here) -> Option<(Ref, Option<Ref>)> {
        let (_, o, arg, _) = instruction_at(&here.code.units, here.at)?;
        let down = match o {
            op::CALL => arg + 2,
            op::CALL_KW => arg + 3,
            op::CALL_FUNCTION_EX => 4,
            _ => return None,
        };
        let callee = self.top_words(down)?;
        if o == op::CALL_FUNCTION_EX {
            let args = self.top_words(2)?;
            return Some((callee, self.tuple_items(args).and_then(|x| x.first().copied())));
        }
        let receiver = self.top_words(down - 1);
        let first = || if arg > 0 { self.top_words(down - 2) } else { None };
        match (receiver, self.heap.get(callee)) {
            (None, Payload::Method(f, s)) => Some((*f, Some(*s))),
            (Some(x), _) => Some((callee, Some(x))),
            (None, _) => Some((callee, first())),
        }
    }
    fn queue_call(&mut self, here: &Here) {
        let Some((callee, first)) = self.callee(here) else { return };
        let missing = self.monitoring.as_ref().and_then(|m| m.missing);
        if let Some(arg) = first.or(missing) {
            self.queue_tools(here, event::CALL, Self::offset(here), &[callee, arg]);
        }
        self.queue_profiled_call(here, event::CALL, callee, first);
    }
    /// A profile function is told of natives only; of a method with its object.
    fn queue_profiled_call(&mut self, here: &Here, event: u8, callee: Ref, first: Option<Ref>) {
        if self.watch().profile.is_none() {
            return;
        }
        match (self.ty(callee), first) {
            (t::BUILTIN, _) => self.queue_old(here, To::Profile, event, callee),
            (t::METHOD_DESCRIPTOR, Some(object)) => {
                let ty = self.ty(object);
                if let Ok(Found::Value(bound)) = self.descriptor_get(callee, Some(object), ty) {
                    self.queue_old(here, To::Profile, event, bound.get());
                    self.release(bound);
                }
            }
            _ => {}
        }
    }
    /// The instruction is about to run: if it calls something that is no Python function, its end will be told.
    fn note_call(&mut self, here: &Here) {
        let wanted = self.watch().profile.is_some() || self.monitoring.as_ref().is_some_and(|m| m.active && m.listeners(event::CALL, here.code.number).next().is_some());
        if !wanted {
            return;
        }
        let Some((callee, first)) = self.callee(here) else { return };
        if self.ty(callee) == t::FUNCTION {
            return;
        }
        self.heap.incref_raw(callee);
        first.iter().for_each(|r| self.heap.incref_raw(*r));
        let (depth, at) = (here.depth, here.at as u32);
        self.watch().calls.push(CallOut { depth, at, callee, first });
    }
    /// The call that the frame made has ended, with a value or (C_RAISE) an exception.
    pub(super) fn queue_call_end(&mut self, here: &Here, event: u8) {
        while let Some(call) = self.watch().calls.pop_if(|c| c.depth >= here.depth) {
            if call.depth == here.depth {
                let place = Here { code_ref: here.code_ref, code: here.code.clone(), depth: here.depth, at: call.at as usize };
                let missing = self.monitoring.as_ref().and_then(|m| m.missing);
                if let Some(arg) = call.first.or(missing) {
                    self.queue_tools_as(&place, event, &[call.callee, arg]);
                }
                self.queue_profiled_call(&place, event, call.callee, call.first);
            }
            self.drop_call_out(call);
        }
    }
    /// Ends of calls go to those who hear of calls.
    fn queue_tools_as(&mut self, here: &Here, event: u8, args: &[Ref]) {
        let Some(m) = self.monitoring.as_ref().filter(|m| m.active) else { return };
        let number = here.code.number;
        let off = |tool: &u8, e: u8| m.disabled.contains(&(*tool, e, number, here.at as u32));
        let tools: Vec<u8> = m.listeners(event::CALL, number).filter(|x| !off(x, event) && !off(x, event::CALL)).collect();
        for tool in tools {
            self.heap.incref_raw(here.code_ref);
            args.iter().for_each(|r| self.heap.incref_raw(*r));
            let mut all = vec![here.code_ref, self.int(Self::offset(here)).into_raw()];
            all.extend(args);
            let told = Told { to: To::Tool(tool), event, frame: None, depth: here.depth, code: number, at: here.at as u32, args: all, then: None };
            self.watch().queue.push_back(told);
        }
    }
}
