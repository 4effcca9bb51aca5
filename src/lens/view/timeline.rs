//! The view of `%%timeline`: a sentence, the lanes, and the steps in a column for each lane.
use super::timeline_picture as picture;
use crate::render::measure::{fit, thousands};
use crate::render::text::columns;
use crate::render::view::{Lang, Table, View};
use crate::snapshot::timeline::*;

/// Steps in the text form.
const STEPS: usize = 150;
/// Lanes that get a column of their own.
const COLUMNS: usize = 6;

pub fn view(s: &TimelineSnapshot, lang: Lang) -> View {
    let (scene, folded) = picture::draw(s, lang);
    let headline = headline(s, lang);
    let mut notes = Vec::new();
    if folded > 0 {
        notes.push(lang.pick(
            format!("{} states are too short to draw and are folded into what lies around them; --from, --to and --threads show a part.", thousands(folded)),
            format!("有 {} 段状态太短，已并入相邻部分；可用 --from、--to、--threads 查看局部。", thousands(folded)),
        ));
    }
    notes.extend(standstills(s, lang));
    if let Some(cpus) = s.free_on {
        notes.push(lang.pick(
            format!("There is no GIL (%sched gil off): threads run side by side on {cpus} processors, each with a clock of its own."),
            format!("没有 GIL（%sched gil off）：线程在 {cpus} 个处理器上并行运行，各有自己的时钟。"),
        ));
    }
    if s.steps.len() > STEPS {
        notes.push(lang.pick(format!("The first {STEPS} of {} steps are told.", thousands(s.steps.len() as u64)), format!("共 {} 步，列出前 {STEPS} 步。", thousands(s.steps.len() as u64))));
    }
    if s.accesses_cut {
        notes.push(lang.pick("Reads and writes of variables are told only from the beginning of the run.", "仅记录运行开头部分的变量读写。").to_owned());
    }
    if s.lost > 0 {
        notes.push(lang.pick(format!("{} later events were not kept.", thousands(s.lost)), format!("后面的 {} 个事件未保留。", thousands(s.lost))));
    }
    let outline = steps(s, lang);
    let mut tables = vec![lanes(s, lang)];
    tables.extend(tasks(s, lang));
    tables.extend(locks(s, lang));
    let data = data(s);
    View { lens: "timeline", lang, alt: headline.clone(), headline, notes, scene, outline, tables, data }
}

/// A duration in the unit that fits.
pub fn time(ns: u64) -> String {
    let (value, unit) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..1_000_000 => (ns as f64 / 1e3, "µs"),
        1_000_000..1_000_000_000 => (ns as f64 / 1e6, "ms"),
        _ => (ns as f64 / 1e9, "s"),
    };
    let digits = if value < 10.0 { 2 } else if value < 100.0 { 1 } else { 0 };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

pub fn reason(r: SwitchReason, lang: Lang) -> &'static str {
    match r {
        SwitchReason::Interval => lang.pick("switch interval over", "切换间隔已到"),
        SwitchReason::Processor => lang.pick("no processor is free", "没有空闲处理器"),
        SwitchReason::Policy => lang.pick("the schedule says so", "调度策略"),
        SwitchReason::Sleep => lang.pick("sleeps", "睡眠"),
        SwitchReason::Lock => lang.pick("waits for a lock", "等待锁"),
        SwitchReason::Io => lang.pick("waits for I/O", "等待 I/O"),
        SwitchReason::Join => lang.pick("joins", "等待结束"),
        SwitchReason::Turn => lang.pick("yields", "让出"),
        SwitchReason::End => lang.pick("ends", "结束"),
    }
}

/// Steps, arrows and states of a lane in the JSON form; beyond them its size would be the run's.
const KEPT: usize = 2_000;

