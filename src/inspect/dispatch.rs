//! `%dispatch`: which special methods an operation looks for, in which order, and what each answers.
//!
//! Source: the language reference, "Data model"; CPython `Objects/abstract.c` and `Objects/object.c` for the order.
use super::dispatch_trace::Trace;
use super::{Subjects, common};
use crate::heap::Ref;
use crate::snapshot::dispatch::{DispatchOutcome, DispatchSnapshot, Operand, StepNote};
use crate::snapshot::Repr;
use crate::vm::{Ask, Vm, fixed, n, t};

/// An operation on operands, by the symbol or name that starts it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Method and reflected method.
    Binary(&'static str, &'static str),
    /// Method and the one of the swapped comparison.
    Compare(&'static str, &'static str),
    In,
    NotIn,
    Not,
    Bool,
    Len,
    Iter,
    Call,
    Subscript,
    /// In-place method, then method and reflected method.
    InPlace(&'static str, &'static str, &'static str),
    /// A call whose operands are the callable, a tuple of arguments and a dict of keyword arguments.
    CallWith,
    /// One method, no fallback.
    Unary(&'static str),
}

const OPERATIONS: &[(&str, Operation)] = &[
    ("+", Operation::Binary("__add__", "__radd__")),
    ("-", Operation::Binary("__sub__", "__rsub__")),
    ("*", Operation::Binary("__mul__", "__rmul__")),
    ("@", Operation::Binary("__matmul__", "__rmatmul__")),
    ("/", Operation::Binary("__truediv__", "__rtruediv__")),
    ("//", Operation::Binary("__floordiv__", "__rfloordiv__")),
    ("%", Operation::Binary("__mod__", "__rmod__")),
    ("**", Operation::Binary("__pow__", "__rpow__")),
    ("<<", Operation::Binary("__lshift__", "__rlshift__")),
    (">>", Operation::Binary("__rshift__", "__rrshift__")),
    ("&", Operation::Binary("__and__", "__rand__")),
    ("|", Operation::Binary("__or__", "__ror__")),
    ("^", Operation::Binary("__xor__", "__rxor__")),
    ("==", Operation::Compare("__eq__", "__eq__")),
    ("!=", Operation::Compare("__ne__", "__ne__")),
    ("<", Operation::Compare("__lt__", "__gt__")),
    ("<=", Operation::Compare("__le__", "__ge__")),
    (">", Operation::Compare("__gt__", "__lt__")),
    (">=", Operation::Compare("__ge__", "__le__")),
    ("in", Operation::In),
    ("not in", Operation::NotIn),
    ("not", Operation::Not),
    ("bool()", Operation::Bool),
    ("len()", Operation::Len),
    ("iter()", Operation::Iter),
    ("()", Operation::Call),
    ("call", Operation::CallWith),
    ("[]", Operation::Subscript),
    ("[]=", Operation::Unary("__setitem__")),
    ("del []", Operation::Unary("__delitem__")),
    ("+=", Operation::InPlace("__iadd__", "__add__", "__radd__")),
    ("-=", Operation::InPlace("__isub__", "__sub__", "__rsub__")),
    ("*=", Operation::InPlace("__imul__", "__mul__", "__rmul__")),
    ("@=", Operation::InPlace("__imatmul__", "__matmul__", "__rmatmul__")),
    ("/=", Operation::InPlace("__itruediv__", "__truediv__", "__rtruediv__")),
    ("//=", Operation::InPlace("__ifloordiv__", "__floordiv__", "__rfloordiv__")),
    ("%=", Operation::InPlace("__imod__", "__mod__", "__rmod__")),
    ("**=", Operation::InPlace("__ipow__", "__pow__", "__rpow__")),
    ("<<=", Operation::InPlace("__ilshift__", "__lshift__", "__rlshift__")),
    (">>=", Operation::InPlace("__irshift__", "__rshift__", "__rrshift__")),
    ("&=", Operation::InPlace("__iand__", "__and__", "__rand__")),
    ("|=", Operation::InPlace("__ior__", "__or__", "__ror__")),
    ("^=", Operation::InPlace("__ixor__", "__xor__", "__rxor__")),
    ("unary -", Operation::Unary("__neg__")),
    ("unary +", Operation::Unary("__pos__")),
    ("~", Operation::Unary("__invert__")),
    ("abs()", Operation::Unary("__abs__")),
    ("repr()", Operation::Unary("__repr__")),
    ("str()", Operation::Unary("__str__")),
    ("hash()", Operation::Unary("__hash__")),
    ("next()", Operation::Unary("__next__")),
    ("reversed()", Operation::Unary("__reversed__")),
];

/// The operation of a symbol (`+`, `unary -`) or built-in function (`len()`).
pub fn operation(symbol: &str) -> Option<Operation> {
    OPERATIONS.iter().find(|(s, _)| *s == symbol).map(|(_, o)| *o)
}

/// `type(e).__qualname__` and `str(e)` of an exception, as far as that needs no code of the program.
pub fn exception(vm: &Vm, e: Ref) -> (String, String) {
    let args = vm.exc_of(e).map(|x| x.args).and_then(|a| vm.tuple_items(a));
    let message = match args {
        Some([one]) if vm.str_of(*one).is_some() => vm.lossy(*one),
        Some([one]) => common::repr(vm, *one).shown(),
        _ => String::new(),
    };
    (common::type_name(vm, e), message)
}
/// The same as a traceback's last line has it: `ValueError: bad`.
pub fn exception_line(vm: &Vm, e: Ref) -> String {
    let (name, message) = exception(vm, e);
    if message.is_empty() { name } else { format!("{name}: {message}") }
}

/// Carries the operation out once, method by method, and tells what happened. `texts` of the subjects: the operands.
pub fn snapshot(vm: &mut Vm, s: &Subjects, expr: &str, symbol: &str, operation: Operation) -> Result<DispatchSnapshot, Ask> {
    // The values as they are before the operation, which may change them: kept on the tape, for this native runs again.
    let shown = vm.once(|vm| {
        let all = s.values.iter().map(|r| common::repr(vm, *r).shown()).collect::<Vec<_>>();
        let all = all.into_iter().map(|text| vm.str(text)).collect();
        Ok(vm.tuple(all))
    })?;
    let shown: Vec<String> = vm.tuple_items(shown).unwrap_or_default().iter().map(|r| vm.lossy(*r)).collect();
    let operands = s.texts.iter().zip(&s.values).zip(&shown);
    let operands = operands.map(|((text, r), value)| Operand { expr: text.clone(), type_name: common::type_name(vm, *r), value: Repr::whole(value) });
    let operands = operands.collect();
    let mut trace = Trace { steps: Vec::new(), shown: s.values.iter().copied().zip(shown).collect() };
    let v = &s.values;
    let outcome = match operation {
        Operation::Binary(method, reflected) => binary(vm, &mut trace, (v[0], v[1]), (method, reflected), symbol)?,
        Operation::InPlace(in_place, method, reflected) => {
            let name = vm.intern(in_place).into_raw();
            match trace.ask(vm, v[0], name, &[v[1]], vec![StepNote::InPlace])? {
                Answer::Value(r) => value(vm, r),
                Answer::Raised(e) => raised(vm, e),
                Answer::SetToNone => type_error("'NoneType' object is not callable".to_owned()),
                Answer::NotImplemented | Answer::Missing => binary(vm, &mut trace, (v[0], v[1]), (method, reflected), symbol)?,
            }
        }
        Operation::CallWith => call_with(vm, &mut trace, v)?,
        Operation::Compare(method, swapped) => compare(vm, &mut trace, (v[0], v[1]), (method, swapped), symbol)?,
        Operation::In | Operation::NotIn => contains(vm, &mut trace, v[0], v[1], operation == Operation::NotIn)?,
        Operation::Not | Operation::Bool => truth(vm, &mut trace, v[0], operation == Operation::Not)?,
        Operation::Len => one(vm, &mut trace, v, "__len__", |ty| format!("object of type '{ty}' has no len()"))?,
        Operation::Iter => iter(vm, &mut trace, v[0])?,
        Operation::Call => one(vm, &mut trace, v, "__call__", |ty| format!("'{ty}' object is not callable"))?,
        Operation::Subscript => subscript(vm, &mut trace, v)?,
        Operation::Unary(method) => one(vm, &mut trace, v, method, |ty| {
            let item = [("[]=", "assignment"), ("del []", "deletion")].into_iter().find(|(s, _)| *s == symbol);
            if let Some((_, what)) = item {
                return format!("'{ty}' object does not support item {what}");
            }
            match symbol {
                "hash()" => return format!("unhashable type: '{ty}'"),
                "next()" => return format!("'{ty}' object is not an iterator"),
                "reversed()" => return format!("'{ty}' object is not reversible"),
                _ => {}
            }
            let what = symbol.strip_suffix("()").map_or(format!("bad operand type for {symbol}"), |f| format!("bad operand type for {f}()"));
            format!("{what}: '{ty}'")
        })?,
    };
    Ok(DispatchSnapshot { expr: expr.to_owned(), operation: symbol.to_owned(), operands, steps: trace.steps, outcome })
}

/// What one method answered.
pub enum Answer {
    Value(Ref),
    NotImplemented,
    Missing,
    SetToNone,
    Raised(Ref),
}

pub fn type_error(message: String) -> DispatchOutcome {
    DispatchOutcome::Raised { exception: "TypeError".to_owned(), message }
}
pub fn value(vm: &Vm, r: Ref) -> DispatchOutcome {
    DispatchOutcome::Value(common::repr(vm, r))
}
pub fn raised(vm: &Vm, e: Ref) -> DispatchOutcome {
    let (exception, message) = exception(vm, e);
    DispatchOutcome::Raised { exception, message }
}
fn fact(text: &str) -> DispatchOutcome {
    DispatchOutcome::Value(Repr::whole(text))
}
fn truth_text(b: bool) -> &'static str {
    if b { "True" } else { "False" }
}

