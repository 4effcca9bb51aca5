//! The virtual clock and its cost model: time passes with instructions and syscalls, and jumps when everybody sleeps.

/// Wall-clock time of a starting machine: 2025-01-01T00:00:00Z in nanoseconds since 1970.
pub const EPOCH_NS: i64 = 1_735_689_600_000_000_000;
/// What one instruction costs: CPython 3.14's order of magnitude.
pub const NS_PER_TICK: u64 = 20;
/// What one syscall costs beyond its instructions.
pub const SYSCALL_NS: u64 = 400;
/// What taking a free lock or freeing one costs: an atomic instruction or two, no call of the system.
pub const LOCK_NS: u64 = 30;

/// Time as far as it does not follow from the machine's ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Charged for syscalls.
    syscalls_ns: u64,
    /// What the time differs from processor time: skipped while all threads slept; where threads have clocks of their own, also
    /// what others have worked meanwhile (then it may be negative).
    idle_ns: i64,
}

impl Clock {
    pub fn charge(&mut self, ns: u64) {
        self.syscalls_ns += ns;
    }
    /// CLOCK_MONOTONIC, from 0.
    pub fn now(&self, ticks: u64) -> u64 {
        self.cpu(ticks).saturating_add_signed(self.idle_ns)
    }
    /// Processor time: without sleeps.
    pub fn cpu(&self, ticks: u64) -> u64 {
        ticks * NS_PER_TICK + self.syscalls_ns
    }
    /// CLOCK_REALTIME.
    pub fn wall(&self, ticks: u64) -> i64 {
        EPOCH_NS + self.now(ticks) as i64
    }
    /// Nobody can run before `at`: time jumps there; never back.
    pub fn advance_to(&mut self, at: u64, ticks: u64) {
        self.idle_ns += at.saturating_sub(self.now(ticks)) as i64;
    }
    /// Another thread goes on, whose time this is.
    pub fn set_to(&mut self, at: u64, ticks: u64) {
        self.idle_ns += at as i64 - self.now(ticks) as i64;
    }
}
