//! One class in the making, for `%%build`: which steps are open, and what the machine's frames say of the next.
use super::build::{At, function_line, given, keywords, line_in, method, names, short};
use super::dispatch::exception_line;
use super::{common, locals};
use crate::code::opcode::op;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::snapshot::build::*;
use crate::vm::{Vm, fixed, t};

/// Steps of a class that are told.
const MOST: usize = 80;
/// Names of a body that are told.
const NAMES: usize = 40;

/// Special methods that are told where they run above the machine's frames, and as what.
const HOOKS: &[(&str, Hook)] = &[
    ("__mro_entries__", Hook::MroEntries),
    ("__prepare__", Hook::Prepare),
    ("__call__", Hook::MetaMethod),
    ("__new__", Hook::MetaMethod),
    ("__init__", Hook::MetaMethod),
    ("__set_name__", Hook::SetName),
    ("__init_subclass__", Hook::InitSubclass),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Runs,
    /// The class is there: `value` is what the frame at `caller` goes on with.
    After { caller: usize, value: Ref },
    Over,
}

/// A step that has begun.
struct Open {
    /// Its number among the told ones; None: beyond the limit.
    step: Option<usize>,
    /// It is over when a frame below this activation goes on.
    index: usize,
    /// The frame that it stands for has been seen.
    entered: bool,
    /// The class's names when it began.
    before: Option<Vec<(String, Ref)>>,
}

pub struct Build {
    pub order: usize,
    pub thread: u32,
    /// The machine's frame that stands for the whole.
    pub frame: usize,
    /// The frame of `type.__new__`.
    pub maker: Option<usize>,
    pub out: ClassBuild,
    pub stage: Stage,
    pub cls: Option<Ref>,
    open: Vec<Open>,
    body: Option<Ref>,
    meta: Option<Ref>,
    /// What stands first as metaclass: given, or of the first base.
    first: Option<Ref>,
    ns: Option<Ref>,
    told_metaclass: bool,
}