fn binary(vm: &mut Vm, trace: &mut Trace, (a, b): (Ref, Ref), (method, reflected): (&str, &str), symbol: &str) -> Result<DispatchOutcome, Ask> {
    let (name, rname) = (vm.intern(method).into_raw(), vm.intern(reflected).into_raw());
    let (ta, tb) = (vm.ty(a), vm.ty(b));
    let right = common::defined(vm, tb, rname).map(|(_, f)| f);
    let overrides = right.is_some() && right != common::defined(vm, ta, rname).map(|(_, f)| f);
    let subclass_first = ta != tb && vm.is_subtype(tb, ta) && overrides;
    // A built-in sequence's `+` and `*` are no number methods: the other operand's number method goes first.
    let is_sequence = |ty: Ref| [t::LIST, t::TUPLE, t::STR, t::BYTES, t::BYTEARRAY].iter().any(|s| vm.is_subtype(ty, *s));
    let own = common::defined(vm, ta, name).is_some_and(|(_, f)| common::is_native(vm, f));
    let sequence_last = ta != tb && ["+", "*", "+=", "*="].contains(&symbol) && is_sequence(ta) && own && right.is_some();
    let (mut order, same) = (vec![false, true], ta == tb);
    if subclass_first || sequence_last {
        order.reverse();
    }
    let mut before: Option<&str> = None;
    for is_right in order {
        let (obj, other, m, name) = if is_right { (b, a, reflected, rname) } else { (a, b, method, name) };
        let mut notes = if is_right { vec![StepNote::Reflected] } else { vec![] };
        if is_right && subclass_first {
            notes.push(StepNote::SubclassFirst);
        }
        if is_right && same {
            if right.is_some() {
                trace.skipped(vm, obj, m, vec![StepNote::SameType]);
            }
            continue;
        }
        notes.extend(before.map(|method| StepNote::FallsBackFrom { method: method.to_owned() }));
        match trace.ask(vm, obj, name, &[other], notes)? {
            Answer::Value(r) => return Ok(value(vm, r)),
            Answer::Raised(e) => return Ok(raised(vm, e)),
            Answer::SetToNone => return Ok(type_error("'NoneType' object is not callable".to_owned())),
            Answer::NotImplemented | Answer::Missing => before = Some(m),
        }
    }
    let sign = match symbol {
        "**" | "**=" => "** or pow()",
        other => other,
    };
    Ok(type_error(format!("unsupported operand type(s) for {sign}: '{}' and '{}'", vm.type_name(a), vm.type_name(b))))
}

