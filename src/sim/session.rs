//! Calls about the session itself: clocks, entropy, input, displays, the process, the interval timer.
use super::{Ctx, Os, Sys};
use crate::face::{Bundle, Comm, CommKind, Display};
use crate::vm::syscall::{Clock, SysResult, Syscall, errno};

/// A JSON object as a bundle; anything else is an empty one.
fn bundle(json: &str) -> Bundle {
    serde_json::from_str(json).unwrap_or_default()
}

impl Os {
    pub(super) fn session_call(&mut self, call: &Syscall, ctx: &mut Ctx) -> Sys {
        Ok(match call {
            Syscall::ClockGet { clock } => SysResult::Int(match clock {
                Clock::Realtime => self.clock.wall(ctx.ticks),
                Clock::Monotonic => self.clock.now(ctx.ticks) as i64,
                Clock::Process | Clock::Thread => self.clock.cpu(ctx.ticks) as i64,
            }),
            Syscall::Random { count } => SysResult::Bytes(self.random.bytes(*count)),
            Syscall::Input { .. } if !matches!(self.file(0)?.kind, super::process::Kind::Stdin { .. }) => {
                return Err(errno::ENOTTY.into());
            }
            Syscall::Input { prompt, password } => match ctx.host.input(prompt, *password) {
                Ok(line) => SysResult::Text(line),
                Err(e) => SysResult::NoInput(e),
            },
            Syscall::Display { data, metadata, transient, update } => {
                let display = Display { data: bundle(data), metadata: bundle(metadata), transient: bundle(transient) };
                match update {
                    true => ctx.host.update_display(display),
                    false => ctx.host.display(display),
                }
                SysResult::Done
            }
            Syscall::ClearOutput { wait } => {
                ctx.host.clear_output(*wait);
                SysResult::Done
            }
            Syscall::Comm { kind, content, metadata, buffers } => {
                let Some(kind) = CommKind::named(kind) else { return Err(errno::EINVAL.into()) };
                ctx.host.comm(Comm { kind, content: bundle(content), metadata: bundle(metadata), buffers: buffers.clone() });
                SysResult::Done
            }
            Syscall::RequestId => SysResult::Text(ctx.host.request_id()),
            Syscall::Stopwatch { number, say } => {
                ctx.host.stopwatch(*number, say.as_ref().map(|(text, loops)| (text.as_str(), *loops)));
                SysResult::Done
            }
            Syscall::GetPid => SysResult::Int(self.process.group as i64),
            Syscall::CpuCount => SysResult::Int(self.family.cpus() as i64),
            Syscall::GilEnabled => SysResult::Int(i64::from(!self.sched.gil_off)),
            Syscall::GetParentPid => SysResult::Int(self.process.parent as i64),
            Syscall::SetTimer { first_ns, interval_ns } => {
                let now = self.now(ctx);
                let old = self.timer_left(now);
                self.timer = (*first_ns > 0).then(|| (now + first_ns, *interval_ns));
                old
            }
            Syscall::GetTimer => self.timer_left(self.now(ctx)),
            Syscall::Exit { status } => {
                self.exit = Some(*status);
                SysResult::Done
            }
            _ => return Err(errno::ENOSYS.into()),
        })
    }
    fn timer_left(&self, now: u64) -> SysResult {
        self.timer.map_or(SysResult::Pair(0, 0), |(at, every)| SysResult::Pair(at.saturating_sub(now) as i64, every as i64))
    }
}
