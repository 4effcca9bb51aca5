//! What an object refers to, in its own order, with the words by which each reference is reached.
use super::common;
use crate::heap::{Payload as _, Ref};
use crate::objects::class::type_flags;
use crate::objects::code::flags as code_flags;
use crate::objects::generator::GenState;
use crate::objects::Payload;
use crate::snapshot::Kind;
use crate::vm::{Vm, t};

/// The way to one reference; keys of dicts are objects themselves.
pub enum Way {
    Index(u64),
    Attr(String),
    Key(Ref),
    Member,
    Named(String),
}

/// What is told of an object besides its references: pairs of a word and its value.
pub fn notes(vm: &Vm, r: Ref) -> Vec<(&'static str, String)> {
    match vm.heap.get(r) {
        Payload::Generator(g) => {
            let state = match g.state {
                GenState::Created => "not started".to_owned(),
                GenState::Running => "running".to_owned(),
                GenState::Closed => "finished".to_owned(),
                GenState::Suspended => match g.frame.as_ref().map(|f| crate::vm::load::line_of(vm.code_obj(f.code_ref), f.last)) {
                    Some(line) => format!("waits at line {line}"),
                    None => "waits".to_owned(),
                },
            };
            vec![("state", state)]
        }
        Payload::Instance(_) if !vm.type_obj(vm.ty(r)).has_dict && vm.type_obj(vm.ty(r)).has(type_flags::HEAP) => vec![("__slots__", "no __dict__".to_owned())],
        Payload::WeakRef(w) => vec![match w.referent {
            Some(x) => ("weakly", common::repr(vm, x).shown()),
            None => ("weakly", "dead".to_owned()),
        }],
        Payload::Function(_) => match parameters(vm, r) {
            text if text.is_empty() => vec![],
            text => vec![("parameters", text)],
        },
        // Whose attributes a class has too: `object` goes without saying.
        Payload::Type(x) if x.has(type_flags::HEAP) => {
            let bases: Vec<String> = x.bases.iter().filter(|b| **b != t::OBJECT).map(|b| common::class_name(vm, *b)).collect();
            if bases.is_empty() { vec![] } else { vec![("__bases__", bases.join(", "))] }
        }
        _ => vec![],
    }
}

/// A function's parameters as its `def` has them, without annotations and defaults: `a, /, b, *args, c, **kw`.
pub fn parameters(vm: &Vm, function: Ref) -> String {
    let Payload::Function(f) = vm.heap.get(function) else { return String::new() };
    let code = vm.code_obj(f.code);
    let (positional, named) = (code.argcount as usize, code.kwonly as usize);
    let name = |i: usize| code.localsplus.get(i).map(|n| vm.lossy(*n)).unwrap_or_default();
    let mut out: Vec<String> = Vec::new();
    for i in 0..positional {
        out.push(name(i));
        if i + 1 == code.posonly as usize {
            out.push("/".to_owned());
        }
    }
    let (star, double) = (code.flags & code_flags::VARARGS != 0, code.flags & code_flags::VARKEYWORDS != 0);
    match star {
        true => out.push(format!("*{}", name(positional + named))),
        false if named > 0 => out.push("*".to_owned()),
        false => {}
    }
    out.extend((positional..positional + named).map(name));
    if double {
        out.push(format!("**{}", name(positional + named + usize::from(star))));
    }
    out.join(", ")
}

