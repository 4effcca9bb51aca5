//! `pellucid run`: one program on a machine of its own.
use super::args::{Common, absolute, show, text_of, value};
use super::terminal::Terminal;
use super::{failed, wrong};
use crate::host_fs::HostFs;
use crate::panics;
use pellucid::face::{CellResult, SessionOptions};
use pellucid::session::Session;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

/// A bug of ours, as sysexits.h numbers it (EX_SOFTWARE).
const BUG: u8 = 70;
/// As a shell counts a program that SIGINT ended.
const INTERRUPTED: u8 = 130;

/// What to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Program {
    File { path: String, source: Vec<u8> },
    Module(String),
    Code(String),
}

pub fn main(args: &[String]) -> ExitCode {
    if let Err(why) = take_hash_seed() {
        return failed(why);
    }
    match parse(args) {
        Ok((program, options)) => on_a_thread(move || run(program, options)),
        Err(refusal) => refused(refusal),
    }
}

/// `PYTHONHASHSEED` as CPython reads it; without it, or with `random`, a program does the same every time, as with 0.
fn take_hash_seed() -> Result<(), &'static str> {
    let Some(seed) = std::env::var_os("PYTHONHASHSEED").filter(|seed| !seed.is_empty() && seed != "random") else { return Ok(()) };
    let Some(seed) = seed.to_str().and_then(|seed| seed.parse().ok()) else {
        return Err("PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]");
    };
    if pellucid::session::set_hash_seed(seed) { Ok(()) } else { Err("PYTHONHASHSEED comes too late") }
}

pub(super) fn refused(refusal: Refusal) -> ExitCode {
    match refusal {
        Refusal::Usage(why) => wrong(&why),
        Refusal::World(why) => failed(&why),
    }
}

/// Runs the machine on a thread of its own; a broken invariant is told, and the exit code says so.
pub(super) fn on_a_thread(work: impl FnOnce() -> u8 + Clone + Send + 'static) -> ExitCode {
    panics::remember();
    let thread = panics::spawn(move || panics::caught(work));
    let thread = match thread {
        Ok(thread) => thread,
        Err(e) => return failed(&format!("cannot start the machine's thread: {e}")),
    };
    match thread.join() {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(sentence)) => {
            eprintln!("PellucidBug: {sentence}\nThis is a bug of Pellucid, not of your program: please report it.");
            ExitCode::from(BUG)
        }
        // `caught` leaves nothing to unwind the thread.
        Err(_) => ExitCode::from(BUG),
    }
}

/// Letters of CPython's options that a program may be started with. They set `sys.flags`, and most turn off what is not here
/// anyway (the user's folders, the environment, byte-code files, buffering): a `python3` in a script can be replaced by
/// `pellucid run`. `-O` and `-b` are refused: asserts stay, and nobody warns of bytes beside text.
const LETTERS: &str = "BEIPqsSu";

/// Takes one of CPython's options, with its value, from the front of `args` over to `taken`.
fn take_option(args: &mut &[String], taken: &mut Vec<String>) -> Result<bool, String> {
    let Some((option, rest)) = args.split_first() else { return Ok(false) };
    let letters = option.strip_prefix('-').unwrap_or_default();
    if option == "-W" || option == "-X" {
        let (value, rest) = rest.split_first().ok_or_else(|| format!("{option} needs a value"))?;
        taken.extend([option.clone(), value.clone()]);
        *args = rest;
    } else if letters.starts_with(['W', 'X']) || !letters.is_empty() && letters.chars().all(|c| LETTERS.contains(c)) {
        taken.push(option.clone());
        *args = rest;
    } else {
        return Ok(false);
    }
    Ok(true)
}

pub(super) enum Refusal {
    Usage(String),
    World(String),
}

