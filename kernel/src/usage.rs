//! What this process and its machine use, read from `/proc` (Linux); elsewhere only the process id is told.
use serde_json::{Map, Value, json};
use std::sync::Mutex;
use std::time::Instant;

/// Ticks a second in `/proc/PID/stat`: USER_HZ, which Linux fixes at 100 for programs.
const TICKS: f64 = 100.0;

/// CPU times in seconds at a moment.
struct Reading {
    at: Instant,
    own: f64,
    host_busy: f64,
    host_all: f64,
}

/// When usage was last asked for.
static LAST: Mutex<Option<Reading>> = Mutex::new(None);

/// Percentages are since the last question (0 at the first), memory is in bytes.
pub fn now() -> Value {
    let (own, at) = (own_cpu().unwrap_or(0.0), Instant::now());
    let (host_busy, host_all) = host_cpu().unwrap_or((0.0, 0.0));
    let last = LAST.lock().ok().and_then(|mut l| l.replace(Reading { at, own, host_busy, host_all }));
    let (kernel_cpu, host_cpu) = last.map_or((0.0, 0.0), |then| {
        let elapsed = (at - then.at).as_secs_f64();
        (percent(own - then.own, elapsed), percent(host_busy - then.host_busy, host_all - then.host_all))
    });
    let hostname = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    json!({
        "status": "ok",
        "hostname": hostname.trim(),
        "pid": std::process::id(),
        "kernel_cpu": kernel_cpu,
        "kernel_memory": memory("/proc/self/status", "VmRSS:").unwrap_or(0),
        "cpu_count": std::thread::available_parallelism().map_or(1, usize::from),
        "host_cpu_percent": host_cpu,
        "host_virtual_memory": host_memory().unwrap_or_default(),
    })
}

fn percent(part: f64, of: f64) -> f64 {
    if of > 0.0 { (part / of * 1000.0).round() / 10.0 } else { 0.0 }
}

/// Seconds of CPU time of this process.
fn own_cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may itself hold spaces and parentheses; the fields after it start with the third.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |i: usize| fields.get(i)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / TICKS)
}

/// Seconds that all processors together were busy, and that passed on them.
fn host_cpu() -> Option<(f64, f64)> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let times: Vec<f64> = stat.lines().next()?.split_whitespace().skip(1).take(8).flat_map(str::parse).collect();
    let all: f64 = times.iter().sum();
    let idle = times.get(3)? + times.get(4)?;
    Some(((all - idle) / TICKS, all / TICKS))
}

/// A line `NAME  n kB` of a file under `/proc`, in bytes.
fn memory(file: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|l| l.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

fn host_memory() -> Option<Map<String, Value>> {
    let file = "/proc/meminfo";
    let (total, available) = (memory(file, "MemTotal:")?, memory(file, "MemAvailable:")?);
    let used = total.saturating_sub(available);
    let fields = [
        ("total", json!(total)),
        ("available", json!(available)),
        ("used", json!(used)),
        ("free", json!(memory(file, "MemFree:")?)),
        ("percent", json!(percent(used as f64, total as f64))),
    ];
    Some(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn figures() {
        let (first, second) = (super::now(), super::now());
        assert!(first["kernel_memory"].as_u64() > Some(1 << 19));
        assert!(second["host_virtual_memory"]["total"].as_u64() > Some(0));
        assert!(second["cpu_count"].as_u64() >= Some(1));
    }
}
