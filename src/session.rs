//! One session: a machine, its history of cells, and what a front end may ask of it.
use crate::face::*;

/// A machine with its namespace. Plain data, `Send`.
pub struct Session {
    _opts: SessionOptions,
}

impl Session {
    pub fn new(opts: SessionOptions) -> Session {
        Session { _opts: opts }
    }
    /// Runs one cell to its end.
    pub fn run_cell(&mut self, code: &str, _opts: &CellOptions, host: &mut dyn Host) -> CellResult {
        host.write(Stream::Stdout, code);
        CellResult::default()
    }
    pub fn is_complete(&self, _code: &str) -> Completeness {
        Completeness::Complete
    }
    /// `cursor` in Unicode code points.
    pub fn complete(&mut self, _code: &str, _cursor: usize) -> Completions {
        Completions::default()
    }
    /// The bundle that describes the name under the cursor, or None.
    pub fn inspect(&mut self, _code: &str, _cursor: usize, _detail: u8) -> Option<Bundle> {
        None
    }
}
