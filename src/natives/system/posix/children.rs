//! Processes: fork, exit, waiting for children, signals to other processes.
use crate::heap::Ref;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, errno};
use crate::vm::{Args, Ask, Def, Vm, t};

pub const FUNCTIONS: &[Def] = &[
    Def::function("fork", "()", |vm, _| vm.tail_prelude("os_fork", &[]), "Fork a child process: 0 in the child, its pid in the parent."),
    Def::function("_fork", "()", fork, "Fork without calling the registered functions."),
    Def::function("_spawn", "(argv, env, fds, inherit, cwd, /)", spawn, "A process that runs this machine's own program; its pid."),
    Def::function("register_at_fork", "(*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>)", register_at_fork, "Functions to call at a fork."),
    Def::function("_exit", "(status)", exit, "Exit to the system without cleaning up."),
    Def::function("abort", "()", abort, "Abort the process."),
    Def::function("kill", "(pid, signal, /)", kill, "Kill a process with a signal."),
    Def::function("waitpid", "(pid, options, /)", waitpid, "Wait for a child process: its pid and status."),
    Def::function("waitid", "(idtype, id, options, /)", waitid, "Wait for a child process and tell how it ended."),
    Def::function("pidfd_open", "(pid, flags=0)", pidfd_open, "A descriptor that refers to a process."),
    Def::function("wait", "()", wait, "Wait for a child process: its pid and status."),
    Def::function("waitstatus_to_exitcode", "(status)", waitstatus_to_exitcode, "Exit code of a wait status."),
    Def::function("WIFEXITED", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.bool(s & 0x7f == 0)) }, "Whether the process ended by exiting."),
    Def::function("WEXITSTATUS", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.int((s >> 8 & 0xff) as i64)) }, "The exit code."),
    Def::function("WIFSIGNALED", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.bool(!matches!(s & 0x7f, 0 | 0x7f))) }, "Whether a signal ended the process."),
    Def::function("WTERMSIG", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.int((s & 0x7f) as i64)) }, "The signal that ended the process."),
    Def::function("WIFSTOPPED", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.bool(s & 0xff == 0x7f)) }, "Whether the process is stopped."),
    Def::function("WSTOPSIG", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.int((s >> 8 & 0xff) as i64)) }, "The signal that stopped the process."),
    Def::function("WIFCONTINUED", "(status)", |vm, a| { let s = status(vm, a)?; Ok(vm.bool(s == 0xffff)) }, "Whether the process went on."),
    Def::function("WCOREDUMP", "(status, /)", |vm, a| { let s = status(vm, a)?; Ok(vm.bool(s & 0x80 != 0)) }, "Whether the process left a core file."),
];
/// Lists of functions for a fork, by argument of `register_at_fork`: `before`, `after_in_child`, `after_in_parent`.
const HOOKS: [&str; 3] = ["fork.before", "fork.after_in_child", "fork.after_in_parent"];

