//! Pushing and popping Python frames, and frame objects.
use super::thread::Activation;
use super::{Vm, t};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::objects::code::CodeObj;
use crate::objects::frame::{Frame, FrameObj, FrameState, Ret, Word};
use std::sync::Arc;

/// Registers of the running frame, kept out of memory while it runs.
#[derive(Clone, Copy)]
pub(super) struct Regs {
    pub pc: usize,
    pub sp: usize,
    pub base: usize,
}

impl Vm {
    /// The top of the data stack in use.
    pub(super) fn stack_top(&self) -> usize {
        self.cur
            .activations
            .iter()
            .rev()
            .find_map(|a| match a {
                Activation::Py(f) => Some(f.sp as usize),
                Activation::Native(_) => None,
            })
            .unwrap_or(0)
    }
    /// Makes sure that the stack has words up to `end`.
    #[inline]
    pub(super) fn reserve_stack(&mut self, end: usize) {
        if self.cur.stack.len() < end {
            self.cur.stack.resize(end.next_power_of_two().max(256), Word::NULL);
        }
    }
    #[inline]
    pub(super) fn code_of(&self, func: Ref) -> (Ref, Arc<CodeObj>) {
        match self.heap.get(func) {
            Payload::Function(f) => match self.heap.get(f.code) {
                Payload::Code(c) => (f.code, c.clone()),
                _ => panic!("a function's code is no code object"),
            },
            _ => panic!("{func:?} is no function"),
        }
    }
    /// A frame for `func`, whose locals the caller puts at `base`. Takes over the reference to `func`.
    #[inline]
    pub(super) fn push_frame(&mut self, func: Ref, base: usize, ret: Ret) {
        let Payload::Function(f) = self.heap.get(func) else { panic!("{func:?} is no function") };
        let (code_ref, globals, builtins) = (f.code, f.globals, f.builtins);
        let code = self.code_obj(code_ref);
        let sp = (base + code.localsplus.len()) as u32;
        let (room, exec, hidden) = (sp as usize + code.stacksize as usize + 8, code.number, code.hidden);
        self.heap.incref_raw(code_ref);
        self.reserve_stack(room);
        self.cur.depth += 1;
        self.cur.activations.push(Activation::Py(Frame::EMPTY));
        let f = self.top();
        f.code_ref = code_ref;
        f.exec = exec;
        f.func = func;
        f.globals = globals;
        f.builtins = builtins;
        f.base = base as u32;
        f.sp = sp;
        f.ret = ret;
        f.hidden = hidden;
    }
    /// The Python frame on top.
    #[inline]
    pub(super) fn top(&mut self) -> &mut Frame {
        match self.cur.activations.last_mut() {
            Some(Activation::Py(f)) => f,
            _ => panic!("the top activation is no Python frame"),
        }
    }
    /// Whether a frame is the program's own: its module is `__main__`.
    pub fn is_own_code(&self, frame: &Frame) -> bool {
        !frame.hidden && self.dict_get_name(frame.globals, super::n::__NAME__).is_some_and(|name| self.utf8(name) == Some("__main__"))
    }
    #[inline(always)]
    pub(super) fn save(&mut self, r: &Regs, at: usize) {
        let f = self.top();
        f.pc = r.pc as u32;
        f.sp = r.sp as u32;
        f.last = at as u32;
    }
    /// Ends the frame on top: its stack segment and references are given back. The value is not its business.
    #[inline]
    pub(super) fn pop_frame(&mut self) -> (Ret, Option<Ref>) {
        let Some(Activation::Py(f)) = self.cur.activations.last() else { panic!("no Python frame to pop") };
        let (from, to, code_ref, func) = (f.base as usize, f.sp as usize, f.code_ref, f.func);
        let (locals, object, ret, generator) = (f.locals, f.object, f.ret, f.generator);
        self.cur.depth -= 1;
        if object.is_some() {
            let f = *f;
            self.retire_frame_object(&f);
        }
        // Words above the top of the stack mean nothing: whoever comes next writes before it reads.
        for i in (from..to).rev() {
            let w = self.cur.stack[i];
            self.drop_word(w);
        }
        self.heap.decref_raw(code_ref);
        self.heap.decref_raw(func);
        if let Some(r) = locals {
            self.heap.decref_raw(r);
        }
        if let Some(r) = object {
            self.heap.decref_raw(r);
        }
        let below = self.cur.activations.len() - 1;
        self.cur.activations.truncate(below);
        (ret, generator)
    }
    /// The frame ends while Python holds its object: the object keeps the locals.
    fn retire_frame_object(&mut self, f: &Frame) {
        let object = f.object.expect("checked");
        if self.heap.count(object) == 1 {
            return;
        }
        let count = self.code_obj(f.code_ref).localsplus.len();
        let locals: Vec<Option<Ref>> = (0..count).map(|i| self.cur.stack[f.base as usize + i].opt()).collect();
        locals.iter().flatten().for_each(|r| self.heap.incref_raw(*r));
        // A generator's frame has nothing below it once it is over.
        let visible = |i: &usize| matches!(&self.cur.activations[*i], Activation::Py(f) if !f.hidden);
        let below = if f.generator.is_none() { (0..self.cur.activations.len() - 1).rev().find(visible) } else { None };
        let back = below.map(|i| self.frame_object(i));
        back.iter().for_each(|r| self.heap.incref_raw(*r));
        if let Payload::Frame(x) = self.heap.get_mut(object) {
            x.state = FrameState::Finished { locals };
            x.lasti = f.last;
            x.back = back;
        }
    }
    /// The frame object of the Python frame at this index of the activations (borrowed), made when first asked for.
    pub fn frame_object(&mut self, index: usize) -> Ref {
        let Activation::Py(f) = &self.cur.activations[index] else { panic!("activation {index} is no Python frame") };
        if let Some(o) = f.object {
            return o;
        }
        let (code, func, globals, builtins, locals) = (f.code_ref, f.func, f.globals, f.builtins, f.locals);
        [Some(code), Some(func), Some(globals), Some(builtins), locals].into_iter().flatten().for_each(|r| self.heap.incref_raw(r));
        let object = FrameObj {
            state: FrameState::Running { thread: self.cur.id, index: index as u32 },
            code,
            func,
            globals,
            builtins,
            locals,
            back: None,
            lasti: 0,
            trace: None,
            extra_locals: None,
            overwritten: vec![],
            trace_lines: true,
            trace_opcodes: false,
        };
        let o = self.heap.alloc(t::FRAME, Payload::Frame(Box::new(object)), 0).into_raw();
        if let Activation::Py(f) = &mut self.cur.activations[index] {
            f.object = Some(o);
        }
        o
    }
    /// Index of the visible Python frame `depth` levels below the top.
    pub fn visible_frame(&self, depth: usize) -> Option<usize> {
        let visible = |a: &Activation| matches!(a, Activation::Py(f) if !f.hidden);
        (0..self.cur.activations.len()).rev().filter(|i| visible(&self.cur.activations[*i])).nth(depth)
    }
    /// `sys._getframe(depth)`.
    pub fn frame_at(&mut self, depth: usize) -> Result<Owned, super::Ask> {
        match self.visible_frame(depth) {
            Some(i) => {
                let o = self.frame_object(i);
                Ok(self.incref(o))
            }
            None => Err(self.value_error("call stack is not deep enough")),
        }
    }
}

impl Vm {
    /// The frame object of a generator that has a frame (borrowed), running or not.
    pub fn generator_frame_object(&mut self, g: Ref) -> Option<Ref> {
        let running = self.cur.activations.iter().position(|a| matches!(a, Activation::Py(f) if f.generator == Some(g)));
        if let Some(i) = running {
            return Some(self.frame_object(i));
        }
        let f = self.generator(g).frame?;
        if f.object.is_some() {
            return f.object;
        }
        let (code, func, globals, builtins, lasti) = (f.code_ref, f.func, f.globals, f.builtins, f.last);
        [code, func, globals, builtins].into_iter().for_each(|r| self.heap.incref_raw(r));
        let object = FrameObj {
            state: FrameState::Suspended { generator: g },
            code,
            func,
            globals,
            builtins,
            locals: None,
            back: None,
            lasti,
            trace: None,
            extra_locals: None,
            overwritten: vec![],
            trace_lines: true,
            trace_opcodes: false,
        };
        let o = self.heap.alloc(t::FRAME, Payload::Frame(Box::new(object)), 0).into_raw();
        if let Some(f) = self.generator_mut(g).frame.as_mut() {
            f.object = Some(o);
        }
        Some(o)
    }
}