fn compare(vm: &mut Vm, trace: &mut Trace, (a, b): (Ref, Ref), (method, swapped): (&str, &str), symbol: &str) -> Result<DispatchOutcome, Ask> {
    let (name, rname) = (vm.intern(method).into_raw(), vm.intern(swapped).into_raw());
    let (ta, tb) = (vm.ty(a), vm.ty(b));
    let subclass_first = ta != tb && vm.is_subtype(tb, ta);
    let mut before: Option<&str> = None;
    for is_right in if subclass_first { [true, false] } else { [false, true] } {
        let (obj, other, m, name) = if is_right { (b, a, swapped, rname) } else { (a, b, method, name) };
        let mut notes = if is_right { vec![StepNote::Reflected] } else { vec![] };
        if is_right && subclass_first {
            notes.push(StepNote::SubclassCompares);
        }
        notes.extend(before.map(|method| StepNote::FallsBackFrom { method: method.to_owned() }));
        match trace.ask(vm, obj, name, &[other], notes)? {
            Answer::Value(r) => return Ok(value(vm, r)),
            Answer::Raised(e) => return Ok(raised(vm, e)),
            Answer::SetToNone => return Ok(type_error("'NoneType' object is not callable".to_owned())),
            Answer::NotImplemented | Answer::Missing => before = Some(m),
        }
    }
    match symbol {
        "==" | "!=" => {
            if let Some(last) = trace.steps.last_mut() {
                last.notes.push(StepNote::Identity);
            }
            Ok(fact(truth_text((a == b) == (symbol == "=="))))
        }
        _ => Ok(type_error(format!("'{symbol}' not supported between instances of '{}' and '{}'", vm.type_name(a), vm.type_name(b)))),
    }
}

