//! From an exception object to a [`Report`]. Asks the machine for what user code decides: texts, notes, `dir()`.
use super::report::{FrameLine, Node, Report, SyntaxPlace};
use super::{locals, suggest};
use crate::code::linetable::position_at;
use crate::heap::Ref;
use crate::natives::errors::types::{base, fields, group, syntax_error};
use crate::objects::Payload;
use crate::objects::code::{CodeObj, flags};
use crate::vm::{Ask, Vm, fixed, n, t};
use std::collections::HashSet;
use std::sync::Arc;

/// The report of an exception: it, everything it is chained to, members of groups.
///
/// # Errors
/// Requests, as of any native; what user code raises becomes part of the report.
pub fn report(vm: &mut Vm, exc: Ref) -> Result<Report, Ask> {
    let mut g = Gather { report: Report::default(), seen: HashSet::new(), queue: Vec::new() };
    g.add(vm, exc)?;
    while let Some((at, exc)) = g.queue.pop() {
        g.link(vm, at, exc)?;
    }
    Ok(g.report)
}

struct Gather {
    report: Report,
    /// Exceptions that are in the report: each is shown once as a cause or context.
    seen: HashSet<Ref>,
    queue: Vec<(usize, Ref)>,
}
impl Gather {
    fn add(&mut self, vm: &mut Vm, exc: Ref) -> Result<usize, Ask> {
        self.seen.insert(exc);
        let node = node(vm, exc)?;
        self.report.nodes.push(node);
        let at = self.report.nodes.len() - 1;
        self.queue.push((at, exc));
        Ok(at)
    }
    /// Adds what an exception leads to.
    fn link(&mut self, vm: &mut Vm, at: usize, exc: Ref) -> Result<(), Ask> {
        let Some(x) = vm.exc_of(exc) else { return Ok(()) };
        let (cause, context) = (x.cause, x.context);
        if let Some(c) = cause.filter(|c| !self.seen.contains(c)) {
            self.report.nodes[at].cause = Some(self.add(vm, c)?);
        }
        if let Some(c) = context.filter(|c| !self.seen.contains(c)) {
            self.report.nodes[at].context = Some(self.add(vm, c)?);
        }
        if vm.is_a(exc, t::BASE_EXCEPTION_GROUP) {
            let members = fields::get(vm, exc, group::EXCEPTIONS).and_then(|r| vm.tuple_items(r)).map_or(vec![], <[Ref]>::to_vec);
            let mut places = Vec::with_capacity(members.len());
            for m in members {
                places.push(self.add(vm, m)?);
            }
            self.report.nodes[at].members = Some(places);
        }
        Ok(())
    }
}

/// Text of a `str` for a stream: lone surrogates escaped.
pub fn shown(vm: &Vm, r: Ref) -> String {
    let Some(s) = vm.str_of(r) else { return String::new() };
    match s.as_str() {
        Some(s) => s.to_owned(),
        None => s.wtf8().code_points().map(|c| c.to_char().map_or_else(|| format!("\\u{:04x}", c.to_u32()), String::from)).collect(),
    }
}
fn node(vm: &mut Vm, exc: Ref) -> Result<Node, Ask> {
    let ty = vm.ty(exc);
    let module = match vm.lookup(ty, n::__MODULE__) {
        Some(m) if vm.str_of(m).is_some() => vm.lossy(m),
        Some(_) => "<unknown>".to_owned(),
        None => "builtins".to_owned(),
    };
    let qualname = vm.type_obj(ty).qualname;
    let mut node = Node {
        module: Some(module).filter(|m| m != "builtins" && m != "__main__"),
        qualname: shown(vm, qualname),
        name: vm.type_obj(ty).name.clone(),
        suppress_context: vm.exc_of(exc).is_some_and(|x| x.suppress_context),
        ..Default::default()
    };
    node.bare_text = safe_text(vm, exc, "exception")?;
    node.notes = notes(vm, exc)?;
    node.frames = frames(vm, exc);
    node.text = node.bare_text.clone();
    if vm.is_a(exc, t::SYNTAX_ERROR) {
        node.syntax = Some(syntax_place(vm, exc)?);
    } else {
        node.text += &suggestion(vm, exc)?;
    }
    Ok(node)
}

