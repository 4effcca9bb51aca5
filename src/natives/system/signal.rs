//! `_signal`: handlers. The machine has one run between two instructions of the main thread ([`run_handler`]).
use crate::heap::Ref;
use crate::vm::native::ModuleDef;
use crate::vm::step::Step;
use crate::vm::syscall::{SysResult, Syscall, errno};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};

pub static MODULE: ModuleDef = ModuleDef {
    name: "_signal",
    doc: "Signals.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(init),
};

const FUNCTIONS: &[Def] = &[
    Def::function("signal", "(signalnum, handler, /)", signal, "Set the action for a signal; the old one."),
    Def::function("getsignal", "(signalnum, /)", getsignal, "The current action for a signal."),
    Def::function("raise_signal", "(signalnum, /)", raise_signal, "Send a signal to the executing process."),
    Def::function("default_int_handler", "(signalnum, frame, /)", default_int_handler, "Raise KeyboardInterrupt."),
    Def::function("set_wakeup_fd", "(fd, /, *, warn_on_full_buffer=True)", set_wakeup_fd, "Descriptor to be written to at each signal."),
    Def::function("siginterrupt", "(signalnum, flag, /)", siginterrupt, "Change system call restart behaviour: there is none."),
    Def::function("strsignal", "(signalnum, /)", strsignal, "Description of a signal."),
    Def::function("valid_signals", "()", valid_signals, "The signals there are."),
    Def::function("alarm", "(seconds, /)", alarm, "Arrange for SIGALRM to arrive after some seconds."),
    Def::function("setitimer", "(which, seconds, interval=0.0, /)", setitimer, "Set an interval timer."),
    Def::function("getitimer", "(which, /)", getitimer, "Value of an interval timer."),
    Def::function("pthread_sigmask", "(how, mask, /)", pthread_sigmask, "Change the signal mask of the thread."),
    Def::function("sigpending", "()", sigpending, "Signals that are pending."),
    Def::function("pause", "()", pause, "Wait until a signal arrives."),
    Def::function("pidfd_send_signal", "(pidfd, signalnum, siginfo=None, flags=0, /)", pidfd_send_signal, "Send a signal to the process that a descriptor refers to."),
    Def::function("pthread_kill", "(thread_id, signalnum, /)", |vm, a| raise_signal(vm, Args(&[Some(a[1])])), "Send a signal to a thread."),
];

