//! Questions about a cell that has not run: is it complete, what could follow, what is this name.
use super::{Nobody, Session};
use crate::code::complete;
use crate::face::*;

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
        match complete::is_complete(&super::segments::without_magics(code)) {
            complete::Completeness::Complete => Completeness::Complete,
            complete::Completeness::Incomplete(white) => Completeness::Incomplete(white),
            complete::Completeness::Invalid => Completeness::Invalid,
        }
    }
    /// `cursor` in Unicode code points.
    pub fn complete(&mut self, code: &str, cursor: usize) -> Completions {
        self.start(&mut Nobody);
        let cursor = cursor.min(code.chars().count());
        let vm = &mut self.machine.vm;
        let args = vec![vm.str(code), vm.int(cursor as i64)];
        let nothing = Completions { start: cursor, end: cursor, matches: vec![] };
        match self.shell("complete", args, &mut Nobody) {
            Ok(answer) => self.json::<(usize, usize, Vec<(String, String)>)>(answer).map_or(nothing, |(start, end, matches)| {
                let matches = matches.into_iter().map(|(text, kind)| Match { text, kind }).collect();
                Completions { start, end, matches }
            }),
            Err(e) => {
                self.machine.vm.release(e);
                nothing
            }
        }
    }
    /// The bundle that describes the name under the cursor (in code points), or None. `detail` 1 adds the source.
    pub fn inspect(&mut self, code: &str, cursor: usize, detail: u8) -> Option<Bundle> {
        self.start(&mut Nobody);
        let vm = &mut self.machine.vm;
        let args = vec![vm.str(code), vm.int(cursor as i64), vm.int(i64::from(detail))];
        match self.shell("inspect", args, &mut Nobody) {
            Ok(answer) => self.json(answer),
            Err(e) => {
                self.machine.vm.release(e);
                None
            }
        }
    }
}
