//! `%ps`: the processes of the machine.
use super::deadlock::{name_of, waiters};
use crate::machine::Machine;
use crate::sim::Tid;
use crate::snapshot::system::{ProcessRow, ProcessesSnapshot};

pub fn snapshot(machine: &Machine) -> ProcessesSnapshot {
    let waiting = waiters(machine, &machine.os.threads.waiting());
    let mut processes = Vec::new();
    for p in machine.os.processes() {
        let Some(vm) = machine.interpreter_of(p.pid) else { continue };
        let first = Tid { pid: p.pid, thread: vm.main_thread };
        let state = match waiting.iter().find(|w| w.thread == first) {
            Some(w) => format!("waits for {}", w.what),
            None if p.interpreter != 0 && !machine.os.interpreter_runs(p) => "has nothing to run".to_owned(),
            None if p.pid == machine.main_process() => "runs cells".to_owned(),
            None => "can run".to_owned(),
        };
        processes.push(ProcessRow {
            pid: p.group,
            parent: p.parent,
            name: if p.interpreter != 0 { format!("interpreter {}", p.interpreter) } else if p.pid == machine.main_process() { "MainProcess".to_owned() } else { name_of(machine, first) },
            state,
            threads: 1 + vm.parked.len() as u64,
            fds: p.fds.keys().map(|fd| format!("{fd}: {}", machine.os.what_is_open(p, *fd))).collect(),
            objects: vm.heap.iter().count() as u64,
            time: machine.os.time_of(p.pid, machine.vm.ticks),
        });
    }
    for (pid, parent, status) in machine.os.zombies() {
        let how = if status & 0x7F != 0 { format!("killed by signal {}", status & 0x7F) } else { format!("exit code {}", status >> 8) };
        processes.push(ProcessRow { pid, parent, name: format!("process {pid}"), state: format!("ended ({how}), nobody has waited for it"), ..Default::default() });
    }
    ProcessesSnapshot { processes }
}