/// `str(x)`, or a text that says that it failed.
fn safe_text(vm: &mut Vm, r: Ref, what: &str) -> Result<String, Ask> {
    if vm.ty(r) == t::STR {
        return Ok(shown(vm, r));
    }
    let native = vm.lookup_special(r, n::__STR__).is_some_and(|f| vm.ty(f) == t::SLOT_WRAPPER);
    let simple = native && vm.exc_of(r).is_some() && base::args_of(vm, r).iter().all(|a| vm.ty(*a) == t::STR || vm.ty(*a) == t::INT);
    if simple && !vm.is_a(r, t::SYNTAX_ERROR) {
        let s = vm.to_str(r)?;
        return Ok(shown(vm, s));
    }
    match vm.try_call(t::STR, &[r])? {
        Ok(s) => Ok(shown(vm, s)),
        Err(_) => Ok(format!("<{what} str() failed>")),
    }
}
fn notes(vm: &mut Vm, exc: Ref) -> Result<Vec<String>, Ask> {
    let own = vm.instance_attr(exc, n::__NOTES__);
    let ty = vm.ty(exc);
    let plain = vm.lookup(ty, n::__NOTES__).is_none() && vm.lookup(ty, n::__GETATTR__).is_none();
    let items = match own {
        None if plain => return Ok(vec![]),
        Some(list) if plain && vm.ty(list) == t::LIST => list,
        _ => vm.prelude("traceback_notes", &[exc])?,
    };
    let items = vm.items_of(items).map_or(vec![], <[Ref]>::to_vec);
    let mut out = Vec::new();
    for note in items {
        let text = safe_text(vm, note, "note")?;
        out.extend(text.split('\n').map(str::to_owned));
    }
    Ok(out)
}

/// The traceback of an exception as plain data.
fn frames(vm: &mut Vm, exc: Ref) -> Vec<FrameLine> {
    let mut out = Vec::new();
    let mut next = vm.exc_of(exc).and_then(|x| x.traceback);
    while let Some(tb) = next {
        let Payload::Traceback(tb) = vm.heap.get(tb) else { break };
        next = tb.next;
        if let Payload::Frame(f) = vm.heap.get(tb.frame)
            && let Payload::Code(code) = vm.heap.get(f.code)
        {
            out.push(frame_line(vm, code, tb.lasti, vm.traceback_line(tb)));
        }
    }
    if let Some(limit) = traceback_limit(vm) {
        out.drain(..out.len() - limit.min(out.len()));
    }
    out
}
fn frame_line(vm: &Vm, code: &Arc<CodeObj>, lasti: i32, lineno: i32) -> FrameLine {
    let at = u32::try_from(lasti).map(|i| position_at(&code.linetable, code.firstlineno, i / 2)).unwrap_or_default();
    let lineno = at.line.map_or(lineno as i64, i64::from);
    FrameLine {
        filename: shown(vm, code.filename),
        lineno,
        end_lineno: at.end_line.map_or(lineno, i64::from),
        columns: at.col.zip(at.end_col).map(|(a, b)| (a as usize, b as usize)),
        name: shown(vm, code.name),
        qualname: shown(vm, code.qualname),
        parameters: parameters(vm, code),
    }
}
fn parameters(vm: &Vm, code: &CodeObj) -> Vec<String> {
    let plain = (code.argcount + code.kwonly) as usize;
    let name = |i: usize| code.localsplus.get(i).map_or(String::new(), |r| shown(vm, *r));
    let mut out: Vec<String> = (0..plain).map(name).collect();
    let mut next = plain;
    for (flag, stars) in [(flags::VARARGS, "*"), (flags::VARKEYWORDS, "**")] {
        if code.flags & flag != 0 {
            out.push(format!("{stars}{}", name(next)));
            next += 1;
        }
    }
    out
}
/// `sys.tracebacklimit`, 0 for negative ones.
fn traceback_limit(vm: &mut Vm) -> Option<usize> {
    let limit = sys_attr(vm, "tracebacklimit")?;
    let limit = vm.bigint_of(limit)?;
    // A number that is too large is no limit, one that is too small is none left.
    usize::try_from(&limit).ok().or_else(|| (limit.sign() == num_bigint::Sign::Minus).then_some(0))
}
/// An attribute of the `sys` module (borrowed).
pub fn sys_attr(vm: &mut Vm, name: &str) -> Option<Ref> {
    let sys = vm.dict_get_name(vm.modules, n::SYS)?;
    match vm.heap.get(sys) {
        Payload::Module(m) => {
            let dict = m.dict;
            vm.dict_get_str(dict, name)
        }
        _ => None,
    }
}

