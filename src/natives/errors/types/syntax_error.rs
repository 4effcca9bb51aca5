//! `SyntaxError`: where in which text the parser stopped.
use super::base::base_init;
use super::fields::{self, member};
use crate::code::{ProblemKind, SyntaxProblem};
use crate::heap::{Owned, Ref};
use crate::objects::Payload;
use crate::vm::native::{Args, Def};
use crate::vm::{Ask, Step, Vm, fixed, t};

pub const FIELDS: usize = 9;
pub const MSG: usize = 0;
pub const FILENAME: usize = 1;
pub const LINENO: usize = 2;
pub const OFFSET: usize = 3;
pub const TEXT: usize = 4;
pub const END_LINENO: usize = 5;
pub const END_OFFSET: usize = 6;
pub const PRINT_FILE_AND_LINE: usize = 7;
pub const METADATA: usize = 8;

pub const DEFS: &[Def] = &[
    Def::method("__init__", "(self, /, *args, **kwargs)", init, "Initialize self.  See help(type(self)) for accurate signature."),
    Def::method("__str__", "(self, /)", text, "Return str(self)."),
    member::<MSG>("msg", "What is wrong."),
    member::<FILENAME>("filename", "The file."),
    member::<LINENO>("lineno", "The line, from 1."),
    member::<OFFSET>("offset", "The column, from 1."),
    member::<TEXT>("text", "The line's text."),
    member::<END_LINENO>("end_lineno", "The last line."),
    member::<END_OFFSET>("end_offset", "The column after the end."),
    member::<PRINT_FILE_AND_LINE>("print_file_and_line", "Whether the place is printed."),
    member::<METADATA>("_metadata", "What keyword suggestions need."),
];

/// Fields from (msg, (filename, lineno, offset, text, end_lineno, end_offset, metadata)), the details in field order.
fn arranged(msg: Option<Ref>, info: &[Ref]) -> Vec<Option<Ref>> {
    let at = |i: usize| info.get(i).copied();
    vec![msg, at(0), at(1), at(2), at(3), at(4), at(5), None, at(6)]
}
/// Fields of an instance made without `__init__`.
pub fn parsed(vm: &Vm, args: &[Ref]) -> Vec<Option<Ref>> {
    let info = args.get(1).filter(|_| args.len() == 2).and_then(|r| vm.tuple_items(*r)).unwrap_or(&[]);
    arranged(args.first().copied(), info)
}
/// The exception for what the compiler refused, to raise. `incomplete_class`: input that could go on is an
/// `_IncompleteInputError`.
pub fn from_problem(vm: &mut Vm, p: &SyntaxProblem, source: &str, incomplete_class: bool) -> Ask {
    let ty = if p.incomplete && incomplete_class { Some(t::INCOMPLETE_INPUT_ERROR) } else { class_of(p.kind) };
    raised(vm, ty, p, Some(source))
}
/// The same when the source is not at hand.
pub fn syntax_error_of(vm: &mut Vm, p: &SyntaxProblem) -> Ask {
    raised(vm, class_of(p.kind), p, None)
}
/// None for a RecursionError.
fn class_of(kind: ProblemKind) -> Option<Ref> {
    match kind {
        ProblemKind::SyntaxError => Some(t::SYNTAX_ERROR),
        ProblemKind::IndentationError => Some(t::INDENTATION_ERROR),
        ProblemKind::TabError => Some(t::TAB_ERROR),
        ProblemKind::RecursionError => None,
    }
}
fn raised(vm: &mut Vm, ty: Option<Ref>, p: &SyntaxProblem, source: Option<&str>) -> Ask {
    let Some(ty) = ty else { return vm.error(t::RECURSION_ERROR, p.msg.clone()) };
    let msg = vm.str(p.msg.as_str());
    let msg = vm.keep(msg);
    let Some(line) = p.lineno else {
        let exc = super::base::make(vm, ty, &[msg]);
        fields::set(vm, exc.get(), MSG, Some(msg));
        return Ask::Raise(exc);
    };
    let mut info = vec![vm.str(p.filename.as_str()), vm.int(line as i64)];
    let number = |vm: &mut Vm, x: Option<u32>| x.map_or(Owned::adopt(fixed::NONE), |x| vm.int(x as i64));
    info.push(number(vm, p.offset));
    info.push(p.text.as_deref().map_or(Owned::adopt(fixed::NONE), |s| vm.str(s)));
    info.push(number(vm, p.end_lineno));
    info.push(number(vm, p.end_offset));
    let tuple = vm.tuple(info);
    let tuple = vm.keep(tuple);
    let details = vm.tuple_items(tuple).map_or(vec![], <[Ref]>::to_vec);
    let mut values = arranged(Some(msg), &details);
    if p.msg.starts_with("invalid syntax") {
        let source = source.map_or(Owned::adopt(fixed::NONE), |s| vm.str(s));
        let parts = vec![vm.int(0), vm.int(0), source];
        let metadata = vm.tuple(parts);
        values[METADATA] = Some(vm.keep(metadata));
    }
    let exc = super::base::make(vm, ty, &[msg, tuple]);
    fields::set_all(vm, exc.get(), &values);
    Ask::Raise(exc)
}
fn init(vm: &mut Vm, a: Args) -> Step {
    let args = super::base::star(vm, a.opt(1));
    let mut info = vec![];
    if args.len() == 2 {
        info = vm.collect(args[1])?;
        check_count(vm, info.len())?;
    }
    base_init(vm, a)?;
    if let Some(msg) = args.first() {
        let values = arranged(Some(*msg), &info);
        if args.len() == 2 { fields::set_all(vm, a[0], &values) } else { fields::set(vm, a[0], MSG, Some(*msg)) }
    }
    Ok(vm.none())
}
fn check_count(vm: &mut Vm, given: usize) -> Result<(), Ask> {
    let message = match given {
        0..=3 => format!("function takes at least 4 arguments ({given} given)"),
        5 => "end_offset must be provided when end_lineno is provided".to_owned(),
        8.. => format!("function takes at most 7 arguments ({given} given)"),
        _ => return Ok(()),
    };
    Err(vm.type_error(message))
}
/// The part after the last slash.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
fn text(vm: &mut Vm, a: Args) -> Step {
    let msg = fields::get(vm, a[0], MSG).unwrap_or(fixed::NONE);
    let msg = vm.to_str(msg)?;
    let file = fields::get(vm, a[0], FILENAME).filter(|f| vm.str_of(*f).is_some()).map(|f| vm.lossy(f));
    let line = fields::get(vm, a[0], LINENO).filter(|l| vm.ty(*l) == t::INT).map(|l| match vm.heap.get(l) {
        Payload::Int(i) => *i,
        _ => -1,
    });
    let place = match (&file, line) {
        (Some(f), Some(l)) => format!(" ({}, line {l})", base_name(f)),
        (Some(f), None) => format!(" ({})", base_name(f)),
        (None, Some(l)) => format!(" (line {l})"),
        (None, None) => return Ok(vm.incref(msg)),
    };
    let mut out = vm.str_of(msg).expect("a str").wtf8().to_owned();
    out.push_str(&place);
    Ok(vm.str(out))
}
