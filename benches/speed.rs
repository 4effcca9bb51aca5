//! How fast programs run on Pellucid, and beside CPython where there is one.
//!
//! Run: `cargo build --release -p pellucid-kernel && cargo bench --bench speed [-- NAME…]`. The programs are in
//! `benches/programs/`. Each runs in a process of its own, three times, the interpreters taking turns; the shortest
//! wall time in seconds counts. A ratio of 2.0 means twice CPython's time.
//! `PELLUCID` names the program to measure (default `target/release/pellucid`), `PELLUCID_CPYTHON` the CPython to compare
//! with (default `python3.13` on the PATH; without one, only times are printed).
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // a program for the host: it runs processes and reads the clock

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const ROUNDS: usize = 3;

/// Seconds and output of one run; None if it failed.
fn run(command: &[String], program: &Path) -> Option<(f64, Vec<u8>)> {
    let start = Instant::now();
    let out = Command::new(&command[0]).args(&command[1..]).arg(program).stderr(Stdio::null()).output().ok()?;
    out.status.success().then(|| (start.elapsed().as_secs_f64(), out.stdout))
}

fn cpython() -> Option<Vec<String>> {
    let name = std::env::var("PELLUCID_CPYTHON").unwrap_or_else(|_| "python3.13".into());
    let works = Command::new(&name).arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success());
    works.then(|| vec![name])
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let only: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let ours = std::env::var("PELLUCID").unwrap_or_else(|_| root.join("target/release/pellucid").display().to_string());
    let interpreters = [Some(vec![ours, "run".into()]), cpython()];
    let mut programs: Vec<PathBuf> = std::fs::read_dir(root.join("benches/programs"))
        .expect("the programs are beside this file")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "py"))
        .collect();
    programs.sort();
    let (mut logs, mut compared) = (0.0, 0);
    println!("{:16}{:>10}{:>10}{:>8}", "program", "pellucid", "cpython", "ratio");
    for program in programs {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !only.is_empty() && !only.iter().any(|o| name.contains(o.as_str())) {
            continue;
        }
        let mut best: [Option<(f64, Vec<u8>)>; 2] = [None, None];
        for _ in 0..ROUNDS {
            for (best, command) in best.iter_mut().zip(&interpreters) {
                let Some(found) = command.as_ref().and_then(|c| run(c, &program)) else { continue };
                if best.as_ref().is_none_or(|b| found.0 < b.0) {
                    *best = Some(found);
                }
            }
        }
        match best {
            [Some((a, x)), Some((b, y))] => {
                logs += (a / b).ln();
                compared += 1;
                println!("{name:16}{a:>10.3}{b:>10.3}{:>8.2}{}", a / b, if x == y { "" } else { "  other output" });
            }
            [Some((a, _)), None] => println!("{name:16}{a:>10.3}"),
            [None, _] => println!("{name:16}    failed"),
        }
    }
    if compared > 0 {
        println!("geometric mean of {compared} ratios: {:.2}", (logs / compared as f64).exp());
    }
}
