//! `%%step`: the tracer that notes what each line of the cell does, and the options of the command.
use crate::code::flags;
use crate::code::linetable::{self, Position};
use crate::code::opcode::{caches_of, decode, op};
use crate::heap::Ref;
use crate::inspect::{common, frames, heap, locals};
use crate::natives::system::waiting_output;
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::snapshot::heap::{HeapFrame, HeapObject, HeapSnapshot, HeapValue, SlotKey};
use crate::snapshot::Kind;
use crate::snapshot::step::{End, Step, StepsSnapshot};
use crate::trace::What;
use crate::vm::Vm;
use crate::vm::load::line_of;
use crate::vm::thread::Activation;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Steps that are looked at; those after are counted.
pub const LOOKS: u64 = 5_000;

/// What stands behind `%%step`.
#[derive(Default)]
pub struct Options {
    from: u64,
    to: Option<u64>,
    only: Vec<String>,
    expressions: bool,
}

/// # Errors
/// A sentence for the user: the first thing that is no option.
pub fn options(rest: &str) -> Result<Options, String> {
    let mut out = Options::default();
    let mut words = rest.split_whitespace().peekable();
    while let Some(word) = words.next() {
        match word {
            "--expr" => out.expressions = true,
            "--only" => {
                while let Some(names) = words.next_if(|w| !w.starts_with('-')) {
                    out.only.extend(names.split(',').filter(|n| !n.is_empty()).map(str::to_owned));
                }
                if out.only.is_empty() {
                    return Err("%%step --only takes names of functions, such as --only fib.".to_owned());
                }
            }
            "--from" | "--to" => {
                let number = words.next().and_then(|w| w.parse().ok()).filter(|n| *n > 0);
                let Some(n) = number else { return Err(format!("%%step {word} takes the number of a step, from 1 on.")) };
                if word == "--from" { out.from = n } else { out.to = Some(n) }
            }
            other => return Err(format!("%%step takes --from N, --to N, --only NAME and --expr; it got `{other}`.")),
        }
    }
    if out.to.is_some_and(|to| to < out.from) {
        return Err("%%step: --from is behind --to.".to_owned());
    }
    Ok(out)
}

/// Flags of code whose call gives something that is resumed.
const SUSPENDS: u32 = flags::GENERATOR | flags::COROUTINE | flags::ASYNC_GENERATOR;

/// A code object of the cell.
struct Code {
    positions: Vec<Position>,
    /// From a loop's head to its last jump back, outermost first.
    loops: Vec<(usize, usize)>,
    function: String,
    /// The code unit with which it begins; a generator that goes on begins behind it.
    start: usize,
    /// A call of it only makes a generator or coroutine.
    suspends: bool,
}

/// The step under way.
struct Open {
    step: Step,
    /// Thread, depth, base on the stack, code object.
    place: (u32, usize, u32, Ref),
    pc: usize,
    /// The line had been left by a call.
    resumed: bool,
}

/// An expression whose value the next instruction of its frame finds on the stack.
struct Awaited {
    depth: usize,
    base: u32,
    text: String,
    at: Position,
}

pub struct Steps {
    result: StepsSnapshot,
    options: Options,
    namespace: Ref,
    file: String,
    names: HashSet<String>,
    codes: HashMap<Ref, Option<Rc<Code>>>,
    open: Option<Open>,
    /// By depth: code object, base and line of the frame that stands there; of the thread that ran last.
    left: Vec<(Ref, u32, u32)>,
    /// By depth: loops under way, as (head, last jump, number, turn).
    turns: Vec<(Ref, u32, Vec<(usize, usize, u32, u64)>)>,
    loops: u32,
    awaited: Vec<Awaited>,
    tags: BTreeMap<u64, u32>,
    texts: BTreeMap<u64, String>,
    told: String,
    seen: usize,
}

fn running(vm: &Vm) -> Option<&Frame> {
    match vm.cur.activations.last() {
        Some(Activation::Py(f)) if !f.hidden => Some(f),
        _ => None,
    }
}

