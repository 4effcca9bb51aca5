//! `%locks`: the locks that the program's variables lead to, with holders and waiters, and who waits for whom.
use super::deadlock::{cycle, main_namespace, name_of, waiters};
use super::threads::{own_attribute, search};
use super::common;
use crate::heap::Ref;
use crate::machine::Machine;
use crate::natives::system::thread::{lock_number, rlock_depth};
use crate::objects::Payload;
use crate::sim::Tid;
use crate::snapshot::system::{LockRow, LocksSnapshot, WaitRow};
use crate::vm::{Vm, n};

/// Locks that are told.
const MOST: usize = 60;

pub fn snapshot(machine: &Machine) -> LocksSnapshot {
    let (vm, pid) = (&machine.vm, machine.os.process.pid);
    let all = waiters(machine, &machine.os.threads.waiting());
    let circle = cycle(&all).filter(|c| c.len() > 1).unwrap_or_default();
    let mut out = LocksSnapshot { cycle: circle.iter().map(|i| all[*i].name.clone()).collect(), ..Default::default() };
    out.waiters = all.iter().map(|w| WaitRow {
        thread: w.name.clone(),
        waits_for: w.what.clone(),
        held_by: w.behind.filter(|b| *b != w.thread).map(|b| name_of(machine, b)),
        line: w.line,
    }).collect();
    let Some(namespace) = main_namespace(vm) else { return out };
    search(vm, namespace, &mut |r, path| match row(machine, vm, pid, r, path) {
        Some((row, goes_on)) => {
            if out.locks.len() < MOST { out.locks.push(row) } else { out.more += 1 }
            goes_on
        }
        // Threads are no locks, though they have some inside.
        None => vm.type_name(r) != "Thread" && vm.type_name(r) != "_MainThread",
    });
    out
}

/// A lock's row, and whether what is inside of it is worth a row of its own.
fn row(machine: &Machine, vm: &Vm, pid: i32, r: Ref, path: &str) -> Option<(LockRow, bool)> {
    let (kind, module) = (common::type_name(vm, r), module_of(vm, r));
    let name = path.to_owned();
    if lock_number(vm, r).is_some() {
        let depth = rlock_depth(vm, r);
        let taken = match (held(machine, vm, pid, r).0.is_some(), depth) {
            (false, _) => "free".to_owned(),
            (true, Some(n)) if n > 1 => format!("taken {n} times"),
            _ => "taken".to_owned(),
        };
        return Some((with_holder(machine, vm, pid, LockRow { name, kind, state: taken, ..Default::default() }, r), false));
    }
    let int = |attr: &str| own_attribute(vm, r, attr).and_then(|v| vm.i64_of(v)).unwrap_or(0);
    let truth = |attr: &str| own_attribute(vm, r, attr) == Some(crate::vm::fixed::TRUE);
    let state = match (module.as_str(), kind.as_str()) {
        ("threading", "Condition") => "",
        ("threading", "Semaphore" | "BoundedSemaphore") => &format!("value {}", int("_value")),
        ("threading", "Event") => if truth("_flag") { "set" } else { "not set" },
        ("threading", "Barrier") => &format!("{} of {} there", int("_count"), int("_parties")),
        ("queue", _) => &format!("{} items, at most {}", length(vm, own_attribute(vm, r, "queue")), int("maxsize")),
        _ => return None,
    };
    let mut row = LockRow { name, kind, state: state.to_owned(), ..Default::default() };
    let condition = if row.kind == "Condition" { Some(r) } else { own_attribute(vm, r, "_cond").or_else(|| own_attribute(vm, r, "not_empty")) };
    if let Some(condition) = condition {
        row.notified = notified(machine, vm, pid, condition);
        if let Some(lock) = own_attribute(vm, condition, "_lock") {
            row = with_holder(machine, vm, pid, row, lock);
        }
        if row.state.is_empty() {
            row.state = if row.holder.is_some() { "its lock is taken" } else { "its lock is free" }.to_owned();
        }
    }
    Some((row, false))
}

fn module_of(vm: &Vm, r: Ref) -> String {
    let found = vm.type_obj(vm.ty(r)).mro.iter().find_map(|k| vm.dict_get_name(vm.type_obj(*k).dict, n::__MODULE__));
    found.map(|m| vm.lossy(m)).unwrap_or_default()
}

fn length(vm: &Vm, r: Option<Ref>) -> usize {
    let Some(r) = r else { return 0 };
    match vm.heap.get(r) {
        Payload::List(_) => vm.items_of(r).map_or(0, <[Ref]>::len),
        _ => super::slots::slots(vm, r).len(),
    }
}

/// Who holds a lock, and who waits for it.
fn held(machine: &Machine, vm: &Vm, pid: i32, lock: Ref) -> (Option<String>, Vec<String>) {
    let name = |thread: u32| name_of(machine, Tid { pid, thread });
    let entry = lock_number(vm, lock).and_then(|n| machine.os.locks_of(pid)?.table.get(&n));
    (entry.and_then(|l| l.owner).map(name), entry.map(|l| l.queue.iter().map(|t| name(*t)).collect()).unwrap_or_default())
}
fn with_holder(machine: &Machine, vm: &Vm, pid: i32, row: LockRow, lock: Ref) -> LockRow {
    let (holder, queue) = held(machine, vm, pid, lock);
    LockRow { holder, queue, ..row }
}
/// Threads that wait to be notified: each waits for a lock of its own in the Condition's `_waiters`.
fn notified(machine: &Machine, vm: &Vm, pid: i32, condition: Ref) -> Vec<String> {
    let Some(waiters) = own_attribute(vm, condition, "_waiters") else { return vec![] };
    super::slots::slots(vm, waiters).into_iter().flat_map(|(_, lock)| held(machine, vm, pid, lock).1).collect()
}