fn status(vm: &mut Vm, a: Args) -> Result<i32, Ask> {
    vm.index_i32(a[0])
}
fn fork(vm: &mut Vm, _: Args) -> Step {
    if vm.interpreter != 0 {
        return Err(vm.runtime_error("fork not supported for isolated subinterpreters"));
    }
    let pid = vm.sys_int(Syscall::Fork)?;
    Ok(vm.int(pid))
}
fn text_of(vm: &mut Vm, r: Ref) -> Result<String, Ask> {
    match vm.utf8(r) {
        Some(s) => Ok(s.to_owned()),
        None => Err(vm.type_error("text expected")),
    }
}
/// (argv: list of str, env: list of pairs of str, fds: list of pairs of int, inherit: bool, cwd: str or None)
fn spawn(vm: &mut Vm, a: Args) -> Step {
    let items = |vm: &Vm, r: Ref| vm.items_of(r).map(|x| x.to_vec()).unwrap_or_default();
    let mut argv = Vec::new();
    for r in items(vm, a[0]) {
        argv.push(text_of(vm, r)?);
    }
    let (mut env, mut fds) = (Vec::new(), Vec::new());
    for pair in items(vm, a[1]) {
        let pair = items(vm, pair);
        env.push((text_of(vm, pair[0])?, text_of(vm, pair[1])?));
    }
    for pair in items(vm, a[2]) {
        let pair = items(vm, pair);
        fds.push((vm.index_i32(pair[0])?, vm.index_i32(pair[1])?));
    }
    let inherit = vm.truth(a[3])?;
    let cwd = match a.not_none(4) {
        Some(r) => Some(text_of(vm, r)?),
        None => None,
    };
    let pid = vm.sys_int(Syscall::Spawn { argv, env, fds, inherit, cwd })?;
    Ok(vm.int(pid))
}
fn register_at_fork(vm: &mut Vm, a: Args) -> Step {
    let given: Vec<Option<Ref>> = (0..3).map(|i| a.opt(i)).collect();
    if given.iter().all(Option::is_none) {
        return Err(vm.type_error("At least one argument is required."));
    }
    for (f, name) in given.iter().zip(["before", "after_in_child", "after_in_parent"]) {
        if let Some(f) = f
            && !vm.is_callable(*f)
        {
            let message = format!("'{name}' must be callable, not {}", vm.dotted_type_name(*f));
            return Err(vm.type_error(message));
        }
    }
    for (f, key) in given.into_iter().zip(HOOKS) {
        let Some(f) = f else { continue };
        let list = match vm.registry.get(key) {
            Some(r) => *r,
            None => {
                let list = vm.list(vec![]).into_raw();
                vm.registry.insert(key, list);
                list
            }
        };
        vm.heap.incref_raw(f);
        vm.list_mut(list).push(f);
    }
    Ok(vm.none())
}
fn exit(vm: &mut Vm, a: Args) -> Step {
    let status = vm.index_i32(a[0])?;
    leave(vm, status)
}
fn abort(vm: &mut Vm, _: Args) -> Step {
    leave(vm, 134)
}
/// `exit` with a status: a child process is gone at once, the session's own thread is unwound by SystemExit.
pub fn leave(vm: &mut Vm, status: i32) -> Step {
    vm.sys(Syscall::Exit { status }, None)?;
    let code = vm.int(status as i64);
    let code = vm.keep(code);
    Err(vm.raise_call(t::SYSTEM_EXIT, &[code]))
}
fn kill(vm: &mut Vm, a: Args) -> Step {
    let (pid, signal) = (vm.index_i64(a[0])?, vm.index_i32(a[1])?);
    if !(0..=64).contains(&signal) {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    vm.sys_done(Syscall::Kill { pid: pid as i32, signal }, None)
}
fn waited(vm: &mut Vm, pid: i32, options: i32) -> Step {
    match vm.sys(Syscall::WaitPid { pid, options }, None)? {
        SysResult::Pair(pid, status) => {
            let items = vec![vm.int(pid), vm.int(status)];
            Ok(vm.tuple(items))
        }
        other => panic!("WaitPid answered {other:?}"),
    }
}
fn waitpid(vm: &mut Vm, a: Args) -> Step {
    let (pid, options) = (vm.index_i32(a[0])?, vm.index_i32(a[1])?);
    waited(vm, pid, options)
}
fn wait(vm: &mut Vm, _: Args) -> Step {
    waited(vm, -1, 0)
}
/// What `waitid` waits for (`WEXITED`), and which child: any, one by number, one by descriptor.
const WEXITED: i32 = 4;
const WAITS: i32 = WEXITED | 2 | 8;
const ALL: i32 = 0;
const PID: i32 = 1;
const PIDFD: i32 = 3;
fn waitid(vm: &mut Vm, a: Args) -> Step {
    let (kind, id, options) = (vm.index_i32(a[0])?, vm.index_i32(a[1])?, vm.index_i32(a[2])?);
    let pid = match kind {
        ALL => -1,
        PID if id > 0 => id,
        PIDFD => vm.sys_int(Syscall::PidFdProcess { fd: id })? as i32,
        _ => return Err(vm.os_error(errno::EINVAL, None, None)),
    };
    if options & WAITS == 0 {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    let (pid, status) = match vm.sys(Syscall::WaitPid { pid, options }, None)? {
        SysResult::Pair(0, _) => return Ok(vm.none()),
        SysResult::Pair(pid, status) => (pid, status),
        other => panic!("WaitPid answered {other:?}"),
    };
    // CLD_EXITED and CLD_KILLED.
    let (code, status) = if status & 0x7f == 0 { (1, status >> 8 & 0xff) } else { (2, status & 0x7f) };
    const SIGCHLD: i64 = 17;
    let values = [pid, 1000, SIGCHLD, status, code].map(|x| vm.int(x));
    Ok(vm.struct_seq(&super::process::WAITID_RESULT, values.into_iter().collect()))
}
fn pidfd_open(vm: &mut Vm, a: Args) -> Step {
    let pid = vm.index_i32(a[0])?;
    let flags = match a.opt(1) {
        Some(r) => vm.index_i32(r)?,
        None => 0,
    };
    let fd = vm.sys_int(Syscall::PidFdOpen { pid, flags })?;
    Ok(vm.int(fd))
}
fn waitstatus_to_exitcode(vm: &mut Vm, a: Args) -> Step {
    let s = status(vm, a)?;
    match s & 0x7f {
        0 => Ok(vm.int((s >> 8 & 0xff) as i64)),
        0x7f => {
            let message = format!("process stopped by delivery of signal {}", s >> 8 & 0xff);
            Err(vm.value_error(message))
        }
        signal => Ok(vm.int(-signal as i64)),
    }
}
