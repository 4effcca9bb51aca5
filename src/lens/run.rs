//! The cell commands: their names, their arguments, and how one is carried out.
use super::{memory, parse, view, watch};
use crate::code::{CompileMode, CompileOptions};
use crate::face::{Bundle, Display, Host};
use crate::heap::{Owned, Ref};
use crate::machine::Machine;
use crate::render::view::Lang;
use crate::vm::{Ask, Request};
use serde_json::Value;

/// Every command and one sentence on it.
const COMMANDS: &[(&str, &str)] = &[
    ("object", "%object EXPR [EXPR2]: identity, type, value, reference count, size and names; with two, why `is` says what it says."),
    ("types", "%types EXPR…: objects, their classes and metaclasses, up to type and object."),
    ("mro", "%mro CLASS: the C3 merge step by step; %mro A, B: the merge of a class with these bases."),
    ("lookup", "%lookup EXPR.attr, %lookup EXPR.attr = VALUE, %lookup del EXPR.attr: every place searched, and the rule that decides; only reading is carried out."),
    ("dispatch", "%dispatch EXPR: the special methods that one operation tries, in order; a += b, c[i] = x and del c[i] too (what += gives is bound to no name)."),
    ("build", "%%build: how the cell's class statements build their classes: metaclass, __prepare__, body, __new__, __set_name__, __init_subclass__, __init__, decorators."),
    ("dis", "%dis FUNCTION: bytecode beside the source lines, with stack effects and the places where the GIL can switch."),
    ("heap", "%heap EXPR…: names, objects and references, up to 6 references deep and 60 objects; alone: all names. %%heap EXPR…: before and after the cell."),
    ("layout", "%layout EXPR: the memory of an object: table, room, digits, slots, block by block."),
    ("growth", "%%growth NAME: each change of a container's room while the cell runs."),
    ("probe", "%probe CONTAINER, KEY: hash, mask, and every slot of the dict or set that the search looks at."),
    ("refs", "%refs EXPR: every reference to an object: names, containers, attributes, closures, frames."),
    ("refcounts", "%%refcounts NAME…: the counts after each line of the cell, what changed them, and the moment of death."),
    ("step", "%%step [--from N] [--to N] [--only NAME,…] [--expr]: a player of the cell: line, frames, heap and output of each step, back and forth; --only: of these functions, --expr: of each expression in a line too."),
    ("gc", "%gc: generations and thresholds. %gc collect: a full collection, phase by phase."),
    ("timeline", "%%timeline [--from T] [--to T] [--threads NAME,…] [--no-variables]: lanes of threads and processes while the cell runs: who has the GIL, who waits and for what."),
    ("locks", "%locks: locks, Conditions, Semaphores, Events and queues: who holds, who waits, and who waits for whom."),
    ("ps", "%ps: processes with parent, state, threads and descriptors."),
    ("net", "%net: sockets with their states and buffers, backlogs, pollers with their ready lists, segments on the way, links. %net latency TIME [HOST[:PORT]], bandwidth RATE, drop PERCENT, delay TIME, partition [HOST], heal, refuse HOST[:PORT], host NAME [ADDRESS], seed N, reset: sets up the virtual network."),
    ("sched", "%sched [cpython | round_robin N | random SEED | pct DEPTH SEED | manual THREAD…] [points gil|bytecode|line] [cpus N] [gil on|off]: the schedule's settings."),
    ("clock", "%clock: the virtual time, and what costs time."),
    ("explore", "%%explore [--preemptions N] [--random | --pct DEPTH] [--seed N] [--points gil|bytecode|line] [--runs N]: the cell under many schedules, on copies of the machine: every outcome with its simplest schedule."),
    ("replay", "%replay NAME: an outcome of the last %%explore again, step by step, as a timeline."),
    ("frames", "%frames EXPR: a suspended generator, coroutine, async generator or task: line, locals, operand stack, and the chain of yield from and await down to what it waits for."),
    ("loop", "%loop [LOOP]: the running or last event loop: ready queue, timer heap, selector, and its tasks with what each awaits."),
    ("claims", "%claims [CHAPTER | ID] [--run]: the statements of the notes: what holds, what is corrected, what is dated; an ID runs its check on a fresh machine, --run those of the chapter."),
    ("lang", "%lang en, %lang zh: the language of every label."),
    ("figures", "%figures png pdf, %figures none: picture formats beside HTML and text."),
    ("settings", "%settings: what has been set."),
];

/// Commands that watch a cell while it runs, and the one that has both forms.
const CELL_ONLY: &[&str] = &["growth", "refcounts", "timeline", "explore", "step", "build"];
const CELLS: &[&str] = &["growth", "refcounts", "heap", "timeline", "step", "build"];

/// Commands that are no expressions: they stand on a line of their own.
const OF_A_LINE: &[&str] = &["lang", "figures", "settings", "sched", "clock", "locks", "ps", "net", "replay", "claims"];

/// Names of the commands, each with its sentence of help.
pub fn names() -> Vec<(&'static str, &'static str)> {
    COMMANDS.to_vec()
}

