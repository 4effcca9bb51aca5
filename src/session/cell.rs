//! One cell, from its text to its result.
use crate::code::warn::SyntaxWarning;
use super::errors::usage;
use super::Session;
use crate::code::segments::{Segment, segments};
use crate::face::*;
use crate::heap::Owned;
use crate::vm::{NoTrace, Tracer, fixed, t};
use serde_json::Value;

/// How long processes that a cell left behind go on when the cell is over: a second of their time.
const CHILDREN_NS: u64 = 1_000_000_000;

/// What a cell's last part left: what the cell shows.
pub(super) enum Last {
    Nothing,
    Value(Owned),
    Shown(Display),
}

impl Session {
    /// Runs one cell to its end. Never panics for what a program does: errors are in the result.
    pub fn run_cell(&mut self, code: &str, opts: &CellOptions, host: &mut dyn Host) -> CellResult {
        self.start(host);
        let store = opts.store_history && !opts.silent;
        let vm = &mut self.machine.vm;
        let filename = match (store, opts.execution_count) {
            (true, count) => format!("<cell {count}>"),
            (false, count) => {
                self.unstored += 1;
                format!("<cell {count}.{}>", self.unstored)
            }
        };
        let kept = if opts.silent { 0 } else { 1 + i64::from(store) };
        let args = vec![vm.str(code), vm.str(filename.as_str()), vm.int(i64::from(opts.execution_count)), vm.int(kept)];
        if let Err(e) = self.bookkeeping("begin", args, host).map(|v| self.machine.vm.release(v)) {
            return CellResult { error: Some(self.describe(e, false, host)), ..CellResult::default() };
        }
        let mut result = CellResult::default();
        match self.run_segments(code, &filename, opts, host) {
            Ok(value) => result.value = value.filter(|_| !opts.silent),
            Err(error) => result.error = Some(error),
        }
        if result.error.is_none() {
            for (name, text) in &opts.user_expressions {
                let answer = self.user_expression(text, host);
                result.user_expressions.insert(name.clone(), answer);
            }
        }
        if let Ok(payload) = self.bookkeeping("take_payload", vec![], host).or_else(|e| self.dropped(e)) {
            result.payload = self.json::<Vec<Value>>(payload).unwrap_or_default();
        }
        self.machine.finish_processes(CHILDREN_NS, host);
        let flushed = self.prelude("session_flush", vec![], host);
        let (Ok(o) | Err(o)) = flushed;
        self.machine.vm.release(o);
        result
    }
    /// Takes a comm's message from the front end: a handler of the program's may run. What it raises is written to stderr.
    pub fn comm(&mut self, message: &Comm, host: &mut dyn Host) {
        self.start(host);
        let vm = &mut self.machine.vm;
        let json = |part: &Bundle| serde_json::to_string(part).unwrap_or_default();
        let kind = vm.str(message.kind.msg_type());
        let (content, metadata) = (vm.str(json(&message.content)), vm.str(json(&message.metadata)));
        let buffers = message.buffers.iter().map(|b| vm.bytes(b.clone())).collect();
        let args = vec![kind, content, metadata, vm.list(buffers)];
        match self.shell("comm", args, host) {
            Ok(v) => self.machine.vm.release(v),
            Err(e) => {
                let error = self.describe(e, false, host);
                host.write(Stream::Stderr, &error.plain);
            }
        }
        let flushed = self.prelude("session_flush", vec![], host);
        let (Ok(o) | Err(o)) = flushed;
        self.machine.vm.release(o);
    }
    fn dropped(&mut self, e: Owned) -> Result<Owned, ()> {
        self.machine.vm.release(e);
        Err(())
    }

