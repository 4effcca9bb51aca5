//! Cell commands that watch a cell while it runs: `%%refcounts`, `%%growth`, `%%heap`. The cell runs as it would alone.
use super::run::evaluate;
use super::view::{self, heap::Marks};
use super::watched::{Counts, Deaths, Growth};
use super::{memory, parse};
use crate::code::{CompileMode, CompileOptions};
use crate::face::{Display, Host};
use crate::heap::{Owned, Ref};
use crate::inspect::{Subjects, everything, heap};
use crate::machine::Machine;
use crate::render::{self, View};
use crate::snapshot::HeapSnapshot;
use crate::vm::{Ask, Request, Tracer};
use std::collections::{BTreeSet, HashMap};

/// Runs the cell below a command such as `%%refcounts a b`; `source` begins with a blank line for it. Gives the cell's value or exception, and what the lens saw.
///
/// # Errors
/// A sentence for the user: the command's line is wrong, and nothing was run.
pub fn run_cell(machine: &mut Machine, namespace: Ref, line: &str, source: &str, file: &str, host: &mut dyn Host) -> Result<(Result<Owned, Owned>, Display), String> {
    let line = line.trim_start_matches('%');
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let names = parse::expressions(rest);
    let lang = memory::get(&machine.vm).lang;
    let plain = names.iter().find(|n| !n.chars().all(|c| c.is_alphanumeric() || c == '_'));
    let (result, view) = match (name, plain) {
        ("timeline", _) => return super::timeline::run_cell(machine, namespace, rest, (source, file), host),
        ("heap", _) => return heap_cell(machine, namespace, &names, (source, file), host),
        (_, Some(bad)) => return Err(format!("%%{name} takes plain names; `{bad}` is none.")),
        ("refcounts", None) if !names.is_empty() => {
            let mut counts = Counts::new(&machine.vm, namespace, &names, file, source);
            let result = run(machine, namespace, source, file, &mut counts, host);
            counts.finish(&machine.vm);
            (result, view::refcounts::view(&counts.result, lang))
        }
        ("growth", None) if names.len() == 1 => {
            let mut growth = Growth::new(&machine.vm, namespace, &names[0], file);
            let result = run(machine, namespace, source, file, &mut growth, host);
            growth.finish(&machine.vm);
            (result, view::growth::view(&growth.result, lang))
        }
        _ => {
            let help = super::names().into_iter().find(|(n, _)| *n == name).map_or("", |(_, help)| help);
            return Err(help.to_owned());
        }
    };
    Ok((result, display(machine, &view)))
}

pub(super) fn display(machine: &Machine, view: &View) -> Display {
    Display { data: render::bundle(view, &memory::get(&machine.vm).figures()), ..Default::default() }
}

/// Runs Python text in the namespace, watched.
pub(super) fn run<T: Tracer>(machine: &mut Machine, namespace: Ref, source: &str, file: &str, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
    let compiled = crate::code::compile(source, file, CompileMode::Cell, &CompileOptions::default());
    let vm = &mut machine.vm;
    let compiled = compiled.map_err(|problem| match vm.syntax_error(&problem) {
        Ask::Raise(e) => e,
        _ => unreachable!("a syntax error is raised"),
    })?;
    let code = vm.load_code(&compiled.code, false);
    let func = vm.function_in(code.get(), namespace);
    vm.release(code);
    let func = match func {
        Ok(f) => f,
        Err(Ask::Raise(e)) => return Err(e),
        Err(_) => unreachable!("asks nothing of a plain namespace"),
    };
    vm.heap.incref_raw(namespace);
    machine.run_traced(Request::Body { func: func.into_raw(), namespace }, tracer, host)
}

/// `%%heap`: the picture before and after, what is new, what has changed and what has died.
fn heap_cell(machine: &mut Machine, namespace: Ref, names: &[String], (source, file): (&str, &str), host: &mut dyn Host) -> Result<(Result<Owned, Owned>, Display), String> {
    let before = picture(machine, namespace, names, true, host)?;
    let lived: BTreeSet<u64> = machine.vm.heap.iter().map(Ref::address).collect();
    let mut deaths = Deaths::new(&machine.vm, &before.objects.iter().map(|o| o.id).collect());
    let result = run(machine, namespace, source, file, &mut deaths, host);
    deaths.look(&machine.vm);
    // What is made at a dead object's address is another object: it gets a number and a place of its own.
    memory::update(&mut machine.vm, |m| {
        for id in &deaths.died {
            // Its number is used up: kept where no object is.
            if let Some(tag) = m.tags.remove(id) {
                m.tags.insert(u64::MAX - u64::from(tag), tag);
            }
            m.places.0.remove(id);
        }
    });
    let after = match picture(machine, namespace, names, result.is_err(), host) {
        Ok(after) => after,
        Err(message) => {
            let (Ok(o) | Err(o)) = result;
            machine.vm.release(o);
            return Err(message);
        }
    };
    let marks = Marks::between(&before, &after, &lived, &deaths.died);
    let memory::Memory { mut places, lang, .. } = memory::get(&machine.vm);
    let view = view::heap::before_and_after(&before, &after, &marks, lang, &mut places);
    memory::update(&mut machine.vm, |m| m.places = places);
    Ok((result, display(machine, &view)))
}

/// The heap as it is now. `forgiving`: names that are not there are left out.
fn picture(machine: &mut Machine, namespace: Ref, names: &[String], forgiving: bool, host: &mut dyn Host) -> Result<HeapSnapshot, String> {
    let (mut texts, mut values) = (Vec::new(), Vec::new());
    for text in names {
        match evaluate(machine, namespace, text, host) {
            Ok(v) => {
                texts.push(text.clone());
                values.push(v);
            }
            Err(_) if forgiving => {}
            Err(message) => {
                values.into_iter().for_each(|v| machine.vm.release(v));
                return Err(message);
            }
        }
    }
    let vm = &mut machine.vm;
    let subjects = if names.is_empty() {
        everything(vm, namespace)
    } else {
        let held: Vec<Ref> = values.iter().map(Owned::get).collect();
        let mut own: HashMap<Ref, u64> = HashMap::new();
        held.iter().for_each(|r| *own.entry(*r).or_default() += 1);
        Subjects { texts, values: held, namespace, tuple: None, own }
    };
    let mut tags = memory::get(vm).tags;
    let mark = vm.temps.len();
    let snapshot = heap::snapshot(vm, &subjects, &mut tags);
    vm.release_temps(mark);
    values.into_iter().for_each(|v| vm.release(v));
    memory::update(vm, |m| m.tags = tags);
    Ok(snapshot)
}