/// The snapshot in JSON, with the beginnings of its long lists.
fn data(s: &TimelineSnapshot) -> serde_json::Value {
    let long = s.steps.len() > KEPT || s.arrows.len() > KEPT || s.turns.len() > KEPT || s.lanes.len() > KEPT || s.lanes.iter().map(|l| l.segments.len()).sum::<usize>() > KEPT;
    if !long {
        return super::data(s);
    }
    let each = KEPT / s.lanes.len().clamp(1, KEPT);
    let lane = |l: &TimelineLane| TimelineLane { segments: l.segments.iter().take(each).cloned().collect(), name: l.name.clone(), pid: l.pid, ended: l.ended, task: l.task.clone(), runs: l.runs };
    let things = s.things.iter().take(KEPT).map(|t| TimelineThing { name: t.name.clone(), held: t.held.iter().take(each).cloned().collect(), most_waiting: t.most_waiting });
    super::data(&TimelineSnapshot {
        lanes: s.lanes.iter().take(KEPT).map(lane).collect(),
        things: things.collect(),
        arrows: s.arrows.iter().take(KEPT).cloned().collect(),
        steps: s.steps.iter().take(KEPT).cloned().collect(),
        turns: s.turns.iter().take(KEPT).cloned().collect(),
        frozen: s.frozen.iter().take(KEPT).cloned().collect(),
        switches: s.switches.clone(),
        lost_updates: s.lost_updates.iter().take(KEPT).cloned().collect(),
        ..*s
    })
}

/// Tasks in which the loop stood still for so long are told, in nanoseconds.
const STANDSTILL: u64 = 1_000_000;

/// What kept an event loop from going on.
fn standstills(s: &TimelineSnapshot, lang: Lang) -> Vec<String> {
    let long: Vec<&(usize, u32, u64, u64)> = s.frozen.iter().filter(|f| f.3 - f.2 >= STANDSTILL).collect();
    let one = |f: &&(usize, u32, u64, u64)| {
        let (who, span) = (&s.lanes[f.0].name, time(f.3 - f.2));
        lang.pick(format!("{who} at line {} for {span}", f.1), format!("{who} 在第 {} 行，{span}", f.1))
    };
    let told: Vec<String> = long.iter().take(3).map(one).collect();
    let more = if long.len() > 3 { lang.pick(format!(", and {} more", long.len() - 3), format!("，另有 {} 次", long.len() - 3)) } else { String::new() };
    if told.is_empty() { vec![] } else { vec![lang.pick(format!("The event loop stood still, and every task with it: {}{more}.", told.join(", ")), format!("事件循环停住，所有任务都不能运行：{}{more}。", told.join("，")))] }
}

/// The sentence of a run with tasks.
fn of_tasks(s: &TimelineSnapshot, lang: Lang) -> Option<String> {
    let tasks: Vec<&TimelineLane> = s.lanes.iter().filter(|l| l.task.is_some()).collect();
    let span = time(s.to.saturating_sub(s.from));
    if tasks.is_empty() {
        return None;
    }
    if let Some(f) = s.frozen.iter().max_by_key(|f| f.3 - f.2).filter(|f| f.3 - f.2 >= STANDSTILL) {
        let (who, held) = (&s.lanes[f.0].name, time(f.3 - f.2));
        let stood = |l: &&&TimelineLane| l.segments.iter().any(|x| x.from < f.3 && x.to > f.2);
        let others = tasks.iter().filter(stood).count().saturating_sub(1);
        return Some(lang.pick(
            format!("A blocking call: {who} (line {}) stopped the event loop for {held}, and {others} other {} with it.", f.1, if others == 1 { "task" } else { "tasks" }),
            format!("阻塞调用：{who}（第 {} 行）使事件循环停住 {held}，其余 {others} 个任务也不能运行。", f.1),
        ));
    }
    let count = |end: fn(&TaskEnd) -> bool| tasks.iter().filter(|l| l.task.as_ref().is_some_and(end)).count();
    let ends = [
        (count(|t| matches!(t, TaskEnd::Finished(_))), lang.pick("finished", "完成")),
        (count(|t| matches!(t, TaskEnd::Failed(_))), lang.pick("failed", "失败")),
        (count(|t| *t == TaskEnd::Cancelled), lang.pick("cancelled", "取消")),
        (count(|t| *t == TaskEnd::Pending), lang.pick("not done", "未结束")),
    ];
    let ends: Vec<String> = ends.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let steps: u64 = tasks.iter().map(|l| l.runs).sum();
    let n = tasks.len();
    Some(lang.pick(
        format!("{n} {} ({}) ran in {} steps, one at a time, over {} turns of the event loop and {span} of virtual time.", if n == 1 { "task" } else { "tasks" }, ends.join(", "), thousands(steps), thousands(s.turns.len() as u64)),
        format!("{n} 个任务（{}）轮流运行，共 {} 步；事件循环转了 {} 圈，虚拟时间 {span}。", ends.join("，"), thousands(steps), thousands(s.turns.len() as u64)),
    ))
}