pub(super) fn parse(mut args: &[String]) -> Result<(Program, SessionOptions), Refusal> {
    let mut common = Common::default();
    let mut options = vec![];
    while take_option(&mut args, &mut options).map_err(Refusal::Usage)? || common.take(&mut args).map_err(Refusal::Usage)? {}
    let here = text_of(&absolute(".")).map_err(Refusal::World)?;
    let first = args.first().ok_or_else(|| Refusal::Usage("run needs a FILE, -m MODULE, -c CODE or -".into()))?;
    // `argv[0]` and the front of `sys.path` are CPython's for each way to start a program; tracebacks name a file by its whole path.
    let (program, argv0, path0) = match first.as_str() {
        "-m" => (Program::Module(value(&mut args).map_err(Refusal::Usage)?), "-m".to_owned(), here.clone()),
        "-c" => (Program::Code(value(&mut args).map_err(Refusal::Usage)?), "-c".to_owned(), String::new()),
        "-" => {
            args = &args[1..];
            (Program::File { path: "<stdin>".into(), source: standard_input()? }, "-".to_owned(), String::new())
        }
        option if option.starts_with('-') => return Err(Refusal::Usage(format!("run does not take {option:?}"))),
        file => {
            let typed = file.to_owned();
            args = &args[1..];
            let source = std::fs::read(&typed).map_err(|e| Refusal::World(format!("can't open file {typed:?}: {e}")))?;
            let place = absolute(&typed);
            let folder = text_of(place.parent().unwrap_or(Path::new("/"))).map_err(Refusal::World)?;
            let path = text_of(&place).map_err(Refusal::World)?;
            (Program::File { path, source }, typed, folder)
        }
    };
    let Common { mut mounts, seed } = common;
    show(&mut mounts, here.clone());
    if !path0.is_empty() {
        show(&mut mounts, path0.clone());
    }
    let argv = std::iter::once(argv0).chain(args.iter().cloned()).collect();
    Ok((program, SessionOptions { argv, path: vec![path0], cwd: here, mounts, seed, options }))
}

fn standard_input() -> Result<Vec<u8>, Refusal> {
    let mut source = vec![];
    let read = std::io::stdin().read_to_end(&mut source);
    read.map(|_| source).map_err(|e| Refusal::World(format!("cannot read standard input: {e}")))
}

/// Runs the program to its end and gives the process's exit code.
fn run(program: Program, options: SessionOptions) -> u8 {
    let mut host = Terminal::new(HostFs::new(&options.mounts));
    let mut session = Session::new(options);
    let result = match &program {
        Program::File { path, source } => session.run_file(path, source, &mut host),
        Program::Module(name) => session.run_module(name, &mut host),
        Program::Code(code) => session.run_string(code, &mut host),
    };
    host.finish();
    // The process ends: to give the heap back object by object would only take time.
    std::mem::forget(session);
    exit_code(&mut host, result)
}

/// The traceback goes to stderr as CPython prints it; an exit code is taken modulo 256, as the system does.
pub(super) fn exit_code(host: &mut Terminal, result: CellResult) -> u8 {
    let Some(error) = result.error else { return 0 };
    host.complain(&error.plain);
    match error.exit_code {
        Some(code) => code.rem_euclid(256) as u8,
        None if error.ename == "KeyboardInterrupt" => INTERRUPTED,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> (Program, SessionOptions) {
        let args: Vec<String> = args.iter().map(|&a| a.to_owned()).collect();
        parse(&args).unwrap_or_else(|_| panic!("refused {args:?}"))
    }

    #[test]
    fn ways_to_start() {
        let (p, o) = parsed(&["--seed=3", "-c", "print(1)", "-x", "--mount"]);
        assert_eq!(p, Program::Code("print(1)".into()));
        assert_eq!((o.argv, o.path, o.seed), (vec!["-c".into(), "-x".into(), "--mount".into()], vec!["".into()], 3));
        let (p, o) = parsed(&["-S", "-Bs", "-W", "error", "-Xdev", "-c", "pass", "-W"]);
        assert_eq!((p, o.argv), (Program::Code("pass".into()), vec!["-c".into(), "-W".into()]));
        assert_eq!(o.options, ["-S", "-Bs", "-W", "error", "-Xdev"]);
        let (p, o) = parsed(&["-m", "json.tool", "a"]);
        assert_eq!(p, Program::Module("json.tool".into()));
        assert_eq!(o.argv, ["-m", "a"]);
        assert_eq!(o.path, [o.cwd.as_str()]);
        let (p, o) = parsed(&["src/main.rs"]);
        assert!(matches!(p, Program::File { path, .. } if path.starts_with('/') && path.ends_with("/src/main.rs")));
        assert_eq!(o.argv, ["src/main.rs"]);
        let shown = |m: &pellucid::face::Mount| Path::new(&o.path[0]).starts_with(&m.path) && !m.writable;
        assert!(o.path[0].ends_with("/src") && o.mounts.iter().any(shown));
    }

    #[test]
    fn refusals() {
        assert!(matches!(parse(&["-x".into()]), Err(Refusal::Usage(_))));
        assert!(matches!(parse(&["-O".into(), "x.py".into()]), Err(Refusal::Usage(_))));
        assert!(matches!(parse(&["-W".into()]), Err(Refusal::Usage(_))));
        assert!(matches!(parse(&[]), Err(Refusal::Usage(_))));
        assert!(matches!(parse(&["no-such.py".into()]), Err(Refusal::World(_))));
    }
}
