//! `%%build`: a tracer that follows the making of classes. What it tells is read from the frames of the machine's own
//! `build_class` and `type_new` (the prelude's) while they run, and from the hooks that begin and end above them.
use super::build_steps::{Build, Stage};
use super::common;
use crate::code::opcode::{decode, op};
use crate::heap::Ref;
use crate::objects::frame::Frame;
use crate::objects::Payload;
use crate::snapshot::build::*;
use crate::vm::load::line_of;
use crate::vm::thread::Activation;
use crate::vm::{Vm, fixed};

/// Classes that are followed.
const MOST: usize = 24;

/// Characters of a value that are told.
const LONG: usize = 32;

/// The tracer's state.
pub struct Builds {
    file: String,
    open: Vec<Build>,
    done: Vec<Build>,
    begun: usize,
    more: u64,
}

/// An instruction that is about to run.
pub(super) struct At<'a> {
    pub vm: &'a Vm,
    pub frame: &'a Frame,
    /// Among the thread's activations.
    pub index: usize,
    pub pc: usize,
    pub op: u8,
    pub arg: usize,
}

impl At<'_> {
    /// The operand so far from the top of the stack.
    pub fn operand(&self, down: usize) -> Option<Ref> {
        self.vm.cur.stack.get((self.frame.sp as usize).checked_sub(down)?).and_then(|w| w.opt())
    }
    pub fn local(&self, name: &str) -> Option<Ref> {
        super::local(self.vm, self.frame, name)
    }
    /// The frame's first variable.
    pub fn first(&self) -> Option<Ref> {
        super::locals(self.vm, self.frame).into_iter().next()?.1
    }
    pub fn function(&self) -> String {
        self.vm.lossy(self.vm.code_obj(self.frame.code_ref).name)
    }
    /// The line of the code unit.
    pub fn line(&self) -> u32 {
        line_of(self.vm.code_obj(self.frame.code_ref), self.pc as u32).max(0) as u32
    }
    /// The frame on whose behalf the machine works, and its place: the nearest one of a program.
    pub fn caller(&self) -> Option<(usize, &Frame)> {
        let below = self.vm.cur.activations[..self.index].iter().enumerate().rev();
        below.filter_map(|(i, a)| match a {
            Activation::Py(f) if !f.hidden => Some((i, f)),
            _ => None,
        }).next()
    }
}

impl Builds {
    pub fn new(file: &str) -> Builds {
        Builds { file: file.to_owned(), open: vec![], done: vec![], begun: 0, more: 0 }
    }
    /// Before each instruction.
    pub fn instruction(&mut self, vm: &Vm, pc: usize) {
        let index = vm.cur.activations.len().saturating_sub(1);
        let Some(Activation::Py(frame)) = vm.cur.activations.last() else { return };
        if self.open.is_empty() && !frame.hidden || self.open.last().is_some_and(|b| b.thread != vm.cur.id) {
            return;
        }
        let Some((op, arg)) = decode(&vm.code_obj(frame.code_ref).units, pc) else { return };
        let at = At { vm, frame, index, pc, op, arg };
        self.leave(&at);
        let makes = if frame.hidden { at.function() } else { String::new() };
        match makes.as_str() {
            "build_class" => self.statement(&at),
            "type_new" => self.type_new(&at),
            _ => {
                if let Some(b) = self.open.last_mut() {
                    b.elsewhere(&at);
                }
            }
        }
        while self.open.last().is_some_and(|b| b.stage == Stage::Over) {
            self.done.extend(self.open.pop());
        }
    }
    /// Steps and classes whose frames are gone.
    fn leave(&mut self, at: &At) {
        while let Some(b) = self.open.last_mut() {
            b.close_above(at);
            let gone = match b.stage {
                Stage::After { caller, .. } => at.index < caller,
                _ => at.index < b.frame,
            };
            if !gone {
                return;
            }
            b.lost(at);
            self.done.extend(self.open.pop());
        }
    }
    /// Whether a class is one of the cell: a line of its own makes it, or a decorator of one of its classes.
    fn begins(&mut self, at: &At, statement: bool, name: Option<Ref>) -> bool {
        let Some((_, caller)) = at.caller() else { return false };
        let own = at.vm.utf8(at.vm.code_obj(caller.code_ref).filename) == Some(&self.file);
        if !own && !self.open.iter().any(Build::decorates) {
            return false;
        }
        if self.begun >= MOST {
            self.more += 1;
            return false;
        }
        let name = name.map(|r| at.vm.lossy(r)).unwrap_or_default();
        let line = if own { line_of(at.vm.code_obj(caller.code_ref), caller.last).max(0) as u32 } else { 0 };
        let out = ClassBuild { name, line, statement, ..ClassBuild::default() };
        self.open.push(Build::new(self.begun, at, out));
        self.begun += 1;
        true
    }
    /// The frame of a class statement.
    fn statement(&mut self, at: &At) {
        if at.op == op::RESUME {
            if self.begins(at, true, at.local("name"))
                && let Some(b) = self.open.last_mut()
            {
                b.begin_statement(at);
            }
            return;
        }
        let caller = at.caller().map_or(0, |(i, _)| i);
        if let Some(b) = self.open.iter_mut().find(|b| b.frame == at.index && b.out.statement && matches!(b.stage, Stage::Runs)) {
            b.statement(at, caller);
        }
    }
    /// The frame of `type.__new__`.
    fn type_new(&mut self, at: &At) {
        if at.op == op::RESUME {
            let name = at.local("name");
            let fits = |b: &Build| b.stage == Stage::Runs && b.cls.is_none() && b.calls() && name.is_some_and(|r| at.vm.lossy(r) == b.out.name);
            if !self.open.last().is_some_and(fits) {
                if !self.begins(at, false, name) {
                    return;
                }
                if let Some(b) = self.open.last_mut() {
                    b.begin_call(at);
                }
            }
            if let Some(b) = self.open.last_mut() {
                b.begin_type_new(at);
            }
            return;
        }
        let caller = at.caller().map_or(0, |(i, _)| i);
        if let Some(b) = self.open.last_mut().filter(|b| b.maker == Some(at.index)) {
            b.type_new(at, caller);
        }
    }
    /// The cell is over; `error`: the exception that ended it.
    pub fn finish(mut self, error: Option<&str>) -> BuildSnapshot {
        while let Some(mut b) = self.open.pop() {
            if let (Some(e), Stage::Runs) = (error, &b.stage) {
                b.out.outcome = BuildOutcome::Raised(e.to_owned());
            }
            self.done.push(b);
        }
        if let Some(e) = error {
            // An exception that nobody caught was not seen on its way.
            for b in &mut self.done {
                b.explain(e);
            }
        }
        self.done.sort_by_key(|b| b.order);
        BuildSnapshot { classes: self.done.into_iter().map(|b| b.out).collect(), more: self.more }
    }
}