    /// Runs a cell's parts in order; the value of the last one is the cell's.
    fn run_segments(&mut self, code: &str, filename: &str, opts: &CellOptions, host: &mut dyn Host) -> Result<Option<Display>, CellError> {
        let parts = segments(code);
        let last = match &parts[..] {
            [Segment::Magic { line, body: Some(body) }] if line.split_whitespace().next() == Some("%%explore") => {
                // The command's own line stays blank, so that line numbers are the cell's.
                self.run_explored(line, &format!("\n{body}"), filename, host)?
            }
            [Segment::Magic { line, body: Some(body) }] if crate::lens::is_cell_lens(line) => self.run_watched(line, body, filename, host)?,
            _ => self.run_parts(parts, filename, &mut NoTrace, host)?,
        };
        match last {
            Last::Value(value) if !crate::code::layout::ends_in_semicolon(code) => self.finish(value, opts, host),
            // What a cell does not show goes into no history either.
            Last::Value(value) => {
                self.machine.vm.release(value);
                Ok(None)
            }
            Last::Shown(display) => Ok(Some(display)),
            Last::Nothing => Ok(None),
        }
    }
    /// A cell under a lens that watches it. What the lens saw comes before the cell's value or error.
    fn run_watched(&mut self, line: &str, body: &str, file: &str, host: &mut dyn Host) -> Result<Last, CellError> {
        // The command's own line stays blank, so that line numbers are the cell's.
        let source = format!("\n{body}");
        let parts = segments(&source);
        if let [Segment::Magic { line: inner, body: Some(_) }] = &parts[..] {
            let name = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
            return Err(usage(&format!("one command of a cell at a time: {} cannot watch a cell that begins with {}", name(line), name(inner))));
        }
        crate::natives::errors::render::remember(&mut self.machine.vm, file, &source);
        let namespace = self.namespace();
        let mut watcher = crate::lens::begin(&mut self.machine, namespace, line, (&source, file), host).map_err(|message| usage(&message))?;
        let last = self.run_parts(parts, file, &mut watcher, host);
        let error = last.as_ref().err().map(|e| if e.evalue.is_empty() { e.ename.clone() } else { format!("{}: {}", e.ename, e.evalue) });
        match crate::lens::end(&mut self.machine, namespace, watcher, error.as_deref(), host) {
            Ok(display) => host.display(display),
            Err(message) => {
                if let Ok(Last::Value(value)) = last {
                    self.machine.vm.release(value);
                }
                return Err(usage(&message));
            }
        }
        last
    }
    pub(super) fn run_parts<T: Tracer>(&mut self, parts: Vec<Segment>, file: &str, tracer: &mut T, host: &mut dyn Host) -> Result<Last, CellError> {
        let mut last = Last::Nothing;
        for part in parts {
            match std::mem::replace(&mut last, Last::Nothing) {
                Last::Value(value) => self.machine.vm.release(value),
                Last::Shown(display) => host.display(display),
                Last::Nothing => {}
            }
            let value = match part {
                Segment::Python(text) => self.run_python(&text, file, tracer, host),
                Segment::Magic { line, body } => {
                    let namespace = self.namespace();
                    match line.split_whitespace().next() {
                        Some("%replay") => {
                            last = self.replay(&line, host)?;
                            continue;
                        }
                        Some("%claims") => {
                            last = self.claims(&line, host)?;
                            continue;
                        }
                        _ => {}
                    }
                    match crate::lens::run_magic(&mut self.machine, namespace, &line, host) {
                        Some(display) => {
                            last = Last::Shown(display.map_err(|message| usage(&message))?);
                            continue;
                        }
                        None => self.own_magic(&line, body.as_deref(), tracer, host),
                    }
                }
                Segment::Help(text) => {
                    let text = self.machine.vm.str(text);
                    self.shell("help", vec![text], host)
                }
            };
            let value = value.map_err(|e| self.failure(e, host))?;
            if value.get() == fixed::NONE { self.machine.vm.release(value) } else { last = Last::Value(value) }
        }
        Ok(last)
    }
    fn failure(&mut self, e: Owned, host: &mut dyn Host) -> CellError {
        let error = self.describe(e, false, host);
        // A magic used wrongly is told in one line.
        if error.ename == "UsageError" { usage(&error.evalue) } else { error }
    }
    fn own_magic<T: Tracer>(&mut self, line: &str, body: Option<&str>, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let vm = &mut self.machine.vm;
        let method = if body.is_some() { "cell_magic" } else { "line_magic" };
        let mut args = vec![vm.str(method), vm.str(line.trim_start_matches('%'))];
        args.extend(body.map(|body| vm.str(body)));
        self.prelude_traced("session_ask", args, tracer, host)
    }
    /// Runs Python text; a coroutine (a cell that awaits) is run to its end.
    fn run_python<T: Tracer>(&mut self, code: &str, name: &str, tracer: &mut T, host: &mut dyn Host) -> Result<Owned, Owned> {
        let options = crate::code::CompileOptions { top_level_await: true, ..Default::default() };
        let compiled = match crate::code::compile(code, name, crate::code::CompileMode::Cell, &options) {
            Ok(c) => c,
            Err(problem) => {
                crate::natives::errors::render::remember(&mut self.machine.vm, name, code);
                let crate::vm::Ask::Raise(e) = self.machine.vm.syntax_error(&problem) else { unreachable!("a syntax error is raised") };
                return Err(e);
            }
        };
        crate::natives::errors::render::remember(&mut self.machine.vm, name, code);
        self.warn_of_source(&compiled.warnings, name, tracer, host)?;
        let dict = self.namespace();
        let vm = &mut self.machine.vm;
        let loaded = vm.load_code(&compiled.code, false);
        crate::lens::memory::remember_constants(vm, loaded.get(), name);
        let func = vm.function_in(loaded.get(), dict).unwrap_or_else(|_| unreachable!("asks nothing of a plain namespace"));
        vm.release(loaded);
        vm.heap.incref_raw(dict);
        let is_coroutine = compiled.code.flags & crate::code::flags::COROUTINE != 0;
        let value = self.machine.run_traced(crate::vm::Request::Body { func: func.into_raw(), namespace: dict }, tracer, host)?;
        if !is_coroutine || self.machine.vm.ty(value.get()) != t::COROUTINE {
            return Ok(value);
        }
        let pair = self.prelude_traced("session_drive", vec![value], tracer, host)?;
        let vm = &mut self.machine.vm;
        let items = vm.tuple_items(pair.get()).unwrap_or_default();
        let (ok, value) = (items[0] == fixed::TRUE, items[1]);
        let value = vm.incref(value);
        vm.release(pair);
        if ok { Ok(value) } else { Err(value) }
    }
    /// Warns of what the compiler found in a text that is about to run; a filter may make a SyntaxError of it.
    pub(super) fn warn_of_source<T: Tracer>(&mut self, found: &[SyntaxWarning], name: &str, tracer: &mut T, host: &mut dyn Host) -> Result<(), Owned> {
        if found.is_empty() {
            return Ok(());
        }
        let vm = &mut self.machine.vm;
        let args = vec![crate::natives::errors::warnings::source_warnings(vm, found), vm.str(name)];
        let done = self.prelude_traced("warnings_of_source", args, tracer, host)?;
        self.machine.vm.release(done);
        Ok(())
    }
    /// The bundle of a cell's value; keeps it in `Out`.
    fn finish(&mut self, value: Owned, opts: &CellOptions, host: &mut dyn Host) -> Result<Option<Display>, CellError> {
        if opts.silent {
            self.machine.vm.release(value);
            return Ok(None);
        }
        let vm = &mut self.machine.vm;
        let args = vec![value, vm.int(i64::from(opts.execution_count)), vm.bool(opts.store_history)];
        match self.bookkeeping("finish", args, host) {
            Ok(answer) => Ok(self.json::<(Bundle, Bundle)>(answer).map(display)),
            Err(e) => Err(self.describe(e, false, host)),
        }
    }
    fn user_expression(&mut self, text: &str, host: &mut dyn Host) -> Result<Display, CellError> {
        let text = self.machine.vm.str(text);
        match self.shell("user_expression", vec![text], host) {
            Ok(answer) => Ok(self.json::<(Bundle, Bundle)>(answer).map(display).unwrap_or_default()),
            Err(e) => Err(self.describe(e, false, host)),
        }
    }
}

fn display((data, metadata): (Bundle, Bundle)) -> Display {
    Display { data, metadata, transient: Bundle::new() }
}
