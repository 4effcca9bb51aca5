//! The trace of `%dispatch`: calls special methods one at a time and writes down what each did.
use super::common;
use super::dispatch::{Answer, exception};
use crate::heap::Ref;
use crate::snapshot::dispatch::{DispatchStep, StepNote, StepOutcome};
use crate::vm::{Ask, Vm, fixed, n, t};
use std::collections::HashMap;

/// Items that a search by iteration looks at before it gives up.
const ITEMS: u64 = 10_000;

pub struct Trace {
    pub steps: Vec<DispatchStep>,
    /// The operands' reprs before the operation.
    pub shown: HashMap<Ref, String>,
}

fn outcome(vm: &Vm, answer: &Answer) -> StepOutcome {
    match answer {
        Answer::Value(r) => StepOutcome::Returned(common::repr(vm, *r)),
        Answer::NotImplemented => StepOutcome::NotImplemented,
        Answer::Missing => StepOutcome::Missing,
        Answer::SetToNone => StepOutcome::SetToNone,
        Answer::Raised(e) => {
            let (exception, message) = exception(vm, *e);
            StepOutcome::Raised { exception, message }
        }
    }
}

impl Trace {
    fn push(&mut self, vm: &Vm, obj: Ref, method: Ref, args: &[Ref], outcome: StepOutcome, notes: Vec<StepNote>) {
        let defined_in = common::defined(vm, vm.ty(obj), method).map(|(class, _)| common::class_name(vm, class));
        let text = |r: &Ref| self.shown.get(r).cloned().unwrap_or_else(|| common::repr(vm, *r).shown());
        let args = [obj].iter().chain(args).map(text).collect();
        self.steps.push(DispatchStep { type_name: common::type_name(vm, obj), method: vm.lossy(method), defined_in, args, outcome, notes });
    }
    /// A method that is not called.
    pub fn skipped(&mut self, vm: &mut Vm, obj: Ref, method: &str, notes: Vec<StepNote>) {
        let name = vm.intern(method).into_raw();
        self.push(vm, obj, name, &[], StepOutcome::Skipped, notes);
    }
    /// Looks for a method on the object's type and calls it.
    pub fn ask(&mut self, vm: &mut Vm, obj: Ref, method: Ref, args: &[Ref], notes: Vec<StepNote>) -> Result<Answer, Ask> {
        let answer = match common::defined(vm, vm.ty(obj), method) {
            None => Answer::Missing,
            Some((_, fixed::NONE)) => Answer::SetToNone,
            Some(_) => match vm.try_call_special(obj, method, args)? {
                None => Answer::Missing,
                Some(Ok(fixed::NOT_IMPLEMENTED)) => Answer::NotImplemented,
                Some(Ok(r)) => Answer::Value(r),
                Some(Err(e)) => Answer::Raised(e),
            },
        };
        let outcome = outcome(vm, &answer);
        self.push(vm, obj, method, args, outcome, notes);
        Ok(answer)
    }
    /// The same for a call with keyword arguments.
    pub fn ask_with(&mut self, vm: &mut Vm, obj: Ref, method: Ref, args: &[Ref], pairs: &[(Ref, Ref)]) -> Result<Answer, Ask> {
        if pairs.is_empty() {
            return self.ask(vm, obj, method, args, vec![]);
        }
        let answer = match vm.lookup_special(obj, method) {
            None => Answer::Missing,
            Some(fixed::NONE) => Answer::SetToNone,
            Some(_) => match vm.try_call_kw(obj, args, pairs)? {
                Ok(r) => Answer::Value(r),
                Err(e) => Answer::Raised(e),
            },
        };
        let outcome = outcome(vm, &answer);
        self.push(vm, obj, method, args, outcome, vec![]);
        let named = pairs.iter().map(|(k, v)| format!("{}={}", vm.lossy(*k), common::repr(vm, *v).shown()));
        if let Some(step) = self.steps.last_mut() {
            step.args.extend(named);
        }
        Ok(answer)
    }
    /// `in` by iteration: calls `__next__`, or `__getitem__` with 0, 1, …, until an item is or equals the one sought.
    /// One step stands for all calls. Err: the exception that ended it.
    pub fn repeat(&mut self, vm: &mut Vm, obj: Ref, method: Ref, indexed: bool, sought: Ref, mut notes: Vec<StepNote>) -> Result<Result<bool, Ref>, Ask> {
        let mut count = 0;
        let (result, outcome, args) = loop {
            let index = if indexed { Some(vm.int(count as i64)) } else { None };
            let args: Vec<Ref> = index.into_iter().map(|i| vm.keep(i)).collect();
            count += 1;
            match vm.try_call_special(obj, method, &args)? {
                None if method == n::__NEXT__ => {
                    let e = vm.type_error(format!("'{}' object is not an iterator", vm.type_name(obj)));
                    return Err(e);
                }
                None => break (Ok(false), StepOutcome::Missing, args),
                Some(Ok(item)) => {
                    if item == sought || vm.eq(item, sought)? {
                        break (Ok(true), StepOutcome::Returned(common::repr(vm, item)), args);
                    }
                    if count >= ITEMS {
                        return Err(vm.value_error(format!("%dispatch looked at {ITEMS} items and gave up")));
                    }
                }
                Some(Err(e)) => {
                    let (name, message) = exception(vm, e);
                    let outcome = StepOutcome::Raised { exception: name, message };
                    let ends = vm.exc_is(e, if indexed { t::INDEX_ERROR } else { t::STOP_ITERATION });
                    let ends = ends || (indexed && vm.exc_is(e, t::STOP_ITERATION));
                    break (if ends { Ok(false) } else { Err(e) }, outcome, args);
                }
            }
        };
        notes.push(StepNote::Repeated { count });
        self.push(vm, obj, method, &args, outcome, notes);
        Ok(result)
    }
    /// `C[x]` by `C.__class_getitem__(x)`; `f` is bound already.
    pub fn class_getitem(&mut self, vm: &mut Vm, class: Ref, f: Ref, arg: Ref, notes: Vec<StepNote>) -> Result<Result<Ref, Ref>, Ask> {
        let result = vm.try_call(f, &[arg])?;
        let outcome = match result {
            Ok(r) => StepOutcome::Returned(common::repr(vm, r)),
            Err(e) => {
                let (exception, message) = exception(vm, e);
                StepOutcome::Raised { exception, message }
            }
        };
        let defined = common::defined(vm, class, n::__CLASS_GETITEM__).map(|(c, _)| common::class_name(vm, c));
        let args = [class, arg].iter().map(|r| common::repr(vm, *r).shown()).collect();
        let (type_name, method) = (common::class_name(vm, class), "__class_getitem__".to_owned());
        self.steps.push(DispatchStep { type_name, method, defined_in: defined, args, outcome, notes });
        Ok(result)
    }
}