/// Whether a command watches a cell (`%%name`).
pub fn is_cell_lens(line: &str) -> bool {
    let name = line.trim_start_matches('%').split_whitespace().next().unwrap_or_default();
    line.starts_with("%%") && CELLS.contains(&name)
}

/// Carries out a command line (without `%`). None: its name is none of these.
///
/// # Errors
/// A sentence for the user: a wrong argument, or the exception that an expression raised.
pub fn run_magic(machine: &mut Machine, namespace: Ref, line: &str, host: &mut dyn Host) -> Option<Result<Display, String>> {
    let is_cell = line.trim().starts_with("%%");
    let line = line.trim().trim_start_matches('%');
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, ask_help) = match name.strip_suffix('?') {
        Some(bare) => (bare, true),
        None => (name, false),
    };
    let (name, help) = *COMMANDS.iter().find(|(n, _)| *n == name)?;
    if is_cell && CELLS.contains(&name) {
        return Some(Err(format!("%%{name} stands on the first line of a cell: {help}")));
    }
    if is_cell {
        return Some(Err(format!("%{name} is a command of one line: %{name} in the cell, without the second %")));
    }
    let rest = rest.trim();
    if ask_help {
        return Some(Ok(text(help)));
    }
    if CELL_ONLY.contains(&name) {
        return Some(Err(format!("%%{name} stands on the first line of a cell: {help}")));
    }
    Some(match name {
        "lang" | "figures" | "settings" => settings(machine, name, rest),
        "sched" => super::sched::sched(machine, rest).map(|t| text(&t)),
        "clock" => super::sched::clock(machine, rest).map(|t| text(&t)),
        "net" => super::net::net(machine, rest),
        "locks" | "ps" if !rest.is_empty() => Err(format!("%{name} takes nothing; it got `{rest}`.")),
        "locks" => {
            let snapshot = crate::inspect::locks::snapshot(machine);
            Ok(watch::display(machine, &view::system::locks(&snapshot, memory::get(&machine.vm).lang)))
        }
        "ps" => {
            let snapshot = crate::inspect::processes::snapshot(machine);
            Ok(watch::display(machine, &view::system::processes(&snapshot, memory::get(&machine.vm).lang)))
        }
        _ => lens(machine, namespace, name, rest, host),
    })
}

fn text(s: &str) -> Display {
    let data = Bundle::from([("text/plain".to_owned(), Value::String(s.to_owned()))]);
    Display { data, ..Default::default() }
}

fn settings(machine: &mut Machine, name: &str, rest: &str) -> Result<Display, String> {
    let vm = &mut machine.vm;
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (name, &words[..]) {
        ("lang", ["en"]) => memory::update(vm, |m| m.lang = Lang::En),
        ("lang", ["zh"]) => memory::update(vm, |m| m.lang = Lang::Zh),
        ("lang", [_, ..]) => return Err("%lang takes en or zh.".to_owned()),
        ("figures", ["none"]) => memory::update(vm, |m| (m.png, m.pdf) = (false, false)),
        ("figures", list) if list.iter().all(|w| ["png", "pdf"].contains(w)) && !list.is_empty() => {
            memory::update(vm, |m| (m.png, m.pdf) = (list.contains(&"png"), list.contains(&"pdf")));
        }
        ("figures", [_, ..]) => return Err("%figures takes png, pdf or both, or none.".to_owned()),
        _ => {}
    }
    let m = memory::get(vm);
    let figures = [(m.png, "png"), (m.pdf, "pdf")].iter().filter(|(on, _)| *on).map(|(_, n)| *n).collect::<Vec<_>>().join(" ");
    let figures = if figures.is_empty() { "none" } else { &figures };
    Ok(text(&format!("%lang {}\n%figures {figures}", m.lang.pick("en", "zh"))))
}

fn lens(machine: &mut Machine, namespace: Ref, name: &str, rest: &str, host: &mut dyn Host) -> Result<Display, String> {
    let (texts, extra) = plan(name, rest)?;
    let values = evaluate_all(machine, namespace, &texts, host)?;
    show(machine, namespace, name, texts, extra, values, host)
}

/// The values of expressions, each evaluated once.
fn evaluate_all(machine: &mut Machine, namespace: Ref, texts: &[String], host: &mut dyn Host) -> Result<Vec<Owned>, String> {
    let mut values = Vec::new();
    for t in texts {
        match evaluate(machine, namespace, t, host) {
            Ok(v) => values.push(v),
            Err(e) => {
                values.into_iter().for_each(|v| machine.vm.release(v));
                return Err(e);
            }
        }
    }
    Ok(values)
}

