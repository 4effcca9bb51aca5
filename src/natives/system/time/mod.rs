//! `time`: clocks of the simulated system, and the calendar. The time zone is UTC.
mod calendar;
mod format;

use super::structseq::{METHODS, Shape, hidden, item};
use crate::heap::{Owned, Ref};
use crate::objects::class::{Layout, type_flags};
use crate::vm::native::{ModuleDef, TypeDef};
use crate::vm::step::Step;
use crate::vm::syscall::{Clock, Syscall};
use crate::vm::{Args, Ask, Def, Vm, fixed, t};
use calendar::Broken;

pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    doc: "Clocks and the calendar.",
    functions: &[FUNCTIONS],
    types: &[],
    init: Some(init),
};
pub static SHAPES: &[&Shape] = &[&STRUCT_TIME];

static STRUCT_TIME_DEF: TypeDef = TypeDef {
    place: None,
    name: "struct_time",
    module: "time",
    base: t::TUPLE,
    layout: Layout::Tuple,
    flags: type_flags::IMMUTABLE | type_flags::SEQUENCE,
    size: (32, 8),
    doc: "A point in time as nine integers, from the year to whether it is summer time.",
    defs: &[METHODS, &[
        Def::member("tm_year", item::<0>, "year, for example, 1993"),
        Def::member("tm_mon", item::<1>, "month of year, range [1, 12]"),
        Def::member("tm_mday", item::<2>, "day of month, range [1, 31]"),
        Def::member("tm_hour", item::<3>, "hours, range [0, 23]"),
        Def::member("tm_min", item::<4>, "minutes, range [0, 59]"),
        Def::member("tm_sec", item::<5>, "seconds, range [0, 61])"),
        Def::member("tm_wday", item::<6>, "day of week, range [0, 6], Monday is 0"),
        Def::member("tm_yday", item::<7>, "day of year, range [1, 366]"),
        Def::member("tm_isdst", item::<8>, "1 if summer time is in effect, 0 if not, and -1 if unknown"),
        Def::member("tm_zone", hidden::<0>, "abbreviation of timezone name"),
        Def::member("tm_gmtoff", hidden::<1>, "offset from UTC in seconds"),
    ]],
};
static STRUCT_TIME: Shape = Shape {
    def: &STRUCT_TIME_DEF,
    fields: &[
        "tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday", "tm_isdst", "tm_zone", "tm_gmtoff",
    ],
    visible: 9,
    unnamed: 0,
};

const FUNCTIONS: &[Def] = &[
    Def::function("time", "()", |vm, _| seconds(vm, Clock::Realtime), "Seconds since the epoch."),
    Def::function("time_ns", "()", |vm, _| nanoseconds(vm, Clock::Realtime), "Nanoseconds since the epoch."),
    Def::function("monotonic", "()", |vm, _| seconds(vm, Clock::Monotonic), "A clock that never goes back."),
    Def::function("monotonic_ns", "()", |vm, _| nanoseconds(vm, Clock::Monotonic), "A clock that never goes back, in nanoseconds."),
    Def::function("perf_counter", "()", |vm, _| seconds(vm, Clock::Monotonic), "A clock for measuring."),
    Def::function("perf_counter_ns", "()", |vm, _| nanoseconds(vm, Clock::Monotonic), "A clock for measuring, in nanoseconds."),
    Def::function("process_time", "()", |vm, _| seconds(vm, Clock::Process), "Processor time of the process."),
    Def::function("process_time_ns", "()", |vm, _| nanoseconds(vm, Clock::Process), "Processor time of the process in nanoseconds."),
    Def::function("thread_time", "()", |vm, _| seconds(vm, Clock::Thread), "Processor time of the thread."),
    Def::function("thread_time_ns", "()", |vm, _| nanoseconds(vm, Clock::Thread), "Processor time of the thread in nanoseconds."),
    Def::function("clock_gettime", "(clk_id, /)", |vm, a| { let c = clock(vm, a[0])?; seconds(vm, c) }, "Time of a clock."),
    Def::function("clock_gettime_ns", "(clk_id, /)", |vm, a| { let c = clock(vm, a[0])?; nanoseconds(vm, c) }, "Time of a clock in nanoseconds."),
    Def::function("clock_getres", "(clk_id, /)", |vm, a| { clock(vm, a[0])?; Ok(vm.float(1e-9)) }, "Resolution of a clock."),
    Def::function("clock_settime", "(clk_id, time, /)", clock_settime, "Set a clock: not permitted."),
    Def::function("clock_settime_ns", "(clk_id, time, /)", clock_settime, "Set a clock: not permitted."),
    Def::function("sleep", "(seconds, /)", sleep, "Let virtual time pass."),
    Def::function("gmtime", "(seconds=None, /)", |vm, a| broken_down(vm, a, "GMT"), "Convert seconds since the epoch to UTC."),
    Def::function("localtime", "(seconds=None, /)", |vm, a| broken_down(vm, a, "UTC"), "Convert seconds since the epoch to local time."),
    Def::function("mktime", "(time_tuple, /)", mktime, "Convert local time to seconds since the epoch."),
    Def::function("asctime", "(time_tuple=<unrepresentable>, /)", asctime, "A time as text."),
    Def::function("ctime", "(seconds=None, /)", ctime, "Seconds since the epoch as text."),
    Def::function("strftime", "(format, time_tuple=<unrepresentable>, /)", strftime, "A time as text by a format."),
    Def::function("strptime", "(string, format='%a %b %d %H:%M:%S %Y', /)", strptime, "Text as a time by a format."),
    Def::function("get_clock_info", "(name, /)", get_clock_info, "What is known of a clock."),
    Def::function("tzset", "()", |vm, _| Ok(vm.none()), "Look at the time zone afresh: it is UTC."),
];