fn syntax_place(vm: &mut Vm, exc: Ref) -> Result<SyntaxPlace, Ask> {
    use syntax_error::*;
    let text = |vm: &mut Vm, i| fields::get_some(vm, exc, i).filter(|r| vm.str_of(*r).is_some()).map(|r| shown(vm, r));
    let number = |vm: &mut Vm, i| fields::get_some(vm, exc, i).and_then(|r| vm.i64_of(r));
    let msg = match fields::get_some(vm, exc, MSG) {
        Some(m) => safe_text(vm, m, "exception")?,
        None => String::new(),
    };
    let msg = if msg.is_empty() { "<no detail available>".to_owned() } else { msg };
    // A file's name may be bytes: it is shown as str() gives it.
    let filename = match fields::get_some(vm, exc, FILENAME) {
        Some(r) if r != fixed::NONE && vm.str_of(r).is_none() => Some(safe_text(vm, r, "filename")?),
        _ => text(vm, FILENAME),
    };
    let mut place = SyntaxPlace {
        filename,
        msg,
        lineno: number(vm, LINENO),
        offset: number(vm, OFFSET),
        end_lineno: number(vm, END_LINENO),
        end_offset: number(vm, END_OFFSET),
        text: text(vm, TEXT),
    };
    let source = fields::get_some(vm, exc, METADATA).and_then(|m| vm.tuple_items(m)).and_then(|m| m.get(2).copied());
    if let Some(source) = source {
        let source = vm.str_of(source).map(|_| shown(vm, source));
        super::keywords::mend(&mut place, source.as_deref());
    }
    Ok(place)
}

/// What is put behind the message: ". Did you mean: 'x'?".
fn suggestion(vm: &mut Vm, exc: Ref) -> Result<String, Ask> {
    let is_name = vm.is_a(exc, t::NAME_ERROR);
    let at = match () {
        _ if vm.is_a(exc, t::IMPORT_ERROR) => 3,
        _ if is_name || vm.is_a(exc, t::ATTRIBUTE_ERROR) => 0,
        _ => return Ok(String::new()),
    };
    let Some(wrong) = fields::get_some(vm, exc, at).and_then(|r| vm.utf8(r).map(str::to_owned)) else { return Ok(String::new()) };
    let found = if is_name { name_suggestion(vm, exc, &wrong)? } else { attribute_suggestion(vm, exc, &wrong)? };
    let mut out = found.as_ref().map_or(String::new(), |s| format!(". Did you mean: '{s}'?"));
    if is_name && super::super::sys::names::is_stdlib(&wrong) {
        let or = if found.is_some() { " Or did" } else { ". Did" };
        out += &format!("{or} you forget to import '{wrong}'?");
    }
    Ok(out)
}
fn name_suggestion(vm: &mut Vm, exc: Ref, wrong: &str) -> Result<Option<String>, Ask> {
    let Some(frame) = locals::last_frame(vm, exc) else { return Ok(None) };
    let known = locals::frame_locals(vm, frame);
    if let Some((_, this)) = known.iter().find(|x| x.0 == "self") {
        let name = vm.str(wrong);
        let name = vm.keep(name);
        if vm.prelude("traceback_has", &[*this, name])? == fixed::TRUE {
            return Ok(Some(format!("self.{wrong}")));
        }
    }
    let mut candidates: Vec<String> = known.into_iter().map(|x| x.0).collect();
    candidates.extend(locals::global_names(vm, frame));
    Ok(suggest::nearest(&candidates, wrong).map(str::to_owned))
}
fn attribute_suggestion(vm: &mut Vm, exc: Ref, wrong: &str) -> Result<Option<String>, Ask> {
    let mut hide = !wrong.starts_with('_');
    let names = if vm.is_a(exc, t::IMPORT_ERROR) {
        let module = fields::get(vm, exc, 1).unwrap_or(fixed::NONE);
        vm.prelude("traceback_module_dir", &[module])?
    } else {
        let obj = fields::get(vm, exc, 1).unwrap_or(fixed::NONE);
        if let Some(frame) = locals::last_frame(vm, exc) {
            hide &= !locals::frame_locals(vm, frame).iter().any(|(k, v)| k == "self" && *v == obj);
        }
        vm.prelude("traceback_dir", &[obj])?
    };
    let names = vm.items_of(names).map_or(vec![], <[Ref]>::to_vec);
    let candidates: Vec<String> = names.iter().filter_map(|r| vm.utf8(*r).map(str::to_owned)).filter(|s| !(hide && s.starts_with('_'))).collect();
    Ok(suggest::nearest(&candidates, wrong).map(str::to_owned))
}
