//! Functions about the process and the machine.
use super::super::structseq::{METHODS, Shape, item};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::TypeDef;
use crate::vm::step::Step;
use crate::vm::syscall::{Clock, SysResult, Syscall, errno};
use crate::vm::{Args, Def, Vm, fixed, t};

macro_rules! result_shape {
    ($shape:ident, $def:ident, $name:literal, $module:literal, $doc:literal, [$($i:literal $field:literal),*]) => {
        static $def: TypeDef = TypeDef {
            place: None,
            name: $name,
            module: $module,
            base: t::TUPLE,
            layout: Layout::Tuple,
            flags: type_flags::IMMUTABLE | type_flags::SEQUENCE,
            size: (32, 8),
            doc: $doc,
            defs: &[METHODS, &[$(Def::member($field, item::<$i>, "")),*]],
        };
        pub static $shape: Shape = Shape { def: &$def, fields: &[$($field),*], visible: [$($i),*].len(), unnamed: 0 };
    };
}
result_shape!(UNAME_RESULT, UNAME_DEF, "uname_result", "posix", "Result of uname().",
    [0 "sysname", 1 "nodename", 2 "release", 3 "version", 4 "machine"]);
result_shape!(TIMES_RESULT, TIMES_DEF, "times_result", "posix", "Result of times().",
    [0 "user", 1 "system", 2 "children_user", 3 "children_system", 4 "elapsed"]);
result_shape!(WAITID_RESULT, WAITID_DEF, "waitid_result", "posix", "Result of waitid().",
    [0 "si_pid", 1 "si_uid", 2 "si_signo", 3 "si_status", 4 "si_code"]);
result_shape!(TERMINAL_SIZE, TERMINAL_DEF, "terminal_size", "os", "Columns and lines of a terminal.", [0 "columns", 1 "lines"]);

pub const FUNCTIONS: &[Def] = &[
    Def::function("getpid", "()", |vm, _| number(vm, Syscall::GetPid), "The current process id."),
    Def::function("getppid", "()", |vm, _| number(vm, Syscall::GetParentPid), "The parent's process id."),
    Def::function("getpgrp", "()", |vm, _| number(vm, Syscall::GetPid), "The current process group id."),
    Def::function("getuid", "()", |vm, _| Ok(vm.int(1000)), "The current process's user id."),
    Def::function("geteuid", "()", |vm, _| Ok(vm.int(1000)), "The current process's effective user id."),
    Def::function("getgid", "()", |vm, _| Ok(vm.int(1000)), "The current process's group id."),
    Def::function("getegid", "()", |vm, _| Ok(vm.int(1000)), "The current process's effective group id."),
    Def::function("getgroups", "()", |vm, _| { let g = vm.int(1000); Ok(vm.list(vec![g])) }, "Supplemental group ids."),
    Def::function("getlogin", "()", |vm, _| Ok(vm.str("student")), "The name of the user."),
    Def::function("cpu_count", "()", |vm, _| number(vm, Syscall::CpuCount), "Number of logical CPUs of the machine."),
    Def::function("sched_getaffinity", "(pid, /)", sched_getaffinity, "The CPUs a process may use."),
    Def::function("sched_yield", "()", |vm, _| vm.sys_done(Syscall::ThreadYield, None), "Give up the processor."),
    Def::function("getloadavg", "()", getloadavg, "Load averages: always idle."),
    Def::function("uname", "()", uname, "Names of the operating system and machine."),
    Def::function("times", "()", times, "Process times."),
    Def::function("get_terminal_size", "(fd=<unrepresentable>, /)", get_terminal_size, "Size of the terminal."),
    Def::function("strerror", "(code, /)", strerror, "Text of an error number."),
    Def::function("urandom", "(size, /)", urandom, "Random bytes, from the session's seed."),
    Def::function("getrandom", "(size, flags=0)", urandom, "Random bytes, from the session's seed."),
    Def::function("system", "(command)", |vm, _| Err(vm.unsupported("os.system(): starting a program")), "Execute a command."),
    Def::function("sysconf", "(name, /)", sysconf, "A value of the system's configuration."),
    Def::function("ctermid", "()", |vm, _| Ok(vm.str("/dev/tty")), "Name of the controlling terminal."),
];