impl Steps {
    pub fn new(vm: &Vm, namespace: Ref, file: &str, source: &str, options: Options) -> Steps {
        let lines = source.lines().map(str::to_owned).collect();
        let names = source.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).map(str::to_owned).collect();
        let result = StepsSnapshot { source: lines, ..StepsSnapshot::default() };
        let mut out = Steps { result, options, namespace, file: file.to_owned(), names, codes: HashMap::new(), open: None, left: vec![], turns: vec![], loops: 0, awaited: vec![], tags: BTreeMap::new(), texts: BTreeMap::new(), told: String::new(), seen: 0 };
        let first = out.state(vm, None, 0);
        out.result.states.push(first);
        out
    }
    /// The cell has ended, with this exception if there is one.
    pub fn finish(mut self, vm: &Vm, error: Option<&str>) -> StepsSnapshot {
        if let (Some(error), Some(open)) = (error, &mut self.open) {
            let unwound = open_frames(&self.left, &self.codes, open.place.1, 0);
            open.step.end = End::Raises(error.to_owned(), unwound);
        }
        self.last(vm);
        self.close(vm, None, 0);
        let o = &self.options;
        let wanted = |s: &Step| s.number >= o.from && o.to.is_none_or(|to| s.number <= to) && (o.only.is_empty() || o.only.iter().any(|n| *n == s.function || s.function.ends_with(&format!(".{n}"))));
        self.result.steps.retain(wanted);
        self.result
    }
    /// Of a run that was not looked at to its end, the last step, with the state that it left.
    fn last(&mut self, vm: &Vm) {
        if self.result.total <= LOOKS {
            return;
        }
        let Some(Open { mut step, place, .. }) = self.open.take() else { return };
        let all = self.told.clone() + &waiting_output(vm);
        step.printed = all.get(self.seen..).unwrap_or_default().to_owned();
        let before = self.result.states.len() - 1;
        let state = self.state(vm, None, 0);
        let old = BTreeMap::new();
        step.changes = changes(&self.result.states[before], &state, &old, &self.texts);
        step.function = self.codes.get(&place.3).and_then(|c| c.as_ref().map(|c| c.function.clone())).unwrap_or_default();
        step.depth = place.1 as u32;
        self.result.states.push(state);
        step.state = self.result.states.len() - 1;
        self.result.steps.push(step);
    }
    pub fn event(&mut self, what: What) {
        if let What::Prints(text) = what {
            self.told.push_str(&text);
        }
    }
    fn code(&mut self, vm: &Vm, code: Ref) -> Option<Rc<Code>> {
        let file = &self.file;
        self.codes.entry(code).or_insert_with(|| {
            let c = vm.code_obj(code);
            let own = vm.utf8(c.filename) == Some(file);
            own.then(|| Rc::new(Code { positions: linetable::positions(&c.linetable, c.firstlineno).collect(), loops: loops(&c.units), function: vm.lossy(c.qualname), start: c.units.iter().position(|u| (u & 0xFF) as u8 == op::RESUME).unwrap_or(0), suspends: c.flags & SUSPENDS != 0 }))
        }).clone()
    }
    /// Before each instruction.
    pub fn instruction(&mut self, vm: &Vm, pc: usize) {
        let Some(frame) = running(vm) else { return };
        let Some(code) = self.code(vm, frame.code_ref) else { return };
        // What runs before there is a generator makes it: that is part of the call.
        if code.suspends && frame.generator.is_none() {
            return;
        }
        let Some((o, code_arg)) = decode(&vm.code_obj(frame.code_ref).units, pc) else { return };
        let Some(at) = code.positions.get(pc).copied() else { return };
        let depth = vm.cur.activations.iter().filter(|a| matches!(a, Activation::Py(f) if !f.hidden)).count().saturating_sub(1);
        let operand = |down: u32| vm.cur.stack.get((frame.sp.checked_sub(down)?) as usize).and_then(|w| w.opt());
        // A handler's beginning belongs to no line.
        if o == op::PUSH_EXC_INFO && self.result.total < LOOKS && let Some(e) = operand(1) {
            self.raised(vm, e, depth);
        }
        let Some(line) = at.line.filter(|l| *l > 0) else { return };
        let place = (vm.cur.id, depth, frame.base, frame.code_ref);
        if self.result.total >= LOOKS {
            self.count(place, line, pc);
            return;
        }
        self.turn(frame, depth, pc, &code, matches!(o, op::JUMP_BACKWARD | op::JUMP_BACKWARD_NO_INTERRUPT));
        if self.options.expressions {
            self.value(vm, depth, frame.base, operand(1), at);
        }
        let same = self.open.as_ref().is_some_and(|open| open.place == place && open.step.line == line && pc >= open.pc);
        if same {
            self.open.iter_mut().for_each(|open| open.pc = pc);
        } else {
            // What a call binds belongs to the frame that begins.
            let fresh = self.open.as_ref().is_some_and(|open| open.place.1 < depth);
            self.close(vm, None, usize::from(fresh));
            self.begin(vm, place, line, pc, &code);
        }
        let in_body = frame.locals.is_some();
        match (o, operand(1), &mut self.open) {
            (op::RETURN_VALUE, Some(v), Some(open)) if !in_body => {
                open.step.end = End::Returns(common::repr(vm, v).shown());
                self.close(vm, Some(v), 0);
            }
            (op::YIELD_VALUE, Some(v), Some(open)) => {
                open.step.end = End::Yields(common::repr(vm, v).shown());
                self.close(vm, Some(v), 0);
            }
            _ => {}
        }
        if self.options.expressions && (is_expression(o, code_arg) || is_name(o) && self.ends(vm, frame, pc)) {
            self.await_value(depth, frame.base, at);
        }
    }
    /// Past the limit: steps are only counted.
    fn count(&mut self, place: (u32, usize, u32, Ref), line: u32, pc: usize) {
        match &mut self.open {
            Some(open) if open.place == place && open.step.line == line && pc >= open.pc => open.pc = pc,
            open => {
                self.result.total += 1;
                *open = Some(Open { step: Step { line, number: self.result.total, ..Step::default() }, place, pc, resumed: true });
            }
        }
    }
    fn begin(&mut self, vm: &Vm, place: (u32, usize, u32, Ref), line: u32, pc: usize, code: &Code) {
        let (thread, depth, base, code_ref) = place;
        let resumes = running(vm).is_some_and(|f| f.generator.is_some()) && pc > code.start;
        let resumed = self.left.get(depth) == Some(&(code_ref, base, line)) && self.left.len() > depth;
        let enters = depth > 0 && self.left.get(depth).is_none_or(|(c, b, _)| (*c, *b) != (code_ref, base));
        self.left.truncate(depth);
        self.left.resize(depth, (code_ref, u32::MAX, 0));
        self.left.push((code_ref, base, line));
        let loops = self.loops_at(depth);
        let thread = (thread != vm.main_thread).then_some(thread);
        let step = Step { line, depth: depth as u32, function: code.function.clone(), thread, enters, resumes: enters && resumes, loops, ..Step::default() };
        self.open = Some(Open { step, place, pc, resumed });
    }
    /// Ends the step under way. `result`: what its frame gives; `skip`: innermost frames that are not its own.
    fn close(&mut self, vm: &Vm, result: Option<Ref>, skip: usize) {
        let Some(Open { mut step, resumed, .. }) = self.open.take() else { return };
        if self.result.total >= LOOKS {
            return;
        }
        let all = self.told.clone() + &waiting_output(vm);
        step.printed = all.get(self.seen..).unwrap_or_default().to_owned();
        self.seen = all.len();
        let last = self.result.states.len() - 1;
        // What raised is seen too late: its frames may be gone. The state is the one before.
        if !matches!(step.end, End::Raises(..)) {
            let before = std::mem::take(&mut self.texts);
            let state = self.state(vm, result, skip);
            step.changes = changes(&self.result.states[last], &state, &before, &self.texts);
            if state != self.result.states[last] {
                self.result.states.push(state);
            }
        }
        if resumed && step.changes.is_empty() && step.printed.is_empty() && step.end == End::Next {
            return;
        }
        self.push(step);
    }
    fn push(&mut self, mut step: Step) {
        self.result.total += 1;
        step.number = self.result.total;
        step.state = self.result.states.len() - 1;
        self.result.steps.push(step);
    }
    /// An exception has reached a handler of the frame at `depth`.
    fn raised(&mut self, vm: &Vm, e: Ref, depth: usize) {
        // What was under way has no value.
        self.awaited.retain(|a| a.depth < depth);
        let text = crate::inspect::dispatch::exception_line(vm, e);
        if let Some(open) = &mut self.open {
            let unwound = open_frames(&self.left, &self.codes, open.place.1, depth + 1);
            open.step.end = End::Raises(text, unwound);
            self.close(vm, None, 0);
            self.left.truncate(depth + 1);
        }
    }
    /// Follows the loops of the running frame.
    fn turn(&mut self, frame: &Frame, depth: usize, pc: usize, code: &Code, jumps: bool) {
        self.turns.truncate(depth + 1);
        while self.turns.len() <= depth {
            self.turns.push((frame.code_ref, frame.base, vec![]));
        }
        let here = &mut self.turns[depth];
        if (here.0, here.1) != (frame.code_ref, frame.base) {
            *here = (frame.code_ref, frame.base, vec![]);
        }
        here.2.retain(|l| (l.0..=l.1).contains(&pc));
        for (head, end) in code.loops.iter().filter(|(head, end)| (*head..=*end).contains(&pc)) {
            if !here.2.iter().any(|l| l.0 == *head) {
                self.loops += 1;
                here.2.push((*head, *end, self.loops, 0));
            }
        }
        if jumps && let Some(l) = here.2.last_mut() {
            l.3 += 1;
        }
    }
    /// The loops that the frames up to a depth are in, with their turns.
    fn loops_at(&self, depth: usize) -> Vec<(u32, u64)> {
        self.turns.iter().take(depth + 1).flat_map(|(_, _, all)| all.iter().map(|l| (l.2, l.3))).collect()
    }
    fn await_value(&mut self, depth: usize, base: u32, at: Position) {
        let (Some(line), Some(from), Some(to)) = (at.line, at.col, at.end_col) else { return };
        let text = self.result.source.get(line as usize - 1).map(String::as_str).unwrap_or_default();
        let to = if at.end_line == Some(line) { to as usize } else { text.len() };
        let part = text.get(from as usize..to).unwrap_or_default().to_owned();
        self.awaited.push(Awaited { depth, base, text: part, at });
    }
    /// The value of an expression of this frame, if one is awaited.
    fn value(&mut self, vm: &Vm, depth: usize, base: u32, top: Option<Ref>, at: Position) {
        self.awaited.retain(|a| a.depth <= depth);
        let Some(found) = self.awaited.iter().position(|a| a.depth == depth) else { return };
        let awaited = self.awaited.remove(found);
        // A display in several instructions is told by its last.
        if same_place(&awaited.at, &at) && awaited.text.starts_with(['[', '{', '(']) {
            return;
        }
        let Some(v) = top.filter(|_| awaited.base == base && !awaited.text.is_empty()) else { return };
        let (line, function) = match (&self.open, self.left.get(depth)) {
            (Some(open), _) if open.place.1 == depth => (open.step.line, open.step.function.clone()),
            (_, Some((code, _, line))) => (*line, self.codes.get(code).and_then(|c| c.as_ref().map(|c| c.function.clone())).unwrap_or_default()),
            _ => return,
        };
        let loops = self.loops_at(depth);
        let expression = Some((awaited.text, common::repr(vm, v).shown()));
        // What the callee has done last belongs to its own step.
        if self.open.as_ref().is_some_and(|open| open.place.1 != depth) {
            self.close(vm, None, 0);
        }
        self.push(Step { line, depth: depth as u32, function, expression, loops, ..Step::default() });
    }
    /// Whether the value of the instruction at `pc` is bound, returned or dropped at once.
    fn ends(&self, vm: &Vm, frame: &Frame, pc: usize) -> bool {
        let units = &vm.code_obj(frame.code_ref).units;
        let next = units.get(pc).map_or(pc, |u| pc + 1 + caches_of((u & 0xFF) as u8));
        matches!(decode(units, next), Some((op::STORE_NAME | op::STORE_FAST | op::STORE_GLOBAL | op::STORE_DEREF | op::RETURN_VALUE | op::POP_TOP, _)))
    }
    /// The frames as they are now, but for the innermost ones to `skip`, and what they lead to.
    fn state(&mut self, vm: &Vm, result: Option<Ref>, skip: usize) -> HeapSnapshot {
        let module = vm.dict_of(self.namespace).into_iter().flat_map(|d| d.iter()).map(|(k, v)| (vm.lossy(k), v));
        let shown = |(name, v): &(String, Ref)| !name.starts_with('_') && self.names.contains(name) && !matches!(vm.heap.get(*v), Payload::Module(_));
        let mut all = vec![("<module>".to_owned(), None, module.filter(shown).collect::<Vec<_>>())];
        let own: Vec<&Frame> = frames(vm).into_iter().filter(|f| vm.is_own_code(f)).collect();
        for (up, frame) in own.iter().enumerate().skip(skip).rev() {
            let code = vm.code_obj(frame.code_ref);
            let name = common::spoken(vm, code.qualname);
            let same = all.iter().filter(|(t, ..)| t.split(" (").next() == Some(&name)).count();
            let title = if same == 0 { name } else { format!("{name} ({})", same + 1) };
            let line = (up > skip).then(|| line_of(code, frame.last).max(0) as u32);
            let data = |v: &Ref| !matches!(vm.heap.get(*v), Payload::Module(_));
            all.push((title, line, locals(vm, frame).into_iter().filter_map(|(k, v)| Some((k, v.filter(data)?))).collect()));
        }
        if let (Some(v), Some((.., names))) = (result, all.last_mut()) {
            names.push(("→".to_owned(), v));
        }
        self.texts = all.iter().flat_map(|(.., names)| names).map(|(_, r)| (r.address(), common::repr(vm, *r).shown())).collect();
        heap::in_frames(vm, all, self.namespace, &mut self.tags)
    }
}

