//! A deadlock in words: who waits for what, who holds it, at which line, and the cycle if there is one.
use super::threads::{names_of_things, own_frames, process_name, spoken, thread_name};
use crate::heap::Ref;
use crate::machine::Machine;
use crate::sim::Tid;
use crate::sim::threads::Wait;
use crate::trace::Thing;
use crate::vm::load::line_of;
use crate::vm::Vm;
use std::collections::BTreeMap;

/// One thread that waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiter {
    pub thread: Tid,
    pub name: String,
    pub wait: Wait,
    /// What it waits for, in the program's words.
    pub what: String,
    /// Who must act before it can go on: the holder of the lock, the thread that it joins.
    pub behind: Option<Tid>,
    pub line: Option<i32>,
}

/// `__main__`'s namespace of an interpreter.
pub fn main_namespace(vm: &Vm) -> Option<Ref> {
    let modules = vm.dict_of(vm.modules)?;
    let main = modules.iter().find(|(k, _)| vm.utf8(*k) == Some("__main__")).map(|(_, v)| v)?;
    match vm.heap.get(main) {
        crate::objects::Payload::Module(m) => Some(m.dict),
        _ => None,
    }
}

/// What a thread is called: by `threading`, and by its process if that is not the session's.
pub fn name_of(machine: &Machine, t: Tid) -> String {
    let Some(vm) = machine.interpreter_of(t.pid) else { return format!("thread {}", t.thread) };
    let thread = thread_name(vm, t.thread).unwrap_or_else(|| if t.thread == vm.main_thread { "MainThread".to_owned() } else { format!("thread {}", t.thread) });
    if t.pid == machine.main_process() {
        return thread;
    }
    let process = process_name(vm).unwrap_or_else(|| format!("process {}", t.pid));
    if t.thread == vm.main_thread { process } else { format!("{process}/{thread}") }
}

/// The line of the program at which a thread stands.
pub fn line_at(machine: &Machine, t: Tid) -> Option<i32> {
    let vm = machine.interpreter_of(t.pid)?;
    let thread = std::iter::once(&vm.cur).chain(&vm.parked).find(|x| x.id == t.thread)?;
    let frame = own_frames(vm, thread).next()?;
    Some(line_of(vm.code_obj(frame.code_ref), frame.last))
}

/// Every waiting thread with what it waits for.
pub fn waiters(machine: &Machine, waiting: &[(Tid, Wait)]) -> Vec<Waiter> {
    let mut names: BTreeMap<i32, BTreeMap<Thing, String>> = BTreeMap::new();
    let mut out = Vec::new();
    for (t, wait) in waiting {
        let known = names.entry(t.pid).or_insert_with(|| {
            let found = machine.interpreter_of(t.pid).and_then(|vm| Some(names_of_things(vm, t.pid, main_namespace(vm)?)));
            found.unwrap_or_default()
        });
        let thing = |thing: Thing, kind: &str| known.get(&thing).map_or_else(|| format!("an inner {kind}"), |path| spoken(path));
        let at = |thread| Tid { pid: t.pid, thread };
        let (what, behind) = match wait {
            Wait::Lock(lock) => (thing(Thing::Lock(t.pid, *lock), "lock"), machine.os.lock_owner(t.pid, *lock).map(at)),
            Wait::Semaphore(sem) => (thing(Thing::Semaphore(*sem), "semaphore"), None),
            Wait::Join(thread) => (format!("the end of {}", name_of(machine, at(*thread))), Some(at(*thread))),
            Wait::Sleep => ("a signal".to_owned(), None),
            Wait::Io => ("I/O".to_owned(), None),
            Wait::Yield => ("its turn".to_owned(), None),
            Wait::Child => ("the end of a child process".to_owned(), None),
            Wait::Interpreter(id) => (format!("the end of what runs in interpreter {id}"), None),
            Wait::Queue(id) => (format!("queue {id} between interpreters"), None),
        };
        out.push(Waiter { thread: *t, name: name_of(machine, *t), wait: *wait, what, behind, line: line_at(machine, *t) });
    }
    out
}

/// A cycle among them, as indices, if there is one.
pub fn cycle(waiters: &[Waiter]) -> Option<Vec<usize>> {
    let place = |t: &Tid| waiters.iter().position(|w| w.thread == *t);
    for start in 0..waiters.len() {
        let mut path = vec![start];
        while let Some(next) = waiters[path[path.len() - 1]].behind.as_ref().and_then(place) {
            if let Some(at) = path.iter().position(|p| *p == next) {
                return Some(path.split_off(at));
            }
            path.push(next);
        }
    }
    None
}

/// The message of the exception that ends a deadlock.
pub fn explain(machine: &Machine, waiting: &[(Tid, Wait)]) -> String {
    let all = waiters(machine, waiting);
    let line = |w: &Waiter| w.line.map_or(String::new(), |l| format!(" (line {l})"));
    let told: Vec<String> = all.iter().map(|w| {
        let holder = match (w.wait, w.behind) {
            (Wait::Lock(_), Some(t)) if t == w.thread => ", which it holds itself".to_owned(),
            (Wait::Lock(_), Some(t)) => format!(", which {} holds", name_of(machine, t)),
            _ => String::new(),
        };
        format!("{} waits for {}{holder}{}", w.name, w.what, line(w))
    }).collect();
    let circle = cycle(&all).filter(|c| c.len() > 1).map(|c| {
        let mut steps: Vec<String> = c.iter().map(|i| format!("{} -> {}", all[*i].name, all[*i].what)).collect();
        steps.push(all[c[0]].name.clone());
        format!("; the cycle: {}", steps.join(" -> "))
    });
    format!("deadlock: every thread waits: {}{}", told.join("; "), circle.unwrap_or_default())
}
