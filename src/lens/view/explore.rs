//! The view of `%%explore`: the outcomes with their counts, and the simplest schedule of each, step by step.
use super::kit::sheet::{self, Band, LineRow, Lines};
use super::timeline;
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::explore::*;

/// Lines of each outcome's schedule.
const STEPS: usize = 60;

pub fn view(s: &ExploreSnapshot, lang: Lang) -> View {
    let mut bands = vec![Band::Lines(outcomes(s, lang)), Band::Lines(passes(s, lang))];
    for o in &s.outcomes {
        bands.extend(schedule(o, lang).map(Band::Lines));
    }
    let headline = headline(s, lang);
    let outline = sheet::outline(&bands);
    let mut notes = vec![lang.pick("The cell ran on copies of the machine: nothing of this session has changed.", "单元在机器的副本上运行：本会话没有任何改变。").to_owned()];
    if s.interrupted {
        notes.push(lang.pick("Interrupted: not all schedules were run.", "已中断：没有运行全部调度。").to_owned());
    }
    View { lens: "explore", lang, alt: headline.clone(), headline, notes, scene: sheet::draw(&bands), outline, tables: vec![], data: super::data(s) }
}

fn points(name: &str, lang: Lang) -> &str {
    match name {
        "gil" => lang.pick("calls and backward jumps (CPython 3.10+)", "调用与向后跳转（CPython 3.10+）"),
        "bytecode" => lang.pick("before any bytecode", "任一字节码之前"),
        "line" => lang.pick("before any line", "任一行之前"),
        other => other,
    }
}

fn headline(s: &ExploreSnapshot, lang: Lang) -> String {
    if s.outcomes.is_empty() {
        return lang.pick("Interrupted before a schedule was run to its end.", "在任何调度运行完之前已中断。").to_owned();
    }
    let runs: u64 = s.passes.iter().map(|p| p.runs).sum();
    let all = if s.passes.iter().all(|p| p.complete) && !s.interrupted { lang.pick("all ", "全部 ") } else { "" };
    let runs = thousands(runs);
    let of = |kind: OutcomeKind| s.outcomes.iter().filter(|o| o.kind == kind).flat_map(|o| &o.counts).sum::<u64>();
    let deadlocks = of(OutcomeKind::Deadlock);
    if deadlocks > 0 {
        return lang.pick(format!("Deadlock in {} of {all}{runs} schedules.", thousands(deadlocks)), format!("{all}{runs} 种调度中有 {} 种死锁。", thousands(deadlocks)));
    }
    if s.outcomes.len() == 1 {
        let bound = s.passes.first().map_or("", |p| p.strategy.as_str());
        return lang.pick(format!("One outcome in {all}{runs} schedules ({bound})."), format!("{all}{runs} 种调度只有一种结果（{bound}）。"));
    }
    let with = |n: usize| s.outcomes.iter().filter(|o| o.counts.get(n).copied().unwrap_or(0) > 0).count();
    let tail = match s.passes.len() {
        2 if with(0) < with(1) => lang.pick(
            format!(" Where CPython 3.10+ switches there {} {}; before any bytecode {}.", if with(0) == 1 { "is" } else { "are" }, with(0), with(1)),
            format!("在 CPython 3.10+ 的切换点有 {} 种；在任一字节码之前有 {} 种。", with(0), with(1)),
        ),
        _ => String::new(),
    };
    let n = s.outcomes.len();
    lang.pick(format!("{n} outcomes in {all}{runs} schedules: what the program does depends on the schedule.{tail}"), format!("{all}{runs} 种调度有 {n} 种结果：程序的行为取决于调度。{tail}"))
}

fn outcomes(s: &ExploreSnapshot, lang: Lang) -> Lines {
    let kind = |k| match k {
        OutcomeKind::Ends => lang.pick("ends", "结束"),
        OutcomeKind::Raises => lang.pick("raises", "异常"),
        OutcomeKind::Deadlock => lang.pick("deadlock", "死锁"),
        OutcomeKind::Endless => lang.pick("stopped: too long", "太久，已停止"),
    };
    let rows = s.outcomes.iter().map(|o| {
        let mut cells = vec![o.name.clone(), kind(o.kind).to_owned()];
        cells.extend(o.counts.iter().map(|n| thousands(*n)));
        cells.push(lang.pick(format!("{} preemptions, {} switches", o.preemptions, o.switches), format!("{} 次抢占，{} 次切换", o.preemptions, o.switches)));
        cells.push(if o.text.is_empty() { "—".to_owned() } else { o.text.clone() });
        let role = match o.kind {
            OutcomeKind::Ends => None,
            _ => Some(Role::Bad),
        };
        LineRow { cells, role }
    });
    let mut columns = vec![lang.pick("replay", "重放").to_owned(), String::new()];
    columns.extend(s.passes.iter().map(|p| p.points.clone()));
    columns.extend([lang.pick("simplest schedule", "最简调度").to_owned(), lang.pick("outcome", "结果").to_owned()]);
    Lines { title: lang.pick("Outcomes, and how many schedules led to each", "各结果及其调度数").to_owned(), columns, rows: rows.collect(), rest: None }
}

fn passes(s: &ExploreSnapshot, lang: Lang) -> Lines {
    let row = |p: &ExplorePass| {
        let complete = if p.complete { lang.pick("complete", "完整") } else { lang.pick("not complete", "不完整") };
        let cells = vec![p.points.clone(), points(&p.points, lang).to_owned(), p.strategy.clone(), thousands(p.runs), complete.to_owned(), thousands(p.decisions)];
        LineRow { cells, role: None }
    };
    let columns = lang.pick(["", "switches happen", "search", "schedules", "", "decisions in a run"], ["", "切换位置", "搜索", "调度数", "", "一次运行的决策数"]);
    Lines { title: lang.pick("How it was searched", "搜索方式").to_owned(), columns: columns.map(str::to_owned).to_vec(), rows: s.passes.iter().map(row).collect(), rest: None }
}

/// The steps of an outcome's simplest schedule, a column for each thread.
fn schedule(o: &ExploreOutcome, lang: Lang) -> Option<Lines> {
    let steps = o.steps.as_ref()?;
    let (columns, mut rows) = timeline::step_rows(steps, lang);
    let more = rows.len().saturating_sub(STEPS);
    rows.truncate(STEPS);
    let rows = rows.into_iter().map(|(cells, switch)| LineRow { cells, role: switch.then_some(Role::Accent) }).collect();
    let rest = (more > 0).then(|| lang.pick(format!("… {more} more steps"), format!("……还有 {more} 步")));
    Some(Lines { title: format!("%replay {}", o.name), columns, rows, rest })
}
