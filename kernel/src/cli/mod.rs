//! The command line: which command, and its help.
mod args;
mod explore;
mod install;
mod kernel;
mod run;
mod terminal;

use crate::wire::info::PYTHON_VERSION;
use std::process::ExitCode;

/// Wrong use of the command line, as most commands have it.
const USAGE: u8 = 2;

const HELP: &str = "\
Pellucid: Python that you can look into. A Jupyter kernel and a command.

  pellucid install                 make the kernel known to Jupyter, then: jupyter lab
  pellucid run hello.py one two    run a file; sys.argv is ['hello.py', 'one', 'two']
  pellucid run -c 'print(6 * 7)'   run a piece of code
  pellucid run -m asyncio          run a module as a program
  pellucid run - < hello.py        run what comes on standard input

Programs run on a machine of their own: time, threads, processes and sockets are simulated, and the same
program with the same input does the same every time. Of your files it sees, read-only, the folder of the
script and the current one. To show it more, or to let it write:

  pellucid run --mount ~/data --mount ~/out:rw hello.py

In a notebook, lines that begin with % are lenses on what Python hides; try %lsmagic, then:

  a = [1]; b = [a, a]
  %heap a b

Commands
  run       [--mount PATH[:ro|rw]]... [--seed N] [-W ACTION] [-X OPTION] FILE | -m MODULE | -c CODE | -   [ARGUMENT...]
  install   [--user | --sys-prefix | --prefix PATH] [--name NAME] [--mount PATH[:ro|rw]]... [--history FILE|none]
  kernel    -f CONNECTION_FILE [--mount PATH[:ro|rw]]... [--seed N] [--history FILE|none]    (Jupyter starts this)
  explore   [--preemptions N] [--random | --pct DEPTH] [--seed N] [--points gil|bytecode|line] [--runs N] FILE
            a program with threads under many schedules: every outcome, its count and its simplest schedule;
            exit code 1 when there are several outcomes, or one that raises, deadlocks or does not end

A kernel keeps what it executed, for searching in later sessions, in ~/.local/state/pellucid/history.sqlite
(below $XDG_STATE_HOME, if that is set). --history FILE keeps it elsewhere and --history none nowhere; so does
the environment variable PELLUCID_HISTORY, with the same values.

Options
  -h, --help     this page            -V, --version  the version
";

pub fn main() -> ExitCode {
    let mut args: Vec<String> = vec![];
    for arg in std::env::args_os().skip(1) {
        match arg.into_string() {
            Ok(arg) => args.push(arg),
            Err(arg) => return wrong(&format!("{arg:?} is not valid UTF-8")),
        }
    }
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => return help(),
    };
    let wants_help = rest.first().is_some_and(|a| a == "-h" || a == "--help");
    match command {
        "-h" | "--help" | "help" => help(),
        "-V" | "--version" => {
            println!("pellucid {} (Python {PYTHON_VERSION})", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        "run" | "kernel" | "install" | "explore" if wants_help => help(),
        "run" => run::main(rest),
        "kernel" => kernel::main(rest),
        "install" => install::main(rest),
        "explore" => explore::main(rest),
        other => wrong(&format!("there is no command {other:?}{}", nearest(other))),
    }
}

fn help() -> ExitCode {
    print!("{HELP}");
    ExitCode::SUCCESS
}

/// An error of use: one sentence and where to read on.
fn wrong(sentence: &str) -> ExitCode {
    eprintln!("pellucid: {sentence}\nSee: pellucid --help");
    ExitCode::from(USAGE)
}

/// An error of the world.
fn failed(sentence: &str) -> ExitCode {
    eprintln!("pellucid: {sentence}");
    ExitCode::FAILURE
}

fn nearest(typed: &str) -> String {
    if typed.ends_with(".py") {
        return format!("; did you mean: pellucid run {typed}");
    }
    let commands = ["run", "install", "kernel", "explore"];
    match commands.iter().find(|c| c.starts_with(typed) || typed.starts_with(*c)) {
        Some(near) => format!("; did you mean {near:?}"),
        None => String::new(),
    }
}