/// Name, number, description (glibc's).
const SIGNALS: &[(&str, i32, &str)] = &[
    ("SIGHUP", 1, "Hangup"), ("SIGINT", 2, "Interrupt"), ("SIGQUIT", 3, "Quit"), ("SIGILL", 4, "Illegal instruction"),
    ("SIGTRAP", 5, "Trace/breakpoint trap"), ("SIGABRT", 6, "Aborted"), ("SIGBUS", 7, "Bus error"),
    ("SIGFPE", 8, "Floating point exception"), ("SIGKILL", 9, "Killed"), ("SIGUSR1", 10, "User defined signal 1"),
    ("SIGSEGV", 11, "Segmentation fault"), ("SIGUSR2", 12, "User defined signal 2"), ("SIGPIPE", 13, "Broken pipe"),
    ("SIGALRM", 14, "Alarm clock"), ("SIGTERM", 15, "Terminated"), ("SIGSTKFLT", 16, "Stack fault"),
    ("SIGCHLD", 17, "Child exited"), ("SIGCONT", 18, "Continued"), ("SIGSTOP", 19, "Stopped (signal)"),
    ("SIGTSTP", 20, "Stopped"), ("SIGTTIN", 21, "Stopped (tty input)"), ("SIGTTOU", 22, "Stopped (tty output)"),
    ("SIGURG", 23, "Urgent I/O condition"), ("SIGXCPU", 24, "CPU time limit exceeded"),
    ("SIGXFSZ", 25, "File size limit exceeded"), ("SIGVTALRM", 26, "Virtual timer expired"),
    ("SIGPROF", 27, "Profiling timer expired"), ("SIGWINCH", 28, "Window changed"), ("SIGIO", 29, "I/O possible"),
    ("SIGPWR", 30, "Power failure"), ("SIGSYS", 31, "Bad system call"),
];
const OTHERS: &[(&str, i64)] = &[
    ("SIGIOT", 6), ("SIGCLD", 17), ("SIGPOLL", 29), ("SIGRTMIN", 34), ("SIGRTMAX", 64), ("NSIG", 65), ("SIG_DFL", 0),
    ("SIG_IGN", 1), ("SIG_BLOCK", 0), ("SIG_UNBLOCK", 1), ("SIG_SETMASK", 2), ("ITIMER_REAL", 0), ("ITIMER_VIRTUAL", 1),
    ("ITIMER_PROF", 2),
];
const INT: i32 = 2;
const HANDLERS: &str = "signal handlers";
const WAKEUP: &str = "signal wakeup fd";
/// There while nobody wants to be told that it is full.
const QUIET: &str = "signal wakeup fd may be full";
const DEFAULT_INT: &str = "default_int_handler";

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    for (name, value, _) in SIGNALS {
        vm.set_ints(module, &[(name, *value as i64)]);
    }
    vm.set_ints(module, OTHERS);
    let error = vm.make_exception_class("signal.itimer_error", "signal", "itimer_error", &[t::OS_ERROR]);
    vm.set_borrowed(module, "ItimerError", error);
    match vm.registry.get(DEFAULT_INT).copied() {
        // A signal came before the import: what handles it is the one there is.
        Some(handler) => vm.set_borrowed(module, DEFAULT_INT, handler),
        None => {
            let dict = vm.module_dict(module);
            let handler = vm.dict_get_str(dict, DEFAULT_INT).expect("the module's own function");
            let handler = vm.incref(handler).into_raw();
            vm.registry.insert(DEFAULT_INT, handler);
        }
    }
    Ok(())
}
fn number(vm: &mut Vm, r: Ref) -> Result<i32, Ask> {
    let n = vm.index_i32(r)?;
    if (1..65).contains(&n) { Ok(n) } else { Err(vm.value_error("signal number out of range")) }
}
/// The handlers that were set: signal number → object.
fn table(vm: &mut Vm) -> Ref {
    if let Some(r) = vm.registry.get(HANDLERS) {
        return *r;
    }
    let d = vm.dict().into_raw();
    vm.registry.insert(HANDLERS, d);
    d
}
/// The action for a signal (borrowed): a callable, or the int SIG_DFL or SIG_IGN.
fn action(vm: &mut Vm, n: i32) -> Ref {
    let table = table(vm);
    let key = fixed::small_int(n as i64).expect("signal numbers are small");
    let hash = vm.hash_simple(key).expect("an int");
    let found = vm.dict_find(table, key, hash).ok().flatten();
    if let Some(i) = found {
        return vm.dict_of(table).expect("a dict").value(i);
    }
    if n == INT {
        return default_int(vm);
    }
    let ignored = n == 13 || n == 25;
    fixed::small_int(ignored as i64).expect("small")
}
/// The handler that CPython sets at its start; here the module makes it, at the first import or the first interrupt.
fn default_int(vm: &mut Vm) -> Ref {
    if !vm.registry.contains_key(DEFAULT_INT) {
        let module = vm.native_module(MODULE.name).expect("this module is registered");
        vm.release(module);
    }
    vm.registry[DEFAULT_INT]
}
fn signal(vm: &mut Vm, a: Args) -> Step {
    let n = vm.index_i32(a[0])?;
    let known = vm.i64_of(a[1]).is_some_and(|i| (0..2).contains(&i));
    if !known && !vm.is_callable(a[1]) {
        return Err(vm.type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object"));
    }
    if vm.cur.id != vm.main_thread {
        return Err(vm.value_error("signal only works in main thread of the main interpreter"));
    }
    let n = number(vm, fixed::small_int(n as i64).unwrap_or(a[0]))?;
    if n == 9 || n == 19 {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    let old = action(vm, n);
    let old = vm.incref(old);
    let (table, key) = (table(vm), fixed::small_int(n as i64).expect("small"));
    let value = if known { fixed::small_int(vm.i64_of(a[1]).expect("an int")).expect("small") } else { a[1] };
    vm.dict_set(table, key, value).unwrap_or_else(|e| panic!("int keys ask nothing: {e:?}"));
    Ok(old)
}
fn getsignal(vm: &mut Vm, a: Args) -> Step {
    let n = number(vm, a[0])?;
    let r = action(vm, n);
    Ok(vm.incref(r))
}
/// What a process does about a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Handler,
    Ignore,
    Default,
}
/// The current action of this process.
pub fn action_of(vm: &mut Vm, n: i32) -> Action {
    let r = action(vm, n);
    match vm.i64_of(r) {
        Some(0) => Action::Default,
        Some(_) => Action::Ignore,
        None => Action::Handler,
    }
}
/// Whether the default action ends the process.
pub fn is_fatal(n: i32) -> bool {
    !matches!(n, 17 | 18 | 23 | 28)
}
/// Has the handler (or the default action, which ends the program) run in the current thread before its next instruction.
pub fn run_handler(vm: &mut Vm, n: i32) {
    let number = fixed::small_int(n as i64).expect("signal numbers are small");
    vm.run_hidden(handle, &[Some(number)]);
}
fn handle(vm: &mut Vm, a: Args) -> Step {
    let n = vm.index_i32(a[0])?;
    let r = action(vm, n);
    let wakeup = vm.registry.get(WAKEUP).and_then(|r| vm.i64_of(*r)).unwrap_or(-1);
    if vm.is_callable(r) {
        let r = vm.hold(r);
        if wakeup >= 0
            && let SysResult::Error(e) = vm.syscall(Syscall::Write { fd: wakeup as i32, data: vec![n as u8] })?
            && (e != errno::EAGAIN || !vm.registry.contains_key(QUIET))
        {
            let error = vm.once(|vm| match vm.os_error(e, None, None) {
                Ask::Raise(error) => Ok(error),
                other => Err(other),
            })?;
            let what = vm.str("trying to write to the signal wakeup fd");
            let what = vm.keep(what);
            vm.prelude("report_ignored", &[error, what])?;
        }
        let frame = match vm.frame_at(0) {
            Ok(f) => vm.keep(f),
            // Between two calls nothing runs.
            Err(ask) => {
                vm.forget(ask);
                fixed::NONE
            }
        };
        vm.call(r, &[a[0], frame])?;
        return Ok(vm.none());
    }
    super::posix::leave(vm, 128 + n)
}
/// A signal as if it had come from outside, unless nobody in Python handles it (`_thread.interrupt_main`).
pub fn simulate(vm: &mut Vm, n: i32) -> Step {
    if action_of(vm, n) != Action::Handler {
        return Ok(vm.none());
    }
    vm.sys_done(Syscall::Kill { pid: 0, signal: n }, None)
}
fn raise_signal(vm: &mut Vm, a: Args) -> Step {
    let n = vm.index_i32(a[0])?;
    if !(1..65).contains(&n) {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    vm.sys_done(Syscall::Kill { pid: 0, signal: n }, None)
}
fn default_int_handler(vm: &mut Vm, _: Args) -> Step {
    Err(Ask::Raise(vm.new_exception(t::KEYBOARD_INTERRUPT, vec![])))
}
fn pidfd_send_signal(vm: &mut Vm, a: Args) -> Step {
    let (fd, signal) = (vm.index_i32(a[0])?, vm.index_i32(a[1])?);
    if a.not_none(2).is_some() {
        return Err(vm.type_error("siginfo must be None"));
    }
    if let Some(flags) = a.opt(3)
        && vm.index_i32(flags)? != 0
    {
        return Err(vm.os_error(crate::vm::syscall::errno::EINVAL, None, None));
    }
    let pid = vm.sys_int(Syscall::PidFdProcess { fd })? as i32;
    vm.sys_done(Syscall::Kill { pid, signal }, None)
}
fn set_wakeup_fd(vm: &mut Vm, a: Args) -> Step {
    let fd = vm.index_i32(a[0])?;
    if vm.cur.id != vm.main_thread {
        return Err(vm.value_error("set_wakeup_fd only works in main thread of the main interpreter"));
    }
    let warns = match a.opt(1) {
        Some(r) => vm.truth(r)?,
        None => true,
    };
    if fd != -1 {
        let blocks = match vm.syscall(Syscall::GetBlocking { fd })? {
            SysResult::Error(e) => return Err(vm.os_error(e, None, None)),
            other => other != SysResult::Int(0),
        };
        if blocks {
            let message = format!("the fd {fd} must be in non-blocking mode");
            return Err(vm.value_error(message));
        }
    }
    let quiet = if warns { vm.registry.remove(QUIET) } else { vm.registry.insert(QUIET, fixed::NONE) };
    debug_assert!(quiet.is_none_or(|r| r == fixed::NONE));
    let new = vm.int(fd as i64).into_raw();
    let old = vm.registry.insert(WAKEUP, new);
    match old {
        Some(r) => Ok(crate::heap::Owned::adopt(r)),
        None => Ok(vm.int(-1)),
    }
}
fn siginterrupt(vm: &mut Vm, a: Args) -> Step {
    number(vm, a[0])?;
    Ok(vm.none())
}
fn strsignal(vm: &mut Vm, a: Args) -> Step {
    let n = number(vm, a[0])?;
    match SIGNALS.iter().find(|s| s.1 == n) {
        Some(s) => Ok(vm.str(s.2)),
        None if n >= 34 => Ok(vm.str(format!("Real-time signal {}", n - 34))),
        None => Ok(vm.none()),
    }
}
fn valid_signals(vm: &mut Vm, _: Args) -> Step {
    let set = vm.set();
    let set = vm.keep(set);
    for n in (1..=31).chain(34..=64) {
        let key = fixed::small_int(n).expect("small");
        vm.set_add(set, key)?;
    }
    Ok(vm.incref(set))
}
fn set_timer(vm: &mut Vm, first_ns: u64, interval_ns: u64) -> Result<(i64, i64), Ask> {
    match vm.sys(Syscall::SetTimer { first_ns, interval_ns }, None)? {
        SysResult::Pair(left, every) => Ok((left, every)),
        other => panic!("SetTimer answered {other:?}"),
    }
}
fn alarm(vm: &mut Vm, a: Args) -> Step {
    let seconds = vm.index_i32(a[0])?.max(0) as u64;
    let (left, _) = set_timer(vm, seconds * 1_000_000_000, 0)?;
    Ok(vm.int((left + 999_999_999) / 1_000_000_000))
}
fn pair(vm: &mut Vm, (left, every): (i64, i64)) -> Step {
    let items = vec![vm.float(left as f64 / 1e9), vm.float(every as f64 / 1e9)];
    Ok(vm.tuple(items))
}
fn setitimer(vm: &mut Vm, a: Args) -> Step {
    real_timer(vm, a[0])?;
    let first = vm.timeout_ns(a[1])?;
    let interval = match a.opt(2) {
        Some(r) => vm.timeout_ns(r)?,
        None => 0,
    };
    if first < 0 || interval < 0 {
        return Err(vm.os_error(errno::EINVAL, None, None));
    }
    let old = set_timer(vm, first as u64, interval as u64)?;
    pair(vm, old)
}
fn getitimer(vm: &mut Vm, a: Args) -> Step {
    real_timer(vm, a[0])?;
    let SysResult::Pair(left, every) = vm.sys(Syscall::GetTimer, None)? else { panic!("GetTimer answers a pair") };
    pair(vm, (left, every))
}
fn real_timer(vm: &mut Vm, which: Ref) -> Result<(), Ask> {
    match vm.index_i32(which)? {
        0 => Ok(()),
        1 | 2 => Err(vm.unsupported("an interval timer of processor time")),
        _ => Err(vm.os_error(errno::EINVAL, None, None)),
    }
}
fn pthread_sigmask(vm: &mut Vm, a: Args) -> Step {
    let how = vm.index_i32(a[0])?;
    let mut mask = 0u64;
    for n in vm.collect(a[1])? {
        mask |= 1 << (number(vm, n)? - 1);
    }
    let old = vm.sys_int(Syscall::SigMask { how, mask })?;
    signal_set(vm, old as u64)
}
fn sigpending(vm: &mut Vm, _: Args) -> Step {
    let pending = vm.sys_int(Syscall::SigPending)?;
    signal_set(vm, pending as u64)
}
/// A set of the numbers whose bits are set.
fn signal_set(vm: &mut Vm, bits: u64) -> Step {
    let set = vm.set();
    for n in (0..64).filter(|n| bits >> n & 1 == 1) {
        let n = fixed::small_int(n + 1).expect("signal numbers are small");
        vm.set_add(set.get(), n).unwrap_or_else(|e| panic!("ints ask nothing: {e:?}"));
    }
    Ok(set)
}
fn pause(vm: &mut Vm, _: Args) -> Step {
    vm.sys_done(Syscall::Pause, None)
}