fn contains(vm: &mut Vm, trace: &mut Trace, item: Ref, container: Ref, negate: bool) -> Result<DispatchOutcome, Ask> {
    let not_iterable = |vm: &Vm| type_error(format!("argument of type '{}' is not a container or iterable", vm.type_name(container)));
    match trace.ask(vm, container, n::__CONTAINS__, &[item], vec![StepNote::Truth])? {
        Answer::Value(r) => {
            let holds = vm.truth(r)? != negate;
            return Ok(fact(truth_text(holds)));
        }
        Answer::NotImplemented => return Ok(fact(truth_text(!negate))),
        Answer::Raised(e) => return Ok(raised(vm, e)),
        Answer::SetToNone => return Ok(type_error(format!("'{}' object is not a container", vm.type_name(container)))),
        Answer::Missing => {}
    }
    let from = |method: &str| vec![StepNote::FallsBackFrom { method: method.to_owned() }];
    let found = match trace.ask(vm, container, n::__ITER__, &[], from("__contains__"))? {
        Answer::Value(it) => trace.repeat(vm, it, n::__NEXT__, false, item, vec![])?,
        Answer::Raised(e) => return Ok(raised(vm, e)),
        Answer::Missing => match common::defined(vm, vm.ty(container), n::__GETITEM__) {
            Some(_) => trace.repeat(vm, container, n::__GETITEM__, true, item, from("__iter__"))?,
            None => return Ok(not_iterable(vm)),
        },
        _ => return Ok(not_iterable(vm)),
    };
    Ok(match found {
        Ok(found) => fact(truth_text(found != negate)),
        Err(e) => raised(vm, e),
    })
}

