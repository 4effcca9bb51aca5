//! Questions about a cell that has not run: is it complete, what could follow, what is this name.
//!
//! What could follow and what a name is are looked up on a copy of the machine, which is thrown away when the session goes on:
//! a question changes nothing that a program could see (modules that it imports, addresses, counts), whatever it runs, and
//! cannot hang. The questions between two cells are asked of one copy: the first one imports what the others use.
use super::Session;
use crate::code::complete;
use crate::face::*;
use std::collections::BTreeMap;

impl Session {
    /// Whether a console should run the text or ask for more lines.
    pub fn is_complete(&self, code: &str) -> Completeness {
        let first = code.trim_start();
        if first.starts_with("%%") {
            // A cell magic's body ends with a blank line.
            return match code.ends_with("\n\n") || !code.contains('\n') && first.starts_with("%%time ") {
                true => Completeness::Complete,
                false => Completeness::Incomplete(String::new()),
            };
        }
        match complete::is_complete(&crate::code::segments::without_magics(code)) {
            complete::Completeness::Complete => Completeness::Complete,
            complete::Completeness::Incomplete(white) => Completeness::Incomplete(white),
            complete::Completeness::Invalid => Completeness::Invalid,
        }
    }
    /// `cursor` in Unicode code points. Of the host only the mounted folders are seen.
    pub fn complete(&mut self, code: &str, cursor: usize, host: &mut dyn Host) -> Completions {
        let cursor = cursor.min(code.chars().count());
        let answer: Option<(usize, usize, Vec<(String, String)>)> = self.question("complete", code, &[cursor as i64], host);
        let (start, end, matches) = answer.unwrap_or((cursor, cursor, vec![]));
        let matches = matches.into_iter().map(|(text, kind)| Match { text, kind }).collect();
        Completions { start, end, matches }
    }
    /// The bundle that describes the name under the cursor (in code points), or None. `detail` 1 adds the source.
    pub fn inspect(&mut self, code: &str, cursor: usize, detail: u8, host: &mut dyn Host) -> Option<Bundle> {
        self.question("inspect", code, &[cursor as i64, i64::from(detail)], host)
    }
    /// The open comms, by id, each with its target's name; with a target, those of that name only.
    pub fn comms(&mut self, target: Option<&str>, host: &mut dyn Host) -> BTreeMap<String, String> {
        self.question("comms", target.unwrap_or_default(), &[], host).unwrap_or_default()
    }
    /// Asks a method of the shell on a copy of the session; its answer is JSON.
    fn question<T: serde::de::DeserializeOwned>(&mut self, method: &str, text: &str, numbers: &[i64], host: &mut dyn Host) -> Option<T> {
        self.start(&mut Asker { host: &mut *host, looks: usize::MAX });
        let mut copy = self.asked.take().filter(|copy| copy.moment == self.moment()).unwrap_or_else(|| self.copy());
        let answer = copy.session.answer(method, text, numbers, host);
        // What was interrupted, or would keep much memory, is not used again.
        if answer.is_some() && self.machine.vm.heap.live() < KEPT {
            self.asked = Some(copy);
        }
        answer.flatten()
    }
    /// What tells that something has run: instructions carried out, objects alive.
    fn moment(&self) -> (u64, usize) {
        (self.machine.vm.ticks, self.machine.vm.heap.live())
    }
    fn copy(&self) -> Copy {
        let session = Session { machine: self.machine.clone(), opts: self.opts.clone(), started: true, unstored: self.unstored, main: self.main, asked: None };
        Copy { moment: self.moment(), session: Box::new(session) }
    }
    /// The answer, None inside if there is none; None if the question ended in an exception.
    fn answer<T: serde::de::DeserializeOwned>(&mut self, method: &str, text: &str, numbers: &[i64], host: &mut dyn Host) -> Option<Option<T>> {
        let vm = &mut self.machine.vm;
        let mut args = vec![vm.str(text)];
        args.extend(numbers.iter().map(|n| vm.int(*n)));
        match self.shell(method, args, &mut Asker { host, looks: LOOKS }) {
            Ok(answer) => Some(self.json(answer)),
            Err(e) => {
                self.machine.vm.release(e);
                None
            }
        }
    }
}

/// A copy of a session, and the moment of the session's life that it shows.
pub(super) struct Copy {
    moment: (u64, usize),
    session: Box<Session>,
}

/// With more objects than this the copy does not wait for the next question: it takes as much memory as the session.
const KEPT: usize = 300_000;

/// Slices of the machine's time (20,000 instructions each) that a question may take: less than a second. After that it is
/// interrupted, again and again.
const LOOKS: usize = 1500;

/// The world for a question: nothing is shown or changed, files can be read.
struct Asker<'a> {
    host: &'a mut dyn Host,
    looks: usize,
}

impl Host for Asker<'_> {
    fn write(&mut self, _: Stream, _: &str) {}
    fn interrupted(&mut self) -> bool {
        self.looks = self.looks.saturating_sub(1);
        self.looks == 0
    }
    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.host.read_file(path)
    }
    fn list_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        self.host.list_dir(path)
    }
    fn stat(&mut self, path: &str) -> Result<HostStat, Errno> {
        self.host.stat(path)
    }
}