/// The page of a lens.
fn show(machine: &mut Machine, namespace: Ref, name: &str, texts: Vec<String>, extra: Vec<String>, values: Vec<Owned>, host: &mut dyn Host) -> Result<Display, String> {
    let vm = &mut machine.vm;
    let values = vm.tuple(values);
    let words = texts.into_iter().chain(extra).map(|s| vm.str(s)).collect();
    let words = vm.tuple(words);
    let lens = vm.str(name);
    let module = vm.native_module("pellucid").expect("a module of the machine");
    let dict = vm.module_dict(module.get());
    let show = vm.dict_get_str(dict, "_show").expect("a function of the module");
    let request = vm.call_request(show, &[lens.get(), words.get(), values.get(), namespace], &[]);
    [module, lens, words, values].into_iter().for_each(|o| vm.release(o));
    match machine.run(request, host) {
        Ok(page) => {
            let data = serde_json::from_str(&machine.vm.lossy(page.get())).unwrap_or_default();
            machine.vm.release(page);
            Ok(Display { data, ..Default::default() })
        }
        Err(e) => Err(sentence(machine, e)),
    }
}

/// What a lens's line asks for: the expressions to evaluate, and what else the lens must know.
///
/// # Errors
/// A sentence for the user: the line has not what the lens needs.
pub fn plan(name: &str, rest: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let rest = rest.trim();
    let Some((_, help)) = COMMANDS.iter().find(|(n, _)| *n == name) else { return Err(format!("there is no lens %{name}")) };
    let help = *help;
    if CELL_ONLY.contains(&name) {
        return Err(format!("%%{name} stands on the first line of a cell: {help}"));
    }
    if OF_A_LINE.contains(&name) {
        return Err(format!("%{name} stands on a line of its own, outside of blocks"));
    }
    if rest.is_empty() && !["heap", "gc", "loop"].contains(&name) {
        return Err(help.to_owned());
    }
    // `--x` is Python, but nobody's: a name of an option that some other tool has.
    if let Some(option) = rest.split_whitespace().next().filter(|w| w.strip_prefix("--").is_some_and(|o| o.starts_with(char::is_alphabetic))) {
        return Err(format!("%{name} has no option `{option}`: {help}"));
    }
    match name {
        "lookup" => {
            let words = |w: &str| w.to_owned();
            if let Some(target) = rest.strip_prefix("del ") {
                let (obj, attr) = parse::attribute(target.trim()).ok_or(help)?;
                return Ok((vec![obj], vec![attr, words("delete")]));
            }
            if let Some((obj, attr)) = parse::attribute(rest) {
                return Ok((vec![obj], vec![attr, words("get")]));
            }
            let (target, value) = rest.split_once('=').ok_or(help)?;
            let (obj, attr) = parse::attribute(target.trim()).ok_or(help)?;
            Ok((vec![obj, value.trim().to_owned()], vec![attr, words("set")]))
        }
        "dispatch" => match parse::operation(rest) {
            Some((symbol, operands)) => Ok((operands, vec![rest.to_owned(), symbol.to_owned()])),
            None => Err(format!("%dispatch takes one operation such as a + b, a < b, -a, x in c, len(c), f(x) or c[i]; `{rest}` is none.")),
        },
        "object" => {
            let list = parse::expressions(rest);
            if list.len() > 2 { Err(help.to_owned()) } else { Ok((list, vec![])) }
        }
        "layout" | "refs" | "dis" | "frames" => {
            let list = parse::expressions(rest);
            if list.len() == 1 { Ok((list, vec![])) } else { Err(help.to_owned()) }
        }
        "probe" => {
            let list = parse::expressions(rest);
            if list.len() == 2 { Ok((list, vec![])) } else { Err(help.to_owned()) }
        }
        "loop" => {
            let list = parse::expressions(rest);
            if list.len() < 2 { Ok((list, vec![])) } else { Err(help.to_owned()) }
        }
        "gc" => match rest {
            "" => Ok((vec![], vec![])),
            "collect" => Ok((vec![], vec![rest.to_owned()])),
            _ => Err(format!("%gc takes nothing or `collect`; it got `{rest}`")),
        },
        _ => Ok((parse::expressions(rest), vec![])),
    }
}

/// Evaluates an expression once.
pub(super) fn evaluate(machine: &mut Machine, namespace: Ref, source: &str, host: &mut dyn Host) -> Result<Owned, String> {
    let vm = &mut machine.vm;
    let code = match crate::code::compile(source, "<lens>", CompileMode::Eval, &CompileOptions::default()) {
        Ok(c) => vm.load_code(&c.code, false),
        Err(p) => return Err(format!("`{source}` is no Python expression: {}", p.msg)),
    };
    let func = match vm.function_in(code.get(), namespace) {
        Ok(f) => f,
        Err(Ask::Raise(e)) => {
            vm.release(code);
            return Err(sentence(machine, e));
        }
        Err(_) => return Err(format!("`{source}` could not be evaluated")),
    };
    vm.release(code);
    vm.heap.incref_raw(namespace);
    machine.run(Request::Body { func: func.into_raw(), namespace }, host).map_err(|e| sentence(machine, e))
}

/// An exception as one line.
fn sentence(machine: &mut Machine, e: Owned) -> String {
    let (name, message) = crate::inspect::dispatch::exception(&machine.vm, e.get());
    machine.vm.release(e);
    if message.starts_with('%') {
        return message;
    }
    if message.is_empty() { name } else { format!("{name}: {message}") }
}