fn headline(s: &TimelineSnapshot, lang: Lang) -> String {
    let name = |i: usize| s.lanes.get(i).map_or("?", |l| l.name.as_str());
    if let Some(lost) = s.lost_updates.first() {
        let n = s.lost_updates.len();
        let more = if n > 1 { lang.pick(format!(" (and {} more)", n - 1), format!("（另有 {} 处）", n - 1)) } else { String::new() };
        return lang.pick(
            format!("Lost update: {} wrote `{}` over what {} had written, from the {} that it had read before{more}.", name(lost.writer), lost.name, name(lost.over), lost.read),
            format!("更新丢失：{} 根据先前读到的 {} 写入 `{}`，覆盖了 {} 的写入{more}。", name(lost.writer), lost.read, lost.name, name(lost.over)),
        );
    }
    if let Some(text) = of_tasks(s, lang) {
        return text;
    }
    let mut pids: Vec<i32> = s.lanes.iter().map(|l| l.pid).collect();
    pids.sort_unstable();
    pids.dedup();
    let n = s.lanes.len();
    let who = match (n, pids.len()) {
        (1, _) => lang.pick("One thread".to_owned(), "一个线程".to_owned()),
        (n, 1) => lang.pick(format!("{n} threads"), format!("{n} 个线程")),
        (n, p) => lang.pick(format!("{n} threads in {p} processes"), format!("{p} 个进程中的 {n} 个线程")),
    };
    let mut all = s.switches.clone();
    all.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let count: u64 = all.iter().map(|s| s.1).sum();
    let why: Vec<String> = all.iter().take(4).map(|(r, n)| format!("{} {n}", reason(*r, lang))).collect();
    let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
    lang.pick(
        format!("{who}, {} of virtual time; the running thread gave way {} times{why}.", time(s.to.saturating_sub(s.from)), thousands(count)),
        format!("{who}，虚拟时间 {}；运行中的线程让出 {} 次{why}。", time(s.to.saturating_sub(s.from)), thousands(count)),
    )
}