fn truth(vm: &mut Vm, trace: &mut Trace, r: Ref, negate: bool) -> Result<DispatchOutcome, Ask> {
    let mut notes = vec![StepNote::Truth];
    for name in [n::__BOOL__, n::__LEN__] {
        match trace.ask(vm, r, name, &[], notes.clone())? {
            Answer::Value(v) if name == n::__BOOL__ && vm.ty(v) != t::BOOL => {
                return Ok(type_error(format!("__bool__ should return bool, returned {}", vm.type_name(v))));
            }
            Answer::Value(v) => return Ok(fact(truth_text(vm.truth(v)? != negate))),
            Answer::Raised(e) => return Ok(raised(vm, e)),
            Answer::SetToNone | Answer::NotImplemented => return Ok(type_error("'NoneType' object is not callable".to_owned())),
            Answer::Missing => notes.push(StepNote::FallsBackFrom { method: vm.lossy(name) }),
        }
    }
    Ok(fact(truth_text(!negate)))
}

fn one(vm: &mut Vm, trace: &mut Trace, v: &[Ref], method: &str, refused: impl Fn(&str) -> String) -> Result<DispatchOutcome, Ask> {
    let name = vm.intern(method).into_raw();
    Ok(match trace.ask(vm, v[0], name, &v[1..], vec![])? {
        Answer::Value(r) => value(vm, r),
        Answer::Raised(e) => raised(vm, e),
        Answer::NotImplemented => value(vm, fixed::NOT_IMPLEMENTED),
        Answer::Missing | Answer::SetToNone => type_error(refused(vm.type_name(v[0]))),
    })
}

fn call_with(vm: &mut Vm, trace: &mut Trace, v: &[Ref]) -> Result<DispatchOutcome, Ask> {
    let args = vm.tuple_items(v[1]).unwrap_or_default().to_vec();
    let pairs: Vec<(Ref, Ref)> = vm.dict_of(v[2]).map(|d| d.iter().collect()).unwrap_or_default();
    Ok(match trace.ask_with(vm, v[0], n::__CALL__, &args, &pairs)? {
        Answer::Value(r) => value(vm, r),
        Answer::Raised(e) => raised(vm, e),
        Answer::NotImplemented => value(vm, fixed::NOT_IMPLEMENTED),
        Answer::Missing | Answer::SetToNone => type_error(format!("'{}' object is not callable", vm.type_name(v[0]))),
    })
}

fn iter(vm: &mut Vm, trace: &mut Trace, r: Ref) -> Result<DispatchOutcome, Ask> {
    let refused = type_error(format!("'{}' object is not iterable", vm.type_name(r)));
    Ok(match trace.ask(vm, r, n::__ITER__, &[], vec![])? {
        Answer::Value(it) => value(vm, it),
        Answer::Raised(e) => raised(vm, e),
        Answer::Missing if common::defined(vm, vm.ty(r), n::__GETITEM__).is_some() => {
            trace.skipped(vm, r, "__getitem__", vec![StepNote::FallsBackFrom { method: "__iter__".to_owned() }]);
            fact("<iterator object>")
        }
        _ => refused,
    })
}

fn subscript(vm: &mut Vm, trace: &mut Trace, v: &[Ref]) -> Result<DispatchOutcome, Ask> {
    let refused = type_error(format!("'{}' object is not subscriptable", vm.type_name(v[0])));
    match trace.ask(vm, v[0], n::__GETITEM__, &v[1..], vec![])? {
        Answer::Value(r) => return Ok(value(vm, r)),
        Answer::Raised(e) => return Ok(raised(vm, e)),
        Answer::Missing if vm.is_type(v[0]) => {}
        _ => return Ok(refused),
    }
    // A class: its own `__class_getitem__`, which is bound to the class by attribute access.
    let Some(f) = vm.getattr_opt(v[0], n::__CLASS_GETITEM__)? else { return Ok(refused) };
    let notes = vec![StepNote::FallsBackFrom { method: "__getitem__".to_owned() }];
    Ok(match trace.class_getitem(vm, v[0], f, v[1], notes)? {
        Ok(r) => value(vm, r),
        Err(e) => raised(vm, e),
    })
}
