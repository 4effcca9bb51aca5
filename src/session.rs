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
    /// Runs a program file; `path` is what `sys.argv[0]` and tracebacks call it.
    pub fn run_file(&mut self, _path: &str, source: &[u8], host: &mut dyn Host) -> CellResult {
        self.run_cell(&String::from_utf8_lossy(source), &CellOptions::default(), host)
    }
    /// Runs a module as `__main__`, as `python -m` does.
    pub fn run_module(&mut self, name: &str, host: &mut dyn Host) -> CellResult {
        self.run_cell(name, &CellOptions::default(), host)
    }
    /// Runs code as `python -c` does.
    pub fn run_string(&mut self, code: &str, host: &mut dyn Host) -> CellResult {
        self.run_cell(code, &CellOptions::default(), host)
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
