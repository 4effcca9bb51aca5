//! `pellucid explore`: a program under many schedules, as the cell command `%%explore` runs a cell.
use super::run::{Program, exit_code, on_a_thread, parse, refused};
use super::terminal::Terminal;
use super::wrong;
use crate::host_fs::HostFs;
use pellucid::face::{CellResult, SessionOptions};
use pellucid::session::Session;
use std::process::ExitCode;

/// The explorer's options that take a value.
const WITH_VALUE: &[&str] = &["--preemptions", "--pct", "--seed", "--points", "--runs"];
const INTERRUPTED: u8 = 130;

pub fn main(args: &[String]) -> ExitCode {
    let (options, rest) = split(args);
    match rest.first().map(String::as_str) {
        None => return wrong("explore needs a FILE"),
        Some("-m" | "-c") => return wrong("explore takes a FILE, no -m or -c"),
        Some(_) => {}
    }
    match parse(rest) {
        Ok((Program::File { source, path }, session)) => match String::from_utf8(source) {
            Ok(source) => on_a_thread(move || explore(&options, &source, &path, session.clone())),
            Err(_) => wrong("the file is not UTF-8 text"),
        },
        Ok(_) => wrong("explore needs a FILE"),
        Err(refusal) => refused(refusal),
    }
}

/// The explorer's own options in front, and the rest.
fn split(args: &[String]) -> (Vec<String>, &[String]) {
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let known = WITH_VALUE.contains(&option.split('=').next().unwrap_or_default());
        at += match option.as_str() {
            "--random" => 1,
            o if known && o.contains('=') => 1,
            _ if known => 2,
            _ => break,
        };
    }
    let at = at.min(args.len());
    (args[..at].iter().flat_map(|a| a.split('=')).map(str::to_owned).collect(), &args[at..])
}

fn explore(options: &[String], source: &str, path: &str, session: SessionOptions) -> u8 {
    let mut host = Terminal::new(HostFs::new(&session.mounts));
    let result = Session::new(session).explore(&options.join(" "), source, path, &mut host);
    host.finish();
    let code = verdict(&result);
    if let Some(text) = result.value.as_ref().and_then(|v| v.data.get("text/plain")).and_then(|t| t.as_str()) {
        println!("{text}");
    }
    match exit_code(&mut host, result) {
        0 => code,
        code => code,
    }
}

/// 0 when there is one outcome and it is an ordinary end; else 1, or 130 after an interrupt.
fn verdict(result: &CellResult) -> u8 {
    let data = result.value.as_ref().and_then(|v| v.data.get("application/vnd.pellucid.v1+json")).map(|j| &j["data"]);
    if data.is_some_and(|d| d["interrupted"] == true) {
        return INTERRUPTED;
    }
    let outcomes = data.and_then(|d| d["outcomes"].as_array()).cloned().unwrap_or_default();
    u8::from(outcomes.len() != 1 || outcomes.iter().any(|o| o["kind"] != "ends"))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn options_come_before_the_file() {
        let args: Vec<String> = ["--random", "--runs", "9", "--seed=3", "a.py", "--x"].map(str::to_owned).to_vec();
        let (options, rest) = split(&args);
        assert_eq!(options, ["--random", "--runs", "9", "--seed", "3"]);
        assert_eq!(rest, ["a.py", "--x"]);
    }
}