impl Build {
    pub fn new(order: usize, at: &At, out: ClassBuild) -> Build {
        Build { order, thread: at.vm.cur.id, frame: at.index, maker: None, out, stage: Stage::Runs, cls: None, open: vec![], body: None, meta: None, first: None, ns: None, told_metaclass: false }
    }
    /// The metaclass is being called.
    pub fn calls(&self) -> bool {
        !self.out.statement || self.open_hooks().any(|h| *h == Hook::Call)
    }
    /// A decorator is at work.
    pub fn decorates(&self) -> bool {
        self.open_hooks().any(|h| *h == Hook::Decorator)
    }
    fn open_hooks(&self) -> impl Iterator<Item = &Hook> {
        self.open.iter().filter_map(|o| Some(&self.out.steps.get(o.step?)?.hook))
    }
    fn begin(&mut self, vm: &Vm, index: usize, hook: Hook, who: (String, Option<u32>), args: Vec<String>) {
        let before = self.cls.map(|c| names(vm, c));
        let depth = self.open.len() as u32;
        let step = (self.out.steps.len() < MOST).then_some(self.out.steps.len());
        match step {
            Some(_) => self.out.steps.push(BuildStep { depth, hook, who: who.0, args, line: who.1, result: StepResult::Open, names: vec![], dropped: vec![] }),
            None => self.out.more += 1,
        }
        self.open.push(Open { step, index, entered: false, before });
    }
    /// A step that takes no time.
    fn tell(&mut self, hook: Hook, who: String) {
        let depth = self.open.len() as u32;
        self.out.steps.push(BuildStep { depth, hook, who, args: vec![], line: None, result: StepResult::Returned(String::new()), names: vec![], dropped: vec![] });
    }
    fn end(&mut self, vm: &Vm, result: Option<Result<Ref, String>>) {
        let Some(open) = self.open.pop() else { return };
        let gained = match (self.cls, &open.before) {
            (Some(cls), Some(before)) if vm.heap.is_live(cls) && vm.is_type(cls) => names(vm, cls).into_iter().filter(|(k, v)| !before.iter().any(|(bk, bv)| bk == k && bv == v)).collect(),
            _ => vec![],
        };
        let ns = self.ns;
        let Some(step) = open.step.and_then(|s| self.out.steps.get_mut(s)) else { return };
        step.names.extend(gained.into_iter().map(|(name, v)| NameBound { name, value: Some(short(vm, v, ns)), line: 0 }));
        step.result = match result {
            Some(Ok(r)) if step.hook == Hook::Prepare => StepResult::Returned(namespace(vm, r)),
            Some(Ok(r)) => StepResult::Returned(short(vm, r, None)),
            Some(Err(e)) => StepResult::Raised(e),
            None => StepResult::Raised(String::new()),
        };
    }
    /// Ends the steps above the frame that goes on. Its topmost operand is what the last of them gave, if none raised.
    pub fn close_above(&mut self, at: &At) {
        while let Some(o) = self.open.last() {
            if o.index <= at.index {
                return;
            }
            let raised = at.op == op::PUSH_EXC_INFO || at.vm.cur.activations.len() < self.frame;
            let next = o.index == at.index + 1;
            let result = match at.operand(1) {
                Some(e) if at.op == op::PUSH_EXC_INFO => Some(Err(exception_line(at.vm, e))),
                Some(r) if next && !raised => Some(Ok(r)),
                _ => None,
            };
            if let (Some(Ok(r)), Stage::After { value, .. }) = (&result, &mut self.stage) {
                *value = *r;
            }
            self.end(at.vm, result);
        }
    }
    /// The frame that stands for the whole is gone.
    pub fn lost(&mut self, at: &At) {
        while !self.open.is_empty() {
            self.end(at.vm, None);
        }
        if self.stage == Stage::Runs {
            let e = at.operand(1).filter(|_| at.op == op::PUSH_EXC_INFO);
            self.out.outcome = BuildOutcome::Raised(e.map(|e| exception_line(at.vm, e)).unwrap_or_default());
        }
    }
    /// Puts the exception's words where it was not seen.
    pub fn explain(&mut self, error: &str) {
        if let BuildOutcome::Raised(text) = &mut self.out.outcome
            && text.is_empty()
        {
            *text = error.to_owned();
        }
        for step in &mut self.out.steps {
            if let StepResult::Raised(text) = &mut step.result
                && text.is_empty()
            {
                *text = error.to_owned();
            }
        }
    }
    /// `class C(A, B, k=1)`: as `__build_class__` gets it.
    pub fn begin_statement(&mut self, at: &At) {
        let vm = at.vm;
        self.body = at.local("func").and_then(|f| match vm.heap.get(f) {
            Payload::Function(x) => Some(x.code),
            _ => None,
        });
        let bases = at.local("bases").and_then(|r| vm.tuple_items(r)).unwrap_or_default();
        self.out.bases = bases.iter().map(|b| short(vm, *b, None)).collect();
        let kwds = at.local("kwds");
        self.out.keywords = keywords(vm, kwds);
        let given = kwds.filter(|r| *r != fixed::NONE).and_then(|r| vm.dict_of(r)).and_then(|d| d.iter().find(|(k, _)| vm.utf8(*k) == Some("metaclass")));
        self.first = given.map(|(_, v)| v);
    }
    /// `type(name, bases, ns)` without a statement.
    pub fn begin_call(&mut self, at: &At) {
        let bases = at.local("bases").and_then(|r| at.vm.tuple_items(r)).unwrap_or_default();
        self.out.bases = bases.iter().map(|b| short(at.vm, *b, None)).collect();
        self.out.keywords = keywords(at.vm, at.local("kwds"));
        self.meta = at.local("meta");
        self.ns = at.local("ns");
    }
    /// Before an instruction of the statement's own frame.
    pub fn statement(&mut self, at: &At, caller: usize) {
        let vm = at.vm;
        if self.ns.is_none() && at.local("ns").is_some() {
            self.metaclass(at);
            self.ns = at.local("ns");
        }
        match (at.op, at.arg) {
            (op::CALL, 1) => {
                let entries = at.local("entries").filter(|e| [at.operand(2), at.operand(3)].contains(&Some(*e)));
                if let (Some(_), Some(base)) = (entries, at.local("base")) {
                    let who = method(vm, &vm.type_obj(vm.ty(base)).mro, vm.interned.get("__mro_entries__").unwrap_or(base));
                    let args = at.operand(1).map(|r| short(vm, r, None)).into_iter().collect();
                    self.begin(vm, at.index + 1, Hook::MroEntries, who.unwrap_or(("__mro_entries__".to_owned(), None)), args);
                }
            }
            (op::CALL, 2) if at.local("func").is_some_and(|f| at.operand(2) == Some(f)) => {
                self.begin(vm, at.index + 1, Hook::Body, (self.out.name.clone(), None), vec![]);
            }
            (op::CALL_FUNCTION_EX, _) if self.cls.is_none() => {
                self.metaclass(at);
                let Some(meta) = self.meta else { return };
                let (hook, name) = if self.ns.is_none() { (Hook::Prepare, "__prepare__") } else { (Hook::Call, "") };
                let own = short(vm, meta, None);
                let line = function_line(vm, meta);
                let who = match vm.interned.get(name).filter(|_| vm.is_type(meta) && hook == Hook::Prepare) {
                    Some(n) => method(vm, &vm.type_obj(meta).mro, n).unwrap_or((own, line)),
                    None => (own, line),
                };
                let args = self.three(at, hook == Hook::Call);
                self.begin(vm, at.index + 1, hook, who, args);
            }
            (op::RETURN_VALUE, _) => {
                if let Some(value) = at.operand(1) {
                    self.made(vm, value);
                    self.stage = Stage::After { caller, value };
                }
            }
            _ => {}
        }
    }
    /// `'C', (A,), ns, k=1`.
    fn three(&self, at: &At, with_ns: bool) -> Vec<String> {
        let vm = at.vm;
        let mut out: Vec<String> = ["name", "bases"].iter().filter_map(|x| at.local(x)).map(|r| short(vm, r, None)).collect();
        if with_ns {
            out.push("ns".to_owned());
        }
        out.extend(given(vm, at.local("kwds")));
        out
    }
    /// The metaclass is known: which it is, and why.
    fn metaclass(&mut self, at: &At) {
        let vm = at.vm;
        if self.told_metaclass {
            return;
        }
        let Some(meta) = at.local("meta") else { return };
        self.told_metaclass = true;
        self.meta = Some(meta);
        let bases = at.local("bases").and_then(|r| vm.tuple_items(r)).unwrap_or_default();
        let first = self.first.or(bases.first().map(|b| vm.ty(*b)));
        let why = match (first, self.first) {
            (Some(f), _) if f != meta => {
                let base = bases.iter().find(|b| vm.ty(**b) == meta).map(|b| short(vm, *b, None)).unwrap_or_default();
                Why::Derived { first: short(vm, f, None), base }
            }
            (_, Some(_)) => Why::Keyword,
            (Some(_), None) => Why::OfBase(short(vm, bases[0], None)),
            (None, None) => Why::Default,
        };
        self.tell(Hook::Metaclass(why), short(vm, meta, None));
    }
    fn made(&mut self, vm: &Vm, value: Ref) {
        let mro = match vm.heap.get(value) {
            Payload::Type(x) => x.mro.iter().map(|c| common::class_name(vm, *c)).collect(),
            _ => vec![],
        };
        self.out.outcome = BuildOutcome::Made { value: short(vm, value, None), mro, name: None };
    }
    /// The frame of `type.__new__` begins.
    pub fn begin_type_new(&mut self, at: &At) {
        self.maker = Some(at.index);
        let meta = at.local("meta").map(|m| short(at.vm, m, None));
        let mut args: Vec<String> = meta.into_iter().collect();
        args.extend(self.three(at, true));
        self.begin(at.vm, at.index, Hook::TypeNew, ("type.__new__".to_owned(), None), args);
    }
    /// Before an instruction of that frame.
    pub fn type_new(&mut self, at: &At, caller: usize) {
        let vm = at.vm;
        let Some(cls) = at.local("cls") else { return };
        if self.cls.is_none() {
            self.cls = Some(cls);
            self.compare(at, cls);
        }
        match (at.op, at.arg) {
            (op::CALL, 3) if at.operand(2) == Some(cls) => {
                let (Some(value), Some(key)) = (at.operand(3), at.operand(1)) else { return };
                let who = vm.interned.get("__set_name__").and_then(|n| method(vm, &vm.type_obj(vm.ty(value)).mro, n));
                let args = vec![short(vm, value, None), short(vm, cls, None), short(vm, key, None)];
                self.begin(vm, at.index + 1, Hook::SetName, who.unwrap_or(("__set_name__".to_owned(), None)), args);
            }
            (op::CALL_FUNCTION_EX, _) => {
                let above = vm.type_obj(cls).mro.get(1..).unwrap_or_default();
                let who = vm.interned.get("__init_subclass__").and_then(|n| method(vm, above, n));
                let mut args = vec![short(vm, cls, None)];
                args.extend(given(vm, at.local("kwds")));
                self.begin(vm, at.index + 1, Hook::InitSubclass, who.unwrap_or(("__init_subclass__".to_owned(), None)), args);
            }
            (op::RETURN_VALUE, _) => {
                self.end(vm, Some(Ok(cls)));
                self.maker = None;
                if !self.out.statement {
                    self.made(vm, cls);
                    self.stage = Stage::After { caller, value: cls };
                }
            }
            _ => {}
        }
    }
    /// What the class's namespace has more and less than the body's.
    fn compare(&mut self, at: &At, cls: Ref) {
        let vm = at.vm;
        let Some(ns) = at.local("ns").and_then(|r| vm.dict_of(r)) else { return };
        let old: Vec<String> = ns.iter().map(|(k, _)| vm.lossy(k)).collect();
        let new = names(vm, cls);
        let gained: Vec<NameBound> = new.iter().filter(|(k, _)| !old.contains(k)).map(|(k, v)| NameBound { name: k.clone(), value: Some(short(vm, *v, None)), line: 0 }).collect();
        let dropped = old.into_iter().filter(|k| !new.iter().any(|(n, _)| n == k)).collect();
        if let Some(step) = self.open.last_mut().and_then(|o| {
            // The names so far are the making's own: only what comes later is a hook's.
            o.before = None;
            self.out.steps.get_mut(o.step?)
        }) {
            (step.names, step.dropped) = (gained, dropped);
        }
    }
    /// Before an instruction of any other frame.
    pub fn elsewhere(&mut self, at: &At) {
        if let Stage::After { caller, value } = self.stage
            && at.index == caller
        {
            return self.after(at, value);
        }
        match at.op {
            op::RESUME if at.arg & 3 == 0 => self.enter(at),
            op::RETURN_VALUE => {
                if self.open.last().is_some_and(|o| o.index == at.index && o.entered) && self.is_frame_step() {
                    self.end(at.vm, at.operand(1).map(Ok));
                }
            }
            op::STORE_NAME | op::DELETE_NAME if Some(at.frame.code_ref) == self.body => self.name(at),
            _ => {}
        }
    }
    fn is_frame_step(&self) -> bool {
        self.open_hooks().last().is_some_and(|open| HOOKS.iter().any(|(_, h)| h == open))
    }
    /// A function begins: it may be a hook.
    fn enter(&mut self, at: &At) {
        let vm = at.vm;
        if at.frame.hidden {
            return;
        }
        let code = vm.code_obj(at.frame.code_ref);
        let qualname = common::spoken(vm, code.qualname);
        // The class and the method, not what they are in.
        let name = qualname.rmatch_indices('.').nth(1).map_or(&qualname[..], |(dot, _)| &qualname[dot + 1..]).to_owned();
        let line = Some(line_in(vm, at.frame.code_ref));
        let function = at.function();
        let hook = HOOKS.iter().find(|(special, _)| *special == function).map(|(_, hook)| hook);
        // Whatever is called.
        let any = self.open_hooks().last().is_some_and(|h| *h == Hook::Decorator || *h == Hook::Call && self.meta.is_some_and(|m| !vm.is_type(m)));
        let expected = any || hook.is_some_and(|h| *h != Hook::MetaMethod && self.open_hooks().last() == Some(h));
        let fresh = self.open.last().filter(|o| !o.entered).map(|o| o.step);
        if let Some(step) = fresh.filter(|_| expected) {
            if let Some(o) = self.open.last_mut() {
                o.entered = true;
            }
            if let Some(step) = step.and_then(|s| self.out.steps.get_mut(s)) {
                step.line = line;
                if !any {
                    step.who = name;
                }
            }
            return;
        }
        let Some(hook) = hook.filter(|_| self.concerns(at)) else { return };
        let args: Vec<String> = locals(vm, at.frame).into_iter().take(code.argcount as usize).filter_map(|(_, v)| v).map(|r| short(vm, r, self.ns)).collect();
        self.begin(vm, at.index, hook.clone(), (name, line), args);
        if let Some(o) = self.open.last_mut() {
            o.entered = true;
        }
    }
    /// Whether a special method that begins is one of this class's making: its first argument says so.
    fn concerns(&self, at: &At) -> bool {
        let Some(first) = at.first() else { return false };
        let inherits = |a: Ref, b: Ref| at.vm.is_type(a) && at.vm.is_type(b) && at.vm.is_subtype(a, b);
        match at.function().as_str() {
            "__init__" | "__init_subclass__" => self.cls == Some(first),
            "__set_name__" => self.cls.is_some(),
            _ => self.meta.is_some_and(|m| m == first || inherits(first, m) && inherits(first, t::TYPE)),
        }
    }
    /// The body binds or deletes a name.
    fn name(&mut self, at: &At) {
        let vm = at.vm;
        let name = vm.lossy(vm.code_obj(at.frame.code_ref).names[at.arg]);
        let value = (at.op == op::STORE_NAME).then(|| at.operand(1)).flatten().map(|v| short(vm, v, None));
        let line = at.line();
        let body = self.out.steps.iter_mut().find(|s| s.hook == Hook::Body);
        if let Some(step) = body.filter(|s| s.names.len() < NAMES) {
            step.names.push(NameBound { name, value, line });
        }
    }
    /// The class is on the stack of the frame that asked for it: decorators, and the name.
    fn after(&mut self, at: &At, value: Ref) {
        let vm = at.vm;
        if !self.out.statement {
            self.stage = Stage::Over;
            return;
        }
        match at.op {
            op::CALL if at.arg == 0 && at.operand(1) == Some(value) => {
                let Some(decorator) = at.operand(2).or(at.operand(3)) else { return };
                let who = (short(vm, decorator, None), function_line(vm, decorator));
                self.begin(vm, at.index + 1, Hook::Decorator, who, vec![short(vm, value, None)]);
            }
            op::STORE_NAME | op::STORE_GLOBAL | op::STORE_FAST | op::STORE_DEREF => {
                let code = vm.code_obj(at.frame.code_ref);
                let name = match at.op {
                    op::STORE_FAST | op::STORE_DEREF => code.localsplus.get(at.arg),
                    _ => code.names.get(at.arg),
                };
                let name = name.map(|n| vm.lossy(*n)).unwrap_or_default();
                self.made(vm, value);
                if let BuildOutcome::Made { name: bound, .. } = &mut self.out.outcome {
                    *bound = Some(name.clone());
                }
                self.tell(Hook::Bound, name);
                self.stage = Stage::Over;
            }
            // A generic class is made in a function of its own, which hands it on.
            op::RETURN_VALUE if at.operand(1) == Some(value) => {
                self.stage = at.caller().map_or(Stage::Over, |(caller, _)| Stage::After { caller, value });
            }
            op::NOP | op::EXTENDED_ARG | op::CACHE => {}
            _ => self.stage = Stage::Over,
        }
    }
}

/// What `__prepare__` gave.
fn namespace(vm: &Vm, r: Ref) -> String {
    match vm.dict_of(r).filter(|_| vm.ty(r) == t::DICT) {
        Some(d) if d.iter().next().is_none() => "{}".to_owned(),
        Some(_) => common::repr(vm, r).shown(),
        None => common::type_name(vm, r),
    }
}
