//! `%%explore`: the cell under many schedules, each on a copy of the machine; `%replay`: one of them again, watched.
use super::Session;
use super::cell::Last;
use super::errors::usage;
use crate::code::segments::{Segment, segments};
use crate::explore::{End, Options, explore, prepared};
use crate::face::*;
use crate::inspect::common;
use crate::inspect::record::Recorder;
use crate::lens::explore::{Kept, plan, snapshot};
use crate::lens::memory;
use crate::machine::Machine;
use crate::sim::policy::{Points, Policy};
use crate::snapshot::timeline::TimelineSnapshot;
use crate::heap::Ref;
use crate::objects::Payload;
use crate::vm::{NoTrace, Tracer};

/// Where the standard library lies in the virtual file system.
const LIBRARY: &str = "/usr/lib/python3.14";

/// Outcomes whose simplest schedule is told step by step.
const TOLD: usize = 4;

impl Session {
    /// Explores a program as `%%explore OPTIONS` explores a cell; the value is the page.
    pub fn explore(&mut self, options: &str, source: &str, file: &str, host: &mut dyn Host) -> CellResult {
        self.start(host);
        match self.run_explored(&format!("%%explore {options}"), source, file, host) {
            Ok(Last::Shown(page)) => CellResult { value: Some(page), ..CellResult::default() },
            Ok(_) => CellResult::default(),
            Err(error) => CellResult { error: Some(error), ..CellResult::default() },
        }
    }
    /// Explores a cell; the session's own machine stays as it is.
    pub(super) fn run_explored(&mut self, line: &str, source: &str, file: &str, host: &mut dyn Host) -> Result<Last, CellError> {
        let plan = plan(line).map_err(|message| usage(&message))?;
        if let [Segment::Magic { line: inner, body: Some(_) }] = &segments(source)[..] {
            let name = inner.split_whitespace().next().unwrap_or_default();
            return Err(usage(&format!("one command of a cell at a time: %%explore cannot run a cell that begins with {name}")));
        }
        crate::natives::errors::render::remember(&mut self.machine.vm, file, source);
        let mut base = self.machine.clone();
        let mut interrupted = self.warm(&mut base, source, file, host);
        let mut passes = Vec::new();
        for points in &plan.points {
            if interrupted {
                break;
            }
            let options = Options { strategy: plan.strategy.clone(), points: *points, runs: plan.runs };
            let mut program = |machine: &mut Machine, host: &mut dyn Host| self.on_copy(machine, source, file, &mut NoTrace, host);
            let pass = explore(&mut base, &options, &mut program, host);
            interrupted |= pass.interrupted;
            passes.push(pass);
        }
        let (mut shown, schedules) = snapshot(&plan, &passes);
        shown.interrupted = interrupted;
        let told = if interrupted { 0 } else { TOLD };
        for (outcome, (points, schedule)) in shown.outcomes.iter_mut().zip(&schedules).take(told) {
            outcome.steps = Some(self.steps_of(&base, source, file, *points, schedule, host).0);
        }
        let names = shown.outcomes.iter().map(|o| o.name.clone());
        let schedules = names.zip(schedules).map(|(name, (points, schedule))| (name, points, schedule)).collect();
        self.machine.attic.kept = Some(Box::new(Kept { base, source: source.to_owned(), file: file.to_owned(), schedules }));
        let view = crate::lens::view::explore::view(&shown, memory::get(&self.machine.vm).lang);
        Ok(Last::Shown(crate::lens::display(&self.machine, &view)))
    }
    /// Imports into a machine what the cell imports from the standard library, and what telling an exception needs, so that
    /// not every run has to: whether such a module is there already changes no outcome. Whether the user has interrupted it.
    fn warm(&mut self, base: &mut Machine, source: &str, file: &str, host: &mut dyn Host) -> bool {
        let mut quiet = crate::explore::Listener::new(host);
        let mut first = prepared(base, Points::Gil, Policy::Script(vec![]));
        self.on_copy(&mut first, source, file, &mut NoTrace, &mut quiet);
        let known = library_modules(base);
        let new: Vec<String> = library_modules(&first).into_iter().filter(|m| !known.contains(m)).collect();
        // Each by itself: one that can only be imported by another (CPython has `os` from the start) spoils nothing.
        let imports = std::iter::once("os".to_owned()).chain(new).map(|m| format!("__import__({m:?});"));
        for text in imports.chain(["raise RuntimeError".to_owned()]) {
            self.on_copy(base, &text, "<imports>", &mut NoTrace, &mut quiet);
        }
        quiet.was_interrupted()
    }
    /// `%replay NAME`: shows what that run wrote, and its timeline.
    pub(super) fn replay(&mut self, line: &str, host: &mut dyn Host) -> Result<Last, CellError> {
        let name = line.trim_start_matches('%').split_whitespace().nth(1).unwrap_or_default();
        let Some(kept) = self.machine.attic.kept.take().and_then(|kept| kept.downcast::<Kept>().ok()) else {
            return Err(usage("%replay shows an outcome of %%explore again; no cell has been explored yet."));
        };
        let found = kept.schedules.iter().find(|s| s.0 == name).cloned();
        let answer = match found {
            Some((_, points, schedule)) => {
                let (steps, end) = self.steps_of(&kept.base, &kept.source, &kept.file, points, &schedule, host);
                host.write(Stream::Stdout, &end.stdout);
                if let Some(error) = &end.error {
                    host.write(Stream::Stderr, &format!("{error}\n"));
                }
                let view = crate::lens::view::timeline::view(&steps, memory::get(&self.machine.vm).lang);
                Ok(Last::Shown(crate::lens::display(&self.machine, &view)))
            }
            None => {
                let names: Vec<&str> = kept.schedules.iter().map(|s| s.0.as_str()).collect();
                Err(usage(&format!("%replay takes the name of an outcome ({}), not `{name}`.", names.join(", "))))
            }
        };
        self.machine.attic.kept = Some(kept);
        answer
    }
    /// Runs the cell on a machine that takes the session's place meanwhile.
    fn on_copy<T: Tracer>(&mut self, machine: &mut Machine, source: &str, file: &str, tracer: &mut T, host: &mut dyn Host) -> End {
        std::mem::swap(&mut self.machine, machine);
        let mut end = End::default();
        match self.run_parts(segments(source), file, tracer, host) {
            Ok(Last::Value(value)) => {
                end.value = Some(common::repr(&self.machine.vm, value.get()).shown());
                self.machine.vm.release(value);
            }
            Ok(Last::Shown(_) | Last::Nothing) => {}
            Err(e) if e.exit_code == Some(0) => {}
            Err(e) => end.error = Some(if e.evalue.is_empty() { e.ename } else { format!("{}: {}", e.ename, e.evalue) }),
        }
        std::mem::swap(&mut self.machine, machine);
        end
    }
    /// One schedule again, watched.
    fn steps_of(&mut self, base: &Machine, source: &str, file: &str, points: Points, schedule: &[u32], host: &mut dyn Host) -> (TimelineSnapshot, End) {
        let mut machine = prepared(base, points, Policy::Script(schedule.to_vec()));
        let mut recorder = Recorder::new(self.namespace(), base.os.process.pid, true);
        let mut quiet = crate::explore::Listener::new(host);
        let mut end = self.on_copy(&mut machine, source, file, &mut recorder, &mut quiet);
        end.stdout = quiet.text;
        recorder.finish(&machine.vm);
        let mut snapshot = recorder.snapshot(&Default::default());
        snapshot.run_free(base.os.free_on());
        (snapshot, end)
    }
}

/// Modules that were imported from the standard library, in the order of import.
fn library_modules(machine: &Machine) -> Vec<String> {
    let vm = &machine.vm;
    let from_library = |m: Ref| match vm.heap.get(m) {
        Payload::Module(m) => vm.dict_of(m.dict).is_some_and(|d| d.iter().any(|(k, v)| vm.utf8(k) == Some("__file__") && vm.utf8(v).is_some_and(|f| f.starts_with(LIBRARY)))),
        _ => false,
    };
    vm.dict_of(vm.modules).into_iter().flat_map(|d| d.iter()).filter(|(_, m)| from_library(*m)).map(|(k, _)| vm.lossy(k)).collect()
}