/// A name's load: worth telling where it is the whole of an expression.
fn is_name(o: u8) -> bool {
    matches!(o, op::LOAD_NAME | op::LOAD_GLOBAL | op::LOAD_FAST | op::LOAD_FAST_BORROW | op::LOAD_DEREF)
}

fn same_place(a: &Position, b: &Position) -> bool {
    (a.line, a.col, a.end_line, a.end_col) == (b.line, b.col, b.end_line, b.end_col)
}

/// Instructions whose value is worth telling: no constants, no methods that are about to be called.
fn is_expression(o: u8, arg: usize) -> bool {
    match o {
        op::LOAD_ATTR => return arg & 1 == 0,
        op::BUILD_LIST | op::BUILD_TUPLE | op::BUILD_SET | op::BUILD_MAP | op::BUILD_STRING | op::LIST_EXTEND | op::SET_UPDATE | op::DICT_UPDATE => return true,
        _ => {}
    }
    matches!(o, op::BINARY_OP | op::COMPARE_OP | op::CONTAINS_OP | op::IS_OP | op::CALL | op::CALL_KW | op::CALL_FUNCTION_EX | op::UNARY_NEGATIVE | op::UNARY_NOT | op::UNARY_INVERT | op::BINARY_SLICE)
}

/// The loops of a code object, by their jumps back.
fn loops(units: &[u16]) -> Vec<(usize, usize)> {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut at = 0;
    while let Some((o, arg)) = decode(units, at) {
        while units.get(at).is_some_and(|u| (u & 0xFF) as u8 == op::EXTENDED_ARG) {
            at += 1;
        }
        let next = at + 1 + caches_of(o);
        if o == op::JUMP_BACKWARD {
            found.insert(next.saturating_sub(arg), at);
        }
        at = next;
    }
    found.into_iter().collect()
}