fn step(x: &TimelineStep, lang: Lang) -> String {
    let text = match &x.what {
        StepKind::Starts(name) => lang.pick(format!("start {name}"), format!("启动 {name}")),
        StepKind::Runs(0) => lang.pick("> runs", "> 运行").to_owned(),
        StepKind::Runs(ns) => lang.pick(format!("> runs (waited {})", time(*ns)), format!("> 运行（等了 {}）", time(*ns))),
        StepKind::Switches(SwitchReason::Lock, label) if label.starts_with("waiters of ") || label.starts_with("the start of ") => {
            lang.pick(format!("| waits: {label}"), format!("| 等待：{label}"))
        }
        StepKind::Switches(r, label) if label.is_empty() => format!("| {}", reason(*r, lang)),
        StepKind::Switches(r, label) => format!("| {}: {label}", reason(*r, lang)),
        StepKind::Ends => lang.pick("# ends", "# 结束").to_owned(),
        StepKind::Takes(name) => lang.pick(format!("take {name}"), format!("获得 {name}")),
        StepKind::Misses(name) => lang.pick(format!("{name} not got"), format!("未得到 {name}")),
        StepKind::Releases(name) => lang.pick(format!("release {name}"), format!("释放 {name}")),
        StepKind::Sends(n, to) => lang.pick(format!("send {n} B to {to}"), format!("发送 {n} B 到 {to}")),
        StepKind::Receives(n, from) => lang.pick(format!("receive {n} B from {from}"), format!("从 {from} 收到 {n} B")),
        StepKind::Prints(text) => format!("print {:?}", fit(text.lines().next().unwrap_or_default(), 30)),
        StepKind::Reads(name, value) => lang.pick(format!("read {name} = {value}"), format!("读 {name} = {value}")),
        StepKind::Awaits(Awaited::Turn, _) => lang.pick("| lets others go first", "| 让其他任务先运行").to_owned(),
        StepKind::Awaits(_, what) => lang.pick(format!("| awaits {what}"), format!("| 等待 {what}")),
        StepKind::Wakes(name, by) if by.is_empty() => lang.pick(format!("wakes {name}"), format!("唤醒 {name}")),
        StepKind::Wakes(name, by) => lang.pick(format!("{by} wakes {name}"), format!("{by} 唤醒 {name}")),
        StepKind::Settles(TaskEnd::Failed(e)) => lang.pick(format!("# failed: {e}"), format!("# 失败：{e}")),
        StepKind::Settles(TaskEnd::Cancelled) => lang.pick("# cancelled", "# 被取消").to_owned(),
        StepKind::Settles(TaskEnd::Finished(v)) => lang.pick(format!("# done: {v}"), format!("# 完成：{v}")),
        StepKind::Settles(TaskEnd::Pending) => lang.pick("# ends", "# 结束").to_owned(),
        StepKind::Turns(n, timeout, events, callbacks) => {
            let wait = match timeout {
                Some(0) => String::new(),
                Some(ns) => lang.pick(format!(", waits at most {}", time(*ns)), format!("，最多等 {}", time(*ns))),
                None => lang.pick(", waits for an event".to_owned(), "，等待事件".to_owned()),
            };
            let fds = if *events > 0 { lang.pick(format!(", {events} fds ready"), format!("，{events} 个描述符就绪")) } else { String::new() };
            return lang.pick(format!("turn {n}{wait}{fds}: {callbacks} to run"), format!("第 {n} 圈{wait}{fds}：运行 {callbacks} 个"));
        }
        StepKind::Writes(name, value) => lang.pick(format!("write {name} = {value}"), format!("写 {name} = {value}")),
    };
    format!("{}{text}", "  ".repeat(x.depth.min(6) as usize))
}

/// The steps as rows: line, then a column for each lane that does something (with many lanes, one column that says who);
/// whether the lane changed with the row.
pub fn step_rows(s: &TimelineSnapshot, lang: Lang) -> (Vec<String>, Vec<(Vec<String>, bool)>) {
    let wide = s.lanes.len() <= COLUMNS;
    let mut head = vec![lang.pick("line", "行").to_owned()];
    match wide {
        true => head.extend(s.lanes.iter().map(|l| l.name.clone())),
        false => head.extend([lang.pick("thread", "线程").to_owned(), String::new()]),
    }
    let mut before = None;
    let row = |x: &TimelineStep| {
        let mut cells = vec![if x.line == 0 { String::new() } else { x.line.to_string() }];
        let text = fit(&step(x, lang), if wide && s.lanes.len() > 3 { 34 } else { 46 });
        match wide {
            true => cells.extend((0..s.lanes.len()).map(|i| if i == x.lane { text.clone() } else { String::new() })),
            false => cells.extend([s.lanes[x.lane].name.clone(), text]),
        }
        let switch = before.is_some_and(|b| b != x.lane);
        before = Some(x.lane);
        (cells, switch)
    };
    (head, s.steps.iter().take(STEPS).map(row).collect())
}

/// The text form: the rows with their times.
fn steps(s: &TimelineSnapshot, lang: Lang) -> Vec<String> {
    if s.steps.is_empty() {
        return vec![];
    }
    let (head, rows) = step_rows(s, lang);
    let mut out = vec![[vec![lang.pick("time", "时间").to_owned()], head].concat()];
    let mut last = None;
    for (x, (mut cells, _)) in s.steps.iter().zip(rows).take(STEPS) {
        let at = if last == Some(x.at) { String::new() } else { time(x.at) };
        last = Some(x.at);
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        out.push([vec![at], cells].concat());
    }
    columns(&out)
}

