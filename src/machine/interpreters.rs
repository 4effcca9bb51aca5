//! Interpreters beside a process's first one: making them, giving them work, dropping them.
use super::{Machine, asks};
use crate::face::Host;
use crate::heap::Owned;
use crate::sim::Answer;
use crate::trace::{Birth, What};
use crate::vm::syscall::{InterpreterCall, InterpreterOp, SysResult, Syscall, errno};
use crate::vm::{Request, Tracer, Vm};

/// What an interpreter's main thread does with a task.
fn task(vm: &mut Vm, data: Vec<u8>) -> Request {
    let run = vm.prelude_function("interpreter_task");
    let data = vm.bytes(data);
    let request = vm.call_request(run, &[data.get()], &[]);
    vm.release(data);
    request
}

impl Machine {
    /// A call about interpreters that takes the machine: a fresh one, work for one, or the end of one.
    pub(super) fn interpreter_asks<T: Tracer>(&mut self, tracer: &mut T, ask: InterpreterCall, host: &mut dyn Host) {
        if ask.op == InterpreterOp::Drop {
            let result = match self.os.interpreter_key(ask.id) {
                Some(key) if key != self.pid => {
                    self.drop_interpreter(key, host);
                    SysResult::Done
                }
                _ => SysResult::Error(errno::ENOENT),
            };
            return self.vm.answer_syscall(result);
        }
        let data = ask.data.clone();
        let create = ask.op == InterpreterOp::Create;
        let given = ask.id;
        let Answer::Ready(result) = self.os.answer(Syscall::Interpreter(ask), &mut asks(&self.vm, host)) else {
            panic!("giving work never waits")
        };
        let id = match result {
            SysResult::Pair(id, _) => id,
            _ => given,
        };
        if !matches!(result, SysResult::Error(_)) {
            let key = self.os.interpreter_key(id).expect("the system has just seen it");
            if create {
                let mut vm = Machine::interpreter();
                vm.interpreter = id;
                vm.memory_limit = self.vm.memory_limit;
                self.others.insert(key, vm);
                self.tell_birth(tracer, key, Birth::Spawn);
            }
            let vm = self.others.get_mut(&key).expect("an interpreter that begins a run is not the current one");
            let request = task(vm, data);
            let main = vm.main_thread;
            vm.thread_mut(main).start = Some(request);
        }
        self.vm.answer_syscall(result);
    }
    /// An interpreter's main thread has left its last frame: it stands still until there is more to run.
    pub(super) fn interpreter_finished<T: Tracer>(&mut self, tracer: &mut T, result: Result<Owned, Owned>, host: &mut dyn Host) {
        let (Ok(o) | Err(o)) = result;
        self.vm.release(o);
        self.os.interpreter_idle(&asks(&self.vm, host));
        self.tell(tracer, || What::Ends);
        self.switch(tracer, host);
    }
    /// The current process ends, and all its interpreters with it.
    pub(super) fn drop_interpreters(&mut self, host: &mut dyn Host) {
        for key in self.os.interpreters_of(self.os.process.group) {
            self.drop_interpreter(key, host);
        }
    }
    fn drop_interpreter(&mut self, key: i32, host: &mut dyn Host) {
        self.attic.spare = self.others.remove(&key).map(|vm| vm.heap);
        let process = self.os.process.group;
        self.os.drop_interpreter(process, key, &asks(&self.vm, host));
    }
}
