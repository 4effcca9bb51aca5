//! The views of `%locks` and `%ps`: tables set in the picture.
use super::kit::sheet::{self, Band, LineRow, Lines};
use super::timeline::time;
use crate::render::measure::thousands;
use crate::render::scene::Role;
use crate::render::view::{Lang, View};
use crate::snapshot::system::*;

fn page(lens: &'static str, headline: String, bands: Vec<Band>, data: serde_json::Value, lang: Lang) -> View {
    let outline = sheet::outline(&bands);
    View { lens, lang, alt: headline.clone(), headline, notes: vec![], scene: sheet::draw(&bands), outline, tables: vec![], data }
}

fn labels_of(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

pub fn locks(s: &LocksSnapshot, lang: Lang) -> View {
    let waits = s.waiters.len();
    let count = labels_of(s.locks.len(), "lock", "locks");
    let headline = match (&s.cycle[..], waits) {
        ([first, ..], _) => lang.pick(format!("Deadlock: {} -> {first}.", s.cycle.join(" -> ")), format!("死锁：{} -> {first}。", s.cycle.join(" -> "))),
        ([], 0) => lang.pick(format!("{count}; nobody waits."), format!("{} 个锁；无人等待。", s.locks.len())),
        ([], _) => lang.pick(format!("{count}; {} for something.", labels_of(waits, "thread waits", "threads wait")), format!("{} 个锁；{waits} 个线程在等待。", s.locks.len())),
    };
    let list = |names: &[String]| if names.is_empty() { "·".to_owned() } else { names.join(", ") };
    let rows = s.locks.iter().map(|l| LineRow {
        cells: vec![l.name.clone(), l.kind.clone(), l.state.clone(), l.holder.clone().unwrap_or_else(|| "·".to_owned()), list(&l.queue), list(&l.notified)],
        role: if !l.queue.is_empty() { Some(Role::Bad) } else if l.holder.is_some() { Some(Role::Note) } else { None },
    });
    let columns = lang.pick(["name", "kind", "state", "held by", "wait for it", "wait for notify"], ["名字", "种类", "状态", "持有者", "等待它", "等待通知"]);
    let rest = (s.more > 0).then(|| lang.pick(format!("… {} more", s.more), format!("……另有 {} 个", s.more)));
    let mut bands = vec![Band::Lines(Lines { title: lang.pick("Locks", "锁").to_owned(), columns: columns.map(str::to_owned).to_vec(), rows: rows.collect(), rest })];
    if waits > 0 {
        let rows = s.waiters.iter().map(|w| LineRow {
            cells: vec![w.thread.clone(), w.waits_for.clone(), w.held_by.clone().unwrap_or_else(|| "·".to_owned()), w.line.map_or("·".to_owned(), |l| l.to_string())],
            role: s.cycle.contains(&w.thread).then_some(Role::Bad),
        });
        let columns = lang.pick(["thread", "waits for", "which has", "line"], ["线程", "等待", "持有者", "行"]);
        bands.push(Band::Lines(Lines { title: lang.pick("Who waits for whom", "谁等待谁").to_owned(), columns: columns.map(str::to_owned).to_vec(), rows: rows.collect(), rest: None }));
    }
    page("locks", headline, bands, super::data(s), lang)
}

pub fn processes(s: &ProcessesSnapshot, lang: Lang) -> View {
    let n = s.processes.len();
    let headline = match n {
        1 => lang.pick("One process.".to_owned(), "一个进程。".to_owned()),
        _ => lang.pick(format!("{n} processes, each with its own heap, GIL, clock and descriptors; fork copies the whole heap at once."), format!("{n} 个进程，各有自己的堆、GIL、时钟与描述符；fork 立即复制整个堆。")),
    };
    let rows = s.processes.iter().map(|p| LineRow {
        cells: vec![p.pid.to_string(), p.parent.to_string(), p.name.clone(), p.state.clone(), p.threads.to_string(), thousands(p.objects), time(p.time), p.fds.join("; ")],
        role: if p.threads == 0 { Some(Role::Idle) } else { None },
    });
    let columns = lang.pick(["pid", "parent", "name", "state", "threads", "objects", "its time", "descriptors"], ["进程号", "父进程", "名字", "状态", "线程", "对象", "时间", "描述符"]);
    let bands = vec![Band::Lines(Lines { title: lang.pick("Processes", "进程").to_owned(), columns: columns.map(str::to_owned).to_vec(), rows: rows.collect(), rest: None })];
    page("ps", headline, bands, super::data(s), lang)
}