/// A value in few words: a class by its name, a tuple of classes, the namespace as `ns`.
pub(super) fn short(vm: &Vm, r: Ref, ns: Option<Ref>) -> String {
    if Some(r) == ns {
        return "ns".to_owned();
    }
    match vm.heap.get(r) {
        Payload::Type(_) => common::class_name(vm, r),
        Payload::Function(f) => common::spoken(vm, f.qualname),
        Payload::Tuple(items) if !items.is_empty() && items.iter().all(|x| vm.is_type(*x)) => {
            let names: Vec<String> = items.iter().map(|x| common::class_name(vm, *x)).collect();
            if let [one] = &names[..] { format!("({one},)") } else { format!("({})", names.join(", ")) }
        }
        _ => {
            let text = common::repr(vm, r).shown();
            if text.chars().count() <= LONG { text } else { text.chars().take(LONG - 1).chain(['…']).collect() }
        }
    }
}

/// Keyword arguments as pairs.
pub(super) fn keywords(vm: &Vm, kwds: Option<Ref>) -> Vec<(String, String)> {
    let dict = kwds.filter(|r| *r != fixed::NONE).and_then(|r| vm.dict_of(r));
    dict.into_iter().flat_map(|d| d.iter()).map(|(k, v)| (vm.lossy(k), short(vm, v, None))).collect()
}

/// The same as they are written: `k=v`.
pub(super) fn given(vm: &Vm, kwds: Option<Ref>) -> impl Iterator<Item = String> {
    keywords(vm, kwds).into_iter().map(|(k, v)| format!("{k}={v}"))
}

/// The function that a class has for a special method: `Base.__init_subclass__`, and its first line.
pub(super) fn method(vm: &Vm, classes: &[Ref], name: Ref) -> Option<(String, Option<u32>)> {
    let found = classes.iter().find_map(|k| Some((*k, vm.dict_get_name(vm.type_obj(*k).dict, name)?)));
    let (class, f) = found?;
    Some((format!("{}.{}", common::class_name(vm, class), vm.lossy(name)), first_line(vm, f)))
}
fn first_line(vm: &Vm, f: Ref) -> Option<u32> {
    match vm.heap.get(f) {
        Payload::Wrapper(inner, _) => first_line(vm, *inner),
        _ => function_line(vm, f),
    }
}
/// The line with which a plain function begins.
pub(super) fn function_line(vm: &Vm, f: Ref) -> Option<u32> {
    match vm.heap.get(f) {
        Payload::Function(x) => Some(line_in(vm, x.code)),
        _ => None,
    }
}
/// The line with which a function of a cell begins; 0: of a file.
pub(super) fn line_in(vm: &Vm, code: Ref) -> u32 {
    let c = vm.code_obj(code);
    if vm.lossy(c.filename).starts_with('<') { c.firstlineno.max(0) as u32 } else { 0 }
}
/// The names of a class's namespace with what they are bound to.
pub(super) fn names(vm: &Vm, cls: Ref) -> Vec<(String, Ref)> {
    vm.dict_of(vm.type_obj(cls).dict).into_iter().flat_map(|d| d.iter()).map(|(k, v)| (vm.lossy(k), v)).collect()
}