const CLOCKS: &[(&str, i64)] = &[
    ("CLOCK_REALTIME", 0), ("CLOCK_MONOTONIC", 1), ("CLOCK_PROCESS_CPUTIME_ID", 2), ("CLOCK_THREAD_CPUTIME_ID", 3),
    ("CLOCK_MONOTONIC_RAW", 4), ("CLOCK_BOOTTIME", 7), ("CLOCK_TAI", 11),
];

fn init(vm: &mut Vm, module: Ref) -> Result<(), Ask> {
    vm.set_ints(module, CLOCKS);
    vm.set_ints(module, &[("timezone", 0), ("altzone", 0), ("daylight", 0), ("_STRUCT_TM_ITEMS", 11)]);
    let names = vec![vm.str("UTC"), vm.str("UTC")];
    let names = vm.tuple(names);
    vm.set_global(module, "tzname", names);
    let ty = vm.struct_seq_type(&STRUCT_TIME);
    vm.set_borrowed(module, "struct_time", ty);
    Ok(())
}

fn read(vm: &mut Vm, clock: Clock) -> Result<i64, Ask> {
    vm.sys_int(Syscall::ClockGet { clock })
}
fn seconds(vm: &mut Vm, clock: Clock) -> Step {
    let ns = read(vm, clock)?;
    Ok(vm.float(ns as f64 / 1e9))
}
fn nanoseconds(vm: &mut Vm, clock: Clock) -> Step {
    let ns = read(vm, clock)?;
    Ok(vm.int(ns))
}
fn clock(vm: &mut Vm, id: Ref) -> Result<Clock, Ask> {
    match vm.index_i32(id)? {
        0 | 11 => Ok(Clock::Realtime),
        1 | 4 | 7 => Ok(Clock::Monotonic),
        2 => Ok(Clock::Process),
        3 => Ok(Clock::Thread),
        _ => Err(vm.os_error(22, None, None)),
    }
}
fn clock_settime(vm: &mut Vm, a: Args) -> Step {
    clock(vm, a[0])?;
    Err(vm.os_error(1, None, None))
}
fn sleep(vm: &mut Vm, a: Args) -> Step {
    let ns = vm.timeout_ns(a[0])?;
    if ns < 0 {
        return Err(vm.value_error("sleep length must be non-negative"));
    }
    vm.sys_done(Syscall::Sleep { ns: ns as u64 }, None)
}
/// Seconds since the epoch of an argument, rounded down; now when there is none.
fn timestamp(vm: &mut Vm, given: Option<Ref>) -> Result<i64, Ask> {
    let Some(r) = given.filter(|r| *r != fixed::NONE) else {
        return Ok(read(vm, Clock::Realtime)?.div_euclid(1_000_000_000));
    };
    let seconds = match vm.f64_of(r) {
        Some(x) if x.is_nan() => return Err(vm.value_error("Invalid value NaN (not a number)")),
        Some(x) => x.floor() as i128,
        None => {
            let i = vm.index_ref(r)?;
            vm.i64_of(i).map_or(i128::MAX, i128::from)
        }
    };
    // Years that fit a C int.
    if seconds.unsigned_abs() > 67_767_976_233_532_799 {
        return Err(vm.overflow_error("timestamp out of range for platform time_t"));
    }
    Ok(seconds as i64)
}
fn struct_time(vm: &mut Vm, b: &Broken, zone: &str) -> Owned {
    let fields = [b.year, b.month, b.day, b.hour, b.minute, b.second, b.weekday, b.yearday, 0];
    let mut values: Vec<Owned> = fields.iter().map(|x| vm.int(*x)).collect();
    values.push(vm.str(zone));
    values.push(vm.int(0));
    vm.struct_seq(&STRUCT_TIME, values)
}
fn broken_down(vm: &mut Vm, a: Args, zone: &str) -> Step {
    let s = timestamp(vm, a.opt(0))?;
    Ok(struct_time(vm, &Broken::from_timestamp(s), zone))
}
/// Nine ints of a time tuple, not yet checked.
fn parts(vm: &mut Vm, r: Ref, function: &str) -> Result<Broken, Ask> {
    let Some(items) = vm.tuple_items(r).map(<[Ref]>::to_vec) else {
        return Err(vm.type_error("Tuple or struct_time argument required"));
    };
    if items.len() != 9 {
        let message = format!("{function}(): illegal time tuple argument");
        return Err(vm.type_error(message));
    }
    let mut n = [0i64; 9];
    for (i, r) in items.into_iter().enumerate() {
        n[i] = vm.index_i32(r)? as i64;
    }
    let [year, month, day, hour, minute, second, weekday, yearday, dst] = n;
    Ok(Broken { year, month, day, hour, minute, second, weekday, yearday, dst })
}
/// Checks as strftime and asctime do: zero means the first month or day.
fn checked(vm: &mut Vm, r: Ref, function: &str) -> Result<Broken, Ask> {
    let mut b = parts(vm, r, function)?;
    if b.month == 0 {
        b.month = 1;
    }
    if b.day == 0 {
        b.day = 1;
    }
    if b.yearday == 0 {
        b.yearday = 1;
    }
    let problem = match () {
        _ if !(1..=12).contains(&b.month) => "month out of range",
        _ if !(1..=31).contains(&b.day) => "day of month out of range",
        _ if !(0..=23).contains(&b.hour) => "hour out of range",
        _ if !(0..=59).contains(&b.minute) => "minute out of range",
        _ if !(0..=61).contains(&b.second) => "seconds out of range",
        _ if b.weekday < -1 => "day of week out of range",
        _ if !(1..=366).contains(&b.yearday) => "day of year out of range",
        _ => "",
    };
    if !problem.is_empty() {
        return Err(vm.value_error(problem));
    }
    b.weekday = (b.weekday + 7) % 7;
    Ok(b)
}
fn given_or_now(vm: &mut Vm, given: Option<Ref>, function: &str) -> Result<Broken, Ask> {
    match given {
        Some(r) => checked(vm, r, function),
        None => Ok(Broken::from_timestamp(timestamp(vm, None)?)),
    }
}
fn mktime(vm: &mut Vm, a: Args) -> Step {
    let b = parts(vm, a[0], "mktime")?;
    Ok(vm.float(b.timestamp() as f64))
}
fn asctime(vm: &mut Vm, a: Args) -> Step {
    let b = given_or_now(vm, a.opt(0), "asctime")?;
    Ok(vm.str(format::asctime(&b)))
}
fn ctime(vm: &mut Vm, a: Args) -> Step {
    let s = timestamp(vm, a.opt(0))?;
    Ok(vm.str(format::asctime(&Broken::from_timestamp(s))))
}
fn strftime(vm: &mut Vm, a: Args) -> Step {
    let Some(text) = vm.str_of(a[0]).map(|s| s.wtf8().to_owned()) else {
        let message = format!("strftime() argument 1 must be str, not {}", vm.dotted_type_name(a[0]));
        return Err(vm.type_error(message));
    };
    let b = given_or_now(vm, a.opt(1), "strftime")?;
    let out = format::strftime(&text, &b);
    Ok(vm.str(out))
}
fn strptime(vm: &mut Vm, a: Args) -> Step {
    let default = vm.str("%a %b %d %H:%M:%S %Y");
    let default = vm.keep(default);
    vm.tail_prelude("time_strptime", &[a[0], a.opt(1).unwrap_or(default)])
}
fn get_clock_info(vm: &mut Vm, a: Args) -> Step {
    let name = vm.expect_str(a[0], "get_clock_info() argument 1")?;
    let (id, monotonic, adjustable) = match name.as_str() {
        "time" => ("CLOCK_REALTIME", false, true),
        "monotonic" | "perf_counter" => ("CLOCK_MONOTONIC", true, false),
        "process_time" => ("CLOCK_PROCESS_CPUTIME_ID", true, false),
        "thread_time" => ("CLOCK_THREAD_CPUTIME_ID", true, false),
        _ => return Err(vm.value_error("unknown clock")),
    };
    let implementation = vm.str(format!("clock_gettime({id})"));
    let resolution = vm.float(1e-9);
    let (implementation, resolution) = (vm.keep(implementation), vm.keep(resolution));
    let mut kwargs = vec![];
    let values = [
        ("implementation", implementation),
        ("monotonic", fixed::bool_ref(monotonic)),
        ("adjustable", fixed::bool_ref(adjustable)),
        ("resolution", resolution),
    ];
    for (key, value) in values {
        kwargs.push((vm.intern(key).into_raw(), value));
    }
    vm.tail_call_kw(t::NAMESPACE, &[], &kwargs)
}
