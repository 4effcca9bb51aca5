//! Cell commands that watch a cell while it runs: `%%refcounts`, `%%growth`, `%%heap`, `%%build` ... The cell runs as it would alone.
use super::run::evaluate;
use super::view::{self, heap::Marks};
use super::watched::{Counts, Deaths, Growth};
use super::{memory, parse, step, timeline};
use crate::face::{Display, Host};
use crate::heap::{Owned, Ref};
use crate::inspect::build::Builds;
use crate::inspect::record::Recorder;
use crate::inspect::timeline::Window;
use crate::inspect::{Subjects, everything, heap};
use crate::machine::Machine;
use crate::render::{self, View};
use crate::snapshot::HeapSnapshot;
use crate::trace::{Lane, What};
use crate::vm::{Tracer, Vm};
use std::collections::{BTreeSet, HashMap};

/// What watches a cell while it runs.
pub enum Watcher {
    Counts(Counts),
    Growth(Growth),
    Step(Box<step::Steps>),
    /// With the picture before the cell, and the objects that lived then.
    Heap(Deaths, Box<HeapSnapshot>, BTreeSet<u64>, Vec<String>),
    Timeline(Box<Recorder>, Window),
    Build(Box<Builds>),
}

impl Tracer for Watcher {
    const ON: bool = true;
    fn instruction(&mut self, vm: &Vm, pc: usize) -> bool {
        match self {
            Watcher::Counts(w) => w.instruction(vm, pc),
            Watcher::Growth(w) => w.instruction(vm, pc),
            Watcher::Step(w) => w.instruction(vm, pc),
            Watcher::Heap(w, ..) => w.look(vm),
            Watcher::Timeline(w, _) => return w.instruction(vm, pc),
            Watcher::Build(w) => w.instruction(vm, pc),
        }
        false
    }
    fn event(&mut self, vm: &Vm, at: u64, lane: Lane, what: What) {
        match self {
            Watcher::Timeline(w, _) => w.event(vm, at, lane, what),
            Watcher::Step(w) => w.event(what),
            _ => {}
        }
    }
}

/// Begins to watch for a command such as `%%refcounts a b`; `source` is the cell with a blank line in the command's place.
///
/// # Errors
/// A sentence for the user: the command's line is wrong.
pub fn begin(machine: &mut Machine, namespace: Ref, line: &str, (source, file): (&str, &str), host: &mut dyn Host) -> Result<Watcher, String> {
    let line = line.trim_start_matches('%');
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let names = parse::expressions(rest);
    let plain = names.iter().find(|n| !n.chars().all(|c| c.is_alphanumeric() || c == '_'));
    match (name, plain) {
        ("heap", _) => {
            let before = picture(machine, namespace, &names, true, host)?;
            let lived: BTreeSet<u64> = machine.vm.heap.iter().map(Ref::address).collect();
            let deaths = Deaths::new(&machine.vm, &before.objects.iter().map(|o| o.id).collect());
            Ok(Watcher::Heap(deaths, Box::new(before), lived, names))
        }
        ("step", _) => {
            let options = step::options(rest)?;
            Ok(Watcher::Step(Box::new(step::Steps::new(&machine.vm, namespace, file, source, options))))
        }
        ("timeline", _) => {
            let options = timeline::options(rest)?;
            let recorder = Recorder::new(namespace, machine.os.process.pid, !options.no_variables);
            Ok(Watcher::Timeline(Box::new(recorder), options.window))
        }
        ("build", _) if rest.trim().is_empty() => Ok(Watcher::Build(Box::new(Builds::new(file)))),
        ("build", _) => Err(format!("%%build takes nothing; it got `{}`.", rest.trim())),
        (_, Some(bad)) => Err(format!("%%{name} takes plain names; `{bad}` is none.")),
        ("refcounts", None) if !names.is_empty() => Ok(Watcher::Counts(Counts::new(&machine.vm, namespace, &names, file, source))),
        ("growth", None) if names.len() == 1 => Ok(Watcher::Growth(Growth::new(&machine.vm, namespace, &names[0], file))),
        _ => {
            let help = super::names().into_iter().find(|(n, _)| *n == name).map_or("", |(_, help)| help);
            Err(help.to_owned())
        }
    }
}

/// The end of the cell: what was seen. `error`: the exception that ended it, in one line; names that it did not bind are left out.
///
/// # Errors
/// A sentence for the user: an expression of the command cannot be evaluated.
pub fn end(machine: &mut Machine, namespace: Ref, watcher: Watcher, error: Option<&str>, host: &mut dyn Host) -> Result<Display, String> {
    let lang = memory::get(&machine.vm).lang;
    let view = match watcher {
        Watcher::Counts(mut counts) => {
            counts.finish(&machine.vm);
            view::refcounts::view(&counts.result, lang)
        }
        Watcher::Growth(mut growth) => {
            growth.finish(&machine.vm);
            view::growth::view(&growth.result, lang)
        }
        Watcher::Step(steps) => {
            let (view, html) = view::step::view(&steps.finish(&machine.vm, error), step::LOOKS, lang);
            let mut page = display(machine, &view);
            page.data.insert("text/html".to_owned(), html.into());
            return Ok(page);
        }
        Watcher::Timeline(mut recorder, window) => {
            recorder.finish(&machine.vm);
            let mut snapshot = recorder.snapshot(&window);
            snapshot.run_free(machine.os.free_on());
            view::timeline::view(&snapshot, lang)
        }
        Watcher::Build(builds) => view::build::view(&builds.finish(error), lang),
        Watcher::Heap(mut deaths, before, lived, names) => {
            deaths.look(&machine.vm);
            forget(machine, &deaths.died);
            let after = picture(machine, namespace, &names, error.is_some(), host)?;
            let marks = Marks::between(&before, &after, &lived, &deaths.died);
            let mut places = memory::get(&machine.vm).places;
            let view = view::heap::before_and_after(&before, &after, &marks, lang, &mut places);
            memory::update(&mut machine.vm, |m| m.places = places);
            view
        }
    };
    Ok(display(machine, &view))
}

/// A view in every form that is set (`%figures`).
pub fn display(machine: &Machine, view: &View) -> Display {
    Display { data: render::bundle(view, &memory::get(&machine.vm).figures()), ..Default::default() }
}

/// What is made at a dead object's address is another object: it gets a number and a place of its own.
fn forget(machine: &mut Machine, died: &BTreeSet<u64>) {
    memory::update(&mut machine.vm, |m| {
        for id in died {
            // Its number is used up: kept where no object is.
            if let Some(tag) = m.tags.remove(id) {
                m.tags.insert(u64::MAX - u64::from(tag), tag);
            }
            m.places.0.remove(id);
        }
    });
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
