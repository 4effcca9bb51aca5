//! Programs: a file, a module, a string, each as `__main__` of a machine that ends with it.
use super::Session;
use crate::code::{CompileMode, CompileOptions};
use crate::face::*;
use crate::heap::Owned;
use crate::vm::{Ask, Request};

impl Session {
    /// Runs a program file; `path` is what `__file__` and tracebacks call it.
    pub fn run_file(&mut self, path: &str, source: &[u8], host: &mut dyn Host) -> CellResult {
        self.start(host);
        let name = match path {
            "<stdin>" => self.machine.vm.none(),
            path => self.machine.vm.str(path),
        };
        self.prelude_quietly("session_main", vec![name], host);
        let ended = match crate::code::source::decode_file(source, path) {
            Ok(text) => self.body(&text, path, host),
            Err(problem) => Err(self.problem(&problem)),
        };
        self.end(ended, host)
    }
    /// Runs a module as `__main__`, as `python -m` does.
    pub fn run_module(&mut self, name: &str, host: &mut dyn Host) -> CellResult {
        self.start(host);
        let name = self.machine.vm.str(name);
        let ended = self.prelude("session_module", vec![name], host);
        self.end(ended, host)
    }
    /// Runs code as `python -c` does.
    pub fn run_string(&mut self, code: &str, host: &mut dyn Host) -> CellResult {
        self.start(host);
        let ended = self.body(code, "<string>", host);
        self.end(ended, host)
    }
    fn problem(&mut self, problem: &crate::code::SyntaxProblem) -> Owned {
        match self.machine.vm.syntax_error(problem) {
            Ask::Raise(e) => e,
            other => unreachable!("a syntax error is raised, not {other:?}"),
        }
    }
    fn body(&mut self, source: &str, filename: &str, host: &mut dyn Host) -> Result<Owned, Owned> {
        let compiled = match crate::code::compile(source, filename, CompileMode::Exec, &CompileOptions::default()) {
            Ok(compiled) => compiled,
            Err(problem) => return Err(self.problem(&problem)),
        };
        crate::natives::errors::render::remember(&mut self.machine.vm, filename, source);
        self.warn_of_source(&compiled.warnings, filename, &mut crate::vm::NoTrace, host)?;
        let dict = self.namespace();
        let vm = &mut self.machine.vm;
        let code = vm.load_code(&compiled.code, false);
        let func = vm.function_in(code.get(), dict).unwrap_or_else(|_| unreachable!("asks nothing of a plain namespace"));
        vm.release(code);
        vm.heap.incref_raw(dict);
        self.machine.run(Request::Body { func: func.into_raw(), namespace: dict }, host)
    }
    /// The program's end: its exception is described, then threads, `atexit` and the streams are seen to.
    fn end(&mut self, ended: Result<Owned, Owned>, host: &mut dyn Host) -> CellResult {
        let error = match ended {
            Ok(v) => {
                self.machine.vm.release(v);
                None
            }
            Err(e) => Some(self.describe(e, true, host)),
        };
        match self.prelude("session_end", vec![], host) {
            Ok(v) => self.machine.vm.release(v),
            Err(e) => {
                let late = self.describe(e, true, host);
                host.write(Stream::Stderr, &late.plain);
            }
        }
        self.machine.finish_processes(u64::MAX, host);
        CellResult { error, ..CellResult::default() }
    }
}
