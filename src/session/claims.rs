//! `%claims`: the checks of the notes' statements, each run on a fresh copy of a machine that has run nothing yet.
use super::Session;
use super::cell::Last;
use super::errors::usage;
use crate::explore::Listener;
use crate::face::*;
use crate::lens::{claims, memory};
use crate::snapshot::claims::Run;

impl Session {
    /// Carries out a line that begins with `%claims`. The session's own machine takes no part.
    pub(super) fn claims(&mut self, line: &str, host: &mut dyn Host) -> Result<Last, CellError> {
        let rest = line.trim_start_matches('%').strip_prefix("claims").unwrap_or_default();
        let mut shown = claims::plan(rest).map_err(|message| usage(&message))?;
        if shown.ran {
            let mut fresh = Session::new(self.opts.clone());
            fresh.start(&mut Listener::new(host));
            for claim in shown.chapters.iter_mut().flat_map(|c| &mut c.claims) {
                claim.run = fresh.tried(&claim.check, host);
                if claim.run.is_none() {
                    shown.interrupted = true;
                    break;
                }
            }
        }
        let view = crate::lens::view::claims::view(&shown, memory::get(&self.machine.vm).lang);
        Ok(Last::Shown(crate::lens::display(&self.machine, &view)))
    }
    /// Runs a check as a cell of a copy of this session. None: the user has interrupted it.
    fn tried(&self, check: &str, host: &mut dyn Host) -> Option<Run> {
        let mut copy = Session { machine: self.machine.clone(), opts: self.opts.clone(), started: true, unstored: self.unstored, main: self.main, asked: None };
        let mut listener = Listener::new(host);
        let result = copy.run_cell(check, &CellOptions::default(), &mut listener);
        if listener.was_interrupted() {
            return None;
        }
        let line = |e: &CellError| {
            let own = e.plain.lines().filter_map(|l| l.trim().strip_prefix("File \"<cell 1>\", line "));
            own.filter_map(|l| l.split(',').next()?.parse().ok()).next_back()
        };
        let words = |e: &CellError| if e.evalue.is_empty() { e.ename.clone() } else { format!("{}: {}", e.ename, e.evalue) };
        Some(Run { error: result.error.as_ref().map(words), line: result.error.as_ref().and_then(line), output: listener.text })
    }
}