fn lanes(s: &TimelineSnapshot, lang: Lang) -> Table {
    let title = lang.pick("Where the time went", "时间去向");
    let turn = if s.free_on.is_some() { lang.pick("waits for a processor", "等待处理器") } else { lang.pick("waits for the GIL", "等待 GIL") };
    let columns = lang.pick(["thread", "runs", turn, "locks", "I/O", "sleeps", "joins"], ["线程", "运行", turn, "锁", "I/O", "睡眠", "等待结束"]);
    let mut table = Table::new(title, &columns).numbers(&[1, 2, 3, 4, 5, 6]);
    for lane in s.lanes.iter().filter(|l| l.task.is_none()) {
        let sum = |state| spent(lane, &[state]);
        let states = [LaneState::Runs, LaneState::Ready, LaneState::Blocked, LaneState::Io, LaneState::Asleep, LaneState::Joins];
        table.rows.push(std::iter::once(lane.name.clone()).chain(states.map(sum)).collect());
    }
    table
}

/// The time that a lane was in these states, in words.
fn spent(lane: &TimelineLane, states: &[LaneState]) -> String {
    let ns: u64 = lane.segments.iter().filter(|x| states.contains(&x.state)).map(|x| x.to - x.from).sum();
    if ns == 0 { "·".to_owned() } else { time(ns) }
}

/// Tasks of a table.
const TASKS: usize = 60;

fn tasks(s: &TimelineSnapshot, lang: Lang) -> Option<Table> {
    let columns = lang.pick(["task", "steps", "runs", "ready", "asleep", "I/O", "waits", "end"], ["任务", "步数", "运行", "就绪", "睡眠", "I/O", "等待", "结局"]);
    let mut table = Table::new(lang.pick("Tasks", "任务"), &columns).numbers(&[1, 2, 3, 4, 5, 6]);
    for lane in s.lanes.iter().filter(|l| l.task.is_some()).take(TASKS) {
        let sum = |states: &[LaneState]| spent(lane, states);
        let end = match lane.task.as_ref()? {
            TaskEnd::Pending => lang.pick("not done", "未结束").to_owned(),
            TaskEnd::Finished(v) => lang.pick(format!("done: {}", fit(v, 30)), format!("完成：{}", fit(v, 30))),
            TaskEnd::Failed(e) => lang.pick(format!("failed: {}", fit(e, 40)), format!("失败：{}", fit(e, 40))),
            TaskEnd::Cancelled => lang.pick("cancelled", "被取消").to_owned(),
        };
        let times = [sum(&[LaneState::Runs]), sum(&[LaneState::Ready]), sum(&[LaneState::Asleep]), sum(&[LaneState::Io]), sum(&[LaneState::Blocked, LaneState::Joins])];
        table.rows.push([lane.name.clone(), thousands(lane.runs)].into_iter().chain(times).chain([end]).collect());
    }
    (!table.rows.is_empty()).then_some(table)
}

fn locks(s: &TimelineSnapshot, lang: Lang) -> Option<Table> {
    let columns = lang.pick(["lock", "taken", "held", "longest queue"], ["锁", "获得次数", "持有时间", "最长队列"]);
    let mut table = Table::new(lang.pick("Locks", "锁"), &columns).numbers(&[1, 2, 3]);
    for t in &s.things {
        let held: u64 = t.held.iter().map(|h| h.1 - h.0).sum();
        table.rows.push(vec![t.name.clone(), t.held.len().to_string(), time(held), t.most_waiting.to_string()]);
    }
    (!table.rows.is_empty()).then_some(table)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn durations_have_three_digits_and_a_unit() {
        assert_eq!([0, 400, 1_500, 12_345, 1_000_000, 250_000_000, 3_600_000_000_000].map(time), ["0 ns", "400 ns", "1.5 µs", "12.3 µs", "1 ms", "250 ms", "3600 s"]);
    }
}
