//! The explorer: one program under many schedules, each on a copy of the same machine. Every distinct outcome is counted and
//! keeps the simplest schedule that leads to it.
//!
//! A machine is a value, so a schedule is a list of decisions, and running it again gives the same bytes. The search by
//! preemptions (Musuvathi and Qadeer, CHESS, PLDI 2007) tries all schedules without a preemption first, then all with one,
//! and so on; a preemption is a switch away from a thread that could have gone on.
use crate::face::{Errno, Host, HostStat, Stream};
use crate::machine::{Fuel, Machine};
use crate::sim::policy::{Choice, Points, Policy};
use std::collections::BTreeMap;

/// How to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All schedules with at most so many preemptions.
    Preemptions(u32),
    /// So many random schedules, from this seed on.
    Random { seed: u64 },
    /// Probabilistic concurrency testing with this depth, from this seed on.
    Pct { depth: u32, seed: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub strategy: Strategy,
    pub points: Points,
    /// Schedules that are run at most.
    pub runs: usize,
}

/// What one run ended with: all that can be told from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// What it wrote, to stderr too.
    pub stdout: String,
    /// The value of the program's last expression, or nothing.
    pub value: Option<String>,
    /// The exception, as one line.
    pub error: Option<String>,
    /// It was stopped because it had used up [`MOST`]; what it had written is not told.
    pub endless: bool,
}

/// A distinct outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub end: End,
    /// Schedules that led to it.
    pub count: u64,
    /// The decisions of the simplest of them: thread numbers.
    pub schedule: Vec<u32>,
    /// Preemptions in it, and all switches.
    pub preemptions: u32,
    pub switches: u32,
}

#[derive(Clone, Default)]
pub struct Exploration {
    /// In the order in which they were found.
    pub outcomes: Vec<Outcome>,
    pub runs: usize,
    /// Every schedule within the bound was run.
    pub complete: bool,
    /// The most decisions that a run had to take.
    pub decisions: usize,
    /// The front end has asked to stop.
    pub interrupted: bool,
    /// The machine of the last run, for its memory.
    spare: Option<Machine>,
}

/// What a run may use; one that uses more counts as endless. About a second of real time.
pub const MOST: Fuel = Fuel { ticks: 10_000_000, slices: 60_000 };

/// What runs on a copy of the machine.
pub type Program<'a> = &'a mut dyn FnMut(&mut Machine, &mut dyn Host) -> End;

/// Runs the program under every schedule of the search.
pub fn explore(base: &mut Machine, options: &Options, program: Program, host: &mut dyn Host) -> Exploration {
    let mut out = Exploration::default();
    match options.strategy {
        Strategy::Preemptions(bound) => by_preemptions(base, options, bound, program, host, &mut out),
        Strategy::Random { seed } => {
            for n in 0..options.runs as u64 {
                if out.interrupted {
                    break;
                }
                one(base, options.points, Policy::Random { seed: seed.wrapping_add(n) }, program, host, &mut out);
            }
        }
        Strategy::Pct { depth, seed } => {
            // Its guarantee needs the length of a run: the longest so far is the best guess.
            let mut length = None;
            for n in 0..options.runs as u64 {
                if out.interrupted {
                    break;
                }
                let policy = Policy::Pct { depth, seed: seed.wrapping_add(n) };
                let mut machine = prepared_again(base, &mut out.spare, options.points, policy.clone());
                if let Some(points) = length {
                    machine.os.sched.set_within(policy, points);
                }
                one_on(&mut machine, program, host, &mut out);
                length = length.max(Some(machine.os.sched.passed()));
                out.spare = Some(machine);
            }
        }
    }
    out.spare = None;
    out
}

/// A copy of the machine that will follow a schedule.
pub fn prepared(base: &Machine, points: Points, policy: Policy) -> Machine {
    set_up(base.clone(), points, policy)
}
/// The same in the memory of the machine of the last run.
fn prepared_again(base: &mut Machine, spare: &mut Option<Machine>, points: Points, policy: Policy) -> Machine {
    let machine = match spare.take() {
        Some(old) => base.copy_onto(old),
        None => base.clone(),
    };
    set_up(machine, points, policy)
}
fn set_up(mut machine: Machine, points: Points, policy: Policy) -> Machine {
    let sched = &mut machine.os.sched;
    (sched.points, sched.own_code_only, sched.recording) = (points, true, true);
    sched.set(policy);
    machine.fuel = Some(MOST);
    machine
}

