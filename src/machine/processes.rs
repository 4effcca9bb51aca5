//! Processes of the machine: fork copies an interpreter, spawn makes a fresh one, the end of one drops it.
use super::{Machine, asks};
use crate::face::Host;
use crate::heap::Owned;
use crate::sim::{Answer, Ctx};
use crate::trace::{Birth, What};
use crate::vm::{NoTrace, Outcome, Tracer, Vm};
use crate::vm::syscall::{SysResult, Syscall};

impl Machine {
    /// The interpreter of the scheduler's current process comes in.
    pub(super) fn follow(&mut self) {
        let pid = self.os.process.pid;
        if pid != self.pid {
            let left = self.pid;
            let old = self.bring_in(pid);
            self.others.insert(left, old);
        }
    }
    /// Puts a process's interpreter in place, with the shared memory; gives the one that was there.
    fn bring_in(&mut self, pid: i32) -> Vm {
        let next = self.others.remove(&pid).expect("every process has an interpreter");
        let mut old = std::mem::replace(&mut self.vm, next);
        self.vm.segments = std::mem::take(&mut old.segments);
        self.pid = pid;
        old
    }
    /// Makes a process current whatever the scheduler says.
    pub(super) fn follow_to(&mut self, pid: i32, host: &mut dyn Host) {
        let mut ctx = asks(&self.vm, host);
        self.os.switch_to(pid, &mut ctx);
        self.follow();
    }
    /// The current process is copied: the child has one thread, that which asked.
    pub(super) fn fork<T: Tracer>(&mut self, tracer: &mut T, host: &mut dyn Host) {
        let segments = std::mem::take(&mut self.vm.segments);
        let mut child = self.vm.copy_into(self.attic.spare.take().unwrap_or_default());
        self.vm.segments = segments;
        child.drop_other_threads();
        crate::natives::system::thread::after_fork(&mut child);
        child.answer_syscall(SysResult::Int(0));
        let mut ctx = asks(&self.vm, host);
        self.adopt(tracer, Syscall::Fork, child, &mut ctx);
    }
    /// A fresh interpreter begins with its command line.
    pub(super) fn spawn<T: Tracer>(&mut self, tracer: &mut T, call: Syscall, host: &mut dyn Host) {
        let Syscall::Spawn { argv, env, .. } = &call else { unreachable!("the caller has looked") };
        let mut child = Machine::interpreter();
        let argv: Vec<Owned> = argv.iter().map(|s| child.str(s.as_str())).collect();
        let argv = child.list(argv);
        let env: Vec<Owned> = env
            .iter()
            .map(|(k, v)| {
                let pair = vec![child.str(k.as_str()), child.str(v.as_str())];
                child.tuple(pair)
            })
            .collect();
        let env = child.list(env);
        let main = child.prelude_function("process_main");
        let request = child.call_request(main, &[argv.get(), env.get()], &[]);
        child.release(argv);
        child.release(env);
        child.cur.start = Some(request);
        let mut ctx = asks(&self.vm, host);
        self.adopt(tracer, call, child, &mut ctx);
    }
    fn adopt<T: Tracer>(&mut self, tracer: &mut T, call: Syscall, child: Vm, ctx: &mut Ctx) {
        let birth = if call == Syscall::Fork { Birth::Fork } else { Birth::Spawn };
        let Answer::Ready(result) = self.os.answer(call, ctx) else { panic!("making a process never waits") };
        if let SysResult::Int(pid) = result {
            self.others.insert(pid as i32, child);
            self.tell_birth(tracer, pid as i32, birth);
        }
        self.vm.answer_syscall(result);
    }
    /// A thread other than the session's has ended. A process ends with its main thread, once that has cleaned up.
    pub(super) fn thread_finished<T: Tracer>(&mut self, tracer: &mut T, result: Result<Owned, Owned>, host: &mut dyn Host) {
        if self.vm.interpreter != 0 && self.vm.cur.id == self.vm.main_thread {
            return self.interpreter_finished(tracer, result, host);
        }
        let first = self.pid != self.main && self.vm.cur.id == self.vm.main_thread;
        if !first {
            let (Ok(o) | Err(o)) = result;
            self.vm.release(o);
            let ctx = asks(&self.vm, host);
            self.os.thread_ended(&ctx);
            self.tell(tracer, || What::Ends);
            return self.switch(tracer, host);
        }
        let exc = match result {
            Ok(o) => {
                self.vm.release(o);
                self.vm.none()
            }
            Err(e) => e,
        };
        let end = self.vm.prelude_function("process_end");
        let request = self.vm.call_request(end, &[exc.get()], &[]);
        self.vm.release(exc);
        self.vm.start(request);
    }
    /// The current process is over; another one goes on. `status` as `waitpid` gives it.
    pub(super) fn end_process<T: Tracer>(&mut self, tracer: &mut T, status: i32, host: &mut dyn Host) {
        self.follow_to(self.os.process.group, host);
        self.drop_interpreters(host);
        self.tell(tracer, || What::Ends);
        let mut ctx = asks(&self.vm, host);
        self.os.end_process(status, &mut ctx);
        self.attic.spare = Some(self.bring_in(self.os.process.pid).heap);
        self.switch(tracer, host);
    }
    /// Lets the other processes run on while the session has nothing to do, until each has ended or waits for what will
    /// not come, or until that many nanoseconds have passed for them.
    pub fn finish_processes(&mut self, limit_ns: u64, host: &mut dyn Host) {
        if self.others.is_empty() {
            return;
        }
        let until = self.os.now(&asks(&self.vm, host)).saturating_add(limit_ns);
        self.draining = true;
        self.switch(&mut NoTrace, host);
        while self.draining && self.os.now(&asks(&self.vm, host)) < until {
            match self.slice(&mut NoTrace, host) {
                Outcome::Finished(r) => self.thread_finished(&mut NoTrace, r, host),
                outcome => self.go_on(&mut NoTrace, outcome, host),
            }
        }
        if std::mem::take(&mut self.draining) {
            let ctx = asks(&self.vm, host);
            self.os.preempt(&ctx);
        }
        self.follow_to(self.main, host);
        self.bring(self.vm.main_thread);
    }
}
