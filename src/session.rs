//! One session: a machine, its history of cells, and what a front end may ask of it.
use crate::code::{CompileMode, CompileOptions};
use crate::face::*;
use crate::heap::{Owned, Ref};
use crate::machine::Machine;
use crate::vm::{Request, n, t};

/// A machine with its namespace. Plain data, `Send`.
pub struct Session {
    machine: Machine,
    opts: SessionOptions,
    started: bool,
    main: Option<Ref>,
}

impl Session {
    pub fn new(opts: SessionOptions) -> Session {
        let machine = Machine::new(&opts);
        Session { machine, opts, started: false, main: None }
    }
    /// The machine itself, for tests that look at counts and set the collector. Not for front ends.
    #[doc(hidden)]
    pub fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }
    /// Every object whose stored reference count is wrong ([`crate::vm::census`]), as text; empty between cells.
    #[doc(hidden)]
    pub fn census(&self) -> Vec<String> {
        // The namespace is lent by `sys.modules["__main__"]`.
        self.machine.vm.census(&[]).iter().map(ToString::to_string).collect()
    }
    fn start(&mut self, host: &mut dyn Host) {
        if self.started {
            return;
        }
        self.started = true;
        let vm = &mut self.machine.vm;
        let module = vm.new_module("__main__", "");
        let dict = vm.module_dict(module.get());
        let b = vm.modules;
        let builtins = vm.dict_get_name(b, n::BUILTINS).expect("imported");
        vm.dict_set_name(dict, n::__BUILTINS__, builtins);
        self.main = Some(dict);
        let modules = vm.modules;
        vm.dict_set_str(modules, "__main__", module);
        let f = vm.prelude_function("start_session");
        let argv: Vec<Owned> = self.opts.argv.iter().map(|s| vm.str(s.as_str())).collect();
        let argv = vm.list(argv);
        let path: Vec<Owned> = self.opts.path.iter().map(|s| vm.str(s.as_str())).collect();
        let path = vm.list(path);
        let request = vm.call_request(f, &[argv.get(), path.get()], &[]);
        vm.release(argv);
        vm.release(path);
        match self.machine.run(request, host) {
            Ok(v) => self.machine.vm.release(v),
            Err(e) => {
                let text = self.describe(e, host);
                host.write(Stream::Stderr, &format!("the session could not start:\n{}", text.plain));
            }
        }
    }
    fn describe(&mut self, exc: Owned, host: &mut dyn Host) -> CellError {
        let vm = &mut self.machine.vm;
        let ename = vm.type_name(exc.get()).to_owned();
        let module = vm.native_module("pellucid").expect("there");
        let dict = vm.module_dict(module.get());
        let f = vm.dict_get_str(dict, "_format_exception").expect("there");
        let request = vm.call_request(f, &[exc.get()], &[]);
        vm.release(module);
        let plain = match self.machine.run(request, host) {
            Ok(s) => {
                let text = self.machine.vm.lossy(s.get());
                self.machine.vm.release(s);
                text
            }
            Err(e) => {
                let text = format!("{ename} (and while it was printed: {})\n", self.machine.vm.type_name(e.get()));
                self.machine.vm.release(e);
                text
            }
        };
        self.machine.vm.release(exc);
        CellError { ename, evalue: String::new(), traceback: plain.lines().map(str::to_owned).collect(), plain, exit_code: None }
    }
    fn run_source(&mut self, source: &str, filename: &str, mode: CompileMode, host: &mut dyn Host) -> CellResult {
        self.start(host);
        let vm = &mut self.machine.vm;
        let compiled = crate::code::compile(source, filename, mode, &CompileOptions::default());
        let code = match compiled {
            Ok(c) => vm.load_code(&c.code, false),
            Err(p) => {
                let crate::vm::Ask::Raise(e) = vm.syntax_error(&p) else { unreachable!() };
                return CellResult { error: Some(self.describe(e, host)), ..Default::default() };
            }
        };
        crate::natives::errors::render::remember(vm, filename, source);
        let dict = self.main.expect("started");
        let func = vm.function_in(code.get(), dict).unwrap_or_else(|_| panic!("a function"));
        vm.release(code);
        vm.heap.incref_raw(dict);
        let request = Request::Body { func: func.into_raw(), namespace: dict };
        match self.machine.run(request, host) {
            Ok(v) => {
                self.machine.vm.release(v);
                CellResult::default()
            }
            Err(e) => CellResult { error: Some(self.describe(e, host)), ..Default::default() },
        }
    }
    /// Runs one cell to its end.
    pub fn run_cell(&mut self, code: &str, _opts: &CellOptions, host: &mut dyn Host) -> CellResult {
        self.run_source(code, "<cell>", CompileMode::Cell, host)
    }
    /// Runs a program file; `path` is what `sys.argv[0]` and tracebacks call it.
    pub fn run_file(&mut self, path: &str, source: &[u8], host: &mut dyn Host) -> CellResult {
        self.run_source(&String::from_utf8_lossy(source), path, CompileMode::Exec, host)
    }
    /// Runs a module as `__main__`, as `python -m` does.
    pub fn run_module(&mut self, name: &str, host: &mut dyn Host) -> CellResult {
        self.run_source(&format!("import runpy; runpy._run_module_as_main({name:?})"), "<string>", CompileMode::Exec, host)
    }
    /// Runs code as `python -c` does.
    pub fn run_string(&mut self, code: &str, host: &mut dyn Host) -> CellResult {
        self.run_source(code, "<string>", CompileMode::Exec, host)
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
        let _ = t::NONE;
        None
    }
}