/// Runs one schedule and counts its outcome; gives its decisions.
fn one(base: &mut Machine, points: Points, policy: Policy, program: Program, host: &mut dyn Host, out: &mut Exploration) -> Vec<Choice> {
    if out.interrupted {
        return vec![];
    }
    let mut spare = out.spare.take();
    let mut machine = prepared_again(base, &mut spare, points, policy);
    let choices = one_on(&mut machine, program, host, out);
    out.spare = Some(machine);
    choices
}
/// The same on a machine that has its policy.
fn one_on(machine: &mut Machine, program: Program, host: &mut dyn Host, out: &mut Exploration) -> Vec<Choice> {
    let mut listener = Listener::new(host);
    let mut end = program(machine, &mut listener);
    out.interrupted |= listener.interrupted;
    if listener.interrupted {
        return vec![];
    }
    if machine.is_out_of_fuel() {
        end = End { endless: true, ..End::default() };
    } else {
        end.stdout = listener.text;
    }
    let choices = std::mem::take(&mut machine.os.sched.choices);
    out.runs += 1;
    out.decisions = out.decisions.max(choices.len());
    count(out, end, &choices);
    choices
}

fn count(out: &mut Exploration, end: End, choices: &[Choice]) {
    let (preemptions, switches) = (preemptions(choices), switches(choices));
    let schedule = || choices.iter().map(|c| c.chosen).collect();
    match out.outcomes.iter_mut().find(|o| o.end == end) {
        Some(o) => {
            o.count += 1;
            if (preemptions, switches, choices.len()) < (o.preemptions, o.switches, o.schedule.len()) {
                (o.preemptions, o.switches, o.schedule) = (preemptions, switches, schedule());
            }
        }
        None => out.outcomes.push(Outcome { end, count: 1, schedule: schedule(), preemptions, switches }),
    }
}

fn preemptions(choices: &[Choice]) -> u32 {
    choices.iter().filter(|c| c.current.is_some_and(|t| t != c.chosen)).count() as u32
}
fn switches(choices: &[Choice]) -> u32 {
    choices.iter().filter(|c| c.current != Some(c.chosen)).count() as u32
}

/// Schedules are told apart by their decisions; each is run once. A run shows the decisions that a prefix leaves open;
/// from each of them every other choice begins a new prefix, which waits under its number of preemptions.
fn by_preemptions(base: &mut Machine, options: &Options, bound: u32, program: Program, host: &mut dyn Host, out: &mut Exploration) {
    let mut waiting: BTreeMap<u32, Vec<Vec<u32>>> = BTreeMap::from([(0, vec![vec![]])]);
    // Prefixes that wait, and whether some were left out: more than can be run are not worth their memory.
    let (mut held, mut left_out) = (1usize, false);
    while let Some((cost, prefix)) = next(&mut waiting) {
        if out.runs >= options.runs || out.interrupted {
            waiting.entry(cost).or_default().push(prefix);
            break;
        }
        held -= 1;
        let choices = one(base, options.points, Policy::Script(prefix.clone()), program, host, out);
        let mut spent = preemptions(&choices[..prefix.len().min(choices.len())]);
        for (i, c) in choices.iter().enumerate().skip(prefix.len()) {
            for other in c.able.iter().filter(|t| **t != c.chosen) {
                let cost = spent + u32::from(c.current.is_some_and(|t| t != *other));
                left_out |= cost <= bound && held >= options.runs;
                if cost <= bound && held < options.runs {
                    held += 1;
                    let mut longer: Vec<u32> = choices[..i].iter().map(|c| c.chosen).collect();
                    longer.push(*other);
                    waiting.entry(cost).or_default().push(longer);
                }
            }
            spent += u32::from(c.current.is_some_and(|t| t != c.chosen));
        }
    }
    out.complete = !out.interrupted && !left_out && waiting.values().all(Vec::is_empty);
}

/// A prefix with the fewest preemptions.
fn next(waiting: &mut BTreeMap<u32, Vec<Vec<u32>>>) -> Option<(u32, Vec<u32>)> {
    let cost = *waiting.iter().find(|(_, list)| !list.is_empty())?.0;
    Some((cost, waiting.get_mut(&cost)?.pop()?))
}

/// Keeps what a run writes; of the real front end it asks only whether to stop, and for files. Nothing is changed there.
pub struct Listener<'a> {
    real: &'a mut dyn Host,
    pub text: String,
    interrupted: bool,
}

impl<'a> Listener<'a> {
    /// The front end has asked to stop.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }
    pub fn new(real: &'a mut dyn Host) -> Listener<'a> {
        Listener { real, text: String::new(), interrupted: false }
    }
}

impl Host for Listener<'_> {
    fn write(&mut self, _: Stream, text: &str) {
        self.text.push_str(text);
    }
    fn interrupted(&mut self) -> bool {
        self.interrupted |= self.real.interrupted();
        self.interrupted
    }
    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        self.real.read_file(path)
    }
    fn list_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        self.real.list_dir(path)
    }
    fn stat(&mut self, path: &str) -> Result<HostStat, Errno> {
        self.real.stat(path)
    }
}
