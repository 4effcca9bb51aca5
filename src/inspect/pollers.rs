//! Who polls: interest sets and ready lists of `epoll`, calls of `select` and `poll` that wait, `poll` objects.
use super::deadlock::name_of;
use super::net::descriptor;
use crate::machine::Machine;
use crate::natives::system::net::select::watched_by;
use crate::sim::epoll::Watch;
use crate::sim::process::Kind;
use crate::sim::threads::Source;
use crate::snapshot::net::{Member, Mode, Poller};
use crate::vm::syscall::{Syscall, poll};
use std::collections::BTreeMap;

/// Pollers, and members of each, that are told.
const POLLERS: usize = 6;
const MEMBERS: usize = 12;

fn events(bits: u32) -> String {
    let names = [(poll::IN, "IN"), (poll::PRI, "PRI"), (poll::OUT, "OUT"), (poll::RDHUP, "RDHUP"), (poll::ERR, "ERR"), (poll::HUP, "HUP"), (poll::NVAL, "NVAL")];
    let found: Vec<&str> = names.iter().filter(|n| bits & n.0 != 0).map(|n| n.1).collect();
    found.join(" ")
}

/// The pollers, and how many are left out. `names`: what sockets are called.
pub fn all(machine: &Machine, names: &BTreeMap<u32, String>) -> (Vec<Poller>, u64) {
    let mut out = Vec::new();
    let mut owners: BTreeMap<u32, String> = BTreeMap::new();
    for p in machine.os.processes() {
        for (fd, slot) in &p.fds {
            if let Some(Kind::Epoll(e)) = machine.os.table.get(slot.file).map(|f| &f.kind) {
                owners.entry(*e).or_insert_with(|| descriptor(machine, p.pid, *fd));
            }
        }
    }
    for (id, e) in &machine.os.epolls.table {
        let waiters = machine.os.threads.awaiting(Source::Epoll(*id)).into_iter().map(|(t, _)| name_of(machine, t)).collect();
        let members = e.watched.iter().take(MEMBERS).map(|(key, w)| Member {
            fd: key.0,
            what: what(machine, key.1, names),
            events: events(w.events),
            mode: mode(w),
            ready: events(machine.os.watch_is_ready(*key, w)),
            listed: e.listed().position(|(k, _)| k == key).map(|i| i as u64 + 1),
        });
        let name = format!("epoll, {}", owners.get(id).map_or("closed", String::as_str));
        out.push(Poller { name, waiters, members: members.collect(), count: e.watched.len() as u64, ready: e.listed().count() as u64 });
    }
    for (t, call) in machine.os.threads.calls() {
        let Syscall::Poll { fds, .. } = call else { continue };
        let process = machine.os.processes().into_iter().find(|p| p.pid == t.pid);
        let member = |(fd, asked): &(i32, u32)| {
            let file = process.and_then(|p| p.fds.get(fd)).map_or(0, |s| s.file);
            let ready = machine.os.table.get(file).map_or(0, |f| machine.os.ready_for(f)) & (asked | poll::ERR | poll::HUP);
            Member { fd: *fd, what: what(machine, file, names), events: events(*asked), mode: Mode::Once, ready: events(ready), listed: None }
        };
        let name = name_of(machine, t);
        out.push(Poller { name: format!("select or poll in {name}"), waiters: vec![name], members: fds.iter().take(MEMBERS).map(member).collect(), count: fds.len() as u64, ready: 0 });
    }
    for r in machine.vm.heap.iter() {
        let Some(set) = watched_by(&machine.vm, r) else { continue };
        let member = |(fd, asked): (&i32, &u32)| {
            let file = machine.os.process.fds.get(fd).map_or(0, |s| s.file);
            let ready = machine.os.readiness(*fd) & (asked | poll::ERR | poll::HUP | poll::NVAL);
            Member { fd: *fd, what: what(machine, file, names), events: events(*asked), mode: Mode::Once, ready: events(ready), listed: None }
        };
        out.push(Poller { name: "poll object".to_owned(), waiters: vec![], members: set.iter().take(MEMBERS).map(member).collect(), count: set.len() as u64, ready: 0 });
    }
    let more = out.len().saturating_sub(POLLERS) as u64;
    out.truncate(POLLERS);
    (out, more)
}
fn mode(w: &Watch) -> Mode {
    match () {
        _ if w.disarmed => Mode::Disarmed,
        _ if w.events & poll::ONESHOT != 0 => Mode::OneShot,
        _ if w.events & poll::ET != 0 => Mode::Edge,
        _ => Mode::Level,
    }
}
/// What an open file is, in a word or two.
fn what(machine: &Machine, file: u32, names: &BTreeMap<u32, String>) -> String {
    match machine.os.table.get(file).map(|f| &f.kind) {
        Some(Kind::Socket(s)) => {
            let Some(sock) = machine.os.net.table.get(s) else { return "closed socket".to_owned() };
            let local = super::net::address(&sock.local);
            let remote = super::net::address(&sock.remote);
            match (local.as_str(), remote.as_str()) {
                ("", "") => format!("socket {}", names.get(s).cloned().unwrap_or_default()),
                (l, "") => format!("socket {l}"),
                (_, r) => format!("socket to {r}"),
            }
        }
        Some(Kind::PipeReader(_)) => "pipe, reading end".to_owned(),
        Some(Kind::PipeWriter(_)) => "pipe, writing end".to_owned(),
        Some(Kind::Epoll(_)) => "epoll".to_owned(),
        Some(Kind::Process(pid)) => format!("process {pid}"),
        Some(Kind::Stdin { .. }) => "stdin".to_owned(),
        Some(_) => "file".to_owned(),
        None => "closed".to_owned(),
    }
}
