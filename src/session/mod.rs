//! One session: a machine, its history of cells, and what a front end may ask of it.
mod answers;
mod cell;
mod claims;
mod errors;
mod explored;
mod program;

pub use crate::objects::str::set_hash_seed;

use crate::face::*;
use crate::heap::{Owned, Ref};
use crate::machine::Machine;
use crate::vm::{NoTrace, Tracer, n};

/// A machine with its namespace. Plain data, `Send`.
pub struct Session {
    machine: Machine,
    opts: SessionOptions,
    started: bool,
    /// Cells run that were not to be stored: part of their file names.
    unstored: u32,
    /// The namespace of `__main__`.
    main: Option<Ref>,
    /// The copy that answers questions, until something runs here.
    asked: Option<answers::Copy>,
}

impl Session {
    /// The machine itself, for tests that look at counts and set the collector. Not for front ends.
    #[doc(hidden)]
    pub fn machine_mut(&mut self) -> &mut crate::machine::Machine {
        &mut self.machine
    }
    /// Every object whose stored reference count is wrong ([`crate::vm::census`]), as text; empty between cells.
    #[doc(hidden)]
    pub fn census(&self) -> Vec<String> {
        // The namespace is lent by `sys.modules["__main__"]`.
        self.machine.vm.census(&[]).iter().map(ToString::to_string).collect()
    }
    /// A session that has run nothing. The library's start runs with the first request.
    pub fn new(opts: SessionOptions) -> Session {
        let mut machine = Machine::new(&opts);
        machine.explain = crate::inspect::deadlock::explain;
        Session { machine, opts, started: false, unstored: 0, main: None, asked: None }
    }
    fn start(&mut self, host: &mut dyn Host) {
        if self.started {
            return;
        }
        self.started = true;
        let vm = &mut self.machine.vm;
        // Before the first lens, so that its memory moves no address.
        crate::lens::memory::update(vm, |_| {});
        let module = vm.new_module("__main__", "");
        let dict = vm.module_dict(module.get());
        let b = vm.modules;
        let builtins = vm.dict_get_name(b, n::BUILTINS).expect("imported");
        vm.dict_set_name(dict, n::__BUILTINS__, builtins);
        self.main = Some(dict);
        let modules = vm.modules;
        vm.dict_set_str(modules, "__main__", module);
        let argv: Vec<Owned> = self.opts.argv.iter().map(|s| vm.str(s.as_str())).collect();
        let argv = vm.list(argv);
        let path: Vec<Owned> = self.opts.path.iter().map(|s| vm.str(s.as_str())).collect();
        let path = vm.list(path);
        match self.prelude("start_session", vec![argv, path], host) {
            Ok(v) => self.machine.vm.release(v),
            Err(e) => {
                let error = self.describe(e, true, host);
                host.write(Stream::Stderr, &format!("the session could not start:\n{}", error.plain));
            }
        }
        let options = self.opts.options.clone();
        if !options.is_empty() {
            let vm = &mut self.machine.vm;
            let options = options.iter().map(|o| vm.str(o.as_str())).collect();
            let options = vm.list(options);
            self.prelude_quietly("session_options", vec![options], host);
        }
        self.prelude_quietly("session_site", vec![], host);
        // What the library's start has left is not the program's garbage.
        self.machine.vm.collect_garbage(2);
    }
    /// Calls a function of the prelude that answers nothing and cannot fail.
    fn prelude_quietly(&mut self, name: &str, args: Vec<Owned>, host: &mut dyn Host) {
        let (Ok(o) | Err(o)) = self.prelude(name, args, host);
        self.machine.vm.release(o);
    }
    /// The namespace of `__main__`.
    fn namespace(&self) -> Ref {
        self.main.expect("the session has started")
    }
    /// Calls a function of the prelude.
    fn prelude(&mut self, name: &str, args: Vec<Owned>, host: &mut dyn Host) -> Result<Owned, Owned> {
        self.prelude_traced(name, args, &mut NoTrace, host)
    }
    fn prelude_traced<T: Tracer>(&mut self, name: &str, args: Vec<Owned>, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let vm = &mut self.machine.vm;
        let f = vm.prelude_function(name);
        let refs: Vec<Ref> = args.iter().map(Owned::get).collect();
        let request = vm.call_request(f, &refs, &[]);
        args.into_iter().for_each(|a| vm.release(a));
        self.machine.run_traced(request, tracer, host)
    }
    /// Calls a method of the shell, the notebook's side in Python.
    fn shell(&mut self, method: &str, args: Vec<Owned>, host: &mut dyn Host) -> Result<Owned, Owned> {
        let mut all = vec![self.machine.vm.str(method)];
        all.extend(args);
        self.prelude("session_ask", all, host)
    }
    /// The same for the notebook's own work around a cell, which takes none of the program's time (unless another thread or
    /// process runs meanwhile): a cell sees the same clock whether or not it is stored.
    fn bookkeeping(&mut self, method: &str, args: Vec<Owned>, host: &mut dyn Host) -> Result<Owned, Owned> {
        let before = self.machine.vm.ticks;
        let answer = self.shell(method, args, host);
        if self.machine.is_alone() {
            self.machine.vm.ticks = before;
        }
        answer
    }
    /// The text of a `str`, None for anything else; gives the reference up.
    fn text(&mut self, o: Owned) -> Option<String> {
        let vm = &mut self.machine.vm;
        let text = vm.str_of(o.get()).is_some().then(|| vm.lossy(o.get()));
        vm.release(o);
        text
    }
    /// JSON that the shell answered, None for None.
    fn json<T: serde::de::DeserializeOwned>(&mut self, o: Owned) -> Option<T> {
        serde_json::from_str(&self.text(o)?).ok()
    }
}