/// The references that a heap picture follows. Modules and the machine's own classes are leaves: the picture is of the
/// program's data.
pub fn slots(vm: &Vm, r: Ref) -> Vec<(Way, Ref)> {
    let mut out: Vec<(Way, Ref)> = match vm.heap.get(r) {
        Payload::List(_) | Payload::Tuple(_) => indexed(vm.items_of(r).unwrap_or_default()),
        Payload::Dict(d) => d.iter().map(|(k, v)| (Way::Key(k), v)).collect(),
        Payload::Set(s) => s.iter().map(|(k, _)| (Way::Member, k)).collect(),
        Payload::Instance(i) => {
            let keys = &vm.type_obj(vm.ty(r)).keys;
            let inline = keys.iter().zip(&i.values).filter_map(|(k, v)| Some((Way::Attr(vm.lossy(*k)), (*v)?)));
            inline.chain(attributes(vm, i.dict)).collect()
        }
        Payload::Exc(e) => {
            let args = (Way::Attr("args".to_owned()), e.args);
            let chained = [("__cause__", e.cause), ("__context__", e.context)];
            let chained = chained.into_iter().filter_map(|(name, r)| Some((Way::Attr(name.to_owned()), r?)));
            [args].into_iter().chain(chained).chain(attributes(vm, e.dict)).collect()
        }
        Payload::Type(x) if x.has(type_flags::HEAP) => {
            let hidden = |k: &str| k.starts_with("__") && k.ends_with("__") && k != "__init__";
            let data = |v: Ref| !matches!(vm.heap.get(v), Payload::Member(_) | Payload::GetSet(_));
            attributes(vm, Some(x.dict)).into_iter().filter(|(way, v)| matches!(way, Way::Attr(k) if !hidden(k)) && data(*v)).collect()
        }
        Payload::Generator(g) => {
            let Some(frame) = &g.frame else { return vec![] };
            let locals = vm.code_obj(frame.code_ref).localsplus.len();
            // What an expression or a loop has under way: the iterator of a `for`.
            let stack = g.stack.iter().skip(locals).filter_map(|w| Some((Way::Named("on its stack".to_owned()), w.opt()?)));
            let all = super::local_words(vm, frame, &g.stack);
            all.into_iter().filter_map(|(name, v)| Some((Way::Attr(name), v?))).chain(stack).collect()
        }
        Payload::Cell(c) => c.iter().map(|v| (Way::Named("cell contents".to_owned()), *v)).collect(),
        Payload::Function(f) => {
            // With the name of the parameter or variable: defaults are those of the last parameters, free variables end the code's list.
            let code = vm.code_obj(f.code);
            let part = |part: &str, tuple: Option<Ref>, end: usize| {
                let items = tuple.and_then(|r| vm.tuple_items(r)).unwrap_or_default();
                let first = end.saturating_sub(items.len());
                let name = |i: usize| code.localsplus.get(first + i).map(|n| format!(" ({})", vm.lossy(*n))).unwrap_or_default();
                items.iter().enumerate().map(|(i, v)| (Way::Named(format!("{part}[{i}]{}", name(i))), *v)).collect::<Vec<_>>()
            };
            let mut all = part("__defaults__", f.defaults, code.argcount as usize);
            let named = f.kwdefaults.and_then(|d| vm.dict_of(d));
            all.extend(named.into_iter().flat_map(|d| d.iter()).map(|(k, v)| (Way::Named(format!("__kwdefaults__['{}']", vm.lossy(k))), v)));
            all.extend(part("__closure__", f.closure, code.localsplus.len()));
            all.extend(attributes(vm, f.dict));
            all
        }
        Payload::Method(f, s) => vec![(Way::Attr("__self__".to_owned()), *s), (Way::Attr("__func__".to_owned()), *f)],
        Payload::Wrapper(f, _) => vec![(Way::Attr("__func__".to_owned()), *f)],
        Payload::Proxy(m) => vec![(Way::Named("mapping".to_owned()), *m)],
        Payload::View(d) => vec![(Way::Named("dict".to_owned()), *d)],
        Payload::Iter(_) | Payload::Opaque(_) => held(vm, r),
        _ => vec![],
    };
    out.extend(members(vm, r));
    if let Some(x) = vm.heap.extra(r) {
        out.extend(attributes(vm, x.dict));
    }
    out
}

fn indexed(items: &[Ref]) -> Vec<(Way, Ref)> {
    items.iter().enumerate().map(|(i, r)| (Way::Index(i as u64), *r)).collect()
}

fn attributes(vm: &Vm, dict: Option<Ref>) -> Vec<(Way, Ref)> {
    let Some(dict) = dict.and_then(|d| vm.dict_of(d)) else { return vec![] };
    dict.iter().map(|(k, v)| (Way::Attr(vm.lossy(k)), v)).collect()
}

/// Values of `__slots__`, classes nearest to `object` first.
fn members(vm: &Vm, r: Ref) -> Vec<(Way, Ref)> {
    member_names(vm, r).into_iter().filter_map(|(name, v)| Some((Way::Attr(name), v?))).collect()
}

/// Names of `__slots__` with their values, if they are set.
pub fn member_names(vm: &Vm, r: Ref) -> Vec<(String, Option<Ref>)> {
    let values = vm.slot_values(r).unwrap_or_default();
    if values.is_empty() {
        return vec![];
    }
    let mut named: Vec<(u32, String)> = Vec::new();
    for class in &vm.type_obj(vm.ty(r)).mro {
        let dict = vm.dict_of(vm.type_obj(*class).dict);
        for (k, v) in dict.into_iter().flat_map(|d| d.iter()) {
            if let Payload::Member(m) = vm.heap.get(v) {
                named.push((m.index, vm.lossy(k)));
            }
        }
    }
    named.sort();
    named.into_iter().map(|(i, name)| (name, values.get(i as usize).copied().flatten())).collect()
}

/// What a native object holds, by number for a sequence.
fn held(vm: &Vm, r: Ref) -> Vec<(Way, Ref)> {
    let mut all = Vec::new();
    vm.heap.get(r).visit(&mut |x| all.push(x));
    match common::kind(vm, r) {
        Kind::Sequence => indexed(&all),
        _ => all.into_iter().map(|x| (Way::Named("holds".to_owned()), x)).collect(),
    }
}
