//! `%sched` and `%clock`: the schedule's settings, and the virtual clock with its cost model.
use super::explore::{DEEPEST, named_points, number, points_name};
use super::view::timeline::time;
use crate::machine::Machine;
use crate::natives::errors::sys::switch_interval_ns;
use crate::sim::clock::{LOCK_NS, NS_PER_TICK, SYSCALL_NS};
use crate::sim::policy::Policy;

const HELP: &str = "%sched [cpython | round_robin N | random SEED | pct DEPTH SEED | manual THREAD…] [points gil|bytecode|line] [cpus N] [gil on|off]";

/// Processors that a computer may have at most.
const MOST_CPUS: usize = 1024;

/// Carries out `%sched`; the answer is the settings as they are then.
///
/// # Errors
/// A sentence for the user: a setting is wrong, and nothing was changed.
pub fn sched(machine: &mut Machine, rest: &str) -> Result<String, String> {
    let mut words = rest.split_whitespace().peekable();
    let (mut policy, mut points, mut cpus, mut gil_off) = (None, None, None, None);
    while let Some(word) = words.next() {
        let mut value = |what: &str| words.next().ok_or_else(|| format!("{word} needs {what}. {HELP}"));
        match word {
            "cpython" => policy = Some(Policy::Cpython),
            "round_robin" => policy = Some(Policy::RoundRobin(number(word, value("a number of switch points")?)?)),
            "random" => policy = Some(Policy::Random { seed: number(word, value("a seed")?)? }),
            "pct" => policy = Some(Policy::Pct { depth: number(word, value("a depth and a seed")?)?, seed: number(word, value("a seed")?)? }),
            "points" => points = Some(named_points(value("gil, bytecode or line")?)?),
            "manual" => {
                let mut turns = Vec::new();
                while let Some(t) = words.peek().and_then(|t| t.parse().ok()) {
                    turns.push(t);
                    words.next();
                }
                if turns.is_empty() {
                    return Err(format!("manual needs thread numbers, one for each decision (0 is the main thread). {HELP}"));
                }
                policy = Some(Policy::Script(turns));
            }
            "cpus" => cpus = Some(number(word, value("a number of processors")?)?),
            "gil" => {
                gil_off = Some(match value("on or off")? {
                    "on" => false,
                    "off" => true,
                    other => return Err(format!("gil is on or off, not `{other}`.")),
                })
            }
            other => return Err(format!("%sched knows no `{other}`. {HELP}")),
        }
    }
    if matches!(policy, Some(Policy::Pct { depth, .. }) if !(1..=DEEPEST).contains(&depth)) {
        return Err(format!("pct takes a depth from 1 to {DEEPEST}."));
    }
    if policy == Some(Policy::RoundRobin(0)) {
        return Err("round_robin takes a number of switch points, at least 1.".to_owned());
    }
    if cpus.is_some_and(|n| !(1..=MOST_CPUS).contains(&n)) {
        return Err(format!("cpus takes a number from 1 to {MOST_CPUS}."));
    }
    if let Some(cpus) = cpus {
        machine.os.family.set_cpus(cpus);
    }
    if let Some(off) = gil_off {
        machine.os.set_gil_off(off, machine.vm.ticks);
    }
    if let Some(points) = points {
        machine.os.sched.points = points;
    }
    if let Some(policy) = policy {
        machine.os.sched.set(policy);
    }
    Ok(told(machine))
}

fn told(machine: &Machine) -> String {
    let sched = &machine.os.sched;
    let interval = time(switch_interval_ns(&machine.vm));
    let policy = match &sched.policy {
        Policy::Cpython => format!("cpython: a thread that waits for the GIL gets it after {interval} (sys.setswitchinterval), first come, first served"),
        Policy::RoundRobin(n) => format!("round_robin {n}: a turn of {n} switch points each"),
        Policy::Random { seed } => format!("random {seed}: at each switch point one of those that can run, each as likely"),
        Policy::Pct { depth, seed } => format!("pct {depth} {seed}: random priorities, at most {} changes, at random points among the first 200", depth.saturating_sub(1)),
        Policy::Script(turns) => format!("manual: {}", turns.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")),
    };
    let points = match (&sched.policy, points_name(sched.points())) {
        (Policy::Cpython, "bytecode") if sched.gil_off => "bytecode: before every instruction that touches what threads share, in the order of time",
        (Policy::Cpython, "line") if sched.gil_off => "line: before every line, in the order of time",
        (Policy::Cpython, "line") => "line, for other policies; cpython switches where CPython does",
        (Policy::Cpython, "bytecode") => "bytecode, for other policies; cpython switches where CPython does",
        (_, "gil") => "gil: calls and backward jumps, as CPython 3.10 and later",
        (_, "line") => "line: before every line",
        _ => "bytecode: before every instruction",
    };
    let policy = match sched.policy {
        Policy::Cpython if sched.gil_off => "cpython without a GIL: every thread runs, on a processor of its own as long as there are enough".to_owned(),
        _ => policy,
    };
    let cpus = machine.os.family.cpus();
    let gil = match sched.gil_off {
        true => "off: threads run side by side; which of two accesses at the same time comes first is a matter of chance (the same in each run)",
        false => "on: one a process",
    };
    format!("policy  {policy}\npoints  {points}\ncpus    {cpus}, shared by all processes\ngil     {gil}")
}

/// Carries out `%clock`.
///
/// # Errors
/// A sentence for the user.
pub fn clock(machine: &Machine, rest: &str) -> Result<String, String> {
    match rest {
        "" | "virtual" => {}
        "wall" => return Err("%clock wall: not there. Time is virtual, so that a run is the same each time.".to_owned()),
        other => return Err(format!("%clock takes nothing; it got `{other}`.")),
    }
    let now = machine.os.clock.now(machine.vm.ticks);
    Ok(format!(
        "virtual; {} since the session's start\na call or a backward jump costs {}, a free lock {}, a call of the system {}; sleeping costs nothing real",
        time(now), time(NS_PER_TICK), time(LOCK_NS), time(SYSCALL_NS)
    ))
}
