//! What threads, locks and semaphores are called in the program: names of `threading`, paths from the program's variables.
use super::slots::{Way, slots};
use super::{common, local_words};
use crate::heap::Ref;
use crate::natives::system::multiprocessing::semaphore_number;
use crate::natives::system::thread::{ident_of, lock_number};
use crate::objects::Payload;
use crate::objects::frame::Frame;
use crate::trace::Thing;
use crate::vm::thread::{Activation, Thread};
use crate::vm::Vm;
use std::collections::{BTreeMap, HashSet, VecDeque};

/// Objects that the search for names goes through.
const MOST: usize = 20_000;
/// Steps from a variable to a lock.
const DEPTH: usize = 6;

/// The program's frames of a thread, innermost first.
pub fn own_frames<'a>(vm: &'a Vm, thread: &'a Thread) -> impl Iterator<Item = &'a Frame> {
    let frame = |a: &'a Activation| match a {
        Activation::Py(f) if vm.is_own_code(f) => Some(f),
        _ => None,
    };
    thread.activations.iter().rev().filter_map(frame)
}

/// A variable of an imported module.
fn in_module(vm: &Vm, module: &str, name: &str) -> Option<Ref> {
    let named = |dict: Ref, name: &str| vm.dict_of(dict)?.iter().find(|(k, _)| vm.utf8(*k) == Some(name)).map(|(_, v)| v);
    let Payload::Module(m) = vm.heap.get(named(vm.modules, module)?) else { return None };
    named(m.dict, name)
}

/// The value of an attribute that the instance itself has.
pub fn own_attribute(vm: &Vm, r: Ref, name: &str) -> Option<Ref> {
    slots(vm, r).into_iter().find(|(way, _)| matches!(way, Way::Attr(a) if a == name)).map(|(_, v)| v)
}

/// What `threading` calls a thread; None before it knows it.
pub fn thread_name(vm: &Vm, thread: u32) -> Option<String> {
    let ident = ident_of(thread);
    let active = vm.dict_of(in_module(vm, "threading", "_active")?)?;
    let object = active.iter().find(|(k, _)| matches!(vm.heap.get(*k), Payload::Int(i) if *i == ident)).map(|(_, v)| v)?;
    Some(vm.lossy(own_attribute(vm, object, "_name")?))
}

/// What `multiprocessing` calls the process, if it made it.
pub fn process_name(vm: &Vm) -> Option<String> {
    if vm.interpreter != 0 {
        return Some(format!("interpreter {}", vm.interpreter));
    }
    let current = in_module(vm, "multiprocessing.process", "_current_process")?;
    Some(vm.lossy(own_attribute(vm, current, "_name")?))
}

/// The thing an object stands for.
fn thing_of(vm: &Vm, pid: i32, r: Ref) -> Option<Thing> {
    lock_number(vm, r).map(|n| Thing::Lock(pid, n)).or_else(|| semaphore_number(vm, r).map(Thing::Semaphore))
}

/// Every lock and semaphore that can be reached from the program's variables, by the shortest path: `lock`, `forks[1]`,
/// `account.lock`, `queue.mutex`.
pub fn names_of_things(vm: &Vm, pid: i32, namespace: Ref) -> BTreeMap<Thing, String> {
    let mut found = BTreeMap::new();
    search(vm, namespace, &mut |r, path| match thing_of(vm, pid, r) {
        Some(thing) => {
            found.entry(thing).or_insert_with(|| path.to_owned());
            false
        }
        None => true,
    });
    found
}

/// Visits what the program's variables lead to, the nearest first, each once, with its path; the visitor says whether the
/// search goes on through an object.
pub fn search(vm: &Vm, namespace: Ref, visit: &mut dyn FnMut(Ref, &str) -> bool) {
    let mut seen: HashSet<Ref> = HashSet::new();
    let mut waiting: VecDeque<(Ref, String, usize)> = roots(vm, namespace).into_iter().map(|(name, r)| (r, name, 0)).collect();
    while let Some((r, path, depth)) = waiting.pop_front() {
        if !seen.insert(r) || seen.len() > MOST || !visit(r, &path) || depth == DEPTH || !leads_on(vm, r) {
            continue;
        }
        for (way, child) in slots(vm, r) {
            waiting.push_back((child, step(vm, &path, &way), depth + 1));
        }
    }
}

/// Whether a path may go on through an object: data does, code and numbers do not.
fn leads_on(vm: &Vm, r: Ref) -> bool {
    use crate::snapshot::Kind::*;
    matches!(common::kind(vm, r), List | Tuple | Sequence | Dict | Set | Instance | Cell | Other | Generator) && vm.type_name(r) != "module"
        || matches!(vm.heap.get(r), Payload::Method(..))
}

fn step(vm: &Vm, path: &str, way: &Way) -> String {
    match way {
        Way::Index(i) => format!("{path}[{i}]"),
        Way::Attr(a) => format!("{path}.{a}"),
        Way::Key(k) => format!("{path}[{}]", common::repr(vm, *k).shown()),
        Way::Member => format!("a member of {path}"),
        Way::Named(_) => path.to_owned(),
    }
}

/// The program's variables: globals, then locals of its frames.
fn roots(vm: &Vm, namespace: Ref) -> Vec<(String, Ref)> {
    let globals = vm.dict_of(namespace).into_iter().flat_map(|d| d.iter());
    let mut out: Vec<(String, Ref)> = globals.map(|(k, v)| (vm.lossy(k), v)).filter(|(k, _)| !k.starts_with('_') && !["In", "Out"].contains(&k.as_str())).collect();
    for thread in std::iter::once(&vm.cur).chain(&vm.parked) {
        for frame in own_frames(vm, thread) {
            if frame.locals == Some(frame.globals) {
                continue;
            }
            let words = thread.stack.get(frame.base as usize..).unwrap_or_default();
            out.extend(local_words(vm, frame, words).into_iter().filter_map(|(k, v)| Some((k, v?))));
        }
    }
    out
}

/// A path as a teacher would say it: the lock inside a Condition, an Event, a Semaphore or a Queue by its owner's name.
pub fn spoken(path: &str) -> String {
    if let Some((owner, _)) = path.split_once("._started._cond._waiters") {
        return format!("the start of {owner}");
    }
    let inner = [("._cond._waiters", "waiters of "), ("._waiters", "waiters of "), ("._cond._lock", ""), ("._lock", ""), ("._block", "")];
    for (end, before) in inner {
        let cut = path.find(end).filter(|at| path[at + end.len()..].is_empty() || path[at + end.len()..].starts_with('['));
        if let Some(at) = cut {
            let tail = if before.is_empty() { " (its lock)" } else { "" };
            return format!("{before}{}{tail}", &path[..at]);
        }
    }
    path.to_owned()
}

/// Whether a lock is a part of how `threading` itself works: told where a thread waits for it, but not as a lock of the program.
pub fn is_inner(spoken: &str) -> bool {
    spoken.starts_with("waiters of ") || spoken.starts_with("the start of ") || spoken.contains("._")
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn inner_locks_are_called_by_their_owners() {
        assert_eq!(spoken("cond._waiters[0]"), "waiters of cond");
        assert_eq!(spoken("t._started._cond._lock"), "t._started (its lock)");
        assert_eq!(spoken("t._started._cond._waiters[0]"), "the start of t");
        assert_eq!(spoken("forks[1]"), "forks[1]");
    }
}