fn number(vm: &mut Vm, call: Syscall) -> Step {
    let k = vm.sys_int(call)?;
    Ok(vm.int(k))
}
fn sched_getaffinity(vm: &mut Vm, a: Args) -> Step {
    vm.index_i32(a[0])?;
    let cpus = vm.sys_int(Syscall::CpuCount)?;
    let set = vm.set();
    let r = set.get();
    for cpu in 0..cpus {
        vm.set_add(r, fixed::small_int(cpu).expect("few processors")).unwrap_or_else(|e| panic!("ints ask nothing: {e:?}"));
    }
    Ok(set)
}
fn getloadavg(vm: &mut Vm, _: Args) -> Step {
    let items = vec![vm.float(0.0), vm.float(0.0), vm.float(0.0)];
    Ok(vm.tuple(items))
}
fn uname(vm: &mut Vm, _: Args) -> Step {
    let parts = ["Linux", "pellucid", "6.1.0", "#1 SMP", "x86_64"].map(|s| vm.str(s));
    Ok(vm.struct_seq(&UNAME_RESULT, parts.into_iter().collect()))
}
fn times(vm: &mut Vm, _: Args) -> Step {
    let cpu = vm.sys_int(Syscall::ClockGet { clock: Clock::Process })? as f64 / 1e9;
    let elapsed = vm.sys_int(Syscall::ClockGet { clock: Clock::Monotonic })? as f64 / 1e9;
    let round = |x: f64| (x * 100.0).floor() / 100.0;
    let values = [round(cpu), 0.0, 0.0, 0.0, round(elapsed)].map(|x| vm.float(x));
    Ok(vm.struct_seq(&TIMES_RESULT, values.into_iter().collect()))
}
fn get_terminal_size(vm: &mut Vm, a: Args) -> Step {
    let fd = match a.opt(0) {
        Some(r) => vm.index_i32(r)?,
        None => 1,
    };
    vm.sys_int(Syscall::IsATty { fd })?;
    Err(vm.os_error(errno::ENOTTY, None, None))
}
fn strerror(vm: &mut Vm, a: Args) -> Step {
    let code = vm.index_i32(a[0])?;
    let text = if code == 0 { "Success".into() } else { errno::text(code) };
    Ok(vm.str(text))
}
fn urandom(vm: &mut Vm, a: Args) -> Step {
    let count = vm.index_i64(a[0])?;
    if count < 0 {
        return Err(vm.value_error("negative argument not allowed"));
    }
    match vm.sys(Syscall::Random { count: count as usize }, None)? {
        SysResult::Bytes(b) => Ok(vm.bytes(b)),
        other => panic!("Random answered {other:?}"),
    }
}
fn sysconf(vm: &mut Vm, a: Args) -> Step {
    let name = match vm.str_of(a[0]) {
        Some(s) => s.lossy().into_owned(),
        None => vm.index_i32(a[0])?.to_string(),
    };
    let value = match name.as_str() {
        "SC_PAGESIZE" | "SC_PAGE_SIZE" | "30" => 4096,
        "SC_NPROCESSORS_CONF" | "SC_NPROCESSORS_ONLN" | "83" | "84" => vm.sys_int(Syscall::CpuCount)?,
        "SC_SEM_VALUE_MAX" | "33" => 2_147_483_647,
        "SC_OPEN_MAX" | "4" => 1024,
        "SC_CLK_TCK" | "2" => 100,
        "SC_ARG_MAX" | "0" => 2_097_152,
        "SC_IOV_MAX" | "60" => 1024,
        "SC_SEM_NSEMS_MAX" | "32" => -1,
        _ => return Err(vm.value_error("unrecognized configuration name")),
    };
    Ok(vm.int(value))
}