/// The functions whose frames stand from depth `from` up to `top`, innermost first.
fn open_frames(left: &[(Ref, u32, u32)], codes: &HashMap<Ref, Option<Rc<Code>>>, top: usize, from: usize) -> Vec<String> {
    let of = |depth: usize| codes.get(&left.get(depth)?.0)?.as_ref().map(|c| c.function.clone());
    (from..=top).rev().filter_map(of).collect()
}

/// Differences of one object or frame that are told one by one.
const TOLD: usize = 4;

/// What has changed from one state to the next, in Python's own signs. `old` and `new`: reprs of what has names.
fn changes(before: &HeapSnapshot, after: &HeapSnapshot, old: &BTreeMap<u64, String>, new: &BTreeMap<u64, String>) -> Vec<String> {
    let mut out = Vec::new();
    for (at, frame) in after.frames.iter().enumerate() {
        let was = before.frames.iter().find(|f| f.title == frame.title);
        let prefix = if at == 0 || at + 1 == after.frames.len() { String::new() } else { format!("{}.", frame.title) };
        let known = |name: &str| was.and_then(|f| f.names.iter().find(|n| n.name == name));
        for name in frame.names.iter().filter(|n| n.name != "→") {
            match known(&name.name) {
                None => out.push(format!("{prefix}{} = {}", name.name, value(&name.value, after, new))),
                Some(w) if w.value != name.value => out.push(format!("{prefix}{}: {} → {}", name.name, value(&w.value, before, old), value(&name.value, after, new))),
                _ => {}
            }
        }
        let gone = was.iter().flat_map(|f| &f.names).filter(|w| w.name != "→" && !frame.names.iter().any(|n| n.name == w.name));
        out.extend(gone.map(|w| format!("del {prefix}{}", w.name)));
    }
    // What a generator's frame or a cell holds is told of the variable.
    for object in after.objects.iter().filter(|o| !matches!(o.kind, Kind::Generator | Kind::Cell)) {
        if let Some(was) = before.objects.iter().find(|o| o.id == object.id && o.tag == object.tag && o.type_name == object.type_name) {
            of_object(was, object, (before, after), (old, new), &mut out);
        }
    }
    out
}

