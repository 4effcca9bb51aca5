//! `%%timeline`: the cell runs as it would alone, and its threads and processes are told as lanes.
use super::view;
use super::watch::{display, run};
use super::memory;
use crate::face::{Display, Host};
use crate::heap::{Owned, Ref};
use crate::inspect::record::Recorder;
use crate::inspect::timeline::{Window, snapshot};
use crate::machine::Machine;

const HELP: &str = "%%timeline [--from T] [--to T] [--threads NAME,NAME] [--no-variables]: T is a virtual time such as 250us, 1.5ms or 2s.";

/// The options of the command's line.
#[derive(Default, Debug, PartialEq)]
struct Options {
    window: Window,
    no_variables: bool,
}

/// # Errors
/// A sentence for the user: the line is wrong, and nothing was run.
pub(super) fn run_cell(machine: &mut Machine, namespace: Ref, line: &str, (source, file): (&str, &str), host: &mut dyn Host) -> Result<(Result<Owned, Owned>, Display), String> {
    let options = options(line)?;
    let pid = machine.os.process.pid;
    let mut recorder = Recorder::new(namespace, pid, !options.no_variables);
    let result = run(machine, namespace, source, file, &mut recorder, host);
    recorder.finish(&machine.vm);
    let mut snapshot = snapshot(&recorder.log, &options.window);
    snapshot.accesses_cut = recorder.accesses_cut();
    let view = view::timeline::view(&snapshot, memory::get(&machine.vm).lang);
    Ok((result, display(machine, &view)))
}

fn options(line: &str) -> Result<Options, String> {
    let mut out = Options::default();
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value. {HELP}"));
        match word {
            "--from" => out.window.from = Some(time(value()?)?),
            "--to" => out.window.to = Some(time(value()?)?),
            "--threads" => out.window.lanes = value()?.split(',').map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect(),
            "--no-variables" => out.no_variables = true,
            other => return Err(format!("%%timeline knows no {other}. {HELP}")),
        }
    }
    if let (Some(from), Some(to)) = (out.window.from, out.window.to)
        && from >= to
    {
        return Err("--from must be before --to.".to_owned());
    }
    Ok(out)
}

/// A duration such as `250us`, `1.5ms`, `2s` in nanoseconds; without a unit it is seconds.
pub(super) fn time(text: &str) -> Result<u64, String> {
    let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("", 1e9)];
    let found = units.iter().find_map(|(unit, ns)| Some((text.strip_suffix(unit)?.parse::<f64>().ok()?, ns)));
    match found {
        Some((n, ns)) if n >= 0.0 && n.is_finite() => Ok((n * ns) as u64),
        _ => Err(format!("`{text}` is no time: write 250us, 1.5ms or 2s.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(["250us", "1.5ms", "2s", "3", "7ns"].map(|t| time(t).unwrap_or(0)), [250_000, 1_500_000, 2_000_000_000, 3_000_000_000, 7]);
        assert!(time("soon").is_err() && time("-1s").is_err());
    }

    #[test]
    fn options_are_read_and_wrong_ones_are_named() {
        let o = options("--from 1ms --to 2ms --threads A,B").expect("right");
        assert_eq!((o.window.from, o.window.to, o.window.lanes.len()), (Some(1_000_000), Some(2_000_000), 2));
        assert!(options("--form 1ms").is_err_and(|e| e.contains("--form")));
        assert!(options("--from 2ms --to 1ms").is_err());
    }
}
