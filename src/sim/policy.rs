//! Schedules: who runs next among the threads of a process, and where a running thread may be made to give way.
//!
//! [`Sched::at_point`] is asked at every switch point of the running thread, [`Sched::next`] when the running thread cannot
//! go on. `cpython` is asked at none of them: there the running thread gives way when it has held the GIL for the switch
//! interval, and the queue is first come, first served.
use super::rand::Random;

/// Where a running thread may be made to give way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Points {
    /// Calls and backward jumps, where CPython 3.10 and later look at the eval breaker.
    #[default]
    Gil,
    /// Before every instruction, as CPython up to 3.9 could.
    Bytecode,
    /// Before every line of source.
    Line,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Turns of the switch interval, first come, first served.
    #[default]
    Cpython,
    /// A turn of so many switch points each.
    RoundRobin(u64),
    /// At each point one of those that can run, each as likely.
    Random { seed: u64 },
    /// Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): random priorities, the highest runs; at
    /// `depth` - 1 random points the running thread falls below all others.
    Pct { depth: u32, seed: u64 },
    /// These threads, one a decision; after the last, the running thread goes on as long as it can.
    Script(Vec<u32>),
}

/// Points among which a `pct` run puts its changes of priority, where nothing is known of its length.
const PCT_POINTS: u64 = 200;

/// One decision: who could have run, who was running (if it could go on), and who was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub able: Vec<u32>,
    pub current: Option<u32>,
    pub chosen: u32,
}

/// The schedule of a system: settings, and where a run under them has come to.
#[derive(Clone, Debug, Default)]
pub struct Sched {
    pub policy: Policy,
    pub points: Points,
    /// Points lie only in the program's own code: what the library does between them is one step unless it waits.
    pub own_code_only: bool,
    /// There is no GIL: threads run side by side, each with a clock of its own.
    pub gil_off: bool,
    /// Decisions are kept.
    pub recording: bool,
    pub choices: Vec<Choice>,
    random: Option<Random>,
    /// Without a GIL: who comes first among threads that are at the same place in time.
    noise: Option<Random>,
    /// Points passed since the run began, and since the running thread got its turn.
    passed: u64,
    /// Points that a run is thought to have.
    length: u64,
    turn: u64,
    /// Decisions taken.
    decided: usize,
    /// `pct`: priorities by thread (higher runs first), and the points at which the running thread's falls.
    priorities: Vec<(u32, i64)>,
    falls: Vec<u64>,
}

