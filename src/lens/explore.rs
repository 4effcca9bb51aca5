//! `%%explore` and `%replay`: their options, and what an exploration is kept for.
use crate::explore::{self, Exploration, Outcome, Strategy};
use crate::machine::Machine;
use crate::sim::policy::Points;
use crate::snapshot::explore::*;

const HELP: &str = "%%explore [--preemptions N] [--random | --pct DEPTH] [--seed N] [--points gil|bytecode|line] [--runs N]";

/// Changes of priority in a run that make sense, and schedules.
pub(super) const DEEPEST: u32 = 100;
const MOST_RUNS: usize = 1_000_000;

/// The options of the command's line.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub strategy: Strategy,
    /// One pass each.
    pub points: Vec<Points>,
    pub runs: usize,
}

/// # Errors
/// A sentence for the user: the line is wrong.
pub fn plan(line: &str) -> Result<Plan, String> {
    let mut words = line.trim_start_matches('%').split_whitespace().skip(1);
    let (mut strategy, mut points, mut runs, mut seed) = (Strategy::Preemptions(2), vec![Points::Gil, Points::Bytecode], 400usize, 1u64);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value. {HELP}"));
        match word {
            "--preemptions" => strategy = Strategy::Preemptions(number(word, value()?)?),
            "--random" => strategy = Strategy::Random { seed },
            "--pct" => strategy = Strategy::Pct { depth: number(word, value()?)?, seed },
            "--seed" => seed = number(word, value()?)?,
            "--runs" => runs = number(word, value()?)?,
            "--points" => points = vec![named_points(value()?)?],
            other => return Err(format!("%%explore knows no {other}. {HELP}")),
        }
    }
    if matches!(strategy, Strategy::Pct { depth, .. } if !(1..=DEEPEST).contains(&depth)) {
        return Err(format!("--pct takes a depth from 1 to {DEEPEST}."));
    }
    if runs > MOST_RUNS {
        return Err(format!("--runs takes at most {MOST_RUNS}."));
    }
    match &mut strategy {
        Strategy::Random { seed: s } | Strategy::Pct { seed: s, .. } => *s = seed,
        Strategy::Preemptions(_) => {}
    }
    if runs == 0 {
        return Err("--runs must be at least 1.".to_owned());
    }
    Ok(Plan { strategy, points, runs })
}

pub(super) fn number<T: std::str::FromStr>(word: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{word} takes a number, not `{text}`."))
}

pub(super) fn named_points(text: &str) -> Result<Points, String> {
    match text {
        "gil" => Ok(Points::Gil),
        "bytecode" => Ok(Points::Bytecode),
        "line" => Ok(Points::Line),
        other => Err(format!("switch points are gil, bytecode or line, not `{other}`.")),
    }
}

pub(super) fn points_name(points: Points) -> &'static str {
    match points {
        Points::Gil => "gil",
        Points::Bytecode => "bytecode",
        Points::Line => "line",
    }
}

/// A cell that was explored, for `%replay`: the machine before it, its text, and its schedules.
pub struct Kept {
    pub base: Machine,
    pub source: String,
    pub file: String,
    pub schedules: Vec<(String, Points, Vec<u32>)>,
}

/// All passes as one snapshot, and for each of its outcomes where its simplest schedule is.
pub fn snapshot(plan: &Plan, passes: &[Exploration]) -> (ExploreSnapshot, Vec<(Points, Vec<u32>)>) {
    let mut found: Vec<(Points, Outcome, Vec<u64>)> = Vec::new();
    for (n, pass) in passes.iter().enumerate() {
        for o in &pass.outcomes {
            match found.iter_mut().find(|f| f.1.end == o.end) {
                Some(f) => f.2[n] = o.count,
                None => {
                    let mut counts = vec![0; passes.len()];
                    counts[n] = o.count;
                    found.push((plan.points[n], o.clone(), counts));
                }
            }
        }
    }
    found.sort_by_key(|f| std::cmp::Reverse(f.2.iter().sum::<u64>()));
    let outcomes = found.iter().enumerate().map(|(i, (_, o, counts))| ExploreOutcome {
        name: format!("x{}", i + 1),
        kind: kind(o),
        text: words(&o.end),
        counts: counts.clone(),
        preemptions: o.preemptions,
        switches: o.switches,
        steps: None,
    });
    let pass = |(p, points): (&Exploration, &Points)| ExplorePass {
        points: points_name(*points).to_owned(),
        strategy: strategy(&plan.strategy),
        runs: p.runs as u64,
        complete: p.complete,
        decisions: p.decisions as u64,
    };
    let snapshot = ExploreSnapshot {
        outcomes: outcomes.collect(),
        passes: passes.iter().zip(&plan.points).map(pass).collect(),
        interrupted: passes.iter().any(|p| p.interrupted),
    };
    (snapshot, found.into_iter().map(|(points, o, _)| (points, o.schedule)).collect())
}

fn strategy(s: &Strategy) -> String {
    match s {
        Strategy::Preemptions(n) => format!("preemptions {n}"),
        Strategy::Random { seed } => format!("random {seed}"),
        Strategy::Pct { depth, seed } => format!("pct {depth} {seed}"),
    }
}

fn kind(o: &Outcome) -> OutcomeKind {
    match &o.end.error {
        _ if o.end.endless => OutcomeKind::Endless,
        Some(e) if e.starts_with("RuntimeError: deadlock: every thread waits") => OutcomeKind::Deadlock,
        Some(_) => OutcomeKind::Raises,
        None => OutcomeKind::Ends,
    }
}

fn words(end: &explore::End) -> String {
    let printed: Vec<&str> = end.stdout.lines().collect();
    let mut parts = Vec::new();
    if !printed.is_empty() {
        parts.push(printed.join(" / "));
    }
    parts.extend(end.value.iter().map(|v| format!("→ {v}")));
    parts.extend(end.error.iter().cloned());
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_wrong_ones_are_named() {
        let p = plan("%%explore --pct 3 --seed 9 --points line --runs 50").expect("right");
        assert_eq!(p, Plan { strategy: Strategy::Pct { depth: 3, seed: 9 }, points: vec![Points::Line], runs: 50 });
        assert!(plan("%%explore --depth 3").is_err_and(|e| e.contains("--depth")));
        assert!(plan("%%explore --points often").is_err_and(|e| e.contains("often")));
        assert!(plan("%%explore --runs 0").is_err());
    }
}