fn of_object(was: &HeapObject, now: &HeapObject, (before, after): (&HeapSnapshot, &HeapSnapshot), (old, new): (&BTreeMap<u64, String>, &BTreeMap<u64, String>), out: &mut Vec<String>) {
    let named = |frames: &[HeapFrame]| frames.iter().rev().flat_map(|f| &f.names).find(|n| n.value == HeapValue::Ref(now.id) && n.name != "→").map(|n| n.name.clone());
    let who = named(&after.frames).unwrap_or_else(|| format!("{} #{}", now.type_name, now.tag));
    let mut said = Vec::new();
    for slot in &now.slots {
        let key = key(&slot.key);
        match was.slots.iter().find(|s| s.key == slot.key) {
            None => said.push(format!("{who}{key} = {}", value(&slot.value, after, new))),
            Some(w) if w.value != slot.value => said.push(format!("{who}{key}: {} → {}", value(&w.value, before, old), value(&slot.value, after, new))),
            _ => {}
        }
    }
    let gone = was.slots.iter().filter(|w| !now.slots.iter().any(|s| s.key == w.key));
    said.extend(gone.map(|w| format!("del {who}{}", key(&w.key))));
    let shifts = matches!(now.slots.first().map(|s| &s.key), Some(SlotKey::Index(_) | SlotKey::Member)) && said.len() > 1;
    match (old.get(&now.id), new.get(&now.id)) {
        (Some(a), Some(b)) if a != b && (shifts || said.len() > TOLD) => out.push(format!("{who}: {a} → {b}")),
        _ => out.extend(said.into_iter().take(TOLD)),
    }
}

fn key(key: &SlotKey) -> String {
    match key {
        SlotKey::Index(i) => format!("[{i}]"),
        SlotKey::Attr(name) => format!(".{name}"),
        SlotKey::Key(HeapValue::Inline(k)) => format!("[{}]", k.shown()),
        SlotKey::Key(_) => "[…]".to_owned(),
        SlotKey::Member => " ∋".to_owned(),
        SlotKey::Named(name) => format!(" {name}"),
    }
}

fn value(v: &HeapValue, state: &HeapSnapshot, texts: &BTreeMap<u64, String>) -> String {
    match v {
        HeapValue::Inline(r) => r.shown(),
        HeapValue::Unbound => "·".to_owned(),
        HeapValue::Ref(id) => {
            let object = state.objects.iter().find(|o| o.id == *id);
            let title = object.map(|o| format!("{} #{}", o.type_name, o.tag));
            let data = object.is_some_and(|o| o.len.is_some() || o.value.is_some());
            match (texts.get(id).filter(|_| data), title) {
                (Some(text), _) => text.clone(),
                (None, Some(title)) => title,
                (None, None) => "…".to_owned(),
            }
        }
    }
}