impl Sched {
    pub fn set(&mut self, policy: Policy) {
        self.set_within(policy, PCT_POINTS);
    }
    /// The same, where a run is thought to have so many points: `pct` puts its changes of priority among them.
    pub fn set_within(&mut self, policy: Policy, points: u64) {
        (self.policy, self.length) = (policy, points);
        self.begin();
    }
    /// Switch points that the run has passed.
    pub fn passed(&self) -> u64 {
        self.passed
    }
    /// A run begins: the same settings give the same run.
    pub fn begin(&mut self) {
        self.choices.clear();
        self.noise = None;
        (self.passed, self.turn, self.decided) = (0, 0, 0);
        self.priorities.clear();
        self.random = match self.policy {
            Policy::Random { seed } | Policy::Pct { seed, .. } => Some(Random::new(seed)),
            _ => None,
        };
        self.falls = match self.policy {
            Policy::Pct { depth, .. } => (1..depth).map(|_| 1 + self.below(self.length)).collect(),
            _ => vec![],
        };
    }
    /// Whether decisions are taken at switch points; otherwise a turn is a time.
    pub fn decides_at_points(&self) -> bool {
        self.policy != Policy::Cpython
    }
    /// Where the running thread runs without others having to wait for it, and without a policy that decides.
    pub fn is_free(&self) -> bool {
        self.gil_off && !self.decides_at_points()
    }
    /// The points that count: a GIL's points are none where there is no GIL.
    pub fn points(&self) -> Points {
        if self.gil_off && self.points == Points::Gil { Points::Bytecode } else { self.points }
    }
    /// Which of so many threads at the same place in time comes first, each as likely; the same in each run.
    pub(super) fn race(&mut self, n: usize) -> usize {
        (self.noise.get_or_insert_with(|| Random::new(0)).next() % n.max(1) as u64) as usize
    }
    fn below(&mut self, n: u64) -> u64 {
        let bytes = self.random.get_or_insert_with(|| Random::new(0)).bytes(8);
        u64::from_le_bytes(bytes.try_into().expect("eight bytes")) % n.max(1)
    }
    /// At a switch point of thread `me`, which could go on, while `others` could run: who goes on.
    pub fn at_point(&mut self, me: u32, others: &[u32]) -> u32 {
        self.passed += 1;
        self.turn += 1;
        if others.is_empty() {
            return me;
        }
        let able: Vec<u32> = std::iter::once(me).chain(others.iter().copied()).collect();
        let chosen = match &self.policy {
            Policy::Cpython => me,
            Policy::RoundRobin(n) => if self.turn >= *n { others[0] } else { me },
            Policy::Random { .. } => able[self.below(able.len() as u64) as usize],
            Policy::Pct { .. } => {
                if self.falls.contains(&self.passed) {
                    let lowest = self.priorities.iter().map(|p| p.1).min().unwrap_or(0);
                    self.priority(me);
                    self.priorities.iter_mut().filter(|p| p.0 == me).for_each(|p| p.1 = lowest - 1);
                }
                self.highest(&able)
            }
            Policy::Script(turns) => turns.get(self.decided).copied().filter(|t| able.contains(t)).unwrap_or(me),
        };
        self.decided(able, Some(me), chosen)
    }
    /// The running thread cannot go on: who of those that can run comes next. `ready` is not empty.
    pub fn next(&mut self, ready: &[u32]) -> u32 {
        self.turn = 0;
        let chosen = match &self.policy {
            _ if ready.len() == 1 => return ready[0],
            Policy::Cpython | Policy::RoundRobin(_) => ready[0],
            Policy::Random { .. } => ready[self.below(ready.len() as u64) as usize],
            Policy::Pct { .. } => self.highest(ready),
            Policy::Script(turns) => turns.get(self.decided).copied().filter(|t| ready.contains(t)).unwrap_or(ready[0]),
        };
        self.decided(ready.to_vec(), None, chosen)
    }
    fn decided(&mut self, able: Vec<u32>, current: Option<u32>, chosen: u32) -> u32 {
        self.decided += 1;
        if current != Some(chosen) {
            self.turn = 0;
        }
        if self.recording {
            self.choices.push(Choice { able, current, chosen });
        }
        chosen
    }
    fn priority(&mut self, thread: u32) -> i64 {
        if let Some(p) = self.priorities.iter().find(|p| p.0 == thread) {
            return p.1;
        }
        let p = self.below(1 << 40) as i64;
        self.priorities.push((thread, p));
        p
    }
    fn highest(&mut self, able: &[u32]) -> u32 {
        let with: Vec<(i64, u32)> = able.iter().map(|t| (self.priority(*t), *t)).collect();
        with.into_iter().max().expect("somebody can run").1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(policy: Policy) -> Vec<u32> {
        let mut s = Sched { recording: true, ..Sched::default() };
        s.set(policy);
        let mut me = 1;
        for _ in 0..200 {
            let others: Vec<u32> = (1..=3).filter(|t| *t != me).collect();
            me = s.at_point(me, &others);
        }
        s.choices.iter().map(|c| c.chosen).collect()
    }

    #[test]
    fn a_seed_gives_the_same_schedule_again_and_another_seed_another() {
        assert_eq!(walk(Policy::Random { seed: 7 }), walk(Policy::Random { seed: 7 }));
        assert_ne!(walk(Policy::Random { seed: 7 }), walk(Policy::Random { seed: 8 }));
        assert_eq!(walk(Policy::Pct { depth: 3, seed: 7 }), walk(Policy::Pct { depth: 3, seed: 7 }));
    }

    #[test]
    fn round_robin_gives_each_its_number_of_points() {
        assert_eq!(walk(Policy::RoundRobin(2))[..6], [1, 2, 2, 1, 1, 2]);
    }

    #[test]
    fn a_script_is_followed_and_then_the_running_thread_goes_on() {
        let all = walk(Policy::Script(vec![2, 2, 3, 9, 1]));
        assert_eq!(all[..7], [2, 2, 3, 3, 1, 1, 1]);
    }

    #[test]
    fn pct_changes_the_running_thread_at_most_depth_minus_one_times_when_all_can_run() {
        let all = walk(Policy::Pct { depth: 4, seed: 3 });
        let changes = all.windows(2).filter(|w| w[0] != w[1]).count();
        assert!(changes <= 3, "{changes}");
    }
}
